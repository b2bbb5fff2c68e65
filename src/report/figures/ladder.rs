//! The pictures of the ladder's items: how many agree with each step in the order declared, and H item by item.

use crate::charts::Figure;
use crate::charts::figure::{Caption, Forest, ForestRow, Sides, StepRow, Steps};
use crate::findings::ladder::{Item, LadderScale, Standing, Strength};
use crate::report::parts::ladder as told;
use crate::report::sections::ladder::telling;
use crate::report::voice::{Voice, why};
use crate::text::number;

/// Agreement with each step in the order declared: it should fall from step to step.
pub fn steps(voice: &Voice<'_>, scale: &LadderScale) -> Figure {
    telling(voice, |teller| {
        let swapped = |item: &Item| {
            let here = |step: &&crate::findings::ladder::OrderStep| step.upper == item.item;
            scale.order.neighbours.iter().filter(here).any(|step| step.standing == Standing::Swapped)
        };
        let row = |item: &Item| StepRow {
            label: (teller.item)(item),
            value: item.mean,
            low: item.mean_low,
            high: item.mean_high,
            rises: swapped(item),
            text: if item.hidden {
                voice.word("word.hidden")
            } else {
                number::with_interval(voice.language, item.mean, item.mean_low, item.mean_high, "undefined", |x| {
                    told::mean(scale, x)
                })
            },
        };
        let shares = told::shares(scale);
        Figure::Steps(Steps {
            caption: Caption {
                title: teller.word("figure_steps_title"),
                subtitle: teller.say("figure_steps_subtitle", &[("n", number::count(scale.n))]),
                note: teller.word(if scale.order.declared { "figure_steps_note" } else { "figure_steps_note_open" }),
            },
            axis: teller.word(if shares { "figure_steps_axis" } else { "figure_steps_axis_mean" }),
            text_heading: teller.word(if shares { "col_agree" } else { "col_mean" }),
            fine_label: teller.word("figure_steps_fine"),
            rises_label: teller.word("figure_steps_rises"),
            highest: if shares { 1.0 } else { scale.items.iter().map(|i| i.steps).max().unwrap_or(1) as f64 },
            percent: shares,
            rows: scale.items.iter().map(row).collect(),
        })
    })
}

/// H of each item with its interval, against the bands.
pub fn items(voice: &Voice<'_>, scale: &LadderScale) -> Figure {
    telling(voice, |teller| {
        let two = |x: f64| number::decimal(x, 2);
        let row = |item: &Item| ForestRow {
            label: (teller.item)(item),
            estimate: item.h,
            low: item.conf_low,
            high: item.conf_high,
            mark: item.h.map_or_else(String::new, |h| {
                teller.word(if h < Strength::BANDS[0] { "mark_under" } else { "mark_fits" })
            }),
            text: number::with_interval(voice.language, item.h, item.conf_low, item.conf_high, why(item.why), two),
            strong: item.h.is_some_and(|h| h >= Strength::BANDS[0]),
        };
        let whole = ForestRow {
            label: teller.word("all_items"),
            estimate: scale.h,
            low: scale.conf_low,
            high: scale.conf_high,
            mark: told::verdict(teller, scale.verdict),
            text: number::with_interval(voice.language, scale.h, scale.conf_low, scale.conf_high, why(scale.why), two),
            strong: scale.verdict != Strength::None,
        };
        Figure::Forest(Forest {
            caption: Caption {
                title: teller.word("figure_items_title"),
                subtitle: teller.say("figure_items_subtitle", &[("n", number::count(scale.n))]),
                note: teller.word("figure_items_note"),
            },
            axis: teller.word("figure_items_axis"),
            mark_heading: String::new(),
            text_heading: teller.word("col_h"),
            rows: scale.items.iter().map(row).chain([whole]).collect(),
            reference: 0.0,
            bands: scale.bands.clone(),
            sides: Sides::Above,
        })
    })
}
