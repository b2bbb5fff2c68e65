//! Per-person, per-unit and per-month states folded in the single pass over the files. No verdicts, no estimation.
//!
//! Memory: people x (about 200 bytes + 12 bytes per topic), answers x 24 bytes, groups x months; nothing per session.

mod fetch;
pub mod ids;
pub mod people;
pub mod sales;
pub mod sessions;
pub mod sum;
pub mod survey;
pub mod totals;

pub use fetch::fetch;
pub use ids::{Ids, NOBODY};
pub use people::People;
pub use sales::Sales;
pub use sessions::Sessions;
pub use sum::{Sum, Wide};
pub use survey::Survey;
pub use totals::Totals;

/// Everything that was kept of the files of a study.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    /// The people table.
    pub people: People,
    /// Every answer of the survey.
    pub survey: Survey,
    /// What the 1on1s of each person come to in the window before their answer.
    pub sessions: Sessions,
    /// What the sales of each person and of each group and month come to.
    pub sales: Sales,
    /// Attrition given as totals.
    pub totals: Totals,
}
