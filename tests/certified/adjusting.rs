//! Adjusted effects, effects by group and effects under incomplete compliance: against R's estimatr (1.0.0, on R 4.2.2)
//! on the shared experiments, and against simulated truth.

use ndarray::Array2;
use oneonone::stats::adjust::{Adjustment, Blocks, Centre, adjusted};
use oneonone::stats::compliance::{AndersonRubin, compliance};
use oneonone::stats::moments::quantile;
use oneonone::stats::permute::{Plan, key, stream};
use oneonone::stats::quantiles::quantile_differences;
use oneonone::stats::subgroups::subgroups;
use oneonone::stats::tail;
use oneonone::stats::trial::{Trial, TrialFault};
use rand_distr::{Distribution, StandardNormal};

use super::agree::near;
use super::shared::{Table, shared};

fn columns(table: &Table, names: &[&str]) -> Array2<f64> {
    let values: Vec<Vec<f64>> = names.iter().map(|name| table.numbers(name)).collect();
    Array2::from_shape_fn((values[0].len(), names.len()), |(i, j)| values[j][i])
}

#[test]
fn lins_estimator_without_units_is_estimatrs() {
    let Some(data) = shared() else { return };
    let table = Table::read(&data.join("rct/nsw_mixtape.csv")).keep("data_id", "Dehejia-Wahba Sample");
    let treated: Vec<bool> = table.numbers("treat").iter().map(|treat| *treat == 1.0).collect();
    let outcome = table.numbers("re78");
    let trial = Trial { outcome: &outcome, treated: &treated, units: None, strata: None };
    let covariates = columns(&table, &["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"]);
    let with = Adjustment { covariates: Some(&covariates), ..Adjustment::default() };
    let found = adjusted(&trial, &with).unwrap();
    near("effect", found.difference.estimate, 1621.58308189585, 1e-8);
    near("error", found.difference.std_error, 694.721569121303, 1e-8);
    near("df", found.difference.df, 427.0, 0.0);
    near("p", found.difference.p_value, 2.00509444196246e-02, 1e-8);
    near("low", found.difference.conf_low, 256.083405822804, 1e-7);
    near("control", found.means.control, 4557.53735746552, 1e-8);
    near("variance of control", found.means.variance_control, 113881.320968011, 1e-8);
    near("variance of treated", found.means.variance_treated, 482638.058602366 - 113881.320968011, 1e-8);
    assert!(found.means.covariance.abs() < 1e-6 * found.means.variance_control);
    near("lift", found.lift.estimate, 1621.58308189585 / 4557.53735746552, 1e-8);
    // Without covariates: the raw difference with HC2, which is Welch's error.
    let raw = adjusted(&trial, &Adjustment::default()).unwrap();
    near("raw", raw.difference.estimate, 1794.34238185009, 1e-8);
    near("raw error", raw.difference.std_error, 670.996544467325, 1e-8);
}

/// The experiment with both messages or none, cut into forty units in the order of the file; twenty are "assigned".
struct Gig {
    table: Table,
    outcome: Vec<f64>,
    units: Vec<u32>,
    assigned: Vec<bool>,
    practice: Vec<f64>,
}

fn gig() -> Option<Gig> {
    let table = Table::read(&shared()?.join("rct/gig_leadership_exp2.csv")).agree("Goal", "Charisma");
    let outcome = table.numbers("Counter_real");
    let units: Vec<u32> = (0..outcome.len() as u32).map(|i| i % 40).collect();
    let assigned: Vec<bool> = units.iter().map(|unit| (unit * 7) % 40 < 20).collect();
    let done = |(i, z): (usize, &bool)| if *z { (i + 1) % 3 != 0 } else { (i + 1) % 5 == 0 };
    let practice = assigned.iter().enumerate().map(|row| f64::from(u8::from(done(row)))).collect();
    Some(Gig { table, outcome, units, assigned, practice })
}

