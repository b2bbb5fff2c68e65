//! Missing values: Rubin's rules on typed numbers, chained imputation and response weights on rows whose missing values
//! depend on the outcome (so that complete cases are wrong), and the split within and between clusters.

use ndarray::{Array1, Array2, Axis, Slice};
use oneonone::stats::covariance::{Kind, covariance};
use oneonone::stats::impute::{ImputeFault, Method, Plan, Pooled, impute, pool};
use oneonone::stats::inference::{Inference, coefficient};
use oneonone::stats::logit::LogitFault;
use oneonone::stats::matrix::Matrix;
use oneonone::stats::mundlak::{SplitFault, split};
use oneonone::stats::ols::{DEFAULT_TOLERANCE, fit};
use oneonone::stats::permute::{key, stream};
use oneonone::stats::response::{TRIM, effective, weights};
use rand::Rng;
use rand_distr::StandardNormal;

use super::agree::near;
use crate::workshop::{tell, times};

const SLOPES: [f64; 2] = [0.5, 0.3];

/// Two correlated columns and an outcome, all with something in common within teams. Where `lost`, the first column is
/// missing more often where the outcome is high and the second column low: at random given both.
fn teams(teams: usize, rep: u64, lost: bool) -> Matrix {
    let mut generator = stream(key(11, "test", "missing"), rep);
    let mut normal = |scale: f64| scale * generator.sample::<f64, _>(StandardNormal);
    let n = teams * 20;
    let (mut x, mut y) = (Array2::zeros((n, 2)), Array1::zeros(n));
    let mut shared = [0.0; 3];
    for i in 0..n {
        if i % 20 == 0 {
            shared = [normal(0.4), normal(0.4), normal(0.35)];
        }
        let common = normal(0.5);
        x[[i, 0]] = shared[0] + common + normal(0.75);
        x[[i, 1]] = shared[1] + common + normal(0.75);
        y[i] = 1.0 + SLOPES[0] * x[[i, 0]] + SLOPES[1] * x[[i, 1]] + shared[2] + normal(0.9);
    }
    for i in (0..n).filter(|_| lost) {
        let p = 1.0 / (1.0 + (1.7 - 1.5 * y[i] + 0.7 * x[[i, 1]]).exp());
        if normal(1.0) < oneonone::stats::tail::normal_quantile(p) {
            x[[i, 0]] = f64::NAN;
        }
    }
    Matrix::new(x, y).with_clusters((0..n).map(|i| i as u32 / 20).collect())
}

fn slopes(m: &Matrix) -> [Inference; 2] {
    let x = Array2::from_shape_fn((m.rows(), 3), |(i, j)| if j == 0 { 1.0 } else { m.x[[i, j - 1]] });
    let m = Matrix { x, y: m.y.clone(), clusters: m.clusters.clone() };
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    let errors = covariance(Kind::Cr2, &fitted, &m).unwrap();
    [coefficient(&fitted, &errors, 1), coefficient(&fitted, &errors, 2)]
}

fn complete_cases(m: &Matrix) -> Matrix {
    let rows: Vec<usize> = (0..m.rows()).filter(|&i| m.x.row(i).iter().all(|value| value.is_finite())).collect();
    let codes = m.clusters.as_ref().unwrap();
    Matrix::new(m.x.select(Axis(0), &rows), rows.iter().map(|&i| m.y[i]).collect())
        .with_clusters(rows.iter().map(|&i| codes[i]).collect())
}

fn pooled(m: &Matrix, rep: u64, method: Method) -> [Pooled; 2] {
    let plan = Plan { method, ..Plan::new(key(rep, "test", "impute")) };
    let fits: Vec<[Inference; 2]> = impute(m, &plan).unwrap().completed.iter().map(slopes).collect();
    [0, 1].map(|j| {
        let of = |f: fn(&Inference) -> f64| fits.iter().map(|fit| f(&fit[j])).collect::<Vec<f64>>();
        let variances = of(|inference| inference.std_error.powi(2));
        let df = of(|inference| inference.df).iter().sum::<f64>() / fits.len() as f64;
        pool(&of(|inference| inference.estimate), &variances, df, 0.95).unwrap()
    })
}

