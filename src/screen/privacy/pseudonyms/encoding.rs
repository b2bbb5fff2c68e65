//! Ids that are another text, only written otherwise: base64, base32, hexadecimal, rot13, reversed. An encoding is no
//! pseudonym. Says which, never the text.

use super::target::shared_prefix;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// A way of writing another text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Base64 of printable text.
    Base64,
    /// Base32 of printable text.
    Base32,
    /// Hexadecimal digits of printable text.
    Hexadecimal,
    /// Letters shifted by thirteen.
    Rot13,
    /// Written from the end.
    Reversed,
}

impl Encoding {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Base64 => "base64",
            Encoding::Base32 => "base32",
            Encoding::Hexadecimal => "hexadecimal",
            Encoding::Rot13 => "rot13",
            Encoding::Reversed => "reversed",
        }
    }
}

/// Fewest ids that prove an encoding.
const ENOUGH: usize = 5;
/// Words that personnel numbers begin with.
const WORDS: [&str; 10] = ["emp", "employee", "user", "staff", "member", "worker", "shain", "syain", "person", "hr"];

/// The encoding of at least four in five ids and at least five, if there is one.
pub fn encoding(ids: &[&str]) -> Option<Encoding> {
    let most = |fits: &dyn Fn(&str) -> bool| {
        let count = ids.iter().filter(|id| fits(id)).count();
        count >= ENOUGH && count * 5 >= ids.len() * 4
    };
    if most(&|id| hexadecimal(id).is_some_and(|text| has_letter(&text))) {
        return Some(Encoding::Hexadecimal);
    }
    if most(&|id| base32(id).is_some_and(|text| text.len() >= 4 && is_printable(&text))) {
        return Some(Encoding::Base32);
    }
    if most(&is_base64) {
        return Some(Encoding::Base64);
    }
    if most(&|id| starts_with_word(&rot13(id)) && !starts_with_word(id)) {
        return Some(Encoding::Rot13);
    }
    is_reversed(ids).then_some(Encoding::Reversed)
}

/// Base64 of at least four printable characters. Random letters decode to printable text once in thousands of ids.
fn is_base64(id: &str) -> bool {
    let decoded = STANDARD.decode(id).or_else(|_| STANDARD_NO_PAD.decode(id));
    decoded.is_ok_and(|text| text.len() >= 4 && is_printable(&text))
}

fn is_printable(text: &[u8]) -> bool {
    text.iter().all(|b| b.is_ascii_graphic() || *b == b' ')
}

/// Printable, with a letter and a figure: figures alone are digits of anything.
fn has_letter(text: &[u8]) -> bool {
    text.len() >= 4 && is_printable(text) && text.iter().any(u8::is_ascii_alphabetic)
}

fn hexadecimal(id: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = id.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|d| d.len() >= 8 && d.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit) as u8).collect())
}

/// RFC 4648 base32 of either case, with or without padding; unused bits must be 0.
fn base32(id: &str) -> Option<Vec<u8>> {
    let text = id.trim_end_matches('=');
    let one_case = !(text.bytes().any(|b| b.is_ascii_lowercase()) && text.bytes().any(|b| b.is_ascii_uppercase()));
    if !one_case || matches!(text.len() % 8, 1 | 3 | 6) {
        return None;
    }
    let (mut bits, mut held, mut bytes) = (0u32, 0u32, Vec::new());
    for byte in text.bytes() {
        let value = match byte.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            figure @ b'2'..=b'7' => figure - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u32::from(value);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    (bits == 0).then_some(bytes)
}

fn rot13(id: &str) -> String {
    let shift = |c: char, first: u8| char::from((c as u8 - first + 13) % 26 + first);
    let turned = |c: char| match c {
        'a'..='z' => shift(c, b'a'),
        'A'..='Z' => shift(c, b'A'),
        c => c,
    };
    id.chars().map(turned).collect()
}

fn starts_with_word(id: &str) -> bool {
    let letters: String = id.chars().take_while(char::is_ascii_alphabetic).collect();
    let rest = id.get(letters.len()..).unwrap_or("").trim_start_matches(['-', '_', ' ', '.']);
    let figures = !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
    figures && WORDS.contains(&letters.to_ascii_lowercase().as_str())
}

/// Figures, then one ending that all share, and the figures run only when read from the end: a personnel number backwards.
fn is_reversed(ids: &[&str]) -> bool {
    let backwards: Vec<String> = ids.iter().map(|id| id.chars().rev().collect()).collect();
    let letters = |id: &str| id.len() - id.trim_start_matches(|c: char| !c.is_ascii_digit()).len();
    let Some(first) = backwards.first() else { return false };
    let ending = first.get(..letters(first)).unwrap_or("");
    if ids.len() < ENOUGH || ending.is_empty() || !backwards.iter().all(|id| id.starts_with(ending)) {
        return false;
    }
    let number = |id: &String| id.get(ending.len()..).filter(|d| d.len() < 18).and_then(|d| d.parse::<u64>().ok());
    let read: Option<Vec<u64>> = backwards.iter().map(number).collect();
    let as_written = |id: &&str| id.get(..id.len() - ending.len()).and_then(|d| d.parse::<u64>().ok());
    let written: Option<Vec<u64>> = ids.iter().map(as_written).collect();
    match (read, written) {
        (Some(read), Some(written)) => runs(read) && !runs(written),
        _ => false,
    }
}

/// (max - min + 1) / n of at most one and a half.
fn runs(mut numbers: Vec<u64>) -> bool {
    numbers.sort_unstable();
    numbers.dedup();
    match (numbers.first(), numbers.last()) {
        (Some(first), Some(last)) => (last - first + 1) as f64 <= 1.5 * numbers.len() as f64,
        _ => false,
    }
}

/// The line-independent shape of an id: its length, the places of its marks, and which kinds of signs it has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    length: usize,
    marks: Vec<(usize, char)>,
    beyond_ascii: bool,
}

/// Positions of ids in another shape than at least nine in ten: a forgotten real id among pseudonyms. Empty where the ids
/// have no common shape; numbers grow longer by themselves.
pub fn misshapen(ids: &[&str]) -> Vec<usize> {
    let shared = shared_prefix(ids);
    let figures = |id: &&str| id.get(shared..).unwrap_or("").bytes().all(|b| b.is_ascii_digit());
    let odd = |usual: &[bool]| usual.iter().enumerate().filter(|(_, usual)| !**usual).map(|(at, _)| at).collect();
    if ids.len() < 10 {
        return Vec::new();
    }
    let numbers: Vec<bool> = ids.iter().map(figures).collect();
    if numbers.iter().filter(|number| **number).count() * 10 >= ids.len() * 9 {
        return odd(&numbers);
    }
    let shape = |id: &&str| {
        let marks = id.chars().enumerate().filter(|(_, c)| c.is_ascii() && !c.is_ascii_alphanumeric()).collect();
        Shape { length: id.chars().count(), marks, beyond_ascii: !id.is_ascii() }
    };
    let shapes: Vec<Shape> = ids.iter().map(shape).collect();
    let mut counts: std::collections::BTreeMap<&Shape, usize> = std::collections::BTreeMap::new();
    for shape in &shapes {
        *counts.entry(shape).or_insert(0) += 1;
    }
    let Some((usual, count)) = counts.into_iter().max_by_key(|(_, count)| *count) else { return Vec::new() };
    if count == ids.len() || count * 10 < ids.len() * 9 {
        return Vec::new();
    }
    odd(&shapes.iter().map(|shape| shape == usual).collect::<Vec<bool>>())
}
