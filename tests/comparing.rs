//! Comparisons through the command line: published and recomputed references, strata, declines, the crowd rule, and the
//! same answer in every format and both languages.

use crate::workshop::Folder;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A file of the shared references; nothing (and a word about it) where they are not beside the checkout.
#[allow(clippy::print_stdout, reason = "a test says what it skips")]
fn shared(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|parent| parent.join("shared/data").join(name));
    let path = beside.into_iter().find(|path| path.exists());
    if path.is_none() {
        println!("skipped: {name} is not beside the checkout");
    }
    path
}

fn near(found: &Value, wanted: f64, what: &str) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{what}: {found}"));
    assert!((found - wanted).abs() <= 1e-8 * wanted.abs().max(1e-3), "{what}: {found} against {wanted}");
}

fn compare(args: &[&str]) -> Value {
    let folder = Folder::new("comparing-json");
    let all: Vec<&str> = ["compare"].iter().chain(args).chain(&["--format", "json", "--quiet"]).copied().collect();
    folder.oneonone(&all).json()
}

/// Differences in differences of house prices (Wooldridge, table 13.2), with R's HC2 errors.
#[test]
fn differences_in_differences_of_rows_agree_with_r() {
    let (Some(data), Some(reference)) = (shared("did/kielmc.csv"), shared("did/reference.json")) else { return };
    let reference: Value = serde_json::from_str(&std::fs::read_to_string(reference).unwrap()).unwrap();
    for (adjust, case, grade) in [("", "kielmc_basic", "D"), ("age,agesq", "kielmc_controls", "C")] {
        let path = data.to_str().unwrap();
        let mut args = vec![path, "--outcome", "rprice", "--arm", "nearinc", "--time", "year", "--start", "1981"];
        if !adjust.is_empty() {
            args.extend(["--adjust", adjust]);
        }
        let found = compare(&args);
        let change = &found["findings"][0]["change"];
        near(&change["difference"]["estimate"], reference[case]["coef"]["nearinc:y81"].as_f64().unwrap(), case);
        near(&change["difference"]["std_error"], reference[case]["se_HC2"]["nearinc:y81"].as_f64().unwrap(), case);
        assert_eq!((&change["n"], &change["vcov"]), (&321.into(), &"HC2".into()));
        assert_eq!(found["findings"][0]["claims"][1]["grade"], grade, "p 0.17 and 0.005; houses were not assigned");
    }
}

/// Job training (R causaldata): raw difference with HC2, Welch's t.
#[test]
fn a_raw_difference_agrees_with_r() {
    let (Some(data), Some(reference)) = (shared("rct/nsw_mixtape.csv"), shared("rct/reference.json")) else { return };
    let reference = std::fs::read_to_string(reference).unwrap();
    let args = [data.to_str().unwrap(), "--outcome", "re78", "--arm", "treat", "--design", "randomised"];
    let found = compare(&args);
    let finding = &found["findings"][0];
    let difference = finding["difference"]["estimate"].as_f64().unwrap();
    assert!((difference - 1794.342).abs() < 1e-3, "{difference}");
    let welch = &finding["person_level"]["difference"];
    assert_eq!(finding["person_level"]["by"], "person");
    assert!((welch["statistic"].as_f64().unwrap() - 2.674).abs() < 1e-3);
    assert!((welch["df"].as_f64().unwrap() - 307.13).abs() < 1e-2);
    assert!(reference.contains("1794.34"), "the reference is of this difference");
}

/// Messages of leaders (four cells): the interaction is the difference of the differences by declared group.
#[test]
fn declared_groups_agree_with_the_published_interaction() {
    let (Some(data), Some(reference)) = (shared("rct/gig_leadership_exp2.csv"), shared("rct/reference.json")) else {
        return;
    };
    let reference: Value = serde_json::from_str(&std::fs::read_to_string(reference).unwrap()).unwrap();
    let args = [data.to_str().unwrap(), "--outcome", "Counter_real", "--arm", "Charisma", "--groups", "Goal"];
    let found = compare(&[&args[..], &["--design", "randomised"]].concat());
    let by = &found["findings"][0]["subgroups"][0];
    let effect = |at: usize| by["groups"][at]["difference"]["estimate"].as_f64().unwrap();
    let wanted = &reference["table8_col2"];
    near(&by["groups"][0]["difference"]["estimate"], wanted["coef"]["Charisma"].as_f64().unwrap(), "without goal");
    near(&by["groups"][0]["difference"]["std_error"], wanted["se_HC2"]["Charisma"].as_f64().unwrap(), "its error");
    near(&Value::from(effect(1) - effect(0)), wanted["coef"]["Goal:Charisma"].as_f64().unwrap(), "interaction");
    let t = wanted["coef"]["Goal:Charisma"].as_f64().unwrap() / wanted["se_HC2"]["Goal:Charisma"].as_f64().unwrap();
    near(&by["statistic"], t * t, "F of one interaction is its squared t");
}

