//! What a reader meets: each case is standard output, standard error and exit status in one snapshot, and what is on the
//! disk afterwards. Says nothing about whether the numbers are right.

use crate::workshop::{Folder, Told, samples};
use serde_json::Value;
use std::fs;
use unicode_width::UnicodeWidthStr;

/// The command as typed, how it ended and what it said; the version is not part of the promise.
fn transcript(args: &[&str], told: &Told) -> String {
    let typed: Vec<String> =
        args.iter().map(|a| if a.contains(' ') { format!("'{a}'") } else { (*a).to_string() }).collect();
    let said = |text: String| if text.is_empty() { "(nothing)\n".to_string() } else { text };
    let text = format!(
        "$ oneonone {}\n[exit {}]\n--- standard output\n{}--- standard error\n{}",
        typed.join(" "),
        told.status,
        said(told.out()),
        said(told.err())
    );
    text.replace(env!("CARGO_PKG_VERSION"), "<version>")
}

/// No line is wider than a terminal of 80 columns.
fn fits(told: &Told) {
    for line in told.out().lines().chain(told.err().lines()) {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
    }
}

/// Runs and compares with the committed transcript.
fn snapshot(name: &str, folder: &Folder, args: &[&str]) -> Told {
    let told = folder.oneonone(args);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "cli" }, {
        insta::assert_snapshot!(name, transcript(args, &told));
    });
    told
}

const COMMANDS: [&str; 13] = [
    "run",
    "regress",
    "compare",
    "attrition",
    "power",
    "stages",
    "practice",
    "validate",
    "anonymise",
    "summarise",
    "report",
    "simulate",
    "explain",
];

#[test]
fn without_arguments_the_program_says_what_to_do_next() {
    let folder = Folder::new("cli-nothing");
    let told = snapshot("no_arguments", &folder, &[]);
    fits(&told);
    assert_eq!(told.status, 0);
    assert!(told.out().contains("oneonone simulate --out demo"));
}

#[test]
fn every_command_explains_itself_in_prose_with_two_examples_in_80_columns() {
    let folder = Folder::new("cli-help");
    fits(&snapshot("help", &folder, &["--help"]));
    for command in COMMANDS {
        let told = snapshot(&format!("help_{command}"), &folder, &[command, "--help"]);
        fits(&told);
        assert_eq!(told.status, 0);
        let said = told.out();
        let prose = said.split("Usage:").next().unwrap();
        assert!(prose.split_whitespace().count() > 20, "{command}: a line is no prose");
        let examples = said.split("Examples:").nth(1).unwrap();
        assert!(examples.matches(&format!("oneonone {command}")).count() >= 2 || command == "simulate", "{command}");
    }
}

#[test]
fn the_version_is_one_line() {
    snapshot("version", &Folder::new("cli-version"), &["--version"]);
}

#[test]
fn usage_that_does_not_fit_exits_2() {
    let folder = Folder::with("cli-usage", "division");
    snapshot("unknown_command", &folder, &["frobnicate"]);
    snapshot("unknown_format", &folder, &["regress", "study.toml", "--format", "xml"]);
    snapshot("no_formula", &folder, &["regress", "people.csv"]);
    snapshot("plain_option_for_a_study", &folder, &["compare", "study.toml", "--outcome", "sales"]);
}

#[test]
fn the_drivers_of_the_sample_read_well_in_80_columns_in_both_languages() {
    let folder = Folder::with("cli-regress", "division");
    for language in ["en", "ja"] {
        let args = ["regress", "study.toml", "--language", language];
        fits(&snapshot(&format!("regress_{language}"), &folder, &args));
    }
}

#[test]
fn the_stages_of_the_sample_read_well_in_80_columns_in_both_languages() {
    let folder = Folder::with("cli-stages", "division");
    for language in ["en", "ja"] {
        fits(&snapshot(&format!("stages_{language}"), &folder, &["stages", "study.toml", "--language", language]));
    }
}

#[test]
fn every_other_table_fits_into_80_columns_too() {
    for sample in ["division", "division-ja", "division-export"] {
        let folder = Folder::with(&format!("cli-width-{sample}"), sample);
        for language in ["en", "ja"] {
            for command in ["compare", "attrition", "stages", "regress", "validate"] {
                let told = folder.oneonone(&[command, "study.toml", "--language", language]);
                fits(&told);
                assert!(!told.out.is_empty());
            }
        }
    }
}

