//! What all pictures share: title and subtitle above, legend, note below. Deliberately draws no data.

use plotters::style::RGBColor;

use super::figure::Caption;
use super::fonts::width;
use super::layout::{widest, wrap, wrap_evenly};
use super::sheet::{Anchor, Pen, Sheet, Type, leading};
use super::theme::{INK, MARGIN, NOTE, SOFT, SUBTITLE, TICK, TITLE, WIDTH};

/// Width between the margins.
pub(super) const INNER: f64 = WIDTH - 2.0 * MARGIN;

/// Begins a sheet with title and subtitle; gives it with the height used so far.
pub(super) fn open(caption: &Caption) -> (Sheet, f64) {
    let mut sheet = Sheet::new(&caption.title);
    sheet.describe(&caption.subtitle);
    let mut y = MARGIN - 6.0;
    y = paragraph(&mut sheet, y, Type(TITLE, INK), &caption.title, 3);
    if !caption.subtitle.trim().is_empty() {
        y = paragraph(&mut sheet, y + 2.0, Type(SUBTITLE, SOFT), &caption.subtitle, 6);
    }
    (sheet, y + 12.0)
}

/// Ends a sheet with the note and fixes its height.
pub(super) fn close(mut sheet: Sheet, y: f64, caption: &Caption) -> Sheet {
    sheet.describe(&caption.note);
    let mut y = y;
    if !caption.note.trim().is_empty() {
        y = paragraph(&mut sheet, y + 10.0, Type(NOTE, SOFT), &caption.note, 12);
    }
    sheet.height = (y + MARGIN - 10.0).ceil();
    sheet
}

/// A wrapped paragraph over the whole width from `top`; gives the height under it.
pub(super) fn paragraph(sheet: &mut Sheet, top: f64, face: Type, text: &str, most: usize) -> f64 {
    let step = leading(face.0);
    let mut y = top;
    for line in wrap(text, face.0, INNER, most) {
        sheet.text((MARGIN, y + 0.95 * face.0), Anchor::Start, face, &line);
        y += step;
    }
    y
}

/// Centred lines under an axis; gives the height under them.
pub(super) fn axis_label(sheet: &mut Sheet, middle: f64, top: f64, room: f64, text: &str) -> f64 {
    let face = Type(TICK, SOFT);
    let mut y = top;
    for line in wrap_evenly(text, TICK, room, 3) {
        sheet.text((middle, y + 0.95 * TICK), Anchor::Middle, face, &line);
        y += leading(TICK);
    }
    y
}

/// How a group is shown in the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// A line with a filled dot.
    Dot,
    /// A line with a ring.
    Ring,
    /// A plain line.
    Line,
    /// A filled bar.
    Bar,
    /// A small upright stroke.
    Stroke,
}

/// A legend outside the plot: entries side by side, on as many rows as they need; gives the height under it.
pub(super) fn legend(sheet: &mut Sheet, top: f64, entries: &[(&str, RGBColor, Key)]) -> f64 {
    const SWATCH: f64 = 28.0;
    let face = Type(SUBTITLE, INK);
    let step = leading(SUBTITLE) + 2.0;
    let (mut x, mut y, mut row) = (MARGIN, top, 0.0_f64);
    for (label, colour, key) in entries {
        let lines = wrap(label, SUBTITLE, INNER - SWATCH - 4.0, 2);
        let needed = SWATCH + widest(&lines, SUBTITLE);
        if x > MARGIN && x + needed > WIDTH - MARGIN {
            (x, y, row) = (MARGIN, y + row, 0.0);
        }
        swatch(sheet, (x, y + step / 2.0), *colour, *key);
        for (i, line) in lines.iter().enumerate() {
            sheet.text((x + SWATCH, y + step * (0.5 + i as f64) + 0.365 * SUBTITLE), Anchor::Start, face, line);
        }
        x += needed + 26.0;
        row = row.max(step * lines.len().max(1) as f64);
    }
    if entries.is_empty() { top } else { y + row + 6.0 }
}

fn swatch(sheet: &mut Sheet, (x, y): (f64, f64), colour: RGBColor, key: Key) {
    if matches!(key, Key::Dot | Key::Ring | Key::Line) {
        sheet.line((x, y), (x + 22.0, y), Pen(colour, 1.0, 2.5));
    }
    match key {
        Key::Dot => sheet.disc((x + 11.0, y), 4.0, colour),
        Key::Ring => sheet.ring((x + 11.0, y), 4.0, colour),
        Key::Line => {}
        Key::Bar => sheet.rect((x, y - 5.0), (x + 22.0, y + 5.0), colour),
        Key::Stroke => sheet.line((x + 11.0, y - 6.0), (x + 11.0, y + 6.0), Pen(colour, 1.0, 1.5)),
    }
}

/// The widest of some words in tick size.
pub(super) fn tick_room<S: AsRef<str>>(words: &[S]) -> f64 {
    words.iter().map(|w| width(w.as_ref(), TICK)).fold(0.0, f64::max)
}
