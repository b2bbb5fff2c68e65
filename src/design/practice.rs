//! Practice as rows: what each person's months come to, the gaps between the 1on1s of each pair by team, the calendar and
//! the mix of topics. Everybody who was employed for a whole month of the window has a row, met or not. Estimates nothing.

use super::dense;
use super::rungs::{Grouping, MOST_GROUPS, grouping, tells_groups};
use crate::domain::{Day, Month};
use crate::findings::{Decline, Flow};
pub use crate::panel::practice::Told;
use crate::panel::practice::{Fate, Meeting, MonthOf, NO_MANAGER, Practised, manager_key};
use crate::panel::survey::Asked;
use crate::panel::{Panel, Practice};
use crate::stats::waiting::Wait;
use crate::study::{Study, Wave};
use crate::tables::MISSING_DAY;
use hashbrown::HashMap;
use std::collections::BTreeMap;

const NAME: &str = "practice";
/// The grouping by years since hiring.
pub const TENURE: &str = "tenure";
/// Codes of the bands of tenure, and the years at which each ends.
const TENURES: [(&str, i32); 4] = [("under_1", 1), ("1_to_3", 3), ("3_to_5", 5), ("5_to_10", 10)];
const LONGEST: &str = "10_and_over";
/// Days of the week.
pub const WEEK: usize = 7;
/// Gaps from which on a pair has a rhythm.
const FEWEST_GAPS: usize = 3;

/// Sums of months.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    /// Months that count.
    pub months: u32,
    /// Of them, proper ones.
    pub proper: u32,
    /// 1on1s held.
    pub held: u32,
}

impl Sums {
    fn add(&mut self, month: &MonthOf) {
        self.months += 1;
        self.proper += u32::from(month.proper);
        self.held += month.held;
    }
}

/// One person.
#[derive(Debug, Clone, Copy, Default)]
pub struct PersonRow {
    /// Their number in the people.
    pub person: u32,
    /// Every month that counts.
    pub all: Sums,
    /// 1on1s planned in them, held ones included.
    pub planned: u32,
    /// Minutes of the held ones that have any.
    pub minutes: u32,
    /// How many have.
    pub timed: u32,
    /// Those before the month of their answer.
    pub before_answer: Sums,
    /// Those whose sales count.
    pub with_sales: Sums,
    /// Longest run of days without a held 1on1, open ends included.
    pub silence: u32,
    /// Longest gap of one of their pairs, the open one included.
    pub longest_gap: u32,
    /// Engagement in the answer that counts; NaN without one.
    pub engagement: f64,
    /// Mean sales of the months that count; NaN without any.
    pub sales: f64,
    /// Evenness of the topics talked about, 0-1; NaN with fewer than `FEWEST_TOPICS`.
    pub evenness: f64,
}

/// Mentions of topics from which on a person's mix is looked at.
const FEWEST_TOPICS: u32 = 5;

/// One month of everybody.
#[derive(Debug, Clone, Default)]
pub struct MonthRow {
    /// The month.
    pub month: i32,
    /// People employed throughout.
    pub people: u64,
    /// Of them: who held a 1on1.
    pub met: u64,
    /// Of them: whose month was proper.
    pub proper: u64,
    /// What became of the 1on1s: held, scheduled, called off (by whom unknown, by the manager, by the report).
    pub fates: [u64; 5],
    /// People behind each of them.
    pub fates_people: [u64; 5],
    /// Minutes of held ones, and how many have any.
    pub minutes: [u64; 2],
    /// Held 1on1s by day of the week, Monday first, and the people behind them.
    pub week: [[u64; 2]; WEEK],
    /// By value of the calendar's grouping: people, 1on1s held, people who met.
    pub groups: Vec<[u64; 3]>,
}

/// How regular the pairs are that met often enough to tell.
#[derive(Debug, Clone, Default)]
pub struct Rhythms {
    /// Coefficient of variation of each pair's gaps.
    pub variation: Vec<f64>,
    /// The place in `people` of each pair's report.
    pub row: Vec<u32>,
    /// Per pair: gaps within a third of its median, and all of its gaps.
    pub near: Vec<[u32; 2]>,
}

