//! The crowd rule on outcomes by stage: a stage that the distribution hides is hidden here, and small cells with it.

use super::super::Board;
use crate::findings::Why;
use crate::findings::stages::follows::{ByStage, Follow};
use crate::findings::stages::{StageShare, Stages};

/// Hides small cells of every outcome.
pub(super) fn hide(found: &mut Stages, crowd: u64) {
    let Stages { stages, follows, .. } = found;
    follows.iter_mut().for_each(|follow| one(follow, stages, crowd));
}

fn one(follow: &mut Follow, stages: &[StageShare], crowd: u64) {
    let mut board = Board::new(crowd);
    let cells: Vec<usize> = follow.rows.iter().map(|row| board.cell(row.n.unwrap_or(0))).collect();
    for (row, &cell) in follow.rows.iter().zip(&cells) {
        if stages.iter().any(|s| s.stage == row.stage && s.hidden && row.n != Some(0)) {
            board.hide(cell);
        }
        if let Some(left) = row.leavers {
            let stayed = row.n.unwrap_or(0).saturating_sub(left);
            let (left, stayed) = (board.cell(left), board.cell(stayed));
            // A small number of leavers shows in the share: the row goes.
            if board.is_hidden(left) || board.is_hidden(stayed) {
                board.hide(cell);
            }
        }
    }
    board.sum(&cells);
    board.cover();
    for (row, cell) in follow.rows.iter_mut().zip(cells) {
        if board.is_hidden(cell) {
            let stage = row.stage.clone();
            *row = ByStage { stage, hidden: true, why: Some(Why::Hidden), ..ByStage::default() };
        }
    }
}
