//! Methods of movement and of what follows from a stage: the chain of one step, exchanged answers, the trend over stages.

use ndarray::{Array2, array};
use oneonone::stats::chain::{Gap, fit, steps_to_rise, times};
use oneonone::stats::jonckheere::{Placed, trend, within_units};
use oneonone::stats::permute;
use oneonone::stats::swap::{Pair, regression};
use rand::Rng;

use super::agree::near;

fn planted() -> Array2<f64> {
    array![[0.80, 0.17, 0.02, 0.01], [0.05, 0.80, 0.13, 0.02], [0.01, 0.06, 0.85, 0.08], [0.01, 0.01, 0.06, 0.92]]
}

fn power(p: &Array2<f64>, times: u32) -> Array2<f64> {
    (0..times).fold(Array2::eye(p.nrows()), |product, _| product.dot(p))
}

#[test]
fn with_one_gap_the_chain_is_the_row_shares() {
    let counts = array![[6.0, 3.0, 1.0], [2.0, 2.0, 4.0], [0.0, 0.0, 0.0]];
    let chain = fit(&[Gap { steps: 1, counts }], None).unwrap();
    let expected = array![[0.6, 0.3, 0.1], [0.25, 0.25, 0.5], [0.0, 0.0, 1.0]];
    assert!(chain.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12));
}

#[test]
fn the_chain_of_one_step_is_found_behind_gaps_of_several() {
    let p = planted();
    let gap = |steps: u32, people: f64| Gap { steps, counts: power(&p, steps) * people };
    for gaps in
        [vec![gap(1, 400.0), gap(2, 300.0), gap(5, 200.0)], vec![gap(2, 500.0), gap(3, 500.0)], vec![gap(3, 900.0)]]
    {
        let chain = fit(&gaps, None).unwrap();
        let worst = chain.iter().zip(&p).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()));
        assert!(worst < 1e-3, "{worst} with gaps {:?}", gaps.iter().map(|g| g.steps).collect::<Vec<_>>());
    }
}

#[test]
fn time_to_rise_is_that_of_the_chain() {
    let chain = array![[0.75, 0.25], [0.1, 0.9]];
    near("geometric", steps_to_rise(&chain)[0].unwrap(), 4.0, 1e-12);
    assert_eq!(steps_to_rise(&chain)[1], None);
    // From the middle: one step, then with a chance b back to the lowest, from where it takes long.
    let chain = array![[0.5, 0.4, 0.1], [0.2, 0.5, 0.3], [0.0, 0.0, 1.0]];
    let (low, middle) = {
        // m0 = 1 + .5 m0 + .4 m1, m1 = 1 + .2 m0 + .5 m1
        let determinant = 0.5 * 0.5 - 0.4 * 0.2;
        ((0.5 + 0.4) / determinant, (0.5 + 0.2) / determinant)
    };
    near("lowest alone", steps_to_rise(&chain)[0].unwrap(), 2.0, 1e-12);
    near("middle", steps_to_rise(&chain)[1].unwrap(), middle, 1e-12);
    assert!(low > middle);
    // A state below that nobody was seen in is left out; one that is never left has no time.
    let stays = array![[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]];
    assert_eq!(steps_to_rise(&stays), vec![None, Some(2.0), None]);
}

#[test]
fn intervals_of_the_time_to_rise_cover_it() {
    let key = permute::key(5, "test", "chain");
    let (mut covered, mut told) = (0, 0);
    for set in 0..300 {
        let mut generator = permute::stream(key, set);
        let mut blocks = vec![vec![Gap { steps: 1, counts: Array2::zeros((2, 2)) }]; 20];
        for team in 0..60 {
            // Teams differ: the mean chance of rising is 0.25.
            let chance = if generator.random_bool(0.5) { 0.15 } else { 0.35 };
            for _ in 0..10 {
                let to = usize::from(generator.random_bool(chance));
                blocks[team % 20][0].counts[[0, to]] += 1.0;
            }
        }
        let (_, times) = times(&blocks, 0.95).unwrap();
        if let Some(time) = times[0] {
            told += 1;
            covered += u32::from(time.conf_low <= 4.0 && 4.0 <= time.conf_high);
        }
    }
    let share = f64::from(covered) / f64::from(told);
    assert!(told == 300 && (0.92..=0.99).contains(&share), "{share} of {told}");
}

