//! Index series: a group's mean in each month as a percentage of its mean in a base month, or in the same month a year
//! earlier, with intervals that know that the same units stand in both. It deliberately makes no index of a mean that is
//! not above 0.

use std::collections::BTreeMap;

use super::moments::Moments;
use super::ratio::{Bounds, Lift, Means, fieller};

/// What a unit (or a person) gives a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitMonth {
    /// Code of the unit.
    pub unit: u32,
    /// Month, counted in whole steps.
    pub month: i32,
    /// Sum of the outcome over its people.
    pub total: f64,
    /// Its people with an outcome.
    pub size: f64,
}

/// What is 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// This month.
    Month(i32),
    /// The same month a year earlier.
    YearEarlier,
}

/// One month of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndexPoint {
    /// Month.
    pub month: i32,
    /// The month that is 100.
    pub base: i32,
    /// `100 x mean / mean of the base`; nothing where one of the two is not above 0.
    pub index: Option<f64>,
    /// Lower limit (Fieller, t on units less one); nothing where unbounded.
    pub conf_low: Option<f64>,
    /// Upper limit.
    pub conf_high: Option<f64>,
    /// Units in either month.
    pub units: usize,
}

/// The index of every month whose base month has data, by rising month. Months of one unit and month are summed.
pub fn series(cells: &[UnitMonth], base: Base, level: f64) -> Vec<IndexPoint> {
    let mut months = BTreeMap::<i32, BTreeMap<u32, (f64, f64)>>::new();
    for cell in cells.iter().filter(|cell| cell.size > 0.0) {
        let sum = months.entry(cell.month).or_default().entry(cell.unit).or_default();
        *sum = (sum.0 + cell.total, sum.1 + cell.size);
    }
    let one = |(&month, now): (&i32, &BTreeMap<u32, (f64, f64)>)| {
        let base = match base {
            Base::Month(base) => base,
            Base::YearEarlier => month - 12,
        };
        let then = months.get(&base)?;
        let (means, units) = joint(now, then);
        let lift = match units {
            _ if month == base => same(),
            0 | 1 => unbounded(&means),
            _ => fieller(&means, level),
        };
        Some(point(month, base, &means, &lift, units))
    };
    months.iter().filter_map(one).collect()
}

/// The index of two months of which only the moments of people are known, taken as independent: where the same people
/// stand in both, the interval is too wide rather than too narrow.
pub fn of_moments(month: i32, now: &Moments, base: i32, then: &Moments, level: f64) -> IndexPoint {
    let df = now.count.min(then.count) as f64 - 1.0;
    let means = Means::independent((now.mean, now.variance_of_mean()), (then.mean, then.variance_of_mean()), df);
    let lift = if df > 0.0 { fieller(&means, level) } else { unbounded(&means) };
    point(month, base, &means, &lift, now.count.max(then.count))
}

/// A month against itself.
fn same() -> Lift {
    Lift { estimate: 0.0, conf_low: Some(0.0), conf_high: Some(0.0), bounds: Bounds::Bounded }
}

fn unbounded(means: &Means) -> Lift {
    Lift { estimate: means.treated / means.control - 1.0, conf_low: None, conf_high: None, bounds: Bounds::Unbounded }
}

fn point(month: i32, base: i32, means: &Means, lift: &Lift, units: usize) -> IndexPoint {
    let keep = |lift: Option<f64>| {
        lift.filter(|_| means.treated > 0.0 && means.control > 0.0).map(|lift| 100.0 * (1.0 + lift))
    };
    IndexPoint {
        month,
        base,
        index: keep(Some(lift.estimate)),
        conf_low: keep(lift.conf_low),
        conf_high: keep(lift.conf_high),
        units,
    }
}

/// The means of two months with their covariance by unit: of the residuals `(total - mean size) / people`, times
/// `G / (G - 1)` over the units in either month (a unit that is missing from one gives it none).
fn joint(now: &BTreeMap<u32, (f64, f64)>, then: &BTreeMap<u32, (f64, f64)>) -> (Means, usize) {
    let mean = |month: &BTreeMap<u32, (f64, f64)>| {
        let (total, size) = month.values().fold((0.0, 0.0), |sum, unit| (sum.0 + unit.0, sum.1 + unit.1));
        (total / size, size)
    };
    let ((treated, people), (control, others)) = (mean(now), mean(then));
    let residual = |unit: Option<&(f64, f64)>, mean: f64, people: f64| {
        unit.map_or(0.0, |(total, size)| (total - mean * size) / people)
    };
    let mut units: Vec<u32> = now.keys().chain(then.keys()).copied().collect();
    units.sort_unstable();
    units.dedup();
    let sums = units.iter().fold([0.0; 3], |sum, unit| {
        let (a, b) = (residual(now.get(unit), treated, people), residual(then.get(unit), control, others));
        [sum[0] + a * a, sum[1] + b * b, sum[2] + a * b]
    });
    let df = units.len() as f64 - 1.0;
    let factor = units.len() as f64 / df;
    let means = Means {
        treated,
        control,
        variance_treated: factor * sums[0],
        variance_control: factor * sums[1],
        covariance: factor * sums[2],
        df,
    };
    (means, units.len())
}
