//! The crowd rule on movement: first to last answer, from stage to stage, how long, who stays, the ends of the ladder.

use super::super::Board;
use crate::findings::Why;
use crate::findings::stages::change::{Change, GroupMovement, Regressed, StepShare, Stuck, TimeToRise};
use crate::findings::stages::{Movement, Stages, Transition};
use std::collections::BTreeMap;

const HIDDEN_GROUP: &str = "hidden";

/// Hides what is left of movement once the distribution is hidden.
pub(super) fn hide(found: &mut Stages, crowd: u64) {
    moves(found, crowd);
    if let Some(change) = &mut found.change {
        change.time_to_rise.iter_mut().for_each(|row| time(row, crowd));
        ends(change, crowd);
    }
}

/// Cells of one answer about people who stay: how many they are of, how many stay, how many do not.
pub(super) struct StuckCells {
    n: usize,
    count: usize,
}

/// Puts the people who stay at one stage on the board of the distribution: those of a stage are part of it.
pub(super) fn stuck(board: &mut Board, found: &Stages, stages: &[usize]) -> Vec<StuckCells> {
    let rows: &[Stuck] = found.change.as_ref().map_or(&[], |change| &change.stuck);
    let mut cells = Vec::new();
    for row in rows {
        let (n, count) = (row.n.unwrap_or(0), row.count.unwrap_or(0));
        // How many people answered so often is told as it is, like the sample flow.
        let own = StuckCells {
            n: if row.stage.is_empty() { board.known(n) } else { board.cell(n) },
            count: board.cell(count),
        };
        let moved = board.cell(n - count.min(n));
        board.sum_to(&[own.count, moved], own.n);
        if let Some(at) = found.stages.iter().position(|s| s.stage == row.stage) {
            let fewer = found.stages[at].count.unwrap_or(0).saturating_sub(n);
            let fewer = board.cell(fewer);
            board.sum_to(&[own.n, fewer], stages[at]);
        }
        cells.push(own);
    }
    let of = |wanted: &dyn Fn(&Stuck) -> bool| -> Vec<usize> {
        rows.iter().enumerate().filter(|(_, row)| wanted(row)).map(|(at, _)| at).collect()
    };
    let by_stage = of(&|row| !row.stage.is_empty());
    let waves = by_stage.first().map(|at| rows[*at].waves);
    if let Some(whole) = rows.iter().position(|row| row.stage.is_empty() && Some(row.waves) == waves) {
        board.sum_to(&by_stage.iter().map(|at| cells[*at].n).collect::<Vec<_>>(), cells[whole].n);
        board.sum_to(&by_stage.iter().map(|at| cells[*at].count).collect::<Vec<_>>(), cells[whole].count);
    }
    // Who gave k + 1 in a row gave k: the difference is people too.
    for pair in of(&|row| row.stage.is_empty()).windows(2) {
        let (shorter, longer) = (pair[0], pair[1]);
        let between = rows[shorter].count.unwrap_or(0).saturating_sub(rows[longer].count.unwrap_or(0));
        let between = board.cell(between);
        board.sum_to(&[cells[longer].count, between], cells[shorter].count);
    }
    cells
}

/// Takes out what the board hid of them.
pub(super) fn blank_stuck(board: &Board, found: &mut Stages, cells: &[StuckCells]) {
    let Some(change) = &mut found.change else { return };
    for (row, cells) in change.stuck.iter_mut().zip(cells) {
        if board.is_hidden(cells.n) {
            row.n = None;
        }
        if board.is_hidden(cells.n) || board.is_hidden(cells.count) {
            (row.count, row.share, row.conf_low, row.conf_high) = (None, None, None, None);
            row.hidden = true;
        }
    }
}

/// The cells of one step row: down, same, one up, further up.
fn kind(from: Option<usize>, to: Option<usize>) -> &'static str {
    match (from, to) {
        (Some(from), Some(to)) if to < from => "down",
        (Some(from), Some(to)) if to == from => "same",
        (Some(from), Some(to)) if to == from + 1 => "up_one",
        _ => "up_more",
    }
}

