//! Shares that left among everybody followed: risk ratio and difference by person, the same by assigned unit, and how many
//! people a declared fall would take to be found. It deliberately tells no share where people were followed for different
//! times, and never reckons with the fall observed.

use super::{by_unit_ratio, interval, rows_of, treated};
use crate::analyses::{estimate, finite};
use crate::design::arms::Arm;
use crate::design::spells::Spells;
use crate::findings::attrition::Needed;
use crate::findings::{Attrition, Interval, Why};
use crate::stats::arms::icc;
use crate::stats::covariance::Kind;
use crate::stats::inference::LEVEL;
use crate::stats::moments::Moments;
use crate::stats::power;
use crate::stats::power_means::{self, ArmSize, Layout, Outcome as Planned, Shape, Spread, Way};
use crate::stats::power_survival::{HazardDesign, share_leaving};
use crate::stats::proportion::{TwoByTwo, newcombe, risk_ratio};
use crate::stats::unit_contrast::{Outcome, unit_contrast};

/// Two-sided level of the tests that are planned with.
const ALPHA: f64 = 0.05;

/// Power that is asked for.
const WANTED: f64 = 0.8;

/// Shares that left: only where everybody could be followed to the same end.
pub(super) fn shares(spells: &Spells, found: &mut Attrition) {
    if !told(spells) {
        found.not_run.push("shares_that_left".to_string());
        return;
    }
    let count = |arm: Arm| {
        let rows = rows_of(spells, arm);
        (rows.clone().filter(|r| spells.event[*r]).count() as u64, rows.count() as u64)
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

/// Whether everybody was followed to the same end: dates, a list, or durations of which none ends early.
fn told(spells: &Spells) -> bool {
    let rows = || 0..spells.arm.len();
    let last_event = rows().filter(|r| spells.event[*r]).map(|r| spells.exit[r]).fold(0.0, f64::max);
    let first_censored = rows().filter(|r| !spells.event[*r]).map(|r| spells.exit[r]).fold(f64::INFINITY, f64::min);
    first_censored >= last_event || spells.span.is_some() || spells.snapshot
}

/// Difference and ratio of the shares with the error by unit (CR2), by person (HC2) where people were assigned.
fn by_unit(spells: &Spells, found: &mut Attrition) {
    let treated: Vec<bool> = (0..spells.arm.len()).map(|row| treated(spells, row)).collect();
    let units = spells.unit.as_ref().map(|(_, codes)| codes.as_slice());
    let values = left(spells);
    let outcome = Outcome { values: &values, exposure: None, treated: &treated, units };
    let Ok(contrast) = unit_contrast(&outcome, LEVEL) else { return };
    let difference = contrast.difference;
    let mde = power::mde(difference.std_error, difference.df, ALPHA, WANTED);
    found.mde = finite(mde).filter(|share| *share <= 1.0);
    found.by_unit = Some(estimate(&difference));
    found.vcov = Some(if units.is_some() { Kind::Cr2 } else { Kind::Hc2 }.name().to_string());
    found.risk_ratio_by_unit = units.and_then(|_| by_unit_ratio(&contrast)).map(|(ratio, _)| ratio);
}

/// 1 for those who left.
fn left(spells: &Spells) -> Vec<f64> {
    spells.event.iter().map(|event| f64::from(u8::from(*event))).collect()
}

/// What a fall of `effect` (0.2 for 20 % less) would take: by shares where these are told, else by hazards.
pub(super) fn needed(spells: &Spells, effect: f64, found: &Attrition) -> Option<Needed> {
    let rows = rows_of(spells, Arm::Control);
    let people = rows.clone().count() as f64;
    let base = rows.filter(|row| spells.event[*row]).count() as f64 / people;
    if base <= 0.0 || base >= 1.0 {
        return None;
    }
    match found.risk_difference {
        Some(_) => Some(by_shares(spells, base, effect)),
        None => Some(by_hazards(spells, base, effect)),
    }
}

fn by_shares(spells: &Spells, base: f64, effect: f64) -> Needed {
    let sizes = [Arm::Treatment, Arm::Control].map(|arm| sizes(spells, arm));
    let correlation = icc_of(spells);
    let spread = Spread {
        icc: correlation.unwrap_or(0.0),
        strata: spells.known.strata.as_ref().map_or(0, |(_, codes)| codes.iter().max().map_or(0, |m| *m as usize + 1)),
        ..Spread::default()
    };
    let [treated, control] = sizes.each_ref().map(|sizes| match spells.unit {
        Some(_) => ArmSize::teams(sizes),
        None => ArmSize::people(sizes.len() as f64),
    });
    let layout = Layout { treated, control, spread };
    let planned = Planned::Share { base };
    let all: Vec<f64> = sizes.concat();
    let unit = Moments::of(&all);
    let shape = Shape {
        size: unit.mean,
        variation: if spells.unit.is_some() { unit.variance().sqrt() / unit.mean } else { 0.0 },
        ratio: treated.units / control.units,
        spread,
    };
    let units = power_means::units_needed(planned, -effect * base, &shape, ALPHA, WANTED);
    let both = units.map(|control| control.ceil() + (shape.ratio * control).ceil());
    let mde = power_means::detectable(planned, Way::Down, &layout, ALPHA, WANTED);
    Needed {
        effect,
        measure: "share".to_string(),
        base: finite(base),
        power_here: finite(power_means::power(planned, -effect * base, &layout, ALPHA)),
        mde_relative: mde.and_then(|mde| finite(-mde / base)),
        icc: correlation,
        unit_size: spells.unit.as_ref().and_then(|_| finite(unit.mean)),
        units: spells.unit.as_ref().and(both).map(|units| units as u64),
        people: both.map(|units| (units * shape.size).ceil() as u64),
        why: both.is_none().then_some(Why::Infinite),
    }
}

/// By the log-rank test (Schoenfeld 1983), with as many leaving as among these people.
fn by_hazards(spells: &Spells, base: f64, effect: f64) -> Needed {
    let (design, events) = hazard_design(spells);
    let ratio = 1.0 - effect;
    let share = share_leaving(base, ratio, design.treated);
    let people = design.people_needed(ratio, WANTED, share);
    let mde = 1.0 - design.detectable_ratio(events, WANTED);
    Needed {
        effect,
        measure: "hazard".to_string(),
        base: finite(base),
        power_here: finite(design.power(ratio, events)),
        mde_relative: finite(mde),
        people: finite(people).map(|people| people.ceil() as u64),
        why: (!people.is_finite()).then_some(Why::Infinite),
        ..in_units(spells, people)
    }
}

fn in_units(spells: &Spells, people: f64) -> Needed {
    let Some(_) = &spells.unit else { return Needed::default() };
    let sizes = [Arm::Treatment, Arm::Control].map(|arm| sizes(spells, arm)).concat();
    let size = Moments::of(&sizes).mean;
    Needed {
        icc: icc_of(spells),
        unit_size: finite(size),
        units: finite(people / size).map(|units| units.ceil() as u64),
        ..Needed::default()
    }
}

/// These people as a comparison of hazards, and their leavers.
pub(super) fn hazard_design(spells: &Spells) -> (HazardDesign, f64) {
    let n = spells.arm.len() as f64;
    let treated = rows_of(spells, Arm::Treatment).count() as f64 / n;
    let events = spells.event.iter().filter(|event| **event).count() as f64;
    let mut design = HazardDesign { treated, ..HazardDesign::even() };
    if spells.unit.is_some() {
        let sizes = [Arm::Treatment, Arm::Control].map(|arm| sizes(spells, arm)).concat();
        design.design_effect = power::design_effect(&sizes, icc_of(spells).unwrap_or(0.0));
        design.df = sizes.len() as f64 - 2.0;
    }
    (design, events)
}

/// People of each unit of an arm; ones where people were assigned.
fn sizes(spells: &Spells, arm: Arm) -> Vec<f64> {
    let Some((_, codes)) = &spells.unit else { return rows_of(spells, arm).map(|_| 1.0).collect() };
    let mut sizes = vec![0.0; units_of(codes)];
    rows_of(spells, arm).for_each(|row| sizes[codes[row] as usize] += 1.0);
    sizes.into_iter().filter(|size| *size > 0.0).collect()
}

/// How many dense codes there are.
fn units_of(codes: &[u32]) -> usize {
    codes.iter().max().map_or(0, |last| *last as usize + 1)
}

/// Intraclass correlation of having left within units, about the shares of the arms; 0 at least.
fn icc_of(spells: &Spells) -> Option<f64> {
    let (_, codes) = spells.unit.as_ref()?;
    let values = left(spells);
    let mean =
        |arm: Arm| rows_of(spells, arm).map(|row| values[row]).sum::<f64>() / rows_of(spells, arm).count() as f64;
    let means = [mean(Arm::Treatment), mean(Arm::Control)];
    let mut units = vec![Vec::new(); units_of(codes)];
    for (row, code) in codes.iter().enumerate() {
        let arm = usize::from(!treated(spells, row));
        units[*code as usize].push(values[row] - means[arm]);
    }
    let units: Vec<Moments> = units.iter().map(|values| Moments::of(values)).collect();
    icc(&units).and_then(|found| finite(found.icc)).map(|icc| icc.max(0.0))
}
