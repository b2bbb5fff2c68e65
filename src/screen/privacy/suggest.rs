//! Which columns of people would single people out if others knew them: distinction and separation of every column and of
//! their combinations. Suggests, decides nothing.

use super::classes::Classes;
use super::people::People;
use crate::findings::Suggestion;

/// Columns that are combined; those with the best separation when there are more.
const COMBINED: usize = 6;
/// Columns in one combination.
const TOGETHER: u32 = 3;

/// Every column alone, then combinations of two and three of the six that separate best, each list by separation.
pub(super) fn columns(people: &People) -> Vec<Suggestion> {
    let mut alone: Vec<Suggestion> = people.columns.keys().map(|name| suggestion(people, &[name])).collect();
    alone.sort_by(|a, b| b.separation.total_cmp(&a.separation).then(a.columns.cmp(&b.columns)));
    let best: Vec<String> = alone.iter().take(COMBINED).flat_map(|s| s.columns.clone()).collect();
    let mut sets: Vec<u32> = (1u32..1 << best.len()).filter(|set| (2..=TOGETHER).contains(&set.count_ones())).collect();
    sets.sort_by_key(|set| (set.count_ones(), *set));
    let chosen =
        |set: u32| best.iter().enumerate().filter(move |(at, _)| set >> at & 1 == 1).map(|(_, name)| name.as_str());
    let mut together: Vec<Suggestion> =
        sets.into_iter().map(|set| suggestion(people, &chosen(set).collect::<Vec<&str>>())).collect();
    together.sort_by(|a, b| {
        let by_size = a.columns.len().cmp(&b.columns.len());
        by_size.then(b.separation.total_cmp(&a.separation)).then(a.columns.cmp(&b.columns))
    });
    alone.extend(together);
    alone
}

fn suggestion(people: &People, columns: &[&str]) -> Suggestion {
    let classes = Classes::of(&people.keys(columns));
    Suggestion {
        columns: columns.iter().map(ToString::to_string).collect(),
        distinction: distinction(&classes).unwrap_or(0.0),
        separation: separation(&classes).unwrap_or(0.0),
    }
}

/// Different combinations of values over people (Motwani & Xu 2007). `None` without rows.
pub fn distinction(classes: &Classes) -> Option<f64> {
    classes.average_risk()
}

/// Share of the pairs of people that differ (Motwani & Xu 2007). `None` below two rows.
pub fn separation(classes: &Classes) -> Option<f64> {
    let n: usize = classes.rows.iter().map(Vec::len).sum();
    let pairs = |n: usize| n as f64 * (n as f64 - 1.0) / 2.0;
    let alike: f64 = classes.rows.iter().map(|class| pairs(class.len())).sum();
    (n > 1).then(|| 1.0 - alike / pairs(n))
}
