//! How few things known of a person single them out: k^m and unicity over each person's set of items (days, topics). Knows
//! no column; items are numbers.

use rayon::prelude::*;

/// Each person's set of items, as dense numbers.
#[derive(Debug, Clone, Default)]
pub struct Items {
    of: Vec<Vec<u32>>,
    /// The people who have an item.
    with: Vec<Vec<u32>>,
}

/// What knowing one or two items tells.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Support {
    /// Fewest people who share an item that somebody has.
    pub one: u64,
    /// Fewest people who share one item, or two that somebody has together: k of k^2-anonymity (Terrovitis et al. 2008).
    pub two: u64,
    /// Mean over people of the share of their single items that nobody else has (de Montjoye et al. 2013).
    pub unicity_one: f64,
    /// The same of pairs; a person of one item counts with it.
    pub unicity_two: f64,
}

impl Items {
    /// From `(person, item)` in any order, repeats allowed.
    pub fn new(people: usize, mut pairs: Vec<(u32, u64)>) -> Self {
        let mut names: Vec<u64> = pairs.iter().map(|pair| pair.1).collect();
        names.sort_unstable();
        names.dedup();
        pairs.sort_unstable();
        pairs.dedup();
        let mut items = Self { of: vec![Vec::new(); people], with: vec![Vec::new(); names.len()] };
        for (person, name) in pairs {
            let Ok(item) = names.binary_search(&name) else { continue };
            if let (Some(set), Some(people)) = (items.of.get_mut(person as usize), items.with.get_mut(item)) {
                set.push(item as u32);
                people.push(person);
            }
        }
        items
    }

    /// Support and unicity of one and of two items, exact: for each item the partners of everybody who has it are counted.
    /// The work is twice the number of (person, pair); `None` when nobody has an item.
    pub fn support(&self) -> Option<Support> {
        let one = self.with.iter().map(Vec::len).min()? as u64;
        let alone = |item: &u32| self.with.get(*item as usize).is_some_and(|people| people.len() == 1);
        let items = self.with.len();
        // For each first item: the least support of a pair, and the people for whom a pair is unique, once for each.
        let firsts: Vec<(u32, Vec<u32>)> = (0..items as u32)
            .into_par_iter()
            .map_init(
                || (vec![0u32; items], Vec::new()),
                |(counts, touched), first| self.pairs_of(first, counts, touched),
            )
            .collect();
        let mut unique = vec![0u64; self.of.len()];
        let mut two = one;
        for (least, people) in &firsts {
            two = two.min(u64::from(*least));
            for person in people {
                if let Some(count) = unique.get_mut(*person as usize) {
                    *count += 1;
                }
            }
        }
        let (mut seen, mut ones, mut twos) = (0.0, 0.0, 0.0);
        for (set, pairs) in self.of.iter().zip(&unique).filter(|(set, _)| !set.is_empty()) {
            let n = set.len() as f64;
            let single = set.iter().filter(|item| alone(item)).count() as f64 / n;
            seen += 1.0;
            ones += single;
            twos += if set.len() == 1 { single } else { *pairs as f64 / (n * (n - 1.0) / 2.0) };
        }
        Some(Support { one, two, unicity_one: ones / seen, unicity_two: twos / seen })
    }

    /// The least support of a pair whose smaller item is `first`, and the person of every pair that only one has.
    fn pairs_of(&self, first: u32, counts: &mut [u32], touched: &mut Vec<u32>) -> (u32, Vec<u32>) {
        let people = self.with.get(first as usize).map_or(&[][..], Vec::as_slice);
        let later = |person: &u32| {
            let set = self.of.get(*person as usize).map_or(&[][..], Vec::as_slice);
            set.get(set.partition_point(|item| *item <= first)..).unwrap_or(&[])
        };
        for person in people {
            for item in later(person) {
                if let Some(count) = counts.get_mut(*item as usize) {
                    if *count == 0 {
                        touched.push(*item);
                    }
                    *count += 1;
                }
            }
        }
        let of = |counts: &[u32], item: &u32| counts.get(*item as usize).copied().unwrap_or(0);
        let least = touched.iter().map(|item| of(counts, item)).min().unwrap_or(u32::MAX);
        let mut unique = Vec::new();
        if least == 1 {
            for person in people {
                unique.extend(later(person).iter().filter(|item| of(counts, item) == 1).map(|_| *person));
            }
        }
        for item in touched.drain(..) {
            if let Some(count) = counts.get_mut(item as usize) {
                *count = 0;
            }
        }
        (least, unique)
    }
}
