//! A formula on a plain table as rows of numbers: factors as indicators, products, logarithms, powers; complete cases,
//! every lost row counted.

use super::formula::{Atom, Constant, Formula, TermSpec};
use super::{Design, INTERCEPT, dense};
use crate::findings::{Decline, Flow};
use crate::panel::NOBODY;
use crate::stats::matrix::Matrix;
use crate::tables::Plain;
use ndarray::{Array1, Array2};
use std::borrow::Cow;

const DECLINED: &str = "regression";

/// Indicator columns beyond this make no readable table and no honest model.
const MOST_LEVELS: usize = 200;

/// Named columns of one atom: one for a number, several for a factor. NaN = missing.
struct Block<'t> {
    names: Vec<String>,
    columns: Vec<Cow<'t, [f64]>>,
}

/// Turns a formula on a table into rows.
///
/// # Errors
/// A decline when a column is missing, is text where a number belongs, or a logarithm meets a value that is not above 0.
#[allow(clippy::indexing_slicing, reason = "places found or counted in the same list")]
pub fn rows(table: &Plain, formula: &Formula, cluster: Option<&str>) -> Result<Design, Decline> {
    let outcome = number(table, &formula.outcome, "outcome_not_numeric")?;
    let mut names = Vec::new();
    let mut columns: Vec<Cow<'_, [f64]>> = Vec::new();
    if formula.constant == Constant::Yes {
        names.push(INTERCEPT.to_string());
        columns.push(Cow::Owned(vec![1.0; table.rows()]));
    }
    let mut full = formula.constant == Constant::No;
    for term in &formula.terms {
        let block = product(table, term, &mut full)?;
        names.extend(block.names);
        columns.extend(block.columns);
    }
    let mut flow = Flow::of("rows", table.rows() as u64);
    let clusters = cluster.map(|name| cluster_codes(table, name)).transpose()?;
    let mut keep: Vec<usize> = Vec::new();
    let mut lost: Vec<(String, u64)> = Vec::new();
    let mut lose = |column: &str| match lost.iter_mut().find(|(c, _)| c == column) {
        Some((_, count)) => *count += 1,
        None => lost.push((column.to_string(), 1)),
    };
    let mut clusterless = 0;
    for row in 0..table.rows() {
        let blank = |column: &Cow<'_, [f64]>| column.get(row).is_none_or(|v| v.is_nan());
        if blank(&outcome) {
            lose(formula.outcome.column());
        } else if let Some(at) = columns.iter().position(blank) {
            lose(names.get(at).map_or("", String::as_str));
        } else if clusters.as_ref().is_some_and(|c| super::missing(c.get(row).copied().unwrap_or(NOBODY))) {
            clusterless += 1;
        } else {
            keep.push(row);
        }
    }
    for (column, count) in lost {
        flow.lose("missing_value", Some(&column), count);
    }
    if clusterless > 0 {
        flow.lose("no_cluster", cluster, clusterless);
    }
    let at = |column: &Cow<'_, [f64]>, row: usize| column.get(row).copied().unwrap_or(f64::NAN);
    let x = Array2::from_shape_fn((keep.len(), columns.len()), |(i, j)| at(&columns[j], keep[i]));
    let y = Array1::from_iter(keep.iter().map(|&row| at(&outcome, row)));
    let mut matrix = Matrix::new(x, y);
    if let Some(codes) = clusters {
        matrix = matrix.with_clusters(dense(keep.iter().map(|&row| codes.get(row).copied().unwrap_or(NOBODY))));
    }
    Ok(Design {
        outcome: formula.outcome.name(),
        intercept: (formula.constant == Constant::Yes).then_some(0),
        terms: names,
        matrix,
        cluster: cluster.map(String::from),
        flow,
    })
}

fn cluster_codes(table: &Plain, name: &str) -> Result<Vec<u32>, Decline> {
    let codes = table.codes(name).ok_or_else(|| Decline::new(DECLINED, "column_unknown").with("column", name))?;
    Ok(codes.into_iter().map(|code| code.unwrap_or(NOBODY)).collect())
}

/// The columns of a product of atoms. `full` is true while a factor must keep all its levels (no constant yet).
fn product<'t>(table: &'t Plain, term: &TermSpec, full: &mut bool) -> Result<Block<'t>, Decline> {
    let mut result: Option<Block<'t>> = None;
    for atom in term {
        let next = block(table, atom, full)?;
        result = Some(match result {
            None => next,
            Some(so_far) => cross(&so_far, &next),
        });
    }
    result.ok_or_else(|| Decline::new(DECLINED, "no_terms"))
}

