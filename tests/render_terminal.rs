//! Whether the terminal, Markdown, CSV, JSON and annotations show what the findings say, in both languages and inside 80
//! columns, whatever the names and numbers; and whether errors and help speak as they should.

use clap::{CommandFactory, Parser};
use oneonone::cli::args::Cli;
use oneonone::cli::fault;
use oneonone::findings::gate::Severity;
use oneonone::findings::{Findings, Gate, Issue, Level, NotChecked, Risk};
use oneonone::report::terminal::{Style, render};
use oneonone::report::{RENDERERS, csv, gate, json, md, renderer, safe};
use oneonone::text::Language;
use oneonone::{Error, report};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

const STORED: &str = include_str!("data/terminal.json");
pub(super) const FORGED: &str = "=cmd|' /C calc'!A0\u{1b}[31m\r\n::error file=x::forged\u{202e}|%0A`<b>\u{200b}";

fn stored() -> Findings {
    serde_json::from_str(STORED).unwrap()
}

/// The stored findings with every name from the data replaced and every number changed.
fn twisted(name: &str, number: impl Fn(f64) -> f64 + Copy) -> Findings {
    let mut tree: Value = serde_json::from_str(STORED).unwrap();
    twist(&mut tree, "", name, number);
    serde_json::from_value(tree).unwrap()
}

pub(super) fn twist(value: &mut Value, key: &str, name: &str, number: impl Fn(f64) -> f64 + Copy) {
    const NAMES: [&str; 19] = [
        "term", "outcome", "formula", "cluster", "group", "by", "first", "second", "title", "file", "column", "topic",
        "detail", "wave", "where", "weights", "relation", "category", "name",
    ];
    match value {
        Value::String(text) if NAMES.contains(&key) => *text = name.to_string(),
        Value::Number(n) if n.is_f64() => *value = serde_json::json!(number(n.as_f64().unwrap())),
        Value::Array(items) => {
            let inside = if key == "groups" { "group" } else { "" };
            items.iter_mut().for_each(|item| twist(item, inside, name, number));
        }
        Value::Object(fields) => fields.iter_mut().for_each(|(k, v)| twist(v, k, name, number)),
        _ => {}
    }
}

fn too_wide(text: &str) -> Vec<String> {
    text.lines().filter(|line| UnicodeWidthStr::width(*line) > 80).map(String::from).collect()
}

fn unsafe_characters(text: &str) -> Vec<char> {
    let bidi = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| (c.is_control() && *c != '\n') || bidi(*c)).collect()
}

#[test]
fn every_line_of_realistic_findings_fits_80_columns_in_both_languages() {
    for language in Language::ALL {
        let text = render(&stored(), language, Style::Plain);
        assert_eq!(too_wide(&text), Vec::<String>::new());
        assert!(text.lines().count() > 150);
        assert!(!text.contains("NaN") && !text.contains("null"));
        for (start, _) in text.match_indices('<') {
            let known = text[start..].chars().nth(1).is_some_and(|c| c.is_ascii_digit() || c == ' ');
            assert!(known, "a key without words: {}", text[start..].chars().take(40).collect::<String>());
        }
    }
}

#[test]
fn every_line_of_extreme_names_and_numbers_fits_80_columns() {
    let long = "部".repeat(300);
    let word = "x".repeat(5000);
    let joined = "e\u{301}👩\u{200d}👩\u{200d}👧 ".repeat(80);
    let names = [long.as_str(), word.as_str(), joined.as_str(), FORGED, "", " ", "ｱ"];
    let numbers: [fn(f64) -> f64; 5] = [|x| x, |x| x * 1e300, |x| x * -1e-300, |_| f64::MAX, |x| x * 1e8];
    for language in Language::ALL {
        for name in names {
            for number in numbers {
                let text = render(&twisted(name, number), language, Style::Plain);
                assert_eq!(too_wide(&text), Vec::<String>::new());
            }
        }
    }
}

#[test]
fn no_control_or_direction_character_survives_in_any_text_format() {
    let findings = twisted(FORGED, |x| x);
    for language in Language::ALL {
        for format in ["table", "csv", "md"] {
            let text = (renderer(format).unwrap().render)(&findings, language).unwrap();
            assert_eq!(unsafe_characters(&text), Vec::<char>::new(), "{format}");
        }
    }
}

