//! What is kept of the practice of every pair: each 1on1 in 32 bits (day, length, fate, what was recorded of it), by
//! person, and how often each topic was talked about. It keeps no id, no rating and no order of rows, and judges nothing:
//! what a proper month is, `dose` says.
//!
//! Bytes for each person: 4 x 1on1s + 12 + 2 x topics; another 8 for each manager after the first. The pass itself takes
//! 12 MB: half a million 1on1s wait to be sorted by person before they are put away, because in the order of the log each
//! would fetch another person's place from far away.

mod calendar;
mod dose;
mod word;

pub use dose::{Dose, MonthOf, Practised};
pub use word::{Fate, Meeting};

use super::ids::NOBODY;
use crate::domain::Month;
use crate::tables::{Batch, Layout, MISSING_DAY, OVERALL_BIT, Texts};
use calendar::Calendar;
use hashbrown::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use word::{LAST_SLOT, Word};

/// People whose 1on1s stand together, as a power of two.
const NEAR: u32 = 12;
/// 1on1s that wait.
const WAITING: usize = 1 << 19;
/// The key of no manager: the log does not say with whom.
pub const NO_MANAGER: u64 = 0;
/// No 1on1 yet.
const NOT_MET: u64 = u64::MAX;

/// The key of a manager's id: 64 bits of a hash with fixed keys, the same in every run and on any thread.
pub fn manager_key(id: &str) -> u64 {
    if id.is_empty() {
        return NO_MANAGER;
    }
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish().clamp(1, NOT_MET - 1)
}

/// One row of a log.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Whose.
    pub person: u32,
    /// With whom: `manager_key`.
    pub manager: u64,
    /// When.
    pub day: i32,
    /// What became of it.
    pub fate: Fate,
    /// How long; NaN when missing.
    pub minutes: f64,
    /// What was talked about, a bit for each topic of the study.
    pub topics: u32,
    /// Whether the report's satisfaction was recorded.
    pub rated: bool,
    /// The first row of its 1on1.
    pub starts: bool,
}

/// What the log says at all: a column that is not there can neither be met nor missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Whether a 1on1 took place.
    pub status: bool,
    /// How long it was.
    pub minutes: bool,
    /// What it was about.
    pub topics: bool,
    /// The report's satisfaction.
    pub ratings: bool,
    /// With whom.
    pub managers: bool,
}

/// A row on its way to its person.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    person: u32,
    manager: [u32; 2],
    topics: u32,
    word: Word,
}

/// The 1on1s of the people of one neighbourhood.
#[derive(Debug, Clone, Default)]
struct Bucket {
    /// One past the last word of each person.
    ends: Vec<u32>,
    words: Vec<Word>,
    /// The manager of each person's first 1on1, and further ones.
    main: Vec<u64>,
    others: HashMap<u32, Vec<u64>>,
    /// Held 1on1s by person and topic.
    topics: Vec<u16>,
}

/// The practice of everybody.
#[derive(Debug, Clone, Default)]
pub struct Practice {
    people: usize,
    codes: Vec<String>,
    /// The bit of the topic that alone makes no proper 1on1.
    work: u32,
    buckets: Vec<Bucket>,
    waiting: Vec<Waiting>,
    calendar: Calendar,
    /// What the log says at all.
    pub told: Told,
    /// 1on1s without a day, or before 2000 or after 2044: they stand in no month.
    pub undated: u64,
    /// First and last day of a held 1on1.
    pub span: Option<(i32, i32)>,
}

impl Practice {
    /// Nothing yet, of so many people. `codes` are the study's topics, `work` the one that alone is not enough.
    pub fn new(people: usize, codes: Vec<String>, work: Option<&str>) -> Self {
        let work = work.and_then(|code| codes.iter().position(|c| c == code)).map_or(0, |at| 1 << at);
        let mut practice = Self { codes, work, ..Self::default() };
        practice.grow(people);
        practice
    }

