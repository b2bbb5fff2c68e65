//! Every word a reader may see, in Japanese and English, and how numbers are written. Decides nothing about findings or layout.

pub mod claim;
pub mod explain;
pub mod names;
pub mod number;

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;

pub use claim::{Causal, say_causal, say_claim};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

impl Language {
    /// Both, Japanese first.
    pub const ALL: [Language; 2] = [Language::Ja, Language::En];

    /// Reads `ja` or `en`, also as the start of a locale (`ja_JP.UTF-8`).
    pub fn parse(text: &str) -> Option<Self> {
        let head: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
        match head.to_ascii_lowercase().as_str() {
            "ja" | "japanese" => Some(Language::Ja),
            "en" | "english" => Some(Language::En),
            _ => None,
        }
    }

    /// `ja` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Language::Ja => "ja",
            Language::En => "en",
        }
    }
}

type Dictionary = BTreeMap<String, String>;

fn dictionary(language: Language) -> &'static Dictionary {
    static JA: OnceLock<Dictionary> = OnceLock::new();
    static EN: OnceLock<Dictionary> = OnceLock::new();
    match language {
        Language::Ja => JA.get_or_init(|| load(include_str!("ja.toml"))),
        Language::En => EN.get_or_init(|| load(include_str!("en.toml"))),
    }
}

/// `[section] key = "sentence"` becomes `section.key` -> sentence. A file that does not parse gives no words at all,
/// which the language tests notice; it cannot happen to a released program.
fn load(source: &str) -> Dictionary {
    let mut words = Dictionary::new();
    let Ok(tables) = source.parse::<toml::Table>() else { return words };
    for (section, content) in tables {
        let Some(content) = content.as_table() else { continue };
        for (key, sentence) in content {
            if let Some(sentence) = sentence.as_str() {
                words.insert(format!("{section}.{key}"), sentence.to_string());
            }
        }
    }
    words
}

/// Every key of a language, in order: for the parity test and for `explain`.
pub fn keys(language: Language) -> impl Iterator<Item = &'static str> {
    dictionary(language).keys().map(String::as_str)
}

/// The sentence as written, placeholders included.
pub fn template(language: Language, key: &str) -> Option<&'static str> {
    dictionary(language).get(key).map(String::as_str)
}

/// Is there a sentence under this key?
pub fn knows(language: Language, key: &str) -> bool {
    dictionary(language).contains_key(key)
}

/// Speaks the sentence under `section.key`, each `{name}` replaced by the value of that name. `{name?one|many}` chooses
/// by whether the value is 1. An unknown key comes back in angle brackets, and so does any key of `[causal]`: those
/// sentences need a `Causal` permit.
pub fn say(language: Language, key: &str, args: &[(&str, String)]) -> String {
    if key.starts_with("causal.") {
        return format!("<{key}>");
    }
    speak(language, key, args)
}

/// The same with the named values of a caution, decline or issue: numbers are written in the language's way, and a
/// value called `topic`, `column`, `outcome` or `unit` by its name.
pub fn say_values(language: Language, key: &str, values: &BTreeMap<String, Value>) -> String {
    let args: Vec<(&str, String)> =
        values.iter().map(|(name, value)| (name.as_str(), names::argument(language, name, value))).collect();
    say(language, key, &args)
}

pub(crate) fn speak(language: Language, key: &str, args: &[(&str, String)]) -> String {
    let Some(sentence) = template(language, key) else { return format!("<{key}>") };
    fill(sentence, args)
}

/// Replaces placeholders. A name that was not given becomes a dash: a reader never sees a bare placeholder.
fn fill(sentence: &str, args: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((inside, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        out.push_str(&value_of(inside, args));
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn value_of(inside: &str, args: &[(&str, String)]) -> String {
    let (name, forms) = match inside.split_once('?') {
        Some((name, forms)) => (name, Some(forms)),
        None => (inside, None),
    };
    let value = args.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    match (value, forms.and_then(|f| f.split_once('|'))) {
        (Some("1"), Some((one, _))) => one.to_string(),
        (_, Some((_, many))) => many.to_string(),
        (Some(value), None) => value.to_string(),
        (None, None) => "–".to_string(),
    }
}

/// The names of the placeholders of a sentence, sorted, each once: for the parity test.
pub fn placeholders(sentence: &str) -> Vec<String> {
    let mut found: Vec<String> = sentence
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(inside, _)| inside.split('?').next().unwrap_or(inside).to_string())
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Joins words as the language does: "a, b and c"; 「a、b、c」.
pub fn list(language: Language, items: &[String]) -> String {
    match (language, items) {
        (Language::Ja, _) => items.join("、"),
        (Language::En, [head @ .., before, last]) => {
            let mut out: Vec<&str> = head.iter().map(String::as_str).collect();
            let end = format!("{before} and {last}");
            out.push(&end);
            out.join(", ")
        }
        (Language::En, _) => items.join(", "),
    }
}
