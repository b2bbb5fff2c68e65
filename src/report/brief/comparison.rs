//! A comparison of two arms as a short page. Says "higher" and "lower", never that one arm made the other so.

use super::figures::{figure, joined, natural, places, ranges};
use super::shared::{self, word};
use super::{Align, Block, Table};
use crate::findings::Basis;
use crate::findings::comparison::{Comparison, MonthPoint};
use crate::findings::{Claim, Estimate};
use crate::report::parts::{self, claim, comparing};
use crate::text::{self, Language, names, number, say};

/// At most this many months are shown; the rest is in the findings.
const MONTHS: usize = 24;

/// The column of the units, which is left out where there are none.
const UNITS: usize = 2;

/// The whole comparison.
pub fn compose(page: &mut Vec<Block>, c: &Comparison, language: Language) {
    let [treatment, control] = arms(c);
    let values = [
        ("outcome", names::outcome(language, &c.outcome)),
        ("treatment", names::group(language, treatment)),
        ("control", names::group(language, control)),
    ];
    page.push(super::heading(&say(language, "table.comparison_heading", &values)));
    page.push(Block::Paragraph(design_line(c, language)));
    page.push(Block::Table(arms_table(c, language)));
    page.push(Block::Paragraph(plain_sentence(c, language)));
    page.push(Block::Paragraph(technical_sentence(c, language)));
    claims(page, &c.claims, language);
    shared::cautions(page, &c.cautions, language);
    for part in comparing::of(c, language) {
        page.extend(parts::blocks(part, language));
    }
    months(page, c, language);
    shared::flow(page, &c.flow, language);
    shared::not_run(page, &c.not_run, language);
}

/// The claims that are said in sentences; comparisons by what people did stand in their table only.
pub fn spoken(claims: &[Claim]) -> impl Iterator<Item = &Claim> {
    claims.iter().filter(|claim| claim.evidence().basis != Basis::AsDone)
}

/// Every claim with its basis and grade.
pub fn claims(page: &mut Vec<Block>, claims: &[Claim], language: Language) {
    if !claims.is_empty() {
        page.push(super::heading(&say(language, "claim.heading", &[])));
    }
    page.extend(spoken(claims).map(|one| Block::Paragraph(claim::told(one, language))));
}

fn arms(c: &Comparison) -> [&str; 2] {
    let name = |i: usize| c.arms.get(i).map_or("", |a| a.group.as_str());
    [name(0), name(1)]
}

fn design_line(c: &Comparison, language: Language) -> String {
    let mut line = shared::design_line(language, &c.design, &c.unit);
    if let Some(start) = &c.start {
        line.push_str(&say(language, "table.from_day", &[("start", number::day(language, start))]));
    }
    if let Some(check) = &c.ratio_check {
        let key = if check.alarm { "table.ratio_alarm" } else { "table.ratio_fine" };
        let values = [
            ("treatment", number::count(check.n_treatment)),
            ("control", number::count(check.n_control)),
            ("unit", names::unit(language, &check.unit)),
            ("p", shared::p_phrase(language, check.p_exact.or(check.p_value))),
        ];
        line.push_str(&say(language, key, &values));
    }
    line
}

fn arms_table(c: &Comparison, language: Language) -> Table {
    let sides = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right];
    let titles = ["group", "people", "units", "mean", "sd"];
    let mut table = Table::new(titles.iter().map(|t| word(language, t)).zip(sides).collect());
    let digits = places(c.arms.iter().flat_map(|a| [a.mean, a.sd]), 4);
    for arm in &c.arms {
        let shown = |x: Option<f64>| match (arm.hidden, x) {
            (true, _) => say(language, "word.hidden", &[]),
            (false, x) => number::or_reason(language, x, "undefined", |x| figure(x, digits)),
        };
        let n = if arm.hidden { say(language, "word.hidden", &[]) } else { number::count(arm.n) };
        let units = if arm.hidden { None } else { arm.n_units };
        table.rows.push(vec![
            names::group(language, &arm.group),
            n,
            units.map_or_else(String::new, number::count),
            shown(arm.mean),
            shown(arm.sd),
        ]);
    }
    table.without_blank(UNITS)
}

/// Shown when the interval of the difference leaves 0 out.
fn is_shown(difference: &Estimate) -> bool {
    match (difference.conf_low, difference.conf_high) {
        (Some(low), Some(high)) => low > 0.0 || high < 0.0,
        _ => false,
    }
}

