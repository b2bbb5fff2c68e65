//! Liang and Zeger (Biometrika 1986): products of the clusters' scores, with t on G - 1.
//! It deliberately corrects nothing; it is the base of CR1.

use ndarray::{Array1, Array2};

use super::{Covariance, CovarianceFault, Kind, Reference, moments, sandwich};
use crate::stats::matrix::Matrix;
use crate::stats::ols::Fit;

pub(super) fn covariance(fit: &Fit, m: &Matrix) -> Result<Covariance, CovarianceFault> {
    let clusters = moments::scores(fit, m)?;
    Ok(Covariance {
        kind: Kind::Cr0,
        matrix: sandwich(&fit.r, &meat(fit.k, &clusters)),
        reference: Reference::Clusters(clusters.len() as f64 - 1.0),
        clusters: Some(clusters.len()),
        full_leverage: 0,
        floored: false,
    })
}

/// `sum of s s'` over the scores of the clusters, k x k.
pub(super) fn meat(k: usize, scores: &[Array1<f64>]) -> Array2<f64> {
    let mut meat = Array2::zeros((k, k));
    for score in scores {
        for (a, &one) in score.iter().enumerate() {
            meat.row_mut(a).scaled_add(one, score);
        }
    }
    meat
}
