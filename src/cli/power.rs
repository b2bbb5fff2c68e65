//! `oneonone power`: how many people, what effect, what power; of a plan, or of data in hand.

use super::args::power::{Direction, KindOf, Power, Said};
use super::ask;
use super::terminal::Terminal;
use crate::analyses::power::{self, Effect, InHand, Kind, Plan, Sizes};
use crate::design::arms::PlainArms;
use crate::error::{Error, Result};
use crate::stats::power_means::{Spread, Way};
use crate::study::Assignment;
use std::collections::BTreeMap;

/// Two-sided level, unless another is asked for.
const ALPHA: f64 = 0.05;

/// Power, unless another is asked for.
const WANTED: f64 = 0.8;

/// Runs the command.
///
/// # Errors
/// Usage, a path, or standard output.
pub fn run(args: &Power, terminal: &Terminal) -> Result<u8> {
    let options = (&args.asking, &args.shape);
    let in_hand = InHand {
        effect: args.effect.map(effect),
        way: args.direction.map(way),
        alpha: args.alpha.unwrap_or(ALPHA),
        wanted: args.power.unwrap_or(WANTED),
    };
    match args.input.as_slice() {
        [] => ask::planned(options, terminal, written(args), vec![power::planned(&plan(args)?)]),
        [path] if ask::is_study(&args.input) => {
            ask::only_plain(&[("--outcome", args.outcome.clone()), ("--arm", args.arm.clone())])?;
            ask::study_with(
                path,
                options,
                terminal,
                |study| {
                    if let Some(asked) = study.comparison.as_mut() {
                        asked.treatment = args.treatment.clone().unwrap_or_else(|| asked.treatment.clone());
                        asked.control = args.control.clone().unwrap_or_else(|| asked.control.clone());
                        asked.unit = args.unit.clone().or_else(|| asked.unit.clone());
                    }
                },
                |screened, study| power::study(screened, study, in_hand),
            )
        }
        _ => {
            let asked = PlainArms {
                outcome: ask::needed("--outcome", args.outcome.as_ref())?,
                arm: ask::needed("--arm", args.arm.as_ref())?,
                treatment: args.treatment.clone(),
                control: args.control.clone(),
                unit: args.unit.clone(),
                time: None,
                design: Assignment::Observational,
                start: None,
                strata: None,
                groups: Vec::new(),
                adjust: Vec::new(),
                dose: None,
                margin: None,
                index_base: None,
                share: 0.5,
            };
            ask::plain(&args.input, options, terminal, written(args), |screened, _| {
                power::plain(screened, &asked, in_hand)
            })
        }
    }
}

fn plan(args: &Power) -> Result<Plan> {
    let kind = args.kind.ok_or_else(|| Error::run("option_missing").with("option", "--kind"))?;
    let needed = |option: &'static str, value: Option<f64>| {
        value.ok_or_else(|| Error::run("option_missing").with("option", option))
    };
    let size = args.unit_size.unwrap_or(1.0);
    let kind = match kind {
        KindOf::Mean => Kind::Mean { base: args.base, sd: needed("--sd", args.sd)? },
        KindOf::Lift => Kind::Lift { base: needed("--base", args.base)?, sd: needed("--sd", args.sd)? },
        KindOf::Share => Kind::Share { base: needed("--base", args.base)? },
        KindOf::Survival => Kind::Survival { base: needed("--base", args.base)? },
    };
    let base_fits = match kind {
        Kind::Mean { base, .. } => base.is_none_or(f64::is_finite),
        Kind::Lift { base, .. } => base > 0.0 && base.is_finite(),
        Kind::Share { base } | Kind::Survival { base } => base > 0.0 && base < 1.0,
    };
    if !base_fits {
        return Err(Error::run("power_base").with("option", "--base"));
    }
    if args.effect.is_some() && args.power.is_some() && (args.people.is_some() || args.units.is_some()) {
        return Err(Error::run("power_nothing_missing"));
    }
    if args.effect.is_none() && args.people.is_none() && args.units.is_none() {
        return Err(Error::run("power_two_missing"));
    }
    let down = matches!(kind, Kind::Share { .. } | Kind::Survival { .. });
    Ok(Plan {
        kind,
        effect: args.effect.map(effect),
        way: args.direction.map_or(if down { Way::Down } else { Way::Up }, way),
        sizes: Sizes {
            size,
            variation: args.variation.unwrap_or(0.0),
            ratio: args.ratio.unwrap_or(1.0),
            spread: Spread {
                icc: args.icc.unwrap_or(0.0),
                explained_between: args.explained_between.unwrap_or(0.0),
                explained_within: args.explained_within.unwrap_or(0.0),
                strata: args.strata.unwrap_or(1),
            },
            units: args.units.or_else(|| args.people.map(|people| people / size)),
        },
        alpha: args.alpha.unwrap_or(ALPHA),
        wanted: args.power.unwrap_or(WANTED),
    })
}

fn effect(said: Said) -> Effect {
    if said.relative { Effect::Relative(said.value) } else { Effect::Absolute(said.value) }
}

fn way(direction: Direction) -> Way {
    match direction {
        Direction::Up => Way::Up,
        Direction::Down => Way::Down,
    }
}

/// What was given, for the provenance.
fn written(args: &Power) -> BTreeMap<String, serde_json::Value> {
    let number = |value: Option<f64>| value.map(|value| value.to_string());
    let kind = args.kind.map(|kind| match kind {
        KindOf::Mean => "mean",
        KindOf::Lift => "lift",
        KindOf::Share => "share",
        KindOf::Survival => "survival",
    });
    let effect = args.effect.map(|said| match said.relative {
        true => format!("{}%", said.value * 100.0),
        false => said.value.to_string(),
    });
    ask::written(&[
        ("kind", kind.map(str::to_string)),
        ("base", number(args.base)),
        ("sd", number(args.sd)),
        ("effect", effect),
        ("people", number(args.people)),
        ("units", number(args.units)),
        ("unit_size", number(args.unit_size)),
        ("variation", number(args.variation)),
        ("icc", number(args.icc)),
        ("ratio", number(args.ratio)),
        ("strata", args.strata.map(|strata| strata.to_string())),
        ("explained_between", number(args.explained_between)),
        ("explained_within", number(args.explained_within)),
        ("alpha", number(args.alpha)),
        ("power", number(args.power)),
        ("outcome", args.outcome.clone()),
        ("arm", args.arm.clone()),
        ("treatment", args.treatment.clone()),
        ("control", args.control.clone()),
        ("unit", args.unit.clone()),
    ])
}
