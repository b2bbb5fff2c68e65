//! Rates of leaving: by month, over rolling months and whole periods, the index against a year earlier, and the ratio of
//! the two groups' rates. It deliberately makes no index from fewer than five leavers.

use super::{by_unit_ratio, interval, treated};
use crate::analyses::finite;
use crate::design::arms::Arm;
use crate::design::spells::{MonthCount, Spells};
use crate::domain::Month;
use crate::findings::Why;
use crate::findings::attrition::{MonthRate, PeriodRate, RateRatio, RollingRate};
use crate::stats::inference::LEVEL;
use crate::stats::proportion::{Bracketed, Limits, Rate, rate_ratio, rate_ratio_p};
use crate::stats::unit_contrast::{Outcome, unit_contrast};
use std::collections::BTreeMap;

/// Leavers in a month under which an index says nothing.
const FEWEST: u64 = 5;

/// Months that a rolling index may span, shortest first.
const ROLLING: [u32; 3] = [3, 6, 12];

pub(super) fn months(spells: &Spells) -> Vec<MonthRate> {
    let earlier =
        |row: &MonthCount| spells.months.iter().find(|r| r.arm == row.arm && r.month == row.month.year_earlier());
    let mut rows: Vec<(i32, usize, MonthRate)> = Vec::new();
    for row in &spells.months {
        let arm = usize::from(row.arm == Arm::Control);
        let mut told = MonthRate {
            month: row.month.to_string(),
            group: spells.names[arm].clone(),
            headcount: Some(row.headcount),
            leavers: Some(row.leavers),
            rate: finite(row.leavers as f64 / row.headcount as f64),
            ..MonthRate::default()
        };
        if let Some(before) = earlier(row) {
            let now = Rate { events: row.leavers, exposure: row.headcount as f64 };
            let then = Rate { events: before.leavers, exposure: before.headcount as f64 };
            match index(&now, &then) {
                Some(index) => {
                    told.index = finite(index.estimate);
                    told.index_low = finite(index.limits.low);
                    told.index_high = finite(index.limits.high);
                }
                None => told.why = Some(Why::TooFew),
            }
        } else {
            told.why = Some(Why::Undefined);
        }
        rows.push((row.month.0, arm, told));
    }
    rows.sort_by_key(|(month, arm, _)| (*month, *arm));
    rows.into_iter().map(|(_, _, row)| row).collect()
}

/// 100 x rate / rate a year earlier; nothing under five leavers in either.
fn index(now: &Rate, then: &Rate) -> Option<Bracketed> {
    if now.events < FEWEST || then.events < FEWEST {
        return None;
    }
    let ratio = rate_ratio(now, then, LEVEL)?;
    let limits = Limits { low: 100.0 * ratio.limits.low, high: 100.0 * ratio.limits.high };
    Some(Bracketed { estimate: 100.0 * ratio.estimate, limits })
}

/// The shortest rolling index that has at least five leavers in every window and its mirror a year earlier, when the
/// months have too few; else the twelve-month windows that have.
pub(super) fn rolling(spells: &Spells, months: &[MonthRate]) -> (Option<u32>, Vec<RollingRate>) {
    if !months.iter().any(|m| m.why == Some(Why::TooFew)) {
        return (None, Vec::new());
    }
    for width in ROLLING {
        let rows = windows(spells, width);
        let all = rows.iter().all(|r| r.leavers >= FEWEST && r.leavers_earlier >= FEWEST);
        if !rows.is_empty() && (all || width == 12) {
            let some = rows.iter().any(|r| r.index.is_some());
            return if some { (Some(width), rows) } else { (None, Vec::new()) };
        }
    }
    (None, Vec::new())
}

fn windows(spells: &Spells, width: u32) -> Vec<RollingRate> {
    let mut rows: Vec<(i32, usize, RollingRate)> = Vec::new();
    for (at, arm) in [Arm::Treatment, Arm::Control].into_iter().enumerate() {
        let series: BTreeMap<i32, &MonthCount> =
            spells.months.iter().filter(|m| m.arm == arm).map(|m| (m.month.0, m)).collect();
        let sum = |last: i32| {
            let months: Option<Vec<&&MonthCount>> = (last - width as i32 + 1..=last).map(|m| series.get(&m)).collect();
            months.map(|m| Rate {
                events: m.iter().map(|m| m.leavers).sum(),
                exposure: m.iter().map(|m| m.headcount as f64).sum(),
            })
        };
        for &last in series.keys() {
            let (Some(now), Some(then)) = (sum(last), sum(last - 12)) else { continue };
            let index = index(&now, &then);
            let told = RollingRate {
                month: Month(last).to_string(),
                group: spells.names[at].clone(),
                rate: finite(now.events as f64 / now.exposure),
                index: index.and_then(|i| finite(i.estimate)),
                index_low: index.and_then(|i| finite(i.limits.low)),
                index_high: index.and_then(|i| finite(i.limits.high)),
                leavers: now.events,
                leavers_earlier: then.events,
                hidden: false,
                why: None,
            };
            rows.push((last, at, told));
        }
    }
    rows.sort_by_key(|(month, arm, _)| (*month, *arm));
    rows.into_iter().map(|(_, _, row)| row).collect()
}

