//! The steps of a ladder, lowest first: how many agree with each, and where that rises although it should fall.
//! Deliberately never re-sorted: the order is the claim.

use super::axis::Scale;
use super::figure::{StepRow, Steps};
use super::frame::{self, Key};
use super::rows::{Numbers, Rows};
use super::sheet::{Pen, Sheet};
use super::theme::{self, GRID, PALE};

/// Draws the steps.
pub(super) fn sheet(steps: &Steps) -> Sheet {
    let (mut sheet, mut top) = frame::open(&steps.caption);
    if steps.rows.is_empty() {
        return frame::close(sheet, top, &steps.caption);
    }
    let mut entries = vec![(steps.fine_label.as_str(), theme::group(0), Key::Dot)];
    if steps.rows.iter().any(|row| row.rises) {
        entries.push((steps.rises_label.as_str(), theme::group(1), Key::Dot));
    }
    entries.retain(|(label, ..)| !label.trim().is_empty());
    top = frame::legend(&mut sheet, top, &entries);
    let words: Vec<(&str, &str)> = steps.rows.iter().map(|r| (r.label.as_str(), r.text.as_str())).collect();
    let rows = Rows::new(&words, &steps.text_heading, 32.0);
    let first = rows.head(&mut sheet, top);
    let (middles, bottom) = rows.middles(first);
    rows.words(&mut sheet, first);
    let highest = if steps.highest.is_finite() && steps.highest > 0.0 { steps.highest } else { 1.0 };
    let scale = Scale { domain: (0.0, highest), pixels: rows.pixels };
    for fifth in [0.2, 0.4, 0.6, 0.8].into_iter().filter(|_| steps.percent) {
        let x = scale.at(highest * fifth);
        sheet.line((x, first), (x, bottom), Pen(GRID, 1.0, 1.0));
    }
    stairs(&mut sheet, &scale, &steps.rows, &middles);
    for (row, y) in steps.rows.iter().zip(&middles) {
        draw(&mut sheet, &scale, *y, row);
    }
    let numbers = if steps.percent { Numbers::Percent } else { Numbers::Plain };
    let y = rows.axis(&mut sheet, &scale, bottom, numbers, &steps.axis);
    frame::close(sheet, y, &steps.caption)
}

fn shown(value: Option<f64>) -> Option<f64> {
    value.filter(|v| v.is_finite())
}

/// From each step to the next: down to the line between the rows, over to the next value, and down.
fn stairs(sheet: &mut Sheet, scale: &Scale, rows: &[StepRow], middles: &[f64]) {
    for ((before, row), ys) in rows.iter().zip(rows.iter().skip(1)).zip(middles.windows(2)) {
        let (Some(from), Some(to), [above, below]) = (shown(before.value), shown(row.value), ys) else { continue };
        let pen = if row.rises { Pen(theme::group(1), 1.0, 2.0) } else { Pen(PALE, 1.0, 1.25) };
        let (from, to, turn) = (scale.at(from), scale.at(to), f64::midpoint(*above, *below));
        sheet.line((from, *above), (from, turn), pen);
        sheet.line((from, turn), (to, turn), pen);
        sheet.line((to, turn), (to, *below), pen);
    }
}

fn draw(sheet: &mut Sheet, scale: &Scale, y: f64, row: &StepRow) {
    sheet.describe(&format!("{}: {}", row.label, row.text));
    let colour = theme::group(usize::from(row.rises));
    if let Some((low, high)) = shown(row.low).zip(shown(row.high)).filter(|(low, high)| low <= high) {
        let (a, b) = (scale.at(low), scale.at(high));
        sheet.line((a, y), (b, y), Pen(colour, 1.0, 2.25));
        for x in [a, b] {
            sheet.line((x, y - 4.0), (x, y + 4.0), Pen(colour, 1.0, 1.5));
        }
    }
    if let Some(value) = shown(row.value) {
        sheet.disc((scale.at(value), y), 5.0, colour);
    }
}
