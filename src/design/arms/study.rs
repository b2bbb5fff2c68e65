//! The arms of a study: people with their sales from the start on, and what is known of them before it.

use super::{Arm, Arms, GroupMonth, Grouping, Periods, UnitMonth, in_strata, not_split, which};
use crate::design::{dense, missing};
use crate::domain::Month;
use crate::findings::{Decline, Flow};
use crate::panel::people::Categories;
use crate::panel::{NOBODY, Panel};
use crate::study::{Comparison, Practice};
use crate::tables::MISSING_DAY;

/// Categories of a column up to which its balance is looked at.
const MOST_LEVELS: usize = 20;

/// The name of the outcome before the start among what is known.
const SALES_BEFORE: &str = "sales_before_start";

/// The name of the dose.
const DOSE: &str = "practice_share";

fn decline(code: &str) -> Decline {
    Decline::new("comparison", code)
}

/// The arms of a study's people on their sales.
///
/// # Errors
/// A decline when the group, unit or stratum column is missing, or a unit stands in two strata.
pub fn study(panel: &Panel, asked: &Comparison, practice: &Practice) -> Result<Arms, Decline> {
    if asked.outcome != "sales" {
        return Err(decline("outcome_unknown").with("outcome", asked.outcome.as_str()));
    }
    if panel.sales.rows == 0 {
        return Err(decline("no_sales"));
    }
    if panel.sales.by_unit {
        return Err(decline("sales_by_unit"));
    }
    let people = &panel.people;
    let groups = people.column("group").ok_or_else(|| decline("no_group_column"))?;
    let column = |name: &str, code: &str| people.column(name).ok_or_else(|| decline(code).with("column", name));
    let unit = asked.unit_column().map(|name| column(name, "unit_unknown")).transpose()?;
    let strata = asked.strata.as_deref().map(|name| column(name, "strata_unknown")).transpose()?;
    let arm_of = |person: usize| {
        let name = groups.ids.name(groups.of.get(person).copied().unwrap_or(NOBODY));
        which(name, &asked.treatment, &asked.control)
    };
    let mut flow = Flow::of("people", people.len() as u64);
    let rows = rows(panel, &arm_of, unit, strata, &mut flow);
    let code = |person: usize| unit.and_then(|u| u.of.get(person).copied()).unwrap_or(NOBODY);
    let unit_codes = unit.map(|u| (u.name.clone(), dense(rows.iter().map(|(p, _)| code(*p)))));
    let grouping = |column: &Categories| of_people(column, &rows);
    let strata_of = strata.map(grouping);
    if let (Some((name, codes)), Some(strata)) = (&unit_codes, &strata_of) {
        not_split(codes, strata, name)?;
    }
    let stratum = |person: usize| strata.and_then(|s| s.of.get(person).copied()).unwrap_or(0);
    let mut declines = Vec::new();
    let groups = asked.groups.iter().filter_map(|name| match people.column(name) {
        Some(column) => Some(grouping(column)),
        None => {
            declines.push(decline("column_unknown").with("column", name.as_str()));
            None
        }
    });
    let groups: Vec<Grouping> = groups.collect();
    let mut before = known_before(panel, asked, &rows);
    let adjust = adjustment(panel, asked, &rows, &mut before, &mut declines);
    if asked.start.is_some() && panel.sales.before.iter().all(|sum| sum.count() == 0) {
        declines.push(decline("no_time_before"));
    }
    Ok(Arms {
        outcome: asked.outcome.clone(),
        names: [asked.treatment.clone(), asked.control.clone()],
        design: asked.design,
        start: asked.start,
        share: asked.share,
        values: (rows.iter())
            .map(|(p, _)| panel.sales.after.get(*p).and_then(|s| s.mean()).unwrap_or(f64::NAN))
            .collect(),
        arm: rows.iter().map(|(_, arm)| *arm).collect(),
        unit: unit_codes,
        assigned: in_strata(people.len(), &arm_of, &code, unit.is_some(), &stratum),
        known: known_categories(panel, asked, &rows, &groups),
        strata: strata_of,
        groups,
        before,
        adjust,
        dose: dose(panel, asked, practice, &rows),
        margin: asked.margin,
        index_base: asked.index_base,
        months: months(panel, asked),
        periods: periods(panel, &arm_of),
        pooled: None,
        flow,
        declines,
    })
}

