//! How long until the next: Kaplan-Meier of whole durations that come unit by unit, in 16 bits each, with errors between
//! units. The same curve and errors as `survival` and `curve_by_unit` give, in a tenth of their memory and without sorting.
//! It deliberately knows no delayed entry.

use super::survival::{Curve, Step};

/// A whole duration and how it ended, in 16 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(u16);

/// The bit of those that the event ended.
const EVENT: u16 = 1 << 15;

impl Wait {
    /// Ended by the event after so many days, at most 32,767; nothing for 0 and beyond.
    pub fn ended(time: u32) -> Option<Self> {
        Self::cut_off(time).map(|wait| Self(wait.0 | EVENT))
    }

    /// Cut off by the end of observation.
    pub fn cut_off(time: u32) -> Option<Self> {
        u16::try_from(time).ok().filter(|time| (1..EVENT).contains(time)).map(Self)
    }

    fn time(self) -> usize {
        usize::from(self.0 & !EVENT)
    }

    fn is_event(self) -> bool {
        self.0 & EVENT != 0
    }
}

/// Kaplan and Meier's estimate (1958) of all units' durations together.
pub fn kaplan_meier(units: &[Vec<Wait>]) -> Curve {
    let all = Tally::of(units.iter().flatten());
    let (mut survival, mut log_variance) = (1.0, 0.0);
    let mut steps = Vec::new();
    for (time, at_risk, events) in all.rows().filter(|(_, _, events)| *events > 0) {
        let (n, d) = (at_risk as f64, events as f64);
        survival *= 1.0 - d / n;
        log_variance += d / (n * (n - d));
        let std_error = if survival > 0.0 { survival * log_variance.sqrt() } else { 0.0 };
        let (time, at_risk, events) = (f64::from(time), at_risk as usize, events as usize);
        steps.push(Step { time, at_risk, events, survival, std_error, log_variance });
    }
    let people = units.iter().map(Vec::len).sum();
    let last = units.iter().flatten().map(|wait| wait.time() as f64).fold(f64::NEG_INFINITY, f64::max);
    Curve { people, events: steps.iter().map(|step| step.events).sum(), last, steps }
}

/// Gives the steps of `curve` (that of these units) errors between units, by the infinitesimal jackknife of
/// `curve_by_unit::std_errors` (Williams 2000), with no small-sample factor. O(units x steps).
#[must_use]
pub fn between_units(mut curve: Curve, units: &[Vec<Wait>]) -> Curve {
    let mut squares = vec![0.0; curve.steps.len()];
    for unit in units.iter().filter(|unit| !unit.is_empty()) {
        let own = Tally::of(unit.iter());
        let mut sum = 0.0;
        for (step, square) in curve.steps.iter().zip(&mut squares) {
            let (n, d) = (step.at_risk as f64, step.events as f64);
            let (at_risk, events) = own.at(step.time as usize);
            if n > d {
                sum += (events - at_risk * d / n) / (n - d);
            }
            *square += sum * sum;
        }
    }
    for (step, square) in curve.steps.iter_mut().zip(squares) {
        step.log_variance = square;
        step.std_error = if step.survival > 0.0 { step.survival * square.sqrt() } else { 0.0 };
    }
    curve
}

/// By length: how many are at risk, and how many events there are.
struct Tally {
    at_risk: Vec<u64>,
    events: Vec<u64>,
}

impl Tally {
    fn of<'c>(durations: impl Iterator<Item = &'c Wait> + Clone) -> Self {
        let longest = durations.clone().map(|wait| wait.time()).max().unwrap_or(0);
        let (mut at_risk, mut events) = (vec![0u64; longest + 1], vec![0u64; longest + 1]);
        for wait in durations {
            at_risk[wait.time()] += 1;
            events[wait.time()] += u64::from(wait.is_event());
        }
        // From the longest down: whoever lasts longer was at risk before.
        let mut longer = 0;
        for slot in at_risk.iter_mut().rev() {
            longer += *slot;
            *slot = longer;
        }
        Self { at_risk, events }
    }

    fn rows(&self) -> impl Iterator<Item = (u32, u64, u64)> {
        (0u32..).zip(self.at_risk.iter().zip(&self.events)).map(|(time, (n, d))| (time, *n, *d))
    }

    fn at(&self, time: usize) -> (f64, f64) {
        let of = |list: &[u64]| list.get(time).map_or(0.0, |n| *n as f64);
        (of(&self.at_risk), of(&self.events))
    }
}
