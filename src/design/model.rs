//! A formula on a plain table as rows of numbers: factors as indicators, products, logarithms, powers; complete cases,
//! every lost row counted.

use super::evaluate;
use super::formula::{Atom, Constant, Formula, TermSpec};
use super::{Design, Factor, INTERCEPT, Incomplete, dense};
use crate::findings::{Decline, Flow};
use crate::panel::NOBODY;
use crate::stats::matrix::Matrix;
use crate::tables::Plain;
use hashbrown::{HashMap, HashSet};
use ndarray::{Array2, ArrayViewMut2, Axis, Slice};
use rayon::prelude::*;
use std::borrow::Cow;

const DECLINED: &str = "regression";

/// Indicator columns beyond this make no readable table and no honest model.
const MOST_LEVELS: usize = 200;

/// Rows of a model that are filled together.
const BESIDE: usize = 512;

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
pub struct Around<'a> {
    /// Cluster columns: none, one, or two that cross.
    pub clusters: &'a [String],
    /// Column of analytic weights.
    pub weights: Option<&'a str>,
    /// Rows that a condition took out of the table before, and the condition.
    pub taken_out: Option<(u64, &'a str)>,
    /// Rows with holes are wanted as well.
    pub incomplete: bool,
    /// The outcome is one of several categories, not a number.
    pub categories: Option<Categories>,
}

/// Turns one outcome of a formula on a table into rows. Levels of factors, and their reference, are those of the rows used.
///
/// # Errors
/// A decline when a column is missing, is text where a number belongs, a value does not exist (the logarithm of 0), or a
/// weight is negative.
#[allow(clippy::indexing_slicing, reason = "places found or counted in the same list")]
pub fn rows(
    table: &Plain,
    formula: &Formula,
    outcome: &Atom,
    around: &Around<'_>,
) -> Result<(Design, Option<Incomplete>), Decline> {
    let (target, categories) = match around.categories {
        None => (number(table, outcome, "outcome_not_numeric")?, Vec::new()),
        Some(order) => categories(table, outcome, order)?,
    };
    if formula.terms.is_empty() && !formula.absorbed.is_empty() {
        return Err(Decline::new(DECLINED, "no_terms"));
    }
    let atoms = Atoms::of(table, formula)?;
    let weights = around.weights.map(|name| weights(table, name)).transpose()?;
    let absorbed: Vec<Vec<u32>> = formula.absorbed.iter().map(|c| combined(table, c)).collect::<Result<_, _>>()?;
    let clusters: Vec<Vec<u32>> = around.clusters.iter().map(|c| codes(table, c)).collect::<Result<_, _>>()?;
    let mut sieve = Sieve::new(table.rows(), around.taken_out);
    sieve.numbers(&target, outcome.columns().first().copied().unwrap_or_default());
    if let (Some(weights), Some(name)) = (&weights, around.weights) {
        sieve.numbers(weights, name);
        sieve.rows("zero_weight", name, |row| weights.get(row) == Some(&0.0));
    }
    for (codes, columns) in absorbed.iter().zip(&formula.absorbed) {
        sieve.rows("missing_value", &columns.join(":"), |row| codes.get(row) == Some(&NOBODY));
    }
    for (codes, name) in clusters.iter().zip(around.clusters) {
        sieve.rows("no_cluster", name, |row| codes.get(row) == Some(&NOBODY));
    }
    // Rows that lack terms only: what imputation fills.
    let holes = around.incomplete.then(|| sieve.done());
    atoms.sift(&mut sieve);
    let (keep, flow) = sieve.done();
    let coded = Columns::of(&atoms, formula, &keep)?;
    let picked =
        |codes: &Vec<u32>, rows: &[usize]| dense(rows.iter().map(|&row| codes.get(row).copied().unwrap_or(NOBODY)));
    let y = |rows: &[usize]| rows.iter().map(|&row| target.get(row).copied().unwrap_or(f64::NAN)).collect();
    let mut matrix = Matrix::new(coded.table(&atoms, &keep), y(&keep));
    if let Some(first) = clusters.first() {
        matrix = matrix.with_clusters(picked(first, &keep));
    }
    let incomplete = holes.map(|(rows, flow)| {
        let constant = usize::from(coded.constant);
        let x = coded.table(&atoms, &rows);
        Incomplete {
            terms: coded.names.iter().skip(constant).cloned().collect(),
            made: coded
                .columns
                .iter()
                .skip(constant)
                .map(|parts| !matches!(parts.as_slice(), [Part::Number(_)]))
                .collect(),
            x: x.slice_axis(Axis(1), Slice::from(constant..)).to_owned(),
            y: y(&rows),
            clusters: clusters.first().map(|codes| picked(codes, &rows)),
            flow,
        }
    });
    let absorbed = absorbed.iter().zip(&formula.absorbed);
    let design = Design {
        outcome: outcome.name(),
        intercept: coded.constant.then_some(0),
        terms: coded.names,
        matrix,
        cluster: around.clusters.first().cloned(),
        crossing: clusters.get(1).zip(around.clusters.get(1)).map(|(c, name)| Factor::new(name, picked(c, &keep))),
        weights: weights.map(|w| keep.iter().map(|&row| w.get(row).copied().unwrap_or(f64::NAN)).collect()),
        absorbed: absorbed.map(|(codes, columns)| Factor::new(&columns.join(":"), picked(codes, &keep))).collect(),
        steps: None,
        categories,
        flow,
    };
    Ok((design, incomplete))
}

