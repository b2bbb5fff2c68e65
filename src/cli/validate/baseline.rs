//! The baseline of accepted findings, as written: `[[accepted]]` tables of a TOML file. It checks the entries; what they do
//! is decided in `findings::gate::acceptance`.

use crate::error::{Error, Result};
use crate::findings::gate::Acceptance;
use crate::text::{Language, knows};
use serde::Deserialize;
use std::path::Path;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    #[serde(default)]
    accepted: Vec<Spanned<Acceptance>>,
}

/// Reads a baseline.
///
/// # Errors
/// The path; `baseline_faulty` (file, line, key) for what is not as it must be, `baseline_rule` (file, line, rule) for a
/// code that does not exist.
pub(super) fn read(path: &Path) -> Result<Vec<Acceptance>> {
    let text = std::fs::read_to_string(path).map_err(|e| {
        let code = if e.kind() == std::io::ErrorKind::NotFound { "file_missing" } else { "file_unreadable" };
        Error::run(code).with("file", path.display()).because(e)
    })?;
    let line = |at: usize| text.bytes().take(at).filter(|b| *b == b'\n').count() as u64 + 1;
    let faulty = |line: u64, key: &str| {
        Error::run("baseline_faulty").with("file", path.display()).with("line", line).with("key", key)
    };
    let read: Baseline = toml::from_str(&text).map_err(|e| faulty(e.span().map_or(1, |s| line(s.start)), "TOML"))?;
    let mut entries = Vec::new();
    for spanned in read.accepted {
        let at = line(spanned.span().start);
        let mut entry = spanned.into_inner();
        entry.line = at;
        if let Some(key) = entry.fault() {
            return Err(faulty(at, key));
        }
        if !knows(Language::En, &format!("issue.{}", entry.rule)) {
            let error = Error::run("baseline_rule").with("file", path.display()).with("line", at);
            return Err(error.with("rule", &entry.rule));
        }
        entries.push(entry);
    }
    Ok(entries)
}
