//! The study's own topics and its own ladder: codes, grouping and names. Names it does not give are `text`'s.

use super::draft::{Node, Written};
use super::nearest::nearest;
use super::reader::{Complaint, Reader, Taken, filled_text, list, optional_text, switch, whole};
use super::{LadderWords, Names, Topic};
use crate::domain::{Ladder, OVERALL, TOPICS};
use serde_json::Value;

/// The seven topics, renamed, dropped and added to as the study says.
pub(super) fn topics(reader: &mut Reader<'_>) -> Vec<Topic> {
    let plain = |code: &str| Topic { code: code.to_string(), ja: None, en: None };
    let mut topics: Vec<Topic> = TOPICS.iter().map(|c| plain(c)).collect();
    let mut seen: Vec<String> = Vec::new();
    for item in tables(reader, "topics", &["code", "ja", "en", "drop"]) {
        match topic(item) {
            Ok((topic, _)) if seen.contains(&topic.code) => {
                let complaint = Complaint::new("listed_twice").with("value", &topic.code);
                reader.fault("topics.code", item.span.clone(), complaint);
            }
            Ok((topic, dropped)) => {
                seen.push(topic.code.clone());
                place(&mut topics, topic, dropped);
            }
            Err(complaint) => reader.fault("topics", item.span.clone(), complaint),
        }
    }
    // A topic set is 32 bits, one of them the overall score.
    if topics.len() > 31 {
        let span = reader.written("topics").map_or(0..0, |n| n.span.clone());
        reader.fault("topics", span, Complaint::new("too_many_topics").with("high", 31));
    }
    if topics.is_empty() {
        let span = reader.written("topics").map_or(0..0, |n| n.span.clone());
        reader.fault("topics", span, Complaint::new("no_topic"));
    }
    let told = topics.iter().map(|t| told("code", &t.code, t.ja.as_deref(), t.en.as_deref()));
    reader.options.insert("topics".into(), told.collect());
    topics
}

/// A code with the names that the study gives it: for the pages, which see the options only.
fn told(key: &str, code: &str, ja: Option<&str>, en: Option<&str>) -> Value {
    let mut item = serde_json::Map::new();
    item.insert(key.to_string(), code.into());
    ja.map(|name| item.insert("ja".to_string(), name.into()));
    en.map(|name| item.insert("en".to_string(), name.into()));
    Value::Object(item)
}

fn place(topics: &mut Vec<Topic>, topic: Topic, dropped: bool) {
    let at = topics.iter().position(|t| t.code == topic.code);
    match (at, dropped) {
        (Some(at), true) => drop(topics.remove(at)),
        (Some(at), false) => topics[at] = topic,
        (None, true) => {}
        (None, false) => topics.push(topic),
    }
}

fn topic(item: &Node) -> Taken<(Topic, bool)> {
    let code = filled_text(required(item, "code")?)?;
    let plain = code.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let at = item.entry("code").map_or(item, |e| &e.node);
    if !plain {
        return Err(Complaint::new("bad_code").with("value", code).on(at));
    }
    if code == OVERALL {
        return Err(Complaint::new("overall_is_no_topic").on(at));
    }
    let dropped = item.entry("drop").map(|e| switch(&e.node)).transpose()?.unwrap_or(false);
    if dropped && !TOPICS.contains(&code.as_str()) {
        let near = nearest(&code, TOPICS).unwrap_or_default();
        let complaint = Complaint::new("unknown_value").with("value", &code).with("accepted", TOPICS.join(", "));
        return Err(complaint.with("nearest", near).on(at));
    }
    let names = names(item)?;
    Ok((Topic { code, ja: names.ja, en: names.en }, dropped))
}

/// The study's ladder and its words; the ladder of the domain and no words when the study has none.
pub(super) fn ladder(reader: &mut Reader<'_>) -> (Ladder, LadderWords) {
    let mut words = LadderWords::default();
    let mut stages: Vec<String> = Vec::new();
    let mut faulty = false;
    let ranged = tables(reader, "ladder.stages", &STAGE_KEYS).iter().any(|item| item.entry("levels").is_some());
    for item in tables(reader, "ladder.levels", &LEVEL_KEYS) {
        let stage = match (item.entry("stage"), ranged) {
            (Some(entry), true) => Err(Complaint::new("grouped_twice").on(&entry.node)),
            (None, true) => Ok(String::new()),
            _ => required(item, "stage").and_then(filled_text),
        };
        match stage.and_then(|s| Ok((s, names(item)?))) {
            Ok((stage, names)) => {
                if let Some(before) = split_stage(&stages, &stage) {
                    let complaint = Complaint::new("stage_split").with("stage", &stage).with("level", before);
                    reader.fault("ladder.levels.stage", item.span.clone(), complaint);
                    faulty = true;
                }
                stages.push(stage);
                words.levels.push(names);
            }
            Err(complaint) => {
                reader.fault("ladder.levels", item.span.clone(), complaint);
                faulty = true;
            }
        }
    }
    let levels = if stages.is_empty() { Ladder::default().levels() } else { stages.len() };
    if ranged && !faulty {
        stages = ranges(reader, levels);
        faulty |= stages.is_empty();
    }
    let ladder = if stages.is_empty() { Some(Ladder::default()) } else { Ladder::from_stages(&stages) };
    let ladder = ladder.unwrap_or_else(|| {
        if !faulty {
            let span = reader.written("ladder.levels").map_or(0..0, |n| n.span.clone());
            reader.fault("ladder.levels", span, Complaint::new("bad_ladder"));
        }
        Ladder::default()
    });
    if faulty {
        // Names of stages that are not known for sure would only be faults of the same fault.
        return (ladder, LadderWords::default());
    }
    stage_names(reader, &ladder, &mut words);
    let levels = (0..ladder.levels()).map(|l| {
        let names = words.levels.get(l);
        told("stage", ladder.stage_code(l), names.and_then(|n| n.ja.as_deref()), names.and_then(|n| n.en.as_deref()))
    });
    reader.options.insert("ladder.levels".into(), levels.collect());
    let stages = ladder.stages().iter().zip(&words.stages);
    let stages = stages.map(|(code, n)| told("code", code, n.ja.as_deref(), n.en.as_deref()));
    reader.options.insert("ladder.stages".into(), stages.collect());
    (ladder, words)
}

