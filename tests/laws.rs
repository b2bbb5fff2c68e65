//! The laws of every Reduce of the statistics: an empty one changes nothing, any split of the rows and any grouping of
//! the merges gives the same answer, and a fold has the same bits on any number of threads.

use ndarray::{Array1, Array2, Axis, Slice};
use oneonone::reduce::{Reduce, Rows};
use oneonone::stats::covariance::{ClusterMoments, RowScores};
use oneonone::stats::matrix::{Block, Matrix};
use oneonone::stats::moments::{ColumnMoments, Moments};
use oneonone::stats::ols::{DEFAULT_TOLERANCE, Fit, Gradient, fit};
use oneonone::stats::quartiles::quartiles;
use oneonone::stats::triangle::Triangle;
use proptest::prelude::*;

/// A table of moderate numbers with a constant, an outcome and clusters, and places to cut it.
#[derive(Debug, Clone)]
struct Case {
    m: Matrix,
    cuts: Vec<usize>,
}

fn cases() -> impl Strategy<Value = Case> {
    (12_usize..60, 1_usize..4).prop_flat_map(|(n, p)| {
        let cells = proptest::collection::vec(-50.0..50.0_f64, n * (p + 1));
        let codes = proptest::collection::vec(0_u32..6, n);
        let cuts = proptest::collection::vec(0..=n, 0..5);
        (cells, codes, cuts).prop_map(move |(cells, codes, mut cuts)| {
            let x = Array2::from_shape_fn((n, p + 1), |(i, j)| if j == 0 { 1.0 } else { cells[i * (p + 1) + j] });
            let y = Array1::from_shape_fn(n, |i| cells[i * (p + 1)]);
            cuts.extend([0, n]);
            cuts.sort_unstable();
            Case { m: Matrix::new(x, y).with_clusters(codes), cuts }
        })
    })
}

fn block(m: &Matrix, from: usize, to: usize) -> Block<'_> {
    let part = Slice::from(from..to);
    Block { x: m.x.slice_axis(Axis(0), part), y: m.y.slice_axis(Axis(0), part), first_row: from }
}

/// The aggregates of one table, made in five ways that the laws call equal.
fn ways<R>(case: &Case, empty: impl Fn() -> R) -> [R; 5]
where
    R: for<'a> Reduce<Batch<'a> = Block<'a>>,
{
    let part = |from: usize, to: usize| {
        let mut one = empty();
        one.absorb(block(&case.m, from, to));
        one
    };
    let pieces = || case.cuts.windows(2).map(|pair| part(pair[0], pair[1]));
    let whole = part(0, case.m.rows());
    let mut absorbed = empty();
    for pair in case.cuts.windows(2) {
        absorbed.absorb(block(&case.m, pair[0], pair[1]));
    }
    let from_left = pieces().fold(empty(), |mut sum, next| {
        sum.merge(next);
        sum
    });
    let parts: Vec<R> = pieces().collect();
    let from_right = parts.into_iter().rev().fold(empty(), |sum, mut earlier| {
        earlier.merge(sum);
        earlier
    });
    let mut with_empty = part(0, case.m.rows());
    with_empty.merge(empty());
    [whole, absorbed, from_left, from_right, with_empty]
}

/// Asserts that all ways agree with the first to 1e-12 of this scale.
#[track_caller]
fn agree(ways: &[Vec<f64>], scale: f64) -> Result<(), TestCaseError> {
    let Some((first, others)) = ways.split_first() else { return Ok(()) };
    for other in others {
        prop_assert_eq!(first.len(), other.len());
        for (a, b) in first.iter().zip(other) {
            prop_assert!((a - b).abs() <= 1e-12 * scale, "{} is not {}", a, b);
        }
    }
    Ok(())
}

