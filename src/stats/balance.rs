//! Were the arms alike before the start: means, spreads and categories one by one, and one test of all of them together
//! by re-assigning the units. It deliberately tests no covariate alone: of twenty, one differs.

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use super::arms::{standardised_difference, standardised_difference_of_shares};
use super::assignments::{self, Assigned};
use super::eigen;
use super::moments::Moments;
use super::permute::{Plan, stream};
use super::tail;
use super::trial::dense;

/// A number from before, in both arms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberBalance {
    /// People of the treated arm whose value is known.
    pub treated: Moments,
    /// People of the control arm.
    pub control: Moments,
    /// Standardised mean difference of people (Cohen's d); infinite where the arms do not vary and differ.
    pub smd: f64,
    /// The same of the means of units; nothing without units.
    pub smd_units: Option<f64>,
    /// Variance of the treated over that of the control; infinite where only the control does not vary, nothing where
    /// neither does or an arm has fewer than two values.
    pub variance_ratio: Option<f64>,
}

/// Balance of one number; values that are not known (NaN) do not count.
pub fn number(values: &[f64], treated: &[bool], units: Option<&[u32]>) -> NumberBalance {
    let of = |arm: bool| {
        let own = values.iter().zip(treated).filter(|(value, treated)| **treated == arm && !value.is_nan());
        Moments::of(&own.map(|(value, _)| *value).collect::<Vec<f64>>())
    };
    let (with, without) = (of(true), of(false));
    let smd_units = units.map(|codes| {
        let (a, b) = unit_means(values, treated, codes);
        standardised_difference(&Moments::of(&a), &Moments::of(&b))
    });
    NumberBalance {
        treated: with,
        control: without,
        smd: standardised_difference(&with, &without),
        smd_units,
        variance_ratio: ratio(with.variance(), without.variance()),
    }
}

fn ratio(a: f64, b: f64) -> Option<f64> {
    let ratio = a / b;
    (!ratio.is_nan()).then_some(ratio)
}

/// Means of the treated and of the control units; a unit's arm is that of its first person.
fn unit_means(values: &[f64], treated: &[bool], codes: &[u32]) -> (Vec<f64>, Vec<f64>) {
    let (units, places) = dense(codes);
    let mut sums: Vec<(f64, f64, Option<bool>)> = vec![(0.0, 0.0, None); units];
    for ((value, arm), place) in values.iter().zip(treated).zip(places).filter(|((value, _), _)| !value.is_nan()) {
        let sum = &mut sums[place];
        *sum = (sum.0 + value, sum.1 + 1.0, sum.2.or(Some(*arm)));
    }
    let of = |arm: bool| sums.iter().filter(|sum| sum.2 == Some(arm)).map(|sum| sum.0 / sum.1).collect();
    (of(true), of(false))
}

/// A category from before, in both arms.
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryBalance {
    /// Share of each level in the treated and in the control arm, and its standardised difference; by level.
    pub levels: Vec<(f64, f64, f64)>,
    /// Distance of all shares together (Yang & Dalton 2012): `sqrt(d' S^-1 d)` with the mean of the two multinomial
    /// covariances. Infinite where the arms share no level.
    pub smd: f64,
}

/// Balance of one category: `levels` codes from 0, `None` not known. Nothing where an arm has nobody with a known level.
pub fn category(codes: &[Option<u32>], treated: &[bool], levels: usize) -> Option<CategoryBalance> {
    let mut counts = [vec![0.0; levels], vec![0.0; levels]];
    for (code, treated) in codes.iter().zip(treated) {
        if let Some(count) = code.and_then(|code| counts[usize::from(*treated)].get_mut(code as usize)) {
            *count += 1.0;
        }
    }
    let shares = |counts: &[f64]| {
        let total: f64 = counts.iter().sum();
        (total > 0.0).then(|| counts.iter().map(|count| count / total).collect::<Vec<f64>>())
    };
    let (control, with) = (shares(&counts[0])?, shares(&counts[1])?);
    let levels = with.iter().zip(&control).map(|(&p, &q)| (p, q, standardised_difference_of_shares(p, q))).collect();
    Some(CategoryBalance { levels, smd: distance(&with, &control) })
}

/// Under this share of the greatest eigenvalue a direction does not vary.
const FLAT: f64 = 1e-10;

