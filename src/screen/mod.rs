//! May these data be used? Quality decides `Screened`; privacy runs in `validate`. No regression here.

pub mod privacy;
pub mod quality;

use crate::findings::{Input, Issue, Level};
use crate::panel::Panel;
use crate::tables::Plain;

pub use quality::{Fold, Gatekeeper, KeyMode, Look, Looked};

/// Data that passed the screen. Nothing outside this room can make one.
#[derive(Debug)]
pub struct Screened {
    data: Data,
    issues: Vec<Issue>,
    inputs: Vec<Input>,
}

#[derive(Debug)]
enum Data {
    Study(Box<Panel>),
    Plain(Box<Plain>),
}

impl Screened {
    /// The states of a study's tables; `None` for a plain table.
    pub fn panel(&self) -> Option<&Panel> {
        match &self.data {
            Data::Study(panel) => Some(panel),
            Data::Plain(_) => None,
        }
    }

    /// The plain table; `None` for a study.
    pub fn plain(&self) -> Option<&Plain> {
        match &self.data {
            Data::Plain(plain) => Some(plain),
            Data::Study(_) => None,
        }
    }

    /// Faults that did not stop the work.
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// The files behind the data.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }
}

/// Lets data in unless a structural fault stands in the way; then all faults come back.
fn admit(data: Data, mut issues: Vec<Issue>, inputs: Vec<Input>) -> Result<Screened, Vec<Issue>> {
    issues.sort_by(|a, b| {
        b.level.cmp(&a.level).then_with(|| (&a.file, a.line, &a.code).cmp(&(&b.file, b.line, &b.code)))
    });
    if issues.iter().any(|i| i.structural) { Err(issues) } else { Ok(Screened { data, issues, inputs }) }
}

/// Lets a plain table in: the checks that need no schema have run where its cells were read; here, columns that would be
/// numeric but for a few cells are told.
pub fn admit_plain(plain: Plain, mut issues: Vec<Issue>, inputs: Vec<Input>) -> Result<Screened, Vec<Issue>> {
    for (at, name) in plain.names().iter().enumerate() {
        if let Some(odd) = plain.odd_cells(name) {
            let issue = Issue::new("text_among_numbers", Level::Error).file(&plain.file).at(odd.line);
            issues.push(issue.column(name, Some(at + 1)).count(odd.count));
        }
    }
    admit(Data::Plain(Box::new(plain)), issues, inputs)
}
