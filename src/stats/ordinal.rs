//! The proportional-odds logit of an ordered outcome: `logit P(Y <= j) = zeta_j - x'b`, with errors by information or by
//! cluster, Brant's test of parallel lines, probabilities and marginal effects by category. It deliberately has no other
//! link and no random effects.

pub mod cells;

use ndarray::{Array1, Array2, ArrayView1, Axis};

use super::covariance::{Covariance, CovarianceFault, Kind, Reference};
use super::eigen;
use super::inference::Inference;
use super::logit::{self, Change, LogitFault, Probability, STILL, Scaled, inference, log_logistic, logistic, mirror};
use super::matrix::{Block, Matrix};
use super::ols;
use super::rank::{self, Relation};
use super::tail;
use super::triangle::Triangle;
use crate::reduce::{Reduce, Rows};

/// Why there is no fit.
#[derive(Debug, Clone, PartialEq)]
pub enum OrdinalFault {
    /// Not more rows than parameters.
    TooFewRows {
        /// Rows.
        n: usize,
        /// Coefficients and thresholds.
        k: usize,
    },
    /// Fewer than two categories.
    OneCategory,
    /// No row is in this category; merge it with a neighbour.
    EmptyCategory {
        /// Its code.
        category: usize,
    },
    /// The outcome of this row is not one of the codes `0..categories`.
    NotACategory {
        /// The first such row.
        row: usize,
    },
    /// A number is infinite or not a number, in this column.
    NotFinite {
        /// Column of `x`.
        column: usize,
    },
    /// Columns that do not vary or are exact combinations of others and a constant (relations name the columns of `x`; the
    /// constant is numbered as the column behind the last).
    Collinear(Vec<Relation>),
    /// These columns put the categories in order without fault, so their coefficients are without bound.
    Separated {
        /// Positions.
        columns: Vec<usize>,
    },
    /// No maximum was found in 100 steps, nor a separation.
    NotConverged,
}

/// A fitted model of J categories on p columns; k = p + J - 1.
#[derive(Debug, Clone)]
pub struct OrdinalFit {
    /// p coefficients: log odds ratios of a higher category.
    pub coefficients: Array1<f64>,
    /// J - 1 rising thresholds.
    pub thresholds: Array1<f64>,
    /// k x k inverse of the observed information, coefficients first.
    pub information_inverse: Array2<f64>,
    /// Log-likelihood.
    pub loglik: f64,
    /// Log-likelihood of the thresholds alone.
    pub loglik_null: f64,
    /// `-2 loglik`.
    pub deviance: f64,
    /// Rows of each category.
    pub counts: Vec<usize>,
    /// Rows.
    pub n: usize,
    /// Newton steps taken.
    pub iterations: usize,
    /// n x k scores of the rows, for errors by cluster.
    scores: Array2<f64>,
}

/// Fits `m.y` (category codes `0..categories`, in order) on the columns of `m.x`, which hold no constant, by Newton's
/// method with the analytic gradient and Hessian (McCullagh 1980). With `u = zeta_y - x'b`, `l = zeta_(y-1) - x'b`:
/// `ln P = ln F(u) + ln F(-l) + ln(1 - exp(l - u))`, whose parts are all concave.
///
/// # Errors
/// See [`OrdinalFault`].
pub fn fit(m: &Matrix, categories: usize, tol: f64) -> Result<OrdinalFit, OrdinalFault> {
    let counts = check(m, categories)?;
    check_rank(m, tol)?;
    let scaled = Scaled::centred(m, None, true);
    let start = start(&counts, m.columns());
    let (theta, last, iterations) = maximise(&scaled.matrix, start)?;
    let inverse = eigen::inverse(&last.information).ok_or(OrdinalFault::NotConverged)?;
    let back = unscale(&scaled, theta.len());
    let scores = scores(&scaled.matrix, &theta);
    let forward = unscaled_scores(&scaled, &scores);
    let natural = back.dot(&theta);
    let p = m.columns();
    let n = m.rows() as f64;
    let loglik_null = counts.iter().map(|&count| count as f64 * (count as f64 / n).ln()).sum();
    Ok(OrdinalFit {
        coefficients: Array1::from_shape_fn(p, |j| natural[j]),
        thresholds: Array1::from_shape_fn(categories - 1, |j| natural[p + j]),
        information_inverse: back.dot(&inverse).dot(&back.t()),
        loglik: last.loglik,
        loglik_null,
        deviance: -2.0 * last.loglik,
        counts,
        n: m.rows(),
        iterations,
        scores: forward,
    })
}

