//! Numbers and words as people and spreadsheets write them. A value is read, read with a named conversion, missing, or a
//! named fault; whether it lies in its range is not asked here.

use super::words::Tokens;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// How a cell was spelled when it was not spelled plainly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// ASCII spaces around it.
    Spaces,
    /// No-break or ideographic spaces around it.
    WideSpaces,
    /// Full-width digits or letters.
    FullWidth,
    /// Half-width kana in a text.
    HalfWidthKana,
    /// 1,234,000
    Thousands,
    /// 85 %: read as 85.
    Percent,
    /// 1E+05
    Scientific,
    /// 2025-4-1
    ShortDate,
    /// 2025/4/1
    SlashDate,
    /// 2025.4.1
    DotDate,
    /// 20250401 or 202504
    CompactDate,
    /// 2025年4月1日
    JapaneseDate,
    /// 令和7年4月1日, R7.4.1
    EraDate,
    /// 45383, days in Excel's 1900 system.
    ExcelSerial,
    /// A date with the time 00:00:00.
    Midnight,
    /// A date with a time of day, which is dropped.
    TimeOfDay,
    /// A month where a day belongs: its first day.
    MonthOnly,
    /// A day where a month belongs, not in ISO.
    DayForMonth,
    /// The Japanese or English name of a topic, stage or status in place of its code.
    Name,
    /// Another spelling of such a name.
    Alias,
}

impl Form {
    /// The stable word for it, the `detail` of the issue `value_form`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spaces => "spaces",
            Self::WideSpaces => "wide_spaces",
            Self::FullWidth => "full_width",
            Self::HalfWidthKana => "half_width_kana",
            Self::Thousands => "thousands",
            Self::Percent => "percent",
            Self::Scientific => "scientific",
            Self::ShortDate => "short_date",
            Self::SlashDate => "slash_date",
            Self::DotDate => "dot_date",
            Self::CompactDate => "compact_date",
            Self::JapaneseDate => "japanese_date",
            Self::EraDate => "era_date",
            Self::ExcelSerial => "excel_serial",
            Self::Midnight => "midnight",
            Self::TimeOfDay => "time_of_day",
            Self::MonthOnly => "month_only",
            Self::DayForMonth => "day_for_month",
            Self::Name => "name",
            Self::Alias => "alias",
        }
    }
}

/// Why a cell fits nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No number: words, currency signs, 万, ▲, clock times, decimal commas.
    BadNumber,
    /// 3,500 in a file cut at semicolons: thousands or decimals?
    AmbiguousNumber,
    /// NaN, inf, 1e999.
    NotFinite,
    /// #REF! and its kin.
    ExcelError,
    /// No such day, or no date.
    BadDate,
    /// 04/05/2024: day or month first?
    AmbiguousDate,
    /// 20/04/01
    TwoDigitYear,
    /// A time zone: the day depends on it.
    TimeZone,
    /// No such month, or no month.
    BadMonth,
    /// Not a topic of the study.
    UnknownTopic,
    /// Neither held, scheduled nor cancelled.
    UnknownStatus,
    /// Neither a level nor a stage.
    BadLevel,
    /// A NUL byte.
    Nul,
    /// A character that cannot be seen.
    Invisible(char),
    /// A control character.
    Control,
}

impl Fault {
    /// The stable code of its issue.
    pub fn code(self) -> &'static str {
        match self {
            Self::BadNumber => "bad_number",
            Self::AmbiguousNumber => "ambiguous_number",
            Self::NotFinite => "not_finite",
            Self::ExcelError => "excel_error",
            Self::BadDate => "bad_date",
            Self::AmbiguousDate => "ambiguous_date",
            Self::TwoDigitYear => "two_digit_year",
            Self::TimeZone => "time_zone",
            Self::BadMonth => "bad_month",
            Self::UnknownTopic => "unknown_topic",
            Self::UnknownStatus => "unknown_status",
            Self::BadLevel => "bad_level",
            Self::Nul => "nul_in_cell",
            Self::Invisible(_) => "invisible_character",
            Self::Control => "control_character",
        }
    }
}

/// A cell, judged.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed<'w, T> {
    /// Spelled plainly.
    Value(T),
    /// Read, with a conversion worth telling.
    Converted(T, Form),
    /// Blank.
    Missing,
    /// A word for a missing answer, as listed in `headers.toml`.
    Token(&'w str),
    /// Fits nothing.
    Bad(Fault),
}

