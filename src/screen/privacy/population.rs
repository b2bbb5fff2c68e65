//! Risk against a population table that holds the people of the release and others (journalist, k-map, presence). Counts
//! who is alike, keeps no value.

use super::people::{Coded, People, folded};
use super::{Profile, Verdict};
use crate::findings::{Issue, Level, PopulationRisk};
use crate::tables::Plain;
use std::collections::BTreeMap;

/// Share of the people alike in the population who may be in the release before presence itself is told.
const PRESENCE: f64 = 0.8;

/// Weighs the people against the population and tells what crosses the limits.
pub(super) fn check(verdict: &mut Verdict, people: &People, quasi: &[&str], population: &Plain, profile: Profile) {
    let columns: Vec<&Coded> = quasi.iter().filter_map(|name| people.columns.get(*name)).collect();
    let mut found = Vec::new();
    for (name, column) in quasi.iter().zip(&columns) {
        match cells(population, name, column) {
            Some(cells) => found.push(cells),
            None => {
                let issue = Issue::new("no_such_column", Level::Error).file(&population.file).column(name, None);
                verdict.issues.push(issue);
            }
        }
    }
    if found.len() < columns.len() || population.rows() == 0 {
        verdict.skip(&["population"], "no_population");
        return;
    }
    // Codes of the release; a value that the release has not makes a person of the population unlike all of it.
    let code = |row: usize| -> Option<Vec<u32>> {
        found
            .iter()
            .zip(&columns)
            .map(|(cells, column)| column.find(cells.get(row).map_or("", String::as_str)))
            .collect()
    };
    let mut alike: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
    for key in (0..population.rows()).filter_map(code) {
        *alike.entry(key).or_insert(0) += 1;
    }
    let mut classes: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
    for key in people.keys(quasi) {
        *classes.entry(key).or_insert(0) += 1;
    }
    let pairs: Vec<(usize, usize)> =
        classes.iter().map(|(key, count)| (*count, alike.get(key).copied().unwrap_or(0))).collect();
    let outside: usize = pairs.iter().filter(|(f, all)| all < f).map(|(f, _)| f).sum();
    if outside > 0 {
        // Not the population of this release: the risk in the release itself stands.
        let issue = Issue::new("population_too_small", Level::Error).file(&population.file).count(outside as u64);
        verdict.issues.push(issue);
    }
    let risk = against(&pairs, population.rows());
    let limit = profile.k();
    if risk.k_map < limit && outside == 0 {
        let issue = Issue::new("k_map", Level::Error).file(&people.file).table("people").item(5);
        let below: usize = pairs.iter().filter(|(_, all)| (*all as u64) < limit).map(|(f, _)| f).sum();
        verdict.issues.push(issue.count(below as u64).limit(limit as f64, risk.k_map as f64));
    }
    if risk.presence_high > PRESENCE && outside == 0 {
        let issue = Issue::new("presence", Level::Warning).file(&people.file).table("people").item(5);
        verdict.issues.push(issue.limit(PRESENCE, risk.presence_high));
    }
    verdict.checked.push("population".into());
    if let Some(of_release) = &mut verdict.risk {
        of_release.marketer = risk.average_risk;
        of_release.population = Some(risk);
    }
}

/// Journalist and marketer risk and presence from (people in the release, people in the population) of each class of the
/// release: max and mean of 1/F, min and max of f/F (El Emam & Dankar 2008; Nergiz et al. 2007). F below f counts as f.
pub fn against(classes: &[(usize, usize)], population: usize) -> PopulationRisk {
    let people: usize = classes.iter().map(|(f, _)| f).sum();
    let mut risk = PopulationRisk { people: population as u64, k_map: u64::MAX, ..PopulationRisk::default() };
    let mut matched = 0.0;
    let mut inside = 0;
    risk.presence_low = f64::INFINITY;
    for (f, all) in classes.iter().filter(|(f, _)| *f > 0) {
        let all = (*all).max(*f);
        inside += all;
        let share = *f as f64 / all as f64;
        matched += share;
        risk.k_map = risk.k_map.min(all as u64);
        risk.highest_risk = risk.highest_risk.max(1.0 / all as f64);
        risk.unique_in_both += u64::from(all == 1);
        risk.presence_low = risk.presence_low.min(share);
        risk.presence_high = risk.presence_high.max(share);
    }
    risk.average_risk = matched / people.max(1) as f64;
    if inside < population {
        // Somebody of the population is like nobody in the release.
        risk.presence_low = 0.0;
    }
    if people == 0 {
        risk.k_map = 0;
        risk.presence_low = 0.0;
    }
    risk
}

/// The cells of a quasi-identifier in the population, written as the release's are compared.
fn cells(population: &Plain, name: &str, column: &Coded) -> Option<Vec<String>> {
    let names = population.names();
    let wanted = [name, &column.place.header].map(folded);
    let found = names.iter().find(|n| wanted.contains(&folded(n)))?;
    if let Some(days) = population.days(found) {
        return Some(days.into_iter().map(|day| day.map(|d| d.to_string()).unwrap_or_default()).collect());
    }
    Some(population.texts(found)?.into_iter().map(|cell| folded(&cell.unwrap_or_default())).collect())
}
