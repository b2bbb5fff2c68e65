//! Absorbed effects against the regression with all dummies on unbalanced panels: coefficients, every kind of error, the
//! books of degrees of freedom.

use ndarray::{Array1, Array2};
use oneonone::stats::absorb::{AbsorbFault, Absorbed, Options, absorb, for_adjustment, levels_to_show};
use oneonone::stats::covariance::{CovarianceFault, Kind, covariance, two_way};
use oneonone::stats::inference::coefficient;
use oneonone::stats::matrix::Matrix;
use oneonone::stats::ols::{DEFAULT_TOLERANCE, Fit, OlsFault, fit, weighted};
use oneonone::stats::permute::{key, stream};
use rand::Rng;

use super::agree::near;

struct Panel {
    /// Two regressors without a constant.
    m: Matrix,
    people: Vec<u32>,
    waves: Vec<u32>,
    teams: Vec<u32>,
    weights: Vec<f64>,
}

/// 60 people in 12 teams (every five people), seen in some of 7 waves.
fn panel(seed: u64) -> Panel {
    let mut generator = stream(key(seed, "test", "absorb"), 0);
    let mut normal = || (0..12).map(|_| generator.random::<f64>()).sum::<f64>() - 6.0;
    let (mut cells, mut y, mut people, mut waves, mut weights) = (vec![], vec![], vec![], vec![], vec![]);
    for person in 0..60_u32 {
        let own = 3.0 * normal();
        for wave in 0..7_u32 {
            if normal() > 0.3 {
                continue;
            }
            let a = normal() + 0.5 * own + f64::from(wave);
            let b = 100.0 + normal() - 0.2 * f64::from(wave * wave);
            cells.extend([a, b]);
            y.push(50.0 + 0.7 * a - 0.3 * b + own - f64::from(wave) + normal() * (1.0 + f64::from(person % 3)));
            people.push(person);
            waves.push(wave);
            weights.push(0.3 + normal().abs());
        }
    }
    let x = Array2::from_shape_vec((y.len(), 2), cells).unwrap();
    let teams: Vec<u32> = people.iter().map(|person| person / 5).collect();
    let m = Matrix::new(x, Array1::from(y)).with_clusters(teams.clone());
    Panel { m, people, waves, teams, weights }
}

/// The same rows with the slopes, a constant, and dummies of all levels but the first of each factor.
fn dummies(absorbed: &Absorbed, m: &Matrix, factors: &[&[u32]]) -> Matrix {
    let rows = &absorbed.kept;
    let mut columns: Vec<Vec<f64>> = m.x.columns().into_iter().map(|c| rows.iter().map(|&i| c[i]).collect()).collect();
    columns.push(vec![1.0; rows.len()]);
    for codes in factors {
        let mut levels: Vec<u32> = rows.iter().map(|&i| codes[i]).collect();
        levels.sort_unstable();
        levels.dedup();
        for level in &levels[1..] {
            columns.push(rows.iter().map(|&i| f64::from(u8::from(codes[i] == *level))).collect());
        }
    }
    let x = Array2::from_shape_fn((rows.len(), columns.len()), |(i, j)| columns[j][i]);
    let y = rows.iter().map(|&i| m.y[i]).collect();
    let clusters = m.clusters.as_ref().unwrap();
    Matrix::new(x, y).with_clusters(rows.iter().map(|&i| clusters[i]).collect())
}

#[track_caller]
fn same(kind: Kind, short: &Fit, rows: &Matrix, long: &Fit, all: &Matrix, scale: f64) {
    let (a, b) = (covariance(kind, short, rows).unwrap(), covariance(kind, long, all).unwrap());
    for j in 0..2 {
        let (one, other) = (coefficient(short, &a, j), coefficient(long, &b, j));
        near(kind.name(), one.estimate, other.estimate, 1e-9);
        near(kind.name(), one.std_error, other.std_error * scale, 1e-9);
        near(kind.name(), one.df, other.df, 1e-7);
    }
}

