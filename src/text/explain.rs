//! What every code, mark, column, covariance and method means: the registry behind `oneonone explain`. A code is explained
//! by the sentence it is told with; the rest stands in `explain.en.toml` and `explain.ja.toml`. Guesses at no word.

use super::{Language, keys, template};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;

/// What sort of thing a word names; the order is that of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A part of a model formula.
    Formula,
    /// A method.
    Method,
    /// A covariance: a kind of errors.
    Covariance,
    /// A column or block of the results.
    Column,
    /// A strength mark or a grade.
    Mark,
    /// A caution.
    Caution,
    /// A decline.
    Decline,
    /// A fault of the data.
    Issue,
    /// A check of the gate.
    Check,
    /// A reason for not being used.
    Flow,
    /// A result that was deliberately left out.
    NotRun,
    /// A reason for a missing number.
    Why,
    /// A reason for not being checked.
    CheckReason,
    /// A fault that stops the program.
    Fault,
}

impl Kind {
    /// Every kind, in the order of the list.
    pub const ALL: [Kind; 14] = [
        Kind::Formula,
        Kind::Method,
        Kind::Covariance,
        Kind::Column,
        Kind::Mark,
        Kind::Caution,
        Kind::Decline,
        Kind::Issue,
        Kind::Check,
        Kind::Flow,
        Kind::NotRun,
        Kind::Why,
        Kind::CheckReason,
        Kind::Fault,
    ];

    /// Its name in JSON; for a kind of codes also their section in the language files.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Formula => "formula",
            Kind::Method => "method",
            Kind::Covariance => "covariance",
            Kind::Column => "column",
            Kind::Mark => "mark",
            Kind::Caution => "caution",
            Kind::Decline => "decline",
            Kind::Issue => "issue",
            Kind::Check => "check",
            Kind::Flow => "flow",
            Kind::NotRun => "not_run",
            Kind::Why => "why",
            Kind::CheckReason => "check_reason",
            Kind::Fault => "fault",
        }
    }

    /// Explained by an entry of its own, or by the sentence of the code.
    pub fn written(self) -> bool {
        matches!(self, Kind::Formula | Kind::Method | Kind::Covariance | Kind::Column | Kind::Mark)
    }

    /// Told in whole sentences, so that the code has no title beside them.
    pub fn told(self) -> bool {
        matches!(self, Kind::Caution | Kind::Decline | Kind::Issue | Kind::Fault)
    }

    /// The end of the key that says what to do about a code of this kind.
    fn remedy(self) -> &'static str {
        match self {
            Kind::Issue => "_remedy",
            _ => "_hint",
        }
    }
}

/// What a word means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// Exact names, the first its own; `conf_low` and `conf_high` share one meaning.
    pub names: Vec<&'static str>,
    /// What sort of thing it is.
    pub kind: Kind,
    /// A short title; of a code told in sentences, the first sentence.
    pub title: String,
    /// The explanation; placeholders are words in angle brackets.
    pub text: String,
    /// What to do about it.
    pub remedy: Option<String>,
    /// What there is to say beyond the sentence of a code.
    pub note: Option<String>,
    /// The call that gives the same in R, Stata and Python, where there is one.
    pub same: &'static Same,
    /// Author and year.
    pub source: Option<&'static str>,
    /// Names of related words.
    pub see: &'static [String],
}

/// The same in other programs.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Same {
    /// In R.
    pub r: Option<String>,
    /// In Stata.
    pub stata: Option<String>,
    /// In Python.
    pub python: Option<String>,
}

impl Same {
    /// Program and call, those that there are.
    pub fn calls(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [("r", &self.r), ("stata", &self.stata), ("python", &self.python)];
        all.into_iter().filter_map(|(program, call)| call.as_deref().map(|call| (program, call)))
    }
}

/// The registry of what is written, the same in both languages.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Registry {
    entry: Vec<Entry>,
    alias: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: Kind,
    names: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    same: Same,
    source: Option<String>,
    #[serde(default)]
    see: Vec<String>,
}

/// The words of one language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    word: BTreeMap<String, String>,
    place: BTreeMap<String, String>,
    note: BTreeMap<String, String>,
    entry: BTreeMap<String, Said>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    title: String,
    text: String,
}

