//! Leaving, treatment against control, as a short page: the leading test first, then rates, index and survival.

use super::figures::{figure, joined, natural, ranges, reason};
use super::shared::{self, word};
use super::{Align, Block, Table};
use crate::findings::attrition::{Attrition, Median, MonthRate, RollingRate};
use crate::report::leaving::{Leading, leading, leads_by_person, mean_time, time_leads};
use crate::report::parts;
use crate::text::{Language, names, number, say};

/// Points of each survival curve shown.
const POINTS: usize = 6;
/// The column of the units, which is left out where there are none.
const UNITS: usize = 2;
/// Months shown.
const MONTHS: usize = 24;

/// The whole answer.
pub fn compose(page: &mut Vec<Block>, a: &Attrition, language: Language) {
    let [treatment, control] = groups(a);
    let values = [("treatment", names::group(language, treatment)), ("control", names::group(language, control))];
    page.push(Block::Heading(say(language, "table.attrition_heading", &values)));
    page.push(Block::Paragraph(design_line(a, language)));
    page.push(Block::Table(follow_up(a, language)));
    page.push(Block::Paragraph(plain_sentence(a, language)));
    page.push(Block::Paragraph(technical_sentence(a, language)));
    super::comparison::claims(page, &a.claims, language);
    shared::cautions(page, &a.cautions, language);
    if !a.periods.is_empty() {
        page.push(Block::Table(periods(a, language)));
    }
    index(page, a, language);
    if !a.km.is_empty() {
        page.push(Block::Table(survival(a, language)));
    }
    for part in parts::leaving::of(a, language) {
        page.extend(parts::blocks(part, language));
    }
    shared::flow(page, &a.flow, language);
    shared::not_run(page, &a.not_run, language);
}

fn groups(a: &Attrition) -> [&str; 2] {
    let name = |i: usize| a.groups.get(i).map_or("", String::as_str);
    [name(0), name(1)]
}

fn design_line(a: &Attrition, language: Language) -> String {
    let mut line = shared::design_line(language, &a.design, &a.unit);
    if let (Some(start), Some(end)) = (&a.start, &a.end) {
        let values = [("start", number::day(language, start)), ("end", number::day(language, end))];
        line.push_str(&say(language, "table.followed", &values));
    }
    line
}

fn follow_up(a: &Attrition, language: Language) -> Table {
    let titles = ["group", "people", "units", "left", in_days(a, "median_days", "median")];
    let sides = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right];
    let mut table = Table::new(titles.iter().map(|t| word(language, t)).zip(sides).collect());
    for arm in &a.follow_up {
        let median = match a.medians.iter().find(|m| m.group == arm.group) {
            Some(found) => median(found, language),
            None => String::new(),
        };
        table.rows.push(vec![
            names::group(language, &arm.group),
            number::count(arm.n),
            arm.n_units.map_or_else(String::new, number::count),
            shared::count(language, arm.leavers),
            median,
        ]);
    }
    table.without_blank(UNITS)
}

fn median(found: &Median, language: Language) -> String {
    let Some(median) = found.median else { return word(language, "not_reached") };
    let range = number::interval(language, found.conf_low, found.conf_high, shared::duration);
    say(language, "leaving.median_interval", &[("median", shared::duration(median)), ("interval", range)])
}

/// Time is in days where the days of entry and leaving are known, else in the unit of a column that nobody named.
fn in_days(a: &Attrition, days: &'static str, plain: &'static str) -> &'static str {
    if a.start.is_some() { days } else { plain }
}

fn points(x: f64) -> String {
    number::decimal(x * 100.0, 1)
}

