//! How people move: who rises, how long it takes, who stays, and what chance makes of the ends.

use super::{count_cell, direction, share_cell};
use crate::findings::Stages;
use crate::findings::stages::change::{Change, GroupMovement, Regressed, StepShare, TimeToRise};
use crate::report::document::{Block, Cell, Section, Table};
use crate::report::figures;
use crate::report::voice::{self, Voice, capital};
use crate::text::{names, number};

const STEPS: [&str; 4] = ["down", "same", "up_one", "up_more"];

/// The section; none when nobody answered twice.
pub fn section(voice: &Voice<'_>, s: &Stages) -> Option<Section> {
    if s.movement.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::Table(first_to_last(voice, s))];
    let mut lead = String::new();
    if let Some(change) = &s.change {
        let gap = |at: usize| change.gaps.get(at).map_or_else(String::new, |gap| number::count(u64::from(*gap)));
        let args = [("shortest", gap(0)), ("longest", gap(1)), ("unit", unit(voice, change))];
        lead = voice.say("moves.lead", &args);
        blocks.extend(by_group(voice, change).map(Block::Table));
        blocks.extend(figures::stages::flow(voice, s).map(|figure| figures::picture("stage_flow", figure)));
        blocks.extend(figures::stages::heat(voice, s).map(|figure| figures::picture("transitions", figure)));
        blocks.push(Block::Table(steps(voice, s, change)));
    }
    if !s.transitions.is_empty() {
        blocks.push(Block::Table(transitions(voice, s)));
    }
    if let Some(change) = &s.change {
        blocks.push(Block::Table(times(voice, change)));
        blocks.push(Block::Table(stuck(voice, change)));
        if !change.regression_to_mean.is_empty() {
            blocks.extend(naive(voice, change).map(|text| Block::Paragraph { text }));
            blocks.push(Block::Table(ends(voice, change)));
        }
    }
    Some(Section { id: "moves".into(), heading: voice.word("moves.heading"), lead, blocks })
}

fn unit(voice: &Voice<'_>, change: &Change) -> String {
    voice.word(if change.unit == "month" { "moves.unit_month" } else { "moves.unit_wave" })
}

fn first_to_last(voice: &Voice<'_>, s: &Stages) -> Table {
    let mut table = Table::new(
        voice.word("stages.table_movement"),
        vec![
            Cell::text(voice.word("stages.col_direction")),
            Cell::number(voice.word("stages.col_people")),
            Cell::number(voice.word("stages.col_share")),
        ],
    );
    for m in &s.movement {
        table.row(vec![
            Cell::text(capital(&direction(voice, &m.direction))),
            count_cell(voice, m.count),
            share_cell(voice, m.share, m.conf_low, m.conf_high),
        ]);
    }
    table
}

fn by_group(voice: &Voice<'_>, change: &Change) -> Option<Table> {
    let first = change.movement_by.first()?;
    let by = names::column(voice.language, &first.by);
    let mut heads = vec![Cell::text(voice.word("stages.col_group")), Cell::number(voice.word("stages.col_n"))];
    heads.extend(["up", "same", "down"].map(|code| Cell::number(capital(&direction(voice, code)))));
    let mut table = Table::new(voice.say("moves.table_by", &[("by", by)]), heads);
    for group in &change.movement_by {
        table.row(group_row(voice, group));
    }
    Some(table.note(voice.hidden_rule()))
}

fn group_row(voice: &Voice<'_>, group: &GroupMovement) -> Vec<Cell> {
    let mut cells = vec![Cell::text(capital(&voice.member(&group.by, &group.group))), count_cell(voice, group.n)];
    cells.extend(group.rows.iter().map(|row| share_cell(voice, row.share, row.conf_low, row.conf_high)));
    cells
}

/// The rows of a stage, in the order of its directions.
fn of_stage<'c>(change: &'c Change, stage: &str) -> Vec<Option<&'c StepShare>> {
    STEPS.iter().map(|way| change.steps.iter().find(|row| row.stage == stage && row.direction == *way)).collect()
}

fn steps(voice: &Voice<'_>, s: &Stages, change: &Change) -> Table {
    let mut heads = vec![Cell::text(voice.word("stages.col_stage"))];
    heads.extend(STEPS.map(|way| Cell::number(voice.word(&format!("moves.{way}")))));
    let mut table = Table::new(voice.word("moves.table_steps"), heads);
    for stage in &s.stages {
        let rows = of_stage(change, &stage.stage);
        if rows.iter().all(Option::is_none) {
            continue;
        }
        let mut cells = vec![Cell::text(capital(&voice.stage(&stage.stage)))];
        cells.extend(rows.into_iter().map(|row| match row {
            Some(row) => share_cell(voice, row.share, row.conf_low, row.conf_high),
            None => Cell::muted(voice.word("word.dash")),
        }));
        table.row(cells);
    }
    table.note(voice.word("moves.steps_note"))
}

