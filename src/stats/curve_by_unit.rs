//! Errors of a Kaplan-Meier curve whose people come in units: teammates who leave together are one piece of evidence.
//! It deliberately leaves the curve itself as it is, and inference with few units to `pseudo` and `unit_contrast`.

use super::survival::{Curve, Life};

/// Standard errors of the steps of `curve` (which must be that of these lives) between units, by the infinitesimal jackknife
/// `S² x sum over units of (sum over t_k <= t of (d_gk - n_gk d_k / n_k) / (n_k - d_k))²` (Williams 2000; R's
/// `survfit(cluster =)`), with no small-sample factor. One person a unit gives Greenwood's. O(n log n + units x steps).
///
/// `units` are n dense codes; nothing when they are not those of the lives.
pub fn std_errors(lives: &[Life], units: &[u32], curve: &Curve) -> Option<Vec<f64>> {
    if units.len() != lives.len() {
        return None;
    }
    let groups = units.iter().copied().max().map_or(0, |code| code as usize + 1);
    let rows = (0..lives.len()).filter(|&row| lives[row].exit > lives[row].entry);
    let mut by_exit: Vec<usize> = rows.clone().collect();
    let mut by_entry: Vec<usize> = rows.collect();
    by_exit.sort_by(|&a, &b| lives[a].exit.total_cmp(&lives[b].exit));
    by_entry.sort_by(|&a, &b| lives[a].entry.total_cmp(&lives[b].entry));
    let (mut exits, mut entries) = (by_exit.into_iter().peekable(), by_entry.into_iter().peekable());
    let mut states = vec![State::default(); groups];
    let mut errors = Vec::with_capacity(curve.steps.len());
    for step in &curve.steps {
        while let Some(row) = entries.next_if(|&row| lives[row].entry < step.time) {
            states[units[row] as usize].at_risk += 1.0;
        }
        // Those lost since the last step; those who leave now stay at risk until the step is taken.
        while let Some(row) = exits.next_if(|&row| lives[row].exit < step.time) {
            states[units[row] as usize].at_risk -= 1.0;
        }
        let mut now = Vec::new();
        while let Some(row) = exits.next_if(|&row| lives[row].exit == step.time) {
            now.push(row);
            states[units[row] as usize].leaving += f64::from(u8::from(lives[row].event));
        }
        let (n, d) = (step.at_risk as f64, step.events as f64);
        let spread: f64 = states.iter_mut().map(|state| state.pass(n, d)).sum();
        errors.push(if step.survival > 0.0 { step.survival * spread.sqrt() } else { 0.0 });
        now.into_iter().for_each(|row| states[units[row] as usize].at_risk -= 1.0);
    }
    Some(errors)
}

/// One unit on its way through the steps.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    at_risk: f64,
    leaving: f64,
    /// Its part of the logarithm of the curve.
    sum: f64,
}

impl State {
    /// Takes a step with `n` at risk and `d` leaving in all; the square of the unit's part.
    fn pass(&mut self, n: f64, d: f64) -> f64 {
        if n > d {
            self.sum += (self.leaving - self.at_risk * d / n) / (n - d);
        }
        self.leaving = 0.0;
        self.sum * self.sum
    }
}
