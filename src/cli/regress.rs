//! `oneonone regress`: the drivers of a study, or any linear model on any table.

use super::args::Regress;
use super::ask;
use super::terminal::Terminal;
use crate::analyses::gate;
use crate::analyses::regression::{Options, kind, regression};
use crate::design::evaluate::rows_where;
use crate::design::expression::{self, Expression};
use crate::design::formula::{self, Atom, Formula, FormulaFault};
use crate::design::model::{self, Beside};
use crate::error::{Error, Result};
use crate::findings::{Decline, Finding};
use crate::screen::Screened;
use crate::study::{Adjust, Study};

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
        ask::only_plain(&[("--formula", args.formula.clone()), ("--tol", args.tol.map(|t| t.to_string()))])?;
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

/// A model of each outcome.
fn answers(
    screened: &Screened,
    args: &Regress,
    asked: &Asked<'_>,
    seed: u64,
) -> Vec<std::result::Result<Finding, Decline>> {
    let Some(table) = screened.plain() else { return vec![Err(Decline::new("regression", "no_plain_table"))] };
    let kept = match asked.condition.as_ref().map(|(c, text)| rows_where(table, c, text)).transpose() {
        Ok(kept) => kept,
        Err(decline) => return vec![Err(decline)],
    };
    let beside = Beside {
        clusters: &args.cluster,
        weights: args.weights.as_deref(),
        kept: kept.as_deref().zip(args.condition.as_deref()),
    };
    let model = |outcome: &Atom| {
        let design = model::rows(table, &asked.formula, outcome, &beside)?;
        gate::carriers(&design, args.asking.crowd.unwrap_or(1))?;
        let mut finding = regression(&design, &options(args, seed)?)?;
        finding.formula = Some(asked.text.to_string());
        Ok(Finding::Regression(finding))
    };
    asked.formula.outcomes.iter().map(model).collect()
}

/// What is asked of a plain table, parsed.
struct Asked<'a> {
    formula: Formula,
    text: &'a str,
    condition: Option<(Expression, &'a str)>,
}

fn options(args: &Regress, _seed: u64) -> std::result::Result<Options, Decline> {
    let mut options = Options { vcov: kind(args.vcov.as_deref(), "regression")?, ..Options::default() };
    if let Some(adjust) = &args.adjust {
        options.adjust = adjustment(adjust);
    }
    if let Some(tolerance) = args.tol {
        options.tolerance = tolerance;
    }
    Ok(options)
}
