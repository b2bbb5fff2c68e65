//! What `validate` may say about an export: the verdict, the faults, the risk of the release, what was and was not checked.
//! Holds places, kinds and counts, never a value, and decides nothing: the checks in `screen` do.

pub mod acceptance;
pub mod law;

pub use acceptance::{Acceptance, Accepted};
pub use law::{Item, Standing};

use super::{Issue, Level};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Errors only.
    Errors,
    /// Errors and warnings (`--strict`).
    Warnings,
}

impl Severity {
    /// The least level that makes the gate fail.
    pub fn floor(self) -> Level {
        match self {
            Severity::Errors => Level::Error,
            Severity::Warnings => Level::Warning,
        }
    }
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
    /// The greatest 1 / class size: the prosecutor's best guess.
    #[serde(default)]
    pub highest_risk: f64,
    /// Share of people whose 1 / class size is above the profile's limit (1/k).
    #[serde(default)]
    pub share_at_risk: f64,
    /// k when a missing value fits every other; `None` where there are too many patterns of missing values to compare.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub k_missing_fits: Option<u64>,
    /// k with one more column known, by column: manager and unit.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub k_with: BTreeMap<String, u64>,
    /// k when the numbers of sessions, answers and months of sales are known as well.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub k_counts: Option<u64>,
    /// k when all dates of the sessions are known as well.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub k_dates: Option<u64>,
    /// By number of known dates: mean share of a person's sets of so many dates that fit nobody else.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub unicity: BTreeMap<String, f64>,
    /// By kind of thing known (dates, topics, months with topics): the fewest people who share any two that somebody has.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub known_items: BTreeMap<String, u64>,
    /// By sensitive column and l: the c above which recursive (c, l)-diversity holds.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub recursive_c: BTreeMap<String, BTreeMap<String, f64>>,
    /// By sensitive column: the largest share of one value in a class.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub alpha: BTreeMap<String, f64>,
    /// By sensitive column: the greatest relative gain of a value's share in a class over its share in all.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub beta_likeness: BTreeMap<String, f64>,
    /// By sensitive column: the greatest |ln(share in a class / share in all)|.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub delta_disclosure: BTreeMap<String, f64>,
    /// By sensitive column: classes in which everybody has the same value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub homogeneous: BTreeMap<String, Homogeneous>,
    /// By sensitive column: how often a t as large comes about when people are dealt to the classes at random.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub t_p_value: BTreeMap<String, f64>,
    /// By sensitive column: how much more often the value is guessed right by somebody who knows the class, beyond what
    /// classes of that size give by chance.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub inference_gain: BTreeMap<String, f64>,
    /// By numeric column: share of the values that occur once.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub occurs_once: BTreeMap<String, f64>,
    /// Risk against a population that holds the people; `None` without one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub population: Option<PopulationRisk>,
    /// What an earlier release adds; `None` without one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub previous: Option<Linkage>,
    /// Columns and combinations by how well they single people out; empty unless asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub suggested: Vec<Suggestion>,
}

/// Classes in which everybody has the same sensitive value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Homogeneous {
    /// Number of classes.
    pub classes: u64,
    /// People in them.
    pub people: u64,
}

/// Risk of a sample against the population that it comes from (journalist).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct PopulationRisk {
    /// People in the population.
    pub people: u64,
    /// Fewest people of the population who are like somebody in the release.
    pub k_map: u64,
    /// The greatest 1 / people alike in the population.
    pub highest_risk: f64,
    /// Mean over people of the release of 1 / people alike in the population.
    pub average_risk: f64,
    /// People alone in the release and in the population.
    pub unique_in_both: u64,
    /// Smallest share of people alike in the population who are in the release.
    pub presence_low: f64,
    /// Greatest share of people alike in the population who are in the release.
    pub presence_high: f64,
}

/// What two releases together tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linkage {
    /// People of the earlier release.
    pub people: u64,
    /// Ids in both.
    pub shared: u64,
    /// People who are in this release only: by id where ids persist, else by headcount.
    pub added: u64,
    /// People who are in the earlier release only.
    pub removed: u64,
    /// People whose row of values stands once in each release and is the same: found again whatever their id.
    pub linked: u64,
}

