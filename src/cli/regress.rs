//! `oneonone regress`: the drivers of a study, or any linear model on any table.

use super::args::{self, ModelKind, Regress, TermOrder, WildWeights};
use super::ask;
use super::terminal::Terminal;
use crate::analyses::regression::choice::{Family, choice};
use crate::analyses::regression::gaps::{gaps, moved};
use crate::analyses::regression::{Options, kind, regression};
use crate::design::evaluate::rows_where;
use crate::design::expression::{self, Expression};
use crate::design::formula::{self, Atom, Formula, FormulaFault};
use crate::design::model::{self, Around, Categories};
use crate::design::{Design, Incomplete};
use crate::error::{Error, Result};
use crate::findings::regression::checks::Beside;
use crate::findings::{Decline, Finding, Regression, Term};
use crate::screen::Screened;
use crate::stats::{resample, wild};
use crate::study::{Adjust, Missing, Study};
use crate::tables::Plain;

/// Runs the command.
///
/// # Errors
/// Usage, a path, or standard output.
pub fn run(args: &Regress, terminal: &Terminal) -> Result<u8> {
    let options = (&args.asking, &args.shape);
    if args.cluster.len() > 2 {
        return Err(Error::run("too_many_clusters"));
    }
    if let [path] = args.input.as_slice()
        && ask::is_study(&args.input)
    {
        ask::only_plain(&[
            ("--formula", args.formula.clone()),
            ("--tol", args.tol.map(|t| t.to_string())),
            ("--cluster COL,COL", (args.cluster.len() > 1).then(String::new)),
            ("--where", args.condition.clone()),
            ("--model", args.model.map(|m| format!("{m:?}"))),
            ("--weights", args.weights.clone()),
            ("--wild-weights", args.wild_weights.map(|w| format!("{w:?}"))),
            ("--vcov-table", args.vcov_table.then(String::new)),
            ("--drop-collinear", args.drop_collinear.then(String::new)),
            ("--sort", args.sort.map(|s| format!("{s:?}"))),
            ("--draws", args.draws.map(|d| d.to_string())),
        ])?;
        return ask::study("drivers", path, options, terminal, |study| override_study(study, args));
    }
    let text = ask::needed("--formula", args.formula.as_ref())?;
    let formula = formula::parse(&text).map_err(|fault| points_at("bad_formula", &text, &fault))?;
    let parsed = |text: &'_ str| expression::condition(text).map_err(|fault| points_at("bad_condition", text, &fault));
    let condition = args.condition.as_deref().map(|text| Ok((parsed(text)?, text))).transpose()?;
    let asked = Asked { formula, text: &text, condition };
    let written = ask::written(&[
        ("formula", Some(text.clone())),
        ("where", args.condition.clone()),
        ("model", args.model.map(|m| format!("{m:?}").to_lowercase())),
        ("weights", args.weights.clone()),
        ("missing", args.missing.map(|m| m.name().to_string())),
        ("cluster", (!args.cluster.is_empty()).then(|| args.cluster.join(","))),
        ("vcov", args.vcov.clone()),
        ("adjust", args.adjust.clone()),
        ("tol", args.tol.map(|t| t.to_string())),
    ]);
    ask::plain(&args.input, options, terminal, written, |screened, seed| answers(screened, args, &asked, seed))
}

/// The options of the command line over those of the study.
fn override_study(study: &mut Study, args: &Regress) -> Result<()> {
    if let Some(cluster) = args.cluster.first() {
        study.drivers.cluster = Some(cluster.clone());
        study.options.insert("drivers.cluster".to_string(), cluster.as_str().into());
    }
    if let Some(vcov) = &args.vcov {
        study.drivers.vcov = Some(vcov.clone());
        study.options.insert("drivers.vcov".to_string(), vcov.as_str().into());
    }
    if let Some(adjust) = &args.adjust {
        study.drivers.adjust = adjustment(adjust);
        study.options.insert("drivers.adjust".to_string(), adjust.as_str().into());
    }
    if args.missing.is_some() {
        study.drivers.missing = missing(args);
        study.options.insert("drivers.missing".to_string(), args.missing.map(|m| m.name()).into());
    }
    if args.resample || args.diagnostics {
        study.drivers.resample = true;
        study.options.insert("drivers.resample".to_string(), true.into());
    }
    Ok(())
}

