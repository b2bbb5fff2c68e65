//! Mergeable count, mean and spread, quantiles, and the covariance matrix of columns.
//! It deliberately has no weights.

use ndarray::{Array1, Array2};

use super::matrix::{Block, Matrix};
use super::triangle::Triangle;
use crate::reduce::{Reduce, Rows};

/// Count, mean and sum of squares about the mean of a stream of numbers (Chan, Golub & LeVeque 1983).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    /// Numbers seen.
    pub count: usize,
    /// Their mean, 0 when there are none.
    pub mean: f64,
    /// Sum of squared distances from the mean.
    pub m2: f64,
}

impl Moments {
    /// The moments of a slice: two passes, so that a large offset costs no digits.
    pub fn of(values: &[f64]) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let count = values.len();
        let rough = values.iter().sum::<f64>() / count as f64;
        let rest = values.iter().map(|value| value - rough).sum::<f64>() / count as f64;
        let mean = rough + rest;
        let m2 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Self { count, mean, m2 }
    }

    /// From a reported mean and standard deviation (divisor n - 1).
    pub fn from_summary(count: usize, mean: f64, sd: f64) -> Self {
        Self { count, mean, m2: sd * sd * (count as f64 - 1.0).max(0.0) }
    }

    /// Variance with divisor n - 1; not a number under two values.
    pub fn variance(&self) -> f64 {
        if self.count < 2 { f64::NAN } else { self.m2 / (self.count as f64 - 1.0) }
    }

    /// Standard deviation with divisor n - 1.
    pub fn sd(&self) -> f64 {
        self.variance().sqrt()
    }

    /// Variance of the mean, `variance / n`.
    pub fn variance_of_mean(&self) -> f64 {
        self.variance() / self.count as f64
    }
}

impl Reduce for Moments {
    type Batch<'a> = &'a [f64];

    fn absorb(&mut self, batch: &[f64]) {
        self.merge(Self::of(batch));
    }

    fn merge(&mut self, other: Self) {
        if other.count == 0 {
            return;
        }
        let (n, m) = (self.count as f64, other.count as f64);
        let difference = other.mean - self.mean;
        self.mean += difference * m / (n + m);
        self.m2 += other.m2 + difference * difference * n * m / (n + m);
        self.count += other.count;
    }
}

/// Quantile by linear interpolation between order statistics (Hyndman & Fan 1996, type 7: R's default); nothing when
/// there is no value. The slice need not be sorted: the two order statistics are selected (Hoare 1961), which is cheaper.
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut values = values.to_vec();
    let last = values.len().checked_sub(1)?;
    let place = p.clamp(0.0, 1.0) * last as f64;
    let (_, low, above) = values.select_nth_unstable_by(place.floor() as usize, f64::total_cmp);
    let low = *low;
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    Some(low + (place - place.floor()) * (high - low))
}

/// Covariance matrix (divisor n - 1) of the columns of `x` with the outcome last, (k+1) x (k+1). The constant column
/// must not be among them. By the triangle of the centred columns, so that it is positive semi-definite to rounding.
pub fn covariance_matrix(m: &Matrix) -> Array2<f64> {
    let n = m.rows();
    let centre = |column: Vec<f64>| -> Vec<f64> {
        let mean = Moments::of(&column).mean;
        column.into_iter().map(|value| value - mean).collect()
    };
    let columns: Vec<Vec<f64>> = m.x.columns().into_iter().map(|column| centre(column.to_vec())).collect();
    let x = Array2::from_shape_fn((n, columns.len()), |(i, j)| columns[j][i]);
    let centred = Matrix::new(x, Array1::from(centre(m.y.to_vec())));
    let triangle = centred.fold(&|| Triangle::new(columns.len()));
    triangle.factor().t().dot(triangle.factor()) / (n as f64 - 1.0)
}

/// The most that a column's squared mean may exceed its variance for [`covariance_of_factor`]: three digits of sixteen.
const FAR_FROM_ZERO: f64 = 1e6;

/// [`covariance_matrix`] without another pass, from the R factor of `[1 X y]`: behind the constant, it is the factor of the
/// centred columns. Nothing when a column lies so far from 0 that too many digits went into its mean.
pub fn covariance_of_factor(factor: &Array2<f64>, n: usize) -> Option<Array2<f64>> {
    let p = factor.ncols().checked_sub(1)?;
    let centred = Array2::from_shape_fn((p, p), |(i, j)| factor[[i + 1, j + 1]]);
    let near = |j: usize| factor[[0, j + 1]].powi(2) <= FAR_FROM_ZERO * centred.column(j).mapv(|v| v * v).sum();
    (0..p).all(near).then(|| centred.t().dot(&centred) / (n as f64 - 1.0))
}

/// Per-column moments of the regressors and the outcome (last).
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnMoments {
    columns: Vec<Moments>,
}

impl ColumnMoments {
    /// The moments of no rows of `columns` regressors.
    pub fn new(columns: usize) -> Self {
        Self { columns: vec![Moments::default(); columns + 1] }
    }

    /// k + 1 moments: the regressors in order, then the outcome.
    pub fn columns(&self) -> &[Moments] {
        &self.columns
    }
}

impl Reduce for ColumnMoments {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        let (regressors, outcome) = self.columns.split_at_mut(batch.x.ncols());
        for (moments, column) in regressors.iter_mut().zip(batch.x.columns()) {
            moments.absorb(&column.to_vec());
        }
        if let Some(moments) = outcome.first_mut() {
            moments.absorb(&batch.y.to_vec());
        }
    }

    fn merge(&mut self, other: Self) {
        for (moments, later) in self.columns.iter_mut().zip(other.columns) {
            moments.merge(later);
        }
    }
}
