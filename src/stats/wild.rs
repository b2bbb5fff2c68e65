//! The wild cluster bootstrap of one contrast (Cameron, Gelbach & Miller, REStat 2008; Roodman, MacKinnon, Nielsen &
//! Webb, Stata Journal 2019): null imposed, studentised with CR1, its p-value and the interval by inverting the test.
//! It deliberately resamples no rows: one draw costs O(G k), and any further null value O(1) a draw.

use ndarray::Array1;
use rand::Rng;
use rayon::prelude::*;

use super::covariance::{self, CovarianceFault, Moment};
use super::matrix::Matrix;
use super::ols::Fit;
use super::permute::stream;
use super::triangle::solve_transposed;

/// Draws; also the most sign vectors that are all tried.
pub const DRAWS: u64 = 9_999;

/// Statistics this near in relative terms are ties: rounding must not decide whether the sample is as far as itself.
const TIE: f64 = 1e-9;

/// Ends of the interval are found to this share of the CR1 standard error.
pub const TOLERANCE: f64 = 1e-10;

/// A side on which no value up to this many standard errors is rejected is unbounded.
pub const FARTHEST: f64 = 1_048_576.0;

/// What a cluster's residuals are multiplied by: mean 0, variance 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// -1 or 1.
    Rademacher,
    /// Webb's six points, `±sqrt(3/2), ±1, ±sqrt(1/2)` (Webb 2023), for fewer clusters than seven.
    Webb,
}

/// How to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Key of the draws, from `permute::key`.
    pub key: [u8; 32],
    /// Draws; where there are no more sign vectors than this, all are tried instead ([`DRAWS`]).
    pub draws: u64,
    /// Weights of the clusters.
    pub weights: Weights,
}

impl Plan {
    /// Rademacher weights and [`DRAWS`] draws under a key.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key, draws: DRAWS, weights: Weights::Rademacher }
    }
}

/// Why there is no bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WildFault {
    /// The clusters do not serve: see [`CovarianceFault`]. Absorbed effects must be contained in the clusters, for the
    /// signs of others would not survive the demeaning; give them as columns.
    Clusters(CovarianceFault),
    /// The fit is exact, or the clusters' scores leave the contrast without a standard error.
    NoVariance,
    /// The contrast is 0 throughout or not one weight a column.
    NoContrast,
}

/// One end of an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum End {
    /// The first value that is rejected, to [`TOLERANCE`].
    At(f64),
    /// Nothing on this side is rejected up to [`FARTHEST`] standard errors.
    Unbounded,
}

/// The test of one null value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WildTest {
    /// The contrast `c'b`.
    pub estimate: f64,
    /// Its CR1 standard error.
    pub std_error: f64,
    /// `(c'b - null) / std_error`.
    pub statistic: f64,
    /// Two-sided, symmetric: the share of draws with `|t*| >= |t|`, ties counted. The sample counts as one draw beside
    /// random ones, `(far + 1) / (draws + 1)`, so that the p-value is never 0.
    pub p_value: f64,
    /// The smallest p-value that can come out.
    pub smallest_p: f64,
    /// Sign vectors tried (with their mirror images) or draws made.
    pub draws: u64,
    /// Whether all sign vectors were tried.
    pub exact: bool,
    /// Lower end of the values that are not rejected.
    pub low: End,
    /// Upper end.
    pub high: End,
}

/// What one draw makes of a null value `c'b - delta`: the bootstrap estimate is `a0 + a1 delta` away from it, and its
/// CR1 variance without the factor is `d0 + d1 delta + d2 delta^2`.
#[derive(Debug, Clone, Copy)]
struct Draw {
    a: [f64; 2],
    d: [f64; 3],
}

impl Draw {
    fn distance(&self, delta: f64) -> f64 {
        self.a[0] + self.a[1] * delta
    }

    fn variance(&self, delta: f64) -> f64 {
        (self.d[0] + (self.d[1] + self.d[2] * delta) * delta).max(0.0)
    }
}

/// One cluster in the direction `w = R^-T c` of the contrast.
struct Cluster {
    /// `v = Q'u`, k.
    v: Array1<f64>,
    /// `H w`, k.
    h: Array1<f64>,
    /// `w'v`.
    a: f64,
    /// `w'H w / w'w`.
    b: f64,
}

