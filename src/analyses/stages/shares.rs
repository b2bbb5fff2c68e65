//! Question: where does everybody stand, by group and wave, and do two groups differ? Method: shares with Goodman's
//! simultaneous intervals (1965), Wilson's for each share alone (1927), and intervals between teams, linearised (Cochran
//! 1977) or drawn over whole teams; groups by the probability of superiority and a proportional-odds logit, both with errors
//! between teams. Assumes: teams independent of each other; where there are none, people.

use super::{Asking, estimate, finite, unit_ratio};
use crate::design::rungs::{Grouping, Rungs};
use crate::domain::Ladder;
use crate::findings::stages::{GroupShares, LevelShare, OrderedOdds, OtherLimits, StageShare, Stages, Superiority};
use crate::stats::arms;
use crate::stats::inference::{Inference, LEVEL};
use crate::stats::ordinal::cells::{self, Counted};
use crate::stats::permute;
use crate::stats::proportion::{Limits, goodman, wilson};
use crate::stats::unit_superiority::{Member, superiority};
use ndarray::Array2;

/// Purpose of the draws.
const KEY: &str = "shares_by_team";

/// One person in one table: group, team, level.
type Row = (u32, u32, u32);

/// Fills in the distribution, overall, by group and by wave, and the pairs of groups.
pub(super) fn tell(found: &mut Stages, rungs: &Rungs, asking: &Asking<'_>) {
    let teams = rungs.team.as_ref();
    let team = |at: usize| teams.and_then(|t| t.of.get(at).copied()).unwrap_or(at as u32);
    let row = |(at, level): (usize, &usize)| (0, team(at), *level as u32);
    let teller = Teller { asking, teams: teams.is_some() };
    let rows: Vec<Row> = rungs.level.iter().enumerate().map(row).collect();
    found.team = teams.map(|t| t.name.clone());
    found.n_teams = teams.map(|t| t.of.iter().copied().max().map_or(0, |code| u64::from(code) + 1));
    found.team_method = teams.map(|_| if asking.draws.is_some() { "bootstrap" } else { "linearised" }.to_string());
    if teams.is_some() && asking.draws.is_none() {
        found.not_run.push("shares_bootstrap".to_string());
    }
    if let Some(tally) = teller.tallies(rows.clone(), 1).first() {
        (found.levels, found.stages) = teller.shares(tally);
    }
    for grouping in &rungs.by {
        found.by.extend(teller.groups(grouping, &rows));
        if let Some((first, second)) = pair(grouping, asking.arms) {
            let members = members(grouping, &rows, first, second);
            found.superiority.extend(superior(grouping, (first, second), &members, teams.is_some()));
            found.odds.extend(odds(grouping, (first, second), &members, teams.is_some()));
        }
    }
    if rungs.by_wave {
        found.by.extend(waves(&teller, rungs));
    }
}

/// Everybody's answer of each wave.
fn waves(teller: &Teller<'_>, rungs: &Rungs) -> Vec<GroupShares> {
    let walks = &rungs.walks;
    let team = |at: usize| walks.team.as_ref().and_then(|t| t.get(at).copied()).unwrap_or(at as u32);
    let rows: Vec<Row> = walks
        .iter()
        .enumerate()
        .flat_map(|(at, steps)| steps.iter().map(move |step| (step.wave, team(at), step.level)))
        .collect();
    let tallies = teller.tallies(rows, walks.waves.len());
    let group = |(label, tally): (&String, &Tally)| teller.group("wave", label, tally);
    walks.waves.iter().zip(&tallies).filter(|(_, tally)| tally.n > 0).map(group).collect()
}

/// The arms of the study, or the two groups of a column that has exactly two.
fn pair(grouping: &Grouping, arms: Option<(&str, &str, &str)>) -> Option<(usize, usize)> {
    let place = |name: &str| grouping.values.iter().position(|v| v == name);
    match arms {
        Some((column, treatment, control)) if column == grouping.name => Some((place(treatment)?, place(control)?)),
        _ if grouping.values.len() == 2 => Some((0, 1)),
        _ => None,
    }
}

/// People of two groups; codes of their teams are dense among them.
fn members(grouping: &Grouping, rows: &[Row], first: usize, second: usize) -> Vec<Member> {
    let of_pair = |(group, row): (&Option<usize>, &Row)| {
        let group = (*group)?;
        let level = row.2 as usize;
        (group == first || group == second).then_some(Member { first: group == first, level, unit: row.1 })
    };
    let mut members: Vec<Member> = grouping.of.iter().zip(rows).filter_map(of_pair).collect();
    let dense = crate::design::dense(members.iter().map(|m| m.unit));
    members.iter_mut().zip(dense).for_each(|(member, code)| member.unit = code);
    members
}

