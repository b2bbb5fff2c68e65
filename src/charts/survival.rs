//! Kaplan-Meier steps with bands, and the numbers at risk under the axis. Deliberately shows it when the share axis does
//! not begin at zero: the axis is broken where it begins.

use super::axis::{Scale, number, percent, round_step, thousands, ticks};
use super::figure::{Curve, Step, Survival};
use super::frame::{self, INNER, Key};
use super::layout::wrap_evenly;
use super::sheet::{Anchor, Pen, Sheet, Type, leading};
use super::theme::{self, GRID, INK, MARGIN, RULE, SOFT, TICK, WIDTH};

const PLOT_HEIGHT: f64 = 300.0;
const NAME_ROOM: f64 = 150.0;
/// What stands in the table where a number is not shown.
const ABSENT: &str = "–";

/// Where the plot is, and what stands under it.
struct Plan {
    x: Scale,
    y: Scale,
    times: Vec<f64>,
    time_step: f64,
    share_step: f64,
    names: Vec<Vec<String>>,
}

/// Draws the curves.
pub(super) fn sheet(survival: &Survival) -> Sheet {
    let (mut sheet, top) = frame::open(&survival.caption);
    let entries: Vec<_> =
        survival.curves.iter().map(|c| (c.label.as_str(), theme::group(c.role), Key::Line)).collect();
    let y = frame::legend(&mut sheet, top, &entries);
    let y = frame::paragraph(&mut sheet, y + 2.0, Type(TICK, SOFT), &survival.y_label, 2) + 10.0;
    let plan = plan(survival, y);
    for curve in &survival.curves {
        sheet.describe(&curve.label);
    }
    axes(&mut sheet, &plan);
    for curve in &survival.curves {
        bands(&mut sheet, &plan, curve);
    }
    for curve in survival.curves.iter().rev() {
        steps(&mut sheet, &plan, curve);
    }
    let (left, right) = plan.x.pixels;
    let y = plan.y.pixels.0;
    let y = frame::axis_label(&mut sheet, (left + right) / 2.0, y + 28.0, right - left, &survival.x_label);
    let y = at_risk(&mut sheet, survival, &plan, y + 8.0);
    frame::close(sheet, y, &survival.caption)
}

fn plan(survival: &Survival, top: f64) -> Plan {
    let domain = (lower_limit(&survival.curves), 1.0);
    let share_step = round_step(1.0 - domain.0, 5.0);
    let shares: Vec<String> = ticks(domain, share_step).iter().map(|t| percent(*t, share_step)).collect();
    let names: Vec<_> = survival.curves.iter().map(|c| wrap_evenly(&c.label, TICK, NAME_ROOM, 3)).collect();
    let half = frame::tick_room(&numbers(survival)) / 2.0;
    let name_room = names.iter().map(|n| frame::tick_room(n)).fold(0.0, f64::max);
    let beside = if survival.risk_times.is_empty() { 0.0 } else { name_room + half + 14.0 };
    let left = MARGIN + (frame::tick_room(&shares) + 12.0).max(beside);
    let x = Scale { domain: (0.0, last_time(survival)), pixels: (left, WIDTH - MARGIN - half.max(12.0)) };
    let y = Scale { domain, pixels: (top + PLOT_HEIGHT, top) };
    let (times, time_step) = times(survival, &x);
    Plan { x, y, times, time_step, share_step, names }
}

fn shown(curve: &Curve) -> impl Iterator<Item = Step> {
    curve.steps.iter().copied().filter(|s| s.time.is_finite() && s.time >= 0.0 && s.survival.is_finite())
}

fn band(step: &Step) -> Option<(f64, f64)> {
    step.low.zip(step.high).filter(|(low, high)| low <= high && low.is_finite() && high.is_finite())
}

fn last_time(survival: &Survival) -> f64 {
    let times = survival.curves.iter().flat_map(|c| shown(c).map(|s| s.time));
    let last = times.chain(survival.risk_times.iter().copied()).filter(|t| t.is_finite()).fold(0.0, f64::max);
    if last > 0.0 { last } else { 1.0 }
}

// Zero when half of the people or more are gone somewhere, else a round share a little below everything drawn; at
// least ten points are shown, so that noise does not look like a cliff.
fn lower_limit(curves: &[Curve]) -> f64 {
    let lowest = curves
        .iter()
        .flat_map(|c| shown(c).map(|s| band(&s).map_or(s.survival, |(low, _)| low.min(s.survival))))
        .fold(1.0, f64::min);
    if lowest < 0.5 { 0.0 } else { ((lowest * 20.0 - 0.2).floor() / 20.0).clamp(0.0, 0.9) }
}

fn numbers(survival: &Survival) -> Vec<String> {
    survival.curves.iter().flat_map(|c| c.at_risk.iter().map(risk_words)).collect()
}

fn risk_words(at_risk: &Option<u64>) -> String {
    at_risk.map_or_else(|| ABSENT.to_owned(), |n| thousands(&n.to_string()))
}

// The times named under the axis: those of the table, or round ones; as many as have room.
fn times(survival: &Survival, x: &Scale) -> (Vec<f64>, f64) {
    let given: Vec<f64> = survival.risk_times.iter().copied().filter(|t| t.is_finite()).collect();
    if given.is_empty() {
        let step = round_step(x.domain.1, 8.0);
        return (ticks(x.domain, step), step);
    }
    let step = finest(&given);
    let words: Vec<String> = given.iter().map(|t| number(*t, step)).collect();
    let room = frame::tick_room(&words).max(frame::tick_room(&numbers(survival))) + 12.0;
    let fits = |every: usize| {
        let spots: Vec<f64> = given.iter().step_by(every).map(|t| x.at(*t)).collect();
        spots.windows(2).all(|pair| matches!(pair, [a, b] if b - a >= room))
    };
    let every = (1..given.len()).find(|every| fits(*every)).unwrap_or(given.len());
    (given.into_iter().step_by(every).collect(), step)
}

