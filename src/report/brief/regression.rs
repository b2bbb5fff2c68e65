//! A linear model, or a study's drivers, as a short page: the fit, one row per term, a plain and a technical sentence.

use super::figures::{figure, joined, places, ranges};
use super::shared::{self, word};
use super::{Align, Block, Table};
use crate::findings::regression::{Coverage, Regression, Term, WindowCount};
use crate::text::{self, Language, names, number, say};

/// More terms than this are counted in a sentence, not named.
const NAMED: usize = 20;

/// How a term is called: by the words of the domain, or as in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    Topics,
    Columns,
}

/// The study's question.
pub fn drivers(page: &mut Vec<Block>, model: &Regression, language: Language) {
    let outcome = names::outcome(language, &model.outcome);
    page.push(Block::Heading(say(language, "table.drivers_heading", &[("outcome", outcome)])));
    fitted(page, model, language, Naming::Topics);
    overall(page, model, language);
    coverage(page, model, language);
    shared::flow(page, &model.flow, language);
    shared::not_run(page, &model.not_run, language);
}

/// Any linear model on any table.
pub fn model(page: &mut Vec<Block>, model: &Regression, language: Language) {
    let formula = model.formula.clone().unwrap_or_else(|| model.outcome.clone());
    page.push(Block::Heading(say(language, "table.model_heading", &[("formula", names::clean(&formula))])));
    fitted(page, model, language, Naming::Columns);
    shared::flow(page, &model.flow, language);
    shared::not_run(page, &model.not_run, language);
}

fn fitted(page: &mut Vec<Block>, model: &Regression, language: Language, naming: Naming) {
    page.push(Block::Paragraph(fit_line(model, language, naming)));
    let terms: Vec<&Term> = model.terms.iter().collect();
    page.push(Block::Table(terms_table(&terms, language, naming)));
    if model.terms.iter().any(is_slope) {
        page.push(Block::Paragraph(plain_sentence(model, language, naming)));
    }
    page.push(Block::Paragraph(technical_sentence(model, language)));
    shared::cautions(page, &model.cautions, language);
}

fn outcome_name(model: &Regression, language: Language, naming: Naming) -> String {
    match naming {
        Naming::Topics => names::outcome(language, &model.outcome),
        Naming::Columns => names::clean(&model.outcome),
    }
}

fn fit_line(model: &Regression, language: Language, naming: Naming) -> String {
    let r2 = |x: Option<f64>| x.map_or_else(|| number::reason(language, "undefined"), |x| figure(x, 3));
    let mut line = say(
        language,
        "table.fit",
        &[
            ("outcome", outcome_name(model, language, naming)),
            ("n", number::count(model.n)),
            ("r2", r2(model.r_squared)),
            ("adjusted", r2(model.adj_r_squared)),
        ],
    );
    if let Some(within) = model.within_r_squared {
        line.push_str(&say(language, "table.fit_within", &[("within", figure(within, 3))]));
    }
    if let Some(clusters) = model.n_clusters {
        line.push_str(&clustered(clusters, model.cluster.as_deref().unwrap_or_default(), language));
    }
    let vcov = shared::vcov(language, &model.vcov);
    line.push_str(&say(language, "table.fit_vcov", &[("kind", names::clean(&model.vcov)), ("words", vcov)]));
    line
}

/// The clusters by the name that other answers give them: "52 teams (by manager)", "12 clusters (site)".
fn clustered(clusters: u64, column: &str, language: Language) -> String {
    let key = if text::knows(language, &format!("unit.{column}")) { "table.fit_teams" } else { "table.fit_clusters" };
    let values = [
        ("clusters", number::count(clusters)),
        ("cluster", names::clean(column)),
        ("unit", names::unit(language, column)),
        ("column", names::column(language, column)),
    ];
    say(language, key, &values)
}

