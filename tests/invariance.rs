//! What must not change an answer: the order of rows and columns, threads, language, line ends, how files are cut, units,
//! columns nobody asked about, and the dialect of the export. Says nothing about whether the answers are right.

use crate::workshop::{Folder, TABLES, answer, answers, number, term};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use std::sync::OnceLock;

const SAMPLE: &str = "division";

/// The findings of the sample as it is.
fn as_it_is() -> &'static str {
    static FINDINGS: OnceLock<String> = OnceLock::new();
    FINDINGS.get_or_init(|| Folder::without_pages("invariance", SAMPLE).findings(&[]))
}

/// A copy of the sample with every table changed.
fn changed(name: &str, change: impl Fn(&str, &mut Vec<Vec<String>>)) -> Folder {
    let folder = Folder::without_pages(&format!("invariance-{name}"), SAMPLE);
    for file in TABLES {
        let before = folder.rows(file);
        let mut rows = before.clone();
        change(file, &mut rows);
        folder.put_rows(file, &rows);
    }
    folder
}

fn same_answers(found: &str) {
    assert!(answers(found) == answers(as_it_is()), "the answers differ");
}

fn parsed(findings: &str) -> Value {
    serde_json::from_str(findings).unwrap()
}

#[test]
fn the_order_of_rows_changes_no_byte_of_an_answer() {
    for seed in [1, 2] {
        let folder = changed(&format!("rows-{seed}"), |file, rows| {
            let mut random = ChaCha8Rng::seed_from_u64(seed * 10 + file.len() as u64);
            let before = rows.clone();
            rows[1..].shuffle(&mut random);
            assert!(*rows != before);
        });
        same_answers(&folder.findings(&[]));
    }
}

#[test]
fn too_little_memory_for_the_keys_is_said_and_changes_no_answer() {
    let folder = changed("memory", |file, rows| {
        if file == "sessions.csv" {
            rows[1..].reverse();
        }
    });
    let found = folder.findings(&["--memory", "4K"]);
    same_answers(&found);
    let codes = |found: &str| -> Vec<String> {
        let issues = parsed(found)["issues"].as_array().unwrap().clone();
        issues.iter().map(|issue| issue["code"].as_str().unwrap().to_string()).collect()
    };
    assert!(codes(&found).contains(&"duplicate_keys_not_checked".to_string()));
    assert!(!codes(&folder.findings(&["--memory", "1G"])).contains(&"duplicate_keys_not_checked".to_string()));
    let gate = folder.oneonone(&["validate", "study.toml", "--format", "json", "--memory", "4K", "--quiet"]).json();
    assert!(gate["not_checked"].as_array().unwrap().iter().any(|missing| missing["check"] == "duplicate_keys"));
}

#[test]
fn the_order_of_columns_changes_no_byte_of_an_answer() {
    let folder = changed("columns", |_, rows| rows.iter_mut().for_each(|row| row.reverse()));
    assert!(folder.read("people.csv").starts_with("group,"));
    same_answers(&folder.findings(&[]));
}

#[test]
fn the_number_of_threads_changes_no_byte_of_the_findings() {
    let folder = Folder::without_pages("invariance-threads", SAMPLE);
    for threads in ["1", "2", "5"] {
        assert!(folder.findings(&["--threads", threads]) == as_it_is(), "{threads} threads");
    }
}

#[test]
fn the_language_of_the_reader_changes_no_byte_of_the_findings() {
    let folder = Folder::without_pages("invariance-language", SAMPLE);
    let told = |language| folder.oneonone(&["run", "study.toml", "--out", "out", "--language", language]);
    let (ja, found_ja) = (told("ja"), folder.read("out/findings.json"));
    let (en, found_en) = (told("en"), folder.read("out/findings.json"));
    assert!(found_ja == found_en && found_en == as_it_is());
    assert!(ja.status == 0 && en.status == 0 && ja.out != en.out, "the words differ all the same");
}

