//! `oneonone compare`: treatment against control, on a study's sales or on any number of any table.

use super::args::{Compare, Design};
use super::ask;
use super::terminal::Terminal;
use crate::analyses::comparison;
use crate::design::arms::PlainArms;
use crate::domain::{Day, Month};
use crate::error::{Error, Result};
use crate::study::{Assignment, Margin, Study};

/// Runs the command.
///
/// # Errors
/// Usage, a path, or standard output.
pub fn run(args: &Compare, terminal: &Terminal) -> Result<u8> {
    let options = (&args.asking, &args.shape);
    if let [path] = args.input.as_slice()
        && ask::is_study(&args.input)
    {
        ask::only_plain(&[
            ("--outcome", args.outcome.clone()),
            ("--arm", args.arm.clone()),
            ("--time", args.time.clone()),
            ("--start", args.start.clone()),
            ("--dose", args.dose.clone()),
        ])?;
        let changes = Changes::of(args)?;
        return ask::study("comparison", path, options, terminal, |study| override_study(study, args, changes));
    }
    let asked = PlainArms {
        outcome: ask::needed("--outcome", args.outcome.as_ref())?,
        arm: ask::needed("--arm", args.arm.as_ref())?,
        treatment: args.treatment.clone(),
        control: args.control.clone(),
        unit: args.unit.clone(),
        time: args.time.clone(),
        design: assignment(args.design).unwrap_or(Assignment::Observational),
        start: args.start.as_deref().map(|text| month("--start", text)).transpose()?,
        strata: args.strata.clone(),
        groups: args.groups.clone(),
        adjust: args.adjust.clone(),
        dose: args.dose.clone(),
        margin: Changes::of(args)?.margin,
        index_base: Changes::of(args)?.index_base,
        share: 0.5,
    };
    let written = ask::written(&[
        ("outcome", args.outcome.clone()),
        ("arm", args.arm.clone()),
        ("treatment", args.treatment.clone()),
        ("control", args.control.clone()),
        ("unit", args.unit.clone()),
        ("time", args.time.clone()),
        ("design", Some(asked.design.name().to_string())),
        ("start", args.start.clone()),
        ("strata", args.strata.clone()),
        ("groups", listed(&args.groups)),
        ("adjust", listed(&args.adjust)),
        ("dose", args.dose.clone()),
        ("margin", args.margin.clone()),
        ("index_base", args.index_base.clone()),
    ]);
    ask::plain(&args.input, options, terminal, written, |screened, seed| {
        match comparison::plain(screened, &asked, seed) {
            Ok(answer) => std::iter::once(Ok(answer.finding)).chain(answer.declines.into_iter().map(Err)).collect(),
            Err(decline) => vec![Err(decline)],
        }
    })
}

/// Options that are written otherwise than they are used.
struct Changes {
    margin: Option<Margin>,
    index_base: Option<Month>,
}

impl Changes {
    fn of(args: &Compare) -> Result<Self> {
        let margin = |text: &str| {
            let bad = || Error::run("bad_margin_option").with("value", text);
            Margin::parse(text).ok_or_else(bad)
        };
        Ok(Self {
            margin: args.margin.as_deref().map(margin).transpose()?,
            index_base: args.index_base.as_deref().map(|text| month("--index-base", text)).transpose()?,
        })
    }
}

/// A month option; a year alone is its January, as in a column of years.
fn month(option: &str, text: &str) -> Result<Month> {
    let year = || (text.len() == 4).then(|| text.parse().ok().map(|year| Month::new(year, 1))).flatten();
    let month = Month::parse_iso(text).or_else(|| Day::parse_iso(text).map(Day::month)).or_else(year);
    month.ok_or_else(|| Error::run("bad_month_option").with("option", option).with("value", text))
}

fn listed(items: &[String]) -> Option<String> {
    (!items.is_empty()).then(|| items.join(","))
}

fn assignment(design: Option<Design>) -> Option<Assignment> {
    Some(match design? {
        Design::Randomised => Assignment::Randomised,
        Design::Observational => Assignment::Observational,
    })
}

fn override_study(study: &mut Study, args: &Compare, changes: Changes) -> Result<()> {
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
    if let Some(strata) = &args.strata {
        asked.strata = Some(strata.clone());
        say("strata", strata);
    }
    if !args.groups.is_empty() {
        asked.groups = args.groups.clone();
        say("groups", &args.groups.join(","));
    }
    if !args.adjust.is_empty() {
        asked.adjust = args.adjust.clone();
        say("adjust", &args.adjust.join(","));
    }
    if let (Some(margin), Some(text)) = (changes.margin, &args.margin) {
        asked.margin = Some(margin);
        say("margin", text);
    }
    if let (Some(month), Some(text)) = (changes.index_base, &args.index_base) {
        asked.index_base = Some(month);
        say("index_base", text);
    }
    Ok(())
}
