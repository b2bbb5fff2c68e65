//! Loevinger's scalability coefficients H, H_i and H_ij of dichotomous or polytomous items, with errors by the delta
//! method. Deliberately not the two-level coefficients, which split H within and between clusters.
//!
//! `H_ij = cov(X_i, X_j) / max cov(X_i, X_j)` given both margins; H_i and H are ratios of the sums over pairs, which is the
//! same as 1 minus observed over expected weighted Guttman errors (Loevinger 1948; Molenaar 1991). Errors: Kuijpers, Van
//! der Ark & Croon (2013), Sociological Methodology 43: the answers are multinomial and the order of the item steps is
//! taken as it was found. Here by influence values, which give the same numbers and carry over to clusters: the variance is
//! the sum of squared influences of people, or G / (G - 1) times the sum of squared sums over clusters.

use super::{Answers, Clusters, MISSING};

/// A coefficient; NaN where it is not defined (an item that everybody answers alike).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub std_error: f64,
}

/// H of two items.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The earlier item.
    pub first: usize,
    /// The later item.
    pub second: usize,
    /// People who answered both.
    pub n: u64,
    /// H_ij.
    pub h: Coefficient,
    /// Weighted Guttman errors expected if the two had nothing to do with each other.
    pub expected_errors: f64,
}

/// All coefficients.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalability {
    /// H of the scale.
    pub h: Coefficient,
    /// H of each item with the others.
    pub items: Vec<Coefficient>,
    /// H of each pair.
    pub pairs: Vec<Pair>,
    /// Weighted Guttman errors expected if the items had nothing to do with each other, over all pairs.
    pub expected_errors: f64,
}

/// What one pair of answers adds to the covariance and to its maximum, divided by n, by `x * width + y`.
struct Table {
    pair: (usize, usize),
    n: u64,
    covariance: f64,
    maximum: f64,
    width: usize,
    influence: Vec<(f64, f64)>,
}

impl Table {
    fn pair(&self, h: Coefficient) -> Pair {
        let expected_errors = self.n as f64 * self.maximum;
        Pair { first: self.pair.0, second: self.pair.1, n: self.n, h, expected_errors }
    }
}

/// The coefficients from every pair's available answers: with complete rows these are the usual ones, with holes the
/// pairwise ones. Clusters must be of the same people.
pub fn scalability(answers: &Answers, clusters: &Clusters) -> Scalability {
    let k = answers.items();
    let highest = answers.highest();
    let tables: Vec<Table> =
        (0..k).flat_map(|i| (i + 1..k).map(move |j| (i, j))).map(|pair| table(answers, pair, &highest)).collect();
    let ratio = |of: &dyn Fn(&Table) -> bool| {
        let held = || tables.iter().filter(|t| of(t));
        (held().map(|t| t.covariance).sum::<f64>(), held().map(|t| t.maximum).sum::<f64>())
    };
    let divided = |(top, bottom): (f64, f64)| if bottom > 0.0 { top / bottom } else { f64::NAN };
    // In the order: pairs, items, all.
    let mut ratios: Vec<(f64, f64)> = tables.iter().map(|t| (t.covariance, t.maximum)).collect();
    ratios.extend((0..k).map(|item| ratio(&|t| t.pair.0 == item || t.pair.1 == item)));
    ratios.push(ratio(&|_| true));
    let values: Vec<f64> = ratios.iter().copied().map(divided).collect();
    let bottoms: Vec<f64> = ratios.iter().map(|(_, bottom)| *bottom).collect();
    let mut variances = squares(answers, clusters, &tables, &values, &bottoms);
    if clusters.is_clustered() {
        variances.iter_mut().for_each(|v| *v *= clusters.factor());
    }
    let of = |at: usize| Coefficient { value: values[at], std_error: variances[at].sqrt() };
    let pairs = tables.iter().enumerate();
    Scalability {
        h: of(tables.len() + k),
        items: (0..k).map(|item| of(tables.len() + item)).collect(),
        pairs: pairs.map(|(at, t)| t.pair(of(at))).collect(),
        expected_errors: tables.iter().filter(|t| t.n > 0).map(|t| t.n as f64 * t.maximum).sum(),
    }
}

