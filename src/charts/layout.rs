//! Words into lines that fit: cleaning, wrapping (Japanese has no spaces) and shortening, measured with the real font.
//! Deliberately does not place anything.

use unicode_width::UnicodeWidthChar;

use super::fonts::width;

/// May not begin a line.
const NO_START: &str = "、。，．,.・:;：；?!？！)]}）］｝〕〉》」』】’”ー〜～々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%％…";
/// May not end a line.
const NO_END: &str = "([{（［｛〔〈《「『【‘“¥￥$＄№";
/// No text of a picture needs more; the rest is cut before it is measured.
const LONGEST: usize = 4000;

/// One line of printable text: control characters, invisible direction marks and runs of blanks become single blanks.
pub(super) fn clean(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars().take(LONGEST) {
        if c.is_whitespace() || c.is_control() || is_invisible(c) {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else {
            line.push(c);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

// Marks that turn text around or take no room, and code points that XML does not allow.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}

/// Lines of at most `room` pixels; at most `most` of them, the last one shortened when there is more to say.
pub(super) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    fold(&clean(text), size, room, most).0
}

/// As [`wrap`], but the lines are about equally long: for labels, where a last line of one character looks lost.
pub(super) fn wrap_evenly(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let text = clean(text);
    let (lines, whole) = fold(&text, size, room, most);
    if lines.len() < 2 || !whole {
        return lines;
    }
    let (mut narrow, mut wide, mut best) = (room / lines.len() as f64 * 0.5, room, lines);
    while wide - narrow > size / 2.0 {
        let middle = (narrow + wide) / 2.0;
        let (tried, whole) = fold(&text, size, middle, best.len());
        // A word may not be torn to make lines even.
        if whole && !tears(&text, size, middle) {
            (best, wide) = (tried, middle);
        } else {
            narrow = middle;
        }
    }
    best
}

/// The text, or as much of its beginning as fits with an ellipsis.
pub(super) fn shorten(text: &str, size: f64, room: f64) -> String {
    let mut text = clean(text);
    if width(&text, size) <= room {
        return text;
    }
    while text.pop().is_some() {
        let kept = text.trim_end();
        let short = format!("{kept}…");
        if width(&short, size) <= room {
            return if kept.is_empty() { "…".to_owned() } else { short };
        }
    }
    String::new()
}

/// Width of the widest line.
pub(super) fn widest<S: AsRef<str>>(lines: &[S], size: f64) -> f64 {
    lines.iter().map(|line| width(line.as_ref(), size)).fold(0.0, f64::max)
}

// The lines, and whether the whole text is in them.
fn fold(text: &str, size: f64, room: f64, most: usize) -> (Vec<String>, bool) {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut pieces = pieces(text).into_iter().flat_map(|piece| torn(piece, size, room));
    while let Some(piece) = pieces.next() {
        let longer = format!("{line}{piece}");
        if line.is_empty() || width(longer.trim_end(), size) <= room {
            line = longer;
        } else if lines.len() + 1 < most {
            lines.push(line.trim_end().to_owned());
            line = piece;
        } else {
            let rest: String = std::iter::once(longer).chain(pieces).collect();
            lines.push(shorten(&rest, size, room));
            return (lines, false);
        }
    }
    if !line.trim_end().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    (lines, true)
}

fn tears(text: &str, size: f64, room: f64) -> bool {
    pieces(text).iter().any(|piece| width(piece.trim_end(), size) > room)
}

// A piece wider than the line is cut between characters: better than leaving the picture.
fn torn(piece: String, size: f64, room: f64) -> Vec<String> {
    if width(piece.trim_end(), size) <= room {
        return vec![piece];
    }
    let mut parts = Vec::new();
    let mut part = String::new();
    for c in piece.chars() {
        part.push(c);
        if width(&part, size) > room && part.chars().count() > 1 {
            part.pop();
            parts.push(std::mem::replace(&mut part, c.to_string()));
        }
    }
    parts.push(part);
    parts
}

// The text cut at every place where a line may end; blanks stay at the end of their piece.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut before: (char, char) = (' ', ' ');
    for c in text.chars() {
        if !piece.is_empty() && may_break(before, c) {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push(c);
        before = (before.1, c);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

fn may_break((earlier, last): (char, char), next: char) -> bool {
    if next == ' ' || NO_START.contains(next) || NO_END.contains(last) {
        return false;
    }
    if last == ' ' {
        return true;
    }
    if is_wide(last) || is_wide(next) {
        // A number stays with its unit.
        return !(last.is_ascii_digit() && is_wide(next));
    }
    matches!(last, '/' | '-' | '_') && earlier.is_alphabetic()
}

fn is_wide(c: char) -> bool {
    c.width() == Some(2)
}
