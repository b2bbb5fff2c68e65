//! Two arms by person: difference of means, effect sizes, balance, the sample-ratio check, superiority, and the
//! intraclass correlation. It deliberately does not know which unit was assigned; the comparison does.

use super::inference::Inference;
use super::moments::Moments;
use super::proportion;
use super::tail;

/// Welch's difference, treated minus control, with Welch-Satterthwaite degrees of freedom (Welch 1947); nothing unless
/// both arms have two values and some spread.
pub fn welch(treated: &Moments, control: &Moments, level: f64) -> Option<Inference> {
    if treated.count < 2 || control.count < 2 {
        return None;
    }
    let (a, b) = (treated.variance_of_mean(), control.variance_of_mean());
    let variance = a + b;
    if variance.is_nan() || variance <= 0.0 {
        return None;
    }
    let df = variance * variance / (a * a / (treated.count as f64 - 1.0) + b * b / (control.count as f64 - 1.0));
    Some(Inference::new(treated.mean - control.mean, variance.sqrt(), df, level))
}

/// Standardised mean difference with the pooled standard deviation (Cohen's d). Infinite where the means differ and
/// nothing varies (disjoint categories); 0 where they are the same.
pub fn standardised_difference(treated: &Moments, control: &Moments) -> f64 {
    let difference = treated.mean - control.mean;
    let df = treated.count as f64 + control.count as f64 - 2.0;
    let pooled = ((treated.m2 + control.m2) / df).sqrt();
    if difference == 0.0 {
        0.0
    } else if pooled > 0.0 {
        difference / pooled
    } else {
        f64::INFINITY.copysign(difference)
    }
}

/// Hedges' g: Cohen's d times `1 - 3 / (4 (n + m) - 9)` (Hedges 1981, the usual approximation of the exact factor).
pub fn hedges_g(treated: &Moments, control: &Moments) -> f64 {
    let n = treated.count as f64 + control.count as f64;
    standardised_difference(treated, control) * (1.0 - 3.0 / (4.0 * n - 9.0))
}

/// Standardised difference of one category's share, with the pooled variance of the two shares; infinite for disjoint
/// categories.
pub fn standardised_difference_of_shares(treated: f64, control: f64) -> f64 {
    let difference = treated - control;
    let pooled = (0.5 * (treated * (1.0 - treated) + control * (1.0 - control))).sqrt();
    if difference == 0.0 {
        0.0
    } else if pooled > 0.0 {
        difference / pooled
    } else {
        f64::INFINITY.copysign(difference)
    }
}

/// Under this, the arms are too unequal for chance.
pub const SAMPLE_RATIO_ALARM: f64 = 0.001;

/// Up to this many units the exact binomial decides.
pub const SAMPLE_RATIO_EXACT: u64 = 1_000;

/// The sample-ratio check.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleRatio {
    /// Chi-square with one degree of freedom, no continuity correction.
    pub statistic: f64,
    /// Its p-value.
    pub p_value: f64,
    /// Exact binomial p-value, under [`SAMPLE_RATIO_EXACT`] units.
    pub p_exact: Option<f64>,
    /// Whether the deciding p-value (exact where there is one) is under [`SAMPLE_RATIO_ALARM`].
    pub alarm: bool,
}

impl SampleRatio {
    fn new(statistic: f64, p_exact: Option<f64>) -> Self {
        let p_value = tail::chi2_upper(statistic, 1.0);
        Self { statistic, p_value, p_exact, alarm: p_exact.unwrap_or(p_value) < SAMPLE_RATIO_ALARM }
    }
}

/// The check on assigned units: `treated` against `control`, when `share` of the units should be treated.
pub fn sample_ratio(treated: u64, control: u64, share: f64) -> SampleRatio {
    let n = treated + control;
    let total = n as f64;
    let expected = share * total;
    let statistic = (treated as f64 - expected).powi(2) / (expected * (1.0 - share));
    let exact = (n < SAMPLE_RATIO_EXACT).then(|| tail::binomial_two_sided_exact(treated, n, share));
    SampleRatio::new(statistic, exact)
}

/// The check on people who were assigned in units: sizes of the treated and of the control units, `share` of the units
/// to be treated. `(sum s_g n_g)^2 / (sum n_g^2)` with `s_g = +-1` at equal allocation; in general each unit counts
/// `(a_g - share) n_g` with variance `share (1 - share) n_g^2`.
pub fn sample_ratio_of_units(treated: &[f64], control: &[f64], share: f64) -> SampleRatio {
    sample_ratio_of_strata(&[RatioStratum { treated, control, share }])
}

/// Sizes of the units of one stratum, and the share of its units to be treated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioStratum<'a> {
    /// Sizes of the treated units.
    pub treated: &'a [f64],
    /// Sizes of the control units.
    pub control: &'a [f64],
    /// Share of the units to be treated, between 0 and 1.
    pub share: f64,
}

