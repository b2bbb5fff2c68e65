//! `oneonone report`: the pages again from findings.json, without the personal data.

use super::DONE;
use super::args::{Page, Report, Tongues};
use super::outbox::Outbox;
use super::run::pages;
use super::terminal::Terminal;
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::findings::seal::FORMAT_VERSION;
use crate::ingest::state;
use crate::text::Language;
use std::path::{Path, PathBuf};

/// Runs the command.
///
/// # Errors
/// A path, findings that cannot be read, the disk.
pub fn run(args: &Report, terminal: &Terminal) -> Result<u8> {
    let findings = read(&args.findings)?;
    let folder = args.out.clone().unwrap_or_else(|| {
        let beside = args.findings.parent().filter(|p| !p.as_os_str().is_empty());
        beside.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
    });
    let languages = match args.language {
        Some(Tongues::Ja) => vec![Language::Ja],
        Some(Tongues::En) => vec![Language::En],
        Some(Tongues::Both) => vec![Language::Ja, Language::En],
        None => vec![own_language(&findings).unwrap_or(terminal.language)],
    };
    let formats: Vec<String> = args.format.iter().map(|p: &Page| p.name().to_string()).collect();
    let mut outbox = Outbox::open(&folder)?;
    for (at, language) in languages.iter().enumerate() {
        pages(&mut outbox, &findings, *language, at, &formats)?;
    }
    outbox.deliver()?;
    terminal.note("command.written", &[("folder", folder.display().to_string())]);
    Ok(DONE)
}

/// The language of the study behind the findings.
fn own_language(findings: &Findings) -> Option<Language> {
    let written = findings.provenance().options.get("study.language")?.as_str()?;
    if written == "both" { Some(Language::Ja) } else { Language::parse(written) }
}

fn read(path: &Path) -> Result<Findings> {
    if state::is_state(path) {
        return Err(Error::data("state_not_findings").with("file", path.display()));
    }
    let text = std::fs::read_to_string(path).map_err(|e| {
        let code = match e.kind() {
            std::io::ErrorKind::NotFound => "file_missing",
            std::io::ErrorKind::PermissionDenied => "file_permission",
            _ if path.is_dir() => "file_is_directory",
            _ => "file_unreadable",
        };
        Error::run(code).with("file", path.display()).because(e)
    })?;
    let not_findings = |e: serde_json::Error| {
        let at = format!("{}:{}", e.line(), e.column());
        Error::data("not_findings").with("file", path.display()).with("at", at).because(e)
    };
    let findings: Findings = serde_json::from_str(&text).map_err(not_findings)?;
    if findings.format_version() != FORMAT_VERSION {
        let error = Error::data("findings_version").with("file", path.display());
        return Err(error.with("found", findings.format_version()).with("known", FORMAT_VERSION));
    }
    Ok(findings)
}
