//! The whole order, readable like a table of contents. Knows nothing of any single analysis.

use crate::analyses::Analysis;
use crate::domain::Day;
use crate::error::{Error, Kind, Result};
use crate::findings::{Draft, Finding, Findings, Input, Issue, Level, Provenance, seal};
use crate::ingest::{self, Keep, Outcome, Source, Trust, Vocabulary, state};
use crate::release::Tables;
use crate::screen::{Gatekeeper, KeyMode, Screened, admit_plain};
use crate::study::{self, DataFile, Study};
use crate::tables::{Batch, Layout, Table};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Told what is being read, and how many bytes of how many.
pub type Progress<'a> = dyn FnMut(&Path, u64, u64) + Send + 'a;

/// Looks at every batch of every table in passing, before it is cleaned: the privacy checks of `validate`.
pub type Watch<'a> = dyn FnMut(&Layout, &Batch) + Send + 'a;

/// The bounds of a pass.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bounds {
    /// The day after which a date lies in the future; `None` = none does.
    pub as_of: Option<Day>,
    /// Bytes that the keys of the session log may take; `None` = as many as it takes.
    pub memory: Option<u64>,
}

/// Data that may be used, or every fault that stands in the way.
pub type Screening = std::result::Result<Screened, Vec<Issue>>;

/// What must be known before a pass that a pass may find out: then the files are read once more.
#[derive(Debug, Clone)]
struct Terms {
    /// Ids that rose and then did not: only hashes can tell a repeat.
    keys: KeyMode,
    /// Files that began as UTF-8 and went on otherwise.
    distrusted: BTreeSet<PathBuf>,
}

enum Passed<'a> {
    Whole(Box<Gatekeeper<'a>>, Vec<Issue>, Vec<Input>),
    NoUtf8(PathBuf),
}

/// Files -> typed batches -> one pass of checks and states -> the decision.
///
/// # Errors
/// A path that cannot be read. Faults of the data are not errors: they come back in the `Screening`.
pub fn screen(study: &Study, bounds: Bounds, progress: &mut Progress, watch: Option<&mut Watch>) -> Result<Screening> {
    screened(study, bounds, progress, watch.map(|watch| Watcher { watch, sees: Sees::AsWritten }))
}

/// The same with the rows themselves, cells that cannot be as missing: what `anonymise` makes a release of.
///
/// # Errors
/// As `screen`.
pub fn gather(study: &Study, bounds: Bounds, progress: &mut Progress) -> Result<(Screening, Tables)> {
    let mut tables = Tables::default();
    let watch: &mut Watch = &mut |layout, batch| tables.absorb(layout, batch);
    let screening = screened(study, bounds, progress, Some(Watcher { watch, sees: Sees::Cleaned }))?;
    Ok((screening, tables))
}

/// Which cells are watched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sees {
    AsWritten,
    Cleaned,
}

struct Watcher<'w, 'f> {
    watch: &'w mut Watch<'f>,
    sees: Sees,
}

fn screened(study: &Study, bounds: Bounds, progress: &mut Progress, mut watch: Option<Watcher>) -> Result<Screening> {
    let mut terms = Terms { keys: KeyMode::Rising, distrusted: BTreeSet::new() };
    if let Some(watch) = watch.as_mut() {
        // A gate looks at every byte of a file before it looks at a cell: nothing may be watched twice.
        terms.distrusted.extend(Table::ALL.iter().flat_map(|t| files(study, *t)).map(|file| file.path.clone()));
        let again = Watcher { watch: &mut *watch.watch, sees: watch.sees };
        match pass(study, &terms, bounds, progress, Some(again))? {
            Passed::Whole(keeper, issues, inputs) if keeper.keys_settled() => return Ok(keeper.admit(issues, inputs)),
            Passed::Whole(..) => {}
            // What was watched is not all there is: the gate must not open on it.
            Passed::NoUtf8(path) => return Err(Error::data("file_changed").with("file", path.display())),
        }
        terms.keys = KeyMode::Hashed;
    }
    loop {
        match pass(study, &terms, bounds, progress, None)? {
            Passed::Whole(keeper, issues, inputs) if keeper.keys_settled() => return Ok(keeper.admit(issues, inputs)),
            Passed::Whole(..) => terms.keys = KeyMode::Hashed,
            Passed::NoUtf8(path) => {
                if !terms.distrusted.insert(path.clone()) {
                    return Err(Error::data("file_changed").with("file", path.display()));
                }
            }
        }
    }
}