#[test]
fn colour_adds_only_colour() {
    for language in Language::ALL {
        let plain = render(&stored(), language, Style::Plain);
        let coloured = render(&stored(), language, Style::Colour);
        assert!(!plain.contains('\u{1b}') && coloured.contains("\u{1b}[1m"));
        let mut stripped = String::new();
        for (i, part) in coloured.split("\u{1b}[").enumerate() {
            stripped.push_str(if i == 0 { part } else { part.split_once('m').unwrap().1 });
        }
        let lines = |text: &str| text.lines().map(|l| l.trim_end().to_string()).collect::<Vec<_>>();
        assert_eq!(lines(&plain), lines(&stripped));
    }
}

#[test]
fn the_terminal_prints_marks_with_their_range_and_hidden_cells_as_a_word() {
    let text = render(&stored(), Language::En, Style::Plain);
    assert!(text.contains("++++ (++ to +++++)"));
    assert!(text.contains("withheld"));
    let outcome: Vec<&str> = text.lines().filter(|l| l.trim_start().starts_with("16 better outcome")).collect();
    assert_eq!(outcome, ["16 better outcome  hidden"]);
    let zero = text.lines().find(|l| l.starts_with(" 2 doubtful")).unwrap();
    assert!(zero.contains(" 0   0.0%") && !zero.contains('#'));
    assert!(render(&stored(), Language::Ja, Style::Plain).contains("非表示"));
}

#[test]
fn the_sample_flow_is_printed_with_every_reason_even_at_zero() {
    let text = render(&stored(), Language::En, Style::Plain);
    for line in ["at the start", "  no value of the outcome", "  no cluster given", "used"] {
        assert!(text.lines().any(|l| l.starts_with(line)), "{line}");
    }
    let zero = text.lines().find(|l| l.starts_with("  no cluster given")).unwrap();
    assert!(zero.ends_with(" 0"));
}

#[test]
fn json_reads_back_to_the_same_findings_and_writes_the_same_bytes() {
    let first = json::render(&stored()).unwrap();
    let again: Findings = serde_json::from_str(&first).unwrap();
    assert_eq!(again, stored());
    assert_eq!(json::render(&again).unwrap(), first);
    let keys: Vec<String> =
        serde_json::from_str::<serde_json::Map<String, Value>>(&first).unwrap().keys().cloned().collect();
    assert_eq!(keys, ["format_version", "title", "crowd", "provenance", "findings", "issues", "declines"]);
}

#[test]
fn json_lines_hold_one_finding_or_decline_each() {
    let text = json::lines(&stored()).unwrap();
    let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let names: Vec<&str> = lines.iter().map(|l| l["analysis"].as_str().unwrap()).collect();
    assert_eq!(names, ["drivers", "comparison", "attrition", "stages", "regression", "drivers"]);
    assert_eq!(lines[5]["declined"], "no_overall_score");
}

#[test]
fn csv_parses_back_to_the_numbers_of_the_findings() {
    let text = csv::render(&stored()).unwrap();
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let tree: Value = serde_json::from_str(STORED).unwrap();
    let terms = tree["findings"][0]["terms"].as_array().unwrap();
    let written: Vec<_> =
        rows.iter().filter(|r| &r[at("analysis")] == "drivers" && &r[at("part")] == "terms").collect();
    assert_eq!(written.len(), terms.len());
    for (row, term) in written.iter().zip(terms) {
        assert_eq!(&row[at("term")], term["term"].as_str().unwrap());
        for field in ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high", "beta", "p_adjusted"] {
            let cell = row[at(field)].parse::<f64>().ok();
            assert_eq!(cell, term[field].as_f64(), "{field}");
        }
        assert_eq!(&row[at("mark")], term["mark"].as_str().unwrap_or_default());
    }
    let part = |name: &str| rows.iter().filter(|r| &r[at("part")] == name).count();
    assert_eq!((part("levels"), part("stages"), part("decline")), (17, 10, 1));
    let hidden = rows.iter().filter(|r| &r[at("part")] == "levels" && &r[at("hidden")] == "true");
    assert!(hidden.clone().count() == 2 && hidden.into_iter().all(|r| r[at("count")].is_empty()));
}

