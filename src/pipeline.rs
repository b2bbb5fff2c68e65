//! The whole order, readable like a table of contents. Knows nothing of any single analysis.

use crate::analyses::Analysis;
use crate::domain::Day;
use crate::error::{Error, Kind, Result};
use crate::findings::{Draft, Finding, Findings, Input, Issue, Level, Provenance, seal};
use crate::ingest::{self, Keep, Source, Vocabulary};
use crate::screen::{Gatekeeper, KeyMode, Screened, admit_plain};
use crate::study::{DataFile, Study};
use crate::tables::{Batch, Layout, Table};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Told what is being read, and how many bytes of how many.
pub type Progress<'a> = dyn FnMut(&Path, u64, u64) + 'a;

/// Looks at every batch of every table in passing, before it is cleaned: the privacy checks of `validate`.
pub type Watch<'a> = dyn FnMut(&Layout, &Batch) + 'a;

/// Data that may be used, or every fault that stands in the way.
pub type Screening = std::result::Result<Screened, Vec<Issue>>;

/// Files -> typed batches -> one pass of checks and states -> the decision.
///
/// # Errors
/// A path that cannot be read. Faults of the data are not errors: they come back in the `Screening`.
pub fn screen(
    study: &Study,
    as_of: Option<Day>,
    progress: &mut Progress,
    watch: Option<&mut Watch>,
) -> Result<Screening> {
    let (keeper, issues, inputs) = pass(study, KeyMode::Rising, as_of, progress, watch)?;
    if keeper.keys_settled() {
        return Ok(keeper.admit(issues, inputs));
    }
    // Ids that rose and then did not: only hashes can tell a repeat, so the files are read once more.
    let (keeper, issues, inputs) = pass(study, KeyMode::Hashed, as_of, progress, None)?;
    Ok(keeper.admit(issues, inputs))
}

type Passed<'a> = (Gatekeeper<'a>, Vec<Issue>, Vec<Input>);

fn pass<'a>(
    study: &'a Study,
    mode: KeyMode,
    as_of: Option<Day>,
    progress: &mut Progress,
    mut watch: Option<&mut Watch>,
) -> Result<Passed<'a>> {
    let vocabulary = Vocabulary::from_study(study);
    let mut keeper = Gatekeeper::new(study, mode, as_of);
    let (mut issues, mut inputs) = (Vec::new(), Vec::new());
    for table in Table::ALL {
        for file in files(study, table) {
            let source = Source {
                table,
                path: &file.path,
                wave: file.wave.as_deref(),
                headers: study.columns.get(table.name()),
                vocabulary: &vocabulary,
                // Covariates of people may be asked for; other columns that nobody declared concern the gate only.
                keep_undeclared: if table == Table::People || watch.is_some() {
                    Keep::Undeclared
                } else {
                    Keep::DeclaredOnly
                },
            };
            let mut sink = |layout: &Layout, batch: &mut Batch| {
                if let Some(watch) = watch.as_mut() {
                    watch(layout, batch);
                }
                keeper.absorb(layout, batch);
                Ok(())
            };
            match ingest::read(&source, &mut sink, &mut |done, all| progress(&file.path, done, all)) {
                Ok(reading) => {
                    issues.extend(reading.issues);
                    inputs.push(reading.input);
                }
                // What cannot be read as data is a fault among the others; what cannot be opened stops the program.
                Err(error) if error.kind() == Kind::Data => issues.push(as_issue(&error, table, &file.path)),
                Err(error) => return Err(error),
            }
        }
    }
    Ok((keeper, issues, inputs))
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
    for analysis in analyses {
        match (analysis.answer)(screened, study) {
            Ok(answer) => {
                draft.findings.push(answer.finding);
                draft.declines.extend(answer.declines);
            }
            Err(decline) => draft.declines.push(decline),
        }
    }
    finish(draft, screened, study.seed, study.options.clone(), study.crowd)
}

/// One answer on a plain table -> the crowd rule -> findings.
pub fn plain_findings(
    screened: &Screened,
    answer: std::result::Result<Finding, crate::findings::Decline>,
    seed: u64,
    options: BTreeMap<String, serde_json::Value>,
    crowd: u64,
) -> Findings {
    let mut draft = Draft::default();
    match answer {
        Ok(finding) => draft.findings.push(finding),
        Err(decline) => draft.declines.push(decline),
    }
    finish(draft, screened, seed, options, crowd)
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
        inputs: screened.inputs().to_vec(),
    };
    seal(draft, crowd)
}
