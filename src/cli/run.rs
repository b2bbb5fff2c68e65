//! `oneonone run`: everything a study asks, from files to a folder for the client.

use super::args::Run;
use super::outbox::Outbox;
use super::terminal::Terminal;
use super::{SAYS_NO, ask};
use crate::analyses::ANALYSES;
use crate::charts;
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::pipeline;
use crate::report::{self, json, renderer};
use crate::study::{Languages, Study};
use crate::text::Language;
use std::path::PathBuf;

/// Runs the command.
///
/// # Errors
/// Usage, a path, the disk.
pub fn run(args: &Run, terminal: &Terminal) -> Result<u8> {
    ask::limit_threads(terminal);
    let study = match &args.study {
        Some(path) => ask::load(path, &args.asking, terminal)?,
        None => Some(ask::with_options(pipeline::from_states(&args.from)?, &args.asking)),
    };
    let Some(mut study) = study else { return Ok(2) };
    if !study.formats.is_empty() {
        // Somebody will read a page: intervals of shares and the influence of teams belong on it.
        study.drivers.resample = true;
        study.options.insert("drivers.resample".to_string(), true.into());
    }
    let terminal = terminal.speaking(ask::language(&study));
    let folder = args.out.clone().unwrap_or_else(|| default_folder(args));
    let mut outbox = Outbox::open(&folder)?;
    let Some(screened) = ask::screen(&study, &args.asking, &terminal)? else { return Ok(SAYS_NO) };
    let asked: Vec<_> = ANALYSES.into_iter().filter(|analysis| (analysis.asked)(&study)).collect();
    let findings = pipeline::findings(&screened, &study, &asked);
    drop(screened);
    write(&mut outbox, &findings, &languages(&study, &terminal), &study.formats)?;
    outbox.deliver()?;
    let page = match args.shape.format {
        super::args::Format::Table => report::terminal::render(&findings, terminal.language, terminal.style),
        other => {
            let renderer = renderer(other.name()).ok_or_else(|| Error::bug("renderer_missing"))?;
            (renderer.render)(&findings, terminal.language)?
        }
    };
    terminal.result(&page)?;
    terminal.note("command.written", &[("folder", folder.display().to_string())]);
    Ok(if findings.findings().is_empty() { SAYS_NO } else { ask::strict(&findings, &args.asking) })
}

/// `out` beside the study file or the first state.
fn default_folder(args: &Run) -> PathBuf {
    let beside = args.study.as_deref().or(args.from.first().map(PathBuf::as_path));
    beside.and_then(std::path::Path::parent).unwrap_or(std::path::Path::new("")).join("out")
}

/// The languages of the pages: the reader's choice, else the study's.
fn languages(study: &Study, terminal: &Terminal) -> Vec<Language> {
    if terminal.chosen == super::terminal::Chosen::Flag {
        return vec![terminal.language];
    }
    match study.languages {
        Languages::Ja => vec![Language::Ja],
        Languages::En => vec![Language::En],
        Languages::Both => vec![Language::Ja, Language::En],
    }
}

/// Sharpness of PNG charts: two pixels a point.
const PNG_SCALE: f32 = 2.0;

/// Findings, charts, pages and the list of them; the first language has the plain names.
fn write(outbox: &mut Outbox, findings: &Findings, languages: &[Language], formats: &[String]) -> Result<()> {
    outbox.put("findings.json", json::render(findings)?.as_bytes())?;
    for (at, language) in languages.iter().enumerate() {
        let folder = if at == 0 { "charts".to_string() } else { format!("charts/{}", language.code()) };
        if !formats.is_empty() {
            for (name, svg) in report::charts(findings, *language)? {
                outbox.put(&format!("{folder}/{name}.png"), &charts::png(&svg, PNG_SCALE)?)?;
                outbox.put(&format!("{folder}/{name}.svg"), svg.as_bytes())?;
            }
        }
        pages(outbox, findings, *language, at, formats)?;
    }
    let manifest = serde_json::json!({
        "format_version": 1,
        "program": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "files": outbox.files(),
    });
    outbox.put("manifest.json", json::pretty(&manifest)?.as_bytes())
}

/// The pages of one language.
///
/// # Errors
/// A page cannot be made or written.
pub fn pages(
    outbox: &mut Outbox,
    findings: &Findings,
    language: Language,
    at: usize,
    formats: &[String],
) -> Result<()> {
    for format in formats {
        let renderer = renderer(format).ok_or_else(|| Error::run("format_unknown").with("format", format))?;
        let page = (renderer.render)(findings, language)?;
        let file = if at == 0 { format!("report.{format}") } else { format!("report.{}.{format}", language.code()) };
        outbox.put(&file, page.as_bytes())?;
    }
    Ok(())
}
