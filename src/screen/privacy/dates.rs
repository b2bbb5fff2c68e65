//! Whether a column of days is finer than months. Says nothing about who could be found by them.

use crate::domain::Day;
use crate::tables::MISSING_DAY;
use std::collections::BTreeMap;

/// The days of one column, month by month.
#[derive(Debug, Clone, Default)]
pub struct Days {
    months: BTreeMap<i32, Month>,
}

#[derive(Debug, Clone, Default)]
struct Month {
    days: u32,
    inner: Cells,
    last: Cells,
}

/// How many cells, and the line of the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cells {
    /// How many.
    pub count: u64,
    /// The first physical line; 0 when there is none.
    pub line: u64,
}

impl Cells {
    /// Counts a cell.
    pub fn add(&mut self, line: u64) {
        self.merge(Cells { count: 1, line });
    }

    fn merge(&mut self, other: Cells) {
        self.line = match (self.line, other.line) {
            (0, line) | (line, 0) => line,
            (a, b) => a.min(b),
        };
        self.count += other.count;
    }
}

impl Days {
    /// Takes a cell.
    pub fn add(&mut self, day: i32, line: u64) {
        if day == MISSING_DAY {
            return;
        }
        let day = Day(day);
        let month = day.month();
        let (_, _, number) = day.ymd();
        let state = self.months.entry(month.0).or_default();
        state.days |= 1 << number;
        if day == month.last() {
            state.last.add(line);
        } else if number != 1 {
            state.inner.add(line);
        }
    }

    /// The cells that tell more than a month: any day but the first, unless it is the last of a month in which no other
    /// day occurs (people leave at month ends; that is month precision too).
    pub fn finer_than_months(&self) -> Cells {
        let mut finer = Cells::default();
        for month in self.months.values() {
            finer.merge(month.inner);
            if month.last.count > 0 && month.days.count_ones() > 1 {
                finer.merge(month.last);
            }
        }
        finer
    }
}
