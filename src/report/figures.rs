//! Findings into `charts::Figure`, with all their words. Chooses what is drawn; computes nothing.

pub mod comparing;
pub mod curves;
pub mod ladder;
pub mod model;
pub mod practice;
pub mod stages;

use super::document::{Block, Picture};
use super::sections::drivers as drivers_section;
use super::voice::{Voice, capital};
use crate::charts::Figure;
use crate::charts::figure::{
    Caption, Curve, Forest, ForestRow, Ladder, LadderBar, Lines, Point, Series, Step, Survival,
};
use crate::findings::attrition::KmPoint;
use crate::findings::stages::LevelShare;
use crate::findings::{Attrition, Comparison, Finding, Findings, Regression, Stages, Term};
use crate::text::number;

/// Every picture of the findings by file name, in the order of the report.
pub fn all(findings: &Findings, voice: &Voice<'_>) -> Vec<(&'static str, Figure)> {
    let mut out = Vec::new();
    for finding in findings.findings() {
        match finding {
            Finding::Drivers(r) | Finding::Regression(r) => {
                out.push(("drivers", drivers(voice, r)));
                out.extend(model::importance(voice, r).map(|figure| ("importance", figure)));
                out.extend(model::quadrant(voice, r).map(|figure| ("quadrant", figure)));
                out.extend(model::left_out(voice, r).map(|figure| ("leave_one_out", figure)));
            }
            Finding::Comparison(c) => {
                if !c.months.is_empty() {
                    out.push(("sales_index", sales_index(voice, c)));
                }
                out.extend(comparing::effects(voice, c).map(|figure| ("effects", figure)));
                out.extend(comparing::event(voice, c).map(|figure| ("event_study", figure)));
                out.extend(comparing::love(voice, c).map(|figure| ("balance", figure)));
            }
            Finding::Attrition(a) => {
                if !a.km.is_empty() {
                    out.push(("survival", survival(voice, a)));
                }
                if !a.months.is_empty() {
                    out.push(("attrition_index", attrition_index(voice, a)));
                }
                out.extend(curves::incidence(voice, a).map(|figure| ("reasons", figure)));
            }
            Finding::Stages(s) => {
                out.push(("ladder", standing(voice, s)));
                out.extend(stages::pyramid(voice, s).map(|figure| ("ladder_pair", figure)));
                out.extend(stages::by_group(voice, s).map(|figure| ("stages_by", figure)));
                out.extend(stages::flow(voice, s).map(|figure| ("stage_flow", figure)));
                out.extend(stages::heat(voice, s).map(|figure| ("transitions", figure)));
                out.extend(super::sections::stages::follows::pictures(voice, s));
            }
            Finding::Ladder(scale) => {
                out.push(("ladder_steps", ladder::steps(voice, scale)));
                out.push(("ladder_items", ladder::items(voice, scale)));
            }
            Finding::Power(p) => out.extend(curves::power(voice, p).map(|figure| ("power", figure))),
            Finding::Practice(p) => out.extend(practice::all(voice, p)),
        }
    }
    out
}

/// A picture for a page: its words stand in the page, where they wrap and can be selected, not in the drawing.
pub fn picture(name: &str, mut figure: Figure) -> Block {
    let Caption { title, subtitle, note } = std::mem::take(figure.caption_mut());
    Block::Picture(Box::new(Picture { name: name.to_string(), title, subtitle, note, svg: String::new(), figure }))
}

/// The ladder: every level, lowest first, zero counts and hidden ones kept.
pub fn standing(voice: &Voice<'_>, s: &Stages) -> Figure {
    let codes: Vec<&str> = s.stages.iter().map(|stage| stage.stage.as_str()).collect();
    Figure::Ladder(Ladder {
        caption: Caption {
            title: voice.word("stages.figure_title"),
            subtitle: voice.say("stages.figure_subtitle", &[("n", number::count(s.n))]),
            note: voice.say("stages.figure_note", &[("crowd", number::count(voice.crowd()))]),
        },
        axis: voice.word("stages.figure_axis"),
        bars: s.levels.iter().map(|level| bar(voice, level, &codes)).collect(),
        stages: s.stages.len(),
    })
}

fn bar(voice: &Voice<'_>, level: &LevelShare, stages: &[&str]) -> LadderBar {
    let label = match (level.share, level.count) {
        (None, _) => voice.word("word.hidden"),
        (Some(_), Some(0)) => voice.word("word.zero"),
        (Some(share), Some(count)) => {
            voice.say("stages.bar_label", &[("share", number::percent(share, 1)), ("count", number::count(count))])
        }
        (Some(share), None) => voice.say("stages.bar_label_share", &[("share", number::percent(share, 1))]),
    };
    LadderBar {
        level: level.level.to_string(),
        statement: voice.statement(level.level),
        stage: stages.iter().position(|code| *code == level.stage).unwrap_or(0),
        stage_name: voice.stage(&level.stage),
        share: level.share,
        low: level.conf_low,
        high: level.conf_high,
        label,
    }
}

