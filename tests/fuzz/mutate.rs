//! Small damage to bytes, drawn from a seed: what a transfer, an editor or an enemy does to a file.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Bytes that readers stumble over.
const ODD: [&[u8]; 26] = [
    b"\"",
    b"\r",
    b"\n",
    b"\0",
    b"\x1A",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\x82\xA0",
    b"\xA4\xA2",
    b"\xE3\x81",
    b",,,,",
    b";",
    b"\t",
    b"=cmd",
    b"NaN",
    b"-0",
    b"1e999",
    b"99999999999999999999",
    b"R6.13.32",
    b"\xFF\xFF\xFF\xFF",
    b"\x80\0\0\0",
    b"\x7F\xFF\xFF\xFF",
    b"[",
    b"{",
    b"<",
    b"&#x110000;",
];

/// A changed copy: one to six changes, among them words of the format.
pub fn changed(seed: &[u8], words: &[&str], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..random.random_range(1..=6) {
        let at = random.random_range(0..=bytes.len());
        let to = (at + random.random_range(0..64)).min(bytes.len());
        match random.random_range(0..9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            1 if at < bytes.len() => bytes[at] = random.random(),
            2 => drop(bytes.drain(at..to)),
            3 => {
                let part = bytes[at..to].to_vec();
                let behind = random.random_range(0..=bytes.len());
                bytes.splice(behind..behind, part);
            }
            4 => bytes.truncate(at),
            5 => {
                let part = ODD[random.random_range(0..ODD.len())];
                bytes.splice(at..at, part.iter().copied());
            }
            6 if !words.is_empty() => {
                let word = words[random.random_range(0..words.len())];
                bytes.splice(at..to, word.bytes());
            }
            7 => {
                let part = ODD[random.random_range(0..ODD.len())];
                let end = (at + part.len()).min(bytes.len());
                bytes.splice(at..end, part.iter().copied());
            }
            // The same again and again, as a stuck writer would.
            _ => {
                let part = bytes[at..to].repeat(random.random_range(1..40));
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}
