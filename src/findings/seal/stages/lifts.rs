//! The crowd rule on moves up: counts with and without a topic, over the stages apart and together.

use super::super::Board;
use crate::findings::stages::lifts::{LiftBlock, LiftTerm, Lifts};

/// Hides small counts of every topic, in all models at once; a model of fewer moves up than the crowd keeps no count.
pub(super) fn hide(lifts: &mut Lifts, crowd: u64) {
    let small = |count: u64| count > 0 && count < crowd;
    let codes: Vec<String> =
        lifts.pooled.iter().chain(&lifts.blocks).flat_map(|b| &b.terms).map(|t| t.term.clone()).collect();
    let mut codes: Vec<String> = codes;
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        one(lifts, &code, crowd);
    }
    let mut all: Vec<&mut LiftBlock> = lifts.pooled.iter_mut().chain(&mut lifts.blocks).collect();
    for block in &mut all {
        if small(block.rose) || small(block.n - block.rose.min(block.n)) {
            block.rose = 0;
            block.terms.iter_mut().for_each(blank);
        }
    }
}

fn one(lifts: &mut Lifts, code: &str, crowd: u64) {
    let mut board = Board::new(crowd);
    let terms = |block: &LiftBlock| {
        block.terms.iter().find(|t| t.term == code && t.kind == "discussed").map(|t| {
            let (with, without) = (t.n_with.unwrap_or(0), t.n_without.unwrap_or(0));
            let (rose_with, rose_without) = (t.rose_with.unwrap_or(0), t.rose_without.unwrap_or(0));
            [rose_with, with.saturating_sub(rose_with), rose_without, without.saturating_sub(rose_without)]
        })
    };
    let mut place = |block: &LiftBlock| {
        terms(block).map(|counts| {
            let cells = counts.map(|count| board.cell(count));
            // Moves up and pairs of the model are told.
            board.sum(&[cells[0], cells[2]]);
            board.sum(&[cells[1], cells[3]]);
            cells
        })
    };
    let blocks: Vec<Option<[usize; 4]>> = lifts.blocks.iter().map(&mut place).collect();
    let pooled = lifts.pooled.as_ref().and_then(place);
    let told: u64 = lifts.blocks.iter().map(|b| b.n).sum();
    if let (Some(pooled), true) = (pooled, lifts.pooled.as_ref().is_some_and(|p| p.n == told)) {
        for at in 0..4 {
            let parts: Vec<usize> = blocks.iter().flatten().map(|cells| cells[at]).collect();
            board.sum_to(&parts, pooled[at]);
        }
    }
    board.cover();
    let all = lifts.pooled.iter_mut().zip([pooled]).chain(lifts.blocks.iter_mut().zip(blocks));
    for (block, cells) in all {
        let torn = cells.is_some_and(|cells| cells.iter().any(|cell| board.is_hidden(*cell)));
        let is = |t: &&mut LiftTerm| torn && t.term == code && t.kind == "discussed";
        block.terms.iter_mut().filter(is).for_each(blank);
    }
}

fn blank(term: &mut LiftTerm) {
    if term.n_with.is_some() {
        (term.n_with, term.rose_with, term.n_without, term.rose_without) = (None, None, None, None);
        term.hidden = true;
    }
}
