//! Cox's proportional hazards with Efron's or Breslow's ties, delayed entry, and errors robust by unit.
//! It deliberately estimates no baseline hazard: curves are `survival`'s.

use ndarray::{Array1, Array2, ArrayView1, Axis};

use super::eigen;
use super::survival::Life;

/// How tied event times enter the likelihood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ties {
    /// Efron (1977): the default.
    Efron,
    /// Breslow (1974).
    Breslow,
}

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoxFault {
    /// No event at all, or none while others are at risk.
    NoEvents,
    /// Lives and rows of covariates differ in number.
    Misfit,
    /// A covariate is a combination of others, or does not vary among those at risk.
    Singular,
    /// The likelihood has no maximum at finite coefficients, or was not found in 50 steps.
    NotConverged,
}

/// A fitted model.
#[derive(Debug, Clone)]
pub struct CoxFit {
    /// p log hazard ratios.
    pub coefficients: Array1<f64>,
    /// p x p inverse information.
    pub covariance: Array2<f64>,
    /// Partial log-likelihood at 0.
    pub loglik_null: f64,
    /// At the estimate.
    pub loglik: f64,
    /// Score test of all coefficients, chi-square on p.
    pub score_test: f64,
    /// People.
    pub n: usize,
    /// Events.
    pub events: usize,
    /// Newton steps taken.
    pub iterations: usize,
    /// n x p score residuals, for robust errors.
    pub score_residuals: Array2<f64>,
}

impl CoxFit {
    /// Model-based standard errors, p.
    pub fn std_errors(&self) -> Array1<f64> {
        self.covariance.diag().mapv(f64::sqrt)
    }

    /// Covariance robust to dependence within clusters (Lin & Wei 1989): `V (sum of s_g s_g') V` with the summed score
    /// residuals `s_g` of each cluster, no small-sample factor (as R's `coxph`). n dense codes; nothing if misfit.
    pub fn robust(&self, clusters: &[u32]) -> Option<Array2<f64>> {
        if clusters.len() != self.score_residuals.nrows() {
            return None;
        }
        let groups = clusters.iter().copied().max().map_or(0, |code| code as usize + 1);
        let mut sums = Array2::<f64>::zeros((groups, self.coefficients.len()));
        for (row, &code) in self.score_residuals.rows().into_iter().zip(clusters) {
            let mut sum = sums.row_mut(code as usize);
            sum += &row;
        }
        let scaled = sums.dot(&self.covariance);
        Some(scaled.t().dot(&scaled))
    }
}

/// Fits the log hazard ratios of the columns of `x` (n x p) by Newton's method.
///
/// # Errors
/// See [`CoxFault`].
pub fn cox(lives: &[Life], x: &Array2<f64>, ties: Ties) -> Result<CoxFit, CoxFault> {
    if lives.len() != x.nrows() {
        return Err(CoxFault::Misfit);
    }
    let model = Model::new(lives, x, ties);
    let p = x.ncols();
    let null = model.evaluate(&Array1::zeros(p));
    if null.events == 0 {
        return Err(CoxFault::NoEvents);
    }
    let score_step = eigen::solve(&null.information, &null.score).ok_or(CoxFault::Singular)?;
    let score_test = score_step.dot(&null.score);
    let (beta, last, iterations) = maximise(&model, null.clone())?;
    let covariance = eigen::inverse(&last.information).ok_or(CoxFault::Singular)?;
    let score_residuals = model.score_residuals(&beta) * &model.scale;
    let outer = model.scale.view().insert_axis(Axis(1)).dot(&model.scale.view().insert_axis(Axis(0)));
    Ok(CoxFit {
        coefficients: &beta / &model.scale,
        covariance: covariance / outer,
        loglik_null: null.loglik,
        loglik: last.loglik,
        score_test,
        n: lives.len(),
        events: last.events,
        iterations,
        score_residuals,
    })
}

