//! What the order of ids and of rows gives away: ids that rise with dates or sales, rows left in the order of the source.
//! Counts concordant pairs and runs, keeps no value.

use crate::stats::association::gamma;
use crate::stats::runs;

/// Gamma beyond which the order of ids tells something, and the chance of it by luck.
pub const GAMMA: f64 = 0.3;
/// The chance below which neither order is luck.
pub const LUCK: f64 = 1e-6;

/// The ids as numbers in their order: by figures where all are one prefix and figures, else as text.
pub fn ranks(ids: &[&str]) -> Vec<f64> {
    let shared = super::target::shared_prefix(ids);
    let letters = |id: &&str| id.len() - id.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let figures = |id: &&str| id.get(id.len() - letters(id)..).and_then(|d| d.parse::<u64>().ok());
    let before = |id: &&str| id.get(shared..id.len() - letters(id)).map(str::to_string);
    let one_prefix = ids.first().map(before).is_some_and(|first| ids.iter().all(|id| before(id) == first));
    let numbers: Option<Vec<u64>> = ids.iter().map(figures).collect();
    match numbers {
        Some(numbers) if one_prefix => numbers.into_iter().map(|n| n as f64).collect(),
        _ => {
            let mut sorted: Vec<&str> = ids.to_vec();
            sorted.sort_unstable();
            ids.iter().map(|id| sorted.partition_point(|other| other < id) as f64).collect()
        }
    }
}

/// Gamma between the order of ids and a value, when it is beyond both limits.
pub fn leak(ranks: &[f64], values: &[Option<f64>]) -> Option<f64> {
    let pairs: Vec<(f64, f64)> =
        ranks.iter().zip(values).filter_map(|(rank, value)| Some((*rank, (*value)?))).collect();
    let found = gamma(&pairs)?;
    (found.p_value < LUCK && found.gamma.abs() > GAMMA).then_some(found.gamma)
}

/// Whether the rows stand in an order of a column: too few or too many runs of its values, or its numbers rise or fall.
pub fn is_sorted(codes: &[u32], numbers: Option<&[Option<f64>]>) -> bool {
    let by_runs = |codes: &[u32]| runs::runs(codes).is_some_and(|runs| runs.p_value < LUCK);
    let distinct: std::collections::BTreeSet<u32> = codes.iter().copied().collect();
    // With nearly as many values as rows there are nearly no runs to count.
    let few = distinct.len() * 2 <= codes.len();
    let rising = || {
        let rows: Vec<f64> = (0..codes.len()).map(|row| row as f64).collect();
        numbers.is_some_and(|values| leak(&rows, values).is_some())
    };
    (few && by_runs(codes)) || rising()
}
