//! Where checks write down what they find: one issue per fault, file and column, with its first places and its count.

use crate::findings::{Issue, Level};
use crate::tables::Layout;

/// Issues under way.
#[derive(Debug, Default)]
pub struct Ledger {
    issues: Vec<Issue>,
    /// Code, file, column and number of each issue that may come again. They are few: a search is quicker than a hash.
    places: Vec<(&'static str, String, String, usize)>,
}

impl Ledger {
    /// One faulty row or cell: a further place of a known fault, or a new one.
    pub fn add(&mut self, code: &'static str, level: Level, layout: &Layout, column: &str, line: u64) -> &mut Issue {
        if let Some(at) = self.known(code, &layout.file, column) {
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
        self.places.push((code, layout.file.clone(), column.to_string(), self.issues.len()));
        self.issues.push(issue);
        let last = self.issues.len() - 1;
        &mut self.issues[last]
    }

    fn known(&self, code: &str, file: &str, column: &str) -> Option<usize> {
        let same = |place: &&(&str, String, String, usize)| place.0 == code && place.1 == file && place.2 == column;
        self.places.iter().find(same).map(|place| place.3)
    }

    /// Takes in what was written down of a later piece of the same file, which begins behind `before` lines.
    pub fn merge(&mut self, later: Ledger, before: u64) {
        let mut places: Vec<Option<(&'static str, String, String)>> = later.issues.iter().map(|_| None).collect();
        for (code, file, column, at) in later.places {
            places[at] = Some((code, file, column));
        }
        for (mut issue, place) in later.issues.into_iter().zip(places) {
            issue.line = issue.line.map(|line| line + before);
            issue.lines.iter_mut().for_each(|line| *line += before);
            let known = place.as_ref().and_then(|(code, file, column)| self.known(code, file, column));
            if let Some(at) = known {
                self.issues[at].and_later(&issue);
                continue;
            }
            if let Some((code, file, column)) = place {
                self.places.push((code, file, column, self.issues.len()));
            }
            self.issues.push(issue);
        }
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
