//! The binary logit: maximum likelihood by Newton's method, separation found and named, the covariances of
//! `covariance` through the working regression, marginal effects and predicted probabilities. It deliberately shrinks
//! nothing: where the likelihood has no maximum there is no estimate.

use ndarray::{Array1, Array2, ArrayView1, Axis};

use super::covariance::{self, Covariance, CovarianceFault, Kind, Reference};
use super::eigen;
use super::inference::Inference;
use super::matrix::{Block, Matrix};
use super::moments::Moments;
use super::ols::{self, Fit, OlsFault};
use super::rank::{self, Relation};
use super::triangle::{self, Triangle};
use crate::reduce::{Reduce, Rows};

/// Why there is no fit.
#[derive(Debug, Clone, PartialEq)]
pub enum LogitFault {
    /// Not more rows than columns.
    TooFewRows {
        /// Rows.
        n: usize,
        /// Columns.
        k: usize,
    },
    /// The outcome of this row is neither 0 nor 1.
    NotBinary {
        /// The first such row.
        row: usize,
    },
    /// All outcomes are the same.
    ConstantOutcome,
    /// A number is infinite or not a number, in this column.
    NotFinite {
        /// Column of `x`.
        column: usize,
    },
    /// Columns that are exact combinations of others.
    Collinear(Vec<Relation>),
    /// These columns (the constant apart) tell outcomes 0 and 1 apart, so their coefficients are without bound (Albert &
    /// Anderson 1984).
    Separated {
        /// Positions.
        columns: Vec<usize>,
        /// Whether every row is told apart; otherwise some are (quasi-complete separation).
        complete: bool,
    },
    /// No maximum was found in 100 steps, nor a separation.
    NotConverged,
}

/// A fitted logit of `y` (0 or 1) on `x`.
#[derive(Debug, Clone)]
pub struct LogitFit {
    /// k coefficients: log odds ratios.
    pub coefficients: Array1<f64>,
    /// Log-likelihood.
    pub loglik: f64,
    /// Log-likelihood of the constant alone; without a constant, of coefficients 0.
    pub loglik_null: f64,
    /// `-2 loglik`.
    pub deviance: f64,
    /// `-2 loglik_null`.
    pub null_deviance: f64,
    /// `1 - loglik / loglik_null` (McFadden 1974).
    pub mcfadden: f64,
    /// Rows.
    pub n: usize,
    /// Columns, the constant included.
    pub k: usize,
    /// Rows with outcome 1.
    pub ones: usize,
    /// Newton steps taken.
    pub iterations: usize,
    /// n fitted probabilities.
    pub probabilities: Array1<f64>,
    /// Position of the constant column.
    pub intercept: Option<usize>,
    /// Least squares of the working outcome on the columns, both times `sqrt(p (1-p))`: its coefficients are the
    /// logit's, its `R'R` the information, and `X'u` the score (McCullagh & Nelder 1989, section 2.5).
    pub working: Fit,
    /// Rows of the working regression, with the clusters of the data.
    weighted: Matrix,
}

/// Fits the logit of `m.y` on the columns of `m.x` by Newton's method with step halving; `tol` as in [`ols::fit`].
///
/// # Errors
/// See [`LogitFault`].
pub fn fit(m: &Matrix, intercept: Option<usize>, tol: f64) -> Result<LogitFit, LogitFault> {
    let ones = check(m)?;
    check_rank(m, intercept, tol)?;
    let scaled = Scaled::of(m, intercept);
    let (b, iterations) = maximise(&scaled.matrix, intercept)?;
    complete(m, intercept, ones, scaled.unscale(&b), iterations)
}

fn check(m: &Matrix) -> Result<usize, LogitFault> {
    let (n, k) = (m.rows(), m.columns());
    if let Some(column) = m.x.columns().into_iter().position(|column| column.iter().any(|value| !value.is_finite())) {
        return Err(LogitFault::NotFinite { column });
    }
    if let Some(row) = m.y.iter().position(|&y| y != 0.0 && y != 1.0) {
        return Err(LogitFault::NotBinary { row });
    }
    if k == 0 || n <= k {
        return Err(LogitFault::TooFewRows { n, k });
    }
    let ones = m.y.iter().filter(|&&y| y == 1.0).count();
    if ones == 0 || ones == n { Err(LogitFault::ConstantOutcome) } else { Ok(ones) }
}

fn check_rank(m: &Matrix, intercept: Option<usize>, tol: f64) -> Result<(), LogitFault> {
    let relations = rank::relations(&m.fold(&|| Triangle::new(m.columns())).regressors(), intercept, tol);
    if relations.is_empty() { Ok(()) } else { Err(LogitFault::Collinear(relations)) }
}

