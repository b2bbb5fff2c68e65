//! The tables about leaving over time: whole periods, rolling months and single months. Chooses no number.

use crate::findings::Why;
use crate::findings::attrition::{Attrition, MonthRate, RollingRate};
use crate::report::brief::shared::duration;
use crate::report::document::{Cell, Table};
use crate::report::voice::{Voice, capital};
use crate::text::number;

/// Rates before and since the start.
pub fn periods_table(voice: &Voice<'_>, a: &Attrition) -> Table {
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

/// The index over rolling months.
pub fn rolling_table(voice: &Voice<'_>, rolling: &[RollingRate], months: u32) -> Table {
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

/// Every month of every group.
pub fn months_table(voice: &Voice<'_>, months: &[MonthRate]) -> Table {
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

/// The curves in numbers, with the people at risk.
pub fn survival_table(voice: &Voice<'_>, a: &Attrition) -> Table {
    let time = if a.start.is_some() { "leaving.col_time_days" } else { "leaving.col_time" };
    let mut table = Table::new(
        voice.word("leaving.survival_title"),
        vec![
            Cell::text(voice.word("attrition.col_group")),
            Cell::number(voice.word(time)),
            Cell::number(voice.word("leaving.col_at_risk")),
            Cell::number(voice.word("leaving.col_still")),
        ],
    );
    let show = |x: f64| number::percent(x, 1);
    for p in &a.km {
        let reason = crate::report::voice::why(p.why);
        table.row(vec![
            Cell::text(capital(&voice.group(&p.group))),
            Cell::number(duration(p.time)),
            Cell::number(number::count(p.at_risk)),
            Cell::number(number::with_interval(voice.language, p.survival, p.conf_low, p.conf_high, reason, show)),
        ]);
    }
    table.folded()
}
