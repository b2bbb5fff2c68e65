//! The pages about how the 1on1s are really held: what counts, who meets, how long until the next one, when, about what,
//! the managers' side, and outcomes by dose.

use crate::findings::practice::{DoseOutcome, GroupPractice, Practice};
use crate::findings::{Estimate, practice};
use crate::report::document::{Answer, Block, Cell, Section, Table};
use crate::report::figures;
use crate::report::figures::practice::member;
use crate::report::voice::{Voice, capital};
use crate::text::{Language, names, number};

/// The answer of the first page.
pub fn answer(voice: &Voice<'_>, p: &Practice) -> Answer {
    let per_cent = |x: f64| number::percent(x, 1);
    let share = &p.overall.share_proper;
    let shown = voice.or_why(share.estimate, share.why, per_cent);
    let mut points = vec![voice.say("practice.n", &[("n", number::count(p.n)), ("pairs", number::count(p.pairs))])];
    points.push(rates(voice, p));
    if let Some(median) = p.waiting.as_ref().and_then(|w| w.median) {
        points.push(voice.say("practice.median", &[("days", number::decimal(median, 0))]));
    }
    points.extend(p.outcomes.iter().map(|o| association(voice, o)));
    Answer {
        anchor: "practice".into(),
        question: voice.word("practice.question"),
        grade: "description",
        grade_label: voice.word("grade.description"),
        headline: voice.say("practice.headline", &[("share", shown.clone()), ("never", never(voice, p))]),
        number: shown,
        interval: voice.range(share.conf_low, share.conf_high, per_cent),
        number_label: voice.word("practice.key_number"),
        points,
        cautions: voice.cautions(p.cautions.iter().take(2)),
    }
}

/// How many never met, in words.
pub fn never(voice: &Voice<'_>, p: &Practice) -> String {
    match p.doses.first().and_then(|d| Some((d.count?, d.share?))) {
        Some((0, _)) => voice.word("practice.never_nobody"),
        Some((count, share)) => {
            let args = [("count", number::count(count)), ("share", number::percent(share, 1))];
            voice.say("practice.never", &args)
        }
        None => voice.word("practice.never_hidden"),
    }
}

/// How often and how long, in one sentence.
pub fn rates(voice: &Voice<'_>, p: &Practice) -> String {
    let all = &p.overall;
    let args = [
        ("per_month", voice.estimate(&all.per_month, |x| number::decimal(x, 2))),
        ("minutes", voice.estimate(&all.minutes, |x| number::decimal(x, 1))),
    ];
    let mut text = voice.say("practice.rates", &args);
    if all.share_held.estimate.is_some() {
        let held = voice.estimate(&all.share_held, |x| number::percent(x, 1));
        // Japanese sentences stand behind each other without a space.
        let space = if voice.language == Language::Ja { "" } else { " " };
        text = format!("{text}{space}{}", voice.say("practice.rate_held", &[("share", held)]));
    }
    text
}