/// A table whose numbers a reader can work out by hand.
const TINY: &str = "y,x,g,arm,who\n1,2,a,A,p\n2,3,a,A,q\n4,5,b,A,r\n3,3,b,A,s\n7,8,c,A,t\n5,7,c,A,u\n";

fn tiny(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("t.csv", TINY);
    folder
}

/// Ten digits: the last ones depend on the processor.
fn rounded(value: &mut Value) {
    match value {
        Value::Number(n) if n.is_f64() => {
            let shorter: f64 = format!("{:.9e}", n.as_f64().unwrap()).parse().unwrap();
            *value = shorter.into();
        }
        Value::Array(all) => all.iter_mut().for_each(rounded),
        Value::Object(all) => all.values_mut().for_each(rounded),
        _ => {}
    }
}

#[test]
fn json_of_a_tiny_table_keeps_every_name_of_the_contract() {
    let folder = tiny("cli-json");
    let args = ["regress", "t.csv", "--formula", "y ~ x", "--format", "json"];
    let mut told = folder.oneonone(&args);
    let mut json = told.json();
    rounded(&mut json);
    told.out = format!("{}\n", serde_json::to_string_pretty(&json).unwrap()).into_bytes();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "cli" }, {
        insta::assert_snapshot!("regress_json", transcript(&args, &told));
    });
    let model = &json["findings"][0];
    for key in ["analysis", "outcome", "n", "n_clusters", "r_squared", "adj_r_squared", "within_r_squared", "sigma"] {
        assert!(model.get(key).is_some(), "{key}");
    }
    for key in ["df_residual", "vcov", "terms", "cautions"] {
        assert!(model.get(key).is_some(), "{key}");
    }
    let slope = &model["terms"][1];
    for key in ["term", "estimate", "std_error", "statistic", "df", "p_value", "p_adjusted", "conf_low", "conf_high"] {
        assert!(slope.get(key).is_some(), "{key}");
    }
    for key in ["beta", "beta_low", "beta_high", "vif", "share_lmg", "share_johnson", "mark", "mark_low", "mark_high"] {
        assert!(slope.get(key).is_some(), "{key}");
    }
    // By hand: Sxy = 76/3 and Sxx = 88/3, means 14/3 and 11/3; so the slope is 19/22 and the constant -4/11.
    assert!((slope["estimate"].as_f64().unwrap() - 19.0 / 22.0).abs() < 1e-9);
    assert!((model["terms"][0]["estimate"].as_f64().unwrap() + 4.0 / 11.0).abs() < 1e-9);
}

#[test]
fn csv_parses_and_holds_the_numbers_of_json() {
    let folder = Folder::with("cli-csv", "division");
    for command in ["regress", "compare", "attrition", "stages"] {
        let told = folder.oneonone(&[command, "study.toml", "--format", "csv"]);
        assert_eq!(told.status, 0);
        // Not flexible: a row of another width is an error.
        let mut reader = csv::Reader::from_reader(told.out.as_slice());
        let headers: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
        assert_eq!(headers[0], "analysis");
        let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.unwrap()).collect();
        assert!(rows.len() > 5, "{command}");
        if command == "regress" {
            let column = |name: &str| headers.iter().position(|h| h == name).unwrap();
            let json = folder.oneonone(&[command, "study.toml", "--format", "json"]).json();
            for term in json["findings"][0]["terms"].as_array().unwrap() {
                let row =
                    rows.iter().find(|r| &r[column("part")] == "terms" && r[column("term")] == term["term"]).unwrap();
                for key in ["estimate", "std_error", "conf_low", "conf_high", "p_value"] {
                    assert_eq!(row[column(key)].parse::<f64>().unwrap(), term[key].as_f64().unwrap(), "{key}");
                }
            }
        }
    }
}

