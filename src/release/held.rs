//! The tables of a study in memory, column by column, texts as numbers: what is made coarser and written again. Memory is
//! 4 to 8 bytes a cell and each different text once. Reads and writes nothing.

use super::key::Kind as IdKind;
use crate::panel::{Ids, NOBODY};
use crate::tables::{Batch, Column as Cells, Kind, Layout, LayoutColumn, MISSING_DAY, Table};

/// The cells of one column.
#[derive(Debug, Clone)]
pub enum Held {
    /// Texts: the different ones, and which each row has; `NOBODY` when missing.
    Text(Ids, Vec<u32>),
    /// Numbers; NaN when missing.
    Number(Vec<f64>),
    /// Days; `MISSING_DAY` when missing.
    Day(Vec<i32>),
    /// Months; `MISSING_DAY` when missing.
    Month(Vec<i32>),
    /// Topic bits; 0 when missing.
    Topics(Vec<u32>),
}

/// A named column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its canonical name.
    pub name: String,
    /// What its cells hold.
    pub kind: Kind,
    /// Known to the schema, or a topic.
    pub declared: bool,
    /// Its cells.
    pub cells: Held,
}

/// A table, of one file or several.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Which.
    pub table: Table,
    /// Its columns, in the order of the first file.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: usize,
}

/// The tables of a study, people first.
#[derive(Debug, Clone, Default)]
pub struct Tables(pub Vec<Sheet>);

/// Rows given out at a time.
const PIECE: usize = 65_536;

impl Held {
    fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Number | Kind::Level | Kind::Agreement => Held::Number(Vec::new()),
            Kind::Day => Held::Day(Vec::new()),
            Kind::Month => Held::Month(Vec::new()),
            Kind::Topics => Held::Topics(Vec::new()),
            Kind::Id | Kind::Text | Kind::Wave | Kind::Status => Held::Text(Ids::default(), Vec::new()),
        }
    }

    /// Missing cells up to `rows`.
    fn fill(&mut self, rows: usize) {
        match self {
            Held::Text(_, of) => of.resize(rows, NOBODY),
            Held::Number(cells) => cells.resize(rows, f64::NAN),
            Held::Day(cells) | Held::Month(cells) => cells.resize(rows, MISSING_DAY),
            Held::Topics(cells) => cells.resize(rows, 0),
        }
    }

    fn push(&mut self, batch: &Batch, cells: &Cells) {
        match (self, cells) {
            (Held::Text(ids, of), Cells::Text(spans)) => of.extend(spans.iter().map(|s| ids.intern(batch.cell(*s)))),
            (Held::Number(held), Cells::Number(cells)) => held.extend(cells),
            (Held::Day(held), Cells::Day(cells)) | (Held::Month(held), Cells::Month(cells)) => held.extend(cells),
            (Held::Topics(held), Cells::Topics(cells)) => held.extend(cells),
            // A column of one name has one kind; where it had not, its cells are missing.
            _ => {}
        }
    }

    /// The rows named, in that order.
    pub fn only(&self, rows: &[usize]) -> Self {
        fn pick<T: Copy>(cells: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().map(|row| cells[*row]).collect()
        }
        match self {
            Held::Text(ids, of) => {
                // Texts that no row has any more must be gone, not only unused.
                let mut kept = Ids::default();
                let of = pick(of, rows).into_iter().map(|number| kept.intern(ids.name(number))).collect();
                Held::Text(kept, of)
            }
            Held::Number(cells) => Held::Number(pick(cells, rows)),
            Held::Day(cells) => Held::Day(pick(cells, rows)),
            Held::Month(cells) => Held::Month(pick(cells, rows)),
            Held::Topics(cells) => Held::Topics(pick(cells, rows)),
        }
    }

    /// Whether any row has a cell.
    pub fn any(&self) -> bool {
        match self {
            Held::Text(_, of) => of.iter().any(|n| *n != NOBODY),
            Held::Number(cells) => cells.iter().any(|v| v.is_finite()),
            Held::Day(cells) | Held::Month(cells) => cells.iter().any(|d| *d != MISSING_DAY),
            Held::Topics(cells) => cells.iter().any(|t| *t != 0),
        }
    }
}

