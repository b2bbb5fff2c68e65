//! R's `attitude` (Chatterjee & Price 1977, 30 departments): data typed in; reference values from R (sandwich 3, relaimpo).

use ndarray::{Array1, Array2};
use oneonone::stats::covariance::{Kind, covariance};
use oneonone::stats::importance::{importance, lmg};
use oneonone::stats::inference::{coefficient, wald};
use oneonone::stats::matrix::Matrix;
use oneonone::stats::moments::covariance_matrix;
use oneonone::stats::multiplicity::holm;
use oneonone::stats::ols::{DEFAULT_TOLERANCE, Fit, OlsFault, fit};

use super::agree::{near, with_constant};

/// rating, complaints, privileges, learning, raises, critical, advance
pub const ATTITUDE: [[f64; 7]; 30] = [
    [43.0, 51.0, 30.0, 39.0, 61.0, 92.0, 45.0],
    [63.0, 64.0, 51.0, 54.0, 63.0, 73.0, 47.0],
    [71.0, 70.0, 68.0, 69.0, 76.0, 86.0, 48.0],
    [61.0, 63.0, 45.0, 47.0, 54.0, 84.0, 35.0],
    [81.0, 78.0, 56.0, 66.0, 71.0, 83.0, 47.0],
    [43.0, 55.0, 49.0, 44.0, 54.0, 49.0, 34.0],
    [58.0, 67.0, 42.0, 56.0, 66.0, 68.0, 35.0],
    [71.0, 75.0, 50.0, 55.0, 70.0, 66.0, 41.0],
    [72.0, 82.0, 72.0, 67.0, 71.0, 83.0, 31.0],
    [67.0, 61.0, 45.0, 47.0, 62.0, 80.0, 41.0],
    [64.0, 53.0, 53.0, 58.0, 58.0, 67.0, 34.0],
    [67.0, 60.0, 47.0, 39.0, 59.0, 74.0, 41.0],
    [69.0, 62.0, 57.0, 42.0, 55.0, 63.0, 25.0],
    [68.0, 83.0, 83.0, 45.0, 59.0, 77.0, 35.0],
    [77.0, 77.0, 54.0, 72.0, 79.0, 77.0, 46.0],
    [81.0, 90.0, 50.0, 72.0, 60.0, 54.0, 36.0],
    [74.0, 85.0, 64.0, 69.0, 79.0, 79.0, 63.0],
    [65.0, 60.0, 65.0, 75.0, 55.0, 80.0, 60.0],
    [65.0, 70.0, 46.0, 57.0, 75.0, 85.0, 46.0],
    [50.0, 58.0, 68.0, 54.0, 64.0, 78.0, 52.0],
    [50.0, 40.0, 33.0, 34.0, 43.0, 64.0, 33.0],
    [64.0, 61.0, 52.0, 62.0, 66.0, 80.0, 41.0],
    [53.0, 66.0, 52.0, 50.0, 63.0, 80.0, 37.0],
    [40.0, 37.0, 42.0, 58.0, 50.0, 57.0, 49.0],
    [63.0, 54.0, 42.0, 48.0, 66.0, 75.0, 33.0],
    [66.0, 77.0, 66.0, 63.0, 88.0, 76.0, 72.0],
    [78.0, 75.0, 58.0, 74.0, 80.0, 78.0, 49.0],
    [48.0, 57.0, 44.0, 45.0, 51.0, 83.0, 38.0],
    [85.0, 85.0, 71.0, 71.0, 77.0, 74.0, 55.0],
    [82.0, 82.0, 39.0, 59.0, 64.0, 78.0, 39.0],
];

const COEFFICIENTS: [f64; 7] = [
    10.7870763857098,
    0.613187607809699,
    -0.0730501430995275,
    0.32033211637611,
    0.0817321335319664,
    0.0383814473020531,
    -0.217056681586501,
];
const IID: [f64; 7] = [
    11.5892572444882,
    0.160983114891304,
    0.135724690214353,
    0.168520318578051,
    0.221477677375194,
    0.146995442242874,
    0.178209471070454,
];
const HC0: [f64; 7] = [
    12.2376625538535,
    0.103591342442424,
    0.105266193201395,
    0.1340815678623,
    0.142042153303215,
    0.149101040060943,
    0.140942714262524,
];
const HC1: [f64; 7] = [
    13.9763955412092,
    0.118309650249694,
    0.12022246461084,
    0.153131941576451,
    0.16222357082936,
    0.170285387616058,
    0.160967922960447,
];
const HC2: [f64; 7] = [
    14.4599598192175,
    0.124607385373966,
    0.125298320131519,
    0.157657305138481,
    0.17321895826955,
    0.178060371689344,
    0.165046868352945,
];
const HC3: [f64; 7] = [
    17.1975089829905,
    0.153612972927548,
    0.151551597258492,
    0.190280373812193,
    0.218823727765137,
    0.214643012198754,
    0.195900743291257,
];
const P_VALUES: [f64; 7] = [
    0.361633721046105,
    0.000902867884012107,
    0.595593920508042,
    0.0699253459488884,
    0.715480088438798,
    0.796334264210059,
    0.235577048628943,
];
const BETA: [f64; 6] = [
    0.670725204411729,
    -0.0734274276655845,
    0.308870243656922,
    0.0698117150313674,
    0.0311997486054357,
    -0.183464450043864,
];
const VIF: [f64; 6] =
    [2.66706030825785, 1.600891407384, 2.27104315804566, 3.07822621819102, 1.22810896720675, 1.95159079115008];
