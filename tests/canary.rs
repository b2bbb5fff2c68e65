//! Planted names, ids and numbers of single people never come out of any command, in any format, on either stream, whether
//! it succeeds or fails; what a department is called cannot act on a terminal, a spreadsheet, a page or a CI log. Pictures
//! of dots (PNG) are not read; their text is that of the SVG.

use crate::workshop::{Folder, TABLES, Told, samples};
use std::fs;

/// What belongs to one person and must never come out, with digits also as they are grouped for reading.
const PLANTED: [&str; 25] = [
    "CANARY-NAME-4401",
    "金糸雀四四〇二",
    "CANARYEMP8812",
    "CANARYMGR5523",
    "CANARYCORP6634",
    "CANARYSESS9921",
    "CANARYORPHAN3302",
    "canary7719",
    "CANARY-DATE-7731",
    "CANARY9",
    "CANARYTOPIC",
    "CANARYSTATUS",
    "CANARY-MIN-2214",
    "CANARY-ENG-6620",
    "CANARYLEVEL",
    "CANARY-HIRED-3341",
    "CANARY-LEFT-3342",
    "CANARY-SALES-1187",
    "CANARY-MONTH-1188",
    "719371937",
    "719,371,937",
    "CANARY",
    "canary",
    "Canary",
    "金糸雀",
];

/// The person whose id is planted, in every table.
const EMPLOYEE: &str = "CANARYEMP8812";

/// Nothing that was planted is in these bytes. The message names the planted text and the place, never the surroundings.
fn silent(bytes: &[u8], place: &str) {
    for planted in PLANTED {
        let found = bytes.windows(planted.len()).any(|w| w == planted.as_bytes());
        assert!(!found, "{planted} comes out of {place}");
    }
}

fn silent_told(told: &Told, place: &str) {
    silent(&told.out, &format!("{place} on standard output"));
    silent(&told.err, &format!("{place} on standard error"));
    assert!([0, 1, 2].contains(&told.status), "{place} ended with {}", told.status);
}

/// Plants into the first row from there on that holds something in the column and is not the canary person's own.
fn plant(rows: &mut [Vec<String>], from: usize, column: &str, canary: &str) {
    let column = rows[0].iter().position(|h| h == column).unwrap();
    let free = |r: &&mut Vec<String>| !r[column].is_empty() && !r.iter().any(|c| c == EMPLOYEE);
    rows.iter_mut().skip(from).find(free).unwrap()[column] = canary.to_string();
}

/// A division in which one person, one team and many single cells carry canaries; every cell fault there is.
fn division(name: &str) -> Folder {
    let folder = Folder::with(name, "division");
    for file in TABLES {
        let mut rows = folder.rows(file);
        for cell in rows.iter_mut().flatten() {
            match cell.as_str() {
                "E00021" => *cell = "CANARYEMP8812".to_string(),
                "M002" => *cell = "CANARYMGR5523".to_string(),
                "C001" => *cell = "CANARYCORP6634".to_string(),
                "S00123" => *cell = "CANARYSESS9921".to_string(),
                _ => {}
            }
        }
        match file {
            "people.csv" => people(&mut rows),
            "survey.csv" => survey(&mut rows),
            "sessions.csv" => sessions(&mut rows),
            _ => sales(&mut rows),
        }
        folder.put_rows(file, &rows);
    }
    folder
}

fn people(rows: &mut [Vec<String>]) {
    for (i, row) in rows.iter_mut().enumerate() {
        row.push(if i == 0 { "nickname" } else { "CANARY-NAME-4401" }.to_string());
        row.push(if i == 0 { "氏名" } else { "金糸雀四四〇二" }.to_string());
    }
    rows[40][4] = "CANARY-HIRED-3341".to_string();
    rows[41][5] = "CANARY-LEFT-3342".to_string();
}

fn survey(rows: &mut Vec<Vec<String>>) {
    plant(rows, 100, "engagement", "CANARY-ENG-6620");
    plant(rows, 200, "level", "CANARYLEVEL");
    let mut orphan = rows[1].clone();
    orphan[0] = "CANARYORPHAN3302".to_string();
    rows.push(orphan);
    rows.push(rows.iter().find(|r| r[0] == "CANARYEMP8812").unwrap().clone());
}

fn sessions(rows: &mut Vec<Vec<String>>) {
    plant(rows, 1000, "satisfaction", "CANARY9");
    plant(rows, 2000, "topic", "CANARYTOPIC");
    plant(rows, 3000, "status", "CANARYSTATUS");
    plant(rows, 4000, "duration_min", "CANARY-MIN-2214");
    plant(rows, 5000, "held_on", "CANARY-DATE-7731");
    rows.push(rows.iter().find(|r| r[0] == "CANARYSESS9921").unwrap().clone());
    for (i, row) in rows.iter_mut().enumerate() {
        row.push(if i == 0 { "memo" } else { "canary7719@example.test" }.to_string());
    }
}

