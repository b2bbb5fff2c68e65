//! One 1on1 in 32 bits. Days from 2000 to 2044 and whole minutes up to 254 fit; longer ones count as 254.

use crate::tables::MISSING_DAY;

/// What became of a 1on1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It took place.
    Held,
    /// It was planned and nothing more is known.
    Scheduled,
    /// It was called off, by whom is not said.
    Cancelled,
    /// The manager called it off.
    CancelledByManager,
    /// The report called it off.
    CancelledByEmployee,
}

impl Fate {
    /// Of a status as `ingest` delivers it; no status is held, as everywhere.
    #[inline]
    pub fn of(status: &str) -> Self {
        match status {
            "scheduled" => Self::Scheduled,
            "cancelled" => Self::Cancelled,
            "cancelled_by_manager" => Self::CancelledByManager,
            "cancelled_by_employee" => Self::CancelledByEmployee,
            _ => Self::Held,
        }
    }

    const ALL: [Self; 5] =
        [Self::Held, Self::Scheduled, Self::Cancelled, Self::CancelledByManager, Self::CancelledByEmployee];
}

/// One 1on1 as it is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meeting {
    /// With whom: `manager_key`.
    pub manager: u64,
    /// When.
    pub day: i32,
    /// What became of it.
    pub fate: Fate,
    /// Whole minutes, at most 254.
    pub minutes: Option<u32>,
    /// About more than the topic that alone is not enough.
    pub beyond: bool,
    /// The report's satisfaction was recorded.
    pub rated: bool,
}

/// 2000-01-01.
pub(super) const FIRST_DAY: i32 = 10_957;
pub(super) const DAYS: u32 = 1 << 14;
const NO_MINUTES: u32 = 255;
const MOST_MINUTES: f64 = 254.0;
/// The last number of a manager.
pub(super) const LAST_SLOT: usize = 15;
/// The fate of a word that only adds to another.
const AMENDS: u32 = 7;

// day 14 | minutes 8 | fate 3 | beyond 1 | rated 1 | spare 1 | manager 4
const MINUTES: u32 = 14;
const FATE: u32 = 22;
const BEYOND: u32 = 1 << 25;
const RATED: u32 = 1 << 26;
const SLOT: u32 = 28;

/// The number of a day, if it has one.
#[inline]
pub(super) fn place(day: i32) -> Option<u32> {
    let from = if day == MISSING_DAY { return None } else { day.checked_sub(FIRST_DAY)? };
    u32::try_from(from).ok().filter(|place| *place < DAYS)
}

/// A 1on1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Word(u32);

impl Word {
    #[inline]
    pub(super) fn of(place: u32, fate: Fate, minutes: f64) -> Self {
        let minutes = if minutes.is_nan() { NO_MINUTES } else { minutes.round().clamp(0.0, MOST_MINUTES) as u32 };
        Self(place | minutes << MINUTES | (fate as u32) << FATE)
    }

    /// Writes down what it was about and whether it was rated.
    #[inline]
    pub(super) fn noting(self, topics: u32, work: u32, rated: bool) -> Self {
        let beyond = if topics & !work != 0 { BEYOND } else { 0 };
        Self(self.0 | beyond | if rated { RATED } else { 0 })
    }

    pub(super) fn amendment(self) -> Self {
        Self(self.0 | AMENDS << FATE)
    }

    fn fate(self) -> u32 {
        self.0 >> FATE & 7
    }

    pub(super) fn is_amendment(self) -> bool {
        self.fate() == AMENDS
    }

    #[inline]
    pub(super) fn same_day(self, other: Self) -> bool {
        (self.0 ^ other.0) & (DAYS - 1) == 0
    }

    fn minutes(self) -> u32 {
        self.0 >> MINUTES & 255
    }

    /// The same with what another row of it says besides.
    #[inline]
    pub(super) fn amended(self, by: Self) -> Self {
        let mut all = self.0 | by.0 & (BEYOND | RATED);
        if self.minutes() == NO_MINUTES {
            all = all & !(255 << MINUTES) | by.minutes() << MINUTES;
        }
        Self(all)
    }

    pub(super) fn slot(self) -> usize {
        (self.0 >> SLOT) as usize
    }

    pub(super) fn with_slot(self, slot: usize) -> Self {
        Self(self.0 & !(15 << SLOT) | (slot.min(LAST_SLOT) as u32) << SLOT)
    }

    pub(super) fn meeting(self, manager: u64) -> Meeting {
        Meeting {
            manager,
            day: FIRST_DAY + (self.0 & (DAYS - 1)) as i32,
            fate: Fate::ALL.get(self.fate() as usize).copied().unwrap_or(Fate::Held),
            minutes: Some(self.minutes()).filter(|m| *m != NO_MINUTES),
            beyond: self.0 & BEYOND != 0,
            rated: self.0 & RATED != 0,
        }
    }
}