fn cross<'t>(a: &Block<'_>, b: &Block<'_>) -> Block<'t> {
    let mut both = Block { names: Vec::new(), columns: Vec::new() };
    for (name_b, column_b) in b.names.iter().zip(&b.columns) {
        for (name_a, column_a) in a.names.iter().zip(&a.columns) {
            both.names.push(format!("{name_a}:{name_b}"));
            let product = column_a.iter().zip(column_b.iter()).map(|(x, y)| x * y);
            both.columns.push(Cow::Owned(product.collect()));
        }
    }
    both
}

fn block<'t>(table: &'t Plain, atom: &Atom, full: &mut bool) -> Result<Block<'t>, Decline> {
    match atom {
        Atom::Factor { column, reference } => factor(table, column, reference.as_deref(), full),
        Atom::Column(column) if table.column(column).is_some() && !table.is_numeric(column) => {
            // A handful of typing errors must not turn a number into a hundred categories.
            match table.odd_cells(column) {
                Some(_) => Err(super::not_numbers(table, DECLINED, "not_numeric", column)),
                None => factor(table, column, None, full),
            }
        }
        _ => Ok(Block { names: vec![atom.name()], columns: vec![number(table, atom, "not_numeric")?] }),
    }
}

/// A numeric atom's cells; NaN where missing.
fn number<'t>(table: &'t Plain, atom: &Atom, refusal: &str) -> Result<Cow<'t, [f64]>, Decline> {
    let column = atom.column();
    if table.column(column).is_none() {
        let known = table.names().join(", ");
        return Err(Decline::new(DECLINED, "column_unknown").with("column", column).with("known", known));
    }
    let cells = table.floats(column).ok_or_else(|| super::not_numbers(table, DECLINED, refusal, column))?;
    match atom {
        Atom::Log(_) => {
            if let Some(row) = cells.iter().position(|v| *v <= 0.0) {
                let line = table.lines.get(row).copied().unwrap_or(0);
                return Err(Decline::new(DECLINED, "log_of_nothing").with("column", column).with("line", line));
            }
            Ok(cells.iter().map(|v| v.ln()).collect())
        }
        Atom::Power { exponent, .. } => Ok(cells.iter().map(|v| v.powi(*exponent)).collect()),
        Atom::Column(_) | Atom::Factor { .. } => Ok(cells),
    }
}

/// Indicators of the levels in sorted order, the reference left out (unless there is no constant and this is the first
/// factor).
fn factor<'t>(table: &Plain, column: &str, reference: Option<&str>, full: &mut bool) -> Result<Block<'t>, Decline> {
    let decline = |code: &str| Decline::new(DECLINED, code).with("column", column);
    let cells = table.texts(column).ok_or_else(|| decline("column_unknown"))?;
    let mut levels: Vec<&str> = cells.iter().flatten().map(String::as_str).collect();
    sort_levels(&mut levels);
    levels.dedup();
    if levels.len() > MOST_LEVELS {
        return Err(decline("too_many_levels").with("levels", levels.len()).with("limit", MOST_LEVELS));
    }
    let reference = match reference {
        Some(name) if !levels.contains(&name) => return Err(decline("reference_unknown")),
        Some(name) => name,
        None => levels.first().copied().ok_or_else(|| decline("empty_column"))?,
    };
    let keep_all = std::mem::replace(full, false);
    let shown: Vec<&str> = levels.iter().copied().filter(|l| keep_all || *l != reference).collect();
    let indicator = |level: &&str| -> Cow<'t, [f64]> {
        let cell = |c: &Option<String>| c.as_deref().map_or(f64::NAN, |c| f64::from(u8::from(c == *level)));
        cells.iter().map(cell).collect()
    };
    Ok(Block {
        names: shown.iter().map(|level| format!("C({column})[{level}]")).collect(),
        columns: shown.iter().map(indicator).collect(),
    })
}

/// Numbers by size, text by code point.
fn sort_levels(levels: &mut [&str]) {
    let all_numbers = levels.iter().all(|l| l.parse::<f64>().is_ok());
    if all_numbers {
        let value = |l: &str| l.parse::<f64>().unwrap_or(f64::NAN);
        levels.sort_by(|a, b| value(a).total_cmp(&value(b)));
    } else {
        levels.sort_unstable();
    }
}
