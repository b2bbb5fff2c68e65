//! A crate error, or the faults of a study file, as sentences in the reader's language with what to do about them.
//! Decides no exit status: the error knows its own. Prints nothing.

use crate::error::{Error, Kind};
use crate::report::safe;
use crate::text::{Language, knows, say};

/// The longest fact that is put into a sentence, in characters: a file name or a key, not a page.
const LONGEST: usize = 200;

/// What went wrong, on the first line; what to do, on the second, when there is something to do.
pub fn speak(error: &Error, language: Language) -> String {
    let mut all = facts(error.args().iter().map(|(name, value)| (*name, value.as_str())));
    let known = format!("fault.{}", error.code());
    let key = match error.kind() {
        _ if knows(language, &known) => known,
        Kind::Bug => "fault.bug".to_string(),
        Kind::Data | Kind::Run => "fault.unknown".to_string(),
    };
    if ["bad_formula", "bad_condition"].contains(&error.code()) {
        of_formula(&mut all, expected(error), language);
    }
    all.push(("code", error.code().to_string()));
    let hint = format!("{key}_hint");
    let mut said = say(language, &key, &all);
    if knows(language, &hint) {
        said.push('\n');
        said.push_str(&say(language, "command.hint", &[("hint", say(language, &hint, &all))]));
    }
    said
}

/// What a reader of text expected at the place of the fault, as a code; empty where the error names none.
fn expected(error: &Error) -> &str {
    error.args().iter().find(|(name, _)| *name == "expected").map_or("", |(_, value)| value.as_str())
}

/// What is wanted at the place where a formula or a condition cannot be read, in words; and its end by name.
fn of_formula(all: &mut Vec<(&'static str, String)>, expected: &str, language: Language) {
    let key = format!("formula.{expected}");
    let key = if knows(language, &key) { key.as_str() } else { "formula.any" };
    all.push(("wanted", say(language, key, &[])));
    for (_, value) in all.iter_mut().filter(|(name, value)| *name == "character" && value == "end") {
        *value = say(language, "formula.end", &[]);
    }
}

/// One fault of a study file: where it is, what is wrong, what is meant instead and what to do, on two lines.
pub fn of_study(
    code: &str,
    place: (usize, usize),
    key: &str,
    args: &[(&'static str, String)],
    language: Language,
) -> String {
    let mut all = facts(args.iter().map(|(name, value)| (*name, value.as_str())));
    for (name, value) in &mut all {
        if matches!(*name, "expected" | "found") {
            *value = type_name(value, language);
        }
    }
    all.push(("key", safe::plain(key)));
    all.push(("code", code.to_string()));
    let (line, column) = place;
    let values = [("line", line.to_string()), ("column", column.to_string()), ("key", safe::plain(key))];
    let place = say(language, "command.study_place", &values);
    let sentence = format!("study.{code}");
    let sentence =
        if knows(language, &sentence) { say(language, &sentence, &all) } else { say(language, "fault.unknown", &all) };
    let mut said = format!("{}: {sentence}", place.trim_end_matches([' ', ',']));
    if all.iter().any(|(name, value)| *name == "nearest" && !value.is_empty()) {
        said.push_str(&gap(language));
        said.push_str(&say(language, "study.nearest", &all));
    }
    let hint = format!("study.{code}_hint");
    if knows(language, &hint) {
        said.push('\n');
        said.push_str(&say(language, "command.hint", &[("hint", say(language, &hint, &all))]));
    }
    said
}

fn type_name(code: &str, language: Language) -> String {
    let key = format!("study.type_{code}");
    if knows(language, &key) { say(language, &key, &[]) } else { code.to_string() }
}

/// Between two sentences.
fn gap(language: Language) -> String {
    match language {
        Language::Ja => String::new(),
        Language::En => " ".to_string(),
    }
}

fn facts<'a>(args: impl Iterator<Item = (&'static str, &'a str)>) -> Vec<(&'static str, String)> {
    args.map(|(name, value)| (name, short(&safe::plain(value)))).collect()
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_string(),
    }
}
