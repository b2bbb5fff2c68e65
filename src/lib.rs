//! oneonone: from exported one-on-one logs, engagement surveys, people tables and sales to drivers, comparisons,
//! relationship stages, charts and a report. The rooms and their doors are in `ARCHITECTURE.md`.

#[allow(clippy::indexing_slicing, reason = "indices run over the columns and arms of one design")]
pub mod analyses;
pub mod charts;
pub mod cli;
pub mod design;
pub mod domain;
pub mod error;
#[allow(clippy::indexing_slicing, reason = "the board of `seal` indexes the cells it handed out")]
pub mod findings;
pub mod ingest;
pub mod panel;
pub mod pipeline;
pub mod reduce;
#[allow(clippy::indexing_slicing, reason = "rows, ids and levels are counted in the same table")]
pub mod release;
pub mod report;
#[allow(clippy::indexing_slicing, reason = "rows and codes are counted in the same batch or table")]
pub mod screen;
#[allow(clippy::indexing_slicing, reason = "it reads nothing: every index is into what it made")]
pub mod simulate;
#[allow(clippy::indexing_slicing, reason = "indices run over the shapes of its own matrices")]
pub mod stats;
#[allow(clippy::indexing_slicing, reason = "places found in the same list")]
pub mod study;
pub mod tables;
pub mod text;

pub use error::{Error, Result};
