//! From the draft to the study: every fault at once, each with its place. Opens no data file.

use super::draft::{Node, Written};
use super::fault::Fault;
use super::reader::{
    Complaint, Reader, Taken, day, filled_text, known_word, list, number, optional_day, optional_text, switch, text,
    whole,
};
use super::words::{ladder, topics};
use super::{
    Adjust, Assignment, Clock, Comparison, Drivers, Languages, Leaving, Margin, Missing, Study, TieRule, Topic, Wave,
    Window, default_text, draft, files, practice,
};
use crate::domain::{Day, Month, OVERALL};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

const VCOV: [&str; 11] = ["", "iid", "HC0", "HC1", "HC2", "HC3", "CR0", "CR1", "CR2", "CR3", "wild"];

/// Checks the text of a study file; `folder` is where its relative paths begin. Every fault comes back, in file order.
pub fn check(text: &str, folder: &Path) -> Result<Study, Vec<Fault>> {
    let (draft, defaults) = (syntax(text)?, syntax(default_text())?);
    let mut reader = Reader::new(text, &draft, &defaults);
    let data = files::data(&mut reader, folder);
    let mut study = questions(&mut reader);
    study.data = data;
    finish(reader, study)
}

fn finish(mut reader: Reader<'_>, mut study: Study) -> Result<Study, Vec<Fault>> {
    study.columns = columns(&mut reader);
    unknown(&mut reader, &study.topics);
    if reader.has_faults() {
        return Err(reader.into_faults());
    }
    study.options = reader.options;
    if study.comparison.is_none() {
        study.options.retain(|key, _| !key.starts_with("comparison."));
    }
    Ok(study)
}

/// Checks everything but `[data]`.
pub fn questions_of(text: &str) -> Result<Study, Vec<Fault>> {
    let (draft, defaults) = (syntax(text)?, syntax(default_text())?);
    let mut reader = Reader::new(text, &draft, &defaults);
    let study = questions(&mut reader);
    finish(reader, study)
}

/// The study that a folder of files or a plain table gets: every default, no file.
pub fn defaults() -> Result<Study, Vec<Fault>> {
    let defaults = syntax(default_text())?;
    let mut reader = Reader::new(default_text(), &defaults, &defaults);
    let mut study = questions(&mut reader);
    study.comparison = None;
    study.options = std::mem::take(&mut reader.options);
    study.options.retain(|key, _| !key.starts_with("comparison."));
    if reader.has_faults() { Err(reader.into_faults()) } else { Ok(study) }
}

fn syntax(text: &str) -> Result<Node, Vec<Fault>> {
    let places = super::span::Places::new(text);
    draft::read(text).map_err(|faults| {
        let place = |f: draft::SyntaxFault| {
            let (line, column) = places.of(f.offset);
            let args = vec![("message", f.message)];
            Fault { code: "toml_syntax", line, column, key: String::new(), args }
        };
        faults.into_iter().map(place).collect()
    })
}

fn questions(reader: &mut Reader<'_>) -> Study {
    let topics = topics(reader);
    let (ladder, ladder_words) = ladder(reader);
    let items = super::items::items(reader, &ladder);
    Study {
        title: reader.read("study.title", text),
        languages: reader.one_of(
            "study.language",
            &[("ja", Languages::Ja), ("en", Languages::En), ("both", Languages::Both)],
            Languages::Ja,
        ),
        seed: reader.read("study.seed", whole(0, i64::MAX)).unsigned_abs(),
        data: Default::default(),
        columns: BTreeMap::new(),
        waves: waves(reader),
        satisfaction: reader.read("scales.satisfaction", |n| scale(n)?.ok_or_else(|| Complaint::new("empty_value"))),
        engagement: reader.read("scales.engagement", scale),
        drivers: drivers(reader, &topics),
        comparison: comparison(reader),
        clock: reader.one_of(
            "attrition.clock",
            &[("since_start", Clock::SinceStart), ("tenure", Clock::Tenure)],
            Clock::SinceStart,
        ),
        leaving: leaving(reader),
        stages_by: reader.read("stages.by", |n| distinct(n, filled_text)),
        practice: practice::practice(reader, &topics),
        quasi: reader.read("privacy.roles.quasi", |n| distinct(n, filled_text)),
        sensitive: reader.read("privacy.roles.sensitive", |n| distinct(n, filled_text)),
        crowd: reader.read("privacy.crowd", whole(1, 1_000_000)).unsigned_abs(),
        formats: reader.read("report.formats", formats),
        topics,
        ladder,
        ladder_words,
        items,
        options: BTreeMap::new(),
    }
}

