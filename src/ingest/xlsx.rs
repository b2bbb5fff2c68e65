//! XLSX workbooks: the first sheet to be seen is the table, and its cells go the way of a CSV from there (`sheet`). Lines
//! are the rows of the sheet as Excel counts them. What else a workbook carries is told by `workbook::baggage`.

use super::bytes::{Bytes, file_name, unreadable};
use super::csv::TITLE_LINES;
use super::faults::Faults;
use super::records::{MOST_COLUMNS, Step};
use super::rows::{Header, Rows, Sum};
use super::sheet::{self, Computed, Piece, Sheet};
use super::source::{Outcome, Progress, Reading, Source, Take, input, threads};
use super::split::{Grid, Shape, Split, stop};
use super::workbook::{self, LARGEST, Named, Opened, damaged, too_large};
use crate::error::Result;
use crate::findings::{Issue, Level};
use crate::tables::{Batch, Layout};
use std::path::Path;

/// The name of the format where a CSV tells its encoding.
pub(super) const NAME: &str = "XLSX";

/// Reads one file; see `source::read`.
pub(super) fn read<T: Send>(
    bytes: &Bytes,
    source: &Source<'_>,
    look: &(dyn Fn(&Layout, &mut Batch) -> T + Sync),
    take: &mut Take<'_, T>,
    progress: &mut Progress<'_>,
) -> Result<Outcome> {
    let book = Workbook::open(bytes, source.path)?;
    let file = file_name(source.path);
    let mut faults = Faults::new(&file, source.table.name());
    let mut reading = Reading {
        layout: Layout { table: source.table, file, columns: Vec::new() },
        input: input(source.table.name(), source.path, NAME),
        issues: Vec::new(),
        stage_only: false,
    };
    reading.input.sha256 = bytes.sha256().map_err(|e| unreadable(source.path, e))?;
    book.tell(&mut faults);
    if let Some(mut header) = book.header(source, &mut faults) {
        header.tell(&mut reading.layout, &mut faults);
        if !faults.stops() {
            let mut pieces = book.rows_behind_first().into_iter();
            let (total, all) = (bytes.len(), u64::from(book.last_line()).max(1));
            let mut rows = Rows {
                source,
                header: &header,
                delimiter: b',',
                threads: threads(total),
                reading: &mut reading,
                faults: &mut faults,
            };
            rows.pour(
                Sum { lines: header.line, ..Sum::default() },
                || Ok(pieces.next()),
                |piece, shape, faults| Ok(Some(split(&piece, shape, faults))),
                look,
                take,
                &mut |lines| progress(total.min(total / all * lines), total),
            )?;
            progress(total, total);
        }
    }
    reading.issues = faults.into_issues();
    Ok(Outcome::Read(reading))
}

/// A workbook whose table has been read.
pub(super) struct Workbook {
    sheet: Sheet,
    /// What is told whatever the table holds.
    about: Vec<Issue>,
}

impl Workbook {
    /// Reads the table of a workbook, once it is known that it may be unpacked.
    ///
    /// Errors: the path; `workbook_damaged`; `unsupported_format` for other formats in a ZIP file.
    pub(super) fn open(bytes: &Bytes, path: &Path) -> Result<Self> {
        let mut this = Self { sheet: Sheet::default(), about: Vec::new() };
        let mut book = match workbook::open(bytes, path)? {
            Opened::Book(book) => book,
            Opened::TooLarge(issue) => {
                this.about.push(*issue);
                return Ok(this);
            }
        };
        if book.since_1904 {
            this.about.push(Issue::new("workbook_1904", Level::Warning));
        }
        let sheets: Vec<Named> = book.sheets.iter().filter(|sheet| sheet.visible).cloned().collect();
        let Some((first, others)) = sheets.split_first() else {
            this.about.push(Issue::new("empty_file", Level::Error).at(1).structural());
            return Ok(this);
        };
        this.sheet = sheet::read(&mut book, first).map_err(|_| damaged(path))?;
        let mut unread = 0;
        for sheet in others {
            unread += u64::from(sheet::holds_cells(&mut book, sheet).map_err(|_| damaged(path))?);
        }
        if unread > 0 {
            this.about.push(Issue::new("workbook_more_sheets", Level::Warning).count(unread));
        }
        Ok(this)
    }

