//! What every analysis shows in the same way: cautions, the sample flow, what was not run, a point with its range.

use super::figures;
use super::{Align, Block, Remark, Table, Tone};
use crate::findings::{Args, Caution, Decline, Estimate, Flow, Interval};
use crate::text::{self, Language, names, number, say};

/// Every caution, in the order of the finding.
pub fn cautions(page: &mut Vec<Block>, cautions: &[Caution], language: Language) {
    page.extend(cautions.iter().map(|c| caution(caution_words(language, c), language)));
}

/// A caution that is already in words.
pub fn caution(text: String, language: Language) -> Block {
    let label = say(language, "table.caution", &[]);
    Block::Remark(Remark { tone: Tone::Warning, label, place: String::new(), text, remedy: String::new() })
}

/// A caution in words. A model beside the main one that was declined is told as a caution: then the decline's words
/// serve where there are none of its own.
pub fn caution_words(language: Language, caution: &Caution) -> String {
    let keys = [format!("caution.{}", caution.code), format!("decline.{}", caution.code)];
    first_known(language, &keys, &caution.code, &caution.args)
}

/// A decline in words: those of its analysis first, then those that name the line, then those of the code alone.
pub fn decline_words(language: Language, decline: &Decline) -> String {
    let code = &decline.code;
    let mut keys = vec![format!("decline.{}_{code}", decline.analysis)];
    if decline.args.contains_key("line") {
        keys.push(format!("decline.{code}_line"));
    }
    keys.push(format!("decline.{code}"));
    first_known(language, &keys, code, &decline.args)
}

/// The first sentence that `text` has, or one that at least names the code.
fn first_known(language: Language, keys: &[String], code: &str, args: &Args) -> String {
    match keys.iter().find(|key| text::knows(language, key)) {
        Some(key) => text::say_values(language, key, args),
        None => say(language, "table.unknown_code", &[("code", names::clean(code))]),
    }
}

/// Units with the column they are told by: "teams (by manager)"; the bare column where it has no name of its own.
pub fn units_by(language: Language, column: &str) -> String {
    if !text::knows(language, &format!("unit.{column}")) {
        return names::clean(column);
    }
    let values = [("unit", names::unit(language, column)), ("column", names::column(language, column))];
    say(language, "table.by_column", &values)
}

/// How people came into the groups, and by what.
pub fn design_line(language: Language, design: &str, unit: &str) -> String {
    let key = match (design == "randomised", unit == "person") {
        (true, true) => "table.randomised_people",
        (true, false) => "table.randomised",
        (false, true) => "table.observational_people",
        (false, false) => "table.observational",
    };
    say(language, key, &[("unit", units_by(language, unit))])
}

/// A count of days, or another duration: whole numbers without places.
pub fn duration(x: f64) -> String {
    if x.fract() == 0.0 { figures::figure(x, 0) } else { figures::natural(x) }
}

/// From all rows to the rows used, reason by reason.
pub fn flow(page: &mut Vec<Block>, flow: &Flow, language: Language) {
    if flow.start == 0 && flow.steps.is_empty() {
        return;
    }
    let mut table = Table::new(vec![
        (say(language, "table.flow", &[]), Align::Left),
        (names::unit(language, &flow.unit), Align::Right),
    ]);
    table.rows.push(vec![say(language, "table.flow_start", &[]), number::count(flow.start)]);
    for step in &flow.steps {
        let column = step.column.as_deref().map_or_else(String::new, |c| names::term(language, c));
        let key = format!("flow.{}", step.reason);
        let reason = if text::knows(language, &key) {
            say(language, &key, &[("column", column)])
        } else {
            names::clean(&step.reason)
        };
        let lost = if step.count == 0 { "0".to_string() } else { format!("-{}", number::count(step.count)) };
        table.rows.push(vec![format!("  {reason}"), lost]);
    }
    table.rows.push(vec![say(language, "table.flow_used", &[]), number::count(flow.used)]);
    page.push(Block::Table(table));
}

/// What was deliberately not computed, in one sentence.
pub fn not_run(page: &mut Vec<Block>, codes: &[String], language: Language) {
    if codes.is_empty() {
        return;
    }
    let items: Vec<String> = codes
        .iter()
        .map(|code| {
            let key = format!("not_run.{code}");
            if text::knows(language, &key) { say(language, &key, &[]) } else { names::clean(code) }
        })
        .collect();
    page.push(Block::Paragraph(say(language, "table.not_run", &[("items", text::list(language, &items))])));
}

/// A point with its range, each written by `show`.
pub fn estimate(language: Language, e: &Estimate, show: impl Fn(f64) -> String) -> String {
    number::with_interval(language, e.estimate, e.conf_low, e.conf_high, figures::reason(e.why), show)
}

/// The same for an interval without a test.
pub fn interval(language: Language, i: &Interval, show: impl Fn(f64) -> String) -> String {
    number::with_interval(language, i.estimate, i.conf_low, i.conf_high, figures::reason(i.why), show)
}

/// A p-value in a sentence, or the reason why there is none.
pub fn p_phrase(language: Language, p: Option<f64>) -> String {
    p.map_or_else(|| say(language, "table.no_p", &[]), number::p_phrase)
}

/// A p-value in a table.
pub fn p_cell(p: Option<f64>) -> String {
    p.map_or_else(String::new, number::p_value)
}

/// Degrees of freedom.
pub fn df(df: Option<f64>) -> String {
    df.map_or_else(|| "∞".to_string(), |x| figures::figure(x, usize::from(x.fract() != 0.0)))
}

/// The covariance in plain words.
pub fn vcov(language: Language, kind: &str) -> String {
    let key = format!("table.vcov_{}", kind.to_ascii_lowercase().replace('-', "_"));
    if text::knows(language, &key) { say(language, &key, &[]) } else { names::clean(kind) }
}

/// A count, or the word for a hidden one.
pub fn count(language: Language, n: Option<u64>) -> String {
    n.map_or_else(|| say(language, "word.hidden", &[]), number::count)
}

/// Words, as owned pairs of a sentence.
pub fn word(language: Language, key: &str) -> String {
    say(language, &format!("table.{key}"), &[])
}
