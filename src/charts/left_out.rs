//! Estimates without one cluster each: a stroke for every one of them, the estimate with all as a dot with its
//! interval. Deliberately names no cluster.

use super::axis::Scale;
use super::figure::{LeftOut, LeftOutRow, Scales};
use super::frame::{self, Key};
use super::rows::{Numbers, Rows};
use super::sheet::{Pen, Sheet};
use super::theme::{self, INK, PALE, RULE};

/// The strokes stand under the dot, on a line of their own.
const RAISED: f64 = 6.0;
const LOWERED: f64 = 9.0;

/// Draws the estimates.
pub(super) fn sheet(left_out: &LeftOut) -> Sheet {
    let (mut sheet, mut top) = frame::open(&left_out.caption);
    if left_out.rows.is_empty() {
        return frame::close(sheet, top, &left_out.caption);
    }
    let mut entries = vec![
        (left_out.dot_label.as_str(), theme::group(0), Key::Dot),
        (left_out.stroke_label.as_str(), theme::group(1), Key::Stroke),
    ];
    entries.retain(|(label, ..)| !label.trim().is_empty());
    top = frame::legend(&mut sheet, top, &entries);
    let words: Vec<(&str, &str)> = left_out.rows.iter().map(|r| (r.label.as_str(), r.text.as_str())).collect();
    let rows = Rows::new(&words, &left_out.text_heading, 40.0);
    let first = rows.head(&mut sheet, top);
    let (middles, bottom) = rows.middles(first);
    rows.words(&mut sheet, first);
    let scales = scales(left_out, rows.pixels);
    for ((row, y), scale) in left_out.rows.iter().zip(middles).zip(&scales) {
        draw(&mut sheet, scale, y, row);
    }
    let y = match (left_out.scales, scales.first()) {
        (Scales::Shared, Some(scale)) => {
            zero(&mut sheet, scale, (first, bottom));
            rows.axis(&mut sheet, scale, bottom, Numbers::Plain, &left_out.axis)
        }
        (_, Some(scale)) => {
            zero(&mut sheet, scale, (first, bottom));
            rows.rule(&mut sheet, bottom, &left_out.axis)
        }
        (_, None) => bottom,
    };
    frame::close(sheet, y, &left_out.caption)
}

fn zero(sheet: &mut Sheet, scale: &Scale, (first, bottom): (f64, f64)) {
    if scale.holds(0.0) {
        let x = scale.at(0.0);
        sheet.line((x, first), (x, bottom), Pen(INK, 0.8, 1.25));
    }
}

fn finite(row: &LeftOutRow) -> impl Iterator<Item = f64> {
    let ends = [row.estimate, row.low, row.high].into_iter().flatten();
    ends.chain(row.without.iter().copied()).filter(|v| v.is_finite())
}

/// How far a row reaches to both sides of 0.
fn reach(row: &LeftOutRow) -> (f64, f64) {
    finite(row).fold((0.0, 0.0), |(low, high), v| (v.min(low), v.max(high)))
}

// One scale for all; or one for each, stretched so that 0 lies in the same place in every row.
fn scales(left_out: &LeftOut, pixels: (f64, f64)) -> Vec<Scale> {
    let reaches: Vec<(f64, f64)> = left_out.rows.iter().map(reach).collect();
    if left_out.scales == Scales::Shared {
        let (low, high) = reaches.iter().fold((0.0_f64, 0.0_f64), |(a, b), (l, h)| (a.min(*l), b.max(*h)));
        let domain = if high > low { (low, high) } else { (-1.0, 1.0) };
        return reaches.iter().map(|_| Scale { domain, pixels }).collect();
    }
    // Where 0 stands, as a share of the width: the mean of what the rows alone would take.
    let lefts = reaches.iter().filter(|(low, high)| high > low).map(|(low, high)| low / (low - high));
    let (count, sum) = lefts.fold((0.0_f64, 0.0), |(count, sum), left| (count + 1.0, sum + left));
    let zero = if count > 0.0 { (sum / count).clamp(0.04, 0.96) } else { 0.5 };
    let scale = |(low, high): &(f64, f64)| {
        let span = (-low / zero).max(high / (1.0 - zero));
        let span = if span > 0.0 { span } else { 1.0 };
        Scale { domain: (-span * zero, span * (1.0 - zero)), pixels }
    };
    reaches.iter().map(scale).collect()
}

fn draw(sheet: &mut Sheet, scale: &Scale, y: f64, row: &LeftOutRow) {
    sheet.describe(&format!("{}: {}", row.label, row.text));
    let colour = if row.strong { theme::group(0) } else { PALE };
    let (above, below) = (y - RAISED, y + LOWERED);
    let ends = |row: &LeftOutRow| row.low.zip(row.high).filter(|(l, h)| l.is_finite() && h.is_finite() && l <= h);
    if let Some((low, high)) = ends(row) {
        let (a, b) = (scale.at(low), scale.at(high));
        sheet.line((a, above), (b, above), Pen(colour, 1.0, 2.25));
        for x in [a, b] {
            sheet.line((x, above - 4.0), (x, above + 4.0), Pen(colour, 1.0, 1.5));
        }
    }
    if let Some(estimate) = row.estimate.filter(|v| v.is_finite()) {
        sheet.disc((scale.at(estimate), above), 5.0, colour);
    }
    let strokes: Vec<f64> = row.without.iter().copied().filter(|v| v.is_finite()).collect();
    if !strokes.is_empty() {
        let ends = strokes.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
        sheet.line((scale.at(ends.0), below), (scale.at(ends.1), below), Pen(RULE, 0.6, 1.0));
    }
    // Many strokes lie on each other: half transparent, the dense places are dark.
    for value in strokes {
        let x = scale.at(value);
        sheet.line((x, below - 5.0), (x, below + 5.0), Pen(theme::group(1), 0.6, 1.25));
    }
}