fn check(m: &Matrix, categories: usize) -> Result<Vec<usize>, OrdinalFault> {
    if let Some(column) = m.x.columns().into_iter().position(|column| column.iter().any(|value| !value.is_finite())) {
        return Err(OrdinalFault::NotFinite { column });
    }
    if categories < 2 {
        return Err(OrdinalFault::OneCategory);
    }
    let mut counts = vec![0; categories];
    for (row, &y) in m.y.iter().enumerate() {
        let code = y as usize;
        if y.is_nan() || y < 0.0 || code as f64 != y || code >= categories {
            return Err(OrdinalFault::NotACategory { row });
        }
        counts[code] += 1;
    }
    let (n, k) = (m.rows(), m.columns() + categories - 1);
    if n <= k {
        return Err(OrdinalFault::TooFewRows { n, k });
    }
    match counts.iter().position(|&count| count == 0) {
        Some(_) if counts.iter().filter(|&&count| count > 0).count() < 2 => Err(OrdinalFault::OneCategory),
        Some(category) => Err(OrdinalFault::EmptyCategory { category }),
        None => Ok(counts),
    }
}

/// The columns and a constant behind them, of which the thresholds are the like.
fn with_constant(m: &Matrix) -> Matrix {
    let p = m.columns();
    let x = Array2::from_shape_fn((m.rows(), p + 1), |(i, j)| if j == p { 1.0 } else { m.x[[i, j]] });
    Matrix { x, y: m.y.clone(), clusters: m.clusters.clone() }
}

fn check_rank(m: &Matrix, tol: f64) -> Result<(), OrdinalFault> {
    let p = m.columns();
    let triangle = with_constant(m).fold(&|| Triangle::new(p + 1));
    let relations = rank::relations(&triangle.regressors(), Some(p), tol);
    if relations.is_empty() { Ok(()) } else { Err(OrdinalFault::Collinear(relations)) }
}

/// Coefficients 0 and the thresholds of the shares.
fn start(counts: &[usize], p: usize) -> Array1<f64> {
    let n = counts.iter().sum::<usize>() as f64;
    let mut theta = Array1::zeros(p + counts.len() - 1);
    let mut below = 0.0;
    for (j, &count) in counts.iter().enumerate().take(counts.len() - 1) {
        below += count as f64;
        theta[p + j] = (below / (n - below)).ln();
    }
    theta
}

/// Where a row stands between its thresholds: nothing at an open end.
struct Bounds {
    upper: Option<(usize, f64)>,
    lower: Option<(usize, f64)>,
}

/// The bounds of category `y` at linear predictor `eta`, with the places of the thresholds among the parameters.
fn bounds(theta: &Array1<f64>, p: usize, y: usize, eta: f64) -> Bounds {
    let at = |j: usize| (p + j, theta[p + j] - eta);
    Bounds { upper: (p + y < theta.len()).then(|| at(y)), lower: y.checked_sub(1).map(at) }
}

fn predictor(theta: &Array1<f64>, row: ArrayView1<'_, f64>) -> f64 {
    row.iter().zip(theta).map(|(x, b)| x * b).sum()
}

/// Log-likelihood, score and information at one point.
struct Likelihood<'t> {
    theta: &'t Array1<f64>,
    loglik: f64,
    score: Array1<f64>,
    information: Array2<f64>,
}