#[test]
fn two_absorbed_factors_are_the_regression_with_all_dummies() {
    let p = panel(1);
    let factors = [p.people.clone(), p.waves.clone()];
    for weights in [None, Some(p.weights.as_slice())] {
        let absorbed = absorb(&p.m, &factors, weights, &Options::default()).unwrap();
        let short = absorbed.fit(DEFAULT_TOLERANCE).unwrap();
        let mut all = dummies(&absorbed, &p.m, &[&p.people, &p.waves]);
        if let Some(weights) = weights {
            let kept: Vec<f64> = absorbed.kept.iter().map(|&i| weights[i]).collect();
            all = weighted(all, &kept).unwrap();
        }
        let long = fit(&all, Some(2), DEFAULT_TOLERANCE).unwrap();
        near("sigma", short.sigma, long.sigma, 1e-10);
        near("df", short.df_residual, long.df_residual, 0.0);
        near("R squared of everything", absorbed.r_squared(&short), long.r_squared, 1e-10);
        for kind in [Kind::Iid, Kind::Hc0, Kind::Hc1, Kind::Cr0] {
            same(kind, &short, &absorbed.matrix, &long, &all, 1.0);
        }
        // People lie within teams: their dummies count as one constant. Slopes 2, constant 1, waves beyond it 6.
        let (n, k) = (short.n as f64, long.k as f64);
        same(Kind::Cr1, &short, &absorbed.matrix, &long, &all, ((n - k) / (n - 9.0)).sqrt());
        assert_eq!(short.parameters_by_cluster(), 9);
        assert!(absorbed.factors[0].nested && !absorbed.factors[1].nested);
        assert_eq!((absorbed.factors[0].redundant, absorbed.factors[1].redundant), (0, 1));
        for kind in [Kind::Hc2, Kind::Cr2, Kind::Cr3] {
            assert_eq!(covariance(kind, &short, &absorbed.matrix).unwrap_err(), CovarianceFault::AbsorbedLeverage);
        }
        // By wave nothing is contained: CR1 counts every dummy, as the long regression does.
        let by_wave: Vec<u32> = absorbed.kept.iter().map(|&i| p.waves[i] % 4 + 10 * (p.people[i] % 3)).collect();
        let mut rows = absorbed.matrix.clone();
        rows.clusters = Some(by_wave.clone());
        let other = absorbed.fit_clustered(DEFAULT_TOLERANCE, &[&by_wave]).unwrap();
        all.clusters = Some(by_wave);
        same(Kind::Cr1, &other, &rows, &long, &all, 1.0);
    }
}

#[test]
fn what_the_clusters_contain_may_be_left_out_of_cr2_and_other_levels_are_columns() {
    let p = panel(2);
    let factors = [p.people.clone(), p.waves.clone()];
    assert_eq!(levels_to_show(&factors, &p.teams), 7);
    let shown = for_adjustment(&p.m, &factors, None, &Options::default()).unwrap();
    assert_eq!((shown.slopes, shown.intercept, shown.matrix.columns()), (2, None, 8));
    let short = shown.fit(DEFAULT_TOLERANCE).unwrap();
    let all = dummies(&shown, &p.m, &[&p.people, &p.waves]);
    let long = fit(&all, Some(2), DEFAULT_TOLERANCE).unwrap();
    for kind in [Kind::Iid, Kind::Hc1, Kind::Hc2, Kind::Hc3, Kind::Cr0, Kind::Cr2, Kind::Cr3] {
        same(kind, &short, &shown.matrix, &long, &all, 1.0);
    }
    // A slope that the waves give is found either way.
    let mut trend = p.m.clone();
    trend.x.column_mut(0).iter_mut().zip(&p.waves).for_each(|(value, &wave)| *value = 0.1 * f64::from(wave));
    let explicit = for_adjustment(&trend, &factors, None, &Options::default()).unwrap();
    assert_eq!((explicit.swallowed, explicit.matrix.columns()), (vec![0], 8));
    assert_eq!(absorb(&trend, &factors, None, &Options::default()).unwrap().swallowed, [0]);
    // The plain way and this one agree on CR1.
    let plain = absorb(&p.m, &factors, None, &Options::default()).unwrap();
    let fitted = plain.fit(DEFAULT_TOLERANCE).unwrap();
    let (a, b) = (covariance(Kind::Cr1, &short, &shown.matrix), covariance(Kind::Cr1, &fitted, &plain.matrix));
    near("CR1", a.unwrap().matrix[[0, 0]], b.unwrap().matrix[[0, 0]], 1e-9);
    // Waves alone: all levels become columns beside a constant.
    let waves = for_adjustment(&p.m, &factors[1..], None, &Options::default()).unwrap();
    assert_eq!((waves.slopes, waves.intercept, waves.matrix.columns()), (2, Some(2), 9));
    let short = waves.fit(DEFAULT_TOLERANCE).unwrap();
    let all = dummies(&waves, &p.m, &[&p.waves]);
    let long = fit(&all, Some(2), DEFAULT_TOLERANCE).unwrap();
    near("R squared", short.r_squared, long.r_squared, 1e-12);
    for kind in [Kind::Hc2, Kind::Cr1, Kind::Cr2, Kind::Cr3] {
        same(kind, &short, &waves.matrix, &long, &all, 1.0);
    }
}

