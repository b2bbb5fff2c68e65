//! Columns that the questions stand on and that hold nothing at all: an export that lost a column on its way.

use super::{Ledger, Seen};
use crate::findings::Level;
use crate::findings::issue::MAX_LINES;
use crate::tables::{Batch, Column, Kind, Layout, LayoutColumn, MISSING_DAY, Table};
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
    blanks: u64,
    /// Lines of the first of them.
    blank: Vec<u64>,
}

/// The values of one needed column of a batch: its position, how many there are, and the rows without.
#[derive(Debug)]
pub struct Held {
    column: usize,
    values: u64,
    blank: Vec<usize>,
}

/// Counts the values of a batch.
pub fn look(seen: &Seen) -> Vec<Held> {
    let columns = seen.layout.columns.iter().zip(&seen.batch.columns).enumerate();
    let needed = columns.filter(|(_, (column, _))| needed(seen.layout.table, column));
    needed
        .map(|(at, (column, cells))| {
            let rows = seen.batch.rows();
            let values = values(cells);
            let told = REQUIRED_CELLS.contains(&(seen.layout.table, column.name.as_str())) && values < rows as u64;
            let blank = if told { (0..rows).filter(|row| !holds(cells, *row)).collect() } else { Vec::new() };
            Held { column: at, values, blank }
        })
        .collect()
}

impl Filled {
    /// Takes in what was counted of a batch.
    pub fn absorb(&mut self, layout: &Layout, batch: &Batch, held: Vec<Held>) {
        if batch.rows() == 0 {
            return;
        }
        for held in held {
            let Some(column) = layout.columns.get(held.column) else { continue };
            let key = (layout.file.clone(), column.name.clone());
            let fresh = || Found {
                layout: layout.clone(),
                line: batch.line(0),
                rows: 0,
                values: 0,
                blanks: 0,
                blank: Vec::new(),
            };
            let found = self.columns.entry(key).or_insert_with(fresh);
            found.rows += batch.rows() as u64;
            found.values += held.values;
            found.blanks += held.blank.len() as u64;
            let more = MAX_LINES - found.blank.len().min(MAX_LINES);
            found.blank.extend(held.blank.into_iter().take(more).map(|row| batch.line(row)));
        }
    }

    /// An error for each needed column without a single value.
    pub fn check(&self, ledger: &mut Ledger) {
        for ((_, name), found) in &self.columns {
            if found.values == 0 {
                ledger.add("empty_column", Level::Error, &found.layout, name, found.line).count = found.rows;
                continue;
            }
            let mut told = None;
            for &line in &found.blank {
                told = Some(ledger.add("missing_value", Level::Warning, &found.layout, name, line));
            }
            if let Some(issue) = told {
                issue.count = found.blanks;
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
    let count = match cells {
        Column::Text(spans) => spans.iter().filter(|(from, to)| from < to).count(),
        Column::Number(numbers) => numbers.iter().filter(|v| !v.is_nan()).count(),
        Column::Day(days) | Column::Month(days) => days.iter().filter(|d| **d != MISSING_DAY).count(),
        Column::Topics(sets) => sets.iter().filter(|set| **set != 0).count(),
    };
    count as u64
}

fn holds(cells: &Column, row: usize) -> bool {
    match cells {
        Column::Text(spans) => spans.get(row).is_some_and(|(from, to)| from < to),
        Column::Number(numbers) => numbers.get(row).is_some_and(|v| !v.is_nan()),
        Column::Day(days) | Column::Month(days) => days.get(row).is_some_and(|d| *d != MISSING_DAY),
        Column::Topics(sets) => sets.get(row).is_some_and(|set| *set != 0),
    }
}
