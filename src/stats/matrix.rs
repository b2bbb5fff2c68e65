//! The rows of a regression: numbers, their outcome and their clusters, handed out in fixed batches.
//! It deliberately knows no column names and cuts batches that do not depend on the machine.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Slice};
use rayon::prelude::*;

use crate::reduce::{Reduce, Rows};

/// Rows of one batch.
pub const BATCH: usize = 2_048;

/// Batches folded one after another before their aggregate is merged with the next; fixed, so that the order of
/// floating-point operations never depends on the number of threads.
const RUN: usize = 8;

/// Numbers of a regression.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// n x k regressors, with the constant column if there is one.
    pub x: Array2<f64>,
    /// n outcomes.
    pub y: Array1<f64>,
    /// n dense cluster codes `0..G`, in any order.
    pub clusters: Option<Vec<u32>>,
}

/// One batch: at most [`BATCH`] rows.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// m x k regressors.
    pub x: ArrayView2<'a, f64>,
    /// m outcomes.
    pub y: ArrayView1<'a, f64>,
    /// Position of the first of these rows in the whole.
    pub first_row: usize,
}

impl Matrix {
    /// Rows and outcomes without clusters.
    pub fn new(x: Array2<f64>, y: Array1<f64>) -> Self {
        Self { x, y, clusters: None }
    }

    /// The same rows with dense cluster codes.
    #[must_use]
    pub fn with_clusters(mut self, clusters: Vec<u32>) -> Self {
        self.clusters = Some(clusters);
        self
    }

    /// Number of rows: the shorter of regressors and outcomes.
    pub fn rows(&self) -> usize {
        self.x.nrows().min(self.y.len())
    }

    /// Number of columns of `x`.
    pub fn columns(&self) -> usize {
        self.x.ncols()
    }

    /// Number of clusters, 0 without cluster codes.
    pub fn cluster_count(&self) -> usize {
        let Some(codes) = &self.clusters else { return 0 };
        let highest = codes.iter().copied().max().map_or(0, |code| code as usize + 1);
        let mut seen = vec![false; highest];
        for &code in codes {
            seen[code as usize] = true;
        }
        seen.into_iter().filter(|&present| present).count()
    }

    fn block(&self, batch: usize) -> Block<'_> {
        let first_row = batch * BATCH;
        let end = (first_row + BATCH).min(self.rows());
        // ndarray's `s!` expands to unsafe code, which this crate forbids.
        let part = Slice::from(first_row..end);
        Block { x: self.x.slice_axis(Axis(0), part), y: self.y.slice_axis(Axis(0), part), first_row }
    }

    /// The aggregate of one run of batches.
    fn part<'r, R>(&'r self, run: usize, batches: usize, empty: &(dyn Fn() -> R + Sync)) -> R
    where
        R: Reduce<Batch<'r> = Block<'r>>,
    {
        let mut part = empty();
        for batch in run * RUN..((run + 1) * RUN).min(batches) {
            part.absorb(self.block(batch));
        }
        part
    }
}

impl Rows for Matrix {
    type Batch<'a> = Block<'a>;

    fn fold<'r, R>(&'r self, empty: &(dyn Fn() -> R + Sync)) -> R
    where
        R: Reduce<Batch<'r> = Block<'r>> + Send,
    {
        let batches = self.rows().div_ceil(BATCH);
        let runs: Vec<usize> = (0..batches.div_ceil(RUN)).collect();
        let mut whole = empty();
        // Parts are merged in their order, so how many are made at a time changes memory and not a bit of the answer.
        for wave in runs.chunks(2 * rayon::current_num_threads()) {
            let parts: Vec<R> = wave.par_iter().map(|&run| self.part(run, batches, empty)).collect();
            for part in parts {
                whole.merge(part);
            }
        }
        whole
    }
}
