//! Blocks as Markdown: headings, paragraphs, pipe tables and quoted remarks. Draws what `brief` chose; decides nothing.

use super::brief::{self, Align, Bars, Block, Remark, Table};
use super::safe::markdown;
use crate::findings::Findings;
use crate::text::Language;

/// Findings as Markdown. Ends with a line end.
pub fn render(findings: &Findings, language: Language) -> String {
    draw(&brief::compose(findings, language))
}

/// Blocks as Markdown.
pub fn draw(page: &[Block]) -> String {
    let parts: Vec<String> = page.iter().enumerate().map(|(i, block)| part(i, block)).collect();
    let mut out = parts.join("\n\n");
    out.push('\n');
    out
}

fn part(place: usize, block: &Block) -> String {
    match block {
        Block::Heading(text) if place == 0 => format!("# {}", markdown(text)),
        Block::Heading(text) => format!("## {}", markdown(text)),
        Block::Paragraph(text) => markdown(text),
        Block::Remark(remark) => quoted(remark),
        Block::Table(table) => pipes(table),
        Block::Bars(bars) => pipes(&as_table(bars)),
    }
}

fn quoted(remark: &Remark) -> String {
    let place = if remark.place.is_empty() { String::new() } else { format!(" {}:", markdown(&remark.place)) };
    let remedy = if remark.remedy.is_empty() { String::new() } else { format!(" → {}", markdown(&remark.remedy)) };
    format!("> **{}**{place} {}{remedy}", markdown(&remark.label), markdown(&remark.text))
}

fn as_table(bars: &Bars) -> Table {
    let sides = [Align::Left, Align::Right, Align::Right];
    let mut table = Table::new(bars.titles.iter().cloned().zip(sides).collect());
    table.rows = bars.bars.iter().map(|b| vec![b.label.clone(), b.count.clone(), b.share.clone()]).collect();
    table
}

fn pipes(table: &Table) -> String {
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let mut lines = vec![row(table.columns.iter().map(|(title, _)| cell(title)).collect())];
    let rule = table.columns.iter().map(|(_, side)| match side {
        Align::Left => ":---".to_string(),
        Align::Right => "---:".to_string(),
    });
    lines.push(row(rule.collect()));
    lines.extend(table.rows.iter().map(|cells| row(cells.iter().map(|c| cell(c)).collect())));
    lines.join("\n")
}

/// A cell, spaces inside it folded: Markdown would fold them anyway.
fn cell(text: &str) -> String {
    markdown(&text.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")).replace("[ ", "[")
}
