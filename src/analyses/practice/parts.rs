//! The parts of the practice finding: means over people with errors by team, groups, months, the curve of waiting, topics,
//! the managers' side, the calendar.

use crate::analyses::{estimate, finite};
use crate::design::practice::{self, PersonRow, PracticeRows, Told};
use crate::design::rungs::Grouping;
use crate::domain::Month;
use crate::findings::practice::{
    GroupMonth, GroupPractice, Load, LoadBand, PracticeMonth, TopicMix, TopicShare, WaitPoint, Waiting, WeekdayCell,
};
use crate::findings::{Estimate, Why};
use crate::stats::covariance::{Kind, covariance};
use crate::stats::inference::{LEVEL, coefficient};
use crate::stats::matrix::Matrix;
use crate::stats::moments::quantile;
use crate::stats::ols::{DEFAULT_TOLERANCE, fit, weighted};
use crate::stats::waiting::{between_units, kaplan_meier};
use ndarray::{Array1, Array2};

/// The first reports of each band of a manager's team.
const LOADS: [u32; 5] = [1, 4, 7, 10, 15];

/// Whose rows move together.
pub(super) struct Teams<'r> {
    codes: Option<&'r [u32]>,
    count: Option<usize>,
}

impl<'r> Teams<'r> {
    pub(super) fn of(rows: &'r PracticeRows) -> Self {
        let codes = rows.teams.as_deref();
        let count = codes.map(|codes| codes.iter().max().map_or(0, |highest| *highest as usize + 1));
        // With one team there is nothing to be told between teams.
        Self { codes: codes.filter(|_| count.is_some_and(|c| c > 1)), count: count.filter(|c| *c > 1) }
    }

    /// How many teams; `None` where none is known.
    pub(super) fn count(&self) -> Option<usize> {
        self.count
    }

    /// Team codes of some rows, without gaps.
    pub(super) fn codes(&self, places: &[usize]) -> Option<Vec<u32>> {
        practice::teams_of(self.codes, places)
    }

    /// Rows of a regression with their teams.
    pub(super) fn matrix(&self, places: &[usize], x: Array2<f64>, y: Array1<f64>) -> Matrix {
        match self.codes(places) {
            Some(codes) if codes.iter().any(|code| *code > 0) => Matrix::new(x, y).with_clusters(codes),
            _ => Matrix::new(x, y),
        }
    }

    /// The weighted mean with its error by team: CR2 (HC2 where no team is known), Satterthwaite's degrees of freedom. A
    /// ratio of sums is the mean of ratios weighted by their denominators; rows of weight 0 carry nothing.
    pub(super) fn mean(&self, places: &[usize], values: &[f64], weights: &[f64]) -> Estimate {
        let used: Vec<usize> = (0..values.len()).filter(|at| weights.get(*at).is_some_and(|w| *w > 0.0)).collect();
        let pick = |list: &[f64]| used.iter().filter_map(|at| list.get(*at)).copied().collect::<Vec<f64>>();
        let (values, weights) = (pick(values), pick(weights));
        let total: f64 = weights.iter().sum();
        let mean = values.iter().zip(&weights).map(|(v, w)| v * w).sum::<f64>() / total;
        let alone = |why| Estimate { estimate: finite(mean), why: Some(why), ..Estimate::default() };
        if used.len() < 2 {
            return alone(Why::TooFew);
        }
        let rows: Vec<usize> = used.iter().filter_map(|at| places.get(*at)).copied().collect();
        let matrix = self.matrix(&rows, Array2::ones((rows.len(), 1)), Array1::from(values));
        let kind = if matrix.clusters.is_some() { Kind::Cr2 } else { Kind::Hc2 };
        let answer = weighted(matrix, &weights).ok().and_then(|matrix| {
            let fitted = fit(&matrix, Some(0), DEFAULT_TOLERANCE).ok()?;
            let errors = covariance(kind, &fitted, &matrix).ok()?;
            Some(estimate(&coefficient(&fitted, &errors, 0)))
        });
        // Where all values are the same there is no spread to learn from.
        answer.unwrap_or_else(|| alone(Why::Undefined))
    }

