//! Every answer of the survey, and which answer of a person is the one that counts. Waves are put in order here.

use super::ids::{Ids, NOBODY};
use crate::domain::Day;
use crate::study::{LadderItem, LadderItems, Wave};
use crate::tables::{Batch, Layout};
use std::collections::BTreeMap;

/// One person's answer in one wave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// Person number.
    pub person: u32,
    /// Wave number in `Survey::waves`.
    pub wave: u32,
    /// The outcome; NaN when missing.
    pub engagement: f64,
    /// The ladder level, as answered or as the items make it; NaN when missing.
    pub level: f64,
    /// The items of the ladder that were agreed with, lowest level in the lowest bit.
    pub agreed: u32,
    /// The items that were answered.
    pub given: u32,
    /// Physical line, for a fault found once the whole column is known.
    pub line: u64,
}

/// Places of answers by person.
#[derive(Debug)]
pub struct Grouped {
    places: Vec<u32>,
    ends: Vec<u32>,
}

impl Grouped {
    /// The places of each person, in the order of people.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.ends.windows(2).map(|pair| match pair {
            [from, to] => self.places.get(*from as usize..*to as usize).unwrap_or(&[]),
            _ => &[],
        })
    }
}

/// What a person answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The engagement score.
    Engagement,
    /// The ladder level.
    Level,
    /// The items of the ladder.
    Items,
}

/// All answers, and the waves in order.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Wave labels as written: ISO days or labels.
    pub waves: Ids,
    /// Every answer of a known person, in file order.
    pub answers: Vec<Answer>,
    /// The file answers for units instead of people.
    pub by_unit: bool,
    /// The units, when it does.
    pub units: Ids,
    /// Answers given for units: `person` is the number of the unit in `units`.
    pub unit_answers: Vec<Answer>,
    rank: Vec<u32>,
    days: Vec<Option<Day>>,
}

impl Survey {
    /// Takes in a batch; `person[row]` is the person's number or `NOBODY`. A level that was not answered itself is made
    /// from the answers to `items`.
    pub fn absorb(
        &mut self,
        layout: &Layout,
        batch: &Batch,
        person: &[u32],
        keep: &[bool],
        items: Option<&LadderItems>,
    ) {
        let Some(wave) = layout.position("wave").and_then(|at| batch.text(at)) else { return };
        self.by_unit |= layout.position("employee_id").is_none();
        let number = |name: &str| layout.position(name).and_then(|at| batch.numbers(at));
        let (engagement, level) = (number("engagement"), number("level"));
        let unit = layout.position("unit_id").and_then(|at| batch.text(at)).filter(|_| self.by_unit);
        let columns: Vec<(&LadderItem, &[f64])> = (items.into_iter().flat_map(|items| &items.items))
            .map(|item| (item, number(&item.column).unwrap_or(&[])))
            .collect();
        for row in 0..batch.rows() {
            let who = match unit {
                Some(unit) => self.units.intern(unit.get(row)),
                None => person.get(row).copied().unwrap_or(NOBODY),
            };
            if who == NOBODY {
                continue;
            }
            let wave = self.waves.intern(wave.get(row));
            if wave == NOBODY || !keep.get(row).copied().unwrap_or(false) {
                continue;
            }
            let cell = |cells: Option<&[f64]>| cells.and_then(|c| c.get(row).copied()).unwrap_or(f64::NAN);
            let line = batch.line(row);
            let mut answer = Answer {
                person: who,
                wave,
                engagement: cell(engagement),
                level: cell(level),
                agreed: 0,
                given: 0,
                line,
            };
            if let Some(items) = items {
                answer.answered(items, columns.iter().map(|(item, cells)| items.agrees(item, cell(Some(cells)))));
            }
            if unit.is_some() { self.unit_answers.push(answer) } else { self.answers.push(answer) }
        }
    }

    /// For each of `people`, the places of their answers in `answers`, in file order.
    #[allow(clippy::indexing_slicing, reason = "places found or counted in the same list")]
    pub fn by_person(&self, people: usize) -> Grouped {
        let mut ends = vec![0u32; people + 1];
        let known = self.answers.iter().enumerate().filter(|(_, a)| (a.person as usize) < people);
        known.clone().for_each(|(_, a)| ends[a.person as usize + 1] += 1);
        (1..=people).for_each(|p| ends[p] += ends[p - 1]);
        let mut next = ends.clone();
        let mut places = vec![0u32; self.answers.len()];
        for (at, answer) in known {
            let slot = &mut next[answer.person as usize];
            places[*slot as usize] = at as u32;
            *slot += 1;
        }
        Grouped { places, ends }
    }

    /// Removes the answers at these places, which rise.
    pub fn strike(&mut self, places: &[usize]) {
        let (mut at, mut rest) = (0, places);
        self.answers.retain(|_| {
            let struck = rest.first() == Some(&at);
            rest = if struck { rest.get(1..).unwrap_or(&[]) } else { rest };
            at += 1;
            !struck
        });
    }

