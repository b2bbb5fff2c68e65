//! The crowd rule, once, over the whole run: the only way from draft findings to findings. Hides; computes nothing.

mod attrition;
mod board;
mod comparison;
mod ladder;
mod practice;
mod regression;
mod stages;

pub use board::Board;

use super::{Decline, Finding, Issue, Provenance};
use serde::{Deserialize, Serialize};

/// The version of the shape of `Findings`.
pub const FORMAT_VERSION: u32 = 1;

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
    /// People behind any number shown.
    crowd: u64,
    provenance: Provenance,
    findings: Vec<Finding>,
    issues: Vec<Issue>,
    declines: Vec<Decline>,
}

/// Applies the crowd rule: nothing is shown about fewer than `crowd` people, and nothing shown gives a hidden number away.
/// A question whose whole answer would be about too few people becomes a decline.
pub fn seal(draft: Draft, crowd: u64) -> Findings {
    let crowd = crowd.max(1);
    let mut declines = draft.declines;
    let mut findings = Vec::new();
    for mut finding in draft.findings {
        match hide(&mut finding, crowd) {
            Ok(()) => findings.push(finding),
            Err(decline) => declines.push(decline),
        }
    }
    Findings {
        format_version: FORMAT_VERSION,
        title: draft.title,
        crowd,
        provenance: draft.provenance,
        findings,
        issues: draft.issues,
        declines,
    }
}

fn hide(finding: &mut Finding, crowd: u64) -> Result<(), Decline> {
    match finding {
        Finding::Regression(found) => {
            enough("regression", found.n, crowd)?;
            regression::hide("regression", found, crowd)
        }
        Finding::Drivers(found) => {
            enough("drivers", found.n, crowd)?;
            regression::hide("drivers", found, crowd)
        }
        Finding::Comparison(found) => comparison::hide(found, crowd),
        Finding::Attrition(found) => attrition::hide(found, crowd),
        // Sums over a whole group or both; a plan has nobody behind it.
        Finding::Power(found) => enough("power", found.behind.unwrap_or(crowd), crowd),
        Finding::Stages(found) => {
            enough("stages", found.n, crowd)?;
            stages::hide(found, crowd);
            Ok(())
        }
        Finding::Ladder(found) => {
            enough("ladder", found.n, crowd)?;
            ladder::hide(found, crowd);
            Ok(())
        }
        Finding::Practice(found) => {
            enough("practice", found.n, crowd)?;
            practice::hide(found, crowd);
            Ok(())
        }
    }
}

/// A decline unless at least `crowd` people stand behind the answer.
fn enough(analysis: &str, people: u64, crowd: u64) -> Result<(), Decline> {
    if people >= crowd { Ok(()) } else { Err(Decline::new(analysis, "crowd_too_small").with("crowd", crowd)) }
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
    /// People behind any number shown.
    pub fn crowd(&self) -> u64 {
        self.crowd
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
