//! Spells of employment as rows: when each person came under observation, when they went, whether they left; and
//! headcount and leavers by month. From a people table with dates, or from a plain table.

mod columns;

pub use columns::{Columns, Covariate, EVENTS_PER_COLUMN, Known, Reasons};

use super::arms::{Arm, arm_names, assigned, not_torn};
use super::dense;
use crate::domain::{Day, Month};
use crate::findings::{Decline, Flow};
use crate::panel::{NOBODY, Panel};
use crate::study::{Assignment, Clock, Comparison};
use crate::tables::{MISSING_DAY, Plain};

/// Headcount and leavers of one group in one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthCount {
    /// The month.
    pub month: Month,
    /// Which arm.
    pub arm: Arm,
    /// Employed on the first day.
    pub headcount: u64,
    /// Of those, left inside the month.
    pub leavers: u64,
}

/// Whether curves may be told step by step or only at month ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// Every step: a plain table.
    Steps,
    /// Month ends from this first day: a study.
    MonthEnds(Day),
}

/// The rows of an attrition question.
#[derive(Debug)]
pub struct Spells {
    /// Treatment's name, control's name.
    pub names: [String; 2],
    /// The column that says who is in which.
    pub arm_column: String,
    /// By chance or not.
    pub design: Assignment,
    /// First and last day of follow-up, when durations are days of a calendar.
    pub span: Option<(Day, Day)>,
    /// The clock.
    pub clock: Clock,
    /// How finely curves are told.
    pub grain: Grain,
    /// Arm per row.
    pub arm: Vec<Arm>,
    /// Time of entry; minus infinity without delayed entry.
    pub entry: Vec<f64>,
    /// Time of exit.
    pub exit: Vec<f64>,
    /// Left at `exit` (else still there).
    pub event: Vec<bool>,
    /// Unit column and dense code per row.
    pub unit: Option<(String, Vec<u32>)>,
    /// Reasons, strata and covariates.
    pub known: Known,
    /// Times are of people on a list, who came at times nobody told: a tenure at the day the list was made, or none.
    pub snapshot: bool,
    /// Arm of every assigned unit and its size.
    pub assigned: Vec<(Arm, u64)>,
    /// Planned share of units in the treatment arm.
    pub share: f64,
    /// Months.
    pub months: Vec<MonthCount>,
    /// First month after the start.
    pub start_month: Option<Month>,
    /// From all rows to these.
    pub flow: Flow,
}

const DECLINED: &str = "attrition";

/// Everybody is under observation from the first moment, an exit at time 0 included.
const NO_DELAY: f64 = f64::NEG_INFINITY;

