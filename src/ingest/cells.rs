//! Cells of one column into one typed column, with what had to be converted, was missing by word, or fits nothing. It
//! knows the study's topics and stages; it judges no range.

use super::dates;
use super::faults::Faults;
use super::source::Vocabulary;
use super::split::Grid;
use super::values::{self, Commas, Fault, Form, Parsed};
use super::words::{STATUSES, Words, fold, words};
use crate::domain::agreement::agrees;
use crate::findings::{Issue, Level};
use crate::tables::{Batch, Column, Kind, LayoutColumn, MISSING_DAY, OVERALL_BIT, Span};
use hashbrown::HashMap;
use std::borrow::Cow;

/// Spellings of topic cells seen so far are kept up to this many, so that memory does not follow the data.
const REMEMBERED: usize = 4096;

/// How cells of one file are read.
pub(super) struct Cells<'a> {
    words: &'static Words,
    commas: Commas,
    topics: Topics,
    stages: Vec<(String, usize, Form)>,
    vocabulary: &'a Vocabulary,
}

/// What one thread remembers of the cells it has read.
#[derive(Debug, Default)]
pub(super) struct Memory {
    topics: HashMap<String, Parsed<'static, u32>>,
    /// Plain spellings of late, by their length and first byte.
    recent: [(String, u32); 16],
}

/// What the level column held: numbers, those among them that no stage number can be, and stage names.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    numbers: u64,
    telling: u64,
    names: u64,
}

impl Seen {
    /// Takes in what another piece held.
    pub(super) fn merge(&mut self, other: Seen) {
        self.numbers += other.numbers;
        self.telling += other.telling;
        self.names += other.names;
    }
}

/// What the header of the level column may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderMeans {
    /// Levels.
    Levels,
    /// `stage`, 段階: levels or stages.
    Either,
}

/// The meaning of the level column, known at the end of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StageReading {
    Levels,
    Stages,
    Unclear,
}

/// Text that stands in no cell as it was read: it goes behind the text of the piece.
struct Margin {
    before: usize,
    text: String,
}

impl Margin {
    fn note(&mut self, text: &str) -> Span {
        let from = (self.before + self.text.len()) as u32;
        self.text.push_str(text);
        (from, from + text.len() as u32)
    }
}

/// Where a part of a cell stands in the text that the cell stands in.
fn within(cell: Span, raw: &str, part: &str) -> Span {
    let skipped = (part.as_ptr() as usize).wrapping_sub(raw.as_ptr() as usize);
    let from = cell.0 + skipped.min(raw.len()) as u32;
    (from, from + part.len() as u32)
}

/// A blank cell.
const BLANK: Span = (0, 0);

impl<'a> Cells<'a> {
    pub(super) fn new(vocabulary: &'a Vocabulary, delimiter: u8) -> Self {
        let commas = if delimiter == b';' { Commas::Unsure } else { Commas::Thousands };
        let mut stages = Vec::new();
        for (i, code) in vocabulary.ladder.stages().iter().enumerate() {
            let names = vocabulary.stage_names.get(i).into_iter().flatten().map(|n| (fold(n), i, Form::Name));
            stages.push((fold(code), i, Form::Spaces));
            stages.extend(names);
        }
        Self { words: words(), commas, topics: Topics::new(vocabulary), stages, vocabulary }
    }

    /// A thread's memory, empty but for the plain spellings.
    pub(super) fn memory(&self) -> Memory {
        Memory { topics: self.topics.plain.clone(), recent: Default::default() }
    }

    /// Reads a grid into a batch: `places[i]` is the column of the grid for column `i` of the layout, `None` where every
    /// row has `wave`.
    pub(super) fn batch(
        &self,
        mut grid: Grid,
        columns: &[LayoutColumn],
        wave: &str,
        memory: &mut Memory,
        faults: &mut Faults,
    ) -> (Batch, Seen) {
        let mut seen = Seen::default();
        let mut margin = Margin { before: grid.text.len(), text: String::new() };
        let read = columns.iter().map(|about| {
            let Some(place) = about.index.checked_sub(1) else {
                let span = margin.note(wave);
                return Column::Text(vec![span; grid.rows()]);
            };
            self.column(&grid, place, &mut Noter { about, line: 0, faults }, &mut margin, memory, &mut seen)
        });
        let columns = read.collect();
        grid.text.push_str(&margin.text);
        (Batch { before: 0, lines: grid.lines, text: grid.text, columns }, seen)
    }

