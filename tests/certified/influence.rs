//! Leverage, DFBETAS and Cook's distances of R's `attitude` against fits without each row, and estimates without each
//! cluster against refits.

use ndarray::{Array1, Array2, Axis};
use oneonone::stats::absorb::{Options, absorb};
use oneonone::stats::covariance::{CovarianceFault, two_way};
use oneonone::stats::hetero::{breusch_pagan, durbin_watson};
use oneonone::stats::influence::{influence, without_each_cluster};
use oneonone::stats::matrix::Matrix;
use oneonone::stats::ols::{DEFAULT_TOLERANCE, Fit, fit};
use oneonone::stats::triangle::inverse;

use super::agree::near;
use super::attitude::ATTITUDE;

fn attitude() -> (Matrix, Fit) {
    let x = Array2::from_shape_fn((30, 7), |(i, j)| if j == 0 { 1.0 } else { ATTITUDE[i][j] });
    let y = Array1::from_shape_fn(30, |i| ATTITUDE[i][0]);
    let codes = (0..30_u32).map(|i| 3 * (i * i % 7)).collect();
    let m = Matrix::new(x, y).with_clusters(codes);
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    (m, fitted)
}

fn without(m: &Matrix, out: impl Fn(usize) -> bool) -> Fit {
    let rows: Vec<usize> = (0..m.rows()).filter(|&i| !out(i)).collect();
    let left = Matrix::new(m.x.select(Axis(0), &rows), m.y.select(Axis(0), &rows));
    fit(&left, Some(0), DEFAULT_TOLERANCE).unwrap()
}

#[test]
fn rows_are_weighed_as_by_leaving_them_out() {
    let (m, fitted) = attitude();
    let found = influence(&fitted, &m).unwrap();
    let root = inverse(&fitted.r);
    let bread = root.dot(&root.t());
    let (mut cook, mut leverage, mut twice, mut largest, mut above) = (0.0_f64, 0.0_f64, 0, [0.0_f64; 7], [0; 7]);
    for i in 0..30 {
        let row = m.x.row(i);
        let h = row.dot(&bread.dot(&row));
        leverage = leverage.max(h);
        twice += usize::from(h > 14.0 / 30.0);
        let other = without(&m, |at| at == i);
        let moved = &fitted.coefficients - &other.coefficients;
        let fitted_values = m.x.dot(&moved);
        cook = cook.max(fitted_values.dot(&fitted_values) / (7.0 * fitted.sigma.powi(2)));
        for j in 0..7 {
            let size = (moved[j] / (other.sigma * bread[[j, j]].sqrt())).abs();
            largest[j] = largest[j].max(size);
            above[j] += usize::from(size > 2.0 / 30.0_f64.sqrt());
        }
    }
    near("Cook", found.cook, cook, 1e-10);
    near("leverage", found.leverage, leverage, 1e-10);
    assert_eq!((found.above_twice, found.above_thrice, found.full_leverage), (twice, 0, 0));
    for j in 0..7 {
        near("DFBETAS", found.dfbetas[j].largest, largest[j], 1e-10);
        assert_eq!(found.dfbetas[j].above, above[j]);
    }
}

#[test]
fn clusters_are_left_out_as_by_refits() {
    let (m, fitted) = attitude();
    let codes = m.clusters.clone().unwrap();
    let mut order = codes.clone();
    order.sort_unstable();
    order.dedup();
    let found = without_each_cluster(&fitted, &m).unwrap();
    assert_eq!(found.len(), order.len());
    for (cluster, code) in found.iter().zip(order) {
        assert_eq!(cluster.rows, codes.iter().filter(|&&other| other == code).count());
        let refit = without(&m, |i| codes[i] == code);
        let coefficients = cluster.coefficients.as_ref().unwrap();
        for j in 0..7 {
            near("without a cluster", coefficients[j], refit.coefficients[j], 1e-10);
        }
    }
}

