//! Streams from stages before to stages after, as wide as there are people, lowest stage at the bottom on both sides.
//! Deliberately draws shown streams only: the note says that hidden ones are missing.

use super::figure::{Stream, Streams};
use super::frame;
use super::layout::{shorten, widest};
use super::sheet::{Anchor, Sheet, Type, leading};
use super::theme::{self, INK, LABEL, MARGIN, SOFT, SUBTITLE, WIDTH};

const HEIGHT: f64 = 430.0;
const NODE: f64 = 12.0;
const BETWEEN: f64 = 7.0;
/// A name needs so much room over and under.
const LEAST: f64 = 15.0;

/// Draws the streams.
pub(super) fn sheet(streams: &Streams) -> Sheet {
    let (mut sheet, top) = frame::open(&streams.caption);
    let count = streams.stages.len();
    let names = widest(&streams.stages, LABEL).clamp(60.0, 200.0);
    let x = [MARGIN + names + 10.0, WIDTH - MARGIN - names - 10.0];
    sheet.text((x[0], top + SUBTITLE), Anchor::Middle, Type(SUBTITLE, SOFT), &streams.sides[0]);
    sheet.text((x[1], top + SUBTITLE), Anchor::Middle, Type(SUBTITLE, SOFT), &streams.sides[1]);
    let top = top + leading(SUBTITLE) + 10.0;
    let side = |of: fn(&Stream) -> usize| -> Vec<f64> {
        let mut sums = vec![0.0; count];
        for stream in streams.streams.iter().filter(|s| s.people.is_finite() && s.people > 0.0) {
            if let Some(sum) = sums.get_mut(of(stream)) {
                *sum += stream.people;
            }
        }
        sums
    };
    let sums = [side(|s| s.from), side(|s| s.to)];
    let total: f64 = sums[0].iter().sum();
    if total <= 0.0 {
        return frame::close(sheet, top, &streams.caption);
    }
    let scale = HEIGHT / total;
    let nodes = sums.each_ref().map(|sums| places(sums, scale));
    let bottom = top + nodes.iter().flatten().map(|(_, high)| *high).fold(0.0, f64::max);
    // Heights count from the bottom.
    let mut used = nodes.each_ref().map(|nodes| nodes.iter().map(|(low, _)| *low).collect::<Vec<f64>>());
    let mut ordered: Vec<&Stream> = streams.streams.iter().filter(|s| s.people > 0.0).collect();
    ordered.sort_by_key(|s| (s.from, s.to));
    for stream in ordered {
        let thick = stream.people * scale;
        let (Some(a), Some(b)) = (used[0].get(stream.from).copied(), used[1].get(stream.to).copied()) else { continue };
        ribbon(
            &mut sheet,
            (x[0] + NODE, bottom - a),
            (x[1] - NODE, bottom - b),
            thick,
            theme::stage(stream.from, count),
        );
        if let Some(used) = used[0].get_mut(stream.from) {
            *used += thick;
        }
        if let Some(used) = used[1].get_mut(stream.to) {
            *used += thick;
        }
    }
    for (at, (nodes, sums)) in nodes.iter().zip(&sums).enumerate() {
        for (stage, (low, high)) in nodes.iter().enumerate() {
            let (from, to) = if at == 0 { (x[0], x[0] + NODE) } else { (x[1] - NODE, x[1]) };
            let size = (sums.get(stage).copied().unwrap_or(0.0) * scale).max(1.0);
            sheet.rect((from, bottom - low - size), (to, bottom - low), theme::stage(stage, count));
            let name = streams.stages.get(stage).map_or("", String::as_str);
            let (place, anchor) = if at == 0 { (from - 8.0, Anchor::End) } else { (to + 8.0, Anchor::Start) };
            let middle = (place, bottom - (low + (low + size).min(*high)) / 2.0);
            sheet.lines(middle, anchor, Type(LABEL, INK), &[shorten(name, LABEL, names)]);
        }
    }
    for stream in &streams.streams {
        if let (Some(from), Some(to)) = (streams.stages.get(stream.from), streams.stages.get(stream.to)) {
            sheet.describe(&format!("{from} - {to}: {:.0}", stream.people));
        }
    }
    frame::close(sheet, bottom + 6.0, &streams.caption)
}

/// Lower and upper end of each node from the bottom: every one has room for its name.
fn places(sums: &[f64], scale: f64) -> Vec<(f64, f64)> {
    let mut at = 0.0;
    sums.iter()
        .map(|sum| {
            let size = (sum * scale).max(LEAST);
            let place = (at, at + size);
            at += size + BETWEEN;
            place
        })
        .collect()
}

/// A band that leaves and arrives level.
fn ribbon(sheet: &mut Sheet, from: (f64, f64), to: (f64, f64), thick: f64, colour: plotters::style::RGBColor) {
    const PARTS: usize = 24;
    let point = |part: usize, lift: f64| {
        let t = part as f64 / PARTS as f64;
        let ease = t * t * (3.0 - 2.0 * t);
        (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * ease - lift)
    };
    let lower = (0..=PARTS).map(|part| point(part, 0.0));
    let upper = (0..=PARTS).rev().map(|part| point(part, thick));
    sheet.area(lower.chain(upper).collect(), colour, 0.5);
}