fn transitions(voice: &Voice<'_>, s: &Stages) -> Table {
    let mut table = Table::new(
        voice.word("stages.table_transitions"),
        vec![
            Cell::text(voice.word("stages.col_from")),
            Cell::text(voice.word("stages.col_to")),
            Cell::number(voice.word("stages.col_people")),
            Cell::number(voice.word("stages.col_share")),
        ],
    );
    for t in &s.transitions {
        table.row(vec![
            Cell::text(capital(&voice.stage(&t.from))),
            Cell::text(voice.stage(&t.to)),
            count_cell(voice, t.count),
            share_cell(voice, t.share, t.conf_low, t.conf_high),
        ]);
    }
    table.folded()
}

fn times(voice: &Voice<'_>, change: &Change) -> Table {
    let mut table = Table::new(
        voice.word("moves.table_time"),
        vec![
            Cell::text(voice.word("stages.col_stage")),
            Cell::number(voice.word("moves.col_stood")),
            Cell::number(voice.word("moves.col_rose")),
            Cell::number(voice.word("moves.col_median")),
            Cell::number(voice.word("moves.col_expected")),
        ],
    );
    for row in change.time_to_rise.iter().filter(|row| row.n != Some(0)) {
        table.row(time_row(voice, change, row));
    }
    let args = [("step", number::count(u64::from(change.step))), ("unit", unit(voice, change))];
    table.note(voice.say("moves.time_note", &args))
}

fn time_row(voice: &Voice<'_>, change: &Change, row: &TimeToRise) -> Vec<Cell> {
    let median = match row.median {
        Some(time) => {
            let args = [("time", number::natural(time)), ("unit", unit(voice, change))];
            Cell::number(voice.say("moves.time", &args))
        }
        None if row.hidden => Cell::muted(voice.word("word.hidden")),
        None => Cell::muted(voice.word("word.dash")),
    };
    let e = &row.expected;
    let one = |x: f64| number::decimal(x, 1);
    let expected = match e.estimate {
        Some(time) if time > f64::from(change.span) => {
            let args = [("span", number::count(u64::from(change.span))), ("unit", unit(voice, change))];
            Cell::muted(voice.say("moves.beyond", &args))
        }
        Some(_) => Cell::number(voice.interval(e, one)),
        None => Cell::muted(number::reason(voice.language, voice::why(e.why))),
    };
    vec![
        Cell::text(capital(&voice.stage(&row.stage))),
        count_cell(voice, row.n),
        count_cell(voice, row.rose),
        median,
        expected,
    ]
}

fn stuck(voice: &Voice<'_>, change: &Change) -> Table {
    let mut table = Table::new(
        voice.word("moves.table_stuck"),
        vec![
            Cell::text(String::new()),
            Cell::number(voice.word("moves.col_answered")),
            Cell::number(voice.word("moves.col_stuck")),
        ],
    );
    for row in change.stuck.iter().filter(|row| row.n != Some(0)) {
        let waves = ("waves", row.waves.to_string());
        let who = match row.stage.as_str() {
            "" => voice.say("moves.stuck_all", &[waves]),
            stage => voice.say("moves.stuck_stage", &[("stage", capital(&voice.stage(stage))), waves]),
        };
        table.row(vec![
            Cell::text(who),
            count_cell(voice, row.n),
            share_cell(voice, row.share, row.conf_low, row.conf_high),
        ]);
    }
    table.note(voice.word("moves.stuck_note"))
}

/// What a table of the lowest would make a hasty reader believe, and what is left of it.
fn naive(voice: &Voice<'_>, change: &Change) -> Option<String> {
    let lowest = change.regression_to_mean.iter().find(|r| r.end == "lowest" && r.by.is_empty())?;
    let two = |x: f64| number::decimal(x, 2);
    let args = [
        ("change", lowest.change.estimate.map(two)?),
        ("chance", lowest.expected.map(two)?),
        ("rest", voice.interval(&lowest.excess, two)),
    ];
    Some(voice.say("moves.naive", &args))
}

fn ends(voice: &Voice<'_>, change: &Change) -> Table {
    let mut table = Table::new(
        voice.word("moves.table_ends"),
        vec![
            Cell::text(voice.word("moves.col_end")),
            Cell::number(voice.word("stages.col_people")),
            Cell::number(voice.word("moves.col_change")),
            Cell::number(voice.word("moves.col_chance")),
            Cell::number(voice.word("moves.col_rest")),
        ],
    );
    for row in &change.regression_to_mean {
        table.row(end_row(voice, row));
    }
    table.note(voice.word("moves.ends_note"))
}

fn end_row(voice: &Voice<'_>, row: &Regressed) -> Vec<Cell> {
    let end = voice.say(
        &format!("moves.{}", if row.end == "lowest" { "lowest" } else { "highest" }),
        &[("cut", row.cut.to_string())],
    );
    let who = if row.by.is_empty() {
        end
    } else {
        voice.say("moves.end_of_group", &[("end", end), ("group", voice.member(&row.by, &row.group))])
    };
    let two = |x: f64| number::decimal(x, 2);
    let hidden = || Cell::muted(voice.word("word.hidden"));
    let told = |cell: Cell| if row.hidden { hidden() } else { cell };
    vec![
        Cell::text(who),
        count_cell(voice, row.n),
        told(Cell::number(voice.interval(&row.change, two))),
        told(Cell::number(row.expected.map_or_else(String::new, two))),
        told(Cell::number(voice.interval(&row.excess, two))),
    ]
}
