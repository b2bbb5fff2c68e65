//! An analyst's session at the command line: whatever can be said in two ways gives the same numbers, and what cannot be
//! answered says why and where. The methods themselves are proved in `certified`.

use crate::workshop::{Folder, Told, number, term};
use serde_json::Value;
use std::fmt::Write as _;

/// A small generator: the tables must be the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Roughly normal.
    fn bell(&mut self) -> f64 {
        (0..6).map(|_| self.roll()).sum::<f64>() * 1.414 - 4.242
    }
}

/// 40 people of 8 teams in 5 months; a few cells are missing.
fn staff(name: &str) -> Folder {
    let folder = Folder::new(name);
    let mut dice = Dice(7);
    let mut table = String::from("who,team,month,site,pay,age,score,stay,weight\n");
    for who in 0..40 {
        let (own, team) = (dice.bell(), who % 8);
        for month in 1..=5 {
            let (pay, age) = (2.0 + dice.roll() * 3.0, f64::from(25 + who % 20 + month));
            let site = ["East", "West", "North"][who as usize % 3];
            let push = if site == "West" { 1.0 } else { 0.0 };
            let score = 10.0 + own + 2.0 * pay + push + 0.3 * f64::from(month) + dice.bell();
            let stay = if score + dice.bell() > 18.0 { "yes" } else { "no" };
            let pay = if dice.roll() < 0.06 { String::new() } else { format!("{pay:.3}") };
            let weight = 1 + (who + month) % 3;
            writeln!(table, "P{who},T{team},2024-0{month},{site},{pay},{age},{score:.3},{stay},{weight}").unwrap();
        }
    }
    folder.write("staff.csv", table);
    folder
}

fn asked(folder: &Folder, options: &[&str]) -> Told {
    folder.oneonone(&[&["regress", "staff.csv", "--format", "json", "--quiet"], options].concat())
}

fn found(folder: &Folder, options: &[&str]) -> Value {
    let told = asked(folder, options);
    assert_eq!(told.status, 0, "{options:?}: {}{}", told.out(), told.err());
    told.json()["findings"][0].clone()
}

fn declined(folder: &Folder, options: &[&str]) -> Value {
    let told = asked(folder, options);
    assert_eq!(told.status, 1, "{options:?}: {}", told.err());
    told.json()["declines"][0].clone()
}

fn near(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * b.abs().max(1e-12), "{a} is not {b}");
}

fn same(a: &Value, b: &Value, name: &str, keys: &[&str], tolerance: f64) {
    keys.iter().for_each(|key| near(number(term(a, name), key), number(term(b, name), key), tolerance));
}

const BASICS: [&str; 5] = ["estimate", "std_error", "df", "p_value", "conf_low"];

#[test]
fn absorbed_effects_are_those_of_indicators() {
    let folder = staff("analyst-absorb");
    let one_way = found(&folder, &["--formula", "score ~ pay | who", "--cluster", "team", "--vcov", "CR1"]);
    let both = found(&folder, &["--formula", "score ~ pay | who + month", "--vcov", "iid"]);
    let dummies = found(&folder, &["--formula", "score ~ pay + C(who) + C(month)", "--vcov", "iid"]);
    same(&both, &dummies, "pay", &BASICS, 1e-9);
    near(number(&both, "r_squared"), number(&dummies, "r_squared"), 1e-9);
    near(number(&both, "sigma"), number(&dummies, "sigma"), 1e-9);
    assert!(number(&both, "within_r_squared") < number(&both, "r_squared"));
    assert_eq!(both["absorbed"][0]["levels"], 40);
    assert_eq!(both["absorbed"][1]["counted"], 4, "one month follows from the people");
    assert_eq!(one_way["absorbed"][0]["nested"], true, "people belong to one team");
    // CR2 sees months as columns, for they are not inside the teams.
    let cr2 = ["--cluster", "team", "--vcov", "CR2"];
    let shown = found(&folder, &[&["--formula", "score ~ pay + C(month) | who"], &cr2[..]].concat());
    let hidden = found(&folder, &[&["--formula", "score ~ pay | who + month"], &cr2[..]].concat());
    same(&hidden, &shown, "pay", &["estimate", "std_error", "df"], 1e-8);
}

