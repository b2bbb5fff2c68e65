//! Question: did fewer people leave the treatment group than the control group? Population: people of the two arms who
//! were there after the start. Method: monthly rates and same-month-last-year indices with conditional exact intervals,
//! Kaplan-Meier, log-rank (by unit too), Cox (Efron) with errors by unit and the test of proportional hazards, restricted means; the share that left by the assigned unit (CR2) leads when teams
//! were assigned. Assumes: follow-up ends for everybody on the same day. Declines when: one arm, nobody left, no dates.
//! References: `stats::survival`, `stats::cox`, `stats::proportion`.

use super::comparison::split_is_sound;
use super::{Answer, estimate, finite};
use crate::design::arms::Arm;
use crate::design::spells::{self, EventReading, Grain, MonthCount, PlainSpells, Spells};
use crate::domain::{Day, Month};
use crate::findings::attrition::{
    FollowUp, KmPoint, Median, MonthRate, PeriodRate, Rmst, RmstArm, RollingRate, Test, UnitTest,
};
use crate::findings::{Attrition, Caution, Decline, Estimate, Finding, Interval, Why};
use crate::screen::Screened;
use crate::stats::covariance::{Kind, covariance};
use crate::stats::cox::{
    self, Clock as ClockOfTest, CoxFit, Sample, Ties, WORTH_REFITTING, cluster_jackknife, proportionality,
};
use crate::stats::inference::{Inference, LEVEL, coefficient};
use crate::stats::matrix::Matrix;
use crate::stats::ols::{DEFAULT_TOLERANCE, fit};
use crate::stats::permute;
use crate::stats::power;
use crate::stats::proportion::{Bracketed, Rate, TwoByTwo, newcombe, rate_ratio, risk_ratio};
use crate::stats::survival::{Curve, Life, at_risk, kaplan_meier, log_rank, restricted_mean_difference};
use crate::stats::tail;
use crate::stats::unit_log_rank::{self, ScoredUnit};
use crate::study::{Assignment, Clock, Study};
use ndarray::{Array1, Array2};
use std::collections::BTreeMap;

const NAME: &str = "attrition";

/// People up to whom re-assignments and the test of proportional hazards are made: beyond, whatever differs is seen
/// without them, and they would cost as much as the rest.
const MOST_LIVES: usize = 200_000;

/// p-value of the test of proportional hazards under which one ratio does not tell the whole story.
const NOT_PROPORTIONAL: f64 = 0.05;

/// Leavers in a month under which an index says nothing.
const FEWEST: u64 = 5;

/// Months that a rolling index may span, shortest first.
const ROLLING: [u32; 3] = [3, 6, 12];

/// Days between the points of a tenure curve in a study.
const TENURE_STEP: f64 = 30.0;

/// Answers the attrition question of a study.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn study(screened: &Screened, study: &Study) -> Result<Answer, Decline> {
    let panel = screened.panel().ok_or_else(|| Decline::new(NAME, "no_study_tables"))?;
    let asked = study.comparison.as_ref().ok_or_else(|| Decline::new(NAME, "not_asked"))?;
    if !panel.people.has_left && !panel.totals.months.is_empty() {
        let spells = Spells::from_totals(asked, spells::totals(panel, asked));
        return Ok(Finding::Attrition(frame(&spells)).into());
    }
    attrition(&spells::study(panel, asked, study.clock)?, None, study.seed).map(Answer::from)
}

/// Answers an attrition question on a plain table.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn plain(screened: &Screened, asked: &PlainSpells, horizon: Option<f64>, seed: u64) -> Result<Finding, Decline> {
    let table = screened.plain().ok_or_else(|| Decline::new(NAME, "no_plain_table"))?;
    let (rows, reading) = spells::plain(table, asked)?;
    let mut finding = attrition(&rows, horizon, seed)?;
    if let (EventReading::OneTwo, Finding::Attrition(found)) = (reading, &mut finding) {
        found.cautions.push(Caution::new("event_one_two"));
    }
    Ok(finding)
}

