//! The comparison over time: month by month with its index, the whole time as an index, differences in differences, and
//! the event study with the test of the months before the start.

use super::{estimate, finite};
use crate::design::arms::{Arm, Arms, GroupMonth};
use crate::domain::Month;
use crate::findings::Why;
use crate::findings::comparison::{Change, Event, EventPoint, MonthPoint, PreTrend, Whole};
use crate::stats::did::{self, Cell, Panel};
use crate::stats::event::{self, EventStudy};
use crate::stats::index::{self, Base, IndexPoint, UnitMonth};
use crate::stats::inference::LEVEL;
use crate::stats::moments::Moments;
use crate::stats::trial::Trial;
use ndarray::Array2;
use std::collections::BTreeMap;

/// Numbers in the model of units and months up to which it is made.
const MOST_NUMBERS: usize = 20_000_000;

fn side(arm: Arm) -> usize {
    usize::from(arm == Arm::Control)
}

fn base(arms: &Arms) -> Base {
    arms.index_base.map_or(Base::YearEarlier, |month| Base::Month(month.0))
}

/// Months in order, treatment first within a month. Without an index where the outcome crosses zero.
pub(super) fn months(arms: &Arms, crosses: bool) -> Vec<MonthPoint> {
    let indices: [BTreeMap<i32, IndexPoint>; 2] = [Arm::Treatment, Arm::Control].map(|arm| {
        if crosses {
            return BTreeMap::new();
        }
        match of_units(arms, arm) {
            Some(cells) => index::series(&cells, base(arms), LEVEL),
            None => of_groups(arms, arm),
        }
        .into_iter()
        .map(|point| (point.month, point))
        .collect()
    });
    let point = |row: &GroupMonth| {
        let found = indices[side(row.arm)].get(&row.month.0);
        let index = found.and_then(|found| found.index).and_then(finite);
        MonthPoint {
            month: row.month.to_string(),
            group: arms.names[side(row.arm)].clone(),
            n: Some(row.n),
            value: finite(row.mean),
            index,
            index_low: found.and_then(|found| found.conf_low).and_then(finite),
            index_high: found.and_then(|found| found.conf_high).and_then(finite),
            why: index.is_none().then_some(Why::Undefined),
            ..MonthPoint::default()
        }
    };
    let mut rows: Vec<&GroupMonth> = arms.months.iter().collect();
    rows.sort_by_key(|row| (row.month, side(row.arm)));
    rows.into_iter().map(point).collect()
}

/// What each unit of an arm gives each month.
fn of_units(arms: &Arms, arm: Arm) -> Option<Vec<UnitMonth>> {
    let periods = arms.periods.as_ref()?;
    let own = periods.cells.iter().filter(|cell| periods.arms[cell.unit as usize] == arm);
    let cell = |cell: &crate::design::arms::UnitMonth| UnitMonth {
        unit: cell.unit,
        month: cell.month.0,
        total: cell.total,
        size: cell.size,
    };
    Some(own.map(cell).collect())
}

/// The same from the moments of the arm's people, months taken as independent.
fn of_groups(arms: &Arms, arm: Arm) -> Vec<IndexPoint> {
    let moments: BTreeMap<i32, Moments> = arms
        .months
        .iter()
        .filter(|row| row.arm == arm)
        .map(|row| {
            let n = row.n as f64;
            (row.month.0, Moments { count: row.n as usize, mean: row.mean, m2: row.variance * n * (n - 1.0) })
        })
        .collect();
    let one = |(&month, now): (&i32, &Moments)| {
        let base = arms.index_base.map_or(Month(month).year_earlier().0, |base| base.0);
        let then = moments.get(&base)?;
        Some(index::of_moments(month, now, base, then, LEVEL))
    };
    moments.iter().filter_map(one).collect()
}

/// The months from the start on (all, without a start) against the months that are 100, per group: units known by month
/// only.
pub(super) fn whole(arms: &Arms, crosses: bool) -> Vec<Whole> {
    if crosses || arms.periods.is_none() {
        return Vec::new();
    }
    let first = arms.start.map_or(i32::MIN, |start| start.month().0);
    let one = |arm: Arm| {
        let cells = of_units(arms, arm)?;
        let mut months: Vec<i32> = cells.iter().map(|cell| cell.month).collect();
        months.sort_unstable();
        months.dedup();
        let base = |month: i32| arms.index_base.map_or(month - 12, |base| base.0);
        let now: Vec<i32> = months
            .iter()
            .copied()
            .filter(|&month| month >= first && base(month) != month && months.contains(&base(month)))
            .collect();
        let then: Vec<i32> = now.iter().map(|&month| base(month)).collect();
        if now.is_empty() || now.iter().any(|month| then.contains(month)) {
            return None;
        }
        let place = |month: i32| if now.contains(&month) { Some(1) } else { then.contains(&month).then_some(0) };
        let joined: Vec<UnitMonth> =
            cells.iter().filter_map(|cell| Some(UnitMonth { month: place(cell.month)?, ..*cell })).collect();
        let found = index::series(&joined, Base::Month(0), LEVEL).into_iter().find(|point| point.month == 1)?;
        let index = found.index.and_then(finite);
        Some(Whole {
            group: arms.names[side(arm)].clone(),
            months: now.len() as u64,
            index,
            index_low: found.conf_low.and_then(finite),
            index_high: found.conf_high.and_then(finite),
            why: index.is_none().then_some(Why::Undefined),
        })
    };
    [Arm::Treatment, Arm::Control].into_iter().filter_map(one).collect()
}

