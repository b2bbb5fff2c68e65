//! The table of a model's terms: coefficient, error, corrected p, then what the kind of model has: standardised
//! coefficient and mark, or odds.

use super::Speaker;
use crate::findings::regression::Term;
use crate::report::brief::figures::{figure, joined, or_why, places, ranges};
use crate::report::brief::{Align, Table, shared};
use crate::text::{names, say};

/// The table.
pub fn table(terms: &[&Term], speaker: &Speaker<'_>) -> Table {
    let language = speaker.language;
    let titles = ["term", "b", "std_error", "p_adjusted", "beta", "odds", "mark"];
    let right = Align::Right;
    let sides = [Align::Left, right, right, right, right, right, Align::Left];
    let mut table = Table::new(titles.iter().map(|t| speaker.word(t)).zip(sides).collect());
    let digits = digits(terms.iter().copied());
    let betas = with_ranges(terms.iter().map(|t| (t.beta, t.beta_low, t.beta_high)), speaker);
    let odds = with_ranges(terms.iter().map(|t| (t.odds_ratio, t.odds_low, t.odds_high)), speaker);
    for ((term, beta), odds) in terms.iter().zip(betas).zip(odds) {
        let number = |x: Option<f64>| or_why(language, x, term.coefficient.why, |x| figure(x, digits));
        table.rows.push(vec![
            speaker.term(&term.term),
            number(term.coefficient.estimate),
            number(term.coefficient.std_error),
            shared::p_cell(term.p_adjusted),
            beta,
            odds,
            mark(term, speaker),
        ]);
    }
    if terms.iter().all(|t| t.odds_ratio.is_none()) {
        return table.without_blank(5);
    }
    // A model of a choice has odds in place of standardised coefficients and their marks.
    table.without_blank(6).without_blank(4)
}

/// Places for coefficients and what is in their unit.
pub fn digits<'t>(terms: impl IntoIterator<Item = &'t Term>) -> usize {
    let (errors, points): (Vec<_>, Vec<_>) =
        terms.into_iter().map(|t| (t.coefficient.std_error, t.coefficient.estimate)).unzip();
    places(errors, 2).min(places(points, 4))
}

/// Points with their ranges, the commas below each other; empty where there is no point.
pub fn with_ranges(
    values: impl Iterator<Item = (Option<f64>, Option<f64>, Option<f64>)>,
    speaker: &Speaker<'_>,
) -> Vec<String> {
    let all: Vec<_> = values.collect();
    let ends: Vec<_> = all.iter().map(|(_, low, high)| (*low, *high)).collect();
    let ranges = ranges(speaker.language, &ends, |x| figure(x, 2));
    let one = |((point, ..), range): (&(Option<f64>, _, _), String)| {
        point.map_or_else(String::new, |x| joined(&figure(x, 2), &range))
    };
    all.iter().zip(ranges).map(one).collect()
}

/// The mark with its range, `withheld` in words, empty where there is none.
pub fn mark(term: &Term, speaker: &Speaker<'_>) -> String {
    let word = |key: &str| say(speaker.language, key, &[]);
    match term.mark.as_deref() {
        None => String::new(),
        Some("") => word("word.none"),
        Some("withheld") => word("word.withheld"),
        Some(mark) => {
            let end = |m: &Option<String>| match m.as_deref() {
                None | Some("") => word("word.none"),
                Some(m) => names::clean(m),
            };
            let (low, high) = (end(&term.mark_low), end(&term.mark_high));
            if low == high {
                names::clean(mark)
            } else {
                let values = [("mark", names::clean(mark)), ("low", low), ("high", high)];
                say(speaker.language, "word.mark_range", &values)
            }
        }
    }
}

/// Every term but the constant.
pub fn is_slope(term: &Term) -> bool {
    term.term != "(Intercept)"
}

/// Does the term carry plus or minus signs?
pub fn is_marked(term: &Term) -> bool {
    term.mark.as_deref().is_some_and(|m| !m.is_empty() && m != "withheld")
}
