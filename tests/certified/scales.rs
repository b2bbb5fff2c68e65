//! Scalability: H, H_i, H_ij and their errors against R's `mokken` (shared data), reproducibility against its own counts;
//! and in a bare clone against definitions: errors by differentiating H numerically over the shares of answer patterns.

use super::agree::near;
use super::shared::{Table, reference, shared};
use oneonone::stats::permute::{key, stream};
use oneonone::stats::scalability::{
    Answers, Clusters, differences, guttman, invariance, monotonicity, scalability, transposed_h,
};
use rand::Rng;
use serde_json::Value;
use std::collections::BTreeMap;

fn answers_of(rows: &[Vec<u8>]) -> Answers {
    let mut answers = Answers::new(rows[0].len());
    rows.iter().for_each(|row| answers.push(row.iter().copied()));
    answers
}

/// The items named in the reference, from a CSV file.
fn read(set: &str, file: &str) -> Option<(Answers, Vec<String>, Value)> {
    let folder = shared()?.join("scalability");
    let told = reference(&folder)[set].clone();
    let names: Vec<String> = told["Hi"].as_object().unwrap().keys().cloned().collect();
    let table = Table::read(&folder.join(file));
    let columns: Vec<Vec<u8>> =
        names.iter().map(|n| table.texts(n).iter().map(|v| v.parse().unwrap()).collect()).collect();
    let rows: Vec<Vec<u8>> = (0..columns[0].len()).map(|r| columns.iter().map(|c| c[r]).collect()).collect();
    Some((answers_of(&rows), names, told))
}

#[test]
fn certified_scalability_of_four_published_sets() {
    for (set, file) in
        [("wirs", "wirs.csv"), ("lsat", "lsat.csv"), ("cavalini", "cavalini.csv"), ("transreas_12", "transreas.csv")]
    {
        let Some((answers, names, told)) = read(set, file) else { return };
        let found = scalability(&answers, &Clusters::none(answers.people()));
        assert_eq!(answers.people() as u64, told["n"].as_u64().unwrap());
        near(set, found.h.value, told["H"].as_f64().unwrap(), 1e-9);
        near(set, found.h.std_error, told["se_H"].as_f64().unwrap(), 1e-6);
        for (name, item) in names.iter().zip(&found.items) {
            near(name, item.value, told["Hi"][name].as_f64().unwrap(), 1e-9);
            near(name, item.std_error, told["se_Hi"][name].as_f64().unwrap(), 1e-6);
        }
        for pair in &found.pairs {
            near(set, pair.h.value, told["Hij"][pair.first][pair.second].as_f64().unwrap(), 1e-9);
        }
        let counted = guttman(&answers);
        // 1 - H is observed over expected weighted errors.
        near(set, 1.0 - counted.pair_errors as f64 / found.expected_errors, found.h.value, 1e-12);
        let Some(errors) = told.get("guttman") else { continue };
        assert_eq!(counted.errors, errors["errors_goodenough_edwards"].as_u64().unwrap(), "{set}");
        assert_eq!(counted.errors / 2, errors["inversions_cornell_min"].as_u64().unwrap(), "{set}");
        near(set, counted.reproducibility, errors["crep_goodenough"].as_f64().unwrap(), 1e-12);
        near(set, counted.reproducibility_cornell, errors["crep_cornell"].as_f64().unwrap(), 1e-12);
        near(set, counted.minimal_marginal, errors["mmr"].as_f64().unwrap(), 1e-12);
        near(set, counted.scalability, errors["cs_goodenough"].as_f64().unwrap(), 1e-12);
        near(set, counted.scalability_cornell, errors["cs_cornell"].as_f64().unwrap(), 1e-12);
        let order: Vec<&str> = answers.by_popularity().into_iter().map(|item| names[item].as_str()).collect();
        let listed: Vec<&str> = errors["order"].as_array().unwrap().iter().map(|n| n.as_str().unwrap()).collect();
        assert_eq!(order, listed, "{set}");
    }
}

/// Answers of people on a trait: item `i` has step `s` from `places[i] + s` on, with noise.
fn simulated(people: usize, places: &[f64], steps: u8, noise: f64, seed: u64) -> Answers {
    let mut draws = stream(key(seed, "ladder", "test"), 0);
    let mut answers = Answers::new(places.len());
    for _ in 0..people {
        let standing = draws.random::<f64>() * 4.0 - 2.0;
        let row: Vec<u8> = places
            .iter()
            .map(|place| {
                let heard = standing - place + noise * (draws.random::<f64>() - 0.5);
                (0..steps).filter(|step| heard > f64::from(*step)).count() as u8
            })
            .collect();
        answers.push(row);
    }
    answers
}

