//! What is done to the tables, as plain data: it can be made stricter step by step and told in a report.

use super::grain::Grain;
use super::lattice::Choice;
use crate::tables::Table;
use std::collections::{BTreeMap, BTreeSet};

/// The transformations of one release.
#[derive(Debug, Clone, Default)]
pub struct Recipe {
    /// Attempts at pseudonyms and at the order of rows before this one.
    pub ids: u32,
    /// See `ids`.
    pub order: u32,
    /// Columns that are gone.
    pub dropped: BTreeSet<(Table, String)>,
    /// How much coarser the release is; `None` = only pseudonyms (pseudonymised data).
    pub coarse: Option<Coarse>,
}

/// The part of a recipe that makes a release coarser.
#[derive(Debug, Clone)]
pub struct Coarse {
    /// People that must be alike in the quasi-identifiers.
    pub k: u64,
    /// What is done to the quasi-identifiers, and who is left out.
    pub choice: Choice,
    /// Different values that a sensitive column needs in a class to be told there, by table and column.
    pub diversity: BTreeMap<(Table, String), u64>,
    /// How coarse the days of 1on1s are.
    pub events: Grain,
    /// Whether days of waves are made months.
    pub waves: Waves,
    /// What is done to numbers.
    pub numbers: BTreeMap<(Table, String), super::values::Coarse>,
    /// Whether groups of k have the same numbers of 1on1s in every span, of answers and of months of sales.
    pub alike: Alike,
}

/// See `Coarse::alike`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alike {
    /// Rows are left out until they have.
    Yes,
    /// As it comes.
    No,
}

/// What becomes of the waves' days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waves {
    /// Each is shared by a crowd: as they are.
    Kept,
    /// The first of the month.
    Months,
}
