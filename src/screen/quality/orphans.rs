//! References between tables: people who are not in the people table, companies that differ, people who manage
//! themselves.

use super::{Ledger, Seen};
use crate::findings::Level;
use crate::panel::NOBODY;
use crate::tables::Table;

/// Every id of another table is in the people table, and none is blank.
pub fn check(seen: &Seen, ledger: &mut Ledger) {
    let Some(at) = seen.layout.position("employee_id") else { return };
    let Some(ids) = seen.batch.text(at) else { return };
    let has_people = !seen.study.data.people.is_empty();
    if !seen.person.contains(&NOBODY) {
        // Who is known has an id.
        return;
    }
    for (row, id) in ids.iter().enumerate() {
        let line = seen.batch.line(row);
        if id.is_empty() {
            ledger.add("missing_id", Level::Error, seen.layout, "employee_id", line);
        } else if seen.layout.table != Table::People && has_people && seen.person.get(row) == Some(&NOBODY) {
            ledger.add("orphan_id", Level::Error, seen.layout, "employee_id", line);
        }
    }
}

/// A row's company is its person's company.
pub fn company(seen: &Seen, ledger: &mut Ledger) {
    if seen.layout.table == Table::People {
        return;
    }
    let cells = seen.layout.position("company_id").and_then(|at| seen.batch.text(at));
    let (Some(cells), Some(home)) = (cells, seen.people.column("company_id")) else { return };
    for (row, (here, fact)) in cells.iter().zip(seen.facts).enumerate() {
        let own = fact.company;
        if own != NOBODY && !here.is_empty() && home.ids.name(own) != here {
            let line = seen.batch.line(row);
            ledger.add("company_mismatch", Level::Error, seen.layout, "company_id", line);
        }
    }
}

/// Nobody is their own manager.
pub fn own_manager(seen: &Seen, ledger: &mut Ledger) {
    let text = |name: &str| seen.layout.position(name).and_then(|at| seen.batch.text(at));
    let (Some(own), Some(manager)) = (text("employee_id"), text("manager_id")) else { return };
    for row in 0..seen.batch.rows() {
        if own.is_same(row, &manager) && !own.get(row).is_empty() {
            ledger.add("own_manager", Level::Error, seen.layout, "manager_id", seen.batch.line(row));
        }
    }
}
