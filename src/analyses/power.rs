//! Question: how large must a trial be, and what can one of a given size find? Population: none, or the people in hand.
//! Method: non-central t on units less two for means and lifts, pooled normal or t for shares, Schoenfeld's formula for
//! leaving, each with the design effect of teams. Assumes: units of the sizes given, everybody followed to the same day for
//! leaving. Declines when: the plan leaves no degrees of freedom or its effect is impossible; data in hand lack the column.
//! It deliberately never computes the power of the effect observed. References: `stats::power_means`, `stats::power_survival`.

mod in_hand;

pub use in_hand::{InHand, plain, study};

use super::finite;
use crate::findings::power::{Power, PowerPoint, Side};
use crate::findings::{Caution, Decline, Finding, Why};
use crate::stats::power_means::{self, Layout, Outcome, Shape, Spread, Way};
use crate::stats::power_survival::LeavingPlan;

const NAME: &str = "power";

/// Points of a power curve.
const POINTS: usize = 41;

/// Power up to which a curve is drawn.
const ENOUGH: f64 = 0.995;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A difference of means.
    Mean {
        /// Mean of the control, where known: effects are then told relative to it too.
        base: Option<f64>,
        /// Standard deviation of people.
        sd: f64,
    },
    /// A lift over the control mean.
    Lift {
        /// Mean of the control, above 0.
        base: f64,
        /// Standard deviation of people.
        sd: f64,
    },
    /// A share.
    Share {
        /// Share of the control.
        base: f64,
    },
    /// Leaving over time.
    Survival {
        /// Share of the control that will have left by the end.
        base: f64,
    },
}

/// An effect, as somebody says it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// On the scale of the kind.
    Absolute(f64),
    /// Relative to the control: -0.2 for 20 % less.
    Relative(f64),
}

/// How many, and of what sizes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizes {
    /// Mean people of a unit; 1 where people are assigned.
    pub size: f64,
    /// Coefficient of variation of the sizes.
    pub variation: f64,
    /// Treated units for each control unit.
    pub ratio: f64,
    /// Intraclass correlation, what is explained, strata.
    pub spread: Spread,
    /// Units of both groups together; nothing where that is the question.
    pub units: Option<f64>,
}

/// A plan with one thing missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// What is compared.
    pub kind: Kind,
    /// The effect; nothing where that is the question.
    pub effect: Option<Effect>,
    /// Which way an unknown effect goes.
    pub way: Way,
    /// Sizes.
    pub sizes: Sizes,
    /// Two-sided level.
    pub alpha: f64,
    /// Power that is wanted, where it is not the question.
    pub wanted: f64,
}

/// Answers a plan: what is missing of effect and size, or the power where neither is.
///
/// # Errors
/// A decline where the plan asks for the impossible.
pub fn planned(plan: &Plan) -> Result<Finding, Decline> {
    let shape = Shape {
        size: plan.sizes.size,
        variation: plan.sizes.variation,
        ratio: plan.sizes.ratio,
        spread: plan.sizes.spread,
    };
    let question = Question { kind: plan.kind, alpha: plan.alpha, wanted: plan.wanted };
    let effect = plan.effect.map(|effect| question.effect(effect)).transpose()?;
    let answer = match (plan.sizes.units, effect) {
        (Some(units), effect) => {
            let layout = shape.with(units / (1.0 + shape.ratio));
            question.of_layout(&layout, effect, plan.way)?
        }
        (None, Some(effect)) => question.of_shape(&shape, effect)?,
        (None, None) => return Err(Decline::new(NAME, "nothing_to_solve")),
    };
    Ok(Finding::Power(Power { source: "plan".to_string(), ..answer }))
}

/// What is asked, whatever the sizes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) kind: Kind,
    pub(super) alpha: f64,
    pub(super) wanted: f64,
}

impl Question {
    /// An effect on the scale of the kind.
    pub(super) fn effect(&self, effect: Effect) -> Result<f64, Decline> {
        let impossible = || Decline::new(NAME, "impossible_effect");
        let value = match (effect, self.kind) {
            (Effect::Absolute(value), _) => value,
            (Effect::Relative(part), Kind::Mean { base, .. }) => {
                part * base.ok_or_else(|| Decline::new(NAME, "relative_needs_base"))?
            }
            (Effect::Relative(part), Kind::Share { base }) => part * base,
            (Effect::Relative(part), Kind::Lift { .. }) => part,
            (Effect::Relative(part), Kind::Survival { .. }) => 1.0 + part,
        };
        let possible = match self.kind {
            Kind::Mean { .. } => value != 0.0,
            Kind::Lift { .. } => value > -1.0 && value != 0.0,
            Kind::Share { base } => (0.0..=1.0).contains(&(base + value)) && value != 0.0,
            Kind::Survival { .. } => value > 0.0 && value != 1.0,
        };
        if possible && value.is_finite() { Ok(value) } else { Err(impossible()) }
    }

