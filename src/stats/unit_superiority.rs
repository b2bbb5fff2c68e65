//! The probability that a random member of one group stands higher than one of another, with an error between the units
//! (teams) that people come in. It deliberately compares ordered levels and no numbers: only their order counts.

use super::tail;

/// One person: which group, which level, which unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// In the first group (else in the second).
    pub first: bool,
    /// Level, from 0.
    pub level: usize,
    /// Dense code of the unit.
    pub unit: u32,
}

/// P(first > second) + P(tie) / 2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Superiority {
    /// The probability.
    pub probability: f64,
    /// Its standard error between units.
    pub std_error: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Two-sided, that it is 1/2.
    pub p_value: f64,
    /// Lower limit, made on the logit scale.
    pub conf_low: f64,
    /// Upper limit.
    pub conf_high: f64,
    /// Units of the first and of the second group.
    pub units: [usize; 2],
}

/// The placements of DeLong, DeLong & Clarke-Pearson (1988) summed over units (Obuchowski 1997). Where no unit has people of
/// both groups, the two variances have `G/(G-1)` each and Satterthwaite's degrees of freedom, as Brunner and Munzel's
/// (2000) have for people; otherwise one sum over all units and `G - 1`. O(n + levels + units). Nothing under two units a
/// group, or when nobody differs.
pub fn superiority(members: &[Member], level: f64) -> Option<Superiority> {
    let levels = members.iter().map(|m| m.level + 1).max()?;
    let mut counts = [vec![0.0; levels], vec![0.0; levels]];
    members.iter().for_each(|m| counts[usize::from(!m.first)][m.level] += 1.0);
    let totals = [counts[0].iter().sum::<f64>(), counts[1].iter().sum::<f64>()];
    if totals.contains(&0.0) {
        return None;
    }
    let (under_second, above_first) = (below(&counts[1]), below(&counts[0]));
    let of_first = |level: usize| under_second[level];
    let of_second = |level: usize| 1.0 - above_first[level];
    let probability = counts[0].iter().enumerate().map(|(l, count)| count * of_first(l)).sum::<f64>() / totals[0];
    let groups = members.iter().map(|m| m.unit as usize + 1).max()?;
    let mut parts = vec![[0.0; 2]; groups];
    let mut seen = vec![[false; 2]; groups];
    for m in members {
        let side = usize::from(!m.first);
        let placement = if m.first { of_first(m.level) } else { of_second(m.level) };
        parts[m.unit as usize][side] += (placement - probability) / totals[side];
        seen[m.unit as usize][side] = true;
    }
    let units = [0, 1].map(|side| seen.iter().filter(|s| s[side]).count());
    if units[0] < 2 || units[1] < 2 {
        return None;
    }
    let (variance, df) = if seen.iter().any(|s| s[0] && s[1]) {
        let g = seen.iter().filter(|s| s[0] || s[1]).count() as f64;
        (g / (g - 1.0) * parts.iter().map(|p| (p[0] + p[1]).powi(2)).sum::<f64>(), g - 1.0)
    } else {
        let side = |side: usize| {
            let g = units[side] as f64;
            g / (g - 1.0) * parts.iter().map(|p| p[side] * p[side]).sum::<f64>()
        };
        let (a, b) = (side(0), side(1));
        let df = (a + b).powi(2) / (a * a / (units[0] as f64 - 1.0) + b * b / (units[1] as f64 - 1.0));
        (a + b, df)
    };
    if variance.is_nan() || variance <= 0.0 || probability <= 0.0 || probability >= 1.0 {
        return None;
    }
    let std_error = variance.sqrt();
    let half = tail::t_quantile(0.5 + 0.5 * level, df) * std_error / (probability * (1.0 - probability));
    let logit = (probability / (1.0 - probability)).ln();
    let back = |value: f64| 1.0 / (1.0 + (-value).exp());
    Some(Superiority {
        probability,
        std_error,
        df,
        p_value: tail::t_two_sided((probability - 0.5) / std_error, df),
        conf_low: back(logit - half),
        conf_high: back(logit + half),
        units,
    })
}

/// For each level the share of these people under it, ties half.
fn below(counts: &[f64]) -> Vec<f64> {
    let total: f64 = counts.iter().sum();
    let mut under = 0.0;
    counts
        .iter()
        .map(|count| {
            let share = (under + 0.5 * count) / total;
            under += count;
            share
        })
        .collect()
}