#[test]
fn one_absorbed_factor_keeps_its_leverages() {
    let p = panel(3);
    for weights in [None, Some(p.weights.as_slice())] {
        let absorbed = absorb(&p.m, std::slice::from_ref(&p.people), weights, &Options::default()).unwrap();
        let short = absorbed.fit(DEFAULT_TOLERANCE).unwrap();
        let mut all = dummies(&absorbed, &p.m, &[&p.people]);
        if let Some(weights) = weights {
            let kept: Vec<f64> = absorbed.kept.iter().map(|&i| weights[i]).collect();
            all = weighted(all, &kept).unwrap();
        }
        let long = fit(&all, Some(2), DEFAULT_TOLERANCE).unwrap();
        for kind in [Kind::Hc2, Kind::Hc3] {
            same(kind, &short, &absorbed.matrix, &long, &all, 1.0);
        }
        // All that is absorbed lies within the clusters: k is the slopes and one constant.
        assert_eq!(short.parameters_by_cluster(), 3);
    }
    let absorbed = absorb(&p.m, std::slice::from_ref(&p.people), None, &Options::default()).unwrap();
    let short = absorbed.fit(DEFAULT_TOLERANCE).unwrap();
    let all = dummies(&absorbed, &p.m, &[&p.people]);
    let long = fit(&all, Some(2), DEFAULT_TOLERANCE).unwrap();
    same(Kind::Cr2, &short, &absorbed.matrix, &long, &all, 1.0);
    same(Kind::Cr3, &short, &absorbed.matrix, &long, &all, 1.0);
    // Two-way errors: people lie within one of the clusterings, and that is enough.
    let clusterings: [&[u32]; 2] = [absorbed.matrix.clusters.as_deref().unwrap(), &absorbed.factors[0].codes];
    let both = absorbed.fit_clustered(DEFAULT_TOLERANCE, &clusterings).unwrap();
    let errors = two_way(&both, &absorbed.matrix, clusterings[0], clusterings[1]).unwrap();
    // Teams contain people, so the parts by person and by pair are the same and only teams remain.
    let alone = covariance(Kind::Cr1, &both, &absorbed.matrix).unwrap();
    near("teams alone", errors.matrix[[0, 0]], alone.matrix[[0, 0]], 1e-12);
}

