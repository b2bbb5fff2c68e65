//! Cox's proportional hazards with Efron's or Breslow's ties, delayed entry, strata, and errors robust by unit.
//! It deliberately estimates no baseline hazard: curves are `survival`'s.

mod jackknife;
mod partial;
mod proportional;
mod residuals;
mod separation;

use ndarray::{Array1, Array2, Axis};

pub use jackknife::{WORTH_REFITTING, cluster_jackknife};
pub use proportional::{ChiSquare, Clock, Proportionality, proportionality};

use super::eigen;
use super::inference::Inference;
use super::survival::Life;
use super::tail;
use partial::{Model, Point};

/// How tied event times enter the likelihood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ties {
    /// Efron (1977): the default.
    Efron,
    /// Breslow (1974).
    Breslow,
}

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoxFault {
    /// No event at all, or none while others are at risk.
    NoEvents,
    /// Lives, rows of covariates and strata differ in number.
    Misfit,
    /// A covariate or a time is not a number, or infinite (an entry may be).
    NotFinite,
    /// A covariate is a combination of others, or does not vary among those at risk.
    Singular,
    /// The likelihood rises for ever: whoever leaves always has the highest value of this column, or of a combination in
    /// which it weighs most. Its hazard ratio is without bound; the log-rank test and restricted means still answer.
    Monotone {
        /// Column of `x`.
        column: usize,
    },
    /// No maximum was found in 50 steps, nor a direction without one.
    NotConverged,
}

/// What a model is fitted on.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'l> {
    /// n lives.
    pub lives: &'l [Life],
    /// n x p covariates, without a constant.
    pub x: &'l Array2<f64>,
    /// n codes of strata, each with a baseline hazard of its own; one stratum when absent.
    pub strata: Option<&'l [u32]>,
}

impl<'l> Sample<'l> {
    /// One stratum.
    pub fn new(lives: &'l [Life], x: &'l Array2<f64>) -> Self {
        Self { lives, x, strata: None }
    }

    /// With strata.
    #[must_use]
    pub fn within(mut self, strata: &'l [u32]) -> Self {
        self.strata = Some(strata);
        self
    }

    /// Rows that are ever at risk, by stratum.
    fn strata_rows(&self) -> Vec<Vec<usize>> {
        let valid = (0..self.lives.len()).filter(|&i| self.lives[i].exit > self.lives[i].entry);
        let Some(strata) = self.strata else { return vec![valid.collect()] };
        let mut codes = strata.to_vec();
        codes.sort_unstable();
        codes.dedup();
        let mut rows = vec![Vec::new(); codes.len()];
        for i in valid {
            rows[codes.partition_point(|&code| code < strata[i])].push(i);
        }
        rows
    }

    fn check(&self) -> Result<(), CoxFault> {
        let n = self.lives.len();
        if self.x.nrows() != n || self.strata.is_some_and(|strata| strata.len() != n) {
            return Err(CoxFault::Misfit);
        }
        let timed = |life: &Life| life.exit.is_finite() && !life.entry.is_nan();
        let finite = self.x.iter().all(|value| value.is_finite()) && self.lives.iter().all(timed);
        if finite { Ok(()) } else { Err(CoxFault::NotFinite) }
    }
}

/// A fitted model.
#[derive(Debug, Clone)]
pub struct CoxFit {
    /// p log hazard ratios.
    pub coefficients: Array1<f64>,
    /// p x p inverse information.
    pub covariance: Array2<f64>,
    /// Partial log-likelihood at 0.
    pub loglik_null: f64,
    /// At the estimate.
    pub loglik: f64,
    /// Score test of all coefficients, chi-square on p.
    pub score_test: f64,
    /// People.
    pub n: usize,
    /// Events.
    pub events: usize,
    /// Newton steps taken.
    pub iterations: usize,
    /// n x p score residuals, for robust errors.
    pub score_residuals: Array2<f64>,
    /// How ties entered.
    pub ties: Ties,
}

impl CoxFit {
    /// Model-based standard errors, p.
    pub fn std_errors(&self) -> Array1<f64> {
        self.covariance.diag().mapv(f64::sqrt)
    }

    /// Covariance robust to dependence within clusters (Lin & Wei 1989): `V (sum of s_g s_g') V` with the summed score
    /// residuals `s_g` of each cluster, no small-sample factor (as R's `coxph`). n dense codes; nothing if misfit. Too small
    /// with few clusters: see [`WORTH_REFITTING`].
    pub fn robust(&self, clusters: &[u32]) -> Option<Array2<f64>> {
        if clusters.len() != self.score_residuals.nrows() {
            return None;
        }
        let groups = clusters.iter().copied().max().map_or(0, |code| code as usize + 1);
        let mut sums = Array2::<f64>::zeros((groups, self.coefficients.len()));
        for (row, &code) in self.score_residuals.rows().into_iter().zip(clusters) {
            let mut sum = sums.row_mut(code as usize);
            sum += &row;
        }
        let scaled = sums.dot(&self.covariance);
        Some(scaled.t().dot(&scaled))
    }

