//! What a comparison could have found: minimum detectable effects, power of two proportions, the design effect.
//! It deliberately never computes the power of the effect observed.

use super::tail;

/// Minimum detectable effect at this two-sided `alpha` and `power`: `(t_{1-alpha/2} + t_power) x se`, on `df`.
pub fn mde(std_error: f64, df: f64, alpha: f64, power: f64) -> f64 {
    (tail::t_quantile(1.0 - 0.5 * alpha, df) + tail::t_quantile(power, df)) * std_error
}

/// Power of the two-sided pooled normal test of two proportions with these group sizes (as R's `power.prop.test` when
/// the sizes are equal; the far tail is not counted). Not a number when both shares are 0 or both are 1.
pub fn two_proportions(p1: f64, n1: f64, p2: f64, n2: f64, alpha: f64) -> f64 {
    let pooled = (n1 * p1 + n2 * p2) / (n1 + n2);
    let under_null = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
    let under_alternative = (p1 * (1.0 - p1) / n1 + p2 * (1.0 - p2) / n2).sqrt();
    let z = tail::normal_quantile(1.0 - 0.5 * alpha);
    tail::normal_upper(-((p1 - p2).abs() - z * under_null) / under_alternative)
}

/// How many times the variance of a mean grows when people come in units of these sizes with this intraclass
/// correlation: `1 + (sum n^2 / sum n - 1) icc` (Kish 1965; unequal sizes weigh by themselves).
pub fn design_effect(sizes: &[f64], icc: f64) -> f64 {
    let total: f64 = sizes.iter().sum();
    let squares: f64 = sizes.iter().map(|size| size * size).sum();
    1.0 + (squares / total - 1.0) * icc
}
