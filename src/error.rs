//! The one error of the crate: "we cannot go on", with where, why and what to do. It deliberately holds no cell value
//! of a personal column and no sentence: the words are in `text`, keyed by `code`, and `cli::fault` speaks them.

use std::fmt;

/// What an error means for the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The data say no (exit 1): unreadable bytes, a required column missing, a declined question.
    Data,
    /// The program could not run (exit 2): usage, a path, a permission, the study file, the disk.
    Run,
    /// A fault of oneonone itself (exit 70).
    Bug,
}

/// One opaque error: a kind, a code known to `text` under `fault.<code>`, and the named places the sentence needs.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    code: &'static str,
    args: Vec<(&'static str, String)>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// The data say no.
    pub fn data(code: &'static str) -> Self {
        Self::new(Kind::Data, code)
    }

    /// The program could not run.
    pub fn run(code: &'static str) -> Self {
        Self::new(Kind::Run, code)
    }

    /// A state that the program's own logic rules out.
    pub fn bug(code: &'static str) -> Self {
        Self::new(Kind::Bug, code)
    }

    fn new(kind: Kind, code: &'static str) -> Self {
        Self(Box::new(Inner { kind, code, args: Vec::new(), source: None }))
    }

    /// Adds a named place or fact for the sentence: a file, a column name, a line; never a personal value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.0.args.push((name, value.to_string()));
        self
    }

    /// Keeps the cause.
    #[must_use]
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    /// What it means for the exit status.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The stable code, as `explain` knows it.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The named places of the sentence, in the order given.
    pub fn args(&self) -> &[(&'static str, String)] {
        &self.0.args
    }

    /// 1 for data, 2 for "could not run", 70 for a bug.
    pub fn exit_status(&self) -> u8 {
        match self.0.kind {
            Kind::Data => 1,
            Kind::Run => 2,
            Kind::Bug => 70,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.code)?;
        for (name, value) in &self.0.args {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}

/// The crate's result.
pub type Result<T> = std::result::Result<T, Error>;
