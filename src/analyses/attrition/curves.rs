//! Staying over time: Kaplan-Meier by group, medians with their limits, and mean time up to a horizon with the error by
//! assigned unit. It deliberately tells a study's curves at month ends only.

use super::{life, normal, rows_of};
use crate::analyses::{estimate, finite};
use crate::design::arms::Arm;
use crate::design::spells::{Grain, Spells};
use crate::domain::{Day, Month};
use crate::findings::attrition::{KmPoint, Median, Rmst, RmstArm};
use crate::findings::{Estimate, Why};
use crate::stats::inference::{Inference, LEVEL};
use crate::stats::power;
use crate::stats::pseudo;
use crate::stats::survival::{Curve, Life, at_risk, restricted_mean_difference};
use crate::stats::unit_contrast::{Outcome, unit_contrast};
use crate::study::Clock;

/// Days between the points of a tenure curve in a study.
const TENURE_STEP: f64 = 30.0;

/// A median that is not reached lies beyond all times seen.
pub(super) fn median(group: &str, curve: &Curve) -> Median {
    let median = curve.median();
    let (conf_low, conf_high) = curve.median_limits(LEVEL);
    let why = match (median, conf_high) {
        (None, _) => Some(Why::Infinite),
        (Some(_), None) => Some(Why::Unbounded),
        _ => None,
    };
    Median { group: group.to_string(), median, conf_low, conf_high, why }
}

pub(super) fn km(spells: &Spells, lives: &[Vec<Life>; 2], curves: &[Curve; 2]) -> Vec<KmPoint> {
    let mut points = Vec::new();
    for ((group, curve), lives) in spells.names.iter().zip(curves).zip(lives) {
        match grid(spells, curve) {
            Some(times) => {
                let mut before = f64::NEG_INFINITY;
                for time in times {
                    let inside = curve.steps.iter().filter(|s| s.time > before && s.time <= time);
                    let events = inside.map(|s| s.events as u64).sum();
                    points.push(km_point(group, curve, time, at_risk(lives, time), events));
                    before = time;
                }
            }
            None => {
                points.extend(curve.steps.iter().map(|s| km_point(group, curve, s.time, s.at_risk, s.events as u64)))
            }
        }
    }
    points
}

/// A point of a curve; where nobody is left the error and the limits are not defined.
fn km_point(group: &str, curve: &Curve, time: f64, at_risk: usize, events: u64) -> KmPoint {
    let step = curve.at(time);
    let limits = step.log_log_limits(LEVEL);
    let known = |value: f64| finite(value).filter(|_| step.survival > 0.0);
    KmPoint {
        group: group.to_string(),
        time,
        survival: finite(step.survival),
        std_error: known(step.std_error),
        conf_low: known(limits.low),
        conf_high: known(limits.high),
        at_risk: at_risk as u64,
        events,
        why: (step.survival <= 0.0).then_some(Why::Undefined),
    }
}

/// The times at which a study's curves are told: month ends since the start, or every 30 days of tenure.
pub(super) fn grid(spells: &Spells, curve: &Curve) -> Option<Vec<f64>> {
    let (Grain::MonthEnds(start), Some((_, end))) = (spells.grain, spells.span) else { return None };
    if spells.clock == Clock::Tenure {
        let steps = (curve.last / TENURE_STEP).floor() as usize;
        return Some((1..=steps).map(|step| step as f64 * TENURE_STEP).collect());
    }
    let ends = (start.month().0..=end.month().0).map(|m| Month(m).last().min(end));
    Some(ends.map(|day: Day| f64::from(day.0 - start.0 + 1)).collect())
}

/// Mean times up to the horizon that was asked for, or to where both groups are observed.
pub(super) fn restricted(spells: &Spells, curves: &[Curve; 2], horizon: Option<f64>) -> Rmst {
    let common = curves[0].last.min(curves[1].last);
    let horizon = horizon.unwrap_or(common).min(common);
    let means = [curves[0].restricted_mean(horizon), curves[1].restricted_mean(horizon)];
    let arms = spells.names.iter().zip(&means).map(|(group, mean)| RmstArm {
        group: group.clone(),
        estimate: finite(mean.mean),
        std_error: finite(mean.std_error),
    });
    let difference = restricted_mean_difference(&means[0], &means[1], LEVEL);
    let by_unit = means_by_unit(spells, horizon);
    let leading = by_unit.as_ref().unwrap_or(&difference);
    Rmst {
        horizon,
        arms: arms.collect(),
        mde: finite(power::mde(leading.std_error, leading.df, 0.05, 0.8)).filter(|mde| *mde <= horizon),
        difference: normal(&difference),
        by_unit: by_unit.map(|found| -> Estimate { estimate(&found) }),
    }
}

/// The difference of the mean times with the error by unit, from pseudo-observations made by arm.
fn means_by_unit(spells: &Spells, horizon: f64) -> Option<Inference> {
    let (_, codes) = spells.unit.as_ref()?;
    let (mut values, mut treated, mut units) = (Vec::new(), Vec::new(), Vec::new());
    for arm in [Arm::Treatment, Arm::Control] {
        let rows: Vec<usize> = rows_of(spells, arm).filter(|row| spells.exit[*row] > spells.entry[*row]).collect();
        let lives: Vec<Life> = rows.iter().map(|row| life(spells, *row)).collect();
        values.extend(pseudo::restricted_mean(&lives, horizon).ok()?);
        treated.extend(rows.iter().map(|_| arm == Arm::Treatment));
        units.extend(rows.iter().map(|row| codes[*row]));
    }
    let units = crate::design::dense(units.into_iter());
    let outcome = Outcome { values: &values, exposure: None, treated: &treated, units: Some(&units) };
    Some(unit_contrast(&outcome, LEVEL).ok()?.difference)
}
