//! The crowd rule on a comparison: arms, months, balance, declared groups, what people did.

use super::{Board, enough};
use crate::domain::Month;
use crate::findings::comparison::{Balance, Event, Subgroups};
use crate::findings::{Comparison, Decline, Estimate, Why};

/// What stands where the name of a hidden group stood.
const HIDDEN_GROUP: &str = "hidden";

/// Hides small months and groups, and declines when an arm is too small.
pub fn hide(found: &mut Comparison, crowd: u64) -> Result<(), Decline> {
    let smallest = found.arms.iter().map(|a| a.n).min().unwrap_or(0);
    enough("comparison", smallest, crowd)?;
    if crowd <= 1 {
        return Ok(());
    }
    seal_balance(found, crowd);
    seal_subsets(found, crowd);
    found.subgroups.iter_mut().for_each(|by| seal_groups(by, crowd));
    let small = seal_months(found, crowd);
    if let Some(event) = &mut found.event {
        seal_event(event, &small);
    }
    Ok(())
}

/// Small months, and the indices that would give them back. Returns the months in which an arm is small.
fn seal_months(found: &mut Comparison, crowd: u64) -> Vec<String> {
    let small: Vec<(String, String)> = (found.months.iter())
        .filter(|m| m.n.is_some_and(|n| n < crowd))
        .map(|m| (m.group.clone(), m.month.clone()))
        .collect();
    let base = found.index_base.clone();
    for month in &mut found.months {
        // value / index would give a hidden month that is 100 back.
        let is_base_of = |(group, hundred): &(String, String)| match &base {
            Some(base) => group == &month.group && base == hundred,
            None => group == &month.group && is_year_later(hundred, &month.month),
        };
        let own = small.contains(&(month.group.clone(), month.month.clone()));
        if own {
            (month.n, month.value) = (None, None);
        }
        if own || small.iter().any(is_base_of) {
            (month.index, month.index_low, month.index_high) = (None, None, None);
            month.hidden = true;
            month.why = Some(Why::Hidden);
        }
    }
    // People with sales, month by month, would tell who left between two months.
    found.months.iter_mut().for_each(|month| month.n = None);
    small.into_iter().map(|(_, month)| month).collect()
}

/// An effect of a month is a difference of two means: beside the mean of one arm it gives that of the other. So do the
/// averages, once a month is hidden.
fn seal_event(event: &mut Event, small: &[String]) {
    if small.contains(&event.reference) {
        event.points.iter_mut().for_each(|point| (point.effect, point.hidden) = (hidden(), true));
    }
    for point in event.points.iter_mut().filter(|point| small.contains(&point.month)) {
        (point.effect, point.hidden) = (hidden(), true);
    }
    if event.points.iter().any(|point| point.hidden) {
        event.average = hidden();
        if let Some(pre) = &mut event.pre_trend {
            pre.slope = hidden();
        }
    }
}

fn hidden() -> Estimate {
    Estimate { why: Some(Why::Hidden), ..Estimate::default() }
}

/// Estimates of all but a few beside those of everybody would tell about the few.
fn seal_subsets(found: &mut Comparison, crowd: u64) {
    let all: u64 = found.arms.iter().map(|arm| arm.n).sum();
    let gives_away = |n: u64| (1..crowd).contains(&all.saturating_sub(n));
    if found.adjusted.take_if(|adjusted| gives_away(adjusted.n)).is_some() {
        found.not_run.push("covariate_adjusted".to_string());
    }
    if found.compliance.take_if(|compliance| gives_away(compliance.n)).is_some() {
        found.not_run.push("compliance".to_string());
        found
            .claims
            .retain(|claim| !["received", "per_protocol", "as_treated"].contains(&claim.evidence().effect.as_str()));
    }
    if let Some(compliance) = &mut found.compliance
        && compliance.people.iter().any(|n| (1..crowd).contains(n))
    {
        (compliance.per_protocol, compliance.as_treated) = (None, None);
        found.claims.retain(|claim| !["per_protocol", "as_treated"].contains(&claim.evidence().effect.as_str()));
    }
}

/// Small groups lose numbers and name, and as many more as it takes that the sizes of the arms do not give them back.
fn seal_groups(by: &mut Subgroups, crowd: u64) {
    let mut board = Board::new(crowd);
    let cells: Vec<[usize; 2]> = (by.groups.iter())
        .map(|group| [group.n_treatment, group.n_control].map(|n| board.cell(n.unwrap_or(0))))
        .collect();
    let rest = by.rest.map(|n| board.cell(n));
    for arm in 0..2 {
        let mut parts: Vec<usize> = cells.iter().map(|cells| cells[arm]).collect();
        parts.push(rest[arm]);
        board.sum(&parts);
    }
    loop {
        board.cover();
        // One row is one estimate: with one of its sizes hidden, nothing of it may stay.
        let torn: Vec<usize> = cells
            .iter()
            .filter(|cells| board.is_hidden(cells[0]) != board.is_hidden(cells[1]))
            .flatten()
            .copied()
            .collect();
        if torn.is_empty() {
            break;
        }
        torn.into_iter().for_each(|cell| board.hide(cell));
    }
    for (group, cells) in by.groups.iter_mut().zip(&cells) {
        if board.is_hidden(cells[0]) {
            group.group = HIDDEN_GROUP.to_string();
            (group.n_treatment, group.n_control, group.p_adjusted) = (None, None, None);
            group.difference = hidden();
            group.hidden = true;
        }
    }
}

/// A mean before the start needs the crowd behind it, and so does what it leaves out of its arm; of a category all
/// levels go where one is small, because their shares add up.
fn seal_balance(found: &mut Comparison, crowd: u64) {
    let arms: Vec<u64> = found.arms.iter().map(|a| a.n).collect();
    let small = |row: &Balance| {
        row.people.iter().zip(&arms).any(|(n, all)| {
            let left_out = all.saturating_sub(*n);
            (*n > 0 && *n < crowd) || (left_out > 0 && left_out < crowd)
        })
    };
    let torn: Vec<String> = found.balance.iter().filter(|row| small(row)).map(|row| row.term.clone()).collect();
    // The whole column stays in the table, told as hidden; its levels would be names of groups of a few.
    found.balance.retain(|row| row.level.is_none() || !torn.contains(&row.term));
    for row in found.balance.iter_mut().filter(|row| torn.contains(&row.term)) {
        (row.mean_treatment, row.mean_control, row.smd) = (None, None, None);
        (row.smd_units, row.variance_ratio) = (None, None);
        row.why = Some(Why::Hidden);
    }
}

fn is_year_later(earlier: &str, later: &str) -> bool {
    matches!((Month::parse_iso(earlier), Month::parse_iso(later)), (Some(a), Some(b)) if b.year_earlier() == a)
}
