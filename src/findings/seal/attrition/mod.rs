//! The crowd rule on attrition: for a rate the crowd is the people at risk; leaver counts of 1 to crowd - 1 are told only
//! over longer periods, and neither these nor the curve give them back.

mod reasons;

use super::{Board, enough};
use crate::domain::Month;
use crate::findings::attrition::HazardModel;
use crate::findings::{Attrition, Decline, Interval, Why};
use std::collections::BTreeMap;

/// Hides small counts of leavers and ends curves where too few are at risk.
pub fn hide(found: &mut Attrition, crowd: u64) -> Result<(), Decline> {
    if let Some(smallest) = found.follow_up.iter().map(|f| f.n).min() {
        enough("attrition", smallest, crowd)?;
    }
    // With so few leavers in an arm every number about that arm is a number about them.
    let few = |leavers: Option<u64>| leavers.is_some_and(|l| l > 0 && l < crowd);
    if found.follow_up.iter().any(|f| few(f.leavers)) {
        return Err(Decline::new("attrition", "too_few_leavers").with("crowd", crowd));
    }
    let kept = thin(found, crowd);
    for group in found.groups.clone() {
        hide_months(found, &group, crowd, &kept);
    }
    hide_ratio(found);
    hide_model(found, crowd);
    reasons::hide(found, crowd, &kept);
    Ok(())
}

/// The ratio of rates is made of the leavers and person-months since the start: where these are hidden it is too.
fn hide_ratio(found: &mut Attrition) {
    let hidden = found.periods.iter().any(|period| period.period != "before" && period.hidden);
    if let Some(ratio) = found.rate_ratio.as_mut().filter(|ratio| hidden && ratio.exposure == "person_months") {
        let method = std::mem::take(&mut ratio.ratio.method);
        ratio.ratio = Interval { method, why: Some(Why::Hidden), ..Interval::default() };
        ratio.p_value = None;
    }
}

/// A category of fewer than `crowd` people would have a hazard of its own: the model's terms go, its name stays.
fn hide_model(found: &mut Attrition, crowd: u64) {
    let Some(model) = found.hazard.as_mut() else { return };
    let lost: u64 = found.follow_up.iter().map(|f| f.n).sum::<u64>().saturating_sub(model.n);
    // People without a covariate are the difference between two models that are told.
    let few = |people: u64| people > 0 && people < crowd;
    if model.smallest.is_some_and(few) || few(lost) {
        let covariates = std::mem::take(&mut model.covariates);
        let ties = std::mem::take(&mut model.ties);
        **model = HazardModel { ties, covariates, why: Some(Why::Hidden), ..HazardModel::default() };
    }
}

/// Keeps of the curves only times between which at least `crowd` people left in every group, as far as `crowd` are at
/// risk: two neighbouring points and the number at risk give the leavers between them. The last time always stays, if
/// need be instead of the one before. Returns the times kept.
fn thin(found: &mut Attrition, crowd: u64) -> Vec<f64> {
    let mut times: Vec<f64> = found.km.iter().map(|p| p.time).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    if crowd <= 1 {
        return times;
    }
    let groups = found.groups.clone();
    let at = |time: f64, group: &String| found.km.iter().find(|p| p.time == time && &p.group == group);
    let enough = |time: &f64| groups.iter().filter_map(|g| at(*time, g)).all(|p| p.at_risk >= crowd);
    let (mut kept, mut pending) = (Vec::new(), vec![0u64; groups.len()]);
    let told: Vec<f64> = times.into_iter().take_while(enough).collect();
    for &time in &told {
        for (group, count) in groups.iter().zip(&mut pending) {
            *count += at(time, group).map_or(0, |p| p.events);
        }
        if pending.iter().all(|count| *count >= crowd) {
            kept.push(time);
            pending.fill(0);
        }
    }
    if let (Some(last), Some(end)) = (kept.last_mut(), told.last()) {
        *last = *end;
    }
    found.km.retain(|p| kept.contains(&p.time));
    kept
}

