//! Analytic weights against the formulas written out with whole matrices.

use ndarray::{Array1, Array2, Axis};
use oneonone::stats::covariance::{CovarianceFault, Kind, covariance, weighted_cr2};
use oneonone::stats::eigen;
use oneonone::stats::hetero::breusch_pagan;
use oneonone::stats::matrix::Matrix;
use oneonone::stats::ols::{DEFAULT_TOLERANCE, Fit, OlsFault, WeightFault, fit, weighted};

use super::agree::near;
use super::attitude::ATTITUDE;

/// Rating on complaints and learning, with weights; clusters of unequal size.
fn case() -> (Matrix, Vec<f64>) {
    let x = Array2::from_shape_fn((30, 3), |(i, j)| [1.0, ATTITUDE[i][1], ATTITUDE[i][3]][j]);
    let y = Array1::from_shape_fn(30, |i| ATTITUDE[i][0]);
    let codes = (0..30_u32).map(|i| i * i % 11).collect();
    (Matrix::new(x, y).with_clusters(codes), (0..30).map(|i| 0.2 + f64::from(i * 7 % 10)).collect())
}

/// The weighted regression by whole matrices.
struct Dense {
    bread: Array2<f64>,
    hat: Array2<f64>,
    b: Array1<f64>,
    e: Array1<f64>,
    /// `W X`.
    wx: Array2<f64>,
}

fn dense(m: &Matrix, w: &[f64]) -> Dense {
    let wx = &m.x * &Array1::from(w.to_vec()).insert_axis(Axis(1));
    let bread = eigen::inverse(&m.x.t().dot(&wx)).unwrap();
    let b = bread.dot(&wx.t().dot(&m.y));
    let e = &m.y - &m.x.dot(&b);
    let hat = m.x.dot(&bread).dot(&wx.t());
    Dense { bread, hat, b, e, wx }
}

fn fitted(m: &Matrix, w: &[f64]) -> (Matrix, Fit) {
    let scaled = weighted(m.clone(), w).unwrap();
    let fit = fit(&scaled, Some(0), DEFAULT_TOLERANCE).unwrap();
    (scaled, fit)
}

/// What a squared residual is multiplied by, from `1 - h`.
type Weight = fn(f64) -> f64;

#[test]
fn a_weighted_fit_is_that_of_the_normal_equations_about_the_weighted_mean() {
    let (m, w) = case();
    let (scaled, found) = fitted(&m, &w);
    let expected = dense(&m, &w);
    let mass: f64 = w.iter().sum();
    let mean = m.y.iter().zip(&w).map(|(y, w)| y * w).sum::<f64>() / mass;
    let tss: f64 = m.y.iter().zip(&w).map(|(y, w)| w * (y - mean).powi(2)).sum();
    let rss: f64 = expected.e.iter().zip(&w).map(|(e, w)| w * e * e).sum();
    near("tss", found.tss, tss, 1e-12);
    near("rss", found.rss, rss, 1e-11);
    near("R squared", found.r_squared, 1.0 - rss / tss, 1e-11);
    near("adjusted", found.adj_r_squared, 1.0 - (rss / 27.0) / (tss / 29.0), 1e-11);
    near("sigma", found.sigma, (rss / 27.0).sqrt(), 1e-11);
    let kinds: [(Kind, Weight, f64); 4] = [
        (Kind::Hc0, |_| 1.0, 1.0),
        (Kind::Hc1, |_| 1.0, 30.0 / 27.0),
        (Kind::Hc2, |free| 1.0 / free, 1.0),
        (Kind::Hc3, |free| 1.0 / (free * free), 1.0),
    ];
    for (kind, of, factor) in kinds {
        let mut meat = Array2::<f64>::zeros((3, 3));
        for i in 0..30 {
            let row = expected.wx.row(i).to_owned() * expected.e[i];
            let column = row.insert_axis(Axis(1));
            meat += &(column.dot(&column.t()) * of(1.0 - expected.hat[[i, i]]));
        }
        let v = expected.bread.dot(&meat).dot(&expected.bread) * factor;
        let result = covariance(kind, &found, &scaled).unwrap();
        for j in 0..3 {
            near("b", found.coefficients[j], expected.b[j], 1e-10);
            near(kind.name(), result.matrix[[j, j]], v[[j, j]], 1e-10);
        }
    }
    assert_eq!(breusch_pagan(&found, &scaled), None);
}

/// Rows of a cluster.
fn rows(m: &Matrix, code: u32) -> Vec<usize> {
    let codes = m.clusters.as_ref().unwrap();
    (0..codes.len()).filter(|&i| codes[i] == code).collect()
}

