//! What stands beside the difference of two arms, as parts: other readings of it, declared groups, time, what was done,
//! balance. The terminal, Markdown and HTML show the same ones.

use super::super::brief::figures::{figure, natural, or_why};
use super::super::brief::{Align, Table, shared};
use super::Part;
use crate::findings::comparison::{Balance, Compliance, Event, PreTrend, Subgroups};
use crate::findings::{Claim, Comparison, Estimate, Interval};
use crate::text::{self, Language, names, number, say};

/// A comparison and the language it is told in.
struct Page<'c> {
    c: &'c Comparison,
    language: Language,
}

/// Every part that has something to say, in reading order.
pub fn of(c: &Comparison, language: Language) -> Vec<Part> {
    let page = Page { c, language };
    let mut parts: Vec<Part> = page.effects().into_iter().collect();
    parts.extend(c.subgroups.iter().map(|by| page.groups(by)));
    parts.extend(page.time());
    parts.extend(c.compliance.as_ref().map(|made| page.compliance(made)));
    parts.extend(page.balance());
    parts
}

/// How a reading of the difference is called: its key under `comparing`, and what was held fixed.
pub fn reading(c: &Comparison, key: &str, items: &[String], language: Language) -> String {
    let items: Vec<String> = items.iter().map(|name| names::column(language, name)).collect();
    let control = c.arms.get(1).map_or_else(String::new, |arm| names::group(language, &arm.group));
    let args = [("items", text::list(language, &items)), ("control", control)];
    say(language, &format!("comparing.{key}"), &args)
}

