//! Question: at which level of the ladder does everyone stand, do the arms differ, and how do people move? Population:
//! people with a level in the chosen wave. Method: shares with Goodman's simultaneous intervals, the probability of
//! superiority between the study's arms, Wilson intervals of movement. Assumes: people independent (intervals ignore
//! teams; said as a caution). Declines when: nobody answered. References: `stats::proportion`, `stats::arms`.

use super::{Answer, finite};
use crate::design::rungs::{self, Grouping, PlainRungs, Rungs};
use crate::domain::Ladder;
use crate::findings::stages::{GroupShares, LevelShare, Movement, StageShare, Stages, Superiority, Transition};
use crate::findings::{Caution, Decline, Finding};
use crate::screen::Screened;
use crate::stats::arms::superiority;
use crate::stats::inference::LEVEL;
use crate::stats::proportion::{Limits, goodman, wilson};
use crate::study::Study;

const NAME: &str = "stages";

/// Answers the stages question of a study.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn study(screened: &Screened, study: &Study) -> Result<Answer, Decline> {
    let panel = screened.panel().ok_or_else(|| Decline::new(NAME, "no_study_tables"))?;
    if panel.survey.answers.is_empty() {
        return Err(Decline::new(NAME, "no_survey"));
    }
    let arms = study.comparison.as_ref().map(|c| ("group", c.treatment.as_str(), c.control.as_str()));
    Ok(stages(&rungs::study(panel, study)?, &study.ladder, arms).into())
}

/// Answers the stages question on a plain table.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn plain(screened: &Screened, asked: &PlainRungs, ladder: &Ladder) -> Result<Finding, Decline> {
    let table = screened.plain().ok_or_else(|| Decline::new(NAME, "no_plain_table"))?;
    Ok(stages(&rungs::plain(table, asked, ladder.levels())?, ladder, None))
}

fn stages(rungs: &Rungs, ladder: &Ladder, arms: Option<(&str, &str, &str)>) -> Finding {
    let (levels, stages) = shares(&rungs.level, ladder);
    let mut cautions: Vec<Caution> =
        rungs.not_found.iter().map(|name| Caution::new("grouping_unknown").with("column", name.as_str())).collect();
    let marks = |name: &String| Caution::new("grouping_identifies").with("column", name.as_str());
    cautions.extend(rungs.identifying.iter().map(marks));
    cautions.push(Caution::new("intervals_ignore_teams"));
    Finding::Stages(Stages {
        n: rungs.level.len() as u64,
        wave: rungs.wave.clone(),
        levels,
        stages,
        by: rungs.by.iter().flat_map(|g| groups(g, &rungs.level, ladder)).collect(),
        superiority: rungs.by.iter().filter_map(|g| superior(g, &rungs.level, arms)).collect(),
        movement: movement(&rungs.paths, ladder),
        transitions: transitions(&rungs.paths, ladder),
        flow: rungs.flow.clone(),
        cautions,
    })
}

fn shares(levels: &[usize], ladder: &Ladder) -> (Vec<LevelShare>, Vec<StageShare>) {
    let mut by_level = vec![0u64; ladder.levels()];
    let mut by_stage = vec![0u64; ladder.stages().len()];
    for &level in levels {
        if let Some(count) = by_level.get_mut(level) {
            *count += 1;
        }
        if let Some(count) = ladder.stage_index(level).and_then(|s| by_stage.get_mut(s)) {
            *count += 1;
        }
    }
    let n = levels.len().max(1) as f64;
    let limits = |counts: &[u64]| -> Vec<Limits> { goodman(counts, LEVEL) };
    let level_rows = by_level.iter().zip(limits(&by_level)).enumerate().map(|(level, (&count, limits))| LevelShare {
        level: level as u32,
        stage: ladder.stage_code(level).to_string(),
        count: Some(count),
        share: Some(count as f64 / n),
        conf_low: finite(limits.low),
        conf_high: finite(limits.high),
        hidden: false,
        why: None,
    });
    let stage_rows =
        by_stage.iter().zip(limits(&by_stage)).zip(ladder.stages()).map(|((&count, limits), stage)| StageShare {
            stage: stage.clone(),
            count: Some(count),
            share: Some(count as f64 / n),
            conf_low: finite(limits.low),
            conf_high: finite(limits.high),
            hidden: false,
            why: None,
        });
    (level_rows.collect(), stage_rows.collect())
}

