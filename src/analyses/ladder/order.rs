//! The declared order of the items against the one found, pair by pair, and whether it is the same for all.

use super::Ready;
use crate::analyses::finite;
use crate::design::items::Items;
use crate::findings::Why;
use crate::findings::ladder::{Order, OrderStep, Standing, Turned};
use crate::stats::multiplicity::holm;
use crate::stats::scalability::{Contrast, differences, invariance, transposed_h};

/// Adjusted p under which two items are said to be swapped, or to stand as declared.
const SIGNIFICANT: f64 = 0.05;

/// Whether items are answered on scales too different for their means to be compared.
pub(super) fn mixed(rows: &Items) -> bool {
    let highest = rows.complete.answers.highest();
    let most = highest.iter().max().copied().unwrap_or(0);
    most > 1 && highest.contains(&1)
}

/// The order of the items.
pub(super) fn order(rows: &Items, ready: &Ready<'_>) -> Order {
    let name = |item: usize| rows.names.get(item).cloned().unwrap_or_default();
    let popular = ready.answers.by_popularity();
    let mut order = Order {
        declared: rows.declared,
        observed: popular.iter().map(|item| name(*item)).collect(),
        transposed_h: finite(transposed_h(ready.answers)),
        ..Order::default()
    };
    if mixed(rows) {
        order.declared = false;
        return order;
    }
    let turned = invariance(ready.answers, &ready.clusters);
    order.pairs_compared = turned.pairs;
    order.turned =
        turned.turned.iter().map(|(a, b, by)| Turned { common: name(*a), rare: name(*b), by: *by }).collect();
    if !rows.declared {
        return order;
    }
    let k = ready.answers.items();
    let neighbours: Vec<(usize, usize)> = (1..k).map(|upper| (upper - 1, upper)).collect();
    let others: Vec<(usize, usize)> = (0..k).flat_map(|i| (i + 2..k).map(move |j| (i, j))).collect();
    let told = |pairs: &[(usize, usize)]| steps(&name, ready, &differences(ready.answers, &ready.clusters, pairs));
    order.neighbours = told(&neighbours);
    let swapped = |step: &OrderStep| step.standing == Standing::Swapped;
    let far = told(&others).into_iter().filter(swapped);
    order.swapped = order.neighbours.iter().filter(|step| swapped(step)).cloned().chain(far).collect();
    order
}

/// A family of contrasts with Holm over both sides of it.
fn steps(name: &dyn Fn(usize) -> String, ready: &Ready<'_>, contrasts: &[Contrast]) -> Vec<OrderStep> {
    let wrong = holm(&contrasts.iter().map(|c| c.p_swapped).collect::<Vec<f64>>());
    let right = holm(&contrasts.iter().map(|c| 1.0 - c.p_swapped).collect::<Vec<f64>>());
    let one = |((c, wrong), right): ((&Contrast, f64), f64)| {
        let half = ready.quantile(if c.df.is_finite() { c.df as usize + 1 } else { 0 }) * c.std_error;
        let standing = match (wrong < SIGNIFICANT, right < SIGNIFICANT) {
            (true, _) => Standing::Swapped,
            (_, true) => Standing::Declared,
            _ => Standing::Open,
        };
        OrderStep {
            lower: name(c.first),
            upper: name(c.second),
            difference: finite(c.difference),
            std_error: finite(c.std_error),
            conf_low: finite(c.difference - half),
            conf_high: finite(c.difference + half),
            p_adjusted: finite(wrong),
            standing,
            why: (!c.std_error.is_finite()).then_some(Why::TooFew),
        }
    };
    contrasts.iter().zip(wrong).zip(right).map(one).collect()
}
