//! Numbers that single people out: values that occur once, people far above all others, totals that one person dominates.
//! Places and shares, never a value.

use super::Verdict;
use super::habits::{Cell, Habits};
use super::people::{Coded, People, Place};
use crate::findings::{Issue, Level, Risk};
use crate::tables::Table;
use std::collections::BTreeMap;

/// Share of values that occur once above which a column is a fingerprint.
const ONCE: f64 = 0.5;
/// Fewer values than this prove nothing.
const ENOUGH: usize = 20;
/// Quartile ranges above the third quartile, on the logarithmic scale.
const FAR: f64 = 3.0;
/// The least quartile range: where nearly everybody has one value, a tenth more is no peculiarity.
const NARROW: f64 = 0.1;
/// Share of a total that one person may have, and the p of the p% rule.
const DOMINANT: f64 = 0.8;
const P: f64 = 0.1;

/// Makes the three checks.
pub(super) fn check(verdict: &mut Verdict, risk: &mut Risk, people: &People, habits: &Habits) {
    for ((_, name), numbers) in &habits.numbers {
        let values: Vec<f64> = numbers.cells.iter().map(|cell| cell.value).collect();
        verdict.issues.extend(fingerprint(risk, name, &numbers.place, &values));
    }
    for (name, coded) in people.columns.iter().filter(|(_, coded)| !coded.declared) {
        if let Some(values) = coded.numbers() {
            let values: Vec<f64> = values.into_iter().flatten().collect();
            verdict.issues.extend(fingerprint(risk, name, &coded.place, &values));
        }
    }
    verdict.checked.push("value_fingerprint".into());
    outliers(verdict, people, habits);
    match (habits.has(Table::Sales), by_cell(people, habits)) {
        (true, Some(cells)) => verdict.tell_dominance(dominated(&cells), &habits.place(Table::Sales, "sales")),
        _ => verdict.skip(&["dominance"], "no_sales"),
    }
}

/// Share of the values that occur once; an issue above a half, with the smallest step of rounding that would mend it.
fn fingerprint(risk: &mut Risk, name: &str, place: &Place, values: &[f64]) -> Option<Issue> {
    let share = occurs_once(values)?;
    risk.occurs_once.insert(name.to_string(), share);
    if share <= ONCE || values.len() < ENOUGH {
        return None;
    }
    let once = (share * values.len() as f64).round() as u64;
    let issue = Issue::new("value_fingerprint", Level::Warning).count(once).limit(ONCE, share).item(5);
    let issue = match smallest_step(values) {
        Some(step) => issue.detail(step.to_string()),
        None => issue,
    };
    Some(place.on(issue))
}

/// Share of the values that occur once; `None` without values.
pub fn occurs_once(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let once = sorted.chunk_by(|a, b| a == b).filter(|run| run.len() == 1).count();
    (!values.is_empty()).then(|| once as f64 / values.len() as f64)
}

/// The smallest 10^j times 1, 2 or 5 to which values must be rounded so that no more than half occur once.
pub fn smallest_step(values: &[f64]) -> Option<f64> {
    let steps = (-3..=12).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)));
    steps.into_iter().find(|step| {
        let rounded: Vec<f64> = values.iter().map(|value| (value / step).round()).collect();
        occurs_once(&rounded).is_some_and(|share| share <= ONCE)
    })
}

/// People whose mean of a number lies far above all others and first in their department (art. 34, item 4).
fn outliers(verdict: &mut Verdict, people: &People, habits: &Habits) {
    let n = people.len();
    let departments = people.columns.get("department").or_else(|| people.columns.get("group"));
    let mut judge = |means: &[Option<f64>], place: &Place, line: &dyn Fn(usize) -> Option<u64>| {
        let far = far_above(means, departments);
        if let Some(first) = far.first() {
            let mut issue = Issue::new("outlier", Level::Error).count(far.len() as u64).item(4);
            issue.line = line(*first);
            verdict.issues.push(place.on(issue));
        }
    };
    for ((_, name), numbers) in &habits.numbers {
        // Answers on a scale have an end.
        if matches!(name.as_str(), "sales" | "duration_min") {
            judge(&means(&numbers.cells, n), &numbers.place, &|_| None);
        }
    }
    for (name, coded) in &people.columns {
        if coded.declared && name != "hired_on" {
            continue;
        }
        let Some(values) = coded.numbers() else { continue };
        let values = if name == "hired_on" { tenures(people, &values) } else { values };
        judge(&values, &coded.place, &|row| people.lines.get(row).copied());
    }
    verdict.checked.push("outliers".into());
}