    /// Reads one column.
    fn column(
        &self,
        grid: &Grid,
        place: usize,
        note: &mut Noter<'_>,
        margin: &mut Margin,
        memory: &mut Memory,
        seen: &mut Seen,
    ) -> Column {
        let (words, missing) = (self.words, &self.words.missing);
        let text = |row: usize| (grid.span(row, place), grid.cell(row, place));
        // Most cells are taken as they stand: a look at both ends and at the length is all they get.
        let as_it_stands = |row: usize| {
            let span = grid.span(row, place);
            let cell = grid.bytes(span);
            (grid.is_plain(cell) && !missing.may_hold(cell)).then_some(span)
        };
        let lines = &grid.lines;
        match note.about.kind {
            Kind::Id => each(lines, note, |row, note| {
                if let Some(span) = as_it_stands(row) {
                    return span;
                }
                let (span, raw) = text(row);
                note.keep(values::identifier(raw, missing)).map_or(BLANK, |id| within(span, raw, id))
            }),
            Kind::Text if !note.about.declared => each(lines, note, |row, _| text(row).0),
            Kind::Text => each(lines, note, |row, note| {
                if let Some(span) = as_it_stands(row) {
                    return span;
                }
                let (span, raw) = text(row);
                let (parsed, found) = values::category(raw, missing);
                if let Some(fault) = found {
                    note.fault(fault, Level::Warning);
                }
                match note.keep(parsed) {
                    None => BLANK,
                    Some(Cow::Borrowed(part)) => within(span, raw, part),
                    Some(Cow::Owned(folded)) => margin.note(&folded),
                }
            }),
            Kind::Wave => {
                let mut last = (String::new(), BLANK);
                each(lines, note, |row, note| {
                    let (span, raw) = text(row);
                    if raw == last.0 && !raw.is_empty() {
                        return last.1;
                    }
                    let parsed = dates::wave(raw, missing);
                    let plain = matches!(parsed, Parsed::Value(_));
                    let read = note.keep(parsed).unwrap_or_default();
                    let span = if read == raw { span } else { margin.note(&read) };
                    if plain {
                        last = (raw.to_string(), span);
                    }
                    span
                })
            }
            Kind::Status => {
                let known = STATUSES.map(|word| (word, margin.note(word)));
                each(lines, note, |row, note| {
                    let word = note.keep(status(text(row).1, words)).unwrap_or("");
                    known.iter().find(|(name, _)| *name == word).map_or(BLANK, |(_, span)| *span)
                })
            }
            Kind::Number => Column::Number(collect(lines, note, |row, note| {
                let raw = text(row).1;
                match values::plain_number(raw.as_bytes()) {
                    _ if raw.is_empty() => f64::NAN,
                    Some(value) => value,
                    None => note.keep(values::number(raw, missing, self.commas)).unwrap_or(f64::NAN),
                }
            })),
            Kind::Level => Column::Number(collect(lines, note, |row, note| {
                note.keep(self.level(text(row).1, seen)).unwrap_or(f64::NAN)
            })),
            Kind::Agreement => Column::Number(collect(lines, note, |row, note| {
                let raw = text(row).1;
                match values::plain_number(raw.as_bytes()) {
                    _ if raw.is_empty() => f64::NAN,
                    Some(value) => value,
                    None => note.keep(self.agreement(raw)).unwrap_or(f64::NAN),
                }
            })),
            Kind::Day => Column::Day(runs(lines, note, |row| text(row).1, |raw| dates::day(raw, missing).map(|d| d.0))),
            Kind::Month => {
                Column::Month(runs(lines, note, |row| text(row).1, |raw| dates::month(raw, missing).map(|m| m.0)))
            }
            Kind::Topics => Column::Topics(collect(lines, note, |row, note| {
                let raw = text(row).1;
                let slot = (raw.len() ^ usize::from(raw.as_bytes().first().copied().unwrap_or(0))) % 16;
                if let Some((known, bits)) = memory.recent.get(slot)
                    && known == raw
                {
                    return *bits;
                }
                let parsed = self.topics.read(raw, words, &mut memory.topics);
                if let (Parsed::Value(bits), Some(recent)) = (&parsed, memory.recent.get_mut(slot)) {
                    *recent = (raw.to_string(), *bits);
                }
                note.keep(parsed).unwrap_or(0)
            })),
        }
    }

