//! The words of the business: topics, the ladder, days and months. No data frames, no files, no prose.

pub mod agreement;
pub mod ladder;
pub mod levers;
pub mod period;
pub mod topic;

pub use ladder::{Ladder, Stage};
pub use period::{Day, Month};
pub use topic::{OVERALL, TOPICS};
