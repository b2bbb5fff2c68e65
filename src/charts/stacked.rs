//! Shares of the stages in each group: one bar a group, stages from the lowest on the left to the highest on the right, in
//! their colours. Deliberately keeps the order of groups, and draws all hidden stages of a group as one hatched part.

use super::figure::{Stacked, StackedRow};
use super::fonts::width;
use super::frame::{self, INNER, Key};
use super::layout::{shorten, widest};
use super::sheet::{Anchor, Pen, Sheet, Type, leading};
use super::theme::{self, INK, LABEL, MARGIN, PAPER, RULE, SOFT, SUBTITLE, TICK, WIDTH};
use plotters::style::RGBColor;

const ROW: f64 = 30.0;
const BAR: f64 = 20.0;

/// Draws the groups.
pub(super) fn sheet(stacked: &Stacked) -> Sheet {
    let (mut sheet, top) = frame::open(&stacked.caption);
    let count = stacked.stages.len();
    let names: Vec<(&str, RGBColor, Key)> = (stacked.stages.iter().enumerate())
        .map(|(at, name)| (name.as_str(), theme::stage(at, count), Key::Bar))
        .collect();
    let mut y = frame::legend(&mut sheet, top, &names) + 6.0;
    let rows = || stacked.rows.iter().filter_map(|row| row.as_ref().ok());
    let labels: Vec<&str> = rows().map(|row| row.label.as_str()).collect();
    let texts: Vec<&str> = rows().map(|row| row.text.as_str()).collect();
    let left = MARGIN + widest(&labels, LABEL).clamp(40.0, INNER * 0.28) + 10.0;
    let right = WIDTH - MARGIN - widest(&texts, TICK) - 10.0;
    for row in &stacked.rows {
        match row {
            Err(heading) => {
                sheet.text((MARGIN, y + SUBTITLE + 4.0), Anchor::Start, Type(SUBTITLE, SOFT), heading);
                y += leading(SUBTITLE) + 8.0;
            }
            Ok(row) => {
                group(&mut sheet, stacked, row, (left, right, y + ROW / 2.0));
                y += ROW;
            }
        }
    }
    frame::close(sheet, y, &stacked.caption)
}

fn group(sheet: &mut Sheet, stacked: &Stacked, row: &StackedRow, (left, right, y): (f64, f64, f64)) {
    sheet.describe(&format!("{} {}", row.label, row.text));
    let label = shorten(&row.label, LABEL, left - MARGIN - 10.0);
    sheet.lines((left - 10.0, y), Anchor::End, Type(LABEL, INK), &[label]);
    sheet.lines((right + 10.0, y), Anchor::Start, Type(TICK, SOFT), std::slice::from_ref(&row.text));
    let mut x = left;
    let (high, low) = (y - BAR / 2.0, y + BAR / 2.0);
    for (at, share) in row.parts.iter().enumerate() {
        let Some((share, words)) = share.as_ref().filter(|(share, _)| *share > 0.0) else { continue };
        let colour = theme::stage(at, stacked.stages.len());
        let next = (x + share * (right - left)).min(right);
        sheet.rect((x, high), (next - 0.8, low), colour);
        if next - x > width(words, TICK) + 6.0 {
            sheet.lines(
                ((x + next) / 2.0, y),
                Anchor::Middle,
                Type(TICK, theme::readable_on(colour)),
                std::slice::from_ref(words),
            );
        }
        x = next;
    }
    if row.parts.iter().any(Option::is_none) && right - x > 2.0 {
        sheet.rect((x, high), (right, low), PAPER);
        sheet.hatch((x, high), (right, low), Pen(RULE, 0.8, 1.0));
        if right - x > width(&stacked.hidden, TICK) + 10.0 {
            let half = width(&stacked.hidden, TICK) / 2.0 + 3.0;
            let centre = (x + right) / 2.0;
            sheet.rect((centre - half, y - 8.0), (centre + half, y + 8.0), PAPER);
            sheet.lines((centre, y), Anchor::Middle, Type(TICK, SOFT), std::slice::from_ref(&stacked.hidden));
        }
    }
}
