//! What the 1on1s of each person come to: sums and counts of satisfaction by topic in the window before the answer that
//! counts, which topics other windows would cover, and how many 1on1s were held. Nothing is kept per session.

use super::ids::{Ids, NOBODY};
use crate::study::Window;
use crate::tables::{Batch, Layout, MISSING_DAY, OVERALL_BIT};
use hashbrown::HashMap;

/// Windows whose coverage is reported beside the study's own, in days; the last is the whole log.
pub const OTHER_WINDOWS: [i32; 4] = [90, 180, 365, i32::MAX];

/// The window of each person and the vocabulary of the log.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Day of the answer that counts, per person; `MISSING_DAY` without one or without dates.
    pub wave_day: Vec<i32>,
    /// Days before the wave; `None` = the whole log.
    pub days: Option<u32>,
    /// Number of topics.
    pub topics: usize,
    /// Topic codes, for the wide layout.
    pub codes: Vec<String>,
    /// Count 1on1s by manager, because the people table has no manager.
    pub by_manager: bool,
}

impl Plan {
    /// The plan of a study: windows end the day before each person's wave.
    pub fn new(wave_day: Vec<i32>, window: Window, codes: Vec<String>, by_manager: bool) -> Self {
        let days = match window {
            Window::Days(days) => Some(days),
            Window::All => None,
        };
        Self { wave_day, days, topics: codes.len(), codes, by_manager }
    }

    fn in_window(&self, person: usize, day: i32) -> bool {
        let Some(days) = self.days else { return true };
        let wave = self.wave_day.get(person).copied().unwrap_or(MISSING_DAY);
        wave != MISSING_DAY && day != MISSING_DAY && day < wave && day >= wave - days as i32
    }
}

/// Sums per person and topic; slot `topics` is the overall score.
#[derive(Debug, Clone, Default)]
pub struct Sessions {
    plan: Plan,
    sums: Vec<f64>,
    counts: Vec<u32>,
    covered: Vec<[u32; OTHER_WINDOWS.len()]>,
    managers: Ids,
    by_manager: HashMap<(u32, u32), (u32, i32)>,
    /// Rows read of known people.
    pub rows: u64,
    /// Distinct 1on1s held by known people.
    pub meetings: u64,
    /// Rows whose single rating was given to several topics at once.
    pub shared_ratings: u64,
    /// Rated rows on or after the day of the person's wave that entered the sums (whole-log window only).
    pub after_wave: u64,
    /// The log has an overall score somewhere.
    pub has_overall: bool,
    /// First and last day seen.
    pub span: Option<(i32, i32)>,
}

impl Sessions {
    /// Empty sums for the people of a plan.
    pub fn new(plan: Plan, people: usize) -> Self {
        let width = plan.topics + 1;
        Self {
            sums: vec![0.0; people * width],
            counts: vec![0; people * width],
            covered: vec![[0; OTHER_WINDOWS.len()]; people],
            plan,
            ..Self::default()
        }
    }

    /// Takes in a batch. `person[row]` is the person's number, `keep[row]` whether the row may count, `first[row]`
    /// whether it is the first row of its 1on1.
    pub fn absorb(&mut self, layout: &Layout, batch: &Batch, person: &[u32], keep: &[bool], first: &[bool]) {
        let at = |name: &str| layout.position(name);
        let days = at("held_on").and_then(|p| batch.days(p));
        let status = at("status").and_then(|p| batch.text(p));
        let topics = at("topic").and_then(|p| batch.topics(p));
        let ratings = at("satisfaction").and_then(|p| batch.numbers(p));
        let manager = if self.plan.by_manager { at("manager_id").and_then(|p| batch.text(p)) } else { None };
        let wide: Vec<(usize, &[f64])> = (self.plan.codes.iter().map(String::as_str).chain(["overall"]).enumerate())
            .filter_map(|(slot, code)| Some((slot, batch.numbers(at(code)?)?)))
            .collect();
        for row in 0..batch.rows() {
            let who = person.get(row).copied().unwrap_or(NOBODY);
            if who == NOBODY || !keep.get(row).copied().unwrap_or(false) {
                continue;
            }
            self.rows += 1;
            if status.is_some_and(|s| !matches!(s.get(row), "held" | "")) {
                continue;
            }
            let who = who as usize;
            let day = days.and_then(|d| d.get(row).copied()).unwrap_or(MISSING_DAY);
            let starts = first.get(row).copied().unwrap_or(true);
            self.meet(who, day, starts, manager.map(|m| m.get(row)));
            if let (Some(topics), Some(ratings)) = (topics, ratings) {
                let (set, rating) = (topics.get(row).copied().unwrap_or(0), ratings.get(row).copied());
                self.rate_set(who, day, set, rating.unwrap_or(f64::NAN));
            }
            for (slot, cells) in &wide {
                self.rate(who, day, *slot, cells.get(row).copied().unwrap_or(f64::NAN));
            }
        }
    }