fn distance(p: &[f64], q: &[f64]) -> f64 {
    let spread = |s: &[f64], i: usize, j: usize| if i == j { s[i] * (1.0 - s[i]) } else { -s[i] * s[j] };
    let mean = Array2::from_shape_fn((p.len(), p.len()), |(i, j)| 0.5 * (spread(p, i, j) + spread(q, i, j)));
    let d: Array1<f64> = p.iter().zip(q).map(|(p, q)| p - q).collect();
    let eigen = eigen::symmetric(&mean);
    let along = eigen.vectors.t().dot(&d);
    let greatest = eigen.values.iter().copied().fold(0.0, f64::max);
    let one = |(value, part): (&f64, &f64)| {
        if *value > FLAT * greatest {
            part * part / value
        } else if part.abs() > 1e-9 {
            // The arms differ where neither varies: as disjoint as can be.
            f64::INFINITY
        } else {
            0.0
        }
    };
    eigen.values.iter().zip(&along).map(one).sum::<f64>().sqrt()
}

/// The test of all covariates together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Omnibus {
    /// Hansen and Bowers' `d^2` (Statistical Science 2008): the squared length of the adjusted differences of unit totals
    /// in units of their covariance over assignments.
    pub statistic: f64,
    /// Rank of that covariance.
    pub df: f64,
    /// Share of assignments at least as unbalanced.
    pub p_value: f64,
    /// By chi-square, which many units approach.
    pub p_chi_square: f64,
    /// Assignments tried.
    pub draws: u64,
    /// Whether they were all there are.
    pub exact: bool,
}

/// The people whose balance is tested.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// n x p numbers from before; what is not known (NaN) counts as the mean, so add a column that says so.
    pub covariates: &'a Array2<f64>,
    /// Whether each is in the treated arm.
    pub treated: &'a [bool],
    /// Codes of the assigned units; nothing where people were assigned.
    pub units: Option<&'a [u32]>,
    /// Codes of the strata.
    pub strata: Option<&'a [u32]>,
}

/// Tests that the units were assigned without regard to the covariates. Nothing where no covariate varies between units
/// that could have been exchanged, or lists differ in length.
pub fn omnibus(before: &Before<'_>, plan: &Plan) -> Option<Omnibus> {
    let units = whitened(before)?;
    let rank = units.first()?.values.len();
    let shape: Vec<Assigned<1>> = units.iter().map(|unit| (unit.stratum, unit.treated, [0.0])).collect();
    let count = assignments::count(&assignments::strata(&shape));
    if rank == 0 || count < 2.0 {
        return None;
    }
    let exact = count <= plan.exact as f64;
    let tried = if exact { count as usize } else { plan.draws as usize };
    let mut lengths = vec![0.0; tried];
    let mut statistic = 0.0;
    // Coordinates in fours: an assignment's number stays the same, so squares are summed coordinate by coordinate.
    for first in (0..rank).step_by(WIDTH) {
        let four = |unit: &Whitened| std::array::from_fn(|i| unit.values.get(first + i).copied().unwrap_or(0.0));
        let rows: Vec<Assigned<WIDTH>> = units.iter().map(|unit| (unit.stratum, unit.treated, four(unit))).collect();
        let made =
            rows.iter().filter(|row| row.1).fold([0.0; WIDTH], |sum, row| std::array::from_fn(|i| sum[i] + row.2[i]));
        statistic += square(&made);
        add_lengths(&rows, plan, exact, &mut lengths);
    }
    let far = lengths.iter().filter(|length| **length >= statistic * (1.0 - 1e-9)).count() as f64;
    let p_value = if exact { far / tried as f64 } else { (far + 1.0) / (tried as f64 + 1.0) };
    let df = rank as f64;
    Some(Omnibus { statistic, df, p_value, p_chi_square: tail::chi2_upper(statistic, df), draws: tried as u64, exact })
}

/// Coordinates summed at once.
const WIDTH: usize = 4;

fn square(sums: &[f64; WIDTH]) -> f64 {
    sums.iter().map(|sum| sum * sum).sum()
}

