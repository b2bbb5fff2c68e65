//! Randomisation inference on an effect by assigned unit, within strata or pairs: p-values, the interval of the effects
//! not rejected, and the Hodges-Lehmann estimate. It deliberately assumes nothing but the assignment (and, for the
//! interval, an effect that is the same for everybody).

use rayon::prelude::*;

use super::assignments::{self, Assigned, Stratum};
use super::permute::{Arm, Plan, Unit, stream};

/// What the assignment alone says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Randomisation {
    /// Treated minus control means of people; over strata the mean of the differences within, weighed by their people.
    pub difference: f64,
    /// Hodges and Lehmann's estimate: the effect that, taken off the treated, leaves the difference at its mean over all
    /// assignments (Rosenbaum 2002). Where units are equally large, the difference itself.
    pub estimate: f64,
    /// Two-sided p-value of the difference: the share of assignments at least as far from 0, with draws
    /// `(b + 1) / (m + 1)`.
    pub p_value: f64,
    /// The same of the difference over its standard error by unit, which also holds where effects differ between units
    /// (Wu & Ding 2021). Nothing where no standard error can be had (one unit in an arm, no other stratum).
    pub p_studentised: Option<f64>,
    /// The smallest p-value that this design can give.
    pub smallest_p: f64,
    /// Lower limit of the effects not rejected; minus infinity where the design can reject none.
    pub conf_low: f64,
    /// Upper limit.
    pub conf_high: f64,
    /// Assignments tried.
    pub draws: u64,
    /// Whether they were all there are.
    pub exact: bool,
    /// Strata without both arms: their units say nothing and are left out.
    pub strata_left_out: usize,
}

/// Tests the assignment of units within their strata and inverts the test of a constant effect at this level of
/// confidence. Nothing unless some stratum has people in both arms and there is another assignment than the one made.
///
/// The difference is linear in a constant effect `e`: over assignments `z` it is `A_z - e B_z`, and `A - e` for the one
/// made. So `z` speaks against rejecting `e` just where `e` lies between `(A - A_z) / (1 - B_z)` and
/// `(A + A_z) / (1 + B_z)`, and the limits are order statistics of these ends: the same draws serve every `e`.
pub fn randomisation(units: &[Unit], plan: &Plan, level: f64) -> Option<Randomisation> {
    let (rows, strata_left_out) = two_armed(units);
    let strata = assignments::strata(&rows);
    let count = assignments::count(&strata);
    let design = Design::of(&rows, &strata)?;
    let made = design.made(&rows);
    if !made.difference.is_finite() || count < 2.0 {
        return None;
    }
    let exact = count <= plan.exact as f64;
    let found = if exact { design.every(&strata) } else { design.draw(&strata, plan) };
    let draws = found.len() as f64;
    // The assignment made is one of the draws: exactly so where all are tried, added where they are sampled.
    let (added, all) = if exact { (0.0, draws) } else { (1.0, draws + 1.0) };
    let share = |far: usize| (far as f64 + added) / all;
    let rank = ((1.0 - level) * all + 1e-9).floor() + 1.0 - added;
    let (lows, highs): (Vec<f64>, Vec<f64>) = found.iter().map(|draw| draw.ends(made.difference)).unzip();
    let mean = |of: fn(&Draw) -> f64| found.iter().map(of).sum::<f64>() / draws;
    let (bias, slope) = (mean(|draw| draw.difference - draw.linear), mean(|draw| draw.overlap - draw.linear_overlap));
    Some(Randomisation {
        difference: made.difference,
        estimate: (made.difference - bias) / (1.0 - slope),
        p_value: share(found.iter().filter(|draw| is_far(draw.difference, made.difference)).count()),
        p_studentised: made.studentised().map(|t| {
            share(found.iter().filter(|draw| draw.studentised().is_none_or(|other| is_far(other, t))).count())
        }),
        smallest_p: if exact { assignments::smallest_p(&strata) } else { 1.0 / all },
        conf_low: ordered(lows, rank),
        conf_high: -ordered(highs.into_iter().map(|high| -high).collect(), rank),
        draws: found.len() as u64,
        exact,
        strata_left_out,
    })
}