fn adjustment(name: &str) -> Adjust {
    match name {
        "bh" => Adjust::Bh,
        "none" => Adjust::None,
        _ => Adjust::Holm,
    }
}

/// A fault of a formula or a condition, with the character that it points at.
fn points_at(code: &'static str, text: &str, fault: &FormulaFault) -> Error {
    let character = text.chars().nth(fault.at - 1).map_or("end".to_string(), String::from);
    Error::run(code)
        .with("formula", text)
        .with("at", fault.at)
        .with("character", character)
        .with("expected", fault.expected)
}

/// A model of each outcome, and what of it could not be answered.
fn answers(
    screened: &Screened,
    args: &Regress,
    asked: &Asked<'_>,
    seed: u64,
) -> Vec<std::result::Result<Finding, Decline>> {
    let Some(table) = screened.plain() else { return vec![Err(Decline::new("regression", "no_plain_table"))] };
    let kept = match asked.condition.as_ref().map(|(c, text)| rows_kept(table, c, text)).transpose() {
        Ok(kept) => kept,
        Err(decline) => return vec![Err(decline)],
    };
    let table = kept.as_ref().unwrap_or(table);
    let lost = screened.plain().map_or(0, |all| (all.rows() - table.rows()) as u64);
    let clusters = clusters(args);
    let around = Around {
        clusters: &clusters,
        weights: args.weights.as_deref(),
        taken_out: args.condition.as_deref().map(|condition| (lost, condition)),
        incomplete: missing(args) != Missing::Complete,
        categories: match args.model {
            None | Some(ModelKind::Ols) => None,
            Some(ModelKind::Logit) => Some(Categories::Two),
            Some(ModelKind::Ordinal) => Some(Categories::Ordered),
        },
    };
    let mut answers = Vec::new();
    for outcome in &asked.formula.outcomes {
        match model(table, args, asked, (outcome, &around), seed) {
            Ok((found, decline)) => {
                answers.push(Ok(Finding::Regression(found)));
                answers.extend(decline.map(Err));
            }
            Err(decline) => answers.push(Err(decline)),
        }
    }
    answers
}

/// The table without the rows that a condition does not hold for.
fn rows_kept(table: &Plain, condition: &Expression, text: &str) -> std::result::Result<Plain, Decline> {
    let kept = rows_where(table, condition, text)?;
    let none = || Decline::new("regression", "no_rows_left").with("condition", text);
    if kept.contains(&true) { table.only(&kept).ok_or_else(none) } else { Err(none()) }
}

/// The cluster columns, each once.
fn clusters(args: &Regress) -> Vec<String> {
    let mut clusters: Vec<String> = Vec::new();
    for name in &args.cluster {
        if !clusters.contains(name) {
            clusters.push(name.clone());
        }
    }
    clusters
}

