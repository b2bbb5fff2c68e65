//! The crowd rule, once, over the whole run: the only way from draft findings to findings.

use super::{Decline, Finding, Issue, Provenance};
use serde::{Deserialize, Serialize};

/// Findings before the crowd rule: they may hold small cells and are never shown or written.
#[derive(Debug, Default)]
pub struct Draft {
    /// What was found.
    pub findings: Vec<Finding>,
    /// What is wrong with the data.
    pub issues: Vec<Issue>,
    /// What could not be answered.
    pub declines: Vec<Decline>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// The study's title.
    pub title: String,
}

/// Findings after the crowd rule, ready to be written and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    format_version: u32,
    title: String,
    provenance: Provenance,
    findings: Vec<Finding>,
    issues: Vec<Issue>,
    declines: Vec<Decline>,
}

impl Findings {
    /// The version of this shape.
    pub fn format_version(&self) -> u32 {
        self.format_version
    }
    /// The study's title.
    pub fn title(&self) -> &str {
        &self.title
    }
    /// Where it comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }
    /// What was found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
    /// What is wrong with the data.
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }
    /// What could not be answered.
    pub fn declines(&self) -> &[Decline] {
        &self.declines
    }
}
