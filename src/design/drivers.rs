//! A study's drivers question as rows: one per person, topic means in the window against the outcome of the answer that
//! counts. Complete cases only; every person who is not used is in the flow.

use super::{Design, INTERCEPT, dense};
use crate::findings::regression::{Coverage, WindowCount};
use crate::findings::{Decline, Flow};
use crate::panel::sessions::OTHER_WINDOWS;
use crate::panel::survey::Asked;
use crate::panel::{Ids, NOBODY, Panel};
use crate::stats::matrix::Matrix;
use crate::study::{Drivers, Study, Wave, Window};
use ndarray::{Array1, Array2};

/// The main model, the model of overall satisfaction alone, and what was there to be used.
#[derive(Debug)]
pub struct DriverRows {
    /// Outcome on the topics.
    pub topics: Design,
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

/// Turns the panel of a study into rows.
///
/// # Errors
/// A decline when the outcome is not in the survey, waves have no dates for a window in days, or a topic is unknown.
pub fn drivers(panel: &Panel, study: &Study, asked: &Drivers) -> Result<DriverRows, Decline> {
    let decline = |code: &str| Decline::new("drivers", code);
    let column = match asked.outcome.as_str() {
        "engagement" => Asked::Engagement,
        "level" => Asked::Level,
        other => return Err(decline("outcome_unknown").with("outcome", other)),
    };
    if panel.survey.by_unit {
        return Err(decline("survey_by_unit"));
    }
    if asked.wave == Wave::All {
        return Err(decline("panel_of_waves"));
    }
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
    let topics = frame.rows(&asked.topics, &slots, start.clone());
    let overall = if panel.sessions.has_overall {
        Ok(frame.rows(&["overall".to_string()], &[study.topics.len()], start))
    } else {
        Err(decline("no_overall_score"))
    };
    Ok(DriverRows {
        topics,
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
        let unknown = || Decline::new("drivers", "topic_unknown").with("topic", code.as_str());
        study.topics.iter().position(|t| &t.code == code).ok_or_else(unknown)
    };
    asked.topics.iter().map(find).collect()
}

/// A cluster number per person, and the column it comes from; no column at all means no clusters.
fn clusters(panel: &Panel, asked: &Drivers) -> Result<(Vec<u32>, Option<String>), Decline> {
    let Some(name) = asked.cluster.as_deref() else { return Ok((Vec::new(), None)) };
    if let Some(column) = panel.people.column(name) {
        return Ok((column.of.clone(), Some(name.to_string())));
    }
    if name != "manager_id" {
        return Err(Decline::new("drivers", "cluster_unknown").with("column", name));
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
        let (mut none, mut some, mut teamless) = (0, 0, 0);
        let mut x = Vec::new();
        let mut used: Vec<&Candidate> = Vec::new();
        for candidate in self.candidates {
            let means: Vec<Option<f64>> =
                slots.iter().map(|&slot| self.panel.sessions.mean(candidate.person, slot)).collect();
            if means.iter().all(Option::is_none) {
                none += 1;
            } else if means.iter().any(Option::is_none) {
                some += 1;
            } else if self.cluster.is_some() && super::missing(candidate.cluster) {
                teamless += 1;
            } else {
                x.push(1.0);
                x.extend(means.into_iter().flatten());
                used.push(candidate);
            }
        }
        flow.lose("no_rating_in_window", None, none);
        if slots.len() > 1 {
            flow.lose("topic_without_rating", None, some);
        }
        if let Some(cluster) = self.cluster {
            flow.lose("no_cluster", Some(cluster), teamless);
        }
        let width = slots.len() + 1;
        let x = Array2::from_shape_vec((used.len(), width), x).unwrap_or_else(|_| Array2::zeros((0, width)));
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
            flow,
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
