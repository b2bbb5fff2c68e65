//! How many leavers, and how many people, a comparison of hazards needs, and the smallest hazard ratio it can find.
//! It deliberately takes the design effect and the degrees of freedom of the units from the caller, and never computes
//! the power of the ratio observed.

use super::power_means::{Layout, Shape, rising};
use super::tail;

/// A comparison of two hazards by the log-rank test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HazardDesign {
    /// Share of the people who are treated, between 0 and 1.
    pub treated: f64,
    /// How many times teams inflate the variance (`power::design_effect` with the intraclass correlation of log-rank
    /// scores, `unit_log_rank::scores`); 1 for people assigned alone.
    pub design_effect: f64,
    /// Degrees of freedom of the reference: units less 2, infinite for people assigned alone. A dozen teams need more
    /// than the normal says.
    pub df: f64,
    /// Two-sided level.
    pub alpha: f64,
}

impl HazardDesign {
    /// People assigned alone, half of them treated, at 5 %.
    pub fn even() -> Self {
        Self { treated: 0.5, design_effect: 1.0, df: f64::INFINITY, alpha: 0.05 }
    }

    /// Leavers needed in both arms together to find `hazard_ratio` with this power (Schoenfeld 1983, equation 1):
    /// `deff (q_{1-alpha/2} + q_power)² / (share (1 - share) ln² ratio)`; infinite for a ratio of 1.
    pub fn events_needed(&self, hazard_ratio: f64, power: f64) -> f64 {
        self.design_effect * self.reach(power).powi(2) / (self.halves() * hazard_ratio.ln().powi(2))
    }

    /// People needed, when this share of all will have left by the end ([`share_leaving`]).
    pub fn people_needed(&self, hazard_ratio: f64, power: f64, share_leaving: f64) -> f64 {
        self.events_needed(hazard_ratio, power) / share_leaving
    }

    /// The hazard ratio below 1 that so many leavers find with this power; its inverse is the one above 1.
    pub fn detectable_ratio(&self, events: f64, power: f64) -> f64 {
        (-self.reach(power) * self.log_error(events)).exp()
    }

    /// Power against `hazard_ratio` with so many leavers (the far tail is not counted).
    pub fn power(&self, hazard_ratio: f64, events: f64) -> f64 {
        let shift = hazard_ratio.ln().abs() / self.log_error(events);
        let short = self.quantile(1.0 - 0.5 * self.alpha) - shift;
        if self.df.is_infinite() {
            return tail::normal_upper(short);
        }
        let beyond = 0.5 * tail::t_two_sided(short, self.df);
        if short > 0.0 { beyond } else { 1.0 - beyond }
    }

    /// Error of the log hazard ratio with so many leavers.
    fn log_error(&self, events: f64) -> f64 {
        (self.design_effect / (self.halves() * events)).sqrt()
    }

    fn halves(&self) -> f64 {
        self.treated * (1.0 - self.treated)
    }

    fn reach(&self, power: f64) -> f64 {
        self.quantile(1.0 - 0.5 * self.alpha) + self.quantile(power)
    }

    fn quantile(&self, p: f64) -> f64 {
        if self.df.is_infinite() { tail::normal_quantile(p) } else { tail::t_quantile(p, self.df) }
    }
}

/// Share of both arms together that will have left by the end of a follow-up of everybody to the same day, with constant
/// hazards: the control group loses `control_share`, the treated group leaves at `hazard_ratio` times its hazard.
pub fn share_leaving(control_share: f64, hazard_ratio: f64, treated: f64) -> f64 {
    let treated_share = -libm::expm1(hazard_ratio * libm::log1p(-control_share));
    treated * treated_share + (1.0 - treated) * control_share
}

/// A comparison of hazards with everybody followed to the same day, by the sizes of its units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeavingPlan {
    /// Share of the control that will have left by the end, between 0 and 1.
    pub control_share: f64,
    /// Two-sided level.
    pub alpha: f64,
}

impl LeavingPlan {
    /// The comparison of these units as one of hazards, and its leavers where the hazard ratio is this: the design effect is
    /// Kish's with the intraclass correlation of the layout (log-rank scores behave as means), and the degrees of freedom
    /// are those of the layout where units were assigned.
    pub fn of(&self, layout: &Layout, hazard_ratio: f64) -> (HazardDesign, f64) {
        let (treated, control) = (layout.treated, layout.control);
        let people = treated.people + control.people;
        let alone = treated.units == treated.people && control.units == control.people;
        let share = treated.people / people;
        let squares = treated.squares + control.squares;
        let design_effect = if alone { 1.0 } else { 1.0 + (squares / people - 1.0) * layout.spread.icc };
        let df = if alone { f64::INFINITY } else { layout.df() };
        let design = HazardDesign { treated: share, design_effect, df, alpha: self.alpha };
        (design, people * share_leaving(self.control_share, hazard_ratio, share))
    }

    /// Power against this hazard ratio; not a number without degrees of freedom.
    pub fn power(&self, layout: &Layout, hazard_ratio: f64) -> f64 {
        let (design, events) = self.of(layout, hazard_ratio);
        if design.df <= 0.0 { f64::NAN } else { design.power(hazard_ratio, events) }
    }

    /// The hazard ratio nearest to 1 that is found with this power: under 1 for `less`, else over it. Fewer leave at a lower
    /// ratio, so that a ratio near 0 may be found less surely than a higher one; nothing where none is found.
    pub fn detectable(&self, layout: &Layout, less: bool, wanted: f64) -> Option<f64> {
        let sign = if less { -1.0 } else { 1.0 };
        let holds = |log: f64| self.power(layout, (sign * log).exp()) >= wanted;
        // The best ratio there is, on a grid fine enough for powers that rise and may fall again.
        let best = (1..=400).map(|step| f64::from(step) * 0.025).find(|log| holds(*log))?;
        rising(1e-9, best, holds).map(|log| (sign * log).exp())
    }

    /// Control units needed, a real number to be rounded up; nothing where a thousand million do not suffice.
    pub fn units_needed(&self, hazard_ratio: f64, shape: &Shape, wanted: f64) -> Option<f64> {
        let least = (2.0 + shape.spread.strata.max(1) as f64 - 1.0) / (1.0 + shape.ratio);
        let holds = |units: f64| self.power(&shape.with(units), hazard_ratio) >= wanted;
        rising(least * (1.0 + 1e-9), 1e9, holds)
    }
}
