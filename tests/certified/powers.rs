//! Powers, sizes and equivalence against R's `pt`, `pf`, `power.t.test` and `power.prop.test`, and against themselves.

use oneonone::stats::equivalence;
use oneonone::stats::inference::Inference;
use oneonone::stats::noncentral::{f_upper, t_upper};
use oneonone::stats::power_means::{
    ArmSize, Layout, Outcome, Shape, Spread, Way, curve, curve_of_units, detectable, power, units_needed,
};
use oneonone::stats::ratio::Means;
use oneonone::stats::tail;

use super::agree::near;

#[test]
fn tails_away_from_the_null_agree_with_r() {
    // R's pt stops at an absolute error of 1e-12; the last two are R's integrate() over the scale, to 1e-13.
    near("t", t_upper(2.1, 7.3, 1.7), 0.387703004713837, 1e-12);
    near("t", t_upper(2.0, 40.0, 9.0), 0.999999999995918, 1e-12);
    near("t", t_upper(6.0, 12.0, 0.8), 0.000314874174837982, 1e-11);
    near("t", t_upper(12.0, 3.0, 3.5), 0.0380446176804426, 1e-11);
    near("t, centred", t_upper(1.96, 38.5, 0.0), 0.0286314216685419, 1e-12);
    // R's pf stops at 1e-9: these are its dpois and pbeta (pchisq), summed.
    near("F", f_upper(2.5, 3.0, 18.4, 6.0), 0.5546406098061796, 1e-12);
    near("F", f_upper(3.1, 1.0, 12.0, 4.0), 0.6031332052391021, 1e-12);
    near("chi-square", f_upper(7.8 / 3.0, 3.0, f64::INFINITY, 5.0), 0.4416333272292672, 1e-12);
    near("F, centred", f_upper(2.5, 3.0, 18.4, 0.0), tail::f_upper(2.5, 3.0, 18.4), 1e-12);
    let both = t_upper(2.0, 25.0, 1.5) + t_upper_of_minus(2.0, 25.0, 1.5);
    near("F is t squared", f_upper(4.0, 1.0, 25.0, 2.25), both, 1e-9);
}

/// `P(T < -t)` by counting quantiles of the chi-square through Simpson's rule.
fn t_upper_of_minus(t: f64, df: f64, shift: f64) -> f64 {
    let steps = 4_000;
    let (low, high) = (-2.5_f64, 1.5_f64);
    let step = (high - low) / f64::from(steps);
    let front = 2.0_f64.ln() + 0.5 * df * (0.5 * df).ln() - libm::lgamma(0.5 * df);
    let value = |i: i32| {
        let log = low + step * f64::from(i);
        (front + df * log - 0.5 * df * (2.0 * log).exp()).exp() * tail::normal_upper(t * log.exp() + shift)
    };
    (0..=steps)
        .map(|i| {
            value(i)
                * if i == 0 || i == steps {
                    1.0
                } else if i % 2 == 1 {
                    4.0
                } else {
                    2.0
                }
        })
        .sum::<f64>()
        * step
        / 3.0
}

fn people(n: f64) -> Layout {
    Layout { treated: ArmSize::people(n), control: ArmSize::people(n), spread: Spread::default() }
}

const ONE_BY_ONE: Shape = Shape {
    size: 1.0,
    variation: 0.0,
    ratio: 1.0,
    spread: Spread { icc: 0.0, explained_between: 0.0, explained_within: 0.0, strata: 1 },
};

#[test]
fn powers_and_sizes_are_rs() {
    near("power.t.test", power(Outcome::Mean { sd: 1.0 }, 1.0, &people(20.0), 0.05), 0.868952801692498, 1e-9);
    let n = units_needed(Outcome::Mean { sd: 1.0 }, 1.0, &ONE_BY_ONE, 0.05, 0.9).unwrap();
    near("n of power.t.test", n, 22.0210955700938, 1e-9);
    let delta = detectable(Outcome::Mean { sd: 2.5 }, Way::Up, &people(50.0), 0.05, 0.8).unwrap();
    near("delta of power.t.test", delta, 1.41470733769718, 1e-9);
    let twelve = Outcome::Share { base: 0.12 };
    near("24/250 v 30/250", power(twelve, -0.024, &people(250.0), 0.05), 0.136480360829531, 1e-9);
    near("as the issue prints it", power(twelve, -0.024, &people(250.0), 0.05), 0.136480, 5e-6);
    let n = units_needed(Outcome::Share { base: 0.5 }, 0.25, &ONE_BY_ONE, 0.05, 0.9).unwrap();
    near("n of power.prop.test", n, 76.7069284517774, 1e-9);
    let n = units_needed(twelve, -0.024, &ONE_BY_ONE, 0.05, 0.8).unwrap();
    near("n of power.prop.test", n, 2624.27102589421, 1e-9);
    let effect = detectable(twelve, Way::Up, &people(250.0), 0.05, 0.8).unwrap();
    near("p2 of power.prop.test", 0.12 + effect, 0.213145105611199, 1e-9);
}

#[test]
fn a_lift_is_its_difference_and_an_impossible_effect_has_no_power() {
    let layout = people(250.0);
    let of_lift = power(Outcome::Lift { mean: 100.0, sd: 50.0 }, 0.1, &layout, 0.05);
    near("lift", of_lift, power(Outcome::Mean { sd: 50.0 }, 10.0, &layout, 0.05), 1e-12);
    assert!(power(Outcome::Share { base: 0.12 }, -0.2, &layout, 0.05).is_nan());
    assert_eq!(detectable(Outcome::Share { base: 0.001 }, Way::Down, &layout, 0.05, 0.8), None);
    assert_eq!(detectable(Outcome::Lift { mean: 1.0, sd: 50.0 }, Way::Down, &layout, 0.05, 0.8), None);
    let few = Layout { treated: ArmSize::teams(&[9.0]), control: ArmSize::teams(&[9.0]), spread: Spread::default() };
    assert!(power(Outcome::Mean { sd: 1.0 }, 1.0, &few, 0.05).is_nan());
}