/// The check on people who were assigned in units within strata, each with its share: excess and variance of
/// [`sample_ratio_of_units`] are summed over the strata. Where the number of treated units was fixed and not tossed, the
/// variance is too large and the check on the careful side.
pub fn sample_ratio_of_strata(strata: &[RatioStratum<'_>]) -> SampleRatio {
    let (mut excess, mut variance) = (0.0, 0.0);
    for RatioStratum { treated, control, share } in strata {
        excess += (1.0 - share) * treated.iter().sum::<f64>() - share * control.iter().sum::<f64>();
        variance += share * (1.0 - share) * treated.iter().chain(*control).map(|size| size * size).sum::<f64>();
    }
    SampleRatio::new(excess * excess / variance, None)
}

/// The probability that a random treated value is higher than a random control one, ties counted half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Superiority {
    /// Estimate, 0 to 1.
    pub probability: f64,
    /// Standard error (DeLong, DeLong & Clarke-Pearson 1988; Brunner & Munzel 2000).
    pub std_error: f64,
    /// Brunner and Munzel's degrees of freedom.
    pub df: f64,
    /// Brunner and Munzel's t of `probability - 1/2`.
    pub statistic: f64,
    /// Two-sided, from t.
    pub p_value: f64,
    /// Lower limit, from t on the logit scale.
    pub conf_low: f64,
    /// Upper limit.
    pub conf_high: f64,
}

/// Probability of superiority with an interval made on the logit scale with the t quantile of Brunner and Munzel's
/// degrees of freedom. Nothing under two values an arm or when all values are the same. When the arms do not overlap the
/// standard error is 0: then the p-value is the exact one of that order, 2 / C(n+m, n), and the limits are Clopper and
/// Pearson's with the smaller arm as the number of trials, so that the interval is never a point.
pub fn superiority(treated: &[f64], control: &[f64], level: f64) -> Option<Superiority> {
    let (n, m) = (treated.len() as f64, control.len() as f64);
    if treated.len() < 2 || control.len() < 2 {
        return None;
    }
    let of_treated = placements(treated, control);
    let of_control = placements(control, treated);
    let probability = of_treated.iter().sum::<f64>() / n;
    let (a, b) = (Moments::of(&of_treated).variance() / n, Moments::of(&of_control).variance() / m);
    let std_error = (a + b).sqrt();
    if std_error == 0.0 {
        return separated(probability, treated.len(), control.len(), level);
    }
    let df = (a + b).powi(2) / (a * a / (n - 1.0) + b * b / (m - 1.0));
    let statistic = (probability - 0.5) / std_error;
    let half = tail::t_quantile(0.5 + 0.5 * level, df) * std_error / (probability * (1.0 - probability));
    let logit = (probability / (1.0 - probability)).ln();
    let back = |value: f64| 1.0 / (1.0 + (-value).exp());
    Some(Superiority {
        probability,
        std_error,
        df,
        statistic,
        p_value: tail::t_two_sided(statistic, df),
        conf_low: back(logit - half),
        conf_high: back(logit + half),
    })
}

fn separated(probability: f64, n: usize, m: usize, level: f64) -> Option<Superiority> {
    if probability == 0.5 {
        return None;
    }
    let (a, b) = (n as f64, m as f64);
    let chance = (libm::lgamma(a + 1.0) + libm::lgamma(b + 1.0) - libm::lgamma(a + b + 1.0)).exp();
    let looks = n.min(m) as u64;
    let hits = if probability > 0.5 { looks } else { 0 };
    let limits = proportion::clopper_pearson(hits, looks, level);
    Some(Superiority {
        probability,
        std_error: 0.0,
        df: a + b - 2.0,
        statistic: f64::INFINITY.copysign(probability - 0.5),
        p_value: (2.0 * chance).min(1.0),
        conf_low: limits.low,
        conf_high: limits.high,
    })
}

/// For each value the share of the others that lie under it, ties half.
fn placements(values: &[f64], others: &[f64]) -> Vec<f64> {
    let mut sorted = others.to_vec();
    sorted.sort_by(f64::total_cmp);
    let total = sorted.len() as f64;
    values
        .iter()
        .map(|&value| {
            let below = sorted.partition_point(|&other| other < value);
            let upto = sorted.partition_point(|&other| other <= value);
            (below as f64 + upto as f64) / (2.0 * total)
        })
        .collect()
}

/// The intraclass correlation of one-way analysis of variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Icc {
    /// `(MSB - MSW) / (MSB + (n0 - 1) MSW)`, which may be under 0.
    pub icc: f64,
    /// Mean square between groups.
    pub ms_between: f64,
    /// Mean square within groups.
    pub ms_within: f64,
    /// Average size for unequal groups, `(N - sum n^2 / N) / (G - 1)` (Donner 1986).
    pub n0: f64,
}

/// Intraclass correlation of groups; nothing unless there are two groups and one of them has two values.
pub fn icc(groups: &[Moments]) -> Option<Icc> {
    let filled: Vec<&Moments> = groups.iter().filter(|group| group.count > 0).collect();
    let total: f64 = filled.iter().map(|group| group.count as f64).sum();
    let g = filled.len() as f64;
    if filled.len() < 2 || total <= g {
        return None;
    }
    let mean = filled.iter().map(|group| group.count as f64 * group.mean).sum::<f64>() / total;
    let between: f64 = filled.iter().map(|group| group.count as f64 * (group.mean - mean).powi(2)).sum();
    let within: f64 = filled.iter().map(|group| group.m2).sum();
    let squares: f64 = filled.iter().map(|group| (group.count as f64).powi(2)).sum();
    let n0 = (total - squares / total) / (g - 1.0);
    let (ms_between, ms_within) = (between / (g - 1.0), within / (total - g));
    let scale = ms_between + (n0 - 1.0) * ms_within;
    if scale == 0.0 {
        return None;
    }
    Some(Icc { icc: (ms_between - ms_within) / scale, ms_between, ms_within, n0 })
}
