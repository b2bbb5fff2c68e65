//! May these data be used: the checks of the gate, one file per side.

mod privacy;
mod risk;
