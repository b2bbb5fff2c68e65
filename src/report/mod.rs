//! Findings into pages: terminal, JSON, CSV, Markdown, HTML. Does no arithmetic on estimates and never sees personal data.

pub mod compose;
pub mod document;
pub mod figures;
pub mod html;
pub mod sections;
pub mod voice;

use crate::error::Result;
use crate::findings::Findings;
use crate::text::Language;

/// The report as one self-contained HTML page.
///
/// # Errors
/// Only a fault of the program itself: a picture cannot be drawn or the template cannot be filled (`report_template`).
pub fn html(findings: &Findings, language: Language) -> Result<String> {
    html::render(findings, language)
}

/// The pictures of the findings: file name without ending (`ladder`, `drivers`, `sales_index`, `attrition_index`,
/// `survival`) and SVG.
///
/// # Errors
/// Only a fault of the program itself: a picture cannot be drawn.
pub fn charts(findings: &Findings, language: Language) -> Result<Vec<(String, String)>> {
    let voice = voice::Voice::new(findings, language);
    figures::all(findings, &voice)
        .iter()
        .map(|(name, figure)| Ok(((*name).to_string(), crate::charts::svg(figure)?)))
        .collect()
}
