//! Reads one key after the other from the draft, with the defaults beneath, and collects every fault with its place.
//! Knows the shapes of values, not what the study means by them.

use super::draft::{Entry, Node, Written};
use super::fault::Fault;
use super::nearest::nearest;
use super::span::{Places, Span};
use crate::domain::Day;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is wrong with a value; the place is the value's unless `span` says otherwise.
pub(super) struct Complaint {
    code: &'static str,
    args: Vec<(&'static str, String)>,
    span: Option<Span>,
    more: Vec<Complaint>,
}

impl Complaint {
    pub(super) fn new(code: &'static str) -> Self {
        Self { code, args: Vec::new(), span: None, more: Vec::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Puts the fault on a part of the value.
    pub(super) fn on(mut self, node: &Node) -> Self {
        self.span.get_or_insert(node.span.clone());
        self
    }

    pub(super) fn wrong_type(expected: &'static str, node: &Node) -> Self {
        Self::new("wrong_type").with("expected", expected).with("found", node.kind()).on(node)
    }
}

/// A taker turns a value as written into what the study needs.
pub(super) type Taken<T> = Result<T, Complaint>;

/// The draft, the defaults, and what was found so far.
pub(super) struct Reader<'a> {
    draft: &'a Node,
    defaults: &'a Node,
    places: Places<'a>,
    faults: Vec<(usize, Fault)>,
    /// `section.key` -> value in force.
    pub(super) options: BTreeMap<String, Value>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, draft: &'a Node, defaults: &'a Node) -> Self {
        Self { draft, defaults, places: Places::new(text), faults: Vec::new(), options: BTreeMap::new() }
    }

    /// The faults in the order of the file.
    pub(super) fn into_faults(mut self) -> Vec<Fault> {
        self.faults.sort_by_key(|(offset, _)| *offset);
        self.faults.into_iter().map(|(_, fault)| fault).collect()
    }

    pub(super) fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// The value as the study writes it, if it does.
    pub(super) fn written(&self, path: &str) -> Option<&'a Node> {
        self.draft.at(path)
    }

    /// Adds a fault at a place.
    pub(super) fn fault(&mut self, path: &str, span: Span, complaint: Complaint) {
        for further in complaint.more {
            self.fault(path, span.clone(), further);
        }
        let start = complaint.span.unwrap_or(span).start;
        let (line, column) = self.places.of(start);
        let fault = Fault { code: complaint.code, line, column, key: path.to_string(), args: complaint.args };
        self.faults.push((start, fault));
    }

    /// Reads a key: the study's value if it is written and right, else the default. The value in force is kept for the
    /// provenance.
    pub(super) fn read<T: Default>(&mut self, path: &str, take: impl Fn(&Node) -> Taken<T>) -> T {
        if let Some(node) = self.draft.at(path) {
            match take(node) {
                Ok(value) => {
                    self.keep(path, node.json());
                    return value;
                }
                Err(complaint) => self.fault(path, node.span.clone(), complaint),
            }
        }
        let Some(node) = self.defaults.at(path) else { return T::default() };
        self.keep(path, node.json());
        take(node).unwrap_or_default()
    }

    fn keep(&mut self, path: &str, value: Value) {
        let inferred = path == "scales.engagement" && value.as_array().is_some_and(Vec::is_empty);
        let unset = inferred || value.as_str() == Some("");
        self.options.insert(path.to_string(), if unset { Value::Null } else { value });
    }

