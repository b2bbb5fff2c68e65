//! The people table, column by column, with ids and names as numbers. Later tables refer to these numbers.

use super::ids::Ids;
use crate::tables::{Batch, Layout, LayoutColumn, MISSING_DAY};

/// A named column of categories: groups, departments, covariates.
#[derive(Debug, Clone, Default)]
pub struct Categories {
    /// The column's name.
    pub name: String,
    /// The categories.
    pub ids: Ids,
    /// One per person; `NOBODY` when missing.
    pub of: Vec<u32>,
    /// Its header in the file.
    pub header: String,
    /// Its 1-based position in the file.
    pub index: usize,
}

/// Everybody in the people table; person `p` is `ids.name(p)`.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// Employee ids.
    pub ids: Ids,
    /// First day of employment; `MISSING_DAY` when missing.
    pub hired: Vec<i32>,
    /// Last day of employment; `MISSING_DAY` while employed.
    pub left: Vec<i32>,
    /// Physical line of each person.
    pub lines: Vec<u64>,
    /// Every text column: company_id, department, manager_id, group, unit_id and undeclared ones.
    pub columns: Vec<Categories>,
    /// The file's name, without its folder.
    pub file: String,
    /// The table has a `hired_on` column.
    pub has_hired: bool,
    /// The table has a `left_on` column.
    pub has_left: bool,
    facts: Vec<Fact>,
}

/// What every row of a log is held against: beside each other, because people come in no order there.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    /// First day of employment; `MISSING_DAY` when missing.
    pub hired: i32,
    /// Last day of employment; `MISSING_DAY` while employed.
    pub left: i32,
    /// Company; `NOBODY` when missing.
    pub company: u32,
}

const NO_FACT: Fact = Fact { hired: MISSING_DAY, left: MISSING_DAY, company: super::NOBODY };

impl People {
    /// Takes in a batch of people; rows that are not to be kept (a repeated id) are passed over.
    pub fn absorb(&mut self, layout: &Layout, batch: &Batch, keep: &[bool]) {
        let Some(id) = layout.position("employee_id").and_then(|at| batch.text(at)) else { return };
        let day = |name: &str| layout.position(name).and_then(|at| batch.days(at));
        let (hired, left) = (day("hired_on"), day("left_on"));
        self.has_hired |= hired.is_some();
        self.has_left |= left.is_some();
        let rows: Vec<usize> = (0..batch.rows()).filter(|&r| keep.get(r).copied().unwrap_or(false)).collect();
        let before = self.lines.len();
        self.file.clone_from(&layout.file);
        for &row in &rows {
            self.ids.intern(id.get(row));
            self.lines.push(batch.line(row));
            self.hired.push(hired.and_then(|d| d.get(row).copied()).unwrap_or(MISSING_DAY));
            self.left.push(left.and_then(|d| d.get(row).copied()).unwrap_or(MISSING_DAY));
        }
        for (at, column) in layout.columns.iter().enumerate() {
            if column.name == "employee_id" {
                continue;
            }
            let Some(cells) = batch.text(at) else { continue };
            let categories = self.column_mut(column, before);
            for &row in &rows {
                let number = categories.ids.intern(cells.get(row));
                categories.of.push(number);
            }
        }
        let total = self.lines.len();
        for column in &mut self.columns {
            column.of.resize(total, super::NOBODY);
        }
    }

    /// Told that everybody is in, before the tables that refer to them.
    pub fn settle(&mut self) {
        self.ids.settle();
        let company = self.column("company_id").map(|c| c.of.as_slice()).unwrap_or(&[]);
        let of = |p: usize| company.get(p).copied().unwrap_or(super::NOBODY);
        let spans = self.hired.iter().zip(&self.left).enumerate();
        self.facts = spans.map(|(p, (&hired, &left))| Fact { hired, left, company: of(p) }).collect();
    }

    /// What is known of a person; nothing of nobody.
    #[inline]
    pub fn fact(&self, person: u32) -> Fact {
        self.facts.get(person as usize).copied().unwrap_or(NO_FACT)
    }

    /// The number of somebody met in another table, for studies without a people table.
    pub fn meet(&mut self, id: &str) -> u32 {
        let number = self.ids.intern(id);
        if number != super::NOBODY && number as usize == self.lines.len() {
            self.lines.push(0);
            self.hired.push(MISSING_DAY);
            self.left.push(MISSING_DAY);
        }
        number
    }

    #[allow(clippy::indexing_slicing, reason = "places found or counted in the same list")]
    fn column_mut(&mut self, column: &LayoutColumn, filled: usize) -> &mut Categories {
        let at = self.columns.iter().position(|c| c.name == column.name).unwrap_or_else(|| {
            self.columns.push(Categories {
                name: column.name.clone(),
                ids: Ids::default(),
                of: vec![super::NOBODY; filled],
                header: column.header.clone(),
                index: column.index,
            });
            self.columns.len() - 1
        });
        &mut self.columns[at]
    }

    /// How many people.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Nobody.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A category column by name.
    pub fn column(&self, name: &str) -> Option<&Categories> {
        self.columns.iter().find(|c| c.name == name)
    }
}
