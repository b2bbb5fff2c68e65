//! Whether hazards are proportional: the score test that no coefficient changes with time, by term and for all, and the
//! same robust by unit. It deliberately draws no smoothed residuals; restricted means say what a changing effect comes to.

use ndarray::{Array1, Array2, Axis};

use super::partial::{Model, Point};
use super::{CoxFit, Sample, residuals};
use crate::stats::survival::{Life, Step, kaplan_meier};
use crate::stats::{eigen, tail};

/// The function of time against which a change is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// One less the Kaplan-Meier curve of all just before: R's default (`cox.zph(transform = "km")`).
    KaplanMeier,
    /// Time itself.
    Identity,
    /// Rank of the time among all times at which anyone left or was lost, ties averaged (as R).
    Rank,
}

/// A chi-square test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquare {
    /// Statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Upper tail.
    pub p_value: f64,
}

/// The tests of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Proportionality {
    /// One test a term, in the order asked; nothing where a term cannot change with time (all of its events at one time).
    pub terms: Vec<Option<ChiSquare>>,
    /// All terms at once.
    pub global: Option<ChiSquare>,
}

/// Tests that the coefficients of each term (a set of columns: one, or the indicators of a factor) do not change with
/// `g(t)`: the score test of adding `x g(t)` at the estimate (Grambsch & Therneau 1994; in full, without their
/// approximation of a constant variance, as R's `cox.zph` since survival 3.0):
/// `U' (I22 - I21 I11^-1 I12)^-1 U`, `U = sum of g(t) (x_i - xbar(t))` over events, `I = sum of (1, g, g²) V(t)`.
///
/// With `units` (n dense codes) the variance of `U` is that between units, `sum of e_g e_g'` with
/// `e_i = u_i(g) - I21 I11^-1 u_i(1)` of the score residuals `u_i` (as Lin & Wei 1989): teams that leave together are then
/// not taken for a changing effect. It needs many more units than columns.
pub fn proportionality(
    sample: &Sample<'_>,
    fit: &CoxFit,
    terms: &[Vec<usize>],
    clock: Clock,
    units: Option<&[u32]>,
) -> Option<Proportionality> {
    let p = fit.coefficients.len();
    let known = terms.iter().flatten().all(|&column| column < p);
    if sample.check().is_err() || sample.x.ncols() != p || !known {
        return None;
    }
    if units.is_some_and(|units| units.len() != sample.lives.len()) {
        return None;
    }
    let model = Model::new(sample, fit.ties);
    let beta = &fit.coefficients * &model.scale;
    let g = Warped::new(sample.lives, clock);
    let test = Test::new(&model, &beta, &g, units)?;
    let all: Vec<usize> = (0..p).collect();
    Some(Proportionality { terms: terms.iter().map(|columns| test.of(columns)).collect(), global: test.of(&all) })
}

/// Score of the added columns and its variance given the estimated ones.
struct Test {
    score: Array1<f64>,
    /// Blocks of the information: of the model, between, of the added.
    information: [Array2<f64>; 3],
    /// n residuals by unit of the model's columns and of the added, where the variance is taken between units.
    between: Option<[Array2<f64>; 2]>,
}

impl Test {
    fn new(model: &Model<'_>, beta: &Array1<f64>, g: &Warped, units: Option<&[u32]>) -> Option<Self> {
        let p = beta.len();
        let mut score = Array1::zeros(p);
        let mut information = [(); 3].map(|()| Array2::<f64>::zeros((p, p)));
        model.parts(&model.risks(beta), |moment, part: &Point| {
            let weight = g.at(moment.time);
            score.scaled_add(weight, &part.score);
            for (block, power) in information.iter_mut().zip([1.0, weight, weight * weight]) {
                block.scaled_add(power, &part.information);
            }
        });
        let between = units.map(|units| {
            let plain = by_unit(&residuals::scores(model, beta, |_| 1.0), units);
            [plain, by_unit(&residuals::scores(model, beta, |time| g.at(time)), units)]
        });
        eigen::cholesky(&information[0])?;
        Some(Self { score, information, between })
    }

    fn of(&self, columns: &[usize]) -> Option<ChiSquare> {
        if columns.is_empty() {
            return None;
        }
        let score = self.score.select(Axis(0), columns);
        // p x q: what each added column owes to the estimated ones.
        let mixed = self.information[1].select(Axis(1), columns);
        let mut owed = Array2::zeros(mixed.raw_dim());
        for (mut to, from) in owed.columns_mut().into_iter().zip(mixed.columns()) {
            to.assign(&eigen::solve(&self.information[0], &from.to_owned())?);
        }
        let variance = match &self.between {
            None => {
                let own = self.information[2].select(Axis(0), columns).select(Axis(1), columns);
                own - mixed.t().dot(&owed)
            }
            Some([plain, timed]) => {
                let efficient = timed.select(Axis(1), columns) - plain.dot(&owed);
                efficient.t().dot(&efficient)
            }
        };
        let scale = columns.iter().map(|&j| self.information[2][[j, j]]).collect::<Array1<f64>>();
        if variance.diag().iter().zip(&scale).any(|(left, whole)| *left <= 1e-10 * whole) {
            return None;
        }
        let statistic = score.dot(&eigen::solve(&variance, &score)?);
        let df = columns.len() as f64;
        Some(ChiSquare { statistic, df, p_value: tail::chi2_upper(statistic, df) })
    }
}

/// Sums of the rows of each unit.
fn by_unit(rows: &Array2<f64>, units: &[u32]) -> Array2<f64> {
    let groups = units.iter().copied().max().map_or(0, |code| code as usize + 1);
    let mut sums = Array2::zeros((groups, rows.ncols()));
    for (row, &code) in rows.rows().into_iter().zip(units) {
        let mut sum = sums.row_mut(code as usize);
        sum += &row;
    }
    sums
}

/// `g` at the event times, less its mean over events, which changes no test and keeps the digits.
struct Warped {
    times: Vec<f64>,
    values: Vec<f64>,
}

impl Warped {
    fn new(lives: &[Life], clock: Clock) -> Self {
        let curve = kaplan_meier(lives);
        let mut exits: Vec<f64> = lives.iter().filter(|life| life.exit > life.entry).map(|life| life.exit).collect();
        exits.sort_by(f64::total_cmp);
        let passed = |time: f64| exits.partition_point(|&exit| exit < time) as f64;
        let upto = |time: f64| exits.partition_point(|&exit| exit <= time) as f64;
        let mut before = 1.0;
        let value = |step: &Step| match clock {
            Clock::KaplanMeier => 1.0 - std::mem::replace(&mut before, step.survival),
            Clock::Identity => step.time,
            Clock::Rank => 0.5 * (passed(step.time) + upto(step.time) + 1.0),
        };
        let mut values: Vec<f64> = curve.steps.iter().map(value).collect();
        let sum: f64 = values.iter().zip(&curve.steps).map(|(value, step)| value * step.events as f64).sum();
        let mean = sum / curve.events.max(1) as f64;
        values.iter_mut().for_each(|value| *value -= mean);
        Self { times: curve.steps.iter().map(|step| step.time).collect(), values }
    }

    fn at(&self, time: f64) -> f64 {
        self.values[self.times.partition_point(|&other| other < time)]
    }
}
