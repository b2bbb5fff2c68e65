//! Rows turned into the basis of Q a strip at a time, column by column, so that the triangular solve runs over many rows
//! at once. It deliberately does the very operations of `triangle::solve_transposed`, row for row, and sums nothing.

use ndarray::{Array2, ArrayView2};

/// Rows of one strip: the columns of a strip stay in the nearest cache.
pub(super) const ROWS: usize = 64;

/// `q = R^-T x` of up to [`ROWS`] rows, held column by column.
pub(super) struct Strip {
    k: usize,
    len: usize,
    q: Vec<f64>,
}

impl Strip {
    /// Room for rows of k columns.
    pub(super) fn new(k: usize) -> Self {
        Self { k, len: 0, q: vec![0.0; k * ROWS] }
    }

    /// Turns the rows `first..first + len` of `x` (`len` at most [`ROWS`]).
    pub(super) fn turn(&mut self, r: &Array2<f64>, x: &ArrayView2<'_, f64>, first: usize, len: usize) {
        self.len = len;
        self.load(x, first);
        for j in 0..self.k {
            let (done, rest) = self.q.split_at_mut(j * ROWS);
            let column = &mut rest[..ROWS];
            for (l, earlier) in done.chunks_exact(ROWS).enumerate() {
                let weight = r[[l, j]];
                column.iter_mut().zip(earlier).for_each(|(value, q)| *value -= weight * q);
            }
            let pivot = r[[j, j]];
            column.iter_mut().for_each(|value| *value /= pivot);
        }
    }

    /// Rows beyond the last are zeros: they add nothing to any sum of products.
    fn load(&mut self, x: &ArrayView2<'_, f64>, first: usize) {
        if self.len < ROWS {
            self.q.fill(0.0);
        }
        for i in 0..self.len {
            let row = x.row(first + i);
            for (j, &value) in row.iter().enumerate() {
                self.q[j * ROWS + i] = value;
            }
        }
    }

    /// [`ROWS`] values of column `j`.
    pub(super) fn column(&self, j: usize) -> &[f64] {
        &self.q[j * ROWS..(j + 1) * ROWS]
    }

    /// The k values of row `i` of the strip, copied to `row`.
    pub(super) fn row(&self, i: usize, row: &mut [f64]) {
        for (j, value) in row.iter_mut().enumerate() {
            *value = self.q[j * ROWS + i];
        }
    }
}

/// `sum of a b` over a strip, in four running sums that the processor can carry side by side.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0_f64; 4];
    for (left, right) in a.chunks_exact(4).zip(b.chunks_exact(4)) {
        for (sum, (x, y)) in sums.iter_mut().zip(left.iter().zip(right)) {
            *sum += x * y;
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}
