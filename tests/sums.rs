//! States of the panel that must be exact: sums of floats in any order, and ids found by counting. Says nothing about what
//! is summed.

use ndarray::{Array1, Array2};
use oneonone::panel::{Ids, Sum, Wide};
use oneonone::reduce::Rows;
use oneonone::stats::covariance::{ClusterMoments, ClusterScores};
use oneonone::stats::matrix::Matrix;
use oneonone::stats::moments::{covariance_matrix, covariance_of_factor};
use oneonone::stats::ols::{DEFAULT_TOLERANCE, fit};
use proptest::prelude::*;

fn sum(values: impl IntoIterator<Item = f64>) -> Sum {
    let mut sum = Sum::default();
    values.into_iter().for_each(|v| sum.add(v));
    sum
}

fn wide(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = Wide::default();
    values.into_iter().for_each(|v| sum.add(v));
    sum.total()
}

#[test]
fn nothing_is_lost_between_large_and_small() {
    assert_eq!(wide([1e300, 1.0, -1e300]), 1.0);
    assert_eq!(wide([1.0, 1e-300, -1.0]), 1e-300);
    assert_eq!(wide([f64::MAX, f64::MAX, -f64::MAX, -f64::MAX, 5e-324]), 5e-324);
    assert_eq!(wide([-0.1; 10]), -1.0);
    // Ties go to even, and a bit far below breaks them.
    let half = 2f64.powi(-53);
    assert_eq!(wide([1.0, half]), 1.0);
    assert_eq!(wide([1.0, half, 2f64.powi(-900)]), 1.0 + 2.0 * half);
    assert_eq!(wide([-1.0, -half, -(2f64.powi(-900))]), -1.0 - 2.0 * half);
    // What does not fit the fixed point goes on exactly beside it.
    assert_eq!(sum([1e300, 0.5, -1e300, 0.25]).total(), 0.75);
    assert_eq!(sum([-3.5, 1e-30, 3.5]).total(), 1e-30);
    assert_eq!(sum([-2.0, -0.25]).total(), -2.25);
    assert_eq!((sum([0.1; 10]).total(), sum([0.1; 10]).count()), (1.0, 10));
    let mut squares = Wide::default();
    [1e8 + 0.01, 3.0].into_iter().for_each(|v| squares.add_square(v));
    let exact = |v: f64| (v * v, v.mul_add(v, -(v * v)));
    let ((a, b), (c, d)) = (exact(1e8 + 0.01), exact(3.0));
    assert_eq!(squares.total(), wide([a, b, c, d]));
}

proptest! {
    /// The peer counts in whole cents, which is exact for as long as a float holds them.
    #[test]
    fn cents_add_up_in_any_order(cents in proptest::collection::vec(-9_000_000_000_i64..9_000_000_000, 1..60)) {
        let eighths: Vec<f64> = cents.iter().map(|c| *c as f64 / 8.0).collect();
        let expected = cents.iter().sum::<i64>() as f64 / 8.0;
        prop_assert_eq!(sum(eighths.iter().copied()).total(), expected);
        prop_assert_eq!(wide(eighths.iter().rev().copied()), expected);
    }

    #[test]
    fn any_floats_add_up_to_the_same_bits_in_any_order(mut values in proptest::collection::vec(any::<f64>(), 1..40)) {
        values.retain(|v| v.is_finite() && v.abs() < 1e300);
        let forward = sum(values.iter().copied()).total();
        values.reverse();
        prop_assert_eq!(sum(values.iter().copied()).total().to_bits(), forward.to_bits());
        values.sort_by(f64::total_cmp);
        prop_assert_eq!(sum(values.iter().copied()).total().to_bits(), forward.to_bits());
        prop_assert_eq!(wide(values.iter().copied()), forward);
    }
}

#[test]
fn ids_are_found_alike_by_counting_and_by_hash() {
    let running: Vec<String> = (0..3_000).map(|n| format!("E{:06}", 2 * n + 7)).collect();
    let shuffled: Vec<String> = (0..3_000).map(|n| running[(n * 1_409) % 3_000].clone()).collect();
    let in_order: Vec<String> = (0..3_000).map(|n| format!("{n:05}")).collect();
    let of_all_sorts: Vec<String> = (0..3_000).map(|n| format!("{:x}-{n}", n * n)).collect();
    for names in [running, shuffled, in_order, of_all_sorts] {
        let mut ids = Ids::default();
        let numbers: Vec<u32> = names.iter().map(|name| ids.intern(name)).collect();
        let strangers = ["", "E", "E000008", "E0000007", "X000007", "E00000a", "00000x", "99999", "000001", "é00007"];
        let by_hash: Vec<Option<u32>> = strangers.iter().map(|name| ids.find(name)).collect();
        ids.settle();
        for (name, number) in names.iter().zip(numbers) {
            assert_eq!((ids.find(name), ids.name(number)), (Some(number), name.as_str()));
            assert_eq!(ids.find_near(name, number.wrapping_sub(1)), Some(number));
        }
        assert_eq!(strangers.iter().map(|name| ids.find(name)).collect::<Vec<_>>(), by_hash);
        // A name that comes later is found as well.
        let late = ids.intern("late");
        assert_eq!((ids.find("late"), ids.len()), (Some(late), 3_001));
    }
}

