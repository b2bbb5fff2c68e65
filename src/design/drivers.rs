//! A study's drivers question as rows: one per person, topic means in the window against the outcome of the answer that
//! counts. Complete cases only; every person who is not used is in the flow. Panels and units are the files beside.

mod units;
mod waves;

pub use units::units;
pub use waves::{WaveRows, waves};

use super::{Design, INTERCEPT, Incomplete, dense};
use crate::findings::regression::{Coverage, WindowCount};
use crate::findings::{Decline, Flow};
use crate::panel::sessions::OTHER_WINDOWS;
use crate::panel::survey::Asked;
use crate::panel::{Ids, NOBODY, Panel};
use crate::stats::matrix::Matrix;
use crate::study::{Drivers, Study, Window};
use ndarray::{Array1, Array2, Axis, concatenate};

const NAME: &str = "drivers";

/// The main model, the model of overall satisfaction alone, and what was there to be used.
#[derive(Debug)]
pub struct DriverRows {
    /// Outcome on the topics.
    pub topics: Design,
    /// The people with the outcome, complete or not: NaN where a topic has no rating.
    pub incomplete: Incomplete,
    /// Outcome on overall satisfaction alone, or why not.
    pub overall: Result<Design, Decline>,
    /// People with each topic.
    pub coverage: Vec<Coverage>,
    /// People complete under other windows.
    pub windows: Vec<WindowCount>,
    /// People with the outcome.
    pub with_outcome: u64,
    /// Rated rows after the wave that entered (whole-log window).
    pub after_wave: u64,
    /// Ratings given to several topics at once.
    pub shared_ratings: u64,
}

/// One person with the outcome.
struct Candidate {
    person: usize,
    outcome: f64,
    cluster: u32,
}

fn decline(code: &str) -> Decline {
    Decline::new(NAME, code)
}

/// The column of the survey that is asked for.
fn asked_column(asked: &Drivers) -> Result<Asked, Decline> {
    match asked.outcome.as_str() {
        "engagement" => Ok(Asked::Engagement),
        "level" => Ok(Asked::Level),
        other => Err(decline("outcome_unknown").with("outcome", other)),
    }
}

/// Turns the panel of a study into rows.
///
/// # Errors
/// A decline when the outcome is not in the survey, waves have no dates for a window in days, or a topic is unknown.
pub fn drivers(panel: &Panel, study: &Study, asked: &Drivers) -> Result<DriverRows, Decline> {
    let column = asked_column(asked)?;
    if asked.window != Window::All && !panel.survey.dated() {
        return Err(decline("waves_without_dates"));
    }
    let slots = slots(study, asked)?;
    let chosen = panel.survey.chosen(panel.people.len(), &asked.wave, column);
    let (clusters, cluster_name) = clusters(panel, asked)?;
    let mut candidates = Vec::new();
    for person in panel.people.ids.sorted() {
        let Some(answer) = chosen.get(person as usize).copied().flatten() else { continue };
        let outcome = panel.survey.answers.get(answer).map_or(f64::NAN, |a| a.value(column));
        let cluster = clusters.get(person as usize).copied().unwrap_or(NOBODY);
        candidates.push(Candidate { person: person as usize, outcome, cluster });
    }
    let start = Flow::of("people", panel.people.len() as u64);
    let frame = Frame { panel, candidates: &candidates, cluster: cluster_name.as_deref(), outcome: &asked.outcome };
    let incomplete = frame.incomplete(&asked.topics, &slots, start.clone());
    let topics = frame.rows(&asked.topics, &slots, start.clone());
    let overall = if panel.sessions.has_overall {
        Ok(frame.rows(&["overall".to_string()], &[study.topics.len()], start))
    } else {
        Err(decline("no_overall_score"))
    };
    Ok(DriverRows {
        topics,
        incomplete,
        overall,
        coverage: coverage(panel, &candidates, &asked.topics, &slots),
        windows: windows(panel, &candidates, &slots),
        with_outcome: candidates.len() as u64,
        after_wave: panel.sessions.after_wave,
        shared_ratings: panel.sessions.shared_ratings,
    })
}

