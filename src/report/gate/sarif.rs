//! SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format): one run, one result per rule, file and column with its
//! first 20 places and its count. Accepted findings are results that are suppressed, with their justification. No clock,
//! no absolute path.

use super::{Group, Told};
use crate::error::Result;
use crate::findings::{Issue, Level, Verdict};
use crate::report::json;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Where the schema of the format lies; a name, which nothing here opens.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run.
pub(super) fn render(told: &Told<'_>) -> Result<String> {
    let accepted: Vec<&Issue> = told.gate.accepted.iter().map(|a| &a.issue).collect();
    let mut rules: BTreeMap<&str, &Issue> = BTreeMap::new();
    for issue in told.gate.issues.iter().chain(accepted.iter().copied()) {
        rules.entry(&issue.code).or_insert(issue);
    }
    let index = |code: &str| rules.keys().position(|known| *known == code).unwrap_or(0);
    let mut results: Vec<Value> =
        Group::all(told.worst_first()).iter().map(|group| result(told, group, index(&group.first.code))).collect();
    for found in &told.gate.accepted {
        let group = Group { first: &found.issue, issues: vec![&found.issue] };
        let mut one = result(told, &group, index(&found.issue.code));
        let justification = told.justification(found);
        let suppression = json!({"kind": "external", "status": "accepted", "justification": justification});
        if let Some(one) = one.as_object_mut() {
            one.insert("suppressions".to_string(), json!([suppression]));
        }
        results.push(one);
    }
    let rules: Vec<Value> = rules.values().map(|issue| rule(told, issue)).collect();
    json::pretty(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "oneonone",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "invocations": [{
                "executionSuccessful": true,
                "exitCode": i32::from(told.gate.verdict == Verdict::Fail),
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": {
                "verdict": told.gate.verdict,
                "profile": told.gate.profile,
                "law": told.gate.law,
                "checked": told.gate.checked,
                "notChecked": told.gate.not_checked,
            },
        }],
    }))
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn rule(told: &Told<'_>, issue: &Issue) -> Value {
    json!({
        "id": issue.code,
        "shortDescription": {"text": issue.code.replace('_', " ")},
        "help": {"text": format!("oneonone explain {}", issue.code)},
        "defaultConfiguration": {"level": level(issue.level)},
        "properties": {"appiItem": issue.appi_item, "language": told.language.code()},
    })
}

fn result(told: &Told<'_>, group: &Group<'_>, index: usize) -> Value {
    let path = told.path(group.first);
    let lines = group.lines();
    let place = |line: Option<u64>| {
        let mut physical = json!({"artifactLocation": {"uri": uri(&path)}});
        if let (Some(line), Some(physical)) = (line, physical.as_object_mut()) {
            physical.insert("region".to_string(), json!({"startLine": line}));
        }
        json!({"physicalLocation": physical})
    };
    let mut result = json!({
        "ruleId": group.first.code,
        "ruleIndex": index,
        "level": level(group.level()),
        "message": {"text": group.said(told)},
        "occurrenceCount": group.count().max(1),
        "partialFingerprints": {"oneononePlace/v1": group.fingerprint()},
        "properties": {
            "column": group.first.column,
            "columnIndex": group.first.column_index,
            "threshold": group.first.threshold,
            "observed": group.first.observed,
            "appiItem": group.first.appi_item,
        },
    });
    if let Some(result) = result.as_object_mut().filter(|_| !path.is_empty()) {
        result.insert("locations".to_string(), json!([place(lines.first().copied())]));
        let others: Vec<Value> = lines.iter().skip(1).map(|line| place(Some(*line))).collect();
        if !others.is_empty() {
            result.insert("relatedLocations".to_string(), Value::Array(others));
        }
    }
    result
}

/// A relative path as a URI reference: everything but unreserved characters and the slash is escaped (RFC 3986).
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
