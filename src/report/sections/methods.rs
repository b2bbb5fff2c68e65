//! The methods page: every method that was used for these findings, in plain words with its source, and no other.

use super::{data, drivers};
use crate::findings::{Attrition, Comparison, Finding, Findings, Regression, Stages};
use crate::report::document::{Block, Fact, Section};
use crate::report::parts;
use crate::report::voice::Voice;
use crate::text::number;

/// The section.
pub fn section(voice: &Voice<'_>, findings: &Findings) -> Section {
    let mut items: Vec<Fact> = Vec::new();
    for finding in findings.findings() {
        let found = match finding {
            Finding::Drivers(r) | Finding::Regression(r) => regression(voice, r),
            Finding::Comparison(c) => comparison(voice, c),
            Finding::Attrition(a) => attrition(voice, a),
            Finding::Power(_) => vec![fact(voice, "methods.power_title", "methods.power")],
            Finding::Ladder(_) => ["scalability", "guttman", "monotonicity", "item_order"]
                .map(|name| fact(voice, &format!("methods.{name}_title"), &format!("methods.{name}")))
                .to_vec(),
            Finding::Stages(s) => stages(voice, s),
            Finding::Practice(p) => practice(voice, p.waiting.is_some()),
        };
        for fact in found {
            if !items.contains(&fact) {
                items.push(fact);
            }
        }
    }
    if findings.findings().iter().any(|finding| !finding.claims().is_empty()) {
        items.push(fact(voice, "methods.grades_title", "methods.grades"));
    }
    items.extend(always(voice));
    Section {
        id: "methods".into(),
        heading: voice.word("methods.heading"),
        lead: voice.word("methods.lead"),
        blocks: vec![Block::Definitions { items }],
    }
}

fn practice(voice: &Voice<'_>, met: bool) -> Vec<Fact> {
    let mut facts = vec![fact(voice, "methods.practice_title", "methods.practice")];
    if met {
        facts.push(fact(voice, "methods.waiting_title", "methods.waiting"));
        facts.push(fact(voice, "methods.rhythm_title", "methods.rhythm"));
    }
    facts.push(fact(voice, "methods.dose_title", "methods.dose"));
    facts
}

fn fact(voice: &Voice<'_>, title: &str, text: &str) -> Fact {
    Fact { label: voice.word(title), value: voice.word(text) }
}

fn regression(voice: &Voice<'_>, r: &Regression) -> Vec<Fact> {
    let (title, text) = match &r.choice {
        Some(choice) if choice.thresholds.is_empty() => ("methods.logit_title", "methods.logit"),
        Some(_) => ("methods.ordinal_title", "methods.ordinal"),
        None if r.formula.is_some() => ("methods.ols_title", "methods.ols_plain"),
        None => ("methods.ols_title", "methods.ols"),
    };
    let mut model = fact(voice, title, text);
    if r.window_days.is_some() {
        let window = voice.say("methods.window", &[("window", data::window(voice, r))]);
        model.value = format!("{} {window}", model.value);
    }
    let mut facts = vec![model, errors(voice, &r.vcov)];
    let adjust = match r.adjust.as_str() {
        "holm" => "methods.holm",
        "bh" => "methods.bh",
        _ => "methods.adjust_none",
    };
    if r.family > 0 {
        facts.push(Fact {
            label: voice.word("methods.holm_title"),
            value: voice.say(adjust, &[("family", number::count(r.family))]),
        });
    }
    if r.terms.iter().any(|t| t.share_lmg.is_some()) {
        facts.push(fact(voice, "methods.lmg_title", "methods.lmg"));
    }
    if r.terms.iter().any(|t| t.mark.is_some()) {
        facts.push(Fact {
            label: voice.word("methods.marks_title"),
            value: voice.say("methods.marks", &[("rule", drivers::mark_rule(voice, r))]),
        });
    }
    facts.extend(beside(voice, r));
    facts
}

/// What stands beside the main table.
fn beside(voice: &Voice<'_>, r: &Regression) -> Vec<Fact> {
    let used = [
        (r.weights.is_some(), "methods.weights_title", "methods.weights"),
        (!r.absorbed.is_empty(), "methods.absorbed_title", "methods.absorbed"),
        (parts::importance::resampled(r), "methods.importance_title", "methods.importance"),
        (r.wild.is_some(), "methods.wild_title", "methods.wild"),
        (r.diagnostics.is_some(), "methods.diagnostics_title", "methods.diagnostics"),
        (r.terms.iter().any(|t| t.robustness.is_some()), "methods.robustness_title", "methods.robustness"),
    ];
    used.into_iter().filter(|(used, ..)| *used).map(|(_, title, text)| fact(voice, title, text)).collect()
}