/// Position of each asked topic in the panel's sums.
fn slots(study: &Study, asked: &Drivers) -> Result<Vec<usize>, Decline> {
    let find = |code: &String| {
        let unknown = || decline("topic_unknown").with("topic", code.as_str());
        study.topics.iter().position(|t| &t.code == code).ok_or_else(unknown)
    };
    asked.topics.iter().map(find).collect()
}

/// A cluster number per person, and the column it comes from; no column at all means no clusters.
pub(super) fn clusters(panel: &Panel, asked: &Drivers) -> Result<(Vec<u32>, Option<String>), Decline> {
    let Some(name) = asked.cluster.as_deref() else { return Ok((Vec::new(), None)) };
    if let Some(column) = panel.people.column(name) {
        return Ok((column.of.clone(), Some(name.to_string())));
    }
    if name != "manager_id" {
        return Err(decline("cluster_unknown").with("column", name));
    }
    let mut managers = Ids::default();
    let of: Vec<u32> = panel.sessions.main_managers(panel.people.len()).iter().map(|m| managers.intern(m)).collect();
    Ok(if managers.is_empty() { (Vec::new(), None) } else { (of, Some(name.to_string())) })
}

struct Frame<'a> {
    panel: &'a Panel,
    candidates: &'a [Candidate],
    cluster: Option<&'a str>,
    outcome: &'a str,
}

impl Frame<'_> {
    fn rows(&self, terms: &[String], slots: &[usize], mut flow: Flow) -> Design {
        flow.lose("no_outcome", None, flow.start - self.candidates.len() as u64);
        let mut sorted = Sorted::default();
        for candidate in self.candidates {
            let means = slots.iter().map(|&slot| self.panel.sessions.mean(candidate.person, slot));
            let teamless = self.cluster.is_some() && super::missing(candidate.cluster);
            sorted.take(candidate, means, teamless);
        }
        sorted.tell(&mut flow, slots.len(), self.cluster);
        let used = &sorted.used;
        let x = table(used.len(), slots.len() + 1, with_constant(&sorted.cells, slots.len()));
        let y = Array1::from_iter(used.iter().map(|c| c.outcome));
        let mut matrix = Matrix::new(x, y);
        if self.cluster.is_some() {
            matrix = matrix.with_clusters(dense(used.iter().map(|c| c.cluster)));
        }
        let mut names = vec![INTERCEPT.to_string()];
        names.extend_from_slice(terms);
        Design {
            outcome: self.outcome.to_string(),
            terms: names,
            intercept: Some(0),
            matrix,
            cluster: self.cluster.map(String::from),
            crossing: None,
            weights: None,
            absorbed: Vec::new(),
            steps: Some(1.0),
            categories: Vec::new(),
            flow,
        }
    }

    fn incomplete(&self, terms: &[String], slots: &[usize], mut flow: Flow) -> Incomplete {
        let with_team = |c: &&Candidate| self.cluster.is_none() || !super::missing(c.cluster);
        let rows: Vec<&Candidate> = self.candidates.iter().filter(with_team).collect();
        flow.lose("no_outcome", None, flow.start - self.candidates.len() as u64);
        if let Some(cluster) = self.cluster {
            flow.lose("no_cluster", Some(cluster), (self.candidates.len() - rows.len()) as u64);
        }
        let cell = |c: &Candidate, slot: usize| self.panel.sessions.mean(c.person, slot).unwrap_or(f64::NAN);
        let cells = rows.iter().flat_map(|c| slots.iter().map(|&slot| cell(c, slot))).collect();
        Incomplete {
            terms: terms.to_vec(),
            x: table(rows.len(), slots.len(), cells),
            y: rows.iter().map(|c| c.outcome).collect(),
            clusters: self.cluster.map(|_| dense(rows.iter().map(|c| c.cluster))),
            made: vec![false; slots.len()],
            flow,
        }
    }
}

