//! Manifest monotonicity: the more of the other items people agree with, the more agree with this one. Deliberately no
//! smoothing: groups of people with neighbouring rest scores are compared, every pair of groups.

use super::rest::rest_groups;
use super::{Answers, Clusters};
use crate::stats::{multiplicity, tail};

/// A drop of a share that is smaller is not counted (Molenaar & Sijtsma 2000: `minvi`).
pub const SMALLEST: f64 = 0.03;

/// How one item's steps rise with the rest score.
#[derive(Debug, Clone, PartialEq)]
pub struct Monotonicity {
    /// Rest-score groups; 0 when there are too few people for two.
    pub groups: usize,
    /// Pairs of groups and steps compared.
    pub comparisons: u64,
    /// Drops of more than `SMALLEST`.
    pub violations: u64,
    /// The largest drop; 0 without violations.
    pub largest: f64,
    /// Smallest one-sided p-value of a violation, after Holm over the item's comparisons; 1 without violations.
    pub p_value: f64,
    /// Share at or above each step in each group, lowest group first: `shares[step][group]`.
    pub shares: Vec<Vec<f64>>,
}

/// Looks at each item. Complete answers only; the test of a drop uses sums over clusters where there are some.
pub fn monotonicity(answers: &Answers, clusters: &Clusters) -> Vec<Monotonicity> {
    let highest = answers.highest();
    (0..answers.items()).map(|item| of_item(answers, clusters, item, highest[item])).collect()
}

fn of_item(answers: &Answers, clusters: &Clusters, item: usize, highest: u8) -> Monotonicity {
    let nothing =
        Monotonicity { groups: 0, comparisons: 0, violations: 0, largest: 0.0, p_value: 1.0, shares: Vec::new() };
    let Some(rest) = rest_groups(answers, &[item]) else { return nothing };
    let groups = rest.sizes.len();
    let (mut found, mut p_values) = (Monotonicity { groups, ..nothing }, Vec::new());
    for step in 1..=highest {
        let mut reached = vec![0u64; groups];
        for (row, group) in answers.rows().zip(&rest.of) {
            reached[*group as usize] += u64::from(row[item] >= step);
        }
        let shares: Vec<f64> = reached.iter().zip(&rest.sizes).map(|(r, n)| *r as f64 / *n as f64).collect();
        for low in 0..groups {
            for high in low + 1..groups {
                // Nothing can be lower than a share of 0, nor fall from above a share of 1.
                if shares[low] == 0.0 || shares[high] == 1.0 {
                    continue;
                }
                found.comparisons += 1;
                let drop = shares[low] - shares[high];
                if drop <= SMALLEST {
                    p_values.push(1.0);
                    continue;
                }
                found.violations += 1;
                found.largest = found.largest.max(drop);
                let pull = |person: usize| {
                    let group = rest.of[person] as usize;
                    let value = f64::from(u8::from(answers.row(person)[item] >= step));
                    let scaled = (value - shares[group]) / rest.sizes[group] as f64;
                    (person, if group == low { scaled } else { -scaled })
                };
                let in_either = (0..answers.people()).filter(|&person| {
                    let group = rest.of[person] as usize;
                    group == low || group == high
                });
                let spread = clusters.variance(in_either.map(pull));
                p_values.push(one_sided(drop, spread.variance, clusters, spread.clusters));
            }
        }
        found.shares.push(shares);
    }
    found.p_value = multiplicity::holm(&p_values).into_iter().fold(1.0, f64::min);
    found
}

/// p of a value as large if the truth were 0 or below: t with clusters less one, normal when everybody is by themselves.
pub(super) fn one_sided(value: f64, variance: f64, clusters: &Clusters, contributing: usize) -> f64 {
    if variance.is_nan() {
        return 1.0;
    }
    if variance <= 0.0 {
        return if value > 0.0 { 0.0 } else { 1.0 };
    }
    let statistic = value / variance.sqrt();
    if !clusters.is_clustered() {
        return tail::normal_upper(statistic);
    }
    let two_sided = tail::t_two_sided(statistic, contributing as f64 - 1.0);
    if statistic > 0.0 { 0.5 * two_sided } else { 1.0 - 0.5 * two_sided }
}
