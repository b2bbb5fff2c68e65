//! How much of R² each term carries, standardised coefficients and variance inflation, all from the covariance matrix
//! of the columns. It deliberately gives no intervals: those need resampling.

use ndarray::{Array1, Array2};

use super::eigen;

/// The largest number of terms for which all orders are averaged exactly.
pub const LMG_TERMS: usize = 20;

/// What a covariance matrix says about each column.
#[derive(Debug, Clone, PartialEq)]
pub struct Importance {
    /// Coefficients of the standardised columns.
    pub beta: Vec<f64>,
    /// Variance inflation, `1 / (1 - R²_j)`.
    pub vif: Vec<f64>,
    /// Shares of R² averaged over all orders of entry (Lindeman, Merenda & Gold 1980; the Shapley value); nothing above
    /// [`LMG_TERMS`] columns.
    pub lmg: Option<Vec<f64>>,
    /// Relative weights (Johnson 2000); they sum to R² too.
    pub johnson: Vec<f64>,
    /// R² of all columns together.
    pub r_squared: f64,
}

/// Importance of the columns of a covariance matrix, (p+1) x (p+1) with the outcome last; nothing when a column or the
/// outcome has no variance or the columns are collinear.
pub fn importance(covariance: &Array2<f64>) -> Option<Importance> {
    let correlation = correlation(covariance)?;
    let p = correlation.nrows() - 1;
    let (xx, xy) = parts(&correlation);
    let beta = eigen::solve(&xx, &xy)?;
    let vif = eigen::inverse(&xx)?.diag().to_vec();
    let terms: Vec<Vec<usize>> = (0..p).map(|column| vec![column]).collect();
    let r_squared = beta.dot(&xy);
    let johnson = johnson(&xx, &xy);
    Some(Importance { beta: beta.to_vec(), vif, lmg: lmg(covariance, &terms), johnson, r_squared })
}

/// Correlation matrix of a covariance matrix; nothing when a variance is 0 or not a number.
pub fn correlation(covariance: &Array2<f64>) -> Option<Array2<f64>> {
    let sd: Array1<f64> = covariance.diag().mapv(f64::sqrt);
    if sd.is_empty() || sd.iter().any(|&value| !value.is_finite() || value <= 0.0) {
        return None;
    }
    Some(Array2::from_shape_fn(
        covariance.dim(),
        |(i, j)| {
            if i == j { 1.0 } else { covariance[[i, j]] / (sd[i] * sd[j]) }
        },
    ))
}

fn parts(correlation: &Array2<f64>) -> (Array2<f64>, Array1<f64>) {
    let p = correlation.nrows() - 1;
    let xx = Array2::from_shape_fn((p, p), |at| correlation[at]);
    let xy = Array1::from_shape_fn(p, |i| correlation[[i, p]]);
    (xx, xy)
}

/// Johnson's weights: with `R_xx = V L V'` and `Z = V L^(1/2) V'`, `sum over k of Z_jk^2 (Z^-1 r)_k^2`.
fn johnson(xx: &Array2<f64>, xy: &Array1<f64>) -> Vec<f64> {
    let decomposed = eigen::symmetric(xx);
    let root = decomposed.map(|value| value.max(0.0).sqrt());
    let weights = decomposed.map(|value| if value > 0.0 { 1.0 / value.sqrt() } else { 0.0 }).dot(xy);
    let squares = weights.mapv(|value| value * value);
    root.mapv(|value| value * value).dot(&squares).to_vec()
}

/// Shares of R² of terms, each a set of columns that enter together (the dummies of a factor), averaged over all orders.
///
/// Every subset's R² comes from one more sweep of its parent's Schur complement (a walk over the tree of subsets), so
/// nothing is approximated. Nothing above [`LMG_TERMS`] terms or with collinear columns.
pub fn lmg(covariance: &Array2<f64>, terms: &[Vec<usize>]) -> Option<Vec<f64>> {
    let t = terms.len();
    if t == 0 || t > LMG_TERMS {
        return None;
    }
    let correlation = correlation(covariance)?;
    let mut explained = vec![0.0; 1 << t];
    walk(&Remaining::of(&correlation, terms), 0, &mut explained, &mut Vec::new())?;
    let weights = order_weights(t);
    let mut shares = vec![0.0; t];
    for (subset, &with_subset) in explained.iter().enumerate() {
        let weight = weights[subset.count_ones() as usize % t];
        for (term, share) in shares.iter_mut().enumerate() {
            if subset & (1 << term) == 0 {
                *share += weight * (explained[subset | (1 << term)] - with_subset);
            }
        }
    }
    Some(shares)
}

