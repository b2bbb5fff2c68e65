//! The jackknife over clusters: scores adjusted by `(I - H_gg)^-1`, which is exactly `sum (b_(g) - b)(b_(g) - b)'` over
//! the estimates without each cluster, with t on G - 1. No further factor, as R's `clubSandwich::vcovCR(type = "CR3")`; the
//! jackknife's (G-1)/G is deliberately apart, in `cluster_jackknife`.

use rayon::prelude::*;

use super::cr2::{FULL, adjusted_meat};
use super::{Covariance, CovarianceFault, Kind, Reference, moments, sandwich};
use crate::stats::eigen::{self, Eigen};
use crate::stats::matrix::Matrix;
use crate::stats::ols::Fit;

pub(super) fn covariance(fit: &Fit, m: &Matrix) -> Result<Covariance, CovarianceFault> {
    moments::all_counted(fit)?;
    let clusters = moments::of(fit, m)?;
    let eigens: Vec<Eigen> = clusters.par_iter().map(|moment| eigen::symmetric(&moment.h)).collect();
    let (meat, full_leverage) = adjusted_meat(&clusters, &eigens, inverse);
    Ok(Covariance {
        kind: Kind::Cr3,
        matrix: sandwich(&fit.r, &meat),
        reference: Reference::Clusters(clusters.len() as f64 - 1.0),
        clusters: Some(clusters.len()),
        full_leverage,
        floored: false,
    })
}

fn inverse(s2: f64) -> f64 {
    let free = 1.0 - s2.max(0.0);
    if free <= FULL { 0.0 } else { 1.0 / free }
}

/// CV3 of MacKinnon, Nielsen and Webb (J. Applied Econometrics 2023, equation 12): CR3 times (G-1)/G, the jackknife
/// centred at the estimate. R: `summclust`'s CRV3, `sandwich::vcovBS(type = "jackknife", center = "estimate")`; Stata:
/// `vce(jackknife, cluster(g) mse)`; Python: pyfixest's `vcov = {"CRV3": "g"}`.
///
/// # Errors
/// As CR3.
pub fn cluster_jackknife(fit: &Fit, m: &Matrix) -> Result<Covariance, CovarianceFault> {
    let mut result = covariance(fit, m)?;
    let groups = result.clusters.unwrap_or(0) as f64;
    result.matrix *= (groups - 1.0) / groups;
    Ok(result)
}