/// How well a set of columns singles people out (Motwani & Xu 2007).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Columns, by name.
    pub columns: Vec<String>,
    /// Different combinations / people.
    pub distinction: f64,
    /// Share of the pairs of people that differ in a column.
    pub separation: f64,
}

/// A check that was not made, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotChecked {
    /// The check's name, known to `text` under `check.<name>` where it has words.
    pub check: String,
    /// Code of the reason.
    pub reason: String,
}

/// Version of the JSON of the gate; `schemas/gate.schema.json` describes it.
pub const FORMAT_VERSION: u32 = 1;

/// Faults that stop the work although every row was read: a row contradicts another, or a table is not there at all.
const READ_ALL_THE_SAME: [&str; 6] = [
    "duplicate_person",
    "duplicate_answer",
    "duplicate_month",
    "session_id_reused",
    "unit_in_both_arms",
    "missing_table",
];

/// Checks of the files, not of what stands in them.
const OF_THE_FILES: [&str; 2] = ["structure", "workbook"];

/// The gate's whole answer, serialised as `validate --format json` writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Version of these fields.
    pub format_version: u32,
    /// Pass or fail.
    pub verdict: Verdict,
    /// `internal`, `partner`, `public` or `pseudonymised`.
    pub profile: String,
    /// What made it fail, or would have.
    pub fails_on: Severity,
    /// Every fault, worst first within the order of the files, without those that were accepted.
    pub issues: Vec<Issue>,
    /// Faults that somebody answers for until a day; they are never left out of a page.
    pub accepted: Vec<Accepted>,
    /// The risk of the people table; `None` when there is none to measure.
    pub risk: Option<Risk>,
    /// The checks that were made, by name.
    pub checked: Vec<String>,
    /// The checks that were not.
    pub not_checked: Vec<NotChecked>,
    /// What was checked and found by item of article 34 of the Enforcement Rules (Japan).
    pub law: Vec<Item>,
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
        let mut gate = Self {
            format_version: FORMAT_VERSION,
            verdict: Verdict::Pass,
            profile: profile.to_string(),
            fails_on: severity,
            issues,
            accepted: Vec::new(),
            risk,
            checked,
            not_checked,
            law: Vec::new(),
        };
        gate.admit_gaps();
        gate.mark();
        gate.weigh();
        gate
    }

    /// A file that was not read to its end was not looked at: no check of what stands in the files was made on all of them,
    /// and none is told as if it had been.
    fn admit_gaps(&mut self) {
        let unread = |issue: &&Issue| issue.structural && !READ_ALL_THE_SAME.contains(&issue.code.as_str());
        if self.issues.iter().find(unread).is_none() {
            return;
        }
        let (made, left): (Vec<String>, Vec<String>) =
            std::mem::take(&mut self.checked).into_iter().partition(|check| OF_THE_FILES.contains(&check.as_str()));
        self.checked = made;
        let gap = |check: String| NotChecked { check, reason: "not_read".to_string() };
        let known = std::mem::take(&mut self.not_checked);
        self.not_checked = left.into_iter().map(gap).chain(known).collect();
    }

    /// Decides the verdict and the standing of each item of the law from the issues that are left.
    fn weigh(&mut self) {
        let floor = self.fails_on.floor();
        let fails = self.issues.iter().any(|issue| issue.level >= floor);
        self.verdict = if fails { Verdict::Fail } else { Verdict::Pass };
        self.law = law::standings(self);
    }

    /// Gives every issue a mark by which a later run knows it again: a digest of its kind and place, never of a value, and
    /// not of its line, which moves when rows are added above.
    fn mark(&mut self) {
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        for issue in &mut self.issues {
            let said = |text: &Option<String>| text.clone().unwrap_or_default();
            let position = issue.column_index.map(|at| at.to_string()).unwrap_or_default();
            let key = [issue.code.clone(), said(&issue.file), said(&issue.column), position, said(&issue.detail)];
            let again = seen.entry(key.join("\n")).and_modify(|n| *n += 1).or_insert(1);
            let digest = Sha256::digest(format!("{}\n{again}", key.join("\n")));
            let mark = || digest.iter().take(16).map(|b| format!("{b:02x}")).collect();
            issue.fingerprint.get_or_insert_with(mark);
        }
    }

    /// How many issues are at exactly this level.
    pub fn count(&self, level: Level) -> usize {
        self.issues.iter().filter(|i| i.level == level).count()
    }
}
