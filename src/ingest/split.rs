//! A piece of a file into a grid of cells: rows that fit the header, with what is told of those that do not. Pieces without
//! quotation marks are cut eight bytes at a time; others go through `records`. It reads no value.

use super::faults::Faults;
use super::pieces::Piece;
use super::records::{LARGEST_CELL, MOST_COLUMNS, Records, Row, Step};
use super::values::is_plain;
use super::words::words;
use crate::error::{Error, Result};
use crate::findings::{Issue, Level};
use crate::tables::Span;
use std::io::Cursor;

/// What rows of a file look like.
#[derive(Debug)]
pub(super) struct Shape {
    /// Comma, tab or semicolon.
    pub(super) delimiter: u8,
    /// Names of the columns as shown in faults; their number is the width.
    pub(super) names: Vec<String>,
    /// Cells in which a word for a total makes a total row, and in which no empty row may be; `None` where any row may be.
    pub(super) ids: Option<Vec<usize>>,
}

impl Shape {
    pub(super) fn name(&self, column: usize) -> String {
        self.names.get(column).cloned().unwrap_or_else(|| format!("column {}", column + 1))
    }
}

/// Rows of equal width, as places in one text.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// The text of the piece.
    pub(super) text: String,
    /// Line of each row, from 1.
    pub(super) lines: Vec<u32>,
    /// Nothing but printable ASCII and line ends: no cell needs a second look at its characters.
    pub(super) printable: bool,
    width: usize,
    /// For each row: where each cell begins, and one byte behind the end of the last.
    starts: Vec<u32>,
}

impl Grid {
    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.lines.len()
    }

    /// Where a cell stands.
    #[inline]
    pub(super) fn span(&self, row: usize, column: usize) -> Span {
        let at = row * (self.width + 1) + column;
        match self.starts.get(at..at + 2) {
            Some(&[from, next]) => (from, next - 1),
            _ => (0, 0),
        }
    }

    /// Whether a cell is printable ASCII without spaces around it, and no fault of a spreadsheet (`#N/A`).
    #[inline]
    pub(super) fn is_plain(&self, cell: &[u8]) -> bool {
        let (Some(first), Some(last)) = (cell.first(), cell.last()) else { return true };
        (self.printable || is_plain(cell)) && !matches!(*first, b' ' | b'#') && *last != b' '
    }

    /// A cell's bytes, by its place.
    #[inline]
    pub(super) fn bytes(&self, (from, to): Span) -> &[u8] {
        self.text.as_bytes().get(from as usize..to as usize).unwrap_or(&[])
    }

    /// A cell's text.
    #[inline]
    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        let (from, to) = self.span(row, column);
        self.text.get(from as usize..to as usize).unwrap_or("")
    }
}

impl Grid {
    /// Rows that come as cells, not as lines; `line` says on which line of the piece each stands. `write` appends the text
    /// of a cell, or says that there is none: then the rows before it are all there is.
    pub(super) fn gather(
        rows: usize,
        shape: &Shape,
        faults: &mut Faults,
        line: impl Fn(usize) -> u32,
        mut write: impl FnMut(usize, usize, &mut String) -> bool,
    ) -> Self {
        let width = shape.names.len();
        let mut grid = Self { width, text: String::with_capacity(rows * width * 8), ..Self::default() };
        grid.lines.reserve(rows);
        grid.starts.reserve(rows * (width + 1));
        for row in 0..rows {
            let (begun, from) = (grid.starts.len(), grid.text.len());
            grid.starts.push(from as u32);
            let whole = (0..width).all(|column| {
                let whole = write(row, column, &mut grid.text);
                // Any printable character does: it stands in no cell.
                grid.text.push(',');
                grid.starts.push(grid.text.len() as u32);
                whole
            });
            if whole && grid.keeps(grid.lines.len(), u64::from(line(row)), shape, faults) {
                grid.lines.push(line(row));
            } else {
                grid.starts.truncate(begun);
                grid.text.truncate(from);
            }
            if !whole {
                break;
            }
        }
        grid.printable = grid.text.bytes().fold(true, |all, b| all & (b.wrapping_sub(b' ') < 0x7F - b' '));
        grid
    }