fn sales(rows: &mut [Vec<String>]) {
    plant(rows, 100, "sales", "719371937");
    plant(rows, 200, "sales", "CANARY-SALES-1187");
    plant(rows, 300, "month", "CANARY-MONTH-1188");
}

const COMMANDS: [&str; 4] = ["regress", "compare", "attrition", "stages"];
const FORMATS: [&str; 5] = ["table", "json", "jsonl", "csv", "md"];

/// Every question in every format, and the gate in every format on the study and on the folder.
fn every_command(folder: &Folder, study: &str, what: &str) {
    for format in FORMATS {
        for command in COMMANDS {
            silent_told(
                &folder.oneonone(&[command, study, "--format", format]),
                &format!("{what}: {command} {format}"),
            );
        }
    }
    for format in ["table", "json", "md", "github"] {
        for profile in ["internal", "public"] {
            for input in [study, "."] {
                let told = folder.oneonone(&["validate", input, "--format", format, "--profile", profile]);
                assert!(told.status != 0, "{what}: the gate stays shut");
                silent_told(&told, &format!("{what}: validate {format} {profile}"));
            }
        }
    }
}

#[test]
fn every_cell_fault_is_told_by_place_and_none_by_value() {
    let folder = division("canary-cells");
    let told = folder.oneonone(&["run", "study.toml", "--out", "out", "--format", "json"]);
    assert_eq!(told.status, 0, "{}", told.err());
    let issues = told.json()["issues"].as_array().unwrap().clone();
    for (file, column) in [
        ("people.csv", "hired_on"),
        ("people.csv", "left_on"),
        ("survey.csv", "engagement"),
        ("survey.csv", "level"),
        ("survey.csv", "employee_id"),
        ("sessions.csv", "held_on"),
        ("sessions.csv", "satisfaction"),
        ("sessions.csv", "topic"),
        ("sessions.csv", "status"),
        ("sessions.csv", "duration_min"),
        ("sales.csv", "sales"),
        ("sales.csv", "month"),
    ] {
        let here = issues.iter().find(|i| i["file"] == file && i["column"] == column);
        assert!(here.is_some_and(|i| i["line"].is_number()), "nothing is said about {column} of {file}");
    }
}

#[test]
fn no_planted_value_comes_out_of_a_run_in_either_language() {
    let folder = division("canary-run");
    folder.change("study.toml", "formats = [\"html\"]", "formats = [\"html\", \"md\"]");
    folder.change("study.toml", "language = \"en\"", "language = \"both\"");
    for format in FORMATS {
        let told = folder.oneonone(&["run", "study.toml", "--out", "out", "--format", format]);
        assert_eq!(told.status, 0);
        silent_told(&told, &format!("run {format}"));
        if format == "table" {
            let files = folder.list("out");
            for wanted in ["findings.json", "report.html", "report.md", "report.en.html", "manifest.json"] {
                assert!(files.iter().any(|f| f == wanted), "{wanted}");
            }
            for file in files.iter().filter(|f| !f.ends_with('/')) {
                silent(file.as_bytes(), "a file name");
                if !file.ends_with(".png") {
                    silent(&fs::read(folder.path().join("out").join(file)).unwrap(), file);
                }
            }
            folder.change("study.toml", "formats = [\"html\", \"md\"]", "formats = []");
        }
    }
}

#[test]
fn no_planted_value_comes_out_of_single_questions_or_the_gate() {
    let folder = division("canary-commands");
    every_command(&folder, "study.toml", "cell faults");
    for option in [&["--language", "ja"][..], &["--strict"], &["--crowd", "1"]] {
        for command in COMMANDS {
            let told = folder.oneonone(&[&[command, "study.toml"], option].concat());
            silent_told(&told, &format!("{command} {option:?}"));
        }
    }
}

