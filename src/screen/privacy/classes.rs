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
