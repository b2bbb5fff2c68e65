//! Question: how does an outcome move with each term, the others held fixed? Population: the complete rows of a design.
//! Method: OLS, a covariance chosen after the fit, Holm, LMG and Johnson shares, strength marks. Assumes: linear means;
//! rows (or clusters) independent. Declines when: n <= k, the outcome is constant, terms are collinear. References:
//! `stats::ols`, `stats::covariance`, `stats::importance`.

use super::marks::{Evidence, mark};
use super::{estimate, finite, gate};
use crate::design::{Design, INTERCEPT};
use crate::findings::regression::FTest;
use crate::findings::{Caution, Decline, Estimate, Regression, Term, Why};
use crate::stats::covariance::{Covariance, Kind, covariance};
use crate::stats::importance::{LMG_TERMS, importance};
use crate::stats::inference::{coefficient, wald};
use crate::stats::moments::{covariance_matrix, covariance_of_factor, quantile};
use crate::stats::multiplicity;
use crate::stats::ols::{DEFAULT_TOLERANCE, Fit, fit};
use crate::study::Adjust;
use rayon::prelude::*;

/// The bands of |beta| of the declared rule.
pub const BANDS: [f64; 5] = [0.05, 0.10, 0.15, 0.20, 0.25];

/// Satterthwaite degrees of freedom under which a caution is due.
const LOW_DF: f64 = 8.0;

/// Variance inflation above which terms are nearly collinear.
const HIGH_VIF: f64 = 10.0;

/// Rows per term under which a caution is due.
const ROWS_PER_TERM: usize = 10;

/// How a design is to be fitted and told.
#[derive(Debug, Clone)]
pub struct Options {
    /// Covariance; `None` = CR2 with clusters, HC2 without.
    pub vcov: Option<Kind>,
    /// Correction for several tests.
    pub adjust: Adjust,
    /// Bands of the marks.
    pub bands: [f64; 5],
    /// Relative tolerance of the rank check.
    pub tolerance: f64,
    /// Named in declines: `regression` or `drivers`.
    pub analysis: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        Self { vcov: None, adjust: Adjust::Holm, bands: BANDS, tolerance: DEFAULT_TOLERANCE, analysis: "regression" }
    }
}

/// Reads a covariance's name.
///
/// # Errors
/// A decline that names the unknown kind.
pub fn kind(name: Option<&str>, analysis: &str) -> Result<Option<Kind>, Decline> {
    let unknown = |name: &str| Decline::new(analysis, "vcov_unknown").with("vcov", name);
    name.map(|n| Kind::parse(n).ok_or_else(|| unknown(n))).transpose()
}

/// Fits a design and says all that the first table of a regression needs.
///
/// # Errors
/// A decline when there is no fit, or a clustered covariance has no clusters.
pub fn regression(design: &Design, options: &Options) -> Result<Regression, Decline> {
    let fitted = fit(&design.matrix, design.intercept, options.tolerance)
        .map_err(|fault| gate::ols_decline(options.analysis, &fault, design))?;
    let clusters = design.matrix.clusters.as_ref().map(|_| design.matrix.cluster_count());
    let default = if clusters.is_some() { Kind::Cr2 } else { Kind::Hc2 };
    let vcov = options.vcov.unwrap_or(default);
    if vcov.is_clustered() && clusters.is_none() {
        return Err(Decline::new(options.analysis, "no_clusters").with("vcov", vcov.name()));
    }
    if vcov.is_clustered() && clusters == Some(1) {
        return Err(Decline::new(options.analysis, "one_cluster"));
    }
    let covariance = covariance(vcov, &fitted, &design.matrix)
        .map_err(|_| Decline::new(options.analysis, "no_clusters").with("vcov", vcov.name()))?;
    let terms = terms(design, &fitted, &covariance, options);
    let slopes: Vec<usize> = (0..fitted.k).filter(|j| Some(*j) != design.intercept).collect();
    let f_test = wald(&fitted, &covariance, &slopes).map(|w| FTest {
        statistic: finite(w.statistic),
        df1: w.df1,
        df2: w.df2,
        p_value: finite(w.p_value),
    });
    let shown_clusters = if vcov.is_clustered() { clusters } else { None };
    Ok(Regression {
        outcome: design.outcome.clone(),
        n: fitted.n as u64,
        n_clusters: shown_clusters.map(|c| c as u64),
        cluster: design.cluster.clone().filter(|_| vcov.is_clustered()),
        r_squared: finite(fitted.r_squared),
        adj_r_squared: finite(fitted.adj_r_squared),
        sigma: finite(fitted.sigma),
        df_residual: fitted.df_residual,
        vcov: vcov.name().to_string(),
        f_test,
        adjust: match options.adjust {
            Adjust::Holm => "holm",
            Adjust::Bh => "bh",
            Adjust::None => "none",
        }
        .to_string(),
        family: slopes.len() as u64,
        mark_bands: options.bands.to_vec(),
        cautions: cautions(design, &fitted, vcov, &terms),
        not_run: not_run(&slopes),
        terms,
        flow: design.flow.clone(),
        ..Regression::default()
    })
}

