//! What a model of a choice may say besides its coefficients: likelihood, thresholds, effects on probabilities, and
//! whether the lines are parallel.

use super::super::atoms::Estimate;
use serde::{Deserialize, Serialize};

/// How well the model fits, by likelihood.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Likelihood {
    /// Log-likelihood.
    pub log_likelihood: Option<f64>,
    /// Of the model with constants alone.
    pub null_log_likelihood: Option<f64>,
    /// -2 log-likelihood.
    pub deviance: Option<f64>,
    /// McFadden's: 1 - log-likelihood / null log-likelihood.
    pub mcfadden: Option<f64>,
    /// Akaike's criterion.
    pub aic: Option<f64>,
}

/// A threshold between two neighbouring categories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// `1|2`.
    pub between: String,
    /// Its value.
    #[serde(flatten)]
    pub value: Estimate,
}

/// Average marginal effect of a term on the probability of a category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The term.
    pub term: String,
    /// The category; of a binary outcome the event.
    pub category: String,
    /// Change of the probability per unit (0 to 1 for an indicator).
    #[serde(flatten)]
    pub effect: Estimate,
}

/// A category's probability, the terms at their means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Predicted {
    /// The term that moves.
    pub term: String,
    /// `p25` or `p75`, `0` or `1` of an indicator.
    pub at: String,
    /// The value it has there.
    pub value: f64,
    /// The category.
    pub category: String,
    /// Its probability, with interval.
    #[serde(flatten)]
    pub probability: Estimate,
}

/// Whether one slope serves every threshold (Brant 1990).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Parallel {
    /// All terms together.
    pub all: Option<super::checks::Test>,
    /// Term by term.
    pub terms: Vec<ParallelTerm>,
}

/// One term's test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParallelTerm {
    /// The term.
    pub term: String,
    /// The test.
    #[serde(flatten)]
    pub test: super::checks::Test,
}

/// A model of a choice.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The categories in their order; of a binary outcome the reference and the event.
    pub categories: Vec<String>,
    /// Rows in each.
    pub counts: Vec<u64>,
    /// Fit.
    pub likelihood: Likelihood,
    /// Thresholds of an ordinal model.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub thresholds: Vec<Threshold>,
    /// Average marginal effects.
    pub effects: Vec<Effect>,
    /// Predicted probabilities.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub predicted: Vec<Predicted>,
    /// Test of parallel lines, of an ordinal model.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parallel: Option<Parallel>,
}