    fn outcome(&self) -> Option<Outcome> {
        match self.kind {
            Kind::Mean { sd, .. } => Some(Outcome::Mean { sd }),
            Kind::Lift { base, sd } => Some(Outcome::Lift { mean: base, sd }),
            Kind::Share { base } => Some(Outcome::Share { base }),
            Kind::Survival { .. } => None,
        }
    }

    fn leaving(&self) -> LeavingPlan {
        let control_share = if let Kind::Survival { base } = self.kind { base } else { f64::NAN };
        LeavingPlan { control_share, alpha: self.alpha }
    }

    fn power(&self, layout: &Layout, effect: f64) -> f64 {
        match self.outcome() {
            Some(outcome) => power_means::power(outcome, effect, layout, self.alpha),
            None => self.leaving().power(layout, effect),
        }
    }

    fn detectable(&self, layout: &Layout, way: Way) -> Option<f64> {
        match self.outcome() {
            Some(outcome) => power_means::detectable(outcome, way, layout, self.alpha, self.wanted),
            None => self.leaving().detectable(layout, way == Way::Down, self.wanted),
        }
    }

    fn needed(&self, shape: &Shape, effect: f64) -> Option<f64> {
        match self.outcome() {
            Some(outcome) => power_means::units_needed(outcome, effect, shape, self.alpha, self.wanted),
            None => self.leaving().units_needed(effect, shape, self.wanted),
        }
    }

    /// The power of an effect, or the smallest effect, with these sizes.
    pub(super) fn of_layout(&self, layout: &Layout, effect: Option<f64>, way: Way) -> Result<Power, Decline> {
        if layout.df() <= 0.0 || layout.treated.units <= 0.0 || layout.control.units <= 0.0 {
            return Err(Decline::new(NAME, "no_df_for_power"));
        }
        let mut told = self.told(layout);
        match effect {
            Some(effect) => {
                told.solved = "power".to_string();
                told.power = finite(self.power(layout, effect));
                told.effect = Some(effect);
            }
            None => {
                told.solved = "effect".to_string();
                told.power = Some(self.wanted);
                told.effect = self.detectable(layout, way).and_then(finite);
                told.why = told.effect.is_none().then_some(Why::Infinite);
            }
        }
        told.effect_relative = told.effect.and_then(|effect| self.relative(effect));
        told.events = self.events(layout, told.effect);
        told.curve_over = "effect".to_string();
        told.curve = self.over_effects(layout, told.effect, way);
        Ok(told)
    }

    /// The size that an effect needs.
    fn of_shape(&self, shape: &Shape, effect: f64) -> Result<Power, Decline> {
        let Some(control) = self.needed(shape, effect) else {
            return Err(Decline::new(NAME, "no_size_suffices"));
        };
        let layout = shape.with(control);
        let rounded = Layout {
            treated: power_means::ArmSize::planned((shape.ratio * control).ceil(), shape.size, shape.variation),
            control: power_means::ArmSize::planned(control.ceil(), shape.size, shape.variation),
            spread: shape.spread,
        };
        let mut told = self.told(&rounded);
        told.solved = "size".to_string();
        told.power = Some(self.wanted);
        told.effect = Some(effect);
        told.effect_relative = self.relative(effect);
        told.units_exact = finite(control);
        told.events = self.events(&layout, Some(effect));
        told.curve_over = "people".to_string();
        told.curve = self.over_sizes(shape, effect, control);
        Ok(told)
    }

