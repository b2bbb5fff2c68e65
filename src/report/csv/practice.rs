//! Practice as rows of the tidy table: doses, months, groups, the curve of waiting, silence, topics, load, outcomes.

use super::Row;
use crate::findings::practice::{GroupPractice, Practice};

/// Every part of the finding.
pub(super) fn practice(out: &mut Vec<Row>, p: &Practice) {
    let row = |part| Row::of("practice", part);
    out.push(row("overall").whole("n", Some(p.n)).text("from", &p.from).text("to", &p.to));
    group(out, "overall", &p.overall);
    out.extend(p.doses.iter().map(|d| {
        let row = row("doses").text("term", &d.dose).whole("count", d.count).number("share", d.share);
        row.number("conf_low", d.conf_low).number("conf_high", d.conf_high).hidden(d.hidden.into())
    }));
    for m in &p.months {
        let counts = [
            ("people", m.people),
            ("met", m.met),
            ("proper", m.proper),
            ("held", m.held),
            ("scheduled", m.scheduled),
            ("cancelled", m.cancelled),
            ("cancelled_by_manager", m.cancelled_by_manager),
            ("cancelled_by_employee", m.cancelled_by_employee),
        ];
        for (term, count) in counts {
            out.push(row("months").text("month", &m.month).text("term", term).whole("count", count).why(m.why));
        }
        out.push(row("months").text("month", &m.month).text("term", "minutes").number("mean", m.minutes));
    }
    if let Some(waiting) = &p.waiting {
        let first = row("waiting").whole("n", Some(waiting.n)).whole("n_clusters", waiting.n_clusters);
        out.push(first.number("median", waiting.median));
        out.extend(waiting.points.iter().map(|point| {
            row("waiting_curve")
                .number("time", Some(f64::from(point.days)))
                .number("survival", point.waiting)
                .number("std_error", point.std_error)
                .number("conf_low", point.conf_low)
                .number("conf_high", point.conf_high)
                .whole("at_risk", Some(point.at_risk))
        }));
    }
    out.push(row("silence").number("median", p.silence.median));
    out.extend(p.silence.longer.iter().map(|s| {
        let row = row("silence").number("time", Some(f64::from(s.days))).whole("count", s.count);
        row.number("share", s.share).number("conf_low", s.conf_low).number("conf_high", s.conf_high)
    }));
    if let Some(r) = &p.regularity {
        let parts = [("variation", &r.variation), ("burstiness", &r.burstiness), ("near_rhythm", &r.near_rhythm)];
        out.extend(parts.map(|(term, e)| row("regularity").text("term", term).whole("n", Some(r.pairs)).estimate(e)));
    }
    for mix in &p.topics {
        let place = || row("topics").text("stage", &mix.stage);
        out.push(place().whole("n", mix.n).number("value", mix.evenness).why(mix.why));
        out.extend(
            mix.topics
                .iter()
                .map(|t| place().text("term", &t.topic).whole("count", t.mentions).number("share", t.share).why(t.why)),
        );
    }
    out.extend(p.evenness.iter().map(|e| row("evenness").estimate(e)));
    parts(out, p);
}

fn parts(out: &mut Vec<Row>, p: &Practice) {
    let row = |part| Row::of("practice", part);
    for band in p.load.iter().flat_map(|load| &load.bands) {
        let to = band.to.map(|to| to.to_string());
        let place = row("load").text("from", &band.from.to_string()).word("to", to.as_deref());
        let place = place.whole("count", band.managers).number("rate", band.per_month);
        out.push(place.number("share", band.share_proper).why(band.why));
    }
    p.by.iter().for_each(|g| group(out, "group", g));
    out.extend(p.weekdays.iter().map(|c| {
        let row = row("weekdays").text("month", &c.month).text("term", &c.weekday.to_string());
        row.whole("count", c.held).why(c.why)
    }));
    out.extend(p.group_months.iter().map(|c| {
        let row = row("group_months").text("month", &c.month).text("by", &c.by).text("group", &c.group);
        row.number("rate", c.per_person).why(c.why)
    }));
    for o in &p.outcomes {
        let place = |part| row(part).text("outcome", &o.outcome);
        let slope = place("slope").text("term", "share_proper").whole("n", Some(o.n));
        out.push(slope.whole("n_clusters", o.n_clusters).estimate(&o.slope).text("vcov", &o.vcov));
        let band = |b: &crate::findings::practice::DoseBand| {
            place("outcome_by_dose").text("term", &b.dose).whole("n", b.n).estimate(&b.mean)
        };
        out.extend(o.bands.iter().map(band));
    }
}

fn group(out: &mut Vec<Row>, part: &'static str, g: &GroupPractice) {
    let place = || Row::of("practice", part).text("by", &g.by).text("group", &g.group);
    out.push(place().whole("n", g.n).text("term", "never_met").whole("count", g.never_met).hidden(g.hidden.into()));
    let rates = [
        ("share_proper", &g.share_proper),
        ("per_month", &g.per_month),
        ("minutes", &g.minutes),
        ("share_held", &g.share_held),
    ];
    out.extend(rates.map(|(term, e)| place().text("term", term).estimate(e)));
}
