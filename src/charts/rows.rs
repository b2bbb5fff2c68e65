//! Rows of a picture between a column of names and a column of numbers: where the columns stand, how high each row is,
//! lines and ticks. Deliberately draws no data.

use super::axis::{Scale, number, percent, round_step, ticks};
use super::fonts::width;
use super::frame::{self, INNER};
use super::layout::{clean, widest, wrap_evenly};
use super::sheet::{Anchor, Pen, Sheet, Type, leading};
use super::theme::{GRID, INK, LABEL, MARGIN, RULE, SOFT, TICK};

const GAP: f64 = 22.0;
const INSET: f64 = 10.0;

/// The words of one row in lines, and its height.
struct Words {
    label: Vec<String>,
    text: Vec<String>,
    height: f64,
}

/// Columns from left to right, rows from above.
pub(super) struct Rows {
    /// Ends of the middle column on the paper, for the data.
    pub(super) pixels: (f64, f64),
    text_left: f64,
    heading: Vec<String>,
    words: Vec<Words>,
}

/// How the numbers of an axis are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// As they are.
    Plain,
    /// As per cent.
    Percent,
}

impl Rows {
    /// Columns as wide as their words need; every row at least `lowest` high.
    pub(super) fn new(words: &[(&str, &str)], heading: &str, lowest: f64) -> Self {
        let natural = |pick: fn(&(&str, &str)) -> String, size: f64, most: f64| {
            words.iter().map(|w| width(&clean(&pick(w)), size)).fold(0.0, f64::max).min(most)
        };
        let label_room = natural(|w| w.0.to_owned(), LABEL, 280.0) + 1.0;
        let head_room = width(&clean(heading), TICK).min(190.0);
        let text_room = natural(|w| w.1.to_owned(), TICK, 240.0).max(head_room) + 1.0;
        let right = MARGIN + INNER - text_room - GAP;
        let row = |(label, text): &(&str, &str)| {
            let (label, text) = (wrap_evenly(label, LABEL, label_room, 3), wrap_evenly(text, TICK, text_room, 3));
            let lines = label.len().max(text.len()).max(1);
            Words { label, text, height: (lines as f64 * leading(LABEL) + 13.0).max(lowest) }
        };
        Self {
            pixels: (MARGIN + label_room + GAP + INSET, right - INSET),
            text_left: right + GAP,
            heading: wrap_evenly(heading, TICK, text_room, 3),
            words: words.iter().map(row).collect(),
        }
    }

    /// The heading of the numbers, from `top`; gives the height where the rows begin.
    pub(super) fn head(&self, sheet: &mut Sheet, top: f64) -> f64 {
        let first = top + self.heading.len() as f64 * leading(TICK) + 8.0;
        for (i, line) in self.heading.iter().rev().enumerate() {
            let y = first - 10.0 - leading(TICK) * i as f64;
            sheet.text((self.text_left, y), Anchor::Start, Type(TICK, SOFT), line);
        }
        first
    }

    /// The middle of every row whose first begins at `first`, and the height under the last.
    pub(super) fn middles(&self, first: f64) -> (Vec<f64>, f64) {
        let mut y = first;
        let mut middles = Vec::with_capacity(self.words.len());
        for row in &self.words {
            middles.push(y + row.height / 2.0);
            y += row.height;
        }
        (middles, y)
    }

    /// Lines between the rows, names and numbers.
    pub(super) fn words(&self, sheet: &mut Sheet, first: f64) {
        let mut y = first;
        for row in &self.words {
            sheet.line((MARGIN, y), (MARGIN + INNER, y), Pen(GRID, 1.0, 1.0));
            let middle = y + row.height / 2.0;
            sheet.lines((MARGIN, middle), Anchor::Start, Type(LABEL, INK), &row.label);
            sheet.lines((self.text_left, middle), Anchor::Start, Type(TICK, INK), &row.text);
            y += row.height;
        }
    }

    /// The axis under the rows with its ticks and label; gives the height under it.
    pub(super) fn axis(&self, sheet: &mut Sheet, scale: &Scale, bottom: f64, numbers: Numbers, label: &str) -> f64 {
        let (left, right) = (self.pixels.0 - INSET, self.pixels.1 + INSET);
        sheet.line((left, bottom), (right, bottom), Pen(RULE, 1.0, 1.0));
        let span = scale.domain.1 - scale.domain.0;
        let room = scale.pixels.1 - scale.pixels.0;
        let written = |at: f64, step: f64| match numbers {
            Numbers::Plain => number(at, step),
            Numbers::Percent => percent(at, step),
        };
        let mut step = round_step(span, (room / 60.0).clamp(2.0, 8.0));
        // Long numbers need a wider step: never two labels on one spot.
        for _ in 0..4 {
            let words: Vec<String> = ticks(scale.domain, step).iter().map(|t| written(*t, step)).collect();
            if widest(&words, TICK) + 12.0 <= room * step / span {
                break;
            }
            step = round_step(step * 1.5, 1.0);
        }
        for tick in ticks(scale.domain, step) {
            let x = scale.at(tick);
            sheet.line((x, bottom), (x, bottom + 4.0), Pen(RULE, 1.0, 1.0));
            sheet.text((x, bottom + 18.0), Anchor::Middle, Type(TICK, SOFT), &written(tick, step));
        }
        frame::axis_label(sheet, f64::midpoint(left, right), bottom + 26.0, right - left, label)
    }

    /// The line under the rows where they have no common axis; gives the height under it.
    pub(super) fn rule(&self, sheet: &mut Sheet, bottom: f64, label: &str) -> f64 {
        let (left, right) = (self.pixels.0 - INSET, self.pixels.1 + INSET);
        sheet.line((MARGIN, bottom), (MARGIN + INNER, bottom), Pen(GRID, 1.0, 1.0));
        frame::axis_label(sheet, f64::midpoint(left, right), bottom + 6.0, right - left, label)
    }
}
