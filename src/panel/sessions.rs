//! What the 1on1s of each person come to: sums and counts of satisfaction by topic in the window before the answer that
//! counts, which topics other windows would cover, and how many 1on1s were held. Nothing is kept per session.

use super::fetch::fetch;
use super::ids::{Ids, NOBODY};
use super::sum::Sum;
use crate::study::Window;
use crate::tables::{Batch, Layout, MISSING_DAY, OVERALL_BIT};
use hashbrown::HashMap;

/// Windows whose coverage is reported beside the study's own, in days; the last is the whole log.
pub const OTHER_WINDOWS: [i32; 4] = [90, 180, 365, i32::MAX];

/// Whole ratings up to this size, and this many of them for a person and topic, are summed in 32 bits.
const LARGEST_WHOLE: f64 = 1000.0;
const MOST_WHOLE: u32 = 2_000_000;

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

    /// Words of a person's record.
    fn record(&self) -> usize {
        1 + OTHER_WINDOWS.len() + 2 * (self.topics + 1)
    }

    fn in_window(&self, person: usize, day: i32) -> bool {
        let Some(days) = self.days else { return true };
        let wave = self.wave_day.get(person).copied().unwrap_or(MISSING_DAY);
        wave != MISSING_DAY && day != MISSING_DAY && day < wave && day >= wave - days as i32
    }
}

/// One rating.
#[derive(Debug, Clone, Copy, Default)]
struct Rating {
    who: u32,
    day: i32,
    slot: u32,
    rating: f32,
}

/// Ratings that wait to be sorted by person: in the order of the log every one of them would fetch another person's
/// record from far away.
const WAITING: usize = 1 << 20;
/// People whose records fit a processor's cache, as a power of two.
const NEAR: u32 = 12;

/// Ratings whose records are fetched at once.
const TOGETHER: usize = 64;

/// Sums per person and topic; slot `topics` is the overall score.
///
/// Each person has a record of 32-bit words: the day of the wave, one set of topics per other window, and per slot the
/// sum and the count of the ratings. Ratings that are no whole numbers, or too large, are summed in `parts`.
#[derive(Debug, Clone, Default)]
pub struct Sessions {
    plan: Plan,
    records: Vec<u32>,
    parts: HashMap<u64, Sum>,
    /// Ratings on their way into the records.
    waiting: Vec<Rating>,
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
    /// Sums by wave, when every wave is asked for.
    pub waves: Option<super::Waves>,
    /// Counts between answers of the ladder, where there are several.
    pub between: Option<super::Between>,
}

impl Sessions {
    /// Empty sums for the people of a plan.
    pub fn new(plan: Plan, people: usize) -> Self {
        let mut records = vec![0; people * plan.record()];
        for (record, day) in records.chunks_exact_mut(plan.record()).zip(&plan.wave_day) {
            if let Some(first) = record.first_mut() {
                *first = *day as u32;
            }
        }
        Self { records, plan, ..Self::default() }
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
            let pair = self.between.as_ref().and_then(|between| between.place(who, day));
            if let (Some(between), Some(at)) = (&mut self.between, pair) {
                if starts {
                    between.meet(at);
                }
                let set = topics.and_then(|t| t.get(row).copied()).unwrap_or(0);
                let rating = ratings.and_then(|r| r.get(row).copied()).unwrap_or(f64::NAN);
                (0..self.plan.topics.min(31)).filter(|t| set & (1 << t) != 0).for_each(|t| between.talk(at, t, rating));
                for (slot, cells) in &wide {
                    let rating = cells.get(row).copied().unwrap_or(f64::NAN);
                    if !rating.is_nan() {
                        between.talk(at, *slot, rating);
                    }
                }
            }
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
        let mut left = set & !OVERALL_BIT & ((1u64 << self.plan.topics.min(31)) - 1) as u32;
        while left != 0 {
            self.rate(who, day, left.trailing_zeros() as usize, rating);
            left &= left - 1;
        }
        if set & OVERALL_BIT != 0 {
            self.rate(who, day, self.plan.topics, rating);
        }
    }

    #[inline]
    fn rate(&mut self, who: usize, day: i32, slot: usize, rating: f64) {
        if rating.is_nan() {
            return;
        }
        if let Some(waves) = &mut self.waves {
            waves.rate(who, day, slot, rating);
        }
        let short = rating as f32;
        if f64::from(short) != rating {
            return self.add(who, day, slot, rating);
        }
        self.waiting.push(Rating { who: who as u32, day, slot: slot as u32, rating: short });
        if self.waiting.len() == WAITING {
            self.settle();
        }
    }

