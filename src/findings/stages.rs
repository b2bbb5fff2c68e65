//! Where people stand on the ladder: levels and stages with intervals, overall and by group.

pub mod change;
pub mod follows;
pub mod lifts;

pub use change::Change;
pub use follows::Follow;
pub use lifts::Lifts;

use super::atoms::{Caution, Estimate, Flow, Why};
use serde::{Deserialize, Serialize};

/// Other intervals of a share, beside the simultaneous one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OtherLimits {
    /// Lower 95 % limit of this share alone (Wilson), people independent.
    #[serde(default)]
    pub wilson_low: Option<f64>,
    /// Upper 95 % limit.
    #[serde(default)]
    pub wilson_high: Option<f64>,
    /// Lower 95 % limit of this share alone between teams; the finding's `team_method` says how it was made.
    #[serde(default)]
    pub team_low: Option<f64>,
    /// Upper 95 % limit.
    #[serde(default)]
    pub team_high: Option<f64>,
}

/// One level of the ladder. Every level appears, zero counts included.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LevelShare {
    /// 0-based level.
    pub level: u32,
    /// Its stage's code.
    pub stage: String,
    /// People; `None` when hidden.
    pub count: Option<u64>,
    /// Share of the people who answered.
    pub share: Option<f64>,
    /// Lower 95 % limit, simultaneous over the levels (Goodman).
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Other intervals.
    #[serde(flatten)]
    pub other: OtherLimits,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// One stage of the ladder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StageShare {
    /// The stage's code.
    pub stage: String,
    /// People; `None` when hidden.
    pub count: Option<u64>,
    /// Share of the people who answered.
    pub share: Option<f64>,
    /// Lower 95 % limit, simultaneous over the stages (Goodman).
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Other intervals.
    #[serde(flatten)]
    pub other: OtherLimits,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// The distribution of one group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupShares {
    /// The column that groups: `group`, `department`, ...
    pub by: String,
    /// The group's value; "" for people without one.
    pub group: String,
    /// People with an answer; `None` when hidden.
    pub n: Option<u64>,
    /// Every level.
    pub levels: Vec<LevelShare>,
    /// Every stage.
    pub stages: Vec<StageShare>,
    /// The whole group hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// How two groups differ: the probability that a random member of the first stands higher (ties half).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Superiority {
    /// The column that groups.
    pub by: String,
    /// The first group.
    pub first: String,
    /// The second.
    pub second: String,
    /// P(first > second) + P(tie)/2; to two digits where levels of the groups are hidden.
    pub estimate: Option<f64>,
    /// Lower 95 % limit.
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Two-sided, that it is one half; the error is between teams where the finding names them, else between people.
    #[serde(default)]
    pub p_value: Option<f64>,
    /// Teams of the first group, where the error is between teams.
    #[serde(default)]
    pub n_units_first: Option<u64>,
    /// Teams of the second.
    #[serde(default)]
    pub n_units_second: Option<u64>,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// How two groups differ on the ordered levels as a whole: a proportional-odds logit of the level on the group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderedOdds {
    /// The column that groups.
    pub by: String,
    /// The first group.
    pub first: String,
    /// The second.
    pub second: String,
    /// Log odds of standing higher, first against second, with the error between teams (CR1) where there are any.
    #[serde(flatten)]
    pub log_odds: Estimate,
    /// Odds ratio; two digits where levels of the groups are hidden.
    pub odds_ratio: Option<f64>,
    /// Lower 95 % limit.
    pub odds_low: Option<f64>,
    /// Upper 95 % limit.
    pub odds_high: Option<f64>,
    /// Teams, where the error is between teams.
    pub n_clusters: Option<u64>,
}

/// Movement of people between their first and last answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Movement {
    /// `up`, `same`, `down`.
    pub direction: String,
    /// People; `None` when hidden.
    pub count: Option<u64>,
    /// Share of those with two answers or more.
    pub share: Option<f64>,
    /// Lower 95 % limit (Wilson).
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

/// People from one stage to another between consecutive waves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// Stage before.
    pub from: String,
    /// Stage after.
    pub to: String,
    /// Pairs of answers; `None` when hidden.
    pub count: Option<u64>,
    /// Share of those who stood at `from`.
    pub share: Option<f64>,
    /// Lower 95 % limit (Wilson).
    #[serde(default)]
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    #[serde(default)]
    pub conf_high: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// The distribution over the ladder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stages {
    /// People with an answer.
    pub n: u64,
    /// `each person's last answer`: `last`, or the wave's label.
    pub wave: String,
    /// Every level.
    pub levels: Vec<LevelShare>,
    /// Every stage.
    pub stages: Vec<StageShare>,
    /// By group, in the order of the study's `by`.
    pub by: Vec<GroupShares>,
    /// Pairs of the arms.
    pub superiority: Vec<Superiority>,
    /// The same pairs by an ordered logit.
    #[serde(default)]
    pub odds: Vec<OrderedOdds>,
    /// The column of the teams that errors are between; `None` when the data have none.
    #[serde(default)]
    pub team: Option<String>,
    /// Teams with somebody who answered.
    #[serde(default)]
    pub n_teams: Option<u64>,
    /// How the intervals between teams were made: `linearised`, or `bootstrap` when resampling was asked for.
    #[serde(default)]
    pub team_method: Option<String>,
    /// What was deliberately not computed.
    #[serde(default)]
    pub not_run: Vec<String>,
    /// First to last answer.
    pub movement: Vec<Movement>,
    /// Between consecutive waves.
    pub transitions: Vec<Transition>,
    /// How people move, where somebody answered twice.
    #[serde(default)]
    pub change: Option<Change>,
    /// Outcomes over the stages.
    #[serde(default)]
    pub follows: Vec<Follow>,
    /// What precedes a move up, where there is a log of 1on1s.
    #[serde(default)]
    pub lifts: Option<Lifts>,
    /// From all people to the people shown.
    pub flow: Flow,
    /// Read first.
    pub cautions: Vec<Caution>,
}
