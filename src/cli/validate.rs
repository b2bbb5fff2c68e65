//! `oneonone validate`: the gate for exports. Quality and privacy in one pass; places, kinds and counts, never a value.

mod baseline;
mod outputs;

use super::args::{Profile, Validate};
use super::progress::Progress;
use super::terminal::Terminal;
use super::{DONE, SAYS_NO, ask};
use crate::error::{Error, Result};
use crate::findings::gate::{Gate, Severity, Verdict};
use crate::findings::{Issue, Level, NotChecked};
use crate::ingest;
use crate::pipeline::{self, Bounds};
use crate::report::gate;
use crate::report::terminal::Style;
use crate::screen::Screened;
use crate::screen::privacy::{self, Beside, Options, Release, Suggest};
use crate::study::{self, Assignment, Comparison, Data, DataFile, LoadError, Study};
use crate::tables::Table;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Runs the command.
///
/// # Errors
/// A path that cannot be read, a study with faults, files whose table is not known from their name.
pub fn run(args: &Validate, terminal: &Terminal) -> Result<u8> {
    ask::limit_threads(terminal);
    let outputs = outputs::pairs(&args.format, &args.output)?;
    let accepted = args.baseline.as_deref().map(baseline::read).transpose()?;
    let Some((study, issues)) = asked(args, terminal)? else { return Ok(2) };
    let bounds = Bounds { as_of: ask::as_of(args.as_of.as_deref())?, memory: args.memory };
    let population = args.population.clone().map(|path| ingest::read_plain(&[path])).transpose()?;
    let beside = Beside {
        previous: args.previous.as_deref().map(|path| earlier(path, bounds, terminal)).transpose()?,
        population: population.as_ref().map(|(plain, _, _)| plain),
    };
    let options = options(args, &study);
    let severity = if args.strict { Severity::Warnings } else { Severity::Errors };
    let (told, _) = judged(&study, issues, &options, beside, (bounds, severity), terminal)?;
    let told = match (&accepted, args.baseline.as_deref(), bounds.as_of) {
        (Some(entries), Some(path), Some(today)) => told.accept(entries, &named(path), today),
        _ => told,
    };
    let paths = paths(&study);
    for (format, file) in &outputs {
        let text = |style| gate::render_at(&told, format, terminal.language, style, &paths);
        match file {
            Some(file) => outputs::write(file, &text(Style::Plain)?)?,
            None => terminal.result(&text(terminal.style)?)?,
        }
    }
    if told.verdict == Verdict::Fail && is_study(&args.input) {
        terminal.note("command.identified_study", &[]);
    }
    Ok(if told.verdict == Verdict::Pass { DONE } else { SAYS_NO })
}

