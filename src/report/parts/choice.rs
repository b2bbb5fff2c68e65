//! What a model of a choice adds: how many rows chose what, thresholds, effects on probabilities, whether one slope
//! serves every threshold.

use super::{Part, Speaker};
use crate::findings::Regression;
use crate::findings::regression::checks::Test;
use crate::findings::regression::choice::{Choice, Effect, Parallel, Predicted};
use crate::report::brief::figures::{self, figure, natural, places};
use crate::report::brief::{Align, Table, shared};
use crate::text::{names, number};

/// Every part that this model has.
pub fn parts(model: &Regression, speaker: &Speaker<'_>) -> Vec<Part> {
    let Some(choice) = &model.choice else { return Vec::new() };
    let mut parts = Vec::new();
    if !choice.thresholds.is_empty() {
        parts.push(thresholds(choice, speaker));
    }
    if !choice.effects.is_empty() {
        parts.push(effects(choice, speaker));
    }
    parts.extend(choice.parallel.as_ref().map(|p| parallel(p, speaker)));
    parts
}

/// "1 (12 rows), 2 (30 rows), ..."
pub fn counts(choice: &Choice, speaker: &Speaker<'_>) -> String {
    let one = |(category, n): (&String, &u64)| {
        speaker.say("category_count", &[("category", names::clean(category)), ("n", number::count(*n))])
    };
    let items: Vec<String> = choice.categories.iter().zip(&choice.counts).map(one).collect();
    speaker.say("categories", &[("items", speaker.list(&items))])
}

fn thresholds(choice: &Choice, speaker: &Speaker<'_>) -> Part {
    let mut table = Table::new(vec![
        (speaker.word("between"), Align::Left),
        (speaker.word("threshold"), Align::Right),
        (speaker.word("std_error"), Align::Right),
        (speaker.word("interval"), Align::Right),
    ]);
    let digits = places(choice.thresholds.iter().map(|t| t.value.std_error), 2);
    let shown = |x: Option<f64>| x.map_or_else(String::new, |x| figure(x, digits));
    let ends: Vec<_> = choice.thresholds.iter().map(|t| (t.value.conf_low, t.value.conf_high)).collect();
    let ranges = figures::ranges(speaker.language, &ends, |x| figure(x, digits));
    for (threshold, range) in choice.thresholds.iter().zip(ranges) {
        let value = &threshold.value;
        let point = figures::or_why(speaker.language, value.estimate, value.why, |x| figure(x, digits));
        table.rows.push(vec![names::clean(&threshold.between), point, shown(value.std_error), range]);
    }
    Part::new("thresholds", speaker.word("thresholds")).say(speaker.word("thresholds_lead")).table(table)
}

/// The first cells of a row, and its other cells by category.
type Crossed = (Vec<String>, Vec<(String, String)>);

/// Rows of `(term, category)` cells with the categories side by side.
fn crossed(first: Vec<(String, Align)>, rows: Vec<Crossed>, categories: &[String], speaker: &Speaker<'_>) -> Table {
    let title = |c: &String| (speaker.say("category", &[("category", names::clean(c))]), Align::Right);
    let mut table = Table::new(first.into_iter().chain(categories.iter().map(title)).collect()).in_columns();
    for (mut cells, found) in rows {
        let of =
            |c: &String| found.iter().find(|(category, _)| category == c).map_or_else(String::new, |f| f.1.clone());
        cells.extend(categories.iter().map(of));
        table.rows.push(cells);
    }
    table
}

