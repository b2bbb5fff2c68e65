//! What precedes a move up: topics talked about, how they were rated and how often people met between two answers, and the
//! plan made of it beside the levers of practice.

use crate::findings::atoms::Why;
use serde::{Deserialize, Serialize};

/// One measure of the time between two answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LiftTerm {
    /// Topic code, or `meetings`.
    pub term: String,
    /// `discussed` (at all), `satisfaction` (one point more, where it was rated), `per_month` (one 1on1 a month more).
    pub kind: String,
    /// Odds of a move up, other measures held.
    pub odds_ratio: Option<f64>,
    /// Lower 95 % limit, between teams where there are any.
    pub odds_low: Option<f64>,
    /// Upper 95 % limit.
    pub odds_high: Option<f64>,
    /// Two-sided p-value.
    pub p_value: Option<f64>,
    /// Holm's, over the measures of all blocks (of the pooled model, over its own).
    pub p_adjusted: Option<f64>,
    /// For `discussed`: pairs of answers with the topic between them.
    pub n_with: Option<u64>,
    /// Of those, moves up.
    pub rose_with: Option<u64>,
    /// Pairs without it.
    pub n_without: Option<u64>,
    /// Of those, moves up.
    pub rose_without: Option<u64>,
    /// Counts hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// Why there is no odds ratio.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// A model of moving up from some stages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LiftBlock {
    /// The stages, each with its own constant.
    pub stages: Vec<String>,
    /// Pairs of answers.
    pub n: u64,
    /// Moves up.
    pub rose: u64,
    /// Teams, where errors are between teams.
    pub n_units: Option<u64>,
    /// Whether odds ratios are those of a person's own differences between times (else between people and times together).
    pub within: bool,
    /// The measures.
    pub terms: Vec<LiftTerm>,
}

/// A lever of practice and what these data say about the measures nearest to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanStep {
    /// The stage.
    pub stage: String,
    /// The lever's code.
    pub lever: String,
    /// The measures nearest to it, in the model of the stage.
    pub near: Vec<LiftTerm>,
    /// What to try first at this stage.
    pub first: bool,
    /// Why: `data` (a near measure goes with moves up after correction), `practice` (it is the first that practice names),
    /// "" for others.
    pub grounds: String,
}

/// What precedes a move up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lifts {
    /// What the evidence is: always `association`.
    pub evidence: String,
    /// Pairs of answers below the highest stage.
    pub n: u64,
    /// Pairs used; fewer where whole teams were drawn because there are very many.
    pub used: u64,
    /// All stages together, a person's own differences where people have several pairs.
    pub pooled: Option<LiftBlock>,
    /// Stages apart, neighbours together where moves up are few.
    pub blocks: Vec<LiftBlock>,
    /// Levers, stage by stage.
    pub plan: Vec<PlanStep>,
}
