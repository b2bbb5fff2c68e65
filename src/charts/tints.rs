//! A table of tinted cells: rows by columns, the darker the more, with the number in the cell where it fits. Deliberately
//! hatches what is hidden and leaves empty what does not exist.

use super::figure::{TintCell, TintRow, Tints};
use super::fonts::width;
use super::frame::{self, INNER};
use super::layout::{widest, wrap, wrap_evenly};
use super::sheet::{Anchor, Pen, Sheet, Type, leading};
use super::theme::{self, GRID, INK, LABEL, MARGIN, PAPER, RULE, SOFT, TICK, WIDTH};

/// Most room for the names of rows.
const NAMES: f64 = 230.0;
/// Heights of a row.
const LOWEST: f64 = 26.0;
/// Between cells.
const SEAM: f64 = 1.5;
/// From this share of the scale on, numbers in a cell are white.
const DARK: f64 = 0.55;
/// Steps of the legend.
const STEPS: usize = 24;

/// Draws the table.
pub(super) fn sheet(table: &Tints) -> Sheet {
    let (mut sheet, top) = frame::open(&table.caption);
    for row in &table.rows {
        sheet.describe(&row.label);
    }
    let (low, high) = ends(table);
    let names: Vec<Vec<String>> = table.rows.iter().map(|row| wrap(&row.label, LABEL, NAMES, 2)).collect();
    let left = MARGIN + names.iter().map(|lines| widest(lines, LABEL)).fold(0.0, f64::max) + 12.0;
    let slots = table.rows.iter().map(|row| row.cells.len()).fold(table.columns.len(), usize::max).max(1);
    let step = (WIDTH - MARGIN - left) / slots as f64;
    let mut y = legend(&mut sheet, table, top, (low, high)) + 6.0;
    y = columns(&mut sheet, table, (left, y), step);
    for (row, lines) in table.rows.iter().zip(&names) {
        let height = LOWEST.max(leading(LABEL) * lines.len() as f64 + 4.0);
        sheet.lines((left - 10.0, y + height / 2.0), Anchor::End, Type(LABEL, INK), lines);
        cells(&mut sheet, row, (left, y), (step, height), (low, high));
        y += height;
    }
    frame::close(sheet, y + 4.0, &table.caption)
}

/// Smallest and largest value shown; a scale of one value begins at 0.
fn ends(table: &Tints) -> (f64, f64) {
    let shown = || table.rows.iter().flat_map(|row| row.cells.iter().filter_map(value));
    let high = shown().fold(f64::NEG_INFINITY, f64::max);
    let low = shown().fold(f64::INFINITY, f64::min).min(if table.from_zero { 0.0 } else { f64::INFINITY });
    if !high.is_finite() {
        return (0.0, 1.0);
    }
    if high > low { (low, high) } else { (low.min(0.0), high.max(low.min(0.0) + 1.0)) }
}

fn value(cell: &TintCell) -> Option<f64> {
    cell.value.filter(|v| v.is_finite() && !cell.hidden)
}

fn share(value: f64, (low, high): (f64, f64)) -> f64 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

/// The scale from pale to dark with its ends in words.
fn legend(sheet: &mut Sheet, table: &Tints, top: f64, ends: (f64, f64)) -> f64 {
    const BAR: f64 = 168.0;
    let face = Type(TICK, SOFT);
    let label = wrap(&table.scale_label, TICK, INNER - BAR - 160.0, 2);
    let [low, high] = &table.ends;
    let middle = top + 9.0;
    sheet.lines((MARGIN, middle), Anchor::Start, face, &label);
    let mut x = MARGIN + widest(&label, TICK) + 14.0;
    sheet.lines((x, middle), Anchor::Start, face, std::slice::from_ref(low));
    x += width(low, TICK) + 8.0;
    for step in 0..STEPS {
        let at = x + BAR * step as f64 / STEPS as f64;
        let of = ends.0 + (ends.1 - ends.0) * step as f64 / (STEPS - 1) as f64;
        sheet.rect((at, top + 2.0), (at + BAR / STEPS as f64 + 0.5, top + 16.0), theme::shade(share(of, ends)));
    }
    sheet.lines((x + BAR + 8.0, middle), Anchor::Start, face, std::slice::from_ref(high));
    top + 18.0 + leading(TICK) * (label.len().saturating_sub(1)) as f64
}

/// The names of the columns: as many as have room side by side, wrapped.
fn columns(sheet: &mut Sheet, table: &Tints, (left, top): (f64, f64), step: f64) -> f64 {
    let room = step - 6.0;
    let longest = table.columns.iter().map(|name| width(name, TICK)).fold(0.0, f64::max);
    // Long names wrap where a column is wide; short ones are left out by turns where it is narrow.
    let wrapped: Vec<Vec<String>> =
        table.columns.iter().map(|name| wrap_evenly(name, TICK, room.max(40.0), 3)).collect();
    let every = if step >= 60.0 { 1 } else { ((longest + 10.0) / step).ceil().max(1.0) as usize };
    let rows = if step >= 60.0 { wrapped.iter().map(Vec::len).max().unwrap_or(1) } else { 1 };
    let height = leading(TICK) * rows as f64;
    for (at, name) in table.columns.iter().enumerate().filter(|(at, _)| at % every == 0) {
        let middle = (left + step * (at as f64 + 0.5), top + height / 2.0);
        let lines = if step >= 60.0 { wrapped.get(at).cloned().unwrap_or_default() } else { vec![name.clone()] };
        let first = at == 0 && every > 1;
        let (x, anchor) = if first { (left, Anchor::Start) } else { (middle.0, Anchor::Middle) };
        sheet.lines((x, middle.1), anchor, Type(TICK, SOFT), &lines);
    }
    top + height + 6.0
}

fn cells(sheet: &mut Sheet, row: &TintRow, (left, top): (f64, f64), (step, height): (f64, f64), ends: (f64, f64)) {
    for (at, cell) in row.cells.iter().enumerate() {
        let from = (left + step * at as f64 + SEAM, top + SEAM);
        let to = (left + step * (at as f64 + 1.0) - SEAM, top + height - SEAM);
        let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        if cell.hidden {
            sheet.hatch(from, to, Pen(RULE, 0.6, 1.0));
            continue;
        }
        let Some(value) = value(cell) else {
            sheet.path(vec![from, (to.0, from.1), to, (from.0, to.1), from], Pen(GRID, 1.0, 1.0));
            continue;
        };
        let share = share(value, ends);
        sheet.rect(from, to, theme::shade(share));
        if width(&cell.label, TICK) <= step - 4.0 {
            let colour = if share > DARK { PAPER } else { INK };
            sheet.lines(middle, Anchor::Middle, Type(TICK, colour), std::slice::from_ref(&cell.label));
        }
    }
}
