//! `oneonone ladder` as it is called: the fields of the contract, swapped steps by name, missing and broken answers.
//! Simulations of known truth are in `truth`, coefficients in `certified/scales`.

mod items;

use crate::certified::shared;
use crate::workshop::{Folder, Told, number};
use oneonone::stats::permute::{key, stream};
use rand::Rng;
use serde_json::Value;
use std::fmt::Write;

/// A table of people on a ladder of `items` steps: person, team, outcome, answers; `swap` exchanges two columns' names.
fn table(people: usize, items: usize, swap: Option<(usize, usize)>, seed: u64) -> String {
    let mut draws = stream(key(seed, "ladder", "table"), 0);
    let name = |at: usize| match swap {
        Some((a, b)) if at == a => b,
        Some((a, b)) if at == b => a,
        _ => at,
    };
    let mut text = "person,team,outcome".to_string();
    (0..items).for_each(|item| write!(text, ",s{}", name(item) + 1).unwrap());
    text.push('\n');
    for person in 0..people {
        let standing: f64 = draws.random::<f64>() * 1.4 - 0.2;
        write!(text, "p{person},t{},{:.2}", person % 40, 10.0 * standing + draws.random::<f64>()).unwrap();
        for item in 0..items {
            let heard = standing + 0.5 * (draws.random::<f64>() - 0.5);
            let yes = heard > (item as f64 + 1.0) / (items as f64 + 1.0);
            text.push_str(if yes { ",1" } else { ",0" });
        }
        text.push('\n');
    }
    text
}

fn names(items: usize) -> String {
    (1..=items).map(|item| format!("s{item}")).collect::<Vec<_>>().join(",")
}

fn asked(folder: &Folder, more: &[&str]) -> Told {
    folder.oneonone(&[&["ladder", "a.csv", "--quiet", "--language", "en"], more].concat())
}

fn scale(folder: &Folder, more: &[&str]) -> Value {
    let told = asked(folder, &[more, &["--format", "json"]].concat());
    assert_eq!(told.status, 0, "{}", told.err());
    told.json()["findings"][0].clone()
}

#[test]
fn a_ladder_with_two_steps_swapped_is_told_with_their_names() {
    let folder = Folder::new("ladder-plain");
    folder.write("a.csv", table(600, 6, Some((2, 3)), 1));
    let found = scale(&folder, &["--items", &names(6), "--outcome", "outcome", "--cluster", "team"]);
    assert_eq!((&found["analysis"], &found["n"], &found["n_clusters"]), (&"ladder".into(), &600.into(), &40.into()));
    assert_eq!(found["verdict"], "strong ladder");
    assert!(number(&found, "h") > 0.5 && number(&found, "h_std_error") > 0.0);
    assert_eq!(found["items"].as_array().unwrap().len(), 6);
    for item in found["items"].as_array().unwrap() {
        assert!(item["item"].is_string() && number(item, "h") > 0.4 && number(item, "h_std_error") > 0.0);
        assert_eq!(item["monotonicity"]["violations"], 0);
    }
    let swapped = found["order"]["swapped"].as_array().unwrap();
    assert_eq!(swapped.len(), 1, "{swapped:?}");
    assert_eq!((&swapped[0]["lower"], &swapped[0]["upper"]), (&"s3".into(), &"s4".into()));
    assert!(found["guttman_errors"].as_u64().unwrap() > 0 && number(&found, "reproducibility") > 0.8);
    let made = &found["made"];
    let people: u64 = made["levels"].as_array().unwrap().iter().map(|l| l["count"].as_u64().unwrap()).sum();
    assert_eq!((people, made["levels"].as_array().unwrap().len()), (600, 7));
    // The outcome rises with the standing: most neighbours differ.
    let differ = made["neighbours"].as_array().unwrap().iter().filter(|s| s["differs"] == true).count();
    assert!(differ >= 4, "{}", made["neighbours"]);
    let open = scale(&folder, &["--items", &names(6), "--order", "observed"]);
    assert!(open["order"]["swapped"].as_array().unwrap().is_empty() && open["made"].is_null());
    for (format, word) in [("table", "s4 is agreed with more than s3"), ("md", "swapped"), ("csv", "order,")] {
        let told = asked(&folder, &["--items", &names(6), "--format", format]);
        assert!(told.status == 0 && told.out().contains(word), "{format}: {}", told.out());
    }
}

#[test]
fn a_set_whose_reproducibility_looks_good_is_not_a_ladder() {
    let Some(data) = shared::shared() else { return };
    let folder = Folder::new("ladder-shared");
    for (set, items) in [("wirs", 6), ("lsat", 5)] {
        std::fs::copy(data.join(format!("scalability/{set}.csv")), folder.path().join("a.csv")).unwrap();
        let names = (1..=items).map(|i| format!("Item {i}")).collect::<Vec<_>>().join(",");
        let found = scale(&folder, &["--items", &names]);
        assert_eq!(found["verdict"], "not a ladder", "{set}");
        assert!(number(&found["guttman"], "reproducibility_cornell") > 0.89);
        let codes: Vec<&str> =
            found["cautions"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"reproducibility_misleads"), "{set}: {codes:?}");
        assert!(asked(&folder, &["--items", &names]).out().contains("not a ladder"));
    }
}

