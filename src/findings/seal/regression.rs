//! The crowd rule on a regression: models of too few people, clusters whose leaving out would tell about their few
//! people, categories that few have.

use super::super::Decline;
use super::super::regression::Regression;
use super::super::regression::checks::LeftOut;

/// Hides.
///
/// # Errors
/// A decline when a category of the outcome is carried by fewer than the crowd: thresholds would give its size away.
pub fn hide(analysis: &str, found: &mut Regression, crowd: u64) -> Result<(), Decline> {
    let small = |count: &u64| *count > 0 && *count < crowd;
    if found.choice.as_ref().is_some_and(|choice| choice.counts.iter().any(small)) {
        let decline = Decline::new(analysis, "level_too_small").with("column", found.outcome.as_str());
        return Err(decline.with("crowd", crowd));
    }
    found.overall.take_if(|overall| overall.n < crowd);
    found.beside.retain(|model| model.n >= crowd);
    if let Some(out) = found.diagnostics.as_mut().and_then(|told| told.leave_one_out.as_mut()) {
        let most = out.terms.iter_mut().map(|term| without_small(term, crowd)).max().unwrap_or(0);
        out.hidden = most;
        out.clusters = out.clusters.saturating_sub(most);
    }
    Ok(())
}

/// Takes out the estimates without a small cluster: beside the estimate with it, they would tell about its people. Says
/// how many.
fn without_small(term: &mut LeftOut, crowd: u64) -> u64 {
    let before = term.estimates.len();
    let kept: Vec<(f64, u64)> = term.estimates.iter().copied().zip(term.rows.iter().copied()).collect();
    let kept: Vec<(f64, u64)> = kept.into_iter().filter(|(_, rows)| *rows >= crowd).collect();
    let sign = term.estimate.unwrap_or(0.0);
    term.estimates = kept.iter().map(|(estimate, _)| *estimate).collect();
    term.rows = kept.iter().map(|(_, rows)| *rows).collect();
    (term.low, term.high) = (term.estimates.first().copied(), term.estimates.last().copied());
    term.sign_changes = term.estimates.iter().filter(|estimate| *estimate * sign < 0.0).count() as u64;
    (before - term.estimates.len()) as u64
}
