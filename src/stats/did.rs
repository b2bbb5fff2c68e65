//! Differences in differences: from rows before and after, and from means by unit and period with effects of both. It
//! deliberately takes one start for all treated units; whether trends were parallel before is `event`'s question.

use ndarray::{Array1, Array2};

use super::covariance::{Covariance, Kind, covariance};
use super::inference::{Inference, LEVEL, contrast};
use super::matrix::Matrix;
use super::ols::{Absorption, DEFAULT_TOLERANCE, Fit, fit_absorbed};
use super::trial::{Regression, Trial, TrialFault};

/// A difference in differences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Did {
    /// Change of the treated less change of the control.
    pub effect: Inference,
    /// Rows, or means by unit and period.
    pub n: usize,
    /// Units.
    pub clusters: Option<usize>,
    /// Covariance: HC2, CR2, or CR1 in panels of [`MANY`] units and more.
    pub kind: Kind,
}

/// From so many units on a panel has CR1 errors on `G - 1`: corrections of single units no longer show in three digits,
/// and cost `k^3` for each.
pub const MANY: usize = 2_000;

/// From rows, each before or after the start: the coefficient of `treated x after` in
/// `outcome ~ treated * after + covariates`. CR2 by the units of the trial, HC2 without units.
///
/// # Errors
/// Lists of different lengths, an empty one of the four cells, collinear covariates.
pub fn of_rows(trial: &Trial<'_>, after: &[bool], covariates: Option<&Array2<f64>>) -> Result<Did, TrialFault> {
    trial.check()?;
    let n = trial.people();
    if after.len() != n || covariates.is_some_and(|covariates| covariates.nrows() != n) {
        return Err(TrialFault::Misfit);
    }
    let cell = |treated: bool, later: bool| (0..n).any(|row| trial.treated[row] == treated && after[row] == later);
    if ![(true, true), (true, false), (false, true), (false, false)].iter().all(|&(z, later)| cell(z, later)) {
        return Err(TrialFault::NothingVaries);
    }
    let later = |row: usize| f64::from(u8::from(after[row]));
    let mut columns: Vec<Vec<f64>> = vec![
        vec![1.0; n],
        (0..n).map(|row| trial.arm(row)).collect(),
        (0..n).map(later).collect(),
        (0..n).map(|row| trial.arm(row) * later(row)).collect(),
    ];
    columns.extend(covariates.iter().flat_map(|covariates| covariates.columns()).map(|column| column.to_vec()));
    let fitted = trial.regress(&columns, trial.outcome)?;
    Ok(Did::new(&fitted, 3))
}

impl Did {
    fn new(fitted: &Regression, at: usize) -> Self {
        let mut c = Array1::zeros(fitted.fit.k);
        c[at] = 1.0;
        Self {
            effect: contrast(&fitted.fit, &fitted.covariance, &c, LEVEL),
            n: fitted.fit.n,
            clusters: fitted.covariance.clusters,
            kind: fitted.covariance.kind,
        }
    }
}

/// The mean of one unit in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Dense code of the unit.
    pub unit: u32,
    /// Period, counted in whole steps.
    pub period: i32,
    /// Mean of its people.
    pub mean: f64,
    /// Weight: its people for the effect on the mean of people, 1 for that on the mean of units.
    pub weight: f64,
}

/// Units over periods; each unit and period at most once.
#[derive(Debug, Clone, Copy)]
pub struct Panel<'a> {
    /// Means, in any order.
    pub cells: &'a [Cell],
    /// For each unit whether it is treated from `start` on.
    pub treated: &'a [bool],
    /// First period of the treatment.
    pub start: i32,
}

/// The difference in differences of a panel with effects of units and periods, weighted, errors by unit.
///
/// # Errors
/// Codes without an arm, weights that are not above 0, no periods before or after the start in which both arms are
/// present, fewer than two units.
pub fn of_panel(panel: &Panel<'_>) -> Result<Did, TrialFault> {
    let table = Within::new(panel)?;
    let exposed = |cell: &Cell| panel.treated[cell.unit as usize] && cell.period >= panel.start;
    let mut columns = vec![table.column(|cell| f64::from(u8::from(exposed(cell))))];
    columns.extend(table.periods.iter().skip(1).map(|&period| table.indicator(period, false)));
    let fitted = table.regress(columns)?;
    Ok(Did::new(&fitted, 0))
}