/// The parts that need no person data: months, rolling index, whole periods.
fn frame(spells: &Spells) -> Attrition {
    let months = months(spells);
    let (rolling_months, rolling) = rolling(spells, &months);
    Attrition {
        design: spells.design.name().to_string(),
        unit: spells.unit.as_ref().map_or("person", |(name, _)| name).to_string(),
        groups: spells.names.to_vec(),
        start: spells.span.map(|(start, _)| start.to_string()),
        end: spells.span.map(|(_, end)| end.to_string()),
        clock: match spells.clock {
            Clock::SinceStart => "since_start",
            Clock::Tenure => "tenure",
        }
        .to_string(),
        rolling_months,
        rolling,
        periods: periods(spells),
        months,
        causal: split_is_sound(&spells.assigned, spells.share, spells.design),
        cautions: cautions(spells),
        flow: spells.flow.clone(),
        ..Attrition::default()
    }
}

fn attrition(spells: &Spells, horizon: Option<f64>, seed: u64) -> Result<Finding, Decline> {
    let lives = [Arm::Treatment, Arm::Control].map(|arm| lives_of(spells, arm));
    for (lives, name) in lives.iter().zip(&spells.names) {
        if lives.is_empty() {
            return Err(Decline::new(NAME, "empty_arm").with("arm", name.as_str()).with("n", 0));
        }
    }
    if !spells.event.iter().any(|e| *e) {
        return Err(Decline::new(NAME, "nobody_left"));
    }
    let curves = [kaplan_meier(&lives[0]), kaplan_meier(&lives[1])];
    let mut found = frame(spells);
    found.follow_up = follow_up(spells);
    found.logrank = log_rank(&[(&lives[0], &lives[1])]).map(|test| Test {
        statistic: finite(test.statistic),
        p_value: finite(test.p_value),
        by: "person".to_string(),
    });
    let few = spells.arm.len() <= MOST_LIVES;
    match few.then(|| log_rank_by_unit(spells, seed)).flatten() {
        Some(test) => found.logrank_by_unit = Some(test),
        None if spells.unit.is_some() => found.not_run.push("unit_permutation".to_string()),
        None => {}
    }
    hazard(spells, &mut found);
    found.km = km(spells, &lives, &curves);
    found.medians = (spells.names.iter().zip(&curves)).map(|(group, curve)| median(group, curve)).collect();
    let rmst = restricted(spells, &curves, horizon);
    if let Some(asked) = horizon.filter(|asked| *asked > rmst.horizon) {
        found.cautions.push(Caution::new("horizon_cut").with("asked", asked).with("used", rmst.horizon));
    }
    found.rmst = Some(rmst);
    shares(spells, &mut found);
    Ok(Finding::Attrition(found))
}

/// A median that is not reached lies beyond all times seen.
fn median(group: &str, curve: &Curve) -> Median {
    let median = curve.median();
    Median { group: group.to_string(), median, why: median.is_none().then_some(Why::Infinite) }
}

fn lives_of(spells: &Spells, arm: Arm) -> Vec<Life> {
    (0..spells.arm.len()).filter(|row| spells.arm[*row] == arm).map(|row| life(spells, row)).collect()
}

fn life(spells: &Spells, row: usize) -> Life {
    Life { entry: spells.entry[row], exit: spells.exit[row], event: spells.event[row] }
}

fn follow_up(spells: &Spells) -> Vec<FollowUp> {
    let row = |(arm, group): (Arm, &String)| {
        let rows: Vec<usize> = (0..spells.arm.len()).filter(|r| spells.arm[*r] == arm).collect();
        let units = spells.unit.as_ref().map(|(_, codes)| {
            let mut seen: Vec<u32> = rows.iter().map(|r| codes[*r]).collect();
            seen.sort_unstable();
            seen.dedup();
            seen.len() as u64
        });
        FollowUp {
            group: group.clone(),
            n: rows.len() as u64,
            n_units: units,
            leavers: Some(rows.iter().filter(|r| spells.event[**r]).count() as u64),
            hidden: false,
            why: None,
        }
    };
    [Arm::Treatment, Arm::Control].into_iter().zip(&spells.names).map(row).collect()
}

