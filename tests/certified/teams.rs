//! Simulated truth for leaving by team: no effect, and what each test says of it. 20 teams of 10 to 55 people, ten of them
//! treated, a frailty of their own (log-normal, sd 0.6: an intraclass correlation of log-rank scores of about 0.09), some
//! lost on the way, a quarter gone within the year.

use ndarray::Array2;
use oneonone::stats::cox::{Clock, Sample, Ties, cluster_jackknife, fit, proportionality};
use oneonone::stats::permute::{Arm, Plan, key, stream};
use oneonone::stats::pseudo;
use oneonone::stats::survival::{Life, log_rank};
use oneonone::stats::unit_contrast::{Outcome, unit_contrast};
use oneonone::stats::unit_log_rank::{ScoredUnit, scores, unit_log_rank};
use rand::Rng;
use rand_distr::{Distribution, Normal};
use rayon::prelude::*;

const TEAMS: u32 = 20;
const SIZES: [u32; 5] = [10, 15, 20, 25, 55];
const DRAWS: u64 = 600;

struct People {
    lives: Vec<Life>,
    units: Vec<u32>,
    treated: Vec<bool>,
}

impl People {
    /// Teams by turns treated and not; `ratio` is the true hazard ratio.
    fn drawn(draw: u64, ratio: f64) -> Self {
        let mut generator = stream(key(11, "certified", "teams"), draw);
        let frailty = Normal::new(0.0, 0.6).unwrap();
        let mut people = Self { lives: Vec::new(), units: Vec::new(), treated: Vec::new() };
        for team in 0..TEAMS {
            let own = f64::exp(frailty.sample(&mut generator));
            let treated = team.is_multiple_of(2);
            let hazard = 0.3 * own * if treated { ratio } else { 1.0 };
            for _ in 0..SIZES[team as usize % 5] {
                let days = |years: f64| (years * 365.0).ceil();
                let left = days(-(1.0 - generator.random::<f64>()).ln() / hazard);
                let lost = days(1.0_f64.min(0.3 + 2.0 * generator.random::<f64>()));
                people.lives.push(if left <= lost { Life::left(left) } else { Life::stayed(lost) });
                people.units.push(team);
                people.treated.push(treated);
            }
        }
        people
    }

    fn arm(&self, treated: bool) -> Vec<Life> {
        self.lives.iter().zip(&self.treated).filter(|(_, side)| **side == treated).map(|(life, _)| *life).collect()
    }

    fn permutation(&self, draw: u64) -> f64 {
        let arm = |team: u32| if team.is_multiple_of(2) { Arm::Treated } else { Arm::Control };
        let mut units: Vec<ScoredUnit> =
            (0..TEAMS).map(|team| ScoredUnit { score: 0.0, arm: arm(team), stratum: 0 }).collect();
        for (score, unit) in scores(&self.lives, None).unwrap().iter().zip(&self.units) {
            units[*unit as usize].score += score;
        }
        let plan = Plan { exact: 1_000, draws: 499, key: key(draw, "certified", "permutation") };
        unit_log_rank(&units, &plan).unwrap().p_value
    }

    fn restricted_mean(&self) -> f64 {
        let arms = [true, false].map(|side| self.arm(side));
        let last = |lives: &Vec<Life>| lives.iter().map(|life| life.exit).fold(0.0, f64::max);
        let horizon = last(&arms[0]).min(last(&arms[1]));
        let mut values = arms.map(|lives| pseudo::restricted_mean(&lives, horizon).unwrap().into_iter());
        let in_order: Vec<f64> = self.treated.iter().map(|t| values[usize::from(!t)].next().unwrap()).collect();
        let outcome = Outcome { values: &in_order, exposure: None, treated: &self.treated, units: Some(&self.units) };
        unit_contrast(&outcome, 0.95).unwrap().difference.p_value
    }

    fn risk_ratio(&self) -> f64 {
        let left: Vec<f64> = self.lives.iter().map(|life| f64::from(u8::from(life.event))).collect();
        let outcome = Outcome { values: &left, exposure: None, treated: &self.treated, units: Some(&self.units) };
        unit_contrast(&outcome, 0.95).unwrap().log_ratio.unwrap().p_value
    }

    /// p-values of Cox with the jackknife by unit, and of proportional hazards by unit.
    fn hazards(&self) -> [f64; 2] {
        let x = Array2::from_shape_fn((self.lives.len(), 1), |(i, _)| f64::from(u8::from(self.treated[i])));
        let sample = Sample::new(&self.lives, &x);
        let fitted = fit(&sample, Ties::Efron).unwrap();
        let jackknife = cluster_jackknife(&sample, &fitted, &self.units).unwrap();
        let change = proportionality(&sample, &fitted, &[vec![0]], Clock::KaplanMeier, Some(&self.units)).unwrap();
        [fitted.inference(0, &jackknife, 19.0, 0.95).p_value, change.global.unwrap().p_value]
    }
}

#[test]
fn without_an_effect_tests_by_unit_keep_their_level() {
    let one = |draw: u64| {
        let people = People::drawn(draw, 1.0);
        let by_person = log_rank(&[(&people.arm(true), &people.arm(false))]).unwrap().p_value;
        let [cox, change] = people.hazards();
        [by_person, people.permutation(draw), people.restricted_mean(), people.risk_ratio(), cox, change]
    };
    let found: Vec<[f64; 6]> = (0..DRAWS).into_par_iter().map(one).collect();
    let share = |test: usize| found.iter().filter(|p| p[test] < 0.05).count() as f64 / DRAWS as f64;
    // By person a third of such studies would find something.
    assert!(share(0) > 0.25, "{}", share(0));
    for (test, name) in ["permutation", "restricted mean", "risk ratio", "Cox", "proportional"].iter().enumerate() {
        // 0.05 and three standard errors of 600 draws.
        let share = share(test + 1);
        assert!((0.023..0.077).contains(&share), "{name}: {share}");
    }
}

#[test]
fn a_true_effect_is_found_by_all() {
    let one = |draw: u64| {
        let people = People::drawn(1_000_000 + draw, 0.3);
        [people.permutation(draw), people.restricted_mean(), people.risk_ratio(), people.hazards()[0]]
    };
    let found: Vec<[f64; 4]> = (0..100).into_par_iter().map(one).collect();
    for test in 0..4 {
        let power = found.iter().filter(|p| p[test] < 0.05).count();
        assert!(power > 70, "{test}: {power} of 100");
    }
}
