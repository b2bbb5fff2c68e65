//! One CSV file of a canonical table: encoding, delimiter, header, then rows in pieces. It reports what stands in the way
//! of reading and never what the values mean.

use super::bytes::{Bytes, Meter, file_name, fill, unreadable};
use super::cells::{Cells, HeaderMeans, Memory, Seen, StageReading, unclear_stage};
use super::decoded::Decoded;
use super::encoding::{self, Encoding, Survey};
use super::faults::Faults;
use super::flow::{Go, flow};
use super::headers::{self, Resolved, shown};
use super::pieces::{Piece, Pieces};
use super::records::{MOST_COLUMNS, Records, Step};
use super::source::{Outcome, Progress, Reading, Source, Take, input, threads};
use super::split::{Shape, split, stop};
use super::{dates, words::words};
use crate::error::{Error, Result};
use crate::findings::{Issue, Level};
use crate::tables::{Batch, Layout};
use std::io::Read;

/// How far down a header is looked for when line 1 is none.
const TITLE_LINES: usize = 10;

/// Reads one file; see `source::read`.
pub(super) fn read<T: Send>(
    bytes: &Bytes,
    source: &Source<'_>,
    look: &(dyn Fn(&Layout, &mut Batch) -> T + Sync),
    take: &mut Take<'_, T>,
    progress: &mut Progress<'_>,
) -> Result<Outcome> {
    let survey = encoding::survey(bytes, source.trust, source.path)?;
    let file = file_name(source.path);
    let mut faults = Faults::new(&file, source.table.name());
    let mut reading = Reading {
        layout: Layout { table: source.table, file, columns: Vec::new() },
        input: input(source.table.name(), source.path, survey.encoding.name()),
        issues: Vec::new(),
        stage_only: false,
    };
    tell_encoding(&survey, &mut faults);
    let mut digest = None;
    if !faults.stops() {
        let (text, meter) = text(bytes, &survey, source)?;
        let mut rows = Rows { bytes, source, reading: &mut reading, faults: &mut faults };
        if rows.read(text, &meter, look, take, progress)? == Complete::NoUtf8 {
            return Ok(Outcome::NoUtf8);
        }
        digest = (meter.bytes() == bytes.len()).then(|| meter.sha256());
    }
    reading.input.sha256 = match digest {
        Some(digest) => digest,
        None => bytes.sha256().map_err(|e| unreadable(source.path, e))?,
    };
    reading.issues = faults.into_issues();
    Ok(Outcome::Read(reading))
}

/// A file's text behind its mark, as UTF-8, and the meter of what is taken from the disk.
pub(super) fn text<'b>(
    bytes: &'b Bytes,
    survey: &Survey,
    source: &Source<'_>,
) -> Result<(Box<dyn Read + Send + 'b>, Meter)> {
    text_of(bytes, survey).map_err(|e| unreadable(source.path, e))
}

/// The same, for files that belong to no table.
pub(super) fn text_of<'b>(bytes: &'b Bytes, survey: &Survey) -> std::io::Result<(Box<dyn Read + Send + 'b>, Meter)> {
    let (mut reader, meter) = bytes.metered()?;
    let mut mark = [0u8; 3];
    fill(&mut reader, mark.get_mut(..survey.bom).unwrap_or(&mut []))?;
    Ok(match survey.encoding {
        Encoding::Utf8 => (reader, meter),
        other => (Box::new(Decoded::new(reader, other)), meter),
    })
}

