//! CR0 times G/(G-1) x (n-1)/(n-k), with t on G - 1: the factor of Stata, fixest and sandwich's default.
//! It deliberately shares CR0's scores.

use super::{Covariance, CovarianceFault, Kind, cr0};
use crate::stats::matrix::Matrix;
use crate::stats::ols::Fit;

pub(super) fn covariance(fit: &Fit, m: &Matrix) -> Result<Covariance, CovarianceFault> {
    let mut plain = cr0::covariance(fit, m)?;
    plain.matrix *= factor(fit, plain.clusters.unwrap_or(0));
    plain.kind = Kind::Cr1;
    Ok(plain)
}

/// `G/(G-1) x (n-1)/(n-k)`; absorbed effects that the clusters contain count in `k` as one constant.
pub(crate) fn factor(fit: &Fit, clusters: usize) -> f64 {
    let (n, groups) = (fit.n as f64, clusters as f64);
    groups / (groups - 1.0) * (n - 1.0) / (n - fit.parameters_by_cluster() as f64)
}
