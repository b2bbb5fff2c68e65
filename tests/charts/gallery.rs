//! The pictures the tests look at, usual and extreme, in both languages. All numbers are made up.

use oneonone::charts::Figure;
use oneonone::charts::figure::{
    Caption, Curve, Forest, ForestRow, Ladder, LadderBar, Lines, Point, Series, Step, Survival,
};

pub(super) mod beside;

pub(super) const JA: [&str; 17] = [
    "段階1にも届かない",
    "上司は自分に不利益を与えようとしている、と感じる",
    "上司と二人で話すのは、なるべく避けたい",
    "自分のために動こうとする上司の姿勢が伝わってくる",
    "上司がどんな人なのか知りたい",
    "仕事に直接関わらない話もできる",
    "上司が実際に自分のために動いてくれた、と実感する",
    "上司の人柄を自分なりにつかめている",
    "自分の人柄を上司に分かってもらえている",
    "困りごとや悩みを抱え込まず率直に話せている",
    "率直に話すと、気持ちや考えが前へ進む",
    "率直に話すことが、自分の成長につながっている",
    "自分のために、この対話を続けたい",
    "対話が仕事への意欲を保ち、高めている",
    "意欲に加え、気づきや学びを得ている",
    "得た気づきで、仕事の進め方が実際に良くなっている",
    "対話が自分の成果の向上につながっている",
];
pub(super) const EN: [&str; 17] = [
    "not even level 1",
    "I feel my manager means me harm",
    "I would rather not talk with my manager alone",
    "I sense my manager's will to act for me",
    "I want to know who my manager is as a person",
    "I can talk about things outside work",
    "I have seen my manager act for me",
    "I understand my manager in my own way",
    "I feel understood by my manager",
    "I speak openly about what troubles me",
    "Speaking openly moves me forward",
    "Speaking openly helps me grow",
    "I want to keep these talks for my own sake",
    "The talks keep up and raise my motivation",
    "Beyond motivation, I gain insight and learn",
    "What I learn improves how I work",
    "The talks raise my results",
];
pub(super) const STAGE: [usize; 17] = [0, 0, 1, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 7, 8, 9];
pub(super) const STAGES_JA: [&str; 10] = [
    "警戒",
    "疑心",
    "緩和",
    "開襟",
    "信用",
    "信頼",
    "意欲の維持・向上",
    "気づきや学びの獲得",
    "アウトプット改善",
    "アウトカム向上",
];
pub(super) const STAGES_EN: [&str; 10] = [
    "wary",
    "doubtful",
    "easing",
    "opening up",
    "giving credit",
    "trust",
    "motivation",
    "insight",
    "better output",
    "better outcome",
];
pub(super) const COUNTS: [u32; 17] = [0, 6, 11, 24, 38, 52, 41, 60, 55, 47, 39, 30, 26, 0, 18, 0, 7];
pub(super) const TOPICS_JA: [&str; 8] = [
    "業務の進捗・進め方",
    "人間関係",
    "心身の状態",
    "今後のキャリア",
    "スキル・力の向上",
    "プライベート",
    "会社・部署の方針",
    "1on1全体",
];
pub(super) const TOPICS_EN: [&str; 8] = [
    "progress and ways of working",
    "relationships at work",
    "body and mind",
    "future career",
    "skills and growth",
    "private life",
    "direction of the company or department",
    "the 1on1 as a whole (asked separately, not a topic)",
];

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Tongue {
    Ja,
    En,
}
pub(super) use Tongue::{En, Ja};

pub(super) fn topics(tongue: Tongue) -> [&'static str; 8] {
    if tongue == Ja { TOPICS_JA } else { TOPICS_EN }
}

pub(super) fn say(tongue: Tongue, ja: &str, en: &str) -> String {
    if tongue == Ja { ja.to_owned() } else { en.to_owned() }
}

pub(super) fn caption(tongue: Tongue, ja: &str, en: &str) -> Caption {
    Caption {
        title: say(tongue, ja, en),
        subtitle: say(
            tongue,
            "回答者454人のうち、直近の調査で段階を答えた人。ひげは95％信頼区間。部署ごとの偏りをならさない単純な割合で、欠けた回答は補っていない。",
            "People who answered in the last wave, 454 of 500. Whiskers are 95% confidence intervals. Plain shares, not weighted by department; missing answers are not filled in.",
        ),
        note: say(
            tongue,
            "斜線は、人数が5人未満のため示さない区分です。足し算で逆算できないよう、もう一つの区分も隠すことがあります。",
            "Hatched: fewer than five people, not shown; a second cell may be hidden too so that it cannot be worked out by subtraction.",
        ),
    }
}

