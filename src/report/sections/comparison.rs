//! The pages about treatment against control on an outcome. Causal words need a permit; without one every sentence
//! speaks of a difference only.

use crate::findings::comparison::{Arm, MonthPoint};
use crate::findings::{Claim, Comparison, Estimate};
use crate::report::brief::comparison::spoken;
use crate::report::document::{Answer, Block, Cell, Section, Table};
use crate::report::figures;
use crate::report::parts::{claim, comparing};
use crate::report::voice::{Voice, capital};
use crate::text::{Causal, names, number, say_causal};

/// What the leading test says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// p below 0.05, treatment higher.
    Higher,
    /// p below 0.05, treatment lower.
    Lower,
    /// p not below 0.05.
    NotShown,
    /// No p-value.
    Unknown,
}

/// Reads the verdict from the leading test's p-value and the sign of its estimate.
pub fn verdict(p: Option<f64>, sign: Option<f64>) -> Verdict {
    match (p, sign) {
        (Some(p), Some(s)) if p < 0.05 && s > 0.0 => Verdict::Higher,
        (Some(p), Some(s)) if p < 0.05 && s < 0.0 => Verdict::Lower,
        (Some(_), _) => Verdict::NotShown,
        (None, _) => Verdict::Unknown,
    }
}

/// Kind of evidence and the key of its words.
pub fn grade(verdict: Verdict, permit: Option<Causal>) -> (&'static str, &'static str) {
    match (verdict, permit) {
        (Verdict::Higher | Verdict::Lower, Some(_)) => ("shown", "grade.shown_cause"),
        (Verdict::Higher | Verdict::Lower, None) => ("association", "grade.association"),
        (Verdict::NotShown, _) => ("not_shown", "grade.not_shown"),
        (Verdict::Unknown, _) => ("undecided", "grade.undecided"),
    }
}

fn permit(c: &Comparison) -> Option<Causal> {
    Causal::permit(&c.design, c.ratio_check.as_ref().is_some_and(|check| !check.alarm) && c.causal)
}

/// The two arms' names: treatment and control.
pub fn arm_names(voice: &Voice<'_>, c: &Comparison) -> (String, String) {
    let name = |i: usize| c.arms.get(i).map_or_else(String::new, |arm| voice.group(&arm.group));
    (name(0), name(1))
}

fn names_args(voice: &Voice<'_>, c: &Comparison) -> Vec<(&'static str, String)> {
    let (treatment, control) = arm_names(voice, c);
    let outcome = voice.outcome(&c.outcome);
    vec![
        ("treatment_cap", capital(&treatment)),
        ("outcome_cap", capital(&outcome)),
        ("treatment", treatment),
        ("control", control),
        ("outcome", outcome),
    ]
}

/// The answer of the first page.
pub fn answer(voice: &Voice<'_>, c: &Comparison) -> Answer {
    let permit = permit(c);
    let verdict = verdict(c.difference.p_value, c.difference.estimate);
    let (grade, grade_key) = grade(verdict, permit);
    Answer {
        anchor: "comparison".into(),
        question: voice.word("comparison.question"),
        grade,
        grade_label: grade_label(voice, grade_key, &c.claims),
        headline: headline(voice, c, verdict, permit),
        number: voice.or_why(c.lift.estimate, c.lift.why, |x| number::signed_percent(x, 1)),
        interval: voice.range(c.lift.conf_low, c.lift.conf_high, |x| number::signed_percent(x, 1)),
        number_label: voice.say("comparison.key_number", &names_args(voice, c)),
        points: points(voice, c, verdict, permit),
        cautions: voice.cautions(c.cautions.iter().take(2)),
    }
}

fn headline(voice: &Voice<'_>, c: &Comparison, verdict: Verdict, permit: Option<Causal>) -> String {
    let mut args = names_args(voice, c);
    let size = c.lift.estimate.map(f64::abs);
    args.push(("lift", voice.or_why(size, c.lift.why, |x| number::percent(x, 1))));
    match (verdict, permit) {
        (Verdict::Higher, Some(permit)) => say_causal(permit, voice.language, "comparison_higher", &args),
        (Verdict::Lower, Some(permit)) => say_causal(permit, voice.language, "comparison_lower", &args),
        (Verdict::Higher, None) => voice.say("comparison.headline_higher", &args),
        (Verdict::Lower, None) => voice.say("comparison.headline_lower", &args),
        (Verdict::NotShown, _) => voice.say("comparison.headline_none", &args),
        (Verdict::Unknown, _) => voice.say("comparison.headline_unknown", &args),
    }
}

