//! What `explain` must know: every code, column, mark and covariance, in both languages, in 80 columns. Does not judge
//! whether the explanations are good.

use crate::workshop::Folder;
use oneonone::report::{brief, csv, terminal};
use oneonone::text::explain::{self, Kind, Meaning, look_up};
use oneonone::text::{self, Language};
use std::collections::BTreeSet;
use unicode_width::UnicodeWidthStr;

/// The fields that results promise, besides the columns of the CSV.
const GLOSSARY: [&str; 38] = [
    "term",
    "estimate",
    "std_error",
    "statistic",
    "df",
    "p_value",
    "p_adjusted",
    "conf_low",
    "conf_high",
    "beta",
    "beta_low",
    "beta_high",
    "vif",
    "share_lmg",
    "share_johnson",
    "mark",
    "vcov",
    "n",
    "n_clusters",
    "r_squared",
    "adj_r_squared",
    "sigma",
    "df_residual",
    "f_statistic",
    "group",
    "level",
    "stage",
    "count",
    "share",
    "month",
    "index",
    "ratio",
    "lift",
    "difference",
    "mde",
    "power",
    "icc",
    "within_r_squared",
];

/// Other fields of the JSON that a reader may stumble over.
const FIELDS: [&str; 161] = [
    "smd_units",
    "variance_ratio",
    "p_strata",
    "strata",
    "stratified",
    "omnibus",
    "equivalence",
    "subgroups",
    "change",
    "event",
    "pre_trend",
    "slope_detectable",
    "bias_detectable",
    "whole",
    "index_base",
    "compliance",
    "itt",
    "per_protocol",
    "as_treated",
    "cace",
    "anderson_rubin",
    "first_stage",
    "first_stage_f",
    "dose",
    "practice",
    "never_met",
    "waiting",
    "burstiness",
    "evenness",
    "claims",
    "verdict",
    "grade",
    "check_passed",
    "basis",
    "scale",
    "p_shuffled",
    "margin",
    "p_equivalence",
    "reservations",
    "mark_low",
    "mark_high",
    "mark_bands",
    "effect_p25_p75",
    "f_test",
    "adjust",
    "family",
    "overall",
    "window_days",
    "flow",
    "coverage",
    "windows",
    "not_run",
    "cautions",
    "declines",
    "issues",
    "provenance",
    "why",
    "hidden",
    "design",
    "unit",
    "n_units",
    "mean",
    "sd",
    "lift_delta",
    "lift_log_delta",
    "ratio_check",
    "p_exact",
    "p_people",
    "alarm",
    "balance",
    "smd",
    "permutation",
    "smallest_p",
    "draws",
    "exact",
    "hedges_g",
    "person_level",
    "mde_lift",
    "causal",
    "logrank",
    "cox",
    "km",
    "at_risk",
    "survival",
    "medians",
    "rmst",
    "horizon",
    "clock",
    "by_unit",
    "risk_ratio",
    "risk_difference",
    "headcount",
    "leavers",
    "rate",
    "periods",
    "rolling",
    "superiority",
    "movement",
    "transitions",
    "share_lmg_low",
    "share_lmg_high",
    "share_johnson_low",
    "share_johnson_high",
    "effect_step",
    "robustness",
    "odds_ratio",
    "odds_low",
    "odds_high",
    "model",
    "where",
    "weights",
    "cluster",
    "absorbed",
    "counted",
    "nested",
    "dropped",
    "choice",
    "categories",
    "counts",
    "likelihood",
    "log_likelihood",
    "null_log_likelihood",
    "deviance",
    "mcfadden",
    "aic",
    "thresholds",
    "between",
    "effects",
    "predicted",
    "at",
    "parallel",
    "vcov_table",
    "wild",
    "diagnostics",
    "condition_number",
    "heteroscedasticity",
    "max_leverage",
    "rows_above_2k_n",
    "rows_above_3k_n",
    "max_cooks_distance",
    "influence",
    "max_dfbetas",
    "rows_above",
    "leave_one_out",
    "stability",
    "order",
    "outranks",
    "quadrant",
    "place",
    "strengthen",
    "keep",
    "watch",
    "fine",
    "open",
    "beside",
    "made_with",
    "within_between",
    "panel",
    "lagged",
    "quadrant_border",
    "category",
];

