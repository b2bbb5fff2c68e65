//! Certified and published values, checked every time.
#![allow(clippy::excessive_precision, reason = "values are typed as their sources print them")]

mod absorbed;
pub mod agree;
mod attitude;
mod clusters;
mod edges;
mod influence;
mod nist;
mod published;
mod shared;
mod staying;
mod tails;
mod weights;
mod wild;
