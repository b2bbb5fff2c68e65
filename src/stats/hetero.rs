//! Whether the spread of the residuals moves with the regressors (Breusch & Pagan 1979, studentised by Koenker 1981), and
//! whether neighbouring residuals go together (Durbin & Watson 1950). It deliberately changes no error.

use ndarray::Array1;

use super::double::Double;
use super::matrix::{Block, Matrix};
use super::ols::Fit;
use super::tail;
use super::triangle::solve_transposed;
use crate::reduce::{Reduce, Rows};

/// A chi-square test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BreuschPagan {
    /// `n R²` of the squared residuals on the regressors.
    pub statistic: f64,
    /// Regressors beside the constant.
    pub df: f64,
    /// From chi-square.
    pub p_value: f64,
}

/// Koenker's studentised test of equal variances. R: `lmtest::bptest(model)`. Nothing without a constant or another
/// regressor, with absorbed effects or weights, for a perfect fit, and where squared residuals do not vary.
///
/// With `e = u^2 - mean(u^2)` the explained sum of squares is `|Q'e|^2`, for the constant lies in the span of Q.
pub fn breusch_pagan(fit: &Fit, m: &Matrix) -> Option<BreuschPagan> {
    let constant = m.x.column(fit.intercept?);
    // Rows scaled by weights have no column that is constant, and no agreed form of the test.
    if constant.iter().any(|&value| value != constant[0]) || fit.k < 2 || fit.perfect || fit.absorption.parameters > 0 {
        return None;
    }
    let mean = fit.rss / fit.n as f64;
    let spread = m.fold(&|| Spread::new(fit, mean));
    let total = spread.total.value();
    // Squares that differ by rounding only have no spread to explain.
    if total <= fit.n as f64 * (1e-12 * mean).powi(2) {
        return None;
    }
    let mut q = vec![0.0; fit.k];
    let sums: Array1<f64> = spread.sums.iter().map(|sum| sum.value()).collect();
    solve_transposed(&fit.r, sums.view(), &mut q);
    let explained: f64 = q.iter().map(|value| value * value).sum();
    let (statistic, df) = (fit.n as f64 * (explained / total).min(1.0), fit.k as f64 - 1.0);
    Some(BreuschPagan { statistic, df, p_value: tail::chi2_upper(statistic, df) })
}

/// `X'e` and `e'e`, in double-double: with regressors far from 0 the first is a small difference of large numbers.
struct Spread<'f> {
    fit: &'f Fit,
    mean: f64,
    sums: Vec<Double>,
    total: Double,
}

impl<'f> Spread<'f> {
    fn new(fit: &'f Fit, mean: f64) -> Self {
        Self { fit, mean, sums: vec![Double::default(); fit.k], total: Double::default() }
    }
}

impl Reduce for Spread<'_> {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        for (i, row) in batch.x.rows().into_iter().enumerate() {
            let u = self.fit.residuals[batch.first_row + i];
            let e = u * u - self.mean;
            self.total = self.total.plus_product(e, e);
            for (sum, &x) in self.sums.iter_mut().zip(row) {
                *sum = sum.plus_product(x, e);
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.total = self.total.plus_double(other.total);
        for (sum, later) in self.sums.iter_mut().zip(other.sums) {
            *sum = sum.plus_double(later);
        }
    }
}

/// Durbin and Watson's statistic `sum (u_t - u_(t-1))^2 / sum u_t^2` of the residuals in the order of the rows: 2 without
/// correlation of neighbours. Nothing for a perfect fit. It means something only where that order does.
pub fn durbin_watson(fit: &Fit) -> Option<f64> {
    if fit.perfect {
        return None;
    }
    let pairs = fit.residuals.iter().zip(fit.residuals.iter().skip(1));
    Some(pairs.map(|(before, after)| (after - before).powi(2)).sum::<f64>() / fit.rss)
}
