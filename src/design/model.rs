//! A formula on a plain table as rows of numbers: factors as indicators, products, logarithms, powers; complete cases,
//! every lost row counted.

use super::evaluate;
use super::formula::{Atom, Constant, Formula, TermSpec};
use super::{Design, Factor, INTERCEPT, Incomplete, dense};
use crate::findings::{Decline, Flow};
use crate::panel::NOBODY;
use crate::stats::matrix::Matrix;
use crate::tables::Plain;
use hashbrown::HashMap;
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

/// How the categories of an outcome are put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Categories {
    /// Two values: numbers by size, text by code point; the second is the event.
    Two,
    /// Numbers by size; text as `ordered()` says.
    Ordered,
}

/// What belongs to a formula besides its terms.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// Cluster columns: none, one, or two that cross.
    pub clusters: &'a [String],
    /// Column of analytic weights.
    pub weights: Option<&'a str>,
    /// Rows that a condition kept, and the condition; `None` = all.
    pub kept: Option<(&'a [bool], &'a str)>,
    /// Rows with holes are wanted as well.
    pub incomplete: bool,
    /// The outcome is one of several categories, not a number.
    pub categories: Option<Categories>,
}

/// Turns one outcome of a formula on a table into rows.
///
/// # Errors
/// A decline when a column is missing, is text where a number belongs, a value does not exist (the logarithm of 0), or a
/// weight is negative.
#[allow(clippy::indexing_slicing, reason = "places found or counted in the same list")]
pub fn rows(
    table: &Plain,
    formula: &Formula,
    outcome: &Atom,
    beside: &Beside<'_>,
) -> Result<(Design, Option<Incomplete>), Decline> {
    let (target, categories) = match beside.categories {
        None => (number(table, outcome, "outcome_not_numeric")?, Vec::new()),
        Some(order) => categories(table, outcome, order)?,
    };
    let intercept = (formula.constant == Constant::Yes && formula.absorbed.is_empty()).then_some(0);
    let mut names = Vec::new();
    let mut columns: Vec<Cow<'_, [f64]>> = Vec::new();
    if intercept.is_some() {
        names.push(INTERCEPT.to_string());
        columns.push(Cow::Owned(vec![1.0; table.rows()]));
    }
    let mut coding = Coding { formula, full: formula.constant == Constant::No && formula.absorbed.is_empty() };
    for term in &formula.terms {
        let block = product(table, term, &mut coding)?;
        names.extend(block.names);
        columns.extend(block.columns);
    }
    let weights = beside.weights.map(|name| weights(table, name)).transpose()?;
    let absorbed: Vec<Vec<u32>> = formula.absorbed.iter().map(|c| combined(table, c)).collect::<Result<_, _>>()?;
    let clusters: Vec<Vec<u32>> = beside.clusters.iter().map(|c| codes(table, c)).collect::<Result<_, _>>()?;
    let mut sieve = Sieve::new(table.rows(), beside.kept);
    sieve.numbers(&target, outcome.columns().first().copied().unwrap_or_default());
    for (column, name) in columns.iter().zip(&names) {
        sieve.numbers(column, name);
    }
    if let (Some(weights), Some(name)) = (&weights, beside.weights) {
        sieve.numbers(weights, name);
        sieve.rows("zero_weight", name, |row| weights.get(row) == Some(&0.0));
    }
    for (codes, columns) in absorbed.iter().zip(&formula.absorbed) {
        sieve.rows("missing_value", &columns.join(":"), |row| codes.get(row) == Some(&NOBODY));
    }
    for (codes, name) in clusters.iter().zip(beside.clusters) {
        sieve.rows("no_cluster", name, |row| codes.get(row) == Some(&NOBODY));
    }
    let (keep, flow) = sieve.done();
    let at = |column: &Cow<'_, [f64]>, row: usize| column.get(row).copied().unwrap_or(f64::NAN);
    let x = Array2::from_shape_fn((keep.len(), columns.len()), |(i, j)| at(&columns[j], keep[i]));
    let y = Array1::from_iter(keep.iter().map(|&row| at(&target, row)));
    let incomplete = beside.incomplete.then(|| {
        let slopes: Vec<usize> = (0..columns.len()).filter(|j| Some(*j) != intercept).collect();
        let rows = sieve_without_terms(table.rows(), beside.kept, &target, &clusters);
        Incomplete {
            terms: slopes.iter().map(|&j| names[j].clone()).collect(),
            x: Array2::from_shape_fn((rows.len(), slopes.len()), |(i, j)| at(&columns[slopes[j]], rows[i])),
            y: rows.iter().map(|&row| at(&target, row)).collect(),
            clusters: clusters.first().map(|c| dense(rows.iter().map(|&row| c.get(row).copied().unwrap_or(NOBODY)))),
        }
    });
    let of_kept = |codes: &Vec<u32>| dense(keep.iter().map(|&row| codes.get(row).copied().unwrap_or(NOBODY)));
    let mut matrix = Matrix::new(x, y);
    if let Some(first) = clusters.first() {
        matrix = matrix.with_clusters(of_kept(first));
    }
    let absorbed = absorbed.iter().zip(&formula.absorbed);
    let design = Design {
        outcome: outcome.name(),
        intercept,
        terms: names,
        matrix,
        cluster: beside.clusters.first().cloned(),
        crossing: clusters.get(1).zip(beside.clusters.get(1)).map(|(c, name)| Factor::new(name, of_kept(c))),
        weights: weights.map(|w| keep.iter().map(|&row| at(&w, row)).collect()),
        absorbed: absorbed.map(|(codes, columns)| Factor::new(&columns.join(":"), of_kept(codes))).collect(),
        steps: None,
        categories,
        flow,
    };
    Ok((design, incomplete))
}

