//! What the comparison may say: each effect with its evidence, weighed by the rule of `findings::claim`.

use crate::findings::claim::{Basis, Claim, Evidence, Reservation, Scale};
use crate::findings::comparison::Comparison;

/// Share of the people of the two groups without an outcome from which it is a reservation.
const MOST_LOST: f64 = 0.2;

/// The claims of a finished comparison, the leading one first.
pub fn of(found: &Comparison) -> Vec<Claim> {
    vec![Claim::weigh(leading(found))]
}

/// What every claim of a comparison shares.
fn shared(found: &Comparison) -> Evidence {
    let arm = |at: usize| found.arms.get(at).cloned().unwrap_or_default();
    let (treatment, control) = (arm(0), arm(1));
    Evidence {
        outcome: found.outcome.clone(),
        design: found.design.clone(),
        check_passed: found.ratio_check.as_ref().map(|check| !check.alarm),
        unit: found.unit.clone(),
        by_unit: true,
        basis: Basis::AsAssigned,
        n: [treatment.n, control.n],
        n_units: treatment.n_units.zip(control.n_units).map(|(a, b)| [a, b]),
        treatment: treatment.group,
        control: control.group,
        reservations: if lost(found) > MOST_LOST { vec![Reservation::PeopleLost] } else { Vec::new() },
        p_shuffled: found.permutation.as_ref().and_then(|p| p.p_value),
        ..Evidence::default()
    }
}

/// The difference of means, as a lift where that has a meaning. The lift takes its test from the difference: no lift and
/// no difference are the same.
fn leading(found: &Comparison) -> Evidence {
    let evidence = Evidence { effect: "mean".to_string(), mde: found.mde, ..shared(found) };
    let evidence = evidence.with_estimate(&found.difference);
    let Some(lift) = found.lift.estimate.filter(|_| found.lift.conf_low.is_some() && found.lift.conf_high.is_some())
    else {
        return evidence;
    };
    Evidence {
        scale: Scale::Lift,
        estimate: Some(lift),
        conf_low: found.lift.conf_low,
        conf_high: found.lift.conf_high,
        mde: found.mde_lift,
        ..evidence
    }
}

/// Of the people in the two groups, the share whose outcome is not known.
fn lost(found: &Comparison) -> f64 {
    let lost = found.flow.steps.iter().filter(|step| LOSSES.contains(&step.reason.as_str()));
    let lost: u64 = lost.map(|step| step.count).sum();
    lost as f64 / (found.flow.used + lost).max(1) as f64
}

/// Reasons in the sample flow that take out people who were assigned.
const LOSSES: [&str; 2] = ["no_sales_after_start", "no_outcome"];
