//! One file of one table, read in batches: the door of this room. It knows which formats there are, not what is in them.

use super::bytes::{Bytes, file_name, unreadable};
pub use super::encoding::Trust;
use super::state;
use super::words::words;
use super::{csv, parquet, xlsx};
use crate::domain::{Ladder, OVERALL, TOPICS};
use crate::error::{Error, Result};
use crate::findings::{Input, Issue};
use crate::study::Study;
use crate::tables::{Batch, Layout, Table};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// Whether columns the schema does not know are delivered (as text, as written) or only reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// They are delivered with `declared = false`.
    Undeclared,
    /// They are reported and left out.
    DeclaredOnly,
}

/// The spellings of one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicWords {
    /// Its code.
    pub code: String,
    /// Its names in Japanese and English.
    pub names: Vec<String>,
    /// Other spellings.
    pub aliases: Vec<String>,
}

/// The study's words: topics in order (bit `i` of a topic set is topic `i`; overall is `OVERALL_BIT`), ladder, stages.
#[derive(Debug, Clone, PartialEq)]
pub struct Vocabulary {
    /// The topics in the study's order, without overall.
    pub topics: Vec<TopicWords>,
    /// The overall score.
    pub overall: TopicWords,
    /// Levels and stages.
    pub ladder: Ladder,
    /// Names of each stage of the ladder, beside its code.
    pub stage_names: Vec<Vec<String>>,
    /// Columns of the survey that hold answers to items of the ladder.
    pub items: Vec<String>,
    /// Lowest and highest answer to an item.
    pub answers: (f64, f64),
}

impl Default for Vocabulary {
    /// The seven topics and the ladder of 17 levels.
    fn default() -> Self {
        Self::new(TOPICS.iter().map(|code| topic_words(code, &[])).collect(), Ladder::default())
    }
}

impl Vocabulary {
    fn new(topics: Vec<TopicWords>, ladder: Ladder) -> Self {
        let stage_names = ladder.stages().iter().map(|code| words().stage(code).to_vec()).collect();
        let overall = topic_words(OVERALL, &[]);
        Self { topics, overall, ladder, stage_names, items: Vec::new(), answers: (0.0, 1.0) }
    }

    /// The words of a study; names given there stand beside the known ones.
    pub fn from_study(study: &Study) -> Self {
        let named = |t: &crate::study::Topic| {
            let own: Vec<String> = [&t.ja, &t.en].into_iter().flatten().cloned().collect();
            topic_words(&t.code, &own)
        };
        let topics = study.topics.iter().filter(|t| t.code != OVERALL).map(named).collect();
        let mut vocabulary = Self::new(topics, study.ladder.clone());
        for (names, own) in vocabulary.stage_names.iter_mut().zip(&study.ladder_words.stages) {
            names.extend([&own.ja, &own.en].into_iter().flatten().cloned());
        }
        if let Some(items) = &study.items {
            vocabulary.items = items.items.iter().map(|item| item.column.clone()).collect();
            vocabulary.answers = items.scale;
        }
        vocabulary
    }
}

fn topic_words(code: &str, own: &[String]) -> TopicWords {
    let listed = words().topic(code);
    let names = own.iter().chain(listed.iter().take(2)).cloned().collect();
    TopicWords { code: code.to_string(), names, aliases: listed.iter().skip(2).cloned().collect() }
}

/// What to read and how to understand it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The table its rows belong to.
    pub table: Table,
    /// Where it is; `-` is standard input.
    pub path: &'a Path,
    /// The wave of all its rows, when the file has no wave column.
    pub wave: Option<&'a str>,
    /// Canonical column -> header as in the file, for headers the alias list does not know.
    pub headers: Option<&'a BTreeMap<String, String>>,
    /// The study's words.
    pub vocabulary: &'a Vocabulary,
    /// What to do with columns the schema does not know.
    pub keep_undeclared: Keep,
    /// Whether a file that begins as UTF-8 is taken at its word.
    pub trust: Trust,
    /// The number of the file in a state, when `path` is one.
    pub stored: Option<usize>,
}

/// What one file turned out to be. If an issue is structural the batches delivered are not to be used.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Its columns.
    pub layout: Layout,
    /// Its digest, encoding and number of rows delivered.
    pub input: Input,
    /// What could not be read as it stands.
    pub issues: Vec<Issue>,
    /// The level column held stages only: each level delivered is the first of its stage.
    pub stage_only: bool,
}