/// Faults that stop the work, each around a canary: a name, and what it does to the tables.
type Wreck = (&'static str, fn(&Folder));

fn line_of(folder: &Folder, file: &str, id: &str, change: impl Fn(&str) -> Vec<u8>) {
    let text = folder.read(file);
    let mut done = false;
    let mut bytes = Vec::new();
    for line in text.lines() {
        if !done && line.contains(id) {
            bytes.extend(change(line));
            done = true;
        } else {
            bytes.extend(line.bytes());
        }
        bytes.push(b'\n');
    }
    assert!(done, "{file} has no {id}");
    folder.write(file, bytes);
}

const WRECKS: [Wreck; 9] = [
    ("an unclosed quote", |f| line_of(f, "people.csv", EMPLOYEE, |l| format!("\"{l}").into_bytes())),
    ("a ragged row", |f| line_of(f, "sessions.csv", EMPLOYEE, |l| format!("{l},CANARY9,CANARY9").into_bytes())),
    ("bytes that are no text", |f| {
        line_of(f, "survey.csv", EMPLOYEE, |l| [b"CANARY\xff\xfe\x81".to_vec(), l.as_bytes().to_vec()].concat())
    }),
    ("a person twice, in two teams", |f| {
        line_of(f, "people.csv", EMPLOYEE, |l| format!("{l}\n{}", l.replace("CANARYMGR5523", "M009")).into_bytes())
    }),
    ("a 1on1 of two people", |f| {
        line_of(f, "sessions.csv", "CANARYSESS9921", |l| {
            let mut cells: Vec<&str> = l.split(',').collect();
            assert!(cells[2] != EMPLOYEE);
            cells[2] = EMPLOYEE;
            format!("{l}\n{}", cells.join(",")).into_bytes()
        })
    }),
    ("a team in both arms", |f| {
        line_of(f, "people.csv", "CANARYMGR5523", |l| {
            let (other, arm) = if l.contains(",A,") { (",B,", ",A,") } else { (",A,", ",B,") };
            l.replace(arm, other).into_bytes()
        });
    }),
    ("a required column gone", |f| f.change("sessions.csv", "held_on", "day_we_met")),
    ("a wave that is no wave", |f| {
        line_of(f, "survey.csv", EMPLOYEE, |l| l.replacen("20", "CANARY-DATE-7731", 1).into_bytes())
    }),
    ("no header", |f| {
        let text = f.read("people.csv");
        let (own, others): (Vec<&str>, Vec<&str>) = text.lines().skip(1).partition(|l| l.contains(EMPLOYEE));
        f.write("people.csv", [own, others].concat().join("\n"));
    }),
];

#[test]
fn no_planted_value_comes_out_when_the_work_stops() {
    for (what, wreck) in WRECKS {
        let folder = division("canary-wreck");
        wreck(&folder);
        let told = folder.oneonone(&["run", "study.toml", "--out", "out", "--format", "json"]);
        silent_told(&told, &format!("{what}: run"));
        for command in ["regress", "attrition", "validate"] {
            silent_told(&folder.oneonone(&[command, "study.toml"]), &format!("{what}: {command}"));
        }
        for format in ["json", "md", "github"] {
            silent_told(&folder.oneonone(&["validate", ".", "--format", format]), &format!("{what}: {format}"));
        }
        if told.status != 0 {
            assert!(!folder.path().join("out").join("findings.json").exists(), "{what}: something was written");
            assert!(!told.err.is_empty(), "{what}: nothing was said");
        }
    }
}

#[test]
fn faults_that_must_stop_the_work_do() {
    for (what, wreck) in WRECKS.iter().filter(|(w, _)| !["a ragged row", "a wave that is no wave"].contains(w)) {
        let folder = division("canary-stops");
        wreck(&folder);
        let told = folder.oneonone(&["run", "study.toml", "--out", "out"]);
        assert_eq!(told.status, 1, "{what}: {}", told.err().len());
    }
}

#[test]
fn no_planted_value_comes_out_of_plain_tables_or_broken_findings() {
    let folder = Folder::new("canary-plain");
    let mut table = String::from("y,x,arm,level,days,gone,from,to,who\n");
    for i in 0..40 {
        let (arm, gone) = (if i % 2 == 0 { "A" } else { "B" }, i % 3 % 2);
        table += &format!(
            "{},{},{arm},{},{},{gone},2024-01-{:02},,CANARY-NAME-44{i:02}\n",
            i % 7,
            i,
            i % 17,
            i + 3,
            i % 27 + 1
        );
    }
    table +=
        "CANARY9,CANARY-MIN-2214,A,CANARYLEVEL,CANARY-DATE-7731,CANARYSTATUS,CANARY-HIRED-3341,CANARY-LEFT-3342,x\n";
    folder.write("t.csv", &table);
    let questions: [&[&str]; 9] = [
        &["regress", "t.csv", "--formula", "y ~ x"],
        &["regress", "t.csv", "--formula", "y ~ days", "--cluster", "who"],
        &["compare", "t.csv", "--outcome", "y", "--arm", "arm"],
        &["compare", "t.csv", "--outcome", "x", "--arm", "arm", "--unit", "who", "--time", "from"],
        &["attrition", "t.csv", "--arm", "arm", "--duration", "days", "--event", "gone"],
        &[
            "attrition",
            "t.csv",
            "--arm",
            "arm",
            "--entered",
            "from",
            "--left",
            "to",
            "--from",
            "2024-01-01",
            "--to",
            "2024-12-31",
        ],
        &["stages", "t.csv", "--level", "level"],
        &["stages", "t.csv", "--level", "level", "--person", "who", "--wave", "from"],
        &["validate", "t.csv"],
    ];
    for question in questions {
        for format in ["table", "json", "csv", "md"] {
            if question[0] != "validate" || format != "csv" {
                silent_told(&folder.oneonone(&[question, &["--format", format]].concat()), &format!("{question:?}"));
            }
        }
    }
    folder.write("findings.json", "{\"format_version\": \"CANARY-NAME-4401\", \"title\": 719371937}");
    silent_told(&folder.oneonone(&["report", "findings.json", "--out", "pages"]), "report of broken findings");
}

/// Names that try to act: terminal escapes, line breaks with a forged annotation, direction marks, HTML, a formula.
const ACTING: [(&str, &str); 6] = [
    ("Field Sales 1", "=HYPERLINK(\"http://example.test\")"),
    ("Field Sales 2", "\u{1b}[31mred\u{1b}[0m\u{7}"),
    ("Field Sales Planning", "plan\n::error file=x,line=1::forged"),
    ("Key Accounts 3", "\u{202e}desrever\u{200b}"),
    ("Agency Sales", "<script>alert(7731)</script>"),
    ("Takasaki Sales Office", "cr\r::warning::forged"),
];

/// A division whose departments try to act.
fn acting(name: &str) -> Folder {
    let folder = Folder::with(name, "division");
    let mut rows = folder.rows("people.csv");
    for cell in rows.iter_mut().flatten() {
        if let Some((_, bad)) = ACTING.iter().find(|(name, _)| name == cell) {
            *cell = bad.to_string();
        }
    }
    folder.put_rows("people.csv", &rows);
    folder
}

/// Control characters other than line ends, and characters that change direction or hide.
fn acts(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn tame(text: &str, place: &str) {
    let bad = text.chars().find(|c| acts(*c));
    assert!(bad.is_none(), "U+{:04X} comes out of {place}", bad.map_or(0, u32::from));
    for line in text.lines() {
        let line = line.trim_start();
        assert!(!line.starts_with("::error file=x") && !line.starts_with("::warning::"), "a forged line in {place}");
    }
}

#[test]
fn a_department_cannot_act_on_a_terminal_or_forge_an_annotation() {
    let folder = acting("canary-acting");
    let mut shown = 0;
    for format in ["table", "csv", "md", "jsonl", "json"] {
        for command in ["stages", "regress", "attrition", "compare"] {
            let told = folder.oneonone(&[command, "study.toml", "--format", format]);
            assert_eq!(told.status, 0, "{command}: {}", told.err());
            tame(&told.out(), &format!("{command} {format}"));
            tame(&told.err(), &format!("{command} {format} on standard error"));
            shown += told.out().matches("alert(7731)").count();
        }
    }
    assert!(shown >= 3, "names of departments are shown by design, in stages");
    for format in ["table", "md", "github", "json"] {
        for input in ["study.toml", "."] {
            let told = folder.oneonone(&["validate", input, "--format", format]);
            tame(&told.out(), &format!("validate {format}"));
            tame(&told.err(), &format!("validate {format} on standard error"));
        }
    }
}

#[test]
fn a_department_cannot_act_on_a_page_or_in_a_spreadsheet() {
    let folder = acting("canary-pages");
    folder.change("study.toml", "formats = [\"html\"]", "formats = [\"html\", \"md\"]");
    assert_eq!(folder.oneonone(&["run", "study.toml", "--out", "out", "--quiet"]).status, 0);
    for file in folder.list("out").iter().filter(|f| !f.ends_with('/') && !f.ends_with(".png")) {
        let text = folder.read(&format!("out/{file}"));
        // Tabs are harmless in a page.
        tame(&text.replace('\t', " "), file);
        if !file.ends_with(".json") {
            assert!(!text.contains("<script>alert"), "a script comes alive in {file}");
        }
    }
    let page = folder.read("out/report.html");
    assert!(page.contains("alert(7731)"), "the name is shown, as text");
    let cells = folder.oneonone(&["stages", "study.toml", "--format", "csv"]).out();
    let mut reader = csv::Reader::from_reader(cells.as_bytes());
    let guarded = reader.records().flat_map(|r| r.unwrap().iter().map(String::from).collect::<Vec<_>>());
    let formulas: Vec<String> = guarded.filter(|c| c.contains("HYPERLINK")).collect();
    assert!(!formulas.is_empty() && formulas.iter().all(|c| c.starts_with('\'')), "a formula comes alive");
}

#[test]
fn the_samples_hold_no_canary_of_their_own() {
    for file in TABLES {
        silent(&fs::read(samples().join("division").join(file)).unwrap(), file);
    }
}
