//! The crowd rule on the ladder: levels, stages and groups are one table, because levels add up to stages, groups to all.

use super::Board;
use crate::findings::Why;
use crate::findings::stages::{GroupShares, LevelShare, Movement, StageShare, Stages, Transition};
use std::collections::BTreeMap;

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
    blank(&board, &all, &mut found.levels, &mut found.stages);
    for (group, place) in found.by.iter_mut().zip(&places) {
        blank(&board, place, &mut group.levels, &mut group.stages);
        if board.is_hidden(place.n) {
            group.n = None;
            group.hidden = true;
            group.why = Some(Why::Hidden);
        }
    }
    let small = |by: &str, name: &str| found.by.iter().any(|g| g.by == by && g.group == name && g.hidden);
    for pair in &mut found.superiority {
        if small(&pair.by, &pair.first) || small(&pair.by, &pair.second) {
            (pair.estimate, pair.conf_low, pair.conf_high) = (None, None, None);
        }
    }
    movement(&mut found.movement, crowd);
    transitions(&mut found.transitions, crowd);
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

fn movement(rows: &mut [Movement], crowd: u64) {
    let mut board = Board::new(crowd);
    let cells: Vec<usize> = rows.iter().map(|r| board.cell(r.count.unwrap_or(0))).collect();
    board.sum(&cells);
    board.cover();
    for (row, cell) in rows.iter_mut().zip(cells) {
        if board.is_hidden(cell) {
            (row.count, row.share, row.conf_low, row.conf_high) = (None, None, None, None);
            row.hidden = true;
            row.why = Some(Why::Hidden);
        }
    }
}

/// Every row of the matrix has a total that its shares give away.
fn transitions(rows: &mut [Transition], crowd: u64) {
    let mut board = Board::new(crowd);
    let cells: Vec<usize> = rows.iter().map(|r| board.cell(r.count.unwrap_or(0))).collect();
    let mut by_row: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, cell) in rows.iter().zip(&cells) {
        by_row.entry(&row.from).or_default().push(*cell);
    }
    for parts in by_row.values() {
        board.sum(parts);
    }
    board.cover();
    for (row, cell) in rows.iter_mut().zip(cells) {
        if board.is_hidden(cell) {
            (row.count, row.share) = (None, None);
            row.hidden = true;
            row.why = Some(Why::Hidden);
        }
    }
}
