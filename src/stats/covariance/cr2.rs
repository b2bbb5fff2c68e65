//! Bell and McCaffrey (Survey Methodology 2002) with Satterthwaite degrees of freedom, in the basis of Q: O(n k^2),
//! never cubic in the size of a cluster. The working covariance is deliberately the identity.

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use super::moments::{self, Moment};
use super::weighted::Spread;
use super::{Covariance, CovarianceFault, Kind, Reference, sandwich};
use crate::stats::eigen::{self, Eigen};
use crate::stats::matrix::Matrix;
use crate::stats::ols::Fit;
use crate::stats::triangle::solve_transposed;

/// Under this, `1 - s^2` counts as 0: the direction is fitted by the cluster alone.
pub(super) const FULL: f64 = 1e-10;

/// What the degrees of freedom of any contrast need.
#[derive(Debug, Clone)]
pub struct Satterthwaite(Form);

#[derive(Debug, Clone)]
enum Form {
    /// Independent rows of equal variance: the triangle and the eigenvalues `s^2` of each cluster's `H_g`.
    Plain { r: Array2<f64>, clusters: Vec<Eigen> },
    /// Weights that are not inverse variances.
    Weighted(Spread),
}

impl Satterthwaite {
    pub(super) fn weighted(spread: Spread) -> Self {
        Self(Form::Weighted(spread))
    }

    /// `tr(P)^2 / tr(P^2)` of the contrast `c'b` (Pustejovsky & Tipton 2018, equation 11); 0 where the clusters leave
    /// nothing to estimate its variance from.
    pub fn df(&self, contrast: &Array1<f64>) -> f64 {
        let (trace, trace_of_square) = match &self.0 {
            Form::Plain { r, clusters } => traces(r, clusters, contrast),
            Form::Weighted(spread) => spread.traces(contrast),
        };
        let df = trace * trace / trace_of_square;
        if df.is_finite() { df } else { 0.0 }
    }

    /// The degrees of freedom of every coefficient, on all threads.
    pub fn df_of_each(&self) -> Vec<f64> {
        let k = match &self.0 {
            Form::Plain { r, .. } => r.ncols(),
            Form::Weighted(spread) => spread.r.ncols(),
        };
        let unit = |j: usize| Array1::from_shape_fn(k, |i| f64::from(u8::from(i == j)));
        (0..k).into_par_iter().map(|j| self.df(&unit(j))).collect()
    }
}

/// `tr(P)` and `tr(P^2)`, with `w = R^-T c`, `d_g = w'V diag(s^2 / (1-s^2)) V'w` and
/// `b_g = V diag(s^2 (1-s^2)^(-1/2)) V'w`.
fn traces(r: &Array2<f64>, clusters: &[Eigen], contrast: &Array1<f64>) -> (f64, f64) {
    let k = contrast.len();
    let mut w = vec![0.0; k];
    solve_transposed(r, contrast.view(), &mut w);
    let w = Array1::from(w);
    let (mut trace, mut trace_of_square) = (0.0, 0.0);
    let mut products = vec![0.0; k * k];
    let mut b = vec![0.0; k];
    for cluster in clusters {
        let (d, length) = adjusted(cluster, &w, &mut b);
        trace += d - length;
        trace_of_square += d * d - 2.0 * d * length;
        for (row, &first) in products.chunks_exact_mut(k).zip(&b) {
            row.iter_mut().zip(&b).for_each(|(sum, second)| *sum += first * second);
        }
    }
    trace_of_square += products.iter().map(|value| value * value).sum::<f64>();
    // The parts of `w` that the clusters fit entirely leave rounding, which has no degrees of freedom.
    if trace > FULL * w.dot(&w) { (trace, trace_of_square) } else { (0.0, 0.0) }
}

/// `d_g` and `b_g'b_g` of one cluster; `b_g` is left in `b`.
fn adjusted(cluster: &Eigen, w: &Array1<f64>, b: &mut [f64]) -> (f64, f64) {
    b.fill(0.0);
    let mut d = 0.0;
    for (direction, &value) in cluster.vectors.columns().into_iter().zip(&cluster.values) {
        let turned = direction.dot(w);
        let root = inverse_root(value);
        d += value.max(0.0) * (root * turned).powi(2);
        let weight = value * root * turned;
        b.iter_mut().zip(direction).for_each(|(sum, along)| *sum += weight * along);
    }
    (d, b.iter().map(|value| value * value).sum())
}

pub(super) fn covariance(fit: &Fit, m: &Matrix) -> Result<Covariance, CovarianceFault> {
    moments::all_counted(fit)?;
    let clusters = moments::of(fit, m)?;
    let eigens: Vec<Eigen> = clusters.par_iter().map(|moment| eigen::symmetric(&moment.h)).collect();
    let (meat, full_leverage) = adjusted_meat(&clusters, &eigens, inverse_root);
    Ok(Covariance {
        kind: Kind::Cr2,
        matrix: sandwich(&fit.r, &meat),
        reference: Reference::Satterthwaite(Satterthwaite(Form::Plain { r: fit.r.clone(), clusters: eigens })),
        clusters: Some(clusters.len()),
        full_leverage,
        floored: false,
    })
}

/// `sum of a_g a_g'` with the adjusted score `a_g = V diag(f(s^2)) V' v_g`, and the directions of leverage 1.
pub(super) fn adjusted_meat(clusters: &[Moment], eigens: &[Eigen], f: fn(f64) -> f64) -> (Array2<f64>, usize) {
    let k = clusters.first().map_or(0, |moment| moment.v.len());
    let mut meat = Array2::zeros((k, k));
    let mut full = 0;
    for (moment, eigen) in clusters.iter().zip(eigens) {
        let turned = eigen.vectors.t().dot(&moment.v) * eigen.values.mapv(f);
        let score = eigen.vectors.dot(&turned);
        for (a, &one) in score.iter().enumerate() {
            meat.row_mut(a).scaled_add(one, &score);
        }
        full += eigen.values.iter().filter(|&&value| 1.0 - value <= FULL).count();
    }
    (meat, full)
}

fn inverse_root(s2: f64) -> f64 {
    let free = 1.0 - s2.max(0.0);
    if free <= FULL { 0.0 } else { 1.0 / free.sqrt() }
}
