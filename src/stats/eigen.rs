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
    let mut a: Vec<f64> = matrix.iter().copied().collect();
    // The vectors are turned as rows, which lie together in memory.
    let mut v = vec![0.0; k * k];
    (0..k).for_each(|i| v[i * k + i] = 1.0);
    let floor = 1e-18 * (0..k).fold(0.0_f64, |largest, i| largest.max(a[i * k + i].abs()));
    for _ in 0..60 {
        let mut rotated = false;
        for p in 0..k {
            for q in p + 1..k {
                rotated |= rotate(&mut a, &mut v, k, (p, q), floor) == Rotation::Done;
            }
        }
        if !rotated {
            break;
        }
    }
    let values = (0..k).map(|i| a[i * k + i]).collect();
    Eigen { values, vectors: Array2::from_shape_fn((k, k), |(i, j)| v[j * k + i]) }
}

#[derive(PartialEq)]
enum Rotation {
    Done,
    Needless,
}

fn rotate(a: &mut [f64], v: &mut [f64], k: usize, (p, q): (usize, usize), floor: f64) -> Rotation {
    let (pp, qq, off) = (a[p * k + p], a[q * k + q], a[p * k + q]);
    let small = f64::EPSILON * 0.25 * (pp.abs() * qq.abs()).sqrt();
    if off.abs() <= small.max(floor).max(f64::MIN_POSITIVE) {
        return Rotation::Needless;
    }
    let theta = (qq - pp) / (2.0 * off);
    // Beyond 1e8 the square would add nothing; the branch also keeps it from overflowing.
    let root = if theta.abs() < 1e8 { (theta * theta + 1.0).sqrt() } else { theta.abs() };
    let t = if theta == 0.0 { 1.0 } else { theta.signum() / (theta.abs() + root) };
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    turn(a, k, (p, q), (c, s));
    turn(v, k, (p, q), (c, s));
    for i in 0..k {
        a[i * k + p] = a[p * k + i];
        a[i * k + q] = a[q * k + i];
    }
    a[p * k + p] = pp - t * off;
    a[q * k + q] = qq + t * off;
    a[p * k + q] = 0.0;
    a[q * k + p] = 0.0;
    Rotation::Done
}

/// Turns the rows `p < q` by the angle of cosine `c` and sine `s`.
fn turn(rows: &mut [f64], k: usize, (p, q): (usize, usize), (c, s): (f64, f64)) {
    let (upper, lower) = rows.split_at_mut(q * k);
    for (x, y) in upper[p * k..(p + 1) * k].iter_mut().zip(&mut lower[..k]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
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
