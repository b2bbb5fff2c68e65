//! How much of proper practice a person had, month by month: the dose that drivers and comparisons ask for. The months
//! that count are whole ones, in employment and in the window; a person who never met has them all, and a dose of 0.

use super::{Fate, Meeting, Practice};
use crate::domain::{Day, Month};
use crate::panel::People;
use crate::study;
use crate::tables::MISSING_DAY;

/// Days by which a log may begin after the first of a month, or end before its last, and still cover it.
const EDGE: i32 = 7;

/// One month of a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MonthOf {
    /// 1on1s held.
    pub held: u32,
    /// Planned ones that are not known to have been held or called off.
    pub scheduled: u32,
    /// Called off, by whom is not said.
    pub cancelled: u32,
    /// Called off by the manager.
    pub by_manager: u32,
    /// Called off by the report.
    pub by_employee: u32,
    /// Minutes of the held ones that have any, and how many have.
    pub minutes: u32,
    /// How many have minutes.
    pub timed: u32,
    /// Of the held ones: with the report's satisfaction recorded.
    pub rated: u32,
    /// Of the held ones: about more than the topic that alone is not enough.
    pub beyond: u32,
    /// The month with at least one manager meets the study's definition.
    pub proper: bool,
}

impl MonthOf {
    /// Everything that was ever planned.
    pub fn planned(&self) -> u32 {
        self.held + self.scheduled + self.cancelled + self.by_manager + self.by_employee
    }

    fn add(&mut self, m: &Meeting) {
        match m.fate {
            Fate::Held => self.held += 1,
            Fate::Scheduled => self.scheduled += 1,
            Fate::Cancelled => self.cancelled += 1,
            Fate::CancelledByManager => self.by_manager += 1,
            Fate::CancelledByEmployee => self.by_employee += 1,
        }
        if m.fate == Fate::Held {
            self.minutes += m.minutes.unwrap_or(0);
            self.timed += u32::from(m.minutes.is_some());
            self.rated += u32::from(m.rated);
            self.beyond += u32::from(m.beyond);
        }
    }
}

/// A person's months in a row, and the first of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Practised {
    /// The month of `months[0]`, counted as `Month`.
    pub first: i32,
    /// Every month that counts.
    pub months: Vec<MonthOf>,
}

/// What a person's months come to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Dose {
    /// Months that count; above 0.
    pub months: u32,
    /// Of them: that meet the definition of proper practice.
    pub proper: u32,
    /// 1on1s held in them.
    pub held: u32,
    /// 1on1s planned in them, held ones included.
    pub planned: u32,
    /// Sum of minutes of held ones, and how many have any.
    minutes: u32,
    timed: u32,
}

impl Dose {
    /// Share of the months that meet the definition, 0-1.
    pub fn share_proper(&self) -> f64 {
        f64::from(self.proper) / f64::from(self.months)
    }

    /// 1on1s held a month.
    pub fn per_month(&self) -> f64 {
        f64::from(self.held) / f64::from(self.months)
    }

    /// Mean length in minutes; `None` without a held 1on1 that has one.
    pub fn mean_minutes(&self) -> Option<f64> {
        (self.timed > 0).then(|| f64::from(self.minutes) / f64::from(self.timed))
    }

    /// Share of the planned 1on1s that took place; `None` when none was planned, or the log has no status.
    pub fn share_held(&self) -> Option<f64> {
        (self.planned > 0).then(|| f64::from(self.held) / f64::from(self.planned))
    }

    /// Not one 1on1 held.
    pub fn never_met(&self) -> bool {
        self.held == 0
    }
}

impl Practised {
    /// The sum over the months; `None` without a month.
    pub fn dose(&self) -> Option<Dose> {
        let mut dose = Dose { months: self.months.len() as u32, ..Dose::default() };
        for month in &self.months {
            dose.proper += u32::from(month.proper);
            dose.held += month.held;
            dose.planned += month.planned();
            dose.minutes += month.minutes;
            dose.timed += month.timed;
        }
        (dose.months > 0).then_some(dose)
    }
}

