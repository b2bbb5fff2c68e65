//! How much each term accounts for, with intervals, how stable the order is, and what a step of a term goes with.

use super::terms::{digits, is_slope};
use super::{Part, Speaker};
use crate::findings::Regression;
use crate::findings::regression::Term;
use crate::findings::regression::checks::Stability;
use crate::report::brief::figures::{self, joined};
use crate::report::brief::{Align, Table};
use crate::text::{knows, names, number};

/// The terms by falling share where resampling told the order, else as in the model.
pub fn ordered(model: &Regression) -> Vec<&Term> {
    let slopes = || model.terms.iter().filter(|t| is_slope(t));
    let Some(stability) = &model.stability else { return slopes().collect() };
    let known = stability.order.iter().filter_map(|name| slopes().find(|t| t.term == *name));
    let rest = slopes().filter(|t| !stability.order.contains(&t.term));
    known.chain(rest).collect()
}

/// Has resampling told anything about the shares?
pub fn resampled(model: &Regression) -> bool {
    model.stability.is_some() || model.terms.iter().any(|t| t.share_lmg_low.is_some() || t.share_johnson_low.is_some())
}

/// Shares of R2 with intervals and the stability of their order.
pub fn part(model: &Regression, speaker: &Speaker<'_>) -> Option<Part> {
    if !resampled(model) {
        return None;
    }
    let stability = model.stability.as_ref();
    let terms = ordered(model);
    let titles = ["term", "share_lmg", "share_johnson", "outranks_next"];
    let sides = [Align::Left, Align::Right, Align::Right, Align::Right];
    let mut table = Table::new(titles.iter().map(|t| speaker.word(t)).zip(sides).collect());
    let lmg = shares(&terms, speaker, |t| (t.share_lmg, t.share_lmg_low, t.share_lmg_high));
    let johnson = shares(&terms, speaker, |t| (t.share_johnson, t.share_johnson_low, t.share_johnson_high));
    for (i, ((term, lmg), johnson)) in terms.iter().zip(lmg).zip(johnson).enumerate() {
        let next = stability.and_then(|s| next(s, i)).map_or_else(String::new, |share| number::percent(share, 0));
        table.rows.push(vec![speaker.term(&term.term), lmg, johnson, next]);
    }
    let part = Part::new("importance", speaker.word("importance"))
        .say(speaker.word("importance_lead"))
        .say(stability.map_or_else(String::new, |s| stable(s, speaker)))
        .table(table.without_blank(3).without_blank(2));
    Some(match stability.filter(|s| s.order.len() > 2) {
        Some(stability) => part.folded(speaker.word("outranks"), outranks(stability, speaker)),
        None => part,
    })
}

type Shares = (Option<f64>, Option<f64>, Option<f64>);

fn shares(terms: &[&Term], speaker: &Speaker<'_>, of: impl Fn(&Term) -> Shares) -> Vec<String> {
    let all: Vec<Shares> = terms.iter().map(|t| of(t)).collect();
    let ends: Vec<_> = all.iter().map(|(_, low, high)| (*low, *high)).collect();
    let ranges = figures::ranges(speaker.language, &ends, |x| number::percent(x, 1));
    let cell = |((share, ..), range): (&Shares, String)| {
        share.map_or_else(String::new, |x| joined(&number::percent(x, 1), &range))
    };
    all.iter().zip(ranges).map(cell).collect()
}

/// In how many draws the term at this place has more than the one after it.
fn next(stability: &Stability, place: usize) -> Option<f64> {
    stability.outranks.get(place)?.get(place + 1).copied()
}

fn stable(stability: &Stability, speaker: &Speaker<'_>) -> String {
    let word = |kind: &str, code: &str| {
        let key = format!("{kind}_{code}");
        let known = knows(speaker.language, &format!("table.{key}"));
        if known { speaker.word(&key) } else { names::clean(code) }
    };
    let values = [
        ("draws", number::count(stability.draws)),
        ("unit", word("drawn", &stability.unit)),
        ("method", word("interval", &stability.method)),
    ];
    speaker.say("stability", &values)
}

fn outranks(stability: &Stability, speaker: &Speaker<'_>) -> Table {
    let name = |i: usize| (i + 1).to_string();
    let heads = stability.order.iter().enumerate().map(|(i, _)| (name(i), Align::Right));
    let mut table = Table::new(std::iter::once((speaker.word("outranks_row"), Align::Left)).chain(heads).collect());
    for (i, (term, row)) in stability.order.iter().zip(&stability.outranks).enumerate() {
        let mut cells = vec![format!("{} {}", name(i), speaker.term(term))];
        let cell = |(j, share): (usize, &f64)| if i == j { String::new() } else { number::percent(*share, 0) };
        cells.extend(row.iter().take(stability.order.len()).enumerate().map(cell));
        table.rows.push(cells);
    }
    table.in_columns()
}

/// What a move of one step, or from the 25th to the 75th percentile, goes with: only where some term has steps that are
/// not its unit, since the coefficients tell the others.
pub fn steps(model: &Regression, speaker: &Speaker<'_>) -> Option<Part> {
    let terms: Vec<&Term> = model.terms.iter().filter(|t| is_slope(t)).collect();
    if terms.iter().all(|t| t.effect_step.is_none() || t.effect_step == t.coefficient.estimate) {
        return None;
    }
    let titles = ["term", "one_step", "p25_p75"];
    let sides = [Align::Left, Align::Right, Align::Right];
    let mut table = Table::new(titles.iter().map(|t| speaker.word(t)).zip(sides).collect());
    let digits = digits(terms.iter().copied());
    let shown = |x: Option<f64>| x.map_or_else(String::new, |x| figures::signed(x, digits));
    for term in terms {
        table.rows.push(vec![speaker.term(&term.term), shown(term.effect_step), shown(term.effect_p25_p75)]);
    }
    let lead = speaker.say("steps_lead", &[("outcome", speaker.outcome.clone())]);
    Some(Part::new("steps", speaker.word("steps")).say(lead).table(table.without_blank(2)))
}
