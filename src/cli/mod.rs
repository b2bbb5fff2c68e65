//! One file per command. Decides nothing: it parses, calls the pipeline, and shows what came back.

pub mod args;
pub mod fault;
