//! The proportional-odds logit of very many rows that are alike: rows with the same columns and category are counted and
//! weighed instead of walked through, so that a fit costs as much as there are different rows. Same model, same maximum
//! and same errors by cluster as [`super::fit`]; it deliberately keeps no score of a single row.

use ndarray::{Array1, Array2, Axis, Slice};

use super::{Likelihood, OrdinalFault, bounds, check_rank, climb, gap_slope, mirror, predictor, start};
use crate::reduce::Reduce;
use crate::stats::inference::Inference;
use crate::stats::logit::logistic;
use crate::stats::matrix::{Block, Matrix};
use crate::stats::{eigen, ols};

/// Rows by what they hold.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// m x p different rows of columns, without a constant.
    pub patterns: &'a Array2<f64>,
    /// Which of them each row is.
    pub pattern: &'a [u32],
    /// The category of each row, `0..categories`; none is empty.
    pub category: &'a [u32],
    /// Dense cluster codes; `None` = every row its own.
    pub clusters: Option<&'a [u32]>,
}

/// A fitted model.
#[derive(Debug, Clone)]
pub struct CellFit {
    /// p coefficients: log odds ratios of a higher category.
    pub coefficients: Array1<f64>,
    /// J - 1 rising thresholds.
    pub thresholds: Array1<f64>,
    /// k x k inverse of the observed information, coefficients first.
    pub information_inverse: Array2<f64>,
    /// k x k sandwich by cluster times `G/(G-1) (n-1)/(n-k)`.
    pub covariance: Array2<f64>,
    /// Log-likelihood.
    pub loglik: f64,
    /// Rows.
    pub n: usize,
    /// Clusters, or rows.
    pub clusters: usize,
}

impl CellFit {
    /// Inference on coefficient `j` by cluster, with t on `G - 1`.
    pub fn coefficient(&self, j: usize, level: f64) -> Inference {
        let error = self.covariance[[j, j]].max(0.0).sqrt();
        Inference::new(self.coefficients[j], error, self.clusters as f64 - 1.0, level)
    }
}

/// Fits the counted rows by Newton's method (McCullagh 1980).
///
/// # Errors
/// See [`OrdinalFault`]; with fewer than two clusters `TooFewRows`.
pub fn fit(rows: &Counted<'_>, categories: usize) -> Result<CellFit, OrdinalFault> {
    let (m, p) = rows.patterns.dim();
    let n = rows.pattern.len();
    let k = p + categories.saturating_sub(1);
    let table = table(rows, m, categories)?;
    if categories < 2 {
        return Err(OrdinalFault::OneCategory);
    }
    let clusters = rows.clusters.map_or(n, |codes| codes.iter().copied().max().map_or(0, |code| code as usize + 1));
    if n <= k || clusters < 2 {
        return Err(OrdinalFault::TooFewRows { n, k });
    }
    let counts: Vec<usize> = (0..categories).map(|j| table.column(j).sum() as usize).collect();
    if let Some(category) = counts.iter().position(|&count| count == 0) {
        return Err(OrdinalFault::EmptyCategory { category });
    }
    let seen: Vec<usize> = (0..m).filter(|&i| table.row(i).sum() > 0.0).collect();
    let distinct = rows.patterns.select(Axis(0), &seen);
    check_rank(&Matrix::new(distinct, Array1::zeros(seen.len())), ols::DEFAULT_TOLERANCE)?;
    let (theta, last, _) = climb(|theta| values(rows.patterns, &table, theta), start(&counts, p))
        .map_err(|_| OrdinalFault::NotConverged)?;
    let bread = eigen::inverse(&last.information).ok_or(OrdinalFault::NotConverged)?;
    let meat = meat(rows, &scores(rows.patterns, categories, &theta), clusters);
    let (rows_n, g) = (n as f64, clusters as f64);
    let covariance = bread.dot(&meat).dot(&bread) * (g / (g - 1.0) * (rows_n - 1.0) / (rows_n - k as f64));
    Ok(CellFit {
        coefficients: theta.iter().take(p).copied().collect(),
        thresholds: theta.iter().skip(p).copied().collect(),
        covariance: (&covariance + &covariance.t()) / 2.0,
        information_inverse: bread,
        loglik: last.loglik,
        n,
        clusters,
    })
}

