//! The log-rank test for arms that were assigned by unit: log-rank scores of people, and their sum by unit under every
//! re-assignment. It deliberately leaves the chi-square to `survival`: that one takes teammates for strangers.

use std::collections::BTreeMap;

use super::permute::{self, Arm, Permutation, Plan, Unit};
use super::survival::{Life, kaplan_meier};

/// Log-rank scores, one a life (Peto & Peto 1972): whether they left, less the hazard they were exposed to,
/// `event - (H(exit) - H(entry))`, with Nelson and Aalen's `H` of both arms together, by stratum. Their sum over the
/// treated is observed minus expected exactly, since expected events are `sum of d_k / n_k x treated at risk`; over all of
/// a stratum it is 0. Lives that end at or before their entry score 0.
///
/// `strata` are n codes, of the risk sets; nothing when they are not those of the lives.
pub fn scores(lives: &[Life], strata: Option<&[u32]>) -> Option<Vec<f64>> {
    let stratum = |row: usize| strata.map_or(0, |codes| codes[row]);
    if strata.is_some_and(|codes| codes.len() != lives.len()) {
        return None;
    }
    let mut rows: Vec<usize> = (0..lives.len()).filter(|&row| lives[row].exit > lives[row].entry).collect();
    rows.sort_by_key(|&row| stratum(row));
    let mut scores = vec![0.0; lives.len()];
    for rows in rows.chunk_by(|&a, &b| stratum(a) == stratum(b)) {
        let inside: Vec<Life> = rows.iter().map(|&row| lives[row]).collect();
        let hazard = Hazard::of(&inside);
        for (&row, life) in rows.iter().zip(&inside) {
            let exposed = hazard.upto(life.exit) - hazard.upto(life.entry);
            scores[row] = f64::from(u8::from(life.event)) - exposed;
        }
    }
    Some(scores)
}

/// Nelson and Aalen's cumulative hazard.
struct Hazard {
    times: Vec<f64>,
    sums: Vec<f64>,
}

impl Hazard {
    fn of(lives: &[Life]) -> Self {
        let steps = kaplan_meier(lives).steps;
        let mut sums = vec![0.0];
        let mut sum = 0.0;
        for step in &steps {
            sum += step.events as f64 / step.at_risk as f64;
            sums.push(sum);
        }
        Self { times: steps.iter().map(|step| step.time).collect(), sums }
    }

    fn upto(&self, time: f64) -> f64 {
        self.sums[self.times.partition_point(|&other| other <= time)]
    }
}

/// An assigned unit with the sum of its people's scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredUnit {
    /// Sum of the scores.
    pub score: f64,
    /// Its arm.
    pub arm: Arm,
    /// The stratum within which it was assigned.
    pub stratum: u32,
}

/// Tests that the assignment made no difference to leaving, by re-assigning whole units within their strata. The
/// statistic is observed minus expected leavers of the treated, taken from its mean over all assignments; pooled risk
/// sets do not change when units change arms, so it is a sum over units and every assignment costs an addition. Exact up
/// to [`permute::EXACT`] assignments, seeded draws beyond. `observed` of the answer is observed minus expected.
///
/// Nothing unless some stratum has both arms.
pub fn unit_log_rank(units: &[ScoredUnit], plan: &Plan) -> Option<Permutation> {
    // Units of size 1 make the difference of means that `permute` tests a rising function of the treated sum; about its
    // stratum's mean it is 0 on average.
    let means = stratum_means(units);
    let centred: Vec<Unit> = units.iter().map(|unit| unit.about(&means)).collect();
    let answer = permute::difference(&centred, plan)?;
    let treated = |unit: &&ScoredUnit| unit.arm == Arm::Treated;
    let observed = units.iter().filter(treated).map(|unit| unit.score).sum();
    Some(Permutation { observed, ..answer })
}

impl ScoredUnit {
    fn about(&self, means: &BTreeMap<u32, f64>) -> Unit {
        let mean = means.get(&self.stratum).copied().unwrap_or(0.0);
        Unit { total: self.score - mean, size: 1.0, arm: self.arm, stratum: self.stratum }
    }
}

fn stratum_means(units: &[ScoredUnit]) -> BTreeMap<u32, f64> {
    let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for unit in units {
        let sum = sums.entry(unit.stratum).or_default();
        *sum = (sum.0 + unit.score, sum.1 + 1.0);
    }
    sums.into_iter().map(|(stratum, (sum, count))| (stratum, sum / count)).collect()
}