/// What the first pass over the bytes found.
pub(super) fn tell_encoding(survey: &Survey, faults: &mut Faults) {
    if survey.empty {
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
                stop(step, &Shape { delimiter: b',', names: Vec::new(), ids: None }, faults);
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

/// The name of a column by its 0-based position: canonical where known, else as in the file.
fn name_of(header: &Header, position: usize) -> Option<String> {
    let known = header.resolved.columns.iter().find(|c| c.index == position + 1).map(|c| c.name.clone());
    known.or_else(|| header.names.get(position).map(|n| shown(n)))
}

/// Whether all of a file was what it seemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Complete {
    Yes,
    /// A piece was no UTF-8.
    NoUtf8,
}

/// The rows of one file.
struct Rows<'r, 's> {
    bytes: &'r Bytes,
    source: &'r Source<'s>,
    reading: &'r mut Reading,
    faults: &'r mut Faults,
}

/// A piece, read.
struct Made<T> {
    batch: Batch,
    looked: T,
    faults: Faults,
    seen: Seen,
    lines: u64,
    newlines: [u64; 3],
}

/// What the pieces so far came to.
#[derive(Debug, Default)]
struct Sum {
    lines: u64,
    rows: u64,
    newlines: [u64; 3],
    seen: Seen,
}

impl Rows<'_, '_> {
    fn read<T: Send>(
        &mut self,
        text: Box<dyn Read + Send + '_>,
        meter: &Meter,
        look: &(dyn Fn(&Layout, &mut Batch) -> T + Sync),
        take: &mut Take<'_, T>,
        progress: &mut Progress<'_>,
    ) -> Result<Complete> {
        let (source, total) = (self.source, self.bytes.len());
        let mut pieces = Pieces::new(text);
        let mut first = pieces.next().map_err(|e| unreadable(source.path, e))?;
        let delimiter = pieces.delimiter();
        tell_delimiter(delimiter, self.faults);
        let Some((mut header, mut sum)) = self.header(&mut first, &mut pieces)? else { return Ok(Complete::Yes) };
        for mut issue in std::mem::take(&mut header.resolved.issues) {
            issue.line = Some(header.line);
            self.faults.push(issue);
        }
        self.reading.layout.columns.clone_from(&header.resolved.columns);
        if self.faults.stops() {
            return Ok(Complete::Yes);
        }
        let (layout, shape) = (&self.reading.layout, header.shape(delimiter));
        let cells = Cells::new(source.vocabulary, delimiter);
        let wave = source.wave.map(|w| dates::wave(w, &words().missing).value().unwrap_or_else(|| w.to_string()));
        let wave = wave.unwrap_or_default();
        let mut complete = Complete::Yes;
        let all_faults = &mut *self.faults;
        flow(
            threads(total),
            || match first.take() {
                Some(piece) => Ok(Some(piece)),
                None => pieces.next().map_err(|e| unreadable(source.path, e)),
            },
            || cells.memory(),
            |memory: &mut Memory, piece: Piece| {
                let mut faults = Faults::new(&layout.file, source.table.name());
                let Some(split) = split(piece, &shape, &mut faults)? else { return Ok(None) };
                let (mut batch, seen) = cells.batch(split.grid, &layout.columns, &wave, memory, &mut faults);
                let looked = look(layout, &mut batch);
                Ok(Some(Made { batch, looked, faults, seen, lines: split.lines, newlines: split.newlines }))
            },
            |made: Option<Made<T>>| {
                let Some(mut made) = made else {
                    complete = Complete::NoUtf8;
                    return Ok(Go::Stop);
                };
                all_faults.merge(made.faults, sum.lines);
                if all_faults.stops() {
                    return Ok(Go::Stop);
                }
                made.batch.before = sum.lines;
                sum.lines += made.lines;
                sum.rows += made.batch.rows() as u64;
                sum.seen.merge(made.seen);
                sum.newlines.iter_mut().zip(made.newlines).for_each(|(a, b)| *a += b);
                take(layout, &made.batch, made.looked)?;
                progress(meter.bytes().min(total), total);
                Ok(Go::On)
            },
        )
        .map_err(|e| if e.code() == "line_too_long" { e.with("file", source.path.display()) } else { e })?;
        progress(total, total);
        self.conclude(&header, &sum);
        Ok(complete)
    }

    /// Finds the header and takes it off the first piece; `None` when there is none, with the fault told.
    fn header(&mut self, first: &mut Option<Piece>, pieces: &mut Pieces<'_>) -> Result<Option<(Header, Sum)>> {
        let path = self.source.path;
        let fail = |e| unreadable(path, e);
        let Some(piece) = first else {
            self.faults.push(Issue::new("empty_file", Level::Error).at(1).structural());
            return Ok(None);
        };
        if let Some(step) = piece.endless {
            stop(step, &Shape { delimiter: b',', names: Vec::new(), ids: None }, self.faults);
            return Ok(None);
        }
        let (source, faults) = (self.source, &mut *self.faults);
        let head = pieces.head(piece, |records| find_header(records, source, faults), fail)?;
        Ok(head.map(|head| (head.header, Sum { lines: head.lines, newlines: head.newlines, ..Sum::default() })))
    }

    /// What only the end of the file tells.
    fn conclude(&mut self, header: &Header, sum: &Sum) {
        let (reading, faults) = (&mut *self.reading, &mut *self.faults);
        if sum.newlines.iter().filter(|n| **n > 0).count() > 1 {
            faults.push(Issue::new("mixed_newlines", Level::Warning));
        }
        reading.input.rows = sum.rows;
        if sum.rows == 0 && !faults.stops() {
            faults.push(Issue::new("no_rows", Level::Error).at(header.line).structural());
        }
        let Some(position) = reading.layout.position("level") else { return };
        let either = header.resolved.stage_column == Some(position);
        match sum.seen.reading(if either { HeaderMeans::Either } else { HeaderMeans::Levels }) {
            StageReading::Levels => {}
            StageReading::Stages => reading.stage_only = true,
            StageReading::Unclear => {
                if let Some(about) = reading.layout.columns.get(position) {
                    let mut issue = unclear_stage(about);
                    issue.line = Some(header.line);
                    faults.push(issue);
                }
            }
        }
    }
}

impl Header {
    /// What the rows below it look like.
    fn shape(&self, delimiter: u8) -> Shape {
        let columns = &self.resolved.columns;
        let is_id = |name: &str| matches!(name, "employee_id" | "unit_id" | "session_id" | "group");
        let ids = columns.iter().filter(|c| c.declared && c.index > 0 && is_id(&c.name)).map(|c| c.index - 1);
        let mut ids: Vec<usize> = ids.chain([0]).collect();
        ids.sort_unstable();
        ids.dedup();
        let names = (0..self.names.len()).map(|i| name_of(self, i).unwrap_or_default()).collect();
        Shape { delimiter, names, ids: Some(ids) }
    }
}