fn plain_sentence(a: &Attrition, language: Language) -> String {
    let [treatment, control] = groups(a);
    let (verdict, p) = leading(a);
    let test = match leads_by_person(a) && a.lead != "by_unit" {
        _ if time_leads(a) => {
            let by = match leads_by_person(a) {
                true => say(language, "leaving.by_people", &[]),
                false => say(language, "leaving.by_units", &[("unit", names::unit(language, &a.unit))]),
            };
            say(language, "leaving.test_rmst", &[("by", by), ("p", shared::p_phrase(language, p))])
        }
        true => say(language, "table.test_logrank", &[("p", shared::p_phrase(language, p))]),
        false => {
            let values = [("unit", names::unit(language, &a.unit)), ("p", shared::p_phrase(language, p))];
            say(language, "table.test_unit", &values)
        }
    };
    let values = [
        ("treatment", names::group(language, treatment)),
        ("control", names::group(language, control)),
        ("unit", names::unit(language, &a.unit)),
        ("test", test),
    ];
    let key = match verdict {
        Leading::More => "table.leaving_more",
        Leading::Fewer => "table.leaving_fewer",
        Leading::NotShown => "table.leaving_not_shown",
        Leading::Untested if leads_by_person(a) => "table.leaving_unknown",
        Leading::Untested => "table.leaving_unknown_unit",
    };
    let mut sentence = say(language, key, &values);
    if let Some(ratio) = &a.risk_ratio {
        let ratio = shared::interval(language, ratio, |x| figure(x, 2));
        let [treatment, control, ..] = values;
        sentence.push_str(&say(language, "table.risk_ratio", &[treatment, control, ("ratio", ratio)]));
    }
    if verdict == Leading::NotShown {
        let said = [parts::leaving::could_have_found(a, language), parts::leaving::needed(a, language)];
        for more in said.into_iter().flatten() {
            sentence.push_str(&gap(language, &more));
        }
    }
    if !a.causal {
        sentence.push_str(&say(language, "table.not_causal", &[]));
    }
    sentence
}

/// A further sentence of a paragraph.
fn gap(language: Language, sentence: &str) -> String {
    match language {
        Language::Ja => sentence.to_string(),
        Language::En => format!("{} ", sentence.trim_end()),
    }
}

/// The test that leads stands first: mean time where that leads, by unit where units were assigned, else the log-rank test.
fn technical_sentence(a: &Attrition, language: Language) -> String {
    let (unit, shares) = (by_unit(a, language), shares(a, language));
    let times = times(a, language);
    let ordered = if leads_by_person(a) { [times, shares, String::new()] } else { [unit, shares, times] };
    let (stayed, rates) = (stayed(a, language), rates(a, language));
    let all = match time_leads(a) {
        true => stayed + &ordered.concat() + &rates,
        false => ordered.concat() + &stayed + &rates,
    };
    all.trim_end().to_string()
}

fn by_unit(a: &Attrition, language: Language) -> String {
    let Some(e) = &a.by_unit else { return String::new() };
    let values = [
        ("unit", names::unit(language, &a.unit)),
        ("difference", shared::estimate(language, e, points)),
        ("kind", names::clean(a.vcov.as_deref().unwrap_or_default())),
        ("df", shared::df(e.df)),
        ("p", shared::p_phrase(language, e.p_value)),
    ];
    say(language, "table.by_unit", &values)
}

fn shares(a: &Attrition, language: Language) -> String {
    let Some(difference) = &a.risk_difference else { return String::new() };
    let shown = shared::interval(language, difference, points);
    say(language, "table.risk_difference", &[("difference", shown)])
}

/// Log-rank and Cox.
fn times(a: &Attrition, language: Language) -> String {
    let mut said = String::new();
    if let Some(test) = &a.logrank {
        let statistic = number::or_reason(language, test.statistic, "undefined", natural);
        let values = [("statistic", statistic), ("p", shared::p_phrase(language, test.p_value))];
        said.push_str(&say(language, "table.logrank", &values));
    }
    if let (Some(test), Some(strata)) = (&a.logrank_stratified, &a.strata) {
        let values = [
            ("strata", names::column(language, strata)),
            ("statistic", number::or_reason(language, test.statistic, "undefined", natural)),
            ("p", shared::p_phrase(language, test.p_value)),
        ];
        said.push_str(&gap(language, &say(language, "leaving.stratified", &values)));
    }
    if let Some(test) = &a.logrank_by_unit {
        let values = [
            ("p", shared::p_phrase(language, test.p_value)),
            ("smallest", number::or_reason(language, test.smallest_p, "undefined", natural)),
        ];
        said.push_str(&say(language, "table.logrank_by_unit", &values));
    }
    if let Some(cox) = &a.cox {
        let values = [
            ("cox", shared::estimate(language, cox, |x| figure(x, 2))),
            ("p", shared::p_phrase(language, cox.p_value)),
        ];
        said.push_str(&say(language, "table.cox", &values));
    }
    if let Some(test) = &a.proportional {
        said.push_str(&say(language, "table.proportional", &[("p", shared::p_phrase(language, test.p_value))]));
    }
    said
}