    fn meet(&mut self, who: usize, day: i32, starts: bool, manager: Option<&str>) {
        if day != MISSING_DAY {
            let (low, high) = self.span.unwrap_or((day, day));
            self.span = Some((low.min(day), high.max(day)));
        }
        if !starts {
            return;
        }
        self.meetings += 1;
        if let Some(name) = manager
            && self.plan.in_window(who, day)
        {
            let number = self.managers.intern(name);
            let seen = self.by_manager.entry((who as u32, number)).or_insert((0, day));
            *seen = (seen.0 + 1, seen.1.max(day));
        }
    }

    fn rate_set(&mut self, who: usize, day: i32, set: u32, rating: f64) {
        if rating.is_nan() || set == 0 {
            return;
        }
        self.shared_ratings += u64::from(set.count_ones() > 1);
        for slot in 0..self.plan.topics {
            if set & (1 << slot) != 0 {
                self.rate(who, day, slot, rating);
            }
        }
        if set & OVERALL_BIT != 0 {
            self.rate(who, day, self.plan.topics, rating);
        }
    }

    fn rate(&mut self, who: usize, day: i32, slot: usize, rating: f64) {
        if rating.is_nan() {
            return;
        }
        let overall = slot == self.plan.topics;
        self.has_overall |= overall;
        let wave = self.plan.wave_day.get(who).copied().unwrap_or(MISSING_DAY);
        if !overall && let Some(covered) = self.covered.get_mut(who) {
            for (window, mask) in OTHER_WINDOWS.iter().zip(covered) {
                let before = wave != MISSING_DAY && day != MISSING_DAY && day < wave;
                if *window == i32::MAX || (before && day >= wave - window) {
                    *mask |= 1 << slot;
                }
            }
        }
        if self.plan.in_window(who, day) {
            self.after_wave += u64::from(self.plan.days.is_none() && wave != MISSING_DAY && day >= wave);
            let cell = who * (self.plan.topics + 1) + slot;
            if let (Some(sum), Some(count)) = (self.sums.get_mut(cell), self.counts.get_mut(cell)) {
                *sum += rating;
                *count += 1;
            }
        }
    }

    /// Mean satisfaction of a person with a topic (slot `topics` = overall) in the window; `None` without a rating.
    pub fn mean(&self, person: usize, slot: usize) -> Option<f64> {
        let cell = person * (self.plan.topics + 1) + slot;
        let count = *self.counts.get(cell)?;
        (count > 0).then(|| self.sums.get(cell).copied().unwrap_or(0.0) / f64::from(count))
    }

    /// Whether a person would have every topic of `mask` under window `window` of `OTHER_WINDOWS`.
    pub fn covers(&self, person: usize, window: usize, mask: u32) -> bool {
        self.covered.get(person).and_then(|c| c.get(window)).is_some_and(|m| m & mask == mask)
    }

    /// Per person, the manager of most 1on1s in the window (ties: the one of the latest 1on1), for tables without
    /// managers; empty text for nobody.
    pub fn main_managers(&self, people: usize) -> Vec<&str> {
        let mut best: Vec<Option<(u32, i32, std::cmp::Reverse<&str>)>> = vec![None; people];
        for (&(who, manager), &(count, last)) in &self.by_manager {
            let name = self.managers.name(manager);
            let Some(slot) = best.get_mut(who as usize).filter(|_| !name.is_empty()) else { continue };
            let candidate = (count, last, std::cmp::Reverse(name));
            if slot.as_ref().is_none_or(|old| *old < candidate) {
                *slot = Some(candidate);
            }
        }
        best.into_iter().map(|slot| slot.map_or("", |(_, _, name)| name.0)).collect()
    }
}
