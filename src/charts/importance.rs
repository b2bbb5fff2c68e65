//! Shares of R2: a bar with its interval for each term, and a dot for a second way of sharing. Deliberately keeps the
//! order given: the order is the finding.

use super::axis::Scale;
use super::figure::{Importance, ShareRow};
use super::frame::{self, Key};
use super::rows::{Numbers, Rows};
use super::sheet::{Pen, Sheet};
use super::theme::{self, INK, WHISKER};

/// Height of a bar, and how far above the middle of its row it stands: the dot has the room below.
const BAR: f64 = 12.0;
const RAISED: f64 = 4.0;

/// Draws the shares.
pub(super) fn sheet(importance: &Importance) -> Sheet {
    let (mut sheet, mut top) = frame::open(&importance.caption);
    if importance.rows.is_empty() {
        return frame::close(sheet, top, &importance.caption);
    }
    top = legend(&mut sheet, top, importance);
    let words: Vec<(&str, &str)> = importance.rows.iter().map(|r| (r.label.as_str(), r.text.as_str())).collect();
    let rows = Rows::new(&words, &importance.text_heading, 36.0);
    let first = rows.head(&mut sheet, top);
    let (middles, bottom) = rows.middles(first);
    rows.words(&mut sheet, first);
    let scale = Scale { domain: domain(&importance.rows), pixels: rows.pixels };
    for (row, y) in importance.rows.iter().zip(middles) {
        draw(&mut sheet, &scale, y, row);
    }
    let zero = scale.at(0.0);
    sheet.line((zero, first), (zero, bottom), Pen(INK, 0.8, 1.25));
    let y = rows.axis(&mut sheet, &scale, bottom, Numbers::Percent, &importance.axis);
    frame::close(sheet, y, &importance.caption)
}

fn legend(sheet: &mut Sheet, top: f64, importance: &Importance) -> f64 {
    let mut entries = vec![(importance.bar_label.as_str(), theme::group(0), Key::Bar)];
    if importance.rows.iter().any(|r| shown(r.second).is_some()) {
        entries.push((importance.dot_label.as_str(), theme::group(1), Key::Dot));
    }
    entries.retain(|(label, ..)| !label.trim().is_empty());
    frame::legend(sheet, top, &entries)
}

fn shown(value: Option<f64>) -> Option<f64> {
    value.filter(|v| v.is_finite())
}

// From 0 to the longest whisker; one that is longer than three times the longest bar is clipped.
fn domain(rows: &[ShareRow]) -> (f64, f64) {
    let points = rows.iter().flat_map(|r| [shown(r.share), shown(r.second)]).flatten().fold(0.0, f64::max);
    let ends = rows.iter().filter_map(|r| shown(r.high)).fold(points, f64::max);
    let high = ends.min((points * 3.0).max(0.01));
    (0.0, if high > 0.0 { high } else { 1.0 })
}

fn draw(sheet: &mut Sheet, scale: &Scale, y: f64, row: &ShareRow) {
    sheet.describe(&format!("{}: {}", row.label, row.text));
    let y_bar = y - RAISED;
    if let Some(share) = shown(row.share) {
        let (from, to) = (scale.at(0.0), scale.at(share));
        sheet.rect((from, y_bar - BAR / 2.0), (to, y_bar + BAR / 2.0), theme::group(0));
        if let Some((low, high)) = shown(row.low).zip(shown(row.high)).filter(|(low, high)| low <= high) {
            whisker(sheet, scale, y_bar, low, high);
        }
    }
    if let Some(second) = shown(row.second) {
        let (from, to, y) = (scale.at(0.0), scale.at(second), y_bar + BAR / 2.0 + 6.5);
        sheet.line((from, y), (to, y), Pen(theme::group(1), 0.7, 1.25));
        sheet.disc((to, y), 4.0, theme::group(1));
    }
}

// A pale line under a dark one: the whisker is seen on the bar and on the paper.
fn whisker(sheet: &mut Sheet, scale: &Scale, y: f64, low: f64, high: f64) {
    let (a, b) = (scale.at(low), scale.at(high));
    sheet.line((a, y), (b, y), Pen(theme::PAPER, 1.0, 4.0));
    sheet.line((a, y), (b, y), Pen(WHISKER, 1.0, 1.75));
    for (x, value) in [(a, low), (b, high)] {
        if scale.holds(value) {
            sheet.line((x, y - 4.0), (x, y + 4.0), Pen(WHISKER, 1.0, 1.75));
        } else {
            sheet.area(vec![(x + 8.0, y), (x - 1.0, y - 5.0), (x - 1.0, y + 5.0)], WHISKER, 1.0);
        }
    }
}