    /// Makes room for people who were not known at first.
    pub fn grow(&mut self, people: usize) {
        self.people = self.people.max(people);
        self.buckets.resize((self.people >> NEAR) + 1, Bucket::default());
    }

    /// Takes in a batch: `person[row]` is the person's number, `keep[row]` whether the row may count, `first[row]` whether
    /// it is the first of its 1on1.
    pub fn absorb(&mut self, layout: &Layout, batch: &Batch, person: &[u32], keep: &[bool], first: &[bool]) {
        let at = |name: &str| layout.position(name);
        let days = at("held_on").and_then(|p| batch.days(p));
        let status = at("status").and_then(|p| batch.text(p));
        let topics = at("topic").and_then(|p| batch.topics(p));
        let minutes = at("duration_min").and_then(|p| batch.numbers(p));
        let ratings = at("satisfaction").and_then(|p| batch.numbers(p));
        let manager = at("manager_id").and_then(|p| batch.text(p));
        let wide: Vec<(u32, &[f64])> = (self.codes.iter().enumerate().map(|(slot, code)| (1 << slot, code.as_str())))
            .chain([(OVERALL_BIT, "overall")])
            .filter_map(|(bit, code)| Some((bit, batch.numbers(at(code)?)?)))
            .collect();
        self.tell(Told {
            status: status.is_some(),
            minutes: minutes.is_some(),
            topics: topics.is_some() || wide.iter().any(|(bit, _)| *bit != OVERALL_BIT),
            ratings: ratings.is_some() || !wide.is_empty(),
            managers: manager.is_some(),
        });
        let mut manager = LastKey::new(manager);
        for row in 0..batch.rows() {
            let who = person.get(row).copied().unwrap_or(NOBODY);
            if who == NOBODY || !keep.get(row).copied().unwrap_or(false) {
                continue;
            }
            let mut set = topics.and_then(|t| t.get(row).copied()).unwrap_or(0);
            let mut rated = ratings.and_then(|r| r.get(row)).is_some_and(|r| !r.is_nan());
            for (bit, cells) in &wide {
                let filled = cells.get(row).is_some_and(|r| !r.is_nan());
                rated |= filled;
                set |= if filled { *bit } else { 0 };
            }
            self.push(Row {
                person: who,
                manager: manager.of(row),
                day: days.and_then(|d| d.get(row).copied()).unwrap_or(MISSING_DAY),
                fate: status.map_or(Fate::Held, |s| Fate::of(s.get(row))),
                minutes: minutes.and_then(|m| m.get(row).copied()).unwrap_or(f64::NAN),
                topics: set & !OVERALL_BIT,
                rated,
                starts: first.get(row).copied().unwrap_or(true),
            });
        }
    }

    /// Notes what a log, or one file of it, says at all.
    pub fn tell(&mut self, told: Told) {
        self.told.status |= told.status;
        self.told.minutes |= told.minutes;
        self.told.topics |= told.topics;
        self.told.ratings |= told.ratings;
        self.told.managers |= told.managers;
    }

    /// Takes in one row.
    #[inline]
    pub fn push(&mut self, row: Row) {
        let Some(place) = word::place(row.day) else {
            self.undated += u64::from(row.starts);
            return;
        };
        let held = row.fate == Fate::Held;
        if held {
            let (low, high) = self.span.unwrap_or((row.day, row.day));
            self.span = Some((low.min(row.day), high.max(row.day)));
        }
        let topics = if held { row.topics } else { 0 };
        let noted = Word::of(place, row.fate, row.minutes).noting(topics, self.work, held && row.rated);
        if !row.starts {
            if !held {
                return;
            }
            // Rows of one 1on1 mostly stand behind each other.
            if let Some(last) = self.waiting.last_mut().filter(|l| l.person == row.person && l.word.same_day(noted)) {
                last.word = last.word.amended(noted).noting(last.topics | topics, self.work, false);
                last.topics |= topics;
                return;
            }
        }
        let word = if row.starts { noted } else { noted.amendment() };
        let manager = [(row.manager >> 32) as u32, row.manager as u32];
        self.waiting.push(Waiting { person: row.person, manager, topics, word });
        if self.waiting.len() == WAITING {
            self.settle();
        }
    }

