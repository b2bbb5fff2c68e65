//! Primary keys: a repeated row is told and counted once; the same session id with another person or day is an error.
//!
//! Ids that rise in file order need no memory: a repeat can only stand next to its like. Otherwise 64-bit hashes are
//! kept (8 bytes a key, 16 more a session); which way is decided on the first batch, and a log whose ids stop rising
//! later is read again with hashes (`Gatekeeper::keys_settled`).

use super::{Ledger, Seen};
use crate::domain::Day;
use crate::findings::Level;
use crate::panel::NOBODY;
use crate::tables::{MISSING_DAY, OVERALL_BIT, Table};
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
    answers: HashMap<(u32, u64), u64>,
    months: HashMap<(u32, i32), u64>,
    totals: HashSet<u64>,
    days: HashSet<(u32, i32)>,
    last_day: HashMap<u32, i32>,
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
    pub fn new(mode: KeyMode) -> Self {
        let log = Log {
            mode,
            started: Start::Not,
            last: Last::default(),
            topics: HashSet::new(),
            sessions: HashMap::new(),
            broken: None,
        };
        Self {
            hasher: RandomState::new(),
            people: HashSet::new(),
            answers: HashMap::new(),
            months: HashMap::new(),
            totals: HashSet::new(),
            days: HashSet::new(),
            last_day: HashMap::new(),
            finest: Finest::Month,
            log,
        }
    }

    /// Whether every repeat was seen for sure.
    pub fn settled(&self) -> bool {
        self.log.broken.is_none()
    }

    /// Whether every 1on1 is dated by its month (the first of it).
    pub fn only_months(&self) -> bool {
        self.finest == Finest::Month
    }

    /// Looks at the keys of a batch.
    pub fn check(&mut self, seen: &Seen, ledger: &mut Ledger) -> RowKeys {
        let rows = seen.batch.rows();
        let mut keys = RowKeys { keep: vec![true; rows], first: vec![true; rows] };
        match seen.layout.table {
            Table::People => self.people(seen, ledger, &mut keys),
            Table::Survey => self.survey(seen, ledger, &mut keys),
            Table::Sessions => self.sessions(seen, ledger, &mut keys),
            Table::Sales => self.sales(seen, ledger, &mut keys),
            Table::Attrition => self.attrition(seen, ledger, &mut keys),
        }
        keys
    }

    fn people(&mut self, seen: &Seen, ledger: &mut Ledger, keys: &mut RowKeys) {
        let Some(ids) = seen.layout.position("employee_id").and_then(|at| seen.batch.text(at)) else { return };
        for (row, &line) in seen.batch.lines.iter().enumerate() {
            let id = ids.get(row);
            if id.is_empty() {
                keys.keep[row] = false;
            } else if !self.people.insert(self.hasher.hash_one(id)) {
                ledger.add("duplicate_person", Level::Error, seen.layout, "employee_id", line).structural = true;
                keys.keep[row] = false;
            }
        }
    }

    fn survey(&mut self, seen: &Seen, ledger: &mut Ledger, keys: &mut RowKeys) {
        let Some(waves) = seen.layout.position("wave").and_then(|at| seen.batch.text(at)) else { return };
        let number = |name: &str| seen.layout.position(name).and_then(|at| seen.batch.numbers(at));
        let (engagement, level) = (number("engagement"), number("level"));
        for (row, &line) in seen.batch.lines.iter().enumerate() {
            let who = seen.person.get(row).copied().unwrap_or(NOBODY);
            let wave = waves.get(row);
            if wave.is_empty() {
                ledger.add("missing_key", Level::Error, seen.layout, "wave", line);
                keys.keep[row] = false;
                continue;
            }
            if who == NOBODY {
                continue;
            }
            let said = self.hasher.hash_one((bits(engagement, row), bits(level, row)));
            let before = self.answers.insert((who, self.hasher.hash_one(wave)), said);
            keys.keep[row] = unique(before, said, seen, ledger, ("duplicate_answer", "employee_id", line));
        }
    }

    fn sales(&mut self, seen: &Seen, ledger: &mut Ledger, keys: &mut RowKeys) {
        let Some(months) = seen.layout.position("month").and_then(|at| seen.batch.days(at)) else { return };
        let sales = seen.layout.position("sales").and_then(|at| seen.batch.numbers(at));
        for (row, (&month, &line)) in months.iter().zip(&seen.batch.lines).enumerate() {
            let who = seen.person.get(row).copied().unwrap_or(NOBODY);
            if who == NOBODY || month == MISSING_DAY {
                continue;
            }
            let said = bits(sales, row);
            let before = self.months.insert((who, month), said);
            keys.keep[row] = unique(before, said, seen, ledger, ("duplicate_month", "month", line));
        }
    }

    fn attrition(&mut self, seen: &Seen, ledger: &mut Ledger, keys: &mut RowKeys) {
        let group = seen.layout.position("group").and_then(|at| seen.batch.text(at));
        let months = seen.layout.position("month").and_then(|at| seen.batch.days(at));
        let (Some(group), Some(months)) = (group, months) else { return };
        for (row, (&month, &line)) in months.iter().zip(&seen.batch.lines).enumerate() {
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
        for (row, &line) in seen.batch.lines.iter().enumerate() {
            let person = seen.person.get(row).copied().unwrap_or(NOBODY);
            let day = days.and_then(|d| d.get(row).copied()).unwrap_or(MISSING_DAY);
            let set = topics.and_then(|t| t.get(row).copied()).unwrap_or(0);
            let id = ids.map_or("", |ids| ids.get(row));
            if id.is_empty() && ids.is_some() {
                ledger.add("missing_id", Level::Error, seen.layout, "session_id", line);
            }
            if person == NOBODY {
                continue;
            }
            if id.is_empty() && day == MISSING_DAY {
                // Without an id and a day nothing tells one 1on1 from another.
                continue;
            }
            let found = match (self.log.mode, id.is_empty()) {
                (KeyMode::Rising, false) => self.log.rising(id, person, day, set),
                _ => self.log.hashed(&self.hasher, id, person, day, set),
            };
            keys.first[row] = found.first == FirstRow::Yes;
            let code = match found.fault {
                KeyFault::None => continue,
                KeyFault::Repeated => "duplicate_row",
                KeyFault::Clash => "session_id_reused",
            };
            keys.keep[row] = false;
            let column = if ids.is_some() { "session_id" } else { "held_on" };
            // Two different 1on1s under one id: no row can be trusted to be the right one.
            ledger.add(code, Level::Error, seen.layout, column, line).structural |= code == "session_id_reused";
        }
        self.same_day(seen, keys, ledger, days);
    }

    /// Two 1on1s of one person on one day are possible but usually one meeting entered twice. A log in the order of its
    /// days needs one day per person; any other keeps person-days.
    fn same_day(&mut self, seen: &Seen, keys: &RowKeys, ledger: &mut Ledger, days: Option<&[i32]>) {
        let Some(days) = days else { return };
        for (row, (&day, &line)) in days.iter().zip(&seen.batch.lines).enumerate() {
            let who = seen.person.get(row).copied().unwrap_or(NOBODY);
            if who == NOBODY || day == MISSING_DAY || !keys.first[row] || !keys.keep[row] {
                continue;
            }
            if self.finest == Finest::Month && Day(day).ymd().2 != 1 {
                self.finest = Finest::Day;
            }
            let again = match self.log.mode {
                KeyMode::Rising => self.last_day.insert(who, day) == Some(day),
                KeyMode::Hashed => !self.days.insert((who, day)),
            };
            if again {
                ledger.add("two_on_one_day", Level::Warning, seen.layout, "session_id", line);
            }
        }
    }
}

/// The bits of a cell, to tell a repeat from a contradiction.
fn bits(cells: Option<&[f64]>, row: usize) -> u64 {
    cells.and_then(|c| c.get(row)).map_or(0, |value| value.to_bits())
}

/// Whether the key is new. A repeat that says the same is told and counted once; one that says something else stops the
/// work, because nobody can know which is right.
fn unique(
    before: Option<u64>,
    said: u64,
    seen: &Seen,
    ledger: &mut Ledger,
    (code, column, line): (&'static str, &str, u64),
) -> bool {
    let Some(before) = before else { return true };
    ledger.add(code, Level::Error, seen.layout, column, line).structural |= before != said;
    false
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
    fn rising(&mut self, id: &str, person: u32, day: i32, set: u32) -> Found {
        let set = if set == 0 { NO_TOPIC } else { set };
        if id > self.last.id.as_str() {
            self.last.id.clear();
            self.last.id.push_str(id);
            self.last.person = person;
            self.last.day = day;
            self.last.topics.clear();
            self.last.topics.push(set);
            return Found { first: FirstRow::Yes, fault: KeyFault::None };
        }
        if id < self.last.id.as_str() {
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
