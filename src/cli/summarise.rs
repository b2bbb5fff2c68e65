//! `oneonone summarise`: the exports of one shard as a state, to be answered with others later. Answers nothing itself.

use super::args::Summarise;
use super::progress::Progress;
use super::terminal::Terminal;
use super::{DONE, SAYS_NO, ask};
use crate::error::Result;
use crate::pipeline;
use crate::study::{self, LoadError};

/// Runs the command.
///
/// # Errors
/// A path, a study with faults, the disk.
pub fn run(args: &Summarise, terminal: &Terminal) -> Result<u8> {
    ask::limit_threads(terminal);
    let study = match study::load(&args.study) {
        Ok(study) => study,
        Err(LoadError::Error(error)) => return Err(error),
        Err(LoadError::Faults(faults)) => {
            ask::tell(&args.study, &faults, terminal);
            return Ok(2);
        }
    };
    let text = study::text_of(&args.study)?;
    let mut progress = Progress::new(terminal.quiet);
    let mut reading = |path: &std::path::Path, done, all| progress.reading(path, done, all);
    let issues = pipeline::summarise(&study, &text, &args.output, &mut reading)?;
    drop(progress);
    if issues.iter().any(|issue| issue.structural) {
        ask::refuse(&issues, terminal);
        return Ok(SAYS_NO);
    }
    terminal.note("command.summarised", &[("file", args.output.display().to_string())]);
    Ok(DONE)
}