#[test]
fn a_path_that_is_missing_exits_2_and_names_it() {
    let folder = Folder::with("cli-missing", "division");
    folder.change("study.toml", "\"sales.csv\"", "\"gone.csv\"");
    let before = folder.list(".");
    snapshot("missing_table", &folder, &["regress", "nothere.csv", "--formula", "y ~ x"]);
    snapshot("missing_study", &folder, &["run", "nothere.toml"]);
    snapshot("missing_file_of_a_study", &folder, &["run", "study.toml", "--out", "out"]);
    snapshot("missing_findings", &folder, &["report", "findings.json"]);
    snapshot("folder_as_table", &folder, &["stages", ".", "--level", "level"]);
    assert_eq!(folder.list("."), before, "nothing was written");
}

#[test]
fn a_formula_that_cannot_be_read_points_at_the_character() {
    let folder = tiny("cli-formula");
    snapshot("formula_syntax", &folder, &["regress", "t.csv", "--formula", "y ~ x + * g"]);
    snapshot("formula_without_tilde", &folder, &["regress", "t.csv", "--formula", "y x"]);
    snapshot("formula_open", &folder, &["regress", "t.csv", "--formula", "y ~ C(g"]);
}

#[test]
fn a_column_that_does_not_exist_is_a_decline_with_its_name() {
    let folder = tiny("cli-column");
    snapshot("wrong_column", &folder, &["regress", "t.csv", "--formula", "y ~ z"]);
    snapshot("wrong_cluster", &folder, &["regress", "t.csv", "--formula", "y ~ x", "--cluster", "team"]);
    snapshot("wrong_level", &folder, &["stages", "t.csv", "--level", "rung"]);
}

#[test]
fn a_text_where_a_number_belongs_is_told_with_its_place() {
    let folder = tiny("cli-text");
    folder.write("typo.csv", "y,x\n1,2\n2,three\n4,5\n3,7\n9,1\n6,4\n");
    let told = snapshot("text_in_outcome", &folder, &["regress", "typo.csv", "--formula", "x ~ y"]);
    assert_eq!(told.status, 1);
    assert!(told.out().contains("typo.csv:3 (x)"), "the place of the cell");
    assert!(!told.out().contains("three"), "and not the cell");
    let told = snapshot("text_in_term", &folder, &["regress", "typo.csv", "--formula", "y ~ x"]);
    assert!(told.out().contains("typo.csv:3 (x)"));
    snapshot("text_column_as_outcome", &folder, &["compare", "t.csv", "--outcome", "g", "--arm", "who"]);
}

#[test]
fn a_comparison_with_one_arm_is_declined_with_a_remedy() {
    let folder = tiny("cli-arm");
    snapshot("one_arm", &folder, &["compare", "t.csv", "--outcome", "y", "--arm", "arm"]);
    let args = ["compare", "t.csv", "--outcome", "y", "--arm", "arm", "--treatment", "A", "--control", "B"];
    snapshot("one_arm_named", &folder, &args);
    let study = Folder::with("cli-arm-study", "division");
    study.change("people.csv", ",A\n", ",B\n");
    for command in ["compare", "attrition"] {
        let told = snapshot(&format!("one_arm_{command}"), &study, &[command, "study.toml"]);
        assert_eq!(told.status, 1);
    }
    let told = study.oneonone(&["run", "study.toml", "--out", "out"]);
    assert_eq!(told.status, 0, "the other questions are answered");
    let findings: Value = serde_json::from_str(&study.read("out/findings.json")).unwrap();
    assert_eq!(findings["declines"].as_array().unwrap().len(), 2);
}

#[test]
fn a_topic_nobody_chose_is_declined_with_a_remedy() {
    let folder = Folder::with("cli-topic", "division");
    let text = folder.read("sessions.csv");
    let kept: Vec<&str> = text.lines().filter(|l| !l.contains("private_life")).collect();
    folder.write("sessions.csv", kept.join("\n"));
    let told = snapshot("topic_nobody_chose", &folder, &["regress", "study.toml"]);
    assert_eq!(told.status, 1);
    assert!(told.out().contains("private life"), "it says which topic");
}

#[test]
fn fewer_rows_than_terms_are_declined() {
    let folder = tiny("cli-few");
    folder.write("few.csv", "y,a,b,c,d\n1,2,3,4,5\n2,1,3,5,4\n3,3,1,2,6\n");
    let told = snapshot("fewer_rows_than_terms", &folder, &["regress", "few.csv", "--formula", "y ~ a + b + c + d"]);
    assert_eq!(told.status, 1);
}

