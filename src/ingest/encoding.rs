//! Which encoding a file is in, and whether every byte of it fits. It guesses no further than UTF-8,
//! UTF-16, CP932 (the WHATWG table) and EUC-JP.

use super::bytes::{Bytes, fill, unreadable};
use crate::error::{Error, Result};
use encoding_rs::{DecoderResult, EUC_JP, Encoding as Table, SHIFT_JIS, UTF_16BE, UTF_16LE};
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

    /// The decoder's table; `None` for UTF-8.
    pub(super) fn table(self) -> Option<&'static Table> {
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

/// What a pass over the bytes tells.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) encoding: Encoding,
    /// Length of the byte order mark.
    pub(super) bom: usize,
    /// The file holds nothing behind its mark.
    pub(super) empty: bool,
    /// The first byte of each of the first lines that do not fit, and how many lines there are.
    pub(super) bad: Vec<BadByte>,
    pub(super) bad_lines: u64,
}

const CHUNK: usize = 1 << 18;
/// In a file that is not UTF-8, the longest line that is judged as one.
const LONGEST_LINE: u64 = 1 << 24;
const LISTED: usize = 20;

/// How much of a file is looked at before it is taken for UTF-8.
const HEAD: usize = 1 << 16;

/// Whether a file that looks like UTF-8 is taken at its word, each piece being checked as it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Its first bytes decide.
    Head,
    /// A piece of it was no UTF-8: every byte is looked at first.
    Nothing,
}

/// Which encoding a file is in, and for all but trusted UTF-8 whether every byte of it fits.
pub(super) fn survey(bytes: &Bytes, trust: Trust, path: &Path) -> Result<Survey> {
    let fail = |e| unreadable(path, e);
    let mut reader = bytes.reader().map_err(fail)?;
    let mut head = vec![0; HEAD];
    let filled = fill(&mut reader, &mut head).map_err(fail)?;
    head.truncate(filled);
    let (wide, bom) = by_mark_or_nuls(head.get(..4096).unwrap_or(&head));
    if head.starts_with(&[0xFF, 0xFE, 0, 0]) || head.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Err(Error::data("unsupported_format").with("file", path.display()).with("format", "UTF-32"));
    }
    let empty = filled <= bom;
    let mut survey = Survey { encoding: Encoding::Utf8, bom, empty, bad: Vec::new(), bad_lines: 0 };
    match wide {
        Some(encoding) => {
            survey.encoding = encoding;
            check_wide(bytes, &mut survey).map_err(fail)?;
        }
        None if !begins_as_utf8(&head, filled == HEAD) => vote(bytes, &mut survey, path)?,
        None if trust == Trust::Nothing && !is_utf8(bytes).map_err(fail)? => vote(bytes, &mut survey, path)?,
        None => {}
    }
    Ok(survey)
}

/// Whether the first bytes are UTF-8; where they were cut off, the last character may be incomplete.
fn begins_as_utf8(head: &[u8], cut: bool) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(e) => cut && e.error_len().is_none(),
    }
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

/// Whether all of a file is UTF-8.
fn is_utf8(bytes: &Bytes) -> io::Result<bool> {
    let mut reader = bytes.reader()?;
    let (mut buffer, mut kept) = (vec![0; CHUNK], 0);
    loop {
        let n = fill(&mut reader, buffer.get_mut(kept..).unwrap_or(&mut []))?;
        let filled = kept + n;
        match std::str::from_utf8(buffer.get(..filled).unwrap_or(&[])) {
            Ok(_) if n == 0 => return Ok(true),
            Ok(_) => kept = 0,
            Err(e) if e.error_len().is_some() || n == 0 => return Ok(false),
            Err(e) => {
                // A character cut off by the end of the buffer goes to the front of the next.
                buffer.copy_within(e.valid_up_to()..filled, 0);
                kept = filled - e.valid_up_to();
            }
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
#[derive(Debug, Default)]
struct Candidate {
    encoding: Option<Encoding>,
    /// Lines that fit, and lines that do not, leaving aside those that are surely UTF-8.
    fits: u64,
    misfits: u64,
    /// All lines that do not fit.
    bad: Lines,
}

/// Lines counted, the first of them listed.
#[derive(Debug, Default)]
struct Lines {
    count: u64,
    first: Vec<BadByte>,
}

impl Lines {
    fn add(&mut self, line: u64, offset: u64) {
        self.count += 1;
        if self.first.len() < LISTED {
            self.first.push(BadByte { line, offset });
        }
    }
}

/// Decides among UTF-8, CP932 and EUC-JP line by line, and lists the lines that do not fit the winner.
fn vote(bytes: &Bytes, survey: &mut Survey, path: &Path) -> Result<()> {
    let fail = |e| unreadable(path, e);
    let mut candidates = [Encoding::Utf8, Encoding::Cp932, Encoding::EucJp]
        .map(|encoding| Candidate { encoding: Some(encoding), ..Candidate::default() });
    let (mut kana, mut surely_utf8) = (Kana::default(), Lines::default());
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
            // A character of three bytes: UTF-8 by chance is then as good as excluded.
            let sure = text.iter().any(|b| *b >= 0xE0) && std::str::from_utf8(&text).is_ok();
            if sure {
                let at = text.iter().position(|b| *b >= 0x80).unwrap_or(0);
                surely_utf8.add(line, offset + at as u64);
            } else {
                kana.look(&text);
            }
            for candidate in &mut candidates {
                let bad = first_bad(candidate.encoding.unwrap_or(Encoding::Utf8), &text, &mut scratch);
                candidate.fits += u64::from(bad.is_none() && !sure);
                candidate.misfits += u64::from(bad.is_some() && !sure);
                if let Some(at) = bad {
                    candidate.bad.add(line, offset + at as u64);
                }
            }
        }
        offset += n;
    }
    settle(candidates, surely_utf8, &kana, survey);
    Ok(())
}

/// The encoding of most lines; the lines of another encoding are then the bad ones.
///
/// UTF-8 text often fits CP932 by chance and gives rubbish there, while CP932 hardly ever fits UTF-8: so lines that are
/// surely UTF-8 count for UTF-8 alone, and are told as bad in a CP932 file unless they are so few that chance explains them.
fn settle(candidates: [Candidate; 3], surely_utf8: Lines, kana: &Kana, survey: &mut Survey) {
    let [utf8, cp932, euc] = candidates;
    let japanese = match (cp932.misfits, euc.misfits) {
        (0, 0) if kana.looks_euc() => euc,
        (0, 0) => cp932,
        _ if euc.fits > cp932.fits => euc,
        _ => cp932,
    };
    let mostly_utf8 = surely_utf8.count > 0 && surely_utf8.count >= utf8.bad.count;
    // Nothing fits anywhere: the file is UTF-8 (or ASCII) with stray bytes, not a Japanese encoding.
    let nothing_fits = japanese.misfits > 0 && (utf8.fits + surely_utf8.count) * 2 >= japanese.fits;
    let chosen = if mostly_utf8 || nothing_fits { utf8 } else { japanese };
    survey.encoding = chosen.encoding.unwrap_or(Encoding::Utf8);
    let by_chance = surely_utf8.count * 100 < chosen.fits;
    let mixed = survey.encoding != Encoding::Utf8 && surely_utf8.count > 0 && !by_chance;
    let bad = if mixed { surely_utf8 } else { chosen.bad };
    (survey.bad, survey.bad_lines) = (bad.first, bad.count);
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
