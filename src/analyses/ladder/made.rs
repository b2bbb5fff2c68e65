//! The levels that the answers make by the declared rule, and which neighbours differ on an outcome from outside.

use super::Ready;
use crate::analyses::finite;
use crate::design::items::{Items, Rule};
use crate::findings::Why;
use crate::findings::ladder::{LevelOfItems, Made, OutcomeStep};
use crate::stats::multiplicity::holm;
use crate::stats::tail;

/// People with the outcome that each of two neighbours needs to be compared.
const FEWEST: usize = 5;

/// The levels, where yes or no was answered and there is a rule.
pub(super) fn made(rows: &Items, ready: &Ready<'_>, levels: usize) -> Option<Made> {
    let rule = rows.rule?;
    let levels = if levels == 0 { ready.answers.items() + 1 } else { levels };
    let places: Vec<usize> = ready.answers.rows().map(|row| place(rows, rule, row)).collect();
    let n = places.len();
    let inconsistent = ready.answers.rows().filter(|row| row.windows(2).any(|pair| pair[0] < pair[1])).count();
    let mut counts = vec![0u64; levels];
    places.iter().for_each(|level| counts[(*level).min(levels - 1)] += 1);
    let told = |level: usize| LevelOfItems {
        level: level as u32,
        count: Some(counts[level]),
        share: finite(counts[level] as f64 / n as f64),
        ..LevelOfItems::default()
    };
    let mut made = Made {
        rule: rule.name().to_string(),
        levels: (0..levels).map(told).collect(),
        inconsistent_share: finite(inconsistent as f64 / n as f64),
        ..Made::default()
    };
    if let Some(outcome) = &rows.outcome {
        made.outcome = Some(outcome.clone());
        compare(&mut made, ready, &places);
    }
    Some(made)
}

fn place(rows: &Items, rule: Rule, row: &[u8]) -> usize {
    let steps = rule.steps(row.iter().map(|answer| Some(*answer > 0))).unwrap_or(0);
    match steps.checked_sub(1).map(|at| rows.levels.get(at)) {
        Some(Some(level)) => *level as usize,
        _ => steps,
    }
}

fn compare(made: &mut Made, ready: &Ready<'_>, places: &[usize]) {
    let with: Vec<usize> =
        (0..places.len()).filter(|person| ready.outcome.get(*person).is_some_and(|v| !v.is_nan())).collect();
    let at = |level: usize| with.iter().copied().filter(move |person| places[*person] == level);
    let mean = |level: usize| {
        let n = at(level).count();
        (n, at(level).map(|person| ready.outcome[person]).sum::<f64>() / n as f64)
    };
    let means: Vec<(usize, f64)> = (0..made.levels.len()).map(mean).collect();
    for (level, (n, mean)) in made.levels.iter_mut().zip(&means) {
        level.n = Some(*n as u64);
        level.mean = finite(*mean);
        level.why = mean.is_nan().then_some(Why::TooFew);
    }
    let mut p_values = Vec::new();
    for upper in 1..means.len() {
        let ((n, low), (m, high)) = (means[upper - 1], means[upper]);
        let step = OutcomeStep { lower: upper as u32 - 1, upper: upper as u32, ..OutcomeStep::default() };
        if n < FEWEST || m < FEWEST {
            p_values.push(f64::NAN);
            made.neighbours.push(OutcomeStep { why: Some(Why::TooFew), ..step });
            continue;
        }
        let below = at(upper - 1).map(|person| (person, (low - ready.outcome[person]) / n as f64));
        let above = at(upper).map(|person| (person, (ready.outcome[person] - high) / m as f64));
        let spread = ready.clusters.variance(below.chain(above));
        let (error, difference) = (spread.variance.sqrt(), high - low);
        let df = spread.clusters as f64 - if ready.clusters.is_clustered() { 1.0 } else { 2.0 };
        let half = tail::t_quantile(0.975, df) * error;
        p_values.push(if error > 0.0 { tail::t_two_sided(difference / error, df) } else { f64::NAN });
        made.neighbours.push(OutcomeStep {
            difference: finite(difference),
            std_error: finite(error),
            conf_low: finite(difference - half),
            conf_high: finite(difference + half),
            ..step
        });
    }
    for (step, p) in made.neighbours.iter_mut().zip(holm(&p_values)) {
        step.p_adjusted = finite(p);
        step.differs = step.p_adjusted.map(|p| p < 0.05);
        if step.p_adjusted.is_none() && step.why.is_none() {
            step.why = Some(Why::Undefined);
        }
    }
}
