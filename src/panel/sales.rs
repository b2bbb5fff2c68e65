//! What sales come to: per person from the start on and before it, per group and month. Keeps no row.

use super::ids::NOBODY;
use super::sum::{Sum, Wide};
use super::{Ids, People, UnitMonths};
use crate::domain::Month;
use crate::tables::{Batch, Layout, MISSING_DAY};
use std::collections::BTreeMap;

/// Sum and sum of squares of one group and month.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MonthSum {
    /// The values.
    pub values: Sum,
    /// Their squares, for the error of the mean.
    pub squares: Wide,
}

/// Sales per person and per group and month.
#[derive(Debug, Clone, Default)]
pub struct Sales {
    /// First month that counts as after the start; `MISSING_DAY` = every month.
    pub start: i32,
    /// Last month that counts; `i32::MAX` = no end.
    pub end: i32,
    /// From the start on, per person.
    pub after: Vec<Sum>,
    /// Before the start, per person.
    pub before: Vec<Sum>,
    months: Vec<MonthSum>,
    /// Where in `months` a (group number, month) is.
    places: BTreeMap<(u32, i32), usize>,
    /// The month of the row before, and the places of its groups: sales come by month.
    recent: (i32, Vec<Option<usize>>),
    /// By assigned unit and month, where there are few enough units.
    pub units: Option<UnitMonths>,
    /// The file gives sales by unit instead of by person.
    pub by_unit: bool,
    /// Rows read.
    pub rows: u64,
    /// Last month seen.
    pub last: Option<Month>,
}

impl Sales {
    /// Empty sums; months from `start` to `end` count as after the start.
    pub fn new(people: usize, start: Option<Month>, end: Option<Month>) -> Self {
        Self {
            start: start.map_or(MISSING_DAY, |m| m.0),
            end: end.map_or(i32::MAX, |m| m.0),
            after: vec![Sum::default(); people],
            before: vec![Sum::default(); people],
            ..Self::default()
        }
    }

    /// Takes in a batch; `person[row]` is the person's number or `NOBODY`.
    pub fn absorb(&mut self, layout: &Layout, batch: &Batch, person: &[u32], keep: &[bool], people: &People) {
        let months = layout.position("month").and_then(|at| batch.days(at));
        let values = layout.position("sales").and_then(|at| batch.numbers(at));
        let (Some(months), Some(values)) = (months, values) else { return };
        self.by_unit |= layout.position("employee_id").is_none();
        let groups = people.column("group");
        let mut units = self.units.take();
        let of = units.as_ref().and_then(|units| units.units_of(people));
        for row in 0..batch.rows() {
            self.rows += 1;
            let who = person.get(row).copied().unwrap_or(NOBODY);
            if who == NOBODY {
                continue;
            }
            let (month, value) = (months.get(row).copied().unwrap_or(MISSING_DAY), values.get(row).copied());
            let Some(value) = value.filter(|v| !v.is_nan()) else { continue };
            if month == MISSING_DAY || month > self.end || !keep.get(row).copied().unwrap_or(false) {
                continue;
            }
            let group = groups.and_then(|g| g.of.get(who as usize).copied()).unwrap_or(NOBODY);
            self.add(who as usize, group, month, value);
            if let Some(units) = units.as_mut().filter(|_| group != NOBODY) {
                let unit = if units.column().is_none() {
                    who
                } else {
                    of.and_then(|of| of.get(who as usize).copied()).unwrap_or(NOBODY)
                };
                units.add(unit, month, value);
            }
        }
        self.units = units;
    }

    fn add(&mut self, who: usize, group: u32, month: i32, value: f64) {
        self.last = self.last.max(Some(Month(month)));
        let side = if month >= self.start { &mut self.after } else { &mut self.before };
        if let Some(sum) = side.get_mut(who) {
            sum.add(value);
        }
        if group != NOBODY {
            let place = self.place(group, month);
            if let Some(cell) = self.months.get_mut(place) {
                cell.values.add(value);
                cell.squares.add_square(value);
            }
        }
    }

    #[inline]
    fn place(&mut self, group: u32, month: i32) -> usize {
        if self.recent.0 != month {
            self.recent.0 = month;
            self.recent.1.clear();
        }
        let at = group as usize;
        if let Some(Some(place)) = self.recent.1.get(at) {
            return *place;
        }
        let place = *self.places.entry((group, month)).or_insert_with(|| {
            self.months.push(MonthSum::default());
            self.months.len() - 1
        });
        if self.recent.1.len() <= at {
            self.recent.1.resize(at + 1, None);
        }
        if let Some(slot) = self.recent.1.get_mut(at) {
            *slot = Some(place);
        }
        place
    }

    /// The months of a group by name, in order.
    pub fn group_months<'a>(&'a self, groups: &Ids, name: &str) -> Vec<(Month, &'a MonthSum)> {
        let Some(group) = groups.find(name) else { return Vec::new() };
        let places = self.places.range((group, i32::MIN)..=(group, i32::MAX));
        places.filter_map(|((_, month), place)| Some((Month(*month), self.months.get(*place)?))).collect()
    }
}
