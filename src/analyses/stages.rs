//! Question: at which level of the ladder does everyone stand, do the arms differ, how do people move, what follows from a
//! stage, and what precedes a move up? Population: people with a level in the chosen wave. Method: one file per part, which
//! names it. Declines when: nobody answered. References: in the parts.

mod change;
mod follows;
mod lifts;
mod shares;

use super::{Answer, estimate, finite};
use crate::design::rungs::{self, PlainRungs, Rungs, outcomes};
use crate::domain::Ladder;
use crate::findings::stages::Stages;
use crate::findings::{Caution, Decline, Finding};
use crate::screen::Screened;
use crate::stats::{permute, unit_ratio};
use crate::study::Study;

const NAME: &str = "stages";

/// Draws of whole teams for the intervals of shares, when resampling is asked for.
const DRAWS: u64 = 1_000;

/// What every part of the question needs.
struct Asking<'a> {
    ladder: &'a Ladder,
    /// Column, treatment and control of the study's arms.
    arms: Option<(&'a str, &'a str, &'a str)>,
    seed: u64,
    /// Draws of whole teams; `None` = not resampled.
    draws: Option<u64>,
}

/// Answers the stages question of a study.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn study(screened: &Screened, study: &Study) -> Result<Answer, Decline> {
    let panel = screened.panel().ok_or_else(|| Decline::new(NAME, "no_study_tables"))?;
    if panel.survey.answers.is_empty() {
        return Err(Decline::new(NAME, "no_survey"));
    }
    let arms = study.comparison.as_ref().map(|c| ("group", c.treatment.as_str(), c.control.as_str()));
    let draws = study.drivers.resample.then_some(DRAWS);
    let asking = Asking { ladder: &study.ladder, arms, seed: study.seed, draws };
    let rungs = rungs::study(panel, study)?;
    let mut found = stages(&rungs, &asking);
    found.follows = follows::follows(&outcomes::study(panel, study, &rungs), rungs.team.is_some(), &asking);
    let topics: Vec<String> = study.topics.iter().map(|topic| topic.code.clone()).collect();
    let key = permute::key(study.seed, NAME, "lifts");
    if let Some(rows) = rungs::lifts::study(panel, &rungs, &study.ladder, topics.len(), key) {
        found.lifts = lifts::lifts(&rows, &topics, rungs.team.is_some(), &asking);
    }
    Ok(Finding::Stages(found).into())
}

/// How a plain table is to be told.
#[derive(Debug, Clone, Copy)]
pub struct PlainOptions {
    /// Seed of every draw.
    pub seed: u64,
    /// Draw whole teams.
    pub resample: bool,
}

/// Answers the stages question on a plain table.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn plain(
    screened: &Screened,
    asked: &PlainRungs,
    ladder: &Ladder,
    options: PlainOptions,
) -> Result<Finding, Decline> {
    let table = screened.plain().ok_or_else(|| Decline::new(NAME, "no_plain_table"))?;
    let rungs = rungs::plain(table, asked, ladder.levels())?;
    let asking = Asking { ladder, arms: None, seed: options.seed, draws: options.resample.then_some(DRAWS) };
    let mut found = stages(&rungs, &asking);
    let outcomes = outcomes::plain(table, &asked.outcomes, &rungs)?;
    found.follows = follows::follows(&outcomes, rungs.team.is_some(), &asking);
    Ok(Finding::Stages(found))
}

fn stages(rungs: &Rungs, asking: &Asking<'_>) -> Stages {
    let mut cautions: Vec<Caution> =
        rungs.not_found.iter().map(|name| Caution::new("grouping_unknown").with("column", name.as_str())).collect();
    let marks = |name: &String| Caution::new("grouping_identifies").with("column", name.as_str());
    cautions.extend(rungs.identifying.iter().map(marks));
    if rungs.team.is_none() {
        cautions.push(Caution::new("intervals_ignore_teams"));
    }
    let mut found = Stages {
        n: rungs.level.len() as u64,
        wave: rungs.wave.clone(),
        flow: rungs.flow.clone(),
        cautions,
        ..Stages::default()
    };
    shares::tell(&mut found, rungs, asking);
    change::tell(&mut found, &rungs.walks, asking);
    found
}