#[test]
fn by_unit_the_adjusted_effect_is_estimatrs() {
    let Some(gig) = gig() else { return };
    let trial = Trial { outcome: &gig.outcome, treated: &gig.assigned, units: Some(&gig.units), strata: None };
    let covariates = columns(&gig.table, &["Age", "Female"]);
    let found = adjusted(&trial, &Adjustment { covariates: Some(&covariates), ..Adjustment::default() }).unwrap();
    near("effect", found.difference.estimate, -0.333409180998489, 1e-8);
    near("error", found.difference.std_error, 0.686164514973219, 1e-8);
    near("df", found.difference.df, 37.9781154054941, 1e-8);
    near("p", found.difference.p_value, 6.29828017790919e-01, 1e-8);
    near("variance of control", found.means.variance_control, 0.335278211835438, 1e-8);
    assert_eq!(found.clusters, Some(40));

    let strata: Vec<u32> = gig.units.iter().map(|unit| unit % 4).collect();
    let trial = Trial { strata: Some(&strata), ..trial };
    let additive = adjusted(&trial, &Adjustment { blocks: Blocks::Additive, ..Adjustment::default() }).unwrap();
    near("additive", additive.difference.estimate, -0.285656311507010, 1e-8);
    near("error", additive.difference.std_error, 0.673134362618167, 1e-8);
    near("df", additive.difference.df, 34.987626086186431, 1e-8);
    let interacted = adjusted(&trial, &Adjustment::default()).unwrap();
    near("interacted", interacted.difference.estimate, -0.285625804375806, 1e-8);
    near("error", interacted.difference.std_error, 0.660462717408536, 1e-8);
    near("df", interacted.difference.df, 31.9880663898930, 1e-8);
    near("control", interacted.means.control, 30.471396396396464, 1e-8);
}

#[test]
fn instruments_by_unit_are_estimatrs() {
    let Some(gig) = gig() else { return };
    let by_unit = Trial { outcome: &gig.outcome, treated: &gig.assigned, units: Some(&gig.units), strata: None };
    let found = compliance(&by_unit, &gig.practice, &Adjustment::default()).unwrap();
    near("cace", found.cace.estimate, -0.606669856251192, 1e-8);
    near("error", found.cace.std_error, 1.482259151652671, 1e-8);
    near("df", found.cace.df, 37.9870870799072, 1e-8);
    near("low", found.cace.conf_low, -3.6073801295960, 1e-8);
    near("itt over first stage", found.itt.estimate / found.first_stage.estimate, found.cace.estimate, 1e-12);
    near("first stage", found.first_stage.estimate, found.practice_assigned - found.practice_others, 1e-10);
    let alone = compliance(&Trial { units: None, ..by_unit }, &gig.practice, &Adjustment::default()).unwrap();
    near("error of people", alone.cace.std_error, 1.749954986912192, 1e-8);
    near("df of people", alone.cace.df, 886.0, 0.0);
}

#[test]
fn effects_by_group_are_estimatrs_contrasts() {
    let Some(gig) = gig() else { return };
    let groups: Vec<u32> = gig.table.numbers("Education").iter().map(|e| u32::from(*e < 4.0)).collect();
    let trial = Trial { outcome: &gig.outcome, treated: &gig.assigned, units: Some(&gig.units), strata: None };
    let found = subgroups(&trial, &groups).unwrap();
    let (high, low) = (&found.groups[0], &found.groups[1]);
    near("largest", high.difference.estimate, -0.2882882882882977, 1e-8);
    near("error", high.difference.std_error, 0.818337544337983, 1e-8);
    near("df", high.difference.df, 37.3173587537154, 1e-8);
    let apart = low.against_largest.unwrap();
    near("apart", apart.estimate, 0.0173467298467686, 1e-7);
    near("error", apart.std_error, 1.867152050460853, 1e-8);
    near("df", apart.df, 35.4065362841853, 1e-8);
    near("smaller", low.difference.estimate, -0.2882882882882977 + 0.0173467298467686, 1e-7);
    assert_eq!(high.against_largest, None);
    let test = found.interaction.unwrap();
    near("one difference: F is its t squared", test.statistic, apart.statistic.powi(2), 1e-9);
    near("and its p", test.p_value, apart.p_value, 1e-9);
    near(
        "Holm",
        high.p_adjusted.min(low.p_adjusted),
        (2.0 * high.difference.p_value.min(low.difference.p_value)).min(1.0),
        1e-12,
    );
}