/// Ties with what was seen, but for rounding, count as at least as far; so does an assignment without people in an arm.
fn is_far(value: f64, seen: f64) -> bool {
    value.is_nan() || value.abs() >= seen.abs() * (1.0 - 1e-10) - f64::MIN_POSITIVE
}

/// The value at this rank from below, the first being 1; minus infinity under that.
fn ordered(mut values: Vec<f64>, rank: f64) -> f64 {
    if rank < 1.0 {
        return f64::NEG_INFINITY;
    }
    let at = (rank as usize - 1).min(values.len() - 1);
    *values.select_nth_unstable_by(at, f64::total_cmp).1
}

/// The units of strata that have both arms with people, and how many strata have not.
fn two_armed(units: &[Unit]) -> (Vec<Assigned<FIELDS>>, usize) {
    let mut arms = std::collections::BTreeMap::<u32, [f64; 2]>::new();
    for unit in units {
        arms.entry(unit.stratum).or_default()[usize::from(unit.arm == Arm::Treated)] += unit.size;
    }
    let whole = |stratum: u32| arms.get(&stratum).is_some_and(|sizes| sizes[0] > 0.0 && sizes[1] > 0.0);
    let kept: Vec<&Unit> = units.iter().filter(|unit| whole(unit.stratum)).collect();
    // Totals about the mean of all people: differences stay as they are and squares keep their digits.
    let size: f64 = kept.iter().map(|unit| unit.size).sum();
    let mean = kept.iter().map(|unit| unit.total).sum::<f64>() / size;
    let row = |unit: &&Unit| {
        let (total, treated) = (unit.total - mean * unit.size, unit.arm == Arm::Treated);
        let overlap = if treated { unit.size } else { 0.0 };
        (unit.stratum, treated, [total, unit.size, overlap, total * total, total * unit.size, unit.size * unit.size])
    };
    let left_out = arms.values().filter(|sizes| sizes[0] <= 0.0 || sizes[1] <= 0.0).count();
    (kept.iter().map(row).collect(), left_out)
}

/// Numbers of a unit: total, size, size if it is treated in truth, and the products of total and size.
const FIELDS: usize = 6;
/// Numbers of an assignment, summed over strata: see [`Draw::of`].
const PARTS: usize = 6;

/// One assignment.
#[derive(Debug, Clone, Copy)]
struct Draw {
    /// `A_z`: its difference of the outcomes as they are.
    difference: f64,
    /// `B_z`: its difference of a unit effect on those treated in truth.
    overlap: f64,
    /// Variance of the difference by unit.
    variance: f64,
    /// What the two would be with the sizes of both arms as expected. Their means over assignments are 0, so that taking
    /// them off spares the Hodges-Lehmann estimate most of the error of sampling.
    linear: f64,
    linear_overlap: f64,
}

impl Draw {
    fn of(parts: &[f64; PARTS], within: Option<bool>, strata: f64) -> Self {
        let [difference, overlap, variance, squares, linear, linear_overlap] = *parts;
        let variance = match within {
            Some(true) => variance,
            Some(false) => squares - difference * difference / strata,
            None => f64::NAN,
        };
        Self { difference, overlap, variance, linear, linear_overlap }
    }

    fn studentised(&self) -> Option<f64> {
        let t = self.difference / self.variance.max(0.0).sqrt();
        (!t.is_nan()).then_some(t)
    }

    /// The effects that this assignment does not speak against.
    fn ends(&self, made: f64) -> (f64, f64) {
        // The assignment made and its mirror image speak against nothing; nor does one without people in an arm.
        if 1.0 - self.overlap.abs() < 1e-12 || self.difference.is_nan() {
            return (f64::NEG_INFINITY, f64::INFINITY);
        }
        let a = (made - self.difference) / (1.0 - self.overlap);
        let b = (made + self.difference) / (1.0 + self.overlap);
        (a.min(b), a.max(b))
    }
}

