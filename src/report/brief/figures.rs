//! Digits for a column of numbers: as many places as suit the column, the same in every row, so that points align.
//! Rounds for showing only.

use crate::findings::Why;
use crate::text::{Language, number};

/// Beyond this size a number is written with an exponent, so that a column stays readable.
const LARGE: f64 = 1e9;

/// Places after the point that give the smaller numbers of a column about `digits` significant digits.
pub fn places(values: impl IntoIterator<Item = Option<f64>>, digits: i32) -> usize {
    let smallest =
        values.into_iter().flatten().map(f64::abs).filter(|x| x.is_finite() && *x > 0.0).fold(f64::INFINITY, f64::min);
    if !smallest.is_finite() {
        return 2;
    }
    (digits - 1 - smallest.log10().floor() as i32).clamp(0, 5) as usize
}

/// A number with so many places; very large and very small ones with an exponent.
pub fn figure(x: f64, places: usize) -> String {
    let tiny = x != 0.0 && x.abs() < 0.5 * 10f64.powi(-(places as i32)) && places >= 5;
    if !x.is_finite() {
        "-".to_string()
    } else if x.abs() >= LARGE || tiny {
        format!("{x:.2e}")
    } else {
        number::decimal(x, places)
    }
}

/// The same with its sign always written.
pub fn signed(x: f64, places: usize) -> String {
    let text = figure(x, places);
    let nonzero = text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    if x > 0.0 && nonzero { format!("+{text}") } else { text }
}

/// A number by its own size.
pub fn natural(x: f64) -> String {
    let size = number::places_for(x);
    figure(x, if x != 0.0 && x.abs() < 0.001 { 5 } else { size })
}

/// A number or the reason why there is none, in words.
pub fn or_why(language: Language, value: Option<f64>, why: Option<Why>, show: impl Fn(f64) -> String) -> String {
    number::or_reason(language, value, reason(why), show)
}

/// The code of a reason, as `text` knows it.
pub fn reason(why: Option<Why>) -> &'static str {
    match why {
        Some(Why::Infinite) => "infinite",
        Some(Why::Unbounded) => "unbounded",
        Some(Why::Hidden) => "hidden",
        Some(Why::TooFew) => "too_few",
        Some(Why::Undefined) | None => "undefined",
    }
}

/// `low` to `high` in brackets for a whole column, padded so that the commas stand below each other. A range without
/// either end is empty: the reason stands where the number would.
pub fn ranges(language: Language, ends: &[(Option<f64>, Option<f64>)], show: impl Fn(f64) -> String) -> Vec<String> {
    let low: Vec<String> = ends.iter().map(|(low, _)| low.map_or_else(String::new, &show)).collect();
    let high: Vec<String> = ends.iter().map(|(_, high)| high.map_or_else(String::new, &show)).collect();
    let widest = |texts: &[String]| texts.iter().map(|t| t.chars().count()).max().unwrap_or(0);
    let (left, right) = (widest(&low), widest(&high));
    ends.iter()
        .zip(low.iter().zip(&high))
        .map(|(end, (low, high))| match end {
            (None, None) => String::new(),
            (Some(_), Some(_)) => format!("[{low:>left$}, {high:>right$}]"),
            _ => number::interval(language, end.0, end.1, &show),
        })
        .collect()
}

/// A point and a range with a space between; the point alone when there is no range.
pub fn joined(point: &str, range: &str) -> String {
    if range.is_empty() { point.to_string() } else { format!("{point} {range}") }
}
