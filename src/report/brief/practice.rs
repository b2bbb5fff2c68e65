//! Practice as a short page: who meets how often, how long until the next one, by group, by manager's load, outcomes by
//! dose. Hidden cells are said as hidden.

use super::figures::{joined, ranges};
use super::shared;
use super::{Align, Bar, Bars, Block, Table, heading};
use crate::findings::practice::{DoseOutcome, GroupPractice, Practice, WaitPoint};
use crate::findings::{Estimate, Findings};
use crate::report::figures::practice::member;
use crate::report::sections::practice as section;
use crate::report::voice::Voice;
use crate::text::{Language, names, number, say};

/// Groups of one column shown; the rest is in the findings.
const GROUPS: usize = 12;
/// Points of the curve shown.
const POINTS: usize = 8;

/// The whole answer.
pub fn compose(page: &mut Vec<Block>, p: &Practice, findings: &Findings, language: Language) {
    let voice = &Voice::new(findings, language);
    page.push(heading(&voice.word("practice.heading")));
    let from = ("from", number::month(language, &p.from));
    let lead = [voice.say("practice.lead", &[from, ("to", number::month(language, &p.to))]), section::rates(voice, p)];
    let n = voice.say("practice.n", &[("n", number::count(p.n)), ("pairs", number::count(p.pairs))]);
    let never = section::never(voice, p);
    let share = voice.estimate(&p.overall.share_proper, |x| number::percent(x, 1));
    page.extend(lead.map(Block::Paragraph));
    page.push(Block::Paragraph(n));
    page.push(Block::Paragraph(voice.say("practice.headline", &[("share", share), ("never", never)])));
    page.push(Block::Paragraph(section::definition(voice, p)));
    page.push(Block::Bars(doses(voice, p)));
    shared::cautions(page, &p.cautions, language);
    waiting(page, voice, p);
    page.push(Block::Table(silence(voice, p)));
    page.extend(section::regularity(voice, p).map(Block::Paragraph));
    groups(page, voice, p);
    topics(page, voice, p);
    page.extend(load(voice, p).map(Block::Table));
    p.outcomes.iter().for_each(|o| outcome(page, voice, o));
    let hidden = p.doses.iter().any(|d| d.hidden) || p.by.iter().any(|g| g.hidden || g.never_met.is_none());
    if hidden {
        page.push(Block::Paragraph(say(language, "table.hidden_rule", &[])));
    }
    shared::flow(page, &p.flow, language);
}

fn per_cent(x: f64) -> String {
    number::decimal(x * 100.0, 1)
}

fn doses(voice: &Voice<'_>, p: &Practice) -> Bars {
    let ends: Vec<_> = p.doses.iter().map(|d| (d.conf_low, d.conf_high)).collect();
    let shown = ranges(voice.language, &ends, per_cent);
    let bar = |(d, range): (&crate::findings::practice::PeopleShare, String)| Bar {
        label: section::band(voice, &d.dose, d.from, d.to),
        count: voice.count(d.count),
        share: d.share.map_or_else(String::new, |x| joined(&number::percent(x, 1), &range)),
        length: d.share,
    };
    Bars {
        titles: ["practice.col_band", "practice.col_people", "practice.col_share"].map(|key| voice.word(key)),
        bars: p.doses.iter().zip(shown).map(bar).collect(),
    }
}

fn table(voice: &Voice<'_>, text: &str, numbers: &[&str]) -> Table {
    let first = (voice.word(text), Align::Left);
    Table::new(std::iter::once(first).chain(numbers.iter().map(|key| (voice.word(key), Align::Right))).collect())
}

fn waiting(page: &mut Vec<Block>, voice: &Voice<'_>, p: &Practice) {
    let Some(found) = &p.waiting else { return };
    if let Some(median) = found.median {
        page.push(Block::Paragraph(voice.say("practice.median", &[("days", number::decimal(median, 0))])));
    }
    let every = found.points.len().div_ceil(POINTS).max(1);
    let told: Vec<&WaitPoint> = found.points.iter().step_by(every).collect();
    if told.is_empty() {
        return;
    }
    let mut table = table(voice, "practice.col_days", &["practice.col_waiting", "practice.col_at_risk"]);
    let ends: Vec<_> = told.iter().map(|point| (point.conf_low, point.conf_high)).collect();
    for (point, range) in told.iter().zip(ranges(voice.language, &ends, per_cent)) {
        table.rows.push(vec![
            point.days.to_string(),
            point.waiting.map_or_else(String::new, |x| joined(&number::percent(x, 1), &range)),
            number::count(point.at_risk),
        ]);
    }
    page.push(Block::Table(table));
}

