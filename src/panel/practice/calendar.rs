//! The months of the days that a 1on1 can have, looked up: asked for every 1on1, calendar arithmetic would cost more than
//! all the rest.

use super::word::{DAYS, FIRST_DAY};
use crate::domain::{Day, Month};

/// For every day from 2000-01-01, its month counted from January 2000.
#[derive(Debug, Clone)]
pub(super) struct Calendar(Vec<u16>);

impl Default for Calendar {
    fn default() -> Self {
        let first = Day(FIRST_DAY).month();
        let months = (0u16..).map(|after| (after, Month(first.0 + i32::from(after))));
        let days = months.flat_map(|(after, month)| (month.first().0..=month.last().0).map(move |_| after));
        Self(days.take(DAYS as usize).collect())
    }
}

impl Calendar {
    /// The month of a day between 2000 and 2044.
    #[inline]
    pub(super) fn month(&self, day: i32) -> Month {
        let after = usize::try_from(day - FIRST_DAY).ok().and_then(|at| self.0.get(at));
        after.map_or_else(|| Day(day).month(), |after| Month(24_000 + i32::from(*after)))
    }
}