#[test]
fn the_same_run_twice_gives_the_same_bytes_in_every_file() {
    let folder = Folder::with("invariance-twice", SAMPLE);
    for out in ["one", "two"] {
        assert_eq!(folder.oneonone(&["run", "study.toml", "--out", out, "--quiet"]).status, 0);
    }
    let files = folder.list("one");
    assert_eq!(files, folder.list("two"));
    assert!(files.len() > 10);
    for file in files.iter().filter(|f| !f.ends_with('/')) {
        let read = |out| std::fs::read(folder.path().join(out).join(file)).unwrap();
        assert!(read("one") == read("two"), "{file}");
    }
}

#[test]
fn line_ends_a_byte_order_mark_and_utf_16_change_no_byte_of_an_answer() {
    let folder = Folder::without_pages("invariance-bytes", SAMPLE);
    for file in TABLES {
        folder.change(file, "\n", "\r\n");
    }
    let marked = format!("\u{feff}{}", folder.read("survey.csv"));
    folder.write("survey.csv", marked);
    let wide: Vec<u8> =
        format!("\u{feff}{}", folder.read("people.csv")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    folder.write("people.csv", wide);
    same_answers(&folder.findings(&[]));
}

#[test]
fn sessions_cut_into_two_files_in_the_middle_of_a_1on1_give_the_same_answers() {
    let folder = Folder::without_pages("invariance-cut", SAMPLE);
    let rows = folder.rows("sessions.csv");
    let cut = (rows.len() / 2..).find(|i| rows[*i][0] == rows[i - 1][0]).unwrap();
    let (first, rest) = rows.split_at(cut);
    folder.put_rows("a.csv", first);
    folder.put_rows("b.csv", &[&rows[..1], rest].concat());
    folder.change("study.toml", "\"sessions.csv\"", "[\"a.csv\", \"b.csv\"]");
    same_answers(&folder.findings(&[]));
    folder.change("study.toml", "[\"a.csv\", \"b.csv\"]", "[\"b.csv\", \"a.csv\"]");
    same_answers(&folder.findings(&[]));
}

#[test]
fn columns_nobody_asked_about_change_no_answer_and_minutes_only_that_about_practice() {
    let folder = changed("unrelated", |file, rows| {
        for (i, row) in rows.iter_mut().enumerate() {
            let minutes = row.get(5).cloned().unwrap_or_default();
            row.insert(1, if i == 0 { "shelf".to_string() } else { format!("{}", i % 7) });
            row.push(if i == 0 { "colour".to_string() } else { ["red", "blue", ""][i % 3].to_string() });
            if file == "sessions.csv" && i > 0 && !minutes.is_empty() {
                row[6] = (minutes.parse::<f64>().unwrap() + 5.0).to_string();
            }
        }
    });
    assert!(folder.read("sessions.csv").lines().nth(1).unwrap().contains(",35,"), "half an hour is now 35 minutes");
    let (before, after) = (parsed(as_it_is()), parsed(&folder.findings(&[])));
    // What was done, and what is claimed of it, is practice too.
    let told = |found: &Value, analysis: &str| {
        let mut one = answer(found, analysis).clone();
        one.as_object_mut().unwrap().retain(|key, _| key != "compliance" && key != "claims");
        one
    };
    for analysis in ["drivers", "comparison", "attrition", "stages"] {
        assert_eq!(told(&before, analysis), told(&after, analysis));
    }
    let minutes = |found| number(&answer(found, "practice")["overall"]["minutes"], "estimate");
    assert!((minutes(&after) - minutes(&before) - 5.0).abs() < 1e-9);
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-6)
}

/// Every number of two blocks agrees once the second is multiplied.
fn agree(a: &Value, b: &Value, keys: &[&str], times: f64) {
    for key in keys {
        assert!(close(number(a, key), number(b, key) * times), "{key}: {} {}", a[key], b[key]);
    }
}

