//! Points with an interval in both directions among four corners. Names are placed where they touch nothing; a name that
//! stands apart from its point is tied to it by a line.

use super::axis::{Scale, number, round_step, ticks};
use super::figure::{Placed, Quadrant};
use super::fonts::width;
use super::frame::{self, INNER, tick_room};
use super::layout::{shorten, widest, wrap_evenly};
use super::sheet::{Anchor, Pen, Sheet, Type, leading};
use super::theme::{self, GRID, INK, LABEL, MARGIN, NOTE, PALE, RULE, SOFT, TICK};

const HEIGHT: f64 = 470.0;
const RADIUS: f64 = 5.5;
/// The widest name before it wraps.
const NAME: f64 = 170.0;

/// A rectangle on the paper.
#[derive(Debug, Clone, Copy)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn touches(&self, other: &Area) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn inside(&self, other: &Area) -> bool {
        self.left >= other.left && self.right <= other.right && self.top >= other.top && self.bottom <= other.bottom
    }
}

/// The two scales and the plot.
struct Plan {
    x: Scale,
    y: Scale,
    plot: Area,
}

/// Draws the points.
pub(super) fn sheet(quadrant: &Quadrant) -> Sheet {
    let (mut sheet, top) = frame::open(&quadrant.caption);
    let points: Vec<&Placed> = quadrant.points.iter().filter(|p| spot(p).is_some()).collect();
    if points.is_empty() {
        return frame::close(sheet, top, &quadrant.caption);
    }
    let top = frame::paragraph(&mut sheet, top, Type(TICK, SOFT), &quadrant.y_label, 2) + 6.0;
    let plan = plan(quadrant, &points, top);
    axes(&mut sheet, &plan);
    let mut taken = corners(&mut sheet, &plan, quadrant);
    taken.extend(borders(&mut sheet, &plan, quadrant));
    let mut lines = border_lines(&plan, quadrant);
    for point in &points {
        lines.extend(cross(&mut sheet, &plan, point));
    }
    for point in &points {
        let at = place(&plan, point);
        sheet.disc(at, RADIUS, colour(point));
        taken.push(around(at, RADIUS + 1.5));
    }
    for point in &points {
        name(&mut sheet, &plan, point, &mut taken, &lines);
    }
    let (left, right) = (plan.plot.left, plan.plot.right);
    let middle = f64::midpoint(left, right);
    let y = frame::axis_label(&mut sheet, middle, plan.plot.bottom + 26.0, right - left, &quadrant.x_label);
    frame::close(sheet, y, &quadrant.caption)
}

fn spot(point: &Placed) -> Option<(f64, f64)> {
    let (x, y) = point.x.zip(point.y)?;
    (x.is_finite() && y.is_finite()).then_some((x, y))
}

fn place(plan: &Plan, point: &Placed) -> (f64, f64) {
    spot(point).map_or((plan.plot.left, plan.plot.top), |(x, y)| (plan.x.at(x), plan.y.at(y)))
}

fn around((x, y): (f64, f64), radius: f64) -> Area {
    Area { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }
}

fn colour(point: &Placed) -> plotters::style::RGBColor {
    if point.strong { theme::group(0) } else { PALE }
}

fn plan(quadrant: &Quadrant, points: &[&Placed], top: f64) -> Plan {
    let border = |b: &Option<(f64, String)>| b.as_ref().map(|(at, _)| *at);
    let xs = points.iter().map(|p| (p.x, p.x_low, p.x_high));
    let ys = points.iter().map(|p| (p.y, p.y_low, p.y_high));
    let x = domain(xs.collect(), &[border(&quadrant.x_border)]);
    let (low, high) = domain(ys.collect(), &[border(&quadrant.y_border), Some(0.0)]);
    // The words of the corners stand above and below the crosses.
    let room = (high - low) * 0.07;
    let y = (low - room, high + room);
    let step = round_step(y.1 - y.0, 6.0);
    let words: Vec<String> = ticks(y, step).iter().map(|t| number(*t, step)).collect();
    let left = MARGIN + tick_room(&words) + 10.0;
    let plot = Area { left, top, right: MARGIN + INNER, bottom: top + HEIGHT };
    Plan {
        x: Scale { domain: x, pixels: (plot.left, plot.right) },
        y: Scale { domain: y, pixels: (plot.bottom, plot.top) },
        plot,
    }
}

