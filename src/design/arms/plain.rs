//! The arms of a plain table: its rows, from the start on where a start is named, and the rows before it for changes.

use super::{
    Arm, Arms, GroupMonth, Grouping, Periods, Pooled, UnitMonth, arm_names, in_strata, not_split, not_torn, which,
};
use crate::design::{dense, not_numbers};
use crate::domain::{Day, Month};
use crate::findings::{Decline, Flow};
use crate::panel::unit_months::MOST_UNITS;
use crate::panel::{Ids, NOBODY};
use crate::study::{Assignment, Margin};
use crate::tables::Plain;
use std::collections::BTreeMap;

/// What a comparison on a plain table names.
#[derive(Debug, Clone, PartialEq)]
pub struct PlainArms {
    /// Numeric outcome column.
    pub outcome: String,
    /// Arm column.
    pub arm: String,
    /// Treatment value; `None` = the first of two in sorted order.
    pub treatment: Option<String>,
    /// Control value; `None` = the other.
    pub control: Option<String>,
    /// Assigned unit's column.
    pub unit: Option<String>,
    /// Month column.
    pub time: Option<String>,
    /// By chance or not.
    pub design: Assignment,
    /// First month of the treatment.
    pub start: Option<Month>,
    /// Strata within which units were assigned.
    pub strata: Option<String>,
    /// Declared groups.
    pub groups: Vec<String>,
    /// Numbers to hold fixed.
    pub adjust: Vec<String>,
    /// What was done.
    pub dose: Option<String>,
    /// The largest difference that would not matter.
    pub margin: Option<Margin>,
    /// Month that is 100.
    pub index_base: Option<Month>,
    /// Planned share of units in the treatment arm.
    pub share: f64,
}

fn decline(code: &str, column: &str) -> Decline {
    Decline::new("comparison", code).with("column", column)
}

type Cells = Vec<Option<String>>;

fn cell(cells: &Cells, row: usize) -> Option<&str> {
    cells.get(row).and_then(|cell| cell.as_deref())
}

/// A row that has an arm, a unit, a stratum, a month and an outcome.
#[derive(Debug, Clone, Copy)]
struct Kept {
    row: usize,
    arm: Arm,
    value: f64,
    month: Option<Month>,
}

