//! Effects of factors taken out of the rows before a fit (Frisch & Waugh 1933; Lovell 1963), with what they cost in
//! degrees of freedom: alternating projections, accelerated by conjugate gradients on the symmetric sweep (Correia 2016;
//! Hernández-Ramos, Escalante & Raydan 2011). It deliberately estimates no effect and chooses no covariance.

use ndarray::{Array1, Array2, Axis};
use rayon::prelude::*;

use super::double::Double;
use super::levels::{self, Levels};
use super::matrix::Matrix;
use super::ols::{self, Absorption, Fit, OlsFault, WeightFault};

/// How far demeaned columns may be from their limit, relative to the length of the centred column.
pub const TOLERANCE: f64 = 1e-10;
/// Sweeps before giving up.
pub const ITERATIONS: usize = 10_000;
/// A column of which no more than this share of its centred length is left lies in the effects.
const SWALLOWED: f64 = 1e-8;

/// Relative rounding that many sums of rows may carry.
const ROUNDING: f64 = 5e-15;

/// Under this relative residual, sweeps that no longer help have reached rounding.
const STALLED: f64 = 1e-12;

/// How to absorb.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Relative tolerance ([`TOLERANCE`]).
    pub tolerance: f64,
    /// Most sweeps for a column ([`ITERATIONS`]).
    pub iterations: usize,
    /// Whether rows that a level fits alone stay: they change no slope, but n and with it CR1 (fixest keeps them,
    /// reghdfe does not).
    pub keep_singletons: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { tolerance: TOLERANCE, iterations: ITERATIONS, keep_singletons: false }
    }
}

/// Why effects cannot be absorbed.
#[derive(Debug, Clone, PartialEq)]
pub enum AbsorbFault {
    /// No factor was named.
    NoFactor,
    /// The factor at this position, or the clusters, have another number of codes than there are rows.
    Misfit,
    /// The weights do not serve.
    Weights(WeightFault),
    /// A number of this column (`None`: the outcome) is infinite or not a number.
    NotFinite {
        /// Column of `x`, or the outcome.
        column: Option<usize>,
    },
    /// Nothing is left once rows that a level fits alone are out.
    NoRows {
        /// Rows taken out.
        singletons: usize,
    },
    /// The sweeps did not settle.
    NotSettled {
        /// Column of `x`, or the outcome.
        column: Option<usize>,
        /// Sweeps made.
        iterations: usize,
    },
}

/// An absorbed factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// Levels among the rows kept.
    pub levels: usize,
    /// Levels that factors before it already give: its connected components with one of them, the most of any (exact for
    /// two factors; for more a lower bound, as in reghdfe's `dofadjustments(pairwise)`).
    pub redundant: usize,
    /// Whether every level lies within one cluster of the rows; `false` without clusters.
    pub nested: bool,
    /// Dense codes of the rows kept.
    pub codes: Vec<u32>,
}

/// Rows without the effects, and the books.
#[derive(Debug, Clone)]
pub struct Absorbed {
    /// Demeaned rows (times the roots of their weights, where there are any), with the clusters of the rows kept.
    /// Columns in `swallowed` are 0 throughout.
    pub matrix: Matrix,
    /// Position of the constant in `matrix`, where nothing was taken out and it therefore has one.
    pub intercept: Option<usize>,
    /// Columns of `x` as given; those after them are levels shown as columns ([`for_adjustment`]).
    pub slopes: usize,
    /// Positions of the rows kept.
    pub kept: Vec<usize>,
    /// Rows taken out because a level fits them alone, in turns until none is left.
    pub singletons: usize,
    /// The factors, in the order given.
    pub factors: Vec<Factor>,
    /// Columns of `x` that lie in the effects, such as the constant.
    pub swallowed: Vec<usize>,
    /// Most sweeps that any column took.
    pub iterations: usize,
    /// Total sum of squares of the outcome about its (weighted) mean, for the R² of everything.
    pub total: f64,
    /// n leverages of the effects taken out alone; known for one factor.
    leverage: Option<Array1<f64>>,
    /// Whether each factor was taken out, and not shown as columns.
    taken: Vec<bool>,
}