/// The spells of a study's people.
///
/// # Errors
/// A decline when the group, hiring or leaving column is missing, or no first day is known.
pub fn study(panel: &Panel, asked: &Comparison, clock: Clock, columns: &Columns) -> Result<Spells, Decline> {
    let decline = |code: &str| Decline::new(DECLINED, code);
    let people = &panel.people;
    let groups = people.column("group").ok_or_else(|| decline("no_group_column"))?;
    if !people.has_left {
        return Err(decline("no_left_on"));
    }
    let end = asked.end.or_else(|| last_day(panel)).ok_or_else(|| decline("no_end"))?;
    let start = asked.start.ok_or_else(|| decline("no_start"))?;
    if start > end {
        return Err(decline("start_after_end"));
    }
    let unit = match asked.unit.as_deref().filter(|u| *u != "person" && *u != "employee_id") {
        Some(name) => Some(people.column(name).ok_or_else(|| decline("unit_unknown").with("column", name))?),
        None => None,
    };
    let mut spells = Spells::empty([asked.treatment.clone(), asked.control.clone()], asked.design, clock);
    spells.span = Some((start, end));
    spells.grain = Grain::MonthEnds(start);
    spells.share = asked.share;
    spells.start_month = Some(start.month());
    spells.flow = Flow::of("people", people.len() as u64);
    let mut lost = [0u64; 4];
    let (mut codes, mut used) = (Vec::new(), Vec::new());
    for person in people.ids.sorted() {
        let person = person as usize;
        let group = groups.ids.name(groups.of.get(person).copied().unwrap_or(NOBODY));
        let Some(arm) = spells.which(group) else {
            lost[0] += 1;
            continue;
        };
        let code = unit.and_then(|u| u.of.get(person).copied()).unwrap_or(NOBODY);
        if unit.is_some() && super::missing(code) {
            lost[1] += 1;
            continue;
        }
        let hired = people.hired.get(person).copied().unwrap_or(MISSING_DAY);
        let left = people.left.get(person).copied().unwrap_or(MISSING_DAY);
        match spell(hired, left, start, end, clock) {
            Err(Lost::NoHire) => lost[2] += 1,
            Err(Lost::Outside) => lost[3] += 1,
            Ok(row) => {
                spells.push(arm, &row);
                codes.push(code);
                used.push(person);
            }
        }
    }
    spells.known = Known::of_people(people, &used, columns)?;
    spells.flow.lose("no_arm", Some("group"), lost[0]);
    if let Some(unit) = unit {
        spells.flow.lose("no_unit", Some(&unit.name), lost[1]);
    }
    if lost[2] > 0 {
        spells.flow.lose("no_hire_date", Some("hired_on"), lost[2]);
    }
    spells.flow.lose("gone_or_not_there", None, lost[3]);
    spells.unit = unit.map(|u| (u.name.clone(), dense(codes.iter().copied())));
    let names = spells.names.clone();
    let arm_of = |p: usize| {
        let group = groups.ids.name(groups.of.get(p).copied().unwrap_or(NOBODY));
        super::arms::which(group, &names[0], &names[1])
    };
    let unit_of = |p: usize| unit.and_then(|u| u.of.get(p).copied()).unwrap_or(NOBODY);
    spells.assigned = assigned(people.len(), &arm_of, &unit_of, unit.is_some());
    let first = start.month().year_earlier();
    let stays: Vec<Stay> =
        (0..people.len()).filter_map(|p| Some((arm_of(p)?, *people.hired.get(p)?, *people.left.get(p)?))).collect();
    spells.months = counts(&stays, first, end.month());
    Ok(spells)
}

/// The last day of the last month of sales, else the last day of the log or the survey.
pub(super) fn last_day(panel: &Panel) -> Option<Day> {
    let waves = (0..panel.survey.waves.len() as u32).filter_map(|w| panel.survey.day(w));
    let sessions = panel.sessions.span.map(|(_, last)| Day(last));
    panel.sales.last.map(Month::last).or_else(|| waves.chain(sessions).max())
}

struct Row {
    entry: f64,
    exit: f64,
    event: bool,
}

enum Lost {
    NoHire,
    Outside,
}

/// Follow-up of one person: days from the later of hiring and `start` to the earlier of leaving and `end`, inclusive.
fn spell(hired: i32, left: i32, start: Day, end: Day, clock: Clock) -> Result<Row, Lost> {
    let gone = left != MISSING_DAY && left < start.0;
    let late = hired != MISSING_DAY && hired > end.0;
    let crossed = hired != MISSING_DAY && left != MISSING_DAY && left < hired;
    if gone || late || crossed {
        return Err(Lost::Outside);
    }
    let event = left != MISSING_DAY && left <= end.0;
    let last = if event { left } else { end.0 };
    match clock {
        Clock::SinceStart => {
            let first = if hired == MISSING_DAY { start.0 } else { hired.max(start.0) };
            Ok(Row { entry: NO_DELAY, exit: f64::from(last - first + 1), event })
        }
        Clock::Tenure if hired == MISSING_DAY => Err(Lost::NoHire),
        Clock::Tenure => {
            let entry = f64::from((start.0 - hired).max(0));
            Ok(Row { entry, exit: f64::from(last - hired + 1), event })
        }
    }
}

/// When somebody of an arm came and went; `MISSING_DAY` for not known and still there.
type Stay = (Arm, i32, i32);

/// Headcount on the first day of each month and leavers among them.
fn counts(stays: &[Stay], first: Month, last: Month) -> Vec<MonthCount> {
    let mut rows = Vec::new();
    for arm in [Arm::Treatment, Arm::Control] {
        for month in (first.0..=last.0).map(Month) {
            let (open, close) = (month.first().0, month.last().0);
            let (mut headcount, mut leavers) = (0, 0);
            for &(_, hired, left) in stays.iter().filter(|(a, _, _)| *a == arm) {
                let there = (hired == MISSING_DAY || hired <= open) && (left == MISSING_DAY || left >= open);
                headcount += u64::from(there);
                leavers += u64::from(there && left != MISSING_DAY && left <= close);
            }
            rows.push(MonthCount { month, arm, headcount, leavers });
        }
    }
    rows
}

