//! Goodman and Kruskal's gamma between two orderings, and whether it is more than chance. It deliberately knows no
//! names: what is ordered is the caller's business.

use super::tail::normal_two_sided;
use std::cmp::Ordering;

/// Gamma and its test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma {
    /// (concordant - discordant) / (concordant + discordant); 1 or -1 when one ordering never contradicts the other.
    pub gamma: f64,
    /// Pairs ordered alike by both.
    pub concordant: u64,
    /// Pairs ordered in opposite ways.
    pub discordant: u64,
    /// Two-sided normal p of concordant - discordant, with the tie-corrected variance of Kendall (1970), eq. 4.3.
    pub p_value: f64,
}

/// Gamma of pairs `(x, y)` (Goodman & Kruskal 1954). `None` below 3 pairs, or when every pair is tied in x or y, or when a
/// value is not finite.
///
/// Discordant pairs are counted by merging (Knight 1966), n log n.
pub fn gamma(pairs: &[(f64, f64)]) -> Option<Gamma> {
    let n = pairs.len() as u64;
    if n < 3 || pairs.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
        return None;
    }
    let mut sorted = pairs.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let x_ties = tie_sizes(sorted.iter().map(|pair| pair.0));
    let both = pairs_within(&tie_sizes_by(&sorted, |a, b| a == b));
    let mut y: Vec<f64> = sorted.into_iter().map(|pair| pair.1).collect();
    let discordant = inversions(&mut y);
    let y_ties = tie_sizes(y.iter().copied());
    let all = n * (n - 1) / 2;
    let untied = (all + both).checked_sub(pairs_within(&x_ties) + pairs_within(&y_ties))?;
    let concordant = untied.checked_sub(discordant)?;
    if untied == 0 {
        return None;
    }
    let s = concordant as f64 - discordant as f64;
    let variance = kendall_variance(n as f64, &x_ties, &y_ties);
    let p_value = if variance > 0.0 { normal_two_sided(s / variance.sqrt()) } else { 1.0 };
    Some(Gamma { gamma: s / untied as f64, concordant, discordant, p_value })
}

/// Variance of concordant - discordant under independence, with ties in both orderings.
fn kendall_variance(n: f64, x: &[u64], y: &[u64]) -> f64 {
    let sum = |ties: &[u64], f: fn(f64) -> f64| ties.iter().map(|t| f(*t as f64)).sum::<f64>();
    let five = |t: f64| t * (t - 1.0) * (2.0 * t + 5.0);
    let two = |t: f64| t * (t - 1.0);
    let three = |t: f64| t * (t - 1.0) * (t - 2.0);
    (five(n) - sum(x, five) - sum(y, five)) / 18.0
        + sum(x, two) * sum(y, two) / (2.0 * n * (n - 1.0))
        + sum(x, three) * sum(y, three) / (9.0 * n * (n - 1.0) * (n - 2.0))
}

fn pairs_within(ties: &[u64]) -> u64 {
    ties.iter().map(|t| t * (t - 1) / 2).sum()
}

/// Sizes of the runs of equal values of a sorted sequence.
fn tie_sizes(sorted: impl Iterator<Item = f64>) -> Vec<u64> {
    tie_sizes_by(&sorted.collect::<Vec<f64>>(), |a, b| a.total_cmp(b) == Ordering::Equal)
}

fn tie_sizes_by<T>(sorted: &[T], same: impl FnMut(&T, &T) -> bool) -> Vec<u64> {
    sorted.chunk_by(same).map(|run| run.len() as u64).collect()
}

/// Pairs out of order, counted while sorting; equal values are in order.
fn inversions(values: &mut [f64]) -> u64 {
    let half = values.len() / 2;
    if half == 0 {
        return 0;
    }
    let (left, right) = values.split_at_mut(half);
    let mut crossed = inversions(left) + inversions(right);
    let mut merged = Vec::with_capacity(values.len());
    let (left, right) = values.split_at(half);
    let (mut a, mut b) = (left.iter().peekable(), right.iter().peekable());
    loop {
        match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if *x <= *y => merged.extend(a.next()),
            (Some(_), Some(_)) => {
                crossed += a.len() as u64;
                merged.extend(b.next());
            }
            (Some(_), None) => merged.extend(a.next()),
            (None, Some(_)) => merged.extend(b.next()),
            (None, None) => break,
        }
    }
    values.copy_from_slice(&merged);
    crossed
}