// One when all times are whole, else as fine as two decimals.
fn finest(times: &[f64]) -> f64 {
    let whole = |factor: f64| times.iter().all(|t| ((t * factor).round() - t * factor).abs() < 1e-6);
    if whole(1.0) {
        1.0
    } else if whole(10.0) {
        0.1
    } else {
        0.01
    }
}

fn axes(sheet: &mut Sheet, plan: &Plan) {
    let ((left, right), (bottom, top)) = (plan.x.pixels, plan.y.pixels);
    for tick in ticks(plan.y.domain, plan.share_step) {
        let y = plan.y.at(tick);
        sheet.line((left, y), (right, y), Pen(GRID, 1.0, 1.0));
        sheet.lines((left - 8.0, y), Anchor::End, Type(TICK, SOFT), &[percent(tick, plan.share_step)]);
    }
    sheet.line((left, bottom), (right, bottom), Pen(RULE, 1.0, 1.0));
    for time in &plan.times {
        let x = plan.x.at(*time);
        sheet.line((x, bottom), (x, bottom + 5.0), Pen(RULE, 1.0, 1.0));
        sheet.text((x, bottom + 20.0), Anchor::Middle, Type(TICK, SOFT), &number(*time, plan.time_step));
    }
    if plan.y.domain.0 > 0.0 {
        // The sign of a broken axis: what lies between zero and the first tick is not drawn.
        sheet.line((left, top), (left, bottom - 18.0), Pen(RULE, 1.0, 1.0));
        let zigzag = [(0.0, -18.0), (-5.0, -14.0), (5.0, -9.0), (-5.0, -4.0), (0.0, 0.0)];
        sheet.path(zigzag.iter().map(|(dx, dy)| (left + dx, bottom + dy)).collect(), Pen(RULE, 1.0, 1.25));
    } else {
        sheet.line((left, top), (left, bottom), Pen(RULE, 1.0, 1.0));
    }
}

// A step holds its value until the next one; everybody is there at time zero.
fn held(curve: &Curve) -> Vec<(f64, f64, Step)> {
    let mut steps: Vec<Step> = shown(curve).collect();
    if steps.first().is_some_and(|s| s.time > 0.0) {
        steps.insert(0, Step { time: 0.0, survival: 1.0, low: Some(1.0), high: Some(1.0) });
    }
    let ends: Vec<f64> = steps.iter().skip(1).map(|s| s.time).chain(steps.last().map(|s| s.time)).collect();
    steps.into_iter().zip(ends).map(|(step, end)| (step.time, end, step)).collect()
}

fn bands(sheet: &mut Sheet, plan: &Plan, curve: &Curve) {
    let held = held(curve);
    for run in held.split(|(_, _, step)| band(step).is_none()) {
        let (mut lower, mut upper) = (Vec::new(), Vec::new());
        for (from, to, low, high) in run.iter().filter_map(|(a, b, s)| band(s).map(|(l, h)| (*a, *b, l, h))) {
            for time in [from, to] {
                lower.push((plan.x.at(time), plan.y.at(low)));
                upper.push((plan.x.at(time), plan.y.at(high)));
            }
        }
        upper.reverse();
        lower.extend(upper);
        sheet.area(lower, theme::group(curve.role), 0.14);
    }
}

fn steps(sheet: &mut Sheet, plan: &Plan, curve: &Curve) {
    let colour = theme::group(curve.role);
    let held = held(curve);
    let corners = held.iter().flat_map(|(from, to, step)| {
        let y = plan.y.at(step.survival);
        [(plan.x.at(*from), y), (plan.x.at(*to), y)]
    });
    sheet.path(corners.collect(), Pen(colour, 1.0, 2.25));
    if let [(time, _, step)] = held.as_slice() {
        sheet.disc((plan.x.at(*time), plan.y.at(step.survival)), 3.5, colour);
    }
}

// The table under the axis, a number under each named time; gives the height under it.
fn at_risk(sheet: &mut Sheet, survival: &Survival, plan: &Plan, top: f64) -> f64 {
    if survival.risk_times.is_empty() || survival.curves.is_empty() {
        return top;
    }
    let heading = wrap_evenly(&survival.risk_label, TICK, INNER, 2);
    let mut y = top;
    for line in &heading {
        sheet.text((MARGIN, y + TICK), Anchor::Start, Type(TICK, SOFT), line);
        y += leading(TICK);
    }
    y += 4.0;
    for (curve, name) in survival.curves.iter().zip(&plan.names) {
        let height = leading(TICK) * name.len().max(1) as f64 + 6.0;
        let middle = y + height / 2.0;
        sheet.line((MARGIN, y), (WIDTH - MARGIN, y), Pen(GRID, 1.0, 1.0));
        sheet.lines((MARGIN, middle), Anchor::Start, Type(TICK, theme::group_text(curve.role)), name);
        let given = survival.risk_times.iter().zip(&curve.at_risk);
        for (time, number) in given.filter(|(time, _)| plan.times.contains(time)) {
            sheet.lines((plan.x.at(*time), middle), Anchor::Middle, Type(TICK, INK), &[risk_words(number)]);
        }
        y += height;
    }
    y
}
