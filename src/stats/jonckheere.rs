//! Does an outcome rise over ordered groups? Jonckheere's and Terpstra's statistic with its exact and normal tests, the
//! chance that somebody of a higher group has the higher outcome with an error between units, and the same statistic with
//! outcomes exchanged within units only. It deliberately assumes no distance between groups and no shape of the rise.

use rand::Rng;

use super::permute;
use super::tail;

/// People up to whom the exact distribution is worked out, where no two outcomes are the same.
pub const EXACT: usize = 50;

/// One person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Ordered group, from 0.
    pub group: usize,
    /// Outcome, a finite number.
    pub value: f64,
    /// Dense code of the unit.
    pub unit: u32,
}

/// The trend over ordered groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Pairs of people of different groups in which the one of the higher group has the higher outcome, ties half.
    pub statistic: f64,
    /// `(J - E J) / sd J` for independent people, with ties.
    pub z: f64,
    /// Two-sided p-value for independent people: exact without ties up to [`EXACT`] people, else normal.
    pub p_value: f64,
    /// Whether it is exact.
    pub exact: bool,
    /// J as a share of all such pairs: 1/2 without a trend.
    pub concordance: f64,
    /// Its standard error between units.
    pub std_error: f64,
    /// Units less one.
    pub df: f64,
    /// Two-sided p-value that the share is 1/2, between units.
    pub p_units: f64,
    /// Lower limit of the share, logit scale.
    pub conf_low: f64,
    /// Upper limit.
    pub conf_high: f64,
}

/// The trend of these people (Terpstra 1952; Jonckheere 1954; variance with ties as Hollander & Wolfe 1999, equation 6.19).
///
/// The share of concordant pairs is a U-statistic; its error between units sums the people's parts over units (Lee & Dehling
/// 2005), `G/(G-1)` for small numbers, t on `G - 1`. Nothing unless two groups have people and the outcome varies.
/// O(n log n + n groups).
pub fn trend(people: &[Placed], level: f64) -> Option<Trend> {
    let groups = people.iter().map(|p| p.group + 1).max()?;
    let sweep = Sweep::of(people, groups);
    let statistic = sweep.parts.iter().map(|part| part.0).sum::<f64>() / 2.0;
    let pairs = sweep.parts.iter().map(|part| part.1).sum::<f64>() / 2.0;
    let variance = variance(&sweep.sizes, &sweep.ties);
    if pairs == 0.0 || variance <= 0.0 {
        return None;
    }
    let z = (statistic - pairs / 2.0) / variance.sqrt();
    let exact = people.len() <= EXACT && sweep.ties.iter().all(|tied| *tied == 1.0);
    let p_value = if exact { exact_p(&sweep.sizes, statistic) } else { tail::normal_two_sided(z) };
    let concordance = statistic / pairs;
    let units = people.iter().map(|p| p.unit as usize + 1).max()?;
    let mut sums = vec![0.0; units];
    let mut seen = vec![false; units];
    for (person, part) in people.iter().zip(&sweep.parts) {
        sums[person.unit as usize] += (part.0 - concordance * part.1) / pairs;
        seen[person.unit as usize] = true;
    }
    let g = seen.iter().filter(|seen| **seen).count() as f64;
    let std_error = (g / (g - 1.0) * sums.iter().map(|sum| sum * sum).sum::<f64>()).sqrt();
    let df = g - 1.0;
    let odds = concordance * (1.0 - concordance);
    let half = tail::t_quantile(0.5 + 0.5 * level, df) * std_error / odds;
    let centre = (concordance / (1.0 - concordance)).ln();
    let back = |value: f64| 1.0 / (1.0 + (-value).exp());
    Some(Trend {
        statistic,
        z,
        p_value,
        exact,
        concordance,
        std_error,
        df,
        p_units: tail::t_two_sided((concordance - 0.5) / std_error, df),
        conf_low: back(centre - half),
        conf_high: back(centre + half),
    })
}

/// People in the order of their outcomes.
struct Sweep {
    /// For each person: concordant pairs (ties half), pairs.
    parts: Vec<(f64, f64)>,
    /// People of each group.
    sizes: Vec<f64>,
    /// People who share each outcome.
    ties: Vec<f64>,
}

impl Sweep {
    fn of(people: &[Placed], groups: usize) -> Self {
        let mut order: Vec<usize> = (0..people.len()).collect();
        order.sort_by(|&a, &b| people[a].value.total_cmp(&people[b].value));
        let mut sizes = vec![0.0; groups];
        people.iter().for_each(|p| sizes[p.group] += 1.0);
        let all = people.len() as f64;
        let (mut below, mut tied) = (vec![0.0; groups], vec![0.0; groups]);
        let mut parts = vec![(0.0, 0.0); people.len()];
        let mut ties = Vec::new();
        for together in order.chunk_by(|&a, &b| people[a].value == people[b].value) {
            tied.iter_mut().for_each(|count| *count = 0.0);
            together.iter().for_each(|&at| tied[people[at].group] += 1.0);
            ties.push(together.len() as f64);
            for &at in together {
                let own = people[at].group;
                let under = |g: usize| below[g] + 0.5 * tied[g];
                let lower: f64 = (0..own).map(under).sum();
                let higher: f64 = (own + 1..groups).map(|g| sizes[g] - under(g)).sum();
                parts[at] = (lower + higher, all - sizes[own]);
            }
            below.iter_mut().zip(&tied).for_each(|(below, tied)| *below += tied);
        }
        Self { parts, sizes, ties }
    }
}