fn points(voice: &Voice<'_>, c: &Comparison, verdict: Verdict, permit: Option<Causal>) -> Vec<String> {
    let names = names_args(voice, c);
    let mut points = vec![difference_sentence(voice, c), test_sentence(voice, c)];
    points.extend(permutation_sentence(voice, c));
    points.extend(adjusted_sentence(voice, c));
    match permit {
        Some(permit) if matches!(verdict, Verdict::Higher | Verdict::Lower) => {
            points.push(say_causal(permit, voice.language, "comparison_basis", &names));
        }
        None => points.push(voice.word("comparison.association")),
        Some(_) => {}
    }
    points.extend(mde_sentence(voice, c));
    if verdict == Verdict::NotShown {
        points.push(voice.word("comparison.not_shown"));
    }
    points
}

fn difference_sentence(voice: &Voice<'_>, c: &Comparison) -> String {
    let d = &c.difference;
    let places = number::places_for(d.estimate.unwrap_or(1.0));
    let mean = |i: usize| {
        let mean = c.arms.get(i).and_then(|arm| arm.mean);
        voice.or_why(mean, hidden(c.arms.get(i).is_some_and(|arm| arm.hidden)), number::natural)
    };
    let mut args = names_args(voice, c);
    args.extend([
        ("mean_t", mean(0)),
        ("mean_c", mean(1)),
        ("difference", voice.or_why(d.estimate, d.why, number::signed_natural)),
        ("interval", voice.range(d.conf_low, d.conf_high, |x| number::decimal(x, places))),
        ("lift", voice.or_why(c.lift.estimate, c.lift.why, |x| number::signed_percent(x, 1))),
        ("lift_interval", voice.range(c.lift.conf_low, c.lift.conf_high, |x| number::signed_percent(x, 1))),
    ]);
    voice.say("comparison.difference", &args)
}

/// The difference with what was known before held fixed.
fn adjusted_sentence(voice: &Voice<'_>, c: &Comparison) -> Option<String> {
    let made = c.adjusted.as_ref()?;
    let places = number::places_for(made.difference.estimate.unwrap_or(1.0));
    let covariates: Vec<String> = made.covariates.iter().map(|name| names::column(voice.language, name)).collect();
    let args = [
        ("items", voice.list(&covariates)),
        ("difference", voice.or_why(made.difference.estimate, made.difference.why, number::signed_natural)),
        ("interval", voice.range(made.difference.conf_low, made.difference.conf_high, |x| number::decimal(x, places))),
        ("lift", voice.or_why(made.lift.estimate, made.lift.why, |x| number::signed_percent(x, 1))),
        ("lift_interval", voice.range(made.lift.conf_low, made.lift.conf_high, |x| number::signed_percent(x, 1))),
    ];
    Some(voice.say("comparison.adjusted", &args))
}

fn hidden(hidden: bool) -> Option<crate::findings::Why> {
    hidden.then_some(crate::findings::Why::Hidden)
}

fn test_sentence(voice: &Voice<'_>, c: &Comparison) -> String {
    let by_units = c.unit != "person";
    let size = |i: usize| {
        let arm = c.arms.get(i);
        let n = if by_units { arm.and_then(|arm| arm.n_units) } else { arm.map(|arm| arm.n) };
        voice.count(n)
    };
    let args = [
        ("unit", names::unit(voice.language, &c.unit)),
        ("n_treatment", size(0)),
        ("n_control", size(1)),
        ("p", voice.p(c.difference.p_value, c.difference.why)),
    ];
    voice.say(if by_units { "comparison.test_units" } else { "comparison.test_people" }, &args)
}

fn permutation_sentence(voice: &Voice<'_>, c: &Comparison) -> Option<String> {
    let p = c.permutation.as_ref()?;
    Some(voice.say(
        "comparison.permutation",
        &[("p", voice.p(p.p_value, None)), ("smallest", voice.or_why(p.smallest_p, None, number::p_value))],
    ))
}