/// A file that does not parse explains nothing, which the tests notice; it cannot happen to a released program.
fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(|| toml::from_str(include_str!("explain.toml")).unwrap_or_default())
}

fn words(language: Language) -> &'static Words {
    static JA: OnceLock<Words> = OnceLock::new();
    static EN: OnceLock<Words> = OnceLock::new();
    match language {
        Language::Ja => JA.get_or_init(|| toml::from_str(include_str!("explain.ja.toml")).unwrap_or_default()),
        Language::En => EN.get_or_init(|| toml::from_str(include_str!("explain.en.toml")).unwrap_or_default()),
    }
}

/// A label of the command's own, such as a heading; empty for one that is not there.
pub fn word(language: Language, key: &str) -> &'static str {
    words(language).word.get(key).map_or("", String::as_str)
}

/// Every key of the file of a language, in order: for the parity test.
pub fn written_keys(language: Language) -> Vec<String> {
    let words = words(language);
    let mut all: Vec<String> = Vec::new();
    for (section, keys) in [("word", &words.word), ("place", &words.place), ("note", &words.note)] {
        all.extend(keys.keys().map(|key| format!("{section}.{key}")));
    }
    all.extend(words.entry.keys().map(|key| format!("entry.{key}")));
    all
}

/// Everything of one kind, in the order of the list.
pub fn of_kind(kind: Kind, language: Language) -> Vec<Meaning> {
    if kind.written() {
        let entries = registry().entry.iter().filter(|entry| entry.kind == kind);
        return entries.map(|entry| of_entry(entry, language)).collect();
    }
    codes(kind).into_iter().map(|code| of_code(kind, code, language)).collect()
}

/// Everything.
pub fn all(language: Language) -> Vec<Meaning> {
    Kind::ALL.into_iter().flat_map(|kind| of_kind(kind, language)).collect()
}

fn of_entry(entry: &'static Entry, language: Language) -> Meaning {
    let name = entry.names.first().map_or("", String::as_str);
    let said = words(language).entry.get(name);
    Meaning {
        names: entry.names.iter().map(String::as_str).collect(),
        kind: entry.kind,
        title: said.map_or_else(String::new, |said| said.title.clone()),
        text: said.map_or_else(String::new, |said| said.text.clone()),
        remedy: None,
        note: None,
        same: &entry.same,
        source: entry.source.as_deref(),
        see: &entry.see,
    }
}

/// The codes of a kind: the keys of its section that are neither a remedy nor the sentence for a code nobody knows.
fn codes(kind: Kind) -> Vec<&'static str> {
    let inside = keys(Language::En).filter_map(|key| key.strip_prefix(kind.name())?.strip_prefix('.'));
    let nameless = |code: &str| kind.told() && matches!(code, "unknown" | "bug");
    let remedy = |code: &str| kind.told() && code.ends_with(kind.remedy());
    inside.filter(|code| !nameless(code) && !remedy(code)).collect()
}

fn of_code(kind: Kind, code: &'static str, language: Language) -> Meaning {
    static NOWHERE: Same = Same { r: None, stata: None, python: None };
    let sentence = |key: String| template(language, &key).map(|sentence| readable(sentence, language));
    let told = sentence(format!("{}.{code}", kind.name())).unwrap_or_default();
    let note = words(language).note.get(&format!("{}.{code}", kind.name())).cloned();
    let (title, text, note) = match kind {
        Kind::Check => {
            let fault = sentence(format!("issue.{code}"));
            let text = note.or(fault).unwrap_or_else(|| told.clone());
            (told, text, None)
        }
        kind if kind.told() => (first_sentence(&told), told, note),
        _ => (told.clone(), note.unwrap_or(told), None),
    };
    let asked = if kind == Kind::Check { Kind::Issue } else { kind };
    Meaning {
        names: vec![code],
        kind,
        title,
        text,
        remedy: sentence(format!("{}.{code}{}", asked.name(), asked.remedy())),
        note,
        same: &NOWHERE,
        source: None,
        see: &[],
    }
}

