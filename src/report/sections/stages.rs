//! The pages about where people stand on the ladder, and what practice advises there. The ladder is never re-sorted.

pub mod follows;
pub mod moves;
pub mod plan;

use crate::findings::Stages;
use crate::findings::stages::{GroupShares, OtherLimits, StageShare};
use crate::report::document::{Answer, Block, Cell, Section, Table};
use crate::report::figures;
use crate::report::voice::{Voice, capital};
use crate::text::{names, number};

/// The stage with the largest share shown.
fn most(s: &Stages) -> Option<(&StageShare, f64)> {
    s.stages.iter().filter_map(|stage| Some((stage, stage.share?))).fold(
        None,
        |best: Option<(&StageShare, f64)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        },
    )
}

/// The answer of the first page.
pub fn answer(voice: &Voice<'_>, s: &Stages) -> Answer {
    let top = most(s);
    let hidden = voice.word("word.hidden");
    let stage = top.map_or_else(|| hidden.clone(), |(stage, _)| voice.stage(&stage.stage));
    let share = top.map_or_else(|| hidden.clone(), |(_, share)| number::percent(share, 1));
    let args = [
        ("stage", stage),
        ("share", share.clone()),
        ("count", top.map_or_else(|| hidden, |(stage, _)| voice.count(stage.count))),
    ];
    Answer {
        anchor: "stages".into(),
        question: voice.word("stages.question"),
        grade: "description",
        grade_label: voice.word("grade.description"),
        headline: voice.say(if top.is_some() { "stages.headline" } else { "stages.headline_hidden" }, &args),
        number: share,
        interval: top.map_or_else(String::new, |(stage, _)| {
            voice.range(stage.conf_low, stage.conf_high, |x| number::percent(x, 1))
        }),
        number_label: voice.say("stages.key_number", &args),
        points: points(voice, s),
        cautions: voice.cautions(s.cautions.iter().take(2)),
    }
}

fn points(voice: &Voice<'_>, s: &Stages) -> Vec<String> {
    let n = ("n", number::count(s.n));
    let mut points = vec![match s.wave.as_str() {
        "" | "last" => voice.say("stages.n", &[n]),
        wave => voice.say("stages.n_wave", &[n, ("wave", names::clean(wave))]),
    }];
    points.extend(s.superiority.iter().map(|p| {
        let args = [
            ("first", voice.member(&p.by, &p.first)),
            ("second", voice.member(&p.by, &p.second)),
            ("estimate", voice.or_why(p.estimate, None, |x| number::percent(x, 1))),
            ("interval", voice.range(p.conf_low, p.conf_high, |x| number::percent(x, 1))),
        ];
        capital(&voice.say("stages.superiority", &args))
    }));
    points.extend(s.odds.iter().filter(|o| o.odds_ratio.is_some()).map(|o| {
        let args = [
            ("first", voice.member(&o.by, &o.first)),
            ("second", voice.member(&o.by, &o.second)),
            ("ratio", voice.or_why(o.odds_ratio, None, number::natural)),
            ("interval", voice.range(o.odds_low, o.odds_high, number::natural)),
        ];
        capital(&voice.say("stages.odds", &args))
    }));
    let moves: Vec<String> = s
        .movement
        .iter()
        .map(|m| {
            let share = m.share.map_or_else(|| voice.word("word.hidden"), |x| number::percent(x, 1));
            voice.say("stages.movement_item", &[("direction", direction(voice, &m.direction)), ("share", share)])
        })
        .collect();
    if !moves.is_empty() {
        points.push(voice.say("stages.movement", &[("items", voice.list(&moves))]));
    }
    points
}

fn direction(voice: &Voice<'_>, code: &str) -> String {
    voice.word(match code {
        "up" => "stages.up",
        "down" => "stages.down",
        _ => "stages.same",
    })
}