/// H of a set of weighted patterns, straight from Loevinger's definition: covariance over its largest value, found by
/// sorting both items alike.
fn defined(patterns: &[(Vec<u8>, f64)], held: &dyn Fn(usize, usize) -> bool) -> f64 {
    let total: f64 = patterns.iter().map(|(_, w)| w).sum();
    let k = patterns[0].0.len();
    let (mut top, mut bottom) = (0.0, 0.0);
    for (i, j) in (0..k).flat_map(|i| (i + 1..k).map(move |j| (i, j))).filter(|(i, j)| held(*i, *j)) {
        let mean = |item: usize| patterns.iter().map(|(p, w)| f64::from(p[item]) * w).sum::<f64>() / total;
        let product = patterns.iter().map(|(p, w)| f64::from(p[i]) * f64::from(p[j]) * w).sum::<f64>() / total;
        top += product - mean(i) * mean(j);
        // Comonotone: walk both sorted lists of (answer, weight) together.
        let sorted = |item: usize| {
            let mut list: Vec<(u8, f64)> = patterns.iter().map(|(p, w)| (p[item], w / total)).collect();
            list.sort_by_key(|(answer, _)| *answer);
            list
        };
        let (a, b) = (sorted(i), sorted(j));
        let (mut x, mut y, mut left, mut right) = (0, 0, a[0].1, b[0].1);
        let mut most = 0.0;
        loop {
            let step = left.min(right);
            most += step * f64::from(a[x].0) * f64::from(b[y].0);
            left -= step;
            right -= step;
            if left <= 1e-15 {
                x += 1;
                if x == a.len() {
                    break;
                }
                left = a[x].1;
            }
            if right <= 1e-15 {
                y += 1;
                if y == b.len() {
                    break;
                }
                right = b[y].1;
            }
        }
        bottom += most - mean(i) * mean(j);
    }
    top / bottom
}

/// The error of H as the delta method defines it: the gradient over the patterns' counts, by central differences.
fn delta(patterns: &[(Vec<u8>, f64)], held: &dyn Fn(usize, usize) -> bool) -> f64 {
    let mut variance = 0.0;
    for at in 0..patterns.len() {
        let moved = |by: f64| {
            let mut other = patterns.to_vec();
            other[at].1 += by;
            defined(&other, held)
        };
        let slope = (moved(1e-4) - moved(-1e-4)) / 2e-4;
        variance += patterns[at].1 * slope * slope;
    }
    variance.sqrt()
}

fn patterns(answers: &Answers) -> Vec<(Vec<u8>, f64)> {
    let mut counts: BTreeMap<Vec<u8>, f64> = BTreeMap::new();
    answers.rows().for_each(|row| *counts.entry(row.to_vec()).or_default() += 1.0);
    counts.into_iter().collect()
}

#[test]
fn certified_errors_of_h_are_the_delta_method_on_answer_patterns() {
    let dichotomous = simulated(400, &[-1.3, -0.4, 0.3, 0.9], 1, 5.0, 1);
    let polytomous = simulated(401, &[-2.0, -1.2, -0.7], 3, 5.0, 2);
    for answers in [dichotomous, polytomous] {
        let found = scalability(&answers, &Clusters::none(answers.people()));
        let seen = patterns(&answers);
        near("H", found.h.value, defined(&seen, &|_, _| true), 1e-12);
        near("se H", found.h.std_error, delta(&seen, &|_, _| true), 1e-6);
        for (item, h) in found.items.iter().enumerate() {
            near("H_i", h.value, defined(&seen, &|i, j| i == item || j == item), 1e-12);
            near("se H_i", h.std_error, delta(&seen, &|i, j| i == item || j == item), 1e-6);
        }
        for pair in &found.pairs {
            let held = |i: usize, j: usize| (i, j) == (pair.first, pair.second);
            near("H_ij", pair.h.value, defined(&seen, &held), 1e-12);
            near("se H_ij", pair.h.std_error, delta(&seen, &held), 1e-6);
        }
    }
}

#[test]
fn clusters_of_copies_count_as_one_person_each() {
    // Everybody three times, in clusters of the copies: H is the same, and its error that of the people themselves.
    let answers = simulated(300, &[-1.0, 0.0, 0.8], 1, 2.0, 3);
    let alone = scalability(&answers, &Clusters::none(300));
    let mut copies = Answers::new(3);
    let mut codes = Vec::new();
    for _ in 0..3 {
        for (person, row) in answers.rows().enumerate() {
            copies.push(row.iter().copied());
            codes.push((person as u32 * 7 + 11) % 1009);
        }
    }
    let together = scalability(&copies, &Clusters::new(&codes));
    let factor = (300.0_f64 / 299.0).sqrt();
    near("H", together.h.value, alone.h.value, 1e-13);
    near("se H", together.h.std_error, alone.h.std_error * factor, 1e-12);
    for (a, b) in together.items.iter().zip(&alone.items) {
        near("se H_i", a.std_error, b.std_error * factor, 1e-12);
    }
    assert_eq!(Clusters::new(&codes).count(), 300);
}

