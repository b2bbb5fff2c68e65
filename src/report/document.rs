//! A page before it has a look: sections of paragraphs, tables, pictures and callouts, with every word already in it.
//! Knows no finding, no language and no markup.

use crate::charts::Figure;
use serde::Serialize;

/// A whole report.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// `ja` or `en`.
    pub language: &'static str,
    /// Small line over the title.
    pub kicker: String,
    /// Title.
    pub title: String,
    /// Facts under the title: period, people, design.
    pub facts: Vec<Fact>,
    /// Heading of the table of contents.
    pub contents: String,
    /// Said once on narrow screens.
    pub swipe: String,
    /// The sections, in reading order.
    pub sections: Vec<Section>,
    /// Last line.
    pub footer: String,
}

/// A labelled fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// Its value.
    pub value: String,
}

/// A section with a heading.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// Anchor.
    pub id: String,
    /// Heading.
    pub heading: String,
    /// First paragraph; empty for none.
    pub lead: String,
    /// What follows.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// Running text.
    Paragraph {
        /// The text.
        text: String,
    },
    /// A heading inside a section.
    Heading {
        /// The text.
        text: String,
    },
    /// Points.
    List {
        /// The points.
        items: Vec<String>,
    },
    /// The answers of the first page.
    Answers {
        /// One per question.
        items: Vec<Answer>,
    },
    /// A table.
    Table(Table),
    /// A picture.
    Picture(Box<Picture>),
    /// What to read before the numbers.
    Callout {
        /// Its label.
        label: String,
        /// Its sentences.
        items: Vec<String>,
    },
    /// Terms with their explanations.
    Definitions {
        /// The terms.
        items: Vec<Fact>,
    },
}

/// The answer to one question.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// Anchor of the section with the whole story.
    pub anchor: String,
    /// The question's short name.
    pub question: String,
    /// Kind of evidence: `shown`, `association`, `not_shown`, `description`, `undecided`.
    pub grade: &'static str,
    /// The same in words.
    pub grade_label: String,
    /// One sentence.
    pub headline: String,
    /// The number to remember.
    pub number: String,
    /// Its interval; empty for none.
    pub interval: String,
    /// What the number is.
    pub number_label: String,
    /// Sentences with number, interval and basis.
    pub points: Vec<String>,
    /// What limits the answer.
    pub cautions: Vec<String>,
}

/// How a cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// Text, to the left.
    Text,
    /// A number, to the right.
    Number,
    /// A strength mark.
    Mark,
    /// Hidden or missing, said in words.
    Muted,
}

/// A cell of a table.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// How it looks.
    pub look: Look,
}

impl Cell {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), look: Look::Text }
    }

    /// A number already written.
    pub fn number(text: impl Into<String>) -> Self {
        Self { text: text.into(), look: Look::Number }
    }

    /// A strength mark.
    pub fn mark(text: impl Into<String>) -> Self {
        Self { text: text.into(), look: Look::Mark }
    }

    /// A reason instead of a number.
    pub fn muted(text: impl Into<String>) -> Self {
        Self { text: text.into(), look: Look::Muted }
    }
}

/// A table. The first column names the row.
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// Its heading.
    pub caption: String,
    /// Headings of the columns, with the look of their cells.
    pub columns: Vec<Cell>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<Cell>>,
    /// Under the table; empty for none.
    pub note: String,
    /// Shown closed, to be opened by the reader.
    pub folded: bool,
}

impl Table {
    /// An open table without rows yet.
    pub fn new(caption: String, columns: Vec<Cell>) -> Self {
        Self { caption, columns, rows: Vec::new(), note: String::new(), folded: false }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Puts a note under it.
    #[must_use]
    pub fn note(mut self, note: String) -> Self {
        self.note = note;
        self
    }

    /// Shows it closed.
    #[must_use]
    pub fn folded(mut self) -> Self {
        self.folded = true;
        self
    }
}

/// A picture with its words beside it.
#[derive(Debug, Clone, Serialize)]
pub struct Picture {
    /// File name without ending.
    pub name: String,
    /// Title.
    pub title: String,
    /// What is shown.
    pub subtitle: String,
    /// Under the picture.
    pub note: String,
    /// The picture, drawn; filled in by the renderer.
    pub svg: String,
    /// What to draw.
    #[serde(skip)]
    pub figure: Figure,
}
