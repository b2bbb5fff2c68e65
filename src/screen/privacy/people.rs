//! The columns of the people table as codes, person by person. Keeps codes, never prints a value and judges nothing.

use crate::panel::Ids;
use crate::tables::{Batch, Column, Layout, LayoutColumn, MISSING_DAY, Table};
use hashbrown::HashMap;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Quasi-identifiers of the canonical people table. Ids of teams and managers are measured beside them.
pub(super) const QUASI: [&str; 5] = ["company_id", "department", "group", "hired_on", "left_on"];

/// Where a column stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) table: Option<Table>,
    pub(super) file: String,
    pub(super) name: String,
    pub(super) header: String,
    pub(super) index: usize,
}

impl Place {
    pub(super) fn of(layout: &Layout, column: &LayoutColumn) -> Self {
        Self {
            table: Some(layout.table),
            file: layout.file.clone(),
            name: column.name.clone(),
            header: column.header.clone(),
            index: column.index,
        }
    }

    /// The issue with this place; a header that is not the column's name is told.
    pub(super) fn on(&self, issue: crate::findings::Issue) -> crate::findings::Issue {
        let issue = if self.file.is_empty() { issue } else { issue.file(&self.file) };
        let issue = self.table.map_or(issue.clone(), |table| issue.table(table.name()));
        if self.name.is_empty() {
            return issue;
        }
        let issue = issue.column(&self.name, Some(self.index));
        if self.header == self.name || issue.detail.is_some() { issue } else { issue.detail(self.header.clone()) }
    }
}

/// A column of people: a code per person; 0 is "missing".
#[derive(Debug, Clone, Default)]
pub(super) struct Coded {
    pub(super) codes: Vec<u32>,
    values: HashMap<String, u32>,
    lists: HashMap<Vec<u32>, u32>,
    text: bool,
    pub(super) declared: bool,
    pub(super) place: Place,
}

/// The people table.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    pub(super) columns: BTreeMap<String, Coded>,
    pub(super) lines: Vec<u64>,
    pub(super) file: String,
    pub(super) id_place: Place,
    ids: Ids,
    /// The first row of each id, and the id of each row where there is one.
    rows: Vec<u32>,
    numbers: Vec<Option<u32>>,
}

