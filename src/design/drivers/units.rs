//! A survey by unit as rows: one per unit, the mean of its answers against the means of its people's satisfaction,
//! weighted by answers. Says nothing of persons, and is never mixed with rows that do.

use super::{asked_column, decline, slots, table, with_constant};
use crate::design::{Design, INTERCEPT};
use crate::findings::{Decline, Flow};
use crate::panel::survey::Asked;
use crate::panel::{Panel, Sum};
use crate::stats::matrix::Matrix;
use crate::study::{Drivers, Study, Window};

/// Units under which nothing is said.
pub const FEWEST_UNITS: u64 = 20;

/// Turns unit answers into rows; the weights are the numbers of answers.
///
/// # Errors
/// A decline when people have no `unit_id`, waves no dates for a window in days, or there are under 20.
pub fn units(panel: &Panel, study: &Study, asked: &Drivers) -> Result<Design, Decline> {
    let column = asked_column(asked)?;
    if asked.window != Window::All && !panel.survey.dated() {
        return Err(decline("waves_without_dates"));
    }
    let slots = slots(study, asked)?;
    let unit_of = unit_of_people(panel)?;
    let units = panel.survey.units.len();
    let outcomes = outcomes(panel, asked, column);
    let ratings = ratings(panel, &unit_of, units, &slots);
    let mut flow = Flow::of("units", units as u64);
    let (mut silent, mut none, mut some) = (0, 0, 0);
    let (mut cells, mut y, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for unit in panel.survey.units.sorted() {
        let outcome = outcomes.get(unit as usize);
        let Some(mean) = outcome.and_then(Sum::mean) else {
            silent += 1;
            continue;
        };
        let own: Vec<Option<f64>> = ratings.iter().map(|topic| topic.get(unit as usize).and_then(Sum::mean)).collect();
        match own.iter().flatten().count() {
            0 => none += 1,
            rated if rated < own.len() => some += 1,
            _ => {
                cells.extend(own.into_iter().flatten());
                y.push(mean);
                weights.push(outcome.map_or(0, Sum::count) as f64);
            }
        }
    }
    flow.lose("no_outcome", None, silent);
    flow.lose("no_rating_in_window", None, none);
    flow.lose("topic_without_rating", None, some);
    if flow.used < FEWEST_UNITS {
        return Err(decline("too_few_units_for_drivers").with("units", flow.used).with("needed", FEWEST_UNITS));
    }
    let mut terms = vec![INTERCEPT.to_string()];
    terms.extend_from_slice(&asked.topics);
    let x = table(y.len(), slots.len() + 1, with_constant(&cells, slots.len()));
    Ok(Design {
        outcome: asked.outcome.clone(),
        terms,
        intercept: Some(0),
        matrix: Matrix::new(x, y.into()),
        cluster: None,
        crossing: None,
        weights: Some(weights.into()),
        absorbed: Vec::new(),
        steps: Some(1.0),
        categories: Vec::new(),
        flow,
    })
}

/// The number in the survey of each person's unit.
fn unit_of_people(panel: &Panel) -> Result<Vec<Option<u32>>, Decline> {
    let column = panel.people.column("unit_id").ok_or_else(|| decline("no_unit_of_people"))?;
    let known: Vec<Option<u32>> =
        (0..column.ids.len() as u32).map(|unit| panel.survey.units.find(column.ids.name(unit))).collect();
    Ok(column.of.iter().map(|&unit| known.get(unit as usize).copied().flatten()).collect())
}

/// Sums of the answers of each unit in the wave that counts for it.
fn outcomes(panel: &Panel, asked: &Drivers, column: Asked) -> Vec<Sum> {
    let waves = panel.survey.waves_of_units(&asked.wave, column);
    let mut sums = vec![Sum::default(); panel.survey.units.len()];
    for answer in &panel.survey.unit_answers {
        let unit = answer.person as usize;
        let counts = waves.get(unit).copied().flatten() == Some(answer.wave) && !answer.value(column).is_nan();
        if let Some(sum) = sums.get_mut(unit).filter(|_| counts) {
            sum.add(answer.value(column));
        }
    }
    sums
}

/// By topic, sums over the people of each unit of their mean satisfaction: every person weighs the same.
fn ratings(panel: &Panel, unit_of: &[Option<u32>], units: usize, slots: &[usize]) -> Vec<Vec<Sum>> {
    let topic = |&slot: &usize| {
        let mut sums = vec![Sum::default(); units];
        for (person, unit) in unit_of.iter().enumerate() {
            let sum = unit.and_then(|unit| sums.get_mut(unit as usize));
            if let (Some(sum), Some(mean)) = (sum, panel.sessions.mean(person, slot)) {
                sum.add(mean);
            }
        }
        sums
    };
    slots.iter().map(topic).collect()
}
