//! How coarse each quasi-identifier can be made, step by step, and how much of it each step loses. Chooses nothing.
//!
//! The loss of a step is the share of the column's information that can no longer be told from the coarser value,
//! H(X | g(X)) / H(X) with Shannon's entropy over the people and "missing" as a value: 0 as it was, 1 when the column is gone
//! (Gionis & Tassa 2009, conditional entropy measure; for recodings de Waal & Willenborg 1999).

use super::grain::Grain;
use super::held::{Held, Sheet};
use crate::domain::{Day, Month};
use crate::panel::{Ids, NOBODY};
use crate::tables::MISSING_DAY;
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// What is done to a quasi-identifier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// As it is; a date by its month.
    Keep,
    /// Values of fewer people than this are one.
    Merge(u64),
    /// Dates by a longer span; days before the given one are one.
    Span(Grain, Option<Day>),
    /// Numbers by their mean in so many groups of about as many people.
    Bands(usize),
    /// The column is gone.
    Drop,
}

/// A step with its outcome for each person.
#[derive(Debug, Clone)]
pub struct Level {
    /// What is done.
    pub step: Step,
    /// The coarser value of each person, numbered.
    pub codes: Vec<u32>,
    /// Share of the column's information lost, 0 to 1.
    pub loss: f64,
}

/// A quasi-identifier and all it can become, the finest first.
#[derive(Debug, Clone)]
pub struct Ladder {
    /// The column of people.
    pub column: String,
    /// What losing the whole of it weighs.
    pub weight: f64,
    /// Its levels.
    pub levels: Vec<Level>,
}

/// What is known of the time that the data cover.
#[derive(Debug, Clone, Copy)]
pub struct Covered {
    /// The month in which the data begin.
    pub first: Month,
    /// The month in which they end: nobody leaves after it.
    pub last: Month,
    /// The first day of the question about leaving.
    pub start: Option<Day>,
}

/// The word in place of merged values.
pub const OTHER: &str = "other";
/// How often the least number of people behind a value is doubled.
const DOUBLINGS: u32 = 4;
const BANDS: [usize; 5] = [20, 10, 5, 3, 2];

/// Everything that a column of people can become.
pub fn ladder(people: &Sheet, column: &str, k: u64, covered: Covered, weight: f64) -> Option<Ladder> {
    let held = &people.column(column)?.cells;
    let steps: Vec<Step> = match held {
        // A group that is no arm is a fault to every reader: groups stay or go.
        _ if column == "group" => vec![Step::Keep],
        Held::Text(..) => {
            let floors = (0..=DOUBLINGS).map(|doubled| Step::Merge(k << doubled));
            std::iter::once(Step::Keep).chain(floors).collect()
        }
        Held::Day(_) => {
            let floors = [None, Some(covered.first.first()), covered.start];
            let spans = floors.into_iter().enumerate().filter(|(at, floor)| *at == 0 || floor.is_some());
            spans.flat_map(|(_, floor)| Grain::ALL.map(|grain| Step::Span(grain, floor))).collect()
        }
        Held::Number(_) => std::iter::once(Step::Keep).chain(BANDS.map(Step::Bands)).collect(),
        Held::Month(_) | Held::Topics(_) => vec![Step::Keep],
    };
    let mut levels: Vec<Level> = Vec::new();
    for step in steps.into_iter().chain([Step::Drop]) {
        if step == Step::Drop && levels.len() > 1 {
            // A column that says the same of everybody says nothing: then it may as well be gone.
            levels.retain(|level| level.codes.iter().any(|code| Some(code) != level.codes.first()));
        }
        let codes = coded(&coarser(held, step), people.rows);
        // A step that changes nothing more than one before it is no choice.
        if !levels.iter().any(|level| same_classes(&level.codes, &codes)) || step == Step::Drop {
            // Months are asked of every date: what days told beyond them is no loss that a search could avoid.
            let loss = levels.first().map_or(0.0, |finest| loss(&finest.codes, &codes));
            levels.push(Level { step, loss, codes });
        }
    }
    Some(Ladder { column: column.to_string(), weight, levels })
}

/// The cells after a step; `None` when the column is gone.
pub fn coarser(held: &Held, step: Step) -> Option<Held> {
    match (held, step) {
        (_, Step::Drop) => None,
        (Held::Text(ids, of), Step::Merge(least)) => Some(merged(ids, of, least)),
        (Held::Day(days), Step::Span(grain, floor)) => {
            Some(Held::Day(days.iter().map(|d| spanned(*d, grain, floor)).collect()))
        }
        (Held::Number(cells), Step::Bands(bands)) => Some(Held::Number(banded(cells, bands))),
        (held, _) => Some(held.clone()),
    }
}

