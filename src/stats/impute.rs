//! Multiple imputation of numeric columns by chained equations, and Rubin's rules for what is estimated from each
//! completed data set. It deliberately imputes no outcome, rounds nothing and fits nothing.

use ndarray::{Array1, Array2};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{ChiSquared, Distribution, StandardNormal};
use rayon::prelude::*;

use super::inference::Inference;
use super::matrix::Matrix;
use super::moments::Moments;
use super::{eigen, permute};

/// Completed data sets unless another number is asked for.
pub const IMPUTATIONS: u64 = 20;

/// Rounds over the columns.
pub const CYCLES: usize = 10;

/// Donors among which matching draws.
pub const DONORS: usize = 5;

/// Ridge on the diagonal of the predictors' products, so that collinear predictors share their weight (van Buuren 2018,
/// algorithm 3.1; the default of R's `mice`).
const RIDGE: f64 = 1e-5;

/// How a missing value is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// From the Bayesian linear regression (Rubin 1987, p. 167).
    Normal,
    /// The value of one of the [`DONORS`] rows whose prediction is nearest (Little 1988; van Buuren & Groothuis-Oudshoorn
    /// 2011, type 1): values stay among those seen.
    Matching,
}

/// What to draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Key of the draws, from [`permute::key`]; imputation `i` is stream `i`.
    pub key: [u8; 32],
    /// Completed data sets ([`IMPUTATIONS`]).
    pub imputations: u64,
    /// Rounds over the columns ([`CYCLES`]).
    pub cycles: usize,
    /// How values are drawn.
    pub method: Method,
}

impl Plan {
    /// The default plan under a key.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key, imputations: IMPUTATIONS, cycles: CYCLES, method: Method::Normal }
    }
}

/// Why nothing was imputed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImputeFault {
    /// Cluster codes and rows differ in number.
    Misfit,
    /// A number is infinite, in this column (`None`: the outcome). Missing is "not a number".
    Infinite {
        /// Column of `x`, or the outcome.
        column: Option<usize>,
    },
    /// The column is seen in too few rows for its regression on the others.
    TooFewSeen {
        /// Column of `x`.
        column: usize,
        /// Rows in which it is seen (of those with an outcome).
        seen: usize,
        /// Rows needed.
        needed: usize,
    },
    /// What is seen of the column, some of which is missing, does not vary.
    Constant {
        /// Column of `x`.
        column: usize,
    },
}

/// Completed data.
#[derive(Debug, Clone)]
pub struct Imputed {
    /// The rows kept: those with an outcome.
    pub rows: Vec<usize>,
    /// One a draw: the rows kept with nothing missing, their outcomes and clusters.
    pub completed: Vec<Matrix>,
    /// Values imputed, by column.
    pub missing: Vec<usize>,
}

/// Completes the columns of `m.x` (n x p without a constant; missing is "not a number") `plan.imputations` times.
///
/// Each column in turn is regressed on all others, the outcome and, with clusters, the cluster means of the others and
/// of the outcome, on the rows where it is seen; its missing values are drawn from that regression with its coefficients
/// and spread drawn too (van Buuren & Groothuis-Oudshoorn 2011, section 3.2). Without the outcome among the predictors
/// slopes would be drawn towards 0 (Moons et al. 2006); without its cluster means those between teams would. What a team
/// has in common beyond that is not imputed, so a column's intraclass correlation comes out a little low.
///
/// Simulated (30 teams of 20, a third of one column missing by outcome and the other column, 1,000 repetitions, CR2 and
/// Barnard & Rubin): intervals at 0.95 cover 95.9 and 94.4 % by [`Method::Normal`], 92.3 and 93.0 % by
/// [`Method::Matching`], 43.9 and 87.4 % from complete cases.
///
/// Rows without an outcome are deleted first: they would say nothing about slopes, and imputed outcomes only add noise
/// (von Hippel 2007, whose method deletes them after).
///
/// # Errors
/// See [`ImputeFault`].
pub fn impute(m: &Matrix, plan: &Plan) -> Result<Imputed, ImputeFault> {
    let kept = keep(m)?;
    let missing: Vec<Vec<usize>> = columns(&kept.matrix.x, f64::is_nan);
    let seen: Vec<Vec<usize>> = columns(&kept.matrix.x, |value| !value.is_nan());
    let work = Work { data: &kept.matrix, missing: &missing, seen: &seen, plan };
    work.check()?;
    let completed = (0..plan.imputations).into_par_iter().map(|draw| work.complete(draw)).collect();
    Ok(Imputed { rows: kept.rows, completed, missing: missing.iter().map(Vec::len).collect() })
}

