//! The spellings of `headers.toml`, folded once and looked up by table. Holds no rule about what to do with a match.

use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;

/// What may have become of a 1on1; of one that was called off, by whom, where the log says so.
pub const STATUSES: [&str; 5] = ["held", "scheduled", "cancelled", "cancelled_by_manager", "cancelled_by_employee"];

/// The sections of `headers.toml` as written.
#[derive(Debug, Default, Deserialize)]
struct Lists {
    headers: BTreeMap<String, Vec<String>>,
    ambiguous: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    stage_headers: BTreeMap<String, Vec<String>>,
    topics: BTreeMap<String, Vec<String>>,
    stages: BTreeMap<String, Vec<String>>,
    statuses: BTreeMap<String, Vec<String>>,
    missing: BTreeMap<String, Vec<String>>,
    totals: BTreeMap<String, Vec<String>>,
}

/// A set of short words with a filter on first byte, length and whether a digit ends it, so that ordinary cells are let
/// through without a search.
#[derive(Debug, Default)]
pub struct Tokens {
    words: HashSet<String>,
    first: Vec<[u64; 2]>,
}

/// Whether a digit ends a cell: ids mostly end so, words for nothing do not.
#[inline]
fn numbered(cell: &[u8]) -> usize {
    usize::from(cell.last().is_some_and(u8::is_ascii_digit))
}

impl Tokens {
    fn new<'a>(words: impl Iterator<Item = &'a String>) -> Self {
        let mut tokens = Self { first: vec![[0; 2]; 256], ..Self::default() };
        for word in words {
            let word = word.to_lowercase();
            if let (Some(first), true) = (word.as_bytes().first(), word.len() < 64) {
                for byte in [first.to_ascii_lowercase(), first.to_ascii_uppercase()] {
                    let ends = numbered(word.as_bytes());
                    if let Some(slot) = tokens.first.get_mut(byte as usize).and_then(|s| s.get_mut(ends)) {
                        *slot |= 1 << word.len();
                    }
                }
            }
            tokens.words.insert(word);
        }
        tokens
    }

    /// Whether a cell may be one of them, by its first byte and length.
    #[inline]
    pub fn may_hold(&self, cell: &[u8]) -> bool {
        let masks = cell.first().and_then(|first| self.first.get(*first as usize));
        let mask = masks.and_then(|m| m.get(numbered(cell))).copied().unwrap_or(0);
        cell.len() < 64 && mask & (1 << cell.len()) != 0
    }

    /// The word itself, if `text` (trimmed) is one of them in any case.
    pub fn find(&self, text: &str) -> Option<&str> {
        if !self.may_hold(text.as_bytes()) {
            return None;
        }
        self.words.get(&text.to_lowercase()).map(String::as_str)
    }
}

/// Every spelling, ready for use.
#[derive(Debug, Default)]
pub struct Words {
    headers: BTreeMap<String, Vec<String>>,
    folded: BTreeMap<String, Vec<String>>,
    ambiguous: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    stage_headers: HashSet<String>,
    topics: BTreeMap<String, Vec<String>>,
    stages: BTreeMap<String, Vec<String>>,
    statuses: BTreeMap<String, &'static str>,
    totals: HashSet<String>,
    /// Missing answers in the canonical tables.
    pub missing: Tokens,
    /// Missing answers in a plain table, where "None" is text.
    pub missing_plain: Tokens,
}

/// The comparison form of a header or a name: NFKC, lower case, no spaces, underscores, hyphens, dots, slashes, brackets.
pub fn fold(text: &str) -> String {
    let ignored = "_-‐‑–—−.・･/:：*※★☆'\"、,()[]{}<>「」『』【】〈〉《》〔〕";
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace() && !ignored.contains(*c)).collect()
}

/// The spellings, read once from the file compiled into the program.
pub fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    // A fault in the embedded file would leave no alias at all; `tests/ingest.rs` reads every section.
    WORDS.get_or_init(|| Words::new(toml::from_str::<Lists>(include_str!("headers.toml")).unwrap_or_default()))
}

impl Words {
    fn new(lists: Lists) -> Self {
        let mut folded: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (canonical, spellings) in &lists.headers {
            for spelling in spellings {
                let names = folded.entry(fold(spelling)).or_default();
                if !names.contains(canonical) {
                    names.push(canonical.clone());
                }
            }
        }
        let fold_keys = |m: BTreeMap<String, Vec<String>>| m.into_iter().map(|(k, v)| (fold(&k), v)).collect();
        let fold_all = |m: &BTreeMap<String, Vec<String>>| m.values().flatten().map(|s| fold(s)).collect();
        let mut statuses = BTreeMap::new();
        for status in STATUSES {
            statuses.insert(fold(status), status);
            for spelling in lists.statuses.get(status).into_iter().flatten() {
                statuses.insert(fold(spelling), status);
            }
        }
        let everywhere = lists.missing.get("everywhere").into_iter().flatten();
        Self {
            missing_plain: Tokens::new(everywhere.clone()),
            missing: Tokens::new(everywhere.chain(lists.missing.get("canonical").into_iter().flatten())),
            stage_headers: fold_all(&lists.stage_headers),
            totals: fold_all(&lists.totals),
            ambiguous: lists.ambiguous.into_iter().map(|(table, m)| (table, fold_keys(m))).collect(),
            headers: lists.headers,
            topics: lists.topics,
            stages: lists.stages,
            folded,
            statuses,
        }
    }

    /// The canonical columns, of any table, that a folded header may stand for in `table`.
    pub fn columns(&self, table: &str, folded: &str) -> &[String] {
        let ambiguous = self.ambiguous.get(table).and_then(|m| m.get(folded));
        ambiguous.or_else(|| self.folded.get(folded)).map_or(&[], Vec::as_slice)
    }

    /// The spellings of a canonical column, as listed.
    pub fn spellings(&self, column: &str) -> &[String] {
        self.headers.get(column).map_or(&[], Vec::as_slice)
    }

    /// Whether a folded header may hold stages as well as levels.
    pub fn is_stage_header(&self, folded: &str) -> bool {
        self.stage_headers.contains(folded)
    }

    /// The spellings of a topic code: Japanese name, English name, then others.
    pub fn topic(&self, code: &str) -> &[String] {
        self.topics.get(code).map_or(&[], Vec::as_slice)
    }

    /// The spellings of a stage code.
    pub fn stage(&self, code: &str) -> &[String] {
        self.stages.get(code).map_or(&[], Vec::as_slice)
    }

    /// One of `STATUSES` for a spelling of it.
    pub fn status(&self, text: &str) -> Option<&'static str> {
        self.statuses.get(&fold(text)).copied()
    }

    /// Whether a cell is a word for a total row.
    pub fn is_total(&self, text: &str) -> bool {
        text.len() <= 40 && self.totals.contains(&fold(text))
    }
}