#[test]
fn no_csv_cell_from_the_data_begins_like_a_formula() {
    for name in ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "＝1", " =1", "\u{200b}=1"] {
        let text = csv::render(&twisted(name, |x| x)).unwrap();
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        for record in reader.records() {
            for cell in &record.unwrap() {
                let own = cell.parse::<f64>().is_ok() || cell.chars().all(|c| c == '+' || c == '-');
                let begins = cell.trim_start().chars().next();
                assert!(own || !begins.is_some_and(|c| "=+-@＝＋－＠".contains(c)), "{cell:?}");
            }
        }
    }
}

#[test]
fn markdown_tables_keep_their_columns_whatever_the_names() {
    for name in [FORGED, "a|b", "plain"] {
        for language in Language::ALL {
            let text = md::render(&twisted(name, |x| x), language);
            let mut width = None;
            for line in text.lines() {
                let bars = line.replace("\\|", "").matches('|').count();
                width = if line.starts_with('|') {
                    assert_eq!(*width.get_or_insert(bars), bars, "{line}");
                    width
                } else {
                    None
                };
            }
            assert!(!text.contains("<b>"));
        }
    }
}

#[test]
fn every_renderer_gives_the_same_bytes_twice_and_has_a_name_of_its_own() {
    for renderer in RENDERERS {
        let page = || (renderer.render)(&stored(), Language::Ja).unwrap();
        assert_eq!(page(), page());
        assert!(page().ends_with('\n') || renderer.name == "html");
        assert_eq!(RENDERERS.iter().filter(|r| r.name == renderer.name).count(), 1);
    }
}

fn judged(issues: Vec<Issue>) -> Gate {
    let risk = Risk { k: 1, classes: 40, uniques: 12, average_risk: 0.25, marketer: 0.25, ..Risk::default() };
    let missing = NotChecked { check: "linkage".into(), reason: "no_previous".into() };
    Gate::judge("internal", Severity::Errors, issues, Some(risk), vec!["encoding".into()], vec![missing])
}

#[test]
fn the_gate_writes_the_json_of_the_contract() {
    let issue = Issue::new("bad_date", Level::Error).file("sessions.csv").at(17).column("held_on", Some(5)).count(2);
    let text = gate::render(&judged(vec![issue]), "json", Language::En, Style::Plain).unwrap();
    let tree: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(tree["verdict"], "fail");
    let issue = &tree["issues"][0];
    assert_eq!((issue["level"].as_str(), issue["line"].as_u64()), (Some("error"), Some(17)));
    assert_eq!((issue["column_index"].as_u64(), issue["count"].as_u64()), (Some(5), Some(2)));
    for key in ["k", "classes", "uniques", "l", "entropy_l", "t", "average_risk", "marketer"] {
        assert!(tree["risk"].get(key).is_some(), "{key}");
    }
    assert!(tree["checked"].is_array() && tree["not_checked"][0]["check"] == "linkage");
    assert_eq!(serde_json::from_str::<Gate>(&text).unwrap().verdict, oneonone::findings::Verdict::Fail);
}

#[test]
fn warnings_fail_the_gate_only_when_it_is_strict() {
    let warning = || vec![Issue::new("free_text", Level::Warning)];
    let verdict = |severity| Gate::judge("internal", severity, warning(), None, vec![], vec![]).verdict;
    assert_eq!(verdict(Severity::Errors), oneonone::findings::Verdict::Pass);
    assert_eq!(verdict(Severity::Warnings), oneonone::findings::Verdict::Fail);
}

#[test]
fn an_annotation_cannot_be_forged_by_a_file_or_column_name() {
    let issue = Issue::new("bad_number", Level::Error).file(FORGED).at(3).column(FORGED, Some(1)).detail(FORGED);
    for language in Language::ALL {
        let text = gate::render(&judged(vec![issue.clone()]), "github", language, Style::Plain).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert_eq!(text.lines().filter(|l| l.starts_with("::error ")).count(), 1);
        let (properties, message) = text.lines().next().unwrap()[2..].split_once("::").unwrap();
        assert!(properties.ends_with("line=3,title=bad_number"));
        assert!(!message.contains("::") && !message.contains("%0A"));
        assert_eq!(unsafe_characters(&text), Vec::<char>::new());
    }
}

