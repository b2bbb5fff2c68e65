//! Question: what precedes a move up? Population: pairs of consecutive answers below the highest stage. Method: the
//! continuation-ratio logit (Fienberg & Mason 1979; Agresti 2010, section 4.2), a constant for each stage and the time
//! between the answers held, on topics talked about between the two answers, their rating and 1on1s a month; pooled over all
//! stages with everybody's own differences apart from those between people (Neuhaus & Kalbfleisch 1998), and by stage with
//! neighbours together where moves up are few; errors between teams (CR1), Holm. Assumes: a linear logit. It is an
//! association: whoever is about to move up may also talk about other things.

use super::{Asking, finite};
use crate::design::rungs::lifts::{LiftRow, LiftRows};
use crate::domain::levers::{LEVERS, MEETINGS};
use crate::findings::Why;
use crate::findings::stages::lifts::{LiftBlock, LiftTerm, Lifts, PlanStep};
use crate::stats::covariance::Kind;
use crate::stats::inference::{Inference, LEVEL};
use crate::stats::logit::{self, LogitFault, LogitFit};
use crate::stats::matrix::Matrix;
use crate::stats::multiplicity::holm;
use crate::stats::ols::DEFAULT_TOLERANCE;
use ndarray::{Array1, Array2};
use std::collections::BTreeMap;

/// Moves up, and pairs without one, that each measure of a model needs.
const EVENTS_A_TERM: usize = 10;
/// Pairs with, and without, a topic below which it is not asked about.
const FEWEST_PAIRS: usize = 20;

/// A measure: its topic (`None` = 1on1s a month) and kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Measure {
    topic: Option<usize>,
    kind: &'static str,
}

/// Everything about moves up; nothing without pairs.
pub(super) fn lifts(found: &LiftRows, codes: &[String], teams: bool, asking: &Asking<'_>) -> Option<Lifts> {
    if found.rows.is_empty() {
        return None;
    }
    let asker = Asker { codes, teams, stages: asking.ladder.stages() };
    let all: Vec<&LiftRow> = found.rows.iter().collect();
    let mut pooled = asker.block(&all, true);
    let mut blocks: Vec<LiftBlock> = asker.blocks(&all);
    if let Some(pooled) = &mut pooled {
        adjust(&mut [pooled]);
    }
    adjust(&mut blocks.iter_mut().collect::<Vec<_>>());
    let plan = plan(&blocks, pooled.as_ref(), asking.ladder.stages());
    Some(Lifts {
        evidence: "association".to_string(),
        n: found.all as u64,
        used: found.rows.len() as u64,
        pooled,
        blocks,
        plan,
    })
}

/// Holm over the measures of these models together.
fn adjust(blocks: &mut [&mut LiftBlock]) {
    let told = |block: &&mut LiftBlock| block.terms.iter().filter_map(|t| t.p_value).collect::<Vec<_>>();
    let mut adjusted = holm(&blocks.iter().flat_map(told).collect::<Vec<_>>()).into_iter();
    for term in blocks.iter_mut().flat_map(|block| &mut block.terms).filter(|t| t.p_value.is_some()) {
        term.p_adjusted = adjusted.next();
    }
}

struct Asker<'a> {
    codes: &'a [String],
    teams: bool,
    stages: &'a [String],
}

