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
