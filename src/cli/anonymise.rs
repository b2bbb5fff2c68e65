//! `oneonone anonymise`: from an identified study to an export that `validate` passes, with a report of what it lost. The gate
//! reads the written files before they get their name; what does not pass is never there.

use super::args::{Anonymise, ExplainFormat, Profile};
use super::export::{Export, Readers};
use super::progress::Progress;
use super::terminal::Terminal;
use super::{DONE, SAYS_NO, ask, validate};
use crate::analyses::ANALYSES;
use crate::error::{Error, Result};
use crate::findings::gate::{Severity, Verdict};
use crate::findings::{Findings, Issue, Level, Loss, loss};
use crate::pipeline::{self, Bounds};
use crate::release::{self, Key, Outcome, Released, write};
use crate::report::brief::loss as page;
use crate::report::{json, md, terminal as drawn};
use crate::screen::Screened;
use crate::screen::privacy::{Beside, Options};
use crate::study::{self, Study};
use crate::tables::Table;
use crate::text::Language;
use std::fs;
use std::path::{Path, PathBuf};

/// The environment variable that may hold the key.
const VARIABLE: &str = "ONEONONE_KEY";
/// The files of the loss report.
const REPORT: [&str; 3] = ["loss.json", "loss.ja.md", "loss.en.md"];

/// Runs the command.
///
/// # Errors
/// No key, a path, a study with faults, a folder that is there already, the disk.
pub fn run(args: &Anonymise, terminal: &Terminal) -> Result<u8> {
    ask::limit_threads(terminal);
    let folders = Folders::of(args)?;
    let study = match study::load(&args.study) {
        Ok(study) => study,
        Err(study::LoadError::Error(error)) => return Err(error),
        Err(study::LoadError::Faults(faults)) => {
            ask::tell(&args.study, &faults, terminal);
            return Ok(2);
        }
    };
    let terminal = &terminal.speaking(ask::language(&study));
    folders.hold_no_input(args, &study)?;
    let readers = if args.profile == Profile::Pseudonymised { Readers::Owner } else { Readers::Usual };
    let export = Export::open(&folders.out, &names(), args.force, readers)?;
    let report = Export::open(&folders.report, &REPORT.map(String::from), true, Readers::Usual)?;
    let key = key(args, terminal)?;
    let bounds = Bounds { as_of: ask::as_of(args.as_of.as_deref())?, memory: None };
    let mut progress = Progress::new(terminal.quiet);
    let (screening, tables) =
        pipeline::gather(&study, bounds, &mut |path, done, all| progress.reading(path, done, all))?;
    drop(progress);
    let screened = match screening {
        Ok(screened) => screened,
        Err(issues) => {
            ask::refuse(&issues, terminal);
            return Ok(SAYS_NO);
        }
    };
    match release::release(&tables, &study, validate::profile(args.profile), &args.quasi, &key) {
        Outcome::Unchanged => unchanged(args, &study, export, bounds, terminal),
        Outcome::Refused(issues) => {
            refuse(&issues, args.profile, terminal);
            Ok(SAYS_NO)
        }
        Outcome::Released(released) => {
            drop(tables);
            let made = Made { study: &study, screened: &screened, bounds };
            deliver(args, *released, &made, (export, report), &folders, terminal)
        }
    }
}

/// What the release was made from.
struct Made<'a> {
    study: &'a Study,
    screened: &'a Screened,
    bounds: Bounds,
}

/// Where things go.
struct Folders {
    out: PathBuf,
    report: PathBuf,
}

impl Folders {
    fn of(args: &Anonymise) -> Result<Self> {
        // "export/" and "export" are one folder; "." has no name to put a report beside.
        let out: PathBuf = args.out.components().collect();
        let Some(name) = out.file_name().map(|name| name.to_string_lossy().into_owned()) else {
            return Err(Error::run("export_unnamed").with("folder", args.out.display()));
        };
        let report = args.report.clone().unwrap_or_else(|| out.with_file_name(format!("{name}-loss")));
        let report: PathBuf = report.components().collect();
        if report == out || report.starts_with(&out) {
            return Err(Error::run("report_in_export").with("folder", report.display()));
        }
        Ok(Self { out, report })
    }

