//! Primary keys: a repeated row is told and counted once; the same session id with another person or day is an error.
//!
//! Ids that rise in file order need no memory: a repeat can only stand next to its like. Otherwise 64-bit hashes are
//! kept (8 bytes a key, 16 more a session); which way is decided on the first batch, and a log whose ids stop rising
//! later is read again with hashes (`Gatekeeper::keys_settled`). Repeated answers are found among the answers themselves.

use super::said::{Before, Said};
use super::{Ledger, Seen};
use crate::domain::Day;
use crate::findings::Level;
use crate::panel::{NOBODY, Survey, fetch};
use crate::tables::{Layout, MISSING_DAY, OVERALL_BIT, Table};
use hashbrown::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

/// How the keys of the session log are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMode {
    /// By order, as long as ids rise.
    Rising,
    /// By hash.
    Hashed,
}

/// What the keys say of each row of a batch.
#[derive(Debug, Default)]
pub struct RowKeys {
    /// The row may count.
    pub keep: Vec<bool>,
    /// The row is the first of its 1on1.
    pub first: Vec<bool>,
}

/// Keys seen so far, per table.
#[derive(Debug)]
pub struct Keys {
    hasher: RandomState,
    people: HashSet<u64>,
    /// The files of the survey, and the number of its answers when each began.
    surveys: Vec<(usize, Layout)>,
    months: Said,
    totals: HashSet<u64>,
    days: HashSet<(u32, i32)>,
    /// Of each person, the day of the last 1on1.
    last_day: Vec<i32>,
    finest: Finest,
    log: Log,
}

/// Keys of the session log.
#[derive(Debug)]
struct Log {
    mode: KeyMode,
    started: Start,
    last: Last,
    topics: HashSet<u64>,
    sessions: HashMap<u64, (u32, i32)>,
    broken: Option<()>,
    /// Bytes for hashes, and whether they were not enough: then no repeat is looked for.
    memory: Option<u64>,
    overfull: Option<u64>,
}

/// The finest dates of the log so far.
#[derive(Debug, PartialEq)]
enum Finest {
    Month,
    Day,
}

#[derive(Debug, PartialEq)]
enum Start {
    Not,
    Yes,
}

/// The 1on1 of the row before.
#[derive(Debug, Default)]
struct Last {
    id: String,
    person: u32,
    day: i32,
    topics: Vec<u32>,
}

impl Keys {
    /// No key seen yet.
    pub fn new(mode: KeyMode, memory: Option<u64>) -> Self {
        let log = Log {
            mode,
            started: Start::Not,
            last: Last::default(),
            topics: HashSet::new(),
            sessions: HashMap::new(),
            broken: None,
            memory,
            overfull: None,
        };
        Self {
            hasher: RandomState::new(),
            people: HashSet::new(),
            surveys: Vec::new(),
            months: Said::default(),
            totals: HashSet::new(),
            days: HashSet::new(),
            last_day: Vec::new(),
            finest: Finest::Month,
            log,
        }
    }

    /// Whether every repeat was seen for sure.
    pub fn settled(&self) -> bool {
        self.log.broken.is_none()
    }

    /// The bytes that were not enough for the keys, if they were not: repeats in the log were then not looked for.
    pub fn overfull(&self) -> Option<u64> {
        self.log.overfull
    }

    /// Lets the keys go when they take more than they may.
    fn weigh(&mut self) {
        let Some(memory) = self.log.memory.filter(|_| self.log.overfull.is_none()) else { return };
        // A slot of a hash table and its byte of control.
        let taken = 17 * self.log.sessions.capacity() + 9 * self.log.topics.capacity() + 9 * self.days.capacity();
        if taken as u64 > memory {
            self.log.overfull = Some(memory);
            (self.log.sessions, self.log.topics, self.days) = Default::default();
        }
    }

    /// Whether every 1on1 is dated by its month (the first of it).
    pub fn only_months(&self) -> bool {
        self.finest == Finest::Month
    }

