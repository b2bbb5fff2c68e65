//! JUnit XML, which every CI system shows as tests: a check that found nothing passed, an issue that fails the gate is a
//! failure, a check that was not made was skipped. Other issues are told in the suite's output.

use super::{Group, Told};
use crate::error::Result;
use crate::report::safe;

/// One suite.
pub(super) fn render(told: &Told<'_>) -> Result<String> {
    let groups = Group::all(told.worst_first());
    let floor = told.gate.fails_on.floor();
    let (failing, other): (Vec<Group<'_>>, Vec<Group<'_>>) = groups.into_iter().partition(|g| g.level() >= floor);
    let mut cases = String::new();
    for group in &failing {
        let issue = group.first;
        let column = issue.column.as_deref().map(|c| format!(" ({c})")).unwrap_or_default();
        let place = if told.path(issue).is_empty() { told.gate.profile.clone() } else { told.path(issue) };
        cases.push_str(&format!(
            "    <testcase classname=\"{}\" name=\"{}\">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
            xml(&place),
            xml(&format!("{}{column}", issue.code)),
            xml(&issue.code),
            xml(&told.sentence(issue)),
            xml(&format!("{} {}", group.said(told), lines(&group.lines()))),
        ));
    }
    // A check by whose name an issue stands above did not pass.
    let passed = |check: &&String| !failing.iter().any(|group| group.first.code == **check);
    let passed: Vec<&String> = told.gate.checked.iter().filter(passed).collect();
    for check in &passed {
        cases.push_str(&format!(
            "    <testcase classname=\"{}\" name=\"{}\"/>\n",
            xml(&told.gate.profile),
            xml(&told.check(check))
        ));
    }
    for left in &told.gate.not_checked {
        cases.push_str(&format!(
            "    <testcase classname=\"{}\" name=\"{}\">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
            xml(&told.gate.profile),
            xml(&told.check(&left.check)),
            xml(&told.reason(&left.reason)),
        ));
    }
    let mut beside: Vec<String> = other.iter().map(|group| group.said(told)).collect();
    beside.extend(told.gate.accepted.iter().map(|a| format!("{} {}", told.placed(&a.issue), told.justification(a))));
    beside.push(told.verdict());
    let skipped = told.gate.not_checked.len();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{skipped}\"",
        failing.len() + passed.len() + skipped,
        failing.len()
    );
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite name=\"oneonone validate\" {counts}>\n{cases}    \
         <system-out>{}</system-out>\n  </testsuite>\n</testsuites>\n",
        xml(&beside.join("\n"))
    ))
}

fn lines(lines: &[u64]) -> String {
    let all: Vec<String> = lines.iter().map(u64::to_string).collect();
    if all.len() > 1 { format!("[{}]", all.join(", ")) } else { String::new() }
}

/// Text as XML takes it: line by line without what is not to be seen, its own signs escaped.
fn xml(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(safe::plain).collect();
    let mut out = String::with_capacity(text.len() + 16);
    for c in lines.join("\n").chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // Not characters of XML 1.0.
            '\u{FFFE}' | '\u{FFFF}' => {}
            c => out.push(c),
        }
    }
    out
}
