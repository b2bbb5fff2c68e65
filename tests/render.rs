//! One stored `findings.json`, both languages: the page is whole, says every caution, leaks nothing hidden, and speaks of
//! cause only with a permit. Does not judge how the page looks.

use oneonone::domain::{Ladder, OVERALL, TOPICS};
use oneonone::findings::{Finding, Findings};
use oneonone::report;
use oneonone::text::{self, Causal, Language, number};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn stored() -> Value {
    serde_json::from_str(include_str!("data/findings.json")).unwrap()
}

fn findings(value: Value) -> Findings {
    serde_json::from_value(value).unwrap()
}

fn page(value: &Value, language: Language) -> String {
    report::html(&findings(value.clone()), language).unwrap()
}

/// The words of a page, without styles, drawings, font and tags; entities turned back.
fn words(html: &str) -> String {
    let body = html.split_once("</style>").unwrap().1;
    let mut out = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        out.push(' ');
        let skip = if after.starts_with("svg") { "</svg>" } else { ">" };
        rest = after.split_once(skip).unwrap().1;
    }
    let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&amp;", "&")];
    entities.iter().fold(out, |text, (entity, sign)| text.replace(entity, sign))
}

fn cautions(findings: &Findings) -> Vec<oneonone::findings::Caution> {
    let mut all = Vec::new();
    for finding in findings.findings() {
        match finding {
            Finding::Drivers(r) | Finding::Regression(r) => {
                all.extend(r.cautions.clone());
                all.extend(r.overall.iter().flat_map(|o| o.cautions.clone()));
            }
            Finding::Comparison(c) => all.extend(c.cautions.clone()),
            Finding::Attrition(a) => all.extend(a.cautions.clone()),
            Finding::Power(p) => all.extend(p.cautions.clone()),
            Finding::Stages(s) => all.extend(s.cautions.clone()),
            Finding::Ladder(s) => all.extend(s.cautions.clone()),
            Finding::Practice(p) => all.extend(p.cautions.clone()),
        }
    }
    all
}

#[test]
fn pages_can_be_looked_at() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("render");
    std::fs::create_dir_all(&folder).unwrap();
    for language in Language::ALL {
        let html = page(&stored(), language);
        assert!(html.starts_with("<!DOCTYPE html>"));
        assert!(html.contains(&format!("<html lang=\"{}\">", language.code())));
        std::fs::write(folder.join(format!("report.{}.html", language.code())), html).unwrap();
    }
}

#[test]
fn no_placeholder_unknown_key_or_number_that_is_none_reaches_a_reader() {
    for language in Language::ALL {
        let words = words(&page(&stored(), language));
        for bad in ["NaN", "null", "undefined", "inf ", "None", "{", "}", "Some("] {
            assert!(!words.contains(bad), "{bad} in {language:?}");
        }
        for key in text::keys(language) {
            assert!(!words.contains(&format!("<{key}>")), "{key}");
        }
        let unspoken = words.split('<').skip(1).filter_map(|part| part.split_once('>')).find(|(inside, _)| {
            inside.contains('.') && inside.chars().all(|c| c.is_ascii_lowercase() || c == '.' || c == '_')
        });
        assert_eq!(unspoken, None);
    }
}

#[test]
fn the_page_loads_nothing_and_embeds_the_font_once() {
    for language in Language::ALL {
        let html = page(&stored(), language);
        assert_eq!(html.matches("@font-face").count(), 1);
        assert_eq!(html.matches("data:font/woff2").count(), 1);
        assert!(!html.contains("<script"));
        assert!(!html.contains("<link"));
        let outside = html.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "");
        assert!(!outside.contains("http://") && !outside.contains("https://"));
    }
}

