//! The small parts every finding is made of: estimates, intervals, cautions, declines, the sample flow.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Named values of a message: column names, counts, dates; never a value of a personal column.
pub type Args = BTreeMap<String, serde_json::Value>;

/// Why a number is `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The quantity is infinite (a statistic over a zero error).
    Infinite,
    /// The interval has no finite end on that side.
    Unbounded,
    /// The quantity is not defined for these data.
    Undefined,
    /// Hidden by the crowd rule.
    Hidden,
    /// Too few events or people to compute it.
    TooFew,
}

/// An estimate with its error, test and interval. A number that is not finite is `None`, and `why` says why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The point estimate.
    pub estimate: Option<f64>,
    /// Its standard error, same unit.
    pub std_error: Option<f64>,
    /// estimate / std_error.
    pub statistic: Option<f64>,
    /// Degrees of freedom of the reference t; `None` for a normal reference.
    pub df: Option<f64>,
    /// Two-sided p-value.
    pub p_value: Option<f64>,
    /// Lower 95 % limit.
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Why any of the above is `None`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// An estimate with an interval but no test of its own (a lift, a ratio).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The point estimate.
    pub estimate: Option<f64>,
    /// Lower 95 % limit.
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// How the interval was made: `fieller`, `delta`, `log_delta`, `newcombe`, `log`.
    pub method: String,
    /// Why any of the above is `None`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// Answered, but read this first. `code` is known to `text` (`caution.<code>`) and to `explain`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Caution {
    /// Stable code.
    pub code: String,
    /// Named values of the sentence.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub args: Args,
}

impl Caution {
    /// A caution without values.
    pub fn new(code: &str) -> Self {
        Self { code: code.to_string(), args: Args::new() }
    }

    /// Adds a named value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.args.insert(name.to_string(), value.into());
        self
    }
}

/// This question may not be answered from these data; the sentence under `decline.<code>` says what would make it answerable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decline {
    /// The analysis that was declined: `drivers`, `regression`, `comparison`, `attrition`, `stages`.
    pub analysis: String,
    /// Stable code.
    pub code: String,
    /// Named values of the sentence.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub args: Args,
}

impl Decline {
    /// A decline without values.
    pub fn new(analysis: &str, code: &str) -> Self {
        Self { analysis: analysis.to_string(), code: code.to_string(), args: Args::new() }
    }

    /// Adds a named value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.args.insert(name.to_string(), value.into());
        self
    }
}

/// From all rows to the rows used: `start` = `used` + the sum of every step, exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// What one row is: `people`, `rows`, `units`, `answers`.
    pub unit: String,
    /// Rows at the start.
    pub start: u64,
    /// Rows lost, reason by reason, in the order in which the reasons were applied.
    pub steps: Vec<FlowStep>,
    /// Rows used.
    pub used: u64,
}

/// One reason for not being used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowStep {
    /// Code known to `text` under `flow.<reason>`.
    pub reason: String,
    /// The column or topic concerned, if one is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
    /// Rows lost to it.
    pub count: u64,
}

impl Flow {
    /// A flow that has lost nothing yet.
    pub fn of(unit: &str, start: u64) -> Self {
        Self { unit: unit.to_string(), start, steps: Vec::new(), used: start }
    }

    /// Takes `count` rows out for `reason`; a zero count is kept, so that the reader sees what was looked at.
    pub fn lose(&mut self, reason: &str, column: Option<&str>, count: u64) {
        self.used = self.used.saturating_sub(count);
        self.steps.push(FlowStep { reason: reason.to_string(), column: column.map(String::from), count });
    }
}