/// The arms of a plain table.
///
/// # Errors
/// A decline when a column is missing, the outcome is not a number, there are not two arms, or a unit stands in both.
pub fn plain(table: &Plain, asked: &PlainArms) -> Result<Arms, Decline> {
    let text = |name: &str| table.texts(name).ok_or_else(|| decline("column_unknown", name));
    let arms = text(&asked.arm)?;
    text(&asked.outcome)?;
    let values =
        table.numbers(&asked.outcome).ok_or_else(|| not_numbers(table, "comparison", "not_numeric", &asked.outcome))?;
    let names = arm_names("comparison", &arms, asked.treatment.as_deref(), asked.control.as_deref())?;
    let units = asked.unit.as_deref().map(text).transpose()?;
    let strata = asked.strata.as_deref().map(text).transpose()?;
    let months = months_of(table, asked)?;
    if let (Some(_), None) = (asked.start, &asked.time) {
        return Err(Decline::new("comparison", "start_needs_time"));
    }
    let mut flow = Flow::of("rows", table.rows() as u64);
    let mut lost = [0u64; 4];
    let mut all: Vec<Kept> = Vec::new();
    for row in 0..table.rows() {
        let arm = cell(&arms, row).and_then(|a| which(a, &names[0], &names[1]));
        let lacks = |cells: &Option<Cells>| cells.as_ref().is_some_and(|cells| cell(cells, row).is_none());
        match (arm, values.get(row).copied().flatten()) {
            (None, _) => lost[0] += 1,
            (Some(_), _) if lacks(&units) => lost[1] += 1,
            (Some(_), _) if lacks(&strata) => lost[2] += 1,
            (Some(_), None) => lost[3] += 1,
            (Some(arm), Some(value)) => {
                all.push(Kept { row, arm, value, month: months.as_ref().and_then(|m| m.get(row).copied()) });
            }
        }
    }
    let after = |kept: &&Kept| asked.start.is_none_or(|start| kept.month.is_some_and(|month| month >= start));
    let rows: Vec<Kept> = all.iter().filter(after).copied().collect();
    flow.lose("no_arm", Some(&asked.arm), lost[0]);
    if let Some(unit) = &asked.unit {
        flow.lose("no_unit", Some(unit), lost[1]);
    }
    if let Some(strata) = &asked.strata {
        flow.lose("no_stratum", Some(strata), lost[2]);
    }
    flow.lose("no_outcome", Some(&asked.outcome), lost[3]);
    if asked.start.is_some() {
        flow.lose("before_start", asked.time.as_deref(), (all.len() - rows.len()) as u64);
    }
    let all_codes = units.as_ref().map(|cells| codes(cells, &all));
    let all_arms: Vec<Arm> = all.iter().map(|kept| kept.arm).collect();
    if let Some(codes) = &all_codes {
        not_torn("comparison", codes, &all_arms, asked.unit.as_deref().unwrap_or(""))?;
    }
    let unit_codes = units.as_ref().map(|cells| codes(cells, &rows));
    let grouping = |name: &String| -> Result<Grouping, Decline> {
        let cells = text(name)?;
        Ok(Grouping::new(name, rows.iter().map(|kept| cell(&cells, kept.row))))
    };
    let strata = asked.strata.as_ref().map(grouping).transpose()?;
    if let (Some(codes), Some(strata)) = (&unit_codes, &strata) {
        not_split(codes, strata, asked.unit.as_deref().unwrap_or(""))?;
    }
    let groups = asked.groups.iter().map(grouping).collect::<Result<Vec<Grouping>, Decline>>()?;
    let numbers = |name: &String, kept: &[Kept]| -> Result<Vec<f64>, Decline> {
        text(name)?;
        let cells = table.numbers(name).ok_or_else(|| not_numbers(table, "comparison", "adjust_not_number", name))?;
        Ok(kept.iter().map(|kept| cells.get(kept.row).copied().flatten().unwrap_or(f64::NAN)).collect())
    };
    let named = |kept: &[Kept]| -> Result<Vec<(String, Vec<f64>)>, Decline> {
        asked.adjust.iter().map(|name| Ok((name.clone(), numbers(name, kept)?))).collect()
    };
    let mut before = named(&rows)?;
    let mut adjust = asked.adjust.clone();
    let mut declines = Vec::new();
    let (mut periods, mut pooled) = (None, None);
    if let (Some(start), true) = (asked.start, rows.len() == all.len()) {
        declines.push(Decline::new("comparison", "no_time_before").with("month", start.to_string()));
    } else if let Some(start) = asked.start {
        if let (Some(all_codes), Some(unit_codes)) = (&all_codes, &unit_codes) {
            let values = unit_before(&all, all_codes, &rows, unit_codes, start);
            if adjust.is_empty() {
                adjust.push("outcome_before_start".to_string());
            }
            before.push(("outcome_before_start".to_string(), values));
        }
        pooled = Some(Pooled {
            values: all.iter().map(|kept| kept.value).collect(),
            arm: all_arms,
            units: all_codes.clone(),
            after: all.iter().map(|kept| kept.month.is_some_and(|month| month >= start)).collect(),
            covariates: named(&all)?,
        });
    }
    if let (Some(codes), true) = (&all_codes, asked.time.is_some()) {
        periods = of_units(&all, codes);
    }
    let known: Vec<Grouping> = strata.iter().chain(&groups).filter(|g| g.levels.len() >= 2).cloned().collect();
    let arm_at: Vec<Arm> = rows.iter().map(|kept| kept.arm).collect();
    let unit_at = |i: usize| unit_codes.as_ref().and_then(|c| c.get(i).copied()).unwrap_or(NOBODY);
    let stratum = |i: usize| strata.as_ref().and_then(|s| s.codes.get(i).copied()).unwrap_or(0);
    let dose = asked.dose.as_ref().map(|name| Ok((name.clone(), numbers(name, &rows)?))).transpose()?;
    Ok(Arms {
        outcome: asked.outcome.clone(),
        names: names.clone(),
        design: asked.design,
        start: asked.start.map(Month::first),
        share: asked.share,
        values: rows.iter().map(|kept| kept.value).collect(),
        assigned: in_strata(rows.len(), &|i| arm_at.get(i).copied(), &unit_at, unit_codes.is_some(), &stratum),
        unit: unit_codes.as_ref().map(|c| (asked.unit.clone().unwrap_or_default(), dense(c.iter().copied()))),
        arm: arm_at,
        strata,
        groups,
        before,
        known,
        adjust,
        dose,
        margin: asked.margin,
        index_base: asked.index_base,
        months: group_months(&all),
        periods,
        pooled,
        flow,
        declines,
    })
}

