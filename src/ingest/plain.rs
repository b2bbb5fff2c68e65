//! Any rectangular CSV into a `Plain` table: a column is numeric only if every cell that is not missing is a number, a date
//! only if every one is an unambiguous date; else it is text. Knows no canonical names.

use super::bytes::{Bytes, file_name, unreadable};
use super::csv::{tell_delimiter, tell_encoding};
use super::dates;
use super::decoded::Decoded;
use super::encoding::{self, Survey};
use super::faults::Faults;
use super::headers::shown;
use super::records::{LARGEST_CELL, MOST_COLUMNS, Records, Row, Step};
use super::source::{format_of, input};
use super::values::{Commas, Fault, Form, Parsed, number};
use super::words::{Tokens, words};
use crate::error::{Error, Result};
use crate::findings::{Input, Issue, Level};
use crate::tables::{MISSING_DAY, Plain};
use polars::prelude::{
    Column as Series, DataFrame, Float64Chunked, Int32Chunked, IntoColumn, IntoSeries, NewChunkedArray,
    StringChunkedBuilder,
};
use std::path::{Path, PathBuf};

/// What a column seems to hold, with its cells so far.
enum Cells {
    /// Nothing but missing cells.
    Unknown,
    Numbers(Vec<f64>),
    Days(Vec<i32>),
    Texts(StringChunkedBuilder),
    /// It turned out to be text after other cells were kept as something else: it is read again.
    Again,
}

/// One file, opened and surveyed.
struct File<'a> {
    path: &'a Path,
    bytes: Bytes,
    survey: Survey,
}

/// Reads files of one header, stacked in the order given; `-` is standard input.
///
/// A structural fault comes back as a structural issue beside an empty frame. Errors: as `source::read`, and
/// `headers_differ` (file) when a later file has other columns than the first.
pub fn read_plain(paths: &[PathBuf]) -> Result<(Plain, Vec<Input>, Vec<Issue>)> {
    let mut files = Vec::new();
    for path in paths {
        let bytes = Bytes::open(path)?;
        format_of(&bytes, path)?;
        let survey = encoding::survey(&bytes, path)?;
        files.push(File { path, bytes, survey });
    }
    let mut reader = Reader::default();
    reader.all(&files)?;
    if !reader.again.is_empty() && !reader.stopped {
        reader.second_round(&files)?;
    }
    let file = paths.first().map(|p| file_name(p)).unwrap_or_default();
    let frame = if reader.stopped { DataFrame::default() } else { reader.frame()? };
    let lines = if reader.stopped { Vec::new() } else { std::mem::take(&mut reader.lines) };
    Ok((Plain { frame, lines, file }, reader.inputs, reader.issues))
}

/// The table under way.
#[derive(Default)]
struct Reader {
    names: Vec<String>,
    cells: Vec<Cells>,
    lines: Vec<u64>,
    inputs: Vec<Input>,
    issues: Vec<Issue>,
    /// Columns to be read again as text.
    again: Vec<usize>,
    second: bool,
    stopped: bool,
}

