//! What may be said about leaving: months and their index, survival by arm, the tests.

mod model;

pub use model::{HazardModel, HazardTerm, IncidencePoint, Needed, RateRatio, Reason, ReasonArm, Reasons};

use super::Claim;
use super::atoms::{Caution, Estimate, Flow, Interval, Why};
use serde::{Deserialize, Serialize};

/// One month of one group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MonthRate {
    /// `2024-04`.
    pub month: String,
    /// The group.
    pub group: String,
    /// Employed on the first day.
    pub headcount: Option<u64>,
    /// Of those, left inside the month; hidden when 1 to crowd - 1.
    pub leavers: Option<u64>,
    /// leavers / headcount.
    pub rate: Option<f64>,
    /// 100 x rate / the rate of the same month a year earlier.
    pub index: Option<f64>,
    /// Lower 95 % limit, conditional on the total of the two months.
    pub index_low: Option<f64>,
    /// Upper 95 % limit.
    pub index_high: Option<f64>,
    /// Why the index is `None` although both months exist.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
}

/// The same-months-last-year index over rolling months, for groups too small to index by month.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RollingRate {
    /// Last month of the window.
    pub month: String,
    /// The group.
    pub group: String,
    /// Leavers per person-month over the window.
    pub rate: Option<f64>,
    /// 100 x rate / the rate over the same months a year earlier.
    pub index: Option<f64>,
    /// Lower 95 % limit.
    pub index_low: Option<f64>,
    /// Upper 95 % limit.
    pub index_high: Option<f64>,
    /// Leavers in the window (for the crowd rule; not written).
    #[serde(skip, default)]
    pub leavers: u64,
    /// Leavers in the same months a year earlier (for the crowd rule; not written).
    #[serde(skip, default)]
    pub leavers_earlier: u64,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// A whole-period rate of one group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PeriodRate {
    /// The group.
    pub group: String,
    /// `before` or `after` the start, or `all`.
    pub period: String,
    /// Person-months at risk.
    pub person_months: Option<u64>,
    /// Leavers.
    pub leavers: Option<u64>,
    /// Leavers per person-month.
    pub rate: Option<f64>,
    /// 1 - (1 - rate)^12.
    pub annual_rate: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// A point of a Kaplan-Meier curve.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KmPoint {
    /// The group.
    pub group: String,
    /// Days (or the unit of the duration column).
    pub time: f64,
    /// Share still there.
    pub survival: Option<f64>,
    /// Greenwood's standard error of `survival`.
    pub std_error: Option<f64>,
    /// Lower 95 % limit (log-log).
    pub conf_low: Option<f64>,
    /// Upper 95 % limit (log-log).
    pub conf_high: Option<f64>,
    /// People at risk just before `time`.
    pub at_risk: u64,
    /// Leavers since the point before (for the crowd rule; not written).
    #[serde(skip, default)]
    pub events: u64,
    /// Why the error and the limits are `None`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// Median time of one group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Median {
    /// The group.
    pub group: String,
    /// `None` when fewer than half left.
    pub median: Option<f64>,
    /// Lower 95 % limit: where the lower log-log limit of the curve comes down to a half.
    #[serde(default)]
    pub conf_low: Option<f64>,
    /// Upper 95 % limit; `None` when the upper limit of the curve does not come down to a half.
    #[serde(default)]
    pub conf_high: Option<f64>,
    /// `infinite` when it is not reached.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// A test statistic with its p-value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// Chi-square, 1 df for two groups.
    pub statistic: Option<f64>,
    /// p-value.
    pub p_value: Option<f64>,
    /// `person` for a test that ignores units.
    pub by: String,
}

/// Restricted mean survival time of one group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RmstArm {
    /// The group.
    pub group: String,
    /// Area under the curve to the horizon.
    pub estimate: Option<f64>,
    /// Greenwood standard error.
    pub std_error: Option<f64>,
}

/// Restricted mean survival time, both groups.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rmst {
    /// The horizon, in the unit of time.
    pub horizon: f64,
    /// Treatment first.
    pub arms: Vec<RmstArm>,
    /// Treatment minus control; by person.
    pub difference: Estimate,
    /// The same difference with the error by assigned unit (pseudo-observations, CR2); `None` when people were assigned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by_unit: Option<Estimate>,
    /// Smallest true difference found 8 times in 10, by unit where units were assigned.
    #[serde(default)]
    pub mde: Option<f64>,
}

