//! Rows that cannot be released however coarse they are made, because the data are at fault: nobody's rows, repeats, rows
//! without their key. They are left out and counted; cells at fault were made missing where they were read.

use super::held::{Held, Sheet, Tables};
use crate::panel::NOBODY;
use crate::tables::{MISSING_DAY, Table};
use hashbrown::{HashMap, HashSet};

/// Why rows are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Without the id or the date that tells one row from another.
    NoKey,
    /// Of somebody who is not in the people table.
    Nobody,
    /// The same as a row before.
    Repeated,
    /// Of people who stand in too small a crowd.
    Crowd,
    /// Drawn, so that everybody has one of a few numbers of them.
    Thinned,
}

impl Reason {
    /// The stable word for it.
    pub fn code(self) -> &'static str {
        match self {
            Reason::NoKey => "no_key",
            Reason::Nobody => "nobody",
            Reason::Repeated => "repeated",
            Reason::Crowd => "small_crowd",
            Reason::Thinned => "thinned",
        }
    }
}

/// Rows left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Of which table.
    pub table: Table,
    /// Why.
    pub reason: Reason,
    /// How many.
    pub rows: u64,
}

/// The tables without rows at fault, and what was left out.
pub fn fit(tables: &Tables) -> (Tables, Vec<LeftOut>) {
    let people = tables.sheet(Table::People);
    let mut left_out = Vec::new();
    let mut fitting = Tables::default();
    for sheet in &tables.0 {
        let kept = rows(sheet, people, &mut left_out);
        let mut sheet = sheet.only(&kept);
        sheet.columns.retain(|column| column.cells.any());
        if sheet.table == Table::People {
            without_contradiction(&mut sheet);
        }
        fitting.0.push(sheet);
    }
    (fitting, left_out)
}

fn rows(sheet: &Sheet, people: Option<&Sheet>, left_out: &mut Vec<LeftOut>) -> Vec<usize> {
    let keys = keys(sheet);
    let known = (sheet.table != Table::People).then_some(people).flatten().and_then(|p| p.texts("employee_id"));
    let own = sheet.texts("employee_id");
    // Whether each different id of this table is in the people table, looked up once.
    let strangers: Option<Vec<bool>> = known.zip(own).map(|((known, _), (ids, _))| {
        (0..ids.len() as u32).map(|number| known.find(ids.name(number)).is_none()).collect()
    });
    let mut seen: HashSet<Vec<i64>> = HashSet::new();
    let mut counts: HashMap<Reason, u64> = HashMap::new();
    let mut kept = Vec::with_capacity(sheet.rows);
    for row in 0..sheet.rows {
        let person = own.map_or(NOBODY, |(_, of)| of[row]);
        let stranger = strangers.as_ref().is_some_and(|s| s.get(person as usize).copied().unwrap_or(false));
        let reason = match &keys {
            Some(keys) => match keys.iter().map(|key| key.of(row)).collect::<Option<Vec<i64>>>() {
                None => Some(Reason::NoKey),
                Some(_) if stranger => Some(Reason::Nobody),
                Some(key) => (!seen.insert(key)).then_some(Reason::Repeated),
            },
            None => stranger.then_some(Reason::Nobody),
        };
        match reason {
            Some(reason) => *counts.entry(reason).or_default() += 1,
            None => kept.push(row),
        }
    }
    let mut counts: Vec<(Reason, u64)> = counts.into_iter().collect();
    counts.sort_unstable();
    left_out.extend(counts.into_iter().map(|(reason, rows)| LeftOut { table: sheet.table, reason, rows }));
    kept
}

/// A part of a key.
enum Part<'a> {
    /// Must be there.
    Number(&'a [u32]),
    /// Must be there.
    Time(&'a [i32]),
    /// May be missing.
    Set(&'a [u32]),
}

impl Part<'_> {
    fn of(&self, row: usize) -> Option<i64> {
        match self {
            Part::Number(of) => (of[row] != NOBODY).then(|| i64::from(of[row])),
            Part::Time(days) => (days[row] != MISSING_DAY).then(|| i64::from(days[row])),
            Part::Set(bits) => Some(i64::from(bits[row])),
        }
    }
}

/// What tells the rows of a table apart, from the columns that it has.
fn keys(sheet: &Sheet) -> Option<Vec<Part<'_>>> {
    let text = |name: &str| sheet.texts(name).map(|(_, of)| Part::Number(of));
    let time = |name: &str| sheet.days(name).map(Part::Time);
    let who = || text("employee_id").or_else(|| text("unit_id"));
    match sheet.table {
        Table::People => Some(vec![text("employee_id")?]),
        Table::Survey => Some(vec![who()?, text("wave")?]),
        Table::Sales => Some(vec![who()?, time("month")?]),
        Table::Attrition => Some(vec![text("group")?, time("month")?]),
        Table::Sessions => {
            let topics = sheet.column("topic").and_then(|c| match &c.cells {
                Held::Topics(bits) => Some(Part::Set(bits)),
                _ => None,
            });
            let id = text("session_id").map(|id| vec![id]);
            let mut parts = vec![text("employee_id")?, time("held_on")?];
            parts.extend(id.into_iter().flatten().chain(topics));
            Some(parts)
        }
    }
}

/// Whoever left before being hired has no dates of employment.
fn without_contradiction(people: &mut Sheet) {
    let (Some(hired), Some(left)) = (people.days("hired_on"), people.days("left_on")) else { return };
    let torn: Vec<usize> = (0..people.rows)
        .filter(|&row| hired[row] != MISSING_DAY && left[row] != MISSING_DAY && left[row] < hired[row])
        .collect();
    for name in ["hired_on", "left_on"] {
        if let Some(Held::Day(cells)) = people.column_mut(name).map(|c| &mut c.cells) {
            torn.iter().for_each(|row| cells[*row] = MISSING_DAY);
        }
    }
}
