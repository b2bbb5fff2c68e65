//! One file of one table, read in batches: the door of this room. It knows which formats there are, not what is in them.

use super::bytes::{Bytes, file_name, unreadable};
use super::csv;
use super::words::words;
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    /// The topics in the study's order, without overall.
    pub topics: Vec<TopicWords>,
    /// The overall score.
    pub overall: TopicWords,
    /// Levels and stages.
    pub ladder: Ladder,
    /// Names of each stage of the ladder, beside its code.
    pub stage_names: Vec<Vec<String>>,
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
        Self { topics, overall: topic_words(OVERALL, &[]), ladder, stage_names }
    }

    /// The words of a study; names given there stand beside the known ones.
    pub fn from_study(study: &Study) -> Self {
        let named = |t: &crate::study::Topic| {
            let own: Vec<String> = [&t.ja, &t.en].into_iter().flatten().cloned().collect();
            topic_words(&t.code, &own)
        };
        let topics = study.topics.iter().filter(|t| t.code != OVERALL).map(named).collect();
        Self::new(topics, study.ladder.clone())
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

/// Takes each batch as it comes.
pub type Sink<'a> = dyn FnMut(&Layout, &mut Batch) -> Result<()> + 'a;
/// Told bytes done and bytes in all, once per batch.
pub type Progress<'a> = dyn FnMut(u64, u64) + 'a;

/// A format of files.
pub struct Format {
    /// Its name.
    pub name: &'static str,
    /// Whether a file is in it, by its first bytes.
    pub recognises: fn(&[u8]) -> bool,
    read: fn(&Bytes, &Source<'_>, &mut Sink<'_>, &mut Progress<'_>) -> Result<Reading>,
}

/// The formats that are read, tried in this order: the last takes what no other claims.
pub static SOURCES: &[Format] = &[Format { name: "csv", recognises: |head| foreign(head).is_none(), read: csv::read }];

/// Formats known by their first bytes and not read.
static FOREIGN: &[(&str, &[u8])] = &[
    ("XLSX or another ZIP file", b"PK\x03\x04"),
    ("Parquet", b"PAR1"),
    ("XLS", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
    ("gzip", b"\x1F\x8B\x08"),
    ("PDF", b"%PDF-"),
    ("Arrow", b"ARROW1"),
    ("SQLite", b"SQLite format 3"),
    ("RTF", b"{\\rtf"),
    ("zstd", b"\x28\xB5\x2F\xFD"),
];

fn foreign(head: &[u8]) -> Option<&'static str> {
    FOREIGN.iter().find(|(_, magic)| head.starts_with(magic)).map(|(name, _)| *name)
}

/// The format of a file, or an error that names what it is instead.
pub(super) fn format_of(bytes: &Bytes, path: &Path) -> Result<&'static Format> {
    let mut head = Vec::new();
    let reader = bytes.reader().map_err(|e| unreadable(path, e))?;
    reader.take(16).read_to_end(&mut head).map_err(|e| unreadable(path, e))?;
    SOURCES.iter().find(|f| (f.recognises)(&head)).ok_or_else(|| {
        let format = foreign(&head).unwrap_or("?");
        Error::data("unsupported_format").with("file", path.display()).with("format", format)
    })
}

/// Reads one file: batches of 4,096 rows go to `sink` in file order, in buffers that are used again.
///
/// Errors: the path (`file_missing`, `file_is_directory`, `file_permission`, `file_unreadable`, `url_refused`), a format
/// that is not read (`unsupported_format`), and whatever `sink` returns. Faults of the data are issues of the `Reading`.
pub fn read(source: &Source<'_>, sink: &mut Sink<'_>, progress: &mut Progress<'_>) -> Result<Reading> {
    let bytes = Bytes::open(source.path)?;
    let format = format_of(&bytes, source.path)?;
    (format.read)(&bytes, source, sink, progress)
}

/// An input's row of the provenance, before its rows are counted.
pub(super) fn input(table: &str, path: &Path, survey: &super::encoding::Survey) -> Input {
    Input {
        table: table.to_string(),
        file: file_name(path),
        sha256: survey.sha256.clone(),
        encoding: survey.encoding.name().to_string(),
        rows: 0,
    }
}
