//! Parquet files, read by row groups in batches of a few thousand rows: each cell becomes the text a CSV would have held
//! (`written`), and goes the way of a CSV from there, so that no rule is told twice. Columns are flat; it judges no value.
//!
//! The header counts as line 1 and row `i`, from 0, as line `i + 2`, as if the table had been saved as a CSV.

use super::bytes::{Bytes, Whole, file_name, unreadable};
use super::faults::Faults;
use super::records::{MOST_COLUMNS, Step};
use super::rows::{Header, Rows, Sum};
use super::source::{Outcome, Progress, Reading, Source, Take, input, threads};
use super::split::{Grid, Shape, Split, stop};
use super::written::{NoText, Values, Written};
use crate::error::{Error, Result};
use crate::findings::{Issue, Level};
use crate::tables::{Batch, Layout};
use parquet::basic::Compression;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::collections::VecDeque;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of the format where a CSV tells its encoding.
pub(super) const NAME: &str = "Parquet";

/// Rows decoded at a time: about as many as a piece of a CSV has.
const ROWS: usize = 4096;

/// Bytes of text in a piece; rows of long texts are cut into more pieces.
const HEAVY: usize = 1 << 23;

/// Reads one file; see `source::read`.
pub(super) fn read<T: Send>(
    bytes: &Bytes,
    source: &Source<'_>,
    look: &(dyn Fn(&Layout, &mut Batch) -> T + Sync),
    take: &mut Take<'_, T>,
    progress: &mut Progress<'_>,
) -> Result<Outcome> {
    let parquet = Parquet::open(bytes, source.path)?;
    let file = file_name(source.path);
    let mut faults = Faults::new(&file, source.table.name());
    let mut reading = Reading {
        layout: Layout { table: source.table, file, columns: Vec::new() },
        input: input(source.table.name(), source.path, NAME),
        issues: Vec::new(),
        stage_only: false,
    };
    reading.input.sha256 = bytes.sha256().map_err(|e| unreadable(source.path, e))?;
    if let Some(names) = parquet.names(&mut faults) {
        let mut header = Header::new(source, 1, names);
        header.tell(&mut reading.layout, &mut faults);
        if !faults.stops() {
            let mut pieces = Pieces::new(&parquet);
            let (total, all) = (bytes.len(), parquet.rows.max(1));
            let mut rows = Rows {
                source,
                header: &header,
                delimiter: b',',
                threads: threads(total),
                reading: &mut reading,
                faults: &mut faults,
            };
            rows.pour(
                Sum { lines: 1, ..Sum::default() },
                || pieces.next(),
                |piece, shape, faults| Ok(Some(parquet.split(&piece, shape, faults))),
                look,
                take,
                &mut |lines| progress((total as f64 * (lines as f64 / all as f64).min(1.0)) as u64, total),
            )?;
            progress(total, total);
        }
    }
    reading.issues = faults.into_issues();
    Ok(Outcome::Read(reading))
}

/// An open file.
pub(super) struct Parquet {
    reader: Box<dyn FileReader>,
    /// How each column is written, where it is one of cells.
    columns: Vec<Option<Written>>,
    rows: u64,
    path: PathBuf,
}

/// Rows in a row, decoded.
pub(super) struct Piece {
    columns: Arc<Vec<Cells>>,
    rows: Range<usize>,
}

/// The cells of one column of a batch.
struct Cells {
    values: Values,
    /// 1 where there is a value, 0 where there is none; empty where there always is.
    levels: Vec<i16>,
}

