//! The names of topics, stages, levels, levers, columns and groups in both languages. A code without a name of its own
//! (a client's column, a group) is shown as it is in the data, without control characters.

use super::{Language, knows, number, say};
use serde_json::Value;

/// A name from the data without control, escape or direction-changing characters.
pub fn clean(raw: &str) -> String {
    raw.chars()
        .filter(|c| !c.is_control() && !matches!(*c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'))
        .collect()
}

fn name(language: Language, section: &str, code: &str) -> String {
    let key = format!("{section}.{code}");
    if knows(language, &key) { say(language, &key, &[]) } else { clean(code) }
}

/// A topic (or `overall`) by its code.
pub fn topic(language: Language, code: &str) -> String {
    name(language, "topic", code)
}

/// A stage of the default ladder by its code.
pub fn stage(language: Language, code: &str) -> String {
    name(language, "stage", code)
}

/// The statement of a level (0-based) of the default ladder; the number alone for a level it does not have.
pub fn statement(language: Language, level: u32) -> String {
    let key = format!("level.l{level}");
    if knows(language, &key) { say(language, &key, &[]) } else { level.to_string() }
}

/// What lifts people out of a stage, as practice advises; `None` for the last stage and for stages without advice.
pub fn lever(language: Language, code: &str) -> Option<String> {
    let key = format!("lever.{code}");
    knows(language, &key).then(|| say(language, &key, &[]))
}

/// A term of a model: a topic, a known column, the constant, or the name in the data.
pub fn term(language: Language, code: &str) -> String {
    if let Some((stem, key)) = split(code).filter(|(stem, _)| knows(language, &format!("topic.{stem}"))) {
        return say(language, key, &[("term", term(language, stem))]);
    }
    let section = if knows(language, &format!("topic.{code}")) { "topic" } else { "column" };
    name(language, section, if code == "(Intercept)" { "intercept" } else { code })
}

/// A term that was split into the difference within and between teams, and the words for its part.
pub fn split(code: &str) -> Option<(&str, &'static str)> {
    match code.rsplit_once(':')? {
        (stem, "within") => Some((stem, "table.term_within")),
        (stem, "between") => Some((stem, "table.term_between")),
        _ => None,
    }
}

/// A column by its canonical name.
pub fn column(language: Language, code: &str) -> String {
    name(language, "column", code)
}

/// An outcome as a quantity in a sentence.
pub fn outcome(language: Language, code: &str) -> String {
    let section = if knows(language, &format!("outcome.{code}")) { "outcome" } else { "column" };
    name(language, section, code)
}

/// What one unit of assignment or of rows is, in the plural where the language has one.
pub fn unit(language: Language, code: &str) -> String {
    name(language, "unit", code)
}

/// A group of people: "group A", 「A群」; people without a group are said to have none.
pub fn group(language: Language, raw: &str) -> String {
    let shown = clean(raw);
    if shown.trim().is_empty() {
        return say(language, "word.no_group", &[]);
    }
    say(language, "word.group", &[("group", shown)])
}

/// A value of a grouping column: "group A" for the arms, years for a band of tenure, the bare value otherwise.
pub fn member(language: Language, by: &str, raw: &str) -> String {
    match by {
        "tenure" if !raw.is_empty() => name(language, "tenure", raw),
        "wave" if !raw.is_empty() => number::day(language, raw),
        "group" => group(language, raw),
        _ if raw.trim().is_empty() => group(language, raw),
        _ => clean(raw),
    }
}

/// A canonical table.
pub fn table(language: Language, code: &str) -> String {
    name(language, "source", code)
}

/// A model by its kind: the main ones and those beside them.
pub fn model(language: Language, code: &str) -> String {
    let key = format!("table.model_{code}");
    if knows(language, &key) { say(language, &key, &[]) } else { clean(code) }
}

/// A named value of a caution or decline, written for a reader. Arrays become lists.
pub fn argument(language: Language, role: &str, value: &Value) -> String {
    match value {
        Value::Null => number::reason(language, "undefined"),
        Value::Bool(yes) => say(language, if *yes { "word.yes" } else { "word.no" }, &[]),
        Value::Number(n) => quantity(role, n),
        Value::String(text) => by_role(language, role, text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| argument(language, role, item)).collect();
            super::list(language, &items)
        }
        Value::Object(items) => {
            let items: Vec<String> =
                items.iter().map(|(k, v)| format!("{} {}", clean(k), argument(language, role, v))).collect();
            super::list(language, &items)
        }
    }
}

fn quantity(role: &str, n: &serde_json::Number) -> String {
    if let Some(whole) = n.as_u64() {
        return number::count(whole);
    }
    let x = n.as_f64().unwrap_or_default();
    match role {
        r if r.contains("share") => number::percent(x, 1),
        r if r == "p" || r.starts_with("p_") => number::p_value(x),
        _ => number::natural(x),
    }
}

fn by_role(language: Language, role: &str, text: &str) -> String {
    match role {
        "topic" | "topics" | "term" | "terms" => term(language, text),
        "column" | "columns" | "cluster" => column(language, text),
        "outcome" => outcome(language, text),
        "unit" => unit(language, text),
        "group" | "groups" | "arm" => group(language, text),
        "model" => model(language, text),
        "response_on" => {
            let known: Vec<String> = text.split(", ").map(|code| term(language, code)).collect();
            super::list(language, &known)
        }
        "stage" => stage(language, text),
        "table" => table(language, text),
        "window" | "best_window" if text == "all" => say(language, "word.all_days", &[]),
        "window" | "best_window" => say(language, "table.days", &[("days", clean(text))]),
        "day" | "start" | "end" | "date" => number::day(language, text),
        "month" => number::month(language, text),
        _ => clean(text),
    }
}
