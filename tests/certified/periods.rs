//! Differences in differences, event studies and index series: against R (estimatr 1.0.0), by hand, and against
//! simulated truth.

use ndarray::Array2;
use oneonone::stats::covariance::Kind;
use oneonone::stats::did::{Cell, MANY, Panel, of_panel, of_rows};
use oneonone::stats::event::event_study;
use oneonone::stats::index::{Base, UnitMonth, of_moments, series};
use oneonone::stats::moments::Moments;
use oneonone::stats::noncentral;
use oneonone::stats::permute::{key, stream};
use oneonone::stats::tail;
use oneonone::stats::trial::{Trial, TrialFault};
use rand_distr::{Distribution, StandardNormal};

use super::agree::near;
use super::shared::{Table, number, reference, shared};

#[test]
fn the_incinerator_moved_prices_as_published() {
    let Some(data) = shared() else { return };
    let table = Table::read(&data.join("did/kielmc.csv"));
    let models = reference(&data.join("did"));
    let flag = |name: &str| table.numbers(name).iter().map(|value| *value == 1.0).collect::<Vec<bool>>();
    let (outcome, treated, after) = (table.numbers("rprice"), flag("nearinc"), flag("y81"));
    let trial = Trial { outcome: &outcome, treated: &treated, units: None, strata: None };
    let (age, square) = (table.numbers("age"), table.numbers("agesq"));
    let covariates = Array2::from_shape_fn((age.len(), 2), |(i, j)| if j == 0 { age[i] } else { square[i] });
    for (name, with) in [("kielmc_basic", None), ("kielmc_controls", Some(&covariates))] {
        let found = of_rows(&trial, &after, with).unwrap();
        near(name, found.effect.estimate, number(&models[name], "/coef/nearinc:y81"), 1e-8);
        near(name, found.effect.std_error, number(&models[name], "/se_HC2/nearinc:y81"), 1e-8);
    }
    assert_eq!(of_rows(&trial, &vec![true; outcome.len()], None), Err(TrialFault::NothingVaries));
}

fn published_panel(weighted: bool) -> (Vec<Cell>, Vec<bool>) {
    let treated: Vec<bool> = (0..12).map(|unit| unit % 2 == 0).collect();
    let mut cells = Vec::new();
    for period in 1..=6 {
        for unit in 0..12_u32 {
            if (unit, period) == (3, 2) || (unit, period) == (8, 6) {
                continue;
            }
            let (u, p) = (f64::from(unit), f64::from(period));
            let effect = if unit % 2 == 0 && period >= 4 { 0.8 } else { 0.0 };
            let mean = 10.0 + (3.0 * u).sin() + 0.4 * p + (1.7 * u * p).cos() + effect;
            let weight = if weighted { f64::from(1 + unit % 3) + f64::from(period % 2) } else { 1.0 };
            cells.push(Cell { unit, period, mean, weight });
        }
    }
    (cells, treated)
}

#[test]
fn a_panel_with_holes_has_estimatrs_effects_and_errors() {
    let (cells, treated) = published_panel(false);
    let panel = Panel { cells: &cells, treated: &treated, start: 4 };
    let found = of_panel(&panel).unwrap();
    near("did", found.effect.estimate, 0.747171105217298903, 1e-10);
    near("error", found.effect.std_error, 0.334995542735801122, 1e-8);
    near("df", found.effect.df, 9.913440089634743657, 1e-8);
    near("p", found.effect.p_value, 0.050032773230699067, 1e-8);
    assert_eq!((found.n, found.clusters), (70, Some(12)));
    let study = event_study(&panel).unwrap();
    assert_eq!(study.reference, 3);
    let expected = [
        (1, -0.0457378173799716, 0.635695164098312, 10.0),
        (2, -0.0140129458425304, 0.678797369009906, 9.42617449664429),
        (4, 0.7695333245533136, 0.557241400591954, 10.0),
        (5, 0.6760065269253231, 0.632658748520686, 10.0),
        (6, 0.7365904459398760, 0.492110142663956, 9.42617449664431),
    ];
    for (period, estimate, error, df) in expected {
        let point = study.points.iter().find(|point| point.period == period).unwrap().effect.unwrap();
        near("effect", point.estimate, estimate, 1e-9);
        near("error", point.std_error, error, 1e-8);
        near("df", point.df, df, 1e-8);
    }
    assert_eq!(study.points[2].effect, None);
    let test = study.pre_trend.unwrap();
    let h = 9.42617449664429;
    near("joint", test.test.statistic, 0.00305670345868842 * (h - 1.0) / h, 1e-7);
    near("average", study.average.estimate, (0.7695333245533136 + 0.6760065269253231 + 0.7365904459398760) / 3.0, 1e-9);
    near("slope", test.slope.estimate, (2.0 * 0.0457378173799716 + 0.0140129458425304) / 5.0, 1e-8);
    let (cells, _) = published_panel(true);
    let weighted = of_panel(&Panel { cells: &cells, ..panel }).unwrap();
    near("weighted", weighted.effect.estimate, 0.854134276210024, 1e-10);
}

