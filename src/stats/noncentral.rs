//! Upper tails of the t and F distributions away from the null, which powers are made of.
//! It deliberately has no quantiles: powers are inverted where the question is asked.

use super::beta;
use super::tail;

/// Terms smaller than this share of the sum no longer count.
const SMALL: f64 = 1e-17;

/// From here on t is taken for normal: a power there is 1 whatever the distribution.
const GREAT: f64 = 1e3;

/// `P(T > t)` of t with `df` degrees of freedom and non-centrality `shift`, neither of `t` and `shift` under 0.
///
/// `1/2 sum_j (p_j I(j + 1/2) + q_j I(j + 1))` with the upper incomplete beta function at `df / (df + t^2)` and Poisson
/// weights at `shift^2 / 2`, whole and shifted by a half (Lenth 1989, AS 243, in its upper tail).
pub fn t_upper(t: f64, df: f64, shift: f64) -> f64 {
    if !df.is_finite() || df > 1e8 || shift > GREAT {
        return tail::normal_upper(t - shift);
    }
    let (x, y) = (t * t / (df + t * t), df / (df + t * t));
    let rate = 0.5 * shift * shift;
    let whole = mixture(rate, 0.0, |j| beta::incomplete(j + 0.5, 0.5 * df, x, y).upper);
    let half = mixture(rate, 0.5, |j| beta::incomplete(j + 1.0, 0.5 * df, x, y).upper);
    0.5 * (whole + half)
}

/// `P(F > x)` of F with `df1` and `df2` degrees of freedom and non-centrality `lambda`: a Poisson mixture of upper
/// incomplete beta functions (Abramowitz & Stegun 26.6.20). Infinite `df2` is chi-square over `df1`.
pub fn f_upper(x: f64, df1: f64, df2: f64, lambda: f64) -> f64 {
    if !df2.is_finite() || df2 > 1e8 {
        return mixture(0.5 * lambda, 0.0, |j| tail::chi2_upper(df1 * x, df1 + 2.0 * j));
    }
    let scale = df1 * x + df2;
    let (low, high) = (df1 * x / scale, df2 / scale);
    mixture(0.5 * lambda, 0.0, |j| beta::incomplete(0.5 * df1 + j, 0.5 * df2, low, high).upper)
}

/// `sum_j w_j value(j)` with `w_j = e^-rate rate^(j + offset) / Gamma(j + offset + 1)`, from the greatest weight outwards,
/// so that no weight that matters is too small for a float. Values rise with `j` and are at most 1.
fn mixture(rate: f64, offset: f64, value: impl Fn(f64) -> f64) -> f64 {
    if rate == 0.0 {
        return if offset == 0.0 { value(0.0) } else { 0.0 };
    }
    let top = (rate - offset).max(0.0).floor();
    let weight = |j: f64| ((j + offset) * rate.ln() - rate - libm::lgamma(j + offset + 1.0)).exp();
    let mut sum = 0.0_f64;
    let mut at = top;
    let mut current = weight(top);
    while current > SMALL * sum.max(f64::MIN_POSITIVE) && at < top + 1e5 {
        sum += current * value(at);
        at += 1.0;
        current *= rate / (at + offset);
    }
    let (mut at, mut current) = (top, weight(top));
    while at >= 1.0 {
        current *= (at + offset) / rate;
        at -= 1.0;
        let term = current * value(at);
        sum += term;
        if term < SMALL * sum {
            break;
        }
    }
    sum
}
