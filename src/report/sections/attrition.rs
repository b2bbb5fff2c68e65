//! The pages about leaving. The test by what was assigned leads; tests by person stand in the table only.

use super::comparison::{Verdict, grade, plain_row, verdict};
use crate::findings::Attrition;
use crate::findings::Why;
use crate::findings::attrition::{MonthRate, RollingRate};
use crate::report::document::{Answer, Block, Cell, Section, Table};
use crate::report::figures;
use crate::report::voice::{Voice, capital};
use crate::text::{Causal, names, number, say_causal};

fn group_args(voice: &Voice<'_>, a: &Attrition) -> Vec<(&'static str, String)> {
    let name = |i: usize| a.groups.get(i).map_or_else(String::new, |group| voice.group(group));
    vec![("treatment", name(0)), ("control", name(1))]
}

/// The leading test: by unit where units are known, else the log-rank test; and which way it points.
fn leading(a: &Attrition) -> Verdict {
    let direction = a.risk_ratio.as_ref().and_then(|r| r.estimate).map(|ratio| ratio - 1.0);
    match (&a.by_unit, &a.logrank) {
        (Some(unit), _) => verdict(unit.p_value, unit.estimate),
        (None, Some(test)) => verdict(test.p_value, a.cox.as_ref().and_then(|c| c.estimate).or(direction)),
        (None, None) => Verdict::Unknown,
    }
}

/// The answer of the first page.
pub fn answer(voice: &Voice<'_>, a: &Attrition) -> Answer {
    let permit = Causal::permit(&a.design, a.causal);
    let verdict = leading(a);
    let (grade, grade_key) = grade(verdict, permit);
    let ratio = a.risk_ratio.clone().unwrap_or_default();
    Answer {
        anchor: "attrition",
        question: voice.word("attrition.question"),
        grade,
        grade_label: voice.word(grade_key),
        headline: headline(voice, a, verdict, permit),
        number: voice
            .or_why(ratio.estimate, ratio.why, |x| voice.say("attrition.times", &[("ratio", number::decimal(x, 2))])),
        interval: voice.range(ratio.conf_low, ratio.conf_high, |x| number::decimal(x, 2)),
        number_label: voice.say("attrition.key_number", &group_args(voice, a)),
        points: points(voice, a, verdict, permit),
        cautions: voice.cautions(a.cautions.iter().take(2)),
    }
}

fn headline(voice: &Voice<'_>, a: &Attrition, verdict: Verdict, permit: Option<Causal>) -> String {
    let mut args = group_args(voice, a);
    let ratio = a.risk_ratio.as_ref();
    args.push((
        "ratio",
        voice.or_why(ratio.and_then(|r| r.estimate), ratio.and_then(|r| r.why), |x| number::decimal(x, 2)),
    ));
    match (verdict, permit) {
        (Verdict::Higher, Some(permit)) => say_causal(permit, voice.language, "attrition_higher", &args),
        (Verdict::Lower, Some(permit)) => say_causal(permit, voice.language, "attrition_lower", &args),
        (Verdict::Higher, None) => voice.say("attrition.headline_higher", &args),
        (Verdict::Lower, None) => voice.say("attrition.headline_lower", &args),
        (Verdict::NotShown, _) => voice.say("attrition.headline_none", &args),
        (Verdict::Unknown, _) => voice.say("attrition.headline_unknown", &args),
    }
}

fn points(voice: &Voice<'_>, a: &Attrition, verdict: Verdict, permit: Option<Causal>) -> Vec<String> {
    let mut points = Vec::new();
    points.extend(ratio_sentence(voice, a));
    points.extend(test_sentence(voice, a));
    points.extend(annual_sentence(voice, a));
    points.extend(rolling_sentence(voice, a));
    if permit.is_none() {
        points.push(voice.word("attrition.association"));
    }
    points.extend(a.mde.map(|mde| voice.say("attrition.mde", &[("mde", number::decimal(mde * 100.0, 1))])));
    if verdict == Verdict::NotShown {
        points.push(voice.word("attrition.not_shown"));
    }
    points
}

