//! What a 1on1 can be about. Holds codes only; their names in Japanese and English are in `text`.

/// The seven topics, in the order in which every table and chart shows them.
pub const TOPICS: [&str; 7] =
    ["work_progress", "relationships", "wellbeing", "career", "skills", "private_life", "company_policy"];

/// Satisfaction with the 1on1 as a whole: asked for itself, never a topic, never the mean of the topics.
pub const OVERALL: &str = "overall";
