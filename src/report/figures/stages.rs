//! The ladder of groups, of movement and of what follows, as pictures with all their words. Chooses what is drawn; computes
//! nothing.

use super::Figure;
use crate::charts::figure::{Caption, Heat, HeatCell, Pyramid, PyramidRow, Stacked, StackedRow, Stream, Streams};
use crate::findings::Stages;
use crate::findings::stages::{GroupShares, LevelShare};
use crate::report::voice::{Voice, capital};
use crate::text::{names, number};

/// Groups of one column that a picture shows.
const MOST_GROUPS: usize = 12;

fn names_of(voice: &Voice<'_>, s: &Stages) -> Vec<String> {
    s.stages.iter().map(|stage| capital(&voice.stage(&stage.stage))).collect()
}

fn place(s: &Stages, code: &str) -> usize {
    s.stages.iter().position(|stage| stage.stage == code).unwrap_or(0)
}

/// The two groups that are compared, back to back.
pub fn pyramid(voice: &Voice<'_>, s: &Stages) -> Option<Figure> {
    let pair = s.superiority.first()?;
    let group = |name: &str| s.by.iter().find(|g| g.by == pair.by && g.group == name && !g.hidden);
    let (left, right) = (group(&pair.first)?, group(&pair.second)?);
    let label = |level: &LevelShare| match (level.share, level.count) {
        (None, _) => voice.word("word.hidden"),
        (Some(_), Some(0)) => voice.word("word.zero"),
        (Some(share), Some(count)) => {
            voice.say("stages.bar_label", &[("share", number::percent(share, 1)), ("count", number::count(count))])
        }
        (Some(share), None) => voice.say("stages.bar_label_share", &[("share", number::percent(share, 1))]),
    };
    let rows = left.levels.iter().zip(&right.levels).map(|(a, b)| PyramidRow {
        level: a.level.to_string(),
        stage: place(s, &a.stage),
        stage_name: voice.stage(&a.stage),
        shares: [a.share, b.share],
        labels: [label(a), label(b)],
    });
    let name = |g: &GroupShares| {
        let args = [("group", capital(&voice.member(&g.by, &g.group))), ("n", voice.count(g.n))];
        voice.say("stages.group_n", &args)
    };
    Some(Figure::Pyramid(Pyramid {
        caption: Caption {
            title: voice.word("stages.pyramid_title"),
            subtitle: voice.word("stages.pyramid_subtitle"),
            note: voice.say("stages.figure_note", &[("crowd", number::count(voice.crowd()))]),
        },
        groups: [name(left), name(right)],
        rows: rows.collect(),
        stages: s.stages.len(),
    }))
}

/// Every group's shares of the stages, one bar a group.
pub fn by_group(voice: &Voice<'_>, s: &Stages) -> Option<Figure> {
    let mut rows = Vec::new();
    let mut columns: Vec<&str> = Vec::new();
    for group in &s.by {
        if !columns.contains(&group.by.as_str()) {
            columns.push(&group.by);
        }
    }
    for by in columns {
        let own = s.by.iter().filter(|g| g.by == by && !g.hidden);
        let own: Vec<_> = own.take(MOST_GROUPS).map(|g| Ok(stacked_row(voice, g))).collect();
        if !own.is_empty() {
            rows.push(Err(voice.say("table.by", &[("by", names::column(voice.language, by))])));
            rows.extend(own);
        }
    }
    if rows.is_empty() {
        return None;
    }
    Some(Figure::Stacked(Stacked {
        caption: Caption {
            title: voice.word("stages.by_title"),
            subtitle: voice.word("stages.by_subtitle"),
            note: voice.say("stages.by_note", &[("crowd", number::count(voice.crowd()))]),
        },
        stages: names_of(voice, s),
        hidden: voice.word("word.hidden"),
        rows,
    }))
}

fn stacked_row(voice: &Voice<'_>, g: &GroupShares) -> StackedRow {
    StackedRow {
        label: capital(&voice.member(&g.by, &g.group)),
        text: voice.say("stages.n_equals", &[("n", voice.count(g.n))]),
        parts: g.stages.iter().map(|stage| Some((stage.share?, number::percent(stage.share?, 0)))).collect(),
    }
}

/// Row shares from stage to stage.
pub fn heat(voice: &Voice<'_>, s: &Stages) -> Option<Figure> {
    if s.transitions.is_empty() {
        return None;
    }
    let cell = |t: &crate::findings::stages::Transition| HeatCell {
        from: place(s, &t.from),
        to: place(s, &t.to),
        share: t.share,
        text: t.share.map_or_else(|| voice.word("word.hidden"), |x| number::percent(x, 0)),
    };
    Some(Figure::Heat(Heat {
        caption: Caption {
            title: voice.word("moves.heat_title"),
            subtitle: voice.word("moves.heat_subtitle"),
            note: voice.say("moves.heat_note", &[("crowd", number::count(voice.crowd()))]),
        },
        stages: names_of(voice, s),
        axes: [voice.word("moves.heat_from"), voice.word("moves.heat_to")],
        cells: s.transitions.iter().map(cell).collect(),
    }))
}

/// Streams between consecutive answers.
pub fn flow(voice: &Voice<'_>, s: &Stages) -> Option<Figure> {
    let stream = |t: &crate::findings::stages::Transition| {
        Some(Stream { from: place(s, &t.from), to: place(s, &t.to), people: t.count? as f64 })
    };
    let streams: Vec<Stream> = s.transitions.iter().filter_map(stream).collect();
    if streams.is_empty() {
        return None;
    }
    Some(Figure::Streams(Streams {
        caption: Caption {
            title: voice.word("moves.flow_title"),
            subtitle: voice.word("moves.flow_subtitle"),
            note: voice.say("moves.flow_note", &[("crowd", number::count(voice.crowd()))]),
        },
        stages: names_of(voice, s),
        sides: [voice.word("moves.flow_from"), voice.word("moves.flow_to")],
        streams,
    }))
}
