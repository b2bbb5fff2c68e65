//! Levels of everybody wave by wave: one flat list of answers, so that hundreds of thousands of people cost a few bytes an
//! answer. Knows the order and the days of waves; counts nothing.

use super::Grouping;
use crate::panel::Panel;

/// Days of an average month.
const MONTH: f64 = 365.25 / 12.0;

/// One answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Position of the wave in `Walks::waves`.
    pub wave: u32,
    /// Level.
    pub level: u32,
    /// Place of the answer in the survey, or the row of a plain table.
    pub answer: u32,
}

/// The way of each person, in the order of people; answers in the order of waves.
#[derive(Debug, Default)]
pub struct Walks {
    /// Labels of the waves, in order.
    pub waves: Vec<String>,
    /// Months of each wave since the first; empty when waves have no days.
    pub months: Vec<f64>,
    /// Day of each wave; empty when waves have no days.
    pub days: Vec<f64>,
    /// Dense code of the team of each walk.
    pub team: Option<Vec<u32>>,
    /// The first grouping, over the walks.
    pub by: Option<Grouping>,
    people: Vec<usize>,
    ends: Vec<u32>,
    steps: Vec<Step>,
}

impl Walks {
    /// The walks of a study, by sorted id.
    pub(super) fn of(panel: &Panel) -> Self {
        let survey = &panel.survey;
        let mut order: Vec<u32> = (0..survey.waves.len() as u32).collect();
        order.sort_by_key(|wave| survey.rank(*wave));
        let days: Vec<f64> = order.iter().filter_map(|w| survey.day(*w)).map(|day| f64::from(day.0)).collect();
        let mut walks = Self {
            waves: order.iter().map(|w| survey.waves.name(*w).to_string()).collect(),
            months: months(&days, order.len()),
            days: if days.len() == order.len() { days } else { Vec::new() },
            ends: vec![0],
            ..Self::default()
        };
        let grouped = survey.by_person(panel.people.len());
        let places: Vec<&[u32]> = grouped.iter().collect();
        for person in panel.people.ids.sorted() {
            let own = places.get(person as usize).copied().unwrap_or(&[]);
            let from = walks.steps.len();
            for &answer in own {
                let Some(given) = survey.answers.get(answer as usize).filter(|a| !a.level.is_nan()) else { continue };
                walks.steps.push(Step { wave: survey.rank(given.wave), level: given.level as u32, answer });
            }
            walks.close(person as usize, from);
        }
        walks
    }

    /// Walks from lists of (wave, row, level), in order of people.
    pub(super) fn from_lists(lists: Vec<Vec<(u32, usize, usize)>>, waves: Vec<String>, days: &[f64]) -> Self {
        let months = months(days, waves.len());
        let mut walks = Self { waves, months, ends: vec![0], ..Self::default() };
        for (person, list) in lists.into_iter().enumerate() {
            let from = walks.steps.len();
            let step = |(wave, row, level): (u32, usize, usize)| Step { wave, level: level as u32, answer: row as u32 };
            walks.steps.extend(list.into_iter().map(step));
            walks.close(person, from);
        }
        walks
    }

    fn close(&mut self, person: usize, from: usize) {
        if self.steps.len() > from {
            if let Some(own) = self.steps.get_mut(from..) {
                own.sort_unstable_by_key(|step| (step.wave, step.level));
            }
            self.people.push(person);
            self.ends.push(self.steps.len() as u32);
        }
    }

    /// How many people.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Nobody.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The person of each walk.
    pub fn people(&self) -> &[usize] {
        &self.people
    }

    /// The answers of each walk.
    pub fn iter(&self) -> impl Iterator<Item = &[Step]> {
        self.ends.windows(2).map(|pair| match pair {
            [from, to] => self.steps.get(*from as usize..*to as usize).unwrap_or(&[]),
            _ => &[],
        })
    }

    /// Whether gaps between waves are known.
    pub fn dated(&self) -> bool {
        !self.months.is_empty()
    }

    /// Time between two waves: whole months, at least one; waves where they have no days.
    pub fn gap(&self, from: u32, to: u32) -> u32 {
        match (self.months.get(from as usize), self.months.get(to as usize)) {
            (Some(from), Some(to)) => ((to - from).round() as u32).max(1),
            _ => to.saturating_sub(from).max(1),
        }
    }
}

/// Months since the first day; nothing unless every wave has one.
fn months(days: &[f64], waves: usize) -> Vec<f64> {
    match days.first() {
        Some(first) if days.len() == waves => days.iter().map(|day| (day - first) / MONTH).collect(),
        _ => Vec::new(),
    }
}
