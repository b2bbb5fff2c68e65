//! Attrition given as totals by group and month, for clients who only have these.

use super::Ids;
use crate::domain::Month;
use crate::tables::{Batch, Layout, MISSING_DAY};
use std::collections::BTreeMap;

/// Headcount and leavers by (group number, month).
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// Group names.
    pub groups: Ids,
    /// (headcount, leavers).
    pub months: BTreeMap<(u32, i32), (u64, u64)>,
}

impl Totals {
    /// Takes in a batch; rows that are not to be kept are passed over.
    pub fn absorb(&mut self, layout: &Layout, batch: &Batch, keep: &[bool]) {
        let group = layout.position("group").and_then(|at| batch.text(at));
        let months = layout.position("month").and_then(|at| batch.days(at));
        let number = |name: &str| layout.position(name).and_then(|at| batch.numbers(at));
        let (Some(group), Some(months)) = (group, months) else { return };
        let (Some(headcount), Some(leavers)) = (number("headcount"), number("leavers")) else { return };
        for row in 0..batch.rows() {
            let month = months.get(row).copied().unwrap_or(MISSING_DAY);
            let (n, d) = (headcount.get(row).copied(), leavers.get(row).copied());
            let (Some(n), Some(d)) = (n, d) else { continue };
            let usable = month != MISSING_DAY && n >= 0.0 && d >= 0.0 && d <= n;
            if !usable || !keep.get(row).copied().unwrap_or(false) {
                continue;
            }
            let number = self.groups.intern(group.get(row));
            self.months.insert((number, month), (n as u64, d as u64));
        }
    }

    /// The months of a group by name, in order: month, headcount, leavers.
    pub fn group_months(&self, name: &str) -> Vec<(Month, u64, u64)> {
        let Some(group) = self.groups.find(name) else { return Vec::new() };
        self.months.range((group, i32::MIN)..=(group, i32::MAX)).map(|((_, m), v)| (Month(*m), v.0, v.1)).collect()
    }
}