    /// Looks at the keys of a batch; `answers` is how many answers of the survey there are so far.
    pub fn check(&mut self, seen: &Seen, answers: usize, ledger: &mut Ledger) -> RowKeys {
        let rows = seen.batch.rows();
        let mut keys = RowKeys { keep: vec![true; rows], first: vec![true; rows] };
        match seen.layout.table {
            Table::People => self.people(seen, ledger, &mut keys),
            Table::Survey => self.survey(seen, answers, ledger, &mut keys),
            Table::Sessions => self.sessions(seen, ledger, &mut keys),
            Table::Sales => self.sales(seen, ledger, &mut keys),
            Table::Attrition => self.attrition(seen, ledger, &mut keys),
        }
        keys
    }

    fn people(&mut self, seen: &Seen, ledger: &mut Ledger, keys: &mut RowKeys) {
        let Some(ids) = seen.layout.position("employee_id").and_then(|at| seen.batch.text(at)) else { return };
        for (row, id) in ids.iter().enumerate() {
            if id.is_empty() {
                keys.keep[row] = false;
            } else if !self.people.insert(self.hasher.hash_one(id)) {
                let line = seen.batch.line(row);
                ledger.add("duplicate_person", Level::Error, seen.layout, "employee_id", line).structural = true;
                keys.keep[row] = false;
            }
        }
    }

    fn survey(&mut self, seen: &Seen, answers: usize, ledger: &mut Ledger, keys: &mut RowKeys) {
        if self.surveys.last().is_none_or(|(_, layout)| layout != seen.layout) {
            self.surveys.push((answers, seen.layout.clone()));
        }
        let Some(waves) = seen.batch.texts(seen.layout, "wave") else { return };
        for (row, wave) in waves.iter().enumerate() {
            if wave.is_empty() {
                ledger.add("missing_key", Level::Error, seen.layout, "wave", seen.batch.line(row));
                keys.keep[row] = false;
            }
        }
    }

    /// Strikes out answers that repeat one of the same person and wave, once all are in.
    pub fn answers(&self, survey: &mut Survey, people: usize, ledger: &mut Ledger) {
        let mut repeated = Vec::new();
        let mut of_one = Vec::new();
        for places in survey.by_person(people).iter() {
            of_one.clear();
            of_one.extend_from_slice(places);
            of_one.sort_by_key(|&at| (survey.answers[at as usize].wave, at));
            for pair in of_one.windows(2) {
                let [first, again] = [pair[0], pair[1]].map(|at| &survey.answers[at as usize]);
                if first.wave == again.wave {
                    repeated.push((pair[1] as usize, !first.says_the_same(again)));
                }
            }
        }
        repeated.sort_unstable();
        for &(at, contradicts) in &repeated {
            let Some((_, layout)) = self.surveys.iter().rev().find(|(begin, _)| *begin <= at) else { continue };
            let line = survey.answers[at].line;
            ledger.add("duplicate_answer", Level::Error, layout, "employee_id", line).structural |= contradicts;
        }
        survey.strike(&repeated.iter().map(|(at, _)| *at).collect::<Vec<_>>());
    }

    fn sales(&mut self, seen: &Seen, ledger: &mut Ledger, keys: &mut RowKeys) {
        let Some(months) = seen.layout.position("month").and_then(|at| seen.batch.days(at)) else { return };
        let sales = seen.layout.position("sales").and_then(|at| seen.batch.numbers(at));
        for (row, (&month, &who)) in months.iter().zip(seen.person).enumerate() {
            if who == NOBODY || month == MISSING_DAY {
                continue;
            }
            let before = self.months.note(who, month, bits(sales, row));
            if before != Before::Nothing {
                // A repeat that says the same is told and counted once; one that says something else stops the work,
                // because nobody can know which is right.
                let line = seen.batch.line(row);
                let issue = ledger.add("duplicate_month", Level::Error, seen.layout, "month", line);
                issue.structural |= before == Before::Other;
                keys.keep[row] = false;
            }
        }
    }