fn hide_months(found: &mut Attrition, group: &str, crowd: u64, kept: &[f64]) {
    let mut board = Board::new(crowd);
    let mut cells: BTreeMap<i32, usize> = BTreeMap::new();
    for month in found.months.iter_mut().filter(|m| m.group == group) {
        let Some(number) = Month::parse_iso(&month.month) else { continue };
        let cell = board.cell(month.leavers.unwrap_or(0));
        if month.headcount.is_some_and(|n| n > 0 && n < crowd) {
            month.headcount = None;
            board.hide(cell);
        }
        cells.insert(number.0, cell);
    }
    let window = |last: i32, width: i32| -> Vec<usize> {
        (last - width + 1..=last).filter_map(|m| cells.get(&m).copied()).collect()
    };
    let width = found.rolling_months.unwrap_or(0) as i32;
    for rolling in found.rolling.iter_mut().filter(|r| r.group == group) {
        let Some(last) = Month::parse_iso(&rolling.month) else { continue };
        if rolling.leavers > 0 && rolling.leavers < crowd {
            (rolling.rate, rolling.index, rolling.index_low, rolling.index_high) = (None, None, None, None);
            rolling.hidden = true;
            rolling.why = Some(Why::Hidden);
            continue;
        }
        board.sum(&window(last.0, width));
        if rolling.leavers_earlier > 0 && rolling.leavers_earlier < crowd {
            (rolling.index, rolling.index_low, rolling.index_high) = (None, None, None);
            rolling.why = Some(Why::Hidden);
        }
        if rolling.index.is_some() {
            board.sum(&window(last.0 - 12, width));
        }
    }
    let start = found.start.as_deref().and_then(crate::domain::Day::parse_iso).map(|d| d.month().0);
    for period in found.periods.iter_mut().filter(|p| p.group == group) {
        let inside = |month: &i32| match (period.period.as_str(), start) {
            ("before", Some(start)) => *month < start,
            ("after", Some(start)) => *month >= start,
            _ => true,
        };
        let parts: Vec<usize> = cells.iter().filter(|(m, _)| inside(m)).map(|(_, c)| *c).collect();
        if period.leavers.is_some_and(|l| l > 0 && l < crowd) {
            (period.leavers, period.rate, period.annual_rate) = (None, None, None);
            period.hidden = true;
            period.why = Some(Why::Hidden);
        } else {
            board.sum(&parts);
        }
    }
    for parts in between(found, &cells, kept) {
        board.sum(&parts);
    }
    board.cover();
    for month in found.months.iter_mut().filter(|m| m.group == group) {
        let cell = Month::parse_iso(&month.month).and_then(|m| cells.get(&m.0).copied());
        if cell.is_some_and(|c| board.is_hidden(c)) {
            (month.leavers, month.rate, month.index, month.index_low, month.index_high) =
                (None, None, None, None, None);
            month.hidden = true;
            month.why = Some(Why::Hidden);
        }
    }
    unindex(found, group);
    if crowd > 1 && found.months.iter().any(|m| m.group == group && m.hidden) {
        // Headcounts of neighbouring months differ by the leavers: with one month hidden, none may be told, and no rate
        // that gives a headcount.
        for month in found.months.iter_mut().filter(|m| m.group == group) {
            month.headcount = None;
            month.rate = month.rate.filter(|rate| *rate == 0.0);
            month.why = month.why.or(Some(Why::Hidden));
        }
    }
}

/// The months between neighbouring points of the curve that was kept: their leavers can be had from it.
fn between(found: &Attrition, cells: &BTreeMap<i32, usize>, kept: &[f64]) -> Vec<Vec<usize>> {
    let Some(start) = found.start.as_deref().and_then(crate::domain::Day::parse_iso) else { return Vec::new() };
    if found.clock != "since_start" {
        return Vec::new();
    }
    let mut sums = Vec::new();
    let mut first = start.month().0;
    for time in kept {
        let last = crate::domain::Day(start.0 + *time as i32 - 1).month().0;
        sums.push(cells.range(first..=last).map(|(_, cell)| *cell).collect());
        first = last + 1;
    }
    sums
}

/// index and rate together would give a hidden month a year earlier back.
fn unindex(found: &mut Attrition, group: &str) {
    let hidden: Vec<i32> = (found.months.iter())
        .filter(|m| m.group == group && m.hidden)
        .filter_map(|m| Month::parse_iso(&m.month).map(|m| m.0))
        .collect();
    for month in found.months.iter_mut().filter(|m| m.group == group && m.index.is_some()) {
        let earlier = Month::parse_iso(&month.month).map(|m| m.year_earlier().0);
        if earlier.is_some_and(|e| hidden.contains(&e)) {
            (month.index, month.index_low, month.index_high) = (None, None, None);
            month.why = Some(Why::Hidden);
        }
    }
}