#[test]
fn a_group_in_one_arm_is_left_out_and_named() {
    let outcome = [1.0, 2.0, 3.0, 5.0, 4.0, 7.0, 8.0, 6.0, 9.0];
    let treated = [true, false, true, false, true, false, true, false, true];
    let trial = Trial { outcome: &outcome, treated: &treated, units: None, strata: None };
    let found = subgroups(&trial, &[1, 1, 1, 1, 5, 5, 5, 5, 9]).unwrap();
    assert_eq!(found.one_armed, [9]);
    assert_eq!(found.groups.iter().map(|group| (group.group, group.treated)).collect::<Vec<_>>(), [(1, 2), (5, 2)]);
    assert_eq!(subgroups(&trial, &[0; 9]), Err(TrialFault::NothingVaries));
}

#[test]
fn everybody_who_does_as_assigned_makes_every_effect_one() {
    let outcome = [3.0, 5.0, 4.0, 7.0, 1.0, 2.0, 2.5, 3.5];
    let treated = [true, true, true, true, false, false, false, false];
    let practice = treated.map(|t| f64::from(u8::from(t)));
    let trial = Trial { outcome: &outcome, treated: &treated, units: None, strata: None };
    let found = compliance(&trial, &practice, &Adjustment::default()).unwrap();
    near("cace", found.cace.estimate, found.itt.estimate, 1e-12);
    near("error", found.cace.std_error, found.itt.std_error, 1e-12);
    near("per protocol", found.per_protocol.unwrap().estimate, found.itt.estimate, 1e-12);
    assert!(found.first_stage_f.is_infinite() && !found.is_weak());
    let AndersonRubin::Between(low, high) = found.anderson_rubin else { panic!("unbounded") };
    near("low", low, found.itt.conf_low, 1e-9);
    near("high", high, found.itt.conf_high, 1e-9);
    assert_eq!(compliance(&trial, &[1.0; 8], &Adjustment::default()), Err(TrialFault::NothingVaries));
}

#[test]
fn anderson_and_rubins_set_is_the_effects_whose_itt_is_not_rejected() {
    let mut rng = stream(key(5, "compliance", "brute"), 0);
    let mut shapes = [0; 3];
    for case in 0..60 {
        let pull = [1.2, 0.25, 0.0][case % 3];
        let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
        let units: Vec<u32> = (0..48).map(|i| i % 16).collect();
        let treated: Vec<bool> = units.iter().map(|unit| unit % 2 == 0).collect();
        let practice: Vec<f64> = treated.iter().map(|z| pull * f64::from(u8::from(*z)) + normal()).collect();
        let outcome: Vec<f64> = practice.iter().map(|x| 0.7 * x + normal()).collect();
        let trial = Trial { outcome: &outcome, treated: &treated, units: Some(&units), strata: None };
        let found = compliance(&trial, &practice, &Adjustment::default()).unwrap();
        let holds = |effect: f64| {
            let rest: Vec<f64> = outcome.iter().zip(&practice).map(|(y, x)| y - effect * x).collect();
            adjusted(&Trial { outcome: &rest, ..trial }, &Adjustment::default()).unwrap().difference.p_value >= 0.05
        };
        shapes[match found.anderson_rubin {
            AndersonRubin::Between(..) => 0,
            AndersonRubin::Outside(..) => 1,
            AndersonRubin::Unbounded => 2,
        }] += 1;
        for effect in [-1e4, -30.0, -3.0, -1.0, -0.3, 0.0, 0.2, 0.5, 0.7, 1.0, 2.0, 5.0, 40.0, 1e4] {
            let inside = match found.anderson_rubin {
                AndersonRubin::Between(low, high) => low <= effect && effect <= high,
                AndersonRubin::Outside(low, high) => effect <= low || high <= effect,
                AndersonRubin::Unbounded => true,
            };
            assert_eq!(inside, holds(effect), "{effect} {:?}", found.anderson_rubin);
        }
    }
    assert!(shapes.iter().all(|&count| count > 3), "{shapes:?}");
}