    fn attrition(&mut self, seen: &Seen, ledger: &mut Ledger, keys: &mut RowKeys) {
        let group = seen.layout.position("group").and_then(|at| seen.batch.text(at));
        let months = seen.layout.position("month").and_then(|at| seen.batch.days(at));
        let (Some(group), Some(months)) = (group, months) else { return };
        for (row, &month) in months.iter().enumerate() {
            let line = seen.batch.line(row);
            if month != MISSING_DAY && !self.totals.insert(self.hasher.hash_one((group.get(row), month))) {
                ledger.add("duplicate_month", Level::Error, seen.layout, "month", line);
                keys.keep[row] = false;
            }
        }
    }

    fn sessions(&mut self, seen: &Seen, ledger: &mut Ledger, keys: &mut RowKeys) {
        let days = seen.layout.position("held_on").and_then(|at| seen.batch.days(at));
        let topics = seen.layout.position("topic").and_then(|at| seen.batch.topics(at));
        let ids = seen.layout.position("session_id").and_then(|at| seen.batch.text(at));
        if self.log.started == Start::Not {
            self.log.started = Start::Yes;
            let rises = ids.is_some_and(|ids| (1..ids.len()).all(|r| ids.get(r - 1) <= ids.get(r)));
            if !rises {
                self.log.mode = KeyMode::Hashed;
            }
        }
        let before = std::mem::take(&mut self.log.last.id);
        let mut last = before.as_str();
        for (row, &person) in seen.person.iter().enumerate() {
            let day = days.and_then(|d| d.get(row).copied()).unwrap_or(MISSING_DAY);
            let set = topics.and_then(|t| t.get(row).copied()).unwrap_or(0);
            let id = ids.map_or("", |ids| ids.get(row));
            if id.is_empty() && ids.is_some() {
                ledger.add("missing_id", Level::Error, seen.layout, "session_id", seen.batch.line(row));
            }
            if person == NOBODY {
                continue;
            }
            if id.is_empty() && day == MISSING_DAY {
                // Without an id and a day nothing tells one 1on1 from another.
                continue;
            }
            let found = match (self.log.mode, id.is_empty()) {
                _ if self.log.overfull.is_some() => self.log.neighbours(&mut last, id, person, day),
                (KeyMode::Rising, false) => self.log.rising(&mut last, id, person, day, set),
                _ => self.log.hashed(&self.hasher, id, person, day, set),
            };
            if self.log.mode == KeyMode::Hashed {
                // Should the keys grow too large, the next row is compared with this one.
                (last, self.log.last.person, self.log.last.day) = (id, person, day);
            }
            keys.first[row] = found.first == FirstRow::Yes;
            let code = match found.fault {
                KeyFault::None => continue,
                KeyFault::Repeated => "duplicate_row",
                KeyFault::Clash => "session_id_reused",
            };
            keys.keep[row] = false;
            let column = if ids.is_some() { "session_id" } else { "held_on" };
            let line = seen.batch.line(row);
            // Two different 1on1s under one id: no row can be trusted to be the right one.
            ledger.add(code, Level::Error, seen.layout, column, line).structural |= code == "session_id_reused";
        }
        self.log.last.id = last.to_string();
        self.weigh();
        if self.log.overfull.is_none() {
            self.same_day(seen, keys, ledger, days);
        }
    }

