//! The crowd rule on a comparison: arms and months.

use super::enough;
use crate::findings::{Comparison, Decline, Why};

/// Hides small months, and declines when an arm is too small.
pub fn hide(found: &mut Comparison, crowd: u64) -> Result<(), Decline> {
    let smallest = found.arms.iter().map(|a| a.n).min().unwrap_or(0);
    enough("comparison", smallest, crowd)?;
    seal_balance(found, crowd);
    let all: u64 = found.arms.iter().map(|arm| arm.n).sum();
    let gives_away = |n: u64| (1..crowd).contains(&all.saturating_sub(n));
    if found.adjusted.take_if(|adjusted| crowd > 1 && gives_away(adjusted.n)).is_some() {
        // Beside the difference of everybody, that of all but a few would tell about the few.
        found.not_run.push("covariate_adjusted".to_string());
    }
    let small: Vec<(String, String)> = (found.months.iter())
        .filter(|m| m.n.is_some_and(|n| n < crowd))
        .map(|m| (m.group.clone(), m.month.clone()))
        .collect();
    for month in &mut found.months {
        let year_later =
            |(group, earlier): &(String, String)| group == &month.group && is_year_later(earlier, &month.month);
        if small.contains(&(month.group.clone(), month.month.clone())) {
            (month.n, month.value, month.index, month.index_low, month.index_high) = (None, None, None, None, None);
            month.hidden = true;
            month.why = Some(Why::Hidden);
        } else if small.iter().any(year_later) {
            // value / index would give the hidden month a year earlier back.
            (month.index, month.index_low, month.index_high) = (None, None, None);
            month.hidden = true;
            month.why = Some(Why::Hidden);
        }
    }
    if crowd > 1 {
        // People with sales, month by month, would tell who left between two months.
        found.months.iter_mut().for_each(|month| month.n = None);
    }
    Ok(())
}

/// A mean before the start needs the crowd behind it, and so does what it leaves out of its arm.
fn seal_balance(found: &mut Comparison, crowd: u64) {
    let arms: Vec<u64> = found.arms.iter().map(|a| a.n).collect();
    for row in &mut found.balance {
        let small = row.people.iter().zip(&arms).any(|(n, all)| {
            let left_out = all.saturating_sub(*n);
            (*n > 0 && *n < crowd) || (left_out > 0 && left_out < crowd)
        });
        if small && crowd > 1 {
            (row.mean_treatment, row.mean_control, row.smd) = (None, None, None);
            row.why = Some(Why::Hidden);
        }
    }
}

fn is_year_later(earlier: &str, later: &str) -> bool {
    let read = |month: &str| crate::domain::Month::parse_iso(month);
    matches!((read(earlier), read(later)), (Some(a), Some(b)) if b.year_earlier() == a)
}