struct Kept {
    rows: Vec<usize>,
    matrix: Matrix,
}

/// The rows with an outcome.
fn keep(m: &Matrix) -> Result<Kept, ImputeFault> {
    if m.clusters.as_ref().is_some_and(|codes| codes.len() != m.rows()) || m.x.nrows() != m.y.len() {
        return Err(ImputeFault::Misfit);
    }
    if m.y.iter().any(|value| value.is_infinite()) {
        return Err(ImputeFault::Infinite { column: None });
    }
    if let Some(column) = m.x.columns().into_iter().position(|column| column.iter().any(|value| value.is_infinite())) {
        return Err(ImputeFault::Infinite { column: Some(column) });
    }
    let rows: Vec<usize> = (0..m.rows()).filter(|&i| !m.y[i].is_nan()).collect();
    let x = Array2::from_shape_fn((rows.len(), m.columns()), |(i, j)| m.x[[rows[i], j]]);
    let y = rows.iter().map(|&i| m.y[i]).collect();
    let clusters = m.clusters.as_ref().map(|codes| rows.iter().map(|&i| codes[i]).collect());
    Ok(Kept { rows, matrix: Matrix { x, y, clusters } })
}

/// The rows of each column whose value passes.
fn columns(x: &Array2<f64>, passes: impl Fn(f64) -> bool) -> Vec<Vec<usize>> {
    let rows = |j: usize| (0..x.nrows()).filter(|&i| passes(x[[i, j]])).collect();
    (0..x.ncols()).map(rows).collect()
}

/// Everything that all imputations share.
struct Work<'w> {
    data: &'w Matrix,
    missing: &'w [Vec<usize>],
    seen: &'w [Vec<usize>],
    plan: &'w Plan,
}

impl Work<'_> {
    /// Predictors of one column: a constant, the other columns and the outcome, and the cluster means of both.
    fn width(&self) -> usize {
        let others = self.data.columns();
        1 + if self.data.clusters.is_some() { 2 * others } else { others }
    }

    fn check(&self) -> Result<(), ImputeFault> {
        // Twice the predictors and a few: a regression with hardly a row to spare has no spread to draw.
        let needed = 2 * self.width() + 3;
        for column in (0..self.data.columns()).filter(|&j| !self.missing[j].is_empty()) {
            let seen = &self.seen[column];
            if seen.len() < needed {
                return Err(ImputeFault::TooFewSeen { column, seen: seen.len(), needed });
            }
            let first = self.data.x[[seen[0], column]];
            if seen.iter().all(|&i| self.data.x[[i, column]] == first) {
                return Err(ImputeFault::Constant { column });
            }
        }
        Ok(())
    }

    /// One completed data set.
    fn complete(&self, draw: u64) -> Matrix {
        let mut generator = permute::stream(self.plan.key, draw);
        let mut full = self.data.clone();
        for (j, rows) in self.missing.iter().enumerate() {
            let seen = &self.seen[j];
            for &i in rows {
                full.x[[i, j]] = self.data.x[[seen[generator.random_range(0..seen.len())], j]];
            }
        }
        for _ in 0..self.plan.cycles {
            for j in (0..self.missing.len()).filter(|&j| !self.missing[j].is_empty()) {
                self.redraw(&mut full, j, &mut generator);
            }
        }
        full
    }

    /// Draws the missing values of column `j` given everything else.
    fn redraw(&self, full: &mut Matrix, j: usize, generator: &mut ChaCha8Rng) {
        let predictors = predictors(full, j);
        let (seen, missing) = (&self.seen[j], &self.missing[j]);
        let x = predictors.select(ndarray::Axis(0), seen);
        let y: Array1<f64> = seen.iter().map(|&i| self.data.x[[i, j]]).collect();
        // The ridge keeps the products definite; were they not, the last values stand.
        let Some(line) = Line::draw(&x, &y, generator) else { return };
        let means = predictors.select(ndarray::Axis(0), missing).dot(&line.drawn);
        match self.plan.method {
            Method::Normal => {
                for (&i, mean) in missing.iter().zip(means) {
                    full.x[[i, j]] = mean + line.sigma * generator.sample::<f64, _>(StandardNormal);
                }
            }
            Method::Matching => {
                let donors = Donors::new(x.dot(&line.estimate).to_vec(), &y);
                for (&i, mean) in missing.iter().zip(means) {
                    full.x[[i, j]] = donors.draw(mean, generator);
                }
            }
        }
    }
}

