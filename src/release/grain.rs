//! Coarser dates: months, quarters, half-years, years, each written as a day that readers understand. Events go to the
//! first day of their span; leaving goes to the first day of its last month, so that nobody leaves before a 1on1 of theirs.

use crate::domain::{Day, Month};

/// The length of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    /// 1 month.
    Month,
    /// 3 months from January.
    Quarter,
    /// 6 months from January.
    Half,
    /// 12 months from January.
    Year,
}

impl Grain {
    /// Finest first.
    pub const ALL: [Grain; 4] = [Grain::Month, Grain::Quarter, Grain::Half, Grain::Year];

    /// The next coarser one.
    pub fn coarser(self) -> Option<Self> {
        Self::ALL.into_iter().find(|grain| *grain > self)
    }

    /// The stable word for it.
    pub fn code(self) -> &'static str {
        match self {
            Grain::Month => "month",
            Grain::Quarter => "quarter",
            Grain::Half => "half_year",
            Grain::Year => "year",
        }
    }

    fn months(self) -> i32 {
        match self {
            Grain::Month => 1,
            Grain::Quarter => 3,
            Grain::Half => 6,
            Grain::Year => 12,
        }
    }

    /// Days of a span, about.
    pub fn days(self) -> u32 {
        self.months().unsigned_abs() * 61 / 2
    }

    /// The first day of the span that holds a day.
    pub fn first(self, day: Day) -> Day {
        Month(day.month().0.div_euclid(self.months()) * self.months()).first()
    }

    /// The first day of the last month of the span that holds a day, but not after `end`, the last month of the data.
    pub fn last(self, day: Day, end: Month) -> Day {
        let last = Month((day.month().0.div_euclid(self.months()) + 1) * self.months() - 1);
        // A span that reaches beyond the data would put the day into the future.
        last.min(end.max(day.month())).first()
    }
}
