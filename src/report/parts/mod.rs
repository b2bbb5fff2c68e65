//! What a linear model, and leaving, say besides their main tables, as parts of a heading, sentences and tables: the terminal, Markdown
//! and HTML show the same ones. A part that has nothing to say is not there. Draws nothing.

pub mod beside;
pub mod choice;
pub mod claim;
pub mod comparing;
pub mod diagnostics;
pub mod errors;
pub mod fit;
pub mod importance;
pub mod ladder;
pub mod leaving;
pub mod power;
pub mod quadrant;
pub mod sentences;
pub mod terms;

use super::brief::{Block, Table};
use crate::findings::Regression;
use crate::text::{Language, names, say};

/// How a model speaks: the language, and how terms and the outcome are called.
pub struct Speaker<'a> {
    /// The language of the page.
    pub language: Language,
    /// The outcome as a quantity.
    pub outcome: String,
    /// How a term is called.
    pub term: &'a dyn Fn(&str) -> String,
}

impl Speaker<'_> {
    /// A word or sentence of `[table]`.
    pub fn word(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// A sentence of `[table]` with values.
    pub fn say(&self, key: &str, args: &[(&str, String)]) -> String {
        say(self.language, &format!("table.{key}"), args)
    }

    /// A term's name.
    pub fn term(&self, code: &str) -> String {
        (self.term)(code)
    }

    /// Joined words.
    pub fn list(&self, items: &[String]) -> String {
        crate::text::list(self.language, items)
    }
}

/// A table of a part.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Its heading; empty where the part's heading is enough.
    pub caption: String,
    /// The table.
    pub table: Table,
    /// For those who want to know more: closed at first where pages can be opened.
    pub folded: bool,
}

/// A heading with what stands under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its name, for the pictures and for tests.
    pub name: &'static str,
    /// The heading.
    pub heading: String,
    /// What to read before the numbers.
    pub cautions: Vec<String>,
    /// Sentences above the tables.
    pub sentences: Vec<String>,
    /// The tables.
    pub tables: Vec<Shown>,
}

impl Part {
    fn new(name: &'static str, heading: String) -> Self {
        Self { name, heading, cautions: Vec::new(), sentences: Vec::new(), tables: Vec::new() }
    }

    fn say(mut self, sentence: String) -> Self {
        if !sentence.is_empty() {
            self.sentences.push(sentence);
        }
        self
    }

    fn table(mut self, table: Table) -> Self {
        self.tables.push(Shown { caption: String::new(), table, folded: false });
        self
    }

    fn folded(mut self, caption: String, table: Table) -> Self {
        self.tables.push(Shown { caption, table, folded: true });
        self
    }
}

/// Every part of a model that has something to say, in reading order.
pub fn of(model: &Regression, speaker: &Speaker<'_>) -> Vec<Part> {
    let mut parts = choice::parts(model, speaker);
    parts.extend(importance::steps(model, speaker));
    parts.extend(importance::part(model, speaker));
    parts.extend(quadrant::part(model, speaker));
    parts.extend(errors::side_by_side(model, speaker));
    parts.extend(errors::wild(model, speaker));
    parts.extend(diagnostics::part(model, speaker));
    parts.extend(beside::parts(model, speaker));
    parts
}

/// A part as blocks of a short page.
pub fn blocks(part: Part, language: Language) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(part.heading)];
    blocks.extend(part.cautions.into_iter().map(|text| super::brief::shared::caution(text, language)));
    blocks.extend(part.sentences.into_iter().map(Block::Paragraph));
    for shown in part.tables {
        if !shown.caption.is_empty() {
            blocks.push(Block::Paragraph(say(language, "table.captioned", &[("caption", shown.caption)])));
        }
        blocks.push(Block::Table(shown.table));
    }
    blocks
}

/// A term as it is called in the data; the constant by its name.
pub fn as_in_the_data(language: Language, code: &str) -> String {
    if code == "(Intercept)" { names::term(language, code) } else { names::clean(code) }
}
