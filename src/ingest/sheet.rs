//! The cells of a worksheet as the text they would have had in a CSV, so that one set of rules reads both: numbers with
//! the 15 digits a spreadsheet keeps, dates in ISO form from either of its calendars, percentages as shown. It judges
//! nothing. All rows are kept as text: a workbook is limited in size (`workbook`), not streamed.

use super::dates::excel_1900;
use super::records::{LARGEST_CELL, MOST_COLUMNS};
use super::workbook::{Book, LARGEST, Named, Odd, Shown, Xml, attribute, text};
use quick_xml::events::{BytesStart, Event};
use std::fmt::Write;

/// Rows of a piece.
const ROWS: usize = 4096;
/// Bytes of text after which a piece ends early.
const HEAVY: usize = 1 << 23;
const SECONDS: f64 = 86_400.0;
/// Days from the first of Excel's calendars to the second.
const TO_1904: f64 = 1462.0;
/// Serial numbers from here on lie beyond the year 9999.
const LAST_SERIAL: f64 = 2_958_466.0;

/// A cell that is not empty: its 0-based column and where its text stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    column: u32,
    from: usize,
    to: usize,
}

/// A row that is not blank.
#[derive(Debug, Clone, Copy)]
struct SheetRow {
    /// Its number in the sheet, from 1.
    line: u32,
    /// Its cells, in the list of the piece.
    from: usize,
    to: usize,
}

/// Rows of a sheet that follow each other.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    text: String,
    cells: Vec<Place>,
    rows: Vec<SheetRow>,
    /// The rows of the sheet it covers, blank ones with them: those behind `before` up to `last`.
    pub(super) before: u32,
    pub(super) last: u32,
    /// Cells that hold a formula: row and 0-based column, and whether its value is there.
    pub(super) formulas: Vec<(u32, u32, Computed)>,
    /// A cell over the limit, where the reading stopped: row, 0-based column, bytes.
    pub(super) too_long: Option<(u32, u32, usize)>,
}

impl Piece {
    /// Rows that are not blank.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The number in the sheet of row `at`, from 1.
    pub(super) fn line(&self, at: usize) -> u32 {
        self.rows.get(at).map_or(0, |row| row.line)
    }

    /// The text of a cell; empty when there is none.
    pub(super) fn cell(&self, at: usize, column: u32) -> &str {
        let Some(row) = self.rows.get(at) else { return "" };
        let cells = self.cells.get(row.from..row.to).unwrap_or(&[]);
        // Most rows are full: the cell stands where its column says.
        let guess = cells.get(column as usize).filter(|c| c.column == column);
        let found = guess.or_else(|| cells.binary_search_by_key(&column, |c| c.column).ok().and_then(|i| cells.get(i)));
        found.and_then(|c| self.text.get(c.from..c.to)).unwrap_or("")
    }

    /// How many columns row `at` reaches.
    pub(super) fn width(&self, at: usize) -> u32 {
        let row = self.rows.get(at).and_then(|row| self.cells.get(row.from..row.to));
        row.and_then(|cells| cells.last()).map_or(0, |c| c.column + 1)
    }

    /// Takes its first row off, and everything before it.
    pub(super) fn behind_first(&mut self) {
        if self.rows.is_empty() {
            return;
        }
        let header = self.rows.remove(0).line;
        self.before = header;
        self.formulas.retain(|(line, ..)| *line > header);
    }

    /// The rows it covers that are blank.
    pub(super) fn blank(&self) -> impl Iterator<Item = u32> + '_ {
        let ends = self.rows.iter().map(|row| row.line).chain([self.last + 1]);
        let starts = std::iter::once(self.before).chain(self.rows.iter().map(|row| row.line));
        starts.zip(ends).flat_map(|(from, to)| from + 1..to)
    }
}

/// Whether the value of a formula was stored with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Computed {
    Yes,
    No,
}

