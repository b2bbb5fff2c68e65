//! Question: did fewer people leave the treatment group than the control group? Population: people of the two arms who
//! were there after the start. Method: rates and indices (`rates`), curves, medians and mean times (`curves`), log-rank
//! and Cox (`hazard`), shares and how many people it would take (`shares`), reasons (`reasons`); by assigned unit wherever
//! units were assigned, and then that leads. Assumes: follow-up ends for everybody on the same day. Declines when: one arm,
//! nobody or too few left, fewer than two units an arm, no dates, a tenure on a list in the place of a time.
//! References: `stats::survival`, `stats::cox`, `stats::proportion`, `stats::unit_contrast`, `stats::incidence`.

mod claims;
mod curves;
mod hazard;
mod rates;
mod reasons;
mod shares;

use super::comparison::split_is_sound;
use super::{Answer, estimate, finite};
use crate::design::arms::Arm;
use crate::design::spells::{self, Columns, EventReading, PlainSpells, Spells};
use crate::findings::attrition::FollowUp;
use crate::findings::{Attrition, Caution, Decline, Estimate, Finding, Interval, Why};
use crate::screen::Screened;
use crate::stats::inference::Inference;
use crate::stats::power_survival::HazardDesign;
use crate::stats::proportion::Bracketed;
use crate::stats::survival::{Curve, Life, kaplan_meier};
use crate::stats::unit_contrast::UnitContrast;
use crate::study::{Assignment, Clock, Leaving, Study, TieRule};

const NAME: &str = "attrition";

/// People up to whom re-assignments, covariates and the test of proportional hazards are made: beyond, whatever differs is
/// seen without them, and they would cost as much as the rest.
const MOST_LIVES: usize = 200_000;

/// p-value of the test of proportional hazards under which one ratio does not tell the whole story.
const NOT_PROPORTIONAL: f64 = 0.05;

/// Leavers in both groups together under which nothing is said about hazards.
const FEWEST_LEAVERS: u64 = 5;

/// Units of a group under which no error by unit can be taken: two differ, one does not.
const FEWEST_UNITS: u64 = 2;

/// How an attrition question is to be answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    /// Time up to which mean times and reasons are told; without it, to where both groups are observed.
    pub horizon: Option<f64>,
    /// The rule for tied times that leads.
    pub ties: TieRule,
    /// Relative fall in leaving that should be found: 0.2 for 20 % less.
    pub effect: f64,
    /// Seed of every draw.
    pub seed: u64,
}

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
    let Leaving { reason, covariates, ties, effect } = &study.leaving;
    let columns = Columns { reason: reason.clone(), strata: asked.strata.clone(), covariates: covariates.clone() };
    let how = Asked { horizon: None, ties: *ties, effect: *effect, seed: study.seed };
    let found = attrition(&spells::study(panel, asked, study.clock, &columns)?, how)?;
    Ok(Finding::Attrition(found).into())
}

/// Answers an attrition question on a plain table. Times that are no times of following leave the shares, beside a
/// decline of the rest.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn plain(screened: &Screened, asked: &PlainSpells, how: Asked) -> Vec<Result<Finding, Decline>> {
    let answer = || {
        let table = screened.plain().ok_or_else(|| Decline::new(NAME, "no_plain_table"))?;
        let (rows, reading) = spells::plain(table, asked)?;
        let mut found = if rows.snapshot { snapshot(&rows, how)? } else { attrition(&rows, how)? };
        if reading == EventReading::OneTwo {
            found.cautions.push(Caution::new("event_one_two"));
        }
        Ok((found, rows.snapshot))
    };
    match answer() {
        Ok((found, snapshot)) => {
            let mut answers = vec![Ok(Finding::Attrition(found))];
            if let (true, spells::Times::Duration { duration, .. }) = (snapshot, &asked.times) {
                answers.push(Err(Decline::new(NAME, "tenure_as_duration").with("column", duration.as_str())));
            }
            answers
        }
        Err(decline) => vec![Err(decline)],
    }
}

/// The parts that need no person data: months, rolling index, whole periods.
fn frame(spells: &Spells) -> Attrition {
    let months = rates::months(spells);
    let (rolling_months, rolling) = rates::rolling(spells, &months);
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
        periods: rates::periods(spells),
        rate_ratio: if spells.snapshot { None } else { rates::ratio(spells).map(Box::new) },
        months,
        causal: split_is_sound(&spells.assigned, spells.share, spells.design),
        cautions: cautions(spells),
        flow: spells.flow.clone(),
        ..Attrition::default()
    }
}

/// What must be there before anything is said about leaving.
fn check(spells: &Spells, follow_up: &[FollowUp]) -> Result<(), Decline> {
    for arm in follow_up {
        if arm.n == 0 {
            return Err(Decline::new(NAME, "empty_arm").with("arm", arm.group.as_str()).with("n", 0));
        }
    }
    if follow_up.iter().any(|arm| arm.n_units.is_some_and(|units| units < FEWEST_UNITS)) {
        let units: u64 = follow_up.iter().filter_map(|arm| arm.n_units).sum();
        let column = spells.unit.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
        return Err(Decline::new(NAME, "too_few_units_left").with("units", units).with("unit", column));
    }
    match follow_up.iter().filter_map(|arm| arm.leavers).sum::<u64>() {
        0 => Err(Decline::new(NAME, "nobody_left")),
        few if few < FEWEST_LEAVERS => {
            let times = FEWEST_LEAVERS.div_ceil(few);
            let decline = Decline::new(NAME, "too_few_events").with("events", few).with("times", times);
            Err(decline.with("needed", FEWEST_LEAVERS))
        }
        _ => Ok(()),
    }
}