/// A constant, the other columns and the outcome, and the cluster means of both; all but the constant about their mean
/// and of spread 1, so that the ridge is the same for every unit.
fn predictors(full: &Matrix, j: usize) -> Array2<f64> {
    let mut columns: Vec<Vec<f64>> =
        (0..full.columns()).filter(|&other| other != j).map(|other| full.x.column(other).to_vec()).collect();
    columns.push(full.y.to_vec());
    if let Some(codes) = &full.clusters {
        let means: Vec<Vec<f64>> = columns.iter().map(|column| cluster_means(column, codes)).collect();
        columns.extend(means);
    }
    columns.iter_mut().for_each(|column| standardise(column));
    Array2::from_shape_fn((full.rows(), columns.len() + 1), |(i, a)| if a == 0 { 1.0 } else { columns[a - 1][i] })
}

fn cluster_means(column: &[f64], codes: &[u32]) -> Vec<f64> {
    let clusters = codes.iter().copied().max().map_or(0, |code| code as usize + 1);
    let mut sums = vec![(0.0, 0.0); clusters];
    for (value, &code) in column.iter().zip(codes) {
        let (sum, count) = &mut sums[code as usize];
        *sum += value;
        *count += 1.0;
    }
    codes.iter().map(|&code| sums[code as usize].0 / sums[code as usize].1).collect()
}

fn standardise(column: &mut [f64]) {
    let moments = Moments::of(column);
    let sd = moments.sd();
    let scale = if sd > 0.0 { sd } else { 1.0 };
    column.iter_mut().for_each(|value| *value = (*value - moments.mean) / scale);
}

/// A regression with its coefficients and spread drawn from their posterior under the flat prior.
struct Line {
    estimate: Array1<f64>,
    drawn: Array1<f64>,
    sigma: f64,
}

impl Line {
    /// `sigma² = SSE / chi²(n - q)`, `b = b^ + sigma L^-T z` with `L L' = X'X + ridge` (van Buuren 2018, algorithm 3.1).
    fn draw(x: &Array2<f64>, y: &Array1<f64>, generator: &mut ChaCha8Rng) -> Option<Self> {
        let (n, q) = x.dim();
        let mut products = x.t().dot(x);
        for a in 0..q {
            let diagonal = products[[a, a]];
            // A predictor that does not vary where the column is seen has no product at all.
            products[[a, a]] = diagonal + RIDGE * diagonal.max(1.0);
        }
        let estimate = eigen::solve(&products, &x.t().dot(y))?;
        let left = y - &x.dot(&estimate);
        let chi = ChiSquared::new((n - q) as f64).ok()?.sample(generator);
        let sigma = (left.dot(&left) / chi).sqrt();
        let l = eigen::cholesky(&products)?;
        let z = Array1::from_shape_fn(q, |_| generator.sample::<f64, _>(StandardNormal));
        let upper = l.t().to_owned();
        let drawn = &estimate + &(super::triangle::solve_upper(&upper, &z) * sigma);
        drawn.iter().all(|value| value.is_finite()).then_some(Self { estimate, drawn, sigma })
    }
}

