//! A study whose survey asks the items of a ladder: the level is made from them, and every kind of survey does the right
//! thing.

use crate::workshop::{Folder, Told, number};
use oneonone::stats::permute::{key, stream};
use rand::Rng;
use serde_json::Value;
use std::fmt::Write;

/// What a survey asks.
#[derive(Clone, Copy, PartialEq)]
enum Asks {
    Items,
    Both,
    Level,
}

/// 160 people in 16 teams on a ladder of five items, in so many waves; `yes` and `no` are how they answer.
fn folder(name: &str, asks: Asks, waves: &[&str], words: (&str, &str)) -> Folder {
    let folder = Folder::new(name);
    let mut draws = stream(key(11, "ladder", name), 0);
    let mut people = "employee_id,department,manager_id\n".to_string();
    let mut survey = "employee_id,wave,engagement".to_string();
    if asks != Asks::Items {
        survey.push_str(",level");
    }
    if asks != Asks::Level {
        (1..=5).for_each(|item| write!(survey, ",q{item}").unwrap());
    }
    survey.push('\n');
    for person in 0..160 {
        writeln!(people, "E{person:03},{},M{:02}", ["north", "south"][person % 2], person % 16).unwrap();
        let standing: f64 = draws.random::<f64>() * 6.0;
        for (at, wave) in waves.iter().enumerate() {
            let here = standing + 0.3 * at as f64;
            write!(survey, "E{person:03},{wave},{:.1}", 40.0 + 8.0 * here + draws.random::<f64>()).unwrap();
            if asks != Asks::Items {
                write!(survey, ",{}", (here as usize).min(5)).unwrap();
            }
            if asks != Asks::Level {
                for item in 1..=5 {
                    let heard = here + 0.8 * (draws.random::<f64>() - 0.5);
                    write!(survey, ",{}", if heard > f64::from(item) { words.0 } else { words.1 }).unwrap();
                }
            }
            survey.push('\n');
        }
    }
    folder.write("people.csv", people);
    folder.write("survey.csv", survey);
    folder
}

const DATA: &str =
    "[study]\nlanguage = \"en\"\n[data]\npeople = \"people.csv\"\nsurvey = \"survey.csv\"\n[report]\nformats = []\n";

/// Six levels in three stages, the items named with them.
fn ladder(stages: [&str; 6]) -> String {
    let mut text = String::new();
    for (level, stage) in stages.iter().enumerate() {
        writeln!(text, "[[ladder.levels]]\nstage = \"{stage}\"\nen = \"statement {level}\"").unwrap();
        if level > 0 {
            writeln!(text, "item = \"q{level}\"").unwrap();
        }
    }
    text
}

const STAGES: [&str; 6] = ["low", "low", "mid", "mid", "high", "high"];

fn told(folder: &Folder, command: &str, format: &str) -> Told {
    folder.oneonone(&[command, "study.toml", "--quiet", "--format", format, "--language", "en"])
}

fn found(folder: &Folder, command: &str) -> Value {
    let told = told(folder, command, "json");
    assert_eq!(told.status, 0, "{}", told.err());
    told.json()["findings"][0].clone()
}

fn counts(stages: &Value) -> Vec<Option<u64>> {
    stages["levels"].as_array().unwrap().iter().map(|level| level["count"].as_u64()).collect()
}