    /// Reads a text that must be one of the known words (case ignored) and stands for a value.
    pub(super) fn one_of<T: Copy>(&mut self, path: &str, words: &[(&'static str, T)], first: T) -> T {
        let names: Vec<&'static str> = words.iter().map(|(name, _)| *name).collect();
        let word = self.read(path, |node| known_word(node, &names));
        if self.options.get(path).is_some_and(Value::is_string) {
            self.options.insert(path.to_string(), Value::from(word));
        }
        words.iter().find(|(name, _)| *name == word).map_or(first, |(_, value)| *value)
    }

    /// Reports every key of the draft that the defaults do not have.
    pub(super) fn unknown_keys(&mut self, open: &dyn Fn(&str, &str) -> bool) {
        let (draft, defaults) = (self.draft, self.defaults);
        self.unknown_in("", draft.entries(), defaults, open);
    }

    fn unknown_in(&mut self, prefix: &str, entries: &[Entry], known: &Node, open: &dyn Fn(&str, &str) -> bool) {
        for entry in entries {
            let path = if prefix.is_empty() { entry.key.clone() } else { format!("{prefix}.{}", entry.key) };
            match known.entry(&entry.key).map(|e| &e.node) {
                Some(node @ Node { written: Written::Table(_), .. }) => match entry.node.written {
                    Written::Table(_) => self.unknown_in(&path, entry.node.entries(), node, open),
                    _ => self.fault(&path, entry.span.clone(), Complaint::wrong_type("table", &entry.node)),
                },
                Some(_) => {}
                None if open(prefix, &entry.key) => {}
                None => self.unknown_key(&path, entry, known),
            }
        }
    }

    fn unknown_key(&mut self, path: &str, entry: &Entry, known: &Node) {
        let siblings = known.entries().iter().map(|e| e.key.as_str());
        let mut all = Vec::new();
        paths(self.defaults, "", &mut all);
        let elsewhere = || all.iter().find(|p| p.rsplit('.').next() == Some(&entry.key)).cloned();
        let near = nearest(&entry.key, siblings).map(String::from).or_else(elsewhere);
        self.fault(path, entry.span.clone(), Complaint::new("unknown_key").with("nearest", near.unwrap_or_default()));
    }

    /// Reports the keys of a table in a list that are not among the known ones.
    pub(super) fn unknown_fields(&mut self, path: &str, node: &Node, known: &[&str]) {
        for entry in node.entries().iter().filter(|e| !known.contains(&e.key.as_str())) {
            let near = nearest(&entry.key, known.iter().copied()).unwrap_or_default();
            let path = format!("{path}.{}", entry.key);
            self.fault(&path, entry.span.clone(), Complaint::new("unknown_key").with("nearest", near));
        }
    }
}

fn paths(node: &Node, prefix: &str, out: &mut Vec<String>) {
    for entry in node.entries() {
        let path = if prefix.is_empty() { entry.key.clone() } else { format!("{prefix}.{}", entry.key) };
        paths(&entry.node, &path, out);
        out.push(path);
    }
}

/// A text, trimmed; empty stays empty.
pub(super) fn text(node: &Node) -> Taken<String> {
    match &node.written {
        Written::Text(text) => Ok(text.trim().to_string()),
        _ => Err(Complaint::wrong_type("text", node)),
    }
}

/// A text, or `None` when it is empty.
pub(super) fn optional_text(node: &Node) -> Taken<Option<String>> {
    text(node).map(|t| (!t.is_empty()).then_some(t))
}

/// A text that may not be empty.
pub(super) fn filled_text(node: &Node) -> Taken<String> {
    let text = text(node)?;
    if text.is_empty() { Err(Complaint::new("empty_value").on(node)) } else { Ok(text) }
}

/// A day as `"2024-04-01"` or as a TOML date.
pub(super) fn day(node: &Node) -> Taken<Day> {
    match &node.written {
        Written::Text(text) | Written::Date(text) => {
            Day::parse_iso(text.trim()).ok_or_else(|| Complaint::new("bad_date").with("value", text).on(node))
        }
        _ => Err(Complaint::wrong_type("date", node)),
    }
}

/// A day, or `None` when the text is empty.
pub(super) fn optional_day(node: &Node) -> Taken<Option<Day>> {
    match &node.written {
        Written::Text(text) if text.trim().is_empty() => Ok(None),
        _ => day(node).map(Some),
    }
}

/// A finite number.
pub(super) fn number(node: &Node) -> Taken<f64> {
    match node.written {
        Written::Integer(number) => Ok(number as f64),
        Written::Decimal(number) if number.is_finite() => Ok(number),
        _ => Err(Complaint::wrong_type("number", node)),
    }
}

/// A whole number between two limits, both allowed.
pub(super) fn whole(low: i64, high: i64) -> impl Fn(&Node) -> Taken<i64> {
    move |node| match node.written {
        Written::Integer(number) if (low..=high).contains(&number) => Ok(number),
        Written::Integer(_) => Err(Complaint::new("out_of_range").with("low", low).with("high", high).on(node)),
        _ => Err(Complaint::wrong_type("whole_number", node)),
    }
}

/// true or false.
pub(super) fn switch(node: &Node) -> Taken<bool> {
    match node.written {
        Written::Switch(on) => Ok(on),
        _ => Err(Complaint::wrong_type("switch", node)),
    }
}

/// A list, each item taken alike; every item that is wrong is told.
pub(super) fn list<T>(node: &Node, take: impl Fn(&Node) -> Taken<T>) -> Taken<Vec<T>> {
    let Written::List(items) = &node.written else { return Err(Complaint::wrong_type("list", node)) };
    let (mut taken, mut wrong) = (Vec::new(), Vec::new());
    for item in items {
        match take(item) {
            Ok(value) => taken.push(value),
            Err(complaint) => wrong.push(complaint.on(item)),
        }
    }
    match wrong.pop() {
        None => Ok(taken),
        Some(last) => Err(Complaint { more: wrong, ..last }),
    }
}

/// One of the known words, case ignored; an empty text is allowed only when it is among them.
pub(super) fn known_word(node: &Node, words: &[&'static str]) -> Taken<&'static str> {
    let text = text(node)?;
    words.iter().find(|w| w.eq_ignore_ascii_case(&text)).copied().ok_or_else(|| {
        let shown: Vec<&str> = words.iter().copied().filter(|w| !w.is_empty()).collect();
        let near = nearest(&text, shown.iter().copied()).unwrap_or_default();
        let complaint = Complaint::new("unknown_value").with("value", &text).with("accepted", shown.join(", "));
        complaint.with("nearest", near).on(node)
    })
}
