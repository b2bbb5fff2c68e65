//! The meat of the heteroskedasticity-robust kinds: weighted score products summed over rows.
//! It deliberately knows the kinds only by the weight that a leverage gets.

use ndarray::Array2;

use super::strip::{self, Strip};
use super::{Covariance, CovarianceFault, Kind, Reference, sandwich};
use crate::reduce::{Reduce, Rows};
use crate::stats::matrix::{Block, Matrix};
use crate::stats::ols::Fit;

/// Under this, `1 - leverage` counts as 0: the row fits itself.
const FULL: f64 = 1e-10;

/// `sum of w(h_i) u_i^2 q_i q_i'`, with `q = R^-T x` and the leverage `h = q'q`, to which absorbed effects add theirs.
pub struct RowScores<'f> {
    fit: &'f Fit,
    weight: fn(f64) -> f64,
    meat: Array2<f64>,
    full_leverage: usize,
}

impl<'f> RowScores<'f> {
    /// The meat of no rows; `weight` is a function of `1 - h`.
    pub fn new(fit: &'f Fit, weight: fn(f64) -> f64) -> Self {
        Self { fit, weight, meat: Array2::zeros((fit.k, fit.k)), full_leverage: 0 }
    }

    /// k x k meat in the basis of Q; only its lower triangle is filled.
    pub fn meat(&self) -> &Array2<f64> {
        &self.meat
    }

    /// The weight of every row of the strip whose first row is `first` in the whole: 0 at full leverage.
    fn weigh(&mut self, strip: &Strip, (first, len): (usize, usize), scales: &mut [f64; strip::ROWS]) {
        let mut leverages = [0.0_f64; strip::ROWS];
        for j in 0..self.fit.k {
            leverages.iter_mut().zip(strip.column(j)).for_each(|(h, q)| *h += q * q);
        }
        if let Some(absorbed) = &self.fit.absorption.leverage {
            leverages.iter_mut().take(len).enumerate().for_each(|(i, h)| *h += absorbed[first + i]);
        }
        scales.fill(0.0);
        for (i, (scale, h)) in scales.iter_mut().zip(leverages).enumerate().take(len) {
            let free = 1.0 - h;
            if free <= FULL {
                self.full_leverage += 1;
                continue;
            }
            let u = self.fit.residuals[first + i];
            *scale = (self.weight)(free) * u * u;
        }
    }

    fn add(&mut self, strip: &Strip, scales: &[f64; strip::ROWS]) {
        let mut scaled = [0.0_f64; strip::ROWS];
        for a in 0..self.fit.k {
            scaled.iter_mut().zip(strip.column(a)).zip(scales).for_each(|((value, q), scale)| *value = scale * q);
            for b in 0..=a {
                self.meat[[a, b]] += strip::dot(&scaled, strip.column(b));
            }
        }
    }
}

impl Reduce for RowScores<'_> {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        let mut strip = Strip::new(self.fit.k);
        let mut scales = [0.0_f64; strip::ROWS];
        for first in (0..batch.y.len()).step_by(strip::ROWS) {
            let len = strip::ROWS.min(batch.y.len() - first);
            strip.turn(&self.fit.r, &batch.x, first, len);
            self.weigh(&strip, (batch.first_row + first, len), &mut scales);
            self.add(&strip, &scales);
        }
    }

    fn merge(&mut self, other: Self) {
        self.meat += &other.meat;
        self.full_leverage += other.full_leverage;
    }
}

/// The robust covariance of this weight, times `factor`, with t on `n - k`.
pub(super) fn robust(kind: Kind, fit: &Fit, m: &Matrix, weight: fn(f64) -> f64, factor: f64) -> Covariance {
    let mut scores = m.fold(&|| RowScores::new(fit, weight));
    for a in 0..fit.k {
        for b in 0..a {
            scores.meat[[b, a]] = scores.meat[[a, b]];
        }
    }
    Covariance {
        kind,
        matrix: sandwich(&fit.r, &scores.meat) * factor,
        reference: Reference::Residual(fit.df_residual),
        clusters: None,
        full_leverage: scores.full_leverage,
        floored: false,
    }
}

/// The kinds that weigh by leverage need the leverage of what was absorbed.
pub(super) fn leverage_known(fit: &Fit) -> Result<(), CovarianceFault> {
    let absorption = &fit.absorption;
    if absorption.parameters > 0 && absorption.leverage.is_none() {
        return Err(CovarianceFault::AbsorbedLeverage);
    }
    Ok(())
}
