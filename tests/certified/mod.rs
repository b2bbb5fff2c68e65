//! Certified and published values, checked every time.
#![allow(clippy::excessive_precision, reason = "values are typed as their sources print them")]

mod absorbed;
mod adjusting;
pub mod agree;
mod assigning;
mod attitude;
mod balancing;
mod clusters;
mod edges;
mod exits;
mod gaps;
mod influence;
mod leaving;
mod logits;
mod lung;
mod missing;
mod moving;
mod nist;
mod ordered;
mod periods;
mod powers;
mod published;
mod resampling;
mod scales;
pub mod shared;
mod standing;
mod staying;
mod tails;
mod teams;
mod weights;
mod wild;
mod wine;