fn fitted(case: &Case) -> Option<Fit> {
    fit(&case.m, Some(0), DEFAULT_TOLERANCE).ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn triangles_agree_over_any_split_to_twelve_digits(case in cases()) {
        let ways = ways(&case, || Triangle::new(case.m.columns()));
        let rows: Vec<usize> = ways.iter().map(Triangle::rows).collect();
        prop_assert!(rows.iter().all(|&count| count == case.m.rows()));
        let length = case.m.x.iter().chain(&case.m.y).map(|value| value * value).sum::<f64>().sqrt();
        // The R factor is as well determined as its regressors are; ill-conditioned draws prove nothing.
        let diagonal = ways[0].regressors().diag().to_owned();
        prop_assume!(diagonal.iter().all(|&value| value > 1e-2 * length));
        let factors: Vec<Vec<f64>> = ways.iter().map(|way| way.factor().iter().copied().collect()).collect();
        agree(&factors, length * 1e2)?;
        let crossed = ways[0].factor().t().dot(ways[0].factor());
        let direct = case.m.x.t().dot(&case.m.x);
        for i in 0..case.m.columns() {
            for j in 0..case.m.columns() {
                prop_assert!((crossed[[i, j]] - direct[[i, j]]).abs() <= 1e-12 * length * length);
            }
            prop_assert!(ways[0].factor()[[i, i]] >= 0.0);
        }
    }

    #[test]
    fn gradients_agree_over_any_split(case in cases()) {
        let coefficients = Array1::from_elem(case.m.columns(), 0.3);
        let ways = ways(&case, || Gradient::new(&coefficients));
        let values: Vec<Vec<f64>> = ways.iter().map(|way| way.value().to_vec()).collect();
        // Sums in double-double are exact to a float whatever their order.
        agree(&values, 1e-2)?;
    }

    #[test]
    fn row_scores_agree_over_any_split(case in cases()) {
        let Some(fit) = fitted(&case) else { return Ok(()) };
        let ways = ways(&case, || RowScores::new(&fit, |free| 1.0 / free));
        let values: Vec<Vec<f64>> = ways.iter().map(|way| way.meat().iter().copied().collect()).collect();
        agree(&values, fit.rss + 1.0)?;
    }

    #[test]
    fn cluster_moments_agree_over_any_split(case in cases()) {
        let Some(fit) = fitted(&case) else { return Ok(()) };
        let codes = case.m.clusters.clone().unwrap_or_default();
        let ways = ways(&case, || ClusterMoments::new(&fit, &codes));
        let mut values = Vec::new();
        let mut counts = Vec::new();
        for way in ways {
            let moments = way.into_moments();
            counts.push(moments.iter().map(|moment| moment.rows).collect::<Vec<_>>());
            values.push(moments.iter().flat_map(|moment| moment.h.iter().chain(&moment.v).copied()).collect::<Vec<_>>());
        }
        prop_assert!(counts.windows(2).all(|pair| pair[0] == pair[1]));
        prop_assert_eq!(counts[0].iter().sum::<usize>(), case.m.rows());
        agree(&values, 1.0 + fit.rss)?;
    }

    #[test]
    fn column_moments_agree_over_any_split(case in cases()) {
        let ways = ways(&case, || ColumnMoments::new(case.m.columns()));
        prop_assert!(ways.iter().all(|way| way.columns().iter().all(|column| column.count == case.m.rows())));
        let values: Vec<Vec<f64>> =
            ways.iter().map(|way| way.columns().iter().flat_map(|column| [column.mean, column.m2]).collect()).collect();
        agree(&values, 50.0 * 50.0 * case.m.rows() as f64)?;
    }

    #[test]
    fn moments_of_numbers_merge_in_any_grouping(values in proptest::collection::vec(-1e3..1e3_f64, 0..40), cut in 0_usize..40) {
        let cut = cut.min(values.len());
        let mut parts = Moments::default();
        parts.absorb(&values[..cut]);
        parts.absorb(&values[cut..]);
        let whole = Moments::of(&values);
        let mut with_empty = whole;
        with_empty.merge(Moments::default());
        prop_assert_eq!(with_empty, whole);
        prop_assert_eq!(parts.count, whole.count);
        prop_assert!((parts.mean - whole.mean).abs() <= 1e-12 * 1e3);
        prop_assert!((parts.m2 - whole.m2).abs() <= 1e-12 * 1e6 * 40.0);
    }
}

