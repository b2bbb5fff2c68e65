//! Least squares from the merged R factor: linfa solves the final triangle and one refinement pass over the rows, in
//! double-double, takes the rounding out. Standard errors are `covariance`'s question; missing values nobody's here.

use linfa::DatasetBase;
use linfa::traits::Fit as _;
use linfa_linear::LinearRegression;
use ndarray::{Array1, Array2, ArrayView1};

use rayon::prelude::*;

use super::double::Double;
use super::matrix::{Block, Matrix};
use super::rank::{self, Relation};
use super::triangle::{Triangle, solve_transposed, solve_upper};
use crate::reduce::{Reduce, Rows};

/// Relative tolerance of the pivoted rank check: a column is dependent when what the others leave of it is shorter than
/// this share of its own length. NIST's Filip (smallest scaled pivot 1.25e-9) stays on the right side.
pub const DEFAULT_TOLERANCE: f64 = 1e-10;

/// Under this share of its length the outcome's residual is what iterated demeaning leaves of an exact fit.
const ABSORBED_NOISE: f64 = 1e-9;

/// A least-squares fit of `y` on `x`.
#[derive(Debug, Clone)]
pub struct Fit {
    /// k coefficients, in the order of the columns.
    pub coefficients: Array1<f64>,
    /// k x k upper R factor of the regressors, diagonal >= 0; `(R'R)^-1` is the bread.
    pub r: Array2<f64>,
    /// (k+1) x (k+1) upper R factor of the regressors and the outcome.
    pub factor: Array2<f64>,
    /// Rows.
    pub n: usize,
    /// Columns, the constant included.
    pub k: usize,
    /// Residual sum of squares.
    pub rss: f64,
    /// Total sum of squares: about the (weighted) mean with a constant, about 0 without.
    pub tss: f64,
    /// `1 - rss / tss`.
    pub r_squared: f64,
    /// R² with the degrees of freedom taken out (Wherry 1931).
    pub adj_r_squared: f64,
    /// Residual standard deviation, `sqrt(rss / df_residual)`.
    pub sigma: f64,
    /// `n - k`, absorbed parameters taken off as well.
    pub df_residual: f64,
    /// n residuals.
    pub residuals: Array1<f64>,
    /// Whether the fit is exact to rounding: `rss <= (8 n eps)^2 tss`. Then residuals and rss are exactly 0.
    pub perfect: bool,
    /// Position of the constant column.
    pub intercept: Option<usize>,
    /// What was taken out of the rows before; nothing unless `absorb` says so.
    pub absorption: Absorption,
}

/// Effects that were taken out of the rows before the fit, as far as errors must know of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Absorption {
    /// Parameters that the effects take, the constant among them.
    pub parameters: usize,
    /// Of them, those beyond the constant that the clusters do not contain: they count in the factor of CR1.
    pub beyond_clusters: usize,
    /// n leverages of the effects alone; known for one factor.
    pub leverage: Option<Array1<f64>>,
}

impl Fit {
    /// What counts as `k` in the factor of CR1: the columns, one constant for effects absorbed, and the absorbed
    /// parameters beyond it that the clusters do not contain (reghdfe's and fixest's rule).
    pub fn parameters_by_cluster(&self) -> usize {
        self.k + self.absorption.parameters.min(1) + self.absorption.beyond_clusters
    }

    /// Takes the parameters of absorbed effects from the degrees of freedom.
    fn charge(&mut self, absorption: Absorption) {
        if absorption.parameters == 0 {
            return;
        }
        let taken = absorption.parameters as f64;
        // What the iterations left of the effects is not variation of the outcome.
        if self.rss <= (ABSORBED_NOISE * ABSORBED_NOISE) * self.tss {
            self.residuals.fill(0.0);
            (self.rss, self.r_squared, self.perfect) = (0.0, 1.0, true);
        }
        self.df_residual -= taken;
        self.adj_r_squared = 1.0 - (1.0 - self.r_squared) * (self.n as f64 - taken) / self.df_residual;
        self.sigma = (self.rss / self.df_residual).sqrt();
        self.absorption = absorption;
    }
}