/// People and leavers of one group over the follow-up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FollowUp {
    /// The group.
    pub group: String,
    /// People followed.
    pub n: u64,
    /// Units among them.
    pub n_units: Option<u64>,
    /// Leavers among them; hidden when 1 to crowd - 1.
    pub leavers: Option<u64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// A randomisation test by unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UnitTest {
    /// Two-sided.
    pub p_value: Option<f64>,
    /// The smallest p this design can reach.
    pub smallest_p: Option<f64>,
    /// Assignments counted or drawn.
    pub draws: u64,
    /// All assignments counted (else a seeded sample).
    pub exact: bool,
}

/// Leaving, treatment against control.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Attrition {
    /// `randomised` or `observational`.
    pub design: String,
    /// What was assigned: a column, or `person`.
    pub unit: String,
    /// Treatment first, control second.
    pub groups: Vec<String>,
    /// First day of follow-up; `None` for durations given as numbers.
    pub start: Option<String>,
    /// Last day of follow-up.
    pub end: Option<String>,
    /// `since_start` or `tenure`.
    pub clock: String,
    /// People followed, by group.
    pub follow_up: Vec<FollowUp>,
    /// Which answer leads: `by_unit` (the share that left, by assigned unit), `logrank` (people were assigned), or
    /// `rmst` (mean time, where the ratio of hazards changes over time or no share can be told).
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub lead: String,
    /// Column of the strata within which units were assigned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub strata: Option<String>,
    /// Log-rank on people.
    pub logrank: Option<Test>,
    /// Log-rank on people within strata.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub logrank_stratified: Option<Test>,
    /// The log-rank test under re-assignments of whole units; `None` when people were assigned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub logrank_by_unit: Option<UnitTest>,
    /// Cox model, treatment against control: log hazard ratio (Efron); by unit where units are known.
    pub cox: Option<Estimate>,
    /// Test that the hazard ratio is the same all the time (Grambsch & Therneau 1994); by unit where units are known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub proportional: Option<Test>,
    /// The hazard model with its terms, ties, concordance and tests.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hazard: Option<Box<HazardModel>>,
    /// Kaplan-Meier (month ends in a study).
    pub km: Vec<KmPoint>,
    /// Medians.
    pub medians: Vec<Median>,
    /// Restricted means.
    pub rmst: Option<Rmst>,
    /// Difference in the share that left, by unit (CR2): the leading test of a team-assigned design.
    pub by_unit: Option<Estimate>,
    /// Covariance of `by_unit`.
    pub vcov: Option<String>,
    /// Treatment / control share that left, among everybody followed.
    pub risk_ratio: Option<Interval>,
    /// The same ratio with the error by assigned unit (CR2); `None` when people were assigned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub risk_ratio_by_unit: Option<Interval>,
    /// Difference of those shares (Newcombe).
    pub risk_difference: Option<Interval>,
    /// Ratio of the rates of leaving.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rate_ratio: Option<Box<RateRatio>>,
    /// Why people left; `None` without a column of reasons.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reasons: Option<Box<Reasons>>,
    /// How many people a declared fall in leaving would take to be found.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub needed: Option<Box<Needed>>,
    /// Smallest hazard ratio under 1 found 8 times in 10 with these leavers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mde_hazard_ratio: Option<f64>,
    /// Smallest true difference in the share that left found 8 times in 10.
    pub mde: Option<f64>,
    /// Months by group.
    pub months: Vec<MonthRate>,
    /// How many months `rolling` spans: 3, 6 or 12; `None` when the months speak for themselves or none would.
    pub rolling_months: Option<u32>,
    /// Rolling index by group.
    pub rolling: Vec<RollingRate>,
    /// Whole-period rates.
    pub periods: Vec<PeriodRate>,
    /// Causal words are allowed: randomised, and the ratio check passed.
    pub causal: bool,
    /// What may be claimed, the leading answer first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub claims: Vec<Claim>,
    /// From all people to the people followed.
    pub flow: Flow,
    /// What was deliberately not run, by name.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub not_run: Vec<String>,
    /// Read first.
    pub cautions: Vec<Caution>,
}