impl People {
    /// Takes a batch of the people table.
    pub(super) fn absorb(&mut self, layout: &Layout, batch: &Batch) {
        let before = self.lines.len();
        self.lines.extend((0..batch.rows()).map(|row| batch.line(row)));
        if self.file.is_empty() {
            self.file.clone_from(&layout.file);
        }
        self.numbers.resize(self.lines.len(), None);
        if let Some(ids) = batch.texts(layout, "employee_id") {
            if let Some(column) = layout.columns.iter().find(|c| c.name == "employee_id")
                && self.id_place.file.is_empty()
            {
                self.id_place = Place::of(layout, column);
            }
            for (row, id) in ids.iter().enumerate().filter(|(_, id)| !id.is_empty()) {
                let number = self.ids.intern(id);
                if number as usize == self.rows.len() {
                    self.rows.push((before + row) as u32);
                }
                if let Some(of) = self.numbers.get_mut(before + row) {
                    *of = Some(number);
                }
            }
        }
        for (column, cells) in layout.columns.iter().zip(&batch.columns).filter(|(c, _)| c.name != "employee_id") {
            let coded = self.columns.entry(column.name.clone()).or_insert_with(|| Coded {
                declared: column.declared,
                place: Place::of(layout, column),
                ..Coded::default()
            });
            coded.codes.resize(before, 0);
            for row in 0..batch.rows() {
                coded.push(&text(batch, cells, row));
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The row of a person by id.
    pub(super) fn row(&self, id: &str) -> Option<u32> {
        self.rows.get(self.ids.find(id)? as usize).copied()
    }

    /// The id of each row; empty where there is none.
    pub(super) fn id(&self, row: usize) -> &str {
        self.numbers.get(row).copied().flatten().map_or("", |number| self.ids.name(number))
    }

    /// The name of a column given by its name, by its header, or with its table in front.
    pub(super) fn canonical<'n>(&'n self, given: &'n str) -> &'n str {
        let given = given.strip_prefix("people.").unwrap_or(given);
        let by_header = || self.columns.iter().find(|(_, c)| c.place.header == given).map(|(name, _)| name.as_str());
        if self.columns.contains_key(given) { given } else { by_header().unwrap_or(given) }
    }

    /// Declared quasi-identifiers and every undeclared column (fail closed).
    pub(super) fn default_quasi(&self, sensitive: &[&str]) -> Vec<&str> {
        let counts = |name: &str, c: &Coded| QUASI.contains(&name) || !c.declared;
        let columns = self.columns.iter().filter(|(name, c)| counts(name, c) && !sensitive.contains(&name.as_str()));
        columns.map(|(name, _)| name.as_str()).collect()
    }

    /// The codes of some columns, person by person.
    pub(super) fn keys(&self, columns: &[&str]) -> Vec<Vec<u32>> {
        let coded: Vec<&Coded> = columns.iter().filter_map(|name| self.columns.get(*name)).collect();
        (0..self.len()).map(|row| coded.iter().map(|c| c.code(row)).collect()).collect()
    }
}

impl Coded {
    fn push(&mut self, value: &str) {
        let code = self.of(value);
        self.codes.push(code);
    }

    fn of(&mut self, value: &str) -> u32 {
        if value.is_empty() {
            return 0;
        }
        self.text |= !value.parse::<f64>().is_ok_and(f64::is_finite);
        let next = self.values.len() as u32 + 1;
        *self.values.entry_ref(value).or_insert(next)
    }

    /// The code of a value that was seen; 0 for a missing one, `None` for one that was not.
    pub(super) fn find(&self, value: &str) -> Option<u32> {
        if value.is_empty() { Some(0) } else { self.values.get(value).copied() }
    }

    /// The code of a list; 0 for an empty one.
    pub(super) fn list(&mut self, list: &[u32]) -> u32 {
        if list.is_empty() {
            return 0;
        }
        let next = self.lists.len() as u32 + 1;
        *self.lists.entry_ref(list).or_insert(next)
    }

    pub(super) fn code(&self, row: usize) -> u32 {
        self.codes.get(row).copied().unwrap_or(0)
    }

    pub(super) fn is_numeric(&self) -> bool {
        !self.text && !self.values.is_empty()
    }

    /// The first values seen, for the prefixes of the attack on digests; they are tried, never told.
    pub(super) fn some_values(&self, most: usize) -> Vec<&str> {
        let mut values: Vec<(&str, u32)> = self.values.iter().map(|(text, code)| (text.as_str(), *code)).collect();
        values.sort_by_key(|(_, code)| *code);
        values.into_iter().take(most).map(|(text, _)| text).collect()
    }

    /// How many people carry the value of a row.
    pub(super) fn carriers(&self, row: usize) -> usize {
        let code = self.code(row);
        self.codes.iter().filter(|c| **c == code).count()
    }

    /// Every person's value as a number where all are numbers or days.
    pub(super) fn numbers(&self) -> Option<Vec<Option<f64>>> {
        if !self.is_numeric() {
            return None;
        }
        let mut values = vec![None; self.values.len() + 1];
        for (text, code) in &self.values {
            if let Some(value) = values.get_mut(*code as usize) {
                *value = text.parse().ok();
            }
        }
        Some(self.codes.iter().map(|code| values.get(*code as usize).copied().flatten()).collect())
    }
}

/// A text as compared: NFKC, trimmed, case folded.
pub(super) fn folded(cell: &str) -> String {
    if cell.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return cell.trim().to_string();
    }
    let folded: String = cell.nfkc().flat_map(char::to_lowercase).collect();
    folded.trim().to_string()
}

/// A cell as compared; numbers and days by value; empty when missing.
fn text(batch: &Batch, cells: &Column, row: usize) -> String {
    match cells {
        Column::Text(cells) => folded(cells.get(row).map_or("", |span| batch.cell(*span))),
        Column::Number(cells) => cells.get(row).filter(|v| v.is_finite()).map(|v| v.to_string()).unwrap_or_default(),
        Column::Day(cells) | Column::Month(cells) => {
            cells.get(row).filter(|d| **d != MISSING_DAY).map(|d| d.to_string()).unwrap_or_default()
        }
        Column::Topics(cells) => cells.get(row).filter(|t| **t != 0).map(|t| t.to_string()).unwrap_or_default(),
    }
}
