//! Outcomes by how much proper practice people had: means in bands of the share of proper months, and the slope on it, by
//! team. An association: who practises well may differ in other ways.

use super::parts::Teams;
use crate::analyses::finite;
use crate::design::practice::{PersonRow, PracticeRows, Sums};
use crate::findings::Estimate;
use crate::findings::practice::{DoseBand, DoseOutcome};
use crate::stats::covariance::{Kind, covariance};
use crate::stats::inference::coefficient;
use crate::stats::ols::{DEFAULT_TOLERANCE, fit};
use ndarray::{Array1, Array2};

/// Fewest people for a slope.
const FEWEST: usize = 10;

/// The bands of the dose: never met, then from band to band of the share of proper months.
pub(super) struct Bands(Vec<f64>);

impl Bands {
    pub(super) fn new(borders: &[f64]) -> Self {
        Self([0.0].into_iter().chain(borders.iter().copied()).chain([1.0]).collect())
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// 0 = never met; `None` without a month.
    pub(super) fn of(&self, sums: &Sums) -> Option<usize> {
        if sums.months == 0 {
            return None;
        }
        if sums.held == 0 {
            return Some(0);
        }
        let share = f64::from(sums.proper) / f64::from(sums.months);
        let inner = self.0.get(1..self.0.len() - 1).unwrap_or_default();
        Some(1 + inner.partition_point(|border| *border <= share))
    }

    /// Code and ends.
    pub(super) fn name(&self, band: usize) -> (String, Option<f64>, Option<f64>) {
        let border = |at: usize| self.0.get(at).copied();
        match band.checked_sub(1) {
            None => ("never_met".to_string(), None, None),
            Some(at) => (format!("from_{}", border(at).unwrap_or(0.0)), border(at), border(at + 1)),
        }
    }
}

/// Engagement by the months before the answer, sales by the same months.
pub(super) fn outcomes(rows: &PracticeRows, teams: &Teams, bands: &Bands) -> Vec<DoseOutcome> {
    type Read = fn(&PersonRow) -> (f64, &Sums);
    let asked: [(&str, &str, Read); 2] = [
        ("engagement", "before_answer", |p| (p.engagement, &p.before_answer)),
        ("sales", "same_months", |p| (p.sales, &p.with_sales)),
    ];
    let one = |(outcome, months, read): (&str, &str, Read)| {
        let places: Vec<usize> = (0..rows.people.len())
            .filter(|row| rows.people.get(*row).map(read).is_some_and(|(y, sums)| y.is_finite() && sums.months > 0))
            .collect();
        if places.is_empty() {
            return None;
        }
        let of = |row: &usize| rows.people.get(*row).map(read);
        let values: Vec<f64> = places.iter().filter_map(of).map(|(y, _)| y).collect();
        let band: Vec<usize> = places.iter().filter_map(of).filter_map(|(_, sums)| bands.of(sums)).collect();
        let share: Vec<f64> =
            places.iter().filter_map(of).map(|(_, s)| f64::from(s.proper) / f64::from(s.months)).collect();
        let slope = slope(&places, &values, &share, teams);
        let row = |which: usize| {
            let members: Vec<usize> = (0..places.len()).filter(|at| band.get(*at) == Some(&which)).collect();
            let pick = |list: &[f64]| members.iter().filter_map(|at| list.get(*at)).copied().collect::<Vec<f64>>();
            let of_people: Vec<usize> = members.iter().filter_map(|at| places.get(*at)).copied().collect();
            let (dose, from, to) = bands.name(which);
            let mean = teams.mean(&of_people, &pick(&values), &vec![1.0; members.len()]);
            DoseBand { dose, from, to, n: Some(members.len() as u64), mean, ..DoseBand::default() }
        };
        Some(DoseOutcome {
            outcome: outcome.to_string(),
            months: months.to_string(),
            n: places.len() as u64,
            n_clusters: teams.codes(&places).map(|codes| distinct(&codes)),
            vcov: if teams.count().is_some() { "CR2" } else { "HC2" }.to_string(),
            slope,
            bands: (0..bands.count()).map(row).collect(),
        })
    };
    asked.into_iter().filter_map(one).collect()
}

fn distinct(codes: &[u32]) -> u64 {
    codes.iter().max().map_or(0, |highest| u64::from(*highest) + 1)
}

/// Least squares of the outcome on the share of proper months.
fn slope(places: &[usize], values: &[f64], share: &[f64], teams: &Teams) -> Estimate {
    let undefined = Estimate { why: Some(crate::findings::Why::Undefined), ..Estimate::default() };
    if places.len() < FEWEST {
        return Estimate { why: Some(crate::findings::Why::TooFew), ..Estimate::default() };
    }
    let x = Array2::from_shape_fn((places.len(), 2), |(row, column)| {
        if column == 0 { 1.0 } else { share.get(row).copied().unwrap_or(0.0) }
    });
    let matrix = teams.matrix(places, x, Array1::from(values.to_vec()));
    let Ok(fitted) = fit(&matrix, Some(0), DEFAULT_TOLERANCE) else { return undefined };
    let kind = if matrix.clusters.is_some() { Kind::Cr2 } else { Kind::Hc2 };
    match covariance(kind, &fitted, &matrix) {
        Ok(errors) => crate::analyses::estimate(&coefficient(&fitted, &errors, 1)),
        Err(_) => Estimate { estimate: fitted.coefficients.get(1).copied().and_then(finite), ..undefined },
    }
}
