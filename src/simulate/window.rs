//! What a person's ratings in the days before each wave average to: the very means the study will use. It deliberately
//! keeps nothing of a session but sums and counts.

use super::calendar::{WAVES, WINDOW_DAYS};
use super::sessions::{Score, Session, Status};
use super::world::{SCORES, WHOLE, World};
use crate::domain::Day;

/// Sums of ratings in the window of one wave.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    sums: [u16; SCORES],
    counts: [u8; SCORES],
}

/// Window sums of everybody, `people x waves`.
#[derive(Debug)]
pub(super) struct Windows {
    waves: [Day; WAVES],
    cells: Vec<Tally>,
}

/// Whether all seven topics were rated in the window of somebody's last answered wave, over all who answered.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Coverage {
    pub answered: usize,
    pub complete: usize,
}

impl Windows {
    /// Empty windows for so many people before the given waves.
    pub fn new(people: usize, waves: [Day; WAVES]) -> Self {
        Self { waves, cells: vec![Tally::default(); people * WAVES] }
    }

    /// Takes in one 1on1, dated as it will be written.
    pub fn absorb(&mut self, session: &Session, day: Day) {
        if session.status != Status::Held {
            return;
        }
        for (w, wave) in self.waves.iter().enumerate() {
            if !(wave.0 - WINDOW_DAYS..wave.0).contains(&day.0) {
                continue;
            }
            let cell = &mut self.cells[session.person * WAVES + w];
            for (i, score) in session.scores.iter().enumerate() {
                if let Score::Rated(value) = score {
                    cell.sums[i] = cell.sums[i].saturating_add(u16::from(*value));
                    cell.counts[i] = cell.counts[i].saturating_add(1);
                }
            }
        }
    }

    /// The mean of a score in a window, if it was rated there.
    pub fn mean(&self, person: usize, wave: usize, score: usize) -> Option<f64> {
        let cell = &self.cells[person * WAVES + wave];
        (cell.counts[score] > 0).then(|| f64::from(cell.sums[score]) / f64::from(cell.counts[score]))
    }

    /// Whether every topic has a mean in the window.
    pub fn complete(&self, person: usize, wave: usize) -> bool {
        self.cells[person * WAVES + wave].counts[..WHOLE].iter().all(|&c| c > 0)
    }

    /// The share of the people kept who are complete in their last answered wave.
    pub fn coverage(&self, world: &World, kept: &dyn Fn(usize) -> bool) -> Coverage {
        let mut coverage = Coverage::default();
        for (p, person) in world.people.iter().enumerate().filter(|(p, _)| kept(*p)) {
            if let Some(wave) = person.last_wave() {
                coverage.answered += 1;
                coverage.complete += usize::from(self.complete(p, wave));
            }
        }
        coverage
    }
}

impl Coverage {
    /// Complete people over people with an answer.
    pub fn share(&self) -> f64 {
        if self.answered == 0 { 0.0 } else { self.complete as f64 / self.answered as f64 }
    }
}
