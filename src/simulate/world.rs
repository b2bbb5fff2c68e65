//! Who is in a simulated case: companies, teams with their arm, people with their working lives and inclinations. It
//! deliberately knows nothing of files, answers or sales.

use super::calendar;
use super::draws::{self, Purpose};
use super::plan::Plan;
use super::truth;
use crate::domain::{Day, TOPICS};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// The seven topics and the 1on1 as a whole.
pub(super) const SCORES: usize = TOPICS.len() + 1;
/// Where `overall` stands among the scores.
pub(super) const WHOLE: usize = TOPICS.len();
/// Share of people who were there before the two years began.
const SHARE_EARLY: f64 = 0.80;
/// Days in a job before a person is asked for the first time.
const DAYS_BEFORE_FIRST_WAVE: i32 = 90;
/// Share of the people asked who answer a wave.
const RESPONSE: f64 = 0.92;
/// Monthly probability of leaving in an ordinary month without treatment.
const LEAVING: f64 = 0.010;
/// Mean satisfaction by topic and overall, on the 1-5 scale before rounding.
const LIKING: [f64; SCORES] = [3.5, 3.4, 3.3, 3.1, 3.2, 3.5, 3.0, 3.4];

/// The arm a team was assigned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Arm {
    Treatment,
    Control,
}

/// A manager with their reports.
#[derive(Debug)]
pub(super) struct Team {
    pub company: usize,
    pub department: usize,
    pub arm: Arm,
    /// Team part of engagement, of the relationship and of log sales; each standard normal.
    pub engagement: f64,
    pub relation: f64,
    pub sales: f64,
}

/// A report.
#[derive(Debug)]
pub(super) struct Person {
    pub team: usize,
    pub hired: Day,
    pub left: Option<Day>,
    /// Bit `w` is set when wave `w` was answered.
    pub answered: u8,
    /// Satisfaction the person tends to, by score, on the 1-5 scale before rounding.
    pub liking: [f32; SCORES],
    /// How often they meet, relative to others.
    pub cadence: f64,
    /// Own part of engagement, of the relationship and of log sales; each standard normal.
    pub engagement: f64,
    pub relation: f64,
    pub sales: f64,
}

/// Everybody. People of one company are neighbours, as are people of one team.
#[derive(Debug, Default)]
pub(super) struct World {
    pub teams: Vec<Team>,
    pub people: Vec<Person>,
    /// People of company `c` are `bounds[c]..bounds[c + 1]`.
    pub bounds: Vec<usize>,
    /// 1on1s of each company.
    pub sessions: Vec<usize>,
}

impl Person {
    /// The last wave the person answered.
    pub fn last_wave(&self) -> Option<usize> {
        (0..calendar::WAVES).rev().find(|w| self.answered & (1 << w) != 0)
    }

    /// The last day of work inside the two years.
    pub fn last_day(&self) -> Day {
        self.left.unwrap_or(calendar::last_day())
    }
}

/// Makes everybody, company by company.
pub(super) fn build(plan: &Plan) -> World {
    let mut rng = draws::stream(plan.seed, Purpose::Companies, 0);
    let weights: Vec<f64> = (0..plan.companies).map(|_| (0.4 * draws::normal(&mut rng)).exp()).collect();
    let floor = if plan.companies == 1 { 0 } else { super::plan::SMALLEST_COMPANY };
    let sizes = draws::apportion(plan.people, &weights, floor);
    let as_weights: Vec<f64> = sizes.iter().map(|&s| s as f64).collect();
    let mut world =
        World { bounds: vec![0], sessions: draws::apportion(plan.sessions, &as_weights, 0), ..World::default() };
    for (company, &size) in sizes.iter().enumerate() {
        let mut rng = draws::stream(plan.seed, Purpose::People, company as u64);
        add_company(&mut world, plan, company, size, &mut rng);
        world.bounds.push(world.people.len());
    }
    world
}

