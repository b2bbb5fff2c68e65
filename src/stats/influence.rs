//! How much single rows and single clusters carry an estimate: leverages, DFBETAS, Cook's distances as counts and
//! extremes, and the estimates without each cluster by downdating. It deliberately names no row.

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use super::covariance::{self, CovarianceFault, Moment};
use super::eigen;
use super::matrix::{Block, Matrix};
use super::ols::Fit;
use super::triangle::{self, solve_transposed, solve_upper};
use crate::reduce::{Reduce, Rows};

/// Under this, `1 - leverage` counts as 0: nothing can be said without the row, or without the cluster's direction.
const FULL: f64 = 1e-10;

/// DFBETAS of one coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Dfbetas {
    /// Largest in size.
    pub largest: f64,
    /// Rows above `2 / sqrt(n)` in size.
    pub above: usize,
}

/// What single rows do to a fit (Belsley, Kuh & Welsch 1980, chapter 2).
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    /// Largest leverage.
    pub leverage: f64,
    /// Rows of leverage above `2 k / n`, absorbed parameters counted in `k`.
    pub above_twice: usize,
    /// Rows of leverage above `3 k / n`.
    pub above_thrice: usize,
    /// Rows of leverage 1: the model fits them whatever their outcome, and nothing below counts them.
    pub full_leverage: usize,
    /// Largest Cook's distance (Cook 1977); 0 for a perfect fit.
    pub cook: f64,
    /// One for each coefficient; 0 for a perfect fit.
    pub dfbetas: Vec<Dfbetas>,
}

/// Leverage and influence of the rows of a fit.
///
/// With `q = R^-T x`, `h = q'q`, `e = u / (1 - h)`: Cook's distance is `e^2 h / (k s^2)`, DFBETAS of `j` is
/// `(R^-1 q)_j e / (s_(i) sqrt((X'X)^-1_jj))` with `s_(i)^2 = (rss - u e) / (df - 1)`. R: `hatvalues`, `cooks.distance`,
/// `dfbetas`.
///
/// # Errors
/// Effects were absorbed and their leverages are not known.
pub fn influence(fit: &Fit, m: &Matrix) -> Result<Influence, CovarianceFault> {
    if fit.absorption.parameters > 0 && fit.absorption.leverage.is_none() {
        return Err(CovarianceFault::AbsorbedLeverage);
    }
    let inverse = triangle::inverse(&fit.r);
    let lengths = inverse.rows().into_iter().map(|row| row.dot(&row).sqrt()).collect();
    Ok(m.fold(&|| Look::new(fit, &inverse, &lengths)).seen)
}

/// The rows looked at so far.
struct Look<'f> {
    fit: &'f Fit,
    inverse: &'f Array2<f64>,
    /// Roots of the diagonal of `(X'X)^-1`.
    lengths: &'f Vec<f64>,
    seen: Influence,
}

impl<'f> Look<'f> {
    fn new(fit: &'f Fit, inverse: &'f Array2<f64>, lengths: &'f Vec<f64>) -> Self {
        let dfbetas = vec![Dfbetas::default(); fit.k];
        let seen = Influence { leverage: 0.0, above_twice: 0, above_thrice: 0, full_leverage: 0, cook: 0.0, dfbetas };
        Self { fit, inverse, lengths, seen }
    }

    fn leverage(&mut self, h: f64) {
        let share = (self.fit.k + self.fit.absorption.parameters) as f64 / self.fit.n as f64;
        self.seen.leverage = self.seen.leverage.max(h.min(1.0));
        self.seen.above_twice += usize::from(h > 2.0 * share);
        self.seen.above_thrice += usize::from(h > 3.0 * share);
    }

    fn residual(&mut self, q: &[f64], (h, own): (f64, f64), u: f64) {
        let fit = self.fit;
        let left_out = u / (1.0 - h);
        self.seen.cook = self.seen.cook.max(left_out * left_out * own / (fit.k as f64 * fit.sigma * fit.sigma));
        let variance = (fit.rss - u * left_out).max(0.0) / (fit.df_residual - 1.0);
        // With one degree of freedom, or a row that alone has a residual, nothing is left to scale by.
        if !variance.is_finite() || variance <= f64::EPSILON * fit.sigma * fit.sigma {
            return;
        }
        let bound = 2.0 / (fit.n as f64).sqrt();
        let scale = left_out / variance.sqrt();
        for (j, (dfbetas, length)) in self.seen.dfbetas.iter_mut().zip(self.lengths).enumerate() {
            // R^-1 is upper triangular.
            let moved: f64 = self.inverse.row(j).iter().zip(q).skip(j).map(|(inverse, q)| inverse * q).sum();
            let size = (moved * scale / length).abs();
            dfbetas.largest = dfbetas.largest.max(size);
            dfbetas.above += usize::from(size > bound);
        }
    }
}

impl Reduce for Look<'_> {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        let mut q = vec![0.0; self.fit.k];
        for (i, row) in batch.x.rows().into_iter().enumerate() {
            solve_transposed(&self.fit.r, row, &mut q);
            let at = batch.first_row + i;
            let own: f64 = q.iter().map(|value| value * value).sum();
            let h = own + self.fit.absorption.leverage.as_ref().map_or(0.0, |absorbed| absorbed[at]);
            self.leverage(h);
            if 1.0 - h <= FULL {
                self.seen.full_leverage += 1;
            } else if !self.fit.perfect {
                self.residual(&q, (h, own), self.fit.residuals[at]);
            }
        }
    }

    fn merge(&mut self, other: Self) {
        let (seen, later) = (&mut self.seen, other.seen);
        seen.leverage = seen.leverage.max(later.leverage);
        seen.above_twice += later.above_twice;
        seen.above_thrice += later.above_thrice;
        seen.full_leverage += later.full_leverage;
        seen.cook = seen.cook.max(later.cook);
        for (dfbetas, more) in seen.dfbetas.iter_mut().zip(later.dfbetas) {
            dfbetas.largest = dfbetas.largest.max(more.largest);
            dfbetas.above += more.above;
        }
    }
}

/// The estimates without one cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Without {
    /// Rows of the cluster.
    pub rows: usize,
    /// k coefficients of the fit on all other rows; nothing where those rows do not determine them all.
    pub coefficients: Option<Array1<f64>>,
}

/// The coefficients without each cluster, by rising code (G of them), equal to refits: `b - R^-1 (I - H_g)^-1 v_g`.
///
/// Effects absorbed must lie within the clusters: taking a cluster out then changes no other row.
///
/// # Errors
/// No clusters, fewer than two, or absorbed effects that they do not contain.
pub fn without_each_cluster(fit: &Fit, m: &Matrix) -> Result<Vec<Without>, CovarianceFault> {
    covariance::all_counted(fit)?;
    let moments = covariance::cluster_moments(fit, m)?;
    Ok(moments.par_iter().map(|moment| without(fit, moment)).collect())
}

fn without(fit: &Fit, moment: &Moment) -> Without {
    let free = Array2::eye(fit.k) - &moment.h;
    let eigen = eigen::symmetric(&free);
    let determined = eigen.values.iter().all(|&value| value > FULL);
    let step = || {
        let turned = eigen.vectors.t().dot(&moment.v) / &eigen.values;
        &fit.coefficients - &solve_upper(&fit.r, &eigen.vectors.dot(&turned))
    };
    Without { rows: moment.rows, coefficients: determined.then(step) }
}
