//! What is said about leaving besides its main tables, the same on every page: what the data could have found and how many
//! people it would take, the hazard model, the reasons. Chooses no number.

use super::Part;
use crate::findings::attrition::{Attrition, HazardModel, HazardTerm, Needed, Reason, ReasonArm, Reasons};
use crate::findings::{Estimate, Why};
use crate::report::brief::figures::{figure, joined, natural};
use crate::report::brief::shared::{self, duration};
use crate::report::brief::{Align, Table};
use crate::report::leaving::{leads_by_person, time_leads};
use crate::report::voice::why;
use crate::text::{Language, names, number, say};

/// Every part that has something to say.
pub fn of(a: &Attrition, language: Language) -> Vec<Part> {
    let mut parts = Vec::new();
    parts.extend(a.hazard.as_ref().and_then(|model| hazards(model, language)));
    parts.extend(a.reasons.as_ref().map(|reasons| why_they_left(a, reasons, language)));
    parts
}

fn word(language: Language, key: &str) -> String {
    say(language, &format!("leaving.{key}"), &[])
}

fn group(a: &Attrition, at: usize, language: Language) -> String {
    a.groups.get(at).map_or_else(String::new, |group| names::group(language, group))
}

/// Days where the days of entry and leaving are known, else the unit of a column that nobody named.
pub fn days(a: &Attrition, language: Language) -> String {
    word(language, if a.start.is_some() { "days" } else { "units_of_time" })
}

fn percent(x: f64) -> String {
    number::percent(x, if x < 0.1 { 1 } else { 0 })
}

/// The smallest effect that the leading test would have found, on its own scale.
pub fn could_have_found(a: &Attrition, language: Language) -> Option<String> {
    if time_leads(a) {
        let mde = a.rmst.as_ref()?.mde?;
        return Some(say(language, "leaving.mde_time", &[("mde", natural(mde)), ("days", days(a, language))]));
    }
    if leads_by_person(a) && a.lead == "logrank" {
        let mde = number::decimal(a.mde_hazard_ratio?, 2);
        return Some(say(language, "leaving.mde_ratio", &[("mde", mde)]));
    }
    Some(say(language, "leaving.mde_points", &[("mde", number::decimal(a.mde? * 100.0, 1))]))
}

/// How many people, and units, the declared fall would take.
pub fn needed(a: &Attrition, language: Language) -> Option<String> {
    let n = a.needed.as_ref()?;
    let here: u64 = a.follow_up.iter().map(|arm| arm.n).sum();
    let base = n.base?;
    let mut values = vec![
        ("effect", percent(n.effect)),
        ("base", number::percent(base, 1)),
        ("target", number::percent(base * (1.0 - n.effect), 1)),
        ("n", number::count(here)),
        ("power", number::or_reason(language, n.power_here, "undefined", |x| number::percent(x, 0))),
    ];
    let Some(people) = n.people else { return Some(say(language, "leaving.needed_never", &values)) };
    values.push(("people", number::count(rounded(people))));
    let hazard = n.measure == "hazard";
    let key = match (n.units, hazard) {
        (Some(units), _) => {
            values.extend([("units", number::count(units)), ("unit", names::unit(language, &a.unit))]);
            if hazard { "needed_hazard_units" } else { "needed_units" }
        }
        (None, true) => "needed_hazard",
        (None, false) => "needed_people",
    };
    Some(say(language, &format!("leaving.{key}"), &values))
}

/// People for a table: the number and what it counts.
pub fn needed_row(n: &Needed, language: Language) -> Option<[String; 3]> {
    let label = say(language, "leaving.row_needed", &[("effect", percent(n.effect))]);
    let remark = match n.units {
        Some(units) => say(language, "leaving.remark_needed_units", &[("units", number::count(units))]),
        None => word(language, "remark_needed"),
    };
    Some([label, number::count(rounded(n.people?)), remark])
}

/// A plan has no more than three figures to it.
fn rounded(people: u64) -> u64 {
    let digits = people.max(1).ilog10();
    let step = 10u64.pow(digits.saturating_sub(2));
    people.div_ceil(step) * step
}

fn times(log: f64) -> String {
    number::decimal(log.exp(), 2)
}

/// A ratio of hazards, and its interval.
fn ratio(e: &Estimate, language: Language) -> [String; 2] {
    let value = number::or_reason(language, e.estimate, why(e.why), times);
    let range = match (e.conf_low, e.conf_high) {
        (None, None) => String::new(),
        (low, high) => number::interval(language, low, high, times),
    };
    [value, range]
}

