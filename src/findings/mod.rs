//! What we may say: one serialisable struct per analysis and the atoms they share. The waist of the house: everything
//! that computes ends here, everything that shows begins here. Holds no sentence, no microdata, no data frame.

pub mod atoms;
pub mod attrition;
pub mod claim;
pub mod comparison;
pub mod gate;
pub mod issue;
pub mod ladder;
pub mod loss;
pub mod power;
pub mod practice;
pub mod provenance;
pub mod regression;
pub mod seal;
pub mod stages;

pub use atoms::{Args, Caution, Decline, Estimate, Flow, FlowStep, Interval, Why};
pub use attrition::Attrition;
pub use claim::{Basis, Claim, Evidence, Grade, Reservation, Scale};
pub use comparison::Comparison;
pub use gate::{Gate, Homogeneous, Linkage, NotChecked, PopulationRisk, Risk, Suggestion, Verdict};
pub use issue::{Confidence, Issue, Level};
pub use ladder::LadderScale;
pub use loss::Loss;
pub use power::Power;
pub use practice::Practice;
pub use provenance::{Input, Provenance};
pub use regression::{Regression, Term};
pub use seal::{Draft, Findings, seal};
pub use stages::Stages;

use serde::{Deserialize, Serialize};

/// One answered question. The JSON field `analysis` tells which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "analysis", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "a run has a handful of findings: their size in memory is of no account")]
pub enum Finding {
    /// Any linear model on any table.
    Regression(Regression),
    /// The study's question: which topics' satisfaction goes with the outcome.
    Drivers(Regression),
    /// Group A against group B on an outcome.
    Comparison(Comparison),
    /// Leaving, A against B.
    Attrition(Attrition),
    /// What a trial of some size can find, or how large it must be.
    Power(Power),
    /// Where people stand on the ladder.
    Stages(Stages),
    /// Whether the ladder is one.
    Ladder(Box<LadderScale>),
    /// How the 1on1s are really held.
    Practice(Box<Practice>),
}

impl Finding {
    /// What may be said, each with its grade.
    pub fn claims(&self) -> &[Claim] {
        match self {
            Finding::Comparison(found) => &found.claims,
            Finding::Attrition(found) => &found.claims,
            _ => &[],
        }
    }

    /// The name used in `analysis`, in file names and in `explain`.
    pub fn name(&self) -> &'static str {
        match self {
            Finding::Regression(_) => "regression",
            Finding::Drivers(_) => "drivers",
            Finding::Comparison(_) => "comparison",
            Finding::Attrition(_) => "attrition",
            Finding::Power(_) => "power",
            Finding::Stages(_) => "stages",
            Finding::Ladder(_) => "ladder",
            Finding::Practice(_) => "practice",
        }
    }
}
