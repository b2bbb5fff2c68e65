//! Means and shares of people who come in units (teams): the ratio of two sums over units with its linearised error, and
//! the same drawn again over whole units. It deliberately assumes nothing about how alike people of a unit are.

use rand::Rng;

use super::moments::quantile;
use super::permute;
use super::proportion::Limits;
use super::tail;

/// `sum a / sum b` over units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The ratio.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Units less one.
    pub df: f64,
}

/// Sums over units of their two totals, a and b: all that a ratio and its error need.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    /// Units with `b` other than 0.
    pub units: u64,
    /// Sum of a.
    pub top: f64,
    /// Sum of b.
    pub bottom: f64,
    /// Sum of a².
    pub top_squares: f64,
    /// Sum of a b.
    pub products: f64,
    /// Sum of b².
    pub bottom_squares: f64,
}

impl Sums {
    /// Takes in a unit; one with `b = 0` does not count.
    pub fn add(&mut self, a: f64, b: f64) {
        if b != 0.0 {
            self.units += 1;
            self.top += a;
            self.bottom += b;
            self.top_squares += a * a;
            self.products += a * b;
            self.bottom_squares += b * b;
        }
    }

    /// The ratio of the two totals with the linearised variance `G/(G-1) sum (a_g - R b_g)² / (sum b)²` (Cochran 1977,
    /// section 6.4, without the finite population). With `b` the people of a unit and `a` those of a category it is a share
    /// by team; with `a` a sum of values about some centre, a mean about it. Nothing under two units.
    pub fn ratio(&self) -> Option<Ratio> {
        let count = self.units as f64;
        if self.units < 2 || self.bottom == 0.0 {
            return None;
        }
        let estimate = self.top / self.bottom;
        let squares = self.top_squares - 2.0 * estimate * self.products + estimate * estimate * self.bottom_squares;
        // What rounding leaves of no spread at all is no spread.
        let squares = if squares <= 1e-14 * self.top_squares { 0.0 } else { squares };
        let std_error = (count / (count - 1.0) * squares).sqrt() / self.bottom.abs();
        Some(Ratio { estimate, std_error, df: count - 1.0 })
    }
}

impl Ratio {
    /// Limits with t on the units less one.
    pub fn limits(&self, level: f64) -> Limits {
        let half = tail::t_quantile(0.5 + 0.5 * level, self.df) * self.std_error;
        Limits { low: self.estimate - half, high: self.estimate + half }
    }

    /// Limits of a share, made on the logit scale so that they stay inside 0 and 1; nothing at the ends, where the error
    /// between units is 0 and says nothing.
    pub fn share_limits(&self, level: f64) -> Option<Limits> {
        let p = self.estimate;
        if p <= 0.0 || p >= 1.0 || self.std_error.is_nan() || self.std_error <= 0.0 {
            return None;
        }
        let half = tail::t_quantile(0.5 + 0.5 * level, self.df) * self.std_error / (p * (1.0 - p));
        let centre = (p / (1.0 - p)).ln();
        let back = |value: f64| 1.0 / (1.0 + (-value).exp());
        Some(Limits { low: back(centre - half), high: back(centre + half) })
    }
}

/// The most units that are drawn from: more are dealt, in their order, into so many blocks of whole units.
pub const BLOCKS: usize = 400;

/// Percentile limits (Efron 1979) of the shares of k categories, from `draws` samples of whole units with replacement.
///
/// `units` are k counts each, of which the first `parts` add up to the people of the unit and the others are sums of those.
/// A draw costs blocks x k. Nothing under three units; for a category nobody is in, nothing.
pub fn drawn_shares(
    units: &[Vec<u32>],
    key: [u8; 32],
    draws: u64,
    level: f64,
    parts: usize,
) -> Option<Vec<Option<Limits>>> {
    let k = units.first()?.len();
    if units.len() < 3 || draws == 0 {
        return None;
    }
    let mut blocks = vec![vec![0.0; k]; units.len().min(BLOCKS)];
    let count = blocks.len();
    for (at, unit) in units.iter().enumerate() {
        blocks[at % count].iter_mut().zip(unit).for_each(|(sum, one)| *sum += f64::from(*one));
    }
    let mut shares = vec![Vec::with_capacity(draws as usize); k];
    for draw in 0..draws {
        let mut generator = permute::stream(key, draw);
        let mut sums = vec![0.0; k];
        for _ in 0..count {
            let block = &blocks[generator.random_range(0..count)];
            sums.iter_mut().zip(block).for_each(|(sum, one)| *sum += one);
        }
        let total: f64 = sums.iter().take(parts).sum();
        if total > 0.0 {
            shares.iter_mut().zip(&sums).for_each(|(drawn, sum)| drawn.push(sum / total));
        }
    }
    let tail_share = 0.5 * (1.0 - level);
    let limits = |drawn: &Vec<f64>| {
        let some = drawn.iter().any(|share| *share > 0.0);
        let (low, high) = (quantile(drawn, tail_share)?, quantile(drawn, 1.0 - tail_share)?);
        some.then_some(Limits { low, high })
    };
    Some(shares.iter().map(limits).collect())
}