    /// Tells what is to be told of the workbook itself.
    pub(super) fn tell(&self, faults: &mut Faults) {
        self.about.iter().cloned().for_each(|issue| faults.push(issue));
        if let Some(bytes) = self.sheet.too_large {
            faults.push(too_large(LARGEST as f64, bytes as f64, "bytes"));
        }
        if self.sheet.width as usize > MOST_COLUMNS {
            let issue = Issue::new("too_many_columns", Level::Error).at(1).structural();
            faults.push(issue.limit(MOST_COLUMNS as f64, f64::from(self.sheet.width)));
        }
    }

    /// The number of the last row that is not blank.
    fn last_line(&self) -> u32 {
        self.sheet.pieces.last().map_or(0, |piece| piece.last)
    }

    /// The rows that are not blank, from the first, as lines and cells.
    fn rows(&self) -> impl Iterator<Item = (u64, Vec<String>)> {
        let all = self.sheet.pieces.iter().flat_map(|piece| (0..piece.rows()).map(move |at| (piece, at)));
        all.map(|(piece, at)| {
            let width = piece.width(at);
            (u64::from(piece.line(at)), (0..width).map(|column| piece.cell(at, column).to_string()).collect())
        })
    }

    /// The first row that is not blank; every column has a name, if an empty one. `None` when there is none, with the
    /// fault told.
    pub(super) fn first(&self, faults: &mut Faults) -> Option<(u64, Vec<String>)> {
        if faults.stops() {
            return None;
        }
        if let Some(piece) = self.sheet.pieces.first().filter(|piece| piece.rows() == 0 && piece.too_long.is_some()) {
            // The very first cell is one that no cell may be.
            split(piece, &Shape { delimiter: b',', names: Vec::new(), ids: None }, faults);
            return None;
        }
        let Some((line, mut names)) = self.rows().next() else {
            faults.push(Issue::new("empty_file", Level::Error).at(1).structural());
            return None;
        };
        (1..line).for_each(|line| faults.row("blank_line", Level::Warning, line));
        names.resize(self.sheet.width as usize, String::new());
        Some((line, names))
    }

    /// The header; `None` when there is none, with the fault told.
    fn header(&self, source: &Source<'_>, faults: &mut Faults) -> Option<Header> {
        let (line, names) = self.first(faults)?;
        let header = Header::new(source, line, names);
        if header.resolved.incomplete {
            let better = self.rows().skip(1).take(TITLE_LINES).find(|(line, names)| {
                let resolved = Header::new(source, *line, names.clone()).resolved;
                !resolved.incomplete && resolved.recognised > header.resolved.recognised
            });
            if let Some((found, _)) = better {
                let detail = format!("header_line={found}");
                faults.push(Issue::new("title_line", Level::Error).at(line).detail(detail).structural());
                return None;
            }
        }
        Some(header)
    }

    /// The pieces without the first row that is not blank.
    pub(super) fn rows_behind_first(&self) -> Vec<Piece> {
        let mut pieces = self.sheet.pieces.clone();
        if let Some(first) = pieces.first_mut() {
            first.behind_first();
        }
        pieces
    }
}

/// The rows of a piece as cells in one text.
pub(super) fn split(piece: &Piece, shape: &Shape, faults: &mut Faults) -> Split {
    let within = |line: u32| u64::from(line - piece.before);
    piece.blank().for_each(|line| faults.row("blank_line", Level::Warning, within(line)));
    for (line, column, computed) in &piece.formulas {
        let at = *column as usize;
        let (code, level) = match computed {
            Computed::Yes => ("workbook_formula", Level::Warning),
            Computed::No => ("workbook_not_computed", Level::Error),
        };
        if at < shape.names.len() && *line <= piece.last {
            faults.cell(code, level, "", (&shape.name(at), at + 1), within(*line));
        }
    }
    let line = |row: usize| piece.line(row).saturating_sub(piece.before);
    let grid = Grid::gather(piece.rows(), shape, faults, line, |row, column, text| {
        text.push_str(piece.cell(row, column as u32));
        true
    });
    if let Some((line, column, bytes)) = piece.too_long {
        stop(Step::TooLong { line: within(line), column: column as usize, bytes: bytes as u64 }, shape, faults);
    }
    Split { grid, lines: u64::from(piece.last - piece.before), newlines: [0; 3] }
}
