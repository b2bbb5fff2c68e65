//! Question: which topics' satisfaction goes with the outcome, and how strongly? Population: people with an answer and a
//! rating of every topic in the window before it (with `wave = "all"` their answers; of a survey by unit the units).
//! Method: `analyses::regression` by team; beside it overall satisfaction alone, the split within and between managers,
//! the panel's lagged model, and what imputation or weighting make of the incomplete. Assumes: ratings before the wave are
//! not caused by the answer. Declines when: fewer than ten people per topic, under 20 units, waves without dates, no
//! survey. Cautions: thin coverage, ratings after the wave, shared ratings, units instead of people.

mod quadrant;

use super::Answer;
use super::regression::gaps::{gaps, moved};
use super::regression::{Asked, Options, beside, kind, regression};
use crate::design::Design;
use crate::design::drivers::{DriverRows, drivers, split, units, waves};
use crate::findings::regression::Overall;
use crate::findings::regression::checks::Beside;
use crate::findings::{Caution, Decline, Finding, Regression};
use crate::screen::Screened;
use crate::stats::{resample, wild};
use crate::study::{Missing, Study, Wave, Window};

/// Complete cases as a share of the people with an outcome under which coverage is thin.
const THIN: f64 = 0.5;

/// People per term that a study needs.
const PEOPLE_PER_TERM: u64 = 10;

/// Managers up to whom the split within and between them is made unasked: twice the terms cost eight times as much a
/// manager, and a whole industry is asked for by a page.
const MANAGERS_BY_DEFAULT: usize = 2_000;

const NAME: &str = "drivers";

/// Answers the drivers question of a study.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn study(screened: &Screened, study: &Study) -> Result<Answer, Decline> {
    let panel = screened.panel().ok_or_else(|| Decline::new(NAME, "no_study_tables"))?;
    if panel.survey.answers.is_empty() && panel.survey.unit_answers.is_empty() {
        return Err(Decline::new(NAME, "no_survey"));
    }
    if panel.sessions.rows == 0 {
        return Err(Decline::new(NAME, "no_sessions"));
    }
    if panel.survey.by_unit {
        let design = units(panel, study, &study.drivers)?;
        return by_unit(&design, study);
    }
    let rows = drivers(panel, study, &study.drivers)?;
    if study.drivers.wave == Wave::All {
        return of_all_waves(&waves(panel, study, &study.drivers)?, &rows, study);
    }
    by_person(rows, study)
}

/// The options of a study. Errors by cluster fall back where nobody has a manager.
fn options(study: &Study, design: &Design) -> Result<Options, Decline> {
    let asked = &study.drivers;
    let by_cluster = |asked: &Asked| match asked {
        Asked::Kind(kind) => kind.is_clustered(),
        Asked::Wild => true,
    };
    let clustered = design.matrix.clusters.is_some();
    Ok(Options {
        vcov: kind(asked.vcov.as_deref(), NAME)?.filter(|asked| !by_cluster(asked) || clustered),
        adjust: asked.adjust,
        bands: asked.bands,
        wild: asked.resample.then_some(wild::DRAWS),
        resample: asked.resample.then_some(resample::DRAWS),
        diagnostics: asked.resample,
        crowd: study.crowd,
        seed: study.seed,
        analysis: NAME,
        ..Options::default()
    })
}

fn by_person(rows: DriverRows, study: &Study) -> Result<Answer, Decline> {
    let terms = study.drivers.topics.len() as u64;
    if rows.topics.flow.used < PEOPLE_PER_TERM * terms {
        return Err(too_few(&rows, terms));
    }
    let options = options(study, &rows.topics)?;
    let mut finding = regression(&rows.topics, &options)?;
    finding.cautions.extend(cautions(&rows, study));
    let mut declines = Vec::new();
    match overall(&rows, &options) {
        Ok(overall) => finding.overall = Some(overall),
        Err(decline) => declines.push(decline),
    }
    let managers = rows.topics.matrix.cluster_count();
    if managers > MANAGERS_BY_DEFAULT && !study.drivers.resample {
        finding.not_run.push("within_between".to_string());
    } else if managers > 0 {
        match split(&rows.topics).map(|design| beside(&design, "within_between", &options)) {
            Some(Ok(model)) => finding.beside.push(model),
            // Means of managers that are collinear, or fewer managers than terms: the split is not there to be had.
            Some(Err(_)) | None => finding.not_run.push("within_between".to_string()),
        }
    }
    if study.drivers.missing != Missing::Complete {
        match gaps(&rows.incomplete, &rows.topics, study.drivers.missing, &options) {
            Ok(model) => {
                finding.cautions.extend(moved(&finding, &model));
                finding.beside.push(model);
            }
            Err(decline) => declines.push(decline),
        }
    }
    (finding.quadrant, finding.quadrant_border) = quadrant::quadrant(&rows.topics, &finding);
    finding.window_days = Some(window(study));
    finding.coverage = rows.coverage;
    finding.windows = rows.windows;
    Ok(Answer { finding: Finding::Drivers(finding), declines })
}

/// Every answer of everybody, person and wave absorbed, and topics at one wave against the outcome at the next.
fn of_all_waves(all: &crate::design::drivers::WaveRows, last: &DriverRows, study: &Study) -> Result<Answer, Decline> {
    let terms = study.drivers.topics.len() as u64;
    let people = all.people;
    if people < PEOPLE_PER_TERM * terms {
        let decline = Decline::new(NAME, "too_few_people_of_waves").with("n", people);
        return Err(decline.with("needed", PEOPLE_PER_TERM * terms));
    }
    let mut finding = regression(&all.panel, &options(study, &all.panel)?)?;
    let mut declines = Vec::new();
    if study.drivers.missing != Missing::Complete {
        declines.push(Decline::new(NAME, "missing_not_here"));
    }
    let mut add = |model: Result<Beside, Decline>| match model {
        Ok(model) => finding.beside.push(model),
        Err(decline) => declines.push(decline),
    };
    add(beside(&all.lagged, "lagged", &options(study, &all.lagged)?));
    add(beside(&last.topics, "last_wave", &options(study, &last.topics)?));
    finding.window_days = Some(window(study));
    finding.coverage.clone_from(&last.coverage);
    finding.windows.clone_from(&last.windows);
    finding.cautions.extend(cautions(last, study).into_iter().filter(|c| c.code != "thin_coverage"));
    Ok(Answer { finding: Finding::Drivers(finding), declines })
}

/// A model of units: nothing is said of persons.
fn by_unit(design: &Design, study: &Study) -> Result<Answer, Decline> {
    let mut finding: Regression = regression(design, &options(study, design)?)?;
    finding.weights = Some("answers".to_string());
    finding.window_days = Some(window(study));
    finding.cautions.insert(0, Caution::new("ecological").with("units", design.flow.used));
    let refused = (study.drivers.missing != Missing::Complete).then(|| Decline::new(NAME, "missing_not_here"));
    Ok(Answer { finding: Finding::Drivers(finding), declines: refused.into_iter().collect() })
}

fn window(study: &Study) -> serde_json::Value {
    match study.drivers.window {
        Window::Days(days) => days.into(),
        Window::All => "all".into(),
    }
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
    let plain = Options { wild: None, resample: None, diagnostics: false, ..options.clone() };
    let model = regression(design, &plain)?;
    Ok(Overall {
        terms: model.terms,
        n: model.n,
        n_clusters: model.n_clusters,
        r_squared: model.r_squared.unwrap_or(0.0),
        flow: model.flow,
        cautions: model.cautions,
    })
}
