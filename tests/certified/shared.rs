//! Reference values of the shared data folder: read where it is present, said to be skipped where it is not.

use std::path::{Path, PathBuf};

use ndarray::{Array1, Array2};
use oneonone::stats::arms::{hedges_g, icc, standardised_difference, welch};
use oneonone::stats::concordance::concordance;
use oneonone::stats::covariance::{Kind, covariance, two_way};
use oneonone::stats::cox::{Clock, CoxFit, Sample, Ties, cox, proportionality};
use oneonone::stats::hetero::{breusch_pagan, durbin_watson};
use oneonone::stats::importance::importance;
use oneonone::stats::inference::coefficient;
use oneonone::stats::matrix::Matrix;
use oneonone::stats::moments::{Moments, covariance_matrix};
use oneonone::stats::ols::{DEFAULT_TOLERANCE, Fit, fit};
use oneonone::stats::proportion::{TwoByTwo, fisher, newcombe, risk_ratio, wilson};
use oneonone::stats::survival::{Life, at_risk, kaplan_meier, log_rank};
use serde_json::Value;

use super::agree::near;

/// The shared data folder, from `ONEONONE_SHARED` or beside any parent folder.
#[allow(clippy::print_stderr, reason = "a skipped test must say so")]
pub fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("ONEONONE_SHARED").map(|root| PathBuf::from(root).join("data"));
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|parent| parent.join("shared/data"));
    let found = match named {
        Some(folder) => Some(folder).filter(|folder| folder.is_dir()),
        None => beside().find(|folder| folder.is_dir()),
    };
    if found.is_none() {
        eprintln!("skipped: no shared data folder");
    }
    found
}

pub(super) fn reference(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("reference.json")).unwrap()).unwrap()
}

/// A table of text, by column name.
pub(super) struct Table {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let names =
            reader.headers().unwrap().iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        Self { names, rows }
    }

    fn place(&self, name: &str) -> usize {
        self.names.iter().position(|other| other == name).unwrap_or_else(|| panic!("no column {name}"))
    }

    /// The rows of one value of a column.
    pub(super) fn keep(mut self, name: &str, value: &str) -> Self {
        let place = self.place(name);
        self.rows.retain(|row| row[place] == value);
        self
    }

    /// The rows on which two columns agree.
    pub(super) fn agree(mut self, one: &str, other: &str) -> Self {
        let (one, other) = (self.place(one), self.place(other));
        self.rows.retain(|row| row[one] == row[other]);
        self
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let place = self.place(name);
        self.rows.iter().map(|row| row[place].clone()).collect()
    }

    pub(super) fn numbers(&self, name: &str) -> Vec<f64> {
        self.texts(name).iter().map(|text| text.parse().unwrap_or(f64::NAN)).collect()
    }

    /// A column of a model by R's name of its coefficient: a column, a product, or a level of a factor.
    pub(super) fn term(&self, name: &str) -> Vec<f64> {
        if name == "(Intercept)" {
            return vec![1.0; self.rows.len()];
        }
        if let Some((a, b)) = name.split_once(':') {
            return self.term(a).into_iter().zip(self.term(b)).map(|(a, b)| a * b).collect();
        }
        if self.names.iter().any(|other| other == name) {
            return self.numbers(name);
        }
        let factor = self.names.iter().find(|other| name.starts_with(other.as_str())).unwrap();
        let level = &name[factor.len()..];
        self.texts(factor).iter().map(|text| f64::from(u8::from(text == level))).collect()
    }

    /// Dense codes of a column.
    pub fn codes(&self, name: &str) -> Vec<u32> {
        let texts = self.texts(name);
        let mut levels = texts.clone();
        levels.sort();
        levels.dedup();
        texts.iter().map(|text| levels.binary_search(text).unwrap() as u32).collect()
    }
}

pub(super) fn keys(object: &Value) -> Vec<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

pub(super) fn number(value: &Value, path: &str) -> f64 {
    value.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no number at {path}"))
}

fn numbers(value: &Value, path: &str) -> Vec<f64> {
    let list = value.pointer(path).and_then(Value::as_array).unwrap_or_else(|| panic!("no list at {path}"));
    list.iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect()
}

