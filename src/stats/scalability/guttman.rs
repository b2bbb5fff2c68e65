//! Guttman's errors: answers that say yes to a rarer step after no to a more common one, and what is made of their count.
//! Reproducibility is told with the value it has for items that have nothing to do with each other: it is high whenever
//! most people answer alike, scale or not.

use super::{Answers, MISSING};

/// Counts over the people who answered everything. A step is an item and an answer of at least 1, 2, ...; dichotomous
/// items have one each.
#[derive(Debug, Clone, PartialEq)]
pub struct Guttman {
    /// People counted.
    pub n: u64,
    /// Steps of all items.
    pub steps: u64,
    /// Cells that differ from the perfect pattern of the same number of steps (Goodenough 1944; Edwards 1957).
    pub errors: u64,
    /// Pairs of steps in the wrong order, over all people: the numerator of 1 - H (Molenaar's weights).
    pub pair_errors: u64,
    /// People by their number of pairs in the wrong order.
    pub people_by_errors: Vec<u64>,
    /// `1 - errors / (n * steps)`; NaN without people.
    pub reproducibility: f64,
    /// The same with an inversion of two cells counted as one error (Cornell technique): `1 - errors / 2 / (n * steps)`.
    pub reproducibility_cornell: f64,
    /// What answering by the margins alone would give: the mean over steps of `max(p, 1 - p)` (Edwards 1957).
    pub minimal_marginal: f64,
    /// `(reproducibility - minimal_marginal) / (1 - minimal_marginal)` (Menzel's coefficient of scalability, 1953).
    pub scalability: f64,
    /// The same of the Cornell count.
    pub scalability_cornell: f64,
}

/// Counts the errors against the order of popularity of the steps; ties in the order given.
pub fn guttman(answers: &Answers) -> Guttman {
    let complete: Vec<&[u8]> = answers.rows().filter(|row| !row.contains(&MISSING)).collect();
    let n = complete.len() as u64;
    let order = steps(&complete, answers.items());
    let (mut errors, mut pair_errors, mut people_by_errors) = (0, 0, Vec::new());
    for row in &complete {
        let taken: u64 = row.iter().map(|answer| u64::from(*answer)).sum();
        let (mut missed, mut pairs, mut outside) = (0u64, 0u64, 0u64);
        for (rank, step) in order.iter().enumerate() {
            let reached = row[step.item] >= step.answer;
            if reached {
                pairs += missed;
            } else {
                missed += 1;
                outside += u64::from((rank as u64) < taken);
            }
        }
        errors += 2 * outside;
        pair_errors += pairs;
        let place = pairs as usize;
        if people_by_errors.len() <= place {
            people_by_errors.resize(place + 1, 0);
        }
        people_by_errors[place] += 1;
    }
    let steps = order.len() as u64;
    let cells = (n * steps) as f64;
    let most = order.iter().map(|step| step.reached.max(n - step.reached)).sum::<u64>();
    let minimal_marginal = most as f64 / cells;
    let reproducibility = 1.0 - errors as f64 / cells;
    let reproducibility_cornell = 1.0 - 0.5 * errors as f64 / cells;
    let beyond = |value: f64| (value - minimal_marginal) / (1.0 - minimal_marginal);
    Guttman {
        n,
        steps,
        errors,
        pair_errors,
        people_by_errors,
        reproducibility,
        reproducibility_cornell,
        minimal_marginal,
        scalability: beyond(reproducibility),
        scalability_cornell: beyond(reproducibility_cornell),
    }
}

struct Step {
    item: usize,
    answer: u8,
    reached: u64,
}

/// The steps from the most common to the rarest.
fn steps(rows: &[&[u8]], items: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    for item in 0..items {
        let highest = rows.iter().map(|row| row[item]).max().unwrap_or(0);
        let mut reached = vec![0u64; usize::from(highest) + 1];
        rows.iter().for_each(|row| reached[usize::from(row[item])] += 1);
        (0..usize::from(highest)).rev().for_each(|at| reached[at] += reached[at + 1]);
        steps.extend((1..=highest).map(|answer| Step { item, answer, reached: reached[usize::from(answer)] }));
    }
    steps.sort_by_key(|step| std::cmp::Reverse(step.reached));
    steps
}
