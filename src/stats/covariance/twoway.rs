//! Errors by two clusterings at once (Cameron, Gelbach & Miller, JBES 2011, equation 2.11): `V = V_a + V_b - V_ab`.
//! It deliberately gives each part its own `G/(G-1)` and does not use the smallest for all (that gives Petersen's .0535610).

use ndarray::Array2;

use super::{Covariance, CovarianceFault, Kind, Reference, cr0, cr1, moments, sandwich};
use crate::stats::eigen;
use crate::stats::levels::Levels;
use crate::stats::matrix::Matrix;
use crate::stats::ols::Fit;

/// Two-way CR1: each part with its own `G/(G-1) x (n-1)/(n-k)`, t on the smaller `G - 1`.
///
/// `a` and `b` are n codes each, dense or not; `m.clusters` is not looked at. Where the difference is not positive
/// semidefinite, negative eigenvalues are set to 0 (their equation 2.14) and `floored` says so. `clusters` is the smaller
/// number. R: `sandwich::vcovCL(fit, ~ a + b, type = "HC1", multi0 = FALSE)`; fixest: `ssc(cluster.df = "conventional")`.
///
/// # Errors
/// Codes that are not one a row, or a clustering with fewer than two clusters.
pub fn two_way(fit: &Fit, m: &Matrix, a: &[u32], b: &[u32]) -> Result<Covariance, CovarianceFault> {
    if a.len() != fit.n || b.len() != fit.n {
        return Err(CovarianceFault::Misfit);
    }
    let (meat_a, groups_a) = part(fit, m, a)?;
    let (meat_b, groups_b) = part(fit, m, b)?;
    let (meat_ab, _) = part(fit, m, &Levels::crossed(a, b).codes)?;
    let matrix = sandwich(&fit.r, &(meat_a + meat_b - meat_ab));
    let (matrix, floored) = repaired(matrix);
    let groups = groups_a.min(groups_b);
    Ok(Covariance {
        kind: Kind::Cr1,
        matrix,
        reference: Reference::Clusters(groups as f64 - 1.0),
        clusters: Some(groups),
        full_leverage: 0,
        floored,
    })
}

/// The meat of one clustering with its own factor, and its number of clusters.
fn part(fit: &Fit, m: &Matrix, codes: &[u32]) -> Result<(Array2<f64>, usize), CovarianceFault> {
    let scores = moments::scores_by(fit, m, codes)?;
    Ok((cr0::meat(fit.k, &scores) * cr1::factor(fit, scores.len()), scores.len()))
}

/// The matrix with negative eigenvalues set to 0, and whether there were any beyond rounding. A negative variance is
/// none, however small its units make it beside the largest.
fn repaired(matrix: Array2<f64>) -> (Array2<f64>, bool) {
    let eigen = eigen::symmetric(&matrix);
    let largest = eigen.values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let is_negative = eigen.values.iter().any(|&value| value < -1e-14 * largest);
    if !is_negative && matrix.diag().iter().all(|&variance| variance >= 0.0) {
        return (matrix, false);
    }
    let mapped = eigen.map(|value| value.max(0.0));
    ((&mapped + &mapped.t()) / 2.0, true)
}
