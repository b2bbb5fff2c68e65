//! The arms of a comparison: known names, two of them, and no assigned unit in both.

use super::Ledger;
use crate::findings::Level;
use crate::panel::{NOBODY, Panel};
use crate::study::Study;
use hashbrown::HashMap;

/// Checks `group` against the study's arms and units. A unit in both arms stops the work.
pub fn check(panel: &Panel, study: &Study, ledger: &mut Ledger) {
    let (Some(comparison), Some(groups)) = (&study.comparison, panel.people.column("group")) else { return };
    let arms = [&comparison.treatment, &comparison.control].map(|name| groups.ids.find(name));
    let strangers = groups.of.iter().filter(|&&g| g != NOBODY && !arms.contains(&Some(g))).count();
    if strangers > 0 {
        let level = if comparison.treatment == "A" && comparison.control == "B" { Level::Error } else { Level::Note };
        let first = groups.of.iter().position(|&g| g != NOBODY && !arms.contains(&Some(g))).unwrap_or(0);
        let line = panel.people.lines.get(first).copied().unwrap_or(0);
        let issue = ledger.file_note("unknown_group", "people", level);
        *issue = issue
            .clone()
            .file(&panel.people.file)
            .at(line)
            .column(&groups.header, Some(groups.index))
            .count(strangers as u64);
    }
    let missing = arms.iter().filter(|a| a.is_none()).count();
    if missing > 0 {
        let issue = ledger.file_note("arm_missing", "people", Level::Warning);
        *issue =
            issue.clone().file(&panel.people.file).column(&groups.header, Some(groups.index)).count(missing as u64);
    }
    let Some(units) = comparison.unit.as_deref().and_then(|u| panel.people.column(u)) else { return };
    let mut arm_of: HashMap<u32, u32> = HashMap::new();
    let mut torn: Vec<u64> = Vec::new();
    for ((&unit, &group), &line) in units.of.iter().zip(&groups.of).zip(&panel.people.lines) {
        if unit == NOBODY || !arms.contains(&Some(group)) {
            continue;
        }
        if *arm_of.entry(unit).or_insert(group) != group {
            torn.push(line);
        }
    }
    if let Some(&line) = torn.first() {
        let issue = ledger.file_note("unit_in_both_arms", "people", Level::Error);
        *issue = issue
            .clone()
            .file(&panel.people.file)
            .at(line)
            .column(&units.header, Some(units.index))
            .count(torn.len() as u64)
            .structural();
    }
}
