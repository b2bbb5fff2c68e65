//! A recipe, applied: the tables as they may leave. The same tables, recipe and key give the same release. Judges nothing.

use super::alike;
use super::grain::Grain;
use super::held::{Column, Held, Sheet, Tables};
use super::key::{Key, Kind};
use super::levels::{self, Covered, Step};
use super::recipe::{Alike, Coarse, Recipe, Waves};
use super::values::{self, Series};
use crate::domain::Day;
use crate::panel::{Ids, NOBODY};
use crate::screen::privacy::classes::Classes;
use crate::tables::{MISSING_DAY, Table};
use hashbrown::HashSet;
use rand::seq::SliceRandom;

/// The release of some tables.
pub fn apply(tables: &Tables, recipe: &Recipe, key: &Key, covered: Covered) -> Tables {
    let mut out = Tables::default();
    let people = tables.sheet(Table::People).map(|sheet| people(sheet, recipe, covered));
    for sheet in &tables.0 {
        let mut sheet = match (&people, sheet.table) {
            (Some(people), Table::People) => people.clone(),
            _ => other(sheet, people.as_ref(), recipe),
        };
        sheet.columns.retain(|c| !recipe.dropped.contains(&(sheet.table, c.name.clone())));
        out.0.push(sheet);
    }
    if let Some(coarse) = &recipe.coarse {
        if coarse.alike == Alike::Yes
            && let Some(people) = out.sheet(Table::People)
        {
            let keys = keys(people, coarse);
            alike::alike(&mut out, &keys, coarse.k as usize, key, recipe.order);
        }
        // After rows and people have gone: what is left must not give anybody's answer away.
        silence(&mut out, coarse);
    }
    for sheet in &mut out.0 {
        sheet.columns.iter_mut().for_each(|column| pseudonyms(column, key, recipe.ids));
        *sheet = sheet.only(&order(sheet, key, recipe.order));
        sheet.columns.retain(|column| column.cells.any());
    }
    out.0.retain(|sheet| sheet.rows > 0 && !sheet.columns.is_empty());
    out
}

/// The people who stay, their quasi-identifiers after the chosen steps.
fn people(sheet: &Sheet, recipe: &Recipe, covered: Covered) -> Sheet {
    let Some(coarse) = &recipe.coarse else { return sheet.clone() };
    let mut sheet = sheet.clone();
    for (name, step, _) in &coarse.choice.steps {
        let after = sheet.column(name).and_then(|column| match name.as_str() {
            "left_on" => levels::left(&column.cells, *step, covered),
            _ => levels::coarser(&column.cells, *step),
        });
        match after {
            Some(cells) => sheet.column_mut(name).into_iter().for_each(|column| column.cells = cells.clone()),
            None => sheet.columns.retain(|column| &column.name != name),
        }
    }
    let kept: Vec<usize> =
        (0..sheet.rows).filter(|row| !coarse.choice.out.get(*row).copied().unwrap_or(true)).collect();
    sheet.only(&kept)
}

/// A table of the people who stay, coarser.
fn other(sheet: &Sheet, people: Option<&Sheet>, recipe: &Recipe) -> Sheet {
    let mut sheet = match people.and_then(|p| p.texts("employee_id")).zip(sheet.texts("employee_id")) {
        Some(((known, _), (ids, of))) => {
            let stays: Vec<bool> = (0..ids.len() as u32).map(|n| known.find(ids.name(n)).is_some()).collect();
            // A row without a person is one of a unit.
            let kept = (0..sheet.rows).filter(|row| stays.get(of[*row] as usize).copied().unwrap_or(true));
            sheet.only(&kept.collect::<Vec<_>>())
        }
        None => sheet.clone(),
    };
    let Some(coarse) = &recipe.coarse else { return sheet };
    company(&mut sheet, people);
    dates(&mut sheet, coarse.events, coarse.waves);
    let periods = periods(&sheet);
    let whose = whose(&sheet);
    let table = sheet.table;
    for ((_, name), how) in coarse.numbers.iter().filter(|((of, _), _)| *of == table) {
        if let Some(Held::Number(cells)) = sheet.column_mut(name).map(|c| &mut c.cells) {
            *cells = values::coarser(Series { cells, whose: &whose, when: &periods }, *how);
        }
    }
    sheet
}

/// A row's company is what the people table now says of its person.
fn company(sheet: &mut Sheet, people: Option<&Sheet>) {
    if sheet.column("company_id").is_none() {
        return;
    }
    let Some(people) = people else { return };
    let now = people.texts("company_id").zip(people.texts("employee_id")).zip(sheet.texts("employee_id"));
    let cells = now.map(|(((names, company), (known, who)), (ids, of))| {
        let mut of_person = vec![NOBODY; known.len()];
        who.iter().zip(company).for_each(|(person, company)| of_person[*person as usize] = *company);
        let mut kept = Ids::default();
        let of_id: Vec<u32> = (0..ids.len() as u32)
            .map(|n| known.find(ids.name(n)).map_or(NOBODY, |person| of_person[person as usize]))
            .map(|company| kept.intern(names.name(company)))
            .collect();
        let of = of.iter().map(|n| of_id.get(*n as usize).copied().unwrap_or(NOBODY)).collect();
        Held::Text(kept, of)
    });
    match cells {
        Some(cells) => sheet.column_mut("company_id").into_iter().for_each(|c| c.cells = cells.clone()),
        None => sheet.columns.retain(|c| c.name != "company_id"),
    }
}

