//! Collects what is wrong in one file: the same fault in the same column is one issue with a count and its first lines.
//! Never holds a cell.

use crate::findings::{Issue, Level};

/// The faults of one file, in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Faults {
    file: String,
    table: String,
    issues: Vec<Issue>,
}

impl Faults {
    /// No fault yet in this file of this table.
    pub(super) fn new(file: &str, table: &str) -> Self {
        Self { file: file.to_string(), table: table.to_string(), issues: Vec::new() }
    }

    /// Takes an issue as it is, adding file and table.
    pub(super) fn push(&mut self, issue: Issue) {
        self.issues.push(issue.file(&self.file).table(&self.table));
    }

    /// Counts a fault of a row at its physical line.
    pub(super) fn row(&mut self, code: &str, level: Level, line: u64) {
        match self.issues.iter_mut().find(|i| i.code == code && i.column.is_none()) {
            Some(issue) => issue.again(line),
            None => self.push(Issue::new(code, level).at(line)),
        }
    }

    /// Counts a fault of a cell at its physical line.
    pub(super) fn cell(&mut self, code: &str, level: Level, detail: &str, column: (&str, usize), line: u64) {
        let same = |i: &&mut Issue| {
            i.column_index == Some(column.1) && i.code == code && i.detail.as_deref().unwrap_or("") == detail
        };
        if let Some(issue) = self.issues.iter_mut().find(same) {
            return issue.again(line);
        }
        let mut issue = Issue::new(code, level).at(line).column(column.0, Some(column.1));
        if !detail.is_empty() {
            issue = issue.detail(detail);
        }
        self.push(issue);
    }

    /// Sets the limit and what was seen on the first fault of a code.
    pub(super) fn limit(&mut self, code: &str, threshold: f64, observed: f64) {
        if let Some(issue) = self.issues.iter_mut().find(|i| i.code == code && i.threshold.is_none()) {
            (issue.threshold, issue.observed) = (Some(threshold), Some(observed));
        }
    }

    /// Takes in the faults of a later piece of the same file, which begins behind `before` lines.
    pub(super) fn merge(&mut self, mut later: Faults, before: u64) {
        // Cells are read column by column; faults are told in the order of lines.
        later.issues.sort_by_key(|issue| issue.line);
        for mut issue in later.issues {
            issue.line = issue.line.map(|line| line + before);
            issue.lines.iter_mut().for_each(|line| *line += before);
            let same = |i: &&mut Issue| {
                (&i.code, i.column_index, &i.detail) == (&issue.code, issue.column_index, &issue.detail)
                    && !issue.structural
            };
            match self.issues.iter_mut().find(same) {
                Some(known) => known.and_later(&issue),
                None => self.issues.push(issue),
            }
        }
    }

    /// Whether something stops the work.
    pub(super) fn stops(&self) -> bool {
        self.issues.iter().any(|i| i.structural)
    }

    /// The issues.
    pub(super) fn into_issues(self) -> Vec<Issue> {
        self.issues
    }
}
