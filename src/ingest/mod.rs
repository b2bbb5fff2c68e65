//! Files into tables: encodings, headers, values, one file per source. Judges nothing: it reports what it could not read.

mod bytes;
mod cells;
mod csv;
mod dates;
mod decoded;
mod encoding;
mod faults;
mod flow;
mod headers;
mod parquet;
mod pieces;
mod plain;
mod records;
mod rows;
mod sheet;
mod source;
mod split;
pub mod state;
mod typed;
mod values;
mod words;
mod workbook;
mod written;
mod xlsx;
mod zip;

pub use dates::{day, excel_1900, month, wave};
pub use plain::read_plain;
pub use source::{
    Format, Keep, Outcome, Progress, Reading, SOURCES, Source, Take, TopicWords, Trust, Vocabulary, read,
};
pub use values::{Commas, Fault, Form, Parsed, number};
pub use words::{Tokens, Words, fold, words};
pub use workbook::baggage;
