//! Tails and quantiles of the reference distributions, right where statrs is not: t and F at large degrees of freedom,
//! the normal tail. It deliberately offers survival functions only, never one minus a distribution function.

use super::beta;

/// From here on the Cornish-Fisher expansion of the t quantile is exact to a float.
const LARGE_DF: f64 = 1e4;

/// `P(Z > z)` of the standard normal.
pub fn normal_upper(z: f64) -> f64 {
    0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

/// `P(|Z| > |z|)` of the standard normal.
pub fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

/// The standard normal quantile of `p`.
pub fn normal_quantile(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let q = p.min(1.0 - p);
    if q == 0.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let mut z = std::f64::consts::SQRT_2 * statrs::function::erf::erfc_inv(2.0 * q);
    // One Newton step on the tail brings the last digits.
    let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    if density > 0.0 {
        z += (normal_upper(z) - q) / density;
    }
    if p < 0.5 { -z } else { z }
}

/// `P(T > t)` for `t >= 0` with `df > 0` degrees of freedom, whole or not.
fn t_upper(t: f64, df: f64) -> f64 {
    0.5 * t_two_sided(t, df)
}

/// `P(|T| > |t|)` with `df > 0` degrees of freedom, whole or not; 0 for an infinite `t`.
pub fn t_two_sided(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if t.is_infinite() {
        return 0.0;
    }
    if df > 1e12 {
        return normal_two_sided(t);
    }
    let square = t * t;
    if near_normal(square, df) {
        return normal_two_sided(normal_equivalent(t.abs(), df));
    }
    beta::incomplete(0.5 * df, 0.5, df / (df + square), square / (df + square)).lower
}

/// Whether the Cornish-Fisher expansion is exact to a float here; the continued fraction loses digits in the same place,
/// where `df / (df + t^2)` is next to 1.
fn near_normal(square: f64, df: f64) -> bool {
    df >= 1e3 && square < 4e-3 * df
}

/// The normal deviate with the same tail as `t >= 0`: Newton steps on the Cornish-Fisher expansion, which is nearly the
/// identity here.
fn normal_equivalent(t: f64, df: f64) -> f64 {
    let mut z = t;
    for _ in 0..20 {
        let gap = cornish_fisher(z, df) - t;
        let step = gap / (1.0 + (3.0 * z * z + 1.0) / (4.0 * df));
        z -= step;
        if step.abs() <= f64::EPSILON * z {
            break;
        }
    }
    z
}

/// The t quantile of `p` with `df > 0` degrees of freedom, whole or not.
///
/// Cornish-Fisher with four terms (Hill 1970; Abramowitz & Stegun 26.7.5) from 1e4 degrees of freedom, below it Newton
/// steps on the logarithm of the tail.
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if p.is_nan() || df.is_nan() || df <= 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let q = p.min(1.0 - p);
    if q == 0.5 {
        return 0.0;
    }
    let t = if q == 0.0 {
        f64::INFINITY
    } else if df >= LARGE_DF {
        cornish_fisher(-normal_quantile(q), df)
    } else {
        polished(q, df)
    };
    if p < 0.5 { -t } else { t }
}

