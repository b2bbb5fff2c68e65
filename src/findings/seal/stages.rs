//! The crowd rule on the ladder: levels, stages and groups are one table, because levels add up to stages, groups to all.

use super::Board;
use crate::findings::Why;
use crate::findings::stages::{GroupShares, LevelShare, StageShare, Stages, Transition};
use std::collections::BTreeMap;

/// What stands where the name of a hidden group stood.
const HIDDEN_GROUP: &str = "hidden";

/// People in a group from which on a probability to two digits leaves its levels open.
const FEWEST_TO_ROUND: u64 = 50;

/// The cells of one distribution on the board.
struct Place {
    n: usize,
    levels: Vec<usize>,
    stages: Vec<usize>,
}

/// Hides small cells of the ladder and what would give them away.
pub fn hide(found: &mut Stages, crowd: u64) {
    if crowd <= 1 {
        return;
    }
    let mut board = Board::new(crowd);
    let n = board.known(found.n);
    let all = place(&mut board, n, &found.levels, &found.stages);
    let places: Vec<Place> = (found.by.iter())
        .map(|g| {
            let n = board.cell(g.n.unwrap_or(0));
            place(&mut board, n, &g.levels, &g.stages)
        })
        .collect();
    add_up(&mut board, found, &all, &places);
    loop {
        board.cover();
        // Shares are counts over n: with n hidden, nothing of the group may stay.
        let torn: Vec<&Place> = places.iter().filter(|p| board.is_hidden(p.n) && !wholly(&board, p)).collect();
        if torn.is_empty() {
            break;
        }
        let cells: Vec<usize> = torn.iter().flat_map(|p| p.levels.iter().chain(&p.stages)).copied().collect();
        cells.into_iter().for_each(|cell| board.hide(cell));
    }
    if !board.is_proved() {
        // Too many hidden cells to prove that none follows from the others: then the groups show their size only.
        places.iter().flat_map(|p| p.levels.iter().chain(&p.stages)).for_each(|cell| board.hide(*cell));
    }
    blank(&board, &all, &mut found.levels, &mut found.stages);
    for (group, place) in found.by.iter_mut().zip(&places) {
        blank(&board, place, &mut group.levels, &mut group.stages);
        if board.is_hidden(place.n) {
            group.n = None;
            group.hidden = true;
            group.why = Some(Why::Hidden);
        }
    }
    superiority(found);
    // A group that is hidden whole keeps no name either: a name can be a person's.
    found.by.iter_mut().filter(|g| g.hidden).for_each(|g| g.group = HIDDEN_GROUP.to_string());
    moves(found, crowd);
}

fn wholly(board: &Board, place: &Place) -> bool {
    place.levels.iter().chain(&place.stages).all(|c| board.is_hidden(*c))
}

fn place(board: &mut Board, n: usize, levels: &[LevelShare], stages: &[StageShare]) -> Place {
    let level_cells: Vec<usize> = levels.iter().map(|l| board.cell(l.count.unwrap_or(0))).collect();
    let stage_cells: Vec<usize> = stages.iter().map(|s| board.cell(s.count.unwrap_or(0))).collect();
    for (stage, &total) in stages.iter().zip(&stage_cells) {
        let parts: Vec<usize> =
            levels.iter().zip(&level_cells).filter(|(l, _)| l.stage == stage.stage).map(|(_, c)| *c).collect();
        board.sum_to(&parts, total);
    }
    board.sum_to(&level_cells, n);
    board.sum_to(&stage_cells, n);
    Place { n, levels: level_cells, stages: stage_cells }
}

/// Groups of one column add up to everybody, level by level and stage by stage.
fn add_up(board: &mut Board, found: &Stages, all: &Place, places: &[Place]) {
    let mut columns: BTreeMap<&str, Vec<(&GroupShares, &Place)>> = BTreeMap::new();
    for (group, place) in found.by.iter().zip(places) {
        columns.entry(&group.by).or_default().push((group, place));
    }
    for members in columns.values() {
        let people: u64 = members.iter().map(|(g, _)| g.n.unwrap_or(0)).sum();
        if people != found.n {
            continue;
        }
        let cells = |of: &dyn Fn(&Place) -> usize| -> Vec<usize> { members.iter().map(|(_, p)| of(p)).collect() };
        board.sum_to(&cells(&|p| p.n), all.n);
        for (at, &total) in all.levels.iter().enumerate() {
            board.sum_to(&cells(&|p| p.levels[at]), total);
        }
        for (at, &total) in all.stages.iter().enumerate() {
            board.sum_to(&cells(&|p| p.stages[at]), total);
        }
    }
}

