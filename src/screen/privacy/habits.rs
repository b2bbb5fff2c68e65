//! What the other tables say of each person: sessions, answers, months of sales, and every number. Kept by person, never
//! printed. Rows of people who are not in the people table are another check's business.

use super::people::{Coded, People, Place};
use crate::tables::{Batch, Column, Kind, Layout, LayoutColumn, MISSING_DAY, Table};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A session of a person; the rows of one session (one for each topic) are merged at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Meeting {
    person: u32,
    day: i32,
    /// A hash of the session's id; equality is all that is asked of it.
    session: u64,
    topics: u32,
}

/// One number of a person, with the line it stood on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub(super) person: u32,
    pub(super) value: f64,
}

/// The numbers of one column of one table.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    pub(super) place: Place,
    pub(super) cells: Vec<Cell>,
}

/// A month of sales.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sale {
    pub(super) person: u32,
    pub(super) month: i32,
    pub(super) sales: f64,
}

/// Everything that files other than people say of people.
#[derive(Debug, Clone, Default)]
pub(super) struct Habits {
    meetings: Vec<Meeting>,
    /// (person, wave): a wave is a hash of its label.
    waves: Vec<(u32, u64)>,
    pub(super) sales: Vec<Sale>,
    pub(super) numbers: BTreeMap<(Table, String), Numbers>,
    places: BTreeMap<(Table, &'static str), Place>,
    files: BTreeMap<Table, String>,
}

/// The columns of other tables whose place an issue may need.
const PLACED: [(Table, &str); 5] = [
    (Table::Sessions, "held_on"),
    (Table::Sessions, "topic"),
    (Table::Survey, "level"),
    (Table::Survey, "wave"),
    (Table::Sales, "sales"),
];

impl Habits {
    /// Takes a batch of a table other than people.
    pub(super) fn absorb(&mut self, layout: &Layout, batch: &Batch, people: &People) {
        let Some(ids) = batch.texts(layout, "employee_id") else { return };
        self.files.entry(layout.table).or_insert_with(|| layout.file.clone());
        for (table, name) in PLACED.iter().filter(|(table, _)| *table == layout.table) {
            if let Some(column) = layout.columns.iter().find(|c| c.name == *name) {
                self.places.entry((*table, *name)).or_insert_with(|| Place::of(layout, column));
            }
        }
        let persons: Vec<Option<u32>> = ids.iter().map(|id| people.row(id)).collect();
        match layout.table {
            Table::Sessions => self.sessions(layout, batch, &persons),
            Table::Survey => self.survey(layout, batch, &persons),
            Table::Sales => self.sold(layout, batch, &persons),
            Table::People | Table::Attrition => return,
        }
        for (column, cells) in layout.columns.iter().zip(&batch.columns) {
            if let (Column::Number(values), Kind::Number | Kind::Level) = (cells, column.kind) {
                self.count(layout, column, values, &persons);
            }
        }
    }

    fn count(&mut self, layout: &Layout, column: &LayoutColumn, values: &[f64], persons: &[Option<u32>]) {
        // One column for each topic is one question asked of each topic.
        let wide = layout.table == Table::Sessions && layout.table.field(&column.name).is_none();
        let name = if wide { "satisfaction" } else { &column.name };
        let numbers = self.numbers.entry((layout.table, name.to_string())).or_default();
        if numbers.place.file.is_empty() {
            numbers.place = Place::of(layout, column);
        }
        let filled = persons.iter().zip(values).filter(|(_, value)| value.is_finite());
        numbers.cells.extend(filled.filter_map(|(person, value)| Some(Cell { person: (*person)?, value: *value })));
    }

    fn sessions(&mut self, layout: &Layout, batch: &Batch, persons: &[Option<u32>]) {
        let Some(days) = layout.position("held_on").and_then(|at| batch.days(at)) else { return };
        let sessions = batch.texts(layout, "session_id");
        let topics = layout.position("topic").and_then(|at| batch.topics(at));
        // In the wide layout the rated columns are the topics, numbered as they stand.
        let wide: Vec<&[f64]> = layout
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| {
                column.kind == Kind::Number && column.declared && layout.table.field(&column.name).is_none()
            })
            .filter_map(|(at, _)| batch.numbers(at))
            .take(31)
            .collect();
        for (row, person) in persons.iter().enumerate() {
            let (Some(person), Some(day)) = (person, days.get(row).filter(|day| **day != MISSING_DAY)) else {
                continue;
            };
            let rated = wide.iter().enumerate().filter(|(_, cells)| cells.get(row).is_some_and(|v| v.is_finite()));
            let set = rated.fold(topics.and_then(|t| t.get(row)).copied().unwrap_or(0), |set, (bit, _)| set | 1 << bit);
            // Without ids of sessions each row is one.
            let session = sessions.as_ref().map_or(self.meetings.len() as u64, |ids| hash(ids.get(row)));
            self.meetings.push(Meeting { person: *person, day: *day, session, topics: set });
        }
    }

