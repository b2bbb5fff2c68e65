//! Randomisation tests of a difference in means by assigned unit, exact when they can be, and the keyed streams of
//! random numbers that every drawing method uses. It deliberately holds no global generator.

use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// Up to this many assignments all are tried.
pub const EXACT: u64 = 200_000;

/// Draws when there are more.
pub const DRAWS: u64 = 2_000;

/// From so many units in a stratum on, a draw tosses coins for all of them and then puts their number right: fewer random
/// numbers, and no place of the memory is visited out of turn.
const WORTH_TOSSING: usize = 4_096;

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
    let strata = strata(units);
    let sum = Sums::of(units);
    let observed = sum.difference(sum.treated, sum.treated_size);
    let count = assignments(&strata);
    if !observed.is_finite() || count < 2.0 {
        return None;
    }
    // Assignments that tie with the one made but for rounding count as at least as far.
    let bound = observed.abs() * (1.0 - 1e-12) - f64::MIN_POSITIVE;
    if count <= plan.exact as f64 {
        let mut tally = Tally { sum, bound, all: 0, far: 0 };
        enumerate(&strata, 0, 0.0, 0.0, &mut tally);
        let mirrored = strata.iter().all(|stratum| stratum.treated * 2 == stratum.units.len());
        let all = tally.all as f64;
        let smallest_p = if mirrored { 2.0 / all } else { 1.0 / all };
        Some(Permutation { observed, p_value: tally.far as f64 / all, smallest_p, draws: tally.all, exact: true })
    } else {
        let far = (0..plan.draws)
            .into_par_iter()
            .map_init(Vec::new, |order, draw| drawn(&strata, &sum, plan, draw, order).abs() >= bound)
            .filter(|far| *far)
            .count();
        let m = plan.draws as f64 + 1.0;
        let p_value = (far as f64 + 1.0) / m;
        Some(Permutation { observed, p_value, smallest_p: 1.0 / m, draws: plan.draws, exact: false })
    }
}

struct Stratum {
    /// (total, size) of each unit.
    units: Vec<(f64, f64)>,
    treated: usize,
}

fn strata(units: &[Unit]) -> Vec<Stratum> {
    let mut codes: Vec<u32> = units.iter().map(|unit| unit.stratum).collect();
    codes.sort_unstable();
    codes.dedup();
    let one = |code: u32| {
        let inside: Vec<&Unit> = units.iter().filter(|unit| unit.stratum == code).collect();
        let treated = inside.iter().filter(|unit| unit.arm == Arm::Treated).count();
        Stratum { units: inside.iter().map(|unit| (unit.total, unit.size)).collect(), treated }
    };
    codes.into_iter().map(one).collect()
}

/// Sums over all units and over the treated.
#[derive(Clone, Copy)]
struct Sums {
    total: f64,
    size: f64,
    treated: f64,
    treated_size: f64,
}

impl Sums {
    fn of(units: &[Unit]) -> Self {
        let mut sums = Self { total: 0.0, size: 0.0, treated: 0.0, treated_size: 0.0 };
        for unit in units {
            sums.total += unit.total;
            sums.size += unit.size;
            if unit.arm == Arm::Treated {
                sums.treated += unit.total;
                sums.treated_size += unit.size;
            }
        }
        sums
    }

    fn difference(&self, treated: f64, treated_size: f64) -> f64 {
        treated / treated_size - (self.total - treated) / (self.size - treated_size)
    }
}

fn assignments(strata: &[Stratum]) -> f64 {
    strata.iter().map(|stratum| choose(stratum.units.len(), stratum.treated)).product()
}

fn choose(n: usize, k: usize) -> f64 {
    (0..k.min(n - k)).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64).round()
}

struct Tally {
    sum: Sums,
    bound: f64,
    all: u64,
    far: u64,
}

