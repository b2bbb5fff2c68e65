//! Bell and McCaffrey's correction for weighted fits whose weights are not inverse variances: working covariance the
//! identity (Pustejovsky & Tipton 2018, equations 6 and 7). It deliberately leaves inverse-variance weights to CR2 on the
//! scaled rows, where both forms are one.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Slice};
use rayon::prelude::*;

use super::cr2::{FULL, Satterthwaite};
use super::moments::Sums;
use super::strip::{self, Strip};
use super::{Covariance, CovarianceFault, Kind, Reference, sandwich};
use crate::reduce::{Reduce, Rows};
use crate::stats::eigen;
use crate::stats::matrix::{Block, Matrix};
use crate::stats::ols::Fit;
use crate::stats::triangle::solve_transposed;

/// Eigenvalues under this share of the largest span nothing.
const EMPTY: f64 = 1e-13;

/// CR2 with Satterthwaite degrees of freedom for a fit on rows that `ols::weighted` scaled by these weights.
///
/// R: `clubSandwich::vcovCR(lm(..., weights = w), cluster, "CR2")`. With `q = R^-T x` of the unscaled rows,
/// `Z_g = [Q_g, W_g Q_g]` and `C = [[Q'W²Q, -I], [-I, 0]]`, the block of `(I - H)(I - H)'` is `B_g = I + Z_g C Z_g'`, so
/// that its root needs `Z_g'Z_g` (2k x 2k) only; O(n k²).
///
/// # Errors
/// No clusters or fewer than two; another number of weights or codes than rows; absorbed effects, which only inverse
/// variances would let out of the adjustment.
pub fn weighted_cr2(fit: &Fit, m: &Matrix, weights: &[f64]) -> Result<Covariance, CovarianceFault> {
    let codes = m.clusters.as_deref().ok_or(CovarianceFault::NoClusters)?;
    if codes.len() != fit.n || weights.len() != fit.n {
        return Err(CovarianceFault::Misfit);
    }
    if fit.absorption.parameters > 0 {
        return Err(CovarianceFault::AbsorbedLeverage);
    }
    let empty = || WeightedMoments { fit, codes, weights, sums: Sums::new(2 * fit.k + 3 * fit.k * fit.k) };
    let moments: Vec<Moment> = m.fold(&empty).sums.finish(|sums| Moment::unpacked(sums, fit.k));
    if moments.len() < 2 {
        return Err(CovarianceFault::OneCluster);
    }
    let kernel = kernel(&moments, fit.k);
    let adjusted: Vec<(Array1<f64>, Turned, usize)> = moments.par_iter().map(|one| one.adjusted(&kernel)).collect();
    let mut meat = Array2::zeros((fit.k, fit.k));
    let mut full_leverage = 0;
    for (score, _, full) in &adjusted {
        full_leverage += full;
        for (a, &one) in score.iter().enumerate() {
            meat.row_mut(a).scaled_add(one, score);
        }
    }
    let groups = adjusted.len();
    let clusters = adjusted.into_iter().map(|(_, turned, _)| turned).collect();
    let spread = Spread { r: fit.r.clone(), kernel, clusters };
    Ok(Covariance {
        kind: Kind::Cr2,
        matrix: sandwich(&fit.r, &meat),
        reference: Reference::Satterthwaite(Satterthwaite::weighted(spread)),
        clusters: Some(groups),
        full_leverage,
        floored: false,
    })
}

/// Sums of `q e`, `w q e`, `q q'`, `w q q'` and `w² q q'` by cluster.
struct WeightedMoments<'f> {
    fit: &'f Fit,
    codes: &'f [u32],
    weights: &'f [f64],
    sums: Sums,
}

impl WeightedMoments<'_> {
    /// Adds a scaled row: `q* = sqrt(w) q`, `u* = sqrt(w) e`.
    fn add(&mut self, at: usize, q: &[f64]) {
        let (k, u, w) = (q.len(), self.fit.residuals[at], self.weights[at]);
        let sums = self.sums.of(self.codes[at]);
        let (scores, squares) = sums.split_at_mut(2 * k);
        for (j, value) in q.iter().enumerate() {
            scores[j] += value * u / w;
            scores[k + j] += value * u;
        }
        for (power, square) in [1.0 / w, 1.0, w].into_iter().zip(squares.chunks_exact_mut(k * k)) {
            for (row, first) in square.chunks_exact_mut(k).zip(q) {
                row.iter_mut().zip(q).for_each(|(sum, second)| *sum += power * first * second);
            }
        }
    }
}

impl Reduce for WeightedMoments<'_> {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        let mut strip = Strip::new(self.fit.k);
        let mut q = vec![0.0; self.fit.k];
        for first in (0..batch.y.len()).step_by(strip::ROWS) {
            let len = strip::ROWS.min(batch.y.len() - first);
            strip.turn(&self.fit.r, &batch.x, first, len);
            for i in 0..len {
                strip.row(i, &mut q);
                self.add(batch.first_row + first + i, &q);
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.sums.merge(&other.sums);
    }
}

/// `Z'e` (2k) and `Z'Z` (2k x 2k) of a cluster.
struct Moment {
    score: Array1<f64>,
    gram: Array2<f64>,
}