    /// The plan in numbers.
    fn told(&self, layout: &Layout) -> Power {
        let (treated, control) = (layout.treated, layout.control);
        let alone = treated.units == treated.people && control.units == control.people;
        let people = treated.people + control.people;
        let units = treated.units + control.units;
        let size = people / units;
        let squares = treated.squares + control.squares;
        let variation = (squares / units / (size * size) - 1.0).max(0.0).sqrt();
        let (base, sd) = match self.kind {
            Kind::Mean { base, sd } => (base, Some(sd)),
            Kind::Lift { base, sd } => (Some(base), Some(sd)),
            Kind::Share { base } | Kind::Survival { base } => (Some(base), None),
        };
        let side = |group: &str, arm: power_means::ArmSize| Side {
            group: group.to_string(),
            units: arm.units.round() as u64,
            people: arm.people.round() as u64,
        };
        let groups = vec![side("treatment", treated), side("control", control)];
        let mut cautions = Vec::new();
        if !alone && layout.df() < 8.0 {
            cautions.push(Caution::new("few_units_planned").with("units", units.round()));
        }
        Power {
            kind: self.name().to_string(),
            alpha: self.alpha,
            base,
            sd,
            unit: if alone { "person" } else { "unit" }.to_string(),
            people: Some(groups.iter().map(|side| side.people).sum()),
            units: (!alone).then(|| groups.iter().map(|side| side.units).sum()),
            groups,
            icc: (!alone).then_some(layout.spread.icc),
            unit_size: (!alone).then_some(size),
            unit_variation: (!alone).then_some(variation),
            design_effect: (!alone).then(|| 1.0 + (squares / people - 1.0) * layout.spread.icc),
            strata: layout.spread.strata.max(1) as u64,
            explained_between: layout.spread.explained_between,
            explained_within: layout.spread.explained_within,
            df: finite(layout.df())
                .filter(|_| !(alone && matches!(self.kind, Kind::Share { .. } | Kind::Survival { .. }))),
            cautions,
            ..Power::default()
        }
    }

    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Mean { .. } => "mean",
            Kind::Lift { .. } => "lift",
            Kind::Share { .. } => "share",
            Kind::Survival { .. } => "survival",
        }
    }

    /// The effect relative to the control.
    fn relative(&self, effect: f64) -> Option<f64> {
        match self.kind {
            Kind::Mean { base: Some(base), .. } if base > 0.0 => finite(effect / base),
            Kind::Mean { .. } => None,
            Kind::Lift { .. } => Some(effect),
            Kind::Share { base } => finite(effect / base),
            Kind::Survival { .. } => Some(effect - 1.0),
        }
    }

    fn events(&self, layout: &Layout, effect: Option<f64>) -> Option<f64> {
        matches!(self.kind, Kind::Survival { .. }).then(|| self.leaving().of(layout, effect.unwrap_or(1.0)).1)
    }

    /// Power from no effect to where it is as good as sure, or as far as effects go.
    fn over_effects(&self, layout: &Layout, effect: Option<f64>, way: Way) -> Vec<PowerPoint> {
        let survival = matches!(self.kind, Kind::Survival { .. });
        let way = match effect {
            Some(effect) if effect < if survival { 1.0 } else { 0.0 } => Way::Down,
            Some(_) => Way::Up,
            None => way,
        };
        let sure = Question { wanted: ENOUGH, ..*self }.detectable(layout, way);
        let none = if survival { 1.0 } else { 0.0 };
        let end = match (sure, self.kind, way) {
            (Some(effect), _, _) => effect,
            (None, Kind::Share { base }, Way::Down) => -base,
            (None, Kind::Share { base }, Way::Up) => 1.0 - base,
            (None, Kind::Lift { .. }, Way::Down) => -0.999,
            (None, Kind::Survival { .. }, Way::Down) => 0.05,
            _ => return Vec::new(),
        };
        let point = |step: usize| {
            let at = none + (end - none) * step as f64 / (POINTS - 1) as f64;
            // Of no effect the power is the level; each tail has half of it.
            let power = if step == 0 { 0.5 * self.alpha } else { self.power(layout, at) };
            PowerPoint { at, power: finite(power) }
        };
        (0..POINTS).map(point).collect()
    }

    /// Power from the fewest units that can be tested to where it is as good as sure.
    fn over_sizes(&self, shape: &Shape, effect: f64, control: f64) -> Vec<PowerPoint> {
        let sure = Question { wanted: ENOUGH, ..*self }.needed(shape, effect).unwrap_or(2.0 * control);
        let least = (1.0 + shape.spread.strata.max(1) as f64) / (1.0 + shape.ratio) * 1.05;
        let point = |step: usize| {
            let units = least + (sure - least) * step as f64 / (POINTS - 1) as f64;
            let layout = shape.with(units);
            let people = layout.treated.people + layout.control.people;
            PowerPoint { at: people, power: finite(self.power(&layout, effect)) }
        };
        (0..POINTS).map(point).collect()
    }
}
