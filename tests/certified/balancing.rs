//! Balance before the start: one by one, all together, and the sizes of the arms; under correct assignment one in twenty
//! differs.

use ndarray::Array2;
use oneonone::stats::arms::{RatioStratum, sample_ratio, sample_ratio_of_strata, sample_ratio_of_units};
use oneonone::stats::balance::{Before, category, number, omnibus};
use oneonone::stats::permute::{Plan, key, stream};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::agree::near;

fn plan() -> Plan {
    Plan::new(key(1, "certified", "balance"))
}

#[test]
fn numbers_are_compared_by_mean_and_by_spread() {
    let values = [1.0, 3.0, f64::NAN, 5.0, 2.0, 2.0, 4.0, 4.0];
    let treated = [true, true, true, true, false, false, false, false];
    let found = number(&values, &treated, Some(&[0, 0, 0, 1, 2, 2, 3, 3]));
    assert_eq!((found.treated.count, found.control.count), (3, 4));
    near("variance ratio", found.variance_ratio.unwrap(), 4.0 / (4.0 / 3.0), 1e-12);
    near("smd", found.smd, 0.0, 0.0);
    // Unit means 2 and 5 against 2 and 4: difference 1/2, pooled variance (4.5 + 2) / 2.
    near("units", found.smd_units.unwrap(), 0.5 / 3.25_f64.sqrt(), 1e-12);
    let flat = number(&[1.0, 1.0, 2.0, 2.0], &[true, true, false, false], None);
    assert_eq!((flat.smd, flat.variance_ratio), (f64::NEG_INFINITY, None));
    assert_eq!(number(&[1.0, 2.0, 2.0, 2.0], &[true, true, false, false], None).variance_ratio, Some(f64::INFINITY));
}

#[test]
fn categories_that_share_no_level_are_infinitely_apart() {
    let treated = [true, true, true, true, false, false, false, false];
    let codes = |levels: [u32; 8]| levels.map(Some);
    let apart = category(&codes([0, 1, 0, 1, 2, 3, 2, 3]), &treated, 4).unwrap();
    assert_eq!(apart.smd, f64::INFINITY);
    assert!(apart.levels.iter().all(|level| level.2.is_finite()));
    let alone = category(&codes([0, 0, 0, 0, 1, 1, 1, 1]), &treated, 2).unwrap();
    assert_eq!((alone.smd, alone.levels[0].2), (f64::INFINITY, f64::INFINITY));
    let same = category(&codes([0, 1, 0, 1, 1, 0, 0, 1]), &treated, 2).unwrap();
    assert!(same.smd < 1e-12);
    // Two levels: the distance is that of the one share.
    let two = category(&codes([0, 0, 0, 1, 1, 1, 0, 1]), &treated, 2).unwrap();
    near("two levels", two.smd, two.levels[0].2.abs(), 1e-12);
    assert_eq!(category(&[None; 8], &treated, 2), None);
}

#[test]
fn the_omnibus_statistic_is_hansen_and_bowers_by_hand() {
    // Four people, one covariate: sum over the treated 1 + 4 = 5 against 5 expected... of 1, 2, 3, 4: 5 - 2 x 2.5 = 0.
    let covariates = Array2::from_shape_vec((4, 1), vec![1.0, 2.0, 3.0, 4.0]).unwrap();
    let of = |treated: [bool; 4]| {
        let before = Before { covariates: &covariates, treated: &treated, units: None, strata: None };
        omnibus(&before, &plan()).unwrap()
    };
    let found = of([true, false, false, true]);
    assert!(found.statistic < 1e-20 && found.exact && found.draws == 6);
    near("p", found.p_value, 1.0, 0.0);
    // 3 + 4 - 5 = 2, variance 2 x 2 / 4 x 5/3 = 5/3: 2.4, and 1 + 2 is as far.
    let found = of([false, false, true, true]);
    near("statistic", found.statistic, 2.4, 1e-12);
    near("p", found.p_value, 2.0 / 6.0, 1e-12);
    near("df", found.df, 1.0, 0.0);
    let doubled = Array2::from_shape_fn((4, 2), |(i, j)| (1.0 + i as f64) * (1.0 + j as f64));
    let before = Before { covariates: &doubled, treated: &[false, false, true, true], units: None, strata: None };
    near("a copy adds nothing", omnibus(&before, &plan()).unwrap().statistic, 2.4, 1e-9);
    let constant = Array2::ones((4, 1));
    assert_eq!(omnibus(&Before { covariates: &constant, ..before }, &plan()), None);
}

/// Twenty teams of 5 to 29 in two strata, 6 of 10 and 3 of 10 treated, seven covariates that differ between teams.
struct Teams {
    covariates: Array2<f64>,
    treated: Vec<bool>,
    units: Vec<u32>,
    strata: Vec<u32>,
}

