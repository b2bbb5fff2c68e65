//! Shares over a number, in one picture or in several beside each other with the same axes: power over effects or sizes, and
//! reasons for leaving over time. Deliberately draws every panel to the same scale.

use super::axis::{Scale, number, percent, round_step, ticks};
use super::figure::{Curves, Panel, Trace};
use super::frame::{self, INNER, Key};
use super::layout::wrap_evenly;
use super::sheet::{Anchor, Pen, Sheet, Type, leading};
use super::theme::{self, GRID, INK, MARGIN, RULE, SOFT, TICK, WIDTH};

const ONE_HEIGHT: f64 = 320.0;
const MANY_HEIGHT: f64 = 190.0;
const GAP: f64 = 28.0;
/// Panels beside each other.
const ACROSS: usize = 2;

/// The scales of all panels.
struct Plan {
    x: (f64, f64),
    y: (f64, f64),
    x_step: f64,
    y_step: f64,
    height: f64,
    /// Room for the words left of a panel.
    words: f64,
    across: usize,
}

/// Draws the curves.
pub(super) fn sheet(curves: &Curves) -> Sheet {
    let (mut sheet, top) = frame::open(&curves.caption);
    let mut labels: Vec<(&str, usize)> = Vec::new();
    for trace in curves.panels.iter().flat_map(|panel| &panel.traces) {
        if !trace.label.is_empty() && !labels.iter().any(|(label, _)| *label == trace.label) {
            labels.push((trace.label.as_str(), trace.role));
        }
    }
    let entries: Vec<_> = labels.iter().map(|(label, role)| (*label, theme::group(*role), Key::Line)).collect();
    let y = if entries.is_empty() { top } else { frame::legend(&mut sheet, top, &entries) };
    let y = frame::paragraph(&mut sheet, y + 2.0, Type(TICK, SOFT), &curves.y_label, 2) + 10.0;
    labels.iter().for_each(|(label, _)| sheet.describe(label));
    let plan = plan(curves);
    let mut bottom = y;
    for row in curves.panels.chunks(plan.across) {
        let y = bottom;
        for (at, panel) in row.iter().enumerate() {
            bottom = bottom.max(draw(&mut sheet, curves, &plan, panel, at, y));
        }
        bottom += 14.0;
    }
    let y = frame::axis_label(&mut sheet, MARGIN + INNER / 2.0, bottom, INNER, &curves.x_label);
    frame::close(sheet, y, &curves.caption)
}

fn plan(curves: &Curves) -> Plan {
    let traces = || curves.panels.iter().flat_map(|panel| &panel.traces);
    let points = || traces().flat_map(|trace| trace.points.iter());
    let xs = || points().map(|(x, _)| *x).filter(|x| x.is_finite()).chain(curves.marker.iter().map(|(x, _)| *x));
    let (low, high) = xs().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    let x = if low < high { (low, high) } else { (0.0, 1.0) };
    let tops = points().map(|(_, p)| p.high.unwrap_or(p.y).max(p.y)).filter(|y| y.is_finite());
    let most = tops.fold(0.0, f64::max).max(curves.reference.as_ref().map_or(0.0, |(y, _)| *y));
    let y = if curves.whole { (0.0, 1.0) } else { (0.0, if most > 0.0 { (most * 1.06).min(1.0) } else { 1.0 }) };
    let across = if curves.panels.len() > 1 { ACROSS } else { 1 };
    let y_step = round_step(y.1 - y.0, if across > 1 { 4.0 } else { 5.0 });
    let words: Vec<String> = ticks(y, y_step).iter().map(|t| percent(*t, y_step)).collect();
    Plan {
        x,
        y,
        x_step: round_step(x.1 - x.0, if across > 1 { 4.0 } else { 7.0 }),
        y_step,
        height: if across > 1 { MANY_HEIGHT } else { ONE_HEIGHT },
        words: frame::tick_room(&words) + 12.0,
        across,
    }
}

