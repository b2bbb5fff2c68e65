//! Liang and Zeger (Biometrika 1986): products of the clusters' scores, with t on G - 1.
//! It deliberately corrects nothing; it is the base of CR1.

use ndarray::Array2;

use super::{Covariance, CovarianceFault, Kind, Reference, moments, sandwich};
use crate::stats::matrix::Matrix;
use crate::stats::ols::Fit;

pub(super) fn covariance(fit: &Fit, m: &Matrix) -> Result<Covariance, CovarianceFault> {
    let clusters = moments::scores(fit, m)?;
    let mut meat = Array2::zeros((fit.k, fit.k));
    for score in &clusters {
        for (a, &one) in score.iter().enumerate() {
            meat.row_mut(a).scaled_add(one, score);
        }
    }
    Ok(Covariance {
        kind: Kind::Cr0,
        matrix: sandwich(&fit.r, &meat),
        reference: Reference::Clusters(clusters.len() as f64 - 1.0),
        clusters: Some(clusters.len()),
        full_leverage: 0,
    })
}