impl Absorbed {
    /// The fit on the demeaned rows: the coefficients, residuals and errors of the regression with all dummies. Its R²
    /// is the share within the effects.
    ///
    /// # Errors
    /// As [`ols::fit_absorbed`]; a swallowed column is collinear with an empty combination.
    pub fn fit(&self, tol: f64) -> Result<Fit, OlsFault> {
        self.fit_clustered(tol, self.matrix.clusters.as_deref().as_slice())
    }

    /// The fit for errors by these clusterings: effects contained in any of them count as one constant in CR1.
    ///
    /// # Errors
    /// As [`Self::fit`].
    pub fn fit_clustered(&self, tol: f64, clusterings: &[&[u32]]) -> Result<Fit, OlsFault> {
        ols::fit_absorbed(&self.matrix, self.intercept, tol, self.absorption(clusterings))
    }

    /// The share of the outcome's variation about its mean that slopes and effects together explain.
    pub fn r_squared(&self, fit: &Fit) -> f64 {
        1.0 - fit.rss / self.total
    }

    /// What the effects taken out cost under these clusterings (n codes each).
    pub fn absorption(&self, clusterings: &[&[u32]]) -> Absorption {
        let taken: Vec<&Factor> =
            self.factors.iter().zip(&self.taken).filter(|(_, taken)| **taken).map(|(f, _)| f).collect();
        let sets: Vec<&[u32]> = taken.iter().map(|factor| factor.codes.as_slice()).collect();
        let parameters = parameters(&sets);
        let contained = |codes: &[u32]| clusterings.iter().any(|clusters| levels::contained(codes, clusters));
        let (inside, outside): (Vec<&[u32]>, Vec<&[u32]>) = sets.iter().partition(|codes| contained(codes));
        let ordered: Vec<&[u32]> = inside.iter().chain(&outside).copied().collect();
        // The constant is a parameter of the contained effects, or else the first of the others.
        let constant = if inside.is_empty() { parameters.min(1) } else { self::parameters(&inside) };
        let beyond_clusters = self::parameters(&ordered) - constant;
        Absorption { parameters, beyond_clusters, leverage: self.leverage.clone() }
    }
}

/// Levels of all factors less those that others give.
fn parameters(sets: &[&[u32]]) -> usize {
    let levels = |codes: &[u32]| codes.iter().copied().max().map_or(0, |code| code as usize + 1);
    (0..sets.len()).map(|f| levels(sets[f]) - levels::redundant(&sets[..f], sets[f])).sum()
}

/// Takes the effects of `factors` (n codes each, dense or not) out of all columns of `m`, which has no constant.
///
/// Rows that a level fits alone go first. One factor is exact; several are swept until no column is farther than the
/// tolerance from its limit, as the residual over the smallest curvature met bounds it. Columns are worked on in
/// parallel; results do not depend on threads.
///
/// # Errors
/// See [`AbsorbFault`].
pub fn absorb(
    m: &Matrix,
    factors: &[Vec<u32>],
    weights: Option<&[f64]>,
    options: &Options,
) -> Result<Absorbed, AbsorbFault> {
    let taken = vec![true; factors.len()];
    let rows = Kept::new(m, factors, weights, options)?;
    demeaned(rows, taken, options)
}

/// Most levels that are shown as columns for CR2 and CR3.
pub const EXPLICIT: usize = 200;

/// How many levels CR2 and CR3 must see as columns: those of the factors that the clusters do not contain. Beyond
/// [`EXPLICIT`] the caller takes CR1 and says so.
pub fn levels_to_show(factors: &[Vec<u32>], clusters: &[u32]) -> usize {
    let shown = factors.iter().filter(|codes| !levels::contained(codes, clusters));
    shown.map(|codes| Levels::new(codes).count).sum()
}