    /// An answer to an item: a number, or a word that agrees or denies as the highest or the lowest. Words come first: 無 and
    /// × are answers here.
    fn agreement(&self, raw: &str) -> Parsed<'static, f64> {
        let (low, high) = self.vocabulary.answers;
        match agrees(raw) {
            Some(yes) => Parsed::Value(if yes { high } else { low }),
            None => values::number(raw, &self.words.missing, self.commas),
        }
    }

    /// A level, or the first level of a stage given by code or name.
    fn level(&self, raw: &str, seen: &mut Seen) -> Parsed<'static, f64> {
        let parsed = values::number(raw, &self.words.missing, self.commas);
        if let Parsed::Value(v) | Parsed::Converted(v, _) = &parsed {
            seen.numbers += 1;
            seen.telling += u64::from(*v == 0.0 || *v > 10.0);
            return parsed;
        }
        if parsed != Parsed::Bad(Fault::BadNumber) {
            return parsed;
        }
        let key = fold(raw);
        let Some((_, stage, form)) = self.stages.iter().find(|(name, _, _)| *name == key) else {
            return Parsed::Bad(Fault::BadLevel);
        };
        seen.names += 1;
        let ladder = &self.vocabulary.ladder;
        let first = (0..ladder.levels()).find(|l| ladder.stage_index(*l) == Some(*stage));
        match (first, form) {
            (None, _) => Parsed::Bad(Fault::BadLevel),
            (Some(level), Form::Name) => Parsed::Converted(level as f64, Form::Name),
            (Some(level), _) => Parsed::Value(level as f64),
        }
    }
}

/// Spans for every row.
fn each(lines: &[u32], note: &mut Noter<'_>, span: impl FnMut(usize, &mut Noter<'_>) -> Span) -> Column {
    Column::Text(collect(lines, note, span))
}

/// Days or months for every row. Tables come by date: most cells repeat the one above, which is then not read again.
fn runs<'g>(
    lines: &[u32],
    note: &mut Noter<'_>,
    cell: impl Fn(usize) -> &'g str,
    read: impl Fn(&'g str) -> Parsed<'static, i32>,
) -> Vec<i32> {
    let mut last = ("", MISSING_DAY);
    collect(lines, note, |row, note| {
        let raw = cell(row);
        if raw == last.0 {
            return last.1;
        }
        let parsed = read(raw);
        // What has to be told is told for every cell.
        let plain = matches!(parsed, Parsed::Value(_) | Parsed::Missing);
        let value = note.keep(parsed).unwrap_or(MISSING_DAY);
        last = if plain { (raw, value) } else { ("", MISSING_DAY) };
        value
    })
}

/// Values for every row; the place of each is noted first.
#[inline]
fn collect<T>(lines: &[u32], note: &mut Noter<'_>, mut value: impl FnMut(usize, &mut Noter<'_>) -> T) -> Vec<T> {
    let read = lines.iter().enumerate().map(|(row, line)| {
        note.line = u64::from(*line);
        value(row, note)
    });
    read.collect()
}

impl Seen {
    /// What the column of levels or stages turned out to hold (see the domain page: Grain and readings).
    pub(super) fn reading(&self, header: HeaderMeans) -> StageReading {
        match *self {
            Seen { numbers: 0, names, .. } if names > 0 => StageReading::Stages,
            Seen { numbers, names, .. } if numbers > 0 && names > 0 => StageReading::Unclear,
            Seen { numbers, telling: 0, .. } if numbers > 0 && header == HeaderMeans::Either => StageReading::Unclear,
            _ => StageReading::Levels,
        }
    }
}

/// The fault of a column that may be read as levels or as stages.
pub(super) fn unclear_stage(about: &LayoutColumn) -> Issue {
    let header = super::headers::shown(&about.header);
    let issue = Issue::new("stage_or_level", Level::Error).at(1).column("level", Some(about.index));
    issue.detail(format!("header={header}")).structural()
}

/// One of `STATUSES`.
fn status(raw: &str, words: &'static Words) -> Parsed<'static, &'static str> {
    match raw {
        "held" => return Parsed::Value("held"),
        "scheduled" => return Parsed::Value("scheduled"),
        "cancelled" => return Parsed::Value("cancelled"),
        _ => {}
    }
    let (text, form) = values::tidy(raw);
    // 無 and × are answers to "was it held", so words are looked up before what is missing.
    match words.status(&text) {
        Some(word) if fold(word) == fold(&text) => Parsed::Value(word).tidied(form),
        Some(word) => Parsed::Converted(word, Form::Name),
        None => values::absent(&text, &words.missing).unwrap_or(Parsed::Bad(Fault::UnknownStatus)),
    }
}

