//! Where people stand on the ladder: levels and stages with intervals, overall and by group.

use super::atoms::{Caution, Flow, Why};
use serde::{Deserialize, Serialize};

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
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
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
    /// First to last answer.
    pub movement: Vec<Movement>,
    /// Between consecutive waves.
    pub transitions: Vec<Transition>,
    /// From all people to the people shown.
    pub flow: Flow,
    /// Read first.
    pub cautions: Vec<Caution>,
}
