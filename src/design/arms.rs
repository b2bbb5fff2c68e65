//! Two arms as rows: outcome, arm and assigned unit of each person (or row of a plain table), and what was known before
//! the start. The months of a study are taken over as they are.

use super::dense;
use crate::domain::{Day, Month};
use crate::findings::{Decline, Flow};
use crate::panel::{NOBODY, Panel};
use crate::study::{Assignment, Comparison};
use crate::tables::{MISSING_DAY, Plain};

/// Which arm a row is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arm {
    /// Treatment.
    Treatment,
    /// Control.
    Control,
}

/// A month of one group: people, mean, variance of the mean.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupMonth {
    /// The month.
    pub month: Month,
    /// Which arm.
    pub arm: Arm,
    /// Rows behind the mean.
    pub n: u64,
    /// Mean over person-month rows.
    pub mean: f64,
    /// Estimated variance of that mean, rows taken as independent.
    pub variance: f64,
}

/// The rows of a comparison.
#[derive(Debug)]
pub struct Arms {
    /// The outcome's name.
    pub outcome: String,
    /// Treatment's name, control's name.
    pub names: [String; 2],
    /// By chance or not.
    pub design: Assignment,
    /// First day of the treatment.
    pub start: Option<Day>,
    /// Planned share of units in the treatment arm.
    pub share: f64,
    /// Outcome per row.
    pub values: Vec<f64>,
    /// Arm per row.
    pub arm: Vec<Arm>,
    /// Unit column and dense unit code per row; `None` when the person was assigned.
    pub unit: Option<(String, Vec<u32>)>,
    /// Arm of every assigned unit, used or not: what the ratio check counts. Person-assigned: every person.
    pub assigned: Vec<(Arm, u64)>,
    /// What was known before the start: name and value per row (NaN = missing).
    pub before: Vec<(String, Vec<f64>)>,
    /// Months, if the study has them.
    pub months: Vec<GroupMonth>,
    /// From all rows to these.
    pub flow: Flow,
}

/// The arms of a study's people on their sales.
///
/// # Errors
/// A decline when the group or unit column is missing.
pub fn study(panel: &Panel, asked: &Comparison) -> Result<Arms, Decline> {
    let decline = |code: &str| Decline::new("comparison", code);
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
    let unit = match asked.unit.as_deref().filter(|u| *u != "person" && *u != "employee_id") {
        Some(name) => Some(people.column(name).ok_or_else(|| decline("unit_unknown").with("column", name))?),
        None => None,
    };
    let arm_of = |person: usize| {
        let name = groups.ids.name(groups.of.get(person).copied().unwrap_or(NOBODY));
        which(name, &asked.treatment, &asked.control)
    };
    let mut flow = Flow::of("people", people.len() as u64);
    let (mut armless, mut unitless, mut saleless) = (0, 0, 0);
    let mut rows: Vec<(usize, Arm)> = Vec::new();
    for person in people.ids.sorted() {
        let person = person as usize;
        let has_sales = panel.sales.after.get(person).is_some_and(|s| s.count() > 0);
        match arm_of(person) {
            None => armless += 1,
            Some(_) if unit.is_some_and(|u| super::missing(u.of.get(person).copied().unwrap_or(NOBODY))) => {
                unitless += 1;
            }
            Some(_) if !has_sales => saleless += 1,
            Some(arm) => rows.push((person, arm)),
        }
    }
    flow.lose("no_arm", Some("group"), armless);
    if let Some(unit) = unit {
        flow.lose("no_unit", Some(&unit.name), unitless);
    }
    flow.lose("no_sales_after_start", Some("sales"), saleless);
    let code = |person: usize| unit.and_then(|u| u.of.get(person).copied()).unwrap_or(NOBODY);
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
        unit: unit.map(|u| (u.name.clone(), dense(rows.iter().map(|(p, _)| code(*p))))),
        assigned: assigned(people.len(), &arm_of, &code, unit.is_some()),
        before: known_before(panel, asked, &rows),
        months: months(panel, asked),
        flow,
    })
}

pub(super) fn which(name: &str, treatment: &str, control: &str) -> Option<Arm> {
    if name == treatment {
        Some(Arm::Treatment)
    } else if name == control {
        Some(Arm::Control)
    } else {
        None
    }
}

