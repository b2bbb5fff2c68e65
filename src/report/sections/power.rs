//! The page of a plan: the answer, the sizes, the curve.

use super::beside;
use crate::findings::Power;
use crate::report::document::{Answer, Block, Section};
use crate::report::figures;
use crate::report::parts::power as words;
use crate::report::voice::Voice;
use crate::text::number;

/// The answer of the first page.
pub fn answer(voice: &Voice<'_>, p: &Power) -> Answer {
    let (number, label) = match p.solved.as_str() {
        "size" => (p.people.map_or_else(String::new, number::count), "power.key_size"),
        "effect" => (words::effect(p, voice.language).unwrap_or_else(|| voice.word("word.dash")), "power.key_effect"),
        _ => (p.power.map_or_else(String::new, |power| number::percent(power, 1)), "power.key_power"),
    };
    Answer {
        anchor: "power".into(),
        question: voice.word("power.question"),
        grade: "description",
        grade_label: voice.word("grade.description"),
        headline: words::sentence(p, voice.language),
        number,
        interval: String::new(),
        number_label: voice.word(label),
        points: vec![words::plan(p, voice.language), voice.word("power.never_observed")],
        cautions: voice.cautions(p.cautions.iter().take(2)),
    }
}

/// The section.
pub fn section(voice: &Voice<'_>, p: &Power) -> Section {
    let mut blocks = vec![Block::Paragraph { text: words::plan(p, voice.language) }];
    let cautions = voice.cautions(&p.cautions);
    if !cautions.is_empty() {
        blocks.insert(0, Block::Callout { label: voice.word("page.cautions"), items: cautions });
    }
    blocks.extend(figures::curves::power(voice, p).map(|figure| figures::picture("power", figure)));
    blocks.push(Block::Table(beside::table(words::sizes(p, voice.language), voice.word("power.table_sizes"))));
    blocks.push(Block::Paragraph { text: voice.word("power.never_observed") });
    Section {
        id: "power".into(),
        heading: words::heading(p, voice.language),
        lead: words::sentence(p, voice.language),
        blocks,
    }
}
