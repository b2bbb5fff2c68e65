//! Pure mathematics on ndarray: every method of the product, each with its formula and source. No files, no printing, no clocks, no column names.

pub mod beta;
pub mod covariance;
pub mod double;
pub mod eigen;
pub mod inference;
pub mod matrix;
pub mod ols;
pub mod rank;
pub mod tail;
pub mod triangle;
