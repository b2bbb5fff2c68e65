//! The pages about leaving. The test by what was assigned leads; tests by person lead only where persons were assigned.

use super::comparison::{Verdict, claims, grade, grade_label, plain_row};
use super::{beside, leaving};
use crate::findings::Attrition;
use crate::report::brief::shared::duration;
use crate::report::document::{Answer, Block, Cell, Section, Table};
use crate::report::figures;
use crate::report::leaving::{Leading, leading, leads_by_person, mean_time, time_leads};
use crate::report::parts;
use crate::report::voice::{Voice, capital};
use crate::text::{Causal, names, number, say_causal};

fn group_args(voice: &Voice<'_>, a: &Attrition) -> Vec<(&'static str, String)> {
    let name = |i: usize| a.groups.get(i).map_or_else(String::new, |group| voice.group(group));
    vec![("treatment", name(0)), ("control", name(1))]
}

fn verdict(a: &Attrition) -> Verdict {
    match leading(a).0 {
        Leading::More => Verdict::Higher,
        Leading::Fewer => Verdict::Lower,
        Leading::NotShown => Verdict::NotShown,
        Leading::Untested => Verdict::Unknown,
    }
}

/// The ratio that an answer shows large, its range and its label: of the shares that left, or of the hazards where
/// there are no shares.
fn large_number(voice: &Voice<'_>, a: &Attrition) -> (String, String, &'static str) {
    let times = |shown: String| voice.say("attrition.times", &[("ratio", shown)]);
    if let (true, Some(time)) = (time_leads(a), mean_time(a)) {
        let number = voice.or_why(time.estimate, time.why, number::signed_natural);
        let label = in_days(a, "leaving.key_days", "leaving.key_time");
        return (number, voice.range(time.conf_low, time.conf_high, number::natural), label);
    }
    if let (None, Some(cox)) = (&a.risk_ratio, &a.cox) {
        let number = voice.or_why(cox.estimate, cox.why, |log| times(ratio_of(log)));
        return (number, voice.range(cox.conf_low, cox.conf_high, ratio_of), "attrition.key_number_hazard");
    }
    let ratio = a.risk_ratio.clone().unwrap_or_default();
    let show = |x: f64| number::decimal(x, 2);
    let number = voice.or_why(ratio.estimate, ratio.why, |x| times(show(x)));
    (number, voice.range(ratio.conf_low, ratio.conf_high, show), "attrition.key_number")
}

/// A log hazard ratio on the scale of ratios, as a share is shown in per cent.
fn ratio_of(log: f64) -> String {
    number::decimal(log.exp(), 2)
}

/// Time is in days where the days of entry and leaving are known, else in the unit of a column that nobody named.
fn in_days(a: &Attrition, days: &'static str, plain: &'static str) -> &'static str {
    if a.start.is_some() { days } else { plain }
}

/// The answer of the first page.
pub fn answer(voice: &Voice<'_>, a: &Attrition) -> Answer {
    let permit = Causal::permit(&a.design, a.causal);
    let verdict = verdict(a);
    let (grade, grade_key) = grade(verdict, permit);
    let (number, interval, label) = large_number(voice, a);
    Answer {
        anchor: "attrition".into(),
        question: voice.word("attrition.question"),
        grade,
        grade_label: grade_label(voice, grade_key, &a.claims),
        headline: headline(voice, a, verdict, permit),
        number,
        interval,
        number_label: voice.say(label, &group_args(voice, a)),
        points: points(voice, a, verdict, permit),
        cautions: voice.cautions(a.cautions.iter().take(2)),
    }
}

