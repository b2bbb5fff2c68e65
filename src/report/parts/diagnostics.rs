//! What a careful reader asks about a fit: spread, leverage, influence, dependence of the terms, what one cluster does.
//! Counts rows and clusters, names none.

use super::choice::tested;
use super::terms::is_slope;
use super::{Part, Speaker, fit, terms};
use crate::findings::Regression;
use crate::findings::regression::checks::{Diagnostics, LeaveOneOut};
use crate::report::brief::figures::figure;
use crate::report::brief::{Align, Table};
use crate::text::{names, number};

/// The part, where it was asked for: sentences, then a table by term.
pub fn part(model: &Regression, speaker: &Speaker<'_>) -> Option<Part> {
    let d = model.diagnostics.as_ref()?;
    let mut part = Part::new("diagnostics", speaker.word("diagnostics"))
        .say(fit::spaced([spread(d, speaker), condition(d, speaker)], speaker))
        .say(leverage(d, speaker));
    part = part.say(d.leave_one_out.as_ref().map_or_else(String::new, |l| without(l, speaker)));
    if model.terms.iter().any(|t| t.robustness.is_some()) {
        part = part.say(speaker.word("robustness_lead"));
    }
    let table = table(model, speaker);
    Some(if table.columns.len() > 1 { part.table(table) } else { part })
}

fn spread(d: &Diagnostics, speaker: &Speaker<'_>) -> String {
    let Some(test) = &d.heteroscedasticity else { return String::new() };
    let key = match test.p_value {
        Some(p) if p < 0.05 => "spread_uneven",
        Some(_) => "spread_even",
        None => "spread_unknown",
    };
    speaker.say(key, &tested(test, speaker))
}

fn condition(d: &Diagnostics, speaker: &Speaker<'_>) -> String {
    d.condition_number.map_or_else(String::new, |c| speaker.say("condition", &[("condition", figure(c, 1))]))
}

fn leverage(d: &Diagnostics, speaker: &Speaker<'_>) -> String {
    let (Some(two), Some(three)) = (d.rows_above_2k_n, d.rows_above_3k_n) else { return String::new() };
    let shown = |x: Option<f64>| x.map_or_else(|| number::reason(speaker.language, "undefined"), |x| figure(x, 3));
    let values = [
        ("leverage", shown(d.max_leverage)),
        ("two", number::count(two)),
        ("three", number::count(three)),
        ("cook", shown(d.max_cooks_distance)),
    ];
    speaker.say("leverage", &values)
}

fn without(l: &LeaveOneOut, speaker: &Speaker<'_>) -> String {
    let values = [
        ("clusters", number::count(l.clusters)),
        ("column", names::column(speaker.language, &l.cluster)),
        ("hidden", number::count(l.hidden)),
    ];
    speaker.say(if l.hidden > 0 { "without_one_hidden" } else { "without_one" }, &values)
}

/// Robustness, influence of single rows, the range without one cluster each: columns that nobody fills are left out.
fn table(model: &Regression, speaker: &Speaker<'_>) -> Table {
    let titles = ["term", "robustness", "dfbetas", "rows_above", "without_range", "sign_changes"];
    let right = Align::Right;
    let sides = [Align::Left, right, right, right, right, right];
    let mut table = Table::new(titles.iter().map(|t| speaker.word(t)).zip(sides).collect());
    let left_out = model.diagnostics.as_ref().and_then(|d| d.leave_one_out.as_ref());
    let digits = terms::digits(&model.terms);
    let shown = |x: Option<f64>, digits: usize| x.map_or_else(String::new, |x| figure(x, digits));
    for term in model.terms.iter().filter(|t| is_slope(t)) {
        let influence = model.diagnostics.iter().flat_map(|d| &d.influence).find(|i| i.term == term.term);
        let left = left_out.and_then(|l| l.terms.iter().find(|t| t.term == term.term));
        let range = left.and_then(|l| l.low.zip(l.high));
        table.rows.push(vec![
            speaker.term(&term.term),
            term.robustness.map_or_else(String::new, |x| number::percent(x, 1)),
            shown(influence.and_then(|i| i.max_dfbetas), 2),
            influence.map_or_else(String::new, |i| number::count(i.rows_above)),
            range.map_or_else(String::new, |(low, high)| {
                speaker.say("from_to", &[("low", figure(low, digits)), ("high", figure(high, digits))])
            }),
            left.map_or_else(String::new, |l| number::count(l.sign_changes)),
        ]);
    }
    (1..6).rev().fold(table, |table, column| table.without_blank(column))
}
