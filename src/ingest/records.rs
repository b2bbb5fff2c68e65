//! Splits text into records and cells, knowing the physical line of each. It differs from the usual splitter in what it can
//! tell: where a quote was opened that never closes, blank lines, stray quotes, oversized cells; it keeps no more than one
//! record. Quoting is that of RFC 4180 and of the `csv` crate, which is the peer in the tests.

use super::bytes::fill;
use std::io::{self, Read};

/// Largest cell, in bytes of UTF-8.
pub(super) const LARGEST_CELL: usize = 1 << 20;
/// Most columns.
pub(super) const MOST_COLUMNS: usize = 1000;
/// Largest record, in bytes without its quotation marks.
pub(super) const LARGEST_RECORD: usize = 1 << 24;
const BUFFER: usize = 1 << 18;

/// What came next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A record: see `Records::row`.
    Row,
    /// A line without anything but spaces, at this physical line.
    Blank(u64),
    /// A lone 0x1A, the end-of-file mark of DOS, at this line.
    DosEof(u64),
    /// A quote opened at `line` that never closes, and the physical lines behind it.
    Unclosed { line: u64, swallowed: u64 },
    /// A cell over the limit: its line, its 0-based column and its bytes.
    TooLong { line: u64, column: usize, bytes: u64 },
    /// No more.
    End,
}

/// The record just read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    /// Physical line on which it begins.
    pub(super) line: u64,
    /// Cells, however many are kept (`MOST_COLUMNS` + 1 at most).
    pub(super) width: usize,
    /// 0-based column of a quote inside an unquoted cell, or of text behind a closing quote.
    pub(super) stray_quote: Option<usize>,
    /// It ends with the file, not with a newline.
    pub(super) unfinished: bool,
    text: &'a str,
    cells: &'a [(u32, u32)],
}

impl<'a> Row<'a> {
    /// Cell `index`, empty when there is none.
    #[inline]
    pub(super) fn cell(&self, index: usize) -> &'a str {
        self.cells.get(index).and_then(|(from, to)| self.text.get(*from as usize..*to as usize)).unwrap_or("")
    }
}

/// Records of a decoded stream.
pub(super) struct Records<'a> {
    source: Box<dyn Read + 'a>,
    taken: u64,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    finished: bool,
    delimiter: u8,
    line: u64,
    row_line: u64,
    skip_newline: bool,
    scratch: Vec<u8>,
    quoted: bool,
    from: usize,
    to: usize,
    cells: Vec<(u32, u32)>,
    width: usize,
    stray_quote: Option<usize>,
    unfinished: bool,
    /// Records ended by LF, CRLF, CR.
    newlines: [u64; 3],
}

impl<'a> Records<'a> {
    /// Starts at the first byte.
    pub(super) fn new(source: Box<dyn Read + 'a>, delimiter: u8) -> io::Result<Self> {
        let mut records = Self {
            source,
            taken: 0,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            finished: false,
            delimiter,
            line: 1,
            row_line: 1,
            skip_newline: false,
            scratch: Vec::new(),
            quoted: false,
            from: 0,
            to: 0,
            cells: Vec::new(),
            width: 0,
            stray_quote: None,
            unfinished: false,
            newlines: [0; 3],
        };
        records.refill()?;
        Ok(records)
    }

    /// Physical lines ended so far.
    pub(super) fn lines(&self) -> u64 {
        self.line - 1
    }

    /// Bytes of the source behind the records so far, a line feed that belongs to their end included.
    pub(super) fn offset(&mut self) -> io::Result<u64> {
        if self.skip_newline && self.peek()? == Some(b'\n') {
            self.skip_newline = false;
            self.newlines[1] += 1;
            self.start += 1;
        }
        Ok(self.taken - (self.end - self.start) as u64)
    }

    /// Records ended by LF, CRLF, CR.
    pub(super) fn newlines(&self) -> [u64; 3] {
        self.newlines
    }

