//! The pictures beside a comparison: the difference by reading and by group, month by month against the last before the
//! start, and the balance before it. Chooses what is drawn; computes nothing.

use super::picture;
use crate::charts::Figure;
use crate::charts::figure::{Caption, Forest, ForestRow, Lines, Love, LoveRow, Point, Series};
use crate::findings::comparison::EventPoint;
use crate::findings::{Comparison, Estimate, Why};
use crate::report::brief::figures::{figure, or_why};
use crate::report::document::Block;
use crate::report::parts::comparing::{reading, readings};
use crate::report::voice::{Voice, capital};
use crate::text::{names, number};

/// A standardised difference under this is small.
const SMALL: f64 = 0.1;

/// The picture of a part, for its place on the page.
pub fn of(voice: &Voice<'_>, c: &Comparison, part: &str) -> Option<Block> {
    match part {
        "effects" => effects(voice, c).map(|figure| picture("effects", figure)),
        "time" => event(voice, c).map(|figure| picture("event_study", figure)),
        "balance" => love(voice, c).map(|mut figure| {
            figure.caption_mut().title.clear();
            picture("balance", figure)
        }),
        _ => None,
    }
}

fn words(voice: &Voice<'_>, c: &Comparison) -> Vec<(&'static str, String)> {
    let name = |at: usize| c.arms.get(at).map_or_else(String::new, |arm| voice.group(&arm.group));
    let outcome = voice.outcome(&c.outcome);
    vec![
        ("treatment_cap", capital(&name(0))),
        ("treatment", name(0)),
        ("control", name(1)),
        ("outcome_cap", capital(&outcome)),
        ("outcome", outcome),
        ("unit", names::unit(voice.language, &c.unit)),
    ]
}

/// The difference in every reading and in every declared group; none where there is only one reading.
pub fn effects(voice: &Voice<'_>, c: &Comparison) -> Option<Figure> {
    let row = |label: String, e: &Estimate, p: Option<f64>| ForestRow {
        label,
        estimate: e.estimate,
        low: e.conf_low,
        high: e.conf_high,
        mark: String::new(),
        text: voice.estimate(e, |x| figure(x, number::places_for(e.estimate.unwrap_or(1.0)))),
        strong: p.is_some_and(|p| p < 0.05),
    };
    let readings = readings(c).into_iter();
    let mut rows: Vec<ForestRow> = readings
        .map(|(key, items, e, _)| row(capital(&reading(c, key, items, voice.language)), e, e.p_value))
        .collect();
    for by in &c.subgroups {
        let column = ("column", capital(&names::column(voice.language, &by.by)));
        rows.extend(by.groups.iter().filter(|group| !group.hidden).map(|group| {
            let args = [column.clone(), ("group", names::clean(&group.group))];
            row(voice.say("comparing.group_row", &args), &group.difference, group.p_adjusted)
        }));
    }
    if rows.len() < 2 {
        return None;
    }
    let words = words(voice, c);
    Some(Figure::Forest(Forest {
        caption: Caption {
            title: voice.say("comparing.effects_title", &words),
            subtitle: voice.say("comparing.effects_subtitle", &words),
            note: voice.word("comparing.effects_note"),
        },
        axis: voice.say("comparing.effects_axis", &words),
        text_heading: voice.word("comparing.effects_text"),
        rows,
        ..Forest::default()
    }))
}

/// The event study as a line with its band.
pub fn event(voice: &Voice<'_>, c: &Comparison) -> Option<Figure> {
    let event = c.event.as_ref()?;
    let mut words = words(voice, c);
    words.push(("month", number::month(voice.language, &event.reference)));
    let point = |point: &EventPoint| match (point.hidden, point.reference) {
        (true, _) => None,
        (false, true) => Some(Point { y: 0.0, low: Some(0.0), high: Some(0.0) }),
        (false, false) => {
            let e = &point.effect;
            e.estimate.map(|y| Point { y, low: e.conf_low, high: e.conf_high })
        }
    };
    let start = c.start.as_deref().and_then(|day| day.get(..7));
    let at = start.and_then(|month| event.points.iter().position(|point| point.month == month));
    Some(Figure::Lines(Lines {
        caption: Caption {
            title: voice.say("comparing.event_title", &words),
            subtitle: voice.say("comparing.event_subtitle", &words),
            note: voice.word("comparing.event_note"),
        },
        y_label: voice.word("comparing.event_axis"),
        x_labels: event.points.iter().map(|point| point.month.clone()).collect(),
        reference: Some((0.0, voice.word("comparing.event_zero"))),
        marker: at.map(|at| (at, voice.word("comparing.event_marker"))),
        series: vec![Series {
            label: voice.say("comparing.event_line", &words),
            role: 0,
            points: event.points.iter().map(point).collect(),
        }],
        empty: voice.word("comparing.event_empty"),
    }))
}

/// Standardised differences before the start.
pub fn love(voice: &Voice<'_>, c: &Comparison) -> Option<Figure> {
    let rows: Vec<LoveRow> = c
        .balance
        .iter()
        .filter(|row| row.why != Some(Why::Hidden))
        .map(|row| {
            let column = capital(&names::column(voice.language, &row.term));
            let label = match &row.level {
                Some(level) => voice.say("comparing.group_row", &[("column", column), ("group", names::clean(level))]),
                None if row.mean_treatment.is_none() => voice.say("comparing.all_levels", &[("column", column)]),
                None => column,
            };
            // Which way two groups without a common value differ, their means say.
            let way = row.mean_treatment.unwrap_or(1.0) >= row.mean_control.unwrap_or(0.0);
            let infinite = if way { f64::INFINITY } else { f64::NEG_INFINITY };
            LoveRow {
                label,
                people: row.smd.or((row.why == Some(Why::Infinite)).then_some(infinite)),
                units: row.smd_units,
                text: or_why(voice.language, row.smd, row.why, |x| figure(x, 2)),
            }
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let words = words(voice, c);
    Some(Figure::Love(Love {
        caption: Caption {
            title: voice.word("comparing.love_title"),
            subtitle: voice.say("comparing.love_subtitle", &words),
            note: voice.word("comparing.love_note"),
        },
        axis: voice.word("comparing.love_axis"),
        text_heading: voice.word("comparing.love_text"),
        people_label: voice.word("comparing.love_people"),
        units_label: voice.say("comparing.love_units", &words),
        border: SMALL,
        rows,
    }))
}
