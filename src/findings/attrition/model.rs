//! What may be said about leaving beyond the two curves: hazard models, reasons for leaving, ratios of rates, and how many
//! people it would take.

use super::{Estimate, Interval, Test, Why};
use serde::{Deserialize, Serialize};

/// A term of a hazard model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HazardTerm {
    /// Its name: a column, or `C(column)[category]`.
    pub term: String,
    /// Log hazard ratio.
    #[serde(flatten)]
    pub coefficient: Estimate,
    /// Test that it does not change with time (Grambsch & Therneau 1994), on the term's first column.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub schoenfeld: Option<Test>,
}

/// A Cox model of leaving on the treatment and what was held fixed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HazardModel {
    /// `efron` or `breslow`.
    pub ties: String,
    /// Column of the strata, each with a baseline hazard of its own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub strata: Option<String>,
    /// People with every covariate.
    pub n: u64,
    /// Leavers among them.
    pub events: u64,
    /// `model`, `jackknife` (refits without each unit) or `robust` (score residuals by unit).
    pub vcov: String,
    /// Treatment first.
    pub terms: Vec<HazardTerm>,
    /// The same with the other rule for ties.
    pub other_ties: Vec<HazardTerm>,
    /// Twice the rise of the partial likelihood, chi-square.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub likelihood_ratio: Option<Test>,
    /// Test that no term changes with time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub schoenfeld: Option<Test>,
    /// Harrell's C: how often of two people the one with the higher hazard left first.
    pub concordance: Option<f64>,
    /// Its standard error.
    pub concordance_std_error: Option<f64>,
    /// Columns that were held fixed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub covariates: Vec<String>,
    /// Smallest category among the covariates (for the crowd rule; not written).
    #[serde(skip, default)]
    pub smallest: Option<u64>,
    /// `hidden` where the crowd rule took the terms out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// Ratio of two rates of leaving.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RateRatio {
    /// `person_months` or `person_time`.
    pub exposure: String,
    /// Treatment / control, exact conditional on the sum of the leavers: by person.
    pub ratio: Interval,
    /// Exact p-value that the rates are equal: by person.
    pub p_value: Option<f64>,
    /// The same ratio with the error by assigned unit (CR2); `None` when people were assigned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by_unit: Option<Interval>,
    /// p-value by unit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p_by_unit: Option<f64>,
}

/// How large a study would have to be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Needed {
    /// The fall that should be found, relative to the control: 0.2 for 20 % fewer leaving. Declared, never the one observed.
    pub effect: f64,
    /// `share` that leaves, or `hazard` of leaving.
    pub measure: String,
    /// Share of the control that left.
    pub base: Option<f64>,
    /// Power of these data against that fall.
    pub power_here: Option<f64>,
    /// Smallest relative fall that these data find 8 times in 10; `None` when not even that everybody stays would be.
    pub mde_relative: Option<f64>,
    /// Intraclass correlation of leaving within units that was reckoned with, never under 0.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub icc: Option<f64>,
    /// Mean people of a unit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unit_size: Option<f64>,
    /// Units needed, both groups together, for a power of 80 %.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub units: Option<u64>,
    /// People needed, both groups together; `None` where no number would do.
    pub people: Option<u64>,
    /// Why `people` is `None`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// One group's leaving for one reason.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReasonArm {
    /// The group.
    pub group: String,
    /// People who left for it; hidden when 1 to crowd - 1.
    pub leavers: Option<u64>,
    /// Share that has left for it by the horizon, the other reasons at work (Aalen-Johansen).
    pub incidence: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// Lower 95 % limit (log-log).
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// A point of a curve of cumulative incidence.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct IncidencePoint {
    /// The group.
    pub group: String,
    /// Days (or the unit of the duration column).
    pub time: f64,
    /// Share that has left for the reason.
    pub incidence: Option<f64>,
    /// Lower 95 % limit (log-log).
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Leavers for the reason since the point before (for the crowd rule; not written).
    #[serde(skip, default)]
    pub events: u64,
}

/// Leaving for one reason.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// As in the data; empty for people who left without one.
    pub reason: String,
    /// Treatment first.
    pub groups: Vec<ReasonArm>,
    /// Treatment minus control in the share at the horizon; by unit (CR2) where units were assigned.
    pub difference: Option<Estimate>,
    /// Log ratio of the cause-specific hazards; error by unit where units were assigned.
    pub hazard: Option<Estimate>,
    /// The curves.
    pub curve: Vec<IncidencePoint>,
}

/// Why people left, as far as the crowd rule lets it be told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reasons {
    /// The column.
    pub column: String,
    /// The time at which shares are told.
    pub horizon: f64,
    /// Reasons that enough people gave.
    pub reasons: Vec<Reason>,
    /// How many reasons are not named because too few people gave them.
    pub hidden: u64,
}
