//! Classes of people who look alike, and what they give away: k, l, t and the average risk. Knows no column and no file.

use std::collections::BTreeMap;

/// People grouped by equal keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Classes {
    /// The rows of each class, in row order; classes in key order.
    pub rows: Vec<Vec<usize>>,
}

impl Classes {
    /// Groups rows by key. A missing value must have a code of its own.
    pub fn of(keys: &[Vec<u32>]) -> Self {
        let mut classes: BTreeMap<&[u32], Vec<usize>> = BTreeMap::new();
        for (row, key) in keys.iter().enumerate() {
            classes.entry(key).or_default().push(row);
        }
        Self { rows: classes.into_values().collect() }
    }

    /// k: the size of the smallest class; `None` without rows (Sweeney 2002, def. 3).
    pub fn k(&self) -> Option<usize> {
        self.rows.iter().map(Vec::len).min()
    }

    /// Classes of one person.
    pub fn uniques(&self) -> usize {
        self.rows.iter().filter(|c| c.len() == 1).count()
    }

    /// Average re-identification risk over people, the sum of 1/f over n, which is classes / n. `None` without rows.
    pub fn average_risk(&self) -> Option<f64> {
        let people: usize = self.rows.iter().map(Vec::len).sum();
        (people > 0).then(|| self.rows.len() as f64 / people as f64)
    }

    /// Share of people in classes smaller than `k`: those found with a chance above 1/k. `None` without rows.
    pub fn share_below(&self, k: usize) -> Option<f64> {
        let people: usize = self.rows.iter().map(Vec::len).sum();
        (people > 0).then(|| self.below(k) as f64 / people as f64)
    }

    /// People in classes smaller than `k`.
    pub fn below(&self, k: usize) -> usize {
        self.rows.iter().map(Vec::len).filter(|size| *size < k).sum()
    }

    /// How often each value occurs in each class; `values[row]` are the values of that row.
    pub fn tallies(&self, values: &[Vec<u32>]) -> Vec<BTreeMap<u32, usize>> {
        let tally = |class: &Vec<usize>| {
            let mut counts = BTreeMap::new();
            for value in class.iter().filter_map(|row| values.get(*row)).flatten() {
                *counts.entry(*value).or_insert(0) += 1;
            }
            counts
        };
        self.rows.iter().map(tally).collect()
    }
}

/// Distinct l: the fewest distinct values in a class (Machanavajjhala et al. 2007). Classes without any value are left
/// out; `None` when none has one.
pub fn distinct_l(tallies: &[BTreeMap<u32, usize>]) -> Option<usize> {
    tallies.iter().map(BTreeMap::len).filter(|l| *l > 0).min()
}

/// Entropy l: exp of the lowest entropy of a class, a real number (Machanavajjhala et al. 2007, def. 4.1).
pub fn entropy_l(tallies: &[BTreeMap<u32, usize>]) -> Option<f64> {
    let entropies = tallies.iter().filter(|t| !t.is_empty()).map(|tally| {
        let n: usize = tally.values().sum();
        tally.values().map(|count| *count as f64 / n as f64).map(|p| -p * p.ln()).sum::<f64>()
    });
    entropies.min_by(f64::total_cmp).map(f64::exp)
}

/// The c above which recursive (c, l)-diversity holds: the largest r_1 / (r_l + ... + r_m) of a class, counts falling
/// (Machanavajjhala et al. 2007, def. 4.2). `None` when some class has fewer than `l` values, or `l` is below 2.
pub fn recursive_c(tallies: &[BTreeMap<u32, usize>], l: usize) -> Option<f64> {
    let of_class = |tally: &BTreeMap<u32, usize>| {
        let mut counts: Vec<usize> = tally.values().copied().collect();
        counts.sort_by(|a, b| b.cmp(a));
        let rest: usize = counts.iter().skip(l.checked_sub(1).filter(|s| *s > 0)?).sum();
        (rest > 0).then(|| counts.first().copied().unwrap_or(0) as f64 / rest as f64)
    };
    let ratios: Option<Vec<f64>> = tallies.iter().filter(|t| !t.is_empty()).map(of_class).collect();
    ratios?.into_iter().max_by(f64::total_cmp)
}

/// alpha: the largest share of one value in a class (Wong et al. 2006).
pub fn alpha(tallies: &[BTreeMap<u32, usize>]) -> Option<f64> {
    shares(tallies).map(|(share, _)| share).max_by(f64::total_cmp)
}

/// Basic beta-likeness: the largest (p - q) / q of a value with share p in a class and q in all (Cao & Karras 2012).
pub fn beta_likeness(tallies: &[BTreeMap<u32, usize>]) -> Option<f64> {
    shares(tallies).map(|(p, q)| (p - q) / q).max_by(f64::total_cmp)
}

