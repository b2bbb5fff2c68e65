//! Question: how do the odds of an event, or of a higher category, move with each term? Method: binary logit, or
//! proportional odds with Brant's test; errors from the information, or by cluster (CR1; CR2 for the binary logit); average
//! marginal effects. Declines when: the terms tell the categories apart without fault, the outcome has not two values
//! (logit) or one (ordinal). References: `stats::logit`, `stats::ordinal`.

use super::errors::alarms_of;
use super::terms::corrected;
use super::{Asked, Options};
use crate::analyses::{estimate, finite, gate};
use crate::design::Design;
use crate::findings::regression::Dropped;
use crate::findings::regression::checks::Test;
use crate::findings::regression::choice::{Choice, Effect, Likelihood, Parallel, ParallelTerm, Predicted, Threshold};
use crate::findings::{Caution, Decline, Estimate, Regression, Term};
use crate::stats::covariance::{Covariance, CovarianceFault, Kind};
use crate::stats::inference::{Inference, LEVEL};
use crate::stats::logit::{self, Change, LogitFault, LogitFit, Probability, Profile, change};
use crate::stats::matrix::Matrix;
use crate::stats::moments::quantile;
use crate::stats::ols::OlsFault;
use crate::stats::ordinal::{self, Brant, ChiSquare, OrdinalFault, OrdinalFit};
use ndarray::{Array1, Axis};

/// Which model of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Of two values.
    Logit,
    /// Of ordered categories.
    Ordinal,
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Family::Logit => "logit",
            Family::Ordinal => "ordinal",
        }
    }
}

/// Brant's test below this p-value is a caution.
const NOT_PARALLEL: f64 = 0.05;

/// Rows that counts may come to.
const MOST_COUNTED: f64 = 1e7;

/// Categories beyond which an ordered outcome is a measurement.
const MOST_CATEGORIES: usize = 30;

/// Fits a model of a choice.
///
/// # Errors
/// A decline when there is no fit, or something was asked for that this model does not have.
pub fn choice(design: &Design, which: Family, options: &Options) -> Result<Regression, Decline> {
    allowed(design, which, options)?;
    let counted = by_count(design, which, options)?;
    let design = counted.as_ref().unwrap_or(design);
    gate::enough_left(design.matrix.rows(), design.matrix.columns(), options)?;
    gate::carriers(design, options)?;
    let (matrix, categories) = recoded(design);
    if which == Family::Logit && categories.len() != 2 && matrix.rows() > 0 {
        return Err(decline(options, "outcome_not_binary")
            .with("outcome", design.outcome.as_str())
            .with("values", categories.len()));
    }
    if categories.len() > MOST_CATEGORIES {
        return Err(decline(options, "too_many_categories")
            .with("outcome", design.outcome.as_str())
            .with("categories", categories.len()));
    }
    let relations = if options.drop_collinear { dependent(design, &matrix, options) } else { Vec::new() };
    if !relations.is_empty() {
        let columns: Vec<usize> = relations.iter().map(|(column, _)| *column).collect();
        let fewer = Design { categories: design.categories.clone(), ..design.without(&columns) };
        let mut found = choice(&fewer, which, options)?;
        let told = relations.into_iter().map(|(column, relation)| Dropped {
            term: design.terms.get(column).cloned().unwrap_or_default(),
            relation,
        });
        found.dropped.splice(0..0, told);
        return Ok(found);
    }
    let asking = Asking { design, matrix: &matrix, categories, options };
    match which {
        Family::Logit => asking.logit(),
        Family::Ordinal => asking.ordinal(),
    }
}

/// The columns that follow exactly from others, as least squares finds them.
fn dependent(design: &Design, matrix: &Matrix, options: &Options) -> Vec<(usize, String)> {
    match crate::stats::ols::fit(matrix, design.intercept, options.tolerance) {
        Err(fault) => gate::relations(&fault, design),
        Ok(_) => Vec::new(),
    }
}

fn decline(options: &Options, code: &str) -> Decline {
    Decline::new(options.analysis, code)
}

