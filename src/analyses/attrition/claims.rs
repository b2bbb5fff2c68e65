//! What may be claimed about leaving: the answer that leads with its evidence, weighed by the rule of `findings::claim`.

use crate::findings::claim::{Basis, Claim, Evidence, Scale};
use crate::findings::{Attrition, Estimate};

/// The claim of a finished answer; none where nothing may lead (totals only).
pub(super) fn of(found: &Attrition) -> Vec<Claim> {
    leading(found).map(Claim::weigh).into_iter().collect()
}

fn shared(found: &Attrition) -> Evidence {
    let arm = |at: usize| found.follow_up.get(at).cloned().unwrap_or_default();
    let (treatment, control) = (arm(0), arm(1));
    Evidence {
        outcome: "attrition".to_string(),
        design: found.design.clone(),
        check_passed: (found.design == "randomised").then_some(found.causal),
        unit: found.unit.clone(),
        by_unit: true,
        basis: Basis::AsAssigned,
        n: [treatment.n, control.n],
        n_units: treatment.n_units.zip(control.n_units).map(|(a, b)| [a, b]),
        treatment: treatment.group,
        control: control.group,
        p_shuffled: found.logrank_by_unit.as_ref().and_then(|test| test.p_value),
        ..Evidence::default()
    }
}

fn leading(found: &Attrition) -> Option<Evidence> {
    let shared = shared(found);
    let evidence = |effect: &str, scale: Scale, mde: Option<f64>| Evidence {
        effect: effect.to_string(),
        scale,
        mde,
        ..shared.clone()
    };
    match found.lead.as_str() {
        "by_unit" => Some(evidence("left", Scale::Points, found.mde).with_estimate(found.by_unit.as_ref()?)),
        "rmst" => {
            let rmst = found.rmst.as_ref()?;
            // Units without an error by unit leave nothing to claim.
            let by_unit = found.unit == "person" || rmst.by_unit.is_some();
            let told = rmst.by_unit.as_ref().unwrap_or(&rmst.difference);
            Some(Evidence { by_unit, ..evidence("stayed", Scale::Difference, rmst.mde).with_estimate(told) })
        }
        "logrank" => {
            let ratio = ratio(found.cox.as_ref()?);
            let p_value = found.logrank.as_ref().and_then(|test| test.p_value);
            let told = evidence("hazard", Scale::Ratio, found.mde_hazard_ratio).with_estimate(&ratio);
            Some(Evidence { p_value, p_adjusted: p_value, ..told })
        }
        _ => None,
    }
}

/// A log ratio as a ratio; the test and the error stay those of the logarithm.
fn ratio(log: &Estimate) -> Estimate {
    let exp = |x: Option<f64>| x.map(f64::exp).filter(|x| x.is_finite());
    Estimate { estimate: exp(log.estimate), conf_low: exp(log.conf_low), conf_high: exp(log.conf_high), ..log.clone() }
}
