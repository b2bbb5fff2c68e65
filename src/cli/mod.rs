//! One file per command. Decides nothing: it parses, calls the pipeline, and shows what came back.

mod anonymise;
pub mod args;
mod ask;
mod attrition;
mod compare;
mod explain;
mod export;
pub mod fault;
mod ladder;
mod outbox;
mod power;
mod practice;
mod progress;
mod regress;
mod report;
mod run;
mod simulate;
mod stages;
mod summarise;
mod terminal;
mod validate;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::process::ExitCode;
use terminal::Terminal;

/// Exit status: done.
const DONE: u8 = 0;
/// Exit status: the data or the gate say no.
const SAYS_NO: u8 = 1;

/// Runs the program on its arguments and says how it ended: 0 done, 1 the data say no, 2 could not run, 70 a bug.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(usage) => {
            let status = u8::try_from(usage.exit_code()).unwrap_or(2);
            // A closed pipe is no reason to fail: there is nobody left to tell.
            let _ = usage.print();
            return ExitCode::from(status);
        }
    };
    let Some(command) = cli.command else {
        let _ = Cli::command().print_help();
        return ExitCode::from(DONE);
    };
    let terminal = Terminal::of(&command);
    let ended = match &command {
        Command::Run(args) => run::run(args, &terminal),
        Command::Regress(args) => regress::run(args, &terminal),
        Command::Compare(args) => compare::run(args, &terminal),
        Command::Attrition(args) => attrition::run(args, &terminal),
        Command::Power(args) => power::run(args, &terminal),
        Command::Stages(args) => stages::run(args, &terminal),
        Command::Ladder(args) => ladder::run(args, &terminal),
        Command::Practice(args) => practice::run(args, &terminal),
        Command::Validate(args) => validate::run(args, &terminal),
        Command::Anonymise(args) => anonymise::run(args, &terminal),
        Command::Summarise(args) => summarise::run(args, &terminal),
        Command::Report(args) => report::run(args, &terminal),
        Command::Simulate(args) => simulate::run(args, &terminal),
        Command::Explain(args) => explain::run(args, &terminal),
    };
    ExitCode::from(ended.unwrap_or_else(|error| {
        terminal.warn(&fault::speak(&error, terminal.language));
        error.exit_status()
    }))
}
