//! Tries to reverse ids that look like digests, as anybody with a list of employee numbers would: every number under the
//! usual spellings through the usual digests. Tells the scheme and how many ids it reverses, never an original.
//!
//! The work goes in batches of a fixed size and order, and the answer is decided between batches: it depends on threads
//! and on the speed of the machine only where the time runs out, and that is said.

use super::target::Targets;
use md5::Md5;
use rayon::prelude::*;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// A digest that people take for a pseudonym.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// CRC-32, which is no digest at all.
    Crc32,
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Kind {
    const ALL: [Kind; 7] = [Kind::Crc32, Kind::Md5, Kind::Sha1, Kind::Sha224, Kind::Sha256, Kind::Sha384, Kind::Sha512];

    /// Its length in bytes.
    pub fn bytes(self) -> usize {
        match self {
            Kind::Crc32 => 4,
            Kind::Md5 => 16,
            Kind::Sha1 => 20,
            Kind::Sha224 => 28,
            Kind::Sha256 => 32,
            Kind::Sha384 => 48,
            Kind::Sha512 => 64,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Crc32 => "CRC-32",
            Kind::Md5 => "MD5",
            Kind::Sha1 => "SHA-1",
            Kind::Sha224 => "SHA-224",
            Kind::Sha256 => "SHA-256",
            Kind::Sha384 => "SHA-384",
            Kind::Sha512 => "SHA-512",
        }
    }

    /// The digest of a message, in the first bytes of `out`.
    fn of(self, message: &[u8], out: &mut [u8; 64]) {
        let mut put = |digest: &[u8]| out.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
        match self {
            Kind::Crc32 => put(&crc32fast::hash(message).to_be_bytes()),
            Kind::Md5 => put(&Md5::digest(message)),
            Kind::Sha1 => put(&Sha1::digest(message)),
            Kind::Sha224 => put(&Sha224::digest(message)),
            Kind::Sha256 => put(&Sha256::digest(message)),
            Kind::Sha384 => put(&Sha384::digest(message)),
            Kind::Sha512 => put(&Sha512::digest(message)),
        }
    }
}

/// How numbers are written before they are digested.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Spelling {
    prefix: String,
    /// The prefix as it may be told: words of the files are told by their kind.
    shown: String,
    /// Digits with leading zeros; 0 for none.
    width: usize,
}

/// What became of the attack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing looks like a digest.
    NoDigest,
    /// Every spelling was tried and none fits.
    Held,
    /// The time ran out before that.
    OutOfTime,
    /// A scheme reverses so many ids.
    Reversed {
        /// The digest and the spelling, with `#` for digits.
        scheme: String,
        /// How many ids.
        count: u64,
    },
}

/// A prefix found in the files, and what to call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it stands.
    pub text: String,
    /// Its kind, such as `company_id`.
    pub kind: String,
}

const PREFIXES: [&str; 14] = ["", "E", "e", "EMP", "emp", "E-", "e-", "EMP-", "emp-", "EMP_", "emp_", "u", "U", "ID"];
const WIDTHS: [usize; 7] = [0, 5, 6, 4, 8, 7, 3];
/// Numbers of one piece of work, and pieces of one batch.
const PIECE: u64 = 2_000;
const BATCH: usize = 64;
/// Ever larger numbers; bare ones go on to 10^8.
const RANGES: [(u64, u64); 4] = [(0, 1_000), (1_000, 10_000), (10_000, 100_000), (100_000, 1_000_000)];
const BARE: (u64, u64) = (1_000_000, 100_000_000);
/// Distinct ids that one scheme must hit, and the chance of as many hits by luck.
const HITS: usize = 3;
const LUCK: f64 = 1e-9;

/// One piece: a spelling and a range of numbers.
#[derive(Debug, Clone, Copy)]
struct Piece {
    spelling: usize,
    from: u64,
    to: u64,
}

/// Attacks ids for so many seconds; `words` are prefixes found in the export. With 0 seconds nothing is tried.
pub fn attack(ids: &[&str], words: &[Word], seconds: u64) -> Outcome {
    let Some(targets) = Targets::new(ids) else { return Outcome::NoDigest };
    let end = Instant::now() + Duration::from_secs(seconds);
    let spellings = spellings(words);
    // A whole digest is what it seems to be, before it is a longer one cut to that length.
    let (whole, cut): (Vec<Kind>, Vec<Kind>) =
        Kind::ALL.into_iter().filter(|kind| targets.fits(kind.bytes())).partition(|kind| targets.is(kind.bytes()));
    for kinds in [whole, cut].iter().filter(|kinds| !kinds.is_empty()) {
        match with(kinds, &spellings, &targets, end) {
            Outcome::Held => {}
            outcome => return outcome,
        }
    }
    Outcome::Held
}

