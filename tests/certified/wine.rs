//! The bitterness of wine (Randall 1989; the data of R's `ordinal`): nine judges rate two bottles of each of four wines,
//! cold or warm, pressed with or without skins. Typed, so that ordered and binary outcomes can be checked anywhere.

use ndarray::{Array1, Array2};
use oneonone::stats::matrix::Matrix;

/// Ratings 1 to 5 by judge; within each: cold without, cold with, warm without, warm with skins, two bottles of each.
const RATINGS: [[u8; 8]; 9] = [
    [2, 3, 3, 4, 4, 4, 5, 5],
    [1, 2, 1, 3, 2, 3, 5, 4],
    [2, 3, 3, 2, 5, 5, 4, 4],
    [3, 2, 3, 2, 3, 2, 5, 3],
    [2, 3, 4, 3, 3, 3, 3, 3],
    [3, 2, 3, 2, 2, 4, 5, 4],
    [1, 1, 2, 2, 2, 3, 2, 3],
    [2, 2, 2, 3, 3, 3, 3, 4],
    [1, 2, 3, 2, 3, 2, 4, 4],
];

/// Warm and skins, with a constant first if asked; the outcome is what `y` makes of a rating; clusters are the judges.
pub fn wine(constant: bool, y: impl Fn(u8) -> f64) -> Matrix {
    let first = usize::from(constant);
    let x = Array2::from_shape_fn((72, first + 2), |(i, j)| match (j + 1).checked_sub(first) {
        Some(1) => f64::from(u8::from(i % 8 >= 4)),
        Some(2) => f64::from(u8::from(i % 4 >= 2)),
        _ => 1.0,
    });
    let y = Array1::from_shape_fn(72, |i| y(RATINGS[i / 8][i % 8]));
    Matrix::new(x, y).with_clusters((0..72).map(|i| i / 8).collect())
}
