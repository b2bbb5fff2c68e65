//! A run of rows of one table, column by column, each value parsed to its kind. Faulty cells are missing here; the
//! faults themselves are `Issue`s that the reader of the file collected.

use super::schema::{Kind, Table};
use serde::{Deserialize, Serialize};

/// The missing day or month number.
pub const MISSING_DAY: i32 = i32::MIN;

/// The bit of the overall score in a topic set; bits 0.. are the study's topics in order.
pub const OVERALL_BIT: u32 = 1 << 31;

/// Where a cell's text stands in its batch: bytes `.0` up to `.1`. An empty cell is a missing one.
pub type Span = (u32, u32);

/// The text cells of one column.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'a> {
    text: &'a str,
    spans: &'a [Span],
}

impl<'a> Texts<'a> {
    /// Cell `row`, empty when missing.
    #[inline]
    pub fn get(&self, row: usize) -> &'a str {
        let span = self.spans.get(row).copied().unwrap_or_default();
        self.text.get(span.0 as usize..span.1 as usize).unwrap_or("")
    }

    /// Whether another column of the same batch has the same text in this row.
    #[inline]
    pub fn is_same(&self, row: usize, other: &Texts<'_>) -> bool {
        let length = |texts: &Texts<'_>| texts.spans.get(row).map_or(0, |(from, to)| to - from);
        length(self) == length(other) && self.get(row) == other.get(row)
    }

    /// Every cell in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let cells = *self;
        (0..cells.len()).map(move |row| cells.get(row))
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// No cell.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}

/// One column's cells.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Id, Text, Wave, Status and undeclared columns: places in the batch's text.
    Text(Vec<Span>),
    /// Number and Level; missing is NaN.
    Number(Vec<f64>),
    /// Days since 1970-01-01; missing is `MISSING_DAY`.
    Day(Vec<i32>),
    /// Months since January of year 0; missing is `MISSING_DAY`.
    Month(Vec<i32>),
    /// Bits of the topics; missing is 0.
    Topics(Vec<u32>),
}

/// A column of a file as understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayoutColumn {
    /// Canonical name (a topic code for the wide layout), or the header as written for an undeclared column.
    pub name: String,
    /// The header as written in the file.
    pub header: String,
    /// 1-based position in the file.
    pub index: usize,
    /// What its cells hold.
    pub kind: Kind,
    /// Known to the schema (or a topic of the wide layout).
    pub declared: bool,
}

/// The columns of a file, in the order of `Batch::columns`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The table.
    pub table: Table,
    /// The file's name, without its folder.
    pub file: String,
    /// Its columns.
    pub columns: Vec<LayoutColumn>,
}

impl Layout {
    /// Position in `columns` of a column by name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }
}

/// A run of rows: a piece of a file, its text kept once and its cells as places in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Physical lines of the file before this piece; known once the pieces before it have been counted.
    pub before: u64,
    /// Line on which each row begins, counted from 1 within the piece.
    pub lines: Vec<u32>,
    /// Where text cells stand.
    pub text: String,
    /// One per `Layout::columns`.
    pub columns: Vec<Column>,
}

impl Batch {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// Physical line on which a row begins (the header is line 1).
    #[inline]
    pub fn line(&self, row: usize) -> u64 {
        self.before + u64::from(self.lines.get(row).copied().unwrap_or(0))
    }

    /// The text column at `position`.
    pub fn text(&self, position: usize) -> Option<Texts<'_>> {
        match self.columns.get(position) {
            Some(Column::Text(spans)) => Some(Texts { text: &self.text, spans }),
            _ => None,
        }
    }

    /// The text of a cell by its place.
    #[inline]
    pub fn cell(&self, (from, to): Span) -> &str {
        self.text.get(from as usize..to as usize).unwrap_or("")
    }

    /// The text column of a name.
    pub fn texts(&self, layout: &Layout, name: &str) -> Option<Texts<'_>> {
        self.text(layout.position(name)?)
    }

    /// A text column for cells given one by one, for tables that no file holds.
    pub fn push_text<'t>(&mut self, cells: impl IntoIterator<Item = &'t str>) {
        let mut spans = Vec::new();
        for cell in cells {
            let from = self.text.len() as u32;
            self.text.push_str(cell);
            spans.push((from, self.text.len() as u32));
        }
        self.columns.push(Column::Text(spans));
    }

    /// The numbers at `position`.
    pub fn numbers(&self, position: usize) -> Option<&[f64]> {
        match self.columns.get(position) {
            Some(Column::Number(c)) => Some(c),
            _ => None,
        }
    }

    /// The days or months at `position`.
    pub fn days(&self, position: usize) -> Option<&[i32]> {
        match self.columns.get(position) {
            Some(Column::Day(c) | Column::Month(c)) => Some(c),
            _ => None,
        }
    }

    /// The topic sets at `position`.
    pub fn topics(&self, position: usize) -> Option<&[u32]> {
        match self.columns.get(position) {
            Some(Column::Topics(c)) => Some(c),
            _ => None,
        }
    }
}