/// The topics of one model with intervals and marks; of a model of a choice its coefficients with odds ratios.
pub fn drivers(voice: &Voice<'_>, r: &Regression) -> Figure {
    let outcome = ("outcome", voice.outcome(&r.outcome));
    let (title, subtitle) = match r.formula {
        _ if r.choice.is_some() => ("drivers.figure_odds_title", "drivers.figure_odds_subtitle"),
        None => ("drivers.figure_title", "drivers.figure_subtitle"),
        Some(_) => ("drivers.figure_title_plain", "drivers.figure_subtitle_plain"),
    };
    let values = [("n", number::count(r.n)), ("clusters_phrase", drivers_section::clusters_phrase(voice, r))];
    let caption =
        Caption { title: voice.say(title, &[outcome]), subtitle: voice.say(subtitle, &values), ..Caption::default() };
    if r.choice.is_some() {
        return Figure::Forest(Forest {
            caption,
            axis: voice.word("drivers.figure_odds_axis"),
            text_heading: voice.word("drivers.figure_odds_text"),
            rows: drivers_section::slopes(r).map(|t| odds_row(voice, t)).collect(),
            ..Forest::default()
        });
    }
    Figure::Forest(Forest {
        caption: Caption { note: drivers_section::mark_rule(voice, r), ..caption },
        axis: voice.word("drivers.figure_axis"),
        mark_heading: voice.word("drivers.figure_mark"),
        text_heading: voice.word("drivers.figure_text"),
        rows: drivers_section::slopes(r).map(|t| forest_row(voice, r, t)).collect(),
        reference: 0.0,
        bands: r.mark_bands.clone(),
        ..Forest::default()
    })
}

fn odds_row(voice: &Voice<'_>, t: &Term) -> ForestRow {
    let e = &t.coefficient;
    ForestRow {
        label: crate::text::names::clean(&t.term),
        estimate: e.estimate,
        low: e.conf_low,
        high: e.conf_high,
        mark: String::new(),
        text: voice.odds(t),
        strong: drivers_section::shown_odds(t),
    }
}

fn forest_row(voice: &Voice<'_>, r: &Regression, t: &Term) -> ForestRow {
    let why = super::voice::why(t.coefficient.why);
    ForestRow {
        label: model::label(voice, r, &t.term),
        estimate: t.beta,
        low: t.beta_low,
        high: t.beta_high,
        mark: voice.mark_word(t.mark.as_deref().unwrap_or_default()),
        text: number::with_interval(voice.language, t.beta, t.beta_low, t.beta_high, why, |x| number::decimal(x, 2)),
        strong: drivers_section::signed_mark(t),
    }
}

/// One indexed month of one group.
struct Indexed<'m> {
    month: &'m str,
    group: &'m str,
    point: Option<Point>,
}

fn point(index: Option<f64>, low: Option<f64>, high: Option<f64>) -> Option<Point> {
    index.map(|y| Point { y, low, high })
}

/// The outcome by month against the same month a year earlier.
pub fn sales_index(voice: &Voice<'_>, c: &Comparison) -> Figure {
    let months: Vec<Indexed<'_>> = c
        .months
        .iter()
        .map(|m| Indexed { month: &m.month, group: &m.group, point: point(m.index, m.index_low, m.index_high) })
        .collect();
    let groups: Vec<&str> = c.arms.iter().map(|arm| arm.group.as_str()).collect();
    let outcome = ("outcome_cap", capital(&voice.outcome(&c.outcome)));
    // What is 100: the same month a year earlier, or a month of its own.
    let based = |key: &str| match &c.index_base {
        None => voice.word(&format!("comparison.{key}")),
        Some(month) => {
            let args = [("month", number::month(voice.language, month))];
            voice.say(&format!("comparison.{key}_base"), &args)
        }
    };
    let mut lines = lines(voice, &months, &groups, c.start.as_deref(), "comparison.figure_marker");
    lines.caption = Caption {
        title: voice.say("comparison.figure_title", &[outcome]),
        subtitle: based("figure_subtitle"),
        note: based("figure_note"),
    };
    lines.y_label = voice.word("comparison.figure_axis");
    lines.reference = Some((100.0, based("figure_reference")));
    lines.empty = voice.word("comparison.figure_empty");
    Figure::Lines(lines)
}