fn headline(voice: &Voice<'_>, a: &Attrition, verdict: Verdict, permit: Option<Causal>) -> String {
    let mut args = group_args(voice, a);
    // A ratio of shares that points the other way than the leading test does not belong beside it.
    if time_leads(a) && matches!(verdict, Verdict::Higher | Verdict::Lower) {
        return match (permit, a.claims.first()) {
            (Some(_), Some(claim)) => parts::claim::sentence(claim, voice.language),
            _ if verdict == Verdict::Higher => voice.say("leaving.stayed_shorter", &args),
            _ => voice.say("leaving.stayed_longer", &args),
        };
    }
    let ratio = a.risk_ratio.as_ref().and_then(|r| r.estimate);
    let shares = ratio.filter(|r| (*r > 1.0 && verdict == Verdict::Higher) || (*r < 1.0 && verdict == Verdict::Lower));
    args.extend(shares.map(|r| ("ratio", number::decimal(r, 2))));
    match (verdict, permit, shares) {
        (Verdict::Higher, Some(permit), Some(_)) => say_causal(permit, voice.language, "attrition_higher", &args),
        (Verdict::Lower, Some(permit), Some(_)) => say_causal(permit, voice.language, "attrition_lower", &args),
        (Verdict::Higher, Some(permit), None) => say_causal(permit, voice.language, "attrition_higher_time", &args),
        (Verdict::Lower, Some(permit), None) => say_causal(permit, voice.language, "attrition_lower_time", &args),
        (Verdict::Higher, None, Some(_)) => voice.say("attrition.headline_higher", &args),
        (Verdict::Lower, None, Some(_)) => voice.say("attrition.headline_lower", &args),
        (Verdict::Higher, None, None) => voice.say("attrition.headline_higher_time", &args),
        (Verdict::Lower, None, None) => voice.say("attrition.headline_lower_time", &args),
        (Verdict::NotShown, _, _) => voice.say("attrition.headline_none", &args),
        (Verdict::Unknown, _, _) => voice.say("attrition.headline_unknown", &args),
    }
}