#[test]
fn missing_answers_are_counted_and_h_of_all_answers_stands_beside() {
    let folder = Folder::new("ladder-missing");
    let mut rows: Vec<Vec<String>> =
        table(400, 5, None, 2).lines().map(|line| line.split(',').map(String::from).collect()).collect();
    rows[1][4] = String::new();
    (2..60).for_each(|row| rows[row][3 + row % 5] = "未回答".into());
    rows[70][3..].fill(String::new());
    folder.put_rows("a.csv", &rows);
    let found = scale(&folder, &["--items", &names(5)]);
    assert_eq!(found["n"], 340);
    assert_eq!(found["flow"]["steps"][0]["reason"], "item_unanswered");
    assert_eq!(found["flow"]["steps"][0]["count"], 60);
    assert_eq!(found["pairwise"]["n"], 399);
    assert!((number(&found["pairwise"], "h") - number(&found, "h")).abs() < 0.05);
    assert_eq!(found["cautions"][0]["code"], "items_unanswered");
}

#[test]
fn words_numbers_on_a_scale_and_thresholds_are_read() {
    let folder = Folder::new("ladder-words");
    let yes_no: Vec<Vec<String>> = table(300, 4, None, 3)
        .lines()
        .map(|line| line.split(',').map(|c| c.replace(['1'], "1").to_string()).collect::<Vec<String>>())
        .enumerate()
        .map(|(at, mut row)| {
            let word = |c: &String| if c == "1" { "はい" } else { "いいえ" }.to_string();
            if at > 0 {
                row = [row[..3].to_vec(), row[3..].iter().map(word).collect()].concat();
            }
            row
        })
        .collect();
    folder.write("a.csv", table(300, 4, None, 3));
    let plain = scale(&folder, &["--items", &names(4)]);
    folder.put_rows("a.csv", &yes_no);
    assert_eq!(scale(&folder, &["--items", &names(4)])["h"], plain["h"]);
    // Answers 2 and 4 on a scale from 1 to 5, agreed from 4 on.
    let likert: Vec<Vec<String>> =
        yes_no.iter().map(|row| row.iter().map(|c| c.replace("はい", "4").replace("いいえ", "2")).collect()).collect();
    folder.put_rows("a.csv", &likert);
    let agreed = scale(&folder, &["--items", &names(4), "--agree", "4"]);
    assert_eq!((&agreed["h"], &agreed["made"]["rule"]), (&plain["h"], &"unbroken".into()));
    let as_it_is = scale(&folder, &["--items", &names(4)]);
    assert!((number(&as_it_is, "h") - number(&plain, "h")).abs() < 1e-12);
    assert!(as_it_is["made"].is_null(), "no level without a threshold");
}

#[test]
fn what_is_no_ladder_question_is_declined_in_words_and_nothing_crashes() {
    let folder = Folder::new("ladder-broken");
    let declined = |code: &str, items: &str| {
        let told = asked(&folder, &["--items", items, "--format", "json"]);
        assert_eq!(told.status, 1, "{code}: {}", told.err());
        assert_eq!(told.json()["declines"][0]["code"], code, "{}", told.out());
        let said = asked(&folder, &["--items", items]).out();
        assert!(!said.contains(code), "{said}");
    };
    folder.write("a.csv", "a,b,c,d,e,f,g\n".to_string() + &"1,0,1,2.5,x,1,1000\n0,1,1,1,yes,2,1\n".repeat(20));
    declined("too_few_items", "a");
    declined("column_unknown", "a,nobody");
    declined("item_twice", "a,b,a");
    declined("answer_not_whole", "a,d");
    declined("no_answer_to_item", "a,e");
    declined("too_many_answers", "a,g");
    declined("items_constant", "a,c");
    folder.write("a.csv", "a,b\n1,0\n,1\n0,1\n");
    declined("too_few_complete", "a,b");
    folder.write("a.csv", "a,b\n,\n,\n");
    declined("too_few_complete", "a,b");
    assert_eq!(folder.oneonone(&["ladder", "a.csv", "--quiet"]).status, 2, "items are needed");
    // An item that all answer alike is named, the others are told.
    folder.write("a.csv", "a,b,c\n".to_string() + &"1,0,1\n0,0,1\n1,1,1\n".repeat(10));
    let found = scale(&folder, &["--items", "a,b,c"]);
    assert_eq!((&found["items"][2]["h"], &found["items"][2]["why"]), (&Value::Null, &"undefined".into()));
    assert_eq!(found["cautions"][0]["code"], "items_alike");
    assert_eq!(number(&found, "h"), 1.0);
}

#[test]
fn small_groups_of_answers_are_hidden() {
    let folder = Folder::new("ladder-crowd");
    // Three of 60 agree with the last item.
    let row = |i: usize| format!("{},{},{}\n", u8::from(i % 2 < 1), u8::from(i % 4 < 1), u8::from(i % 24 < 1));
    folder.write("a.csv", "a,b,c\n".to_string() + &(0..60).map(row).collect::<String>());
    let shown = scale(&folder, &["--items", "a,b,c"]);
    assert_eq!(number(&shown["items"][2], "mean"), 0.05);
    let found = scale(&folder, &["--items", "a,b,c", "--crowd", "5"]);
    assert_eq!((&found["items"][2]["mean"], &found["items"][2]["hidden"]), (&Value::Null, &true.into()));
    assert!(found["order"]["neighbours"][1]["difference"].is_null());
    let level = &found["made"]["levels"][3];
    assert_eq!((&level["count"], &level["why"]), (&Value::Null, &"hidden".into()));
    let hidden = found["made"]["levels"].as_array().unwrap().iter().filter(|l| l["hidden"] == true).count();
    assert!(hidden >= 2, "one hidden cell alone would follow from the sum");
    for pair in found["pairs"].as_array().unwrap() {
        let told = pair["h"].as_f64();
        assert!(told.is_none_or(|h| (h * 100.0 - (h * 100.0).round()).abs() < 1e-9), "{pair}");
    }
}
