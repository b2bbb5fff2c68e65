//! Whether a sequence of categories is in random order: the runs test. It deliberately says nothing of numbers; the
//! caller turns them into categories.

use super::tail::normal_two_sided;
use std::collections::BTreeMap;

/// The number of runs and its test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Runs {
    /// Stretches of equal neighbours.
    pub runs: u64,
    /// As many are expected in random order.
    pub expected: f64,
    /// Two-sided normal p.
    pub p_value: f64,
}

/// Runs test for any number of categories (Mood 1940; Barton & David 1957), conditional on how often each occurs. Two
/// categories give the test of Wald and Wolfowitz. `None` when all are one category or the number of runs is fixed.
pub fn runs(codes: &[u32]) -> Option<Runs> {
    let mut counts: BTreeMap<u32, f64> = BTreeMap::new();
    for code in codes {
        *counts.entry(*code).or_insert(0.0) += 1.0;
    }
    let n = codes.len() as f64;
    let squares: f64 = counts.values().map(|c| c * c).sum();
    let cubes: f64 = counts.values().map(|c| c * c * c).sum();
    let expected = 1.0 + (n * n - squares) / n;
    let variance = (squares * (squares + n * (n + 1.0)) - 2.0 * n * cubes - n * n * n) / (n * n * (n - 1.0));
    if counts.len() < 2 || variance.is_nan() || variance <= 1e-9 {
        return None;
    }
    let runs = 1 + codes.windows(2).filter(|pair| pair.first() != pair.last()).count() as u64;
    Some(Runs { runs, expected, p_value: normal_two_sided((runs as f64 - expected) / variance.sqrt()) })
}
