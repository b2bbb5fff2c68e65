//! The section about whether the ladder is one, with its two pictures; the words are those of the short page.

use super::beside::table;
use crate::findings::LadderScale;
use crate::findings::ladder::{Item, Strength};
use crate::report::document::{Answer, Block, Section};
use crate::report::figures::{self, ladder as pictures};
use crate::report::parts::ladder::{self, Teller};
use crate::report::voice::Voice;
use crate::text::{names, number};

/// Calls `then` with a teller that knows the study's own statements.
pub fn telling<T>(voice: &Voice<'_>, then: impl FnOnce(&Teller<'_>) -> T) -> T {
    let called = |item: &Item| match item.level {
        Some(level) => format!("{level} {}", voice.statement(level)),
        None => names::clean(&item.item),
    };
    then(&Teller { language: voice.language, item: &called })
}

/// The answer of the first page.
pub fn answer(voice: &Voice<'_>, scale: &LadderScale) -> Answer {
    telling(voice, |teller| Answer {
        anchor: "ladder".into(),
        question: teller.word("question"),
        grade: if scale.verdict == Strength::None { "not_shown" } else { "description" },
        grade_label: voice.word(if scale.verdict == Strength::None { "grade.not_shown" } else { "grade.description" }),
        headline: ladder::headline(scale, teller),
        number: voice.or_why(scale.h, scale.why, |x| number::decimal(x, 2)),
        interval: voice.range(scale.conf_low, scale.conf_high, |x| number::decimal(x, 2)),
        number_label: teller.word("key_number"),
        points: ladder::points(scale, teller),
        cautions: voice.cautions(scale.cautions.iter().take(2)),
    })
}

/// The section.
pub fn section(voice: &Voice<'_>, scale: &LadderScale) -> Section {
    telling(voice, |teller| {
        let mut blocks = Vec::new();
        let cautions = voice.cautions(&scale.cautions);
        if !cautions.is_empty() {
            blocks.push(Block::Callout { label: voice.word("page.cautions"), items: cautions });
        }
        blocks.push(Block::List { items: ladder::points(scale, teller) });
        blocks.push(figures::picture("ladder_steps", pictures::steps(voice, scale)));
        blocks.push(figures::picture("ladder_items", pictures::items(voice, scale)));
        let items = table(ladder::items(scale, teller), teller.word("table_items"));
        blocks.push(Block::Table(items.note(teller.word("items_note"))));
        for part in ladder::parts(scale, teller) {
            blocks.push(Block::Heading { text: part.heading });
            blocks.extend(part.sentences.into_iter().map(|text| Block::Paragraph { text }));
            for shown in part.tables {
                let table = table(shown.table, shown.caption);
                blocks.push(Block::Table(if shown.folded { table.folded() } else { table }));
            }
        }
        Section { id: "ladder".into(), heading: teller.word("heading"), lead: ladder::headline(scale, teller), blocks }
    })
}