    /// Scores `x'b` of n rows, higher for those expected to leave earlier, as `concordance` takes them.
    pub fn scores(&self, x: &Array2<f64>) -> Vec<f64> {
        x.dot(&self.coefficients).to_vec()
    }

    /// Twice the rise of the likelihood, chi-square on p.
    pub fn likelihood_ratio(&self) -> f64 {
        2.0 * (self.loglik - self.loglik_null)
    }

    /// Wald's test of all coefficients with this covariance (the model's or a robust one), chi-square on p; nothing
    /// when it is singular.
    pub fn wald(&self, covariance: &Array2<f64>) -> Option<f64> {
        Some(self.coefficients.dot(&eigen::solve(covariance, &self.coefficients)?))
    }

    /// Inference on the log hazard ratio of column `j` with this covariance; `df` is infinite for the normal, which few
    /// units do not deserve.
    pub fn inference(&self, j: usize, covariance: &Array2<f64>, df: f64, level: f64) -> Inference {
        Inference::new(self.coefficients[j], covariance[[j, j]].max(0.0).sqrt(), df, level)
    }

    /// p-value of a chi-square on p, with its tail.
    pub fn p_value(&self, statistic: f64) -> f64 {
        tail::chi2_upper(statistic, self.coefficients.len() as f64)
    }
}

/// Fits the log hazard ratios of the columns of `x` (n x p) in one stratum.
///
/// # Errors
/// See [`CoxFault`].
pub fn cox(lives: &[Life], x: &Array2<f64>, ties: Ties) -> Result<CoxFit, CoxFault> {
    fit(&Sample::new(lives, x), ties)
}

/// Fits the log hazard ratios of a sample by Newton's method on the partial likelihood (Cox 1972, 1975), summed over
/// strata.
///
/// # Errors
/// See [`CoxFault`].
pub fn fit(sample: &Sample<'_>, ties: Ties) -> Result<CoxFit, CoxFault> {
    sample.check()?;
    let model = Model::new(sample, ties);
    let p = sample.x.ncols();
    let null = model.evaluate(&Array1::zeros(p));
    if null.events == 0 {
        return Err(CoxFault::NoEvents);
    }
    let score_step = eigen::solve(&null.information, &null.score).ok_or(CoxFault::Singular)?;
    let score_test = score_step.dot(&null.score);
    let (beta, last, iterations) = maximise(&model, Array1::zeros(p), null.clone())?;
    let covariance = eigen::inverse(&last.information).ok_or(CoxFault::Singular)?;
    let score_residuals = residuals::scores(&model, &beta, |_| 1.0) * &model.scale;
    let outer = model.scale.view().insert_axis(Axis(1)).dot(&model.scale.view().insert_axis(Axis(0)));
    Ok(CoxFit {
        coefficients: &beta / &model.scale,
        covariance: covariance / outer,
        loglik_null: null.loglik,
        loglik: last.loglik,
        score_test,
        n: sample.lives.len(),
        events: last.events,
        iterations,
        score_residuals,
        ties,
    })
}

/// Steps before giving up.
const STEPS: usize = 50;

/// Where scores reach so far from their mean, hazard ratios are beyond 20,000: rounding may stop Newton's method on a
/// likelihood that still rises, so that it is looked at.
const FAR: f64 = 10.0;

/// Newton steps from `beta`, halved while they lower the likelihood.
fn maximise(model: &Model<'_>, beta: Array1<f64>, start: Point) -> Result<(Array1<f64>, Point, usize), CoxFault> {
    let (mut beta, mut point) = (beta, start);
    let runaway = |beta: &Array1<f64>| separation::runaway(model, beta).map(|column| CoxFault::Monotone { column });
    for iteration in 1..=STEPS {
        // The information was regular at 0; that it vanishes on the way means that the likelihood flattens out.
        let Some(mut step) = eigen::solve(&point.information, &point.score) else { break };
        let mut next = model.evaluate(&(&beta + &step));
        for _ in 0..30 {
            if next.loglik >= point.loglik - 1e-12 * point.loglik.abs() {
                break;
            }
            step /= 2.0;
            next = model.evaluate(&(&beta + &step));
        }
        beta += &step;
        point = next;
        if beta.iter().any(|value| !value.is_finite()) {
            return Err(CoxFault::NotConverged);
        }
        if step.iter().all(|value| value.abs() <= 1e-10) {
            let reach = model.x.dot(&beta).iter().fold(0.0_f64, |widest, score| widest.max(score.abs()));
            let fault = if reach > FAR { runaway(&beta) } else { None };
            return fault.map_or(Ok((beta, point, iteration)), Err);
        }
    }
    Err(runaway(&beta).unwrap_or(CoxFault::NotConverged))
}
