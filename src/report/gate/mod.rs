//! The gate's answer for people and for machines: a registry of formats. Prints places, kinds and counts, never a value, and
//! nothing that a file name, column or baseline could forge: every word is cleaned before any format sees it.

mod code_quality;
mod github;
mod junit;
mod sarif;

use super::brief::{self, faults};
use super::terminal::{self, Style};
use super::{json, md, safe};
use crate::error::{Error, Result};
use crate::findings::{Gate, Issue, Level};
use crate::text::{Language, say};
use std::collections::BTreeMap;

/// What a format may draw on.
pub struct Told<'g> {
    /// The answer, cleaned.
    gate: Gate,
    language: Language,
    style: Style,
    /// Where each file lies, by its name: the path as it was given, for places that a reader may click on.
    paths: &'g BTreeMap<String, String>,
}

type Render = fn(&Told<'_>) -> Result<String>;

/// The formats of `validate`, by name.
pub static FORMATS: [(&str, Render); 7] = [
    ("table", |told| Ok(terminal::draw(&brief::gate::compose(&told.gate, told.language), told.style))),
    ("json", |told| json::pretty(&told.gate)),
    ("sarif", sarif::render),
    ("junit", junit::render),
    ("github", github::render),
    ("gitlab", code_quality::render),
    ("md", |told| Ok(md::draw(&brief::gate::compose(&told.gate, told.language)))),
];

/// The gate's answer in one of [`FORMATS`].
///
/// # Errors
/// `gate_format` for another name (could not run).
pub fn render(gate: &Gate, format: &str, language: Language, style: Style) -> Result<String> {
    render_at(gate, format, language, style, &BTreeMap::new())
}

/// The same with the path of each file by its name, for places that a reader may click on.
///
/// # Errors
/// As `render`.
pub fn render_at(
    gate: &Gate,
    format: &str,
    language: Language,
    style: Style,
    paths: &BTreeMap<String, String>,
) -> Result<String> {
    let known = || FORMATS.map(|(name, _)| name).join(", ");
    let unknown = || Error::run("gate_format").with("format", safe::plain(format)).with("known", known());
    let (_, render) = FORMATS.iter().find(|(name, _)| *name == format).ok_or_else(unknown)?;
    render(&Told { gate: cleaned(gate), language, style, paths })
}

/// The same answer without any character that is not to be seen.
fn cleaned(gate: &Gate) -> Gate {
    let mut gate = gate.clone();
    let clean = |text: &mut Option<String>| *text = text.as_deref().map(safe::plain);
    for issue in gate.issues.iter_mut().chain(gate.accepted.iter_mut().map(|accepted| &mut accepted.issue)) {
        clean(&mut issue.file);
        clean(&mut issue.column);
        clean(&mut issue.detail);
    }
    for accepted in &mut gate.accepted {
        accepted.reason = safe::plain(&accepted.reason);
        accepted.owner = safe::plain(&accepted.owner);
        accepted.expires = safe::plain(&accepted.expires);
    }
    gate
}

impl Told<'_> {
    /// The path of an issue's file as far as it is known, else its name; empty for faults of no file.
    fn path(&self, issue: &Issue) -> String {
        let name = issue.file.clone().unwrap_or_default();
        self.paths.get(&name).map_or(name, |path| safe::plain(path))
    }

    /// What the issue is, with what to do about it.
    fn sentence(&self, issue: &Issue) -> String {
        let remark = faults::remark(issue, self.language);
        [remark.text, remark.remedy].join(" ").trim().to_string()
    }

    /// The same behind its place.
    fn placed(&self, issue: &Issue) -> String {
        format!("{} {}", faults::place(issue, self.language), self.sentence(issue)).trim().to_string()
    }

    /// Issues, the gravest first, in the order found.
    fn worst_first(&self) -> Vec<&Issue> {
        let mut issues: Vec<&Issue> = self.gate.issues.iter().collect();
        issues.sort_by_key(|issue| std::cmp::Reverse(issue.level));
        issues
    }

    /// The verdict in a sentence.
    fn verdict(&self) -> String {
        brief::gate::verdict(&self.gate, self.language)
    }

    /// The name of a check.
    fn check(&self, code: &str) -> String {
        brief::gate::check(code, self.language)
    }

    /// Why a check was not made.
    fn reason(&self, code: &str) -> String {
        brief::gate::reason(code, self.language)
    }

    /// What an accepted finding's owner says of it.
    fn justification(&self, accepted: &crate::findings::gate::Accepted) -> String {
        let values = [
            ("reason", accepted.reason.clone()),
            ("owner", accepted.owner.clone()),
            ("expires", accepted.expires.clone()),
        ];
        say(self.language, "table.gate_accepted_by", &values)
    }
}

/// Issues of one kind in one column of one file.
struct Group<'i> {
    first: &'i Issue,
    issues: Vec<&'i Issue>,
}

impl<'i> Group<'i> {
    /// Groups in the order of their first issue.
    fn all(issues: impl IntoIterator<Item = &'i Issue>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for issue in issues {
            let same = |g: &&mut Self| {
                let f = g.first;
                (&f.code, &f.file, &f.column, f.column_index)
                    == (&issue.code, &issue.file, &issue.column, issue.column_index)
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.issues.push(issue),
                None => groups.push(Self { first: issue, issues: vec![issue] }),
            }
        }
        groups
    }

    fn level(&self) -> Level {
        self.issues.iter().map(|issue| issue.level).max().unwrap_or(self.first.level)
    }

    fn count(&self) -> u64 {
        self.issues.iter().map(|issue| issue.count).sum()
    }

    /// The first 20 lines, in order.
    fn lines(&self) -> Vec<u64> {
        let of = |issue: &&Issue| {
            if issue.lines.is_empty() { issue.line.into_iter().collect() } else { issue.lines.clone() }
        };
        let mut lines: Vec<u64> = self.issues.iter().flat_map(of).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.truncate(crate::findings::issue::MAX_LINES);
        lines
    }

    fn fingerprint(&self) -> String {
        self.first.fingerprint.clone().unwrap_or_default()
    }

    /// What is said of it; what differs from issue to issue is said one after the other.
    fn said(&self, told: &Told<'_>) -> String {
        let mut said: Vec<String> = Vec::new();
        for issue in &self.issues {
            let sentence = told.placed(issue);
            if !said.contains(&sentence) {
                said.push(sentence);
            }
        }
        said.join(" ")
    }
}
