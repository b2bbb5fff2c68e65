//! Days and months as plain ordered numbers, with ISO spelling in and out. Calendar arithmetic is chrono's; other
//! spellings of a date (eras, serials, slashes) are read in `ingest::values`.

use chrono::{Datelike, NaiveDate};
use std::fmt;

/// A calendar day: days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// A calendar month: months since January of year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

const EPOCH_FROM_CE: i32 = 719_163;

impl Day {
    /// The day of a calendar date, if there is one (years 1 to 9999).
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, day).map(|d| Self(d.num_days_from_ce() - EPOCH_FROM_CE))
    }

    /// Reads `2025-04-01`.
    pub fn parse_iso(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
            return None;
        }
        Self::from_ymd(text.get(0..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..10)?.parse().ok()?)
    }

    fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0 + EPOCH_FROM_CE).unwrap_or_default()
    }

    /// Year, month (1-12), day of the month.
    pub fn ymd(self) -> (i32, u32, u32) {
        let d = self.date();
        (d.year(), d.month(), d.day())
    }

    /// The month that holds this day.
    pub fn month(self) -> Month {
        let (year, month, _) = self.ymd();
        Month::new(year, month)
    }
}

impl Month {
    /// The month of a year and a month number (1-12).
    pub fn new(year: i32, month: u32) -> Self {
        Self(year * 12 + month as i32 - 1)
    }

    /// Reads `2025-04`.
    pub fn parse_iso(text: &str) -> Option<Self> {
        if text.len() != 7 || text.as_bytes().get(4) != Some(&b'-') {
            return None;
        }
        let (year, month): (i32, u32) = (text.get(0..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?);
        (1..=12).contains(&month).then(|| Self::new(year, month))
    }

    /// Year and month number (1-12).
    pub fn ym(self) -> (i32, u32) {
        (self.0.div_euclid(12), self.0.rem_euclid(12) as u32 + 1)
    }

    /// The first day.
    pub fn first(self) -> Day {
        let (year, month) = self.ym();
        Day::from_ymd(year, month, 1).unwrap_or(Day(0))
    }

    /// The last day.
    pub fn last(self) -> Day {
        // No calendar goes beyond year 9999; its last month has 31 days like every December.
        match Month(self.0 + 1).ym() {
            (10_000.., _) => Day(self.first().0 + 30),
            _ => Day(Month(self.0 + 1).first().0 - 1),
        }
    }

    /// The same month a year earlier.
    pub fn year_earlier(self) -> Self {
        Self(self.0 - 12)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m, d) = self.ymd();
        write!(f, "{y:04}-{m:02}-{d:02}")
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m) = self.ym();
        write!(f, "{y:04}-{m:02}")
    }
}
