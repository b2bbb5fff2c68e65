//! States of shards: whatever way an export is cut, the findings are those of all its files at once, byte for byte; and
//! what a state is not good for. Says nothing about whether the answers are right.

use crate::workshop::{Folder, answers};
use std::fs;

/// The sample, its rows dealt to shards; `of` tells the shard of a row from its table, its cells and their header.
fn dealt(name: &str, shards: usize, of: impl Fn(&str, &[String], &[String]) -> Option<usize>) -> Folder {
    let folder = Folder::without_pages(name, "division");
    let mut lists = Vec::new();
    for table in ["people", "survey", "sessions", "sales"] {
        let file = format!("{table}.csv");
        let rows = folder.rows(&file);
        let (header, rows) = rows.split_first().unwrap();
        let whole = rows.iter().all(|row| of(table, header, row).is_none());
        if whole {
            lists.push((table, vec![file; shards]));
            continue;
        }
        let names: Vec<String> = (0..shards).map(|shard| format!("{table}-{shard}.csv")).collect();
        for (shard, name) in names.iter().enumerate() {
            let mine = rows.iter().filter(|row| of(table, header, row) == Some(shard));
            folder.put_rows(name, &std::iter::once(header).chain(mine).cloned().collect::<Vec<_>>());
        }
        lists.push((table, names));
    }
    let study = folder.read("study.toml");
    let with = |list: &dyn Fn(&[String]) -> String| {
        let mut text = study.clone();
        for (table, names) in &lists {
            text = text.replace(&format!("{table} = \"{table}.csv\""), &format!("{table} = {}", list(names)));
        }
        text
    };
    let mut all = lists[0].1.clone();
    all.dedup();
    folder.write(
        "study.toml",
        with(&|names| {
            let mut names = names.to_vec();
            names.dedup();
            format!("{names:?}")
        }),
    );
    for shard in 0..shards {
        folder.write(&format!("study-{shard}.toml"), with(&|names| format!("{:?}", names[shard])));
        let told = folder.oneonone(&["summarise", &format!("study-{shard}.toml"), "-o", &format!("{shard}.state")]);
        assert_eq!(told.status, 0, "{}", told.err());
        assert!(told.out().is_empty() && told.err().contains("personal data"));
    }
    folder
}

fn cell<'r>(header: &[String], row: &'r [String], column: &str) -> &'r str {
    &row[header.iter().position(|h| h == column).unwrap()]
}

fn same_from_states(folder: &Folder, states: &[&str]) {
    let at_once = folder.findings(&[]);
    let mut reversed = states.to_vec();
    reversed.reverse();
    for order in [states.to_vec(), reversed] {
        let told = folder.oneonone(&[&["run", "--quiet", "--out", "merged", "--from"], order.as_slice()].concat());
        assert_eq!(told.status, 0, "{}", told.err());
        assert!(folder.read("merged/findings.json") == at_once, "the findings differ");
    }
    let sample = Folder::without_pages("shards-sample", "division");
    assert!(answers(&at_once) == answers(&sample.findings(&[])), "cutting files changed an answer");
}

#[test]
fn shards_of_people_give_the_findings_of_all() {
    let folder = dealt("shards-people", 3, |_, header, row| {
        Some(cell(header, row, "employee_id").bytes().map(usize::from).sum::<usize>() % 3)
    });
    same_from_states(&folder, &["0.state", "1.state", "2.state"]);
}

#[test]
fn shards_of_months_share_the_people_and_the_survey() {
    let folder = dealt("shards-months", 2, |table, header, row| match table {
        "sessions" => Some(usize::from(cell(header, row, "held_on") >= "2024-07-01")),
        "sales" => Some(usize::from(cell(header, row, "month") >= "2024-07")),
        _ => None,
    });
    same_from_states(&folder, &["0.state", "1.state"]);
}

#[test]
fn a_repeat_across_shards_is_found() {
    let folder = dealt("shards-repeat", 2, |_, header, row| {
        Some(cell(header, row, "employee_id").bytes().map(usize::from).sum::<usize>() % 2)
    });
    let (mut one, other) = (folder.rows("sales-0.csv"), folder.rows("sales-1.csv"));
    let mut again = other[1].clone();
    again[other[0].iter().position(|h| h == "sales").unwrap()] = "12345678".to_string();
    one.push(again);
    folder.put_rows("sales-0.csv", &one);
    folder.oneonone(&["summarise", "study-0.toml", "-o", "0.state"]);
    let told = folder.oneonone(&["run", "--from", "0.state", "1.state"]);
    assert_eq!(told.status, 1);
    assert!(told.err().contains("sales-0.csv") || told.err().contains("sales-1.csv"), "{}", told.err());
    assert!(!told.err().contains("12345678"));
}

#[test]
fn a_state_is_kept_from_others_and_taken_for_nothing_else() {
    let folder = dealt("shards-wall", 1, |_, _, _| Some(0));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(folder.path().join("0.state")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(fs::read(folder.path().join("0.state")).unwrap().starts_with(b"oneonone state: personal data"));
    let said = |args: &[&str], status: i32, words: &str| {
        let told = folder.oneonone(args);
        assert_eq!(told.status, status, "{}", told.err());
        assert!(told.err().contains(words), "{}", told.err());
    };
    said(&["report", "0.state"], 1, "is a state");
    said(&["run", "--from", "people.csv"], 1, "no state");
    folder.change("study-0.toml", "window_days = 180", "window_days = 90");
    assert_eq!(folder.oneonone(&["summarise", "study-0.toml", "-o", "other.state"]).status, 0);
    said(&["run", "--from", "0.state", "other.state"], 1, "other questions");
    // Cut short, and changed somewhere inside: said, never guessed around.
    let whole = fs::read(folder.path().join("0.state")).unwrap();
    folder.write("cut.state", &whole[..whole.len() / 2]);
    said(&["run", "--from", "cut.state"], 1, "damaged");
    let mut bent = whole.clone();
    bent[whole.len() / 3] ^= 0x55;
    folder.write("bent.state", bent);
    said(&["run", "--from", "bent.state"], 1, "damaged");
    // A shard that cannot be read leaves no state behind.
    folder.write("people-0.csv", "nothing,known\n1,2\n");
    said(&["summarise", "study-0.toml", "-o", "none.state"], 1, "people-0.csv");
    assert!(!folder.list("").iter().any(|name| name.contains("none.state")));
}
