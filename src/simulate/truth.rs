//! What is true in a simulated case, written to `truth.json` for tests to recover. It deliberately holds planted values and
//! counts only, no estimates.

use super::plan::Plan;
use super::planting::Noise;
use super::{Case, Export, Options, Summary, calendar};
use crate::domain::TOPICS;
use crate::{Error, Result};
use serde_json::{Map, Value, json};

/// Standardised coefficients of engagement on the window means, in the order of the topics: each in the middle of a
/// band of the strength marks, so that no mark hangs on a digit.
pub(super) const BETAS: [f64; 7] = [0.075, 0.0, 0.0, 0.225, 0.125, 0.0, 0.30];
/// Standardised coefficient of overall satisfaction alone.
pub(super) const OVERALL_BETA: f64 = 0.225;
/// Share of the variance of engagement that lies between teams, beyond what the scores explain.
pub(super) const ICC: f64 = 0.12;
/// Sales in the treatment are higher by this share from the start.
pub(super) const SALES_LIFT: f64 = 0.20;
/// The monthly hazard of leaving in the treatment over the one in the control, from the start.
pub(super) const HAZARD_RATIO: f64 = 0.80;

/// The text of `truth.json`.
///
/// # Errors
/// A bug error if the values cannot be spelt as JSON.
pub(super) fn text(options: &Options, plan: &Plan, summary: &Summary, noise: Noise) -> Result<String> {
    let betas: Map<String, Value> = TOPICS.iter().zip(BETAS).map(|(t, b)| ((*t).to_owned(), json!(b))).collect();
    let planted_on = match noise {
        Noise::Orthogonal => "observed window means, noise orthogonalised",
        Noise::Independent => "observed window means, noise independent",
    };
    let first_wave = calendar::waves().get(plan.first_wave).map(ToString::to_string);
    let truth = json!({
        "seed": options.seed,
        "case": if options.case == Case::Division { "division" } else { "population" },
        "export": if options.export == Export::Identified { "identified" } else { "anonymised" },
        "people": summary.people,
        "people_suppressed": summary.people_suppressed,
        "teams": summary.teams,
        "companies": summary.companies,
        "sessions": summary.sessions,
        "sessions_held": summary.sessions_held,
        "rows": { "sessions": summary.session_rows, "survey": summary.survey_rows,
                  "people": summary.people, "sales": summary.sales_rows },
        "first_month": calendar::month(0).to_string(),
        "last_month": calendar::month(calendar::MONTHS - 1).to_string(),
        "log_start": plan.log_start.to_string(),
        "first_wave": first_wave,
        "design": "randomised",
        "unit": "manager_id",
        "treatment": "A",
        "control": "B",
        "start": calendar::start().to_string(),
        "window_days": calendar::WINDOW_DAYS,
        "answered": summary.answered,
        "complete": summary.complete,
        "share_complete": summary.share_complete,
        "betas": betas,
        "overall_beta_simple": OVERALL_BETA,
        "planted_on": planted_on,
        "icc": ICC,
        "sales_lift": SALES_LIFT,
        "hazard_ratio": HAZARD_RATIO,
    });
    let mut text = serde_json::to_string_pretty(&truth).map_err(|e| Error::bug("simulate_truth").because(e))?;
    text.push('\n');
    Ok(text)
}
