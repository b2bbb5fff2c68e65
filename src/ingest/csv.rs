//! One CSV file of a canonical table: encoding, delimiter, header, then rows in batches. It reports what stands in the way
//! of reading and never what the values mean.

use super::bytes::{Bytes, file_name, unreadable};
use super::cells::{Cells, HeaderMeans, StageReading, unclear_stage};
use super::decoded::Decoded;
use super::encoding::{self, Encoding, Survey};
use super::faults::Faults;
use super::headers::{self, Resolved, shown};
use super::records::{LARGEST_CELL, MOST_COLUMNS, Records, Row, Step};
use super::source::{Progress, Reading, Sink, Source, input};
use super::{dates, words::words};
use crate::error::{Error, Result};
use crate::findings::{Issue, Level};
use crate::tables::{Batch, Column, Layout};

/// Rows of a batch.
const BATCH: usize = 4096;
/// How far down a header is looked for when line 1 is none.
const TITLE_LINES: usize = 10;

/// Reads one file; see `source::read`.
pub(super) fn read(
    bytes: &Bytes,
    source: &Source<'_>,
    sink: &mut Sink<'_>,
    progress: &mut Progress<'_>,
) -> Result<Reading> {
    let survey = encoding::survey(bytes, source.path)?;
    let file = file_name(source.path);
    let mut faults = Faults::new(&file, source.table.name());
    let mut reading = Reading {
        layout: Layout { table: source.table, file, columns: Vec::new() },
        input: input(source.table.name(), source.path, &survey),
        issues: Vec::new(),
        stage_only: false,
    };
    tell_encoding(&survey, &mut faults);
    if !faults.stops() {
        let decoded = Decoded::new(bytes, &survey).map_err(|e| unreadable(source.path, e))?;
        let records = Records::new(decoded).map_err(|e| unreadable(source.path, e))?;
        read_rows(records, bytes.len(), source, &mut reading, &mut faults, sink, progress)?;
    }
    reading.issues = faults.into_issues();
    Ok(reading)
}

/// What the first pass over the bytes found.
pub(super) fn tell_encoding(survey: &Survey, faults: &mut Faults) {
    if survey.bytes <= survey.bom as u64 {
        faults.push(Issue::new("empty_file", Level::Error).at(1).structural());
        return;
    }
    if survey.encoding != Encoding::Utf8 {
        faults.push(Issue::new("encoding", Level::Warning).detail(survey.encoding.name()));
    }
    if let Some(first) = survey.bad.first() {
        let mut issue = Issue::new("bad_bytes", Level::Error).at(first.line).count(survey.bad_lines).structural();
        if survey.bad.len() > 1 {
            issue.lines = survey.bad.iter().map(|b| b.line).collect();
        }
        faults.push(issue.detail(format!("encoding={} offset={}", survey.encoding.name(), first.offset)));
    }
}

/// The name of a delimiter other than the comma.
pub(super) fn tell_delimiter(delimiter: u8, faults: &mut Faults) {
    let name = match delimiter {
        b'\t' => "tab",
        b';' => "semicolon",
        _ => return,
    };
    faults.push(Issue::new("delimiter", Level::Warning).at(1).detail(name));
}

/// The header row, understood.
struct Header {
    line: u64,
    names: Vec<String>,
    resolved: Resolved,
}

/// Finds the header; `None` when there is none, with the fault told.
fn find_header(records: &mut Records<'_>, source: &Source<'_>, faults: &mut Faults) -> Result<Option<Header>> {
    let Some((line, names)) = next_names(records, source, faults)? else {
        if !faults.stops() {
            faults.push(Issue::new("empty_file", Level::Error).at(1).structural());
        }
        return Ok(None);
    };
    let resolved = headers::resolve(source, &borrowed(&names));
    if resolved.incomplete
        && let Some(found) = header_below(records, source, resolved.recognised)?
    {
        let detail = format!("header_line={found}");
        faults.push(Issue::new("title_line", Level::Error).at(line).detail(detail).structural());
        return Ok(None);
    }
    Ok(Some(Header { line, names, resolved }))
}

fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// The next record as header names, with its line.
fn next_names(
    records: &mut Records<'_>,
    source: &Source<'_>,
    faults: &mut Faults,
) -> Result<Option<(u64, Vec<String>)>> {
    loop {
        match records.advance().map_err(|e| unreadable(source.path, e))? {
            Step::Row => {
                let Some(row) = records.row() else { return Err(changed(source)) };
                if row.width > MOST_COLUMNS {
                    let issue = Issue::new("too_many_columns", Level::Error).at(row.line).structural();
                    faults.push(issue.limit(MOST_COLUMNS as f64, row.width as f64));
                    return Ok(None);
                }
                return Ok(Some((row.line, (0..row.width).map(|i| row.cell(i).to_string()).collect())));
            }
            Step::Blank(line) => faults.row("blank_line", Level::Warning, line),
            step => {
                stop(step, None, faults);
                return Ok(None);
            }
        }
    }
}

/// The line of a complete header among the next lines, if line 1 is only a title.
fn header_below(records: &mut Records<'_>, source: &Source<'_>, above: usize) -> Result<Option<u64>> {
    let mut ignored = Faults::new("", "");
    for _ in 0..TITLE_LINES {
        let Some((line, names)) = next_names(records, source, &mut ignored)? else { return Ok(None) };
        let resolved = headers::resolve(source, &borrowed(&names));
        if !resolved.incomplete && resolved.recognised > above {
            return Ok(Some(line));
        }
    }
    Ok(None)
}

fn changed(source: &Source<'_>) -> Error {
    Error::data("file_changed").with("file", source.path.display())
}

/// Tells what ended the reading.
fn stop(step: Step, header: Option<&Header>, faults: &mut Faults) {
    match step {
        Step::Unclosed { line, swallowed } => {
            let issue = Issue::new("unclosed_quote", Level::Error).at(line).structural();
            faults.push(issue.detail(format!("lines={swallowed}")));
        }
        Step::TooLong { line, column, bytes } => {
            let named = header.and_then(|h| name_of(h, column));
            let name = named.unwrap_or_else(|| format!("column {}", column + 1));
            let issue = Issue::new("cell_too_long", Level::Error).at(line).column(&name, Some(column + 1)).structural();
            faults.push(issue.limit(LARGEST_CELL as f64, bytes as f64));
        }
        Step::DosEof(line) => faults.row("dos_eof", Level::Warning, line),
        Step::Row | Step::Blank(_) | Step::End => {}
    }
}

/// The name of a column by its 0-based position: canonical where known, else as in the file.
fn name_of(header: &Header, position: usize) -> Option<String> {
    let known = header.resolved.columns.iter().find(|c| c.index == position + 1).map(|c| c.name.clone());
    known.or_else(|| header.names.get(position).map(|n| shown(n)))
}

fn read_rows(
    mut records: Records<'_>,
    total: u64,
    source: &Source<'_>,
    reading: &mut Reading,
    faults: &mut Faults,
    sink: &mut Sink<'_>,
    progress: &mut Progress<'_>,
) -> Result<()> {
    tell_delimiter(records.delimiter(), faults);
    let Some(mut header) = find_header(&mut records, source, faults)? else { return Ok(()) };
    for mut issue in std::mem::take(&mut header.resolved.issues) {
        issue.line = Some(header.line);
        faults.push(issue);
    }
    reading.layout.columns = header.resolved.columns.clone();
    if faults.stops() {
        return Ok(());
    }
    let mut rows = Rows::new(source, records.delimiter(), &header);
    loop {
        match records.advance().map_err(|e| unreadable(source.path, e))? {
            Step::Row => {
                let Some(row) = records.row() else { return Err(changed(source)) };
                rows.take(&row, faults);
                if rows.batch.rows() == BATCH {
                    rows.deliver(&reading.layout, sink)?;
                    progress(records.consumed(), total);
                }
            }
            Step::Blank(line) => faults.row("blank_line", Level::Warning, line),
            Step::DosEof(line) => faults.row("dos_eof", Level::Warning, line),
            Step::End => break,
            step => {
                stop(step, Some(&header), faults);
                break;
            }
        }
    }
    if rows.batch.rows() > 0 && !faults.stops() {
        rows.deliver(&reading.layout, sink)?;
    }
    progress(total, total);
    if records.mixes_newlines() {
        faults.push(Issue::new("mixed_newlines", Level::Warning));
    }
    rows.conclude(reading, faults);
    Ok(())
}

