//! Randomisation inference against brute force over all assignments, and against simulated truth.

use oneonone::stats::assign::{Randomisation, randomisation};
use oneonone::stats::permute::{Arm, Plan, Unit, difference, key, stream};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::agree::near;

fn plan() -> Plan {
    Plan::new(key(1, "certified", "assignment"))
}

/// Every assignment of the units that keeps the numbers of each stratum, as masks.
fn masks(units: &[Unit]) -> Vec<u32> {
    let counts = |mask: u32| {
        let mut counts = std::collections::BTreeMap::<u32, u32>::new();
        for (i, unit) in units.iter().enumerate() {
            *counts.entry(unit.stratum).or_default() += mask >> i & 1;
        }
        counts
    };
    let made = made(units);
    (0..1 << units.len()).filter(|&mask| counts(mask) == counts(made)).collect()
}

fn made(units: &[Unit]) -> u32 {
    units.iter().enumerate().fold(0, |mask, (i, unit)| mask | u32::from(unit.arm == Arm::Treated) << i)
}

/// The difference of an assignment when `effect` is taken off the units treated in truth: over strata weighed by people.
fn statistic(units: &[Unit], mask: u32, effect: f64) -> f64 {
    let people: f64 = units.iter().map(|unit| unit.size).sum();
    let strata: std::collections::BTreeSet<u32> = units.iter().map(|unit| unit.stratum).collect();
    let one = |stratum: u32| {
        let (mut sums, mut sizes) = ([0.0; 2], [0.0; 2]);
        for (i, unit) in units.iter().enumerate().filter(|(_, unit)| unit.stratum == stratum) {
            let arm = (mask >> i & 1) as usize;
            sums[arm] += unit.total - if unit.arm == Arm::Treated { effect * unit.size } else { 0.0 };
            sizes[arm] += unit.size;
        }
        (sizes[0] + sizes[1]) / people * (sums[1] / sizes[1] - sums[0] / sizes[0])
    };
    strata.into_iter().map(one).sum()
}

/// Two-sided p-value of a constant effect.
fn p_of(units: &[Unit], masks: &[u32], effect: f64) -> f64 {
    let seen = statistic(units, made(units), effect).abs() * (1.0 - 1e-9);
    masks.iter().filter(|&&mask| statistic(units, mask, effect).abs() >= seen).count() as f64 / masks.len() as f64
}

fn some_units(sizes: &[f64], strata: &[u32], treated: &[bool], draw: u64) -> Vec<Unit> {
    let mut rng = stream(key(9, "certified", "units"), draw);
    (sizes.iter().zip(strata).zip(treated))
        .map(|((&size, &stratum), &treated)| {
            let normal: f64 = StandardNormal.sample(&mut rng);
            let effect = if treated { 0.8 } else { 0.0 };
            let arm = if treated { Arm::Treated } else { Arm::Control };
            Unit { total: size * (50.0 + f64::from(stratum) + normal + effect), size, arm, stratum }
        })
        .collect()
}

fn check(units: &[Unit]) -> Randomisation {
    let masks = masks(units);
    let found = randomisation(units, &plan(), 0.90).unwrap();
    assert!(found.exact);
    assert_eq!(found.draws as usize, masks.len());
    near("difference", found.difference, statistic(units, made(units), 0.0), 1e-9);
    near("p", found.p_value, p_of(units, &masks, 0.0), 1e-12);
    // Just within the limits an effect is not rejected, just outside it is.
    for (limit, inwards) in [(found.conf_low, 1e-7), (found.conf_high, -1e-7)] {
        if limit.is_finite() {
            assert!(p_of(units, &masks, limit + inwards) > 0.1 + 1e-12, "{found:?}");
            assert!(p_of(units, &masks, limit - inwards) <= 0.1 + 1e-12, "{found:?}");
        } else {
            assert!(p_of(units, &masks, limit.signum() * 1e6) > 0.1 + 1e-12);
        }
    }
    // With the estimate taken off, the difference is at its mean over all assignments.
    let mean = masks.iter().map(|&mask| statistic(units, mask, found.estimate)).sum::<f64>() / masks.len() as f64;
    assert!((statistic(units, made(units), found.estimate) - mean).abs() < 1e-9, "{found:?}");
    found
}

