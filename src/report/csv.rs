//! Findings as one tidy CSV table: one row per term, arm, month, level or point, headed by the glossary's names. The same
//! in every language; text cells cannot start a formula.

mod beside;
mod ladder;
mod leaving;
mod practice;
mod rows;

use super::safe;
use crate::error::{Error, Result};
use crate::findings::regression::choice::Likelihood;
use crate::findings::stages::OtherLimits;
use crate::findings::{Estimate, Finding, Findings, Interval, Why};

/// Every column a row may have, in the order in which they are written; a column that no row uses is left out.
pub const COLUMNS: &[&str] = &[
    "analysis",
    "part",
    "outcome",
    "term",
    "group",
    "by",
    "level",
    "stage",
    "from",
    "to",
    "direction",
    "month",
    "period",
    "time",
    "horizon",
    "n",
    "n_units",
    "n_clusters",
    "headcount",
    "leavers",
    "at_risk",
    "person_months",
    "count",
    "share",
    "value",
    "mean",
    "sd",
    "rate",
    "annual_rate",
    "survival",
    "median",
    "index",
    "index_low",
    "index_high",
    "estimate",
    "std_error",
    "statistic",
    "df",
    "p_value",
    "p_adjusted",
    "conf_low",
    "conf_high",
    "beta",
    "beta_low",
    "beta_high",
    "vif",
    "share_lmg",
    "share_johnson",
    "mark",
    "mark_low",
    "mark_high",
    "effect_p25_p75",
    "method",
    "vcov",
    "r_squared",
    "adj_r_squared",
    "within_r_squared",
    "sigma",
    "df_residual",
    "f_statistic",
    "df1",
    "df2",
    "n_treatment",
    "n_control",
    "p_exact",
    "smallest_p",
    "mean_treatment",
    "mean_control",
    "smd",
    "hedges_g",
    "mde",
    "mde_lift",
    "icc",
    "hidden",
    "why",
    "code",
    "share_lmg_low",
    "share_lmg_high",
    "share_johnson_low",
    "share_johnson_high",
    "effect_step",
    "robustness",
    "odds_ratio",
    "odds_low",
    "odds_high",
    "category",
    "at",
    "log_likelihood",
    "null_log_likelihood",
    "deviance",
    "mcfadden",
    "aic",
    "draws",
    "condition_number",
    "max_leverage",
    "max_cooks_distance",
    "max_dfbetas",
    "rows_above",
    "sign_changes",
    "item",
    "h",
    "h_std_error",
    "verdict",
    "guttman_errors",
    "reproducibility",
    "standing",
    "inversions",
    "violations",
    "wave",
    "place",
    "name",
    "text",
    "grade",
    "reason",
    "incidence",
    "power",
    "units_needed",
    "people_needed",
    "wilson_low",
    "wilson_high",
    "team_low",
    "team_high",
    "waves",
    "smd_units",
    "variance_ratio",
    "p_people",
    "p_strata",
    "margin",
];

