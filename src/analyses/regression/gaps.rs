//! What imputation or weighting make of the rows that are not complete, told beside the model of the complete ones.

use super::model::Model;
use super::terms::{corrected, terms};
use super::{Options, errors, lowest_df};
use crate::analyses::finite;
use crate::design::{Design, INTERCEPT, Incomplete};
use crate::findings::regression::checks::Beside;
use crate::findings::{Caution, Decline, Estimate, Regression, Term, Why};
use crate::stats::covariance::Kind;
use crate::stats::impute::{ImputeFault, Plan, impute, pool};
use crate::stats::inference::{Inference, LEVEL};
use crate::stats::logit::LogitFault;
use crate::stats::matrix::Matrix;
use crate::stats::ols::DEFAULT_TOLERANCE;
use crate::stats::permute::key;
use crate::stats::response::{self, TRIM};
use crate::study::Missing;
use ndarray::{Array2, Axis, concatenate};

/// Imputed values as a share of all from which a caution is due.
const MUCH: f64 = 0.5;

/// Effective rows as a share of the rows weighted under which a caution is due.
const UNEVEN: f64 = 0.5;

/// Standard errors by which an estimate may move before it is told.
const HALF: f64 = 0.5;

/// The model beside: imputed or weighted.
///
/// # Errors
/// A decline that says why not.
pub fn gaps(holes: &Incomplete, design: &Design, how: Missing, options: &Options) -> Result<Beside, Decline> {
    if !design.absorbed.is_empty() || design.weights.is_some() || design.crossing.is_some() {
        return Err(Decline::new(options.analysis, "missing_not_here"));
    }
    if !holes.x.iter().any(|value| value.is_nan()) {
        return Err(Decline::new(options.analysis, "nothing_missing"));
    }
    if let Some(term) = holes.derived() {
        return Err(Decline::new(options.analysis, "missing_in_product").with("term", term));
    }
    match how {
        Missing::Complete => Err(Decline::new(options.analysis, "nothing_missing")),
        Missing::Weighted => weighted(holes, design, options),
        Missing::Imputed => imputed(holes, design, options),
    }
}

/// A design with these rows, the constant first.
fn of_rows(holes: &Incomplete, design: &Design, rows: &Matrix) -> Design {
    let constant = Array2::ones((rows.rows(), usize::from(design.intercept.is_some())));
    let x = concatenate(Axis(1), &[constant.view(), rows.x.view()]).unwrap_or_else(|_| rows.x.clone());
    let mut matrix = Matrix::new(x, rows.y.clone());
    matrix.clusters.clone_from(&rows.clusters);
    let constant = design.intercept.map(|_| INTERCEPT.to_string());
    let terms = constant.into_iter().chain(holes.terms.iter().cloned()).collect();
    let mut flow = crate::findings::Flow::of(&design.flow.unit, rows.rows() as u64);
    flow.used = rows.rows() as u64;
    Design { matrix, terms, flow, ..design.emptied() }
}