/// An outcome in another unit leaves the ladder as it is, and the trend of the outcome over it, which is of ranks.
fn only_outcomes_of_stages_differ(was: &Value, now: &Value) {
    let ladder = |found: &Value| {
        let mut stages = answer(found, "stages").clone();
        let follows = stages.as_object_mut().unwrap().remove("follows").unwrap();
        (stages, follows.as_array().unwrap().clone())
    };
    let ((before, follows_before), (after, follows_after)) = (ladder(was), ladder(now));
    assert_eq!(before, after);
    assert!(!follows_before.is_empty());
    for (a, b) in follows_before.iter().zip(&follows_after) {
        assert_eq!(a["trend"]["statistic"], b["trend"]["statistic"], "{}", a["outcome"]);
    }
}

#[test]
fn sales_in_other_units_change_the_difference_and_not_the_lift() {
    let folder = changed("sales", |file, rows| {
        for row in rows.iter_mut().skip(1).filter(|_| file == "sales.csv") {
            row[2].push_str("000");
        }
    });
    let (was, now) = (parsed(as_it_is()), parsed(&folder.findings(&[])));
    let (before, after) = (answer(&was, "comparison"), answer(&now, "comparison"));
    agree(&after["difference"], &before["difference"], &["estimate", "std_error", "conf_low", "conf_high"], 1000.0);
    agree(&after["difference"], &before["difference"], &["statistic", "df", "p_value"], 1.0);
    for lift in ["lift", "lift_delta", "lift_log_delta"] {
        agree(&after[lift], &before[lift], &["estimate", "conf_low", "conf_high"], 1.0);
    }
    agree(&after["permutation"], &before["permutation"], &["p_value", "smallest_p"], 1.0);
    agree(after, before, &["hedges_g", "icc", "mde_lift"], 1.0);
    agree(after, before, &["mde"], 1000.0);
    let months = |f: &Value| f["months"].as_array().unwrap().clone();
    assert_eq!(months(after).len(), months(before).len());
    let shown = months(after).into_iter().zip(months(before)).filter(|(a, _)| a["index"].is_number());
    for (a, b) in shown {
        agree(&a, &b, &["index"], 1.0);
        agree(&a, &b, &["value"], 1000.0);
    }
    for other in ["drivers", "attrition"] {
        assert_eq!(answer(&now, other), answer(&was, other), "{other} does not know of sales");
    }
    only_outcomes_of_stages_differ(&was, &now);
}

#[test]
fn engagement_on_another_scale_changes_slopes_and_not_betas_marks_or_shares() {
    let folder = changed("scale", |file, rows| {
        for row in rows.iter_mut().skip(1).filter(|_| file == "survey.csv") {
            if let Ok(value) = row[2].parse::<f64>() {
                // Tenths and halves: exact in decimals, so only the unit changes.
                row[2] = format!("{:.3}", value * 0.05);
            }
        }
    });
    folder.change("study.toml", "engagement = [0, 100]", "engagement = [0, 5]");
    let (was, now) = (parsed(as_it_is()), parsed(&folder.findings(&[])));
    let (before, after) = (answer(&was, "drivers"), answer(&now, "drivers"));
    agree(after, before, &["r_squared", "adj_r_squared", "df_residual", "n"], 1.0);
    agree(after, before, &["sigma"], 0.05);
    for one in before["terms"].as_array().unwrap() {
        let other = term(after, one["term"].as_str().unwrap());
        agree(other, one, &["estimate", "std_error", "conf_low", "conf_high"], 0.05);
        agree(other, one, &["statistic", "df", "p_value"], 1.0);
        assert_eq!(other["mark"], one["mark"]);
        if one["beta"].is_number() {
            let free = ["beta", "beta_low", "beta_high", "vif", "share_lmg", "share_johnson", "p_adjusted"];
            agree(other, one, &free, 1.0);
        }
    }
    for other in ["comparison", "attrition"] {
        assert_eq!(answer(&now, other), answer(&was, other), "{other} does not know of engagement");
    }
    only_outcomes_of_stages_differ(&was, &now);
}

