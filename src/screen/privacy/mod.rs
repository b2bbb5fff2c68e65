//! The gate for exports: may this release leave the house? One pass over all tables, places and counts, never values.
//! What was asked for and cannot be done is named in `not_checked`.

pub mod classes;
pub mod closeness;
mod column;
pub mod dates;
pub mod digits;
mod habits;
pub mod identifiers;
pub mod ids;
pub mod items;
pub mod names;
pub mod patterns;
mod people;
pub mod population;
mod previous;
pub mod pseudonyms;
mod risk;
mod sensitive;
pub mod suggest;
pub mod values;

use crate::findings::{Issue, Level, NotChecked, Risk};
use crate::tables::{Batch, Column, Kind, Layout, LayoutColumn, Plain, Table};
use column::{PatternOnly, State};
use habits::Habits;
use ids::Ids;
use people::{People, Place};
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

/// Whether columns are weighed as quasi-identifiers for the reader to choose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Suggest {
    /// Every column and combination.
    Yes,
    /// None.
    #[default]
    No,
}

/// What to judge by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Limits and scope.
    pub profile: Profile,
    /// Quasi-identifiers of people instead of the default ones.
    pub quasi: Option<Vec<String>>,
    /// Sensitive columns, besides answers, levels, topics, ratings and sales.
    pub sensitive: Vec<String>,
    /// Whether to weigh columns as quasi-identifiers.
    pub suggest: Suggest,
    /// Seconds after which the attack on digests gives up; 0 makes none.
    pub attack_seconds: u64,
    /// Seed of the deals behind p-values.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            quasi: None,
            sensitive: Vec::new(),
            suggest: Suggest::No,
            attack_seconds: 3,
            seed: 1,
        }
    }
}

/// What an attacker may have besides the release.
#[derive(Default)]
pub struct Beside<'a> {
    /// The release before this one.
    pub previous: Option<Release>,
    /// A table of people that holds those of the release and others.
    pub population: Option<&'a Plain>,
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

/// Fed with every batch of every table, people first; judged at the end. Keeps the people table as codes and of every
/// other column only counts, first lines and hashes.
#[derive(Debug, Default)]
pub struct Release {
    columns: BTreeMap<(Table, String, usize), (LayoutColumn, State)>,
    people: People,
    habits: Habits,
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
const RELEASE_CHECKS: [&str; 2] = ["free_text", "day_level_dates"];
const RISK_CHECKS: [&str; 8] = [
    "k_anonymity",
    "l_diversity",
    "t_against_chance",
    "count_fingerprint",
    "date_fingerprint",
    "known_items",
    "value_fingerprint",
    "outliers",
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
        match layout.table {
            Table::People => self.people.absorb(layout, batch),
            _ => self.habits.absorb(layout, batch, &self.people),
        }
    }

    /// Whether it holds people.
    pub fn has_people(&self) -> bool {
        !self.people.is_empty()
    }

    /// Judges the release by itself.
    pub fn finish(self, options: &Options) -> Verdict {
        self.finish_beside(options, Beside::default())
    }

    /// Judges the release beside what an attacker may have.
    pub fn finish_beside(mut self, options: &Options, beside: Beside<'_>) -> Verdict {
        self.habits.settle();
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
        }
        let mut verdict =
            Verdict { issues, risk: None, checked: CELL_CHECKS.map(String::from).to_vec(), not_checked: Vec::new() };
        let ids = self.id_columns();
        pseudonyms::check(&mut verdict, &ids, &self.people, &self.habits, options);
        if pseudonymised {
            verdict.skip(&RELEASE_CHECKS, "profile");
            verdict.skip(&RISK_CHECKS, "profile");
        } else {
            verdict.checked.extend(RELEASE_CHECKS.map(String::from));
            risk::weigh(&mut verdict, &self.people, &self.habits, options, beside.population);
            verdict.compare(&self, beside.previous, options);
        }
        verdict
    }
}

impl Release {
    /// The columns whose ids are attacked, with their places.
    fn id_columns(&self) -> Vec<(Place, &Ids)> {
        let kept = self.columns.iter().filter(|(_, (_, state))| !state.ids.is_empty());
        let place = |((table, file, _), (column, state)): (&(Table, String, usize), &'_ (LayoutColumn, State))| Place {
            table: Some(*table),
            file: file.clone(),
            name: column.name.clone(),
            header: state.header().to_string(),
            index: column.index,
        };
        kept.map(|entry| (place(entry), &entry.1.1.ids)).collect()
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

    fn compare(&mut self, now: &Release, before: Option<Release>, options: &Options) {
        match before {
            Some(mut before) => {
                before.habits.settle();
                let (now, before) = ((&now.people, &now.habits), (&before.people, &before.habits));
                previous::check(self, now, before, options.profile);
            }
            None => self.skip(&["previous_release"], "no_previous"),
        }
    }

    /// Enters checks as made, or as not made where there was nothing to measure.
    fn tell<T>(&mut self, checks: &[&str], measured: Option<T>, reason: &str) -> Option<T> {
        match measured {
            Some(_) => self.checked.extend(checks.iter().map(ToString::to_string)),
            None => self.skip(checks, reason),
        }
        measured
    }
}

/// Columns of ids that are attacked besides the ids of people.
const ATTACKED: [(Table, &str); 3] =
    [(Table::People, "manager_id"), (Table::People, "unit_id"), (Table::Sessions, "session_id")];

fn take(state: &mut State, table: Table, column: &LayoutColumn, cells: &Column, batch: &Batch) {
    match cells {
        // Status and wave are fixed words and days by now.
        Column::Text(_) if matches!(column.kind, Kind::Status | Kind::Wave) => {}
        Column::Text(cells) => {
            let of_people = table == Table::People && column.name == "employee_id";
            // Ids of people elsewhere are references to these; ids of companies are names.
            let attacked = ATTACKED.contains(&(table, column.name.as_str()));
            for (row, span) in cells.iter().enumerate() {
                let cell = batch.cell(*span);
                state.cell(cell, batch.line(row));
                if of_people {
                    state.ids.add(cell, batch.line(row));
                } else if attacked {
                    state.ids.keep(cell, batch.line(row));
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
