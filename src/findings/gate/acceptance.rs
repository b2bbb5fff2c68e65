//! Findings that somebody accepts until a day: one rule at one place each, with a reason and an owner. What is accepted
//! does not fail the gate and is always listed. An acceptance that has expired is an error; what identifies a person (items
//! 1 and 2 of article 34) can only be accepted column by column and count by count.

use super::Gate;
use crate::domain::Day;
use crate::findings::{Issue, Level};
use serde::{Deserialize, Serialize};

/// One entry of a baseline.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The code of the finding.
    pub rule: String,
    /// The file it is in; without it any.
    pub file: Option<String>,
    /// The column it is in; without it any.
    pub column: Option<String>,
    /// At most so many cells, rows or people; without it any number.
    pub count: Option<u64>,
    /// Why it may stay.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, `2026-12-31`.
    pub expires: String,
    /// The line of its file on which it begins.
    #[serde(skip)]
    pub line: u64,
}

/// A finding that was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    /// The finding.
    pub issue: Issue,
    /// Why it may stay.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: String,
}

impl Acceptance {
    /// What is wrong with the entry itself, as the name of the key; `None` when nothing is.
    pub fn fault(&self) -> Option<&'static str> {
        let blank = |text: &str| text.trim().is_empty();
        if blank(&self.rule) {
            Some("rule")
        } else if blank(&self.reason) {
            Some("reason")
        } else if blank(&self.owner) {
            Some("owner")
        } else if Day::parse_iso(&self.expires).is_none() {
            Some("expires")
        } else {
            None
        }
    }

    /// Whether it speaks of this finding, whatever its count.
    fn means(&self, issue: &Issue) -> bool {
        let fits = |asked: &Option<String>, is: &Option<String>| asked.is_none() || asked == is;
        self.rule == issue.code && fits(&self.file, &issue.file) && fits(&self.column, &issue.column)
    }

    /// Whether it names one place of a finding that identifies people.
    fn names_the_place(&self, issue: &Issue) -> bool {
        let direct = matches!(issue.appi_item, Some(1 | 2));
        let named = self.file == issue.file && self.column == issue.column && self.count.is_some();
        !direct || named
    }

    fn expired(&self, today: Day) -> bool {
        Day::parse_iso(&self.expires).is_none_or(|last| last < today)
    }
}

impl Gate {
    /// Takes accepted findings out of the issues and into `accepted`; entries that have expired, that accept too much at
    /// once or that fit nothing become issues themselves. `rules` is the file's name.
    #[must_use]
    pub fn accept(mut self, entries: &[Acceptance], rules: &str, today: Day) -> Self {
        let mut told = Vec::new();
        for entry in entries {
            let issue =
                |code: &str, level| Issue::new(code, level).file(rules).at(entry.line).detail(entry.rule.clone());
            if entry.expired(today) {
                told.push(issue("acceptance_expired", Level::Error));
                continue;
            }
            let (meant, others): (Vec<Issue>, Vec<Issue>) = self.issues.into_iter().partition(|i| entry.means(i));
            self.issues = others;
            if meant.is_empty() {
                told.push(issue("acceptance_unused", Level::Note));
            }
            for found in meant {
                if !entry.names_the_place(&found) {
                    told.push(issue("acceptance_too_broad", Level::Error));
                    self.issues.push(found);
                } else if entry.count.is_some_and(|most| found.count > most) {
                    told.push(issue("acceptance_exceeded", Level::Error));
                    self.issues.push(found);
                } else {
                    let (reason, owner, expires) = (entry.reason.clone(), entry.owner.clone(), entry.expires.clone());
                    self.accepted.push(Accepted { issue: found, reason, owner, expires });
                }
            }
        }
        self.issues.extend(told);
        self.mark();
        self.weigh();
        self
    }
}
