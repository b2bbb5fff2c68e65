//! The order of the items: is it the one declared, and is it the same for people low and high on the scale? Deliberately
//! compares means of answers only, so items must share one answer scale.

use super::monotonicity::{SMALLEST, one_sided};
use super::rest::rest_groups;
use super::{Answers, Clusters, MISSING};
use crate::stats::multiplicity;

/// Two items compared: how much more the first is agreed with than the second, by the same people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// The item that should be the more common one.
    pub first: usize,
    /// The item that should be the rarer one.
    pub second: usize,
    /// People who answered both.
    pub n: u64,
    /// Mean answer to the first less mean answer to the second.
    pub difference: f64,
    /// Its standard error, by cluster where there are some.
    pub std_error: f64,
    /// Degrees of freedom; infinite for the normal.
    pub df: f64,
    /// One-sided p that the second is not the more common one.
    pub p_swapped: f64,
    /// Two-sided p of no difference.
    pub p_value: f64,
}

/// The paired differences of the means of these pairs of items.
pub fn differences(answers: &Answers, clusters: &Clusters, pairs: &[(usize, usize)]) -> Vec<Contrast> {
    pairs.iter().map(|&pair| difference(answers, clusters, pair, |_| true)).collect()
}

fn difference(
    answers: &Answers,
    clusters: &Clusters,
    (first, second): (usize, usize),
    counted: impl Fn(usize) -> bool,
) -> Contrast {
    let gap = |person: usize| {
        let row = answers.row(person);
        let both = row[first] != MISSING && row[second] != MISSING && counted(person);
        both.then(|| i32::from(row[first]) - i32::from(row[second]))
    };
    let people = 0..answers.people();
    let gaps: Vec<(usize, i32)> = people.filter_map(|person| Some((person, gap(person)?))).collect();
    let n = gaps.len() as f64;
    let mean = gaps.iter().map(|(_, gap)| i64::from(*gap)).sum::<i64>() as f64 / n;
    let spread = clusters.variance(gaps.iter().map(|(person, gap)| (*person, (f64::from(*gap) - mean) / n)));
    let df = if clusters.is_clustered() { spread.clusters as f64 - 1.0 } else { f64::INFINITY };
    // Nothing varies: nobody can tell which of the two is the more common one.
    let untold = spread.variance.is_nan() || (spread.variance <= 0.0 && mean == 0.0);
    let p_swapped = if untold { f64::NAN } else { one_sided(-mean, spread.variance, clusters, spread.clusters) };
    Contrast {
        first,
        second,
        n: gaps.len() as u64,
        difference: mean,
        std_error: spread.variance.sqrt(),
        df,
        p_swapped,
        p_value: (2.0 * p_swapped.min(1.0 - p_swapped)).min(1.0),
    }
}

/// Whether the order of the means holds for people low and high on the scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Invariance {
    /// Pairs of items that could be compared.
    pub pairs: u64,
    /// Pairs whose order turns in some rest-score group by more than `SMALLEST` of the answer scale, significantly after
    /// Holm over all comparisons: more common item, rarer item, by how much it turns.
    pub turned: Vec<(usize, usize, f64)>,
}

/// Manifest invariant item ordering (Ligtvoet, Van der Ark, Te Marvelde & Sijtsma 2010): within groups by the sum of all
/// other items the order of two items must not turn. Complete answers only.
pub fn invariance(answers: &Answers, clusters: &Clusters) -> Invariance {
    let order = answers.by_popularity();
    let scale = f64::from(answers.highest().into_iter().max().unwrap_or(0));
    let (mut compared, mut p_values, mut turns) = (0, Vec::new(), Vec::new());
    for (at, &common) in order.iter().enumerate() {
        for &rare in order.iter().skip(at + 1) {
            let Some(rest) = rest_groups(answers, &[common, rare]) else { continue };
            compared += 1;
            for group in 0..rest.sizes.len() as u32 {
                let within = |person: usize| rest.of[person] == group;
                let contrast = difference(answers, clusters, (common, rare), within);
                let turned = -contrast.difference > SMALLEST * scale;
                p_values.push(if turned { contrast.p_swapped } else { 1.0 });
                turns.push((common, rare, -contrast.difference));
            }
        }
    }
    let adjusted = multiplicity::holm(&p_values);
    let mut turned: Vec<(usize, usize, f64)> = Vec::new();
    for ((common, rare, by), _) in turns.into_iter().zip(adjusted).filter(|(_, p)| *p < 0.05) {
        match turned.iter_mut().find(|(a, b, _)| (*a, *b) == (common, rare)) {
            Some(known) => known.2 = known.2.max(by),
            None => turned.push((common, rare, by)),
        }
    }
    Invariance { pairs: compared, turned }
}

/// H of the transposed matrix, people as items: how alike people order the items (Sijtsma & Meijer 1992). Dichotomous,
/// complete answers; NaN for others.
pub fn transposed_h(answers: &Answers) -> f64 {
    let k = answers.items();
    if answers.highest().into_iter().max() != Some(1) || answers.rows().any(|row| row.contains(&MISSING)) {
        return f64::NAN;
    }
    let mut agreed = vec![0u64; k];
    let mut people_by_score = vec![0u64; k + 1];
    for row in answers.rows() {
        agreed.iter_mut().zip(row).for_each(|(sum, answer)| *sum += u64::from(*answer));
        people_by_score[row.iter().map(|answer| usize::from(*answer)).sum::<usize>()] += 1;
    }
    let width = k as f64;
    let shares: Vec<(f64, f64)> =
        people_by_score.iter().enumerate().map(|(score, people)| (score as f64 / width, *people as f64)).collect();
    let sum: f64 = shares.iter().map(|(p, n)| p * n).sum();
    let squares: f64 = shares.iter().map(|(p, n)| p * p * n).sum();
    let together: f64 = agreed.iter().map(|n| (*n as f64) * (*n as f64 - 1.0) / 2.0).sum::<f64>() / width;
    let products = (sum * sum - squares) / 2.0;
    let mut most = 0.0;
    for (at, (p, n)) in shares.iter().enumerate() {
        most += p * n * (n - 1.0) / 2.0;
        most += shares.iter().skip(at + 1).map(|(_, m)| p * n * m).sum::<f64>();
    }
    if most > products { (together - products) / (most - products) } else { f64::NAN }
}