#[test]
fn exchanged_answers_are_counted_as_they_are_by_hand() {
    let pair = |first: f64, last: f64, unit| Pair { first, last, unit };
    let pairs = [pair(1.0, 4.0, 0), pair(2.0, 2.0, 0), pair(5.0, 1.0, 1), pair(6.0, 7.0, 1), pair(2.0, 5.0, 2)];
    let found = regression(&pairs, |level| level <= 2.0, 0.95).unwrap();
    // There at first: +3, 0, +3. There at last: 2 -> 2 and 1 <- 5, backwards 0 and +4.
    assert_eq!(found.n, 3);
    near("change", found.change.estimate, 2.0, 1e-12);
    near("expected", found.expected, 10.0 / 5.0, 1e-12);
    assert!(regression(&pairs, |level| level > 6.5, 0.95).is_none(), "nobody at first");
}

/// People with a true level and noise at both times: the lowest rise although nobody moves.
#[test]
fn noise_alone_is_not_taken_for_a_rise_and_a_rise_is_not_taken_for_noise() {
    let key = permute::key(9, "test", "swap");
    let (mut null, mut naive, mut real) = (0, 0, 0);
    for set in 0..300 {
        let mut generator = permute::stream(key, set);
        let mut noise = || (0..6).map(|_| f64::from(generator.random_range(0..3_u32)) - 1.0).sum::<f64>();
        let mut still = Vec::new();
        for unit in 0..40_u32 {
            let team = noise() * 0.5;
            for _ in 0..8 {
                let truth = 8.0 + team + noise();
                still.push(Pair { first: truth + noise(), last: truth + noise(), unit });
            }
        }
        let risen: Vec<Pair> = still.iter().map(|p| Pair { last: p.last + 1.0, ..*p }).collect();
        let low = |level: f64| level <= 6.0;
        let found = regression(&still, low, 0.95).unwrap();
        naive += u32::from(found.change.conf_low > 0.0);
        null += u32::from(found.excess.p_value < 0.05);
        real += u32::from(regression(&risen, low, 0.95).unwrap().excess.conf_low > 0.0);
    }
    assert!(naive == 300, "the naive reading always sees a rise: {naive}");
    assert!((4..=27).contains(&null), "{null} of 300 false alarms at 5 %");
    assert!(real > 285, "{real} of 300 rises seen");
}

fn placed(groups: &[&[f64]]) -> Vec<Placed> {
    let each = |(group, values): (usize, &&[f64])| {
        values.iter().map(move |v| Placed { group, value: *v, unit: 0 }).collect::<Vec<_>>()
    };
    let mut people: Vec<Placed> = groups.iter().enumerate().flat_map(each).collect();
    people.iter_mut().enumerate().for_each(|(at, p)| p.unit = at as u32);
    people
}

/// Hollander & Wolfe 1999, table 6.6 (knowledge of performance): J = 79.
#[test]
fn the_published_trend_is_reproduced() {
    let people = placed(&[
        &[40.0, 35.0, 38.0, 43.0, 44.0, 41.0],
        &[38.0, 40.0, 47.0, 44.0, 40.0, 42.0],
        &[48.0, 40.0, 45.0, 43.0, 46.0, 44.0],
    ]);
    let found = trend(&people, 0.95).unwrap();
    near("J", found.statistic, 79.0, 0.0);
    assert!((found.z - 2.04).abs() < 0.01 && !found.exact, "{}", found.z);
    near("share", found.concordance, 79.0 / 108.0, 1e-12);
}