/// m x J counts.
fn table(rows: &Counted<'_>, m: usize, categories: usize) -> Result<Array2<f64>, OrdinalFault> {
    let mut table = Array2::zeros((m, categories));
    for (row, (&pattern, &category)) in rows.pattern.iter().zip(rows.category).enumerate() {
        match table.get_mut((pattern as usize, category as usize)) {
            Some(count) => *count += 1.0,
            None => return Err(OrdinalFault::NotACategory { row }),
        }
    }
    Ok(table)
}

/// The likelihood of every kind of row, times how many there are.
fn values(patterns: &Array2<f64>, table: &Array2<f64>, theta: &Array1<f64>) -> super::Values {
    let k = theta.len();
    let empty = || Likelihood { theta, loglik: 0.0, score: Array1::zeros(k), information: Array2::zeros((k, k)) };
    let mut sum = empty();
    for ((pattern, category), &count) in table.indexed_iter().filter(|(_, count)| **count > 0.0) {
        let mut one = empty();
        let y = Array1::from_elem(1, category as f64);
        one.absorb(Block {
            x: patterns.slice_axis(Axis(0), Slice::from(pattern..=pattern)),
            y: y.view(),
            first_row: 0,
        });
        sum.loglik += count * one.loglik;
        sum.score.scaled_add(count, &one.score);
        sum.information.scaled_add(count, &one.information);
    }
    mirror(&mut sum.information);
    sum.values()
}

/// The score of every kind of row: one row of k for each pattern and category.
fn scores(patterns: &Array2<f64>, categories: usize, theta: &Array1<f64>) -> Array2<f64> {
    let (m, p) = patterns.dim();
    let mut scores = Array2::zeros((m * categories, theta.len()));
    for (pattern, row) in patterns.rows().into_iter().enumerate() {
        for category in 0..categories {
            let at = pattern * categories + category;
            let bounds = bounds(theta, p, category, predictor(theta, row));
            let gap = match (bounds.upper, bounds.lower) {
                (Some((_, high)), Some((_, low))) => gap_slope(high - low).0,
                _ => 0.0,
            };
            let upper = bounds.upper.map(|(place, t)| (place, logistic(-t), gap));
            let lower = bounds.lower.map(|(place, t)| (place, -logistic(t), -gap));
            for (place, slope, gap) in [upper, lower].into_iter().flatten() {
                scores[[at, place]] += slope + gap;
                for (a, &one) in row.iter().enumerate() {
                    scores[[at, a]] -= slope * one;
                }
            }
        }
    }
    scores
}

/// Sum over clusters of the outer products of their summed scores.
fn meat(rows: &Counted<'_>, scores: &Array2<f64>, clusters: usize) -> Array2<f64> {
    let (k, categories) = (scores.ncols(), scores.nrows() / rows.patterns.nrows().max(1));
    let mut meat = Array2::<f64>::zeros((k, k));
    let places = rows.pattern.iter().zip(rows.category).map(|(p, c)| *p as usize * categories + *c as usize);
    let mut add = |sum: &Array1<f64>, times: f64| {
        for ((a, b), value) in meat.indexed_iter_mut() {
            *value += times * sum[a] * sum[b];
        }
    };
    match rows.clusters {
        None => {
            let mut counts = vec![0.0; scores.nrows()];
            places.for_each(|at| counts[at] += 1.0);
            let counted = counts.iter().enumerate().filter(|(_, count)| **count > 0.0);
            counted.for_each(|(at, &count)| add(&scores.row(at).to_owned(), count));
        }
        Some(codes) => {
            let mut sums = Array2::<f64>::zeros((clusters, k));
            for (at, &code) in places.zip(codes) {
                sums.row_mut(code as usize).scaled_add(1.0, &scores.row(at));
            }
            sums.rows().into_iter().for_each(|sum| add(&sum.to_owned(), 1.0));
        }
    }
    meat
}