const LMG: [f64; 6] = [
    0.370816194319328,
    0.0509037929715443,
    0.155765990169141,
    0.120345079403627,
    0.00658872254586087,
    0.0281822131216471,
];
const JOHNSON: [f64; 6] = [
    0.362760199658131,
    0.0560022787788537,
    0.163610910750534,
    0.121780399688217,
    0.00825546649643794,
    0.0201927371589758,
];

fn departments() -> (Matrix, Fit) {
    let rows: Vec<Vec<f64>> = ATTITUDE.iter().map(|row| row[1..].to_vec()).collect();
    let y: Vec<f64> = ATTITUDE.iter().map(|row| row[0]).collect();
    let m = with_constant(&rows, &y);
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    (m, fitted)
}

/// The six regressors without the constant.
fn columns() -> Matrix {
    let x = Array2::from_shape_fn((30, 6), |(i, j)| ATTITUDE[i][j + 1]);
    Matrix::new(x, Array1::from_shape_fn(30, |i| ATTITUDE[i][0]))
}

#[test]
fn coefficients_and_every_robust_error_are_those_of_r() {
    let (m, fitted) = departments();
    for (j, expected) in COEFFICIENTS.into_iter().enumerate() {
        near("coefficient", fitted.coefficients[j], expected, 1e-10);
    }
    for (kind, expected) in [(Kind::Iid, IID), (Kind::Hc0, HC0), (Kind::Hc1, HC1), (Kind::Hc2, HC2), (Kind::Hc3, HC3)] {
        let matrix = covariance(kind, &fitted, &m).unwrap().matrix;
        for (j, expected) in expected.into_iter().enumerate() {
            near(kind.name(), matrix[[j, j]].sqrt(), expected, 1e-10);
        }
    }
    near("R squared", fitted.r_squared, 0.732601992531149, 1e-12);
    near("adjusted", fitted.adj_r_squared, 0.662845990582754, 1e-12);
    near("sigma", fitted.sigma, 7.06799376499668, 1e-12);
}

#[test]
fn p_values_f_and_holm_are_those_of_r() {
    let (m, fitted) = departments();
    let iid = covariance(Kind::Iid, &fitted, &m).unwrap();
    let p: Vec<f64> = (0..7).map(|j| coefficient(&fitted, &iid, j).p_value).collect();
    for (actual, expected) in p.iter().zip(P_VALUES) {
        near("p", *actual, expected, 1e-10);
    }
    near("Holm p of complaints", holm(&p[1..])[0], 0.00541721, 1e-6);
    near("F", wald(&fitted, &iid, &[1, 2, 3, 4, 5, 6]).unwrap().statistic, 10.5023506518208, 1e-11);
    let hc2 = covariance(Kind::Hc2, &fitted, &m).unwrap();
    let p: Vec<f64> = (1..7).map(|j| coefficient(&fitted, &hc2, j).p_value).collect();
    near("Holm p of complaints under HC2", holm(&p)[0], 0.000340, 2e-3);
    near("p of raises under HC2", p[3], 0.641, 1e-3);
}

#[test]
fn importance_is_that_of_relaimpo_and_both_shares_sum_to_r_squared() {
    let result = importance(&covariance_matrix(&columns())).unwrap();
    for (actual, expected) in
        [(&result.beta, BETA), (&result.vif, VIF), (result.lmg.as_ref().unwrap(), LMG), (&result.johnson, JOHNSON)]
    {
        for (actual, expected) in actual.iter().zip(expected) {
            near("importance", *actual, expected, 1e-10);
        }
    }
    near("sum of LMG", result.lmg.unwrap().iter().sum(), 0.732601992531149, 1e-12);
    near("sum of Johnson", result.johnson.iter().sum(), 0.732601992531149, 1e-12);
    near("R squared", result.r_squared, 0.732601992531149, 1e-12);
}