impl Parquet {
    /// Reads what a file says of itself.
    ///
    /// Errors: the path; `parquet_damaged` (file); `unsupported_format` for a compression that is not read.
    pub(super) fn open(bytes: &Bytes, path: &Path) -> Result<Self> {
        let whole = bytes.whole().map_err(|e| unreadable(path, e))?;
        let reader = guarded(path, || {
            Ok(match whole {
                Whole::File(file) => Box::new(SerializedFileReader::new(file)?) as Box<dyn FileReader>,
                Whole::Memory(all) => Box::new(SerializedFileReader::new(bytes::Bytes::from(all))?),
            })
        })?;
        let about = reader.metadata();
        let schema = about.file_metadata().schema_descr();
        let mut rows = 0;
        for group in about.row_groups() {
            let count = u64::try_from(group.num_rows()).map_err(|_| damaged(path))?;
            rows = count.checked_add(rows).ok_or_else(|| damaged(path))?;
            if group.num_columns() != schema.num_columns() {
                return Err(damaged(path));
            }
            for column in group.columns() {
                // The decoder takes these for granted.
                let first = column.dictionary_page_offset().unwrap_or(0);
                if column.data_page_offset().min(first).min(column.compressed_size()) < 0 {
                    return Err(damaged(path));
                }
                let format = match column.compression() {
                    Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) | Compression::ZSTD(_) => {
                        continue;
                    }
                    Compression::LZ4 | Compression::LZ4_RAW => "Parquet (LZ4)",
                    Compression::BROTLI(_) => "Parquet (Brotli)",
                    _ => "Parquet (LZO)",
                };
                return Err(Error::data("unsupported_format").with("file", path.display()).with("format", format));
            }
        }
        let columns = schema.columns().iter().map(|column| Written::of(column)).collect();
        Ok(Self { reader, columns, rows, path: path.to_path_buf() })
    }

    /// The names of the columns; `None` when there is one that no table has, with the fault told.
    pub(super) fn names(&self, faults: &mut Faults) -> Option<Vec<String>> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let fields = schema.root_schema().get_fields();
        if fields.len() > MOST_COLUMNS {
            let issue = Issue::new("too_many_columns", Level::Error).at(1).structural();
            faults.push(issue.limit(MOST_COLUMNS as f64, fields.len() as f64));
            return None;
        }
        // Columns and fields run side by side until the first group; what follows it is not looked at.
        let mut flat = true;
        for (at, field) in fields.iter().enumerate() {
            let nested = field.is_group();
            if flat && (nested || self.columns.get(at).is_none_or(Option::is_none)) {
                let kind = if nested { "nested".to_string() } else { format!("{:?}", field.get_physical_type()) };
                let issue = Issue::new("column_type", Level::Error).at(1).structural();
                faults.push(issue.column(&super::headers::shown(field.name()), Some(at + 1)).detail(kind));
            }
            flat &= !nested;
        }
        (!faults.stops()).then(|| fields.iter().map(|field| field.name().to_string()).collect())
    }

    /// The rows of a piece as text.
    pub(super) fn split(&self, piece: &Piece, shape: &Shape, faults: &mut Faults) -> Split {
        let begin = |cells: &Cells| cells.levels.iter().take(piece.rows.start).filter(|l| **l > 0).count();
        let mut next: Vec<usize> = piece.columns.iter().map(begin).collect();
        let first = piece.rows.start;
        let mut odd = None;
        let grid = Grid::gather(
            piece.rows.len(),
            shape,
            faults,
            |row| row as u32 + 1,
            |row, column, text| {
                let (Some(cells), Some(next), Some(Some(how))) =
                    (piece.columns.get(column), next.get_mut(column), self.columns.get(column))
                else {
                    return true;
                };
                let at = if cells.levels.is_empty() { first + row } else { *next };
                if cells.levels.get(first + row) == Some(&0) {
                    return true;
                }
                *next += 1;
                let written = cells.values.write(at, *how, text);
                odd = written.err().map(|why| (row as u64 + 1, column, why));
                odd.is_none()
            },
        );
        match odd {
            None => {}
            Some((line, column, NoText::TooLong(bytes))) => {
                stop(Step::TooLong { line, column, bytes: bytes as u64 }, shape, faults);
            }
            Some((line, column, NoText::Undecodable)) => {
                let issue = Issue::new("not_text", Level::Error).at(line).structural();
                faults.push(issue.column(&shape.name(column), Some(column + 1)));
            }
        }
        Split { grid, lines: piece.rows.len() as u64, newlines: [0; 3] }
    }
}

/// A file on its way into pieces.
pub(super) struct Pieces<'p> {
    file: &'p Parquet,
    /// The row group to open next.
    group: usize,
    readers: Vec<ColumnReader>,
    /// Rows of the open group still to come.
    left: usize,
    ready: VecDeque<Piece>,
}

impl<'p> Pieces<'p> {
    /// Starts at the first row.
    pub(super) fn new(file: &'p Parquet) -> Self {
        Self { file, group: 0, readers: Vec::new(), left: 0, ready: VecDeque::new() }
    }

