//! The library on any table: reads a CSV, fits a formula, prints the terms. The crowd rule holds here as everywhere;
//! pages, languages and exit statuses are the program's affair and are left out.
//!
//! `cargo run --release --example regress_csv -- data-samples/division/survey.csv 'engagement ~ level' employee_id`

use oneonone::analyses::regression::{Options, regression};
use oneonone::design::formula;
use oneonone::design::model::{self, Around};
use oneonone::findings::{Decline, Finding};
use oneonone::pipeline;
use oneonone::screen::Screened;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Fewest rows behind any number shown.
const CROWD: u64 = 5;
/// Seed of random draws; this model makes none.
const SEED: u64 = 1;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let answer = match arguments.as_slice() {
        [table, formula] => show(table, formula, None),
        [table, formula, cluster] => show(table, formula, Some(cluster)),
        _ => Err("usage: regress_csv TABLE.csv FORMULA [CLUSTER COLUMN]".to_string()),
    };
    let (text, code) = match answer {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(why) => (format!("{why}\n"), ExitCode::FAILURE),
    };
    let written = std::io::stdout().write_all(text.as_bytes());
    if written.is_ok() { code } else { ExitCode::FAILURE }
}

fn show(table: &str, formula: &str, cluster: Option<&str>) -> Result<String, String> {
    let screened = pipeline::screen_plain(&[PathBuf::from(table)])
        .map_err(|error| format!("the table cannot be read: {}", error.code()))?
        .map_err(|issues| format!("the table has {} faults", issues.len()))?;
    let fitted = fit(&screened, formula, cluster);
    let findings = pipeline::plain_findings(&screened, vec![fitted], SEED, BTreeMap::new(), CROWD);
    let Some(Finding::Regression(found)) = findings.findings().first() else {
        let codes: Vec<&str> = findings.declines().iter().map(|d| d.code.as_str()).collect();
        return Err(format!("declined: {}", codes.join(", ")));
    };
    let mut text = format!("{} on {} rows, errors {}\n", found.outcome, found.n, found.vcov);
    for term in &found.terms {
        let (b, low, high) = (term.coefficient.estimate, term.coefficient.conf_low, term.coefficient.conf_high);
        if let (Some(b), Some(low), Some(high)) = (b, low, high) {
            text += &format!("{:<16} {b:>9.3} [{low:.3}, {high:.3}]\n", term.term);
        }
    }
    Ok(text)
}

fn fit(screened: &Screened, text: &str, cluster: Option<&str>) -> Result<Finding, Decline> {
    let table = screened.plain().ok_or_else(|| Decline::new("regression", "no_plain_table"))?;
    let parsed = formula::parse(text).map_err(|_| Decline::new("regression", "bad_formula"))?;
    let outcome = parsed.outcomes.first().ok_or_else(|| Decline::new("regression", "bad_formula"))?;
    let clusters: Vec<String> = cluster.map(String::from).into_iter().collect();
    let (design, _) = model::rows(table, &parsed, outcome, &Around { clusters: &clusters, ..Around::default() })?;
    regression(&design, &Options::default()).map(Finding::Regression)
}
