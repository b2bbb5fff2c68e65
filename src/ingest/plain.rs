//! Any rectangular CSV, Parquet or XLSX file into a `Plain` table: a column is numeric only if every cell that is not missing is a number, a date
//! only if every one is an unambiguous date; else it is text. Knows no canonical names.

use super::bytes::{Bytes, file_name, unreadable};
use super::csv::{tell_delimiter, tell_encoding, text_of};
use super::encoding::{self, Survey, Trust};
use super::faults::Faults;
use super::flow::{Go, flow};
use super::headers::shown;
use super::parquet::{self, Parquet};
use super::pieces::{Piece, Pieces};
use super::records::{MOST_COLUMNS, Records, Step};
use super::source::{Format, format_of, input, threads};
use super::split::{Grid, Shape, Split, split, stop};
use super::typed::{Cells, missing, typed};
use super::values::Commas;
use super::xlsx::{self, Workbook};
use crate::error::{Error, Result};
use crate::findings::{Input, Issue, Level};
use crate::tables::{MISSING_DAY, Plain};
use polars::prelude::{
    Column as Series, DataFrame, Float64Chunked, Int32Chunked, IntoColumn, IntoSeries, NewChunkedArray,
    StringChunkedBuilder,
};
use std::path::{Path, PathBuf};

/// What a column is, with its cells so far. A list that grows is moved by the page, not copied, and the piece that was
/// added to it is free for the next one: pieces that were kept to be put together at the end would take their room twice.
enum Column {
    /// Nothing but missing cells so far.
    Unknown,
    Numbers(Vec<f64>),
    Days(Vec<i32>),
    Texts(StringChunkedBuilder),
    /// Text that was taken for something else: it must be read again.
    Again,
}

/// One file of the table.
struct File<'p> {
    path: &'p Path,
    bytes: Bytes,
    content: Content,
}

/// What it is made of.
enum Content {
    Text(Survey),
    Parquet(Parquet),
    Workbook(Workbook),
}

/// Reads files of one header, stacked in the order given; `-` is standard input.
///
/// A structural fault comes back as a structural issue beside an empty frame. Errors: as `source::read`, and
/// `headers_differ` (file) when a later file has other columns than the first.
pub fn read_plain(paths: &[PathBuf]) -> Result<(Plain, Vec<Input>, Vec<Issue>)> {
    let mut files = Vec::new();
    for path in paths {
        let bytes = Bytes::open(path)?;
        let content = match format_of(&bytes, path)? {
            Format::Parquet => Content::Parquet(Parquet::open(&bytes, path)?),
            Format::Xlsx => Content::Workbook(Workbook::open(&bytes, path)?),
            Format::Csv => Content::Text(encoding::survey(&bytes, Trust::Head, path)?),
        };
        files.push(File { path, bytes, content });
    }
    let mut table = Table::default();
    while table.read(&files)? == Complete::NoUtf8 {
        for file in &mut files {
            if let Content::Text(survey) = &mut file.content {
                *survey = encoding::survey(&file.bytes, Trust::Nothing, file.path)?;
            }
        }
        table = Table::default();
    }
    if table.columns.iter().any(|c| matches!(c, Column::Again)) && !table.stopped {
        table.read_again(&files)?;
    }
    let file = paths.first().map(|p| file_name(p)).unwrap_or_default();
    let frame = if table.stopped { DataFrame::default() } else { table.frame()? };
    let lines = if table.stopped { Vec::new() } else { std::mem::take(&mut table.lines) };
    Ok((Plain { frame, lines, file }, table.inputs, table.issues))
}

/// Whether every file was what it seemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Complete {
    Yes,
    /// A piece was no UTF-8.
    NoUtf8,
}

/// The table under way.
#[derive(Default)]
struct Table {
    names: Vec<String>,
    columns: Vec<Column>,
    /// Faults of the cells of each column, as what it is.
    odd: Vec<Option<Faults>>,
    lines: Vec<u64>,
    inputs: Vec<Input>,
    issues: Vec<Issue>,
    stopped: bool,
}

