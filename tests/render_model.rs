//! Everything that may stand beside a linear model, on every page and in both languages: what is there is told, what is
//! not there is not mentioned, and no line leaves the page.

mod whole;

use oneonone::report::terminal::{Style, render};
use oneonone::report::voice::capital;
use oneonone::report::{self, csv, md};
use oneonone::text::{self, Language};
use serde_json::Value;
use std::path::Path;
use unicode_width::UnicodeWidthStr;
use whole::{bare, whole};

fn too_wide(text: &str) -> Vec<&str> {
    text.lines().filter(|line| UnicodeWidthStr::width(*line) > 80).collect()
}

/// The headings of the parts.
const HEADINGS: [&str; 15] = [
    "steps",
    "importance",
    "quadrant",
    "covariances",
    "wild",
    "diagnostics",
    "thresholds",
    "marginal_effects",
    "parallel",
    "model_within_between",
    "model_lagged",
    "model_imputed",
    "model_weighted",
    "predicted",
    "calls",
];

fn heading(language: Language, key: &str) -> String {
    text::say(language, &format!("table.{key}"), &[])
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "render_model" }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn the_terminal_shows_every_part_inside_80_columns() {
    for language in Language::ALL {
        let text = render(&whole(), language, Style::Plain);
        assert_eq!(too_wide(&text), Vec::<&str>::new());
        assert!(!text.contains("NaN") && !text.contains('–'), "a value without a name");
        for key in HEADINGS {
            assert!(text.contains(&capital(&heading(language, key))), "{key}");
        }
        snapshot(&format!("terminal_{}", language.code()), &text);
    }
}

#[test]
fn markdown_shows_every_part_and_keeps_its_tables() {
    for language in Language::ALL {
        let text = md::render(&whole(), language);
        for key in HEADINGS {
            assert!(text.contains(&report::safe::markdown(&capital(&heading(language, key)))), "{key}");
        }
        let mut width = None;
        for line in text.lines() {
            let bars = line.replace("\\|", "").matches('|').count();
            width = line.starts_with('|').then(|| *width.get_or_insert(bars));
            assert!(width.is_none_or(|w| w == bars), "{line}");
        }
        snapshot(&format!("markdown_{}", language.code()), &text);
    }
}

#[test]
fn the_report_shows_every_part_with_its_picture_and_each_anchor_once() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("render");
    std::fs::create_dir_all(&folder).unwrap();
    for language in Language::ALL {
        let html = report::html(&whole(), language).unwrap();
        std::fs::write(folder.join(format!("model.{}.html", language.code())), &html).unwrap();
        for key in HEADINGS {
            assert!(html.contains(&capital(&heading(language, key)).replace('/', "&#x2f;")), "{key}");
        }
        for id in ["figure-drivers", "figure-importance", "figure-quadrant", "figure-leave_one_out", "figure-drivers-4"]
        {
            assert_eq!(html.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
        }
        for part in html.split("href=\"#").skip(1) {
            let id = part.split_once('"').unwrap().0;
            assert_eq!(html.matches(&format!("<section id=\"{id}\">")).count(), 1, "{id}");
        }
        assert!(!html.split_once("</style>").unwrap().1.contains("NaN"));
    }
}

#[test]
fn a_part_that_is_not_there_is_not_mentioned() {
    for language in Language::ALL {
        let pages = [
            render(&bare(), language, Style::Plain),
            md::render(&bare(), language),
            report::html(&bare(), language).unwrap().split_once("</style>").unwrap().1.to_string(),
        ];
        for page in pages {
            for key in HEADINGS {
                assert!(!page.contains(&capital(&heading(language, key))), "{key}");
            }
        }
    }
    let names = |findings: &oneonone::findings::Findings| -> Vec<String> {
        report::charts(findings, Language::En).unwrap().into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names(&bare()), ["drivers".to_string()]);
    let all = ["drivers", "importance", "quadrant", "leave_one_out", "drivers-2", "drivers-3", "drivers-4"];
    assert_eq!(names(&whole()), all);
}

#[test]
fn a_model_of_a_choice_speaks_of_odds_and_never_of_r2_or_a_residual_spread() {
    let models = whole()
        .findings()
        .iter()
        .filter(|f| matches!(f, oneonone::findings::Finding::Regression(r) if r.choice.is_some()))
        .cloned()
        .collect();
    let english = render(&whole::of(models), Language::En, Style::Plain);
    assert!(english.contains("Odds ratio") && english.contains("log-likelihood -231.4"));
    assert!(!english.contains("residual standard deviation") && !english.contains("n = 480; R²"));
    assert!(english.contains("The slopes differ between the thresholds"));
}

#[test]
fn no_sentence_beside_a_model_speaks_of_cause() {
    let english = render(&whole(), Language::En, Style::Plain).replace("not effects", "").replace("not an effect", "");
    for word in ["causes", "leads to", "because of", "impact", "improves", "thanks to", "results in"] {
        assert!(!english.contains(word), "{word}");
    }
    let japanese = render(&whole(), Language::Ja, Style::Plain);
    for word in ["引き起こ", "影響する", "高めます", "改善します", "のおかげ"] {
        assert!(!japanese.contains(word), "{word}");
    }
}

#[test]
fn names_and_numbers_of_any_size_stay_inside_the_page() {
    let tree: Value = serde_json::to_value(whole()).unwrap();
    let long = "部".repeat(200);
    let word = "x".repeat(3000);
    let numbers: [fn(f64) -> f64; 3] = [|x| x, |x| x * 1e300, |x| x * -1e-300];
    for name in [long.as_str(), word.as_str(), super::render_terminal::FORGED, "", "a|b"] {
        for number in numbers {
            let mut tree = tree.clone();
            super::render_terminal::twist(&mut tree, "", name, number);
            let findings = serde_json::from_value(tree).unwrap();
            for language in Language::ALL {
                assert_eq!(too_wide(&render(&findings, language, Style::Plain)), Vec::<&str>::new());
            }
            assert!(report::html(&findings, Language::En).is_ok() && csv::render(&findings).is_ok());
        }
    }
}

#[test]
fn csv_has_a_row_for_every_part_and_new_columns_stand_at_the_end() {
    let text = csv::render(&whole()).unwrap();
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let at = |name: &str| heads.iter().position(|h| h == name).unwrap();
    assert!(at("why") < at("share_lmg_low") && at("share_lmg_low") < at("odds_ratio"));
    let parts: Vec<String> = reader.records().map(|r| r.unwrap()[at("part")].to_string()).collect();
    for part in [
        "absorbed",
        "dropped",
        "categories",
        "thresholds",
        "marginal_effects",
        "predicted",
        "parallel",
        "covariances",
        "calls",
        "wild",
        "diagnostics",
        "heteroscedasticity",
        "influence",
        "leave_one_out",
        "outranks",
        "quadrant",
        "beside",
        "beside_fit",
    ] {
        assert!(parts.iter().any(|p| p == part), "{part}");
    }
}

#[test]
fn the_pictures_can_be_looked_at() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("render");
    std::fs::create_dir_all(&folder).unwrap();
    for language in Language::ALL {
        for (name, svg) in report::charts(&whole(), language).unwrap() {
            let png = oneonone::charts::png(&svg, 1.0).unwrap();
            std::fs::write(folder.join(format!("{name}.{}.png", language.code())), png).unwrap();
        }
    }
}
