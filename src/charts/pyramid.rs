//! Two groups on the ladder back to back: the left group's bars grow to the left, the right one's to the right, on one
//! scale. Deliberately never sorts or drops a level, and draws hidden ones so that their width tells nothing.

use super::figure::{Pyramid, PyramidRow};
use super::fonts::width;
use super::frame;
use super::layout::{shorten, wrap_evenly};
use super::sheet::{Anchor, Pen, Sheet, Type, leading};
use super::theme::{self, GRID, INK, LABEL, MARGIN, PAPER, RULE, SUBTITLE, TICK, WIDTH};

const ROW: f64 = 25.0;
const MIDDLE: f64 = 156.0;
const HIDDEN: f64 = 46.0;

/// Draws the two groups.
pub(super) fn sheet(pyramid: &Pyramid) -> Sheet {
    let (mut sheet, top) = frame::open(&pyramid.caption);
    let centre = WIDTH / 2.0;
    let inner = [centre - MIDDLE / 2.0, centre + MIDDLE / 2.0];
    let room = inner[0] - MARGIN;
    let labels = pyramid.rows.iter().flat_map(|row| &row.labels).map(|label| width(label, TICK)).fold(0.0, f64::max);
    let largest = pyramid.rows.iter().flat_map(|row| row.shares).flatten().fold(0.05_f64, f64::max);
    let scale = (room - labels - 12.0).max(40.0) / largest;
    for (side, group) in pyramid.groups.iter().enumerate() {
        let x = if side == 0 { (MARGIN + inner[0]) / 2.0 } else { (inner[1] + WIDTH - MARGIN) / 2.0 };
        let face = Type(SUBTITLE, theme::group_text(side));
        sheet.text((x, top + SUBTITLE), Anchor::Middle, face, &shorten(group, SUBTITLE, room));
        sheet.describe(group);
    }
    let top = top + leading(SUBTITLE) + 8.0;
    let count = pyramid.rows.len();
    let middle = |index: usize| top + ROW * ((count - index) as f64 - 0.5);
    stages(&mut sheet, pyramid, inner, &middle);
    for (index, row) in pyramid.rows.iter().enumerate() {
        level(&mut sheet, row, (inner, scale, middle(index)), theme::stage(row.stage, pyramid.stages));
    }
    let bottom = top + ROW * count as f64;
    for x in inner {
        sheet.line((x, top), (x, bottom), Pen(RULE, 1.0, 1.0));
    }
    frame::close(sheet, bottom, &pyramid.caption)
}

/// Names of the stages between the two sides, with a line where a stage ends.
fn stages(sheet: &mut Sheet, pyramid: &Pyramid, inner: [f64; 2], middle: &dyn Fn(usize) -> f64) {
    let mut first = 0;
    for run in pyramid.rows.chunk_by(|a, b| a.stage == b.stage) {
        let last = first + run.len() - 1;
        let (high, low) = (middle(last) - ROW / 2.0, middle(first) + ROW / 2.0);
        if let Some(row) = run.first() {
            let colour = theme::stage(row.stage, pyramid.stages);
            sheet.rect((inner[0] + 1.0, high + 1.0), (inner[1] - 30.0, low - 1.0), theme::tint(colour));
            let lines = ((low - high - 4.0) / leading(TICK)).floor().max(1.0) as usize;
            let room = inner[1] - inner[0] - 38.0;
            let name = wrap_evenly(&row.stage_name, TICK, room, lines);
            let x = (inner[0] + inner[1] - 30.0) / 2.0;
            sheet.lines((x, (high + low) / 2.0), Anchor::Middle, Type(TICK, INK), &name);
        }
        if first > 0 {
            sheet.line((MARGIN, low), (WIDTH - MARGIN, low), Pen(GRID, 1.0, 1.0));
        }
        first += run.len();
    }
}

fn level(
    sheet: &mut Sheet,
    row: &PyramidRow,
    (inner, scale, y): ([f64; 2], f64, f64),
    colour: plotters::style::RGBColor,
) {
    sheet.describe(&format!("{}: {} / {}", row.level, row.labels[0], row.labels[1]));
    sheet.lines((inner[1] - 8.0, y), Anchor::End, Type(LABEL, INK), std::slice::from_ref(&row.level));
    let sides = [(-1.0, Anchor::End), (1.0, Anchor::Start)];
    for (((sign, anchor), start), (share, label)) in
        sides.into_iter().zip(inner).zip(row.shares.iter().zip(&row.labels))
    {
        let length = share.map_or(HIDDEN, |share| (share * scale).max(2.0));
        let to = start + sign * length;
        let (a, b) = ((start.min(to), y - ROW * 0.32), (start.max(to), y + ROW * 0.32));
        if share.is_some() {
            sheet.rect(a, b, colour);
        } else {
            sheet.rect(a, b, PAPER);
            sheet.hatch(a, b, Pen(RULE, 0.8, 1.0));
        }
        sheet.lines((to + sign * 6.0, y), anchor, Type(TICK, INK), std::slice::from_ref(label));
    }
}