fn dates(sheet: &mut Sheet, events: Grain, waves: Waves) {
    for column in &mut sheet.columns {
        match (&mut column.cells, column.name.as_str()) {
            (Held::Day(days), _) => {
                days.iter_mut().filter(|d| **d != MISSING_DAY).for_each(|d| *d = events.first(Day(*d)).0);
            }
            (Held::Text(ids, of), "wave") if waves == Waves::Months => {
                let mut kept = Ids::default();
                let month = |text: &str| Day::parse_iso(text).map(|day| Grain::Month.first(day).to_string());
                let names: Vec<u32> = (0..ids.len() as u32)
                    .map(|n| kept.intern(&month(ids.name(n)).unwrap_or_else(|| ids.name(n).to_string())))
                    .collect();
                of.iter_mut().filter(|n| **n != NOBODY).for_each(|n| *n = names[*n as usize]);
                *ids = kept;
            }
            _ => {}
        }
    }
}

/// Of which month, wave or day each row tells, numbered.
pub fn periods(sheet: &Sheet) -> Vec<u32> {
    let days = sheet.days("month").or_else(|| sheet.days("held_on"));
    match (days, sheet.texts("wave")) {
        (Some(days), _) => days.iter().map(|d| d.cast_unsigned()).collect(),
        (None, Some((_, waves))) => waves.to_vec(),
        (None, None) => vec![0; sheet.rows],
    }
}

/// Of whom each row tells: the person, else the unit, else itself.
pub fn whose(sheet: &Sheet) -> Vec<u32> {
    let who = sheet.texts("employee_id").or_else(|| sheet.texts("unit_id"));
    who.map_or_else(|| (0..sheet.rows as u32).collect(), |(_, of)| of.to_vec())
}

/// Answers are made missing where the people alike in every quasi-identifier would give them away.
fn silence(tables: &mut Tables, coarse: &Coarse) {
    let Some(people) = tables.sheet(Table::People) else { return };
    let keys: Vec<Vec<u32>> = keys(people, coarse);
    let classes = Classes::of(&keys);
    let Some((known, who)) = people.texts("employee_id").map(|(ids, of)| (ids.clone(), of.to_vec())) else { return };
    let mut row_of = vec![0usize; known.len()];
    who.iter().enumerate().for_each(|(row, person)| row_of[*person as usize] = row);
    for ((table, name), least) in &coarse.diversity {
        let Some(sheet) = tables.0.iter_mut().find(|s| s.table == *table) else { continue };
        let Some((ids, of)) = sheet.texts("employee_id") else { continue };
        let row_of_id: Vec<Option<usize>> =
            (0..ids.len() as u32).map(|n| known.find(ids.name(n)).map(|person| row_of[person as usize])).collect();
        let person: Vec<Option<usize>> = of.iter().map(|n| row_of_id.get(*n as usize).copied().flatten()).collect();
        let Some(Held::Number(cells)) = sheet.column_mut(name).map(|c| &mut c.cells) else { continue };
        let mut told: Vec<HashSet<u64>> = vec![HashSet::new(); who.len()];
        for (value, person) in cells.iter().zip(&person).filter(|(value, _)| value.is_finite()) {
            if let Some(person) = person {
                told[*person].insert((value + 0.0).to_bits());
            }
        }
        let mut silent = vec![false; who.len()];
        for class in &classes.rows {
            let values: HashSet<u64> = class.iter().flat_map(|row| told[*row].iter().copied()).collect();
            // Who has not answered is told apart from who has: one more value.
            let silence = u64::from(class.iter().any(|row| told[*row].is_empty()));
            if (values.len() as u64) + silence < *least {
                class.iter().for_each(|row| silent[*row] = true);
            }
        }
        for (value, person) in cells.iter_mut().zip(&person) {
            if person.is_some_and(|row| silent[row]) {
                *value = f64::NAN;
            }
        }
    }
}

/// The quasi-identifiers of each person as released.
fn keys(people: &Sheet, coarse: &Coarse) -> Vec<Vec<u32>> {
    let kept = coarse.choice.steps.iter().filter(|(_, step, _)| *step != Step::Drop);
    let columns: Vec<Vec<u32>> =
        kept.filter_map(|(name, _, _)| people.column(name).map(|c| levels::fine(&c.cells, people.rows))).collect();
    (0..people.rows).map(|row| columns.iter().map(|c| c[row]).collect()).collect()
}

/// Ids become pseudonyms of their kind.
fn pseudonyms(column: &mut Column, key: &Key, round: u32) {
    let Some(kind) = Kind::of(&column.name) else { return };
    let Held::Text(ids, of) = &mut column.cells else { return };
    let mut kept = Ids::default();
    let names: Vec<u32> =
        (0..ids.len() as u32).map(|n| kept.intern(&key.pseudonym(kind, ids.name(n), round))).collect();
    of.iter_mut().filter(|n| **n != NOBODY).for_each(|n| *n = names[*n as usize]);
    *ids = kept;
}

/// A random order of the rows.
fn order(sheet: &Sheet, key: &Key, round: u32) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sheet.rows).collect();
    order.shuffle(&mut key.stream(&format!("order {}", sheet.table.name()), round));
    order
}