/// Movement and transitions are one table when everybody answered twice: up, same and down are sums of its cells.
fn moves(found: &mut Stages, crowd: u64) {
    let Stages { movement, transitions, change, stages, n, .. } = found;
    let mut board = Board::new(crowd);
    let moved: Vec<usize> = movement.iter().map(|r| board.cell(r.count.unwrap_or(0))).collect();
    let cells: Vec<usize> = transitions.iter().map(|r| board.cell(r.count.unwrap_or(0))).collect();
    board.sum(&moved);
    let rank = |stage: &str| stages.iter().position(|s| s.stage == stage);
    let kind_of = |row: &Transition| kind(rank(&row.from), rank(&row.to));
    let total = |counts: &mut dyn Iterator<Item = Option<u64>>| counts.flatten().sum::<u64>();
    let people = total(&mut movement.iter().map(|r| r.count));
    let pairs = total(&mut transitions.iter().map(|r| r.count));
    if people == pairs {
        for (row, &cell) in movement.iter().zip(&moved) {
            let same = |t: &Transition| match kind_of(t) {
                "up_one" | "up_more" => row.direction == "up",
                other => row.direction == other,
            };
            let of = transitions.iter().zip(&cells).filter(|(t, _)| same(t));
            board.sum_to(&of.map(|(_, c)| *c).collect::<Vec<usize>>(), cell);
        }
        arrivals(&mut board, stages.as_slice(), transitions, &cells, *n == people);
    }
    let mut by_row: BTreeMap<&str, Vec<(usize, u64)>> = BTreeMap::new();
    for (row, cell) in transitions.iter().zip(&cells) {
        by_row.entry(&row.from).or_default().push((*cell, row.count.unwrap_or(0)));
    }
    let (steps, groups): (&mut [StepShare], &mut [GroupMovement]) = match change {
        Some(change) => (&mut change.steps, &mut change.movement_by),
        None => (&mut [], &mut []),
    };
    let merged: Vec<usize> = steps.iter().map(|r| board.spare(r.count.unwrap_or(0))).collect();
    for (step, &cell) in steps.iter().zip(&merged) {
        let of = transitions.iter().zip(&cells);
        let of = of.filter(|(t, _)| t.from == step.stage && kind_of(t) == step.direction);
        board.sum_to(&of.map(|(_, c)| *c).collect::<Vec<usize>>(), cell);
    }
    for parts in by_row.values() {
        // A row whose every cell is hidden publishes no share, and so no total.
        if parts.iter().any(|(_, count)| *count >= crowd) {
            board.sum(&parts.iter().map(|(cell, _)| *cell).collect::<Vec<usize>>());
        }
    }
    let grouped = by_group(&mut board, groups, people, &moved);
    board.cover();
    for (row, cell) in movement.iter_mut().zip(moved) {
        if board.is_hidden(cell) {
            blank(row);
        }
    }
    for (row, cell) in transitions.iter_mut().zip(cells) {
        if board.is_hidden(cell) {
            (row.count, row.share, row.conf_low, row.conf_high) = (None, None, None, None);
            row.hidden = true;
            row.why = Some(Why::Hidden);
        }
    }
    for (row, cell) in steps.iter_mut().zip(merged) {
        if board.is_hidden(cell) {
            (row.count, row.share, row.conf_low, row.conf_high) = (None, None, None, None);
            row.hidden = true;
        }
    }
    for (group, (n, cells)) in groups.iter_mut().zip(grouped) {
        let torn = board.is_hidden(n);
        for (row, cell) in group.rows.iter_mut().zip(cells) {
            if torn || board.is_hidden(cell) {
                blank(row);
            }
        }
        if torn {
            group.n = None;
            group.hidden = true;
            group.group = HIDDEN_GROUP.to_string();
        }
    }
}