#[test]
fn centring_at_units_reads_the_effect_at_the_average_unit() {
    // Two units an arm, one of them three times as large; the effect of a person is 1 + x.
    let sizes = [3, 9, 3, 9, 4, 8];
    let (mut outcome, mut treated, mut units, mut x) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (unit, size) in sizes.into_iter().enumerate() {
        for i in 0..size {
            let (z, value) = (unit % 2 == 0 || unit == 5, (unit * 5 % 7) as f64 + f64::from(i % 3));
            outcome.push(2.0 * value + if z { 1.0 + value } else { 0.0 } + 0.01 * f64::from((i * 7 + unit as i32) % 5));
            treated.push(z);
            units.push(unit as u32);
            x.push(value);
        }
    }
    let covariates = Array2::from_shape_vec((x.len(), 1), x.clone()).unwrap();
    let trial = Trial { outcome: &outcome, treated: &treated, units: Some(&units), strata: None };
    let at = |centre| {
        let with = Adjustment { covariates: Some(&covariates), centre, ..Adjustment::default() };
        adjusted(&trial, &with).unwrap().difference.estimate
    };
    let people = x.iter().sum::<f64>() / x.len() as f64;
    let mean_of = |unit: usize| {
        let own: Vec<f64> = x.iter().zip(&units).filter(|(_, u)| **u as usize == unit).map(|(x, _)| *x).collect();
        own.iter().sum::<f64>() / own.len() as f64
    };
    let of_units = (0..6).map(mean_of).sum::<f64>() / 6.0;
    assert!((at(Centre::People) - 1.0 - people).abs() < 0.02);
    assert!((at(Centre::Units) - at(Centre::People) - (of_units - people)).abs() < 0.02);
}

/// Teams of 25 with an intraclass correlation of 0.10, a covariate from before, and no effect.
struct Draw {
    outcome: Vec<f64>,
    before: Array2<f64>,
    units: Vec<u32>,
    treated: Vec<bool>,
}

fn draw(number: u64, effect: f64) -> Draw {
    let mut rng = stream(key(1, "certified", "teams"), number);
    let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
    let (mut outcome, mut before, mut units, mut treated) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for team in 0..20_u32 {
        let level = 0.1_f64.sqrt() * normal();
        let arm = team % 2 == 0;
        for _ in 0..25 {
            let person = 0.9_f64.sqrt() * normal();
            before.push(level + person + 0.5 * normal());
            outcome.push(10.0 + level + person + if arm { effect } else { 0.0 } + 0.5 * normal());
            units.push(team);
            treated.push(arm);
        }
    }
    Draw { outcome, before: Array2::from_shape_vec((500, 1), before).unwrap(), units, treated }
}

#[test]
fn without_an_effect_one_in_twenty_is_found_and_the_true_lift_is_covered() {
    let draws = 8_000;
    let (mut raw, mut lin, mut covered, mut within) = (0, 0, 0, 0);
    for number in 0..draws {
        let one = draw(number, 0.0);
        let trial = Trial { outcome: &one.outcome, treated: &one.treated, units: Some(&one.units), strata: None };
        let plain = adjusted(&trial, &Adjustment::default()).unwrap();
        let better = adjusted(&trial, &Adjustment { covariates: Some(&one.before), ..Adjustment::default() }).unwrap();
        raw += i32::from(plain.difference.p_value < 0.05);
        lin += i32::from(better.difference.p_value < 0.05);
        let covers = |low: Option<f64>, high: Option<f64>| i32::from(low.unwrap() <= 0.0 && 0.0 <= high.unwrap());
        covered += covers(plain.lift.conf_low, plain.lift.conf_high);
        within += covers(better.lift.conf_low, better.lift.conf_high);
    }
    let share = |count: i32| f64::from(count) / draws as f64;
    let told =
        format!("raw {} lin {} fieller {} adjusted fieller {}", share(raw), share(lin), share(covered), share(within));
    assert!((0.037..=0.065).contains(&share(raw)), "{told}");
    assert!((0.037..=0.065).contains(&share(lin)), "{told}");
    assert!((0.93..=0.97).contains(&share(covered)), "{told}");
    assert!((0.93..=0.97).contains(&share(within)), "{told}");
}