fn superior(
    grouping: &Grouping,
    (first, second): (usize, usize),
    members: &[Member],
    teams: bool,
) -> Option<Superiority> {
    let name = |at: usize| grouping.values.get(at).cloned().unwrap_or_default();
    let told = |estimate: f64, low: f64, high: f64, p: f64, units: Option<[usize; 2]>| Superiority {
        by: grouping.name.clone(),
        first: name(first),
        second: name(second),
        estimate: finite(estimate),
        conf_low: finite(low),
        conf_high: finite(high),
        p_value: finite(p),
        n_units_first: units.map(|u| u[0] as u64),
        n_units_second: units.map(|u| u[1] as u64),
        why: None,
    };
    if teams && let Some(s) = superiority(members, LEVEL) {
        return Some(told(s.probability, s.conf_low, s.conf_high, s.p_value, Some(s.units)));
    }
    let side =
        |wanted: bool| -> Vec<f64> { members.iter().filter(|m| m.first == wanted).map(|m| m.level as f64).collect() };
    let s = arms::superiority(&side(true), &side(false), LEVEL)?;
    Some(told(s.probability, s.conf_low, s.conf_high, s.p_value, None))
}

fn odds(grouping: &Grouping, pair: (usize, usize), members: &[Member], teams: bool) -> Option<OrderedOdds> {
    // Levels that nobody of the two groups chose say nothing about their odds.
    let highest = members.iter().map(|m| m.level + 1).max()?;
    let mut place = vec![u32::MAX; highest];
    members.iter().for_each(|m| place[m.level] = 0);
    let mut next = 0;
    place.iter_mut().filter(|p| **p == 0).for_each(|p| {
        *p = next;
        next += 1;
    });
    let pattern: Vec<u32> = members.iter().map(|m| u32::from(m.first)).collect();
    let category: Vec<u32> = members.iter().map(|m| place[m.level]).collect();
    let codes: Vec<u32> = members.iter().map(|m| m.unit).collect();
    let patterns = Array2::from_shape_fn((2, 1), |(row, _)| row as f64);
    let clusters = teams.then_some(codes.as_slice());
    let rows = Counted { patterns: &patterns, pattern: &pattern, category: &category, clusters };
    let fit = cells::fit(&rows, next as usize).ok()?;
    let name = |at: usize| grouping.values.get(at).cloned().unwrap_or_default();
    let found: Inference = fit.coefficient(0, LEVEL);
    Some(OrderedOdds {
        by: grouping.name.clone(),
        first: name(pair.0),
        second: name(pair.1),
        odds_ratio: finite(found.estimate.exp()),
        odds_low: finite(found.conf_low.exp()),
        odds_high: finite(found.conf_high.exp()),
        log_odds: estimate(&found),
        n_clusters: teams.then_some(fit.clusters as u64),
    })
}

/// What one table of shares is made from.
struct Tally {
    n: u64,
    /// Levels, then stages.
    counts: Vec<u64>,
    /// Sums over teams of a², a b and b², a = its people in a category, b = its people.
    squares: Vec<f64>,
    products: Vec<f64>,
    sizes: f64,
    teams: u64,
    /// Counts of each team, kept for drawing.
    units: Vec<Vec<u32>>,
}

struct Teller<'a> {
    asking: &'a Asking<'a>,
    teams: bool,
}

