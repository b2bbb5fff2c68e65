//! The answer of the gate in every format: what a machine may rely on, what nobody can forge, what was accepted by whom, and
//! what must not change a verdict. What is found is for `screen` to test.

mod schema;

use crate::workbook::pack;
use crate::workshop::{Folder, TABLES, Told};
use oneonone::text::{Language, explain};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const FILES: [(&str, &str); 5] = [
    ("json", "gate.json"),
    ("sarif", "gate.sarif"),
    ("junit", "gate.xml"),
    ("gitlab", "quality.json"),
    ("md", "gate.md"),
];

/// Validates in a folder, every format into its file, the annotations to standard output.
fn validate(folder: &Folder, input: &str, options: &[&str]) -> Told {
    let mut args = vec!["validate", input, "--as-of", "2026-01-01"];
    for (format, file) in FILES {
        args.extend(["--format", format, "--output", file]);
    }
    args.extend(["--format", "github", "--quiet"]);
    args.extend(options);
    folder.oneonone(&args)
}

fn json(folder: &Folder, file: &str) -> Value {
    serde_json::from_str(&folder.read(file)).unwrap()
}

fn texts<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    value.as_array().unwrap().iter().filter_map(|one| one[key].as_str()).collect()
}

/// What no output may hold: control characters, marks of direction, characters without width.
fn unseen(text: &str) -> Vec<char> {
    let odd = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(*c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    text.chars().filter(odd).collect()
}

/// What SARIF 2.1.0 requires of a log, and GitHub of a result.
fn is_sarif(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().contains("sarif-schema-2.1.0"));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert!(driver["name"].is_string() && driver["version"].is_string());
    let rules = driver["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len(), "a rule stands twice");
    let mut places = BTreeSet::new();
    for result in run["results"].as_array().unwrap() {
        let at = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[at]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert!(result["occurrenceCount"].as_u64().unwrap() >= 1);
        assert_eq!(result["partialFingerprints"]["oneononePlace/v1"].as_str().unwrap().len(), 32);
        let all = |key: &str| result.get(key).map_or(Vec::new(), |list| list.as_array().unwrap().clone());
        let locations: Vec<Value> = all("locations").into_iter().chain(all("relatedLocations")).collect();
        assert!(locations.len() <= 20 && all("locations").len() <= 1);
        for location in &locations {
            let physical = &location["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b);
            assert!(!uri.starts_with('/') && uri.bytes().all(plain), "{uri}");
            assert!(physical.get("region").is_none_or(|region| region["startLine"].as_u64().unwrap() >= 1));
        }
        let suppressed = result.get("suppressions").is_some();
        for suppression in all("suppressions") {
            assert_eq!((&suppression["kind"], &suppression["status"]), (&"external".into(), &"accepted".into()));
            assert!(!suppression["justification"].as_str().unwrap().is_empty());
        }
        let uri = locations.first().map(|l| l["physicalLocation"]["artifactLocation"]["uri"].to_string());
        let column = [&result["properties"]["column"], &result["properties"]["columnIndex"]].map(Value::to_string);
        let place = (result["ruleId"].to_string(), uri, column, suppressed);
        assert!(places.insert(place.clone()), "two results of one rule, file and column: {place:?}");
    }
}

/// Well formed, its counts right, each case named.
fn is_junit(text: &str) {
    let mut xml = quick_xml::Reader::from_str(text);
    xml.config_mut().expand_empty_elements = true;
    let (mut cases, mut failures, mut skipped, mut said) = (0, 0, 0, [0; 3]);
    loop {
        match xml.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) => {
                let value = |name: &str| {
                    let found = tag.try_get_attribute(name).unwrap().unwrap_or_else(|| panic!("no {name}"));
                    found.unescape_value().unwrap().into_owned()
                };
                match tag.local_name().as_ref() {
                    b"testsuite" => said = ["tests", "failures", "skipped"].map(|n| value(n).parse().unwrap()),
                    b"testcase" => {
                        assert!(!value("name").is_empty() && !value("classname").is_empty());
                        cases += 1;
                    }
                    b"failure" => failures += 1,
                    b"skipped" => skipped += 1,
                    _ => {}
                }
            }
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!([cases, failures, skipped], said);
}

/// Every file of a run, and standard output, held to its format. The JSON comes back.
fn held(folder: &Folder, told: &Told) -> Value {
    let gate = json(folder, "gate.json");
    let rules: Value = serde_json::from_str(include_str!("../schemas/gate.schema.json")).unwrap();
    assert_eq!(schema::faults(&rules, &gate), Vec::<String>::new());
    assert_eq!(gate["verdict"] == "fail", told.status == 1, "{}", told.err());
    is_sarif(&json(folder, "gate.sarif"));
    is_junit(&folder.read("gate.xml"));
    let quality = json(folder, "quality.json");
    let mut fingerprints = BTreeSet::new();
    for entry in quality.as_array().unwrap() {
        assert!(fingerprints.insert(entry["fingerprint"].as_str().unwrap()));
        assert!(["critical", "minor", "info"].contains(&entry["severity"].as_str().unwrap()));
        assert!(!entry["location"]["path"].as_str().unwrap().is_empty());
        assert!(entry["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
    }
    for code in texts(&gate["issues"], "code").into_iter().chain(texts(&gate["not_checked"], "check")) {
        assert!(!explain::look_up(code, Language::Ja).is_empty(), "explain does not know {code}");
    }
    let annotations = told.out();
    let (last, commands) = annotations.trim_end().rsplit_once('\n').unwrap_or(("", ""));
    let (last, commands) = if commands.is_empty() { (annotations.as_str(), "") } else { (commands, last) };
    assert!(!last.starts_with("::"));
    assert!(commands.lines().all(|l| ["::error ", "::warning ", "::notice "].iter().any(|c| l.starts_with(c))));
    for text in FILES.map(|(_, file)| folder.read(file)).iter().chain([&annotations]) {
        assert_eq!(unseen(text), Vec::<char>::new());
    }
    gate
}

#[test]
fn every_format_of_the_samples_keeps_its_contract_twice_over() {
    for (sample, status) in [("division-export", 0), ("division", 1)] {
        let folder = Folder::with(&format!("gate-{sample}"), sample);
        let told = validate(&folder, "study.toml", &[]);
        assert_eq!(told.status, status, "{}", told.err());
        held(&folder, &told);
        let before: Vec<String> = FILES.map(|(_, file)| folder.read(file)).to_vec();
        let again = validate(&folder, "study.toml", &["--threads", "1"]);
        assert_eq!(again.out(), told.out());
        assert_eq!(before, FILES.map(|(_, file)| folder.read(file)).to_vec());
    }
}

/// The name of a column may be anything; here it is everything at once.
const FORGED: &str = "a\u{1b}[31m\u{202e}\u{200b} ]]>&amp;<x>\"'\n::error file=x::%0A::warning ::|`*_\u{7}";

fn tables(folder: &Folder, memo: &str) {
    let people: Vec<String> = (0..40).map(|n| format!("p{:04x},A,d{}", n * 7919 % 65536, n % 2)).collect();
    folder.write("people.csv", format!("employee_id,group,department\n{}\n", people.join("\n")));
    let id = |n: usize| format!("p{:04x}", n * 7919 % 65536);
    let quoted = memo.replace('"', "\"\"");
    let sessions: Vec<String> = (0..40).map(|n| format!("s{n:02},{},2024-04,career,4,\"{quoted}\"", id(n))).collect();
    let text = format!("session_id,employee_id,held_on,topic,satisfaction,\"{quoted}\"\n{}\n", sessions.join("\n"));
    folder.write("sessions.csv", text);
    let survey: Vec<String> = (0..40).map(|n| format!("{},2024-06-30,{},{}", id(n), 1 + n % 5, n % 17)).collect();
    folder.write("survey.csv", format!("employee_id,wave,engagement,level\n{}\n", survey.join("\n")));
}

#[test]
fn nothing_in_a_header_or_a_cell_can_forge_an_output() {
    let folder = Folder::new("gate-forged");
    tables(&folder, FORGED);
    let told = validate(&folder, ".", &[]);
    let gate = held(&folder, &told);
    assert!(!gate["issues"].as_array().unwrap().is_empty());
    for language in ["ja", "en"] {
        let table = folder.oneonone(&["validate", ".", "--language", language]).out();
        assert_eq!(unseen(&table), Vec::<char>::new());
        let width = |line: &str| unicode_width::UnicodeWidthStr::width(line);
        assert!(table.lines().all(|line| width(line) <= 80), "{table}");
    }
}

fn entry(rule: &str, place: &str, expires: &str) -> String {
    format!(
        "[[accepted]]\nrule = \"{rule}\"\n{place}\nreason = \"agreed \u{202e}\"\nowner = \"the data office\"\nexpires = \"{expires}\"\n"
    )
}

#[test]
fn what_is_accepted_is_listed_and_what_has_expired_is_an_error() {
    let folder = Folder::new("gate-baseline");
    tables(&folder, "ask a@example.com");
    let all = |told: &Told| {
        let gate = held(&folder, told);
        let codes: Vec<String> = texts(&gate["issues"], "code").into_iter().map(String::from).collect();
        (gate, codes)
    };
    let (gate, codes) = all(&validate(&folder, ".", &[]));
    assert!(codes.contains(&"email_address".to_string()), "{codes:?}");
    let mail = gate["issues"].as_array().unwrap().iter().filter(|i| i["code"] == "email_address");
    let mail: Vec<(String, u64)> =
        mail.map(|i| (i["column"].as_str().unwrap().to_string(), i["count"].as_u64().unwrap())).collect();
    assert_eq!(gate["law"][0]["standing"], "findings");

    let with = |entries: &[String]| {
        folder.write("baseline.toml", entries.concat());
        let told = validate(&folder, ".", &["--baseline", "baseline.toml"]);
        assert!(told.status < 2, "{}", told.err());
        all(&told)
    };
    // One place, one count: accepted, listed in every format, and no longer a finding.
    let (column, count) = &mail[0];
    let place = format!("file = \"sessions.csv\"\ncolumn = \"{column}\"\ncount = {count}");
    let (gate, codes) = with(&[entry("email_address", &place, "2026-01-01")]);
    assert_eq!(codes.iter().filter(|c| *c == "email_address").count(), mail.len() - 1);
    assert_eq!(gate["accepted"][0]["owner"], "the data office");
    assert_eq!((&gate["accepted"][0]["reason"], &gate["law"][0]["accepted"]), (&"agreed ".into(), &1.into()));
    for file in ["gate.sarif", "gate.xml", "gate.md"] {
        assert!(folder.read(file).contains("the data office"), "{file}");
    }
    let said = |entries: &[String], code: &str, kept: usize| {
        let (gate, codes) = with(entries);
        assert!(codes.contains(&code.to_string()), "{code}: {codes:?}");
        assert_eq!(codes.iter().filter(|c| *c == "email_address").count(), kept, "{code}");
        assert_eq!(gate["accepted"].as_array().unwrap().len(), mail.len() - kept);
    };
    said(&[entry("email_address", &place, "2025-12-31")], "acceptance_expired", mail.len());
    said(&[entry("email_address", "", "2027-01-01")], "acceptance_too_broad", mail.len());
    said(&[entry("email_address", "file = \"sessions.csv\"", "2027-01-01")], "acceptance_too_broad", mail.len());
    let fewer = place.replace(&format!("count = {count}"), "count = 3");
    said(&[entry("email_address", &fewer, "2027-01-01")], "acceptance_exceeded", mail.len());
    said(&[entry("my_number", &fewer, "2027-01-01")], "acceptance_unused", mail.len());
    // A finding of another item may be accepted wherever it is.
    let (gate, codes) = with(&[entry("day_level_dates", "", "2027-01-01"), entry("k_anonymity", "", "2027-01-01")]);
    assert!(!codes.iter().any(|c| c == "day_level_dates" || c == "k_anonymity"), "{gate}");

    for (text, word) in [
        ("[[accepted]]\nrule = \"email_address\"\n".to_string(), "line 1"),
        (entry("no_such_rule", "", "2027-01-01"), "no_such_rule"),
        (entry("email_address", "", "soon"), "expires"),
        (entry("email_address", "colum = \"x\"", "2027-01-01"), "line"),
        ("x".to_string(), "line 1"),
    ] {
        folder.write("baseline.toml", &text);
        let told = folder.oneonone(&["validate", ".", "--baseline", "baseline.toml"]);
        assert_eq!(told.status, 2, "{text}");
        assert!(told.err().contains(word) && told.out().is_empty(), "{}", told.err());
    }
}

#[test]
fn a_file_for_each_format_and_none_when_the_path_is_bad() {
    let folder = Folder::new("gate-outputs");
    tables(&folder, "x");
    for (args, status) in [
        (&["--format", "json", "--output", "no/such/folder.json"][..], 2),
        (&["--format", "json", "--output", "."], 2),
        (&["--format", "json", "--format", "md"], 2),
        (&["--format", "json", "--output", "a", "--format", "md", "--output", "a"], 2),
        (&["--output", "a", "--output", "b"], 2),
        (&["--format", "xml"], 2),
    ] {
        let told = folder.oneonone(&[&["validate", "."], args].concat());
        assert_eq!((told.status, told.out()), (status, String::new()), "{args:?}");
    }
    let before = folder.list("");
    let told = folder.oneonone(&["validate", ".", "--output", "page.txt", "--quiet"]);
    assert!(told.status < 2 && told.out().is_empty() && told.err().is_empty(), "{}", told.err());
    let after: Vec<String> = folder.list("").into_iter().filter(|f| !before.contains(f)).collect();
    assert_eq!(after, ["page.txt"]);
    // Places that a reader may click on, when the files lie below the folder of the run; no other path is told.
    let inside = Folder::new("gate-paths");
    std::fs::create_dir(inside.path().join("out put")).unwrap();
    for file in ["people.csv", "sessions.csv", "survey.csv"] {
        inside.write(&format!("out put/{file}"), folder.read(file));
    }
    let told = validate(&inside, "out put", &[]);
    assert!(told.out().contains("file=out put/"), "{}", told.out());
    assert!(inside.read("gate.sarif").contains("out%20put/"));
    let absolute = inside.path().join("out put");
    let told = validate(&inside, absolute.to_str().unwrap(), &[]);
    let all = FILES.map(|(_, file)| inside.read(file)).concat() + &told.out();
    assert!(!all.contains("out put") && !all.contains("whole-"));
}

#[test]
fn no_word_of_the_gate_certifies() {
    let folder = Folder::with("gate-words", "division-export");
    for profile in ["internal", "partner", "public", "pseudonymised"] {
        for language in ["ja", "en"] {
            let told = folder.oneonone(&["validate", "study.toml", "--profile", profile, "--language", language]);
            let text = told.out().replace('\n', " ");
            for word in ["匿名加工情報です", "匿名です", "is anonymous", "are anonymous", "certif"] {
                assert!(!text.contains(word), "{word}: {text}");
            }
            let remains = ["引き続き個人情報です", "remain personal information"];
            let says = remains.iter().any(|words| text.contains(words));
            assert_eq!(says, profile == "pseudonymised", "{profile} {language}");
        }
    }
}

#[test]
fn what_was_not_read_is_not_told_as_checked() {
    let folder = Folder::new("gate-unread");
    tables(&folder, "x");
    let told = validate(&folder, ".", &[]);
    let all = held(&folder, &told);
    let checks = |gate: &Value| gate["checked"].as_array().unwrap().len();
    assert!(checks(&all) > 20);
    folder.write("survey.csv", "name,age\na@example.com,3\n");
    let told = validate(&folder, ".", &[]);
    let gate = held(&folder, &told);
    assert_eq!(gate["checked"], serde_json::json!(["structure", "workbook"]));
    let left = texts(&gate["not_checked"], "reason").into_iter().filter(|r| *r == "not_read").count();
    assert!(left > 20, "{left}");
    // Of item 1 the workbooks were looked at. What was found before the reading ended stands, under item 3; of the others
    // nothing.
    let standing = ["partly_checked", "not_checked", "findings", "not_checked", "not_checked"];
    assert_eq!(texts(&gate["law"], "standing"), standing, "{}", gate["law"]);
    let of_three = gate["issues"].as_array().unwrap().iter().filter(|issue| issue["appi_item"] == 3).count();
    assert_eq!(gate["law"][2]["findings"], of_three);
    // A row that contradicts another was read all the same.
    tables(&folder, "x");
    let people = folder.read("people.csv");
    let last = people.lines().last().unwrap();
    folder.write("people.csv", format!("{people}{last}\n"));
    let told = validate(&folder, ".", &[]);
    let gate = held(&folder, &told);
    assert!(texts(&gate["issues"], "code").contains(&"duplicate_person"));
    assert_eq!(checks(&gate), checks(&all));
}

#[test]
fn every_check_of_anonymity_serves_an_item_of_the_law() {
    // Checks of use and safety, which no item asks for.
    let others = [
        "structure",
        "values",
        "keys",
        "references",
        "ranges",
        "time",
        "arms",
        "duplicate_keys",
        "formula_cell",
        "control_character",
        "markup_cell",
        "email_id",
        "my_number_possible",
    ];
    for key in oneonone::text::keys(Language::En).filter_map(|key| key.strip_prefix("check.")) {
        let item = oneonone::findings::gate::law::item_of(key);
        assert_eq!(item.is_none(), others.contains(&key), "{key}: {item:?}");
    }
}

fn shared(part: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().skip(1).map(|a| a.join("shared/data").join(part)).find(|p| p.exists())
}

#[test]
#[allow(clippy::print_stderr)]
fn every_format_of_every_broken_export_keeps_its_contract() {
    let Some(cases) = shared("nasty") else {
        return eprintln!("skipped: shared/data/nasty is not here");
    };
    let manifest: Value = serde_json::from_slice(&std::fs::read(cases.join("manifest.json")).unwrap()).unwrap();
    let folder = Folder::new("gate-nasty");
    let mut judged = 0;
    for case in manifest["cases"].as_array().unwrap() {
        let input = cases.join(case["folder"].as_str().unwrap());
        let told = validate(&folder, input.to_str().unwrap(), &[]);
        if told.status == 2 {
            continue;
        }
        held(&folder, &told);
        judged += 1;
        let all = FILES.map(|(_, file)| folder.read(file)).concat() + &told.out() + &told.err();
        for secret in case["must_not_print"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(!all.contains(secret), "{}", case["id"]);
        }
    }
    assert!(judged > 100, "{judged}");
}

/// The verdict, and every error by kind, table and column with its count.
fn judgement(folder: &Folder, input: &str) -> (Value, Vec<String>) {
    let told = folder.oneonone(&["validate", input, "--format", "json", "--as-of", "2026-01-01", "--quiet"]);
    let gate = told.json();
    let errors = gate["issues"].as_array().unwrap().iter().filter(|i| i["level"] == "error");
    let mut kinds: Vec<String> =
        errors.map(|i| format!("{} {} {} {}", i["code"], i["table"], i["column"], i["count"])).collect();
    kinds.sort();
    (gate["verdict"].clone(), kinds)
}

#[test]
fn order_line_ends_marks_encodings_and_workbooks_change_no_verdict() {
    let folder = Folder::with("gate-dialects", "division-export");
    // Faults of every sort, at places of their own.
    let mut people = folder.rows("people.csv");
    people[0].push("memo".to_string());
    for (at, row) in people.iter_mut().enumerate().skip(1) {
        row.push(match at {
            17 => "090-1234-5678".to_string(),
            40 => "a@example.com".to_string(),
            _ => "済".to_string(),
        });
    }
    folder.put_rows("people.csv", &people);
    let mut survey = folder.rows("survey.csv");
    let engagement = survey[0].iter().position(|c| c == "engagement").unwrap();
    survey[5][engagement] = "abc".to_string();
    survey[9][engagement] = "999".to_string();
    folder.put_rows("survey.csv", &survey);
    let as_it_is = judgement(&folder, "study.toml");
    assert_eq!(as_it_is.0, "fail");
    assert!(as_it_is.1.len() >= 4, "{as_it_is:?}");

    let original: Vec<(&str, String)> = TABLES.iter().map(|f| (*f, folder.read(f))).collect();
    let changed = |change: &dyn Fn(&str) -> Vec<u8>| {
        for (file, text) in &original {
            folder.write(file, change(text));
        }
        judgement(&folder, "study.toml")
    };
    assert_eq!(changed(&|text| text.replace('\n', "\r\n").into_bytes()), as_it_is, "CRLF");
    assert_eq!(changed(&|text| format!("\u{feff}{text}").into_bytes()), as_it_is, "a byte order mark");
    assert_eq!(changed(&|text| encoding_rs::SHIFT_JIS.encode(text).0.into_owned()), as_it_is, "CP932");
    assert_eq!(changed(&|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()), as_it_is, "UTF-16");

    for seed in 1..=2 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        for (file, text) in &original {
            folder.write(file, text);
            let mut rows = folder.rows(file);
            rows[1..].shuffle(&mut random);
            let mut order: Vec<usize> = (0..rows[0].len()).collect();
            order.shuffle(&mut random);
            let rows: Vec<Vec<String>> =
                rows.iter().map(|row| order.iter().map(|at| row[*at].clone()).collect()).collect();
            folder.put_rows(file, &rows);
        }
        assert_eq!(judgement(&folder, "study.toml"), as_it_is, "rows and columns in another order");
    }

    for (file, text) in &original {
        folder.write(file, text);
        let rows = folder.rows(file);
        folder.write(file, pack::of_rows(&rows));
    }
    assert_eq!(judgement(&folder, "study.toml"), as_it_is, "workbooks");
}
