//! As much of JSON Schema (2020-12) as the schemas of this repository use. A keyword that it does not know is a failure: a
//! rule that nobody checks is none.

use serde_json::Value;

/// Every place at which a value does not keep to a schema.
pub fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, value, "$", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let mut say = |what: String| found.push(format!("{place}: {what}"));
    for (keyword, rule) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "$id" | "title" | "$defs" | "additionalProperties" | "description" => {}
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().trim_start_matches('#')).unwrap();
                let mut inner = Vec::new();
                check(root, target, value, place, &mut inner);
                inner.into_iter().for_each(&mut say);
            }
            "const" if rule != value => say(format!("is not {rule}")),
            "enum" if !rule.as_array().unwrap().contains(value) => say(format!("{value} is none of {rule}")),
            "type" if !is(value, rule.as_str().unwrap()) => say(format!("is no {rule}")),
            "minimum" if value.as_f64().unwrap() < rule.as_f64().unwrap() => say(format!("below {rule}")),
            "maximum" if value.as_f64().unwrap() > rule.as_f64().unwrap() => say(format!("above {rule}")),
            "minLength" if (value.as_str().unwrap().len() as u64) < rule.as_u64().unwrap() => say("is short".into()),
            "minItems" if (value.as_array().unwrap().len() as u64) < rule.as_u64().unwrap() => say("is short".into()),
            "maxItems" if value.as_array().unwrap().len() as u64 > rule.as_u64().unwrap() => say("is long".into()),
            "pattern" if !matches(rule.as_str().unwrap(), value.as_str().unwrap()) => say(format!("is no {rule}")),
            "const" | "enum" | "type" | "minimum" | "maximum" | "minLength" | "minItems" | "maxItems" | "pattern" => {}
            "required" => {
                for key in rule.as_array().unwrap() {
                    if value.get(key.as_str().unwrap()).is_none() {
                        say(format!("lacks {key}"));
                    }
                }
            }
            "anyOf" => {
                let fits = |one: &Value| {
                    let mut inner = Vec::new();
                    check(root, one, value, place, &mut inner);
                    inner.is_empty()
                };
                if !rule.as_array().unwrap().iter().any(fits) {
                    say("fits none".into());
                }
            }
            "items" => {
                for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                    let mut inner = Vec::new();
                    check(root, rule, item, &format!("[{at}]"), &mut inner);
                    inner.into_iter().for_each(&mut say);
                }
            }
            "properties" => {}
            other => panic!("the keyword {other} is not known here"),
        }
    }
    let (named, others) = (&schema["properties"], &schema["additionalProperties"]);
    for (key, inside) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{key}");
        match (named.get(key), others) {
            (Some(rule), _) => check(root, rule, inside, &place, found),
            (None, Value::Bool(false)) => found.push(format!("{place}: is not foreseen")),
            (None, Value::Object(_)) => check(root, others, inside, &place, found),
            _ => {}
        }
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("the type {other} is not known here"),
    }
}

/// The three patterns of the schemas.
fn matches(pattern: &str, text: &str) -> bool {
    let bytes = text.as_bytes();
    match pattern {
        "^[a-z][a-z0-9_]*$" => {
            bytes.first().is_some_and(u8::is_ascii_lowercase)
                && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_')
        }
        "^[0-9a-f]{32}$" => text.len() == 32 && bytes.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b)),
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" => text.len() == 10 && oneonone::domain::Day::parse_iso(text).is_some(),
        other => panic!("the pattern {other} is not known here"),
    }
}
