//! The event study: effects by period against the last period before the start, the joint test that there were none
//! before it, and how steep a trend that test could have missed (Roth 2022). It deliberately does not call trends
//! parallel because a test did not reject.

use ndarray::{Array1, Array2};

use super::covariance::Kind;
use super::did::{Panel, Within};
use super::eigen;
use super::inference::{Inference, LEVEL, Wald, contrast};
use super::joint::hotelling;
use super::noncentral;
use super::tail;
use super::trial::{Regression, TrialFault};

/// Level of the pre-trend test.
const ALPHA: f64 = 0.05;
/// Power at which a slope counts as detectable.
const POWER: f64 = 0.8;

/// The difference of the arms in one period, less that in the reference period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventPoint {
    /// Period.
    pub period: i32,
    /// By unit; nothing in the reference period, where it is 0 by definition.
    pub effect: Option<Inference>,
}

/// The test of the periods before the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PreTrend {
    /// That all effects before the reference are 0.
    pub test: Wald,
    /// The straight line through 0 at the reference that is nearest to them, per period.
    pub slope: Inference,
    /// The slope per period of a linear difference in trends that the test would have found with 80 % power; nothing
    /// where it cannot be had.
    pub slope_detectable: Option<f64>,
    /// What a trend of that slope adds to the mean effect of the periods from the start on.
    pub bias_detectable: Option<f64>,
}

/// Effects by period.
#[derive(Debug, Clone, PartialEq)]
pub struct EventStudy {
    /// By rising period, the reference among them.
    pub points: Vec<EventPoint>,
    /// Last period before the start in which both arms are present.
    pub reference: i32,
    /// Mean of the effects from the start on.
    pub average: Inference,
    /// Nothing where the reference is the only period before the start, or units are too few for a joint test.
    pub pre_trend: Option<PreTrend>,
    /// Periods in which an arm is missing, left out.
    pub left_out: Vec<i32>,
    /// Units.
    pub clusters: Option<usize>,
    /// Covariance: CR2, or CR1 from [`super::did::MANY`] units on.
    pub kind: Kind,
}

/// `mean ~ treated x period | unit + period`, periods against the last before the start, weighted, errors by unit.
///
/// # Errors
/// As [`super::did::of_panel`].
pub fn event_study(panel: &Panel<'_>) -> Result<EventStudy, TrialFault> {
    let table = Within::new(panel)?;
    let before = |period: &i32| *period < panel.start;
    let reference = table.periods.iter().copied().filter(before).max().ok_or(TrialFault::NothingVaries)?;
    let others: Vec<i32> = table.periods.iter().copied().filter(|&period| period != reference).collect();
    let mut columns: Vec<Vec<f64>> = others.iter().map(|&period| table.indicator(period, true)).collect();
    columns.extend(others.iter().map(|&period| table.indicator(period, false)));
    let fitted = table.regress(columns)?;
    let of = |weights: &dyn Fn(usize) -> f64| {
        let c = Array1::from_shape_fn(fitted.fit.k, |at| if at < others.len() { weights(at) } else { 0.0 });
        contrast(&fitted.fit, &fitted.covariance, &c, LEVEL)
    };
    let effect = |period: i32| {
        let at = others.iter().position(|&other| other == period)?;
        Some(of(&|other| f64::from(u8::from(other == at))))
    };
    let after = others.iter().filter(|period| !before(period)).count() as f64;
    let average = of(&|at| if before(&others[at]) { 0.0 } else { 1.0 / after });
    let distances: Vec<f64> = others.iter().map(|&period| f64::from(period - reference)).collect();
    let first: Vec<usize> = (0..others.len()).filter(|&at| before(&others[at])).collect();
    let squares: f64 = first.iter().map(|&at| distances[at] * distances[at]).sum();
    let slope = || of(&|at| if before(&others[at]) { distances[at] / squares } else { 0.0 });
    let later = distances.iter().filter(|distance| **distance > 0.0).sum::<f64>() / after;
    let pre_trend = hotelling(&fitted.fit, &fitted.covariance, &first).map(|test| {
        let slope_detectable = detectable(&fitted, &first, &distances, &test);
        PreTrend {
            test,
            slope: slope(),
            slope_detectable,
            bias_detectable: slope_detectable.map(|slope| slope * later),
        }
    });
    let points = table.periods.iter().map(|&period| EventPoint { period, effect: effect(period) }).collect();
    let (clusters, kind) = (fitted.covariance.clusters, fitted.covariance.kind);
    Ok(EventStudy { points, reference, average, pre_trend, left_out: table.left_out, clusters, kind })
}

/// The slope at which the joint test has the wanted power: a trend `s d` gives its F the non-centrality
/// `s^2 d' V^-1 d` (after Roth 2022, for the joint test). The inverse of an estimated covariance is too large on
/// average, by `h / (h - q - 1)` (Wishart's distribution): with few units that would promise too much, and is taken off.
fn detectable(fitted: &Regression, first: &[usize], distances: &[f64], test: &Wald) -> Option<f64> {
    let v = &fitted.covariance.matrix;
    let scale: Vec<f64> = first.iter().map(|&at| v[[at, at]].sqrt()).collect();
    let correlation =
        Array2::from_shape_fn((first.len(), first.len()), |(i, j)| v[[first[i], first[j]]] / (scale[i] * scale[j]));
    let d: Array1<f64> = first.iter().zip(&scale).map(|(&at, scale)| distances[at] / scale).collect();
    let h = test.df2 + test.df1 - 1.0;
    let information = d.dot(&eigen::solve(&correlation, &d)?) * (h - test.df1 - 1.0) / h;
    let lambda = noncentrality(test.df1, test.df2)?;
    (information > 0.0).then(|| (lambda / information).sqrt())
}

/// The non-centrality at which an F test of [`ALPHA`] has [`POWER`].
fn noncentrality(df1: f64, df2: f64) -> Option<f64> {
    let critical = falling(|x| tail::f_upper(x, df1, df2), ALPHA)?;
    falling(|lambda| 1.0 - noncentral::f_upper(critical, df1, df2, lambda), 1.0 - POWER)
}

/// Where a falling function of a number above 0 passes a value; nothing where it does not within 1e12.
fn falling(f: impl Fn(f64) -> f64, value: f64) -> Option<f64> {
    let mut high = 1.0;
    while f(high) > value {
        high *= 2.0;
        if high > 1e12 {
            return None;
        }
    }
    let mut low = 0.0;
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if f(middle) > value { low = middle } else { high = middle }
    }
    Some(high)
}