fn allowed(design: &Design, which: Family, options: &Options) -> Result<(), Decline> {
    let refused = |code: &str| Err(decline(options, code).with("model", which.name()));
    if !design.absorbed.is_empty() {
        return refused("absorbed_not_here");
    }
    if options.vcov == Some(Asked::Wild) {
        return refused("wild_not_here");
    }
    if design.crossing.is_some() {
        return refused("two_way_not_here");
    }
    Ok(())
}

/// Rows given with their number, each as often as it was counted; weights that are no counts have no place here.
fn by_count(design: &Design, which: Family, options: &Options) -> Result<Option<Design>, Decline> {
    let Some(weights) = &design.weights else { return Ok(None) };
    if weights.iter().any(|w| w.fract() != 0.0) || weights.sum() > MOST_COUNTED {
        return Err(decline(options, "weights_not_here").with("model", which.name()));
    }
    let rows: Vec<usize> =
        weights.iter().enumerate().flat_map(|(row, &w)| std::iter::repeat_n(row, w as usize)).collect();
    let mut design = design.of_rows(&rows);
    design.weights = None;
    Ok(Some(design))
}

/// The rows with categories numbered as they occur among them, and the categories.
fn recoded(design: &Design) -> (Matrix, Vec<String>) {
    let mut present = vec![false; design.categories.len()];
    for y in &design.matrix.y {
        if let Some(seen) = present.get_mut(*y as usize) {
            *seen = true;
        }
    }
    let mut number = Vec::with_capacity(present.len());
    let mut next = 0.0;
    for &seen in &present {
        number.push(next);
        next += f64::from(u8::from(seen));
    }
    let mut matrix = design.matrix.clone();
    matrix.y.mapv_inplace(|y| number.get(y as usize).copied().unwrap_or(f64::NAN));
    let named = design.categories.iter().zip(&present).filter(|(_, seen)| **seen);
    (matrix, named.map(|(name, _)| name.clone()).collect())
}

struct Asking<'a> {
    design: &'a Design,
    matrix: &'a Matrix,
    categories: Vec<String>,
    options: &'a Options,
}