/// A sheet, read.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) pieces: Vec<Piece>,
    /// Columns up to the last cell that is not empty; beyond `MOST_COLUMNS` it only says that there are too many.
    pub(super) width: u32,
    /// Bytes of text, when they are more than a workbook may have: the same long text may be used by any number of cells.
    pub(super) too_large: Option<u64>,
}

/// A sheet under way.
struct Under<'b> {
    strings: &'b [String],
    styles: &'b [Shown],
    since_1904: bool,
    sheet: Sheet,
    piece: Piece,
    /// Bytes of text so far.
    total: u64,
}

/// Whether further cells are wanted.
#[derive(PartialEq)]
enum More {
    Yes,
    No,
}

/// Reads a sheet.
pub(super) fn read(book: &mut Book, which: &Named) -> Result<Sheet, Odd> {
    let (strings, styles) = (std::mem::take(&mut book.strings), std::mem::take(&mut book.styles));
    let since_1904 = book.since_1904;
    let (sheet, piece) = (Sheet::default(), Piece::default());
    let mut under = Under { strings: &strings, styles: &styles, since_1904, sheet, piece, total: 0 };
    let mut xml = book.sheet(which)?;
    under.cells(&mut xml)?;
    // Only at its end is it known that the part is what the directory says.
    std::io::copy(&mut xml.into_inner(), &mut std::io::sink())?;
    let mut sheet = under.sheet;
    sheet.pieces.push(under.piece);
    (book.strings, book.styles) = (strings, styles);
    Ok(sheet)
}

/// Whether a sheet holds any cell with a value.
pub(super) fn holds_cells(book: &mut Book, which: &Named) -> Result<bool, Odd> {
    let (mut xml, mut buffer) = (book.sheet(which)?, Vec::new());
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer)? {
            Event::Start(tag) if matches!(tag.local_name().as_ref(), b"v" | b"is") => return Ok(true),
            Event::Eof => return Ok(false),
            _ => {}
        }
    }
}

