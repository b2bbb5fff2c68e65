//! Pictures by their properties, not their pixels: nothing overlaps or leaves the paper, nothing is dropped, hostile
//! words stay words. The boxes are measured by resvg, not by the code under test.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use oneonone::charts::figure::{Forest, Point};
use oneonone::charts::{FAMILY, Figure, font_woff2, png, svg};
use resvg::usvg::{self, fontdb};

mod gallery;

use gallery::{COUNTS, En, Ja, STAGES_EN, forest, gallery, ladder, lines, survival, with_hidden};

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

/// Pictures are drawn in quarter pixels; resvg gives boxes in those.
const GRAIN: f32 = 4.0;

/// The text of a picture with the boxes of its ink, and the size of the picture, both in pixels.
fn texts(svg: &str) -> (Vec<Inked>, (f32, f32)) {
    fn walk(group: &usvg::Group, found: &mut Vec<Inked>) {
        for node in group.children() {
            match node {
                usvg::Node::Group(inner) => walk(inner, found),
                usvg::Node::Text(text) => {
                    let ink = text.flattened().abs_bounding_box();
                    let words = text.chunks().iter().map(|c| c.text().trim()).collect();
                    let [left, top, right, bottom] =
                        [ink.left(), ink.top(), ink.right(), ink.bottom()].map(|edge| edge / GRAIN);
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
    let hide = |left_over: Option<f64>| {
        let mut figure = with_hidden(ladder(En, COUNTS), &[4], "not shown");
        // An interval that a caller forgot to take away must not show.
        (figure.bars[4].low, figure.bars[4].high) = (left_over, left_over);
        svg(&Figure::Ladder(figure)).unwrap()
    };
    assert_eq!(hide(None), hide(Some(0.9)));
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
        assert!(
            texts.iter().any(|t| t.words.contains("<script>alert('x')</script>")),
            "the words are shown as they are"
        );
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
        for figure in [Figure::Ladder(bars), Figure::Forest(rows), Figure::Lines(months), Figure::Survival(curves)] {
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
        assert_eq!(drawn.matches("font-family").count(), 1, "{name}: one family for all");
        assert!(drawn.contains(&format!("font-family=\"{FAMILY}, sans-serif\"")), "{name}");
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