/// The cells of periods in which both arms are present, and their units' means taken out (Frisch & Waugh 1933). The units
/// are the clusters, so that their effects need not be in the adjustment of CR2 (Pustejovsky & Tipton 2018, theorem 2).
pub(super) struct Within<'a> {
    panel: &'a Panel<'a>,
    /// Cells kept.
    pub(super) cells: Vec<Cell>,
    /// Periods kept, rising: some before the start, some from it on.
    pub(super) periods: Vec<i32>,
    /// Periods in which an arm is missing.
    pub(super) left_out: Vec<i32>,
    /// Number of units with a cell.
    units: usize,
}

impl<'a> Within<'a> {
    pub(super) fn new(panel: &'a Panel<'a>) -> Result<Self, TrialFault> {
        let sound = |cell: &Cell| {
            (cell.unit as usize) < panel.treated.len() && cell.weight > 0.0 && (cell.mean * cell.weight).is_finite()
        };
        if !panel.cells.iter().all(sound) {
            return Err(TrialFault::Misfit);
        }
        let mut arms = std::collections::BTreeMap::<i32, [bool; 2]>::new();
        for cell in panel.cells {
            arms.entry(cell.period).or_default()[usize::from(panel.treated[cell.unit as usize])] = true;
        }
        let (kept, lacking): (Vec<_>, Vec<_>) = arms.into_iter().partition(|(_, arms)| *arms == [true, true]);
        let periods: Vec<i32> = kept.into_iter().map(|(period, _)| period).collect();
        if !periods.iter().any(|&period| period < panel.start) || !periods.iter().any(|&period| period >= panel.start) {
            return Err(TrialFault::NothingVaries);
        }
        let here = |cell: &&Cell| periods.binary_search(&cell.period).is_ok();
        let cells: Vec<Cell> = panel.cells.iter().filter(here).copied().collect();
        let mut units: Vec<u32> = cells.iter().map(|cell| cell.unit).collect();
        units.sort_unstable();
        units.dedup();
        let left_out = lacking.into_iter().map(|(period, _)| period).collect();
        Ok(Self { panel, cells, periods, left_out, units: units.len() })
    }

    /// A number of each cell, about its unit's weighted mean, times the root of the weight.
    pub(super) fn column(&self, value: impl Fn(&Cell) -> f64) -> Vec<f64> {
        let mut means = vec![0.0; self.panel.treated.len()];
        // Twice, the second time on what the first has left: a large offset then costs no digits.
        for _ in 0..2 {
            let mut sums = vec![(0.0, 0.0); means.len()];
            for cell in &self.cells {
                let sum = &mut sums[cell.unit as usize];
                *sum = (sum.0 + cell.weight * (value(cell) - means[cell.unit as usize]), sum.1 + cell.weight);
            }
            let present = means.iter_mut().zip(sums).filter(|(_, (_, weight))| *weight > 0.0);
            present.for_each(|(mean, (sum, weight))| *mean += sum / weight);
        }
        self.cells.iter().map(|cell| (value(cell) - means[cell.unit as usize]) * cell.weight.sqrt()).collect()
    }

    /// The column of a period, of the treated alone if so asked.
    pub(super) fn indicator(&self, period: i32, treated: bool) -> Vec<f64> {
        let here = |cell: &Cell| cell.period == period && (!treated || self.panel.treated[cell.unit as usize]);
        self.column(|cell| f64::from(u8::from(here(cell))))
    }

    /// Least squares of the means on these columns, CR2 by unit (CR1 from [`MANY`] on). Weights enter as inverse variances.
    pub(super) fn regress(&self, columns: Vec<Vec<f64>>) -> Result<Regression, TrialFault> {
        let x = Array2::from_shape_fn((self.cells.len(), columns.len()), |(row, column)| columns[column][row]);
        drop(columns);
        let codes = self.cells.iter().map(|cell| cell.unit).collect();
        let matrix = Matrix::new(x, Array1::from(self.column(|cell| cell.mean))).with_clusters(codes);
        let absorption = Absorption { parameters: self.units, beyond_clusters: 0, leverage: None };
        let fit: Fit = fit_absorbed(&matrix, None, DEFAULT_TOLERANCE, absorption)?;
        let kind = if self.units < MANY { Kind::Cr2 } else { Kind::Cr1 };
        let covariance: Covariance = covariance(kind, &fit, &matrix)?;
        Ok(Regression { fit, covariance })
    }
}
