//! The pictures that stand beside a linear model, usual and extreme. All numbers are made up.

use super::{Tongue, caption, say, topics};
use oneonone::charts::Figure;
use oneonone::charts::figure::{Importance, LeftOut, LeftOutRow, Placed, Quadrant, Scales, ShareRow, StepRow, Steps};

fn name(tongue: Tongue, i: usize) -> String {
    let names = topics(tongue);
    if i < 8 { names[i].to_owned() } else { format!("{} × {}", names[i % 8], names[i % 5]) }
}

pub(crate) fn importance(tongue: Tongue, rows: usize) -> Importance {
    let shares = [0.142, 0.108, 0.071, 0.052, 0.031, 0.012, 0.004, 0.0];
    let row = |i: usize| {
        let share: f64 = shares[i % 8];
        let (low, high) = ((share - 0.03).max(0.0), if i == 3 { 0.9 } else { share + 0.045 });
        ShareRow {
            label: name(tongue, i),
            share: (i != 6).then_some(share),
            low: (i != 2).then_some(low),
            high: (i != 2).then_some(high),
            second: (i != 4).then_some(share * 0.93 + 0.004),
            text: format!("{:.1}% [{:.1}%, {:.1}%]", share * 100.0, low * 100.0, high * 100.0),
        }
    };
    Importance {
        caption: caption(tongue, "満足度の違いは何で説明されるか", "What the differences are accounted for by"),
        axis: say(tongue, "R²に占める割合", "Share of R²"),
        text_heading: say(tongue, "内訳 [95％区間]", "Share [95% interval]"),
        bar_label: say(tongue, "LMG（ひげは95％区間）", "LMG (whisker: 95% interval)"),
        dot_label: say(tongue, "Johnsonの相対的重み", "Johnson's relative weights"),
        rows: (0..rows).map(row).collect(),
    }
}

/// How close the points of a picture stand.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Crowd {
    Apart,
    Close,
}

pub(crate) fn quadrant(tongue: Tongue, points: usize, crowd: Crowd) -> Quadrant {
    let xs = [3.1, 3.9, 3.4, 2.8, 4.1, 3.6, 3.55, 2.95];
    let ys = [0.09, 0.02, -0.03, 0.23, 0.12, 0.01, 0.25, 0.225];
    let near = if crowd == Crowd::Close { 0.03 } else { 1.0 };
    let point = |i: usize| {
        let (x, y): (f64, f64) = (3.4 + (xs[i % 8] - 3.4) * near, 0.1 + (ys[i % 8] - 0.1) * near);
        Placed {
            label: name(tongue, i),
            x: (i != 9).then_some(x),
            x_low: Some(x - 0.12),
            x_high: Some(x + 0.12),
            y: Some(y),
            y_low: Some(y - 0.06),
            y_high: Some(if i == 6 { 4.0 } else { y + 0.06 }),
            strong: i % 3 != 1,
        }
    };
    Quadrant {
        caption: caption(tongue, "満足度と結びつきの強さ", "Satisfaction and strength"),
        x_label: say(tongue, "満足度の平均（95％区間）", "Mean satisfaction (95% interval)"),
        y_label: say(tongue, "標準化係数（95％区間）", "Standardised coefficient (95% interval)"),
        x_border: Some((3.4, say(tongue, "全話題の平均", "mean of all topics"))),
        y_border: Some((0.05, say(tongue, "最初の印（0.05）", "first mark (0.05)"))),
        corners: [("強める", "strengthen"), ("保つ", "keep"), ("見守る", "watch"), ("このままでよい", "fine as it is")]
            .map(|(ja, en)| say(tongue, ja, en)),
        points: (0..points).map(point).collect(),
    }
}

pub(crate) fn left_out(tongue: Tongue, rows: usize, scales: Scales) -> LeftOut {
    let row = |i: usize| {
        let unit = if scales == Scales::Own { 10f64.powi(i as i32 * 2 - 4) } else { 1.0 };
        let estimate = [0.31, 0.02, -0.12, 0.23, 0.12, 0.0, 0.29, 0.225][i % 8] * unit;
        let without: Vec<f64> = (0..52).map(|k| estimate + unit * 0.05 * (f64::from(k * k + i as i32)).sin()).collect();
        let turned = without.iter().any(|v| v * estimate < 0.0);
        LeftOutRow {
            label: name(tongue, i),
            estimate: (i != 5).then_some(estimate),
            low: (i != 4).then_some(estimate - 0.14 * unit),
            high: (i != 4).then_some(estimate + 0.14 * unit),
            text: format!("{estimate:.2}"),
            without: if i == 3 { Vec::new() } else { without },
            strong: !turned,
        }
    };
    LeftOut {
        caption: caption(tongue, "一つのチームを除いたとき", "Without one team"),
        axis: say(tongue, "1段階あたりの差", "Difference for one answer step"),
        text_heading: say(tongue, "推定値、最小〜最大", "Estimate; lowest to highest"),
        dot_label: say(tongue, "全チーム（95％区間）", "All teams (95% interval)"),
        stroke_label: say(tongue, "一つのチームを除いた推定値", "Without one team each"),
        scales,
        rows: (0..rows).map(row).collect(),
    }
}

pub(crate) fn pictures(tongue: Tongue, code: &str) -> Vec<(String, Figure)> {
    vec![
        (format!("importance-{code}"), Figure::Importance(importance(tongue, 8))),
        (format!("importance-12-{code}"), Figure::Importance(importance(tongue, 12))),
        (format!("quadrant-{code}"), Figure::Quadrant(quadrant(tongue, 8, Crowd::Apart))),
        (format!("quadrant-close-{code}"), Figure::Quadrant(quadrant(tongue, 12, Crowd::Close))),
        (format!("left-out-{code}"), Figure::LeftOut(left_out(tongue, 8, Scales::Shared))),
        (format!("left-out-own-{code}"), Figure::LeftOut(left_out(tongue, 5, Scales::Own))),
        (format!("steps-{code}"), Figure::Steps(steps(tongue, 16))),
    ]
}

pub(crate) fn nothing() -> Vec<(String, Figure)> {
    vec![
        ("nothing-importance".into(), Figure::Importance(Importance::default())),
        ("nothing-quadrant".into(), Figure::Quadrant(Quadrant::default())),
        ("nothing-left-out".into(), Figure::LeftOut(LeftOut::default())),
        ("nothing-steps".into(), Figure::Steps(Steps::default())),
    ]
}

pub(crate) fn steps(tongue: Tongue, rows: usize) -> Steps {
    let row = |i: usize| {
        let value = 0.94 - 0.055 * i as f64 + if i % 6 == 3 { 0.14 } else { 0.0 };
        StepRow {
            label: name(tongue, i),
            value: (i != 5).then_some(value),
            low: (i != 5).then_some(value - 0.03),
            high: (i != 5).then_some(value + 0.03),
            rises: i % 6 == 3,
            text: if i == 5 { say(tongue, "非表示", "hidden") } else { format!("{:.1}%", value * 100.0) },
        }
    };
    Steps {
        caption: caption(tongue, "階段の各段", "The steps of the ladder"),
        axis: say(tongue, "同意した人の割合", "Share of people who agree"),
        text_heading: say(tongue, "同意 [95%区間]", "Agree [95% interval]"),
        fine_label: say(tongue, "その段への同意", "agreement with the step"),
        rises_label: say(tongue, "一つ下の段より同意が多い", "agreed with more than the step before it"),
        highest: 1.0,
        percent: true,
        rows: (0..rows).map(row).collect(),
    }
}