/// The categories that any row speaks of, in their order.
fn spoken_of<'c>(choice: &'c Choice, has: impl Fn(&str) -> bool) -> Vec<String> {
    choice.categories.iter().filter(|c: &&'c String| has(c)).cloned().collect()
}

/// Names, each once, in the order in which they come.
fn each_once<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

fn effects(choice: &Choice, speaker: &Speaker<'_>) -> Part {
    let categories = spoken_of(choice, |c| choice.effects.iter().any(|e| e.category == c));
    let digits = places(choice.effects.iter().map(|e| e.effect.std_error), 2);
    let cell = |e: &Effect| (e.category.clone(), shared::estimate(speaker.language, &e.effect, |x| figure(x, digits)));
    let row = |term: &str| {
        let cells = choice.effects.iter().filter(|e| e.term == term).map(cell).collect();
        (vec![speaker.term(term)], cells)
    };
    let rows = each_once(choice.effects.iter().map(|e| e.term.as_str())).into_iter().map(row).collect();
    let table = crossed(vec![(speaker.word("term"), Align::Left)], rows, &categories, speaker);
    let part = Part::new("marginal_effects", speaker.word("marginal_effects"))
        .say(speaker.word("marginal_effects_lead"))
        .table(table);
    if choice.predicted.is_empty() { part } else { part.folded(speaker.word("predicted"), predicted(choice, speaker)) }
}

fn predicted(choice: &Choice, speaker: &Speaker<'_>) -> Table {
    let categories = spoken_of(choice, |c| choice.predicted.iter().any(|p| p.category == c));
    let cell = |p: &Predicted| {
        (p.category.clone(), shared::estimate(speaker.language, &p.probability, |x| number::percent(x, 1)))
    };
    let at = |p: &Predicted| {
        let key = format!("at_{}", p.at);
        let known = crate::text::knows(speaker.language, &format!("table.{key}"));
        let at = if known { speaker.word(&key) } else { names::clean(&p.at) };
        speaker.say("at_value", &[("term", speaker.term(&p.term)), ("at", at), ("value", natural(p.value))])
    };
    let places = each_once(choice.predicted.iter().map(|p| (p.term.as_str(), p.at.as_str())));
    let row = |(term, place): (&str, &str)| {
        let own: Vec<&Predicted> = choice.predicted.iter().filter(|p| p.term == term && p.at == place).collect();
        let name = own.first().map_or_else(String::new, |p| at(p));
        (vec![name], own.into_iter().map(cell).collect())
    };
    let rows = places.into_iter().map(row).collect();
    crossed(vec![(speaker.word("term"), Align::Left)], rows, &categories, speaker)
}

fn parallel(parallel: &Parallel, speaker: &Speaker<'_>) -> Part {
    let fits = parallel.all.as_ref().and_then(|t| t.p_value).map(|p| p >= 0.05);
    let verdict = match fits {
        Some(true) => "parallel_fits",
        Some(false) => "parallel_fails",
        None => "parallel_unknown",
    };
    let all = parallel.all.as_ref().map_or_else(String::new, |t| speaker.say("parallel_all", &tested(t, speaker)));
    let mut table = Table::new(vec![
        (speaker.word("term"), Align::Left),
        (speaker.word("chi_square"), Align::Right),
        (speaker.word("df"), Align::Right),
        (speaker.word("p"), Align::Right),
    ]);
    for row in &parallel.terms {
        let statistic = figures::or_why(speaker.language, row.test.statistic, None, |x| figure(x, 2));
        let (df, p) = (shared::df(Some(row.test.df)), shared::p_cell(row.test.p_value));
        table.rows.push(vec![speaker.term(&row.term), statistic, df, p]);
    }
    let part =
        Part::new("parallel", speaker.word("parallel")).say(super::fit::spaced([speaker.word(verdict), all], speaker));
    if table.rows.is_empty() { part } else { part.folded(speaker.word("parallel_terms"), table) }
}

/// The values of a sentence about a chi-square test.
pub fn tested(test: &Test, speaker: &Speaker<'_>) -> [(&'static str, String); 3] {
    let statistic = test.statistic.map_or_else(|| number::reason(speaker.language, "undefined"), natural);
    [
        ("statistic", statistic),
        ("df", shared::df(Some(test.df))),
        ("p", shared::p_phrase(speaker.language, test.p_value)),
    ]
}
