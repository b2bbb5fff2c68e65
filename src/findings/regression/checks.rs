//! What stands beside a linear model so that it can be trusted: other covariances, the wild bootstrap, influence and
//! heteroscedasticity. Names nobody: a row or a cluster is counted, never pointed at.

use super::super::atoms::{Args, Estimate};
use serde::{Deserialize, Serialize};

/// Effects taken out of outcome and terms before the fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absorbed {
    /// The column, or columns joined by `:`.
    pub name: String,
    /// Its levels among the rows used.
    pub levels: u64,
    /// Levels that cost a degree of freedom: none when nested in the clusters, fewer when determined by others.
    pub counted: u64,
    /// Every level lies inside one cluster.
    pub nested: bool,
}

/// The same coefficients with another covariance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OtherCovariance {
    /// iid, HC0-HC3, CR0-CR3, `two-way`, `wild`.
    pub vcov: String,
    /// In the order of the model's terms.
    pub std_errors: Vec<Option<f64>>,
    /// Degrees of freedom, in the same order.
    pub df: Vec<Option<f64>>,
    /// In the same order, not corrected for several terms.
    pub p_values: Vec<Option<f64>>,
    /// The call that gives the same errors, by program: r, stata, python.
    pub calls: Args,
}

/// The wild cluster bootstrap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wild {
    /// `rademacher` or `webb`.
    pub weights: String,
    /// Draws, or sign vectors enumerated.
    pub draws: u64,
    /// Every sign vector was used.
    pub exact: bool,
    /// No p-value can be smaller.
    pub smallest_p: f64,
    /// One row per term.
    pub terms: Vec<WildTerm>,
}

/// A term's test and interval by the wild bootstrap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WildTerm {
    /// The term.
    pub term: String,
    /// Symmetric two-sided p-value.
    pub p_value: Option<f64>,
    /// Lower limit by inversion of the test; `None` when unbounded.
    pub conf_low: Option<f64>,
    /// Upper limit.
    pub conf_high: Option<f64>,
    /// Why a limit is `None`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<super::super::atoms::Why>,
}

/// A test with degrees of freedom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// The statistic.
    pub statistic: Option<f64>,
    /// Degrees of freedom.
    pub df: f64,
    /// p-value.
    pub p_value: Option<f64>,
}

/// What a careful reader asks about a fit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// Condition number of the scaled columns.
    pub condition_number: Option<f64>,
    /// Studentised Breusch-Pagan test (Koenker 1981).
    pub heteroscedasticity: Option<Test>,
    /// Largest leverage of a row.
    pub max_leverage: Option<f64>,
    /// Rows with more than twice the average leverage, 2k/n.
    pub rows_above_2k_n: Option<u64>,
    /// Rows with more than 3k/n.
    pub rows_above_3k_n: Option<u64>,
    /// Largest Cook's distance.
    pub max_cooks_distance: Option<f64>,
    /// Influence of single rows, by term.
    pub influence: Vec<Influence>,
    /// Every cluster left out in turn; `None` without clusters.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub leave_one_out: Option<LeaveOneOut>,
}

/// How much single rows move a term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Influence {
    /// The term.
    pub term: String,
    /// Largest |DFBETAS|.
    pub max_dfbetas: Option<f64>,
    /// Rows above 2/sqrt(n).
    pub rows_above: u64,
}

/// The estimates without one cluster each. Clusters have numbers in the order of their shift, never names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LeaveOneOut {
    /// The cluster column.
    pub cluster: String,
    /// Clusters left out in turn: those with at least the crowd of rows.
    pub clusters: u64,
    /// Clusters smaller than the crowd: not shown, because what they change would tell about their people.
    pub hidden: u64,
    /// By term.
    pub terms: Vec<LeftOut>,
}

/// A term without each cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The term.
    pub term: String,
    /// With all clusters.
    pub estimate: Option<f64>,
    /// Smallest without one.
    pub low: Option<f64>,
    /// Largest without one.
    pub high: Option<f64>,
    /// How many of the estimates have the other sign.
    pub sign_changes: u64,
    /// The estimates, from low to high.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub estimates: Vec<f64>,
    /// Rows of the cluster behind each of `estimates`: for the crowd rule alone, never written.
    #[serde(skip)]
    pub rows: Vec<u64>,
}

/// One model beside the main one: of other rows, other columns or another treatment of what is missing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// `within_between`, `panel`, `lagged`, `imputed`, `weighted`, `complete`.
    pub kind: String,
    /// What it was made with: imputations, share weighted, waves, ...
    #[serde(skip_serializing_if = "Args::is_empty", default)]
    pub made_with: Args,
    /// Rows used.
    pub n: u64,
    /// Clusters among them.
    pub n_clusters: Option<u64>,
    /// R2, where it has a meaning.
    pub r_squared: Option<f64>,
    /// Within R2, when effects are absorbed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub within_r_squared: Option<f64>,
    /// Covariance.
    pub vcov: String,
    /// One row per term.
    pub terms: Vec<super::Term>,
    /// From all rows to the rows used.
    pub flow: super::super::atoms::Flow,
    /// Read first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub cautions: Vec<super::super::atoms::Caution>,
}

/// Where a topic stands: how satisfied people are with it, and how much it goes with the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quadrant {
    /// The topic.
    pub term: String,
    /// Mean satisfaction, with its interval (by team where there are teams).
    pub mean: Estimate,
    /// beta.
    pub beta: Option<f64>,
    /// Its interval.
    pub beta_low: Option<f64>,
    /// Its interval.
    pub beta_high: Option<f64>,
    /// `strengthen` (matters, low), `keep` (matters, high), `watch` (low), `fine` (high), or `open` when the
    /// interval of the mean holds the mean of all topics, the mark is withheld, or the relation is negative.
    pub place: String,
}

/// How stable the order of importance is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// Bootstrap draws.
    pub draws: u64,
    /// What was drawn: `clusters` or `rows`.
    pub unit: String,
    /// How the interval was made.
    pub method: String,
    /// The terms, by falling share.
    pub order: Vec<String>,
    /// Row a, column b: the share of draws in which term a has more than term b, in the order of `order`.
    pub outranks: Vec<Vec<f64>>,
}
