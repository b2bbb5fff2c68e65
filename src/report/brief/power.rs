//! A plan on a short page: the answer, the sizes, the curve in a few rows.

use super::{Block, shared};
use crate::findings::Power;
use crate::report::parts::power as words;
use crate::text::{Language, say};

/// The whole answer.
pub fn compose(page: &mut Vec<Block>, p: &Power, language: Language) {
    page.push(super::heading(&words::heading(p, language)));
    page.push(Block::Paragraph(words::sentence(p, language)));
    page.push(Block::Paragraph(words::plan(p, language)));
    page.push(Block::Table(words::sizes(p, language)));
    shared::cautions(page, &p.cautions, language);
    if !p.curve.is_empty() {
        page.push(Block::Table(words::curve(p, language)));
    }
    page.push(Block::Paragraph(say(language, "power.never_observed", &[])));
}
