//! The stages question as its user asks it, on data whose truth is known: movement planted from stage to stage, answers with
//! gaps, teams, outcomes.

use crate::workshop::Folder;
use serde_json::Value;

/// One level of each stage of the ladder.
const LEVEL: [u32; 10] = [0, 2, 3, 5, 8, 11, 13, 14, 15, 16];
const STAGES: [&str; 10] =
    ["wary", "doubtful", "easing", "opening", "credit", "trust", "motivation", "insight", "output", "outcome"];

/// A small generator: the tables must be the same every time.
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The planted chance to go from one stage to another by the next wave.
fn planted(from: usize, to: usize) -> f64 {
    let weight = |to: usize| match (to as f64) - (from as f64) {
        0.0 => 6.0,
        1.0 => 2.5,
        2.0 => 0.5,
        -1.0 => 1.0,
        _ => 0.02,
    };
    weight(to) / (0..10).map(weight).sum::<f64>()
}

fn next(dice: &mut Dice, from: usize) -> usize {
    let mut left = dice.share();
    for to in 0..10 {
        left -= planted(from, to);
        if left < 0.0 {
            return to;
        }
    }
    9
}

fn json(folder: &Folder, args: &[&str]) -> Value {
    let told = folder.oneonone(args);
    assert_eq!(told.status, 0, "{}", String::from_utf8_lossy(&told.err));
    serde_json::from_slice(&told.out).unwrap()
}

#[test]
fn a_planted_matrix_of_movement_is_recovered_within_a_hundredth() {
    let folder = Folder::new("planted");
    let mut dice = Dice(11);
    let mut text = String::from("who,wave,level,team\n");
    for person in 0..50_000 {
        // Everybody is everywhere at first, so that every row has people.
        let mut stage = person % 10;
        for wave in ["2023-09-30", "2023-12-31", "2024-03-31", "2024-06-30", "2024-09-30"] {
            text.push_str(&format!("p{person},{wave},{},t{}\n", LEVEL[stage], person / 10));
            stage = next(&mut dice, stage);
        }
    }
    folder.write("answers.csv", text);
    let args = ["stages", "answers.csv", "--level", "level", "--person", "who", "--wave", "wave", "--cluster", "team"];
    let found = json(&folder, &[&args[..], &["--format", "json"]].concat());
    let found = &found["findings"][0];
    let mut worst = 0.0_f64;
    for (i, from) in STAGES.iter().enumerate() {
        for (j, to) in STAGES.iter().enumerate() {
            let rows = found["transitions"].as_array().unwrap();
            let row = rows.iter().find(|r| r["from"] == *from && r["to"] == *to);
            let share = row.map_or(0.0, |r| r["share"].as_f64().unwrap());
            worst = worst.max((share - planted(i, j)).abs());
        }
    }
    assert!(worst < 0.01, "the worst cell is {worst} off");
    let change = &found["change"];
    assert_eq!((change["unit"].as_str(), change["step"].as_u64()), (Some("month"), Some(3)));
}

/// A third of the answers are missing at random, so gaps are of one to several quarters: raw pairs of answers move too much.
#[test]
fn the_expected_time_to_rise_allows_for_gaps_between_answers() {
    let folder = Folder::new("gaps");
    let mut dice = Dice(5);
    let mut text = String::from("who,wave,level,team\n");
    let waves = ["2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31", "2024-03-31", "2024-06-30"];
    for person in 0..20_000 {
        let mut stage = person % 10;
        for wave in waves {
            if dice.share() < 0.65 {
                text.push_str(&format!("p{person},{wave},{},t{}\n", LEVEL[stage], person / 10));
            }
            stage = next(&mut dice, stage);
        }
    }
    folder.write("answers.csv", text);
    let args = ["stages", "answers.csv", "--level", "level", "--person", "who", "--wave", "wave", "--cluster", "team"];
    let found = json(&folder, &[&args[..], &["--format", "json"]].concat());
    let rows = found["findings"][0]["change"]["time_to_rise"].as_array().unwrap();
    let chain = ndarray::Array2::from_shape_fn((10, 10), |(i, j)| planted(i, j));
    let truth = oneonone::stats::chain::steps_to_rise(&chain);
    let mut covered = 0;
    for (row, steps) in rows.iter().zip(&truth) {
        let (told, months) = (&row["expected"], 3.0 * steps.unwrap());
        let estimate = told["estimate"].as_f64().unwrap();
        assert!((estimate / months - 1.0).abs() < 0.06, "{}: {estimate} for {months}", row["stage"]);
        covered +=
            u32::from(told["conf_low"].as_f64().unwrap() <= months && months <= told["conf_high"].as_f64().unwrap());
    }
    assert!(covered >= 7, "{covered} of 9 intervals hold the truth");
}