impl Under<'_> {
    fn cells(&mut self, xml: &mut Xml<'_>) -> Result<(), Odd> {
        let mut buffer = Vec::new();
        let (mut line, mut column) = (0u32, 0u32);
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer)? {
                Event::Start(tag) if tag.local_name().as_ref() == b"row" => {
                    let said = attribute(&tag, "r")?.map(|r| r.parse().map_err(|_| Odd)).transpose()?;
                    (line, column) = (said.unwrap_or(line.saturating_add(1)), 0);
                }
                Event::Start(tag) if tag.local_name().as_ref() == b"c" => {
                    if let Some(place) = attribute(&tag, "r")? {
                        let (at, row) = position(&place).ok_or(Odd)?;
                        if row != line {
                            return Err(Odd);
                        }
                        column = at;
                    }
                    let (from, tag) = (self.piece.text.len(), tag.into_owned());
                    if let Some(computed) = self.value(xml, &tag)? {
                        self.piece.formulas.push((line, column, computed));
                    }
                    if self.place(line, column, from)? == More::No {
                        return Ok(());
                    }
                    column = column.saturating_add(1);
                }
                Event::End(tag) if tag.local_name().as_ref() == b"sheetData" => return Ok(()),
                Event::Eof => return Err(Odd),
                _ => {}
            }
        }
    }

    /// Appends the text of the cell that has just begun; what it says of its formula, if it holds one.
    fn value(&mut self, xml: &mut Xml<'_>, cell: &BytesStart<'_>) -> Result<Option<Computed>, Odd> {
        let kind = attribute(cell, "t")?.unwrap_or_default();
        let style = attribute(cell, "s")?.and_then(|s| s.parse::<usize>().ok()).and_then(|s| self.styles.get(s));
        let shown = style.copied().unwrap_or(Shown::Number);
        let (mut formula, mut buffer) = (false, Vec::new());
        // A formula of no text has a value, which is empty.
        let mut computed = if kind == "str" { Computed::Yes } else { Computed::No };
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer)? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    b"v" => {
                        let raw = text(xml, b"")?;
                        if !raw.is_empty() {
                            computed = Computed::Yes;
                        }
                        self.write(&kind, &raw, shown)?;
                    }
                    b"is" => {
                        let said = unescaped(text(xml, b"rPh")?);
                        self.piece.text.push_str(&said);
                    }
                    other => {
                        formula |= other == b"f";
                        text(xml, b"")?;
                    }
                },
                Event::End(_) => return Ok(formula.then_some(computed)),
                Event::Eof => return Err(Odd),
                _ => {}
            }
        }
    }

    /// Appends a value as it would have been written in a CSV.
    fn write(&mut self, kind: &str, raw: &str, shown: Shown) -> Result<(), Odd> {
        let text = &mut self.piece.text;
        match kind {
            "s" => text.push_str(self.strings.get(raw.trim().parse::<usize>()?).ok_or(Odd)?),
            "b" => text.push_str(if raw.trim() == "1" { "TRUE" } else { "FALSE" }),
            "str" => text.push_str(&unescaped(raw.to_string())),
            "inlineStr" => {}
            "e" => text.push_str(raw),
            "d" => text.push_str(raw.strip_suffix("T00:00:00").unwrap_or(raw)),
            "" | "n" => match (raw.trim().parse::<f64>(), shown) {
                (Err(_), _) => text.push_str(raw),
                (Ok(x), Shown::Number) => number(x, text),
                (Ok(x), Shown::Percent) => {
                    number(x * 100.0, text);
                    text.push('%');
                }
                (Ok(x), Shown::Date) if self.since_1904 => stamp(x + TO_1904, x >= 1.0, text),
                (Ok(x), Shown::Date) => stamp(x, x >= 1.0, text),
                (Ok(x), Shown::Duration) => duration(x, text),
            },
            _ => return Err(Odd),
        }
        Ok(())
    }

    /// Gives the text behind `from` its place.
    fn place(&mut self, line: u32, column: u32, from: usize) -> Result<More, Odd> {
        let to = self.piece.text.len();
        if to == from {
            return Ok(More::Yes);
        }
        self.sheet.width = self.sheet.width.max(column.saturating_add(1));
        self.total += (to - from) as u64;
        if to - from > LARGEST_CELL {
            self.piece.too_long = Some((line, column, to - from));
            self.piece.last = line;
            return Ok(More::No);
        }
        if self.total > LARGEST {
            self.sheet.too_large = Some(self.total);
            return Ok(More::No);
        }
        if self.sheet.width as usize > MOST_COLUMNS {
            return Ok(More::No);
        }
        let behind = self.piece.rows.last().map_or(self.piece.before, |row| row.line);
        if behind == line && !self.piece.rows.is_empty() {
            if self.piece.cells.last().is_some_and(|c| c.column >= column) {
                return Err(Odd);
            }
            if let Some(row) = self.piece.rows.last_mut() {
                row.to += 1;
            }
            self.piece.cells.push(Place { column, from, to });
            return Ok(More::Yes);
        }
        if behind >= line {
            return Err(Odd);
        }
        let mut from = from;
        if self.piece.rows.len() >= ROWS || from > HEAVY {
            let own = self.piece.text.split_off(from);
            let formulas = self.piece.formulas.partition_point(|(row, ..)| *row <= behind);
            let formulas = self.piece.formulas.split_off(formulas);
            let next = Piece { text: own, before: behind, formulas, ..Piece::default() };
            self.sheet.pieces.push(std::mem::replace(&mut self.piece, next));
            from = 0;
        }
        let (at, to) = (self.piece.cells.len(), self.piece.text.len());
        self.piece.rows.push(SheetRow { line, from: at, to: at + 1 });
        self.piece.cells.push(Place { column, from, to });
        self.piece.last = line;
        Ok(More::Yes)
    }
}