fn pass<'a>(
    study: &'a Study,
    terms: &Terms,
    bounds: Bounds,
    progress: &mut Progress,
    mut watch: Option<Watcher>,
) -> Result<Passed<'a>> {
    let vocabulary = Vocabulary::from_study(study);
    let mut keeper = Gatekeeper::new(study, terms.keys, bounds.as_of, bounds.memory);
    let (mut issues, mut inputs) = (Vec::new(), Vec::new());
    for table in Table::ALL {
        for file in in_order(study, table) {
            let watched = watch.is_some();
            let as_written = watch.as_ref().is_some_and(|w| w.sees == Sees::AsWritten);
            let mut source = source(study, table, file, &vocabulary);
            if watched {
                source.keep_undeclared = Keep::Undeclared;
            }
            if terms.distrusted.contains(&file.path) {
                source.trust = Trust::Nothing;
            }
            let (look, mut fold) = keeper.table(table);
            let outcome = ingest::read(
                &source,
                &|layout, batch| {
                    let original = as_written.then(|| batch.clone());
                    (original, look.look(layout, batch))
                },
                &mut |layout, batch, (original, looked)| {
                    match (watch.as_mut(), original) {
                        (Some(watcher), Some(mut original)) => {
                            original.before = batch.before;
                            (watcher.watch)(layout, &original);
                        }
                        (Some(watcher), None) => (watcher.watch)(layout, batch),
                        (None, _) => {}
                    }
                    fold.take(layout, batch, looked);
                    Ok(())
                },
                &mut |done, all| progress(&file.path, done, all),
            );
            match outcome {
                Ok(Outcome::Read(reading)) => {
                    issues.extend(reading.issues);
                    inputs.push(reading.input);
                }
                Ok(Outcome::NoUtf8) => return Ok(Passed::NoUtf8(file.path.clone())),
                // What cannot be read as data is a fault among the others; what cannot be opened stops the program.
                Err(error) if error.kind() == Kind::Data => issues.push(as_issue(&error, table, &file.path)),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(Passed::Whole(Box::new(keeper), issues, inputs))
}

/// A table's files by name: the order of a list in the study file, or of states on the command line, changes nothing.
fn in_order(study: &Study, table: Table) -> Vec<&DataFile> {
    let mut listed: Vec<&DataFile> = files(study, table).iter().collect();
    // Files of states come in their order already; their paths are not their names.
    listed.sort_by_key(|file| if file.stored.is_some() { None } else { file.path.file_name() });
    listed
}

fn source<'s>(study: &'s Study, table: Table, file: &'s DataFile, vocabulary: &'s Vocabulary) -> Source<'s> {
    Source {
        table,
        path: &file.path,
        wave: file.wave.as_deref(),
        headers: study.columns.get(table.name()),
        vocabulary,
        // Covariates of people may be asked for; other columns that nobody declared concern the gate only.
        keep_undeclared: if table == Table::People { Keep::Undeclared } else { Keep::DeclaredOnly },
        trust: Trust::Head,
        stored: file.stored,
    }
}

/// Writes the typed rows of a study's files as a state at `path`; `text` is the study file's. Screens nothing: what one
/// shard lacks another may have. The faults of the reading come back; if one stops the work nothing is written.
///
/// # Errors
/// A path that cannot be read or written.
pub fn summarise(study: &Study, text: &str, path: &Path, progress: &mut Progress) -> Result<Vec<Issue>> {
    let vocabulary = Vocabulary::from_study(study);
    let mut writer = state::Writer::create(path, text)?;
    let mut issues = Vec::new();
    for table in Table::ALL {
        for file in in_order(study, table) {
            // A state cannot take back what it was given: every byte is looked at before the first cell.
            let source = Source { trust: Trust::Nothing, ..source(study, table, file, &vocabulary) };
            match writer.add(&source, &mut |done, all| progress(&file.path, done, all)) {
                Ok(Outcome::Read(reading)) => issues.extend(reading.issues),
                Ok(Outcome::NoUtf8) => return Err(Error::data("file_changed").with("file", file.path.display())),
                Err(error) if error.kind() == Kind::Data => issues.push(as_issue(&error, table, &file.path)),
                Err(error) => return Err(error),
            }
        }
    }
    if !issues.iter().any(|issue| issue.structural) {
        writer.finish()?;
    }
    Ok(issues)
}