impl Asker<'_> {
    fn measures(&self) -> Vec<Measure> {
        let topics = |kind| (0..self.codes.len()).map(move |topic| Measure { topic: Some(topic), kind });
        let often = Measure { topic: None, kind: "per_month" };
        topics("discussed").chain(topics("satisfaction")).chain([often]).collect()
    }

    /// Neighbouring stages together until there are moves up, and none, enough for all measures.
    fn blocks(&self, rows: &[&LiftRow]) -> Vec<LiftBlock> {
        let needed = EVENTS_A_TERM * self.measures().len();
        let mut by_stage: BTreeMap<usize, Vec<&LiftRow>> = BTreeMap::new();
        rows.iter().for_each(|row| by_stage.entry(row.stage).or_default().push(row));
        let enough = |rows: &[&LiftRow]| {
            let rose = rows.iter().filter(|row| row.rose).count();
            rose >= needed && rows.len() - rose >= needed
        };
        let mut groups: Vec<Vec<&LiftRow>> = Vec::new();
        let mut open: Vec<&LiftRow> = Vec::new();
        for rows in by_stage.into_values() {
            open.extend(rows);
            if enough(&open) {
                groups.push(std::mem::take(&mut open));
            }
        }
        // What is left over joins its neighbour below.
        match groups.last_mut() {
            Some(last) => last.extend(open),
            None => groups.push(open),
        }
        if groups.len() < 2 {
            return Vec::new();
        }
        groups.iter().filter_map(|rows| self.block(rows, false)).collect()
    }

    fn block(&self, rows: &[&LiftRow], own_differences: bool) -> Option<LiftBlock> {
        let rose = rows.iter().filter(|row| row.rose).count();
        let model = Model::of(rows, self.measures(), own_differences);
        let needed = EVENTS_A_TERM * model.measures.len().max(1);
        let codes = || rows.iter().map(|row| row.team).collect::<Vec<u32>>();
        let fitted = if rose >= needed && rows.len() - rose >= needed {
            fit(&model, &rows.iter().map(|row| row.rose).collect::<Vec<_>>(), self.teams.then(codes))
        } else {
            BTreeMap::new()
        };
        let mut stages: Vec<usize> = rows.iter().map(|row| row.stage).collect();
        stages.sort_unstable();
        stages.dedup();
        let mut units: Vec<u32> = codes();
        units.sort_unstable();
        units.dedup();
        Some(LiftBlock {
            stages: stages.iter().filter_map(|s| self.stages.get(*s).cloned()).collect(),
            n: rows.len() as u64,
            rose: rose as u64,
            n_units: self.teams.then_some(units.len() as u64),
            within: model.within,
            terms: self.measures().into_iter().map(|m| self.term(m, rows, fitted.get(&key(m)))).collect(),
        })
    }

    fn term(&self, measure: Measure, rows: &[&LiftRow], fitted: Option<&Inference>) -> LiftTerm {
        let code = measure.topic.and_then(|t| self.codes.get(t).cloned()).unwrap_or_else(|| MEETINGS.to_string());
        let mut term = LiftTerm { term: code, kind: measure.kind.to_string(), ..LiftTerm::default() };
        match fitted.filter(|f| f.std_error > 0.0 && f.estimate.is_finite()) {
            Some(found) => {
                term.odds_ratio = finite(found.estimate.exp());
                term.odds_low = finite(found.conf_low.exp());
                term.odds_high = finite(found.conf_high.exp());
                term.p_value = finite(found.p_value);
            }
            None => term.why = Some(Why::TooFew),
        }
        if let (Some(topic), "discussed") = (measure.topic, measure.kind) {
            let count = |with: bool, rose: bool| {
                let is = |row: &&&LiftRow| row.topics.get(topic).is_some_and(|t| t.0) == with && (!rose || row.rose);
                Some(rows.iter().filter(is).count() as u64)
            };
            (term.n_with, term.rose_with) = (count(true, false), count(true, true));
            (term.n_without, term.rose_without) = (count(false, false), count(false, true));
        }
        term
    }
}

fn key(measure: Measure) -> (usize, &'static str) {
    (measure.topic.unwrap_or(usize::MAX), measure.kind)
}

/// Columns of a model: measures first (own differences where people have several pairs), then what is held.
struct Model {
    measures: Vec<Measure>,
    columns: Vec<Vec<f64>>,
    within: bool,
}

impl Model {
    fn of(rows: &[&LiftRow], measures: Vec<Measure>, own_differences: bool) -> Self {
        let mut persons: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        rows.iter().enumerate().for_each(|(at, row)| persons.entry(row.person).or_default().push(at));
        let several = persons.values().filter(|own| own.len() > 1).count();
        let within = own_differences && several >= FEWEST_PAIRS;
        let (mut kept, mut columns, mut held) = (Vec::new(), Vec::new(), Vec::new());
        for measure in measures {
            let Some(values) = values(rows, measure) else { continue };
            if !within {
                kept.push(measure);
                columns.push(values);
                continue;
            }
            let mut means = vec![0.0; rows.len()];
            for own in persons.values() {
                let mean = own.iter().map(|at| values[*at]).sum::<f64>() / own.len() as f64;
                own.iter().for_each(|at| means[*at] = mean);
            }
            let own: Vec<f64> = values.iter().zip(&means).map(|(value, mean)| value - mean).collect();
            if own.iter().any(|x| x.abs() > 1e-9) {
                kept.push(measure);
                columns.push(own);
            }
            held.push(means);
        }
        let mut stages: Vec<usize> = rows.iter().map(|row| row.stage).collect();
        stages.sort_unstable();
        stages.dedup();
        for stage in stages {
            held.push(rows.iter().map(|row| f64::from(u8::from(row.stage == stage))).collect());
        }
        held.push(rows.iter().map(|row| row.gap.ln()).collect());
        columns.extend(held);
        Self { measures: kept, columns, within }
    }
}

/// A measure of every row, about its mean where it is known; nothing when too few rows have it or lack it.
fn values(rows: &[&LiftRow], measure: Measure) -> Option<Vec<f64>> {
    let Some(topic) = measure.topic else {
        let values: Vec<f64> = rows.iter().map(|row| row.meetings).collect();
        return values.iter().any(|v| *v != values[0]).then_some(values);
    };
    let of = |row: &&LiftRow| row.topics.get(topic).copied().unwrap_or((false, None));
    if measure.kind == "discussed" {
        let values: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(of(row).0))).collect();
        let with = values.iter().sum::<f64>() as usize;
        return (with >= FEWEST_PAIRS && rows.len() - with >= FEWEST_PAIRS).then_some(values);
    }
    let known: Vec<f64> = rows.iter().filter_map(|row| of(row).1).collect();
    if known.len() < FEWEST_PAIRS || known.iter().all(|x| *x == known[0]) {
        return None;
    }
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    // Where a topic was not rated it says nothing: 0 beside the measure of whether it was talked about.
    Some(rows.iter().map(|row| of(row).1.map_or(0.0, |x| x - mean)).collect())
}

