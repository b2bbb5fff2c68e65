//! Question: did the treatment group do better on the outcome than the control group? Population: people of the two arms
//! with an outcome after the start. Method: difference of means with CR2 by the assigned unit (HC2 when people were
//! assigned), lift with Fieller's interval, permutation by unit within strata, the sample-ratio check, balance before the
//! start; beside it adjusted and by declared groups, over time, and by what was done. Assumes: units independent. Declines
//! when: one arm, fewer than two units an arm, a constant outcome; in part where the outcome crosses zero, or no time
//! before the start is known. References: `stats::ratio`, `stats::arms`, `stats::assign`, `stats::adjust`, `stats::did`,
//! `stats::event`, `stats::compliance`, `stats::power`.

mod balance;
mod beside;
mod claims;
mod periods;
mod randomised;

use super::{Answer, estimate, finite, gate};
use crate::design::arms::{self, Arm, Arms, PlainArms};
use crate::design::{Design, INTERCEPT};
use crate::findings::comparison::PersonLevel;
use crate::findings::{Caution, Comparison, Decline, Finding, Interval, Why};
use crate::screen::Screened;
use crate::stats::arms::{hedges_g, icc, sample_ratio, welch};
use crate::stats::covariance::{Covariance, Kind, covariance};
use crate::stats::inference::{LEVEL, coefficient};
use crate::stats::matrix::Matrix;
use crate::stats::moments::Moments;
use crate::stats::ols::{DEFAULT_TOLERANCE, Fit, fit};
use crate::stats::power;
use crate::stats::ratio::{Bounds, Lift, Means, delta, fieller, log_delta};
use crate::study::{Assignment, Margin, Study};
use ndarray::{Array1, Array2};

const NAME: &str = "comparison";

/// People up to whom the models beside the difference are made unasked.
const MOST_ADJUSTED: usize = 200_000;

/// Units in the smaller arm under which a caution is due.
const FEW_UNITS: usize = 5;

/// Share of negative values from which an outcome crosses zero (a score about its mean, a change): it has no ratio.
const CROSSES: f64 = 0.1;

/// Answers the comparison of a study.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn study(screened: &Screened, study: &Study) -> Result<Answer, Decline> {
    let panel = screened.panel().ok_or_else(|| Decline::new(NAME, "no_study_tables"))?;
    let asked = study.comparison.as_ref().ok_or_else(|| Decline::new(NAME, "not_asked"))?;
    comparison(arms::study(panel, asked, &study.practice)?, study.seed)
}

/// Answers a comparison on a plain table.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn plain(screened: &Screened, asked: &PlainArms, seed: u64) -> Result<Answer, Decline> {
    let table = screened.plain().ok_or_else(|| Decline::new(NAME, "no_plain_table"))?;
    comparison(arms::plain(table, asked)?, seed)
}

/// Treatment minus control, and the two means, from one fit on two indicator columns.
struct Contrast {
    fit: Fit,
    covariance: Covariance,
    means: Covariance,
}

fn comparison(mut arms: Arms, seed: u64) -> Result<Answer, Decline> {
    let [treated, control] = [Arm::Treatment, Arm::Control].map(|arm| values_of(&arms, arm));
    for (values, name) in [(&treated, &arms.names[0]), (&control, &arms.names[1])] {
        if values.len() < 2 {
            return Err(Decline::new(NAME, "empty_arm").with("arm", name.as_str()).with("n", values.len()));
        }
    }
    let contrast = contrast(&arms)?;
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
    let crosses = crosses_zero(&arms.values, &means);
    let ratio_check = (arms.design == Assignment::Randomised).then(|| randomised::ratio_check(&arms));
    let causal = ratio_check.as_ref().is_some_and(|check| !check.alarm);
    let units = arms.unit.as_ref().map(|(name, codes)| (name.as_str(), codes.as_slice()));
    let strata = randomised::strata(&arms);
    let mde = power::mde(difference.std_error, difference.df, 0.05, 0.8);
    let told = |method: &str, made: Lift| if crosses { undefined(method) } else { lift(&means, method, made) };
    let mut found = Comparison {
        outcome: arms.outcome.clone(),
        design: arms.design.name().to_string(),
        unit: units.map_or("person", |(name, _)| name).to_string(),
        start: arms.start.map(|d| d.to_string()),
        arms: vec![arm(&arms, Arm::Treatment, &a), arm(&arms, Arm::Control, &b)],
        difference: estimate(&difference),
        adjusted: beside::adjusted(&arms, strata.as_ref()),
        stratified: beside::stratified(&arms, strata.as_ref()),
        vcov: contrast.covariance.kind.name().to_string(),
        lift: told("fieller", fieller(&means, LEVEL)),
        lift_delta: told("delta", delta(&means, LEVEL)),
        lift_log_delta: told("log_delta", log_delta(&means, LEVEL)),
        hedges_g: finite(hedges_g(&a, &b)),
        person_level: welch(&a, &b, LEVEL).map(|w| PersonLevel { by: "person".to_string(), difference: estimate(&w) }),
        superiority: beside::superiority(&treated, &control),
        equivalence: beside::against_margin(margin(&arms, crosses), &difference, &means),
        subgroups: beside::by_groups(&arms),
        change: periods::change(&arms).map(Box::new),
        event: periods::event(&arms).map(Box::new),
        compliance: beside::by_dose(&arms).map(Box::new),
        balance: balance::table(&arms),
        omnibus: balance::omnibus(&arms, seed),
        permutation: randomised::permutation(&arms, seed),
        mde: finite(mde),
        mde_lift: finite(mde / b.mean).filter(|_| b.mean > 0.0 && a.mean >= 0.0 && !crosses),
        icc: units.and_then(|(_, codes)| icc(&by_unit(&within_arms(&arms, &a, &b), codes))).and_then(|i| finite(i.icc)),
        months: periods::months(&arms, crosses),
        index_base: arms.index_base.map(|month| month.to_string()),
        whole: periods::whole(&arms, crosses),
        causal,
        flow: arms.flow.clone(),
        not_run: Vec::new(),
        claims: Vec::new(),
        cautions: cautions(&arms, ratio_check.as_ref().is_some_and(|check| check.alarm), difference.df, crosses),
        strata,
        ratio_check,
    };
    found.not_run = not_run(&arms, &found);
    found.claims = claims::of(&found);
    let mut declines = std::mem::take(&mut arms.declines);
    declines.extend(in_part(&arms, &found, crosses));
    Ok(Answer { finding: Finding::Comparison(found), declines })
}

