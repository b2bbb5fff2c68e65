//! The columns of the people table as codes, and the risk of being found by them. Keeps codes, never prints a value.

use super::classes::{self, Classes, Distance};
use crate::findings::{Issue, Level, Risk};
use crate::tables::{Batch, Column, Layout, MISSING_DAY, Table};
use hashbrown::HashMap;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Quasi-identifiers of the canonical people table. Ids of teams and managers are left to `--quasi`.
pub(super) const QUASI: [&str; 5] = ["company_id", "department", "group", "hired_on", "left_on"];

/// A column of people: a code per person; 0 is "missing".
#[derive(Debug, Clone, Default)]
struct Coded {
    codes: Vec<u32>,
    values: HashMap<String, u32>,
    numeric: bool,
    declared: bool,
    header: String,
    index: usize,
    file: String,
}

/// The people table and what other tables say of each person.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    columns: BTreeMap<String, Coded>,
    lines: Vec<u64>,
    ids: HashMap<String, usize>,
    file: String,
    levels: Vec<Vec<u32>>,
    level_place: Option<(String, String, usize)>,
}

impl People {
    /// Takes a batch of the people table, or the levels of the survey.
    pub(super) fn absorb(&mut self, layout: &Layout, batch: &Batch) {
        match layout.table {
            Table::People => self.absorb_people(layout, batch),
            Table::Survey => self.absorb_survey(layout, batch),
            _ => {}
        }
    }

    fn absorb_people(&mut self, layout: &Layout, batch: &Batch) {
        let before = self.lines.len();
        self.lines.extend((0..batch.rows()).map(|row| batch.line(row)));
        if self.file.is_empty() {
            self.file.clone_from(&layout.file);
        }
        if let Some(ids) = layout.position("employee_id").and_then(|at| batch.text(at)) {
            for row in 0..batch.rows() {
                self.ids.entry(ids.get(row).to_string()).or_insert(before + row);
            }
        }
        for (column, cells) in layout.columns.iter().zip(&batch.columns).filter(|(c, _)| c.name != "employee_id") {
            let coded = self.columns.entry(column.name.clone()).or_insert_with(|| Coded {
                numeric: true,
                declared: column.declared,
                header: column.header.clone(),
                index: column.index,
                file: layout.file.clone(),
                ..Coded::default()
            });
            coded.codes.resize(before, 0);
            for row in 0..batch.rows() {
                coded.push(&text(batch, cells, row));
            }
        }
    }

