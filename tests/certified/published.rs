//! Published values of ratios, shares, arms, power and adjustments, each with its source.

use oneonone::stats::arms::{
    icc, sample_ratio, sample_ratio_of_units, standardised_difference, standardised_difference_of_shares, superiority,
    welch,
};
use oneonone::stats::moments::{Moments, quantile};
use oneonone::stats::multiplicity::{bh, holm};
use oneonone::stats::permute::{Arm, Plan, Unit, difference, key};
use oneonone::stats::power::{design_effect, mde, two_proportions};
use oneonone::stats::proportion::{
    Rate, TwoByTwo, clopper_pearson, fisher, goodman, newcombe, rate_ratio, rate_ratio_p, risk_ratio, wilson,
};
use oneonone::stats::ratio::{Bounds, Means, delta, fieller, log_delta};
use oneonone::stats::robustness::robustness_value;
use oneonone::stats::tail::normal_two_sided;

use super::agree::near;

/// Means 120 and 100, standard deviations 60 and 50, 250 people each.
fn means() -> Means {
    Means::independent((120.0, 3600.0 / 250.0), (100.0, 2500.0 / 250.0), 498.0)
}

#[test]
fn fieller_delta_and_log_delta_lifts_have_their_published_limits() {
    for (lift, low, high) in [
        (fieller(&means(), 0.95), 0.0989048, 0.3103955),
        (delta(&means(), 0.95), 0.0948173, 0.3051827),
        (log_delta(&means(), 0.95), 0.0992953, 0.3099301),
    ] {
        near("lift", lift.estimate, 0.2, 1e-12);
        assert_eq!(lift.bounds, Bounds::Bounded);
        // The published limits have seven decimals.
        assert!((lift.conf_low.unwrap() - low).abs() < 5.1e-8, "{lift:?}");
        assert!((lift.conf_high.unwrap() - high).abs() < 5.1e-8, "{lift:?}");
    }
}

#[test]
fn a_control_mean_that_may_be_zero_gives_an_unbounded_lift() {
    let lift = fieller(&Means::independent((5.0, 1.0), (1.0, 1.0), 20.0), 0.95);
    assert_eq!((lift.bounds, lift.conf_low, lift.conf_high), (Bounds::Unbounded, None, None));
    assert_eq!(log_delta(&Means::independent((-1.0, 1.0), (1.0, 1.0), 20.0), 0.95).bounds, Bounds::Unbounded);
}

#[test]
fn the_sample_ratio_check_has_its_published_p_values() {
    let first = sample_ratio(270, 230, 0.5);
    near("chi-square p", first.p_value, 0.0736383, 1e-6);
    near("exact p", first.p_exact.unwrap(), 0.0810323, 1e-6);
    assert!(!first.alarm);
    let second = sample_ratio(290, 210, 0.5);
    near("chi-square p", second.p_value, 0.000346619, 2e-6);
    assert!(second.alarm);
    assert_eq!(sample_ratio(600, 600, 0.5).p_exact, None);
}

#[test]
fn the_sample_ratio_of_units_is_the_signed_sum_over_its_squares() {
    let check = sample_ratio_of_units(&[30.0, 10.0, 25.0], &[20.0, 15.0, 12.0], 0.5);
    let signed: f64 = 30.0 + 10.0 + 25.0 - 20.0 - 15.0 - 12.0;
    let squares: f64 = 900.0 + 100.0 + 625.0 + 400.0 + 225.0 + 144.0;
    near("statistic", check.statistic, signed * signed / squares, 1e-14);
    let people = sample_ratio_of_units(&[1.0; 290], &[1.0; 210], 0.5);
    near("units of one", people.p_value, sample_ratio(290, 210, 0.5).p_value, 1e-12);
}

#[test]
fn goodman_and_wilson_have_their_published_limits() {
    let counts = [56, 72, 73, 59, 62, 87, 58];
    let limits = goodman(&counts, 0.95);
    near("first low", limits[0].low, 0.0851672391, 1e-8);
    near("first high", limits[0].high, 0.166261408, 1e-8);
    near("sixth low", limits[5].low, 0.1427491092, 1e-8);
    near("sixth high", limits[5].high, 0.239415943, 1e-8);
    let single = wilson(56, 467, 0.95);
    near("wilson low", single.low, 0.0935086639, 1e-8);
    near("wilson high", single.high, 0.152522047, 1e-8);
    assert_eq!(wilson(0, 20, 0.95).low, 0.0);
    assert_eq!(wilson(20, 20, 0.95).high, 1.0);
}