/// The study that several states were made for, with all their files; a file that more than one state holds counts once.
///
/// # Errors
/// A path, `not_a_state`, `state_version`, `state_damaged`, `states_differ` when two ask different things.
pub fn from_states(paths: &[PathBuf]) -> Result<Study> {
    let mut study: Option<Study> = None;
    let mut all: Vec<(Table, Input, DataFile)> = Vec::new();
    for path in paths {
        let state = state::open(path)?;
        let damaged = || Error::data("state_damaged").with("file", path.display());
        let asked = study::without_data(&state.study).map_err(|_| damaged())?;
        if study.as_ref().is_some_and(|first| !first.asks_the_same(&asked)) {
            return Err(Error::data("states_differ").with("file", path.display()));
        }
        study.get_or_insert(asked);
        let others = all.len();
        for (number, stored) in state.files.into_iter().enumerate() {
            let known = |(table, input, _): &(Table, Input, DataFile)| {
                *table == stored.table && input.sha256 == stored.input.sha256 && input.file == stored.input.file
            };
            if !all.iter().take(others).any(known) {
                let file = DataFile { path: path.clone(), wave: None, stored: Some(number) };
                all.push((stored.table, stored.input, file));
            }
        }
    }
    let mut study = study.ok_or_else(|| Error::bug("no_states"))?;
    all.sort_by(|(_, a, _), (_, b, _)| (&a.file, &a.sha256).cmp(&(&b.file, &b.sha256)));
    for (table, _, file) in all {
        match table {
            Table::People => study.data.people.push(file),
            Table::Survey => study.data.survey.push(file),
            Table::Sessions => study.data.sessions.push(file),
            Table::Sales => study.data.sales.push(file),
            Table::Attrition => study.data.attrition.push(file),
        }
    }
    Ok(study)
}

fn as_issue(error: &Error, table: Table, path: &Path) -> Issue {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let issue = Issue::new(error.code(), Level::Error).file(&name).table(table.name()).structural();
    match error.args().iter().find(|(arg, _)| *arg != "file") {
        Some((_, detail)) => issue.detail(detail.clone()),
        None => issue,
    }
}

/// The files of a table, in the study's order.
pub fn files(study: &Study, table: Table) -> &[DataFile] {
    match table {
        Table::People => &study.data.people,
        Table::Survey => &study.data.survey,
        Table::Sessions => &study.data.sessions,
        Table::Sales => &study.data.sales,
        Table::Attrition => &study.data.attrition,
    }
}

/// One rectangular table -> typed columns -> the same decision.
///
/// # Errors
/// A path that cannot be read.
pub fn screen_plain(paths: &[PathBuf]) -> Result<Screening> {
    let (plain, inputs, issues) = ingest::read_plain(paths)?;
    Ok(admit_plain(plain, issues, inputs))
}

/// Screened data -> draft findings -> the crowd rule -> findings.
pub fn findings(screened: &Screened, study: &Study, analyses: &[Analysis]) -> Findings {
    let mut draft = Draft { title: study.title.clone(), ..Draft::default() };
    // No analysis knows of another, and none draws from another's randomness: they may run at the same time.
    let answers: Vec<_> = analyses.par_iter().map(|analysis| (analysis.answer)(screened, study)).collect();
    for answer in answers {
        match answer {
            Ok(answer) => {
                draft.findings.push(answer.finding);
                draft.declines.extend(answer.declines);
            }
            Err(decline) => draft.declines.push(decline),
        }
    }
    finish(draft, screened, study.seed, study.options.clone(), study.crowd)
}

/// Answers on a plain table -> the crowd rule -> findings.
pub fn plain_findings(
    screened: &Screened,
    answers: Vec<std::result::Result<Finding, crate::findings::Decline>>,
    seed: u64,
    options: BTreeMap<String, serde_json::Value>,
    crowd: u64,
) -> Findings {
    let mut draft = Draft::default();
    for answer in answers {
        match answer {
            Ok(finding) => draft.findings.push(finding),
            Err(decline) => draft.declines.push(decline),
        }
    }
    finish(draft, screened, seed, options, crowd)
}

/// Answers without data -> findings.
pub fn planned_findings(
    answers: Vec<std::result::Result<Finding, crate::findings::Decline>>,
    seed: u64,
    options: BTreeMap<String, serde_json::Value>,
) -> Findings {
    let mut draft = Draft::default();
    for answer in answers {
        match answer {
            Ok(finding) => draft.findings.push(finding),
            Err(decline) => draft.declines.push(decline),
        }
    }
    draft.provenance = Provenance {
        program: env!("CARGO_PKG_NAME").to_string(),
        version: env!("CARGO_PKG_VERSION").to_string(),
        seed,
        options,
        inputs: Vec::new(),
    };
    seal(draft, 1)
}

/// Inputs by table, name and digest, whatever order they came in.
fn in_order_of_tables(inputs: &[Input]) -> Vec<Input> {
    let mut inputs = inputs.to_vec();
    let place = |input: &Input| Table::ALL.iter().position(|t| t.name() == input.table);
    inputs.sort_by(|a, b| (place(a), &a.file, &a.sha256).cmp(&(place(b), &b.file, &b.sha256)));
    inputs
}

fn finish(
    mut draft: Draft,
    screened: &Screened,
    seed: u64,
    options: BTreeMap<String, serde_json::Value>,
    crowd: u64,
) -> Findings {
    draft.issues = screened.issues().to_vec();
    draft.provenance = Provenance {
        program: env!("CARGO_PKG_NAME").to_string(),
        version: env!("CARGO_PKG_VERSION").to_string(),
        seed,
        options,
        inputs: in_order_of_tables(screened.inputs()),
    };
    seal(draft, crowd)
}
