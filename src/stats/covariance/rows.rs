//! The meat of the heteroskedasticity-robust kinds: weighted score products summed over rows.
//! It deliberately knows the kinds only by the weight that a leverage gets.

use ndarray::Array2;

use super::{Covariance, Kind, Reference, sandwich};
use crate::reduce::{Reduce, Rows};
use crate::stats::matrix::{Block, Matrix};
use crate::stats::ols::Fit;
use crate::stats::triangle::solve_transposed;

/// Under this, `1 - leverage` counts as 0: the row fits itself.
const FULL: f64 = 1e-10;

/// `sum of w(h_i) u_i^2 q_i q_i'`, with `q = R^-T x` and the leverage `h = q'q`.
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

    /// k x k meat in the basis of Q.
    pub fn meat(&self) -> &Array2<f64> {
        &self.meat
    }
}

impl Reduce for RowScores<'_> {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        let k = self.fit.k;
        let mut q = vec![0.0; k];
        for (i, row) in batch.x.rows().into_iter().enumerate() {
            solve_transposed(&self.fit.r, row, &mut q);
            let free = 1.0 - q.iter().map(|value| value * value).sum::<f64>();
            if free <= FULL {
                self.full_leverage += 1;
                continue;
            }
            let u = self.fit.residuals[batch.first_row + i];
            let scale = (self.weight)(free) * u * u;
            for a in 0..k {
                for b in 0..=a {
                    self.meat[[a, b]] += scale * q[a] * q[b];
                }
            }
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
    }
}