/// J of an order of the outcomes, pair by pair.
fn statistic(groups: &[usize], values: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (i, a) in groups.iter().enumerate() {
        for (j, b) in groups.iter().enumerate() {
            if a < b {
                sum += if values[i] < values[j] { 1.0 } else { 0.5 * f64::from(u8::from(values[i] == values[j])) };
            }
        }
    }
    sum
}

fn orders(values: &mut Vec<f64>, from: usize, out: &mut Vec<Vec<f64>>) {
    if from == values.len() {
        out.push(values.clone());
        return;
    }
    for i in from..values.len() {
        values.swap(from, i);
        orders(values, from + 1, out);
        values.swap(from, i);
    }
}

#[test]
fn the_test_of_a_trend_is_that_of_all_orders_of_the_outcomes() {
    let groups = [0, 0, 1, 1, 1, 3, 3];
    for values in [[3.0, 1.0, 4.0, 2.0, 6.0, 5.0, 7.0], [2.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0]] {
        let people: Vec<Placed> = groups
            .iter()
            .zip(values)
            .enumerate()
            .map(|(at, (&group, value))| Placed { group, value, unit: at as u32 })
            .collect();
        let found = trend(&people, 0.95).unwrap();
        let mut all = Vec::new();
        orders(&mut values.to_vec(), 0, &mut all);
        let js: Vec<f64> = all.iter().map(|order| statistic(&groups, order)).collect();
        let own = statistic(&groups, &values);
        let n = js.len() as f64;
        let mean = js.iter().sum::<f64>() / n;
        let variance = js.iter().map(|j| (j - mean).powi(2)).sum::<f64>() / n;
        near("J", found.statistic, own, 0.0);
        near("z", found.z, (own - mean) / variance.sqrt(), 1e-12);
        let (below, above) = (js.iter().filter(|j| **j <= own).count(), js.iter().filter(|j| **j >= own).count());
        let exact = (2.0 * below.min(above) as f64 / n).min(1.0);
        if found.exact {
            near("exact", found.p_value, exact, 1e-12);
        }
        // All in one unit: drawn exchanges within it are those orders.
        let together: Vec<Placed> = people.iter().map(|p| Placed { unit: 0, ..*p }).collect();
        let within = within_units(&together, permute::key(1, "test", "within"), 20_000).unwrap();
        let far = js.iter().filter(|j| (**j - mean).abs() >= (own - mean).abs() - 1e-9).count() as f64 / n;
        near("z within", within.z, found.z, 1e-12);
        assert!((within.p_value - far).abs() < 0.015, "{} {far}", within.p_value);
    }
}

/// Whole teams stand higher and have better outcomes, with nothing inside the teams: people as independent always see a
/// trend, within teams there is none, and between few teams the error is honest.
#[test]
fn a_trend_between_teams_is_not_one_within_them() {
    let key = permute::key(2, "test", "trend");
    let (mut people_alarm, mut units_alarm, mut within_alarm) = (0, 0, 0);
    for set in 0..200 {
        let mut generator = permute::stream(key, set);
        let mut people = Vec::new();
        for unit in 0..30_u32 {
            // The team's level and its outcome are both drawn, independent of each other.
            let (height, luck) = (generator.random_range(0..3_usize), f64::from(generator.random_range(0..100_u32)));
            for _ in 0..10 {
                let group = height + generator.random_range(0..2_usize);
                people.push(Placed { group, value: luck + f64::from(generator.random_range(0..20_u32)), unit });
            }
        }
        let found = trend(&people, 0.95).unwrap();
        people_alarm += u32::from(found.p_value < 0.05);
        units_alarm += u32::from(found.p_units < 0.05);
        within_alarm += u32::from(within_units(&people, key, 0).unwrap().p_value < 0.05);
    }
    assert!(people_alarm > 60, "people as independent: {people_alarm} of 200");
    assert!(units_alarm <= 26, "between teams: {units_alarm} of 200");
    assert!((2..=20).contains(&within_alarm), "within teams: {within_alarm} of 200");
}
