//! Pictures: a `Figure` (data with its words already in it) becomes SVG or PNG. Knows no finding, no language, and computes nothing beyond scaling.

pub mod figure;

pub use figure::Figure;
