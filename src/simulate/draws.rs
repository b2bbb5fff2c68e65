//! Randomness of the simulator: one keyed stream per purpose and company, so that no draw depends on the order in which
//! parts are made. It deliberately offers no global or time-seeded generator.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// What a stream of draws is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Companies = 1,
    People = 2,
    Sessions = 3,
    Engagement = 4,
    Levels = 5,
    Sales = 6,
    Pseudonyms = 7,
    RowOrder = 8,
}

/// The generator for a purpose; `stream` is a company or a table number.
pub(super) fn stream(seed: u64, purpose: Purpose, stream: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((purpose as u64) << 48) | stream);
    rng
}

/// A standard normal draw.
pub(super) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// A uniform draw between two bounds.
pub(super) fn between(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.random::<f64>()
}

/// True with the given probability.
pub(super) fn chance(rng: &mut ChaCha8Rng, probability: f64) -> bool {
    rng.random::<f64>() < probability
}

/// Shares a total among weights in whole numbers (largest remainders, ties to the first), each at least `floor`.
pub(super) fn apportion(total: usize, weights: &[f64], floor: usize) -> Vec<usize> {
    let rest = total.saturating_sub(floor * weights.len());
    let sum: f64 = weights.iter().sum();
    if weights.is_empty() || sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|w| rest as f64 * w / sum).collect();
    let mut shares: Vec<usize> = exact.iter().map(|e| e.floor() as usize).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| (exact[b] - exact[b].floor()).total_cmp(&(exact[a] - exact[a].floor())).then(a.cmp(&b)));
    let given: usize = shares.iter().sum();
    for &i in order.iter().cycle().take(rest.saturating_sub(given)) {
        shares[i] += 1;
    }
    shares.iter().map(|s| s + floor).collect()
}