#[test]
fn a_level_that_stands_alone_is_told_and_a_term_that_the_effects_determine_is_named() {
    let folder = staff("analyst-single");
    let table = folder.read("staff.csv") + "P99,T1,2024-01,East,3,30,15,yes,1\n";
    folder.write("staff.csv", table);
    let model = found(&folder, &["--formula", "score ~ pay | who"]);
    let alone = model["flow"]["steps"].as_array().unwrap().iter().find(|s| s["reason"] == "singleton").unwrap().clone();
    assert_eq!((alone["count"].as_u64(), alone["column"].as_str()), (Some(1), Some("who")));
    let determined = declined(&folder, &["--formula", "score ~ pay + site | who"]);
    let relation = determined["args"]["relations"].as_str().unwrap();
    assert!(relation.contains("C(site)[North] = f(who)"), "{relation}");
}

#[test]
fn a_condition_is_the_file_without_the_other_rows() {
    let folder = staff("analyst-where");
    let formula = ["--formula", "score ~ pay + age"];
    let condition = "site in (\"East\", \"West\") & month >= \"2024-02\" & !missing(pay) & !(age > 45 | who == \"P3\")";
    let kept = found(&folder, &[&formula[..], &["--where", condition]].concat());
    let rows = folder.rows("staff.csv");
    let keep = |row: &&Vec<String>| {
        let age: f64 = row[5].parse().unwrap_or(0.0);
        row[0] == "who"
            || (row[3] != "North"
                && row[2].as_str() >= "2024-02"
                && !row[4].is_empty()
                && age <= 45.0
                && row[0] != "P3")
    };
    let fewer: Vec<Vec<String>> = rows.iter().filter(keep).cloned().collect();
    let other = Folder::new("analyst-where-file");
    other.put_rows("staff.csv", &fewer);
    let direct = found(&other, &formula);
    same(&kept, &direct, "pay", &BASICS, 1e-12);
    let step = &kept["flow"]["steps"][0];
    assert_eq!(step["reason"], "not_where");
    assert_eq!(step["count"].as_u64().unwrap() as usize, rows.len() - fewer.len());
    assert_eq!(kept["where"], condition);
}

#[test]
fn a_condition_that_cannot_be_read_points_at_the_character_and_one_of_unlike_kinds_is_declined() {
    let folder = staff("analyst-where-wrong");
    let wrong = |condition: &str| asked(&folder, &["--formula", "score ~ pay", "--where", condition]);
    let told = wrong("site = \"East\"");
    assert_eq!(told.status, 2);
    assert!(told.err().contains('6') && told.err().contains("=="), "{}", told.err());
    assert_eq!(wrong("site == ").status, 2);
    assert_eq!(wrong("(site == \"East\"").status, 2);
    assert_eq!(wrong(&format!("{}pay > 1", "!".repeat(100_000))).status, 2, "no end of brackets");
    for (condition, code) in
        [("site > 3", "unlike_kinds"), ("pay + 1", "no_condition"), ("nowhere == 1", "column_unknown")]
    {
        assert_eq!(declined(&folder, &["--formula", "score ~ pay", "--where", condition])["code"], code);
    }
    let none = declined(&folder, &["--formula", "score ~ pay", "--where", "pay > 1000"]);
    assert_eq!(none["code"], "no_rows_left");
}

#[test]
fn the_formula_language_says_the_same_thing_in_several_ways() {
    let folder = staff("analyst-formula");
    let model = |formula: &str| found(&folder, &["--formula", formula]);
    let (long, short) = (model("score ~ pay + age + pay:age"), model("score ~ age*pay"));
    near(number(term(&short, "age:pay"), "estimate"), number(term(&long, "pay:age"), "estimate"), 1e-9);
    let (squared, product) = (model("score ~ pay + I(pay^2)"), model("score ~ pay + I(pay*pay)"));
    near(number(term(&squared, "I(pay^2)"), "estimate"), number(term(&product, "I(pay*pay)"), "estimate"), 1e-12);
    let (natural, shifted) = (model("score ~ log(pay)"), model("score ~ log(pay * 10)"));
    same(
        &natural,
        &{
            let mut renamed = shifted.clone();
            renamed["terms"][1]["term"] = "log(pay)".into();
            renamed
        },
        "log(pay)",
        &BASICS,
        1e-9,
    );
    // As in R: slopes of every level where the main effect is not in the model.
    let slopes = model("score ~ C(site) + pay:C(site)");
    assert_eq!(slopes["terms"].as_array().unwrap().len(), 1 + 2 + 3);
    let apart = found(&folder, &["--formula", "score ~ pay", "--where", "site == \"North\"", "--vcov", "iid"]);
    near(number(term(&slopes, "pay:C(site)[North]"), "estimate"), number(term(&apart, "pay"), "estimate"), 1e-9);
    assert_eq!(model("score ~ C(site) - 1")["terms"].as_array().unwrap().len(), 3);
}

