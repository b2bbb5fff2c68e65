//! Randomisation tests of a difference in means by assigned unit, exact when they can be, and the keyed streams of
//! random numbers that every drawing method uses. It deliberately holds no global generator.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::assignments;

/// Up to this many assignments all are tried.
pub const EXACT: u64 = 200_000;

/// Draws when there are more.
pub const DRAWS: u64 = 2_000;

/// The key of the draws of one purpose of one analysis: SHA-256 of the seed and both names. Results then depend neither
/// on threads nor on which other analyses run.
pub fn key(seed: u64, analysis: &str, purpose: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    for name in [analysis, purpose] {
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
    }
    hash.finalize().into()
}

/// The generator of draw number `draw` under a key.
pub fn stream(key: [u8; 32], draw: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::from_seed(key);
    generator.set_stream(draw);
    generator
}

/// Which arm a unit was assigned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arm {
    /// Treated.
    Treated,
    /// Control.
    Control,
}

/// An assigned unit: a team, or a person who was assigned alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Sum of the outcome over the unit's people.
    pub total: f64,
    /// Number of its people (with an outcome).
    pub size: f64,
    /// Its arm.
    pub arm: Arm,
    /// The stratum within which it was assigned.
    pub stratum: u32,
}

/// How to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Key of the draws, from [`key`].
    pub key: [u8; 32],
    /// Most assignments to enumerate ([`EXACT`]).
    pub exact: u64,
    /// Draws beyond that ([`DRAWS`]).
    pub draws: u64,
}

impl Plan {
    /// The default plan under a key.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key, exact: EXACT, draws: DRAWS }
    }
}

/// A randomisation test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Permutation {
    /// Difference of the person means, treated minus control, as assigned.
    pub observed: f64,
    /// Two-sided p-value: the share of assignments at least as far from 0; with draws `(b + 1) / (m + 1)`.
    pub p_value: f64,
    /// The smallest p-value that this design can give.
    pub smallest_p: f64,
    /// Assignments tried.
    pub draws: u64,
    /// Whether they were all there are.
    pub exact: bool,
}

/// Tests that the assignment made no difference, by re-assigning units within their strata. Nothing unless both arms
/// have people and some stratum has both arms.
pub fn difference(units: &[Unit], plan: &Plan) -> Option<Permutation> {
    let sums = Sums::of(units);
    let strata = assignments::strata(
        &units.iter().map(|unit| (unit.stratum, unit.arm == Arm::Treated, [unit.total, unit.size])).collect::<Vec<_>>(),
    );
    let observed = sums.difference(&sums.treated);
    let count = assignments::count(&strata);
    if !observed.is_finite() || count < 2.0 {
        return None;
    }
    // Assignments that tie with the one made but for rounding count as at least as far.
    let bound = observed.abs() * (1.0 - 1e-12) - f64::MIN_POSITIVE;
    let as_it_is = |_: usize, treated: &[f64; 2]| *treated;
    let is_far = |treated: &[f64; 2]| {
        let difference = sums.difference(treated);
        // An assignment that leaves an arm without people says nothing against chance.
        difference.is_nan() || difference.abs() >= bound
    };
    if count <= plan.exact as f64 {
        let (mut all, mut far) = (0_u64, 0_u64);
        assignments::every(&strata, &as_it_is, &mut |treated| {
            all += 1;
            far += u64::from(is_far(treated));
        });
        let smallest_p = assignments::smallest_p(&strata);
        Some(Permutation { observed, p_value: far as f64 / all as f64, smallest_p, draws: all, exact: true })
    } else {
        let one = |order: &mut Vec<u32>, draw: u64| {
            is_far(&assignments::drawn(&strata, &as_it_is, &mut stream(plan.key, draw), order))
        };
        let far = (0..plan.draws).into_par_iter().map_init(Vec::new, one).filter(|far| *far).count();
        let m = plan.draws as f64 + 1.0;
        let p_value = (far as f64 + 1.0) / m;
        Some(Permutation { observed, p_value, smallest_p: 1.0 / m, draws: plan.draws, exact: false })
    }
}

/// (total, size) over all units and over the treated.
struct Sums {
    all: [f64; 2],
    treated: [f64; 2],
}

impl Sums {
    fn of(units: &[Unit]) -> Self {
        let (mut all, mut treated) = ([0.0; 2], [0.0; 2]);
        for unit in units {
            all = [all[0] + unit.total, all[1] + unit.size];
            if unit.arm == Arm::Treated {
                treated = [treated[0] + unit.total, treated[1] + unit.size];
            }
        }
        Self { all, treated }
    }

    fn difference(&self, treated: &[f64; 2]) -> f64 {
        treated[0] / treated[1] - (self.all[0] - treated[0]) / (self.all[1] - treated[1])
    }
}
