//! Certified and published values, checked every time.

pub mod agree;
mod attitude;
mod nist;
mod published;
mod shared;
mod staying;
mod tails;
