//! What every analysis shows in the same way: cautions, the sample flow, what was not run, a point with its range.

use super::figures;
use super::{Align, Block, Remark, Table, Tone};
use crate::findings::{Caution, Estimate, Flow, Interval};
use crate::text::{self, Language, names, number, say};

/// Every caution, in the order of the finding.
pub fn cautions(page: &mut Vec<Block>, cautions: &[Caution], language: Language) {
    for caution in cautions {
        page.push(Block::Remark(Remark {
            tone: Tone::Warning,
            label: say(language, "table.caution", &[]),
            place: String::new(),
            text: known_values(language, "caution", &caution.code, &caution.args),
            remedy: String::new(),
        }));
    }
}

/// The sentence of `section.code`, or one that at least names the code.
pub fn known_values(language: Language, section: &str, code: &str, args: &crate::findings::Args) -> String {
    let key = format!("{section}.{code}");
    if text::knows(language, &key) {
        text::say_values(language, &key, args)
    } else {
        say(language, "table.unknown_code", &[("code", names::clean(code))])
    }
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
    let key = format!("table.vcov_{}", kind.to_ascii_lowercase());
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
