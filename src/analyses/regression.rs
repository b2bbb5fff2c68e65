//! Question: how does an outcome move with each term, the others held fixed? Population: the complete rows of a design.
//! Method: OLS, a covariance chosen after the fit, Holm, LMG and Johnson shares, strength marks; when asked for, every
//! covariance side by side, the wild bootstrap, resampled shares, influence. Assumes: linear means; rows (or clusters)
//! independent. Declines when: n <= k, the outcome is constant, terms are collinear. References: `stats::ols`,
//! `stats::covariance`, `stats::absorb`, `stats::importance`, `stats::wild`.

pub mod choice;
mod diagnose;
mod errors;
pub mod gaps;
mod model;
mod shares;
mod table;
mod terms;
mod wild;

use super::{finite, gate};
use crate::design::{Design, INTERCEPT};
use crate::findings::regression::FTest;
use crate::findings::regression::checks::Beside;
use crate::findings::{Caution, Decline, Regression, Term};
use crate::stats::covariance::Kind;
use crate::stats::importance::LMG_TERMS;
use crate::stats::ols::DEFAULT_TOLERANCE;
use crate::stats::wild::Weights;
use crate::study::Adjust;
use model::Model;

/// The bands of |beta| of the declared rule.
pub const BANDS: [f64; 5] = [0.05, 0.10, 0.15, 0.20, 0.25];

/// Variance inflation above which terms are nearly collinear.
const HIGH_VIF: f64 = 10.0;

/// What the rank check lets pass has no larger condition number than this.
const MOST_CONDITION: f64 = 1e16;

/// Rows per term under which a caution is due.
const ROWS_PER_TERM: usize = 10;

/// What errors are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A covariance.
    Kind(Kind),
    /// Tests and intervals by the wild cluster bootstrap.
    Wild,
}

/// How a design is to be fitted and told.
#[derive(Debug, Clone)]
pub struct Options {
    /// Covariance; `None` = CR2 with clusters (CR1 by two that cross), HC2 without.
    pub vcov: Option<Asked>,
    /// Correction for several tests.
    pub adjust: Adjust,
    /// Bands of the marks.
    pub bands: [f64; 5],
    /// Relative tolerance of the rank check.
    pub tolerance: f64,
    /// Leave out terms that follow from others instead of declining.
    pub drop_collinear: bool,
    /// Every covariance side by side.
    pub vcov_table: bool,
    /// Draws of the wild bootstrap; it runs when it is asked for or when an alarm calls for it. `None` = never.
    pub wild: Option<u64>,
    /// Its weights.
    pub wild_weights: Weights,
    /// Draws of the shares of R²; `None` = not resampled.
    pub resample: Option<u64>,
    /// Influence, heteroscedasticity, clusters left out.
    pub diagnostics: bool,
    /// Fewest rows behind any number; 1 = no floor.
    pub crowd: u64,
    /// Where every draw starts.
    pub seed: u64,
    /// Named in declines: `regression` or `drivers`.
    pub analysis: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            vcov: None,
            adjust: Adjust::Holm,
            bands: BANDS,
            tolerance: DEFAULT_TOLERANCE,
            drop_collinear: false,
            vcov_table: false,
            wild: None,
            wild_weights: Weights::Rademacher,
            resample: None,
            diagnostics: false,
            crowd: 1,
            seed: 1,
            analysis: "regression",
        }
    }
}

/// Reads a covariance's name.
///
/// # Errors
/// A decline that names the unknown kind.
pub fn kind(name: Option<&str>, analysis: &str) -> Result<Option<Asked>, Decline> {
    let Some(name) = name else { return Ok(None) };
    if name.trim().eq_ignore_ascii_case("wild") {
        return Ok(Some(Asked::Wild));
    }
    let unknown = || Decline::new(analysis, "vcov_unknown").with("vcov", name);
    Kind::parse(name).map(|kind| Some(Asked::Kind(kind))).ok_or_else(unknown)
}