#[test]
fn risk_ratio_fisher_and_power_have_their_published_values() {
    let table = TwoByTwo { treated: 24, treated_n: 250, control: 30, control_n: 250 };
    let ratio = risk_ratio(&table, 0.95).unwrap();
    near("ratio", ratio.estimate, 0.8, 1e-14);
    assert!((ratio.limits.low - 0.4817).abs() < 5e-5 && (ratio.limits.high - 1.3287).abs() < 5e-5);
    near("fisher", fisher(&table), 0.4715409830502645, 1e-10);
    assert!((two_proportions(24.0 / 250.0, 250.0, 30.0 / 250.0, 250.0, 0.05) - 0.136480).abs() < 5e-7);
    assert_eq!(risk_ratio(&TwoByTwo { treated: 0, ..table }, 0.95), None);
}

#[test]
fn newcombe_has_the_limits_of_his_own_example() {
    // Newcombe 1998, table II, example (a): 56/70 against 48/80, method 10: 0.0524 to 0.3339.
    let result = newcombe(&TwoByTwo { treated: 56, treated_n: 70, control: 48, control_n: 80 }, 0.95);
    near("difference", result.estimate, 0.2, 1e-12);
    assert!((result.limits.low - 0.0524).abs() < 5e-5 && (result.limits.high - 0.3339).abs() < 5e-5);
}

#[test]
fn exact_limits_of_shares_and_rates_are_those_of_their_tails() {
    // Clopper-Pearson with no event among n has the upper limit 1 - (alpha/2)^(1/n).
    let none = clopper_pearson(0, 10, 0.95);
    assert_eq!(none.low, 0.0);
    near("upper", none.high, 1.0 - 0.025_f64.powf(0.1), 1e-12);
    // Garwood's limits for 5 events: gamma quantiles.
    let five = Rate { events: 5, exposure: 1.0 }.estimate(0.95);
    near("low", five.limits.low, 1.6234863901184205624, 1e-12);
    near("high", five.limits.high, 11.668332079322668192, 1e-12);
}

#[test]
fn a_ratio_of_rates_is_exact_given_the_sum_of_events() {
    let (treated, control) = (Rate { events: 11, exposure: 800.0 }, Rate { events: 3, exposure: 600.0 });
    let ratio = rate_ratio(&treated, &control, 0.95).unwrap();
    let share = clopper_pearson(11, 14, 0.95);
    near("estimate", ratio.estimate, 11.0 / 800.0 / (3.0 / 600.0), 1e-14);
    near("low", ratio.limits.low, share.low / (1.0 - share.low) * 600.0 / 800.0, 1e-12);
    near("high", ratio.limits.high, share.high / (1.0 - share.high) * 600.0 / 800.0, 1e-12);
    let none = rate_ratio(&treated, &Rate { events: 0, exposure: 600.0 }, 0.95).unwrap();
    assert!(none.estimate.is_infinite() && none.limits.high.is_infinite() && none.limits.low > 0.0);
    let five = Rate { events: 5, exposure: 1.0 };
    near("equal rates", rate_ratio_p(&five, &five), 1.0, 1e-12);
}

#[test]
fn the_robustness_value_is_the_published_one() {
    near("RV", robustness_value(4.184, 783.0), 0.138762543, 1e-8);
    near("RV of a negative t", robustness_value(-4.184, 783.0), 0.138762543, 1e-8);
    assert_eq!(robustness_value(0.0, 10.0), 0.0);
}

#[test]
fn holm_and_bh_keep_order_ties_and_the_ceiling_of_one() {
    // R: p.adjust(c(.01, .02, .03, .04, .05), "holm") and "BH".
    let p = [0.01, 0.02, 0.03, 0.04, 0.05];
    for (actual, expected) in holm(&p).into_iter().zip([0.05, 0.08, 0.09, 0.09, 0.09]) {
        near("holm", actual, expected, 1e-12);
    }
    for actual in bh(&p) {
        near("bh", actual, 0.05, 1e-12);
    }
    let unordered = holm(&[0.9, 0.001, 0.9, f64::NAN]);
    assert_eq!((unordered[0], unordered[2]), (1.0, 1.0));
    near("smallest of three", unordered[1], 0.003, 1e-12);
    assert!(unordered[3].is_nan());
    assert!(holm(&[]).is_empty());
}

