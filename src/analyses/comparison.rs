//! Question: did the treatment group do better on the outcome than the control group? Population: people of the two arms
//! with an outcome after the start. Method: difference of means with CR2 by the assigned unit (HC2 when people were
//! assigned), lift with Fieller's interval, permutation by unit, the sample-ratio check, balance before the start.
//! Assumes: units independent. Declines when: one arm, fewer than two units an arm, a constant outcome. References:
//! `stats::ratio`, `stats::arms`, `stats::permute`, `stats::power`.

mod claims;

use super::{Answer, estimate, finite, gate};
use crate::design::arms::{self, Arm, Arms, GroupMonth, PlainArms};
use crate::design::{Design, INTERCEPT, dense};
use crate::findings::comparison::{Adjusted, Balance, MonthPoint, Permutation, PersonLevel, RatioCheck};
use crate::findings::{Caution, Comparison, Decline, Finding, Interval, Why};
use crate::screen::Screened;
use crate::stats::adjust::{self, Adjustment, Blocks, Centre};
use crate::stats::arms::{hedges_g, icc, sample_ratio, sample_ratio_of_units, standardised_difference, welch};
use crate::stats::assign::randomisation;
use crate::stats::covariance::{Covariance, Kind, covariance};
use crate::stats::inference::{LEVEL, coefficient};
use crate::stats::matrix::Matrix;
use crate::stats::moments::Moments;
use crate::stats::ols::{DEFAULT_TOLERANCE, Fit, fit};
use crate::stats::ratio::{Bounds, Lift, Means, delta, fieller, log_delta};
use crate::stats::trial::Trial;
use crate::stats::{permute, power, tail};
use crate::study::{Assignment, Study};
use ndarray::{Array1, Array2};

const NAME: &str = "comparison";

/// Units up to whom the randomisation test is turned into an interval.
const MOST_INVERTED: usize = 10_000;

/// People up to whom the adjusted difference is made unasked.
const MOST_ADJUSTED: usize = 200_000;

/// Share of the people of whom the covariate must be known.
const NEARLY_ALL: f64 = 0.9;

/// Units in the smaller arm under which a caution is due.
const FEW_UNITS: usize = 5;

/// Answers the comparison of a study.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn study(screened: &Screened, study: &Study) -> Result<Answer, Decline> {
    let panel = screened.panel().ok_or_else(|| Decline::new(NAME, "no_study_tables"))?;
    let asked = study.comparison.as_ref().ok_or_else(|| Decline::new(NAME, "not_asked"))?;
    comparison(&arms::study(panel, asked)?, study.seed).map(Answer::from)
}

/// Answers a comparison on a plain table.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn plain(screened: &Screened, asked: &PlainArms, seed: u64) -> Result<Finding, Decline> {
    let table = screened.plain().ok_or_else(|| Decline::new(NAME, "no_plain_table"))?;
    comparison(&arms::plain(table, asked)?, seed)
}

/// Treatment minus control, and the two means, from one fit on two indicator columns.
struct Contrast {
    fit: Fit,
    covariance: Covariance,
    means: Covariance,
}

