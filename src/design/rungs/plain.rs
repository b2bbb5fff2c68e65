//! Standings from a plain table: the columns are named by the reader.

use super::{DECLINED, Rungs, Teams, Walks, decline, grouping};
use crate::domain::Day;
use crate::findings::{Decline, Flow};
use crate::panel::{Ids, NOBODY};
use crate::tables::Plain;
use hashbrown::HashMap;

/// What a stages question on a plain table names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlainRungs {
    /// Level column.
    pub level: String,
    /// Column to tell it by.
    pub by: Option<String>,
    /// Person column, with `wave`.
    pub person: Option<String>,
    /// Wave column: ISO dates, numbers or sorted text.
    pub wave: Option<String>,
    /// Column of the teams that people come in.
    pub cluster: Option<String>,
    /// Numeric columns to be told by stage.
    pub outcomes: Vec<String>,
}

const NOWHERE: &str = "column_unknown";

/// The standings of a plain table. With person and wave, each person's latest row counts; otherwise every row does.
///
/// # Errors
/// A decline when a column is missing, or a level is not a whole number on the ladder.
pub fn plain(table: &Plain, asked: &PlainRungs, levels: usize) -> Result<Rungs, Decline> {
    let text = |name: &str| table.texts(name).ok_or_else(|| decline(NOWHERE, name));
    let level = levels_of(table, &asked.level, levels)?;
    let at = |row: usize| level.get(row).copied().flatten();
    let mut flow = Flow::of("rows", table.rows() as u64);
    let mut rows: Vec<usize> = (0..table.rows()).filter(|r| at(*r).is_some()).collect();
    flow.lose("no_level", Some(&asked.level), flow.start - rows.len() as u64);
    let mut walks = Walks::default();
    if let (Some(person), Some(wave)) = (&asked.person, &asked.wave) {
        let order = wave_order(table, wave).ok_or_else(|| decline(NOWHERE, wave))?;
        let kept = by_person(&rows, &text(person)?, &order);
        flow.lose("no_person", Some(person), kept.nobody);
        flow.lose("no_wave", Some(wave), kept.undated);
        rows = kept.lists.iter().filter_map(|list| list.last().map(|(_, row)| *row)).collect();
        flow.lose("earlier_answer", Some(wave), flow.used - rows.len() as u64);
        let step = |(wave, row): (u32, usize)| Some((wave, row, at(row)?));
        let lists = kept.lists.into_iter().map(|list| list.into_iter().filter_map(step).collect()).collect();
        walks = Walks::from_lists(lists, order.labels, &order.days);
    }
    if rows.is_empty() {
        return Err(Decline::new(DECLINED, "no_levels"));
    }
    let codes = |name: &str| -> Result<(Ids, Vec<u32>), Decline> {
        let (cells, mut ids) = (text(name)?, Ids::default());
        let code = |row: &usize| cells.get(*row).cloned().flatten().map_or(NOBODY, |c| ids.intern(&c));
        let codes = rows.iter().map(code).collect();
        Ok((ids, codes))
    };
    let mut by = Vec::new();
    if let Some(name) = &asked.by {
        let (ids, codes) = codes(name)?;
        by.push(grouping(name, &ids, codes.iter().copied()));
        walks.by = (!walks.is_empty()).then(|| grouping(name, &ids, codes.iter().copied()));
    }
    let mut team = None;
    if let Some(name) = &asked.cluster {
        let (ids, codes) = codes(name)?;
        let alone = ids.len() as u32;
        let alone = |(at, code): (usize, u32)| if super::super::missing(code) { alone + at as u32 } else { code };
        let of = super::super::dense(codes.into_iter().enumerate().map(alone));
        walks.team = (!walks.is_empty()).then(|| of.clone());
        team = Some(Teams { name: name.clone(), of });
    }
    let by_wave = walks.waves.len() > 1;
    Ok(Rungs {
        wave: "last".to_string(),
        level: rows.iter().filter_map(|r| at(*r)).collect(),
        answer: rows,
        team,
        by,
        by_wave,
        walks,
        flow,
        not_found: Vec::new(),
        identifying: Vec::new(),
    })
}

/// The level of each row, checked to be on the ladder.
fn levels_of(table: &Plain, column: &str, levels: usize) -> Result<Vec<Option<usize>>, Decline> {
    table.texts(column).ok_or_else(|| decline(NOWHERE, column))?;
    let refused = || super::super::not_numbers(table, DECLINED, "not_numeric", column);
    let numbers = table.numbers(column).ok_or_else(refused)?;
    let off = |v: &f64| v.fract() != 0.0 || *v < 0.0 || *v >= levels as f64;
    if let Some(row) = numbers.iter().position(|v| v.as_ref().is_some_and(off)) {
        let line = table.lines.get(row).copied().unwrap_or(0);
        return Err(decline("level_off_ladder", column).with("line", line).with("highest", levels - 1));
    }
    Ok(numbers.iter().map(|v| v.map(|v| v as usize)).collect())
}

/// Rows of each person, by wave; the last row of a wave counts.
struct Kept {
    lists: Vec<Vec<(u32, usize)>>,
    nobody: u64,
    undated: u64,
}

fn by_person(rows: &[usize], people: &[Option<String>], order: &Order) -> Kept {
    let mut answers: HashMap<&str, Vec<(u32, usize)>> = HashMap::new();
    let (mut nobody, mut undated) = (0, 0);
    for &row in rows {
        match (people.get(row).and_then(|p| p.as_deref()), order.of.get(row).copied().flatten()) {
            (None, _) => nobody += 1,
            (_, None) => undated += 1,
            (Some(who), Some(wave)) => answers.entry(who).or_default().push((wave, row)),
        }
    }
    let mut people: Vec<(&str, Vec<(u32, usize)>)> = answers.into_iter().collect();
    people.sort_unstable_by_key(|(who, _)| *who);
    let lists = people.into_iter().map(|(_, mut list)| {
        list.sort_unstable();
        let mut kept: Vec<(u32, usize)> = Vec::with_capacity(list.len());
        for step in list {
            match kept.last_mut() {
                Some(last) if last.0 == step.0 => *last = step,
                _ => kept.push(step),
            }
        }
        kept
    });
    Kept { lists: lists.collect(), nobody, undated }
}

/// Waves in order, and the position of each row's.
struct Order {
    labels: Vec<String>,
    days: Vec<f64>,
    of: Vec<Option<u32>>,
}

/// Rank of each row's wave, `None` where it is blank: by number where all are numbers, else by text (ISO dates sort as text).
fn wave_order(table: &Plain, name: &str) -> Option<Order> {
    let cells = table.texts(name)?;
    let mut labels: Vec<&str> = cells.iter().flatten().map(String::as_str).collect();
    let number = |l: &str| l.parse::<f64>().unwrap_or(f64::INFINITY);
    labels.sort_by(|a, b| number(a).total_cmp(&number(b)).then(a.cmp(b)));
    labels.dedup();
    let rank: HashMap<&str, u32> = labels.iter().enumerate().map(|(i, l)| (*l, i as u32)).collect();
    let of = cells.iter().map(|c| c.as_deref().and_then(|c| rank.get(c).copied())).collect();
    let days = labels.iter().filter_map(|l| Day::parse_iso(l)).map(|day| f64::from(day.0)).collect();
    Some(Order { of, days, labels: labels.iter().map(|l| (*l).to_string()).collect() })
}
