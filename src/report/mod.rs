//! Findings into pages: terminal, JSON, CSV, Markdown, HTML. Does no arithmetic on estimates and never sees personal data.

pub mod brief;
pub mod csv;
pub mod gate;
pub mod json;
pub mod md;
pub mod safe;
pub mod terminal;

use crate::error::Result;
use crate::findings::Findings;
use crate::text::Language;

/// One way of showing findings.
pub struct Renderer {
    /// Its name on the command line and the extension of its file.
    pub name: &'static str,
    /// The whole page as text.
    pub render: fn(&Findings, Language) -> Result<String>,
}

/// Every way of showing findings, the default first.
pub const RENDERERS: &[Renderer] = &[
    Renderer { name: "table", render: |f, l| Ok(terminal::render(f, l, terminal::Style::Plain)) },
    Renderer { name: "json", render: |f, _| json::render(f) },
    Renderer { name: "jsonl", render: |f, _| json::lines(f) },
    Renderer { name: "csv", render: |f, _| csv::render(f) },
    Renderer { name: "md", render: |f, l| Ok(md::render(f, l)) },
];

/// The renderer of that name.
pub fn renderer(name: &str) -> Option<&'static Renderer> {
    RENDERERS.iter().find(|r| r.name == name)
}