/// Newton steps, halved while they lower the likelihood.
fn maximise(model: &Model<'_>, start: Point) -> Result<(Array1<f64>, Point, usize), CoxFault> {
    let mut beta = Array1::zeros(start.score.len());
    let mut point = start;
    for iteration in 1..=50 {
        // The information was regular at 0; that it vanishes on the way means that the likelihood flattens out.
        let mut step = eigen::solve(&point.information, &point.score).ok_or(CoxFault::NotConverged)?;
        let mut next = model.evaluate(&(&beta + &step));
        for _ in 0..30 {
            if next.loglik >= point.loglik - 1e-12 * point.loglik.abs() {
                break;
            }
            step /= 2.0;
            next = model.evaluate(&(&beta + &step));
        }
        beta += &step;
        // Covariates are scaled to unit spread, so a coefficient of 30 is a hazard ratio of 1e13 per sd: no maximum.
        if beta.iter().any(|value| !value.is_finite() || value.abs() > 30.0) {
            return Err(CoxFault::NotConverged);
        }
        let small = step.iter().all(|value| value.abs() <= 1e-10);
        point = next;
        if small {
            return Ok((beta, point, iteration));
        }
    }
    Err(CoxFault::NotConverged)
}

/// The partial likelihood at one point.
#[derive(Clone)]
struct Point {
    loglik: f64,
    score: Array1<f64>,
    information: Array2<f64>,
    events: usize,
}

struct Model<'l> {
    lives: &'l [Life],
    /// Covariates centred and scaled to unit spread: neither changes the likelihood, both keep its digits.
    x: Array2<f64>,
    scale: Array1<f64>,
    ties: Ties,
    /// Rows by falling exit.
    by_exit: Vec<usize>,
    /// Rows by falling entry.
    by_entry: Vec<usize>,
}

/// Sums over those at risk, or over those who leave.
#[derive(Clone)]
struct Sums {
    zero: f64,
    one: Array1<f64>,
    two: Array2<f64>,
}

impl Sums {
    fn new(p: usize) -> Self {
        Self { zero: 0.0, one: Array1::zeros(p), two: Array2::zeros((p, p)) }
    }

    fn add(&mut self, x: ArrayView1<'_, f64>, weight: f64) {
        self.zero += weight;
        self.one.scaled_add(weight, &x);
        for a in 0..x.len() {
            for b in 0..x.len() {
                self.two[[a, b]] += weight * x[a] * x[b];
            }
        }
    }

    /// Becomes `all` less a share of `part`.
    fn set_less(&mut self, all: &Self, part: &Self, share: f64) {
        self.zero = all.zero - share * part.zero;
        self.one.zip_mut_with(&all.one, |to, value| *to = *value);
        self.one.zip_mut_with(&part.one, |to, value| *to -= value * share);
        self.two.zip_mut_with(&all.two, |to, value| *to = *value);
        self.two.zip_mut_with(&part.two, |to, value| *to -= value * share);
    }
}

/// One event time.
struct Moment<'s> {
    time: f64,
    risk: &'s Sums,
    leaving: &'s Sums,
    rows: &'s [usize],
}

impl<'l> Model<'l> {
    fn new(lives: &'l [Life], x: &Array2<f64>, ties: Ties) -> Self {
        let n = x.nrows().max(1) as f64;
        let mean = x.sum_axis(Axis(0)) / n;
        let centred = x - &mean;
        let scale = (&centred * &centred).sum_axis(Axis(0)).mapv(|sum| if sum > 0.0 { (sum / n).sqrt() } else { 1.0 });
        let valid: Vec<usize> = (0..lives.len()).filter(|&i| lives[i].exit > lives[i].entry).collect();
        let (mut by_exit, mut by_entry) = (valid.clone(), valid);
        by_exit.sort_by(|&a, &b| lives[b].exit.total_cmp(&lives[a].exit));
        by_entry.sort_by(|&a, &b| lives[b].entry.total_cmp(&lives[a].entry));
        Self { lives, x: &centred / &scale, scale, ties, by_exit, by_entry }
    }

