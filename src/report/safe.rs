//! What may come out of a name that a file gave: no control, escape, direction-changing or invisible character, no
//! formula, no forged annotation. Knows nothing about findings.

/// Text without control characters, escapes, direction marks and invisible characters; line ends and tabs become spaces.
pub fn plain(text: &str) -> String {
    text.chars().filter_map(visible).collect()
}

/// The character as it may be shown; `None` for one that must not be.
fn visible(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        c if c.is_control() => None,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{FEFF}' => None,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => None,
        '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}' => None,
        c => Some(c),
    }
}

/// A CSV cell that no spreadsheet takes for a formula: a cell that begins like one gets an apostrophe in front. Numbers
/// and strength marks are not text and do not come through here.
pub fn formula_free(text: &str) -> String {
    let shown = plain(text);
    let first = text.chars().next().unwrap_or_default();
    let begins = shown.trim_start().chars().next().unwrap_or_default();
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    if formula(begins) || matches!(first, '\t' | '\r' | '\n') { format!("'{shown}") } else { shown }
}

/// A Markdown table cell or line: what Markdown or HTML would act on is escaped.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in plain(text).chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

/// The message of a GitHub workflow command: nothing in it can end the line or begin another command.
pub fn annotation(text: &str) -> String {
    plain(text).replace('%', "%25").replace("::", ": :")
}

/// A property of a GitHub workflow command, where colon and comma end the value as well.
pub fn annotation_property(text: &str) -> String {
    plain(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}
