//! What the kinds by cluster need of the rows: two moments per cluster, in the basis of Q, and never a matrix as large
//! as a cluster. It deliberately knows nothing of corrections.

use ndarray::{Array1, Array2, ArrayView1};
use rayon::prelude::*;

use super::CovarianceFault;
use super::strip::{self, Strip};
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

/// Numbers summed by cluster: a fixed width for each, in the order in which the clusters were first seen.
pub(super) struct Sums {
    width: usize,
    /// Place of each code seen; [`NONE`] for others. As long as the highest code seen.
    places: Vec<u32>,
    seen: Vec<u32>,
    sums: Vec<f64>,
}

const NONE: u32 = u32::MAX;

/// Most numbers that room is made for in advance.
const ROOM: usize = 1 << 20;

impl Sums {
    pub(super) fn new(width: usize) -> Self {
        Self { width, places: Vec::new(), seen: Vec::new(), sums: Vec::new() }
    }

    fn place(&mut self, code: u32) -> usize {
        let at = code as usize;
        if at >= self.places.len() {
            self.places.resize((at + 1).max(2 * self.places.len()), NONE);
        }
        if self.places[at] == NONE {
            self.places[at] = self.seen.len() as u32;
            self.seen.push(code);
            self.sums.resize(self.sums.len() + self.width, 0.0);
        }
        self.places[at] as usize
    }

    pub(super) fn of(&mut self, code: u32) -> &mut [f64] {
        let place = self.place(code);
        &mut self.sums[place * self.width..(place + 1) * self.width]
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (later, &code) in other.sums.chunks_exact(self.width.max(1)).zip(&other.seen) {
            self.of(code).iter_mut().zip(later).for_each(|(sum, more)| *sum += more);
        }
    }

    /// What `finish` makes of the sums of each cluster, by rising code.
    pub(super) fn finish<T: Send>(&self, finish: impl Fn(&[f64]) -> T + Sync) -> Vec<T> {
        let mut order: Vec<usize> = (0..self.seen.len()).collect();
        order.sort_unstable_by_key(|&place| self.seen[place]);
        let one = |&place: &usize| finish(&self.sums[place * self.width..(place + 1) * self.width]);
        order.par_iter().map(one).collect()
    }
}

/// Moments of every cluster seen, in the order of the codes.
pub struct ClusterMoments<'f> {
    fit: &'f Fit,
    codes: &'f [u32],
    /// For each cluster the count, the k scores, and the lower triangle of `H_g` row by row.
    sums: Sums,
}

impl<'f> ClusterMoments<'f> {
    /// The moments of no rows.
    pub fn new(fit: &'f Fit, codes: &'f [u32]) -> Self {
        Self { fit, codes, sums: Sums::new(1 + fit.k + fit.k * (fit.k + 1) / 2) }
    }

    /// The same with room for so many clusters at once, within reason: growing copies what is there.
    fn expecting(mut self, clusters: usize) -> Self {
        self.sums.sums.reserve((clusters * self.sums.width).min(ROOM));
        self
    }

    /// The moments, by rising cluster code.
    pub fn into_moments(self) -> Vec<Moment> {
        let k = self.fit.k;
        self.sums.finish(|sums| Moment::unpacked(sums, k))
    }
}

impl Moment {
    fn unpacked(sums: &[f64], k: usize) -> Self {
        let (head, triangle) = sums.split_at(1 + k);
        let place = |a: usize, b: usize| triangle[a.max(b) * (a.max(b) + 1) / 2 + a.min(b)];
        Self {
            rows: head[0] as usize,
            h: Array2::from_shape_fn((k, k), |(a, b)| place(a, b)),
            v: Array1::from(head[1..].to_vec()),
        }
    }
}

/// Adds one row to the sums of its cluster.
fn add(sums: &mut [f64], q: &[f64], u: f64) {
    let (head, triangle) = sums.split_at_mut(1 + q.len());
    head[0] += 1.0;
    head[1..].iter_mut().zip(q).for_each(|(sum, q)| *sum += q * u);
    let mut rest = triangle;
    for (a, &first) in q.iter().enumerate() {
        let (row, below) = rest.split_at_mut(a + 1);
        row.iter_mut().zip(q).for_each(|(sum, second)| *sum += first * second);
        rest = below;
    }
}

