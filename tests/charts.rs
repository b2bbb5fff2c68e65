//! Pictures by their properties, not their pixels: nothing overlaps or leaves the paper, nothing is dropped, hostile
//! words stay words. The boxes are measured by resvg, not by the code under test.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use oneonone::charts::figure::{
    Caption, Curve, Forest, ForestRow, Ladder, LadderBar, Lines, Point, Series, Step, Survival,
};
use oneonone::charts::{FAMILY, Figure, font_woff2, png, svg};
use resvg::usvg::{self, fontdb};

const JA: [&str; 17] = [
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
const EN: [&str; 17] = [
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
const STAGE: [usize; 17] = [0, 0, 1, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 7, 8, 9];
const STAGES_JA: [&str; 10] = [
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
const STAGES_EN: [&str; 10] = [
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
const COUNTS: [u32; 17] = [0, 6, 11, 24, 38, 52, 41, 60, 55, 47, 39, 30, 26, 0, 18, 0, 7];
const TOPICS_JA: [&str; 8] = [
    "業務の進捗・進め方",
    "人間関係",
    "心身の状態",
    "今後のキャリア",
    "スキル・力の向上",
    "プライベート",
    "会社・部署の方針",
    "1on1全体",
];
const TOPICS_EN: [&str; 8] = [
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
enum Tongue {
    Ja,
    En,
}
use Tongue::{En, Ja};

fn say(tongue: Tongue, ja: &str, en: &str) -> String {
    if tongue == Ja { ja.to_owned() } else { en.to_owned() }
}

fn caption(tongue: Tongue, ja: &str, en: &str) -> Caption {
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

fn ladder(tongue: Tongue, counts: [u32; 17]) -> Ladder {
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

fn with_hidden(mut ladder: Ladder, hidden: &[usize], word: &str) -> Ladder {
    for i in hidden {
        let bar = &mut ladder.bars[*i];
        (bar.share, bar.low, bar.high, bar.label) = (None, None, None, word.to_owned());
    }
    ladder
}

fn forest(tongue: Tongue, rows: usize) -> Forest {
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
    }
}

fn lines(tongue: Tongue, months: usize) -> Lines {
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

fn survival(tongue: Tongue, hazard: f64) -> Survival {
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

fn long_names(mut lines: Lines, mut survival: Survival) -> (Lines, Survival) {
    let long = "第二営業本部 東日本広域法人営業部 首都圏第三グループ（2024年4月に新設、旧・公共営業課を含む）".repeat(2);
    lines.series[1].label.clone_from(&long);
    lines.reference = Some((100.0, long.clone()));
    lines.marker = Some((0, long.clone()));
    survival.curves[0].label = long;
    survival.curves[1].label = "UnbrokenDepartmentNameWithoutAnyBlank".repeat(5);
    (lines, survival)
}

/// Every picture a reader may meet, usual and extreme, by a name.
fn gallery() -> Vec<(String, Figure)> {
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
    }
    all.push(("nothing-ladder".into(), Figure::Ladder(Ladder::default())));
    all.push(("nothing-forest".into(), Figure::Forest(Forest::default())));
    all.push(("nothing-lines".into(), Figure::Lines(Lines::default())));
    all.push(("nothing-survival".into(), Figure::Survival(Survival::default())));
    all
}

fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let packed = include_bytes!("../src/charts/fonts/NotoSansJP-cp932-Regular.otf.gz");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut bytes).unwrap();
        let mut database = fontdb::Database::new();
        database.load_font_data(bytes);
        Arc::new(database)
    };
    Arc::clone(FONTS.get_or_init(load))
}

struct Inked {
    words: String,
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

/// The text of a picture with the boxes of its ink, and the size of the picture in pixels.
fn texts(svg: &str) -> (Vec<Inked>, (f32, f32)) {
    fn walk(group: &usvg::Group, found: &mut Vec<Inked>) {
        for node in group.children() {
            match node {
                usvg::Node::Group(inner) => walk(inner, found),
                usvg::Node::Text(text) => {
                    let ink = text.flattened().abs_bounding_box();
                    let words = text.chunks().iter().map(|c| c.text().trim()).collect();
                    let (left, top, right, bottom) = (ink.left(), ink.top(), ink.right(), ink.bottom());
                    found.push(Inked { words, left, top, right, bottom });
                }
                _ => {}
            }
        }
    }
    let options = usvg::Options { fontdb: fonts(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).unwrap();
    let mut found = Vec::new();
    walk(tree.root(), &mut found);
    (found, (tree.size().width(), tree.size().height()))
}

#[test]
fn no_text_leaves_the_picture_or_touches_another() {
    for (name, figure) in gallery() {
        let (texts, (width, height)) = texts(&svg(&figure).unwrap());
        assert!(name.starts_with("nothing") || texts.len() > 3, "{name}: the words are missing");
        for (i, a) in texts.iter().enumerate() {
            let inside = a.left >= 1.0 && a.top >= 1.0 && a.right <= width - 1.0 && a.bottom <= height - 1.0;
            assert!(inside, "{name}: \"{}\" leaves the picture", a.words);
            for b in &texts[i + 1..] {
                let apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
                assert!(apart, "{name}: \"{}\" lies on \"{}\"", a.words, b.words);
            }
        }
    }
}

#[test]
fn the_gallery_can_be_looked_at() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("charts");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, figure) in gallery() {
        let drawn = svg(&figure).unwrap();
        let picture = png(&drawn, 1.0).unwrap();
        std::fs::write(folder.join(format!("{name}.svg")), &drawn).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), &picture).unwrap();
        assert!(picture.starts_with(b"\x89PNG"), "{name}");
    }
}

#[test]
fn every_level_is_drawn_once_lowest_at_the_bottom_and_zero_counts_stay() {
    let figure = with_hidden(ladder(En, COUNTS), &[1], "not shown");
    let (texts, _) = texts(&svg(&Figure::Ladder(figure)).unwrap());
    // The level numbers are the column just right of the stages.
    let column = texts.iter().find(|t| t.words == "16").map(|t| t.right).unwrap();
    let mut levels: Vec<_> = texts.iter().filter(|t| (t.right - column).abs() < 2.0).collect();
    levels.sort_by(|a, b| b.bottom.total_cmp(&a.bottom));
    let order: Vec<String> = levels.iter().map(|t| t.words.clone()).collect();
    assert_eq!(order, (0..17).map(|i| i.to_string()).collect::<Vec<_>>());
    for stage in STAGES_EN {
        assert_eq!(texts.iter().filter(|t| t.words == stage).count(), 1, "{stage}");
    }
    let zeros = texts.iter().filter(|t| t.words == "0" && t.left > column + 10.0).count();
    assert_eq!(zeros, COUNTS.iter().filter(|c| **c == 0).count());
}

#[test]
fn a_hidden_bar_tells_nothing_and_looks_unlike_a_zero_one() {
    let hide = |count: u32| {
        let mut counts = COUNTS;
        counts[4] = count;
        let mut figure = with_hidden(ladder(En, COUNTS), &[4], "not shown");
        // Whatever was there before, only the label is left.
        figure.bars[4].stage_name.clone_from(&ladder(En, counts).bars[4].stage_name);
        svg(&Figure::Ladder(figure)).unwrap()
    };
    assert_eq!(hide(0), hide(52));
    let lines = |svg: &str| svg.matches("<polyline").count();
    let zero = ladder(En, [0; 17]);
    let hidden = with_hidden(zero.clone(), &[4], "0");
    let more = lines(&svg(&Figure::Ladder(hidden)).unwrap()) - lines(&svg(&Figure::Ladder(zero)).unwrap());
    assert!(more > 8, "hatching needs many strokes, {more} drawn");
}

#[test]
fn a_value_label_stands_right_of_its_whisker() {
    for (high, at_least) in [(0.11, 0.0), (0.9, 300.0)] {
        let mut figure = ladder(En, COUNTS);
        (figure.bars[9].share, figure.bars[9].high, figure.bars[9].label) = (Some(0.10), Some(high), "here".into());
        figure.bars[8].high = Some(0.9);
        let (texts, _) = texts(&svg(&Figure::Ladder(figure)).unwrap());
        let place = |words: &str| texts.iter().find(|t| t.words == words).map(|t| t.left).unwrap();
        assert!(place("here") - place("0%") > at_least, "whisker to {high}");
    }
}

#[test]
fn hostile_words_stay_words() {
    let hostile = "<script>alert('x')</script> & \"営業\"\u{0}\u{7}\u{202E}\n第1]]>";
    let mut pictures = Vec::new();
    let mut bars = ladder(Ja, COUNTS);
    (bars.caption.title, bars.bars[3].statement) = (hostile.to_owned(), hostile.to_owned());
    (bars.bars[3].label, bars.bars[3].stage_name) = (hostile.to_owned(), hostile.to_owned());
    pictures.push(Figure::Ladder(bars));
    let mut months = lines(Ja, 12);
    (months.series[0].label, months.x_labels[0]) = (hostile.to_owned(), hostile.to_owned());
    (months.y_label, months.caption.note) = (hostile.to_owned(), hostile.to_owned());
    pictures.push(Figure::Lines(months));
    for figure in pictures {
        let drawn = svg(&figure).unwrap();
        assert!(!drawn.contains("<script"));
        assert!(!drawn.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202E}'));
        let (texts, _) = texts(&drawn);
        assert!(texts.iter().any(|t| t.words.contains("<script>alert('x')</script>")), "the words are shown as they are");
    }
}

#[test]
fn numbers_that_are_none_are_not_drawn_and_break_nothing() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300] {
        let mut bars = ladder(En, COUNTS);
        (bars.bars[5].share, bars.bars[5].high) = (Some(odd), Some(odd));
        let mut rows = forest(En, 8);
        (rows.rows[0].estimate, rows.rows[3].high, rows.reference) = (Some(odd), Some(odd), odd);
        let mut months = lines(En, 12);
        months.series[0].points[2] = Some(Point { y: odd, low: Some(odd), high: Some(odd) });
        months.reference = Some((odd, "here".into()));
        let mut curves = survival(En, 0.01);
        curves.curves[0].steps[3].survival = odd;
        curves.risk_times[1] = odd;
        for figure in [
            Figure::Ladder(bars),
            Figure::Forest(rows),
            Figure::Lines(months),
            Figure::Survival(curves),
        ] {
            let drawn = svg(&figure).unwrap();
            assert!(!drawn.contains("NaN") && !drawn.contains("inf\""), "{odd}");
            assert!(png(&drawn, 0.25).is_ok(), "{odd}");
        }
    }
}

