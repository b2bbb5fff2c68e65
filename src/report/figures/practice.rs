//! The pictures of practice: waiting for the next 1on1, the calendar by day of the week and by group, topics by stage.

use crate::charts::Figure;
use crate::charts::figure::{Caption, Curve, Step, Survival, TintCell, TintRow, Tints};
use crate::findings::practice::{GroupMonth, Practice, TopicMix, TopicShare, WeekdayCell};
use crate::report::voice::{Voice, capital};
use crate::text::{names, number};

/// Numbers at risk under the curve.
const RISK_TIMES: usize = 7;

/// Every picture by file name.
pub fn all(voice: &Voice<'_>, p: &Practice) -> Vec<(&'static str, Figure)> {
    [
        ("practice_waiting", waiting(voice, p)),
        ("practice_calendar", calendar(voice, p)),
        ("practice_groups", groups(voice, p)),
        ("practice_topics", topics(voice, p)),
    ]
    .into_iter()
    .filter_map(|(name, figure)| Some((name, figure?)))
    .collect()
}

/// Time to the next 1on1.
pub fn waiting(voice: &Voice<'_>, p: &Practice) -> Option<Figure> {
    let found = p.waiting.as_ref().filter(|w| !w.points.is_empty())?;
    let shown = found.points.iter().filter_map(|point| {
        let survival = point.waiting?;
        Some(Step { time: f64::from(point.days), survival, low: point.conf_low, high: point.conf_high })
    });
    let step = found.points.len().div_ceil(RISK_TIMES).max(1);
    let told: Vec<&crate::findings::practice::WaitPoint> = found.points.iter().step_by(step).collect();
    let subtitle = match found.n_clusters {
        Some(teams) => {
            voice.say("practice.waiting_subtitle", &[("n", number::count(found.n)), ("teams", number::count(teams))])
        }
        None => voice.say("practice.waiting_subtitle_people", &[("n", number::count(found.n))]),
    };
    Some(Figure::Survival(Survival {
        caption: Caption {
            title: voice.word("practice.waiting_title"),
            subtitle,
            note: voice.word("practice.waiting_note"),
        },
        x_label: voice.word("practice.waiting_x"),
        y_label: voice.word("practice.waiting_y"),
        risk_label: voice.word("practice.waiting_risk"),
        risk_times: told.iter().map(|point| f64::from(point.days)).collect(),
        curves: vec![Curve {
            label: voice.word("practice.everybody"),
            role: 0,
            steps: shown.collect(),
            at_risk: told.iter().map(|point| Some(point.at_risk)).collect(),
        }],
    }))
}

/// 1on1s by month and day of the week.
pub fn calendar(voice: &Voice<'_>, p: &Practice) -> Option<Figure> {
    let cell =
        |c: &WeekdayCell| TintCell { value: c.held.map(|n| n as f64), label: voice.count(c.held), hidden: c.hidden };
    let rows: Vec<TintRow> = (1..=7u8)
        .map(|day| TintRow {
            label: voice.word(&format!("practice.weekday_{day}")),
            cells: p.weekdays.iter().filter(|c| c.weekday == day).map(cell).collect(),
        })
        .collect();
    if rows.iter().all(|row| row.cells.is_empty()) {
        return None;
    }
    let most = p.weekdays.iter().filter_map(|c| c.held).max().unwrap_or(0);
    Some(Figure::Tints(Tints {
        caption: Caption {
            title: voice.word("practice.calendar_title"),
            subtitle: voice.say("practice.calendar_subtitle", &[("n", number::count(p.n))]),
            note: hidden_note(voice, &rows),
        },
        scale_label: voice.word("practice.calendar_scale"),
        ends: ["0".to_string(), number::count(most)],
        from_zero: true,
        columns: months(p.weekdays.iter().filter(|c| c.weekday == 1).map(|c| c.month.as_str())),
        rows,
    }))
}

/// Why cells are hatched, where some are.
fn hidden_note(voice: &Voice<'_>, rows: &[TintRow]) -> String {
    let hatched = rows.iter().any(|row| row.cells.iter().any(|cell| cell.hidden));
    if hatched { voice.hidden_rule() } else { String::new() }
}