#[test]
fn a_survey_with_only_items_gives_levels_and_a_verdict_wave_by_wave() {
    let folder = folder("items-only", Asks::Items, &["2024-03-31", "2024-09-30"], ("はい", "いいえ"));
    folder.write("study.toml", DATA.to_string() + &ladder(STAGES));
    let scale = found(&folder, "ladder");
    assert_eq!(
        (&scale["verdict"], &scale["n"], &scale["n_clusters"]),
        (&"strong ladder".into(), &160.into(), &16.into())
    );
    assert_eq!((&scale["wave"], &scale["cluster"]), (&"last".into(), &"manager_id".into()));
    assert_eq!((&scale["items"][0]["item"], &scale["items"][0]["level"]), (&"q1".into(), &1.into()));
    let waves = scale["waves"].as_array().unwrap();
    assert_eq!((waves.len(), &waves[1]["wave"]), (2, &"2024-09-30".into()));
    assert_eq!(waves[1]["h"], scale["h"], "the last wave is everybody's last answer");
    let made = &scale["made"];
    assert_eq!((&made["rule"], &made["outcome"]), (&"unbroken".into(), &"engagement".into()));
    assert!(number(made, "inconsistent_share") < 0.3);
    assert!(
        made["neighbours"].as_array().unwrap().iter().all(|step| step["differs"] == true),
        "{}",
        made["neighbours"]
    );
    // The stages answer stands on the same levels.
    let stages = found(&folder, "stages");
    let of_items: Vec<Option<u64>> = made["levels"].as_array().unwrap().iter().map(|l| l["count"].as_u64()).collect();
    assert_eq!(counts(&stages), of_items);
    assert_eq!(stages["levels"][5]["stage"], "high");
    assert!(!stages["movement"].as_array().unwrap().is_empty());
    let page = told(&folder, "ladder", "table").out();
    assert!(page.contains("1 q1") && page.contains("Wave by wave"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80));
    folder.change("study.toml", "formats = []", "formats = [\"html\"]");
    let all = folder.oneonone(&["run", "study.toml", "--out", "out", "--quiet"]);
    assert_eq!(all.status, 0, "{}", all.err());
    for picture in ["out/charts/ladder_steps.svg", "out/charts/ladder_items.svg", "out/charts/ladder.svg"] {
        assert!(folder.path().join(picture).exists(), "{picture}");
    }
    assert!(folder.read("out/charts/ladder_steps.svg").contains("3 statement 3"));
}

#[test]
fn only_levels_one_wave_and_both_do_the_right_thing() {
    let levels = folder("items-level", Asks::Level, &["2024-03-31"], ("1", "0"));
    levels.write("study.toml", DATA.to_string() + &ladder(STAGES).replace("item = ", "# "));
    assert_eq!(counts(&found(&levels, "stages")).len(), 6);
    let declined = told(&levels, "ladder", "json");
    assert_eq!(declined.status, 1);
    assert_eq!(declined.json()["declines"][0]["code"], "no_ladder_items");
    assert!(told(&levels, "ladder", "table").out().contains("[ladder] items"));
    // `run` does not ask what the study cannot answer.
    let all = levels.oneonone(&["run", "study.toml", "--out", "out", "--quiet"]);
    assert_eq!(all.status, 0, "{}", all.err());
    assert!(!levels.read("out/findings.json").contains("no_ladder_items"));

    let once = folder("items-once", Asks::Items, &["2024-03-31"], ("1", "0"));
    once.write("study.toml", DATA.to_string() + &ladder(STAGES));
    let scale = found(&once, "ladder");
    assert!(scale["waves"].as_array().unwrap().is_empty() && scale["verdict"] == "strong ladder");
    assert!(found(&once, "stages")["movement"].as_array().unwrap().is_empty());

    // Where the level was asked itself, it counts; the items still say whether the ladder is one.
    let both = folder("items-both", Asks::Both, &["2024-03-31"], ("yes", "no"));
    both.write("study.toml", DATA.to_string() + &ladder(STAGES));
    let scale = found(&both, "ladder");
    let asked = counts(&found(&both, "stages"));
    both.write("study.toml", DATA.to_string() + &ladder(STAGES).replace("item = ", "# "));
    assert_eq!(counts(&found(&both, "stages")), asked);
    assert_eq!(scale["n"], 160);
}

