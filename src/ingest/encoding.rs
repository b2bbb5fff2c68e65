//! Which encoding a file is in, whether every byte of it fits, and a stream of UTF-8 from it. It guesses no further than
//! UTF-8, UTF-16, CP932 (the WHATWG table) and EUC-JP, and never puts a replacement character.

use super::bytes::{Bytes, unreadable};
use crate::error::{Error, Result};
use encoding_rs::{Decoder, DecoderResult, EUC_JP, Encoding as Table, SHIFT_JIS, UTF_16BE, UTF_16LE};
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Encodings that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Cp932,
    EucJp,
}

impl Encoding {
    /// The name shown to readers.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Cp932 => "CP932",
            Self::EucJp => "EUC-JP",
        }
    }

    fn table(self) -> Option<&'static Table> {
        match self {
            Self::Utf8 => None,
            Self::Utf16Le => Some(UTF_16LE),
            Self::Utf16Be => Some(UTF_16BE),
            Self::Cp932 => Some(SHIFT_JIS),
            Self::EucJp => Some(EUC_JP),
        }
    }
}

/// A byte that does not fit the encoding of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadByte {
    /// Physical line.
    pub(super) line: u64,
    /// Offset from the start of the file.
    pub(super) offset: u64,
}

/// What a first pass over the bytes tells.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) encoding: Encoding,
    /// Length of the byte order mark.
    pub(super) bom: usize,
    /// Length of the file.
    pub(super) bytes: u64,
    /// SHA-256 of the bytes, hexadecimal.
    pub(super) sha256: String,
    /// The first byte of each of the first lines that do not fit, and how many lines there are.
    pub(super) bad: Vec<BadByte>,
    pub(super) bad_lines: u64,
}

const CHUNK: usize = 1 << 18;
/// In a file that is not UTF-8, the longest line that is judged as one.
const LONGEST_LINE: u64 = 1 << 24;
const LISTED: usize = 20;

/// Reads the whole file once: digest, encoding, and whether every byte fits.
pub(super) fn survey(bytes: &Bytes, path: &Path) -> Result<Survey> {
    let fail = |e| unreadable(path, e);
    let mut reader = bytes.reader().map_err(fail)?;
    let mut head = vec![0; 4096];
    let filled = fill(&mut reader, &mut head).map_err(fail)?;
    head.truncate(filled);
    let (wide, bom) = by_mark_or_nuls(&head);
    if head.starts_with(&[0xFF, 0xFE, 0, 0]) || head.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Err(Error::data("unsupported_format").with("file", path.display()).with("format", "UTF-32"));
    }
    let (sha256, length, valid) = digest(head, reader, wide.is_none()).map_err(fail)?;
    let mut survey =
        Survey { encoding: Encoding::Utf8, bom, bytes: length, sha256, bad: Vec::new(), bad_lines: 0 };
    match wide {
        Some(encoding) => {
            survey.encoding = encoding;
            check_wide(bytes, &mut survey).map_err(fail)?;
        }
        None if !valid => vote(bytes, &mut survey, path)?,
        None => {}
    }
    Ok(survey)
}

/// UTF-16 by its mark, or by NULs that stand on one side of the pairs only; and the length of any mark.
fn by_mark_or_nuls(head: &[u8]) -> (Option<Encoding>, usize) {
    if head.starts_with(&[0xEF, 0xBB, 0xBF]) {
        return (None, 3);
    }
    if head.starts_with(&[0xFF, 0xFE]) {
        return (Some(Encoding::Utf16Le), 2);
    }
    if head.starts_with(&[0xFE, 0xFF]) {
        return (Some(Encoding::Utf16Be), 2);
    }
    let count = |side: usize| head.iter().skip(side).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (count(0), count(1));
    let enough = |n: usize| n >= 2 && n * 10 >= head.len();
    if enough(even) && odd * 20 < even {
        (Some(Encoding::Utf16Be), 0)
    } else if enough(odd) && even * 20 < odd {
        (Some(Encoding::Utf16Le), 0)
    } else {
        (None, 0)
    }
}

/// SHA-256, length, and whether all of it is UTF-8 (only looked at when asked: `judge`).
fn digest(head: Vec<u8>, mut reader: Box<dyn Read + '_>, judge: bool) -> io::Result<(String, u64, bool)> {
    let mut hash = Sha256::new();
    let (mut length, mut valid, mut kept) = (0u64, judge, head.len());
    hash.update(&head);
    length += head.len() as u64;
    let mut buffer = head;
    buffer.resize(CHUNK, 0);
    loop {
        let end = if valid { judge_utf8(&mut buffer, kept) } else { Some(0) };
        kept = end.unwrap_or(0);
        valid &= end.is_some();
        let n = match buffer.get_mut(kept..) {
            Some(free) => fill(&mut reader, free)?,
            None => 0,
        };
        if n == 0 {
            break;
        }
        hash.update(buffer.get(kept..kept + n).unwrap_or(&[]));
        length += n as u64;
        kept += n;
    }
    let hex = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    Ok((hex, length, valid && kept == 0))
}

