//! Standings on the ladder as rows: each person's level, the groups to tell it by, and their levels wave by wave.

use crate::findings::{Decline, Flow};
use crate::panel::survey::Asked;
use crate::panel::{Ids, NOBODY, Panel};
use crate::study::{Study, Wave};
use crate::tables::Plain;
use hashbrown::HashMap;

/// A column to tell the ladder by.
#[derive(Debug)]
pub struct Grouping {
    /// Its name.
    pub name: String,
    /// Its values, sorted.
    pub values: Vec<String>,
    /// Index in `values` per row; `None` when missing.
    pub of: Vec<Option<usize>>,
}

/// The rows of the stages question.
#[derive(Debug)]
pub struct Rungs {
    /// `last`, or the wave's label.
    pub wave: String,
    /// Level per person.
    pub level: Vec<usize>,
    /// Groupings over the same people.
    pub by: Vec<Grouping>,
    /// Per person with two answers or more: levels in order of the waves.
    pub paths: Vec<Vec<usize>>,
    /// From all people to these.
    pub flow: Flow,
    /// Groupings asked for that the data do not have.
    pub not_found: Vec<String>,
    /// Groupings asked for whose values mark people instead of grouping them.
    pub identifying: Vec<String>,
}

const DECLINED: &str = "stages";

/// Columns whose values are ids: teams are numbered, never named.
const TEAMS: [&str; 2] = ["manager_id", "unit_id"];

/// The standings of a study's people.
///
/// # Errors
/// A decline when nobody answered with a level.
pub fn study(panel: &Panel, study: &Study) -> Result<Rungs, Decline> {
    if panel.survey.by_unit {
        return Err(Decline::new(DECLINED, "survey_by_unit"));
    }
    let people = &panel.people;
    let wave = match &study.drivers.wave {
        Wave::All => Wave::Last,
        other => other.clone(),
    };
    let chosen = panel.survey.chosen(people.len(), &wave, Asked::Level);
    let mut flow = Flow::of("people", people.len() as u64);
    let used: Vec<(usize, usize)> = (people.ids.sorted().into_iter())
        .filter_map(|p| {
            let answer = chosen.get(p as usize).copied().flatten()?;
            panel.survey.answers.get(answer).map(|a| (p as usize, a.level as usize))
        })
        .collect();
    flow.lose("no_level", Some("level"), flow.start - used.len() as u64);
    if used.is_empty() {
        return Err(Decline::new(DECLINED, "no_levels"));
    }
    let (mut by, mut not_found, mut identifying) = (Vec::new(), Vec::new(), Vec::new());
    for name in &study.stages_by {
        match people.column(name) {
            Some(column) if !tells_groups(&column.of, study.crowd) => identifying.push(name.clone()),
            Some(column) => {
                let cells = used.iter().map(|(p, _)| column.of.get(*p).copied().unwrap_or(NOBODY));
                let mut told = grouping(name, &column.ids, cells);
                if TEAMS.contains(&name.as_str()) {
                    told.values = (1..=told.values.len()).map(|number| number.to_string()).collect();
                }
                by.push(told);
            }
            None => not_found.push(name.clone()),
        }
    }
    let wave = match wave {
        Wave::Label(label) => label,
        Wave::Last | Wave::All => "last".to_string(),
    };
    let level = used.iter().map(|(_, level)| *level).collect();
    Ok(Rungs { wave, level, by, paths: all_paths(panel), flow, not_found, identifying })
}

/// The levels of everybody who answered twice or more, in the order of people and of waves.
fn all_paths(panel: &Panel) -> Vec<Vec<usize>> {
    let (mut all, mut of_one) = (Vec::new(), Vec::new());
    for places in panel.survey.by_person(panel.people.len()).iter() {
        let answers = places.iter().filter_map(|at| panel.survey.answers.get(*at as usize));
        of_one.clear();
        of_one.extend(answers.filter(|a| !a.level.is_nan()).map(|a| (panel.survey.rank(a.wave), a.level as usize)));
        if of_one.len() > 1 {
            of_one.sort_unstable();
            all.push(of_one.iter().map(|(_, level)| *level).collect());
        }
    }
    all
}

/// Groups beyond which a column is no longer one to tell people by.
const MOST_GROUPS: usize = 200;

/// Whether a column groups people: names and ids, which mark them one by one, do not.
fn tells_groups(of: &[u32], crowd: u64) -> bool {
    let mut sizes: HashMap<u32, u64> = HashMap::new();
    of.iter().filter(|code| !super::missing(**code)).for_each(|code| *sizes.entry(*code).or_default() += 1);
    let small = sizes.values().filter(|size| **size < crowd).count();
    sizes.len() <= MOST_GROUPS && 2 * small <= sizes.len()
}

fn grouping(name: &str, ids: &Ids, cells: impl Iterator<Item = u32>) -> Grouping {
    let cells: Vec<u32> = cells.collect();
    let mut seen: Vec<u32> = cells.iter().copied().filter(|c| !super::missing(*c)).collect();
    seen.sort_by(|a, b| ids.name(*a).cmp(ids.name(*b)));
    seen.dedup();
    let place: HashMap<u32, usize> = seen.iter().enumerate().map(|(at, code)| (*code, at)).collect();
    Grouping {
        name: name.to_string(),
        values: seen.iter().map(|code| ids.name(*code).to_string()).collect(),
        of: cells.iter().map(|code| place.get(code).copied()).collect(),
    }
}

