//! Other errors for the same coefficients: covariances side by side, and the wild cluster bootstrap.

use super::{Part, Speaker, terms};
use crate::findings::Regression;
use crate::findings::regression::checks::{OtherCovariance, Wild};
use crate::report::brief::figures::{self, figure, places};
use crate::report::brief::{Align, Table, shared};
use crate::text::{knows, names, number};
use serde_json::Value;

/// The covariances side by side, and the calls that give the same elsewhere.
pub fn side_by_side(model: &Regression, speaker: &Speaker<'_>) -> Option<Part> {
    if model.vcov_table.is_empty() {
        return None;
    }
    let digits = places(model.vcov_table.iter().flat_map(|o| o.std_errors.iter().copied()), 3);
    let error = |o: &OtherCovariance, i: usize| {
        o.std_errors.get(i).copied().flatten().map_or_else(|| "-".to_string(), |x| figure(x, digits))
    };
    let p = |o: &OtherCovariance, i: usize| shared::p_cell(o.p_values.get(i).copied().flatten());
    let part = Part::new("covariances", speaker.word("covariances"))
        .say(speaker.say("covariances_lead", &[("vcov", names::clean(&model.vcov))]))
        .table(table(model, speaker, "std_error_of", error))
        .folded(speaker.word("covariances_p"), table(model, speaker, "p_of", p));
    let calls = calls(&model.vcov_table, speaker);
    Some(if calls.rows.is_empty() { part } else { part.folded(speaker.word("calls"), calls) })
}

/// A row per term, a column per covariance.
fn table(
    model: &Regression,
    speaker: &Speaker<'_>,
    title: &str,
    cell: impl Fn(&OtherCovariance, usize) -> String,
) -> Table {
    let heads = model.vcov_table.iter().map(|o| (names::clean(&o.vcov), Align::Right));
    let mut table = Table::new(std::iter::once((speaker.word(title), Align::Left)).chain(heads).collect());
    for (i, term) in model.terms.iter().enumerate() {
        let cells = model.vcov_table.iter().map(|o| cell(o, i));
        table.rows.push(std::iter::once(speaker.term(&term.term)).chain(cells).collect());
    }
    table.in_columns()
}

fn calls(covariances: &[OtherCovariance], speaker: &Speaker<'_>) -> Table {
    let titles = ["errors", "program", "call"];
    let mut table = Table::new(titles.iter().map(|t| (speaker.word(t), Align::Left)).collect());
    for covariance in covariances {
        for (program, call) in &covariance.calls {
            let key = format!("program_{program}");
            let known = knows(speaker.language, &format!("table.{key}"));
            let program = if known { speaker.word(&key) } else { names::clean(program) };
            let call = call.as_str().map_or_else(|| Value::to_string(call), str::to_string);
            table.rows.push(vec![names::clean(&covariance.vcov), program, names::clean(&call)]);
        }
    }
    table
}

/// The wild cluster bootstrap: p and interval of each term, and how many draws they rest on.
pub fn wild(model: &Regression, speaker: &Speaker<'_>) -> Option<Part> {
    let wild = model.wild.as_ref()?;
    let titles = ["term", "p", "interval"];
    let sides = [Align::Left, Align::Right, Align::Right];
    let mut table = Table::new(titles.iter().map(|t| speaker.word(t)).zip(sides).collect());
    let ends: Vec<_> = wild.terms.iter().map(|t| (t.conf_low, t.conf_high)).collect();
    let digits = terms::digits(&model.terms);
    let ranges = figures::ranges(speaker.language, &ends, |x| figure(x, digits));
    for (term, range) in wild.terms.iter().zip(ranges) {
        let range = match (range.is_empty(), term.why) {
            (true, Some(why)) => number::reason(speaker.language, figures::reason(Some(why))),
            _ => range,
        };
        table.rows.push(vec![speaker.term(&term.term), shared::p_cell(term.p_value), range]);
    }
    Some(Part::new("wild", speaker.word("wild")).say(drawn(wild, speaker)).table(table))
}

fn drawn(wild: &Wild, speaker: &Speaker<'_>) -> String {
    let weights = match wild.weights.as_str() {
        "rademacher" => speaker.word("wild_rademacher"),
        "webb" => speaker.word("wild_webb"),
        other => names::clean(other),
    };
    let smallest = if wild.smallest_p < 0.001 { figure(wild.smallest_p, 5) } else { number::p_value(wild.smallest_p) };
    let values = [("weights", weights), ("draws", number::count(wild.draws)), ("smallest", smallest)];
    speaker.say(if wild.exact { "wild_exact" } else { "wild_drawn" }, &values)
}
