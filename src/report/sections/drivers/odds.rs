//! The page of a model of a choice: its answer, lead and table speak of odds in place of R2 and marks.

use super::{adjust, clusters_phrase, shown_odds, slopes};
use crate::findings::regression::choice::Likelihood;
use crate::findings::{Regression, Term};
use crate::report::document::{Answer, Cell, Table};
use crate::report::voice::Voice;
use crate::text::{names, number};

fn likelihood(r: &Regression) -> Likelihood {
    r.choice.as_ref().map(|c| c.likelihood.clone()).unwrap_or_default()
}

fn is_ordinal(r: &Regression) -> bool {
    r.choice.as_ref().is_some_and(|c| !c.thresholds.is_empty())
}

fn either(r: &Regression, logit: &'static str, ordinal: &'static str) -> &'static str {
    if is_ordinal(r) { ordinal } else { logit }
}

/// The answer of the first page.
pub fn answer(voice: &Voice<'_>, r: &Regression) -> Answer {
    let shown: Vec<&Term> = slopes(r).filter(|t| shown_odds(t)).collect();
    let terms: Vec<String> = shown.iter().map(|t| names::clean(&t.term)).collect();
    let none = shown.is_empty();
    let family = number::count(r.family);
    let values = [
        ("outcome", voice.outcome(&r.outcome)),
        ("family", family.clone()),
        ("count", shown.len().to_string()),
        ("topics", voice.list(&terms)),
    ];
    Answer {
        anchor: "drivers".into(),
        question: voice.word(either(r, "drivers.question_logit", "drivers.question_ordinal")),
        grade: if none { "not_shown" } else { "association" },
        grade_label: voice.word(if none { "grade.not_shown" } else { "grade.association" }),
        headline: voice.say(if none { "drivers.headline_odds_none" } else { "drivers.headline_odds" }, &values),
        number: format!("{} / {family}", shown.len()),
        interval: shown.first().map(|t| format!("{} {}", names::clean(&t.term), voice.odds(t))).unwrap_or_default(),
        number_label: voice.word("drivers.key_number_odds"),
        points: vec![
            basis(voice, r),
            voice.say("drivers.association_plain", &[("outcome", voice.outcome(&r.outcome))]),
        ],
        cautions: voice.cautions(r.cautions.iter().take(2)),
    }
}

fn basis(voice: &Voice<'_>, r: &Regression) -> String {
    let fit = likelihood(r);
    let one = |x: f64| number::decimal(x, 1);
    let values = [
        ("n", number::count(r.n)),
        ("likelihood", voice.or_why(fit.log_likelihood, None, one)),
        ("null", voice.or_why(fit.null_log_likelihood, None, one)),
        ("mcfadden", voice.or_why(fit.mcfadden, None, |x| number::decimal(x, 3))),
    ];
    voice.say("drivers.basis_choice", &values)
}

/// The lead of the section.
pub fn lead(voice: &Voice<'_>, r: &Regression) -> String {
    let event = r.choice.as_ref().and_then(|c| c.categories.last()).map_or_else(String::new, |e| names::clean(e));
    let values = [("outcome", voice.outcome(&r.outcome)), ("event", event)];
    voice.say(either(r, "drivers.lead_logit", "drivers.lead_ordinal"), &values)
}

/// Coefficients and odds ratios.
pub fn table(voice: &Voice<'_>, r: &Regression) -> Table {
    let mut table = Table::new(
        voice.word("drivers.table_odds"),
        vec![
            Cell::text(voice.word("drivers.col_term")),
            Cell::number(voice.word("drivers.col_odds")),
            Cell::number(voice.word("drivers.col_coefficient")),
            Cell::number(voice.word("drivers.col_p")),
        ],
    );
    for t in slopes(r) {
        let e = &t.coefficient;
        let places = number::places_for(e.estimate.unwrap_or(1.0));
        table.row(vec![
            Cell::text(names::clean(&t.term)),
            Cell::number(voice.odds(t)),
            Cell::number(voice.estimate(e, |x| number::decimal(x, places))),
            Cell::number(voice.or_why(t.p_adjusted.or(e.p_value), e.why, number::p_value)),
        ]);
    }
    table.note(voice.say(
        "drivers.note_choice",
        &[
            ("outcome", voice.outcome(&r.outcome)),
            ("n", number::count(r.n)),
            ("clusters_phrase", clusters_phrase(voice, r)),
            ("likelihood", voice.or_why(likelihood(r).log_likelihood, None, |x| number::decimal(x, 1))),
            ("vcov", r.vcov.clone()),
            ("adjust", adjust(voice, r)),
            ("family", number::count(r.family)),
        ],
    ))
}
