//! Satisfaction against importance: where each topic stands, in words.

use super::{Part, Speaker};
use crate::findings::Regression;
use crate::report::brief::figures::{figure, joined, ranges};
use crate::report::brief::{Align, Table};
use crate::text::{knows, names};

/// The part.
pub fn part(model: &Regression, speaker: &Speaker<'_>) -> Option<Part> {
    if model.quadrant.is_empty() {
        return None;
    }
    let titles = ["topic", "satisfaction", "beta", "place"];
    let sides = [Align::Left, Align::Right, Align::Right, Align::Left];
    let mut table = Table::new(titles.iter().map(|t| speaker.word(t)).zip(sides).collect());
    let two = |x: f64| figure(x, 2);
    let means: Vec<_> = model.quadrant.iter().map(|q| (q.mean.conf_low, q.mean.conf_high)).collect();
    let betas: Vec<_> = model.quadrant.iter().map(|q| (q.beta_low, q.beta_high)).collect();
    let (means, betas) = (ranges(speaker.language, &means, two), ranges(speaker.language, &betas, two));
    for ((row, mean), beta) in model.quadrant.iter().zip(means).zip(betas) {
        let point = crate::report::brief::figures::or_why(speaker.language, row.mean.estimate, row.mean.why, two);
        let cells = [joined(&point, &mean), row.beta.map_or_else(String::new, |b| joined(&two(b), &beta))];
        table.rows.push([vec![speaker.term(&row.term)], cells.to_vec(), vec![place(&row.place, speaker)]].concat());
    }
    Some(Part::new("quadrant", speaker.word("quadrant")).say(speaker.word("quadrant_lead")).table(table))
}

/// A place in words.
pub fn place(code: &str, speaker: &Speaker<'_>) -> String {
    let key = format!("place_{code}");
    if knows(speaker.language, &format!("table.{key}")) { speaker.word(&key) } else { names::clean(code) }
}
