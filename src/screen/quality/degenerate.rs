//! Data that are well formed but will make an analysis decline: said early, with the name of that analysis.

use super::Ledger;
use crate::findings::Level;
use crate::panel::{NOBODY, Panel};
use crate::study::Study;
use crate::tables::MISSING_DAY;

/// Constant sales or satisfaction, everybody of one arm gone and no one of the other, a handful of people.
pub fn check(panel: &Panel, study: &Study, ledger: &mut Ledger) {
    let people = panel.people.len() as u64;
    if people > 0 && people < 10 {
        let issue = ledger.file_note("few_people", "people", Level::Warning);
        *issue = issue.clone().count(people).limit(10.0, people as f64);
    }
    constant_satisfaction(panel, study, ledger);
    constant_sales(panel, ledger);
    separation(panel, study, ledger);
}

fn constant_satisfaction(panel: &Panel, study: &Study, ledger: &mut Ledger) {
    let mut means =
        (0..panel.people.len()).flat_map(|p| (0..study.topics.len()).filter_map(move |t| panel.sessions.mean(p, t)));
    let Some(first) = means.next() else { return };
    if means.all(|m| m == first) {
        let issue = ledger.file_note("constant_satisfaction", "sessions", Level::Warning);
        *issue = issue.clone().column("satisfaction", None);
    }
}

fn constant_sales(panel: &Panel, ledger: &mut Ledger) {
    let sales = &panel.sales;
    let mut totals = sales.after.iter().chain(&sales.before).filter_map(crate::panel::Sum::mean);
    let Some(first) = totals.next() else { return };
    if totals.all(|t| t == first) {
        let issue = ledger.file_note("constant_sales", "sales", Level::Warning);
        *issue = issue.clone().column("sales", None);
    }
}

fn separation(panel: &Panel, study: &Study, ledger: &mut Ledger) {
    let (Some(comparison), Some(groups)) = (&study.comparison, panel.people.column("group")) else { return };
    if !panel.people.has_left {
        return;
    }
    let share = |name: &str| {
        let group = groups.ids.find(name).unwrap_or(NOBODY);
        let members = groups.of.iter().zip(&panel.people.left).filter(|(g, _)| **g == group && group != NOBODY);
        let (mut all, mut gone) = (0, 0);
        for (_, left) in members {
            all += 1;
            gone += u64::from(*left != MISSING_DAY);
        }
        (all, gone)
    };
    let (a, b) = (share(&comparison.treatment), share(&comparison.control));
    let torn = |x: (u64, u64), y: (u64, u64)| x.0 > 0 && y.0 > 0 && x.1 == x.0 && y.1 == 0;
    if torn(a, b) || torn(b, a) {
        let issue = ledger.file_note("separation", "people", Level::Warning);
        *issue = issue.clone().column("left_on", None);
    }
}
