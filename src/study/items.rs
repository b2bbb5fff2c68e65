//! The items of the survey from which the ladder's level is made: which column asks which level, from which answer on a
//! person agrees. Reads no answers.

use super::draft::Node;
use super::reader::{Complaint, Reader, Taken, filled_text, list, number, switch};
use super::words::tables;
use super::{LadderItem, LadderItems, Wording};
use crate::domain::Ladder;
use crate::domain::ladder::Rule;
use serde_json::Value;

/// Items are kept as bits of 32.
const MOST: usize = 32;

/// The items, `None` when the study names none.
pub(super) fn items(reader: &mut Reader<'_>, ladder: &Ladder) -> Option<LadderItems> {
    let scale = reader.read("ladder.scale", scale);
    let agree = reader.read("ladder.agree", number);
    let rule = reader.one_of(
        "ladder.rule",
        &[("unbroken", Rule::Unbroken), ("highest", Rule::Highest), ("count", Rule::Count)],
        Rule::Unbroken,
    );
    let listed = listed(reader);
    let items = match of_levels(reader) {
        Some(items) if listed.is_empty() => items,
        Some(_) => {
            let span = reader.written("ladder.items").map_or(0..0, |n| n.span.clone());
            reader.fault("ladder.items", span, Complaint::new("items_given_twice"));
            return None;
        }
        None => listed,
    };
    if items.is_empty() {
        return None;
    }
    let place = reader.written("ladder.items").or_else(|| reader.written("ladder.levels"));
    let span = place.map_or(0..0, |n| n.span.clone());
    let needed = ladder.levels() - 1;
    if items.len() != needed || needed > MOST {
        let complaint = Complaint::new("items_count").with("found", items.len()).with("needed", needed.min(MOST));
        reader.fault("ladder.items", span, complaint);
        return None;
    }
    let again = (1..items.len()).find(|at| items[..*at].iter().any(|item| item.column == items[*at].column));
    if let Some(at) = again {
        reader.fault("ladder.items", span, Complaint::new("listed_twice").with("value", &items[at].column));
        return None;
    }
    thresholds(reader, scale, agree);
    let told: Vec<Value> = items.iter().map(|item| item.column.clone().into()).collect();
    reader.options.insert("ladder.items".into(), told.into());
    Some(LadderItems { items, scale, agree, rule })
}

/// A scale of its own needs to say from which answer on a person agrees, and that must lie on it.
fn thresholds(reader: &mut Reader<'_>, scale: (f64, f64), agree: f64) {
    let written = |key: &str| reader.written(key).map(|n| n.span.clone());
    let (asked, given) = (written("ladder.scale"), written("ladder.agree"));
    match (asked, given) {
        (Some(span), None) if scale != (0.0, 1.0) => {
            reader.fault("ladder.agree", span, Complaint::new("agree_needed"));
        }
        (_, Some(span)) if agree <= scale.0 || agree > scale.1 => {
            let complaint = Complaint::new("agree_outside").with("low", scale.0).with("high", scale.1);
            reader.fault("ladder.agree", span, complaint);
        }
        _ => {}
    }
}

fn scale(node: &Node) -> Taken<(f64, f64)> {
    match list(node, number)?.as_slice() {
        [low, high] if low < high && low.fract() == 0.0 && high.fract() == 0.0 => Ok((*low, *high)),
        _ => Err(Complaint::new("bad_scale")),
    }
}

fn listed(reader: &mut Reader<'_>) -> Vec<LadderItem> {
    let columns = reader.read("ladder.items", |node| list(node, filled_text));
    columns.into_iter().map(|column| LadderItem { column, wording: Wording::Straight }).collect()
}

/// The items that the levels name; `None` when no level names one.
fn of_levels(reader: &mut Reader<'_>) -> Option<Vec<LadderItem>> {
    let levels = tables(reader, "ladder.levels", &[]);
    if !levels.iter().any(|level| level.entry("item").is_some()) {
        return None;
    }
    let (mut items, mut faulty) = (Vec::new(), false);
    for (level, node) in levels.into_iter().enumerate() {
        let Some(entry) = node.entry("item") else {
            if level > 0 {
                let complaint = Complaint::new("level_without_item").with("level", level);
                reader.fault("ladder.levels.item", node.span.clone(), complaint);
                faulty = true;
            }
            continue;
        };
        if level == 0 {
            reader.fault("ladder.levels.item", entry.node.span.clone(), Complaint::new("item_of_lowest"));
            faulty = true;
            continue;
        }
        let reversed = node.entry("reverse").map(|e| switch(&e.node)).transpose();
        match (filled_text(&entry.node), reversed) {
            (Ok(column), Ok(reversed)) => {
                let wording = if reversed == Some(true) { Wording::Reversed } else { Wording::Straight };
                items.push(LadderItem { column, wording });
            }
            (Err(complaint), _) | (_, Err(complaint)) => {
                reader.fault("ladder.levels.item", node.span.clone(), complaint);
                faulty = true;
            }
        }
    }
    if faulty {
        items.clear();
    }
    Some(items)
}
