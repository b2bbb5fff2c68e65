//! Any rectangular table, typed by column, held by polars. A column is numeric only if every non-missing cell is.

use hashbrown::HashMap;
use polars::prelude::{BooleanChunked, Column as Series, DataFrame, DataType, NewChunkedArray};
use std::borrow::Cow;
use std::hash::Hash;

/// A plain table: a frame of f64, date and text columns with nulls for missing, and where each row stands in its file.
#[derive(Debug, Clone)]
pub struct Plain {
    /// The columns: Float64, Date or String.
    pub frame: DataFrame,
    /// Physical line of each row.
    pub lines: Vec<u64>,
    /// The file's name, without its folder (the first, when several were given).
    pub file: String,
}

/// How many numbers there must be for each other cell before a text column is taken for a numeric one with faults.
const NUMBERS_PER_ODD_CELL: u64 = 4;

/// Cells that are not numbers among many that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OddCells {
    /// Physical line of the first.
    pub line: u64,
    /// How many.
    pub count: u64,
}

impl Plain {
    /// Rows.
    pub fn rows(&self) -> usize {
        self.frame.height()
    }

    /// The rows that a mask keeps; `None` when it is not one of this table.
    pub fn only(&self, kept: &[bool]) -> Option<Self> {
        let mask = BooleanChunked::from_slice("kept".into(), kept);
        let lines = self.lines.iter().zip(kept).filter(|(_, kept)| **kept).map(|(line, _)| *line).collect();
        Some(Self { frame: self.frame.filter(&mask).ok()?, lines, file: self.file.clone() })
    }

    /// Column names in file order.
    pub fn names(&self) -> Vec<String> {
        self.frame.get_column_names().iter().map(|n| n.to_string()).collect()
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Series> {
        self.frame.column(name).ok()
    }

    /// Whether the column is there and numeric.
    pub fn is_numeric(&self, name: &str) -> bool {
        self.column(name).is_some_and(|c| c.dtype() == &DataType::Float64)
    }

    /// A numeric column's cells; `None` when there is no such numeric column.
    pub fn numbers(&self, name: &str) -> Option<Vec<Option<f64>>> {
        Some(self.column(name)?.as_materialized_series().f64().ok()?.iter().collect())
    }

    /// A numeric column's cells with NaN for missing ones, without a copy where they lie in one piece; `None` when there is
    /// no such numeric column.
    pub fn floats(&self, name: &str) -> Option<Cow<'_, [f64]>> {
        let cells = self.column(name)?.as_materialized_series().f64().ok()?;
        Some(match cells.cont_slice() {
            Ok(slice) => Cow::Borrowed(slice),
            Err(_) => Cow::Owned(cells.iter().map(|cell| cell.unwrap_or(f64::NAN)).collect()),
        })
    }

    /// Any column's cells as numbers of its distinct values, in the order of first sight; `None` for a missing cell.
    pub fn codes(&self, name: &str) -> Option<Vec<Option<u32>>> {
        fn number<K: Eq + Hash>(known: &mut HashMap<K, u32>, cell: K) -> u32 {
            let next = known.len() as u32;
            *known.entry(cell).or_insert(next)
        }
        let series = self.column(name)?.as_materialized_series();
        if let Ok(text) = series.str() {
            let mut known = HashMap::new();
            return Some(text.iter().map(|cell| cell.map(|cell| number(&mut known, cell))).collect());
        }
        if let Ok(numbers) = series.f64() {
            // 0 and -0 are one value, as they are one text.
            let mut known = HashMap::new();
            return Some(numbers.iter().map(|cell| cell.map(|v| number(&mut known, (v + 0.0).to_bits()))).collect());
        }
        let mut known = HashMap::new();
        Some(self.days(name)?.into_iter().map(|cell| cell.map(|day| number(&mut known, day))).collect())
    }

    /// Any column's cells as text: numbers in shortest form, dates as ISO.
    pub fn texts(&self, name: &str) -> Option<Vec<Option<String>>> {
        let series = self.column(name)?.as_materialized_series();
        if let Ok(text) = series.str() {
            return Some(text.iter().map(|t| t.map(String::from)).collect());
        }
        if let Ok(numbers) = series.f64() {
            return Some(numbers.iter().map(|v| v.map(|v| format!("{v}"))).collect());
        }
        Some(self.days(name)?.into_iter().map(|d| d.map(|d| crate::domain::Day(d).to_string())).collect())
    }

    /// The cells of a text column that keep it from being numeric, when nearly all its other cells are numbers.
    pub fn odd_cells(&self, name: &str) -> Option<OddCells> {
        let series = self.column(name)?.as_materialized_series();
        let cells = series.str().ok()?;
        let (mut numbers, mut odd) = (0u64, None::<OddCells>);
        for (cell, &line) in cells.iter().zip(&self.lines) {
            match cell.map(|c| c.trim().parse::<f64>().is_ok()) {
                Some(true) => numbers += 1,
                Some(false) => odd.get_or_insert(OddCells { line, count: 0 }).count += 1,
                None => {}
            }
        }
        odd.filter(|odd| numbers >= NUMBERS_PER_ODD_CELL * odd.count)
    }

    /// A date column's days since 1970-01-01; `None` when it is not a date column.
    pub fn days(&self, name: &str) -> Option<Vec<Option<i32>>> {
        let series = self.column(name)?.as_materialized_series();
        Some(series.date().ok()?.physical().iter().collect())
    }
}