fn drivers(reader: &mut Reader<'_>, topics: &[Topic]) -> Drivers {
    let codes: Vec<String> = topics.iter().map(|t| t.code.clone()).collect();
    let drivers = Drivers {
        outcome: reader.read("drivers.outcome", filled_text),
        topics: reader.read("drivers.topics", |n| chosen_topics(n, &codes)),
        window: match reader.read("drivers.window_days", window) {
            Some(days) => Window::Days(days),
            None => Window::All,
        },
        wave: match reader.read("drivers.wave", wave).as_str() {
            "last" => Wave::Last,
            "all" => Wave::All,
            label => Wave::Label(label.to_string()),
        },
        cluster: reader.read("drivers.cluster", optional_text),
        vcov: Some(reader.read("drivers.vcov", |n| known_word(n, &VCOV).map(String::from))).filter(|v| !v.is_empty()),
        adjust: reader.one_of(
            "drivers.adjust",
            &[("holm", Adjust::Holm), ("bh", Adjust::Bh), ("none", Adjust::None)],
            Adjust::Holm,
        ),
        bands: reader.read("drivers.bands", bands),
        missing: reader.one_of(
            "drivers.missing",
            &[("complete", Missing::Complete), ("mi", Missing::Imputed), ("ipw", Missing::Weighted)],
            Missing::Complete,
        ),
        resample: reader.read("drivers.resample", switch),
    };
    reader.options.insert("drivers.topics".into(), Value::from(drivers.topics.clone()));
    if let Some(vcov) = &drivers.vcov {
        reader.options.insert("drivers.vcov".into(), Value::from(vcov.clone()));
    }
    let clustered = drivers.vcov.as_deref().is_some_and(|v| v.starts_with("CR") || v == "wild");
    if let (true, None, Some(node)) = (clustered, &drivers.cluster, reader.written("drivers.vcov")) {
        let value = drivers.vcov.clone().unwrap_or_default();
        let complaint = Complaint::new("vcov_needs_cluster").with("value", value);
        reader.fault("drivers.vcov", node.span.clone(), complaint);
    }
    drivers
}

fn leaving(reader: &mut Reader<'_>) -> Leaving {
    Leaving {
        reason: reader.read("attrition.reason", optional_text),
        covariates: reader.read("attrition.covariates", |n| distinct(n, filled_text)),
        ties: reader.one_of(
            "attrition.ties",
            &[("efron", TieRule::Efron), ("breslow", TieRule::Breslow)],
            TieRule::Efron,
        ),
        effect: reader.read("attrition.effect", |n| {
            let effect = number(n)?;
            if effect > 0.0 && effect < 1.0 { Ok(effect) } else { Err(Complaint::new("effect_outside")) }
        }),
    }
}

fn comparison(reader: &mut Reader<'_>) -> Option<Comparison> {
    let asked = matches!(reader.written("comparison")?.written, Written::Table(_));
    let comparison = Comparison {
        design: reader.one_of(
            "comparison.design",
            &[("observational", Assignment::Observational), ("randomised", Assignment::Randomised)],
            Assignment::Observational,
        ),
        unit: reader.read("comparison.unit", optional_text),
        treatment: reader.read("comparison.treatment", filled_text),
        control: reader.read("comparison.control", filled_text),
        outcome: reader.read("comparison.outcome", |n| known_word(n, &["sales"]).map(String::from)),
        start: reader.read("comparison.start", optional_day),
        end: reader.read("comparison.end", optional_day),
        share: reader.read("comparison.share", |n| {
            let share = number(n)?;
            let inside = share > 0.0 && share < 1.0;
            inside.then_some(share).ok_or_else(|| Complaint::new("share_outside"))
        }),
        strata: reader.read("comparison.strata", optional_text),
        groups: reader.read("comparison.groups", |n| distinct(n, filled_text)),
        adjust: reader.read("comparison.adjust", |n| distinct(n, filled_text)),
        margin: reader.read("comparison.margin", margin),
        index_base: reader.read("comparison.index_base", optional_month),
    };
    if comparison.treatment == comparison.control {
        let node = reader.written("comparison.control").or_else(|| reader.written("comparison.treatment"));
        let span = node.map_or(0..0, |n| n.span.clone());
        reader.fault("comparison.control", span, Complaint::new("same_arms").with("value", &comparison.control));
    }
    if let (Some(start), Some(end)) = (comparison.start, comparison.end)
        && end < start
    {
        let span = reader.written("comparison.end").map_or(0..0, |n| n.span.clone());
        let complaint = Complaint::new("end_before_start").with("start", start).with("end", end);
        reader.fault("comparison.end", span, complaint);
    }
    asked.then_some(comparison)
}

/// `"5%"` or a number; `None` when empty.
fn margin(node: &Node) -> Taken<Option<Margin>> {
    let told = match &node.written {
        Written::Text(text) if text.trim().is_empty() => return Ok(None),
        Written::Text(text) => text.clone(),
        _ => number(node)?.to_string(),
    };
    Margin::parse(&told).map(Some).ok_or_else(|| Complaint::new("bad_margin").with("value", &told).on(node))
}