#[test]
fn a_sparse_network_of_movers_still_settles() {
    // 400 people in a chain of 400 firms, each seen in two of them: the worst of all graphs for plain sweeps.
    let people: Vec<u32> = (0..1_200).map(|i| i / 3).collect();
    let firms: Vec<u32> = (0..1_200).map(|i| (i / 3 + u32::from(i % 3 == 0)) % 400).collect();
    let value = |i: usize, a: usize, b: usize| ((i * a) % b) as f64;
    let x = Array2::from_shape_fn((1_200, 1), |(i, _)| value(i, 37, 101) + 0.1 * f64::from(people[i]));
    let y = Array1::from_shape_fn(1_200, |i| value(i, 53, 97) + 0.3 * f64::from(firms[i]));
    let m = Matrix::new(x, y).with_clusters(people.clone());
    let absorbed = absorb(&m, &[people.clone(), firms.clone()], None, &Options::default()).unwrap();
    let short = absorbed.fit(DEFAULT_TOLERANCE).unwrap();
    let all = dummies(&absorbed, &m, &[&people, &firms]);
    let long = fit(&all, Some(1), DEFAULT_TOLERANCE).unwrap();
    near("slope", short.coefficients[0], long.coefficients[0], 1e-9);
    near("sigma", short.sigma, long.sigma, 1e-9);
    let hurried = Options { iterations: 3, ..Options::default() };
    let fault = absorb(&m, &[people, firms], None, &hurried).unwrap_err();
    assert!(matches!(fault, AbsorbFault::NotSettled { iterations: 3, .. }), "{fault:?}");
}

#[test]
fn the_books_are_kept() {
    // Rows 0-3: two people in two waves. Row 4: a person alone, whose leaving leaves wave 2 with row 5 alone, whose
    // leaving leaves person 3 with row 6 alone. Rows 7-10: another component.
    let people = vec![0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 5];
    let waves = vec![0, 1, 0, 1, 2, 2, 3, 8, 9, 8, 9];
    let x = Array2::from_shape_fn((11, 3), |(i, j)| match j {
        0 => ((i * 7 + 3) % 11) as f64,
        1 => f64::from(people[i]) * 0.1,
        _ => 0.3,
    });
    let y = Array1::from_shape_fn(11, |i| ((i * i) % 7) as f64);
    let m = Matrix::new(x, y);
    let factors = [people, waves];
    let absorbed = absorb(&m, &factors, None, &Options::default()).unwrap();
    assert_eq!(absorbed.kept, [0, 1, 2, 3, 7, 8, 9, 10]);
    assert_eq!(absorbed.singletons, 3);
    assert_eq!(absorbed.swallowed, [1, 2]);
    let levels: Vec<(usize, usize)> = absorbed.factors.iter().map(|factor| (factor.levels, factor.redundant)).collect();
    assert_eq!(levels, [(4, 0), (4, 2)]);
    let books = absorbed.absorption(&[]);
    assert_eq!((books.parameters, books.beyond_clusters), (6, 5));
    // Eight rows for six levels and three slopes are too few.
    assert_eq!(absorbed.fit(DEFAULT_TOLERANCE).unwrap_err(), OlsFault::TooFewRows { n: 8, k: 9 });
    let keep = absorb(&m, &factors, None, &Options { keep_singletons: true, ..Options::default() }).unwrap();
    assert_eq!((keep.kept.len(), keep.singletons), (11, 0));
    let alone: Vec<u32> = (0..11).collect();
    let none = absorb(&m, &[alone], None, &Options::default()).unwrap_err();
    assert_eq!(none, AbsorbFault::NoRows { singletons: 11 });
    assert_eq!(absorb(&m, &[], None, &Options::default()).unwrap_err(), AbsorbFault::NoFactor);
    assert_eq!(absorb(&m, &[vec![0; 3]], None, &Options::default()).unwrap_err(), AbsorbFault::Misfit);
    let mut broken = m.clone();
    broken.x[[4, 1]] = f64::NAN;
    let fault = absorb(&broken, &factors, None, &Options::default()).unwrap_err();
    assert_eq!(fault, AbsorbFault::NotFinite { column: Some(1) });
}