/// The section about the distribution.
pub fn section(voice: &Voice<'_>, s: &Stages) -> Section {
    let mut blocks = Vec::new();
    let cautions = voice.cautions(&s.cautions);
    if !cautions.is_empty() {
        blocks.push(Block::Callout { label: voice.word("page.cautions"), items: cautions });
    }
    blocks.push(figures::picture("ladder", figures::standing(voice, s)));
    blocks.extend(figures::stages::pyramid(voice, s).map(|figure| figures::picture("ladder_pair", figure)));
    blocks.push(Block::Table(stages_table(voice, s)));
    blocks.push(Block::Table(levels_table(voice, s)));
    if !s.superiority.is_empty() {
        blocks.push(Block::Table(pairs_table(voice, s)));
    }
    blocks.extend(figures::stages::by_group(voice, s).map(|figure| figures::picture("stages_by", figure)));
    blocks.extend(by_tables(voice, s).into_iter().map(Block::Table));
    let args = [("levels", s.levels.len().to_string()), ("stages", s.stages.len().to_string())];
    Section {
        id: "stages".into(),
        heading: voice.word("stages.heading"),
        lead: voice.say("stages.lead", &args),
        blocks,
    }
}

fn share_cell(voice: &Voice<'_>, share: Option<f64>, low: Option<f64>, high: Option<f64>) -> Cell {
    match share {
        None => Cell::muted(voice.word("word.hidden")),
        Some(_) => Cell::number(number::with_interval(voice.language, share, low, high, "undefined", |x| {
            number::percent(x, 1)
        })),
    }
}

fn count_cell(voice: &Voice<'_>, count: Option<u64>) -> Cell {
    count.map_or_else(|| Cell::muted(voice.word("word.hidden")), |n| Cell::number(number::count(n)))
}

fn team_cell(voice: &Voice<'_>, other: &OtherLimits) -> Cell {
    match other.team_low {
        None => Cell::muted(voice.word("word.dash")),
        Some(_) => Cell::number(voice.range(other.team_low, other.team_high, |x| number::percent(x, 1))),
    }
}

/// What the intervals by team are; empty without teams.
fn team_note(voice: &Voice<'_>, s: &Stages) -> String {
    let (Some(column), Some(teams)) = (&s.team, s.n_teams) else { return String::new() };
    let column = names::column(voice.language, column);
    voice.say("stages.team_note", &[("teams", number::count(teams)), ("column", column)])
}

fn stages_table(voice: &Voice<'_>, s: &Stages) -> Table {
    let mut columns = vec![
        Cell::text(voice.word("stages.col_stage")),
        Cell::number(voice.word("stages.col_people")),
        Cell::number(voice.word("stages.col_share")),
    ];
    columns.extend(s.team.as_ref().map(|_| Cell::number(voice.word("stages.col_team"))));
    let mut table = Table::new(voice.word("stages.table_stages"), columns);
    for stage in &s.stages {
        let mut row = vec![
            Cell::text(capital(&voice.stage(&stage.stage))),
            count_cell(voice, stage.count),
            share_cell(voice, stage.share, stage.conf_low, stage.conf_high),
        ];
        row.extend(s.team.as_ref().map(|_| team_cell(voice, &stage.other)));
        table.row(row);
    }
    let note = [voice.hidden_rule(), team_note(voice, s)];
    table.note(note.into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>().join(" "))
}

fn levels_table(voice: &Voice<'_>, s: &Stages) -> Table {
    let mut table = Table::new(
        voice.word("stages.table_levels"),
        vec![
            Cell::number(voice.word("stages.col_level")),
            Cell::text(voice.word("stages.col_stage")),
            Cell::text(voice.word("stages.col_statement")),
            Cell::number(voice.word("stages.col_people")),
            Cell::number(voice.word("stages.col_share")),
        ],
    );
    for level in &s.levels {
        table.row(vec![
            Cell::number(level.level.to_string()),
            Cell::text(voice.stage(&level.stage)),
            Cell::text(voice.statement(level.level)),
            count_cell(voice, level.count),
            share_cell(voice, level.share, level.conf_low, level.conf_high),
        ]);
    }
    table.folded()
}