/// A piece, read.
struct Made {
    grid: Grid,
    cells: Vec<(Cells, Faults)>,
    faults: Faults,
    lines: u64,
    newlines: [u64; 3],
}

impl Table {
    fn read(&mut self, files: &[File<'_>]) -> Result<Complete> {
        for file in files {
            let mut faults = Faults::new(&file_name(file.path), "data");
            let encoding = match &file.content {
                Content::Text(survey) => {
                    tell_encoding(survey, &mut faults);
                    survey.encoding.name()
                }
                Content::Parquet(_) => parquet::NAME,
                Content::Workbook(book) => {
                    book.tell(&mut faults);
                    xlsx::NAME
                }
            };
            let before = self.lines.len();
            let mut about = input("data", file.path, encoding);
            if !faults.stops() && self.one(file, &mut about, &mut faults)? == Complete::NoUtf8 {
                return Ok(Complete::NoUtf8);
            }
            if about.sha256.is_empty() {
                about.sha256 = file.bytes.sha256().map_err(|e| unreadable(file.path, e))?;
            }
            about.rows = (self.lines.len() - before) as u64;
            if about.rows == 0 && !faults.stops() {
                faults.push(Issue::new("no_rows", Level::Error).at(1).structural());
            }
            self.stopped |= faults.stops();
            self.inputs.push(about);
            self.odd.iter_mut().filter_map(Option::take).for_each(|odd| faults.merge(odd, 0));
            self.issues.extend(faults.into_issues());
        }
        Ok(Complete::Yes)
    }

    /// Reads one file.
    fn one(&mut self, file: &File<'_>, about: &mut Input, faults: &mut Faults) -> Result<Complete> {
        let fail = |e| unreadable(file.path, e);
        let survey = match &file.content {
            Content::Text(survey) => survey,
            Content::Parquet(parquet) => {
                let Some(shape) = self.columns_of(parquet, file, faults)? else { return Ok(Complete::Yes) };
                let mut pieces = parquet::Pieces::new(parquet);
                let cut = |piece, faults: &mut Faults| Ok(Some(parquet.split(&piece, &shape, faults)));
                return self.pour(file, &shape, (1, [0; 3]), || pieces.next(), cut, faults);
            }
            Content::Workbook(book) => {
                let Some((line, names)) = book.first(faults) else { return Ok(Complete::Yes) };
                self.name_columns(&names, line, file, faults)?;
                if faults.stops() {
                    return Ok(Complete::Yes);
                }
                let shape = Shape { delimiter: b',', names: self.names.clone(), ids: None };
                let mut pieces = book.rows_behind_first().into_iter();
                let cut = |piece, faults: &mut Faults| Ok(Some(xlsx::split(&piece, &shape, faults)));
                return self.pour(file, &shape, (line, [0; 3]), || Ok(pieces.next()), cut, faults);
            }
        };
        let (text, meter) = text_of(&file.bytes, survey).map_err(fail)?;
        let mut pieces = Pieces::new(text);
        let mut first = pieces.next().map_err(fail)?;
        let Some((shape, before, newlines)) = self.begin(file, &mut pieces, &mut first, faults)? else {
            return Ok(Complete::Yes);
        };
        let next = || match first.take() {
            Some(piece) => Ok(Some(piece)),
            None => pieces.next().map_err(fail),
        };
        let complete =
            self.pour(file, &shape, (before, newlines), next, |piece, faults| split(piece, &shape, faults), faults);
        let complete =
            complete.map_err(|e| if e.code() == "line_too_long" { e.with("file", file.path.display()) } else { e })?;
        if meter.bytes() == file.bytes.len() {
            about.sha256 = meter.sha256();
        }
        Ok(complete)
    }

    /// Reads the rows of one file; its pieces are typed at the same time, and put together in order.
    fn pour<P: Send>(
        &mut self,
        file: &File<'_>,
        shape: &Shape,
        (mut before, mut newlines): (u64, [u64; 3]),
        next: impl FnMut() -> Result<Option<P>> + Send,
        cut: impl Fn(P, &mut Faults) -> Result<Option<Split>> + Sync,
        faults: &mut Faults,
    ) -> Result<Complete> {
        let commas = if shape.delimiter == b';' { Commas::Unsure } else { Commas::Thousands };
        let name = file_name(file.path);
        let mut complete = Complete::Yes;
        flow(
            threads(file.bytes.len()),
            next,
            || (),
            |(), piece: P| {
                let mut faults = Faults::new(&name, "data");
                let Some(split) = cut(piece, &mut faults)? else { return Ok(None) };
                let typed = |column| {
                    let mut faults = Faults::new(&name, "data");
                    (typed(&split.grid, column, commas, shape, &mut faults), faults)
                };
                let cells = (0..shape.names.len()).map(typed).collect();
                Ok(Some(Made { grid: split.grid, cells, faults, lines: split.lines, newlines: split.newlines }))
            },
            |made: Option<Made>| {
                let Some(made) = made else {
                    complete = Complete::NoUtf8;
                    return Ok(Go::Stop);
                };
                faults.merge(made.faults, before);
                if faults.stops() {
                    return Ok(Go::Stop);
                }
                newlines.iter_mut().zip(made.newlines).for_each(|(a, b)| *a += b);
                for (column, (cells, odd)) in made.cells.into_iter().enumerate() {
                    self.append(column, cells, odd, &made.grid, before);
                }
                self.lines.extend(made.grid.lines.iter().map(|line| before + u64::from(*line)));
                before += made.lines;
                Ok(Go::On)
            },
        )?;
        if newlines.iter().filter(|n| **n > 0).count() > 1 {
            faults.push(Issue::new("mixed_newlines", Level::Warning));
        }
        Ok(complete)
    }

    /// The shape of a Parquet file's rows.
    fn columns_of(&mut self, parquet: &Parquet, file: &File<'_>, faults: &mut Faults) -> Result<Option<Shape>> {
        let Some(names) = parquet.names(faults) else { return Ok(None) };
        if names.is_empty() {
            faults.push(Issue::new("empty_file", Level::Error).at(1).structural());
            return Ok(None);
        }
        self.name_columns(&names, 1, file, faults)?;
        Ok((!faults.stops()).then(|| Shape { delimiter: b',', names: self.names.clone(), ids: None }))
    }

    /// The shape of a file's rows, and the lines and line ends up to the end of its header.
    fn begin(
        &mut self,
        file: &File<'_>,
        pieces: &mut Pieces<'_>,
        first: &mut Option<Piece>,
        faults: &mut Faults,
    ) -> Result<Option<(Shape, u64, [u64; 3])>> {
        let fail = |e| unreadable(file.path, e);
        let delimiter = pieces.delimiter();
        tell_delimiter(delimiter, faults);
        let Some(piece) = first else { return Ok(None) };
        let mut shape = Shape { delimiter, names: Vec::new(), ids: None };
        if let Some(step) = piece.endless {
            stop(step, &shape, faults);
            return Ok(None);
        }
        let head = pieces.head(piece, |records| self.header(records, file, &shape, faults), fail)?;
        let Some(head) = head else { return Ok(None) };
        shape.names.clone_from(&self.names);
        Ok((!faults.stops()).then_some((shape, head.lines, head.newlines)))
    }

    fn header(
        &mut self,
        records: &mut Records<'_>,
        file: &File<'_>,
        shape: &Shape,
        faults: &mut Faults,
    ) -> Result<Option<()>> {
        loop {
            match records.advance().map_err(|e| unreadable(file.path, e))? {
                Step::Row => break,
                Step::Blank(line) => faults.row("blank_line", Level::Warning, line),
                step => {
                    stop(step, shape, faults);
                    return Ok(None);
                }
            }
        }
        let Some(row) = records.row() else {
            return Err(Error::data("file_changed").with("file", file.path.display()));
        };
        if row.width > MOST_COLUMNS {
            let issue = Issue::new("too_many_columns", Level::Error).at(row.line).structural();
            faults.push(issue.limit(MOST_COLUMNS as f64, row.width as f64));
            return Ok(None);
        }
        let names: Vec<String> = (0..row.width).map(|i| row.cell(i).to_string()).collect();
        self.name_columns(&names, row.line, file, faults).map(Some)
    }

    /// Names the columns by a file's header, or sees that it is the header of the files before it.
    fn name_columns(&mut self, header: &[String], line: u64, file: &File<'_>, faults: &mut Faults) -> Result<()> {
        let name = |(i, cell): (usize, &String)| match cell.trim() {
            "" if i == 0 => "rownames".to_string(),
            "" => format!("column_{}", i + 1),
            text => text.to_string(),
        };
        let names: Vec<String> = header.iter().enumerate().map(name).collect();
        for (i, name) in names.iter().enumerate() {
            if names.iter().take(i).any(|n| n == name) {
                let issue = Issue::new("duplicate_header", Level::Error).at(line).column(&shown(name), Some(i + 1));
                faults.push(issue.structural());
            }
        }
        if self.names.is_empty() {
            self.columns = names.iter().map(|_| Column::Unknown).collect();
            self.odd = names.iter().map(|_| None).collect();
            self.names = names;
        } else if self.names != names {
            return Err(Error::data("headers_differ").with("file", file_name(file.path)));
        }
        Ok(())
    }

    /// Appends the cells of a piece to a column.
    fn append(&mut self, column: usize, cells: Cells, odd: Faults, grid: &Grid, before: u64) {
        let filled = self.lines.len();
        let (Some(to), Some(faults)) = (self.columns.get_mut(column), self.odd.get_mut(column)) else { return };
        if let (Column::Unknown, false) = (&*to, matches!(cells, Cells::Unknown)) {
            *to = match cells {
                Cells::Numbers(_) => Column::Numbers(vec![f64::NAN; filled]),
                Cells::Days(_) => Column::Days(vec![MISSING_DAY; filled]),
                _ => {
                    let mut builder = StringChunkedBuilder::new("".into(), filled);
                    (0..filled).for_each(|_| builder.append_null());
                    Column::Texts(builder)
                }
            };
        }
        match (&mut *to, cells) {
            (Column::Unknown | Column::Again, _) => return,
            (Column::Numbers(all), Cells::Numbers(cells)) => all.extend_from_slice(&cells),
            (Column::Numbers(all), Cells::Unknown) => all.resize(filled + grid.rows(), f64::NAN),
            (Column::Days(all), Cells::Days(cells)) => all.extend_from_slice(&cells),
            (Column::Days(all), Cells::Unknown) => all.resize(filled + grid.rows(), MISSING_DAY),
            (Column::Texts(builder), _) => {
                (0..grid.rows()).for_each(|row| push_text(builder, grid.cell(row, column)));
                return;
            }
            _ => {
                *to = Column::Again;
                *faults = None;
                return;
            }
        }
        match faults {
            Some(faults) => faults.merge(odd, before),
            None => {
                let mut placed = Faults::default();
                placed.merge(odd, before);
                *faults = Some(placed);
            }
        }
    }

    /// Reads the columns that turned out to be text.
    fn read_again(&mut self, files: &[File<'_>]) -> Result<()> {
        let again: Vec<usize> =
            (0..self.columns.len()).filter(|i| matches!(self.columns.get(*i), Some(Column::Again))).collect();
        let mut builders: Vec<StringChunkedBuilder> =
            again.iter().map(|_| StringChunkedBuilder::new("".into(), self.lines.len())).collect();
        for file in files {
            let mut take = |split: Option<Split>| {
                let Some(split) = split else {
                    return Err(Error::data("file_changed").with("file", file.path.display()));
                };
                for (column, builder) in again.iter().zip(&mut builders) {
                    (0..split.grid.rows()).for_each(|row| push_text(builder, split.grid.cell(row, *column)));
                }
                Ok(Go::On)
            };
            let (fail, threads) = (|e| unreadable(file.path, e), threads(file.bytes.len()));
            let mut ignored = Faults::default();
            let survey = match &file.content {
                Content::Text(survey) => survey,
                Content::Parquet(parquet) => {
                    let Some(shape) = self.columns_of(parquet, file, &mut ignored)? else { continue };
                    let mut pieces = parquet::Pieces::new(parquet);
                    let cut = |piece| Ok(Some(parquet.split(&piece, &shape, &mut Faults::default())));
                    flow(threads, || pieces.next(), || (), |(), piece| cut(piece), &mut take)?;
                    continue;
                }
                Content::Workbook(book) => {
                    let shape = Shape { delimiter: b',', names: self.names.clone(), ids: None };
                    let mut pieces = book.rows_behind_first().into_iter();
                    let cut = |piece| Ok(Some(xlsx::split(&piece, &shape, &mut Faults::default())));
                    flow(threads, || Ok(pieces.next()), || (), |(), piece| cut(piece), &mut take)?;
                    continue;
                }
            };
            let mut pieces = Pieces::new(text_of(&file.bytes, survey).map_err(fail)?.0);
            let mut first = pieces.next().map_err(fail)?;
            let Some((shape, ..)) = self.begin(file, &mut pieces, &mut first, &mut ignored)? else { continue };
            flow(
                threads,
                || match first.take() {
                    Some(piece) => Ok(Some(piece)),
                    None => pieces.next().map_err(fail),
                },
                || (),
                |(), piece: Piece| split(piece, &shape, &mut Faults::default()),
                &mut take,
            )?;
        }
        for (column, builder) in again.into_iter().zip(builders) {
            if let Some(to) = self.columns.get_mut(column) {
                *to = Column::Texts(builder);
            }
        }
        Ok(())
    }

    fn frame(&mut self) -> Result<DataFrame> {
        let height = self.lines.len();
        let mut columns: Vec<Series> = Vec::new();
        for (cells, name) in std::mem::take(&mut self.columns).into_iter().zip(&self.names) {
            let name = name.as_str().into();
            columns.push(match cells {
                Column::Numbers(cells) => {
                    if cells.iter().any(|v| v.is_nan()) {
                        let cells = cells.into_iter().map(|v| (!v.is_nan()).then_some(v));
                        Float64Chunked::from_iter_options(name, cells).into_series().into_column()
                    } else {
                        Float64Chunked::from_vec(name, cells).into_series().into_column()
                    }
                }
                Column::Days(cells) => {
                    let cells = cells.into_iter().map(|v| (v != MISSING_DAY).then_some(v));
                    Int32Chunked::from_iter_options(name, cells).into_date().into_series().into_column()
                }
                Column::Texts(builder) => builder.finish().with_name(name).into_series().into_column(),
                Column::Unknown | Column::Again => {
                    let mut builder = StringChunkedBuilder::new(name, height);
                    (0..height).for_each(|_| builder.append_null());
                    builder.finish().into_series().into_column()
                }
            });
        }
        DataFrame::new(height, columns).map_err(|e| Error::bug("frame").because(e))
    }
}

fn push_text(builder: &mut StringChunkedBuilder, raw: &str) {
    let text = raw.trim();
    match missing(text) {
        Some(_) => builder.append_null(),
        None => builder.append_value(text),
    }
}