    /// Puts away what waits; to be called once more when all rows are in.
    pub fn settle(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let mut next = vec![0usize; self.buckets.len() + 1];
        for one in &waiting {
            if let Some(slot) = next.get_mut((one.person >> NEAR) as usize) {
                *slot += 1;
            }
        }
        let mut before = 0;
        for slot in &mut next {
            before += std::mem::replace(slot, before);
        }
        let mut order = vec![0u32; waiting.len()];
        for (number, one) in waiting.iter().enumerate() {
            let Some(at) = next.get_mut((one.person >> NEAR) as usize) else { continue };
            if let Some(place) = order.get_mut(*at) {
                *place = number as u32;
            }
            *at += 1;
        }
        let (mut from, topics, people) = (0, self.codes.len(), self.people);
        for (number, (bucket, &to)) in self.buckets.iter_mut().zip(&next).enumerate() {
            let own = order.get_mut(from..to).unwrap_or_default();
            // Stable: what came first stays first.
            own.sort_by_key(|at| waiting.get(*at as usize).map_or(NOBODY, |one| one.person));
            let size = (people - (number << NEAR)).min(1 << NEAR);
            bucket.take(own.iter().filter_map(|at| waiting.get(*at as usize)), own.len(), size, topics);
            from = to;
        }
        self.waiting = waiting;
        self.waiting.clear();
    }

    /// The 1on1s of a person, whatever became of them, by manager and day; empties `out` first.
    pub fn meetings(&self, person: usize, out: &mut Vec<Meeting>) {
        out.clear();
        let Some(bucket) = self.buckets.get(person >> NEAR) else { return };
        let local = person & ((1 << NEAR) - 1);
        let others = bucket.others.get(&(local as u32));
        let main = bucket.main.get(local).copied().unwrap_or(NOT_MET);
        out.extend(bucket.of(local).iter().map(|word| {
            let further = word.slot().checked_sub(1).and_then(|at| others?.get(at)).copied();
            word.meeting(further.unwrap_or(main))
        }));
        out.sort_unstable();
    }

    /// In how many held 1on1s a person talked about each topic, at most 65,535.
    pub fn topics(&self, person: usize) -> &[u16] {
        let (bucket, local, width) = (self.buckets.get(person >> NEAR), person & ((1 << NEAR) - 1), self.codes.len());
        bucket.and_then(|b| b.topics.get(local * width..(local + 1) * width)).unwrap_or_default()
    }

    /// The month of a day.
    #[inline]
    pub fn month(&self, day: i32) -> Month {
        self.calendar.month(day)
    }

    /// How many people.
    pub fn people(&self) -> usize {
        self.people
    }

    /// The topics' codes, in the order of their bits.
    pub fn codes(&self) -> &[String] {
        &self.codes
    }
}

/// Keys of managers row by row: one that stands below itself is hashed once.
struct LastKey<'b> {
    cells: Option<Texts<'b>>,
    last: (&'b str, u64),
}

impl<'b> LastKey<'b> {
    fn new(cells: Option<Texts<'b>>) -> Self {
        Self { cells, last: ("", NO_MANAGER) }
    }

    #[inline]
    fn of(&mut self, row: usize) -> u64 {
        let Some(cells) = self.cells else { return NO_MANAGER };
        let id = cells.get(row);
        if id != self.last.0 {
            self.last = (id, manager_key(id));
        }
        self.last.1
    }
}

