//! The canonical tables: schema, typed batches, and `Plain`, any rectangular table. Knows nothing of files or questions.

pub mod batch;
pub mod plain;
pub mod schema;

pub use batch::{Batch, Column, Layout, LayoutColumn, MISSING_DAY, OVERALL_BIT, Span, Texts};
pub use plain::{OddCells, Plain};
pub use schema::{Field, Kind, Sensitivity, Table};