fn mde_sentence(voice: &Voice<'_>, c: &Comparison) -> Option<String> {
    let mut args = names_args(voice, c);
    args.push(("mde", number::natural(c.mde?)));
    let Some(lift) = c.mde_lift else { return Some(voice.say("comparison.mde_plain", &args)) };
    args.push(("mde_lift", number::percent(lift, 1)));
    Some(voice.say("comparison.mde", &args))
}

/// The section.
pub fn section(voice: &Voice<'_>, c: &Comparison) -> Section {
    let names = names_args(voice, c);
    let mut blocks = Vec::new();
    let cautions = voice.cautions(&c.cautions);
    if !cautions.is_empty() {
        blocks.push(Block::Callout { label: voice.word("page.cautions"), items: cautions });
    }
    blocks.extend(claims(voice, &c.claims));
    blocks.extend(ratio_sentence(voice, c).map(|text| Block::Paragraph { text }));
    if !c.months.is_empty() {
        blocks.push(figures::picture("sales_index", figures::sales_index(voice, c)));
    }
    blocks.push(Block::Table(arms_table(voice, &c.arms)));
    blocks.push(Block::Table(effect_table(voice, c)));
    for part in comparing::of(c, voice.language) {
        let picture = figures::comparing::of(voice, c, part.name);
        blocks.extend(super::beside::with_picture(voice, part, picture));
    }
    if !c.months.is_empty() {
        blocks.push(Block::Table(months_table(voice, &c.months)));
    }
    let lead = if c.unit == "person" { "comparison.lead_people" } else { "comparison.lead" };
    Section {
        id: "comparison".into(),
        heading: voice.say("comparison.heading", &names),
        lead: voice.say(lead, &names),
        blocks,
    }
}

/// Every claim with its basis and grade.
pub fn claims(voice: &Voice<'_>, claims: &[Claim]) -> Vec<Block> {
    if claims.is_empty() {
        return Vec::new();
    }
    let items = spoken(claims).map(|one| claim::told(one, voice.language)).collect();
    vec![Block::Heading { text: voice.word("claim.heading") }, Block::List { items }]
}

/// The kind of evidence with the grade of the leading claim.
pub fn grade_label(voice: &Voice<'_>, key: &str, claims: &[Claim]) -> String {
    let label = voice.word(key);
    match claims.first() {
        Some(first) => voice.say("claim.letter", &[("label", label), ("grade", first.grade().name().to_string())]),
        None => label,
    }
}

fn ratio_sentence(voice: &Voice<'_>, c: &Comparison) -> Option<String> {
    let check = c.ratio_check.as_ref()?;
    let key = if check.alarm { "comparison.ratio_failed" } else { "comparison.ratio_passed" };
    Some(voice.say(
        key,
        &[
            ("unit", names::unit(voice.language, &check.unit)),
            ("n_treatment", number::count(check.n_treatment)),
            ("n_control", number::count(check.n_control)),
            ("p", voice.p(check.p_exact.or(check.p_value), None)),
        ],
    ))
}

fn arms_table(voice: &Voice<'_>, arms: &[Arm]) -> Table {
    let has_units = arms.iter().any(|arm| arm.n_units.is_some());
    let mut columns =
        vec![Cell::text(voice.word("comparison.col_group")), Cell::number(voice.word("comparison.col_people"))];
    if has_units {
        columns.push(Cell::number(voice.word("comparison.col_units")));
    }
    columns.push(Cell::number(voice.word("comparison.col_mean")));
    columns.push(Cell::number(voice.word("comparison.col_sd")));
    let mut table = Table::new(voice.word("comparison.table_arms"), columns);
    for arm in arms {
        let why = hidden(arm.hidden);
        let n = if arm.hidden { voice.word("word.hidden") } else { number::count(arm.n) };
        let mut cells = vec![Cell::text(capital(&voice.group(&arm.group))), Cell::number(n)];
        if has_units {
            cells.push(Cell::number(arm.n_units.map_or_else(|| voice.word("word.dash"), number::count)));
        }
        cells.push(Cell::number(voice.or_why(arm.mean, why, number::natural)));
        cells.push(Cell::number(voice.or_why(arm.sd, why, number::natural)));
        table.row(cells);
    }
    table
}

