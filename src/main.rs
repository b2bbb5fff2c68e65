//! The program: hands its arguments to `oneonone::cli` and exits with the status that comes back. A fault of its own is
//! told by its place in the source, never by its message, which could quote the data.

use std::io::Write;
use std::panic::{catch_unwind, set_hook};
use std::process::ExitCode;

/// Exit status of a fault of oneonone itself.
const BUG: u8 = 70;

fn main() -> ExitCode {
    set_hook(Box::new(|fault| {
        let place = fault.location().map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
        // Nothing can be said about a standard error that is closed.
        let _ = writeln!(
            std::io::stderr().lock(),
            "This is a bug in oneonone ({place}). Please report it with that place."
        );
    }));
    catch_unwind(|| oneonone::cli::main(std::env::args_os())).unwrap_or(ExitCode::from(BUG))
}
