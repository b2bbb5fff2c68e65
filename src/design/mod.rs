//! The only bridge from tables to numbers: terms, groups, rows. Estimates nothing.

pub mod arms;
pub mod drivers;
pub mod evaluate;
pub mod expression;
pub mod formula;
pub mod items;
pub mod model;
pub mod practice;
mod reader;
pub mod rungs;
pub mod spells;

use crate::panel::NOBODY;
use crate::stats::matrix::Matrix;
use hashbrown::HashMap;
use ndarray::{Array1, Array2, Axis};

/// The constant's name in every table.
pub const INTERCEPT: &str = "(Intercept)";

/// Rows of numbers with the names of their columns: what a linear model is fitted to.
#[derive(Debug, Clone)]
pub struct Design {
    /// The outcome's name.
    pub outcome: String,
    /// Name of each column of `matrix.x`.
    pub terms: Vec<String>,
    /// Column of the constant.
    pub intercept: Option<usize>,
    /// The numbers, clusters included.
    pub matrix: Matrix,
    /// The cluster column's name.
    pub cluster: Option<String>,
    /// A second set of clusters that crosses the first.
    pub crossing: Option<Factor>,
    /// Analytic weight of each row, above 0.
    pub weights: Option<Array1<f64>>,
    /// Effects to be absorbed.
    pub absorbed: Vec<Factor>,
    /// One answer step of every term, where the design knows it; `None` = told by the columns.
    pub steps: Option<f64>,
    /// Names of the categories of an outcome that is one of several, by their number in `matrix.y`; empty for a number.
    pub categories: Vec<String>,
    /// From all rows to these.
    pub flow: crate::findings::Flow,
}

impl Design {
    /// The cluster column, or two joined by a comma.
    pub fn cluster_names(&self) -> Option<String> {
        let second = self.crossing.as_ref().map(|c| c.name.clone());
        let names: Vec<String> = self.cluster.iter().cloned().chain(second).collect();
        (!names.is_empty()).then(|| names.join(","))
    }

    /// The same rows without these columns.
    pub fn without(&self, columns: &[usize]) -> Self {
        let kept: Vec<usize> = (0..self.matrix.columns()).filter(|j| !columns.contains(j)).collect();
        let mut design = self.clone();
        design.matrix.x = self.matrix.x.select(Axis(1), &kept);
        design.terms = kept.iter().filter_map(|&j| self.terms.get(j).cloned()).collect();
        design.intercept = self.intercept.and_then(|at| kept.iter().position(|&j| j == at));
        design
    }

    /// The same question without rows.
    pub fn emptied(&self) -> Self {
        self.of_rows(&[])
    }

    /// These rows only.
    pub fn of_rows(&self, rows: &[usize]) -> Self {
        let pick = |codes: &Vec<u32>| dense(rows.iter().filter_map(|&row| codes.get(row).copied()));
        let of = |factor: &Factor| Factor::new(&factor.name, pick(&factor.codes));
        let mut matrix = Matrix::new(self.matrix.x.select(Axis(0), rows), self.matrix.y.select(Axis(0), rows));
        matrix.clusters = self.matrix.clusters.as_ref().map(pick);
        Self {
            outcome: self.outcome.clone(),
            terms: self.terms.clone(),
            intercept: self.intercept,
            matrix,
            cluster: self.cluster.clone(),
            crossing: self.crossing.as_ref().map(of),
            weights: self.weights.as_ref().map(|weights| weights.select(Axis(0), rows)),
            absorbed: self.absorbed.iter().map(of).collect(),
            steps: self.steps,
            categories: self.categories.clone(),
            flow: self.flow.clone(),
        }
    }
}

/// Rows with holes: what imputation fills, and from which response is modelled.
#[derive(Debug, Clone)]
pub struct Incomplete {
    /// The columns, without a constant.
    pub terms: Vec<String>,
    /// m x p, NaN where a value is missing.
    pub x: Array2<f64>,
    /// m outcomes, none missing.
    pub y: Array1<f64>,
    /// m dense cluster codes.
    pub clusters: Option<Vec<u32>>,
    /// Which columns are made from others: products and indicators.
    pub made: Vec<bool>,
    /// From all rows to these.
    pub flow: crate::findings::Flow,
}

impl Incomplete {
    /// A column with holes that is made from others: filling it by itself would contradict them.
    pub fn derived(&self) -> Option<&str> {
        let columns = self.x.columns().into_iter().zip(&self.terms).zip(&self.made);
        let mut holed = columns.filter(|((column, _), made)| **made && column.iter().any(|v| v.is_nan()));
        holed.next().map(|((_, name), _)| name.as_str())
    }
}

/// Categories of the rows, by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// The column, or the columns whose combinations the categories are.
    pub name: String,
    /// Dense code of each row.
    pub codes: Vec<u32>,
}

impl Factor {
    fn new(name: &str, codes: Vec<u32>) -> Self {
        Self { name: name.to_string(), codes }
    }
}

/// Why a column of a plain table gives no numbers: cells among many numbers that are none, or text throughout.
fn not_numbers(table: &crate::tables::Plain, analysis: &str, refusal: &str, column: &str) -> crate::findings::Decline {
    match table.odd_cells(column) {
        Some(odd) => crate::findings::Decline::new(analysis, "text_among_numbers")
            .with("column", column)
            .with("line", odd.line)
            .with("count", odd.count),
        None => crate::findings::Decline::new(analysis, refusal).with("column", column),
    }
}

/// Numbers category codes 0.. in the order of first sight among the rows used.
pub fn dense(codes: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut seen: HashMap<u32, u32> = HashMap::new();
    codes
        .map(|code| {
            let next = seen.len() as u32;
            *seen.entry(code).or_insert(next)
        })
        .collect()
}

/// Whether a category is missing.
fn missing(code: u32) -> bool {
    code == NOBODY
}
