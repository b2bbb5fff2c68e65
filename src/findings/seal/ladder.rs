//! The crowd rule on the ladder's items: shares of items, counts of people by errors, levels made from answers, waves.
//! Coefficients of many people's answers stay; those of a pair are told to two digits, and only where these leave the
//! crowd's answers open.

use super::Board;
use crate::findings::Why;
use crate::findings::ladder::{LadderScale, Made, OrderStep};

/// What the last of the digits told stands for.
const DIGIT: f64 = 0.01;

/// Hides what would tell about fewer than `crowd` people.
pub fn hide(found: &mut LadderScale, crowd: u64) {
    if crowd <= 1 {
        return;
    }
    items(found, crowd);
    pairs(found, crowd);
    errors(found, crowd);
    if let Some(made) = &mut found.made {
        levels(made, found.n, crowd);
    }
    let (all, complete) = (found.flow.start, found.n);
    found.pairwise = found.pairwise.filter(|p| !(1..crowd).contains(&p.n.saturating_sub(complete)) && p.n <= all);
    for wave in &mut found.waves {
        if wave.n.is_some_and(|n| n < crowd) {
            (wave.n, wave.h, wave.h_std_error, wave.conf_low, wave.conf_high) = (None, None, None, None, None);
            (wave.verdict, wave.swapped, wave.why) = (None, 0, Some(Why::Hidden));
        }
    }
}

/// An item that fewer than the crowd agree with, or do not, shows neither its share nor a difference from another's.
fn items(found: &mut LadderScale, crowd: u64) {
    let n = found.n;
    let small = |agreed: u64| [agreed, n.saturating_sub(agreed)].iter().any(|people| (1..crowd).contains(people));
    for item in found.items.iter_mut().filter(|item| item.agreed.is_some_and(small)) {
        (item.mean, item.mean_low, item.mean_high, item.hidden) = (None, None, None, true);
    }
    let hidden: Vec<String> = found.items.iter().filter(|i| i.hidden).map(|i| i.item.clone()).collect();
    let blank = |step: &mut OrderStep| {
        if hidden.contains(&step.lower) || hidden.contains(&step.upper) {
            (step.difference, step.std_error, step.conf_low, step.conf_high) = (None, None, None, None);
            step.why = Some(Why::Hidden);
        }
    };
    found.order.neighbours.iter_mut().chain(&mut found.order.swapped).for_each(blank);
}

fn pairs(found: &mut LadderScale, crowd: u64) {
    let told = |value: Option<f64>, open: bool| value.filter(|_| open).map(|v| (v / DIGIT).round() * DIGIT);
    let mut open = true;
    for pair in &mut found.pairs {
        // One person more or less on the wrong side moves H by 1 / expected errors.
        open = pair.expected_errors * DIGIT >= crowd as f64;
        (pair.h, pair.h_std_error) = (told(pair.h, open), told(pair.h_std_error, open));
        if !open && pair.why.is_none() {
            pair.why = Some(Why::Hidden);
        }
    }
    // H of two items is that of their only pair.
    if found.pairs.len() == 1 && !open {
        (found.h, found.h_std_error, found.conf_low, found.conf_high) = (None, None, None, None);
        found.why = Some(Why::Hidden);
        for item in &mut found.items {
            (item.h, item.h_std_error, item.conf_low, item.conf_high) = (None, None, None, None);
            item.why = Some(Why::Hidden);
        }
    }
}

fn errors(found: &mut LadderScale, crowd: u64) {
    let mut board = Board::new(crowd);
    let rows = &mut found.guttman.people;
    let cells: Vec<usize> = rows.iter().map(|row| board.cell(row.count.unwrap_or(0))).collect();
    board.sum(&cells);
    board.cover();
    for (row, cell) in rows.iter_mut().zip(cells) {
        if board.is_hidden(cell) {
            (row.count, row.share, row.hidden, row.why) = (None, None, true, Some(Why::Hidden));
        }
    }
}

fn levels(made: &mut Made, n: u64, crowd: u64) {
    let inconsistent = made.inconsistent_share.map_or(0, |share| (share * n as f64).round() as u64);
    if [inconsistent, n.saturating_sub(inconsistent)].iter().any(|people| (1..crowd).contains(people)) {
        (made.inconsistent_share, made.why) = (None, Some(Why::Hidden));
    }
    let mut board = Board::new(crowd);
    let counts: Vec<usize> = made.levels.iter().map(|l| board.cell(l.count.unwrap_or(0))).collect();
    let with: Vec<usize> = made.levels.iter().map(|l| board.cell(l.n.unwrap_or(0))).collect();
    let without: Vec<usize> = (made.levels.iter())
        .map(|l| board.cell(l.count.unwrap_or(0).saturating_sub(l.n.unwrap_or(l.count.unwrap_or(0)))))
        .collect();
    board.sum(&counts);
    board.sum(&with);
    if made.outcome.is_some() {
        for ((count, with), without) in counts.iter().zip(&with).zip(&without) {
            board.sum_to(&[*with, *without], *count);
        }
    }
    board.cover();
    for ((level, count), with) in made.levels.iter_mut().zip(&counts).zip(&with) {
        let (no_count, no_mean) = (board.is_hidden(*count), board.is_hidden(*with));
        if no_count {
            (level.count, level.share) = (None, None);
        }
        if no_mean && made.outcome.is_some() {
            (level.n, level.mean) = (None, None);
        }
        if no_count || (no_mean && made.outcome.is_some()) {
            (level.hidden, level.why) = (true, Some(Why::Hidden));
        }
    }
    let hidden: Vec<u32> = made.levels.iter().filter(|l| l.hidden).map(|l| l.level).collect();
    for step in made.neighbours.iter_mut().filter(|s| hidden.contains(&s.lower) || hidden.contains(&s.upper)) {
        (step.difference, step.std_error, step.conf_low, step.conf_high) = (None, None, None, None);
        (step.p_adjusted, step.differs, step.why) = (None, None, Some(Why::Hidden));
    }
}