fn term_name(term: &Term, language: Language, naming: Naming) -> String {
    match (naming, term.term.as_str()) {
        (Naming::Topics, code) => names::term(language, code),
        (Naming::Columns, "(Intercept)") => names::term(language, "(Intercept)"),
        (Naming::Columns, code) => names::clean(code),
    }
}

fn terms_table(terms: &[&Term], language: Language, naming: Naming) -> Table {
    let titles = ["term", "b", "std_error", "p_adjusted", "beta", "mark"];
    let sides = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right, Align::Left];
    let mut table = Table::new(titles.iter().map(|t| word(language, t)).zip(sides).collect());
    let errors = terms.iter().map(|t| t.coefficient.std_error);
    let digits = places(errors, 2).min(places(terms.iter().map(|t| t.coefficient.estimate), 4));
    let beta_ends: Vec<_> = terms.iter().map(|t| (t.beta_low, t.beta_high)).collect();
    let beta_ranges = ranges(language, &beta_ends, |x| figure(x, 2));
    for (term, range) in terms.iter().zip(beta_ranges) {
        let number = |x: Option<f64>| super::figures::or_why(language, x, term.coefficient.why, |x| figure(x, digits));
        let beta = term.beta.map_or_else(String::new, |b| joined(&figure(b, 2), &range));
        table.rows.push(vec![
            term_name(term, language, naming),
            number(term.coefficient.estimate),
            number(term.coefficient.std_error),
            shared::p_cell(term.p_adjusted),
            beta,
            mark(term, language),
        ]);
    }
    table
}

/// The mark with its range, `withheld` in words, empty where there is none.
fn mark(term: &Term, language: Language) -> String {
    match term.mark.as_deref() {
        None => String::new(),
        Some("") => say(language, "word.none", &[]),
        Some("withheld") => say(language, "word.withheld", &[]),
        Some(mark) => {
            let end = |m: &Option<String>| match m.as_deref() {
                None | Some("") => say(language, "word.none", &[]),
                Some(m) => names::clean(m),
            };
            let (low, high) = (end(&term.mark_low), end(&term.mark_high));
            if low == high {
                names::clean(mark)
            } else {
                let values = [("mark", names::clean(mark)), ("low", low), ("high", high)];
                say(language, "word.mark_range", &values)
            }
        }
    }
}

/// Which terms go with the outcome, which do not, and of which nothing is said. A mark of `None` says nothing.
fn plain_sentence(model: &Regression, language: Language, naming: Naming) -> String {
    let mut marked: Vec<&Term> = model.terms.iter().filter(|t| is_marked(t)).collect();
    marked.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let names_of = |wanted: &str| -> Vec<String> {
        let found = model.terms.iter().filter(|t| t.mark.as_deref() == Some(wanted));
        found.map(|t| term_name(t, language, naming)).collect()
    };
    let (unmarked, withheld) = (names_of(""), names_of("withheld"));
    let outcome = ("outcome", outcome_name(model, language, naming));
    let mut sentence = String::new();
    if !marked.is_empty() {
        let signs =
            |t: &&Term| format!("{} ({})", term_name(t, language, naming), t.mark.as_deref().unwrap_or_default());
        let items: Vec<String> = marked.iter().map(signs).collect();
        let key = match items.len() {
            1 => "table.marked_one",
            2..=NAMED => "table.marked",
            _ => "table.marked_many",
        };
        let count = ("count", items.len().to_string());
        sentence.push_str(&say(language, key, &[outcome.clone(), ("items", text::list(language, &items)), count]));
    }
    sentence.push_str(&match (marked.is_empty(), withheld.is_empty(), unmarked.as_slice()) {
        (_, _, []) => String::new(),
        (true, true, [only]) => say(language, "table.none_marked_one", &[outcome, ("item", only.clone())]),
        (true, true, _) => say(language, "table.none_marked", &[outcome]),
        _ => say(language, "table.others_unmarked", &[]),
    });
    if !withheld.is_empty() {
        let key = if withheld.len() > NAMED { "table.withheld_many" } else { "table.withheld" };
        let values = [("items", text::list(language, &withheld)), ("count", withheld.len().to_string())];
        sentence.push_str(&say(language, key, &values));
    }
    let one = model.terms.iter().filter(|t| is_slope(t)).count() == 1;
    sentence + &word(language, if one { "association_one" } else { "association" })
}