/// The mean time there, in days where time is in days.
fn stayed(a: &Attrition, language: Language) -> String {
    let Some(rmst) = &a.rmst else { return String::new() };
    let values = [
        ("horizon", shared::duration(rmst.horizon)),
        ("difference", shared::estimate(language, &rmst.difference, natural)),
        ("p", shared::p_phrase(language, rmst.difference.p_value)),
    ];
    let key = match a.start {
        Some(_) => "table.rmst_days",
        None => "table.rmst",
    };
    let mut said = gap(language, &say(language, key, &values));
    if let (Some(_), Some(e)) = (&rmst.by_unit, mean_time(a)) {
        let values = [
            ("unit", names::unit(language, &a.unit)),
            ("difference", shared::estimate(language, e, natural)),
            ("days", parts::leaving::days(a, language)),
            ("p", shared::p_phrase(language, e.p_value)),
        ];
        said.push_str(&gap(language, &say(language, "leaving.rmst_by_unit", &values)));
    }
    said
}

/// The ratio of the rates of leaving.
fn rates(a: &Attrition, language: Language) -> String {
    let Some(found) = &a.rate_ratio else { return String::new() };
    let show = |x: f64| figure(x, 2);
    let mut said = String::new();
    if found.ratio.estimate.is_some() {
        let values = [
            ("exposure", say(language, &format!("leaving.{}", found.exposure), &[])),
            ("control", names::group(language, groups(a)[1])),
            ("ratio", shared::interval(language, &found.ratio, show)),
            ("p", shared::p_phrase(language, found.p_value)),
        ];
        said.push_str(&gap(language, &say(language, "leaving.rate_ratio", &values)));
    }
    if let Some(by_unit) = &found.by_unit {
        let values = [
            ("unit", names::unit(language, &a.unit)),
            ("ratio", shared::interval(language, by_unit, show)),
            ("p", shared::p_phrase(language, found.p_by_unit)),
        ];
        said.push_str(&gap(language, &say(language, "leaving.rate_ratio_by_unit", &values)));
    }
    said
}

fn periods(a: &Attrition, language: Language) -> Table {
    let titles = ["group", "period", "person_months", "left", "monthly_rate", "annual_rate"];
    let sides = [Align::Left, Align::Left, Align::Right, Align::Right, Align::Right, Align::Right];
    let mut table = Table::new(titles.iter().map(|t| word(language, t)).zip(sides).collect());
    for row in &a.periods {
        let rate = |x: Option<f64>, places: usize| match (row.hidden, x) {
            (true, None) => say(language, "word.hidden", &[]),
            (_, x) => number::or_reason(language, x, "undefined", |x| number::percent(x, places)),
        };
        table.rows.push(vec![
            names::group(language, &row.group),
            period(language, &row.period),
            row.person_months.map_or_else(String::new, number::count),
            shared::count(language, row.leavers),
            rate(row.rate, 2),
            rate(row.annual_rate, 1),
        ]);
    }
    table
}

fn period(language: Language, code: &str) -> String {
    match code {
        "before" | "after" | "all" => word(language, &format!("period_{code}")),
        other => names::clean(other),
    }
}

/// The index by month when single months carry it, else over rolling months.
fn index(page: &mut Vec<Block>, a: &Attrition, language: Language) {
    let note = match a.rolling_months {
        Some(months) if !a.rolling.is_empty() => {
            page.push(Block::Table(rolling(a, language)));
            say(language, "table.rolling_note", &[("months", months.to_string())])
        }
        _ if a.months.iter().any(|m| m.index.is_some()) => {
            page.push(Block::Table(months(a, language)));
            say(language, "table.index_note", &[])
        }
        _ if !a.months.is_empty() => {
            page.push(Block::Table(months(a, language)));
            say(language, "table.no_index", &[])
        }
        _ => return,
    };
    page.push(Block::Paragraph(note));
}

fn last_months<'a>(all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut months: Vec<&str> = all.collect();
    months.sort_unstable();
    months.dedup();
    let from = months.len().saturating_sub(MONTHS);
    months.split_off(from)
}

fn months(a: &Attrition, language: Language) -> Table {
    let shown = last_months(a.months.iter().map(|m| m.month.as_str()));
    let mut columns = vec![(word(language, "month"), Align::Left)];
    let mut cells = Vec::new();
    for group in groups(a) {
        let rows: Vec<Option<&MonthRate>> =
            shown.iter().map(|m| a.months.iter().find(|r| r.month == *m && r.group == group)).collect();
        let name = names::group(language, group);
        columns.push((say(language, "table.rate_of", &[("group", name.clone())]), Align::Right));
        columns.push((say(language, "table.index_of", &[("group", name)]), Align::Right));
        cells.push(rows.iter().map(|r| rate_cell(*r, language)).collect::<Vec<_>>());
        let ends: Vec<_> = rows.iter().map(|r| r.map_or((None, None), |r| (r.index_low, r.index_high))).collect();
        let ranges = ranges(language, &ends, |x| figure(x, 0));
        cells.push(rows.iter().zip(ranges).map(|(r, range)| index_cell(*r, &range, language)).collect());
    }
    by_month(columns, &shown, &cells)
}