    /// Puts the waves in order: by day where every wave has one (its own, or the study's), else by number, else by text.
    #[allow(clippy::indexing_slicing, reason = "places found or counted in the same list")]
    pub fn order(&mut self, dates: &BTreeMap<String, Day>) {
        let labels: Vec<String> = (0..self.waves.len() as u32).map(|w| self.waves.name(w).to_string()).collect();
        self.days = labels.iter().map(|l| Day::parse_iso(l).or_else(|| dates.get(l).copied())).collect();
        if self.days.iter().any(Option::is_none) {
            self.days = vec![None; labels.len()];
        }
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_by(|&a, &b| {
            let day = self.days[a].cmp(&self.days[b]);
            let number = |l: &str| l.parse::<f64>().unwrap_or(f64::INFINITY);
            day.then(number(&labels[a]).total_cmp(&number(&labels[b]))).then(labels[a].cmp(&labels[b]))
        });
        self.rank = vec![0; labels.len()];
        for (rank, &wave) in order.iter().enumerate() {
            self.rank[wave] = rank as u32;
        }
    }

    /// The day of a wave; `None` unless every wave has one.
    pub fn day(&self, wave: u32) -> Option<Day> {
        self.days.get(wave as usize).copied().flatten()
    }

    /// Whether every wave has a day.
    pub fn dated(&self) -> bool {
        !self.days.is_empty() && self.days.iter().all(Option::is_some)
    }

    /// Position of a wave in time, from 0.
    pub fn rank(&self, wave: u32) -> u32 {
        self.rank.get(wave as usize).copied().unwrap_or(0)
    }

    /// Per person (of `people`), the index in `answers` of the answer that counts: the latest one that holds `asked`,
    /// or the one of the chosen wave.
    #[allow(clippy::indexing_slicing, reason = "places found or counted in the same list")]
    pub fn chosen(&self, people: usize, which: &Wave, asked: Asked) -> Vec<Option<usize>> {
        let wanted = match which {
            Wave::Label(label) => self.waves.find(label),
            Wave::Last | Wave::All => None,
        };
        let mut chosen: Vec<Option<usize>> = vec![None; people];
        for (index, answer) in self.answers.iter().enumerate() {
            if matches!(which, Wave::Label(_)) && Some(answer.wave) != wanted {
                continue;
            }
            if answer.value(asked).is_nan() {
                continue;
            }
            let Some(slot) = chosen.get_mut(answer.person as usize) else { continue };
            let later = slot.is_none_or(|old| self.rank(self.answers[old].wave) < self.rank(answer.wave));
            if later {
                *slot = Some(index);
            }
        }
        chosen
    }
}

impl Survey {
    /// The wave that counts for each unit: the latest in which anybody of it gave what is asked, or the chosen one.
    pub fn waves_of_units(&self, which: &Wave, asked: Asked) -> Vec<Option<u32>> {
        let wanted = match which {
            Wave::Label(label) => self.waves.find(label),
            Wave::Last | Wave::All => None,
        };
        let mut chosen: Vec<Option<u32>> = vec![None; self.units.len()];
        for answer in &self.unit_answers {
            let other = matches!(which, Wave::Label(_)) && Some(answer.wave) != wanted;
            let Some(slot) = chosen.get_mut(answer.person as usize) else { continue };
            if !other && !answer.value(asked).is_nan() && slot.is_none_or(|old| self.rank(old) < self.rank(answer.wave))
            {
                *slot = Some(answer.wave);
            }
        }
        chosen
    }
}

impl Answer {
    /// Whether two answers hold the same values, to the bit.
    pub fn says_the_same(&self, other: &Answer) -> bool {
        let bits = |a: &Answer| (a.engagement.to_bits(), a.level.to_bits(), a.agreed, a.given);
        bits(self) == bits(other)
    }

    /// Takes in the answers to the items, lowest level first, and makes the level from them where it was not answered.
    fn answered(&mut self, items: &LadderItems, answers: impl Iterator<Item = Option<bool>>) {
        for (at, answer) in answers.enumerate().take(32) {
            self.given |= u32::from(answer.is_some()) << at;
            self.agreed |= u32::from(answer == Some(true)) << at;
        }
        if self.level.is_nan() && self.given > 0 {
            let steps = items.rule.steps((0..items.items.len()).map(|at| self.item(at)));
            self.level = steps.map_or(f64::NAN, |steps| steps as f64);
        }
    }

    /// The answer to an item by its place, lowest level first.
    pub fn item(&self, at: usize) -> Option<bool> {
        let bit = |bits: u32| at < 32 && bits >> at & 1 == 1;
        bit(self.given).then(|| bit(self.agreed))
    }

    /// The value asked for; NaN when missing.
    pub fn value(&self, asked: Asked) -> f64 {
        match asked {
            Asked::Engagement => self.engagement,
            Asked::Level => self.level,
            Asked::Items if self.given == 0 => f64::NAN,
            Asked::Items => f64::from(self.given.count_ones()),
        }
    }
}
