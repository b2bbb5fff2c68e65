//! Horn, Horn and Duncan (JASA 1975): squared residuals over 1 - h, unbiased when variances are equal.
//! It deliberately ignores clusters.

use super::rows::{leverage_known, robust};
use super::{Covariance, CovarianceFault, Kind};
use crate::stats::matrix::Matrix;
use crate::stats::ols::Fit;

pub(super) fn covariance(fit: &Fit, m: &Matrix) -> Result<Covariance, CovarianceFault> {
    leverage_known(fit)?;
    Ok(robust(Kind::Hc2, fit, m, |free| 1.0 / free, 1.0))
}
