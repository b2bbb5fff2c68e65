//! Whether the ladder is one, in sentences and tables: the terminal, Markdown and HTML show the same ones. Draws nothing.

use super::Part;
use crate::findings::LadderScale;
use crate::findings::ladder::{Item, Made, Order, OrderStep, OutcomeStep, Standing, Strength};
use crate::report::brief::figures::{figure, joined, or_why, ranges, signed};
use crate::report::brief::{Align, Table};
use crate::text::{self, Language, names, number, say};

/// How the ladder speaks: the language, and how an item is called.
pub struct Teller<'a> {
    /// The language of the page.
    pub language: Language,
    /// How an item is called.
    pub item: &'a dyn Fn(&Item) -> String,
}

impl Teller<'_> {
    /// A word or sentence of `[scale]`.
    pub fn word(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// A sentence of `[scale]` with values.
    pub fn say(&self, key: &str, args: &[(&str, String)]) -> String {
        say(self.language, &format!("scale.{key}"), args)
    }

    /// An item by its column.
    pub fn called(&self, scale: &LadderScale, column: &str) -> String {
        let item = scale.items.iter().find(|item| item.item == column);
        item.map_or_else(|| names::clean(column), |item| (self.item)(item))
    }

    fn list(&self, items: &[String]) -> String {
        text::list(self.language, items)
    }
}

fn three(x: f64) -> String {
    figure(x, 3)
}

/// Whether all items are answered by yes or no: their means are shares then.
pub fn shares(scale: &LadderScale) -> bool {
    scale.items.iter().all(|item| item.steps <= 1)
}

/// A mean answer as it is shown.
pub fn mean(scale: &LadderScale, x: f64) -> String {
    if shares(scale) { number::percent(x, 1) } else { figure(x, 2) }
}

/// How far apart two means are, in points where they are shares.
fn apart(scale: &LadderScale, x: f64) -> String {
    if shares(scale) { figure(x * 100.0, 1) } else { figure(x, 2) }
}

fn gap(scale: &LadderScale, x: f64) -> String {
    if shares(scale) { signed(x * 100.0, 1) } else { signed(x, 2) }
}

/// A band in words.
pub fn verdict(teller: &Teller<'_>, strength: Strength) -> String {
    teller.word(&format!("verdict_{}", strength.code()))
}

/// The answer in one sentence.
pub fn headline(scale: &LadderScale, teller: &Teller<'_>) -> String {
    let values = [
        ("verdict", verdict(teller, scale.verdict)),
        ("h", or_why(teller.language, scale.h, scale.why, |x| figure(x, 2))),
        ("count", scale.order.swapped.len().to_string()),
    ];
    let key = match (scale.verdict, scale.order.swapped.is_empty()) {
        (Strength::None, _) => "headline_none",
        (_, true) => "headline_some",
        (_, false) => "headline_swapped",
    };
    teller.say(key, &values)
}

/// Sentences with number, interval and basis: who answered, how sure, what reproducibility hides, the order.
pub fn points(scale: &LadderScale, teller: &Teller<'_>) -> Vec<String> {
    let language = teller.language;
    let mut said = vec![who(scale, teller), how_sure(scale, teller)];
    let values = [
        ("reproduced", or_why(language, scale.reproducibility, None, three)),
        ("cornell", or_why(language, scale.guttman.reproducibility_cornell, None, three)),
        ("margins", or_why(language, scale.guttman.minimal_marginal_reproducibility, None, three)),
    ];
    said.push(teller.say("reproducibility", &values));
    said.extend(in_order(scale, teller));
    said.retain(|sentence| !sentence.is_empty());
    said
}

fn who(scale: &LadderScale, teller: &Teller<'_>) -> String {
    let mut values = vec![("n", number::count(scale.n)), ("items", scale.items.len().to_string())];
    match (&scale.cluster, scale.n_clusters) {
        (Some(cluster), Some(clusters)) => {
            values.push(("clusters", number::count(clusters)));
            values.push(("cluster", names::column(teller.language, cluster)));
            teller.say("who_clustered", &values)
        }
        _ => teller.say("who", &values),
    }
}

