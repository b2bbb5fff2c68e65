//! The incomplete beta function with relative digits in both tails, at any size of its parameters, and its quantile.
//! It deliberately replaces statrs here: log-gamma differences lose digits when the degrees of freedom are large.

/// Both tails of a distribution at one point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    /// Probability below.
    pub lower: f64,
    /// Probability above.
    pub upper: f64,
}

/// `I_x(a, b)` and its complement, for `a, b > 0`; `y` is `1 - x`, given apart so that neither loses digits.
///
/// Continued fraction (Numerical Recipes form, Lentz) times the density in Loader's saddle-point form (2000).
pub fn incomplete(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if a.is_nan() || b.is_nan() || x.is_nan() || y.is_nan() {
        return Tails { lower: f64::NAN, upper: f64::NAN };
    }
    if x <= 0.0 {
        return Tails { lower: 0.0, upper: 1.0 };
    }
    if y <= 0.0 {
        return Tails { lower: 1.0, upper: 0.0 };
    }
    let front = power_product(a, b, x, y);
    if x <= (a + 1.0) / (a + b + 2.0) {
        let lower = (front * fraction(a, b, x) / a).min(1.0);
        Tails { lower, upper: 1.0 - lower }
    } else {
        let upper = (front * fraction(b, a, y) / b).min(1.0);
        Tails { lower: 1.0 - upper, upper }
    }
}

/// `x^a y^b / B(a, b)`.
pub fn power_product(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let exponent = stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y);
    (a / n * b / std::f64::consts::TAU).sqrt() * exponent.exp()
}

/// `ln Gamma(z+1) - ((z + 1/2) ln z - z + ln(2 pi)/2)`: what Stirling's formula leaves out.
fn stirling_error(z: f64) -> f64 {
    if z < 16.0 {
        let half_log_tau = 0.918_938_533_204_672_8;
        return libm::lgamma(z + 1.0) - (z + 0.5) * z.ln() + z - half_log_tau;
    }
    let square = z * z;
    let series = 1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1_260.0 - (1.0 / 1_680.0 - (1.0 / 1_188.0) / square) / square) / square) / square;
    series / z
}

/// `x ln(x/m) + m - x`, without cancellation near `x = m` (Loader's bd0).
fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() > 0.1 * (x + m) {
        return x * (x / m).ln() + m - x;
    }
    let v = difference / (x + m);
    let mut sum = difference * v;
    let mut term = 2.0 * x * v;
    for j in 1..1_000 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let tiny = 1e-300;
    let guard = |value: f64| if value.abs() < tiny { tiny } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..200_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    h
}

/// The `x` with `I_x(a, b) = p`: safeguarded Newton steps, to the last digits of `x`.
pub fn quantile(p: f64, a: f64, b: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return p;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mut x = a / (a + b);
    for _ in 0..200 {
        let tails = incomplete(a, b, x, 1.0 - x);
        let excess = if p <= 0.5 { tails.lower - p } else { (1.0 - p) - tails.upper };
        if excess > 0.0 {
            high = x
        } else {
            low = x
        }
        let density = power_product(a, b, x, 1.0 - x) / (x * (1.0 - x));
        let newton = x - excess / density;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        let done = (next - x).abs() <= 2.0 * f64::EPSILON * next.abs();
        x = next;
        if done {
            break;
        }
    }
    x
}