fn silence(voice: &Voice<'_>, p: &Practice) -> Table {
    let mut table = table(voice, "practice.col_silence", &["practice.col_people", "practice.col_share"]);
    let ends: Vec<_> = p.silence.longer.iter().map(|s| (s.conf_low, s.conf_high)).collect();
    for (row, range) in p.silence.longer.iter().zip(ranges(voice.language, &ends, per_cent)) {
        table.rows.push(vec![
            voice.say("practice.longer_than", &[("days", row.days.to_string())]),
            voice.count(row.count),
            row.share.map_or_else(String::new, |x| joined(&number::percent(x, 1), &range)),
        ]);
    }
    table
}

fn bare(voice: &Voice<'_>, e: &Estimate, show: impl Fn(f64) -> String) -> String {
    voice.or_why(e.estimate, e.why, show)
}

fn groups(page: &mut Vec<Block>, voice: &Voice<'_>, p: &Practice) {
    let mut columns: Vec<&str> = p.by.iter().map(|g| g.by.as_str()).collect();
    columns.dedup();
    for by in columns {
        let all: Vec<&GroupPractice> = p.by.iter().filter(|g| g.by == by).collect();
        let shown: Vec<&GroupPractice> = all.iter().copied().filter(|g| !g.hidden).take(GROUPS).collect();
        let title = voice.say("practice.table_by", &[("by", names::column(voice.language, by))]);
        page.push(Block::Paragraph(title));
        let keys = [
            "practice.short_people",
            "practice.short_never",
            "practice.short_proper",
            "practice.short_per_month",
            "practice.short_minutes",
        ];
        let mut rows = table(voice, "practice.col_group", &keys);
        for g in &shown {
            let share = &g.share_proper;
            let range = number::interval(voice.language, share.conf_low, share.conf_high, per_cent);
            let proper = bare(voice, share, |x| number::percent(x, 1));
            rows.rows.push(vec![
                member(voice, &g.by, &g.group),
                voice.count(g.n),
                voice.count(g.never_met),
                if share.conf_low.is_some() { joined(&proper, &range) } else { proper },
                bare(voice, &g.per_month, |x| number::decimal(x, 2)),
                bare(voice, &g.minutes, |x| number::decimal(x, 1)),
            ]);
        }
        page.push(Block::Table(rows));
        let hidden = all.iter().filter(|g| g.hidden).count();
        for (key, count) in [("table.groups_hidden", hidden), ("table.groups_more", all.len() - hidden - shown.len())] {
            if count > 0 {
                page.push(Block::Paragraph(say(voice.language, key, &[("count", count.to_string())])));
            }
        }
    }
}

/// Everybody's topics; by stage they are in the findings and on the page.
fn topics(page: &mut Vec<Block>, voice: &Voice<'_>, p: &Practice) {
    let Some(mix) = p.topics.first() else { return };
    let title = ["practice.col_topic", "practice.col_mentions", "practice.col_topic_share"].map(|key| voice.word(key));
    let bar = |t: &crate::findings::practice::TopicShare| Bar {
        label: voice.term(&t.topic),
        count: voice.count(t.mentions),
        share: t.share.map_or_else(String::new, |x| number::percent(x, 1)),
        length: t.share,
    };
    page.push(Block::Bars(Bars { titles: title, bars: mix.topics.iter().map(bar).collect() }));
    page.extend(section::evenness(voice, p).map(Block::Paragraph));
}

fn load(voice: &Voice<'_>, p: &Practice) -> Option<Table> {
    let load = p.load.as_ref()?;
    let keys = ["practice.col_managers", "practice.col_manager_month", "practice.short_proper"];
    let mut table = table(voice, "practice.col_reports", &keys);
    for band in load.bands.iter().filter(|band| band.managers != Some(0)) {
        let hidden = || voice.word("word.hidden");
        table.rows.push(vec![
            section::reports(voice, band),
            voice.count(band.managers),
            band.per_month.map_or_else(hidden, |x| number::decimal(x, 1)),
            band.share_proper.map_or_else(hidden, |x| number::percent(x, 1)),
        ]);
    }
    Some(table)
}

fn outcome(page: &mut Vec<Block>, voice: &Voice<'_>, o: &DoseOutcome) {
    let title = voice.say("practice.table_outcome", &[("outcome", voice.outcome(&o.outcome))]);
    page.push(Block::Paragraph(title));
    let mut table = table(voice, "practice.col_band", &["practice.col_people", "practice.col_mean"]);
    let places = if o.outcome == "sales" { 0 } else { 2 };
    let show = |x: f64| super::figures::figure(x, places);
    let bands: Vec<_> = o.bands.iter().filter(|b| b.n != Some(0)).collect();
    let ends: Vec<_> = bands.iter().map(|b| (b.mean.conf_low, b.mean.conf_high)).collect();
    for (b, range) in bands.iter().zip(ranges(voice.language, &ends, show)) {
        table.rows.push(vec![
            section::band(voice, &b.dose, b.from, b.to),
            voice.count(b.n),
            joined(&bare(voice, &b.mean, show), &range),
        ]);
    }
    page.push(Block::Table(table));
    page.push(Block::Paragraph(section::association(voice, o)));
    page.push(Block::Paragraph(voice.word("practice.association_note")));
}
