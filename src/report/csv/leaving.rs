//! Rows about leaving beyond its main tests - ratios by unit and of rates, hazard models, reasons, how many people it takes -
//! and of plans.

use super::Row;
use super::rows::claims;
use crate::findings::Power;
use crate::findings::attrition::{Attrition, HazardTerm, Reasons};

fn row(part: &'static str) -> Row {
    Row::of("attrition", part)
}

/// Every such row, in the order of the pages.
pub(super) fn rows(out: &mut Vec<Row>, a: &Attrition) {
    out.extend(a.risk_ratio_by_unit.iter().map(|i| row("risk_ratio_by_unit").interval(i)));
    if let Some(found) = &a.rate_ratio {
        out.push(row("rate_ratio").interval(&found.ratio).number("p_value", found.p_value));
        let by_unit = found.by_unit.iter();
        out.extend(by_unit.map(|i| row("rate_ratio_by_unit").interval(i).number("p_value", found.p_by_unit)));
    }
    let tests = [("logrank_stratified", &a.logrank_stratified), ("proportional", &a.proportional)];
    for (part, test) in tests {
        let told = test.iter();
        out.extend(told.map(|t| row(part).number("statistic", t.statistic).number("p_value", t.p_value)));
    }
    if let Some(test) = &a.logrank_by_unit {
        out.push(row("logrank_by_unit").number("p_value", test.p_value).number("smallest_p", test.smallest_p));
    }
    if let Some(model) = &a.hazard {
        out.extend(model.terms.iter().map(|t| term("hazard", t)));
        out.extend(model.terms.iter().filter_map(|t| {
            let test = t.schoenfeld.as_ref()?;
            let row = row("schoenfeld").text("term", &t.term);
            Some(row.number("statistic", test.statistic).number("p_value", test.p_value))
        }));
        out.extend(model.other_ties.iter().map(|t| term("hazard_other_ties", t)));
        let c = row("concordance").number("estimate", model.concordance);
        out.push(c.number("std_error", model.concordance_std_error).why(model.why));
    }
    if let Some(found) = &a.reasons {
        reasons(out, found);
    }
    if let Some(needed) = &a.needed {
        out.push(
            row("needed")
                .number("value", Some(needed.effect))
                .number("power", needed.power_here)
                .number("icc", needed.icc)
                .whole("units_needed", needed.units)
                .whole("people_needed", needed.people)
                .why(needed.why),
        );
    }
    claims(out, "attrition", &a.claims);
}

fn term(part: &'static str, term: &HazardTerm) -> Row {
    row(part).text("term", &term.term).estimate(&term.coefficient)
}

fn reasons(out: &mut Vec<Row>, found: &Reasons) {
    let horizon = Some(found.horizon);
    for reason in &found.reasons {
        let of = |part| row(part).text("reason", &reason.reason).number("horizon", horizon);
        out.extend(reason.groups.iter().map(|arm| {
            of("reasons")
                .text("group", &arm.group)
                .whole("leavers", arm.leavers)
                .number("incidence", arm.incidence)
                .number("std_error", arm.std_error)
                .number("conf_low", arm.conf_low)
                .number("conf_high", arm.conf_high)
                .why(arm.why)
                .hidden(arm.hidden.into())
        }));
        out.extend(reason.difference.iter().map(|e| of("reason_difference").estimate(e)));
        out.extend(reason.hazard.iter().map(|e| of("reason_hazard").estimate(e)));
        out.extend(reason.curve.iter().map(|p| {
            let point = row("incidence").text("reason", &reason.reason).text("group", &p.group);
            let point = point.number("time", Some(p.time)).number("incidence", p.incidence);
            point.number("conf_low", p.conf_low).number("conf_high", p.conf_high)
        }));
    }
}

/// The answer of a plan and its curve.
pub(super) fn power(out: &mut Vec<Row>, p: &Power) {
    out.push(
        Row::of("power", "answer")
            .text("outcome", &p.outcome)
            .word("method", Some(p.kind.as_str()))
            .word("name", Some(p.solved.as_str()))
            .number("estimate", p.effect)
            .number("power", p.power)
            .number("icc", p.icc)
            .number("df", p.df)
            .number("mean", p.base)
            .number("sd", p.sd)
            .whole("n", p.people)
            .whole("n_units", p.units)
            .why(p.why),
    );
    out.extend(p.curve.iter().map(|point| {
        let row = Row::of("power", "curve").word("name", Some(p.curve_over.as_str()));
        row.number("at", Some(point.at)).number("power", point.power)
    }));
}
