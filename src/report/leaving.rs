//! Which test about leaving leads, and which way it points: for the terminal and the pages alike. Computes no test.

use crate::findings::{Attrition, Estimate};

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

/// Mean time leads: the ratio of hazards changes over time, or no share can be told.
pub fn time_leads(a: &Attrition) -> bool {
    a.lead == "rmst"
}

/// The difference in mean time that may lead: by unit where units were assigned.
pub fn mean_time(a: &Attrition) -> Option<&Estimate> {
    let rmst = a.rmst.as_ref()?;
    if leads_by_person(a) { Some(&rmst.difference) } else { rmst.by_unit.as_ref() }
}

/// The verdict of the leading test with its p-value. Mean time where that leads. By person: the log-rank test, with the
/// direction of Cox's model, or the shares of a list. When a unit was assigned: the difference by unit, and never a test by
/// person.
pub fn leading(a: &Attrition) -> (Leading, Option<f64>) {
    let (p, more) = if time_leads(a) {
        let time = mean_time(a);
        (time.and_then(|e| e.p_value), time.and_then(|e| e.estimate).map(|longer| -longer))
    } else if leads_by_person(a) && a.lead != "by_unit" {
        let hazard = a.cox.as_ref().and_then(|e| e.estimate);
        let shares = a.risk_difference.as_ref().and_then(|i| i.estimate);
        (a.logrank.as_ref().and_then(|test| test.p_value), hazard.or(shares))
    } else {
        (a.by_unit.as_ref().and_then(|e| e.p_value), a.by_unit.as_ref().and_then(|e| e.estimate))
    };
    let verdict = match (p, more) {
        (None, _) => Leading::Untested,
        (Some(p), Some(d)) if p < 0.05 && d > 0.0 => Leading::More,
        (Some(p), Some(d)) if p < 0.05 && d < 0.0 => Leading::Fewer,
        (Some(_), _) => Leading::NotShown,
    };
    (verdict, p)
}