impl Sheet {
    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// A column by name.
    pub fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|c| c.name == name)
    }

    /// The texts of a column and which each row has.
    pub fn texts(&self, name: &str) -> Option<(&Ids, &[u32])> {
        match &self.column(name)?.cells {
            Held::Text(ids, of) => Some((ids, of)),
            _ => None,
        }
    }

    /// Days or months of a column.
    pub fn days(&self, name: &str) -> Option<&[i32]> {
        match &self.column(name)?.cells {
            Held::Day(cells) | Held::Month(cells) => Some(cells),
            _ => None,
        }
    }

    /// Numbers of a column.
    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        match &self.column(name)?.cells {
            Held::Number(cells) => Some(cells),
            _ => None,
        }
    }

    /// The rows named, in that order; columns left without any cell are gone.
    pub fn only(&self, rows: &[usize]) -> Self {
        let columns = self.columns.iter().map(|c| Column { cells: c.cells.only(rows), ..c.clone_head() });
        Self { table: self.table, columns: columns.collect(), rows: rows.len() }
    }

    /// The name of the file it is written to.
    pub fn file(&self) -> String {
        format!("{}.csv", self.table.name())
    }

    /// What a reader of the written file would make of its header.
    pub fn layout(&self) -> Layout {
        let column = |(at, c): (usize, &Column)| LayoutColumn {
            name: c.name.clone(),
            header: c.name.clone(),
            index: at + 1,
            kind: c.kind,
            declared: c.declared,
        };
        Layout { table: self.table, file: self.file(), columns: self.columns.iter().enumerate().map(column).collect() }
    }

    /// The rows as batches, as a reader of the written file would deliver them.
    pub fn batches(&self) -> impl Iterator<Item = Batch> + '_ {
        (0..self.rows).step_by(PIECE).map(|from| {
            let to = (from + PIECE).min(self.rows);
            // The header is line 1.
            let mut batch =
                Batch { before: 1 + from as u64, lines: (1..=(to - from) as u32).collect(), ..Batch::default() };
            for column in &self.columns {
                match &column.cells {
                    Held::Text(ids, of) => batch.push_text(of[from..to].iter().map(|number| ids.name(*number))),
                    Held::Number(cells) => batch.columns.push(Cells::Number(cells[from..to].to_vec())),
                    Held::Day(cells) => batch.columns.push(Cells::Day(cells[from..to].to_vec())),
                    Held::Month(cells) => batch.columns.push(Cells::Month(cells[from..to].to_vec())),
                    Held::Topics(cells) => batch.columns.push(Cells::Topics(cells[from..to].to_vec())),
                }
            }
            batch
        })
    }

    /// Whether every id has the shape of a pseudonym.
    pub fn is_pseudonymous(&self) -> bool {
        self.columns.iter().all(|column| match (IdKind::of(&column.name), &column.cells) {
            (Some(kind), Held::Text(ids, _)) => (0..ids.len() as u32).all(|number| kind.fits(ids.name(number))),
            _ => true,
        })
    }
}

impl Column {
    /// The same column without its cells.
    fn clone_head(&self) -> Self {
        Self { name: self.name.clone(), kind: self.kind, declared: self.declared, cells: Held::Topics(Vec::new()) }
    }
}

impl Tables {
    /// Takes a batch; files of one table stand one behind the other, a column that one of them lacks is missing there.
    pub fn absorb(&mut self, layout: &Layout, batch: &Batch) {
        let at = self.0.iter().position(|s| s.table == layout.table).unwrap_or_else(|| {
            self.0.push(Sheet { table: layout.table, columns: Vec::new(), rows: 0 });
            self.0.len() - 1
        });
        let sheet = &mut self.0[at];
        for (about, cells) in layout.columns.iter().zip(&batch.columns) {
            if sheet.column(&about.name).is_none() {
                let (name, kind, declared) = (about.name.clone(), about.kind, about.declared);
                let mut cells = Held::empty(kind);
                cells.fill(sheet.rows);
                sheet.columns.push(Column { name, kind, declared, cells });
            }
            if let Some(column) = sheet.column_mut(&about.name) {
                column.cells.push(batch, cells);
            }
        }
        sheet.rows += batch.rows();
        let rows = sheet.rows;
        sheet.columns.iter_mut().for_each(|column| column.cells.fill(rows));
    }

    /// A table, if the study has it.
    pub fn sheet(&self, table: Table) -> Option<&Sheet> {
        self.0.iter().find(|s| s.table == table)
    }
}
