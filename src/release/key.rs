//! The secret behind the pseudonyms: HMAC-SHA-256 of a kind and an id, and random orders that only the key determines. It
//! deliberately prints nothing of itself and knows no file.

use crate::error::{Error, Result};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use std::fmt;

/// The least length of a key, in bytes: that of the digest, as RFC 2104 (section 3) advises.
pub const LEAST: usize = 32;
/// The fewest different bytes a key may have: a repeated word is no secret.
const LEAST_DIFFERENT: usize = 8;
/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;
/// Characters of a pseudonym behind its prefix: 5 bits each, 80 in all; among ten million ids two are equal once in 10^10.
const LENGTH: usize = 16;
/// Lower-case base32: no digits 0 and 1, no case to lose.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// What an id names. Each kind has its own prefix, so that one id never has one pseudonym in two roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A person.
    Employee,
    /// The manager of people.
    Manager,
    /// A 1on1.
    Session,
    /// A unit that answers or sells as a whole.
    Unit,
    /// A company.
    Company,
}

impl Kind {
    /// The kind of a canonical id column.
    pub fn of(column: &str) -> Option<Self> {
        match column {
            "employee_id" => Some(Kind::Employee),
            "manager_id" => Some(Kind::Manager),
            "session_id" => Some(Kind::Session),
            "unit_id" => Some(Kind::Unit),
            "company_id" => Some(Kind::Company),
            _ => None,
        }
    }

    /// What every pseudonym of the kind begins with.
    pub fn prefix(self) -> &'static str {
        match self {
            Kind::Employee => "e_",
            Kind::Manager => "m_",
            Kind::Session => "s_",
            Kind::Unit => "u_",
            Kind::Company => "c_",
        }
    }

    /// Whether a text has the shape of a pseudonym of the kind.
    pub fn fits(self, text: &str) -> bool {
        let letters = |rest: &str| rest.len() == LENGTH && rest.bytes().all(|b| ALPHABET.contains(&b));
        text.strip_prefix(self.prefix()).is_some_and(letters)
    }
}

/// A key of at least [`LEAST`] bytes.
#[derive(Clone)]
pub struct Key(Vec<u8>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    /// A key from the bytes of a file or of the environment; line ends behind it do not count.
    ///
    /// # Errors
    /// `key_too_short`, `key_too_plain`.
    pub fn new(bytes: &[u8]) -> Result<Self> {
        let end = bytes.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(0, |last| last + 1);
        let bytes = bytes.get(..end).unwrap_or_default();
        if bytes.len() < LEAST {
            return Err(Error::run("key_too_short").with("bytes", bytes.len()).with("least", LEAST));
        }
        let mut seen = [false; 256];
        bytes.iter().for_each(|b| seen[usize::from(*b)] = true);
        if seen.iter().filter(|s| **s).count() < LEAST_DIFFERENT {
            return Err(Error::run("key_too_plain"));
        }
        Ok(Self(bytes.to_vec()))
    }

    /// The pseudonym of an id: prefix and base32 of the first 80 bits of HMAC-SHA-256. `round` tells attempts apart.
    pub fn pseudonym(&self, kind: Kind, id: &str, round: u32) -> String {
        let digest = self.mac("pseudonym", kind.prefix(), round, id);
        let mut text = String::with_capacity(2 + LENGTH);
        text.push_str(kind.prefix());
        let (mut bits, mut held) = (0u32, 0u32);
        for byte in digest.iter().take(LENGTH * 5 / 8) {
            (bits, held) = (bits << 8 | u32::from(*byte), held + 8);
            while held >= 5 {
                held -= 5;
                text.push(char::from(ALPHABET[(bits >> held & 31) as usize]));
            }
        }
        text
    }

    /// Random numbers that depend on the key, the purpose, the attempt and nothing else.
    pub fn stream(&self, purpose: &str, round: u32) -> ChaCha8Rng {
        ChaCha8Rng::from_seed(self.mac("stream", purpose, round, ""))
    }

    /// One message for one purpose: the parts cannot run into each other, since none but the last may hold a NUL.
    fn mac(&self, use_: &str, role: &str, round: u32, text: &str) -> [u8; 32] {
        let head = format!("oneonone 1\0{use_}\0{role}\0{round}\0");
        hmac_sha256(&self.0, &[head.as_bytes(), text.as_bytes()])
    }
}

/// HMAC-SHA-256 of the parts one behind the other (RFC 2104; vectors of RFC 4231).
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0u8; BLOCK];
    let digest;
    let short = if key.len() > BLOCK {
        digest = Sha256::digest(key);
        digest.as_slice()
    } else {
        key
    };
    block.iter_mut().zip(short).for_each(|(place, byte)| *place = *byte);
    let keyed = |pad: u8| Sha256::new_with_prefix(block.map(|b| b ^ pad));
    let mut inner = keyed(0x36);
    parts.iter().for_each(|part| inner.update(part));
    let mut outer = keyed(0x5c);
    outer.update(inner.finalize());
    outer.finalize().into()
}
