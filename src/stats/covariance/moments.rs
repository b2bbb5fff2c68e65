//! What the kinds by cluster need of the rows: two moments per cluster, in the basis of Q, and never a matrix as large
//! as a cluster. It deliberately knows nothing of corrections.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2};

use super::CovarianceFault;
use crate::reduce::{Reduce, Rows};
use crate::stats::matrix::{Block, Matrix};
use crate::stats::ols::Fit;
use crate::stats::triangle::solve_transposed;

/// `H_g = sum q q'` (k x k) and `v_g = sum q u` (k) over the rows of a cluster, with `q = R^-T x`.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Rows.
    pub rows: usize,
    /// k x k, eigenvalues between 0 and 1.
    pub h: Array2<f64>,
    /// k scores.
    pub v: Array1<f64>,
}

/// Moments of every cluster seen, in the order of the codes.
pub struct ClusterMoments<'f> {
    fit: &'f Fit,
    codes: &'f [u32],
    by_cluster: BTreeMap<u32, Moment>,
}

impl<'f> ClusterMoments<'f> {
    /// The moments of no rows.
    pub fn new(fit: &'f Fit, codes: &'f [u32]) -> Self {
        Self { fit, codes, by_cluster: BTreeMap::new() }
    }

    /// The moments, by rising cluster code.
    pub fn into_moments(self) -> Vec<Moment> {
        self.by_cluster.into_values().map(Moment::complete).collect()
    }
}

impl Moment {
    fn empty(k: usize) -> Self {
        Self { rows: 0, h: Array2::zeros((k, k)), v: Array1::zeros(k) }
    }

    fn complete(mut self) -> Self {
        for a in 0..self.v.len() {
            for b in 0..a {
                self.h[[b, a]] = self.h[[a, b]];
            }
        }
        self
    }
}

impl Reduce for ClusterMoments<'_> {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        let k = self.fit.k;
        let mut q = vec![0.0; k];
        for (i, row) in batch.x.rows().into_iter().enumerate() {
            solve_transposed(&self.fit.r, row, &mut q);
            let at = batch.first_row + i;
            let u = self.fit.residuals[at];
            let moment = self.by_cluster.entry(self.codes[at]).or_insert_with(|| Moment::empty(k));
            moment.rows += 1;
            for a in 0..k {
                moment.v[a] += q[a] * u;
                for b in 0..=a {
                    moment.h[[a, b]] += q[a] * q[b];
                }
            }
        }
    }

    fn merge(&mut self, other: Self) {
        for (code, later) in other.by_cluster {
            match self.by_cluster.get_mut(&code) {
                Some(moment) => {
                    moment.rows += later.rows;
                    moment.h += &later.h;
                    moment.v += &later.v;
                }
                None => {
                    self.by_cluster.insert(code, later);
                }
            }
        }
    }
}

/// The moments of all clusters of a fit.
pub(super) fn of(fit: &Fit, m: &Matrix) -> Result<Vec<Moment>, CovarianceFault> {
    let codes = m.clusters.as_deref().ok_or(CovarianceFault::NoClusters)?;
    if codes.len() != fit.n {
        return Err(CovarianceFault::Misfit);
    }
    let moments = m.fold(&|| ClusterMoments::new(fit, codes)).into_moments();
    if moments.len() < 2 { Err(CovarianceFault::OneCluster) } else { Ok(moments) }
}
