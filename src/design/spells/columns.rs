//! What else is known of the rows of an attrition question: why each left, the stratum within which they were assigned,
//! and covariates of a hazard model as columns of numbers. Decides nothing about which of it may be told.

use super::DECLINED;
use crate::findings::Decline;
use crate::panel::{Categories, People};
use crate::tables::Plain;
use std::collections::BTreeSet;

/// Categories up to which a text may enter a hazard model.
const MOST_LEVELS: usize = 50;

/// Fewest leavers for one column of a hazard model (Peduzzi et al. 1995 found estimates adrift under ten).
pub const EVENTS_PER_COLUMN: usize = 5;

/// Why people left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reasons {
    /// The column.
    pub column: String,
    /// The reasons given, in sorted order.
    pub names: Vec<String>,
    /// For every row its reason as a place in `names`; `None` when none is given.
    pub of: Vec<Option<u32>>,
}

/// One covariate of a hazard model.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariate {
    /// The column.
    pub column: String,
    /// Its columns of numbers: the term's name and a value per row (NaN where missing). One for a number, one for each
    /// category but the first for a text.
    pub terms: Vec<(String, Vec<f64>)>,
    /// For a text, the size of the smallest category among the rows.
    pub smallest: Option<u64>,
}

/// The cells of a column for the rows used, as text.
type Texts<'a> = dyn Fn(&str) -> Result<Vec<Option<String>>, Decline> + 'a;

/// What else an attrition question names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// Column of reasons for leaving.
    pub reason: Option<String>,
    /// Column of strata within which units were assigned.
    pub strata: Option<String>,
    /// Columns held fixed in a hazard model.
    pub covariates: Vec<String>,
}

/// The same, with its values for the rows used.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// Why people left.
    pub reasons: Option<Reasons>,
    /// Column of the strata, and the name of each row's.
    pub strata: Option<(String, Vec<u32>)>,
    /// Covariates.
    pub covariates: Vec<Covariate>,
}

impl Known {
    /// Of people of a study, by their numbers.
    ///
    /// # Errors
    /// A decline when a column that was named is missing.
    pub fn of_people(people: &People, rows: &[usize], asked: &Columns) -> Result<Self, Decline> {
        // The reason has a name of its own: without the column nobody asked for it.
        let reason = asked.reason.as_deref().or_else(|| people.column("reason").map(|_| "reason"));
        let texts = |name: &str| {
            let column = people.column(name).ok_or_else(|| unknown(name))?;
            Ok(rows.iter().map(|&row| category(column, row)).collect())
        };
        Self::of(&texts, reason, asked)
    }

    /// Of the rows of a plain table.
    ///
    /// # Errors
    /// A decline when a column that was named is missing.
    pub fn of_table(table: &Plain, rows: &[usize], asked: &Columns) -> Result<Self, Decline> {
        let texts = |name: &str| {
            let cells = table.texts(name).ok_or_else(|| unknown(name))?;
            Ok(rows.iter().map(|&row| cells.get(row).cloned().flatten()).collect())
        };
        Self::of(&texts, asked.reason.as_deref(), asked)
    }

    fn of(texts: &Texts<'_>, reason: Option<&str>, asked: &Columns) -> Result<Self, Decline> {
        let reasons = reason.map(|name| Ok(reasons(name, &texts(name)?))).transpose()?;
        let strata =
            asked.strata.as_deref().map(|name| Ok((name.to_string(), numbered(&texts(name)?).1))).transpose()?;
        let covariates =
            asked.covariates.iter().map(|name| covariate(name, &texts(name)?)).collect::<Result<_, _>>()?;
        Ok(Self { reasons, strata, covariates })
    }
}

fn unknown(name: &str) -> Decline {
    Decline::new(DECLINED, "column_unknown").with("column", name)
}

fn category(column: &Categories, row: usize) -> Option<String> {
    let number = column.of.get(row).copied().filter(|number| !crate::design::missing(*number))?;
    Some(column.ids.name(number).to_string()).filter(|name| !name.is_empty())
}

/// The distinct texts in order, and the place of each row's; blank counts as one more, the last.
fn numbered(cells: &[Option<String>]) -> (Vec<String>, Vec<u32>) {
    let names: Vec<String> = cells.iter().flatten().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let place = |cell: &Option<String>| match cell {
        Some(cell) => names.partition_point(|name| name < cell) as u32,
        None => names.len() as u32,
    };
    let places = cells.iter().map(place).collect();
    (names, places)
}

fn reasons(column: &str, cells: &[Option<String>]) -> Reasons {
    let (names, places) = numbered(cells);
    let last = names.len() as u32;
    Reasons {
        column: column.to_string(),
        names,
        of: places.into_iter().map(|place| Some(place).filter(|p| *p < last)).collect(),
    }
}

/// A column of numbers as it is; of a text an indicator for each category but the first in order.
fn covariate(column: &str, cells: &[Option<String>]) -> Result<Covariate, Decline> {
    let decline = |code: &str| Decline::new(DECLINED, code).with("column", column);
    let number = |cell: &Option<String>| cell.as_deref().map(|cell| cell.trim().parse::<f64>().ok());
    let numbers: Vec<Option<Option<f64>>> = cells.iter().map(number).collect();
    if numbers.iter().flatten().next().is_none() {
        return Err(decline("empty_column"));
    }
    let finite = |cell: &Option<Option<f64>>| cell.is_none_or(|value| value.is_some_and(f64::is_finite));
    if numbers.iter().all(finite) {
        let values = numbers.into_iter().map(|cell| cell.flatten().unwrap_or(f64::NAN)).collect();
        return Ok(Covariate { column: column.to_string(), terms: vec![(column.to_string(), values)], smallest: None });
    }
    let (names, places) = numbered(cells);
    if names.len() > MOST_LEVELS {
        return Err(decline("too_many_levels").with("levels", names.len()).with("limit", MOST_LEVELS));
    }
    let indicator = |place: usize| -> Vec<f64> {
        let value = |at: &u32| match *at as usize {
            at if at == names.len() => f64::NAN,
            at => f64::from(u8::from(at == place)),
        };
        places.iter().map(value).collect()
    };
    let sizes = (0..names.len()).map(|place| places.iter().filter(|at| **at as usize == place).count() as u64);
    let terms = (names.iter().enumerate().skip(1)).map(|(at, name)| (format!("C({column})[{name}]"), indicator(at)));
    Ok(Covariate { column: column.to_string(), terms: terms.collect(), smallest: sizes.min() })
}