/// CR of any adjustment `A_g`, and the Satterthwaite df of each coefficient for a working identity.
fn by_cluster(m: &Matrix, d: &Dense, adjust: impl Fn(&[usize]) -> Array2<f64>) -> (Array2<f64>, [f64; 3]) {
    let free = Array2::eye(30) - &d.hat;
    let spread = free.dot(&free.t());
    let mut meat = Array2::<f64>::zeros((3, 3));
    let mut directions: [Vec<Array1<f64>>; 3] = Default::default();
    for code in 0..11 {
        let rows = rows(m, code);
        if rows.is_empty() {
            continue;
        }
        let turned = d.wx.select(Axis(0), &rows).t().dot(&adjust(&rows));
        let score = turned.dot(&d.e.select(Axis(0), &rows)).insert_axis(Axis(1));
        meat += &score.dot(&score.t());
        for (j, directions) in directions.iter_mut().enumerate() {
            let mut whole = Array1::zeros(30);
            let part = turned.t().dot(&d.bread.column(j));
            rows.iter().zip(part).for_each(|(&row, value)| whole[row] = value);
            directions.push(whole);
        }
    }
    let df = directions.map(|directions| {
        let g = directions.len();
        let p = Array2::from_shape_fn((g, g), |(a, b)| directions[a].dot(&spread.dot(&directions[b])));
        p.diag().sum().powi(2) / p.iter().map(|value| value * value).sum::<f64>()
    });
    (d.bread.dot(&meat).dot(&d.bread), df)
}

fn block(matrix: &Array2<f64>, rows: &[usize]) -> Array2<f64> {
    matrix.select(Axis(0), rows).select(Axis(1), rows)
}

#[test]
fn clustered_errors_of_a_weighted_fit_are_the_formulas_with_whole_matrices() {
    let (m, w) = case();
    let (scaled, found) = fitted(&m, &w);
    let d = dense(&m, &w);
    let (cr0, _) = by_cluster(&m, &d, |rows| Array2::eye(rows.len()));
    let result = covariance(Kind::Cr0, &found, &scaled).unwrap();
    near("CR0", result.matrix[[1, 1]], cr0[[1, 1]], 1e-10);
    let free = Array2::eye(30) - &d.hat;
    let spread = free.dot(&free.t());
    let root = |rows: &[usize]| eigen::symmetric(&block(&spread, rows)).map(|value| 1.0 / value.sqrt());
    let (cr2, df) = by_cluster(&m, &d, root);
    let result = weighted_cr2(&found, &scaled, &w).unwrap();
    for j in 0..3 {
        near("CR2", result.matrix[[j, j]], cr2[[j, j]], 1e-9);
        let unit = Array1::from_shape_fn(3, |i| f64::from(u8::from(i == j)));
        near("df", result.df(&unit), df[j], 1e-8);
    }
    // Weights of 1: the same as CR2.
    let ones = vec![1.0; 30];
    let (plain, found) = fitted(&m, &ones);
    let (a, b) = (weighted_cr2(&found, &plain, &ones).unwrap(), covariance(Kind::Cr2, &found, &plain).unwrap());
    for j in 0..3 {
        let unit = Array1::from_shape_fn(3, |i| f64::from(u8::from(i == j)));
        near("CR2", a.matrix[[j, j]], b.matrix[[j, j]], 1e-10);
        near("df", a.df(&unit), b.df(&unit), 1e-9);
    }
}

#[test]
fn weights_that_do_not_serve_are_named() {
    let (m, mut w) = case();
    assert_eq!(weighted(m.clone(), &w[1..]).unwrap_err(), WeightFault::Misfit);
    let (scaled, found) = fitted(&m, &w);
    assert_eq!(weighted_cr2(&found, &scaled, &w[1..]).unwrap_err(), CovarianceFault::Misfit);
    w[4] = 0.0;
    assert_eq!(weighted(m.clone(), &w).unwrap_err(), WeightFault::NotPositive { row: 4 });
    w[4] = f64::NAN;
    assert_eq!(weighted(m.clone(), &w).unwrap_err(), WeightFault::NotPositive { row: 4 });
    // A constant outcome stays one under weights.
    w[4] = 0.3;
    let flat = weighted(Matrix { y: Array1::from_elem(30, 7.3), ..m }, &w).unwrap();
    assert_eq!(fit(&flat, Some(0), DEFAULT_TOLERANCE).unwrap_err(), OlsFault::ConstantOutcome);
}
