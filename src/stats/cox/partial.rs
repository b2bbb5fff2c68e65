//! Cox's partial likelihood, its score and its information at one point, by one sweep over the event times of each
//! stratum from the last to the first. It deliberately looks for no maximum: that is its parent's.

use ndarray::{Array1, Array2, ArrayView1, Axis};

use super::{Sample, Ties};
use crate::stats::survival::Life;

/// The partial likelihood at one point.
#[derive(Clone)]
pub(super) struct Point {
    pub(super) loglik: f64,
    pub(super) score: Array1<f64>,
    pub(super) information: Array2<f64>,
    pub(super) events: usize,
}

impl Point {
    pub(super) fn zero(p: usize) -> Self {
        Self { loglik: 0.0, score: Array1::zeros(p), information: Array2::zeros((p, p)), events: 0 }
    }

    fn clear(&mut self) {
        (self.loglik, self.events) = (0.0, 0);
        self.score.fill(0.0);
        self.information.fill(0.0);
    }
}

/// What does not change from point to point.
pub(super) struct Model<'l> {
    pub(super) lives: &'l [Life],
    /// Covariates centred and scaled to unit spread: neither changes the likelihood, both keep its digits.
    pub(super) x: Array2<f64>,
    pub(super) scale: Array1<f64>,
    ties: Ties,
    /// Rows that are at risk at all, by stratum.
    pub(super) strata: Vec<Stratum>,
}

/// The rows that share a baseline hazard.
pub(super) struct Stratum {
    /// By falling exit.
    pub(super) by_exit: Vec<usize>,
    /// By falling entry.
    by_entry: Vec<usize>,
}

impl Stratum {
    fn new(rows: &[usize], lives: &[Life]) -> Self {
        let (mut by_exit, mut by_entry) = (rows.to_vec(), rows.to_vec());
        by_exit.sort_by(|&a, &b| lives[b].exit.total_cmp(&lives[a].exit));
        by_entry.sort_by(|&a, &b| lives[b].entry.total_cmp(&lives[a].entry));
        Self { by_exit, by_entry }
    }
}

/// Sums over those at risk, or over those who leave.
#[derive(Clone)]
pub(super) struct Sums {
    pub(super) zero: f64,
    pub(super) one: Array1<f64>,
    pub(super) two: Array2<f64>,
}

impl Sums {
    pub(super) fn new(p: usize) -> Self {
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
    pub(super) fn set_less(&mut self, all: &Self, part: &Self, share: f64) {
        self.zero = all.zero - share * part.zero;
        self.one.zip_mut_with(&all.one, |to, value| *to = *value);
        self.one.zip_mut_with(&part.one, |to, value| *to -= value * share);
        self.two.zip_mut_with(&all.two, |to, value| *to = *value);
        self.two.zip_mut_with(&part.two, |to, value| *to -= value * share);
    }
}

/// One event time of one stratum.
pub(super) struct Moment<'s> {
    pub(super) stratum: usize,
    pub(super) time: f64,
    pub(super) risk: &'s Sums,
    pub(super) leaving: &'s Sums,
    pub(super) rows: &'s [usize],
}

impl<'l> Model<'l> {
    pub(super) fn new(sample: &Sample<'l>, ties: Ties) -> Self {
        let (lives, x) = (sample.lives, sample.x);
        let n = x.nrows().max(1) as f64;
        let mean = x.sum_axis(Axis(0)) / n;
        let centred = x - &mean;
        let scale = (&centred * &centred).sum_axis(Axis(0)).mapv(|sum| if sum > 0.0 { (sum / n).sqrt() } else { 1.0 });
        let strata = sample.strata_rows().iter().map(|rows| Stratum::new(rows, lives)).collect();
        Self { lives, x: &centred / &scale, scale, ties, strata }
    }

    /// Visits every event time of every stratum, with the sums over those at risk and those leaving.
    pub(super) fn sweep(&self, risks: &Array1<f64>, mut visit: impl FnMut(&Moment<'_>)) {
        for (place, stratum) in self.strata.iter().enumerate() {
            self.sweep_stratum(place, stratum, risks, &mut visit);
        }
    }

    fn sweep_stratum(&self, place: usize, stratum: &Stratum, risks: &Array1<f64>, visit: &mut impl FnMut(&Moment<'_>)) {
        let p = self.x.ncols();
        let mut risk = Sums::new(p);
        let (mut at, mut entered) = (0, 0);
        while let Some(&first) = stratum.by_exit.get(at) {
            let time = self.lives[first].exit;
            let mut leaving = Sums::new(p);
            let mut rows = Vec::new();
            if at == entered {
                // Nobody is at risk: what the taking out left is rounding.
                risk = Sums::new(p);
            }
            while let Some(&row) = stratum.by_exit.get(at).filter(|&&row| self.lives[row].exit == time) {
                risk.add(self.x.row(row), risks[row]);
                if self.lives[row].event {
                    leaving.add(self.x.row(row), risks[row]);
                    rows.push(row);
                }
                at += 1;
            }
            // Those who enter at this time or later are not yet at risk; they were added at their exit.
            while let Some(&row) = stratum.by_entry.get(entered).filter(|&&row| self.lives[row].entry >= time) {
                risk.add(self.x.row(row), -risks[row]);
                entered += 1;
            }
            if !rows.is_empty() {
                visit(&Moment { stratum: place, time, risk: &risk, leaving: &leaving, rows: &rows });
            }
        }
    }

    /// The share of the leaving that is taken out of the risk set for the `i`-th of `d` tied events.
    pub(super) fn share(&self, i: usize, d: usize) -> f64 {
        match self.ties {
            Ties::Efron => i as f64 / d as f64,
            Ties::Breslow => 0.0,
        }
    }

    pub(super) fn risks(&self, beta: &Array1<f64>) -> Array1<f64> {
        self.x.dot(beta).mapv(f64::exp)
    }

    /// Visits every event time with its own part of the likelihood, the score and the information.
    pub(super) fn parts(&self, risks: &Array1<f64>, mut visit: impl FnMut(&Moment<'_>, &Point)) {
        let p = self.x.ncols();
        // One room for all event times: there are as many as people who left.
        let (mut sums, mut mean, mut part) = (Sums::new(p), Array1::<f64>::zeros(p), Point::zero(p));
        self.sweep(risks, |moment| {
            let d = moment.rows.len();
            part.clear();
            part.events = d;
            for &row in moment.rows {
                part.loglik += risks[row].ln();
                part.score += &self.x.row(row);
            }
            for i in 0..d {
                sums.set_less(moment.risk, moment.leaving, self.share(i, d));
                mean.zip_mut_with(&sums.one, |mean, sum| *mean = sum / sums.zero);
                part.loglik -= sums.zero.ln();
                part.score -= &mean;
                for ((at, to), two) in part.information.indexed_iter_mut().zip(&sums.two) {
                    *to = *to + two / sums.zero - mean[at.0] * mean[at.1];
                }
            }
            visit(moment, &part);
        });
    }

    pub(super) fn evaluate(&self, beta: &Array1<f64>) -> Point {
        let mut point = Point::zero(beta.len());
        self.parts(&self.risks(beta), |_, part| {
            point.events += part.events;
            point.loglik += part.loglik;
            point.score += &part.score;
            point.information += &part.information;
        });
        point
    }
}
