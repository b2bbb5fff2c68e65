//! What is remembered of one column of one file while its cells stream by: counts, first lines, shapes. Never a value.

use super::dates::{Cells, Days};
use super::digits::Candidate;
use super::patterns::{self, Seen};
use super::{ids::Ids, names};
use crate::findings::{Issue, Level};
use crate::tables::Kind;
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use unicode_normalization::UnicodeNormalization;

/// Distinct cells of a column that are told apart; beyond it the column is judged by the cells so far.
const DISTINCT: usize = 65_536;

/// Cells that agree in so many characters are the same cell.
const LONGEST_COMPARED: usize = 1_000;

/// A kind of finding in the cells of a column: code, severity, item of article 34.
type Sort = (&'static str, Level, Option<u8>);

const EMAIL: Sort = ("email_address", Level::Error, Some(1));
const EMAIL_ID: Sort = ("email_id", Level::Error, Some(1));
const PHONE: Sort = ("phone_number", Level::Error, Some(1));
const ADDRESS: Sort = ("postal_address", Level::Error, Some(1));
const CARD: Sort = ("payment_card", Level::Error, Some(1));
const ACCOUNT: Sort = ("bank_account", Level::Error, Some(1));
const CODE: Sort = ("identification_code", Level::Error, Some(2));
const TITLED: Sort = ("name_in_text", Level::Warning, Some(1));
const FORMULA: Sort = ("formula_cell", Level::Error, None);
const MARKUP: Sort = ("markup_cell", Level::Warning, None);
const CONTROL: Sort = ("control_character", Level::Error, None);

/// A number with a check digit, over the whole column.
#[derive(Debug, Clone, Copy, Default)]
struct Checked {
    seen: u64,
    passed: Cells,
    grouped: Cells,
}

/// The state of a column.
#[derive(Debug, Clone)]
pub(super) struct State {
    kind: Kind,
    header: String,
    folded: String,
    found: BTreeMap<&'static str, (Sort, Issue)>,
    my_number: Checked,
    card: Checked,
    pub(super) days: Days,
    pub(super) ids: Ids,
    keys: RandomState,
    distinct: HashMap<u64, ()>,
    named: Cells,
    named_spaced: u64,
    filled: u64,
    characters: u64,
}

impl State {
    pub(super) fn new(kind: Kind, header: &str) -> Self {
        Self {
            kind,
            header: header.to_string(),
            folded: super::identifiers::fold(header),
            found: BTreeMap::new(),
            my_number: Checked::default(),
            card: Checked::default(),
            days: Days::default(),
            ids: Ids::default(),
            keys: RandomState::new(),
            distinct: HashMap::new(),
            named: Cells::default(),
            named_spaced: 0,
            filled: 0,
            characters: 0,
        }
    }

    /// Takes a text cell.
    pub(super) fn cell(&mut self, cell: &str, line: u64) {
        if cell.is_empty() {
            return;
        }
        // Ids are codes by intent: only what cannot be a code is told.
        let is_id = self.kind == Kind::Id;
        let seen = if is_id { patterns::look_at_id(cell) } else { patterns::look(cell, &self.folded) };
        if is_id {
            self.note(seen.email, EMAIL_ID, line);
        } else {
            self.note_text(&seen, line);
            self.shape(cell, line);
        }
        self.note(seen.formula, FORMULA, line);
        self.note(seen.control, CONTROL, line);
        self.note(seen.markup, MARKUP, line);
    }

    fn note_text(&mut self, seen: &Seen, line: u64) {
        self.note(seen.email, EMAIL, line);
        self.note(seen.numbers.phone, PHONE, line);
        self.note(seen.address, ADDRESS, line);
        self.note(seen.account, ACCOUNT, line);
        self.note(seen.code, CODE, line);
        self.note(seen.titled_name, TITLED, line);
        self.my_number.add(seen.numbers.my_number, line);
        self.card.add(seen.numbers.card, line);
    }

    fn note(&mut self, found: bool, sort: Sort, line: u64) {
        if found {
            let entry = self.found.entry(sort.0);
            entry
                .and_modify(|(_, issue)| issue.again(line))
                .or_insert_with(|| (sort, Issue::new(sort.0, sort.1).at(line)));
        }
    }

    /// Names and free text are properties of the distinct cells of a column.
    fn shape(&mut self, cell: &str, line: u64) {
        if self.distinct.len() >= DISTINCT {
            return;
        }
        self.filled += 1;
        self.characters += cell.chars().count() as u64;
        let folded: String = cell.chars().take(LONGEST_COMPARED).nfkc().collect();
        let key = self.keys.hash_one(&folded);
        if self.distinct.insert(key, ()).is_none() && names::is_name(&folded) {
            self.named.add(line);
            self.named_spaced += u64::from(folded.trim().contains(char::is_whitespace));
        }
    }

    /// The issues of the column, without place.
    pub(super) fn issues(&self, pattern_only: PatternOnly) -> Vec<Issue> {
        let mut issues: Vec<Issue> =
            self.found.values().map(|((_, _, item), issue)| itemed(issue.clone(), *item)).collect();
        issues.extend(self.my_numbers());
        issues.extend(self.cards());
        issues.extend(self.names());
        if pattern_only == PatternOnly::No {
            issues.extend(self.free_text());
            let finer = self.days.finer_than_months();
            if finer.count > 0 {
                let issue = Issue::new("day_level_dates", Level::Error).at(finer.line).count(finer.count);
                issues.push(itemed(issue, Some(5)));
            }
        }
        issues
    }

    fn my_numbers(&self) -> Option<Issue> {
        let named = ["マイナンバー", "個人番号", "mynumber"].iter().any(|w| self.folded.contains(w));
        let checked = &self.my_number;
        let passed = checked.passed;
        if passed.count == 0 {
            return None;
        }
        let sure = named || checked.grouped.count > 0 || checked.beyond_luck();
        let alone = checked.seen <= 3 && passed.count == checked.seen;
        let (code, level) = match (sure, alone) {
            (true, _) => ("my_number", Level::Error),
            (false, true) => ("my_number_possible", Level::Warning),
            (false, false) => return None,
        };
        Some(itemed(Issue::new(code, level).at(passed.line).count(passed.count), Some(2)))
    }

    fn cards(&self) -> Option<Issue> {
        let checked = &self.card;
        let passed = checked.passed;
        let sure = checked.grouped.count > 0 || checked.beyond_luck() || passed.count == checked.seen;
        let (code, level, item) = CARD;
        (passed.count > 0 && sure).then(|| itemed(Issue::new(code, level).at(passed.line).count(passed.count), item))
    }

    /// At least a fifth of the distinct cells are names; one alone must be written as two words.
    fn names(&self) -> Option<Issue> {
        let share = self.named.count as f64 / self.distinct.len().max(1) as f64;
        let enough = self.named.count >= 2 || self.named_spaced >= 1;
        let issue = || Issue::new("person_names", Level::Error).at(self.named.line).count(self.named.count);
        (enough && share >= 0.2).then(|| itemed(issue().limit(0.2, share), Some(1)))
    }

    fn free_text(&self) -> Option<Issue> {
        let filled = self.filled.max(1) as f64;
        let (length, distinct) = (self.characters as f64 / filled, self.distinct.len() as f64 / filled);
        let free = self.kind == Kind::Text && self.distinct.len() > 1 && length > 12.0 && distinct > 0.5;
        free.then(|| Issue::new("free_text", Level::Warning).count(self.filled).limit(12.0, length))
    }

    pub(super) fn header(&self) -> &str {
        &self.header
    }
}

/// Whether only personal data by pattern are asked for (pseudonymised data).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PatternOnly {
    Yes,
    No,
}