/// What a later look at the same data could add, so that its absence is never read as "nothing there".
fn not_run(slopes: &[usize]) -> Vec<String> {
    let mut not_run = vec!["importance_intervals".to_string(), "rank_stability".to_string()];
    if slopes.len() > LMG_TERMS {
        not_run.push("share_lmg".to_string());
    }
    not_run
}

fn terms(design: &Design, fitted: &Fit, covariance: &Covariance, options: &Options) -> Vec<Term> {
    let inferences: Vec<_> = (0..fitted.k).map(|j| coefficient(fitted, covariance, j)).collect();
    let slopes: Vec<usize> = (0..fitted.k).filter(|j| Some(*j) != design.intercept).collect();
    let p: Vec<f64> = slopes.iter().map(|&j| inferences[j].p_value).collect();
    let adjusted = match options.adjust {
        Adjust::Holm => multiplicity::holm(&p),
        Adjust::Bh => multiplicity::bh(&p),
        Adjust::None => p,
    };
    let spread = Spread::of(design, fitted, &slopes);
    let row = |j: usize| {
        let mut coefficient = estimate(&inferences[j]);
        if fitted.perfect {
            coefficient.std_error = Some(0.0);
            coefficient.statistic = None;
            coefficient.why = Some(Why::Infinite);
        }
        let name = design.terms.get(j).cloned().unwrap_or_default();
        let Some(at) = slopes.iter().position(|s| *s == j) else {
            return Term { term: INTERCEPT.to_string(), coefficient, ..Term::default() };
        };
        slope(name, coefficient, at, adjusted[at], &spread, options)
    };
    (0..fitted.k).map(row).collect()
}

fn slope(name: String, coefficient: Estimate, at: usize, p_adjusted: f64, spread: &Spread, options: &Options) -> Term {
    let scale = spread.scale(at);
    let scaled = |value: Option<f64>| value.map(|v| v * scale).and_then(finite);
    let (beta, low, high) = (scaled(coefficient.estimate), scaled(coefficient.conf_low), scaled(coefficient.conf_high));
    let evidence = Evidence {
        beta: beta.unwrap_or(f64::NAN),
        low: low.unwrap_or(f64::NAN),
        high: high.unwrap_or(f64::NAN),
        p_adjusted,
        df: coefficient.df.unwrap_or(f64::INFINITY),
    };
    let marked = mark(&evidence, &options.bands);
    let part = |list: &Option<Vec<f64>>| list.as_ref().and_then(|l| l.get(at).copied()).and_then(finite);
    Term {
        term: name,
        p_adjusted: finite(p_adjusted),
        beta,
        beta_low: low,
        beta_high: high,
        vif: part(&spread.vif),
        share_lmg: part(&spread.lmg),
        share_johnson: part(&spread.johnson),
        effect_p25_p75: coefficient
            .estimate
            .map(|b| b * spread.quartiles.get(at).copied().unwrap_or(f64::NAN))
            .and_then(finite),
        mark: Some(marked.mark),
        mark_low: Some(marked.low),
        mark_high: Some(marked.high),
        coefficient,
        ..Term::default()
    }
}