/// The same rows with columns of spread 1, about their means where there is a constant to take the means up.
pub(super) struct Scaled {
    pub(super) matrix: Matrix,
    pub(super) mean: Array1<f64>,
    pub(super) scale: Array1<f64>,
    intercept: Option<usize>,
}

impl Scaled {
    pub(super) fn of(m: &Matrix, intercept: Option<usize>) -> Self {
        Self::centred(m, intercept, intercept.is_some())
    }

    /// As [`Scaled::of`], with the centring said: thresholds take the means up as a constant does.
    pub(super) fn centred(m: &Matrix, intercept: Option<usize>, centre: bool) -> Self {
        let moments: Vec<Moments> = m.x.columns().into_iter().map(|column| Moments::of(&column.to_vec())).collect();
        let constant = |j: usize| Some(j) == intercept;
        let mean = Array1::from_shape_fn(m.columns(), |j| if centre && !constant(j) { moments[j].mean } else { 0.0 });
        let spread = |j: usize| {
            let about = if centre { 0.0 } else { moments[j].mean.powi(2) };
            (moments[j].m2 / moments[j].count.max(1) as f64 + about).sqrt()
        };
        let scale = Array1::from_shape_fn(m.columns(), |j| match spread(j) {
            spread if spread > 0.0 && !constant(j) => spread,
            _ => 1.0,
        });
        let x = (&m.x - &mean) / &scale;
        Self { matrix: Matrix { x, y: m.y.clone(), clusters: m.clusters.clone() }, mean, scale, intercept }
    }

    fn unscale(&self, b: &Array1<f64>) -> Array1<f64> {
        let mut out = b / &self.scale;
        if let Some(constant) = self.intercept {
            let shift = out.dot(&self.mean);
            out[constant] = b[constant] / self.scale[constant] - shift;
        }
        out
    }
}

/// `F(eta) = 1 / (1 + exp(-eta))`.
pub(super) fn logistic(eta: f64) -> f64 {
    if eta >= 0.0 {
        1.0 / (1.0 + (-eta).exp())
    } else {
        let e = eta.exp();
        e / (1.0 + e)
    }
}

/// `ln F(eta)`.
pub(super) fn log_logistic(eta: f64) -> f64 {
    if eta >= 0.0 { -libm::log1p((-eta).exp()) } else { eta - libm::log1p(eta.exp()) }
}

/// Log-likelihood, score and information at one point.
struct Likelihood<'b> {
    b: &'b Array1<f64>,
    loglik: f64,
    score: Array1<f64>,
    information: Array2<f64>,
}

impl<'b> Likelihood<'b> {
    fn at(m: &Matrix, b: &'b Array1<f64>) -> Self {
        let k = b.len();
        let empty = || Self { b, loglik: 0.0, score: Array1::zeros(k), information: Array2::zeros((k, k)) };
        let mut sum = m.fold(&empty);
        mirror(&mut sum.information);
        sum
    }
}

/// Copies the lower triangle of a symmetric matrix to the upper.
pub(super) fn mirror(matrix: &mut Array2<f64>) {
    for a in 0..matrix.nrows() {
        for b in 0..a {
            matrix[[b, a]] = matrix[[a, b]];
        }
    }
}

impl Reduce for Likelihood<'_> {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        for (row, &y) in batch.x.rows().into_iter().zip(batch.y) {
            let eta = row.dot(self.b);
            let (p, rest) = (logistic(eta), logistic(-eta));
            let (signed, residual) = if y == 1.0 { (eta, rest) } else { (-eta, -p) };
            self.loglik += log_logistic(signed);
            let weight = p * rest;
            for (a, &one) in row.iter().enumerate() {
                self.score[a] += residual * one;
                for (b, &other) in row.iter().enumerate().take(a + 1) {
                    self.information[[a, b]] += weight * one * other;
                }
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.loglik += other.loglik;
        self.score += &other.score;
        self.information += &other.information;
    }
}

/// Newton steps, halved while they lower the likelihood. Convergence is judged by the step and not by the likelihood:
/// under separation the likelihood settles while the coefficients go on by about 1 a step.
fn maximise(m: &Matrix, intercept: Option<usize>) -> Result<(Array1<f64>, usize), LogitFault> {
    let mut b = Array1::zeros(m.columns());
    let mut direction = b.clone();
    for iteration in 1..=100 {
        let point = Likelihood::at(m, &b);
        // The columns are independent: that the information degenerates means that the likelihood flattens out.
        let Some(mut step) = eigen::solve(&point.information, &point.score) else { break };
        let floor = point.loglik - 1e-12 * point.loglik.abs();
        for _ in 0..30 {
            if Likelihood::at(m, &(&b + &step)).loglik >= floor {
                break;
            }
            step /= 2.0;
        }
        b = &b + &step;
        if step.iter().all(|value| value.abs() <= 1e-9 * (1.0 + length(&b))) {
            return Ok((b, iteration));
        }
        direction = step;
    }
    Err(separation(m, intercept, &direction))
}