    /// A ratio of sums over people.
    fn ratio(&self, places: &[usize], rows: &PracticeRows, of: fn(&PersonRow) -> (u32, u32)) -> Estimate {
        let parts: Vec<(f64, f64)> = (places.iter().filter_map(|row| rows.people.get(*row)))
            .map(of)
            .map(|(above, below)| (f64::from(above), f64::from(below)))
            .collect();
        let share: Vec<f64> = parts.iter().map(|(a, b)| if *b > 0.0 { a / b } else { 0.0 }).collect();
        let weights: Vec<f64> = parts.iter().map(|(_, b)| *b).collect();
        if weights.iter().all(|w| *w == 0.0) {
            return Estimate { why: Some(Why::Undefined), ..Estimate::default() };
        }
        self.mean(places, &share, &weights)
    }
}

/// How practice comes out for some of the people.
pub(super) fn group(
    by: &str,
    name: &str,
    places: &[usize],
    rows: &PracticeRows,
    teams: &Teams<'_>,
    status: bool,
) -> GroupPractice {
    let never = |row: &&usize| rows.people.get(**row).is_some_and(|p| p.all.held == 0);
    GroupPractice {
        by: by.to_string(),
        group: name.to_string(),
        n: Some(places.len() as u64),
        never_met: Some(places.iter().filter(never).count() as u64),
        share_proper: teams.ratio(places, rows, |p| (p.all.proper, p.all.months)),
        per_month: teams.ratio(places, rows, |p| (p.all.held, p.all.months)),
        minutes: teams.ratio(places, rows, |p| (p.minutes, p.timed)),
        share_held: if status {
            teams.ratio(places, rows, |p| (p.all.held, p.planned))
        } else {
            Estimate { why: Some(Why::Undefined), ..Estimate::default() }
        },
        ..GroupPractice::default()
    }
}

/// Every group of a column, and the people without one under the empty name.
pub(super) fn groups(grouping: &Grouping, rows: &PracticeRows, teams: &Teams<'_>, status: bool) -> Vec<GroupPractice> {
    let members = |wanted: Option<usize>| -> Vec<usize> {
        grouping.of.iter().enumerate().filter(|(_, g)| **g == wanted).map(|(row, _)| row).collect()
    };
    let named = grouping.values.iter().enumerate().map(|(at, name)| (name.as_str(), members(Some(at))));
    let nameless = [("", members(None))];
    (named.chain(nameless).filter(|(_, places)| !places.is_empty()))
        .map(|(name, places)| group(&grouping.name, name, &places, rows, teams, status))
        .collect()
}

pub(super) fn months(rows: &PracticeRows, told: Told) -> Vec<PracticeMonth> {
    let row = |m: &practice::MonthRow| {
        let [held, scheduled, cancelled, by_manager, by_employee] = m.fates;
        let known = |count: u64| Some(count).filter(|_| told.status);
        PracticeMonth {
            month: Month(m.month).to_string(),
            people: Some(m.people),
            met: Some(m.met),
            proper: Some(m.proper),
            held: Some(held),
            scheduled: known(scheduled),
            cancelled: known(cancelled),
            cancelled_by_manager: known(by_manager),
            cancelled_by_employee: known(by_employee),
            minutes: finite(m.minutes[0] as f64 / m.minutes[1] as f64),
            behind: m.fates_people,
            ..PracticeMonth::default()
        }
    };
    rows.months.iter().map(row).collect()
}

/// The curve of waiting for the next 1on1, with errors between teams.
pub(super) fn waiting(rows: &PracticeRows, teams: &Teams<'_>) -> Option<Waiting> {
    let curve = kaplan_meier(&rows.gaps);
    if curve.people == 0 {
        return None;
    }
    let curve = between_units(curve, &rows.gaps);
    let mut longest: Vec<u32> = rows.people.iter().map(|p| p.longest_gap).collect();
    longest.sort_unstable();
    let behind = |days: u32| (longest.len() - longest.partition_point(|gap| *gap < days)) as u64;
    let point = |step: &crate::stats::survival::Step| {
        let limits = step.log_log_limits(LEVEL);
        WaitPoint {
            days: step.time as u32,
            waiting: finite(step.survival),
            std_error: finite(step.std_error),
            conf_low: finite(limits.low),
            conf_high: finite(limits.high),
            at_risk: step.at_risk as u64,
            events: step.events as u64,
            people: behind(step.time as u32),
        }
    };
    Some(Waiting {
        n: curve.people as u64,
        events: curve.events as u64,
        n_clusters: teams.count().map(|count| count as u64),
        median: curve.median().and_then(finite),
        points: curve.steps.iter().map(point).collect(),
    })
}