fn teams(draw: u64) -> Teams {
    let mut rng = stream(key(2, "certified", "balance"), draw);
    let mut arms: Vec<bool> = (0..20).map(|team| if team < 10 { team < 6 } else { team < 13 }).collect();
    for first in [0, 10] {
        for i in first..first + 10 {
            let other = rng.random_range(i..first + 10);
            arms.swap(i, other);
        }
    }
    let mut one =
        Teams { covariates: Array2::zeros((0, 7)), treated: Vec::new(), units: Vec::new(), strata: Vec::new() };
    let mut values = Vec::new();
    for (team, &arm) in arms.iter().enumerate() {
        let levels: Vec<f64> = (0..7).map(|_| StandardNormal.sample(&mut rng)).collect();
        for _ in 0..rng.random_range(5..30) {
            for level in &levels {
                let own: f64 = StandardNormal.sample(&mut rng);
                values.push(0.5 * level + own + if team < 10 { 1.0 } else { 0.0 });
            }
            one.treated.push(arm);
            one.units.push(team as u32);
            one.strata.push(u32::from(team >= 10));
        }
    }
    one.covariates = Array2::from_shape_vec((one.treated.len(), 7), values).unwrap();
    one
}

#[test]
fn teams_assigned_by_chance_are_called_unbalanced_one_time_in_twenty() {
    let draws = 1_000;
    let alarms = (0..draws)
        .filter(|&draw| {
            let one = teams(draw);
            let before = Before {
                covariates: &one.covariates,
                treated: &one.treated,
                units: Some(&one.units),
                strata: Some(&one.strata),
            };
            let plan = Plan { key: key(draw, "certified", "omnibus"), exact: 1, draws: 199 };
            let found = omnibus(&before, &plan).unwrap();
            assert_eq!(found.df, 7.0);
            found.p_value <= 0.05
        })
        .count();
    assert!((33..=69).contains(&alarms), "{alarms} of {draws}");
}

#[test]
fn a_lopsided_assignment_is_found() {
    let mut one = teams(5);
    let mut shifted = one.covariates.clone();
    for (row, treated) in one.treated.iter().enumerate() {
        shifted[[row, 2]] += if *treated { 1.5 } else { 0.0 };
    }
    one.covariates = shifted;
    let before = Before {
        covariates: &one.covariates,
        treated: &one.treated,
        units: Some(&one.units),
        strata: Some(&one.strata),
    };
    let found = omnibus(&before, &plan()).unwrap();
    // 210 x 120 assignments: all are tried.
    assert_eq!((found.exact, found.draws), (true, 25_200));
    assert!(found.p_value < 0.05, "{found:?}");
}

#[test]
fn the_ratio_check_on_people_is_right_under_team_assignment_with_strata_and_unequal_shares() {
    let draws = 20_000;
    let (mut alarms, mut found, mut plain, mut fixed) = (0, 0, 0, 0);
    for draw in 0..draws {
        let mut rng = stream(key(3, "certified", "ratio"), draw);
        // Strata of 30 and 50 teams with a share of 1/2 and 1/5, sizes 2 to 60.
        let mut sizes = |n: usize, share: f64| -> [Vec<f64>; 2] {
            let mut arms = [Vec::new(), Vec::new()];
            for _ in 0..n {
                let size = f64::from(rng.random_range(2..=60_i32));
                arms[usize::from(rng.random::<f64>() < share)].push(size);
            }
            arms
        };
        let (a, b) = (sizes(30, 0.5), sizes(50, 0.2));
        let strata = [
            RatioStratum { treated: &a[1], control: &a[0], share: 0.5 },
            RatioStratum { treated: &b[1], control: &b[0], share: 0.2 },
        ];
        let check = sample_ratio_of_strata(&strata);
        alarms += i32::from(check.alarm);
        found += i32::from(check.p_value < 0.05);
        let people = |sizes: &[f64]| sizes.iter().sum::<f64>() as u64;
        plain += i32::from(sample_ratio(people(&a[1]), people(&a[0]), 0.5).p_value < 0.05);
        // Where exactly half of the teams are treated, the check is careful.
        let mut all: Vec<f64> = a[0].iter().chain(&a[1]).copied().collect();
        all.rotate_left((draw % 30) as usize);
        fixed += i32::from(sample_ratio_of_units(&all[..15], &all[15..], 0.5).p_value < 0.05);
    }
    let share = |count: i32| f64::from(count) / draws as f64;
    let told = format!("{} {} {} {}", share(alarms), share(found), share(plain), share(fixed));
    assert!((0.045..=0.055).contains(&share(found)), "{told}");
    assert!(share(alarms) < 0.0016, "{told}");
    assert!(share(plain) > 0.5, "{told}");
    assert!(share(fixed) < 0.055, "{told}");
}