impl<'t> Likelihood<'t> {
    fn at(m: &Matrix, theta: &'t Array1<f64>) -> Self {
        let k = theta.len();
        let empty = || Self { theta, loglik: 0.0, score: Array1::zeros(k), information: Array2::zeros((k, k)) };
        let mut sum = m.fold(&empty);
        mirror(&mut sum.information);
        sum
    }

    fn values(self) -> Values {
        (self.loglik, self.score, self.information)
    }

    /// Adds one side of a row, `ln F(t)` or `ln F(-t)` of `t = zeta - x'b`, with `slope` and `curve` in `t`.
    fn side(&mut self, row: ArrayView1<'_, f64>, place: usize, slope: f64, curve: f64) {
        self.score[place] += slope;
        self.information[[place, place]] += curve;
        for (a, &one) in row.iter().enumerate() {
            self.score[a] -= slope * one;
            self.information[[place, a]] -= curve * one;
            for (b, &other) in row.iter().enumerate().take(a + 1) {
                self.information[[a, b]] += curve * one * other;
            }
        }
    }

    /// Adds `ln(1 - exp(-gap))` of neighbouring thresholds.
    fn gap(&mut self, low: usize, high: usize) {
        let gap = self.theta[high] - self.theta[low];
        if gap <= 0.0 {
            self.loglik = f64::NEG_INFINITY;
            return;
        }
        self.loglik += libm::log(-libm::expm1(-gap));
        let (slope, curve) = gap_slope(gap);
        self.score[high] += slope;
        self.score[low] -= slope;
        self.information[[high, high]] += curve;
        self.information[[low, low]] += curve;
        self.information[[high, low]] -= curve;
    }
}

/// First derivative of `ln(1 - exp(-gap))`, and minus the second.
fn gap_slope(gap: f64) -> (f64, f64) {
    let slope = 1.0 / libm::expm1(gap);
    (slope, slope * (1.0 + slope))
}

impl Reduce for Likelihood<'_> {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        let p = batch.x.ncols();
        for (row, &y) in batch.x.rows().into_iter().zip(batch.y) {
            let bounds = bounds(self.theta, p, y as usize, predictor(self.theta, row));
            if let Some((place, t)) = bounds.upper {
                self.loglik += log_logistic(t);
                self.side(row, place, logistic(-t), logistic(t) * logistic(-t));
            }
            if let Some((place, t)) = bounds.lower {
                self.loglik += log_logistic(-t);
                self.side(row, place, -logistic(t), logistic(t) * logistic(-t));
            }
            if let (Some((high, _)), Some((low, _))) = (bounds.upper, bounds.lower) {
                self.gap(low, high);
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.loglik += other.loglik;
        self.score += &other.score;
        self.information += &other.information;
    }
}

/// Newton steps, halved while they lower the likelihood or put thresholds out of order.
fn maximise(m: &Matrix, start: Array1<f64>) -> Result<(Array1<f64>, Last, usize), OrdinalFault> {
    climb(|theta| Likelihood::at(m, theta).values(), start).map_err(|direction| separation(m, &direction))
}

/// Log-likelihood, score and information at a point.
type Values = (f64, Array1<f64>, Array2<f64>);

/// The maximum of a likelihood with these values, or the last direction when none is found.
fn climb(at: impl Fn(&Array1<f64>) -> Values, start: Array1<f64>) -> Result<(Array1<f64>, Last, usize), Array1<f64>> {
    let mut theta = start;
    let mut direction = Array1::zeros(theta.len());
    for iteration in 1..=100 {
        let (loglik, score, information) = at(&theta);
        let Some(mut step) = eigen::solve(&information, &score) else { break };
        let floor = loglik - 1e-12 * loglik.abs();
        for _ in 0..40 {
            if at(&(&theta + &step)).0 >= floor {
                break;
            }
            step /= 2.0;
        }
        theta = &theta + &step;
        if step.iter().all(|value| value.abs() <= 1e-9 * (1.0 + theta.dot(&theta).sqrt())) {
            let (loglik, _, information) = at(&theta);
            return Ok((theta, Last { loglik, information }, iteration));
        }
        direction = step;
    }
    Err(direction)
}