/// Sums over clusters of squared sums of influences: of pairs, items, all.
fn squares(answers: &Answers, clusters: &Clusters, tables: &[Table], values: &[f64], bottoms: &[f64]) -> Vec<f64> {
    let (mut sums, mut squares) = (vec![0.0; values.len()], vec![0.0; values.len()]);
    let mut close = |sums: &mut Vec<f64>| {
        for (square, sum) in squares.iter_mut().zip(sums) {
            *square += *sum * *sum;
            *sum = 0.0;
        }
    };
    let (pairs, last) = (tables.len(), values.len() - 1);
    let mut open = None;
    for person in clusters.in_order() {
        if open.is_some_and(|cluster| cluster != clusters.of(person)) {
            close(&mut sums);
        }
        open = Some(clusters.of(person));
        let row = answers.row(person);
        for (at, table) in tables.iter().enumerate() {
            let (x, y) = (row[table.pair.0], row[table.pair.1]);
            if x == MISSING || y == MISSING {
                continue;
            }
            let (top, bottom) = table.influence[usize::from(x) * table.width + usize::from(y)];
            for place in [at, pairs + table.pair.0, pairs + table.pair.1, last] {
                sums[place] += (top - values[place] * bottom) / bottoms[place];
            }
        }
    }
    close(&mut sums);
    squares
}

fn table(answers: &Answers, pair: (usize, usize), highest: &[u8]) -> Table {
    let (rows, width) = (usize::from(highest[pair.0]) + 1, usize::from(highest[pair.1]) + 1);
    let mut counts = vec![0u64; rows * width];
    for row in answers.rows() {
        let (x, y) = (row[pair.0], row[pair.1]);
        if x != MISSING && y != MISSING {
            counts[usize::from(x) * width + usize::from(y)] += 1;
        }
    }
    let n: u64 = counts.iter().sum();
    let total = n as f64;
    let count = |x: usize, y: usize| counts[x * width + y];
    // At or above each step, counted from the top: first[x] people answered x or more.
    let tail = |of: &dyn Fn(usize) -> u64, length: usize| {
        let mut sums: Vec<u64> = (0..length).map(of).collect();
        (0..length.saturating_sub(1)).rev().for_each(|at| sums[at] += sums[at + 1]);
        sums
    };
    let first = tail(&|x| (0..width).map(|y| count(x, y)).sum(), rows);
    let second = tail(&|y| (0..rows).map(|x| count(x, y)).sum(), width);
    let sum = |tails: &[u64]| tails.iter().skip(1).sum::<u64>();
    let (sums, total_squared) = (i128::from(sum(&first)) * i128::from(sum(&second)), total * total);
    let (mu, nu) = (sum(&first) as f64 / total, sum(&second) as f64 / total);
    let cells = (1..rows).flat_map(|x| (1..width).map(move |y| (x, y)));
    let products: u64 = cells.map(|(x, y)| (x * y) as u64 * count(x, y)).sum();
    // The largest sum of products that these margins allow: answers sorted alike.
    let most: u64 = first.iter().skip(1).map(|a| second.iter().skip(1).map(|b| a.min(b)).sum::<u64>()).sum();
    // Whole numbers up to the division: an item that all answer alike has a maximum of exactly 0.
    let moment = |products: u64| (i128::from(n) * i128::from(products) - sums) as f64 / total_squared;
    let (covariance, maximum) = (moment(products), moment(most));
    let (by_first, by_second) = (shares(&first, &second), shares(&second, &first));
    let expected = most as f64 / total;
    let influence = (0..rows)
        .flat_map(|x| (0..width).map(move |y| (x, y)))
        .map(|(x, y)| {
            let (dx, dy) = (x as f64 - mu, y as f64 - nu);
            let top = dx * dy - covariance;
            let bottom = by_first[x] + by_second[y] - expected - dx * nu - mu * dy;
            (top / total, bottom / total)
        })
        .collect();
    Table { pair, n, covariance, maximum, width, influence }
}

/// How many step pairs (own, other) a person at each own answer fills of those in which the own step is the rarer one;
/// a tie is shared by both sides.
fn shares(own: &[u64], other: &[u64]) -> Vec<f64> {
    let rarer = |a: u64| -> f64 {
        other
            .iter()
            .skip(1)
            .map(|b| {
                if a < *b {
                    1.0
                } else if a == *b {
                    0.5
                } else {
                    0.0
                }
            })
            .sum()
    };
    let mut filled = 0.0;
    own.iter()
        .enumerate()
        .map(|(answer, tail)| {
            filled += if answer == 0 { 0.0 } else { rarer(*tail) };
            filled
        })
        .collect()
}
