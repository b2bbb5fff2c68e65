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