/// Checks one linear model of a reference file against everything it says that we compute.
fn check_model(table: &Table, model: &Value, clusters: Option<Vec<u32>>) {
    let names = keys(&model["coef"]);
    let outcome = model["formula"].as_str().unwrap().split('~').next().unwrap().trim().to_owned();
    let terms: Vec<Vec<f64>> = names.iter().map(|name| table.term(name)).collect();
    let y = table.numbers(&outcome);
    let complete: Vec<usize> =
        (0..y.len()).filter(|&i| y[i].is_finite() && terms.iter().all(|term| term[i].is_finite())).collect();
    let x = Array2::from_shape_fn((complete.len(), names.len()), |(i, j)| terms[j][complete[i]]);
    let mut m = Matrix::new(x, complete.iter().map(|&i| y[i]).collect());
    if let Some(codes) = clusters {
        m = m.with_clusters(complete.iter().map(|&i| codes[i]).collect());
    }
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    assert_eq!(fitted.n as u64, model["n"].as_u64().unwrap());
    near("R squared", fitted.r_squared, number(model, "/r2"), 1e-10);
    near("adjusted", fitted.adj_r_squared, number(model, "/adj_r2"), 1e-9);
    near("sigma", fitted.sigma, number(model, "/sigma"), 1e-10);
    let kinds = [
        (Kind::Iid, "se_classical", 1e-8),
        (Kind::Hc0, "se_HC0", 1e-8),
        (Kind::Hc1, "se_HC1", 1e-8),
        (Kind::Hc2, "se_HC2", 1e-8),
        (Kind::Hc3, "se_HC3", 1e-8),
        (Kind::Cr0, "se_CR0", 1e-8),
        (Kind::Cr1, "se_CR1_stata", 1e-8),
        (Kind::Cr2, "se_CR2", 1e-8),
        (Kind::Cr3, "se_CR3", 1e-8),
    ];
    for (kind, field, allowed) in kinds {
        let Some(expected) = model.get(field) else { continue };
        let result = covariance(kind, &fitted, &m).unwrap();
        for (j, name) in names.iter().enumerate() {
            let inference = coefficient(&fitted, &result, j);
            let what = format!("{outcome} ~ {name}, {field}");
            near(&what, inference.estimate, model["coef"][name].as_f64().unwrap(), 1e-8);
            near(&what, inference.std_error, expected[name].as_f64().unwrap(), allowed);
            for (of, field) in [(Kind::Iid, "p"), (Kind::Cr1, "p_CR1_t_df_Gminus1"), (Kind::Cr2, "p_satterthwaite")] {
                if let (true, Some(p)) = (of == kind, model.get(field)) {
                    near(&what, inference.p_value, p[name].as_f64().unwrap(), 1e-6);
                }
            }
            if let (Kind::Cr2, Some(df)) = (kind, model.get("df_satterthwaite")) {
                near(&what, inference.df, df[name].as_f64().unwrap(), 1e-6);
            }
        }
    }
    check_spread(&m, &fitted, model);
    check_importance(&m, model, &names);
}

fn check_spread(m: &Matrix, fitted: &Fit, model: &Value) {
    if model.get("breusch_pagan_koenker").is_some() {
        let test = breusch_pagan(fitted, m).unwrap();
        near("Breusch-Pagan", test.statistic, number(model, "/breusch_pagan_koenker/stat"), 1e-8);
        near("Breusch-Pagan", test.p_value, number(model, "/breusch_pagan_koenker/p"), 1e-7);
    }
    if model.get("durbin_watson").is_some() {
        near("Durbin-Watson", durbin_watson(fitted).unwrap(), number(model, "/durbin_watson"), 1e-9);
    }
}

fn check_importance(m: &Matrix, model: &Value, names: &[String]) {
    let columns = Array2::from_shape_fn((m.rows(), names.len() - 1), |(i, j)| m.x[[i, j + 1]]);
    let result = importance(&covariance_matrix(&Matrix::new(columns, m.y.clone()))).unwrap();
    for (field, values) in [
        ("beta_std", Some(&result.beta)),
        ("vif", Some(&result.vif)),
        ("lmg", result.lmg.as_ref()),
        ("relative_weights_johnson", Some(&result.johnson)),
    ] {
        let (Some(expected), Some(values)) = (model.get(field), values) else { continue };
        for (name, value) in names[1..].iter().zip(values) {
            near(&format!("{field} of {name}"), *value, expected[name].as_f64().unwrap(), 1e-8);
        }
    }
}