/// Log hazard ratio, treatment against control, and whether it may be read as one number.
fn hazard(spells: &Spells, found: &mut Attrition) {
    let lives: Vec<Life> = (0..spells.arm.len()).map(|row| life(spells, row)).collect();
    let treated = |row: usize| f64::from(u8::from(spells.arm[row] == Arm::Treatment));
    let x = Array2::from_shape_fn((lives.len(), 1), |(row, _)| treated(row));
    let sample = Sample::new(&lives, &x);
    let Ok(fitted) = cox::fit(&sample, Ties::Efron) else { return };
    found.cox = Some(log_hazard(&fitted, &sample, spells));
    let units = spells.unit.as_ref().map(|(_, codes)| codes.as_slice());
    let few = lives.len() <= MOST_LIVES;
    let test = few.then(|| proportionality(&sample, &fitted, &[vec![0]], ClockOfTest::KaplanMeier, units)).flatten();
    match test.and_then(|test| test.global) {
        Some(test) => {
            let by = if units.is_some() { "unit" } else { "person" }.to_string();
            found.proportional = Some(Test { statistic: finite(test.statistic), p_value: finite(test.p_value), by });
            if test.p_value < NOT_PROPORTIONAL {
                found.cautions.push(Caution::new("hazards_not_proportional").with("p", test.p_value));
            }
        }
        None => found.not_run.push("schoenfeld".to_string()),
    }
}

/// The coefficient with its error: by unit from refits without each (t on units - 1) up to as many as are worth it, by
/// unit from score residuals beyond (Lin & Wei 1989), by person without units.
fn log_hazard(fitted: &CoxFit, sample: &Sample<'_>, spells: &Spells) -> Estimate {
    let b = fitted.coefficients[0];
    let codes = spells.unit.as_ref().map(|(_, codes)| codes.as_slice());
    let units = codes.map_or(0, |codes| codes.iter().max().map_or(0, |last| *last as usize + 1));
    let refitted =
        codes.filter(|_| units <= WORTH_REFITTING).and_then(|codes| cluster_jackknife(sample, fitted, codes));
    if let Some(variance) = refitted {
        return estimate(&Inference::new(b, variance[[0, 0]].sqrt(), units as f64 - 1.0, LEVEL));
    }
    let robust = codes.and_then(|codes| fitted.robust(codes));
    let error = robust.as_ref().unwrap_or(&fitted.covariance)[[0, 0]].sqrt();
    let z = b / error;
    let half = tail::normal_quantile(0.5 + 0.5 * LEVEL) * error;
    Estimate {
        estimate: finite(b),
        std_error: finite(error),
        statistic: finite(z),
        df: None,
        p_value: finite(tail::normal_two_sided(z)),
        conf_low: finite(b - half),
        conf_high: finite(b + half),
        why: Some(if z.is_finite() { Why::Infinite } else { Why::Undefined }),
    }
}

/// The log-rank test under re-assignments of whole units.
fn log_rank_by_unit(spells: &Spells, seed: u64) -> Option<UnitTest> {
    let (_, codes) = spells.unit.as_ref()?;
    let lives: Vec<Life> = (0..spells.arm.len()).map(|row| life(spells, row)).collect();
    let scores = unit_log_rank::scores(&lives, None)?;
    let mut units: BTreeMap<u32, ScoredUnit> = BTreeMap::new();
    for ((&code, arm), score) in codes.iter().zip(&spells.arm).zip(scores) {
        let arm = if *arm == Arm::Treatment { permute::Arm::Treated } else { permute::Arm::Control };
        units.entry(code).or_insert(ScoredUnit { score: 0.0, arm, stratum: 0 }).score += score;
    }
    let units: Vec<ScoredUnit> = units.into_values().collect();
    let plan = permute::Plan::new(permute::key(seed, NAME, "log_rank_by_unit"));
    let test = unit_log_rank::unit_log_rank(&units, &plan)?;
    Some(UnitTest {
        p_value: finite(test.p_value),
        smallest_p: finite(test.smallest_p),
        draws: test.draws,
        exact: test.exact,
    })
}