fn how_sure(scale: &LadderScale, teller: &Teller<'_>) -> String {
    let (Some(low), Some(high)) = (scale.verdict_low, scale.verdict_high) else { return String::new() };
    let values = [
        ("h", or_why(teller.language, scale.h, scale.why, three)),
        ("interval", number::interval(teller.language, scale.conf_low, scale.conf_high, three)),
        ("low", verdict(teller, low)),
        ("high", verdict(teller, high)),
    ];
    teller.say(if low == high { "sure" } else { "unsure" }, &values)
}

fn in_order(scale: &LadderScale, teller: &Teller<'_>) -> Vec<String> {
    let order = &scale.order;
    if order.neighbours.is_empty() {
        return Vec::new();
    }
    let told = |step: &OrderStep| {
        let told = shares(scale) && step.difference.is_some();
        let values = [
            ("lower", teller.called(scale, &step.lower)),
            ("upper", teller.called(scale, &step.upper)),
            ("unit", if told { teller.word("points") } else { String::new() }),
            ("difference", or_why(teller.language, step.difference.map(f64::abs), step.why, |x| apart(scale, x))),
        ];
        teller.say("swapped_item", &values)
    };
    let mut said = Vec::new();
    if order.swapped.is_empty() {
        said.push(teller.word("none_swapped"));
    } else {
        let items: Vec<String> = order.swapped.iter().take(MOST_SWAPPED).map(told).collect();
        let values = [("items", teller.list(&items)), ("count", order.swapped.len().to_string())];
        said.push(teller.say(if order.swapped.len() > MOST_SWAPPED { "swapped_more" } else { "swapped" }, &values));
    }
    let open = order.neighbours.iter().filter(|step| step.standing == Standing::Open);
    let open: Vec<String> = open
        .map(|step| {
            let values = [("lower", teller.called(scale, &step.lower)), ("upper", teller.called(scale, &step.upper))];
            teller.say("pair", &values)
        })
        .collect();
    if !open.is_empty() {
        said.push(teller.say("open", &[("items", teller.list(&open))]));
    }
    said
}

/// Swapped pairs named in a sentence; the rest is in the findings.
const MOST_SWAPPED: usize = 6;

/// The items with their coefficients.
pub fn items(scale: &LadderScale, teller: &Teller<'_>) -> Table {
    let share = if shares(scale) { "col_agree" } else { "col_mean" };
    let mut table = Table::new(vec![
        (teller.word("col_item"), Align::Left),
        (teller.word(share), Align::Right),
        (teller.word("col_h"), Align::Right),
        (teller.word("col_falls"), Align::Right),
    ]);
    let means: Vec<_> = scale.items.iter().map(|i| (i.mean_low, i.mean_high)).collect();
    let bare = |x: f64| if shares(scale) { figure(x * 100.0, 1) } else { figure(x, 2) };
    let means = ranges(teller.language, &means, bare);
    let limits: Vec<_> = scale.items.iter().map(|i| (i.conf_low, i.conf_high)).collect();
    let limits = ranges(teller.language, &limits, |x| figure(x, 2));
    for ((item, mean_range), h_range) in scale.items.iter().zip(means).zip(limits) {
        let hidden = item.hidden.then_some(crate::findings::Why::Hidden);
        let agree = or_why(teller.language, item.mean, hidden, |x| mean(scale, x));
        let h = or_why(teller.language, item.h, item.why, |x| figure(x, 2));
        let falls = match (item.monotonicity.groups, item.monotonicity.violations) {
            (0, _) => teller.word("too_few_groups"),
            (_, 0) => teller.word("falls_none"),
            (_, count) => {
                let sure = if item.monotonicity.p_value < 0.05 { "falls_sure" } else { "falls" };
                teller.say(sure, &[("count", count.to_string())])
            }
        };
        table.rows.push(vec![(teller.item)(item), joined(&agree, &mean_range), joined(&h, &h_range), falls]);
    }
    table
}

