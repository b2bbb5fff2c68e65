//! What an export lost, as a short page: people and rows, columns, and every question before and after in words.

use super::{Align, Block, Remark, Table, Tone, heading};
use crate::findings::Loss;
use crate::findings::loss::{AnalysisLoss, Change, ColumnChange, Fate, Figure};
use crate::text::{self, Language, names, number, say};

/// The whole report.
pub fn compose(loss: &Loss, language: Language) -> Vec<Block> {
    let profile = say(language, &format!("table.profile_{}", loss.profile), &[]);
    let mut page = vec![Block::Heading(say(language, "loss.title", &[("profile", profile)]))];
    page.push(Block::Paragraph(people(loss, language)));
    if loss.profile == "pseudonymised" {
        page.push(Block::Paragraph(say(language, "table.gate_pseudonymised", &[])));
    }
    page.push(heading(&word_of(language, "rows")));
    page.push(Block::Table(rows(loss, language)));
    page.push(heading(&word_of(language, "columns")));
    page.push(Block::Table(columns(loss, language)));
    if loss.combinations > 1 {
        let values = [("combinations", number::count(loss.combinations)), ("weighed", number::count(loss.weighed))];
        page.push(Block::Paragraph(say(language, "loss.search", &values)));
    }
    for analysis in &loss.analyses {
        compare(&mut page, analysis, language);
    }
    page.push(Block::Paragraph(word_of(language, "house")));
    page
}

fn word_of(language: Language, key: &str) -> String {
    say(language, &format!("loss.{key}"), &[])
}

fn people(loss: &Loss, language: Language) -> String {
    let out = loss.people_before.saturating_sub(loss.people_after);
    let share = if loss.people_before == 0 { 0.0 } else { out as f64 / loss.people_before as f64 };
    let values = [
        ("before", number::count(loss.people_before)),
        ("after", number::count(loss.people_after)),
        ("out", number::count(out)),
        ("share", number::percent(share, 1)),
    ];
    say(language, if out == 0 { "loss.people_all" } else { "loss.people" }, &values)
}

fn rows(loss: &Loss, language: Language) -> Table {
    let titles = ["table", "before", "after", "left_out"];
    let sides = [Align::Left, Align::Right, Align::Right, Align::Left];
    let mut table = Table::new(titles.iter().zip(sides).map(|(t, side)| (word_of(language, t), side)).collect());
    for lost in &loss.tables {
        let why: Vec<String> = lost
            .lost
            .iter()
            .map(|l| {
                let key = format!("loss.reason_{}", l.reason);
                say(language, &key, &[("rows", number::count(l.rows))])
            })
            .collect();
        table.rows.push(vec![
            names::table(language, &lost.table),
            number::count(lost.rows_before),
            number::count(lost.rows_after),
            text::list(language, &why),
        ]);
    }
    table.without_blank(3)
}

/// One row for each column: everything that was done to it.
fn columns(loss: &Loss, language: Language) -> Table {
    let titles = ["column", "change", "share_lost"];
    let sides = [Align::Left, Align::Left, Align::Right];
    let mut table = Table::new(titles.iter().zip(sides).map(|(t, side)| (word_of(language, t), side)).collect());
    let mut done: Vec<(&str, &str)> = Vec::new();
    for first in &loss.columns {
        let place = (first.table.as_str(), first.column.as_str());
        if done.contains(&place) {
            continue;
        }
        done.push(place);
        let own: Vec<&ColumnChange> =
            loss.columns.iter().filter(|c| (c.table.as_str(), c.column.as_str()) == place).collect();
        let changes: Vec<String> = own.iter().map(|c| change(c, language)).collect();
        let share = own.iter().find_map(|c| c.share_lost).map_or_else(String::new, |s| number::percent(s, 0));
        let name = format!("{}.{}", first.table, names::clean(&first.column));
        table.rows.push(vec![name, text::list(language, &changes), share]);
    }
    table.without_blank(2)
}