fn comparison(arms: &Arms, seed: u64) -> Result<Finding, Decline> {
    let [treated, control] = [Arm::Treatment, Arm::Control].map(|arm| values_of(arms, arm));
    for (values, name) in [(&treated, &arms.names[0]), (&control, &arms.names[1])] {
        if values.len() < 2 {
            return Err(Decline::new(NAME, "empty_arm").with("arm", name.as_str()).with("n", values.len()));
        }
    }
    let contrast = contrast(arms)?;
    let difference = coefficient(&contrast.fit, &contrast.covariance, 1);
    let (a, b) = (Moments::of(&treated), Moments::of(&control));
    let means = Means {
        treated: a.mean,
        control: b.mean,
        variance_treated: contrast.means.matrix[[1, 1]],
        variance_control: contrast.means.matrix[[0, 0]],
        covariance: 0.0,
        df: difference.df,
    };
    let ratio_check = (arms.design == Assignment::Randomised).then(|| ratio_check(arms));
    let causal = ratio_check.as_ref().is_some_and(|check| !check.alarm);
    let units = arms.unit.as_ref().map(|(name, codes)| (name.as_str(), codes.as_slice()));
    let adjusted = adjusted(arms);
    let mde = power::mde(difference.std_error, difference.df, 0.05, 0.8);
    let mut found = Comparison {
        outcome: arms.outcome.clone(),
        design: arms.design.name().to_string(),
        unit: units.map_or("person", |(name, _)| name).to_string(),
        start: arms.start.map(|d| d.to_string()),
        arms: vec![arm(arms, Arm::Treatment, &a), arm(arms, Arm::Control, &b)],
        difference: estimate(&difference),
        vcov: contrast.covariance.kind.name().to_string(),
        lift: lift(&means, "fieller", fieller(&means, LEVEL)),
        lift_delta: lift(&means, "delta", delta(&means, LEVEL)),
        lift_log_delta: lift(&means, "log_delta", log_delta(&means, LEVEL)),
        hedges_g: finite(hedges_g(&a, &b)),
        person_level: welch(&a, &b, LEVEL).map(|w| PersonLevel { by: "person".to_string(), difference: estimate(&w) }),
        balance: balance(arms),
        permutation: permutation(arms, seed),
        mde: finite(mde),
        mde_lift: finite(mde / b.mean).filter(|_| b.mean > 0.0 && a.mean >= 0.0),
        icc: units.and_then(|(_, codes)| icc(&by_unit(&within_arms(arms, &a, &b), codes))).and_then(|i| finite(i.icc)),
        months: months(&arms.months, &arms.names),
        causal,
        flow: arms.flow.clone(),
        not_run: not_run(arms, adjusted.is_some()),
        adjusted,
        cautions: cautions(arms, ratio_check.as_ref(), &difference.df, &means),
        claims: Vec::new(),
        ratio_check,
    };
    found.claims = claims::of(&found);
    Ok(Finding::Comparison(found))
}

fn values_of(arms: &Arms, arm: Arm) -> Vec<f64> {
    arms.values.iter().zip(&arms.arm).filter(|(_, a)| **a == arm).map(|(v, _)| *v).collect()
}

fn contrast(arms: &Arms) -> Result<Contrast, Decline> {
    let treated = |row: usize| f64::from(u8::from(arms.arm.get(row) == Some(&Arm::Treatment)));
    let n = arms.values.len();
    let x = Array2::from_shape_fn((n, 2), |(row, column)| if column == 0 { 1.0 } else { treated(row) });
    let apart =
        Array2::from_shape_fn((n, 2), |(row, column)| if column == 0 { 1.0 - treated(row) } else { treated(row) });
    let y = Array1::from(arms.values.clone());
    let codes = arms.unit.as_ref().map(|(_, codes)| codes.clone());
    let with = |x: Array2<f64>| match &codes {
        Some(codes) => Matrix::new(x, y.clone()).with_clusters(codes.clone()),
        None => Matrix::new(x, y.clone()),
    };
    let kind = if codes.is_some() { Kind::Cr2 } else { Kind::Hc2 };
    let (joint, apart) = (with(x), with(apart));
    let design = Design {
        outcome: arms.outcome.clone(),
        terms: vec![INTERCEPT.to_string(), arms.names[0].clone()],
        intercept: Some(0),
        matrix: joint,
        cluster: arms.unit.as_ref().map(|(name, _)| name.clone()),
        crossing: None,
        weights: None,
        absorbed: Vec::new(),
        steps: None,
        categories: Vec::new(),
        flow: arms.flow.clone(),
    };
    if codes.is_some() {
        enough_units(arms)?;
    }
    let fitted = fit(&design.matrix, Some(0), DEFAULT_TOLERANCE).map_err(|f| gate::ols_decline(NAME, &f, &design))?;
    let fitted_apart = fit(&apart, None, DEFAULT_TOLERANCE).map_err(|f| gate::ols_decline(NAME, &f, &design))?;
    let no_units = |_| Decline::new(NAME, "too_few_units");
    let covariance_joint = covariance(kind, &fitted, &design.matrix).map_err(no_units)?;
    let means = covariance(kind, &fitted_apart, &apart).map_err(no_units)?;
    Ok(Contrast { fit: fitted, covariance: covariance_joint, means })
}