/// The managers' side.
#[derive(Debug, Clone, Default)]
pub struct Loads {
    /// Reports of each manager.
    pub reports: Vec<u32>,
    /// 1on1s held by each manager a month.
    pub per_month: Vec<f64>,
    /// Share of proper months among those of each manager's reports.
    pub share_proper: Vec<f64>,
}

/// The topics of the people at one stage.
#[derive(Debug, Clone, Default)]
pub struct Mix {
    /// The stage's code; "" = everybody.
    pub stage: String,
    /// People with a held 1on1 that has a topic.
    pub people: u64,
    /// Per topic: mentions, and people who talked about it.
    pub topics: Vec<[u64; 2]>,
}

/// The rows of the practice question.
#[derive(Debug, Default)]
pub struct PracticeRows {
    /// First and last month.
    pub window: (i32, i32),
    /// One row a person, in the order of their ids.
    pub people: Vec<PersonRow>,
    /// Dense code of each person's team; `None` where nobody's manager is known.
    pub teams: Option<Vec<u32>>,
    /// Groupings over the same people.
    pub by: Vec<Grouping>,
    /// Groupings asked for that the data do not have, and those that mark people.
    pub not_found: Vec<String>,
    /// Groupings whose values mark people instead of grouping them.
    pub identifying: Vec<String>,
    /// Every month of the window.
    pub months: Vec<MonthRow>,
    /// Which of `by` the calendar is told by.
    pub calendar_by: Option<usize>,
    /// Gaps of each team (of each person, where nobody's manager is known).
    pub gaps: Vec<Vec<Wait>>,
    /// Pairs that met.
    pub pairs: u64,
    /// How regular they are.
    pub rhythms: Rhythms,
    /// Manager by manager, where they are known.
    pub loads: Option<Loads>,
    /// Everybody's topics first, then stage by stage.
    pub topics: Vec<Mix>,
    /// The topics' codes.
    pub codes: Vec<String>,
    /// From all people to these.
    pub flow: Flow,
    /// What the log says at all.
    pub told: Told,
    /// 1on1s that could not be placed in a month.
    pub undated: u64,
}

/// Turns what was kept of the log into rows.
///
/// # Errors
/// A decline when no 1on1 was held, or nobody was employed for a whole month of the window.
pub fn study(panel: &Panel, study: &Study) -> Result<PracticeRows, Decline> {
    let practice = &panel.practice;
    let window = practice.window(&study.practice).ok_or_else(|| Decline::new(NAME, "no_meetings"))?;
    let mut flow = Flow::of("people", panel.people.len() as u64);
    let order: Vec<(u32, (Month, Month))> = (panel.people.ids.sorted().into_iter())
        .filter_map(|p| Some((p, Practice::employed(&panel.people, p as usize, window)?)))
        .collect();
    flow.lose("no_whole_month", None, flow.start - order.len() as u64);
    if order.is_empty() {
        return Err(Decline::new(NAME, "no_whole_months"));
    }
    let people: Vec<u32> = order.iter().map(|(p, _)| *p).collect();
    let (by, not_found, identifying) = groupings(panel, study, &people, window);
    let calendar_by = by.iter().position(|g| g.name != TENURE);
    let managers = managers(panel, &people);
    let mut pass = Pass::new(panel, study, window, by.get(calendar_by.unwrap_or(usize::MAX)));
    pass.teams = managers.as_ref().map(|keys| dense_keys(keys));
    for (row, (person, months)) in order.iter().enumerate() {
        pass.take(row, *person as usize, *months);
    }
    let loads = managers.as_deref().map(|keys| pass.loads(keys));
    let rows = PracticeRows {
        window: (window.0.0, window.1.0),
        people: pass.people,
        teams: pass.teams,
        not_found,
        identifying,
        months: pass.months,
        calendar_by,
        gaps: pass.gaps,
        pairs: pass.pairs,
        rhythms: pass.rhythms,
        loads,
        topics: pass.topics,
        codes: practice.codes().to_vec(),
        flow,
        told: practice.told,
        undated: practice.undated,
        by,
    };
    Ok(rows)
}

