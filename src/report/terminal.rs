//! Blocks as text for a terminal of 80 columns, with colour only when asked. Draws what `brief` chose; decides nothing.

pub mod grid;
pub mod wrap;

use super::brief::{self, Bars, Block, Remark, Tone};
use super::safe;
use crate::findings::Findings;
use crate::text::Language;
use wrap::{pad_left, pad_right, width, wrap};

/// Columns of the terminal: no line is wider.
pub const WIDTH: usize = 80;

/// The longest bar.
const BAR: usize = 24;

/// With colour or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Text only.
    Plain,
    /// ANSI colours for headings, marks of severity and bars.
    Colour,
}

/// How a line stands out.
#[derive(Debug, Clone, Copy)]
enum Ink {
    Bold,
    Dim,
    Red,
    Yellow,
    Cyan,
}

/// Findings for a terminal. Ends with a line end.
pub fn render(findings: &Findings, language: Language, style: Style) -> String {
    draw(&brief::compose(findings, language), style)
}

/// Blocks for a terminal, a blank line between them. Ends with a line end.
#[allow(clippy::indexing_slicing, reason = "places found or counted in the same list")]
pub fn draw(page: &[Block], style: Style) -> String {
    let mut out = String::new();
    for (i, block) in page.iter().enumerate() {
        let follows_remark = i > 0 && matches!((&page[i - 1], block), (Block::Remark(_), Block::Remark(_)));
        if i > 0 && !follows_remark {
            out.push('\n');
        }
        for line in lines(block, style) {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

fn lines(block: &Block, style: Style) -> Vec<String> {
    match block {
        Block::Heading(text) => heading(text, style),
        Block::Paragraph(text) => wrap(&safe::plain(text), WIDTH),
        Block::Remark(remark) => remark_lines(remark, style),
        Block::Table(table) => {
            let parts: Vec<Vec<String>> = grid::fitting(table, WIDTH).iter().map(|t| table_lines(t, style)).collect();
            parts.join(&String::new())
        }
        Block::Bars(bars) => bar_lines(bars, style),
    }
}

fn table_lines(table: &brief::Table, style: Style) -> Vec<String> {
    let mut lines = grid::lines(table, WIDTH);
    if let Some(first) = lines.first_mut() {
        *first = ink(first, Ink::Bold, style);
    }
    lines
}

fn heading(text: &str, style: Style) -> Vec<String> {
    let mut lines = wrap(&safe::plain(text), WIDTH);
    let widest = lines.iter().map(|l| width(l)).max().unwrap_or(0);
    lines = lines.iter().map(|l| ink(l, Ink::Bold, style)).collect();
    lines.push(ink(&"=".repeat(widest), Ink::Dim, style));
    lines
}

/// The label, the place and the sentence; what to do stands below, set in.
fn remark_lines(remark: &Remark, style: Style) -> Vec<String> {
    let label = safe::plain(&remark.label);
    let tone = match remark.tone {
        Tone::Error => Ink::Red,
        Tone::Warning => Ink::Yellow,
        Tone::Note => Ink::Cyan,
    };
    let place = safe::plain(&remark.place);
    let text = safe::plain(&remark.text);
    let said = if place.is_empty() { text } else { format!("{place}: {text}") };
    let lead = width(&label) + 2;
    let mut lines = Vec::new();
    for (i, line) in wrap(&said, WIDTH - lead).into_iter().enumerate() {
        let front = if i == 0 { format!("{}: ", ink(&label, tone, style)) } else { " ".repeat(lead) };
        lines.push(format!("{front}{line}"));
    }
    let remedy = safe::plain(&remark.remedy);
    if !remedy.is_empty() {
        for (i, line) in wrap(&remedy, WIDTH - lead - 3).into_iter().enumerate() {
            let arrow = if i == 0 { "-> " } else { "   " };
            lines.push(format!("{}{arrow}{line}", " ".repeat(lead)));
        }
    }
    lines
}

fn bar_lines(bars: &Bars, style: Style) -> Vec<String> {
    let column = |pick: fn(&brief::Bar) -> &String, title: &str, most: usize| {
        let widest = bars.bars.iter().map(|b| width(&safe::plain(pick(b)))).max().unwrap_or(0);
        widest.max(width(title)).min(most)
    };
    let [label_title, count_title, share_title] = &bars.titles;
    let label = column(|b| &b.label, label_title, 22);
    let count = column(|b| &b.count, count_title, 8);
    let share = column(|b| &b.share, share_title, 22);
    let room = BAR.min(WIDTH.saturating_sub(label + count + share + 6));
    let longest = bars.bars.iter().filter_map(|b| b.length).fold(0.0, f64::max);
    let row = |l: &str, c: &str, s: &str| {
        let (l, c, s) = (wrap::cut(&safe::plain(l), label), wrap::cut(c, count), wrap::cut(s, share));
        format!("{}  {}  {}", pad_right(&l, label), pad_left(&c, count), pad_left(&s, share))
    };
    let mut lines = vec![ink(row(label_title, count_title, share_title).trim_end(), Ink::Bold, style)];
    lines.push("-".repeat(label + count + share + 6 + room));
    for bar in &bars.bars {
        let drawn = match bar.length {
            Some(share) if longest > 0.0 => "#".repeat(length(share / longest, room)),
            _ => String::new(),
        };
        let drawn = ink(&drawn, Ink::Cyan, style);
        lines.push(format!("{}  {drawn}", row(&bar.label, &bar.count, &bar.share)));
    }
    lines
}

/// A share that is not 0 is never drawn as nothing.
fn length(part: f64, room: usize) -> usize {
    if part <= 0.0 { 0 } else { ((part * room as f64).round() as usize).clamp(1, room) }
}

fn ink(text: &str, ink: Ink, style: Style) -> String {
    let code = match (style, ink) {
        (Style::Plain, _) => return text.to_string(),
        _ if text.is_empty() => return String::new(),
        (_, Ink::Bold) => "1",
        (_, Ink::Dim) => "2",
        (_, Ink::Red) => "31;1",
        (_, Ink::Yellow) => "33",
        (_, Ink::Cyan) => "36",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}
