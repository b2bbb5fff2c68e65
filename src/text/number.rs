//! How numbers, p-values, intervals and dates are written. Chooses digits, never rounds anything that is used again.

use super::{Language, say};
use crate::domain::{Day, Month};

/// A count with thousands separators: `1,500,000`.
pub fn count(n: u64) -> String {
    grouped(&n.to_string())
}

/// A decimal number with fixed places and thousands separators; never `-0.00`.
pub fn decimal(x: f64, places: usize) -> String {
    let text = format!("{:.*}", places, x.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
    let zero = text.bytes().all(|b| b == b'0' || b == b'.');
    let sign = if x < 0.0 && !zero { "-" } else { "" };
    match fraction {
        Some(fraction) => format!("{sign}{}.{fraction}", grouped(whole)),
        None => format!("{sign}{}", grouped(whole)),
    }
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Places after the point that suit a quantity of this size: about three significant digits, whole numbers from 100.
pub fn places_for(size: f64) -> usize {
    match size.abs() {
        s if s >= 100.0 => 0,
        s if s >= 10.0 => 1,
        s if s >= 1.0 || s == 0.0 => 2,
        s if s >= 0.01 => 3,
        _ => 4,
    }
}

/// A quantity in its own unit, with as many places as suit its size.
pub fn natural(x: f64) -> String {
    decimal(x, places_for(x))
}

/// A share as per cent: 0.123 -> `12.3%`.
pub fn percent(share: f64, places: usize) -> String {
    format!("{}%", decimal(share * 100.0, places))
}

/// A share as per cent with its sign always written: `+20.1%`.
pub fn signed_percent(share: f64, places: usize) -> String {
    signed(percent(share, places))
}

/// A quantity with its sign always written.
pub fn signed_natural(x: f64) -> String {
    signed(natural(x))
}

fn signed(text: String) -> String {
    let nonzero = text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    if text.starts_with('-') || !nonzero { text } else { format!("+{text}") }
}

/// A p-value for a table: `<0.001`, `0.012`.
pub fn p_value(p: f64) -> String {
    match p {
        p if p < 0.001 => "<0.001".to_string(),
        p if p > 0.999 => ">0.999".to_string(),
        p => decimal(p, 3),
    }
}

/// A p-value for a sentence: `p < 0.001`, `p = 0.012`.
pub fn p_phrase(p: f64) -> String {
    let text = p_value(p);
    match text.strip_prefix(['<', '>']) {
        Some(rest) => format!("p {} {rest}", &text[..1]),
        None => format!("p = {text}"),
    }
}

/// A range in brackets: `[0.15, 0.27]`; an end that does not exist is said in words.
pub fn interval(language: Language, low: Option<f64>, high: Option<f64>, show: impl Fn(f64) -> String) -> String {
    let low = low.map_or_else(|| say(language, "why.no_low", &[]), &show);
    let high = high.map_or_else(|| say(language, "why.no_high", &[]), &show);
    format!("[{low}, {high}]")
}

/// A point with its range: `0.21 [0.15, 0.27]`. A missing point gives the reason in words (`why`, a code of `[why]`).
pub fn with_interval(
    language: Language,
    point: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    why: &str,
    show: impl Fn(f64) -> String,
) -> String {
    match (point, low, high) {
        (None, None, None) => reason(language, why),
        (point, None, None) => {
            format!("{} ({})", point.map_or_else(|| reason(language, why), show), reason(language, why))
        }
        (point, low, high) => {
            let point = point.map_or_else(|| reason(language, why), &show);
            format!("{point} {}", interval(language, low, high, &show))
        }
    }
}

/// A number, or why it is missing in words.
pub fn or_reason(language: Language, value: Option<f64>, why: &str, show: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| reason(language, why), show)
}

/// Why a number is missing: `infinite`, `unbounded`, `undefined`, `hidden`, `too_few`; anything else is "not defined".
pub fn reason(language: Language, why: &str) -> String {
    let key = format!("why.{why}");
    let key = if super::knows(language, &key) { key.as_str() } else { "why.undefined" };
    say(language, key, &[])
}

/// `2024-01-31` as the language writes it; anything else comes back as it is.
pub fn day(language: Language, iso: &str) -> String {
    let Some((year, month, day)) = Day::parse_iso(iso).map(Day::ymd) else { return iso.to_string() };
    match language {
        Language::Ja => format!("{year}年{month}月{day}日"),
        Language::En => format!("{day} {} {year}", month_name(month)),
    }
}

/// `2024-04` as the language writes it; anything else comes back as it is.
pub fn month(language: Language, iso: &str) -> String {
    let Some((year, month)) = Month::parse_iso(iso).map(Month::ym) else { return iso.to_string() };
    match language {
        Language::Ja => format!("{year}年{month}月"),
        Language::En => format!("{} {year}", month_name(month)),
    }
}

fn month_name(month: u32) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES.get(month as usize - 1).copied().unwrap_or("")
}

/// A difference of two shares in percentage points, sign written: -0.024 -> `-2.4`.
pub fn points(difference: f64) -> String {
    signed(decimal(difference * 100.0, 1))
}
