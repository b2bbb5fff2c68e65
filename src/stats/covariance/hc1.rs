//! White's estimator with the degrees of freedom of the fit, n / (n - k) (Hinkley 1977).
//! It deliberately ignores clusters.

use super::rows::robust;
use super::{Covariance, Kind};
use crate::stats::matrix::Matrix;
use crate::stats::ols::Fit;

pub(super) fn covariance(fit: &Fit, m: &Matrix) -> Covariance {
    robust(Kind::Hc1, fit, m, |_free| 1.0, fit.n as f64 / fit.df_residual)
}
