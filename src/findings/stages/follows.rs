//! What goes with a stage: an outcome by stage, at the same time or later, and whether it rises over the stages.

use crate::findings::atoms::Why;
use serde::{Deserialize, Serialize};

/// The people of one stage.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ByStage {
    /// The stage.
    pub stage: String,
    /// People with the outcome; `None` when hidden.
    pub n: Option<u64>,
    /// Their teams.
    pub n_units: Option<u64>,
    /// For staying: how many left.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub leavers: Option<u64>,
    /// Mean of the outcome; for staying the share who stayed.
    pub mean: Option<f64>,
    /// Lower 95 % limit, between teams where there are any.
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// Why a number is missing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// Outcomes exchanged within teams only.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WithinTeams {
    /// Standardised statistic.
    pub z: Option<f64>,
    /// Two-sided p-value.
    pub p_value: Option<f64>,
    /// Draws; 0 = from the normal with the exact mean and variance.
    pub draws: u64,
    /// Teams in which two stages meet.
    pub n_units: u64,
}

/// Does the outcome rise over the stages (Jonckheere-Terpstra)?
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// Pairs of people of different stages in which the higher stage has the higher outcome, ties half.
    pub statistic: Option<f64>,
    /// Standardised, people independent.
    pub z: Option<f64>,
    /// Two-sided, people independent.
    pub p_value: Option<f64>,
    /// Whether that is exact.
    pub exact: bool,
    /// Share of such pairs: 1/2 without a trend.
    pub concordance: Option<f64>,
    /// Lower 95 % limit, between teams where there are any.
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Two-sided p-value between teams: the one that leads.
    pub p_units: Option<f64>,
    /// Teams.
    pub n_units: Option<u64>,
    /// The trend inside teams.
    pub within: Option<WithinTeams>,
}

/// One outcome over the stages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Follow {
    /// `engagement`, `sales`, `staying`, or a column.
    pub outcome: String,
    /// `now` (with the answer that counts) or `later` (after an earlier answer).
    pub timing: String,
    /// For staying: days after the answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub horizon: Option<u32>,
    /// People.
    pub n: u64,
    /// Every stage, lowest first.
    pub rows: Vec<ByStage>,
    /// The trend; none when the outcome does not vary or one stage has everybody.
    pub trend: Option<Trend>,
}
