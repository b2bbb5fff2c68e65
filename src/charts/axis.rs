//! Axes: round ticks, the words for their numbers, and which of them fit. Deliberately knows no chart.

/// A stretch of numbers laid on a stretch of pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// Smallest and largest value.
    pub(super) domain: (f64, f64),
    /// Where they are drawn.
    pub(super) pixels: (f64, f64),
}

impl Scale {
    /// Where a value is drawn; values beyond the domain are drawn at its ends.
    pub(super) fn at(&self, value: f64) -> f64 {
        let (low, high) = self.domain;
        let share = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
        self.pixels.0 + share * (self.pixels.1 - self.pixels.0)
    }

    /// Whether a value lies in the domain.
    pub(super) fn holds(&self, value: f64) -> bool {
        value >= self.domain.0 && value <= self.domain.1
    }
}

/// A round distance between ticks, so that about `wanted` of them cover `span`.
pub(super) fn round_step(span: f64, wanted: f64) -> f64 {
    if !(span.is_finite() && span > 0.0) {
        return 1.0;
    }
    let raw = span / wanted.max(1.0);
    let power = 10f64.powf(raw.log10().floor());
    let lead = raw / power;
    let round = [1.0, 2.0, 5.0].into_iter().find(|r| lead <= *r * 1.000_001).unwrap_or(10.0);
    round * power
}

/// All multiples of `step` in a domain (at most 200).
pub(super) fn ticks((low, high): (f64, f64), step: f64) -> Vec<f64> {
    let first = (low / step - 1e-9).ceil();
    let count = ((high / step + 1e-9).floor() - first).clamp(-1.0, 199.0);
    (0..(count + 1.0) as usize).map(|k| (first + k as f64) * step).collect()
}

/// The words of a tick: as many decimals as the step needs, thousands apart, a true minus sign.
pub(super) fn number(value: f64, step: f64) -> String {
    let decimals = (-(step.log10() + 1e-9).floor()).clamp(0.0, 9.0) as usize;
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let sign = if value < 0.0 && plain.bytes().any(|b| (b'1'..=b'9').contains(&b)) { "−" } else { "" };
    format!("{sign}{}{fraction}", thousands(whole))
}

/// The words of a share: "25%".
pub(super) fn percent(share: f64, step: f64) -> String {
    format!("{}%", number(share * 100.0, step * 100.0))
}

/// A whole number with its thousands apart.
pub(super) fn thousands(digits: &str) -> String {
    let mut words = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            words.push(',');
        }
        words.push(c);
    }
    words
}

/// Every how many labels can be drawn when each needs `room` pixels and they are `apart` pixels from each other.
pub(super) fn stride(room: f64, apart: f64) -> usize {
    const MONTHLY: [usize; 5] = [1, 2, 3, 6, 12];
    let needed = (room / apart.max(1e-6)).ceil().clamp(1.0, 1e6) as usize;
    MONTHLY.into_iter().find(|s| *s >= needed).unwrap_or_else(|| needed.div_ceil(12) * 12)
}