    /// The record of the last `Step::Row`; `None` if its bytes are no text.
    #[inline]
    pub(super) fn row(&self) -> Option<Row<'_>> {
        let bytes = if self.quoted { Some(self.scratch.as_slice()) } else { self.buffer.get(self.from..self.to) };
        Some(Row {
            line: self.row_line,
            width: self.width,
            stray_quote: self.stray_quote,
            unfinished: self.unfinished,
            text: std::str::from_utf8(bytes?).ok()?,
            cells: &self.cells,
        })
    }

    /// Moves what is left to the front and reads more; false if there is no more.
    fn refill(&mut self) -> io::Result<bool> {
        if self.finished {
            return Ok(false);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        let n = fill(&mut self.source, self.buffer.get_mut(self.end..).unwrap_or(&mut []))?;
        self.end += n;
        self.taken += n as u64;
        self.finished = n == 0;
        Ok(n > 0)
    }

    /// Goes to the next record.
    #[allow(clippy::indexing_slicing, reason = "places found or counted in the same list")]
    pub(super) fn advance(&mut self) -> io::Result<Step> {
        loop {
            let ready = self.buffer.get(self.start..self.end).unwrap_or(&[]);
            if self.skip_newline && !ready.is_empty() {
                self.skip_newline = false;
                let crlf = ready.first() == Some(&b'\n');
                self.newlines[if crlf { 1 } else { 2 }] += 1;
                self.start += usize::from(crlf);
                continue;
            }
            match memchr::memchr3(b'\n', b'\r', b'"', ready) {
                Some(at) if ready.get(at) != Some(&b'"') => {
                    let (from, to) = (self.start, self.start + at);
                    let lone = ready.get(at) == Some(&b'\r');
                    self.start = to + 1;
                    return Ok(self.plain_record(from, to, lone));
                }
                None if self.end - self.start < BUFFER / 2 || self.finished => {
                    if self.refill()? {
                        continue;
                    }
                    if self.start == self.end {
                        return Ok(Step::End);
                    }
                    let (from, to) = (self.start, self.end);
                    self.start = to;
                    return Ok(self.last_record(from, to));
                }
                _ => return self.quoted_record(),
            }
        }
    }

    /// A record without quotes that ends with a newline.
    fn plain_record(&mut self, from: usize, to: usize, carriage_return: bool) -> Step {
        if carriage_return {
            self.skip_newline = true;
        } else {
            self.newlines[0] += 1;
        }
        self.split(from, to);
        self.unfinished = false;
        self.row_line = self.line;
        self.line += 1;
        self.judge()
    }

    /// A record without quotes that ends with the file.
    fn last_record(&mut self, from: usize, to: usize) -> Step {
        self.split(from, to);
        self.unfinished = true;
        self.row_line = self.line;
        if self.buffer.get(from..to) == Some(b"\x1a") {
            return Step::DosEof(self.line);
        }
        self.judge()
    }

    fn judge(&self) -> Step {
        let text = self.buffer.get(self.from..self.to).unwrap_or(&[]);
        if text == b"\x1a" && self.start == self.end {
            return Step::DosEof(self.row_line);
        }
        if self.width == 1 && text.iter().all(|b| *b == b' ' || *b == b'\t') {
            return Step::Blank(self.row_line);
        }
        Step::Row
    }

    fn split(&mut self, from: usize, to: usize) {
        (self.from, self.to, self.quoted, self.stray_quote, self.width) = (from, to, false, None, 0);
        self.cells.clear();
        let text = self.buffer.get(from..to).unwrap_or(&[]);
        let mut begin = 0u32;
        for at in memchr::memchr_iter(self.delimiter, text) {
            if self.width <= MOST_COLUMNS {
                self.cells.push((begin, at as u32));
            }
            begin = at as u32 + 1;
            self.width += 1;
        }
        if self.width <= MOST_COLUMNS {
            self.cells.push((begin, text.len() as u32));
        }
        self.width += 1;
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.start == self.end && !self.refill()? {
            return Ok(None);
        }
        Ok(self.buffer.get(self.start).copied())
    }

    /// Appends what lies before the next of three bytes, at most what the limits allow; false at the end of the file.
    fn take_until(&mut self, stops: [u8; 3], cell: &mut Cell) -> io::Result<Option<u8>> {
        loop {
            if self.peek()?.is_none() {
                return Ok(None);
            }
            let ready = self.buffer.get(self.start..self.end).unwrap_or(&[]);
            let at = memchr::memchr3(stops[0], stops[1], stops[2], ready);
            let stop = at.and_then(|i| ready.get(i).copied());
            let piece = ready.get(..at.unwrap_or(ready.len())).unwrap_or(&[]);
            cell.bytes += piece.len() as u64;
            cell.has_quote |= cell.watch_quotes && memchr::memchr(b'"', piece).is_some();
            if cell.bytes <= LARGEST_CELL as u64 && self.scratch.len() < LARGEST_RECORD {
                self.scratch.extend_from_slice(piece);
            }
            self.start += piece.len();
            if stop.is_some() {
                return Ok(stop);
            }
        }
    }

    /// A record with quotes, or one longer than the buffer.
    fn quoted_record(&mut self) -> io::Result<Step> {
        self.scratch.clear();
        self.cells.clear();
        (self.quoted, self.stray_quote, self.width, self.unfinished) = (true, None, 0, false);
        self.row_line = self.line;
        let mut too_long = None;
        loop {
            let begin = self.scratch.len() as u32;
            let line = self.line;
            let mut cell = Cell { watch_quotes: true, ..Cell::default() };
            if self.peek()? == Some(b'"') {
                self.start += 1;
                if !self.quoted_cell(&mut cell)? {
                    // The newline that ends the file ends no line of the cell.
                    let swallowed = self.line - line - u64::from(cell.ends_with_newline);
                    return Ok(Step::Unclosed { line, swallowed });
                }
                cell.watch_quotes = false;
            }
            let before = cell.bytes;
            let stop = self.take_until([self.delimiter, b'\n', b'\r'], &mut cell)?;
            if cell.has_quote || (!cell.watch_quotes && cell.bytes > before) {
                self.stray_quote.get_or_insert(self.width);
            }
            if cell.bytes > LARGEST_CELL as u64 || self.scratch.len() >= LARGEST_RECORD {
                too_long.get_or_insert(Step::TooLong { line, column: self.width, bytes: cell.bytes });
            }
            if self.width <= MOST_COLUMNS {
                self.cells.push((begin, self.scratch.len() as u32));
            }
            self.width += 1;
            match stop {
                Some(b'\n') => {
                    self.newlines[0] += 1;
                    self.line += 1;
                }
                Some(b'\r') => {
                    self.skip_newline = true;
                    self.line += 1;
                }
                Some(_) => {
                    self.start += 1;
                    continue;
                }
                None => self.unfinished = true,
            }
            self.start += usize::from(stop.is_some());
            return Ok(too_long.unwrap_or(Step::Row));
        }
    }

    /// The inside of a quoted cell, up to its closing quote; false if there is none.
    fn quoted_cell(&mut self, cell: &mut Cell) -> io::Result<bool> {
        cell.watch_quotes = false;
        let mut after_return = false;
        loop {
            let before = cell.bytes;
            let Some(stop) = self.take_until([b'"', b'\n', b'\r'], cell)? else { return Ok(false) };
            after_return &= cell.bytes == before;
            self.start += 1;
            match stop {
                b'"' if self.peek()? != Some(b'"') => return Ok(true),
                b'"' => self.start += 1,
                b'\n' if after_return => {}
                _ => self.line += 1,
            }
            after_return = stop == b'\r';
            cell.ends_with_newline = stop != b'"' && self.peek()?.is_none();
            cell.bytes += 1;
            if cell.bytes <= LARGEST_CELL as u64 && self.scratch.len() < LARGEST_RECORD {
                self.scratch.push(stop);
            }
        }
    }
}

/// A cell under way.
#[derive(Debug, Default)]
struct Cell {
    bytes: u64,
    watch_quotes: bool,
    has_quote: bool,
    ends_with_newline: bool,
}
