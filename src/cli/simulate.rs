//! `oneonone simulate`: synthetic exports with known truth.

use super::DONE;
use super::args::{Case, Simulate, Tongue};
use super::progress::Progress;
use super::terminal::Terminal;
use crate::error::Result;
use crate::simulate::{self, Dialect, Export, Options};
use crate::text::number;

/// Runs the command.
///
/// # Errors
/// The folder cannot be written, or the sizes do not fit.
pub fn run(args: &Simulate, terminal: &Terminal) -> Result<u8> {
    let options = Options {
        out: args.out.clone(),
        case: match args.case {
            Case::Division => simulate::Case::Division,
            Case::Population => simulate::Case::Population,
        },
        people: args.people.map(|n| n as usize),
        sessions: args.sessions.map(|n| n as usize),
        seed: args.seed,
        dialect: if args.language == Some(Tongue::Ja) { Dialect::Japanese } else { Dialect::English },
        export: if args.anonymised { Export::Anonymised } else { Export::Identified },
    };
    let mut progress = Progress::new(args.quiet);
    let out = args.out.clone();
    let summary = simulate::simulate(&options, &mut |done, all| progress.reading(&out, done, all))?;
    drop(progress);
    terminal.note(
        "command.simulated",
        &[
            ("folder", args.out.display().to_string()),
            ("people", number::count(summary.people as u64)),
            ("sessions", number::count(summary.sessions)),
            ("share", number::percent(summary.share_complete, 1)),
        ],
    );
    Ok(DONE)
}
