//! The gate for exports: may this release leave the house? One pass over all tables, places and counts, never values.
//! Attacks on pseudonyms, fingerprints over joined tables and differencing are named in `not_checked`, not done here.

pub mod classes;
mod column;
pub mod dates;
pub mod digits;
pub mod identifiers;
pub mod ids;
pub mod names;
pub mod patterns;
mod people;

use crate::findings::{Issue, Level, NotChecked, Risk};
use crate::tables::{Batch, Column, Kind, Layout, LayoutColumn, Table};
use column::{PatternOnly, State};
use dates::Cells;
use people::People;
use serde::Serialize;
use std::collections::BTreeMap;

/// Who will receive the release.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// Inside the organisation: k 5, l 2.
    #[default]
    Internal,
    /// A partner under contract: k 10, l 3.
    Partner,
    /// Anybody: k 20, l 3.
    Public,
    /// Pseudonymised information (Rules art. 31): items 1 and 2 only; it stays personal information.
    Pseudonymised,
}

impl Profile {
    /// Smallest class allowed.
    pub fn k(self) -> u64 {
        match self {
            Profile::Internal | Profile::Pseudonymised => 5,
            Profile::Partner => 10,
            Profile::Public => 20,
        }
    }

    /// Its name in options and output.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Internal => "internal",
            Profile::Partner => "partner",
            Profile::Public => "public",
            Profile::Pseudonymised => "pseudonymised",
        }
    }

    /// Fewest distinct sensitive values allowed in a class.
    pub fn l(self) -> u64 {
        match self {
            Profile::Internal | Profile::Pseudonymised => 2,
            Profile::Partner | Profile::Public => 3,
        }
    }
}

/// Columns of people that count as quasi-identifiers unless others are named; columns the schema does not know do as well.
pub fn quasi_identifiers() -> &'static [&'static str] {
    &people::QUASI
}

/// What to judge by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Limits and scope.
    pub profile: Profile,
    /// Quasi-identifiers of people instead of the default ones.
    pub quasi: Option<Vec<String>>,
    /// Sensitive columns of people, besides the survey's level.
    pub sensitive: Vec<String>,
}

/// What the gate found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Faults in file order of table, file and column, then the release as a whole.
    pub issues: Vec<Issue>,
    /// The risk of the people table; `None` without people or where the profile does not ask.
    pub risk: Option<Risk>,
    /// Checks that were made.
    pub checked: Vec<String>,
    /// Checks that were not.
    pub not_checked: Vec<NotChecked>,
}

/// (max - min + 1) / n up to which ids count as running numbers.
const RUNNING: f64 = 1.5;

/// Fed with every batch of every table, people first; judged at the end. Keeps the people table as codes and of every
/// other column only counts, first lines and hashes.
#[derive(Debug, Default)]
pub struct Release {
    columns: BTreeMap<(Table, String, usize), (LayoutColumn, State)>,
    people: People,
}

const CELL_CHECKS: [&str; 13] = [
    "direct_identifier_column",
    "email_address",
    "phone_number",
    "my_number",
    "postal_address",
    "payment_card",
    "bank_account",
    "identification_code",
    "person_names",
    "name_in_text",
    "formula_cell",
    "control_character",
    "markup_cell",
];
const RELEASE_CHECKS: [&str; 5] = ["free_text", "sequential_ids", "encoded_ids", "digest_ids", "day_level_dates"];
const LATER: [&str; 9] = [
    "pseudonym_reversal",
    "order_leak",
    "embedded_attributes",
    "row_order",
    "date_fingerprint",
    "count_fingerprint",
    "t_against_chance",
    "outliers",
    "previous_release",
];

impl Release {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a batch; undeclared columns come as text.
    pub fn absorb(&mut self, layout: &Layout, batch: &Batch) {
        for (column, cells) in layout.columns.iter().zip(&batch.columns) {
            let key = (layout.table, layout.file.clone(), column.index);
            let (_, state) =
                self.columns.entry(key).or_insert_with(|| (column.clone(), State::new(column.kind, &column.header)));
            take(state, layout.table, column, cells, batch);
        }
        self.people.absorb(layout, batch);
    }

