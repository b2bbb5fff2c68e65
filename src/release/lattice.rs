//! The search for the quasi-identifiers' coarseness: of all combinations of steps the one with the least loss whose small
//! classes, left out, leave k people alike everywhere. Exact over the lattice; the gate judges what came of it.
//!
//! loss = sum over columns of weight x share of information lost + weight of people x share of people left out. What the
//! steps alone lose is a lower bound, so combinations are weighed in its order and the search ends when the bound reaches the
//! best loss found (branch and bound over the generalisation lattice of Samarati 2001; leaving out classes below k as in
//! LeFevre, DeWitt & Ramakrishnan 2005 and Kohlmayer et al. 2012).

use super::levels::{Ladder, Step};
use crate::screen::privacy::classes::Classes;

/// What leaving everybody out weighs, in units of all columns together: a person left out loses the answers as well.
const PEOPLE: f64 = 3.0;

/// The most combinations that are looked at.
const MOST: usize = 50_000;

/// The best combination.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What is done to each column, and the share of its information that this loses.
    pub steps: Vec<(String, Step, f64)>,
    /// Who is left out.
    pub out: Vec<bool>,
    /// Its loss.
    pub loss: f64,
    /// How many combinations there are, and how many were weighed.
    pub weighed: (usize, usize),
}

/// The combination of least loss; `None` when even without any quasi-identifier there are fewer than k people.
pub fn search(ladders: &[Ladder], people: usize, k: u64) -> Option<Choice> {
    if people == 0 || (people as u64) < k {
        return None;
    }
    let ladders = &bounded(ladders);
    let total: f64 = ladders.iter().map(|l| l.weight).sum();
    let people_weight = PEOPLE * total.max(1.0);
    // People who are alike in the finest steps stay alike: they are weighed together.
    let (kinds, kind_of, sizes) = kinds(ladders, people);
    let mut nodes = nodes(ladders);
    let all = nodes.len();
    nodes.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    let mut best: Option<(f64, Vec<usize>, Vec<bool>)> = None;
    let mut weighed = 0;
    for (bound, levels) in nodes {
        if best.as_ref().is_some_and(|(loss, _, _)| bound >= *loss) {
            break;
        }
        weighed += 1;
        let keys: Vec<Vec<u32>> = kinds
            .iter()
            .map(|&person| ladders.iter().zip(&levels).map(|(l, at)| l.levels[*at].codes[person]).collect())
            .collect();
        let mut out = vec![false; kinds.len()];
        let mut lost = 0u64;
        for class in Classes::of(&keys).rows {
            let size: u64 = class.iter().map(|kind| sizes[*kind]).sum();
            if size < k {
                lost += size;
                class.iter().for_each(|kind| out[*kind] = true);
            }
        }
        let loss = bound + people_weight * lost as f64 / people as f64;
        if lost < people as u64 && best.as_ref().is_none_or(|(known, _, _)| loss < *known) {
            best = Some((loss, levels, out));
        }
    }
    best.map(|(loss, levels, out)| Choice {
        steps: ladders.iter().zip(&levels).map(|(l, at)| chosen(l, *at)).collect(),
        out: kind_of.iter().map(|kind| out[*kind]).collect(),
        loss,
        weighed: (all, weighed),
    })
}

fn chosen(ladder: &Ladder, at: usize) -> (String, Step, f64) {
    let level = &ladder.levels[at];
    (ladder.column.clone(), level.step, level.loss)
}

/// Ladders with at most [`MOST`] combinations: the longest loses every other level between its ends until they fit, and where
/// all have two, the lightest has only its last.
fn bounded(ladders: &[Ladder]) -> Vec<Ladder> {
    let mut ladders = ladders.to_vec();
    while ladders.iter().try_fold(1usize, |all, l| all.checked_mul(l.levels.len())).is_none_or(|all| all > MOST) {
        let Some(longest) = ladders.iter_mut().max_by_key(|l| l.levels.len()) else { break };
        let last = longest.levels.len() - 1;
        if last > 1 {
            let mut at = 0..=last;
            longest.levels.retain(|_| at.next().is_some_and(|at| at == 0 || at == last || at % 2 == 0));
        } else if let Some(lightest) =
            ladders.iter_mut().filter(|l| l.levels.len() > 1).min_by(|a, b| a.weight.total_cmp(&b.weight))
        {
            lightest.levels.drain(..1);
        }
    }
    ladders
}

/// One person of each kind, the kind of each person, how many there are of each.
fn kinds(ladders: &[Ladder], people: usize) -> (Vec<usize>, Vec<usize>, Vec<u64>) {
    // The finest levels of all steps: a step keeps together whom a finer one of its own chain keeps together, but the chains
    // of one column (spans with and without a floor) need all be known.
    let keys: Vec<Vec<u32>> = (0..people)
        .map(|p| ladders.iter().flat_map(|l| l.levels.iter().map(move |level| level.codes[p])).collect())
        .collect();
    let classes = Classes::of(&keys).rows;
    let mut kind_of = vec![0; people];
    for (kind, class) in classes.iter().enumerate() {
        class.iter().for_each(|person| kind_of[*person] = kind);
    }
    let first = classes.iter().filter_map(|class| class.first().copied()).collect();
    (first, kind_of, classes.iter().map(|class| class.len() as u64).collect())
}

/// Every combination of levels with what its steps lose.
fn nodes(ladders: &[Ladder]) -> Vec<(f64, Vec<usize>)> {
    let mut nodes = vec![(0.0, Vec::new())];
    for ladder in ladders {
        let mut longer = Vec::with_capacity(nodes.len() * ladder.levels.len());
        for (loss, levels) in &nodes {
            for (at, level) in ladder.levels.iter().enumerate() {
                let mut levels = levels.clone();
                levels.push(at);
                longer.push((loss + ladder.weight * level.loss, levels));
            }
        }
        nodes = longer;
    }
    nodes
}