#[test]
fn every_tag_is_closed_in_order_and_every_anchor_exists_once() {
    const VOID: [&str; 3] = ["meta", "br", "!DOCTYPE"];
    for language in Language::ALL {
        let html = page(&stored(), language);
        let html = format!("{}{}", html.split_once("<style>").unwrap().0, html.split_once("</style>").unwrap().1);
        let mut open: Vec<String> = Vec::new();
        for part in html.split('<').skip(1) {
            let tag = part.split_once('>').unwrap().0;
            let name: String =
                tag.trim_start_matches('/').chars().take_while(|c| !c.is_whitespace() && *c != '/').collect();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name));
            } else if !tag.ends_with('/') && !VOID.contains(&name.as_str()) && !tag.starts_with("!--") {
                open.push(name);
            }
        }
        assert_eq!(open, Vec::<String>::new());
        for part in html.split("href=\"#").skip(1) {
            let id = part.split_once('"').unwrap().0;
            assert_eq!(html.matches(&format!("<section id=\"{id}\">")).count(), 1, "{id}");
        }
    }
}

#[test]
fn the_same_findings_give_the_same_bytes() {
    for language in Language::ALL {
        assert_eq!(page(&stored(), language), page(&stored(), language));
        let findings = findings(stored());
        assert_eq!(report::charts(&findings, language).unwrap(), report::charts(&findings, language).unwrap());
    }
}

#[test]
fn every_caution_and_decline_of_the_findings_is_on_the_page() {
    for language in Language::ALL {
        let findings = findings(stored());
        let words = words(&page(&stored(), language));
        let cautions = cautions(&findings);
        assert!(!cautions.is_empty());
        for caution in cautions {
            let sentence = text::say_values(language, &format!("caution.{}", caution.code), &caution.args);
            assert!(words.contains(&sentence), "{}", caution.code);
        }
        for decline in findings.declines() {
            let sentence = text::say_values(language, &format!("decline.{}", decline.code), &decline.args);
            assert!(words.contains(&sentence), "{}", decline.code);
        }
    }
}

#[test]
fn a_hidden_cell_gives_nothing_away() {
    // A count left behind in a hidden cell by mistake would still not be printed for a hidden group.
    let mut value = stored();
    let by = json!({"by": "department", "group": "Tiny", "n": 48_611, "hidden": true, "levels": [], "stages": [
        {"stage": "wary", "count": 48_612, "share": 0.48613, "hidden": true}]});
    let stages = value["findings"].as_array_mut().unwrap().iter_mut().find(|f| f["analysis"] == "stages").unwrap();
    stages["by"].as_array_mut().unwrap().push(by);
    for language in Language::ALL {
        let html = page(&value, language);
        for secret in ["48,611", "48611", "48,612", "48612", "48.6"] {
            assert!(!words(&html).contains(secret), "{secret}");
        }
        assert!(words(&html).contains("Tiny"));
    }
}

#[test]
fn a_hidden_cell_is_said_in_words() {
    let stages = |value: &mut Value| -> Value {
        let list = value["findings"].as_array_mut().unwrap();
        let found = list.iter_mut().find(|f| f["analysis"] == "stages").unwrap();
        for field in ["levels", "stages"] {
            for cell in found[field].as_array_mut().unwrap() {
                for number in ["count", "share", "conf_low", "conf_high"] {
                    cell[number] = Value::Null;
                }
                cell["hidden"] = json!(true);
            }
        }
        found.clone()
    };
    let mut value = stored();
    stages(&mut value);
    for language in Language::ALL {
        let words = words(&page(&value, language));
        let hidden = text::say(language, "word.hidden", &[]);
        assert!(words.matches(&hidden).count() >= 2 * (17 + 10), "{language:?}");
        assert!(words.contains(&text::say(language, "stages.headline_hidden", &[])));
    }
}

/// The fixed parts of the causal sentences, long enough to be telling.
fn causal_fragments(language: Language) -> Vec<String> {
    text::keys(language)
        .filter(|key| key.starts_with("causal."))
        .flat_map(|key| text::template(language, key).unwrap().split(['{', '}']).step_by(2).collect::<Vec<_>>())
        .map(|part| part.trim().to_string())
        .filter(|part| {
            let mut others = text::keys(language).filter(|key| !key.starts_with("causal."));
            !others.any(|key| text::template(language, key).unwrap().contains(part.as_str()))
        })
        .filter(|part| part.chars().count() >= if language == Language::Ja { 8 } else { 14 })
        .collect()
}

