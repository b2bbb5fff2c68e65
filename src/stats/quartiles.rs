//! The quartiles of many columns at once, as they lie in memory: nothing is sorted and hardly anything is copied. It
//! deliberately knows no other quantile of a table: one column's are `moments::quantile`.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;
use std::ops::RangeInclusive;

use super::moments::quantile;

/// Rows under which a column is copied and sorted in part: counting has a price of its own.
const FEW: usize = 1 << 15;

/// Leading bits of a number that tell its bin: sign, exponent and three bits of the fraction.
const BITS: u32 = 15;
const BINS: usize = 1 << BITS;

/// A bin that holds more than this share of the rows is no help: its column is copied and sorted in part.
const MOST_OF_ROWS: usize = 12;

/// P25 and P75 of these columns (Hyndman & Fan 1996, type 7), NaN for a table without rows.
///
/// Large tables are gone through twice: numbers are counted by their leading bits, which order them, and then only those
/// in the bins of the order statistics that are asked for are fetched (the first step of a radix selection). Counts are
/// whole numbers, so how the rows are shared among threads changes nothing.
pub fn quartiles(x: &Array2<f64>, columns: &[usize]) -> Vec<[f64; 2]> {
    let sorted = |j: &usize| of_column(&x.column(*j).to_vec());
    if x.nrows() < FEW {
        return columns.par_iter().map(sorted).collect();
    }
    let counts = by_parts(x, |part| counted(part, columns), |a: &mut Vec<u32>, b| add(a, &b)).unwrap_or_default();
    let wanted: Vec<Option<[Wanted; 2]>> =
        counts.chunks(BINS).map(|bins| Some([wanted(bins, x.nrows(), 1)?, wanted(bins, x.nrows(), 3)?])).collect();
    let fetch = |part: ArrayView2<'_, f64>| fetched(part, columns, &wanted);
    let found = by_parts(x, fetch, |a: &mut Vec<Vec<f64>>, b| a.iter_mut().zip(b).for_each(|(a, b)| a.extend(b)));
    let of = |((j, wanted), found): ((&usize, &Option<[Wanted; 2]>), Vec<f64>)| match wanted {
        Some(wanted) => picked(wanted, &found),
        None => sorted(j),
    };
    columns.par_iter().zip(&wanted).zip(found.unwrap_or_default()).map(of).collect()
}

fn of_column(values: &[f64]) -> [f64; 2] {
    [0.25, 0.75].map(|p| quantile(values, p).unwrap_or(f64::NAN))
}

/// What is found in as many parts of the rows as there are threads, put together in their order.
fn by_parts<T: Send>(
    x: &Array2<f64>,
    find: impl Fn(ArrayView2<'_, f64>) -> T + Sync,
    mut join: impl FnMut(&mut T, T),
) -> Option<T> {
    let rows = x.nrows().div_ceil(rayon::current_num_threads().max(1)).max(1);
    let parts: Vec<ArrayView2<'_, f64>> = x.axis_chunks_iter(Axis(0), rows).collect();
    let mut found = parts.into_par_iter().map(&find).collect::<Vec<T>>().into_iter();
    let mut all = found.next()?;
    found.for_each(|part| join(&mut all, part));
    Some(all)
}

/// The bin of a number: bins are in the order of `f64::total_cmp`.
fn bin(value: f64) -> usize {
    let bits = value.to_bits();
    let ordered = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
    (ordered >> (64 - BITS)) as usize
}

/// Numbers in each bin, column by column.
fn counted(part: ArrayView2<'_, f64>, columns: &[usize]) -> Vec<u32> {
    let mut counts = vec![0u32; BINS * columns.len()];
    for row in part.rows() {
        for (bins, j) in counts.chunks_exact_mut(BINS).zip(columns) {
            bins[bin(row[*j])] += 1;
        }
    }
    counts
}

fn add(to: &mut [u32], other: &[u32]) {
    to.iter_mut().zip(other).for_each(|(a, b)| *a += b);
}

/// Where a quartile lies: between two order statistics, which stand in these bins.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    first_bin: usize,
    last_bin: usize,
    /// Numbers below the first of these bins.
    below: usize,
    /// The lower order statistic, from 0.
    rank: usize,
    /// How far from it to the next one.
    share: f64,
}

impl Wanted {
    fn bins(&self) -> RangeInclusive<usize> {
        self.first_bin..=self.last_bin
    }
}

/// The bins of `quarter`/4; nothing when they hold too much.
fn wanted(bins: &[u32], rows: usize, quarter: usize) -> Option<Wanted> {
    let place = 0.25 * quarter as f64 * (rows - 1) as f64;
    let rank = place.floor() as usize;
    let next = (rank + 1).min(rows - 1);
    let (mut seen, mut first) = (0, None);
    for (at, &count) in bins.iter().enumerate() {
        let before = seen;
        seen += count as usize;
        if first.is_none() && rank < seen {
            first = Some((at, before));
        }
        if next < seen {
            let (first_bin, below) = first?;
            let wanted = Wanted { first_bin, last_bin: at, below, rank, share: place - place.floor() };
            return (seen - below <= rows / MOST_OF_ROWS).then_some(wanted);
        }
    }
    None
}

/// The numbers in the bins that are wanted, column by column.
fn fetched(part: ArrayView2<'_, f64>, columns: &[usize], wanted: &[Option<[Wanted; 2]>]) -> Vec<Vec<f64>> {
    let mut found = vec![Vec::new(); columns.len()];
    let asked: Vec<(usize, usize, [Wanted; 2])> =
        columns.iter().zip(wanted).enumerate().filter_map(|(at, (j, wanted))| Some((at, *j, (*wanted)?))).collect();
    for row in part.rows() {
        for (at, j, [low, high]) in &asked {
            let value = row[*j];
            let bin = bin(value);
            if low.bins().contains(&bin) || high.bins().contains(&bin) {
                found[*at].push(value);
            }
        }
    }
    found
}

/// The quartiles among the numbers fetched.
fn picked(wanted: &[Wanted; 2], found: &[f64]) -> [f64; 2] {
    wanted.map(|wanted| {
        // What was fetched for the other quartile does not count.
        let mut inside: Vec<f64> = found.iter().copied().filter(|value| wanted.bins().contains(&bin(*value))).collect();
        let (_, low, above) = inside.select_nth_unstable_by(wanted.rank - wanted.below, f64::total_cmp);
        let low = *low;
        let next = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
        low + wanted.share * (next - low)
    })
}
