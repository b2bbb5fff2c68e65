//! What was checked and found by item of Japanese law: the five standards of anonymisation in article 34 of the
//! Enforcement Rules of the Act on the Protection of Personal Information (article 43-1 of the Act). It says what was
//! looked at, found and left out; it never says that data are anonymous, which is nobody's to certify by machine.

use super::{Gate, NotChecked};
use crate::findings::Level;
use serde::{Deserialize, Serialize};

/// How an item stands under the settings of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Something was found.
    Findings,
    /// Every check of the item was made and none found anything.
    Checked,
    /// Some checks were made and found nothing; others were not made.
    PartlyChecked,
    /// No check of the item was made.
    NotChecked,
}

/// One item of article 34.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// 1 to 5.
    pub item: u8,
    /// How it stands.
    pub standing: Standing,
    /// Kinds of findings: issues of level error or warning that name the item and were not accepted.
    pub findings: u64,
    /// Issues that name the item and were accepted.
    pub accepted: u64,
    /// Its checks that were made.
    pub checked: Vec<String>,
    /// Its checks that were not, and why.
    pub not_checked: Vec<NotChecked>,
}

/// The checks of each item. A check that serves two items stands under the first.
const CHECKS: [(u8, &[&str]); 5] = [
    (
        1,
        &[
            "direct_identifier_column",
            "email_address",
            "phone_number",
            "postal_address",
            "person_names",
            "name_in_text",
            "free_text",
            "payment_card",
            "bank_account",
            "workbook",
            "pseudonym_reversal",
            "encoded_ids",
            "digest_ids",
        ],
    ),
    (2, &["my_number", "identification_code"]),
    (3, &["sequential_ids", "mixed_ids", "order_leak", "embedded_attributes", "row_order"]),
    (4, &["outliers", "dominance", "value_fingerprint"]),
    (
        5,
        &[
            "k_anonymity",
            "k_with_manager_id",
            "k_with_unit_id",
            "l_diversity",
            "t_against_chance",
            "day_level_dates",
            "date_fingerprint",
            "count_fingerprint",
            "known_items",
            "population",
            "previous_release",
        ],
    ),
];

/// The item that a check serves; `None` for checks of use, not of anonymity.
pub fn item_of(check: &str) -> Option<u8> {
    CHECKS.iter().find(|(_, checks)| checks.contains(&check)).map(|(item, _)| *item)
}

/// How each item stands.
pub(super) fn standings(gate: &Gate) -> Vec<Item> {
    (1..=5).map(|item| standing(gate, item)).collect()
}

fn standing(gate: &Gate, item: u8) -> Item {
    let named = |of: Option<u8>| of == Some(item);
    let found = |issue: &&crate::findings::Issue| named(issue.appi_item) && issue.level >= Level::Warning;
    let checked: Vec<String> = gate.checked.iter().filter(|c| named(item_of(c))).cloned().collect();
    let not_checked: Vec<NotChecked> = gate.not_checked.iter().filter(|c| named(item_of(&c.check))).cloned().collect();
    let findings = gate.issues.iter().filter(found).count() as u64;
    let standing = match (findings, checked.is_empty(), not_checked.is_empty()) {
        (1.., ..) => Standing::Findings,
        (_, true, _) => Standing::NotChecked,
        (_, _, true) => Standing::Checked,
        _ => Standing::PartlyChecked,
    };
    let accepted = gate.accepted.iter().filter(|a| named(a.issue.appi_item)).count() as u64;
    Item { item, standing, findings, accepted, checked, not_checked }
}
