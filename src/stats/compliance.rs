//! What was assigned, what was done, and the effect on those who did because they were assigned (CACE): two-stage least
//! squares with one instrument, the strength of its first stage, and Anderson and Rubin's interval, which holds however
//! weak it is. It deliberately assumes no exclusion on its own: that assignment works only through the practice is the
//! reader's to believe, and the report's to say.

use ndarray::{Array1, Array2};

use super::adjust::{self, Adjustment, TREATMENT};
use super::inference::{Inference, LEVEL, contrast};
use super::tail;
use super::trial::{Regression, Trial, TrialFault};

/// Stock and Yogo's rule of thumb: under this first-stage F the ordinary interval of the CACE is not to be believed.
pub const WEAK: f64 = 10.0;

/// The effects that Anderson and Rubin's test (1949) does not reject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AndersonRubin {
    /// Everything between two limits.
    Between(f64, f64),
    /// Everything but what lies between: the first stage may be 0, and great effects of either sign are not excluded.
    Outside(f64, f64),
    /// Everything: the data say nothing.
    Unbounded,
}

/// Assignment, practice and effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Compliance {
    /// Intention to treat: assigned minus not assigned, whatever they did.
    pub itt: Inference,
    /// Per protocol: assigned who did against not assigned who did not. Not protected by randomisation. Nothing where one
    /// of the two has nobody, or errors cannot be had.
    pub per_protocol: Option<Inference>,
    /// Those who did against those who did not, whatever was assigned. Not protected by randomisation either.
    pub as_treated: Option<Inference>,
    /// Effect of one unit of practice on those whom assignment moves (Imbens & Angrist 1994): ITT over first stage.
    pub cace: Inference,
    /// Effects that Anderson and Rubin's test does not reject.
    pub anderson_rubin: AndersonRubin,
    /// Assigned minus not assigned, of the practice: the share of compliers where practice is yes or no.
    pub first_stage: Inference,
    /// Squared t of the first stage, with the same covariance as everything here; infinite when nobody departs from what
    /// was assigned.
    pub first_stage_f: f64,
    /// Mean practice of the assigned.
    pub practice_assigned: f64,
    /// Mean practice of the others.
    pub practice_others: f64,
}

impl Compliance {
    /// Whether the ordinary interval of the CACE is not to be believed.
    pub fn is_weak(&self) -> bool {
        self.first_stage_f < WEAK
    }
}

/// Effects under incomplete compliance; `trial.treated` is what was assigned, `practice` (n) what was done, 0 or 1 or a
/// dose. Covariates and strata enter both stages alike. By 2SLS the CACE is `d / p` with the two coefficients of
/// assignment, and its variance that of the coefficient of `y - (d/p) x` over `p^2`; with CR2 this is what
/// `estimatr::iv_robust` computes.
///
/// # Errors
/// As [`adjust::adjusted`]; `NothingVaries` where the practice is the same on both sides.
pub fn compliance(trial: &Trial<'_>, practice: &[f64], with: &Adjustment<'_>) -> Result<Compliance, TrialFault> {
    if practice.len() != trial.people() {
        return Err(TrialFault::Misfit);
    }
    let columns = adjust::columns(trial, with)?;
    if !practice.iter().any(|&done| done != practice[0]) {
        return Err(TrialFault::NothingVaries);
    }
    let outcome = trial.regress(&columns, trial.outcome)?;
    let dose = trial.regress(&columns, practice)?;
    let both = Joint::of(trial, &columns, practice, &outcome, &dose)?;
    if both.dose == 0.0 {
        return Err(TrialFault::NothingVaries);
    }
    let first_stage = treatment(&dose);
    let estimate = both.outcome / both.dose;
    let std_error = both.variance(estimate).sqrt() / both.dose.abs();
    let mean = |assigned: bool| mean_where(practice, |row| trial.treated[row] == assigned);
    let did = |row: usize| practice[row] > 0.0;
    Ok(Compliance {
        itt: treatment(&outcome),
        per_protocol: among(trial, |row| did(row) == trial.treated[row], |row| trial.treated[row]),
        as_treated: among(trial, |_| true, did),
        cace: Inference::new(estimate, std_error, both.df, LEVEL),
        anderson_rubin: both.anderson_rubin(LEVEL),
        first_stage,
        first_stage_f: first_stage.statistic.powi(2),
        practice_assigned: mean(true),
        practice_others: mean(false),
    })
}

