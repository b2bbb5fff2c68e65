//! `oneonone compare`: treatment against control, on a study's sales or on any number of any table.

use super::args::{Compare, Design};
use super::ask;
use super::terminal::Terminal;
use crate::analyses::comparison;
use crate::design::arms::PlainArms;
use crate::error::{Error, Result};
use crate::study::{Assignment, Study};

/// Runs the command.
///
/// # Errors
/// Usage, a path, or standard output.
pub fn run(args: &Compare, terminal: &Terminal) -> Result<u8> {
    let options = (&args.asking, &args.shape);
    if args.strata.is_some() {
        return Err(Error::run("strata_not_yet"));
    }
    if let [path] = args.input.as_slice()
        && ask::is_study(&args.input)
    {
        ask::only_plain(&[
            ("--outcome", args.outcome.clone()),
            ("--arm", args.arm.clone()),
            ("--time", args.time.clone()),
        ])?;
        return ask::study("comparison", path, options, terminal, |study| override_study(study, args));
    }
    let asked = PlainArms {
        outcome: ask::needed("--outcome", args.outcome.as_ref())?,
        arm: ask::needed("--arm", args.arm.as_ref())?,
        treatment: args.treatment.clone(),
        control: args.control.clone(),
        unit: args.unit.clone(),
        time: args.time.clone(),
        design: assignment(args.design).unwrap_or(Assignment::Observational),
    };
    let written = ask::written(&[
        ("outcome", args.outcome.clone()),
        ("arm", args.arm.clone()),
        ("treatment", args.treatment.clone()),
        ("control", args.control.clone()),
        ("unit", args.unit.clone()),
        ("time", args.time.clone()),
        ("design", Some(asked.design.name().to_string())),
    ]);
    ask::plain(&args.input, options, terminal, written, |screened, seed| {
        vec![comparison::plain(screened, &asked, seed)]
    })
}

fn assignment(design: Option<Design>) -> Option<Assignment> {
    Some(match design? {
        Design::Randomised => Assignment::Randomised,
        Design::Observational => Assignment::Observational,
    })
}

fn override_study(study: &mut Study, args: &Compare) -> Result<()> {
    let Some(asked) = study.comparison.as_mut() else { return Ok(()) };
    let mut say = |key: &str, value: &str| {
        study.options.insert(format!("comparison.{key}"), value.into());
    };
    if let Some(treatment) = &args.treatment {
        asked.treatment = treatment.clone();
        say("treatment", treatment);
    }
    if let Some(control) = &args.control {
        asked.control = control.clone();
        say("control", control);
    }
    if let Some(unit) = &args.unit {
        asked.unit = Some(unit.clone());
        say("unit", unit);
    }
    if let Some(design) = assignment(args.design) {
        asked.design = design;
        say("design", design.name());
    }
    Ok(())
}
