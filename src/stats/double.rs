//! Double-double arithmetic: sums and products carried as an unevaluated pair of floats (about 32 digits).
//! It deliberately holds only what residuals and gradients need.

/// An unevaluated sum `high + low` with `|low| <= ulp(high) / 2`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Double {
    high: f64,
    low: f64,
}

impl Double {
    /// The exact value of a float.
    pub fn new(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }

    /// The nearest float.
    pub fn value(self) -> f64 {
        self.high + self.low
    }

    /// Adds a float (Knuth's two-sum, then renormalised).
    #[must_use]
    pub fn plus(self, other: f64) -> Self {
        let (sum, error) = two_sum(self.high, other);
        renormalise(sum, error + self.low)
    }

    /// Adds the exact product of two floats (fused multiply-add gives the rounding error of the product).
    #[must_use]
    pub fn plus_product(self, a: f64, b: f64) -> Self {
        let product = a * b;
        let product_error = a.mul_add(b, -product);
        let (sum, error) = two_sum(self.high, product);
        renormalise(sum, error + self.low + product_error)
    }

    /// Adds another pair.
    #[must_use]
    pub fn plus_double(self, other: Self) -> Self {
        let (sum, error) = two_sum(self.high, other.high);
        renormalise(sum, error + self.low + other.low)
    }

    /// Adds the product of a float and a pair; the product with the low part, 16 digits down, is rounded once.
    #[must_use]
    pub fn plus_scaled(self, a: f64, other: Self) -> Self {
        let product = a * other.high;
        let product_error = a.mul_add(other.high, -product) + a * other.low;
        let (sum, error) = two_sum(self.high, product);
        renormalise(sum, error + self.low + product_error)
    }
}

fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let back = sum - a;
    (sum, (a - (sum - back)) + (b - back))
}

fn renormalise(sum: f64, error: f64) -> Double {
    let high = sum + error;
    Double { high, low: error - (high - sum) }
}