fn ratio_sentence(voice: &Voice<'_>, a: &Attrition) -> Option<String> {
    let (ratio, difference) = (a.risk_ratio.as_ref()?, a.risk_difference.as_ref()?);
    let mut args = group_args(voice, a);
    args.extend([
        ("ratio", voice.or_why(ratio.estimate, ratio.why, |x| number::decimal(x, 2))),
        ("interval", voice.range(ratio.conf_low, ratio.conf_high, |x| number::decimal(x, 2))),
        ("difference", voice.or_why(difference.estimate, difference.why, number::points)),
        ("difference_interval", voice.range(difference.conf_low, difference.conf_high, number::points)),
    ]);
    Some(voice.say("attrition.ratio", &args))
}

fn test_sentence(voice: &Voice<'_>, a: &Attrition) -> Option<String> {
    if let Some(unit) = &a.by_unit {
        let args = [
            ("unit", names::unit(voice.language, &a.unit)),
            ("difference", voice.or_why(unit.estimate, unit.why, number::points)),
            ("interval", voice.range(unit.conf_low, unit.conf_high, number::points)),
            ("p", voice.p(unit.p_value, unit.why)),
        ];
        return Some(voice.say("attrition.test_units", &args));
    }
    let test = a.logrank.as_ref()?;
    Some(voice.say("attrition.test_people", &[("p", voice.p(test.p_value, None))]))
}

fn annual_sentence(voice: &Voice<'_>, a: &Attrition) -> Option<String> {
    let rates: Vec<String> = a
        .periods
        .iter()
        .filter(|p| p.period != "before")
        .filter_map(|p| Some((p, p.annual_rate?)))
        .map(|(p, rate)| {
            voice.say("attrition.annual_item", &[("group", voice.group(&p.group)), ("rate", number::percent(rate, 1))])
        })
        .collect();
    (!rates.is_empty()).then(|| voice.say("attrition.annual", &[("rates", voice.list(&rates))]))
}

fn rolling_sentence(voice: &Voice<'_>, a: &Attrition) -> Option<String> {
    let months = a.rolling_months?;
    let last = a.rolling.iter().filter(|r| r.index.is_some()).map(|r| r.month.as_str()).max()?;
    let items: Vec<String> = a
        .rolling
        .iter()
        .filter(|r| r.month == last)
        .filter_map(|r| {
            let index = number::decimal(r.index?, 0);
            let interval = voice.range(r.index_low, r.index_high, |x| number::decimal(x, 0));
            Some(voice.say(
                "attrition.index_item",
                &[("group", voice.group(&r.group)), ("index", index), ("interval", interval)],
            ))
        })
        .collect();
    let args =
        [("months", months.to_string()), ("month", number::month(voice.language, last)), ("items", voice.list(&items))];
    Some(voice.say("attrition.index_rolling", &args))
}

/// The section.
pub fn section(voice: &Voice<'_>, a: &Attrition) -> Section {
    let mut blocks = Vec::new();
    let cautions = voice.cautions(&a.cautions);
    if !cautions.is_empty() {
        blocks.push(Block::Callout { label: voice.word("page.cautions"), items: cautions });
    }
    if !a.km.is_empty() {
        blocks.push(figures::picture("survival", figures::survival(voice, a)));
    }
    if !a.months.is_empty() {
        blocks.push(figures::picture("attrition_index", figures::attrition_index(voice, a)));
    }
    blocks.push(Block::Table(follow_table(voice, a)));
    blocks.push(Block::Table(tests_table(voice, a)));
    if !a.periods.is_empty() {
        blocks.push(Block::Table(periods_table(voice, a)));
    }
    if let (Some(months), false) = (a.rolling_months, a.rolling.is_empty()) {
        blocks.push(Block::Table(rolling_table(voice, &a.rolling, months)));
    }
    if !a.months.is_empty() {
        blocks.push(Block::Table(months_table(voice, &a.months)));
    }
    Section {
        id: "attrition",
        heading: voice.say("attrition.heading", &group_args(voice, a)),
        lead: lead(voice, a),
        blocks,
    }
}

fn lead(voice: &Voice<'_>, a: &Attrition) -> String {
    let mut args = group_args(voice, a);
    let (Some(start), Some(end)) = (&a.start, &a.end) else { return voice.say("attrition.lead_plain", &args) };
    args.push(("start", number::day(voice.language, start)));
    args.push(("end", number::day(voice.language, end)));
    voice.say("attrition.lead", &args)
}

