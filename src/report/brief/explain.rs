//! What a word means as a short page, and the list of every word `explain` knows. Chooses the order; the words are in `text`.

use super::{Align, Block, Remark, Table, Tone, heading};
use crate::text::Language;
use crate::text::explain::{Kind, Meaning, of_kind, word};

/// The meanings of one word.
pub fn meanings(found: &[Meaning], asked: &str, language: Language) -> Vec<Block> {
    let mut page = Vec::new();
    for meaning in found {
        page.push(Block::Heading(title(meaning, asked, language)));
        page.push(Block::Paragraph(meaning.text.clone()));
        if let Some(remedy) = &meaning.remedy {
            page.push(remark(word(language, "remedy"), remedy));
        }
        page.extend(meaning.note.clone().map(Block::Paragraph));
        page.extend(meaning.same.calls().map(|(program, call)| remark(word(language, program), call)));
        page.extend(meaning.source.map(|source| remark(word(language, "source"), source)));
        if !meaning.see.is_empty() {
            page.push(remark(word(language, "see"), &meaning.see.join(", ")));
        }
    }
    page
}

fn title(meaning: &Meaning, asked: &str, language: Language) -> String {
    let bare = meaning.kind.told() || meaning.title == meaning.text;
    let form = word(language, if bare { "heading_code" } else { "heading" });
    let kind = word(language, meaning.kind.name());
    form.replace("{name}", asked_name(meaning, asked)).replace("{kind}", kind).replace("{title}", &meaning.title)
}

/// The name that was asked for, if it is one of the names; else the first.
pub fn asked_name<'a>(meaning: &'a Meaning, asked: &str) -> &'a str {
    use crate::text::explain::plain;
    let same = |name: &&&str| plain(name) == plain(asked);
    meaning.names.iter().find(same).or(meaning.names.first()).copied().unwrap_or_default()
}

fn remark(label: &str, text: &str) -> Block {
    Block::Remark(Remark {
        tone: Tone::Note,
        label: label.to_string(),
        place: String::new(),
        text: text.to_string(),
        remedy: String::new(),
    })
}

/// Every word, by kind: with its title where it has one, else the codes alone.
pub fn list(language: Language) -> Vec<Block> {
    let mut page = vec![Block::Paragraph(word(language, "lead").to_string())];
    for kind in Kind::ALL {
        let all = of_kind(kind, language);
        page.push(heading(word(language, &format!("{}_all", kind.name()))));
        if kind.written() {
            page.push(Block::Table(table(&all, language)));
        } else {
            let codes: Vec<&str> = all.iter().flat_map(|meaning| meaning.names.iter().copied()).collect();
            page.push(Block::Paragraph(codes.join(", ")));
        }
    }
    page
}

fn table(all: &[Meaning], language: Language) -> Table {
    let titles = ["name", "what"].map(|key| (word(language, key).to_string(), Align::Left));
    let mut table = Table::new(titles.to_vec());
    table.rows = all.iter().map(|meaning| vec![meaning.names.join(", "), meaning.title.clone()]).collect();
    table
}
