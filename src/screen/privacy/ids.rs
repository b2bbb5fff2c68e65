//! Whether the ids of people are running numbers, an encoding, or look like a digest. Attacks on digests and attributes
//! hidden in ids are a later check.

use super::dates::Cells;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use std::collections::BTreeSet;

/// Ids seen so far: one prefix for all, and the numbers behind it.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    prefix: Option<String>,
    numbers: BTreeSet<u64>,
    other: bool,
    seen: u64,
    digests: Cells,
    encoded: Cells,
    first: u64,
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
        if is_encoded(id) {
            self.encoded.add(line);
        }
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

    /// Ids that are another text in base64, when most are: an encoding is no pseudonym.
    pub fn encoded(&self) -> Option<Cells> {
        self.most(self.encoded)
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

/// Base64 of at least four printable characters. Random letters decode to printable text once in thousands of ids.
fn is_encoded(id: &str) -> bool {
    let decoded = STANDARD.decode(id).or_else(|_| STANDARD_NO_PAD.decode(id));
    decoded.is_ok_and(|text| text.len() >= 4 && text.iter().all(|b| b.is_ascii_graphic() || *b == b' '))
}