/// Every reading of the difference: its key, what was held fixed, the estimate, the people.
pub fn readings(c: &Comparison) -> Vec<(&'static str, &[String], &Estimate, Option<u64>)> {
    let all: u64 = c.arms.iter().map(|arm| arm.n).sum();
    let mut rows: Vec<(&'static str, &[String], &Estimate, Option<u64>)> = vec![("raw", &[], &c.difference, Some(all))];
    rows.extend(c.stratified.iter().map(|a| ("stratified", a.covariates.as_slice(), &a.difference, Some(a.n))));
    rows.extend(c.adjusted.iter().map(|a| ("adjusted", a.covariates.as_slice(), &a.difference, Some(a.n))));
    rows.extend(c.change.iter().map(|change| ("change", [].as_slice(), &change.difference, None)));
    rows
}

impl Page<'_> {
    fn word(&self, key: &str) -> String {
        self.say(key, &[])
    }

    fn say(&self, key: &str, args: &[(&str, String)]) -> String {
        say(self.language, &format!("comparing.{key}"), args)
    }

    fn arms(&self) -> [(&'static str, String); 2] {
        let name = |at: usize| self.c.arms.get(at).map_or_else(String::new, |a| names::group(self.language, &a.group));
        [("treatment", name(0)), ("control", name(1))]
    }

    fn unit(&self) -> String {
        names::unit(self.language, &self.c.unit)
    }

    fn estimate(&self, e: &Estimate) -> String {
        shared::estimate(self.language, e, natural)
    }

    fn p(&self, p: Option<f64>) -> (&'static str, String) {
        ("p", shared::p_phrase(self.language, p))
    }

    /// A range alone, in brackets.
    fn range(&self, low: Option<f64>, high: Option<f64>, show: impl Fn(f64) -> String) -> (&'static str, String) {
        ("interval", number::interval(self.language, low, high, show))
    }

    fn effects(&self) -> Option<Part> {
        let mut part = Part::new("effects", self.word("effects"));
        let rows = readings(self.c);
        if let Some(strata) = &self.c.strata {
            let key = if strata.pairs { "pairs" } else { "strata" };
            let column = ("column", names::column(self.language, &strata.column));
            part = part.say(self.say(key, &[column, ("count", number::count(strata.count))]));
        }
        if let Some(found) = &self.c.equivalence {
            let margin = if found.scale == "lift" { number::percent(found.margin, 1) } else { natural(found.margin) };
            let key = if found.equivalent { "equivalent" } else { "not_equivalent" };
            part = part.say(self.say(key, &[("margin", margin), self.p(found.p_value)]));
        }
        if let Some(found) = &self.c.superiority {
            let show = |x: f64| number::percent(x, 1);
            let share = ("share", number::or_reason(self.language, found.estimate, "undefined", show));
            let mut args = self.arms().to_vec();
            args.extend([share, self.range(found.conf_low, found.conf_high, show)]);
            part = part.say(self.say("superiority", &args));
        }
        if rows.len() > 1 {
            let mut table = Table::new(vec![
                (self.word("reading"), Align::Left),
                (self.word("value"), Align::Right),
                (self.word("p"), Align::Right),
                (self.word("n"), Align::Right),
            ]);
            for (key, items, e, n) in rows {
                let name = reading(self.c, key, items, self.language);
                let n = n.map_or_else(String::new, number::count);
                table.rows.push(vec![name, self.estimate(e), shared::p_cell(e.p_value), n]);
            }
            part = part.table(table);
        }
        (!part.sentences.is_empty() || !part.tables.is_empty()).then_some(part)
    }

    fn groups(&self, by: &Subgroups) -> Part {
        let column = ("column", names::column(self.language, &by.by));
        let arms = self.arms();
        let mut table = Table::new(vec![
            (self.word("group"), Align::Left),
            (self.say("n_treatment", &arms), Align::Right),
            (self.say("n_control", &arms), Align::Right),
            (self.word("value"), Align::Right),
            (self.word("p_holm"), Align::Right),
        ]);
        for group in &by.groups {
            let name = if group.hidden { say(self.language, "word.hidden", &[]) } else { names::clean(&group.group) };
            table.rows.push(vec![
                name,
                shared::count(self.language, group.n_treatment),
                shared::count(self.language, group.n_control),
                self.estimate(&group.difference),
                shared::p_cell(group.p_adjusted),
            ]);
        }
        let test = match by.p_value {
            Some(_) => self.say("interaction", &[self.p(by.p_value)]),
            None => self.word("no_interaction"),
        };
        let one_armed = match by.one_armed {
            0 => String::new(),
            count => self.say("one_armed", &[("count", number::count(count))]),
        };
        Part::new("subgroups", self.say("groups", &[column])).say(test).say(one_armed).table(table)
    }

    fn time(&self) -> Option<Part> {
        if self.c.change.is_none() && self.c.event.is_none() && self.c.whole.is_empty() {
            return None;
        }
        let mut part = Part::new("time", self.word("time"));
        for whole in &self.c.whole {
            part = part.say(self.whole(whole));
        }
        if let Some(change) = &self.c.change {
            let items: Vec<String> = change.covariates.iter().map(|name| names::column(self.language, name)).collect();
            let key = match (change.panel, items.is_empty()) {
                (true, _) => "change_panel",
                (false, true) => "change_rows",
                (false, false) => "change_rows_fixed",
            };
            let e = &change.difference;
            let args = [
                ("difference", or_why(self.language, e.estimate, e.why, number::signed_natural)),
                self.range(e.conf_low, e.conf_high, natural),
                self.p(e.p_value),
                ("unit", self.unit()),
                ("vcov", change.vcov.clone()),
                ("items", text::list(self.language, &items)),
            ];
            part = part.say(self.say(key, &args));
        }
        let Some(event) = &self.c.event else { return Some(part) };
        let trend = event.pre_trend.as_ref().map_or_else(|| self.word("no_pre"), |pre| self.trend(pre));
        Some(part.say(trend).folded(String::new(), self.events(event)))
    }

    fn whole(&self, whole: &crate::findings::comparison::Whole) -> String {
        let show = |x: f64| number::decimal(x, 1);
        let base = match &self.c.index_base {
            Some(month) => self.say("base_month", &[("month", number::month(self.language, month))]),
            None => self.word("base_year"),
        };
        let args = [
            ("group", names::group(self.language, &whole.group)),
            ("index", or_why(self.language, whole.index, whole.why, show)),
            self.range(whole.index_low, whole.index_high, show),
            ("base", base),
        ];
        self.say("whole", &args)
    }

    fn trend(&self, pre: &PreTrend) -> String {
        let fails = pre.p_value.is_some_and(|p| p < 0.05);
        let slope = pre.slope.estimate.map_or_else(String::new, number::signed_natural);
        match (fails, pre.slope_detectable, pre.bias_detectable) {
            (true, ..) => self.say("pre_fails", &[self.p(pre.p_value), ("slope", slope)]),
            (false, Some(slope), Some(bias)) => {
                self.say("pre_fits", &[self.p(pre.p_value), ("slope", natural(slope)), ("bias", natural(bias))])
            }
            _ => self.say("pre_fits_plain", &[self.p(pre.p_value)]),
        }
    }

    fn events(&self, event: &Event) -> Table {
        let month = ("month", number::month(self.language, &event.reference));
        let mut table = Table::new(vec![
            (self.word("event_month"), Align::Left),
            (self.say("event_effect", &[month]), Align::Right),
            (self.word("p"), Align::Right),
        ]);
        for point in &event.points {
            let effect = match (point.hidden, point.reference) {
                (true, _) => say(self.language, "word.hidden", &[]),
                (false, true) => self.word("event_reference"),
                (false, false) => self.estimate(&point.effect),
            };
            table.rows.push(vec![names::clean(&point.month), effect, shared::p_cell(point.effect.p_value)]);
        }
        table
    }

    fn compliance(&self, made: &Compliance) -> Part {
        let mean = |x: Option<f64>| number::or_reason(self.language, x, "undefined", |x| figure(x, 3));
        let first = &made.first_stage;
        let mut args = self.arms().to_vec();
        args.extend([
            ("dose", names::column(self.language, &made.dose)),
            ("mean_t", mean(made.dose_treatment)),
            ("mean_c", mean(made.dose_control)),
            ("first", mean(first.estimate)),
            self.range(first.conf_low, first.conf_high, |x| figure(x, 3)),
            ("f", or_why(self.language, made.first_stage_f, made.why, |x| figure(x, 1))),
        ]);
        let weak = if made.weak { self.word("weak") } else { String::new() };
        let grade = |effect: &str| self.claim(effect).map_or_else(String::new, |c| c.grade().name().to_string());
        let mut table = Table::new(vec![
            (self.word("estimand"), Align::Left),
            (self.word("value"), Align::Right),
            (self.word("p"), Align::Right),
            (self.word("grade"), Align::Left),
        ]);
        let rows = [
            ("itt", Some(&made.itt), grade("mean")),
            ("per_protocol", made.per_protocol.as_ref(), grade("per_protocol")),
            ("as_treated", made.as_treated.as_ref(), grade("as_treated")),
            ("cace", Some(&made.cace), grade("received")),
        ];
        for (key, e, grade) in rows {
            let Some(e) = e else { continue };
            let name = self.say(key, &[("dose", names::column(self.language, &made.dose))]);
            table.rows.push(vec![name, self.estimate(e), shared::p_cell(e.p_value), grade]);
        }
        Part::new("compliance", self.word("compliance"))
            .say(self.say("dose", &args))
            .say(weak)
            .say(self.not_excluded(&made.anderson_rubin))
            .say(self.word("assumes"))
            .table(table)
    }

    fn claim(&self, effect: &str) -> Option<&Claim> {
        self.c.claims.iter().find(|claim| claim.evidence().effect == effect)
    }

    fn not_excluded(&self, range: &Interval) -> String {
        let (Some(low), Some(high)) = (range.conf_low, range.conf_high) else { return self.word("ar_all") };
        let key = if range.method == "outside" { "ar_outside" } else { "ar" };
        self.say(key, &[("low", natural(low)), ("high", natural(high))])
    }

    fn balance(&self) -> Option<Part> {
        if self.c.balance.is_empty() {
            return None;
        }
        let arms = self.arms();
        let mut table = Table::new(vec![
            (self.word("known"), Align::Left),
            (self.say("n_treatment", &arms), Align::Right),
            (self.say("n_control", &arms), Align::Right),
            (self.word("smd"), Align::Right),
            (self.say("smd_units", &[("unit", self.unit())]), Align::Right),
            (self.word("variance_ratio"), Align::Right),
        ]);
        for row in &self.c.balance {
            table.rows.push(self.balance_row(row));
        }
        let units = self.c.balance.iter().any(|row| row.smd_units.is_some());
        let table = if units { table } else { table.without_blank(4) };
        let mut part = Part::new("balance", self.word("balance"));
        if let Some(test) = &self.c.omnibus {
            part = part.say(self.say("omnibus", &[("unit", self.unit()), self.p(test.p_value)]));
        }
        Some(part.table(table))
    }

    fn balance_row(&self, row: &Balance) -> Vec<String> {
        let two = |x: Option<f64>| x.map_or_else(String::new, |x| figure(x, 2));
        let smd = or_why(self.language, row.smd, row.why, |x| figure(x, 2));
        let column = names::column(self.language, &row.term);
        let whole = row.level.is_none() && row.mean_treatment.is_none() && row.variance_ratio.is_none();
        let share = row.level.is_some();
        let mean = |x: Option<f64>| match x {
            Some(x) if share => number::percent(x, 1),
            Some(x) => natural(x),
            None if whole => String::new(),
            None => number::or_reason(self.language, None, "hidden", natural),
        };
        let name = match &row.level {
            Some(level) => self.say("level", &[("level", names::clean(level))]),
            None if whole => self.say("all_levels", &[("column", column)]),
            None => column,
        };
        vec![name, mean(row.mean_treatment), mean(row.mean_control), smd, two(row.smd_units), two(row.variance_ratio)]
    }
}