/// Smallest and largest value shown, in words.
fn ends(rows: &[TintRow], show: impl Fn(f64) -> String) -> [String; 2] {
    let shown = || rows.iter().flat_map(|row| row.cells.iter().filter_map(|cell| cell.value));
    [shown().fold(f64::INFINITY, f64::min), shown().fold(f64::NEG_INFINITY, f64::max)].map(show)
}

fn months<'m>(all: impl Iterator<Item = &'m str>) -> Vec<String> {
    all.map(String::from).collect()
}

/// A value of a grouping column, or a band of tenure.
pub fn member(voice: &Voice<'_>, by: &str, raw: &str) -> String {
    let key = format!("practice.tenure_{raw}");
    match (by, raw) {
        (_, "hidden") => voice.word("word.hidden"),
        ("tenure", _) if crate::text::knows(voice.language, &key) => voice.word(&key),
        _ => voice.member(by, raw),
    }
}

/// 1on1s a person by month and group.
pub fn groups(voice: &Voice<'_>, p: &Practice) -> Option<Figure> {
    let by = p.group_months.first()?.by.clone();
    let mut names: Vec<&str> = p.group_months.iter().map(|c| c.group.as_str()).collect();
    names.dedup();
    let cell = |c: &GroupMonth| TintCell {
        value: c.per_person,
        label: c.per_person.map_or_else(String::new, |x| number::decimal(x, 1)),
        hidden: c.hidden,
    };
    let rows: Vec<TintRow> = p
        .group_months
        .chunk_by(|a, b| a.group == b.group)
        .map(|own| TintRow {
            label: capital(&member(voice, &by, own.first().map_or("", |c| c.group.as_str()))),
            cells: own.iter().map(cell).collect(),
        })
        .filter(|row| row.cells.iter().any(|cell| cell.value.is_some()))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let by_name = ("by", names::column(voice.language, &by));
    Some(Figure::Tints(Tints {
        caption: Caption {
            title: voice.say("practice.groups_title", &[by_name]),
            subtitle: voice.word("practice.groups_subtitle"),
            note: hidden_note(voice, &rows),
        },
        scale_label: voice.word("practice.groups_scale"),
        ends: ends(&rows, |x| number::decimal(x, 1)),
        from_zero: false,
        columns: months(
            p.group_months
                .iter()
                .take_while(|c| Some(c.group.as_str()) == names.first().copied())
                .map(|c| c.month.as_str()),
        ),
        rows,
    }))
}

/// The mix of topics of everybody, and stage by stage.
pub fn topics(voice: &Voice<'_>, p: &Practice) -> Option<Figure> {
    let shown: Vec<&TopicMix> = p.topics.iter().filter(|mix| mix.n != Some(0)).collect();
    let first = shown.first()?;
    let cell = |t: &TopicShare| TintCell {
        value: t.share,
        label: t.share.map_or_else(String::new, |x| number::percent(x, 0)),
        hidden: t.hidden,
    };
    let row = |mix: &&TopicMix| TintRow {
        label: match (mix.stage.as_str(), mix.n) {
            ("", _) => voice.word("practice.everybody"),
            (stage, Some(n)) => {
                let args = [("stage", capital(&voice.stage(stage))), ("n", number::count(n))];
                voice.say("practice.stage_n", &args)
            }
            (stage, None) => capital(&voice.stage(stage)),
        },
        cells: mix.topics.iter().map(cell).collect(),
    };
    let rows: Vec<TintRow> = shown.iter().map(row).collect();
    Some(Figure::Tints(Tints {
        caption: Caption {
            title: voice.word(if shown.len() > 1 { "practice.topics_title_stages" } else { "practice.topics_title" }),
            subtitle: voice.word("practice.topics_subtitle"),
            note: hidden_note(voice, &rows),
        },
        scale_label: voice.word("practice.topics_scale"),
        ends: ends(&rows, |x| number::percent(x, 0)),
        from_zero: false,
        columns: first.topics.iter().map(|t| capital(&voice.term(&t.topic))).collect(),
        rows,
    }))
}
