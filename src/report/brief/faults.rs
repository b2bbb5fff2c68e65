//! Declined questions and faults of the data as remarks: what, where, how often, what to do. Never a value.

use super::{Block, Remark, Tone};
use crate::findings::{Decline, Issue, Level};
use crate::text::{self, Language, names, number, say};

/// At most this many faults are listed; how many more there are is said.
const LISTED: usize = 60;

/// The questions that may not be answered, each with what would make it answerable.
pub fn declines(page: &mut Vec<Block>, declines: &[Decline], language: Language) {
    for decline in declines {
        let analysis = format!("table.analysis_{}", decline.analysis);
        let place = if text::knows(language, &analysis) {
            say(language, &analysis, &[])
        } else {
            names::clean(&decline.analysis)
        };
        page.push(Block::Remark(Remark {
            tone: Tone::Error,
            label: say(language, "table.declined", &[]),
            place,
            text: super::shared::decline_words(language, decline),
            remedy: String::new(),
        }));
    }
}

/// The faults of the data, errors first, in the order found.
pub fn issues(page: &mut Vec<Block>, issues: &[Issue], language: Language) {
    if issues.is_empty() {
        return;
    }
    page.push(Block::Heading(say(language, "table.issues_heading", &[])));
    let mut sorted: Vec<&Issue> = issues.iter().collect();
    sorted.sort_by_key(|i| std::cmp::Reverse(i.level));
    for issue in sorted.iter().take(LISTED) {
        page.push(Block::Remark(remark(issue, language)));
    }
    let more = sorted.len().saturating_sub(LISTED);
    if more > 0 {
        page.push(Block::Paragraph(say(language, "table.issues_more", &[("count", more.to_string())])));
    }
}

/// One fault.
pub fn remark(issue: &Issue, language: Language) -> Remark {
    let (tone, label) = match issue.level {
        Level::Error => (Tone::Error, "table.error"),
        Level::Warning => (Tone::Warning, "table.warning"),
        Level::Note => (Tone::Note, "table.note"),
    };
    Remark {
        tone,
        label: say(language, label, &[]),
        place: place(issue, language),
        text: sentence(issue, language),
        remedy: remedy(issue, language),
    }
}

/// What the fault is, in a sentence.
pub fn sentence(issue: &Issue, language: Language) -> String {
    let key = format!("issue.{}", issue.code);
    if text::knows(language, &key) {
        say(language, &key, &facts(issue, language))
    } else {
        say(language, "issue.unknown", &[("code", names::clean(&issue.code))])
    }
}

/// What to do about it; empty when the sentence says it all.
pub fn remedy(issue: &Issue, language: Language) -> String {
    let key = format!("issue.{}_remedy", issue.code);
    if text::knows(language, &key) { say(language, &key, &facts(issue, language)) } else { String::new() }
}

/// File, line and column, as far as they are known, with the number of times when it is more than one.
pub fn place(issue: &Issue, language: Language) -> String {
    let mut place = names::clean(issue.file.as_deref().unwrap_or_default());
    if let Some(line) = issue.line {
        place.push_str(&format!(":{line}"));
    }
    if let Some(column) = &issue.column {
        let column = names::clean(column);
        place.push_str(&if place.is_empty() { column } else { format!(" ({column})") });
    }
    if issue.count > 1 {
        let times = say(language, "table.times", &[("count", number::count(issue.count))]);
        place.push_str(&format!(" {times}"));
    }
    place.trim().to_string()
}

fn facts(issue: &Issue, language: Language) -> Vec<(&'static str, String)> {
    let named = |x: Option<f64>| x.map_or_else(|| "-".to_string(), limit);
    let table = issue.table.as_deref().map_or_else(|| "-".to_string(), |t| names::table(language, t));
    let mut facts = vec![
        ("file", names::clean(issue.file.as_deref().unwrap_or("-"))),
        ("table", table),
        ("line", issue.line.map_or_else(|| "-".to_string(), |l| l.to_string())),
        ("column", names::clean(issue.column.as_deref().unwrap_or("-"))),
        ("count", number::count(issue.count)),
        ("threshold", named(issue.threshold)),
        ("observed", named(issue.observed)),
    ];
    facts.extend(details(issue, language));
    facts
}

/// A limit or what was seen against it: counts without decimals.
fn limit(x: f64) -> String {
    if x.fract() == 0.0 { super::figures::figure(x, 0) } else { super::figures::natural(x) }
}

/// Facts that a detail may name, as `name=value`, one after the other.
const NAMED: [&str; 6] = ["encoding", "offset", "lines", "header_line", "headers", "columns"];

/// The detail of the sentence: its named facts, and the whole in words where `text` knows it (`detail.<fact>`).
fn details(issue: &Issue, language: Language) -> Vec<(&'static str, String)> {
    let raw = issue.detail.as_deref().unwrap_or_default();
    let key = format!("detail.{raw}");
    let whole = if text::knows(language, &key) { say(language, &key, &[]) } else { names::clean(raw) };
    let mut facts = vec![("detail", whole)];
    for name in NAMED {
        facts.push((name, value_of(raw, name)));
    }
    facts
}

/// The value after `name=`, up to the next named fact; empty when the detail does not name it.
fn value_of(raw: &str, name: &str) -> String {
    let start = format!("{name}=");
    let place = raw.find(&start).filter(|at| *at == 0 || raw.get(..*at).is_some_and(|before| before.ends_with(' ')));
    let Some(rest) = place.and_then(|at| raw.get(at + start.len()..)) else { return String::new() };
    let end = NAMED.iter().filter_map(|other| rest.find(&format!(" {other}="))).min().unwrap_or(rest.len());
    names::clean(rest.get(..end).unwrap_or_default())
}