fn draw(sheet: &mut Sheet, curves: &Curves, plan: &Plan, panel: &Panel, at: usize, top: f64) -> f64 {
    let width = (INNER - GAP * (plan.across as f64 - 1.0)) / plan.across as f64;
    let left = MARGIN + at as f64 * (width + GAP) + plan.words;
    let right = (MARGIN + at as f64 * (width + GAP) + width - 14.0).min(WIDTH - MARGIN);
    let mut top = top;
    let title = wrap_evenly(&panel.title, TICK, width, 2);
    for line in title.iter().filter(|line| !line.is_empty()) {
        sheet.text((left - plan.words, top + TICK), Anchor::Start, Type(TICK, INK), line);
        top += leading(TICK);
    }
    top += if panel.title.is_empty() { 0.0 } else { 10.0 };
    top += if curves.marker.as_ref().is_some_and(|(_, words)| !words.is_empty()) { leading(TICK) } else { 0.0 };
    let x = Scale { domain: plan.x, pixels: (left, right) };
    let y = Scale { domain: plan.y, pixels: (top + plan.height, top) };
    axes(sheet, plan, &x, &y);
    if let Some((share, words)) = &curves.reference {
        let at = y.at(*share);
        sheet.dashes((left, at), (right, at), Pen(INK, 0.7, 1.25));
        sheet.text((right, at - 6.0), Anchor::End, Type(TICK, SOFT), words);
    }
    if let Some((value, words)) = &curves.marker {
        let at = x.at(*value);
        sheet.line((at, top - 4.0), (at, top + plan.height), Pen(SOFT, 1.0, 1.25));
        let half = super::fonts::width(words, TICK) / 2.0;
        let middle = at.clamp(left + half, (right - half).max(left + half));
        sheet.text((middle, top - 9.0), Anchor::Middle, Type(TICK, SOFT), words);
    }
    panel.traces.iter().for_each(|trace| band(sheet, &x, &y, trace));
    panel.traces.iter().rev().for_each(|trace| line(sheet, &x, &y, trace));
    top + plan.height + 34.0
}

fn axes(sheet: &mut Sheet, plan: &Plan, x: &Scale, y: &Scale) {
    let ((left, right), (bottom, top)) = (x.pixels, y.pixels);
    for tick in ticks(plan.y, plan.y_step) {
        let at = y.at(tick);
        sheet.line((left, at), (right, at), Pen(GRID, 1.0, 1.0));
        sheet.lines((left - 8.0, at), Anchor::End, Type(TICK, SOFT), &[percent(tick, plan.y_step)]);
    }
    sheet.line((left, bottom), (right, bottom), Pen(RULE, 1.0, 1.0));
    sheet.line((left, top), (left, bottom), Pen(RULE, 1.0, 1.0));
    for tick in ticks(plan.x, plan.x_step) {
        let at = x.at(tick);
        sheet.line((at, bottom), (at, bottom + 5.0), Pen(RULE, 1.0, 1.0));
        sheet.text((at, bottom + 20.0), Anchor::Middle, Type(TICK, SOFT), &number(tick, plan.x_step));
    }
}

/// The corners of a trace: a step holds its value until the next.
fn corners(trace: &Trace, value: impl Fn(&super::figure::Point) -> Option<f64>) -> Vec<(f64, f64)> {
    let known = trace.points.iter().filter_map(|(x, point)| Some((*x, value(point)?)));
    let known: Vec<(f64, f64)> = known.filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    if !trace.stepwise {
        return known;
    }
    let mut corners = Vec::new();
    for (at, (x, y)) in known.iter().enumerate() {
        if let Some((_, before)) = at.checked_sub(1).and_then(|last| known.get(last)) {
            corners.push((*x, *before));
        }
        corners.push((*x, *y));
    }
    corners
}

fn band(sheet: &mut Sheet, x: &Scale, y: &Scale, trace: &Trace) {
    let place = |(at, share): (f64, f64)| (x.at(at), y.at(share));
    let both = |p: &super::figure::Point| p.low.zip(p.high);
    let lower: Vec<_> = corners(trace, |p| both(p).map(|(low, _)| low)).into_iter().map(place).collect();
    let upper: Vec<_> = corners(trace, |p| both(p).map(|(_, high)| high)).into_iter().map(place).collect();
    if lower.len() > 1 {
        sheet.area(lower.into_iter().chain(upper.into_iter().rev()).collect(), theme::group(trace.role), 0.14);
    }
}

fn line(sheet: &mut Sheet, x: &Scale, y: &Scale, trace: &Trace) {
    let points = corners(trace, |p| Some(p.y)).into_iter().map(|(at, share)| (x.at(at), y.at(share))).collect();
    sheet.path(points, Pen(theme::group(trace.role), 1.0, 2.25));
}
