//! States: the typed rows of a study's files in one file, made on a shard (a company, a month) and read again together with
//! other states as if the files themselves were read. Holds rows, not sums, because a window depends on an answer that
//! another shard may hold, and a repeat on an id that another shard may hold: only rows give the same bits from any
//! sharding. A state is personal data, as its first line says; it judges nothing.

use super::bytes::file_name;
use super::flow::{Go, flow};
use super::source::{Outcome, Progress, Reading, Source, Take, threads};
use crate::error::{Error, Result};
use crate::findings::{Input, Issue};
use crate::tables::{Batch, Column, Kind, Layout, Table};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The first line of every state: what it is, for whoever opens it in an editor.
const HEAD: &[u8] = b"oneonone state: personal data, to be kept like the files it was made from\n";
/// The last bytes of every state; they follow the length of the index.
const TAIL: &[u8; 8] = b"1on1stat";
/// Version of what lies between.
const VERSION: u32 = 1;
/// No piece of a file is longer, with all that is known of its rows.
const LONGEST: u64 = 1 << 32;

/// What a state says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    version: u32,
    program: String,
    /// The text of the study file.
    pub study: String,
    /// The files it was made from.
    pub files: Vec<Stored>,
}

/// One file in a state.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stored {
    /// The table of its rows.
    pub table: Table,
    /// Its name, digest, encoding and rows.
    pub input: Input,
    layout: Layout,
    issues: Vec<Issue>,
    stage_only: bool,
    from: u64,
    to: u64,
}

/// Whether a file begins as a state does.
pub fn is_state(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD.len() as u64).read_to_end(&mut head));
    read.is_ok() && head == HEAD
}

fn damaged(path: &Path) -> Error {
    Error::data("state_damaged").with("file", path.display())
}

/// Reads what a state says of itself.
///
/// Errors: the path, `not_a_state`, `state_version` (another version of the program), `state_damaged`.
pub fn open(path: &Path) -> Result<State> {
    let fail = |e| super::bytes::unreadable(path, e);
    let mut file = File::open(path).map_err(fail)?;
    if !is_state(path) {
        return Err(Error::data("not_a_state").with("file", path.display()));
    }
    let length = file.seek(SeekFrom::End(0)).map_err(fail)?;
    let mut end = [0; 16];
    let tail = length.checked_sub(16).ok_or_else(|| damaged(path))?;
    file.seek(SeekFrom::Start(tail)).and_then(|_| file.read_exact(&mut end)).map_err(fail)?;
    let (size, mark) = end.split_first_chunk::<8>().ok_or_else(|| damaged(path))?;
    let start = tail.checked_sub(u64::from_le_bytes(*size)).filter(|_| mark == TAIL).ok_or_else(|| damaged(path))?;
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(start)).map_err(fail)?;
    file.take(tail - start).read_to_end(&mut text).map_err(fail)?;
    // Another version may have other fields: the number is looked at alone, first.
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let version: Version = serde_json::from_slice(&text).map_err(|e| damaged(path).because(e))?;
    if version.version != VERSION {
        let error = Error::data("state_version").with("file", path.display());
        return Err(error.with("found", version.version).with("known", VERSION));
    }
    serde_json::from_slice(&text).map_err(|e| damaged(path).because(e))
}

/// A state under way: written beside its place, there when it is whole, readable by its owner alone.
pub struct Writer {
    path: PathBuf,
    beside: PathBuf,
    out: Option<BufWriter<File>>,
    at: u64,
    state: State,
}

/// A writer that counts.
struct Counted<'w> {
    out: &'w mut BufWriter<File>,
    at: &'w mut u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        *self.at += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Strength of the packing: the next ones take longer and save little.
const PACKING: i32 = 1;

