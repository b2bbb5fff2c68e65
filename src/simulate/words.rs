//! The words inside the simulated files: headers, topic names, states, departments, by dialect. They are data, not prose:
//! what a reader of a report sees is in `text`.

use super::sessions::Status;
use super::world::SCORES;
use super::{Case, Dialect, Export};
use crate::domain::{OVERALL, TOPICS};

/// Sections of the simulated sales division.
pub(super) const SECTIONS: usize = 6;
/// Functions of a simulated company of the population.
pub(super) const FUNCTIONS: usize = 8;

// Both lists sort alike, so that a table by department has the same order in either language.
const SECTIONS_EN: [&str; SECTIONS] = [
    "Field Sales 1",
    "Field Sales 2",
    "Takasaki Sales Office",
    "Key Accounts 3",
    "Agency Sales",
    "Field Sales Planning",
];
/// With the vendor characters of CP932, which a careless decoder loses.
const SECTIONS_JA: [&str; SECTIONS] =
    ["営業①部", "営業②部", "髙﨑営業所", "法人営業Ⅲ課", "㈱代理店営業部", "営業企画～推進課"];
const FUNCTIONS_EN: [&str; FUNCTIONS] =
    ["Sales", "Development", "Production", "Logistics", "Purchasing", "Accounting", "Personnel", "Customer Service"];
const FUNCTIONS_JA: [&str; FUNCTIONS] =
    ["営業部", "開発部", "製造部", "物流部", "購買部", "経理部", "人事部", "お客様相談室"];
const TOPICS_JA: [&str; SCORES] = [
    "業務の進捗・進め方",
    "人間関係",
    "心身の状態",
    "今後のキャリア",
    "スキル・力の向上",
    "プライベート",
    "会社・部署の方針",
    "1on1全体",
];

/// A file of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Sessions,
    Survey,
    People,
    Sales,
}

/// The columns of a table as headed in a dialect. An anonymised export has neither company nor department.
pub(super) fn header(table: Table, dialect: Dialect, export: Export) -> Vec<&'static str> {
    columns(table)
        .iter()
        .filter(|(name, _)| export == Export::Identified || !matches!(*name, "company_id" | "department"))
        .map(|(english, japanese)| if dialect == Dialect::English { *english } else { *japanese })
        .collect()
}

fn columns(table: Table) -> &'static [(&'static str, &'static str)] {
    match table {
        Table::Sessions => &[
            ("session_id", "面談ID"),
            ("company_id", "会社ID"),
            ("employee_id", "社員ID"),
            ("manager_id", "上司ID"),
            ("held_on", "実施日"),
            ("duration_min", "所要時間(分)"),
            ("status", "実施状況"),
            ("topic", "話題"),
            ("satisfaction", "満足度"),
        ],
        Table::Survey => &[
            ("employee_id", "社員ID"),
            ("wave", "回答日"),
            ("engagement", "エンゲージメントスコア"),
            ("level", "段階"),
        ],
        Table::People => &[
            ("employee_id", "社員ID"),
            ("company_id", "会社ID"),
            ("department", "部署"),
            ("manager_id", "上司ID"),
            ("hired_on", "入社日"),
            ("left_on", "退職日"),
            ("group", "群"),
        ],
        Table::Sales => &[("employee_id", "社員ID"), ("month", "年月"), ("sales", "売上")],
    }
}

/// The name of a score in the topic column.
pub(super) fn topic(score: usize, dialect: Dialect) -> &'static str {
    let names = match dialect {
        Dialect::English => TOPICS.get(score),
        Dialect::Japanese => TOPICS_JA.get(score),
    };
    names.copied().unwrap_or(OVERALL)
}

/// The state of a 1on1.
pub(super) fn status(status: Status, dialect: Dialect) -> &'static str {
    match (dialect, status) {
        (Dialect::English, Status::Held) => "held",
        (Dialect::English, Status::Scheduled) => "scheduled",
        (Dialect::English, Status::Cancelled) => "cancelled",
        (Dialect::Japanese, Status::Held) => "実施",
        (Dialect::Japanese, Status::Scheduled) => "予定",
        (Dialect::Japanese, Status::Cancelled) => "キャンセル",
    }
}

/// The name of a department.
pub(super) fn department(index: usize, case: Case, dialect: Dialect) -> &'static str {
    let names: &[&str] = match (case, dialect) {
        (Case::Division, Dialect::English) => &SECTIONS_EN,
        (Case::Division, Dialect::Japanese) => &SECTIONS_JA,
        (Case::Population, Dialect::English) => &FUNCTIONS_EN,
        (Case::Population, Dialect::Japanese) => &FUNCTIONS_JA,
    };
    names.get(index).copied().unwrap_or_default()
}