/// What an atom holds in every row of the table.
enum Values<'t> {
    /// NaN where missing.
    Number(Cow<'t, [f64]>),
    /// Categories by their text, and the reference asked for.
    Factor { cells: Vec<Option<String>>, reference: Option<&'t str> },
}

/// The atoms of a formula with what they hold, each once.
struct Atoms<'t> {
    atoms: Vec<&'t Atom>,
    values: Vec<Values<'t>>,
}

impl<'t> Atoms<'t> {
    fn of(table: &'t Plain, formula: &'t Formula) -> Result<Self, Decline> {
        let mut found = Self { atoms: Vec::new(), values: Vec::new() };
        for atom in formula.terms.iter().flatten() {
            if !found.atoms.contains(&atom) {
                found.values.push(values(table, atom)?);
                found.atoms.push(atom);
            }
        }
        Ok(found)
    }

    fn place(&self, atom: &Atom) -> usize {
        self.atoms.iter().position(|known| *known == atom).unwrap_or(usize::MAX)
    }

    /// Takes out rows that lack an atom.
    fn sift(&self, sieve: &mut Sieve) {
        for (atom, values) in self.atoms.iter().zip(&self.values) {
            match values {
                Values::Number(cells) => sieve.numbers(cells, &atom.name()),
                Values::Factor { cells, .. } => {
                    let name = atom.columns().first().copied().unwrap_or_default().to_string();
                    sieve.rows("missing_value", &name, |row| !matches!(cells.get(row), Some(Some(_))));
                }
            }
        }
    }

    fn factor(&self, at: usize) -> Option<(&[Option<String>], Option<&'t str>)> {
        match self.values.get(at) {
            Some(Values::Factor { cells, reference }) => Some((cells, *reference)),
            _ => None,
        }
    }
}

fn values<'t>(table: &'t Plain, atom: &'t Atom) -> Result<Values<'t>, Decline> {
    let factor = |column: &str, reference: Option<&'t str>| {
        let cells = table.texts(column).ok_or_else(|| evaluate::unknown(table, column))?;
        Ok(Values::Factor { cells, reference })
    };
    match atom {
        Atom::Factor { column, reference } => factor(column, reference.as_deref()),
        Atom::Ordered { column, levels } => factor(column, levels.first().map(String::as_str)),
        Atom::Column(column) if table.column(column).is_some() && !table.is_numeric(column) => {
            // A handful of typing errors must not turn a number into a hundred categories.
            match table.odd_cells(column) {
                Some(_) => Err(super::not_numbers(table, DECLINED, "not_numeric", column)),
                None => factor(column, None),
            }
        }
        _ => number(table, atom, "not_numeric").map(Values::Number),
    }
}