/// Share of intervals that cover and mean error, by slope, of imputation and of complete cases.
fn coverage(reps: u64, method: Method) -> [[(f64, f64); 2]; 2] {
    let mut tally = [[(0.0, 0.0); 2]; 2];
    for rep in 0..reps {
        let m = teams(30, rep, true);
        let imputed = pooled(&m, rep, method).map(|pooled| pooled.inference);
        for (way, inferences) in [imputed, slopes(&complete_cases(&m))].iter().enumerate() {
            for (j, inference) in inferences.iter().enumerate() {
                let covers = inference.conf_low <= SLOPES[j] && SLOPES[j] <= inference.conf_high;
                tally[way][j].0 += f64::from(u8::from(covers)) / reps as f64;
                tally[way][j].1 += (inference.estimate - SLOPES[j]) / reps as f64;
            }
        }
    }
    tally
}

/// Two standard errors of a share of 0.95 in this many repetitions.
fn leeway(reps: u64) -> f64 {
    2.0 * (0.95 * 0.05 / reps as f64).sqrt()
}

#[test]
fn imputed_intervals_cover_where_complete_cases_are_wrong() {
    let reps = 150 * times();
    let [imputed, complete] = coverage(reps, Method::Normal);
    for (covered, error) in imputed {
        tell("imputed slope covered by its interval, 30 teams of 20", covered);
        assert!((0.92 - leeway(reps)..=0.97 + leeway(reps)).contains(&covered), "{covered}");
        assert!(error.abs() < 0.02, "{error}");
    }
    assert!(complete[0].1 < -0.05 && complete[0].0 < 0.8, "complete cases are wrong: {complete:?}");
}

#[test]
fn matching_takes_values_that_were_seen() {
    let m = teams(30, 1, true);
    let plan = Plan { method: Method::Matching, ..Plan::new([3; 32]) };
    let imputed = impute(&m, &plan).unwrap();
    let seen: Vec<f64> = m.x.column(0).iter().copied().filter(|value| value.is_finite()).collect();
    assert!(imputed.completed.iter().flat_map(|full| full.x.column(0).to_vec()).all(|value| seen.contains(&value)));
    assert_eq!(imputed.missing, vec![600 - seen.len(), 0]);
    let slopes = pooled(&m, 1, Method::Matching);
    assert!((slopes[0].inference.estimate - SLOPES[0]).abs() < 4.0 * slopes[0].inference.std_error);
    assert!(slopes[0].missing_information > slopes[1].missing_information * 0.5 && slopes[0].increase > 0.0);
}

#[test]
fn imputation_is_the_same_on_any_number_of_threads_and_keeps_what_is_there() {
    let mut m = teams(10, 2, true);
    m.y[7] = f64::NAN;
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| impute(&m, &Plan::new([5; 32])).unwrap())
    };
    let (one, four) = (on(1), on(4));
    assert_eq!((one.completed.len(), one.rows.len()), (20, 199));
    assert!(!one.rows.contains(&7));
    for (a, b) in one.completed.iter().zip(&four.completed) {
        assert_eq!(a.x, b.x);
        assert!(a.x.iter().all(|value| value.is_finite()));
        for (place, &row) in one.rows.iter().enumerate() {
            assert!(m.x[[row, 0]].is_nan() || m.x[[row, 0]] == a.x[[place, 0]]);
        }
    }
    assert_ne!(one.completed[0].x, one.completed[1].x);
}

#[test]
fn collinear_and_constant_predictors_do_not_stop_imputation() {
    let m = teams(30, 3, true);
    let x = Array2::from_shape_fn((600, 4), |(i, j)| match j {
        0 | 1 => m.x[[i, j]],
        2 => 2.0 * m.x[[i, 1]] - 1.0,
        _ => 0.1,
    });
    let imputed = impute(&Matrix { x, ..m }, &Plan::new([1; 32])).unwrap();
    let values = imputed.completed.iter().flat_map(|full| full.x.column(0).to_vec());
    assert!(values.into_iter().all(|value| value.abs() < 20.0));
}