#[test]
fn teams_cost_what_the_design_effect_says_and_strata_give_some_back() {
    let spread = Spread { icc: 0.1, ..Spread::default() };
    let teams = |spread| Layout { treated: ArmSize::teams(&[25.0; 10]), control: ArmSize::teams(&[25.0; 10]), spread };
    let outcome = Outcome::Mean { sd: 1.0 };
    // 1 + 24 x 0.1 = 3.4 times the variance, t on 18.
    let shift = 0.5 / (3.4 * 2.0 / 250.0_f64).sqrt();
    near(
        "teams",
        power(outcome, 0.5, &teams(spread), 0.05),
        t_upper(tail::t_quantile(0.975, 18.0), 18.0, shift),
        1e-12,
    );
    let unequal = ArmSize::teams(&[10.0, 40.0]);
    assert_eq!(unequal, ArmSize { units: 2.0, people: 50.0, squares: 1_700.0 });
    near("planned", ArmSize::planned(2.0, 25.0, 0.6).squares, 1_700.0, 1e-12);
    let stratified = Spread { explained_between: 0.6, strata: 5, ..spread };
    assert!(power(outcome, 0.5, &teams(stratified), 0.05) > power(outcome, 0.5, &teams(spread), 0.05));
    // With nothing explained strata only cost degrees of freedom.
    let idle = Spread { strata: 5, ..spread };
    assert!(power(outcome, 0.5, &teams(idle), 0.05) < power(outcome, 0.5, &teams(spread), 0.05));
    let shape = Shape { size: 25.0, variation: 0.0, ratio: 1.0, spread };
    let units = units_needed(outcome, 0.5, &shape, 0.05, 0.8).unwrap();
    near("there and back", power(outcome, 0.5, &shape.with(units), 0.05), 0.8, 1e-9);
    let points = curve_of_units(outcome, 0.5, &shape, 0.05, &[5.0, 10.0, units]);
    assert!(points.windows(2).all(|pair| pair[0].power < pair[1].power || pair[0].at > pair[1].at));
    let points = curve(outcome, &teams(spread), 0.05, &[0.1, 0.3, 0.5]);
    assert!(points.windows(2).all(|pair| pair[0].power < pair[1].power));
    let mde = detectable(outcome, Way::Down, &teams(spread), 0.05, 0.8).unwrap();
    near("detectable", power(outcome, mde, &teams(spread), 0.05), 0.8, 1e-9);
    assert!(mde < 0.0);
}

#[test]
fn equivalence_is_two_one_sided_tests() {
    // R: pt((0.2 + 1) / 0.4, 18, lower = FALSE) and pt((1 - 0.2) / 0.4, 18, lower = FALSE).
    let found = Inference::new(0.2, 0.4, 18.0, 0.95);
    let answer = equivalence::difference(&found, (-1.0, 1.0), 0.05).unwrap();
    near("over the lower", answer.p_lower, 0.5 * tail::t_two_sided(3.0, 18.0), 1e-12);
    near("under the upper", answer.p_upper, 0.5 * tail::t_two_sided(2.0, 18.0), 1e-12);
    assert_eq!(answer.p_value, answer.p_upper);
    assert!(answer.equivalent);
    let half = tail::t_quantile(0.95, 18.0) * 0.4;
    near("limits of 90 per cent", answer.conf_high.unwrap(), 0.2 + half, 1e-12);
    assert!(answer.conf_high.unwrap() < 1.0);
    assert_eq!(equivalence::difference(&found, (1.0, -1.0), 0.05), None);
    assert!(!equivalence::difference(&found, (-0.1, 0.1), 0.05).unwrap().equivalent);
}

#[test]
fn the_interval_of_a_lift_lies_within_the_margins_just_where_both_tests_reject() {
    for (treated, control, margin) in
        [(101.0, 100.0, 0.1), (104.0, 100.0, 0.1), (99.0, 100.0, 0.05), (97.0, 100.0, 0.12)]
    {
        for variance in [1.0, 4.0, 9.0, 16.0] {
            let means = Means::independent((treated, variance), (control, 1.5 * variance), 18.0);
            let answer = equivalence::lift(&means, (-margin, margin), 0.05).unwrap();
            let inside = answer.conf_low.unwrap() > -margin && answer.conf_high.unwrap() < margin;
            assert_eq!(inside, answer.equivalent, "{treated} {control} {margin} {variance}");
        }
    }
    assert_eq!(equivalence::lift(&Means::independent((1.0, 1.0), (-1.0, 1.0), 18.0), (-0.1, 0.1), 0.05), None);
}

#[test]
fn power_of_equivalence_is_highest_without_a_difference() {
    let at = |truth: f64| equivalence::power(truth, 0.3, 38.0, (-1.0, 1.0), 0.05);
    near("both sides alike", at(0.3), at(-0.3), 1e-12);
    assert!(at(0.0) > at(0.3) && at(0.3) > at(0.8) && at(2.0) == 0.0);
    near("in the middle", at(0.0), 2.0 * t_upper(tail::t_quantile(0.95, 38.0), 38.0, 1.0 / 0.3) - 1.0, 1e-12);
}