/// One factor of a product.
#[derive(Clone)]
enum Part {
    /// The number at this place of `Atoms`.
    Number(usize),
    /// 1 where the factor at this place has this level.
    Level(usize, String),
}

/// The columns of a model: products of parts.
struct Columns {
    names: Vec<String>,
    columns: Vec<Vec<Part>>,
    constant: bool,
}

impl Columns {
    /// Codes factors, term by term, as R does: by contrasts when the term without the factor is in the model, else by an
    /// indicator for every level.
    fn of(atoms: &Atoms<'_>, formula: &Formula, keep: &[usize]) -> Result<Self, Decline> {
        let constant = formula.constant == Constant::Yes && formula.absorbed.is_empty();
        let mut columns = Self { names: Vec::new(), columns: Vec::new(), constant };
        if constant {
            columns.names.push(INTERCEPT.to_string());
            columns.columns.push(Vec::new());
        }
        let mut full = formula.constant == Constant::No && formula.absorbed.is_empty();
        for term in &formula.terms {
            let mut product: Vec<(String, Vec<Part>)> = vec![(String::new(), Vec::new())];
            for (at, atom) in term.iter().enumerate() {
                let place = atoms.place(atom);
                let next = match atoms.factor(place) {
                    None => vec![(atom.name(), Part::Number(place))],
                    Some(_) => {
                        let all = keeps_all(formula, term, at, &mut full);
                        indicators(atoms, place, all, keep)?
                    }
                };
                product = crossed(&product, &next);
            }
            for (name, parts) in product {
                columns.names.push(name);
                columns.columns.push(parts);
            }
        }
        Ok(columns)
    }

    /// The columns in these rows; NaN where a part is missing.
    #[allow(clippy::indexing_slicing, reason = "rows of the table, places found in the same list")]
    fn table(&self, atoms: &Atoms<'_>, rows: &[usize]) -> Array2<f64> {
        let one = |part: &Part, row: usize| match part {
            Part::Number(at) => match &atoms.values[*at] {
                Values::Number(cells) => cells[row],
                Values::Factor { .. } => f64::NAN,
            },
            Part::Level(at, level) => match &atoms.values[*at] {
                Values::Factor { cells, .. } => {
                    cells[row].as_ref().map_or(f64::NAN, |c| f64::from(u8::from(c == level)))
                }
                Values::Number(_) => f64::NAN,
            },
        };
        // Columns that are plain numbers, which most are, without a look at what they are in every row.
        let plain: Vec<Option<&[f64]>> = self.columns.iter().map(|parts| plain_number(atoms, parts)).collect();
        let mut table = Array2::zeros((rows.len(), self.columns.len()));
        // A few rows at a time: they stay at hand while column after column is put into them.
        let parts: Vec<ArrayViewMut2<'_, f64>> = table.axis_chunks_iter_mut(Axis(0), BESIDE).collect();
        parts.into_par_iter().zip(rows.par_chunks(BESIDE)).for_each(|(mut part, rows)| {
            for (j, mut column) in part.columns_mut().into_iter().enumerate() {
                let cells = column.iter_mut().zip(rows);
                match plain[j] {
                    Some(values) => cells.for_each(|(cell, &row)| *cell = values[row]),
                    None => cells.for_each(|(cell, &row)| {
                        *cell = self.columns[j].iter().map(|part| one(part, row)).product();
                    }),
                }
            }
        });
        table
    }
}

fn plain_number<'a>(atoms: &'a Atoms<'_>, parts: &[Part]) -> Option<&'a [f64]> {
    match parts {
        [Part::Number(at)] => match atoms.values.get(*at)? {
            Values::Number(cells) => Some(cells),
            Values::Factor { .. } => None,
        },
        _ => None,
    }
}

