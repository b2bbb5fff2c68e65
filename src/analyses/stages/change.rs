//! Question: how do people move along the ladder? Method: first against last answer with Wilson's intervals; pairs of
//! consecutive answers as counts and row shares; the chain of one step with the largest likelihood where gaps differ (EM:
//! Craig & Sendi 2002), from it the expected time to rise with a jackknife over blocks of teams (Kott 2001), beside it the
//! observed time (Kaplan-Meier, censored at the last answer); people who stay at one stage; the change of the lowest and the
//! highest against what exchanging everybody's first and last answer makes (Campbell & Kenny 1999). Assumes: the chain, that
//! the next answer depends on the present stage alone; nothing for the rest. Declines nothing: without two answers of anybody
//! it is empty.

use super::{Asking, finite};
use crate::design::rungs::{Grouping, Step, Walks};
use crate::domain::Ladder;
use crate::findings::stages::change::{Change, GroupMovement, Regressed, StepShare, Stuck, TimeToRise};
use crate::findings::stages::{Movement, Stages, Transition};
use crate::findings::{Interval, Why};
use crate::stats::chain::{self, Gap};
use crate::stats::inference::{Inference, LEVEL};
use crate::stats::proportion::wilson;
use crate::stats::survival::{Life, kaplan_meier};
use crate::stats::swap::{self, Pair};
use ndarray::Array2;
use std::collections::BTreeMap;

/// Blocks of whole teams that are left out in turn.
const BLOCKS: usize = 20;
/// Fewer people who rose than this say nothing about how long it takes.
const FEWEST_RISEN: u64 = 5;
/// Answers in a row that are looked at for people who do not move.
const IN_A_ROW: std::ops::RangeInclusive<usize> = 2..=6;
/// The row told by stage.
const ROW_BY_STAGE: usize = 3;
/// The share of first answers that "lowest" and "highest" come nearest to.
const END: f64 = 1.0 / 3.0;

/// Fills in everything about movement.
pub(super) fn tell(found: &mut Stages, walks: &Walks, asking: &Asking<'_>) {
    let ladder = asking.ladder;
    let moving: Vec<(usize, &[Step])> = walks.iter().enumerate().filter(|(_, steps)| steps.len() > 1).collect();
    if moving.is_empty() {
        return;
    }
    found.movement = movement(moving.iter().map(|(_, steps)| *steps), ladder);
    found.transitions = transitions(walks, ladder);
    let gaps = moving.iter().flat_map(|(_, steps)| steps.windows(2)).filter_map(|pair| gap(walks, pair));
    let (step, shortest, longest) =
        gaps.fold((0, u32::MAX, 0), |(step, low, high), gap| (divisor(step, gap), low.min(gap), high.max(gap)));
    found.change = Some(Change {
        unit: if walks.dated() { "month" } else { "wave" }.to_string(),
        step,
        gaps: [shortest, longest],
        span: moving.iter().filter_map(|(_, steps)| gap(walks, steps)).max().unwrap_or(0),
        movement_by: walks.by.as_ref().map_or_else(Vec::new, |by| movement_by(by, &moving, ladder)),
        steps: steps(walks, ladder),
        time_to_rise: time_to_rise(walks, ladder, step),
        stuck: stuck(walks, ladder),
        regression_to_mean: regression(walks, &moving),
    });
}

fn stage(ladder: &Ladder, step: Option<&Step>) -> Option<usize> {
    ladder.stage_index(step?.level as usize)
}

fn gap(walks: &Walks, pair: &[Step]) -> Option<u32> {
    Some(walks.gap(pair.first()?.wave, pair.last()?.wave))
}

/// The greatest common divisor.
fn divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// First against last answer, in stages.
fn movement<'w>(walks: impl Iterator<Item = &'w [Step]>, ladder: &Ladder) -> Vec<Movement> {
    let mut counts = [0u64; 3];
    for steps in walks {
        match stage(ladder, steps.last()).cmp(&stage(ladder, steps.first())) {
            std::cmp::Ordering::Greater => counts[0] += 1,
            std::cmp::Ordering::Equal => counts[1] += 1,
            std::cmp::Ordering::Less => counts[2] += 1,
        }
    }
    let n: u64 = counts.iter().sum();
    let row = |(direction, &count): (&str, &u64)| {
        let limits = wilson(count, n, LEVEL);
        Movement {
            direction: direction.to_string(),
            count: Some(count),
            share: Some(count as f64 / n.max(1) as f64),
            conf_low: finite(limits.low),
            conf_high: finite(limits.high),
            ..Movement::default()
        }
    };
    ["up", "same", "down"].into_iter().zip(&counts).map(row).collect()
}