/// Topic cells into bits.
struct Topics {
    spellings: HashMap<String, (u32, Form)>,
    plain: HashMap<String, Parsed<'static, u32>>,
}

impl Topics {
    fn new(vocabulary: &Vocabulary) -> Self {
        let mut spellings = HashMap::new();
        let overall = (OVERALL_BIT, &vocabulary.overall);
        let bits = vocabulary.topics.iter().take(31).enumerate().map(|(i, t)| (1u32 << i, t));
        let all: Vec<_> = bits.chain([overall]).collect();
        for (bit, topic) in &all {
            spellings.entry(fold(&topic.code)).or_insert((*bit, Form::Spaces));
        }
        for (bit, topic) in &all {
            for name in &topic.names {
                spellings.entry(fold(name)).or_insert((*bit, Form::Name));
            }
        }
        for (bit, topic) in &all {
            for name in &topic.aliases {
                spellings.entry(fold(name)).or_insert((*bit, Form::Alias));
            }
        }
        let plain = all.iter().map(|(bit, t)| (t.code.clone(), Parsed::Value(*bit))).collect();
        Self { spellings, plain }
    }

    #[inline]
    fn read(
        &self,
        raw: &str,
        words: &'static Words,
        remembered: &mut HashMap<String, Parsed<'static, u32>>,
    ) -> Parsed<'static, u32> {
        if let Some(known) = remembered.get(raw) {
            return known.clone();
        }
        let parsed = self.work_out(raw, words);
        if remembered.len() < REMEMBERED && raw.len() <= 256 {
            remembered.insert(raw.to_string(), parsed.clone());
        }
        parsed
    }

    fn work_out(&self, raw: &str, words: &'static Words) -> Parsed<'static, u32> {
        let (text, form) = values::tidy(raw);
        if let Some(judged) = values::absent(&text, &words.missing) {
            return judged;
        }
        if let Some((bit, how)) = self.one(&text) {
            return finish(bit, how.or(form));
        }
        let (mut bits, mut how) = (0, form);
        for part in text.split(['|', ';', '、', '\n']).map(str::trim).filter(|p| !p.is_empty()) {
            let Some((bit, form)) = self.one(part) else { return Parsed::Bad(Fault::UnknownTopic) };
            bits |= bit;
            how = form.or(how);
        }
        if bits == 0 { Parsed::Bad(Fault::UnknownTopic) } else { finish(bits, how) }
    }

    /// One topic, and how it was spelled unless by its code.
    fn one(&self, text: &str) -> Option<(u32, Option<Form>)> {
        let (bit, form) = *self.spellings.get(&fold(text))?;
        let code = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        match form {
            Form::Spaces if code => Some((bit, None)),
            Form::Spaces => Some((bit, Some(Form::Alias))),
            other => Some((bit, Some(other))),
        }
    }
}

fn finish(bits: u32, form: Option<Form>) -> Parsed<'static, u32> {
    match form {
        None => Parsed::Value(bits),
        Some(form) => Parsed::Converted(bits, form),
    }
}

/// Tells what was seen in a cell and keeps its value.
struct Noter<'f> {
    about: &'f LayoutColumn,
    line: u64,
    faults: &'f mut Faults,
}

impl Noter<'_> {
    #[inline]
    fn keep<T>(&mut self, parsed: Parsed<'_, T>) -> Option<T> {
        match parsed {
            Parsed::Value(v) => Some(v),
            Parsed::Missing => None,
            Parsed::Converted(v, form) => {
                // Official names are how Japanese exports are meant to look; stray ASCII spaces change nothing.
                let harmless = matches!(form, Form::Name | Form::Spaces);
                let level = if harmless { Level::Note } else { Level::Warning };
                self.add("value_form", level, form.name());
                Some(v)
            }
            Parsed::Token(token) => {
                self.add("missing_token", Level::Warning, token);
                None
            }
            Parsed::Bad(fault) => {
                self.fault(fault, Level::Error);
                None
            }
        }
    }

    fn fault(&mut self, fault: Fault, level: Level) {
        match fault {
            Fault::Invisible(c) => self.add(fault.code(), level, &format!("U+{:04X}", c as u32)),
            _ => self.add(fault.code(), level, ""),
        }
    }

    fn add(&mut self, code: &str, level: Level, detail: &str) {
        self.faults.cell(code, level, detail, (&self.about.name, self.about.index), self.line);
    }
}