#[test]
fn causal_words_need_a_randomised_design_that_passed_its_check() {
    let broken: [fn(&mut Value); 2] = [
        |finding| finding["design"] = json!("observational"),
        |finding| {
            finding["causal"] = json!(false);
            if finding["analysis"] == "comparison" {
                finding["ratio_check"]["alarm"] = json!(true);
                finding["ratio_check"]["p_value"] = json!(0.0001);
            }
        },
    ];
    for language in Language::ALL {
        let fragments = causal_fragments(language);
        assert!(fragments.len() >= 3, "{fragments:?}");
        let mut shown = stored();
        shown["findings"][1]["difference"]["p_value"] = json!(0.0001);
        shown["findings"][2]["by_unit"]["p_value"] = json!(0.0001);
        let allowed = words(&page(&shown, language));
        assert!(fragments.iter().any(|part| allowed.contains(part)), "{language:?}");
        for spoil in broken {
            let mut value = shown.clone();
            value["findings"].as_array_mut().unwrap().iter_mut().for_each(spoil);
            let words = words(&page(&value, language));
            for part in &fragments {
                assert!(!words.contains(part), "{part}");
            }
        }
    }
    assert!(Causal::permit("observational", true).is_none());
    assert!(Causal::permit("randomised", false).is_none());
    assert_eq!(text::say(Language::En, "causal.comparison_basis", &[]), "<causal.comparison_basis>");
}

#[test]
fn a_difference_that_is_not_shown_says_what_could_have_been_found() {
    let mut value = stored();
    value["findings"][1]["difference"]["p_value"] = json!(0.41);
    for language in Language::ALL {
        let words = words(&page(&value, language));
        assert!(words.contains(&text::say(language, "comparison.not_shown", &[])));
        assert!(words.contains("131") || words.contains("132"), "the smallest difference found");
        for part in causal_fragments(language) {
            assert!(!words.contains(&part), "{part}");
        }
    }
}

#[test]
fn marks_are_printed_with_their_range() {
    let english = words(&page(&stored(), Language::En));
    assert!(english.contains("++++ (+++ to +++++)"), "career");
    assert!(english.contains("withheld (none to ++)"));
    let japanese = words(&page(&stored(), Language::Ja));
    assert!(japanese.contains("++++（+++〜+++++）"));
    assert!(japanese.contains("判定保留（なし〜++）"));
}

#[test]
fn a_missing_number_is_said_in_words() {
    let mut value = stored();
    let lift = &mut value["findings"][1]["lift"];
    lift["conf_high"] = Value::Null;
    lift["why"] = json!("unbounded");
    let term = &mut value["findings"][0]["terms"][4];
    for field in ["statistic", "p_value"] {
        term[field] = Value::Null;
    }
    term["p_adjusted"] = Value::Null;
    term["why"] = json!("infinite");
    for language in Language::ALL {
        let words = words(&page(&value, language));
        assert!(words.contains(&text::say(language, "why.no_high", &[])));
        assert!(words.contains(&text::say(language, "why.infinite", &[])));
    }
}

#[test]
fn a_group_name_from_the_data_cannot_bring_markup_or_control_characters() {
    let mut value = stored();
    value["title"] = json!("<script>alert(1)</script> & \u{202E}title\u{1b}[31m");
    let stages = value["findings"].as_array_mut().unwrap().iter_mut().find(|f| f["analysis"] == "stages").unwrap();
    stages["by"][2]["group"] = json!("<img src=x>\u{200B}\u{7}");
    for language in Language::ALL {
        let html = page(&value, language);
        assert!(!html.contains("<script") && !html.contains("<img"));
        assert!(!html.contains(['\u{202E}', '\u{1b}', '\u{200B}', '\u{7}']));
    }
}

