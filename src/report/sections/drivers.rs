//! The pages about what goes with an outcome: the study's topics, or any linear model. Speaks of association only.

mod odds;

use super::beside;
use crate::findings::{Regression, Term};
use crate::report::document::{Answer, Block, Cell, Section, Table};
use crate::report::figures;
use crate::report::parts::fit;
use crate::report::voice::{Voice, capital};
use crate::text::{knows, names, number};
use std::cmp::Ordering;

/// Which model the words are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// The topics of a study.
    Topics,
    /// Any table.
    Plain,
}

impl Model {
    fn key<'k>(self, topics: &'k str, plain: &'k str) -> &'k str {
        match self {
            Model::Topics => topics,
            Model::Plain => plain,
        }
    }
}

/// The answer of the first page.
pub fn answer(voice: &Voice<'_>, r: &Regression, model: Model) -> Answer {
    if r.choice.is_some() {
        return odds::answer(voice, r);
    }
    let marked = strongest_first(slopes(r).filter(|t| signed_mark(t)));
    let family = number::count(r.family);
    let marks = marked.len().to_string();
    Answer {
        anchor: "drivers".into(),
        question: voice.word(model.key("drivers.question", "drivers.question_plain")),
        grade: if marked.is_empty() { "not_shown" } else { "association" },
        grade_label: voice.word(if marked.is_empty() { "grade.not_shown" } else { "grade.association" }),
        headline: headline(voice, r, model, &marked),
        number: format!("{marks} / {family}"),
        interval: marked.first().map(|t| format!("{} {}", name(voice, t, model), voice.mark(t))).unwrap_or_default(),
        number_label: voice.word(model.key("drivers.key_number", "drivers.key_number_plain")),
        points: points(voice, r, model, &marked),
        cautions: voice.cautions(r.cautions.iter().take(2)),
    }
}

fn headline(voice: &Voice<'_>, r: &Regression, model: Model, marked: &[&Term]) -> String {
    let names: Vec<String> = marked.iter().map(|t| name(voice, t, model)).collect();
    let args = [
        ("outcome", voice.outcome(&r.outcome)),
        ("family", number::count(r.family)),
        ("count", marked.len().to_string()),
        ("topics", voice.list(&names)),
    ];
    let terms: Vec<String> = slopes(r).map(|t| name(voice, t, model)).collect();
    let key = match (marked.is_empty(), model, terms.len()) {
        (false, Model::Topics, _) => "drivers.headline_marks",
        (false, Model::Plain, _) => "drivers.headline_plain",
        (true, Model::Topics, _) => "drivers.headline_none",
        (true, Model::Plain, 0) => "drivers.headline_constant",
        (true, Model::Plain, 1) => {
            return voice.say(
                "drivers.headline_one_plain",
                &[("outcome", voice.outcome(&r.outcome)), ("topics", terms.concat())],
            );
        }
        (true, Model::Plain, _) => "drivers.headline_none_plain",
    };
    voice.say(key, &args)
}

fn points(voice: &Voice<'_>, r: &Regression, model: Model, marked: &[&Term]) -> Vec<String> {
    let mut points: Vec<String> = marked.iter().map(|t| marked_sentence(voice, r, t, model)).collect();
    points.extend(overall_sentence(voice, r));
    let named = |wanted: &str| -> Vec<String> {
        slopes(r).filter(|t| t.mark.as_deref() == Some(wanted)).map(|t| name(voice, t, model)).collect()
    };
    for (key, group) in [("drivers.withheld", named("withheld")), ("drivers.unmarked", named(""))] {
        if !group.is_empty() {
            points.push(voice.say(key, &[("topics", voice.list(&group))]));
        }
    }
    points.push(basis(voice, r, model));
    if slopes(r).next().is_some() {
        points.push(association(voice, r, model));
    }
    points
}

fn marked_sentence(voice: &Voice<'_>, r: &Regression, t: &Term, model: Model) -> String {
    let mut args = effect_args(voice, t);
    args.push(("topic", label(voice, t, model)));
    args.push(("outcome", voice.outcome(&r.outcome)));
    voice.say("drivers.marked", &args)
}

fn effect_args(voice: &Voice<'_>, t: &Term) -> Vec<(&'static str, String)> {
    let e = &t.coefficient;
    let places = number::places_for(e.estimate.unwrap_or(1.0));
    vec![
        ("mark", voice.mark(t)),
        ("effect", voice.or_why(e.estimate, e.why, number::signed_natural)),
        ("interval", voice.range(e.conf_low, e.conf_high, |x| number::decimal(x, places))),
        ("beta", voice.or_why(t.beta, e.why, |x| number::decimal(x, 2))),
    ]
}

