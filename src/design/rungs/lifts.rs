//! Pairs of consecutive answers below the highest stage as rows: did the person move up, and what was talked about in
//! between. Estimates nothing.

use super::Rungs;
use crate::domain::Ladder;
use crate::panel::{Between, Panel};
use crate::stats::permute;
use rand::Rng;

/// Most rows: beyond, whole teams are drawn.
pub const MOST_ROWS: usize = 30_000;

/// One pair of answers.
#[derive(Debug, Clone, PartialEq)]
pub struct LiftRow {
    /// Stage before.
    pub stage: usize,
    /// Whether the next answer was above it.
    pub rose: bool,
    /// Number of the person.
    pub person: usize,
    /// Dense code of the team.
    pub team: u32,
    /// Months between the answers.
    pub gap: f64,
    /// 1on1s a month between them.
    pub meetings: f64,
    /// Per topic: talked about, and its mean rating.
    pub topics: Vec<(bool, Option<f64>)>,
}

/// The rows of a study.
#[derive(Debug)]
pub struct LiftRows {
    /// The rows used.
    pub rows: Vec<LiftRow>,
    /// Pairs there are.
    pub all: usize,
}

/// Pairs of answers with what the log holds between them; nothing without a log of dated waves.
pub fn study(panel: &Panel, rungs: &Rungs, ladder: &Ladder, topics: usize, key: [u8; 32]) -> Option<LiftRows> {
    let between = panel.sessions.between.as_ref()?;
    let walks = &rungs.walks;
    let top = ladder.stages().len().checked_sub(1)?;
    let all: usize = walks.iter().map(|steps| steps.len().saturating_sub(1)).sum();
    let chance = MOST_ROWS as f64 / all.max(1) as f64;
    let mut rows = Vec::new();
    let mut pairs = 0;
    for (walk, (steps, &person)) in walks.iter().zip(walks.people()).enumerate() {
        let team = walks.team.as_ref().and_then(|t| t.get(walk).copied()).unwrap_or(walk as u32);
        let kept = chance >= 1.0 || permute::stream(key, u64::from(team)).random::<f64>() < chance;
        let mut places = between.of(person);
        for pair in steps.windows(2) {
            let (Some(at), [before, after]) = (places.next(), pair) else { continue };
            let stage = |level: u32| ladder.stage_index(level as usize);
            let (Some(from), Some(to)) = (stage(before.level), stage(after.level)) else { continue };
            if from >= top {
                continue;
            }
            pairs += 1;
            if kept {
                let gap = f64::from(walks.gap(before.wave, after.wave));
                rows.push(row(between, at, (from, to > from), (walk, team), gap, topics));
            }
        }
    }
    let codes = super::super::dense(rows.iter().map(|row| row.team));
    rows.iter_mut().zip(codes).for_each(|(row, code)| row.team = code);
    Some(LiftRows { rows, all: pairs })
}

fn row(
    between: &Between,
    at: usize,
    (stage, rose): (usize, bool),
    (person, team): (usize, u32),
    gap: f64,
    topics: usize,
) -> LiftRow {
    LiftRow {
        stage,
        rose,
        person,
        team,
        gap,
        meetings: f64::from(between.meetings(at)) / gap,
        topics: (0..topics).map(|topic| between.topic(at, topic)).collect(),
    }
}