/// The hazard model; nothing where it says no more than the ratio already told.
fn hazards(model: &HazardModel, language: Language) -> Option<Part> {
    let alone = model.covariates.is_empty() && model.strata.is_none();
    if alone {
        return None;
    }
    let part = Part::new("hazard", word(language, "model_title"));
    if model.why == Some(Why::Hidden) {
        let covariates: Vec<String> = model.covariates.iter().map(|name| names::column(language, name)).collect();
        let values = [("covariates", crate::text::list(language, &covariates))];
        return Some(part.say(say(language, "leaving.model_hidden", &values)));
    }
    let titles = ["col_term", "col_hazard_ratio", "col_interval", "col_p", "col_changes"];
    let sides = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right];
    let mut table = Table::new(titles.iter().map(|t| word(language, t)).zip(sides).collect());
    for term in &model.terms {
        let [value, range] = ratio(&term.coefficient, language);
        let changes = term.schoenfeld.as_ref().and_then(|test| test.p_value);
        table.rows.push(vec![
            names::clean(&term.term),
            value,
            range,
            shared::p_cell(term.coefficient.p_value),
            shared::p_cell(changes),
        ]);
    }
    Some(part.table(table).say(model_note(model, language)))
}

fn model_note(model: &HazardModel, language: Language) -> String {
    let strata = model.strata.as_ref().map_or_else(String::new, |strata| {
        say(language, "leaving.model_strata", &[("strata", names::column(language, strata))])
    });
    let other = |term: &HazardTerm| number::or_reason(language, term.coefficient.estimate, "undefined", times);
    let values = [
        ("ties", word(language, &model.ties)),
        ("n", number::count(model.n)),
        ("events", number::count(model.events)),
        ("strata", strata),
        ("errors", word(language, &format!("errors_{}", model.vcov))),
        ("concordance", number::or_reason(language, model.concordance, "undefined", |c| number::decimal(c, 3))),
        ("term", model.terms.first().map_or_else(String::new, |term| names::clean(&term.term))),
        ("other", model.other_ties.first().map_or_else(|| word(language, "col_p"), other)),
    ];
    say(language, "leaving.model_note", &values)
}

/// The reasons: what each group's share comes to, and how the groups differ.
fn why_they_left(a: &Attrition, reasons: &Reasons, language: Language) -> Part {
    let mut part = Part::new("reasons", word(language, "reasons_title"));
    if !reasons.reasons.is_empty() {
        part = part.say(word(language, "reasons_note")).table(shares(a, reasons, language));
        let (treatment, control) = (("treatment", group(a, 0, language)), ("control", group(a, 1, language)));
        let caption = say(language, "leaving.reasons_differences_title", &[treatment, control]);
        if let Some(table) = differences(reasons, language) {
            part.tables.push(super::Shown { caption, table, folded: false });
            part = part.say(word(language, "differences_note"));
        }
    }
    if reasons.hidden > 0 {
        part = part.say(say(language, "leaving.reasons_hidden", &[("count", number::count(reasons.hidden))]));
    }
    part
}

/// A reason as it stands in the data.
pub fn reason_name(reason: &Reason, language: Language) -> String {
    if reason.reason.is_empty() { word(language, "reason_none") } else { names::clean(&reason.reason) }
}

fn shares(a: &Attrition, reasons: &Reasons, language: Language) -> Table {
    let horizon = ("horizon", duration(reasons.horizon));
    let share = if a.start.is_some() { "leaving.col_share_days" } else { "leaving.col_share" };
    let titles = vec![
        (word(language, "col_reason"), Align::Left),
        (word(language, "col_group"), Align::Left),
        (word(language, "col_left"), Align::Right),
        (say(language, share, &[horizon]), Align::Right),
        (word(language, "col_interval"), Align::Right),
    ];
    let mut table = Table::new(titles);
    for reason in &reasons.reasons {
        for arm in &reason.groups {
            let mut row = vec![reason_name(reason, language), names::group(language, &arm.group)];
            row.extend(share_cells(arm, language));
            table.rows.push(row);
        }
    }
    table
}

fn share_cells(arm: &ReasonArm, language: Language) -> [String; 3] {
    let show = |x: f64| number::percent(x, 1);
    let range = match (arm.conf_low, arm.conf_high) {
        (Some(low), Some(high)) => number::interval(language, Some(low), Some(high), show),
        _ => String::new(),
    };
    let value = number::or_reason(language, arm.incidence, why(arm.why), show);
    [shared::count(language, arm.leavers), value, range]
}

fn differences(reasons: &Reasons, language: Language) -> Option<Table> {
    let told: Vec<&Reason> = reasons.reasons.iter().filter(|r| r.difference.is_some() || r.hazard.is_some()).collect();
    if told.is_empty() {
        return None;
    }
    let titles = [("col_reason", Align::Left), ("col_points", Align::Right), ("col_p", Align::Right)];
    let more = [("col_hazard_ratio", Align::Right), ("col_p", Align::Right)];
    let mut table = Table::new(titles.into_iter().chain(more).map(|(t, side)| (word(language, t), side)).collect());
    let points = |x: f64| figure(x * 100.0, 1);
    for reason in told {
        let mut row = vec![reason_name(reason, language)];
        match &reason.difference {
            Some(e) => row.extend([shared::estimate(language, e, points), shared::p_cell(e.p_value)]),
            None => row.extend([String::new(), String::new()]),
        }
        match &reason.hazard {
            Some(e) => {
                let [value, range] = ratio(e, language);
                row.extend([joined(&value, &range), shared::p_cell(e.p_value)]);
            }
            None => row.extend([String::new(), String::new()]),
        }
        table.rows.push(row);
    }
    Some(table)
}
