//! Findings as JSON and as JSON lines: the contract of the command line, keys in the order of the structs, numbers in the
//! shortest form that reads back the same. Hides nothing and adds nothing: `findings::seal` did that.

use crate::error::{Error, Result};
use crate::findings::Findings;
use serde::Serialize;

/// The whole findings, two spaces of indent. Ends with a line end.
pub fn render(findings: &Findings) -> Result<String> {
    pretty(findings)
}

/// Anything serialisable, two spaces of indent. Ends with a line end.
pub fn pretty(value: &impl Serialize) -> Result<String> {
    let mut text = serde_json::to_string_pretty(value).map_err(|e| Error::bug("json_write").because(e))?;
    text.push('\n');
    Ok(text)
}

/// One finding a line, then one line per declined question: `{"analysis": ..., "declined": code, "args": {...}}`.
pub fn lines(findings: &Findings) -> Result<String> {
    let mut out = String::new();
    for finding in findings.findings() {
        push(&mut out, finding)?;
    }
    for decline in findings.declines() {
        let line = serde_json::json!({"analysis": decline.analysis, "declined": decline.code, "args": decline.args});
        push(&mut out, &line)?;
    }
    Ok(out)
}

fn push(out: &mut String, value: &impl Serialize) -> Result<()> {
    out.push_str(&serde_json::to_string(value).map_err(|e| Error::bug("json_write").because(e))?);
    out.push('\n');
    Ok(())
}
