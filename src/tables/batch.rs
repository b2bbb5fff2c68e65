//! A run of rows of one table, column by column, each value parsed to its kind. Faulty cells are missing here; the
//! faults themselves are `Issue`s that the reader of the file collected.

use super::schema::{Kind, Table};

/// The missing day or month number.
pub const MISSING_DAY: i32 = i32::MIN;

/// The bit of the overall score in a topic set; bits 0.. are the study's topics in order.
pub const OVERALL_BIT: u32 = 1 << 31;

/// Text of a column, packed: cell `i` is `text[ends[i-1]..ends[i]]`; an empty cell is a missing one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextColumn {
    text: String,
    ends: Vec<u32>,
}

impl TextColumn {
    /// Appends a cell.
    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len() as u32);
    }

    /// Cell `row`, empty when missing.
    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends.get(row - 1).copied().unwrap_or(0) as usize };
        let end = self.ends.get(row).copied().unwrap_or(start as u32) as usize;
        self.text.get(start..end).unwrap_or("")
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// No cell yet.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Forgets the cells and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }
}

/// One column's cells.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Id, Text, Wave, Status and undeclared columns.
    Text(TextColumn),
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A run of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Physical line on which each row begins (the header is line 1).
    pub lines: Vec<u64>,
    /// One per `Layout::columns`.
    pub columns: Vec<Column>,
}

impl Batch {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The text column at `position`.
    pub fn text(&self, position: usize) -> Option<&TextColumn> {
        match self.columns.get(position) {
            Some(Column::Text(c)) => Some(c),
            _ => None,
        }
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