#[test]
fn every_number_is_that_of_trying_all_assignments() {
    let four = [true, true, true, true, false, false, false, false];
    for draw in 0..4 {
        check(&some_units(&[5.0; 8], &[0; 8], &four, draw));
        check(&some_units(&[3.0, 8.0, 5.0, 2.0, 9.0, 4.0, 6.0, 5.0], &[0; 8], &four, draw));
        let strata = [0, 0, 0, 0, 1, 1, 1, 1, 1];
        let treated = [true, false, false, false, true, true, true, false, false];
        check(&some_units(&[3.0, 8.0, 5.0, 2.0, 9.0, 4.0, 6.0, 5.0, 7.0], &strata, &treated, draw));
        let pairs = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5];
        let first = [true, false, true, false, false, true, true, false, false, true, true, false];
        let found =
            check(&some_units(&[4.0, 5.0, 6.0, 5.0, 4.0, 4.0, 7.0, 5.0, 3.0, 3.0, 6.0, 6.0], &pairs, &first, draw));
        assert_eq!(found.draws, 64);
        near("pairs", found.smallest_p, 2.0 / 64.0, 1e-12);
    }
}

#[test]
fn four_teams_against_four_print_two_in_seventy() {
    let teams: Vec<Unit> = (0..8)
        .map(|i| {
            let arm = if i < 4 { Arm::Control } else { Arm::Treated };
            Unit { total: f64::from(10 * i + 100) * 5.0, size: 5.0, arm, stratum: 0 }
        })
        .collect();
    let found = randomisation(&teams, &plan(), 0.95).unwrap();
    near("smallest", found.smallest_p, 0.028_571_428_571_428_57, 1e-12);
    near("p", found.p_value, 2.0 / 70.0, 1e-12);
    near("studentised", found.p_studentised.unwrap(), 2.0 / 70.0, 1e-12);
    near("estimate", found.estimate, 40.0, 1e-12);
    assert!(found.conf_low > 0.0);
    // Three against three cannot reject anything at 5 %: 2 / 20.
    let six: Vec<Unit> = teams[1..7].to_vec();
    let found = randomisation(&six, &plan(), 0.95).unwrap();
    near("smallest", found.smallest_p, 0.1, 1e-12);
    assert_eq!((found.conf_low, found.conf_high), (f64::NEG_INFINITY, f64::INFINITY));
}

#[test]
fn one_stratum_gives_the_p_of_the_first_test_exact_or_drawn() {
    let treated: Vec<bool> = (0..16).map(|i| i % 3 == 0).collect();
    let sizes: Vec<f64> = (0..16).map(|i| f64::from(3 + i * 5 % 7)).collect();
    let units = some_units(&sizes, &[0; 16], &treated, 3);
    for plan in [plan(), Plan { exact: 10, ..plan() }] {
        let (first, second) = (difference(&units, &plan).unwrap(), randomisation(&units, &plan, 0.95).unwrap());
        near("p", second.p_value, first.p_value, 1e-12);
        near("smallest", second.smallest_p, first.smallest_p, 1e-12);
        assert_eq!((first.exact, first.draws), (second.exact, second.draws));
    }
}

#[test]
fn drawing_comes_near_to_trying_all_and_repeats_itself() {
    let treated: Vec<bool> = (0..14).map(|i| i % 2 == 0).collect();
    let sizes: Vec<f64> = (0..14).map(|i| f64::from(3 + i * 5 % 7)).collect();
    let units = some_units(&sizes, &[0; 14], &treated, 8);
    let all = randomisation(&units, &plan(), 0.95).unwrap();
    let drawing = Plan { exact: 1, draws: 20_000, ..plan() };
    let some = randomisation(&units, &drawing, 0.95).unwrap();
    assert_eq!(randomisation(&units, &drawing, 0.95).unwrap(), some);
    assert!((all.p_value - some.p_value).abs() < 0.02);
    let width = all.conf_high - all.conf_low;
    assert!((all.conf_low - some.conf_low).abs() < 0.05 * width, "{all:?} {some:?}");
    assert!((all.conf_high - some.conf_high).abs() < 0.05 * width);
    // Control variates leave the estimate almost no error of drawing.
    assert!((all.estimate - some.estimate).abs() < 0.01 * width, "{all:?} {some:?}");
    assert!((all.p_studentised.unwrap() - some.p_studentised.unwrap()).abs() < 0.02);
}

