//! Where words go: results to standard output, everything else to standard error. Knows the reader's language and whether
//! there is a screen; control characters never pass.

use super::args::{Command, Paint, Shared, Tongue};
use crate::error::{Error, Result};
use crate::report::terminal::wrap::{width, wrap_words};
use crate::report::terminal::{Style, WIDTH};
use crate::text::{Language, say};
use std::io::{IsTerminal, Write};

/// The reader's side of the program.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Language of what is shown.
    pub language: Language,
    /// The reader chose the language on the command line.
    pub chosen: Chosen,
    /// Colour or not, on standard output.
    pub style: Style,
    /// Errors only.
    pub quiet: bool,
    /// Threads, if limited.
    pub threads: Option<u16>,
}

/// Where the language came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// `--language`.
    Flag,
    /// The locale.
    Locale,
}

impl Terminal {
    /// The terminal as the options of a command want it.
    pub fn of(command: &Command) -> Self {
        match command {
            Command::Run(a) => Self::shared(&a.shared),
            Command::Regress(a) => Self::shared(&a.shared),
            Command::Compare(a) => Self::shared(&a.shared),
            Command::Attrition(a) => Self::shared(&a.shared),
            Command::Power(a) => Self::shared(&a.shared),
            Command::Stages(a) => Self::shared(&a.shared),
            Command::Ladder(a) => Self::shared(&a.shared),
            Command::Practice(a) => Self::shared(&a.shared),
            Command::Validate(a) => Self::shared(&a.shared),
            Command::Anonymise(a) => Self::shared(&a.shared),
            Command::Summarise(a) => Self::shared(&a.shared),
            Command::Report(a) => Self::new(None, a.quiet, Paint::Never, None),
            Command::Simulate(a) => Self::new(a.language, a.quiet, Paint::Never, None),
            Command::Explain(a) => Self::new(a.language, false, a.color, None),
        }
    }

    fn shared(shared: &Shared) -> Self {
        Self::new(shared.language, shared.quiet, shared.color, shared.threads)
    }

    fn new(language: Option<Tongue>, quiet: bool, paint: Paint, threads: Option<u16>) -> Self {
        let painted = match paint {
            Paint::Always => true,
            Paint::Never => false,
            Paint::Auto => std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal(),
        };
        let chosen = if language.is_some() { Chosen::Flag } else { Chosen::Locale };
        let language = match language {
            Some(Tongue::Ja) => Language::Ja,
            Some(Tongue::En) => Language::En,
            None => locale(),
        };
        let style = if painted { Style::Colour } else { Style::Plain };
        Self { language, chosen, style, quiet, threads }
    }

    /// The same terminal in the study's language, unless the reader chose one.
    #[must_use]
    pub fn speaking(mut self, language: Language) -> Self {
        if self.chosen == Chosen::Locale {
            self.language = language;
        }
        self
    }

    /// Writes the result.
    ///
    /// # Errors
    /// Standard output cannot be written, unless its reader has gone.
    pub fn result(&self, text: &str) -> Result<()> {
        let mut out = std::io::stdout().lock();
        let newline = if text.ends_with('\n') { "" } else { "\n" };
        match out.write_all(text.as_bytes()).and_then(|()| out.write_all(newline.as_bytes())).and_then(|()| out.flush())
        {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Error::run("cannot_write").with("file", "-").because(error))
            }
            _ => Ok(()),
        }
    }

    /// An error or a warning, on standard error whatever `--quiet` says, in lines of [`WIDTH`] columns.
    pub fn warn(&self, text: &str) {
        // Nothing can be said about a standard error that is closed.
        let _ = writeln!(std::io::stderr().lock(), "{}", folded(text.trim_end()));
    }

    /// A remark, on standard error unless `--quiet`.
    pub fn note(&self, key: &str, args: &[(&str, String)]) {
        if !self.quiet {
            self.warn(&say(self.language, key, args));
        }
    }
}

/// The text in lines that fit the terminal; a path or another long word stays whole, so that it can be copied.
fn folded(text: &str) -> String {
    let fits = |line: &str| if width(line) <= WIDTH { vec![line.to_string()] } else { wrap_words(line, WIDTH) };
    text.lines().flat_map(fits).collect::<Vec<_>>().join("\n")
}

fn locale() -> Language {
    let set =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    set.and_then(|value| Language::parse(&value)).unwrap_or(Language::En)
}
