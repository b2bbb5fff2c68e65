//! `oneonone regress`: the drivers of a study, or any linear model on any table.

use super::args::Regress;
use super::ask;
use super::terminal::Terminal;
use crate::analyses::gate;
use crate::analyses::regression::{Options, kind, regression};
use crate::design::formula::{self, Formula};
use crate::design::model;
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
    if args.cluster.len() > 1 {
        return Err(Error::run("two_way_clusters"));
    }
    if let [path] = args.input.as_slice()
        && ask::is_study(&args.input)
    {
        ask::only_plain(&[("--formula", args.formula.clone()), ("--tol", args.tol.map(|t| t.to_string()))])?;
        return ask::study("drivers", path, options, terminal, |study| override_study(study, args));
    }
    let text = ask::needed("--formula", args.formula.as_ref())?;
    let parsed = parse(&text)?;
    let written = ask::written(&[
        ("formula", Some(text.clone())),
        ("cluster", args.cluster.first().cloned()),
        ("vcov", args.vcov.clone()),
        ("adjust", args.adjust.clone()),
        ("tol", args.tol.map(|t| t.to_string())),
    ]);
    ask::plain(&args.input, options, terminal, written, |screened, _| answer(screened, args, &parsed, &text))
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

fn parse(text: &str) -> Result<Formula> {
    let explain = |fault: formula::FormulaFault| {
        let character = text.chars().nth(fault.at - 1).map_or("end".to_string(), String::from);
        Error::run("bad_formula")
            .with("formula", text)
            .with("at", fault.at)
            .with("character", character)
            .with("expected", fault.expected)
    };
    formula::parse(text).map_err(explain)
}

fn answer(screened: &Screened, args: &Regress, parsed: &Formula, text: &str) -> std::result::Result<Finding, Decline> {
    let table = screened.plain().ok_or_else(|| Decline::new("regression", "no_plain_table"))?;
    let design = model::rows(table, parsed, args.cluster.first().map(String::as_str))?;
    gate::carriers(&design, args.asking.crowd.unwrap_or(1))?;
    let mut options = Options { vcov: kind(args.vcov.as_deref(), "regression")?, ..Options::default() };
    if let Some(adjust) = &args.adjust {
        options.adjust = adjustment(adjust);
    }
    if let Some(tolerance) = args.tol {
        options.tolerance = tolerance;
    }
    let mut finding = regression(&design, &options)?;
    finding.formula = Some(text.to_string());
    Ok(Finding::Regression(finding))
}
