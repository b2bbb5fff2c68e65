//! One column of a piece of a plain table: numbers, dates or text, by its first cell that is not missing. It knows no file.

use super::dates;
use super::faults::Faults;
use super::split::{Grid, Shape};
use super::values::{Commas, Fault, Form, Parsed, number, plain_number};
use super::words::{Tokens, words};
use crate::findings::Level;
use crate::tables::MISSING_DAY;

/// What the cells of a column in one piece are.
pub(super) enum Cells {
    /// Nothing but missing cells.
    Unknown,
    Numbers(Vec<f64>),
    Days(Vec<i32>),
    Texts,
}

/// Types one column of a piece: by its first cell that is not missing, and as text when another does not fit.
pub(super) fn typed(grid: &Grid, column: usize, commas: Commas, shape: &Shape, faults: &mut Faults) -> Cells {
    let name = shape.name(column);
    let mut cells = Cells::Unknown;
    let mut row = 0;
    while row < grid.rows() {
        // Most columns are plain numbers throughout: those are taken as far as they go.
        if let Cells::Numbers(numbers) = &mut cells {
            let short = |row| Some(grid.cell(row, column).as_bytes()).filter(|cell| cell.len() <= MOST_DIGITS);
            numbers.extend((row..grid.rows()).map_while(|row| plain_number(short(row)?)));
            row = numbers.len();
            if row == grid.rows() {
                break;
            }
        }
        let line = u64::from(grid.lines.get(row).copied().unwrap_or(0));
        let mut place = Place { name: &name, column, line, faults };
        let fit = push(&mut cells, grid.cell(row, column), (row, grid.rows()), commas, &mut place);
        if fit == Fit::NoMore {
            return Cells::Texts;
        }
        if matches!(cells, Cells::Texts) {
            break;
        }
        row += 1;
    }
    cells
}

/// Whether a column may stay what it is.
#[derive(PartialEq, Eq)]
enum Fit {
    Fits,
    NoMore,
}

/// Where a cell stands, for its faults.
struct Place<'a> {
    name: &'a str,
    column: usize,
    line: u64,
    faults: &'a mut Faults,
}

impl Place<'_> {
    fn tell(&mut self, code: &str, level: Level, detail: &str) {
        self.faults.cell(code, level, detail, (self.name, self.column + 1), self.line);
    }
}

/// Appends a cell to a column that holds `before` of `rows` cells, choosing its type at the first that is not missing.
fn push(cells: &mut Cells, raw: &str, (before, rows): (usize, usize), commas: Commas, place: &mut Place<'_>) -> Fit {
    match cells {
        Cells::Numbers(numbers) => {
            let Some(value) = as_number(raw, commas, place) else { return Fit::NoMore };
            numbers.push(value);
        }
        Cells::Days(days) => {
            let Some(value) = as_day(raw, place) else { return Fit::NoMore };
            days.push(value);
        }
        Cells::Texts => {}
        Cells::Unknown => {
            if missing(raw.trim()).is_some() {
                return Fit::Fits;
            }
            *cells = if let Some(value) = as_number(raw, commas, place) {
                let mut numbers = Vec::with_capacity(rows);
                numbers.resize(before, f64::NAN);
                numbers.push(value);
                Cells::Numbers(numbers)
            } else if let Some(value) = as_day(raw, place) {
                let mut days = Vec::with_capacity(rows);
                days.resize(before, MISSING_DAY);
                days.push(value);
                Cells::Days(days)
            } else {
                Cells::Texts
            };
        }
    }
    Fit::Fits
}

fn tokens() -> &'static Tokens {
    &words().missing_plain
}

/// The word for missing that a text is, if it is one or empty.
pub(super) fn missing(text: &str) -> Option<&str> {
    if text.is_empty() { Some("") } else { tokens().find(text) }
}

/// Digits that a float holds for sure.
const MOST_DIGITS: usize = 15;

/// The cell as a number, NaN when missing; `None` when the column is no column of numbers.
fn as_number(raw: &str, commas: Commas, place: &mut Place<'_>) -> Option<f64> {
    // More digits than a float holds are an identifier.
    let long = raw.len() > MOST_DIGITS && raw.trim().len() > MOST_DIGITS;
    let digits = long && raw.trim().bytes().all(|b| b.is_ascii_digit());
    match number(raw, tokens(), commas) {
        _ if digits => None,
        Parsed::Value(v) => Some(v),
        Parsed::Converted(v, form @ (Form::FullWidth | Form::Thousands)) => {
            place.tell("value_form", Level::Note, form.name());
            Some(v)
        }
        Parsed::Converted(_, Form::Percent) => None,
        Parsed::Converted(v, _) => Some(v),
        Parsed::Missing | Parsed::Token(_) => Some(f64::NAN),
        Parsed::Bad(fault @ (Fault::NotFinite | Fault::ExcelError)) => {
            place.tell(fault.code(), Level::Error, "");
            Some(f64::NAN)
        }
        Parsed::Bad(_) => None,
    }
}

/// The cell as a day since 1970; `None` when the column is no column of dates.
fn as_day(raw: &str, place: &mut Place<'_>) -> Option<i32> {
    match dates::day(raw, tokens()) {
        Parsed::Value(day) => Some(day.0),
        Parsed::Converted(day, form @ (Form::SlashDate | Form::JapaneseDate)) => {
            place.tell("value_form", Level::Note, form.name());
            Some(day.0)
        }
        Parsed::Converted(day, Form::EraDate) if raw.contains('年') => {
            place.tell("value_form", Level::Note, Form::EraDate.name());
            Some(day.0)
        }
        Parsed::Converted(day, Form::ShortDate | Form::Spaces | Form::WideSpaces | Form::FullWidth) => Some(day.0),
        Parsed::Missing | Parsed::Token(_) => Some(MISSING_DAY),
        _ => None,
    }
}
