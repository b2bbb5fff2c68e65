//! How strong an unseen cause would have to be to explain an estimate away (Cinelli & Hazlett, JRSS B 2020).
//! It deliberately does not say whether such a cause exists.

/// Robustness value: the partial R² that an omitted variable would need with both the term and the outcome to bring the
/// estimate to 0: `(sqrt(f^4 + 4 f^2) - f^2) / 2` with `f^2 = t^2 / df`.
pub fn robustness_value(t: f64, df: f64) -> f64 {
    let square = t * t / df;
    if square.is_infinite() {
        return 1.0;
    }
    // The form without the difference of two near numbers: 2 f / (sqrt(f^2 + 4) + f) with f = |t| / sqrt(df).
    let f = square.sqrt();
    2.0 * f / ((square + 4.0).sqrt() + f)
}