/// The measures' coefficients. Columns that repeat others, or that put rises apart without fault, are taken out.
fn fit(model: &Model, rose: &[bool], clusters: Option<Vec<u32>>) -> BTreeMap<(usize, &'static str), Inference> {
    let mut kept: Vec<usize> = (0..model.columns.len()).collect();
    for _ in 0..model.columns.len() {
        let x = Array2::from_shape_fn((rose.len(), kept.len()), |(i, j)| model.columns[kept[j]][i]);
        let y: Array1<f64> = rose.iter().map(|rose| f64::from(u8::from(*rose))).collect();
        let matrix = Matrix { x, y, clusters: clusters.clone() };
        let drop: Vec<usize> = match logit::fit(&matrix, None, DEFAULT_TOLERANCE) {
            Ok(fitted) => return told(model, &kept, &fitted, clusters.is_some()),
            Err(LogitFault::Collinear(relations)) => relations.iter().map(|r| r.column).collect(),
            Err(LogitFault::Separated { columns, .. }) => columns,
            Err(_) => return BTreeMap::new(),
        };
        if drop.is_empty() {
            break;
        }
        kept = kept.iter().enumerate().filter(|(at, _)| !drop.contains(at)).map(|(_, column)| *column).collect();
    }
    BTreeMap::new()
}

fn told(model: &Model, kept: &[usize], fitted: &LogitFit, teams: bool) -> BTreeMap<(usize, &'static str), Inference> {
    let kind = if teams { Kind::Cr1 } else { Kind::Hc1 };
    let Ok(covariance) = fitted.covariance(kind) else { return BTreeMap::new() };
    let told = |(at, column): (usize, &usize)| {
        let measure = model.measures.get(*column)?;
        let mut weights = Array1::zeros(fitted.k);
        weights[at] = 1.0;
        let (error, df) = (covariance.variance(&weights).sqrt(), covariance.df(&weights));
        Some((key(*measure), Inference::new(fitted.coefficients[at], error, df, LEVEL)))
    };
    kept.iter().enumerate().filter_map(told).collect()
}

/// Levers beside the measures nearest to them; first what these data speak for, else what practice names first.
fn plan(blocks: &[LiftBlock], pooled: Option<&LiftBlock>, stages: &[String]) -> Vec<PlanStep> {
    let mut steps = Vec::new();
    for stage in stages {
        let model = blocks.iter().find(|block| block.stages.contains(stage)).or(pooled);
        let mut own: Vec<PlanStep> = LEVERS
            .iter()
            .filter(|lever| lever.stage == stage)
            .map(|lever| PlanStep {
                stage: stage.clone(),
                lever: lever.code.to_string(),
                near: near(model, pooled, lever.near),
                ..PlanStep::default()
            })
            .collect();
        let speaks = |step: &PlanStep| step.near.iter().any(speaks_for);
        let choice = own.iter().position(speaks);
        let (at, grounds) = choice.map_or((0, "practice"), |at| (at, "data"));
        if let Some(step) = own.get_mut(at) {
            step.first = true;
            step.grounds = grounds.to_string();
        }
        steps.extend(own);
    }
    steps
}

/// A measure that goes with moves up after correction.
fn speaks_for(term: &LiftTerm) -> bool {
    term.odds_low.is_some_and(|low| low > 1.0) && term.p_adjusted.is_some_and(|p| p < 0.05)
}

/// The measures of these topics in the model of the stage, or of all stages where only that one is clear.
fn near(model: Option<&LiftBlock>, pooled: Option<&LiftBlock>, names: &[&str]) -> Vec<LiftTerm> {
    let Some(model) = model else { return Vec::new() };
    let clear = |term: &LiftTerm| {
        let same = |t: &&LiftTerm| t.term == term.term && t.kind == term.kind && speaks_for(t);
        pooled.and_then(|all| all.terms.iter().find(same)).filter(|_| !speaks_for(term)).cloned()
    };
    let is_near = |term: &&LiftTerm| names.contains(&term.term.as_str());
    let mut terms: Vec<LiftTerm> =
        model.terms.iter().filter(is_near).map(|term| clear(term).unwrap_or_else(|| term.clone())).collect();
    // Counts stand with the model; here they would be a second table to protect.
    for term in &mut terms {
        (term.n_with, term.rose_with, term.n_without, term.rose_without) = (None, None, None, None);
    }
    terms
}