impl Checked {
    fn add(&mut self, candidate: Candidate, line: u64) {
        self.seen += u64::from(candidate != Candidate::None);
        if candidate >= Candidate::Passes {
            self.passed.add(line);
        }
        if candidate == Candidate::Grouped {
            self.grouped.add(line);
        }
    }

    /// Whether so many passes happen by luck (one in ten) less than once in a million.
    fn beyond_luck(&self) -> bool {
        self.passed.count > 0 && upper_tail(self.seen, self.passed.count) < 1e-6
    }
}

/// P(X >= passes) for X ~ Binomial(n, 0.1), summed from the recurrence of its terms in logarithms.
fn upper_tail(n: u64, passes: u64) -> f64 {
    let (p, q) = (0.1f64.ln(), 0.9f64.ln());
    let mut log = n as f64 * q;
    let mut tail = 0.0;
    for x in 0..=n {
        if x >= passes {
            tail += log.exp();
        }
        log += ((n - x) as f64).ln() - ((x + 1) as f64).ln() + p - q;
        // Past the mode the terms only fall; those this small change nothing.
        if x >= passes && log < -60.0 && x as f64 > 0.1 * n as f64 {
            break;
        }
    }
    tail
}

fn itemed(mut issue: Issue, item: Option<u8>) -> Issue {
    issue.appi_item = item;
    issue
}
