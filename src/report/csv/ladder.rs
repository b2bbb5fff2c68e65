//! Which rows the ladder's items become. Writes no file and makes nothing safe: `Row` does.

use super::Row;
use crate::findings::LadderScale;
use crate::findings::ladder::{Order, OrderStep};

/// The scale, items, pairs, order, errors by person, levels, waves.
pub(super) fn rows(out: &mut Vec<Row>, scale: &LadderScale) {
    let row = |part| Row::of("ladder", part);
    out.push(
        row("scale")
            .whole("n", Some(scale.n))
            .whole("n_clusters", scale.n_clusters)
            .number("h", scale.h)
            .number("h_std_error", scale.h_std_error)
            .number("conf_low", scale.conf_low)
            .number("conf_high", scale.conf_high)
            .text("verdict", &word(scale.verdict))
            .whole("guttman_errors", Some(scale.guttman_errors))
            .number("reproducibility", scale.reproducibility)
            .why(scale.why),
    );
    out.extend(scale.items.iter().map(|item| {
        row("items")
            .text("item", &item.item)
            .whole("level", item.level.map(u64::from))
            .number("h", item.h)
            .number("h_std_error", item.h_std_error)
            .number("conf_low", item.conf_low)
            .number("conf_high", item.conf_high)
            .number("mean", item.mean)
            .whole("violations", Some(item.monotonicity.violations))
            .number("p_adjusted", Some(item.monotonicity.p_value))
            .why(item.why)
            .hidden(item.hidden.into())
    }));
    out.extend(scale.pairs.iter().map(|pair| {
        row("pairs")
            .text("from", &pair.first)
            .text("to", &pair.second)
            .number("h", pair.h)
            .number("h_std_error", pair.h_std_error)
            .why(pair.why)
    }));
    order(out, &scale.order);
    out.extend(scale.guttman.people.iter().map(|people| {
        row("errors")
            .whole("inversions", Some(people.errors))
            .whole("count", people.count)
            .number("share", people.share)
            .hidden(people.hidden.into())
    }));
    if let Some(made) = &scale.made {
        out.extend(made.levels.iter().map(|level| {
            row("levels")
                .whole("level", Some(u64::from(level.level)))
                .whole("count", level.count)
                .number("share", level.share)
                .whole("n", level.n)
                .number("mean", level.mean)
                .hidden(level.hidden.into())
        }));
        out.extend(made.neighbours.iter().map(|step| {
            row("level_differences")
                .text("from", &step.lower.to_string())
                .text("to", &step.upper.to_string())
                .number("estimate", step.difference)
                .number("std_error", step.std_error)
                .number("conf_low", step.conf_low)
                .number("conf_high", step.conf_high)
                .number("p_adjusted", step.p_adjusted)
                .why(step.why)
        }));
    }
    out.extend(scale.waves.iter().map(|wave| {
        row("waves")
            .text("wave", &wave.wave)
            .whole("n", wave.n)
            .number("h", wave.h)
            .number("h_std_error", wave.h_std_error)
            .number("conf_low", wave.conf_low)
            .number("conf_high", wave.conf_high)
            .why(wave.why)
    }));
}

/// A word of ours as the JSON has it.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(String::from)).unwrap_or_default()
}

fn order(out: &mut Vec<Row>, found: &Order) {
    let step = |part, step: &OrderStep| {
        Row::of("ladder", part)
            .text("from", &step.lower)
            .text("to", &step.upper)
            .number("estimate", step.difference)
            .number("std_error", step.std_error)
            .number("conf_low", step.conf_low)
            .number("conf_high", step.conf_high)
            .number("p_adjusted", step.p_adjusted)
            .text("standing", &word(step.standing))
            .why(step.why)
    };
    out.extend(found.neighbours.iter().map(|s| step("order", s)));
    let far = found.swapped.iter().filter(|s| !found.neighbours.contains(s));
    out.extend(far.map(|s| step("order_swapped", s)));
}