pub(super) fn ladder(tongue: Tongue, counts: [u32; 17]) -> Ladder {
    let (statements, stages) = if tongue == Ja { (JA, STAGES_JA) } else { (EN, STAGES_EN) };
    let n = f64::from(counts.iter().sum::<u32>().max(1));
    let bars = (0..17)
        .map(|i| {
            let share = f64::from(counts[i]) / n;
            let reach = 1.96 * (share * (1.0 - share) / n).sqrt() + 0.004;
            LadderBar {
                level: i.to_string(),
                statement: statements[i].to_owned(),
                stage: STAGE[i],
                stage_name: stages[STAGE[i]].to_owned(),
                share: Some(share),
                low: Some((share - reach).max(0.0)),
                high: Some((share + reach).min(1.0)),
                label: if counts[i] == 0 { "0".to_owned() } else { format!("{:.1}% ({})", share * 100.0, counts[i]) },
            }
        })
        .collect();
    let caption = caption(tongue, "いまどの段階にいるか", "Where people stand on the ladder");
    Ladder { caption, axis: say(tongue, "回答者に占める割合", "Share of respondents"), bars, stages: 10 }
}

/// A client's own ladder: few stages, long words everywhere, a level that is no number.
pub(super) fn own_ladder(tongue: Tongue) -> Ladder {
    let mut own = ladder(tongue, COUNTS);
    own.bars.truncate(6);
    own.stages = 4;
    for (i, bar) in own.bars.iter_mut().enumerate() {
        bar.statement = format!("{} {}", JA[i], EN[i].repeat(4));
        bar.stage_name = format!("{} Zusammenarbeitsverhältnis", STAGES_JA[bar.stage].repeat(3));
        bar.label = format!(
            "{} / {}",
            bar.label,
            say(tongue, "前回の調査より増えた区分", "more than in the wave before, by far")
        );
        bar.level = format!("Level {i}");
    }
    own
}

pub(super) fn with_hidden(mut ladder: Ladder, hidden: &[usize], word: &str) -> Ladder {
    for i in hidden {
        let bar = &mut ladder.bars[*i];
        (bar.share, bar.low, bar.high, bar.label) = (None, None, None, word.to_owned());
    }
    ladder
}

pub(super) fn forest(tongue: Tongue, rows: usize) -> Forest {
    let values = [0.09, 0.02, -0.03, 0.23, 0.12, 0.01, 0.29, 0.225];
    let names = if tongue == Ja { TOPICS_JA } else { TOPICS_EN };
    let rows = (0..rows)
        .map(|i| {
            let beta: f64 = values[i % 8];
            let half = if i == 5 { 0.9 } else { 0.06 + 0.005 * i as f64 };
            let strong = beta > 0.05;
            ForestRow {
                label: if i < 8 { names[i].to_owned() } else { format!("{} × {}", names[i % 8], names[i % 5]) },
                estimate: (i != 1).then_some(beta),
                low: (i != 2).then_some(beta - half),
                high: (i != 2).then_some(beta + half),
                mark: if strong { "+".repeat(1 + (beta * 20.0) as usize % 5) } else { String::new() },
                text: format!("{beta:.2} [{:.2}, {:.2}]", beta - half, beta + half),
                strong,
            }
        })
        .collect();
    Forest {
        caption: caption(tongue, "何がエンゲージメントと結びついているか", "What goes with engagement"),
        axis: say(tongue, "標準化偏回帰係数（95％信頼区間）", "Standardised coefficient (95% interval)"),
        mark_heading: say(tongue, "強さ", "Strength"),
        text_heading: say(tongue, "係数 [95％区間]", "Beta [95% interval]"),
        rows,
        reference: 0.0,
        bands: vec![0.05, 0.1, 0.15, 0.2, 0.25],
        ..Forest::default()
    }
}

pub(super) fn lines(tongue: Tongue, months: usize) -> Lines {
    let line = |label: String, role: usize, slope: f64| Series {
        label,
        role,
        points: (0..months)
            .map(|i| {
                let y = 100.0 + slope * i as f64 + 6.0 * ((i * 7 + role * 3) as f64).sin();
                let band = (i % 9 != 4).then_some(5.0 + role as f64);
                let gap = [5, 6, 8].contains(&i) && role == 1;
                (!gap).then_some(Point { y, low: band.map(|b| y - b), high: band.map(|b| y + b) })
            })
            .collect(),
    };
    Lines {
        caption: caption(tongue, "売上指数の推移", "Sales index by month"),
        y_label: say(tongue, "一人あたり売上（開始前の平均 = 100）", "Sales per person (mean before the start = 100)"),
        x_labels: (0..months).map(|i| format!("{}-{:02}", 2023 + i / 12, i % 12 + 1)).collect(),
        reference: Some((100.0, say(tongue, "開始前の平均", "mean before the start"))),
        marker: Some((months / 3, say(tongue, "1on1開始", "1on1s start"))),
        series: vec![
            line(say(tongue, "A：1on1あり（250人）", "A: with proper 1on1s (250 people)"), 0, 0.9),
            line(say(tongue, "B：従来どおり（250人）", "B: as before (250 people)"), 1, 0.1),
        ],
        empty: say(tongue, "示せる月がありません。", "There is no month that may be shown."),
    }
}