fn cornish_fisher(z: f64, df: f64) -> f64 {
    let s = z * z;
    let first = (s + 1.0) / 4.0;
    let second = ((5.0 * s + 16.0) * s + 3.0) / 96.0;
    let third = (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0;
    let fourth = ((((79.0 * s + 776.0) * s + 1_482.0) * s - 1_920.0) * s - 945.0) / 92_160.0;
    z * (1.0 + (first + (second + (third + fourth / df) / df) / df) / df)
}

/// The `t > 0` with `P(T > t) = q < 1/2`: Newton in `ln t` on `ln P`, kept within a bracket.
fn polished(q: f64, df: f64) -> f64 {
    let target = q.ln();
    let (mut low, mut high) = (-350.0_f64, 350.0_f64);
    let mut u = cornish_fisher(-normal_quantile(q), df.max(3.0)).abs().max(1e-12).ln();
    for _ in 0..200 {
        let t = u.exp();
        let upper = t_upper(t, df);
        // Near the median the tail is almost 1/2 and its own rounding decides; work with its distance from 1/2 there.
        let (gap, slope) = if q > 0.25 {
            ((central(t, df) - (0.5 - q)) / t_density(t, df) / t, 1.0)
        } else {
            (target - upper.ln(), t_density(t, df) * t / upper)
        };
        if gap > 0.0 {
            high = u
        } else {
            low = u
        }
        let newton = u - gap / slope;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        let done = (next - u).abs() <= 4.0 * f64::EPSILON;
        u = next;
        if done {
            break;
        }
    }
    u.exp()
}

/// `P(0 < T < t)`.
fn central(t: f64, df: f64) -> f64 {
    let square = t * t;
    if near_normal(square, df) {
        return 0.5 * libm::erf(normal_equivalent(t, df) * std::f64::consts::FRAC_1_SQRT_2);
    }
    0.5 * beta::incomplete(0.5 * df, 0.5, df / (df + square), square / (df + square)).upper
}

fn t_density(t: f64, df: f64) -> f64 {
    let square = t * t;
    let front = beta::power_product(0.5 * df, 0.5, df / (df + square), square / (df + square));
    // x^a y^b / B(a, b) = f(t) t, since B(df/2, 1/2) carries the constant of the density.
    front / t
}

/// `P(X > x)` of chi-square with `df` degrees of freedom.
pub fn chi2_upper(x: f64, df: f64) -> f64 {
    if x.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    if df == 1.0 {
        return normal_two_sided(x.sqrt());
    }
    if x.is_infinite() {
        return 0.0;
    }
    statrs::function::gamma::checked_gamma_ur(0.5 * df, 0.5 * x).unwrap_or(f64::NAN)
}

/// The chi-square quantile of one degree of freedom: `P(X > x) = upper`.
pub fn chi2_quantile_one(upper: f64) -> f64 {
    normal_quantile(0.5 * upper).powi(2)
}

/// `P(X > x)` of F with `df1` and `df2` degrees of freedom.
pub fn f_upper(x: f64, df1: f64, df2: f64) -> f64 {
    if x.is_nan() || df1.is_nan() || df2.is_nan() || df1 <= 0.0 || df2 <= 0.0 {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    let scaled = df1 * x;
    beta::incomplete(0.5 * df2, 0.5 * df1, df2 / (df2 + scaled), scaled / (df2 + scaled)).lower
}

/// The quantile of the beta distribution, as Clopper and Pearson's limits need it.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    beta::quantile(p, a, b)
}

/// `P(X = k)` of the binomial with `n` trials (Loader's saddle-point form).
pub fn binomial_mass(k: u64, n: u64, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    let (hits, misses) = (k as f64, (n - k) as f64);
    if k == 0 {
        return (n as f64 * libm::log1p(-p)).exp();
    }
    if k == n {
        return (n as f64 * p.ln()).exp();
    }
    // p^k q^(n-k) C(n, k) = x^a y^b / B(a, b) x n / (a b) with a = k, b = n - k.
    beta::power_product(hits, misses, p, 1.0 - p) * n as f64 / (hits * misses)
}

/// Two-sided exact binomial test: the probability of all outcomes no more likely than `k` (R's `binom.test`).
pub fn binomial_two_sided_exact(k: u64, n: u64, p: f64) -> f64 {
    if n == 0 || k > n || p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    // Outcomes tied with k but for rounding count as tied.
    let bound = binomial_mass(k, n, p) * (1.0 + 1e-7);
    (0..=n).map(|j| binomial_mass(j, n, p)).filter(|&mass| mass <= bound).sum::<f64>().min(1.0)
}

/// The quantile of the gamma distribution with this shape and scale 1, as the exact Poisson limits need it: safeguarded
/// Newton steps on the tail that is smaller.
pub fn gamma_quantile(p: f64, shape: f64) -> f64 {
    if p.is_nan() || shape.is_nan() || shape <= 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { 0.0 } else { f64::INFINITY };
    }
    let lower = |x: f64| statrs::function::gamma::checked_gamma_lr(shape, x).unwrap_or(f64::NAN);
    let upper = |x: f64| statrs::function::gamma::checked_gamma_ur(shape, x).unwrap_or(f64::NAN);
    let (mut low, mut high) = (0.0_f64, shape + 60.0 + 20.0 * shape.sqrt() - 2.0 * (1.0 - p).ln());
    // Wilson and Hilferty's cube root starts near.
    let ninth = 1.0 / (9.0 * shape);
    let mut x = shape * (1.0 - ninth + normal_quantile(p) * ninth.sqrt()).powi(3);
    if x.is_nan() || x <= low || x >= high {
        x = 0.5 * (low + high);
    }
    for _ in 0..200 {
        let excess = if p <= 0.5 { lower(x) - p } else { (1.0 - p) - upper(x) };
        if excess > 0.0 {
            high = x
        } else {
            low = x
        }
        let density = ((shape - 1.0) * x.ln() - x - libm::lgamma(shape)).exp();
        let newton = x - excess / density;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        let done = (next - x).abs() <= 2.0 * f64::EPSILON * next;
        x = next;
        if done {
            break;
        }
    }
    x
}