fn is_slope(term: &Term) -> bool {
    term.term != "(Intercept)"
}

fn is_marked(term: &Term) -> bool {
    term.mark.as_deref().is_some_and(|m| !m.is_empty() && m != "withheld")
}

fn size(term: &Term) -> f64 {
    term.beta.map_or(0.0, f64::abs)
}

fn technical_sentence(model: &Regression, language: Language) -> String {
    let bands: Vec<String> = model.mark_bands.iter().map(|b| figure(*b, 2)).collect();
    let mut sentence = say(
        language,
        "table.technical",
        &[
            ("sigma", model.sigma.map_or_else(String::new, super::figures::natural)),
            ("df", shared::df(Some(model.df_residual))),
        ],
    );
    if let Some(test) = &model.f_test {
        let statistic = test.statistic.map_or_else(|| number::reason(language, "infinite"), super::figures::natural);
        sentence.push_str(&say(
            language,
            "table.f_test",
            &[
                ("f", statistic),
                ("df1", shared::df(Some(test.df1))),
                ("df2", shared::df(Some(test.df2))),
                ("p", shared::p_phrase(language, test.p_value)),
            ],
        ));
    }
    let adjust = format!("table.adjust_{}", model.adjust);
    if model.family > 0 && text::knows(language, &adjust) {
        sentence.push_str(&say(language, &adjust, &[("family", number::count(model.family))]));
    }
    if bands.is_empty() || model.terms.iter().all(|t| t.mark.is_none()) {
        return sentence + &word(language, "stop");
    }
    sentence + &say(language, "table.bands", &[("bands", bands.join(", "))])
}

fn overall(page: &mut Vec<Block>, model: &Regression, language: Language) {
    let Some(overall) = &model.overall else { return };
    let values = [("n", number::count(overall.n)), ("r2", figure(overall.r_squared, 3))];
    page.push(Block::Paragraph(say(language, "table.overall", &values)));
    let terms: Vec<&Term> = overall.terms.iter().filter(|t| is_slope(t)).collect();
    page.push(Block::Table(terms_table(&terms, language, Naming::Topics)));
    let new: Vec<_> = overall.cautions.iter().filter(|c| !model.cautions.contains(c)).cloned().collect();
    shared::cautions(page, &new, language);
}

/// Coverage per topic, when fewer than half of the people are complete, and complete people under other windows.
fn coverage(page: &mut Vec<Block>, model: &Regression, language: Language) {
    if !model.cautions.iter().any(|c| c.code == "thin_coverage") {
        return;
    }
    if !model.coverage.is_empty() {
        page.push(Block::Table(coverage_table(&model.coverage, language)));
    }
    if !model.windows.is_empty() {
        page.push(Block::Table(windows_table(&model.windows, language)));
    }
}

fn coverage_table(coverage: &[Coverage], language: Language) -> Table {
    let mut table = Table::new(vec![
        (word(language, "coverage"), Align::Left),
        (word(language, "people"), Align::Right),
        (word(language, "share"), Align::Right),
    ]);
    for row in coverage {
        let share = number::percent(row.share, 1);
        table.rows.push(vec![names::topic(language, &row.topic), number::count(row.people), share]);
    }
    table
}

fn windows_table(windows: &[WindowCount], language: Language) -> Table {
    let mut table = Table::new(vec![(word(language, "window"), Align::Left), (word(language, "people"), Align::Right)]);
    for row in windows {
        let window = match row.window.as_str() {
            "all" => say(language, "word.all_days", &[]),
            days => say(language, "table.days", &[("days", names::clean(days))]),
        };
        table.rows.push(vec![window, number::count(row.n)]);
    }
    table
}
