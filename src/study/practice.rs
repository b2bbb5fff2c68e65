//! The `[practice]` table: what counts as proper practice, in which months, told by what. Judges no data.

use super::check::distinct;
use super::draft::Node;
use super::reader::{Complaint, Reader, Taken, filled_text, list, number, optional_day, optional_text, switch, whole};
use super::{Practice, Proper, Topic};

/// Reads the table; its faults go to the reader.
pub(super) fn practice(reader: &mut Reader<'_>, topics: &[Topic]) -> Practice {
    let codes: Vec<&str> = topics.iter().map(|t| t.code.as_str()).collect();
    let practice = Practice {
        proper: Proper {
            per_month: reader.read("practice.per_month", |n| range(n, 1, 31)),
            minutes: reader.read("practice.minutes", |n| range(n, 0, 254)),
            longest_gap: Some(reader.read("practice.longest_gap_days", whole(0, 3_650)) as u32).filter(|d| *d > 0),
            more_than: reader.read("practice.more_than", optional_text),
            rated: reader.read("practice.rated", switch),
        },
        from: reader.read("practice.from", optional_day),
        to: reader.read("practice.to", optional_day),
        by: reader.read("practice.by", |n| distinct(n, filled_text)),
        bands: reader.read("practice.bands", bands),
    };
    let topic = practice.proper.more_than.as_deref();
    if let (Some(node), Some(code)) = (reader.written("practice.more_than"), topic.filter(|t| !codes.contains(t))) {
        let near = super::nearest::nearest(code, codes.iter().copied()).unwrap_or_default().to_string();
        let complaint = Complaint::new("unknown_value").with("value", code).with("accepted", codes.join(", "));
        reader.fault("practice.more_than", node.span.clone(), complaint.with("nearest", near));
    }
    if let (Some(start), Some(end)) = (practice.from, practice.to)
        && end < start
    {
        let span = reader.written("practice.to").map_or(0..0, |n| n.span.clone());
        reader.fault("practice.to", span, Complaint::new("end_before_start").with("start", start).with("end", end));
    }
    practice
}

/// Least and most, both whole numbers within limits.
fn range(node: &Node, low: i64, high: i64) -> Taken<(u32, u32)> {
    match list(node, whole(low, high))?.as_slice() {
        [least, most] if least <= most => Ok((*least as u32, *most as u32)),
        _ => Err(Complaint::new("bad_range")),
    }
}

/// Shares that rise, each between 0 and 1.
fn bands(node: &Node) -> Taken<Vec<f64>> {
    let bands = list(node, number)?;
    let inside = bands.iter().all(|b| *b > 0.0 && *b < 1.0);
    let rising = bands.windows(2).all(|w| w[0] < w[1]);
    (inside && rising && bands.len() <= 9).then_some(bands).ok_or_else(|| Complaint::new("bad_dose_bands"))
}