/// Moves an unfinished character at the end of `buffer[..filled]` to its front and gives its length; `None` if a byte
/// does not fit.
fn judge_utf8(buffer: &mut [u8], filled: usize) -> Option<usize> {
    match std::str::from_utf8(buffer.get(..filled)?) {
        Ok(_) => Some(0),
        Err(e) if e.error_len().is_some() => None,
        Err(e) => {
            buffer.copy_within(e.valid_up_to()..filled, 0);
            Some(filled - e.valid_up_to())
        }
    }
}

/// Counts the lines of a UTF-16 file that hold an unpaired surrogate or an odd byte.
fn check_wide(bytes: &Bytes, survey: &mut Survey) -> io::Result<()> {
    let Some(table) = survey.encoding.table() else { return Ok(()) };
    let mut reader = bytes.reader()?;
    let mut decoder = table.new_decoder_with_bom_removal();
    let (mut raw, mut text) = (vec![0u8; CHUNK], vec![0u8; CHUNK]);
    let (mut line, mut offset) = (1u64, 0u64);
    loop {
        let n = fill(&mut reader, &mut raw)?;
        let mut rest = raw.get(..n).unwrap_or(&[]);
        loop {
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, &mut text, n == 0);
            line += text.get(..written).map_or(0, |t| memchr::memchr_iter(b'\n', t).count() as u64);
            offset += read as u64;
            rest = rest.get(read..).unwrap_or(&[]);
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    let at = offset.saturating_sub(u64::from(length) + u64::from(after));
                    note_bad(survey, BadByte { line, offset: at });
                }
            }
        }
        if n == 0 {
            return Ok(());
        }
    }
}

fn note_bad(survey: &mut Survey, bad: BadByte) {
    if survey.bad.last().is_some_and(|b| b.line == bad.line) {
        return;
    }
    survey.bad_lines += 1;
    if survey.bad.len() < LISTED {
        survey.bad.push(bad);
    }
}

/// How one candidate fares over the lines that are not plain ASCII.
struct Candidate {
    encoding: Encoding,
    fits: u64,
    bad: Vec<BadByte>,
    bad_lines: u64,
}

/// Decides among UTF-8, CP932 and EUC-JP line by line, and lists the lines that do not fit the winner.
fn vote(bytes: &Bytes, survey: &mut Survey, path: &Path) -> Result<()> {
    let fail = |e| unreadable(path, e);
    let mut candidates = [Encoding::Utf8, Encoding::Cp932, Encoding::EucJp]
        .map(|encoding| Candidate { encoding, fits: 0, bad: Vec::new(), bad_lines: 0 });
    let mut kana = Kana::default();
    let mut reader = BufReader::with_capacity(CHUNK, bytes.reader().map_err(fail)?);
    let (mut line, mut offset) = (0u64, 0u64);
    let (mut text, mut scratch) = (Vec::new(), Vec::new());
    loop {
        text.clear();
        let n = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text).map_err(fail)? as u64;
        if n == 0 {
            break;
        }
        line += 1;
        if n == LONGEST_LINE {
            return Err(Error::data("line_too_long").with("file", path.display()).with("line", line));
        }
        if !text.is_ascii() {
            kana.look(&text);
            for candidate in &mut candidates {
                match first_bad(candidate.encoding, &text, &mut scratch) {
                    None => candidate.fits += 1,
                    Some(at) => {
                        candidate.bad_lines += 1;
                        if candidate.bad.len() < LISTED {
                            candidate.bad.push(BadByte { line, offset: offset + at as u64 });
                        }
                    }
                }
            }
        }
        offset += n;
    }
    settle(candidates, &kana, survey);
    Ok(())
}

/// The candidate that fits most lines; UTF-8 if any of its lines holds more than ASCII and it fits at least as many.
fn settle(candidates: [Candidate; 3], kana: &Kana, survey: &mut Survey) {
    let [utf8, cp932, euc] = candidates;
    let japanese = match (cp932.bad_lines, euc.bad_lines) {
        (0, 0) if kana.looks_euc() => euc,
        (0, 0) => cp932,
        _ if euc.fits > cp932.fits => euc,
        _ => cp932,
    };
    // Nothing fits anywhere: the file is UTF-8 (or ASCII) with stray bytes, not a Japanese encoding.
    let chosen = if japanese.bad_lines > 0 && utf8.fits * 2 >= japanese.fits { utf8 } else { japanese };
    survey.encoding = chosen.encoding;
    survey.bad = chosen.bad;
    survey.bad_lines = chosen.bad_lines;
}