/// Where everybody answered exactly twice or once, those who came to a stage are part of those who stand there now.
fn arrivals(
    board: &mut Board,
    stages: &[crate::findings::stages::StageShare],
    transitions: &[Transition],
    cells: &[usize],
    all_twice: bool,
) {
    if !all_twice {
        return;
    }
    for stage in stages {
        let came: Vec<usize> =
            transitions.iter().zip(cells).filter(|(t, _)| t.to == stage.stage).map(|(_, c)| *c).collect();
        match stage.count {
            // What the distribution hides must not come back as a sum of arrivals.
            None => {
                let hidden = board.cell(0);
                board.hide(hidden);
                board.sum_to(&came, hidden);
            }
            Some(_) => board.sum(&came),
        }
    }
}

/// Groups add up to everybody, direction by direction.
fn by_group(board: &mut Board, groups: &[GroupMovement], people: u64, moved: &[usize]) -> Vec<(usize, Vec<usize>)> {
    let cells: Vec<(usize, Vec<usize>)> = groups
        .iter()
        .map(|g| {
            let n = board.cell(g.n.unwrap_or(0));
            let rows: Vec<usize> = g.rows.iter().map(|r| board.cell(r.count.unwrap_or(0))).collect();
            board.sum_to(&rows, n);
            (n, rows)
        })
        .collect();
    if groups.iter().map(|g| g.n.unwrap_or(0)).sum::<u64>() == people && !groups.is_empty() {
        board.sum(&cells.iter().map(|(n, _)| *n).collect::<Vec<_>>());
        for (at, &total) in moved.iter().enumerate() {
            let parts: Vec<usize> = cells.iter().filter_map(|(_, rows)| rows.get(at).copied()).collect();
            board.sum_to(&parts, total);
        }
    }
    cells
}

fn blank(row: &mut Movement) {
    (row.count, row.share, row.conf_low, row.conf_high) = (None, None, None, None);
    row.hidden = true;
    row.why = Some(Why::Hidden);
}

/// Times are told of stages where neither those who rose nor those who did not are a small number.
fn time(row: &mut TimeToRise, crowd: u64) {
    let (n, rose) = (row.n.unwrap_or(0), row.rose.unwrap_or(0));
    let small = |count: u64| count > 0 && count < crowd;
    if small(n) || small(rose) || small(n.saturating_sub(rose)) {
        row.rose = None;
        row.median = None;
        row.hidden = true;
        row.why = Some(Why::Hidden);
    }
    if small(n) {
        row.n = None;
    }
    if small(n) || small(rose) {
        let expected = &mut row.expected;
        (expected.estimate, expected.conf_low, expected.conf_high) = (None, None, None);
        expected.why = Some(Why::Hidden);
    }
}

/// The groups of each end are parts of everybody there.
fn ends(change: &mut Change, crowd: u64) {
    for end in ["lowest", "highest"] {
        let mut board = Board::new(crowd);
        let rows: Vec<&mut Regressed> = change.regression_to_mean.iter_mut().filter(|r| r.end == end).collect();
        let all = rows.iter().find(|r| r.by.is_empty()).and_then(|r| r.n).unwrap_or(0);
        let cells: Vec<usize> = rows.iter().map(|r| board.cell(r.n.unwrap_or(0))).collect();
        let of = |wanted: bool| -> Vec<usize> {
            rows.iter().zip(&cells).filter(|(r, _)| r.by.is_empty() == wanted).map(|(_, c)| *c).collect()
        };
        let (mut parts, whole) = (of(false), of(true));
        let told: u64 = rows.iter().filter(|r| !r.by.is_empty()).map(|r| r.n.unwrap_or(0)).sum();
        if let (Some(&whole), false) = (whole.first(), parts.is_empty()) {
            parts.push(board.cell(all.saturating_sub(told)));
            board.sum_to(&parts, whole);
        }
        board.cover();
        for (row, cell) in rows.into_iter().zip(cells) {
            if board.is_hidden(cell) {
                *row = Regressed { end: row.end.clone(), by: row.by.clone(), cut: row.cut, ..Regressed::default() };
                row.group = if row.by.is_empty() { String::new() } else { HIDDEN_GROUP.to_string() };
                row.hidden = true;
            }
        }
    }
}