/// No ratio of means has a meaning: one of them is not above 0, or many values are negative.
fn crosses_zero(values: &[f64], means: &Means) -> bool {
    let negative = values.iter().filter(|value| **value < 0.0).count() as f64;
    means.control <= 0.0 || means.treated < 0.0 || negative > CROSSES * values.len() as f64
}

/// The margin, where it can be held against these data.
fn margin(arms: &Arms, crosses: bool) -> Option<Margin> {
    arms.margin.filter(|margin| !(crosses && matches!(margin, Margin::Lift(_))))
}

/// Parts of the question that these data do not carry, each with what would make it answerable.
fn in_part(arms: &Arms, found: &Comparison, crosses: bool) -> Vec<Decline> {
    let mut declines = Vec::new();
    if crosses {
        let negative = arms.values.iter().filter(|value| **value < 0.0).count() as f64 / arms.values.len() as f64;
        let decline = Decline::new(NAME, "ratio_across_zero").with("outcome", arms.outcome.as_str());
        declines.push(decline.with("share", negative));
        if matches!(arms.margin, Some(Margin::Lift(_))) {
            declines.push(Decline::new(NAME, "margin_needs_ratio").with("outcome", arms.outcome.as_str()));
        }
    }
    if let Some(base) = arms.index_base
        && !crosses
        && !arms.months.is_empty()
        && found.months.iter().all(|month| month.index.is_none())
    {
        declines.push(Decline::new(NAME, "base_month_missing").with("month", base.to_string()));
    }
    if arms.dose.is_some() && found.compliance.is_none() && arms.values.len() <= MOST_ADJUSTED {
        declines.push(Decline::new(NAME, "dose_does_not_vary"));
    }
    declines
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

/// No lift: the outcome has no ratio.
fn undefined(method: &str) -> Interval {
    Interval { method: method.to_string(), why: Some(Why::Undefined), ..Interval::default() }
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

/// The randomised split of a study's own arms, for the analyses that share it.
pub fn split_is_sound(assigned: &[(Arm, u64)], share: f64, design: Assignment) -> bool {
    let count = |arm: Arm| assigned.iter().filter(|(a, _)| *a == arm).count() as u64;
    let (treated, control) = (count(Arm::Treatment), count(Arm::Control));
    design == Assignment::Randomised && treated > 0 && control > 0 && !sample_ratio(treated, control, share).alarm
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

fn not_run(arms: &Arms, found: &Comparison) -> Vec<String> {
    let missing = [
        ("covariate_adjusted", !arms.adjust.is_empty() && found.adjusted.is_none()),
        ("stratified", arms.strata.is_some() && found.stratified.is_none()),
        ("subgroups", found.subgroups.len() < arms.groups.len()),
        ("balance_omnibus", !found.balance.is_empty() && found.omnibus.is_none()),
        ("difference_in_differences", arms.start.is_some() && found.change.is_none()),
        ("event_study", arms.start.is_some() && found.change.as_ref().is_none_or(|c| c.panel) && found.event.is_none()),
    ];
    missing.into_iter().filter(|(_, missing)| *missing).map(|(code, _)| code.to_string()).collect()
}

fn cautions(arms: &Arms, alarm: bool, df: f64, crosses: bool) -> Vec<Caution> {
    let mut cautions = Vec::new();
    if arms.design == Assignment::Observational {
        cautions.push(Caution::new("observational"));
    }
    if alarm {
        cautions.push(Caution::new("ratio_alarm"));
    }
    if arms.unit.is_some() {
        cautions.push(Caution::new("person_level_test"));
        let smaller = [Arm::Treatment, Arm::Control].into_iter().filter_map(|a| units_in(arms, a)).min().unwrap_or(0);
        if smaller < FEW_UNITS {
            cautions.push(Caution::new("few_units").with("units", smaller));
        }
        if df < 8.0 {
            cautions.push(Caution::new("low_df").with("df", df));
        }
    }
    if crosses {
        cautions.push(Caution::new("no_lift_across_zero"));
    } else if arms.values.iter().any(|v| *v < 0.0) {
        cautions.push(Caution::new("lift_of_mixed_signs"));
    }
    cautions
}