/// Why there is no fit.
#[derive(Debug, Clone, PartialEq)]
pub enum OlsFault {
    /// Not more rows than columns.
    TooFewRows {
        /// Rows.
        n: usize,
        /// Columns.
        k: usize,
    },
    /// Columns that are exact combinations of others, each with its relation.
    Collinear(Vec<Relation>),
    /// The outcome does not vary.
    ConstantOutcome,
    /// A number is infinite or not a number, in this column (`None`: the outcome).
    NotFinite {
        /// Column of `x`, or the outcome.
        column: Option<usize>,
    },
}

/// Fits `y` on the columns of `x`.
///
/// `intercept` is the position of the constant column, `tol` the relative tolerance of the rank check
/// ([`DEFAULT_TOLERANCE`]). Householder TSQR, then the corrected semi-normal equations once (Björck 1987): the residual
/// and `X'r` are accumulated in double-double.
///
/// # Errors
/// Too few rows, a constant outcome, collinear columns or a number that is not finite.
pub fn fit(m: &Matrix, intercept: Option<usize>, tol: f64) -> Result<Fit, OlsFault> {
    fit_absorbed(m, intercept, tol, Absorption::default())
}

/// Fits rows from which effects were taken out before, as [`fit`]. Sums of squares and R² are then within the effects;
/// degrees of freedom count what they took.
///
/// # Errors
/// As [`fit`]; too few rows are not more rows than columns and absorbed parameters together.
pub fn fit_absorbed(m: &Matrix, intercept: Option<usize>, tol: f64, absorption: Absorption) -> Result<Fit, OlsFault> {
    let (n, k) = (m.rows(), m.columns());
    check_finite(m)?;
    if k == 0 || n <= k + absorption.parameters {
        return Err(OlsFault::TooFewRows { n, k: k + absorption.parameters });
    }
    if is_constant(m, intercept) {
        return Err(OlsFault::ConstantOutcome);
    }
    let triangle = m.fold(&|| Triangle::new(k));
    let r = triangle.regressors();
    let relations = rank::relations(&r, intercept, tol);
    if !relations.is_empty() {
        return Err(OlsFault::Collinear(relations));
    }
    let first = solve_triangle(&r, &triangle.target()).ok_or_else(|| OlsFault::Collinear(Vec::new()))?;
    let factor = triangle.factor().clone();
    let care = if is_gentle(&r, &factor) { Care::Plain } else { Care::Double };
    let coefficients = if care == Care::Plain { first } else { refine(m, &r, first) };
    let mut fit = complete(m, intercept, (r, factor), coefficients, care);
    fit.charge(absorption);
    Ok(fit)
}

/// Why rows cannot be weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightFault {
    /// Another number of weights than rows.
    Misfit,
    /// The weight of this row is negative, infinite or not a number.
    NotPositive {
        /// Row.
        row: usize,
    },
}

/// Rows times the roots of their analytic weights, so that least squares on them minimises `sum of w (y - x'b)^2`.
///
/// The constant becomes the column of roots and keeps its position: give the same `intercept` to [`fit`], whose R² is
/// then about the weighted mean, as R's `lm(weights = w)`. Residuals are those of the scaled rows, `sqrt(w) (y - x'b)`;
/// HC0-HC3, CR0, CR1 are sandwich's (R) on such a fit; CR2 and CR3 treat weights as inverse variances (clubSandwich with
/// `inverse_var = TRUE`), `covariance::weighted_cr2` is the form with the identity as working covariance. Rows of weight
/// 0 carry nothing but would count in n: leave them out before.
///
/// # Errors
/// Another number of weights than rows, or a weight that is not above 0 and finite.
pub fn weighted(mut m: Matrix, weights: &[f64]) -> Result<Matrix, WeightFault> {
    if weights.len() != m.rows() || m.x.nrows() != m.y.len() {
        return Err(WeightFault::Misfit);
    }
    if let Some(row) = weights.iter().position(|weight| !weight.is_finite() || *weight <= 0.0) {
        return Err(WeightFault::NotPositive { row });
    }
    for ((mut row, y), weight) in m.x.rows_mut().into_iter().zip(&mut m.y).zip(weights) {
        let root = weight.sqrt();
        row.mapv_inplace(|value| value * root);
        *y *= root;
    }
    Ok(m)
}