#[test]
fn quantiles_of_drawn_units_are_those_of_the_people_and_cover_the_truth() {
    let plan = |number| Plan { key: key(number, "certified", "quantiles"), exact: 0, draws: 300 };
    let one = draw(1, 0.0);
    let trial = Trial { outcome: &one.outcome, treated: &one.treated, units: Some(&one.units), strata: None };
    let found = quantile_differences(&trial, &[0.9, 0.1, 0.5], &plan(1)).unwrap();
    for at in &found {
        let arm = |z: bool| {
            let own = one.outcome.iter().zip(&one.treated).filter(|(_, treated)| **treated == z);
            quantile(&own.map(|(y, _)| *y).collect::<Vec<f64>>(), at.p).unwrap()
        };
        near("treated", at.treated, arm(true), 1e-12);
        near("control", at.control, arm(false), 1e-12);
    }
    assert_eq!(found, quantile_differences(&trial, &[0.9, 0.1, 0.5], &plan(1)).unwrap());
    let two = Trial { outcome: &[1.0, 2.0], treated: &[true, false], units: None, strata: None };
    assert_eq!(quantile_differences(&two, &[0.5], &plan(1)), Err(TrialFault::NothingVaries));
    let draws = 500;
    let mut covered = [0; 2];
    for number in 0..draws {
        let one = draw(number + 90_000, 0.5);
        let trial = Trial { outcome: &one.outcome, treated: &one.treated, units: Some(&one.units), strata: None };
        for (count, found) in covered.iter_mut().zip(quantile_differences(&trial, &[0.5, 0.9], &plan(number)).unwrap())
        {
            *count += i32::from(found.difference.conf_low <= 0.5 && 0.5 <= found.difference.conf_high);
        }
    }
    for count in covered {
        let share = f64::from(count) / draws as f64;
        assert!((0.92..=0.985).contains(&share), "{share}");
    }
}

#[test]
fn the_complier_effect_is_covered() {
    let draws = 1_000;
    let (mut two_stage, mut robust) = (0, 0);
    for number in 0..draws {
        let one = draw(number + 50_000, 0.0);
        let mut rng = stream(key(2, "certified", "take-up"), number);
        // 70 % of the treated take it up and 10 % of the others, the keen more often; the effect on each is 0.6.
        let practice: Vec<f64> = (one.treated.iter().zip(&one.outcome))
            .map(|(z, y)| {
                let noise: f64 = StandardNormal.sample(&mut rng);
                let keen = 0.5 * (y - 10.0) + noise;
                f64::from(u8::from(keen > if *z { -0.55 } else { 1.4 }))
            })
            .collect();
        let outcome: Vec<f64> = one.outcome.iter().zip(&practice).map(|(y, x)| y + 0.6 * x).collect();
        let trial = Trial { outcome: &outcome, treated: &one.treated, units: Some(&one.units), strata: None };
        let found = compliance(&trial, &practice, &Adjustment::default()).unwrap();
        two_stage += i32::from(found.cace.conf_low <= 0.6 && 0.6 <= found.cace.conf_high);
        robust += i32::from(match found.anderson_rubin {
            AndersonRubin::Between(low, high) => low <= 0.6 && 0.6 <= high,
            AndersonRubin::Outside(low, high) => 0.6 <= low || high <= 0.6,
            AndersonRubin::Unbounded => true,
        });
    }
    let share = |count: i32| f64::from(count) / draws as f64;
    assert!((0.93..=0.97).contains(&share(two_stage)), "{}", share(two_stage));
    assert!((0.93..=0.97).contains(&share(robust)), "{}", share(robust));
}

#[test]
fn strata_of_unequal_shares_are_averaged_by_their_people() {
    // Effects 1 and 4, shares 1/2 and 1/4 treated: the interacted form weighs by people, the additive by n p (1 - p).
    let mut rows = Vec::new();
    for (stratum, n, treated, effect) in [(0_u32, 40, 20, 1.0), (1, 80, 20, 4.0)] {
        rows.extend((0..n).map(|i| {
            let z = i < treated;
            let noise = f64::from(i % 2) - 0.5;
            (f64::from(stratum) * 10.0 + noise + if z { effect } else { 0.0 }, z, stratum)
        }));
    }
    let outcome: Vec<f64> = rows.iter().map(|row| row.0).collect();
    let treated: Vec<bool> = rows.iter().map(|row| row.1).collect();
    let strata: Vec<u32> = rows.iter().map(|row| row.2).collect();
    let trial = Trial { outcome: &outcome, treated: &treated, units: None, strata: Some(&strata) };
    let with = |blocks| adjusted(&trial, &Adjustment { blocks, ..Adjustment::default() }).unwrap().difference;
    near("by people", with(Blocks::Interacted).estimate, (40.0 + 4.0 * 80.0) / 120.0, 1e-12);
    near("by precision", with(Blocks::Additive).estimate, (10.0 + 4.0 * 15.0) / 25.0, 1e-12);
    let half = tail::t_quantile(0.975, with(Blocks::Interacted).df) * with(Blocks::Interacted).std_error;
    near("limits", with(Blocks::Interacted).conf_high, 3.0 + half, 1e-12);
}
