//! t-closeness against chance: how large the largest t comes out when people are dealt to classes of the same sizes at
//! random, and how much better than chance a class tells the value. Knows no column.
//!
//! A fixed limit on t means nothing for classes of five: their t is large at random. Only the null tells.

use super::classes::Distance;
use crate::stats::permute;
use rand::Rng;

/// Deals of people to classes.
pub const DEALS: u64 = 2_000;

/// After so many deals at least as extreme the p-value is settled (Besag & Clifford 1991): only small ones take all deals.
const ENOUGH: u64 = 20;

/// The sensitive values of people as ranks, and how often each occurs.
#[derive(Debug, Clone)]
pub struct Values<'v> {
    people: &'v [Vec<u32>],
    ranks: Vec<Vec<u32>>,
    share: Vec<f64>,
    /// `below[i]`: share of values with a rank under i; `area[i]`: sum of the cumulated shares under i.
    cumulated: Vec<f64>,
    area: Vec<f64>,
    distance: Distance,
}

/// t and its null, and the gain of guessing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Against {
    /// The largest t of a class.
    pub t: f64,
    /// Share of the deals with a t at least as large, the data counted as one.
    pub p_value: f64,
    /// Share of people's values guessed right from the class, minus the mean of the same over deals.
    pub gain: f64,
    /// The same over the share guessed right without knowing the class.
    pub over_base: f64,
}

impl<'v> Values<'v> {
    /// Values of each person; codes rise with the value where the distance is `Ordered`. `None` without values.
    pub fn new(people: &'v [Vec<u32>], distance: Distance) -> Option<Self> {
        let mut codes: Vec<u32> = people.iter().flatten().copied().collect();
        let n = codes.len() as f64;
        codes.sort_unstable();
        let mut counts: Vec<(u32, f64)> = Vec::new();
        for run in codes.chunk_by(|a, b| a == b) {
            counts.extend(run.first().map(|code| (*code, run.len() as f64)));
        }
        if counts.is_empty() {
            return None;
        }
        let rank = |code: &u32| counts.binary_search_by_key(code, |(c, _)| *c).unwrap_or(0) as u32;
        let ranks = people.iter().map(|codes| codes.iter().map(rank).collect()).collect();
        let share: Vec<f64> = counts.iter().map(|(_, count)| count / n).collect();
        // Counts are whole numbers: cumulating them before the division keeps every digit.
        let mut cumulated = vec![0.0];
        let mut area = vec![0.0];
        let (mut sum, mut under) = (0.0, 0.0);
        for (_, count) in &counts {
            sum += count;
            cumulated.push(sum / n);
            under += sum / n;
            area.push(under);
        }
        Some(Self { people, ranks, share, cumulated, area, distance })
    }

    /// Distance of a class from all; `ranks` are sorted.
    fn distance(&self, ranks: &[u32]) -> f64 {
        let size = ranks.len() as f64;
        match self.distance {
            Distance::Equal => {
                let excess = |run: &[u32]| {
                    let all = run.first().and_then(|rank| self.share.get(*rank as usize)).copied().unwrap_or(0.0);
                    (run.len() as f64 / size - all).max(0.0)
                };
                ranks.chunk_by(|a, b| a == b).map(excess).sum()
            }
            Distance::Ordered => {
                let last = self.share.len() - 1;
                let (mut moved, mut from, mut below) = (0.0, 0usize, 0.0);
                for run in ranks.chunk_by(|a, b| a == b) {
                    let to = run.first().map_or(last, |rank| *rank as usize);
                    moved += self.between(from, to, below / size);
                    below += run.len() as f64;
                    from = to;
                }
                moved += self.between(from, last, 1.0);
                moved / last.max(1) as f64
            }
        }
    }

    /// Sum over ranks `from..to` of |level - cumulated share up to and with the rank|; the cumulated share only rises.
    fn between(&self, from: usize, to: usize, level: f64) -> f64 {
        if to <= from {
            return 0.0;
        }
        let within = self.cumulated.get(from + 1..=to).unwrap_or(&[]);
        let cross = from + within.partition_point(|share| *share < level);
        let area = |at: usize| self.area.get(at).copied().unwrap_or(0.0);
        let under = level * (cross - from) as f64 - (area(cross) - area(from));
        let over = (area(to) - area(cross)) - level * (to - cross) as f64;
        under + over
    }

    /// The largest distance of a class, and how many values are guessed right by naming each class's commonest.
    fn weigh(&self, classes: &[Vec<usize>], buffer: &mut Vec<u32>) -> (f64, f64) {
        let (mut largest, mut right) = (0.0f64, 0usize);
        for class in classes {
            self.collect(class.iter().copied(), buffer);
            if !buffer.is_empty() {
                largest = largest.max(self.distance(buffer));
                right += commonest(buffer);
            }
        }
        (largest, right as f64)
    }

    fn collect(&self, class: impl Iterator<Item = usize>, buffer: &mut Vec<u32>) {
        buffer.clear();
        class.filter_map(|person| self.ranks.get(person)).for_each(|ranks| buffer.extend(ranks));
        buffer.sort_unstable();
    }

    /// The largest t of the classes (people by row), without a null.
    pub fn t(&self, classes: &[Vec<usize>]) -> f64 {
        self.weigh(classes, &mut Vec::new()).0
    }

    /// t of the classes against up to `DEALS` deals of the people who have a value over the same classes.
    ///
    /// p = (1 + deals at least as extreme) / (1 + deals); with 20 extreme deals no more are made and p = 20 / deals.
    pub fn against_chance(&self, classes: &[Vec<usize>], key: [u8; 32]) -> Against {
        let mut buffer = Vec::new();
        let (t, right) = self.weigh(classes, &mut buffer);
        let has = |person: &usize| self.people.get(*person).is_some_and(|values| !values.is_empty());
        let sizes: Vec<usize> = classes.iter().map(|class| class.iter().filter(|p| has(p)).count()).collect();
        let answering: Vec<usize> = classes.iter().flatten().copied().filter(|p| has(p)).collect();
        let (mut extreme, mut deals, mut by_chance) = (0u64, 0u64, 0.0);
        while deals < DEALS && extreme < ENOUGH {
            let mut generator = permute::stream(key, deals);
            let mut order = answering.clone();
            for at in (1..order.len()).rev() {
                order.swap(at, generator.random_range(0..=at));
            }
            let mut dealt = Vec::with_capacity(sizes.len());
            let mut left = order.into_iter();
            dealt.extend(sizes.iter().map(|size| left.by_ref().take(*size).collect::<Vec<usize>>()));
            let (drawn, guessed) = self.weigh(&dealt, &mut buffer);
            extreme += u64::from(drawn >= t - 1e-12);
            by_chance += guessed;
            deals += 1;
        }
        let settled = extreme as f64 / deals as f64;
        let p_value = if extreme >= ENOUGH { settled } else { (extreme + 1) as f64 / (deals + 1) as f64 };
        let n: f64 = self.ranks.iter().map(|ranks| ranks.len() as f64).sum();
        let base = self.share.iter().copied().fold(0.0, f64::max);
        Against { t, p_value, gain: (right - by_chance / deals.max(1) as f64) / n, over_base: right / n - base }
    }
}

/// How often the commonest value of a sorted list occurs.
fn commonest(sorted: &[u32]) -> usize {
    sorted.chunk_by(|a, b| a == b).map(<[u32]>::len).max().unwrap_or(0)
}