#[test]
fn names_of_people_and_teams_are_only_names() {
    // Another prefix keeps the order of ids; what is behind them must not matter.
    let folder = changed("names", |_, rows| {
        for cell in rows.iter_mut().skip(1).flatten() {
            let number = cell.get(1..).unwrap_or_default();
            if cell.starts_with(['E', 'M']) && number.len() >= 3 && number.bytes().all(|b| b.is_ascii_digit()) {
                *cell = format!("x-{cell}-9");
            }
        }
    });
    assert!(folder.read("sales.csv").contains("x-E00001-9"));
    same_answers(&folder.findings(&[]));
}

/// Rows of a plain table are folded as they come, so sums may differ in the last digits and in nothing else.
#[test]
fn a_plain_table_in_another_order_gives_the_same_numbers() {
    let folder = Folder::new("invariance-plain");
    let row = |i: usize| {
        let (x, z) = ((i * 37 % 101) as f64, (i * 53 % 89) as f64);
        let noise = (i * 71 % 97) as f64 / 10.0;
        vec![format!("{}", 3.0 + 0.5 * x - 0.25 * z + noise), x.to_string(), z.to_string(), format!("g{}", i % 9)]
    };
    let mut rows: Vec<Vec<String>> = vec![["y", "x", "z", "g"].map(String::from).to_vec()];
    rows.extend((0..120).map(row));
    folder.put_rows("a.csv", &rows);
    rows[1..].shuffle(&mut ChaCha8Rng::seed_from_u64(5));
    rows.iter_mut().for_each(|r| r.reverse());
    folder.put_rows("b.csv", &rows);
    let ask = |file, formula| {
        folder
            .oneonone(&["regress", file, "--formula", formula, "--cluster", "g", "--format", "json", "--quiet"])
            .json()
    };
    let (a, b) = (ask("a.csv", "y ~ x + z"), ask("b.csv", "y ~ z + x"));
    let (a, b) = (answer(&a, "regression"), answer(&b, "regression"));
    assert_eq!(number(a, "n"), 120.0);
    agree(a, b, &["r_squared", "sigma", "n_clusters"], 1.0);
    for name in ["(Intercept)", "x", "z"] {
        agree(term(a, name), term(b, name), &["estimate", "std_error", "df", "conf_low", "conf_high"], 1.0);
    }
}

/// Every difference between two JSON values, as a path with both ends.
fn differences(path: &str, a: &Value, b: &Value, found: &mut Vec<(String, String, String)>) {
    match (a, b) {
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            x.iter().zip(y).for_each(|(p, q)| differences(&format!("{path}[]"), p, q, found));
        }
        (Value::Object(x), Value::Object(y)) if x.keys().eq(y.keys()) => {
            x.iter().for_each(|(key, p)| differences(&format!("{path}.{key}"), p, &y[key], found));
        }
        _ if a == b => {}
        _ => found.push((path.to_string(), a.to_string(), b.to_string())),
    }
}

#[test]
fn both_dialects_of_the_sample_give_the_same_findings_number_for_number() {
    let ja = Folder::without_pages("invariance-ja", "division-ja").findings(&[]);
    let (en, ja) = (parsed(as_it_is()), parsed(&ja));
    assert_eq!(en["findings"].as_array().unwrap().len(), 5);
    assert_eq!(en["declines"], ja["declines"]);
    let mut found = Vec::new();
    differences("", &en["findings"], &ja["findings"], &mut found);
    let mut names: Vec<(&str, &str)> = found.iter().map(|(_, a, b)| (a.as_str(), b.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.iter().all(|(a, _)| a.starts_with('"')), "only words differ: {found:?}");
    let departments = Folder::with("invariance-departments", "division").rows("people.csv");
    for (path, english, _) in &found {
        let name = english.trim_matches('"');
        assert!(departments.iter().any(|row| row[2] == name), "{path} differs and is no department");
    }
    assert!(!names.is_empty() && names.len() <= 6, "one Japanese name for each of six departments: {names:?}");
}