/// Whether a factor must keep all its levels. `full` is true while there is no constant and no factor in its place.
fn keeps_all(formula: &Formula, term: &TermSpec, at: usize, full: &mut bool) -> bool {
    let margin: Vec<&Atom> = term.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, atom)| atom).collect();
    if margin.is_empty() {
        return std::mem::replace(full, false);
    }
    let same = |other: &TermSpec| other.len() == margin.len() && margin.iter().all(|atom| other.contains(atom));
    !formula.terms.iter().any(same)
}

/// `a:b` of every two, the first varying fastest.
fn crossed(so_far: &[(String, Vec<Part>)], next: &[(String, Part)]) -> Vec<(String, Vec<Part>)> {
    let both = |(name, parts): &(String, Vec<Part>), (other, part): &(String, Part)| {
        let name = if name.is_empty() { other.clone() } else { format!("{name}:{other}") };
        (name, parts.iter().chain([part]).cloned().collect())
    };
    next.iter().flat_map(|n| so_far.iter().map(move |s| both(s, n))).collect()
}

/// Indicators of the levels in sorted order, the reference left out unless all are kept.
fn indicators(atoms: &Atoms<'_>, place: usize, keep_all: bool, keep: &[usize]) -> Result<Vec<(String, Part)>, Decline> {
    let Some((cells, reference)) = atoms.factor(place) else { return Ok(Vec::new()) };
    let column = atoms.atoms.get(place).and_then(|atom| atom.columns().first().copied()).unwrap_or_default();
    let decline = |code: &str| Decline::new(DECLINED, code).with("column", column);
    let seen: HashSet<&str> = keep.iter().filter_map(|&row| cells.get(row)?.as_deref()).collect();
    let mut levels: Vec<&str> = seen.into_iter().collect();
    if levels.len() > MOST_LEVELS {
        return Err(decline("too_many_levels").with("levels", levels.len()).with("limit", MOST_LEVELS));
    }
    sort_levels(&mut levels);
    let reference = match reference {
        Some(name) if levels.contains(&name) => name,
        // A level that only rows left out have is no fault of the formula.
        Some(name) if !cells.iter().flatten().any(|cell| cell == name) => return Err(decline("reference_unknown")),
        _ => levels.first().copied().ok_or_else(|| decline("empty_column"))?,
    };
    let shown = levels.into_iter().filter(|level| keep_all || *level != reference);
    Ok(shown.map(|level| (format!("C({column})[{level}]"), Part::Level(place, level.to_string()))).collect())
}

/// Which rows are still there, and what the others were lost to: reasons count in the order in which they are given.
struct Sieve {
    there: Vec<bool>,
    flow: Flow,
}

impl Sieve {
    fn new(rows: usize, taken_out: Option<(u64, &str)>) -> Self {
        let (lost, condition) = taken_out.unwrap_or_default();
        let mut flow = Flow::of("rows", rows as u64 + lost);
        if taken_out.is_some() {
            flow.lose("not_where", Some(condition), lost);
        }
        Self { there: vec![true; rows], flow }
    }

    fn numbers(&mut self, column: &[f64], name: &str) {
        self.rows("missing_value", name, |row| column.get(row).is_none_or(|v| v.is_nan()));
    }

    /// Takes out the rows for which this holds, and says so if there were any.
    fn rows(&mut self, reason: &str, column: &str, lost: impl Fn(usize) -> bool) {
        let mut count = 0;
        for (row, there) in self.there.iter_mut().enumerate() {
            if *there && lost(row) {
                *there = false;
                count += 1;
            }
        }
        if count > 0 {
            self.flow.lose(reason, Some(column), count);
        }
    }

    fn done(&self) -> (Vec<usize>, Flow) {
        (self.there.iter().enumerate().filter(|(_, there)| **there).map(|(row, _)| row).collect(), self.flow.clone())
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
            if found.len() > MOST_LEVELS {
                let decline = Decline::new(DECLINED, "outcome_not_binary").with("outcome", column.as_str());
                return Err(decline.with("values", found.len()));
            }
            found.into_iter().cloned().collect()
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
