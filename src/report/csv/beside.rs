//! Rows of what stands beside a model's terms: choice, errors, diagnostics, stability, quadrant, other models. Writes
//! no file.

use super::Row;
use super::rows::term;
use crate::findings::regression::Regression;
use crate::findings::regression::checks::{Beside, Diagnostics, Test};
use crate::findings::regression::choice::Choice;

/// All of them, part by part.
pub(super) fn rows(out: &mut Vec<Row>, analysis: &'static str, model: &Regression) {
    let row = |part| Row::of(analysis, part).text("outcome", &model.outcome);
    out.extend(model.absorbed.iter().map(|a| row("absorbed").text("name", &a.name).whole("count", Some(a.levels))));
    out.extend(model.dropped.iter().map(|d| row("dropped").text("term", &d.term).text("text", &d.relation)));
    if let Some(choice) = &model.choice {
        of_choice(out, &row, choice);
    }
    errors(out, &row, model);
    if let Some(diagnostics) = &model.diagnostics {
        of_diagnostics(out, &row, diagnostics);
    }
    if let Some(stability) = &model.stability {
        for (first, shares) in stability.order.iter().zip(&stability.outranks) {
            for (second, share) in stability.order.iter().zip(shares).filter(|(second, _)| *second != first) {
                let row = row("outranks").text("from", first).text("to", second).number("share", Some(*share));
                out.push(row.whole("draws", Some(stability.draws)));
            }
        }
    }
    out.extend(model.quadrant.iter().map(|q| {
        let row = row("quadrant").text("term", &q.term).estimate(&q.mean).number("beta", q.beta);
        row.number("beta_low", q.beta_low).number("beta_high", q.beta_high).word("place", Some(&q.place))
    }));
    for beside in &model.beside {
        of_beside(out, analysis, &model.outcome, beside);
    }
}

fn tested(row: Row, test: &Test) -> Row {
    row.number("statistic", test.statistic).number("df", Some(test.df)).number("p_value", test.p_value)
}

fn of_choice(out: &mut Vec<Row>, row: &impl Fn(&'static str) -> Row, choice: &Choice) {
    let counts = choice.categories.iter().zip(&choice.counts);
    out.extend(counts.map(|(category, n)| row("categories").text("category", category).whole("n", Some(*n))));
    out.extend(choice.thresholds.iter().map(|t| row("thresholds").text("term", &t.between).estimate(&t.value)));
    out.extend(
        choice
            .effects
            .iter()
            .map(|e| row("marginal_effects").text("term", &e.term).text("category", &e.category).estimate(&e.effect)),
    );
    out.extend(choice.predicted.iter().map(|p| {
        let row = row("predicted").text("term", &p.term).text("at", &p.at).number("value", Some(p.value));
        row.text("category", &p.category).estimate(&p.probability)
    }));
    if let Some(parallel) = &choice.parallel {
        out.extend(parallel.all.iter().map(|test| tested(row("parallel"), test)));
        out.extend(parallel.terms.iter().map(|t| tested(row("parallel").text("term", &t.term), &t.test)));
    }
}

/// Other covariances, a row for each term and covariance; the wild bootstrap.
fn errors(out: &mut Vec<Row>, row: &impl Fn(&'static str) -> Row, model: &Regression) {
    for other in &model.vcov_table {
        for (i, term) in model.terms.iter().enumerate() {
            let at = |values: &[Option<f64>]| values.get(i).copied().flatten();
            let row = row("covariances").text("term", &term.term).word("vcov", Some(&other.vcov));
            let row = row.number("estimate", term.coefficient.estimate).number("std_error", at(&other.std_errors));
            out.push(row.number("df", at(&other.df)).number("p_value", at(&other.p_values)));
        }
        for (program, call) in &other.calls {
            let row = row("calls").word("vcov", Some(&other.vcov)).text("name", program);
            out.push(row.text("text", call.as_str().unwrap_or_default()));
        }
    }
    if let Some(wild) = &model.wild {
        out.extend(wild.terms.iter().map(|t| {
            let row = row("wild").text("term", &t.term).number("p_value", t.p_value);
            let row = row.number("conf_low", t.conf_low).number("conf_high", t.conf_high).why(t.why);
            row.number("smallest_p", Some(wild.smallest_p))
                .text("method", &wild.weights)
                .whole("draws", Some(wild.draws))
        }));
    }
}

fn of_diagnostics(out: &mut Vec<Row>, row: &impl Fn(&'static str) -> Row, d: &Diagnostics) {
    out.push(
        row("diagnostics")
            .number("condition_number", d.condition_number)
            .number("max_leverage", d.max_leverage)
            .number("max_cooks_distance", d.max_cooks_distance),
    );
    out.extend(d.heteroscedasticity.iter().map(|test| tested(row("heteroscedasticity"), test)));
    out.extend(d.influence.iter().map(|i| {
        let row = row("influence").text("term", &i.term).number("max_dfbetas", i.max_dfbetas);
        row.whole("rows_above", Some(i.rows_above))
    }));
    if let Some(left) = &d.leave_one_out {
        out.extend(left.terms.iter().map(|t| {
            let row = row("leave_one_out").text("term", &t.term).number("estimate", t.estimate);
            let row = row.number("conf_low", t.low).number("conf_high", t.high);
            row.whole("n_clusters", Some(left.clusters)).whole("sign_changes", Some(t.sign_changes))
        }));
    }
}

fn of_beside(out: &mut Vec<Row>, analysis: &'static str, outcome: &str, beside: &Beside) {
    let row = |part| Row::of(analysis, part).text("name", &beside.kind);
    out.extend(beside.terms.iter().map(|t| term(row("beside"), outcome, t)));
    out.push(
        row("beside_fit")
            .text("outcome", outcome)
            .whole("n", Some(beside.n))
            .whole("n_clusters", beside.n_clusters)
            .word("vcov", Some(&beside.vcov))
            .number("r_squared", beside.r_squared)
            .number("within_r_squared", beside.within_r_squared),
    );
}