fn follow_table(voice: &Voice<'_>, a: &Attrition) -> Table {
    let mut columns = vec![
        Cell::text(voice.word("attrition.col_group")),
        Cell::number(voice.word("attrition.col_people")),
        Cell::number(voice.word("attrition.col_units")),
        Cell::number(voice.word("attrition.col_leavers")),
        Cell::number(voice.word("attrition.col_median")),
    ];
    if let Some(rmst) = &a.rmst {
        columns.push(Cell::number(voice.say("attrition.col_rmst", &[("horizon", number::decimal(rmst.horizon, 0))])));
    }
    let mut table = Table::new(voice.word("attrition.table_follow"), columns);
    for f in &a.follow_up {
        let mut cells = vec![
            Cell::text(capital(&voice.group(&f.group))),
            Cell::number(number::count(f.n)),
            Cell::number(f.n_units.map_or_else(|| voice.word("word.dash"), number::count)),
            Cell::number(voice.count(f.leavers)),
            Cell::number(median(voice, a, &f.group)),
        ];
        if a.rmst.is_some() {
            cells.push(Cell::number(rmst_cell(voice, a, &f.group)));
        }
        table.row(cells);
    }
    table
}

fn median(voice: &Voice<'_>, a: &Attrition, group: &str) -> String {
    let found = a.medians.iter().find(|m| m.group == group).and_then(|m| m.median);
    found.map_or_else(|| voice.word("attrition.median_none"), |days| number::decimal(days, 0))
}

fn rmst_cell(voice: &Voice<'_>, a: &Attrition, group: &str) -> String {
    let arm = a.rmst.as_ref().and_then(|r| r.arms.iter().find(|arm| arm.group == group));
    let estimate = arm.and_then(|arm| arm.estimate);
    let error = arm.and_then(|arm| arm.std_error).map_or_else(String::new, |e| format!(" ({})", number::decimal(e, 1)));
    format!("{}{error}", voice.or_why(estimate, None, |x| number::decimal(x, 1)))
}

fn tests_table(voice: &Voice<'_>, a: &Attrition) -> Table {
    let mut table = Table::new(
        voice.word("attrition.table_tests"),
        vec![
            Cell::text(voice.word("attrition.col_measure")),
            Cell::number(voice.word("attrition.col_value")),
            Cell::number(voice.word("attrition.col_p")),
            Cell::text(voice.word("attrition.col_remark")),
        ],
    );
    let points = voice.word("attrition.remark_points");
    let dash = voice.word("word.dash");
    if let Some(e) = &a.by_unit {
        let vcov = a.vcov.clone().unwrap_or_else(|| dash.clone());
        let remark = format!("{points}; {}", voice.say("attrition.remark_unit", &[("vcov", vcov)]));
        let p = voice.or_why(e.p_value, e.why, number::p_value);
        table.row(plain_row(voice, "attrition.row_unit", voice.estimate(e, number::points), p, remark));
    }
    if let Some(r) = &a.risk_ratio {
        let value = voice.interval(r, |x| number::decimal(x, 2));
        table.row(plain_row(voice, "attrition.row_ratio", value, String::new(), person_remark(voice, a)));
    }
    if let Some(r) = &a.risk_difference {
        let remark = format!("{points}; {}", person_remark(voice, a));
        let value = voice.interval(r, number::points);
        table.row(plain_row(voice, "attrition.row_risk_difference", value, String::new(), remark));
    }
    for row in time_rows(voice, a) {
        table.row(row);
    }
    if let Some(mde) = a.mde {
        let value = number::decimal(mde * 100.0, 1);
        table.row(plain_row(voice, "attrition.row_mde", value, String::new(), points));
    }
    table
}

fn time_rows(voice: &Voice<'_>, a: &Attrition) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    if let Some(t) = &a.logrank {
        let statistic = voice.or_why(t.statistic, None, |x| number::decimal(x, 2));
        let value = voice.say("attrition.logrank_value", &[("statistic", statistic)]);
        let p = voice.or_why(t.p_value, None, number::p_value);
        rows.push(plain_row(voice, "attrition.row_logrank", value, p, person_remark(voice, a)));
    }
    if let Some(e) = &a.cox {
        let value = voice.estimate(e, |x| number::decimal(x, 2));
        let remark = format!("{}; {}", voice.word("attrition.remark_cox"), person_remark(voice, a));
        rows.push(plain_row(
            voice,
            "attrition.row_cox",
            value,
            voice.or_why(e.p_value, e.why, number::p_value),
            remark,
        ));
    }
    if let Some(r) = &a.rmst {
        let e = &r.difference;
        let value = voice.estimate(e, |x| number::decimal(x, 1));
        let days = voice.say("attrition.remark_days", &[("horizon", number::decimal(r.horizon, 0))]);
        let remark = format!("{days}; {}", person_remark(voice, a));
        rows.push(plain_row(
            voice,
            "attrition.row_rmst",
            value,
            voice.or_why(e.p_value, e.why, number::p_value),
            remark,
        ));
    }
    rows
}

