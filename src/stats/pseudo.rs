//! Pseudo-observations: for every person a value whose mean is the estimate from the curve, so that what works on means
//! (an error by unit, covariates) works on censored times. It deliberately fits no model: that is `ols` or
//! `unit_contrast`.

use super::survival::{Curve, Life, Step, kaplan_meier};

/// Why there are no values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PseudoFault {
    /// Nobody is observed.
    Empty,
    /// This life ends at or before its entry: it says nothing and has no value.
    NeverAtRisk {
        /// The first such row.
        row: usize,
    },
    /// The horizon lies beyond the last time anyone is observed, and not all have left.
    BeyondFollowUp,
    /// Leaving one out says nothing sensible where few are at risk early on (delayed entry); use [`restricted_mean`].
    DelayedEntry,
}

/// Values of the restricted mean time up to `tau` of one group: `mean + n psi_i` with the infinitesimal jackknife
/// `psi_i = - sum over t_k <= tau of A(t_k) (dN_i - Y_i d_k / n_k) / (n_k - d_k)`, `A(t)` the area under the curve from
/// `t` to `tau` (Parner, Andersen & Overgaard 2023; R's `survival::pseudo(type = "rmst")`). They differ from
/// [`leave_one_out`] by O(1/n), allow delayed entry, and their mean is the estimate exactly.
///
/// Made by arm, their difference is that of the arms' curves, whatever the follow-up of each arm.
///
/// # Errors
/// See [`PseudoFault`].
pub fn restricted_mean(lives: &[Life], tau: f64) -> Result<Vec<f64>, PseudoFault> {
    let curve = checked(lives, tau)?;
    let mean = curve.restricted_mean(tau).mean;
    let areas = areas_beyond(&curve, tau);
    Ok(values(lives, &curve, tau, mean, |place, _| areas[place]))
}

/// Values of the share still there at `time`, as [`restricted_mean`] with `A = S(time)`.
///
/// # Errors
/// See [`PseudoFault`].
pub fn survival(lives: &[Life], time: f64) -> Result<Vec<f64>, PseudoFault> {
    let curve = checked(lives, time)?;
    let share = curve.at(time).survival;
    Ok(values(lives, &curve, time, share, |_, _| share))
}

fn checked(lives: &[Life], upto: f64) -> Result<Curve, PseudoFault> {
    if lives.is_empty() {
        return Err(PseudoFault::Empty);
    }
    // Written so that a time that is not a number is caught too.
    let observed = |life: &Life| life.exit > life.entry;
    if let Some(row) = lives.iter().position(|life| !observed(life)) {
        return Err(PseudoFault::NeverAtRisk { row });
    }
    let curve = kaplan_meier(lives);
    let gone = curve.steps.last().is_some_and(|step| step.survival <= 0.0);
    if upto > curve.last && !gone { Err(PseudoFault::BeyondFollowUp) } else { Ok(curve) }
}

/// The area under the curve from each step to `tau`; 0 for steps beyond it.
fn areas_beyond(curve: &Curve, tau: f64) -> Vec<f64> {
    let mut areas = vec![0.0; curve.steps.len()];
    let (mut beyond, mut right) = (0.0, tau);
    for (area, step) in areas.iter_mut().zip(&curve.steps).rev().filter(|(_, step)| step.time <= tau) {
        beyond += step.survival * (right - step.time);
        right = step.time;
        *area = beyond;
    }
    areas
}

/// `estimate + n psi_i`, where `weight` gives `A` of a step.
fn values(lives: &[Life], curve: &Curve, upto: f64, estimate: f64, weight: impl Fn(usize, &Step) -> f64) -> Vec<f64> {
    let steps: Vec<&Step> = curve.steps.iter().take_while(|step| step.time <= upto).collect();
    // What an event at a step takes, and what being at risk up to it has given.
    let (mut taken, mut given) = (Vec::with_capacity(steps.len()), vec![0.0]);
    let mut sum = 0.0;
    for (place, step) in steps.iter().enumerate() {
        let (n, d) = (step.at_risk as f64, step.events as f64);
        // When all at risk leave nothing lies beyond, whoever is left out.
        let own = if n > d { weight(place, step) / (n - d) } else { 0.0 };
        sum += own * d / n;
        taken.push(own);
        given.push(sum);
    }
    let upto = |time: f64| steps.partition_point(|step| step.time <= time);
    let n = lives.len() as f64;
    let value = |life: &Life| {
        let (first, last) = (upto(life.entry), upto(life.exit));
        let at_exit = steps.get(last.wrapping_sub(1)).is_some_and(|step| step.time == life.exit);
        let left = if life.event && at_exit { taken[last - 1] } else { 0.0 };
        estimate + n * (given[last] - given[first] - left)
    };
    lives.iter().map(value).collect()
}