/// What a level may say of itself.
const LEVEL_KEYS: [&str; 5] = ["stage", "ja", "en", "item", "reverse"];
/// What a stage may say of itself.
const STAGE_KEYS: [&str; 4] = ["code", "ja", "en", "levels"];

/// The last level of a stage that comes again after another stage.
fn split_stage(stages: &[String], stage: &str) -> Option<usize> {
    let last = stages.iter().rposition(|s| s == stage)?;
    (last + 1 < stages.len() && !stage.is_empty()).then_some(last)
}

/// The stage of each level from `levels = [first, last]` of the stages: every level once.
fn ranges(reader: &mut Reader<'_>, levels: usize) -> Vec<String> {
    let mut of: Vec<Option<String>> = vec![None; levels];
    let mut faulty = false;
    for item in tables(reader, "ladder.stages", &[]) {
        let taken = required(item, "code").and_then(filled_text).and_then(|code| {
            let node = required(item, "levels")?;
            let ends = list(node, whole(0, levels as i64 - 1))?;
            match ends.as_slice() {
                [first, last] if first <= last => Ok((code, *first as usize..=*last as usize, node)),
                _ => Err(Complaint::new("bad_range").on(node)),
            }
        });
        match taken {
            Ok((code, range, node)) => {
                for level in range {
                    let Some(slot) = of.get_mut(level) else { continue };
                    if let Some(other) = slot.replace(code.clone()) {
                        let complaint = Complaint::new("stages_overlap").with("level", level);
                        let complaint = complaint.with("stage", &code).with("other", other).on(node);
                        reader.fault("ladder.stages.levels", item.span.clone(), complaint);
                        faulty = true;
                        break;
                    }
                }
            }
            Err(complaint) => {
                reader.fault("ladder.stages", item.span.clone(), complaint);
                faulty = true;
            }
        }
    }
    let lost: Vec<String> = of.iter().enumerate().filter(|(_, s)| s.is_none()).map(|(l, _)| l.to_string()).collect();
    if !lost.is_empty() && !faulty {
        let span = reader.written("ladder.stages").map_or(0..0, |n| n.span.clone());
        reader.fault("ladder.stages.levels", span, Complaint::new("stages_gap").with("levels", lost.join(", ")));
        faulty = true;
    }
    let of: Vec<String> = of.into_iter().flatten().collect();
    // A stage named for two ranges is split, like one that comes again in a list of levels.
    let split = (0..of.len()).find_map(|at| Some((at, split_stage(&of[..at], &of[at])?)));
    if let (Some((at, before)), false) = (split, faulty) {
        let span = reader.written("ladder.stages").map_or(0..0, |n| n.span.clone());
        let complaint = Complaint::new("stage_split").with("stage", &of[at]).with("level", before);
        reader.fault("ladder.stages.levels", span, complaint);
        faulty = true;
    }
    if faulty { Vec::new() } else { of }
}

fn stage_names(reader: &mut Reader<'_>, ladder: &Ladder, words: &mut LadderWords) {
    words.stages = vec![Names::default(); ladder.stages().len()];
    for item in tables(reader, "ladder.stages", &[]) {
        let taken = required(item, "code").and_then(|node| {
            let code = filled_text(node)?;
            let known = ladder.stages().join(", ");
            let near = nearest(&code, ladder.stages().iter().map(String::as_str)).unwrap_or_default().to_string();
            let complaint = || Complaint::new("unknown_value").with("value", &code).with("accepted", known);
            let at = ladder.stage_by_code(&code).ok_or_else(|| complaint().with("nearest", near).on(node))?;
            Ok((at, names(item)?))
        });
        match taken {
            Ok((at, names)) => words.stages[at] = names,
            Err(complaint) => reader.fault("ladder.stages", item.span.clone(), complaint),
        }
    }
}

fn names(item: &Node) -> Taken<Names> {
    let name = |key: &str| item.entry(key).map(|e| optional_text(&e.node)).transpose().map(Option::flatten);
    Ok(Names { ja: name("ja")?, en: name("en")? })
}

pub(super) fn required<'n>(item: &'n Node, field: &'static str) -> Taken<&'n Node> {
    item.entry(field).map(|e| &e.node).ok_or_else(|| Complaint::new("missing_field").with("field", field))
}

/// The tables of a list of tables, as written; unknown fields and items that are no tables are reported.
pub(super) fn tables<'a>(reader: &mut Reader<'a>, path: &str, known: &[&str]) -> Vec<&'a Node> {
    let Some(node) = reader.written(path) else { return Vec::new() };
    let Written::List(items) = &node.written else {
        reader.fault(path, node.span.clone(), Complaint::wrong_type("list_of_tables", node));
        return Vec::new();
    };
    let mut tables = Vec::new();
    for item in items {
        if matches!(item.written, Written::Table(_)) {
            // A list that is read a second time has its fields checked once.
            if !known.is_empty() {
                reader.unknown_fields(path, item, known);
            }
            tables.push(item);
        } else {
            reader.fault(path, item.span.clone(), Complaint::wrong_type("table", item));
        }
    }
    tables
}
