//! What goes with a stage: outcomes by stage with the trend, as pictures, tables and a sentence each.

use super::count_cell;
use crate::charts::Figure;
use crate::charts::figure::{Caption, Lines, Point, Series};
use crate::findings::Stages;
use crate::findings::stages::Follow;
use crate::findings::stages::follows::ByStage;
use crate::report::document::{Block, Cell, Section, Table};
use crate::report::figures;
use crate::report::voice::{self, Voice, capital};
use crate::text::{names, number};

/// The section; none without an outcome.
pub fn section(voice: &Voice<'_>, s: &Stages) -> Option<Section> {
    if s.follows.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    for (name, figure) in pictures(voice, s) {
        blocks.push(figures::picture(name, figure));
    }
    for follow in &s.follows {
        blocks.push(Block::Table(table(voice, s, follow)));
        blocks.extend(sentence(voice, follow).map(|text| Block::Paragraph { text }));
    }
    Some(Section {
        id: "follows".into(),
        heading: voice.word("follows.heading"),
        lead: voice.word("follows.lead"),
        blocks,
    })
}

/// A picture of every outcome, by file name.
pub fn pictures(voice: &Voice<'_>, s: &Stages) -> Vec<(&'static str, Figure)> {
    s.follows.iter().map(|follow| (file_name(follow), figure(voice, follow))).collect()
}

fn file_name(follow: &Follow) -> &'static str {
    match (follow.outcome.as_str(), follow.timing.as_str()) {
        ("engagement", "now") => "stage_engagement",
        ("engagement", _) => "stage_engagement_later",
        ("sales", "now") => "stage_sales",
        ("sales", _) => "stage_sales_later",
        ("staying", _) => "stage_staying",
        (_, "now") => "stage_outcome",
        (_, _) => "stage_outcome_later",
    }
}

fn title(voice: &Voice<'_>, follow: &Follow) -> String {
    let later = follow.timing == "later";
    let key = match (follow.outcome.as_str(), later) {
        ("engagement", false) => "follows.now_engagement",
        ("engagement", true) => "follows.later_engagement",
        ("sales", false) => "follows.now_sales",
        ("sales", true) => "follows.later_sales",
        ("staying", _) => "follows.later_staying",
        (_, false) => "follows.now_other",
        (_, true) => "follows.later_other",
    };
    let days = follow.horizon.map_or_else(String::new, |days| number::count(u64::from(days)));
    let args = [("outcome", names::clean(&follow.outcome)), ("days", days)];
    match key {
        "follows.later_staying" => voice.say(key, &args[1..]),
        "follows.now_other" | "follows.later_other" => voice.say(key, &args[..1]),
        key => voice.word(key),
    }
}

fn shown(follow: &Follow) -> fn(f64) -> String {
    if follow.horizon.is_some() { |x| number::percent(x, 1) } else { number::natural }
}

fn table(voice: &Voice<'_>, s: &Stages, follow: &Follow) -> Table {
    let mean = if follow.horizon.is_some() { "follows.col_stayed" } else { "follows.col_mean" };
    let mut heads = vec![
        Cell::text(voice.word("stages.col_stage")),
        Cell::number(voice.word("stages.col_people")),
        Cell::number(voice.word(mean)),
    ];
    heads.extend(s.team.as_ref().map(|_| Cell::number(voice.word("follows.col_units"))));
    let mut table = Table::new(title(voice, follow), heads);
    for row in &follow.rows {
        let mut cells = vec![
            Cell::text(capital(&voice.stage(&row.stage))),
            count_cell(voice, row.n),
            mean_cell(voice, follow, row),
        ];
        cells.extend(s.team.as_ref().map(|_| match (row.hidden, row.n_units) {
            (false, Some(units)) => Cell::number(number::count(units)),
            _ => Cell::muted(voice.word("word.dash")),
        }));
        table.row(cells);
    }
    let note = s.team.as_ref().map_or_else(String::new, |_| voice.word("follows.note_units"));
    table.note(note)
}

fn mean_cell(voice: &Voice<'_>, follow: &Follow, row: &ByStage) -> Cell {
    match row.mean {
        None if row.hidden => Cell::muted(voice.word("word.hidden")),
        None => Cell::muted(voice.word("word.dash")),
        Some(_) => {
            let why = voice::why(row.why);
            Cell::number(number::with_interval(
                voice.language,
                row.mean,
                row.conf_low,
                row.conf_high,
                why,
                shown(follow),
            ))
        }
    }
}

fn sentence(voice: &Voice<'_>, follow: &Follow) -> Option<String> {
    let trend = follow.trend.as_ref()?;
    let share = |x: f64| number::percent(x, 1);
    let concordance =
        number::with_interval(voice.language, trend.concordance, trend.conf_low, trend.conf_high, "undefined", share);
    let args = [("concordance", concordance), ("p", voice.p(trend.p_units, None))];
    let mut said = voice.say("follows.trend", &args);
    if let Some(within) = &trend.within {
        said = format!("{said} {}", voice.say("follows.trend_within", &[("p", voice.p(within.p_value, None))]));
    }
    Some(said)
}

fn figure(voice: &Voice<'_>, follow: &Follow) -> Figure {
    let point = |row: &ByStage| row.mean.map(|y| Point { y, low: row.conf_low, high: row.conf_high });
    let staying = follow.horizon.is_some();
    Figure::Lines(Lines {
        caption: Caption {
            title: title(voice, follow),
            subtitle: voice.word("follows.figure_subtitle"),
            note: sentence(voice, follow).unwrap_or_default(),
        },
        y_label: if staying { voice.word("follows.axis_staying") } else { capital(&voice.outcome(&follow.outcome)) },
        x_labels: follow.rows.iter().map(|row| capital(&voice.stage(&row.stage))).collect(),
        series: vec![Series {
            label: voice.word("follows.figure_series"),
            role: 0,
            points: follow.rows.iter().map(point).collect(),
        }],
        empty: voice.word("follows.empty"),
        ..Lines::default()
    })
}
