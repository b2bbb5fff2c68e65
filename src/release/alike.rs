//! People made alike in what they did: within each class, groups of at least k have the same number of 1on1s in every span of
//! time, of answers and of months of sales, so that neither dates nor counts find anybody. Rows are left out, never moved.
//!
//! Groups are cut by the median of the widest count until none can be cut (Mondrian: LeFevre, DeWitt & Ramakrishnan 2006);
//! each count then falls to the least of its group. Of a person's 1on1s those stay that keep most topics, then those that the
//! key draws; of answers the latest; of months of sales those that the key draws.

use super::held::{Held, Sheet, Tables};
use super::key::Key;
use crate::panel::NOBODY;
use crate::screen::privacy::classes::Classes;
use crate::tables::Table;
use hashbrown::{HashMap, HashSet};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// A 1on1 of a person: the rows that tell of it.
#[derive(Debug, Clone, Default)]
struct Meeting {
    rows: Vec<usize>,
    topics: u64,
}

/// What a person did: 1on1s by span of time, rows of answers from the earliest to the latest, rows of sales.
#[derive(Debug, Clone, Default)]
struct Deeds {
    meetings: BTreeMap<i32, Vec<Meeting>>,
    answers: Vec<usize>,
    sales: Vec<usize>,
}

/// Leaves rows out until groups of `k` are alike within the classes that the keys of people make.
pub fn alike(tables: &mut Tables, keys: &[Vec<u32>], k: usize, key: &Key, round: u32) {
    let deeds = deeds(tables, keys.len());
    let spans: Vec<i32> = {
        let mut all: Vec<i32> = deeds.iter().flat_map(|d| d.meetings.keys().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let counts: Vec<Vec<u32>> = deeds
        .iter()
        .map(|d| {
            let of_span = |span: &i32| d.meetings.get(span).map_or(0, |m| m.len() as u32);
            let others = [d.answers.len() as u32, d.sales.len() as u32];
            spans.iter().map(of_span).chain(others).collect()
        })
        .collect();
    let mut gone: HashMap<Table, HashSet<usize>> = HashMap::new();
    let mut draw = key.stream("alike", round);
    for class in Classes::of(keys).rows {
        for group in groups(class, &counts, k) {
            let (group, out) = without_the_least(group, &counts, k);
            for person in &out {
                let own = &deeds[*person];
                gone.entry(Table::People).or_default().insert(*person);
                let meetings = own.meetings.values().flatten().flat_map(|m| m.rows.iter().copied());
                gone.entry(Table::Sessions).or_default().extend(meetings);
                gone.entry(Table::Survey).or_default().extend(&own.answers);
                gone.entry(Table::Sales).or_default().extend(&own.sales);
            }
            let least = |at: usize| group.iter().map(|person| counts[*person][at]).min().unwrap_or(0) as usize;
            for person in &group {
                let own = &deeds[*person];
                for (at, span) in spans.iter().enumerate() {
                    let meetings = own.meetings.get(span).map_or(&[][..], Vec::as_slice);
                    gone.entry(Table::Sessions).or_default().extend(surplus(meetings, least(at), &mut draw));
                }
                let answers = own.answers.len().saturating_sub(least(spans.len()));
                gone.entry(Table::Survey).or_default().extend(own.answers.iter().take(answers));
                let mut sales = own.sales.clone();
                sales.shuffle(&mut draw);
                gone.entry(Table::Sales).or_default().extend(sales.iter().skip(least(spans.len() + 1)));
            }
        }
    }
    for sheet in &mut tables.0 {
        if let Some(gone) = gone.get(&sheet.table).filter(|gone| !gone.is_empty()) {
            let kept: Vec<usize> = (0..sheet.rows).filter(|row| !gone.contains(row)).collect();
            *sheet = sheet.only(&kept);
        }
    }
}

/// The rows of the 1on1s beyond the number that stays.
fn surplus(meetings: &[Meeting], stay: usize, draw: &mut ChaCha8Rng) -> Vec<usize> {
    let mut left: Vec<&Meeting> = meetings.iter().collect();
    left.shuffle(draw);
    let mut covered = 0u64;
    for _ in 0..stay.min(left.len()) {
        // The first of those that add most topics; after the shuffle that is a draw among equals.
        let new = |m: &Meeting| (m.topics & !covered).count_ones();
        let most = left.iter().map(|m| new(m)).max().unwrap_or(0);
        let Some(at) = left.iter().position(|m| new(m) == most) else { break };
        covered |= left.remove(at).topics;
    }
    left.into_iter().flat_map(|m| m.rows.iter().copied()).collect()
}

/// Who stays in a group and who goes: those with the fewest rows, as long as `k` stay and the rows that their leaving keeps for
/// the others are more than as many people usually have. One person without a 1on1 must not cost a whole group theirs.
fn without_the_least(mut group: Vec<usize>, counts: &[Vec<u32>], k: usize) -> (Vec<usize>, Vec<usize>) {
    let total = |person: &usize| counts[*person].iter().map(|n| u64::from(*n)).sum::<u64>();
    group.sort_by_key(|person| (total(person), *person));
    let usual = group.iter().map(total).sum::<u64>() as f64 / group.len().max(1) as f64;
    let columns = counts.first().map_or(0, Vec::len);
    let kept = |stay: &[usize]| {
        let least = |at: usize| u64::from(stay.iter().map(|person| counts[*person][at]).min().unwrap_or(0));
        (0..columns).map(least).sum::<u64>() as f64 * stay.len() as f64
    };
    let value = |out: &usize| kept(&group[*out..]) - usual * *out as f64;
    // The fewest among equals: ties go to the first of the largest.
    let mut best = (0, value(&0));
    for out in 1..=group.len().saturating_sub(k) {
        let worth = value(&out);
        if worth > best.1 {
            best = (out, worth);
        }
    }
    let stay = group.split_off(best.0);
    (stay, group)
}

/// Cuts a class into groups of `k` and more whose counts are near each other.
fn groups(class: Vec<usize>, counts: &[Vec<u32>], k: usize) -> Vec<Vec<usize>> {
    let (mut todo, mut done) = (vec![class], Vec::new());
    while let Some(group) = todo.pop() {
        match cut(&group, counts, k) {
            Some((one, other)) => todo.extend([one, other]),
            None => done.push(group),
        }
    }
    done
}

/// The two sides of the median of the count that differs most, if both hold `k`.
fn cut(group: &[usize], counts: &[Vec<u32>], k: usize) -> Option<(Vec<usize>, Vec<usize>)> {
    if group.len() < 2 * k.max(1) {
        return None;
    }
    let columns = counts.first().map_or(0, Vec::len);
    let range = |at: usize| {
        let values = group.iter().map(|person| counts[*person][at]);
        values.clone().max().unwrap_or(0) - values.min().unwrap_or(0)
    };
    let mut widest: Vec<(u32, usize)> =
        (0..columns).map(|at| (range(at), at)).filter(|(range, _)| *range > 0).collect();
    widest.sort_by_key(|(range, at)| (std::cmp::Reverse(*range), *at));
    for (_, at) in widest {
        let mut sorted = group.to_vec();
        sorted.sort_by_key(|person| (counts[*person][at], *person));
        let value = |place: usize| counts[sorted[place]][at];
        // The change of value nearest to the middle that leaves k on both sides.
        let places = (k..=sorted.len() - k).filter(|place| value(*place) != value(place - 1));
        if let Some(place) = places.min_by_key(|place| place.abs_diff(sorted.len() / 2)) {
            let other = sorted.split_off(place);
            return Some((sorted, other));
        }
    }
    None
}

fn deeds(tables: &Tables, people: usize) -> Vec<Deeds> {
    let mut deeds = vec![Deeds::default(); people];
    let Some((known, who)) = tables.sheet(Table::People).and_then(|p| p.texts("employee_id")) else { return deeds };
    let mut row_of = vec![usize::MAX; known.len()];
    who.iter().enumerate().filter(|(_, n)| **n != NOBODY).for_each(|(row, n)| row_of[*n as usize] = row);
    for sheet in &tables.0 {
        let Some((ids, of)) = sheet.texts("employee_id") else { continue };
        let place: Vec<usize> = (0..ids.len() as u32)
            .map(|n| known.find(ids.name(n)).map_or(usize::MAX, |person| row_of[person as usize]))
            .collect();
        let person = |row: usize| place.get(of[row] as usize).copied().unwrap_or(usize::MAX);
        match sheet.table {
            Table::Sessions => meetings(sheet, &person, &mut deeds),
            Table::Survey => {
                let waves = sheet.texts("wave");
                let label = |row: &usize| waves.map_or("", |(ids, of)| ids.name(of[*row]));
                let mut rows: Vec<usize> = (0..sheet.rows).collect();
                rows.sort_by(|a, b| label(a).cmp(label(b)).then(a.cmp(b)));
                rows.into_iter().for_each(|row| {
                    if let Some(own) = deeds.get_mut(person(row)) {
                        own.answers.push(row);
                    }
                });
            }
            Table::Sales => (0..sheet.rows).for_each(|row| {
                if let Some(own) = deeds.get_mut(person(row)) {
                    own.sales.push(row);
                }
            }),
            Table::People | Table::Attrition => {}
        }
    }
    deeds
}

fn meetings(sheet: &Sheet, person: &impl Fn(usize) -> usize, deeds: &mut [Deeds]) {
    let Some(days) = sheet.days("held_on") else { return };
    let sessions = sheet.texts("session_id");
    let mut found: BTreeMap<(usize, i32, u64), Meeting> = BTreeMap::new();
    for row in (0..sheet.rows).filter(|row| person(*row) < deeds.len()) {
        // Without ids of 1on1s each row is one.
        let session = match sessions {
            Some((_, of)) if of[row] != NOBODY => u64::from(of[row]),
            _ => 1 << 32 | row as u64,
        };
        let meeting = found.entry((person(row), days[row], session)).or_default();
        meeting.rows.push(row);
        meeting.topics |= topics(sheet, row);
    }
    for ((person, day, _), meeting) in found {
        deeds[person].meetings.entry(day).or_default().push(meeting);
    }
}

/// The topics that a row rates: of the long form, or the columns of the wide one.
fn topics(sheet: &Sheet, row: usize) -> u64 {
    let mut set = 0;
    for (at, column) in sheet.columns.iter().enumerate().take(31) {
        match &column.cells {
            Held::Topics(bits) => set |= u64::from(bits[row]) << 32,
            Held::Number(cells) if sheet.table.field(&column.name).is_none() && cells[row].is_finite() => {
                set |= 1 << at
            }
            _ => {}
        }
    }
    set
}