fn blank(board: &Board, place: &Place, levels: &mut [LevelShare], stages: &mut [StageShare]) {
    for (level, cell) in levels.iter_mut().zip(&place.levels) {
        if board.is_hidden(*cell) {
            (level.count, level.share, level.conf_low, level.conf_high) = (None, None, None, None);
            level.hidden = true;
            level.why = Some(Why::Hidden);
        }
    }
    for (stage, cell) in stages.iter_mut().zip(&place.stages) {
        if board.is_hidden(*cell) {
            (stage.count, stage.share, stage.conf_low, stage.conf_high) = (None, None, None, None);
            stage.hidden = true;
            stage.why = Some(Why::Hidden);
        }
    }
}

/// The probability of superiority is a function of all levels: with one of them hidden it is told to two digits, and
/// not at all for groups so small that even these could tell.
fn superiority(found: &mut Stages) {
    for pair in &mut found.superiority {
        let groups =
            || found.by.iter().filter(|g| g.by == pair.by && (g.group == pair.first || g.group == pair.second));
        let torn = groups().any(|g| g.hidden || g.levels.iter().any(|l| l.hidden));
        let small = groups().any(|g| g.hidden || g.n.is_none_or(|n| n < FEWEST_TO_ROUND));
        let told = |value: Option<f64>| value.filter(|_| !small).map(|v| (v * 100.0).round() / 100.0);
        if torn {
            (pair.estimate, pair.conf_low, pair.conf_high) =
                (told(pair.estimate), told(pair.conf_low), told(pair.conf_high));
            pair.why = small.then_some(Why::Hidden);
        }
    }
}

/// Movement and transitions are one table when everybody answered twice: up, same and down are sums of its cells.
fn moves(found: &mut Stages, crowd: u64) {
    let mut board = Board::new(crowd);
    let moved: Vec<usize> = found.movement.iter().map(|r| board.cell(r.count.unwrap_or(0))).collect();
    let cells: Vec<usize> = found.transitions.iter().map(|r| board.cell(r.count.unwrap_or(0))).collect();
    board.sum(&moved);
    let stages: Vec<&str> = found.stages.iter().map(|s| s.stage.as_str()).collect();
    let rank = |stage: &str| stages.iter().position(|s| *s == stage);
    let direction = |row: &Transition| match rank(&row.to).cmp(&rank(&row.from)) {
        std::cmp::Ordering::Greater => "up",
        std::cmp::Ordering::Equal => "same",
        std::cmp::Ordering::Less => "down",
    };
    let total = |counts: &mut dyn Iterator<Item = Option<u64>>| counts.flatten().sum::<u64>();
    let people = total(&mut found.movement.iter().map(|r| r.count));
    let pairs = total(&mut found.transitions.iter().map(|r| r.count));
    if people == pairs {
        for (row, &cell) in found.movement.iter().zip(&moved) {
            let of = found.transitions.iter().zip(&cells).filter(|(t, _)| direction(t) == row.direction);
            board.sum_to(&of.map(|(_, c)| *c).collect::<Vec<usize>>(), cell);
        }
    }
    let mut by_row: BTreeMap<&str, Vec<(usize, u64)>> = BTreeMap::new();
    for (row, cell) in found.transitions.iter().zip(&cells) {
        by_row.entry(&row.from).or_default().push((*cell, row.count.unwrap_or(0)));
    }
    for parts in by_row.values() {
        // A row whose every cell is hidden publishes no share, and so no total.
        if parts.iter().any(|(_, count)| *count >= crowd) {
            board.sum(&parts.iter().map(|(cell, _)| *cell).collect::<Vec<usize>>());
        }
    }
    board.cover();
    for (row, cell) in found.movement.iter_mut().zip(moved) {
        if board.is_hidden(cell) {
            (row.count, row.share, row.conf_low, row.conf_high) = (None, None, None, None);
            row.hidden = true;
            row.why = Some(Why::Hidden);
        }
    }
    for (row, cell) in found.transitions.iter_mut().zip(cells) {
        if board.is_hidden(cell) {
            (row.count, row.share) = (None, None);
            row.hidden = true;
            row.why = Some(Why::Hidden);
        }
    }
}
