//! Which test about leaving leads, and which way it points: for the terminal and the pages alike. Computes no test.

use crate::findings::Attrition;

/// What the leading test says about leaving in the treatment group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leading {
    /// p below 0.05, more leaving.
    More,
    /// p below 0.05, less leaving.
    Fewer,
    /// p not below 0.05.
    NotShown,
    /// There is no test that may lead.
    Untested,
}

/// The person was assigned, so tests by person lead.
pub fn leads_by_person(a: &Attrition) -> bool {
    a.unit == "person"
}

/// The verdict of the leading test with its p-value. By person: the log-rank test, with the direction of Cox's model.
/// When a unit was assigned: the difference by unit, and never a test by person.
pub fn leading(a: &Attrition) -> (Leading, Option<f64>) {
    let (p, direction) = if leads_by_person(a) {
        let hazard = a.cox.as_ref().and_then(|e| e.estimate);
        let shares = a.risk_difference.as_ref().and_then(|i| i.estimate);
        (a.logrank.as_ref().and_then(|test| test.p_value), hazard.or(shares))
    } else {
        (a.by_unit.as_ref().and_then(|e| e.p_value), a.by_unit.as_ref().and_then(|e| e.estimate))
    };
    let verdict = match (p, direction) {
        (None, _) => Leading::Untested,
        (Some(p), Some(d)) if p < 0.05 && d > 0.0 => Leading::More,
        (Some(p), Some(d)) if p < 0.05 && d < 0.0 => Leading::Fewer,
        (Some(_), _) => Leading::NotShown,
    };
    (verdict, p)
}