/// Every assigned unit once, with its size: what the ratio check counts.
pub(super) fn assigned(
    people: usize,
    arm_of: &dyn Fn(usize) -> Option<Arm>,
    unit_of: &dyn Fn(usize) -> u32,
    by_unit: bool,
) -> Vec<(Arm, u64)> {
    // Units are numbered from 0 in the order of first sight: a list by number is a list of units.
    let mut units: Vec<Option<(Arm, u64)>> = Vec::new();
    for person in 0..people {
        let Some(arm) = arm_of(person) else { continue };
        let unit = if by_unit { unit_of(person) } else { person as u32 };
        if !(by_unit && super::missing(unit)) {
            let at = unit as usize;
            if units.len() <= at {
                units.resize(at + 1, None);
            }
            if let Some(slot) = units.get_mut(at) {
                slot.get_or_insert((arm, 0)).1 += 1;
            }
        }
    }
    units.into_iter().flatten().collect()
}

/// Mean sales before the start and years since hiring at the start, of the people used.
fn known_before(panel: &Panel, asked: &Comparison, rows: &[(usize, Arm)]) -> Vec<(String, Vec<f64>)> {
    let mut before = Vec::new();
    let Some(start) = asked.start else { return before };
    let of = |f: &dyn Fn(usize) -> f64| rows.iter().map(|(p, _)| f(*p)).collect::<Vec<f64>>();
    let sales = of(&|p| panel.sales.before.get(p).and_then(|s| s.mean()).unwrap_or(f64::NAN));
    if sales.iter().any(|v| !v.is_nan()) {
        before.push(("sales_before_start".to_string(), sales));
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
}

/// Names of treatment and control among the values of an arm column.
///
/// # Errors
/// A decline when there is one arm only, or more than two and none was named.
#[allow(clippy::indexing_slicing, reason = "places found or counted in the same list")]
pub fn arm_names(
    analysis: &str,
    cells: &[Option<String>],
    treatment: Option<&str>,
    control: Option<&str>,
) -> Result<[String; 2], Decline> {
    let mut values: Vec<&str> = cells.iter().flatten().map(String::as_str).collect();
    values.sort_unstable();
    values.dedup();
    let known = |name: &str| {
        let unknown = || Decline::new(analysis, "arm_unknown").with("arm", name);
        values.iter().find(|v| **v == name).map(|v| v.to_string()).ok_or_else(unknown)
    };
    match (treatment, control) {
        (Some(t), Some(c)) => Ok([known(t)?, known(c)?]),
        _ if values.len() < 2 => Err(Decline::new(analysis, "one_arm").with("arms", values.len())),
        _ if values.len() > 2 => Err(Decline::new(analysis, "many_arms").with("arms", values.len())),
        (Some(t), None) => {
            let t = known(t)?;
            let c = values.iter().find(|v| **v != t).map(|v| v.to_string()).unwrap_or_default();
            Ok([t, c])
        }
        (None, Some(c)) => {
            let c = known(c)?;
            let t = values.iter().find(|v| **v != c).map(|v| v.to_string()).unwrap_or_default();
            Ok([t, c])
        }
        // 0/1 columns: 1 is the treatment; A/B and other texts: the first is.
        (None, None) if values == ["0", "1"] => Ok(["1".to_string(), "0".to_string()]),
        (None, None) => Ok([values[0].to_string(), values[1].to_string()]),
    }
}

/// The arms of a plain table.
///
/// # Errors
/// A decline when a column is missing, the outcome is not a number, or there are not two arms.
pub fn plain(table: &Plain, asked: &PlainArms) -> Result<Arms, Decline> {
    let decline = |code: &str, column: &str| Decline::new("comparison", code).with("column", column);
    let text = |name: &str| table.texts(name).ok_or_else(|| decline("column_unknown", name));
    let arms = text(&asked.arm)?;
    text(&asked.outcome)?;
    let values = table
        .numbers(&asked.outcome)
        .ok_or_else(|| super::not_numbers(table, "comparison", "not_numeric", &asked.outcome))?;
    let names = arm_names("comparison", &arms, asked.treatment.as_deref(), asked.control.as_deref())?;
    let units = asked.unit.as_deref().map(text).transpose()?;
    let mut flow = Flow::of("rows", table.rows() as u64);
    let (mut armless, mut unitless, mut empty) = (0, 0, 0);
    let mut rows: Vec<(usize, Arm)> = Vec::new();
    for row in 0..table.rows() {
        let arm = arms.get(row).and_then(|a| a.as_deref()).and_then(|a| which(a, &names[0], &names[1]));
        let unitless_row = units.as_ref().is_some_and(|u| u.get(row).is_none_or(Option::is_none));
        match arm {
            None => armless += 1,
            Some(_) if unitless_row => unitless += 1,
            Some(_) if values.get(row).copied().flatten().is_none() => empty += 1,
            Some(arm) => rows.push((row, arm)),
        }
    }
    flow.lose("no_arm", Some(&asked.arm), armless);
    if let Some(unit) = &asked.unit {
        flow.lose("no_unit", Some(unit), unitless);
    }
    flow.lose("no_outcome", Some(&asked.outcome), empty);
    let mut ids = crate::panel::Ids::default();
    let codes: Option<Vec<u32>> = units.map(|cells| {
        let code = |(row, _): &(usize, Arm)| cells.get(*row).cloned().flatten().map_or(NOBODY, |u| ids.intern(&u));
        rows.iter().map(code).collect()
    });
    let by_unit = codes.is_some();
    let arm_at: Vec<Arm> = rows.iter().map(|(_, arm)| *arm).collect();
    let unit_at = |i: usize| codes.as_ref().and_then(|c| c.get(i).copied()).unwrap_or(NOBODY);
    if let Some(codes) = &codes {
        not_torn("comparison", codes, &arm_at, asked.unit.as_deref().unwrap_or(""))?;
    }
    Ok(Arms {
        outcome: asked.outcome.clone(),
        names: names.clone(),
        design: asked.design,
        start: None,
        share: 0.5,
        values: rows.iter().map(|(row, _)| values.get(*row).copied().flatten().unwrap_or(f64::NAN)).collect(),
        assigned: assigned(rows.len(), &|i| arm_at.get(i).copied(), &unit_at, by_unit),
        unit: codes.as_ref().map(|c| (asked.unit.clone().unwrap_or_default(), dense(c.iter().copied()))),
        arm: arm_at,
        before: Vec::new(),
        months: plain_months(table, asked, &rows, &values)?,
        flow,
    })
}

/// No assigned unit stands in both arms.
pub(super) fn not_torn(analysis: &str, codes: &[u32], arms: &[Arm], unit: &str) -> Result<(), Decline> {
    let mut seen: hashbrown::HashMap<u32, Arm> = hashbrown::HashMap::new();
    let torn: std::collections::BTreeSet<u32> =
        codes.iter().zip(arms).filter(|(c, a)| *seen.entry(**c).or_insert(**a) != **a).map(|(c, _)| *c).collect();
    if torn.is_empty() {
        return Ok(());
    }
    Err(Decline::new(analysis, "unit_in_both_arms").with("column", unit).with("units", torn.len()))
}

fn plain_months(
    table: &Plain,
    asked: &PlainArms,
    rows: &[(usize, Arm)],
    values: &[Option<f64>],
) -> Result<Vec<GroupMonth>, Decline> {
    let Some(time) = asked.time.as_deref() else { return Ok(Vec::new()) };
    let cells = table.texts(time).ok_or_else(|| Decline::new("comparison", "column_unknown").with("column", time))?;
    let mut sums: std::collections::BTreeMap<(u8, i32), Vec<f64>> = std::collections::BTreeMap::new();
    for &(row, arm) in rows {
        let cell = cells.get(row).cloned().flatten().unwrap_or_default();
        let month = Month::parse_iso(&cell).or_else(|| Day::parse_iso(&cell).map(Day::month));
        let month = month.ok_or_else(|| Decline::new("comparison", "time_not_month").with("column", time))?;
        let value = values.get(row).copied().flatten().unwrap_or(f64::NAN);
        sums.entry((u8::from(arm == Arm::Control), month.0)).or_default().push(value);
    }
    let row = |((arm, month), v): ((u8, i32), Vec<f64>)| {
        let n = v.len() as f64;
        let mean = v.iter().sum::<f64>() / n;
        let spread: f64 = v.iter().map(|x| (x - mean) * (x - mean)).sum();
        let variance = if n > 1.0 { spread / (n - 1.0) / n } else { f64::NAN };
        let arm = if arm == 0 { Arm::Treatment } else { Arm::Control };
        GroupMonth { month: Month(month), arm, n: v.len() as u64, mean, variance }
    };
    Ok(sums.into_iter().map(row).collect())
}