/// A prepared bootstrap: the draws are made once and serve every null value.
pub struct Wild {
    estimate: f64,
    std_error: f64,
    /// CR1 variance without its factor.
    variance: f64,
    /// CR1's factor.
    factor: f64,
    clusters: usize,
    plan: Plan,
    exact: bool,
    draws: Vec<Draw>,
}

impl Wild {
    /// Makes the draws for the contrast `c'b` (k weights) of a fit on these rows, by their clusters.
    ///
    /// With `w = R^-T c` and `z_g = Q_g'u~_g = v_g + H_g w delta / w'w` the restricted scores, signs `e_g` give the
    /// numerator `sum e_g w'z_g` and the scores of the new residuals `e_g w'z_g - (H_g w)' sum_h e_h z_h`, both linear in
    /// `delta = c'b - null`.
    ///
    /// # Errors
    /// See [`WildFault`].
    pub fn new(fit: &Fit, m: &Matrix, contrast: &Array1<f64>, plan: &Plan) -> Result<Self, WildFault> {
        if contrast.len() != fit.k || contrast.iter().all(|&weight| weight == 0.0) {
            return Err(WildFault::NoContrast);
        }
        covariance::all_counted(fit).map_err(WildFault::Clusters)?;
        let moments = covariance::cluster_moments(fit, m).map_err(WildFault::Clusters)?;
        let (clusters, w) = towards(fit, &moments, contrast);
        let variance: f64 = clusters.iter().map(|cluster| cluster.a * cluster.a).sum();
        // Scores that sum to rounding are no variance.
        if fit.perfect || variance <= (1e-14_f64).powi(2) * fit.rss * w.dot(&w) {
            return Err(WildFault::NoVariance);
        }
        let factor = covariance::cr1_factor(fit, clusters.len());
        let exact =
            plan.weights == Weights::Rademacher && all_signs(clusters.len()).is_some_and(|all| all <= plan.draws);
        let mut wild = Self {
            estimate: contrast.dot(&fit.coefficients),
            std_error: (factor * variance).sqrt(),
            variance,
            factor,
            clusters: clusters.len(),
            plan: *plan,
            exact,
            draws: Vec::new(),
        };
        // A sign vector and its mirror image give the same square: half of them are all of them.
        let count = if exact { 1 << (clusters.len() - 1) } else { plan.draws };
        wild.draws = (0..count)
            .into_par_iter()
            .map_init(
                || Room { signs: Vec::new(), s0: Array1::zeros(fit.k), s1: Array1::zeros(fit.k) },
                |room, draw| {
                    wild.sign(draw, &mut room.signs);
                    drawn(&clusters, &w, room)
                },
            )
            .collect();
        Ok(wild)
    }

    /// The weights of the clusters, by rising code, in one draw.
    pub fn signs(&self, draw: u64) -> Vec<f64> {
        let mut signs = Vec::new();
        self.sign(draw, &mut signs);
        signs
    }

    fn sign(&self, draw: u64, signs: &mut Vec<f64>) {
        signs.clear();
        let sign = |bit: u64| if bit == 0 { 1.0 } else { -1.0 };
        if self.exact {
            signs.extend((0..self.clusters).map(|g| sign(draw >> g & 1)));
            return;
        }
        let mut generator = stream(self.plan.key, draw);
        match self.plan.weights {
            Weights::Rademacher => {
                while signs.len() < self.clusters {
                    let bits: u64 = generator.random();
                    let left = (self.clusters - signs.len()).min(64);
                    signs.extend((0..left).map(|g| sign(bits >> g & 1)));
                }
            }
            Weights::Webb => {
                let points = [1.5_f64.sqrt(), 1.0, 0.5_f64.sqrt()];
                signs.extend((0..self.clusters).map(|_| {
                    let point = generator.random_range(0..6_usize);
                    if point < 3 { -points[point] } else { points[5 - point] }
                }));
            }
        }
    }

    /// Number of draws held; where all sign vectors are tried, one of each mirrored pair.
    pub fn len(&self) -> usize {
        self.draws.len()
    }

    /// Whether no draw was asked for.
    pub fn is_empty(&self) -> bool {
        self.draws.is_empty()
    }

    /// The statistic `t*` of every draw under a null value.
    pub fn statistics(&self, null: f64) -> Vec<f64> {
        let delta = self.estimate - null;
        self.draws.iter().map(|draw| draw.distance(delta) / (self.factor * draw.variance(delta)).sqrt()).collect()
    }