/// `s! (t-1-s)! / t!` for a subset of size `s`: the share of all orders in which exactly it comes first.
fn order_weights(t: usize) -> Vec<f64> {
    let mut weights = vec![1.0 / t as f64];
    for s in 1..t {
        let last = weights[s - 1];
        weights.push(last * s as f64 / (t - s) as f64);
    }
    weights
}

/// What must be left of a column, of 1, for it to be no combination of those before it.
const LEAST_PIVOT: f64 = 1e-13;

/// What is left of the terms that may still enter, and of the outcome, once a subset has been taken out of them.
#[derive(Debug, Clone, Default)]
struct Remaining {
    /// Columns of each term that may still enter, in order.
    sizes: Vec<usize>,
    /// Number of the first of them.
    first: usize,
    width: usize,
    /// width x width Schur complement, the outcome last.
    matrix: Vec<f64>,
}

impl Remaining {
    fn of(correlation: &Array2<f64>, terms: &[Vec<usize>]) -> Self {
        let y = correlation.nrows() - 1;
        let columns: Vec<usize> = terms.iter().flatten().copied().chain([y]).collect();
        let matrix = columns.iter().flat_map(|&i| columns.iter().map(move |&j| correlation[[i, j]])).collect();
        Self { sizes: terms.iter().map(Vec::len).collect(), first: 0, width: columns.len(), matrix }
    }

    /// What is left of the outcome without the last column before it: half of all subsets are told by this alone.
    fn rest_without_last(&self) -> Option<f64> {
        let (column, y) = (self.width - 2, self.width - 1);
        let at = |i: usize, j: usize| self.matrix[i * self.width + j];
        let pivot = at(column, column);
        (pivot >= LEAST_PIVOT).then(|| at(y, y) - at(y, column) / pivot * at(column, y))
    }

    /// Takes the columns `from..from + size` out of those behind them, of which alone `next` is made.
    fn without(&self, from: usize, size: usize, skipped: usize, next: &mut Remaining) -> Option<()> {
        let width = self.width - from;
        let block = &mut next.matrix;
        block.clear();
        block.extend((from..self.width).flat_map(|i| &self.matrix[i * self.width + from..(i + 1) * self.width]));
        for column in 0..size {
            let pivot = block[column * width + column];
            if pivot.is_nan() || pivot < LEAST_PIVOT {
                return None;
            }
            let (above, below) = block.split_at_mut((column + 1) * width);
            let taken = &above[column * width..];
            for row in below.chunks_exact_mut(width) {
                let share = row[column] / pivot;
                for j in column + 1..width {
                    row[j] -= share * taken[j];
                }
            }
        }
        for i in size..width {
            block.copy_within(i * width + size..(i + 1) * width, (i - size) * (width - size));
        }
        next.width = width - size;
        block.truncate(next.width * next.width);
        next.sizes.clear();
        next.sizes.extend_from_slice(&self.sizes[skipped + 1..]);
        next.first = self.first + skipped + 1;
        Some(())
    }
}

/// Enters every later term in turn; `spare` keeps the memory of one matrix a level.
fn walk(left: &Remaining, subset: usize, explained: &mut [f64], spare: &mut Vec<Remaining>) -> Option<()> {
    let mut from = 0;
    let mut next = spare.pop().unwrap_or_default();
    for (skipped, &size) in left.sizes.iter().enumerate() {
        let entered = subset | (1 << (left.first + skipped));
        if let (1, 2) = (size, left.width - from) {
            explained[entered] = 1.0 - left.rest_without_last()?;
            continue;
        }
        left.without(from, size, skipped, &mut next)?;
        explained[entered] = 1.0 - next.matrix.last().copied()?;
        walk(&next, entered, explained, spare)?;
        from += size;
    }
    spare.push(next);
    Some(())
}