/// 0-based column and row (from 1) of a place such as `AB12`.
fn position(place: &str) -> Option<(u32, u32)> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters == 0 || letters > 3 {
        return None;
    }
    let (letters, digits) = place.split_at(letters);
    let column = letters.bytes().fold(0, |n, b| n * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1);
    Some((column - 1, digits.parse().ok().filter(|row| *row > 0)?))
}

/// `_x000D_` and its like, as which XLSX writes characters that XML does not have.
pub(super) fn unescaped(raw: String) -> String {
    if !raw.contains("_x") {
        return raw;
    }
    let (mut out, mut rest) = (String::with_capacity(raw.len()), raw.as_str());
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let code = from.get(2..6).filter(|_| from.as_bytes().get(6) == Some(&b'_'));
        let c = code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        match c {
            Some(c) => {
                out.push(c);
                rest = from.get(7..).unwrap_or("");
            }
            None => {
                out.push_str("_x");
                rest = from.get(2..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    out
}

/// How a format of the specification's own list shows a number (ECMA-376, part 1, 18.8.30).
pub(super) fn shown_by_number(id: &str) -> Shown {
    match id.parse::<u32>().unwrap_or(0) {
        9 | 10 => Shown::Percent,
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Shown::Date,
        46 => Shown::Duration,
        _ => Shown::Number,
    }
}

/// How a format shows a number, by its first section without what stands in quotation marks, brackets or behind an escape.
pub(super) fn shown(format: &str) -> Shown {
    let (mut quoted, mut escaped) = (false, false);
    let mut bracket: Option<String> = None;
    let mut date = false;
    for c in format.chars() {
        match (c, &mut bracket) {
            _ if escaped => escaped = false,
            ('"', None) => quoted = !quoted,
            _ if quoted => {}
            ('\\' | '_' | '*', None) => escaped = true,
            ('[', None) => bracket = Some(String::new()),
            (']', Some(inside)) => {
                let unit = inside.chars().all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's'));
                if unit && !inside.is_empty() {
                    return Shown::Duration;
                }
                bracket = None;
            }
            (c, Some(inside)) => inside.push(c),
            (';', None) => break,
            ('%', None) => return Shown::Percent,
            (c, None) => date |= matches!(c.to_ascii_lowercase(), 'y' | 'm' | 'd' | 'h' | 's'),
        }
    }
    if date { Shown::Date } else { Shown::Number }
}

/// A number with the 15 digits that a spreadsheet keeps, in the shortest form.
fn number(x: f64, text: &mut String) {
    let kept: f64 = format!("{x:.14e}").parse().unwrap_or(x);
    put(text, format_args!("{kept}"));
}

/// A day, a day and a time, or a time alone, as a serial number since 1900 says.
fn stamp(serial: f64, dated: bool, text: &mut String) {
    let seconds = (serial * SECONDS).round();
    if !(0.0..LAST_SERIAL * SECONDS).contains(&seconds) {
        // No date has this form: it is told as one that does not exist.
        return text.push_str("9999-99-99");
    }
    let (days, rest) = ((seconds / SECONDS).floor(), (seconds % SECONDS) as u32);
    match excel_1900(days as u32) {
        Some(day) if dated => put(text, format_args!("{day}")),
        None if dated => return text.push_str("9999-99-99"),
        _ => {}
    }
    if rest != 0 || !dated {
        let gap = if dated { " " } else { "" };
        put(text, format_args!("{gap}{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60));
    }
}

/// A length of time, in hours beyond a day.
fn duration(days: f64, text: &mut String) {
    let seconds = (days.abs() * SECONDS).round();
    if !seconds.is_finite() || seconds > 1e12 {
        return number(days, text);
    }
    let (all, sign) = (seconds as u64, if days < 0.0 { "-" } else { "" });
    put(text, format_args!("{sign}{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60));
}

/// Appends; a string takes whatever it is given.
fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}