#[test]
fn every_linear_model_of_the_reference_files_is_reproduced() {
    let Some(data) = shared() else { return };
    let drivers = reference(&data.join("drivers"));
    for (name, file) in [
        ("attitude", "attitude"),
        ("employee_survey_ols", "employee_survey"),
        ("ugtests", "ugtests"),
        ("ugtests_two", "ugtests"),
        ("ugtests_interaction", "ugtests"),
        ("swiss", "swiss"),
    ] {
        check_model(&Table::read(&data.join(format!("drivers/{file}.csv"))), &drivers[name], None);
    }
    let did = reference(&data.join("did"));
    for name in ["kielmc_basic", "kielmc_controls"] {
        check_model(&Table::read(&data.join("did/kielmc.csv")), &did[name], None);
    }
    let rct = reference(&data.join("rct"));
    for name in ["table8_col1", "table8_col2", "table8_col3"] {
        check_model(&Table::read(&data.join("rct/gig_leadership_exp2.csv")), &rct[name], None);
    }
    let nsw = Table::read(&data.join("rct/nsw_mixtape.csv")).keep("data_id", "Dehejia-Wahba Sample");
    check_model(&nsw, &rct["nsw_dw_ols"], None);
}

#[test]
fn petersens_panel_has_its_published_errors_by_firm_and_by_year() {
    let Some(data) = shared() else { return };
    let models = reference(&data.join("cluster"));
    let table = Table::read(&data.join("cluster/petersen_cl.csv"));
    for (name, cluster) in [("petersen", "firm"), ("petersen_by_year", "year")] {
        let model = &models[name];
        let codes = table.codes(cluster);
        check_model(&table, model, Some(codes.clone()));
        let groups = codes.iter().copied().max().unwrap() as usize + 1;
        let y = table.numbers("y");
        let values = |group: usize| -> Vec<f64> {
            y.iter().zip(&codes).filter(|(_, code)| **code as usize == group).map(|(value, _)| *value).collect()
        };
        let moments: Vec<Moments> = (0..groups).map(|group| Moments::of(&values(group))).collect();
        let expected = number(model, "/icc1_anova_harmonic_free/icc1_k0");
        near("icc", icc(&moments).unwrap().icc, expected, 1e-8);
    }
}

#[test]
fn petersens_panel_has_its_published_errors_by_firm_and_year_at_once() {
    let Some(data) = shared() else { return };
    let model = &reference(&data.join("cluster"))["petersen"];
    let table = Table::read(&data.join("cluster/petersen_cl.csv"));
    let slope = table.numbers("x");
    let x = Array2::from_shape_fn((5_000, 2), |(i, j)| if j == 0 { 1.0 } else { slope[i] });
    let m = Matrix::new(x, table.numbers("y").into());
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    let (firms, years) = (table.codes("firm"), table.codes("year"));
    let both = two_way(&fitted, &m, &firms, &years).unwrap();
    assert_eq!((both.clusters, both.floored), (Some(10), false));
    for (j, name) in ["(Intercept)", "x"].into_iter().enumerate() {
        let result = coefficient(&fitted, &both, j);
        near(name, result.std_error, number(model, &format!("/se_twoway_HC1_multi0F/{name}")), 1e-8);
        near("df", result.df, 9.0, 0.0);
    }
    // As published, to seven digits.
    assert!((coefficient(&fitted, &both, 1).std_error - 0.053_558_0).abs() < 5e-8);
    let turned = two_way(&fitted, &m, &years, &firms).unwrap();
    near("in either order", turned.matrix[[1, 1]], both.matrix[[1, 1]], 1e-13);
}

#[test]
fn two_groups_of_the_experiments_are_compared_as_in_r() {
    let Some(data) = shared() else { return };
    let rct = reference(&data.join("rct"));
    for name in ["full_charisma_vs_neutral", "goal_vs_neutral", "charisma_no_goal_vs_neutral", "nsw_dw_two_group"] {
        let pair = &rct[name];
        let arm = |suffix: &str| {
            let count = number(pair, &format!("/n_{suffix}")) as usize;
            Moments::from_summary(
                count,
                number(pair, &format!("/mean_{suffix}")),
                number(pair, &format!("/sd_{suffix}")),
            )
        };
        let (treated, control) = (arm("t"), arm("c"));
        let result = welch(&treated, &control, 0.95).unwrap();
        near("t", result.statistic, number(pair, "/welch/t"), 1e-8);
        near("df", result.df, number(pair, "/welch/df"), 1e-8);
        near("p", result.p_value, number(pair, "/welch/p"), 1e-8);
        near("low", result.conf_low, number(pair, "/welch/ci/0"), 1e-8);
        near("high", result.conf_high, number(pair, "/welch/ci/1"), 1e-8);
        near("d", standardised_difference(&treated, &control), number(pair, "/cohen_d"), 1e-8);
        near("g", hedges_g(&treated, &control), number(pair, "/hedges_g"), 1e-8);
    }
}

