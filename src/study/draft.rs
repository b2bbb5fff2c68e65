//! The study file as written: every key and value with its place, unknown keys included. Judges nothing but syntax.

use super::span::Span;
use serde_json::{Number, Value};
use toml::de::{DeTable, DeValue};

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where the value stands.
    pub span: Span,
    /// What it is.
    pub written: Written,
}

/// A value as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a point.
    Decimal(f64),
    /// true or false.
    Switch(bool),
    /// A TOML date, time or both, in TOML's spelling.
    Date(String),
    /// A list.
    List(Vec<Node>),
    /// A table.
    Table(Vec<Entry>),
}

/// A key of a table and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub span: Span,
    /// Its value.
    pub node: Node,
}

/// A fault of TOML syntax: where, and the parser's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// Byte offset.
    pub offset: usize,
    /// What the parser says (English).
    pub message: String,
}

/// Reads the text of a study file. All faults of syntax at once.
pub fn read(text: &str) -> Result<Node, Vec<SyntaxFault>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors.iter().map(syntax_fault).collect());
    }
    let span = table.span();
    Ok(Node { span, written: Written::Table(entries(table.get_ref())) })
}

fn syntax_fault(error: &toml::de::Error) -> SyntaxFault {
    SyntaxFault { offset: error.span().map_or(0, |s| s.start), message: error.message().to_string() }
}

fn entries(table: &DeTable<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            span: key.span(),
            node: Node { span: value.span(), written: written(value.get_ref()) },
        })
        .collect();
    // The parser's map sorts by name; the order of the file is the order of the reader.
    entries.sort_by_key(|e| e.span.start);
    entries
}

fn written(value: &DeValue<'_>) -> Written {
    match value {
        DeValue::String(text) => Written::Text(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Written::Integer(number),
            Err(_) => Written::Decimal(f64::INFINITY),
        },
        DeValue::Float(number) => Written::Decimal(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(on) => Written::Switch(*on),
        DeValue::Datetime(date) => Written::Date(date.to_string()),
        DeValue::Array(list) => {
            Written::List(list.iter().map(|v| Node { span: v.span(), written: written(v.get_ref()) }).collect())
        }
        DeValue::Table(table) => Written::Table(entries(table)),
    }
}

impl Node {
    /// The entries of a table; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.written {
            Written::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The entry of a table by key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|e| e.key == key)
    }

    /// The value at a dotted path of plain keys.
    pub fn at(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, key| node.entry(key).map(|e| &e.node))
    }

    /// What kind of value it is, by a word that `text` knows under `kind.<word>`.
    pub fn kind(&self) -> &'static str {
        match self.written {
            Written::Text(_) => "text",
            Written::Integer(_) => "whole_number",
            Written::Decimal(_) => "number",
            Written::Switch(_) => "switch",
            Written::Date(_) => "date",
            Written::List(_) => "list",
            Written::Table(_) => "table",
        }
    }

    /// The value as JSON, for provenance.
    pub fn json(&self) -> Value {
        match &self.written {
            Written::Text(text) | Written::Date(text) => Value::String(text.clone()),
            Written::Integer(number) => Value::from(*number),
            Written::Decimal(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
            Written::Switch(on) => Value::Bool(*on),
            Written::List(list) => Value::Array(list.iter().map(Node::json).collect()),
            Written::Table(entries) => Value::Object(entries.iter().map(|e| (e.key.clone(), e.node.json())).collect()),
        }
    }
}
