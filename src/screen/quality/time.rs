//! Time order: nobody leaves before being hired, no 1on1 or sale outside employment, nothing in the future.

use super::{Ledger, Seen};
use crate::domain::{Day, Month};
use crate::findings::Level;
use crate::panel::people::Fact;
use crate::tables::{Batch, Column, Layout, MISSING_DAY, Table};

/// Dates of 9999 mean "still here" in many systems; they are told apart from a date that is merely in the future.
const SENTINEL_YEAR: i32 = 9990;

/// Hiring, leaving, 1on1s and sales in their order.
pub fn employment(seen: &Seen, ledger: &mut Ledger) {
    match seen.layout.table {
        Table::People => left_before_hired(seen, ledger),
        Table::Sessions => outside(seen, ledger, "held_on", "session_outside_employment"),
        Table::Sales => outside(seen, ledger, "month", "sales_outside_employment"),
        Table::Survey | Table::Attrition => {}
    }
}

fn left_before_hired(seen: &Seen, ledger: &mut Ledger) {
    let days = |name: &str| seen.layout.position(name).and_then(|at| seen.batch.days(at));
    let (Some(hired), Some(left)) = (days("hired_on"), days("left_on")) else { return };
    for ((&hired, &left), &line) in hired.iter().zip(left).zip(&seen.batch.lines) {
        if hired != MISSING_DAY && left != MISSING_DAY && left < hired {
            ledger.add("left_before_hired", Level::Error, seen.layout, "left_on", u64::from(line));
        }
    }
}

fn outside(seen: &Seen, ledger: &mut Ledger, column: &'static str, code: &'static str) {
    let Some(cells) = seen.layout.position(column).and_then(|at| seen.batch.days(at)) else { return };
    let monthly = column == "month";
    // Sales come by month: the days of one are worked out once for a run of rows.
    let mut span = (MISSING_DAY, 0, 0);
    for ((&cell, &line), fact) in cells.iter().zip(&seen.batch.lines).zip(seen.facts) {
        let Fact { hired, left, .. } = *fact;
        if cell == MISSING_DAY {
            continue;
        }
        if cell != span.0 {
            span = if monthly { (cell, Month(cell).last().0, Month(cell).first().0) } else { (cell, cell, cell) };
        }
        let (_, first, last) = span;
        if (hired != MISSING_DAY && first < hired) || (left != MISSING_DAY && last > left) {
            ledger.add(code, Level::Warning, seen.layout, column, u64::from(line));
        }
    }
}

/// No date lies after the day the data were taken; one that does is told and missing from there on.
pub fn clean(layout: &Layout, batch: &mut Batch, as_of: Option<Day>, ledger: &mut Ledger) {
    let Some(today) = as_of else { return };
    for column in ["held_on", "hired_on", "left_on", "month"] {
        let limit = if column == "month" { today.month().0 } else { today.0 };
        let cells = layout.position(column).and_then(|at| batch.columns.get_mut(at));
        let Some(Column::Day(cells) | Column::Month(cells)) = cells else { continue };
        for (cell, &line) in cells.iter_mut().zip(&batch.lines) {
            if *cell == MISSING_DAY || *cell <= limit {
                continue;
            }
            let sentinel = column != "month" && Day(*cell).ymd().0 >= SENTINEL_YEAR;
            let code = if sentinel { "sentinel_date" } else { "future_date" };
            ledger.add(code, Level::Error, layout, column, u64::from(line));
            *cell = MISSING_DAY;
        }
    }
}