fn km(spells: &Spells, lives: &[Vec<Life>; 2], curves: &[Curve; 2]) -> Vec<KmPoint> {
    let mut points = Vec::new();
    for ((group, curve), lives) in spells.names.iter().zip(curves).zip(lives) {
        match grid(spells, curve) {
            Some(times) => {
                let mut before = f64::NEG_INFINITY;
                for time in times {
                    let inside = curve.steps.iter().filter(|s| s.time > before && s.time <= time);
                    let events = inside.map(|s| s.events as u64).sum();
                    points.push(km_point(group, curve, time, at_risk(lives, time), events));
                    before = time;
                }
            }
            None => {
                points.extend(curve.steps.iter().map(|s| km_point(group, curve, s.time, s.at_risk, s.events as u64)))
            }
        }
    }
    points
}

/// A point of a curve; where nobody is left the error and the limits are not defined.
fn km_point(group: &str, curve: &Curve, time: f64, at_risk: usize, events: u64) -> KmPoint {
    let step = curve.at(time);
    let limits = step.log_log_limits(LEVEL);
    let known = |value: f64| finite(value).filter(|_| step.survival > 0.0);
    KmPoint {
        group: group.to_string(),
        time,
        survival: finite(step.survival),
        std_error: known(step.std_error),
        conf_low: known(limits.low),
        conf_high: known(limits.high),
        at_risk: at_risk as u64,
        events,
        why: (step.survival <= 0.0).then_some(Why::Undefined),
    }
}

/// The times at which a study's curves are told: month ends since the start, or every 30 days of tenure.
fn grid(spells: &Spells, curve: &Curve) -> Option<Vec<f64>> {
    let (Grain::MonthEnds(start), Some((_, end))) = (spells.grain, spells.span) else { return None };
    if spells.clock == Clock::Tenure {
        let steps = (curve.last / TENURE_STEP).floor() as usize;
        return Some((1..=steps).map(|step| step as f64 * TENURE_STEP).collect());
    }
    let ends = (start.month().0..=end.month().0).map(|m| Month(m).last().min(end));
    Some(ends.map(|day: Day| f64::from(day.0 - start.0 + 1)).collect())
}

fn restricted(spells: &Spells, curves: &[Curve; 2], horizon: Option<f64>) -> Rmst {
    let common = curves[0].last.min(curves[1].last);
    let horizon = horizon.unwrap_or(common).min(common);
    let means = [curves[0].restricted_mean(horizon), curves[1].restricted_mean(horizon)];
    let arms = spells.names.iter().zip(&means).map(|(group, mean)| RmstArm {
        group: group.clone(),
        estimate: finite(mean.mean),
        std_error: finite(mean.std_error),
    });
    let difference = restricted_mean_difference(&means[0], &means[1], LEVEL);
    Rmst { horizon, arms: arms.collect(), difference: normal(&difference) }
}

/// An estimate whose reference is the normal: infinite degrees of freedom.
fn normal(inference: &Inference) -> Estimate {
    let told = estimate(inference);
    Estimate { df: None, why: told.why.or(Some(Why::Infinite)), ..told }
}

/// Shares that left among those followed: only where everybody could be followed to the same end.
fn shares(spells: &Spells, found: &mut Attrition) {
    let rows = || 0..spells.arm.len();
    let last_event = rows().filter(|r| spells.event[*r]).map(|r| spells.exit[r]).fold(0.0, f64::max);
    let first_censored = rows().filter(|r| !spells.event[*r]).map(|r| spells.exit[r]).fold(f64::INFINITY, f64::min);
    if first_censored < last_event && spells.span.is_none() {
        found.not_run.push("shares_that_left".to_string());
        return;
    }
    let count = |arm: Arm| {
        let members = rows().filter(move |r| spells.arm[*r] == arm);
        (members.clone().filter(|r| spells.event[*r]).count() as u64, members.count() as u64)
    };
    let ((treated, treated_n), (control, control_n)) = (count(Arm::Treatment), count(Arm::Control));
    let table = TwoByTwo { treated, treated_n, control, control_n };
    found.risk_ratio = Some(match risk_ratio(&table, LEVEL) {
        Some(ratio) => interval(&ratio, "log"),
        None => Interval { method: "log".to_string(), why: Some(Why::TooFew), ..Interval::default() },
    });
    found.risk_difference = Some(interval(&newcombe(&table, LEVEL), "newcombe"));
    by_unit(spells, found);
}

