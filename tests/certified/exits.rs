//! Competing exits, rates, risk ratios and power: R's values (survival 3.5.3, cmprsk 2.2, stats) unless said otherwise.

use oneonone::stats::incidence::{Exit, incidence, pseudo};
use oneonone::stats::power::design_effect;
use oneonone::stats::power_survival::{HazardDesign, share_leaving};
use oneonone::stats::proportion::{Rate, rate_ratio, rate_ratio_p};
use oneonone::stats::survival::{Life, kaplan_meier, log_rank};
use oneonone::stats::tail::chi2_upper;
use oneonone::stats::unit_contrast::{Outcome, unit_contrast};

use super::agree::near;
use super::staying::arms;

/// The children of `staying`; the reason of the `i`-th who left is `1 + (5 i mod 3) / 2`.
fn exits() -> (Vec<Exit>, Vec<Exit>) {
    let (treated, control) = arms();
    let exit = |(i, life): (u32, &Life)| Exit {
        entry: life.entry,
        exit: life.exit,
        cause: life.event.then_some(1 + 5 * i % 3 / 2),
    };
    ((0..).zip(&treated).map(exit).collect(), (21..).zip(&control).map(exit).collect())
}

#[test]
fn cumulative_incidence_has_rs_shares_and_errors() {
    let (treated, control) = exits();
    for (cause, shares, errors) in [
        (
            1,
            [0.2380952380952381, 0.4285714285714285, 0.5238095238095238, 0.6190476190476191],
            [0.09294286409033646, 0.10798984943120778, 0.10898516862311033, 0.10597116957413083],
        ),
        (
            2,
            [0.09523809523809523, 0.19047619047619047, 0.28571428571428570, 0.33333333333333331],
            [0.06405644848900470, 0.08568908674689878, 0.09858079419176491, 0.10286889997472795],
        ),
    ] {
        let curve = incidence(&control, cause);
        for (i, time) in [4.0, 8.0, 12.0, 22.0].into_iter().enumerate() {
            near("share", curve.at(time).incidence, shares[i], 1e-12);
            near("error", curve.at(time).std_error, errors[i], 1e-10);
        }
    }
    // One was lost at the sixth week: R counts those who leave at a time as at risk with them.
    let curve = incidence(&treated, 2);
    for (time, share, error) in [
        (7.0, 0.04761904761904762, 0.04647143204516821),
        (13.0, 0.10140056022408964, 0.06818282706848543),
        (22.0, 0.19103641456582632, 0.10422979073359309),
    ] {
        near("share", curve.at(time).incidence, share, 1e-12);
        near("error", curve.at(time).std_error, error, 1e-10);
        let limits = curve.at(time).limits(0.95);
        assert!(limits.low > 0.0 && limits.low < share && share < limits.high && limits.high < 1.0);
    }
}

#[test]
fn reasons_and_staying_add_up() {
    let (treated, _) = exits();
    let entered: Vec<Exit> =
        (0_u32..).zip(&treated).map(|(i, exit)| Exit { entry: f64::from(i % 5), ..*exit }).collect();
    for exits in [&treated, &entered] {
        let any: Vec<Life> =
            exits.iter().map(|exit| Life { entry: exit.entry, exit: exit.exit, event: exit.cause.is_some() }).collect();
        let curve = kaplan_meier(&any);
        let (one, two) = (incidence(exits, 1), incidence(exits, 2));
        for step in &curve.steps {
            near("share", one.at(step.time).incidence + two.at(step.time).incidence, 1.0 - step.survival, 1e-12);
        }
        let lost = one.time_lost(20.0) + two.time_lost(20.0);
        near("time", lost + curve.restricted_mean(20.0).mean, 20.0, 1e-12);
        // With one reason the errors are Greenwood's.
        let all: Vec<Exit> = exits.iter().map(|exit| Exit { cause: exit.cause.map(|_| 7), ..*exit }).collect();
        for (step, own) in curve.steps.iter().zip(&incidence(&all, 7).steps) {
            near("Greenwood", own.std_error, step.std_error, 1e-11);
        }
        // The mean of the pseudo-observations is the share, the squares of their distances its variance.
        for (time, cause) in [(7.0, 1), (16.0, 2), (30.0, 1)] {
            let at = incidence(exits, cause).at(time);
            let values = pseudo(exits, cause, time).unwrap();
            let n = values.len() as f64;
            near("mean", values.iter().sum::<f64>() / n, at.incidence, 1e-12);
            let spread: f64 = values.iter().map(|value| ((value - at.incidence) / n).powi(2)).sum();
            near("error", spread.sqrt(), at.std_error, 1e-11);
        }
    }
    assert!(pseudo(&treated, 1, 40.0).is_none() && pseudo(&[], 1, 1.0).is_none());
}