/// What came of reading a file.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was read to its end, or to the fault that stops the work.
    Read(Reading),
    /// It begins as UTF-8 and goes on otherwise: what was taken is worth nothing, and it must be read again with
    /// `Trust::Nothing`.
    NoUtf8,
}

/// Takes each batch in file order, with what was seen when it was looked at.
pub type Take<'a, T> = dyn FnMut(&Layout, &Batch, T) -> Result<()> + Send + 'a;
/// Told bytes done and bytes in all, once per batch.
pub type Progress<'a> = dyn FnMut(u64, u64) + Send + 'a;

/// A format of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns in row groups, flat; uncompressed or Snappy, gzip or Zstandard.
    Parquet,
    /// The first sheet to be seen of a workbook of Excel.
    Xlsx,
    /// Text with delimiters, in any encoding, packed or not.
    Csv,
}

/// Whether a file of these first bytes is of a format.
type Recognises = fn(&[u8]) -> bool;

/// The formats that are read and how each is recognised by its first bytes, tried in this order: the last takes what no
/// other claims.
pub static SOURCES: &[(Format, Recognises)] = &[
    (Format::Parquet, |head| head.starts_with(b"PAR1")),
    (Format::Xlsx, |head| head.starts_with(b"PK\x03\x04")),
    (Format::Csv, |head| foreign(head).is_none()),
];

/// Formats known by their first bytes and not read.
static FOREIGN: &[(&str, &[u8])] = &[
    ("an empty ZIP file", b"PK\x05\x06"),
    ("XLS, or XLSX with a password", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
    ("PDF", b"%PDF-"),
    ("Arrow", b"ARROW1"),
    ("SQLite", b"SQLite format 3"),
    ("RTF", b"{\\rtf"),
];

fn foreign(head: &[u8]) -> Option<&'static str> {
    FOREIGN.iter().find(|(_, magic)| head.starts_with(magic)).map(|(name, _)| *name)
}

/// The format of a file, or an error that names what it is instead.
pub(super) fn format_of(bytes: &Bytes, path: &Path) -> Result<Format> {
    let mut head = Vec::new();
    let reader = bytes.reader().map_err(|e| unreadable(path, e))?;
    reader.take(16).read_to_end(&mut head).map_err(|e| unreadable(path, e))?;
    let known = SOURCES.iter().find(|(_, recognises)| recognises(&head)).map(|(format, _)| *format);
    known.ok_or_else(|| {
        let format = foreign(&head).unwrap_or("?");
        Error::data("unsupported_format").with("file", path.display()).with("format", format)
    })
}

/// Files smaller than this are read by one thread: starting others takes longer.
const WORTH_THREADS: u64 = 1 << 20;

/// How many threads read a file of so many bytes.
pub(super) fn threads(bytes: u64) -> usize {
    if bytes < WORTH_THREADS { 1 } else { rayon::current_num_threads() }
}

/// Reads one file. `look` sees each batch first, on whatever thread made it and in any order, and may clean it (its lines
/// are then counted from the beginning of its piece); `take` gets it with what `look` said, in file order.
///
/// Errors: the path (`file_missing`, `file_is_directory`, `file_permission`, `file_unreadable`, `url_refused`), a format
/// that is not read (`unsupported_format`), a Parquet file that does not hold what it says (`parquet_damaged`,
/// `workbook_damaged`), and whatever `take` returns. Faults of the data are issues of the `Reading`.
pub fn read<T: Send>(
    source: &Source<'_>,
    look: &(dyn Fn(&Layout, &mut Batch) -> T + Sync),
    take: &mut Take<'_, T>,
    progress: &mut Progress<'_>,
) -> Result<Outcome> {
    if let Some(number) = source.stored {
        return state::read(source, number, look, take, progress);
    }
    let bytes = Bytes::open(source.path)?;
    match format_of(&bytes, source.path)? {
        Format::Parquet => parquet::read(&bytes, source, look, take, progress),
        Format::Xlsx => xlsx::read(&bytes, source, look, take, progress),
        Format::Csv => csv::read(&bytes, source, look, take, progress),
    }
}

/// An input's row of the provenance, before its rows are counted and its bytes digested.
pub(super) fn input(table: &str, path: &Path, encoding: &str) -> Input {
    Input {
        table: table.to_string(),
        file: file_name(path),
        sha256: String::new(),
        encoding: encoding.to_string(),
        rows: 0,
    }
}