    fn survey(&mut self, layout: &Layout, batch: &Batch, persons: &[Option<u32>]) {
        let Some(waves) = batch.texts(layout, "wave") else { return };
        let filled = persons.iter().zip(waves.iter());
        self.waves.extend(filled.filter_map(|(person, wave)| Some(((*person)?, hash(wave)))));
    }

    fn sold(&mut self, layout: &Layout, batch: &Batch, persons: &[Option<u32>]) {
        let months = layout.position("month").and_then(|at| batch.days(at));
        let sales = layout.position("sales").and_then(|at| batch.numbers(at));
        let (Some(months), Some(sales)) = (months, sales) else { return };
        for ((person, month), sales) in persons.iter().zip(months).zip(sales) {
            if let Some(person) = person {
                self.sales.push(Sale { person: *person, month: *month, sales: *sales });
            }
        }
    }

    /// Merges the rows of one session and puts everything in order of people.
    pub(super) fn settle(&mut self) {
        self.meetings.sort_unstable();
        self.meetings.dedup_by(|later, first| {
            let same = (later.person, later.day, later.session) == (first.person, first.day, first.session);
            if same {
                first.topics |= later.topics;
            }
            same
        });
        self.waves.sort_unstable();
        self.waves.dedup();
        self.sales.sort_by_key(|sale| (sale.person, sale.month));
    }

    pub(super) fn place(&self, table: Table, name: &'static str) -> Place {
        let file = self.files.get(&table).cloned().unwrap_or_default();
        self.places.get(&(table, name)).cloned().unwrap_or(Place { table: Some(table), file, ..Place::default() })
    }

    pub(super) fn has(&self, table: Table) -> bool {
        self.files.contains_key(&table)
    }

    /// Days of the sessions of each person, in order, as often as there were sessions.
    pub(super) fn days(&self, people: usize) -> Vec<Vec<u32>> {
        let mut days = vec![Vec::new(); people];
        for meeting in &self.meetings {
            if let Some(list) = days.get_mut(meeting.person as usize) {
                list.push(meeting.day.cast_unsigned());
            }
        }
        days
    }

    /// Numbers of sessions, waves answered and months of sales of each person.
    pub(super) fn counts(&self, people: usize) -> [Vec<u32>; 3] {
        let mut counts = [vec![0; people], vec![0; people], vec![0; people]];
        let [sessions, waves, months] = &mut counts;
        let add = |counts: &mut Vec<u32>, person: u32| {
            if let Some(count) = counts.get_mut(person as usize) {
                *count += 1;
            }
        };
        self.meetings.iter().for_each(|meeting| add(sessions, meeting.person));
        self.waves.iter().for_each(|(person, _)| add(waves, *person));
        self.sales.iter().for_each(|sale| add(months, sale.person));
        counts
    }

    /// (person, day) of every session.
    pub(super) fn dated(&self) -> Vec<(u32, u64)> {
        self.meetings.iter().map(|m| (m.person, u64::from(m.day.cast_unsigned()))).collect()
    }

    /// (person, topic) of every session.
    pub(super) fn topics(&self) -> Vec<(u32, u64)> {
        self.meetings.iter().flat_map(|m| bits(m.topics).map(|bit| (m.person, bit))).collect()
    }

    /// (person, month and topic) of every session.
    pub(super) fn monthly_topics(&self) -> Vec<(u32, u64)> {
        let month = |day: i32| i64::from(crate::domain::Day(day).month().0).cast_unsigned();
        let items =
            self.meetings.iter().flat_map(|m| bits(m.topics).map(move |bit| (m.person, month(m.day) << 5 | bit)));
        items.collect()
    }

    /// First day of each person's sessions; `None` without one.
    pub(super) fn first_days(&self, people: usize) -> Vec<Option<f64>> {
        let mut first = vec![None; people];
        for meeting in self.meetings.iter().rev() {
            if let Some(day) = first.get_mut(meeting.person as usize) {
                *day = Some(f64::from(meeting.day));
            }
        }
        first
    }

    /// Mean of a person's months of sales; `None` without one.
    pub(super) fn mean_sales(&self, people: usize) -> Vec<Option<f64>> {
        let mut sums = vec![(0.0, 0.0); people];
        for sale in self.sales.iter().filter(|sale| sale.sales.is_finite()) {
            if let Some((sum, n)) = sums.get_mut(sale.person as usize) {
                *sum += sale.sales;
                *n += 1.0;
            }
        }
        sums.into_iter().map(|(sum, n)| (n > 0.0).then(|| sum / n)).collect()
    }
}

fn bits(set: u32) -> impl Iterator<Item = u64> {
    (0..32u64).filter(move |bit| set >> bit & 1 == 1)
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Codes of lists: equal lists have equal codes, 1 and up; an empty list is 0.
pub(super) fn codes_of(lists: &[Vec<u32>]) -> Vec<u32> {
    let mut coded = Coded::default();
    lists.iter().map(|list| coded.list(list)).collect()
}