    /// The export must not stand where its own source, or the key, stands.
    fn hold_no_input(&self, args: &Anonymise, study: &Study) -> Result<()> {
        let inputs = Table::ALL.iter().flat_map(|table| pipeline::files(study, *table)).map(|file| file.path.as_path());
        let keys = args.key_file.as_deref().into_iter().chain(args.new_key.as_deref());
        for (path, code) in inputs.map(|p| (p, "export_is_input")).chain(keys.map(|p| (p, "key_in_export"))) {
            let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            for folder in [&self.out, &self.report] {
                let inside = match (parent.canonicalize(), folder.canonicalize()) {
                    (Ok(parent), Ok(folder)) => parent.starts_with(folder),
                    // What is not there yet holds nothing but what is named inside it.
                    _ => parent.starts_with(folder),
                };
                if inside {
                    return Err(Error::run(code).with("folder", folder.display()));
                }
            }
        }
        Ok(())
    }
}

/// Every file that an export may hold.
fn names() -> Vec<String> {
    let tables = Table::ALL.map(|table| format!("{}.csv", table.name()));
    tables.into_iter().chain(["study.toml".to_string()]).collect()
}

/// The key: a new one, a file's, the environment's. Never a silent one.
fn key(args: &Anonymise, terminal: &Terminal) -> Result<Key> {
    if let Some(path) = &args.new_key {
        return new_key(path, terminal);
    }
    if let Some(path) = &args.key_file {
        let unreadable = |e: std::io::Error| {
            let missing = e.kind() == std::io::ErrorKind::NotFound;
            let code = if missing { "key_file_missing" } else { "file_unreadable" };
            Error::run(code).with("file", path.display()).because(e)
        };
        let bytes = fs::read(path).map_err(unreadable)?;
        if open_to_others(path) {
            terminal.note("command.key_open", &[("file", path.display().to_string())]);
        }
        return Key::new(&bytes);
    }
    match std::env::var_os(VARIABLE) {
        Some(text) if !text.is_empty() => Key::new(text.as_encoded_bytes()),
        _ => Err(Error::run("key_missing").with("variable", VARIABLE)),
    }
}

/// 32 bytes of the system's randomness as 64 hexadecimal digits, in a file that is new and its owner's alone.
fn new_key(path: &Path, terminal: &Terminal) -> Result<Key> {
    use std::io::Write;
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| Error::run("no_randomness").with("cause", e))?;
    let digits: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let cannot = |e: std::io::Error| {
        let there = e.kind() == std::io::ErrorKind::AlreadyExists;
        let code = if there { "key_file_exists" } else { "cannot_write" };
        Error::run(code).with("file", path.display()).because(e)
    };
    let mut file = options.open(path).map_err(cannot)?;
    file.write_all(format!("{digits}\n").as_bytes()).map_err(cannot)?;
    terminal.note("command.key_made", &[("file", path.display().to_string())]);
    Key::new(digits.as_bytes())
}

/// Whether anybody but its owner may read a file.
#[cfg(unix)]
fn open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> bool {
    false
}

/// Faults that no transformation answers.
fn refuse(issues: &[Issue], profile: Profile, terminal: &Terminal) {
    let name = crate::text::say(terminal.language, &format!("table.profile_{}", profile.name()), &[]);
    terminal.warn(&crate::text::say(terminal.language, "command.not_to_pass", &[("profile", name)]));
    ask::refuse(issues, terminal);
}

/// The study's own files again: they are a release already.
fn unchanged(args: &Anonymise, study: &Study, export: Export, bounds: Bounds, terminal: &Terminal) -> Result<u8> {
    let mut files: Vec<(String, PathBuf)> = vec![("study.toml".to_string(), args.study.clone())];
    for table in Table::ALL {
        for file in pipeline::files(study, table) {
            let name = file.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            files.push((name, file.path.clone()));
        }
    }
    for (name, path) in &files {
        let bytes =
            fs::read(path).map_err(|e| Error::run("file_unreadable").with("file", path.display()).because(e))?;
        export.put(name, &bytes)?;
    }
    if !passes(args, export.staging(), bounds, terminal)?.0 {
        return Ok(SAYS_NO);
    }
    export.deliver()?;
    terminal.note("command.export_unchanged", &[("folder", args.out.display().to_string())]);
    Ok(DONE)
}

