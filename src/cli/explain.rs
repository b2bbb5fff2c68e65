//! `oneonone explain`: what a code, mark, column or method means. Suggests the nearest known words to one it does not know.

use super::DONE;
use super::args::{Explain, ExplainFormat};
use super::terminal::Terminal;
use crate::error::{Error, Result};
use crate::report::brief::explain::{asked_name, list, meanings};
use crate::report::{json, md, terminal as screen};
use crate::study::nearest::nearest;
use crate::text::explain::{self, Meaning, known, look_up, plain};
use crate::text::{self, Language};
use serde_json::{Map, Value, json};

/// At most this many suggestions.
const SUGGESTIONS: usize = 4;

/// Runs the command.
///
/// # Errors
/// `word_unknown` and `word_unknown_near` for a word that nobody knows.
pub fn run(args: &Explain, terminal: &Terminal) -> Result<u8> {
    let language = terminal.language;
    let asked: Vec<&str> = args.word.iter().chain(&args.more).map(String::as_str).collect();
    let asked = asked.join(" ");
    let found = look_up(&asked, language);
    let page = match (asked.trim(), found.as_slice()) {
        ("", _) => list(language),
        (_, []) => return Err(unknown(&asked, language)),
        (asked, found) => meanings(found, asked, language),
    };
    let told = match args.format {
        ExplainFormat::Table => screen::draw(&page, terminal.style),
        ExplainFormat::Md => md::draw(&page),
        ExplainFormat::Json if asked.trim().is_empty() => json::pretty(&contents(language))?,
        ExplainFormat::Json => json::pretty(&object(&found, &asked))?,
    };
    terminal.result(&told)?;
    Ok(DONE)
}

/// Name, kind and title of everything.
fn contents(language: Language) -> Value {
    let all = explain::all(language);
    let named =
        |m: &Meaning| json!({"name": m.names.first(), "names": m.names, "kind": m.kind.name(), "title": m.title});
    all.iter().map(named).collect()
}

/// The first meaning as an object; the others of the same name under `also`.
fn object(found: &[Meaning], asked: &str) -> Value {
    let mut all = found.iter().map(|meaning| fields(meaning, asked));
    let mut first = all.next().unwrap_or_default();
    let others: Vec<Value> = all.map(Value::Object).collect();
    if !others.is_empty() {
        first.insert("also".to_string(), Value::Array(others));
    }
    Value::Object(first)
}

fn fields(meaning: &Meaning, asked: &str) -> Map<String, Value> {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_string(), value);
    };
    put("name", asked_name(meaning, asked).into());
    put("kind", meaning.kind.name().into());
    put("title", meaning.title.as_str().into());
    put("text", meaning.text.as_str().into());
    for (key, value) in [("remedy", &meaning.remedy), ("note", &meaning.note)] {
        if let Some(value) = value {
            put(key, value.as_str().into());
        }
    }
    let same: Map<String, Value> = meaning.same.calls().map(|(program, call)| (program.into(), call.into())).collect();
    if !same.is_empty() {
        put("same", Value::Object(same));
    }
    if let Some(source) = meaning.source {
        put("reference", source.into());
    }
    if !meaning.see.is_empty() {
        put("see", meaning.see.iter().map(String::as_str).collect());
    }
    out
}

fn unknown(asked: &str, language: Language) -> Error {
    let near = suggestions(asked, language);
    if near.is_empty() {
        return Error::run("word_unknown").with("word", asked);
    }
    Error::run("word_unknown_near").with("word", asked).with("nearest", text::list(language, &near))
}

/// Known words within a few edits, then those that hold the word or are held by it.
fn suggestions(asked: &str, language: Language) -> Vec<String> {
    let all = known(language);
    let wanted = plain(asked);
    let mut near: Vec<String> = Vec::new();
    while near.len() < SUGGESTIONS {
        let left = all.iter().map(String::as_str).filter(|word| !near.iter().any(|n| plain(n) == plain(word)));
        let Some(next) = nearest(asked, left) else { break };
        near.push(next.to_string());
    }
    let long = |word: &str| word.chars().count() > 3 || (!word.is_ascii() && word.chars().count() > 1);
    let holds = |word: &&String| {
        let word = plain(word);
        (long(&wanted) && word.contains(&wanted)) || (long(&word) && wanted.contains(&word))
    };
    let mut holding: Vec<&String> = all.iter().filter(holds).collect();
    holding.sort_by_key(|word| word.chars().count().abs_diff(asked.chars().count()));
    for word in holding {
        if near.len() < SUGGESTIONS && !near.iter().any(|n| plain(n) == plain(word)) {
            near.push(word.clone());
        }
    }
    near
}