impl<'w, T> Parsed<'w, T> {
    /// The value, if one was read.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(v) | Self::Converted(v, _) => Some(v),
            _ => None,
        }
    }

    /// The same judgement of another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Parsed<'w, U> {
        match self {
            Self::Value(v) => Parsed::Value(f(v)),
            Self::Converted(v, form) => Parsed::Converted(f(v), form),
            Self::Missing => Parsed::Missing,
            Self::Token(t) => Parsed::Token(t),
            Self::Bad(fault) => Parsed::Bad(fault),
        }
    }

    /// A plain value becomes a converted one if its spelling was tidied first.
    pub(super) fn tidied(self, form: Option<Form>) -> Self {
        match (self, form) {
            (Self::Value(v), Some(form)) => Parsed::Converted(v, form),
            (other, _) => other,
        }
    }
}

/// What a comma between digits may mean in this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commas {
    /// Thousands.
    Thousands,
    /// Thousands or decimals: the file is cut at semicolons.
    Unsure,
}

/// Trims and folds to NFKC, telling what was done.
pub(super) fn tidy(raw: &str) -> (Cow<'_, str>, Option<Form>) {
    let trimmed = raw.trim();
    let mut form = None;
    if trimmed.len() < raw.len() {
        let wide = raw.chars().any(|c| c.is_whitespace() && !c.is_ascii());
        form = Some(if wide { Form::WideSpaces } else { Form::Spaces });
    }
    if trimmed.is_ascii() {
        return (Cow::Borrowed(trimmed), form);
    }
    let folded: String = trimmed.nfkc().map(|c| if c == '\u{2212}' { '-' } else { c }).collect();
    if folded != trimmed {
        form = Some(Form::FullWidth);
    }
    (Cow::Owned(folded.trim().to_string()), form)
}

/// What every kind of cell has in common: blank, a word for missing, NUL, an error of a spreadsheet.
pub(super) fn absent<'w, T>(text: &str, missing: &'w Tokens) -> Option<Parsed<'w, T>> {
    if text.is_empty() {
        return Some(Parsed::Missing);
    }
    if let Some(token) = missing.find(text) {
        return Some(Parsed::Token(token));
    }
    if text.contains('\0') {
        return Some(Parsed::Bad(Fault::Nul));
    }
    let spreadsheet =
        ["#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"];
    let wrong = text.starts_with('#') && spreadsheet.iter().any(|e| text.eq_ignore_ascii_case(e));
    wrong.then_some(Parsed::Bad(Fault::ExcelError))
}

/// A number.
pub fn number<'w>(raw: &str, missing: &'w Tokens, commas: Commas) -> Parsed<'w, f64> {
    if let Some(value) = plain_number(raw.as_bytes()).or_else(|| long_number(raw)) {
        return Parsed::Value(value);
    }
    let (text, form) = tidy(raw);
    if let Some(judged) = absent(&text, missing) {
        return judged;
    }
    careful_number(&text, commas).tidied(form)
}

/// Digits with at most one point and a minus sign, exactly: up to 15 digits in all, scaled by an exact power of ten.
#[inline]
pub(super) fn plain_number(bytes: &[u8]) -> Option<f64> {
    // Signs come as they please: they are not branched on.
    let negative = bytes.first() == Some(&b'-');
    let digits = bytes.get(usize::from(negative)..)?;
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let (mut whole, mut at, mut point) = (0u64, 0, None);
    while let Some(byte) = digits.get(at) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        whole = whole * 10 + u64::from(digit);
        at += 1;
    }
    if at < digits.len() {
        if digits.get(at) != Some(&b'.') || at == 0 || at + 1 == digits.len() {
            return None;
        }
        point = Some(digits.len() - 1 - at);
        for byte in digits.get(at + 1..)? {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            whole = whole * 10 + u64::from(digit);
        }
    }
    if whole >= 1_000_000_000_000_000 {
        return None;
    }
    // Both operands are exact, so the quotient is the correctly rounded value of the spelling.
    let value = match point {
        None => whole as f64,
        Some(places) => whole as f64 / POWERS.get(places)?,
    };
    Some(f64::from_bits(value.to_bits() | u64::from(negative) << 63))
}

/// Digits, a point and a minus sign, of any length: the standard library rounds it correctly.
#[inline]
fn long_number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let plain = digits.first()?.is_ascii_digit() && digits.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    plain.then(|| text.parse().ok().filter(|v: &f64| v.is_finite()))?
}

const POWERS: [f64; 17] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16];

fn careful_number<'w>(text: &str, commas: Commas) -> Parsed<'w, f64> {
    let bare = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    if matches!(bare.as_str(), "nan" | "inf" | "infinity") {
        return Parsed::Bad(Fault::NotFinite);
    }
    if let Some(share) = text.strip_suffix('%') {
        return match careful_number(share.trim_end(), commas) {
            Parsed::Value(v) | Parsed::Converted(v, _) => Parsed::Converted(v, Form::Percent),
            other => other,
        };
    }
    if text.contains(',') {
        return thousands(text, commas);
    }
    if !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) {
        return Parsed::Bad(Fault::BadNumber);
    }
    match text.parse::<f64>() {
        Ok(v) if !v.is_finite() => Parsed::Bad(Fault::NotFinite),
        Ok(v) if text.contains(['e', 'E']) => Parsed::Converted(v, Form::Scientific),
        Ok(v) => Parsed::Value(v),
        Err(_) => Parsed::Bad(Fault::BadNumber),
    }
}