/// Offset in `line` of the first byte that does not fit `encoding`.
fn first_bad(encoding: Encoding, line: &[u8], scratch: &mut Vec<u8>) -> Option<usize> {
    let Some(table) = encoding.table() else {
        return std::str::from_utf8(line).err().map(|e| e.valid_up_to());
    };
    let mut decoder = table.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(line.len()).unwrap_or(line.len() * 4 + 16);
    if scratch.len() < room {
        scratch.resize(room, 0);
    }
    match decoder.decode_to_utf8_without_replacement(line, scratch, true) {
        (DecoderResult::Malformed(length, after), read, _) => {
            Some(read.saturating_sub(usize::from(length) + usize::from(after)))
        }
        _ => None,
    }
}

/// Tells EUC-JP from CP932 where both fit: EUC-JP read as CP932 is a hail of half-width kana with impossible voicing.
#[derive(Debug, Default)]
struct Kana {
    half: u64,
    wide: u64,
    impossible: u64,
    euc_kana: u64,
    euc_pairs: u64,
}

impl Kana {
    fn look(&mut self, line: &[u8]) {
        let mut rest = line;
        let mut before = 0u8;
        while let Some((&first, tail)) = rest.split_first() {
            rest = tail;
            match first {
                0xA1..=0xDF => {
                    self.half += 1;
                    let voiced = matches!(before, 0xB3..=0xC4 | 0xCA..=0xCE);
                    self.impossible += u64::from(matches!(first, 0xDE | 0xDF) && !voiced);
                }
                0x81..=0x9F | 0xE0..=0xFC => {
                    self.wide += 1;
                    rest = tail.get(1..).unwrap_or(&[]);
                }
                _ => {}
            }
            before = first;
        }
        let mut rest = line;
        while let Some((&first, tail)) = rest.split_first() {
            rest = tail;
            if first >= 0x8E {
                self.euc_pairs += 1;
                self.euc_kana += u64::from(matches!(first, 0xA4 | 0xA5));
                rest = tail.get(1..).unwrap_or(&[]);
            }
        }
    }

    fn looks_euc(&self) -> bool {
        if self.wide > 0 {
            return self.half * 10 >= (self.half + self.wide) * 3;
        }
        self.impossible > 0 || self.euc_kana * 10 >= self.euc_pairs * 3
    }
}

/// Fills `buffer` as far as the reader goes.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(free) = buffer.get_mut(filled..).filter(|f| !f.is_empty()) {
        match reader.read(free) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

/// The file's text as UTF-8, piece by piece, without its mark.
pub(super) struct Decoded<'a> {
    reader: Box<dyn Read + 'a>,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    pending: (usize, usize),
    at_end: bool,
    consumed: u64,
}

impl<'a> Decoded<'a> {
    /// Starts behind the mark of a surveyed file.
    pub(super) fn new(bytes: &'a Bytes, survey: &Survey) -> io::Result<Self> {
        let mut reader = bytes.reader()?;
        let mut mark = [0u8; 3];
        fill(&mut reader, mark.get_mut(..survey.bom).unwrap_or(&mut []))?;
        let decoder = survey.encoding.table().map(Table::new_decoder_without_bom_handling);
        let raw = if decoder.is_some() { vec![0; CHUNK] } else { Vec::new() };
        Ok(Self { reader, decoder, raw, pending: (0, 0), at_end: false, consumed: survey.bom as u64 })
    }

    /// Bytes of the file taken so far.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Writes text at the front of `out` (at least 16 bytes long); 0 at the end.
    pub(super) fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else {
            let n = fill(&mut self.reader, out)?;
            self.consumed += n as u64;
            return Ok(n);
        };
        loop {
            if self.pending.0 == self.pending.1 && !self.at_end {
                let n = fill(&mut self.reader, &mut self.raw)?;
                self.consumed += n as u64;
                self.pending = (0, n);
                self.at_end = n < self.raw.len();
            }
            let source = self.raw.get(self.pending.0..self.pending.1).unwrap_or(&[]);
            let (_, read, written, _) = decoder.decode_to_utf8(source, out, self.at_end);
            self.pending.0 += read;
            let done = self.at_end && self.pending.0 == self.pending.1;
            if written > 0 || done {
                if done && written == 0 {
                    self.decoder = None;
                    self.reader = Box::new(io::empty());
                }
                return Ok(written);
            }
        }
    }
}