/// What does not change between assignments.
struct Design {
    /// Sums of the fields, number of units, number of treated units, share of the people, of each stratum.
    strata: Vec<([f64; FIELDS], f64, f64, f64)>,
    /// Whether variances come from the units within strata (true) or from the differences between strata, as in pairs;
    /// nothing where neither is possible.
    within: Option<bool>,
}

impl Design {
    fn of(rows: &[Assigned<FIELDS>], strata: &[Stratum<FIELDS>]) -> Option<Self> {
        let size: f64 = rows.iter().map(|(_, _, fields)| fields[1]).sum();
        let one = |stratum: &Stratum<FIELDS>| {
            let sums = stratum.units.iter().fold([0.0; FIELDS], |sum, unit| std::array::from_fn(|i| sum[i] + unit[i]));
            (sums, stratum.units.len() as f64, stratum.treated as f64, sums[1] / size)
        };
        let parts: Vec<_> = strata.iter().map(one).collect();
        let several = parts.iter().all(|&(_, units, treated, _)| treated >= 2.0 && units - treated >= 2.0);
        let within = if several { Some(true) } else { (parts.len() >= 2).then_some(false) };
        (size > 0.0).then_some(Self { strata: parts, within })
    }

    fn draw_of(&self, parts: &[f64; PARTS]) -> Draw {
        Draw::of(parts, self.within, self.strata.len() as f64)
    }

    /// What the sums over the treated of one stratum add.
    fn turn(&self, at: usize, treated: &[f64; FIELDS]) -> [f64; PARTS] {
        let (all, units, count, weight) = &self.strata[at];
        let control: [f64; FIELDS] = std::array::from_fn(|i| all[i] - treated[i]);
        let means = |field: usize| weight * (treated[field] / treated[1] - control[field] / control[1]);
        let average = all[1] / units;
        let expected =
            |field: usize| weight * (treated[field] / (count * average) - control[field] / ((units - count) * average));
        let overlap_share = all[2] / all[1];
        let expected_overlap = expected(2) - overlap_share * expected(1);
        let difference = means(0);
        let variance = weight * weight * (variance(treated, *count) + variance(&control, units - count));
        [difference, means(2), variance, difference * difference, expected(0), expected_overlap]
    }

    fn made(&self, rows: &[Assigned<FIELDS>]) -> Draw {
        let only: Vec<Assigned<FIELDS>> = rows.iter().filter(|(_, treated, _)| *treated).copied().collect();
        let sums = assignments::strata(&only);
        let parts = sums.iter().enumerate().fold([0.0; PARTS], |sum, (at, stratum)| {
            let treated =
                stratum.units.iter().fold([0.0; FIELDS], |sum, unit| std::array::from_fn(|i| sum[i] + unit[i]));
            let part = self.turn(at, &treated);
            std::array::from_fn(|i| sum[i] + part[i])
        });
        self.draw_of(&parts)
    }

    fn every(&self, strata: &[Stratum<FIELDS>]) -> Vec<Draw> {
        let mut found = Vec::new();
        let turn = |at: usize, treated: &[f64; FIELDS]| self.turn(at, treated);
        assignments::every(strata, &turn, &mut |parts| found.push(self.draw_of(parts)));
        found
    }

    fn draw(&self, strata: &[Stratum<FIELDS>], plan: &Plan) -> Vec<Draw> {
        let turn = |at: usize, treated: &[f64; FIELDS]| self.turn(at, treated);
        let one = |order: &mut Vec<u32>, draw: u64| {
            self.draw_of(&assignments::drawn(strata, &turn, &mut stream(plan.key, draw), order))
        };
        (0..plan.draws).into_par_iter().map_init(Vec::new, one).collect()
    }
}

/// Variance of the mean of an arm's people by unit: `G/(G-1) sum (total - mean size)^2 / size^2`.
fn variance(sums: &[f64; FIELDS], units: f64) -> f64 {
    let mean = sums[0] / sums[1];
    let squares = sums[3] - 2.0 * mean * sums[4] + mean * mean * sums[5];
    units / (units - 1.0) * squares.max(0.0) / (sums[1] * sums[1])
}
