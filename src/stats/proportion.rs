//! Shares, their differences and ratios, and ratios of rates, each with its interval.
//! It deliberately uses no normal interval around a share (Wald): it fails just where people look.

use super::tail;

/// Two limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Lower.
    pub low: f64,
    /// Upper.
    pub high: f64,
}

/// An estimate with its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bracketed {
    /// Estimate.
    pub estimate: f64,
    /// Limits; an infinite upper limit where nothing bounds it.
    pub limits: Limits,
}

/// Wilson's score interval (1927) of `count` among `n`; the whole range when `n` is 0.
pub fn wilson(count: u64, n: u64, level: f64) -> Limits {
    score(count, n, tail::normal_quantile(0.5 + 0.5 * level).powi(2))
}

fn score(count: u64, n: u64, square: f64) -> Limits {
    if n == 0 {
        return Limits { low: 0.0, high: 1.0 };
    }
    let (hits, total) = (count as f64, n as f64);
    let centre = square + 2.0 * hits;
    let half = (square * (square + 4.0 * hits * (total - hits) / total)).sqrt();
    let width = 2.0 * (total + square);
    // At the ends of the range the limit is the end itself, not its rounding.
    let low = if count == 0 { 0.0 } else { ((centre - half) / width).max(0.0) };
    let high = if count == n { 1.0 } else { ((centre + half) / width).min(1.0) };
    Limits { low, high }
}

/// Goodman's simultaneous intervals (1965) for the shares of all categories: score limits with the chi-square quantile
/// of one degree of freedom at `1 - (1 - level) / k`.
pub fn goodman(counts: &[u64], level: f64) -> Vec<Limits> {
    let n = counts.iter().sum();
    let square = tail::chi2_quantile_one((1.0 - level) / counts.len() as f64);
    counts.iter().map(|&count| score(count, n, square)).collect()
}

/// Clopper and Pearson's exact interval (1934).
pub fn clopper_pearson(count: u64, n: u64, level: f64) -> Limits {
    let (hits, misses) = (count as f64, n.saturating_sub(count) as f64);
    let tail_share = 0.5 * (1.0 - level);
    let low = if count == 0 { 0.0 } else { tail::beta_quantile(tail_share, hits, misses + 1.0) };
    let high = if count >= n { 1.0 } else { tail::beta_quantile(1.0 - tail_share, hits + 1.0, misses) };
    Limits { low, high }
}

/// Counts among the treated and the control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoByTwo {
    /// Events among the treated.
    pub treated: u64,
    /// Treated.
    pub treated_n: u64,
    /// Events among the control.
    pub control: u64,
    /// Control.
    pub control_n: u64,
}

impl TwoByTwo {
    fn shares(&self) -> (f64, f64) {
        (self.treated as f64 / self.treated_n as f64, self.control as f64 / self.control_n as f64)
    }
}

/// Difference of two shares with Newcombe's hybrid score interval (1998, method 10).
pub fn newcombe(table: &TwoByTwo, level: f64) -> Bracketed {
    let (p, q) = table.shares();
    let a = wilson(table.treated, table.treated_n, level);
    let b = wilson(table.control, table.control_n, level);
    let below = (p - a.low).hypot(b.high - q);
    let above = (a.high - p).hypot(q - b.low);
    Bracketed { estimate: p - q, limits: Limits { low: p - q - below, high: p - q + above } }
}

/// Ratio of two shares with the log interval (Katz et al. 1978); nothing when either group has no event.
pub fn risk_ratio(table: &TwoByTwo, level: f64) -> Option<Bracketed> {
    if table.treated == 0 || table.control == 0 {
        return None;
    }
    let (p, q) = table.shares();
    let variance = 1.0 / table.treated as f64 - 1.0 / table.treated_n as f64 + 1.0 / table.control as f64
        - 1.0 / table.control_n as f64;
    let half = tail::normal_quantile(0.5 + 0.5 * level) * variance.max(0.0).sqrt();
    let estimate = p / q;
    Some(Bracketed { estimate, limits: Limits { low: estimate * (-half).exp(), high: estimate * half.exp() } })
}

/// Fisher's exact test, two-sided: the probability of all tables no more likely than this one, margins fixed.
pub fn fisher(table: &TwoByTwo) -> f64 {
    let events = table.treated + table.control;
    let lowest = events.saturating_sub(table.control_n);
    let highest = events.min(table.treated_n);
    let mass = |hits: u64| {
        // Hypergeometric as a product of three binomials at the common share (Loader 2000).
        let p = events as f64 / (table.treated_n + table.control_n) as f64;
        tail::binomial_mass(hits, table.treated_n, p) * tail::binomial_mass(events - hits, table.control_n, p)
            / tail::binomial_mass(events, table.treated_n + table.control_n, p)
    };
    if events == 0 || events == table.treated_n + table.control_n {
        return 1.0;
    }
    let bound = mass(table.treated) * (1.0 + 1e-7);
    (lowest..=highest).map(mass).filter(|&value| value <= bound).sum::<f64>().min(1.0)
}

/// Events over an exposure (person-months).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Events.
    pub events: u64,
    /// Exposure, above 0.
    pub exposure: f64,
}

impl Rate {
    /// Events per unit of exposure, with the exact Poisson interval (Garwood 1936).
    pub fn estimate(&self, level: f64) -> Bracketed {
        let share = 0.5 * (1.0 - level);
        let d = self.events as f64;
        let low = if self.events == 0 { 0.0 } else { tail::gamma_quantile(share, d) };
        let high = tail::gamma_quantile(1.0 - share, d + 1.0);
        let limits = Limits { low: low / self.exposure, high: high / self.exposure };
        Bracketed { estimate: d / self.exposure, limits }
    }
}

/// Ratio of two Poisson rates, treated over control, with the exact interval conditional on the sum of the events
/// (Przyborowski & Wilenski 1940): Clopper-Pearson limits of `d1 | d1 + d0`. Nothing without any event or exposure.
pub fn rate_ratio(treated: &Rate, control: &Rate, level: f64) -> Option<Bracketed> {
    let total = treated.events + control.events;
    if total == 0 || treated.exposure <= 0.0 || control.exposure <= 0.0 {
        return None;
    }
    let share = clopper_pearson(treated.events, total, level);
    let odds = |p: f64| if p >= 1.0 { f64::INFINITY } else { p / (1.0 - p) };
    let scale = control.exposure / treated.exposure;
    let estimate = treated.events as f64 / control.events as f64 * scale;
    Some(Bracketed { estimate, limits: Limits { low: odds(share.low) * scale, high: odds(share.high) * scale } })
}

/// Two-sided p-value that two Poisson rates are equal, exact conditional on the sum of the events.
pub fn rate_ratio_p(treated: &Rate, control: &Rate) -> f64 {
    let share = treated.exposure / (treated.exposure + control.exposure);
    tail::binomial_two_sided_exact(treated.events, treated.events + control.events, share)
}
