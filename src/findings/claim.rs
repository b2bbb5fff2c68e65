//! A claim: one effect with everything that stands behind it, and how far it carries (A to D). The one place where grades
//! are decided; `text` holds the same rule in words (`methods.grades`, `explain grade_a`). A claim cannot be written by
//! hand: it is weighed from its evidence, also when it is read back from a file.
//!
//! The rule. A verdict is *shown* where the adjusted p-value of the test by what was assigned is under 0.05, *alike*
//! where both one-sided tests against a declared margin reject, *not shown* otherwise, *undecided* without such a test.
//! A shown or alike effect begins at A where units were assigned by chance, the check of the assignment passed and the
//! arms are compared as assigned; at B where it leans on the assignment through an instrument; at C everywhere else. Each
//! reservation costs a step, down to C at the lowest. What is not shown or undecided is D.

use super::atoms::{Estimate, Why};
use serde::{Deserialize, Serialize};

/// Degrees of freedom under which errors by unit are a reservation.
pub const FEWEST_DF: f64 = 8.0;

/// Level of every verdict.
pub const ALPHA: f64 = 0.05;

/// What an estimate measures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// A difference in the unit of the outcome; 0 is no effect.
    #[default]
    Difference,
    /// Treated over control less one, 0.2 for 20 % more; 0 is no effect.
    Lift,
    /// A difference of shares, 0.02 for two percentage points; 0 is no effect.
    Points,
    /// A ratio (of shares, rates or hazards); 1 is no effect.
    Ratio,
}

/// What protects an estimate from other differences between the people compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The arms are compared as they were assigned.
    AsAssigned,
    /// The assignment moves what was done, and is assumed to work through nothing else.
    Instrument,
    /// The arms' changes are compared, and are assumed to have been alike without the treatment.
    Change,
    /// People are compared by what they did.
    #[default]
    AsDone,
}

impl Basis {
    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Basis::AsAssigned => "as_assigned",
            Basis::Instrument => "instrument",
            Basis::Change => "change",
            Basis::AsDone => "as_done",
        }
    }
}

/// What the test says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Treatment higher.
    Higher,
    /// Treatment lower.
    Lower,
    /// No difference that matters, against the declared margin.
    Alike,
    /// No difference shown.
    NotShown,
    /// No test by what was assigned.
    #[default]
    Undecided,
}

impl Verdict {
    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Higher => "higher",
            Verdict::Lower => "lower",
            Verdict::Alike => "alike",
            Verdict::NotShown => "not_shown",
            Verdict::Undecided => "undecided",
        }
    }
}

/// How far a claim carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// An effect of the assignment, without reservation.
    A,
    /// The same, with one reservation.
    B,
    /// A difference, not protected by chance or with several reservations.
    C,
    /// Nothing shown.
    #[default]
    D,
}

impl Grade {
    /// `A` to `D`.
    pub fn name(self) -> &'static str {
        match self {
            Grade::A => "A",
            Grade::B => "B",
            Grade::C => "C",
            Grade::D => "D",
        }
    }

    fn lowered(self) -> Self {
        match self {
            Grade::A => Grade::B,
            _ => Grade::C,
        }
    }
}

/// What keeps a claim from being better. `text` has each under `reservation.<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reservation {
    /// Few degrees of freedom by unit ([`FEWEST_DF`]).
    FewUnits,
    /// Shuffling the assignment does not reject.
    ShufflingDisagrees,
    /// The arms differed before the start more than chance explains.
    Unbalanced,
    /// The assignment hardly moved what was done.
    WeakInstrument,
    /// Trends differed before the start, or nobody can tell.
    TrendsBefore,
    /// One number averages over effects that change in time.
    EffectChanges,
    /// Many who were assigned have no outcome (over a fifth).
    PeopleLost,
}

impl Reservation {
    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Reservation::FewUnits => "few_units",
            Reservation::ShufflingDisagrees => "shuffling_disagrees",
            Reservation::Unbalanced => "unbalanced",
            Reservation::WeakInstrument => "weak_instrument",
            Reservation::TrendsBefore => "trends_before",
            Reservation::EffectChanges => "effect_changes",
            Reservation::PeopleLost => "people_lost",
        }
    }
}