/// Adds the squared sums over the treated of every assignment.
fn add_lengths(rows: &[Assigned<WIDTH>], plan: &Plan, exact: bool, lengths: &mut [f64]) {
    let strata = assignments::strata(rows);
    let as_it_is = |_: usize, sums: &[f64; WIDTH]| *sums;
    if exact {
        let mut rest = lengths.iter_mut();
        assignments::every(&strata, &as_it_is, &mut |sums| {
            if let Some(length) = rest.next() {
                *length += square(sums);
            }
        });
    } else {
        lengths.par_iter_mut().enumerate().for_each_init(Vec::new, |order, (draw, length)| {
            *length += square(&assignments::drawn(&strata, &as_it_is, &mut stream(plan.key, draw as u64), order));
        });
    }
}

/// A unit's covariate totals about their stratum's mean, turned and scaled so that over assignments their sums over the
/// treated are uncorrelated with variance 1.
struct Whitened {
    stratum: u32,
    treated: bool,
    values: Vec<f64>,
}

fn whitened(before: &Before<'_>) -> Option<Vec<Whitened>> {
    let n = before.covariates.nrows();
    let same = |codes: Option<&[u32]>| codes.is_none_or(|codes| codes.len() == n);
    if before.treated.len() != n || !same(before.units) || !same(before.strata) {
        return None;
    }
    let (mut units, totals) = totals(before);
    let (totals, covariance) = centre_in_strata(&units, totals);
    let eigen = eigen::symmetric(&covariance);
    let greatest = eigen.values.iter().copied().fold(0.0, f64::max);
    let kept: Vec<usize> = (0..eigen.values.len()).filter(|&at| eigen.values[at] > FLAT * greatest).collect();
    let turned = totals.dot(&eigen.vectors);
    for (unit, row) in units.iter_mut().zip(turned.rows()) {
        unit.values = kept.iter().map(|&at| row[at] / eigen.values[at].sqrt()).collect();
    }
    Some(units)
}

/// Units with their arm and stratum, and their totals of the standardised covariates (units x p).
fn totals(before: &Before<'_>) -> (Vec<Whitened>, Array2<f64>) {
    let n = before.covariates.nrows();
    let (count, places) = before.units.map_or_else(|| (n, (0..n).collect()), dense);
    let mut units: Vec<Whitened> = Vec::with_capacity(count);
    units.resize_with(count, || Whitened { stratum: 0, treated: false, values: Vec::new() });
    for (row, &place) in places.iter().enumerate() {
        units[place].stratum = before.strata.map_or(0, |codes| codes[row]);
        units[place].treated = before.treated[row];
    }
    let mut totals = Array2::zeros((count, before.covariates.ncols()));
    for (j, column) in before.covariates.columns().into_iter().enumerate() {
        let known: Vec<f64> = column.iter().copied().filter(|value| !value.is_nan()).collect();
        let moments = Moments::of(&known);
        if moments.count < 2 || moments.m2 == 0.0 {
            continue;
        }
        let sd = moments.sd();
        for (value, &place) in column.iter().zip(&places).filter(|(value, _)| !value.is_nan()) {
            totals[[place, j]] += (value - moments.mean) / sd;
        }
    }
    (units, totals)
}

/// Totals about the means of their strata, and the covariance of their sums over the treated:
/// `sum over strata of n_t n_c / (n (n - 1)) sum of x x'` (Hansen & Bowers 2008).
fn centre_in_strata(units: &[Whitened], mut totals: Array2<f64>) -> (Array2<f64>, Array2<f64>) {
    let p = totals.ncols();
    let mut covariance = Array2::zeros((p, p));
    let (strata, places) = dense(&units.iter().map(|unit| unit.stratum).collect::<Vec<u32>>());
    let mut inside: Vec<Vec<usize>> = vec![Vec::new(); strata];
    places.iter().enumerate().for_each(|(unit, &stratum)| inside[stratum].push(unit));
    for members in inside {
        let n = members.len() as f64;
        let treated = members.iter().filter(|&&unit| units[unit].treated).count() as f64;
        let mean: Array1<f64> = members.iter().fold(Array1::zeros(p), |sum, &unit| sum + totals.row(unit)) / n;
        let factor = if n > 1.0 { treated * (n - treated) / (n * (n - 1.0)) } else { 0.0 };
        for unit in members {
            let own = &totals.row(unit) - &mean;
            for (a, &one) in own.iter().enumerate() {
                covariance.row_mut(a).scaled_add(factor * one, &own);
            }
            totals.row_mut(unit).assign(&own);
        }
    }
    (totals, covariance)
}
