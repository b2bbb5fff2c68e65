//! Were the groups alike before the start: each number and each category by itself, and one test of all of them together.

use super::randomised::{is_treated, plan};
use super::{MOST_ADJUSTED, finite};
use crate::design::arms::{Arms, Grouping};
use crate::findings::Why;
use crate::findings::comparison::{Balance, Omnibus};

use crate::stats::balance::{self, Before};
use ndarray::Array2;

/// Every row of the balance table: numbers first, then each column of categories with its levels.
pub(super) fn table(arms: &Arms) -> Vec<Balance> {
    let treated = is_treated(arms);
    let units = arms.unit.as_ref().map(|(_, codes)| codes.as_slice());
    let numbers = arms.before.iter().map(|(term, values)| number(term, values, &treated, units));
    let categories = arms.known.iter().flat_map(|grouping| category(grouping, &treated));
    numbers.chain(categories).collect()
}

/// Why a standardised difference is missing.
fn reason(smd: f64) -> Option<Why> {
    match smd {
        smd if smd.is_infinite() => Some(Why::Infinite),
        smd if smd.is_nan() => Some(Why::TooFew),
        _ => None,
    }
}

fn number(term: &str, values: &[f64], treated: &[bool], units: Option<&[u32]>) -> Balance {
    let found = balance::number(values, treated, units);
    let (a, b) = (found.treated, found.control);
    let smd = if a.count > 1 && b.count > 1 { found.smd } else { f64::NAN };
    Balance {
        term: term.to_string(),
        mean_treatment: (a.count > 0).then_some(a.mean),
        mean_control: (b.count > 0).then_some(b.mean),
        smd: finite(smd),
        smd_units: found.smd_units.and_then(finite),
        variance_ratio: found.variance_ratio.and_then(finite),
        people: [a.count as u64, b.count as u64],
        why: reason(smd),
        ..Balance::default()
    }
}

fn category(grouping: &Grouping, treated: &[bool]) -> Vec<Balance> {
    let codes: Vec<Option<u32>> =
        grouping.codes.iter().map(|code| ((*code as usize) < grouping.levels.len()).then_some(*code)).collect();
    let Some(found) = balance::category(&codes, treated, grouping.levels.len()) else { return Vec::new() };
    let count = |level: Option<u32>, arm: bool| {
        let known = codes.iter().zip(treated).filter(|(code, treated)| code.is_some() && **treated == arm);
        known.filter(|(code, _)| level.is_none() || **code == level).count() as u64
    };
    let whole = Balance {
        term: grouping.name.clone(),
        smd: finite(found.smd),
        people: [count(None, true), count(None, false)],
        why: reason(found.smd),
        ..Balance::default()
    };
    let level = |(at, (p, q, smd)): (usize, &(f64, f64, f64))| Balance {
        term: grouping.name.clone(),
        level: grouping.levels.get(at).cloned(),
        mean_treatment: Some(*p),
        mean_control: Some(*q),
        smd: finite(*smd),
        people: [count(Some(at as u32), true), count(Some(at as u32), false)],
        why: reason(*smd),
        ..Balance::default()
    };
    std::iter::once(whole).chain(found.levels.iter().enumerate().map(level)).collect()
}

/// The test of everything together; nothing where nothing is known, or people are very many.
pub(super) fn omnibus(arms: &Arms, seed: u64) -> Option<Omnibus> {
    let n = arms.values.len();
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for (_, values) in &arms.before {
        columns.push(values.clone());
        if values.iter().any(|v| v.is_nan()) {
            columns.push(values.iter().map(|v| f64::from(u8::from(v.is_nan()))).collect());
        }
    }
    for grouping in &arms.known {
        for level in 1..grouping.levels.len() as u32 {
            columns.push(grouping.codes.iter().map(|code| f64::from(u8::from(*code == level))).collect());
        }
    }
    if columns.is_empty() || n > MOST_ADJUSTED {
        return None;
    }
    let covariates = Array2::from_shape_fn((n, columns.len()), |(row, column)| columns[column][row]);
    let treated = is_treated(arms);
    let before = Before {
        covariates: &covariates,
        treated: &treated,
        units: arms.unit.as_ref().map(|(_, codes)| codes.as_slice()),
        strata: arms.strata.as_ref().map(|strata| strata.codes.as_slice()),
    };
    let found = balance::omnibus(&before, &plan(seed, "balance"))?;
    Some(Omnibus {
        statistic: finite(found.statistic),
        df: found.df,
        p_value: finite(found.p_value),
        draws: found.draws,
        exact: found.exact,
    })
}