/// Writes the files, asks the gate about what was written, compares the analyses, and only then gives the folders their names.
fn deliver(
    args: &Anonymise,
    released: Released,
    made: &Made<'_>,
    (export, report): (Export, Export),
    folders: &Folders,
    terminal: &Terminal,
) -> Result<u8> {
    put(args, &released, made.study, &export)?;
    let mut loss = released.loss;
    let (passed, after) = passes(args, export.staging(), made.bounds, terminal)?;
    let Some((after, exported)) = after.filter(|_| passed) else { return Ok(SAYS_NO) };
    let findings = |study: &Study, screened: &Screened| -> Findings {
        let asked: Vec<_> = ANALYSES.into_iter().filter(|analysis| (analysis.asked)(study)).collect();
        pipeline::findings(screened, study, &asked)
    };
    let names: Vec<&str> = ANALYSES.iter().filter(|a| (a.asked)(made.study)).map(|a| a.name).collect();
    loss.analyses = loss::compare(&findings(made.study, made.screened), &findings(&exported, &after), &names);
    report.put(REPORT[0], json::pretty(&loss)?.as_bytes())?;
    for (name, language) in [(REPORT[1], Language::Ja), (REPORT[2], Language::En)] {
        report.put(name, md::draw(&page::compose(&loss, language)).as_bytes())?;
    }
    export.deliver()?;
    report.deliver()?;
    show(args, &loss, terminal)?;
    let places = [("folder", folders.out.display().to_string()), ("report", folders.report.display().to_string())];
    terminal.note("command.exported", &places);
    if args.profile == Profile::Pseudonymised {
        terminal.note("command.still_personal", &[]);
    }
    Ok(DONE)
}

/// The tables and the study file, into the place beside.
fn put(args: &Anonymise, released: &Released, study: &Study, export: &Export) -> Result<()> {
    for sheet in &released.tables.0 {
        export.put(&sheet.file(), write::csv(sheet, study).as_bytes())?;
    }
    let text = study::text_of(&args.study)?;
    let text = write::study_file(&text, study, released)?;
    export.put("study.toml", text.as_bytes())
}

/// Whether the gate opens for the files as written, with the data where it does; what it finds otherwise is told.
#[allow(clippy::type_complexity, reason = "the data come with the study that names them")]
fn passes(
    args: &Anonymise,
    folder: &Path,
    bounds: Bounds,
    terminal: &Terminal,
) -> Result<(bool, Option<(Screened, Study)>)> {
    let study = match study::load(&folder.join("study.toml")) {
        Ok(study) => study,
        Err(study::LoadError::Error(error)) => return Err(error),
        Err(study::LoadError::Faults(_)) => return Err(Error::bug("study_text")),
    };
    let options = Options { profile: validate::profile(args.profile), ..Options::default() };
    let (gate, screened) =
        validate::judged(&study, Vec::new(), &options, Beside::default(), (bounds, Severity::Errors), terminal)?;
    if gate.verdict == Verdict::Fail {
        let errors: Vec<Issue> = gate.issues.into_iter().filter(|issue| issue.level == Level::Error).collect();
        refuse(&errors, args.profile, terminal);
        return Ok((false, None));
    }
    Ok((true, screened.map(|screened| (screened, study))))
}

fn show(args: &Anonymise, loss: &Loss, terminal: &Terminal) -> Result<()> {
    let text = match args.format {
        ExplainFormat::Table => drawn::draw(&page::compose(loss, terminal.language), terminal.style),
        ExplainFormat::Json => json::pretty(loss)?,
        ExplainFormat::Md => md::draw(&page::compose(loss, terminal.language)),
    };
    terminal.result(&text)
}
