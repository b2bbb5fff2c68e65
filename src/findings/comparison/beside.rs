//! What stands beside the difference of two arms: strata, declared groups, equivalence, superiority, compliance.

use crate::findings::atoms::{Estimate, Interval, Why};
use serde::{Deserialize, Serialize};

/// The strata within which units were assigned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Strata {
    /// The column.
    pub column: String,
    /// How many.
    pub count: u64,
    /// Each holds two units, one in each arm.
    pub pairs: bool,
}

/// Hansen and Bowers' test of all covariates together, by re-assigning units.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Omnibus {
    /// Squared length of the adjusted differences.
    pub statistic: Option<f64>,
    /// Its rank.
    pub df: f64,
    /// Share of assignments at least as unbalanced.
    pub p_value: Option<f64>,
    /// Assignments tried.
    pub draws: u64,
    /// All there are (else a seeded sample).
    pub exact: bool,
}

/// The probability that a random treated person has more than a random control one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Superiority {
    /// Always `person`.
    pub by: String,
    /// 0 to 1; ties count half.
    pub estimate: Option<f64>,
    /// Lower 95 % limit.
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Brunner and Munzel's two-sided p-value, people taken as independent.
    pub p_value: Option<f64>,
}

/// Two one-sided tests against a margin declared beforehand.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Equivalence {
    /// The margin on both sides of no difference.
    pub margin: f64,
    /// `lift` (share of the control mean) or `difference` (unit of the outcome).
    pub scale: String,
    /// The greater of the two p-values.
    pub p_value: Option<f64>,
    /// Lower limit of the 90 % interval.
    pub conf_low: Option<f64>,
    /// Upper limit.
    pub conf_high: Option<f64>,
    /// `p_value` is under 0.05: no difference that matters.
    pub equivalent: bool,
}

/// The difference in one declared group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Subgroup {
    /// The group's name in the data.
    pub group: String,
    /// People of the treatment arm in it.
    pub n_treatment: Option<u64>,
    /// People of the control arm in it.
    pub n_control: Option<u64>,
    /// Treatment minus control within it.
    pub difference: Estimate,
    /// Holm's p-value over the groups of its column.
    pub p_adjusted: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
}

/// The difference by the values of one column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Subgroups {
    /// The column.
    pub by: String,
    /// Its values, by name.
    pub groups: Vec<Subgroup>,
    /// F statistic of the test that the differences are equal; `None` where units are too few.
    pub statistic: Option<f64>,
    /// Its first degrees of freedom.
    pub df1: Option<f64>,
    /// Its second.
    pub df2: Option<f64>,
    /// Its p-value.
    pub p_value: Option<f64>,
    /// Values without people in both arms, left out.
    pub one_armed: u64,
    /// People of the treatment and of the control arm in no group shown (for the crowd rule; not written).
    #[serde(skip, default)]
    pub rest: [u64; 2],
}

/// Effects under incomplete compliance.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Compliance {
    /// What was done: a column, or a measure of practice.
    pub dose: String,
    /// People whose dose is known.
    pub n: u64,
    /// As assigned, of these people.
    pub itt: Estimate,
    /// Assigned who did against not assigned who did not.
    pub per_protocol: Option<Estimate>,
    /// Those who did against those who did not.
    pub as_treated: Option<Estimate>,
    /// Effect of one unit of the dose on those whom assignment moved.
    pub cace: Estimate,
    /// Effects that Anderson and Rubin's test does not reject; `why` is `unbounded` where nothing is excluded, and
    /// `method` is `outside` where everything but what lies between the limits remains possible.
    pub anderson_rubin: Interval,
    /// Assigned minus not assigned, of the dose.
    pub first_stage: Estimate,
    /// Its squared t; `None` with `why` when infinite.
    pub first_stage_f: Option<f64>,
    /// Why there is no F.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
    /// F under 10: the ordinary interval of `cace` is not to be believed.
    pub weak: bool,
    /// Mean dose of the assigned.
    pub dose_treatment: Option<f64>,
    /// Mean dose of the others.
    pub dose_control: Option<f64>,
    /// Assigned who did and did not, others who did and did not (for the crowd rule; not written).
    #[serde(skip, default)]
    pub people: [u64; 4],
}