#[test]
fn shares_of_two_groups_are_compared_as_in_r() {
    let Some(data) = shared() else { return };
    let (rct, survival) = (reference(&data.join("rct")), reference(&data.join("survival")));
    for case in [&rct["at_or_above_33"], &rct["nsw_unemployed78"], &survival["rossi_rate"], &survival["ibm_overtime"]] {
        let count = |path: &str| number(case, path) as u64;
        let table = TwoByTwo {
            treated: count("/events_t"),
            treated_n: count("/n_t"),
            control: count("/events_c"),
            control_n: count("/n_c"),
        };
        let difference = newcombe(&table, 0.95);
        near("difference", difference.estimate, number(case, "/risk_diff"), 1e-8);
        near("low", difference.limits.low, number(case, "/risk_diff_newcombe/0"), 1e-8);
        near("high", difference.limits.high, number(case, "/risk_diff_newcombe/1"), 1e-8);
        let ratio = risk_ratio(&table, 0.95).unwrap();
        near("ratio", ratio.estimate, number(case, "/risk_ratio"), 1e-8);
        let half = (ratio.limits.high / ratio.limits.low).ln() / 2.0 / 1.959963984540054;
        near("error of the log ratio", half, number(case, "/risk_ratio_log_se"), 1e-8);
        near("Fisher", fisher(&table), number(case, "/fisher_p"), 1e-8);
        near("Wilson", wilson(table.treated, table.treated_n, 0.95).low, number(case, "/wilson_t/0"), 1e-8);
        near("Wilson", wilson(table.control, table.control_n, 0.95).high, number(case, "/wilson_c/1"), 1e-8);
    }
}

fn lives(table: &Table, time: &str, event: &str) -> Vec<Life> {
    let events = table.numbers(event);
    let life = |(time, event): (f64, f64)| if event == 1.0 { Life::left(time) } else { Life::stayed(time) };
    table.numbers(time).into_iter().zip(events).map(life).collect()
}

/// R's `cox.zph` tests terms: columns whose names begin with the term's.
fn check_proportionality(sample: &Sample<'_>, fitted: &CoxFit, columns: &[String], expected: &Value) {
    let names: Vec<String> = keys(&expected["chisq"]).into_iter().filter(|name| name != "GLOBAL").collect();
    let places = |term: &String| (0..columns.len()).filter(|&j| columns[j].starts_with(term.as_str())).collect();
    let terms: Vec<Vec<usize>> = names.iter().map(places).collect();
    let tests = proportionality(sample, fitted, &terms, Clock::KaplanMeier, None).unwrap();
    let global = "GLOBAL".to_owned();
    for (name, test) in names.iter().zip(&tests.terms).chain([(&global, &tests.global)]) {
        // R's own estimate, a little short of the maximum, moves the smallest statistics.
        near(name, test.unwrap().statistic, expected["chisq"][name].as_f64().unwrap(), 1e-5);
        near(name, test.unwrap().p_value, expected["p"][name].as_f64().unwrap(), 1e-5);
    }
}