// All points and borders with some room; intervals beyond twice the spread of the points are cut at the edge.
fn domain(values: Vec<(Option<f64>, Option<f64>, Option<f64>)>, borders: &[Option<f64>]) -> (f64, f64) {
    let given = |v: Option<f64>| v.filter(|v| v.is_finite());
    let points = values.iter().filter_map(|v| given(v.0)).chain(borders.iter().filter_map(|b| given(*b)));
    let (low, high) = points.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    let spread = if high > low { high - low } else { (high.abs() * 0.1).max(0.1) };
    let ends = values.iter().flat_map(|v| [given(v.1), given(v.2)]).flatten();
    let (a, b) = ends.fold((low, high), |(a, b), v| (a.min(v), b.max(v)));
    let (from, to) = (a.max(low - spread), b.min(high + spread));
    let air = ((to - from) * 0.06).max(spread * 0.06);
    (from - air, to + air)
}

fn axes(sheet: &mut Sheet, plan: &Plan) {
    let plot = plan.plot;
    let step = round_step(plan.y.domain.1 - plan.y.domain.0, 6.0);
    for tick in ticks(plan.y.domain, step) {
        let y = plan.y.at(tick);
        sheet.line((plot.left, y), (plot.right, y), Pen(GRID, 1.0, 1.0));
        let at = (plot.left - 8.0, y + 0.365 * TICK);
        sheet.text(at, Anchor::End, Type(TICK, SOFT), &number(tick, step));
    }
    let step = round_step(plan.x.domain.1 - plan.x.domain.0, 8.0);
    for tick in ticks(plan.x.domain, step) {
        let x = plan.x.at(tick);
        sheet.line((x, plot.top), (x, plot.bottom), Pen(GRID, 1.0, 1.0));
        sheet.line((x, plot.bottom), (x, plot.bottom + 4.0), Pen(RULE, 1.0, 1.0));
        sheet.text((x, plot.bottom + 18.0), Anchor::Middle, Type(TICK, SOFT), &number(tick, step));
    }
    sheet.line((plot.left, plot.bottom), (plot.right, plot.bottom), Pen(RULE, 1.0, 1.0));
    if plan.y.holds(0.0) {
        sheet.line((plot.left, plan.y.at(0.0)), (plot.right, plan.y.at(0.0)), Pen(RULE, 1.0, 1.0));
    }
}

// Dashed borders; their words stand at the ends, inside the plot. Gives what the words take.
fn borders(sheet: &mut Sheet, plan: &Plan, quadrant: &Quadrant) -> Vec<Area> {
    let (plot, face) = (plan.plot, Type(NOTE, SOFT));
    let mut taken = Vec::new();
    if let Some((at, words)) = quadrant.y_border.as_ref().filter(|(at, _)| plan.y.holds(*at)) {
        let y = plan.y.at(*at);
        sheet.dashes((plot.left, y), (plot.right, y), Pen(INK, 0.7, 1.25));
        let words = shorten(words, NOTE, 260.0);
        sheet.text((plot.right - 6.0, y - 5.0), Anchor::End, face, &words);
        let left = plot.right - 8.0 - width(&words, NOTE);
        taken.push(Area { left, top: y - 7.0 - NOTE, right: plot.right, bottom: y - 1.0 });
    }
    if let Some((at, words)) = quadrant.x_border.as_ref().filter(|(at, _)| plan.x.holds(*at)) {
        let x = plan.x.at(*at);
        sheet.dashes((x, plot.top), (x, plot.bottom), Pen(INK, 0.7, 1.25));
        let words = shorten(words, NOTE, 260.0);
        let needed = width(&words, NOTE);
        let left = if x + 8.0 + needed > plot.right { x - 6.0 - needed } else { x + 6.0 };
        sheet.text((left, plot.bottom - 8.0), Anchor::Start, face, &words);
        taken.push(Area {
            left: left - 2.0,
            top: plot.bottom - 10.0 - NOTE,
            right: left + needed + 2.0,
            bottom: plot.bottom,
        });
    }
    taken
}