fn imputed(holes: &Incomplete, design: &Design, options: &Options) -> Result<Beside, Decline> {
    let mut data = Matrix::new(holes.x.clone(), holes.y.clone());
    data.clusters.clone_from(&holes.clusters);
    let plan = Plan::new(key(options.seed, options.analysis, "imputation"));
    let made = impute(&data, &plan).map_err(|fault| impute_decline(&fault, holes, options))?;
    let mut fits: Vec<Vec<Inference>> = Vec::new();
    let mut scales: Vec<Vec<Option<f64>>> = Vec::new();
    let mut last = None;
    for rows in &made.completed {
        let one = of_rows(holes, design, rows);
        let model = Model::new(&one, options)?;
        let kind = errors::kind_of(&model, options);
        let errors = errors::errors(&model, kind, options.analysis)?;
        let inferences = errors.inferences(model.fit.k);
        let rows = terms(&model, &inferences, options);
        scales.push(rows.iter().map(scale).collect());
        let lowest = lowest_df(&rows);
        let alarms = errors::alarms(&model, kind, lowest);
        last = Some((rows, errors.name.clone(), errors.covariance.clusters, alarms, model.fit.n));
        fits.push(inferences);
    }
    let (mut rows, vcov, clusters, mut cautions, n) =
        last.ok_or_else(|| Decline::new(options.analysis, "nothing_missing"))?;
    let mut most_missing: f64 = 0.0;
    for (j, term) in rows.iter_mut().enumerate() {
        let of = |value: fn(&Inference) -> f64| fits.iter().filter_map(|f| f.get(j)).map(value).collect::<Vec<f64>>();
        let df = of(|i| i.df).iter().sum::<f64>() / fits.len() as f64;
        let variances: Vec<f64> = of(|i| i.std_error).iter().map(|e| e * e).collect();
        let of_scale: Vec<f64> = scales.iter().filter_map(|s| s.get(j).copied().flatten()).collect();
        let mean_scale = (!of_scale.is_empty()).then(|| of_scale.iter().sum::<f64>() / of_scale.len() as f64);
        let pooled = pool(&of(|i| i.estimate), &variances, df, LEVEL);
        most_missing = most_missing.max(pooled.as_ref().map_or(0.0, |p| p.missing_information));
        put_pooled(term, pooled.map(|p| p.inference).as_ref(), mean_scale);
    }
    let p: Vec<f64> =
        rows.iter().filter(|t| t.beta.is_some()).map(|t| t.coefficient.p_value.unwrap_or(f64::NAN)).collect();
    let adjusted = corrected(&p, options.adjust);
    let slopes = rows.iter_mut().filter(|t| t.beta.is_some());
    for (term, p) in slopes.zip(adjusted) {
        term.p_adjusted = finite(p);
        // A mark stands on complete rows alone; imputed ones only say whether it would hold.
        (term.mark, term.mark_low, term.mark_high) = (None, None, None);
    }
    let cells = (holes.x.nrows() * holes.x.ncols()).max(1) as f64;
    let share = made.missing.iter().sum::<usize>() as f64 / cells;
    if share > MUCH {
        cautions.push(Caution::new("imputed_much").with("share", share));
    }
    Ok(Beside {
        kind: "imputed".to_string(),
        made_with: [
            ("imputations".to_string(), made.completed.len().into()),
            ("share_imputed".to_string(), share.into()),
            ("missing_information".to_string(), most_missing.into()),
        ]
        .into(),
        n: n as u64,
        n_clusters: clusters.map(|c| c as u64),
        vcov,
        terms: rows,
        flow: holes.flow.clone(),
        cautions,
        ..Beside::default()
    })
}

/// sd(x) / sd(y) behind a term's beta.
fn scale(term: &Term) -> Option<f64> {
    term.beta.zip(term.coefficient.estimate).map(|(beta, b)| beta / b).filter(|s| s.is_finite())
}

/// Puts pooled numbers in the place of those of one completed set; what belongs to one set alone goes.
fn put_pooled(term: &mut Term, pooled: Option<&Inference>, scale: Option<f64>) {
    let scaled = |value: f64| scale.map(|s| s * value).and_then(finite);
    let slope = term.beta.is_some();
    term.coefficient = match pooled {
        Some(pooled) => crate::analyses::estimate(pooled),
        None => Estimate { why: Some(Why::Undefined), ..Estimate::default() },
    };
    if let Some(pooled) = pooled.filter(|_| slope) {
        (term.beta, term.beta_low, term.beta_high) =
            (scaled(pooled.estimate), scaled(pooled.conf_low), scaled(pooled.conf_high));
    }
    (term.vif, term.share_lmg, term.share_johnson) = (None, None, None);
    (term.effect_p25_p75, term.effect_step, term.robustness) = (None, None, None);
}

fn impute_decline(fault: &ImputeFault, holes: &Incomplete, options: &Options) -> Decline {
    let name = |column: usize| holes.terms.get(column).cloned().unwrap_or_default();
    match fault {
        ImputeFault::TooFewSeen { column, seen, needed } => Decline::new(options.analysis, "too_few_seen")
            .with("term", name(*column))
            .with("seen", *seen)
            .with("needed", *needed),
        ImputeFault::Constant { column } => Decline::new(options.analysis, "constant_seen").with("term", name(*column)),
        ImputeFault::Infinite { column } => {
            Decline::new(options.analysis, "not_finite").with("column", column.map(name).unwrap_or_default())
        }
        ImputeFault::Misfit => Decline::new(options.analysis, "no_clusters").with("vcov", "mi"),
    }
}