/// The likelihood at its maximum.
struct Last {
    loglik: f64,
    information: Array2<f64>,
}

/// Whether the last step is a certificate that there is no maximum: along it no upper bound falls, no lower bound rises,
/// and something moves.
fn separation(m: &Matrix, direction: &Array1<f64>) -> OrdinalFault {
    let p = m.columns();
    let mut moves: Vec<f64> = Vec::new();
    for (row, &y) in m.x.rows().into_iter().zip(&m.y) {
        let bounds = bounds(direction, p, y as usize, predictor(direction, row));
        moves.extend(bounds.upper.map(|(_, t)| t));
        moves.extend(bounds.lower.map(|(_, t)| -t));
    }
    let most = moves.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    if most == 0.0 || !most.is_finite() || moves.iter().any(|&value| value < -STILL * most) {
        return OrdinalFault::NotConverged;
    }
    let slopes = Array1::from_shape_fn(p, |j| direction[j]);
    OrdinalFault::Separated { columns: logit::moved(&slopes, None) }
}

/// k x k: from parameters of the scaled columns to those of the columns as they are.
fn unscale(scaled: &Scaled, k: usize) -> Array2<f64> {
    let p = scaled.scale.len();
    Array2::from_shape_fn((k, k), |(i, j)| match (i, j) {
        (i, j) if i == j => {
            if i < p {
                1.0 / scaled.scale[i]
            } else {
                1.0
            }
        }
        (i, j) if i >= p && j < p => scaled.mean[j] / scaled.scale[j],
        _ => 0.0,
    })
}

/// n x k scores of the rows in the scaled parameters.
fn scores(m: &Matrix, theta: &Array1<f64>) -> Array2<f64> {
    let p = m.columns();
    let mut scores = Array2::zeros((m.rows(), theta.len()));
    for (i, row) in m.x.rows().into_iter().enumerate() {
        let bounds = bounds(theta, p, m.y[i] as usize, predictor(theta, row));
        let gap = match (bounds.upper, bounds.lower) {
            (Some((_, high)), Some((_, low))) => gap_slope(high - low).0,
            _ => 0.0,
        };
        let sides =
            [bounds.upper.map(|(at, t)| (at, logistic(-t), gap)), bounds.lower.map(|(at, t)| (at, -logistic(t), -gap))];
        for (place, slope, gap) in sides.into_iter().flatten() {
            scores[[i, place]] += slope + gap;
            for (a, &one) in row.iter().enumerate() {
                scores[[i, a]] -= slope * one;
            }
        }
    }
    scores
}

/// The scores in the parameters of the columns as they are: `b` enters `eta` by `x`, not by the scaled column.
fn unscaled_scores(scaled: &Scaled, scores: &Array2<f64>) -> Array2<f64> {
    let (p, k) = (scaled.scale.len(), scores.ncols());
    let mut out = scores.clone();
    for mut row in out.rows_mut() {
        let thresholds: f64 = (p..k).map(|j| row[j]).sum();
        for j in 0..p {
            row[j] = row[j] * scaled.scale[j] - thresholds * scaled.mean[j];
        }
    }
    out
}

impl OrdinalFit {
    /// Number of parameters: coefficients, then thresholds.
    pub fn parameters(&self) -> usize {
        self.coefficients.len() + self.thresholds.len()
    }

    /// The inverse of the observed information, referred to the normal.
    pub fn model_based(&self) -> Covariance {
        Covariance {
            kind: Kind::Iid,
            matrix: self.information_inverse.clone(),
            reference: Reference::Residual(f64::INFINITY),
            clusters: None,
            full_leverage: 0,
            floored: false,
        }
    }

