//! Where checks write down what they find: one issue per fault, file and column, with its first places and its count.

use crate::findings::{Issue, Level};
use crate::tables::Layout;
use hashbrown::HashMap;

/// Issues under way.
#[derive(Debug, Default)]
pub struct Ledger {
    issues: Vec<Issue>,
    places: HashMap<(&'static str, String, String), usize>,
}

impl Ledger {
    /// One faulty row or cell: a further place of a known fault, or a new one.
    pub fn add(&mut self, code: &'static str, level: Level, layout: &Layout, column: &str, line: u64) -> &mut Issue {
        let place = (code, layout.file.clone(), column.to_string());
        if let Some(&at) = self.places.get(&place) {
            self.issues[at].again(line);
            return &mut self.issues[at];
        }
        let known = layout.columns.iter().find(|c| c.name == column);
        let header = known.map_or(column, |c| c.header.as_str());
        let issue = Issue::new(code, level)
            .file(&layout.file)
            .table(layout.table.name())
            .at(line)
            .column(header, known.map(|c| c.index));
        self.places.insert(place, self.issues.len());
        self.issues.push(issue);
        let last = self.issues.len() - 1;
        &mut self.issues[last]
    }

    /// A fault of a whole table.
    pub fn file_note(&mut self, code: &'static str, table: &str, level: Level) -> &mut Issue {
        self.issues.push(Issue::new(code, level).table(table));
        let last = self.issues.len() - 1;
        &mut self.issues[last]
    }

    /// Strikes a fault out when it occurs more often than `limit`: then it is how the data are, not a slip.
    pub fn drop_code(&mut self, code: &str, limit: u64) {
        self.issues.retain(|issue| issue.code != code || issue.count <= limit);
    }

    /// What was written down.
    pub fn into_issues(self) -> Vec<Issue> {
        self.issues
    }
}