/// Everything beside the items, in reading order.
pub fn parts(scale: &LadderScale, teller: &Teller<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    parts.extend(order(scale, teller));
    parts.extend(errors(scale, teller));
    parts.extend(scale.made.as_ref().map(|made| made_levels(scale, made, teller)));
    parts.extend(waves(scale, teller));
    parts.push(pairs(scale, teller));
    parts
}

fn order(scale: &LadderScale, teller: &Teller<'_>) -> Option<Part> {
    let found = &scale.order;
    if found.neighbours.is_empty() && found.pairs_compared == 0 {
        return None;
    }
    let observed: Vec<String> = found.observed.iter().map(|column| teller.called(scale, column)).collect();
    let mut part = Part::new("ladder_order", teller.word("order"))
        .say(teller.say("observed", &[("items", observed.join(" > "))]))
        .say(turned(scale, found, teller))
        .say(found.transposed_h.map_or_else(String::new, |h| teller.say("transposed", &[("h", figure(h, 2))])));
    if !found.neighbours.is_empty() {
        part = part.table(steps(scale, &found.neighbours, teller));
        let far: Vec<OrderStep> =
            found.swapped.iter().filter(|step| !found.neighbours.contains(step)).cloned().collect();
        if !far.is_empty() {
            part = part.folded(teller.word("order_far"), steps(scale, &far, teller));
        }
    }
    Some(part)
}

fn turned(scale: &LadderScale, found: &Order, teller: &Teller<'_>) -> String {
    if found.pairs_compared == 0 {
        return String::new();
    }
    let items: Vec<String> = (found.turned.iter().take(MOST_SWAPPED))
        .map(|t| {
            let values = [("lower", teller.called(scale, &t.common)), ("upper", teller.called(scale, &t.rare))];
            teller.say("pair", &values)
        })
        .collect();
    let values = [
        ("count", found.turned.len().to_string()),
        ("pairs", found.pairs_compared.to_string()),
        ("items", teller.list(&items)),
    ];
    teller.say(if items.is_empty() { "turned_none" } else { "turned" }, &values)
}

fn steps(scale: &LadderScale, list: &[OrderStep], teller: &Teller<'_>) -> Table {
    let points = if shares(scale) { "col_points" } else { "col_difference" };
    let mut table = Table::new(vec![
        (teller.word("col_lower"), Align::Left),
        (teller.word("col_upper"), Align::Left),
        (teller.word(points), Align::Right),
        (teller.word("col_p_swapped"), Align::Right),
        (teller.word("col_standing"), Align::Left),
    ]);
    let ends: Vec<_> = list.iter().map(|s| (s.conf_low, s.conf_high)).collect();
    let ends = ranges(teller.language, &ends, |x| gap(scale, x));
    for (step, range) in list.iter().zip(ends) {
        let point = or_why(teller.language, step.difference, step.why, |x| gap(scale, x));
        table.rows.push(vec![
            teller.called(scale, &step.lower),
            teller.called(scale, &step.upper),
            joined(&point, &range),
            step.p_adjusted.map_or_else(String::new, number::p_value),
            teller.word(match step.standing {
                Standing::Declared => "standing_declared",
                Standing::Swapped => "standing_swapped",
                Standing::Open => "standing_open",
            }),
        ]);
    }
    table
}