fn add_company(world: &mut World, plan: &Plan, company: usize, size: usize, rng: &mut ChaCha8Rng) {
    // An even number of teams, so that both arms get the same number of them.
    let teams = ((size as f64 / 19.0).round() as usize).max(1) * 2;
    let weights: Vec<f64> = (0..teams).map(|_| draws::between(rng, 0.5, 1.5)).collect();
    let sizes = draws::apportion(size, &weights, 2.min(size / teams));
    let mut arms: Vec<Arm> = (0..teams).map(|t| if t < teams / 2 { Arm::Treatment } else { Arm::Control }).collect();
    arms.shuffle(rng);
    for (t, (&members, &arm)) in sizes.iter().zip(&arms).enumerate() {
        let tilt: [f64; SCORES] = std::array::from_fn(|_| 0.16 * draws::normal(rng));
        let pace = draws::between(rng, 0.9, 1.1);
        let team = Team {
            company,
            department: t * plan.departments / teams,
            arm,
            engagement: draws::normal(rng),
            relation: draws::normal(rng),
            sales: draws::normal(rng),
        };
        for _ in 0..members {
            let person = add_person(plan, world.teams.len(), arm, &tilt, pace, rng);
            world.people.push(person);
        }
        world.teams.push(team);
    }
}

fn add_person(plan: &Plan, team: usize, arm: Arm, tilt: &[f64; SCORES], pace: f64, rng: &mut ChaCha8Rng) -> Person {
    let hired = hiring_day(rng);
    let left = leaving_day(hired, arm, rng);
    let mut person = Person {
        team,
        hired,
        left,
        answered: 0,
        liking: liking(tilt, rng),
        cadence: pace * draws::between(rng, 0.85, 1.15),
        engagement: draws::normal(rng),
        relation: draws::normal(rng),
        sales: draws::normal(rng),
    };
    for (w, wave) in calendar::waves().into_iter().enumerate() {
        let answers = draws::chance(rng, RESPONSE);
        let asked = w >= plan.first_wave && wave.0 - hired.0 >= DAYS_BEFORE_FIRST_WAVE && wave <= person.last_day();
        person.answered |= u8::from(asked && answers) << w;
    }
    person
}

/// A general disposition that all scores share, a team's and a person's own view of each. The weights make the observed
/// window means of two topics correlate at about 0.2 and each topic with `overall` at about 0.3.
fn liking(tilt: &[f64; SCORES], rng: &mut ChaCha8Rng) -> [f32; SCORES] {
    let general = 0.35 * draws::normal(rng);
    std::array::from_fn(|score| {
        let own = if score == WHOLE { 0.26 } else { 0.42 };
        (LIKING[score] + general + tilt[score] + own * draws::normal(rng)) as f32
    })
}

/// Most people were there before; half of all hiring is on 1 April, when the Japanese business year begins.
fn hiring_day(rng: &mut ChaCha8Rng) -> Day {
    let early = draws::chance(rng, SHARE_EARLY);
    let spring = draws::chance(rng, 0.5);
    let first = calendar::first_day().0;
    let day = if early {
        let back = -5.0 * 365.25 * (1.0 - rng.random::<f64>()).ln();
        first - 1 - (back.min(22.0 * 365.25) as i32)
    } else {
        first + draws::between(rng, 0.0, (calendar::last_day().0 - first - 30) as f64) as i32
    };
    let (year, _, _) = Day(day).ymd();
    match Day::from_ymd(year, 4, 1) {
        Some(april) if spring && (april.0 < first) == early => april,
        _ => Day(day),
    }
}

/// Month by month among those in the headcount of the month; half of the leavers go on the month's last day.
fn leaving_day(hired: Day, arm: Arm, rng: &mut ChaCha8Rng) -> Option<Day> {
    let mut left = None;
    for index in 0..calendar::MONTHS {
        let (goes, at_end, where_in_month) = (rng.random::<f64>(), draws::chance(rng, 0.5), rng.random::<f64>());
        let month = calendar::month(index);
        let treated = arm == Arm::Treatment && index >= calendar::START_MONTH;
        let hazard = LEAVING * calendar::leaving_season(index) * if treated { truth::HAZARD_RATIO } else { 1.0 };
        if left.is_none() && hired <= month.first() && goes < hazard {
            let days = month.last().0 - month.first().0 + 1;
            let inside = Day(month.first().0 + (where_in_month * days as f64) as i32);
            left = Some(if at_end { month.last() } else { inside });
        }
    }
    left
}