fn change(change: &ColumnChange, language: Language) -> String {
    let key = format!("loss.change_{}", change.change);
    let detail = change.detail.as_deref().unwrap_or_default();
    let detail = match detail.parse::<f64>() {
        Ok(value) if value.fract() == 0.0 => number::decimal(value, 0),
        Ok(_) => detail.to_string(),
        Err(_) => number::month(language, detail),
    };
    say(language, &key, &[("detail", detail)])
}

fn compare(page: &mut Vec<Block>, analysis: &AnalysisLoss, language: Language) {
    let key = format!("loss.analysis_{}", analysis.analysis);
    let name = if text::knows(language, &key) { say(language, &key, &[]) } else { names::clean(&analysis.analysis) };
    page.push(heading(&name));
    let count = |n: Option<u64>| n.map_or_else(|| word_of(language, "hidden_count"), number::count);
    match analysis.fate {
        Fate::Answered => {}
        Fate::Lost | Fate::NeverAnswered | Fate::Gained => {
            let (key, tone) = match analysis.fate {
                Fate::Lost => ("fate_lost", Tone::Warning),
                Fate::Gained => ("fate_gained", Tone::Note),
                _ => ("fate_never", Tone::Note),
            };
            let label = word_of(language, "answer");
            let remark =
                Remark { tone, label, place: String::new(), text: word_of(language, key), remedy: String::new() };
            page.push(Block::Remark(remark));
            return;
        }
    }
    if analysis.n_before.is_some() || analysis.n_after.is_some() {
        let values = [("before", count(analysis.n_before)), ("after", count(analysis.n_after))];
        page.push(Block::Paragraph(say(language, "loss.n", &values)));
    }
    if analysis.figures.is_empty() {
        return;
    }
    let titles = ["figure", "before", "after", "verdict"];
    let sides = [Align::Left, Align::Right, Align::Right, Align::Left];
    let mut table = Table::new(titles.iter().zip(sides).map(|(t, side)| (word_of(language, t), side)).collect());
    for figure in &analysis.figures {
        table.rows.push(vec![
            label(figure, language),
            cell(figure, figure.before, figure.mark_before.as_deref(), language),
            cell(figure, figure.after, figure.mark_after.as_deref(), language),
            verdict(figure, language),
        ]);
    }
    page.push(Block::Table(table));
}

fn label(figure: &Figure, language: Language) -> String {
    match figure.what.as_str() {
        "beta" => names::term(language, &figure.of),
        "stage_share" => names::stage(language, &figure.of),
        "superiority" => say(language, "loss.of_superiority", &[("of", names::clean(&figure.of))]),
        "share_left" => say(language, "loss.of_share_left", &[("of", names::group(language, &figure.of))]),
        what => {
            let key = format!("loss.of_{what}");
            if text::knows(language, &key) { say(language, &key, &[]) } else { names::clean(what) }
        }
    }
}

fn cell(figure: &Figure, value: Option<f64>, mark: Option<&str>, language: Language) -> String {
    let Some(value) = value else { return word_of(language, "not_told") };
    let shown = match figure.what.as_str() {
        "beta" => number::decimal(value, 2),
        "lift" => number::signed_percent(value, 1),
        "risk_difference" => number::points(value),
        "stage_share" | "share_left" | "superiority" => number::percent(value, 1),
        "risk_ratio" => number::decimal(value, 2),
        _ => number::natural(value),
    };
    let mark = match mark {
        Some("withheld") => say(language, "word.withheld", &[]),
        Some(mark) => mark.to_string(),
        None => String::new(),
    };
    if mark.is_empty() { shown } else { format!("{shown} {mark}") }
}

fn verdict(figure: &Figure, language: Language) -> String {
    let key = match figure.change {
        Change::Same => "same",
        Change::Moved => "moved",
        Change::Vanished => "vanished",
        Change::Appeared => "appeared",
        Change::Remarked => "remarked",
        Change::Turned => "turned",
        Change::OnlyAfter => "only_after",
        Change::OnlyBefore => "only_before",
    };
    word_of(language, &format!("verdict_{key}"))
}
