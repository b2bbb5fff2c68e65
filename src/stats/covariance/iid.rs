//! The classical covariance `sigma^2 (X'X)^-1`: equal variances, independent rows.
//! It deliberately needs no second look at the rows.

use super::{Covariance, Kind, Reference, sandwich};
use crate::stats::ols::Fit;
use ndarray::Array2;

pub(super) fn covariance(fit: &Fit) -> Covariance {
    let meat = Array2::eye(fit.k) * (fit.rss / fit.df_residual);
    Covariance {
        kind: Kind::Iid,
        matrix: sandwich(&fit.r, &meat),
        reference: Reference::Residual(fit.df_residual),
        clusters: None,
        full_leverage: 0,
        floored: false,
    }
}
