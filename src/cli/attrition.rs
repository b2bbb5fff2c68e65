//! `oneonone attrition`: leaving, treatment against control, in a study or on any table.

use super::args::Attrition;
use super::ask;
use super::terminal::Terminal;
use crate::analyses::attrition;
use crate::design::spells::{PlainSpells, Times};
use crate::error::{Error, Result};
use crate::study::Assignment;

/// Runs the command.
///
/// # Errors
/// Usage, a path, or standard output.
pub fn run(args: &Attrition, terminal: &Terminal) -> Result<u8> {
    let options = (&args.asking, &args.shape);
    if let [path] = args.input.as_slice()
        && ask::is_study(&args.input)
    {
        ask::only_plain(&[
            ("--arm", args.arm.clone()),
            ("--duration", args.duration.clone()),
            ("--entered", args.entered.clone()),
            ("--horizon", args.horizon.map(|h| h.to_string())),
        ])?;
        return ask::study("attrition", path, options, terminal, |study| {
            if let Some(asked) = study.comparison.as_mut() {
                asked.treatment = args.treatment.clone().unwrap_or_else(|| asked.treatment.clone());
                asked.control = args.control.clone().unwrap_or_else(|| asked.control.clone());
                asked.unit = args.unit.clone().or_else(|| asked.unit.clone());
            }
            Ok(())
        });
    }
    let asked = PlainSpells {
        arm: ask::needed("--arm", args.arm.as_ref())?,
        treatment: args.treatment.clone(),
        control: args.control.clone(),
        unit: args.unit.clone(),
        times: times(args)?,
        design: Assignment::Observational,
    };
    let written = ask::written(&[
        ("arm", args.arm.clone()),
        ("treatment", args.treatment.clone()),
        ("control", args.control.clone()),
        ("duration", args.duration.clone()),
        ("event", args.event.clone()),
        ("entered", args.entered.clone()),
        ("left", args.left.clone()),
        ("from", args.from.clone()),
        ("to", args.to.clone()),
        ("horizon", args.horizon.map(|h| h.to_string())),
        ("unit", args.unit.clone()),
    ]);
    ask::plain(&args.input, options, terminal, written, |screened, seed| {
        vec![attrition::plain(screened, &asked, args.horizon, seed)]
    })
}

fn times(args: &Attrition) -> Result<Times> {
    if let (Some(duration), Some(event)) = (&args.duration, &args.event) {
        return Ok(Times::Duration { duration: duration.clone(), event: event.clone() });
    }
    if args.entered.is_none() {
        return Err(Error::run("option_missing").with("option", "--duration"));
    }
    let from = ask::date("--from", &ask::needed("--from", args.from.as_ref())?)?;
    let to = ask::date("--to", &ask::needed("--to", args.to.as_ref())?)?;
    let (entered, left) =
        (ask::needed("--entered", args.entered.as_ref())?, ask::needed("--left", args.left.as_ref())?);
    Ok(Times::Dates { entered, left, from, to })
}