fn rate_cell(row: Option<&MonthRate>, language: Language) -> String {
    match row {
        Some(r) if r.rate.is_none() && r.hidden => say(language, "word.hidden", &[]),
        Some(r) => r.rate.map_or_else(String::new, |x| number::percent(x, 2)),
        None => String::new(),
    }
}

fn index_cell(row: Option<&MonthRate>, range: &str, language: Language) -> String {
    match row {
        Some(r) => match (r.index, r.why) {
            (Some(index), _) => joined(&figure(index, 0), range),
            (None, Some(crate::findings::Why::TooFew)) => word(language, "too_few"),
            (None, Some(why)) => number::reason(language, reason(Some(why))),
            (None, None) => String::new(),
        },
        None => String::new(),
    }
}

fn rolling(a: &Attrition, language: Language) -> Table {
    let shown = last_months(a.rolling.iter().map(|m| m.month.as_str()));
    let mut columns = vec![(word(language, "months_to"), Align::Left)];
    let mut cells = Vec::new();
    for group in groups(a) {
        let rows: Vec<Option<&RollingRate>> =
            shown.iter().map(|m| a.rolling.iter().find(|r| r.month == *m && r.group == group)).collect();
        let name = names::group(language, group);
        columns.push((say(language, "table.rate_of", &[("group", name.clone())]), Align::Right));
        columns.push((say(language, "table.index_of", &[("group", name)]), Align::Right));
        let hidden = |r: &RollingRate| r.hidden && r.rate.is_none();
        cells.push(
            rows.iter()
                .map(|r| match r {
                    Some(r) if hidden(r) => say(language, "word.hidden", &[]),
                    Some(r) => r.rate.map_or_else(String::new, |x| number::percent(x, 2)),
                    None => String::new(),
                })
                .collect::<Vec<_>>(),
        );
        let ends: Vec<_> = rows.iter().map(|r| r.map_or((None, None), |r| (r.index_low, r.index_high))).collect();
        let ranges = ranges(language, &ends, |x| figure(x, 0));
        let index = |r: Option<&RollingRate>, range: &str| {
            r.and_then(|r| r.index).map_or_else(String::new, |x| joined(&figure(x, 0), range))
        };
        cells.push(rows.iter().zip(&ranges).map(|(r, range)| index(*r, range)).collect());
    }
    by_month(columns, &shown, &cells)
}

fn by_month(columns: Vec<(String, Align)>, months: &[&str], cells: &[Vec<String>]) -> Table {
    let mut table = Table::new(columns);
    for (i, month) in months.iter().enumerate() {
        let mut row = vec![names::clean(month)];
        row.extend(cells.iter().map(|column| column.get(i).cloned().unwrap_or_default()));
        table.rows.push(row);
    }
    table
}

fn survival(a: &Attrition, language: Language) -> Table {
    let titles = ["group", in_days(a, "time_days", "time"), "at_risk", "still_there", "interval"];
    let sides = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right];
    let mut table = Table::new(titles.iter().map(|t| word(language, t)).zip(sides).collect());
    let mut chosen = Vec::new();
    for group in &a.groups {
        let curve: Vec<_> = a.km.iter().filter(|p| p.group == *group).collect();
        let mut picks: Vec<usize> = (1..=POINTS).map(|i| (curve.len() * i / POINTS).saturating_sub(1)).collect();
        picks.dedup();
        chosen.extend(picks.into_iter().filter_map(|i| curve.get(i).copied()));
    }
    let ends: Vec<_> = chosen.iter().map(|p| (p.conf_low, p.conf_high)).collect();
    let ranges = ranges(language, &ends, points);
    for (point, range) in chosen.iter().zip(ranges) {
        table.rows.push(vec![
            names::group(language, &point.group),
            shared::duration(point.time),
            number::count(point.at_risk),
            number::or_reason(language, point.survival, "hidden", |x| number::percent(x, 1)),
            range,
        ]);
    }
    table
}