fn errors(scale: &LadderScale, teller: &Teller<'_>) -> Option<Part> {
    let counts = &scale.guttman;
    if counts.people.is_empty() {
        return None;
    }
    let values = [
        ("errors", number::count(scale.guttman_errors)),
        ("answers", number::count(scale.n * counts.steps)),
        ("inversions", number::count(counts.pair_errors)),
        ("expected", number::decimal(counts.pair_errors_expected, 0)),
        ("scalability", or_why(teller.language, counts.scalability, None, three)),
    ];
    let mut table = Table::new(vec![
        (teller.word("col_errors"), Align::Right),
        (teller.word("col_people"), Align::Right),
        (teller.word("col_share"), Align::Right),
    ]);
    for (at, row) in counts.people.iter().enumerate() {
        let last = at + 1 == counts.people.len() && row.errors == 10;
        let errors = row.errors.to_string();
        let errors = if last { teller.say("and_more", &[("count", errors)]) } else { errors };
        let count = row.count.map_or_else(|| say(teller.language, "word.hidden", &[]), number::count);
        table.rows.push(vec![errors, count, row.share.map_or_else(String::new, |x| number::percent(x, 1))]);
    }
    let part = Part::new("ladder_errors", teller.word("errors")).say(teller.say("errors_counted", &values));
    Some(part.folded(teller.word("errors_by_person"), table))
}

fn made_levels(scale: &LadderScale, made: &Made, teller: &Teller<'_>) -> Part {
    let mut part = Part::new("ladder_levels", teller.word("levels"))
        .say(teller.word(&format!("rule_{}", made.rule)))
        .say(match made.inconsistent_share {
            Some(share) => teller.say("inconsistent", &[("share", number::percent(share, 1))]),
            None => teller.word("inconsistent_hidden"),
        });
    let outcome = made.outcome.as_ref().map(|o| names::outcome(teller.language, o));
    if let Some(outcome) = &outcome {
        part = part.say(outcome_sentence(made, outcome, teller));
    }
    let hidden = || say(teller.language, "word.hidden", &[]);
    let mut columns = vec![
        (teller.word("col_level"), Align::Right),
        (teller.word("col_people"), Align::Right),
        (teller.word("col_share"), Align::Right),
    ];
    if let Some(outcome) = &outcome {
        columns.push((teller.say("col_outcome", &[("outcome", outcome.clone())]), Align::Right));
    }
    let mut table = Table::new(columns);
    for level in &made.levels {
        let mut row = vec![
            level.level.to_string(),
            level.count.map_or_else(hidden, number::count),
            level.share.map_or_else(String::new, |x| number::percent(x, 1)),
        ];
        if outcome.is_some() {
            row.push(or_why(teller.language, level.mean, level.why, |x| figure(x, 2)));
        }
        table.rows.push(row);
    }
    part = part.table(table);
    if !made.neighbours.is_empty() && scale.n > 0 {
        part = part.folded(teller.word("neighbours"), neighbours(&made.neighbours, teller));
    }
    part
}

fn outcome_sentence(made: &Made, outcome: &str, teller: &Teller<'_>) -> String {
    let alike: Vec<String> = (made.neighbours.iter().filter(|s| s.differs == Some(false)))
        .map(|s| teller.say("levels_pair", &[("lower", s.lower.to_string()), ("upper", s.upper.to_string())]))
        .collect();
    let tested = made.neighbours.iter().filter(|s| s.differs.is_some()).count();
    let values = [("outcome", outcome.to_string()), ("items", teller.list(&alike)), ("count", tested.to_string())];
    teller.say(
        match (tested, alike.is_empty()) {
            (0, _) => "outcome_untested",
            (_, true) => "outcome_all_differ",
            (_, false) => "outcome_alike",
        },
        &values,
    )
}

