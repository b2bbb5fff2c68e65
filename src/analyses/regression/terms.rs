//! One row per term: coefficient, correction for several terms, standardised form, shares of R², mark.

use super::Options;
use super::model::Model;
use crate::analyses::marks::{Evidence, mark};
use crate::analyses::{estimate, finite};
use crate::design::INTERCEPT;
use crate::findings::{Estimate, Term, Why};
use crate::stats::covariance::{Covariance, Kind, covariance};
use crate::stats::importance::importance;
use crate::stats::inference::{Inference, coefficient};
use crate::stats::matrix::Matrix;
use crate::stats::moments::{covariance_matrix, covariance_of_factor};
use crate::stats::multiplicity;
use crate::stats::quartiles::quartiles;
use crate::stats::robustness::robustness_value;
use crate::study::Adjust;

/// The rows of the table, the constant first.
pub fn terms(model: &Model<'_>, inferences: &[Inference], options: &Options) -> Vec<Term> {
    let slopes = model.slopes();
    let p: Vec<f64> = slopes.iter().filter_map(|&j| inferences.get(j)).map(|i| i.p_value).collect();
    let adjusted = corrected(&p, options.adjust);
    let spread = Spread::of(model, &slopes);
    let classical = covariance(Kind::Iid, &model.fit, model.rows()).ok();
    let row = |(j, inference): (usize, &Inference)| {
        let mut coefficient = estimate(inference);
        if model.fit.perfect {
            coefficient.std_error = Some(0.0);
            coefficient.statistic = None;
            coefficient.why = Some(Why::Infinite);
        }
        let name = model.design.terms.get(j).cloned().unwrap_or_default();
        match slopes.iter().position(|slope| *slope == j) {
            Some(at) => {
                let mut term = slope(name, coefficient, (at, adjusted[at]), &spread, options);
                term.robustness = robustness(j, &classical, model);
                term
            }
            None => Term { term: INTERCEPT.to_string(), coefficient, ..Term::default() },
        }
    };
    inferences.iter().enumerate().take(model.fit.k).map(row).collect()
}

/// A statement about partial R², which is t²/df of the classical t, whatever the errors of the table.
fn robustness(j: usize, classical: &Option<Covariance>, model: &Model<'_>) -> Option<f64> {
    let t = coefficient(&model.fit, classical.as_ref()?, j).statistic;
    finite(t).map(|t| robustness_value(t, model.fit.df_residual)).and_then(finite)
}

/// p-values corrected for their number.
pub fn corrected(p: &[f64], adjust: Adjust) -> Vec<f64> {
    match adjust {
        Adjust::Holm => multiplicity::holm(p),
        Adjust::Bh => multiplicity::bh(p),
        Adjust::None => p.to_vec(),
    }
}

fn slope(name: String, coefficient: Estimate, (at, p): (usize, f64), spread: &Spread, options: &Options) -> Term {
    let scale = spread.scale(at);
    let scaled = |value: Option<f64>| value.map(|v| v * scale).and_then(finite);
    let (beta, low, high) = (scaled(coefficient.estimate), scaled(coefficient.conf_low), scaled(coefficient.conf_high));
    let evidence = Evidence {
        beta: beta.unwrap_or(f64::NAN),
        low: low.unwrap_or(f64::NAN),
        high: high.unwrap_or(f64::NAN),
        p_adjusted: p,
        df: coefficient.df.unwrap_or(f64::INFINITY),
    };
    let marked = mark(&evidence, &options.bands);
    let part = |list: &Option<Vec<f64>>| list.as_ref().and_then(|l| l.get(at).copied()).and_then(finite);
    let effect =
        |list: &[f64]| coefficient.estimate.map(|b| b * list.get(at).copied().unwrap_or(f64::NAN)).and_then(finite);
    Term {
        term: name,
        p_adjusted: finite(p),
        beta,
        beta_low: low,
        beta_high: high,
        vif: part(&spread.vif),
        share_lmg: part(&spread.lmg),
        share_johnson: part(&spread.johnson),
        effect_p25_p75: effect(&spread.quartiles),
        effect_step: effect(&spread.steps),
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
    /// One answer step of each column; NaN where it has none.
    steps: Vec<f64>,
    vif: Option<Vec<f64>>,
    lmg: Option<Vec<f64>>,
    johnson: Option<Vec<f64>>,
}

impl Spread {
    fn of(model: &Model<'_>, slopes: &[usize]) -> Self {
        let design = &model.design;
        let at_hand =
            (design.intercept == Some(0)).then(|| covariance_of_factor(&model.fit.factor, model.fit.n)).flatten();
        let of_rows = |rows: &Matrix| {
            let columns = rows.x.select(ndarray::Axis(1), slopes);
            covariance_matrix(&Matrix::new(columns, rows.y.clone()))
        };
        let matrix = at_hand.unwrap_or_else(|| of_rows(&design.matrix));
        let sd = |j: usize| matrix[[j, j]].max(0.0).sqrt();
        // With effects absorbed the shares are of what is left to explain.
        let shares = match (&model.absorbed, design.intercept) {
            // Demeaned columns have mean 0, with weights too: their products are what the triangle holds.
            (Some(_), _) => importance(&model.fit.factor.t().dot(&model.fit.factor)),
            (None, Some(_)) => importance(&matrix),
            (None, None) => None,
        };
        let moves = moves(&design.matrix.x, slopes, design.steps);
        Self {
            sd: (0..slopes.len()).map(sd).collect(),
            sd_outcome: sd(slopes.len()),
            quartiles: moves.iter().map(|(quartiles, _)| *quartiles).collect(),
            steps: moves.iter().map(|(_, step)| *step).collect(),
            vif: shares.as_ref().map(|s| s.vif.clone()),
            lmg: shares.as_ref().and_then(|s| s.lmg.clone()),
            johnson: shares.map(|s| s.johnson),
        }
    }

    fn scale(&self, at: usize) -> f64 {
        self.sd.get(at).copied().unwrap_or(f64::NAN) / self.sd_outcome
    }
}

/// The distance between the quartiles of each of these columns, and one answer step (told by the column unless given).
fn moves(x: &ndarray::Array2<f64>, columns: &[usize], step: Option<f64>) -> Vec<(f64, f64)> {
    let range = |[low, high]: [f64; 2]| high - low;
    let of = |(quartiles, j): ([f64; 2], &usize)| (range(quartiles), step.unwrap_or_else(|| answer_step(x.column(*j))));
    quartiles(x, columns).into_iter().zip(columns).map(of).collect()
}

/// Answers have few values: more than a scale from 0 to 10 has are a measurement.
const MOST_ANSWERS: usize = 11;

/// The smallest distance between two answers of a scale; NaN for what is no scale of whole numbers.
fn answer_step(values: ndarray::ArrayView1<'_, f64>) -> f64 {
    let mut seen: Vec<f64> = Vec::with_capacity(MOST_ANSWERS);
    for &value in &values {
        if seen.contains(&value) {
            continue;
        }
        if value.fract() != 0.0 || seen.len() == MOST_ANSWERS {
            return f64::NAN;
        }
        seen.push(value);
    }
    seen.sort_by(f64::total_cmp);
    let gaps = seen.iter().zip(seen.iter().skip(1)).map(|(a, b)| b - a);
    gaps.fold(f64::NAN, f64::min)
}