fn length(b: &Array1<f64>) -> f64 {
    b.dot(b).sqrt()
}

/// What a direction moves less than this share of its most, it leaves alone.
pub(super) const STILL: f64 = 1e-6;

/// Whether the last step is a certificate of separation: no row's outcome becomes less likely along it, some become more
/// likely, so the likelihood has no maximum.
fn separation(m: &Matrix, intercept: Option<usize>, direction: &Array1<f64>) -> LogitFault {
    let along = m.x.dot(direction);
    let signed: Vec<f64> = along.iter().zip(&m.y).map(|(&along, &y)| if y == 1.0 { along } else { -along }).collect();
    let most = signed.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    if most == 0.0 || !most.is_finite() || signed.iter().any(|&value| value < -STILL * most) {
        return LogitFault::NotConverged;
    }
    let complete = signed.iter().all(|&value| value > STILL * most);
    LogitFault::Separated { columns: moved(direction, intercept), complete }
}

/// The columns that a direction moves, the constant apart (columns have spread 1).
pub(super) fn moved(direction: &Array1<f64>, intercept: Option<usize>) -> Vec<usize> {
    let slopes = |j: &usize| Some(*j) != intercept;
    let most = (0..direction.len()).filter(slopes).fold(0.0_f64, |most, j| most.max(direction[j].abs()));
    (0..direction.len()).filter(slopes).filter(|&j| direction[j].abs() > 1e-4 * most).collect()
}

fn complete(
    m: &Matrix,
    intercept: Option<usize>,
    ones: usize,
    b: Array1<f64>,
    iterations: usize,
) -> Result<LogitFit, LogitFault> {
    let (n, k) = (m.rows(), m.columns());
    let weighted = working(m, &b);
    let working = ols::fit(&weighted, None, 0.0).map_err(|fault| match fault {
        OlsFault::Collinear(relations) => LogitFault::Collinear(relations),
        _ => LogitFault::NotConverged,
    })?;
    let coefficients = working.coefficients.clone();
    let eta = m.x.dot(&coefficients);
    let loglik = eta.iter().zip(&m.y).map(|(&eta, &y)| log_logistic(if y == 1.0 { eta } else { -eta })).sum::<f64>();
    let share = ones as f64 / n as f64;
    let loglik_null = match intercept {
        Some(_) => n as f64 * (share * share.ln() + (1.0 - share) * (1.0 - share).ln()),
        None => -(n as f64) * std::f64::consts::LN_2,
    };
    Ok(LogitFit {
        coefficients,
        loglik,
        loglik_null,
        deviance: -2.0 * loglik,
        null_deviance: -2.0 * loglik_null,
        mcfadden: 1.0 - loglik / loglik_null,
        n,
        k,
        ones,
        iterations,
        probabilities: eta.mapv(logistic),
        intercept,
        working,
        weighted,
    })
}

/// `sqrt(w) x` and `sqrt(w) (eta + (y - p) / w)` with `w = p (1 - p)`.
fn working(m: &Matrix, b: &Array1<f64>) -> Matrix {
    let mut weighted = m.clone();
    for (i, mut row) in weighted.x.rows_mut().into_iter().enumerate() {
        let eta = row.dot(b);
        let (p, rest) = (logistic(eta), logistic(-eta));
        let root = (p * rest).sqrt().max(f64::MIN_POSITIVE);
        let residual = if m.y[i] == 1.0 { rest } else { -p };
        weighted.y[i] = root * eta + residual / root;
        row.mapv_inplace(|value| root * value);
    }
    weighted
}

/// What a column is, for its marginal effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The derivative.
    Derivative,
    /// From 0 to 1: the column holds nothing else.
    ZeroToOne,
}

/// The change that suits a column's values.
pub fn change(column: ArrayView1<'_, f64>) -> Change {
    if column.iter().all(|&value| value == 0.0 || value == 1.0) { Change::ZeroToOne } else { Change::Derivative }
}

