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
    /// Total sum of squares: about the mean with a constant, about 0 without.
    pub tss: f64,
    /// `1 - rss / tss`.
    pub r_squared: f64,
    /// R² with the degrees of freedom taken out (Wherry 1931).
    pub adj_r_squared: f64,
    /// Residual standard deviation, `sqrt(rss / (n - k))`.
    pub sigma: f64,
    /// `n - k`.
    pub df_residual: f64,
    /// n residuals.
    pub residuals: Array1<f64>,
    /// Whether the fit is exact to rounding: `rss <= (8 n eps)^2 tss`. Then residuals and rss are exactly 0.
    pub perfect: bool,
    /// Position of the constant column.
    pub intercept: Option<usize>,
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
    let (n, k) = (m.rows(), m.columns());
    check_finite(m)?;
    if k == 0 || n <= k {
        return Err(OlsFault::TooFewRows { n, k });
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
    Ok(complete(m, intercept, (r, factor), coefficients, care))
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

fn check_finite(m: &Matrix) -> Result<(), OlsFault> {
    // In the order of memory first: the column is only asked for when something is wrong.
    if m.x.iter().chain(&m.y).all(|value| value.is_finite()) {
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

fn is_constant(m: &Matrix, intercept: Option<usize>) -> bool {
    let reference = if intercept.is_some() { m.y.first().copied().unwrap_or(0.0) } else { 0.0 };
    m.y.iter().all(|&value| value == reference)
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
    let centre = if intercept.is_some() { mean(&m.y) } else { 0.0 };
    let tss = sum_of_squares(m.y.iter().map(|y| y - centre));
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
    }
}

fn residual(row: ArrayView1<'_, f64>, y: f64, coefficients: &Array1<f64>) -> Double {
    row.iter().zip(coefficients).fold(Double::new(y), |left, (&x, &b)| left.plus_product(-x, b))
}

fn mean(y: &Array1<f64>) -> f64 {
    y.iter().fold(Double::default(), |sum, &value| sum.plus(value)).value() / y.len() as f64
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
