//! Per-person, per-unit and per-month states folded in the single pass over the files. No verdicts, no estimation.
//!
//! Memory: people x (about 200 bytes + 12 bytes per topic), answers x 24 bytes, groups x months, 1on1s x 4 bytes.

pub mod between;
mod fetch;
pub mod ids;
pub mod people;
pub mod practice;
pub mod sales;
pub mod sessions;
pub mod sum;
pub mod survey;
pub mod totals;
pub mod unit_months;
pub mod waves;

pub use between::Between;
pub use fetch::fetch;
pub use ids::{Ids, NOBODY};
pub use people::{Categories, People};
pub use practice::Practice;
pub use sales::Sales;
pub use sessions::Sessions;
pub use sum::{Sum, Wide};
pub use survey::Survey;
pub use totals::Totals;
pub use unit_months::UnitMonths;
pub use waves::Waves;

/// Everything that was kept of the files of a study.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    /// The people table.
    pub people: People,
    /// Every answer of the survey.
    pub survey: Survey,
    /// What the 1on1s of each person come to in the window before their answer.
    pub sessions: Sessions,
    /// Every 1on1 of each person, in 4 bytes: how practice is really held.
    pub practice: Practice,
    /// What the sales of each person and of each group and month come to.
    pub sales: Sales,
    /// Attrition given as totals.
    pub totals: Totals,
}
