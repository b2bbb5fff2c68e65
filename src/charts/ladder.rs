//! The stage ladder: every level a bar, lowest at the bottom, in the order given. Deliberately never sorts, never drops
//! a level, and draws a hidden one so that its width tells nothing.

use plotters::style::RGBColor;

use super::axis::{Scale, percent, round_step, ticks};
use super::figure::{Ladder, LadderBar};
use super::fonts::width;
use super::frame::{self, INNER};
use super::layout::{clean, shorten, widest, wrap_evenly};
use super::sheet::{Anchor, Pen, Sheet, Type, leading};
use super::theme::{self, GRID, INK, LABEL, MARGIN, PAPER, RULE, SOFT, TICK, WHISKER, WIDTH};

const STAGE_ROOM: f64 = 116.0;
const STRIP: f64 = 6.0;
const STATEMENT: f64 = 12.5;
const HIDDEN_WIDTH: f64 = 64.0;
const AFTER_BAR: f64 = 7.0;

/// Where the columns are and how high a row is.
struct Plan {
    top: f64,
    row: f64,
    level_right: f64,
    statement_left: f64,
    statements: Vec<Vec<String>>,
    labels: Vec<String>,
    scale: Scale,
}

impl Plan {
    // Rows count from the bottom.
    fn middle(&self, index: usize, count: usize) -> f64 {
        self.top + self.row * ((count - index) as f64 - 0.5)
    }
}

/// Draws the ladder.
pub(super) fn sheet(ladder: &Ladder) -> Sheet {
    let (mut sheet, top) = frame::open(&ladder.caption);
    if ladder.bars.is_empty() {
        return frame::close(sheet, top, &ladder.caption);
    }
    let plan = plan(ladder, top);
    let bottom = plan.top + plan.row * ladder.bars.len() as f64;
    stages(&mut sheet, ladder, &plan);
    axis(&mut sheet, &plan, bottom);
    for (index, bar) in ladder.bars.iter().enumerate() {
        row(&mut sheet, ladder, &plan, index, bar);
    }
    let x0 = plan.scale.at(0.0);
    sheet.line((x0, plan.top), (x0, bottom), Pen(RULE, 1.0, 1.0));
    let y = frame::axis_label(&mut sheet, (x0 + plan.scale.pixels.1) / 2.0, bottom + 26.0, plan.scale.pixels.1 - x0, &ladder.axis);
    frame::close(sheet, y, &ladder.caption)
}

fn plan(ladder: &Ladder, top: f64) -> Plan {
    let bars = &ladder.bars;
    let levels: Vec<String> = bars.iter().map(|b| shorten(&b.level, LABEL, 60.0)).collect();
    let level_right = MARGIN + STAGE_ROOM + STRIP + 12.0 + widest(&levels, LABEL).max(14.0);
    let statement_left = level_right + 12.0;
    let natural = bars.iter().map(|b| width(&clean(&b.statement), STATEMENT)).fold(0.0, f64::max);
    // A sentence that needs two lines anyway leaves the room to the bars.
    let room = if natural <= 320.0 { natural + 1.0 } else { 280.0 };
    let statements: Vec<_> = bars.iter().map(|b| wrap_evenly(&b.statement, STATEMENT, room, 2)).collect();
    let lines = statements.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let plot = (statement_left + room + 16.0, WIDTH - MARGIN);
    let labels: Vec<String> = bars.iter().map(|b| shorten(&b.label, TICK, (plot.1 - plot.0) * 0.5)).collect();
    let scale = Scale { domain: (0.0, reach(bars, &labels, plot.1 - plot.0)), pixels: plot };
    let row = (lines as f64 * leading(STATEMENT) + 8.0).max(29.0);
    Plan { top, row, level_right, statement_left, statements, labels, scale }
}

// The largest value of the axis: every bar, whisker and label must end inside the plot.
fn reach(bars: &[LadderBar], labels: &[String], room: f64) -> f64 {
    let longest = bars.iter().filter_map(end).fold(0.0, f64::max);
    let floor = if longest > 0.0 { longest } else { 0.5 };
    bars.iter()
        .zip(labels)
        .filter_map(|(bar, label)| end(bar).map(|e| e * room / (room - AFTER_BAR - width(label, TICK)).max(1.0)))
        .fold(floor, f64::max)
}

// Where a bar with its whisker ends, as a share; nothing when it is hidden.
fn end(bar: &LadderBar) -> Option<f64> {
    let share = known(bar.share)?;
    Some(known(bar.high).map_or(share, |high| high.max(share)))
}

// Shares outside 0-1 are a fault of the caller; the picture stays whole.
fn known(value: Option<f64>) -> Option<f64> {
    value.filter(|v| v.is_finite()).map(|v| v.clamp(0.0, 1.0))
}