#[test]
fn a_bad_study_file_tells_all_its_faults_at_once_and_writes_nothing() {
    let folder = Folder::with("cli-study", "division");
    folder.change("study.toml", "window_days = 180", "window_days = \"soon\"");
    folder.change("study.toml", "design = \"randomised\"", "design = \"fair\"");
    folder.change("study.toml", "crowd = 5", "crwd = 5");
    let before = folder.list(".");
    let told = snapshot("three_faults_of_a_study", &folder, &["run", "study.toml", "--out", "out"]);
    assert_eq!(told.status, 2);
    for place in ["line 20", "line 27", "line 42"] {
        assert!(told.err().contains(place), "{place}");
    }
    assert_eq!(folder.list("."), before);
    folder.write("broken.toml", "[study\ntitle = 1");
    snapshot("study_is_no_toml", &folder, &["run", "broken.toml"]);
}

#[test]
fn an_output_that_is_a_file_fails_before_the_work_and_leaves_everything_as_it_was() {
    let folder = Folder::with("cli-out", "division");
    folder.write("taken", "mine");
    let before = folder.list(".");
    let told = snapshot("out_is_a_file", &folder, &["run", "study.toml", "--out", "taken"]);
    assert_eq!(told.status, 2);
    assert_eq!(folder.list("."), before);
    assert_eq!(folder.read("taken"), "mine");
    let told = folder.oneonone(&["run", "study.toml", "--out", "taken/deeper"]);
    assert_eq!(told.status, 2);
    assert_eq!(folder.list("."), before);
}

#[test]
fn a_structural_fault_stops_the_work_and_leaves_an_earlier_report_alone() {
    let folder = Folder::with("cli-structural", "division");
    let args = ["run", "study.toml", "--out", "out", "--quiet"];
    folder.change("study.toml", "formats = [\"html\"]", "formats = []");
    assert_eq!(folder.oneonone(&args).status, 0);
    let (before, findings) = (folder.list("out"), folder.read("out/findings.json"));
    let people = folder.read("people.csv");
    folder.write("people.csv", people.replacen("\nE00019", "\n\"E00019", 1));
    let told = snapshot("unclosed_quote", &folder, &args);
    assert_eq!(told.status, 1);
    assert!(told.err().contains("people.csv:20"), "the line where the quote opened");
    assert_eq!(
        told.err().matches("error:").count(),
        1,
        "one cause is one fault: no ids are missed in every other table"
    );
    assert_eq!(folder.list("out"), before);
    assert_eq!(folder.read("out/findings.json"), findings);
    assert_eq!(folder.oneonone(&["run", "study.toml", "--out", "fresh"]).status, 1);
    assert!(!folder.path().join("fresh").exists(), "no empty folder is left behind");
}

#[test]
fn a_cell_fault_is_told_and_the_work_goes_on_unless_strict() {
    let folder = Folder::without_pages("cli-cell", "division");
    folder.change("survey.csv", "E00001,2023-12-31,54.3", "E00001,2023-12-31,often");
    let told = snapshot("cell_fault", &folder, &["regress", "study.toml"]);
    assert_eq!(told.status, 0);
    assert!(told.out().contains("survey.csv:2 (engagement)") && !told.out().contains("often"));
    assert_eq!(folder.oneonone(&["regress", "study.toml", "--strict"]).status, 1);
    assert_eq!(folder.oneonone(&["run", "study.toml", "--out", "out", "--strict"]).status, 1);
    assert_eq!(folder.oneonone(&["run", "study.toml", "--out", "out"]).status, 0);
}