fn kinds_of(name: &str, language: Language) -> Vec<Kind> {
    look_up(name, language).into_iter().map(|meaning| meaning.kind).collect()
}

/// A key of a coded kind that is no remedy and no sentence for codes nobody knows.
fn code_of(kind: Kind, key: &'static str) -> Option<&'static str> {
    let code = key.strip_prefix(kind.name())?.strip_prefix('.')?;
    let side = ["_remedy", "_hint"].iter().any(|end| code.ends_with(end)) || matches!(code, "unknown" | "bug");
    (!side || !kind.told()).then_some(code)
}

#[test]
fn every_caution_decline_fault_check_and_reason_is_explained_in_both_languages() {
    let mut seen = 0;
    for kind in Kind::ALL.into_iter().filter(|kind| !kind.written()) {
        for key in text::keys(Language::En) {
            let Some(code) = code_of(kind, key) else { continue };
            for language in Language::ALL {
                let found = look_up(code, language);
                let Some(meaning) = found.iter().find(|m| m.kind == kind) else { panic!("{key} {language:?}") };
                assert_eq!(meaning.names, [code]);
                assert!(!meaning.text.contains(['{', '}', '–']), "{key}: {}", meaning.text);
                if kind == Kind::Issue {
                    assert!(meaning.remedy.as_ref().is_some_and(|remedy| remedy.len() > 5), "{key}");
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 2 * 250, "{seen}");
    for kind in [Kind::Caution, Kind::Decline, Kind::Issue, Kind::Check, Kind::Fault] {
        assert!(explain::of_kind(kind, Language::En).len() > 20, "{kind:?}");
    }
}

#[test]
fn every_placeholder_of_a_code_has_a_readable_word_in_both_languages() {
    for language in Language::ALL {
        let words: BTreeSet<String> = explain::written_keys(language).into_iter().collect();
        for key in text::keys(language) {
            if !Kind::ALL.iter().any(|kind| !kind.written() && code_of(*kind, key).is_some()) {
                continue;
            }
            for name in text::placeholders(text::template(language, key).unwrap()) {
                assert!(words.contains(&format!("place.{name}")), "{{{name}}} of {key} ({})", language.code());
            }
        }
    }
    let caution = look_up("few_clusters", Language::En).remove(0);
    assert_eq!(caution.text, "Only <number> clusters: under 20, intervals by cluster are less sure.");
}

#[test]
fn every_field_of_the_results_is_explained_in_both_languages() {
    for language in Language::ALL {
        for field in GLOSSARY.iter().chain(csv::COLUMNS).chain(&FIELDS) {
            let known = look_up(field, language).into_iter().any(|m| m.kind.written() && m.names.contains(field));
            assert!(known, "{field} {language:?}");
        }
    }
}

#[test]
fn both_files_have_the_same_keys_and_fit_the_registry() {
    let [ja, en] = Language::ALL.map(explain::written_keys);
    assert_eq!(ja, en);
    assert!(en.len() > 350);
    let written: BTreeSet<String> = explain::all(Language::En)
        .iter()
        .filter(|m| m.kind.written())
        .map(|m| format!("entry.{}", m.names[0]))
        .collect();
    let said: BTreeSet<String> = en.iter().filter(|key| key.starts_with("entry.")).cloned().collect();
    assert_eq!(written, said);
    for note in en.iter().filter_map(|key| key.strip_prefix("note.")) {
        let code = text::knows(Language::En, note);
        assert!(code, "a note for {note}, which is no code");
    }
}

#[test]
fn no_text_is_empty_and_each_is_in_its_language() {
    let japanese = |text: &str| text.chars().any(|c| ('\u{3040}'..='\u{30FF}').contains(&c));
    let bodies = |m: &Meaning| [Some(m.title.clone()), Some(m.text.clone()), m.remedy.clone(), m.note.clone()];
    for language in Language::ALL {
        for meaning in explain::all(language) {
            let name = meaning.names[0];
            for body in bodies(&meaning).into_iter().flatten() {
                assert!(!body.trim().is_empty(), "{name} {language:?}");
                assert!(language == Language::Ja || !japanese(&body), "{name}: {body}");
            }
            assert!(language == Language::En || japanese(&meaning.text) || !meaning.kind.written(), "{name}");
            if meaning.kind.written() {
                let least = if language == Language::Ja { 30 } else { 60 };
                assert!(meaning.text.chars().count() >= least, "{name} says little");
            }
        }
        for key in
            ["lead", "name", "what", "remedy", "source", "see", "r", "stata", "python", "heading", "heading_code"]
        {
            assert!(!explain::word(language, key).is_empty(), "{key}");
        }
        for kind in Kind::ALL {
            let all = format!("{}_all", kind.name());
            assert!(!explain::word(language, kind.name()).is_empty(), "{kind:?}");
            assert!(!explain::word(language, &all).is_empty(), "{kind:?}");
        }
    }
}

#[test]
fn no_two_entries_share_a_name_a_title_or_another_name() {
    for language in Language::ALL {
        let mut titles = BTreeSet::new();
        let mut names = BTreeSet::new();
        for meaning in explain::all(language).into_iter().filter(|m| m.kind.written()) {
            assert!(titles.insert(meaning.title.clone()), "{}", meaning.title);
            for name in meaning.names {
                assert!(names.insert(explain::plain(name)), "{name}");
            }
        }
    }
    for meaning in explain::all(Language::En) {
        for other in meaning.see {
            assert!(look_up(other, Language::En).iter().any(|m| m.names.contains(&other.as_str())), "{other}");
        }
    }
}

#[test]
fn words_are_found_whatever_their_case_width_spelling_and_language() {
    let cases = [
        ("cr2", "CR2"),
        ("ＣＲ２", "CR2"),
        ("hc3", "HC3"),
        ("LMG", "lmg"),
        ("Shapley", "lmg"),
        ("shapley values", "lmg"),
        ("Holm", "holm"),
        ("Satterthwaite", "satterthwaite"),
        ("Satterthwaiteの自由度", "satterthwaite"),
        ("clustered errors", "clustered_errors"),
        ("クラスター単位の誤差", "clustered_errors"),
        ("Fixed Effects", "absorbed_effects"),
        ("固定効果", "absorbed_effects"),
        ("robustness value", "robustness_value"),
        ("Robustness-Value", "robustness_value"),
        ("P_ADJUSTED", "p_adjusted"),
        ("conf_high", "conf_low"),
        ("95%区間", "conf_low"),
        ("強さの印", "strength_marks"),
        ("多重補完", "multiple_imputation"),
        ("kaplan-meier", "km"),
        ("log-rank", "logrank"),
        ("wild cluster bootstrap", "wild"),
        ("two_way", "two-way"),
        ("--where", "where"),
        ("Barnard-Rubin", "barnard_rubin"),
        ("breusch pagan", "breusch_pagan"),
        ("srm", "ratio_check"),
        ("crowd rule", "crowd_rule"),
        ("++++", "++++"),
        ("＋＋", "++"),
        ("---", "---"),
        ("C(x)", "C()"),
        ("-1", "-1"),
        ("|", "|"),
        ("~", "~"),
        ("thin_coverage", "thin_coverage"),
        ("Thin Coverage", "thin_coverage"),
        ("duplicate_key", "duplicate_keys"),
        ("k匿名性", "k_anonymity"),
    ];
    for (asked, name) in cases {
        for language in Language::ALL {
            let found = look_up(asked, language);
            assert!(found.first().is_some_and(|m| m.names[0] == name), "{asked}: {found:?}");
        }
    }
    assert_eq!(kinds_of("collinear", Language::En), [Kind::Caution, Kind::Decline], "one code, two meanings");
    assert!(look_up("frobnicate", Language::En).is_empty());
    assert!(look_up("", Language::En).is_empty());
}

#[test]
fn every_page_fits_80_columns_in_both_languages() {
    let fits = |page: &str, what: &str| {
        for line in page.lines() {
            assert!(line.width() <= 80, "{what}, {} columns: {line}", line.width());
        }
    };
    for language in Language::ALL {
        for meaning in explain::all(language) {
            let name = meaning.names[0];
            let page = brief::explain::meanings(std::slice::from_ref(&meaning), name, language);
            fits(&terminal::draw(&page, terminal::Style::Plain), name);
        }
        fits(&terminal::draw(&brief::explain::list(language), terminal::Style::Plain), "the list");
    }
}

#[test]
fn without_a_word_it_lists_every_name_by_kind() {
    let folder = Folder::new("explain-list");
    for language in ["en", "ja"] {
        let told = folder.oneonone(&["explain", "--language", language]);
        assert_eq!((told.status, told.err().as_str()), (0, ""));
        let list = told.out();
        for heading in
            Kind::ALL.map(|kind| explain::word(Language::parse(language).unwrap(), &format!("{}_all", kind.name())))
        {
            assert!(list.contains(heading), "{heading}");
        }
        let flat: String = list.split_whitespace().collect::<Vec<_>>().join(" ");
        for meaning in explain::all(Language::En) {
            let name = meaning.names[0];
            assert!(flat.contains(name), "{name}");
        }
    }
    let json = folder.oneonone(&["explain", "--format", "json"]).json();
    assert_eq!(json.as_array().unwrap().len(), explain::all(Language::En).len());
    assert!(json[0]["name"].is_string() && json[0]["kind"].is_string() && json[0]["title"].is_string());
}

#[test]
fn an_unknown_word_exits_2_with_the_nearest_known_ones() {
    let folder = Folder::new("explain-unknown");
    for (asked, near) in [
        ("few_cluster5", "few_clusters"),
        ("satterwaite", "satterthwaite"),
        ("CR9", "CR"),
        ("tin coverage", "thin_coverage"),
        ("cluster wobble", "cluster"),
    ] {
        for language in ["en", "ja"] {
            let told = folder.oneonone(&["explain", asked, "--language", language]);
            assert_eq!((told.status, told.out().as_str()), (2, ""), "{asked}");
            let said = told.err();
            assert!(said.contains(near), "{asked}: {said}");
            assert!(said.lines().all(|line| line.width() <= 80), "{said}");
        }
    }
    let told = folder.oneonone(&["explain", "xqzzyqw", "--language", "en"]);
    assert_eq!(told.status, 2);
    assert!(told.err().contains("lists every word"), "{}", told.err());
    let told = folder.oneonone(&["explain", "x\u{1b}[31m", "--language", "en"]);
    assert!(!told.err().contains('\u{1b}'), "control characters never pass");
}

#[test]
fn marks_several_words_and_signs_can_be_typed_as_they_are() {
    let folder = Folder::new("explain-typed");
    for (args, said) in [
        (vec!["explain", "robustness", "value"], "robustness_value"),
        (vec!["explain", "++++"], "++++ (mark"),
        (vec!["explain", "---"], "--- (mark"),
        (vec!["explain", "--", "--"], "-- (mark"),
        (vec!["explain", "-1"], "-1 (writing"),
        (vec!["explain", "----", "--language", "en"], "---- (mark"),
    ] {
        let mut args = args;
        if !args.contains(&"--language") {
            args.splice(1..1, ["--language", "en"]);
        }
        let told = folder.oneonone(&args);
        assert_eq!(told.status, 0, "{args:?}: {}", told.err());
        assert!(told.out().starts_with(said), "{args:?}: {}", told.out());
    }
}

#[test]
fn json_is_one_object_and_markdown_a_page() {
    let folder = Folder::new("explain-formats");
    let json = folder.oneonone(&["explain", "hc3", "--format", "json", "--language", "en"]).json();
    assert_eq!((&json["name"], &json["kind"]), (&"HC3".into(), &"covariance".into()));
    assert!(json["text"].as_str().unwrap().contains("leverage"));
    assert!(json["reference"].as_str().unwrap().contains("MacKinnon and White 1985"));
    assert!(json["same"]["r"].as_str().unwrap().contains("vcovHC"));
    let json = folder.oneonone(&["explain", "conf_high", "--format", "json"]).json();
    assert_eq!(json["name"], "conf_high", "the name that was asked for");
    let json = folder.oneonone(&["explain", "collinear", "--format", "json"]).json();
    assert_eq!((&json["kind"], &json["also"][0]["kind"]), (&"caution".into(), &"decline".into()));
    let json = folder.oneonone(&["explain", "encoding", "--format", "json"]).json();
    assert!(json["remedy"].is_string() && json["note"].is_string());
    let md = folder.oneonone(&["explain", "CR2", "--format", "md", "--language", "ja"]).out();
    assert!(md.starts_with("# CR2") && md.contains("クラスター"), "{md}");
}
