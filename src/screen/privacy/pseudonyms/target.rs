//! Ids as beginnings of digests: what a digest is compared with, fast. Knows no digest.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hashbrown::HashMap;

/// Fewest hexadecimal digits of a cut digest.
const LEAST: usize = 8;
/// Lengths of whole digests, in bytes.
const WHOLE: [usize; 6] = [16, 20, 28, 32, 48, 64];
/// Ids beyond this many prove nothing more.
const MOST: usize = 65_536;

/// Ids that are all the same number of half-bytes of something.
#[derive(Debug, Clone)]
pub struct Targets {
    /// Half-bytes compared.
    nibbles: usize,
    /// By the first four bytes: the ids and their bytes.
    by_start: HashMap<u32, Vec<(usize, Vec<u8>)>>,
    /// One bit for each beginning of three bytes that occurs.
    filter: Vec<u64>,
    ids: usize,
}

impl Targets {
    /// `None` unless at least four in five ids, and three, are hexadecimal or base64 texts of one length of a digest or a
    /// cut one, after the beginning that all share.
    pub fn new(ids: &[&str]) -> Option<Self> {
        let shared = shared_prefix(ids);
        let mut by_length: HashMap<usize, Vec<Vec<u8>>> = HashMap::new();
        for id in ids.iter().take(MOST) {
            if let Some((nibbles, bytes)) = read(id).or_else(|| read(id.get(shared..)?)) {
                by_length.entry(nibbles).or_default().push(bytes);
            }
        }
        let (nibbles, found) = by_length.into_iter().max_by_key(|(nibbles, found)| (found.len(), *nibbles))?;
        // Figures alone are numbers, whatever base they could be read in.
        let figures = ids.iter().filter(|id| id.bytes().all(|b| b.is_ascii_digit())).count();
        if figures * 2 > ids.len() || found.len() < 3 || found.len() * 5 < ids.len().min(MOST) * 4 {
            return None;
        }
        let mut targets = Self { nibbles, by_start: HashMap::new(), filter: vec![0; 1 << 18], ids: found.len() };
        for (id, bytes) in found.into_iter().enumerate() {
            let (Some(bit), Some(start)) = (bit(&bytes), start(&bytes)) else { continue };
            if let Some(word) = targets.filter.get_mut(bit >> 6) {
                *word |= 1 << (bit & 63);
            }
            targets.by_start.entry(start).or_default().push((id, bytes));
        }
        Some(targets)
    }

    /// Whether a digest of so many bytes can have been cut to these ids.
    pub fn fits(&self, bytes: usize) -> bool {
        bytes * 2 >= self.nibbles
    }

    /// Whether these ids are whole digests of so many bytes.
    pub fn is(&self, bytes: usize) -> bool {
        bytes * 2 == self.nibbles
    }

    /// The chance that a random digest hits some id.
    pub fn by_luck(&self) -> f64 {
        self.ids as f64 * 16f64.powi(-(self.nibbles as i32))
    }

    /// Tells every id that is the beginning of the digest.
    pub fn hit(&self, digest: &[u8; 64], mut tell: impl FnMut(usize)) {
        let Some(bit) = bit(digest) else { return };
        if self.filter.get(bit >> 6).is_none_or(|word| word >> (bit & 63) & 1 == 0) {
            return;
        }
        let Some(those) = start(digest).and_then(|start| self.by_start.get(&start)) else { return };
        let whole = self.nibbles / 2;
        for (id, bytes) in those {
            let half = |bytes: &[u8]| if self.nibbles % 2 == 1 { bytes.get(whole).map(|b| b >> 4) } else { None };
            if bytes.get(..whole) == digest.get(..whole) && half(bytes) == half(digest) {
                tell(*id);
            }
        }
    }
}

fn bit(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [a, b, c, ..] => Some(usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c)),
        _ => None,
    }
}

fn start(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk::<4>().map(|first| u32::from_be_bytes(*first))
}

/// Half-bytes and bytes of a text that may be (the beginning of) a digest.
fn read(id: &str) -> Option<(usize, Vec<u8>)> {
    if is_hexadecimal(id) {
        let value = |byte: u8| (byte as char).to_digit(16).unwrap_or(0) as u8;
        let pair = |pair: &[u8]| match pair {
            [high, low] => value(*high) << 4 | value(*low),
            [high] => value(*high) << 4,
            _ => 0,
        };
        return Some((id.len(), id.as_bytes().chunks(2).map(pair).collect()));
    }
    let decoded = STANDARD.decode(id).or_else(|_| STANDARD_NO_PAD.decode(id)).or_else(|_| URL_SAFE_NO_PAD.decode(id));
    decoded.ok().filter(|bytes| WHOLE.contains(&bytes.len())).map(|bytes| (bytes.len() * 2, bytes))
}

/// Eight or more hexadecimal digits of one case, at most as many as the longest digest has. Figures alone may be one, too.
fn is_hexadecimal(id: &str) -> bool {
    let all = |letters: std::ops::RangeInclusive<u8>| id.bytes().all(|b| b.is_ascii_digit() || letters.contains(&b));
    (LEAST..=128).contains(&id.len()) && (all(b'a'..=b'f') || all(b'A'..=b'F'))
}

/// Bytes of the longest beginning that all ids share, up to the last mark in it.
pub(super) fn shared_prefix(ids: &[&str]) -> usize {
    let Some(first) = ids.first() else { return 0 };
    let common = |id: &&str| first.bytes().zip(id.bytes()).take_while(|(a, b)| a == b).count();
    let shared = ids.iter().map(common).min().unwrap_or(0);
    let mut marks = first.char_indices().filter(|(at, c)| at + c.len_utf8() <= shared && !c.is_alphanumeric());
    marks.next_back().map_or(0, |(at, c)| at + c.len_utf8())
}
