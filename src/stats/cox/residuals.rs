//! Score residuals of Cox's model: what each person adds to the score, from which errors robust by unit are made.
//! It deliberately knows no units.

use ndarray::{Array1, Array2};

use super::partial::{Model, Moment, Sums};

/// n x p residuals `integral of g(t) (x_i - xbar(t)) dM_i(t)` at `beta`, with Efron's shares where events tie (Therneau &
/// Grambsch 2000, 4.6), in the model's scale. `g = 1` gives the score residuals, others those of covariates times `g`.
pub(super) fn scores(model: &Model<'_>, beta: &Array1<f64>, g: impl Fn(f64) -> f64) -> Array2<f64> {
    let (n, p) = model.x.dim();
    let risks = model.risks(beta);
    let mut residuals = Array2::<f64>::zeros((n, p));
    let mut hazards: Vec<Vec<Hazard>> = Vec::new();
    hazards.resize_with(model.strata.len(), Vec::new);
    let (mut sums, mut mean) = (Sums::new(p), Array1::<f64>::zeros(p));
    let mut tied = Tied::default();
    model.sweep(&risks, |moment| {
        let weight = g(moment.time);
        let hazard = tied.meet(model, moment, &risks, (&mut sums, &mut mean), weight);
        tied.scatter(moment.rows, &mut residuals);
        hazards[moment.stratum].push(hazard);
    });
    for (stratum, mut hazards) in model.strata.iter().zip(hazards) {
        hazards.reverse();
        let cumulative = cumulate(&hazards, p);
        let (mut exits, mut entries) = (Upto::new(&hazards), Upto::new(&hazards));
        for &row in &stratum.by_exit {
            let upto = &cumulative[exits.find(model.lives[row].exit)];
            let from = &cumulative[entries.find(model.lives[row].entry)];
            let increase = upto.0 - from.0;
            for (j, residual) in residuals.row_mut(row).iter_mut().enumerate() {
                *residual -= (model.x[[row, j]] * increase - (upto.1[j] - from.1[j])) * risks[row];
            }
        }
    }
    residuals
}

/// Those who leave at one time, side by side: each is met as often as there are of them.
#[derive(Default)]
struct Tied {
    risks: Vec<f64>,
    weights: Vec<f64>,
    /// By covariate: values, and residuals so far.
    columns: Vec<(Vec<f64>, Vec<f64>)>,
}

impl Tied {
    /// Goes through the events of one time; returns what they add to the baseline hazard. `room` is to work in.
    fn meet(
        &mut self,
        model: &Model<'_>,
        moment: &Moment<'_>,
        risks: &Array1<f64>,
        (sums, mean): (&mut Sums, &mut Array1<f64>),
        weight: f64,
    ) -> Hazard {
        let d = moment.rows.len();
        let mut hazard = Hazard { time: moment.time, increase: 0.0, weighted: Array1::zeros(mean.len()) };
        self.gather(moment.rows, &model.x, risks);
        for i in 0..d {
            let share = model.share(i, d);
            sums.set_less(moment.risk, moment.leaving, share);
            mean.zip_mut_with(&sums.one, |mean, sum| *mean = sum / sums.zero);
            hazard.increase += weight / sums.zero;
            hazard.weighted.scaled_add(weight / sums.zero, mean);
            self.add(weight, share / sums.zero, mean);
        }
        hazard
    }

    fn gather(&mut self, rows: &[usize], x: &Array2<f64>, risks: &Array1<f64>) {
        self.risks.clear();
        self.risks.extend(rows.iter().map(|row| risks[*row]));
        self.columns.resize_with(x.ncols(), Default::default);
        for ((values, residuals), column) in self.columns.iter_mut().zip(x.columns()) {
            values.clear();
            values.extend(rows.iter().map(|row| column[*row]));
            residuals.clear();
            residuals.resize(rows.len(), 0.0);
        }
    }

    /// Each one's part in one of the tied events: its own event, and the part of its risk that Efron takes out of this
    /// denominator.
    fn add(&mut self, weight: f64, taken: f64, mean: &Array1<f64>) {
        let own = 1.0 / self.risks.len() as f64;
        self.weights.clear();
        self.weights.extend(self.risks.iter().map(|risk| weight * (own + taken * risk)));
        for ((values, residuals), mean) in self.columns.iter_mut().zip(mean) {
            for ((residual, value), weight) in residuals.iter_mut().zip(values.iter()).zip(&self.weights) {
                *residual += weight * (value - mean);
            }
        }
    }

    fn scatter(&self, rows: &[usize], residuals: &mut Array2<f64>) {
        for (j, (_, column)) in self.columns.iter().enumerate() {
            rows.iter().zip(column).for_each(|(row, value)| residuals[[*row, j]] = *value);
        }
    }
}

/// How many hazards come up to a time. Many lives end or begin together: the last answer mostly still holds.
struct Upto<'h> {
    hazards: &'h [Hazard],
    last: (f64, usize),
}

impl<'h> Upto<'h> {
    fn new(hazards: &'h [Hazard]) -> Self {
        Self { hazards, last: (f64::NEG_INFINITY, 0) }
    }

    fn find(&mut self, time: f64) -> usize {
        if self.last.0 != time {
            self.last = (time, self.hazards.partition_point(|hazard| hazard.time <= time));
        }
        self.last.1
    }
}

/// Increase of the baseline hazard at one time, plain and times the mean covariate.
struct Hazard {
    time: f64,
    increase: f64,
    weighted: Array1<f64>,
}

fn cumulate(hazards: &[Hazard], p: usize) -> Vec<(f64, Array1<f64>)> {
    let mut sums = vec![(0.0, Array1::zeros(p))];
    for hazard in hazards {
        let next = match sums.last() {
            Some((plain, weighted)) => (plain + hazard.increase, weighted + &hazard.weighted),
            None => (hazard.increase, hazard.weighted.clone()),
        };
        sums.push(next);
    }
    sums
}