// What a corner means, in its outermost place. Gives what the words take.
fn corners(sheet: &mut Sheet, plan: &Plan, quadrant: &Quadrant) -> Vec<Area> {
    let (plot, step) = (plan.plot, leading(SUB));
    let above = plot.top + 8.0;
    // The words of the border from below to above stand in the lowest line.
    let below = plot.bottom - 10.0 - NOTE - step;
    let spots = [(plot.left, above), (plot.right, above), (plot.left, below), (plot.right, below)];
    let mut taken = Vec::new();
    for (i, ((x, top), words)) in spots.into_iter().zip(&quadrant.corners).enumerate() {
        let words = shorten(words, SUB, (plot.right - plot.left) / 2.0 - 20.0);
        if words.is_empty() {
            continue;
        }
        let needed = width(&words, SUB);
        let (at, anchor, left) = match i % 2 {
            0 => (x + 10.0, Anchor::Start, x + 8.0),
            _ => (x - 10.0, Anchor::End, x - 12.0 - needed),
        };
        sheet.rect((left, top), (left + needed + 4.0, top + step), theme::PAPER);
        sheet.text((at, top + 0.95 * SUB), anchor, Type(SUB, SOFT), &words);
        taken.push(Area { left, top, right: left + needed + 4.0, bottom: top + step });
    }
    taken
}

/// Size of the corners' words.
const SUB: f64 = 13.0;

// What the dashed lines take.
fn border_lines(plan: &Plan, quadrant: &Quadrant) -> Vec<Area> {
    let plot = plan.plot;
    let level = quadrant.y_border.iter().map(|(at, _)| plan.y.at(*at));
    let upright = quadrant.x_border.iter().map(|(at, _)| plan.x.at(*at));
    let level = level.map(|y| Area { top: y - 1.0, bottom: y + 1.0, ..plot });
    level.chain(upright.map(|x| Area { left: x - 1.0, right: x + 1.0, ..plot })).collect()
}

// Gives what its lines take.
fn cross(sheet: &mut Sheet, plan: &Plan, point: &Placed) -> Vec<Area> {
    let mut lines = Vec::new();
    sheet.describe(&point.label);
    let (x, y) = place(plan, point);
    let pen = Pen(colour(point), 0.55, 1.75);
    let ends = |low: Option<f64>, high: Option<f64>| low.zip(high).filter(|(a, b)| a <= b);
    if let Some((low, high)) = ends(point.x_low, point.x_high) {
        let (a, b) = (plan.x.at(low), plan.x.at(high));
        lines.push(Area { left: a, top: y - 1.0, right: b, bottom: y + 1.0 });
        sheet.line((a, y), (b, y), pen);
        caps(sheet, pen, [(a, low), (b, high)].map(|(x, v)| (plan.x.holds(v), (x, y - 3.5), (x, y + 3.5))));
    }
    if let Some((low, high)) = ends(point.y_low, point.y_high) {
        let (a, b) = (plan.y.at(low), plan.y.at(high));
        lines.push(Area { left: x - 1.0, top: b, right: x + 1.0, bottom: a });
        sheet.line((x, a), (x, b), pen);
        caps(sheet, pen, [(a, low), (b, high)].map(|(y, v)| (plan.y.holds(v), (x - 3.5, y), (x + 3.5, y))));
    }
    lines
}