#[test]
fn one_reason_is_tested_with_the_log_rank_test() {
    let (treated, control) = exits();
    for (cause, expected) in [(1, 11.28314321071254), (2, 5.110842498526639)] {
        let lives = |exits: &[Exit]| -> Vec<Life> { exits.iter().map(|exit| exit.life(cause)).collect() };
        let (a, b) = (lives(&treated), lives(&control));
        near("chi-square", log_rank(&[(&a, &b)]).unwrap().statistic, expected, 1e-12);
    }
}

#[test]
fn rates_have_exact_limits() {
    for (events, exposure, ratio) in [
        ([11, 20], [800.0, 760.0], [0.5225, 0.2261318541426819, 1.1439149419027408, 0.1045931326474868]),
        ([3, 9], [900.0, 1000.0], [0.37037037037037041, 0.06449448046455317, 1.48408466453210153, 0.15268204194762400]),
        ([40, 60], [5000.0, 5100.0], [0.68, 0.44403378958554512, 1.03145057996941736, 0.05810042727395148]),
        ([0, 6], [100.0, 120.0], [0.0, 0.0, 1.01917343315678788, 0.03515600083767931]),
    ] {
        let rate = |i: usize| Rate { events: events[i], exposure: exposure[i] };
        let found = rate_ratio(&rate(0), &rate(1), 0.95).unwrap();
        near("ratio", found.estimate, ratio[0], 1e-12);
        near("low", found.limits.low, ratio[1], 1e-10);
        near("high", found.limits.high, ratio[2], 1e-10);
        near("p", rate_ratio_p(&rate(0), &rate(1)), ratio[3], 1e-10);
    }
    for (events, exposure, low, high) in [
        (11, 800.0, 0.006863950459046048, 0.024602548141627444),
        (0, 50.0, 0.0, 0.0737775890822787),
        (240, 3.0, 70.19810936446034, 90.78754180963244),
    ] {
        let found = Rate { events, exposure }.estimate(0.95);
        near("low", found.limits.low, low, 1e-10);
        near("high", found.limits.high, high, 1e-10);
    }
}

#[test]
fn tails_are_kept() {
    for (x, df, p) in [
        (74.4, 1.0, 6.378900535847131e-18),
        (74.4, 3.0, 4.871870304261145e-16),
        (800.0, 8.0, 2.058245724902813e-167),
        (1400.0, 2.0, 9.859676543759771e-305),
        (300.0, 30.0, 2.648048485630877e-46),
        (50.0, 7.5, 2.452851849853949e-08),
    ] {
        near("chi-square", chi2_upper(x, df), p, 1e-10);
    }
}