// One block per run of levels of the same stage: name, strip of colour, and a line between stages.
fn stages(sheet: &mut Sheet, ladder: &Ladder, plan: &Plan) {
    let count = ladder.bars.len();
    let mut first = 0;
    while let Some(bar) = ladder.bars.get(first) {
        let length = ladder.bars.iter().skip(first).take_while(|b| b.stage == bar.stage).count().max(1);
        let last = first + length - 1;
        let (high, low) = (plan.middle(last, count) - plan.row / 2.0, plan.middle(first, count) + plan.row / 2.0);
        let colour = theme::stage(bar.stage, ladder.stages);
        let (left, right) = (MARGIN, MARGIN + STAGE_ROOM);
        sheet.rect((left, high + 1.0), (right, low - 1.0), theme::tint(colour));
        sheet.rect((right, high + 1.0), (right + STRIP, low - 1.0), colour);
        let lines = ((low - high - 4.0) / leading(TICK)).floor().max(1.0) as usize;
        let name = wrap_evenly(&bar.stage_name, TICK, STAGE_ROOM - 8.0, lines);
        sheet.lines(((left + right) / 2.0, (high + low) / 2.0), Anchor::Middle, Type(TICK, INK), &name);
        if first > 0 {
            sheet.line((right + STRIP, low), (WIDTH - MARGIN, low), Pen(GRID, 1.0, 1.0));
        }
        first += length;
    }
}

fn axis(sheet: &mut Sheet, plan: &Plan, bottom: f64) {
    let (_, reach) = plan.scale.domain;
    let step = round_step(reach, 5.0);
    for tick in ticks((0.0, reach.min(1.0)), step) {
        let x = plan.scale.at(tick);
        sheet.line((x, plan.top), (x, bottom + 4.0), Pen(GRID, 1.0, 1.0));
        let words = percent(tick, step);
        let half = width(&words, TICK) / 2.0;
        sheet.text((x.min(WIDTH - MARGIN - half), bottom + 18.0), Anchor::Middle, Type(TICK, SOFT), &words);
    }
}

fn row(sheet: &mut Sheet, ladder: &Ladder, plan: &Plan, index: usize, bar: &LadderBar) {
    let y = plan.middle(index, ladder.bars.len());
    let level = shorten(&bar.level, LABEL, 60.0);
    let label = plan.labels.get(index).map_or("", String::as_str);
    sheet.describe(&format!("{} {}: {}", bar.level, bar.statement, bar.label));
    sheet.lines((plan.level_right, y), Anchor::End, Type(LABEL, INK), &[level]);
    if let Some(statement) = plan.statements.get(index) {
        sheet.lines((plan.statement_left, y), Anchor::Start, Type(STATEMENT, INK), statement);
    }
    let end = match known(bar.share) {
        Some(share) => shown(sheet, plan, y, (bar, share), theme::stage(bar.stage, ladder.stages)),
        None => hidden(sheet, plan, y),
    };
    // The ground keeps grid lines from running through the number.
    let left = end + AFTER_BAR;
    if !label.is_empty() {
        sheet.rect((left - 3.0, y - 8.0), ((left + width(label, TICK) + 3.0).min(WIDTH - 4.0), y + 8.0), PAPER);
    }
    sheet.lines((left, y), Anchor::Start, Type(TICK, INK), &[label.to_owned()]);
}

// Bar and whisker; gives where they end.
fn shown(sheet: &mut Sheet, plan: &Plan, y: f64, (bar, share): (&LadderBar, f64), colour: RGBColor) -> f64 {
    let (x0, x1) = (plan.scale.at(0.0), plan.scale.at(share));
    let half = bar_half(plan);
    // A level that nobody chose keeps a mark of its colour.
    sheet.rect((x0, y - half), (x1.max(x0 + 2.0), y + half), colour);
    let Some((low, high)) = known(bar.low).zip(known(bar.high)) else { return x1.max(x0 + 2.0) };
    let (a, b) = (plan.scale.at(low.min(high)), plan.scale.at(high.max(low)));
    sheet.line((a, y), (b, y), Pen(PAPER, 0.7, 3.5));
    let pen = Pen(WHISKER, 1.0, 1.25);
    sheet.line((a, y), (b, y), pen);
    for x in [a, b] {
        sheet.line((x, y - 3.5), (x, y + 3.5), pen);
    }
    b.max(x1).max(x0 + 2.0)
}

fn hidden(sheet: &mut Sheet, plan: &Plan, y: f64) -> f64 {
    let (x0, half) = (plan.scale.at(0.0), bar_half(plan));
    let x1 = x0 + HIDDEN_WIDTH.min(INNER / 4.0);
    sheet.rect((x0, y - half), (x1, y + half), PAPER);
    sheet.hatch((x0, y - half), (x1, y + half), Pen(RULE, 0.8, 1.0));
    x1
}

fn bar_half(plan: &Plan) -> f64 {
    (plan.row * 0.3).min(11.0)
}