    /// Judges the release.
    pub fn finish(self, options: &Options) -> Verdict {
        let pseudonymised = options.profile == Profile::Pseudonymised;
        let scope = if pseudonymised { PatternOnly::Yes } else { PatternOnly::No };
        let mut issues = Vec::new();
        for ((table, file, _), (column, state)) in &self.columns {
            let placed = |issue: Issue| {
                let detail = (state.header() != column.name).then(|| state.header().to_string());
                let issue = issue.file(file).table(table.name()).column(&column.name, Some(column.index));
                detail.into_iter().fold(issue, Issue::detail)
            };
            issues.extend(named(column).into_iter().chain(state.issues(scope)).map(placed));
            if !pseudonymised {
                issues.extend(pseudonyms(state).into_iter().map(placed));
            }
        }
        let mut verdict =
            Verdict { issues, risk: None, checked: CELL_CHECKS.map(String::from).to_vec(), not_checked: Vec::new() };
        if pseudonymised {
            verdict.skip(&RELEASE_CHECKS, "profile");
            verdict.skip(&["k_anonymity", "l_diversity"], "profile");
        } else {
            verdict.checked.extend(RELEASE_CHECKS.map(String::from));
            verdict.weigh(&self.people, options);
        }
        verdict.skip(&LATER, "later_version");
        verdict
    }
}

impl Verdict {
    /// Whether the gate opens: no fault of level error.
    pub fn passes(&self) -> bool {
        self.issues.iter().all(|issue| issue.level != Level::Error)
    }

    fn skip(&mut self, checks: &[&str], reason: &str) {
        let skipped = checks.iter().map(|check| NotChecked { check: check.to_string(), reason: reason.to_string() });
        self.not_checked.extend(skipped);
    }

    fn weigh(&mut self, people: &People, options: &Options) {
        if people.is_empty() {
            self.skip(&["k_anonymity", "l_diversity"], "no_people");
            return;
        }
        let (k, l) = (options.profile.k(), options.profile.l());
        let (risk, issues) = people.judge(options.quasi.as_deref(), &options.sensitive, k, l);
        self.checked.push("k_anonymity".into());
        if risk.l.is_empty() {
            self.skip(&["l_diversity"], "no_levels");
        } else {
            self.checked.push("l_diversity".into());
        }
        if options.quasi.is_none() {
            // Ids of managers and units are pseudonyms, yet colleagues know the team: said, so that it can be asked for.
            self.skip(&["k_with_manager_id", "k_with_unit_id"], "ask_by_quasi");
        }
        self.risk = Some(risk);
        self.issues.extend(issues);
    }
}

fn take(state: &mut State, table: Table, column: &LayoutColumn, cells: &Column, batch: &Batch) {
    match cells {
        // Status and wave are fixed words and days by now.
        Column::Text(_) if matches!(column.kind, Kind::Status | Kind::Wave) => {}
        Column::Text(cells) => {
            let is_id = table == Table::People && column.name == "employee_id";
            for (row, span) in cells.iter().enumerate() {
                let cell = batch.cell(*span);
                state.cell(cell, batch.line(row));
                if is_id {
                    state.ids.add(cell, batch.line(row));
                }
            }
        }
        Column::Day(days) if column.kind == Kind::Day => {
            days.iter().enumerate().for_each(|(row, day)| state.days.add(*day, batch.line(row)));
        }
        _ => {}
    }
}

/// A column whose name says that it identifies. Canonical columns are not meant, whatever the file calls them.
fn named(column: &LayoutColumn) -> Option<Issue> {
    let item = (!column.declared).then(|| identifiers::forbidden(&column.header)).flatten()?;
    let mut issue = Issue::new("direct_identifier_column", Level::Error).at(1);
    issue.appi_item = Some(item);
    Some(issue)
}

/// The ids of people as pseudonyms: running numbers, encodings, shapes of digests (item 3).
fn pseudonyms(state: &State) -> Vec<Issue> {
    let ids = &state.ids;
    let found = |code, level, cells: Cells| Issue::new(code, level).at(cells.line).count(cells.count);
    let spread = ids.spread().filter(|spread| *spread <= RUNNING);
    let running = spread.map(|s| found("sequential_ids", Level::Warning, ids.running()).limit(RUNNING, s));
    let encoded = ids.encoded().map(|cells| found("encoded_ids", Level::Error, cells));
    let digests = ids.digests().map(|cells| found("digest_ids", Level::Warning, cells));
    let mut issues: Vec<Issue> = running.into_iter().chain(encoded).chain(digests).collect();
    issues.iter_mut().for_each(|issue| issue.appi_item = Some(3));
    issues
}
