//! What `validate` may say about an export: the verdict, the faults, the risk of the release, what was and was not checked.
//! Holds places, kinds and counts, never a value, and decides nothing: the checks in `screen` do.

use super::{Issue, Level};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The answer of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No fault that the profile forbids.
    Pass,
    /// At least one.
    Fail,
}

/// What makes the gate fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Errors only.
    Errors,
    /// Errors and warnings (`--strict`).
    Warnings,
}

/// Disclosure risk of the people table. Classes are people equal on every quasi-identifier.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    /// Size of the smallest class (people).
    pub k: u64,
    /// Number of classes.
    pub classes: u64,
    /// Classes of one person.
    pub uniques: u64,
    /// Distinct l by sensitive column: the smallest number of different values in a class.
    pub l: BTreeMap<String, u64>,
    /// Entropy l by sensitive column: exp of the smallest entropy of a class.
    pub entropy_l: BTreeMap<String, f64>,
    /// t by sensitive column: the largest distance of a class from the whole.
    pub t: BTreeMap<String, f64>,
    /// Mean over people of 1 / class size.
    pub average_risk: f64,
    /// Expected share of people matched by a marketer; classes / people without a population.
    pub marketer: f64,
}

/// A check that was not made, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotChecked {
    /// The check's name, known to `text` under `check.<name>` where it has words.
    pub check: String,
    /// Code of the reason.
    pub reason: String,
}

/// The gate's whole answer, serialised as `validate --format json` writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Pass or fail.
    pub verdict: Verdict,
    /// `internal`, `partner`, `public` or `pseudonymised`.
    pub profile: String,
    /// Every fault, worst first within the order of the files.
    pub issues: Vec<Issue>,
    /// The risk of the people table; `None` when there is none to measure.
    pub risk: Option<Risk>,
    /// The checks that were made, by name.
    pub checked: Vec<String>,
    /// The checks that were not.
    pub not_checked: Vec<NotChecked>,
}

impl Gate {
    /// Puts the parts together; the verdict is `Fail` when an issue is at least as grave as `severity` says.
    pub fn judge(
        profile: &str,
        severity: Severity,
        issues: Vec<Issue>,
        risk: Option<Risk>,
        checked: Vec<String>,
        not_checked: Vec<NotChecked>,
    ) -> Self {
        let floor = match severity {
            Severity::Errors => Level::Error,
            Severity::Warnings => Level::Warning,
        };
        let verdict = if issues.iter().any(|i| i.level >= floor) { Verdict::Fail } else { Verdict::Pass };
        Self { verdict, profile: profile.to_string(), issues, risk, checked, not_checked }
    }

    /// How many issues are at exactly this level.
    pub fn count(&self, level: Level) -> usize {
        self.issues.iter().filter(|i| i.level == level).count()
    }
}
