//! Errors by cluster on 30 typed rows against the formulas written out with whole n x n matrices (numpy): unequal
//! clusters, a treatment that varies between clusters only, and a cluster that its own dummy fits.

use ndarray::{Array1, Array2};
use oneonone::stats::covariance::{Covariance, CovarianceFault, KINDS, Kind, covariance};
use oneonone::stats::inference::{coefficient, contrast, wald};
use oneonone::stats::matrix::Matrix;
use oneonone::stats::ols::{DEFAULT_TOLERANCE, Fit, fit};

use super::agree::near;
use super::attitude::ATTITUDE;

const CLUSTERS: [u32; 30] = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6, 6, 7];

/// Constant, treatment (clusters 0, 2 and 4), complaints, and what `last` says.
fn rows(last: impl Fn(usize) -> f64) -> (Matrix, Fit) {
    let x = Array2::from_shape_fn((30, 4), |(i, j)| match j {
        0 => 1.0,
        1 => f64::from(u8::from([0, 2, 4].contains(&CLUSTERS[i]))),
        2 => ATTITUDE[i][1],
        _ => last(i),
    });
    let y = Array1::from_shape_fn(30, |i| ATTITUDE[i][0]);
    let m = Matrix::new(x, y).with_clusters(CLUSTERS.to_vec());
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    (m, fitted)
}

#[track_caller]
fn check(m: &Matrix, fitted: &Fit, kind: Kind, expected: [f64; 4]) -> Covariance {
    let result = covariance(kind, fitted, m).unwrap();
    assert_eq!(result.clusters, Some(8));
    for (j, expected) in expected.into_iter().enumerate() {
        near(kind.name(), coefficient(fitted, &result, j).std_error, expected, 1e-10);
    }
    result
}

#[test]
fn every_kind_by_cluster_is_the_formula_with_whole_matrices() {
    let (m, fitted) = rows(|i| ATTITUDE[i][3]);
    let cr0 = [9.579071331061897, 1.4237994136329797, 0.077173700413239, 0.09540467068394723];
    let cr1 = [10.815129043956544, 1.6075226771949835, 0.08713198805215464, 0.10771543390612631];
    let cr2 = [10.600848441372179, 1.6850730408765415, 0.0768972205266352, 0.11213934114437402];
    let cr3 = [11.723352963367274, 2.0454821846477897, 0.07485347749136456, 0.1346295283866429];
    check(&m, &fitted, Kind::Cr0, cr0);
    check(&m, &fitted, Kind::Cr1, cr1);
    check(&m, &fitted, Kind::Cr3, cr3);
    let adjusted = check(&m, &fitted, Kind::Cr2, cr2);
    let df = [4.061719424855832, 4.639189894199543, 3.3180555779038077, 3.8114357654594175];
    for (j, expected) in df.into_iter().enumerate() {
        near("df", coefficient(&fitted, &adjusted, j).df, expected, 1e-9);
    }
    let joint = wald(&fitted, &adjusted, &[1, 2]).unwrap();
    near("F", joint.statistic, 96.92179198534038, 1e-9);
    near("careful df", joint.df2, 3.3180555779038077, 1e-9);
}

#[test]
fn a_cluster_fitted_by_its_own_dummy_is_left_out_by_the_pseudo_inverse_and_counted() {
    let (m, fitted) = rows(|i| f64::from(u8::from(CLUSTERS[i] == 6)));
    let cr2 = [8.960814049221096, 1.7762554687561074, 0.12996389606581488, 1.202149569854169];
    let cr3 = [9.536032055529272, 2.1817384324289484, 0.13830901557354805, 1.3761381021630654];
    let adjusted = check(&m, &fitted, Kind::Cr2, cr2);
    assert_eq!(adjusted.full_leverage, 1);
    let df = [3.4152415783917807, 3.7468959531239063, 4.2258221937084635, 2.355863478121808];
    for (j, expected) in df.into_iter().enumerate() {
        near("df", coefficient(&fitted, &adjusted, j).df, expected, 1e-9);
    }
    check(&m, &fitted, Kind::Cr3, cr3);
}

#[test]
fn a_row_fitted_by_its_own_dummy_is_counted_and_gives_no_infinite_error() {
    let (m, fitted) = rows(|i| f64::from(u8::from(i == 29)));
    for kind in [Kind::Hc2, Kind::Hc3] {
        let result = covariance(kind, &fitted, &m).unwrap();
        assert_eq!(result.full_leverage, 1);
        assert!(result.matrix.iter().all(|value| value.is_finite()));
    }
}

#[test]
fn contrasts_use_the_whole_covariance_and_their_own_degrees_of_freedom() {
    let (m, fitted) = rows(|i| ATTITUDE[i][3]);
    let adjusted = covariance(Kind::Cr2, &fitted, &m).unwrap();
    let weights = Array1::from(vec![0.0, 0.0, 1.0, -1.0]);
    let result = contrast(&fitted, &adjusted, &weights, 0.9);
    let v = &adjusted.matrix;
    near("estimate", result.estimate, fitted.coefficients[2] - fitted.coefficients[3], 1e-12);
    near("error", result.std_error, (v[[2, 2]] + v[[3, 3]] - 2.0 * v[[2, 3]]).sqrt(), 1e-10);
    let scaled = contrast(&fitted, &adjusted, &(&weights * 7.0), 0.9);
    near("df does not depend on the scale", scaled.df, result.df, 1e-12);
    assert!(result.conf_low < result.estimate && result.estimate < result.conf_high);
}

#[test]
fn kinds_by_cluster_need_two_clusters_and_codes_for_every_row() {
    let (mut m, fitted) = rows(|i| ATTITUDE[i][3]);
    m.clusters = Some(vec![0; 30]);
    assert_eq!(covariance(Kind::Cr2, &fitted, &m).unwrap_err(), CovarianceFault::OneCluster);
    m.clusters = Some(vec![0, 1]);
    assert_eq!(covariance(Kind::Cr1, &fitted, &m).unwrap_err(), CovarianceFault::Misfit);
    m.clusters = None;
    assert_eq!(covariance(Kind::Cr0, &fitted, &m).unwrap_err(), CovarianceFault::NoClusters);
}

#[test]
fn names_of_kinds_are_read_back_in_any_case() {
    for kind in KINDS {
        assert_eq!(Kind::parse(kind.name()), Some(kind));
        assert_eq!(Kind::parse(&kind.name().to_lowercase()), Some(kind));
    }
    assert_eq!(Kind::parse("HC4"), None);
}