#[test]
fn an_extreme_interval_is_clipped_with_an_arrow_head() {
    let mut calm = forest(En, 8);
    calm.rows[5] = calm.rows[4].clone();
    let heads = |f: Forest| svg(&Figure::Forest(f)).unwrap().matches("<polygon").count();
    assert_eq!(heads(calm.clone()), 0);
    (calm.rows[5].low, calm.rows[5].high) = (Some(-40.0), Some(0.2));
    assert_eq!(heads(calm.clone()), 1);
    calm.rows[5].high = Some(f64::INFINITY);
    assert_eq!(heads(calm), 2);
}

#[test]
fn a_missing_month_breaks_the_line_and_a_lonely_month_is_a_dot() {
    let point = Some(Point { y: 100.0, low: None, high: None });
    let mut figure = lines(En, 5);
    figure.series.truncate(1);
    figure.series[0].points = vec![point, point, None, point, None];
    let drawn = svg(&Figure::Lines(figure.clone())).unwrap();
    let colour = "stroke=\"#0B5C8A\" stroke-width=\"9\"";
    assert_eq!(drawn.matches(colour).count(), 1, "one stroke for the first two months");
    figure.series[0].points[2] = point;
    let whole = svg(&Figure::Lines(figure)).unwrap();
    assert_eq!(whole.matches(colour).count(), 1);
    assert_eq!(whole.matches("<circle").count(), drawn.matches("<circle").count() + 1);
}