/// Fits a design and says all that was asked for.
///
/// # Errors
/// A decline when there is no fit, or a clustered covariance has no clusters.
pub fn regression(design: &Design, options: &Options) -> Result<Regression, Decline> {
    gate::enough_left(design.matrix.rows(), design.matrix.columns(), options)?;
    let model = Model::new(design, options)?;
    gate::carriers(&model.design, options)?;
    let kind = errors::kind_of(&model, options);
    let errors = errors::errors(&model, kind, options.analysis).map_err(|decline| named_wild(decline, options))?;
    let inferences = errors.inferences(model.fit.k);
    let mut terms = terms::terms(&model, &inferences, options);
    let lowest_df = lowest_df(&terms);
    let mut cautions = cautions(&model, &terms);
    let alarms = errors::alarms(&model, kind, lowest_df);
    let wild = wild::wild(&model, !alarms.is_empty(), options)?;
    if let (Some(Asked::Wild), Some(wild)) = (options.vcov, &wild) {
        wild::lead(&mut terms, wild, &model, options);
    }
    let stability = options.resample.and_then(|draws| shares::shares(&model, &mut terms, draws, options));
    let slopes = model.slopes();
    let f_test = errors.wald(&slopes).map(|w| FTest {
        statistic: finite(w.statistic),
        df1: w.df1,
        df2: w.df2,
        p_value: finite(w.p_value),
    });
    let mut not_run = not_run(&slopes, options, stability.is_some());
    let asked_wild = options.vcov == Some(Asked::Wild);
    if wild.is_none() && (asked_wild || !alarms.is_empty()) {
        not_run.push("wild".to_string());
    }
    cautions.extend(errors.cautions.iter().cloned());
    cautions.extend(alarms);
    cautions.extend(wild.as_ref().and_then(|wild| wild::offer(wild, &model)));
    let diagnostics = options.diagnostics.then(|| diagnose::diagnose(&model));
    not_run.extend(diagnostics.iter().flat_map(|told| diagnose::not_told(told, &model)));
    let (r_squared, adjusted, within) = model.r_squared();
    let by_cluster = kind.is_clustered();
    Ok(Regression {
        outcome: model.design.outcome.clone(),
        n: model.fit.n as u64,
        n_clusters: errors.covariance.clusters.map(|c| c as u64),
        cluster: model.design.cluster_names().filter(|_| by_cluster),
        absorbed: model.books(),
        dropped: model.dropped.clone(),
        r_squared: finite(r_squared),
        adj_r_squared: finite(adjusted),
        within_r_squared: within.and_then(finite),
        sigma: finite(model.fit.sigma),
        df_residual: model.fit.df_residual,
        vcov: if asked_wild && wild.is_some() { "wild".to_string() } else { errors.name.clone() },
        f_test,
        adjust: options.adjust.name().to_string(),
        family: slopes.len() as u64,
        mark_bands: options.bands.to_vec(),
        vcov_table: if options.vcov_table { table::table(&model, options.analysis) } else { Vec::new() },
        wild,
        diagnostics,
        stability,
        cautions,
        not_run,
        terms,
        flow: model.design.flow.clone(),
        ..Regression::default()
    })
}

/// The fewest degrees of freedom of a slope.
fn lowest_df(terms: &[Term]) -> f64 {
    let slopes = terms.iter().filter(|t| t.term != INTERCEPT);
    slopes.filter_map(|t| t.coefficient.df).fold(f64::INFINITY, f64::min)
}

/// The same model told as one that stands beside another.
///
/// # Errors
/// As [`regression`].
pub fn beside(design: &Design, kind: &str, options: &Options) -> Result<Beside, Decline> {
    let plain = Options { vcov_table: false, wild: None, resample: None, diagnostics: false, ..options.clone() };
    let model = regression(design, &plain)?;
    Ok(Beside {
        kind: kind.to_string(),
        made_with: Default::default(),
        n: model.n,
        n_clusters: model.n_clusters,
        r_squared: model.r_squared,
        within_r_squared: model.within_r_squared,
        vcov: model.vcov,
        terms: model.terms,
        flow: model.flow,
        cautions: model.cautions,
    })
}

/// Without clusters it is the bootstrap that was asked for that is missing them, not the CR1 behind it.
fn named_wild(decline: Decline, options: &Options) -> Decline {
    if options.vcov == Some(Asked::Wild) && decline.code == "no_clusters" {
        decline.with("vcov", "wild")
    } else {
        decline
    }
}

/// What a later look at the same data could add, so that its absence is never read as "nothing there".
fn not_run(slopes: &[usize], options: &Options, resampled: bool) -> Vec<String> {
    let mut not_run = Vec::new();
    if !resampled {
        not_run.extend(["importance_intervals", "rank_stability"]);
    }
    if slopes.len() > LMG_TERMS {
        not_run.push("share_lmg");
    }
    if !options.diagnostics {
        not_run.push("diagnostics");
    }
    not_run.into_iter().map(String::from).collect()
}

fn cautions(model: &Model<'_>, terms: &[Term]) -> Vec<Caution> {
    let mut cautions = Vec::new();
    let fit = &model.fit;
    if fit.perfect {
        cautions.push(Caution::new("perfect_fit"));
    }
    let vif = terms.iter().filter_map(|t| t.vif).fold(0.0, f64::max);
    if vif > HIGH_VIF {
        let condition = diagnose::condition(model).min(MOST_CONDITION);
        cautions.push(Caution::new("near_collinear").with("vif", vif).with("condition", condition));
    }
    let terms = fit.k - usize::from(model.design.intercept.is_some());
    if fit.n < ROWS_PER_TERM * terms {
        cautions.push(Caution::new("few_rows_per_term").with("n", fit.n).with("terms", terms));
    }
    cautions
}

/// Whether a term carries plus or minus signs.
pub fn signed(term: &Term) -> bool {
    term.mark.as_deref().is_some_and(|mark| mark.starts_with(['+', '-']))
}