/// Two units an arm are the least from which an error can be had.
fn enough_units(arms: &Arms) -> Result<(), Decline> {
    for (arm, name) in [(Arm::Treatment, &arms.names[0]), (Arm::Control, &arms.names[1])] {
        let units = units_in(arms, arm).unwrap_or(0);
        if units < 2 {
            return Err(Decline::new(NAME, "too_few_units").with("arm", name.as_str()).with("units", units));
        }
    }
    Ok(())
}

fn units_in(arms: &Arms, arm: Arm) -> Option<usize> {
    let (_, codes) = arms.unit.as_ref()?;
    let mut units: Vec<u32> = codes.iter().zip(&arms.arm).filter(|(_, a)| **a == arm).map(|(c, _)| *c).collect();
    units.sort_unstable();
    units.dedup();
    Some(units.len())
}

fn arm(arms: &Arms, arm: Arm, moments: &Moments) -> crate::findings::comparison::Arm {
    let name = &arms.names[usize::from(arm == Arm::Control)];
    crate::findings::comparison::Arm {
        group: name.clone(),
        n: moments.count as u64,
        n_units: units_in(arms, arm).map(|u| u as u64),
        mean: finite(moments.mean),
        sd: finite(moments.sd()),
        hidden: false,
        why: None,
    }
}

/// A lift means something only where both means are above zero.
fn lift(means: &Means, method: &str, lift: Lift) -> Interval {
    let meaningless = means.control <= 0.0 || means.treated < 0.0;
    let why = if meaningless {
        Some(Why::Undefined)
    } else if lift.bounds == Bounds::Unbounded {
        Some(Why::Unbounded)
    } else {
        None
    };
    let keep = |value: Option<f64>| value.filter(|_| !meaningless).and_then(finite);
    Interval {
        estimate: keep(Some(lift.estimate)),
        conf_low: keep(lift.conf_low),
        conf_high: keep(lift.conf_high),
        method: method.to_string(),
        why,
    }
}

fn ratio_check(arms: &Arms) -> RatioCheck {
    let count = |arm: Arm| arms.assigned.iter().filter(|(a, _)| *a == arm).count() as u64;
    let sizes = |arm: Arm| -> Vec<f64> {
        arms.assigned.iter().filter(|(a, _)| *a == arm).map(|(_, size)| *size as f64).collect()
    };
    let (n_treatment, n_control) = (count(Arm::Treatment), count(Arm::Control));
    let check = sample_ratio(n_treatment, n_control, arms.share);
    let larger = arms.unit.is_some();
    let people = larger.then(|| sample_ratio_of_units(&sizes(Arm::Treatment), &sizes(Arm::Control), arms.share));
    RatioCheck {
        unit: arms.unit.as_ref().map_or("person", |(name, _)| name).to_string(),
        n_treatment,
        n_control,
        p_value: finite(check.p_value),
        p_exact: check.p_exact.and_then(finite).map(|p| p.min(1.0)),
        alarm: check.alarm,
        p_people: people.and_then(|p| finite(p.p_value)),
    }
}

/// The randomised split of a study's own arms, for the analyses that share it.
pub fn split_is_sound(assigned: &[(Arm, u64)], share: f64, design: Assignment) -> bool {
    let count = |arm: Arm| assigned.iter().filter(|(a, _)| *a == arm).count() as u64;
    let (treated, control) = (count(Arm::Treatment), count(Arm::Control));
    design == Assignment::Randomised && treated > 0 && control > 0 && !sample_ratio(treated, control, share).alarm
}

