//! Cuts a stream of text into pieces of whole records, quotes respected. Where it cuts depends on the bytes alone. It splits
//! no cells and judges nothing.

use super::bytes::fill;
use super::records::{LARGEST_RECORD, Records, Step};
use crate::error::{Error, Result};
use std::io::{self, Cursor, Read};

/// Bytes of an ordinary piece.
const PIECE: usize = 1 << 18;

/// Whole records in a row.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// The text, as bytes of what should be UTF-8.
    pub(super) bytes: Vec<u8>,
    /// There is a quotation mark in it.
    pub(super) quoted: bool,
    /// The last of its file.
    pub(super) last: bool,
    /// What stopped the reading, where a record would not end: `Unclosed`, `TooLong`, or `Row` for too long a line.
    pub(super) endless: Option<Step>,
}

/// A stream on its way into pieces.
pub(super) struct Pieces<'a> {
    source: Box<dyn Read + Send + 'a>,
    delimiter: Option<u8>,
    carry: Vec<u8>,
    finished: bool,
}

impl<'a> Pieces<'a> {
    /// Starts behind the mark of a file.
    pub(super) fn new(source: Box<dyn Read + Send + 'a>) -> Self {
        Self { source, delimiter: None, carry: Vec::new(), finished: false }
    }

    /// Comma, tab or semicolon: sniffed from the first piece, a comma before there is one.
    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter.unwrap_or(b',')
    }

    /// The next piece.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece>> {
        if self.finished {
            return Ok(None);
        }
        let mut bytes = std::mem::take(&mut self.carry);
        loop {
            let before = bytes.len();
            let room = PIECE.max(before);
            bytes.resize(before + room, 0);
            let read = fill(&mut self.source, bytes.get_mut(before..).unwrap_or(&mut []))?;
            bytes.truncate(before + read);
            self.finished = read < room;
            let delimiter = *self.delimiter.get_or_insert_with(|| sniff(&bytes));
            let quoted = memchr::memchr(b'"', &bytes).is_some();
            if self.finished {
                return Ok((!bytes.is_empty()).then_some(Piece { bytes, quoted, last: true, endless: None }));
            }
            let end = if quoted { last_end_quoted(&bytes, delimiter) } else { last_end(&bytes) };
            if let Some(end) = end {
                self.carry.extend_from_slice(bytes.get(end..).unwrap_or(&[]));
                bytes.truncate(end);
                return Ok(Some(Piece { bytes, quoted, last: false, endless: None }));
            }
            if bytes.len() > 2 * LARGEST_RECORD {
                return self.endless(bytes, delimiter).map(Some);
            }
        }
    }

    /// A record that is too long to be one: read on in constant memory, to say what it is.
    fn endless(&mut self, begun: Vec<u8>, delimiter: u8) -> io::Result<Piece> {
        self.finished = true;
        let mut records = Records::new(Box::new(Cursor::new(begun).chain(&mut self.source)), delimiter)?;
        let step = records.advance()?;
        Ok(Piece { endless: Some(step), last: true, ..Piece::default() })
    }
}

/// What stands above the rows, and how much of the file it takes.
pub(super) struct Head<H> {
    pub(super) header: H,
    /// Physical lines up to its end.
    pub(super) lines: u64,
    /// Records so far that ended with LF, CRLF, CR.
    pub(super) newlines: [u64; 3],
}

impl Pieces<'_> {
    /// Lets `find` read the header from the first piece and takes it off; `None` when `find` found none.
    pub(super) fn head<H>(
        &mut self,
        piece: &mut Piece,
        find: impl FnOnce(&mut Records<'_>) -> Result<Option<H>>,
        fail: impl Fn(io::Error) -> Error,
    ) -> Result<Option<Head<H>>> {
        // Blank lines may fill any number of pieces before the header comes.
        while piece.bytes.iter().all(u8::is_ascii_whitespace) {
            let Some(next) = self.next().map_err(&fail)? else { break };
            piece.bytes.extend_from_slice(&next.bytes);
            (piece.quoted, piece.last, piece.endless) = (piece.quoted | next.quoted, next.last, next.endless);
        }
        let mut records = Records::new(Box::new(Cursor::new(&piece.bytes)), self.delimiter()).map_err(&fail)?;
        let Some(header) = find(&mut records)? else { return Ok(None) };
        let offset = records.offset().map_err(&fail)? as usize;
        let head = Head { header, lines: records.lines(), newlines: records.newlines() };
        drop(records);
        piece.bytes.drain(..offset.min(piece.bytes.len()));
        Ok(Some(head))
    }
}

/// Where the last record ends in text without quotation marks.
fn last_end(text: &[u8]) -> Option<usize> {
    if let Some(at) = memchr::memrchr(b'\n', text) {
        return Some(at + 1);
    }
    // A carriage return at the very end may be half of a pair.
    let but_last = text.get(..text.len().checked_sub(1)?)?;
    memchr::memrchr(b'\r', but_last).map(|at| at + 1)
}

/// Where in a record one stands.
#[derive(Clone, Copy)]
enum At {
    CellStart,
    Plain,
    Quoted,
    /// Behind a quotation mark inside a quoted cell: the end of it, or the first of a doubled one.
    MayBeClosed,
}

/// Where the last record ends; the text begins with a record.
fn last_end_quoted(text: &[u8], delimiter: u8) -> Option<usize> {
    let (mut at, mut i, mut end) = (At::CellStart, 0, None);
    while let Some(rest) = text.get(i..).filter(|rest| !rest.is_empty()) {
        let jump = match at {
            At::Quoted => memchr::memchr(b'"', rest),
            At::Plain => memchr::memchr3(delimiter, b'\n', b'\r', rest),
            At::CellStart | At::MayBeClosed => Some(0),
        };
        let Some(byte) = jump.and_then(|j| rest.get(j)) else { break };
        i += jump.unwrap_or(0) + 1;
        at = match (at, *byte) {
            (At::CellStart | At::MayBeClosed, b'"') => At::Quoted,
            (At::Quoted, _) => At::MayBeClosed,
            (_, b'\n') => {
                end = Some(i);
                At::CellStart
            }
            (_, b'\r') => {
                let next = text.get(i);
                if next.is_some_and(|b| *b != b'\n') {
                    end = Some(i);
                }
                At::CellStart
            }
            (_, b) if b == delimiter => At::CellStart,
            _ => At::Plain,
        };
    }
    end
}

/// The delimiter of the first line that has one: the most frequent of comma, tab and semicolon outside quotes.
#[allow(clippy::indexing_slicing, reason = "places found or counted in the same list")]
fn sniff(text: &[u8]) -> u8 {
    let (mut counts, mut quoted) = ([0usize; 3], false);
    let marks = [b',', b'\t', b';'];
    for byte in text.iter().take(1 << 16) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && counts != [0; 3] => break,
            _ if !quoted => {
                if let Some(slot) = marks.iter().position(|m| m == byte) {
                    counts[slot] += 1;
                }
            }
            _ => {}
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let best = counts.iter().position(|c| *c == most).unwrap_or(0);
    marks[best]
}
