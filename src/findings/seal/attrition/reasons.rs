//! The crowd rule on reasons for leaving: a reason that 1 to crowd - 1 people of a group gave is not told of that group,
//! its name goes where it is told of neither, and neither the sum over reasons nor the curves give it back.

use super::super::Board;
use crate::findings::Attrition;
use crate::findings::Why;
use crate::findings::attrition::{Reason, ReasonArm, Reasons};

/// Hides what too few people said; `kept` are the times of the curves of staying that are told.
pub fn hide(found: &mut Attrition, crowd: u64, kept: &[f64]) {
    let groups = found.groups.clone();
    let Some(reasons) = found.reasons.as_mut() else { return };
    for group in &groups {
        cover(reasons, group, crowd);
    }
    for reason in &mut reasons.reasons {
        let hidden: Vec<String> = reason.groups.iter().filter(|arm| arm.hidden).map(|arm| arm.group.clone()).collect();
        if !hidden.is_empty() {
            // With one group told, the difference or the ratio would give the other.
            (reason.difference, reason.hazard) = (None, None);
            reason.curve.retain(|point| !hidden.contains(&point.group));
        }
    }
    let before = reasons.reasons.len();
    // That nobody of the other group gave it says no less that somebody of this one did.
    reasons.reasons.retain(|reason| reason.groups.iter().any(|arm| arm.leavers.is_some_and(|leavers| leavers > 0)));
    reasons.hidden = (before - reasons.reasons.len()) as u64;
    if crowd > 1 {
        thin(reasons, &groups, crowd, kept);
    }
}

/// The reasons of a group add up to its leavers, which are told.
fn cover(reasons: &mut Reasons, group: &str, crowd: u64) {
    let mut board = Board::new(crowd);
    let cells: Vec<usize> = reasons.reasons.iter().map(|reason| board.cell(leavers(reason, group))).collect();
    board.sum(&cells);
    board.cover();
    for (reason, cell) in reasons.reasons.iter_mut().zip(cells) {
        if let Some(arm) = reason.groups.iter_mut().find(|arm| arm.group == group && board.is_hidden(cell)) {
            let group = std::mem::take(&mut arm.group);
            *arm = ReasonArm { group, hidden: true, why: Some(Why::Hidden), ..ReasonArm::default() };
        }
    }
}

fn leavers(reason: &Reason, group: &str) -> u64 {
    reason.groups.iter().find(|arm| arm.group == group).and_then(|arm| arm.leavers).unwrap_or(0)
}

/// Keeps of the curves only times that the curves of staying have too, and between which every reason that is told gained
/// nobody or `crowd` people in every group; where reasons are hidden no curve but its end is told, for the curve of staying
/// less the others would be theirs.
fn thin(reasons: &mut Reasons, groups: &[String], crowd: u64, kept: &[f64]) {
    let some_hidden = reasons.hidden > 0 || reasons.reasons.iter().any(|r| r.groups.iter().any(|arm| arm.hidden));
    if some_hidden {
        reasons.reasons.iter_mut().for_each(|reason| reason.curve.clear());
        return;
    }
    let mut times: Vec<f64> = reasons.reasons.iter().flat_map(|r| r.curve.iter().map(|p| p.time)).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let mut pending = vec![0u64; reasons.reasons.len() * groups.len()];
    let mut told: Vec<f64> = Vec::new();
    for &time in &times {
        for (at, (reason, group)) in reasons.reasons.iter().flat_map(|r| groups.iter().map(move |g| (r, g))).enumerate()
        {
            let gained = reason.curve.iter().filter(|p| p.time == time && &p.group == group).map(|p| p.events);
            if let Some(count) = pending.get_mut(at) {
                *count += gained.sum::<u64>();
            }
        }
        let whole =
            pending.iter().all(|count| *count == 0 || *count >= crowd) && pending.iter().any(|count| *count > 0);
        if whole && kept.contains(&time) {
            told.push(time);
            pending.fill(0);
        }
    }
    if pending.iter().any(|count| *count > 0) {
        // The shares at the end are told: what was gained since the last time kept would be the difference.
        told.pop();
    }
    for reason in &mut reasons.reasons {
        reason.curve.retain(|point| told.contains(&point.time));
    }
}
