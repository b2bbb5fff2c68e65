//! How the five items of article 34 stand, and what was accepted by whom until when. The words say what was looked at and
//! found under these settings; none of them certifies anything.

use super::shared::word;
use super::{Align, Block, Remark, Table, Tone, faults};
use crate::findings::Gate;
use crate::findings::gate::{Accepted, Item, Standing};
use crate::text::{Language, number, say};

/// Findings that somebody answers for: each is listed, in full.
pub fn accepted(page: &mut Vec<Block>, accepted: &[Accepted], language: Language) {
    if accepted.is_empty() {
        return;
    }
    page.push(Block::Heading(word(language, "gate_accepted")));
    for one in accepted {
        let said = [("reason", one.reason.clone()), ("owner", one.owner.clone()), ("expires", one.expires.clone())];
        page.push(Block::Remark(Remark {
            tone: Tone::Note,
            label: word(language, "gate_accepted_label"),
            place: faults::place(&one.issue, language),
            text: faults::sentence(&one.issue, language),
            remedy: say(language, "table.gate_accepted_by", &said),
        }));
    }
}

/// A row per item, and in a sentence what may be said of them.
pub fn standing(page: &mut Vec<Block>, gate: &Gate, language: Language) {
    let titles = [("law_item", Align::Left), ("law_standing", Align::Left), ("law_findings", Align::Right)];
    let mut table = Table::new(titles.map(|(key, side)| (word(language, key), side)).to_vec());
    for item in &gate.law {
        let label = say(language, &format!("table.law_item_{}", item.item), &[]);
        table.rows.push(vec![label, stands(item, language), number::count(item.findings)]);
    }
    page.push(Block::Table(table));
    page.push(Block::Paragraph(summary(gate, language)));
}

fn stands(item: &Item, language: Language) -> String {
    word(
        language,
        match item.standing {
            Standing::Findings => "law_findings_there",
            Standing::Checked => "law_checked",
            Standing::PartlyChecked => "law_partly",
            Standing::NotChecked => "law_not_checked",
        },
    )
}

fn summary(gate: &Gate, language: Language) -> String {
    let pseudonymised = gate.profile == "pseudonymised";
    let any = |fits: fn(&Item) -> bool| gate.law.iter().any(fits);
    let key = match () {
        () if any(|item| item.findings > 0) => "law_some",
        () if pseudonymised => "law_none_pseudonymised",
        () if any(|item| item.accepted > 0) => "law_accepted",
        () if any(|item| item.standing == Standing::NotChecked) => "law_none_in_part",
        () => "law_none",
    };
    word(language, key)
}