fn groupings(
    panel: &Panel,
    study: &Study,
    people: &[u32],
    window: (Month, Month),
) -> (Vec<Grouping>, Vec<String>, Vec<String>) {
    let (mut by, mut not_found, mut identifying) = (Vec::new(), Vec::new(), Vec::new());
    for name in &study.practice.by {
        match panel.people.column(name) {
            Some(column) if !tells_groups(&column.of, study.crowd) => identifying.push(name.clone()),
            Some(column) => {
                let cells = people.iter().map(|p| column.of.get(*p as usize).copied().unwrap_or(u32::MAX));
                let told = grouping(name, &column.ids, cells);
                if told.values.len() <= MOST_GROUPS { by.push(told) } else { identifying.push(name.clone()) }
            }
            None if name == TENURE && panel.people.has_hired => by.push(tenure(panel, people, window.1.last())),
            None => not_found.push(name.clone()),
        }
    }
    (by, not_found, identifying)
}

/// Whole years from hiring to the end of the window, in bands; somebody's last day comes first.
fn tenure(panel: &Panel, people: &[u32], end: Day) -> Grouping {
    let band = |person: u32| {
        let hired = panel.people.hired.get(person as usize).copied().filter(|day| *day != MISSING_DAY)?;
        let left = panel.people.left.get(person as usize).copied().filter(|day| *day != MISSING_DAY);
        let ((y0, m0, d0), (y1, m1, d1)) = (Day(hired).ymd(), Day(left.map_or(end.0, |l| l.min(end.0))).ymd());
        let years = y1 - y0 - i32::from((m1, d1) < (m0, d0));
        Some(TENURES.iter().position(|(_, to)| years < *to).unwrap_or(TENURES.len()))
    };
    let values = TENURES.iter().map(|(code, _)| *code).chain([LONGEST]).map(String::from).collect();
    Grouping { name: TENURE.to_string(), values, of: people.iter().map(|p| band(*p)).collect() }
}

/// The key of each person's manager: the people table's, else that of most held, then planned 1on1s (ties: the higher key). `None` where
/// neither table knows any.
fn managers(panel: &Panel, people: &[u32]) -> Option<Vec<u64>> {
    if let Some(column) = panel.people.column("manager_id") {
        let keys: Vec<u64> = (0..column.ids.len() as u32).map(|n| manager_key(column.ids.name(n))).collect();
        let of = |p: &u32| column.of.get(*p as usize).and_then(|code| keys.get(*code as usize)).copied();
        return Some(people.iter().map(|p| of(p).unwrap_or(NO_MANAGER)).collect());
    }
    if !panel.practice.told.managers {
        return None;
    }
    let mut meetings = Vec::new();
    let main = |p: &u32| {
        panel.practice.meetings(*p as usize, &mut meetings);
        let mut counts: BTreeMap<u64, (u32, u32)> = BTreeMap::new();
        for meeting in &meetings {
            let (held, planned) = counts.entry(meeting.manager).or_default();
            (*held, *planned) = (*held + u32::from(meeting.fate == Fate::Held), *planned + 1);
        }
        counts.into_iter().max_by_key(|(key, count)| (*count, *key)).map_or(NO_MANAGER, |(key, _)| key)
    };
    Some(people.iter().map(main).collect())
}

/// Teams by number; everybody without a manager is a team of their own.
fn dense_keys(keys: &[u64]) -> Vec<u32> {
    let mut known: HashMap<u64, u32> = HashMap::new();
    let mut next = 0;
    let mut number = |key: u64| {
        let mut fresh = || {
            next += 1;
            next - 1
        };
        if key == NO_MANAGER { fresh() } else { *known.entry(key).or_insert_with(fresh) }
    };
    keys.iter().map(|key| number(*key)).collect()
}

