//! Regression to the mean: how far the lowest at first would have risen if nothing but chance had moved anybody. It
//! deliberately needs no model of the noise and no reliability: everybody's first and last value are exchanged.

use super::inference::Inference;

/// One person's first and last value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// First.
    pub first: f64,
    /// Last.
    pub last: f64,
    /// Dense code of the unit.
    pub unit: u32,
}

/// The change of those at one end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regression {
    /// People who were there at first.
    pub n: usize,
    /// Their mean change: the naive reading.
    pub change: Inference,
    /// The mean change of those at that end when first and last are exchanged for half of everybody, at random.
    pub expected: f64,
    /// `change - expected`: what chance alone does not make.
    pub excess: Inference,
}

/// The mean change of people whose first value `is_there`, against its value under exchange of first and last.
///
/// If only noise moved people, who came first would not matter: then exchanging a person's two values changes nothing on
/// average, and the change of those at one end is `(sum over first there of (last - first) + sum over last there of
/// (first - last)) / (number of both)`, the mean over both directions (the time-reversed analysis of Campbell & Kenny 1999,
/// chapter 3). Errors are linearised between units, `G/(G-1)`, t on `G - 1`. Nothing without two people there at either time
/// or two units.
pub fn regression(pairs: &[Pair], is_there: impl Fn(f64) -> bool, level: f64) -> Option<Regression> {
    let units = pairs.iter().map(|p| p.unit as usize + 1).max()?;
    // Change and count of those there at first, and backwards of those there at last.
    let mut sums = vec![[0.0; 4]; units];
    let mut seen = vec![false; units];
    for pair in pairs {
        let sum = &mut sums[pair.unit as usize];
        seen[pair.unit as usize] = true;
        if is_there(pair.first) {
            sum[0] += pair.last - pair.first;
            sum[1] += 1.0;
        }
        if is_there(pair.last) {
            sum[2] += pair.first - pair.last;
            sum[3] += 1.0;
        }
    }
    let total = sums.iter().fold([0.0; 4], |all, one| std::array::from_fn(|i| all[i] + one[i]));
    let g = seen.iter().filter(|seen| **seen).count() as f64;
    if total[1] < 2.0 || total[3] < 2.0 || g < 2.0 {
        return None;
    }
    let both = total[1] + total[3];
    let (change, expected) = (total[0] / total[1], (total[0] + total[2]) / both);
    let of_change = |s: &[f64; 4]| (s[0] - change * s[1]) / total[1];
    let of_expected = |s: &[f64; 4]| (s[0] + s[2] - expected * (s[1] + s[3])) / both;
    let error =
        |part: &dyn Fn(&[f64; 4]) -> f64| (g / (g - 1.0) * sums.iter().map(|s| part(s).powi(2)).sum::<f64>()).sqrt();
    let excess_error = error(&|s| of_change(s) - of_expected(s));
    Some(Regression {
        n: total[1] as usize,
        change: Inference::new(change, error(&of_change), g - 1.0, level),
        expected,
        excess: Inference::new(change - expected, excess_error, g - 1.0, level),
    })
}
