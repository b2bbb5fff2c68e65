//! The attacks on pseudonyms: reversal, encodings, running numbers, order, embedded attributes, odd shapes, order of rows.
//! Each attack has a file; here they are made and told. Never an id, never what it was made from.

pub mod attack;
pub mod embedded;
pub mod encoding;
pub mod order;
pub mod target;

use super::habits::Habits;
use super::ids::Ids;
use super::people::{People, Place};
use super::{Options, Profile, Verdict};
use crate::findings::issue::MAX_LINES;
use crate::findings::{Confidence, Issue, Level};
use crate::stats::permute;
use crate::tables::Table;
use attack::{Outcome, Word};

/// (max - min + 1) / n up to which ids count as running numbers.
const RUNNING: f64 = 1.5;
/// Columns whose ids belong to people.
const OF_PEOPLE: &str = "employee_id";
/// Words of the files that are tried as prefixes.
const WORDS: usize = 4;

/// Reversal (item 1) is asked of every profile; the other attacks are not asked of pseudonymised data, which keep a link.
pub(super) fn check(
    verdict: &mut Verdict,
    columns: &[(Place, &Ids)],
    people: &People,
    habits: &Habits,
    options: &Options,
) {
    reversal(verdict, columns, people, options);
    if options.profile == Profile::Pseudonymised {
        let skipped = [
            "sequential_ids",
            "encoded_ids",
            "digest_ids",
            "order_leak",
            "embedded_attributes",
            "mixed_ids",
            "row_order",
        ];
        verdict.skip(&skipped, "profile");
        return;
    }
    let ids: Vec<&str> = (0..people.len()).map(|row| people.id(row)).collect();
    let leaks = if people.is_empty() { Vec::new() } else { order_leaks(&ids, people, habits) };
    for (place, ids) in columns {
        verdict.issues.extend(shapes(ids, place, !leaks.is_empty()));
    }
    verdict.checked.extend(["sequential_ids", "encoded_ids", "digest_ids", "mixed_ids"].map(String::from));
    if people.is_empty() {
        verdict.skip(&["order_leak", "embedded_attributes", "row_order"], "no_people");
        return;
    }
    verdict.issues.extend(leaks);
    verdict.issues.extend(embedded(&ids, people, options.seed));
    verdict.issues.extend(rows(people));
    verdict.checked.extend(["order_leak", "embedded_attributes", "row_order"].map(String::from));
}

/// The reversal attack on every column of ids, one after the other within the time.
fn reversal(verdict: &mut Verdict, columns: &[(Place, &Ids)], people: &People, options: &Options) {
    if options.attack_seconds == 0 {
        verdict.skip(&["pseudonym_reversal"], "not_asked");
        return;
    }
    let words = words(columns, people);
    let mut in_time = true;
    for (place, ids) in columns {
        match attack::attack(&ids.sample(), &words, options.attack_seconds) {
            Outcome::NoDigest | Outcome::Held => {}
            Outcome::OutOfTime => in_time = false,
            Outcome::Reversed { scheme, count } => {
                let issue = Issue::new("reversed_ids", Level::Error).at(ids.first_line()).count(count).item(1);
                verdict.issues.push(place.on(issue.detail(scheme).sure(Confidence::High)));
            }
        }
    }
    if in_time {
        verdict.checked.push("pseudonym_reversal".into());
    } else {
        verdict.skip(&["pseudonym_reversal"], "time");
    }
}

/// Company ids and the words of the headers of ids: what a personnel number may begin with.
fn words(columns: &[(Place, &Ids)], people: &People) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut add = |text: &str, kind: &str| {
        let word = Word { text: text.to_string(), kind: kind.to_string() };
        if !text.is_empty() && !words.contains(&word) && words.len() < WORDS {
            words.push(word);
        }
    };
    if let Some(companies) = people.columns.get("company_id") {
        companies.some_values(3).into_iter().for_each(|company| add(company, "company_id"));
    }
    for (place, _) in columns {
        place.header.split(|c: char| !c.is_alphanumeric()).for_each(|word| add(word, "header"));
    }
    words
}

