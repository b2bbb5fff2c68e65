//! How people move along the ladder: who rises, how long it takes, who stays where they are, and what of it chance makes.

use super::Movement;
use crate::findings::atoms::{Interval, Why};
use serde::{Deserialize, Serialize};

/// First to last answer of one group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupMovement {
    /// The column that groups.
    pub by: String,
    /// The group's value; "" for people without one.
    pub group: String,
    /// People with two answers or more; `None` when hidden.
    pub n: Option<u64>,
    /// `up`, `same`, `down`.
    pub rows: Vec<Movement>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
}

/// Where people of a stage went by their next answer, destinations merged so that few cells are sparse.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StepShare {
    /// Stage before.
    pub stage: String,
    /// `down`, `same`, `up_one` (to the next stage), `up_more` (beyond it).
    pub direction: String,
    /// Pairs of answers; `None` when hidden.
    pub count: Option<u64>,
    /// Share of the pairs that began at the stage.
    pub share: Option<f64>,
    /// Lower 95 % limit (Wilson).
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
}

/// How long people stand at a stage before an answer above it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TimeToRise {
    /// The stage.
    pub stage: String,
    /// People who were there and answered again; `None` when hidden.
    pub n: Option<u64>,
    /// Of those, who answered above it later; the others are censored at their last answer.
    pub rose: Option<u64>,
    /// Time by which half have risen (Kaplan-Meier from the first answer there), in `unit`.
    pub median: Option<f64>,
    /// Expected time until an answer above the stage, from the chain of one step, in `unit`; method `chain_jackknife`.
    pub expected: Interval,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// Why there is no time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// People whose last answers are all at one stage.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stuck {
    /// The stage, or "" for all.
    pub stage: String,
    /// How many answers in a row, the last included.
    pub waves: u32,
    /// People with so many answers (who stand at the stage); `None` when hidden.
    pub n: Option<u64>,
    /// Of those, who gave that many in a row at one stage.
    pub count: Option<u64>,
    /// Share.
    pub share: Option<f64>,
    /// Lower 95 % limit (Wilson).
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
}

/// The change of those who stood lowest (or highest) at first, and what chance alone would have made of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Regressed {
    /// `lowest` or `highest`.
    pub end: String,
    /// The column that groups; "" for everybody.
    pub by: String,
    /// The group's value; "" for everybody.
    pub group: String,
    /// The level up to (from) which people count as lowest (highest): about a third of the first answers.
    pub cut: u32,
    /// People there at first; `None` when hidden.
    pub n: Option<u64>,
    /// Their mean change in levels from first to last answer: the naive reading.
    pub change: Interval,
    /// The change if first and last answers were exchanged at random: regression to the mean.
    pub expected: Option<f64>,
    /// The rest, with its interval.
    pub excess: Interval,
    /// Two-sided p-value that the rest is 0.
    pub p_value: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
}

/// How people move.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// `month` when waves have days, else `wave`: the unit of every time here.
    pub unit: String,
    /// The step of the chain, in `unit`: the largest that every gap between answers is a multiple of.
    pub step: u32,
    /// Shortest and longest gap between two answers of a person, in `unit`.
    pub gaps: [u32; 2],
    /// The longest time from a person's first to their last answer, in `unit`: an expected time beyond it is not told on pages.
    pub span: u32,
    /// First to last answer by group.
    pub movement_by: Vec<GroupMovement>,
    /// Next answer by stage, merged.
    pub steps: Vec<StepShare>,
    /// Time until an answer above each stage.
    pub time_to_rise: Vec<TimeToRise>,
    /// People whose stage does not change.
    pub stuck: Vec<Stuck>,
    /// The naive change of those at the ends, and what chance makes of it.
    pub regression_to_mean: Vec<Regressed>,
}