    /// The p-value of a null value.
    pub fn p_value(&self, null: f64) -> f64 {
        self.p_at(self.estimate - null)
    }

    fn p_at(&self, delta: f64) -> f64 {
        let square = delta * delta * (1.0 - TIE);
        // Products, not quotients: a draw whose variance is 0 is as far as can be.
        let is_far = |draw: &&Draw| draw.distance(delta).powi(2) * self.variance >= square * draw.variance(delta);
        let far = self.draws.iter().filter(is_far).count() as f64;
        let all = self.draws.len() as f64;
        if self.exact { far / all } else { (far + 1.0) / (all + 1.0) }
    }

    /// The smallest p-value that can come out: two of all sign vectors, or the sample among the draws.
    pub fn smallest_p(&self) -> f64 {
        let all = self.draws.len() as f64;
        if self.exact { 1.0 / all } else { 1.0 / (all + 1.0) }
    }

    /// The test of a null value, with the interval of all values that it would not reject at `1 - level`.
    pub fn test(&self, null: f64, level: f64) -> WildTest {
        WildTest {
            estimate: self.estimate,
            std_error: self.std_error,
            statistic: (self.estimate - null) / self.std_error,
            p_value: self.p_value(null),
            smallest_p: self.smallest_p(),
            draws: if self.exact { 2 * self.draws.len() as u64 } else { self.draws.len() as u64 },
            exact: self.exact,
            low: self.end(1.0, level),
            high: self.end(-1.0, level),
        }
    }

    /// The end towards smaller (`side` 1) or larger (-1) null values: out in growing steps until one is rejected
    /// (`p <= 1 - level`), then bisection. Where the p-value does not fall steadily, it is the change nearest to the
    /// estimate that the steps see.
    fn end(&self, side: f64, level: f64) -> End {
        let rejected = |errors: f64| self.p_at(side * errors * self.std_error) <= 1.0 - level;
        let (mut inside, mut outside) = (0.0, 0.25);
        while !rejected(outside) {
            if outside >= FARTHEST {
                return End::Unbounded;
            }
            (inside, outside) = (outside, (outside * 1.25_f64).min(FARTHEST));
        }
        while outside - inside > TOLERANCE {
            let middle = 0.5 * (inside + outside);
            if middle <= inside || middle >= outside {
                break;
            }
            if rejected(middle) {
                outside = middle;
            } else {
                inside = middle;
            }
        }
        End::At(self.estimate - side * outside * self.std_error)
    }
}

/// `2^G` where it can be counted.
fn all_signs(clusters: usize) -> Option<u64> {
    if clusters < 63 { Some(1 << clusters) } else { None }
}

fn towards(fit: &Fit, moments: &[Moment], contrast: &Array1<f64>) -> (Vec<Cluster>, Array1<f64>) {
    let mut w = vec![0.0; fit.k];
    solve_transposed(&fit.r, contrast.view(), &mut w);
    let w = Array1::from(w);
    let square = w.dot(&w);
    let one = |moment: &Moment| {
        let h = moment.h.dot(&w);
        let (a, b) = (w.dot(&moment.v), w.dot(&h) / square);
        Cluster { v: moment.v.clone(), h, a, b }
    };
    (moments.iter().map(one).collect(), w)
}

/// Room that a thread works in.
struct Room {
    signs: Vec<f64>,
    s0: Array1<f64>,
    s1: Array1<f64>,
}

fn drawn(clusters: &[Cluster], w: &Array1<f64>, room: &mut Room) -> Draw {
    room.s0.fill(0.0);
    room.s1.fill(0.0);
    for (cluster, &sign) in clusters.iter().zip(&room.signs) {
        room.s0.scaled_add(sign, &cluster.v);
        room.s1.scaled_add(sign, &cluster.h);
    }
    room.s1 /= w.dot(w);
    let mut d = [0.0; 3];
    for (cluster, &sign) in clusters.iter().zip(&room.signs) {
        let constant = sign * cluster.a - cluster.h.dot(&room.s0);
        let slope = sign * cluster.b - cluster.h.dot(&room.s1);
        d[0] += constant * constant;
        d[1] += 2.0 * constant * slope;
        d[2] += slope * slope;
    }
    Draw { a: [w.dot(&room.s0), w.dot(&room.s1)], d }
}