    /// Levels come after people in the pass; answers of unknown people are another check's business.
    fn absorb_survey(&mut self, layout: &Layout, batch: &Batch) {
        let (Some(ids), Some(level)) = (layout.position("employee_id"), layout.position("level")) else { return };
        let (Some(ids), Some(levels)) = (batch.text(ids), batch.numbers(level)) else { return };
        if let Some(column) = layout.columns.get(level) {
            self.level_place.get_or_insert_with(|| (layout.file.clone(), column.header.clone(), column.index));
        }
        self.levels.resize(self.lines.len(), Vec::new());
        for (row, level) in levels.iter().enumerate().filter(|(_, level)| level.is_finite()) {
            if let Some(answers) = self.ids.get(ids.get(row)).and_then(|person| self.levels.get_mut(*person)) {
                answers.push(*level as u32 + 1);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Risk and the issues of k and l. `quasi` and `sensitive` name columns of people; names that are not there are
    /// issues, so that a misspelt option cannot pass a file.
    pub(super) fn judge(&self, quasi: Option<&[String]>, sensitive: &[String], k: u64, l: u64) -> (Risk, Vec<Issue>) {
        let mut issues = Vec::new();
        let sensitive: Vec<&str> = sensitive.iter().map(|name| self.canonical(name)).collect();
        let quasi: Vec<&str> = match quasi {
            Some(named) => named.iter().map(|name| self.canonical(name)).collect(),
            None => self.default_quasi(&sensitive),
        };
        let asked = quasi.iter().chain(&sensitive).copied();
        for name in asked.filter(|name| !self.columns.contains_key(*name)) {
            let issue = Issue::new("no_such_column", Level::Error).file(&self.file).table("people");
            issues.push(issue.column(name, None));
        }
        let columns: Vec<(&str, &Coded)> =
            quasi.iter().filter_map(|name| self.columns.get(*name).map(|c| (*name, c))).collect();
        let code = |coded: &Coded, row: usize| coded.codes.get(row).copied().unwrap_or(0);
        let keys: Vec<Vec<u32>> =
            (0..self.lines.len()).map(|row| columns.iter().map(|(_, c)| code(c, row)).collect()).collect();
        let classes = Classes::of(&keys);
        let mut risk = Risk {
            k: classes.k().unwrap_or(0) as u64,
            classes: classes.rows.len() as u64,
            uniques: classes.uniques() as u64,
            average_risk: classes.average_risk().unwrap_or(0.0),
            marketer: classes.average_risk().unwrap_or(0.0),
            ..Risk::default()
        };
        issues.extend(self.too_small(&classes, &columns, k));
        for name in sensitive {
            let Some(coded) = self.columns.get(name) else { continue };
            let (values, distance) = coded.ranked(self.lines.len());
            let place = (coded.file.clone(), coded.header.clone(), coded.index);
            issues.extend(diversity(&mut risk, name, &classes.tallies(&values), distance, l, Some(&place), &classes));
        }
        self.level_diversity(&mut risk, &classes, l, &mut issues);
        (risk, issues)
    }

    /// The name of a column given by its name or by its header.
    fn canonical<'n>(&'n self, given: &'n str) -> &'n str {
        let by_header = || self.columns.iter().find(|(_, c)| c.header == given).map(|(name, _)| name.as_str());
        if self.columns.contains_key(given) { given } else { by_header().unwrap_or(given) }
    }

    /// Declared quasi-identifiers and every undeclared column (fail closed).
    fn default_quasi(&self, sensitive: &[&str]) -> Vec<&str> {
        let counts = |name: &str, c: &Coded| QUASI.contains(&name) || !c.declared;
        let columns = self.columns.iter().filter(|(name, c)| counts(name, c) && !sensitive.contains(&name.as_str()));
        columns.map(|(name, _)| name.as_str()).collect()
    }

    fn level_diversity(&self, risk: &mut Risk, classes: &Classes, l: u64, issues: &mut Vec<Issue>) {
        if self.levels.iter().all(Vec::is_empty) {
            return;
        }
        // Not having answered is a value of its own: it keeps a class from being all alike.
        let mut values = self.levels.clone();
        values.resize(self.lines.len(), Vec::new());
        let tallies = classes.tallies(&values);
        let mut with_silence = values;
        with_silence.iter_mut().filter(|v| v.is_empty()).for_each(|v| v.push(0));
        let place = self.level_place.as_ref();
        // A class in which nobody answered gives no answer away.
        let silent = |tally: &BTreeMap<u32, usize>| tally.keys().all(|value| *value == 0);
        let mut answered = classes.tallies(&with_silence);
        answered.iter_mut().filter(|tally| silent(tally)).for_each(BTreeMap::clear);
        let found = diversity(risk, "level", &answered, Distance::Ordered, l, place, classes);
        issues.extend(found.map(|issue| issue.table("survey")));
        if let Some(t) = classes::t_closeness(&tallies, Distance::Ordered) {
            risk.t.insert("level".into(), t);
        }
    }

    fn too_small(&self, classes: &Classes, columns: &[(&str, &Coded)], k: u64) -> Option<Issue> {
        let smallest = classes.k()?;
        if smallest as u64 >= k {
            return None;
        }
        let mut small: Vec<&Vec<usize>> = classes.rows.iter().filter(|c| (c.len() as u64) < k).collect();
        small.sort_by_key(|class| (class.len(), class.first().copied()));
        let rows: Vec<usize> = small.into_iter().flatten().copied().collect();
        let lines: Vec<u64> = rows.iter().filter_map(|row| self.lines.get(*row)).copied().collect();
        let first = rows.first().copied().unwrap_or(0);
        let mut issue = Issue::new("k_anonymity", Level::Error)
            .file(&self.file)
            .table("people")
            .count(rows.len() as u64)
            .limit(k as f64, smallest as f64)
            .detail(classes.uniques().to_string());
        issue.line = lines.first().copied();
        issue.lines = lines.into_iter().take(crate::findings::issue::MAX_LINES).collect();
        issue.appi_item = Some(5);
        let alone = columns.iter().map(|(name, coded)| (coded.carriers(first), *name, coded.index));
        if let Some((carriers, name, index)) = alone.min_by_key(|(carriers, _, _)| *carriers)
            && (carriers as u64) < k
        {
            issue = issue.column(name, Some(index));
        }
        Some(issue)
    }
}

/// Enters l, entropy l and t of a column into the risk; an issue when a class has fewer than `l` values.
fn diversity(
    risk: &mut Risk,
    name: &str,
    tallies: &[BTreeMap<u32, usize>],
    distance: Distance,
    l: u64,
    place: Option<&(String, String, usize)>,
    classes: &Classes,
) -> Option<Issue> {
    let distinct = classes::distinct_l(tallies)?;
    risk.l.insert(name.to_string(), distinct as u64);
    risk.entropy_l.extend(classes::entropy_l(tallies).map(|l| (name.to_string(), l)));
    risk.t.extend(classes::t_closeness(tallies, distance).map(|t| (name.to_string(), t)));
    if distinct as u64 >= l {
        return None;
    }
    let alike = classes.rows.iter().zip(tallies).filter(|(_, t)| !t.is_empty() && (t.len() as u64) < l);
    let people: usize = alike.map(|(rows, _)| rows.len()).sum();
    let mut issue = Issue::new("l_diversity", Level::Error).table("people").count(people as u64);
    issue = issue.limit(l as f64, distinct as f64);
    issue.appi_item = Some(5);
    match place {
        Some((file, header, index)) => {
            let issue = issue.file(file).column(name, Some(*index));
            Some(if header == name { issue } else { issue.detail(header.clone()) })
        }
        None => Some(issue.column(name, None)),
    }
}

impl Coded {
    fn push(&mut self, value: &str) {
        if value.is_empty() {
            self.codes.push(0);
            return;
        }
        self.numeric &= value.parse::<f64>().is_ok_and(f64::is_finite);
        let next = self.values.len() as u32 + 1;
        let code = *self.values.entry_ref(value).or_insert(next);
        self.codes.push(code);
    }

    /// How many people carry the value of a row.
    fn carriers(&self, row: usize) -> usize {
        let code = self.codes.get(row).copied().unwrap_or(0);
        self.codes.iter().filter(|c| **c == code).count()
    }

    /// The codes of all people, rising with the value where all are numbers, and the distance that goes with them.
    fn ranked(&self, people: usize) -> (Vec<Vec<u32>>, Distance) {
        let codes = (0..people).map(|row| self.codes.get(row).copied().unwrap_or(0));
        if !self.numeric {
            return (codes.map(|c| vec![c]).collect(), Distance::Equal);
        }
        let mut order: Vec<(f64, u32)> =
            self.values.iter().map(|(text, code)| (text.parse().unwrap_or(f64::NAN), *code)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let rank: HashMap<u32, u32> = order.iter().zip(1..).map(|((_, code), rank)| (*code, rank)).collect();
        (codes.map(|c| vec![rank.get(&c).copied().unwrap_or(0)]).collect(), Distance::Ordered)
    }
}

/// A cell as compared: NFKC, trimmed, case folded; numbers and days by value; empty when missing.
fn text(batch: &Batch, cells: &Column, row: usize) -> String {
    match cells {
        Column::Text(cells) => {
            let folded: String =
                cells.get(row).map_or("", |span| batch.cell(*span)).nfkc().flat_map(char::to_lowercase).collect();
            folded.trim().to_string()
        }
        Column::Number(cells) => cells.get(row).filter(|v| v.is_finite()).map(|v| v.to_string()).unwrap_or_default(),
        Column::Day(cells) | Column::Month(cells) => {
            cells.get(row).filter(|d| **d != MISSING_DAY).map(|d| d.to_string()).unwrap_or_default()
        }
        Column::Topics(cells) => cells.get(row).filter(|t| **t != 0).map(|t| t.to_string()).unwrap_or_default(),
    }
}
