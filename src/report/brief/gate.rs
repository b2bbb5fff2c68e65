//! The gate's answer as a short page: verdict, faults, risk, what was and was not checked.

use super::figures::natural;
use super::shared::word;
use super::{Align, Block, Remark, Table, Tone, faults, law};
use crate::findings::{Gate, Level, Risk, Verdict};
use crate::text::{self, Language, names, number, say};

/// The whole answer.
pub fn compose(gate: &Gate, language: Language) -> Vec<Block> {
    let mut page = Vec::new();
    let values = [
        ("profile", profile(gate, language)),
        ("errors", gate.count(Level::Error).to_string()),
        ("warnings", gate.count(Level::Warning).to_string()),
    ];
    page.push(Block::Heading(verdict(gate, language)));
    page.push(Block::Paragraph(say(language, "table.gate_counts", &values)));
    if gate.profile == "pseudonymised" {
        page.push(Block::Paragraph(say(language, "table.gate_pseudonymised", &[])));
    }
    faults::issues(&mut page, &gate.issues, language);
    law::accepted(&mut page, &gate.accepted, language);
    if let Some(risk) = &gate.risk {
        page.push(Block::Table(risk_table(risk, language)));
        if !risk.suggested.is_empty() {
            page.push(Block::Table(suggestions(risk, language)));
        }
    }
    law::standing(&mut page, gate, language);
    checks(&mut page, gate, language);
    page.push(Block::Paragraph(say(language, "table.gate_limits", &[])));
    page
}

/// The verdict, in a sentence.
pub fn verdict(gate: &Gate, language: Language) -> String {
    let key = match gate.verdict {
        Verdict::Pass => "table.gate_pass",
        Verdict::Fail => "table.gate_fail",
    };
    say(language, key, &[("profile", profile(gate, language))])
}

fn profile(gate: &Gate, language: Language) -> String {
    let key = format!("table.profile_{}", gate.profile);
    if text::knows(language, &key) { say(language, &key, &[]) } else { names::clean(&gate.profile) }
}

fn risk_table(risk: &Risk, language: Language) -> Table {
    let mut table = Table::new(vec![(word(language, "risk"), Align::Left), (word(language, "value"), Align::Right)]);
    let mut row = |label: String, value: String| table.rows.push(vec![label, value]);
    row(word(language, "risk_k"), number::count(risk.k));
    row(word(language, "risk_classes"), number::count(risk.classes));
    row(word(language, "risk_uniques"), number::count(risk.uniques));
    row(word(language, "risk_average"), number::percent(risk.average_risk, 1));
    row(word(language, "risk_marketer"), number::percent(risk.marketer, 1));
    for (column, l) in &risk.l {
        row(say(language, "table.risk_l", &[("column", names::clean(column))]), number::count(*l));
    }
    for (column, l) in &risk.entropy_l {
        row(say(language, "table.risk_entropy_l", &[("column", names::clean(column))]), natural(*l));
    }
    for (column, t) in &risk.t {
        row(say(language, "table.risk_t", &[("column", names::clean(column))]), natural(*t));
    }
    further(&mut table, risk, language);
    table
}

/// The figures behind the checks of the joined tables.
fn further(table: &mut Table, risk: &Risk, language: Language) {
    let mut row = |label: String, value: String| table.rows.push(vec![label, value]);
    let named = |key: &str, column: &str| {
        let detail = format!("detail.{column}");
        let column = if text::knows(language, &detail) { say(language, &detail, &[]) } else { names::clean(column) };
        say(language, key, &[("column", column)])
    };
    for (column, p) in &risk.t_p_value {
        row(named("table.risk_t_p", column), natural(*p));
    }
    for (column, share) in &risk.alpha {
        row(named("table.risk_alpha", column), number::percent(*share, 1));
    }
    for (column, alike) in risk.homogeneous.iter().filter(|(_, alike)| alike.people > 0) {
        row(named("table.risk_homogeneous", column), number::count(alike.people));
    }
    for (column, gain) in &risk.inference_gain {
        row(named("table.risk_gain", column), natural(*gain));
    }
    row(word(language, "risk_highest"), number::percent(risk.highest_risk, 1));
    row(word(language, "risk_share"), number::percent(risk.share_at_risk, 1));
    let counted = |key: &str| word(language, key);
    let mut some = |key: &str, value: Option<u64>| {
        if let Some(value) = value {
            table.rows.push(vec![counted(key), number::count(value)]);
        }
    };
    some("risk_k_missing", risk.k_missing_fits);
    some("risk_k_counts", risk.k_counts);
    some("risk_k_dates", risk.k_dates);
    some("risk_k_map", risk.population.map(|p| p.k_map));
    some("risk_shared", risk.previous.map(|p| p.shared));
    some("risk_linked", risk.previous.map(|p| p.linked));
    let mut row = |label: String, value: String| table.rows.push(vec![label, value]);
    for (column, k) in &risk.k_with {
        row(named("table.risk_k_with", column), number::count(*k));
    }
    for (count, share) in &risk.unicity {
        row(say(language, "table.risk_unicity", &[("count", count.clone())]), number::percent(*share, 1));
    }
    for (kind, shared) in &risk.known_items {
        row(named("table.risk_known_items", kind), number::count(*shared));
    }
    for (column, share) in &risk.occurs_once {
        row(named("table.risk_once", column), number::percent(*share, 1));
    }
    if let Some(population) = &risk.population {
        row(word(language, "risk_journalist"), number::percent(population.average_risk, 1));
        row(word(language, "risk_presence"), number::percent(population.presence_high, 1));
    }
}

/// Columns and combinations by how well they single people out.
fn suggestions(risk: &Risk, language: Language) -> Table {
    let head = |key: &str, align| (word(language, key), align);
    let mut table = Table::new(vec![
        head("suggest", Align::Left),
        head("suggest_distinction", Align::Right),
        head("suggest_separation", Align::Right),
    ]);
    for suggestion in &risk.suggested {
        let columns: Vec<String> = suggestion.columns.iter().map(|c| names::clean(c)).collect();
        let figure = |share: f64| number::percent(share, 1);
        table.rows.push(vec![columns.join(" + "), figure(suggestion.distinction), figure(suggestion.separation)]);
    }
    table
}

fn checks(page: &mut Vec<Block>, gate: &Gate, language: Language) {
    if !gate.checked.is_empty() {
        let items: Vec<String> = gate.checked.iter().map(|c| check(c, language)).collect();
        let values = [("items", text::list(language, &items))];
        page.push(Block::Paragraph(say(language, "table.checked", &values)));
    }
    for missing in &gate.not_checked {
        let reason = reason(&missing.reason, language);
        page.push(Block::Remark(Remark {
            tone: Tone::Note,
            label: say(language, "table.not_checked", &[]),
            place: check(&missing.check, language),
            text: reason,
            remedy: String::new(),
        }));
    }
}

/// Why a check was not made.
pub fn reason(code: &str, language: Language) -> String {
    let key = format!("check_reason.{code}");
    if text::knows(language, &key) { say(language, &key, &[]) } else { names::clean(code) }
}

/// The name of a check.
pub fn check(code: &str, language: Language) -> String {
    let key = format!("check.{code}");
    if text::knows(language, &key) { say(language, &key, &[]) } else { names::clean(code) }
}
