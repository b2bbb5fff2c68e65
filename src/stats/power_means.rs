//! How large a trial must be, and what one of a given size can find: means, lifts and shares, by person or by team.
//! It deliberately never computes the power of the effect observed.

use super::noncentral;
use super::tail;

/// One arm, as far as its precision goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArmSize {
    /// Assigned units.
    pub units: f64,
    /// People in them.
    pub people: f64,
    /// Sum of the squared sizes of the units.
    pub squares: f64,
}

impl ArmSize {
    /// People who are assigned one by one.
    pub fn people(n: f64) -> Self {
        Self { units: n, people: n, squares: n }
    }

    /// Teams of these sizes.
    pub fn teams(sizes: &[f64]) -> Self {
        Self {
            units: sizes.len() as f64,
            people: sizes.iter().sum(),
            squares: sizes.iter().map(|size| size * size).sum(),
        }
    }

    /// So many teams of this mean size, whose sizes have this coefficient of variation.
    pub fn planned(units: f64, size: f64, variation: f64) -> Self {
        Self { units, people: units * size, squares: units * size * size * (1.0 + variation * variation) }
    }
}

/// How the outcome varies over units and what is taken out of it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spread {
    /// Intraclass correlation within units; without meaning where people are assigned.
    pub icc: f64,
    /// Share of the variance between units that strata or covariates explain.
    pub explained_between: f64,
    /// Share of the variance within units that covariates explain.
    pub explained_within: f64,
    /// Strata: each beyond the first costs a degree of freedom. 0 counts as 1.
    pub strata: usize,
}

/// A trial of known size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// Treated arm.
    pub treated: ArmSize,
    /// Control arm.
    pub control: ArmSize,
    /// How the outcome varies.
    pub spread: Spread,
}

impl Layout {
    /// Whether people were assigned one by one.
    fn by_person(&self) -> bool {
        self.treated.units == self.treated.people && self.control.units == self.control.people
    }

    /// Degrees of freedom: units less two, less one for each stratum beyond the first (Donner & Klar 2000).
    pub fn df(&self) -> f64 {
        self.treated.units + self.control.units - 1.0 - self.spread.strata.max(1) as f64
    }

    /// Variance of an arm's mean where that of a person is 1:
    /// `icc (1 - R_b) sum n_g^2 / n^2 + (1 - icc) (1 - R_w) / n` (Kish 1965; Bloom 2005).
    fn variance(&self, arm: &ArmSize) -> f64 {
        let icc = if self.by_person() { 0.0 } else { self.spread.icc };
        icc * (1.0 - self.spread.explained_between) * arm.squares / (arm.people * arm.people)
            + (1.0 - icc) * (1.0 - self.spread.explained_within) / arm.people
    }
}

/// What is compared, and in what its effect is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// A mean: the effect is a difference.
    Mean {
        /// Standard deviation of people.
        sd: f64,
    },
    /// A mean above 0: the effect is a lift, 0.2 for 20 % more. No lift and no difference are the same hypothesis.
    Lift {
        /// Mean of the control.
        mean: f64,
        /// Standard deviation of people.
        sd: f64,
    },
    /// A share: the effect is a difference of shares.
    Share {
        /// Share of the control.
        base: f64,
    },
}

/// Power to find this effect at a two-sided `alpha`. The tail on the wrong side is not counted, as R's `power.t.test` and
/// `power.prop.test` do not. Means and lifts by non-central t on [`Layout::df`]; shares by the pooled normal test where
/// people are assigned, by teams with t. Not a number where the effect is impossible (a share outside 0 to 1) or no
/// degrees of freedom are left.
pub fn power(outcome: Outcome, effect: f64, layout: &Layout, alpha: f64) -> f64 {
    let df = layout.df();
    let (treated, control) = (layout.variance(&layout.treated), layout.variance(&layout.control));
    if df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    let of_means = |difference: f64, sd: f64| {
        let shift = difference.abs() / (sd * (treated + control).sqrt());
        noncentral::t_upper(tail::t_quantile(1.0 - 0.5 * alpha, df), df, shift)
    };
    match outcome {
        Outcome::Mean { sd } => of_means(effect, sd),
        Outcome::Lift { mean, sd } => of_means(effect * mean, sd),
        Outcome::Share { base } => {
            // The whole way to 0 or 1 may miss it by a rounding.
            let range = -1e-12..=1.0 + 1e-12;
            if !range.contains(&(base + effect)) || !range.contains(&base) {
                return f64::NAN;
            }
            let share = (base + effect).clamp(0.0, 1.0);
            let people = layout.treated.people + layout.control.people;
            let pooled = (layout.treated.people * share + layout.control.people * base) / people;
            let under_null = (pooled * (1.0 - pooled) * (treated + control)).sqrt();
            let under_effect = (share * (1.0 - share) * treated + base * (1.0 - base) * control).sqrt();
            if layout.by_person() {
                let z = tail::normal_quantile(1.0 - 0.5 * alpha);
                tail::normal_upper((z * under_null - effect.abs()) / under_effect)
            } else {
                let t = tail::t_quantile(1.0 - 0.5 * alpha, df);
                noncentral::t_upper(t * under_null / under_effect, df, effect.abs() / under_effect)
            }
        }
    }
}

