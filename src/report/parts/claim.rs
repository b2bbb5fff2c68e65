//! A claim in words: what is said, what it rests on, and its grade. Words of cause come from `text` and need its permit.

use super::super::brief::shared::p_phrase;
use crate::findings::claim::{Grade, Verdict};
use crate::findings::{Basis, Claim, Scale};
use crate::report::voice::capital;
use crate::text::{Causal, Language, list, names, number, say, say_claim};

/// The sentence, what it rests on, and why it has its grade.
pub fn told(claim: &Claim, language: Language) -> String {
    [sentence(claim, language), basis(claim, language)].join(gap(language))
}

fn gap(language: Language) -> &'static str {
    match language {
        Language::Ja => "",
        Language::En => " ",
    }
}

/// What is claimed, with the size and its interval.
pub fn sentence(claim: &Claim, language: Language) -> String {
    let e = claim.evidence();
    let outcome = names::outcome(language, &e.outcome);
    let (treatment, control) = (names::group(language, &e.treatment), names::group(language, &e.control));
    let args = [
        ("outcome_cap", capital(&outcome)),
        ("outcome", outcome),
        ("treatment_cap", capital(&treatment)),
        ("treatment", treatment),
        ("control", control),
        ("size", size(claim, language)),
        ("margin", e.margin.map_or_else(String::new, |margin| unsigned(e.scale, language, margin))),
    ];
    let permit = Causal::permit_claim(&e.design, e.check_passed, e.basis.name());
    let key = format!("{}_{}", e.effect, claim.verdict().name());
    say_claim(permit, language, &key, &args)
}

/// The estimate with its interval.
fn size(claim: &Claim, language: Language) -> String {
    let e = claim.evidence();
    let show = |x: f64| signed(e.scale, language, x);
    let Some(estimate) = e.estimate else {
        return number::reason(language, crate::report::voice::why(e.why));
    };
    if e.conf_low.is_none() && e.conf_high.is_none() {
        return show(estimate);
    }
    let end = |x: Option<f64>, key: &str| x.map_or_else(|| say(language, key, &[]), show);
    let args =
        [("size", show(estimate)), ("low", end(e.conf_low, "why.no_low")), ("high", end(e.conf_high, "why.no_high"))];
    say(language, "claim.interval", &args)
}

fn signed(scale: Scale, language: Language, x: f64) -> String {
    match scale {
        Scale::Difference => number::signed_natural(x),
        Scale::Lift => number::signed_percent(x, 1),
        Scale::Points => say(language, "claim.points", &[("x", number::points(x))]),
        Scale::Ratio => say(language, "claim.times", &[("x", number::decimal(x, 2))]),
    }
}

fn unsigned(scale: Scale, language: Language, x: f64) -> String {
    match scale {
        Scale::Difference => number::natural(x),
        Scale::Lift => number::percent(x, 1),
        Scale::Points => say(language, "claim.points", &[("x", number::decimal(x * 100.0, 1))]),
        Scale::Ratio => signed(scale, language, x),
    }
}

/// Design, unit, people and units, p, what could have been found, grade.
pub fn basis(claim: &Claim, language: Language) -> String {
    let e = claim.evidence();
    let design = match (e.design.as_str(), e.check_passed) {
        ("randomised", Some(false)) => "claim.design_failed",
        ("randomised", _) => "claim.design_randomised",
        _ => "claim.design_observational",
    };
    let mut args = vec![
        ("design", say(language, design, &[])),
        ("unit", names::unit(language, &e.unit)),
        ("n_treatment", number::count(e.n[0])),
        ("n_control", number::count(e.n[1])),
        ("p", p(claim, language)),
    ];
    let key = match e.n_units {
        Some([treatment, control]) => {
            args.extend([("units_treatment", number::count(treatment)), ("units_control", number::count(control))]);
            "claim.basis_units"
        }
        None => "claim.basis_people",
    };
    let mut said = vec![say(language, key, &args)];
    said.extend(e.mde.map(|mde| say(language, "claim.mde", &[("mde", unsigned(e.scale, language, mde))])));
    said.push(grade(claim, language));
    said.join(gap(language))
}

fn p(claim: &Claim, language: Language) -> String {
    let e = claim.evidence();
    let p = ("p", p_phrase(language, e.p_adjusted.or(e.p_value)));
    if e.family <= 1 {
        return p.1;
    }
    say(language, "claim.p_adjusted", &[p, ("family", number::count(e.family))])
}

fn grade(claim: &Claim, language: Language) -> String {
    let letter = ("grade", claim.grade().name().to_string());
    let reasons: Vec<String> =
        reasons(claim).into_iter().map(|code| say(language, &format!("reservation.{code}"), &[])).collect();
    if reasons.is_empty() {
        return say(language, "claim.grade", &[letter]);
    }
    say(language, "claim.grade_because", &[letter, ("reasons", list(language, &reasons))])
}

/// Why the grade is no better: the first reason alone where nothing is shown.
pub fn reasons(claim: &Claim) -> Vec<&'static str> {
    let e = claim.evidence();
    match (claim.verdict(), claim.grade()) {
        (Verdict::Undecided, _) => return vec!["undecided"],
        (Verdict::NotShown, _) => return vec!["not_shown"],
        (_, Grade::A) => return Vec::new(),
        _ => {}
    }
    let mut reasons = Vec::new();
    if e.design != "randomised" {
        reasons.push("observational");
    } else if e.check_passed != Some(true) {
        reasons.push("check_failed");
    }
    match e.basis {
        Basis::AsAssigned => {}
        Basis::Instrument => reasons.push("instrument"),
        Basis::Change => reasons.push("change"),
        Basis::AsDone => reasons.push("as_done"),
    }
    reasons.extend(e.reservations.iter().map(|reservation| reservation.name()));
    reasons
}