/// By-person measures never lead when units were assigned.
fn person_remark(voice: &Voice<'_>, a: &Attrition) -> String {
    voice.word(if a.by_unit.is_some() { "attrition.remark_person" } else { "attrition.remark_person_only" })
}

fn periods_table(voice: &Voice<'_>, a: &Attrition) -> Table {
    let mut table = Table::new(
        voice.word("attrition.table_periods"),
        vec![
            Cell::text(voice.word("attrition.col_group")),
            Cell::text(voice.word("attrition.col_period")),
            Cell::number(voice.word("attrition.col_person_months")),
            Cell::number(voice.word("attrition.col_leavers")),
            Cell::number(voice.word("attrition.col_rate")),
            Cell::number(voice.word("attrition.col_annual")),
        ],
    );
    for p in &a.periods {
        let why = p.hidden.then_some(Why::Hidden);
        let period = match p.period.as_str() {
            "before" => "attrition.period_before",
            "after" => "attrition.period_after",
            _ => "attrition.period_all",
        };
        table.row(vec![
            Cell::text(capital(&voice.group(&p.group))),
            Cell::text(voice.word(period)),
            Cell::number(voice.count(p.person_months)),
            Cell::number(voice.count(p.leavers)),
            Cell::number(voice.or_why(p.rate, why, |x| number::percent(x, 2))),
            Cell::number(voice.or_why(p.annual_rate, why, |x| number::percent(x, 1))),
        ]);
    }
    table
}

fn rolling_table(voice: &Voice<'_>, rolling: &[RollingRate], months: u32) -> Table {
    let mut table = Table::new(
        voice.say("attrition.table_rolling", &[("months", months.to_string())]),
        vec![
            Cell::text(voice.word("attrition.col_month")),
            Cell::text(voice.word("attrition.col_group")),
            Cell::number(voice.word("attrition.col_rate")),
            Cell::number(voice.word("attrition.col_index")),
        ],
    );
    for r in rolling {
        let why = Some(if r.hidden { Why::Hidden } else { Why::TooFew });
        table.row(vec![
            Cell::text(number::month(voice.language, &r.month)),
            Cell::text(capital(&voice.group(&r.group))),
            Cell::number(voice.or_why(r.rate, why, |x| number::percent(x, 2))),
            Cell::number(index_cell(voice, [r.index, r.index_low, r.index_high], why)),
        ]);
    }
    table.folded()
}

fn index_cell(voice: &Voice<'_>, [index, low, high]: [Option<f64>; 3], why: Option<Why>) -> String {
    match (index, why) {
        (None, Some(Why::TooFew)) => voice.word("attrition.too_few"),
        (None, None) => voice.word("word.dash"),
        _ => number::with_interval(voice.language, index, low, high, crate::report::voice::why(why), |x| {
            number::decimal(x, 0)
        }),
    }
}

fn months_table(voice: &Voice<'_>, months: &[MonthRate]) -> Table {
    let mut table = Table::new(
        voice.word("attrition.table_months"),
        vec![
            Cell::text(voice.word("attrition.col_month")),
            Cell::text(voice.word("attrition.col_group")),
            Cell::number(voice.word("attrition.col_headcount")),
            Cell::number(voice.word("attrition.col_leavers")),
            Cell::number(voice.word("attrition.col_rate")),
            Cell::number(voice.word("attrition.col_index")),
        ],
    );
    for m in months {
        let why = m.hidden.then_some(Why::Hidden);
        table.row(vec![
            Cell::text(number::month(voice.language, &m.month)),
            Cell::text(capital(&voice.group(&m.group))),
            Cell::number(voice.count(m.headcount)),
            Cell::number(voice.count(m.leavers)),
            Cell::number(voice.or_why(m.rate, why.or(m.why), |x| number::percent(x, 2))),
            Cell::number(index_cell(voice, [m.index, m.index_low, m.index_high], m.why)),
        ]);
    }
    table.note(voice.hidden_rule()).folded()
}