fn weighted(holes: &Incomplete, design: &Design, options: &Options) -> Result<Beside, Decline> {
    let seen: Vec<usize> =
        (0..holes.x.ncols()).filter(|&j| holes.x.column(j).iter().all(|value| !value.is_nan())).collect();
    let complete = |row: ndarray::ArrayView1<'_, f64>| f64::from(u8::from(row.iter().all(|value| !value.is_nan())));
    let answered = holes.x.rows().into_iter().map(complete).collect();
    let n = holes.y.len();
    let x = Array2::from_shape_fn((n, seen.len() + 2), |(i, j)| match j {
        0 => 1.0,
        1 => holes.y[i],
        _ => holes.x[[i, seen[j - 2]]],
    });
    let made = response::weights(&Matrix::new(x, answered), Some(0), DEFAULT_TOLERANCE, TRIM)
        .map_err(|fault| response_decline(&fault, options))?;
    let pick = |codes: &Vec<u32>| made.rows.iter().map(|&row| codes[row]).collect();
    let rows = Matrix {
        x: holes.x.select(Axis(0), &made.rows),
        y: holes.y.select(Axis(0), &made.rows),
        clusters: holes.clusters.as_ref().map(pick),
    };
    let mut one = of_rows(holes, design, &rows);
    one.weights = Some(made.weights.clone().into());
    // Weights of response are no inverse variances: errors that take them for that are not offered.
    let asked = options.vcov.filter(|asked| *asked != super::Asked::Kind(Kind::Iid));
    let mut model = super::beside(&one, "weighted", &Options { vcov: asked, ..options.clone() })?;
    model.flow = holes.flow.clone();
    model.flow.lose("term_missing", None, (n - made.rows.len()) as u64);
    let predictors = std::iter::once(&design.outcome).chain(seen.iter().filter_map(|&j| holes.terms.get(j)));
    model.made_with = [
        ("response_on".to_string(), predictors.cloned().collect::<Vec<_>>().join(", ").into()),
        ("effective_n".to_string(), made.effective.into()),
        ("trimmed".to_string(), made.trimmed.into()),
    ]
    .into();
    if made.effective < UNEVEN * made.rows.len() as f64 {
        model.cautions.push(Caution::new("weights_uneven").with("effective", made.effective));
    }
    for term in &mut model.terms {
        (term.mark, term.mark_low, term.mark_high) = (None, None, None);
    }
    Ok(model)
}

fn response_decline(fault: &LogitFault, options: &Options) -> Decline {
    let code = match fault {
        LogitFault::ConstantOutcome => "nothing_missing",
        LogitFault::Separated { .. } => "response_separated",
        _ => "response_no_model",
    };
    Decline::new(options.analysis, code)
}

/// A caution for the marked (or else the strongest) term that moves by more than half a standard error.
pub fn moved(model: &Regression, other: &Beside) -> Option<Caution> {
    let marked = |t: &&Term| super::signed(t);
    let strongest = model.terms.iter().filter(|t| t.beta.is_some()).max_by(|a, b| {
        let size = |t: &Term| t.beta.map_or(0.0, f64::abs);
        size(a).total_cmp(&size(b))
    });
    let headline = model.terms.iter().filter(marked).chain(strongest);
    let shift = |term: &Term| {
        let there = other.terms.iter().find(|t| t.term == term.term)?;
        let moved = there.coefficient.estimate? - term.coefficient.estimate?;
        finite(moved / term.coefficient.std_error?)
    };
    let moves = headline.filter_map(|term| Some((term, shift(term)?)));
    let (term, errors) = moves.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    (errors.abs() > HALF).then(|| {
        Caution::new("headline_moves")
            .with("term", term.term.as_str())
            .with("model", other.kind.as_str())
            .with("errors", errors)
    })
}
