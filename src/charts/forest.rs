//! The forest plot: one row per term with point, interval, mark and numbers. Deliberately keeps the order given and
//! clips only intervals, with an arrow head where one goes on.

use super::axis::{Scale, number, round_step, ticks};
use super::figure::{Forest, ForestRow, Sides};
use super::fonts::width;
use super::frame::{self, INNER};
use super::layout::{clean, widest, wrap_evenly};
use super::sheet::{Anchor, Pen, Sheet, Type, leading};
use super::theme::{self, GRID, INK, LABEL, MARGIN, PALE, RULE, SOFT, TICK};

const GAP: f64 = 22.0;
const INSET: f64 = 10.0;
const MARK: f64 = 14.5;

/// Columns from left to right, and the words of every row in lines.
struct Plan {
    head: f64,
    mark_middle: f64,
    text_left: f64,
    scale: Scale,
    rows: Vec<Row>,
    headings: (Vec<String>, Vec<String>),
}

struct Row {
    label: Vec<String>,
    mark: Vec<String>,
    text: Vec<String>,
    height: f64,
}

/// Draws the forest plot.
pub(super) fn sheet(forest: &Forest) -> Sheet {
    let (mut sheet, top) = frame::open(&forest.caption);
    if forest.rows.is_empty() {
        return frame::close(sheet, top, &forest.caption);
    }
    let plan = plan(forest);
    let first = top + plan.head;
    let bottom = first + plan.rows.iter().map(|r| r.height).sum::<f64>();
    headings(&mut sheet, &plan, first);
    let y = grid(&mut sheet, forest, &plan, (first, bottom));
    let mut row_top = first;
    for (row, words) in forest.rows.iter().zip(&plan.rows) {
        draw_row(&mut sheet, &plan, row_top, row, words);
        row_top += words.height;
    }
    frame::close(sheet, y, &forest.caption)
}

fn plan(forest: &Forest) -> Plan {
    let rows = &forest.rows;
    let natural = |words: &dyn Fn(&ForestRow) -> &str, size: f64, most: f64| {
        rows.iter().map(|r| width(&clean(words(r)), size)).fold(0.0, f64::max).min(most)
    };
    let label_room = natural(&|r| &r.label, LABEL, 280.0) + 1.0;
    let mark_head = width(&clean(&forest.mark_heading), TICK).min(90.0);
    let mark_room = natural(&|r| &r.mark, MARK, 120.0).max(mark_head) + 1.0;
    let text_head = width(&clean(&forest.text_heading), TICK).min(170.0);
    let text_room = natural(&|r| &r.text, TICK, 220.0).max(text_head) + 1.0;
    let left = MARGIN + label_room + GAP;
    let right = MARGIN + INNER - text_room - GAP - mark_room - GAP;
    let mark_heading = wrap_evenly(&forest.mark_heading, TICK, mark_room, 3);
    let text_heading = wrap_evenly(&forest.text_heading, TICK, text_room, 3);
    Plan {
        head: mark_heading.len().max(text_heading.len()) as f64 * leading(TICK) + 8.0,
        mark_middle: right + GAP + mark_room / 2.0,
        text_left: right + GAP + mark_room + GAP,
        scale: Scale { domain: domain(forest), pixels: (left + INSET, right - INSET) },
        rows: rows.iter().map(|r| words(r, label_room, mark_room, text_room)).collect(),
        headings: (mark_heading, text_heading),
    }
}

fn words(row: &ForestRow, label_room: f64, mark_room: f64, text_room: f64) -> Row {
    let label = wrap_evenly(&row.label, LABEL, label_room, 3);
    let mark = wrap_evenly(&row.mark, MARK, mark_room, 2);
    let text = wrap_evenly(&row.text, TICK, text_room, 3);
    let lines = label.len().max(mark.len()).max(text.len()).max(1);
    Row { label, mark, text, height: (lines as f64 * leading(LABEL) + 13.0).max(32.0) }
}

// All points and the reference are inside; an interval may go beyond that by as much as they span, or by three of
// the middle half-widths, whichever is more. What is longer is clipped.
fn domain(forest: &Forest) -> (f64, f64) {
    let reference = if forest.reference.is_finite() { forest.reference } else { 0.0 };
    let points = forest.rows.iter().filter_map(|r| r.estimate).filter(|v| v.is_finite());
    let (low, high) = points.fold((reference, reference), |(a, b), v| (a.min(v), b.max(v)));
    let allowed = (high - low).max(3.0 * middle_half_width(&forest.rows));
    let ends = forest.rows.iter().filter_map(interval).flat_map(|(a, b)| [a, b]);
    let clipped = ends.map(|v| v.clamp(low - allowed, high + allowed));
    let (mut from, mut to) = clipped.fold((low, high), |(a, b), v| (a.min(v), b.max(v)));
    // The smallest band shows where a mark would begin, even when all is small.
    for band in forest.bands.iter().copied().filter(|b| b.is_finite() && *b > 0.0).take(1) {
        let below = if forest.sides == Sides::Both { reference - band } else { reference };
        (from, to) = (from.min(below), to.max(reference + band));
    }
    if to > from { (from, to) } else { (from - 1.0, to + 1.0) }
}

