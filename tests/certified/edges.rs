//! Rows from which no error can be estimated: each gives a fault or a value that is written down, never NaN.

use ndarray::{Array1, Array2, Axis};
use oneonone::stats::absorb::{AbsorbFault, Options, absorb, for_adjustment};
use oneonone::stats::covariance::{CovarianceFault, KINDS, Kind, cluster_jackknife, covariance, two_way};
use oneonone::stats::inference::{coefficient, wald};
use oneonone::stats::influence::{influence, without_each_cluster};
use oneonone::stats::matrix::Matrix;
use oneonone::stats::ols::{DEFAULT_TOLERANCE, Fit, OlsFault, fit};
use oneonone::stats::wild::{Plan, Wild, WildFault};

use super::agree::near;
use super::attitude::ATTITUDE;

fn case(codes: impl Fn(u32) -> u32) -> (Matrix, Fit) {
    let x = Array2::from_shape_fn((30, 3), |(i, j)| [1.0, ATTITUDE[i][1], ATTITUDE[i][3]][j]);
    let y = Array1::from_shape_fn(30, |i| ATTITUDE[i][0]);
    let m = Matrix::new(x, y).with_clusters((0..30).map(codes).collect());
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    (m, fitted)
}

#[test]
fn a_perfect_fit_has_zero_errors_of_every_kind() {
    let (m, _) = case(|i| i % 6);
    let exact = Matrix { y: m.x.sum_axis(Axis(1)), ..m };
    let fitted = fit(&exact, Some(0), DEFAULT_TOLERANCE).unwrap();
    for kind in KINDS {
        let result = covariance(kind, &fitted, &exact).unwrap();
        for j in 0..3 {
            let found = coefficient(&fitted, &result, j);
            assert_eq!((found.std_error, found.p_value), (0.0, 0.0), "{}", kind.name());
            assert_eq!((found.conf_low, found.conf_high), (found.estimate, found.estimate));
            assert!(found.df > 0.0);
        }
    }
    assert_eq!(cluster_jackknife(&fitted, &exact).unwrap().matrix.sum(), 0.0);
}

#[test]
fn too_few_rows_and_no_rows_are_faults() {
    let (m, _) = case(|i| i % 6);
    for n in 0..=3 {
        let few = Matrix::new(m.x.select(Axis(0), &Vec::from_iter(0..n)), m.y.select(Axis(0), &Vec::from_iter(0..n)));
        assert_eq!(fit(&few, Some(0), DEFAULT_TOLERANCE).unwrap_err(), OlsFault::TooFewRows { n, k: 3 });
    }
    let none = Matrix::new(Array2::zeros((0, 2)), Array1::zeros(0));
    let nothing = absorb(&none, &[Vec::new()], None, &Options::default()).unwrap_err();
    assert_eq!(nothing, AbsorbFault::NoRows { singletons: 0 });
    let nothing = for_adjustment(&none, &[Vec::new()], None, &Options::default()).unwrap_err();
    assert_eq!(nothing, AbsorbFault::NoRows { singletons: 0 });
    let alone = Matrix::new(Array2::zeros((30, 0)), m.y.clone());
    let absorbed = absorb(&alone, &[(0..30).map(|i| i % 4).collect()], None, &Options::default()).unwrap();
    assert_eq!(absorbed.fit(DEFAULT_TOLERANCE).unwrap_err(), OlsFault::TooFewRows { n: 30, k: 4 });
}

#[test]
fn one_cluster_is_a_fault_everywhere() {
    let (m, fitted) = case(|_| 5);
    for kind in [Kind::Cr0, Kind::Cr1, Kind::Cr2, Kind::Cr3] {
        assert_eq!(covariance(kind, &fitted, &m).unwrap_err(), CovarianceFault::OneCluster);
    }
    let one = m.clusters.clone().unwrap();
    let many: Vec<u32> = (0..30).collect();
    assert_eq!(two_way(&fitted, &m, &one, &many).unwrap_err(), CovarianceFault::OneCluster);
    assert_eq!(two_way(&fitted, &m, &many, &one).unwrap_err(), CovarianceFault::OneCluster);
    assert_eq!(two_way(&fitted, &m, &many, &many[1..]).unwrap_err(), CovarianceFault::Misfit);
    assert_eq!(without_each_cluster(&fitted, &m).unwrap_err(), CovarianceFault::OneCluster);
    let wild = Wild::new(&fitted, &m, &Array1::ones(3), &Plan::new([0; 32]));
    assert_eq!(wild.err(), Some(WildFault::Clusters(CovarianceFault::OneCluster)));
}

