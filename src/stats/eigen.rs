//! Eigenvalues and vectors of small symmetric matrices, and solutions of small positive definite systems.
//! It is deliberately Jacobi's method: small eigenvalues keep their relative digits.

use ndarray::{Array1, Array2};

/// `A = V diag(values) V'`.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// k eigenvalues, in no order.
    pub values: Array1<f64>,
    /// k x k, one eigenvector a column.
    pub vectors: Array2<f64>,
}

impl Eigen {
    /// `V diag(f(values)) V'`.
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Array2<f64> {
        let scaled = &self.vectors * &self.values.mapv(f);
        scaled.dot(&self.vectors.t())
    }
}

/// Cyclic Jacobi rotations (Golub & Van Loan 2013, section 8.5) on a symmetric k x k matrix.
pub fn symmetric(matrix: &Array2<f64>) -> Eigen {
    let k = matrix.nrows();
    let mut a = matrix.clone();
    let mut v = Array2::eye(k);
    let floor = 1e-18 * a.diag().iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    for _ in 0..60 {
        let mut rotated = false;
        for p in 0..k {
            for q in p + 1..k {
                rotated |= rotate(&mut a, &mut v, (p, q), floor) == Rotation::Done;
            }
        }
        if !rotated {
            break;
        }
    }
    Eigen { values: a.diag().to_owned(), vectors: v }
}

#[derive(PartialEq)]
enum Rotation {
    Done,
    Needless,
}

fn rotate(a: &mut Array2<f64>, v: &mut Array2<f64>, (p, q): (usize, usize), floor: f64) -> Rotation {
    let off = a[[p, q]];
    let small = f64::EPSILON * 0.25 * (a[[p, p]].abs() * a[[q, q]].abs()).sqrt();
    if off.abs() <= small.max(floor).max(f64::MIN_POSITIVE) {
        return Rotation::Needless;
    }
    let theta = (a[[q, q]] - a[[p, p]]) / (2.0 * off);
    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let t = if theta == 0.0 { 1.0 } else { t };
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    for i in 0..a.nrows() {
        if i != p && i != q {
            let (x, y) = (a[[i, p]], a[[i, q]]);
            a[[i, p]] = c * x - s * y;
            a[[i, q]] = s * x + c * y;
            a[[p, i]] = a[[i, p]];
            a[[q, i]] = a[[i, q]];
        }
        let (x, y) = (v[[i, p]], v[[i, q]]);
        v[[i, p]] = c * x - s * y;
        v[[i, q]] = s * x + c * y;
    }
    a[[p, p]] -= t * off;
    a[[q, q]] += t * off;
    a[[p, q]] = 0.0;
    a[[q, p]] = 0.0;
    Rotation::Done
}

/// Lower Cholesky factor of a positive definite k x k matrix; nothing when a pivot falls under 1e-13 of its diagonal.
pub fn cholesky(matrix: &Array2<f64>) -> Option<Array2<f64>> {
    let k = matrix.nrows();
    let mut l = Array2::<f64>::zeros((k, k));
    for j in 0..k {
        let mut pivot = matrix[[j, j]];
        for m in 0..j {
            pivot -= l[[j, m]] * l[[j, m]];
        }
        if pivot.is_nan() || pivot <= 1e-13 * matrix[[j, j]].abs() || pivot <= 0.0 {
            return None;
        }
        l[[j, j]] = pivot.sqrt();
        for i in j + 1..k {
            let mut value = matrix[[i, j]];
            for m in 0..j {
                value -= l[[i, m]] * l[[j, m]];
            }
            l[[i, j]] = value / l[[j, j]];
        }
    }
    Some(l)
}

/// Solves `A x = b` for positive definite `A` (k x k); nothing when `A` is singular.
pub fn solve(matrix: &Array2<f64>, b: &Array1<f64>) -> Option<Array1<f64>> {
    let l = cholesky(matrix)?;
    let k = b.len();
    let mut x = b.clone();
    for i in 0..k {
        for j in 0..i {
            x[i] -= l[[i, j]] * x[j];
        }
        x[i] /= l[[i, i]];
    }
    for i in (0..k).rev() {
        for j in i + 1..k {
            x[i] -= l[[j, i]] * x[j];
        }
        x[i] /= l[[i, i]];
    }
    Some(x)
}

/// The inverse of a positive definite matrix; nothing when it is singular.
pub fn inverse(matrix: &Array2<f64>) -> Option<Array2<f64>> {
    let k = matrix.nrows();
    let mut out = Array2::zeros((k, k));
    for j in 0..k {
        let mut unit = Array1::zeros(k);
        unit[j] = 1.0;
        out.column_mut(j).assign(&solve(matrix, &unit)?);
    }
    Some(out)
}
