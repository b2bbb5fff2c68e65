//! What the assignment alone says: the check of its ratio, and the test that re-assigns units within their strata.

use super::{NAME, finite, places};
use crate::design::arms::{Arm, Arms, Assigned};
use crate::findings::comparison::{Permutation, RatioCheck, Strata};
use crate::stats::arms::{RatioStratum, SampleRatio, sample_ratio, sample_ratio_of_strata, sample_ratio_of_units};
use crate::stats::assign::randomisation;
use crate::stats::inference::LEVEL;
use crate::stats::permute;
use std::collections::BTreeMap;

/// Units up to whom the randomisation test is turned into an interval.
const MOST_INVERTED: usize = 10_000;

/// The draws of one purpose.
pub(super) fn plan(seed: u64, purpose: &str) -> permute::Plan {
    permute::Plan::new(permute::key(seed, NAME, purpose))
}

/// Whether each row is in the treatment arm.
pub(super) fn is_treated(arms: &Arms) -> Vec<bool> {
    arms.arm.iter().map(|arm| *arm == Arm::Treatment).collect()
}

/// Did the assignment come out in the planned ratio?
pub(super) fn ratio_check(arms: &Arms) -> RatioCheck {
    let sizes = |arm: Arm| -> Vec<f64> {
        arms.assigned.iter().filter(|unit| unit.arm == arm).map(|unit| unit.size as f64).collect()
    };
    let (treated, control) = (sizes(Arm::Treatment), sizes(Arm::Control));
    let check = sample_ratio(treated.len() as u64, control.len() as u64, arms.share);
    let stratified = arms.strata.is_some();
    let people = match (arms.unit.is_some(), stratified) {
        (true, true) => Some(of_strata(arms, |unit| unit.size as f64)),
        (true, false) => Some(sample_ratio_of_units(&treated, &control, arms.share)),
        (false, _) => None,
    };
    let strata = stratified.then(|| of_strata(arms, |_| 1.0));
    let p = |check: Option<SampleRatio>| check.and_then(|check| finite(check.p_value));
    RatioCheck {
        unit: arms.unit.as_ref().map_or("person", |(name, _)| name).to_string(),
        n_treatment: treated.len() as u64,
        n_control: control.len() as u64,
        p_value: finite(check.p_value),
        p_exact: check.p_exact.and_then(finite).map(|p| p.min(1.0)),
        alarm: check.alarm || strata.is_some_and(|check| check.alarm),
        p_people: p(people),
        p_strata: p(strata),
    }
}

/// The check summed over strata, each unit counting so much.
fn of_strata(arms: &Arms, size: impl Fn(&Assigned) -> f64) -> SampleRatio {
    let mut strata: BTreeMap<u32, [Vec<f64>; 2]> = BTreeMap::new();
    for unit in &arms.assigned {
        strata.entry(unit.stratum).or_default()[usize::from(unit.arm == Arm::Control)].push(size(unit));
    }
    let strata: Vec<RatioStratum<'_>> =
        (strata.values()).map(|[treated, control]| RatioStratum { treated, control, share: arms.share }).collect();
    sample_ratio_of_strata(&strata)
}

/// Number of strata among the rows used, and whether each is a pair of units.
pub(super) fn strata(arms: &Arms) -> Option<Strata> {
    let strata = arms.strata.as_ref()?;
    let mut sides: BTreeMap<u32, [Vec<u32>; 2]> = BTreeMap::new();
    for (row, stratum) in strata.codes.iter().enumerate() {
        let unit = arms.unit.as_ref().map_or(row as u32, |(_, codes)| codes[row]);
        sides.entry(*stratum).or_default()[usize::from(arms.arm[row] == Arm::Control)].push(unit);
    }
    let one = |units: &Vec<u32>| units.first().is_some_and(|first| units.iter().all(|unit| unit == first));
    let pairs = sides.values().all(|sides| sides.iter().all(one));
    Some(Strata { column: strata.name.clone(), count: sides.len() as u64, pairs })
}

/// Re-assigns units within their strata.
pub(super) fn permutation(arms: &Arms, seed: u64) -> Option<Permutation> {
    let rows: Vec<u32> = (0..arms.values.len() as u32).collect();
    let codes = arms.unit.as_ref().map_or(rows.as_slice(), |(_, codes)| codes.as_slice());
    let mut units: Vec<Option<permute::Unit>> = vec![None; places(codes)];
    for (row, code) in codes.iter().enumerate() {
        let unit = units[*code as usize].get_or_insert(permute::Unit {
            total: 0.0,
            size: 0.0,
            arm: if arms.arm[row] == Arm::Treatment { permute::Arm::Treated } else { permute::Arm::Control },
            stratum: arms.strata.as_ref().map_or(0, |strata| strata.codes[row]),
        });
        unit.total += arms.values[row];
        unit.size += 1.0;
    }
    let units: Vec<permute::Unit> = units.into_iter().flatten().collect();
    let plan = plan(seed, "permutation");
    let result = permute::difference(&units, &plan)?;
    // The ends are found by testing other effects with the same draws, which very many units do not need.
    let ends = if units.len() <= MOST_INVERTED { randomisation(&units, &plan, LEVEL) } else { None };
    Some(Permutation {
        p_value: finite(result.p_value),
        smallest_p: finite(result.smallest_p),
        conf_low: ends.as_ref().and_then(|ends| finite(ends.conf_low)),
        conf_high: ends.as_ref().and_then(|ends| finite(ends.conf_high)),
        draws: result.draws,
        exact: result.exact,
    })
}
