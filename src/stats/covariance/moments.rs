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

/// `sum x u` (k) over the rows of each cluster: all that the kinds without correction need, without turning a row into
/// the basis of Q.
pub struct ClusterScores<'f> {
    fit: &'f Fit,
    codes: &'f [u32],
    /// Place in `sums` of each code seen; `NONE` for others.
    places: Vec<u32>,
    seen: Vec<u32>,
    sums: Vec<f64>,
}

const NONE: u32 = u32::MAX;

impl<'f> ClusterScores<'f> {
    /// The scores of no rows; codes are below `clusters`.
    pub fn new(fit: &'f Fit, codes: &'f [u32], clusters: usize) -> Self {
        Self { fit, codes, places: vec![NONE; clusters], seen: Vec::new(), sums: Vec::new() }
    }

    fn sum(&mut self, code: u32) -> &mut [f64] {
        let k = self.fit.k;
        if self.places[code as usize] == NONE {
            self.places[code as usize] = self.seen.len() as u32;
            self.seen.push(code);
            self.sums.resize(self.sums.len() + k, 0.0);
        }
        let place = self.places[code as usize] as usize;
        &mut self.sums[place * k..(place + 1) * k]
    }

    /// k scores of every cluster in the basis of Q, by rising code.
    pub fn into_scores(self) -> Vec<Array1<f64>> {
        let k = self.fit.k;
        let mut order: Vec<usize> = (0..self.seen.len()).collect();
        order.sort_unstable_by_key(|&place| self.seen[place]);
        let turned = |place: usize| {
            let mut q = vec![0.0; k];
            let sum = ndarray::ArrayView1::from(&self.sums[place * k..(place + 1) * k]);
            solve_transposed(&self.fit.r, sum, &mut q);
            Array1::from(q)
        };
        order.into_iter().map(turned).collect()
    }
}

impl Reduce for ClusterScores<'_> {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        let codes = self.codes;
        for (i, row) in batch.x.rows().into_iter().enumerate() {
            let at = batch.first_row + i;
            let u = self.fit.residuals[at];
            for (sum, x) in self.sum(codes[at]).iter_mut().zip(row) {
                *sum += x * u;
            }
        }
    }

    fn merge(&mut self, other: Self) {
        let k = self.fit.k;
        for (place, &code) in other.seen.iter().enumerate() {
            let later = &other.sums[place * k..(place + 1) * k];
            self.sum(code).iter_mut().zip(later).for_each(|(sum, more)| *sum += more);
        }
    }
}

/// The scores of all clusters of a fit.
pub(super) fn scores(fit: &Fit, m: &Matrix) -> Result<Vec<Array1<f64>>, CovarianceFault> {
    let codes = m.clusters.as_deref().ok_or(CovarianceFault::NoClusters)?;
    if codes.len() != fit.n {
        return Err(CovarianceFault::Misfit);
    }
    let clusters = codes.iter().copied().max().map_or(0, |code| code as usize + 1);
    let scores = m.fold(&|| ClusterScores::new(fit, codes, clusters)).into_scores();
    if scores.len() < 2 { Err(CovarianceFault::OneCluster) } else { Ok(scores) }
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