/// Every group of a column, and the people without one under the empty name.
fn groups(grouping: &Grouping, levels: &[usize], ladder: &Ladder) -> Vec<GroupShares> {
    let group = |name: &str, wanted: Option<usize>| {
        let members: Vec<usize> =
            grouping.of.iter().zip(levels).filter(|(g, _)| **g == wanted).map(|(_, level)| *level).collect();
        let (levels, stages) = shares(&members, ladder);
        GroupShares {
            by: grouping.name.clone(),
            group: name.to_string(),
            n: Some(members.len() as u64),
            levels,
            stages,
            hidden: false,
            why: None,
        }
    };
    let mut rows: Vec<GroupShares> =
        (grouping.values.iter().enumerate()).map(|(at, name)| group(name, Some(at))).collect();
    if grouping.of.iter().any(Option::is_none) {
        rows.push(group("", None));
    }
    rows
}

/// The arms of the study, or the two groups of a column that has exactly two.
fn superior(grouping: &Grouping, levels: &[usize], arms: Option<(&str, &str, &str)>) -> Option<Superiority> {
    let (first, second) = match arms {
        Some((column, treatment, control)) if column == grouping.name => (treatment, control),
        _ if grouping.values.len() == 2 => (grouping.values[0].as_str(), grouping.values[1].as_str()),
        _ => return None,
    };
    let members = |name: &str| -> Option<Vec<f64>> {
        let at = grouping.values.iter().position(|v| v == name)?;
        Some(grouping.of.iter().zip(levels).filter(|(g, _)| **g == Some(at)).map(|(_, l)| *l as f64).collect())
    };
    let found = superiority(&members(first)?, &members(second)?, LEVEL)?;
    Some(Superiority {
        by: grouping.name.clone(),
        first: first.to_string(),
        second: second.to_string(),
        estimate: finite(found.probability),
        conf_low: finite(found.conf_low),
        conf_high: finite(found.conf_high),
        why: None,
    })
}

/// First against last answer, in stages.
fn movement(paths: &[Vec<usize>], ladder: &Ladder) -> Vec<Movement> {
    if paths.is_empty() {
        return Vec::new();
    }
    let mut counts = [0u64; 3];
    for path in paths {
        let stage = |level: Option<&usize>| level.and_then(|l| ladder.stage_index(*l));
        match stage(path.last()).cmp(&stage(path.first())) {
            std::cmp::Ordering::Greater => counts[0] += 1,
            std::cmp::Ordering::Equal => counts[1] += 1,
            std::cmp::Ordering::Less => counts[2] += 1,
        }
    }
    let n = paths.len() as u64;
    let row = |(direction, &count): (&str, &u64)| {
        let limits = wilson(count, n, LEVEL);
        Movement {
            direction: direction.to_string(),
            count: Some(count),
            share: Some(count as f64 / n as f64),
            conf_low: finite(limits.low),
            conf_high: finite(limits.high),
            hidden: false,
            why: None,
        }
    };
    ["up", "same", "down"].into_iter().zip(&counts).map(row).collect()
}

/// Between consecutive answers, in stages; pairs that occur.
fn transitions(paths: &[Vec<usize>], ladder: &Ladder) -> Vec<Transition> {
    let k = ladder.stages().len();
    let mut counts = vec![0u64; k * k];
    for pair in paths.iter().flat_map(|path| path.windows(2)) {
        if let (Some(from), Some(to)) = (ladder.stage_index(pair[0]), ladder.stage_index(pair[1])) {
            counts[from * k + to] += 1;
        }
    }
    let mut rows = Vec::new();
    for from in 0..k {
        let total: u64 = counts[from * k..(from + 1) * k].iter().sum();
        for to in 0..k {
            let count = counts[from * k + to];
            if count > 0 {
                rows.push(Transition {
                    from: ladder.stages()[from].clone(),
                    to: ladder.stages()[to].clone(),
                    count: Some(count),
                    share: Some(count as f64 / total as f64),
                    hidden: false,
                    why: None,
                });
            }
        }
    }
    rows
}