/// One row: its cells by column, empty ones left out.
#[derive(Debug, Default)]
struct Row(Vec<(&'static str, String)>);

impl Row {
    fn of(analysis: &'static str, part: &'static str) -> Self {
        Self(vec![("analysis", analysis.to_string()), ("part", part.to_string())])
    }

    /// A name: from the data, so made safe.
    fn text(mut self, column: &'static str, value: &str) -> Self {
        self.0.push((column, safe::formula_free(value)));
        self
    }

    /// A word of our own from a closed list, such as a mark: written as it is.
    fn word(mut self, column: &'static str, value: Option<&str>) -> Self {
        if let Some(value) = value.filter(|v| v.chars().all(|c| c.is_ascii_graphic())) {
            self.0.push((column, value.to_string()));
        }
        self
    }

    fn whole(mut self, column: &'static str, value: Option<u64>) -> Self {
        self.0.extend(value.map(|v| (column, v.to_string())));
        self
    }

    /// The shortest form that reads back the same.
    fn number(mut self, column: &'static str, value: Option<f64>) -> Self {
        self.0.extend(value.filter(|v| v.is_finite()).map(|v| (column, format!("{v:?}"))));
        self
    }

    fn estimate(self, e: &Estimate) -> Self {
        self.number("estimate", e.estimate)
            .number("std_error", e.std_error)
            .number("statistic", e.statistic)
            .number("df", e.df)
            .number("p_value", e.p_value)
            .number("conf_low", e.conf_low)
            .number("conf_high", e.conf_high)
            .why(e.why)
    }

    fn interval(self, i: &Interval) -> Self {
        self.number("estimate", i.estimate)
            .number("conf_low", i.conf_low)
            .number("conf_high", i.conf_high)
            .text("method", &i.method)
            .why(i.why)
    }

    fn likelihood(self, fit: Option<&Likelihood>) -> Self {
        let Some(fit) = fit else { return self };
        self.number("log_likelihood", fit.log_likelihood)
            .number("null_log_likelihood", fit.null_log_likelihood)
            .number("deviance", fit.deviance)
            .number("mcfadden", fit.mcfadden)
            .number("aic", fit.aic)
    }

    fn other(self, limits: &OtherLimits) -> Self {
        self.number("wilson_low", limits.wilson_low)
            .number("wilson_high", limits.wilson_high)
            .number("team_low", limits.team_low)
            .number("team_high", limits.team_high)
    }

    fn why(self, why: Option<Why>) -> Self {
        match why {
            Some(_) => self.word("why", Some(super::brief::figures::reason(why))),
            None => self,
        }
    }

    fn hidden(self, flag: Hidden) -> Self {
        match flag {
            Hidden::Yes => self.word("hidden", Some("true")),
            Hidden::No => self,
        }
    }
}

/// Whether the crowd rule hid a row's numbers.
#[derive(Debug, Clone, Copy)]
enum Hidden {
    Yes,
    No,
}

impl From<bool> for Hidden {
    fn from(hidden: bool) -> Self {
        if hidden { Hidden::Yes } else { Hidden::No }
    }
}

/// Findings as CSV (UTF-8, LF, header first). Declined questions are rows of part `decline`.
pub fn render(findings: &Findings) -> Result<String> {
    let mut all = Vec::new();
    for finding in findings.findings() {
        match finding {
            Finding::Drivers(model) => rows::regression(&mut all, "drivers", model),
            Finding::Regression(model) => rows::regression(&mut all, "regression", model),
            Finding::Comparison(c) => rows::comparison(&mut all, c),
            Finding::Attrition(a) => rows::attrition(&mut all, a),
            Finding::Power(p) => leaving::power(&mut all, p),
            Finding::Stages(s) => rows::stages(&mut all, s),
            Finding::Ladder(scale) => ladder::rows(&mut all, scale),
            Finding::Practice(p) => practice::practice(&mut all, p),
        }
    }
    for decline in findings.declines() {
        let row = Row(vec![("analysis", safe::formula_free(&decline.analysis)), ("part", "decline".to_string())]);
        all.push(row.text("code", &decline.code));
    }
    write(&all)
}

fn write(rows: &[Row]) -> Result<String> {
    let used: Vec<&str> = COLUMNS
        .iter()
        .copied()
        .filter(|c| *c == "analysis" || *c == "part" || rows.iter().any(|r| r.0.iter().any(|(name, _)| name == c)))
        .collect();
    let fault = |e: ::csv::Error| Error::bug("csv_write").because(e);
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(&used).map_err(fault)?;
    for row in rows {
        let cell = |c: &&str| row.0.iter().find(|(name, _)| name == c).map_or("", |(_, value)| value.as_str());
        writer.write_record(used.iter().map(cell)).map_err(fault)?;
    }
    let bytes = writer.into_inner().map_err(|_| Error::bug("csv_write"))?;
    String::from_utf8(bytes).map_err(|e| Error::bug("csv_write").because(e))
}