pub(super) fn topics(rows: &PracticeRows) -> Vec<TopicMix> {
    let mix = |found: &practice::Mix| {
        let all: u64 = found.topics.iter().map(|[mentions, _]| mentions).sum();
        let share = |mentions: u64| mentions as f64 / all as f64;
        let entropy: f64 = found.topics.iter().filter(|[m, _]| *m > 0).map(|[m, _]| -share(*m) * share(*m).ln()).sum();
        let row = |(code, [mentions, people]): (&String, &[u64; 2])| TopicShare {
            topic: code.clone(),
            mentions: Some(*mentions),
            share: finite(share(*mentions)),
            people_share: finite(*people as f64 / found.people as f64),
            people: *people,
            ..TopicShare::default()
        };
        TopicMix {
            stage: found.stage.clone(),
            n: Some(found.people),
            topics: rows.codes.iter().zip(&found.topics).map(row).collect(),
            evenness: finite(entropy / (found.topics.len() as f64).ln()).filter(|_| all > 0),
            ..TopicMix::default()
        }
    };
    let everybody = rows.topics.first().is_some_and(|mix| mix.people > 0);
    let staged = rows.topics.iter().skip(1).any(|mix| mix.people > 0);
    let shown = if !everybody {
        0
    } else if staged {
        rows.topics.len()
    } else {
        1
    };
    rows.topics.iter().take(shown).map(mix).collect()
}

/// Mean evenness of a person's topics.
pub(super) fn evenness(rows: &PracticeRows, teams: &Teams<'_>) -> Option<Estimate> {
    let known = |(_, p): &(usize, &PersonRow)| p.evenness.is_finite();
    let (places, values): (Vec<usize>, Vec<f64>) =
        rows.people.iter().enumerate().filter(known).map(|(row, p)| (row, p.evenness)).unzip();
    (!places.is_empty()).then(|| teams.mean(&places, &values, &vec![1.0; values.len()]))
}

/// Managers by number of reports.
pub(super) fn load(rows: &PracticeRows) -> Option<Load> {
    let found = rows.loads.as_ref().filter(|loads| !loads.reports.is_empty())?;
    let reports: Vec<f64> = found.reports.iter().map(|r| f64::from(*r)).collect();
    let mean =
        |list: &[f64], of: &[usize]| finite(of.iter().filter_map(|at| list.get(*at)).sum::<f64>() / of.len() as f64);
    let band = |(at, from): (usize, &u32)| {
        let to = LOADS.get(at + 1).map(|next| next - 1);
        let inside = |n: &u32| *n >= *from && to.is_none_or(|to| *n <= to);
        let of: Vec<usize> = (0..found.reports.len()).filter(|m| found.reports.get(*m).is_some_and(inside)).collect();
        LoadBand {
            from: *from,
            to,
            managers: Some(of.len() as u64),
            per_month: mean(&found.per_month, &of),
            share_proper: mean(&found.share_proper, &of),
            ..LoadBand::default()
        }
    };
    Some(Load {
        managers: reports.len() as u64,
        reports_median: quantile(&reports, 0.5).and_then(finite),
        per_month_median: quantile(&found.per_month, 0.5).and_then(finite),
        bands: LOADS.iter().enumerate().map(band).collect(),
    })
}

pub(super) fn weekdays(rows: &PracticeRows) -> Vec<WeekdayCell> {
    let of = |m: &practice::MonthRow| -> Vec<WeekdayCell> {
        let cell = |(day, [held, people]): (u8, &[u64; 2])| WeekdayCell {
            month: Month(m.month).to_string(),
            weekday: day,
            held: Some(*held),
            people: *people,
            ..WeekdayCell::default()
        };
        (1u8..).zip(&m.week).map(cell).collect()
    };
    rows.months.iter().flat_map(of).collect()
}

pub(super) fn group_months(rows: &PracticeRows) -> Vec<GroupMonth> {
    let Some(grouping) = rows.calendar_by.and_then(|at| rows.by.get(at)) else { return Vec::new() };
    let names: Vec<&str> = grouping.values.iter().map(String::as_str).chain([""]).collect();
    let mut cells = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let of = |m: &practice::MonthRow| m.groups.get(at).copied().unwrap_or_default();
        if rows.months.iter().all(|m| of(m)[0] == 0) {
            continue;
        }
        cells.extend(rows.months.iter().map(|m| {
            let [people, held, met] = of(m);
            GroupMonth {
                month: Month(m.month).to_string(),
                by: grouping.name.clone(),
                group: (*name).to_string(),
                per_person: finite(held as f64 / people as f64),
                people: [people, met],
                why: (people == 0).then_some(Why::Undefined),
                ..GroupMonth::default()
            }
        }));
    }
    cells
}