fn points(voice: &Voice<'_>, a: &Attrition, verdict: Verdict, permit: Option<Causal>) -> Vec<String> {
    let mut points = Vec::new();
    if leads_by_person(a) || time_leads(a) {
        points.extend(test_sentence(voice, a));
        points.extend(hazard_sentence(voice, a).filter(|_| !time_leads(a)));
        points.extend(ratio_sentence(voice, a));
    } else {
        points.extend(ratio_sentence(voice, a));
        points.extend(test_sentence(voice, a));
    }
    points.extend(annual_sentence(voice, a));
    points.extend(rolling_sentence(voice, a));
    if permit.is_none() {
        points.push(voice.word("attrition.association"));
    }
    points.extend(parts::leaving::could_have_found(a, voice.language));
    if verdict == Verdict::NotShown {
        points.extend(parts::leaving::needed(a, voice.language));
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

fn hazard_sentence(voice: &Voice<'_>, a: &Attrition) -> Option<String> {
    let cox = a.cox.as_ref()?;
    let mut args = group_args(voice, a);
    args.extend([
        ("ratio", voice.or_why(cox.estimate, cox.why, ratio_of)),
        ("interval", voice.range(cox.conf_low, cox.conf_high, ratio_of)),
    ]);
    Some(voice.say("attrition.hazard", &args))
}

/// The leading test, or that it is missing.
fn test_sentence(voice: &Voice<'_>, a: &Attrition) -> Option<String> {
    if time_leads(a) {
        return time_sentence(voice, a);
    }
    if leads_by_person(a) && a.lead != "by_unit" {
        let test = a.logrank.as_ref()?;
        return Some(voice.say("attrition.test_people", &[("p", voice.p(test.p_value, None))]));
    }
    if let Some(unit) = &a.by_unit {
        let args = [
            ("unit", names::unit(voice.language, &a.unit)),
            ("difference", voice.or_why(unit.estimate, unit.why, number::points)),
            ("interval", voice.range(unit.conf_low, unit.conf_high, number::points)),
            ("p", voice.p(unit.p_value, unit.why)),
        ];
        return Some(voice.say("attrition.test_units", &args));
    }
    Some(voice.say("attrition.test_missing", &[("unit", names::unit(voice.language, &a.unit))]))
}

fn time_sentence(voice: &Voice<'_>, a: &Attrition) -> Option<String> {
    let (rmst, time) = (a.rmst.as_ref()?, mean_time(a)?);
    let changing = a.cautions.iter().any(|caution| caution.code == "hazards_not_proportional");
    let values = [
        ("horizon", duration(rmst.horizon)),
        ("days", parts::leaving::days(a, voice.language)),
        ("difference", voice.or_why(time.estimate, time.why, number::signed_natural)),
        ("interval", voice.range(time.conf_low, time.conf_high, number::natural)),
        ("p", voice.p(time.p_value, None)),
    ];
    Some(voice.say(if changing { "leaving.test_time" } else { "leaving.test_time_only" }, &values))
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
    blocks.extend(claims(voice, &a.claims));
    if !a.km.is_empty() {
        blocks.push(figures::picture("survival", figures::survival(voice, a)));
    }
    if !a.months.is_empty() {
        blocks.push(figures::picture("attrition_index", figures::attrition_index(voice, a)));
    }
    blocks.push(Block::Table(follow_table(voice, a)));
    blocks.push(Block::Table(tests_table(voice, a)));
    if !a.km.is_empty() {
        blocks.push(Block::Table(leaving::survival_table(voice, a)));
    }
    for part in parts::leaving::of(a, voice.language) {
        let picture = match part.name {
            "reasons" => figures::curves::incidence(voice, a).map(|f| figures::picture("reasons", beside::untitled(f))),
            _ => None,
        };
        blocks.extend(beside::with_picture(voice, part, picture));
    }
    if !a.periods.is_empty() {
        blocks.push(Block::Table(leaving::periods_table(voice, a)));
    }
    if let (Some(months), false) = (a.rolling_months, a.rolling.is_empty()) {
        blocks.push(Block::Table(leaving::rolling_table(voice, &a.rolling, months)));
    }
    if !a.months.is_empty() {
        blocks.push(Block::Table(leaving::months_table(voice, &a.months)));
    }
    Section {
        id: "attrition".into(),
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
    let has_units = a.follow_up.iter().any(|f| f.n_units.is_some());
    let mut columns =
        vec![Cell::text(voice.word("attrition.col_group")), Cell::number(voice.word("attrition.col_people"))];
    if has_units {
        columns.push(Cell::number(voice.word("attrition.col_units")));
    }
    columns.push(Cell::number(voice.word("attrition.col_leavers")));
    columns.push(Cell::number(voice.word(in_days(a, "attrition.col_median_days", "attrition.col_median"))));
    if let Some(rmst) = &a.rmst {
        let title = in_days(a, "attrition.col_rmst", "attrition.col_rmst_plain");
        columns.push(Cell::number(voice.say(title, &[("horizon", duration(rmst.horizon))])));
    }
    let mut table = Table::new(voice.word("attrition.table_follow"), columns);
    for f in &a.follow_up {
        let mut cells = vec![Cell::text(capital(&voice.group(&f.group))), Cell::number(number::count(f.n))];
        if has_units {
            cells.push(Cell::number(f.n_units.map_or_else(|| voice.word("word.dash"), number::count)));
        }
        cells.push(Cell::number(voice.count(f.leavers)));
        cells.push(Cell::number(median(voice, a, &f.group)));
        if a.rmst.is_some() {
            cells.push(Cell::number(rmst_cell(voice, a, &f.group)));
        }
        table.row(cells);
    }
    table
}

fn median(voice: &Voice<'_>, a: &Attrition, group: &str) -> String {
    let Some(found) = a.medians.iter().find(|m| m.group == group) else { return voice.word("word.dash") };
    let Some(median) = found.median else { return voice.word("attrition.median_none") };
    let values = [("median", duration(median)), ("interval", voice.range(found.conf_low, found.conf_high, duration))];
    voice.say("leaving.median_interval", &values)
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
        let key = match leads_by_person(a) || time_leads(a) {
            true => "attrition.remark_person_errors",
            false => "attrition.remark_unit",
        };
        let remark = format!("{points}; {}", voice.say(key, &[("vcov", vcov)]));
        let p = voice.or_why(e.p_value, e.why, number::p_value);
        table.row(plain_row(voice, "attrition.row_unit", voice.estimate(e, number::points), p, remark));
    }
    if let Some(r) = &a.risk_ratio {
        let value = voice.interval(r, |x| number::decimal(x, 2));
        table.row(plain_row(voice, "attrition.row_ratio", value, String::new(), person_remark(voice, a)));
    }
    for row in ratio_rows(voice, a) {
        table.row(row);
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
    if let Some([label, value, remark]) = a.needed.as_ref().and_then(|n| parts::leaving::needed_row(n, voice.language))
    {
        table.row(vec![Cell::text(label), Cell::number(value), Cell::number(String::new()), Cell::text(remark)]);
    }
    table
}

/// Ratios of shares by unit and of rates.
fn ratio_rows(voice: &Voice<'_>, a: &Attrition) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    let show = |x: f64| number::decimal(x, 2);
    let cr2 = voice.word("leaving.remark_cr2");
    if let Some(r) = &a.risk_ratio_by_unit {
        let value = voice.interval(r, show);
        rows.push(plain_row(voice, "leaving.row_ratio_by_unit", value, String::new(), cr2.clone()));
    }
    let Some(r) = &a.rate_ratio else { return rows };
    let exposure = voice.word(&format!("leaving.{}", r.exposure));
    let remark =
        format!("{}; {}", voice.say("leaving.remark_exact", &[("exposure", exposure)]), person_remark(voice, a));
    let p = voice.or_why(r.p_value, r.ratio.why, number::p_value);
    rows.push(plain_row(voice, "leaving.row_rate_ratio", voice.interval(&r.ratio, show), p, remark));
    if let Some(by_unit) = &r.by_unit {
        let p = voice.or_why(r.p_by_unit, None, number::p_value);
        rows.push(plain_row(voice, "leaving.row_rate_by_unit", voice.interval(by_unit, show), p, cr2));
    }
    rows
}

fn time_rows(voice: &Voice<'_>, a: &Attrition) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    if let Some(t) = &a.logrank {
        let statistic = voice.or_why(t.statistic, None, |x| number::decimal(x, 2));
        let value = voice.say("attrition.logrank_value", &[("statistic", statistic)]);
        let p = voice.or_why(t.p_value, None, number::p_value);
        let remark = match leads_by_person(a) && a.lead != "rmst" {
            true => voice.word("attrition.remark_person_lead"),
            false => person_remark(voice, a),
        };
        rows.push(plain_row(voice, "attrition.row_logrank", value, p, remark));
    }
    rows.extend(log_rank_rows(voice, a));
    if let Some(e) = &a.cox {
        let value = voice.estimate(e, |x| number::decimal(x, 2));
        // The error of the hazard ratio is by unit where units are known; it still is not the test that leads.
        let by = if leads_by_person(a) { "attrition.remark_person_only" } else { "attrition.remark_by_unit" };
        let remark = format!("{}; {}", voice.word("attrition.remark_cox"), voice.word(by));
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
        let unit = in_days(a, "attrition.remark_days", "attrition.remark_time");
        let days = voice.say(unit, &[("horizon", duration(r.horizon))]);
        let remark = format!("{days}; {}", person_remark(voice, a));
        rows.push(plain_row(
            voice,
            "attrition.row_rmst",
            value,
            voice.or_why(e.p_value, e.why, number::p_value),
            remark,
        ));
        if let Some(e) = &r.by_unit {
            let lead = voice.word(if time_leads(a) { "leaving.remark_leads" } else { "attrition.remark_by_unit" });
            let value = voice.estimate(e, |x| number::decimal(x, 1));
            let p = voice.or_why(e.p_value, e.why, number::p_value);
            rows.push(plain_row(voice, "leaving.row_rmst_by_unit", value, p, format!("{days}; {lead}")));
        }
    }
    rows
}

/// The log-rank test within strata and by re-assigned units, and whether the ratio of hazards changes.
fn log_rank_rows(voice: &Voice<'_>, a: &Attrition) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    let p = |p: Option<f64>| voice.or_why(p, None, number::p_value);
    let value = |statistic: Option<f64>| {
        let statistic = voice.or_why(statistic, None, |x| number::decimal(x, 2));
        voice.say("attrition.logrank_value", &[("statistic", statistic)])
    };
    if let (Some(t), Some(strata)) = (&a.logrank_stratified, &a.strata) {
        let label = voice.say("leaving.row_stratified", &[("strata", names::column(voice.language, strata))]);
        rows.push(row(label, value(t.statistic), p(t.p_value), person_remark(voice, a)));
    }
    if let Some(t) = &a.logrank_by_unit {
        let smallest = voice.or_why(t.smallest_p, None, number::p_value);
        let remark = voice.say("leaving.remark_smallest", &[("smallest", smallest)]);
        rows.push(row(voice.word("leaving.row_shuffled"), String::new(), p(t.p_value), remark));
    }
    if let Some(t) = &a.proportional {
        let label = voice.word("leaving.row_proportional");
        rows.push(row(label, value(t.statistic), p(t.p_value), String::new()));
    }
    rows
}

fn row(label: String, value: String, p: String, remark: String) -> Vec<Cell> {
    vec![Cell::text(label), Cell::number(value), Cell::number(p), Cell::text(remark)]
}

/// By-person measures never lead when units were assigned.
fn person_remark(voice: &Voice<'_>, a: &Attrition) -> String {
    voice.word(if leads_by_person(a) { "attrition.remark_person_only" } else { "attrition.remark_person" })
}
