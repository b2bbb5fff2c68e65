//! One file per question. Numbers and names go out as draft findings; no formatting, no prose.

pub mod attrition;
pub mod comparison;
pub mod drivers;
pub mod gate;
pub mod ladder;
pub mod marks;
pub mod power;
pub mod practice;
pub mod regression;
pub mod stages;

use crate::findings::{Decline, Estimate, Finding, Why};
use crate::screen::Screened;
use crate::stats::inference::Inference;
use crate::study::Study;

/// An answer, and the parts of its question that had to be declined.
#[derive(Debug)]
pub struct Answer {
    /// What was found.
    pub finding: Finding,
    /// What of it could not be answered.
    pub declines: Vec<Decline>,
}

impl From<Finding> for Answer {
    fn from(finding: Finding) -> Self {
        Self { finding, declines: Vec::new() }
    }
}

/// An analysis of a study.
#[derive(Debug, Clone, Copy)]
pub struct Analysis {
    /// Its name, as in `Finding::name`.
    pub name: &'static str,
    /// Whether the study asks the question at all.
    pub asked: fn(&Study) -> bool,
    /// What it makes of screened data.
    pub answer: fn(&Screened, &Study) -> Result<Answer, Decline>,
}

/// Every analysis of a study, in the order in which the report tells them.
pub const ANALYSES: [Analysis; 6] = [
    Analysis { name: "drivers", asked: |_| true, answer: drivers::study },
    Analysis { name: "comparison", asked: |study| study.comparison.is_some(), answer: comparison::study },
    Analysis { name: "attrition", asked: |study| study.comparison.is_some(), answer: attrition::study },
    Analysis { name: "stages", asked: |_| true, answer: stages::study },
    Analysis { name: "practice", asked: |study| !study.data.sessions.is_empty(), answer: practice::study },
    Analysis { name: "ladder", asked: |study| study.items.is_some(), answer: ladder::study },
];

/// A number for the findings: `None` unless finite.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// An inference as an estimate; what is not finite is left out and the reason given.
fn estimate(inference: &Inference) -> Estimate {
    let why = if inference.statistic.is_infinite() {
        Some(Why::Infinite)
    } else if [inference.estimate, inference.std_error, inference.statistic].iter().any(|v| !v.is_finite()) {
        Some(Why::Undefined)
    } else {
        None
    };
    Estimate {
        estimate: finite(inference.estimate),
        std_error: finite(inference.std_error),
        statistic: finite(inference.statistic),
        df: finite(inference.df),
        p_value: finite(inference.p_value),
        conf_low: finite(inference.conf_low),
        conf_high: finite(inference.conf_high),
        why,
    }
}