#[test]
fn strata_with_one_arm_are_left_out_and_counted() {
    let units = some_units(
        &[5.0; 10],
        &[0, 0, 0, 0, 0, 0, 0, 0, 7, 7],
        &[true, true, true, true, false, false, false, false, true, true],
        1,
    );
    let found = randomisation(&units, &plan(), 0.95).unwrap();
    assert_eq!((found.draws, found.strata_left_out), (70, 1));
    assert!(randomisation(&units[..1], &plan(), 0.95).is_none());
    assert!(randomisation(&[], &plan(), 0.95).is_none());
}

#[test]
fn many_people_assigned_one_by_one_are_drawn_in_moderate_time() {
    let units: Vec<Unit> = (0..20_000)
        .map(|i| Unit {
            total: f64::from(i * 7 % 13),
            size: 1.0,
            arm: if i % 2 == 0 { Arm::Treated } else { Arm::Control },
            stratum: 0,
        })
        .collect();
    let found = randomisation(&units, &Plan { draws: 200, ..plan() }, 0.95).unwrap();
    assert!(!found.exact && found.conf_low < found.difference && found.difference < found.conf_high);
    near("estimate", found.estimate, found.difference, 1e-9);
}

#[test]
fn assignments_alone_reject_one_in_twenty_and_cover_the_truth() {
    // Ten teams against ten of 5 to 30 people; a true effect of 0.3. 499 draws a trial.
    let trials = 6_000;
    let (mut covered, mut rejected, mut studentised) = (0, 0, 0);
    for trial in 0..trials {
        let mut rng = stream(key(4, "certified", "coverage"), trial);
        let mut teams: Vec<usize> = (0..20).collect();
        for i in 0..10 {
            let other = rng.random_range(i..20);
            teams.swap(i, other);
        }
        let mut units = vec![Unit { total: 0.0, size: 0.0, arm: Arm::Control, stratum: 0 }; 20];
        for (place, &team) in teams.iter().enumerate() {
            let size = f64::from(rng.random_range(5..30_i32));
            let (level, own): (f64, f64) = (StandardNormal.sample(&mut rng), StandardNormal.sample(&mut rng));
            let mean = 0.1_f64.sqrt() * level + (0.9 / size).sqrt() * own;
            let (arm, effect) = if place < 10 { (Arm::Treated, 0.3) } else { (Arm::Control, 0.0) };
            units[team] = Unit { total: size * (mean + effect), size, arm, stratum: 0 };
        }
        let plan = Plan { key: key(trial, "certified", "draws"), exact: 1, draws: 499 };
        let found = randomisation(&units, &plan, 0.95).unwrap();
        covered += i32::from(found.conf_low <= 0.3 && 0.3 <= found.conf_high);
        for unit in units.iter_mut().filter(|unit| unit.arm == Arm::Treated) {
            unit.total -= 0.3 * unit.size;
        }
        let null = randomisation(&units, &plan, 0.95).unwrap();
        rejected += i32::from(null.p_value <= 0.05);
        studentised += i32::from(null.p_studentised.unwrap() <= 0.05);
    }
    let share = |count: i32| f64::from(count) / trials as f64;
    let told = format!("covered {} rejected {} studentised {}", share(covered), share(rejected), share(studentised));
    assert!((0.935..=0.963).contains(&share(covered)), "{told}");
    assert!((0.037..=0.065).contains(&share(rejected)), "{told}");
    assert!((0.037..=0.065).contains(&share(studentised)), "{told}");
}