#[test]
fn several_outcomes_are_several_models() {
    let folder = staff("analyst-outcomes");
    let told = asked(&folder, &["--formula", "score + age ~ pay"]).json();
    let all = told["findings"].as_array().unwrap();
    assert_eq!(all.iter().map(|f| f["outcome"].as_str().unwrap()).collect::<Vec<_>>(), ["score", "age"]);
    let alone = found(&folder, &["--formula", "age ~ pay"]);
    same(&all[1], &alone, "pay", &BASICS, 1e-15);
}

#[test]
fn the_table_of_covariances_is_every_covariance_by_itself() {
    let folder = staff("analyst-table");
    let formula = ["--formula", "score ~ pay + age", "--cluster", "team"];
    let model = found(&folder, &[&formula[..], &["--vcov-table", "--sort", "beta"]].concat());
    let table = model["vcov_table"].as_array().unwrap();
    assert_eq!(table.len(), 9);
    for column in table {
        let alone = found(&folder, &[&formula[..], &["--vcov", column["vcov"].as_str().unwrap()]].concat());
        for (at, row) in model["terms"].as_array().unwrap().iter().enumerate() {
            let single = term(&alone, row["term"].as_str().unwrap());
            near(column["std_errors"][at].as_f64().unwrap(), number(single, "std_error"), 1e-12);
            near(column["p_values"][at].as_f64().unwrap(), number(single, "p_value"), 1e-9);
        }
        assert!(column["calls"]["r"].is_string());
    }
}

#[test]
fn two_clusterings_are_answered_with_cr1_and_nothing_else() {
    let folder = staff("analyst-two-way");
    let both = found(&folder, &["--formula", "score ~ pay", "--cluster", "team,month"]);
    assert_eq!(both["cluster"], "team,month");
    assert_eq!(both["n_clusters"], 5, "t on the fewer less one");
    assert_eq!(number(term(&both, "pay"), "df"), 4.0);
    let cr2 = declined(&folder, &["--formula", "score ~ pay", "--cluster", "team,month", "--vcov", "CR2"]);
    assert_eq!(cr2["code"], "two_way_kind");
}

#[test]
fn the_wild_bootstrap_stands_beside_few_clusters_and_leads_when_asked() {
    let folder = staff("analyst-wild");
    let beside = found(&folder, &["--formula", "score ~ pay", "--cluster", "team"]);
    let wild = &beside["wild"];
    assert_eq!((wild["exact"].as_bool(), wild["draws"].as_u64()), (Some(true), Some(256)), "all signs of 8 teams");
    near(number(wild, "smallest_p"), 2.0 / 256.0, 1e-12);
    let lead = found(&folder, &["--formula", "score ~ pay", "--cluster", "team", "--vcov", "wild"]);
    let row = &wild["terms"][1];
    near(number(term(&lead, "pay"), "p_value"), number(row, "p_value"), 1e-15);
    near(number(term(&lead, "pay"), "conf_high"), number(row, "conf_high"), 1e-15);
    let one = ["--formula", "score ~ pay", "--cluster", "who", "--vcov", "wild", "--draws", "999"];
    let (a, b) = (found(&folder, &one), found(&folder, &[&one[..], &["--threads", "1"]].concat()));
    assert_eq!(a, b, "draws do not depend on threads");
    assert_ne!(found(&folder, &[&one[..], &["--seed", "2"]].concat())["wild"], a["wild"]);
}

#[test]
fn a_term_that_follows_from_others_is_named_and_dropped_only_on_request() {
    let folder = staff("analyst-collinear");
    let formula = ["--formula", "score ~ pay + age + I(pay + 2*age)"];
    let told = declined(&folder, &formula);
    assert_eq!(told["code"], "collinear");
    assert!(told["args"]["relations"].as_str().unwrap().contains("= pay + 2 age"), "{told}");
    let dropped = found(&folder, &[&formula[..], &["--drop-collinear"]].concat());
    assert_eq!(dropped["dropped"][0]["term"], "I(pay+2*age)");
    same(&dropped, &found(&folder, &["--formula", "score ~ pay + age"]), "pay", &BASICS, 1e-12);
}

