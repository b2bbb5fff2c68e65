//! The only bridge from tables to numbers: terms, groups, rows. Estimates nothing.
