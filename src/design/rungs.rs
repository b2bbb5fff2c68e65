//! Standings on the ladder as rows: each person's level, the team they come in, the groups to tell it by, and their levels
//! wave by wave. Judges nothing about the ladder itself.

pub mod lifts;
pub mod outcomes;
mod plain;
mod walks;

pub use plain::{PlainRungs, plain};
pub use walks::{Step, Walks};

use crate::domain::Day;
use crate::findings::{Decline, Flow};
use crate::panel::people::Categories;
use crate::panel::survey::Asked;
use crate::panel::{Ids, NOBODY, Panel, People};
use crate::study::{Study, Wave};
use crate::tables::MISSING_DAY;
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

/// The units that people come in.
#[derive(Debug)]
pub struct Teams {
    /// The column.
    pub name: String,
    /// Dense code per row; a person without a team is a team of one.
    pub of: Vec<u32>,
}

/// The rows of the stages question.
#[derive(Debug)]
pub struct Rungs {
    /// `last`, or the wave's label.
    pub wave: String,
    /// Level per person.
    pub level: Vec<usize>,
    /// Place of the answer that counts in the survey, or its row in a plain table.
    pub answer: Vec<usize>,
    /// Teams over the same people.
    pub team: Option<Teams>,
    /// Groupings over the same people.
    pub by: Vec<Grouping>,
    /// Whether the ladder is to be told wave by wave.
    pub by_wave: bool,
    /// Everybody who ever answered with a level, wave by wave.
    pub walks: Walks,
    /// From all people to these.
    pub flow: Flow,
    /// Groupings asked for that the data do not have.
    pub not_found: Vec<String>,
    /// Groupings asked for whose values mark people instead of grouping them.
    pub identifying: Vec<String>,
}

const DECLINED: &str = "stages";

fn decline(code: &str, column: &str) -> Decline {
    Decline::new(DECLINED, code).with("column", column)
}

/// Columns whose values are ids: teams are numbered, never named.
const TEAMS: [&str; 2] = ["manager_id", "unit_id"];

/// Groupings that are no columns of people: the wave of the answer, and the years at work on its day.
const WAVE: &str = "wave";
const TENURE: &str = "tenure";

/// Bands of tenure: the code and the days it ends before.
const BANDS: [(&str, i32); 5] = [("0_1", 365), ("1_3", 1096), ("3_5", 1826), ("5_10", 3652), ("10_more", i32::MAX)];

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
    let used: Vec<Standing> = (people.ids.sorted().into_iter())
        .filter_map(|person| {
            let at = chosen.get(person as usize).copied().flatten()?;
            let answer = panel.survey.answers.get(at)?;
            let day = panel.survey.day(answer.wave);
            Some(Standing { person: person as usize, answer: at, level: answer.level as usize, day })
        })
        .collect();
    flow.lose("no_level", Some("level"), flow.start - used.len() as u64);
    if used.is_empty() {
        return Err(Decline::new(DECLINED, "no_levels"));
    }
    let asked = Wanted { study, usual: crate::study::check::defaults().is_ok_and(|d| d.stages_by == study.stages_by) };
    let told = asked.groupings(people, &used);
    let rows: Vec<usize> = used.iter().map(|s| s.person).collect();
    let unit = unit(people, study);
    let team = unit.map(|column| Teams { name: column.name.clone(), of: teams(column, &rows) });
    let mut walks = Walks::of(panel);
    walks.team = unit.map(|column| teams(column, walks.people()));
    walks.by = told.by.first().and_then(|first| people.column(&first.name)).map(|column| {
        let told = grouping(&column.name, &column.ids, walks.people().iter().map(|p| cell(column, *p)));
        named(told)
    });
    let wave = match wave {
        Wave::Label(label) => label,
        Wave::Last | Wave::All => "last".to_string(),
    };
    let by_wave = study.stages_by.iter().any(|name| name == WAVE) && walks.waves.len() > 1;
    Ok(Rungs {
        wave,
        level: used.iter().map(|s| s.level).collect(),
        answer: used.iter().map(|s| s.answer).collect(),
        team,
        by: told.by,
        by_wave,
        walks,
        flow,
        not_found: told.not_found,
        identifying: told.identifying,
    })
}

/// A person and the answer that counts.
struct Standing {
    person: usize,
    answer: usize,
    level: usize,
    day: Option<Day>,
}

/// What the people come in: the assigned unit, else the cluster of the drivers, else the manager.
fn unit<'p>(people: &'p People, study: &Study) -> Option<&'p Categories> {
    let assigned = study.comparison.as_ref().and_then(|c| c.unit.as_deref());
    let names = [assigned, study.drivers.cluster.as_deref(), Some("manager_id")];
    names.into_iter().flatten().find_map(|name| people.column(name))
}