#[test]
fn cox_models_of_the_reference_files_are_reproduced_with_both_ties() {
    let Some(data) = shared() else { return };
    let models = reference(&data.join("survival"));
    for (name, file, time, event) in [
        ("rossi_cox", "rossi", "week", "arrest"),
        ("veteran_cox", "veteran", "time", "status"),
        ("job_retention_cox", "job_retention", "month", "left"),
    ] {
        let table = Table::read(&data.join(format!("survival/{file}.csv")));
        for (ties, field) in [(Ties::Efron, "efron"), (Ties::Breslow, "breslow")] {
            let expected = &models[name][field];
            let names = keys(&expected["coef"]);
            let terms: Vec<Vec<f64>> = names.iter().map(|name| table.term(name)).collect();
            let x = Array2::from_shape_fn((table.rows.len(), names.len()), |(i, j)| terms[j][i]);
            let lives = lives(&table, time, event);
            let fitted = cox(&lives, &x, ties).unwrap();
            let errors = fitted.std_errors();
            assert_eq!(fitted.n as u64, models[name]["n"].as_u64().unwrap());
            assert_eq!(fitted.events as u64, models[name]["events"].as_u64().unwrap());
            for (j, term) in names.iter().enumerate() {
                // R stops at a relative change of 1e-9 in the likelihood, which leaves coefficients a little short.
                near(&format!("{name} {term}"), fitted.coefficients[j], expected["coef"][term].as_f64().unwrap(), 1e-6);
                near(&format!("{name} {term}"), errors[j], expected["se"][term].as_f64().unwrap(), 1e-7);
            }
            near("null", fitted.loglik_null, number(expected, "/loglik/0"), 1e-10);
            near("loglik", fitted.loglik, number(expected, "/loglik/1"), 1e-10);
            near("score test", fitted.score_test, number(expected, "/score"), 1e-8);
            near("likelihood ratio", fitted.likelihood_ratio(), number(expected, "/lr"), 1e-8);
            // R prints Wald's test to two places.
            let wald = fitted.wald(&fitted.covariance).unwrap();
            assert!((wald - number(expected, "/wald")).abs() < 5.1e-3, "{wald}");
            let ranked = concordance(&lives, &fitted.scores(&x), None, None).unwrap();
            near("concordance", ranked.c, number(expected, "/concordance"), 1e-9);
            if ties == Ties::Efron {
                check_proportionality(&Sample::new(&lives, &x), &fitted, &names, &models[name]["zph"]);
            }
        }
    }
}

#[test]
fn curves_and_log_rank_tests_of_the_reference_files_are_reproduced() {
    let Some(data) = shared() else { return };
    let cases = reference(&data.join("survival"));
    for (name, file, time, event, group, levels) in [
        ("rossi_fin", "rossi", "week", "arrest", "fin", ["0", "1"]),
        ("veteran_trt", "veteran", "time", "status", "trt", ["1", "2"]),
    ] {
        let case = &cases[name];
        let part = |level: &str| {
            let table = Table::read(&data.join(format!("survival/{file}.csv"))).keep(group, level);
            lives(&table, time, event)
        };
        let groups = levels.map(part);
        let strata: Vec<&str> =
            case["strata"].as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect();
        for (g, level) in levels.iter().enumerate() {
            let curve = kaplan_meier(&groups[g]);
            let label = format!("{group}={level}");
            for (i, at) in numbers(case, "/time").into_iter().enumerate().filter(|(i, _)| strata[*i] == label) {
                let step = curve.at(at);
                let limits = step.log_limits(0.95);
                near("survival", step.survival, numbers(case, "/surv")[i], 1e-9);
                near("error", step.std_error, numbers(case, "/se")[i], 1e-9);
                near("low", limits.low, numbers(case, "/lower_log")[i], 1e-9);
                near("high", limits.high, numbers(case, "/upper_log")[i], 1e-9);
                assert_eq!(at_risk(&groups[g], at) as f64, numbers(case, "/n_risk")[i]);
            }
            assert_eq!(curve.median(), case["median"][&label].as_f64());
            let last = groups.iter().map(|lives| kaplan_meier(lives).last).fold(0.0, f64::max);
            near("restricted mean", curve.restricted_mean(last).mean, case["rmean"][&label].as_f64().unwrap(), 1e-9);
        }
        let test = log_rank(&[(&groups[0], &groups[1])]).unwrap();
        near("chi-square", test.statistic, number(case, "/logrank/chisq"), 1e-9);
        near("p", test.p_value, number(case, "/logrank/p"), 1e-9);
        for side in 0..2 {
            near("observed", test.observed[side], numbers(case, "/logrank/obs")[side], 1e-12);
            near("expected", test.expected[side], numbers(case, "/logrank/exp")[side], 1e-9);
        }
    }
}

#[test]
fn the_constant_is_found_wherever_it_stands() {
    let Some(data) = shared() else { return };
    let table = Table::read(&data.join("drivers/swiss.csv"));
    let y: Array1<f64> = table.numbers("Fertility").into();
    let terms = [table.numbers("Education"), vec![1.0; y.len()]];
    let m = Matrix::new(Array2::from_shape_fn((y.len(), 2), |(i, j)| terms[j][i]), y);
    let fitted = fit(&m, Some(1), DEFAULT_TOLERANCE).unwrap();
    // R: lm(Fertility ~ Education, swiss): 79.6101, -0.8624, R squared 0.4406.
    assert!((fitted.coefficients[1] - 79.6101).abs() < 5e-5 && (fitted.coefficients[0] + 0.8624).abs() < 5e-5);
    assert!((fitted.r_squared - 0.4406).abs() < 5e-5);
}