    /// Whether the row that has just been written is one; if not, why is told.
    fn keeps(&self, row: usize, line: u64, shape: &Shape, faults: &mut Faults) -> bool {
        if shape.ids.is_none() || is_ordinary(shape, |column| self.cell(row, column).as_bytes()) {
            return true;
        }
        let cells: Vec<&str> = (0..self.width).map(|column| self.cell(row, column)).collect();
        judge(&cells, self.width, (line, Ends::WithNewline), shape, faults)
    }
}

/// A piece, split.
#[derive(Debug)]
pub(super) struct Split {
    pub(super) grid: Grid,
    /// Physical lines ended in it.
    pub(super) lines: u64,
    /// Records ended by LF, CRLF, CR.
    pub(super) newlines: [u64; 3],
}

/// Splits a piece; `None` when it is no UTF-8.
///
/// Errors: `line_too_long`, for a record that no limit of cells or quotation marks explains.
pub(super) fn split(piece: Piece, shape: &Shape, faults: &mut Faults) -> Result<Option<Split>> {
    if let Some(step) = piece.endless {
        if step == Step::Row {
            return Err(Error::data("line_too_long"));
        }
        stop(step, shape, faults);
        return Ok(Some(Split { grid: Grid::default(), lines: 0, newlines: [0; 3] }));
    }
    let dos_eof = piece.last && piece.bytes.iter().rev().take(3).any(|b| *b == 0x1A);
    let careful = piece.quoted || dos_eof || piece.bytes.len() > LARGEST_CELL || lone_return(&piece.bytes);
    let Ok(text) = String::from_utf8(piece.bytes) else { return Ok(None) };
    Ok(if careful { carefully(&text, shape, faults)? } else { Some(Plain::new(shape, faults).split(text)) })
}

/// Whether all of a text is printable ASCII or line ends.
fn printable(text: &[u8]) -> bool {
    // Without a way out the loop is vectorised.
    text.iter().fold(true, |all, b| all & ((b.wrapping_sub(b' ') < 0x7F - b' ') | (*b == b'\n') | (*b == b'\r')))
}

/// Whether a carriage return stands anywhere but before a line feed.
fn lone_return(text: &[u8]) -> bool {
    memchr::memchr_iter(b'\r', text).any(|at| text.get(at + 1) != Some(&b'\n'))
}

/// A piece without quotation marks, on its way into a grid.
struct Plain<'s> {
    shape: &'s Shape,
    faults: &'s mut Faults,
    grid: Grid,
    /// Length of `starts` when the row under way began.
    begun: usize,
    line: u32,
    newlines: [u64; 3],
}

impl<'s> Plain<'s> {
    fn new(shape: &'s Shape, faults: &'s mut Faults) -> Self {
        let grid = Grid { width: shape.names.len(), ..Grid::default() };
        Self { shape, faults, grid, begun: 0, line: 1, newlines: [0; 3] }
    }

    fn split(mut self, text: String) -> Split {
        let bytes = text.as_bytes();
        // Ten bytes a cell are few: the list seldom grows.
        self.grid.starts.reserve(bytes.len() / 8);
        self.grid.starts.push(0);
        separators(bytes, self.shape.delimiter, |at, byte| {
            let next = at as u32 + 1;
            if byte == b'\n' {
                self.end_row(bytes, at);
                self.grid.starts.push(next);
            } else {
                self.grid.starts.push(next);
            }
        });
        let open = self.grid.starts.get(self.begun).is_some_and(|from| (*from as usize) < bytes.len());
        if open {
            self.grid.starts.push(bytes.len() as u32 + 1);
            self.judge(bytes, Ends::WithFile);
        } else {
            self.grid.starts.truncate(self.begun);
        }
        self.grid.printable = printable(bytes);
        self.grid.text = text;
        Split { grid: self.grid, lines: u64::from(self.line - 1), newlines: self.newlines }
    }