/// Everything that one walk over the people collects.
struct Pass<'p> {
    panel: &'p Panel,
    study: &'p Study,
    window: (Month, Month),
    groups: Option<&'p Grouping>,
    teams: Option<Vec<u32>>,
    /// Place of each person's answer with an engagement, and with a level.
    engagement: Vec<u32>,
    level: Vec<u32>,
    people: Vec<PersonRow>,
    months: Vec<MonthRow>,
    gaps: Vec<Vec<Wait>>,
    pairs: u64,
    rhythms: Rhythms,
    held_by: HashMap<u64, u32>,
    topics: Vec<Mix>,
    meetings: Vec<Meeting>,
    days: Vec<i32>,
}

impl<'p> Pass<'p> {
    fn new(panel: &'p Panel, study: &'p Study, window: (Month, Month), groups: Option<&'p Grouping>) -> Self {
        let width = groups.map_or(0, |g| g.values.len() + 1);
        let month = |month| MonthRow { month, groups: vec![[0; 3]; width], ..MonthRow::default() };
        let topics = || vec![[0u64; 2]; panel.practice.codes().len()];
        let everybody = Mix { topics: topics(), ..Mix::default() };
        let stages = study.ladder.stages().iter();
        let stages = stages.map(|stage| Mix { stage: stage.clone(), topics: topics(), ..Mix::default() });
        Self {
            panel,
            study,
            window,
            groups,
            teams: None,
            engagement: answers(panel, Asked::Engagement),
            level: answers(panel, Asked::Level),
            people: Vec::new(),
            months: (window.0.0..=window.1.0).map(month).collect(),
            gaps: Vec::new(),
            pairs: 0,
            rhythms: Rhythms::default(),
            held_by: HashMap::new(),
            topics: [everybody].into_iter().chain(stages).collect(),
            meetings: Vec::new(),
            days: Vec::new(),
        }
    }

    fn take(&mut self, row: usize, person: usize, months: (Month, Month)) {
        let mut meetings = std::mem::take(&mut self.meetings);
        let proper = &self.study.practice.proper;
        let practised = self.panel.practice.practised(person, months, proper, &mut meetings);
        let survey = &self.panel.survey;
        let answer = self.engagement.get(person).and_then(|at| survey.answers.get(*at as usize));
        let wave_day = answer.and_then(|a| survey.day(a.wave));
        let (engagement, wave_month) =
            (answer.map_or(f64::NAN, |a| a.engagement), wave_day.map_or(MISSING_DAY, |day| day.month().0));
        let sales = &self.panel.sales;
        let mut found = PersonRow { person: person as u32, engagement, ..PersonRow::default() };
        for (month, of) in (practised.first..).zip(&practised.months) {
            found.all.add(of);
            found.planned += of.planned();
            found.minutes += of.minutes;
            found.timed += of.timed;
            if month < wave_month {
                found.before_answer.add(of);
            }
            if month >= sales.start && month <= sales.end {
                found.with_sales.add(of);
            }
        }
        found.sales = sales.after.get(person).and_then(|sum| sum.mean()).unwrap_or(f64::NAN);
        found.evenness = self.mix(person);
        self.calendar(row, &practised, &meetings);
        (found.silence, found.longest_gap) = self.between(row, person, &meetings);
        self.people.push(found);
        self.meetings = meetings;
    }

