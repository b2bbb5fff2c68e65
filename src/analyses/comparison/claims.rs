//! What the comparison may say: each effect with its evidence, weighed by the rule of `findings::claim`.

use crate::findings::Estimate;
use crate::findings::claim::{ALPHA, Basis, Claim, Evidence, Reservation, Scale};
use crate::findings::comparison::{Comparison, Compliance};
use crate::stats::power;

/// Share of the people of the two groups without an outcome from which it is a reservation.
const MOST_LOST: f64 = 0.2;

/// Under this p-value of the omnibus test the arms were not alike before the start.
const UNBALANCED: f64 = 0.01;

/// The claims of a finished comparison, the leading one first: the difference of means, the change over time, the effect
/// of what was done; and, for the table of compliance, the comparisons that chance does not protect.
pub fn of(found: &Comparison) -> Vec<Claim> {
    let mut claims = vec![Claim::weigh(leading(found))];
    claims.extend(change(found).map(Claim::weigh));
    if let Some(compliance) = &found.compliance {
        claims.extend(by_dose(found, compliance).into_iter().map(Claim::weigh));
    }
    claims
}

/// What every claim of a comparison shares.
fn shared(found: &Comparison, effect: &str) -> Evidence {
    let arm = |at: usize| found.arms.get(at).cloned().unwrap_or_default();
    let (treatment, control) = (arm(0), arm(1));
    Evidence {
        effect: effect.to_string(),
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
        reservations: reservations(found),
        ..Evidence::default()
    }
}

fn reservations(found: &Comparison) -> Vec<Reservation> {
    let unbalanced = found.omnibus.as_ref().and_then(|test| test.p_value).is_some_and(|p| p < UNBALANCED);
    let held = [(lost(found) > MOST_LOST, Reservation::PeopleLost), (unbalanced, Reservation::Unbalanced)];
    held.into_iter().filter(|(holds, _)| *holds).map(|(_, reservation)| reservation).collect()
}

/// The difference of means, as a lift where that has a meaning. The lift takes its test from the difference: no lift and
/// no difference are the same.
fn leading(found: &Comparison) -> Evidence {
    let evidence = Evidence {
        mde: found.mde,
        p_shuffled: found.permutation.as_ref().and_then(|p| p.p_value),
        ..shared(found, "mean")
    };
    let mut evidence = evidence.with_estimate(&found.difference);
    if let (Some(lift), Some(low), Some(high)) = (found.lift.estimate, found.lift.conf_low, found.lift.conf_high) {
        evidence.scale = Scale::Lift;
        (evidence.estimate, evidence.conf_low, evidence.conf_high) = (Some(lift), Some(low), Some(high));
        evidence.mde = found.mde_lift;
    }
    let own = if evidence.scale == Scale::Lift { "lift" } else { "difference" };
    if let Some(test) = found.equivalence.as_ref().filter(|test| test.scale == own) {
        (evidence.margin, evidence.p_equivalence) = (Some(test.margin), test.p_value);
    }
    evidence
}

/// An estimate with the smallest effect that its error would have let be found.
fn told(evidence: Evidence, e: &Estimate) -> Evidence {
    let mde = e.std_error.zip(e.df).map(|(error, df)| power::mde(error, df, ALPHA, 0.8));
    Evidence { mde: mde.filter(|mde| mde.is_finite()), ..evidence.with_estimate(e) }
}

/// The difference in differences. Where units were assigned by chance it is a comparison of them as assigned; elsewhere it
/// leans on equal trends, which the months before may speak for or against.
fn change(found: &Comparison) -> Option<Evidence> {
    let change = found.change.as_ref()?;
    let mut evidence = told(shared(found, "change"), &change.difference);
    if found.design == "randomised" {
        return Some(evidence);
    }
    evidence.basis = Basis::Change;
    let pre = found.event.as_ref().and_then(|event| event.pre_trend.as_ref());
    if pre.is_none_or(|pre| pre.p_value.is_none_or(|p| p < ALPHA)) {
        evidence.reservations.push(Reservation::TrendsBefore);
    }
    Some(evidence)
}

/// The effect of what was done on those whom the assignment moved, and the two comparisons by what was done.
fn by_dose(found: &Comparison, compliance: &Compliance) -> Vec<Evidence> {
    let mut received = told(Evidence { basis: Basis::Instrument, ..shared(found, "received") }, &compliance.cace);
    if compliance.weak {
        received.reservations.push(Reservation::WeakInstrument);
    }
    let as_done = |effect: &str| Evidence { basis: Basis::AsDone, ..shared(found, effect) };
    let others = [("per_protocol", &compliance.per_protocol), ("as_treated", &compliance.as_treated)];
    let others = others.into_iter().filter_map(|(effect, made)| Some(told(as_done(effect), made.as_ref()?)));
    std::iter::once(received).chain(others).collect()
}

/// Of the people in the two groups, the share whose outcome is not known.
fn lost(found: &Comparison) -> f64 {
    let lost = found.flow.steps.iter().filter(|step| LOSSES.contains(&step.reason.as_str()));
    let lost: u64 = lost.map(|step| step.count).sum();
    lost as f64 / (found.flow.used + lost).max(1) as f64
}

/// Reasons in the sample flow that take out people who were assigned.
const LOSSES: [&str; 2] = ["no_sales_after_start", "no_outcome"];
