//! Do answers to ordered items form a cumulative scale? Loevinger's H with its errors, Guttman errors, manifest
//! monotonicity, the order of the items. It deliberately fits no latent trait and drops no item: it tells how far the
//! items are from a scale, and which of them.
//!
//! Everywhere: n people x k items, whole-number answers from 0 (lowest) on; a missing answer is [`MISSING`].

mod clustered;
mod coefficients;
mod guttman;
mod monotonicity;
mod ordering;
mod rest;

pub use clustered::Clusters;
pub use coefficients::{Coefficient, Pair, Scalability, scalability};
pub use guttman::{Guttman, guttman};
pub use monotonicity::{Monotonicity, monotonicity};
pub use ordering::{Contrast, Invariance, differences, invariance, transposed_h};

/// A missing answer.
pub const MISSING: u8 = u8::MAX;

/// The answers of n people to k items, row by row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    items: usize,
    cells: Vec<u8>,
}

impl Answers {
    /// No people yet, `items` items.
    pub fn new(items: usize) -> Self {
        Self { items, cells: Vec::new() }
    }

    /// Adds a person: one answer for each item. Answers beyond the number of items are left out, lacking ones missing.
    pub fn push(&mut self, answers: impl IntoIterator<Item = u8>) {
        let end = self.cells.len() + self.items;
        self.cells.extend(answers.into_iter().take(self.items));
        self.cells.resize(end, MISSING);
    }

    /// k.
    pub fn items(&self) -> usize {
        self.items
    }

    /// n.
    pub fn people(&self) -> usize {
        self.cells.len().checked_div(self.items).unwrap_or(0)
    }

    /// The answers of a person.
    pub fn row(&self, person: usize) -> &[u8] {
        &self.cells[person * self.items..(person + 1) * self.items]
    }

    /// Every person's answers.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.cells.chunks_exact(self.items.max(1))
    }

    /// Whether a person answered every item.
    pub fn is_complete(&self, person: usize) -> bool {
        !self.row(person).contains(&MISSING)
    }

    /// These people only.
    pub fn of_people(&self, people: &[usize]) -> Self {
        Self { items: self.items, cells: people.iter().flat_map(|&person| self.row(person)).copied().collect() }
    }

    /// The highest answer given to each item; 0 where nobody answered.
    pub fn highest(&self) -> Vec<u8> {
        let mut highest = vec![0; self.items];
        for row in self.rows() {
            for (top, &answer) in highest.iter_mut().zip(row) {
                *top = if answer == MISSING { *top } else { answer.max(*top) };
            }
        }
        highest
    }

    /// The mean answer to each item over those who answered it; NaN where nobody did.
    pub fn means(&self) -> Vec<f64> {
        let mut sums = vec![(0u64, 0u64); self.items];
        for row in self.rows() {
            for ((sum, n), &answer) in sums.iter_mut().zip(row).filter(|(_, answer)| **answer != MISSING) {
                *sum += u64::from(answer);
                *n += 1;
            }
        }
        sums.into_iter().map(|(sum, n)| sum as f64 / n as f64).collect()
    }

    /// The items from the highest mean answer to the lowest; ties in the order given, items without answers last.
    pub fn by_popularity(&self) -> Vec<usize> {
        let means = self.means();
        let mut order: Vec<usize> = (0..self.items).collect();
        let key = |item: usize| if means[item].is_nan() { f64::NEG_INFINITY } else { means[item] };
        order.sort_by(|&a, &b| key(b).total_cmp(&key(a)));
        order
    }
}
