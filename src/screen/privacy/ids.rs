//! Whether the ids of people are running numbers. Attacks on digests and hidden attributes are a later check.

use std::collections::BTreeSet;

/// Ids seen so far: one prefix for all, and the numbers behind it.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    prefix: Option<String>,
    numbers: BTreeSet<u64>,
    other: bool,
}

impl Ids {
    /// Takes an id; repeated ids count once.
    pub fn add(&mut self, id: &str) {
        if id.is_empty() || self.other {
            return;
        }
        let digits = id.len() - id.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (prefix, number) = id.split_at(id.len() - digits);
        let known = self.prefix.get_or_insert_with(|| prefix.to_string());
        match number.parse() {
            Ok(number) if known == prefix => {
                self.numbers.insert(number);
            }
            _ => {
                self.other = true;
                self.numbers.clear();
            }
        }
    }

    /// (max - min + 1) / n when the ids, without their common prefix, are whole numbers and there are at least five;
    /// running numbers have a ratio near 1.
    pub fn spread(&self) -> Option<f64> {
        let (first, last) = (self.numbers.first()?, self.numbers.last()?);
        let n = self.numbers.len();
        (!self.other && n >= 5).then(|| ((last - first) as f64 + 1.0) / n as f64)
    }

    /// How many ids.
    pub fn count(&self) -> usize {
        self.numbers.len()
    }
}