fn movement_by(by: &Grouping, moving: &[(usize, &[Step])], ladder: &Ladder) -> Vec<GroupMovement> {
    let none = by.values.len();
    let mut members: Vec<Vec<&[Step]>> = vec![Vec::new(); none + 1];
    for (walk, steps) in moving {
        let group = by.of.get(*walk).copied().flatten().unwrap_or(none);
        members[group].push(steps);
    }
    let names = by.values.iter().map(String::as_str).chain([""]);
    let told = names.zip(&members).filter(|(_, members)| !members.is_empty());
    told.map(|(name, members)| GroupMovement {
        by: by.name.clone(),
        group: name.to_string(),
        n: Some(members.len() as u64),
        rows: movement(members.iter().copied(), ladder),
        hidden: false,
    })
    .collect()
}

/// Pairs of consecutive answers by stage before and after.
fn counts(walks: &Walks, ladder: &Ladder) -> Vec<Vec<u64>> {
    let k = ladder.stages().len();
    let mut counts = vec![vec![0u64; k]; k];
    for pair in walks.iter().flat_map(|steps| steps.windows(2)) {
        if let (Some(from), Some(to)) = (stage(ladder, pair.first()), stage(ladder, pair.last())) {
            counts[from][to] += 1;
        }
    }
    counts
}

/// Between consecutive answers, in stages; pairs that occur.
fn transitions(walks: &Walks, ladder: &Ladder) -> Vec<Transition> {
    let mut rows = Vec::new();
    for (from, counts) in counts(walks, ladder).iter().enumerate() {
        let total: u64 = counts.iter().sum();
        for (to, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let limits = wilson(count, total, LEVEL);
            rows.push(Transition {
                from: ladder.stages()[from].clone(),
                to: ladder.stages()[to].clone(),
                count: Some(count),
                share: Some(count as f64 / total as f64),
                conf_low: finite(limits.low),
                conf_high: finite(limits.high),
                ..Transition::default()
            });
        }
    }
    rows
}

/// The same merged: down, the same, one up, further up.
fn steps(walks: &Walks, ladder: &Ladder) -> Vec<StepShare> {
    let mut rows = Vec::new();
    for (from, counts) in counts(walks, ladder).iter().enumerate() {
        let total: u64 = counts.iter().sum();
        if total == 0 {
            continue;
        }
        let of = |wanted: &dyn Fn(usize) -> bool| -> u64 {
            counts.iter().enumerate().filter(|(to, _)| wanted(*to)).map(|(_, count)| count).sum()
        };
        let merged = [
            ("down", of(&|to| to < from)),
            ("same", of(&|to| to == from)),
            ("up_one", of(&|to| to == from + 1)),
            ("up_more", of(&|to| to > from + 1)),
        ];
        for (direction, count) in merged {
            let limits = wilson(count, total, LEVEL);
            rows.push(StepShare {
                stage: ladder.stages()[from].clone(),
                direction: direction.to_string(),
                count: Some(count),
                share: Some(count as f64 / total as f64),
                conf_low: finite(limits.low),
                conf_high: finite(limits.high),
                hidden: false,
            });
        }
    }
    rows
}