#[test]
fn clusters_that_the_model_fits_entirely_leave_nothing_to_say_and_say_it() {
    // Two clusters, each with its own level: the difference between them has no degrees of freedom.
    let x = Array2::from_shape_fn((30, 2), |(i, j)| if j == 0 { 1.0 } else { f64::from(u8::from(i < 12)) });
    let y = Array1::from_shape_fn(30, |i| ATTITUDE[i][0]);
    let m = Matrix::new(x, y).with_clusters((0..30).map(|i| u32::from(i < 12)).collect());
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    let result = covariance(Kind::Cr2, &fitted, &m).unwrap();
    assert_eq!(result.full_leverage, 2);
    for j in 0..2 {
        let found = coefficient(&fitted, &result, j);
        assert_eq!((found.df, found.p_value), (0.0, 1.0));
        assert_eq!((found.conf_low, found.conf_high), (f64::NEG_INFINITY, f64::INFINITY));
    }
    assert_eq!(wald(&fitted, &result, &[1]), None);
    let scores = Wild::new(&fitted, &m, &Array1::from(vec![0.0, 1.0]), &Plan::new([0; 32]));
    assert_eq!(scores.err(), Some(WildFault::NoVariance));
    assert!(without_each_cluster(&fitted, &m).unwrap().iter().all(|cluster| cluster.coefficients.is_none()));
    // A cluster of one row that its own dummy fits.
    let x = Array2::from_shape_fn((30, 2), |(i, j)| if j == 0 { 1.0 } else { f64::from(u8::from(i == 29)) });
    let m = Matrix { x, ..m }.with_clusters((0..30).map(|i| if i == 29 { 9 } else { i % 5 }).collect());
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    for kind in KINDS {
        let result = covariance(kind, &fitted, &m).unwrap();
        let found = coefficient(&fitted, &result, 1);
        assert!([found.std_error, found.df, found.p_value].iter().all(|value| value.is_finite()), "{}", kind.name());
    }
    let seen = influence(&fitted, &m).unwrap();
    assert_eq!(seen.full_leverage, 1);
    assert!(seen.cook.is_finite() && seen.dfbetas.iter().all(|dfbetas| dfbetas.largest.is_finite()));
}

#[test]
fn the_jackknife_is_the_spread_of_the_estimates_without_each_cluster() {
    let (m, fitted) = case(|i| i * i % 7);
    let (jackknife, cr3) = (cluster_jackknife(&fitted, &m).unwrap(), covariance(Kind::Cr3, &fitted, &m).unwrap());
    let codes = m.clusters.clone().unwrap();
    let mut spread = Array2::<f64>::zeros((3, 3));
    let groups: Vec<u32> = (0..7).filter(|code| codes.contains(code)).collect();
    for code in &groups {
        let rows: Vec<usize> = (0..30).filter(|&i| codes[i] != *code).collect();
        let left = Matrix::new(m.x.select(Axis(0), &rows), m.y.select(Axis(0), &rows));
        let moved = &fit(&left, Some(0), DEFAULT_TOLERANCE).unwrap().coefficients - &fitted.coefficients;
        let moved = moved.insert_axis(Axis(1));
        spread += &moved.dot(&moved.t());
    }
    let groups = groups.len() as f64;
    for j in 0..3 {
        near("CR3", cr3.matrix[[j, j]], spread[[j, j]], 1e-10);
        near("jackknife", jackknife.matrix[[j, j]], spread[[j, j]] * (groups - 1.0) / groups, 1e-10);
    }
}

/// CR1 of any codes by whole score sums.
fn meat(m: &Matrix, fitted: &Fit, code: impl Fn(usize) -> u32) -> Array2<f64> {
    let mut meat = Array2::<f64>::zeros((3, 3));
    let mut groups = 0.0;
    for group in 0..1_000 {
        let rows: Vec<usize> = (0..30).filter(|&i| code(i) == group).collect();
        if rows.is_empty() {
            continue;
        }
        groups += 1.0;
        let score: Array1<f64> = m.x.select(Axis(0), &rows).t().dot(&fitted.residuals.select(Axis(0), &rows));
        let score = score.insert_axis(Axis(1));
        meat += &score.dot(&score.t());
    }
    meat * (groups / (groups - 1.0) * 29.0 / 27.0)
}

#[test]
fn two_way_errors_are_the_three_parts_and_repaired_where_they_must_be() {
    let mut repaired = 0;
    for step in 1..40_u32 {
        let (a, b) = (|i: u32| i * step % 7 % 5, |i: u32| (i * i + step) % 11 % 4);
        let (m, fitted) = case(a);
        let codes: Vec<u32> = (0..30).map(b).collect();
        let result = two_way(&fitted, &m, m.clusters.as_ref().unwrap(), &codes);
        let Ok(result) = result else { continue };
        let bread = oneonone::stats::eigen::inverse(&m.x.t().dot(&m.x)).unwrap();
        let parts = meat(&m, &fitted, |i| a(i as u32)) + meat(&m, &fitted, |i| b(i as u32))
            - meat(&m, &fitted, |i| 10 * a(i as u32) + b(i as u32));
        let v = bread.dot(&parts).dot(&bread);
        let least = |v: &Array2<f64>| oneonone::stats::eigen::symmetric(v).values.iter().copied().fold(0.0, f64::min);
        let size = v.diag().sum().abs();
        if result.floored {
            repaired += 1;
            assert!(least(&v) < 0.0 && least(&result.matrix) > -1e-12 * size);
            // What is added is what was negative.
            assert!((&result.matrix - &v).diag().iter().all(|&more| more > -1e-12 * size));
        } else {
            (0..3).for_each(|j| assert!((result.matrix[[j, j]] - v[[j, j]]).abs() <= 1e-9 * size));
        }
        assert!(result.matrix.iter().all(|value| value.is_finite()));
    }
    assert!(repaired > 0, "no case needed repair");
}