pub(super) fn survival(tongue: Tongue, hazard: f64) -> Survival {
    let curve = |label: String, role: usize, hazard: f64| Curve {
        label,
        role,
        steps: (0..=24)
            .map(|t| {
                let survival = (-hazard * f64::from(t)).exp();
                let half = 0.004 * f64::from(t).sqrt() * 2.0;
                Step {
                    time: f64::from(t),
                    survival,
                    low: Some((survival - half).max(0.0)),
                    high: Some((survival + half).min(1.0)),
                }
            })
            .collect(),
        at_risk: (0..=8).map(|k| (k != 8).then_some(1_250 - 30 * k)).collect(),
    };
    Survival {
        caption: caption(tongue, "在籍し続けている割合", "Share still employed"),
        x_label: say(tongue, "開始からの月数", "Months since the start"),
        y_label: say(tongue, "在籍率（縦軸は途中から）", "Share still employed (axis does not begin at zero)"),
        risk_label: say(tongue, "在籍者数", "Number at risk"),
        risk_times: (0..=8).map(|k| f64::from(k) * 3.0).collect(),
        curves: vec![
            curve(say(tongue, "A：1on1あり", "A: with proper 1on1s"), 0, hazard),
            curve(say(tongue, "B：従来どおり", "B: as before"), 1, hazard * 1.3),
        ],
    }
}

pub(super) fn long_names(mut lines: Lines, mut survival: Survival) -> (Lines, Survival) {
    let long =
        "第二営業本部 東日本広域法人営業部 首都圏第三グループ（2024年4月に新設、旧・公共営業課を含む）".repeat(2);
    lines.series[1].label.clone_from(&long);
    lines.reference = Some((100.0, long.clone()));
    lines.marker = Some((0, long.clone()));
    survival.curves[0].label = long;
    survival.curves[1].label = "UnbrokenDepartmentNameWithoutAnyBlank".repeat(5);
    (lines, survival)
}

/// Every picture a reader may meet, usual and extreme, by a name.
pub(super) fn gallery() -> Vec<(String, Figure)> {
    let mut all = Vec::new();
    for (tongue, code) in [(Ja, "ja"), (En, "en")] {
        let mut one = [0; 17];
        one[12] = 454;
        let (long_lines, long_survival) = long_names(lines(tongue, 24), survival(tongue, 0.004));
        let mut empty = lines(tongue, 12);
        empty.series.iter_mut().for_each(|s| s.points.fill(None));
        let mut lonely = lines(tongue, 1);
        lonely.x_labels.truncate(1);
        let hidden_word = say(tongue, "非表示", "not shown");
        let hidden = with_hidden(ladder(tongue, COUNTS), &[1, 2, 16], &hidden_word);
        all.extend([
            (format!("ladder-{code}"), Figure::Ladder(hidden)),
            (format!("ladder-zero-{code}"), Figure::Ladder(ladder(tongue, [0; 17]))),
            (format!("ladder-one-{code}"), Figure::Ladder(ladder(tongue, one))),
            (format!("ladder-own-{code}"), Figure::Ladder(own_ladder(tongue))),
            (format!("forest-{code}"), Figure::Forest(forest(tongue, 8))),
            (format!("forest-12-{code}"), Figure::Forest(forest(tongue, 12))),
            (format!("lines-{code}"), Figure::Lines(lines(tongue, 24))),
            (format!("lines-60-{code}"), Figure::Lines(lines(tongue, 60))),
            (format!("lines-1-{code}"), Figure::Lines(lonely)),
            (format!("lines-empty-{code}"), Figure::Lines(empty)),
            (format!("lines-long-{code}"), Figure::Lines(long_lines)),
            (format!("survival-{code}"), Figure::Survival(survival(tongue, 0.006))),
            (format!("survival-deep-{code}"), Figure::Survival(survival(tongue, 0.05))),
            (format!("survival-long-{code}"), Figure::Survival(long_survival)),
        ]);
        all.extend(beside::pictures(tongue, code));
    }
    all.push(("nothing-ladder".into(), Figure::Ladder(Ladder::default())));
    all.push(("nothing-forest".into(), Figure::Forest(Forest::default())));
    all.push(("nothing-lines".into(), Figure::Lines(Lines::default())));
    all.push(("nothing-survival".into(), Figure::Survival(Survival::default())));
    all.extend(beside::nothing());
    all
}