/// Whether an interval ends inside the plot, and from where to where its cap goes.
type Cap = (bool, (f64, f64), (f64, f64));

// A cap where the interval ends; none where it goes on beyond the plot.
fn caps(sheet: &mut Sheet, pen: Pen, ends: [Cap; 2]) {
    for (inside, from, to) in ends {
        if inside {
            sheet.line(from, to, pen);
        }
    }
}

// The cheapest free place around the point: near it, on no line, and tied to it across no other name.
fn name(sheet: &mut Sheet, plan: &Plan, point: &Placed, taken: &mut Vec<Area>, lines: &[Area]) {
    let words = wrap_evenly(&point.label, LABEL, NAME, 2);
    let size = (widest(&words, LABEL) + 4.0, words.len() as f64 * leading(LABEL));
    let from = place(plan, point);
    let free = |area: &Area| area.inside(&plan.plot) && !taken.iter().any(|t| t.touches(area));
    let cost = |(area, away): &(Area, f64)| {
        let crossed = lines.iter().filter(|line| line.touches(area)).count() as f64;
        let tie = if *away > NEAR { TIE + TORN * torn(from, nearest(area, from), taken) } else { 0.0 };
        away + CROSSED * crossed + tie
    };
    let places = candidates(from, size).filter(|(area, _)| free(area));
    let Some((area, away)) = places.min_by(|a, b| cost(a).total_cmp(&cost(b))) else { return };
    if away > NEAR {
        sheet.line(from, nearest(&area, from), Pen(SOFT, 0.8, 1.0));
    }
    let ink = if point.strong { INK } else { SOFT };
    let middle = (area.left + 2.0, f64::midpoint(area.top, area.bottom));
    sheet.lines(middle, Anchor::Start, Type(LABEL, ink), &words);
    taken.push(area);
}

/// Beyond this distance a name is tied to its point.
const NEAR: f64 = 20.0;
/// What a tie, a line under a name and a name under a tie cost, in pixels of distance.
const TIE: f64 = 12.0;
const CROSSED: f64 = 18.0;
const TORN: f64 = 60.0;

// How many names or points the tie goes across; its own point is not counted.
fn torn(from: (f64, f64), to: (f64, f64), taken: &[Area]) -> f64 {
    let along = |share: f64| (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
    let spots: Vec<Area> = (1..40).map(|k| around(along(f64::from(k) / 40.0), 0.5)).collect();
    let own = around(from, 0.5);
    taken.iter().filter(|t| !t.touches(&own) && spots.iter().any(|spot| t.touches(spot))).count() as f64
}

// Places around a point with their distance, near ones first.
fn candidates((x, y): (f64, f64), (wide, high): (f64, f64)) -> impl Iterator<Item = (Area, f64)> {
    const AWAY: [f64; 8] = [8.0, 14.0, 26.0, 42.0, 62.0, 86.0, 116.0, 150.0];
    // Beside and slightly above first: a cross is then not written over.
    const TURNS: [(f64, f64); 12] = [
        (1.0, -1.0),
        (-1.0, -1.0),
        (1.0, 1.0),
        (-1.0, 1.0),
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, -1.0),
        (0.0, 1.0),
        (1.0, -2.0),
        (-1.0, -2.0),
        (1.0, 2.0),
        (-1.0, 2.0),
    ];
    AWAY.into_iter().flat_map(move |away| {
        TURNS.into_iter().map(move |(right, down)| {
            let middle = (x + right * (away + wide / 2.0), y + down * (away * 0.75 + high / 2.0));
            let area = Area {
                left: middle.0 - wide / 2.0,
                top: middle.1 - high / 2.0,
                right: middle.0 + wide / 2.0,
                bottom: middle.1 + high / 2.0,
            };
            (area, away)
        })
    })
}

fn nearest(area: &Area, (x, y): (f64, f64)) -> (f64, f64) {
    (x.clamp(area.left, area.right), y.clamp(area.top, area.bottom))
}
