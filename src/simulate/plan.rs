//! How large a simulated case is: options with their defaults filled in, sizes checked, where the log begins. It draws
//! nothing and writes nothing.

use super::{Case, Options, calendar};
use crate::domain::Day;
use crate::{Error, Result};

/// 1on1s per person in a case whose size is given by one number only.
const SESSIONS_PER_PERSON: usize = 25;
/// 1on1s per company of the population.
const SESSIONS_PER_COMPANY: usize = 5_000;
/// No company of the population is smaller.
pub(super) const SMALLEST_COMPANY: usize = 40;
/// Months an average person of the list is at work in the two years; later joiners and leavers count in part.
const MONTHS_AT_WORK: f64 = 19.3;
/// 1on1s a month below which the log gets shorter instead of sparser.
const SPARSEST: f64 = 1.0;

/// The checked sizes of a case.
#[derive(Debug)]
pub(super) struct Plan {
    pub seed: u64,
    pub people: usize,
    pub sessions: usize,
    pub companies: usize,
    pub departments: usize,
    /// The session log starts on this day: a short log covers the last months fully rather than all of them thinly.
    pub log_start: Day,
    /// The first survey wave: not more than a day before the log starts.
    pub first_wave: usize,
}

/// Fills in the defaults and refuses sizes that cannot carry the truth.
///
/// # Errors
/// `simulate_size` (a run error) when there are fewer than 40 people, fewer than 3 or more than 96 1on1s per person.
pub(super) fn plan(options: &Options) -> Result<Plan> {
    let (people, sessions) = match (options.case, options.people, options.sessions) {
        (_, Some(people), Some(sessions)) => (people, sessions),
        (_, Some(people), None) => (people, people.saturating_mul(SESSIONS_PER_PERSON)),
        (Case::Division, None, sessions) => (500, sessions.unwrap_or(500 * SESSIONS_PER_PERSON)),
        (Case::Population, None, sessions) => {
            let sessions = sessions.unwrap_or(1_500_000);
            (sessions / SESSIONS_PER_PERSON, sessions)
        }
    };
    if people < SMALLEST_COMPANY || sessions < people * 3 || sessions > people.saturating_mul(96) {
        return Err(Error::run("simulate_size").with("people", people).with("sessions", sessions));
    }
    let (companies, departments) = match options.case {
        Case::Division => (1, super::words::SECTIONS),
        Case::Population => {
            let companies = (sessions as f64 / SESSIONS_PER_COMPANY as f64).round() as usize;
            (companies.clamp(1, people / SMALLEST_COMPANY), super::words::FUNCTIONS)
        }
    };
    let log_start = log_start(people, sessions);
    let first_wave = calendar::waves().iter().position(|w| w.0 >= log_start.0 - 1).unwrap_or(calendar::WAVES - 1);
    Ok(Plan { seed: options.seed, people, sessions, companies, departments, log_start, first_wave })
}

fn log_start(people: usize, sessions: usize) -> Day {
    let months_of_people = people as f64 * MONTHS_AT_WORK / calendar::MONTHS as f64;
    let months = (sessions as f64 / (months_of_people * SPARSEST)).floor() as usize;
    calendar::month(calendar::MONTHS - months.clamp(1, calendar::MONTHS)).first()
}