    /// Two 1on1s of one person on one day are possible but usually one meeting entered twice. A log in the order of its
    /// days needs one day per person; any other keeps person-days.
    fn same_day(&mut self, seen: &Seen, keys: &RowKeys, ledger: &mut Ledger, days: Option<&[i32]>) {
        let Some(days) = days else { return };
        self.last_day.resize(seen.people.len(), MISSING_DAY);
        if self.log.mode == KeyMode::Rising {
            fetch(&self.last_day, seen.person.iter().map(|who| *who as usize));
        }
        for (row, (&day, &who)) in days.iter().zip(seen.person).enumerate() {
            if who == NOBODY || day == MISSING_DAY || !keys.first[row] || !keys.keep[row] {
                continue;
            }
            if self.finest == Finest::Month && Day(day).ymd().2 != 1 {
                self.finest = Finest::Day;
            }
            let again = match self.log.mode {
                KeyMode::Rising => std::mem::replace(&mut self.last_day[who as usize], day) == day,
                KeyMode::Hashed => !self.days.insert((who, day)),
            };
            if again {
                let line = seen.batch.line(row);
                ledger.add("two_on_one_day", Level::Warning, seen.layout, "session_id", line);
            }
        }
    }
}

/// The bits of a cell, to tell a repeat from a contradiction.
fn bits(cells: Option<&[f64]>, row: usize) -> u64 {
    cells.and_then(|c| c.get(row)).map_or(0, |value| value.to_bits())
}

/// Whether two rows of one id speak of different people or days. A date that could not be read is a fault of its cell and
/// contradicts no other.
fn contradicts(one: (u32, i32), other: (u32, i32)) -> bool {
    let dated = one.1 != MISSING_DAY && other.1 != MISSING_DAY;
    one.0 != other.0 || (dated && one.1 != other.1)
}

#[derive(PartialEq)]
enum FirstRow {
    Yes,
    No,
}

enum KeyFault {
    None,
    Repeated,
    Clash,
}

struct Found {
    first: FirstRow,
    fault: KeyFault,
}

/// Room for a further row of a 1on1 whose topic is blank.
const NO_TOPIC: u32 = OVERALL_BIT >> 1;

impl Log {
    #[inline]
    fn rising<'b>(&mut self, last: &mut &'b str, id: &'b str, person: u32, day: i32, set: u32) -> Found {
        let set = if set == 0 { NO_TOPIC } else { set };
        if id > *last {
            *last = id;
            self.last.person = person;
            self.last.day = day;
            self.last.topics.clear();
            self.last.topics.push(set);
            return Found { first: FirstRow::Yes, fault: KeyFault::None };
        }
        if id < *last {
            self.broken = Some(());
            return Found { first: FirstRow::Yes, fault: KeyFault::None };
        }
        let fault = if contradicts((self.last.person, self.last.day), (person, day)) {
            KeyFault::Clash
        } else if self.last.topics.contains(&set) {
            KeyFault::Repeated
        } else {
            self.last.topics.push(set);
            KeyFault::None
        };
        if self.last.day == MISSING_DAY {
            self.last.day = day;
        }
        Found { first: FirstRow::No, fault }
    }

    /// Without memory for keys, rows of one 1on1 are told by standing behind each other; a repeat is not looked for.
    fn neighbours<'b>(&mut self, last: &mut &'b str, id: &'b str, person: u32, day: i32) -> Found {
        let same = (id, person, day) == (*last, self.last.person, self.last.day);
        (*last, self.last.person, self.last.day) = (id, person, day);
        Found { first: if same { FirstRow::No } else { FirstRow::Yes }, fault: KeyFault::None }
    }

    fn hashed(&mut self, hasher: &RandomState, id: &str, person: u32, day: i32, set: u32) -> Found {
        let session = if id.is_empty() { hasher.hash_one((person, day)) } else { hasher.hash_one(id) };
        let first = match self.sessions.get(&session) {
            None => FirstRow::Yes,
            Some(&owner) if contradicts(owner, (person, day)) => {
                return Found { first: FirstRow::No, fault: KeyFault::Clash };
            }
            Some(_) => FirstRow::No,
        };
        let known = self.sessions.entry(session).or_insert((person, day));
        if known.1 == MISSING_DAY {
            known.1 = day;
        }
        let fault =
            if self.topics.insert(hasher.hash_one((session, set))) { KeyFault::None } else { KeyFault::Repeated };
        Found { first, fault }
    }
}
