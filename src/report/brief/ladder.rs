//! Whether the ladder is one, as a short page: the verdict with its interval, the items as bars of agreement, their
//! coefficients, then what stands beside them.

use super::shared;
use super::{Bar, Bars, Block};
use crate::findings::LadderScale;
use crate::findings::ladder::Item;
use crate::report::parts::{self, ladder};
use crate::text::{Language, names, say};

/// The whole answer.
pub fn compose(page: &mut Vec<Block>, scale: &LadderScale, language: Language) {
    let called = |item: &Item| match item.level {
        Some(level) => format!("{level} {}", names::clean(&item.item)),
        None => names::clean(&item.item),
    };
    let teller = ladder::Teller { language, item: &called };
    page.push(Block::Heading(teller.word("heading")));
    page.push(Block::Paragraph(ladder::headline(scale, &teller)));
    page.extend(ladder::points(scale, &teller).into_iter().map(Block::Paragraph));
    shared::cautions(page, &scale.cautions, language);
    if ladder::shares(scale) {
        page.push(Block::Bars(bars(scale, &teller)));
    }
    page.push(Block::Table(ladder::items(scale, &teller)));
    page.push(Block::Paragraph(teller.word("items_note")));
    for part in ladder::parts(scale, &teller) {
        page.extend(parts::blocks(part, language));
    }
    if scale.items.iter().any(|item| item.hidden) {
        page.push(Block::Paragraph(say(language, "table.hidden_rule", &[])));
    }
    shared::flow(page, &scale.flow, language);
}

/// The steps of the ladder: how many agree, in the order declared.
fn bars(scale: &LadderScale, teller: &ladder::Teller<'_>) -> Bars {
    let bar = |item: &Item| Bar {
        label: (teller.item)(item),
        count: teller.say("rank", &[("rank", item.rank.to_string())]),
        share: item.mean.map_or_else(String::new, |x| ladder::mean(scale, x)),
        length: item.mean,
    };
    Bars {
        titles: [teller.word("col_item"), teller.word("col_rank"), teller.word("col_agree_short")],
        bars: scale.items.iter().map(bar).collect(),
    }
}
