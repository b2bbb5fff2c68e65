//! What is said of a plan, the same on every page: the answer in a sentence, what it rests on, and the sizes. Chooses no
//! number.

use crate::findings::Power;
use crate::report::brief::figures::natural;
use crate::report::brief::{Align, Table};
use crate::text::{Language, list, names, number, say};

fn word(language: Language, key: &str) -> String {
    say(language, &format!("power.{key}"), &[])
}

/// What is compared.
pub fn heading(p: &Power, language: Language) -> String {
    let kind = word(language, &format!("kind_{}", p.kind));
    match p.outcome.is_empty() {
        true => say(language, "power.heading", &[("kind", kind)]),
        false => say(language, "power.heading_of", &[("kind", kind), ("outcome", outcome(p, language))]),
    }
}

fn outcome(p: &Power, language: Language) -> String {
    if p.outcome == "attrition" { word(language, "leaving") } else { names::outcome(language, &p.outcome) }
}

/// The effect on the scale of the kind, with the part of the control it is.
pub fn effect(p: &Power, language: Language) -> Option<String> {
    let effect = p.effect?;
    let told = match p.kind.as_str() {
        "lift" => return Some(number::signed_percent(effect, 1)),
        "share" => say(language, "claim.points", &[("x", number::points(effect))]),
        "survival" => say(language, "power.hazard_ratio", &[("x", number::decimal(effect, 3))]),
        _ => number::signed_natural(effect),
    };
    let Some(part) = p.effect_relative.filter(|_| p.kind != "survival") else { return Some(told) };
    let values = [("effect", told), ("part", number::signed_percent(part, 1))];
    Some(say(language, "power.effect_relative", &values))
}

/// The answer.
pub fn sentence(p: &Power, language: Language) -> String {
    let mut values = vec![
        ("power", p.power.map_or_else(String::new, |power| number::percent(power, 1))),
        ("alpha", number::decimal(p.alpha, if p.alpha < 0.01 { 3 } else { 2 })),
        ("people", p.people.map_or_else(String::new, number::count)),
        ("units", p.units.map_or_else(String::new, number::count)),
        ("unit", unit(p, language)),
    ];
    let Some(effect) = effect(p, language) else { return say(language, "power.answer_none", &values) };
    values.push(("effect", effect));
    let key = match (p.solved.as_str(), p.source.as_str(), p.units.is_some()) {
        ("size", _, true) => "answer_size_units",
        ("size", _, false) => "answer_size",
        ("effect", "data", _) => "answer_effect_data",
        ("effect", _, _) => "answer_effect",
        (_, "data", _) => "answer_power_data",
        _ => "answer_power",
    };
    say(language, &format!("power.{key}"), &values)
}

fn unit(p: &Power, language: Language) -> String {
    match p.unit.as_str() {
        "unit" => word(language, "units"),
        other => names::unit(language, other),
    }
}

/// What the answer rests on.
pub fn plan(p: &Power, language: Language) -> String {
    let mut items = Vec::new();
    let mut add = |key: &str, value: Option<String>| {
        items.extend(value.map(|value| say(language, &format!("power.{key}"), &[("x", value)])));
    };
    let share = matches!(p.kind.as_str(), "share" | "survival");
    add("with_base", p.base.map(|base| if share { number::percent(base, 1) } else { natural(base) }));
    add("with_sd", p.sd.map(natural));
    add("with_icc", p.icc.map(|icc| number::decimal(icc, 3)));
    add("with_size", p.unit_size.map(natural));
    add("with_variation", p.unit_variation.filter(|cv| *cv > 0.0).map(|cv| number::decimal(cv, 2)));
    add("with_effect", p.design_effect.map(|effect| number::decimal(effect, 2)));
    add("with_strata", Some(p.strata).filter(|strata| *strata > 1).map(number::count));
    add("with_between", Some(p.explained_between).filter(|x| *x > 0.0).map(|x| number::percent(x, 0)));
    add("with_within", Some(p.explained_within).filter(|x| *x > 0.0).map(|x| number::percent(x, 0)));
    add("with_events", p.events.map(|events| number::decimal(events, 0)));
    add("with_df", p.df.map(|df| number::decimal(df, 0)));
    add("with_alpha", Some(number::decimal(p.alpha, if p.alpha < 0.01 { 3 } else { 2 })));
    say(language, "power.rests_on", &[("items", list(language, &items))])
}

/// The sizes of the groups.
pub fn sizes(p: &Power, language: Language) -> Table {
    let mut table = Table::new(vec![
        (word(language, "col_group"), Align::Left),
        (word(language, "col_units"), Align::Right),
        (word(language, "col_people"), Align::Right),
    ]);
    for side in &p.groups {
        let units = if p.units.is_some() { number::count(side.units) } else { String::new() };
        table.rows.push(vec![word(language, &side.group), units, number::count(side.people)]);
    }
    table.without_blank(1)
}

/// A few points of the curve, for pages without pictures.
pub fn curve(p: &Power, language: Language) -> Table {
    let over = if p.curve_over == "people" { "axis_people" } else { "col_effect" };
    let mut table =
        Table::new(vec![(word(language, over), Align::Right), (word(language, "axis_power"), Align::Right)]);
    for point in p.curve.iter().skip(4).step_by(4) {
        let at = match p.curve_over.as_str() {
            "people" => number::count(point.at.round().max(0.0) as u64),
            _ => effect(&Power { effect: Some(point.at), effect_relative: None, ..p.clone() }, language)
                .unwrap_or_default(),
        };
        table.rows.push(vec![at, number::or_reason(language, point.power, "undefined", |x| number::percent(x, 1))]);
    }
    table
}