#[test]
fn a_minimum_detectable_effect_is_two_quantiles_of_t() {
    // t(.975, 18) + t(.8, 18) = 2.1009220402 + 0.8620486680.
    near("mde", mde(2.0, 18.0, 0.05, 0.8), 2.0 * (2.10092204024104 + 0.86204866799494), 1e-9);
    near("design effect", design_effect(&[25.0; 20], 0.1), 3.4, 1e-12);
}

#[test]
fn welch_has_the_values_of_a_textbook_sample() {
    // R: t.test(extra ~ group, sleep): t = -1.8608, df = 17.776, p = 0.07939.
    let first = Moments::of(&[0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]);
    let second = Moments::of(&[1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]);
    let result = welch(&first, &second, 0.95).unwrap();
    near("t", result.statistic, -1.860813467486853, 1e-9);
    near("df", result.df, 17.776473516178, 1e-9);
    near("p", result.p_value, 0.079394140157, 1e-8);
    assert!(welch(&Moments::of(&[1.0]), &second, 0.95).is_none());
    assert!(welch(&Moments::of(&[1.0, 1.0]), &Moments::of(&[2.0, 2.0]), 0.95).is_none());
}

#[test]
fn disjoint_arms_are_infinitely_different_and_equal_ones_not_at_all() {
    let (ones, zeros) = (Moments::of(&[1.0, 1.0]), Moments::of(&[0.0, 0.0]));
    assert_eq!(standardised_difference(&ones, &zeros), f64::INFINITY);
    assert_eq!(standardised_difference(&zeros, &ones), f64::NEG_INFINITY);
    assert_eq!(standardised_difference(&ones, &ones), 0.0);
    assert_eq!(standardised_difference_of_shares(1.0, 0.0), f64::INFINITY);
}

#[test]
fn superiority_has_brunner_and_munzels_statistic() {
    // scipy.stats.brunnermunzel: statistic 1.9129229450106935, p 0.08281197613817326.
    let result = superiority(&[1.0, 2.0, 3.0, 4.0, 4.0, 5.0, 9.0], &[0.0, 1.0, 2.0, 2.0, 3.0, 4.0], 0.95).unwrap();
    near("statistic", result.statistic, 1.9129229450106935, 1e-12);
    near("p", result.p_value, 0.08281197613817326, 1e-10);
    assert!(result.conf_low < result.probability && result.probability < result.conf_high && result.conf_high < 1.0);
    let apart = superiority(&[3.0, 4.0], &[1.0, 2.0], 0.95).unwrap();
    assert_eq!((apart.probability, apart.conf_high), (1.0, 1.0));
    assert!(apart.conf_low < 1.0);
    near("exact p", apart.p_value, 2.0 / 6.0, 1e-12);
    assert!(superiority(&[1.0, 1.0], &[1.0, 1.0], 0.95).is_none());
}

#[test]
fn the_intraclass_correlation_of_unequal_groups_is_donners() {
    let groups = [Moments::of(&[1.0, 2.0, 3.0]), Moments::of(&[4.0, 6.0]), Moments::of(&[7.0, 8.0, 9.0, 10.0])];
    let result = icc(&groups).unwrap();
    // By hand: N = 9, sum n^2 / N = 29/9, n0 = (9 - 29/9)/2; MSW = (2 + 2 + 5)/6; MSB from the group means 2, 5, 8.5.
    let n0 = (9.0 - 29.0 / 9.0) / 2.0;
    let mean = (6.0 + 10.0 + 34.0) / 9.0_f64;
    let msb = (3.0 * (2.0 - mean).powi(2) + 2.0 * (5.0 - mean).powi(2) + 4.0 * (8.5 - mean).powi(2)) / 2.0;
    near("icc", result.icc, (msb - 1.5) / (msb + (n0 - 1.0) * 1.5), 1e-12);
    assert!(icc(&groups[..1]).is_none());
}

#[test]
fn quantiles_are_of_type_seven() {
    // R: quantile(c(1, 2, 3, 10), c(.25, .5, .9)) is 1.75, 2.5, 7.9.
    let values = [10.0, 1.0, 3.0, 2.0];
    for (p, expected) in [(0.25, 1.75), (0.5, 2.5), (0.9, 7.9), (0.0, 1.0), (1.0, 10.0)] {
        near("quantile", quantile(&values, p).unwrap(), expected, 1e-12);
    }
    assert_eq!(quantile(&[], 0.5), None);
}

