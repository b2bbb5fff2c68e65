//! oneonone: from exported one-on-one logs, engagement surveys, people tables and sales to drivers, comparisons,
//! relationship stages, charts and a report. The rooms and their doors are in `ARCHITECTURE.md`.

pub mod analyses;
pub mod charts;
pub mod cli;
pub mod design;
pub mod domain;
pub mod error;
pub mod findings;
pub mod ingest;
pub mod panel;
pub mod pipeline;
pub mod reduce;
pub mod report;
pub mod screen;
pub mod simulate;
pub mod stats;
pub mod study;
pub mod tables;
pub mod text;

pub use error::{Error, Result};