#[test]
fn two_periods_without_holes_are_the_difference_of_changes() {
    let (cells, treated) = published_panel(false);
    let two: Vec<Cell> = cells.iter().filter(|cell| cell.period == 3 || cell.period == 4).copied().collect();
    let found = of_panel(&Panel { cells: &two, treated: &treated, start: 4 }).unwrap();
    let change = |unit: u32| {
        let at = |period| two.iter().find(|cell| cell.unit == unit && cell.period == period).unwrap().mean;
        at(4) - at(3)
    };
    let arm = |odd: u32| Moments::of(&(0..6).map(|i| change(2 * i + odd)).collect::<Vec<f64>>());
    let (with, without) = (arm(0), arm(1));
    near("effect", found.effect.estimate, with.mean - without.mean, 1e-10);
    // CR2 is then the unpooled error of the changes, on n - 2 degrees of freedom.
    near("error", found.effect.std_error, (with.variance_of_mean() + without.variance_of_mean()).sqrt(), 1e-10);
    near("df", found.effect.df, 10.0, 1e-9);
}

#[test]
fn many_units_have_the_error_of_the_changes_too() {
    let units = 2 * MANY as u32;
    let treated: Vec<bool> = (0..units).map(|unit| unit % 2 == 0).collect();
    let mean = |unit: u32, period: i32| (f64::from(unit) * 1.7 * f64::from(period)).cos() + f64::from(unit % 5);
    let cells: Vec<Cell> = (0..units)
        .flat_map(|unit| [1, 2].map(|period| Cell { unit, period, mean: mean(unit, period), weight: 1.0 }))
        .collect();
    let found = of_panel(&Panel { cells: &cells, treated: &treated, start: 2 }).unwrap();
    assert_eq!(found.kind, Kind::Cr1);
    let change = |odd: u32| {
        let own = (0..units).filter(|unit| unit % 2 == odd);
        Moments::of(&own.map(|unit| mean(unit, 2) - mean(unit, 1)).collect::<Vec<f64>>()).variance_of_mean()
    };
    near("error", found.effect.std_error, (change(0) + change(1)).sqrt(), 1e-3);
}

#[test]
fn periods_without_an_arm_are_left_out_and_named() {
    let (mut cells, treated) = published_panel(false);
    cells.retain(|cell| cell.period != 5 || treated[cell.unit as usize]);
    let study = event_study(&Panel { cells: &cells, treated: &treated, start: 4 }).unwrap();
    assert_eq!(study.left_out, [5]);
    assert_eq!(study.points.iter().map(|point| point.period).collect::<Vec<i32>>(), [1, 2, 3, 4, 6]);
    assert_eq!(of_panel(&Panel { cells: &cells, treated: &treated, start: 1 }), Err(TrialFault::NothingVaries));
    assert_eq!(of_panel(&Panel { cells: &cells, treated: &treated[..3], start: 4 }), Err(TrialFault::Misfit));
}

/// Twenty units over eight periods, five of them before the start; `slope` is a difference of trends.
fn simulated(number: u64, slope: f64) -> (Vec<Cell>, Vec<bool>) {
    let mut rng = stream(key(6, "certified", "panel"), number);
    let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
    let treated: Vec<bool> = (0..20).map(|unit| unit % 2 == 0).collect();
    let mut cells = Vec::new();
    for unit in 0..20_u32 {
        let mut level = normal();
        for period in 0..8 {
            level += 0.2 * normal();
            let trend = if unit % 2 == 0 { slope * f64::from(period - 4) } else { 0.0 };
            cells.push(Cell { unit, period, mean: 5.0 + level + trend + 0.4 * normal(), weight: 1.0 });
        }
    }
    (cells, treated)
}

#[test]
fn without_effects_or_trends_each_test_rejects_one_in_twenty() {
    let draws = 2_000;
    let (mut did, mut joint, mut average) = (0, 0, 0);
    for number in 0..draws {
        let (cells, treated) = simulated(number, 0.0);
        let panel = Panel { cells: &cells, treated: &treated, start: 5 };
        did += i32::from(of_panel(&panel).unwrap().effect.p_value < 0.05);
        let study = event_study(&panel).unwrap();
        joint += i32::from(study.pre_trend.unwrap().test.p_value < 0.05);
        average += i32::from(study.average.p_value < 0.05);
    }
    for (what, count) in [("did", did), ("pre-trend", joint), ("average", average)] {
        let share = f64::from(count) / draws as f64;
        assert!((0.037..=0.065).contains(&share), "{what} {share}");
    }
}

