//! A release as the bytes of its files: canonical CSV in UTF-8 and the study file beside them. Opens no file.

use super::Released;
use super::grain::Grain;
use super::held::{Held, Sheet, Tables};
use crate::domain::{Day, Month, OVERALL};
use crate::error::{Error, Result};
use crate::screen::privacy::Profile;
use crate::study::{Study, Window};
use crate::tables::{MISSING_DAY, OVERALL_BIT, Table};
use std::fmt::Write as _;

/// The bytes of a table's file.
pub fn csv(sheet: &Sheet, study: &Study) -> String {
    let codes: Vec<&str> = study.topics.iter().map(|t| t.code.as_str()).filter(|code| *code != OVERALL).collect();
    let mut text = String::with_capacity(sheet.rows * 16 * sheet.columns.len());
    let names: Vec<String> = sheet.columns.iter().map(|c| quoted(&c.name)).collect();
    text.push_str(&names.join(","));
    text.push('\n');
    for row in 0..sheet.rows {
        for (at, column) in sheet.columns.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            cell(&mut text, &column.cells, row, &codes);
        }
        text.push('\n');
    }
    text
}

fn cell(text: &mut String, cells: &Held, row: usize, topics: &[&str]) {
    // Writing into a text cannot fail.
    let _ = match cells {
        Held::Text(ids, of) => write!(text, "{}", quoted(ids.name(of[row]))),
        Held::Number(cells) if cells[row].is_finite() => write!(text, "{}", cells[row]),
        Held::Day(days) if days[row] != MISSING_DAY => write!(text, "{}", Day(days[row])),
        Held::Month(months) if months[row] != MISSING_DAY => write!(text, "{}", Month(months[row])),
        Held::Topics(bits) => {
            let overall = (bits[row] & OVERALL_BIT != 0).then_some(OVERALL);
            let set =
                topics.iter().enumerate().filter(|(at, _)| *at < 31 && bits[row] >> at & 1 == 1).map(|(_, code)| *code);
            write!(text, "{}", set.chain(overall).collect::<Vec<_>>().join("|"))
        }
        _ => Ok(()),
    };
}

/// A cell with quotation marks where it needs them.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell.to_string()
}

/// The study file of a release: what the study asked, of the files beside it. Title and comments go: nobody knows what they
/// name. For pseudonymised data the title stays.
///
/// # Errors
/// A bug: the text was read before.
pub fn study_file(text: &str, study: &Study, release: &Released) -> Result<String> {
    let (tables, profile) = (&release.tables, release.profile);
    let window = release.events.and_then(|events| wider(study, events));
    let bug = |_| Error::bug("study_text");
    let mut asked: toml::Table = text.parse().map_err(bug)?;
    let mut data = toml::Table::new();
    for sheet in &tables.0 {
        data.insert(sheet.table.name().to_string(), toml::Value::String(sheet.file()));
    }
    asked.insert("data".to_string(), toml::Value::Table(data));
    if profile != Profile::Pseudonymised
        && let Some(toml::Value::Table(own)) = asked.get_mut("study")
    {
        own.remove("title");
    }
    without_lost_columns(&mut asked, tables);
    if profile != Profile::Pseudonymised {
        without_items(&mut asked);
    }
    if let Some(days) = window
        && let toml::Value::Table(drivers) =
            asked.entry("drivers").or_insert_with(|| toml::Value::Table(toml::Table::new()))
    {
        drivers.insert("window_days".to_string(), toml::Value::Integer(i64::from(days)));
    }
    let text = toml::to_string(&asked).map_err(|_| Error::bug("study_text"))?;
    Ok(format!("# Written by oneonone anonymise for the profile \"{}\".\n{text}", profile.name()))
}

/// The window before an answer, longer by half a span: 1on1s stand on the first day of theirs, and those of the span in which
/// the window begins are then counted when most of it lies inside. `None` when every 1on1 counts.
pub fn wider(study: &Study, events: Grain) -> Option<u32> {
    match study.drivers.window {
        Window::Days(days) => Some(days + events.days() / 2),
        Window::All => None,
    }
}

/// Items whose answers are gone make no level any more.
fn without_items(study: &mut toml::Table) {
    let Some(toml::Value::Table(ladder)) = study.get_mut("ladder") else { return };
    ["items", "scale", "agree", "rule"].iter().for_each(|key| _ = ladder.remove(*key));
    for level in ladder.get_mut("levels").and_then(toml::Value::as_array_mut).into_iter().flatten() {
        if let toml::Value::Table(level) = level {
            ["item", "reverse"].iter().for_each(|key| _ = level.remove(*key));
        }
    }
}

/// The ladder is not shown by columns that are gone.
fn without_lost_columns(study: &mut toml::Table, tables: &Tables) {
    let people = tables.sheet(Table::People);
    let kept = |name: &str| people.is_some_and(|p| p.column(name).is_some());
    let by = ["group", "department"].into_iter().filter(|name| kept(name));
    let by: Vec<toml::Value> = match study.get("stages").and_then(|s| s.get("by")).and_then(toml::Value::as_array) {
        Some(asked) => asked.iter().filter(|name| name.as_str().is_some_and(kept)).cloned().collect(),
        None => by.map(|name| toml::Value::String(name.to_string())).collect(),
    };
    let stages = study.entry("stages").or_insert_with(|| toml::Value::Table(toml::Table::new()));
    if let toml::Value::Table(stages) = stages {
        stages.insert("by".to_string(), toml::Value::Array(by));
    }
}