/// Variance of J for independent people, given group sizes and ties.
fn variance(sizes: &[f64], ties: &[f64]) -> f64 {
    let n: f64 = sizes.iter().sum();
    let five = |x: f64| x * (x - 1.0) * (2.0 * x + 5.0);
    let three = |x: f64| x * (x - 1.0) * (x - 2.0);
    let two = |x: f64| x * (x - 1.0);
    let sum = |of: &dyn Fn(f64) -> f64, over: &[f64]| over.iter().map(|x| of(*x)).sum::<f64>();
    let first = (five(n) - sum(&five, sizes) - sum(&five, ties)) / 72.0;
    let second = if n > 2.0 { sum(&three, sizes) * sum(&three, ties) / (36.0 * three(n)) } else { 0.0 };
    let third = if n > 1.0 { sum(&two, sizes) * sum(&two, ties) / (8.0 * two(n)) } else { 0.0 };
    first + second + third
}

/// Two-sided: twice the smaller tail of the distribution of J over all orders of the outcomes.
fn exact_p(sizes: &[f64], statistic: f64) -> f64 {
    // J is a sum of independent Mann-Whitney statistics: each group against all groups before it.
    let (mut mass, mut before) = (vec![1.0], 0usize);
    for size in sizes.iter().map(|size| *size as usize) {
        if before > 0 && size > 0 {
            mass = convolved(&mass, &mann_whitney(before, size));
        }
        before += size;
    }
    let at = statistic.round() as usize;
    let lower: f64 = mass.iter().take(at + 1).sum();
    let upper: f64 = mass.iter().skip(at).sum();
    (2.0 * lower.min(upper)).min(1.0)
}

/// Probabilities of U = 0, ..., m n: the coefficients of the Gaussian binomial, over their sum.
fn mann_whitney(m: usize, n: usize) -> Vec<f64> {
    // Counts of subsets of n ranks out of m + n by their sum.
    let mut ways = vec![vec![0.0; m * n + 1]; n + 1];
    ways[0][0] = 1.0;
    for rank in 1..=m + n {
        for taken in (1..=n.min(rank)).rev() {
            // The rank adds as many as there are untaken ranks under it.
            let add = rank - taken;
            if add > m {
                continue;
            }
            for sum in (add..=m * n).rev() {
                let from = ways[taken - 1][sum - add];
                ways[taken][sum] += from;
            }
        }
    }
    let total: f64 = ways[n].iter().sum();
    ways[n].iter().map(|count| count / total).collect()
}

fn convolved(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            out[i + j] += x * y;
        }
    }
    out
}

/// The trend inside units: outcomes may have been exchanged between people of one unit, never between units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WithinUnits {
    /// J summed over units.
    pub statistic: f64,
    /// Against its mean and variance over all exchanges within units, exact to both moments.
    pub z: f64,
    /// Two-sided: share of draws at least as far from the mean, `(b + 1) / (m + 1)`; without draws from the normal.
    pub p_value: f64,
    /// Draws; 0 = normal.
    pub draws: u64,
    /// Units in which two groups meet.
    pub units: usize,
}

/// The test of [`WithinUnits`]: what differs between units (a better manager, a better market) cannot make a trend here.
/// Each draw shuffles the outcomes within units. Nothing unless some unit has two groups and two outcomes.
pub fn within_units(people: &[Placed], key: [u8; 32], draws: u64) -> Option<WithinUnits> {
    let groups = people.iter().map(|p| p.group + 1).max()?;
    let mut sorted = people.to_vec();
    sorted.sort_by(|a, b| a.unit.cmp(&b.unit).then(a.group.cmp(&b.group)).then(a.value.total_cmp(&b.value)));
    let (mut statistic, mut mean, mut spread, mut units) = (0.0, 0.0, 0.0, Vec::new());
    for unit in sorted.chunk_by(|a, b| a.unit == b.unit) {
        let sweep = Sweep::of(unit, groups);
        let variance = variance(&sweep.sizes, &sweep.ties);
        let pairs = sweep.parts.iter().map(|part| part.1).sum::<f64>() / 2.0;
        if pairs == 0.0 || variance <= 0.0 {
            continue;
        }
        statistic += sweep.parts.iter().map(|part| part.0).sum::<f64>() / 2.0;
        mean += pairs / 2.0;
        spread += variance;
        units.push(unit.to_vec());
    }
    if spread <= 0.0 {
        return None;
    }
    let z = (statistic - mean) / spread.sqrt();
    let far = (statistic - mean).abs() - 1e-9;
    let beyond = (0..draws).filter(|draw| (shuffled(&units, groups, key, *draw) - mean).abs() >= far).count();
    let p_value = if draws == 0 { tail::normal_two_sided(z) } else { (beyond as f64 + 1.0) / (draws as f64 + 1.0) };
    Some(WithinUnits { statistic, z, p_value, draws, units: units.len() })
}

/// J with the outcomes of every unit shuffled.
fn shuffled(units: &[Vec<Placed>], groups: usize, key: [u8; 32], draw: u64) -> f64 {
    let mut generator = permute::stream(key, draw);
    let mut sum = 0.0;
    for unit in units {
        let mut unit = unit.clone();
        for i in (1..unit.len()).rev() {
            let j = generator.random_range(0..=i);
            let (a, b) = (unit[i].value, unit[j].value);
            (unit[i].value, unit[j].value) = (b, a);
        }
        sum += Sweep::of(&unit, groups).parts.iter().map(|part| part.0).sum::<f64>() / 2.0;
    }
    sum
}