#[test]
fn an_empty_plot_says_why() {
    let mut figure = lines(Ja, 12);
    figure.series.iter_mut().for_each(|s| s.points.fill(None));
    let (texts, _) = texts(&svg(&Figure::Lines(figure)).unwrap());
    assert!(texts.iter().any(|t| t.words == "示せる月がありません。"));
}

#[test]
fn a_broken_share_axis_is_marked_and_a_whole_one_is_not() {
    let low = |hazard| {
        let (texts, _) = texts(&svg(&Figure::Survival(survival(En, hazard))).unwrap());
        texts.iter().filter(|t| t.words == "0%").count()
    };
    assert_eq!(low(0.006), 0);
    assert_eq!(low(0.05), 1);
}

#[test]
fn numbers_at_risk_stand_under_their_times_and_hidden_ones_are_a_dash() {
    let (texts, _) = texts(&svg(&Figure::Survival(survival(En, 0.006))).unwrap());
    let middle = |t: &Inked| (t.left + t.right) / 2.0;
    let time = texts.iter().find(|t| t.words == "6").unwrap();
    let number = texts.iter().find(|t| t.words == "1,190").unwrap();
    assert!((middle(time) - middle(number)).abs() < 2.0 && number.top > time.bottom);
    assert_eq!(texts.iter().filter(|t| t.words == "–").count(), 2);
}

#[test]
fn the_same_figure_gives_the_same_bytes_in_the_embedded_font() {
    for (name, figure) in gallery().into_iter().filter(|(name, _)| name.ends_with("-ja")) {
        let drawn = svg(&figure).unwrap();
        assert_eq!(drawn, svg(&figure).unwrap(), "{name}");
        assert_eq!(drawn.matches("<text").count(), drawn.matches(&format!("font-family=\"{FAMILY}\"")).count());
        assert!(drawn.contains("role=\"img\"") && drawn.contains("<title>") && drawn.contains("viewBox=\"0 0 3840 "));
    }
    assert!(font_woff2().starts_with(b"wOF2"));
}

#[test]
fn a_png_has_the_size_asked_for_and_is_not_blank() {
    let drawn = svg(&Figure::Forest(forest(Ja, 8))).unwrap();
    let (_, (width, height)) = texts(&drawn);
    let bytes = png(&drawn, 1.5).unwrap();
    let picture = resvg::tiny_skia::Pixmap::decode_png(&bytes).unwrap();
    assert_eq!((picture.width(), picture.height()), ((width * 1.5).round() as u32, (height * 1.5).round() as u32));
    let dark = picture.pixels().iter().filter(|p| p.red() < 0x60).count();
    assert!(dark > 2_000, "only {dark} dark pixels");
    assert_eq!(bytes, png(&drawn, 1.5).unwrap());
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e6] {
        assert_eq!(png(&drawn, scale).unwrap_err().code(), "chart_scale");
    }
    assert_eq!(png("no picture", 1.0).unwrap_err().code(), "chart_svg");
}