/// Teams of three people; the treated have `effect` more.
fn teams(count: usize, effect: f64, pairs: bool) -> String {
    let mut table = String::from("team,arm,block,y,did,site\n");
    for team in 0..count {
        let treated = if pairs { team % 2 == 0 } else { team < count / 2 };
        let level = [3.1, 1.7, 4.4, 2.9, 3.6, 0.8, 2.2, 4.9][team % 8] + (team / 8) as f64 * 0.3;
        for person in 0..3 {
            let y = 20.0 + level + person as f64 * 0.7 + if treated { effect } else { 0.0 };
            let did = u8::from(treated && (team + person) % 4 != 0);
            let arm = if treated { "new" } else { "old" };
            let _ = writeln!(table, "t{team},{arm},b{},{y},{did},s{}", team / 2, person % 2);
        }
    }
    table
}

const ASKED: [&str; 8] = ["--outcome", "y", "--arm", "arm", "--treatment", "new", "--unit", "team"];

#[test]
fn four_teams_against_four_print_two_of_seventy_and_pairs_keep_to_their_pairs() {
    let folder = Folder::new("comparing-teams");
    folder.write("t.csv", teams(8, 9.0, false));
    folder.write("p.csv", teams(8, 9.0, true));
    let run = |file: &str, more: &[&str]| {
        let path = folder.path().join(file);
        let all = [&["compare", path.to_str().unwrap()], &ASKED[..], more, &["--format", "json", "--quiet"]].concat();
        folder.oneonone(&all).json()["findings"][0].clone()
    };
    let found = run("t.csv", &["--design", "randomised"]);
    near(&found["permutation"]["smallest_p"], 2.0 / 70.0, "4 against 4");
    near(&found["permutation"]["p_value"], 2.0 / 70.0, "as far as can be");
    assert_eq!(found["permutation"]["draws"], 70);
    let found = run("p.csv", &["--design", "randomised", "--strata", "block"]);
    assert_eq!(found["strata"], serde_json::json!({"column": "block", "count": 4, "pairs": true}));
    assert_eq!(found["permutation"]["draws"], 16, "each pair turns by itself");
    near(&found["permutation"]["smallest_p"], 2.0 / 16.0, "four pairs");
    assert_eq!(found["claims"][0]["reservations"][1], "shuffling_disagrees");
    near(&found["ratio_check"]["p_strata"], 1.0, "one of each in every pair");
    let pooled = found["difference"]["estimate"].as_f64().unwrap();
    near(&found["stratified"]["difference"]["estimate"], pooled, "pairs of equal teams");
}

#[test]
fn a_claim_carries_everything_and_a_margin_is_the_only_way_to_no_difference() {
    let folder = Folder::new("comparing-margin");
    folder.write("t.csv", teams(40, 0.0, true));
    let path = folder.path().join("t.csv");
    let ask = |more: &[&str]| {
        let all = [&["compare", path.to_str().unwrap()], &ASKED[..], more, &["--format", "json", "--quiet"]].concat();
        folder.oneonone(&all).json()["findings"][0]["claims"][0].clone()
    };
    let plain = ask(&["--design", "randomised"]);
    assert_eq!(
        (&plain["verdict"], &plain["grade"], &plain["causal"]),
        (&"not_shown".into(), &"D".into(), &false.into())
    );
    for field in ["design", "unit", "n", "n_units", "estimate", "conf_low", "conf_high", "p_adjusted", "mde", "grade"] {
        assert!(!plain[field].is_null(), "{field}");
    }
    let wide = ask(&["--design", "randomised", "--margin", "20%"]);
    assert_eq!((&wide["verdict"], &wide["grade"]), (&"alike".into(), &"A".into()));
    let narrow = ask(&["--design", "randomised", "--margin", "0.01"]);
    assert_eq!((&narrow["verdict"], &narrow["grade"]), (&"not_shown".into(), &"D".into()));
    let bad = folder.oneonone(&[&["compare", path.to_str().unwrap()], &ASKED[..], &["--margin", "much"]].concat());
    assert_eq!(bad.status, 2);
}

