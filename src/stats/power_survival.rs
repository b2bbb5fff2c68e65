//! How many leavers, and how many people, a comparison of hazards needs, and the smallest hazard ratio it can find.
//! It deliberately takes the design effect and the degrees of freedom of the units from the caller, and never computes
//! the power of the ratio observed.

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