impl Asking<'_> {
    fn decline(&self, code: &str) -> Decline {
        decline(self.options, code)
    }

    fn clusters(&self) -> Option<usize> {
        self.matrix.clusters.as_ref().map(|_| self.matrix.cluster_count())
    }

    /// The kind in force, checked against the clusters there are.
    fn kind(&self, default: Kind) -> Result<Kind, Decline> {
        let kind = match self.options.vcov {
            Some(Asked::Kind(kind)) => kind,
            _ if self.clusters().is_some() => default,
            _ => Kind::Iid,
        };
        match self.clusters() {
            None if kind.is_clustered() => Err(self.decline("no_clusters").with("vcov", kind.name())),
            Some(1) if kind.is_clustered() => Err(self.decline("one_cluster")),
            _ => Ok(kind),
        }
    }

    fn fault(&self, fault: CovarianceFault, kind: Kind) -> Decline {
        match fault {
            CovarianceFault::OneCluster => self.decline("one_cluster"),
            _ => self.decline("no_clusters").with("vcov", kind.name()),
        }
    }

    fn logit(&self) -> Result<Regression, Decline> {
        let fit = logit::fit(self.matrix, self.design.intercept, self.options.tolerance);
        let fit = fit.map_err(|fault| self.logit_decline(&fault))?;
        let kind = self.kind(Kind::Cr2)?;
        let covariance = fit.covariance(kind).map_err(|fault| self.fault(fault, kind))?;
        let of = |j: usize| {
            let mut unit = Array1::zeros(fit.k);
            unit[j] = 1.0;
            let (estimate, error) = (fit.coefficients[j], covariance.variance(&unit).sqrt());
            Inference::new(estimate, error, covariance.df(&unit), LEVEL)
        };
        let inferences: Vec<Inference> = (0..fit.k).map(of).collect();
        let counts = [fit.n - fit.ones, fit.ones].map(|count| count as u64);
        let choice = Choice {
            categories: self.categories.clone(),
            counts: counts.to_vec(),
            likelihood: likelihood(fit.loglik, fit.loglik_null, fit.k),
            effects: self.logit_effects(&fit, &covariance),
            predicted: self.logit_profiles(&fit, &covariance),
            ..Choice::default()
        };
        Ok(self.told(Family::Logit, (kind, &covariance), &inferences, choice, fit.k))
    }

    fn logit_effects(&self, fit: &LogitFit, covariance: &Covariance) -> Vec<Effect> {
        let event = self.categories.last().cloned().unwrap_or_default();
        let effect = |j: usize| Effect {
            term: self.term(j),
            category: event.clone(),
            effect: estimate(&fit.marginal_effect(self.matrix, covariance, j, LEVEL)),
        };
        self.slopes().into_iter().map(effect).collect()
    }

    fn logit_profiles(&self, fit: &LogitFit, covariance: &Covariance) -> Vec<Predicted> {
        let event = self.categories.last().cloned().unwrap_or_default();
        let of = |j: usize| {
            let places = self.places(j);
            let values: Vec<f64> = places.iter().map(|(_, value)| *value).collect();
            let at = Profile { values: &values, level: LEVEL };
            let found = fit.profile(self.matrix, covariance, j, &at);
            let told = |((at, value), p): ((&str, f64), Probability)| self.predicted(j, at, value, &event, p);
            places.into_iter().zip(found).map(told).collect::<Vec<_>>()
        };
        self.slopes().into_iter().flat_map(of).collect()
    }

    fn ordinal(&self) -> Result<Regression, Decline> {
        let slopes = self.slopes();
        let mut matrix = Matrix::new(self.matrix.x.select(Axis(1), &slopes), self.matrix.y.clone());
        matrix.clusters.clone_from(&self.matrix.clusters);
        let fit = ordinal::fit(&matrix, self.categories.len(), self.options.tolerance);
        let fit = fit.map_err(|fault| self.ordinal_decline(&fault))?;
        let kind = self.kind(Kind::Cr1)?;
        let covariance = match kind {
            Kind::Iid => fit.model_based(),
            Kind::Cr1 => fit.clustered(matrix.clusters.as_deref()).map_err(|fault| self.fault(fault, kind))?,
            _ => return Err(self.decline("vcov_not_here").with("vcov", kind.name()).with("model", "ordinal")),
        };
        let p = slopes.len();
        let inferences: Vec<Inference> = (0..p).map(|j| fit.parameter(&covariance, j, LEVEL)).collect();
        let brant = ordinal::brant(&matrix, self.categories.len()).ok();
        let choice = Choice {
            categories: self.categories.clone(),
            counts: fit.counts.iter().map(|&count| count as u64).collect(),
            likelihood: likelihood(fit.loglik, fit.loglik_null, fit.parameters()),
            thresholds: self.thresholds(&fit, &covariance, p),
            effects: self.ordinal_effects(&fit, &matrix, &covariance),
            predicted: self.ordinal_profiles(&fit, &matrix, &covariance),
            parallel: brant.as_ref().map(|brant| self.parallel(brant)),
        };
        let mut told = self.told(Family::Ordinal, (kind, &covariance), &inferences, choice, fit.parameters());
        if let Some(brant) = brant.filter(|brant| brant.overall.p_value < NOT_PARALLEL) {
            told.cautions.push(Caution::new("parallel_lines").with("p", brant.overall.p_value));
        }
        Ok(told)
    }

    fn thresholds(&self, fit: &OrdinalFit, covariance: &Covariance, p: usize) -> Vec<Threshold> {
        let pairs = self.categories.iter().zip(self.categories.iter().skip(1)).enumerate();
        let threshold = |(at, (low, high)): (usize, (&String, &String))| Threshold {
            between: format!("{low}|{high}"),
            value: estimate(&fit.parameter(covariance, p + at, LEVEL)),
        };
        pairs.map(threshold).collect()
    }

    fn ordinal_effects(&self, fit: &OrdinalFit, matrix: &Matrix, covariance: &Covariance) -> Vec<Effect> {
        let of = |(at, j): (usize, usize)| {
            let effects = fit.marginal_effects(matrix, covariance, at, LEVEL);
            let told = |(category, effect): (&String, Inference)| Effect {
                term: self.term(j),
                category: category.clone(),
                effect: estimate(&effect),
            };
            self.categories.iter().zip(effects).map(told).collect::<Vec<_>>()
        };
        self.slopes().into_iter().enumerate().flat_map(of).collect()
    }

    fn ordinal_profiles(&self, fit: &OrdinalFit, matrix: &Matrix, covariance: &Covariance) -> Vec<Predicted> {
        let Some(means) = matrix.x.mean_axis(Axis(0)) else { return Vec::new() };
        let of = |(column, j): (usize, usize)| {
            let at = |(at, value): (&'static str, f64)| {
                let mut row = means.clone();
                row[column] = value;
                let found = fit.probabilities(&row, covariance, LEVEL);
                let told = |(category, p): (&String, Probability)| self.predicted(j, at, value, category, p);
                self.categories.iter().zip(found).map(told).collect::<Vec<_>>()
            };
            self.places(j).into_iter().flat_map(at).collect::<Vec<_>>()
        };
        self.slopes().into_iter().enumerate().flat_map(of).collect()
    }

    fn parallel(&self, brant: &Brant) -> Parallel {
        let test = |found: &ChiSquare| Test {
            statistic: finite(found.statistic),
            df: found.df,
            p_value: finite(found.p_value),
        };
        let term = |(j, found): (usize, &ChiSquare)| ParallelTerm { term: self.term(j), test: test(found) };
        Parallel {
            all: Some(test(&brant.overall)),
            terms: self.slopes().into_iter().zip(&brant.columns).map(term).collect(),
        }
    }

    fn slopes(&self) -> Vec<usize> {
        (0..self.matrix.columns()).filter(|j| Some(*j) != self.design.intercept).collect()
    }

    fn term(&self, j: usize) -> String {
        self.design.terms.get(j).cloned().unwrap_or_default()
    }

    /// Where a term is looked at: 0 and 1 of an indicator, else its quartiles.
    fn places(&self, j: usize) -> Vec<(&'static str, f64)> {
        let column = self.matrix.x.column(j);
        if change(column) == Change::ZeroToOne {
            return vec![("0", 0.0), ("1", 1.0)];
        }
        let values = column.to_vec();
        let at = |name: &'static str, p: f64| quantile(&values, p).map(|value| (name, value));
        [at("p25", 0.25), at("p75", 0.75)].into_iter().flatten().collect()
    }

    fn predicted(&self, j: usize, at: &str, value: f64, category: &str, p: Probability) -> Predicted {
        let probability = Estimate {
            estimate: finite(p.estimate),
            std_error: finite(p.std_error),
            conf_low: finite(p.conf_low),
            conf_high: finite(p.conf_high),
            ..Estimate::default()
        };
        Predicted { term: self.term(j), at: at.to_string(), value, category: category.to_string(), probability }
    }

    /// What both models say alike. `inferences` are those of the columns that the model has, in their order.
    fn told(
        &self,
        which: Family,
        (kind, covariance): (Kind, &Covariance),
        inferences: &[Inference],
        choice: Choice,
        parameters: usize,
    ) -> Regression {
        let slopes = self.slopes();
        let columns: Vec<usize> = match which {
            Family::Logit => (0..self.matrix.columns()).collect(),
            Family::Ordinal => slopes.clone(),
        };
        let of_slope = |j: usize| columns.iter().position(|c| *c == j).and_then(|at| inferences.get(at));
        let p: Vec<f64> = slopes.iter().filter_map(|&j| of_slope(j)).map(|i| i.p_value).collect();
        let mut adjusted = corrected(&p, self.options.adjust).into_iter();
        let row = |(&j, inference): (&usize, &Inference)| {
            let odds = |value: f64| finite(value.exp());
            let constant = Some(j) == self.design.intercept;
            Term {
                term: self.term(j),
                coefficient: estimate(inference),
                p_adjusted: if constant { None } else { adjusted.next().and_then(finite) },
                odds_ratio: if constant { None } else { odds(inference.estimate) },
                odds_low: if constant { None } else { odds(inference.conf_low) },
                odds_high: if constant { None } else { odds(inference.conf_high) },
                ..Term::default()
            }
        };
        let terms: Vec<Term> = columns.iter().zip(inferences).map(row).collect();
        let lowest = inferences.iter().map(|i| i.df).fold(f64::INFINITY, f64::min);
        Regression {
            outcome: self.design.outcome.clone(),
            model: Some(which.name().to_string()),
            n: self.matrix.rows() as u64,
            n_clusters: covariance.clusters.map(|c| c as u64),
            cluster: self.design.cluster.clone().filter(|_| kind.is_clustered()),
            df_residual: (self.matrix.rows() - parameters) as f64,
            vcov: kind.name().to_string(),
            adjust: self.options.adjust.name().to_string(),
            family: slopes.len() as u64,
            choice: Some(choice),
            not_run: self.not_run(),
            cautions: alarms_of(self.design, self.matrix, kind, lowest),
            terms,
            flow: self.design.flow.clone(),
            ..Regression::default()
        }
    }

    /// What was asked for and a model of a choice does not have.
    fn not_run(&self) -> Vec<String> {
        let asked = [
            (self.options.diagnostics, "diagnostics"),
            (self.options.resample.is_some(), "importance_intervals"),
            (self.options.vcov_table, "vcov_table"),
        ];
        asked.into_iter().filter(|(asked, _)| *asked).map(|(_, name)| name.to_string()).collect()
    }

    fn names(&self, columns: &[usize]) -> String {
        columns.iter().map(|&j| self.term(j)).collect::<Vec<_>>().join(", ")
    }

    fn logit_decline(&self, fault: &LogitFault) -> Decline {
        let ols = |fault: OlsFault| gate::ols_decline(self.options.analysis, &fault, self.design);
        match fault {
            LogitFault::TooFewRows { n, k } => ols(OlsFault::TooFewRows { n: *n, k: *k }),
            LogitFault::ConstantOutcome => ols(OlsFault::ConstantOutcome),
            LogitFault::NotFinite { column } => ols(OlsFault::NotFinite { column: Some(*column) }),
            LogitFault::Collinear(relations) => ols(OlsFault::Collinear(relations.clone())),
            LogitFault::Separated { columns, .. } => self.decline("separation").with("terms", self.names(columns)),
            LogitFault::NotBinary { .. } => {
                self.decline("outcome_not_binary").with("outcome", self.design.outcome.as_str()).with("values", 0)
            }
            LogitFault::NotConverged => self.decline("no_maximum"),
        }
    }

    fn ordinal_decline(&self, fault: &OrdinalFault) -> Decline {
        let slopes = self.slopes();
        let column = |at: usize| slopes.get(at).copied().unwrap_or_default();
        let ols = |fault: OlsFault| gate::ols_decline(self.options.analysis, &fault, self.design);
        match fault {
            OrdinalFault::TooFewRows { n, k } => ols(OlsFault::TooFewRows { n: *n, k: *k }),
            OrdinalFault::OneCategory => ols(OlsFault::ConstantOutcome),
            OrdinalFault::NotFinite { column: at } => ols(OlsFault::NotFinite { column: Some(column(*at)) }),
            OrdinalFault::Collinear(relations) => {
                let moved = relations.iter().map(|relation| {
                    // The constant is behind the last column there and before the first here.
                    let place =
                        |at: usize| if at < slopes.len() { column(at) } else { self.design.intercept.unwrap_or(at) };
                    let combination = relation.combination.iter().map(|(at, factor)| (place(*at), *factor)).collect();
                    crate::stats::rank::Relation { column: place(relation.column), combination }
                });
                ols(OlsFault::Collinear(moved.collect()))
            }
            OrdinalFault::Separated { columns } => {
                let columns: Vec<usize> = columns.iter().map(|&at| column(at)).collect();
                self.decline("separation").with("terms", self.names(&columns))
            }
            OrdinalFault::EmptyCategory { .. } | OrdinalFault::NotACategory { .. } => self.decline("empty_category"),
            OrdinalFault::NotConverged => self.decline("no_maximum"),
        }
    }
}

fn likelihood(loglik: f64, null: f64, parameters: usize) -> Likelihood {
    Likelihood {
        log_likelihood: finite(loglik),
        null_log_likelihood: finite(null),
        deviance: finite(-2.0 * loglik),
        mcfadden: finite(1.0 - loglik / null),
        aic: finite(2.0 * parameters as f64 - 2.0 * loglik),
    }
}
