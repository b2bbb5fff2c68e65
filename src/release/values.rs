//! Numbers that single nobody out: extremes shared by a crowd, and rounding to a base at which few people stand alone in
//! their month. Means are kept as far as rounding lets them.
//!
//! Top and bottom coding: the highest values, down to the one at which `people` different people are covered, become their
//! own mean, so sums are kept (univariate microaggregation of the tails; Hundepool et al. 2012, Statistical Disclosure
//! Control). Rounding: bases 1, 2, 5 x 10^j, at most half a standard deviation, which adds base^2 / 12 to the variance.

use hashbrown::{HashMap, HashSet};

/// The cells of a column with whom and when they tell of.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// The values; NaN when missing.
    pub cells: &'a [f64],
    /// Whose.
    pub whose: &'a [u32],
    /// Of which month or wave.
    pub when: &'a [u32],
}

/// What is done to a column of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coarse {
    /// People who share each extreme.
    pub people: usize,
    /// Rounded to multiples of this; 0 = as it is.
    pub base: f64,
}

/// Most of a standard deviation that a base may be.
const MOST: f64 = 0.5;

/// The column after top and bottom coding and rounding, within its own extremes after coding.
pub fn coarser(series: Series<'_>, coarse: Coarse) -> Vec<f64> {
    let mut cells = series.cells.to_vec();
    if coarse.people > 0 {
        tail(&mut cells, series.whose, coarse.people, 1.0);
        tail(&mut cells, series.whose, coarse.people, -1.0);
    }
    if coarse.base > 0.0 {
        let (low, high) = extremes(&cells);
        cells.iter_mut().for_each(|cell| *cell = rounded(*cell, coarse.base).clamp(low, high));
        // A mean of the tails has more figures than anything else: it is rounded the other way if need be.
        let (low, high) = (inward(low, coarse.base, 1.0), inward(high, coarse.base, -1.0));
        if low <= high {
            cells.iter_mut().for_each(|cell| *cell = cell.clamp(low, high));
        }
    } else if coarse.people > 0 {
        tidy_tails(series.cells, &mut cells);
    }
    cells
}

/// The smallest base at which at most `share` of the cells are alone in their month with their value; the largest allowed
/// when none does; 0 when none is needed.
pub fn base(series: Series<'_>, people: usize, share: f64) -> f64 {
    let coded = coarser(series, Coarse { people, base: 0.0 });
    if alone(Series { cells: &coded, ..series }) <= share {
        return 0.0;
    }
    let mut largest = 0.0;
    for base in bases(&coded) {
        let cells = coarser(series, Coarse { people, base });
        largest = base;
        if alone(Series { cells: &cells, ..series }) <= share {
            break;
        }
    }
    largest
}

/// The next base after one; `None` beyond a standard deviation.
pub fn next_base(cells: &[f64], base: f64) -> Option<f64> {
    let sd = sd(cells);
    ladder(resolution(cells)).find(|next| *next > base * 1.0001).filter(|next| *next <= sd)
}

/// Share of the cells whose value no other person has in the same month.
pub fn alone(series: Series<'_>) -> f64 {
    let mut holders: HashMap<(u32, u64), Option<u32>> = HashMap::new();
    let rows = || (0..series.cells.len()).filter(|row| series.cells[*row].is_finite());
    let key = |row: usize| (series.when[row], (series.cells[row] + 0.0).to_bits());
    for row in rows() {
        let whose = series.whose[row];
        let holder = holders.entry(key(row)).or_insert(Some(whose));
        if *holder != Some(whose) {
            *holder = None;
        }
    }
    let single = rows().filter(|row| holders.get(&key(*row)).is_some_and(Option::is_some)).count();
    single as f64 / rows().count().max(1) as f64
}

fn bases(cells: &[f64]) -> impl Iterator<Item = f64> {
    let most = MOST * sd(cells);
    ladder(resolution(cells)).take_while(move |base| *base <= most)
}

/// 1, 2, 5, 10, ... from a power of ten on.
fn ladder(exponent: i32) -> impl Iterator<Item = f64> {
    (exponent..exponent + 18).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)))
}

/// The power of ten of the last figure that occurs, from thousandths to millions, among the first thousand cells.
fn resolution(cells: &[f64]) -> i32 {
    let whole = |v: f64, power: i32| {
        let scaled = if power < 0 { v * 10f64.powi(-power) } else { v / 10f64.powi(power) };
        (scaled - scaled.round()).abs() < 1e-6
    };
    let sample: Vec<f64> = cells.iter().copied().filter(|v| v.is_finite()).take(1_000).collect();
    // One cell in ten may have more figures: the means of the tails do.
    let fits = |power: &i32| sample.iter().filter(|v| whole(**v, *power)).count() * 10 >= sample.len() * 9;
    (-3..=6).rev().find(fits).unwrap_or(-3)
}

fn rounded(value: f64, base: f64) -> f64 {
    if base < 1.0 {
        // One over 0.1, 0.2 or 0.5 is whole: the quotient is the float nearest to the decimal.
        let steps = (1.0 / base).round();
        return (value * steps).round() / steps + 0.0;
    }
    (value / base).round() * base + 0.0
}

/// The multiple of a base at or inside a limit.
fn inward(limit: f64, base: f64, side: f64) -> f64 {
    let near = rounded(limit, base);
    if (near - limit) * side < 0.0 { rounded(near + side * base, base) } else { near }
}

/// The most extreme cells of one side, as many as it takes to cover `people` people, become their mean.
fn tail(cells: &mut [f64], whose: &[u32], people: usize, side: f64) {
    let mut order: Vec<usize> = (0..cells.len()).filter(|row| cells[*row].is_finite()).collect();
    order.sort_by(|a, b| (side * cells[*b]).total_cmp(&(side * cells[*a])));
    let mut covered = HashSet::new();
    let mut end = 0;
    while end < order.len() && (covered.len() < people || (end > 0 && cells[order[end]] == cells[order[end - 1]])) {
        covered.insert(whose[order[end]]);
        end += 1;
    }
    let members = &order[..end];
    let mean = members.iter().map(|row| cells[*row]).sum::<f64>() / members.len().max(1) as f64;
    members.iter().for_each(|row| cells[*row] = mean);
}

/// Means of tails with no more figures than the cells had.
fn tidy_tails(before: &[f64], cells: &mut [f64]) {
    let base = 10f64.powi(resolution(before));
    cells.iter_mut().zip(before).filter(|(cell, was)| cell != was).for_each(|(cell, _)| *cell = rounded(*cell, base));
}

fn extremes(cells: &[f64]) -> (f64, f64) {
    let finite = cells.iter().copied().filter(|v| v.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

fn sd(cells: &[f64]) -> f64 {
    let finite = || cells.iter().copied().filter(|v| v.is_finite());
    let n = finite().count() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let mean = finite().sum::<f64>() / n;
    (finite().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}