#[test]
fn the_gate_fits_80_columns_and_refuses_formats_it_does_not_write() {
    let issues = vec![Issue::new("k_anonymity", Level::Error).file(&"長".repeat(200)).limit(5.0, 1.0)];
    for language in Language::ALL {
        let text = gate::render(&judged(issues.clone()), "table", language, Style::Plain).unwrap();
        assert_eq!(too_wide(&text), Vec::<String>::new());
        assert!(gate::render(&judged(issues.clone()), "md", language, Style::Plain).unwrap().starts_with("# "));
    }
    let error = gate::render(&judged(issues), "yaml", Language::En, Style::Plain).unwrap_err();
    assert_eq!(error.exit_status(), 2);
    assert!(fault::speak(&error, Language::En).contains("table, json, sarif, junit, github, gitlab, md"));
}

#[test]
fn an_issue_names_the_facts_of_its_detail() {
    let said = |issue: &Issue| report::brief::faults::sentence(issue, Language::En);
    let bytes = Issue::new("bad_bytes", Level::Error).detail("encoding=CP932 offset=1024");
    assert!(said(&bytes).contains("CP932") && said(&bytes).contains("1024"));
    let headers = Issue::new("ambiguous_header", Level::Error).detail("headers=社員 ID / 社員番号");
    assert!(said(&headers).contains("(社員 ID / 社員番号)"));
    let form = Issue::new("value_form", Level::Warning).detail("era_date");
    assert!(said(&form).contains("Japanese era dates"));
    let alone = Issue::new("k_anonymity", Level::Error).limit(5.0, 1.0);
    assert!(said(&alone).contains("has 1, the limit is 5"));
    assert!(said(&Issue::new("no_such_code", Level::Note)).contains("no_such_code"));
}

#[test]
fn an_error_is_spoken_with_its_place_and_what_to_do() {
    for language in Language::ALL {
        let said = fault::speak(&Error::run("file_missing").with("file", "data\u{1b}[2J/a.csv\n"), language);
        assert_eq!(said.lines().count(), 2);
        assert!(said.contains("data[2J/a.csv"));
        assert_eq!(unsafe_characters(&said), Vec::<char>::new());
        assert!(fault::speak(&Error::data("no_such_code"), language).contains("no_such_code"));
        assert!(fault::speak(&Error::bug("chart_scale"), language).contains("chart_scale"));
    }
}

#[test]
fn a_fault_of_the_study_is_spoken_with_line_key_and_near_miss() {
    let args = [("nearest", "drivers.window_days".to_string())];
    let said = fault::of_study("unknown_key", (12, 3), "drivers.window_day", &args, Language::En);
    assert!(
        said.contains("line 12, column 3, drivers.window_day") && said.contains("Did you mean drivers.window_days?")
    );
    let none = fault::of_study("unknown_key", (12, 3), "x", &[("nearest", String::new())], Language::En);
    assert!(!none.contains("Did you mean"));
    let types = [("expected", "whole_number".to_string()), ("found", "text".to_string())];
    let said = fault::of_study("wrong_type", (1, 1), "privacy.crowd", &types, Language::En);
    assert!(said.contains("Expected a whole number, found text."));
}