/// Rows on their way into batches.
struct Rows<'a> {
    header: &'a Header,
    cells: Cells<'a>,
    batch: Batch,
    /// Cell of each column delivered; `None` for the wave of the study's file list.
    places: Vec<Option<usize>>,
    /// Cells in which a word for a total makes a total row.
    id_places: Vec<usize>,
    wave: String,
    delivered: u64,
}

impl<'a> Rows<'a> {
    fn new(source: &Source<'a>, delimiter: u8, header: &'a Header) -> Self {
        let columns = &header.resolved.columns;
        let is_id = |name: &str| matches!(name, "employee_id" | "unit_id" | "session_id" | "group");
        let ids = columns.iter().filter(|c| c.declared && c.index > 0 && is_id(&c.name)).map(|c| c.index - 1);
        let mut id_places: Vec<usize> = ids.chain([0]).collect();
        id_places.sort_unstable();
        id_places.dedup();
        let wave = source.wave.map(|w| dates::wave(w, &words().missing).value().unwrap_or_else(|| w.to_string()));
        Self {
            cells: Cells::new(source.vocabulary, delimiter),
            batch: Batch { lines: Vec::new(), columns: columns.iter().map(|c| Cells::column(c.kind)).collect() },
            places: columns.iter().map(|c| c.index.checked_sub(1)).collect(),
            id_places,
            wave: wave.unwrap_or_default(),
            delivered: 0,
            header,
        }
    }

    /// Takes a row in, or tells why it is left out.
    fn take(&mut self, row: &Row<'_>, faults: &mut Faults) {
        let expected = self.header.names.len();
        if row.is_empty() {
            return faults.row("empty_row", Level::Error, row.line);
        }
        if self.id_places.iter().any(|i| may_be_total(row.cell(*i)) && words().is_total(row.cell(*i))) {
            return faults.row("total_row", Level::Error, row.line);
        }
        if row.width != expected {
            let cut = row.unfinished && row.width < expected;
            let code = if cut { "truncated_row" } else { "ragged_row" };
            faults.row(code, Level::Error, row.line);
            return faults.limit(code, expected as f64, row.width as f64);
        }
        if let Some(column) = row.stray_quote {
            let name = name_of(self.header, column).unwrap_or_default();
            faults.cell("stray_quote", Level::Warning, "", (&name, column + 1), row.line);
        }
        self.batch.lines.push(row.line);
        let columns = self.batch.columns.iter_mut().zip(&self.header.resolved.columns).zip(&self.places);
        for ((column, about), place) in columns {
            match (place, column) {
                (Some(i), column) => self.cells.push(row.cell(*i), column, about, row.line, faults),
                (None, Column::Text(column)) => column.push(&self.wave),
                (None, _) => {}
            }
        }
    }

    fn deliver(&mut self, layout: &Layout, sink: &mut Sink<'_>) -> Result<()> {
        sink(layout, &mut self.batch)?;
        self.delivered += self.batch.rows() as u64;
        self.batch.lines.clear();
        for column in &mut self.batch.columns {
            match column {
                Column::Text(c) => c.clear(),
                Column::Number(c) => c.clear(),
                Column::Day(c) | Column::Month(c) => c.clear(),
                Column::Topics(c) => c.clear(),
            }
        }
        Ok(())
    }

    /// What only the end of the file tells.
    fn conclude(self, reading: &mut Reading, faults: &mut Faults) {
        reading.input.rows = self.delivered;
        if self.delivered == 0 && !faults.stops() {
            faults.push(Issue::new("no_rows", Level::Error).at(self.header.line).structural());
        }
        let Some(position) = reading.layout.position("level") else { return };
        let either = self.header.resolved.stage_column == Some(position);
        match self.cells.stage_reading(if either { HeaderMeans::Either } else { HeaderMeans::Levels }) {
            StageReading::Levels => {}
            StageReading::Stages => reading.stage_only = true,
            StageReading::Unclear => {
                if let Some(about) = reading.layout.columns.get(position) {
                    let mut issue = unclear_stage(about);
                    issue.line = Some(self.header.line);
                    faults.push(issue);
                }
            }
        }
    }
}

/// Words for totals are Japanese or begin with one of these letters: a look at one byte spares most cells the search.
fn may_be_total(cell: &str) -> bool {
    cell.trim_start().as_bytes().first().is_some_and(|b| matches!(b | 0x20, b't' | b'g' | b's' | b'a') || *b >= 0x80)
        && cell.len() <= 40
}