/// Running numbers, encodings, shapes of digests, odd shapes (item 3).
fn shapes(ids: &Ids, place: &Place, order_leaks: bool) -> Vec<Issue> {
    let mut found = Vec::new();
    let mut tell = |issue: Issue| found.push(place.on(issue.item(3)));
    if place.name == OF_PEOPLE {
        if let Some(spread) = ids.spread().filter(|spread| *spread <= RUNNING) {
            let level = if order_leaks { Level::Error } else { Level::Warning };
            let running = ids.running();
            tell(Issue::new("sequential_ids", level).at(running.line).count(running.count).limit(RUNNING, spread));
        }
        if let Some(digests) = ids.digests() {
            tell(Issue::new("digest_ids", Level::Warning).at(digests.line).count(digests.count));
        }
    }
    let sample = ids.sample();
    if let Some(encoding) = encoding::encoding(&sample) {
        let issue = Issue::new("encoded_ids", Level::Error).at(ids.first_line()).count(sample.len() as u64);
        tell(issue.detail(encoding.name()));
    }
    let odd = encoding::misshapen(&sample);
    let lines: Vec<u64> = odd.iter().filter_map(|at| ids.line(*at)).collect();
    if let Some(first) = lines.first() {
        let mut issue = Issue::new("mixed_ids", Level::Error).at(*first).count(odd.len() as u64);
        issue.lines = if lines.len() > 1 { lines.iter().copied().take(MAX_LINES).collect() } else { Vec::new() };
        tell(issue.sure(Confidence::Medium));
    }
    found
}

/// Gamma between the order of the ids and what it could follow.
fn order_leaks(ids: &[&str], people: &People, habits: &Habits) -> Vec<Issue> {
    let ranks = order::ranks(ids);
    let of_people = |name: &str| people.columns.get(name).and_then(|column| column.numbers());
    let n = people.len();
    let against = [
        ("hired_on", of_people("hired_on")),
        ("left_on", of_people("left_on")),
        ("first_session", habits.has(Table::Sessions).then(|| habits.first_days(n))),
        ("sales", habits.has(Table::Sales).then(|| habits.mean_sales(n))),
    ];
    let leak = |(name, values): (&str, Option<Vec<Option<f64>>>)| {
        let gamma = order::leak(&ranks, &values?)?;
        let issue = Issue::new("order_leak", Level::Error).at(people.lines.first().copied().unwrap_or(1));
        let issue = issue.count(n as u64).limit(order::GAMMA, gamma.abs()).item(3).detail(name);
        Some(people.id_place.on(issue.sure(Confidence::High)))
    };
    against.into_iter().filter_map(leak).collect()
}

/// Attributes that a part of the ids tells.
fn embedded(ids: &[&str], people: &People, seed: u64) -> Vec<Issue> {
    let year = |days: Vec<Option<f64>>| -> Vec<u32> {
        let year = |day: Option<f64>| day.map_or(0, |day| crate::domain::Day(day as i32).ymd().0.unsigned_abs());
        days.into_iter().map(year).collect()
    };
    let codes = |name: &str| people.columns.get(name).map(|column| column.codes.clone());
    let hired = people.columns.get("hired_on").and_then(|column| column.numbers()).map(year);
    let attributes = [
        ("department", codes("department")),
        ("company_id", codes("company_id")),
        ("hired_on", hired),
        ("group", codes("group")),
        ("manager_id", codes("manager_id")),
    ];
    let told = |(name, codes): (&str, Option<Vec<u32>>)| {
        let share = embedded::explained(ids, &codes?, permute::key(seed, "privacy", name))?;
        let issue = Issue::new("embedded_attributes", Level::Error).at(people.lines.first().copied().unwrap_or(1));
        let issue = issue.count(ids.len() as u64).limit(0.8, share).item(3).detail(name);
        Some(people.id_place.on(issue.sure(Confidence::High)))
    };
    attributes.into_iter().filter_map(told).collect()
}

/// Columns of people that the rows are sorted by.
fn rows(people: &People) -> Vec<Issue> {
    let told = |(_, column): (&String, &super::people::Coded)| {
        let numbers = column.numbers();
        let sorted = order::is_sorted(&column.codes, numbers.as_deref());
        let issue = Issue::new("row_order", Level::Warning).count(column.codes.len() as u64).item(3);
        sorted.then(|| column.place.on(issue))
    };
    people.columns.iter().filter_map(told).collect()
}
