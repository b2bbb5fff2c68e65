//! What stands beside the main table of a model, as blocks of the report: the parts of the short page, with pictures.

use super::drivers::Model;
use crate::charts::Figure;
use crate::findings::Regression;
use crate::report::brief::{self, Align};
use crate::report::document::{Block, Cell, Table};
use crate::report::figures::{self, model as pictures};
use crate::report::parts::{self, Part, Speaker, choice, fit};
use crate::report::voice::{Voice, capital};
use crate::text::number;

/// Calls `then` with a speaker for this model.
fn speaking<T>(voice: &Voice<'_>, r: &Regression, model: Model, then: impl FnOnce(&Speaker<'_>) -> T) -> T {
    let term = |code: &str| match model {
        Model::Topics => capital(&voice.term(code)),
        Model::Plain => parts::as_in_the_data(voice.language, code),
    };
    then(&Speaker { language: voice.language, outcome: voice.outcome(&r.outcome), term: &term })
}

/// What the fit rests on, the categories and the terms left out: sentences under the main table.
pub fn fit(voice: &Voice<'_>, r: &Regression, model: Model) -> Vec<Block> {
    speaking(voice, r, model, |speaker| {
        let within = r.within_r_squared.map(|x| speaker.say("within_only", &[("within", number::decimal(x, 3))]));
        let mut said: Vec<String> = within.into_iter().chain(fit::rests_on(r, speaker)).collect();
        said.extend(r.choice.as_ref().map(|c| choice::counts(c, speaker)));
        said.extend(fit::dropped(r, speaker));
        let text = fit::spaced(said, speaker);
        if text.is_empty() { Vec::new() } else { vec![Block::Paragraph { text }] }
    })
}

/// Every part, with its picture if it has one.
pub fn blocks(voice: &Voice<'_>, r: &Regression, model: Model) -> Vec<Block> {
    let parts = speaking(voice, r, model, |speaker| parts::of(r, speaker));
    parts.into_iter().flat_map(|part| of_part(voice, r, part)).collect()
}

fn of_part(voice: &Voice<'_>, r: &Regression, part: Part) -> Vec<Block> {
    let picture = match part.name {
        "importance" => pictures::importance(voice, r).map(|f| figures::picture("importance", untitled(f))),
        "quadrant" => pictures::quadrant(voice, r).map(|f| figures::picture("quadrant", untitled(f))),
        "diagnostics" => pictures::left_out(voice, r).map(|f| figures::picture("leave_one_out", f)),
        _ => None,
    };
    with_picture(voice, part, picture)
}

/// A part with its picture above its tables.
pub fn with_picture(voice: &Voice<'_>, part: Part, picture: Option<Block>) -> Vec<Block> {
    let mut blocks = vec![Block::Heading { text: part.heading.clone() }];
    if !part.cautions.is_empty() {
        blocks.push(Block::Callout { label: voice.word("page.cautions"), items: part.cautions });
    }
    blocks.extend(part.sentences.into_iter().map(|text| Block::Paragraph { text }));
    blocks.extend(picture);
    for shown in part.tables {
        let caption = if shown.folded && shown.caption.is_empty() { part.heading.clone() } else { shown.caption };
        let table = table(shown.table, caption);
        blocks.push(Block::Table(if shown.folded { table.folded() } else { table }));
    }
    blocks
}

/// The heading of the part is the title of the picture.
pub fn untitled(mut figure: Figure) -> Figure {
    figure.caption_mut().title.clear();
    figure
}

/// A table of a short page as one of the report.
pub fn table(short: brief::Table, caption: String) -> Table {
    let sides: Vec<Align> = short.columns.iter().map(|(_, side)| *side).collect();
    // Numbers stand below each other by blanks only where every character is equally wide.
    let cell = |(text, side): (String, &Align)| match side {
        Align::Left => Cell::text(text),
        Align::Right => Cell::number(text.replace("[ ", "[").replace("  ", " ")),
    };
    let heads = short.columns.into_iter().map(|(title, _)| title).zip(&sides).map(cell).collect();
    let mut table = Table::new(caption, heads);
    for row in short.rows {
        table.row(row.into_iter().zip(&sides).map(cell).collect());
    }
    table
}