#[test]
fn terms_of_several_columns_share_as_one() {
    let matrix = covariance_matrix(&columns());
    let grouped = lmg(&matrix, &[vec![0, 1], vec![2, 3], vec![4, 5]]).unwrap();
    near("sum", grouped.iter().sum(), 0.732601992531149, 1e-12);
    let alone = lmg(&matrix, &[vec![0, 1, 2, 3, 4, 5]]).unwrap();
    near("one term", alone[0], 0.732601992531149, 1e-12);
    assert!(lmg(&matrix, &[]).is_none());
}

#[test]
fn a_mean_of_other_columns_is_named_as_their_exact_combination() {
    let rows: Vec<Vec<f64>> = ATTITUDE
        .iter()
        .map(|row| {
            let mut all = row[1..].to_vec();
            all.insert(0, row[1..].iter().sum::<f64>() / 6.0);
            all
        })
        .collect();
    let y: Vec<f64> = ATTITUDE.iter().map(|row| row[0]).collect();
    let Err(OlsFault::Collinear(relations)) = fit(&with_constant(&rows, &y), Some(0), DEFAULT_TOLERANCE) else {
        panic!("the mean of six columns was not seen as one");
    };
    assert_eq!(relations.len(), 1);
    assert_eq!(relations[0].column, 1);
    let expected: Vec<(usize, f64)> = (2..8).map(|column| (column, 1.0 / 6.0)).collect();
    assert_eq!(relations[0].combination, expected);
}

#[test]
fn constant_zero_and_repeated_columns_are_named() {
    let y: Vec<f64> = ATTITUDE.iter().map(|row| row[0]).collect();
    let rows: Vec<Vec<f64>> =
        ATTITUDE.iter().map(|row| vec![row[1], 4.5, 0.0, row[2], 2.0 * row[1] - row[2]]).collect();
    let Err(OlsFault::Collinear(relations)) = fit(&with_constant(&rows, &y), Some(0), DEFAULT_TOLERANCE) else {
        panic!("three dependent columns passed");
    };
    let find = |column: usize| relations.iter().find(|relation| relation.column == column);
    assert_eq!(relations.len(), 3);
    assert_eq!(find(2).unwrap().combination, vec![(0, 4.5)]);
    assert_eq!(find(3).unwrap().combination, Vec::new());
    // 2 x complaints - privileges: complaints has the largest coefficient but is no total; either reading is exact.
    let third = relations.iter().find(|relation| relation.combination.len() == 2).unwrap();
    for row in &ATTITUDE {
        let value = |column: usize| [1.0, row[1], 4.5, 0.0, row[2], 2.0 * row[1] - row[2]][column];
        let given: f64 = third.combination.iter().map(|&(column, weight)| weight * value(column)).sum();
        near("relation", given, value(third.column), 1e-12);
    }
}

#[test]
fn too_few_rows_a_constant_outcome_and_infinite_cells_are_declined() {
    let (m, _) = departments();
    let few: Vec<Vec<f64>> = ATTITUDE[..7].iter().map(|row| row[1..].to_vec()).collect();
    let y: Vec<f64> = ATTITUDE[..7].iter().map(|row| row[0]).collect();
    let fault = fit(&with_constant(&few, &y), Some(0), DEFAULT_TOLERANCE).unwrap_err();
    assert_eq!(fault, OlsFault::TooFewRows { n: 7, k: 7 });
    let constant = Matrix::new(m.x.clone(), Array1::from_elem(30, 3.3));
    assert_eq!(fit(&constant, Some(0), DEFAULT_TOLERANCE).unwrap_err(), OlsFault::ConstantOutcome);
    let mut broken = m.clone();
    broken.x[[4, 2]] = f64::NEG_INFINITY;
    let fault = fit(&broken, Some(0), DEFAULT_TOLERANCE).unwrap_err();
    assert_eq!(fault, OlsFault::NotFinite { column: Some(2) });
}

#[test]
fn a_cluster_correction_with_every_row_its_own_cluster_is_the_row_correction() {
    let (m, fitted) = departments();
    let alone = m.clone().with_clusters((0..30).collect());
    for (by_cluster, by_row) in [(Kind::Cr0, Kind::Hc0), (Kind::Cr2, Kind::Hc2), (Kind::Cr3, Kind::Hc3)] {
        let a = covariance(by_cluster, &fitted, &alone).unwrap().matrix;
        let b = covariance(by_row, &fitted, &m).unwrap().matrix;
        for (x, y) in a.iter().zip(&b) {
            near(by_cluster.name(), *x, *y, 1e-9);
        }
    }
}
