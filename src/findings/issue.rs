//! A fault in the data: what, where, how often, what to do. Places and counts, never values.

use serde::{Deserialize, Serialize};

/// How grave a fault is. `error` makes `validate` exit 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Read with care.
    Warning,
    /// The value or the file cannot be used, or identifies people.
    Error,
}

/// How sure a finding by content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Worth a look; ordinary codes look like it too.
    Low,
    /// Likely.
    Medium,
    /// Ordinary data hardly ever look like it.
    High,
}

/// One fault, with its first places. `code` is known to `text` under `issue.<code>` and to `explain`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    /// Stable code.
    pub code: String,
    /// How grave.
    pub level: Level,
    /// The file's name, without its folder.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// The canonical table, if the file is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub table: Option<String>,
    /// Physical line of the first occurrence (the header is line 1).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u64>,
    /// Further physical lines, at most 20 in all.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lines: Vec<u64>,
    /// The column's name: canonical where known, else as in the file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
    /// 1-based position of the column in the file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column_index: Option<usize>,
    /// How many cells, rows or people.
    pub count: u64,
    /// The limit that was crossed, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub threshold: Option<f64>,
    /// What was seen against that limit (a count or share, never a value of a cell).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub observed: Option<f64>,
    /// Item of article 34 of the Enforcement Rules, for the anonymity checks.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub appi_item: Option<u8>,
    /// How sure, for findings by content.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub confidence: Option<Confidence>,
    /// A named fact of the sentence: an encoding, an accepted form, a candidate header; never a cell.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// A mark of its kind and place, by which a later run of the gate knows it again; only the gate gives one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fingerprint: Option<String>,
    /// Whether the fault stops the work (structure) or only blanks a cell.
    #[serde(skip, default)]
    pub structural: bool,
}

/// At most this many lines are listed for one issue.
pub const MAX_LINES: usize = 20;

impl Issue {
    /// A fault with a count of 1 and no place yet.
    pub fn new(code: &str, level: Level) -> Self {
        Self {
            code: code.to_string(),
            level,
            file: None,
            table: None,
            line: None,
            lines: Vec::new(),
            column: None,
            column_index: None,
            count: 1,
            threshold: None,
            observed: None,
            appi_item: None,
            confidence: None,
            detail: None,
            fingerprint: None,
            structural: false,
        }
    }

    /// Names the file.
    #[must_use]
    pub fn file(mut self, file: &str) -> Self {
        self.file = Some(file.to_string());
        self
    }

    /// Names the table.
    #[must_use]
    pub fn table(mut self, table: &str) -> Self {
        self.table = Some(table.to_string());
        self
    }

    /// Names the physical line.
    #[must_use]
    pub fn at(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Names the column and, if known, its 1-based position.
    #[must_use]
    pub fn column(mut self, name: &str, index: Option<usize>) -> Self {
        self.column = Some(name.to_string());
        self.column_index = index;
        self
    }

    /// Sets the count.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = count;
        self
    }

    /// Sets the limit and what was seen.
    #[must_use]
    pub fn limit(mut self, threshold: f64, observed: f64) -> Self {
        self.threshold = Some(threshold);
        self.observed = Some(observed);
        self
    }

    /// Says how sure the finding is.
    #[must_use]
    pub fn sure(mut self, confidence: Confidence) -> Self {
        self.confidence = Some(confidence);
        self
    }

    /// Names the item of article 34.
    #[must_use]
    pub fn item(mut self, item: u8) -> Self {
        self.appi_item = Some(item);
        self
    }

    /// Adds the named fact of the sentence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Marks a fault that stops the work.
    #[must_use]
    pub fn structural(mut self) -> Self {
        self.structural = true;
        self
    }

    /// Counts one more occurrence of the same fault at `line`.
    pub fn again(&mut self, line: u64) {
        self.count += 1;
        if self.lines.is_empty() {
            self.lines.extend(self.line);
        }
        if self.lines.len() < MAX_LINES {
            self.lines.push(line);
        }
    }

    /// Counts the occurrences of the same fault in later lines.
    pub fn and_later(&mut self, later: &Issue) {
        self.count += later.count;
        self.structural |= later.structural;
        if self.lines.is_empty() {
            self.lines.extend(self.line);
        }
        let lines = if later.lines.is_empty() { later.line.as_slice() } else { &later.lines };
        self.lines.extend(lines.iter().take(MAX_LINES - self.lines.len().min(MAX_LINES)));
    }
}