fn treatment(fitted: &Regression) -> Inference {
    let mut c = Array1::zeros(fitted.fit.k);
    c[TREATMENT] = 1.0;
    contrast(&fitted.fit, &fitted.covariance, &c, LEVEL)
}

fn mean_where(values: &[f64], keep: impl Fn(usize) -> bool) -> f64 {
    let kept: Vec<f64> = (0..values.len()).filter(|&row| keep(row)).map(|row| values[row]).collect();
    kept.iter().sum::<f64>() / kept.len() as f64
}

/// The difference between two sides of some of the people.
fn among(trial: &Trial<'_>, keep: impl Fn(usize) -> bool, side: impl Fn(usize) -> bool) -> Option<Inference> {
    let rows: Vec<usize> = (0..trial.people()).filter(|&row| keep(row)).collect();
    let outcome: Vec<f64> = rows.iter().map(|&row| trial.outcome[row]).collect();
    let treated: Vec<bool> = rows.iter().map(|&row| side(row)).collect();
    let codes = |codes: &[u32]| rows.iter().map(|&row| codes[row]).collect::<Vec<u32>>();
    let (units, strata) = (trial.units.map(codes), trial.strata.map(codes));
    let part = Trial { outcome: &outcome, treated: &treated, units: units.as_deref(), strata: strata.as_deref() };
    let with = Adjustment { blocks: adjust::Blocks::Additive, ..Adjustment::default() };
    adjust::adjusted(&part, &with).ok().map(|found| found.difference)
}

/// The coefficients of assignment in both stages with their joint covariance.
struct Joint {
    outcome: f64,
    dose: f64,
    outcome_variance: f64,
    dose_variance: f64,
    covariance: f64,
    df: f64,
}

impl Joint {
    /// The covariance comes from a third outcome, the sum of the two in units of their standard errors.
    fn of(
        trial: &Trial<'_>,
        columns: &[Vec<f64>],
        practice: &[f64],
        outcome: &Regression,
        dose: &Regression,
    ) -> Result<Self, TrialFault> {
        let of = |one: &Regression| (treatment(one).estimate, at(&one.covariance.matrix));
        let ((y, v), (x, w)) = (of(outcome), of(dose));
        let covariance = if v > 0.0 && w > 0.0 {
            let (a, b) = (1.0 / v.sqrt(), 1.0 / w.sqrt());
            let sum: Vec<f64> = trial.outcome.iter().zip(practice).map(|(y, x)| a * y + b * x).collect();
            (at(&trial.regress(columns, &sum)?.covariance.matrix) - 2.0) / (2.0 * a * b)
        } else {
            0.0
        };
        let df = treatment(outcome).df;
        Ok(Self { outcome: y, dose: x, outcome_variance: v, dose_variance: w, covariance, df })
    }

    /// Variance of the coefficient of assignment for `y - effect x`.
    fn variance(&self, effect: f64) -> f64 {
        let twice = 2.0 * effect * self.covariance;
        (self.outcome_variance - twice + effect * effect * self.dose_variance).max(0.0)
    }

    /// The `b` with `(d - b p)^2 <= t^2 var(d - b p)`: `A b^2 - 2 B b + C <= 0`.
    fn anderson_rubin(&self, level: f64) -> AndersonRubin {
        if self.df.is_nan() || self.df <= 0.0 {
            return AndersonRubin::Unbounded;
        }
        let square = tail::t_quantile(0.5 + 0.5 * level, self.df).powi(2);
        let a = self.dose * self.dose - square * self.dose_variance;
        let b = self.outcome * self.dose - square * self.covariance;
        let c = self.outcome * self.outcome - square * self.outcome_variance;
        let inside = b * b - a * c;
        if inside <= 0.0 || a == 0.0 {
            return if a > 0.0 { AndersonRubin::Between(b / a, b / a) } else { AndersonRubin::Unbounded };
        }
        let half = inside.sqrt() / a.abs();
        let (low, high) = (b / a - half, b / a + half);
        if a > 0.0 { AndersonRubin::Between(low, high) } else { AndersonRubin::Outside(low, high) }
    }
}

fn at(matrix: &Array2<f64>) -> f64 {
    matrix[[TREATMENT, TREATMENT]]
}