    /// The sandwich of the clusters' scores times `G/(G-1) x (n-1)/(n-k)` with k coefficients and thresholds, with t on
    /// `G - 1`: the factor of CR1 for least squares. (R's `vcovCL` has `G/(G-1)` alone for a `polr`.)
    ///
    /// # Errors
    /// No clusters, codes that are not those of the rows, fewer than two clusters.
    pub fn clustered(&self, codes: Option<&[u32]>) -> Result<Covariance, CovarianceFault> {
        let codes = codes.ok_or(CovarianceFault::NoClusters)?;
        if codes.len() != self.n {
            return Err(CovarianceFault::Misfit);
        }
        let (k, mut sums) = (self.parameters(), std::collections::BTreeMap::<u32, Array1<f64>>::new());
        for (row, &code) in self.scores.rows().into_iter().zip(codes) {
            *sums.entry(code).or_insert_with(|| Array1::zeros(k)) += &row;
        }
        let groups = sums.len();
        if groups < 2 {
            return Err(CovarianceFault::OneCluster);
        }
        let mut meat = Array2::<f64>::zeros((k, k));
        for sum in sums.into_values() {
            let column = sum.insert_axis(Axis(1));
            meat += &column.dot(&column.t());
        }
        let (n, g) = (self.n as f64, groups as f64);
        let factor = g / (g - 1.0) * (n - 1.0) / (n - k as f64);
        let matrix = self.information_inverse.dot(&meat).dot(&self.information_inverse) * factor;
        Ok(Covariance {
            kind: Kind::Cr1,
            matrix: (&matrix + &matrix.t()) / 2.0,
            reference: Reference::Clusters(g - 1.0),
            clusters: Some(groups),
            full_leverage: 0,
            floored: false,
        })
    }

    /// Inference on parameter `j`: coefficients first, then thresholds.
    pub fn parameter(&self, covariance: &Covariance, j: usize, level: f64) -> Inference {
        let p = self.coefficients.len();
        let estimate = if j < p { self.coefficients[j] } else { self.thresholds[j - p] };
        let mut unit = Array1::zeros(self.parameters());
        unit[j] = 1.0;
        inference(estimate, &unit, covariance, level)
    }

    /// Probabilities of all J categories at a row of p values; errors by the delta method, limits on the logit scale.
    pub fn probabilities(&self, row: &Array1<f64>, covariance: &Covariance, level: f64) -> Vec<Probability> {
        let one = |category: usize| {
            let (p, gradient) = self.probability(row.view(), category);
            let (error, odds) = (covariance.variance(&gradient).sqrt(), p * (1.0 - p));
            if odds <= 0.0 {
                return Probability { estimate: p, std_error: error, conf_low: p, conf_high: p };
            }
            let on_logit = inference((p / (1.0 - p)).ln(), &(&gradient / odds), covariance, level);
            let (conf_low, conf_high) = (logistic(on_logit.conf_low), logistic(on_logit.conf_high));
            Probability { estimate: p, std_error: error, conf_low, conf_high }
        };
        (0..self.counts.len()).map(one).collect()
    }

    /// Average marginal effect of column `j` on the probability of every category, over the rows of `m` (those of the
    /// fit), by the delta method: mean derivative, or mean change from 0 to 1 for a column of 0 and 1. Other columns are
    /// held. The J effects sum to 0.
    pub fn marginal_effects(&self, m: &Matrix, covariance: &Covariance, j: usize, level: f64) -> Vec<Inference> {
        let kind = logit::change(m.x.column(j));
        let one = |category: usize| {
            let (mut estimate, mut gradient) = (0.0, Array1::zeros(self.parameters()));
            for row in m.x.rows() {
                let (effect, slope) = self.effect(row, j, category, kind);
                estimate += effect;
                gradient += &slope;
            }
            let n = m.rows().max(1) as f64;
            inference(estimate / n, &(gradient / n), covariance, level)
        };
        (0..self.counts.len()).map(one).collect()
    }