/// Change of the treated less change of the control: of the same units where they are followed, else of all rows.
pub(super) fn change(arms: &Arms) -> Option<Change> {
    let followed = arms.periods.is_some() && arms.pooled.as_ref().is_none_or(|pooled| pooled.units.is_some());
    if followed {
        return of_panel(arms);
    }
    let pooled = arms.pooled.as_ref()?;
    let known = |row: usize| pooled.covariates.iter().all(|(_, values)| values[row].is_finite());
    let rows: Vec<usize> = (0..pooled.values.len()).filter(|&row| known(row)).collect();
    let outcome: Vec<f64> = rows.iter().map(|&row| pooled.values[row]).collect();
    let treated: Vec<bool> = rows.iter().map(|&row| pooled.arm[row] == Arm::Treatment).collect();
    let after: Vec<bool> = rows.iter().map(|&row| pooled.after[row]).collect();
    let units = pooled.units.as_ref().map(|codes| crate::design::dense(rows.iter().map(|&row| codes[row])));
    let covariates = Array2::from_shape_fn((rows.len(), pooled.covariates.len()), |(row, column)| {
        pooled.covariates[column].1[rows[row]]
    });
    let trial = Trial { outcome: &outcome, treated: &treated, units: units.as_deref(), strata: None };
    let held = (!pooled.covariates.is_empty()).then_some(&covariates);
    let found = did::of_rows(&trial, &after, held).ok()?;
    let covariates = pooled.covariates.iter().map(|(name, _)| name.clone()).collect();
    Some(told(&found, false, covariates))
}

fn told(found: &did::Did, panel: bool, covariates: Vec<String>) -> Change {
    Change {
        difference: estimate(&found.effect),
        n: found.n as u64,
        n_units: found.clusters.map(|units| units as u64),
        vcov: found.kind.name().to_string(),
        panel,
        covariates,
    }
}

/// Means by unit and month, with the arm of each unit and the first month of the treatment.
fn cells(arms: &Arms) -> Option<(Vec<Cell>, Vec<bool>, i32)> {
    let periods = arms.periods.as_ref()?;
    let start = arms.start?.month().0;
    let treated: Vec<bool> = periods.arms.iter().map(|arm| *arm == Arm::Treatment).collect();
    let cell = |cell: &crate::design::arms::UnitMonth| Cell {
        unit: cell.unit,
        period: cell.month.0,
        mean: cell.total / cell.size,
        weight: cell.size,
    };
    let cells: Vec<Cell> = periods.cells.iter().map(cell).collect();
    let mut months: Vec<i32> = cells.iter().map(|cell| cell.period).collect();
    months.sort_unstable();
    months.dedup();
    (2 * months.len() * cells.len() <= MOST_NUMBERS).then_some((cells, treated, start))
}

fn of_panel(arms: &Arms) -> Option<Change> {
    let (cells, treated, start) = cells(arms)?;
    let found = did::of_panel(&Panel { cells: &cells, treated: &treated, start }).ok()?;
    Some(told(&found, true, Vec::new()))
}

/// Effects month by month against the last before the start.
pub(super) fn event(arms: &Arms) -> Option<Event> {
    let (cells, treated, start) = cells(arms)?;
    let found = event::event_study(&Panel { cells: &cells, treated: &treated, start }).ok()?;
    let point = |point: &event::EventPoint| EventPoint {
        month: Month(point.period).to_string(),
        effect: point.effect.as_ref().map(estimate).unwrap_or_default(),
        reference: point.period == found.reference,
        hidden: false,
    };
    Some(Event {
        reference: Month(found.reference).to_string(),
        points: found.points.iter().map(point).collect(),
        average: estimate(&found.average),
        pre_trend: pre_trend(&found),
        n_units: found.clusters.map(|units| units as u64),
        vcov: found.kind.name().to_string(),
    })
}

fn pre_trend(found: &EventStudy) -> Option<PreTrend> {
    let pre = found.pre_trend.as_ref()?;
    Some(PreTrend {
        statistic: finite(pre.test.statistic),
        df1: pre.test.df1,
        df2: pre.test.df2,
        p_value: finite(pre.test.p_value),
        slope: estimate(&pre.slope),
        slope_detectable: pre.slope_detectable.and_then(finite),
        bias_detectable: pre.bias_detectable.and_then(finite),
    })
}
