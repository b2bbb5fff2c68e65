//! Standardised differences before the start: a dot for people and a ring for units in each row, the borders of what is
//! small dashed (Love's plot). Deliberately tests nothing.

use super::axis::Scale;
use super::figure::{Love, LoveRow};
use super::frame::{self, Key};
use super::rows::{Numbers, Rows};
use super::sheet::{Pen, Sheet};
use super::theme::{self, INK, RULE};

/// Draws the differences.
pub(super) fn sheet(love: &Love) -> Sheet {
    let (mut sheet, mut top) = frame::open(&love.caption);
    if love.rows.is_empty() {
        return frame::close(sheet, top, &love.caption);
    }
    let units = love.rows.iter().any(|row| row.units.is_some());
    if units {
        let entries = [
            (love.people_label.as_str(), theme::group(0), Key::Dot),
            (love.units_label.as_str(), theme::group(1), Key::Ring),
        ];
        top = frame::legend(&mut sheet, top, &entries);
    }
    let words: Vec<(&str, &str)> = love.rows.iter().map(|r| (r.label.as_str(), r.text.as_str())).collect();
    let rows = Rows::new(&words, &love.text_heading, 30.0);
    let first = rows.head(&mut sheet, top);
    let (middles, bottom) = rows.middles(first);
    rows.words(&mut sheet, first);
    let scale = Scale { domain: domain(love), pixels: rows.pixels };
    for border in [-love.border, love.border] {
        if scale.holds(border) {
            sheet.dashes((scale.at(border), first), (scale.at(border), bottom), Pen(RULE, 0.8, 1.0));
        }
    }
    let zero = scale.at(0.0);
    sheet.line((zero, first), (zero, bottom), Pen(INK, 0.8, 1.25));
    for (row, y) in love.rows.iter().zip(middles) {
        draw(&mut sheet, &scale, y, row);
    }
    let y = rows.axis(&mut sheet, &scale, bottom, Numbers::Plain, &love.axis);
    frame::close(sheet, y, &love.caption)
}

/// Zero, the borders and every finite difference are inside; what is infinite is an arrow at the edge.
fn domain(love: &Love) -> (f64, f64) {
    let points = love.rows.iter().flat_map(|row| [row.people, row.units]).flatten().filter(|v| v.is_finite());
    let most = points.fold(1.5 * love.border, |most, v| most.max(v.abs()));
    (-1.08 * most, 1.08 * most)
}

fn draw(sheet: &mut Sheet, scale: &Scale, y: f64, row: &LoveRow) {
    sheet.describe(&format!("{}: {}", row.label, row.text));
    if let Some(units) = row.units.filter(|v| v.is_finite()) {
        sheet.ring((scale.at(units), y), 5.0, theme::group(1));
    }
    match row.people {
        Some(people) if people.is_finite() => sheet.disc((scale.at(people), y), 4.5, theme::group(0)),
        Some(people) => {
            let out = if people < 0.0 { -1.0 } else { 1.0 };
            let x = if people < 0.0 { scale.pixels.0 } else { scale.pixels.1 };
            sheet.area(
                vec![(x + out * 8.0, y), (x - out * 2.0, y - 6.0), (x - out * 2.0, y + 6.0)],
                theme::group(0),
                1.0,
            );
        }
        None => {}
    }
}
