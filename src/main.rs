//! The program: hands its arguments to `oneonone::cli` and exits with the status that comes back.

use std::process::ExitCode;

fn main() -> ExitCode {
    oneonone::cli::main(std::env::args_os())
}
