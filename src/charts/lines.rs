//! Monthly lines with bands, a reference and a marker of the start. Deliberately leaves a gap where there is no value
//! and draws a lonely point as a dot.

use plotters::style::RGBColor;

use super::axis::{Scale, number, round_step, stride, ticks};
use super::figure::{Lines, Point, Series};
use super::fonts::width;
use super::frame::{self, INNER, Key};
use super::layout::{clean, shorten, widest, wrap_evenly};
use super::sheet::{Anchor, Pen, Sheet, Type, leading};
use super::theme::{self, GRID, INK, MARGIN, RULE, SOFT, SUBTITLE, TICK, WIDTH};

const PLOT_HEIGHT: f64 = 320.0;
const EMPTY_HEIGHT: f64 = 150.0;
const REFERENCE_ROOM: f64 = 120.0;
/// With more points than this, dots would hide the line.
const DOTS: usize = 40;

/// Where the plot is.
struct Plan {
    x: (f64, f64),
    slots: usize,
    y: Scale,
    step: f64,
}

impl Plan {
    // The middle of a month's slot; index and a half step before it is the border between two months.
    fn x(&self, index: f64) -> f64 {
        self.x.0 + (self.x.1 - self.x.0) * (index + 0.5) / self.slots.max(1) as f64
    }
}

/// Draws the lines.
pub(super) fn sheet(lines: &Lines) -> Sheet {
    let (mut sheet, top) = frame::open(&lines.caption);
    for series in &lines.series {
        sheet.describe(&series.label);
    }
    let Some(domain) = domain(lines) else {
        nothing(&mut sheet, top, &lines.empty);
        return frame::close(sheet, top + EMPTY_HEIGHT, &lines.caption);
    };
    let entries: Vec<_> = lines.series.iter().map(|s| (s.label.as_str(), theme::group(s.role), key(s.role))).collect();
    let mut y = frame::legend(&mut sheet, top, &entries);
    y = frame::paragraph(&mut sheet, y + 2.0, Type(TICK, SOFT), &lines.y_label, 2) + 8.0;
    if lines.marker.as_ref().is_some_and(|(_, label)| !clean(label).is_empty()) {
        y += leading(TICK);
    }
    let plan = plan(lines, domain, y);
    let bottom = plan.y.pixels.0;
    grid(&mut sheet, &plan);
    reference(&mut sheet, lines, &plan);
    marker(&mut sheet, lines, &plan);
    for series in &lines.series {
        bands(&mut sheet, &plan, series);
    }
    for series in lines.series.iter().rev() {
        strokes(&mut sheet, &plan, series);
    }
    months(&mut sheet, lines, &plan);
    frame::close(sheet, bottom + 24.0, &lines.caption)
}