#[test]
fn what_people_did_is_told_beside_what_they_were_assigned() {
    let folder = Folder::new("comparing-dose");
    folder.write("t.csv", teams(40, 6.0, true));
    let path = folder.path().join("t.csv");
    let all = [
        &["compare", path.to_str().unwrap()],
        &ASKED[..],
        &["--dose", "did", "--design", "randomised"],
        &["--format", "json"],
    ]
    .concat();
    let found = folder.oneonone(&all).json()["findings"][0].clone();
    let made = &found["compliance"];
    let (itt, first) = (&made["itt"]["estimate"], &made["first_stage"]["estimate"]);
    near(&made["cace"]["estimate"], itt.as_f64().unwrap() / first.as_f64().unwrap(), "ITT over first stage");
    near(&made["dose_control"], 0.0, "nobody in control did");
    assert_eq!(made["weak"], false);
    let grades: Vec<(&str, &str)> = found["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|claim| (claim["effect"].as_str().unwrap(), claim["grade"].as_str().unwrap()))
        .collect();
    assert_eq!(grades, [("mean", "A"), ("received", "B"), ("per_protocol", "C"), ("as_treated", "C")]);
    let causal = |at: usize| found["claims"][at]["causal"].as_bool().unwrap();
    assert!(causal(0) && causal(1) && !causal(2) && !causal(3));
}

#[test]
fn each_decline_says_what_would_make_it_answerable() {
    let folder = Folder::new("comparing-declines");
    let mut scores = String::from("arm,unit,z,month,block\n");
    for row in 0..40 {
        let z = [0.4, -1.2, 0.9, -0.3, 1.1, -0.8][row % 6] + if row % 2 == 0 { 0.1 } else { 0.0 };
        let _ = writeln!(
            scores,
            "{},u{},{z},2024-0{},b{}",
            if row % 2 == 0 { "a" } else { "b" },
            row % 10,
            1 + row % 3,
            row % 4
        );
    }
    folder.write("z.csv", &scores);
    folder.write("three.csv", "arm,unit,y\na,u1,1\na,u1,2\nb,u2,3\nb,u2,4\nb,u3,3.5\n");
    folder.write("both.csv", "arm,unit,y\na,u1,1\na,u2,2\nb,u2,3\nb,u3,4\n");
    folder.write("one.csv", "arm,unit,y\na,u1,1\na,u2,2\n");
    let ask = |file: &str, outcome: &str, more: &[&str]| {
        let path = folder.path().join(file);
        let base = ["compare", path.to_str().unwrap(), "--outcome", outcome, "--arm", "arm"];
        folder.oneonone(&[&base[..], more, &["--language", "en"]].concat())
    };
    let cases: [(&str, &str, &[&str], i32, &str); 8] = [
        ("z.csv", "z", &[], 0, "crosses zero"),
        ("z.csv", "z", &["--margin", "5%"], 0, "Declare it as a number in the unit of the outcome"),
        ("z.csv", "z", &["--time", "month", "--start", "2024-01"], 0, "Months before the start"),
        ("z.csv", "z", &["--start", "2024-02"], 1, "--time"),
        ("z.csv", "z", &["--unit", "unit", "--strata", "block"], 1, "belongs to one stratum"),
        ("three.csv", "y", &["--unit", "unit"], 1, "at least 2 in each"),
        ("both.csv", "y", &["--unit", "unit"], 1, "in both groups"),
        ("one.csv", "y", &[], 1, "two are compared"),
    ];
    for (file, outcome, more, status, words) in cases {
        let told = ask(file, outcome, more);
        let said = format!("{} {}", told.out(), told.err()).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(told.status, status, "{file} {more:?}: {said}");
        assert!(said.contains(words), "{file} {more:?}: {said}");
    }
}

#[test]
fn a_study_answers_in_every_format_and_both_languages() {
    let folder = Folder::new("comparing-formats");
    let study = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples/division/study.toml");
    let study = study.to_str().unwrap();
    for language in ["en", "ja"] {
        for format in ["table", "json", "jsonl", "csv", "md"] {
            let args = ["compare", study, "--format", format, "--language", language, "--groups", "department"];
            let told = folder.oneonone(&args);
            assert_eq!(told.status, 0, "{format} {language}: {}", told.err());
            let said = told.out();
            assert!(!said.contains('<') || format != "table" || said.contains("<0.001"), "{said}");
            for key in ["comparing.", "claim.", "reservation.", "causal."] {
                assert!(!said.contains(&format!("<{key}")), "{format} {language}: {key}");
            }
            if format == "csv" {
                for part in ["claims", "change", "event", "pre_trend", "subgroups", "cace", "omnibus", "whole"] {
                    assert!(said.lines().any(|line| line.starts_with(&format!("comparison,{part},"))), "{part}");
                }
            }
        }
    }
}
