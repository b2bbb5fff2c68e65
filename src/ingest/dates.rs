//! Days, months and waves as people, eras and spreadsheets write them. An impossible or ambiguous date is a fault, never a
//! guess; whether a date makes sense in its place is not asked here.

use super::values::{Fault, Form, Parsed, absent, tidy};
use super::words::Tokens;
use crate::domain::{Day, Month};

/// A day.
pub fn day<'w>(raw: &str, missing: &'w Tokens) -> Parsed<'w, Day> {
    if let Some(value) = iso_day(raw.as_bytes()) {
        return Parsed::Value(value);
    }
    let (text, form) = tidy(raw);
    if let Some(judged) = absent(&text, missing) {
        return judged;
    }
    match calendar(&text) {
        Ok((Span::Day(value), None)) => Parsed::Value(value).tidied(form),
        Ok((Span::Day(value), Some(form))) => Parsed::Converted(value, form),
        Ok((Span::Month(value), _)) => Parsed::Converted(value.first(), Form::MonthOnly),
        Err(fault) => Parsed::Bad(fault),
    }
}

/// A month; a day inside it will do.
pub fn month<'w>(raw: &str, missing: &'w Tokens) -> Parsed<'w, Month> {
    if let Some(value) = Month::parse_iso(raw).filter(|_| raw.is_ascii()) {
        return Parsed::Value(value);
    }
    if let Some(value) = iso_day(raw.as_bytes()) {
        return Parsed::Value(value.month());
    }
    let (text, form) = tidy(raw);
    if let Some(judged) = absent(&text, missing) {
        return judged;
    }
    match calendar(&text) {
        Ok((Span::Month(value), None)) => Parsed::Value(value).tidied(form),
        Ok((Span::Month(value), Some(form))) => Parsed::Converted(value, form),
        Ok((Span::Day(value), None)) => Parsed::Value(value.month()).tidied(form),
        Ok((Span::Day(value), Some(_))) => Parsed::Converted(value.month(), Form::DayForMonth),
        Err(Fault::BadDate) => Parsed::Bad(Fault::BadMonth),
        Err(fault) => Parsed::Bad(fault),
    }
}

/// A wave: a day becomes ISO text, a month written with 年 `2025-04`, anything else is a label, trimmed and folded.
pub fn wave<'w>(raw: &str, missing: &'w Tokens) -> Parsed<'w, String> {
    if iso_day(raw.as_bytes()).is_some() {
        return Parsed::Value(raw.to_string());
    }
    let (text, form) = tidy(raw);
    if let Some(judged) = absent(&text, missing) {
        return judged;
    }
    // A label of digits alone is an order (1, 2, 2024) unless it can only be a date.
    if text.len() < 5 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Parsed::Value(text.into_owned()).tidied(form);
    }
    match calendar(&text) {
        Ok((Span::Day(value), how)) => Parsed::Value(value.to_string()).tidied(how.or(form)),
        // 2024-1 or S2-3 may be a month or an order of one's own: such labels stay as they are.
        Ok((Span::Month(value), how)) if text.contains('年') => Parsed::Value(value.to_string()).tidied(how.or(form)),
        Err(fault @ (Fault::AmbiguousDate | Fault::TwoDigitYear | Fault::TimeZone)) => Parsed::Bad(fault),
        Err(_) if looks_iso(&text) => Parsed::Bad(Fault::BadDate),
        _ => Parsed::Value(text.into_owned()).tidied(form),
    }
}

fn looks_iso(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    matches!(shape.as_str(), "0000-00-00" | "0000/00/00" | "0000/0/0" | "0000/00/0" | "0000/0/00")
}

/// `2025-04-01` and nothing else, without allocation.
#[inline]
fn iso_day(b: &[u8]) -> Option<Day> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = b else { return None };
    let all = [y1, y2, y3, y4, m1, m2, d1, d2];
    if !all.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let two = |a: u8, b: u8| u32::from(a - b'0') * 10 + u32::from(b - b'0');
    Day::from_ymd((two(y1, y2) * 100 + two(y3, y4)) as i32, two(m1, m2), two(d1, d2))
}

/// The day of a serial number in Excel's 1900 system; serial 60 is a day that never was.
pub fn excel_1900(serial: u32) -> Option<Day> {
    let first = Day::from_ymd(1900, 1, 1)?.0;
    match serial {
        1..=59 => Some(Day(first + serial as i32 - 1)),
        61..=2_958_465 => Some(Day(first + serial as i32 - 2)),
        _ => None,
    }
}

#[derive(Debug, Clone, Copy)]
enum Span {
    Day(Day),
    Month(Month),
}

type Read = Result<(Span, Option<Form>), Fault>;

