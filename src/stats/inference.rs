//! From a fit and a covariance to statistics, p-values and intervals of coefficients and contrasts.
//! It deliberately decides nothing about significance.

use ndarray::{Array1, Array2};

use super::covariance::{Covariance, Reference};
use super::eigen;
use super::ols::Fit;
use super::tail;

/// The level of intervals unless another is asked for.
pub const LEVEL: f64 = 0.95;

/// An estimate with how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inference {
    /// Estimate.
    pub estimate: f64,
    /// Standard error; 0 for a perfect fit.
    pub std_error: f64,
    /// `estimate / std_error`; infinite for a perfect fit with an estimate other than 0.
    pub statistic: f64,
    /// Degrees of freedom of the t reference.
    pub df: f64,
    /// Two-sided.
    pub p_value: f64,
    /// Lower limit.
    pub conf_low: f64,
    /// Upper limit.
    pub conf_high: f64,
}

impl Inference {
    /// A t-based inference at the given confidence level. Without degrees of freedom nothing can be said: the statistic
    /// is 0, the p-value 1 and the interval everything.
    pub fn new(estimate: f64, std_error: f64, df: f64, level: f64) -> Self {
        if df.is_nan() || df <= 0.0 {
            let (conf_low, conf_high) = (f64::NEG_INFINITY, f64::INFINITY);
            return Self { estimate, std_error, statistic: 0.0, df: 0.0, p_value: 1.0, conf_low, conf_high };
        }
        let statistic = if std_error > 0.0 {
            estimate / std_error
        } else if estimate == 0.0 {
            0.0
        } else {
            f64::INFINITY.copysign(estimate)
        };
        let half = if std_error > 0.0 { tail::t_quantile(0.5 + 0.5 * level, df) * std_error } else { 0.0 };
        Self {
            estimate,
            std_error,
            statistic,
            df,
            p_value: tail::t_two_sided(statistic, df),
            conf_low: estimate - half,
            conf_high: estimate + half,
        }
    }
}

/// Inference on coefficient `j`, at [`LEVEL`].
pub fn coefficient(fit: &Fit, covariance: &Covariance, j: usize) -> Inference {
    let mut weights = Array1::zeros(fit.k);
    weights[j] = 1.0;
    contrast(fit, covariance, &weights, LEVEL)
}

/// Inference on the contrast `c'b` (k weights) at the given confidence level.
pub fn contrast(fit: &Fit, covariance: &Covariance, weights: &Array1<f64>, level: f64) -> Inference {
    let estimate = weights.dot(&fit.coefficients);
    Inference::new(estimate, covariance.variance(weights).sqrt(), covariance.df(weights), level)
}

/// A joint test that several coefficients are 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wald {
    /// `b' V^-1 b / q`; infinite for a perfect fit.
    pub statistic: f64,
    /// `q`, the number of coefficients.
    pub df1: f64,
    /// Degrees of freedom of the denominator: n - k, G - 1, or with CR2 the smallest Satterthwaite df of the
    /// coefficients tested, which is on the careful side.
    pub df2: f64,
    /// From the F distribution.
    pub p_value: f64,
}

/// Wald's F test of the coefficients at these positions; nothing when their covariance is singular (more coefficients
/// than clusters allow), no column is named, or no degrees of freedom are left.
pub fn wald(fit: &Fit, covariance: &Covariance, columns: &[usize]) -> Option<Wald> {
    let q = columns.len();
    if q == 0 {
        return None;
    }
    let b: Array1<f64> = columns.iter().map(|&j| fit.coefficients[j]).collect();
    let df1 = q as f64;
    let df2 = denominator(fit, covariance, columns);
    if df2.is_nan() || df2 <= 0.0 {
        return None;
    }
    if fit.perfect {
        return Some(Wald { statistic: f64::INFINITY, df1, df2, p_value: 0.0 });
    }
    let v = Array2::from_shape_fn((q, q), |(i, j)| covariance.matrix[[columns[i], columns[j]]]);
    let scale: Array1<f64> = v.diag().mapv(f64::sqrt);
    let correlation = Array2::from_shape_fn((q, q), |(i, j)| v[[i, j]] / (scale[i] * scale[j]));
    let scaled = &b / &scale;
    let statistic = scaled.dot(&eigen::solve(&correlation, &scaled)?) / df1;
    Some(Wald { statistic, df1, df2, p_value: tail::f_upper(statistic, df1, df2) })
}

fn denominator(fit: &Fit, covariance: &Covariance, columns: &[usize]) -> f64 {
    match &covariance.reference {
        Reference::Residual(df) | Reference::Clusters(df) => *df,
        Reference::Satterthwaite(clusters) => columns
            .iter()
            .map(|&j| {
                let mut weights = Array1::zeros(fit.k);
                weights[j] = 1.0;
                clusters.df(&weights)
            })
            .fold(f64::INFINITY, f64::min),
    }
}
