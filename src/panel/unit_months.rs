//! What sales come to by assigned unit and month: for series with errors by unit, and for changes over time. Kept only
//! where units are few enough; estimates nothing.

use super::sum::Sum;
use super::{NOBODY, People};

/// Units up to which months are kept by unit: beyond, a model of units and months would not fit in memory.
pub const MOST_UNITS: usize = 5_000;

/// Sums by unit and month.
#[derive(Debug, Clone, Default)]
pub struct UnitMonths {
    /// The unit's column of people; `None` = every person is a unit.
    column: Option<String>,
    units: usize,
    months: Vec<(i32, Vec<Sum>)>,
    recent: usize,
}

impl UnitMonths {
    /// Empty sums for these units; nothing where there are too many of them, or no such column.
    pub fn new(people: &People, unit: Option<&str>) -> Option<Self> {
        let units = match unit {
            Some(name) => people.column(name)?.ids.len(),
            None => people.len(),
        };
        let column = unit.map(String::from);
        (units <= MOST_UNITS).then(|| Self { column, units, ..Self::default() })
    }

    /// The column of the units; `None` = people.
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// The unit of each person; `None` = the person's own number.
    pub(super) fn units_of<'p>(&self, people: &'p People) -> Option<&'p [u32]> {
        people.column(self.column.as_deref()?).map(|units| units.of.as_slice())
    }

    /// Adds a value.
    pub(super) fn add(&mut self, unit: u32, month: i32, value: f64) {
        if unit == NOBODY || unit as usize >= self.units {
            return;
        }
        if self.months.get(self.recent).is_none_or(|(known, _)| *known != month) {
            self.recent = self.months.iter().position(|(known, _)| *known == month).unwrap_or_else(|| {
                self.months.push((month, vec![Sum::default(); self.units]));
                self.months.len() - 1
            });
        }
        if let Some(sum) = self.months.get_mut(self.recent).and_then(|(_, sums)| sums.get_mut(unit as usize)) {
            sum.add(value);
        }
    }

    /// Every unit and month with a value: unit, month, sum; by month, then unit.
    pub fn cells(&self) -> Vec<(u32, i32, &Sum)> {
        let mut months: Vec<&(i32, Vec<Sum>)> = self.months.iter().collect();
        months.sort_by_key(|(month, _)| *month);
        months
            .into_iter()
            .flat_map(|(month, sums)| {
                let filled = sums.iter().enumerate().filter(|(_, sum)| sum.count() > 0);
                filled.map(|(unit, sum)| (unit as u32, *month, sum))
            })
            .collect()
    }
}
