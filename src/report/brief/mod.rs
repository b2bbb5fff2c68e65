//! Findings as a short page of blocks, in words and aligned columns, for the terminal and Markdown. Chooses what is said
//! first; draws nothing and does no arithmetic on estimates.

pub mod attrition;
pub mod comparison;
pub mod explain;
pub mod faults;
pub mod figures;
pub mod gate;
pub mod ladder;
pub mod law;
pub mod loss;
mod power;
pub mod practice;
pub mod regression;
pub mod shared;
pub mod stages;

use crate::findings::{Finding, Findings};
use crate::text::Language;

/// One piece of a short page.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Paragraph(String),
    /// Read this first, or a fault: a tone, where it is (may be empty), what it is, what to do (may be empty).
    Remark(Remark),
    /// A table.
    Table(Table),
    /// A bar chart in rows.
    Bars(Bars),
}

/// How a remark is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Worth knowing.
    Note,
    /// Read with care.
    Warning,
    /// Cannot be used, or was not answered.
    Error,
}

/// A caution, a decline or a fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Remark {
    /// How it is meant.
    pub tone: Tone,
    /// The word in front: `caution`, `error`, `declined`.
    pub label: String,
    /// Where it is; may be empty.
    pub place: String,
    /// What it is.
    pub text: String,
    /// What to do; may be empty.
    pub remedy: String,
}

/// On which side a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table: every row has as many cells as there are columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Titles and sides.
    pub columns: Vec<(String, Align)>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
    /// What gives when the page is too narrow.
    pub narrow: Narrow,
}

/// What gives when a page is too narrow for a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrow {
    /// Words wrap inside the cells.
    Cells,
    /// The columns go on in a further table, the first column again in front.
    Columns,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: Vec<(String, Align)>) -> Self {
        Self { columns, rows: Vec::new(), narrow: Narrow::Cells }
    }

    /// The table, going on in a further one where the page is too narrow.
    #[must_use]
    pub fn in_columns(mut self) -> Self {
        self.narrow = Narrow::Columns;
        self
    }

    /// The table without a column in which no row has anything to say.
    #[must_use]
    pub fn without_blank(mut self, column: usize) -> Self {
        let blank = self.rows.iter().all(|row| row.get(column).is_none_or(String::is_empty));
        if blank && column < self.columns.len() {
            self.columns.remove(column);
            for row in self.rows.iter_mut().filter(|row| column < row.len()) {
                row.remove(column);
            }
        }
        self
    }
}

/// Rows with a bar each.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// Titles of label, count and share.
    pub titles: [String; 3],
    /// The rows, in the order of the axis.
    pub bars: Vec<Bar>,
}

/// One row of a bar chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it is.
    pub label: String,
    /// Its count, or the word for a hidden one.
    pub count: String,
    /// Its share with interval; empty when hidden.
    pub share: String,
    /// Its length as written in the findings, 0 to 1; `None` when hidden.
    pub length: Option<f64>,
}

/// The whole answer as blocks: what was asked, each finding, what was declined, what is wrong with the data.
pub fn compose(findings: &Findings, language: Language) -> Vec<Block> {
    let mut page = Vec::new();
    if !findings.title().is_empty() && findings.findings().len() > 1 {
        page.push(Block::Heading(findings.title().to_string()));
    }
    for finding in findings.findings() {
        match finding {
            Finding::Drivers(model) => regression::drivers(&mut page, model, language),
            Finding::Regression(model) => regression::model(&mut page, model, language),
            Finding::Comparison(comparison) => comparison::compose(&mut page, comparison, language),
            Finding::Attrition(attrition) => attrition::compose(&mut page, attrition, language),
            Finding::Power(power) => power::compose(&mut page, power, language),
            Finding::Stages(stages) => stages::compose(&mut page, stages, language),
            Finding::Ladder(scale) => ladder::compose(&mut page, scale, language),
            Finding::Practice(practice) => practice::compose(&mut page, practice, findings, language),
        }
    }
    faults::declines(&mut page, findings.declines(), language);
    faults::issues(&mut page, findings.issues(), language);
    page
}

/// A heading, its first letter a capital where the script has them.
pub fn heading(text: &str) -> Block {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    Block::Heading(first + letters.as_str())
}