/// What counts as a proper month, in one sentence.
pub fn definition(voice: &Voice<'_>, p: &Practice) -> String {
    let d = &p.definition;
    let checked = |part: &str| !d.not_checked.iter().any(|name| name == part);
    let two = |range: &[u32; 2]| -> [(&'static str, String); 2] {
        [("low", range[0].to_string()), ("high", range[1].to_string())]
    };
    let mut parts = vec![voice.say("practice.def_count", &two(&d.per_month))];
    if checked("minutes") {
        parts.push(voice.say("practice.def_minutes", &two(&d.minutes)));
    }
    if let Some(days) = d.longest_gap_days {
        parts.push(voice.say("practice.def_gap", &[("days", days.to_string())]));
    }
    if let (Some(topic), true) = (&d.more_than, checked("topic")) {
        parts.push(voice.say("practice.def_topic", &[("topic", voice.term(topic))]));
    }
    if d.rated && checked("satisfaction") {
        parts.push(voice.word("practice.def_rated"));
    }
    voice.say("practice.definition", &[("parts", voice.list(&parts))])
}

/// One outcome against the dose, in one sentence.
pub fn association(voice: &Voice<'_>, o: &DoseOutcome) -> String {
    let args = [
        ("outcome", voice.outcome(&o.outcome)),
        ("n", number::count(o.n)),
        ("slope", voice.estimate(&o.slope, |x| figure(&o.outcome, x))),
    ];
    let key = if o.months == "before_answer" { "practice.slope_before" } else { "practice.slope_same" };
    capital(&voice.say(key, &args))
}

fn figure(outcome: &str, x: f64) -> String {
    if outcome == "sales" { number::natural(x) } else { number::decimal(x, 2) }
}

/// The name of a band of the dose.
pub fn band(voice: &Voice<'_>, dose: &str, from: Option<f64>, to: Option<f64>) -> String {
    match (dose, from, to) {
        ("never_met", _, _) => voice.word("practice.band_never"),
        (_, Some(from), Some(to)) => {
            let key = if to >= 1.0 { "practice.band_last" } else { "practice.band" };
            voice.say(key, &[("from", number::percent(from, 0)), ("to", number::percent(to, 0))])
        }
        _ => voice.word("word.dash"),
    }
}

/// The section.
pub fn section(voice: &Voice<'_>, p: &Practice) -> Section {
    let mut blocks = Vec::new();
    let cautions = voice.cautions(&p.cautions);
    if !cautions.is_empty() {
        blocks.push(Block::Callout { label: voice.word("page.cautions"), items: cautions });
    }
    blocks.push(Block::Paragraph { text: definition(voice, p) });
    blocks.push(Block::Paragraph { text: rates(voice, p) });
    blocks.push(Block::Table(doses(voice, p)));
    let picture = |name: &str, figure| figures::picture(name, figure);
    blocks.extend(figures::practice::waiting(voice, p).map(|f| picture("practice_waiting", f)));
    blocks.push(Block::Table(silence(voice, p)));
    blocks.extend(regularity(voice, p).map(|text| Block::Paragraph { text }));
    blocks.extend(figures::practice::calendar(voice, p).map(|f| picture("practice_calendar", f)));
    blocks.push(Block::Table(months(voice, p)));
    let mut columns: Vec<&str> = p.by.iter().map(|g| g.by.as_str()).collect();
    columns.dedup();
    blocks.extend(columns.iter().map(|by| Block::Table(groups(voice, p, by))));
    blocks.extend(figures::practice::groups(voice, p).map(|f| picture("practice_groups", f)));
    blocks.extend(figures::practice::topics(voice, p).map(|f| picture("practice_topics", f)));
    blocks.extend(evenness(voice, p).map(|text| Block::Paragraph { text }));
    blocks.extend(load(voice, p).map(Block::Table));
    for outcome in &p.outcomes {
        blocks.push(Block::Table(outcome_table(voice, outcome)));
    }
    let args = [("from", number::month(voice.language, &p.from)), ("to", number::month(voice.language, &p.to))];
    Section {
        id: "practice".into(),
        heading: voice.word("practice.heading"),
        lead: voice.say("practice.lead", &args),
        blocks,
    }
}

fn head(voice: &Voice<'_>, text: &str, numbers: &[&str]) -> Vec<Cell> {
    let cell = |key: &&str| Cell::number(voice.word(key));
    std::iter::once(Cell::text(voice.word(text))).chain(numbers.iter().map(cell)).collect()
}

fn count(voice: &Voice<'_>, count: Option<u64>) -> Cell {
    count.map_or_else(|| Cell::muted(voice.word("word.hidden")), |n| Cell::number(number::count(n)))
}

fn estimated(voice: &Voice<'_>, e: &Estimate, show: impl Fn(f64) -> String) -> Cell {
    if e.estimate.is_some() { Cell::number(voice.estimate(e, show)) } else { Cell::muted(voice.estimate(e, show)) }
}

fn shared(voice: &Voice<'_>, share: Option<f64>, low: Option<f64>, high: Option<f64>) -> Cell {
    match share {
        None => Cell::muted(voice.word("word.hidden")),
        Some(_) => Cell::number(number::with_interval(voice.language, share, low, high, "undefined", |x| {
            number::percent(x, 1)
        })),
    }
}

fn doses(voice: &Voice<'_>, p: &Practice) -> Table {
    let heads = head(voice, "practice.col_band", &["practice.col_people", "practice.col_share"]);
    let mut table = Table::new(voice.word("practice.table_doses"), heads);
    for d in &p.doses {
        table.row(vec![
            Cell::text(band(voice, &d.dose, d.from, d.to)),
            count(voice, d.count),
            shared(voice, d.share, d.conf_low, d.conf_high),
        ]);
    }
    table.note(voice.hidden_rule())
}

fn silence(voice: &Voice<'_>, p: &Practice) -> Table {
    let heads = head(voice, "practice.col_silence", &["practice.col_people", "practice.col_share"]);
    let mut table = Table::new(voice.word("practice.table_silence"), heads);
    for row in &p.silence.longer {
        table.row(vec![
            Cell::text(voice.say("practice.longer_than", &[("days", row.days.to_string())])),
            count(voice, row.count),
            shared(voice, row.share, row.conf_low, row.conf_high),
        ]);
    }
    let median = voice.or_why(p.silence.median, None, |x| number::decimal(x, 0));
    table.note(voice.say("practice.silence_note", &[("days", median)]))
}

/// How regular the pairs are, in one sentence.
pub fn regularity(voice: &Voice<'_>, p: &Practice) -> Option<String> {
    let found = p.regularity.as_ref()?;
    let two = |x: f64| number::decimal(x, 2);
    let args = [
        ("pairs", number::count(found.pairs)),
        ("variation", voice.estimate(&found.variation, two)),
        ("burstiness", voice.estimate(&found.burstiness, two)),
        ("near", voice.estimate(&found.near_rhythm, |x| number::percent(x, 1))),
    ];
    Some(voice.say("practice.regularity", &args))
}

/// How even people's topics are, in one sentence.
pub fn evenness(voice: &Voice<'_>, p: &Practice) -> Option<String> {
    let even = p.evenness.as_ref()?;
    Some(voice.say("practice.evenness", &[("evenness", voice.estimate(even, |x| number::decimal(x, 2)))]))
}

fn months(voice: &Voice<'_>, p: &Practice) -> Table {
    let called_off = p.months.iter().any(|m| m.cancelled.is_some() || m.scheduled.is_some());
    let mut keys = vec!["practice.col_people", "practice.col_met", "practice.col_proper", "practice.col_held"];
    if called_off {
        let by_whom = ["practice.col_cancelled", "practice.col_by_manager", "practice.col_by_employee"];
        keys.extend(std::iter::once("practice.col_scheduled").chain(by_whom));
    }
    keys.push("practice.col_minutes");
    let mut table = Table::new(voice.word("practice.table_months"), head(voice, "practice.col_month", &keys));
    for m in &p.months {
        let mut cells = vec![Cell::text(number::month(voice.language, &m.month))];
        cells.extend([m.people, m.met, m.proper, m.held].map(|n| count(voice, n)));
        if called_off {
            let counts = [m.scheduled, m.cancelled, m.cancelled_by_manager, m.cancelled_by_employee];
            cells.extend(counts.map(|n| count(voice, n)));
        }
        cells.push(match m.minutes {
            Some(x) => Cell::number(number::decimal(x, 1)),
            None => Cell::muted(voice.word(if m.hidden { "word.hidden" } else { "word.dash" })),
        });
        table.row(cells);
    }
    table.note(voice.hidden_rule()).folded()
}

fn groups(voice: &Voice<'_>, p: &Practice, by: &str) -> Table {
    let keys = [
        "practice.col_people",
        "practice.col_never",
        "practice.col_share_proper",
        "practice.col_per_month",
        "practice.col_minutes",
        "practice.col_share_held",
    ];
    let title = voice.say("practice.table_by", &[("by", names::column(voice.language, by))]);
    let mut table = Table::new(title, head(voice, "practice.col_group", &keys));
    for g in p.by.iter().filter(|g| g.by == by) {
        table.row(group_row(voice, g));
    }
    table.note(voice.hidden_rule())
}

fn group_row(voice: &Voice<'_>, g: &GroupPractice) -> Vec<Cell> {
    vec![
        Cell::text(capital(&member(voice, &g.by, &g.group))),
        count(voice, g.n),
        count(voice, g.never_met),
        estimated(voice, &g.share_proper, |x| number::percent(x, 1)),
        estimated(voice, &g.per_month, |x| number::decimal(x, 2)),
        estimated(voice, &g.minutes, |x| number::decimal(x, 1)),
        estimated(voice, &g.share_held, |x| number::percent(x, 1)),
    ]
}

/// Managers with so many reports, in words.
pub fn reports(voice: &Voice<'_>, band: &practice::LoadBand) -> String {
    match band.to {
        Some(to) => voice.say("practice.reports", &[("from", band.from.to_string()), ("to", to.to_string())]),
        None => voice.say("practice.reports_more", &[("from", band.from.to_string())]),
    }
}

fn load(voice: &Voice<'_>, p: &Practice) -> Option<Table> {
    let load = p.load.as_ref()?;
    let keys = ["practice.col_managers", "practice.col_manager_month", "practice.col_share_proper"];
    let mut table = Table::new(voice.word("practice.table_load"), head(voice, "practice.col_reports", &keys));
    for band in load.bands.iter().filter(|band| band.managers != Some(0)) {
        let shown = |value: Option<f64>, show: &dyn Fn(f64) -> String| {
            value.map_or_else(|| Cell::muted(voice.word("word.hidden")), |x| Cell::number(show(x)))
        };
        table.row(vec![
            Cell::text(reports(voice, band)),
            count(voice, band.managers),
            shown(band.per_month, &|x| number::decimal(x, 1)),
            shown(band.share_proper, &|x| number::percent(x, 1)),
        ]);
    }
    let args = [
        ("managers", number::count(load.managers)),
        ("reports", voice.or_why(load.reports_median, None, |x| number::decimal(x, 0))),
        ("per_month", voice.or_why(load.per_month_median, None, |x| number::decimal(x, 1))),
    ];
    Some(table.note(voice.say("practice.load_note", &args)))
}

fn outcome_table(voice: &Voice<'_>, o: &DoseOutcome) -> Table {
    let heads = head(voice, "practice.col_band", &["practice.col_people", "practice.col_mean"]);
    let title = voice.say("practice.table_outcome", &[("outcome", voice.outcome(&o.outcome))]);
    let mut table = Table::new(title, heads);
    for b in o.bands.iter().filter(|b| b.n != Some(0)) {
        table.row(vec![
            Cell::text(band(voice, &b.dose, b.from, b.to)),
            count(voice, b.n),
            estimated(voice, &b.mean, |x| figure(&o.outcome, x)),
        ]);
    }
    let space = if voice.language == Language::Ja { "" } else { " " };
    table.note(format!("{}{space}{}", association(voice, o), voice.word("practice.association_note")))
}
