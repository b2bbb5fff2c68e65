//! Cells of one column into one typed column, with what had to be converted, was missing by word, or fits nothing. It
//! knows the study's topics and stages; it judges no range.

use super::dates;
use super::faults::Faults;
use super::source::Vocabulary;
use super::values::{self, Commas, Fault, Form, Parsed};
use super::words::{Words, fold, words};
use crate::findings::{Issue, Level};
use crate::tables::{Column, Kind, LayoutColumn, MISSING_DAY, OVERALL_BIT, TextColumn};
use hashbrown::HashMap;
use std::borrow::Cow;

/// Spellings of topic cells seen so far are kept up to this many, so that memory does not follow the data.
const REMEMBERED: usize = 4096;

/// Reads cells of one file.
pub(super) struct Cells<'a> {
    words: &'static Words,
    commas: Commas,
    topics: Topics,
    stages: Vec<(String, usize, Form)>,
    vocabulary: &'a Vocabulary,
    /// What the column of levels or stages held so far.
    seen: Seen,
}

/// What the level column held: numbers, those among them that no stage number can be, and stage names.
#[derive(Debug, Default)]
struct Seen {
    numbers: u64,
    telling: u64,
    names: u64,
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

impl<'a> Cells<'a> {
    pub(super) fn new(vocabulary: &'a Vocabulary, delimiter: u8) -> Self {
        let commas = if delimiter == b';' { Commas::Unsure } else { Commas::Thousands };
        let mut stages = Vec::new();
        for (i, code) in vocabulary.ladder.stages().iter().enumerate() {
            let names = vocabulary.stage_names.get(i).into_iter().flatten().map(|n| (fold(n), i, Form::Name));
            stages.push((fold(code), i, Form::Spaces));
            stages.extend(names);
        }
        Self { words: words(), commas, topics: Topics::new(vocabulary), stages, vocabulary, seen: Seen::default() }
    }

    /// An empty column for cells of a kind.
    pub(super) fn column(kind: Kind) -> Column {
        match kind {
            Kind::Id | Kind::Text | Kind::Wave | Kind::Status => Column::Text(TextColumn::default()),
            Kind::Number | Kind::Level => Column::Number(Vec::new()),
            Kind::Day => Column::Day(Vec::new()),
            Kind::Month => Column::Month(Vec::new()),
            Kind::Topics => Column::Topics(Vec::new()),
        }
    }

    /// Appends one cell to its column.
    pub(super) fn push(&mut self, raw: &str, to: &mut Column, about: &LayoutColumn, line: u64, faults: &mut Faults) {
        let words = self.words;
        let mut note = Noter { about, line, faults };
        match (about.kind, to) {
            (Kind::Id, Column::Text(column)) => {
                column.push(note.keep(values::identifier(raw, &words.missing)).unwrap_or(""));
            }
            (Kind::Text, Column::Text(column)) if !about.declared => column.push(raw),
            (Kind::Text, Column::Text(column)) => {
                let (parsed, found) = values::category(raw, &words.missing);
                if let Some(fault) = found {
                    note.fault(fault, Level::Warning);
                }
                column.push(&note.keep(parsed).unwrap_or(Cow::Borrowed("")));
            }
            (Kind::Wave, Column::Text(column)) => {
                column.push(&note.keep(dates::wave(raw, &words.missing)).unwrap_or_default());
            }
            (Kind::Status, Column::Text(column)) => {
                column.push(note.keep(status(raw, words)).unwrap_or(""));
            }
            (Kind::Number, Column::Number(column)) => {
                column.push(note.keep(values::number(raw, &words.missing, self.commas)).unwrap_or(f64::NAN));
            }
            (Kind::Level, Column::Number(column)) => {
                let parsed = self.level(raw);
                column.push(note.keep(parsed).unwrap_or(f64::NAN));
            }
            (Kind::Day, Column::Day(column)) => {
                column.push(note.keep(dates::day(raw, &words.missing)).map_or(MISSING_DAY, |d| d.0));
            }
            (Kind::Month, Column::Month(column)) => {
                column.push(note.keep(dates::month(raw, &words.missing)).map_or(MISSING_DAY, |m| m.0));
            }
            (Kind::Topics, Column::Topics(column)) => {
                let parsed = self.topics.read(raw, words);
                column.push(note.keep(parsed).unwrap_or(0));
            }
            // A column is made by `column` for its kind; no other pair exists.
            _ => {}
        }
    }

    /// A level, or the first level of a stage given by code or name.
    fn level(&mut self, raw: &str) -> Parsed<'static, f64> {
        let parsed = values::number(raw, &self.words.missing, self.commas);
        if let Parsed::Value(v) | Parsed::Converted(v, _) = &parsed {
            self.seen.numbers += 1;
            self.seen.telling += u64::from(*v == 0.0 || *v > 10.0);
            return parsed;
        }
        if parsed != Parsed::Bad(Fault::BadNumber) {
            return parsed;
        }
        let key = fold(raw);
        let Some((_, stage, form)) = self.stages.iter().find(|(name, _, _)| *name == key) else {
            return Parsed::Bad(Fault::BadLevel);
        };
        self.seen.names += 1;
        let ladder = &self.vocabulary.ladder;
        let first = (0..ladder.levels()).find(|l| ladder.stage_index(*l) == Some(*stage));
        match (first, form) {
            (None, _) => Parsed::Bad(Fault::BadLevel),
            (Some(level), Form::Name) => Parsed::Converted(level as f64, Form::Name),
            (Some(level), _) => Parsed::Value(level as f64),
        }
    }

    /// What the column of levels or stages turned out to hold (see the domain page: Grain and readings).
    pub(super) fn stage_reading(&self, header: HeaderMeans) -> StageReading {
        match self.seen {
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

/// `held`, `scheduled` or `cancelled`.
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
    remembered: HashMap<String, Parsed<'static, u32>>,
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
        Self { spellings, remembered: plain }
    }

    fn read(&mut self, raw: &str, words: &'static Words) -> Parsed<'static, u32> {
        if let Some(known) = self.remembered.get(raw) {
            return known.clone();
        }
        let parsed = self.work_out(raw, words);
        if self.remembered.len() < REMEMBERED && raw.len() <= 256 {
            self.remembered.insert(raw.to_string(), parsed.clone());
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