/// How residuals are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Care {
    /// In floats.
    Plain,
    /// In double-double, and the solution refined.
    Double,
}

/// Condition of the scaled columns up to which Householder's solution keeps at least 12 digits by itself.
const GENTLE_CONDITION: f64 = 1e3;
/// Share of the outcome's squares that must be left over for plain residuals to keep as many.
const GENTLE_REST: f64 = 1e-6;

/// Whether the problem needs no extended precision: columns far from collinear (and from a large constant), and a fit far
/// from perfect (the error of a backward stable solution, Higham 2002, theorem 20.3).
fn is_gentle(r: &Array2<f64>, factor: &Array2<f64>) -> bool {
    let k = r.ncols();
    let lengths: Array1<f64> = r.columns().into_iter().map(|column| column.dot(&column).sqrt()).collect();
    let scaled = r / &lengths;
    let inverse = super::triangle::inverse(&scaled);
    let size = |a: &Array2<f64>| a.iter().map(|v| v * v).sum::<f64>().sqrt();
    let target = factor.column(k);
    size(&scaled) * size(&inverse) <= GENTLE_CONDITION && target[k].powi(2) >= GENTLE_REST * target.dot(&target)
}

pub(super) fn check_finite(m: &Matrix) -> Result<(), OlsFault> {
    // In the order of memory first: the column is only asked for when something is wrong.
    if m.x.rows().into_iter().chain([m.y.view()]).all(all_finite) {
        return Ok(());
    }
    if m.y.iter().any(|value| !value.is_finite()) {
        return Err(OlsFault::NotFinite { column: None });
    }
    match m.x.columns().into_iter().position(|column| column.iter().any(|value| !value.is_finite())) {
        Some(column) => Err(OlsFault::NotFinite { column: Some(column) }),
        None => Ok(()),
    }
}

/// Without a way out before the end the loop is vectorised.
fn all_finite(values: ndarray::ArrayView1<'_, f64>) -> bool {
    values.fold(true, |all, value| all & value.is_finite())
}

fn is_constant(m: &Matrix, intercept: Option<usize>) -> bool {
    let Some(column) = intercept else { return m.y.iter().all(|&value| value == 0.0) };
    // A constant scaled by weights is not 1 throughout: its multiples are then equal to rounding only.
    let constant = m.x.column(column);
    let one = constant[0];
    let slack = if constant.iter().all(|&value| value == one) { 0.0 } else { 4.0 * f64::EPSILON };
    let share = m.y[0] / one;
    m.y.iter().zip(constant).all(|(&y, &z)| (y - share * z).abs() <= slack * y.abs())
}

/// `R b = z` by linfa, on columns scaled to length 1 so that units do not matter.
fn solve_triangle(r: &Array2<f64>, z: &Array1<f64>) -> Option<Array1<f64>> {
    let lengths: Array1<f64> = r.columns().into_iter().map(|column| column.dot(&column).sqrt()).collect();
    let scaled = r / &lengths;
    let dataset = DatasetBase::new(scaled, z.clone());
    let model = LinearRegression::new().with_intercept(false).fit(&dataset).ok()?;
    let solution = model.params() / &lengths;
    solution.iter().all(|value| value.is_finite()).then_some(solution)
}

