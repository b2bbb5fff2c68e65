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

impl Causal {
    /// A permit for a claim: by chance, with a check that passed, and on the strength of the assignment (`as_assigned` or
    /// `instrument`). A claim by what people did, or by how groups changed, has none whatever the design.
    pub fn permit_claim(design: &str, check_passed: Option<bool>, basis: &str) -> Option<Self> {
        Self::permit(design, check_passed == Some(true)).filter(|_| matches!(basis, "as_assigned" | "instrument"))
    }
}

/// Says what is claimed: `claim.<effect>_<verdict>`, in words of cause (`causal.claim_<effect>_<verdict>`) only with a
/// permit and where there are such words.
pub fn say_claim(permit: Option<Causal>, language: Language, key: &str, args: &[(&str, String)]) -> String {
    let cause = format!("causal.claim_{key}");
    match permit {
        Some(_) if super::knows(language, &cause) => speak(language, &cause, args),
        _ => speak(language, &format!("claim.{key}"), args),
    }
}

/// Speaks a sentence of `[causal]` (`key` without the section). `_permit` is the proof that it may be said.
pub fn say_causal(_permit: Causal, language: Language, key: &str, args: &[(&str, String)]) -> String {
    speak(language, &format!("causal.{key}"), args)
}