    fn effect(&self, row: ArrayView1<'_, f64>, j: usize, category: usize, kind: Change) -> (f64, Array1<f64>) {
        if kind == Change::Derivative {
            return self.derivative(row, j, category);
        }
        let at = |value: f64| {
            let mut row = row.to_owned();
            row[j] = value;
            self.probability(row.view(), category)
        };
        let ((high, with), (low, without)) = (at(1.0), at(0.0));
        (high - low, with - without)
    }

    /// Thresholds of a category less the linear predictor, with their sign in `P = F(upper) - F(lower)`.
    fn sides(&self, row: ArrayView1<'_, f64>, category: usize) -> impl Iterator<Item = (usize, f64, f64)> {
        let eta = row.dot(&self.coefficients);
        let p = self.coefficients.len();
        let at = |j: usize, sign: f64| self.thresholds.get(j).map(|zeta| (p + j, zeta - eta, sign));
        let upper = at(category, 1.0);
        let lower = category.checked_sub(1).and_then(|below| at(below, -1.0));
        upper.into_iter().chain(lower)
    }

    /// `P(Y = category)` and its gradient in the k parameters.
    fn probability(&self, row: ArrayView1<'_, f64>, category: usize) -> (f64, Array1<f64>) {
        let mut gradient = Array1::zeros(self.parameters());
        // The highest category has no upper threshold: F = 1 there.
        let mut p = if category == self.thresholds.len() { 1.0 } else { 0.0 };
        for (place, t, sign) in self.sides(row, category) {
            p += sign * logistic(t);
            let density = sign * logistic(t) * logistic(-t);
            gradient[place] += density;
            for (a, &x) in row.iter().enumerate() {
                gradient[a] -= density * x;
            }
        }
        (p.clamp(0.0, 1.0), gradient)
    }

    /// `dP/dx_j = -b_j (f(upper) - f(lower))` and its gradient.
    fn derivative(&self, row: ArrayView1<'_, f64>, j: usize, category: usize) -> (f64, Array1<f64>) {
        let b = self.coefficients[j];
        let (mut effect, mut gradient) = (0.0, Array1::zeros(self.parameters()));
        for (place, t, sign) in self.sides(row, category) {
            let density = sign * logistic(t) * logistic(-t);
            let bend = density * (logistic(-t) - logistic(t));
            effect -= b * density;
            gradient[place] -= b * bend;
            gradient[j] -= density;
            for (a, &x) in row.iter().enumerate() {
                gradient[a] += b * bend * x;
            }
        }
        (effect, gradient)
    }
}

/// A Wald chi-square test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquare {
    /// Statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Upper tail.
    pub p_value: f64,
}

impl ChiSquare {
    fn new(statistic: f64, df: usize) -> Self {
        let df = df as f64;
        Self { statistic, df, p_value: tail::chi2_upper(statistic, df) }
    }
}

/// Brant's test that the lines are parallel.
#[derive(Debug, Clone, PartialEq)]
pub struct Brant {
    /// All columns: chi-square on `p (J - 2)`.
    pub overall: ChiSquare,
    /// Each column: chi-square on `J - 2`.
    pub columns: Vec<ChiSquare>,
    /// (J - 1) x p coefficients of the separate logits of `Y > j`.
    pub separate: Array2<f64>,
}

/// Why there is no test.
#[derive(Debug, Clone, PartialEq)]
pub enum BrantFault {
    /// Two categories have one line, which is parallel to itself.
    TwoCategories,
    /// The binary logit of `Y > threshold` cannot be fitted (with columns of `x`; the constant is behind the last).
    Logit {
        /// Number of the threshold, from 0.
        threshold: usize,
        /// Why.
        fault: LogitFault,
    },
    /// The joint covariance of the separate logits is singular.
    Singular,
}