#[test]
fn the_slope_called_detectable_is_detected_four_times_in_five() {
    let slopes: Vec<f64> = (0..200)
        .map(|number| {
            let (cells, treated) = simulated(9_000 + number, 0.0);
            let study = event_study(&Panel { cells: &cells, treated: &treated, start: 5 }).unwrap();
            study.pre_trend.unwrap().slope_detectable.unwrap()
        })
        .collect();
    let typical = (slopes.iter().map(|slope| slope * slope).map(f64::recip).sum::<f64>() / 200.0).powf(-0.5);
    let found = (0..1_000)
        .filter(|&number| {
            let (cells, treated) = simulated(20_000 + number, typical);
            let study = event_study(&Panel { cells: &cells, treated: &treated, start: 5 }).unwrap();
            study.pre_trend.unwrap().test.p_value < 0.05
        })
        .count();
    assert!((760..=850).contains(&found), "{found} of 1000 at {typical}");
}

#[test]
fn the_non_centrality_of_eighty_per_cent_is_rs() {
    // R: uniroot(function(l) pf(qf(.95, 2, 9), 2, 9, l, lower = FALSE) - .8).
    let critical = 4.256494729093748;
    near("the critical value", tail::f_upper(critical, 2.0, 9.0), 0.05, 1e-9);
    near("power", noncentral::f_upper(critical, 2.0, 9.0, 13.7037508163776), 0.8, 1e-8);
}

fn months(number: u64, units: u32) -> Vec<UnitMonth> {
    let mut rng = stream(key(7, "certified", "index"), number);
    let mut cells = Vec::new();
    for unit in 0..units {
        let level: f64 = StandardNormal.sample(&mut rng);
        let size = f64::from(8 + unit % 7);
        for (month, factor) in [(0, 1.0), (12, 1.2)] {
            let noise: f64 = StandardNormal.sample(&mut rng);
            let mean = factor * (100.0 + 15.0 * level) + 4.0 * noise;
            cells.push(UnitMonth { unit, month, total: size * mean, size });
        }
    }
    cells
}

#[test]
fn an_index_covers_its_truth_and_knows_that_the_units_are_the_same() {
    let draws = 2_000;
    let covered = (0..draws)
        .filter(|&number| {
            let points = series(&months(number, 16), Base::YearEarlier, 0.95);
            points[0].conf_low.unwrap() <= 120.0 && 120.0 <= points[0].conf_high.unwrap()
        })
        .count();
    let share = covered as f64 / draws as f64;
    assert!((0.93..=0.97).contains(&share), "{share}");
    let cells = months(3, 16);
    let known = series(&cells, Base::YearEarlier, 0.95)[0];
    let of = |month| {
        Moments::of(
            &cells.iter().filter(|cell| cell.month == month).map(|cell| cell.total / cell.size).collect::<Vec<f64>>(),
        )
    };
    let apart = of_moments(12, &of(12), 0, &of(0), 0.95);
    assert!(
        apart.conf_high.unwrap() - apart.conf_low.unwrap() > 3.0 * (known.conf_high.unwrap() - known.conf_low.unwrap())
    );
}

#[test]
fn an_index_says_what_it_is_and_when_there_is_none() {
    let cells = [
        UnitMonth { unit: 0, month: 0, total: 10.0, size: 2.0 },
        UnitMonth { unit: 1, month: 0, total: 14.0, size: 2.0 },
        UnitMonth { unit: 0, month: 1, total: 12.0, size: 2.0 },
        UnitMonth { unit: 1, month: 1, total: 24.0, size: 4.0 },
        UnitMonth { unit: 1, month: 2, total: -4.0, size: 2.0 },
    ];
    let points = series(&cells, Base::Month(0), 0.95);
    assert_eq!(points.iter().map(|point| (point.month, point.base)).collect::<Vec<_>>(), [(0, 0), (1, 0), (2, 0)]);
    assert_eq!((points[0].index, points[0].conf_low, points[0].conf_high), (Some(100.0), Some(100.0), Some(100.0)));
    near("means 6 and 6", points[1].index.unwrap(), 100.0, 1e-12);
    assert_eq!(points[2].index, None);
    assert!(series(&cells, Base::YearEarlier, 0.95).is_empty());
    let lone = [
        UnitMonth { unit: 4, month: 0, total: 5.0, size: 1.0 },
        UnitMonth { unit: 4, month: 12, total: 6.0, size: 1.0 },
    ];
    let point = series(&lone, Base::YearEarlier, 0.95)[0];
    near("one unit has an index", point.index.unwrap(), 120.0, 1e-12);
    assert_eq!((point.conf_low, point.conf_high), (None, None));
}
