//! GitLab's Code Quality report: a list of places with a fingerprint each, by which GitLab tells what is new.

use super::{Group, Told};
use crate::error::Result;
use crate::findings::Level;
use crate::report::json;
use serde::Serialize;

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

/// One entry per kind, file and column.
pub(super) fn render(told: &Told<'_>) -> Result<String> {
    // GitLab takes no entry without a place: what concerns the release as a whole stands at its first file.
    let whole = told.paths.values().next().cloned().unwrap_or_else(|| ".".to_string());
    let entry = |group: Group<'_>| {
        let path = told.path(group.first);
        Entry {
            description: group.said(told),
            check_name: group.first.code.clone(),
            fingerprint: group.fingerprint(),
            severity: match group.level() {
                Level::Error => "critical",
                Level::Warning => "minor",
                Level::Note => "info",
            },
            location: Location {
                path: if path.is_empty() { whole.clone() } else { path },
                lines: Lines { begin: group.lines().first().copied().unwrap_or(1) },
            },
        }
    };
    json::pretty(&Group::all(told.worst_first()).into_iter().map(entry).collect::<Vec<_>>())
}