fn interval(bracketed: &Bracketed, method: &str) -> Interval {
    Interval {
        estimate: finite(bracketed.estimate),
        conf_low: finite(bracketed.limits.low),
        conf_high: finite(bracketed.limits.high),
        method: method.to_string(),
        why: None,
    }
}

/// Difference in the share that left, with the error by unit.
fn by_unit(spells: &Spells, found: &mut Attrition) {
    let treated = |row: usize| f64::from(u8::from(spells.arm[row] == Arm::Treatment));
    let x = Array2::from_shape_fn((spells.arm.len(), 2), |(row, j)| if j == 0 { 1.0 } else { treated(row) });
    let y = Array1::from_iter(spells.event.iter().map(|e| f64::from(u8::from(*e))));
    let mut matrix = Matrix::new(x, y);
    let mut kind = Kind::Hc2;
    if let Some((_, codes)) = &spells.unit {
        matrix = matrix.with_clusters(codes.clone());
        kind = Kind::Cr2;
    }
    let Ok(fitted) = fit(&matrix, Some(0), DEFAULT_TOLERANCE) else { return };
    let Ok(covariance) = covariance(kind, &fitted, &matrix) else { return };
    let difference = coefficient(&fitted, &covariance, 1);
    let mde = power::mde(difference.std_error, difference.df, 0.05, 0.8);
    found.mde = finite(mde).filter(|share| *share <= 1.0);
    found.by_unit = Some(estimate(&difference));
    found.vcov = Some(kind.name().to_string());
}

fn months(spells: &Spells) -> Vec<MonthRate> {
    let earlier =
        |row: &MonthCount| spells.months.iter().find(|r| r.arm == row.arm && r.month == row.month.year_earlier());
    let mut rows: Vec<(i32, usize, MonthRate)> = Vec::new();
    for row in &spells.months {
        let arm = usize::from(row.arm == Arm::Control);
        let mut told = MonthRate {
            month: row.month.to_string(),
            group: spells.names[arm].clone(),
            headcount: Some(row.headcount),
            leavers: Some(row.leavers),
            rate: finite(row.leavers as f64 / row.headcount as f64),
            ..MonthRate::default()
        };
        if let Some(before) = earlier(row) {
            let now = Rate { events: row.leavers, exposure: row.headcount as f64 };
            let then = Rate { events: before.leavers, exposure: before.headcount as f64 };
            match index(&now, &then) {
                Some(index) => {
                    told.index = finite(index.estimate);
                    told.index_low = finite(index.limits.low);
                    told.index_high = finite(index.limits.high);
                }
                None => told.why = Some(Why::TooFew),
            }
        } else {
            told.why = Some(Why::Undefined);
        }
        rows.push((row.month.0, arm, told));
    }
    rows.sort_by_key(|(month, arm, _)| (*month, *arm));
    rows.into_iter().map(|(_, _, row)| row).collect()
}

/// 100 x rate / rate a year earlier; nothing under five leavers in either.
fn index(now: &Rate, then: &Rate) -> Option<Bracketed> {
    if now.events < FEWEST || then.events < FEWEST {
        return None;
    }
    let ratio = rate_ratio(now, then, LEVEL)?;
    let limits = crate::stats::proportion::Limits { low: 100.0 * ratio.limits.low, high: 100.0 * ratio.limits.high };
    Some(Bracketed { estimate: 100.0 * ratio.estimate, limits })
}

