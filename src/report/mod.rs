//! Findings into pages: terminal, JSON, CSV, Markdown, HTML. Does no arithmetic on estimates and never sees personal data.

pub mod brief;
pub mod compose;
pub mod csv;
pub mod document;
pub mod figures;
pub mod gate;
pub mod html;
pub mod json;
pub mod leaving;
pub mod md;
pub mod parts;
pub mod safe;
pub mod sections;
pub mod terminal;
pub mod voice;

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
    Renderer { name: "html", render: html },
    Renderer { name: "md", render: |f, l| Ok(md::render(f, l)) },
];

/// The renderer of that name.
pub fn renderer(name: &str) -> Option<&'static Renderer> {
    RENDERERS.iter().find(|r| r.name == name)
}

/// The report as one self-contained HTML page.
///
/// # Errors
/// Only a fault of the program itself: a picture cannot be drawn or the template cannot be filled (`report_template`).
pub fn html(findings: &Findings, language: Language) -> Result<String> {
    html::render(findings, language)
}

/// The pictures of the findings: file name without ending (`ladder`, `drivers`, `importance`, `quadrant`,
/// `leave_one_out`, `sales_index`, `attrition_index`, `survival`, `ladder_steps`, `ladder_items`; the second of its kind ends in `-2`) and SVG.
///
/// # Errors
/// Only a fault of the program itself: a picture cannot be drawn.
pub fn charts(findings: &Findings, language: Language) -> Result<Vec<(String, String)>> {
    let voice = voice::Voice::new(findings, language);
    let mut seen = std::collections::BTreeMap::new();
    let named = |(name, figure): (&str, crate::charts::Figure)| {
        let place = seen.entry(name.to_string()).and_modify(|n| *n += 1).or_insert(1);
        let name = if *place > 1 { format!("{name}-{place}") } else { name.to_string() };
        Ok((name, crate::charts::svg(&figure)?))
    };
    figures::all(findings, &voice).into_iter().map(named).collect()
}