impl LogitFit {
    /// Covariance of the coefficients.
    ///
    /// `Iid` is the inverse information. The robust kinds are those of the working regression, whose `X'u` is the score:
    /// HC0 and CR0 the plain sandwiches, HC1 times `n / (n-k)`, CR1 times `G/(G-1) x (n-1)/(n-k)` (sandwich's `vcovCL`
    /// of type HC1; Stata's `logit` has `G/(G-1)` alone). CR2 adjusts working residuals for their leverages in the
    /// metric of the working weights (Bell & McCaffrey 2002 with working variance `1/w`; clubSandwich takes another
    /// square root of the same adjustment, equal where `w` is constant within clusters). Statistics are referred to the
    /// normal, by cluster to t on `G - 1` (CR0, CR1, CR3) or on Satterthwaite's degrees of freedom (CR2).
    ///
    /// # Errors
    /// For the kinds by cluster: no clusters, or fewer than two.
    pub fn covariance(&self, kind: Kind) -> Result<Covariance, CovarianceFault> {
        let mut result = covariance::covariance(kind, &self.working, &self.weighted)?;
        if kind == Kind::Iid {
            let inverse = triangle::inverse(&self.working.r);
            result.matrix = inverse.dot(&inverse.t());
        }
        if !kind.is_clustered() {
            result.reference = Reference::Residual(f64::INFINITY);
        }
        Ok(result)
    }

    /// Average marginal effect of column `j` on the probability, over the rows of `m` (those of the fit), by the delta
    /// method: the mean of `p (1-p) b_j`, or of `p(x_j = 1) - p(x_j = 0)` for a column of 0 and 1. Other columns are held,
    /// so a product or a square of the column is not moved with it.
    pub fn marginal_effect(&self, m: &Matrix, covariance: &Covariance, j: usize, level: f64) -> Inference {
        let effects: Vec<(f64, Array1<f64>)> = match change(m.x.column(j)) {
            Change::Derivative => m.x.rows().into_iter().map(|row| self.derivative(row, j)).collect(),
            Change::ZeroToOne => m.x.rows().into_iter().map(|row| self.difference(row, j)).collect(),
        };
        let n = effects.len().max(1) as f64;
        let mut gradient = Array1::zeros(self.k);
        let mut estimate = 0.0;
        for (effect, slope) in &effects {
            estimate += effect / n;
            gradient.scaled_add(1.0 / n, slope);
        }
        inference(estimate, &gradient, covariance, level)
    }

    fn derivative(&self, row: ArrayView1<'_, f64>, j: usize) -> (f64, Array1<f64>) {
        let p = logistic(row.dot(&self.coefficients));
        let (density, b) = (p * (1.0 - p), self.coefficients[j]);
        let mut gradient = &row * (density * (1.0 - 2.0 * p) * b);
        gradient[j] += density;
        (density * b, gradient)
    }

    fn difference(&self, row: ArrayView1<'_, f64>, j: usize) -> (f64, Array1<f64>) {
        let at = |value: f64| {
            let mut row = row.to_owned();
            row[j] = value;
            let p = logistic(row.dot(&self.coefficients));
            (p, row * (p * (1.0 - p)))
        };
        let ((high, with), (low, without)) = (at(1.0), at(0.0));
        (high - low, with - without)
    }

    /// The probability at a row of k values, with limits made on the logit scale.
    pub fn probability(&self, row: &Array1<f64>, covariance: &Covariance, level: f64) -> Probability {
        let eta = row.dot(&self.coefficients);
        let error = covariance.variance(row).sqrt();
        let limits = inference(eta, row, covariance, level);
        let p = logistic(eta);
        Probability {
            estimate: p,
            std_error: p * (1.0 - p) * error,
            conf_low: logistic(limits.conf_low),
            conf_high: logistic(limits.conf_high),
        }
    }

    /// Probabilities where column `j` has each of these values and every other column its mean over the rows of `m`.
    pub fn profile(&self, m: &Matrix, covariance: &Covariance, j: usize, at: &Profile<'_>) -> Vec<Probability> {
        let mut row = m.x.mean_axis(Axis(0)).unwrap_or_else(|| Array1::zeros(self.k));
        let mut one = |&value: &f64| {
            row[j] = value;
            self.probability(&row, covariance, at.level)
        };
        at.values.iter().map(&mut one).collect()
    }
}

/// Where to look along one column.
#[derive(Debug, Clone, Copy)]
pub struct Profile<'v> {
    /// Values of the column.
    pub values: &'v [f64],
    /// Level of the intervals.
    pub level: f64,
}

/// A probability with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Probability {
    /// Estimate.
    pub estimate: f64,
    /// By the delta method.
    pub std_error: f64,
    /// Lower limit.
    pub conf_low: f64,
    /// Upper limit.
    pub conf_high: f64,
}

/// An estimate whose gradient in the coefficients is known.
pub(super) fn inference(estimate: f64, gradient: &Array1<f64>, covariance: &Covariance, level: f64) -> Inference {
    Inference::new(estimate, covariance.variance(gradient).sqrt(), covariance.df(gradient), level)
}
