//! The gate's answer as a table, JSON, Markdown or GitHub annotations. Prints places, kinds and counts, never a value,
//! and nothing a file name or column could forge.

use super::brief::{self, faults};
use super::terminal::{self, Style};
use super::{json, md, safe};
use crate::error::{Error, Result};
use crate::findings::{Gate, Issue, Level, Verdict};
use crate::text::{Language, say};

/// The formats of `validate`, by name.
pub const FORMATS: [&str; 4] = ["table", "json", "md", "github"];

/// The gate's answer in one of [`FORMATS`]; another name is an error `gate_format` (could not run).
pub fn render(gate: &Gate, format: &str, language: Language, style: Style) -> Result<String> {
    match format {
        "table" => Ok(terminal::draw(&brief::gate::compose(gate, language), style)),
        "json" => json::pretty(gate),
        "md" => Ok(md::draw(&brief::gate::compose(gate, language))),
        "github" => Ok(annotations(gate, language)),
        other => Err(Error::run("gate_format").with("format", safe::plain(other)).with("known", FORMATS.join(", "))),
    }
}

/// One workflow command per fault, errors first, then one line with the verdict.
fn annotations(gate: &Gate, language: Language) -> String {
    let mut issues: Vec<&Issue> = gate.issues.iter().collect();
    issues.sort_by_key(|i| std::cmp::Reverse(i.level));
    let mut out: String = issues.iter().map(|issue| annotation(issue, language)).collect();
    let key = match gate.verdict {
        Verdict::Pass => "table.gate_pass",
        Verdict::Fail => "table.gate_fail",
    };
    let profile = say(language, &format!("table.profile_{}", gate.profile), &[]);
    out.push_str(&safe::annotation(&say(language, key, &[("profile", profile)])));
    out.push('\n');
    out
}

fn annotation(issue: &Issue, language: Language) -> String {
    let command = match issue.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(file) = &issue.file {
        properties.push(format!("file={}", safe::annotation_property(file)));
    }
    if let Some(line) = issue.line {
        properties.push(format!("line={line}"));
    }
    properties.push(format!("title={}", safe::annotation_property(&issue.code)));
    let remark = faults::remark(issue, language);
    let message = [remark.place, remark.text, remark.remedy].join(" ");
    format!("::{command} {}::{}\n", properties.join(","), safe::annotation(message.trim()))
}