#[test]
fn risks_and_rates_are_compared_by_unit() {
    // Two arms of four teams: leavers, people, person-months.
    let teams = [
        (2, 10, 110.0),
        (4, 12, 100.0),
        (1, 9, 99.0),
        (3, 11, 105.0),
        (5, 10, 80.0),
        (6, 13, 110.0),
        (3, 8, 70.0),
        (7, 12, 90.0),
    ];
    let (mut values, mut treated, mut units) = (Vec::new(), Vec::new(), Vec::new());
    for (g, (leavers, people, _)) in (0_u32..).zip(teams) {
        for person in 0..people {
            values.push(f64::from(u8::from(person < leavers)));
            treated.push(g < 4);
            units.push(g);
        }
    }
    let outcome = Outcome { values: &values, exposure: None, treated: &treated, units: Some(&units) };
    let result = unit_contrast(&outcome, 0.95).unwrap();
    let (p, q) = (10.0 / 42.0, 21.0 / 43.0);
    near("risk ratio", result.ratio().unwrap().estimate, p / q, 1e-12);
    // CR2 of a cell mean by its definition: each team's sum of residuals over root(1 - m / n), squared, over n².
    let variance = |of: &[(i32, i32, f64)], share: f64| -> f64 {
        let n: f64 = of.iter().map(|team| f64::from(team.1)).sum();
        let part = |team: &(i32, i32, f64)| {
            let m = f64::from(team.1);
            (f64::from(team.0) - m * share).powi(2) / (1.0 - m / n)
        };
        of.iter().map(part).sum::<f64>() / (n * n)
    };
    let error = (variance(&teams[..4], p) / (p * p) + variance(&teams[4..], q) / (q * q)).sqrt();
    near("error", result.log_ratio.unwrap().std_error, error, 1e-12);
    assert!(result.log_ratio.unwrap().df > 3.0 && result.log_ratio.unwrap().df < 6.0);
    // Rates: a team a row, weighted by its person-months.
    let rates: Vec<f64> = teams.iter().map(|team| f64::from(team.0) / team.2).collect();
    let exposure: Vec<f64> = teams.iter().map(|team| team.2).collect();
    let treated: Vec<bool> = (0..8).map(|g| g < 4).collect();
    let units: Vec<u32> = (0..8).collect();
    let outcome = Outcome { values: &rates, exposure: Some(&exposure), treated: &treated, units: Some(&units) };
    let result = unit_contrast(&outcome, 0.95).unwrap();
    near("rate", result.treated, 10.0 / 414.0, 1e-12);
    near("rate ratio", result.ratio().unwrap().estimate, 10.0 / 414.0 / (21.0 / 350.0), 1e-12);
    assert!(result.log_ratio.unwrap().df > 3.0 && result.log_ratio.unwrap().df <= 6.0);
}

#[test]
fn power_of_hazards_is_schoenfelds() {
    // Schoenfeld (1983): a hazard ratio of 1.5 at 5 % and 90 % needs 256 deaths; of 2, 80 % at 5 %: 66.
    let even = HazardDesign::even();
    near("events", even.events_needed(1.5, 0.9), 255.66, 1e-4);
    near("events", even.events_needed(2.0, 0.8), 65.35, 1e-3);
    near("turned", even.events_needed(0.5, 0.8), even.events_needed(2.0, 0.8), 1e-12);
    let teams = HazardDesign { design_effect: design_effect(&[25.0; 20], 0.05), df: 18.0, ..even };
    assert!(teams.events_needed(0.8, 0.8) > 2.2 * even.events_needed(0.8, 0.8));
    for design in [even, teams] {
        let needed = design.events_needed(0.8, 0.8);
        near("there and back", design.detectable_ratio(needed, 0.8), 0.8, 1e-12);
        near("power", design.power(0.8, needed), 0.8, 1e-9);
        near("power of the inverse", design.power(1.25, needed), 0.8, 1e-9);
    }
    // 12 % a year against 20 % less hazard.
    let share = share_leaving(0.12, 0.8, 0.5);
    near("share", share, 0.5 * (0.12 + 1.0 - 0.88_f64.powf(0.8)), 1e-12);
    near("people", even.people_needed(0.8, 0.8, share), even.events_needed(0.8, 0.8) / share, 1e-12);
}