fn paths<K: Ord + std::hash::Hash + Copy>(answers: HashMap<K, Vec<(u32, usize)>>) -> Vec<Vec<usize>> {
    let mut people: Vec<(K, Vec<(u32, usize)>)> = answers.into_iter().filter(|(_, a)| a.len() > 1).collect();
    people.sort_by_key(|(who, _)| *who);
    let path = |mut answers: Vec<(u32, usize)>| {
        answers.sort_unstable();
        answers.into_iter().map(|(_, level)| level).collect()
    };
    people.into_iter().map(|(_, answers)| path(answers)).collect()
}

/// What a stages question on a plain table names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainRungs {
    /// Level column.
    pub level: String,
    /// Column to tell it by.
    pub by: Option<String>,
    /// Person column, with `wave`.
    pub person: Option<String>,
    /// Wave column: ISO dates, numbers or sorted text.
    pub wave: Option<String>,
}

/// The standings of a plain table. With person and wave, each person's latest row counts; otherwise every row does.
///
/// # Errors
/// A decline when a column is missing, or a level is not a whole number on the ladder.
pub fn plain(table: &Plain, asked: &PlainRungs, levels: usize) -> Result<Rungs, Decline> {
    let decline = |code: &str, column: &str| Decline::new(DECLINED, code).with("column", column);
    let text = |name: &str| table.texts(name).ok_or_else(|| decline("column_unknown", name));
    text(&asked.level)?;
    let numbers =
        table.numbers(&asked.level).ok_or_else(|| super::not_numbers(table, DECLINED, "not_numeric", &asked.level))?;
    let off = |v: &f64| v.fract() != 0.0 || *v < 0.0 || *v >= levels as f64;
    if let Some(row) = numbers.iter().position(|v| v.as_ref().is_some_and(off)) {
        let line = table.lines.get(row).copied().unwrap_or(0);
        return Err(decline("level_off_ladder", &asked.level).with("line", line).with("highest", levels - 1));
    }
    let level = |row: usize| numbers.get(row).copied().flatten().map(|v| v as usize);
    let mut flow = Flow::of("rows", table.rows() as u64);
    let mut rows: Vec<usize> = (0..table.rows()).filter(|r| level(*r).is_some()).collect();
    flow.lose("no_level", Some(&asked.level), flow.start - rows.len() as u64);
    let mut walked = Vec::new();
    if let (Some(person), Some(wave)) = (&asked.person, &asked.wave) {
        let (people, order) = (text(person)?, wave_order(table, wave).ok_or_else(|| decline("column_unknown", wave))?);
        let mut answers: HashMap<&str, Vec<(u32, usize)>> = HashMap::new();
        let mut last: HashMap<&str, (u32, usize)> = HashMap::new();
        let (mut nobody, mut undated) = (0, 0);
        for &row in &rows {
            let Some(who) = people.get(row).and_then(|p| p.as_deref()) else {
                nobody += 1;
                continue;
            };
            let Some(rank) = order.get(row).copied().flatten() else {
                undated += 1;
                continue;
            };
            answers.entry(who).or_default().push((rank, level(row).unwrap_or(0)));
            let entry = last.entry(who).or_insert((rank, row));
            *entry = (*entry).max((rank, row));
        }
        let mut kept: Vec<(&str, usize)> = last.into_iter().map(|(who, (_, row))| (who, row)).collect();
        kept.sort_unstable();
        flow.lose("no_person", Some(person), nobody);
        flow.lose("no_wave", Some(wave), undated);
        flow.lose("earlier_answer", Some(wave), flow.used - kept.len() as u64);
        rows = kept.into_iter().map(|(_, row)| row).collect();
        walked = paths(answers);
    }
    let mut by = Vec::new();
    if let Some(name) = &asked.by {
        let cells = text(name)?;
        let mut ids = Ids::default();
        let codes: Vec<u32> =
            rows.iter().map(|r| cells.get(*r).cloned().flatten().map_or(NOBODY, |c| ids.intern(&c))).collect();
        by.push(grouping(name, &ids, codes.into_iter()));
    }
    if rows.is_empty() {
        return Err(Decline::new(DECLINED, "no_levels"));
    }
    let level = rows.iter().filter_map(|r| level(*r)).collect();
    Ok(Rungs {
        wave: "last".to_string(),
        level,
        by,
        paths: walked,
        flow,
        not_found: Vec::new(),
        identifying: Vec::new(),
    })
}

/// Rank of each row's wave, `None` where it is blank: by number where all are numbers, else by text (ISO dates sort as text).
fn wave_order(table: &Plain, name: &str) -> Option<Vec<Option<u32>>> {
    let cells = table.texts(name)?;
    let mut labels: Vec<&str> = cells.iter().flatten().map(String::as_str).collect();
    let number = |l: &str| l.parse::<f64>().unwrap_or(f64::INFINITY);
    labels.sort_by(|a, b| number(a).total_cmp(&number(b)).then(a.cmp(b)));
    labels.dedup();
    let rank: HashMap<&str, u32> = labels.iter().enumerate().map(|(i, l)| (*l, i as u32)).collect();
    Some(cells.iter().map(|c| c.as_deref().and_then(|c| rank.get(c).copied())).collect())
}