fn overall_sentence(voice: &Voice<'_>, r: &Regression) -> Option<String> {
    let overall = r.overall.as_ref()?;
    let t = overall.terms.iter().find(|t| t.term != "(Intercept)")?;
    let mut args = effect_args(voice, t);
    args.push(("outcome", voice.outcome(&r.outcome)));
    args.push(("n", number::count(overall.n)));
    if signed_mark(t) {
        return Some(voice.say("drivers.overall", &args));
    }
    args.retain(|(name, _)| *name != "interval");
    args.push(("interval", voice.range(t.beta_low, t.beta_high, |x| number::decimal(x, 2))));
    Some(voice.say("drivers.overall_none", &args))
}

fn association(voice: &Voice<'_>, r: &Regression, model: Model) -> String {
    let key = model.key("drivers.association", "drivers.association_plain");
    voice.say(key, &[("outcome", voice.outcome(&r.outcome))])
}

fn basis(voice: &Voice<'_>, r: &Regression, model: Model) -> String {
    let mut args = vec![
        ("n", number::count(r.n)),
        ("r2", voice.or_why(r.r_squared, None, |x| number::percent(x, 1))),
        ("outcome", voice.outcome(&r.outcome)),
    ];
    if model == Model::Plain {
        let key = if slopes(r).next().is_some() { "drivers.basis_rows" } else { "drivers.basis_constant" };
        return voice.say(key, &args);
    }
    let Some(clusters) = r.n_clusters else { return voice.say("drivers.basis_plain", &args) };
    args.push(("clusters", number::count(clusters)));
    args.push(("cluster", cluster(voice, r)));
    voice.say("drivers.basis", &args)
}

/// Does the model show a relation of this term with the odds?
pub fn shown_odds(t: &Term) -> bool {
    t.p_adjusted.is_some_and(|p| p < 0.05)
}

fn cluster(voice: &Voice<'_>, r: &Regression) -> String {
    names::unit(voice.language, r.cluster.as_deref().unwrap_or("units"))
}

/// " in 40 teams", or nothing without clusters.
pub fn clusters_phrase(voice: &Voice<'_>, r: &Regression) -> String {
    let known = r.cluster.as_ref().is_none_or(|c| knows(voice.language, &format!("unit.{c}")));
    r.n_clusters.map_or_else(String::new, |clusters| {
        if !known {
            return fit::clustered(clusters, r, voice.language);
        }
        voice.say("drivers.clusters_phrase", &[("clusters", number::count(clusters)), ("cluster", cluster(voice, r))])
    })
}

/// The section.
pub fn section(voice: &Voice<'_>, r: &Regression, model: Model) -> Section {
    let outcome = ("outcome", voice.outcome(&r.outcome));
    let family = ("family", number::count(r.family));
    let mut blocks = Vec::new();
    let cautions = voice.cautions(r.cautions.iter().chain(r.overall.iter().flat_map(|o| &o.cautions)));
    if !cautions.is_empty() {
        blocks.push(Block::Callout { label: voice.word("page.cautions"), items: cautions });
    }
    if slopes(r).next().is_some() {
        blocks.push(figures::picture("drivers", figures::drivers(voice, r)));
        blocks.push(Block::Table(match r.choice {
            Some(_) => odds::table(voice, r),
            None => terms_table(voice, r, model),
        }));
        blocks.extend(beside::fit(voice, r, model));
        blocks.push(Block::Paragraph { text: association(voice, r, model) });
    }
    if let Some(overall) = &r.overall {
        blocks.push(Block::Table(overall_table(voice, &overall.terms)));
    }
    blocks.extend(beside::blocks(voice, r, model));
    Section {
        id: "drivers".into(),
        heading: voice.say(model.key("drivers.heading", "drivers.heading_plain"), std::slice::from_ref(&outcome)),
        lead: match r.choice {
            Some(_) => odds::lead(voice, r),
            None => voice.say(model.key("drivers.lead", "drivers.lead_plain"), &[outcome, family]),
        },
        blocks,
    }
}

fn terms_table(voice: &Voice<'_>, r: &Regression, model: Model) -> Table {
    let first = model.key("drivers.col_topic", "drivers.col_term");
    let effect = model.key("drivers.col_effect", "drivers.col_coefficient");
    let mut table = Table::new(
        voice.word(model.key("drivers.table", "drivers.table_plain")),
        vec![
            Cell::text(voice.word(first)),
            Cell::mark(voice.word("drivers.col_mark")),
            Cell::number(voice.word("drivers.col_beta")),
            Cell::number(voice.word(effect)),
            Cell::number(voice.word("drivers.col_p")),
            Cell::number(voice.word("drivers.col_share")),
            Cell::number(voice.word("drivers.col_p25")),
            Cell::number(voice.word("drivers.col_vif")),
        ],
    );
    for t in slopes(r) {
        let mut cells = common_cells(voice, t, model);
        cells.extend([
            Cell::number(optional(voice, t.share_lmg, |x| number::percent(x, 1))),
            Cell::number(optional(voice, t.effect_p25_p75, number::signed_natural)),
            Cell::number(optional(voice, t.vif, |x| number::decimal(x, 2))),
        ]);
        table.row(cells);
    }
    table.note(table_note(voice, r))
}

