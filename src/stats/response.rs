//! Weights that make complete rows stand for all: the inverse of a logit's probability of being complete. It
//! deliberately fits no outcome: the weights go to a weighted fit.

use super::logit::{self, LogitFault, LogitFit};
use super::matrix::Matrix;
use super::moments::quantile;

/// The quantile of the weights above which they are cut, unless another is asked for.
pub const TRIM: f64 = 0.99;

/// Weights of the complete rows.
#[derive(Debug, Clone)]
pub struct Weights {
    /// The complete rows, in order.
    pub rows: Vec<usize>,
    /// Their weights: stabilised, and cut at `cap`.
    pub weights: Vec<f64>,
    /// The value at which weights were cut.
    pub cap: f64,
    /// How many were cut.
    pub trimmed: usize,
    /// Kish's (1965) effective number of rows, `(sum w)² / sum w²`.
    pub effective: f64,
    /// The model of being complete.
    pub model: LogitFit,
}

/// Weights `P(complete) / P(complete | x)` of the rows with `m.y = 1`, from the logit of `m.y` (1 complete, 0 not) on the
/// columns of `m.x`, which every row has (Robins, Hernán & Brumback 2000; Seaman & White 2013). Weights above the
/// quantile `trim` of their kind are cut down to it; without a constant in the model their mean need not be near 1.
///
/// # Errors
/// The logit's: above all `ConstantOutcome` when every row is complete (or none), `Separated` when a column tells who is.
pub fn weights(m: &Matrix, intercept: Option<usize>, tol: f64, trim: f64) -> Result<Weights, LogitFault> {
    let model = logit::fit(m, intercept, tol)?;
    let share = model.ones as f64 / model.n as f64;
    let rows: Vec<usize> = (0..model.n).filter(|&i| m.y[i] == 1.0).collect();
    let mut weights: Vec<f64> = rows.iter().map(|&i| share / model.probabilities[i]).collect();
    let cap = quantile(&weights, trim).unwrap_or(f64::INFINITY);
    let trimmed = weights.iter().filter(|&&weight| weight > cap).count();
    weights.iter_mut().for_each(|weight| *weight = weight.min(cap));
    Ok(Weights { effective: effective(&weights), rows, weights, cap, trimmed, model })
}

/// Kish's effective number of rows; 0 without weight.
pub fn effective(weights: &[f64]) -> f64 {
    let (sum, squares) = weights.iter().fold((0.0, 0.0), |(sum, squares), w| (sum + w, squares + w * w));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}
