//! What the simulator promises: same seed same bytes, the planted truth in plain arithmetic on the files, equal numbers in
//! both dialects, nobody alone in an anonymised export. It deliberately uses no analysis of this crate.

use oneonone::domain::{Day, Month, TOPICS};
use oneonone::simulate::{Case, Dialect, Export, Options, Summary, simulate};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

const FILES: [&str; 6] = ["sessions.csv", "survey.csv", "people.csv", "sales.csv", "study.toml", "truth.json"];

/// A folder of a test, gone when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("oneonone-simulate-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn division(out: &Path) -> Options {
    Options {
        out: out.to_path_buf(),
        case: Case::Division,
        people: None,
        sessions: Some(5_000),
        seed: 1,
        dialect: Dialect::English,
        export: Export::Identified,
    }
}

fn population(out: &Path, sessions: usize, seed: u64) -> Options {
    Options { case: Case::Population, sessions: Some(sessions), seed, ..division(out) }
}

fn make(options: &Options) -> Summary {
    simulate(options, &mut |_, _| ()).unwrap()
}

/// Header and rows of a CSV file in any dialect.
fn read(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let bytes = fs::read(path).unwrap();
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(error.as_bytes());
            assert!(!broken);
            text.into_owned()
        }
    };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().iter().map(String::from).collect();
    (header, reader.records().map(|r| r.unwrap().iter().map(String::from).collect()).collect())
}

/// Rows of an English file by column name.
fn table(folder: &Path, name: &str) -> Vec<HashMap<String, String>> {
    let (header, rows) = read(&folder.join(name));
    rows.into_iter().map(|row| header.iter().cloned().zip(row).collect()).collect()
}

fn truth(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(folder.join("truth.json")).unwrap()).unwrap()
}

/// Last answer, team and window means (seven topics, then overall) of everybody who answered.
struct Answer {
    engagement: f64,
    means: Vec<Option<f64>>,
}

fn answers(folder: &Path) -> Vec<Answer> {
    let mut last: BTreeMap<String, (Day, f64)> = BTreeMap::new();
    for row in table(folder, "survey.csv") {
        let (wave, value) = (Day::parse_iso(&row["wave"]).unwrap(), row["engagement"].parse().unwrap());
        let entry = last.entry(row["employee_id"].clone()).or_insert((wave, value));
        if wave >= entry.0 {
            *entry = (wave, value);
        }
    }
    let names: Vec<&str> = TOPICS.into_iter().chain(["overall"]).collect();
    let mut sums: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for row in table(folder, "sessions.csv") {
        let Some((wave, _)) = last.get(&row["employee_id"]) else { continue };
        let before = wave.0 - Day::parse_iso(&row["held_on"]).unwrap().0;
        if row["status"] != "held" || row["satisfaction"].is_empty() || !(1..=180).contains(&before) {
            continue;
        }
        let at = names.iter().position(|n| *n == row["topic"]).unwrap();
        let cell = &mut sums.entry(row["employee_id"].clone()).or_insert(vec![(0.0, 0.0); 8])[at];
        cell.0 += row["satisfaction"].parse::<f64>().unwrap();
        cell.1 += 1.0;
    }
    last.into_iter()
        .map(|(id, (_, engagement))| {
            let sums = sums.get(&id).cloned().unwrap_or(vec![(0.0, 0.0); 8]);
            let means = sums.iter().map(|(sum, count)| (*count > 0.0).then(|| sum / count)).collect();
            Answer { engagement, means }
        })
        .collect()
}

fn standardised(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    values.iter().map(|v| (v - mean) / sd).collect()
}

/// Standardised least squares by Gauss-Jordan on the correlations.
fn betas(columns: &[Vec<f64>], outcome: &[f64]) -> Vec<f64> {
    let z: Vec<Vec<f64>> = columns.iter().map(|c| standardised(c)).collect();
    let y = standardised(outcome);
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let k = z.len();
    let mut m: Vec<Vec<f64>> =
        (0..k).map(|i| (0..k).map(|j| dot(&z[i], &z[j])).chain([dot(&z[i], &y)]).collect()).collect();
    for i in 0..k {
        let pivot = m[i][i];
        m[i].iter_mut().for_each(|v| *v /= pivot);
        let row = m[i].clone();
        for (_, other) in m.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = other[i];
            other.iter_mut().zip(&row).for_each(|(v, r)| *v -= factor * r);
        }
    }
    m.iter().map(|row| row[k]).collect()
}