/// Leaving by month, or over rolling months where single months have too few leavers; never an empty axis.
pub fn attrition_index(voice: &Voice<'_>, a: &Attrition) -> Figure {
    let groups: Vec<&str> = a.groups.iter().map(String::as_str).collect();
    let rolling = a.rolling_months.filter(|_| !a.rolling.is_empty());
    let months: Vec<Indexed<'_>> = match rolling {
        Some(_) => a
            .rolling
            .iter()
            .map(|m| Indexed { month: &m.month, group: &m.group, point: point(m.index, m.index_low, m.index_high) })
            .collect(),
        None => a
            .months
            .iter()
            .map(|m| Indexed { month: &m.month, group: &m.group, point: point(m.index, m.index_low, m.index_high) })
            .collect(),
    };
    let mut lines = lines(voice, &months, &groups, a.start.as_deref(), "attrition.figure_marker");
    lines.caption = attrition_caption(voice, rolling);
    lines.y_label = voice.word("attrition.figure_axis");
    lines.reference = Some((100.0, voice.word("attrition.figure_reference")));
    lines.empty = voice.word("attrition.figure_empty");
    Figure::Lines(lines)
}

fn attrition_caption(voice: &Voice<'_>, rolling: Option<u32>) -> Caption {
    let note = voice.word("attrition.figure_note");
    let Some(months) = rolling else {
        return Caption {
            title: voice.word("attrition.figure_title"),
            subtitle: voice.word("attrition.figure_subtitle"),
            note,
        };
    };
    let args = [("months", months.to_string())];
    Caption {
        title: voice.say("attrition.figure_title_rolling", &args),
        subtitle: voice.say("attrition.figure_subtitle_rolling", &args),
        note,
    }
}

/// The months from the first that any group can be indexed in, one series per group.
fn lines(voice: &Voice<'_>, months: &[Indexed<'_>], groups: &[&str], start: Option<&str>, marker: &str) -> Lines {
    let first = months.iter().filter(|m| m.point.is_some()).map(|m| m.month).min();
    let mut labels: Vec<&str> = months.iter().map(|m| m.month).filter(|m| first.is_some_and(|f| *m >= f)).collect();
    labels.sort_unstable();
    labels.dedup();
    let series = groups
        .iter()
        .enumerate()
        .map(|(role, group)| Series {
            label: capital(&voice.group(group)),
            role,
            points: labels
                .iter()
                .map(|label| months.iter().find(|m| m.month == *label && m.group == *group).and_then(|m| m.point))
                .collect(),
        })
        .collect();
    let start_month = start.and_then(|day| day.get(..7));
    let position = start_month.and_then(|month| labels.iter().position(|label| *label == month));
    Lines {
        x_labels: labels.iter().map(|label| (*label).to_string()).collect(),
        series,
        marker: position.map(|at| (at, voice.word(marker))),
        ..Lines::default()
    }
}

/// Kaplan-Meier by group with numbers at risk.
pub fn survival(voice: &Voice<'_>, a: &Attrition) -> Figure {
    let crowd = ("crowd", number::count(voice.crowd()));
    let plain = a.start.is_none();
    let risk_times = risk_times(&a.km, &a.groups);
    let x_label = match (plain, a.clock.as_str()) {
        (true, _) => "attrition.km_x_plain",
        (false, "tenure") => "attrition.km_x_tenure",
        (false, _) => "attrition.km_x",
    };
    Figure::Survival(Survival {
        caption: Caption {
            title: voice.word(if plain { "attrition.km_title_plain" } else { "attrition.km_title" }),
            subtitle: voice.word("attrition.km_subtitle"),
            note: match voice.crowd() {
                0 | 1 => voice.word("attrition.km_note_all"),
                _ => voice.say("attrition.km_note", &[crowd]),
            },
        },
        x_label: voice.word(x_label),
        y_label: voice.word("attrition.km_y"),
        risk_label: voice.word("attrition.km_risk"),
        curves: a.groups.iter().enumerate().map(|(role, g)| curve(voice, a, g, role, &risk_times)).collect(),
        risk_times,
    })
}

fn curve(voice: &Voice<'_>, a: &Attrition, group: &str, role: usize, risk_times: &[f64]) -> Curve {
    let own: Vec<&KmPoint> = a.km.iter().filter(|p| p.group == group).collect();
    let steps = own
        .iter()
        .filter_map(|p| Some(Step { time: p.time, survival: p.survival?, low: p.conf_low, high: p.conf_high }))
        .collect();
    let at_risk = risk_times.iter().map(|t| own.iter().find(|p| p.time >= *t).map(|p| p.at_risk)).collect();
    Curve { label: capital(&voice.group(group)), role, steps, at_risk }
}

/// At most seven of the times of the curves, evenly taken; times that all groups have are preferred, since the number
/// at risk is then exact for each.
fn risk_times(km: &[KmPoint], groups: &[String]) -> Vec<f64> {
    let mut all: Vec<f64> = km.iter().map(|p| p.time).filter(|t| t.is_finite()).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    let everywhere = |t: &f64| groups.iter().all(|g| km.iter().any(|p| p.group == *g && p.time == *t));
    let shared: Vec<f64> = all.iter().copied().filter(everywhere).collect();
    let times = if shared.len() >= 3 { shared } else { all };
    let step = times.len().div_ceil(7).max(1);
    times.into_iter().step_by(step).collect()
}