/// One pass of corrected semi-normal equations: `R'R d = X'(y - X b)`.
fn refine(m: &Matrix, r: &Array2<f64>, first: Array1<f64>) -> Array1<f64> {
    let gradient = m.fold(&|| Gradient::new(&first)).value();
    let mut w = vec![0.0; first.len()];
    solve_transposed(r, gradient.view(), &mut w);
    let step = solve_upper(r, &Array1::from(w));
    let refined = &first + &step;
    if refined.iter().all(|value| value.is_finite()) { refined } else { first }
}

fn complete(
    m: &Matrix,
    intercept: Option<usize>,
    (r, factor): (Array2<f64>, Array2<f64>),
    coefficients: Array1<f64>,
    care: Care,
) -> Fit {
    let (n, k) = (m.rows(), m.columns());
    let one = |i: usize| match care {
        Care::Plain => m.y[i] - m.x.row(i).dot(&coefficients),
        Care::Double => residual(m.x.row(i), m.y[i], &coefficients).value(),
    };
    let mut residuals = Array1::from((0..n).into_par_iter().map(one).collect::<Vec<f64>>());
    let mut rss = sum_of_squares(residuals.iter().copied());
    let tss = total(m, intercept);
    let bound = 8.0 * n as f64 * f64::EPSILON;
    let perfect = rss <= bound * bound * tss;
    if perfect {
        // What is left is rounding of the outcome; errors made of it would look like precision.
        residuals.fill(0.0);
        rss = 0.0;
    }
    let df_residual = (n - k) as f64;
    let r_squared = 1.0 - rss / tss;
    let df_total = n as f64 - if intercept.is_some() { 1.0 } else { 0.0 };
    let adj_r_squared = 1.0 - (1.0 - r_squared) * df_total / df_residual;
    let sigma = (rss / df_residual).sqrt();
    Fit {
        coefficients,
        r,
        factor,
        n,
        k,
        rss,
        tss,
        r_squared,
        adj_r_squared,
        sigma,
        df_residual,
        residuals,
        perfect,
        intercept,
        absorption: Absorption::default(),
    }
}

fn residual(row: ArrayView1<'_, f64>, y: f64, coefficients: &Array1<f64>) -> Double {
    row.iter().zip(coefficients).fold(Double::new(y), |left, (&x, &b)| left.plus_product(-x, b))
}

/// The sum of squares that the constant alone leaves; with weights the constant is the column of their roots.
fn total(m: &Matrix, intercept: Option<usize>) -> f64 {
    let Some(column) = intercept else { return sum_of_squares(m.y.iter().copied()) };
    let constant = m.x.column(column);
    let product = m.y.iter().zip(constant).fold(Double::default(), |sum, (&y, &z)| sum.plus_product(y, z)).value();
    let mean = product / sum_of_squares(constant.iter().copied());
    sum_of_squares(m.y.iter().zip(constant).map(|(y, z)| y - mean * z))
}

fn sum_of_squares(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(Double::default(), |sum, value| sum.plus_product(value, value)).value()
}

/// `X'(y - X b)` in double-double.
#[derive(Debug, Clone)]
pub struct Gradient<'b> {
    coefficients: &'b Array1<f64>,
    sums: Vec<Double>,
}

impl<'b> Gradient<'b> {
    /// The gradient of no rows at these k coefficients.
    pub fn new(coefficients: &'b Array1<f64>) -> Self {
        Self { coefficients, sums: vec![Double::default(); coefficients.len()] }
    }

    /// k sums, rounded once.
    pub fn value(&self) -> Array1<f64> {
        self.sums.iter().map(|sum| sum.value()).collect()
    }
}

impl Reduce for Gradient<'_> {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        for (row, &y) in batch.x.rows().into_iter().zip(batch.y) {
            let left = residual(row, y, self.coefficients);
            for (sum, &x) in self.sums.iter_mut().zip(row) {
                *sum = sum.plus_scaled(x, left);
            }
        }
    }

    fn merge(&mut self, other: Self) {
        for (sum, later) in self.sums.iter_mut().zip(other.sums) {
            *sum = sum.plus_double(later);
        }
    }
}