fn balance(arms: &Arms) -> Vec<Balance> {
    let row = |(term, values): &(String, Vec<f64>)| {
        let of = |arm: Arm| -> Moments {
            let known = values.iter().zip(&arms.arm).filter(|(v, a)| **a == arm && !v.is_nan());
            Moments::of(&known.map(|(v, _)| *v).collect::<Vec<f64>>())
        };
        let (a, b) = (of(Arm::Treatment), of(Arm::Control));
        let smd = if a.count > 1 && b.count > 1 { standardised_difference(&a, &b) } else { f64::NAN };
        let why = if smd.is_infinite() {
            Some(Why::Infinite)
        } else if smd.is_nan() {
            Some(Why::TooFew)
        } else {
            None
        };
        let mean = |m: &Moments| if m.count > 0 { finite(m.mean) } else { None };
        Balance {
            term: term.clone(),
            mean_treatment: mean(&a),
            mean_control: mean(&b),
            smd: finite(smd),
            people: [a.count as u64, b.count as u64],
            why,
        }
    };
    arms.before.iter().map(row).collect()
}

/// Values about the mean of their arm: what units share beyond the treatment.
fn within_arms(arms: &Arms, treated: &Moments, control: &Moments) -> Vec<f64> {
    let mean = |arm: &Arm| if *arm == Arm::Treatment { treated.mean } else { control.mean };
    arms.values.iter().zip(&arms.arm).map(|(value, arm)| value - mean(arm)).collect()
}

/// Places for units by their codes, which have no gaps.
fn places(codes: &[u32]) -> usize {
    codes.iter().max().map_or(0, |highest| *highest as usize + 1)
}

fn by_unit(values: &[f64], codes: &[u32]) -> Vec<Moments> {
    let mut groups: Vec<Vec<f64>> = vec![Vec::new(); places(codes)];
    for (value, code) in values.iter().zip(codes) {
        groups[*code as usize].push(*value);
    }
    groups.iter().filter(|values| !values.is_empty()).map(|values| Moments::of(values)).collect()
}

fn permutation(arms: &Arms, seed: u64) -> Option<Permutation> {
    let rows: Vec<u32> = (0..arms.values.len() as u32).collect();
    let codes = arms.unit.as_ref().map_or(rows.as_slice(), |(_, codes)| codes.as_slice());
    let mut units: Vec<Option<permute::Unit>> = vec![None; places(codes)];
    for ((value, code), arm) in arms.values.iter().zip(codes).zip(&arms.arm) {
        let unit = units[*code as usize].get_or_insert(permute::Unit {
            total: 0.0,
            size: 0.0,
            arm: if *arm == Arm::Treatment { permute::Arm::Treated } else { permute::Arm::Control },
            stratum: 0,
        });
        unit.total += value;
        unit.size += 1.0;
    }
    let units: Vec<permute::Unit> = units.into_iter().flatten().collect();
    let plan = permute::Plan::new(permute::key(seed, NAME, "permutation"));
    let result = permute::difference(&units, &plan)?;
    // The ends are found by testing other effects with the same draws, which very many units do not need.
    let ends = if units.len() <= MOST_INVERTED { randomisation(&units, &plan, LEVEL) } else { None };
    Some(Permutation {
        p_value: finite(result.p_value),
        smallest_p: finite(result.smallest_p),
        conf_low: ends.as_ref().and_then(|ends| finite(ends.conf_low)),
        conf_high: ends.as_ref().and_then(|ends| finite(ends.conf_high)),
        draws: result.draws,
        exact: result.exact,
    })
}

