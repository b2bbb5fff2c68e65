//! What answers each fault of the gate: code -> the transformations to try, mildest first. A code that is not here cannot be
//! answered by making the release coarser; the release is then refused with that code.

/// A transformation that can be taken one step further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lever {
    /// Other pseudonyms of the same key.
    Pseudonyms,
    /// Another random order of the rows.
    Order,
    /// The column of the fault goes.
    DropColumn,
    /// More people must be alike in the quasi-identifiers.
    Crowd,
    /// More different answers are asked of each class; where there are fewer they are missing.
    Silence,
    /// Days of 1on1s by a longer span.
    Events,
    /// More people share the highest and lowest values.
    Tails,
    /// Numbers are rounded to the next larger base.
    Rounding,
    /// Groups of k get the same numbers of 1on1s in every span, of answers and of months of sales.
    Alike,
}

/// Which faults are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// Warnings as well: the answer costs little or the fault is grave whatever its level.
    Warning,
    /// Errors only: the answer costs more than a warning weighs.
    Error,
}

type Answer = (&'static str, From, &'static [Lever]);

use Lever::{Alike, Crowd, DropColumn, Events, Order, Pseudonyms, Rounding, Silence, Tails};

/// The table. Codes are the gate's.
pub const ANSWERS: [Answer; 42] = [
    ("direct_identifier_column", From::Warning, &[DropColumn]),
    ("email_address", From::Warning, &[DropColumn]),
    ("email_id", From::Warning, &[Pseudonyms]),
    ("phone_number", From::Warning, &[DropColumn]),
    ("my_number", From::Warning, &[DropColumn]),
    ("my_number_possible", From::Warning, &[DropColumn]),
    ("postal_address", From::Warning, &[DropColumn]),
    ("payment_card", From::Warning, &[DropColumn]),
    ("bank_account", From::Warning, &[DropColumn]),
    ("identification_code", From::Warning, &[DropColumn]),
    ("person_names", From::Warning, &[DropColumn]),
    ("name_in_text", From::Warning, &[DropColumn]),
    ("free_text", From::Warning, &[DropColumn]),
    ("formula_cell", From::Warning, &[DropColumn]),
    ("markup_cell", From::Warning, &[DropColumn]),
    ("control_character", From::Warning, &[DropColumn]),
    ("invisible_character", From::Warning, &[DropColumn]),
    ("sequential_ids", From::Warning, &[Pseudonyms]),
    ("encoded_ids", From::Warning, &[Pseudonyms]),
    ("digest_ids", From::Warning, &[Pseudonyms]),
    ("reversed_ids", From::Warning, &[Pseudonyms]),
    ("mixed_ids", From::Warning, &[Pseudonyms]),
    ("order_leak", From::Warning, &[Pseudonyms]),
    ("embedded_attributes", From::Warning, &[Pseudonyms]),
    ("row_order", From::Warning, &[Order]),
    ("day_level_dates", From::Warning, &[Events]),
    ("k_anonymity", From::Error, &[Crowd]),
    ("k_map", From::Error, &[Crowd]),
    ("k_with_id", From::Error, &[Crowd]),
    ("l_diversity", From::Error, &[Silence, Crowd, DropColumn]),
    ("entropy_l", From::Error, &[Silence, Crowd, DropColumn]),
    ("homogeneous", From::Error, &[Silence, Crowd, DropColumn]),
    ("attribute_inference", From::Error, &[Silence, Crowd, DropColumn]),
    ("t_closeness", From::Error, &[Crowd, DropColumn]),
    ("date_unicity", From::Error, &[Alike, Events]),
    ("date_fingerprint", From::Error, &[Alike, Events]),
    ("count_fingerprint", From::Error, &[Alike, Events, Crowd]),
    ("known_items", From::Error, &[Alike, Events, Crowd]),
    ("value_fingerprint", From::Warning, &[Rounding]),
    ("outlier", From::Warning, &[Tails, Rounding, DropColumn]),
    ("dominance", From::Error, &[Tails, Crowd]),
    ("presence", From::Error, &[Crowd]),
];

/// What answers a code, and from which level on.
pub fn answer(code: &str) -> Option<(From, &'static [Lever])> {
    ANSWERS.iter().find(|(known, _, _)| *known == code).map(|(_, from, levers)| (*from, *levers))
}
