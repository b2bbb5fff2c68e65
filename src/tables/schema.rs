//! Names, kinds, keys and sensitivity of the columns of every canonical table. Says nothing about how a file spells them.

use serde::{Deserialize, Serialize};

/// A canonical table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// A person.
    People,
    /// A person's (or unit's) answer in a wave.
    Survey,
    /// A 1on1, or a topic of one.
    Sessions,
    /// A person (or unit) and month.
    Sales,
    /// A group and month, totals only.
    Attrition,
}

/// What a cell of a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An identifier: trimmed text, never folded.
    Id,
    /// A category or free text, trimmed.
    Text,
    /// A calendar day.
    Day,
    /// A calendar month (a day inside it will do).
    Month,
    /// A survey wave: a day (delivered as ISO text) or an ordered label.
    Wave,
    /// A number.
    Number,
    /// held / scheduled / cancelled (by whom, where it is said), delivered as those words.
    Status,
    /// One or several topic codes, delivered as bits.
    Topics,
    /// A ladder level, delivered as a number.
    Level,
    /// An answer to an item of the ladder, delivered as a number: words of agreement as the ends of the study's scale.
    Agreement,
}

/// How a column may identify a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensitivity {
    /// Identifies directly or links rows: ids.
    Identifier,
    /// Known to others: department, dates of employment.
    Quasi,
    /// What the person would keep to themselves: answers, sales.
    Sensitive,
    /// Neither.
    Plain,
}

/// One column of a canonical table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Canonical name.
    pub name: &'static str,
    /// What its cells hold.
    pub kind: Kind,
    /// Without it the table cannot be read.
    pub required: bool,
    /// Part of the primary key.
    pub key: bool,
    /// How it may identify.
    pub sensitivity: Sensitivity,
}

const fn field(name: &'static str, kind: Kind, sensitivity: Sensitivity) -> Field {
    Field { name, kind, required: false, key: false, sensitivity }
}

const fn required(mut field: Field) -> Field {
    field.required = true;
    field
}

const fn key(mut field: Field) -> Field {
    field.key = true;
    field
}

use Sensitivity::{Identifier, Plain as Harmless, Quasi, Sensitive};

static SESSIONS: [Field; 8] = [
    key(field("session_id", Kind::Id, Identifier)),
    field("company_id", Kind::Id, Quasi),
    required(field("employee_id", Kind::Id, Identifier)),
    field("manager_id", Kind::Id, Identifier),
    required(field("held_on", Kind::Day, Quasi)),
    field("duration_min", Kind::Number, Harmless),
    field("status", Kind::Status, Harmless),
    key(field("topic", Kind::Topics, Sensitive)),
];
static SATISFACTION: Field = field("satisfaction", Kind::Number, Sensitive);
static SURVEY: [Field; 5] = [
    key(field("employee_id", Kind::Id, Identifier)),
    field("unit_id", Kind::Id, Quasi),
    key(required(field("wave", Kind::Wave, Harmless))),
    field("engagement", Kind::Number, Sensitive),
    field("level", Kind::Level, Sensitive),
];
static PEOPLE: [Field; 9] = [
    key(required(field("employee_id", Kind::Id, Identifier))),
    field("company_id", Kind::Id, Quasi),
    field("department", Kind::Text, Quasi),
    field("manager_id", Kind::Id, Identifier),
    field("hired_on", Kind::Day, Quasi),
    field("left_on", Kind::Day, Quasi),
    field("group", Kind::Text, Quasi),
    field("unit_id", Kind::Id, Quasi),
    field("reason", Kind::Text, Sensitive),
];
static SALES: [Field; 4] = [
    key(field("employee_id", Kind::Id, Identifier)),
    key(field("unit_id", Kind::Id, Quasi)),
    key(required(field("month", Kind::Month, Harmless))),
    required(field("sales", Kind::Number, Sensitive)),
];
static ATTRITION: [Field; 4] = [
    key(required(field("group", Kind::Text, Quasi))),
    key(required(field("month", Kind::Month, Harmless))),
    required(field("headcount", Kind::Number, Harmless)),
    required(field("leavers", Kind::Number, Sensitive)),
];

impl Table {
    /// Every table, people first: ids are known before they are referred to.
    pub const ALL: [Table; 5] = [Table::People, Table::Survey, Table::Sessions, Table::Sales, Table::Attrition];

    /// The table's name in study files, output and file names.
    pub fn name(self) -> &'static str {
        match self {
            Table::People => "people",
            Table::Survey => "survey",
            Table::Sessions => "sessions",
            Table::Sales => "sales",
            Table::Attrition => "attrition",
        }
    }

    /// The fixed columns. `sessions` has `satisfaction` besides (or one column per topic).
    pub fn fields(self) -> &'static [Field] {
        match self {
            Table::People => &PEOPLE,
            Table::Survey => &SURVEY,
            Table::Sessions => &SESSIONS,
            Table::Sales => &SALES,
            Table::Attrition => &ATTRITION,
        }
    }

    /// A fixed column by its canonical name; `satisfaction` of the sessions included.
    pub fn field(self, name: &str) -> Option<&'static Field> {
        if self == Table::Sessions && name == SATISFACTION.name {
            return Some(&SATISFACTION);
        }
        self.fields().iter().find(|f| f.name == name)
    }
}