impl Bucket {
    fn of(&self, local: usize) -> &[Word] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let from = local.checked_sub(1).map_or(0, end);
        self.words.get(from..end(local)).unwrap_or_default()
    }

    /// Takes in rows in the order of people; the words of later people move up to make room.
    fn take<'w>(
        &mut self,
        rows: impl DoubleEndedIterator<Item = &'w Waiting> + Clone,
        count: usize,
        people: usize,
        topics: usize,
    ) {
        if count == 0 {
            return;
        }
        if self.ends.len() < people {
            self.ends.resize(people, self.words.len() as u32);
            self.main.resize(people, NOT_MET);
            self.topics.resize(people * topics, 0);
        }
        let local = |row: &Waiting| (row.person & ((1 << NEAR) - 1)) as usize;
        for row in rows.clone() {
            let mut left = row.topics;
            while left != 0 {
                let at = local(row) * topics + left.trailing_zeros() as usize;
                if let Some(times) = self.topics.get_mut(at) {
                    *times = times.saturating_add(1);
                }
                left &= left - 1;
            }
        }
        let new = rows.clone().filter(|row| !row.word.is_amendment());
        let mut coming = new.clone().count();
        let (mut person, mut old_end) = (people, self.words.len());
        self.words.reserve_exact(coming);
        self.words.resize(old_end + coming, Word::default());
        // From the last person down: nobody's words are written over before they have moved.
        let mut own = new.rev().peekable();
        while coming > 0 && person > 0 {
            person -= 1;
            let old_start = person.checked_sub(1).and_then(|p| self.ends.get(p)).map_or(0, |end| *end as usize);
            let end = old_end + coming;
            let mut at = end;
            while let Some(row) = own.next_if(|row| local(row) == person) {
                at -= 1;
                coming -= 1;
                if let Some(place) = self.words.get_mut(at) {
                    *place = row.word;
                }
            }
            self.words.copy_within(old_start..old_end, old_start + coming);
            if let Some(place) = self.ends.get_mut(person) {
                *place = end as u32;
            }
            old_end = old_start;
        }
        self.name(rows.clone().filter(|row| !row.word.is_amendment()), local);
        for row in rows.filter(|row| row.word.is_amendment()) {
            self.amend(local(row), row);
        }
    }

    /// Gives the words that have just come the number of their manager: they stand last among their person's.
    fn name<'w>(&mut self, rows: impl Iterator<Item = &'w Waiting> + Clone, local: impl Fn(&Waiting) -> usize) {
        let mut rows = rows.peekable();
        let mut own: Vec<u64> = Vec::new();
        while let Some(first) = rows.peek().copied() {
            let person = local(first);
            own.clear();
            while let Some(row) = rows.next_if(|row| local(row) == person) {
                own.push(u64::from(row.manager[0]) << 32 | u64::from(row.manager[1]));
            }
            let end = self.ends.get(person).map_or(0, |end| *end as usize);
            for (number, manager) in own.iter().enumerate() {
                let slot = self.slot(person, *manager);
                if let Some(word) = self.words.get_mut(end - own.len() + number) {
                    *word = word.with_slot(slot);
                }
            }
        }
    }

    /// The number of a manager among a person's; all from the sixteenth on share one.
    fn slot(&mut self, local: usize, manager: u64) -> usize {
        let Some(main) = self.main.get_mut(local) else { return 0 };
        if *main == NOT_MET {
            *main = manager;
        }
        if *main == manager {
            return 0;
        }
        let others = self.others.entry(local as u32).or_default();
        match others.iter().position(|m| *m == manager) {
            Some(at) => at + 1,
            None if others.len() < LAST_SLOT => {
                others.push(manager);
                others.len()
            }
            None => LAST_SLOT,
        }
    }

    /// A further row of a 1on1 that is put away already. Two 1on1s of one person on one day share what their rows say.
    fn amend(&mut self, local: usize, row: &Waiting) {
        let end = self.ends.get(local).map_or(0, |end| *end as usize);
        let from = local.checked_sub(1).and_then(|p| self.ends.get(p)).map_or(0, |end| *end as usize);
        let words = self.words.get_mut(from..end).unwrap_or_default();
        for word in words.iter_mut().filter(|word| word.same_day(row.word)) {
            *word = word.amended(row.word);
        }
    }
}
