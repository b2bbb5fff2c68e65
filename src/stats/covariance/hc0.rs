//! White's estimator (Econometrica 1980): squared residuals as they are.
//! It deliberately ignores clusters.

use super::rows::robust;
use super::{Covariance, Kind};
use crate::stats::matrix::Matrix;
use crate::stats::ols::Fit;

pub(super) fn covariance(fit: &Fit, m: &Matrix) -> Covariance {
    robust(Kind::Hc0, fit, m, |_free| 1.0, 1.0)
}