fn means(cells: &[Cell], people: usize) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, 0.0); people];
    for cell in cells {
        if let Some((sum, n)) = sums.get_mut(cell.person as usize) {
            *sum += cell.value;
            *n += 1.0;
        }
    }
    sums.into_iter().map(|(sum, n)| (n > 0.0).then(|| sum / n)).collect()
}

/// Days of service up to the last day that the table knows.
fn tenures(people: &People, hired: &[Option<f64>]) -> Vec<Option<f64>> {
    let left = people.columns.get("left_on").and_then(Coded::numbers);
    let days = hired.iter().chain(left.iter().flatten()).flatten();
    let Some(end) = days.copied().max_by(f64::total_cmp) else { return Vec::new() };
    let until = |row: usize| left.as_ref().and_then(|l| l.get(row).copied().flatten()).unwrap_or(end);
    hired.iter().enumerate().map(|(row, day)| day.map(|day| until(row) - day)).collect()
}

/// Rows with a positive value above the third quartile by three quartile ranges, on the logarithmic scale, and the largest
/// of their department.
fn far_above(values: &[Option<f64>], departments: Option<&Coded>) -> Vec<usize> {
    let mut logs: Vec<f64> = values.iter().flatten().filter(|v| **v > 0.0).map(|v| v.ln()).collect();
    if logs.len() < ENOUGH {
        return Vec::new();
    }
    logs.sort_by(f64::total_cmp);
    let (low, high) = (quantile(&logs, 0.25), quantile(&logs, 0.75));
    let limit = high + FAR * (high - low).max(NARROW);
    let department = |row: usize| departments.map_or(0, |d| d.code(row));
    let mut first: BTreeMap<u32, f64> = BTreeMap::new();
    for (row, value) in values.iter().enumerate() {
        if let Some(value) = value {
            let largest = first.entry(department(row)).or_insert(*value);
            *largest = largest.max(*value);
        }
    }
    let far = values.iter().enumerate().filter(|(row, value)| {
        value.is_some_and(|v| v > 0.0 && v.ln() > limit && first.get(&department(*row)) == Some(&v))
    });
    far.map(|(row, _)| row).collect()
}

/// Linear between order statistics (Hyndman & Fan 1996, type 7).
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let at = p * (sorted.len() - 1) as f64;
    let value = |at: f64| sorted.get(at as usize).copied().unwrap_or(f64::NAN);
    let (low, high) = (value(at.floor()), value(at.ceil()));
    low + (high - low) * at.fract()
}

/// Contributions of people to each total that a reader would form: sales by department, by group and by both.
fn by_cell(people: &People, habits: &Habits) -> Option<Vec<Vec<f64>>> {
    let sales = habits.mean_sales(people.len());
    let columns: Vec<&Coded> = ["department", "group"].iter().filter_map(|name| people.columns.get(*name)).collect();
    if sales.iter().all(Option::is_none) {
        return None;
    }
    let mut cells: BTreeMap<(usize, Vec<u32>), Vec<f64>> = BTreeMap::new();
    for (row, value) in sales.iter().enumerate() {
        let Some(value) = value.filter(|v| *v >= 0.0) else { continue };
        for (kind, column) in columns.iter().enumerate() {
            cells.entry((kind, vec![column.code(row)])).or_default().push(value);
        }
        let both = columns.iter().map(|c| c.code(row)).collect();
        cells.entry((columns.len(), both)).or_default().push(value);
    }
    Some(cells.into_values().collect())
}

fn dominated(cells: &[Vec<f64>]) -> usize {
    // A cell of one or two people is small, which is k's business.
    cells.iter().filter(|cell| cell.len() > 2 && (is_dominated(cell, DOMINANT) || is_p_percent_unsafe(cell, P))).count()
}

/// (1, k) dominance: the largest contribution is more than `share` of the total (Cox 1981).
pub fn is_dominated(contributions: &[f64], share: f64) -> bool {
    let total: f64 = contributions.iter().sum();
    contributions.iter().copied().fold(0.0, f64::max) > share * total
}

/// The p% rule: total less the two largest is under `p` of the largest, so that the second can estimate it too closely.
pub fn is_p_percent_unsafe(contributions: &[f64], p: f64) -> bool {
    let mut sorted = contributions.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let first = sorted.first().copied().unwrap_or(0.0);
    sorted.iter().skip(2).sum::<f64>() < p * first
}

impl Verdict {
    fn tell_dominance(&mut self, cells: usize, place: &Place) {
        self.checked.push("dominance".into());
        if cells > 0 {
            let issue = Issue::new("dominance", Level::Error).count(cells as u64).limit(DOMINANT, DOMINANT).item(4);
            self.issues.push(place.on(Issue { threshold: None, observed: None, ..issue }));
        }
    }
}