/// The attack with some digests.
fn with(kinds: &[Kind], spellings: &[Spelling], targets: &Targets, end: Instant) -> Outcome {
    // By spelling and digest: the ids hit, and the numbers tried by spelling.
    let mut hits: BTreeMap<(usize, Kind), BTreeSet<usize>> = BTreeMap::new();
    let mut tried = vec![0u64; spellings.len()];
    let mut pieces = pieces(spellings);
    loop {
        let batch: Vec<Piece> = pieces.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Outcome::Held;
        }
        if Instant::now() >= end {
            return Outcome::OutOfTime;
        }
        let found: Vec<Vec<(Kind, usize)>> = batch
            .par_iter()
            .map(|piece| spellings.get(piece.spelling).map_or(Vec::new(), |s| work(s, piece, kinds, targets)))
            .collect();
        for (piece, found) in batch.iter().zip(found) {
            if let Some(tried) = tried.get_mut(piece.spelling) {
                *tried += piece.to - piece.from;
            }
            for (kind, id) in found {
                hits.entry((piece.spelling, kind)).or_default().insert(id);
            }
        }
        let sure = |((spelling, _), ids): &(&(usize, Kind), &BTreeSet<usize>)| {
            let chance = tried.get(*spelling).copied().unwrap_or(0) as f64 * targets.by_luck();
            ids.len() >= HITS && poisson_tail(chance, ids.len()) < LUCK
        };
        let best = hits.iter().filter(sure).max_by_key(|(scheme, ids)| (ids.len(), std::cmp::Reverse(**scheme)));
        if let Some(((spelling, kind), _)) = best
            && let Some(spelling) = spellings.get(*spelling)
        {
            return reversed(spelling, *kind, targets);
        }
    }
}

/// All ids that the scheme reverses, whatever the width of the number.
fn reversed(scheme: &Spelling, kind: Kind, targets: &Targets) -> Outcome {
    let widths: Vec<Spelling> = WIDTHS.iter().map(|width| Spelling { width: *width, ..scheme.clone() }).collect();
    let last = RANGES.last().map_or(0, |range| range.1);
    let pieces: Vec<Piece> = (0..widths.len()).flat_map(|spelling| cut(spelling, 0, last)).collect();
    let found: Vec<Vec<(Kind, usize)>> = pieces
        .par_iter()
        .map(|piece| widths.get(piece.spelling).map_or(Vec::new(), |s| work(s, piece, &[kind], targets)))
        .collect();
    let ids: BTreeSet<usize> = found.into_iter().flatten().map(|(_, id)| id).collect();
    let digits = if scheme.width == 0 { "#".to_string() } else { "#".repeat(scheme.width) };
    Outcome::Reversed { scheme: format!("{}({}{digits})", kind.name(), scheme.shown), count: ids.len() as u64 }
}

/// Digests every number of a piece; a number with as many digits as the width is the unpadded one and was tried with it.
fn work(spelling: &Spelling, piece: &Piece, kinds: &[Kind], targets: &Targets) -> Vec<(Kind, usize)> {
    let mut found = Vec::new();
    let mut message = Vec::with_capacity(spelling.prefix.len() + 20);
    let mut digest = [0u8; 64];
    let end = if spelling.width == 0 { piece.to } else { piece.to.min(10u64.pow(spelling.width as u32 - 1)) };
    for number in piece.from..end {
        message.clear();
        message.extend_from_slice(spelling.prefix.as_bytes());
        write(number, spelling.width, &mut message);
        for kind in kinds {
            kind.of(&message, &mut digest);
            targets.hit(&digest, |id| found.push((*kind, id)));
        }
    }
    found
}

/// Decimal digits with leading zeros.
fn write(mut number: u64, width: usize, message: &mut Vec<u8>) {
    let start = message.len();
    loop {
        message.push(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    while message.len() - start < width {
        message.push(b'0');
    }
    if let Some(digits) = message.get_mut(start..) {
        digits.reverse();
    }
}

fn spellings(words: &[Word]) -> Vec<Spelling> {
    let mut prefixes: Vec<(String, String)> = PREFIXES.iter().map(|p| (p.to_string(), p.to_string())).collect();
    for word in words {
        let text = &word.text;
        let others = [text.to_uppercase(), text.to_lowercase(), format!("{text}-"), format!("{text}_")];
        for prefix in [text.clone()].into_iter().chain(others) {
            if !prefixes.iter().any(|(known, _)| *known == prefix) {
                prefixes.push((prefix, format!("{}+", word.kind)));
            }
        }
    }
    let all = WIDTHS.iter().flat_map(|width| prefixes.iter().map(move |prefix| (prefix, *width)));
    all.map(|((prefix, shown), width)| Spelling { prefix: prefix.clone(), shown: shown.clone(), width }).collect()
}

/// Small numbers of all spellings first, then larger ones, bare numbers to 10^8 last.
fn pieces(spellings: &[Spelling]) -> impl Iterator<Item = Piece> + use<> {
    let widths: Vec<usize> = spellings.iter().map(|s| s.width).collect();
    let bare = spellings.iter().position(|s| s.prefix.is_empty() && s.width == 0);
    let ranges = RANGES.into_iter().flat_map(move |(from, to)| {
        let reach = |width: usize| if width == 0 { to } else { to.min(10u64.pow(width as u32 - 1)) };
        let spelled: Vec<(usize, u64)> = widths.iter().map(|w| reach(*w)).enumerate().collect();
        spelled.into_iter().flat_map(move |(spelling, to)| cut(spelling, from, to))
    });
    ranges.chain(bare.into_iter().flat_map(|spelling| cut(spelling, BARE.0, BARE.1)))
}

fn cut(spelling: usize, from: u64, to: u64) -> impl Iterator<Item = Piece> {
    let starts = (0..).map(move |n| from + n * PIECE).take_while(move |start| *start < to);
    starts.map(move |start| Piece { spelling, from: start, to: to.min(start + PIECE) })
}

/// P(X >= hits) of a Poisson variable: enough terms of the upper sum for a small mean, 1 for a large one.
fn poisson_tail(mean: f64, hits: usize) -> f64 {
    if mean >= hits as f64 {
        return 1.0;
    }
    let mut term = (-mean).exp();
    for n in 1..=hits {
        term *= mean / n as f64;
    }
    let mut tail = term;
    for n in hits + 1..hits + 200 {
        term *= mean / n as f64;
        tail += term;
    }
    tail
}
