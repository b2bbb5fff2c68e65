//! Two one-sided tests against a declared margin (Schuirmann 1987): the only way to say that there is no difference that
//! matters. It deliberately has no default margin.

use super::inference::Inference;
use super::noncentral;
use super::ratio::{Lift, Means, fieller};
use super::tail;

/// The answer of both tests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equivalence {
    /// One-sided p-value that the effect lies at or under the lower margin.
    pub p_lower: f64,
    /// One-sided p-value that it lies at or over the upper margin.
    pub p_upper: f64,
    /// The greater of the two.
    pub p_value: f64,
    /// Lower limit of the interval of confidence `1 - 2 alpha`, which lies within the margins just where both tests reject;
    /// nothing where it is unbounded.
    pub conf_low: Option<f64>,
    /// Its upper limit.
    pub conf_high: Option<f64>,
    /// Whether `p_value` is under alpha.
    pub equivalent: bool,
}

/// Whether a difference lies between `low` and `high`, by its t. Nothing for margins the wrong way round or a difference
/// without degrees of freedom.
pub fn difference(found: &Inference, (low, high): (f64, f64), alpha: f64) -> Option<Equivalence> {
    if low >= high || found.df <= 0.0 {
        return None;
    }
    let half = tail::t_quantile(1.0 - alpha, found.df) * found.std_error;
    let limits = (Some(found.estimate - half), Some(found.estimate + half));
    let t = |distance: f64| ratio(distance, found.std_error);
    Some(decide(t(found.estimate - low), t(high - found.estimate), found.df, limits, alpha))
}

/// Whether a lift lies between `low` and `high` (both over -1): the tests are of `treated - (1 + margin) control`, so that
/// the control mean is not taken for known (Fieller 1954; Hauschke et al. 1999). Nothing where the control mean is not
/// above 0.
pub fn lift(means: &Means, (low, high): (f64, f64), alpha: f64) -> Option<Equivalence> {
    if low >= high || low <= -1.0 || means.control <= 0.0 || means.df <= 0.0 {
        return None;
    }
    let t = |margin: f64| {
        let r = 1.0 + margin;
        let variance = means.variance_treated + r * r * means.variance_control - 2.0 * r * means.covariance;
        ratio(means.treated - r * means.control, variance.max(0.0).sqrt())
    };
    let Lift { conf_low, conf_high, .. } = fieller(means, 1.0 - 2.0 * alpha);
    Some(decide(t(low), -t(high), means.df, (conf_low, conf_high), alpha))
}

/// Power of both tests together at a true effect: `P_lower + P_upper - 1` with non-central t, which leaves out their
/// dependence and is exact where the power is not small (Phillips 1990); 0 at least.
pub fn power(truth: f64, std_error: f64, df: f64, (low, high): (f64, f64), alpha: f64) -> f64 {
    let t = tail::t_quantile(1.0 - alpha, df);
    let side = |distance: f64| if distance <= 0.0 { 0.0 } else { noncentral::t_upper(t, df, distance / std_error) };
    (side(truth - low) + side(high - truth) - 1.0).max(0.0)
}

fn ratio(distance: f64, std_error: f64) -> f64 {
    if std_error > 0.0 {
        distance / std_error
    } else if distance == 0.0 {
        0.0
    } else {
        f64::INFINITY.copysign(distance)
    }
}

fn decide(above_low: f64, below_high: f64, df: f64, limits: (Option<f64>, Option<f64>), alpha: f64) -> Equivalence {
    let one_sided = |t: f64| {
        let half = 0.5 * if df.is_infinite() { tail::normal_two_sided(t) } else { tail::t_two_sided(t, df) };
        if t > 0.0 { half } else { 1.0 - half }
    };
    let (p_lower, p_upper) = (one_sided(above_low), one_sided(below_high));
    let p_value = p_lower.max(p_upper);
    Equivalence { p_lower, p_upper, p_value, conf_low: limits.0, conf_high: limits.1, equivalent: p_value < alpha }
}