#[test]
fn the_gate_passes_the_anonymised_export_and_stops_the_division() {
    let root = Folder::new("cli-gate");
    let at = |sample: &str| samples().join(sample).to_string_lossy().into_owned();
    let pass = root.oneonone(&["validate", &at("division-export")]);
    assert_eq!(pass.status, 0, "{}", pass.out());
    // The export is what the command of data-samples/README.md writes.
    root.write("key", "the sample has no secrets and this key is none");
    let made = ["anonymise", &at("division/study.toml"), "--key-file", "key", "--out", "export", "--quiet"];
    assert_eq!(root.oneonone(&made).status, 0);
    for file in root.list("export") {
        let kept = std::fs::read(samples().join("division-export").join(&file)).unwrap();
        assert!(
            root.read(&format!("export/{file}")).as_bytes() == kept,
            "{file} differs from what anonymise writes now"
        );
    }
    assert_eq!(root.oneonone(&["validate", &at("division")]).status, 1);
    let told = root.oneonone(&["validate", &at("division-export"), "--format", "json"]).json();
    assert_eq!(told["verdict"], "pass");
    assert!(told["risk"]["k"].as_u64().unwrap() >= 5);
    let folder = Folder::with("cli-gate-study", "division");
    let told = snapshot("gate_on_an_identified_study", &folder, &["validate", "study.toml"]);
    assert_eq!(told.status, 1);
    fits(&told);
    let told = snapshot("gate_for_github", &folder, &["validate", "study.toml", "--format", "github"]);
    assert_eq!(told.status, 1);
    let told = folder.oneonone(&["validate", "study.toml", "--format", "json"]).json();
    assert_eq!(told["verdict"], "fail");
    for key in ["verdict", "issues", "risk", "checked", "not_checked"] {
        assert!(told.get(key).is_some(), "{key}");
    }
}

#[test]
fn a_report_made_from_findings_is_the_page_of_the_run() {
    let folder = Folder::with("cli-report", "division");
    assert_eq!(folder.oneonone(&["run", "study.toml", "--out", "out", "--quiet"]).status, 0);
    let elsewhere = Folder::new("cli-report-elsewhere");
    elsewhere.write("findings.json", folder.read("out/findings.json"));
    let told = elsewhere.oneonone(&["report", "findings.json", "--out", "pages"]);
    assert_eq!(told.status, 0, "{}", told.err());
    assert!(elsewhere.read("pages/report.html") == folder.read("out/report.html"), "the pages differ");
    assert_eq!(elsewhere.list("pages"), ["report.html"]);
    let told =
        elsewhere.oneonone(&["report", "findings.json", "--out", "both", "--language", "both", "--format", "html,md"]);
    assert_eq!(told.status, 0, "{}", told.err());
    assert_eq!(elsewhere.list("both"), ["report.en.html", "report.en.md", "report.html", "report.md"]);
    elsewhere.write("findings.json", "{}");
    let told = snapshot("not_findings", &elsewhere, &["report", "findings.json", "--out", "pages"]);
    assert_eq!(told.status, 1);
}

#[test]
fn a_run_writes_what_its_manifest_lists_and_nothing_else() {
    let folder = Folder::with("cli-run", "division");
    let told = folder.oneonone(&["run", "study.toml", "--out", "out"]);
    assert_eq!(told.status, 0);
    assert_eq!(told.err(), "Written to out.\n");
    let manifest: Value = serde_json::from_str(&folder.read("out/manifest.json")).unwrap();
    let mut listed: Vec<String> = Vec::new();
    for file in manifest["files"].as_array().unwrap() {
        let name = file["file"].as_str().unwrap();
        let bytes = fs::read(folder.path().join("out").join(name)).unwrap();
        assert_eq!(file["bytes"], bytes.len(), "{name}");
        let digest: String =
            <sha2::Sha256 as sha2::Digest>::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(file["sha256"], digest, "{name}");
        listed.push(name.to_string());
    }
    listed.extend(["manifest.json", "charts/"].map(String::from));
    listed.sort();
    assert_eq!(folder.list("out"), listed);
    for name in ["findings.json", "report.html", "charts/drivers.svg", "charts/drivers.png", "charts/ladder.svg"] {
        assert!(listed.iter().any(|l| l == name), "{name}");
    }
}

#[test]
fn a_wrong_as_of_date_exits_2_and_a_future_date_is_told_only_then() {
    let folder = Folder::without_pages("cli-as-of", "division");
    let told = snapshot("bad_as_of", &folder, &["stages", "study.toml", "--as-of", "soon"]);
    assert_eq!(told.status, 2);
    let issues =
        |day| folder.oneonone(&["stages", "study.toml", "--format", "json", "--as-of", day]).json()["issues"].clone();
    assert!(!issues("2024-06-30").as_array().unwrap().is_empty(), "half the log lies in the future of that day");
    assert_eq!(issues("2025-01-01").as_array().unwrap().len(), 0);
}