impl Reader {
    fn all(&mut self, files: &[File<'_>]) -> Result<()> {
        for file in files {
            let mut faults = Faults::new(&file_name(file.path), "data");
            tell_encoding(&file.survey, &mut faults);
            let before = self.lines.len();
            if !faults.stops() {
                self.one(file, &mut faults)?;
            }
            let mut about = input("data", file.path, &file.survey);
            about.rows = (self.lines.len() - before) as u64;
            if about.rows == 0 && !faults.stops() {
                faults.push(Issue::new("no_rows", Level::Error).at(1).structural());
            }
            self.stopped |= faults.stops();
            if !self.second {
                self.inputs.push(about);
                self.issues.extend(faults.into_issues());
            }
        }
        Ok(())
    }

    /// Reads everything once more, for the columns that are text after all.
    fn second_round(&mut self, files: &[File<'_>]) -> Result<()> {
        for column in std::mem::take(&mut self.again) {
            let builder = StringChunkedBuilder::new("".into(), self.lines.len());
            if let Some(slot) = self.cells.get_mut(column) {
                *slot = Cells::Texts(builder);
            }
            self.again.push(column);
            // Faults told of it as a column of numbers were none.
            let name = self.names.get(column).cloned();
            let of_numbers = |i: &Issue| i.code == "not_finite" || i.code == "excel_error" || i.code == "value_form";
            self.issues.retain(|i| !(i.column == name && i.column_index == Some(column + 1) && of_numbers(i)));
        }
        self.second = true;
        self.lines.clear();
        self.all(files)
    }

    fn one(&mut self, file: &File<'_>, faults: &mut Faults) -> Result<()> {
        let fail = |e| unreadable(file.path, e);
        let mut records = Records::new(Decoded::new(&file.bytes, &file.survey).map_err(fail)?).map_err(fail)?;
        tell_delimiter(records.delimiter(), faults);
        let commas = if records.delimiter() == b';' { Commas::Unsure } else { Commas::Thousands };
        let mut headed = false;
        loop {
            match records.advance().map_err(fail)? {
                Step::Row => {
                    let Some(row) = records.row() else { return Err(changed(file)) };
                    if headed {
                        self.row(&row, commas, faults);
                    } else {
                        self.header(&row, file, faults)?;
                        headed = true;
                        if faults.stops() {
                            return Ok(());
                        }
                    }
                }
                Step::Blank(line) => faults.row("blank_line", Level::Warning, line),
                Step::DosEof(line) => faults.row("dos_eof", Level::Warning, line),
                Step::Unclosed { line, swallowed } => {
                    let issue = Issue::new("unclosed_quote", Level::Error).at(line).structural();
                    faults.push(issue.detail(format!("lines={swallowed}")));
                    return Ok(());
                }
                Step::TooLong { line, column, bytes } => {
                    let name = self.names.get(column).cloned().unwrap_or_default();
                    let issue = Issue::new("cell_too_long", Level::Error).at(line).column(&name, Some(column + 1));
                    faults.push(issue.limit(LARGEST_CELL as f64, bytes as f64).structural());
                    return Ok(());
                }
                Step::End => break,
            }
        }
        if records.mixes_newlines() {
            faults.push(Issue::new("mixed_newlines", Level::Warning));
        }
        Ok(())
    }

    fn header(&mut self, row: &Row<'_>, file: &File<'_>, faults: &mut Faults) -> Result<()> {
        if row.width > MOST_COLUMNS {
            let issue = Issue::new("too_many_columns", Level::Error).at(row.line).structural();
            faults.push(issue.limit(MOST_COLUMNS as f64, row.width as f64));
            return Ok(());
        }
        let name = |i: usize| match row.cell(i).trim() {
            "" if i == 0 => "rownames".to_string(),
            "" => format!("column_{}", i + 1),
            text => text.to_string(),
        };
        let names: Vec<String> = (0..row.width).map(name).collect();
        for (i, name) in names.iter().enumerate() {
            if names.iter().take(i).any(|n| n == name) {
                let issue = Issue::new("duplicate_header", Level::Error).at(row.line).column(&shown(name), Some(i + 1));
                faults.push(issue.structural());
            }
        }
        if self.names.is_empty() {
            self.cells = names.iter().map(|_| Cells::Unknown).collect();
            self.names = names;
        } else if self.names != names {
            return Err(Error::data("headers_differ").with("file", file_name(file.path)));
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>, commas: Commas, faults: &mut Faults) {
        if row.width != self.names.len() {
            let cut = row.unfinished && row.width < self.names.len();
            let code = if cut { "truncated_row" } else { "ragged_row" };
            faults.row(code, Level::Error, row.line);
            return faults.limit(code, self.names.len() as f64, row.width as f64);
        }
        let before = self.lines.len();
        self.lines.push(row.line);
        if self.second {
            for column in &self.again {
                if let Some(Cells::Texts(builder)) = self.cells.get_mut(*column) {
                    push_text(builder, row.cell(*column));
                }
            }
            return;
        }
        if let Some(column) = row.stray_quote {
            let name = self.names.get(column).cloned().unwrap_or_default();
            faults.cell("stray_quote", Level::Warning, "", (&name, column + 1), row.line);
        }
        for (i, (cells, name)) in self.cells.iter_mut().zip(&self.names).enumerate() {
            let mut place = Place { name, column: i, line: row.line, faults };
            if push(cells, row.cell(i), before, commas, &mut place) == Fit::NoMore {
                *cells = Cells::Again;
                self.again.push(i);
            }
        }
    }

    fn frame(&mut self) -> Result<DataFrame> {
        let height = self.lines.len();
        let mut columns: Vec<Series> = Vec::new();
        for (cells, name) in std::mem::take(&mut self.cells).into_iter().zip(&self.names) {
            let name = name.as_str().into();
            columns.push(match cells {
                Cells::Numbers(v) => {
                    let cells = v.into_iter().map(|v| (!v.is_nan()).then_some(v));
                    Float64Chunked::from_iter_options(name, cells).into_series().into_column()
                }
                Cells::Days(v) => {
                    let cells = v.into_iter().map(|v| (v != MISSING_DAY).then_some(v));
                    Int32Chunked::from_iter_options(name, cells).into_date().into_series().into_column()
                }
                Cells::Texts(builder) => builder.finish().with_name(name).into_series().into_column(),
                Cells::Unknown | Cells::Again => {
                    let mut builder = StringChunkedBuilder::new(name, height);
                    (0..height).for_each(|_| builder.append_null());
                    builder.finish().into_series().into_column()
                }
            });
        }
        DataFrame::new(height, columns).map_err(|e| Error::bug("frame").because(e))
    }
}

fn changed(file: &File<'_>) -> Error {
    Error::data("file_changed").with("file", file.path.display())
}

/// Whether a column may stay what it is.
#[derive(PartialEq, Eq)]
enum Fit {
    Fits,
    NoMore,
}

/// Where a cell stands, for its faults.
struct Place<'a> {
    name: &'a str,
    column: usize,
    line: u64,
    faults: &'a mut Faults,
}

impl Place<'_> {
    fn tell(&mut self, code: &str, level: Level, detail: &str) {
        self.faults.cell(code, level, detail, (self.name, self.column + 1), self.line);
    }
}

/// Appends a cell to a column that holds `before` cells, choosing its type at the first cell that is not missing.
fn push(cells: &mut Cells, raw: &str, before: usize, commas: Commas, place: &mut Place<'_>) -> Fit {
    match cells {
        Cells::Numbers(numbers) => {
            let Some(value) = as_number(raw, commas, place) else { return Fit::NoMore };
            numbers.push(value);
        }
        Cells::Days(days) => {
            let Some(value) = as_day(raw, place) else { return Fit::NoMore };
            days.push(value);
        }
        Cells::Texts(builder) => push_text(builder, raw),
        Cells::Again => {}
        Cells::Unknown => {
            if missing(raw.trim()).is_some() {
                return Fit::Fits;
            }
            *cells = if let Some(value) = as_number(raw, commas, place) {
                let mut numbers = vec![f64::NAN; before];
                numbers.push(value);
                Cells::Numbers(numbers)
            } else if let Some(value) = as_day(raw, place) {
                let mut days = vec![MISSING_DAY; before];
                days.push(value);
                Cells::Days(days)
            } else {
                let mut builder = StringChunkedBuilder::new("".into(), before + 1);
                (0..before).for_each(|_| builder.append_null());
                push_text(&mut builder, raw);
                Cells::Texts(builder)
            };
        }
    }
    Fit::Fits
}

fn tokens() -> &'static Tokens {
    &words().missing_plain
}