    /// Adds a person's months to everybody's.
    fn calendar(&mut self, row: usize, practised: &Practised, meetings: &[Meeting]) {
        let group = self.groups.map(|g| g.of.get(row).copied().flatten().unwrap_or(g.values.len()));
        let offset = usize::try_from(practised.first - self.window.0.0).unwrap_or(0);
        for (slot, of) in self.months.iter_mut().skip(offset).zip(&practised.months) {
            let met = u64::from(of.held > 0);
            slot.people += 1;
            slot.met += met;
            slot.proper += u64::from(of.proper);
            slot.minutes[0] += u64::from(of.minutes);
            slot.minutes[1] += u64::from(of.timed);
            let fates = [of.held, of.scheduled, of.cancelled, of.by_manager, of.by_employee];
            for ((all, people), own) in slot.fates.iter_mut().zip(&mut slot.fates_people).zip(fates) {
                *all += u64::from(own);
                *people += u64::from(own > 0);
            }
            if let Some(cell) = group.and_then(|g| slot.groups.get_mut(g)) {
                cell[0] += 1;
                cell[1] += u64::from(of.held);
                cell[2] += met;
            }
        }
        let (from, to) = (Month(practised.first).first().0, practised.first + practised.months.len() as i32);
        let end = Month(to).first().0;
        let mut seen: Vec<u8> = vec![0; practised.months.len()];
        for held in meetings.iter().filter(|m| m.fate == Fate::Held && (from..end).contains(&m.day)) {
            let at = (self.panel.practice.month(held.day).0 - practised.first) as usize;
            // 1970-01-01 was a Thursday.
            let weekday = (held.day + 3).rem_euclid(WEEK as i32) as usize;
            let (Some(slot), Some(mask)) = (self.months.get_mut(offset + at), seen.get_mut(at)) else { continue };
            if let Some(cell) = slot.week.get_mut(weekday) {
                cell[0] += 1;
                cell[1] += u64::from(*mask >> weekday & 1 == 0);
            }
            *mask |= 1 << weekday;
        }
    }

    /// The gaps of a person's pairs; the longest silence of the person, and the longest gap of one pair.
    fn between(&mut self, row: usize, person: usize, meetings: &[Meeting]) -> (u32, u32) {
        let day = |list: &[i32]| list.get(person).copied().filter(|day| *day != MISSING_DAY);
        let start = day(&self.panel.people.hired).map_or(self.window.0.first().0, |d| d.max(self.window.0.first().0));
        let end = day(&self.panel.people.left).map_or(self.window.1.last().0, |d| d.min(self.window.1.last().0));
        self.days.clear();
        let held = meetings.iter().filter(|m| m.fate == Fate::Held && (start..=end).contains(&m.day));
        self.days.extend(held.clone().map(|m| m.day));
        self.days.sort_unstable();
        self.days.dedup();
        let mut last = start;
        let mut silence = 0;
        for &day in self.days.iter().chain([&end]) {
            silence = silence.max(day - last);
            last = day;
        }
        let team = self.teams.as_ref().and_then(|t| t.get(row).copied()).map_or(row, |t| t as usize);
        if self.gaps.len() <= team {
            self.gaps.resize_with(team + 1, Vec::new);
        }
        let mut rest: Vec<(u64, i32)> = held.map(|m| (m.manager, m.day)).collect();
        for (manager, _) in &rest {
            *self.held_by.entry(*manager).or_default() += 1;
        }
        rest.dedup();
        let mut pairs: Vec<&[(u64, i32)]> = rest.chunk_by(|a, b| a.0 == b.0).collect();
        // In the order in which they began.
        pairs.sort_by_key(|own| own.first().map(|(_, day)| *day));
        let longest = pairs.iter().map(|own| self.pair(row, team, own, end)).max().unwrap_or(0);
        (silence.max(0) as u32, longest.max(0) as u32)
    }

    /// The gaps of one pair: each ends at the next 1on1, or is cut off where somebody else takes over or nothing more is
    /// known. The longest of them.
    fn pair(&mut self, row: usize, team: usize, own: &[(u64, i32)], end: i32) -> i32 {
        self.pairs += 1;
        let mut gaps: Vec<i32> = own.iter().zip(own.iter().skip(1)).map(|(one, next)| next.1 - one.1).collect();
        let last = own.last().map_or(end, |(_, day)| *day);
        let taken_over = self.days.get(self.days.partition_point(|day| *day <= last)).copied();
        let open = taken_over.unwrap_or(end) - last;
        if let Some(waits) = self.gaps.get_mut(team) {
            waits.extend(gaps.iter().filter_map(|gap| Wait::ended(gap.unsigned_abs())));
            waits.extend(Wait::cut_off(open.max(0).unsigned_abs()));
        }
        let longest = gaps.iter().copied().chain([open]).max().unwrap_or(0);
        if gaps.len() < FEWEST_GAPS {
            return longest;
        }
        let n = gaps.len() as f64;
        let mean = gaps.iter().map(|g| f64::from(*g)).sum::<f64>() / n;
        let squares = gaps.iter().map(|g| (f64::from(*g) - mean).powi(2)).sum::<f64>();
        self.rhythms.variation.push((squares / (n - 1.0)).sqrt() / mean);
        self.rhythms.row.push(row as u32);
        gaps.sort_unstable();
        let middle = |at: usize| gaps.get(at).copied().map_or(f64::NAN, f64::from);
        let median = 0.5 * (middle((gaps.len() - 1) / 2) + middle(gaps.len() / 2));
        let near = gaps.iter().filter(|g| (f64::from(**g) - median).abs() <= median / 3.0).count();
        self.rhythms.near.push([near as u32, gaps.len() as u32]);
        longest
    }