fn plain_sentence(c: &Comparison, language: Language) -> String {
    let [treatment, control] = arms(c);
    let (treatment, control) = (names::group(language, treatment), names::group(language, control));
    let lift = shared::interval(language, &c.lift, |x| number::signed_percent(x, 1));
    let values = [("treatment", treatment), ("control", control.clone()), ("lift", lift)];
    let key = match (is_shown(&c.difference), c.difference.estimate) {
        (_, None) => "table.difference_unknown",
        (true, Some(d)) if d > 0.0 => "table.difference_higher",
        (true, _) => "table.difference_lower",
        (false, _) => "table.difference_not_shown",
    };
    let mut sentence = say(language, key, &values);
    if let Some(mde) = c.mde.filter(|_| !is_shown(&c.difference)) {
        let share = c.mde_lift.map_or_else(|| natural(mde), |x| number::percent(x, 1));
        sentence.push_str(&say(language, "table.mde", &[("mde", natural(mde)), ("share", share)]));
    }
    if !c.causal {
        sentence.push_str(&say(language, "table.not_causal", &[]));
    }
    sentence
}

fn technical_sentence(c: &Comparison, language: Language) -> String {
    let d = &c.difference;
    let mut sentence = say(
        language,
        "table.difference_technical",
        &[
            ("difference", shared::estimate(language, d, natural)),
            ("error", number::or_reason(language, d.std_error, "undefined", natural)),
            ("kind", names::clean(&c.vcov)),
            ("words", shared::vcov(language, &c.vcov)),
            ("df", shared::df(d.df)),
            ("p", shared::p_phrase(language, d.p_value)),
            ("method", method(&c.lift.method, language)),
        ],
    );
    if let Some(permutation) = &c.permutation {
        let values = [
            ("p", shared::p_phrase(language, permutation.p_value)),
            ("draws", number::count(permutation.draws)),
            ("smallest", permutation.smallest_p.map_or_else(|| "-".to_string(), number::p_value)),
        ];
        sentence.push_str(&say(language, "table.permutation", &values));
    }
    if let Some(g) = c.hedges_g {
        sentence.push_str(&say(language, "table.hedges", &[("g", figure(g, 2))]));
    }
    if let Some(icc) = c.icc {
        sentence.push_str(&say(language, "table.icc", &[("icc", figure(icc, 3))]));
    }
    sentence + &word(language, "stop")
}

fn method(code: &str, language: Language) -> String {
    let key = format!("table.method_{code}");
    if text::knows(language, &key) { say(language, &key, &[]) } else { names::clean(code) }
}

fn months(page: &mut Vec<Block>, c: &Comparison, language: Language) {
    let indexed = c.months.iter().any(|m| m.index.is_some());
    let mut months: Vec<&str> =
        c.months.iter().filter(|m| !indexed || m.index.is_some() || m.hidden).map(|m| m.month.as_str()).collect();
    months.dedup();
    months.sort_unstable();
    months.dedup();
    let from = months.len().saturating_sub(MONTHS);
    let Some(months) = months.get(from..).filter(|m| !m.is_empty()) else { return };
    let mut columns = vec![(word(language, "month"), Align::Left)];
    let mut cells: Vec<Vec<String>> = Vec::new();
    for group in arms(c) {
        let points: Vec<Option<&MonthPoint>> =
            months.iter().map(|m| c.months.iter().find(|p| p.month == *m && p.group == group)).collect();
        let name = names::group(language, group);
        columns.push((say(language, "table.value_of", &[("group", name.clone())]), Align::Right));
        columns.push((say(language, "table.index_of", &[("group", name)]), Align::Right));
        cells.push(values_of(&points, language));
        cells.push(indices_of(&points, language));
    }
    let mut table = Table::new(columns);
    for (i, month) in months.iter().enumerate() {
        let mut row = vec![names::clean(month)];
        row.extend(cells.iter().map(|column| column.get(i).cloned().unwrap_or_default()));
        table.rows.push(row);
    }
    page.push(Block::Table(table));
    if indexed {
        let note = match &c.index_base {
            None => say(language, "table.index_note", &[]),
            Some(month) => say(language, "table.index_note_base", &[("month", number::month(language, month))]),
        };
        page.push(Block::Paragraph(note));
    }
}

fn values_of(points: &[Option<&MonthPoint>], language: Language) -> Vec<String> {
    let digits = places(points.iter().map(|p| p.and_then(|p| p.value)), 3);
    points
        .iter()
        .map(|p| match p {
            Some(p) if p.hidden => say(language, "word.hidden", &[]),
            Some(p) => p.value.map_or_else(String::new, |x| figure(x, digits)),
            None => String::new(),
        })
        .collect()
}

fn indices_of(points: &[Option<&MonthPoint>], language: Language) -> Vec<String> {
    let ends: Vec<_> = points.iter().map(|p| p.map_or((None, None), |p| (p.index_low, p.index_high))).collect();
    let ranges = ranges(language, &ends, |x| figure(x, 0));
    points
        .iter()
        .zip(ranges)
        .map(|(p, range)| match p.and_then(|p| p.index) {
            Some(index) => joined(&figure(index, 0), &range),
            None => String::new(),
        })
        .collect()
}
