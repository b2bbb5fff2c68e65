//! A joint test of several coefficients by few units: Wald's statistic as Hotelling's T-squared. It deliberately leaves
//! `inference::wald` as other software has it; with few clusters that one rejects too often.

use super::covariance::{Covariance, Reference};
use super::inference::{Wald, wald};
use super::ols::Fit;
use super::tail;

/// That the coefficients at these positions are all 0: with `Q = b' V^-1 b` and `h` degrees of freedom of V,
/// `(h - q + 1) / (h q) Q` is referred to F with `q` and `h - q + 1` (after Pustejovsky & Tipton 2018, with the
/// smallest Satterthwaite degrees of freedom of the coefficients for theirs). One coefficient gives its t-test; two arms
/// of units with equal covariance give Hotelling's test exactly. Nothing when units are too few for it.
pub fn hotelling(fit: &Fit, covariance: &Covariance, columns: &[usize]) -> Option<Wald> {
    let plain = wald(fit, covariance, columns)?;
    if matches!(covariance.reference, Reference::Residual(_)) {
        return Some(plain);
    }
    let df2 = plain.df2 - plain.df1 + 1.0;
    if df2 <= 0.0 {
        return None;
    }
    let statistic = plain.statistic * df2 / plain.df2;
    Some(Wald { statistic, df1: plain.df1, df2, p_value: tail::f_upper(statistic, plain.df1, df2) })
}
