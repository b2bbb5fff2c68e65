//! Strength marks by the declared rule: the band of |beta|, only with a corrected p below 0.05 and an interval that
//! excludes zero, withheld when the data cannot tell a weak driver from a strong one.

/// The level at which a corrected p-value allows a mark.
const ALPHA: f64 = 0.05;

/// Fewest degrees of freedom on which a mark may stand.
const FEWEST_DF: f64 = 4.0;

/// What a mark is made from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Standardised coefficient.
    pub beta: f64,
    /// Lower limit of its interval.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
    /// Corrected p-value.
    pub p_adjusted: f64,
    /// Degrees of freedom of the test.
    pub df: f64,
}

/// A mark with its range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The mark: "", "+".., "-".., "withheld".
    pub mark: String,
    /// The mark at the end of the interval nearer to zero.
    pub low: String,
    /// The mark at the far end.
    pub high: String,
}

/// The mark of an estimate; `bands` are the lower limits of |beta| for one to five signs.
pub fn mark(evidence: &Evidence, bands: &[f64; 5]) -> Mark {
    let (low, high) = (evidence.low, evidence.high);
    let excludes_zero = low > 0.0 || high < 0.0;
    let far = low.abs().max(high.abs());
    let near = if excludes_zero { low.abs().min(high.abs()) } else { 0.0 };
    let sign = if evidence.beta < 0.0 { "-" } else { "+" };
    let signs = |size: f64| sign.repeat(bands.iter().filter(|band| size >= **band).count());
    let known = [evidence.beta, low, high, evidence.p_adjusted].iter().all(|v| v.is_finite());
    let blurred = near < bands[0] && far >= bands[4];
    let mark = if !known || evidence.df < FEWEST_DF || blurred {
        "withheld".to_string()
    } else if evidence.p_adjusted < ALPHA && excludes_zero {
        signs(evidence.beta.abs())
    } else {
        String::new()
    };
    Mark { mark, low: signs(near), high: signs(far) }
}