#[test]
fn what_cannot_be_imputed_is_said() {
    let m = teams(10, 4, true);
    let of = |m: &Matrix| impute(m, &Plan::new([0; 32])).unwrap_err();
    assert_eq!(of(&m.clone().with_clusters(vec![0])), ImputeFault::Misfit);
    let mut infinite = m.clone();
    infinite.x[[0, 1]] = f64::INFINITY;
    assert_eq!(of(&infinite), ImputeFault::Infinite { column: Some(1) });
    infinite.y[0] = f64::INFINITY;
    assert_eq!(of(&infinite), ImputeFault::Infinite { column: None });
    let mut unseen = m.clone();
    unseen.x.column_mut(0).slice_axis_mut(Axis(0), Slice::from(4..)).fill(f64::NAN);
    let seen = unseen.x.column(0).iter().filter(|value| value.is_finite()).count();
    assert_eq!(of(&unseen), ImputeFault::TooFewSeen { column: 0, seen, needed: 13 });
    let mut constant = m.clone();
    constant.x.column_mut(0).mapv_inplace(|value| if value.is_nan() { value } else { 2.0 });
    assert_eq!(of(&constant), ImputeFault::Constant { column: 0 });
    let none = Matrix::new(Array2::zeros((0, 2)), Array1::zeros(0));
    assert!(impute(&none, &Plan::new([0; 32])).unwrap().rows.is_empty());
}

#[test]
fn rubins_rules_are_the_formulas() {
    // By hand: mean 1, W .055, B .025, T .085, r 6/11, lambda 6/17.
    let result = pool(&[0.8, 1.0, 1.2, 0.9, 1.1], &[0.05, 0.06, 0.05, 0.06, 0.055], 20.0, 0.95).unwrap();
    near("estimate", result.inference.estimate, 1.0, 1e-14);
    near("within", result.within, 0.055, 1e-14);
    near("between", result.between, 0.025, 1e-13);
    near("error", result.inference.std_error, 0.085_f64.sqrt(), 1e-13);
    near("increase", result.increase, 6.0 / 11.0, 1e-13);
    let (old, seen) = (4.0 / (6.0_f64 / 17.0).powi(2), 21.0 / 23.0 * 20.0 * 11.0 / 17.0);
    let df = 1.0 / (1.0 / old + 1.0 / seen);
    near("df", result.inference.df, df, 1e-12);
    near("missing information", result.missing_information, (6.0 / 11.0 + 2.0 / (df + 3.0)) / (17.0 / 11.0), 1e-12);
    let normal = pool(&[0.8, 1.0, 1.2, 0.9, 1.1], &[0.05, 0.06, 0.05, 0.06, 0.055], f64::INFINITY, 0.95).unwrap();
    near("Rubin's df", normal.inference.df, old, 1e-12);
    let agreed = pool(&[1.0, 1.0], &[0.04, 0.04], 12.0, 0.95).unwrap();
    assert_eq!((agreed.inference.df, agreed.missing_information, agreed.increase), (12.0, 0.0, 0.0));
    assert!(pool(&[1.0], &[0.1], 5.0, 0.95).is_none() && pool(&[1.0, f64::NAN], &[0.1, 0.1], 5.0, 0.95).is_none());
    assert!(pool(&[1.0, 2.0], &[0.1], 5.0, 0.95).is_none());
    let exact = pool(&[1.0, 2.0], &[0.0, 0.0], 5.0, 0.95).unwrap();
    assert!(exact.inference.p_value.is_finite() && exact.missing_information == 1.0);
}