/// The people with an arm, a unit, a stratum and sales, in order of their ids.
fn rows(
    panel: &Panel,
    arm_of: &dyn Fn(usize) -> Option<Arm>,
    unit: Option<&Categories>,
    strata: Option<&Categories>,
    flow: &mut Flow,
) -> Vec<(usize, Arm)> {
    let lacks = |column: Option<&Categories>, person: usize| {
        column.is_some_and(|c| missing(c.of.get(person).copied().unwrap_or(NOBODY)))
    };
    let (mut armless, mut unitless, mut without_stratum, mut saleless) = (0, 0, 0, 0);
    let mut rows: Vec<(usize, Arm)> = Vec::new();
    for person in panel.people.ids.sorted() {
        let person = person as usize;
        let has_sales = panel.sales.after.get(person).is_some_and(|s| s.count() > 0);
        match arm_of(person) {
            None => armless += 1,
            Some(_) if lacks(unit, person) => unitless += 1,
            Some(_) if lacks(strata, person) => without_stratum += 1,
            Some(_) if !has_sales => saleless += 1,
            Some(arm) => rows.push((person, arm)),
        }
    }
    flow.lose("no_arm", Some("group"), armless);
    if let Some(unit) = unit {
        flow.lose("no_unit", Some(&unit.name), unitless);
    }
    if let Some(strata) = strata {
        flow.lose("no_stratum", Some(&strata.name), without_stratum);
    }
    flow.lose("no_sales_after_start", Some("sales"), saleless);
    rows
}

fn of_people(column: &Categories, rows: &[(usize, Arm)]) -> Grouping {
    let cell = |(person, _): &(usize, Arm)| {
        let code = column.of.get(*person).copied().unwrap_or(NOBODY);
        (!missing(code)).then(|| column.ids.name(code))
    };
    Grouping::new(&column.name, rows.iter().map(cell))
}

/// The department, the strata and the declared groups, where they have few enough values to be looked at.
fn known_categories(panel: &Panel, asked: &Comparison, rows: &[(usize, Arm)], groups: &[Grouping]) -> Vec<Grouping> {
    let named = std::iter::once("department").chain(asked.strata.as_deref());
    let mut known: Vec<Grouping> = Vec::new();
    let columns = named.filter_map(|name| panel.people.column(name)).map(|column| of_people(column, rows));
    for grouping in columns.chain(groups.iter().cloned()) {
        let fits = (2..=MOST_LEVELS).contains(&grouping.levels.len());
        let own = asked.unit_column() == Some(grouping.name.as_str());
        if fits && !own && !known.iter().any(|other| other.name == grouping.name) {
            known.push(grouping);
        }
    }
    known
}

/// Mean sales before the start and years since hiring at the start, of the people used.
fn known_before(panel: &Panel, asked: &Comparison, rows: &[(usize, Arm)]) -> Vec<(String, Vec<f64>)> {
    let mut before = Vec::new();
    let Some(start) = asked.start else { return before };
    let of = |f: &dyn Fn(usize) -> f64| rows.iter().map(|(p, _)| f(*p)).collect::<Vec<f64>>();
    let sales = of(&|p| panel.sales.before.get(p).and_then(|s| s.mean()).unwrap_or(f64::NAN));
    if sales.iter().any(|v| !v.is_nan()) {
        before.push((SALES_BEFORE.to_string(), sales));
    }
    let tenure = of(&|p| match panel.people.hired.get(p).copied().unwrap_or(MISSING_DAY) {
        MISSING_DAY => f64::NAN,
        hired if hired > start.0 => f64::NAN,
        hired => f64::from(start.0 - hired) / 365.25,
    });
    if tenure.iter().any(|v| !v.is_nan()) {
        before.push(("tenure_at_start".to_string(), tenure));
    }
    before
}