fn effect_table(voice: &Voice<'_>, c: &Comparison) -> Table {
    let mut table = Table::new(
        voice.word("comparison.table_effect"),
        vec![
            Cell::text(voice.word("comparison.col_measure")),
            Cell::number(voice.word("comparison.col_value")),
            Cell::number(voice.word("comparison.col_p")),
            Cell::text(voice.word("comparison.col_remark")),
        ],
    );
    let lead = voice.say("comparison.remark_lead", &[("vcov", c.vcov.clone())]);
    table.row(estimate_row(voice, "comparison.row_difference", &c.difference, lead));
    let share = voice.say("comparison.remark_lift", &names_args(voice, c));
    let lifts = [
        ("comparison.row_lift", &c.lift),
        ("comparison.row_lift_delta", &c.lift_delta),
        ("comparison.row_lift_log", &c.lift_log_delta),
    ];
    for (key, lift) in lifts {
        let value = voice.interval(lift, |x| number::signed_percent(x, 1));
        table.row(plain_row(voice, key, value, String::new(), share.clone()));
    }
    if let Some(person) = &c.person_level {
        let remark = voice.word("comparison.remark_person");
        table.row(estimate_row(voice, "comparison.row_person", &person.difference, remark));
    }
    for row in further_rows(voice, c) {
        table.row(row);
    }
    table
}

fn further_rows(voice: &Voice<'_>, c: &Comparison) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    if let Some(p) = &c.permutation {
        let key = if p.exact { "comparison.remark_exact" } else { "comparison.remark_drawn" };
        let remark = voice.say(key, &[("draws", number::count(p.draws))]);
        let value = voice.or_why(p.p_value, None, number::p_value);
        rows.push(plain_row(voice, "comparison.row_permutation", voice.word("word.dash"), value, remark));
    }
    let dash = voice.word("word.dash");
    let mde = c.mde.map(number::natural);
    let icc = c.icc.map(|x| number::decimal(x, 3));
    let g = c.hedges_g.map(|x| number::decimal(x, 2));
    let mde_lift = c.mde_lift.map_or_else(|| dash.clone(), |x| number::percent(x, 1));
    for (key, value, remark) in [
        ("comparison.row_mde", mde, mde_lift),
        ("comparison.row_g", g, dash.clone()),
        ("comparison.row_icc", icc, dash.clone()),
    ] {
        if let Some(value) = value {
            rows.push(plain_row(voice, key, value, String::new(), remark));
        }
    }
    if let Some(p) = c.ratio_check.as_ref().and_then(|check| check.p_people) {
        rows.push(plain_row(voice, "comparison.row_people_ratio", dash.clone(), number::p_value(p), dash));
    }
    rows
}

fn estimate_row(voice: &Voice<'_>, key: &str, e: &Estimate, remark: String) -> Vec<Cell> {
    let places = number::places_for(e.estimate.unwrap_or(1.0));
    let value = voice.estimate(e, |x| number::decimal(x, places));
    plain_row(voice, key, value, voice.or_why(e.p_value, e.why, number::p_value), remark)
}

/// A row of measure, value, p and remark; an empty p means that the measure has no test.
pub fn plain_row(voice: &Voice<'_>, key: &str, value: String, p: String, remark: String) -> Vec<Cell> {
    let p = if p.is_empty() { voice.word("word.dash") } else { p };
    vec![Cell::text(voice.word(key)), Cell::number(value), Cell::number(p), Cell::text(remark)]
}

fn months_table(voice: &Voice<'_>, months: &[MonthPoint]) -> Table {
    let mut table = Table::new(
        voice.word("page.by_month"),
        vec![
            Cell::text(voice.word("comparison.col_month")),
            Cell::text(voice.word("comparison.col_group")),
            Cell::number(voice.word("comparison.col_n")),
            Cell::number(voice.word("comparison.col_month_value")),
            Cell::number(voice.word("comparison.col_index")),
        ],
    );
    for m in months {
        let why = hidden(m.hidden);
        let index = match m.index {
            Some(_) => number::with_interval(voice.language, m.index, m.index_low, m.index_high, "undefined", |x| {
                number::decimal(x, 1)
            }),
            None if m.hidden => voice.word("word.hidden"),
            None => voice.word("word.dash"),
        };
        table.row(vec![
            Cell::text(number::month(voice.language, &m.month)),
            Cell::text(capital(&voice.group(&m.group))),
            Cell::number(voice.count(m.n)),
            Cell::number(voice.or_why(m.value, why, number::natural)),
            Cell::number(index),
        ]);
    }
    table.folded()
}