/// Values of the restricted mean time by leaving one out, `n theta - (n - 1) theta_(-i)` (Andersen, Hansen & Klein 2004),
/// for a whole sample or one group, in O(n log n): without person `i` the numbers at risk up to their exit are one less
/// and the curve beyond is what it was.
///
/// # Errors
/// See [`PseudoFault`]; delayed entry is one.
pub fn leave_one_out(lives: &[Life], tau: f64) -> Result<Vec<f64>, PseudoFault> {
    let start = lives.first().map_or(0.0, |life| life.entry);
    if lives.iter().any(|life| life.entry != start) {
        return Err(PseudoFault::DelayedEntry);
    }
    let curve = checked(lives, tau)?;
    let whole = curve.restricted_mean(tau).mean;
    let areas = areas_beyond(&curve, tau);
    let thinned = Thinned::new(&curve, tau);
    let n = lives.len() as f64;
    Ok(lives.iter().map(|life| n * whole - (n - 1.0) * thinned.without(life, &curve, &areas, tau)).collect())
}

/// The curve with one fewer at risk throughout, and the area under it up to each step.
struct Thinned {
    /// Survival before each step, and after the last within the horizon.
    survival: Vec<f64>,
    /// Area up to each step, and to the horizon.
    area: Vec<f64>,
}

impl Thinned {
    fn new(curve: &Curve, tau: f64) -> Self {
        let (mut survival, mut area) = (vec![1.0], Vec::new());
        let (mut share, mut sum, mut left) = (1.0, 0.0, 0.0);
        for step in curve.steps.iter().take_while(|step| step.time <= tau) {
            sum += share * (step.time - left);
            left = step.time;
            area.push(sum);
            let (n, d) = (step.at_risk as f64, step.events as f64);
            // Where the one left out is the only one at risk, the curve is not known any better and goes on as it was.
            share *= if n > 1.0 { (1.0 - d / (n - 1.0)).max(0.0) } else { 1.0 };
            survival.push(share);
        }
        area.push(sum + share * (tau - left));
        Self { survival, area }
    }

    /// The restricted mean without this life.
    fn without(&self, life: &Life, curve: &Curve, areas: &[f64], tau: f64) -> f64 {
        let within = self.survival.len() - 1;
        let before = curve.steps.partition_point(|step| step.time < life.exit).min(within);
        let here = curve.steps.get(before).filter(|step| before < within && life.event && step.time == life.exit);
        let Some(step) = here else { return self.censored(life, curve, areas, tau) };
        let (n, d) = (step.at_risk as f64, step.events as f64);
        // With them goes one event: of n - 1 at risk d - 1 leave.
        let after = if n > 1.0 { self.survival[before] * (n - d) / (n - 1.0) } else { self.survival[before] };
        let beyond = if n > 1.0 {
            if step.survival > 0.0 { after * areas[before] / step.survival } else { 0.0 }
        } else {
            after * (tau - step.time)
        };
        self.area[before] + beyond
    }

    /// Without somebody who was lost, or left beyond the horizon: one fewer at risk up to the exit, then as it was.
    fn censored(&self, life: &Life, curve: &Curve, areas: &[f64], tau: f64) -> f64 {
        let within = self.survival.len() - 1;
        let passed = curve.steps.partition_point(|step| step.time <= life.exit).min(within);
        // They were at risk at their last step and did not leave, so that the curve is above 0 there.
        match passed.checked_sub(1) {
            Some(last) => self.area[last] + self.survival[passed] * areas[last] / curve.steps[last].survival,
            None => curve.restricted_mean(tau).mean,
        }
    }
}
