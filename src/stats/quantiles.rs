//! Differences of quantiles between two arms, by drawing whole units again: what happened to the middle and to the ends,
//! where a mean is pulled by a few. It deliberately refuses arms with fewer than five units, and is not for answers on a
//! few steps: a quantile of those jumps.

use rayon::prelude::*;

use rand::Rng;

use super::inference::{Inference, LEVEL};
use super::moments::Moments;
use super::permute::{Plan, stream};
use super::trial::{Trial, TrialFault, dense};

/// Fewest units (or people, where those were assigned) of an arm.
pub const FEWEST: usize = 5;

/// The difference at one quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantileDifference {
    /// Which quantile, 0 to 1.
    pub p: f64,
    /// Of the treated.
    pub treated: f64,
    /// Of the control.
    pub control: f64,
    /// Treated minus control.
    pub difference: Inference,
}

/// Differences at these quantiles (Hyndman & Fan's type 7). The units of each arm are drawn with replacement; the variance
/// of an arm's quantile over the draws, times `G / (G - 1)`, is that of the arm, and the interval is by t on the units
/// less two (Davison & Hinkley 1997; Cameron, Gelbach & Miller 2008 for whole clusters).
///
/// # Errors
/// As the trial has them; `NothingVaries` where an arm has fewer than [`FEWEST`] units.
pub fn quantile_differences(
    trial: &Trial<'_>,
    quantiles: &[f64],
    plan: &Plan,
) -> Result<Vec<QuantileDifference>, TrialFault> {
    trial.check()?;
    let (treated, control) = (Sorted::of(trial, true), Sorted::of(trial, false));
    if treated.units.min(control.units) < FEWEST {
        return Err(TrialFault::NothingVaries);
    }
    let df = (treated.units + control.units) as f64 - 2.0;
    let (of_treated, of_control) = (treated.variances(quantiles, plan, 0), control.variances(quantiles, plan, 1));
    let ones = |arm: &Sorted| arm.quantiles(&vec![1; arm.units], quantiles);
    let both = ones(&treated).into_iter().zip(ones(&control)).zip(of_treated.into_iter().zip(of_control));
    Ok((quantiles.iter().zip(both))
        .map(|(&p, ((treated, control), (a, b)))| QuantileDifference {
            p,
            treated,
            control,
            difference: Inference::new(treated - control, (a + b).sqrt(), df, LEVEL),
        })
        .collect())
}

/// The values of an arm by rising size, each with its unit.
struct Sorted {
    values: Vec<(f64, u32)>,
    units: usize,
}

impl Sorted {
    fn of(trial: &Trial<'_>, arm: bool) -> Self {
        let rows: Vec<usize> = (0..trial.people()).filter(|&row| trial.treated[row] == arm).collect();
        let alone: Vec<u32> = (0..rows.len() as u32).collect();
        let codes = trial.units.map_or(alone, |codes| rows.iter().map(|&row| codes[row]).collect());
        let (units, places) = dense(&codes);
        let mut values: Vec<(f64, u32)> =
            rows.iter().zip(places).map(|(&row, place)| (trial.outcome[row], place as u32)).collect();
        values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        Self { values, units }
    }

    /// Quantiles of the values when each unit stands so many times.
    fn quantiles(&self, times: &[u32], quantiles: &[f64]) -> Vec<f64> {
        let count: u64 = self.values.iter().map(|(_, unit)| u64::from(times[*unit as usize])).sum();
        let places: Vec<f64> = quantiles.iter().map(|p| p.clamp(0.0, 1.0) * (count as f64 - 1.0)).collect();
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by(|&a, &b| places[a].total_cmp(&places[b]));
        let (mut found, mut at, mut passed) = (vec![f64::NAN; places.len()], 0, 0_u64);
        for which in order {
            let low = places[which].floor();
            // The value of this rank, the first being 0, and the one after it.
            while at < self.values.len() {
                let here = u64::from(times[self.values[at].1 as usize]);
                if passed + here > low as u64 {
                    break;
                }
                (at, passed) = (at + 1, passed + here);
            }
            found[which] = self.between(times, at, passed, low as u64, places[which] - low);
        }
        found
    }

    /// Between the value of rank `low`, which is at `at` with `passed` before it, and the next.
    fn between(&self, times: &[u32], at: usize, passed: u64, low: u64, share: f64) -> f64 {
        let Some(&(value, unit)) = self.values.get(at) else { return f64::NAN };
        if share == 0.0 || passed + u64::from(times[unit as usize]) > low + 1 {
            return value;
        }
        let next = self.values[at + 1..].iter().find(|(_, unit)| times[*unit as usize] > 0);
        next.map_or(value, |(next, _)| value + share * (next - value))
    }

    /// Variances of the quantiles over draws of the units, times `G / (G - 1)`; `arm` keeps the draws of the arms apart.
    fn variances(&self, quantiles: &[f64], plan: &Plan, arm: u64) -> Vec<f64> {
        let one = |draw: u64| {
            let mut generator = stream(plan.key, 2 * draw + arm);
            let mut times = vec![0_u32; self.units];
            (0..self.units).for_each(|_| times[generator.random_range(0..self.units)] += 1);
            self.quantiles(&times, quantiles)
        };
        let draws: Vec<Vec<f64>> = (0..plan.draws).into_par_iter().map(one).collect();
        let factor = self.units as f64 / (self.units as f64 - 1.0);
        let column = |at: usize| draws.iter().map(|draw| draw[at]).collect::<Vec<f64>>();
        (0..quantiles.len()).map(|at| factor * Moments::of(&column(at)).variance()).collect()
    }
}