/// What is talked about between two answers, and the chance of a move up that goes with it: 0.2, with a talk about the
/// career 0.45.
fn planted_talks(folder: &Folder) {
    let mut dice = Dice(21);
    let topics = ["work_progress", "relationships", "wellbeing", "career", "skills", "private_life", "company_policy"];
    let waves = ["2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31", "2024-03-31", "2024-06-30"];
    let months = ["2023-04", "2023-05", "2023-06", "2023-07", "2023-08", "2023-09", "2023-10", "2023-11", "2023-12"];
    let more = ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06"];
    let (mut people, mut survey) = (String::from("employee_id,manager_id\n"), String::from("employee_id,wave,level\n"));
    let mut sessions = String::from("session_id,employee_id,held_on,topic,satisfaction\n");
    let mut id = 0;
    for person in 0..800 {
        people.push_str(&format!("e{person:04},m{:02}\n", person / 10));
        let mut stage = 1 + person % 5;
        survey.push_str(&format!("e{person:04},{},{}\n", waves[0], LEVEL[stage]));
        for (wave, months) in waves.iter().skip(1).zip(months.chunks(3).chain(more.chunks(3))) {
            let mut career = false;
            for month in months {
                let topic = (dice.share() * 7.0) as usize;
                career |= topic == 3;
                id += 1;
                let rating = 1 + (dice.share() * 5.0) as usize;
                sessions.push_str(&format!("s{id:06},e{person:04},{month}-15,{},{rating}\n", topics[topic]));
            }
            let drawn = dice.share();
            let up = if career { 0.45 } else { 0.2 };
            stage = if drawn < up {
                (stage + 1).min(9)
            } else if drawn > 0.8 {
                stage.saturating_sub(1)
            } else {
                stage
            };
            survey.push_str(&format!("e{person:04},{wave},{}\n", LEVEL[stage]));
        }
    }
    folder.write("people.csv", people);
    folder.write("survey.csv", survey);
    folder.write("sessions.csv", sessions);
    folder.write(
        "study.toml",
        "[study]\nlanguage = \"en\"\n[data]\nsessions = \"sessions.csv\"\nsurvey = \"survey.csv\"\npeople = \"people.csv\"\n",
    );
}

#[test]
fn a_topic_that_precedes_moves_up_is_found_and_the_others_are_not() {
    let folder = Folder::new("talks");
    planted_talks(&folder);
    let found = json(&folder, &["stages", "study.toml", "--format", "json"]);
    let lifts = &found["findings"][0]["lifts"];
    let pooled = &lifts["pooled"];
    assert_eq!((lifts["evidence"].as_str(), pooled["within"].as_bool()), (Some("association"), Some(true)));
    assert_eq!(lifts["n"], lifts["used"]);
    let term = |name: &str| {
        let terms = pooled["terms"].as_array().unwrap();
        terms.iter().find(|t| t["term"] == name && t["kind"] == "discussed").unwrap().clone()
    };
    let number = |term: &Value, field: &str| term[field].as_f64().unwrap();
    let career = term("career");
    let truth = (0.45 / 0.55) / (0.2 / 0.8);
    assert!(number(&career, "p_adjusted") < 1e-6);
    // Own differences: the constant of each person is left out by their mean, which is close but not exact for odds.
    assert!((number(&career, "odds_ratio") / truth - 1.0).abs() < 0.25, "{career}");
    assert!(number(&career, "n_with") + number(&career, "n_without") == pooled["n"].as_f64().unwrap());
    let quiet = ["work_progress", "relationships", "wellbeing", "skills", "private_life", "company_policy"];
    let loud = quiet.iter().filter(|name| number(&term(name), "p_adjusted") < 0.05).count();
    assert_eq!(loud, 0, "no other topic was planted");
    // The plan: the lever of trust that is nearest to talks about the career is what these data speak for.
    let plan = lifts["plan"].as_array().unwrap();
    let step = plan.iter().find(|s| s["lever"] == "long_goals").unwrap();
    assert_eq!((step["first"].as_bool(), step["grounds"].as_str()), (Some(true), Some("data")));
    assert!(plan.iter().all(|s| s["near"].as_array().unwrap().iter().all(|t| t["n_with"].is_null())));
}

#[test]
fn outcomes_of_a_plain_table_are_told_by_stage_now_and_at_the_next_answer() {
    let folder = Folder::new("outcomes");
    let mut dice = Dice(8);
    let mut text = String::from("who,wave,level,team,score\n");
    for person in 0..600 {
        let mut stage = person % 10;
        for wave in ["2024-03-31", "2024-06-30"] {
            let score = 50.0 + 3.0 * stage as f64 + 10.0 * dice.share();
            text.push_str(&format!("p{person},{wave},{},t{},{score:.2}\n", LEVEL[stage], person / 12));
            stage = next(&mut dice, stage);
        }
    }
    folder.write("answers.csv", text);
    let args = ["--person", "who", "--wave", "wave", "--cluster", "team", "--outcome", "score", "--format", "json"];
    let found = json(&folder, &[&["stages", "answers.csv", "--level", "level"][..], &args].concat());
    let follows = found["findings"][0]["follows"].as_array().unwrap();
    let timings: Vec<&str> = follows.iter().map(|f| f["timing"].as_str().unwrap()).collect();
    assert_eq!(timings, ["now", "later"]);
    for follow in follows {
        assert!(follow["trend"]["concordance"].as_f64().unwrap() > 0.85, "{}", follow["trend"]);
        assert!(
            follow["trend"]["p_units"].as_f64().unwrap() < 1e-6
                && follow["trend"]["within"]["p_value"].as_f64().unwrap() < 1e-6
        );
    }
    let means: Vec<f64> = follows[0]["rows"].as_array().unwrap().iter().map(|r| r["mean"].as_f64().unwrap()).collect();
    for (stage, mean) in means.iter().enumerate() {
        assert!((mean - (55.0 + 3.0 * stage as f64)).abs() < 2.0, "{stage}: {mean}");
    }
    let wrong = folder.oneonone(&["stages", "answers.csv", "--level", "level", "--outcome", "nothing"]);
    assert_eq!(wrong.status, 1);
}
