//! The wild cluster bootstrap beside a model, or in its lead.

use super::model::Model;
use super::terms::corrected;
use super::{Asked, Options, errors};
use crate::analyses::finite;
use crate::analyses::marks::{Evidence, mark};
use crate::findings::regression::checks::{Wild, WildTerm};
use crate::findings::{Caution, Decline, Term, Why};
use crate::stats::covariance::Kind;
use crate::stats::inference::LEVEL;
use crate::stats::permute::key;
use crate::stats::wild::{self, DRAWS, End, Plan, Weights, WildTest};
use ndarray::Array1;

/// Clusters under which Webb's weights give finer p-values.
const WEBB_HELPS: u64 = 7;

/// Runs when it was asked for, or when errors by cluster raise an alarm and draws are allowed.
///
/// # Errors
/// A decline when it was asked for and cannot be had.
pub fn wild(model: &Model<'_>, alarmed: bool, options: &Options) -> Result<Option<Wild>, Decline> {
    let asked = options.vcov == Some(Asked::Wild);
    if model.design.crossing.is_some() && asked {
        return Err(Decline::new(options.analysis, "two_way_kind").with("vcov", "wild"));
    }
    let wanted = asked || (alarmed && options.wild.is_some());
    if !wanted || model.rows().clusters.is_none() || model.design.crossing.is_some() || model.fit.perfect {
        return Ok(None);
    }
    // Signs of clusters must survive the absorption: levels outside them become columns, as for CR2.
    let (base, kind, _) = errors::base(model, Kind::Cr2, options.analysis)?;
    if kind != Kind::Cr2 {
        return if asked { Err(Decline::new(options.analysis, "wild_levels")) } else { Ok(None) };
    }
    let test = |j: usize| {
        let mut contrast = Array1::zeros(base.fit.k);
        contrast[j] = 1.0;
        let purpose = format!("wild {}", model.design.terms.get(j).map_or("", String::as_str));
        let draws = options.wild.unwrap_or(DRAWS);
        let key = key(options.seed, options.analysis, &purpose);
        let plan = Plan { key, draws, weights: options.wild_weights };
        wild::Wild::new(&base.fit, &base.rows, &contrast, &plan).ok().map(|wild| wild.test(0.0, LEVEL))
    };
    let tests: Vec<Option<WildTest>> = (0..model.fit.k).map(test).collect();
    let Some(any) = tests.iter().flatten().next() else { return Ok(None) };
    let rows = tests.iter().enumerate().map(|(j, test)| row(model, j, test.as_ref()));
    Ok(Some(Wild {
        weights: if options.wild_weights == Weights::Webb { "webb" } else { "rademacher" }.to_string(),
        draws: any.draws,
        exact: any.exact,
        smallest_p: any.smallest_p,
        terms: rows.collect(),
    }))
}

fn row(model: &Model<'_>, j: usize, test: Option<&WildTest>) -> WildTerm {
    let term = model.design.terms.get(j).cloned().unwrap_or_default();
    let Some(test) = test else {
        return WildTerm { term, p_value: None, conf_low: None, conf_high: None, why: Some(Why::Undefined) };
    };
    let end = |end: End| match end {
        End::At(value) => finite(value),
        End::Unbounded => None,
    };
    let (conf_low, conf_high) = (end(test.low), end(test.high));
    let open = conf_low.is_none() || conf_high.is_none();
    WildTerm { term, p_value: finite(test.p_value), conf_low, conf_high, why: open.then_some(Why::Unbounded) }
}

/// Puts tests and intervals of the bootstrap in the place of those by t; the errors stay CR1's.
pub fn lead(terms: &mut [Term], wild: &Wild, model: &Model<'_>, options: &Options) {
    for (term, drawn) in terms.iter_mut().zip(&wild.terms) {
        let scale = term.beta.zip(term.coefficient.estimate).map(|(beta, b)| beta / b).filter(|s| s.is_finite());
        let coefficient = &mut term.coefficient;
        (coefficient.p_value, coefficient.df) = (drawn.p_value, None);
        (coefficient.conf_low, coefficient.conf_high) = (drawn.conf_low, drawn.conf_high);
        coefficient.why = drawn.why.or(coefficient.why);
        let scaled = |value: Option<f64>| value.zip(scale).map(|(v, s)| v * s);
        if term.beta.is_some() {
            (term.beta_low, term.beta_high) = (scaled(drawn.conf_low), scaled(drawn.conf_high));
        }
    }
    let slopes = model.slopes();
    let p: Vec<f64> =
        slopes.iter().map(|&j| terms.get(j).and_then(|t| t.coefficient.p_value).unwrap_or(f64::NAN)).collect();
    let clusters = model.rows().cluster_count() as f64;
    for (&j, p_adjusted) in slopes.iter().zip(corrected(&p, options.adjust)) {
        let Some(term) = terms.get_mut(j) else { continue };
        let number = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let marked = mark(
            &Evidence {
                beta: number(term.beta),
                low: number(term.beta_low),
                high: number(term.beta_high),
                p_adjusted,
                df: clusters - 1.0,
            },
            &options.bands,
        );
        term.p_adjusted = finite(p_adjusted);
        (term.mark, term.mark_low, term.mark_high) = (Some(marked.mark), Some(marked.low), Some(marked.high));
    }
}

/// With very few clusters signs give few p-values; Webb's weights are offered, never taken by themselves.
pub fn offer(wild: &Wild, model: &Model<'_>) -> Option<Caution> {
    let clusters = model.rows().cluster_count() as u64;
    (clusters < WEBB_HELPS && wild.weights == "rademacher")
        .then(|| Caution::new("webb_offered").with("clusters", clusters).with("smallest_p", wild.smallest_p))
}
