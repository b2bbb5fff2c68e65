//! Whether a part of an id tells an attribute of the person: mutual information of its first or last characters with the
//! attribute, against shuffled attributes. Knows codes only.

use crate::stats::permute;
use rand::Rng;
use std::collections::{BTreeMap, BTreeSet};

/// Share of an attribute's entropy that a part of the id must explain.
const EXPLAINED: f64 = 0.8;
/// Where shuffled attributes are explained as well as this, the part is too fine to say anything.
const BY_CHANCE: f64 = 0.5;
/// Shuffles; none may explain as much as the data do.
const SHUFFLES: u64 = 199;
/// Characters of the longest part.
const LONGEST: usize = 12;

/// The share of the entropy of `codes` that the best part of the ids explains, when it is beyond both limits.
pub fn explained(ids: &[&str], codes: &[u32], key: [u8; 32]) -> Option<f64> {
    let entropy = entropy(codes);
    if ids.len() < 10 || entropy <= 0.0 {
        return None;
    }
    let letters: Vec<Vec<char>> = ids.iter().map(|id| id.chars().collect()).collect();
    let shortest = letters.iter().map(Vec::len).min().unwrap_or(0);
    let parts = (1..shortest.min(LONGEST + 1)).flat_map(|length| [End::First(length), End::Last(length)]);
    let mut tried: BTreeSet<Vec<u32>> = BTreeSet::new();
    for part in parts {
        let parts = part.codes(&letters);
        let distinct = parts.iter().collect::<BTreeSet<_>>().len();
        if distinct < 2 || distinct * 2 > ids.len() || !tried.insert(parts.clone()) {
            continue;
        }
        let share = information(&parts, codes) / entropy;
        if share >= EXPLAINED && beyond_chance(&parts, codes, share, entropy, key) {
            return Some(share.min(1.0));
        }
    }
    None
}

#[derive(Debug, Clone, Copy)]
enum End {
    First(usize),
    Last(usize),
}

impl End {
    /// A number for each different part.
    fn codes(self, ids: &[Vec<char>]) -> Vec<u32> {
        let mut known: BTreeMap<&[char], u32> = BTreeMap::new();
        let part = |id: &'_ [char]| -> (usize, usize) {
            match self {
                End::First(length) => (0, length.min(id.len())),
                End::Last(length) => (id.len().saturating_sub(length), id.len()),
            }
        };
        ids.iter()
            .map(|id| {
                let (from, to) = part(id);
                let next = known.len() as u32;
                *known.entry(id.get(from..to).unwrap_or(&[])).or_insert(next)
            })
            .collect()
    }
}

/// No shuffle explains as much, and on average they explain little.
fn beyond_chance(parts: &[u32], codes: &[u32], share: f64, entropy: f64, key: [u8; 32]) -> bool {
    let mut sum = 0.0;
    for draw in 0..SHUFFLES {
        let mut generator = permute::stream(key, draw);
        let mut shuffled = codes.to_vec();
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, generator.random_range(0..=at));
        }
        let by_chance = information(parts, &shuffled) / entropy;
        if by_chance >= share - 1e-12 {
            return false;
        }
        sum += by_chance;
    }
    sum / (SHUFFLES as f64) < BY_CHANCE
}

/// Shannon entropy, natural logarithm.
fn entropy(codes: &[u32]) -> f64 {
    let mut counts: BTreeMap<u32, f64> = BTreeMap::new();
    for code in codes {
        *counts.entry(*code).or_insert(0.0) += 1.0;
    }
    let n = codes.len() as f64;
    -counts.values().map(|count| count / n * (count / n).ln()).sum::<f64>()
}

/// Mutual information of two codings: H(a) + H(b) - H(a, b).
fn information(a: &[u32], b: &[u32]) -> f64 {
    let mut counts: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for pair in a.iter().copied().zip(b.iter().copied()) {
        *counts.entry(pair).or_insert(0.0) += 1.0;
    }
    let n = a.len() as f64;
    let joint = -counts.values().map(|count| count / n * (count / n).ln()).sum::<f64>();
    entropy(a) + entropy(b) - joint
}