#[test]
fn months_too_few_to_index_give_words_instead_of_an_empty_axis() {
    let mut value = stored();
    value["findings"][2]["rolling_months"] = Value::Null;
    value["findings"][2]["rolling"] = json!([]);
    for language in Language::ALL {
        let charts = report::charts(&findings(value.clone()), language).unwrap();
        let names: Vec<&str> = charts.iter().map(|(name, _)| name.as_str()).collect();
        let ladder = ["ladder", "ladder_pair", "stages_by"];
        assert_eq!(
            names,
            [&["drivers", "sales_index", "balance", "survival", "attrition_index"][..], &ladder].concat()
        );
        let first = text::say(language, "attrition.figure_empty", &[]);
        let first: String = first.chars().take(6).collect();
        let (_, svg) = charts.iter().find(|(name, _)| name == "attrition_index").unwrap();
        assert!(svg.contains(&first), "{first}");
    }
}

#[test]
fn the_ladder_chart_names_every_level_and_stage() {
    for language in Language::ALL {
        let charts = report::charts(&findings(stored()), language).unwrap();
        let (_, svg) = charts.iter().find(|(name, _)| name == "ladder").unwrap();
        for level in 0..17 {
            let statement = text::names::statement(language, level);
            let start: String = statement.chars().take(5).collect();
            assert!(svg.contains(start.trim()), "{statement}");
        }
    }
}

#[test]
fn findings_without_answers_still_make_a_page() {
    let mut value = stored();
    value["findings"] = json!([]);
    for language in Language::ALL {
        assert!(words(&page(&value, language)).contains(&text::say(language, "page.no_findings", &[])));
    }
}

#[test]
fn numbers_are_written_one_way() {
    assert_eq!(number::count(1_500_000), "1,500,000");
    assert_eq!(number::decimal(-0.004, 2), "0.00");
    assert_eq!(number::decimal(-1234.5, 1), "-1,234.5");
    assert_eq!(number::percent(0.1234, 1), "12.3%");
    assert_eq!(number::signed_percent(0.2, 1), "+20.0%");
    assert_eq!(number::points(-0.024), "-2.4");
    assert_eq!(number::p_value(0.0004), "<0.001");
    assert_eq!(number::p_phrase(0.0004), "p < 0.001");
    assert_eq!(number::p_phrase(0.0412), "p = 0.041");
    assert_eq!(number::natural(1204.3), "1,204");
    assert_eq!(number::natural(2.983), "2.98");
    let two = |x: f64| number::decimal(x, 2);
    assert_eq!(number::interval(Language::En, Some(0.15), Some(0.27), two), "[0.15, 0.27]");
    assert_eq!(number::interval(Language::En, Some(0.15), None, two), "[0.15, no upper limit]");
    assert_eq!(number::day(Language::Ja, "2024-01-31"), "2024年1月31日");
    assert_eq!(number::day(Language::En, "2024-01-31"), "31 January 2024");
    assert_eq!(number::month(Language::En, "2024-04"), "April 2024");
    assert_eq!(text::list(Language::En, &["a".into(), "b".into(), "c".into()]), "a, b and c");
    assert_eq!(Language::parse("ja_JP.UTF-8"), Some(Language::Ja));
    assert_eq!(Language::parse("fr"), None);
}

#[test]
fn both_languages_have_the_same_keys_and_placeholders() {
    let keys: Vec<&str> = text::keys(Language::En).collect();
    assert!(keys.len() > 300);
    assert_eq!(keys, text::keys(Language::Ja).collect::<Vec<_>>());
    for key in keys {
        let [ja, en] = Language::ALL.map(|language| text::template(language, key).unwrap());
        assert_eq!(text::placeholders(ja), text::placeholders(en), "{key}");
        assert!(!ja.trim().is_empty() && !en.trim().is_empty(), "{key}");
    }
}