fn unit(total: f64, size: f64, arm: Arm, stratum: u32) -> Unit {
    Unit { total, size, arm, stratum }
}

#[test]
fn four_teams_against_four_reach_no_smaller_p_than_two_in_seventy() {
    let teams: Vec<Unit> = (0..8)
        .map(|i| unit(f64::from(10 * i + 100), 5.0, if i < 4 { Arm::Control } else { Arm::Treated }, 0))
        .collect();
    let test = difference(&teams, &Plan::new(key(1, "comparison", "permutation"))).unwrap();
    assert!(test.exact);
    assert_eq!(test.draws, 70);
    near("observed", test.observed, 8.0, 1e-12);
    near("p", test.p_value, 2.0 / 70.0, 1e-12);
    near("smallest", test.smallest_p, 2.0 / 70.0, 1e-12);
}

#[test]
fn strata_are_permuted_within_themselves() {
    let units = [
        unit(1.0, 1.0, Arm::Treated, 0),
        unit(2.0, 1.0, Arm::Control, 0),
        unit(5.0, 1.0, Arm::Treated, 1),
        unit(3.0, 1.0, Arm::Control, 1),
        unit(4.0, 1.0, Arm::Control, 1),
    ];
    let test = difference(&units, &Plan::new(key(1, "comparison", "permutation"))).unwrap();
    assert_eq!(test.draws, 2 * 3);
    // Treated sums: stratum 0 gives 1 or 2, stratum 1 gives 5, 3 or 4; |diff| is the same function of the sum.
    let observed: f64 = 6.0 / 2.0 - 9.0 / 3.0;
    assert!((test.observed - observed).abs() < 1e-12);
    assert_eq!(test.p_value, 1.0);
}

#[test]
fn drawn_permutations_repeat_with_the_seed_and_approach_the_exact_p() {
    let teams: Vec<Unit> = (0..12)
        .map(|i| unit(f64::from((i * 7) % 12), 1.0, if i % 2 == 0 { Arm::Treated } else { Arm::Control }, 0))
        .collect();
    let plan = Plan::new(key(3, "comparison", "permutation"));
    let exact = difference(&teams, &plan).unwrap();
    let drawn = difference(&teams, &Plan { exact: 1, draws: 20_000, ..plan }).unwrap();
    assert!(exact.exact && !drawn.exact);
    assert!((exact.p_value - drawn.p_value).abs() < 4.0 * (exact.p_value * (1.0 - exact.p_value) / 2e4).sqrt() + 1e-4);
    assert_eq!(drawn, difference(&teams, &Plan { exact: 1, draws: 20_000, ..plan }).unwrap());
    assert_ne!(key(1, "a", "bc"), key(1, "ab", "c"));
}

/// With thousands of units the draws are tossed, and the normal is as good as exact: whatever the share of the treated, the
/// p-value must be its (Cochran 1977, theorem 2.2, for the variance of a mean without replacement).
#[test]
fn many_units_are_tossed_to_the_number_that_was_treated() {
    let n = 5_000;
    for treated in [40, 1_300, 2_500, 3_700, 4_990] {
        let of = |i: usize| (i as f64 * 0.754_877_666_246_692_8).fract();
        // The first ones are treated; what they are above the others is about one standard error.
        let lift = (1.0 / treated as f64 + 1.0 / (n - treated) as f64).sqrt() * 0.29;
        let unit = |i: usize| Unit {
            total: of(i) + if i < treated { lift } else { 0.0 },
            size: 1.0,
            arm: if i < treated { Arm::Treated } else { Arm::Control },
            stratum: 0,
        };
        let units: Vec<Unit> = (0..n).map(unit).collect();
        let test = difference(&units, &Plan::new(key(1, "comparison", "permutation"))).unwrap();
        let all = Moments::of(&units.iter().map(|unit| unit.total).collect::<Vec<f64>>());
        let error = (all.variance() * (1.0 / treated as f64 + 1.0 / (n - treated) as f64)).sqrt();
        let p = normal_two_sided(test.observed / error);
        assert!((0.1..0.9).contains(&p), "{treated}: {p} tells little");
        // Four standard errors of 2,000 draws.
        assert!((test.p_value - p).abs() < 4.0 * (p * (1.0 - p) / 2_000.0).sqrt(), "{treated}: {} {p}", test.p_value);
    }
}