/// One model with what stands beside it.
fn model(
    table: &Plain,
    args: &Regress,
    asked: &Asked<'_>,
    (outcome, around): (&Atom, &Around<'_>),
    seed: u64,
) -> std::result::Result<(Regression, Option<Decline>), Decline> {
    let (design, incomplete) = model::rows(table, &asked.formula, outcome, around)?;
    let options = options(args, seed)?;
    let mut finding = match args.model {
        None | Some(ModelKind::Ols) => regression(&design, &options)?,
        Some(ModelKind::Logit) => choice(&design, Family::Logit, &options)?,
        Some(ModelKind::Ordinal) => choice(&design, Family::Ordinal, &options)?,
    };
    let mut decline = None;
    match incomplete.map(|holes| beside_gaps(&holes, &design, &finding, args, &options)) {
        Some(Ok(other)) => {
            finding.cautions.extend(moved(&finding, &other));
            finding.beside.push(other);
        }
        Some(Err(why)) => decline = Some(why),
        None => {}
    }
    finding.formula = Some(asked.text.to_string());
    finding.condition.clone_from(&args.condition);
    finding.weights.clone_from(&args.weights);
    if let Some(order) = args.sort {
        sort(&mut finding, order);
    }
    Ok((finding, decline))
}

fn beside_gaps(
    holes: &Incomplete,
    design: &Design,
    finding: &Regression,
    args: &Regress,
    options: &Options,
) -> std::result::Result<Beside, Decline> {
    match &finding.model {
        Some(model) => Err(Decline::new("regression", "missing_not_model").with("model", model.as_str())),
        None => gaps(holes, design, missing(args), options),
    }
}

/// What is asked of a plain table, parsed.
struct Asked<'a> {
    formula: Formula,
    text: &'a str,
    condition: Option<(Expression, &'a str)>,
}

fn missing(args: &Regress) -> Missing {
    match args.missing {
        None | Some(args::Missing::Complete) => Missing::Complete,
        Some(args::Missing::Mi) => Missing::Imputed,
        Some(args::Missing::Ipw) => Missing::Weighted,
    }
}

/// The terms in the order asked for, the constant first; other tables by term follow them.
fn sort(finding: &mut Regression, by: TermOrder) {
    let size = |term: &Term| match by {
        TermOrder::File => 0.0,
        TermOrder::Estimate => -term.coefficient.estimate.unwrap_or(f64::NEG_INFINITY),
        TermOrder::Beta => -term.beta.map_or(f64::NEG_INFINITY, f64::abs),
        TermOrder::P => term.coefficient.p_value.unwrap_or(f64::INFINITY),
        TermOrder::Share => -term.share_lmg.unwrap_or(f64::NEG_INFINITY),
    };
    let constant = |term: &Term| term.term == crate::design::INTERCEPT;
    let mut order: Vec<usize> = (0..finding.terms.len()).collect();
    order.sort_by(|&a, &b| match (finding.terms.get(a), finding.terms.get(b)) {
        (Some(a), Some(b)) => constant(b).cmp(&constant(a)).then(size(a).total_cmp(&size(b))),
        _ => std::cmp::Ordering::Equal,
    });
    fn reorder<T: Clone>(rows: &mut Vec<T>, order: &[usize]) {
        *rows = order.iter().filter_map(|&at| rows.get(at).cloned()).collect();
    }
    reorder(&mut finding.terms, &order);
    if let Some(wild) = &mut finding.wild {
        reorder(&mut wild.terms, &order);
    }
    for column in &mut finding.vcov_table {
        reorder(&mut column.std_errors, &order);
        reorder(&mut column.df, &order);
        reorder(&mut column.p_values, &order);
    }
}

fn options(args: &Regress, seed: u64) -> std::result::Result<Options, Decline> {
    let draws = args.draws.map(u64::from);
    let mut options = Options {
        vcov: kind(args.vcov.as_deref(), "regression")?,
        drop_collinear: args.drop_collinear,
        vcov_table: args.vcov_table,
        wild: Some(draws.unwrap_or(wild::DRAWS)),
        wild_weights: match args.wild_weights {
            Some(WildWeights::Webb) => wild::Weights::Webb,
            _ => wild::Weights::Rademacher,
        },
        resample: args.resample.then(|| draws.unwrap_or(resample::DRAWS)),
        diagnostics: args.diagnostics,
        crowd: args.asking.crowd.unwrap_or(1),
        seed,
        ..Options::default()
    };
    if let Some(adjust) = &args.adjust {
        options.adjust = adjustment(adjust);
    }
    if let Some(tolerance) = args.tol {
        options.tolerance = tolerance;
    }
    Ok(options)
}
