//! A linear model, or a study's drivers, as a short page: the fit, one row per term, a plain and a technical sentence,
//! then the parts that stand beside it.

use super::figures::figure;
use super::shared::{self, word};
use super::{Align, Block, Table};
use crate::findings::regression::{Coverage, Regression, Term, WindowCount};
use crate::report::parts::{self, Speaker, choice, fit, sentences, terms};
use crate::text::{Language, names, number, say};

/// The study's question.
pub fn drivers(page: &mut Vec<Block>, model: &Regression, language: Language) {
    let term = |code: &str| names::term(language, code);
    let speaker = Speaker { language, outcome: names::outcome(language, &model.outcome), term: &term };
    let outcome = speaker.outcome.clone();
    page.push(Block::Heading(say(language, "table.drivers_heading", &[("outcome", outcome)])));
    fitted(page, model, &speaker);
    overall(page, model, &speaker);
    beside(page, model, &speaker);
    coverage(page, model, language);
    shared::flow(page, &model.flow, language);
    shared::not_run(page, &model.not_run, language);
}

/// Any linear model on any table.
pub fn model(page: &mut Vec<Block>, model: &Regression, language: Language) {
    let term = |code: &str| parts::as_in_the_data(language, code);
    let speaker = Speaker { language, outcome: names::clean(&model.outcome), term: &term };
    let formula = model.formula.clone().unwrap_or_else(|| model.outcome.clone());
    let key = match model.model.as_deref() {
        Some("logit") => "logit_heading",
        Some("ordinal") => "ordinal_heading",
        _ => "model_heading",
    };
    page.push(Block::Heading(speaker.say(key, &[("formula", names::clean(&formula))])));
    fitted(page, model, &speaker);
    beside(page, model, &speaker);
    shared::flow(page, &model.flow, language);
    shared::not_run(page, &model.not_run, language);
}

fn fitted(page: &mut Vec<Block>, model: &Regression, speaker: &Speaker<'_>) {
    page.push(Block::Paragraph(fit::line(model, speaker)));
    page.extend(model.choice.as_ref().map(|c| Block::Paragraph(choice::counts(c, speaker))));
    page.extend(fit::dropped(model, speaker).into_iter().map(Block::Paragraph));
    let all: Vec<&Term> = model.terms.iter().collect();
    page.push(Block::Table(terms::table(&all, speaker)));
    if model.terms.iter().any(terms::is_slope) {
        page.push(Block::Paragraph(sentences::plain(model, speaker)));
    }
    page.push(Block::Paragraph(sentences::technical(model, speaker)));
    shared::cautions(page, &model.cautions, speaker.language);
}

fn beside(page: &mut Vec<Block>, model: &Regression, speaker: &Speaker<'_>) {
    for part in parts::of(model, speaker) {
        page.extend(parts::blocks(part, speaker.language));
    }
}

fn overall(page: &mut Vec<Block>, model: &Regression, speaker: &Speaker<'_>) {
    let Some(overall) = &model.overall else { return };
    let values = [("n", number::count(overall.n)), ("r2", figure(overall.r_squared, 3))];
    page.push(Block::Paragraph(speaker.say("overall", &values)));
    let rows: Vec<&Term> = overall.terms.iter().filter(|t| terms::is_slope(t)).collect();
    page.push(Block::Table(terms::table(&rows, speaker)));
    let new: Vec<_> = overall.cautions.iter().filter(|c| !model.cautions.contains(c)).cloned().collect();
    shared::cautions(page, &new, speaker.language);
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
