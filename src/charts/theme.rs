//! Colours and sizes of all pictures, in one place. Deliberately no font and no position.

use plotters::style::RGBColor;

/// Width of every picture in pixels.
pub(super) const WIDTH: f64 = 960.0;
/// Space left free around everything.
pub(super) const MARGIN: f64 = 28.0;

/// Sizes of text in pixels per em.
pub(super) const TITLE: f64 = 20.0;
/// Second line, legends.
pub(super) const SUBTITLE: f64 = 13.0;
/// Labels of rows.
pub(super) const LABEL: f64 = 13.0;
/// Numbers on axes, headings of columns.
pub(super) const TICK: f64 = 12.0;
/// Notes below the picture.
pub(super) const NOTE: f64 = 11.5;

/// Titles and row labels.
pub(super) const INK: RGBColor = RGBColor(0x1F, 0x29, 0x33);
/// Subtitles, ticks, notes: contrast on white stays above 5 to 1.
pub(super) const SOFT: RGBColor = RGBColor(0x5A, 0x66, 0x72);
/// Axes and whiskers.
pub(super) const RULE: RGBColor = RGBColor(0x8A, 0x94, 0x9E);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(0xE3, 0xE7, 0xEB);
/// Whiskers over bars.
pub(super) const WHISKER: RGBColor = RGBColor(0x37, 0x41, 0x4B);
/// Rows without a mark.
pub(super) const PALE: RGBColor = RGBColor(0x93, 0x9E, 0xA8);
/// The paper.
pub(super) const PAPER: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);

/// Treatment, control, then further groups. The first two differ in hue and in lightness.
const GROUPS: [RGBColor; 6] = [
    RGBColor(0x0B, 0x5C, 0x8A),
    RGBColor(0xD9, 0x7B, 0x29),
    RGBColor(0x5B, 0x8C, 0x5A),
    RGBColor(0x8E, 0x5A, 0x9E),
    RGBColor(0x6B, 0x74, 0x7D),
    RGBColor(0xB0, 0x3A, 0x48),
];

/// From wary (cold) to strong (warm). Blue against orange keeps the two ends apart for every common colour vision,
/// and lightness tells how far a stage is from the middle.
const STAGES: [RGBColor; 10] = [
    RGBColor(0x27, 0x40, 0x7C),
    RGBColor(0x3C, 0x66, 0xA6),
    RGBColor(0x5E, 0x8F, 0xC4),
    RGBColor(0x8D, 0xB5, 0xD8),
    RGBColor(0xA9, 0xC5, 0xC9),
    RGBColor(0xE6, 0xCB, 0x8A),
    RGBColor(0xEE, 0xAE, 0x5B),
    RGBColor(0xE2, 0x8A, 0x3A),
    RGBColor(0xC7, 0x62, 0x26),
    RGBColor(0x98, 0x3F, 0x17),
];

/// Colour of a group: 0 treatment, 1 control, then further ones, round and round.
pub(super) fn group(role: usize) -> RGBColor {
    GROUPS.get(role % GROUPS.len()).copied().unwrap_or(INK)
}

/// Colour of a group's name: darker than its line, so that small letters can be read.
pub(super) fn group_text(role: usize) -> RGBColor {
    mix(group(role), INK, 0.4)
}

/// Colour of stage `index` of `count`: the ten colours, or as many steps between the first and the last.
pub(super) fn stage(index: usize, count: usize) -> RGBColor {
    let last = STAGES.len() - 1;
    let steps = count.max(2) - 1;
    let place = (index.min(steps) * last) as f64 / steps as f64;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    match (STAGES.get(below), STAGES.get(above)) {
        (Some(a), Some(b)) => mix(*a, *b, place - below as f64),
        _ => INK,
    }
}

/// Colour of a share of a heat map: from nearly paper to dark.
pub(super) fn heat(share: f64) -> RGBColor {
    mix(RGBColor(0xF3, 0xF6, 0xF9), RGBColor(0x0B, 0x4A, 0x6F), share.clamp(0.0, 1.0).sqrt())
}

/// Ink or paper, whichever can be read on a colour.
pub(super) fn readable_on(colour: RGBColor) -> RGBColor {
    let light = 0.299 * f64::from(colour.0) + 0.587 * f64::from(colour.1) + 0.114 * f64::from(colour.2);
    if light > 140.0 { INK } else { PAPER }
}

/// A tint of the first group's colour: 0 nearly paper, 1 the colour itself.
pub(super) fn shade(share: f64) -> RGBColor {
    mix(PAPER, group(0), 0.06 + 0.94 * share.clamp(0.0, 1.0))
}

/// A lighter relative of a colour, for grounds under text.
pub(super) fn tint(colour: RGBColor) -> RGBColor {
    mix(PAPER, colour, 0.18)
}

fn mix(a: RGBColor, b: RGBColor, share: f64) -> RGBColor {
    let blend = |x: u8, y: u8| (f64::from(x) + (f64::from(y) - f64::from(x)) * share).round() as u8;
    RGBColor(blend(a.0, b.0), blend(a.1, b.1), blend(a.2, b.2))
}