    /// Visits every event time from the last to the first, with the sums over those at risk and those leaving.
    fn sweep(&self, risks: &Array1<f64>, mut visit: impl FnMut(&Moment<'_>)) {
        let p = self.x.ncols();
        let mut risk = Sums::new(p);
        let (mut at, mut entered) = (0, 0);
        while let Some(&first) = self.by_exit.get(at) {
            let time = self.lives[first].exit;
            let mut leaving = Sums::new(p);
            let mut rows = Vec::new();
            while let Some(&row) = self.by_exit.get(at).filter(|&&row| self.lives[row].exit == time) {
                risk.add(self.x.row(row), risks[row]);
                if self.lives[row].event {
                    leaving.add(self.x.row(row), risks[row]);
                    rows.push(row);
                }
                at += 1;
            }
            // Those who enter at this time or later are not yet at risk; they were added at their exit.
            while let Some(&row) = self.by_entry.get(entered).filter(|&&row| self.lives[row].entry >= time) {
                risk.add(self.x.row(row), -risks[row]);
                entered += 1;
            }
            if !rows.is_empty() {
                visit(&Moment { time, risk: &risk, leaving: &leaving, rows: &rows });
            }
        }
    }

    /// The share of the leaving that is taken out of the risk set for the `i`-th of `d` tied events.
    fn share(&self, i: usize, d: usize) -> f64 {
        match self.ties {
            Ties::Efron => i as f64 / d as f64,
            Ties::Breslow => 0.0,
        }
    }

    fn risks(&self, beta: &Array1<f64>) -> Array1<f64> {
        self.x.dot(beta).mapv(f64::exp)
    }

    fn evaluate(&self, beta: &Array1<f64>) -> Point {
        let p = beta.len();
        let risks = self.risks(beta);
        let mut point = Point { loglik: 0.0, score: Array1::zeros(p), information: Array2::zeros((p, p)), events: 0 };
        // One room for the sums of all events: there are as many as people who left.
        let (mut sums, mut mean) = (Sums::new(p), Array1::<f64>::zeros(p));
        self.sweep(&risks, |moment| {
            let d = moment.rows.len();
            point.events += d;
            for &row in moment.rows {
                point.loglik += risks[row].ln();
                point.score += &self.x.row(row);
            }
            for i in 0..d {
                sums.set_less(moment.risk, moment.leaving, self.share(i, d));
                mean.zip_mut_with(&sums.one, |mean, sum| *mean = sum / sums.zero);
                point.loglik -= sums.zero.ln();
                point.score -= &mean;
                for ((at, to), two) in point.information.indexed_iter_mut().zip(&sums.two) {
                    *to = *to + two / sums.zero - mean[at.0] * mean[at.1];
                }
            }
        });
        point
    }

    /// `integral of (x_i - xbar(t)) dM_i(t)`, with Efron's shares where events tie (Therneau & Grambsch 2000, 4.6).
    fn score_residuals(&self, beta: &Array1<f64>) -> Array2<f64> {
        let (n, p) = self.x.dim();
        let risks = self.risks(beta);
        let mut residuals = Array2::<f64>::zeros((n, p));
        let mut hazards: Vec<Hazard> = Vec::new();
        let (mut sums, mut mean) = (Sums::new(p), Array1::<f64>::zeros(p));
        let mut tied = Tied::default();
        self.sweep(&risks, |moment| {
            let d = moment.rows.len();
            let mut hazard = Hazard { time: moment.time, increase: 0.0, weighted: Array1::zeros(p) };
            tied.gather(moment.rows, &self.x, &risks);
            for i in 0..d {
                let share = self.share(i, d);
                sums.set_less(moment.risk, moment.leaving, share);
                mean.zip_mut_with(&sums.one, |mean, sum| *mean = sum / sums.zero);
                hazard.increase += 1.0 / sums.zero;
                hazard.weighted.scaled_add(1.0 / sums.zero, &mean);
                tied.add(share, sums.zero, &mean);
            }
            tied.scatter(moment.rows, &mut residuals);
            hazards.push(hazard);
        });
        hazards.reverse();
        let cumulative = cumulate(&hazards, p);
        let (mut exits, mut entries) = (Upto::new(&hazards), Upto::new(&hazards));
        for &row in &self.by_exit {
            let upto = &cumulative[exits.find(self.lives[row].exit)];
            let from = &cumulative[entries.find(self.lives[row].entry)];
            let increase = upto.0 - from.0;
            for (j, residual) in residuals.row_mut(row).iter_mut().enumerate() {
                *residual -= (self.x[[row, j]] * increase - (upto.1[j] - from.1[j])) * risks[row];
            }
        }
        residuals
    }
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
    fn add(&mut self, share: f64, denominator: f64, mean: &Array1<f64>) {
        let own = 1.0 / self.risks.len() as f64;
        self.weights.clear();
        self.weights.extend(self.risks.iter().map(|risk| own + share * risk / denominator));
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
