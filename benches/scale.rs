//! How long the main job takes on a simulated population: reading and screening, then every analysis. The answer is
//! checked against the planted truth before anything is timed; drawing and writing pages are deliberately left out.
//!
//! `cargo bench --bench scale -- 150000` (1on1s; that is the default). CPU time and peak memory come from `/proc` and are
//! left out where there is none.

use oneonone::analyses::ANALYSES;
use oneonone::findings::{Finding, Findings, Regression};
use oneonone::pipeline;
use oneonone::screen::Screened;
use oneonone::simulate::{Case, Dialect, Export, Options, Summary, simulate};
use oneonone::study::{self, Study};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// 1on1s without an argument.
const SESSIONS: usize = 150_000;
/// Timed rounds; the median is the result.
const ROUNDS: usize = 5;
/// Clock ticks a second in `/proc/self/stat`: a constant of the Linux interface.
const TICKS: f64 = 100.0;

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    match bench(&mut out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(out, "not timed: {why}");
            ExitCode::FAILURE
        }
    }
}

fn bench(out: &mut impl Write) -> Result<(), String> {
    let sessions = asked()?;
    let folder = Folder::new()?;
    let summary = population(&folder.0, sessions)?;
    let study = match study::load(&folder.0.join("study.toml")) {
        Ok(study) => study,
        Err(fault) => return Err(format!("the simulated study was refused: {fault:?}")),
    };
    let bytes = bytes(&folder.0)?;
    let rows = summary.session_rows + summary.survey_rows + summary.sales_rows + summary.people as u64;
    check(&findings(&screen(&study)?, &study), &summary)?;
    let mut say = |line: String| writeln!(out, "{line}").map_err(|e| e.to_string());
    say(format!("population of {} 1on1s: {rows} rows, {:.1} MB; answer checked", summary.sessions, bytes / 1e6))?;
    let peak = fs::write("/proc/self/clear_refs", "5").is_ok();
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let round = Round::run(&study)?;
        say(format!(
            "round: screen {:.3} s, findings {:.3} s{}",
            round.screen,
            round.findings,
            round.cpu.map(|c| format!(", CPU {c:.2} s")).unwrap_or_default()
        ))?;
        times.push(round.screen + round.findings);
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(ROUNDS / 2).copied().unwrap_or(f64::NAN);
    say(format!("median {median:.3} s: {:.0} rows/s, {:.1} MB/s", rows as f64 / median, bytes / 1e6 / median))?;
    if let (true, Some(kib)) = (peak, peak_kib()) {
        say(format!("peak memory over the timed rounds {:.0} MiB", kib / 1024.0))?;
    }
    Ok(())
}

/// The number of 1on1s asked for; what cargo itself hands over (`--bench`) is passed by.
fn asked() -> Result<usize, String> {
    match std::env::args().skip(1).find(|a| !a.starts_with("--")) {
        Some(text) => text.parse().map_err(|_| "the argument is a number of 1on1s, such as 150000".to_string()),
        None => Ok(SESSIONS),
    }
}

fn population(folder: &Path, sessions: usize) -> Result<Summary, String> {
    let options = Options {
        out: folder.to_path_buf(),
        case: Case::Population,
        people: None,
        sessions: Some(sessions),
        seed: 1,
        dialect: Dialect::English,
        export: Export::Identified,
    };
    simulate(&options, &mut |_, _| {}).map_err(|e| format!("the population could not be simulated: {}", e.code()))
}

fn screen(study: &Study) -> Result<Screened, String> {
    let screening = pipeline::screen(study, pipeline::Bounds::default(), &mut |_, _, _| {}, None)
        .map_err(|e| e.code().to_string())?;
    screening.map_err(|issues| format!("the screen found {} faults", issues.len()))
}

fn findings(screened: &Screened, study: &Study) -> Findings {
    pipeline::findings(screened, study, &ANALYSES)
}

/// The marks that the simulation plants, and the rows that it counted as complete.
fn check(findings: &Findings, summary: &Summary) -> Result<(), String> {
    if findings.findings().len() != ANALYSES.len() {
        return Err(format!("{} of {} questions were answered", findings.findings().len(), ANALYSES.len()));
    }
    let Some(Finding::Drivers(drivers)) = findings.findings().first() else {
        return Err("the first answer is not about drivers".to_string());
    };
    if drivers.n != summary.complete as u64 {
        return Err(format!("{} people were used, {} are complete", drivers.n, summary.complete));
    }
    let planted = [
        ("work_progress", "+"),
        ("relationships", ""),
        ("wellbeing", ""),
        ("career", "++++"),
        ("skills", "++"),
        ("private_life", ""),
        ("company_policy", "+++++"),
    ];
    for (topic, wanted) in planted {
        let mark = mark(drivers, topic);
        if mark != Some(wanted) {
            return Err(format!("{topic} is marked {mark:?}, planted was {wanted:?}"));
        }
    }
    Ok(())
}

fn mark<'a>(drivers: &'a Regression, topic: &str) -> Option<&'a str> {
    drivers.terms.iter().find(|t| t.term == topic)?.mark.as_deref()
}

/// Seconds of one round.
struct Round {
    screen: f64,
    findings: f64,
    cpu: Option<f64>,
}

impl Round {
    fn run(study: &Study) -> Result<Self, String> {
        let cpu = cpu_seconds();
        let start = Instant::now();
        let screened = screen(study)?;
        let screen = start.elapsed().as_secs_f64();
        let start = Instant::now();
        std::hint::black_box(findings(&screened, study));
        let findings = start.elapsed().as_secs_f64();
        Ok(Self { screen, findings, cpu: cpu_seconds().zip(cpu).map(|(after, before)| after - before) })
    }
}

/// User and system time of this process so far; fields 14 and 15 of its `stat`, counted behind the bracketed name.
fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS)
}

/// The highest resident memory since it was last reset, in KiB.
fn peak_kib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn bytes(folder: &Path) -> Result<f64, String> {
    let mut sum = 0;
    for file in ["sessions.csv", "survey.csv", "people.csv", "sales.csv"] {
        sum += fs::metadata(folder.join(file)).map_err(|e| e.to_string())?.len();
    }
    Ok(sum as f64)
}

/// A folder that goes when the bench does.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("oneonone-scale-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|e| e.to_string())?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