fn cell(column: &Categories, person: usize) -> u32 {
    column.of.get(person).copied().unwrap_or(NOBODY)
}

/// Dense codes of the units of these people; whoever has none is alone.
fn teams(column: &Categories, people: &[usize]) -> Vec<u32> {
    let units = column.ids.len() as u32;
    let code = |(at, person): (usize, &usize)| match cell(column, *person) {
        missing if super::missing(missing) => units + at as u32,
        code => code,
    };
    super::dense(people.iter().enumerate().map(code))
}

/// Groupings found, and what became of the others.
#[derive(Default)]
struct Told {
    by: Vec<Grouping>,
    not_found: Vec<String>,
    identifying: Vec<String>,
}

/// What a study asks to be told by; with the usual list, what the data do not have is passed over in silence.
struct Wanted<'s> {
    study: &'s Study,
    usual: bool,
}

impl Wanted<'_> {
    fn groupings(&self, people: &People, used: &[Standing]) -> Told {
        let mut told = Told::default();
        for name in self.study.stages_by.iter().filter(|name| *name != WAVE) {
            match people.column(name) {
                Some(column) if !tells_groups(&column.of, self.study.crowd) => {
                    if !self.usual {
                        told.identifying.push(name.clone());
                    }
                }
                Some(column) => {
                    let found = named(grouping(name, &column.ids, used.iter().map(|s| cell(column, s.person))));
                    if !self.usual || found.values.len() > 1 || name == "group" {
                        told.by.push(found);
                    }
                }
                None if name == TENURE && people.has_hired && used.iter().any(|s| s.day.is_some()) => {
                    told.by.push(tenure(people, used));
                }
                // Studies without arms or departments were told so before the list grew; the rest is extra.
                None if self.usual && !matches!(name.as_str(), "group" | "department") => {}
                None => told.not_found.push(name.clone()),
            }
        }
        told
    }
}

/// Ids become numbers.
fn named(mut told: Grouping) -> Grouping {
    if TEAMS.contains(&told.name.as_str()) {
        told.values = (1..=told.values.len()).map(|number| number.to_string()).collect();
    }
    told
}

/// Years at work on the day of the answer, in bands.
fn tenure(people: &People, used: &[Standing]) -> Grouping {
    let band = |s: &Standing| {
        let hired = people.hired.get(s.person).copied().filter(|day| *day != MISSING_DAY)?;
        let days = s.day?.0 - hired;
        (days >= 0).then(|| BANDS.iter().position(|(_, end)| days < *end)).flatten()
    };
    let found: Vec<Option<usize>> = used.iter().map(band).collect();
    let there: Vec<usize> = (0..BANDS.len()).filter(|at| found.contains(&Some(*at))).collect();
    Grouping {
        name: TENURE.to_string(),
        values: there.iter().filter_map(|at| BANDS.get(*at)).map(|(code, _)| (*code).to_string()).collect(),
        of: found.iter().map(|band| there.iter().position(|at| Some(*at) == *band)).collect(),
    }
}

/// Groups beyond which a column is no longer one to tell people by.
pub(super) const MOST_GROUPS: usize = 200;

/// Whether a column groups people: names and ids, which mark them one by one, do not.
pub(super) fn tells_groups(of: &[u32], crowd: u64) -> bool {
    let mut sizes: HashMap<u32, u64> = HashMap::new();
    of.iter().filter(|code| !super::missing(**code)).for_each(|code| *sizes.entry(*code).or_default() += 1);
    let small = sizes.values().filter(|size| **size < crowd).count();
    sizes.len() <= MOST_GROUPS && 2 * small <= sizes.len()
}

pub(super) fn grouping(name: &str, ids: &Ids, cells: impl Iterator<Item = u32>) -> Grouping {
    let cells: Vec<u32> = cells.collect();
    let mut seen: Vec<u32> = cells.clone();
    seen.sort_unstable();
    seen.dedup();
    seen.retain(|c| !super::missing(*c));
    seen.sort_by(|a, b| ids.name(*a).cmp(ids.name(*b)));
    let place: HashMap<u32, usize> = seen.iter().enumerate().map(|(at, code)| (*code, at)).collect();
    Grouping {
        name: name.to_string(),
        values: seen.iter().map(|code| ids.name(*code).to_string()).collect(),
        of: cells.iter().map(|code| place.get(code).copied()).collect(),
    }
}