/// Person-months and leavers before and from the start on.
pub(super) fn periods(spells: &Spells) -> Vec<PeriodRate> {
    let mut rows = Vec::new();
    for (arm, group) in [Arm::Treatment, Arm::Control].into_iter().zip(&spells.names) {
        for period in ["before", "after"] {
            let inside = |m: &&MonthCount| match spells.start_month {
                Some(start) => m.arm == arm && (m.month >= start) == (period == "after"),
                None => m.arm == arm && period == "after",
            };
            let months: Vec<&MonthCount> = spells.months.iter().filter(inside).collect();
            if months.is_empty() {
                continue;
            }
            let exposure: u64 = months.iter().map(|m| m.headcount).sum();
            let leavers: u64 = months.iter().map(|m| m.leavers).sum();
            let rate = leavers as f64 / exposure as f64;
            rows.push(PeriodRate {
                group: group.clone(),
                period: if spells.start_month.is_some() { period } else { "all" }.to_string(),
                person_months: Some(exposure),
                leavers: Some(leavers),
                rate: finite(rate),
                annual_rate: finite(1.0 - (1.0 - rate).powi(12)),
                hidden: false,
                why: None,
            });
        }
    }
    rows
}

/// The ratio of the rates of leaving since the start: exact by person from person-months (person-time where durations
/// are given), and by assigned unit from person-time. Nothing without leavers in both groups.
pub(super) fn ratio(spells: &Spells) -> Option<RateRatio> {
    let (exposure, [treated_rate, control_rate]) = exposures(spells)?;
    if treated_rate.events == 0 || control_rate.events == 0 {
        return None;
    }
    let found = rate_ratio(&treated_rate, &control_rate, LEVEL)?;
    let p_value = finite(rate_ratio_p(&treated_rate, &control_rate));
    let (by_unit, p_by_unit) = by_unit(spells).unzip();
    let ratio = interval(&found, "conditional");
    Some(RateRatio { exposure: exposure.to_string(), ratio, p_value, by_unit, p_by_unit: p_by_unit.flatten() })
}

fn exposures(spells: &Spells) -> Option<(&'static str, [Rate; 2])> {
    let arms = [Arm::Treatment, Arm::Control];
    let since = |m: &&MonthCount| spells.start_month.is_none_or(|start| m.month >= start);
    let rates = match spells.months.is_empty() {
        false => arms.map(|arm| {
            let months = spells.months.iter().filter(since).filter(move |m| m.arm == arm);
            let sum = |value: fn(&MonthCount) -> u64| months.clone().map(value).sum::<u64>();
            Rate { events: sum(|m| m.leavers), exposure: sum(|m| m.headcount) as f64 }
        }),
        true => arms.map(|arm| {
            let rows = (0..spells.arm.len()).filter(move |row| spells.arm[*row] == arm);
            let events = rows.clone().filter(|row| spells.event[*row]).count() as u64;
            Rate { events, exposure: rows.map(|row| time(spells, row)).sum() }
        }),
    };
    let exposure = if spells.months.is_empty() { "person_time" } else { "person_months" };
    rates.iter().all(|rate| rate.exposure > 0.0).then_some((exposure, rates))
}

/// Time at risk of a row.
fn time(spells: &Spells, row: usize) -> f64 {
    spells.exit[row] - spells.entry[row].max(0.0)
}

fn by_unit(spells: &Spells) -> Option<(crate::findings::Interval, Option<f64>)> {
    let (_, units) = spells.unit.as_ref()?;
    let rows: Vec<usize> = (0..spells.arm.len()).filter(|row| time(spells, *row) > 0.0).collect();
    let exposure: Vec<f64> = rows.iter().map(|row| time(spells, *row)).collect();
    let events = rows.iter().map(|row| f64::from(u8::from(spells.event[*row])));
    let values: Vec<f64> = events.zip(&exposure).map(|(event, time)| event / time).collect();
    let treated: Vec<bool> = rows.iter().map(|row| treated(spells, *row)).collect();
    let units = crate::design::dense(rows.iter().map(|row| units[*row]));
    let outcome = Outcome { values: &values, exposure: Some(&exposure), treated: &treated, units: Some(&units) };
    let contrast = unit_contrast(&outcome, LEVEL).ok()?;
    by_unit_ratio(&contrast)
}