#[test]
fn every_error_and_issue_code_in_the_source_has_words_in_both_languages() {
    let mut missing = Vec::new();
    for path in rust_files(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let source = std::fs::read_to_string(&path).unwrap();
        let makers = [
            ("Error::run(\"", "fault"),
            ("Error::data(\"", "fault"),
            ("Issue::new(\"", "issue"),
            ("Complaint::new(\"", "study"),
        ];
        for (maker, section) in makers {
            for (start, _) in source.match_indices(maker) {
                let code = source[start + maker.len()..].split('"').next().unwrap();
                let key = format!("{section}.{code}");
                let known = |l| oneonone::text::knows(l, &key);
                if !Language::ALL.into_iter().all(known) && !missing.contains(&key) {
                    missing.push(key);
                }
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

fn rust_files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_example_in_the_help_is_a_command_that_parses() {
    Cli::command().debug_assert();
    let mut seen = 0;
    for command in Cli::command().get_subcommands() {
        let help = command.get_after_help().unwrap().to_string().replace("\\\n", " ");
        let examples: Vec<&str> = help.lines().map(str::trim).filter(|l| l.starts_with("oneonone ")).collect();
        assert!(examples.len() >= 2, "{} has fewer than two examples", command.get_name());
        for example in examples {
            Cli::try_parse_from(words(example)).unwrap_or_else(|e| panic!("{example}: {e}"));
            seen += 1;
        }
    }
    assert!(seen >= 16);
}

/// A command line split at spaces, single quotes kept together.
fn words(line: &str) -> Vec<String> {
    line.split('\'')
        .enumerate()
        .flat_map(|(i, part)| if i % 2 == 1 { vec![part] } else { part.split_whitespace().collect() })
        .map(String::from)
        .collect()
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let refused = |line: &str| Cli::try_parse_from(words(line)).is_err();
    assert!(refused("oneonone attrition a.csv --arm x --duration d"));
    assert!(refused("oneonone attrition a.csv --arm x --entered e --left l"));
    assert!(refused("oneonone stages a.csv --level l --person p"));
    assert!(refused("oneonone regress a.csv --vcov CR9"));
    assert!(refused("oneonone validate x --format yaml"));
    assert!(
        !refused("oneonone ladder a.csv --items a,b --order observed")
            && refused("oneonone ladder a.csv --order sideways")
    );
    assert!(!refused("oneonone regress a.csv --formula 'y ~ x' --vcov hc3 --crowd 3"));
}

#[test]
fn text_from_files_is_made_harmless_for_each_format() {
    assert_eq!(safe::plain("a\u{1b}[31mb\u{202e}\n\u{2028}c"), "a[31mb  c");
    assert_eq!(safe::formula_free("=1"), "'=1");
    assert_eq!(safe::formula_free("売上"), "売上");
    assert_eq!(safe::markdown("a|b<i>"), "a\\|b&lt;i&gt;");
    assert_eq!(safe::annotation_property("a:b,c%\n"), "a%3Ab%2Cc%25 ");
}

/// The stored findings about leaving alone, changed.
fn leaving(change: impl Fn(&mut Value)) -> Findings {
    let mut tree: Value = serde_json::from_str(STORED).unwrap();
    let all = tree["findings"].as_array_mut().unwrap();
    all.retain(|finding| finding["analysis"] == "attrition");
    assert_eq!(all.len(), 1);
    change(&mut all[0]);
    serde_json::from_value(tree).unwrap()
}

fn by_person(finding: &mut Value) {
    finding["unit"] = "person".into();
    finding["causal"] = false.into();
    finding["by_unit"] = Value::Null;
    finding["risk_ratio"] = Value::Null;
    finding["risk_difference"] = Value::Null;
    finding["follow_up"].as_array_mut().unwrap().iter_mut().for_each(|arm| arm["n_units"] = Value::Null);
    finding["logrank"]["p_value"] = 0.0002.into();
    finding["cox"]["estimate"] = (-0.6).into();
}

#[test]
fn where_persons_were_assigned_the_log_rank_test_leads_the_sentence() {
    let findings = leaving(by_person);
    let said = render(&findings, Language::En, Style::Plain).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("left less often than people of"), "{said}");
    assert!(said.contains("(log-rank test by person: p < 0.001)"), "{said}");
    assert!(!said.contains("could not be tested") && !said.contains("Units"), "{said}");
    let page = report::html(&findings, Language::En).unwrap();
    assert!(page.contains("left less often than people of") && !page.contains("could not be tested"));
    let japanese = render(&findings, Language::Ja, Style::Plain);
    assert!(japanese.contains("起きにくい") && japanese.contains("ログランク"), "{japanese}");
}

#[test]
fn where_units_were_assigned_a_test_by_person_never_leads() {
    let findings = leaving(|finding| {
        by_person(finding);
        finding["unit"] = "manager_id".into();
    });
    let said = render(&findings, Language::En, Style::Plain).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("By what was assigned (teams)") && !said.contains("left less often"), "{said}");
    assert!(!report::html(&findings, Language::En).unwrap().contains("left less often"));
}

#[test]
fn time_without_days_is_told_in_units_of_time() {
    let plain = leaving(|finding| {
        finding["start"] = Value::Null;
        finding["end"] = Value::Null;
        finding["rmst"]["horizon"] = 366.0.into();
    });
    let said = render(&plain, Language::En, Style::Plain).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("within 366 units of time") && !said.contains("366 days"), "{said}");
    let days = leaving(|finding| {
        finding["start"] = "2024-01-01".into();
        finding["rmst"]["horizon"] = 366.0.into();
        finding["km"][0]["time"] = 60.0.into();
    });
    let said = render(&days, Language::En, Style::Plain).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("within 366 days") && !said.contains("60.0"), "{said}");
}

