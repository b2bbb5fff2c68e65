//! The wild cluster bootstrap against refits of the whole data for every draw, and its size under the null.

use ndarray::{Array1, Array2};
use oneonone::stats::covariance::{CovarianceFault, Kind, covariance};
use oneonone::stats::inference::coefficient;
use oneonone::stats::matrix::Matrix;
use oneonone::stats::ols::{DEFAULT_TOLERANCE, Fit, fit};
use oneonone::stats::permute::{key, stream};
use oneonone::stats::wild::{End, Plan, Weights, Wild, WildFault};
use rand::Rng;

use super::agree::near;

/// `y = 1 + 0.4 x + cluster + noise`, clusters of unequal size; the treatment is by cluster.
fn panel(clusters: usize, seed: u64) -> Matrix {
    let mut generator = stream(key(seed, "test", "panel"), 0);
    let mut normal = || (0..12).map(|_| generator.random::<f64>()).sum::<f64>() - 6.0;
    let (mut rows, mut y, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    for g in 0..clusters {
        let shared = 0.7 * normal();
        for _ in 0..4 + 3 * (g % 4) {
            let x = normal();
            rows.extend([1.0, f64::from(u8::from(g % 2 == 0)), x]);
            y.push(1.0 + 0.4 * x + shared + normal());
            codes.push(2 * g as u32);
        }
    }
    let x = Array2::from_shape_vec((y.len(), 3), rows).unwrap();
    Matrix::new(x, Array1::from(y)).with_clusters(codes)
}

fn fitted(m: &Matrix) -> Fit {
    fit(m, Some(0), DEFAULT_TOLERANCE).unwrap()
}

fn unit(j: usize) -> Array1<f64> {
    Array1::from_shape_fn(3, |i| f64::from(u8::from(i == j)))
}

/// `(X'X)^-1` by the fit's triangle.
fn bread(fit: &Fit) -> Array2<f64> {
    let inverse = oneonone::stats::triangle::inverse(&fit.r);
    inverse.dot(&inverse.t())
}

/// `t*` of one draw the long way: restricted residuals, new outcomes, a new fit, its CR1 error.
fn refitted(m: &Matrix, full: &Fit, c: &Array1<f64>, null: f64, signs: &[f64]) -> f64 {
    let bread = bread(full);
    let along = bread.dot(c);
    let restricted = &full.coefficients - &(&along * ((c.dot(&full.coefficients) - null) / c.dot(&along)));
    let mean = m.x.dot(&restricted);
    let codes = m.clusters.clone().unwrap();
    let y = Array1::from_shape_fn(m.rows(), |i| mean[i] + (m.y[i] - mean[i]) * signs[codes[i] as usize / 2]);
    let again = Matrix::new(m.x.clone(), y).with_clusters(codes);
    let refit = fitted(&again);
    let errors = covariance(Kind::Cr1, &refit, &again).unwrap();
    (c.dot(&refit.coefficients) - null) / errors.variance(c).sqrt()
}

fn check(m: &Matrix, c: &Array1<f64>, plan: &Plan, null: f64) {
    let full = fitted(m);
    let wild = Wild::new(&full, m, c, plan).unwrap();
    let observed = (c.dot(&full.coefficients) - null) / covariance(Kind::Cr1, &full, m).unwrap().variance(c).sqrt();
    let statistics = wild.statistics(null);
    let mut far = 0;
    for (draw, &fast) in statistics.iter().enumerate() {
        let slow = refitted(m, &full, c, null, &wild.signs(draw as u64));
        near("t*", fast, slow, 1e-10);
        far += usize::from(slow.abs() >= observed.abs() * (1.0 - 1e-9));
    }
    let test = wild.test(null, 0.95);
    near("t", test.statistic, observed, 1e-12);
    let (far, all) = (far as f64, statistics.len() as f64);
    near("p", test.p_value, if test.exact { far / all } else { (far + 1.0) / (all + 1.0) }, 1e-15);
}

#[test]
fn draws_are_refits_of_the_whole_data() {
    let plan = Plan { draws: 60, ..Plan::new(key(1, "test", "wild")) };
    for null in [0.0, 0.3, -2.0] {
        let m = panel(20, 7);
        check(&m, &unit(1), &plan, null);
        check(&m, &unit(2), &plan, null);
        check(&m, &Array1::from(vec![0.5, 1.0, -2.0]), &plan, null);
        check(&m, &unit(2), &Plan { weights: Weights::Webb, ..plan }, null);
        // Six clusters have 64 sign vectors: too many for 60 draws, few enough for 64.
        check(&panel(6, 3), &unit(2), &Plan { draws: 64, ..plan }, null);
    }
}

#[test]
fn few_clusters_are_enumerated_and_say_how_small_p_can_be() {
    let m = panel(8, 11);
    let full = fitted(&m);
    let wild = Wild::new(&full, &m, &unit(2), &Plan::new(key(1, "test", "wild"))).unwrap();
    let test = wild.test(0.0, 0.95);
    assert!(test.exact);
    assert_eq!((test.draws, wild.len()), (256, 128));
    near("smallest", test.smallest_p, 2.0 / 256.0, 1e-15);
    near("the estimate itself is never rejected", wild.p_value(test.estimate), 1.0, 0.0);
    // Far away only the sample and its mirror image are as far: the smallest p is reached.
    near("p far away", wild.p_value(test.estimate + 1e4 * test.std_error), test.smallest_p, 1e-15);
    // Five clusters cannot reject at 5 %: 2/32 is more.
    let five = panel(5, 2);
    let none = Wild::new(&fitted(&five), &five, &unit(2), &Plan::new(key(1, "test", "wild"))).unwrap();
    let open = none.test(0.0, 0.95);
    assert_eq!((open.low, open.high), (End::Unbounded, End::Unbounded));
    assert!(matches!(none.test(0.0, 0.8).low, End::At(_)));
}

#[test]
fn the_interval_holds_the_values_that_are_not_rejected() {
    let m = panel(24, 5);
    let full = fitted(&m);
    let wild = Wild::new(&full, &m, &unit(2), &Plan::new(key(3, "test", "wild"))).unwrap();
    let test = wild.test(0.0, 0.95);
    assert!(!test.exact);
    let (End::At(low), End::At(high)) = (test.low, test.high) else { panic!("unbounded") };
    let hair = 1e-9 * test.std_error;
    assert!(wild.p_value(low) <= 0.05 && wild.p_value(low + hair) > 0.05);
    assert!(wild.p_value(high) <= 0.05 && wild.p_value(high - hair) > 0.05);
    // With 24 clusters of similar size it is near the interval of CR1 with t on G - 1.
    let plain = coefficient(&full, &covariance(Kind::Cr1, &full, &m).unwrap(), 2);
    assert!((low - plain.conf_low).abs() < 0.5 * plain.std_error);
    assert!((high - plain.conf_high).abs() < 0.5 * plain.std_error);
    let again = Wild::new(&full, &m, &unit(2), &Plan::new(key(3, "test", "wild"))).unwrap();
    assert_eq!(again.test(0.0, 0.95), test);
    let other = Wild::new(&full, &m, &unit(2), &Plan::new(key(4, "test", "wild"))).unwrap();
    assert_ne!(other.statistics(0.0), wild.statistics(0.0));
}

#[test]
fn its_size_is_right_where_errors_by_row_are_far_from_it() {
    let (samples, mut wild_rejects, mut row_rejects) = (400, 0, 0);
    for sample in 0..samples {
        let m = panel(12, 1_000 + sample);
        let full = fitted(&m);
        let test = Wild::new(&full, &m, &unit(1), &Plan::new(key(sample, "test", "size"))).unwrap();
        wild_rejects += usize::from(test.p_value(0.0) <= 0.05);
        row_rejects += usize::from(coefficient(&full, &covariance(Kind::Hc2, &full, &m).unwrap(), 1).p_value <= 0.05);
    }
    let share = |rejects: usize| rejects as f64 / samples as f64;
    assert!((0.02..=0.085).contains(&share(wild_rejects)), "{}", share(wild_rejects));
    assert!(share(row_rejects) > 0.15, "{}", share(row_rejects));
}

#[test]
fn faults_are_named() {
    let mut m = panel(8, 1);
    let full = fitted(&m);
    let plan = Plan::new(key(1, "test", "wild"));
    assert_eq!(Wild::new(&full, &m, &Array1::zeros(3), &plan).err(), Some(WildFault::NoContrast));
    assert_eq!(Wild::new(&full, &m, &Array1::ones(2), &plan).err(), Some(WildFault::NoContrast));
    let exact = Matrix { y: m.x.dot(&Array1::from(vec![1.0, 2.0, 3.0])), ..m.clone() };
    assert_eq!(Wild::new(&fitted(&exact), &exact, &unit(2), &plan).err(), Some(WildFault::NoVariance));
    m.clusters = Some(vec![0; m.rows()]);
    assert_eq!(Wild::new(&full, &m, &unit(2), &plan).err(), Some(WildFault::Clusters(CovarianceFault::OneCluster)));
}