    #[inline]
    #[allow(clippy::indexing_slicing, reason = "0 or 1 in a list of three")]
    fn end_row(&mut self, bytes: &[u8], at: usize) {
        let returned = at > 0 && bytes.get(at - 1) == Some(&b'\r');
        self.newlines[usize::from(returned)] += 1;
        self.grid.starts.push((at - usize::from(returned)) as u32 + 1);
        self.judge(bytes, Ends::WithNewline);
        self.line += 1;
    }

    /// Keeps the row that has just ended, or tells why it is left out.
    #[inline]
    fn judge(&mut self, bytes: &[u8], ends: Ends) {
        let width = self.grid.starts.len() - self.begun - 1;
        if width == self.grid.width && is_ordinary(self.shape, |column| self.cell(bytes, column)) {
            self.grid.lines.push(self.line);
            self.begun = self.grid.starts.len();
            return;
        }
        if self.keeps(bytes, width, ends) {
            self.grid.lines.push(self.line);
        } else {
            self.grid.starts.truncate(self.begun);
        }
        self.begun = self.grid.starts.len();
    }

    fn cell<'t>(&self, bytes: &'t [u8], column: usize) -> &'t [u8] {
        match self.grid.starts.get(self.begun + column..self.begun + column + 2) {
            Some(&[from, next]) => bytes.get(from as usize..next as usize - 1).unwrap_or(&[]),
            _ => &[],
        }
    }

    #[cold]
    fn keeps(&mut self, bytes: &[u8], width: usize, ends: Ends) -> bool {
        let texts: Vec<&str> =
            (0..width).map(|i| std::str::from_utf8(self.cell(bytes, i)).unwrap_or_default()).collect();
        let line = u64::from(self.line);
        if let [only] = texts.as_slice()
            && only.bytes().all(|b| b == b' ' || b == b'\t')
        {
            self.faults.row("blank_line", Level::Warning, line);
            return false;
        }
        judge(&texts, width, (line, ends), self.shape, self.faults)
    }
}

/// How a record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    WithNewline,
    WithFile,
}

/// Whether a row is kept; if not, why is told.
fn judge(cells: &[&str], width: usize, (line, ends): (u64, Ends), shape: &Shape, faults: &mut Faults) -> bool {
    if let Some(ids) = &shape.ids {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            faults.row("empty_row", Level::Error, line);
            return false;
        }
        let cell = |i: &usize| cells.get(*i).copied().unwrap_or("");
        if ids.iter().any(|i| may_be_total(cell(i).as_bytes()) && words().is_total(cell(i))) {
            faults.row("total_row", Level::Error, line);
            return false;
        }
    }
    let expected = shape.names.len();
    if width != expected {
        let code = if ends == Ends::WithFile && width < expected { "truncated_row" } else { "ragged_row" };
        faults.row(code, Level::Error, line);
        faults.limit(code, expected as f64, width as f64);
        return false;
    }
    true
}

/// A row that begins with a visible character and whose ids are no words for totals: most rows.
#[inline]
fn is_ordinary<'t>(shape: &Shape, cell: impl Fn(usize) -> &'t [u8]) -> bool {
    let visible = cell(0).first().is_some_and(|b| (0x21..0x7F).contains(b));
    let Some(ids) = &shape.ids else { return visible };
    visible && !ids.iter().any(|column| may_be_total(cell(*column)))
}

/// Words for totals hold no digit, are Japanese or begin with one of these letters: a look at two bytes spares most cells
/// the search.
#[inline]
fn may_be_total(cell: &[u8]) -> bool {
    let (Some(first), Some(last)) = (cell.first(), cell.last()) else { return false };
    if last.is_ascii_digit() {
        return false;
    }
    (matches!(first | 0x20, b't' | b'g' | b's' | b'a' | b' ') || *first >= 0x80)
        && cell.len() <= 40
        && !cell.iter().any(u8::is_ascii_digit)
}