/// What the degrees of freedom need of a cluster.
#[derive(Debug, Clone)]
struct Turned {
    /// `Z'B^(-1/2) W Q`, 2k x k.
    half: Array2<f64>,
    /// `Q'W B^-1 W Q`, k x k.
    whole: Array2<f64>,
}

impl Moment {
    fn unpacked(sums: &[f64], k: usize) -> Self {
        let (scores, squares) = sums.split_at(2 * k);
        // Q'Q, Q'WQ, Q'W²Q: the block at (a, b) has the power a + b of the weights.
        let entry = |(a, b): (usize, usize)| squares[(a / k + b / k) * k * k + (a % k) * k + b % k];
        Self { score: Array1::from(scores.to_vec()), gram: Array2::from_shape_fn((2 * k, 2 * k), entry) }
    }

    /// The adjusted score `Q'W B^(-1/2) e`, what the degrees of freedom need, and the directions of leverage 1.
    fn adjusted(&self, kernel: &Array2<f64>) -> (Array1<f64>, Turned, usize) {
        let k = self.score.len() / 2;
        let span = eigen::symmetric(&self.gram);
        let largest = span.values.iter().copied().fold(0.0, f64::max);
        let places: Vec<usize> = (0..2 * k).filter(|&i| span.values[i] > EMPTY * largest).collect();
        let roots: Array1<f64> = places.iter().map(|&i| span.values[i].sqrt()).collect();
        let basis = span.vectors.select(Axis(1), &places);
        // `Z = U out'` and `U'e = into' Z'e` for an orthonormal U.
        let (out, into) = (&basis * &roots, &basis / &roots);
        let block = eigen::symmetric(&out.t().dot(kernel).dot(&out));
        let full = block.values.iter().filter(|&&value| 1.0 + value <= FULL).count();
        let power = |f: fn(f64) -> f64| block.map(|value| if 1.0 + value <= FULL { 0.0 } else { f(1.0 + value) } - 1.0);
        let (root, inverse) = (power(|value| 1.0 / value.sqrt()), power(|value| 1.0 / value));
        let score = &self.score + &out.dot(&root.dot(&into.t().dot(&self.score)));
        let half = &self.gram + &out.dot(&root).dot(&out.t());
        let whole = &self.gram + &out.dot(&inverse).dot(&out.t());
        let turned =
            Turned { half: last(&half, 1, k).to_owned(), whole: last(&last(&whole, 0, k).to_owned(), 1, k).to_owned() };
        (last_of(&score, k).to_owned(), turned, full)
    }
}

/// The last k rows or columns.
fn last(matrix: &Array2<f64>, axis: usize, k: usize) -> ArrayView2<'_, f64> {
    matrix.slice_axis(Axis(axis), Slice::from(matrix.len_of(Axis(axis)) - k..))
}

fn last_of(vector: &Array1<f64>, k: usize) -> ArrayView1<'_, f64> {
    vector.slice_axis(Axis(0), Slice::from(vector.len() - k..))
}

/// `C = [[Q'W²Q, -I], [-I, 0]]` over all rows.
fn kernel(moments: &[Moment], k: usize) -> Array2<f64> {
    let mut kernel = Array2::zeros((2 * k, 2 * k));
    for j in 0..k {
        (kernel[[j, k + j]], kernel[[k + j, j]]) = (-1.0, -1.0);
    }
    for moment in moments {
        for a in 0..k {
            for b in 0..k {
                kernel[[a, b]] += moment.gram[[k + a, k + b]];
            }
        }
    }
    kernel
}

/// What the degrees of freedom of any contrast need.
#[derive(Debug, Clone)]
pub(super) struct Spread {
    pub(super) r: Array2<f64>,
    kernel: Array2<f64>,
    clusters: Vec<Turned>,
}

impl Spread {
    /// `tr(P)` and `tr(P²)` of the contrast `c'b`: `P_gh = (g = h) d_g + y_g'C y_h`, with `w = R^-T c`,
    /// `d_g = w'Q'W B^-1 W Q w`, `y_g = Z'B^(-1/2) W Q w`.
    pub(super) fn traces(&self, contrast: &Array1<f64>) -> (f64, f64) {
        let mut w = vec![0.0; contrast.len()];
        solve_transposed(&self.r, contrast.view(), &mut w);
        let w = Array1::from(w);
        let (mut trace, mut trace_of_square) = (0.0, 0.0);
        let mut products = Array2::<f64>::zeros(self.kernel.raw_dim());
        for cluster in &self.clusters {
            let d = w.dot(&cluster.whole.dot(&w));
            let y = cluster.half.dot(&w);
            let own = y.dot(&self.kernel.dot(&y));
            trace += d + own;
            trace_of_square += d * d + 2.0 * d * own;
            for (a, &one) in y.iter().enumerate() {
                products.row_mut(a).scaled_add(one, &y);
            }
        }
        let turned = self.kernel.dot(&products);
        trace_of_square += turned.indexed_iter().map(|((a, b), value)| value * turned[[b, a]]).sum::<f64>();
        let k = w.len();
        let scale: f64 = (0..k).map(|a| (0..k).map(|b| w[a] * self.kernel[[a, b]] * w[b]).sum::<f64>()).sum();
        if trace > FULL * scale { (trace, trace_of_square) } else { (0.0, 0.0) }
    }
}