fn attrition(spells: &Spells, how: Asked) -> Result<Attrition, Decline> {
    let follow_up = follow_up(spells);
    check(spells, &follow_up)?;
    let lives = [Arm::Treatment, Arm::Control].map(|arm| lives_of(spells, arm));
    let curves: [Curve; 2] = lives.each_ref().map(|lives| kaplan_meier(lives));
    let mut found = Attrition { follow_up, ..frame(spells) };
    hazard::log_ranks(spells, &lives, &mut found);
    if hazard::units_across_strata(spells) {
        found.cautions.push(Caution::new("units_across_strata"));
    }
    let few = spells.arm.len() <= MOST_LIVES;
    match few.then(|| hazard::log_rank_by_unit(spells, how.seed)).flatten() {
        Some(test) => found.logrank_by_unit = Some(test),
        None if spells.unit.is_some() => found.not_run.push("unit_permutation".to_string()),
        None => {}
    }
    hazard::hazard(spells, how.ties, &mut found);
    found.km = curves::km(spells, &lives, &curves);
    found.medians = (spells.names.iter().zip(&curves)).map(|(group, curve)| curves::median(group, curve)).collect();
    let rmst = curves::restricted(spells, &curves, how.horizon);
    if let Some(asked) = how.horizon.filter(|asked| *asked > rmst.horizon) {
        found.cautions.push(Caution::new("horizon_cut").with("asked", asked).with("used", rmst.horizon));
    }
    let times = curves::grid(spells, &curves[0]);
    found.reasons = reasons::reasons(spells, rmst.horizon, times.as_deref()).map(Box::new);
    found.rmst = Some(rmst);
    shares::shares(spells, &mut found);
    plan(spells, how.effect, &mut found);
    found.lead = lead(&found).to_string();
    found.claims = claims::of(&found);
    Ok(found)
}

/// A list of people and who is gone: shares alone.
fn snapshot(spells: &Spells, how: Asked) -> Result<Attrition, Decline> {
    let follow_up = follow_up(spells);
    check(spells, &follow_up)?;
    let mut found = Attrition { follow_up, ..frame(spells) };
    found.cautions.push(Caution::new("shares_of_a_list"));
    shares::shares(spells, &mut found);
    found.not_run.push("survival".to_string());
    plan(spells, how.effect, &mut found);
    found.lead = "by_unit".to_string();
    found.claims = claims::of(&found);
    Ok(found)
}

/// What the data could have found, and what the declared fall would take.
fn plan(spells: &Spells, effect: f64, found: &mut Attrition) {
    let (design, events): (HazardDesign, f64) = shares::hazard_design(spells);
    found.mde_hazard_ratio = finite(design.detectable_ratio(events, 0.8)).filter(|_| !spells.snapshot);
    found.needed = shares::needed(spells, effect, found).map(Box::new);
}

/// Which answer leads: mean time where the ratio of hazards changes over time; else the share that left by assigned unit
/// (mean time where no share can be told), and the log-rank test where people were assigned.
fn lead(found: &Attrition) -> &'static str {
    let changing = found.cautions.iter().any(|caution| caution.code == "hazards_not_proportional");
    let by_unit = found.unit != "person";
    match (changing, by_unit) {
        (true, _) => "rmst",
        (false, false) => "logrank",
        (false, true) if found.by_unit.is_some() => "by_unit",
        (false, true) => "rmst",
    }
}

fn treated(spells: &Spells, row: usize) -> bool {
    spells.arm.get(row) == Some(&Arm::Treatment)
}

fn rows_of(spells: &Spells, arm: Arm) -> impl Iterator<Item = usize> + Clone {
    (0..spells.arm.len()).filter(move |row| spells.arm[*row] == arm)
}

fn lives_of(spells: &Spells, arm: Arm) -> Vec<Life> {
    rows_of(spells, arm).map(|row| life(spells, row)).collect()
}

fn life(spells: &Spells, row: usize) -> Life {
    Life { entry: spells.entry[row], exit: spells.exit[row], event: spells.event[row] }
}

/// A ratio by unit as an interval, with its p-value.
fn by_unit_ratio(contrast: &UnitContrast) -> Option<(Interval, Option<f64>)> {
    let log = contrast.log_ratio?;
    Some((interval(&contrast.ratio()?, "cr2_log"), finite(log.p_value)))
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

/// An estimate whose reference is the normal: infinite degrees of freedom.
fn normal(inference: &Inference) -> Estimate {
    let told = estimate(inference);
    Estimate { df: None, why: told.why.or(Some(Why::Infinite)), ..told }
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