/// Walks every assignment of the strata from `at` on, with the treated sums so far.
fn enumerate(strata: &[Stratum], at: usize, treated: f64, size: f64, tally: &mut Tally) {
    match strata.get(at) {
        Some(stratum) => choose_units(strata, at, 0, stratum.treated, (treated, size), tally),
        None => {
            tally.all += 1;
            let difference = tally.sum.difference(treated, size);
            // An assignment that leaves an arm without people says nothing against chance.
            if difference.is_nan() || difference.abs() >= tally.bound {
                tally.far += 1;
            }
        }
    }
}

fn choose_units(strata: &[Stratum], at: usize, from: usize, left: usize, sums: (f64, f64), tally: &mut Tally) {
    if left == 0 {
        return enumerate(strata, at + 1, sums.0, sums.1, tally);
    }
    let units = &strata[at].units;
    for (next, &(total, size)) in units.iter().enumerate().take(units.len() + 1 - left).skip(from) {
        choose_units(strata, at, next + 1, left - 1, (sums.0 + total, sums.1 + size), tally);
    }
}

/// The difference of one random assignment (Fisher and Yates' shuffle within each stratum, as far as needed); `order` is
/// room to work in.
fn drawn(strata: &[Stratum], sum: &Sums, plan: &Plan, draw: u64, order: &mut Vec<u32>) -> f64 {
    let mut generator = stream(plan.key, draw);
    let (mut treated, mut size) = (0.0, 0.0);
    for stratum in strata {
        let n = stratum.units.len();
        if n >= WORTH_TOSSING {
            let (total, units) = tossed(stratum, &mut generator);
            treated += total;
            size += units;
            continue;
        }
        order.clear();
        order.extend(0..n as u32);
        for i in 0..stratum.treated {
            order.swap(i, generator.random_range(i..n));
            let (unit_total, unit_size) = stratum.units[order[i] as usize];
            treated += unit_total;
            size += unit_size;
        }
    }
    let difference = sum.difference(treated, size);
    if difference.is_nan() { f64::INFINITY } else { difference }
}

/// Units whose coins are tossed at once.
const COINS: usize = u64::BITS as usize;
/// Parts in which the share of heads is set.
const PARTS: usize = 16;

/// Total and size of the treated of one random assignment of a stratum. Coins that fall alike and independently make every
/// set of one size as likely as any other; taking out, or putting in, units by chance until the size is right keeps it so.
fn tossed(stratum: &Stratum, generator: &mut ChaCha8Rng) -> (f64, f64) {
    let (n, wanted) = (stratum.units.len(), stratum.treated);
    let parts = (wanted * PARTS + n / 2) / n;
    let (mut heads, mut count, mut sums) = (Vec::with_capacity(n.div_ceil(COINS)), 0, (0.0, 0.0));
    for some in stratum.units.chunks(COINS) {
        let mut coins = coins(parts, generator) & (u64::MAX >> (COINS - some.len()));
        heads.push(coins);
        count += coins.count_ones() as usize;
        while coins != 0 {
            let (total, size) = some[coins.trailing_zeros() as usize];
            sums = (sums.0 + total, sums.1 + size);
            coins &= coins - 1;
        }
    }
    while count != wanted {
        let at = generator.random_range(0..n);
        let coin = 1 << (at % COINS);
        let treated = heads[at / COINS] & coin != 0;
        if treated != (count > wanted) {
            continue;
        }
        heads[at / COINS] ^= coin;
        let (total, size) = stratum.units[at];
        (count, sums) = if treated {
            (count - 1, (sums.0 - total, sums.1 - size))
        } else {
            (count + 1, (sums.0 + total, sums.1 + size))
        };
    }
    sums
}

/// 64 coins that show heads in so many of 16 cases: one toss a binary digit, the lowest that is not 0 first.
fn coins(parts: usize, generator: &mut ChaCha8Rng) -> u64 {
    match parts {
        0 => 0,
        PARTS.. => u64::MAX,
        _ => (parts.trailing_zeros()..PARTS.ilog2()).fold(0, |heads, digit| {
            let toss = generator.next_u64();
            if parts >> digit & 1 == 1 { heads | toss } else { heads & toss }
        }),
    }
}
