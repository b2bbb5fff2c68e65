//! Intervals of shares of R² by drawing whole clusters again: how often they cover shares that are known, and that
//! nothing depends on the number of threads. Simulated: no publication gives these limits.

use ndarray::{Array1, Array2};
use oneonone::stats::importance::{importance, lmg};
use oneonone::stats::matrix::Matrix;
use oneonone::stats::moments::covariance_matrix;
use oneonone::stats::permute::{key, stream};
use oneonone::stats::resample::{Blocks, LMG_TERMS, Plan, ResampleFault, resample};
use rand::Rng;
use rand_distr::StandardNormal;

use super::agree::near;
use crate::workshop::{tell, times};

const P: usize = 5;
const SLOPES: [f64; P] = [0.35, 0.25, 0.12, 0.05, 0.0];
const BETWEEN: f64 = 0.2;
const CORRELATION: f64 = 0.1;

fn singles(p: usize) -> Vec<Vec<usize>> {
    (0..p).map(|column| vec![column]).collect()
}

fn plan(draws: u64) -> Plan {
    Plan { key: key(5, "test", "shares"), draws, level: 0.95 }
}

/// Correlated columns, within and between teams, and an outcome whose rest is shared within teams too.
fn teams(teams: usize, rep: u64) -> Matrix {
    let mut generator = stream(key(5, "test", "teams"), rep);
    let mut normal = move || generator.sample::<f64, _>(StandardNormal);
    let (mut x, mut y, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    for team in 0..teams {
        let common = normal();
        let means: Vec<f64> =
            (0..P).map(|_| CORRELATION.sqrt() * common + (1.0 - CORRELATION).sqrt() * normal()).collect();
        let rest = normal();
        for _ in 0..[8, 15, 25, 40][team % 4] {
            let common = normal();
            let mut outcome = BETWEEN.sqrt() * rest + (1.0 - BETWEEN).sqrt() * normal();
            for (mean, slope) in means.iter().zip(SLOPES) {
                let own = CORRELATION.sqrt() * common + (1.0 - CORRELATION).sqrt() * normal();
                let value = BETWEEN.sqrt() * mean + (1.0 - BETWEEN).sqrt() * own;
                outcome += slope * value;
                x.push(value);
            }
            y.push(outcome);
            codes.push(team as u32);
        }
    }
    Matrix::new(Array2::from_shape_vec((y.len(), P), x).unwrap(), Array1::from(y)).with_clusters(codes)
}

/// The shares in the population that [`teams`] draws from.
fn truth() -> Vec<f64> {
    let correlation = |a: usize, b: usize| if a == b { 1.0 } else { CORRELATION };
    let with_outcome = |a: usize| (0..P).map(|b| SLOPES[b] * correlation(a, b)).sum::<f64>();
    let explained: f64 = (0..P).map(|a| SLOPES[a] * with_outcome(a)).sum();
    let covariance = Array2::from_shape_fn((P + 1, P + 1), |(a, b)| match (a, b) {
        (P, P) => 1.0 + explained,
        (P, j) | (j, P) => with_outcome(j),
        _ => correlation(a, b),
    });
    lmg(&covariance, &singles(P)).unwrap()
}

#[test]
fn intervals_of_shares_cover_the_truth_with_twenty_teams() {
    let truth = truth();
    let reps = 200 * times();
    let (mut covered, mut below_upper) = ([0; P], [0; P]);
    for rep in 0..reps {
        let blocks = Blocks::of(&teams(20, rep), key(5, "test", "deal")).unwrap();
        let drawn = resample(&blocks, &singles(P), &plan(300)).unwrap();
        for (j, share) in drawn.lmg.unwrap().shares.iter().enumerate() {
            assert!(0.0 <= share.conf_low && share.conf_low <= share.estimate && share.estimate <= share.conf_high);
            covered[j] += u64::from(share.conf_low <= truth[j] && truth[j] <= share.conf_high);
            below_upper[j] += u64::from(truth[j] <= share.conf_high);
        }
    }
    for j in 0..P {
        let (covered, below_upper) = (covered[j] as f64 / reps as f64, below_upper[j] as f64 / reps as f64);
        tell(&format!("share {:.4} of R2 covered by its interval, 20 teams", truth[j]), covered);
        tell(&format!("share {:.4} of R2 below its upper limit, 20 teams", truth[j]), below_upper);
        // What is demanded, give or take two standard errors of 200 repetitions.
        let (least, most) = (0.88 - 0.046, 0.98 + 0.02);
        assert!(truth[j] < 0.01 || (least..=most).contains(&covered), "share {}: {covered}", truth[j]);
        assert!(truth[j] >= 0.01 || below_upper >= 0.95 - 0.03, "share {}: {below_upper}", truth[j]);
    }
}

#[test]
fn the_shares_drawn_again_are_those_of_the_rows() {
    let m = teams(12, 1);
    let drawn = resample(&Blocks::of(&m, [0; 32]).unwrap(), &singles(P), &plan(200)).unwrap();
    let expected = importance(&covariance_matrix(&m)).unwrap();
    for j in 0..P {
        near("lmg", drawn.lmg.as_ref().unwrap().shares[j].estimate, expected.lmg.as_ref().unwrap()[j], 1e-10);
        near("johnson", drawn.johnson.shares[j].estimate, expected.johnson[j], 1e-10);
    }
    assert_eq!((drawn.clusters, drawn.draws, drawn.failed), (12, 200, 0));
}

#[test]
fn terms_of_several_columns_are_one_share() {
    let m = teams(12, 2);
    let terms = vec![vec![0, 3], vec![1], vec![2, 4]];
    let drawn = resample(&Blocks::of(&m, [0; 32]).unwrap(), &terms, &plan(50)).unwrap();
    let covariance = covariance_matrix(&m);
    let expected = lmg(&covariance, &terms).unwrap();
    let columns = importance(&covariance).unwrap().johnson;
    near("lmg", drawn.lmg.as_ref().unwrap().shares[0].estimate, expected[0], 1e-10);
    near("johnson", drawn.johnson.shares[2].estimate, columns[2] + columns[4], 1e-10);
}

#[test]
fn how_often_one_outranks_another_agrees_with_itself() {
    let drawn = resample(&Blocks::of(&teams(20, 3), [0; 32]).unwrap(), &singles(P), &plan(500)).unwrap();
    let lmg = drawn.lmg.unwrap();
    for a in 0..P {
        for b in 0..P {
            near("both ways", lmg.outranks[[a, b]] + lmg.outranks[[b, a]], 1.0, 1e-12);
        }
        let (best, worst) = lmg.ranks[a];
        assert!(1 <= best && best <= worst && worst <= P);
    }
    assert!(lmg.outranks[[0, 4]] > 0.99, "a strong driver outranks none");
    assert_eq!(lmg.ranks[0].0, 1);
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let blocks = Blocks::of(&teams(20, 4), [7; 32]).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| resample(&blocks, &singles(P), &plan(100)).unwrap())
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn rows_without_clusters_are_drawn_and_many_are_dealt_into_blocks() {
    let mut m = teams(200, 5);
    m.clusters = None;
    let n = m.rows();
    assert!(n > 4_000);
    let many = resample(&Blocks::of(&m, [1; 32]).unwrap(), &singles(P), &plan(400)).unwrap();
    assert_eq!(many.clusters, n);
    let few = Matrix::new(
        m.x.slice_axis(ndarray::Axis(0), ndarray::Slice::from(..1_000)).to_owned(),
        m.y.slice_axis(ndarray::Axis(0), ndarray::Slice::from(..1_000)).to_owned(),
    );
    let few = resample(&Blocks::of(&few, [1; 32]).unwrap(), &singles(P), &plan(400)).unwrap();
    let width = |drawn: &oneonone::stats::resample::Resampled| {
        let share = drawn.johnson.shares[0];
        share.conf_high - share.conf_low
    };
    // Four times the rows and more: half the width.
    let ratio = width(&few) / width(&many) / (n as f64 / 1_000.0).sqrt();
    assert!((0.7..1.4).contains(&ratio), "{ratio}");
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let m = teams(20, 6);
    let of = |m: &Matrix| Blocks::of(m, [0; 32]);
    assert_eq!(of(&teams(2, 6)).unwrap_err(), ResampleFault::TooFewClusters { clusters: 2 });
    assert_eq!(
        of(&Matrix::new(Array2::zeros((0, 2)), Array1::zeros(0))).unwrap_err(),
        ResampleFault::TooFewClusters { clusters: 0 }
    );
    assert_eq!(of(&m.clone().with_clusters(vec![0, 1])).unwrap_err(), ResampleFault::Misfit);
    let mut infinite = m.clone();
    infinite.y[0] = f64::INFINITY;
    assert_eq!(of(&infinite).unwrap_err(), ResampleFault::NotFinite);
    let mut constant = m.clone();
    constant.x.column_mut(1).fill(0.1);
    let fault = |m: &Matrix| resample(&of(m).unwrap(), &singles(P), &plan(100)).unwrap_err();
    assert_eq!(fault(&constant), ResampleFault::Singular);
    // A column that lives in one team is missing from a third of the draws.
    let mut rare = m.clone();
    let first: Vec<bool> = m.clusters.as_ref().unwrap().iter().map(|&code| code == 0).collect();
    rare.x.column_mut(1).iter_mut().zip(first).for_each(|(value, first)| *value = f64::from(u8::from(first)));
    assert!(matches!(fault(&rare), ResampleFault::ThinDraws { failed } if failed > 20));
    assert_eq!(resample(&of(&m).unwrap(), &[vec![9]], &plan(10)).unwrap_err(), ResampleFault::Misfit);
    assert_eq!(resample(&of(&m).unwrap(), &singles(P), &plan(0)).unwrap_err(), ResampleFault::ThinDraws { failed: 0 });
}

#[test]
fn above_fifteen_terms_only_relative_weights_are_drawn() {
    let mut generator = stream(key(5, "test", "wide"), 0);
    let x = Array2::from_shape_fn((300, LMG_TERMS + 1), |_| generator.sample::<f64, _>(StandardNormal));
    let y = x.sum_axis(ndarray::Axis(1));
    let drawn =
        resample(&Blocks::of(&Matrix::new(x, y), [0; 32]).unwrap(), &singles(LMG_TERMS + 1), &plan(50)).unwrap();
    assert!(drawn.lmg.is_none());
    near("all of R squared", drawn.johnson.shares.iter().map(|share| share.estimate).sum(), 1.0, 1e-10);
}
