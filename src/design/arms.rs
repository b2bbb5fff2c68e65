//! Two arms as rows: outcome, arm, assigned unit, stratum and declared groups of each person (or row of a plain table),
//! what was known before the start, and what each unit gives each month. Estimates nothing.

mod plain;
mod study;

pub use plain::{PlainArms, plain};
pub use study::study;

use crate::domain::{Day, Month};
use crate::findings::{Decline, Flow};
use crate::panel::NOBODY;
use crate::study::{Assignment, Margin};

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

/// A column of categories over the rows used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// The column.
    pub name: String,
    /// Code of each row: a place in `levels`, `NOBODY` where it is missing.
    pub codes: Vec<u32>,
    /// The categories, in order of their names.
    pub levels: Vec<String>,
}

impl Grouping {
    /// Categories by name; an empty name is missing.
    pub fn new<'t>(name: &str, cells: impl Iterator<Item = Option<&'t str>>) -> Self {
        let cells: Vec<Option<&str>> = cells.map(|cell| cell.filter(|text| !text.is_empty())).collect();
        let mut levels: Vec<&str> = cells.iter().flatten().copied().collect();
        levels.sort_unstable();
        levels.dedup();
        let code = |cell: &Option<&str>| {
            cell.and_then(|cell| levels.binary_search(&cell).ok()).map_or(NOBODY, |code| code as u32)
        };
        let codes = cells.iter().map(code).collect();
        Self { name: name.to_string(), codes, levels: levels.into_iter().map(String::from).collect() }
    }
}

/// What one unit gives one month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitMonth {
    /// Dense code of the unit: a place in `Periods::arms`.
    pub unit: u32,
    /// The month.
    pub month: Month,
    /// Sum of the outcome over its people.
    pub total: f64,
    /// Its people with an outcome.
    pub size: f64,
}

/// Units over months.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Periods {
    /// Arm of each unit.
    pub arms: Vec<Arm>,
    /// What they give, by month, then unit.
    pub cells: Vec<UnitMonth>,
}

/// Rows before and after the start that are not the same units again: repeated samples.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pooled {
    /// Outcome per row.
    pub values: Vec<f64>,
    /// Arm per row.
    pub arm: Vec<Arm>,
    /// Dense unit code per row.
    pub units: Option<Vec<u32>>,
    /// Whether the row is from the start on.
    pub after: Vec<bool>,
    /// Covariates: name and value per row (NaN = missing).
    pub covariates: Vec<(String, Vec<f64>)>,
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
    /// Strata within which units were assigned.
    pub strata: Option<Grouping>,
    /// Arm, size and stratum of every assigned unit, used or not: what the ratio check counts. Person-assigned: every
    /// person.
    pub assigned: Vec<Assigned>,
    /// Declared groups.
    pub groups: Vec<Grouping>,
    /// What was known before the start: name and value per row (NaN = missing).
    pub before: Vec<(String, Vec<f64>)>,
    /// Categories that were known before the start.
    pub known: Vec<Grouping>,
    /// What is held fixed in the adjusted difference: names in `before`.
    pub adjust: Vec<String>,
    /// What people did: name and dose per row (NaN = missing).
    pub dose: Option<(String, Vec<f64>)>,
    /// The largest difference that would not matter.
    pub margin: Option<Margin>,
    /// Month that is 100; `None` = the same month a year earlier.
    pub index_base: Option<Month>,
    /// Months, if the data have them.
    pub months: Vec<GroupMonth>,
    /// Units over months, where they are few enough to be told apart.
    pub periods: Option<Periods>,
    /// Rows of repeated samples, where units are not followed.
    pub pooled: Option<Pooled>,
    /// From all rows to these.
    pub flow: Flow,
    /// Parts of the question that these data do not carry.
    pub declines: Vec<Decline>,
}

/// An assigned unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assigned {
    /// Its arm.
    pub arm: Arm,
    /// Its people.
    pub size: u64,
    /// Its stratum; 0 without strata.
    pub stratum: u32,
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

/// The same units with their strata: that of their first person.
fn in_strata(
    people: usize,
    arm_of: &dyn Fn(usize) -> Option<Arm>,
    unit_of: &dyn Fn(usize) -> u32,
    by_unit: bool,
    stratum_of: &dyn Fn(usize) -> u32,
) -> Vec<Assigned> {
    let sizes = assigned(people, arm_of, unit_of, by_unit);
    let mut strata: Vec<Option<u32>> = Vec::new();
    for person in 0..people {
        let unit = if by_unit { unit_of(person) } else { person as u32 };
        if arm_of(person).is_none() || (by_unit && super::missing(unit)) {
            continue;
        }
        let at = unit as usize;
        if strata.len() <= at {
            strata.resize(at + 1, None);
        }
        if let Some(slot) = strata.get_mut(at) {
            slot.get_or_insert(stratum_of(person));
        }
    }
    let strata = strata.into_iter().flatten();
    sizes.into_iter().zip(strata).map(|((arm, size), stratum)| Assigned { arm, size, stratum }).collect()
}

/// No assigned unit stands in two strata, and none is without.
fn not_split(codes: &[u32], strata: &Grouping, unit: &str) -> Result<(), Decline> {
    let mut seen: hashbrown::HashMap<u32, u32> = hashbrown::HashMap::new();
    let split: std::collections::BTreeSet<u32> = codes
        .iter()
        .zip(&strata.codes)
        .filter(|(unit, stratum)| *seen.entry(**unit).or_insert(**stratum) != **stratum)
        .map(|(unit, _)| *unit)
        .collect();
    if split.is_empty() {
        return Ok(());
    }
    let decline = Decline::new("comparison", "unit_in_two_strata").with("column", unit);
    Err(decline.with("strata", strata.name.as_str()).with("units", split.len()))
}
