//! CR0 times G/(G-1) x (n-1)/(n-k), with t on G - 1: the factor of Stata, fixest and sandwich's default.
//! It deliberately shares CR0's scores.

use super::{Covariance, CovarianceFault, Kind, cr0};
use crate::stats::matrix::Matrix;
use crate::stats::ols::Fit;

pub(super) fn covariance(fit: &Fit, m: &Matrix) -> Result<Covariance, CovarianceFault> {
    let mut plain = cr0::covariance(fit, m)?;
    let groups = plain.clusters.unwrap_or(0) as f64;
    plain.matrix *= groups / (groups - 1.0) * (fit.n as f64 - 1.0) / fit.df_residual;
    plain.kind = Kind::Cr1;
    Ok(plain)
}
