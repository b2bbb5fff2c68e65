//! Columns that the questions stand on and that hold nothing at all: an export that lost a column on its way.

use super::{Ledger, Seen};
use crate::findings::Level;
use crate::tables::{Column, Kind, Layout, LayoutColumn, MISSING_DAY, Table};
use std::collections::BTreeMap;

/// Columns that are pointless when empty, besides the required ones.
const NEEDED: [(Table, &str); 3] =
    [(Table::Sessions, "topic"), (Table::Sessions, "satisfaction"), (Table::Survey, "engagement")];

/// Cells without which a row counts for nothing: told row by row when blank or unreadable.
const REQUIRED_CELLS: [(Table, &str); 3] =
    [(Table::Sessions, "held_on"), (Table::Sales, "month"), (Table::Sales, "sales")];

/// Which needed columns of which file hold a value, and where the file's rows begin.
#[derive(Debug, Default)]
pub struct Filled {
    columns: BTreeMap<(String, String), Found>,
}

#[derive(Debug)]
struct Found {
    layout: Layout,
    line: u64,
    rows: u64,
    values: u64,
    blank: Vec<u64>,
}

impl Filled {
    /// Counts the values of a batch.
    pub fn absorb(&mut self, seen: &Seen) {
        let Some(&line) = seen.batch.lines.first() else { return };
        for (column, cells) in seen.layout.columns.iter().zip(&seen.batch.columns) {
            if !needed(seen.layout.table, column) {
                continue;
            }
            let key = (seen.layout.file.clone(), column.name.clone());
            let fresh = || Found { layout: seen.layout.clone(), line, rows: 0, values: 0, blank: Vec::new() };
            let found = self.columns.entry(key).or_insert_with(fresh);
            found.rows += seen.batch.rows() as u64;
            found.values += values(cells);
            if REQUIRED_CELLS.contains(&(seen.layout.table, column.name.as_str())) {
                let blank = |row: &usize| !holds(cells, *row);
                found.blank.extend((0..seen.batch.rows()).filter(blank).filter_map(|row| seen.batch.lines.get(row)));
            }
        }
    }

    /// An error for each needed column without a single value.
    pub fn check(&self, ledger: &mut Ledger) {
        for ((_, name), found) in &self.columns {
            if found.values == 0 {
                ledger.add("empty_column", Level::Error, &found.layout, name, found.line).count = found.rows;
                continue;
            }
            for &line in &found.blank {
                ledger.add("missing_value", Level::Warning, &found.layout, name, line);
            }
        }
    }
}

/// Identifiers are not needed here: a blank one is told row by row.
fn needed(table: Table, column: &LayoutColumn) -> bool {
    let required = table.field(&column.name).is_some_and(|f| f.required) && column.kind != Kind::Id;
    column.declared && (required || NEEDED.contains(&(table, column.name.as_str())))
}

fn values(cells: &Column) -> u64 {
    let rows = match cells {
        Column::Text(text) => text.len(),
        Column::Number(numbers) => numbers.len(),
        Column::Day(days) | Column::Month(days) => days.len(),
        Column::Topics(sets) => sets.len(),
    };
    (0..rows).filter(|row| holds(cells, *row)).count() as u64
}

fn holds(cells: &Column, row: usize) -> bool {
    match cells {
        Column::Text(text) => !text.get(row).is_empty(),
        Column::Number(numbers) => numbers.get(row).is_some_and(|v| !v.is_nan()),
        Column::Day(days) | Column::Month(days) => days.get(row).is_some_and(|d| *d != MISSING_DAY),
        Column::Topics(sets) => sets.get(row).is_some_and(|set| *set != 0),
    }
}