/// A tidied spelling of a day or a month.
fn calendar(text: &str) -> Read {
    if text.len() > 64 {
        return Err(Fault::BadDate);
    }
    let text = arabic(without_weekday(text));
    if let Some((era, rest)) = era(&text) {
        return in_era(era, rest);
    }
    let parts = Parts::of(&text);
    let (date, clock) = parts.split_clock();
    let (span, form) = western(&date)?;
    match clock {
        Clock::None => Ok((span, form)),
        Clock::Zone => Err(Fault::TimeZone),
        Clock::Midnight => Ok((span, form.or(Some(Form::Midnight)))),
        Clock::Time => Ok((span, Some(Form::TimeOfDay))),
        Clock::Nonsense => Err(Fault::BadDate),
    }
}

fn without_weekday(text: &str) -> &str {
    let Some((before, rest)) = text.split_once('(') else { return text };
    let day = rest.strip_suffix(')').map(|d| d.trim_end_matches("曜日").trim_end_matches('曜'));
    match day {
        Some("月" | "火" | "水" | "木" | "金" | "土" | "日") => before.trim_end(),
        _ => text,
    }
}

/// Kanji numerals and 元 before 年, 月 or 日 as digits.
fn arabic(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\0']) {
        if "〇零一二三四五六七八九十元".contains(c) {
            run.push(c);
            continue;
        }
        if !run.is_empty() {
            match kanji_number(&run).filter(|_| matches!(c, '年' | '月' | '日')) {
                Some(n) => out.push_str(&n.to_string()),
                None => out.push_str(&run),
            }
            run.clear();
        }
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

fn kanji_number(run: &str) -> Option<u32> {
    if run == "元" {
        return Some(1);
    }
    let digit = |c: char| "〇一二三四五六七八九".chars().position(|d| d == c || (c == '零' && d == '〇'));
    if let Some((tens, ones)) = run.split_once('十') {
        let tens = if tens.is_empty() { 1 } else { single(tens, digit)? };
        let ones = if ones.is_empty() { 0 } else { single(ones, digit)? };
        return Some(tens * 10 + ones);
    }
    run.chars().try_fold(0u32, |n, c| n.checked_mul(10)?.checked_add(digit(c)? as u32))
}

fn single(text: &str, digit: impl Fn(char) -> Option<usize>) -> Option<u32> {
    let mut chars = text.chars();
    let first = digit(chars.next()?)?;
    chars.next().is_none().then_some(first as u32)
}

/// An era: its spellings, first and last day.
struct Era {
    kanji: &'static str,
    letter: char,
    from: (i32, u32, u32),
    to: (i32, u32, u32),
}

/// Days of accession; an era's year 1 is the calendar year of its first day.
static ERAS: [Era; 5] = [
    Era { kanji: "令和", letter: 'R', from: (2019, 5, 1), to: (9999, 12, 31) },
    Era { kanji: "平成", letter: 'H', from: (1989, 1, 8), to: (2019, 4, 30) },
    Era { kanji: "昭和", letter: 'S', from: (1926, 12, 25), to: (1989, 1, 7) },
    Era { kanji: "大正", letter: 'T', from: (1912, 7, 30), to: (1926, 12, 24) },
    Era { kanji: "明治", letter: 'M', from: (1868, 10, 23), to: (1912, 7, 29) },
];

fn era(text: &str) -> Option<(&'static Era, &str)> {
    ERAS.iter().find_map(|era| {
        let rest = text.strip_prefix(era.kanji).or_else(|| {
            let mut chars = text.chars();
            let letter = chars.next()?.to_ascii_uppercase() == era.letter;
            let rest = chars.as_str();
            (letter && rest.trim_start().starts_with(|c: char| c.is_ascii_digit())).then_some(rest)
        })?;
        Some((era, rest.trim_start()))
    })
}

fn in_era(era: &Era, rest: &str) -> Read {
    let parts = Parts::of(rest);
    let short = |i: usize| parts.numbers.get(i).filter(|n| n.digits <= 2).map(|n| n.value);
    let year = short(0).filter(|y| *y >= 1).ok_or(Fault::BadDate)? as i32 + era.from.0 - 1;
    let form = Some(Form::EraDate);
    match parts.pattern.as_str() {
        "#年#月#日" | "#.#.#" | "#/#/#" | "#-#-#" => {
            let (month, day) = short(1).zip(short(2)).ok_or(Fault::BadDate)?;
            let ymd = (year, month, day);
            let day = Day::from_ymd(year, month, day).filter(|_| era.from <= ymd && ymd <= era.to);
            Ok((Span::Day(day.ok_or(Fault::BadDate)?), form))
        }
        "#年#月" | "#.#" | "#/#" | "#-#" => {
            let month = short(1).filter(|m| (1..=12).contains(m)).ok_or(Fault::BadDate)?;
            let within = (era.from.0, era.from.1) <= (year, month) && (year, month) <= (era.to.0, era.to.1);
            if !within {
                return Err(Fault::BadDate);
            }
            Ok((Span::Month(Month::new(year, month)), form))
        }
        _ => Err(Fault::BadDate),
    }
}

/// Dates of the common calendar, and serial numbers.
fn western(parts: &Parts) -> Read {
    let n = |i: usize| parts.numbers.get(i).copied().unwrap_or_default();
    let (a, b, c) = (n(0), n(1), n(2));
    let day = |form| {
        let fits = a.digits == 4 && b.digits <= 2 && c.digits <= 2;
        let day = Day::from_ymd(a.value as i32, b.value, c.value).filter(|_| fits);
        day.map(|d| (Span::Day(d), form)).ok_or(Fault::BadDate)
    };
    let month = |form| {
        let fits = a.digits == 4 && a.value >= 1 && b.digits <= 2 && (1..=12).contains(&b.value);
        if fits { Ok((Span::Month(Month::new(a.value as i32, b.value)), form)) } else { Err(Fault::BadDate) }
    };
    match parts.pattern.as_str() {
        "#-#-#" | "#/#/#" | "#.#.#" if a.digits <= 2 && c.digits == 4 => Err(Fault::AmbiguousDate),
        "#-#-#" | "#/#/#" | "#.#.#" if a.digits <= 2 && b.digits <= 2 && c.digits <= 2 => Err(Fault::TwoDigitYear),
        "#-#-#" => day(if b.digits == 2 && c.digits == 2 { None } else { Some(Form::ShortDate) }),
        "#/#/#" => day(Some(Form::SlashDate)),
        "#.#.#" => day(Some(Form::DotDate)),
        "#年#月#日" => day(Some(Form::JapaneseDate)),
        "#-#" => month(if b.digits == 2 { None } else { Some(Form::ShortDate) }),
        "#/#" => month(Some(Form::SlashDate)),
        "#年#月" => month(Some(Form::JapaneseDate)),
        "#.#" if a.digits == 5 => serial(a.value),
        "#.#" => month(Some(Form::DotDate)),
        "#" => digits_only(a),
        _ => Err(Fault::BadDate),
    }
}

fn digits_only(n: Number) -> Read {
    let form = Some(Form::CompactDate);
    match n.digits {
        5 => serial(n.value),
        8 => Day::from_ymd((n.value / 10_000) as i32, n.value / 100 % 100, n.value % 100)
            .filter(|_| (18_000_000..22_000_000).contains(&n.value))
            .map(|d| (Span::Day(d), form))
            .ok_or(Fault::BadDate),
        6 if (180_000..220_000).contains(&n.value) && (1..=12).contains(&(n.value % 100)) => {
            Ok((Span::Month(Month::new((n.value / 100) as i32, n.value % 100)), form))
        }
        _ => Err(Fault::BadDate),
    }
}

/// Serials from 1954 to 2119; others are more likely something else.
fn serial(n: u32) -> Read {
    let day = excel_1900(n).filter(|_| (20_000..=80_000).contains(&n)).ok_or(Fault::BadDate)?;
    Ok((Span::Day(day), Some(Form::ExcelSerial)))
}

#[derive(Debug, Clone, Copy, Default)]
struct Number {
    value: u32,
    digits: usize,
}

/// The numbers of a spelling, and what stands around them: `2025/4/1 9:30` is `#/#/# #:#`.
#[derive(Debug, Default)]
struct Parts {
    numbers: Vec<Number>,
    pattern: String,
}

enum Clock {
    None,
    Midnight,
    Time,
    Zone,
    Nonsense,
}

impl Parts {
    fn of(text: &str) -> Self {
        let mut parts = Self::default();
        let mut under_way = false;
        for c in text.chars() {
            if let Some(digit) = c.to_digit(10).filter(|_| c.is_ascii()) {
                if !under_way {
                    parts.numbers.push(Number::default());
                    parts.pattern.push('#');
                }
                under_way = true;
                if let Some(n) = parts.numbers.last_mut() {
                    n.value = n.value.saturating_mul(10).saturating_add(digit);
                    n.digits += 1;
                }
            } else {
                under_way = false;
                parts.pattern.push(c);
            }
        }
        // Spaces beside 年, 月 and 日 mean nothing.
        for mark in ["年", "月"] {
            parts.pattern = parts.pattern.replace(&format!("{mark} #"), &format!("{mark}#"));
        }
        parts
    }

    /// The date's parts, and what kind of time follows them.
    fn split_clock(mut self) -> (Self, Clock) {
        let Some(at) = self.pattern.find([' ', 'T', 't']).filter(|_| self.pattern.contains(':')) else {
            return (self, Clock::None);
        };
        let time = self.pattern.split_off(at);
        let kept = self.pattern.matches('#').count();
        let numbers = self.numbers.split_off(kept.min(self.numbers.len()));
        let body = time.get(1..).unwrap_or("");
        let zoned = body.contains(['+', '-']) || body.ends_with(|c: char| c.is_ascii_alphabetic());
        let n = |i: usize| numbers.get(i).map_or(0, |n| n.value);
        let clock = match body {
            _ if n(0) > 23 || n(1) > 59 || n(2) > 60 => Clock::Nonsense,
            _ if zoned => Clock::Zone,
            "#:#" | "#:#:#" | "#:#:#.#" if numbers.iter().all(|n| n.value == 0) => Clock::Midnight,
            "#:#" | "#:#:#" | "#:#:#.#" => Clock::Time,
            _ => Clock::Nonsense,
        };
        (self, clock)
    }
}