/// The shortest rolling index that has at least five leavers in every window and its mirror a year earlier, when the
/// months have too few; else the twelve-month windows that have.
fn rolling(spells: &Spells, months: &[MonthRate]) -> (Option<u32>, Vec<RollingRate>) {
    if !months.iter().any(|m| m.why == Some(Why::TooFew)) {
        return (None, Vec::new());
    }
    for width in ROLLING {
        let rows = windows(spells, width);
        let all = rows.iter().all(|r| r.leavers >= FEWEST && r.leavers_earlier >= FEWEST);
        if !rows.is_empty() && (all || width == 12) {
            let some = rows.iter().any(|r| r.index.is_some());
            return if some { (Some(width), rows) } else { (None, Vec::new()) };
        }
    }
    (None, Vec::new())
}

fn windows(spells: &Spells, width: u32) -> Vec<RollingRate> {
    let mut rows: Vec<(i32, usize, RollingRate)> = Vec::new();
    for (at, arm) in [Arm::Treatment, Arm::Control].into_iter().enumerate() {
        let series: std::collections::BTreeMap<i32, &MonthCount> =
            spells.months.iter().filter(|m| m.arm == arm).map(|m| (m.month.0, m)).collect();
        let sum = |last: i32| {
            let months: Option<Vec<&&MonthCount>> = (last - width as i32 + 1..=last).map(|m| series.get(&m)).collect();
            months.map(|m| Rate {
                events: m.iter().map(|m| m.leavers).sum(),
                exposure: m.iter().map(|m| m.headcount as f64).sum(),
            })
        };
        for &last in series.keys() {
            let (Some(now), Some(then)) = (sum(last), sum(last - 12)) else { continue };
            let index = index(&now, &then);
            let told = RollingRate {
                month: Month(last).to_string(),
                group: spells.names[at].clone(),
                rate: finite(now.events as f64 / now.exposure),
                index: index.and_then(|i| finite(i.estimate)),
                index_low: index.and_then(|i| finite(i.limits.low)),
                index_high: index.and_then(|i| finite(i.limits.high)),
                leavers: now.events,
                leavers_earlier: then.events,
                hidden: false,
                why: None,
            };
            rows.push((last, at, told));
        }
    }
    rows.sort_by_key(|(month, arm, _)| (*month, *arm));
    rows.into_iter().map(|(_, _, row)| row).collect()
}

/// Person-months and leavers before and from the start on.
fn periods(spells: &Spells) -> Vec<PeriodRate> {
    let mut rows = Vec::new();
    for (arm, group) in [Arm::Treatment, Arm::Control].into_iter().zip(&spells.names) {
        for period in ["before", "after"] {
            let inside = |m: &&MonthCount| match spells.start_month {
                Some(start) => m.arm == arm && (m.month >= start) == (period == "after"),
                None => m.arm == arm && period == "after",
            };
            let months: Vec<&MonthCount> = spells.months.iter().filter(inside).collect();
            if months.is_empty() {
                continue;
            }
            let exposure: u64 = months.iter().map(|m| m.headcount).sum();
            let leavers: u64 = months.iter().map(|m| m.leavers).sum();
            let rate = leavers as f64 / exposure as f64;
            rows.push(PeriodRate {
                group: group.clone(),
                period: if spells.start_month.is_some() { period } else { "all" }.to_string(),
                person_months: Some(exposure),
                leavers: Some(leavers),
                rate: finite(rate),
                annual_rate: finite(1.0 - (1.0 - rate).powi(12)),
                hidden: false,
                why: None,
            });
        }
    }
    rows
}

fn cautions(spells: &Spells) -> Vec<Caution> {
    let mut cautions = Vec::new();
    if spells.design == Assignment::Observational {
        cautions.push(Caution::new("observational"));
    } else if !split_is_sound(&spells.assigned, spells.share, spells.design) {
        cautions.push(Caution::new("ratio_alarm"));
    }
    if spells.unit.is_some() {
        cautions.push(Caution::new("person_level_test"));
    }
    cautions
}