/// Rows with a value, by their prediction.
struct Donors {
    by_prediction: Vec<(f64, f64)>,
}

impl Donors {
    fn new(predictions: Vec<f64>, values: &Array1<f64>) -> Self {
        let mut by_prediction: Vec<(f64, f64)> = predictions.into_iter().zip(values.iter().copied()).collect();
        by_prediction.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        Self { by_prediction }
    }

    /// The value of one of the nearest.
    fn draw(&self, prediction: f64, generator: &mut ChaCha8Rng) -> f64 {
        let all = &self.by_prediction;
        let (mut low, mut high) = {
            let at = all.partition_point(|(other, _)| *other < prediction);
            (at, at)
        };
        while high - low < DONORS.min(all.len()) {
            let below = low.checked_sub(1).map_or(f64::INFINITY, |at| prediction - all[at].0);
            let above = all.get(high).map_or(f64::INFINITY, |(other, _)| other - prediction);
            if below <= above {
                low -= 1;
            } else {
                high += 1;
            }
        }
        all[generator.random_range(low..high)].1
    }
}

/// An estimate pooled over completed data sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pooled {
    /// With total variance and Barnard and Rubin's degrees of freedom.
    pub inference: Inference,
    /// Mean variance within data sets.
    pub within: f64,
    /// Variance between them.
    pub between: f64,
    /// Relative increase in variance due to missing values, `(1 + 1/m) B / W`.
    pub increase: f64,
    /// Fraction of missing information, `(r + 2 / (df + 3)) / (r + 1)`; 0 when the data sets agree.
    pub missing_information: f64,
}

/// Rubin's rules (1987, chapter 3) with the degrees of freedom of Barnard & Rubin (1999): m estimates, their m variances,
/// and the degrees of freedom that complete data would have (Satterthwaite's with CR2; infinite for the normal). Nothing
/// from fewer than two data sets, or when the lists differ in length or hold no numbers.
pub fn pool(estimates: &[f64], variances: &[f64], df_complete: f64, level: f64) -> Option<Pooled> {
    let m = estimates.len() as f64;
    let numbers = estimates.iter().chain(variances).all(|value| value.is_finite()) && df_complete > 0.0;
    if estimates.len() < 2 || estimates.len() != variances.len() || !numbers {
        return None;
    }
    let moments = Moments::of(estimates);
    let within = variances.iter().sum::<f64>() / m;
    let between = moments.variance();
    let extra = (1.0 + 1.0 / m) * between;
    let total = within + extra;
    if between == 0.0 {
        let inference = Inference::new(moments.mean, within.sqrt(), df_complete, level);
        return Some(Pooled { inference, within, between, increase: 0.0, missing_information: 0.0 });
    }
    let share = extra / total;
    let old = (m - 1.0) / (share * share);
    let seen = if df_complete.is_infinite() {
        f64::INFINITY
    } else {
        (df_complete + 1.0) / (df_complete + 3.0) * df_complete * (1.0 - share)
    };
    // With no variance within (a perfect fit) nothing of the complete data's freedom is left.
    let df = if seen > 0.0 { 1.0 / (1.0 / old + 1.0 / seen) } else { old };
    let odds = extra / within;
    let missing_information = if odds.is_finite() { (odds + 2.0 / (df + 3.0)) / (odds + 1.0) } else { 1.0 };
    let inference = Inference::new(moments.mean, total.sqrt(), df, level);
    Some(Pooled { inference, within, between, increase: odds, missing_information })
}
