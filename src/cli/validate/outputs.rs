//! Where the answer of the gate goes: formats and files in pairs, in the order given; one format may go to standard output.
//! A bad path fails before the work starts, and a file appears whole or not at all.

use crate::error::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// A format and its file; `None` is standard output.
pub(super) type Output = (&'static str, Option<PathBuf>);

/// Pairs formats with files.
///
/// # Errors
/// `output_without_format`, `output_twice` (file), `cannot_write` (file) for a path where no file can be.
pub(super) fn pairs(formats: &[&'static str], files: &[PathBuf]) -> Result<Vec<Output>> {
    let formats = if formats.is_empty() { &["table"] } else { formats };
    if files.len() > formats.len() {
        return Err(Error::run("output_without_format"));
    }
    let place = |file: &PathBuf| (file.as_os_str() != "-").then(|| file.clone());
    let places = files.iter().map(place).chain(std::iter::repeat(None));
    let pairs: Vec<Output> = formats.iter().copied().zip(places).collect();
    for (at, (_, place)) in pairs.iter().enumerate() {
        if pairs.iter().take(at).any(|(_, other)| other == place) {
            let shown = place.as_ref().map_or_else(|| "-".to_string(), |p| p.display().to_string());
            return Err(Error::run("output_twice").with("file", shown));
        }
        if let Some(file) = place {
            let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if file.is_dir() || !folder.is_dir() {
                return Err(Error::run("cannot_write").with("file", file.display()));
            }
        }
    }
    Ok(pairs)
}

/// Writes a file: beside its place, then renamed.
///
/// # Errors
/// `cannot_write`.
pub(super) fn write(file: &Path, text: &str) -> Result<()> {
    let cannot = |e| Error::run("cannot_write").with("file", file.display()).because(e);
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        // What is left of it is nobody's; if it cannot be removed, its name says whose it is.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(cannot)
}
