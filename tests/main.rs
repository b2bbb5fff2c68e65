//! The one test binary, shaped like the source.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod analyst;
mod canary;
mod certified;
mod charts;
mod claims;
mod cli;
mod comparing;
mod explain;
mod fuzz;
mod gate;
mod house;
mod ingest;
mod invariance;
mod ladder;
mod laws;
mod leaving;
mod practice;
mod release;
mod render;
mod render_model;
mod render_terminal;
mod screen;
mod seal;
mod shards;
mod simulate;
mod standings;
mod study;
mod sums;
mod truth;
mod workbook;
mod workshop;