#[test]
fn whole_weights_give_the_slopes_of_rows_repeated() {
    let folder = staff("analyst-weights");
    let rows = folder.rows("staff.csv");
    let times = |row: &Vec<String>| row[8].parse::<usize>().unwrap_or(1);
    let many: Vec<Vec<String>> = rows.iter().flat_map(|row| vec![row.clone(); times(row)]).collect();
    let repeated = Folder::new("analyst-weights-rows");
    repeated.put_rows("staff.csv", &many);
    let formula = ["--formula", "score ~ pay + age"];
    let weighted = found(&folder, &[&formula[..], &["--weights", "weight"]].concat());
    let plain = found(&repeated, &formula);
    same(&weighted, &plain, "pay", &["estimate", "beta"], 1e-10);
    near(number(&weighted, "r_squared"), number(&plain, "r_squared"), 1e-10);
    let choice = ["--formula", "stay ~ pay + age", "--model", "logit"];
    let (counted, plain) =
        (found(&folder, &[&choice[..], &["--weights", "weight"]].concat()), found(&repeated, &choice));
    same(&counted, &plain, "pay", &["estimate", "std_error"], 1e-12);
}

#[test]
fn a_logit_names_its_event_and_what_separates_it() {
    let folder = staff("analyst-logit");
    let model = found(&folder, &["--formula", "stay ~ pay", "--model", "logit", "--cluster", "team"]);
    assert_eq!(model["choice"]["categories"], serde_json::json!(["no", "yes"]));
    let slope = term(&model, "pay");
    near(number(slope, "odds_ratio"), number(slope, "estimate").exp(), 1e-12);
    assert_eq!(model["vcov"], "CR2");
    let effect = &model["choice"]["effects"][0];
    assert!(number(effect, "estimate") > 0.0 && number(effect, "estimate") < 1.0);
    let apart = declined(
        &folder,
        &["--formula", "stay ~ score + pay", "--model", "logit", "--where", "score > 21 | score < 15"],
    );
    assert_eq!(apart["code"], "separation");
    assert!(apart["args"]["terms"].as_str().unwrap().contains("score"));
    let three = declined(&folder, &["--formula", "site ~ pay", "--model", "logit"]);
    assert_eq!(three["code"], "outcome_not_binary");
}

#[test]
fn an_ordinal_model_needs_an_order_and_of_two_categories_is_the_logit() {
    let folder = staff("analyst-ordinal");
    let unordered = declined(&folder, &["--formula", "site ~ pay", "--model", "ordinal"]);
    assert_eq!(unordered["code"], "outcome_needs_order");
    let ordered = ["--formula", "ordered(stay, \"no\", \"yes\") ~ pay + age", "--model", "ordinal"];
    let logit = found(&folder, &["--formula", "stay ~ pay + age", "--model", "logit"]);
    let ordinal = found(&folder, &ordered);
    same(&ordinal, &logit, "pay", &["estimate", "std_error"], 1e-6);
    let threshold = number(&ordinal["choice"]["thresholds"][0], "estimate");
    near(threshold, -number(term(&logit, "(Intercept)"), "estimate"), 1e-6);
    let unknown = declined(&folder, &["--formula", "ordered(site, \"East\", \"West\") ~ pay", "--model", "ordinal"]);
    assert_eq!(unknown["code"], "level_not_listed");
    assert!(!unknown.to_string().contains("North"), "a cell is never printed");
}

#[test]
fn imputed_and_weighted_rows_stand_beside_the_complete_ones() {
    let folder = staff("analyst-missing");
    let formula = ["--formula", "score ~ pay + age", "--cluster", "team"];
    let complete = found(&folder, &formula);
    for (how, kind) in [("mi", "imputed"), ("ipw", "weighted")] {
        let asked = [&formula[..], &["--missing", how]].concat();
        let model = found(&folder, &asked);
        same(&model, &complete, "pay", &BASICS, 1e-15);
        let beside = &model["beside"][0];
        assert_eq!(beside["kind"], kind);
        let (there, here) = (term(beside, "pay"), term(&complete, "pay"));
        let moved = (number(there, "estimate") - number(here, "estimate")) / number(here, "std_error");
        assert!(moved != 0.0 && moved.abs() < 0.5, "cells are missing by chance: {moved}");
        assert_eq!(model, found(&folder, &[&asked[..], &["--threads", "1"]].concat()));
    }
    let used = found(&folder, &[&formula[..], &["--missing", "mi"]].concat())["beside"][0]["n"].as_u64().unwrap();
    assert_eq!(used, 200, "everybody has a score");
}

