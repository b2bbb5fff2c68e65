//! Hazards of leaving: log-rank tests by person, within strata and under re-assignments of whole units, and Cox models
//! with their ties, covariates, strata, errors by unit, test of proportionality and concordance. It deliberately leaves
//! the choice of what leads to the caller.

use super::{MOST_LIVES, NAME, NOT_PROPORTIONAL, life, treated};
use crate::analyses::{estimate, finite};
use crate::design::spells::{Covariate, EVENTS_PER_COLUMN, Spells};
use crate::findings::attrition::{HazardModel, HazardTerm, Test, UnitTest};
use crate::findings::{Attrition, Caution, Estimate, Why};
use crate::stats::concordance::concordance;
use crate::stats::cox::{
    self, ChiSquare, Clock as ClockOfTest, CoxFit, Sample, Ties, WORTH_REFITTING, cluster_jackknife, proportionality,
};
use crate::stats::inference::{Inference, LEVEL};
use crate::stats::survival::{Life, LogRank, log_rank};
use crate::stats::unit_log_rank::ScoredUnit;
use crate::stats::{permute, tail, unit_log_rank};
use crate::study::TieRule;
use ndarray::{Array2, Axis};
use std::collections::BTreeMap;

/// The log-rank tests that answer without units.
pub(super) fn log_ranks(spells: &Spells, lives: &[Vec<Life>; 2], found: &mut Attrition) {
    found.logrank = log_rank(&[(&lives[0], &lives[1])]).map(|test| by_person(&test));
    let Some((column, codes)) = &spells.known.strata else { return };
    found.strata = Some(column.clone());
    let mut strata: BTreeMap<u32, [Vec<Life>; 2]> = BTreeMap::new();
    for (row, code) in codes.iter().enumerate() {
        let [treatment, control] = strata.entry(*code).or_default();
        if treated(spells, row) { treatment.push(life(spells, row)) } else { control.push(life(spells, row)) }
    }
    let pairs: Vec<(&[Life], &[Life])> = strata.values().map(|[a, b]| (a.as_slice(), b.as_slice())).collect();
    found.logrank_stratified = log_rank(&pairs).map(|test| by_person(&test));
}

fn by_person(test: &LogRank) -> Test {
    Test { statistic: finite(test.statistic), p_value: finite(test.p_value), by: "person".to_string() }
}

/// The log-rank test under re-assignments of whole units.
pub(super) fn log_rank_by_unit(spells: &Spells, seed: u64) -> Option<UnitTest> {
    let (_, codes) = spells.unit.as_ref()?;
    let lives: Vec<Life> = (0..spells.arm.len()).map(|row| life(spells, row)).collect();
    let strata = spells.known.strata.as_ref().map(|(_, codes)| codes.as_slice());
    let scores = unit_log_rank::scores(&lives, strata)?;
    // Units are re-assigned within the strata as long as each lies in one.
    let within = if units_across_strata(spells) { None } else { strata };
    let mut units: BTreeMap<u32, ScoredUnit> = BTreeMap::new();
    for (row, (&code, score)) in codes.iter().zip(scores).enumerate() {
        let arm = if treated(spells, row) { permute::Arm::Treated } else { permute::Arm::Control };
        let stratum = within.map_or(0, |strata| strata[row]);
        units.entry(code).or_insert(ScoredUnit { score: 0.0, arm, stratum }).score += score;
    }
    let units: Vec<ScoredUnit> = units.into_values().collect();
    let plan = permute::Plan::new(permute::key(seed, NAME, "log_rank_by_unit"));
    let test = unit_log_rank::unit_log_rank(&units, &plan)?;
    Some(UnitTest {
        p_value: finite(test.p_value),
        smallest_p: finite(test.smallest_p),
        draws: test.draws,
        exact: test.exact,
    })
}

/// Whether some assigned unit has people in two strata.
pub(super) fn units_across_strata(spells: &Spells) -> bool {
    let (Some((_, units)), Some((_, strata))) = (&spells.unit, &spells.known.strata) else { return false };
    let mut seen: BTreeMap<u32, u32> = BTreeMap::new();
    units.iter().zip(strata).any(|(unit, stratum)| *seen.entry(*unit).or_insert(*stratum) != *stratum)
}