#[test]
fn a_cluster_without_which_a_coefficient_is_lost_says_so() {
    let (mut m, _) = attitude();
    let codes = m.clusters.clone().unwrap();
    m.x.column_mut(6).iter_mut().zip(&codes).for_each(|(value, &code)| *value = f64::from(u8::from(code == 3)));
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    let lost: Vec<bool> =
        without_each_cluster(&fitted, &m).unwrap().iter().map(|cluster| cluster.coefficients.is_none()).collect();
    assert_eq!(lost.iter().filter(|&&lost| lost).count(), 1);
    assert!(lost[1], "the clusters come by rising code");
}

#[test]
fn an_exact_fit_has_no_influence_and_no_spread() {
    let (m, _) = attitude();
    let exact = Matrix { y: m.x.sum_axis(Axis(1)), ..m };
    let fitted = fit(&exact, Some(0), DEFAULT_TOLERANCE).unwrap();
    let found = influence(&fitted, &exact).unwrap();
    assert_eq!(found.cook, 0.0);
    assert!(found.leverage > 0.0 && found.dfbetas.iter().all(|dfbetas| dfbetas.largest == 0.0));
    assert_eq!(breusch_pagan(&fitted, &exact), None);
    assert_eq!(durbin_watson(&fitted), None);
    let codes: Vec<u32> = (0..30).collect();
    let errors = two_way(&fitted, &exact, &codes, exact.clusters.as_ref().unwrap()).unwrap();
    assert!(errors.matrix.iter().all(|&value| value == 0.0) && !errors.floored);
}

#[test]
fn rows_of_a_panel_have_the_leverage_of_the_dummies_too() {
    let (m, _) = attitude();
    let slopes = Matrix { x: m.x.select(Axis(1), &[1, 2]), ..m };
    let codes = slopes.clusters.clone().unwrap();
    let absorbed = absorb(&slopes, std::slice::from_ref(&codes), None, &Options::default()).unwrap();
    let fitted = absorbed.fit(DEFAULT_TOLERANCE).unwrap();
    let found = influence(&fitted, &absorbed.matrix).unwrap();
    let levels = absorbed.factors[0].levels;
    let x = Array2::from_shape_fn((absorbed.kept.len(), 2 + levels), |(i, j)| {
        let row = absorbed.kept[i];
        if j < 2 { slopes.x[[row, j]] } else { f64::from(u8::from(absorbed.factors[0].codes[i] as usize == j - 2)) }
    });
    let all = Matrix::new(x, slopes.y.select(Axis(0), &absorbed.kept));
    let long = influence(&fit(&all, None, DEFAULT_TOLERANCE).unwrap(), &all).unwrap();
    near("leverage", found.leverage, long.leverage, 1e-10);
    assert_eq!((found.above_twice, found.above_thrice), (long.above_twice, long.above_thrice));
    for j in 0..2 {
        near("DFBETAS", found.dfbetas[j].largest, long.dfbetas[j].largest, 1e-9);
    }
    let short = without_each_cluster(&fitted, &absorbed.matrix).unwrap();
    let without = without_each_cluster(
        &fit(&all, None, DEFAULT_TOLERANCE).unwrap(),
        &all.with_clusters(absorbed.matrix.clusters.clone().unwrap()),
    )
    .unwrap();
    // The long regression loses a dummy with its cluster; the slopes are still there.
    assert!(short.iter().all(|cluster| cluster.coefficients.is_some()));
    assert!(without.iter().all(|cluster| cluster.coefficients.is_none()));
    let both = [absorbed.factors[0].codes.clone(), (0..absorbed.kept.len() as u32).map(|i| i % 2).collect()];
    let two = absorb(&absorbed.matrix, &both, None, &Options::default()).unwrap();
    let fitted = two.fit(DEFAULT_TOLERANCE).unwrap();
    assert_eq!(influence(&fitted, &two.matrix).unwrap_err(), CovarianceFault::AbsorbedLeverage);
    assert_eq!(without_each_cluster(&fitted, &two.matrix).unwrap_err(), CovarianceFault::AbsorbedLeverage);
}
