//! MacKinnon and White (J. Econometrics 1985): squared residuals over (1 - h)^2, close to the jackknife.
//! It deliberately ignores clusters.

use super::rows::{leverage_known, robust};
use super::{Covariance, CovarianceFault, Kind};
use crate::stats::matrix::Matrix;
use crate::stats::ols::Fit;

pub(super) fn covariance(fit: &Fit, m: &Matrix) -> Result<Covariance, CovarianceFault> {
    leverage_known(fit)?;
    Ok(robust(Kind::Hc3, fit, m, |free| 1.0 / (free * free), 1.0))
}