/// Numbers of the values of a column over some rows, in the order of first sight.
fn codes(cells: &Cells, rows: &[Kept]) -> Vec<u32> {
    let mut ids = Ids::default();
    rows.iter().map(|kept| cell(cells, kept.row).map_or(NOBODY, |unit| ids.intern(unit))).collect()
}

/// The month of every row; a year alone counts as its January.
fn months_of(table: &Plain, asked: &PlainArms) -> Result<Option<Vec<Month>>, Decline> {
    let Some(time) = asked.time.as_deref() else { return Ok(None) };
    let cells = table.texts(time).ok_or_else(|| decline("column_unknown", time))?;
    let read = |cell: &Option<String>| {
        let cell = cell.as_deref().unwrap_or_default();
        let year = || (cell.len() == 4).then(|| cell.parse().ok().map(|year| Month::new(year, 1))).flatten();
        Month::parse_iso(cell).or_else(|| Day::parse_iso(cell).map(Day::month)).or_else(year)
    };
    let months: Option<Vec<Month>> = cells.iter().map(read).collect();
    months.map(Some).ok_or_else(|| decline("time_not_month", time))
}

/// Mean outcome of each row's unit before the start.
fn unit_before(all: &[Kept], all_codes: &[u32], rows: &[Kept], codes: &[u32], start: Month) -> Vec<f64> {
    let mut names: BTreeMap<u32, u32> = BTreeMap::new();
    let at: BTreeMap<usize, u32> = all.iter().zip(all_codes).map(|(kept, code)| (kept.row, *code)).collect();
    for (kept, code) in rows.iter().zip(codes) {
        at.get(&kept.row).map(|whole| names.insert(*code, *whole));
    }
    let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for (kept, code) in all.iter().zip(all_codes).filter(|(kept, _)| kept.month.is_some_and(|month| month < start)) {
        let sum = sums.entry(*code).or_default();
        *sum = (sum.0 + kept.value, sum.1 + 1.0);
    }
    let mean = |code: &u32| names.get(code).and_then(|whole| sums.get(whole)).map_or(f64::NAN, |sum| sum.0 / sum.1);
    codes.iter().map(mean).collect()
}

/// What each unit gives each month; nothing where units are too many.
fn of_units(all: &[Kept], codes: &[u32]) -> Option<Periods> {
    let mut cells: BTreeMap<(i32, u32), (f64, f64)> = BTreeMap::new();
    let mut arms: BTreeMap<u32, Arm> = BTreeMap::new();
    for (kept, code) in all.iter().zip(codes) {
        arms.insert(*code, kept.arm);
        let sum = cells.entry((kept.month?.0, *code)).or_default();
        *sum = (sum.0 + kept.value, sum.1 + 1.0);
    }
    if arms.len() > MOST_UNITS {
        return None;
    }
    // Codes are numbered without gaps, so that their order is their place.
    let cell =
        |((month, unit), (total, size)): ((i32, u32), (f64, f64))| UnitMonth { unit, month: Month(month), total, size };
    Some(Periods { arms: arms.into_values().collect(), cells: cells.into_iter().map(cell).collect() })
}

fn group_months(all: &[Kept]) -> Vec<GroupMonth> {
    let mut sums: BTreeMap<(u8, i32), Vec<f64>> = BTreeMap::new();
    for kept in all {
        let Some(month) = kept.month else { return Vec::new() };
        sums.entry((u8::from(kept.arm == Arm::Control), month.0)).or_default().push(kept.value);
    }
    let row = |((arm, month), v): ((u8, i32), Vec<f64>)| {
        let n = v.len() as f64;
        let mean = v.iter().sum::<f64>() / n;
        let spread: f64 = v.iter().map(|x| (x - mean) * (x - mean)).sum();
        let variance = if n > 1.0 { spread / (n - 1.0) / n } else { f64::NAN };
        let arm = if arm == 0 { Arm::Treatment } else { Arm::Control };
        GroupMonth { month: Month(month), arm, n: v.len() as u64, mean, variance }
    };
    sums.into_iter().map(row).collect()
}
