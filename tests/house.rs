//! The house keeps its doors: rooms open only what `src/ARCHITECTURE.md` allows, every file says what it is, no file is a
//! drawer for odds and ends.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below `src`, with its room.
fn sources() -> Vec<(String, PathBuf, String)> {
    let src = root().join("src");
    let mut found = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let inside = path.strip_prefix(&src).unwrap();
                let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((first.trim_end_matches(".rs").to_string(), path, text));
            }
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found
}

/// Names in backquotes.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(String::from).collect()
}

/// The table of rooms: room -> rooms it may open; `None` = everything.
fn doors() -> BTreeMap<String, Option<BTreeSet<String>>> {
    let text = std::fs::read_to_string(root().join("src/ARCHITECTURE.md")).unwrap();
    let table = text.split("## Rooms and doors").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut doors = BTreeMap::new();
    for line in table.lines().filter(|l| l.starts_with("| `")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        for room in quoted(cells[0]) {
            let open =
                if cells[2].trim() == "everything" { None } else { Some(quoted(cells[2]).into_iter().collect()) };
            doors.insert(room, open);
        }
    }
    doors
}

/// Rooms named by `crate::room` in code (comments left out), braces of `use crate::{...}` included.
fn opened(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut rooms = BTreeSet::new();
    for part in code.split("crate::").skip(1) {
        if let Some(group) = part.strip_prefix('{') {
            let inside = group.split('}').next().unwrap();
            rooms.extend(inside.split(',').map(|p| p.trim().split("::").next().unwrap().to_string()));
        } else {
            rooms.insert(part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect());
        }
    }
    rooms
}

#[test]
fn every_room_has_a_row_and_opens_only_its_doors() {
    let doors = doors();
    assert!(doors.len() >= 17, "the table of rooms was not read");
    let mut faults = Vec::new();
    for (room, path, text) in sources() {
        if room == "lib" {
            continue;
        }
        let Some(open) = doors.get(&room) else {
            faults.push(format!("{}: room `{room}` has no row", path.display()));
            continue;
        };
        let Some(open) = open else { continue };
        for other in opened(&text) {
            let shared = ["error", "reduce", "Error", "Result"].contains(&other.as_str());
            if !shared && other != room && !open.contains(&other) {
                faults.push(format!("{}: `{room}` opens `{other}`", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_begins_by_saying_what_it_answers() {
    let silent: Vec<_> = sources().into_iter().filter(|(_, _, t)| !t.starts_with("//! ")).map(|(_, p, _)| p).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn no_file_is_a_drawer() {
    let drawers = ["utils", "util", "common", "helpers", "helper", "misc", "core", "types", "prelude"];
    let found: Vec<_> = (sources().into_iter())
        .filter(|(_, p, _)| {
            p.components().any(|c| drawers.contains(&c.as_os_str().to_str().unwrap().trim_end_matches(".rs")))
        })
        .map(|(_, p, _)| p)
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn polars_and_ndarray_stay_behind_the_waist() {
    let mut faults = Vec::new();
    for (room, path, text) in sources() {
        let banned: &[&str] = match room.as_str() {
            "findings" | "report" | "text" | "charts" | "domain" => &["polars::", "ndarray::", "linfa"],
            "stats" => &["polars::", "std::fs", "std::time", "println!"],
            "analyses" => &["polars::"],
            _ => &[],
        };
        faults.extend(banned.iter().filter(|b| text.contains(**b)).map(|b| format!("{}: {b}", path.display())));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