/// Time until an answer above each stage: observed, and from the chain.
fn time_to_rise(walks: &Walks, ladder: &Ladder, step: u32) -> Vec<TimeToRise> {
    let k = ladder.stages().len();
    let mut lives: Vec<Vec<Life>> = vec![Vec::new(); k];
    for steps in walks.iter() {
        for (from, life) in risen(walks, steps, ladder) {
            lives[from].push(life);
        }
    }
    let expected = chain::times(&blocks(walks, ladder, step), LEVEL);
    let times = expected.map_or_else(|| vec![None; k], |(_, times)| times);
    let row = |(at, lives): (usize, &Vec<Life>)| {
        let rose = lives.iter().filter(|life| life.event).count() as u64;
        let months = |steps: f64| finite(steps * f64::from(step));
        let enough = rose >= FEWEST_RISEN;
        let time = times.get(at).copied().flatten().filter(|_| enough);
        let missing = if enough { Why::Undefined } else { Why::TooFew };
        TimeToRise {
            stage: ladder.stages()[at].clone(),
            n: Some(lives.len() as u64),
            rose: Some(rose),
            median: kaplan_meier(lives).median().filter(|_| enough),
            expected: Interval {
                estimate: time.and_then(|t| months(t.steps)),
                conf_low: time.and_then(|t| months(t.conf_low)),
                conf_high: time.and_then(|t| months(t.conf_high)),
                method: "chain_jackknife".to_string(),
                why: time.is_none().then_some(missing),
            },
            hidden: false,
            why: None,
        }
    };
    // Nobody can rise above the highest.
    lives.iter().enumerate().take(k.saturating_sub(1)).map(row).collect()
}

/// For each stage a person stood at and answered after: from the first answer there to the first above it, or to the last.
fn risen(walks: &Walks, steps: &[Step], ladder: &Ladder) -> Vec<(usize, Life)> {
    let stages: Vec<usize> = steps.iter().filter_map(|s| ladder.stage_index(s.level as usize)).collect();
    let mut seen = Vec::new();
    let mut lives = Vec::new();
    for (at, &from) in stages.iter().enumerate().take(stages.len().saturating_sub(1)) {
        if seen.contains(&from) {
            continue;
        }
        seen.push(from);
        let later = stages.iter().enumerate().skip(at + 1);
        let above = later.clone().find(|(_, stage)| **stage > from).map(|(place, _)| place);
        let (place, event) = above.map_or((stages.len() - 1, false), |place| (place, true));
        if let (Some(first), Some(last)) = (steps.get(at), steps.get(place)) {
            let time = f64::from(walks.gap(first.wave, last.wave));
            lives.push((from, if event { Life::left(time) } else { Life::stayed(time) }));
        }
    }
    lives
}

/// Pairs of answers by gap, in blocks of whole teams (of people, without teams).
fn blocks(walks: &Walks, ladder: &Ladder, step: u32) -> Vec<Vec<Gap>> {
    let k = ladder.stages().len();
    let mut blocks: Vec<BTreeMap<u32, Array2<f64>>> = vec![BTreeMap::new(); BLOCKS];
    for (walk, steps) in walks.iter().enumerate() {
        let team = walks.team.as_ref().and_then(|t| t.get(walk).copied()).map_or(walk, |code| code as usize);
        for pair in steps.windows(2) {
            let (Some(from), Some(to), Some(gap)) =
                (stage(ladder, pair.first()), stage(ladder, pair.last()), gap(walks, pair))
            else {
                continue;
            };
            let counts = blocks[team % BLOCKS].entry(gap / step.max(1)).or_insert_with(|| Array2::zeros((k, k)));
            counts[[from, to]] += 1.0;
        }
    }
    let gaps = |block: BTreeMap<u32, Array2<f64>>| block.into_iter().map(|(steps, counts)| Gap { steps, counts });
    blocks.into_iter().map(|block| gaps(block).collect()).collect()
}

