//! The log of 1on1s: when each pair met, how long, about what, and how satisfied the report was. It makes rows in memory,
//! one company at a time, and deliberately does not spell them.

use super::calendar;
use super::draws::{self, Purpose};
use super::plan::Plan;
use super::world::{Arm, Person, SCORES, WHOLE, World};
use crate::domain::Day;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// A score of one 1on1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Score {
    /// Not a topic of this 1on1.
    Absent,
    /// Talked about, not rated.
    Unrated,
    /// Rated 1 to 5.
    Rated(u8),
}

/// Whether a 1on1 took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Held,
    Scheduled,
    Cancelled,
}

/// One 1on1 of the log.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub person: usize,
    pub day: Day,
    pub status: Status,
    /// Minutes; none unless it was held.
    pub minutes: Option<u16>,
    pub scores: [Score; SCORES],
}

const CANCELLED: f64 = 0.03;
const SCHEDULED: f64 = 0.01;
const UNRATED: f64 = 0.025;
/// Spread of one rating around what the person tends to.
const RATING_NOISE: f64 = 0.65;
/// How readily each topic is chosen.
const POPULARITY: [f64; WHOLE] = [1.6, 1.0, 0.9, 0.9, 1.0, 0.7, 0.9];
/// Pace of 1on1s by time and arm: the treatment brings them closer together.
const PACE_BEFORE: f64 = 1.0;
const PACE_TREATED: f64 = 1.12;
const PACE_CONTROL: f64 = 0.95;

/// All 1on1s of a company, by day and then person; exactly as many as the plan gave it.
pub(super) fn of_company(world: &World, plan: &Plan, company: usize) -> Vec<Session> {
    let mut rng = draws::stream(plan.seed, Purpose::Sessions, company as u64);
    let people = world.bounds[company]..world.bounds[company + 1];
    let spans: Vec<Span> = people.clone().map(|p| Span::of(&world.people[p], arm(world, p), plan.log_start)).collect();
    let weights: Vec<f64> = people.clone().zip(&spans).map(|(p, s)| s.total() * world.people[p].cadence).collect();
    let counts = draws::apportion(world.sessions[company], &weights, 0);
    let mut log = Vec::with_capacity(world.sessions[company]);
    for ((person, span), count) in people.zip(&spans).zip(counts) {
        meetings(person, &world.people[person], arm(world, person), span, count, &mut rng, &mut log);
    }
    log.sort_by_key(|s| (s.day, s.person));
    log
}

fn arm(world: &World, person: usize) -> Arm {
    world.teams[world.people[person].team].arm
}

/// The days a person could meet, stretched by the pace before and after the start.
struct Span {
    from: i32,
    to: i32,
    before: f64,
    after: f64,
    pace_after: f64,
}

impl Span {
    fn of(person: &Person, arm: Arm, log_start: Day) -> Self {
        let (from, to) = (person.hired.0.max(log_start.0), person.last_day().0);
        let start = calendar::start().0;
        let days = |a: i32, b: i32| f64::from((b - a + 1).max(0));
        let pace_after = if arm == Arm::Treatment { PACE_TREATED } else { PACE_CONTROL };
        let before = days(from, to.min(start - 1)) * PACE_BEFORE;
        Self { from, to, before, after: days(from.max(start), to) * pace_after, pace_after }
    }

    fn total(&self) -> f64 {
        self.before + self.after
    }

    /// The working day at a position in `0..total()`.
    fn day(&self, at: f64) -> Day {
        let offset = if at < self.before {
            at / PACE_BEFORE
        } else {
            self.before / PACE_BEFORE + (at - self.before) / self.pace_after
        };
        let day = Day((self.from + offset as i32).min(self.to));
        let moved = calendar::workday(day);
        if (self.from..=self.to).contains(&moved.0) { moved } else { day }
    }
}

fn meetings(
    index: usize,
    person: &Person,
    arm: Arm,
    span: &Span,
    count: usize,
    rng: &mut ChaCha8Rng,
    log: &mut Vec<Session>,
) {
    let mut waiting: [f64; WHOLE] = std::array::from_fn(|_| 1.0 + 2.0 * rng.random::<f64>());
    for i in 0..count {
        let jitter = draws::between(rng, -0.35, 0.35);
        let day = span.day((i as f64 + 0.5 + jitter) / count as f64 * span.total());
        let fate = rng.random::<f64>();
        let status = if fate < CANCELLED {
            Status::Cancelled
        } else if fate < CANCELLED + SCHEDULED {
            Status::Scheduled
        } else {
            Status::Held
        };
        let (mut minutes, mut scores) = (None, [Score::Absent; SCORES]);
        if status == Status::Held {
            minutes = Some(length(arm, day, rng));
            scores = ratings(person, &mut waiting, rng);
        }
        log.push(Session { person: index, day, status, minutes, scores });
    }
}

/// Half an hour to an hour in the treatment; shorter talks happen before it and beside it.
fn length(arm: Arm, day: Day, rng: &mut ChaCha8Rng) -> u16 {
    const PROPER: [u16; 8] = [30, 30, 30, 40, 45, 45, 50, 60];
    const USUAL: [u16; 8] = [15, 20, 25, 30, 30, 30, 45, 60];
    let treated = arm == Arm::Treatment && day >= calendar::start();
    let lengths = if treated { &PROPER } else { &USUAL };
    lengths[rng.random_range(0..lengths.len())]
}

/// Two to four topics, those not talked about for long first, each rated; then the 1on1 as a whole.
fn ratings(person: &Person, waiting: &mut [f64; WHOLE], rng: &mut ChaCha8Rng) -> [Score; SCORES] {
    let mut scores = [Score::Absent; SCORES];
    let topics = match rng.random::<f64>() {
        u if u < 0.45 => 2,
        u if u < 0.83 => 3,
        _ => 4,
    };
    for _ in 0..topics {
        let topic = choose(&scores, waiting, rng);
        scores[topic] = rate(person, topic, rng);
    }
    for (wait, score) in waiting.iter_mut().zip(&scores) {
        *wait = if *score == Score::Absent { *wait + 1.0 } else { 0.6 };
    }
    scores[WHOLE] = rate(person, WHOLE, rng);
    scores
}

fn choose(taken: &[Score; SCORES], waiting: &[f64; WHOLE], rng: &mut ChaCha8Rng) -> usize {
    let weight = |t: usize| {
        let free = taken[t] == Score::Absent;
        if free { POPULARITY[t] * waiting[t] * waiting[t] } else { 0.0 }
    };
    let mut at = rng.random::<f64>() * (0..WHOLE).map(weight).sum::<f64>();
    let mut last = 0;
    for topic in (0..WHOLE).filter(|&t| taken[t] == Score::Absent) {
        last = topic;
        at -= weight(topic);
        if at < 0.0 {
            break;
        }
    }
    last
}

fn rate(person: &Person, score: usize, rng: &mut ChaCha8Rng) -> Score {
    let value = f64::from(person.liking[score]) + RATING_NOISE * draws::normal(rng);
    if draws::chance(rng, UNRATED) {
        return Score::Unrated;
    }
    Score::Rated(value.round().clamp(1.0, 5.0) as u8)
}