#[test]
fn answers_on_a_scale_rules_and_reversed_items_make_the_level_that_is_declared() {
    let place = |study: &str, rows: &[[&str; 3]]| {
        let folder = Folder::new("items-rules");
        folder.write(
            "people.csv",
            "employee_id\n".to_string() + &(0..rows.len()).map(|i| format!("E{i}\n")).collect::<String>(),
        );
        let line = |(i, row): (usize, &[&str; 3])| format!("E{i},2024-03-31,5,{}\n", row.join(","));
        folder.write(
            "survey.csv",
            "employee_id,wave,engagement,q1,q2,q3\n".to_string()
                + &rows.iter().enumerate().map(line).collect::<String>(),
        );
        let levels: String = ["a", "b", "c", "d"].map(|s| format!("[[ladder.levels]]\nstage = \"{s}\"\n")).concat();
        folder.write(
            "study.toml",
            DATA.to_string() + "[privacy]\ncrowd = 1\n[ladder]\nitems = [\"q1\", \"q2\", \"q3\"]\n" + study + &levels,
        );
        let stages = found(&folder, "stages");
        (
            counts(&stages).into_iter().flatten().collect::<Vec<u64>>(),
            stages["flow"]["steps"][0]["count"].as_u64().unwrap(),
        )
    };
    let rows = [["5", "4", "1"], ["1", "5", "5"], ["4", "3", "5"], ["2", "2", "2"], ["5", "", "5"], ["5", "5", "4"]];
    let scale = "scale = [1, 5]\nagree = 4\n";
    assert_eq!(place(scale, &rows), (vec![2, 1, 1, 1], 1), "unbroken: a missing answer below decides");
    assert_eq!(place(&(scale.to_string() + "rule = \"highest\"\n"), &rows), (vec![1, 0, 1, 4], 0));
    assert_eq!(place(&(scale.to_string() + "rule = \"count\"\n"), &rows), (vec![1, 0, 3, 1], 1));
    assert_eq!(place("", &[["はい", "×", "0"], ["1", "○", "無"], ["no", "", ""]]), (vec![1, 1, 1, 0], 0));
    // Denying the first item is what counts.
    let folder = Folder::new("items-reversed");
    folder.write("people.csv", "employee_id\nE0\nE1\n");
    folder.write("survey.csv", "employee_id,wave,engagement,q1,q2\nE0,2024-03-31,5,no,yes\nE1,2024-03-31,5,yes,yes\n");
    let levels = "[[ladder.levels]]\nstage = \"a\"\n[[ladder.levels]]\nstage = \"b\"\nitem = \"q1\"\nreverse = true\n[[ladder.levels]]\nstage = \"c\"\nitem = \"q2\"\n";
    folder.write("study.toml", DATA.to_string() + "[privacy]\ncrowd = 1\n" + levels);
    assert_eq!(counts(&found(&folder, "stages")), [Some(1), Some(0), Some(1)]);
}

#[test]
fn broken_answers_and_columns_are_told_and_never_taken_for_agreement() {
    let folder = folder("items-broken", Asks::Items, &["2024-03-31"], ("1", "0"));
    folder.write("study.toml", DATA.to_string() + &ladder(STAGES));
    let mut rows = folder.rows("survey.csv");
    rows[1][3] = "4".into();
    rows[2][4] = "perhaps".into();
    rows[3][5] = "0.5".into();
    folder.put_rows("survey.csv", &rows);
    let answer = told(&folder, "ladder", "json").json();
    let codes: Vec<(&str, u64)> = answer["issues"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|i| i["level"] == "error")
        .map(|i| (i["code"].as_str().unwrap(), i["line"].as_u64().unwrap()))
        .collect();
    assert!(codes.contains(&("out_of_range", 2)) && codes.contains(&("not_whole", 4)), "{codes:?}");
    assert!(codes.contains(&("bad_number", 3)), "{codes:?}");
    assert_eq!(answer["findings"][0]["n"], 157);
    // A column that is not there stops the work.
    folder.change("survey.csv", ",q4,", ",question four,");
    let stopped = told(&folder, "ladder", "json");
    assert_eq!(stopped.status, 1);
    assert!(stopped.err().contains("q4") && stopped.out().is_empty(), "{}", stopped.err());
}

#[test]
fn a_release_holds_no_answers_to_single_items() {
    let folder = folder("items-release", Asks::Both, &["2024-03-31"], ("yes", "no"));
    folder.write("study.toml", DATA.to_string() + &ladder(STAGES));
    let told = folder.oneonone(&["anonymise", "study.toml", "--out", "release", "--new-key", "release.key", "--quiet"]);
    assert_eq!(told.status, 0, "{}", told.err());
    let (study, survey) = (folder.read("release/study.toml"), folder.read("release/survey.csv"));
    assert!(!study.contains("q1") && study.contains("statement 3"), "{study}");
    assert!(!survey.contains("q1"), "{}", survey.lines().next().unwrap_or_default());
    let again = folder.oneonone(&["stages", "release/study.toml", "--quiet", "--format", "json"]);
    assert_eq!(again.json()["findings"][0]["levels"].as_array().unwrap().len(), 6);
}
