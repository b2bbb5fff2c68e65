//! Causal wording as a type: the sentences under `[causal]` can only be spoken with a permit, and only a randomised design
//! whose ratio check passed gives one. Does not decide whether an effect is shown.

use super::{Language, speak};

/// The right to use causal words about one comparison. It has no other maker than [`Causal::permit`].
#[derive(Debug, Clone, Copy)]
pub struct Causal(());

impl Causal {
    /// A permit for a design called `randomised` whose sample-ratio check passed; otherwise none.
    pub fn permit(design: &str, ratio_check_passed: bool) -> Option<Self> {
        (design == "randomised" && ratio_check_passed).then_some(Self(()))
    }
}

/// Speaks a sentence of `[causal]` (`key` without the section). `_permit` is the proof that it may be said.
pub fn say_causal(_permit: Causal, language: Language, key: &str, args: &[(&str, String)]) -> String {
    speak(language, &format!("causal.{key}"), args)
}