fn topic_betas(answers: &[Answer]) -> (usize, Vec<f64>) {
    let complete: Vec<&Answer> = answers.iter().filter(|a| a.means[..7].iter().all(Option::is_some)).collect();
    let columns: Vec<Vec<f64>> = (0..7).map(|t| complete.iter().map(|a| a.means[t].unwrap()).collect()).collect();
    let outcome: Vec<f64> = complete.iter().map(|a| a.engagement).collect();
    (complete.len(), betas(&columns, &outcome))
}

fn overall_beta(answers: &[Answer]) -> f64 {
    let rated: Vec<&Answer> = answers.iter().filter(|a| a.means[7].is_some()).collect();
    let outcome: Vec<f64> = rated.iter().map(|a| a.engagement).collect();
    betas(&[rated.iter().map(|a| a.means[7].unwrap()).collect()], &outcome)[0]
}

/// Leavers and person-months at risk in 2024 by group.
fn leaving(people: &[HashMap<String, String>], group: &str) -> (f64, f64) {
    let (mut leavers, mut months) = (0.0, 0.0);
    for person in people.iter().filter(|p| p["group"] == group) {
        let (hired, left) = (Day::parse_iso(&person["hired_on"]).unwrap(), Day::parse_iso(&person["left_on"]));
        for number in 1..=12 {
            let month = Month::new(2024, number);
            if hired <= month.first() && left.is_none_or(|l| l >= month.first()) {
                months += 1.0;
                leavers += f64::from(u8::from(left.is_some_and(|l| l <= month.last())));
            }
        }
    }
    (leavers, months)
}

