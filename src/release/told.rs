//! What was done to a study on its way to a release, in codes and counts: columns, rows, people. No value of a cell.

use super::fit::Reason;
use super::grain::Grain;
use super::held::{Held, Sheet, Tables};
use super::key::Kind;
use super::levels::Step;
use super::recipe::{Alike, Coarse, Waves};
use super::{Fitted, Work, write};
use crate::findings::loss::{ColumnChange, Loss, RowsLost, TableLoss};
use crate::screen::privacy::Profile;
use crate::tables::Table;

/// The losses of a release, its analyses not yet compared.
pub fn told(original: &Tables, work: &Work, made: &Tables, left_out: &Fitted, profile: Profile) -> Loss {
    let people = |tables: &Tables| tables.sheet(Table::People).map_or(0, |s| s.rows as u64);
    let choice = work.recipe.coarse.as_ref().map(|c| &c.choice);
    Loss {
        profile: profile.name().to_string(),
        people_before: people(original),
        people_after: people(made),
        tables: original.0.iter().map(|sheet| table(sheet, work, made.sheet(sheet.table), left_out)).collect(),
        columns: columns(work, made),
        combinations: choice.map_or(0, |c| c.weighed.0 as u64),
        weighed: choice.map_or(0, |c| c.weighed.1 as u64),
        search_loss: choice.map(|c| c.loss),
        ..Loss::default()
    }
}

fn table(before: &Sheet, work: &Work, after: Option<&Sheet>, left_out: &Fitted) -> TableLoss {
    let (rows_before, rows_after) = (before.rows as u64, after.map_or(0, |s| s.rows as u64));
    let own = left_out.iter().filter(|l| l.table == before.table);
    let mut lost: Vec<RowsLost> = own.map(|l| RowsLost { reason: l.reason.code().to_string(), rows: l.rows }).collect();
    let mut lose = |reason: Reason, rows: u64| {
        if rows > 0 {
            lost.push(RowsLost { reason: reason.code().to_string(), rows });
        }
    };
    let fitting = work.tables.sheet(before.table);
    let crowd = fitting.map_or(0, |sheet| left_out_rows(sheet, work).into_iter().filter(|out| *out).count() as u64);
    lose(Reason::Crowd, crowd);
    lose(Reason::Thinned, fitting.map_or(0, |s| s.rows as u64).saturating_sub(rows_after + crowd));
    TableLoss { table: before.table.name().to_string(), rows_before, rows_after, lost }
}

/// Whether each row is one of a person who was left out.
fn left_out_rows(sheet: &Sheet, work: &Work) -> Vec<bool> {
    let none = || vec![false; sheet.rows];
    let Some(choice) = work.recipe.coarse.as_ref().map(|c| &c.choice) else { return none() };
    let Some((known, who)) = work.tables.sheet(Table::People).and_then(|p| p.texts("employee_id")) else {
        return none();
    };
    let Some((ids, of)) = sheet.texts("employee_id") else { return none() };
    let mut gone = vec![false; known.len()];
    who.iter().zip(&choice.out).for_each(|(person, out)| gone[*person as usize] = *out);
    let out: Vec<bool> =
        (0..ids.len() as u32).map(|n| known.find(ids.name(n)).is_some_and(|person| gone[person as usize])).collect();
    of.iter().map(|n| out.get(*n as usize).copied().unwrap_or(false)).collect()
}

/// Every change of every column, in the order of the tables.
fn columns(work: &Work, made: &Tables) -> Vec<ColumnChange> {
    let mut changes = Vec::new();
    for sheet in &work.tables.0 {
        for (_, name) in work.unknown.iter().filter(|(table, _)| *table == sheet.table) {
            changes.push(ColumnChange::new(sheet.table.name(), name, "dropped_unknown"));
        }
        for column in &sheet.columns {
            let change = |code: &str| ColumnChange::new(sheet.table.name(), &column.name, code);
            let place = (sheet.table, column.name.clone());
            let there = made.sheet(sheet.table).is_some_and(|s| s.column(&column.name).is_some());
            if work.recipe.dropped.contains(&place) {
                changes.push(change("dropped"));
                continue;
            }
            if let Some(coarse) = &work.recipe.coarse {
                changes.extend(coarser(sheet, &column.name, coarse));
                changes.extend(silenced(sheet, &column.name, work, made).map(|n| change("silenced").detail(n)));
            }
            if !there {
                if !changes.iter().any(|c| c.column == column.name && c.change == "dropped") {
                    changes.push(change("dropped"));
                }
            } else if Kind::of(&column.name).is_some() {
                changes.push(change("pseudonym"));
            }
        }
    }
    let days = work.recipe.coarse.as_ref().map(|c| write::wider(&work.study, c.events));
    changes.extend(days.flatten().map(|days| ColumnChange::new("study", "window_days", "window").detail(days)));
    changes
}

fn coarser(sheet: &Sheet, name: &str, coarse: &Coarse) -> Vec<ColumnChange> {
    let change = |code: &str| ColumnChange::new(sheet.table.name(), name, code);
    let mut changes = Vec::new();
    if sheet.table == Table::People {
        for (_, step, lost) in coarse.choice.steps.iter().filter(|(column, _, _)| column == name) {
            changes.extend(stepped(change, *step, *lost));
        }
        return changes;
    }
    match sheet.column(name).map(|c| &c.cells) {
        Some(Held::Day(_)) => changes.push(change(coarse.events.code())),
        Some(Held::Text(..)) if name == "wave" && coarse.waves == Waves::Months => changes.push(change("month")),
        _ => {}
    }
    let place = (sheet.table, name.to_string());
    if let Some(how) = coarse.numbers.get(&place) {
        changes.push(change("tails").detail(how.people));
        if how.base > 0.0 {
            changes.push(change("rounded").detail(how.base));
        }
    }
    if coarse.alike == Alike::Yes && name == "employee_id" {
        changes.push(change("thinned").detail(coarse.k));
    }
    changes
}

/// Answers that were made missing; `None` when none was, or when thinning hides how many.
fn silenced(sheet: &Sheet, name: &str, work: &Work, made: &Tables) -> Option<u64> {
    let coarse = work.recipe.coarse.as_ref()?;
    if coarse.alike == Alike::Yes || !coarse.diversity.contains_key(&(sheet.table, name.to_string())) {
        return None;
    }
    let (before, after) = (sheet.numbers(name)?, made.sheet(sheet.table)?.numbers(name).unwrap_or(&[]));
    let stayed = before.iter().zip(left_out_rows(sheet, work)).filter(|(value, out)| value.is_finite() && !out).count();
    let told = after.iter().filter(|value| value.is_finite()).count();
    (stayed > told).then_some((stayed - told) as u64)
}

fn stepped(change: impl Fn(&str) -> ColumnChange, step: Step, lost: f64) -> Vec<ColumnChange> {
    let share = |change: ColumnChange| change.share(lost);
    match step {
        Step::Keep => Vec::new(),
        Step::Merge(least) => vec![share(change("merged").detail(least))],
        Step::Span(Grain::Month, None) => vec![change("month")],
        Step::Span(grain, None) => vec![share(change(grain.code()))],
        Step::Span(grain, Some(floor)) => {
            vec![share(change(grain.code())), change("one_before").detail(grain.first(floor).month())]
        }
        Step::Bands(bands) => vec![share(change("bands").detail(bands))],
        Step::Drop => vec![share(change("dropped"))],
    }
}
