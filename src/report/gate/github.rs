//! GitHub workflow commands: one annotation per issue, then the verdict. Nothing in them can end a line early or begin a
//! command of its own.

use super::Told;
use crate::error::Result;
use crate::findings::{Issue, Level};
use crate::report::safe;

/// One workflow command per issue, errors first, then one line for each accepted finding and one with the verdict.
pub(super) fn render(told: &Told<'_>) -> Result<String> {
    let mut out: String = told.worst_first().into_iter().map(|issue| annotation(told, issue)).collect();
    for accepted in &told.gate.accepted {
        let text = format!("{} {}", told.placed(&accepted.issue), told.justification(accepted));
        out.push_str(&format!(
            "::notice title={}::{}\n",
            safe::annotation_property(&accepted.issue.code),
            safe::annotation(&text)
        ));
    }
    out.push_str(&safe::annotation(&told.verdict()));
    out.push('\n');
    Ok(out)
}

fn annotation(told: &Told<'_>, issue: &Issue) -> String {
    let command = match issue.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut properties = Vec::new();
    if issue.file.is_some() {
        properties.push(format!("file={}", safe::annotation_property(&told.path(issue))));
    }
    if let Some(line) = issue.line {
        properties.push(format!("line={line}"));
    }
    properties.push(format!("title={}", safe::annotation_property(&issue.code)));
    format!("::{command} {}::{}\n", properties.join(","), safe::annotation(&told.placed(issue)))
}