/// Calls `found` with the place of every delimiter and line feed, in order.
#[inline]
fn separators(text: &[u8], delimiter: u8, mut found: impl FnMut(usize, u8)) {
    const BLOCK: usize = 64;
    let (delimiters, feeds) = (u64::from_ne_bytes([delimiter; 8]), u64::from_ne_bytes([b'\n'; 8]));
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let mut base = 0;
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        let mut hits = 0u64;
        for (i, word) in words.iter().enumerate() {
            let word = u64::from_le_bytes(*word);
            hits |= bits(zeros(word ^ delimiters) | zeros(word ^ feeds)) << (8 * i);
        }
        while hits != 0 {
            let at = hits.trailing_zeros() as usize;
            found(base + at, block.get(at).copied().unwrap_or(0));
            hits &= hits - 1;
        }
        base += BLOCK;
    }
    for (at, byte) in rest.iter().enumerate() {
        if *byte == delimiter || *byte == b'\n' {
            found(base + at, *byte);
        }
    }
}

/// The high bit of every byte that is zero, and of no other.
#[inline]
fn zeros(word: u64) -> u64 {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    !(((word & LOW) + LOW) | word | LOW)
}

/// The high bits of eight bytes as eight bits.
#[inline]
fn bits(high: u64) -> u64 {
    (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// A piece with quotation marks, lone carriage returns or huge cells.
fn carefully(text: &str, shape: &Shape, faults: &mut Faults) -> Result<Option<Split>> {
    let failed = |e| Error::bug("memory").because(e);
    let mut records = Records::new(Box::new(Cursor::new(text.as_bytes())), shape.delimiter).map_err(failed)?;
    let mut grid = Grid { width: shape.names.len(), text: String::with_capacity(text.len()), ..Grid::default() };
    loop {
        match records.advance().map_err(failed)? {
            Step::Row => {
                let Some(row) = records.row() else { return Ok(None) };
                take(&row, &mut grid, shape, faults);
            }
            Step::Blank(line) => faults.row("blank_line", Level::Warning, line),
            Step::DosEof(line) => faults.row("dos_eof", Level::Warning, line),
            Step::End => break,
            step => {
                stop(step, shape, faults);
                break;
            }
        }
    }
    Ok(Some(Split { grid, lines: records.lines(), newlines: records.newlines() }))
}

fn take(row: &Row<'_>, grid: &mut Grid, shape: &Shape, faults: &mut Faults) {
    let cells: Vec<&str> = (0..row.width.min(MOST_COLUMNS + 1)).map(|i| row.cell(i)).collect();
    let ends = if row.unfinished { Ends::WithFile } else { Ends::WithNewline };
    if !judge(&cells, row.width, (row.line, ends), shape, faults) {
        return;
    }
    if let Some(column) = row.stray_quote {
        faults.cell("stray_quote", Level::Warning, "", (&shape.name(column), column + 1), row.line);
    }
    grid.lines.push(row.line as u32);
    grid.starts.push(grid.text.len() as u32);
    for cell in cells {
        grid.text.push_str(cell);
        grid.text.push('\n');
        grid.starts.push(grid.text.len() as u32);
    }
}

/// Tells what ended the reading.
pub(super) fn stop(step: Step, shape: &Shape, faults: &mut Faults) {
    match step {
        Step::Unclosed { line, swallowed } => {
            let issue = Issue::new("unclosed_quote", Level::Error).at(line).structural();
            faults.push(issue.detail(format!("lines={swallowed}")));
        }
        Step::TooLong { line, column, bytes } => {
            let name = shape.name(column);
            let issue = Issue::new("cell_too_long", Level::Error).at(line).column(&name, Some(column + 1)).structural();
            faults.push(issue.limit(LARGEST_CELL as f64, bytes as f64));
        }
        Step::DosEof(line) => faults.row("dos_eof", Level::Warning, line),
        Step::Row | Step::Blank(_) | Step::End => {}
    }
}