/// A month as `"2023-12"`; `None` when empty.
fn optional_month(node: &Node) -> Taken<Option<Month>> {
    let Some(text) = optional_text(node)? else { return Ok(None) };
    let month = Month::parse_iso(text.trim()).or_else(|| Day::parse_iso(text.trim()).map(Day::month));
    month.map(Some).ok_or_else(|| Complaint::new("bad_month").with("value", &text).on(node))
}

fn waves(reader: &mut Reader<'_>) -> BTreeMap<String, Day> {
    let mut waves = BTreeMap::new();
    for entry in reader.written("survey.waves").map(Node::entries).unwrap_or_default() {
        let path = format!("survey.waves.{}", entry.key);
        match day(&entry.node) {
            Ok(day) => {
                reader.options.insert(path, Value::from(day.to_string()));
                waves.insert(entry.key.clone(), day);
            }
            Err(complaint) => reader.fault(&path, entry.node.span.clone(), complaint),
        }
    }
    waves
}

/// Headers by table and canonical column. The columns themselves are checked as keys, in `unknown`.
fn columns(reader: &mut Reader<'_>) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut columns: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for table in reader.written("data.columns").map(Node::entries).unwrap_or_default() {
        for entry in table.node.entries() {
            let path = format!("data.columns.{}.{}", table.key, entry.key);
            match optional_text(&entry.node) {
                Ok(Some(header)) => {
                    reader.options.insert(path, Value::from(header.clone()));
                    columns.entry(table.key.clone()).or_default().insert(entry.key.clone(), header);
                }
                Ok(None) => {}
                Err(complaint) => reader.fault(&path, entry.node.span.clone(), complaint),
            }
        }
    }
    columns
}

fn unknown(reader: &mut Reader<'_>, topics: &[Topic]) {
    reader.unknown_keys(&|table, key| match table {
        "survey.waves" => true,
        "data.columns.sessions" => key == OVERALL || topics.iter().any(|t| t.code == key),
        _ => false,
    });
}

fn scale(node: &Node) -> Taken<Option<(f64, f64)>> {
    match list(node, number)?.as_slice() {
        [] => Ok(None),
        [low, high] if low < high => Ok(Some((*low, *high))),
        _ => Err(Complaint::new("bad_scale")),
    }
}

fn chosen_topics(node: &Node, codes: &[String]) -> Taken<Vec<String>> {
    if let Written::Text(word) = &node.written
        && word.eq_ignore_ascii_case("all")
    {
        return Ok(codes.to_vec());
    }
    let chosen = distinct(node, |item| {
        let code = filled_text(item)?;
        if code == OVERALL {
            return Err(Complaint::new("overall_is_no_topic"));
        }
        if codes.contains(&code) {
            return Ok(code);
        }
        let near = super::nearest::nearest(&code, codes.iter().map(String::as_str)).unwrap_or_default();
        let complaint = Complaint::new("unknown_value").with("value", &code).with("accepted", codes.join(", "));
        Err(complaint.with("nearest", near))
    })?;
    if chosen.is_empty() { Err(Complaint::new("empty_value")) } else { Ok(chosen) }
}

/// `None` = every session.
fn window(node: &Node) -> Taken<Option<u32>> {
    match &node.written {
        Written::Text(_) => known_word(node, &["all"]).map(|_| None),
        _ => whole(1, 36_525)(node).map(|days| u32::try_from(days).ok()),
    }
}

fn wave(node: &Node) -> Taken<String> {
    match &node.written {
        Written::Integer(label) => Ok(label.to_string()),
        Written::Date(_) => day(node).map(|d| d.to_string()),
        _ => filled_text(node),
    }
}

fn bands(node: &Node) -> Taken<[f64; 5]> {
    let bands = <[f64; 5]>::try_from(list(node, number)?).map_err(|_| Complaint::new("bad_bands"))?;
    let rising = bands[0] > 0.0 && bands.windows(2).all(|w| w[0] < w[1]);
    rising.then_some(bands).ok_or_else(|| Complaint::new("bad_bands"))
}

fn formats(node: &Node) -> Taken<Vec<String>> {
    distinct(node, |item| match known_word(item, &["html", "md", "pdf", "xlsx"])? {
        word @ ("pdf" | "xlsx") => Err(not_yet(word, "html, md")),
        word => Ok(word.to_string()),
    })
}

fn not_yet(value: &str, instead: &str) -> Complaint {
    Complaint::new("not_in_this_version").with("value", value).with("instead", instead)
}

/// A list without the same item twice.
pub(super) fn distinct(node: &Node, take: impl Fn(&Node) -> Taken<String>) -> Taken<Vec<String>> {
    let items = list(node, take)?;
    // Every item is right by now; a second mention is the only fault left.
    let again = (1..items.len()).find(|i| items[..*i].contains(&items[*i]));
    match again {
        None => Ok(items),
        Some(at) => {
            let complaint = Complaint::new("listed_twice").with("value", &items[at]);
            Err(match &node.written {
                Written::List(nodes) => nodes.get(at).map_or(Complaint::new("listed_twice"), |n| complaint.on(n)),
                _ => complaint,
            })
        }
    }
}