/// As [`absorb`], for the kinds that adjust by leverage: factors contained in the clusters (or, without clusters, the one
/// with the most levels) are taken out, and levels of the others become columns after those of `x`, less the redundant
/// ones (Pustejovsky & Tipton 2018, section 3.3: what the clusters contain may be left out of the adjustment). The slopes
/// are the same. R² then counts the columns as regressors; take the one within from [`absorb`].
///
/// # Errors
/// See [`AbsorbFault`].
pub fn for_adjustment(
    m: &Matrix,
    factors: &[Vec<u32>],
    weights: Option<&[f64]>,
    options: &Options,
) -> Result<Absorbed, AbsorbFault> {
    let rows = Kept::new(m, factors, weights, options)?;
    let counts: Vec<usize> = rows.factors.iter().map(|factor| factor.count).collect();
    let most = (0..counts.len()).rev().max_by_key(|&f| counts[f]);
    let taken: Vec<bool> = match &rows.clusters {
        Some(clusters) => rows.factors.iter().map(|factor| levels::contained(&factor.codes, clusters)).collect(),
        None => (0..counts.len()).map(|f| Some(f) == most).collect(),
    };
    let slopes = rows.x.ncols();
    let shown = with_levels(rows, &taken);
    let mut absorbed = demeaned(shown, taken, options)?;
    absorbed.slopes = slopes;
    levels::drop_redundant(&mut absorbed.matrix, &mut absorbed.swallowed, &mut absorbed.intercept, slopes);
    Ok(absorbed)
}

/// Appends a column for every level of the factors that are not taken out, and the constant when none is.
fn with_levels(mut rows: Kept, taken: &[bool]) -> Kept {
    let n = rows.x.nrows();
    let mut columns: Vec<Array1<f64>> = Vec::new();
    if !taken.contains(&true) {
        columns.push(Array1::ones(n));
    }
    for (factor, _) in rows.factors.iter().zip(taken).filter(|(_, taken)| !**taken) {
        for level in 0..factor.count as u32 {
            columns.push(factor.codes.iter().map(|&code| f64::from(u8::from(code == level))).collect());
        }
    }
    let slopes = rows.x.ncols();
    let mut x = Array2::zeros((n, slopes + columns.len()));
    for (j, mut target) in x.columns_mut().into_iter().enumerate() {
        if j < slopes { target.assign(&rows.x.column(j)) } else { target.assign(&columns[j - slopes]) }
    }
    rows.x = x;
    rows
}

/// The rows that are used, checked.
struct Kept {
    x: Array2<f64>,
    y: Array1<f64>,
    clusters: Option<Vec<u32>>,
    weights: Option<Vec<f64>>,
    factors: Vec<Levels>,
    kept: Vec<usize>,
    singletons: usize,
}

impl Kept {
    fn new(m: &Matrix, factors: &[Vec<u32>], weights: Option<&[f64]>, options: &Options) -> Result<Self, AbsorbFault> {
        check(m, factors, weights)?;
        let n = m.rows();
        let kept = if options.keep_singletons { (0..n).collect() } else { levels::without_singletons(factors, n) };
        let singletons = n - kept.len();
        if kept.is_empty() {
            return Err(AbsorbFault::NoRows { singletons });
        }
        let pick = |codes: &Vec<u32>| -> Vec<u32> { kept.iter().map(|&row| codes[row]).collect() };
        Ok(Self {
            x: m.x.select(Axis(0), &kept),
            y: m.y.select(Axis(0), &kept),
            clusters: m.clusters.as_ref().map(pick),
            weights: weights.map(|weights| kept.iter().map(|&row| weights[row]).collect()),
            factors: factors.iter().map(|codes| Levels::new(&pick(codes))).collect(),
            kept,
            singletons,
        })
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }
}

fn check(m: &Matrix, factors: &[Vec<u32>], weights: Option<&[f64]>) -> Result<(), AbsorbFault> {
    let n = m.rows();
    if factors.is_empty() {
        return Err(AbsorbFault::NoFactor);
    }
    let codes = factors.iter().chain(&m.clusters);
    if m.x.nrows() != m.y.len() || codes.into_iter().any(|codes| codes.len() != n) {
        return Err(AbsorbFault::Misfit);
    }
    if let Some(weights) = weights {
        if weights.len() != n {
            return Err(AbsorbFault::Weights(WeightFault::Misfit));
        }
        if let Some(row) = weights.iter().position(|weight| !weight.is_finite() || *weight <= 0.0) {
            return Err(AbsorbFault::Weights(WeightFault::NotPositive { row }));
        }
    }
    ols::check_finite(m).map_err(|fault| match fault {
        OlsFault::NotFinite { column } => AbsorbFault::NotFinite { column },
        _ => AbsorbFault::Misfit,
    })
}