/// The names to hold fixed; numbers of people that are asked for join what is known.
fn adjustment(
    panel: &Panel,
    asked: &Comparison,
    rows: &[(usize, Arm)],
    before: &mut Vec<(String, Vec<f64>)>,
    declines: &mut Vec<Decline>,
) -> Vec<String> {
    if asked.adjust.is_empty() {
        return before.iter().map(|(name, _)| name.clone()).filter(|name| name == SALES_BEFORE).collect();
    }
    let mut names = Vec::new();
    for name in &asked.adjust {
        if !before.iter().any(|(known, _)| known == name) {
            let Some(column) = panel.people.column(name) else {
                declines.push(decline("column_unknown").with("column", name.as_str()));
                continue;
            };
            let cell = |code: u32| if missing(code) { Some(f64::NAN) } else { column.ids.name(code).parse().ok() };
            let values: Option<Vec<f64>> =
                rows.iter().map(|(p, _)| cell(column.of.get(*p).copied().unwrap_or(NOBODY))).collect();
            let Some(values) = values else {
                declines.push(decline("adjust_not_number").with("column", name.as_str()));
                continue;
            };
            before.push((name.clone(), values));
        }
        names.push(name.clone());
    }
    names
}

/// The share of each person's months from the start on that meet the study's definition of proper practice; nothing
/// without a log of that time.
fn dose(panel: &Panel, asked: &Comparison, practice: &Practice, rows: &[(usize, Arm)]) -> Option<(String, Vec<f64>)> {
    let (first, last) = panel.practice.window(practice)?;
    let first = asked.start.map_or(first, |start| first.max(start.month()));
    let last = asked.end.map_or(last, |end| last.min(end.month()));
    if first > last {
        return None;
    }
    let of = |(person, _): &(usize, Arm)| {
        let dose = panel.practice.of(&panel.people, *person, (first, last), &practice.proper);
        dose.map_or(f64::NAN, |dose| dose.share_proper())
    };
    Some((DOSE.to_string(), rows.iter().map(of).collect()))
}

fn months(panel: &Panel, asked: &Comparison) -> Vec<GroupMonth> {
    let Some(groups) = panel.people.column("group") else { return Vec::new() };
    let mut rows = Vec::new();
    for (name, arm) in [(&asked.treatment, Arm::Treatment), (&asked.control, Arm::Control)] {
        for (month, sum) in panel.sales.group_months(&groups.ids, name) {
            let n = sum.values.count();
            let mean = sum.values.mean().unwrap_or(f64::NAN);
            let spread = sum.squares.total() - n as f64 * mean * mean;
            let variance = if n > 1 { spread.max(0.0) / (n as f64 - 1.0) / n as f64 } else { f64::NAN };
            rows.push(GroupMonth { month, arm, n, mean, variance });
        }
    }
    rows
}

/// What each unit of the two arms gives each month.
fn periods(panel: &Panel, arm_of: &dyn Fn(usize) -> Option<Arm>) -> Option<Periods> {
    let units = panel.sales.units.as_ref()?;
    let column = units.column().and_then(|name| panel.people.column(name));
    let mut arms: Vec<Option<Arm>> = Vec::new();
    for person in 0..panel.people.len() {
        let Some(arm) = arm_of(person) else { continue };
        let unit = column.map_or(person as u32, |c| c.of.get(person).copied().unwrap_or(NOBODY));
        if missing(unit) {
            continue;
        }
        if arms.len() <= unit as usize {
            arms.resize(unit as usize + 1, None);
        }
        if let Some(slot) = arms.get_mut(unit as usize) {
            slot.get_or_insert(arm);
        }
    }
    // By name: sums over units must not depend on the order of the files.
    let mut places: Vec<u32> = vec![NOBODY; arms.len()];
    let mut found = Periods::default();
    for unit in column.map_or_else(|| panel.people.ids.sorted(), |c| c.ids.sorted()) {
        let Some(arm) = arms.get(unit as usize).copied().flatten() else { continue };
        if let Some(place) = places.get_mut(unit as usize) {
            *place = found.arms.len() as u32;
            found.arms.push(arm);
        }
    }
    for (unit, month, sum) in units.cells() {
        let place = places.get(unit as usize).copied().unwrap_or(NOBODY);
        if !missing(place) {
            let size = sum.count() as f64;
            found.cells.push(UnitMonth { unit: place, month: Month(month), total: sum.total(), size });
        }
    }
    found.cells.sort_by_key(|cell| (cell.month, cell.unit));
    Some(found)
}
