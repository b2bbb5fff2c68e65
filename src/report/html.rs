//! A `Document` into one self-contained page: the font once, pictures inline, no script, nothing loaded from elsewhere.

use super::document::{Block, Document};
use crate::error::{Error, Result};
use crate::{charts, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Environment, context};

const TEMPLATE: &str = include_str!("template.html");

/// Draws the pictures and fills the template.
pub fn page(mut document: Document) -> Result<String> {
    for block in document.sections.iter_mut().flat_map(|section| &mut section.blocks) {
        if let Block::Picture(picture) = block {
            picture.svg = charts::svg(&picture.figure)?;
        }
    }
    let mut environment = Environment::new();
    environment.add_template("report.html", TEMPLATE).map_err(|cause| Error::bug("report_template").because(cause))?;
    let template =
        environment.get_template("report.html").map_err(|cause| Error::bug("report_template").because(cause))?;
    let font = STANDARD.encode(charts::font_woff2());
    template.render(context! { page => document, font }).map_err(|cause| Error::bug("report_template").because(cause))
}

/// The report of the findings in one language.
pub fn render(findings: &crate::findings::Findings, language: text::Language) -> Result<String> {
    page(super::compose::document(findings, language))
}