    /// Adds a person's topics to everybody's and to their stage's; gives their evenness.
    fn mix(&mut self, person: usize) -> f64 {
        let own = self.panel.practice.topics(person);
        let total: u32 = own.iter().map(|times| u32::from(*times)).sum();
        if total == 0 {
            return f64::NAN;
        }
        let answer = self.level.get(person).and_then(|at| self.panel.survey.answers.get(*at as usize));
        let stage = answer.and_then(|a| self.study.ladder.stage_index(a.level as usize)).map(|stage| stage + 1);
        for at in [Some(0), stage].into_iter().flatten() {
            let Some(mix) = self.topics.get_mut(at) else { continue };
            mix.people += 1;
            for (cell, times) in mix.topics.iter_mut().zip(own) {
                cell[0] += u64::from(*times);
                cell[1] += u64::from(*times > 0);
            }
        }
        if total < FEWEST_TOPICS || own.len() < 2 {
            return f64::NAN;
        }
        let share = |times: &u16| f64::from(*times) / f64::from(total);
        let entropy: f64 = own.iter().filter(|t| **t > 0).map(share).map(|p| -p * p.ln()).sum();
        entropy / (own.len() as f64).ln()
    }

    /// Reports and 1on1s of every manager of these people.
    fn loads(&self, keys: &[u64]) -> Loads {
        // Reports, 1on1s, the months of the one who stayed longest, and all months with the proper ones among them.
        // In the order of teams, which is that of people's ids: a key is in no order that a reader could know.
        let mut of: BTreeMap<u32, (u64, [u32; 5])> = BTreeMap::new();
        let teams = self.teams.as_deref().unwrap_or_default();
        let known = keys.iter().zip(teams).zip(&self.people).filter(|((key, _), _)| **key != NO_MANAGER);
        for ((key, team), row) in known {
            let (_, [reports, held, longest, months, proper]) = of.entry(*team).or_insert((*key, [0; 5]));
            (*reports, *held, *longest) = (*reports + 1, *held + row.all.held, (*longest).max(row.all.months));
            (*months, *proper) = (*months + row.all.months, *proper + row.all.proper);
        }
        let by_log = self.panel.practice.told.managers;
        let mut loads = Loads::default();
        for (key, [reports, held, longest, months, proper]) in of.into_values() {
            let held = if by_log { self.held_by.get(&key).copied().unwrap_or(0) } else { held };
            loads.reports.push(reports);
            loads.per_month.push(f64::from(held) / f64::from(longest.max(1)));
            loads.share_proper.push(f64::from(proper) / f64::from(months.max(1)));
        }
        loads
    }
}

/// The place of each person's last answer that holds what is asked; beyond all answers for those without one.
fn answers(panel: &Panel, asked: Asked) -> Vec<u32> {
    if panel.survey.by_unit || panel.survey.answers.is_empty() {
        return Vec::new();
    }
    let chosen = panel.survey.chosen(panel.people.len(), &Wave::Last, asked);
    chosen.iter().map(|at| at.map_or(u32::MAX, |at| at as u32)).collect()
}

/// Team codes of some of the rows, without gaps.
pub fn teams_of(teams: Option<&[u32]>, rows: &[usize]) -> Option<Vec<u32>> {
    teams.map(|codes| dense(rows.iter().map(|row| codes.get(*row).copied().unwrap_or(0))))
}