impl Reduce for ClusterMoments<'_> {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        let mut strip = Strip::new(self.fit.k);
        let mut q = vec![0.0; self.fit.k];
        for first in (0..batch.y.len()).step_by(strip::ROWS) {
            let len = strip::ROWS.min(batch.y.len() - first);
            strip.turn(&self.fit.r, &batch.x, first, len);
            for i in 0..len {
                let at = batch.first_row + first + i;
                strip.row(i, &mut q);
                add(self.sums.of(self.codes[at]), &q, self.fit.residuals[at]);
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.sums.merge(&other.sums);
    }
}

/// `sum x u` (k) over the rows of each cluster: all that the kinds without correction need, without turning a row into
/// the basis of Q.
pub struct ClusterScores<'f> {
    fit: &'f Fit,
    codes: &'f [u32],
    sums: Sums,
}

impl<'f> ClusterScores<'f> {
    /// The scores of no rows; codes are below `clusters`.
    pub fn new(fit: &'f Fit, codes: &'f [u32], clusters: usize) -> Self {
        let mut sums = Sums::new(fit.k);
        sums.places = vec![NONE; clusters];
        Self { fit, codes, sums }
    }

    /// k scores of every cluster in the basis of Q, by rising code.
    pub fn into_scores(self) -> Vec<Array1<f64>> {
        let turned = |sum: &[f64]| {
            let mut q = vec![0.0; sum.len()];
            solve_transposed(&self.fit.r, ArrayView1::from(sum), &mut q);
            Array1::from(q)
        };
        self.sums.finish(turned)
    }
}

impl Reduce for ClusterScores<'_> {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        for (i, row) in batch.x.rows().into_iter().enumerate() {
            let at = batch.first_row + i;
            let u = self.fit.residuals[at];
            for (sum, x) in self.sums.of(self.codes[at]).iter_mut().zip(row) {
                *sum += x * u;
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.sums.merge(&other.sums);
    }
}

/// The scores of all clusters of a fit.
pub(super) fn scores(fit: &Fit, m: &Matrix) -> Result<Vec<Array1<f64>>, CovarianceFault> {
    scores_by(fit, m, m.clusters.as_deref().ok_or(CovarianceFault::NoClusters)?)
}

/// The scores of all clusters of these codes.
pub(super) fn scores_by(fit: &Fit, m: &Matrix, codes: &[u32]) -> Result<Vec<Array1<f64>>, CovarianceFault> {
    if codes.len() != fit.n {
        return Err(CovarianceFault::Misfit);
    }
    let clusters = codes.iter().copied().max().map_or(0, |code| code as usize + 1);
    let scores = m.fold(&|| ClusterScores::new(fit, codes, clusters)).into_scores();
    if scores.len() < 2 { Err(CovarianceFault::OneCluster) } else { Ok(scores) }
}

/// The moments of all clusters of a fit.
pub(crate) fn of(fit: &Fit, m: &Matrix) -> Result<Vec<Moment>, CovarianceFault> {
    let codes = m.clusters.as_deref().ok_or(CovarianceFault::NoClusters)?;
    if codes.len() != fit.n {
        return Err(CovarianceFault::Misfit);
    }
    let clusters = codes.iter().copied().max().map_or(0, |code| code as usize + 1);
    let moments = m.fold(&|| ClusterMoments::new(fit, codes).expecting(clusters)).into_moments();
    if moments.len() < 2 { Err(CovarianceFault::OneCluster) } else { Ok(moments) }
}

/// Adjusting by cluster needs the leverage of everything fitted: absorbed effects may be left out only where the
/// clusters contain them (Pustejovsky & Tipton 2018, theorem 2).
pub(crate) fn all_counted(fit: &Fit) -> Result<(), CovarianceFault> {
    if fit.absorption.beyond_clusters > 0 { Err(CovarianceFault::AbsorbedLeverage) } else { Ok(()) }
}
