//! Allowed values: a value outside its scale is a fault, told with its place, and missing from there on.

use super::Ledger;
use crate::findings::Level;
use crate::panel::{Panel, Survey};
use crate::study::Study;
use crate::tables::{Batch, Column, Layout, Table};

/// Minutes beyond a working day are told; the value stays.
const LONGEST_MINUTES: f64 = 600.0;

/// The scales on which engagement is commonly asked, narrowest first.
const SCALES: [(f64, f64); 5] = [(1.0, 5.0), (1.0, 7.0), (0.0, 10.0), (0.0, 100.0), (0.0, 1000.0)];

/// Share of the answers that must fit a scale for it to be the one.
const BULK: f64 = 0.99;

/// What a cell may be.
struct Rule {
    low: f64,
    high: f64,
    whole: Whole,
    code: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
enum Whole {
    Yes,
    Any,
}

/// Blanks values outside their range and writes them down.
pub fn clean(layout: &Layout, batch: &mut Batch, study: &Study, ledger: &mut Ledger) {
    for (at, column) in layout.columns.iter().enumerate() {
        let Some(rule) = rule(layout.table, &column.name, study) else { continue };
        let Some(Column::Number(cells)) = batch.columns.get_mut(at) else { continue };
        for (cell, &line) in cells.iter_mut().zip(&batch.lines) {
            let line = u64::from(line);
            if cell.is_nan() {
                continue;
            }
            if *cell < rule.low || *cell > rule.high {
                let issue = ledger.add(rule.code, Level::Error, layout, &column.name, line);
                issue.detail = Some(format!("{}..{}", rule.low, rule.high));
                *cell = f64::NAN;
            } else if rule.whole == Whole::Yes && *cell as i64 as f64 != *cell {
                ledger.add("not_whole", Level::Error, layout, &column.name, line);
                *cell = f64::NAN;
            }
        }
    }
    notes(layout, batch, ledger);
}

fn rule(table: Table, name: &str, study: &Study) -> Option<Rule> {
    let (low, high) = study.satisfaction;
    let whole = if low.fract() == 0.0 && high.fract() == 0.0 { Whole::Yes } else { Whole::Any };
    let topic = name == "overall" || study.topics.iter().any(|t| t.code == name);
    match (table, name) {
        (Table::Sessions, "satisfaction") => Some(Rule { low, high, whole, code: "out_of_range" }),
        (Table::Sessions, _) if topic => Some(Rule { low, high, whole, code: "out_of_range" }),
        (Table::Sessions, "duration_min") => {
            Some(Rule { low: 0.0, high: f64::INFINITY, whole: Whole::Any, code: "negative_duration" })
        }
        (Table::Survey, "level") => {
            let high = study.ladder.levels() as f64 - 1.0;
            Some(Rule { low: 0.0, high, whole: Whole::Yes, code: "out_of_range" })
        }
        (Table::Survey, item) if study.items.as_ref().is_some_and(|i| i.items.iter().any(|x| x.column == item)) => {
            let (low, high) = study.items.as_ref().map_or((0.0, 1.0), |i| i.scale);
            Some(Rule { low, high, whole: Whole::Yes, code: "out_of_range" })
        }
        (Table::Survey, "engagement") => {
            study.engagement.map(|(low, high)| Rule { low, high, whole: Whole::Any, code: "out_of_range" })
        }
        (Table::Attrition, "headcount" | "leavers") => {
            Some(Rule { low: 0.0, high: f64::INFINITY, whole: Whole::Yes, code: "out_of_range" })
        }
        _ => None,
    }
}

/// Values that are possible but worth a look.
fn notes(layout: &Layout, batch: &Batch, ledger: &mut Ledger) {
    let look = |column: &str| layout.position(column).and_then(|at| batch.numbers(at));
    if layout.table == Table::Sessions {
        for (&cell, &line) in look("duration_min").unwrap_or(&[]).iter().zip(&batch.lines) {
            if cell > LONGEST_MINUTES {
                ledger.add("long_duration", Level::Warning, layout, "duration_min", u64::from(line));
            }
        }
    }
    if layout.table == Table::Sales {
        for (&cell, &line) in look("sales").unwrap_or(&[]).iter().zip(&batch.lines) {
            if cell < 0.0 {
                ledger.add("negative_sales", Level::Warning, layout, "sales", u64::from(line));
            }
        }
    }
}

/// The engagement scale that the bulk of the answers fits, when the study declares none.
pub fn inferred_scale(survey: &Survey) -> Option<(f64, f64)> {
    let all = survey.answers.iter().chain(&survey.unit_answers);
    let values: Vec<f64> = all.map(|a| a.engagement).filter(|v| !v.is_nan()).collect();
    if values.is_empty() {
        return None;
    }
    SCALES.into_iter().find(|(low, high)| {
        let inside = values.iter().filter(|v| *v >= low && *v <= high).count();
        inside as f64 >= BULK * values.len() as f64
    })
}

/// Answers outside the inferred scale are faults; the scale itself is told.
pub fn engagement(panel: &Panel, study: &Study, ledger: &mut Ledger) {
    if study.engagement.is_some() {
        return;
    }
    let Some((low, high)) = inferred_scale(&panel.survey) else { return };
    let scale = format!("{low}..{high}");
    let issue = ledger.file_note("scale_inferred", "survey", Level::Note);
    *issue = issue.clone().column("engagement", None).detail(scale.clone());
    let all = panel.survey.answers.iter().chain(&panel.survey.unit_answers);
    let outside: Vec<u64> = all.filter(|a| a.engagement < low || a.engagement > high).map(|a| a.line).collect();
    if let Some((&first, rest)) = outside.split_first() {
        let issue = ledger.file_note("out_of_range", "survey", Level::Error);
        *issue = issue.clone().at(first).column("engagement", None).detail(scale);
        rest.iter().for_each(|&line| issue.again(line));
    }
}

/// Blanks the answers that `engagement` found outside the inferred scale.
pub fn blank_engagement(survey: &mut Survey, study: &Study) {
    if study.engagement.is_some() {
        return;
    }
    let Some((low, high)) = inferred_scale(survey) else { return };
    for answer in survey.answers.iter_mut().chain(&mut survey.unit_answers) {
        if answer.engagement < low || answer.engagement > high {
            answer.engagement = f64::NAN;
        }
    }
}