/// Rows that have an outcome and a cluster, whatever their terms.
fn sieve_without_terms(
    rows: usize,
    kept: Option<(&[bool], &str)>,
    target: &[f64],
    clusters: &[Vec<u32>],
) -> Vec<usize> {
    let mut sieve = Sieve::new(rows, kept);
    sieve.numbers(target, "");
    clusters.iter().for_each(|codes| sieve.rows("no_cluster", "", |row| codes.get(row) == Some(&NOBODY)));
    sieve.done().0
}

/// An outcome as numbers of its categories, and their names.
fn categories<'t>(
    table: &'t Plain,
    outcome: &Atom,
    order: Categories,
) -> Result<(Cow<'t, [f64]>, Vec<String>), Decline> {
    let number_of = |levels: &[f64], value: f64| match levels.binary_search_by(|level| level.total_cmp(&value)) {
        Ok(at) => at as f64,
        Err(_) => f64::NAN,
    };
    let (column, listed) = match outcome {
        Atom::Column(column) | Atom::Factor { column, .. } => (column, None),
        Atom::Ordered { column, levels } => (column, Some(levels)),
        Atom::Computed { .. } => return Err(Decline::new(DECLINED, "outcome_not_categories")),
    };
    if table.column(column).is_none() {
        return Err(evaluate::unknown(table, column));
    }
    if let (Some(cells), None) = (table.floats(column), listed) {
        let mut levels: Vec<f64> = cells.iter().copied().filter(|v| !v.is_nan()).map(|v| v + 0.0).collect();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let codes = cells.iter().map(|&v| number_of(&levels, v + 0.0)).collect();
        return Ok((codes, levels.iter().map(|level| format!("{level}")).collect()));
    }
    let cells = table.texts(column).unwrap_or_default();
    let levels = match (listed, order) {
        (Some(levels), _) => levels.clone(),
        (None, Categories::Ordered) => {
            return Err(Decline::new(DECLINED, "outcome_needs_order").with("column", column.as_str()));
        }
        (None, Categories::Two) => {
            let mut found: Vec<&String> = cells.iter().flatten().collect();
            found.sort_unstable();
            found.dedup();
            found.into_iter().take(MOST_LEVELS).cloned().collect()
        }
    };
    let mut codes = Vec::with_capacity(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        let code = cell.as_ref().map(|cell| levels.iter().position(|level| level == cell));
        match code {
            None => codes.push(f64::NAN),
            Some(Some(at)) => codes.push(at as f64),
            Some(None) => {
                let line = table.lines.get(row).copied().unwrap_or(0);
                return Err(Decline::new(DECLINED, "level_not_listed")
                    .with("column", column.as_str())
                    .with("line", line));
            }
        }
    }
    Ok((codes.into(), levels))
}

/// Which rows are still there, and what the others were lost to: reasons count in the order in which they are given.
struct Sieve {
    there: Vec<bool>,
    flow: Flow,
}

impl Sieve {
    fn new(rows: usize, kept: Option<(&[bool], &str)>) -> Self {
        let mut sieve = Self { there: vec![true; rows], flow: Flow::of("rows", rows as u64) };
        if let Some((kept, condition)) = kept {
            sieve.flow.lose("not_where", Some(condition), 0);
            sieve.take(|row| !kept.get(row).copied().unwrap_or(false));
        }
        sieve
    }

    fn numbers(&mut self, column: &[f64], name: &str) {
        self.rows("missing_value", name, |row| column.get(row).is_none_or(|v| v.is_nan()));
    }

    /// Takes out the rows for which this holds, and says so if there were any.
    fn rows(&mut self, reason: &str, column: &str, lost: impl Fn(usize) -> bool) {
        self.flow.lose(reason, Some(column), 0);
        if self.take(lost) == 0 {
            self.flow.steps.pop();
        }
    }