/// Months from a totals table, for clients without person data.
pub fn totals(panel: &Panel, asked: &Comparison) -> Vec<MonthCount> {
    let arms = [(&asked.treatment, Arm::Treatment), (&asked.control, Arm::Control)];
    let rows = arms.into_iter().flat_map(|(name, arm)| {
        let months = panel.totals.group_months(name);
        months.into_iter().map(move |(month, headcount, leavers)| MonthCount { month, arm, headcount, leavers })
    });
    rows.collect()
}

impl Spells {
    fn empty(names: [String; 2], design: Assignment, clock: Clock) -> Self {
        Self {
            names,
            arm_column: "group".to_string(),
            design,
            span: None,
            clock,
            grain: Grain::Steps,
            arm: Vec::new(),
            entry: Vec::new(),
            exit: Vec::new(),
            event: Vec::new(),
            unit: None,
            known: Known::default(),
            snapshot: false,
            assigned: Vec::new(),
            share: 0.5,
            months: Vec::new(),
            start_month: None,
            flow: Flow::default(),
        }
    }

    /// No person data: only months, from totals.
    pub fn from_totals(asked: &Comparison, months: Vec<MonthCount>) -> Self {
        let mut spells = Self::empty([asked.treatment.clone(), asked.control.clone()], asked.design, Clock::SinceStart);
        spells.start_month = asked.start.map(Day::month);
        spells.flow = Flow::of("rows", months.len() as u64);
        spells.months = months;
        spells
    }

    fn which(&self, name: &str) -> Option<Arm> {
        match name {
            n if n == self.names[0] => Some(Arm::Treatment),
            n if n == self.names[1] => Some(Arm::Control),
            _ => None,
        }
    }

    fn push(&mut self, arm: Arm, row: &Row) {
        self.arm.push(arm);
        self.entry.push(row.entry);
        self.exit.push(row.exit);
        self.event.push(row.event);
    }
}

/// How a plain table says who left when.
#[derive(Debug, Clone, PartialEq)]
pub enum Times {
    /// A duration and an event column (0/1, true/false, {1, 2} with 2 = event), or `col == value`.
    Duration {
        /// Numeric column.
        duration: String,
        /// Event column, or a test `col == value`.
        event: String,
        /// Numeric column: the time at which watching began, where that was not at 0 (left truncation).
        entry: Option<String>,
    },
    /// Only who is gone: a list of people without times.
    Event(String),
    /// Dates of entering and leaving, and the span of follow-up.
    Dates {
        /// Date column.
        entered: String,
        /// Date column, blank while there.
        left: String,
        /// First day.
        from: Day,
        /// Last day.
        to: Day,
    },
}

/// What an attrition question on a plain table names.
#[derive(Debug, Clone, PartialEq)]
pub struct PlainSpells {
    /// Arm column.
    pub arm: String,
    /// Treatment value.
    pub treatment: Option<String>,
    /// Control value.
    pub control: Option<String>,
    /// Unit column.
    pub unit: Option<String>,
    /// Who left when.
    pub times: Times,
    /// By chance or not.
    pub design: Assignment,
    /// Reasons, strata, covariates.
    pub columns: Columns,
}

/// How an event column was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventReading {
    /// 0/1, true/false, or a test.
    Plain,
    /// {1, 2} as in R: 2 is the event.
    OneTwo,
}