fn named(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The path of every file by its name, as far as it lies below the folder in which the program runs: no other place is told.
fn paths(study: &Study) -> BTreeMap<String, String> {
    let files = Table::ALL.iter().flat_map(|table| pipeline::files(study, *table));
    let inside = |path: &Path| path.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    let shown = |path: &Path| {
        let parts = path.components().filter(|c| *c != Component::CurDir);
        parts.map(|c| c.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
    };
    files.filter(|file| inside(&file.path)).map(|file| (named(&file.path), shown(&file.path))).collect()
}

/// What workbooks carry beside their tables. A sheet that nobody reads is no matter for an analysis, but leaves the house.
fn carried(study: &Study, issues: &mut [Issue]) -> Result<Vec<Issue>> {
    let unread = issues.iter_mut().filter(|issue| issue.code == "workbook_more_sheets");
    unread.for_each(|issue| issue.level = Level::Error);
    let mut found = Vec::new();
    for file in Table::ALL.iter().flat_map(|table| pipeline::files(study, *table)) {
        found.extend(ingest::baggage(&file.path)?);
    }
    Ok(found)
}

/// The gate's answer about the files of a study, and the data where they may be used: `issues` are faults known before.
///
/// # Errors
/// A file cannot be read.
pub(super) fn judged(
    study: &Study,
    mut issues: Vec<Issue>,
    options: &Options,
    beside: Beside<'_>,
    (bounds, severity): (Bounds, Severity),
    terminal: &Terminal,
) -> Result<(Gate, Option<Screened>)> {
    let (release, screening) = watched(study, bounds, terminal)?;
    let screened = match screening {
        Ok(screened) => {
            issues.extend_from_slice(screened.issues());
            Some(screened)
        }
        Err(faults) => {
            issues.extend(faults);
            None
        }
    };
    let carried = carried(study, &mut issues)?;
    issues.extend(carried);
    let mut verdict = release.finish_beside(options, beside);
    if issues.iter().any(|issue| issue.code == "duplicate_keys_not_checked") {
        verdict.not_checked.push(NotChecked { check: "duplicate_keys".to_string(), reason: "memory".to_string() });
    }
    issues.extend(verdict.issues);
    let mut checked: Vec<String> =
        ["structure", "workbook", "values", "keys", "references", "ranges", "time", "arms"].map(String::from).to_vec();
    checked.extend(verdict.checked);
    let profile = options.profile.name();
    Ok((Gate::judge(profile, severity, issues, verdict.risk, checked, verdict.not_checked), screened))
}

/// Reads a study's files once: the release for the privacy checks, and what quality says of them.
fn watched(study: &Study, bounds: Bounds, terminal: &Terminal) -> Result<(Release, pipeline::Screening)> {
    let mut progress = Progress::new(terminal.quiet);
    let mut release = Release::new();
    let screening = pipeline::screen(
        study,
        bounds,
        &mut |path, done, all| progress.reading(path, done, all),
        Some(&mut |layout, batch| release.absorb(layout, batch)),
    )?;
    Ok((release, screening))
}

/// The release before this one. Its faults are its own; without people it can prove nothing.
fn earlier(path: &Path, bounds: Bounds, terminal: &Terminal) -> Result<Release> {
    let (study, _) = folder(path)?;
    let (release, _) = watched(&study, bounds, terminal)?;
    let nobody = || Error::run("previous_without_people").with("file", path.display());
    if release.has_people() { Ok(release) } else { Err(nobody()) }
}

/// What to judge by: the options, else the roles of the study file.
fn options(args: &Validate, study: &Study) -> Options {
    let chosen = |asked: &[String], roles: &[String]| if asked.is_empty() { roles.to_vec() } else { asked.to_vec() };
    let quasi = chosen(&args.quasi, &study.quasi);
    Options {
        profile: profile(args.profile),
        quasi: (!quasi.is_empty()).then_some(quasi),
        sensitive: chosen(&args.sensitive, &study.sensitive),
        suggest: if args.suggest { Suggest::Yes } else { Suggest::No },
        attack_seconds: args.attack_seconds,
        seed: study.seed,
    }
}

fn is_study(inputs: &[PathBuf]) -> bool {
    ask::is_study(inputs)
}

/// The profile as the gate knows it.
pub(super) fn profile(profile: Profile) -> privacy::Profile {
    match profile {
        Profile::Internal => privacy::Profile::Internal,
        Profile::Partner => privacy::Profile::Partner,
        Profile::Public => privacy::Profile::Public,
        Profile::Pseudonymised => privacy::Profile::Pseudonymised,
    }
}

/// The study behind the inputs, and faults of the folder itself; `None` after the faults of a study file were told.
fn asked(args: &Validate, terminal: &Terminal) -> Result<Option<(Study, Vec<Issue>)>> {
    if let [path] = args.input.as_slice() {
        if ask::is_study(&args.input) {
            return match study::load(path) {
                Ok(study) => Ok(Some((study, Vec::new()))),
                Err(LoadError::Error(error)) => Err(error),
                Err(LoadError::Faults(faults)) => {
                    ask::tell(path, &faults, terminal);
                    Ok(None)
                }
            };
        }
        if path.is_dir() {
            return folder(path).map(Some);
        }
    }
    let mut data = Data::default();
    for path in &args.input {
        let table = table_of(path).ok_or_else(|| Error::run("table_unknown").with("file", path.display()))?;
        put(&mut data, table, path.clone());
    }
    Ok(Some((of_exports(data)?, Vec::new())))
}

/// The exports of a folder: files named after their tables. People must be among them.
fn folder(path: &Path) -> Result<(Study, Vec<Issue>)> {
    let unreadable = |e| Error::run("file_unreadable").with("file", path.display()).because(e);
    let mut names: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        names.push(entry.map_err(unreadable)?.path());
    }
    names.sort();
    let mut data = Data::default();
    let mut issues = Vec::new();
    for file in names {
        match table_of(&file) {
            Some(_) if file.is_dir() => {
                return Err(Error::run("file_is_directory").with("file", file.display()));
            }
            Some(table) => put(&mut data, table, file),
            None if is_table_file(&file) => {
                let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                issues.push(Issue::new("unknown_file", Level::Error).file(&name));
            }
            None => {}
        }
    }
    for (table, files) in
        [(Table::People, &data.people), (Table::Sessions, &data.sessions), (Table::Survey, &data.survey)]
    {
        if files.is_empty() {
            let file = format!("{}.csv", table.name());
            issues.push(Issue::new("missing_table", Level::Error).file(&file).table(table.name()).structural());
        }
    }
    Ok((of_exports(data)?, issues))
}

/// Whether a file of a folder holds rows that nobody looked at: the gate fails closed.
fn is_table_file(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    ["csv", "tsv", "txt", "xlsx", "xls", "parquet"].contains(&extension.as_str())
}

/// The table a file's name speaks of: `people.csv`, `2024_sessions.csv`.
fn table_of(path: &Path) -> Option<Table> {
    if !is_table_file(path) {
        return None;
    }
    let stem = path.file_stem()?.to_string_lossy().to_lowercase();
    Table::ALL
        .into_iter()
        .find(|t| stem == t.name())
        .or_else(|| Table::ALL.into_iter().find(|t| stem.contains(t.name())))
}

fn put(data: &mut Data, table: Table, path: PathBuf) {
    let files = match table {
        Table::People => &mut data.people,
        Table::Survey => &mut data.survey,
        Table::Sessions => &mut data.sessions,
        Table::Sales => &mut data.sales,
        Table::Attrition => &mut data.attrition,
    };
    files.push(DataFile { path, wave: None, stored: None });
}

/// A study of exports with every default, and the arms that `domain` names.
fn of_exports(data: Data) -> Result<Study> {
    let mut study = Study::with_data(data)?;
    study.comparison = Some(Comparison {
        design: Assignment::Observational,
        unit: None,
        treatment: "A".to_string(),
        control: "B".to_string(),
        outcome: "sales".to_string(),
        start: None,
        end: None,
        share: 0.5,
        strata: None,
        groups: Vec::new(),
        adjust: Vec::new(),
        margin: None,
        index_base: None,
    });
    Ok(study)
}
