//! What every question shares: a study or a plain table in, findings out, shown in the format asked for, with the exit
//! status that fits.

use super::args::{Asking, Format, Shape};
use super::progress::Progress;
use super::terminal::Terminal;
use super::{DONE, SAYS_NO, fault};
use crate::analyses::ANALYSES;
use crate::domain::Day;
use crate::error::{Error, Result};
use crate::findings::{Decline, Finding, Findings, Issue, Level};
use crate::pipeline::{self, Bounds};
use crate::report::{brief, renderer, terminal as page};
use crate::screen::Screened;
use crate::study::{self, Fault, Languages, LoadError, Study};
use crate::text::Language;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Whether the inputs are a study file (else the files of a plain table).
pub fn is_study(inputs: &[PathBuf]) -> bool {
    matches!(inputs, [only] if only.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")))
}

/// Reads a study and puts the options of the command line over it. `None` after its faults have been told.
///
/// # Errors
/// The file cannot be read.
pub fn load(path: &Path, asking: &Asking, terminal: &Terminal) -> Result<Option<Study>> {
    let study = match study::load(path) {
        Ok(study) => study,
        Err(LoadError::Error(error)) => return Err(error),
        Err(LoadError::Faults(faults)) => {
            tell(path, &faults, terminal);
            return Ok(None);
        }
    };
    Ok(Some(with_options(study, asking)))
}

/// Puts the options of the command line over a study.
pub fn with_options(mut study: Study, asking: &Asking) -> Study {
    if let Some(seed) = asking.seed {
        study.seed = seed;
        study.options.insert("study.seed".to_string(), seed.into());
    }
    if let Some(crowd) = asking.crowd {
        study.crowd = crowd;
        study.options.insert("privacy.crowd".to_string(), crowd.into());
    }
    study
}

/// Every fault of a study file, each with its place.
pub fn tell(path: &Path, faults: &[Fault], terminal: &Terminal) {
    terminal.warn(&crate::report::safe::plain(&path.display().to_string()));
    for f in faults {
        terminal.warn(&fault::of_study(f.code, (f.line, f.column), &f.key, &f.args, terminal.language));
    }
}

/// The first language of a study's pages.
pub fn language(study: &Study) -> Language {
    match study.languages {
        Languages::Ja | Languages::Both => Language::Ja,
        Languages::En => Language::En,
    }
}

/// The day after which a date lies in the future.
///
/// # Errors
/// `bad_date_option` when `--as-of` is not a date.
pub fn as_of(option: Option<&str>) -> Result<Option<Day>> {
    if let Some(text) = option {
        return date("--as-of", text).map(Some);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    // A day's grace: it is already tomorrow somewhere.
    Ok(now.map(|d| Day((d.as_secs() / 86_400) as i32 + 1)))
}

/// A date option.
///
/// # Errors
/// `bad_date_option`.
pub fn date(option: &str, text: &str) -> Result<Day> {
    let bad = || Error::run("bad_date_option").with("option", option).with("value", text);
    Day::parse_iso(text).ok_or_else(bad)
}

/// Limits the threads, once.
pub fn limit_threads(terminal: &Terminal) {
    if let Some(threads) = terminal.threads {
        // Only the first call can set the pool, and this is the first.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
}

/// Screens a study's files; `None` after the faults that stop the work have been told.
///
/// # Errors
/// A file cannot be read.
pub fn screen(study: &Study, asking: &Asking, terminal: &Terminal) -> Result<Option<Screened>> {
    let mut progress = Progress::new(terminal.quiet);
    let bounds = Bounds { as_of: as_of(asking.as_of.as_deref())?, memory: asking.memory };
    let screening = pipeline::screen(study, bounds, &mut |path, done, all| progress.reading(path, done, all), None)?;
    drop(progress);
    Ok(screening.map_err(|issues| refuse(&issues, terminal)).ok())
}

/// Tells the faults that stop the work.
pub fn refuse(issues: &[Issue], terminal: &Terminal) {
    let mut blocks = Vec::new();
    brief::faults::issues(&mut blocks, issues, terminal.language);
    terminal.warn(&page::draw(&blocks, page::Style::Plain));
}

/// One question of a study.
///
/// # Errors
/// A file cannot be read, or standard output not be written.
pub fn study(
    name: &str,
    path: &Path,
    options: (&Asking, &Shape),
    terminal: &Terminal,
    change: impl FnOnce(&mut Study) -> Result<()>,
) -> Result<u8> {
    let (asking, shape) = options;
    limit_threads(terminal);
    let Some(mut study) = load(path, asking, terminal)? else { return Ok(2) };
    change(&mut study)?;
    let terminal = terminal.speaking(language(&study));
    let Some(screened) = screen(&study, asking, &terminal)? else { return Ok(SAYS_NO) };
    let wanted: Vec<_> = ANALYSES.into_iter().filter(|analysis| analysis.name == name).collect();
    show(&pipeline::findings(&screened, &study, &wanted), asking, shape, &terminal)
}

/// A question of a study that is no analysis of its own.
///
/// # Errors
/// A file cannot be read, or standard output not be written.
pub fn study_with(
    path: &Path,
    options: (&Asking, &Shape),
    terminal: &Terminal,
    change: impl FnOnce(&mut Study),
    answer: impl FnOnce(&Screened, &Study) -> Vec<std::result::Result<Finding, Decline>>,
) -> Result<u8> {
    let (asking, shape) = options;
    limit_threads(terminal);
    let Some(mut study) = load(path, asking, terminal)? else { return Ok(2) };
    change(&mut study);
    let terminal = terminal.speaking(language(&study));
    let Some(screened) = screen(&study, asking, &terminal)? else { return Ok(SAYS_NO) };
    let answers = answer(&screened, &study);
    let options = study.options.clone();
    show(&pipeline::plain_findings(&screened, answers, study.seed, options, study.crowd), asking, shape, &terminal)
}

/// A question that needs no data.
///
/// # Errors
/// Standard output cannot be written.
pub fn planned(
    options: (&Asking, &Shape),
    terminal: &Terminal,
    written: BTreeMap<String, serde_json::Value>,
    answers: Vec<std::result::Result<Finding, Decline>>,
) -> Result<u8> {
    let (asking, shape) = options;
    show(&pipeline::planned_findings(answers, asking.seed.unwrap_or(1), written), asking, shape, terminal)
}

/// One question of a study that no file describes: a log by itself, where as in a plain table nobody is hidden unless
/// that is asked for.
///
/// # Errors
/// A file cannot be read, or standard output not be written.
pub fn log(name: &str, study: Study, options: (&Asking, &Shape), terminal: &Terminal) -> Result<u8> {
    let (asking, shape) = options;
    limit_threads(terminal);
    let mut study = with_options(study, asking);
    if asking.crowd.is_none() {
        study.crowd = 1;
        study.options.insert("privacy.crowd".to_string(), 1.into());
        terminal.note("command.plain_crowd", &[]);
    }
    let Some(screened) = screen(&study, asking, terminal)? else { return Ok(SAYS_NO) };
    let wanted: Vec<_> = ANALYSES.into_iter().filter(|analysis| analysis.name == name).collect();
    show(&pipeline::findings(&screened, &study, &wanted), asking, shape, terminal)
}

/// One question on a plain table, of one outcome or several.
///
/// # Errors
/// A file cannot be read, or standard output not be written.
pub fn plain(
    inputs: &[PathBuf],
    options: (&Asking, &Shape),
    terminal: &Terminal,
    written: BTreeMap<String, serde_json::Value>,
    answer: impl FnOnce(&Screened, u64) -> Vec<std::result::Result<Finding, Decline>>,
) -> Result<u8> {
    let (asking, shape) = options;
    limit_threads(terminal);
    let screened = match pipeline::screen_plain(&expanded(inputs)?)? {
        Ok(screened) => screened,
        Err(issues) => {
            refuse(&issues, terminal);
            return Ok(SAYS_NO);
        }
    };
    let (crowd, seed) = (asking.crowd.unwrap_or(1), asking.seed.unwrap_or(1));
    if asking.crowd.is_none() {
        terminal.note("command.plain_crowd", &[]);
    }
    let answers = answer(&screened, seed);
    show(&pipeline::plain_findings(&screened, answers, seed, written, crowd), asking, shape, terminal)
}

/// Patterns (`2024-*.csv`) that the shell left alone, as the files they fit, in order of name.
pub fn expanded(inputs: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for input in inputs {
        let pattern = input.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if input.exists() || !pattern.contains(['*', '?']) {
            files.push(input.clone());
            continue;
        }
        let folder = input.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let missing = || Error::run("file_missing").with("file", input.display());
        let listed = std::fs::read_dir(folder).map_err(|_| missing())?.flatten();
        let fits = |name: &std::ffi::OsString| study::files::matches(&pattern, &name.to_string_lossy());
        let mut found: Vec<PathBuf> =
            listed.filter(|e| fits(&e.file_name())).map(|e| input.with_file_name(e.file_name())).collect();
        found.sort();
        if found.is_empty() {
            return Err(missing());
        }
        files.extend(found);
    }
    Ok(files)
}

fn show(findings: &Findings, asking: &Asking, shape: &Shape, terminal: &Terminal) -> Result<u8> {
    let text = match shape.format {
        Format::Table => page::render(findings, terminal.language, terminal.style),
        other => {
            let renderer = renderer(other.name()).ok_or_else(|| Error::bug("renderer_missing"))?;
            (renderer.render)(findings, terminal.language)?
        }
    };
    terminal.result(&text)?;
    Ok(if findings.findings().is_empty() { SAYS_NO } else { strict(findings, asking) })
}

/// With `--strict`, faults of cells are a reason to say no.
pub fn strict(findings: &Findings, asking: &Asking) -> u8 {
    let faulty = findings.issues().iter().any(|i| i.level == Level::Error);
    if asking.strict && faulty { SAYS_NO } else { DONE }
}

/// `option -> value` for the provenance of a plain table, without what was not given.
pub fn written(options: &[(&str, Option<String>)]) -> BTreeMap<String, serde_json::Value> {
    options.iter().filter_map(|(name, value)| Some((name.to_string(), value.clone()?.into()))).collect()
}

/// An option that the form on a plain table needs.
///
/// # Errors
/// `option_missing`.
pub fn needed(option: &'static str, value: Option<&String>) -> Result<String> {
    value.cloned().ok_or_else(|| Error::run("option_missing").with("option", option))
}

/// Options that only make sense on a plain table were given with a study.
///
/// # Errors
/// `option_not_for_study`.
pub fn only_plain(options: &[(&'static str, Option<String>)]) -> Result<()> {
    match options.iter().find(|(_, value)| value.is_some()) {
        Some((option, _)) => Err(Error::run("option_not_for_study").with("option", option)),
        None => Ok(()),
    }
}
