//! A table in columns of text: as wide as its cells need, narrowed where the page is too small, words wrapped inside the
//! cell. Every line fits the page whatever the cells hold.

use super::wrap::{cut, pad_left, pad_right, width, wrap};
use crate::report::brief::{Align, Narrow, Table};
use crate::report::safe;

/// Columns between two columns.
const GAP: usize = 2;
/// A column of words is not made narrower than this while others can give.
const NARROW_WORDS: usize = 14;
/// No column is made narrower than this.
const NARROW: usize = 4;
/// A word of a title keeps at most this width whole; Japanese titles have no words and wrap beyond it.
const TITLE_WORD: usize = 10;
/// Lines of one cell; what is longer is cut.
const CELL_LINES: usize = 6;

/// The table's lines: titles, a rule, the rows. No line is wider than `page`.
pub fn lines(table: &Table, page: usize) -> Vec<String> {
    let rows: Vec<Vec<String>> = table.rows.iter().map(|r| r.iter().map(|c| safe::plain(c)).collect()).collect();
    let titles: Vec<String> = table.columns.iter().map(|(title, _)| safe::plain(title)).collect();
    let sides: Vec<Align> = table.columns.iter().map(|(_, side)| *side).collect();
    let widths = fit(&titles, &rows, &sides, page);
    let mut out = row_lines(&titles, &widths, &sides);
    let rule = widths.iter().map(|w| "-".repeat(*w)).collect::<Vec<_>>().join(&" ".repeat(GAP));
    out.push(cut(&rule, page));
    for row in &rows {
        out.extend(row_lines(row, &widths, &sides));
    }
    out.into_iter().map(|line| cut(&line, page)).collect()
}

/// The widest first column of a table that goes on in further ones.
const FIRST: usize = 30;

/// The table, or several that each fit the page and repeat the first column.
pub fn fitting(table: &Table, page: usize) -> Vec<Table> {
    let texts = |cells: &Vec<String>| cells.iter().map(|c| safe::plain(c)).collect::<Vec<String>>();
    let rows: Vec<Vec<String>> = table.rows.iter().map(texts).collect();
    let titles: Vec<String> = table.columns.iter().map(|(title, _)| safe::plain(title)).collect();
    let widths = needed(&titles, &rows);
    let total: usize = widths.iter().map(|w| w + GAP).sum();
    if table.narrow == Narrow::Cells || total <= page + GAP {
        return vec![table.clone()];
    }
    let first = widths.first().copied().unwrap_or(0).min(FIRST);
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut used = page;
    for (column, width) in widths.iter().enumerate().skip(1) {
        if used + GAP + width > page {
            parts.push(vec![0]);
            used = first;
        }
        used += GAP + width;
        if let Some(part) = parts.last_mut() {
            part.push(column);
        }
    }
    parts.iter().map(|columns| some_columns(table, columns)).collect()
}

fn some_columns(table: &Table, columns: &[usize]) -> Table {
    let cells = |row: &Vec<String>| columns.iter().map(|c| row.get(*c).cloned().unwrap_or_default()).collect();
    let heads = columns.iter().filter_map(|c| table.columns.get(*c).cloned()).collect();
    Table { columns: heads, rows: table.rows.iter().map(cells).collect(), narrow: Narrow::Cells }
}

/// What the cells of every column need in one line, and at least the longest word of its title.
fn needed(titles: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let cell = |i: usize| rows.iter().filter_map(|r| r.get(i)).map(|c| width(c)).max().unwrap_or(0);
    titles.iter().enumerate().map(|(i, title)| cell(i).max(longest_word(title)).max(1)).collect()
}

fn longest_word(title: &str) -> usize {
    title.split(' ').map(width).max().unwrap_or(0).min(TITLE_WORD)
}

/// Widths that fit the page: titles in one line if there is room; else titles wrap, then words give, down to
/// `NARROW_WORDS`, then the widest column gives.
fn fit(titles: &[String], rows: &[Vec<String>], sides: &[Align], page: usize) -> Vec<usize> {
    let mut widths = needed(titles, rows);
    let room = page.saturating_sub(GAP * widths.len().saturating_sub(1));
    for (i, title) in titles.iter().enumerate() {
        let spare = room.saturating_sub(widths.iter().sum());
        let wish = width(title);
        if let Some(w) = widths.get_mut(i).filter(|w| **w < wish && wish - **w <= spare) {
            *w = wish;
        }
    }
    while widths.iter().sum::<usize>() > room {
        let words =
            |i: &usize| matches!(sides.get(*i), Some(Align::Left)) && widths.get(*i).is_some_and(|w| *w > NARROW_WORDS);
        let widest = |among: Vec<usize>| among.into_iter().max_by_key(|i| widths.get(*i).copied().unwrap_or(0));
        let all: Vec<usize> = (0..widths.len()).collect();
        let Some(i) = widest(all.iter().copied().filter(words).collect()).or_else(|| widest(all)) else { break };
        match widths.get_mut(i) {
            Some(w) if *w > NARROW => *w -= 1,
            _ => break,
        }
    }
    widths
}

fn row_lines(cells: &[String], widths: &[usize], sides: &[Align]) -> Vec<String> {
    let wrapped: Vec<Vec<String>> =
        widths.iter().enumerate().map(|(i, w)| cell_lines(cells.get(i).map_or("", String::as_str), *w)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(1);
    (0..height)
        .map(|k| {
            let parts: Vec<String> = wrapped
                .iter()
                .zip(widths.iter().zip(sides))
                .map(|(lines, (w, side))| {
                    let text = lines.get(k).map_or("", String::as_str);
                    match side {
                        Align::Left => pad_right(text, *w),
                        Align::Right => pad_left(text, *w),
                    }
                })
                .collect();
            parts.join(&" ".repeat(GAP)).trim_end().to_string()
        })
        .collect()
}

fn cell_lines(text: &str, columns: usize) -> Vec<String> {
    let mut lines = if width(text) <= columns { vec![text.to_string()] } else { wrap(text, columns) };
    if lines.len() > CELL_LINES {
        lines.truncate(CELL_LINES);
        if let Some(last) = lines.last_mut() {
            *last = format!("{}~", cut(last, columns.saturating_sub(1)).trim_end_matches('~'));
        }
    }
    lines
}
