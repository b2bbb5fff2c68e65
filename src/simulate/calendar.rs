//! The two years every simulated case covers: first and last day, the start of the treatment, survey waves, seasons.
//! Holds dates and shapes only; nothing here is drawn at random.

use crate::domain::{Day, Month};

/// Months in a simulated case: January 2023 to December 2024.
pub(super) const MONTHS: usize = 24;
/// Index of the first month of the treatment, 2024-01.
pub(super) const START_MONTH: usize = 12;
/// Days before a wave that count towards it, as in the study file.
pub(super) const WINDOW_DAYS: i32 = 180;
/// Quarterly waves in the two years.
pub(super) const WAVES: usize = 8;

/// Leaving by calendar month, mean 1: people go at the turn of the financial year and after the bonuses.
const LEAVING_SEASON: [f64; 12] = [0.80, 0.90, 1.50, 1.10, 0.90, 1.10, 0.90, 0.80, 1.20, 0.90, 0.80, 1.10];
/// Sales by calendar month: orders are closed before the half-years end in September and March.
const SALES_SEASON: [f64; 12] = [0.94, 0.98, 1.18, 0.91, 0.96, 1.02, 0.97, 0.92, 1.12, 0.96, 0.99, 1.05];

/// The month with this index, 0 being 2023-01.
pub(super) fn month(index: usize) -> Month {
    Month(Month::new(2023, 1).0 + index as i32)
}

/// The first day of the two years.
pub(super) fn first_day() -> Day {
    month(0).first()
}

/// The last day of the two years.
pub(super) fn last_day() -> Day {
    month(MONTHS - 1).last()
}

/// The first day of the treatment.
pub(super) fn start() -> Day {
    month(START_MONTH).first()
}

/// The days of the quarterly waves: the last day of each quarter.
pub(super) fn waves() -> [Day; WAVES] {
    std::array::from_fn(|q| month(q * 3 + 2).last())
}

/// Monthly hazard of leaving relative to the year's mean.
pub(super) fn leaving_season(index: usize) -> f64 {
    LEAVING_SEASON[index % 12]
}

/// Sales of a month relative to an ordinary one.
pub(super) fn sales_season(index: usize) -> f64 {
    SALES_SEASON[index % 12]
}

/// Saturdays and Sundays move to the Friday before or the Monday after.
pub(super) fn workday(day: Day) -> Day {
    // 1970-01-01 was a Thursday: 0 is Monday.
    match (day.0 + 3).rem_euclid(7) {
        5 => Day(day.0 - 1),
        6 => Day(day.0 + 1),
        _ => day,
    }
}