fn middle_half_width(rows: &[ForestRow]) -> f64 {
    let mut widths: Vec<f64> =
        rows.iter().filter_map(interval).map(|(a, b)| (b - a) / 2.0).filter(|w| w.is_finite()).collect();
    widths.sort_by(f64::total_cmp);
    widths.get(widths.len() / 2).copied().unwrap_or(0.0)
}

// An endless interval is drawn with an arrow; one that is not a number is not drawn.
fn interval(row: &ForestRow) -> Option<(f64, f64)> {
    row.estimate.filter(|v| v.is_finite())?;
    let (low, high) = row.low.zip(row.high)?;
    (low <= high).then_some((low, high))
}

fn headings(sheet: &mut Sheet, plan: &Plan, first: f64) {
    let face = Type(TICK, SOFT);
    let (mark, text) = &plan.headings;
    let under = |lines: usize, i: usize| first - 10.0 - leading(TICK) * (lines - 1 - i) as f64;
    for (i, line) in mark.iter().enumerate() {
        sheet.text((plan.mark_middle, under(mark.len(), i)), Anchor::Middle, face, line);
    }
    for (i, line) in text.iter().enumerate() {
        sheet.text((plan.text_left, under(text.len(), i)), Anchor::Start, face, line);
    }
}

// Lines between rows, bands, reference, ticks and the axis label; gives the height under them.
fn grid(sheet: &mut Sheet, forest: &Forest, plan: &Plan, (first, bottom): (f64, f64)) -> f64 {
    let mut y = first;
    for row in &plan.rows {
        sheet.line((MARGIN, y), (MARGIN + INNER, y), Pen(GRID, 1.0, 1.0));
        y += row.height;
    }
    let scale = &plan.scale;
    for band in forest.bands.iter().copied().filter(|b| *b > 0.0) {
        for at in [forest.reference - band, forest.reference + band] {
            if scale.holds(at) && (at > forest.reference || forest.sides == Sides::Both) {
                sheet.dashes((scale.at(at), first), (scale.at(at), bottom), Pen(RULE, 0.45, 1.0));
            }
        }
    }
    let (left, right) = (scale.pixels.0 - INSET, scale.pixels.1 + INSET);
    sheet.line((left, bottom), (right, bottom), Pen(RULE, 1.0, 1.0));
    if scale.holds(forest.reference) {
        let x = scale.at(forest.reference);
        sheet.line((x, first), (x, bottom), Pen(INK, 0.8, 1.25));
    }
    tick_marks(sheet, scale, bottom);
    frame::axis_label(sheet, (left + right) / 2.0, bottom + 26.0, right - left, &forest.axis)
}

fn tick_marks(sheet: &mut Sheet, scale: &Scale, bottom: f64) {
    let span = scale.domain.1 - scale.domain.0;
    let room = scale.pixels.1 - scale.pixels.0;
    let mut step = round_step(span, (room / 60.0).clamp(2.0, 8.0));
    // Long numbers need a wider step: never two labels on one spot.
    for _ in 0..4 {
        let words: Vec<String> = ticks(scale.domain, step).iter().map(|t| number(*t, step)).collect();
        if widest(&words, TICK) + 12.0 <= room * step / span {
            break;
        }
        step = round_step(step * 1.5, 1.0);
    }
    for tick in ticks(scale.domain, step) {
        let x = scale.at(tick);
        sheet.line((x, bottom), (x, bottom + 4.0), Pen(RULE, 1.0, 1.0));
        sheet.text((x, bottom + 18.0), Anchor::Middle, Type(TICK, SOFT), &number(tick, step));
    }
}

fn draw_row(sheet: &mut Sheet, plan: &Plan, top: f64, row: &ForestRow, words: &Row) {
    let y = top + words.height / 2.0;
    sheet.describe(&format!("{}: {} {}", row.label, row.text, row.mark));
    let ink = if row.strong { INK } else { SOFT };
    sheet.lines((MARGIN, y), Anchor::Start, Type(LABEL, INK), &words.label);
    sheet.lines((plan.mark_middle, y), Anchor::Middle, Type(MARK, ink), &words.mark);
    sheet.lines((plan.text_left, y), Anchor::Start, Type(TICK, ink), &words.text);
    let colour = if row.strong { theme::group(0) } else { PALE };
    if let Some((low, high)) = interval(row) {
        let (a, b) = (plan.scale.at(low), plan.scale.at(high));
        let pen = Pen(colour, 1.0, if row.strong { 2.5 } else { 2.0 });
        sheet.line((a, y), (b, y), pen);
        whisker_end(sheet, plan, (a, y), low, pen);
        whisker_end(sheet, plan, (b, y), high, pen);
    }
    if let Some(estimate) = row.estimate.filter(|v| v.is_finite()) {
        let at = (plan.scale.at(estimate), y);
        if row.strong { sheet.disc(at, 5.5, colour) } else { sheet.ring(at, 5.0, colour) }
    }
}

// A cap where the interval ends, an arrow head where it goes on.
fn whisker_end(sheet: &mut Sheet, plan: &Plan, (x, y): (f64, f64), value: f64, pen: Pen) {
    if plan.scale.holds(value) {
        sheet.line((x, y - 4.0), (x, y + 4.0), Pen(pen.0, pen.1, 1.5));
        return;
    }
    let out = if value < plan.scale.domain.0 { -1.0 } else { 1.0 };
    sheet.area(vec![(x + out * 8.0, y), (x - out * 1.0, y - 5.0), (x - out * 1.0, y + 5.0)], pen.0, 1.0);
}
