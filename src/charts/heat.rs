//! Shares from every stage to every stage: rows are where people stood, columns where they went, lowest first from the
//! bottom left, so that the diagonal rises. Deliberately leaves a cell empty where nobody went and hatches hidden ones.

use super::figure::Heat;
use super::frame;
use super::layout::{shorten, widest, wrap_evenly};
use super::sheet::{Anchor, Pen, Sheet, Type, leading};
use super::theme::{self, GRID, INK, LABEL, MARGIN, PAPER, RULE, SOFT, SUBTITLE, TICK, WIDTH};

const HEIGHT: f64 = 36.0;

/// Draws the cells.
pub(super) fn sheet(heat: &Heat) -> Sheet {
    let (mut sheet, top) = frame::open(&heat.caption);
    let count = heat.stages.len().max(1);
    let left = MARGIN + widest(&heat.stages, LABEL).clamp(60.0, 190.0) + 12.0;
    let step = (WIDTH - MARGIN - left) / count as f64;
    sheet.text((MARGIN, top + SUBTITLE), Anchor::Start, Type(SUBTITLE, SOFT), &heat.axes[0]);
    let top = top + leading(SUBTITLE) + 6.0;
    let bottom = top + HEIGHT * count as f64;
    let y = |from: usize| bottom - HEIGHT * (from as f64 + 0.5);
    for (at, name) in heat.stages.iter().enumerate() {
        let words = shorten(name, LABEL, left - MARGIN - 12.0);
        sheet.lines((left - 12.0, y(at)), Anchor::End, Type(LABEL, INK), &[words]);
        let below = wrap_evenly(name, TICK, step - 4.0, 3);
        for (line, words) in below.iter().enumerate() {
            let place = (left + step * (at as f64 + 0.5), bottom + 16.0 + leading(TICK) * line as f64);
            sheet.text(place, Anchor::Middle, Type(TICK, INK), words);
        }
    }
    for cell in &heat.cells {
        let (x0, y0) = (left + step * cell.to as f64, y(cell.from) - HEIGHT / 2.0);
        let (a, b) = ((x0 + 1.0, y0 + 1.0), (x0 + step - 1.0, y0 + HEIGHT - 1.0));
        let ink = match cell.share {
            Some(share) => {
                let colour = theme::heat(share);
                sheet.rect(a, b, colour);
                theme::readable_on(colour)
            }
            None => {
                sheet.rect(a, b, PAPER);
                sheet.hatch(a, b, Pen(RULE, 0.7, 1.0));
                SOFT
            }
        };
        if let (Some(from), Some(to)) = (heat.stages.get(cell.from), heat.stages.get(cell.to)) {
            sheet.describe(&format!("{from} - {to}: {}", cell.text));
        }
        if cell.share.is_some() {
            let place = (x0 + step / 2.0, y(cell.from));
            sheet.lines(place, Anchor::Middle, Type(TICK, ink), &[shorten(&cell.text, TICK, step - 4.0)]);
        }
    }
    for line in 0..=count {
        let (x, y) = (left + step * line as f64, bottom - HEIGHT * line as f64);
        sheet.line((x, top), (x, bottom), Pen(GRID, 1.0, 1.0));
        sheet.line((left, y), (WIDTH - MARGIN, y), Pen(GRID, 1.0, 1.0));
    }
    let under = bottom + 10.0 + 3.0 * leading(TICK);
    let middle = (left + WIDTH - MARGIN) / 2.0;
    let y = frame::axis_label(&mut sheet, middle, under, WIDTH - MARGIN - left, &heat.axes[1]);
    frame::close(sheet, y, &heat.caption)
}