/// Demeans every column by the factors taken, scales by the roots of the weights, and writes the books.
fn demeaned(rows: Kept, taken: Vec<bool>, options: &Options) -> Result<Absorbed, AbsorbFault> {
    let n = rows.y.len();
    let used: Vec<&Levels> = rows.factors.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(f, _)| f).collect();
    let sweep = Sweep::new(&used, rows.weights.as_deref(), n);
    let k = rows.x.ncols();
    let column = |j: usize| if j < k { rows.x.column(j).to_vec() } else { rows.y.to_vec() };
    let name = |j: usize| (j < k).then_some(j);
    let done: Vec<Demeaned> = (0..=k)
        .into_par_iter()
        .map(|j| {
            let settled = sweep.take_out(column(j), options);
            settled.map_err(|iterations| AbsorbFault::NotSettled { column: name(j), iterations })
        })
        .collect::<Result<_, _>>()?;
    let root: Vec<f64> = (0..n).map(|row| rows.weight(row).sqrt()).collect();
    let matrix = Matrix {
        x: Array2::from_shape_fn((n, k), |(i, j)| done[j].values[i] * root[i]),
        y: Array1::from_shape_fn(n, |i| done[k].values[i] * root[i]),
        clusters: rows.clusters.clone(),
    };
    Ok(Absorbed {
        matrix,
        intercept: None,
        slopes: k,
        singletons: rows.singletons,
        factors: books(&rows),
        swallowed: (0..k).filter(|&j| done[j].swallowed).collect(),
        iterations: done.iter().map(|column| column.iterations).max().unwrap_or(0),
        total: sweep.centred_square(&rows.y.to_vec()),
        leverage: sweep.leverage(),
        kept: rows.kept,
        taken,
    })
}

fn books(rows: &Kept) -> Vec<Factor> {
    let sets: Vec<&[u32]> = rows.factors.iter().map(|factor| factor.codes.as_slice()).collect();
    let one = |(f, factor): (usize, &Levels)| Factor {
        levels: factor.count,
        redundant: levels::redundant(&sets[..f], sets[f]),
        nested: rows.clusters.as_ref().is_some_and(|clusters| levels::contained(sets[f], clusters)),
        codes: factor.codes.clone(),
    };
    rows.factors.iter().enumerate().map(one).collect()
}

struct Demeaned {
    values: Vec<f64>,
    iterations: usize,
    swallowed: bool,
}

/// The projections that take out the means of each factor.
struct Sweep<'a> {
    factors: Vec<Means<'a>>,
    weights: Option<&'a [f64]>,
    rows: usize,
}

struct Means<'a> {
    levels: &'a Levels,
    /// Weight of each level.
    sizes: Vec<f64>,
}