fn errors(voice: &Voice<'_>, vcov: &str) -> Fact {
    if vcov == "two-way" {
        return fact(voice, "methods.two_way_title", "methods.two_way");
    }
    let args = [("vcov", vcov.to_string())];
    let key = match vcov {
        "CR2" => "methods.cr2",
        v if v.starts_with("CR") => "methods.cr_other",
        v if v.starts_with("HC") => "methods.hc",
        _ => "methods.iid",
    };
    let title = if vcov.starts_with("CR") { "methods.cr_title" } else { "methods.errors_title" };
    Fact { label: voice.say(title, &args), value: voice.say(key, &args) }
}

fn comparison(voice: &Voice<'_>, c: &Comparison) -> Vec<Fact> {
    let mut facts = vec![errors(voice, &c.vcov), fact(voice, "methods.fieller_title", "methods.fieller")];
    if c.ratio_check.is_some() {
        facts.push(fact(voice, "methods.srm_title", "methods.srm"));
    }
    if c.permutation.is_some() {
        facts.push(fact(voice, "methods.permutation_title", "methods.permutation"));
    }
    if c.mde.is_some() {
        facts.push(fact(voice, "methods.mde_title", "methods.mde"));
    }
    if c.months.iter().any(|m| m.index.is_some()) {
        facts.push(fact(voice, "methods.index_title", "methods.index"));
    }
    let used = [
        (c.adjusted.is_some() || c.stratified.is_some(), "adjusted"),
        (!c.subgroups.is_empty(), "subgroups"),
        (c.change.is_some(), "change"),
        (c.compliance.is_some(), "compliance"),
        (c.equivalence.is_some(), "equivalence"),
        (!c.balance.is_empty(), "balance"),
    ];
    for (_, name) in used.into_iter().filter(|(used, _)| *used) {
        facts.push(fact(voice, &format!("methods.{name}_title"), &format!("methods.{name}")));
    }
    facts
}

fn attrition(voice: &Voice<'_>, a: &Attrition) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let (Some(_), Some(vcov)) = (&a.by_unit, &a.vcov) {
        facts.push(errors(voice, vcov));
    }
    if !a.months.is_empty() {
        facts.push(fact(voice, "methods.index_leaving_title", "methods.attrition_index"));
    }
    if !a.km.is_empty() {
        facts.push(fact(voice, "methods.km_title", "methods.km"));
    }
    if a.cox.is_some() {
        facts.push(fact(voice, "methods.cox_title", "methods.cox"));
    }
    if a.risk_ratio.is_some() {
        facts.push(fact(voice, "methods.risk_title", "methods.risk"));
    }
    facts
}

fn stages(voice: &Voice<'_>, s: &Stages) -> Vec<Fact> {
    let mut facts = vec![fact(voice, "methods.goodman_title", "methods.goodman")];
    if s.team.is_some() {
        facts.push(fact(voice, "methods.team_shares_title", "methods.team_shares"));
    }
    if let Some(pair) = s.superiority.first() {
        let mut told = fact(voice, "methods.superiority_title", "methods.superiority");
        if pair.n_units_first.is_some() {
            told.value = format!("{} {}", told.value, voice.word("methods.superiority_team"));
        }
        facts.push(told);
    }
    if !s.odds.is_empty() {
        facts.push(fact(voice, "methods.ordered_title", "methods.ordered"));
    }
    if s.follows.iter().any(|follow| follow.trend.is_some()) {
        facts.push(fact(voice, "methods.trend_title", "methods.trend"));
    }
    if s.lifts.is_some() {
        facts.push(fact(voice, "methods.lifts_title", "methods.lifts"));
    }
    if let Some(change) = &s.change {
        facts.push(fact(voice, "methods.chain_title", "methods.chain"));
        if !change.regression_to_mean.is_empty() {
            facts.push(fact(voice, "methods.swap_title", "methods.swap"));
        }
    }
    facts
}

fn always(voice: &Voice<'_>) -> Vec<Fact> {
    let crowd = match voice.crowd() {
        0 | 1 => voice.word("methods.no_crowd"),
        crowd => voice.say("methods.crowd", &[("crowd", number::count(crowd))]),
    };
    vec![
        Fact { label: voice.word("methods.crowd_title"), value: crowd },
        fact(voice, "methods.causal_title", "methods.causal"),
    ]
}
