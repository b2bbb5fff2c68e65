//! The plan page: how many people stand at each stage, which levers practice names there, what these data say about the
//! measures nearest to each, and what to try first. Words of association only.

use super::count_cell;
use crate::findings::Stages;
use crate::findings::stages::Lifts;
use crate::findings::stages::lifts::{LiftBlock, LiftTerm, PlanStep};
use crate::report::document::{Block, Cell, Section, Table};
use crate::report::voice::{self, Voice, capital};
use crate::text::number;

/// The page; none without a log of what was talked about between answers.
pub fn section(voice: &Voice<'_>, s: &Stages) -> Option<Section> {
    let lifts = s.lifts.as_ref()?;
    let mut blocks = Vec::new();
    if !lifts.plan.is_empty() {
        blocks.push(Block::Table(plan(voice, s, lifts)));
    }
    if lifts.used < lifts.n {
        let args = [("n", number::count(lifts.n)), ("used", number::count(lifts.used))];
        blocks.push(Block::Paragraph { text: voice.say("plan.sampled", &args) });
    }
    if let Some(pooled) = &lifts.pooled {
        blocks.push(Block::Table(model(voice, pooled, voice.word("plan.table_pooled"))));
    }
    for block in &lifts.blocks {
        let stages: Vec<String> = block.stages.iter().map(|stage| voice.stage(stage)).collect();
        let title = voice.say("plan.table_block", &[("stages", voice.list(&stages))]);
        blocks.push(Block::Table(model(voice, block, title).folded()));
    }
    Some(Section { id: "plan".into(), heading: voice.word("plan.heading"), lead: voice.word("plan.lead"), blocks })
}

fn plan(voice: &Voice<'_>, s: &Stages, lifts: &Lifts) -> Table {
    let mut table = Table::new(
        voice.word("plan.table"),
        vec![
            Cell::text(voice.word("plan.col_stage")),
            Cell::text(voice.word("plan.col_lever")),
            Cell::text(voice.word("plan.col_data")),
            Cell::text(voice.word("plan.col_first")),
        ],
    );
    for step in &lifts.plan {
        let count = s.stages.iter().find(|stage| stage.stage == step.stage).and_then(|stage| stage.count);
        let args = [("stage", capital(&voice.stage(&step.stage))), ("count", voice.count(count))];
        let first = match step.grounds.as_str() {
            "data" => Cell::text(voice.word("plan.first_data")),
            "practice" => Cell::text(voice.word("plan.first_practice")),
            _ => Cell::muted(voice.word("word.dash")),
        };
        table.row(vec![
            Cell::text(voice.say("plan.stage", &args)),
            Cell::text(voice.word(&format!("lever_words.{}", step.lever))),
            Cell::text(said(voice, step)),
            first,
        ]);
    }
    table.note(voice.hidden_rule())
}

/// What the data say about the measures near a lever.
fn said(voice: &Voice<'_>, step: &PlanStep) -> String {
    if step.near.is_empty() {
        return voice.word("plan.not_measured");
    }
    let told: Vec<String> = step.near.iter().filter(|t| t.odds_ratio.is_some()).map(|t| near(voice, t)).collect();
    if told.is_empty() { voice.word("plan.too_few") } else { told.join(" / ") }
}

fn near(voice: &Voice<'_>, term: &LiftTerm) -> String {
    let p = term.p_adjusted.map(|p| voice.say("plan.p_adjusted", &[("p", number::p_phrase(p))]));
    let args = [("term", measure(voice, term)), ("ratio", ratio(voice, term)), ("p", p.unwrap_or_default())];
    capital(&voice.say("plan.near", &args))
}

fn measure(voice: &Voice<'_>, term: &LiftTerm) -> String {
    let name = [("term", voice.term(&term.term))];
    match term.kind.as_str() {
        "discussed" => voice.say("plan.discussed", &name),
        "satisfaction" => voice.say("plan.satisfaction", &name),
        _ => voice.word("plan.per_month"),
    }
}

fn ratio(voice: &Voice<'_>, term: &LiftTerm) -> String {
    let two = |x: f64| number::decimal(x, 2);
    let why = voice::why(term.why);
    number::with_interval(voice.language, term.odds_ratio, term.odds_low, term.odds_high, why, two)
}

fn model(voice: &Voice<'_>, block: &LiftBlock, title: String) -> Table {
    let mut table = Table::new(
        title,
        vec![
            Cell::text(voice.word("plan.col_measure")),
            Cell::number(voice.word("plan.col_with")),
            Cell::number(voice.word("plan.col_without")),
            Cell::number(voice.word("plan.col_odds")),
            Cell::number(voice.word("plan.col_p")),
        ],
    );
    for term in &block.terms {
        let odds = match term.odds_ratio {
            Some(_) => Cell::number(ratio(voice, term)),
            None => Cell::muted(number::reason(voice.language, voice::why(term.why))),
        };
        table.row(vec![
            Cell::text(capital(&measure(voice, term))),
            counts(voice, term, term.rose_with, term.n_with),
            counts(voice, term, term.rose_without, term.n_without),
            odds,
            Cell::number(term.p_adjusted.map_or_else(String::new, number::p_value)),
        ]);
    }
    let within = if block.within { voice.word("plan.within_yes") } else { String::new() };
    let args = [("rose", number::count(block.rose)), ("n", number::count(block.n)), ("within", within)];
    table.note(voice.say("plan.pooled_note", &args))
}

fn counts(voice: &Voice<'_>, term: &LiftTerm, rose: Option<u64>, n: Option<u64>) -> Cell {
    match (rose, n) {
        (Some(rose), Some(n)) => {
            Cell::number(voice.say("plan.of", &[("rose", number::count(rose)), ("n", number::count(n))]))
        }
        _ if term.hidden => count_cell(voice, None),
        _ => Cell::muted(voice.word("word.dash")),
    }
}