/// Spread of the columns on the rows used, and what follows from their covariances.
struct Spread {
    sd: Vec<f64>,
    sd_outcome: f64,
    quartiles: Vec<f64>,
    vif: Option<Vec<f64>>,
    lmg: Option<Vec<f64>>,
    johnson: Option<Vec<f64>>,
}

impl Spread {
    fn of(design: &Design, fitted: &Fit, slopes: &[usize]) -> Self {
        let at_hand = (design.intercept == Some(0)).then(|| covariance_of_factor(&fitted.factor, fitted.n)).flatten();
        let matrix = at_hand.unwrap_or_else(|| {
            let columns = design.matrix.x.select(ndarray::Axis(1), slopes);
            covariance_matrix(&crate::stats::matrix::Matrix::new(columns, design.matrix.y.clone()))
        });
        let sd = |j: usize| matrix[[j, j]].max(0.0).sqrt();
        let shares = design.intercept.and_then(|_| importance(&matrix));
        Self {
            sd: (0..slopes.len()).map(sd).collect(),
            sd_outcome: sd(slopes.len()),
            quartiles: quartiles(&design.matrix.x, slopes),
            vif: shares.as_ref().map(|s| s.vif.clone()),
            lmg: shares.as_ref().and_then(|s| s.lmg.clone()),
            johnson: shares.map(|s| s.johnson),
        }
    }

    fn scale(&self, at: usize) -> f64 {
        self.sd.get(at).copied().unwrap_or(f64::NAN) / self.sd_outcome
    }
}

/// Columns taken out of the rows at once: as many numbers as stand in one line of a processor's cache.
const TOGETHER: usize = 8;

/// P75 - P25 of each column.
fn quartiles(x: &ndarray::Array2<f64>, columns: &[usize]) -> Vec<f64> {
    let spread =
        |values: Vec<f64>| quantile(&values, 0.75).unwrap_or(f64::NAN) - quantile(&values, 0.25).unwrap_or(f64::NAN);
    let some = |columns: &[usize]| {
        let mut values: Vec<Vec<f64>> = columns.iter().map(|_| Vec::with_capacity(x.nrows())).collect();
        for row in x.rows() {
            values.iter_mut().zip(columns).for_each(|(values, j)| values.push(row[*j]));
        }
        values.into_par_iter().map(spread).collect::<Vec<f64>>()
    };
    columns.chunks(TOGETHER).flat_map(some).collect()
}

fn cautions(design: &Design, fitted: &Fit, vcov: Kind, terms: &[Term]) -> Vec<Caution> {
    let mut cautions = Vec::new();
    if fitted.perfect {
        cautions.push(Caution::new("perfect_fit"));
    }
    if vcov.is_clustered()
        && let Some(codes) = &design.matrix.clusters
    {
        cautions.extend(gate::cluster_cautions(codes, design.matrix.cluster_count()));
        let lowest = terms.iter().filter_map(|t| t.coefficient.df).fold(f64::INFINITY, f64::min);
        if vcov == Kind::Cr2 && lowest < LOW_DF {
            cautions.push(Caution::new("low_df").with("df", lowest));
        }
    }
    let vif = terms.iter().filter_map(|t| t.vif).fold(0.0, f64::max);
    if vif > HIGH_VIF {
        cautions.push(Caution::new("near_collinear").with("vif", vif));
    }
    if fitted.n < ROWS_PER_TERM * fitted.k.saturating_sub(1) {
        cautions.push(Caution::new("few_rows_per_term").with("n", fitted.n).with("terms", fitted.k.saturating_sub(1)));
    }
    cautions
}