impl Writer {
    /// Begins a state of a study.
    ///
    /// Errors: `cannot_write`.
    pub fn create(path: &Path, study: &str) -> Result<Self> {
        let cannot = |e| Error::run("cannot_write").with("file", path.display()).because(e);
        let beside = path.with_file_name(format!(".{}.{}", file_name(path), std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut out = BufWriter::new(options.open(&beside).map_err(cannot)?);
        out.write_all(HEAD).map_err(cannot)?;
        let program = format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let state = State { version: VERSION, program, study: study.to_string(), files: Vec::new() };
        Ok(Self { path: path.to_path_buf(), beside, out: Some(out), at: HEAD.len() as u64, state })
    }

    /// Adds a file: everything that `ingest::read` delivers of it. The issues of the reading come back.
    ///
    /// Errors: as `ingest::read`, and `cannot_write`.
    pub fn add(&mut self, source: &Source<'_>, progress: &mut Progress<'_>) -> Result<Outcome> {
        let path = self.path.clone();
        let cannot = |e| Error::run("cannot_write").with("file", path.display()).because(e);
        let Some(out) = &mut self.out else { return Err(Error::bug("state_finished")) };
        let from = self.at;
        let mut pack = zstd::stream::write::Encoder::new(Counted { out, at: &mut self.at }, PACKING).map_err(cannot)?;
        pack.include_checksum(true).map_err(cannot)?;
        let outcome = super::read(
            source,
            &|_, batch| packed(batch),
            &mut |_, batch, mut bytes: Vec<u8>| {
                if let Some((before, _)) = bytes.split_first_chunk_mut::<8>() {
                    *before = batch.before.to_le_bytes();
                }
                pack.write_all(&(bytes.len() as u64).to_le_bytes()).map_err(cannot)?;
                pack.write_all(&bytes).map_err(cannot)
            },
            progress,
        )?;
        pack.finish().map_err(cannot)?;
        if let Outcome::Read(reading) = &outcome {
            self.state.files.push(Stored {
                table: source.table,
                input: reading.input.clone(),
                layout: reading.layout.clone(),
                issues: reading.issues.clone(),
                stage_only: reading.stage_only,
                from,
                to: self.at,
            });
        }
        Ok(outcome)
    }

    /// Puts the state in its place.
    ///
    /// Errors: `cannot_write`.
    pub fn finish(mut self) -> Result<()> {
        let cannot = |e| Error::run("cannot_write").with("file", self.path.display()).because(e);
        let index = serde_json::to_vec(&self.state).map_err(|e| Error::bug("state_index").because(e))?;
        let Some(mut out) = self.out.take() else { return Err(Error::bug("state_finished")) };
        out.write_all(&index).map_err(cannot)?;
        out.write_all(&(index.len() as u64).to_le_bytes()).map_err(cannot)?;
        out.write_all(TAIL).map_err(cannot)?;
        out.into_inner().map_err(|e| cannot(e.into_error()))?.sync_all().map_err(cannot)?;
        std::fs::rename(&self.beside, &self.path).map_err(cannot)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // What is left of a state that was not finished; a finished one has gone to its place.
        let _ = std::fs::remove_file(&self.beside);
    }
}

/// Reads one file of a state; see `source::read`.
pub(super) fn read<T: Send>(
    source: &Source<'_>,
    number: usize,
    look: &(dyn Fn(&Layout, &mut Batch) -> T + Sync),
    take: &mut Take<'_, T>,
    progress: &mut Progress<'_>,
) -> Result<Outcome> {
    let path = source.path;
    let fail = |e| super::bytes::unreadable(path, e);
    let broken = |e: io::Error| if e.kind() == io::ErrorKind::NotFound { fail(e) } else { damaged(path).because(e) };
    let stored = open(path)?.files.into_iter().nth(number).ok_or_else(|| damaged(path))?;
    let mut file = File::open(path).map_err(fail)?;
    file.seek(SeekFrom::Start(stored.from)).map_err(fail)?;
    let length = stored.to.saturating_sub(stored.from);
    let mut packed = zstd::stream::read::Decoder::new(BufReader::new(file.take(length))).map_err(broken)?;
    let (mut done, total) = (0, stored.input.rows);
    flow(
        threads(length),
        || next(&mut packed).map_err(broken),
        || (),
        |(), bytes: Vec<u8>| {
            let (mut batch, before) = unpacked(&bytes, &stored.layout).ok_or_else(|| damaged(path))?;
            let looked = look(&stored.layout, &mut batch);
            Ok((batch, before, looked))
        },
        |(mut batch, before, looked)| {
            batch.before = before;
            done += batch.rows() as u64;
            take(&stored.layout, &batch, looked)?;
            progress(done.min(total), total);
            Ok(Go::On)
        },
    )?;
    let Stored { layout, input, issues, stage_only, .. } = stored;
    Ok(Outcome::Read(Reading { layout, input, issues, stage_only }))
}

fn next(packed: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut size = [0; 8];
    match super::bytes::fill(packed, &mut size)? {
        0 => return Ok(None),
        8 => {}
        _ => return Err(io::ErrorKind::UnexpectedEof.into()),
    }
    let size = u64::from_le_bytes(size);
    if size > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::new();
    packed.take(size).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == size { Ok(Some(bytes)) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// A batch as bytes, little-endian: lines before, rows, lines, then column by column; text as its lengths, then itself.
fn packed(batch: &Batch) -> Vec<u8> {
    let mut bytes = batch.before.to_le_bytes().to_vec();
    bytes.extend((batch.rows() as u32).to_le_bytes());
    bytes.extend(batch.lines.iter().flat_map(|line| line.to_le_bytes()));
    for column in &batch.columns {
        match column {
            Column::Number(cells) => bytes.extend(cells.iter().flat_map(|v| v.to_bits().to_le_bytes())),
            Column::Day(cells) | Column::Month(cells) => bytes.extend(cells.iter().flat_map(|v| v.to_le_bytes())),
            Column::Topics(cells) => bytes.extend(cells.iter().flat_map(|v| v.to_le_bytes())),
            Column::Text(spans) => {
                bytes.extend(spans.iter().flat_map(|(from, to)| (to - from).to_le_bytes()));
                spans.iter().for_each(|span| bytes.extend(batch.cell(*span).bytes()));
            }
        }
    }
    bytes
}

/// Bytes being read from their front.
struct Front<'b>(&'b [u8]);

impl<'b> Front<'b> {
    fn words<const N: usize>(&mut self, count: usize) -> Option<&'b [[u8; N]]> {
        let (taken, rest) = self.0.split_at_checked(count.checked_mul(N)?)?;
        self.0 = rest;
        Some(taken.as_chunks::<N>().0)
    }
}

/// The batch, its lines counted from the beginning of its piece, and the lines before it.
fn unpacked(bytes: &[u8], layout: &Layout) -> Option<(Batch, u64)> {
    let mut front = Front(bytes);
    let before = u64::from_le_bytes(*front.words::<8>(1)?.first()?);
    let rows = u32::from_le_bytes(*front.words::<4>(1)?.first()?) as usize;
    let lines = front.words::<4>(rows)?.iter().map(|b| u32::from_le_bytes(*b)).collect();
    let mut batch = Batch { lines, ..Batch::default() };
    for column in &layout.columns {
        let cells = match column.kind {
            Kind::Id | Kind::Text | Kind::Wave | Kind::Status => {
                let mut spans = Vec::with_capacity(rows);
                for length in front.words::<4>(rows)? {
                    let from = spans.last().map_or(batch.text.len() as u32, |(_, to): &(u32, u32)| *to);
                    spans.push((from, from.checked_add(u32::from_le_bytes(*length))?));
                }
                let length = spans.last().map_or(0, |(_, to)| *to as usize - batch.text.len());
                let text = front.words::<1>(length)?.as_flattened();
                batch.text.push_str(std::str::from_utf8(text).ok()?);
                Column::Text(spans)
            }
            Kind::Number | Kind::Level | Kind::Agreement => {
                Column::Number(front.words::<8>(rows)?.iter().map(|b| f64::from_bits(u64::from_le_bytes(*b))).collect())
            }
            Kind::Day => Column::Day(front.words::<4>(rows)?.iter().map(|b| i32::from_le_bytes(*b)).collect()),
            Kind::Month => Column::Month(front.words::<4>(rows)?.iter().map(|b| i32::from_le_bytes(*b)).collect()),
            Kind::Topics => Column::Topics(front.words::<4>(rows)?.iter().map(|b| u32::from_le_bytes(*b)).collect()),
        };
        batch.columns.push(cells);
    }
    front.0.is_empty().then_some((batch, before))
}
