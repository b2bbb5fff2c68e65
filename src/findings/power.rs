//! What a trial of a given size can find, and how large it must be: the plan, the answer, and the power around it.

use super::atoms::{Caution, Why};
use serde::{Deserialize, Serialize};

/// One group of the plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// `treatment` or `control`.
    pub group: String,
    /// Assigned units; people where these were assigned.
    pub units: u64,
    /// People.
    pub people: u64,
}

/// A point of the power curve.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct PowerPoint {
    /// Effect, or people of both groups together.
    pub at: f64,
    /// Power there, 0 to 1.
    pub power: Option<f64>,
}

/// The power of a plan, the smallest effect it finds, or the size it needs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Power {
    /// `mean`, `lift`, `share` or `survival`.
    pub kind: String,
    /// The column in hand, or empty for a plan.
    pub outcome: String,
    /// What was asked for: `power`, `effect` or `size`.
    pub solved: String,
    /// `plan`, or `data`: base, spread and sizes are those of the data in hand.
    pub source: String,
    /// Effect on the scale of the kind: a difference, a lift (0.2 is 20 % more), a difference of shares, a hazard ratio.
    pub effect: Option<f64>,
    /// The same relative to the control: -0.2 for 20 % less.
    pub effect_relative: Option<f64>,
    /// Power, 0 to 1: of the effect, or asked for.
    pub power: Option<f64>,
    /// Two-sided level.
    pub alpha: f64,
    /// Mean of the control, share of the control, or share of the control that will have left.
    pub base: Option<f64>,
    /// Standard deviation of people; none for shares and leaving.
    pub sd: Option<f64>,
    /// What is assigned: a column, `unit` or `person`.
    pub unit: String,
    /// Sizes, treatment first; needed ones where these were asked for.
    pub groups: Vec<Side>,
    /// People of both groups together.
    pub people: Option<u64>,
    /// Units of both groups together; none where people are assigned.
    pub units: Option<u64>,
    /// Control units before rounding up, where the size was asked for: the `n` of other programs.
    pub units_exact: Option<f64>,
    /// Intraclass correlation within units.
    pub icc: Option<f64>,
    /// Mean people of a unit.
    pub unit_size: Option<f64>,
    /// Coefficient of variation of the sizes.
    pub unit_variation: Option<f64>,
    /// How many times the units raise the variance.
    pub design_effect: Option<f64>,
    /// Strata.
    pub strata: u64,
    /// Share of the variance between units that covariates or strata explain.
    pub explained_between: f64,
    /// Share of the variance within units that covariates explain.
    pub explained_within: f64,
    /// Degrees of freedom of the test; none for a normal reference.
    pub df: Option<f64>,
    /// Leavers expected, for leaving.
    pub events: Option<f64>,
    /// What the curve goes over: `effect` or `people`.
    pub curve_over: String,
    /// The curve.
    pub curve: Vec<PowerPoint>,
    /// People behind the numbers taken from data (for the crowd rule; not written).
    #[serde(skip, default)]
    pub behind: Option<u64>,
    /// Why what was asked for is `None`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
    /// Read first.
    pub cautions: Vec<Caution>,
}