fn missing(text: &str) -> Option<&str> {
    if text.is_empty() { Some("") } else { tokens().find(text) }
}

fn push_text(builder: &mut StringChunkedBuilder, raw: &str) {
    let text = raw.trim();
    match missing(text) {
        Some(_) => builder.append_null(),
        None => builder.append_value(text),
    }
}

/// The cell as a number, NaN when missing; `None` when the column is no column of numbers.
fn as_number(raw: &str, commas: Commas, place: &mut Place<'_>) -> Option<f64> {
    // More digits than a float holds are an identifier.
    let digits = raw.len() > 15 && raw.trim().bytes().all(|b| b.is_ascii_digit()) && raw.trim().len() > 15;
    match number(raw, tokens(), commas) {
        _ if digits => None,
        Parsed::Value(v) => Some(v),
        Parsed::Converted(v, form @ (Form::FullWidth | Form::Thousands)) => {
            place.tell("value_form", Level::Note, form.name());
            Some(v)
        }
        Parsed::Converted(_, Form::Percent) => None,
        Parsed::Converted(v, _) => Some(v),
        Parsed::Missing | Parsed::Token(_) => Some(f64::NAN),
        Parsed::Bad(fault @ (Fault::NotFinite | Fault::ExcelError)) => {
            place.tell(fault.code(), Level::Error, "");
            Some(f64::NAN)
        }
        Parsed::Bad(_) => None,
    }
}

/// The cell as a day since 1970; `None` when the column is no column of dates.
fn as_day(raw: &str, place: &mut Place<'_>) -> Option<i32> {
    match dates::day(raw, tokens()) {
        Parsed::Value(day) => Some(day.0),
        Parsed::Converted(day, form @ (Form::SlashDate | Form::JapaneseDate)) => {
            place.tell("value_form", Level::Note, form.name());
            Some(day.0)
        }
        Parsed::Converted(day, Form::EraDate) if raw.contains('年') => {
            place.tell("value_form", Level::Note, Form::EraDate.name());
            Some(day.0)
        }
        Parsed::Converted(day, Form::ShortDate | Form::Spaces | Form::WideSpaces | Form::FullWidth) => Some(day.0),
        Parsed::Missing | Parsed::Token(_) => Some(MISSING_DAY),
        _ => None,
    }
}