#[test]
fn a_perfect_ladder_and_one_that_everybody_answers_alike() {
    let mut perfect = Answers::new(4);
    (0..50).for_each(|person| perfect.push((0..4).map(|item| u8::from(person % 5 > item))));
    let found = scalability(&perfect, &Clusters::none(50));
    assert_eq!(found.h.value, 1.0);
    assert!(found.h.std_error.abs() < 1e-12);
    let counted = guttman(&perfect);
    assert_eq!((counted.errors, counted.pair_errors, counted.people_by_errors), (0, 0, vec![50]));
    near("H of people", transposed_h(&perfect), 1.0, 1e-12);
    // The third item becomes constant: its coefficients are undefined, the others stay.
    let mut constant = Answers::new(3);
    (0..60).for_each(|person| constant.push([u8::from(person % 3 > 0), u8::from(person % 3 > 1), 1]));
    let found = scalability(&constant, &Clusters::none(60));
    assert_eq!(found.h.value, 1.0);
    assert!(found.items[2].value.is_nan() && found.pairs[2].h.value.is_nan());
    assert_eq!(found.items[0].value, 1.0);
}

#[test]
fn guttman_errors_by_hand() {
    // Popularity 4, 3, 1 of 5. Patterns 100, 110, 110, 101, 010: errors of the last two only.
    let rows = [[1, 0, 0], [1, 1, 0], [1, 1, 0], [1, 0, 1], [0, 1, 0]].map(|row| row.to_vec());
    let counted = guttman(&answers_of(&rows));
    assert_eq!(counted.errors, 4);
    assert_eq!(counted.pair_errors, 2);
    assert_eq!(counted.people_by_errors, [3, 2]);
    near("reproducibility", counted.reproducibility, 1.0 - 4.0 / 15.0, 1e-15);
    near("minimal", counted.minimal_marginal, (4.0 + 3.0 + 4.0) / 15.0, 1e-15);
    // Three answers missing: only complete people are counted.
    let mut holes = answers_of(&rows);
    holes.push([1, 255, 0]);
    assert_eq!(guttman(&holes).n, 5);
}

#[test]
fn an_item_that_falls_with_the_others_is_found_and_others_are_not() {
    let mut answers = simulated(600, &[-1.2, -0.6, 0.0, 0.6, 1.2], 1, 1.0, 4);
    let clusters = Clusters::none(600);
    assert!(monotonicity(&answers, &clusters).iter().all(|item| item.violations == 0 && item.groups > 1));
    let flipped: Vec<Vec<u8>> = answers.rows().map(|row| [&row[..4], &[1 - row[4]]].concat()).collect();
    answers = answers_of(&flipped);
    let found = monotonicity(&answers, &clusters);
    assert!(found[4].violations > 0 && found[4].p_value < 1e-6, "{:?}", found[4]);
    // By team, with teams of one, the test is the same but for its degrees of freedom.
    let codes: Vec<u32> = (0..600).collect();
    assert!(monotonicity(&answers, &Clusters::new(&codes))[4].p_value < 1e-6);
    let few = simulated(80, &[-1.2, -0.6, 0.0], 1, 1.0, 5);
    assert!(monotonicity(&few, &Clusters::none(80)).iter().all(|item| item.groups == 0));
}

#[test]
fn the_paired_difference_of_two_items_is_the_paired_t() {
    let answers = simulated(200, &[-0.5, 0.1], 1, 2.0, 6);
    let found = differences(&answers, &Clusters::none(200), &[(0, 1), (1, 0)]);
    let gaps: Vec<f64> = answers.rows().map(|row| f64::from(row[0]) - f64::from(row[1])).collect();
    let mean = gaps.iter().sum::<f64>() / 200.0;
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / 199.0;
    near("mean", found[0].difference, mean, 1e-14);
    near("error", found[0].std_error, (variance / 200.0).sqrt(), 1e-12);
    near("sides", found[0].p_swapped, 1.0 - found[1].p_swapped, 1e-12);
}

#[test]
fn an_order_that_turns_with_the_standing_is_no_invariant_one() {
    // The second item hardly depends on the standing: rarer below, more common... among the low, rarer among the high.
    let mut draws = stream(key(7, "ladder", "test"), 0);
    let mut answers = Answers::new(4);
    for _ in 0..1_500 {
        let standing = draws.random::<f64>();
        let mut says = |share: f64| u8::from(draws.random::<f64>() < share);
        answers.push([says(standing), says(0.45), says(standing * 0.9), says(standing * 0.8)]);
    }
    let found = invariance(&answers, &Clusters::none(1_500));
    assert_eq!(found.pairs, 6);
    assert!(found.turned.iter().any(|(a, b, _)| (*a, *b) == (0, 1)), "{found:?}");
    let steady = simulated(1_500, &[-1.0, -0.3, 0.4, 1.1], 1, 2.0, 8);
    assert!(invariance(&steady, &Clusters::none(1_500)).turned.is_empty());
}