/// Enough rows for several runs of batches.
fn long_table() -> Matrix {
    let n = 50_000;
    let noise = |i: usize, salt: usize| ((i * 7_919 + salt * 104_729) % 10_007) as f64 / 10_007.0 - 0.5;
    let x = Array2::from_shape_fn((n, 4), |(i, j)| if j == 0 { 1.0 } else { noise(i, j) });
    let y = Array1::from_shape_fn(n, |i| 2.0 + x[[i, 1]] - 0.5 * x[[i, 2]] + noise(i, 9));
    Matrix::new(x, y).with_clusters((0..n).map(|i| (i % 331) as u32).collect())
}

#[test]
fn a_fold_has_the_same_bits_on_any_number_of_threads() {
    let m = long_table();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
            let codes = m.clusters.as_deref().unwrap();
            let moments = m.fold(&|| ClusterMoments::new(&fitted, codes)).into_moments();
            let scores: Vec<u64> = moments.iter().flat_map(|moment| moment.v.iter().map(|v| v.to_bits())).collect();
            let bits: Vec<u64> = fitted.coefficients.iter().chain(&fitted.r).map(|value| value.to_bits()).collect();
            (bits, scores)
        })
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(5));
}

#[test]
fn batches_cover_every_row_once_and_in_order() {
    struct Seen(Vec<usize>);
    impl Reduce for Seen {
        type Batch<'a> = Block<'a>;
        fn absorb(&mut self, batch: Block<'_>) {
            self.0.extend(batch.first_row..batch.first_row + batch.y.len());
        }
        fn merge(&mut self, other: Self) {
            self.0.extend(other.0);
        }
    }
    let m = long_table();
    assert_eq!(m.fold(&|| Seen(Vec::new())).0, (0..50_000).collect::<Vec<_>>());
}

/// Columns of every kind that bins could get wrong: continuous, answers, signs, one value, numbers far apart, a quartile
/// on the border of two bins.
fn columns_of_all_kinds(n: usize) -> Array2<f64> {
    let share = |i: usize, salt: usize| ((i * 7_919 + salt * 104_729) % 1_000_003) as f64 / 1_000_003.0;
    Array2::from_shape_fn((n, 7), |(i, j)| match j {
        0 => share(i, 1) - 0.5,
        1 => (1 + i % 5) as f64,
        2 => {
            if i % 3 == 0 {
                -0.0
            } else {
                0.0
            }
        }
        3 => 7.25,
        4 => (share(i, 2) * 600.0 - 300.0).exp2(),
        5 => {
            if i % 4 == 0 {
                0.999 + share(i, 3) * 1e-4
            } else {
                1.0 + share(i, 3)
            }
        }
        _ => -share(i, 4).powi(8),
    })
}

#[test]
fn quartiles_by_counting_are_those_by_sorting() {
    let sorted = |values: &[f64], p: f64| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        let place = p * (values.len() - 1) as f64;
        let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
        low + (place - place.floor()) * (high - low)
    };
    for n in [5, 40_000, 40_003] {
        let x = columns_of_all_kinds(n);
        let columns = [6, 0, 1, 2, 3, 4, 5];
        let found = quartiles(&x, &columns);
        for (j, found) in columns.iter().zip(&found) {
            let values = x.column(*j).to_vec();
            assert_eq!(*found, [sorted(&values, 0.25), sorted(&values, 0.75)], "column {j} of {n} rows");
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        assert_eq!(found, pool.install(|| quartiles(&x, &columns)));
    }
}