#[test]
fn an_outcome_that_the_effects_give_has_no_fit_and_an_exact_slope_no_error() {
    let p = panel(4);
    let own = Matrix { y: p.people.iter().map(|&person| f64::from(person) * 0.37).collect(), ..p.m.clone() };
    let factors = [p.people.clone(), p.waves.clone()];
    let absorbed = absorb(&own, &factors, None, &Options::default()).unwrap();
    assert_eq!(absorbed.fit(DEFAULT_TOLERANCE).unwrap_err(), OlsFault::ConstantOutcome);
    let exact = Array1::from_shape_fn(p.m.rows(), |i| 2.0 * p.m.x[[i, 0]] + f64::from(p.people[i] + p.waves[i] * 3));
    let absorbed = absorb(&Matrix { y: exact, ..p.m.clone() }, &factors, None, &Options::default()).unwrap();
    let fitted = absorbed.fit(DEFAULT_TOLERANCE).unwrap();
    assert!(fitted.perfect);
    near("slope", fitted.coefficients[0], 2.0, 1e-9);
    let errors = covariance(Kind::Cr1, &fitted, &absorbed.matrix).unwrap();
    assert_eq!(coefficient(&fitted, &errors, 0).std_error, 0.0);
}

/// Rows of a small panel by whole-number formulas, so that other programs can make the same ones.
fn formula_panel() -> (Matrix, Vec<u32>, Vec<u32>) {
    let rows: Vec<u32> = (0..120).filter(|i| i * 7 % 5 != 0).collect();
    let a = |i: u32| f64::from(i * 37 % 101) / 10.0 + f64::from(i % 6);
    let b = |i: u32| f64::from(i * 53 % 97) / 7.0;
    let y = |i: u32| 0.7 * a(i) - 0.3 * b(i) + f64::from(i / 6 * 29 % 13) + f64::from(i * 71 % 89) / 9.0;
    let x = Array2::from_shape_fn((rows.len(), 2), |(i, j)| if j == 0 { a(rows[i]) } else { b(rows[i]) });
    let people: Vec<u32> = rows.iter().map(|i| i / 6).collect();
    let m = Matrix::new(x, rows.iter().map(|&i| y(i)).collect());
    let m = m.with_clusters(people.iter().map(|person| person / 4).collect());
    (m, people, rows.iter().map(|i| i % 6).collect())
}

#[test]
fn errors_with_absorbed_effects_are_those_of_fixest() {
    // pyfixest 0.60, ssc(G_df = "conventional"), fixef_tol = 1e-13: coefficient and errors of the first slope.
    let (m, people, waves) = formula_panel();
    let one = [0.6616031893573417, 0.10097615741588085, 0.1012112398195607, 0.06743795414831813, 0.16533630573408745];
    let two = [0.6574991325181709, 0.1168381416461257, 0.1257686066998922, 0.08404785962370583, 0.18995307801299136];
    let both = [0.12995041356158585, 0.14640765314993878];
    let within = [0.44451044133077366, 0.40423938568694384];
    for (at, factors) in [vec![people.clone()], vec![people, waves.clone()]].into_iter().enumerate() {
        let absorbed = absorb(&m, &factors, None, &Options::default()).unwrap();
        let teams = absorbed.matrix.clusters.clone().unwrap();
        let expected = [one, two][at];
        let fitted = absorbed.fit(DEFAULT_TOLERANCE).unwrap();
        near("b", fitted.coefficients[0], expected[0], 1e-9);
        near("within", fitted.r_squared, within[at], 1e-9);
        let error =
            |fitted: &Fit, kind: Kind, rows: &Matrix| covariance(kind, fitted, rows).unwrap().matrix[[0, 0]].sqrt();
        near("iid", error(&fitted, Kind::Iid, &absorbed.matrix), expected[1], 1e-9);
        near("HC1", error(&fitted, Kind::Hc1, &absorbed.matrix), expected[2], 1e-9);
        near("by team", error(&fitted, Kind::Cr1, &absorbed.matrix), expected[3], 1e-9);
        let by_wave = absorbed.fit_clustered(DEFAULT_TOLERANCE, &[&waves]).unwrap();
        let rows = absorbed.matrix.clone().with_clusters(waves.clone());
        near("by wave", error(&by_wave, Kind::Cr1, &rows), expected[4], 1e-9);
        let crossed = absorbed.fit_clustered(DEFAULT_TOLERANCE, &[&teams, &waves]).unwrap();
        let errors = two_way(&crossed, &absorbed.matrix, &teams, &waves).unwrap();
        near("by both", errors.matrix[[0, 0]].sqrt(), both[at], 1e-9);
    }
}