#[test]
fn scores_by_cluster_are_those_of_the_moments() {
    let n = 5_000;
    let x = Array2::from_shape_fn((n, 3), |(i, j)| if j == 0 { 1.0 } else { ((i * (7 + j)) % 101) as f64 });
    let y = Array1::from_shape_fn(n, |i| ((i * 31) % 97) as f64);
    // Codes with gaps: a cluster may have lost all its rows.
    let codes: Vec<u32> = (0..n as u32).map(|i| 3 * (i * i % 17)).collect();
    let m = Matrix::new(x, y).with_clusters(codes.clone());
    let fit = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    let moments = m.fold(&|| ClusterMoments::new(&fit, &codes)).into_moments();
    let scores = m.fold(&|| ClusterScores::new(&fit, &codes, 49)).into_scores();
    assert_eq!(moments.len(), scores.len());
    let size = fit.rss.sqrt();
    for (moment, score) in moments.iter().zip(scores) {
        for (a, b) in moment.v.iter().zip(score) {
            assert!((a - b).abs() <= 1e-12 * size, "{a} {b}");
        }
    }
}

#[test]
fn the_spread_behind_a_fit_is_that_of_the_centred_columns() {
    let n = 3_000;
    let made = |offset: f64| {
        let cell = |i: usize, j: usize| offset + ((i * (13 + 5 * j)) % (101 + j)) as f64;
        let y = Array1::from_shape_fn(n, |i| ((i * 31) % 97) as f64);
        let x = Array2::from_shape_fn((n, 4), |(i, j)| if j == 0 { 1.0 } else { cell(i, j) });
        let slopes = Array2::from_shape_fn((n, 3), |(i, j)| cell(i, j + 1));
        (fit(&Matrix::new(x, y.clone()), Some(0), DEFAULT_TOLERANCE).unwrap(), Matrix::new(slopes, y))
    };
    let (near, slopes) = made(0.0);
    let expected = covariance_matrix(&slopes);
    let found = covariance_of_factor(&near.factor, n).unwrap();
    for (a, b) in found.iter().zip(&expected) {
        assert!((a - b).abs() <= 1e-12 * expected[[0, 0]], "{a} {b}");
    }
    // A column of numbers around a million keeps too few digits of its spread: the careful way is taken.
    assert!(covariance_of_factor(&made(1e6).0.factor, n).is_none());
}

#[test]
fn a_gentle_fit_needs_no_extended_precision_and_a_harsh_one_gets_it() {
    let n = 4_000;
    let truth = [2.0, -0.5, 0.25];
    for offset in [0.0, 1e5] {
        let x = Array2::from_shape_fn((n, 3), |(i, j)| match j {
            0 => 1.0,
            _ => offset + ((i * (7 + 4 * j)) % 103) as f64,
        });
        // Outcomes that floats hold exactly, and a rest that is orthogonal to nothing in particular.
        let y =
            Array1::from_shape_fn(n, |i| (0..3).map(|j| truth[j] * x[[i, j]]).sum::<f64>() + ((i * 37) % 11) as f64);
        let found = fit(&Matrix::new(x.clone(), y.clone()), Some(0), DEFAULT_TOLERANCE).unwrap();
        // The peer: the same rows centred, where the problem is gentle for everybody.
        let centred = Array2::from_shape_fn((n, 3), |(i, j)| x[[i, j]] - if j == 0 { 0.0 } else { offset });
        let peer = fit(&Matrix::new(centred, y), Some(0), DEFAULT_TOLERANCE).unwrap();
        for j in 1..3 {
            let (a, b) = (found.coefficients[j], peer.coefficients[j]);
            assert!((a - b).abs() <= 1e-11 * b.abs(), "{offset} {j}: {a} {b}");
        }
        assert!((found.rss - peer.rss).abs() <= 1e-11 * peer.rss);
    }
}