fn pairs_table(voice: &Voice<'_>, s: &Stages) -> Table {
    let mut table = Table::new(
        voice.word("stages.table_pairs"),
        vec![
            Cell::text(voice.word("stages.col_pair")),
            Cell::number(voice.word("stages.col_probability")),
            Cell::number(voice.word("stages.col_odds")),
            Cell::number(voice.word("stages.col_p")),
        ],
    );
    for p in &s.superiority {
        let pair = voice.say(
            "stages.pair",
            &[("first", voice.member(&p.by, &p.first)), ("second", voice.member(&p.by, &p.second))],
        );
        let why = crate::report::voice::why(p.why);
        let chance = |x| number::percent(x, 1);
        let odds = s.odds.iter().find(|o| (&o.by, &o.first, &o.second) == (&p.by, &p.first, &p.second));
        let ratio = odds.map_or_else(String::new, |o| {
            let why = crate::report::voice::why(o.log_odds.why);
            number::with_interval(voice.language, o.odds_ratio, o.odds_low, o.odds_high, why, number::natural)
        });
        table.row(vec![
            Cell::text(capital(&pair)),
            Cell::number(number::with_interval(voice.language, p.estimate, p.conf_low, p.conf_high, why, chance)),
            Cell::number(ratio),
            Cell::number(p.p_value.map_or_else(String::new, number::p_value)),
        ]);
    }
    table
}

/// One table per grouping column, in the order of the study.
fn by_tables(voice: &Voice<'_>, s: &Stages) -> Vec<Table> {
    let mut columns: Vec<&str> = Vec::new();
    for g in &s.by {
        if !columns.contains(&g.by.as_str()) {
            columns.push(&g.by);
        }
    }
    columns.iter().map(|by| by_table(voice, s, by)).collect()
}

fn by_table(voice: &Voice<'_>, s: &Stages, by: &str) -> Table {
    let mut heads = vec![Cell::text(voice.word("stages.col_group")), Cell::number(voice.word("stages.col_n"))];
    heads.extend(s.stages.iter().map(|stage| Cell::number(voice.stage(&stage.stage))));
    let by_name = names::column(voice.language, by);
    let mut table = Table::new(voice.say("stages.table_by", &[("by", by_name)]), heads);
    for g in s.by.iter().filter(|g| g.by == by) {
        table.row(group_row(voice, s, g));
    }
    table.note(voice.hidden_rule())
}

fn group_row(voice: &Voice<'_>, s: &Stages, g: &GroupShares) -> Vec<Cell> {
    let n = if g.hidden { None } else { g.n };
    let mut cells = vec![Cell::text(capital(&voice.member(&g.by, &g.group))), count_cell(voice, n)];
    cells.extend(s.stages.iter().map(|stage| {
        let share = g.stages.iter().find(|own| own.stage == stage.stage).filter(|own| !own.hidden && !g.hidden);
        share
            .and_then(|own| own.share)
            .map_or_else(|| Cell::muted(voice.word("word.hidden")), |share| Cell::number(number::percent(share, 1)))
    }));
    cells
}

/// The section about levers: advice from practice for the stages at which people stand.
pub fn levers(voice: &Voice<'_>, s: &Stages) -> Option<Section> {
    let mut table = Table::new(
        String::new(),
        vec![
            Cell::text(voice.word("levers.col_stage")),
            Cell::number(voice.word("levers.col_people")),
            Cell::text(voice.word("levers.col_lever")),
        ],
    );
    let last = s.stages.last().map(|stage| stage.stage.clone());
    for stage in s.stages.iter().filter(|stage| stage.count != Some(0)) {
        let end = || if last.as_ref() == Some(&stage.stage) { "levers.last" } else { "word.dash" };
        let lever = names::lever(voice.language, &stage.stage).unwrap_or_else(|| voice.word(end()));
        table.row(vec![
            Cell::text(capital(&voice.stage(&stage.stage))),
            count_cell(voice, stage.count),
            Cell::text(lever),
        ]);
    }
    if table.rows.is_empty() {
        return None;
    }
    let table = table.note(voice.hidden_rule());
    Some(Section {
        id: "levers".into(),
        heading: voice.word("levers.heading"),
        lead: voice.word("levers.lead"),
        blocks: vec![Block::Table(table)],
    })
}
