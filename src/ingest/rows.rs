//! The rows below a header, from pieces of whatever format: cells into batches, in order, and what only the end of a file
//! tells. It knows no format.

use super::cells::{Cells, HeaderMeans, Memory, Seen, StageReading, unclear_stage};
use super::faults::Faults;
use super::flow::{Go, flow};
use super::headers::{self, Resolved, shown};
use super::source::{Reading, Source, Take};
use super::split::{Shape, Split};
use super::{dates, words::words};
use crate::error::Result;
use crate::findings::{Issue, Level};
use crate::tables::{Batch, Layout};

/// The header row, understood.
pub(super) struct Header {
    pub(super) line: u64,
    pub(super) names: Vec<String>,
    pub(super) resolved: Resolved,
}

impl Header {
    /// Understands the names on a line.
    pub(super) fn new(source: &Source<'_>, line: u64, names: Vec<String>) -> Self {
        let resolved = headers::resolve(source, &names.iter().map(String::as_str).collect::<Vec<_>>());
        Self { line, names, resolved }
    }

    /// Tells what is wrong with it, and what the columns are.
    pub(super) fn tell(&mut self, layout: &mut Layout, faults: &mut Faults) {
        for mut issue in std::mem::take(&mut self.resolved.issues) {
            issue.line = Some(self.line);
            faults.push(issue);
        }
        layout.columns.clone_from(&self.resolved.columns);
    }

    /// The name of a column by its 0-based position: canonical where known, else as in the file.
    fn name_of(&self, position: usize) -> Option<String> {
        let known = self.resolved.columns.iter().find(|c| c.index == position + 1).map(|c| c.name.clone());
        known.or_else(|| self.names.get(position).map(|n| shown(n)))
    }

    /// What the rows below it look like.
    fn shape(&self, delimiter: u8) -> Shape {
        let columns = &self.resolved.columns;
        let is_id = |name: &str| matches!(name, "employee_id" | "unit_id" | "session_id" | "group");
        let ids = columns.iter().filter(|c| c.declared && c.index > 0 && is_id(&c.name)).map(|c| c.index - 1);
        let mut ids: Vec<usize> = ids.chain([0]).collect();
        ids.sort_unstable();
        ids.dedup();
        let names = (0..self.names.len()).map(|i| self.name_of(i).unwrap_or_default()).collect();
        Shape { delimiter, names, ids: Some(ids) }
    }
}

/// Whether all of a file was what it seemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Complete {
    Yes,
    /// A piece was no UTF-8.
    NoUtf8,
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
pub(super) struct Sum {
    /// Physical lines, those of the header with them.
    pub(super) lines: u64,
    pub(super) rows: u64,
    /// Records ended by LF, CRLF, CR.
    pub(super) newlines: [u64; 3],
    /// What the column of levels held.
    pub(super) seen: Seen,
}

/// The rows of one file.
pub(super) struct Rows<'r, 's> {
    pub(super) source: &'r Source<'s>,
    pub(super) header: &'r Header,
    pub(super) delimiter: u8,
    /// How many threads read it.
    pub(super) threads: usize,
    pub(super) reading: &'r mut Reading,
    pub(super) faults: &'r mut Faults,
}

impl Rows<'_, '_> {
    /// Reads all pieces: `next` has them in order, `cut` makes rows of one (`None` when it is no UTF-8), `done` is told the
    /// lines so far.
    pub(super) fn pour<P: Send, T: Send>(
        &mut self,
        mut sum: Sum,
        next: impl FnMut() -> Result<Option<P>> + Send,
        cut: impl Fn(P, &Shape, &mut Faults) -> Result<Option<Split>> + Sync,
        look: &(dyn Fn(&Layout, &mut Batch) -> T + Sync),
        take: &mut Take<'_, T>,
        done: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Complete> {
        let (source, layout, shape) = (self.source, &self.reading.layout, self.header.shape(self.delimiter));
        let cells = Cells::new(source.vocabulary, self.delimiter);
        let wave = source.wave.map(|w| dates::wave(w, &words().missing).value().unwrap_or_else(|| w.to_string()));
        let wave = wave.unwrap_or_default();
        let mut complete = Complete::Yes;
        let all_faults = &mut *self.faults;
        flow(
            self.threads,
            next,
            || cells.memory(),
            |memory: &mut Memory, piece: P| {
                let mut faults = Faults::new(&layout.file, source.table.name());
                let Some(split) = cut(piece, &shape, &mut faults)? else { return Ok(None) };
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
                done(sum.lines);
                Ok(Go::On)
            },
        )?;
        self.conclude(&sum);
        Ok(complete)
    }

    /// What only the end of the file tells.
    fn conclude(&mut self, sum: &Sum) {
        let (reading, faults, line) = (&mut *self.reading, &mut *self.faults, self.header.line);
        if sum.newlines.iter().filter(|n| **n > 0).count() > 1 {
            faults.push(Issue::new("mixed_newlines", Level::Warning));
        }
        reading.input.rows = sum.rows;
        if sum.rows == 0 && !faults.stops() {
            faults.push(Issue::new("no_rows", Level::Error).at(line).structural());
        }
        let Some(position) = reading.layout.position("level") else { return };
        let either = self.header.resolved.stage_column == Some(position);
        match sum.seen.reading(if either { HeaderMeans::Either } else { HeaderMeans::Levels }) {
            StageReading::Levels => {}
            StageReading::Stages => reading.stage_only = true,
            StageReading::Unclear => {
                if let Some(about) = reading.layout.columns.get(position) {
                    let mut issue = unclear_stage(about);
                    issue.line = Some(line);
                    faults.push(issue);
                }
            }
        }
    }
}
