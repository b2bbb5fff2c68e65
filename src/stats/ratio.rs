//! Per cent lift: the ratio of two means, less one, with its interval. It deliberately says "unbounded" where the
//! control mean cannot be told from 0.

use super::tail;

/// Two means with what is known of their errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Means {
    /// Mean of the treated.
    pub treated: f64,
    /// Mean of the control.
    pub control: f64,
    /// Variance of the treated mean (not of the values).
    pub variance_treated: f64,
    /// Variance of the control mean.
    pub variance_control: f64,
    /// Covariance of the two means; 0 for separate people.
    pub covariance: f64,
    /// Degrees of freedom of the variances; infinite for a normal reference.
    pub df: f64,
}

impl Means {
    /// Means of separate people (covariance 0).
    pub fn independent(treated: (f64, f64), control: (f64, f64), df: f64) -> Self {
        Self {
            treated: treated.0,
            control: control.0,
            variance_treated: treated.1,
            variance_control: control.1,
            covariance: 0.0,
            df,
        }
    }
}

/// Whether the lift has two limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounds {
    /// An ordinary interval.
    Bounded,
    /// The control mean is not distinguishable from 0 (or, for the log form, not above 0): no finite interval.
    Unbounded,
}

/// `treated / control - 1` with its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    /// Estimate; 0.2 is 20 % more.
    pub estimate: f64,
    /// Lower limit, if bounded.
    pub conf_low: Option<f64>,
    /// Upper limit, if bounded.
    pub conf_high: Option<f64>,
    /// Whether there are limits.
    pub bounds: Bounds,
}

impl Lift {
    fn bounded(estimate: f64, low: f64, high: f64) -> Self {
        if low.is_finite() && high.is_finite() {
            Self { estimate, conf_low: Some(low), conf_high: Some(high), bounds: Bounds::Bounded }
        } else {
            Self::unbounded(estimate)
        }
    }

    fn unbounded(estimate: f64) -> Self {
        Self { estimate, conf_low: None, conf_high: None, bounds: Bounds::Unbounded }
    }
}

/// Fieller's interval (1954): the ratios `r` for which `treated - r control` is not distinguishable from 0, by t.
pub fn fieller(means: &Means, level: f64) -> Lift {
    let t = quantile(0.5 + 0.5 * level, means.df);
    let square = t * t;
    let estimate = means.treated / means.control - 1.0;
    let a = means.control * means.control - square * means.variance_control;
    let b = means.treated * means.control - square * means.covariance;
    let c = means.treated * means.treated - square * means.variance_treated;
    let inside = b * b - a * c;
    if a.is_nan() || a <= 0.0 || inside.is_nan() || inside < 0.0 {
        return Lift::unbounded(estimate);
    }
    let half = inside.sqrt();
    Lift::bounded(estimate, (b - half) / a - 1.0, (b + half) / a - 1.0)
}

/// Delta-method interval on the ratio itself, by the normal.
pub fn delta(means: &Means, level: f64) -> Lift {
    let ratio = means.treated / means.control;
    let half = tail::normal_quantile(0.5 + 0.5 * level) * ratio.abs() * relative_variance(means).sqrt();
    Lift::bounded(ratio - 1.0, ratio - 1.0 - half, ratio - 1.0 + half)
}

/// Delta-method interval on the logarithm of the ratio, by the normal; unbounded unless both means are above 0.
pub fn log_delta(means: &Means, level: f64) -> Lift {
    let ratio = means.treated / means.control;
    if !(means.treated > 0.0 && means.control > 0.0) {
        return Lift::unbounded(ratio - 1.0);
    }
    let half = tail::normal_quantile(0.5 + 0.5 * level) * relative_variance(means).sqrt();
    Lift::bounded(ratio - 1.0, ratio * (-half).exp() - 1.0, ratio * half.exp() - 1.0)
}

/// Variance of the logarithm of the ratio, to first order.
fn relative_variance(means: &Means) -> f64 {
    means.variance_treated / means.treated.powi(2) + means.variance_control / means.control.powi(2)
        - 2.0 * means.covariance / (means.treated * means.control)
}

fn quantile(p: f64, df: f64) -> f64 {
    if df.is_infinite() { tail::normal_quantile(p) } else { tail::t_quantile(p, df) }
}
