//! The pictures beside a linear model: shares of R2, satisfaction against importance, one cluster left out. Chooses what
//! is drawn; computes nothing.

use crate::charts::Figure;
use crate::charts::figure::{Caption, Importance, LeftOut, LeftOutRow, Placed, Quadrant, Scales, ShareRow};
use crate::findings::regression::checks::LeftOut as Left;
use crate::findings::{Regression, Term};
use crate::report::brief::figures::figure;
use crate::report::parts::importance as shares;
use crate::report::parts::terms::digits;
use crate::report::voice::{Voice, capital};
use crate::text::{knows, names, number};

/// A topic by its words, a term of a plain table as it is in the data.
pub fn label(voice: &Voice<'_>, r: &Regression, code: &str) -> String {
    if r.formula.is_some() { names::clean(code) } else { capital(&voice.term(code)) }
}

/// Shares of R2 with their intervals; none where nothing was resampled.
pub fn importance(voice: &Voice<'_>, r: &Regression) -> Option<Figure> {
    if !shares::resampled(r) {
        return None;
    }
    let title = if r.formula.is_some() { "drivers.importance_title_plain" } else { "drivers.importance_title" };
    let r2 = ("r2", voice.or_why(r.r_squared, None, |x| number::percent(x, 1)));
    let note = r.stability.as_ref().map_or_else(String::new, |s| {
        let key = format!("table.drawn_{}", s.unit);
        let unit = if knows(voice.language, &key) { voice.word(&key) } else { names::clean(&s.unit) };
        voice.say("drivers.importance_note", &[("unit", unit), ("draws", number::count(s.draws))])
    });
    Some(Figure::Importance(Importance {
        caption: Caption { title: voice.word(title), subtitle: voice.say("drivers.importance_subtitle", &[r2]), note },
        axis: voice.word("drivers.importance_axis"),
        text_heading: voice.word("drivers.importance_text"),
        bar_label: voice.word("drivers.importance_bar"),
        dot_label: voice.word("drivers.importance_dot"),
        rows: shares::ordered(r).into_iter().map(|t| share_row(voice, r, t)).collect(),
    }))
}

fn share_row(voice: &Voice<'_>, r: &Regression, t: &Term) -> ShareRow {
    let percent = |x: f64| number::percent(x, 1);
    let point = voice.or_why(t.share_lmg, None, percent);
    let ranged = t.share_lmg_low.is_some() || t.share_lmg_high.is_some();
    ShareRow {
        label: label(voice, r, &t.term),
        share: t.share_lmg,
        low: t.share_lmg_low,
        high: t.share_lmg_high,
        second: t.share_johnson,
        text: if ranged {
            format!("{point} {}", voice.range(t.share_lmg_low, t.share_lmg_high, percent))
        } else {
            point
        },
    }
}

/// Satisfaction against importance.
pub fn quadrant(voice: &Voice<'_>, r: &Regression) -> Option<Figure> {
    if r.quadrant.is_empty() {
        return None;
    }
    let band = r.mark_bands.first().copied();
    let words = |band: f64| voice.say("drivers.quadrant_y_border", &[("band", number::decimal(band, 2))]);
    let point = |q: &crate::findings::regression::checks::Quadrant| Placed {
        label: label(voice, r, &q.term),
        x: q.mean.estimate,
        x_low: q.mean.conf_low,
        x_high: q.mean.conf_high,
        y: q.beta,
        y_low: q.beta_low,
        y_high: q.beta_high,
        strong: q.place != "open",
    };
    Some(Figure::Quadrant(Quadrant {
        caption: Caption {
            title: voice.word("drivers.quadrant_title"),
            subtitle: voice.word("drivers.quadrant_subtitle"),
            note: voice.say("drivers.quadrant_note", &[("outcome", voice.outcome(&r.outcome))]),
        },
        x_label: voice.word("drivers.quadrant_x"),
        y_label: voice.word("drivers.quadrant_y"),
        x_border: r.quadrant_border.map(|at| (at, voice.word("drivers.quadrant_x_border"))),
        y_border: band.map(|at| (at, words(at))),
        corners: ["drivers.corner_strengthen", "drivers.corner_keep", "drivers.corner_watch", "drivers.corner_fine"]
            .map(|key| voice.word(key)),
        points: r.quadrant.iter().map(point).collect(),
    }))
}

/// Every estimate without one cluster each; the constant is left out.
pub fn left_out(voice: &Voice<'_>, r: &Regression) -> Option<Figure> {
    let found = r.diagnostics.as_ref()?.leave_one_out.as_ref()?;
    let rows: Vec<(&Left, &Term)> =
        found.terms.iter().filter(|t| t.term != "(Intercept)").filter_map(|l| Some((l, own(r, &l.term)?))).collect();
    if rows.is_empty() {
        return None;
    }
    let teams = found.cluster == "manager_id";
    let cluster = ("cluster", names::unit(voice.language, &found.cluster));
    let values = [("clusters", number::count(found.clusters)), cluster.clone()];
    let note = match found.hidden {
        0 => voice.word("drivers.left_out_note_all"),
        hidden => voice.say("drivers.left_out_note", &[("hidden", number::count(hidden))]),
    };
    let title = if teams { "drivers.left_out_title_teams" } else { "drivers.left_out_title" };
    // Topics share one unit, the answer step; the terms of any table do not.
    let scales = if r.formula.is_some() { Scales::Own } else { Scales::Shared };
    let axis = if r.formula.is_some() { "drivers.left_out_axis_own" } else { "drivers.col_effect_short" };
    let common = digits(rows.iter().map(|(_, t)| *t));
    let row = |(l, t): &(&Left, &Term)| {
        let digits = if scales == Scales::Own { digits([*t]) } else { common };
        let shown = |x: Option<f64>| voice.or_why(x, None, |x| figure(x, digits));
        let values = [("estimate", shown(l.estimate)), ("low", shown(l.low)), ("high", shown(l.high))];
        LeftOutRow {
            label: label(voice, r, &l.term),
            estimate: l.estimate,
            low: t.coefficient.conf_low,
            high: t.coefficient.conf_high,
            without: l.estimates.clone(),
            text: voice.say("drivers.left_out_item", &values),
            strong: l.sign_changes == 0,
        }
    };
    Some(Figure::LeftOut(LeftOut {
        caption: Caption { title: voice.word(title), subtitle: voice.say("drivers.left_out_subtitle", &values), note },
        axis: voice.word(axis),
        text_heading: voice.word("drivers.left_out_text"),
        dot_label: voice.say("drivers.left_out_dot", std::slice::from_ref(&cluster)),
        stroke_label: voice.say("drivers.left_out_stroke", &[cluster]),
        scales,
        rows: rows.iter().map(row).collect(),
    }))
}

fn own<'r>(r: &'r Regression, term: &str) -> Option<&'r Term> {
    r.terms.iter().find(|t| t.term == term)
}
