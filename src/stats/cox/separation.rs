//! Whether Cox's likelihood rises for ever in some direction, so that a hazard ratio is without bound. It deliberately
//! proves it of one direction and does not search: Newton's own path points the way.

use std::collections::BinaryHeap;

use ndarray::Array1;

use super::partial::{Model, Stratum};

/// Room for rounding, as a share of the spread of the risk scores.
const ROUNDING: f64 = 1e-9;

/// The column that runs off along `direction`, if the likelihood never falls there: whoever leaves has the highest score
/// of all at risk, at every event time (Bryson & Johnson 1981; Tsiatis 1981). A direction in which all scores are equal
/// proves nothing.
pub(super) fn runaway(model: &Model<'_>, direction: &Array1<f64>) -> Option<usize> {
    let mut columns: Vec<usize> = (0..direction.len()).collect();
    columns.sort_by(|&a, &b| direction[b].abs().total_cmp(&direction[a].abs()));
    let alone = |j: usize| Array1::from_shape_fn(direction.len(), |i| if i == j { direction[j].signum() } else { 0.0 });
    // The usual case first: one column by itself, whose name then is the whole answer.
    let single = columns.iter().copied().find(|&j| never_falls(model, &alone(j)));
    single.or_else(|| columns.first().copied().filter(|_| never_falls(model, direction)))
}

fn never_falls(model: &Model<'_>, direction: &Array1<f64>) -> bool {
    let scores = model.x.dot(direction);
    let spread = scores.iter().fold(0.0_f64, |widest, score| widest.max(score.abs()));
    let slack = ROUNDING * spread;
    let mut rises = false;
    let sound = model.strata.iter().all(|stratum| leavers_are_highest(model, stratum, &scores, slack, &mut rises));
    sound && rises
}

/// Whether all who leave have the highest score of those at risk; `rises` is set where somebody at risk has a lower one.
fn leavers_are_highest(
    model: &Model<'_>,
    stratum: &Stratum,
    scores: &Array1<f64>,
    slack: f64,
    rises: &mut bool,
) -> bool {
    // Times fall, so that whoever has not entered yet never will: they are dropped when they come to the top.
    let (mut highest, mut lowest) = (BinaryHeap::new(), BinaryHeap::new());
    let mut at = 0;
    while let Some(&first) = stratum.by_exit.get(at) {
        let time = model.lives[first].exit;
        let mut leavers = Vec::new();
        while let Some(&row) = stratum.by_exit.get(at).filter(|&&row| model.lives[row].exit == time) {
            highest.push(Ranked { score: scores[row], entry: model.lives[row].entry });
            lowest.push(Ranked { score: -scores[row], entry: model.lives[row].entry });
            if model.lives[row].event {
                leavers.push(scores[row]);
            }
            at += 1;
        }
        let (Some(top), Some(bottom)) = (top(&mut highest, time), top(&mut lowest, time)) else { continue };
        if leavers.iter().any(|score| top - score > slack) {
            return false;
        }
        *rises |= !leavers.is_empty() && top + bottom > slack;
    }
    true
}

/// The highest score of those who entered before a time.
fn top(heap: &mut BinaryHeap<Ranked>, time: f64) -> Option<f64> {
    while heap.peek().is_some_and(|ranked| ranked.entry >= time) {
        heap.pop();
    }
    heap.peek().map(|ranked| ranked.score)
}

/// A person's score, ordered by it.
struct Ranked {
    score: f64,
    entry: f64,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.score.total_cmp(&other.score)
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}
