//! The panel of waves: a row for every answer of a person, topic means in the window before it, person and wave to be
//! absorbed; and topics at one wave against the outcome at the person's next.

use super::{Candidate, Sorted, asked_column, clusters, decline, slots, table, with_constant};
use crate::design::{Design, Factor, INTERCEPT, dense};
use crate::findings::{Decline, Flow};
use crate::panel::survey::Asked;
use crate::panel::{NOBODY, Panel, Waves};
use crate::stats::matrix::Matrix;
use crate::study::{Drivers, Study, Window};
use ndarray::Array1;

/// The panel, and the lagged model.
#[derive(Debug)]
pub struct WaveRows {
    /// Outcome of every answer on the topics before it; person and wave absorbed.
    pub panel: Design,
    /// People behind the panel's rows.
    pub people: u64,
    /// Outcome of the next answer on the topics before this one. The outcome of this one is no term: standing for the
    /// person as well as for the topics just felt, it would turn their signs.
    pub lagged: Design,
}

/// An answer and what came next.
struct Row {
    of: Candidate,
    wave: u32,
    at: usize,
    next: Option<f64>,
}

/// Turns the answers of all waves into rows.
///
/// # Errors
/// A decline when the window is the whole log (every wave would see the same 1on1s), waves have no dates, or there is
/// one wave only.
pub fn waves(panel: &Panel, study: &Study, asked: &Drivers) -> Result<WaveRows, Decline> {
    let column = asked_column(asked)?;
    if asked.window == Window::All {
        return Err(decline("panel_needs_window"));
    }
    if !panel.survey.dated() {
        return Err(decline("waves_without_dates"));
    }
    if panel.survey.waves.len() < 2 {
        return Err(decline("one_wave"));
    }
    let sums = panel.sessions.waves.as_ref().ok_or_else(|| decline("panel_needs_window"))?;
    let slots = slots(study, asked)?;
    let (cluster_of, cluster) = clusters(panel, asked)?;
    let mut rows = Vec::new();
    for person in panel.people.ids.sorted() {
        let cluster = cluster_of.get(person as usize).copied().unwrap_or(NOBODY);
        rows.extend(answers(panel, sums, column, person as usize, cluster));
    }
    let frame = Frame { rows: &rows, sums, slots: &slots, cluster: cluster.as_deref(), asked };
    let total = panel.survey.answers.len() as u64;
    let mut flow = Flow::of("answers", total);
    flow.lose("no_outcome", None, total - rows.len() as u64);
    let panel = frame.panel(flow.clone());
    let people = panel.absorbed.first().map_or(0, |who| who.codes.iter().max().map_or(0, |last| u64::from(*last) + 1));
    Ok(WaveRows { panel, people, lagged: frame.lagged(flow) })
}

fn answers(panel: &Panel, sums: &Waves, column: Asked, person: usize, cluster: u32) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for at in sums.of(person) {
        let Some(answer) = sums.spot(at).and_then(|spot| panel.survey.answers.get(spot.answer as usize)) else {
            continue;
        };
        let outcome = answer.value(column);
        if let Some(before) = rows.last_mut() {
            before.next = Some(outcome);
        }
        rows.push(Row { of: Candidate { person, outcome, cluster }, wave: answer.wave, at, next: None });
    }
    rows
}

struct Frame<'a> {
    rows: &'a [Row],
    sums: &'a Waves,
    slots: &'a [usize],
    cluster: Option<&'a str>,
    asked: &'a Drivers,
}

impl<'a> Frame<'a> {
    fn complete(&self, rows: impl Iterator<Item = &'a Row>, flow: &mut Flow) -> Sorted<'a, Row> {
        let mut sorted = Sorted::default();
        for row in rows {
            let teamless = self.cluster.is_some() && crate::design::missing(row.of.cluster);
            sorted.take(row, self.slots.iter().map(|&slot| self.sums.mean(row.at, slot)), teamless);
        }
        sorted.tell(flow, self.slots.len(), self.cluster);
        sorted
    }

    fn panel(&self, mut flow: Flow) -> Design {
        let sorted = self.complete(self.rows.iter(), &mut flow);
        let x = table(sorted.used.len(), self.slots.len(), sorted.cells);
        let matrix = Matrix::new(x, sorted.used.iter().map(|row| row.of.outcome).collect());
        let people = dense(sorted.used.iter().map(|row| row.of.person as u32));
        let waves = dense(sorted.used.iter().map(|row| row.wave));
        Design {
            terms: self.asked.topics.clone(),
            intercept: None,
            absorbed: vec![Factor::new("employee_id", people), Factor::new("wave", waves)],
            ..self.design(matrix, &sorted.used, flow)
        }
    }

    fn lagged(&self, mut flow: Flow) -> Design {
        let later = || self.rows.iter().filter(|row| row.next.is_some());
        flow.lose("no_later_wave", None, self.rows.len() as u64 - later().count() as u64);
        let sorted = self.complete(later(), &mut flow);
        let x = table(sorted.used.len(), self.slots.len() + 1, with_constant(&sorted.cells, self.slots.len()));
        let y: Array1<f64> = sorted.used.iter().map(|row| row.next.unwrap_or(f64::NAN)).collect();
        let mut terms = vec![INTERCEPT.to_string()];
        terms.extend_from_slice(&self.asked.topics);
        Design { terms, intercept: Some(0), ..self.design(Matrix::new(x, y), &sorted.used, flow) }
    }

    fn design(&self, mut matrix: Matrix, used: &[&Row], flow: Flow) -> Design {
        if self.cluster.is_some() {
            matrix = matrix.with_clusters(dense(used.iter().map(|row| row.of.cluster)));
        } else {
            // A person's answers are alike: without teams the person is the cluster.
            matrix = matrix.with_clusters(dense(used.iter().map(|row| row.of.person as u32)));
        }
        Design {
            outcome: self.asked.outcome.clone(),
            terms: Vec::new(),
            intercept: None,
            matrix,
            cluster: Some(self.cluster.unwrap_or("employee_id").to_string()),
            crossing: None,
            weights: None,
            absorbed: Vec::new(),
            steps: Some(1.0),
            categories: Vec::new(),
            flow,
        }
    }
}
