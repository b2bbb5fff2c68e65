//! What a linear model may say: one row per term, the fit, and for a study the sample flow and coverage.

pub mod checks;
pub mod choice;

use super::atoms::{Caution, Estimate, Flow};
use checks::{Absorbed, Beside, Diagnostics, OtherCovariance, Quadrant, Stability, Wild};
use choice::Choice;
use serde::{Deserialize, Serialize};

/// One term of the model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// `(Intercept)`, a column, a topic code, or a product of them.
    pub term: String,
    /// Coefficient in raw units, with error, test and interval.
    #[serde(flatten)]
    pub coefficient: Estimate,
    /// p-value corrected for the family (Holm unless said); `None` for the constant.
    pub p_adjusted: Option<f64>,
    /// Coefficient in standard deviations: estimate x sd(x) / sd(y).
    pub beta: Option<f64>,
    /// conf_low x sd(x) / sd(y).
    pub beta_low: Option<f64>,
    /// conf_high x sd(x) / sd(y).
    pub beta_high: Option<f64>,
    /// Variance inflation factor.
    pub vif: Option<f64>,
    /// Share of R2 by Shapley value (LMG); the shares of all terms add up to `r_squared`.
    pub share_lmg: Option<f64>,
    /// Share of R2 by Johnson's relative weights.
    pub share_johnson: Option<f64>,
    /// Resampled interval of `share_lmg`; never below 0, because a share is not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub share_lmg_low: Option<f64>,
    /// Its upper limit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub share_lmg_high: Option<f64>,
    /// Resampled interval of `share_johnson`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub share_johnson_low: Option<f64>,
    /// Its upper limit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub share_johnson_high: Option<f64>,
    /// Strength mark: "", "+".."+++++", "-".."-----", "withheld"; `None` for the constant.
    pub mark: Option<String>,
    /// The mark at the end of the interval of |beta| nearer to zero.
    pub mark_low: Option<String>,
    /// The mark at the far end.
    pub mark_high: Option<String>,
    /// What a move of the term from its 25th to its 75th percentile goes with, in units of the outcome.
    pub effect_p25_p75: Option<f64>,
    /// What one answer step of the term goes with, in units of the outcome; `None` where the term has no steps.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub effect_step: Option<f64>,
    /// Robustness value (Cinelli & Hazlett 2020): the partial R2 with term and outcome that something unseen would need
    /// to bring the estimate to 0.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub robustness: Option<f64>,
    /// exp(estimate), of a logit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub odds_ratio: Option<f64>,
    /// exp(conf_low).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub odds_low: Option<f64>,
    /// exp(conf_high).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub odds_high: Option<f64>,
}

/// An F (Wald) test that all slopes are zero, with the covariance of the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FTest {
    /// The statistic; `None` for a perfect fit.
    pub statistic: Option<f64>,
    /// Numerator degrees of freedom.
    pub df1: f64,
    /// Denominator degrees of freedom.
    pub df2: f64,
    /// p-value.
    pub p_value: Option<f64>,
}

/// A term left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// The term.
    pub term: String,
    /// The relation: `overall = 0.5 a + 0.5 b`.
    pub relation: String,
}

/// How many people have a rating of each topic, and how many all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// The topic.
    pub topic: String,
    /// People with the outcome who have at least one rating of it in the window.
    pub people: u64,
    /// Share of the people with the outcome.
    pub share: f64,
}

/// Complete cases under another window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowCount {
    /// Days before the wave, or `all`.
    pub window: String,
    /// People complete under it.
    pub n: u64,
}

/// The sentence's raw material about a bivariate or one-term model beside the main one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Overall {
    /// Terms: the constant and `overall`.
    pub terms: Vec<Term>,
    /// Rows used.
    pub n: u64,
    /// Clusters among them.
    pub n_clusters: Option<u64>,
    /// R2 of this model.
    pub r_squared: f64,
    /// From all people to the rows used.
    pub flow: Flow,
    /// Read first.
    pub cautions: Vec<Caution>,
}

/// A fitted model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Regression {
    /// The outcome's column.
    pub outcome: String,
    /// The formula, for a plain table.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub formula: Option<String>,
    /// `ols` (left out), `logit` or `ordinal`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model: Option<String>,
    /// The condition that rows had to meet.
    #[serde(skip_serializing_if = "Option::is_none", default, rename = "where")]
    pub condition: Option<String>,
    /// Column of analytic weights.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weights: Option<String>,
    /// Rows used.
    pub n: u64,
    /// Clusters among them (of two that cross, the fewer); `None` without clusters.
    pub n_clusters: Option<u64>,
    /// The cluster column, or two joined by `,`.
    pub cluster: Option<String>,
    /// Effects absorbed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub absorbed: Vec<Absorbed>,
    /// Terms left out because they follow exactly from others, and the relation.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub dropped: Vec<Dropped>,
    /// R2 (centred when there is a constant). `None` for a constant outcome.
    pub r_squared: Option<f64>,
    /// Adjusted R2.
    pub adj_r_squared: Option<f64>,
    /// R2 within absorbed groups; `None` when nothing is absorbed.
    pub within_r_squared: Option<f64>,
    /// Residual standard deviation, sqrt(RSS / df_residual); `None` for a model without one.
    pub sigma: Option<f64>,
    /// n - k.
    pub df_residual: f64,
    /// Covariance: iid, HC0-HC3, CR0-CR3, `two-way` (CR1 by two clusters), `wild`.
    pub vcov: String,
    /// Wald F over the slopes.
    pub f_test: Option<FTest>,
    /// How p_adjusted was made: holm, bh, none.
    pub adjust: String,
    /// Size of the family it was corrected for.
    pub family: u64,
    /// One row per term, the constant first.
    pub terms: Vec<Term>,
    /// The bands of |beta| behind the marks.
    pub mark_bands: Vec<f64>,
    /// Window before the wave: days, or "all"; `None` for a plain table.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub window_days: Option<serde_json::Value>,
    /// The model with overall satisfaction alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub overall: Option<Overall>,
    /// From all rows to the rows used.
    pub flow: Flow,
    /// Coverage per topic (study only).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub coverage: Vec<Coverage>,
    /// Complete cases under other windows (study only).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub windows: Vec<WindowCount>,
    /// Likelihood, thresholds and effects on probabilities, of a logit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub choice: Option<Choice>,
    /// Other covariances of the same fit, when asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub vcov_table: Vec<OtherCovariance>,
    /// The wild cluster bootstrap, when asked for or when an alarm asks for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wild: Option<Wild>,
    /// Influence, heteroscedasticity, leaving clusters out, when asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub diagnostics: Option<Diagnostics>,
    /// How stable the order of importance is, when resampled.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stability: Option<Stability>,
    /// Satisfaction against importance (study only).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub quadrant: Vec<Quadrant>,
    /// Mean satisfaction of its topics: the border between low and high.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quadrant_border: Option<f64>,
    /// Models beside this one.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub beside: Vec<Beside>,
    /// What was deliberately not run, by name.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub not_run: Vec<String>,
    /// Read first.
    pub cautions: Vec<Caution>,
}