impl Teller<'_> {
    fn ladder(&self) -> &Ladder {
        self.asking.ladder
    }

    /// A tally for each group, from rows in any order: one sort and one pass.
    fn tallies(&self, mut rows: Vec<Row>, groups: usize) -> Vec<Tally> {
        rows.sort_unstable();
        let (levels, stages) = (self.ladder().levels(), self.ladder().stages().len());
        let width = levels + stages;
        let empty = || Tally {
            n: 0,
            counts: vec![0; width],
            squares: vec![0.0; width],
            products: vec![0.0; width],
            sizes: 0.0,
            teams: 0,
            units: Vec::new(),
        };
        let mut tallies: Vec<Tally> = (0..groups).map(|_| empty()).collect();
        let mut unit = vec![0u32; width];
        for team in rows.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let Some(tally) = team.first().and_then(|row| tallies.get_mut(row.0 as usize)) else { continue };
            unit.iter_mut().for_each(|count| *count = 0);
            for &(_, _, level) in team {
                let stage = self.ladder().stage_index(level as usize).map(|stage| levels + stage);
                for at in [Some(level as usize), stage].into_iter().flatten() {
                    if let Some(count) = unit.get_mut(at) {
                        *count += 1;
                    }
                }
            }
            tally.add(&unit, team.len(), self.teams && self.asking.draws.is_some());
        }
        tallies
    }

    fn shares(&self, tally: &Tally) -> (Vec<LevelShare>, Vec<StageShare>) {
        let ladder = self.ladder();
        let (by_level, by_stage) = tally.counts.split_at(ladder.levels().min(tally.counts.len()));
        let other = self.other(tally);
        let n = tally.n.max(1) as f64;
        let level = |(at, (&count, limits)): (usize, (&u64, Limits))| LevelShare {
            level: at as u32,
            stage: ladder.stage_code(at).to_string(),
            count: Some(count),
            share: Some(count as f64 / n),
            conf_low: finite(limits.low),
            conf_high: finite(limits.high),
            other: other.get(at).cloned().unwrap_or_default(),
            ..LevelShare::default()
        };
        let stage = |(at, (&count, limits)): (usize, (&u64, Limits))| StageShare {
            stage: ladder.stages().get(at).cloned().unwrap_or_default(),
            count: Some(count),
            share: Some(count as f64 / n),
            conf_low: finite(limits.low),
            conf_high: finite(limits.high),
            other: other.get(by_level.len() + at).cloned().unwrap_or_default(),
            ..StageShare::default()
        };
        let levels = by_level.iter().zip(goodman(by_level, LEVEL)).enumerate().map(level);
        let stages = by_stage.iter().zip(goodman(by_stage, LEVEL)).enumerate().map(stage);
        (levels.collect(), stages.collect())
    }

    /// Wilson's limits and those between teams, of levels and then stages.
    fn other(&self, tally: &Tally) -> Vec<OtherLimits> {
        let drawn = self.asking.draws.filter(|_| self.teams).and_then(|draws| {
            let key = permute::key(self.asking.seed, super::NAME, KEY);
            let levels = self.ladder().levels();
            unit_ratio::drawn_shares(&tally.units, key, draws, LEVEL, levels)
        });
        let one = |(at, &count): (usize, &u64)| {
            let alone = wilson(count, tally.n, LEVEL);
            let between = match &drawn {
                Some(drawn) => drawn.get(at).copied().flatten(),
                None => tally.ratio(at).filter(|_| self.teams).and_then(|ratio| ratio.share_limits(LEVEL)),
            };
            OtherLimits {
                wilson_low: finite(alone.low),
                wilson_high: finite(alone.high),
                team_low: between.and_then(|l| finite(l.low)),
                team_high: between.and_then(|l| finite(l.high)),
            }
        };
        tally.counts.iter().enumerate().map(one).collect()
    }

    /// Every group of a column, and the people without one under the empty name.
    fn groups(&self, grouping: &Grouping, rows: &[Row]) -> Vec<GroupShares> {
        let none = grouping.values.len();
        let row = |(group, row): (&Option<usize>, &Row)| (group.unwrap_or(none) as u32, row.1, row.2);
        let tallies = self.tallies(grouping.of.iter().zip(rows).map(row).collect(), none + 1);
        let names = grouping.values.iter().map(String::as_str).chain([""]);
        let told = names.zip(&tallies).filter(|(name, tally)| !name.is_empty() || tally.n > 0);
        told.map(|(name, tally)| self.group(&grouping.name, name, tally)).collect()
    }

    fn group(&self, by: &str, name: &str, tally: &Tally) -> GroupShares {
        let (levels, stages) = self.shares(tally);
        let (by, group) = (by.to_string(), name.to_string());
        GroupShares { by, group, n: Some(tally.n), levels, stages, ..GroupShares::default() }
    }
}

impl Tally {
    fn add(&mut self, unit: &[u32], people: usize, keep: bool) {
        let size = people as f64;
        self.n += people as u64;
        self.sizes += size * size;
        self.teams += 1;
        for (at, &count) in unit.iter().enumerate().filter(|(_, count)| **count > 0) {
            self.counts[at] += u64::from(count);
            self.squares[at] += f64::from(count) * f64::from(count);
            self.products[at] += f64::from(count) * size;
        }
        if keep {
            self.units.push(unit.to_vec());
        }
    }

    /// The share of a category as a ratio over teams.
    fn ratio(&self, at: usize) -> Option<unit_ratio::Ratio> {
        let sums = unit_ratio::Sums {
            units: self.teams,
            top: *self.counts.get(at)? as f64,
            bottom: self.n as f64,
            top_squares: *self.squares.get(at)?,
            products: *self.products.get(at)?,
            bottom_squares: self.sizes,
        };
        sums.ratio()
    }
}
