//! The practice question from files to findings: a log counted by hand, a population with planted practice, small groups.

use crate::workshop::{Folder, answer, number};
use oneonone::domain::Day;
use oneonone::stats::permute::{key, stream};
use rand::Rng;
use serde_json::Value;
use std::fmt::Write;

/// Three people from January to March 2024: a meets monthly, b twice in January and late in March, c never.
const LOG: &str = "staff,day,boss,length,state,theme,stars
a,2024-01-10,m1,30,held,career,4
a,2024-02-09,m1,45,held,skills,3
a,2024-03-10,m1,30,held,work_progress,5
b,2024-01-03,m1,60,held,career,4
b,2024-01-17,m1,20,held,career,4
b,2024-02-28,m1,,上司都合でキャンセル,,
b,2024-03-28,m1,40,held,skills,
c,2024-02-14,m2,,cancelled by employee,,
";
const COLUMNS: [&str; 14] = [
    "--employee",
    "staff",
    "--held-on",
    "day",
    "--manager",
    "boss",
    "--minutes",
    "length",
    "--status",
    "state",
    "--topic",
    "theme",
    "--satisfaction",
    "stars",
];

fn practice(folder: &Folder, args: &[&str]) -> Value {
    let told = folder.oneonone(&[&["practice"], args, &["--format", "json", "--quiet"]].concat());
    assert_eq!(told.status, 0, "{}", told.err());
    answer(&told.json(), "practice").clone()
}

#[test]
fn a_log_by_itself_is_counted_as_by_hand() {
    let folder = Folder::new("practice-log");
    folder.write("log.csv", LOG);
    let found = practice(&folder, &[&["log.csv"], COLUMNS.as_slice()].concat());
    assert_eq!(
        (&found["n"], &found["pairs"], &found["from"], &found["to"]),
        (&3.into(), &2.into(), &"2024-01".into(), &"2024-03".into())
    );
    let all = &found["overall"];
    let rates = [("share_proper", 3.0 / 9.0), ("per_month", 6.0 / 9.0), ("minutes", 37.5), ("share_held", 6.0 / 8.0)];
    for (name, expected) in rates {
        assert!((number(&all[name], "estimate") - expected).abs() < 1e-12, "{name} {}", all[name]);
    }
    let doses: Vec<u64> = found["doses"].as_array().unwrap().iter().map(|d| d["count"].as_u64().unwrap()).collect();
    assert_eq!(doses, [1, 0, 1, 1, 0], "c never met, b has a third of proper months, a two thirds");
    let month = |at: usize, name: &str| found["months"][at][name].as_u64().unwrap();
    let counts =
        |at| ["people", "met", "proper", "held", "cancelled_by_manager", "cancelled_by_employee"].map(|n| month(at, n));
    assert_eq!([counts(0), counts(1), counts(2)], [[3, 2, 2, 3, 0, 0], [3, 1, 1, 1, 1, 1], [3, 2, 0, 2, 0, 0]]);
    // Gaps: 30, 30 and 21 that goes on; 14, 71 and 3 that goes on.
    let waiting = &found["waiting"];
    let curve: Vec<(u64, f64, u64)> = (waiting["points"].as_array().unwrap().iter())
        .map(|p| (p["days"].as_u64().unwrap(), number(p, "waiting"), p["at_risk"].as_u64().unwrap()))
        .collect();
    assert_eq!(curve.iter().map(|(days, _, n)| (*days, *n)).collect::<Vec<_>>(), [(14, 5), (30, 3), (71, 1)]);
    for ((_, found, _), expected) in curve.iter().zip([0.8, 0.8 / 3.0, 0.0]) {
        assert!((found - expected).abs() < 1e-12);
    }
    assert_eq!((number(waiting, "median"), &waiting["n"], &waiting["events"]), (30.0, &6.into(), &4.into()));
    // The longest silences: 30 days, 71 days, and the whole of 90 days.
    assert_eq!(number(&found["silence"], "median"), 71.0);
    let longer: Vec<u64> =
        found["silence"]["longer"].as_array().unwrap().iter().map(|s| s["count"].as_u64().unwrap()).collect();
    assert_eq!(longer, [2, 2, 0, 0]);
    let first = &found["load"]["bands"][0];
    assert_eq!(
        (&found["load"]["managers"], &first["managers"], number(first, "per_month")),
        (&2.into(), &2.into(), 1.0)
    );
    // 10 January 2024 was a Wednesday, and so were the 3rd and the 17th.
    let wednesdays = found["weekdays"].as_array().unwrap().iter().find(|c| c["weekday"] == 3).unwrap();
    assert_eq!((&wednesdays["month"], &wednesdays["held"]), (&"2024-01".into(), &3.into()));
    let topics = found["topics"][0]["topics"].as_array().unwrap();
    let mentions = |code: &str| topics.iter().find(|t| t["topic"] == code).unwrap()["mentions"].as_u64().unwrap();
    assert_eq!(
        [mentions("career"), mentions("skills"), mentions("work_progress"), mentions("wellbeing")],
        [3, 2, 1, 0]
    );
}