    /// Takes rows out under the last reason.
    fn take(&mut self, lost: impl Fn(usize) -> bool) -> u64 {
        let mut count = 0;
        for (row, there) in self.there.iter_mut().enumerate() {
            if *there && lost(row) {
                *there = false;
                count += 1;
            }
        }
        if let Some(step) = self.flow.steps.last_mut() {
            step.count += count;
        }
        self.flow.used = self.flow.used.saturating_sub(count);
        count
    }

    fn done(self) -> (Vec<usize>, Flow) {
        (self.there.iter().enumerate().filter(|(_, there)| **there).map(|(row, _)| row).collect(), self.flow)
    }
}

fn codes(table: &Plain, name: &str) -> Result<Vec<u32>, Decline> {
    let codes = table.codes(name).ok_or_else(|| evaluate::unknown(table, name))?;
    Ok(codes.into_iter().map(|code| code.unwrap_or(NOBODY)).collect())
}

/// Codes of the combinations of several columns; a combination with a missing part is missing.
fn combined(table: &Plain, columns: &[String]) -> Result<Vec<u32>, Decline> {
    let mut all = vec![0; table.rows()];
    for name in columns {
        let next = codes(table, name)?;
        let mut known: HashMap<(u32, u32), u32> = HashMap::new();
        for (code, next) in all.iter_mut().zip(next) {
            let fresh = known.len() as u32;
            let missing = super::missing(*code) || super::missing(next);
            *code = if missing { NOBODY } else { *known.entry((*code, next)).or_insert(fresh) };
        }
    }
    Ok(all)
}

fn weights<'t>(table: &'t Plain, name: &str) -> Result<Cow<'t, [f64]>, Decline> {
    let weights = number(table, &Atom::Column(name.to_string()), "not_numeric")?;
    match weights.iter().position(|w| *w < 0.0) {
        Some(row) => {
            let line = table.lines.get(row).copied().unwrap_or(0);
            Err(Decline::new(DECLINED, "negative_weight").with("column", name).with("line", line))
        }
        None => Ok(weights),
    }
}

/// How factors are coded, term by term, as in R: by contrasts when the term without the factor is in the model, else by
/// an indicator for every level.
struct Coding<'f> {
    formula: &'f Formula,
    /// There is no constant, and no factor has taken its place yet.
    full: bool,
}

impl Coding<'_> {
    fn keeps_all(&mut self, term: &TermSpec, at: usize) -> bool {
        let margin: Vec<&Atom> = term.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, atom)| atom).collect();
        if margin.is_empty() {
            return std::mem::replace(&mut self.full, false);
        }
        let same = |other: &TermSpec| other.len() == margin.len() && margin.iter().all(|atom| other.contains(atom));
        !self.formula.terms.iter().any(same)
    }
}

/// The columns of a product of atoms.
fn product<'t>(table: &'t Plain, term: &TermSpec, coding: &mut Coding<'_>) -> Result<Block<'t>, Decline> {
    let mut result: Option<Block<'t>> = None;
    for (at, atom) in term.iter().enumerate() {
        let next = block(table, atom, &mut || coding.keeps_all(term, at))?;
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

fn block<'t>(table: &'t Plain, atom: &Atom, keeps_all: &mut dyn FnMut() -> bool) -> Result<Block<'t>, Decline> {
    match atom {
        Atom::Factor { column, reference } => factor(table, column, reference.as_deref(), keeps_all()),
        Atom::Ordered { column, levels } => factor(table, column, levels.first().map(String::as_str), keeps_all()),
        Atom::Column(column) if table.column(column).is_some() && !table.is_numeric(column) => {
            // A handful of typing errors must not turn a number into a hundred categories.
            match table.odd_cells(column) {
                Some(_) => Err(super::not_numbers(table, DECLINED, "not_numeric", column)),
                None => factor(table, column, None, keeps_all()),
            }
        }
        _ => Ok(Block { names: vec![atom.name()], columns: vec![number(table, atom, "not_numeric")?] }),
    }
}

/// A numeric atom's cells; NaN where missing.
fn number<'t>(table: &'t Plain, atom: &Atom, refusal: &str) -> Result<Cow<'t, [f64]>, Decline> {
    match atom {
        Atom::Computed { name, expression } => evaluate::numbers(table, expression, name),
        Atom::Column(column) | Atom::Factor { column, .. } | Atom::Ordered { column, .. } => {
            if table.column(column).is_none() {
                return Err(evaluate::unknown(table, column));
            }
            table.floats(column).ok_or_else(|| super::not_numbers(table, DECLINED, refusal, column))
        }
    }
}

/// Indicators of the levels in sorted order, the reference left out unless all are kept.
fn factor<'t>(table: &Plain, column: &str, reference: Option<&str>, keep_all: bool) -> Result<Block<'t>, Decline> {
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
