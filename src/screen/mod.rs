//! May these data be used? Quality decides `Screened`; privacy runs in `validate`. No regression here.

pub mod privacy;