/// The hazard ratio of treatment against control, whether it may be read as one number, and the model with all that was
/// asked to be held fixed.
pub(super) fn hazard(spells: &Spells, ties: TieRule, found: &mut Attrition) {
    let lives: Vec<Life> = (0..spells.arm.len()).map(|row| life(spells, row)).collect();
    let x = Array2::from_shape_fn((lives.len(), 1), |(row, _)| f64::from(u8::from(treated(spells, row))));
    let sample = Sample::new(&lives, &x);
    let units = spells.unit.as_ref().map(|(_, codes)| codes.as_slice());
    let Ok(fitted) = cox::fit(&sample, Ties::Efron) else {
        found.not_run.push("cox".to_string());
        return;
    };
    found.cox = Some(Errors::of(&fitted, &sample, units).term(0));
    let few = lives.len() <= MOST_LIVES;
    let test = few.then(|| proportionality(&sample, &fitted, &[vec![0]], ClockOfTest::KaplanMeier, units)).flatten();
    match test.and_then(|test| test.global) {
        Some(test) => {
            found.proportional = Some(told(&test, by(units)));
            if test.p_value < NOT_PROPORTIONAL {
                found.cautions.push(Caution::new("hazards_not_proportional").with("p", test.p_value));
            }
        }
        None => found.not_run.push("schoenfeld".to_string()),
    }
    if few {
        model(spells, ties, found);
    } else {
        found.not_run.push("hazard_model".to_string());
    }
}

fn by(units: Option<&[u32]>) -> &'static str {
    if units.is_some() { "unit" } else { "person" }
}

fn told(test: &ChiSquare, by: &str) -> Test {
    Test { statistic: finite(test.statistic), p_value: finite(test.p_value), by: by.to_string() }
}

/// The rows and columns of the model: treatment, then the covariates; people with all of them.
struct Model {
    rows: Vec<usize>,
    names: Vec<String>,
    x: Array2<f64>,
    /// Columns of each term.
    terms: Vec<Vec<usize>>,
}

impl Model {
    fn of(spells: &Spells) -> Self {
        let columns: Vec<&(String, Vec<f64>)> = spells.known.covariates.iter().flat_map(|c| &c.terms).collect();
        let complete = |row: &usize| columns.iter().all(|(_, values)| values[*row].is_finite());
        let rows: Vec<usize> = (0..spells.arm.len()).filter(complete).collect();
        let x = Array2::from_shape_fn((rows.len(), columns.len() + 1), |(at, column)| match column {
            0 => f64::from(u8::from(treated(spells, rows[at]))),
            column => columns[column - 1].1[rows[at]],
        });
        let arm = format!("C({})[{}]", spells.arm_column, spells.names[0]);
        let names = std::iter::once(arm).chain(columns.iter().map(|(name, _)| name.clone())).collect();
        let mut terms = vec![vec![0]];
        let mut next = 1;
        for Covariate { terms: own, .. } in &spells.known.covariates {
            terms.push((next..next + own.len()).collect());
            next += own.len();
        }
        Self { rows, names, x, terms }
    }
}

fn model(spells: &Spells, ties: TieRule, found: &mut Attrition) {
    let model = Model::of(spells);
    let lives: Vec<Life> = model.rows.iter().map(|row| life(spells, *row)).collect();
    let pick = |codes: &Vec<u32>| crate::design::dense(model.rows.iter().map(|row| codes[*row]));
    let strata = spells.known.strata.as_ref().map(|(_, codes)| pick(codes));
    let units = spells.unit.as_ref().map(|(_, codes)| pick(codes));
    let mut sample = Sample::new(&lives, &model.x);
    if let Some(strata) = &strata {
        sample = sample.within(strata);
    }
    let (first, second) = match ties {
        TieRule::Efron => (Ties::Efron, Ties::Breslow),
        TieRule::Breslow => (Ties::Breslow, Ties::Efron),
    };
    let fitted = match cox::fit(&sample, first) {
        Ok(fitted) => fitted,
        Err(fault) => {
            let term = match fault {
                cox::CoxFault::Monotone { column } => model.names.get(column).cloned().unwrap_or_default(),
                _ => String::new(),
            };
            let code = if term.is_empty() { "hazard_model_unfit" } else { "hazard_unbounded" };
            let caution = Caution::new(code);
            found.cautions.push(if term.is_empty() { caution } else { caution.with("term", term) });
            found.not_run.push("hazard_model".to_string());
            return;
        }
    };
    if fitted.events < EVENTS_PER_COLUMN * model.x.ncols() {
        let caution = Caution::new("few_events_for_model").with("events", fitted.events);
        found.cautions.push(caution.with("terms", model.x.ncols()));
    }
    if model.rows.len() < spells.arm.len() {
        let lost = spells.arm.len() - model.rows.len();
        found.cautions.push(Caution::new("covariates_missing").with("n", lost));
    }
    let units = units.as_deref();
    let errors = Errors::of(&fitted, &sample, units);
    let tests = proportionality(&sample, &fitted, &model.terms, ClockOfTest::KaplanMeier, units);
    let other = cox::fit(&sample, second).ok();
    let scores = fitted.scores(&model.x);
    let agreement = concordance(&lives, &scores, strata.as_deref(), units);
    found.hazard = Some(Box::new(HazardModel {
        ties: name_of(first).to_string(),
        strata: spells.known.strata.as_ref().map(|(column, _)| column.clone()),
        n: lives.len() as u64,
        events: fitted.events as u64,
        vcov: errors.kind.to_string(),
        terms: terms(&model, &errors, tests.as_ref().map(|tests| tests.terms.as_slice()), by(units)),
        other_ties: other
            .map_or_else(Vec::new, |other| terms(&model, &Errors::of(&other, &sample, units), None, by(units))),
        likelihood_ratio: Some(likelihood_ratio(&fitted)),
        schoenfeld: tests.and_then(|tests| tests.global).map(|test| told(&test, by(units))),
        concordance: agreement.and_then(|found| finite(found.c)),
        concordance_std_error: agreement.and_then(|found| finite(found.std_error)),
        covariates: spells.known.covariates.iter().map(|c| c.column.clone()).collect(),
        smallest: spells.known.covariates.iter().filter_map(|c| c.smallest).min(),
        why: None,
    }));
}

