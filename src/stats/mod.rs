//! Pure mathematics on ndarray: every method of the product, each with its formula and source. No files, no printing, no clocks, no column names.

pub mod absorb;
pub mod arms;
pub mod beta;
pub mod covariance;
pub mod cox;
pub mod double;
pub mod eigen;
pub mod hetero;
pub mod importance;
pub mod inference;
pub mod influence;
pub mod levels;
pub mod matrix;
pub mod moments;
pub mod multiplicity;
pub mod ols;
pub mod permute;
pub mod power;
pub mod proportion;
pub mod rank;
pub mod ratio;
pub mod robustness;
pub mod survival;
pub mod tail;
pub mod triangle;
pub mod wild;
