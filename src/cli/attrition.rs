//! `oneonone attrition`: leaving, treatment against control, in a study or on any table.

use super::args::{Attrition, Design, Ties};
use super::ask;
use super::terminal::Terminal;
use crate::analyses::attrition::{self, Asked};
use crate::design::spells::{Columns, PlainSpells, Times};
use crate::error::{Error, Result};
use crate::study::{Assignment, EFFECT, Study, TieRule};

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
            ("--event", args.event.clone()),
            ("--entered", args.entered.clone()),
            ("--horizon", args.horizon.map(|h| h.to_string())),
        ])?;
        return ask::study("attrition", path, options, terminal, |study| {
            over(args, study);
            Ok(())
        });
    }
    let asked = PlainSpells {
        arm: ask::needed("--arm", args.arm.as_ref())?,
        treatment: args.treatment.clone(),
        control: args.control.clone(),
        unit: args.unit.clone(),
        times: times(args)?,
        design: assignment(args.design).unwrap_or(Assignment::Observational),
        columns: Columns {
            reason: args.reason.clone(),
            strata: args.strata.clone(),
            covariates: args.covariates.clone(),
        },
    };
    let (ties, effect) = (ties(args.ties).unwrap_or_default(), args.effect.unwrap_or(EFFECT));
    ask::plain(&args.input, options, terminal, written(args), |screened, seed| {
        attrition::plain(screened, &asked, Asked { horizon: args.horizon, ties, effect, seed })
    })
}

/// What was given on the command line, for the provenance.
fn written(args: &Attrition) -> std::collections::BTreeMap<String, serde_json::Value> {
    let listed = (!args.covariates.is_empty()).then(|| args.covariates.join(","));
    ask::written(&[
        ("arm", args.arm.clone()),
        ("treatment", args.treatment.clone()),
        ("control", args.control.clone()),
        ("duration", args.duration.clone()),
        ("event", args.event.clone()),
        ("entry", args.entry.clone()),
        ("entered", args.entered.clone()),
        ("left", args.left.clone()),
        ("from", args.from.clone()),
        ("to", args.to.clone()),
        ("horizon", args.horizon.map(|h| h.to_string())),
        ("unit", args.unit.clone()),
        ("strata", args.strata.clone()),
        ("reason", args.reason.clone()),
        ("covariates", listed),
        ("ties", ties(args.ties).map(|ties| ties.name().to_string())),
        ("effect", args.effect.map(|effect| effect.to_string())),
        ("design", assignment(args.design).map(|design| design.name().to_string())),
    ])
}

/// Puts the options of the command line over a study.
fn over(args: &Attrition, study: &mut Study) {
    let mut said: Vec<(&str, serde_json::Value)> = Vec::new();
    if let Some(asked) = study.comparison.as_mut() {
        let texts = [
            (&args.treatment, &mut asked.treatment, "comparison.treatment"),
            (&args.control, &mut asked.control, "comparison.control"),
        ];
        for (given, place, key) in texts {
            if let Some(given) = given {
                place.clone_from(given);
                said.push((key, given.as_str().into()));
            }
        }
        if let Some(unit) = &args.unit {
            asked.unit = Some(unit.clone());
            said.push(("comparison.unit", unit.as_str().into()));
        }
        if let Some(strata) = &args.strata {
            asked.strata = Some(strata.clone());
            said.push(("comparison.strata", strata.as_str().into()));
        }
        if let Some(design) = assignment(args.design) {
            asked.design = design;
            said.push(("comparison.design", design.name().into()));
        }
    }
    if let Some(reason) = &args.reason {
        study.leaving.reason = Some(reason.clone());
        said.push(("attrition.reason", reason.as_str().into()));
    }
    if !args.covariates.is_empty() {
        study.leaving.covariates.clone_from(&args.covariates);
        said.push(("attrition.covariates", args.covariates.clone().into()));
    }
    if let Some(ties) = ties(args.ties) {
        study.leaving.ties = ties;
        said.push(("attrition.ties", ties.name().into()));
    }
    if let Some(effect) = args.effect {
        study.leaving.effect = effect;
        said.push(("attrition.effect", effect.into()));
    }
    study.options.extend(said.into_iter().map(|(key, value)| (key.to_string(), value)));
}

fn assignment(design: Option<Design>) -> Option<Assignment> {
    Some(match design? {
        Design::Randomised => Assignment::Randomised,
        Design::Observational => Assignment::Observational,
    })
}

fn ties(ties: Option<Ties>) -> Option<TieRule> {
    Some(match ties? {
        Ties::Efron => TieRule::Efron,
        Ties::Breslow => TieRule::Breslow,
    })
}

fn times(args: &Attrition) -> Result<Times> {
    match (&args.duration, &args.event) {
        (Some(duration), Some(event)) => {
            let (duration, event, entry) = (duration.clone(), event.clone(), args.entry.clone());
            return Ok(Times::Duration { duration, event, entry });
        }
        (None, Some(event)) => return Ok(Times::Event(event.clone())),
        _ => {}
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
