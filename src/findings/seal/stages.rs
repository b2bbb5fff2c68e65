//! The crowd rule on the ladder: levels, stages and groups are one table, because levels add up to stages, groups to all.

mod change;
mod follows;
mod lifts;

use super::Board;
use crate::findings::Why;
use crate::findings::stages::{GroupShares, LevelShare, OtherLimits, StageShare, Stages};
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
    last_wave(&mut board, found, &all, &places);
    let stuck = change::stuck(&mut board, found, &all.stages);
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
    change::blank_stuck(&board, found, &stuck);
    pairs(found);
    // A group that is hidden whole keeps no name either: a name can be a person's.
    found.by.iter_mut().filter(|g| g.hidden).for_each(|g| g.group = HIDDEN_GROUP.to_string());
    change::hide(found, crowd);
    follows::hide(found, crowd);
    if let Some(found) = &mut found.lifts {
        lifts::hide(found, crowd);
    }
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

/// Everybody's last answer less the answers of the last wave are those who were not there any more: a difference that
/// anybody can take, and that nobody may learn from.
fn last_wave(board: &mut Board, found: &Stages, all: &Place, places: &[Place]) {
    let waves = || found.by.iter().zip(places).filter(|(g, _)| g.by == "wave");
    let asked = waves().find(|(g, _)| g.group == found.wave).or_else(|| waves().next_back());
    let Some((group, place)) = asked else { return };
    let rest = |whole: Option<u64>, part: Option<u64>| whole.unwrap_or(0).checked_sub(part.unwrap_or(0));
    let levels = found.levels.iter().zip(&group.levels).map(|(all, own)| rest(all.count, own.count));
    let stages = found.stages.iter().zip(&group.stages).map(|(all, own)| rest(all.count, own.count));
    let (Some(levels), Some(stages)) = (levels.collect::<Option<Vec<_>>>(), stages.collect::<Option<Vec<_>>>()) else {
        return;
    };
    let cells = |board: &mut Board, counts: &[u64]| counts.iter().map(|c| board.cell(*c)).collect::<Vec<_>>();
    let (level_cells, stage_cells) = (cells(board, &levels), cells(board, &stages));
    let gone = |(own, total): (&[usize], &[usize]), rest: &[usize], board: &mut Board| {
        for ((own, rest), total) in own.iter().zip(rest).zip(total) {
            board.sum_to(&[*own, *rest], *total);
        }
    };
    gone((&place.levels, &all.levels), &level_cells, board);
    gone((&place.stages, &all.stages), &stage_cells, board);
    for (stage, &total) in found.stages.iter().zip(&stage_cells) {
        let of_stage = found.levels.iter().zip(&level_cells).filter(|(l, _)| l.stage == stage.stage);
        board.sum_to(&of_stage.map(|(_, cell)| *cell).collect::<Vec<_>>(), total);
    }
    board.sum(&level_cells);
}

fn blank(board: &Board, place: &Place, levels: &mut [LevelShare], stages: &mut [StageShare]) {
    for (level, cell) in levels.iter_mut().zip(&place.levels) {
        if board.is_hidden(*cell) {
            (level.count, level.share, level.conf_low, level.conf_high) = (None, None, None, None);
            level.other = OtherLimits::default();
            level.hidden = true;
            level.why = Some(Why::Hidden);
        }
    }
    for (stage, cell) in stages.iter_mut().zip(&place.stages) {
        if board.is_hidden(*cell) {
            (stage.count, stage.share, stage.conf_low, stage.conf_high) = (None, None, None, None);
            stage.other = OtherLimits::default();
            stage.hidden = true;
            stage.why = Some(Why::Hidden);
        }
    }
}

/// How two groups differ is a function of all levels: with one of them hidden it is told to two digits, and not at all for
/// groups so small that even these could tell.
fn pairs(found: &mut Stages) {
    let Stages { by, superiority, odds, .. } = found;
    let state = |column: &str, first: &str, second: &str| {
        let groups = || by.iter().filter(|g| g.by == column && (g.group == first || g.group == second));
        let torn = groups().any(|g| g.hidden || g.levels.iter().any(|l| l.hidden));
        let small = groups().any(|g| g.hidden || g.n.is_none_or(|n| n < FEWEST_TO_ROUND));
        (torn, small)
    };
    for pair in superiority {
        let (torn, small) = state(&pair.by, &pair.first, &pair.second);
        if torn {
            for value in [&mut pair.estimate, &mut pair.conf_low, &mut pair.conf_high, &mut pair.p_value] {
                *value = rounded(*value, small);
            }
            pair.why = small.then_some(Why::Hidden);
        }
    }
    for pair in odds {
        let (torn, small) = state(&pair.by, &pair.first, &pair.second);
        if torn {
            let e = &mut pair.log_odds;
            let exact = [&mut e.estimate, &mut e.std_error, &mut e.statistic, &mut e.p_value, &mut e.conf_low];
            let more = [&mut e.conf_high, &mut pair.odds_ratio, &mut pair.odds_low, &mut pair.odds_high];
            exact.into_iter().chain(more).for_each(|value| *value = rounded(*value, small));
            e.why = small.then_some(Why::Hidden).or(e.why);
        }
    }
}

fn rounded(value: Option<f64>, small: bool) -> Option<f64> {
    value.filter(|_| !small).map(|v| (v * 100.0).round() / 100.0)
}
