//! The whole order, readable like a table of contents. Knows nothing of any single analysis.