/// Groups of three digits behind a first of one to three.
fn thousands<'w>(text: &str, commas: Commas) -> Parsed<'w, f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let mut groups = whole.split(',');
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let first = groups.next().is_some_and(|g| digits(g) && g.len() <= 3);
    if !first || !groups.all(|g| digits(g) && g.len() == 3) || !digits(fraction) {
        return Parsed::Bad(Fault::BadNumber);
    }
    if commas == Commas::Unsure && whole.matches(',').count() == 1 && !unsigned.contains('.') {
        return Parsed::Bad(Fault::AmbiguousNumber);
    }
    match text.replace(',', "").parse() {
        Ok(v) => Parsed::Converted(v, Form::Thousands),
        Err(_) => Parsed::Bad(Fault::BadNumber),
    }
}

/// Characters that cannot be seen and change what is compared: zero width, direction marks, soft hyphen.
pub(super) fn invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Plain printable ASCII without spaces around it: nothing to tidy.
#[inline]
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| (b' '..0x7F).contains(b)) && bytes.first() != Some(&b' ') && bytes.last() != Some(&b' ')
}

/// An identifier: trimmed, never folded.
pub(super) fn identifier<'r, 'w>(raw: &'r str, missing: &'w Tokens) -> Parsed<'w, &'r str> {
    let trimmed = raw.trim();
    if let Some(judged) = absent(trimmed, missing) {
        return judged;
    }
    if is_plain(raw.as_bytes()) {
        return Parsed::Value(raw);
    }
    if let Some(c) = trimmed.chars().find(|c| invisible(*c)) {
        return Parsed::Bad(Fault::Invisible(c));
    }
    if trimmed.chars().any(char::is_control) {
        return Parsed::Bad(Fault::Control);
    }
    Parsed::Value(trimmed).tidied(spaces(raw, trimmed))
}

fn spaces(raw: &str, trimmed: &str) -> Option<Form> {
    let wide = raw.chars().any(|c| c.is_whitespace() && !c.is_ascii());
    (trimmed.len() < raw.len()).then_some(if wide { Form::WideSpaces } else { Form::Spaces })
}

/// A category: trimmed, full-width letters and digits and half-width kana folded, everything else left as written
/// (NFKC would take ㈱ and ① apart). The second part is what was seen in it and taken out.
pub(super) fn category<'r, 'w>(raw: &'r str, missing: &'w Tokens) -> (Parsed<'w, Cow<'r, str>>, Option<Fault>) {
    let trimmed = raw.trim();
    if let Some(judged) = absent(trimmed, missing) {
        return (judged, None);
    }
    if is_plain(raw.as_bytes()) {
        return (Parsed::Value(Cow::Borrowed(raw)), None);
    }
    let hidden = trimmed.chars().find(|c| invisible(*c)).map(Fault::Invisible);
    let control = trimmed.chars().any(unprintable);
    let found = hidden.or(control.then_some(Fault::Control));
    let full = trimmed.chars().any(full_width);
    let half = trimmed.chars().any(|c| matches!(c, '\u{FF61}'..='\u{FF9F}'));
    if found.is_none() && !full && !half {
        return (Parsed::Value(Cow::Borrowed(trimmed)).tidied(spaces(raw, trimmed)), None);
    }
    let mut folded = String::with_capacity(trimmed.len());
    let mut kana = String::new();
    for c in trimmed.chars().filter(|c| !invisible(*c) && !unprintable(*c)) {
        // Kana are folded in runs: a voicing mark belongs to the letter before it.
        if matches!(c, '\u{FF61}'..='\u{FF9F}') {
            kana.push(c);
            continue;
        }
        folded.extend(std::mem::take(&mut kana).nfkc());
        folded.push(if full_width(c) { char::from_u32(c as u32 - 0xFEE0).unwrap_or(c) } else { c });
    }
    folded.extend(kana.nfkc());
    let form = match (full, half) {
        (true, _) => Some(Form::FullWidth),
        (_, true) => Some(Form::HalfWidthKana),
        _ => spaces(raw, trimmed),
    };
    (Parsed::Value(Cow::Owned(folded)).tidied(form), found)
}

/// Control characters other than those a quoted cell may well hold.
fn unprintable(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

fn full_width(c: char) -> bool {
    matches!(c, '\u{FF10}'..='\u{FF19}' | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}')
}