#[test]
fn response_weights_bring_back_the_mean_of_all() {
    let m = teams(100, 6, false);
    let mut generator = stream(key(11, "test", "response"), 0);
    let x = Array2::from_shape_fn((2_000, 2), |(i, j)| if j == 0 { 1.0 } else { m.x[[i, 0]] });
    let complete = Array1::from_shape_fn(2_000, |i| {
        let p = 1.0 / (1.0 + f64::exp(0.3 - 1.2 * m.x[[i, 0]]));
        f64::from(u8::from(generator.random::<f64>() < p))
    });
    let result = weights(&Matrix::new(x.clone(), complete.clone()), Some(0), DEFAULT_TOLERANCE, TRIM).unwrap();
    let plain = result.rows.iter().map(|&i| m.y[i]).sum::<f64>() / result.rows.len() as f64;
    let total: f64 = result.weights.iter().sum();
    let weighted = result.rows.iter().zip(&result.weights).map(|(&i, w)| w * m.y[i]).sum::<f64>() / total;
    let all = m.y.mean().unwrap();
    assert!(plain - all > 0.12 && (weighted - all).abs() < 0.05, "{plain} {weighted} {all}");
    assert_eq!(result.trimmed, result.weights.iter().filter(|&&w| w == result.cap).count());
    assert!(result.trimmed > 0 && result.trimmed <= result.rows.len() / 100 + 1);
    assert!(result.effective < result.rows.len() as f64 && result.effective > 0.3 * result.rows.len() as f64);
    near("mean of stabilised weights", total / result.rows.len() as f64, 1.0, 0.05);
    let all_there = Matrix::new(x, Array1::ones(2_000));
    assert_eq!(weights(&all_there, Some(0), DEFAULT_TOLERANCE, TRIM).unwrap_err(), LogitFault::ConstantOutcome);
    near("Kish", effective(&[1.0, 1.0, 2.0]), 16.0 / 6.0, 1e-15);
    near("nobody", effective(&[]), 0.0, 0.0);
}

#[test]
fn slopes_within_clusters_are_those_with_a_dummy_for_each() {
    let m = teams(8, 7, false);
    let parts = split(&m, &[0, 1]).unwrap();
    let sum = &parts.between + &parts.within;
    assert!(sum.iter().zip(&m.x).all(|(a, b)| (a - b).abs() < 1e-14));
    let (n, codes) = (m.rows(), m.clusters.clone().unwrap());
    let x = Array2::from_shape_fn((n, 5), |(i, j)| match j {
        0 => 1.0,
        1 | 2 => parts.within[[i, j - 1]],
        _ => parts.between[[i, j - 3]],
    });
    let both = fit(&Matrix::new(x, m.y.clone()), Some(0), DEFAULT_TOLERANCE).unwrap();
    let x = Array2::from_shape_fn((n, 10), |(i, j)| match j {
        0 | 1 => m.x[[i, j]],
        _ => f64::from(u8::from(codes[i] as usize == j - 2)),
    });
    let dummies = fit(&Matrix::new(x, m.y.clone()), None, DEFAULT_TOLERANCE).unwrap();
    for j in 0..2 {
        near("within", both.coefficients[j + 1], dummies.coefficients[j], 1e-10);
    }
    assert_eq!((parts.varies_between, parts.varies_within), (vec![true; 2], vec![true; 2]));
}

#[test]
fn a_column_of_teams_has_no_part_within_and_faults_are_named() {
    let mut m = teams(8, 8, false);
    let codes = m.clusters.clone().unwrap();
    m.x.column_mut(1).iter_mut().zip(&codes).for_each(|(value, &code)| *value = 0.1 * f64::from(code));
    let parts = split(&m, &[1, 0]).unwrap();
    assert_eq!((parts.varies_within.clone(), parts.varies_between), (vec![false, true], vec![true, true]));
    assert!(parts.within.column(0).iter().all(|&value| value == 0.0));
    m.x.column_mut(1).iter_mut().enumerate().for_each(|(i, value)| *value = (i % 20) as f64 / 10.0);
    assert_eq!(split(&m, &[1]).unwrap().varies_between, vec![false]);
    assert_eq!(split(&m, &[2]).unwrap_err(), SplitFault::Misfit);
    let one = m.clone().with_clusters(vec![3; m.rows()]);
    assert_eq!(split(&one, &[0]).unwrap_err(), SplitFault::OneCluster);
    m.x[[0, 0]] = f64::NAN;
    assert_eq!(split(&m, &[0]).unwrap_err(), SplitFault::NotFinite { column: 0 });
    m.clusters = None;
    assert_eq!(split(&m, &[0]).unwrap_err(), SplitFault::NoClusters);
    let alone = Matrix::new(Array2::from_elem((3, 1), 1.5), Array1::zeros(3)).with_clusters(vec![0, 1, 2]);
    assert_eq!(split(&alone, &[0]).unwrap().varies_within, vec![false]);
}