fn nothing(sheet: &mut Sheet, top: f64, words: &str) {
    let (left, right, bottom) = (MARGIN, WIDTH - MARGIN, top + EMPTY_HEIGHT);
    sheet.path(vec![(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], Pen(GRID, 1.0, 1.0));
    let words = wrap_evenly(words, SUBTITLE, INNER - 40.0, 5);
    sheet.lines(((left + right) / 2.0, (top + bottom) / 2.0), Anchor::Middle, Type(SUBTITLE, SOFT), &words);
}

fn key(role: usize) -> Key {
    if role == 0 { Key::Dot } else { Key::Ring }
}

fn plan(lines: &Lines, domain: (f64, f64), top: f64) -> Plan {
    let step = round_step(domain.1 - domain.0, 5.0);
    let words: Vec<String> = ticks(domain, step).iter().map(|t| number(*t, step)).collect();
    let left = MARGIN + frame::tick_room(&words) + 10.0;
    let beside = match &lines.reference {
        Some((_, label)) => widest(&reference_words(label), TICK) + 10.0,
        None => 0.0,
    };
    let slots = lines.series.iter().map(|s| s.points.len()).fold(lines.x_labels.len(), usize::max);
    let y = Scale { domain, pixels: (top + PLOT_HEIGHT, top) };
    Plan { x: (left, WIDTH - MARGIN - beside), slots, y, step }
}

fn reference_words(label: &str) -> Vec<String> {
    wrap_evenly(label, TICK, REFERENCE_ROOM, 4)
}

fn value(point: &Option<Point>) -> Option<Point> {
    point.filter(|p| p.y.is_finite())
}

fn band(point: &Point) -> Option<(f64, f64)> {
    point.low.zip(point.high).filter(|(low, high)| low <= high)
}

// All points and the reference are inside; a band may go beyond that by as much as they span, or by three of the
// middle half-widths, whichever is more; what is longer is cut at the border. Nothing when there is no point.
fn domain(lines: &Lines) -> Option<(f64, f64)> {
    let points: Vec<Point> = lines.series.iter().flat_map(|s| s.points.iter().filter_map(value)).collect();
    let reference = lines.reference.as_ref().map(|(at, _)| *at).filter(|at| at.is_finite());
    let first = points.first()?.y;
    let (low, high) =
        points.iter().map(|p| p.y).chain(reference).fold((first, first), |(a, b), v| (a.min(v), b.max(v)));
    let span = if high > low { high - low } else { high.abs().max(1.0) * 0.1 };
    let spread = span.max(3.0 * middle_half_width(&points));
    let ends = points.iter().filter_map(band).flat_map(|(a, b)| [a, b]);
    let clipped = ends.map(|v| v.clamp(low - spread, high + spread));
    let (a, b) = clipped.fold((low, high), |(a, b), v| (a.min(v), b.max(v)));
    let pad = if b > a { (b - a) * 0.05 } else { span };
    // What cannot be negative is not given a negative axis by the padding alone.
    Some((if a >= 0.0 { (a - pad).max(0.0) } else { a - pad }, b + pad))
}

fn middle_half_width(points: &[Point]) -> f64 {
    let mut widths: Vec<f64> =
        points.iter().filter_map(band).map(|(a, b)| (b - a) / 2.0).filter(|w| w.is_finite()).collect();
    widths.sort_by(f64::total_cmp);
    widths.get(widths.len() / 2).copied().unwrap_or(0.0)
}

fn grid(sheet: &mut Sheet, plan: &Plan) {
    for tick in ticks(plan.y.domain, plan.step) {
        let y = plan.y.at(tick);
        sheet.line((plan.x.0, y), (plan.x.1, y), Pen(GRID, 1.0, 1.0));
        let words = [number(tick, plan.step)];
        sheet.lines((plan.x.0 - 8.0, y), Anchor::End, Type(TICK, SOFT), &words);
    }
    let bottom = plan.y.pixels.0;
    sheet.line((plan.x.0, bottom), (plan.x.1, bottom), Pen(RULE, 1.0, 1.0));
}

// The line runs through the plot, its words stand beside it, where no data are.
fn reference(sheet: &mut Sheet, lines: &Lines, plan: &Plan) {
    let Some((at, label)) = &lines.reference else { return };
    if !at.is_finite() {
        return;
    }
    let y = plan.y.at(*at);
    sheet.dashes((plan.x.0, y), (plan.x.1, y), Pen(INK, 0.7, 1.25));
    let words = reference_words(label);
    let half = leading(TICK) * words.len() as f64 / 2.0;
    let middle = y.clamp(plan.y.pixels.1 + half, (plan.y.pixels.0 - half).max(plan.y.pixels.1 + half));
    sheet.lines((plan.x.1 + 8.0, middle), Anchor::Start, Type(TICK, SOFT), &words);
}

// The words stand above the plot, in a row of their own.
fn marker(sheet: &mut Sheet, lines: &Lines, plan: &Plan) {
    let Some((index, label)) = &lines.marker else { return };
    let x = plan.x((*index).min(plan.slots) as f64 - 0.5);
    let (bottom, top) = plan.y.pixels;
    sheet.line((x, top - 4.0), (x, bottom), Pen(SOFT, 1.0, 1.25));
    let words = shorten(label, TICK, plan.x.1 - plan.x.0);
    let half = width(&words, TICK) / 2.0;
    let middle = x.clamp(plan.x.0 + half, (plan.x.1 - half).max(plan.x.0 + half));
    sheet.text((middle, top - 9.0), Anchor::Middle, Type(TICK, SOFT), &words);
}

// Runs of neighbouring months that have what `keep` asks for.
fn runs<T>(points: &[Option<Point>], keep: impl Fn(&Point) -> Option<T>) -> Vec<Vec<(usize, T)>> {
    let mut runs = vec![Vec::new()];
    for (index, point) in points.iter().enumerate() {
        match (value(point).and_then(|p| keep(&p)), runs.last_mut()) {
            (Some(kept), Some(run)) => run.push((index, kept)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn bands(sheet: &mut Sheet, plan: &Plan, series: &Series) {
    let colour = theme::group(series.role);
    for run in runs(&series.points, band) {
        let at = |(i, v): (usize, f64)| (plan.x(i as f64), plan.y.at(v));
        if let [(index, (low, high))] = run.as_slice() {
            // A band of one month has no width: it becomes a whisker.
            sheet.line(at((*index, *low)), at((*index, *high)), Pen(colour, 0.45, 3.0));
            continue;
        }
        let lower = run.iter().map(|(i, (low, _))| at((*i, *low)));
        let upper = run.iter().rev().map(|(i, (_, high))| at((*i, *high)));
        sheet.area(lower.chain(upper).collect(), colour, 0.16);
    }
}

fn strokes(sheet: &mut Sheet, plan: &Plan, series: &Series) {
    let colour = theme::group(series.role);
    for run in runs(&series.points, |p| Some(p.y)) {
        let spots: Vec<_> = run.iter().map(|(i, v)| (plan.x(*i as f64), plan.y.at(*v))).collect();
        if spots.len() == 1 || plan.slots <= DOTS {
            sheet.path(spots.clone(), Pen(colour, 1.0, 2.25));
            spots.into_iter().for_each(|spot| dot(sheet, spot, colour, series.role));
        } else {
            sheet.path(spots, Pen(colour, 1.0, 2.25));
        }
    }
}

fn dot(sheet: &mut Sheet, spot: (f64, f64), colour: RGBColor, role: usize) {
    match key(role) {
        Key::Ring => sheet.ring(spot, 3.75, colour),
        Key::Dot | Key::Line | Key::Bar | Key::Stroke => sheet.disc(spot, 3.5, colour),
    }
}

// A tick for every month, words for as many as fit.
fn months(sheet: &mut Sheet, lines: &Lines, plan: &Plan) {
    let bottom = plan.y.pixels.0;
    let labels: Vec<String> = lines.x_labels.iter().map(|l| shorten(l, TICK, 120.0)).collect();
    let apart = (plan.x.1 - plan.x.0) / plan.slots.max(1) as f64;
    let every = stride(frame::tick_room(&labels) + 12.0, apart);
    for (index, label) in labels.iter().enumerate() {
        let x = plan.x(index as f64);
        let named = index % every == 0;
        sheet.line((x, bottom), (x, bottom + if named { 6.0 } else { 3.0 }), Pen(RULE, 1.0, 1.0));
        if named {
            sheet.text((x, bottom + 20.0), Anchor::Middle, Type(TICK, SOFT), label);
        }
    }
}
