//! One file per part of the report; each turns its findings into a `Section` and an `Answer`.

pub mod attrition;
pub mod beside;
pub mod comparison;
pub mod data;
pub mod drivers;
pub mod ladder;
pub mod leaving;
pub mod methods;
pub mod power;
pub mod practice;
pub mod stages;
