//! One CSV file of a canonical table: encoding, delimiter, header, then rows in pieces. It reports what stands in the way
//! of reading and never what the values mean.

use super::bytes::{Bytes, Meter, file_name, fill, unreadable};
use super::decoded::Decoded;
use super::encoding::{self, Encoding, Survey};
use super::faults::Faults;
use super::pieces::{Piece, Pieces};
use super::records::{MOST_COLUMNS, Records, Step};
use super::rows::{Complete, Header, Rows, Sum};
use super::source::{Outcome, Progress, Reading, Source, Take, input, threads};
use super::split::{Shape, split, stop};
use crate::error::{Error, Result};
use crate::findings::{Issue, Level};
use crate::tables::{Batch, Layout};
use std::io::Read;

/// How far down a header is looked for when line 1 is none.
pub(super) const TITLE_LINES: usize = 10;

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
        let (text, meter) = text_of(bytes, &survey).map_err(|e| unreadable(source.path, e))?;
        let mut content = Text { bytes, source, reading: &mut reading, faults: &mut faults };
        if content.read(text, &meter, look, take, progress)? == Complete::NoUtf8 {
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

/// Finds the header; `None` when there is none, with the fault told.
fn find_header(records: &mut Records<'_>, source: &Source<'_>, faults: &mut Faults) -> Result<Option<Header>> {
    let Some((line, names)) = next_names(records, source, faults)? else {
        if !faults.stops() {
            faults.push(Issue::new("empty_file", Level::Error).at(1).structural());
        }
        return Ok(None);
    };
    let header = Header::new(source, line, names);
    if header.resolved.incomplete
        && let Some(found) = header_below(records, source, header.resolved.recognised)?
    {
        let detail = format!("header_line={found}");
        faults.push(Issue::new("title_line", Level::Error).at(line).detail(detail).structural());
        return Ok(None);
    }
    Ok(Some(header))
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
        let resolved = Header::new(source, line, names).resolved;
        if !resolved.incomplete && resolved.recognised > above {
            return Ok(Some(line));
        }
    }
    Ok(None)
}

fn changed(source: &Source<'_>) -> Error {
    Error::data("file_changed").with("file", source.path.display())
}

/// One file's text on its way into rows.
struct Text<'r, 's> {
    bytes: &'r Bytes,
    source: &'r Source<'s>,
    reading: &'r mut Reading,
    faults: &'r mut Faults,
}

impl Text<'_, '_> {
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
        let Some((mut header, sum)) = self.header(&mut first, &mut pieces)? else { return Ok(Complete::Yes) };
        header.tell(&mut self.reading.layout, self.faults);
        if self.faults.stops() {
            return Ok(Complete::Yes);
        }
        let (reading, faults) = (&mut *self.reading, &mut *self.faults);
        let mut rows = Rows { source, header: &header, delimiter, threads: threads(total), reading, faults };
        let complete = rows
            .pour(
                sum,
                || match first.take() {
                    Some(piece) => Ok(Some(piece)),
                    None => pieces.next().map_err(|e| unreadable(source.path, e)),
                },
                split,
                look,
                take,
                &mut |_| progress(meter.bytes().min(total), total),
            )
            .map_err(|e| if e.code() == "line_too_long" { e.with("file", source.path.display()) } else { e })?;
        progress(total, total);
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
}
