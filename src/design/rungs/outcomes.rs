//! Outcomes beside the stage people stood at: in the same answer, in the next one, in sales, in staying. Each person counts
//! once in every outcome. Estimates nothing.

use super::{Rungs, Teams, decline, unit};
use crate::domain::Day;
use crate::findings::Decline;
use crate::panel::{NOBODY, Panel};
use crate::study::Study;
use crate::tables::{MISSING_DAY, Plain};

/// One person of an outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Held {
    /// Level they stood at.
    pub level: usize,
    /// The outcome.
    pub value: f64,
    /// Dense code of the team.
    pub team: u32,
}

/// An outcome and the people who have it.
#[derive(Debug)]
pub struct Outcome {
    /// `engagement`, `sales`, `staying`, or the column.
    pub name: String,
    /// `now` or `later`.
    pub timing: &'static str,
    /// For staying: days after the answer; the value is 1 for those who stayed.
    pub horizon: Option<u32>,
    /// The people.
    pub rows: Vec<Held>,
}

/// Days after an answer over which staying is asked, the longest first that half of the people can be followed for.
const HORIZONS: [u32; 3] = [365, 180, 90];

/// What a study knows besides the level.
pub fn study(panel: &Panel, study: &Study, rungs: &Rungs) -> Vec<Outcome> {
    let column = unit(&panel.people, study);
    let team = |person: usize| match column.map_or(NOBODY, |c| super::cell(c, person)) {
        missing if super::super::missing(missing) => (u32::MAX / 2).wrapping_add(person as u32),
        code => code,
    };
    let mut found = Vec::new();
    let engagement = |answer: usize| panel.survey.answers.get(answer).map_or(f64::NAN, |a| a.engagement);
    let now = rungs.level.iter().zip(&rungs.answer).filter_map(|(level, answer)| {
        let person = panel.survey.answers.get(*answer)?.person as usize;
        Some((person, *level, engagement(*answer)))
    });
    found.push(outcome("engagement", "now", None, now, &team));
    let next = rungs.walks.people().iter().zip(rungs.walks.iter()).filter_map(|(person, steps)| {
        let [.., before, last] = steps else { return None };
        Some((*person, before.level as usize, engagement(last.answer as usize)))
    });
    found.push(outcome("engagement", "later", None, next, &team));
    let sales = |person: usize| panel.sales.after.get(person).and_then(|sum| sum.mean()).unwrap_or(f64::NAN);
    let sold = rungs.level.iter().zip(&rungs.answer).filter_map(|(level, answer)| {
        let person = panel.survey.answers.get(*answer)?.person as usize;
        Some((person, *level, sales(person)))
    });
    found.push(outcome("sales", "now", None, sold, &team));
    if let Some(start) = study.comparison.as_ref().and_then(|c| c.start) {
        let before = rungs.walks.people().iter().zip(rungs.walks.iter()).filter_map(|(person, steps)| {
            let day = |wave: u32| rungs.walks.days.get(wave as usize).copied();
            let last = steps.iter().rev().find(|step| day(step.wave).is_some_and(|day| day < f64::from(start.0)))?;
            Some((*person, last.level as usize, sales(*person)))
        });
        found.push(outcome("sales", "later", None, before, &team));
    }
    found.extend(staying(panel, study, rungs, &team));
    found.retain(|outcome| outcome.rows.len() > 1);
    found
}

/// Rows with a value, teams numbered densely.
fn outcome(
    name: &str,
    timing: &'static str,
    horizon: Option<u32>,
    rows: impl Iterator<Item = (usize, usize, f64)>,
    team: &dyn Fn(usize) -> u32,
) -> Outcome {
    let mut held: Vec<Held> = rows
        .filter(|(_, _, value)| value.is_finite())
        .map(|(person, level, value)| Held { level, value, team: team(person) })
        .collect();
    let codes = super::super::dense(held.iter().map(|row| row.team));
    held.iter_mut().zip(codes).for_each(|(row, code)| row.team = code);
    Outcome { name: name.to_string(), timing, horizon, rows: held }
}

/// Who was still there so many days after their first answer; people who cannot be followed so long do not count.
fn staying(panel: &Panel, study: &Study, rungs: &Rungs, team: &dyn Fn(usize) -> u32) -> Option<Outcome> {
    if !panel.people.has_left {
        return None;
    }
    let asked = study.comparison.as_ref().and_then(|c| c.end);
    let end = f64::from(asked.or_else(|| super::super::spells::last_day(panel)).map(|Day(day)| day)?);
    let first: Vec<(usize, usize, f64, f64)> = (rungs.walks.people().iter().zip(rungs.walks.iter()))
        .filter_map(|(person, steps)| {
            let step = steps.first()?;
            let day = rungs.walks.days.get(step.wave as usize).copied()?;
            let left = panel.people.left.get(*person).copied().filter(|left| *left != MISSING_DAY);
            let left = left.map_or(f64::INFINITY, f64::from);
            (left >= day).then_some((*person, step.level as usize, day, left))
        })
        .collect();
    let followed = |days: u32| first.iter().filter(|(_, _, day, _)| day + f64::from(days) <= end).count();
    let horizon = HORIZONS.into_iter().find(|days| 2 * followed(*days) >= first.len().max(1))?;
    let rows = first.iter().filter(|(_, _, day, _)| day + f64::from(horizon) <= end);
    let rows =
        rows.map(|(person, level, day, left)| (*person, *level, f64::from(u8::from(*left > day + f64::from(horizon)))));
    Some(outcome("staying", "later", Some(horizon), rows, team))
}

/// The columns that a plain table was asked for, in the answer that counts and in the next one.
///
/// # Errors
/// A decline when a column is missing or not numeric.
pub fn plain(table: &Plain, names: &[String], rungs: &Rungs) -> Result<Vec<Outcome>, Decline> {
    let mut found = Vec::new();
    for name in names {
        table.texts(name).ok_or_else(|| decline("column_unknown", name))?;
        let refused = || super::super::not_numbers(table, super::DECLINED, "not_numeric", name);
        let numbers = table.numbers(name).ok_or_else(refused)?;
        let value = |row: usize| numbers.get(row).copied().flatten().unwrap_or(f64::NAN);
        let team = |at: usize| rungs.team.as_ref().map_or(at as u32, |t: &Teams| t.of.get(at).copied().unwrap_or(0));
        let now = rungs.level.iter().zip(&rungs.answer).enumerate();
        found.push(outcome(name, "now", None, now.map(|(at, (level, row))| (at, *level, value(*row))), &team));
        let next = rungs.walks.iter().enumerate().filter_map(|(at, steps)| {
            let [.., before, last] = steps else { return None };
            Some((at, before.level as usize, value(last.answer as usize)))
        });
        found.push(outcome(name, "later", None, next, &team));
    }
    found.retain(|outcome| outcome.rows.len() > 1);
    Ok(found)
}
