//! Question: which topics' satisfaction goes with the outcome, and how strongly? Population: people with an answer and a
//! rating of every topic in the window before it. Method: `analyses::regression` by team, and the model of overall
//! satisfaction alone beside it. Assumes: ratings before the wave are not caused by the answer. Declines when: fewer than
//! ten people per topic, waves without dates, no survey. Cautions: thin coverage, ratings after the wave, shared ratings.

use super::Answer;
use super::regression::{Options, kind, regression};
use crate::design::drivers::{DriverRows, drivers};
use crate::findings::regression::Overall;
use crate::findings::{Caution, Decline, Finding};
use crate::screen::Screened;
use crate::study::{Study, Window};

/// Complete cases as a share of the people with an outcome under which coverage is thin.
const THIN: f64 = 0.5;

/// People per term that a study needs.
const PEOPLE_PER_TERM: u64 = 10;

const NAME: &str = "drivers";

/// Answers the drivers question of a study.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn study(screened: &Screened, study: &Study) -> Result<Answer, Decline> {
    let panel = screened.panel().ok_or_else(|| Decline::new(NAME, "no_study_tables"))?;
    if panel.survey.answers.is_empty() {
        return Err(Decline::new(NAME, "no_survey"));
    }
    if panel.sessions.rows == 0 {
        return Err(Decline::new(NAME, "no_sessions"));
    }
    let asked = &study.drivers;
    let rows = drivers(panel, study, asked)?;
    let terms = asked.topics.len() as u64;
    if rows.topics.flow.used < PEOPLE_PER_TERM * terms {
        return Err(too_few(&rows, terms));
    }
    let options = Options {
        vcov: kind(asked.vcov.as_deref(), NAME)?.filter(|k| !k.is_clustered() || rows.topics.cluster.is_some()),
        adjust: asked.adjust,
        bands: asked.bands,
        analysis: NAME,
        ..Options::default()
    };
    let mut finding = regression(&rows.topics, &options)?;
    finding.window_days = Some(match asked.window {
        Window::Days(days) => days.into(),
        Window::All => "all".into(),
    });
    finding.cautions.extend(cautions(&rows, study));
    let overall = overall(&rows, &options);
    finding.coverage = rows.coverage;
    finding.windows = rows.windows;
    let mut declines = Vec::new();
    match overall {
        Ok(overall) => finding.overall = Some(overall),
        Err(decline) => declines.push(decline),
    }
    Ok(Answer { finding: Finding::Drivers(finding), declines })
}

fn too_few(rows: &DriverRows, terms: u64) -> Decline {
    let best = rows.windows.iter().max_by_key(|w| w.n);
    let scarcest = scarcest(rows);
    Decline::new(NAME, "too_few_people")
        .with("n", rows.topics.flow.used)
        .with("needed", PEOPLE_PER_TERM * terms)
        .with("best_window", best.map_or("all", |w| w.window.as_str()))
        .with("best_n", best.map_or(0, |w| w.n))
        .with("topic", scarcest)
}

fn scarcest(rows: &DriverRows) -> String {
    rows.coverage.iter().min_by_key(|c| c.people).map(|c| c.topic.clone()).unwrap_or_default()
}

fn cautions(rows: &DriverRows, study: &Study) -> Vec<Caution> {
    let mut cautions = Vec::new();
    let share = rows.topics.flow.used as f64 / rows.with_outcome.max(1) as f64;
    if share < THIN {
        let caution = Caution::new("thin_coverage").with("share", share).with("topic", scarcest(rows));
        let by_window = |caution: Caution, w: &crate::findings::regression::WindowCount| {
            caution.with(&format!("n_{}", w.window), w.n)
        };
        cautions.push(rows.windows.iter().fold(caution, by_window));
    }
    if study.drivers.window == Window::All && rows.after_wave > 0 {
        cautions.push(Caution::new("sessions_after_wave").with("rows", rows.after_wave));
    }
    if rows.shared_ratings > 0 {
        cautions.push(Caution::new("shared_rating").with("rows", rows.shared_ratings));
    }
    if rows.topics.cluster.is_none() && study.drivers.cluster.is_some() {
        cautions.push(Caution::new("no_manager"));
    }
    cautions
}

/// The model with overall satisfaction alone.
fn overall(rows: &DriverRows, options: &Options) -> Result<Overall, Decline> {
    let design = rows.overall.as_ref().map_err(Clone::clone)?;
    let model = regression(design, options)?;
    Ok(Overall {
        terms: model.terms,
        n: model.n,
        n_clusters: model.n_clusters,
        r_squared: model.r_squared.unwrap_or(0.0),
        flow: model.flow,
        cautions: model.cautions,
    })
}