/// A topic by its words; a term of any other model as it is in the data.
fn name(voice: &Voice<'_>, t: &Term, model: Model) -> String {
    match model {
        Model::Topics => voice.term(&t.term),
        Model::Plain => names::clean(&t.term),
    }
}

/// The same at the beginning of a line.
fn label(voice: &Voice<'_>, t: &Term, model: Model) -> String {
    match model {
        Model::Topics => capital(&name(voice, t, model)),
        Model::Plain => name(voice, t, model),
    }
}

fn common_cells(voice: &Voice<'_>, t: &Term, model: Model) -> Vec<Cell> {
    let e = &t.coefficient;
    let places = number::places_for(e.estimate.unwrap_or(1.0));
    let why = crate::report::voice::why(e.why);
    vec![
        Cell::text(label(voice, t, model)),
        Cell::mark(voice.mark(t)),
        Cell::number(number::with_interval(voice.language, t.beta, t.beta_low, t.beta_high, why, |x| {
            number::decimal(x, 2)
        })),
        Cell::number(voice.estimate(e, |x| number::decimal(x, places))),
        Cell::number(voice.or_why(t.p_adjusted.or(e.p_value), e.why, number::p_value)),
    ]
}

fn optional(voice: &Voice<'_>, value: Option<f64>, show: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| voice.word("word.not_available"), show)
}

fn overall_table(voice: &Voice<'_>, terms: &[Term]) -> Table {
    let mut table = Table::new(
        voice.word("drivers.table_overall"),
        vec![
            Cell::text(voice.word("drivers.col_topic")),
            Cell::mark(voice.word("drivers.col_mark")),
            Cell::number(voice.word("drivers.col_beta")),
            Cell::number(voice.word("drivers.col_effect")),
            Cell::number(voice.word("drivers.col_p")),
        ],
    );
    for t in terms.iter().filter(|t| t.term != "(Intercept)") {
        table.row(common_cells(voice, t, Model::Topics));
    }
    table
}

fn table_note(voice: &Voice<'_>, r: &Regression) -> String {
    let note = voice.say(
        "drivers.note_table",
        &[
            ("outcome", voice.outcome(&r.outcome)),
            ("n", number::count(r.n)),
            ("clusters_phrase", clusters_phrase(voice, r)),
            ("r2", voice.or_why(r.r_squared, None, |x| number::decimal(x, 3))),
            ("adj", voice.or_why(r.adj_r_squared, None, |x| number::decimal(x, 3))),
            ("vcov", r.vcov.clone()),
            ("adjust", adjust(voice, r)),
            ("family", number::count(r.family)),
        ],
    );
    format!("{note} {}", mark_rule(voice, r))
}

fn adjust(voice: &Voice<'_>, r: &Regression) -> String {
    voice.word(match r.adjust.as_str() {
        "holm" => "drivers.adjust_holm",
        "bh" => "drivers.adjust_bh",
        _ => "drivers.adjust_none",
    })
}

/// The declared rule of the strength marks with the bands in force.
pub fn mark_rule(voice: &Voice<'_>, r: &Regression) -> String {
    let bands: Vec<String> = r
        .mark_bands
        .iter()
        .enumerate()
        .map(|(i, band)| voice.say("drivers.band", &[("sign", "+".repeat(i + 1)), ("band", number::decimal(*band, 2))]))
        .collect();
    voice.say("drivers.mark_rule", &[("bands", voice.list(&bands))])
}

/// Every term but the constant, in the order of the study.
pub fn slopes(r: &Regression) -> impl Iterator<Item = &Term> {
    r.terms.iter().filter(|t| t.term != "(Intercept)")
}

/// Does the term carry plus or minus signs?
pub fn signed_mark(t: &Term) -> bool {
    t.mark.as_deref().is_some_and(|m| m.starts_with(['+', '-']))
}

fn strongest_first<'t>(terms: impl Iterator<Item = &'t Term>) -> Vec<&'t Term> {
    let mut terms: Vec<&Term> = terms.collect();
    let size = |t: &Term| t.beta.map_or(0.0, f64::abs);
    terms.sort_by(|a, b| size(b).partial_cmp(&size(a)).unwrap_or(Ordering::Equal));
    terms
}