/// The sentence with each placeholder turned into a word in angle brackets, plurals kept.
fn readable(sentence: &str, language: Language) -> String {
    let mut out = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((inside, tail)) = after.split_once('}') else { break };
        match inside.split_once('?').and_then(|(_, forms)| forms.split_once('|')) {
            Some((_, many)) => out.push_str(many),
            None => out.push_str(&format!("<{}>", place(inside, language))),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// What stands for a placeholder; the placeholder itself where a new one has no word yet.
fn place(name: &str, language: Language) -> String {
    words(language).place.get(name).cloned().unwrap_or_else(|| name.replace('_', " "))
}

fn first_sentence(text: &str) -> String {
    let end = text.find('。').map(|at| at + '。'.len_utf8()).or_else(|| text.find(". ").map(|at| at + 1));
    end.and_then(|end| text.get(..end)).unwrap_or(text).to_string()
}

/// A word as it is compared: width, case, spaces, hyphens and underscores make no difference. Signs alone stay as they
/// are.
pub fn plain(word: &str) -> String {
    let word: String = word.trim().nfkc().collect::<String>().to_lowercase();
    if !word.chars().any(char::is_alphanumeric) {
        return word;
    }
    word.chars().filter(|c| !matches!(c, ' ' | '_' | '-' | '‐' | '・' | '\'' | '’' | '`')).collect()
}

/// What the word means: by exact name, else by another name, else by its title in either language; several meanings when
/// a caution and a decline, say, share a code. Nothing when nobody knows it.
pub fn look_up(word: &str, language: Language) -> Vec<Meaning> {
    let wanted = plain(word);
    let singular = wanted.strip_suffix('s').filter(|short| short.len() > 2).map(String::from);
    for wanted in std::iter::once(wanted).chain(singular) {
        let tiers = [by_name(&wanted, language), by_alias(&wanted, language), by_title(&wanted, language)];
        if let Some(found) = tiers.into_iter().find(|found| !found.is_empty()) {
            return found;
        }
    }
    Vec::new()
}

fn by_name(wanted: &str, language: Language) -> Vec<Meaning> {
    all(language).into_iter().filter(|meaning| meaning.names.iter().any(|name| plain(name) == wanted)).collect()
}

fn by_alias(wanted: &str, language: Language) -> Vec<Meaning> {
    let code = registry().alias.iter().find(|(alias, _)| plain(alias) == wanted).map(|(_, code)| plain(code));
    if let Some(code) = code {
        return by_name(&code, language);
    }
    let entries = registry().entry.iter().filter(|entry| entry.aliases.iter().any(|alias| plain(alias) == wanted));
    entries.map(|entry| of_entry(entry, language)).collect()
}

fn by_title(wanted: &str, language: Language) -> Vec<Meaning> {
    let titled: Vec<(Kind, &str)> = Language::ALL
        .into_iter()
        .flat_map(all)
        .filter(|meaning| !meaning.kind.told() && forms(&meaning.title).any(|form| plain(form) == wanted))
        .filter_map(|meaning| Some((meaning.kind, *meaning.names.first()?)))
        .collect();
    let named =
        |meaning: &Meaning| titled.iter().any(|(kind, name)| meaning.kind == *kind && meaning.names.contains(name));
    all(language).into_iter().filter(named).collect()
}

/// A title, and what stands before its bracket.
fn forms(title: &str) -> impl Iterator<Item = &str> {
    let head = title.split(['(', '（']).next().unwrap_or(title).trim();
    [title, head].into_iter().take(if head.is_empty() || head == title { 1 } else { 2 })
}

/// Every word that can be asked for, names first: names, other names, and titles in the reader's language.
pub fn known(language: Language) -> Vec<String> {
    let meanings = all(language);
    let mut all: Vec<String> = meanings.iter().flat_map(|m| m.names.iter().map(ToString::to_string)).collect();
    all.extend(registry().entry.iter().flat_map(|entry| entry.aliases.iter().cloned()));
    all.extend(registry().alias.keys().cloned());
    for meaning in meanings.iter().filter(|meaning| !meaning.kind.told()) {
        all.extend(forms(&meaning.title).last().map(String::from));
    }
    all
}