fn name_of(ties: Ties) -> &'static str {
    match ties {
        Ties::Efron => "efron",
        Ties::Breslow => "breslow",
    }
}

fn likelihood_ratio(fitted: &CoxFit) -> Test {
    let statistic = fitted.likelihood_ratio();
    Test { statistic: finite(statistic), p_value: finite(fitted.p_value(statistic)), by: "person".to_string() }
}

fn terms(model: &Model, errors: &Errors<'_>, tests: Option<&[Option<ChiSquare>]>, by: &str) -> Vec<HazardTerm> {
    let test = |column: usize| {
        let term = model.terms.iter().position(|columns| columns.first() == Some(&column))?;
        tests?.get(term).copied().flatten().map(|test| told(&test, by))
    };
    let term = |(column, name): (usize, &String)| HazardTerm {
        term: name.clone(),
        coefficient: errors.term(column),
        schoenfeld: test(column),
    };
    model.names.iter().enumerate().map(term).collect()
}

/// A fit with the covariance its errors come from: by unit from refits without each (t on units - 1) up to as many as
/// are worth it, by unit from score residuals beyond (Lin & Wei 1989), the model's without units.
pub(super) struct Errors<'f> {
    fit: &'f CoxFit,
    covariance: Array2<f64>,
    df: f64,
    /// `jackknife`, `robust` or `model`.
    pub(super) kind: &'static str,
}

impl<'f> Errors<'f> {
    pub(super) fn of(fit: &'f CoxFit, sample: &Sample<'_>, codes: Option<&[u32]>) -> Self {
        let units = codes.map_or(0, |codes| codes.iter().max().map_or(0, |last| *last as usize + 1));
        let refitted =
            codes.filter(|_| units <= WORTH_REFITTING).and_then(|codes| cluster_jackknife(sample, fit, codes));
        if let Some(covariance) = refitted {
            return Self { fit, covariance, df: units as f64 - 1.0, kind: "jackknife" };
        }
        let (covariance, kind) = match codes.and_then(|codes| fit.robust(codes)) {
            Some(covariance) => (covariance, "robust"),
            None => (fit.covariance.clone(), "model"),
        };
        Self { fit, covariance, df: f64::INFINITY, kind }
    }

    /// The log hazard ratio of a column.
    pub(super) fn term(&self, column: usize) -> Estimate {
        let b = self.fit.coefficients[column];
        let error = self.covariance.index_axis(Axis(0), column)[column].max(0.0).sqrt();
        if self.df.is_finite() {
            return estimate(&Inference::new(b, error, self.df, LEVEL));
        }
        let z = b / error;
        let half = tail::normal_quantile(0.5 + 0.5 * LEVEL) * error;
        Estimate {
            estimate: finite(b),
            std_error: finite(error),
            statistic: finite(z),
            df: None,
            p_value: finite(tail::normal_two_sided(z)),
            conf_low: finite(b - half),
            conf_high: finite(b + half),
            why: Some(if z.is_finite() { Why::Infinite } else { Why::Undefined }),
        }
    }
}
