//! All assignments of units to two arms within strata, or random ones: what each gives is a sum over its treated units.
//! It deliberately knows no statistic; a pair is a stratum of two with one treated.

use rand::{Rng, RngCore};
use rand_chacha::ChaCha8Rng;

/// From so many units in a stratum on, a draw tosses coins for all of them and then puts their number right: fewer random
/// numbers, and no place of the memory is visited out of turn.
const WORTH_TOSSING: usize = 4_096;

/// The units that were assigned together, each with the F numbers that are summed over the treated.
#[derive(Debug, Clone)]
pub(super) struct Stratum<const F: usize> {
    pub(super) units: Vec<[f64; F]>,
    /// How many of them are treated in every assignment.
    pub(super) treated: usize,
}

/// A unit as it was assigned: its stratum, whether it is treated, its numbers.
pub(super) type Assigned<const F: usize> = (u32, bool, [f64; F]);

/// The strata by rising code, their units in the order given.
pub(super) fn strata<const F: usize>(units: &[Assigned<F>]) -> Vec<Stratum<F>> {
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by_key(|&at| units[at].0);
    let inside = |part: &[usize]| Stratum {
        units: part.iter().map(|&at| units[at].2).collect(),
        treated: part.iter().filter(|&&at| units[at].1).count(),
    };
    order.chunk_by(|&a, &b| units[a].0 == units[b].0).map(inside).collect()
}

/// How many assignments there are.
pub(super) fn count<const F: usize>(strata: &[Stratum<F>]) -> f64 {
    strata.iter().map(|stratum| choose(stratum.units.len(), stratum.treated)).product()
}

fn choose(n: usize, k: usize) -> f64 {
    (0..k.min(n - k)).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64).round()
}

/// Whether the arms may be exchanged: then every assignment has a mirror image, as far from 0 on the other side.
pub(super) fn mirrored<const F: usize>(strata: &[Stratum<F>]) -> bool {
    strata.iter().all(|stratum| stratum.treated * 2 == stratum.units.len())
}

/// The smallest p-value that a test of all these assignments can give.
pub(super) fn smallest_p<const F: usize>(strata: &[Stratum<F>]) -> f64 {
    if mirrored(strata) { 2.0 / count(strata) } else { 1.0 / count(strata) }
}

/// Shows `visit` every assignment once, always in the same order: the sums over the treated of each stratum go through
/// `turn` (with the stratum's place), and what it makes of them is summed over the strata.
pub(super) fn every<const F: usize, const C: usize>(
    strata: &[Stratum<F>],
    turn: &impl Fn(usize, &[f64; F]) -> [f64; C],
    visit: &mut impl FnMut(&[f64; C]),
) {
    let values: Vec<Vec<[f64; C]>> = strata
        .iter()
        .enumerate()
        .map(|(at, stratum)| sums(stratum).iter().map(|sum| turn(at, sum)).collect())
        .collect();
    across(&values, &[0.0; C], visit);
}

fn across<const C: usize>(values: &[Vec<[f64; C]>], so_far: &[f64; C], visit: &mut impl FnMut(&[f64; C])) {
    let Some((first, rest)) = values.split_first() else { return visit(so_far) };
    for value in first {
        across(rest, &plus(so_far, value), visit);
    }
}

/// The sums over the treated of every assignment of one stratum. The smaller arm is the one that is chosen, so that the
/// recursion is never deep.
fn sums<const F: usize>(stratum: &Stratum<F>) -> Vec<[f64; F]> {
    let n = stratum.units.len();
    let few = stratum.treated <= n - stratum.treated;
    let mut found = Vec::new();
    choose_units(&stratum.units, if few { stratum.treated } else { n - stratum.treated }, &[0.0; F], &mut found);
    if !few {
        let all = stratum.units.iter().fold([0.0; F], |sum, unit| plus(&sum, unit));
        found.iter_mut().for_each(|sum| *sum = minus(&all, sum));
    }
    found
}

fn choose_units<const F: usize>(units: &[[f64; F]], left: usize, so_far: &[f64; F], found: &mut Vec<[f64; F]>) {
    if left == 0 {
        found.push(*so_far);
        return;
    }
    for next in 0..=units.len() - left {
        choose_units(&units[next + 1..], left - 1, &plus(so_far, &units[next]), found);
    }
}

/// One random assignment, as [`every`] shows them; `order` is room to work in.
pub(super) fn drawn<const F: usize, const C: usize>(
    strata: &[Stratum<F>],
    turn: &impl Fn(usize, &[f64; F]) -> [f64; C],
    generator: &mut ChaCha8Rng,
    order: &mut Vec<u32>,
) -> [f64; C] {
    let one = |sum: [f64; C], (at, stratum): (usize, &Stratum<F>)| {
        let treated = if stratum.units.len() >= WORTH_TOSSING {
            tossed(stratum, generator)
        } else {
            shuffled(stratum, generator, order)
        };
        plus(&sum, &turn(at, &treated))
    };
    strata.iter().enumerate().fold([0.0; C], one)
}

/// Fisher and Yates' shuffle, as far as needed.
fn shuffled<const F: usize>(stratum: &Stratum<F>, generator: &mut ChaCha8Rng, order: &mut Vec<u32>) -> [f64; F] {
    let n = stratum.units.len();
    order.clear();
    order.extend(0..n as u32);
    (0..stratum.treated).fold([0.0; F], |sum, i| {
        order.swap(i, generator.random_range(i..n));
        plus(&sum, &stratum.units[order[i] as usize])
    })
}

/// Units whose coins are tossed at once.
const COINS: usize = u64::BITS as usize;
/// Parts in which the share of heads is set.
const PARTS: usize = 16;

/// The sums over the treated of one random assignment of a stratum. Coins that fall alike and independently make every
/// set of one size as likely as any other; taking out, or putting in, units by chance until the size is right keeps it so.
fn tossed<const F: usize>(stratum: &Stratum<F>, generator: &mut ChaCha8Rng) -> [f64; F] {
    let (n, wanted) = (stratum.units.len(), stratum.treated);
    let parts = (wanted * PARTS + n / 2) / n;
    let (mut heads, mut count, mut sums) = (Vec::with_capacity(n.div_ceil(COINS)), 0, [0.0; F]);
    for some in stratum.units.chunks(COINS) {
        let mut coins = coins(parts, generator) & (u64::MAX >> (COINS - some.len()));
        heads.push(coins);
        count += coins.count_ones() as usize;
        while coins != 0 {
            sums = plus(&sums, &some[coins.trailing_zeros() as usize]);
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
        let unit = &stratum.units[at];
        (count, sums) = if treated { (count - 1, minus(&sums, unit)) } else { (count + 1, plus(&sums, unit)) };
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

fn plus<const F: usize>(a: &[f64; F], b: &[f64; F]) -> [f64; F] {
    std::array::from_fn(|i| a[i] + b[i])
}

fn minus<const F: usize>(a: &[f64; F], b: &[f64; F]) -> [f64; F] {
    std::array::from_fn(|i| a[i] - b[i])
}