#[test]
fn every_word_of_the_domain_is_in_both_languages() {
    let ladder = Ladder::default();
    let mut keys: Vec<String> = TOPICS.iter().chain([&OVERALL]).map(|code| format!("topic.{code}")).collect();
    keys.extend((0..ladder.levels()).map(|level| format!("level.l{level}")));
    keys.extend(ladder.stages().iter().map(|code| format!("stage.{code}")));
    keys.extend(ladder.stages().iter().filter(|c| *c != "outcome").map(|code| format!("lever.{code}")));
    for name in ["infinite", "unbounded", "undefined", "hidden", "too_few"] {
        keys.push(format!("why.{name}"));
    }
    for name in ["drivers", "regression", "comparison", "attrition", "stages"] {
        keys.push(format!("data.flow_{name}"));
    }
    for key in keys {
        for language in Language::ALL {
            assert!(text::knows(language, &key), "{key} {language:?}");
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Plain string literals of a source file, by a small scan; comments are left out line by line.
fn literals(source: &str) -> Vec<String> {
    let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2).map(String::from).collect::<Vec<_>>()).collect()
}

/// The literal code of each `call("code", ...)` or, for a decline, `call(analysis, "code")`.
fn codes_after(source: &str, call: &str) -> Vec<String> {
    let inside = source.split(call).skip(1).filter_map(|rest| rest.split_once(')')).map(|(inside, _)| inside.trim());
    let literal = |argument: &str| argument.strip_prefix('"').and_then(|a| a.strip_suffix('"')).map(String::from);
    let codes = inside.filter_map(|arguments| {
        let at = usize::from(call == "Decline::new(");
        literal(arguments.split(',').nth(at)?.trim())
    });
    codes.filter(|code| is_code(code)).collect()
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn every_key_and_code_used_in_the_source_has_words_in_both_languages() {
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&root, &mut files);
    let sections: Vec<&str> = text::keys(Language::En).filter_map(|key| key.split('.').next()).collect();
    let mut missing = Vec::new();
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        // Elsewhere `drivers.vcov` is an option of the study file, not a key of a sentence.
        let shows = ["report", "text"].iter().any(|room| file.starts_with(root.join(room)));
        let mut keys: Vec<String> = literals(&source)
            .into_iter()
            .filter(|text| {
                let parts: Vec<&str> = text.split('.').collect();
                parts.len() == 2
                    && (shows || ["command", "table", "page", "word"].contains(&parts[0]))
                    && sections.contains(&parts[0])
                    && !["toml", "html", "md", "csv", "json"].contains(&parts[1])
                    && is_code(parts[1])
            })
            // Provenance options share the look of a key.
            .filter(|text| !["ladder.levels", "privacy.crowd"].contains(&text.as_str()))
            .collect();
        let places = [("Caution::new(", "caution"), ("Decline::new(", "decline"), ("decline(", "decline")];
        for (call, section) in places {
            keys.extend(codes_after(&source, call).into_iter().map(|code| format!("{section}.{code}")));
        }
        let reasons = source.split(".lose(\"").skip(1).filter_map(|rest| rest.split('"').next());
        keys.extend(reasons.filter(|reason| is_code(reason)).map(|reason| format!("flow.{reason}")));
        for key in keys {
            for language in Language::ALL {
                if !text::knows(language, &key) {
                    missing.push(format!("{key} ({}) {}", language.code(), file.file_name().unwrap().display()));
                }
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn faults_are_told_on_the_page_in_the_words_of_the_terminal_and_never_by_a_code() {
    use oneonone::findings::{Draft, Issue, Level, seal};
    use oneonone::report::brief::faults;
    let forms = ["era_date", "full_width", "thousands", "slash_date", "japanese_date", "name"];
    let issue =
        |form: &&str| Issue::new("value_form", Level::Warning).file("a.csv").column("held_on", Some(1)).detail(*form);
    let issues: Vec<Issue> = forms.iter().map(issue).collect();
    let findings = seal(Draft { issues: issues.clone(), ..Draft::default() }, 5);
    for language in Language::ALL {
        let page = report::html(&findings, language).unwrap();
        for (issue, form) in issues.iter().zip(forms) {
            assert!(page.contains(&faults::sentence(issue, language)), "{form}");
            assert!(!page.contains(&format!("（{form}）")) && !page.contains(&format!("({form})")), "{form}");
        }
    }
}