    /// Puts waiting ratings into the records; to be called once more when all are in.
    pub fn settle(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.len() < WAITING {
            // Few, and the last.
            waiting.iter().for_each(|r| self.add(r.who as usize, r.day, r.slot as usize, f64::from(r.rating)));
            return;
        }
        let mut next = vec![0usize; (self.plan.wave_day.len() >> NEAR) + 1];
        for rating in &waiting {
            if let Some(slot) = next.get_mut((rating.who >> NEAR) as usize) {
                *slot += 1;
            }
        }
        let mut before = 0;
        for slot in &mut next {
            before += std::mem::replace(slot, before);
        }
        let mut sorted = vec![Rating::default(); waiting.len()];
        for rating in &waiting {
            let Some(at) = next.get_mut((rating.who >> NEAR) as usize) else { continue };
            if let Some(place) = sorted.get_mut(*at) {
                *place = *rating;
            }
            *at += 1;
        }
        for some in sorted.chunks(TOGETHER) {
            fetch(&self.records, some.iter().map(|r| r.who as usize * self.plan.record()));
            fetch(&self.records, some.iter().map(|r| self.place(r.who as usize, r.slot as usize)));
            some.iter().for_each(|r| self.add(r.who as usize, r.day, r.slot as usize, f64::from(r.rating)));
        }
        self.waiting = waiting;
        self.waiting.clear();
    }

    #[inline]
    fn add(&mut self, who: usize, day: i32, slot: usize, rating: f64) {
        let (width, topics, days) = (self.plan.record(), self.plan.topics, self.plan.days);
        let overall = slot == topics;
        self.has_overall |= overall;
        let Some(record) = self.records.get_mut(who * width..(who + 1) * width) else { return };
        let [wave, rest @ ..] = record else { return };
        let wave = *wave as i32;
        let known = (wave != MISSING_DAY) & (day != MISSING_DAY);
        let lead = i64::from(wave) - i64::from(day);
        let earlier = known & (lead > 0);
        let Some((covered, slots)) = rest.split_first_chunk_mut::<{ OTHER_WINDOWS.len() }>() else { return };
        if !overall {
            for (window, mask) in OTHER_WINDOWS.iter().zip(covered) {
                // Without a way past it: which windows hold a day is a toss that no processor guesses.
                let inside = (*window == i32::MAX) | (earlier & (lead <= i64::from(*window)));
                *mask |= u32::from(inside) << slot;
            }
        }
        if days.is_some_and(|days| !earlier || lead > i64::from(days)) {
            return;
        }
        self.after_wave += u64::from(days.is_none() & known & (lead <= 0));
        let Some([sum, count]) = slots.get_mut(2 * slot..2 * slot + 2) else { return };
        *count += 1;
        if rating.abs() <= LARGEST_WHOLE && f64::from(rating as i32) == rating && *count < MOST_WHOLE {
            *sum = (*sum as i32 + rating as i32) as u32;
        } else {
            self.parts.entry((who * (topics + 1) + slot) as u64).or_default().add(rating);
        }
    }

    /// Where the sum of a person and slot is; its count is behind it.
    #[inline]
    fn place(&self, person: usize, slot: usize) -> usize {
        person * self.plan.record() + 1 + OTHER_WINDOWS.len() + 2 * slot
    }

    /// Mean satisfaction of a person with a topic (slot `topics` = overall) in the window; `None` without a rating.
    pub fn mean(&self, person: usize, slot: usize) -> Option<f64> {
        let at = self.place(person, slot);
        let Some(&[sum, count]) = self.records.get(at..at + 2) else { return None };
        if count == 0 || slot > self.plan.topics {
            return None;
        }
        let whole = f64::from(sum as i32);
        let total = match self.parts.get(&((person * (self.plan.topics + 1) + slot) as u64)) {
            None => whole,
            Some(parts) => parts.with(whole),
        };
        Some(total / f64::from(count))
    }

    /// Whether a person would have every topic of `mask` under window `window` of `OTHER_WINDOWS`.
    pub fn covers(&self, person: usize, window: usize, mask: u32) -> bool {
        let at = person * self.plan.record() + 1 + window;
        window < OTHER_WINDOWS.len() && self.records.get(at).is_some_and(|m| m & mask == mask)
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