#[test]
fn diagnostics_count_and_never_name() {
    let folder = staff("analyst-diagnostics");
    let told =
        asked(&folder, &["--formula", "score ~ pay + age", "--cluster", "team", "--diagnostics", "--crowd", "26"]);
    let text = told.out();
    assert!(!text.contains("T3") && !text.contains("P17"), "teams have numbers");
    let model = &told.json()["findings"][0];
    let out = &model["diagnostics"]["leave_one_out"];
    assert_eq!(out["clusters"].as_u64().unwrap() + out["hidden"].as_u64().unwrap(), 8);
    let none =
        asked(&folder, &["--formula", "score ~ pay", "--cluster", "team", "--diagnostics", "--crowd", "30"]).json();
    let out = &none["findings"][0]["diagnostics"]["leave_one_out"];
    assert_eq!(out["hidden"], 8, "25 rows a team are under a crowd of 30");
    assert!(out["terms"][0]["low"].is_null() && out["terms"][0]["estimates"].is_null());
    let by_hand = found(&folder, &["--formula", "score ~ pay + age", "--where", "team != \"T0\""]);
    let shown =
        &found(&folder, &["--formula", "score ~ pay + age", "--cluster", "team", "--diagnostics"])["diagnostics"];
    let estimates: Vec<f64> = shown["leave_one_out"]["terms"][0]["estimates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e.as_f64().unwrap())
        .collect();
    let without = number(term(&by_hand, "pay"), "estimate");
    assert!(estimates.iter().any(|e| (e - without).abs() < 1e-10 * without.abs()), "one of them is the fit without T0");
}

#[test]
fn values_that_do_not_exist_are_declined_with_their_line() {
    let folder = staff("analyst-undefined");
    let line = |decline: &Value| (decline["code"].as_str().unwrap().to_string(), decline["args"]["line"].as_u64());
    let log = declined(&folder, &["--formula", "score ~ log(pay - pay)"]);
    assert_eq!(line(&log).0, "log_of_nothing");
    assert!(line(&log).1.is_some_and(|l| l >= 2));
    assert_eq!(line(&declined(&folder, &["--formula", "score ~ sqrt(0 - pay)"])).0, "undefined_value");
    assert_eq!(line(&declined(&folder, &["--formula", "score ~ I(pay/(age-age))"])).0, "undefined_value");
    assert_eq!(line(&declined(&folder, &["--formula", "score ~ pay", "--weights", "site"])).0, "not_numeric");
}

/// A study of three waves in which only satisfaction within a person moves engagement; 12 managers of 10 people.
fn waves(name: &str) -> Folder {
    let folder = Folder::new(name);
    let mut dice = Dice(11);
    let (mut people, mut survey) =
        (String::from("employee_id,manager_id,unit_id\n"), String::from("employee_id,wave,engagement\n"));
    let mut sessions = String::from("session_id,employee_id,held_on,topic,satisfaction\n");
    let mut table = String::from("who,boss,wave,career,skills,engagement\n");
    let mut number = 0;
    for who in 0..120 {
        writeln!(people, "E{who:03},M{:02},U{:02}", who / 10, who / 4).unwrap();
        let own = 6.0 * dice.bell();
        for (wave, month) in [("2024-03-31", 3), ("2024-06-30", 6), ("2024-09-30", 9)] {
            let mut mean = [0.0; 2];
            for (topic, sum) in ["career", "skills"].iter().zip(&mut mean) {
                for day in [5, 20] {
                    let rating = (3.0 + dice.bell()).round().clamp(1.0, 5.0);
                    *sum += rating / 2.0;
                    number += 1;
                    writeln!(sessions, "S{number:05},E{who:03},2024-0{month}-{day:02},{topic},{rating}").unwrap();
                }
            }
            let engagement = (50.0 + own + 3.0 * mean[0] + f64::from(month) + 2.0 * dice.bell()).clamp(0.0, 100.0);
            writeln!(survey, "E{who:03},{wave},{engagement:.2}").unwrap();
            writeln!(table, "E{who:03},M{:02},{wave},{},{},{engagement:.2}", who / 10, mean[0], mean[1]).unwrap();
        }
    }
    for (file, text) in
        [("people.csv", people), ("survey.csv", survey), ("sessions.csv", sessions), ("staff.csv", table)]
    {
        folder.write(file, text);
    }
    let study = "[study]\nlanguage = \"en\"\n[data]\nsessions = \"sessions.csv\"\nsurvey = \"survey.csv\"\npeople = \"people.csv\"\n\
        [scales]\nsatisfaction = [1, 5]\nengagement = [0, 100]\n[drivers]\ntopics = [\"career\", \"skills\"]\nwindow_days = 60\nwave = \"all\"\n";
    folder.write("study.toml", study);
    folder
}

fn of_study(folder: &Folder, options: &[&str]) -> Value {
    let told = folder.oneonone(&[&["regress", "study.toml", "--format", "json", "--quiet"], options].concat());
    assert_eq!(told.status, 0, "{}{}", told.out(), told.err());
    told.json()["findings"][0].clone()
}

#[test]
fn a_panel_of_waves_is_the_model_with_person_and_wave_absorbed() {
    let folder = waves("analyst-waves");
    let panel = of_study(&folder, &[]);
    let plain = found(&folder, &["--formula", "engagement ~ career + skills | who + wave", "--cluster", "boss"]);
    same(&panel, &plain, "career", &BASICS, 1e-9);
    near(number(&panel, "within_r_squared"), number(&plain, "within_r_squared"), 1e-9);
    let slope = term(&panel, "career");
    assert!(number(slope, "conf_low") < 3.0 && 3.0 < number(slope, "conf_high"), "the planted slope");
    let kinds: Vec<&str> = panel["beside"].as_array().unwrap().iter().map(|b| b["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["lagged", "last_wave"]);
    let lagged = &panel["beside"][0];
    assert_eq!(lagged["n"], 240, "two of three waves have a next one");
    assert_eq!(term(lagged, "career")["mark"], "", "what was planted acts at once");
}

#[test]
fn a_survey_by_unit_is_a_model_of_units() {
    let folder = waves("analyst-units");
    let mut survey = String::from("unit_id,wave,engagement\n");
    for row in folder.rows("survey.csv").iter().skip(1) {
        let unit = row[0][1..].parse::<usize>().unwrap() / 4;
        // Units of two answers and of four, so that weights say something.
        if unit % 2 == 0 || row[0].ends_with(['0', '1', '2', '5', '6', '7']) {
            writeln!(survey, "U{unit:02},{},{}", row[1], row[2]).unwrap();
        }
    }
    folder.write("survey.csv", survey);
    folder.change("study.toml", "wave = \"all\"", "wave = \"last\"");
    let model = of_study(&folder, &[]);
    assert_eq!(model["n"], 30);
    assert_eq!(model["flow"]["unit"], "units");
    assert_eq!(model["cautions"][0]["code"], "ecological");
    assert!(model["n_clusters"].is_null());
    // The same by hand: unit means of the last wave, weighted by answers.
    let (mut sums, mut table) = (vec![[0.0; 5]; 30], String::from("score,career,skills,weight\n"));
    for row in folder.rows("staff.csv").iter().skip(1).filter(|row| row[2] == "2024-09-30") {
        let sum = &mut sums[row[0][1..].parse::<usize>().unwrap() / 4];
        (sum[0], sum[1], sum[2]) =
            (sum[0] + row[3].parse::<f64>().unwrap(), sum[1] + row[4].parse::<f64>().unwrap(), sum[2] + 1.0);
    }
    for row in folder.rows("survey.csv").iter().skip(1).filter(|row| row[1] == "2024-09-30") {
        let sum = &mut sums[row[0][1..].parse::<usize>().unwrap()];
        (sum[3], sum[4]) = (sum[3] + row[2].parse::<f64>().unwrap(), sum[4] + 1.0);
    }
    for [career, skills, people, score, answers] in sums {
        writeln!(table, "{},{},{},{answers}", score / answers, career / people, skills / people).unwrap();
    }
    folder.write("staff.csv", table);
    let plain = found(&folder, &["--formula", "score ~ career + skills", "--weights", "weight"]);
    same(&model, &plain, "career", &BASICS, 1e-9);
}

#[test]
fn only_rows_that_count_can_fail_or_name_a_level() {
    let folder = staff("analyst-rows");
    let table = folder.read("staff.csv") + "P77,T1,2024-01,South,0,30,,no,1\n";
    folder.write("staff.csv", table);
    // A level that only rows without an outcome have, and the reference itself left out.
    let model = found(&folder, &["--formula", "score ~ pay + site", "--where", "site != \"East\""]);
    let names: Vec<&str> = model["terms"].as_array().unwrap().iter().map(|t| t["term"].as_str().unwrap()).collect();
    assert_eq!(names, ["(Intercept)", "pay", "C(site)[West]"], "North is the first of those left");
    let logged = found(&folder, &["--formula", "score ~ log(pay)", "--where", "pay > 0"]);
    assert_eq!(logged["flow"]["start"].as_u64().unwrap(), 201);
    let flow = |model: &Value| {
        let steps = model["flow"]["steps"].as_array().unwrap();
        steps.iter().map(|s| s["count"].as_u64().unwrap()).sum::<u64>() + model["flow"]["used"].as_u64().unwrap()
    };
    assert_eq!(flow(&logged), 201, "every row is used or accounted for");
}

#[test]
fn a_part_that_is_declined_leaves_the_model_standing() {
    let folder = staff("analyst-parts");
    for options in
        [["--formula", "score ~ age", "--missing", "mi"], ["--formula", "score ~ age + pay:age", "--missing", "mi"]]
    {
        let told = asked(&folder, &options).json();
        assert_eq!(told["findings"].as_array().unwrap().len(), 1, "{options:?}");
        assert_eq!(told["declines"].as_array().unwrap().len(), 1, "{options:?}");
    }
    let logit = asked(&folder, &["--formula", "stay ~ pay", "--model", "logit", "--missing", "mi"]).json();
    assert_eq!(logit["declines"][0]["code"], "missing_not_model");
    assert!(logit["findings"][0]["beside"].is_null(), "no linear model beside a logit");
}

/// Under a crowd rule neither a decline nor a coefficient may be one person's answer.
#[test]
fn a_crowd_is_asked_for_before_anything_is_said() {
    let folder = staff("analyst-crowd");
    let crowd = ["--crowd", "5"];
    let one = ["--formula", "score ~ pay + age", "--where", "who == \"P3\" & month == \"2024-01\""];
    assert_eq!(declined(&folder, &[&one[..], &crowd].concat())["code"], "crowd_too_small");
    let few = ["--formula", "score ~ pay + age", "--where", "who == \"P3\" | who == \"P4\""];
    assert_eq!(declined(&folder, &[&few[..], &crowd].concat())["code"], "crowd_leaves_little");
    let same = ["--formula", "score ~ age + I(age - age + 42193)", "--crowd", "5"];
    let told = declined(&folder, &same).to_string();
    assert!(told.contains("= const\""), "the value that everybody has is not told: {told}");
    let mut rows = folder.rows("staff.csv");
    rows[0].push("rare".into());
    for (at, row) in rows.iter_mut().enumerate().skip(1) {
        row.push(if at == 7 { "2" } else { "1" }.into());
    }
    folder.put_rows("staff.csv", &rows);
    for formula in ["score ~ pay + rare", "score ~ pay + C(rare)", "score ~ pay + I(2*(rare-1))"] {
        let told = declined(&folder, &["--formula", formula, "--crowd", "5"]);
        assert_eq!(told["code"], "level_too_small", "{formula}: one row carries it");
    }
}

#[test]
fn texts_that_would_take_for_ever_are_refused_at_their_character() {
    let folder = staff("analyst-long");
    let refused = |formula: &str, condition: &str| {
        let told = asked(&folder, &["--formula", formula, "--where", condition]);
        assert_eq!(told.status, 2, "{}", told.err());
    };
    refused("score ~ pay", &format!("{}pay > 1{}", "(".repeat(5_000), ")".repeat(5_000)));
    refused("score ~ pay", &format!("{}1{}", "pay in (".repeat(5_000), ")".repeat(5_000)));
    refused("score ~ pay", &vec!["pay > 1"; 5_000].join(" | "));
    refused(&format!("score ~ I({})", vec!["pay"; 5_000].join("+")), "pay > 1");
    refused(&format!("score ~ {}", (0..40).map(|i| format!("x{i}")).collect::<Vec<_>>().join("*")), "pay > 1");
}

#[test]
fn a_robustness_value_does_not_depend_on_the_errors() {
    let folder = staff("analyst-robustness");
    let of = |vcov: &str| {
        let model = found(&folder, &["--formula", "score ~ pay + age", "--cluster", "team", "--vcov", vcov]);
        number(term(&model, "age"), "robustness")
    };
    near(of("CR2"), of("iid"), 1e-12);
}

#[test]
fn what_absorbed_effects_do_not_allow_is_named() {
    let folder = staff("analyst-not-told");
    let crossed = found(&folder, &["--formula", "score ~ pay | month", "--cluster", "team,month", "--diagnostics"]);
    assert!(crossed["diagnostics"]["leave_one_out"].is_null());
    let not_run: Vec<&str> = crossed["not_run"].as_array().unwrap().iter().map(|n| n.as_str().unwrap()).collect();
    assert!(not_run.contains(&"leave_one_out") && not_run.contains(&"heteroscedasticity"), "{not_run:?}");
    let weighted = found(&folder, &["--formula", "score ~ pay | who", "--cluster", "team", "--weights", "weight"]);
    assert_eq!(weighted["vcov"], "CR1");
    assert!(weighted["cautions"].as_array().unwrap().iter().any(|c| c["code"] == "weights_absorbed"));
}

/// Means by person of the sales before and since the start, with arm and manager, as a plain table.
fn sales_by_person(folder: &Folder) -> String {
    let mut sums: std::collections::BTreeMap<String, [f64; 4]> = Default::default();
    for row in folder.rows("sales.csv").iter().skip(1) {
        let sum = sums.entry(row[0].clone()).or_default();
        let at = if row[1].as_str() < "2024-01" { 0 } else { 2 };
        sum[at] += row[2].parse::<f64>().unwrap();
        sum[at + 1] += 1.0;
    }
    let people = folder.rows("people.csv");
    let of = |row: &Vec<String>| {
        let [before, n, after, m] = *sums.get(&row[0])?;
        let arm = f64::from(u8::from(row[6] == "A"));
        (n > 0.0 && m > 0.0 && !row[6].is_empty()).then(|| (arm, before / n, after / m, row[3].clone()))
    };
    let rows: Vec<_> = people.iter().skip(1).filter_map(of).collect();
    let mean = rows.iter().map(|row| row.1).sum::<f64>() / rows.len() as f64;
    let line =
        |(arm, before, after, team): &(f64, f64, f64, String)| format!("{arm},{},{after},{team}\n", before - mean);
    "t,x,y,team\n".to_string() + &rows.iter().map(line).collect::<String>()
}

#[test]
fn the_adjusted_difference_is_the_regression_on_the_centred_covariate() {
    let folder = Folder::without_pages("analyst-adjusted", "division");
    let comparison = folder.oneonone(&["compare", "study.toml", "--format", "json", "--quiet"]).json();
    let adjusted = &comparison["findings"][0]["adjusted"];
    folder.write("staff.csv", sales_by_person(&folder));
    let plain = found(&folder, &["--formula", "y ~ t*x", "--cluster", "team"]);
    assert_eq!(adjusted["n"], plain["n"]);
    let effect = term(&plain, "t");
    BASICS[..3].iter().for_each(|key| near(number(&adjusted["difference"], key), number(effect, key), 1e-8));
    let ends = &comparison["findings"][0]["permutation"];
    let raw = number(&comparison["findings"][0]["difference"], "estimate");
    assert!(number(ends, "conf_low") < raw && raw < number(ends, "conf_high"));
}

/// The error by team is Cox's model without each team in turn, on teams - 1 degrees of freedom.
#[test]
fn the_hazard_ratio_of_teams_has_the_error_of_refits() {
    let folder = Folder::without_pages("analyst-hazard", "division");
    let told = |study: &str| {
        let told = folder.oneonone(&["attrition", study, "--format", "json", "--quiet"]);
        assert_eq!(told.status, 0, "{}", told.err());
        told.json()["findings"][0]["cox"].clone()
    };
    let all = told("study.toml");
    let people = folder.rows("people.csv");
    let teams: std::collections::BTreeSet<&String> = people.iter().skip(1).map(|row| &row[3]).collect();
    let without = |team: &&String| {
        let rest: Vec<Vec<String>> = people.iter().filter(|row| row[3] != **team).cloned().collect();
        folder.put_rows("people.csv", &rest);
        (number(&told("study.toml"), "estimate") - number(&all, "estimate")).powi(2)
    };
    let teams: Vec<&String> = teams.into_iter().collect();
    let squares: f64 = teams.iter().map(without).sum();
    let g = teams.len() as f64;
    assert_eq!(number(&all, "df"), g - 1.0);
    near(number(&all, "std_error"), ((g - 1.0) / g * squares).sqrt(), 1e-6);
}