/// Tests that the coefficients of the J - 1 binary logits of `Y > j` are the same (Brant 1990): Wald's statistic of their
/// differences from the first, with the joint covariance of equation (5), `(X'W_jX)^-1 X'W_jl X (X'W_lX)^-1` where
/// `W_jl = P(Y > l) (1 - P(Y > j))` for `j < l`, at the separate fits. Rows count as independent: with clusters the test
/// rejects too often.
///
/// # Errors
/// See [`BrantFault`].
pub fn brant(m: &Matrix, categories: usize) -> Result<Brant, BrantFault> {
    let (p, lines) = (m.columns(), categories.saturating_sub(1));
    if lines < 2 || p == 0 {
        return Err(BrantFault::TwoCategories);
    }
    let mut fits = Vec::with_capacity(lines);
    let mut binary = with_constant(m);
    for threshold in 0..lines {
        binary.y = m.y.mapv(|y| f64::from(u8::from(y > threshold as f64)));
        let fit = logit::fit(&binary, Some(p), ols::DEFAULT_TOLERANCE);
        fits.push(fit.map_err(|fault| BrantFault::Logit { threshold, fault })?);
    }
    let probabilities: Vec<&Array1<f64>> = fits.iter().map(|fit| &fit.probabilities).collect();
    let separate = Array2::from_shape_fn((lines, p), |(line, j)| fits[line].coefficients[j]);
    // The statistics do not depend on the units of columns; scaled, they keep their digits.
    let scaled = Scaled::of(&binary, Some(p));
    let joint = joint(&scaled.matrix.x, &probabilities).ok_or(BrantFault::Singular)?;
    let slopes = Array2::from_shape_fn((lines, p), |(line, j)| separate[[line, j]] * scaled.scale[j]);
    let test = |columns: &[usize]| parallel(&slopes, &joint, columns).ok_or(BrantFault::Singular);
    let all: Vec<usize> = (0..p).collect();
    let columns = all.iter().map(|&j| test(&[j])).collect::<Result<Vec<_>, _>>()?;
    Ok(Brant { overall: test(&all)?, columns, separate })
}

/// Joint covariance of the slopes of all lines, line by line, p a line.
fn joint(x: &Array2<f64>, probabilities: &[&Array1<f64>]) -> Option<Array2<f64>> {
    let (lines, p) = (probabilities.len(), x.ncols() - 1);
    let cross = |low: usize, high: usize| {
        let weights = Array1::from_shape_fn(x.nrows(), |i| probabilities[high][i] * (1.0 - probabilities[low][i]));
        x.t().dot(&(x * &weights.insert_axis(Axis(1))))
    };
    let breads: Vec<Array2<f64>> = (0..lines).map(|line| eigen::inverse(&cross(line, line))).collect::<Option<_>>()?;
    let mut joint = Array2::zeros((lines * p, lines * p));
    for low in 0..lines {
        for high in low..lines {
            let block =
                if low == high { breads[low].clone() } else { breads[low].dot(&cross(low, high)).dot(&breads[high]) };
            for a in 0..p {
                for b in 0..p {
                    joint[[low * p + a, high * p + b]] = block[[a, b]];
                    joint[[high * p + b, low * p + a]] = block[[a, b]];
                }
            }
        }
    }
    Some(joint)
}

/// Wald's statistic of the differences of these columns' slopes from the first line.
fn parallel(separate: &Array2<f64>, joint: &Array2<f64>, columns: &[usize]) -> Option<ChiSquare> {
    let (lines, p) = separate.dim();
    let pairs: Vec<(usize, usize)> = (1..lines).flat_map(|line| columns.iter().map(move |&j| (line, j))).collect();
    let difference: Array1<f64> = pairs.iter().map(|&(line, j)| separate[[0, j]] - separate[[line, j]]).collect();
    let of = |(a, i): (usize, usize), (b, j): (usize, usize)| joint[[a * p + i, b * p + j]];
    let variance = Array2::from_shape_fn((pairs.len(), pairs.len()), |(r, c)| {
        let ((a, i), (b, j)) = (pairs[r], pairs[c]);
        of((0, i), (0, j)) - of((0, i), (b, j)) - of((a, i), (0, j)) + of((a, i), (b, j))
    });
    let statistic = difference.dot(&eigen::solve(&variance, &difference)?);
    Some(ChiSquare::new(statistic, pairs.len()))
}
