//! For the panel of waves: what the 1on1s of each person come to in the window before each of their answers. Kept only
//! when a study asks for every wave; takes 32 bytes for each answer and topic.

use super::sum::Sum;
use super::survey::{Asked, Survey};
use crate::tables::MISSING_DAY;

/// One answer of a person, and the day it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Its place in `Survey::answers`.
    pub answer: u32,
    day: i32,
}

/// Sums by answer and topic.
#[derive(Debug, Clone, Default)]
pub struct Waves {
    days: u32,
    slots: usize,
    /// First spot of each person, and one past the last.
    ends: Vec<u32>,
    spots: Vec<Spot>,
    sums: Vec<Sum>,
}

impl Waves {
    /// Empty sums for every answer that holds what is asked; `topics` topics and the overall score.
    pub fn new(survey: &Survey, people: usize, asked: Asked, days: u32, topics: usize) -> Self {
        let mut waves = Self { days, slots: topics + 1, ends: vec![0], ..Self::default() };
        for places in survey.by_person(people).iter() {
            let mut own: Vec<(u32, Spot)> = Vec::new();
            for &answer in places {
                let Some(given) = survey.answers.get(answer as usize) else { continue };
                if !given.value(asked).is_nan() {
                    let day = survey.day(given.wave).map_or(MISSING_DAY, |day| day.0);
                    own.push((survey.rank(given.wave), Spot { answer, day }));
                }
            }
            own.sort_by_key(|(rank, _)| *rank);
            waves.spots.extend(own.into_iter().map(|(_, spot)| spot));
            waves.ends.push(waves.spots.len() as u32);
        }
        waves.sums = vec![Sum::default(); waves.spots.len() * waves.slots];
        waves
    }

    /// Takes in a rating: it counts for every answer whose window it falls into.
    pub fn rate(&mut self, who: usize, day: i32, slot: usize, rating: f64) {
        if day == MISSING_DAY || slot >= self.slots {
            return;
        }
        for at in self.of(who) {
            let Some(spot) = self.spots.get(at) else { continue };
            let lead = i64::from(spot.day) - i64::from(day);
            let counts = spot.day != MISSING_DAY && lead > 0 && lead <= i64::from(self.days);
            if let Some(sum) = self.sums.get_mut(at * self.slots + slot).filter(|_| counts) {
                sum.add(rating);
            }
        }
    }

    /// The places of a person's answers here, in the order of the waves.
    pub fn of(&self, person: usize) -> std::ops::Range<usize> {
        match (self.ends.get(person), self.ends.get(person + 1)) {
            (Some(from), Some(to)) => *from as usize..*to as usize,
            _ => 0..0,
        }
    }

    /// The answer at a place.
    pub fn spot(&self, at: usize) -> Option<Spot> {
        self.spots.get(at).copied()
    }

    /// Mean satisfaction with a topic (the last slot: overall) in the window before the answer at a place.
    pub fn mean(&self, at: usize, slot: usize) -> Option<f64> {
        if slot >= self.slots {
            return None;
        }
        self.sums.get(at * self.slots + slot)?.mean()
    }
}