/// What was known before the start, held fixed: of the people of whom it is known, when those are nearly all.
fn adjusted(arms: &Arms) -> Option<Adjusted> {
    let (name, before) = arms.before.iter().find(|(name, _)| name == "sales_before_start")?;
    let known: Vec<usize> =
        (0..arms.values.len()).filter(|&row| before.get(row).is_some_and(|v| v.is_finite())).collect();
    if known.len() > MOST_ADJUSTED || (known.len() as f64) < NEARLY_ALL * arms.values.len() as f64 {
        return None;
    }
    let outcome: Vec<f64> = known.iter().map(|&row| arms.values[row]).collect();
    let treated: Vec<bool> = known.iter().map(|&row| arms.arm[row] == Arm::Treatment).collect();
    let units = arms.unit.as_ref().map(|(_, codes)| dense(known.iter().map(|&row| codes[row])));
    let covariates = Array2::from_shape_fn((known.len(), 1), |(i, _)| before[known[i]]);
    let trial = Trial { outcome: &outcome, treated: &treated, units: units.as_deref(), strata: None };
    let with = Adjustment { covariates: Some(&covariates), centre: Centre::People, blocks: Blocks::default() };
    let made = adjust::adjusted(&trial, &with).ok()?;
    Some(Adjusted {
        covariates: vec![name.clone()],
        n: known.len() as u64,
        difference: estimate(&made.difference),
        lift: lift(&made.means, "fieller", made.lift),
    })
}

fn not_run(arms: &Arms, adjusted: bool) -> Vec<String> {
    let mut not_run = Vec::new();
    if !adjusted && !arms.before.is_empty() {
        not_run.push("covariate_adjusted".to_string());
    }
    not_run.push("difference_in_differences".to_string());
    not_run
}

/// Months in order, treatment first within a month; index = 100 x month / same month a year earlier, with a log-scale
/// delta interval that takes the two months as independent (the same people make it conservative).
fn months(rows: &[GroupMonth], names: &[String; 2]) -> Vec<MonthPoint> {
    let z = tail::normal_quantile(0.5 + 0.5 * LEVEL);
    let earlier = |row: &GroupMonth| rows.iter().find(|r| r.arm == row.arm && r.month == row.month.year_earlier());
    let mut points: Vec<(i32, usize, MonthPoint)> = Vec::new();
    for row in rows {
        let mut point = MonthPoint {
            month: row.month.to_string(),
            group: names[usize::from(row.arm == Arm::Control)].clone(),
            n: Some(row.n),
            value: finite(row.mean),
            ..MonthPoint::default()
        };
        if let Some(before) = earlier(row).filter(|b| b.mean > 0.0 && row.mean > 0.0) {
            let index = 100.0 * row.mean / before.mean;
            let error = (row.variance / row.mean.powi(2) + before.variance / before.mean.powi(2)).sqrt();
            point.index = finite(index);
            point.index_low = finite(index * (-z * error).exp());
            point.index_high = finite(index * (z * error).exp());
        } else {
            point.why = Some(Why::Undefined);
        }
        points.push((row.month.0, usize::from(row.arm == Arm::Control), point));
    }
    points.sort_by_key(|(month, arm, _)| (*month, *arm));
    points.into_iter().map(|(_, _, point)| point).collect()
}

fn cautions(arms: &Arms, check: Option<&RatioCheck>, df: &f64, means: &Means) -> Vec<Caution> {
    let mut cautions = Vec::new();
    if arms.design == Assignment::Observational {
        cautions.push(Caution::new("observational"));
    }
    if check.is_some_and(|c| c.alarm) {
        cautions.push(Caution::new("ratio_alarm"));
    }
    if arms.unit.is_some() {
        cautions.push(Caution::new("person_level_test"));
        let smaller = [Arm::Treatment, Arm::Control].into_iter().filter_map(|a| units_in(arms, a)).min().unwrap_or(0);
        if smaller < FEW_UNITS {
            cautions.push(Caution::new("few_units").with("units", smaller));
        }
        if *df < 8.0 {
            cautions.push(Caution::new("low_df").with("df", *df));
        }
    }
    if means.control <= 0.0 || means.treated < 0.0 {
        cautions.push(Caution::new("no_lift_across_zero"));
    } else if arms.values.iter().any(|v| *v < 0.0) {
        cautions.push(Caution::new("lift_of_mixed_signs"));
    }
    cautions
}