/// Mean over people of their mean sales from 2024 on, A over B, minus 1.
fn lift(folder: &Path, people: &[HashMap<String, String>]) -> f64 {
    let group: HashMap<&str, &str> = people.iter().map(|p| (p["employee_id"].as_str(), p["group"].as_str())).collect();
    let mut sums: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for row in table(folder, "sales.csv").into_iter().filter(|r| r["month"].as_str() >= "2024-01") {
        let entry = sums.entry(row["employee_id"].clone()).or_default();
        entry.0 += row["sales"].parse::<f64>().unwrap();
        entry.1 += 1.0;
    }
    let mean = |arm: &str| {
        let values: Vec<f64> =
            sums.iter().filter(|(id, _)| group[id.as_str()] == arm).map(|(_, (sum, n))| sum / n).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    mean("A") / mean("B") - 1.0
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_other_ones() {
    let scratch = Scratch::new("seed");
    let folder = |name: &str, seed: u64| {
        let out = scratch.0.join(name);
        make(&population(&out, 6_000, seed));
        FILES.map(|f| fs::read(out.join(f)).unwrap())
    };
    let (first, again, other) = (folder("first", 7), folder("again", 7), folder("other", 8));
    assert_eq!(first, again);
    for i in [0, 1, 2, 3, 5] {
        assert_ne!(first[i], other[i], "{}", FILES[i]);
    }
    let left: BTreeSet<String> =
        fs::read_dir(&scratch.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(left, BTreeSet::from(["again", "first", "other"].map(String::from)));
}

#[test]
fn the_population_gives_back_its_planted_coefficients_in_every_band() {
    let scratch = Scratch::new("population");
    for seed in [1, 2, 3] {
        make(&population(&scratch.0, 40_000, seed));
        let truth = truth(&scratch.0);
        let answers = answers(&scratch.0);
        let (complete, estimates) = topic_betas(&answers);
        assert_eq!(answers.len() as u64, truth["answered"].as_u64().unwrap());
        assert_eq!(complete as u64, truth["complete"].as_u64().unwrap());
        for (topic, estimate) in TOPICS.iter().zip(estimates) {
            let planted = truth["betas"][topic].as_f64().unwrap();
            assert!((estimate - planted).abs() < 0.002, "seed {seed} {topic}: {estimate} for {planted}");
        }
        let overall = overall_beta(&answers);
        assert!((0.205..0.245).contains(&overall), "seed {seed}: {overall}");
    }
}

#[test]
fn the_population_gives_back_its_sales_lift_and_hazard_ratio() {
    let scratch = Scratch::new("effects");
    let summary = make(&population(&scratch.0, 100_000, 1));
    assert_eq!((summary.companies, summary.people, summary.sessions), (20, 4_000, 100_000));
    let people = table(&scratch.0, "people.csv");
    let lift = lift(&scratch.0, &people);
    assert!((lift - 0.20).abs() < 0.03, "{lift}");
    let ((a, at_a), (b, at_b)) = (leaving(&people, "A"), leaving(&people, "B"));
    let ratio = (a / at_a) / (b / at_b);
    // Three standard errors of the log ratio.
    assert!((ratio / 0.80).ln().abs() < 3.0 * (1.0 / a + 1.0 / b).sqrt(), "{ratio}");
}

#[test]
fn the_division_is_a_team_randomised_trial_of_500_people_over_24_months() {
    let scratch = Scratch::new("division");
    let summary = make(&Options { sessions: None, ..division(&scratch.0) });
    assert!(summary.share_complete >= 0.8, "{}", summary.share_complete);
    let people = table(&scratch.0, "people.csv");
    assert_eq!(people.len(), 500);
    let mut teams: BTreeMap<&str, &str> = BTreeMap::new();
    for person in &people {
        let arm = teams.entry(&person["manager_id"]).or_insert(&person["group"]);
        assert_eq!(*arm, person["group"], "a team is in one arm");
    }
    assert!((40..=63).contains(&teams.len()), "{}", teams.len());
    assert_eq!(teams.values().filter(|a| **a == "A").count() * 2, teams.len());
    let months: BTreeSet<String> = table(&scratch.0, "sales.csv").iter().map(|r| r["month"].clone()).collect();
    assert_eq!((months.len(), months.first().unwrap().as_str()), (24, "2023-01"));
    assert_eq!(table(&scratch.0, "survey.csv").iter().map(|r| r["wave"].clone()).collect::<BTreeSet<_>>().len(), 8);
    let lift = lift(&scratch.0, &people);
    assert!((lift - 0.20).abs() < 0.12, "{lift}");
}

#[test]
fn levels_rise_in_the_treatment_after_the_start_and_only_there() {
    let scratch = Scratch::new("levels");
    make(&population(&scratch.0, 25_000, 4));
    let group: HashMap<String, String> =
        table(&scratch.0, "people.csv").into_iter().map(|p| (p["employee_id"].clone(), p["group"].clone())).collect();
    let survey = table(&scratch.0, "survey.csv");
    let mean = |wave: &str, arm: &str| {
        let levels: Vec<f64> = survey
            .iter()
            .filter(|r| r["wave"] == wave && group[&r["employee_id"]] == arm)
            .map(|r| r["level"].parse().unwrap())
            .collect();
        assert!(levels.iter().all(|l| (0.0..=16.0).contains(l)));
        levels.iter().sum::<f64>() / levels.len() as f64
    };
    let rise = |arm: &str| mean("2024-12-31", arm) - mean("2023-12-31", arm);
    assert!(rise("A") > 1.4 && rise("B").abs() < 0.7, "{} {}", rise("A"), rise("B"));
}

#[test]
fn a_log_holds_two_to_four_topics_and_the_whole_of_each_held_1on1() {
    let scratch = Scratch::new("log");
    let summary = make(&division(&scratch.0));
    let mut talks: BTreeMap<String, Vec<HashMap<String, String>>> = BTreeMap::new();
    for row in table(&scratch.0, "sessions.csv") {
        talks.entry(row["session_id"].clone()).or_default().push(row);
    }
    assert_eq!(talks.len() as u64, summary.sessions);
    let people: HashMap<String, HashMap<String, String>> =
        table(&scratch.0, "people.csv").into_iter().map(|p| (p["employee_id"].clone(), p)).collect();
    for rows in talks.values() {
        let first = &rows[0];
        let person = &people[&first["employee_id"]];
        let day = first["held_on"].as_str();
        assert!(person["hired_on"].as_str() <= day);
        assert!(person["left_on"].is_empty() || day <= person["left_on"].as_str());
        for column in ["employee_id", "manager_id", "held_on", "duration_min", "status"] {
            assert!(rows.iter().all(|r| r[column] == first[column]), "{column}");
        }
        let topics: BTreeSet<&str> = rows.iter().map(|r| r["topic"].as_str()).collect();
        assert_eq!(topics.len(), rows.len());
        if first["status"] == "held" {
            assert!((3..=5).contains(&rows.len()) && topics.contains("overall"));
        } else {
            assert!(rows.len() == 1 && first["topic"].is_empty() && first["satisfaction"].is_empty());
        }
    }
    assert_eq!(talks.values().filter(|r| r[0]["status"] == "held").count() as u64, summary.sessions_held);
}

#[test]
fn an_anonymised_export_has_months_only_random_ids_and_at_least_five_alike() {
    let scratch = Scratch::new("export");
    let summary = make(&Options { export: Export::Anonymised, ..division(&scratch.0) });
    assert!(summary.share_complete >= 0.8, "{}", summary.share_complete);
    let people = table(&scratch.0, "people.csv");
    assert_eq!(people.len() + summary.people_suppressed, 500);
    let mut classes: BTreeMap<[String; 3], usize> = BTreeMap::new();
    for person in &people {
        assert!(!person.contains_key("company_id") && !person.contains_key("department"));
        let key = ["group", "hired_on", "left_on"].map(|c| person[c].clone());
        *classes.entry(key).or_default() += 1;
    }
    assert!(classes.values().all(|&n| n >= 5), "{classes:?}");
    for name in &FILES[..4] {
        let rows = table(&scratch.0, name);
        for row in &rows {
            for column in ["held_on", "wave", "hired_on", "left_on"] {
                assert!(row.get(column).is_none_or(|d| d.is_empty() || d.ends_with("-01")), "{column}");
            }
        }
        let ids: Vec<&String> = rows.iter().map(|r| &r["employee_id"]).collect();
        assert!(ids.iter().all(|id| id.len() == 12 && id.starts_with("e_")));
        assert!(!ids.is_sorted());
    }
    // Nobody has a 1on1 after leaving, coarse dates or not.
    let left: HashMap<&str, &str> = people.iter().map(|p| (p["employee_id"].as_str(), p["left_on"].as_str())).collect();
    for row in table(&scratch.0, "sessions.csv") {
        let left = left[row["employee_id"].as_str()];
        assert!(left.is_empty() || row["held_on"].as_str() <= left);
    }
}

/// A cell of the Japanese dialect as the English one spells it; words are left alone.
fn folded(cell: &str, column: &str) -> String {
    let half: String = cell
        .chars()
        .map(|c| if ('！'..='～').contains(&c) { char::from_u32(c as u32 - 0xFEE0).unwrap() } else { c })
        .collect();
    let numbers = |text: &str| -> Vec<i32> {
        let text = text.replace('元', "1");
        text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).map(|p| p.parse().unwrap()).collect()
    };
    match column {
        "sales" => half.replace(',', ""),
        "held_on" | "wave" | "hired_on" | "left_on" if !half.is_empty() => {
            let parts = numbers(&half);
            let base = match half.chars().next().unwrap() {
                '令' => 2018,
                '平' => 1988,
                '昭' => 1925,
                _ => 0,
            };
            format!("{:04}-{:02}-{:02}", parts[0] + base, parts[1], parts[2])
        }
        "month" => {
            let parts = numbers(&half);
            format!("{:04}-{:02}", parts[0], parts[1])
        }
        _ => half,
    }
}

#[test]
fn both_dialects_hold_the_same_numbers_in_the_same_order() {
    let scratch = Scratch::new("dialects");
    let (english, japanese) = (scratch.0.join("en"), scratch.0.join("ja"));
    make(&division(&english));
    make(&Options { dialect: Dialect::Japanese, ..division(&japanese) });
    let (mut full_width, mut words) = (0, BTreeMap::new());
    for name in &FILES[..4] {
        let bytes = fs::read(japanese.join(name)).unwrap();
        assert!(bytes.ends_with(b"\r\n") && std::str::from_utf8(&bytes).is_err(), "{name} is CP932 with CRLF");
        let ((header, ours), (_, theirs)) = (read(&english.join(name)), read(&japanese.join(name)));
        assert_eq!(ours.len(), theirs.len());
        for (a, b) in ours.iter().zip(&theirs) {
            for ((column, x), y) in header.iter().zip(a).zip(b) {
                if matches!(column.as_str(), "status" | "topic" | "department") {
                    assert_eq!(words.entry((column.clone(), x.clone())).or_insert_with(|| y.clone()), y);
                } else {
                    assert_eq!(*x, folded(y, column), "{name} {column}");
                    full_width += usize::from(y.chars().any(|c| ('０'..='９').contains(&c)));
                }
            }
        }
    }
    assert!(full_width > 100, "{full_width}");
    let japanese_words: BTreeSet<&String> = words.values().collect();
    assert_eq!(japanese_words.len(), words.len(), "one word for one word");
    let all: String = words.values().map(String::as_str).collect();
    assert!(['①', '㈱', '髙', '﨑', '～'].iter().all(|c| all.contains(*c)), "vendor characters survive");
    assert_eq!(fs::read(english.join("truth.json")).unwrap(), fs::read(japanese.join("truth.json")).unwrap());
}

#[test]
fn the_truth_counts_what_is_in_the_files() {
    let scratch = Scratch::new("counts");
    let summary = make(&division(&scratch.0));
    let truth = truth(&scratch.0);
    for name in ["sessions", "survey", "people", "sales"] {
        let rows = table(&scratch.0, &format!("{name}.csv")).len() as u64;
        assert_eq!(truth["rows"][name].as_u64(), Some(rows), "{name}");
    }
    assert!((truth["share_complete"].as_f64().unwrap() - summary.share_complete).abs() < 1e-12);
    let study: toml::Table = fs::read_to_string(scratch.0.join("study.toml")).unwrap().parse().unwrap();
    assert_eq!(study["drivers"]["window_days"].as_integer(), truth["window_days"].as_i64());
    assert_eq!(study["comparison"]["start"].as_str(), truth["start"].as_str());
    assert_eq!(study["comparison"]["unit"].as_str(), truth["unit"].as_str());
    for (_, file) in study["data"].as_table().unwrap() {
        assert!(scratch.0.join(file.as_str().unwrap()).is_file());
    }
}

#[test]
fn sizes_that_cannot_carry_the_truth_and_places_that_are_files_are_refused_with_nothing_left() {
    let scratch = Scratch::new("refused");
    let code = |options: &Options| simulate(options, &mut |_, _| ()).unwrap_err();
    let out = scratch.0.join("out");
    for (people, sessions) in [(20, 500), (100, 200), (100, 20_000)] {
        let error = code(&Options { people: Some(people), sessions: Some(sessions), ..division(&out) });
        assert_eq!((error.code(), error.exit_status()), ("simulate_size", 2));
    }
    let file = scratch.0.join("file");
    fs::write(&file, "mine").unwrap();
    assert_eq!(code(&division(&file)).code(), "simulate_out");
    assert_eq!(code(&division(&file.join("below"))).code(), "simulate_out");
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn only_files_of_its_own_names_are_replaced() {
    let scratch = Scratch::new("replaced");
    fs::write(scratch.0.join("notes.txt"), "mine").unwrap();
    fs::write(scratch.0.join("people.csv"), "old").unwrap();
    make(&division(&scratch.0));
    assert_eq!(fs::read_to_string(scratch.0.join("notes.txt")).unwrap(), "mine");
    assert_eq!(table(&scratch.0, "people.csv").len(), 500);
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), FILES.len() + 1);
}

#[test]
fn the_committed_samples_are_what_their_commands_write() {
    let scratch = Scratch::new("samples");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples");
    for (name, dialect) in [("division", Dialect::English), ("division-ja", Dialect::Japanese)] {
        let out = scratch.0.join(name);
        make(&Options { dialect, export: Export::Identified, ..division(&out) });
        for file in FILES {
            let (fresh, kept) = (fs::read(out.join(file)).unwrap(), fs::read(samples.join(name).join(file)).unwrap());
            assert!(fresh == kept, "{name}/{file} differs from what simulate writes now");
        }
    }
}
