//! The merged R factor of `[X y]` by Householder reflections, batch by batch (TSQR), and triangular solves with it.
//! It deliberately judges nothing: rank is `ols`'s question.

use ndarray::{Array1, Array2, ArrayView1};

use super::matrix::Block;
use crate::reduce::Reduce;

/// The R factor of the rows seen so far, sign-normalised (diagonal >= 0), so that any split of the same rows gives the
/// same triangle to rounding (Demmel, Grigori, Hoemmen & Langou 2012, section 4).
#[derive(Debug, Clone, PartialEq)]
pub struct Triangle {
    rows: usize,
    r: Array2<f64>,
}

impl Triangle {
    /// The triangle of no rows, for `columns` regressors (the outcome is one column more).
    pub fn new(columns: usize) -> Self {
        Self { rows: 0, r: Array2::zeros((columns + 1, columns + 1)) }
    }

    /// Number of rows absorbed.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// (k+1) x (k+1) upper R factor of `[X y]`.
    pub fn factor(&self) -> &Array2<f64> {
        &self.r
    }

    /// k x k upper R factor of `X`.
    pub fn regressors(&self) -> Array2<f64> {
        let k = self.r.ncols() - 1;
        Array2::from_shape_fn((k, k), |at| self.r[at])
    }

    /// The k first entries of Q'y.
    pub fn target(&self) -> Array1<f64> {
        let k = self.r.ncols() - 1;
        Array1::from_shape_fn(k, |i| self.r[[i, k]])
    }

    /// The columns of R, each with room for `height` rows below it.
    fn columns(&self, height: usize) -> Vec<Vec<f64>> {
        let column = |column: ArrayView1<'_, f64>| {
            let mut roomy = Vec::with_capacity(column.len() + height);
            roomy.extend(column);
            roomy
        };
        self.r.columns().into_iter().map(column).collect()
    }

    /// Replaces the triangle with that of these columns.
    fn set(&mut self, mut columns: Vec<Vec<f64>>) {
        let width = self.r.ncols();
        triangularise(&mut columns);
        for (j, column) in columns.iter().enumerate() {
            for (i, &value) in column.iter().enumerate().take(width) {
                self.r[[i, j]] = if i <= j { value } else { 0.0 };
            }
        }
        self.normalise_signs();
    }

    fn normalise_signs(&mut self) {
        for i in 0..self.r.nrows() {
            if self.r[[i, i]] < 0.0 {
                self.r.row_mut(i).mapv_inplace(|value| -value);
            }
        }
    }
}

impl Reduce for Triangle {
    type Batch<'a> = Block<'a>;

    fn absorb(&mut self, batch: Block<'_>) {
        let mut columns = self.columns(batch.y.len());
        // Row by row, as they lie in memory.
        for (row, y) in batch.x.rows().into_iter().zip(batch.y) {
            columns.iter_mut().zip(row.iter().chain([y])).for_each(|(column, value)| column.push(*value));
        }
        self.set(columns);
        self.rows += batch.y.len();
    }

    fn merge(&mut self, other: Self) {
        if other.rows == 0 {
            return;
        }
        if self.rows == 0 {
            *self = other;
            return;
        }
        let mut columns = self.columns(other.r.nrows());
        columns.iter_mut().zip(other.r.columns()).for_each(|(column, below)| column.extend(below));
        self.set(columns);
        self.rows += other.rows;
    }
}

/// Householder reflections in place, column by column; what lies below the diagonal afterwards is without meaning.
pub(super) fn triangularise(columns: &mut [Vec<f64>]) {
    let height = columns.first().map_or(0, Vec::len);
    for j in 0..columns.len().min(height) {
        let (done, rest) = columns.split_at_mut(j + 1);
        let Some(pivot) = done.last_mut() else { return };
        let Some(norm) = reflector(&mut pivot[j..]) else { continue };
        for column in rest.iter_mut() {
            reflect(&pivot[j..], &mut column[j..]);
        }
        // The reflector has been applied to every later column; its place now holds the diagonal of R.
        pivot[j] = norm;
    }
}

/// Between these the squares of a column's largest numbers neither vanish nor overflow, however many there are.
const SMALL: f64 = 1e-100;
const LARGE: f64 = 1e100;

/// Sums kept side by side: an addition need not wait for the one before it.
const LANES: usize = 8;

/// The inner product of two columns of one length.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// Turns a column into its reflector `v` with `v'v = 2` and returns the diagonal of R, or nothing for a zero column.
fn reflector(v: &mut [f64]) -> Option<f64> {
    let largest = v.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return None;
    }
    let norm = if (SMALL..LARGE).contains(&largest) {
        dot(v, v).sqrt()
    } else {
        largest * v.iter().map(|value| (value / largest).powi(2)).sum::<f64>().sqrt()
    };
    let first = v.first_mut()?;
    let alpha = if *first > 0.0 { -norm } else { norm };
    let head = *first - alpha;
    *first = head;
    // |v|^2 = 2 (norm^2 + norm |first|) = 2 norm |head|, so this scale gives v'v = 2.
    let scale = 1.0 / (norm.sqrt() * head.abs().sqrt());
    for value in v.iter_mut() {
        *value *= scale;
    }
    Some(alpha)
}

fn reflect(v: &[f64], column: &mut [f64]) {
    let product = dot(v, column);
    for (value, weight) in column.iter_mut().zip(v) {
        *value -= product * weight;
    }
}

/// Solves `R x = b` for upper triangular `R` (k x k).
pub fn solve_upper(r: &Array2<f64>, b: &Array1<f64>) -> Array1<f64> {
    let k = r.nrows();
    let mut x = b.clone();
    for i in (0..k).rev() {
        let mut value = x[i];
        for j in i + 1..k {
            value -= r[[i, j]] * x[j];
        }
        x[i] = value / r[[i, i]];
    }
    x
}

/// Solves `R' x = b` for upper triangular `R` (k x k) into `x`: the row of Q that belongs to the row `b` of X.
pub fn solve_transposed(r: &Array2<f64>, b: ArrayView1<'_, f64>, x: &mut [f64]) {
    for i in 0..x.len() {
        let mut value = b[i];
        for j in 0..i {
            value -= r[[j, i]] * x[j];
        }
        x[i] = value / r[[i, i]];
    }
}

/// The inverse of upper triangular `R`, k x k.
pub fn inverse(r: &Array2<f64>) -> Array2<f64> {
    let k = r.nrows();
    let mut out = Array2::zeros((k, k));
    for j in 0..k {
        let mut unit = Array1::zeros(k);
        unit[j] = 1.0;
        out.column_mut(j).assign(&solve_upper(r, &unit));
    }
    out
}
