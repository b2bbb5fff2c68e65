//! Sales by person and month: season, growth, person and team, and the lift in the treatment. It deliberately writes a
//! month only for people in its headcount (hired on or before its first day and not gone before it).

use super::calendar::{self, MONTHS, START_MONTH};
use super::draws::{self, Purpose};
use super::truth::SALES_LIFT;
use super::world::{Arm, World};
use super::write::Sheet;
use super::{Marks, Result};

/// Sales of an average person in an ordinary month, in yen.
const ORDINARY: f64 = 3_000_000.0;
/// Growth of the second year over the first.
const GROWTH: f64 = 1.02;
/// Spreads of log sales.
const TEAMS: f64 = 0.07;
const PEOPLE: f64 = 0.24;
const MONTHLY: f64 = 0.15;
/// Steps in which sales are written, in yen: as booked, and as released in an anonymised export.
const BOOKED: f64 = 1_000.0;
const RELEASED: f64 = 100_000.0;

/// The rows of sales, month by month; returns how many.
pub(super) fn write(sheet: &mut Sheet, world: &World, marks: &Marks, seed: u64) -> Result<u64> {
    let mut rng = draws::stream(seed, Purpose::Sales, 0);
    let step = if marks.coarse() { RELEASED } else { BOOKED };
    let mut rows = 0;
    for index in 0..MONTHS {
        let month = calendar::month(index);
        let year = if index >= START_MONTH { GROWTH } else { 1.0 };
        for (p, person) in world.people.iter().enumerate() {
            let chance = draws::normal(&mut rng);
            let there = person.hired <= month.first() && person.left.is_none_or(|left| left >= month.first());
            if !there || !marks.keeps(p) {
                continue;
            }
            let team = &world.teams[person.team];
            let lift = if team.arm == Arm::Treatment && index >= START_MONTH { 1.0 + SALES_LIFT } else { 1.0 };
            let spread = (TEAMS * team.sales + PEOPLE * person.sales + MONTHLY * chance).exp();
            let yen = ORDINARY * calendar::sales_season(index) * year * lift * spread;
            sheet.text(marks.employee(p));
            sheet.month(month);
            sheet.money(((yen / step).round() * step) as u64);
            sheet.end()?;
            rows += 1;
        }
    }
    Ok(rows)
}
