//! What this release and the one before it tell together: ids that persist, people added or removed in too small a number,
//! rows of values found again. Counts, never a value.

use super::habits::Habits;
use super::people::People;
use super::{Profile, Verdict};
use crate::findings::{Issue, Level, Linkage};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Compares the releases and tells what links them: inside the organisation a warning, outside an error.
pub(super) fn check(verdict: &mut Verdict, now: (&People, &Habits), before: (&People, &Habits), profile: Profile) {
    let linkage = linkage(now, before);
    let level = match profile {
        Profile::Internal | Profile::Pseudonymised => Level::Warning,
        Profile::Partner | Profile::Public => Level::Error,
    };
    let people = now.0.len().max(1) as f64;
    if linkage.shared > 0 {
        let issue = Issue::new("same_ids", level).count(linkage.shared).limit(0.0, linkage.shared as f64 / people);
        verdict.issues.push(now.0.id_place.on(issue.item(3)));
    }
    for (code, count) in [("few_added", linkage.added), ("few_removed", linkage.removed)] {
        if (1..profile.k()).contains(&count) {
            let issue = Issue::new(code, level).file(&now.0.file).table("people").count(count);
            verdict.issues.push(issue.limit(profile.k() as f64, count as f64).item(5));
        }
    }
    if linkage.linked > 0 {
        let issue = Issue::new("same_values", level).count(linkage.linked);
        verdict.issues.push(issue.limit(0.0, linkage.linked as f64 / people).item(3));
    }
    verdict.checked.push("previous_release".into());
    if let Some(risk) = &mut verdict.risk {
        risk.previous = Some(linkage);
    }
}

fn linkage(now: (&People, &Habits), before: (&People, &Habits)) -> Linkage {
    let ids = |people: &People| (0..people.len()).filter(|row| !people.id(*row).is_empty()).count();
    let known = |row: &usize| {
        let id = now.0.id(*row);
        !id.is_empty() && before.0.row(id).is_some()
    };
    let shared = (0..now.0.len()).filter(known).count();
    let (here, there) = (ids(now.0), ids(before.0));
    let (added, removed) = match shared {
        // New ids for all: only the headcount tells.
        0 => (here.saturating_sub(there), there.saturating_sub(here)),
        _ => (here - shared, there.saturating_sub(shared)),
    };
    Linkage {
        people: before.0.len() as u64,
        shared: shared as u64,
        added: added as u64,
        removed: removed as u64,
        linked: linked(now, before) as u64,
    }
}

/// People whose numbers stand once in each release and are the same, under another id.
fn linked(now: (&People, &Habits), before: (&People, &Habits)) -> usize {
    let (here, there) = (rows(now.0, now.1), rows(before.0, before.1));
    let same = |(print, row): (&u64, &Option<usize>)| match (row, there.get(print)) {
        (Some(row), Some(Some(other))) => now.0.id(*row) != before.0.id(*other),
        _ => false,
    };
    here.iter().filter(|(print, row)| same((print, row))).count()
}

/// The row of every set of numbers; `None` when two people have the same.
fn rows(people: &People, habits: &Habits) -> BTreeMap<u64, Option<usize>> {
    let mut numbers: Vec<Vec<(u64, u64)>> = vec![Vec::new(); people.len()];
    for ((_, name), values) in habits.numbers.iter().filter(|((_, name), _)| name != "sales") {
        let name = hash(name);
        for cell in &values.cells {
            if let Some(list) = numbers.get_mut(cell.person as usize) {
                list.push((name, cell.value.to_bits()));
            }
        }
    }
    for sale in habits.sales.iter().filter(|sale| sale.sales.is_finite()) {
        if let Some(list) = numbers.get_mut(sale.person as usize) {
            list.push((u64::from(sale.month.cast_unsigned()), sale.sales.to_bits()));
        }
    }
    let mut rows = BTreeMap::new();
    for (row, mut list) in numbers.into_iter().enumerate().filter(|(_, list)| !list.is_empty()) {
        list.sort_unstable();
        rows.entry(hash(&list)).and_modify(|first| *first = None).or_insert(Some(row));
    }
    rows
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