fn table(rows: usize, columns: usize, cells: Vec<f64>) -> Array2<f64> {
    Array2::from_shape_vec((rows, columns), cells).unwrap_or_else(|_| Array2::zeros((0, columns)))
}

/// The same rows with a 1 before each.
fn with_constant(cells: &[f64], width: usize) -> Vec<f64> {
    cells.chunks(width.max(1)).flat_map(|row| std::iter::once(1.0).chain(row.iter().copied())).collect()
}

/// The same rows with every topic split into the mean of the manager's people and the distance from it: terms `x:within`
/// and `x:between`. Nothing when a part does not vary.
pub fn split(design: &Design) -> Option<Design> {
    let columns: Vec<usize> = (0..design.matrix.columns()).filter(|j| Some(*j) != design.intercept).collect();
    let parts = crate::stats::mundlak::split(&design.matrix, &columns).ok()?;
    if parts.varies_between.iter().chain(&parts.varies_within).any(|varies| !varies) {
        return None;
    }
    let constant = Array2::ones((design.matrix.rows(), 1));
    let mut split = design.clone();
    split.matrix.x = concatenate(Axis(1), &[constant.view(), parts.within.view(), parts.between.view()]).ok()?;
    let named = |part: &str| columns.iter().filter_map(|&j| Some(format!("{}:{part}", design.terms.get(j)?))).collect();
    let (within, between): (Vec<String>, Vec<String>) = (named("within"), named("between"));
    split.terms = [vec![INTERCEPT.to_string()], within, between].concat();
    split.intercept = Some(0);
    Some(split)
}

/// Rows that are complete, and why the others are not used.
struct Sorted<'c, C> {
    used: Vec<&'c C>,
    cells: Vec<f64>,
    none: u64,
    some: u64,
    teamless: u64,
}

impl<C> Default for Sorted<'_, C> {
    fn default() -> Self {
        Self { used: Vec::new(), cells: Vec::new(), none: 0, some: 0, teamless: 0 }
    }
}

impl<'c, C> Sorted<'c, C> {
    fn take(&mut self, candidate: &'c C, means: impl Iterator<Item = Option<f64>>, teamless: bool) {
        let before = self.cells.len();
        let (mut rated, mut asked) = (0, 0);
        for mean in means {
            asked += 1;
            rated += usize::from(mean.is_some());
            self.cells.push(mean.unwrap_or(f64::NAN));
        }
        if rated == asked && !teamless {
            self.used.push(candidate);
            return;
        }
        self.cells.truncate(before);
        match rated {
            0 => self.none += 1,
            _ if rated < asked => self.some += 1,
            _ => self.teamless += 1,
        }
    }

    fn tell(&self, flow: &mut Flow, topics: usize, cluster: Option<&str>) {
        flow.lose("no_rating_in_window", None, self.none);
        if topics > 1 {
            flow.lose("topic_without_rating", None, self.some);
        }
        if let Some(cluster) = cluster {
            flow.lose("no_cluster", Some(cluster), self.teamless);
        }
    }
}

fn coverage(panel: &Panel, candidates: &[Candidate], topics: &[String], slots: &[usize]) -> Vec<Coverage> {
    let all = candidates.len().max(1) as f64;
    let row = |(topic, &slot): (&String, &usize)| {
        let people = candidates.iter().filter(|c| panel.sessions.mean(c.person, slot).is_some()).count() as u64;
        Coverage { topic: topic.clone(), people, share: people as f64 / all }
    };
    topics.iter().zip(slots).map(row).collect()
}

fn windows(panel: &Panel, candidates: &[Candidate], slots: &[usize]) -> Vec<WindowCount> {
    let mask = slots.iter().fold(0, |mask, slot| mask | 1 << slot);
    let row = |(index, days): (usize, &i32)| {
        let n = candidates.iter().filter(|c| panel.sessions.covers(c.person, index, mask)).count() as u64;
        let window = if *days == i32::MAX { "all".to_string() } else { days.to_string() };
        WindowCount { window, n }
    };
    OTHER_WINDOWS.iter().enumerate().map(row).collect()
}
