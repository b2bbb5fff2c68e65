//! Pictures of shares over a number: the power of a plan, and the reasons for leaving. Chooses what is drawn.

use super::Caption;
use crate::charts::Figure;
use crate::charts::figure::{Curves, Panel, Point, Trace};
use crate::findings::{Attrition, Power};
use crate::report::parts::{leaving, power as words};
use crate::report::voice::{Voice, capital};
use crate::text::number;

/// Reasons drawn: the most frequent.
const REASONS: usize = 6;

/// The power of a plan over effects, or over people.
pub fn power(voice: &Voice<'_>, p: &Power) -> Option<Figure> {
    if p.curve.len() < 2 {
        return None;
    }
    let over_people = p.curve_over == "people";
    // Differences of shares are told in points, lifts in per cent.
    let scale = if !over_people && matches!(p.kind.as_str(), "share" | "lift") { 100.0 } else { 1.0 };
    let points = p.curve.iter().filter_map(|at| Some((at.at * scale, Point { y: at.power?, low: None, high: None })));
    let marked = if over_people { p.people.map(|n| n as f64) } else { p.effect.map(|effect| effect * scale) };
    let marked_words = if over_people {
        voice.say("power.figure_people", &[("people", p.people.map_or_else(String::new, number::count))])
    } else {
        words::effect(p, voice.language).unwrap_or_default()
    };
    let x_label = match (over_people, p.kind.as_str()) {
        (true, _) => "power.axis_people",
        (false, "mean") => "power.axis_mean",
        (false, "lift") => "power.axis_lift",
        (false, "share") => "power.axis_share",
        _ => "power.axis_survival",
    };
    let wanted = p.power.filter(|_| p.solved != "power").unwrap_or(0.8);
    Some(Figure::Curves(Curves {
        caption: Caption {
            title: words::heading(p, voice.language),
            subtitle: words::plan(p, voice.language),
            note: voice.word("power.figure_note"),
        },
        x_label: voice.word(x_label),
        y_label: voice.word("power.axis_power"),
        whole: true,
        reference: Some((wanted, number::percent(wanted, 0))),
        marker: marked.map(|at| (at, marked_words)),
        panels: vec![Panel {
            title: String::new(),
            traces: vec![Trace { label: String::new(), role: 0, stepwise: false, points: points.collect() }],
        }],
    }))
}

/// The share that has left for each reason, by group.
pub fn incidence(voice: &Voice<'_>, a: &Attrition) -> Option<Figure> {
    let reasons = a.reasons.as_ref()?;
    let drawn: Vec<_> = reasons.reasons.iter().filter(|reason| !reason.curve.is_empty()).take(REASONS).collect();
    if drawn.is_empty() {
        return None;
    }
    let trace = |reason: &crate::findings::attrition::Reason, role: usize, group: &String| {
        let own = reason.curve.iter().filter(|point| &point.group == group);
        let mut points = vec![(0.0, Point { y: 0.0, low: Some(0.0), high: Some(0.0) })];
        points
            .extend(own.filter_map(|p| Some((p.time, Point { y: p.incidence?, low: p.conf_low, high: p.conf_high }))));
        if let Some((_, last)) = points.last().copied().filter(|(time, _)| *time < reasons.horizon) {
            // The curve stays where it is until the end of what both groups were watched for, unless it is not told.
            points.extend((voice.crowd() <= 1).then_some((reasons.horizon, last)));
        }
        Trace { label: capital(&voice.group(group)), role, stepwise: true, points }
    };
    let panel = |reason: &&crate::findings::attrition::Reason| Panel {
        title: leaving::reason_name(reason, voice.language),
        traces: a.groups.iter().enumerate().map(|(role, group)| trace(reason, role, group)).collect(),
    };
    let plain = a.start.is_none();
    let x_label = match (plain, a.clock.as_str()) {
        (true, _) => "attrition.km_x_plain",
        (false, "tenure") => "attrition.km_x_tenure",
        (false, _) => "attrition.km_x",
    };
    Some(Figure::Curves(Curves {
        caption: Caption {
            title: voice.word("leaving.incidence_title"),
            subtitle: voice.word("leaving.incidence_subtitle"),
            note: voice.word("leaving.incidence_note"),
        },
        x_label: voice.word(x_label),
        y_label: voice.word("leaving.incidence_y"),
        panels: drawn.iter().map(panel).collect(),
        ..Curves::default()
    }))
}