/// A linear model of so many terms, each with a mark of nothing.
fn model(terms: usize) -> Findings {
    let mut tree: Value = serde_json::from_str(STORED).unwrap();
    let mut finding = tree["findings"].as_array().unwrap().iter().find(|f| f["analysis"] == "drivers").unwrap().clone();
    finding["analysis"] = "regression".into();
    finding["formula"] = "y ~ x".into();
    finding["overall"] = Value::Null;
    finding["family"] = terms.into();
    finding["cautions"] = serde_json::json!([]);
    let all = finding["terms"].as_array_mut().unwrap();
    let mut slope = all.iter().find(|t| t["term"] != "(Intercept)").unwrap().clone();
    slope["mark"] = "".into();
    slope["term"] = "x".into();
    all.retain(|t| t["term"] == "(Intercept)");
    all.extend((0..terms).map(|_| slope.clone()));
    tree["findings"] = serde_json::json!([finding]);
    serde_json::from_value(tree).unwrap()
}

#[test]
fn a_model_of_one_or_no_term_says_nothing_of_other_terms() {
    let said = |terms| {
        let text =
            render(&model(terms), Language::En, Style::Plain) + &report::html(&model(terms), Language::En).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(!said(1).contains("other terms") && said(1).contains("No relation of x with"), "{}", said(1));
    assert!(!said(1).contains("1 tests"));
    let constant = render(&model(0), Language::En, Style::Plain);
    for word in ["relation", "association", "Holm", "mark needs"] {
        assert!(!constant.contains(word), "{word}: {constant}");
    }
    assert!(!said(0).contains("0 tests"));
    assert!(said(2).contains("For no term is a relation"));
}

#[test]
fn a_decline_is_told_for_its_analysis_and_with_its_line() {
    use oneonone::findings::Decline;
    use oneonone::report::brief::shared::decline_words;
    let few =
        |analysis| decline_words(Language::En, &Decline::new(analysis, "too_few_rows").with("n", 2).with("terms", 3));
    assert!(few("regression").contains("2 complete rows") && !few("regression").contains("window"));
    assert!(few("drivers").contains("2 complete people") && few("drivers").contains("longer window"));
    let text = |analysis| {
        let args = Decline::new(analysis, "text_among_numbers").with("column", "pay").with("line", 7).with("count", 2);
        decline_words(Language::En, &args)
    };
    assert!(text("regression").contains("line 7") && text("regression").contains("C(pay)"));
    assert!(text("comparison").contains("2 cells") && !text("comparison").contains("C("));
    let plain = Decline::new("attrition", "not_date").with("column", "left");
    assert!(!decline_words(Language::En, &plain).contains("line"));
    assert!(decline_words(Language::En, &plain.with("line", 9)).contains("first on line 9"));
}

#[test]
fn a_formula_that_cannot_be_read_says_what_is_wanted() {
    let fault = |expected: &str| {
        Error::run("bad_formula")
            .with("formula", "y ~ x | firm")
            .with("at", 7)
            .with("character", "|")
            .with("expected", expected)
    };
    for language in Language::ALL {
        for expected in ["tilde", "name", "operator", "levels", "something_new"] {
            let said = fault::speak(&fault(expected), language);
            assert!(said.contains('`') && !said.contains('–') && !said.contains("something_new"), "{said}");
        }
    }
}
