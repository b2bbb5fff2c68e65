//! Why people left: the share that has left for each reason with the others at work, by group, its difference by assigned
//! unit, and the ratio of the cause-specific hazards. It deliberately takes no other reason for the end of observation
//! except in that ratio, which is what a cause-specific hazard is.

use super::hazard::Errors;
use super::{MOST_LIVES, rows_of, treated};
use crate::analyses::{estimate, finite};
use crate::design::arms::Arm;
use crate::design::spells::Spells;
use crate::findings::attrition::{IncidencePoint, Reason, ReasonArm, Reasons};
use crate::findings::{Estimate, Why};
use crate::stats::cox::{self, Sample, Ties};
use crate::stats::incidence::{Exit, Incidence, incidence, pseudo};
use crate::stats::inference::LEVEL;
use crate::stats::survival::Life;
use crate::stats::unit_contrast::{Outcome, unit_contrast};
use ndarray::Array2;

/// What is known of the reasons; nothing without a column of them or without anybody who gave one.
pub(super) fn reasons(spells: &Spells, horizon: f64, times: Option<&[f64]>) -> Option<Reasons> {
    let known = spells.known.reasons.as_ref()?;
    let given = |row: usize| known.of.get(row).copied().flatten().unwrap_or(known.names.len() as u32);
    let exits: Vec<Exit> = (0..spells.arm.len())
        .map(|row| Exit {
            entry: spells.entry[row],
            exit: spells.exit[row],
            cause: spells.event[row].then(|| given(row)),
        })
        .collect();
    let count = |cause: u32| exits.iter().filter(|exit| exit.cause == Some(cause)).count();
    let mut causes: Vec<u32> = (0..=known.names.len() as u32).filter(|cause| count(*cause) > 0).collect();
    if causes.iter().all(|cause| *cause as usize == known.names.len()) {
        return None;
    }
    // Most frequent first; those without a reason last.
    causes.sort_by_key(|cause| (*cause as usize == known.names.len(), std::cmp::Reverse(count(*cause))));
    let reason = |cause: &u32| {
        let name = known.names.get(*cause as usize).cloned().unwrap_or_default();
        of_one(spells, &exits, *cause, name, horizon, times)
    };
    Some(Reasons { column: known.column.clone(), horizon, reasons: causes.iter().map(reason).collect(), hidden: 0 })
}

fn of_one(spells: &Spells, exits: &[Exit], cause: u32, reason: String, horizon: f64, times: Option<&[f64]>) -> Reason {
    let arms = [Arm::Treatment, Arm::Control];
    let own = |arm: Arm| -> Vec<Exit> { rows_of(spells, arm).map(|row| exits[row]).collect() };
    let curves = arms.map(|arm| incidence(&own(arm), cause));
    let groups = spells.names.iter().zip(&curves).map(|(group, curve)| arm(group, curve, horizon));
    let curve = spells.names.iter().zip(&curves).flat_map(|(group, curve)| points(group, curve, times));
    Reason {
        reason,
        groups: groups.collect(),
        difference: difference(spells, exits, cause, horizon),
        hazard: hazard(spells, exits, cause),
        curve: curve.collect(),
    }
}

fn arm(group: &str, curve: &Incidence, horizon: f64) -> ReasonArm {
    let step = curve.at(horizon);
    let limits = step.limits(LEVEL);
    let none = step.incidence <= 0.0;
    ReasonArm {
        group: group.to_string(),
        leavers: Some(curve.events as u64),
        incidence: finite(step.incidence),
        std_error: finite(step.std_error),
        conf_low: finite(limits.low).filter(|_| !none),
        conf_high: finite(limits.high).filter(|_| !none),
        hidden: false,
        why: none.then_some(Why::TooFew),
    }
}

/// The curve at the times at which curves are told, or step by step.
fn points(group: &str, curve: &Incidence, times: Option<&[f64]>) -> Vec<IncidencePoint> {
    let steps: Vec<f64> = curve.steps.iter().map(|step| step.time).collect();
    let mut before = f64::NEG_INFINITY;
    let point = |time: &f64| {
        let step = curve.at(*time);
        let limits = step.limits(LEVEL);
        let inside = curve.steps.iter().filter(|step| step.time > before && step.time <= *time);
        let events = inside.map(|step| step.events as u64).sum();
        before = *time;
        IncidencePoint {
            group: group.to_string(),
            time: *time,
            incidence: finite(step.incidence),
            conf_low: finite(limits.low),
            conf_high: finite(limits.high),
            events,
        }
    };
    times.unwrap_or(&steps).iter().map(point).collect()
}

/// Difference of the shares at the horizon, from pseudo-observations made by arm.
fn difference(spells: &Spells, exits: &[Exit], cause: u32, horizon: f64) -> Option<Estimate> {
    let (mut values, mut arms, mut units) = (Vec::new(), Vec::new(), Vec::new());
    for arm in [Arm::Treatment, Arm::Control] {
        let rows: Vec<usize> = rows_of(spells, arm).filter(|row| exits[*row].exit > exits[*row].entry).collect();
        let own: Vec<Exit> = rows.iter().map(|row| exits[*row]).collect();
        values.extend(pseudo(&own, cause, horizon)?);
        arms.extend(rows.iter().map(|_| arm == Arm::Treatment));
        units.extend(rows.iter().map(|row| spells.unit.as_ref().map_or(*row as u32, |(_, codes)| codes[*row])));
    }
    let units = crate::design::dense(units.into_iter());
    let known = spells.unit.as_ref().map(|_| units.as_slice());
    let outcome = Outcome { values: &values, exposure: None, treated: &arms, units: known };
    Some(estimate(&unit_contrast(&outcome, LEVEL).ok()?.difference))
}

/// The ratio of the hazards of leaving for this reason.
fn hazard(spells: &Spells, exits: &[Exit], cause: u32) -> Option<Estimate> {
    if exits.len() > MOST_LIVES {
        return None;
    }
    let lives: Vec<Life> = exits.iter().map(|exit| exit.life(cause)).collect();
    let x = Array2::from_shape_fn((lives.len(), 1), |(row, _)| f64::from(u8::from(treated(spells, row))));
    let sample = Sample::new(&lives, &x);
    let fitted = cox::fit(&sample, Ties::Efron).ok()?;
    let units = spells.unit.as_ref().map(|(_, codes)| codes.as_slice());
    Some(Errors::of(&fitted, &sample, units).term(0))
}