#[test]
fn what_the_log_cannot_tell_is_said_and_not_asked() {
    let folder = Folder::new("practice-bare");
    folder.write("log.csv", "who,when\na,2024-01-10\na,2024-02-09\nb,2024-01-15\nb,2024-02-19\n");
    let found = practice(&folder, &["log.csv", "--employee", "who", "--held-on", "when"]);
    let codes: Vec<&str> = found["cautions"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect();
    assert_eq!(codes.iter().filter(|code| **code == "definition_not_checked").count(), 3);
    assert!(codes.contains(&"no_status") && codes.contains(&"no_teams"), "{codes:?}");
    assert_eq!(number(&found["overall"]["share_proper"], "estimate"), 1.0);
    assert_eq!(found["overall"]["share_held"]["estimate"], Value::Null);
    folder.write("empty.csv", "who,when,status\na,2024-01-10,cancelled\n");
    let told =
        folder.oneonone(&["practice", "empty.csv", "--employee", "who", "--held-on", "when", "--language", "en"]);
    assert_eq!(told.status, 1);
    assert!(told.out().contains("No held 1on1"), "{}", told.out());
    let told = folder.oneonone(&["practice", "log.csv", "--employee", "who"]);
    assert_eq!(told.status, 2, "--held-on is needed");
    let told = folder.oneonone(&["practice", "log.csv", "--employee", "who", "--held-on", "nowhere"]);
    assert_ne!(told.status, 0, "{}", told.out());
}

const TEAMS: usize = 40;
const PEOPLE: usize = 10;
const PROPER: f64 = 0.6;
const NEVER: usize = 30;
const HAZARD: f64 = 0.05;

/// People whose months are proper with a chance of 0.6, some who never meet, in two halves of departments; in the second
/// folder, pairs that meet again on any day with a chance of 1 in 20.
fn planted(folder: &Folder, seed: u64) {
    let mut rng = stream(key(seed, "test", "practice"), 0);
    let (mut people, mut log, mut gaps) =
        (String::from("employee_id,manager_id,department,hired_on\n"), String::new(), String::new());
    let header = "session_id,employee_id,manager_id,held_on,duration_min,topic,satisfaction\n";
    log.push_str(header);
    gaps.push_str(header);
    let (mut held, mut again) = (0, 0);
    for p in 0..TEAMS * PEOPLE {
        let (team, id) = (p / PEOPLE, format!("E{p:04}"));
        // Three people sit apart; two of them never meet.
        let department = if p < 3 {
            "Tiny"
        } else if team % 2 == 0 {
            "North"
        } else {
            "South"
        };
        writeln!(people, "{id},M{team:02},{department},2020-01-01").unwrap();
        for month in 1..=12 {
            let day = Day::from_ymd(2023, month, rng.random_range(1..=28)).unwrap();
            let proper = rng.random::<f64>() < PROPER;
            let short = rng.random::<f64>() < 0.5;
            if p % (TEAMS * PEOPLE / NEVER) == 1 && p / (TEAMS * PEOPLE / NEVER) < NEVER || !(proper || short) {
                continue;
            }
            held += 1;
            let minutes = if proper { 45 } else { 15 };
            writeln!(log, "S{held:06},{id},M{team:02},{day},{minutes},career,4").unwrap();
        }
        let mut day = Day::from_ymd(2023, 1, 1).unwrap().0 + rng.random_range(0..20);
        while day <= Day::from_ymd(2023, 12, 31).unwrap().0 {
            again += 1;
            writeln!(gaps, "S{again:06},{id},M{team:02},{},45,career,4", Day(day)).unwrap();
            day += 1;
            while rng.random::<f64>() >= HAZARD {
                day += 1;
            }
        }
    }
    folder.write("people.csv", people);
    folder.write("log.csv", log);
    folder.write("gaps.csv", gaps);
    for (study, file) in [("study.toml", "log.csv"), ("gaps.toml", "gaps.csv")] {
        let text = format!(
            "[data]\nsessions = \"{file}\"\npeople = \"people.csv\"\n[practice]\nlongest_gap_days = 0\nby = [\"department\"]\n"
        );
        folder.write(study, text);
    }
}

#[test]
fn planted_practice_never_met_and_hazard_are_found_again() {
    let (mut covered, mut band) = (0, 0);
    for seed in 1..=5 {
        let folder = Folder::new("practice-truth");
        planted(&folder, seed);
        let found = practice(&folder, &["study.toml"]);
        assert_eq!(found["n"], (TEAMS * PEOPLE) as u64);
        assert_eq!(found["doses"][0]["count"], NEVER as u64);
        let share = &found["overall"]["share_proper"];
        let truth = PROPER * (1.0 - NEVER as f64 / (TEAMS * PEOPLE) as f64);
        assert!((number(share, "estimate") - truth).abs() < 0.03, "{share}");
        covered += usize::from(number(share, "conf_low") <= truth && truth <= number(share, "conf_high"));
        let gaps = practice(&folder, &["gaps.toml"]);
        // Half have met again by day 14: 0.95^13 = 0.513, 0.95^14 = 0.488.
        assert!((13.0..=15.0).contains(&number(&gaps["waiting"], "median")));
        for point in gaps["waiting"]["points"].as_array().unwrap() {
            let days = number(point, "days");
            if (5.0..=40.0).contains(&days) {
                let truth = (1.0 - HAZARD).powf(days);
                assert!((number(point, "waiting") - truth).abs() < 4.5 * number(point, "std_error"), "{point}");
                band += usize::from(number(point, "conf_low") <= truth && truth <= number(point, "conf_high"));
            }
        }
        // The gaps of a chance of 1 in 20 a day vary by sqrt(1 - p) of their mean; short rows of gaps show less.
        let variation = number(&gaps["regularity"]["variation"], "estimate");
        assert!((0.8..1.0).contains(&variation), "{variation}");
        // Three people are no department to be told, nor are the two of them who never met: another one goes with them.
        let groups = found["by"].as_array().unwrap();
        assert_eq!(groups.len(), 3);
        assert!(groups.iter().filter(|g| g["hidden"] == true).count() >= 2, "{groups:?}");
        assert!(!found.to_string().contains("Tiny"));
    }
    assert!(covered >= 4, "{covered} of 5 intervals hold the planted share");
    assert!(band >= 5 * 36 * 8 / 10, "{band} of {} points of the band hold the planted curve", 5 * 36);
}