impl<'a> Sweep<'a> {
    fn new(factors: &[&'a Levels], weights: Option<&'a [f64]>, rows: usize) -> Self {
        let means = |&levels: &&'a Levels| {
            let mut sizes = vec![0.0; levels.count];
            for (row, &code) in levels.codes.iter().enumerate() {
                sizes[code as usize] += weights.map_or(1.0, |weights| weights[row]);
            }
            Means { levels, sizes }
        };
        Self { factors: factors.iter().map(means).collect(), weights, rows }
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    fn dot(&self, a: &[f64], b: &[f64]) -> f64 {
        match self.weights {
            None => a.iter().zip(b).map(|(a, b)| a * b).sum(),
            Some(weights) => a.iter().zip(b).zip(weights).map(|((a, b), w)| w * a * b).sum(),
        }
    }

    /// Sum of squares about the mean.
    fn centred_square(&self, values: &[f64]) -> f64 {
        let mass: f64 = (0..self.rows).map(|row| self.weight(row)).sum();
        let add = |sum: Double, (row, &value): (usize, &f64)| sum.plus_product(self.weight(row), value);
        let mean = values.iter().enumerate().fold(Double::default(), add).value() / mass;
        let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
        self.dot(&centred, &centred)
    }

    fn leverage(&self) -> Option<Array1<f64>> {
        let [only] = self.factors.as_slice() else { return None };
        let one = |(row, &code): (usize, &u32)| self.weight(row) / only.sizes[code as usize];
        Some(only.levels.codes.iter().enumerate().map(one).collect())
    }

    /// Takes the level means of one factor out.
    fn project(&self, factor: usize, values: &mut [f64], room: &mut Vec<f64>) {
        let Means { levels, sizes } = &self.factors[factor];
        room.clear();
        room.resize(levels.count, 0.0);
        for (row, (&code, value)) in levels.codes.iter().zip(values.iter()).enumerate() {
            room[code as usize] += self.weight(row) * value;
        }
        room.iter_mut().zip(sizes).for_each(|(sum, size)| *sum /= size);
        for (&code, value) in levels.codes.iter().zip(values) {
            *value -= room[code as usize];
        }
    }

    /// `v - T v`, `T` the sweep through all factors and back. The first factor comes first as well, although its means
    /// are out already: without it rounding leaves the space on which the sweep is symmetric, and gradients go astray.
    fn curvature(&self, v: &[f64], room: &mut Vec<f64>) -> Vec<f64> {
        let last = self.factors.len() - 1;
        let mut swept = v.to_vec();
        for factor in (0..=last).chain((0..last).rev()) {
            self.project(factor, &mut swept, room);
        }
        swept.iter_mut().zip(v).for_each(|(swept, v)| *swept = v - *swept);
        swept
    }

    /// The column without all effects, or the sweeps made in vain.
    fn take_out(&self, mut values: Vec<f64>, options: &Options) -> Result<Demeaned, usize> {
        // Of a constant column rounding alone is left, centred or not.
        let scale = self.centred_square(&values).sqrt().max(ROUNDING / SWALLOWED * self.dot(&values, &values).sqrt());
        let mut room = Vec::new();
        let mut iterations = 0;
        if !self.factors.is_empty() {
            // The second time takes out what rounding left of a large mean.
            self.project(0, &mut values, &mut room);
            self.project(0, &mut values, &mut room);
            iterations = 1;
        }
        if self.factors.len() > 1 {
            iterations = self.settle(&mut values, scale, &mut room, options)?;
        }
        let swallowed = !self.factors.is_empty() && self.dot(&values, &values).sqrt() <= SWALLOWED * scale;
        if swallowed {
            values.fill(0.0);
        }
        Ok(Demeaned { values, iterations, swallowed })
    }

    /// Conjugate gradients for `(I - T) x = 0` from the column: they end at its projection on what no factor moves. The
    /// error is at most the residual over the smallest eigenvalue; the smallest curvature met stands for that.
    fn settle(&self, x: &mut [f64], scale: f64, room: &mut Vec<f64>, options: &Options) -> Result<usize, usize> {
        let mut iterations = 0;
        let (mut least, mut before) = (1.0_f64, f64::INFINITY);
        while iterations < options.iterations {
            // The residual is made afresh now and then: the recurrence drifts from it.
            let mut r: Vec<f64> = self.curvature(x, room).into_iter().map(|value| -value).collect();
            let mut square = self.dot(&r, &r);
            let enough = |square: f64, least: f64| square.sqrt() <= (options.tolerance * least).max(ROUNDING) * scale;
            iterations += 1;
            // A residual at the level of rounding that starting again does not halve is all that floats can give.
            let is_rounding = square.sqrt() <= STALLED * scale && square > 0.25 * before;
            if enough(square, least) || is_rounding {
                return Ok(iterations);
            }
            before = square;
            let mut p = r.clone();
            while iterations < options.iterations && !enough(square, least) {
                let turned = self.curvature(&p, room);
                let curvature = self.dot(&p, &turned);
                iterations += 1;
                if curvature <= 0.0 {
                    break;
                }
                least = least.min(curvature / self.dot(&p, &p));
                let step = square / curvature;
                x.iter_mut().zip(&p).for_each(|(x, p)| *x += step * p);
                r.iter_mut().zip(&turned).for_each(|(r, turned)| *r -= step * turned);
                let next = self.dot(&r, &r);
                let along = next / square;
                square = next;
                p.iter_mut().zip(&r).for_each(|(p, r)| *p = r + along * *p);
            }
        }
        Err(iterations)
    }
}