/// Which way an effect goes; it matters for shares alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// More.
    Up,
    /// Less.
    Down,
}

/// The smallest effect that is found with this power, in the sense of the outcome and with its sign. Nothing where none is
/// (a share can only go to 0 or 1, a lift down to -1), or no degrees of freedom are left.
pub fn detectable(outcome: Outcome, way: Way, layout: &Layout, alpha: f64, wanted: f64) -> Option<f64> {
    let sign = if way == Way::Up { 1.0 } else { -1.0 };
    let most = match (outcome, way) {
        (Outcome::Share { base }, Way::Up) => 1.0 - base,
        (Outcome::Share { base }, Way::Down) => base,
        (Outcome::Lift { .. }, Way::Down) => 1.0,
        (Outcome::Mean { sd }, _) => 1e3 * sd,
        (Outcome::Lift { mean, sd }, Way::Up) => 1e3 * sd / mean,
    };
    let found = |size: f64| power(outcome, sign * size, layout, alpha) >= wanted;
    rising(most * 1e-12, most, found).map(|size| sign * size)
}

/// The plan of a trial whose number of units is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// Mean number of people of a unit; 1 where people are assigned.
    pub size: f64,
    /// Coefficient of variation of the sizes.
    pub variation: f64,
    /// Treated units for each control unit.
    pub ratio: f64,
    /// How the outcome varies.
    pub spread: Spread,
}

impl Shape {
    /// The trial with so many control units.
    pub fn with(&self, control_units: f64) -> Layout {
        let arm = |units: f64| ArmSize::planned(units, self.size, self.variation);
        Layout { treated: arm(self.ratio * control_units), control: arm(control_units), spread: self.spread }
    }
}

/// Control units needed to find this effect with this power, a real number to be rounded up (as `n` of R's functions);
/// nothing where a thousand million do not suffice.
pub fn units_needed(outcome: Outcome, effect: f64, shape: &Shape, alpha: f64, wanted: f64) -> Option<f64> {
    let least = (2.0 + shape.spread.strata.max(1) as f64 - 1.0) / (1.0 + shape.ratio);
    rising(least * (1.0 + 1e-9), 1e9, |units| power(outcome, effect, &shape.with(units), alpha) >= wanted)
}

/// A point of a power curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Effect, or number of control units.
    pub at: f64,
    /// Power there.
    pub power: f64,
}

/// Power over effects.
pub fn curve(outcome: Outcome, layout: &Layout, alpha: f64, effects: &[f64]) -> Vec<Point> {
    effects.iter().map(|&at| Point { at, power: power(outcome, at, layout, alpha) }).collect()
}

/// Power over numbers of control units.
pub fn curve_of_units(outcome: Outcome, effect: f64, shape: &Shape, alpha: f64, units: &[f64]) -> Vec<Point> {
    units.iter().map(|&at| Point { at, power: power(outcome, effect, &shape.with(at), alpha) }).collect()
}

/// The least number between `low` and `high` at which something that is once true stays true, to the last digits; nothing
/// where it is not true at `high`.
pub(super) fn rising(low: f64, high: f64, holds: impl Fn(f64) -> bool) -> Option<f64> {
    if !holds(high) {
        return None;
    }
    let (mut low, mut high) = (low, high);
    while high / low > 1.0 + 4.0 * f64::EPSILON {
        let middle = (low * high).sqrt();
        if middle <= low || middle >= high {
            break;
        }
        if holds(middle) { high = middle } else { low = middle }
    }
    Some(high)
}
