//! What lifts people out of a stage, as practice advises, and which measures of a study come nearest to it. Codes only: the
//! words are in `text` under `lever_words`. That a lever works is not said here; a study's data may say something about its
//! nearest measures.

/// The measure of how often people meet.
pub const MEETINGS: &str = "meetings";

/// One lever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lever {
    /// Its code.
    pub code: &'static str,
    /// The stage it lifts people out of.
    pub stage: &'static str,
    /// Topics (or `meetings`) that come nearest to it; none when a study does not measure anything near.
    pub near: &'static [&'static str],
}

const fn lever(stage: &'static str, code: &'static str, near: &'static [&'static str]) -> Lever {
    Lever { code, stage, near }
}

/// Every lever, stage by stage, in the order in which practice names them.
pub const LEVERS: [Lever; 16] = [
    lever("wary", "third_party", &[]),
    lever("doubtful", "occasion", &[MEETINGS]),
    lever("easing", "say_help", &[]),
    lever("opening", "open_up", &["private_life"]),
    lever("opening", "keep_promises", &[]),
    lever("opening", "know_each_other", &["private_life", "relationships"]),
    lever("opening", "remember", &[]),
    lever("credit", "praise", &["skills"]),
    lever("credit", "thank", &[]),
    lever("credit", "small_goals", &["work_progress"]),
    lever("trust", "bold_talk", &["work_progress"]),
    lever("trust", "show_change", &["skills"]),
    lever("trust", "long_goals", &["career"]),
    lever("motivation", "active_feedback", &["work_progress", "skills"]),
    lever("insight", "name_progress", &["skills"]),
    lever("output", "state_results", &["company_policy", "work_progress"]),
];