/// The spells of a plain table, and how its event column was read.
///
/// # Errors
/// A decline when a column is missing or of the wrong kind, or there are not two arms.
pub fn plain(table: &Plain, asked: &PlainSpells) -> Result<(Spells, EventReading), Decline> {
    let decline = |code: &str, column: &str| Decline::new(DECLINED, code).with("column", column);
    let text = |name: &str| table.texts(name).ok_or_else(|| decline("column_unknown", name));
    let arms = text(&asked.arm)?;
    let names = arm_names(DECLINED, &arms, asked.treatment.as_deref(), asked.control.as_deref())?;
    let units = asked.unit.as_deref().map(text).transpose()?;
    let mut stays: Vec<Stay> = Vec::new();
    let (rows, reading) = match &asked.times {
        Times::Duration { duration, event, entry } => {
            let numbers = |name: &str| {
                text(name)?;
                table.numbers(name).ok_or_else(|| super::not_numbers(table, DECLINED, "not_numeric", name))
            };
            let (durations, entries) = (numbers(duration)?, entry.as_deref().map(numbers).transpose()?);
            let (events, reading) = events(table, event)?;
            (durations_as_rows(&durations, entries.as_deref(), &events), reading)
        }
        Times::Event(event) => {
            let (events, reading) = events(table, event)?;
            (durations_as_rows(&vec![Some(1.0); events.len()], None, &events), reading)
        }
        Times::Dates { entered, left, from, to } => {
            let dates = dates(table, entered, left)?;
            let arm = |row: usize| super::arms::which(arms.get(row)?.as_deref()?, &names[0], &names[1]);
            let stay =
                |(row, (hired, left)): (usize, &Dates)| Some((arm(row)?, (*hired)?, left.unwrap_or(MISSING_DAY)));
            stays = dates.iter().enumerate().filter_map(stay).collect();
            (dates_as_rows(&dates, *from, *to), EventReading::Plain)
        }
    };
    let mut spells = Spells::empty(names, asked.design, Clock::SinceStart);
    spells.arm_column.clone_from(&asked.arm);
    spells.snapshot = match &asked.times {
        Times::Duration { duration, entry: None, .. } => is_tenure(duration),
        Times::Event(_) => true,
        _ => false,
    };
    if let Times::Dates { from, to, .. } = &asked.times {
        spells.span = Some((*from, *to));
        spells.start_month = Some(from.month());
        spells.months = counts(&stays, from.month(), to.month());
    }
    spells.flow = Flow::of("rows", table.rows() as u64);
    let mut lost = [0u64; 4];
    let mut ids = crate::panel::Ids::default();
    let (mut codes, mut used) = (Vec::new(), Vec::new());
    for (row, spell) in rows.into_iter().enumerate() {
        let Some(arm) = arms.get(row).and_then(|a| a.as_deref()).and_then(|a| spells.which(a)) else {
            lost[0] += 1;
            continue;
        };
        let code = units.as_ref().map(|u| u.get(row).cloned().flatten().map_or(NOBODY, |u| ids.intern(&u)));
        match spell {
            _ if code.is_some_and(super::missing) => lost[1] += 1,
            Found::Missing => lost[2] += 1,
            Found::Outside => lost[3] += 1,
            Found::Spell(spell) => {
                spells.push(arm, &spell);
                codes.push(code.unwrap_or(NOBODY));
                used.push(row);
            }
        }
    }
    spells.known = Known::of_table(table, &used, &asked.columns)?;
    spells.flow.lose("no_arm", Some(&asked.arm), lost[0]);
    if let Some(unit) = &asked.unit {
        spells.flow.lose("no_unit", Some(unit), lost[1]);
        not_torn(DECLINED, &codes, &spells.arm, unit)?;
        spells.unit = Some((unit.clone(), dense(codes.iter().copied())));
    }
    spells.flow.lose("no_time", None, lost[2]);
    if lost[3] > 0 {
        spells.flow.lose("gone_or_not_there", None, lost[3]);
    }
    let unit_of = |row: usize| spells.unit.as_ref().and_then(|(_, c)| c.get(row).copied()).unwrap_or(NOBODY);
    spells.assigned = assigned(spells.arm.len(), &|row| spells.arm.get(row).copied(), &unit_of, spells.unit.is_some());
    Ok((spells, reading))
}

enum Found {
    Missing,
    Outside,
    Spell(Row),
}

