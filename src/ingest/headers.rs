//! Which column is which: headers as written to canonical names, by the study's own mapping, by name, by alias. An
//! ambiguous header is refused with its candidates, never guessed.

use super::source::{Keep, Source, TopicWords};
use super::words::{fold, words};
use crate::domain::OVERALL;
use crate::findings::{Issue, Level};
use crate::tables::{Kind, LayoutColumn, Table};

/// What the columns are, and what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// The columns to deliver.
    pub(super) columns: Vec<LayoutColumn>,
    /// A level column whose header may also mean stages.
    pub(super) stage_column: Option<usize>,
    /// Faults, without file and table.
    pub(super) issues: Vec<Issue>,
    /// How many headers are columns of the table.
    pub(super) recognised: usize,
    /// A required column is missing.
    pub(super) incomplete: bool,
}

/// How a header came to its name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Match {
    Blank,
    Mapped(String),
    Exact(String),
    Alias(String),
    Ambiguous(Vec<String>),
    Unknown,
}

impl Match {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Mapped(n) | Self::Exact(n) | Self::Alias(n) => Some(n),
            _ => None,
        }
    }
}

/// A header safe to show: no control characters, no more than 80 characters.
pub(super) fn shown(header: &str) -> String {
    header.trim().chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Understands a header row.
pub(super) fn resolve(source: &Source<'_>, headers: &[&str]) -> Resolved {
    let mut resolved = Resolved::default();
    let mut matches: Vec<Match> = headers.iter().map(|h| match_one(source, h)).collect();
    map_declared(source, headers, &mut matches, &mut resolved);
    settle_duplicates(headers, &mut matches, &mut resolved);
    resolved.recognised = matches.iter().filter(|m| m.name().is_some()).count();
    check_required(source, &matches, &mut resolved);
    note_aliases(headers, &matches, &mut resolved);
    deliver(source, headers, &matches, &mut resolved);
    resolved
}

fn match_one(source: &Source<'_>, header: &str) -> Match {
    let key = fold(header);
    if key.is_empty() {
        return Match::Blank;
    }
    let table = source.table;
    // What the study names as an item is one, whatever an alias would make of it.
    if table == Table::Survey
        && let Some(item) = source.vocabulary.items.iter().find(|item| fold(item) == key)
    {
        return Match::Mapped(item.clone());
    }
    if let Some(field) = table.fields().iter().find(|f| fold(f.name) == key) {
        return Match::Exact(field.name.to_string());
    }
    if table == Table::Sessions {
        if key == "satisfaction" {
            return Match::Exact(key);
        }
        if let Some(found) = wide_topic(source, &key) {
            return found;
        }
    }
    if table == Table::Survey && words().is_stage_header(&key) {
        return Match::Alias("level".into());
    }
    let known = |n: &&String| table.field(n).is_some();
    let names: Vec<String> = words().columns(table.name(), &key).iter().filter(known).cloned().collect();
    match names.as_slice() {
        [] => Match::Unknown,
        [one] => Match::Alias(one.clone()),
        _ => Match::Ambiguous(names),
    }
}

/// A topic's code or name as a header, alone or with the word for satisfaction before or behind it.
fn wide_topic(source: &Source<'_>, key: &str) -> Option<Match> {
    let bare = ["satisfaction", "満足度"].iter().fold(key, |k, word| {
        k.strip_prefix(word).or_else(|| k.strip_suffix(word)).filter(|rest| !rest.is_empty()).unwrap_or(k)
    });
    let bare = bare.strip_suffix('の').filter(|_| bare.len() < key.len()).unwrap_or(bare);
    let all = || source.vocabulary.topics.iter().chain([&source.vocabulary.overall]);
    if let Some(topic) = all().find(|t| fold(&t.code) == key) {
        return Some(Match::Exact(topic.code.clone()));
    }
    // A short everyday word ("work", "健康") is a topic only when the header says that it is about satisfaction.
    let is = |t: &&TopicWords| {
        let aliases = if bare.len() < key.len() { t.aliases.as_slice() } else { &[] };
        fold(&t.code) == bare || t.names.iter().chain(aliases).any(|n| fold(n) == bare)
    };
    let codes: Vec<String> = all().filter(is).map(|t| t.code.clone()).collect();
    match codes.as_slice() {
        [] => None,
        [one] => Some(Match::Alias(one.clone())),
        _ => Some(Match::Ambiguous(codes)),
    }
}

/// The study's own mapping wins over every guess.
fn map_declared(source: &Source<'_>, headers: &[&str], matches: &mut [Match], resolved: &mut Resolved) {
    for (canonical, wanted) in source.headers.into_iter().flatten() {
        let exact = headers.iter().position(|h| h.trim() == wanted.trim());
        let position = exact.or_else(|| headers.iter().position(|h| fold(h) == fold(wanted)));
        for m in matches.iter_mut().filter(|m| m.name() == Some(canonical)) {
            *m = Match::Unknown;
        }
        match position.and_then(|p| matches.get_mut(p)) {
            Some(slot) => *slot = Match::Mapped(canonical.clone()),
            None => {
                resolved.incomplete = true;
                let detail = format!("headers={}", shown(wanted));
                resolved.issues.push(structural("missing_column").column(canonical, None).detail(detail));
            }
        }
    }
}

fn structural(code: &str) -> Issue {
    Issue::new(code, Level::Error).at(1).structural()
}

/// Two headers of one name: the canonical spelling wins over an alias; otherwise both are refused.
#[allow(clippy::indexing_slicing, reason = "places found or counted in the same list")]
fn settle_duplicates(headers: &[&str], matches: &mut [Match], resolved: &mut Resolved) {
    let names: Vec<String> = matches.iter().filter_map(|m| m.name().map(String::from)).collect();
    let mut seen: Vec<&String> = Vec::new();
    for name in &names {
        if seen.contains(&name) || names.iter().filter(|n| *n == name).count() == 1 {
            continue;
        }
        seen.push(name);
        let firm = |m: &Match| m.name() == Some(name) && !matches!(m, Match::Alias(_));
        if matches.iter().filter(|m| firm(m)).count() == 1 {
            for m in matches.iter_mut().filter(|m| **m == Match::Alias(name.clone())) {
                *m = Match::Unknown;
            }
            continue;
        }
        let who: Vec<usize> = (0..headers.len()).filter(|i| matches[*i].name() == Some(name)).collect();
        let listed: Vec<String> = who.iter().filter_map(|i| headers.get(*i)).map(|h| shown(h)).collect();
        let same = listed.iter().all(|h| Some(h) == listed.first());
        let code = if same { "duplicate_header" } else { "ambiguous_header" };
        let issue = structural(code).column(name, who.get(1).map(|i| i + 1));
        resolved.issues.push(issue.count(who.len() as u64).detail(format!("headers={}", listed.join(" / "))));
    }
    for (i, m) in matches.iter().enumerate() {
        if let Match::Ambiguous(names) = m {
            let header = headers.get(i).map_or_else(String::new, |h| shown(h));
            let issue = structural("ambiguous_header").column(&header, Some(i + 1));
            resolved.issues.push(issue.detail(format!("columns={}", names.join(" / "))));
        }
    }
}

fn check_required(source: &Source<'_>, matches: &[Match], resolved: &mut Resolved) {
    let has = |name: &str| matches.iter().any(|m| m.name() == Some(name));
    let offered = |name: &str| matches.iter().any(|m| matches!(m, Match::Ambiguous(n) if n.iter().any(|c| c == name)));
    let mut missing = Vec::new();
    for field in source.table.fields().iter().filter(|f| f.required) {
        let supplied = field.name == "wave" && source.wave.is_some();
        if !has(field.name) && !offered(field.name) && !supplied {
            missing.push(field.name);
        }
    }
    let someone = ["employee_id", "unit_id"];
    if matches!(source.table, Table::Survey | Table::Sales) && !someone.iter().any(|n| has(n) || offered(n)) {
        missing.insert(0, "employee_id");
    }
    if source.table == Table::Survey {
        missing.extend(source.vocabulary.items.iter().map(String::as_str).filter(|item| !has(item)));
    }
    let wide = source.vocabulary.topics.iter().any(|t| has(&t.code));
    if source.table == Table::Sessions && has("satisfaction") && !wide && !has("topic") && !offered("topic") {
        missing.push("topic");
    }
    for name in missing {
        resolved.incomplete = true;
        if resolved.issues.iter().any(|i| i.code == "missing_column" && i.column.as_deref() == Some(name)) {
            continue;
        }
        let spellings: Vec<&str> = words().spellings(name).iter().take(8).map(String::as_str).collect();
        let issue = structural("missing_column").column(name, None);
        resolved.issues.push(issue.detail(format!("headers={}", spellings.join(" / "))));
    }
}

fn note_aliases(headers: &[&str], matches: &[Match], resolved: &mut Resolved) {
    let pair = |(h, m): (&&str, &Match)| match m {
        Match::Alias(name) => Some(format!("{} -> {name}", shown(h))),
        _ => None,
    };
    let pairs: Vec<String> = headers.iter().zip(matches).filter_map(pair).collect();
    if !pairs.is_empty() {
        let issue = Issue::new("header_alias", Level::Note).at(1).count(pairs.len() as u64);
        resolved.issues.push(issue.detail(pairs.join(", ")));
    }
}

fn deliver(source: &Source<'_>, headers: &[&str], matches: &[Match], resolved: &mut Resolved) {
    // Where nothing is recognised line 1 may be a person: its cells are not shown.
    let speak = resolved.recognised > 0;
    let mut undeclared: Vec<String> = Vec::new();
    for (i, (header, found)) in headers.iter().zip(matches).enumerate() {
        let (index, header) = (i + 1, shown(header));
        match found {
            Match::Ambiguous(_) => {}
            Match::Blank => {
                let name = format!("column {index}");
                resolved.issues.push(Issue::new("blank_header", Level::Error).at(1).column(&name, Some(index)));
            }
            Match::Unknown => {
                if speak {
                    let again = undeclared.contains(&header);
                    let (code, level) =
                        if again { ("duplicate_header", Level::Error) } else { ("undeclared_column", Level::Warning) };
                    resolved.issues.push(Issue::new(code, level).at(1).column(&header, Some(index)));
                }
                undeclared.push(header.clone());
                if source.keep_undeclared == Keep::Undeclared {
                    let name = header.clone();
                    resolved.columns.push(LayoutColumn { name, header, index, kind: Kind::Text, declared: false });
                }
            }
            Match::Mapped(name) | Match::Exact(name) | Match::Alias(name) => {
                let stage = name == "level" && words().is_stage_header(&fold(&header));
                if stage && matches!(found, Match::Alias(_)) {
                    resolved.stage_column = Some(resolved.columns.len());
                }
                let (kind, declared) = kind_of(source, name);
                resolved.columns.push(LayoutColumn { name: name.clone(), header, index, kind, declared });
            }
        }
    }
    supply_wave(source, matches, resolved);
}

fn kind_of(source: &Source<'_>, name: &str) -> (Kind, bool) {
    if let Some(field) = source.table.field(name) {
        return (field.kind, true);
    }
    if source.table == Table::Survey && source.vocabulary.items.iter().any(|item| item == name) {
        return (Kind::Agreement, true);
    }
    let topic = name == OVERALL || source.vocabulary.topics.iter().any(|t| t.code == name);
    if source.table == Table::Sessions && topic { (Kind::Number, true) } else { (Kind::Text, false) }
}

/// The wave of the study's file list, as a column of its own behind the others.
fn supply_wave(source: &Source<'_>, matches: &[Match], resolved: &mut Resolved) {
    if source.table != Table::Survey || source.wave.is_none() {
        return;
    }
    if matches.iter().any(|m| m.name() == Some("wave")) {
        resolved.issues.push(Issue::new("wave_given_twice", Level::Warning).at(1).column("wave", None));
        return;
    }
    let (name, header) = ("wave".to_string(), String::new());
    resolved.columns.push(LayoutColumn { name, header, index: 0, kind: Kind::Wave, declared: true });
}
