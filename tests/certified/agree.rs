//! Agreement to a number of digits, and the small tables that certified tests are typed from.

use ndarray::{Array1, Array2};
use oneonone::stats::matrix::Matrix;

/// Asserts that two numbers agree to this relative error (absolute where the expected one is 0).
#[track_caller]
pub fn near(what: &str, actual: f64, expected: f64, relative: f64) {
    let error = if expected == 0.0 { actual.abs() } else { ((actual - expected) / expected).abs() };
    assert!(
        error <= relative,
        "{what}: {actual:e} is not {expected:e} (relative error {error:e}, allowed {relative:e})"
    );
}

/// Asserts that two numbers agree to this many significant digits.
#[track_caller]
pub fn digits(what: &str, actual: f64, expected: f64, digits: i32) {
    near(what, actual, expected, 10.0_f64.powi(-digits));
}

/// Regressors with a constant first, from rows of numbers.
pub fn with_constant(rows: &[Vec<f64>], y: &[f64]) -> Matrix {
    let k = rows.first().map_or(0, Vec::len) + 1;
    let x = Array2::from_shape_fn((rows.len(), k), |(i, j)| if j == 0 { 1.0 } else { rows[i][j - 1] });
    Matrix::new(x, Array1::from(y.to_vec()))
}

/// `1, x, x^2, ...` by repeated multiplication.
pub fn polynomial(x: &[f64], degree: usize, y: &[f64]) -> Matrix {
    let mut powers = Array2::ones((x.len(), degree + 1));
    for (i, &value) in x.iter().enumerate() {
        for j in 1..=degree {
            powers[[i, j]] = powers[[i, j - 1]] * value;
        }
    }
    Matrix::new(powers, Array1::from(y.to_vec()))
}
