//! Question: what goes with a stage? Engagement, sales and staying by stage, now and later. Method: means with linearised
//! errors between teams (Cochran 1977); Jonckheere's and Terpstra's trend with an error between teams, and with outcomes
//! exchanged within teams. Assumes: teams independent. It shows what goes together, never what a stage brings about.

use super::{Asking, finite};
use crate::design::rungs::outcomes::{Held, Outcome};
use crate::findings::Why;
use crate::findings::stages::follows::{ByStage, Follow, Trend, WithinTeams};
use crate::stats::inference::LEVEL;
use crate::stats::jonckheere::{self, Placed};
use crate::stats::permute;
use crate::stats::proportion::wilson;
use crate::stats::unit_ratio::Sums;

/// People up to whom outcomes are exchanged by draws when resampling is asked for; beyond, the normal is as good.
const MOST_DRAWN: usize = 20_000;
const DRAWS: u64 = 999;

/// Every outcome over the stages; `teams` says whether the people come in teams.
pub(super) fn follows(outcomes: &[Outcome], teams: bool, asking: &Asking<'_>) -> Vec<Follow> {
    outcomes.iter().map(|outcome| follow(outcome, teams, asking)).collect()
}

fn follow(outcome: &Outcome, teams: bool, asking: &Asking<'_>) -> Follow {
    let ladder = asking.ladder;
    let mut rows: Vec<(usize, u32, f64)> = outcome
        .rows
        .iter()
        .filter_map(|held: &Held| Some((ladder.stage_index(held.level)?, held.team, held.value)))
        .collect();
    rows.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    let by_stage = ladder.stages().iter().enumerate().map(|(at, code)| {
        let from = rows.partition_point(|row| row.0 < at);
        let to = rows.partition_point(|row| row.0 <= at);
        by_stage(code, &rows[from..to], outcome.horizon.is_some(), teams)
    });
    Follow {
        outcome: outcome.name.clone(),
        timing: outcome.timing.to_string(),
        horizon: outcome.horizon,
        n: rows.len() as u64,
        rows: by_stage.collect(),
        trend: trend(&rows, outcome, teams, asking),
    }
}

fn by_stage(code: &str, rows: &[(usize, u32, f64)], share: bool, teams: bool) -> ByStage {
    let n = rows.len() as f64;
    let centre = rows.iter().map(|row| row.2).sum::<f64>() / n.max(1.0);
    let mut sums = Sums::default();
    // About the mean of the stage: large sums of large numbers lose their digits.
    for unit in rows.chunk_by(|a, b| teams && a.1 == b.1) {
        sums.add(unit.iter().map(|row| if share { row.2 } else { row.2 - centre }).sum(), unit.len() as f64);
    }
    let stayed = rows.iter().filter(|row| row.2 == 1.0).count() as u64;
    let limits = match sums.ratio() {
        Some(ratio) if share => ratio.share_limits(LEVEL).or_else(|| Some(wilson(stayed, rows.len() as u64, LEVEL))),
        Some(ratio) => Some(ratio.limits(LEVEL)),
        None => None,
    };
    let shift = if share { 0.0 } else { centre };
    let there = !rows.is_empty();
    ByStage {
        stage: code.to_string(),
        n: Some(rows.len() as u64),
        n_units: teams.then_some(sums.units),
        leavers: share.then_some(rows.len() as u64 - stayed),
        mean: finite(centre).filter(|_| there),
        conf_low: limits.and_then(|l| finite(l.low + shift)),
        conf_high: limits.and_then(|l| finite(l.high + shift)),
        hidden: false,
        why: limits.is_none().then_some(Why::TooFew),
    }
}

fn trend(rows: &[(usize, u32, f64)], outcome: &Outcome, teams: bool, asking: &Asking<'_>) -> Option<Trend> {
    let placed = |(at, row): (usize, &(usize, u32, f64))| Placed {
        group: row.0,
        value: row.2,
        unit: if teams { row.1 } else { at as u32 },
    };
    let people: Vec<Placed> = rows.iter().enumerate().map(placed).collect();
    let found = jonckheere::trend(&people, LEVEL)?;
    let draws = if asking.draws.is_some() && people.len() <= MOST_DRAWN { DRAWS } else { 0 };
    let key = permute::key(asking.seed, super::NAME, &format!("trend {} {}", outcome.name, outcome.timing));
    let within = if teams { jonckheere::within_units(&people, key, draws) } else { None };
    Some(Trend {
        statistic: finite(found.statistic),
        z: finite(found.z),
        p_value: finite(found.p_value),
        exact: found.exact,
        concordance: finite(found.concordance),
        conf_low: finite(found.conf_low),
        conf_high: finite(found.conf_high),
        p_units: finite(found.p_units),
        n_units: teams.then_some(found.df as u64 + 1),
        within: within.map(|w| WithinTeams {
            z: finite(w.z),
            p_value: finite(w.p_value),
            draws: w.draws,
            n_units: w.units as u64,
        }),
    })
}
