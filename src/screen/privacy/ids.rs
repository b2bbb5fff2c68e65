//! What is kept of a column of ids for the attacks on pseudonyms: distinct ids, running numbers, shapes of digests.

use super::dates::Cells;
use hashbrown::HashSet;
use std::collections::BTreeSet;

/// Distinct ids kept of a column; more prove nothing more.
const KEPT: usize = 65_536;

/// Ids seen so far: one prefix for all, and the numbers behind it.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    prefix: Option<String>,
    numbers: BTreeSet<u64>,
    other: bool,
    seen: u64,
    digests: Cells,
    first: u64,
    known: HashSet<String>,
    kept: Vec<(String, u64)>,
}

impl Ids {
    /// Takes an id and its line.
    pub fn add(&mut self, id: &str, line: u64) {
        if id.is_empty() {
            return;
        }
        self.seen += 1;
        if self.first == 0 {
            self.first = line;
        }
        if is_digest_like(id) {
            self.digests.add(line);
        }
        self.keep(id, line);
        if self.other {
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

    /// Takes an id that is not a person's: only kept for the attacks.
    pub fn keep(&mut self, id: &str, line: u64) {
        if id.is_empty() || self.kept.len() >= KEPT || self.kept.last().is_some_and(|(last, _)| last == id) {
            return;
        }
        if self.first == 0 {
            self.first = line;
        }
        if self.known.insert(id.to_string()) {
            self.kept.push((id.to_string(), line));
        }
    }

    /// Distinct ids in the order of first sight, at most 65,536.
    pub fn sample(&self) -> Vec<&str> {
        self.kept.iter().map(|(id, _)| id.as_str()).collect()
    }

    /// The line of an id of the sample.
    pub fn line(&self, at: usize) -> Option<u64> {
        self.kept.get(at).map(|(_, line)| *line)
    }

    /// No id was kept.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The line of the first id.
    pub fn first_line(&self) -> u64 {
        self.first
    }

    /// (max - min + 1) / n when the ids, without their common prefix, are whole numbers and there are at least five;
    /// running numbers have a ratio near 1.
    pub fn spread(&self) -> Option<f64> {
        let (first, last) = (self.numbers.first()?, self.numbers.last()?);
        let n = self.numbers.len();
        (!self.other && n >= 5).then(|| ((last - first) as f64 + 1.0) / n as f64)
    }

    /// How many distinct running numbers, and the line of the first id.
    pub fn running(&self) -> Cells {
        Cells { count: self.numbers.len() as u64, line: self.first }
    }

    /// Ids that look like a digest, when most do: a hash without a key can be reversed by trying every person.
    pub fn digests(&self) -> Option<Cells> {
        self.most(self.digests)
    }

    /// At least four in five ids, and at least five.
    fn most(&self, cells: Cells) -> Option<Cells> {
        (cells.count * 5 >= self.seen * 4 && cells.count >= 5).then_some(cells)
    }
}

/// Eight or more hexadecimal digits of one case, letters and figures both.
fn is_digest_like(id: &str) -> bool {
    let hex = |letters: std::ops::RangeInclusive<char>| {
        let fits = |c: char| c.is_ascii_digit() || letters.contains(&c);
        id.chars().all(fits) && id.chars().any(|c| letters.contains(&c)) && id.chars().any(|c| c.is_ascii_digit())
    };
    id.len() >= 8 && (hex('a'..='f') || hex('A'..='F'))
}