impl Practice {
    /// The whole months that the study's practice is about: those of `[practice]`, else those that the held 1on1s cover;
    /// a month that the log only touches (by more than a week short) is left out unless there is no other.
    pub fn window(&self, asked: &study::Practice) -> Option<(Month, Month)> {
        let (low, high) = self.span?;
        let (first, last) = (Day(low).month(), Day(high).month());
        let late = i32::from(low - first.first().0 > EDGE);
        let early = i32::from(last.last().0 - high > EDGE);
        let whole = (Month(first.0 + late), Month(last.0 - early));
        let (first, last) = if whole.0 <= whole.1 { whole } else { (first, last) };
        let first = asked.from.map_or(first, |day| Month(day.month().0 + i32::from(day.month().first() != day)));
        let last = asked.to.map_or(last, |day| Month(day.month().0 - i32::from(day.month().last() != day)));
        (first <= last).then_some((first, last))
    }

    /// The whole months of `window` in which a person was employed throughout; `None` without one. Someone without a
    /// date of hiring was there from the beginning.
    pub fn employed(people: &People, person: usize, window: (Month, Month)) -> Option<(Month, Month)> {
        let day = |list: &[i32]| list.get(person).copied().filter(|day| *day != MISSING_DAY).map(Day);
        let from = day(&people.hired).map(|d| Month(d.month().0 + i32::from(d.month().first() != d)));
        let to = day(&people.left).map(|d| Month(d.month().0 - i32::from(d.month().last() != d)));
        let months = (from.map_or(window.0, |m| m.max(window.0)), to.map_or(window.1, |m| m.min(window.1)));
        (months.0 <= months.1).then_some(months)
    }

    /// What a person did in each of these months, judged by the study's definition. `buffer` is any list, used again.
    pub fn practised(
        &self,
        person: usize,
        (first, last): (Month, Month),
        proper: &study::Proper,
        buffer: &mut Vec<Meeting>,
    ) -> Practised {
        self.meetings(person, buffer);
        let mut months = vec![MonthOf::default(); usize::try_from(last.0 - first.0 + 1).unwrap_or(0)];
        let mut before: Option<(u64, i32)> = None;
        let mut rest = buffer.as_slice();
        while let Some(one) = rest.first() {
            let month = self.calendar.month(one.day);
            // Meetings stand by manager and day: those of one pair and month are neighbours.
            let end = month.last().0;
            let length = rest.iter().take_while(|m| m.manager == one.manager && m.day <= end).count();
            let (own, later) = rest.split_at(length);
            rest = later;
            let held_before = before.filter(|(manager, _)| *manager == one.manager).map(|(_, day)| day);
            if let Some(last) = own.iter().rev().find(|m| m.fate == Fate::Held) {
                before = Some((one.manager, last.day));
            }
            let slot = usize::try_from(month.0 - first.0).ok().and_then(|at| months.get_mut(at));
            let Some(slot) = slot else { continue };
            own.iter().for_each(|m| slot.add(m));
            slot.proper |= self.is_proper(own, held_before, proper);
        }
        Practised { first: first.0, months }
    }

    /// The dose of a person over whole months; `None` when none of them counts. What other analyses ask for.
    pub fn of(&self, people: &People, person: usize, window: (Month, Month), proper: &study::Proper) -> Option<Dose> {
        let months = Self::employed(people, person, window)?;
        self.practised(person, months, proper, &mut Vec::new()).dose()
    }

    /// Whether the 1on1s of one pair in one month meet the definition: not more than the most, and at least the least of
    /// them each long enough, about more than the one topic and rated, the first not too long after the one before. What
    /// the log has no column for is not asked.
    fn is_proper(&self, own: &[Meeting], before: Option<i32>, proper: &study::Proper) -> bool {
        let held = || own.iter().filter(|m| m.fate == Fate::Held);
        let Some(first) = held().next() else { return false };
        let regular = match (proper.longest_gap, before) {
            (Some(days), Some(before)) => i64::from(first.day) - i64::from(before) <= i64::from(days),
            _ => true,
        };
        let long = |m: &Meeting| m.minutes.is_some_and(|n| (proper.minutes.0..=proper.minutes.1).contains(&n));
        let good = |m: &&Meeting| {
            (!self.told.minutes || long(m))
                && (!self.told.topics || proper.more_than.is_none() || m.beyond)
                && (!self.told.ratings || !proper.rated || m.rated)
        };
        let (count, good) = (held().count() as u32, held().filter(good).count() as u32);
        regular && count <= proper.per_month.1 && good >= proper.per_month.0.max(1)
    }
}
