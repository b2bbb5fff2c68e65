//! What was talked about between two answers of a person: which topics, how they were rated, how many 1on1s. Kept only where
//! people answered the ladder on several days; takes 4 bytes for each pair of answers and topic.

use super::survey::Survey;
use crate::tables::MISSING_DAY;

/// Ratings are summed in tenths up to this highest answer, in whole numbers above it.
const TENTHS_UP_TO: f64 = 20.0;

/// One topic between two answers. Counts end at 255, and the sum of ratings with them.
#[derive(Debug, Clone, Copy, Default)]
struct Talk {
    times: u8,
    rated: u8,
    sum: u16,
}

/// Pairs of consecutive answers of a level, by person.
#[derive(Debug, Clone, Default)]
pub struct Between {
    topics: usize,
    scale: f64,
    /// First pair of each person, and one past the last.
    ends: Vec<u32>,
    /// From the day of one answer to the day before the next.
    spans: Vec<(i32, i32)>,
    meetings: Vec<u16>,
    talks: Vec<Talk>,
}

impl Between {
    /// Empty counts; nothing unless waves have days and somebody answered the ladder twice.
    pub fn new(survey: &Survey, people: usize, topics: usize, highest: f64) -> Option<Self> {
        if !survey.dated() {
            return None;
        }
        let scale = if highest <= TENTHS_UP_TO { 10.0 } else { 1.0 };
        let mut between = Self { topics, scale, ends: vec![0], ..Self::default() };
        let mut days: Vec<(u32, i32)> = Vec::new();
        for places in survey.by_person(people).iter() {
            days.clear();
            let answers = places.iter().filter_map(|at| survey.answers.get(*at as usize));
            let day = |wave: u32| survey.day(wave).map_or(MISSING_DAY, |day| day.0);
            days.extend(answers.filter(|a| !a.level.is_nan()).map(|a| (survey.rank(a.wave), day(a.wave))));
            days.sort_unstable();
            between.spans.extend(days.windows(2).filter_map(|pair| match pair {
                [(_, from), (_, to)] => Some((*from, *to)),
                _ => None,
            }));
            between.ends.push(between.spans.len() as u32);
        }
        if between.spans.is_empty() {
            return None;
        }
        between.meetings = vec![0; between.spans.len()];
        between.talks = vec![Talk::default(); between.spans.len() * topics];
        Some(between)
    }

    /// The pairs of a person, in the order of their answers.
    pub fn of(&self, person: usize) -> std::ops::Range<usize> {
        match (self.ends.get(person), self.ends.get(person + 1)) {
            (Some(from), Some(to)) => *from as usize..*to as usize,
            _ => 0..0,
        }
    }

    /// The pair that a day of a person lies in.
    pub fn place(&self, person: usize, day: i32) -> Option<usize> {
        let holds = |at: &usize| self.spans.get(*at).is_some_and(|(from, to)| *from <= day && day < *to);
        if day == MISSING_DAY { None } else { self.of(person).find(holds) }
    }

    /// Counts a 1on1.
    pub fn meet(&mut self, at: usize) {
        if let Some(count) = self.meetings.get_mut(at) {
            *count = count.saturating_add(1);
        }
    }

    /// Counts a topic, with its rating where there is one.
    pub fn talk(&mut self, at: usize, topic: usize, rating: f64) {
        let Some(talk) = self.talks.get_mut(at * self.topics + topic).filter(|_| topic < self.topics) else { return };
        talk.times = talk.times.saturating_add(1);
        let tenths = (rating * self.scale).round();
        if talk.rated < u8::MAX && tenths >= 0.0 && tenths <= f64::from(u16::MAX - talk.sum) {
            talk.rated += 1;
            talk.sum += tenths as u16;
        }
    }

    /// 1on1s held in a pair.
    pub fn meetings(&self, at: usize) -> u16 {
        self.meetings.get(at).copied().unwrap_or(0)
    }

    /// Whether a topic was talked about in a pair, and its mean rating.
    pub fn topic(&self, at: usize, topic: usize) -> (bool, Option<f64>) {
        let Some(talk) = self.talks.get(at * self.topics + topic).filter(|_| topic < self.topics) else {
            return (false, None);
        };
        let mean = (talk.rated > 0).then(|| f64::from(talk.sum) / self.scale / f64::from(talk.rated));
        (talk.times > 0, mean)
    }
}