fn neighbours(list: &[OutcomeStep], teller: &Teller<'_>) -> Table {
    let mut table = Table::new(vec![
        (teller.word("col_levels"), Align::Left),
        (teller.word("col_rise"), Align::Right),
        (teller.word("col_p"), Align::Right),
        (teller.word("col_differ"), Align::Left),
    ]);
    let ends: Vec<_> = list.iter().map(|s| (s.conf_low, s.conf_high)).collect();
    let ends = ranges(teller.language, &ends, |x| signed(x, 2));
    for (step, range) in list.iter().zip(ends) {
        let values = [("lower", step.lower.to_string()), ("upper", step.upper.to_string())];
        let point = or_why(teller.language, step.difference, step.why, |x| signed(x, 2));
        let differs = match step.differs {
            Some(true) => teller.word("differ"),
            Some(false) => teller.word("differ_not_shown"),
            None => String::new(),
        };
        let p = step.p_adjusted.map_or_else(String::new, number::p_value);
        table.rows.push(vec![teller.say("levels_pair", &values), joined(&point, &range), p, differs]);
    }
    table
}

fn waves(scale: &LadderScale, teller: &Teller<'_>) -> Option<Part> {
    if scale.waves.is_empty() {
        return None;
    }
    let mut table = Table::new(vec![
        (teller.word("col_wave"), Align::Left),
        (teller.word("col_people"), Align::Right),
        (teller.word("col_h"), Align::Right),
        (teller.word("col_verdict"), Align::Left),
        (teller.word("col_swapped"), Align::Right),
    ]);
    let ends: Vec<_> = scale.waves.iter().map(|w| (w.conf_low, w.conf_high)).collect();
    let ends = ranges(teller.language, &ends, |x| figure(x, 2));
    for (wave, range) in scale.waves.iter().zip(ends) {
        let h = or_why(teller.language, wave.h, wave.why, |x| figure(x, 2));
        table.rows.push(vec![
            names::clean(&wave.wave),
            wave.n.map_or_else(|| say(teller.language, "word.hidden", &[]), number::count),
            joined(&h, &range),
            wave.verdict.map_or_else(String::new, |v| verdict(teller, v)),
            wave.verdict.map_or_else(String::new, |_| wave.swapped.to_string()),
        ]);
    }
    Some(Part::new("ladder_waves", teller.word("waves")).table(table))
}

fn pairs(scale: &LadderScale, teller: &Teller<'_>) -> Part {
    let below = scale.pairs.iter().filter(|pair| pair.h.is_some_and(|h| h < 0.0)).count();
    let values = [("count", below.to_string()), ("pairs", scale.pairs.len().to_string())];
    let mut part = Part::new("ladder_pairs", teller.word("pairs"));
    part = part.say(teller.say(if below == 0 { "pairs_fine" } else { "pairs_below" }, &values));
    if let Some(pairwise) = &scale.pairwise {
        let values = [
            ("n", number::count(pairwise.n)),
            ("h", or_why(teller.language, pairwise.h, None, three)),
            ("error", or_why(teller.language, pairwise.h_std_error, None, three)),
        ];
        part = part.say(teller.say("pairwise", &values));
    }
    let mut table = Table::new(vec![
        (teller.word("col_item"), Align::Left),
        (teller.word("col_with"), Align::Left),
        (teller.word("col_h_pair"), Align::Right),
        (teller.word("col_error"), Align::Right),
    ]);
    // The weakest first: a page has room for some, the findings hold all.
    let mut weakest: Vec<_> = scale.pairs.iter().collect();
    weakest.sort_by(|a, b| a.h.unwrap_or(f64::INFINITY).total_cmp(&b.h.unwrap_or(f64::INFINITY)));
    for pair in weakest.into_iter().take(MOST_PAIRS) {
        table.rows.push(vec![
            teller.called(scale, &pair.first),
            teller.called(scale, &pair.second),
            or_why(teller.language, pair.h, pair.why, |x| figure(x, 2)),
            pair.h_std_error.map_or_else(String::new, |x| figure(x, 2)),
        ]);
    }
    let caption = if scale.pairs.len() > MOST_PAIRS { "pairs_weakest" } else { "pairs_all" };
    part.folded(teller.word(caption), table)
}

/// Pairs shown, weakest first.
const MOST_PAIRS: usize = 12;