    /// The next piece.
    pub(super) fn next(&mut self) -> Result<Option<Piece>> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Ok(Some(piece));
            }
            if self.left == 0 && !self.open()? {
                return Ok(None);
            }
            let rows = self.left.min(ROWS);
            if rows > 0 {
                let path = &self.file.path;
                let readers = &mut self.readers;
                let columns = guarded(path, || readers.iter_mut().map(|reader| decode(reader, rows)).collect())?;
                self.left -= rows;
                self.cut(columns, rows);
            }
        }
    }

    /// Opens the next row group, if there is one.
    fn open(&mut self) -> Result<bool> {
        let (reader, path) = (&self.file.reader, &self.file.path);
        if self.group >= reader.num_row_groups() {
            return Ok(false);
        }
        let (count, readers) = guarded(path, || {
            let group = reader.get_row_group(self.group)?;
            let readers: Vec<ColumnReader> =
                (0..group.num_columns()).map(|i| group.get_column_reader(i)).collect::<std::result::Result<_, _>>()?;
            Ok((group.metadata().num_rows(), readers))
        })?;
        self.left = usize::try_from(count).map_err(|_| damaged(path))?;
        // Without columns there are no rows, whatever the file says.
        if readers.is_empty() {
            self.left = 0;
        }
        self.readers = readers;
        self.group += 1;
        Ok(true)
    }

    /// Cuts a batch where its texts would be more than a piece should hold.
    fn cut(&mut self, columns: Vec<Cells>, rows: usize) {
        let heavy = columns.iter().map(|cells| cells.values.weigh()).sum::<usize>() > HEAVY;
        let columns = Arc::new(columns);
        let (mut from, mut weight) = (0, 0);
        let mut next = vec![0; columns.len()];
        for row in (0..rows).filter(|_| heavy) {
            for (cells, next) in columns.iter().zip(&mut next) {
                if cells.levels.get(row) != Some(&0) {
                    weight += cells.values.weight(*next);
                    *next += 1;
                }
            }
            if weight > HEAVY {
                self.ready.push_back(Piece { columns: Arc::clone(&columns), rows: from..row + 1 });
                (from, weight) = (row + 1, 0);
            }
        }
        if from < rows {
            self.ready.push_back(Piece { columns, rows: from..rows });
        }
    }
}

/// The next `rows` cells of a column.
fn decode(reader: &mut ColumnReader, rows: usize) -> std::result::Result<Cells, ParquetError> {
    let mut levels = Vec::new();
    let values = match reader {
        ColumnReader::BoolColumnReader(reader) => Values::Bools(values(reader, rows, &mut levels)?),
        ColumnReader::Int32ColumnReader(reader) => Values::Ints(values(reader, rows, &mut levels)?),
        ColumnReader::Int64ColumnReader(reader) => Values::Longs(values(reader, rows, &mut levels)?),
        ColumnReader::FloatColumnReader(reader) => Values::Floats(values(reader, rows, &mut levels)?),
        ColumnReader::DoubleColumnReader(reader) => Values::Doubles(values(reader, rows, &mut levels)?),
        ColumnReader::ByteArrayColumnReader(reader) => Values::Bytes(values(reader, rows, &mut levels)?),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => Values::Fixed(values(reader, rows, &mut levels)?),
        ColumnReader::Int96ColumnReader(_) => return Err(ParquetError::General("INT96".into())),
    };
    Ok(Cells { values, levels })
}

fn values<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    levels: &mut Vec<i16>,
) -> std::result::Result<Vec<T::T>, ParquetError> {
    let mut values = Vec::with_capacity(rows);
    let (read, ..) = reader.read_records(rows, Some(levels), None, &mut values)?;
    if read == rows { Ok(values) } else { Err(ParquetError::EOF("rows".into())) }
}

/// Runs the decoder: whatever it says of a file, and however it fails, the file is damaged. The decoder's own words are
/// not kept: nobody vouches that they hold no value.
fn guarded<T>(path: &Path, work: impl FnOnce() -> std::result::Result<T, ParquetError>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        _ => Err(damaged(path)),
    }
}

fn damaged(path: &Path) -> Error {
    Error::data("parquet_damaged").with("file", path.display())
}