/// The days of leaving after a step: towards the end of the span.
pub fn left(held: &Held, step: Step, covered: Covered) -> Option<Held> {
    match (held, step) {
        (Held::Day(days), Step::Span(grain, floor)) => {
            let floor = floor.map(|floor| grain.first(floor));
            let last = |d: &i32| match floor {
                _ if *d == MISSING_DAY => *d,
                // Whoever left before the floor left in the month before it: after everything the data tell of them.
                Some(floor) if *d < floor.0 => Month(floor.month().0 - 1).first().0,
                _ => grain.last(Day(*d), covered.last).0,
            };
            Some(Held::Day(days.iter().map(last).collect()))
        }
        _ => coarser(held, step),
    }
}

fn spanned(day: i32, grain: Grain, floor: Option<Day>) -> i32 {
    match floor.map(|floor| grain.first(floor)) {
        _ if day == MISSING_DAY => day,
        // All before the floor stand on the first day of the year before it: earlier than everything in the data.
        Some(floor) if day < floor.0 => Month(Grain::Year.first(floor).month().0 - 12).first().0,
        _ => grain.first(Day(day)).0,
    }
}

/// Values that fewer people share are one; it is called "other", or like the largest of them when they are ids.
fn merged(ids: &Ids, of: &[u32], least: u64) -> Held {
    let mut counts = vec![0u64; ids.len()];
    of.iter().filter(|n| **n != NOBODY).for_each(|n| counts[*n as usize] += 1);
    let small: Vec<bool> = counts.iter().map(|count| *count < least).collect();
    let mut kept = Ids::default();
    let name = |n: u32| if small[n as usize] { OTHER } else { ids.name(n) };
    let of = of.iter().map(|n| if *n == NOBODY { *n } else { kept.intern(name(*n)) }).collect();
    Held::Text(kept, of)
}

/// Each number becomes the mean of its group; groups have about as many cells each and equal numbers stay together
/// (univariate microaggregation, Domingo-Ferrer & Mateo-Sanz 2002).
fn banded(cells: &[f64], bands: usize) -> Vec<f64> {
    let mut order: Vec<usize> = (0..cells.len()).filter(|row| cells[*row].is_finite()).collect();
    order.sort_by(|a, b| cells[*a].total_cmp(&cells[*b]));
    let mut out = cells.to_vec();
    let mut from = 0;
    for band in 1..=bands {
        let mut to = (order.len() * band / bands).max(from);
        while to < order.len() && to > from && cells[order[to]] == cells[order[to - 1]] {
            to += 1;
        }
        let members = &order[from..to];
        let mean = members.iter().map(|row| cells[*row]).sum::<f64>() / members.len().max(1) as f64;
        // Three figures are as much as a band can mean.
        let rounded = three_figures(mean);
        members.iter().for_each(|row| out[*row] = rounded);
        from = to;
    }
    out
}

fn three_figures(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10f64.powi(2 - value.abs().log10().floor() as i32);
    (value * scale).round() / scale
}

/// Distinct values numbered; missing is 0.
fn coded(held: &Option<Held>, rows: usize) -> Vec<u32> {
    held.as_ref().map_or_else(|| vec![0; rows], |held| fine(held, rows))
}

/// The values of each person, numbered; missing is 0.
pub fn fine(held: &Held, rows: usize) -> Vec<u32> {
    let mut known: HashMap<u64, u32> = HashMap::new();
    let mut number = |value: Option<u64>| {
        let next = known.len() as u32 + 1;
        value.map_or(0, |value| *known.entry(value).or_insert(next))
    };
    let day = |d: &i32| (*d != MISSING_DAY).then_some(u64::from(d.cast_unsigned()));
    let codes: Vec<u32> = match held {
        Held::Text(_, of) => of.iter().map(|n| number((*n != NOBODY).then_some(u64::from(*n)))).collect(),
        Held::Number(cells) => cells.iter().map(|v| number(v.is_finite().then_some(v.to_bits()))).collect(),
        Held::Day(cells) | Held::Month(cells) => cells.iter().map(|d| number(day(d))).collect(),
        Held::Topics(cells) => cells.iter().map(|t| number((*t != 0).then_some(u64::from(*t)))).collect(),
    };
    debug_assert_eq!(codes.len(), rows);
    codes
}

fn same_classes(one: &[u32], other: &[u32]) -> bool {
    let mut there = HashMap::new();
    let mut back = HashMap::new();
    one.iter().zip(other).all(|(a, b)| *there.entry(a).or_insert(b) == b && *back.entry(b).or_insert(a) == a)
}

/// H(X | g(X)) / H(X); 0 when X never varied.
fn loss(fine: &[u32], coarse: &[u32]) -> f64 {
    let all = entropy(fine);
    let kept = entropy(coarse);
    // g(X) is a function of X, so H(X | g(X)) = H(X) - H(g(X)).
    if all <= 0.0 { 0.0 } else { ((all - kept) / all).clamp(0.0, 1.0) }
}

fn entropy(values: &[u32]) -> f64 {
    // In the order of the values: a sum of floats must not depend on where a hash puts them.
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    values.iter().for_each(|value| *counts.entry(*value).or_default() += 1);
    let n = counts.values().sum::<usize>() as f64;
    counts.values().map(|count| *count as f64 / n).map(|p| -p * p.ln()).sum()
}
