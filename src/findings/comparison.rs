//! What a comparison of two arms may say: means, difference, lift, whether the split looks right, the months, and what
//! stands beside them: changes over time, declared groups, what people did.

pub mod beside;
pub mod periods;

pub use beside::{Compliance, Equivalence, Omnibus, Strata, Subgroup, Subgroups, Superiority};
pub use periods::{Change, Event, EventPoint, PreTrend, Whole};

use super::atoms::{Caution, Estimate, Flow, Interval, Why};
use super::claim::Claim;
use serde::{Deserialize, Serialize};

/// One arm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    /// The group's name in the data.
    pub group: String,
    /// People (rows) used.
    pub n: u64,
    /// Assigned units among them; `None` when no unit was given.
    pub n_units: Option<u64>,
    /// Mean of the outcome.
    pub mean: Option<f64>,
    /// Standard deviation of the outcome (n - 1).
    pub sd: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// Did the assignment come out in the planned ratio?
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RatioCheck {
    /// What was counted: the unit's column, or `person`.
    pub unit: String,
    /// Units in the treatment arm.
    pub n_treatment: u64,
    /// Units in the control arm.
    pub n_control: u64,
    /// Chi-square without continuity correction, 1 df.
    pub p_value: Option<f64>,
    /// Exact binomial, for fewer than 1,000 units.
    pub p_exact: Option<f64>,
    /// p below 0.001.
    pub alarm: bool,
    /// Size-aware statistic on people when units are larger than one: p-value. With strata, summed over them.
    pub p_people: Option<f64>,
    /// The check on units, summed over strata; `None` without strata.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p_strata: Option<f64>,
}

/// One covariate's balance.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Balance {
    /// The covariate.
    pub term: String,
    /// One category of it, whose share the means are; `None` for a number and for a column of categories as a whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<String>,
    /// Mean in the treatment arm.
    pub mean_treatment: Option<f64>,
    /// Mean in the control arm.
    pub mean_control: Option<f64>,
    /// Standardised mean difference (pooled sd); `None` with `why` when infinite.
    pub smd: Option<f64>,
    /// The same of the means of units; `None` without units, or for categories.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub smd_units: Option<f64>,
    /// Variance of the treated over that of the control; `None` for categories.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub variance_ratio: Option<f64>,
    /// People behind the two means; of a category those who are in it (for the crowd rule; not written).
    #[serde(skip, default)]
    pub people: [u64; 2],
    /// Why `smd` is `None`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// The difference with what was known before the start held fixed (Lin 2013), beside the raw one and never in its place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Adjusted {
    /// What was held fixed.
    pub covariates: Vec<String>,
    /// People with all of it.
    pub n: u64,
    /// Treatment minus control at the mean of the covariates.
    pub difference: Estimate,
    /// The same over the control mean, Fieller's interval.
    pub lift: Interval,
}

/// Randomisation test by unit, within strata where there are any.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Permutation {
    /// Two-sided p of the difference in means.
    pub p_value: Option<f64>,
    /// The smallest p this design can reach.
    pub smallest_p: Option<f64>,
    /// Lower end of the effects that the test does not reject; `None` when unbounded or not made.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub conf_low: Option<f64>,
    /// Upper end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub conf_high: Option<f64>,
    /// Assignments counted or drawn.
    pub draws: u64,
    /// All assignments counted (else a seeded sample).
    pub exact: bool,
}

/// The same contrast from a person-level test, never leading a sentence when teams were assigned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PersonLevel {
    /// Always `person`.
    pub by: String,
    /// Welch's difference.
    pub difference: Estimate,
}

/// One month of one arm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MonthPoint {
    /// `2024-04`.
    pub month: String,
    /// The group.
    pub group: String,
    /// People behind the value.
    pub n: Option<u64>,
    /// Mean over person-month rows.
    pub value: Option<f64>,
    /// 100 x value / the same month a year earlier, or the base month; `None` without that month.
    pub index: Option<f64>,
    /// Lower 95 % limit of the index (Fieller, by unit where units are known by month).
    pub index_low: Option<f64>,
    /// Upper 95 % limit.
    pub index_high: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// Treatment against control on a mean.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The outcome's column.
    pub outcome: String,
    /// `randomised` or `observational`.
    pub design: String,
    /// What was assigned: a column, or `person`.
    pub unit: String,
    /// First day of the treatment, when the study has one.
    pub start: Option<String>,
    /// Treatment first, control second.
    pub arms: Vec<Arm>,
    /// Treatment minus control; covariance by unit where units are known.
    pub difference: Estimate,
    /// The difference with what was known before held fixed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub adjusted: Option<Adjusted>,
    /// The difference within strata, weighed by their people.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stratified: Option<Adjusted>,
    /// The strata within which units were assigned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub strata: Option<Strata>,
    /// Covariance of `difference`: CR2, HC2.
    pub vcov: String,
    /// Treatment / control - 1 with Fieller's interval.
    pub lift: Interval,
    /// The same with the delta method.
    pub lift_delta: Interval,
    /// The same with the delta method on the log scale.
    pub lift_log_delta: Interval,
    /// Hedges' g.
    pub hedges_g: Option<f64>,
    /// Person-level Welch test.
    pub person_level: Option<PersonLevel>,
    /// Mann and Whitney's comparison of people as a probability; never leading.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub superiority: Option<Superiority>,
    /// Both one-sided tests against the declared margin.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub equivalence: Option<Equivalence>,
    /// The difference in declared groups, one entry a column.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub subgroups: Vec<Subgroups>,
    /// Difference in differences.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub change: Option<Box<Change>>,
    /// Effects month by month against the last before the start.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub event: Option<Box<Event>>,
    /// What was assigned, what was done, and the effect on those whom the assignment moved.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub compliance: Option<Box<Compliance>>,
    /// Did the split come out as planned? `None` for an observational design.
    pub ratio_check: Option<RatioCheck>,
    /// Balance of what was known before the start.
    pub balance: Vec<Balance>,
    /// Randomisation test by unit, within strata where there are any.
    pub permutation: Option<Permutation>,
    /// All of the balance tested at once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub omnibus: Option<Omnibus>,
    /// Smallest true difference found 8 times in 10 (two-sided 5 %), with the observed error.
    pub mde: Option<f64>,
    /// The same as a share of the control mean.
    pub mde_lift: Option<f64>,
    /// Intraclass correlation of the outcome within units.
    pub icc: Option<f64>,
    /// Months of each group.
    pub months: Vec<MonthPoint>,
    /// The month that is 100; `None` = the same month a year earlier.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub index_base: Option<String>,
    /// The whole time from the start on as an index, per group.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub whole: Vec<Whole>,
    /// What may be said, the leading one first, each with its grade.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub claims: Vec<Claim>,
    /// Causal words are allowed: randomised, and the ratio check passed.
    pub causal: bool,
    /// From all people to the people used.
    pub flow: Flow,
    /// What was deliberately not run, by name.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub not_run: Vec<String>,
    /// Read first.
    pub cautions: Vec<Caution>,
}