/// Everything that a claim is weighed from; its fields are also those of the claim in JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// What is claimed: `mean`, `mean_adjusted`, `change`, `received`, `left`, ...; `text` has its words under `claim`.
    pub effect: String,
    /// The outcome's column.
    pub outcome: String,
    /// The treatment group's name.
    pub treatment: String,
    /// The control group's name.
    pub control: String,
    /// `randomised` or `observational`.
    pub design: String,
    /// Whether the check of the assignment passed; nothing where none was made.
    pub check_passed: Option<bool>,
    /// What was assigned: a column, or `person`.
    pub unit: String,
    /// The errors and the test are by that unit. Without them nothing is claimed.
    pub by_unit: bool,
    /// What protects the estimate.
    pub basis: Basis,
    /// People, treatment first.
    pub n: [u64; 2],
    /// Units, treatment first; nothing where people were assigned.
    pub n_units: Option<[u64; 2]>,
    /// What the estimate measures.
    pub scale: Scale,
    /// The estimate.
    pub estimate: Option<f64>,
    /// Lower 95 % limit.
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Degrees of freedom by unit.
    pub df: Option<f64>,
    /// p-value of the test by unit.
    pub p_value: Option<f64>,
    /// The same, adjusted for the tests of its family.
    pub p_adjusted: Option<f64>,
    /// Tests in the family; 1 = it stands alone.
    pub family: u64,
    /// p-value of shuffling the assignment.
    pub p_shuffled: Option<f64>,
    /// Smallest true effect found 8 times in 10, in the unit of the scale.
    pub mde: Option<f64>,
    /// Declared margin under which an effect does not matter, in the unit of the scale.
    pub margin: Option<f64>,
    /// p-value of both one-sided tests against the margin.
    pub p_equivalence: Option<f64>,
    /// What keeps it from being better, as far as the analysis knows; those from `df` and `p_shuffled` are added.
    pub reservations: Vec<Reservation>,
    /// Why any number is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

impl Evidence {
    /// The same evidence with the numbers of an estimate; its p-value is taken as the adjusted one of a family of one.
    #[must_use]
    pub fn with_estimate(mut self, e: &Estimate) -> Self {
        (self.estimate, self.conf_low, self.conf_high) = (e.estimate, e.conf_low, e.conf_high);
        (self.df, self.p_value, self.p_adjusted, self.why) = (e.df, e.p_value, e.p_value, e.why);
        self.family = 1;
        self
    }
}

/// A weighed claim. Only [`Claim::weigh`] makes one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Evidence")]
pub struct Claim {
    #[serde(flatten)]
    evidence: Evidence,
    verdict: Verdict,
    grade: Grade,
    causal: bool,
}

impl From<Evidence> for Claim {
    fn from(evidence: Evidence) -> Self {
        Self::weigh(evidence)
    }
}

impl Claim {
    /// Weighs the evidence by the rule above.
    pub fn weigh(mut evidence: Evidence) -> Self {
        let few = evidence.n_units.is_some() && evidence.df.is_some_and(|df| df < FEWEST_DF);
        let disagrees = evidence.p_shuffled.is_some_and(|p| p >= ALPHA);
        for (holds, reservation) in [(few, Reservation::FewUnits), (disagrees, Reservation::ShufflingDisagrees)] {
            if holds && !evidence.reservations.contains(&reservation) {
                evidence.reservations.push(reservation);
            }
        }
        let verdict = verdict(&evidence);
        let by_chance = evidence.design == "randomised" && evidence.check_passed == Some(true);
        let first = match (by_chance, evidence.basis) {
            (true, Basis::AsAssigned) => Grade::A,
            (true, Basis::Instrument) => Grade::B,
            _ => Grade::C,
        };
        let shown = matches!(verdict, Verdict::Higher | Verdict::Lower);
        // Shuffling tests that there is no effect: it has nothing to say on one that was shown to be small.
        let counts = |r: &&Reservation| shown || **r != Reservation::ShufflingDisagrees;
        let grade = match verdict {
            Verdict::NotShown | Verdict::Undecided => Grade::D,
            _ => evidence.reservations.iter().filter(counts).fold(first, |grade, _| grade.lowered()),
        };
        let causal = shown && by_chance && matches!(evidence.basis, Basis::AsAssigned | Basis::Instrument);
        Self { evidence, verdict, grade, causal }
    }

    /// What it was weighed from.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// What the test says.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// How far it carries.
    pub fn grade(&self) -> Grade {
        self.grade
    }

    /// Words of cause are allowed: shown, by a randomised design that passed its check, on the strength of the
    /// assignment.
    pub fn causal(&self) -> bool {
        self.causal
    }
}

fn verdict(e: &Evidence) -> Verdict {
    let nothing = if e.scale == Scale::Ratio { 1.0 } else { 0.0 };
    let Some(p) = e.p_adjusted.or(e.p_value).filter(|_| e.by_unit) else { return Verdict::Undecided };
    match e.estimate {
        None => Verdict::Undecided,
        Some(estimate) if p < ALPHA && estimate > nothing => Verdict::Higher,
        Some(estimate) if p < ALPHA && estimate < nothing => Verdict::Lower,
        Some(_) if e.margin.is_some() && e.p_equivalence.is_some_and(|p| p < ALPHA) => Verdict::Alike,
        Some(_) => Verdict::NotShown,
    }
}
