//! How people, teams and dates are marked in the files: running numbers and days, or random ids and coarse dates for an
//! anonymised export. It deliberately leaves out people whose coarse traits fewer than five share.

use super::Export;
use super::calendar::{self, WAVES};
use super::draws::{self, Purpose};
use super::world::{Arm, World};
use crate::domain::{Day, Month};
use hashbrown::{HashMap, HashSet};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// People with the same traits that an anonymised export needs at least.
const CROWD: usize = 5;

/// The marks of one export.
#[derive(Debug)]
pub(super) struct Marks {
    export: Export,
    employees: Vec<String>,
    managers: Vec<String>,
    kept: Vec<bool>,
    pseudonyms: ChaCha8Rng,
    sessions: u64,
    width: usize,
}

impl Marks {
    /// Marks for everybody; `sessions` is how many 1on1s will be numbered.
    pub fn new(world: &World, export: Export, seed: u64, sessions: usize) -> Self {
        let mut rng = draws::stream(seed, Purpose::Pseudonyms, 0);
        let (people, teams) = (world.people.len(), world.teams.len());
        let (employees, managers, kept) = match export {
            Export::Identified => (numbered("E", people, 5), numbered("M", teams, 3), vec![true; people]),
            Export::Anonymised => (random("e_", people, &mut rng), random("m_", teams, &mut rng), crowds(world)),
        };
        let width = sessions.to_string().len().max(5);
        Self { export, employees, managers, kept, pseudonyms: rng, sessions: 0, width }
    }

    /// Whether the export is coarse.
    pub fn coarse(&self) -> bool {
        self.export == Export::Anonymised
    }

    /// Whether a person is in the export.
    pub fn keeps(&self, person: usize) -> bool {
        self.kept[person]
    }

    /// People left out.
    pub fn suppressed(&self) -> usize {
        self.kept.iter().filter(|k| !**k).count()
    }

    /// The id of a person.
    pub fn employee(&self, person: usize) -> &str {
        &self.employees[person]
    }

    /// The id of a team's manager.
    pub fn manager(&self, team: usize) -> &str {
        &self.managers[team]
    }

    /// The id of the next 1on1.
    pub fn next_session(&mut self) -> String {
        self.sessions += 1;
        match self.export {
            Export::Identified => format!("S{:0width$}", self.sessions, width = self.width),
            Export::Anonymised => pseudonym("s_", &mut self.pseudonyms),
        }
    }

    /// The day of an event as it is written: itself, or the first of its month.
    pub fn day(&self, day: Day) -> Day {
        if self.coarse() { day.month().first() } else { day }
    }

    /// The day of a wave as it is written.
    pub fn wave(&self, wave: usize) -> Day {
        calendar::waves().get(wave).map_or(calendar::last_day(), |&d| self.day(d))
    }

    /// All waves as they are written.
    pub fn waves(&self) -> [Day; WAVES] {
        std::array::from_fn(|w| self.wave(w))
    }

    /// The hiring day as it is written: coarse, it is the first of the year, and one year stands for all before 2023.
    pub fn hired(&self, day: Day) -> Day {
        if self.coarse() { coarse_hired(day) } else { day }
    }

    /// The leaving day as it is written: coarse, it is the first of the last month of the half-year, so that nobody
    /// leaves before a 1on1 of theirs.
    pub fn left(&self, day: Day) -> Day {
        if self.coarse() { coarse_left(day) } else { day }
    }
}

fn numbered(prefix: &str, count: usize, least: usize) -> Vec<String> {
    let width = count.to_string().len().max(least);
    (1..=count).map(|i| format!("{prefix}{i:0width$}")).collect()
}

fn random(prefix: &str, count: usize, rng: &mut ChaCha8Rng) -> Vec<String> {
    let mut seen = HashSet::with_capacity(count);
    let mut ids = Vec::with_capacity(count);
    while ids.len() < count {
        let id = pseudonym(prefix, rng);
        if seen.insert(id.clone()) {
            ids.push(id);
        }
    }
    ids
}

/// A prefix and ten letters or digits of the lower-case base32 alphabet: 50 random bits, related to nothing.
fn pseudonym(prefix: &str, rng: &mut ChaCha8Rng) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut id = String::with_capacity(prefix.len() + 10);
    id.push_str(prefix);
    id.extend((0..10).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])));
    id
}

fn coarse_hired(day: Day) -> Day {
    let first = calendar::first_day();
    let year = day.max(Day(first.0 - 1)).ymd().0;
    Month::new(year, 1).first()
}

fn coarse_left(day: Day) -> Day {
    let (year, month, _) = day.ymd();
    Month::new(year, if month <= 6 { 6 } else { 12 }).first()
}

/// Keeps the people who share group, hiring band and leaving band with at least four others.
fn crowds(world: &World) -> Vec<bool> {
    let key = |p: usize| -> (Arm, Day, Option<Day>) {
        let person = &world.people[p];
        (world.teams[person.team].arm, coarse_hired(person.hired), person.left.map(coarse_left))
    };
    let mut counts: HashMap<(Arm, Day, Option<Day>), usize> = HashMap::new();
    for p in 0..world.people.len() {
        *counts.entry(key(p)).or_default() += 1;
    }
    (0..world.people.len()).map(|p| counts.get(&key(p)).is_some_and(|&c| c >= CROWD)).collect()
}