/// People whose last k answers are at one stage, over all and by stage.
fn stuck(walks: &Walks, ladder: &Ladder) -> Vec<Stuck> {
    let k = ladder.stages().len();
    // (answers, of those in a row at one stage) by length; by stage for one length.
    let mut all: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
    let mut by_stage = vec![(0u64, 0u64); k];
    for steps in walks.iter() {
        let Some(last) = stage(ladder, steps.last()) else { continue };
        let run = steps.iter().rev().take_while(|s| ladder.stage_index(s.level as usize) == Some(last)).count();
        for length in IN_A_ROW.filter(|length| steps.len() >= *length) {
            let (n, stayed) = all.entry(length).or_default();
            *n += 1;
            *stayed += u64::from(run >= length);
        }
        if steps.len() >= ROW_BY_STAGE {
            by_stage[last].0 += 1;
            by_stage[last].1 += u64::from(run >= ROW_BY_STAGE);
        }
    }
    let row = |stage: &str, waves: usize, (n, count): (u64, u64)| {
        let limits = wilson(count, n, LEVEL);
        Stuck {
            stage: stage.to_string(),
            waves: waves as u32,
            n: Some(n),
            count: Some(count),
            share: (n > 0).then(|| count as f64 / n as f64),
            conf_low: finite(limits.low).filter(|_| n > 0),
            conf_high: finite(limits.high).filter(|_| n > 0),
            hidden: false,
        }
    };
    let mut rows: Vec<Stuck> = all.iter().map(|(length, counts)| row("", *length, *counts)).collect();
    if by_stage.iter().any(|(n, _)| *n > 0) {
        rows.extend(ladder.stages().iter().zip(by_stage).map(|(code, counts)| row(code, ROW_BY_STAGE, counts)));
    }
    rows
}

/// The lowest and the highest at first: everybody's, then by group.
fn regression(walks: &Walks, moving: &[(usize, &[Step])]) -> Vec<Regressed> {
    let pair = |(walk, steps): &(usize, &[Step])| {
        let unit = walks.team.as_ref().and_then(|t| t.get(*walk).copied()).unwrap_or(*walk as u32);
        let (first, last) = (steps.first()?, steps.last()?);
        Some((*walk, Pair { first: f64::from(first.level), last: f64::from(last.level), unit }))
    };
    let pairs: Vec<(usize, Pair)> = moving.iter().filter_map(pair).collect();
    let all: Vec<Pair> = pairs.iter().map(|(_, pair)| *pair).collect();
    let Some((low, high)) = ends(&all) else { return Vec::new() };
    let mut rows = Vec::new();
    rows.extend(at_ends("", "", &all, (low, high)));
    if let Some(by) = &walks.by {
        let mut members: Vec<Vec<Pair>> = vec![Vec::new(); by.values.len()];
        for (walk, pair) in &pairs {
            if let Some(own) = by.of.get(*walk).copied().flatten().and_then(|at| members.get_mut(at)) {
                own.push(*pair);
            }
        }
        for (name, own) in by.values.iter().zip(&members) {
            rows.extend(at_ends(&by.name, name, own, (low, high)));
        }
    }
    rows
}

/// The levels up to which, and from which, about a third of the first answers lie; nothing when that is everybody.
fn ends(pairs: &[Pair]) -> Option<(f64, f64)> {
    let mut first: Vec<f64> = pairs.iter().map(|p| p.first).collect();
    first.sort_by(f64::total_cmp);
    let n = first.len() as f64;
    let share = |cut: &f64| first.partition_point(|level| level <= cut) as f64 / n;
    let mut levels = first.clone();
    levels.dedup();
    let nearest =
        |wanted: f64| levels.iter().min_by(|a, b| (share(a) - wanted).abs().total_cmp(&(share(b) - wanted).abs()));
    let (low, below_high) = (*nearest(END)?, *nearest(1.0 - END)?);
    let high = levels.iter().copied().find(|level| *level > below_high)?;
    (low < high).then_some((low, high))
}

fn at_ends(by: &str, group: &str, pairs: &[Pair], (low, high): (f64, f64)) -> Vec<Regressed> {
    let interval = |i: &Inference| Interval {
        estimate: finite(i.estimate),
        conf_low: finite(i.conf_low),
        conf_high: finite(i.conf_high),
        method: "linearised".to_string(),
        why: None,
    };
    let row = |end: &str, cut: f64, found: Option<swap::Regression>| {
        let found = found?;
        Some(Regressed {
            end: end.to_string(),
            by: by.to_string(),
            group: group.to_string(),
            cut: cut as u32,
            n: Some(found.n as u64),
            change: interval(&found.change),
            expected: finite(found.expected),
            excess: interval(&found.excess),
            p_value: finite(found.excess.p_value),
            hidden: false,
        })
    };
    let lowest = row("lowest", low, swap::regression(pairs, |level| level <= low, LEVEL));
    let highest = row("highest", high, swap::regression(pairs, |level| level >= high, LEVEL));
    lowest.into_iter().chain(highest).collect()
}
