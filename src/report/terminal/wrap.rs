//! Widths and line breaks for text in Japanese and English: a wide character takes two columns and may end a line, a
//! word may not. Knows nothing about tables.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns a text takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Columns a character takes alone.
fn char_width(c: char) -> usize {
    UnicodeWidthChar::width(c).unwrap_or(0)
}

/// Spaces after the text up to `columns`.
pub fn pad_right(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Spaces before the text up to `columns`.
pub fn pad_left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text cut to `columns`, with `~` where it was cut.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_string();
    }
    let mut out = head(text, columns.saturating_sub(1));
    out.push('~');
    if columns == 0 { String::new() } else { out }
}

/// As many characters from the start as fit.
fn head(text: &str, columns: usize) -> String {
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if width(&out) > columns {
            out.pop();
            break;
        }
    }
    out
}

/// Characters that may not begin a line.
const NOT_FIRST: &str = "、。，．・：；？！）」』】〕〉》ー々ゃゅょっぁぃぅぇぉャュョッァィゥェォ%％";
/// Characters that may not end a line.
const NOT_LAST: &str = "（「『【〔〈《";

/// Pieces that no line break may divide, each with the space that stood before it.
fn pieces(text: &str) -> Vec<(bool, String)> {
    let mut out: Vec<(bool, String)> = Vec::new();
    let mut spaced = false;
    let mut wide_before = true;
    for c in text.chars() {
        if c == ' ' {
            spaced = true;
            continue;
        }
        let wide = char_width(c) == 2;
        let glued = match out.last() {
            Some((_, last)) if !spaced => {
                let open = last.chars().next_back().is_some_and(|l| NOT_LAST.contains(l));
                NOT_FIRST.contains(c) || open || char_width(c) == 0 || (!wide && !wide_before)
            }
            _ => false,
        };
        match out.last_mut() {
            Some((_, last)) if glued => last.push(c),
            _ => out.push((spaced && !out.is_empty(), c.to_string())),
        }
        if char_width(c) > 0 {
            wide_before = wide;
        }
        spaced = false;
    }
    signs_joined(out)
}

/// A sign such as `<` stays with what stands on both sides of it: `p < 0.001` is not divided.
fn signs_joined(pieces: Vec<(bool, String)>) -> Vec<(bool, String)> {
    let sign = |piece: &str| matches!(piece, "<" | ">" | "=");
    let mut out: Vec<(bool, String)> = Vec::with_capacity(pieces.len());
    let mut after_sign = false;
    for (spaced, piece) in pieces {
        let is_sign = sign(&piece);
        match out.last_mut() {
            Some((_, last)) if spaced && (is_sign || after_sign) && last.len() + piece.len() < 24 => {
                last.push(' ');
                last.push_str(&piece);
            }
            _ => out.push((spaced, piece)),
        }
        after_sign = is_sign;
    }
    out
}

/// What happens to a piece longer than a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Long {
    Divided,
    Whole,
}

/// Lines of at most `columns`; a piece longer than that is divided. At least one line, which may be empty.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    lines(text, columns, Long::Divided)
}

/// The same, but a piece longer than a line, such as a path, stays whole on a line of its own.
pub fn wrap_words(text: &str, columns: usize) -> Vec<String> {
    lines(text, columns, Long::Whole)
}

fn lines(text: &str, columns: usize, long: Long) -> Vec<String> {
    let columns = columns.max(2);
    let indent = text.len() - text.trim_start_matches(' ').len();
    let mut lines = Vec::new();
    let mut line = " ".repeat(indent.min(columns / 2));
    let mut empty = true;
    for (spaced, piece) in pieces(text) {
        let gap = usize::from(spaced && !empty);
        if !empty && width(&line) + gap + width(&piece) > columns {
            lines.push(std::mem::take(&mut line));
            empty = true;
        }
        if spaced && !empty {
            line.push(' ');
        }
        let mut rest = piece;
        while long == Long::Divided && width(&line) + width(&rest) > columns {
            let part = head(&rest, columns - width(&line).min(columns));
            let part = if part.is_empty() && line.is_empty() { rest.chars().take(1).collect() } else { part };
            rest = rest.chars().skip(part.chars().count()).collect();
            line.push_str(&part);
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(&rest);
        empty = line.is_empty();
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}