/// Durations as they are; nothing is known of a row that ends where its watching began, or before.
fn durations_as_rows(
    durations: &[Option<f64>],
    entries: Option<&[Option<f64>]>,
    events: &[Option<bool>],
) -> Vec<Found> {
    let entry = |row: usize| match entries {
        Some(entries) => entries.get(row).copied().flatten(),
        None => Some(NO_DELAY),
    };
    let row = |(row, (time, event)): (usize, (&Option<f64>, &Option<bool>))| match (time, event, entry(row)) {
        (Some(exit), Some(event), Some(entry)) if *exit >= 0.0 => match *exit > entry {
            true => Found::Spell(Row { entry, exit: *exit, event: *event }),
            false => Found::Outside,
        },
        _ => Found::Missing,
    };
    durations.iter().zip(events).enumerate().map(row).collect()
}

/// Words by which exports call how long somebody has been employed. On a list of people it ends on the day the list was
/// made, for those who left as for those who stayed, and says nothing about when the watching began.
const TENURE: [&str; 12] = [
    "tenure",
    "yearsatcompany",
    "yearsofservice",
    "lengthofservice",
    "monthsofservice",
    "daysofservice",
    "serviceyears",
    "seniority",
    "勤続",
    "在籍",
    "在社",
    "社歴",
];

/// Whether a column's name says that it holds a tenure.
fn is_tenure(column: &str) -> bool {
    let plain: String = column.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    TENURE.iter().any(|word| plain.contains(word))
}

/// Day of entering and of leaving of one row.
type Dates = (Option<i32>, Option<i32>);

fn dates(table: &Plain, entered: &str, left: &str) -> Result<Vec<Dates>, Decline> {
    let days = |name: &str| {
        let all_blank = table.texts(name).is_some_and(|c| c.iter().all(Option::is_none));
        if all_blank {
            return Ok(vec![None; table.rows()]);
        }
        let unknown = if table.column(name).is_none() { "column_unknown" } else { "not_date" };
        let decline = || {
            let decline = Decline::new(DECLINED, unknown).with("column", name);
            match first_not_date(table, name) {
                Some(line) => decline.with("line", line),
                None => decline,
            }
        };
        table.days(name).ok_or_else(decline)
    };
    Ok(days(entered)?.into_iter().zip(days(left)?).collect())
}

fn dates_as_rows(dates: &[Dates], from: Day, to: Day) -> Vec<Found> {
    let row = |(hired, left): &Dates| {
        let Some(hired) = *hired else { return Found::Missing };
        match spell(hired, left.unwrap_or(MISSING_DAY), from, to, Clock::SinceStart) {
            Ok(row) => Found::Spell(row),
            Err(_) => Found::Outside,
        }
    };
    dates.iter().map(row).collect()
}

/// The line of the first cell of a text column that is no ISO date.
fn first_not_date(table: &Plain, name: &str) -> Option<u64> {
    let cells = table.texts(name)?;
    let row = cells.iter().position(|c| c.as_deref().is_some_and(|c| Day::parse_iso(c).is_none()))?;
    table.lines.get(row).copied()
}

/// Reads an event column: 0/1, true/false, exactly {1, 2} with 2 = event, or a test `col == value`.
fn events(table: &Plain, event: &str) -> Result<(Vec<Option<bool>>, EventReading), Decline> {
    let decline = |code: &str, column: &str| Decline::new(DECLINED, code).with("column", column);
    if let Some((column, value)) = event.split_once("==") {
        let column = column.trim();
        let value = value.trim().trim_matches(['\'', '"']);
        let cells = table.texts(column).ok_or_else(|| decline("column_unknown", column))?;
        return Ok((cells.into_iter().map(|c| c.map(|c| c == value)).collect(), EventReading::Plain));
    }
    let cells = table.texts(event).ok_or_else(|| decline("column_unknown", event))?;
    let mut values: Vec<String> = cells.iter().flatten().map(|c| c.to_ascii_lowercase()).collect();
    values.sort_unstable();
    values.dedup();
    let all = |known: &[&str]| !values.is_empty() && values.iter().all(|v| known.contains(&v.as_str()));
    let read = |yes: &[&str]| -> Vec<Option<bool>> {
        cells.iter().map(|c| c.as_ref().map(|c| yes.contains(&c.to_ascii_lowercase().as_str()))).collect()
    };
    if all(&["0", "1", "true", "false"]) {
        Ok((read(&["1", "true"]), EventReading::Plain))
    } else if values == ["1", "2"] {
        Ok((read(&["2"]), EventReading::OneTwo))
    } else {
        Err(decline("event_unreadable", event))
    }
}