/// delta-disclosure: the largest |ln(p / q)| over the values that a class has (Brickell & Shmatikov 2008).
pub fn delta_disclosure(tallies: &[BTreeMap<u32, usize>]) -> Option<f64> {
    shares(tallies).map(|(p, q)| (p / q).ln().abs()).max_by(f64::total_cmp)
}

/// Classes in which everybody has the same value, and the people in them. Classes without a value are not meant.
pub fn homogeneous(classes: &Classes, tallies: &[BTreeMap<u32, usize>]) -> (usize, usize) {
    let alike = classes.rows.iter().zip(tallies).filter(|(_, tally)| tally.len() == 1);
    alike.fold((0, 0), |(classes, people), (rows, _)| (classes + 1, people + rows.len()))
}

/// (share in its class, share in all) of every value of every class.
fn shares(tallies: &[BTreeMap<u32, usize>]) -> impl Iterator<Item = (f64, f64)> {
    let mut all: BTreeMap<u32, usize> = BTreeMap::new();
    for (value, count) in tallies.iter().flatten() {
        *all.entry(*value).or_insert(0) += count;
    }
    let n: usize = all.values().sum();
    tallies.iter().flat_map(move |tally| {
        let size: usize = tally.values().sum();
        let share = |(value, count): (&u32, &usize)| {
            let q = all.get(value).copied().unwrap_or(0) as f64 / n as f64;
            (*count as f64 / size as f64, q)
        };
        tally.iter().map(share).collect::<Vec<_>>()
    })
}

/// Patterns of missing values that are compared with each other; beyond it the question is not answered.
const PATTERNS: usize = 64;

/// k when a missing value (code 0) fits every value: the fewest people whom some person may be taken for (sdcMicro's
/// frequency with missing values). `None` without rows or with more than 64 patterns of missing values.
pub fn k_missing_fits(keys: &[Vec<u32>]) -> Option<usize> {
    let mut alike: BTreeMap<&[u32], usize> = BTreeMap::new();
    for key in keys {
        *alike.entry(key).or_insert(0) += 1;
    }
    let mut patterns: BTreeMap<Vec<bool>, Vec<(&[u32], usize)>> = BTreeMap::new();
    for (key, count) in &alike {
        patterns.entry(key.iter().map(|code| *code != 0).collect()).or_default().push((key, *count));
    }
    if patterns.len() > PATTERNS {
        return None;
    }
    let mut fits: BTreeMap<&[u32], usize> = BTreeMap::new();
    for (pattern, those) in &patterns {
        for (other, candidates) in &patterns {
            let known: Vec<bool> = pattern.iter().zip(other).map(|(a, b)| *a && *b).collect();
            let part = |key: &[u32]| -> Vec<u32> {
                key.iter().zip(&known).filter(|(_, known)| **known).map(|(code, _)| *code).collect()
            };
            let mut counts: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
            for (key, count) in candidates {
                *counts.entry(part(key)).or_insert(0) += count;
            }
            for (key, _) in those {
                *fits.entry(key).or_insert(0) += counts.get(&part(key)).copied().unwrap_or(0);
            }
        }
    }
    fits.into_values().min()
}

/// How far apart two values are, for t.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// Codes rise with the value: sum of |cumulated differences| / (m - 1).
    Ordered,
    /// All values equally far: half the sum of |differences|.
    Equal,
}

/// t: the largest distance between the distribution of a class and that of all (Li, Li & Venkatasubramanian 2007,
/// eq. 1 and 2). For `Ordered` the codes must rise with the values.
pub fn t_closeness(tallies: &[BTreeMap<u32, usize>], distance: Distance) -> Option<f64> {
    let mut all: BTreeMap<u32, usize> = BTreeMap::new();
    for (value, count) in tallies.iter().flatten() {
        *all.entry(*value).or_insert(0) += count;
    }
    let n: usize = all.values().sum();
    let classes = tallies.iter().filter(|t| !t.is_empty());
    classes.map(|tally| emd(tally, &all, n, distance)).max_by(f64::total_cmp)
}

fn emd(class: &BTreeMap<u32, usize>, all: &BTreeMap<u32, usize>, n: usize, distance: Distance) -> f64 {
    let size: usize = class.values().sum();
    let share = |value: &u32| class.get(value).copied().unwrap_or(0) as f64 / size as f64;
    let differences = all.iter().map(|(value, count)| share(value) - *count as f64 / n as f64);
    match distance {
        Distance::Equal => differences.map(f64::abs).sum::<f64>() / 2.0,
        Distance::Ordered => {
            let moved = differences.scan(0.0, |sum: &mut f64, d| {
                *sum += d;
                Some(sum.abs())
            });
            let steps = all.len().saturating_sub(1).max(1);
            moved.sum::<f64>() / steps as f64
        }
    }
}
