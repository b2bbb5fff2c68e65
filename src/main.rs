//! The program: hands its arguments to `oneonone::cli` and exits with the status that comes back. A fault of its own is
//! told by its place in the source, never by its message, which could quote the data.

use std::io::Write;
use std::panic::{catch_unwind, set_hook};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

/// Exit status of a fault of oneonone itself.
const BUG: u8 = 70;

/// Where the last fault was. A damaged Parquet file makes its decoder stumble, which is caught and no bug: a place is told
/// only when it ended the program.
static PLACE: Mutex<String> = Mutex::new(String::new());

fn main() -> ExitCode {
    set_hook(Box::new(|fault| {
        let place = fault.location().map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
        *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
    catch_unwind(|| oneonone::cli::main(std::env::args_os())).unwrap_or_else(|_| {
        let place = PLACE.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing can be said about a standard error that is closed.
        let _ = writeln!(
            std::io::stderr().lock(),
            "This is a bug in oneonone ({place}). Please report it with that place."
        );
        ExitCode::from(BUG)
    })
}
