//! The study file: what is read from it, what is in force when it is silent, and what is said about its faults.

use oneonone::domain::{Day, Ladder, TOPICS};
use oneonone::study::{
    Adjust, Assignment, Clock, Fault, Languages, LoadError, Study, Wave, Window, check, default_text, files, load,
    nearest::nearest,
};
use oneonone::tables::Table;
use std::path::{Path, PathBuf};

/// A folder of its own with the named files in it, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn with(name: &str, files: &[&str]) -> Self {
        let path = std::env::temp_dir().join(format!("oneonone-study-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        for file in files {
            std::fs::write(path.join(file), "x\n").unwrap();
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const FILES: [&str; 5] = ["sessions.csv", "survey.csv", "people.csv", "sales.csv", "attrition.csv"];

/// Checks a study whose `[data]` names people.csv only, unless the text has its own.
fn study(name: &str, text: &str) -> Result<Study, Vec<Fault>> {
    let folder = Folder::with(name, &FILES);
    let text =
        if text.contains("[data]") { text.to_string() } else { format!("{text}\n[data]\npeople = \"people.csv\"\n") };
    check(&text, &folder.0)
}

fn faults(name: &str, text: &str) -> Vec<Fault> {
    study(name, text).expect_err("this study has faults")
}

/// The only fault, as code, line, column and key.
fn only(name: &str, text: &str) -> (&'static str, usize, usize, String) {
    let faults = faults(name, text);
    assert_eq!(faults.len(), 1, "{faults:?}");
    (faults[0].code, faults[0].line, faults[0].column, faults[0].key.clone())
}

const EXAMPLE: &str = r#"
[study]
title = "営業部門の1on1"
language = "ja"                      # ja | en | both
[data]                               # paths relative to this file; a list or glob is one table
sessions = "sessions.csv"
survey   = "survey.csv"
people   = "people.csv"
sales    = "sales.csv"
[data.columns.sessions]              # only for headers the alias list does not know
held_on = "面談した日"
[scales]
satisfaction = [1, 5]
engagement   = [0, 100]
[drivers]
outcome = "engagement"
topics  = ["work_progress", "relationships", "wellbeing", "career", "skills", "private_life", "company_policy"]
window_days = 180                    # or "all"
wave    = "last"                     # each person's latest; "all" for the panel; or a label
cluster = "manager_id"
vcov    = "CR2"
missing = "complete"                 # complete | mi | ipw
[comparison]
design    = "randomised"
unit      = "manager_id"             # what was assigned
treatment = "A"
control   = "B"
outcome   = "sales"
start     = "2024-01-01"
end       = "2024-12-31"             # default: see statistics.md
[attrition]
clock = "since_start"                # since_start | tenure
[stages]
by = ["group", "department"]
[privacy]
crowd = 5
[report]
formats = ["html"]                   # html, pdf, xlsx, md; [] writes findings only
"#;

#[test]
fn the_example_of_the_command_line_page_is_read_as_written() {
    let study = study("example", EXAMPLE).unwrap();
    assert_eq!(study.title, "営業部門の1on1");
    assert_eq!(study.languages, Languages::Ja);
    assert_eq!(study.data.sessions.len(), 1);
    assert!(study.data.sessions[0].path.ends_with("sessions.csv"));
    assert!(study.data.attrition.is_empty());
    assert_eq!(study.columns["sessions"]["held_on"], "面談した日");
    assert_eq!(study.engagement, Some((0.0, 100.0)));
    assert_eq!(study.drivers.topics, TOPICS);
    assert_eq!(study.drivers.window, Window::Days(180));
    assert_eq!(study.drivers.wave, Wave::Last);
    assert_eq!(study.drivers.cluster.as_deref(), Some("manager_id"));
    assert_eq!(study.drivers.vcov.as_deref(), Some("CR2"));
    let comparison = study.comparison.unwrap();
    assert_eq!(comparison.design, Assignment::Randomised);
    assert_eq!(comparison.unit.as_deref(), Some("manager_id"));
    assert_eq!(comparison.start, Day::from_ymd(2024, 1, 1));
    assert_eq!(comparison.end, Day::from_ymd(2024, 12, 31));
    assert_eq!(study.stages_by, ["group", "department"]);
    assert_eq!(study.crowd, 5);
    assert_eq!(study.formats, ["html"]);
}

#[test]
fn what_a_study_leaves_out_comes_from_the_default_file() {
    let study = study("silent", "").unwrap();
    assert_eq!((study.languages, study.seed, study.crowd), (Languages::Ja, 1, 5));
    assert_eq!(study.satisfaction, (1.0, 5.0));
    assert_eq!(study.engagement, None);
    assert_eq!(study.topics.iter().map(|t| t.code.as_str()).collect::<Vec<_>>(), TOPICS);
    assert_eq!(study.ladder, Ladder::default());
    assert_eq!(study.drivers.topics, TOPICS);
    assert_eq!((study.drivers.vcov, study.drivers.adjust), (None, Adjust::Holm));
    assert_eq!(study.drivers.bands, [0.05, 0.10, 0.15, 0.20, 0.25]);
    assert_eq!(study.comparison, None);
    assert_eq!(study.clock, Clock::SinceStart);
}

#[test]
fn every_default_is_valid_and_the_default_file_itself_only_lacks_data() {
    let faults = check(default_text(), Path::new("")).unwrap_err();
    assert_eq!(faults.iter().map(|f| f.code).collect::<Vec<_>>(), ["no_data"]);
    let study = Study::with_data(Default::default()).unwrap();
    assert_eq!(study.crowd, 5);
    assert_eq!(study.comparison, None);
}

#[test]
fn the_default_file_lists_every_column_of_every_table() {
    let faulty = default_text().replace("[data.columns.sessions]", "[data.columns.sessions]\nno_such = \"\"");
    let faults = check(&faulty, Path::new("")).unwrap_err();
    assert!(faults.iter().any(|f| f.code == "unknown_key" && f.key == "data.columns.sessions.no_such"), "{faults:?}");
    for table in Table::ALL {
        let names = table.fields().iter().map(|f| f.name).chain((table == Table::Sessions).then_some("satisfaction"));
        let lines: String = names.map(|n| format!("{n} = \"header of {n}\"\n")).collect();
        let text = format!("[data.columns.{}]\n{lines}", table.name());
        let study = study("columns", &text).unwrap();
        let expected = table.fields().len() + usize::from(table == Table::Sessions);
        assert_eq!(study.columns[table.name()].len(), expected);
    }
}

#[test]
fn the_options_in_force_hold_defaults_and_choices_and_no_path() {
    let study = study("options", "[drivers]\nwindow_days = \"all\"\nvcov = \"hc3\"\ncluster = \"\"\n").unwrap();
    assert_eq!(study.options["drivers.window_days"], "all");
    assert_eq!(study.options["drivers.vcov"], "HC3");
    assert_eq!(study.options["drivers.cluster"], serde_json::Value::Null);
    assert_eq!(study.options["privacy.crowd"], 5);
    assert_eq!(study.options["drivers.topics"][3], "career");
    assert_eq!(study.drivers.vcov.as_deref(), Some("HC3"));
    assert!(!study.options.keys().any(|k| k.starts_with("comparison.")));
    let all = serde_json::to_string(&study.options).unwrap();
    assert!(!all.contains(".csv"), "{all}");
}

#[test]
fn every_key_of_the_default_file_reaches_the_options_except_paths_and_unused_columns() {
    let text = default_text().replace("people = \"\"", "people = \"people.csv\"");
    let study = study("keys", &text).unwrap();
    for key in [
        "study.title",
        "study.language",
        "study.seed",
        "scales.satisfaction",
        "scales.engagement",
        "topics",
        "ladder.levels",
        "drivers.outcome",
        "drivers.topics",
        "drivers.window_days",
        "drivers.wave",
        "drivers.cluster",
        "drivers.vcov",
        "drivers.missing",
        "drivers.adjust",
        "drivers.bands",
        "drivers.resample",
        "comparison.design",
        "comparison.unit",
        "comparison.treatment",
        "comparison.control",
        "comparison.outcome",
        "comparison.start",
        "comparison.end",
        "comparison.share",
        "attrition.clock",
        "stages.by",
        "privacy.crowd",
        "report.formats",
    ] {
        assert!(study.options.contains_key(key), "{key}");
    }
}

#[test]
fn all_faults_come_at_once_each_at_its_place() {
    let text = "[study]\nlanguage = \"jp\"\nseed = -1\n[driver]\nx = 1\n[drivers]\nwindow_dais = 90\n  wave = 1.5\n\
                vcov = \"HC4\"\nadjust = \"Holmes\"\nbands = [1, 2]\n[privacy]\ncrowd = \"five\"\n[report]\n\
                formats = [\"pdf\", \"html\"]\n";
    let found: Vec<(&str, usize, usize, String)> =
        faults("many", text).into_iter().map(|f| (f.code, f.line, f.column, f.key)).collect();
    let expected = [
        ("unknown_value", 2, 12, "study.language"),
        ("out_of_range", 3, 8, "study.seed"),
        ("unknown_key", 4, 2, "driver"),
        ("unknown_key", 7, 1, "drivers.window_dais"),
        ("wrong_type", 8, 10, "drivers.wave"),
        ("unknown_value", 9, 8, "drivers.vcov"),
        ("unknown_value", 10, 10, "drivers.adjust"),
        ("bad_bands", 11, 9, "drivers.bands"),
        ("wrong_type", 13, 9, "privacy.crowd"),
        ("not_in_this_version", 15, 12, "report.formats"),
    ];
    assert_eq!(found, expected.map(|(code, line, column, key)| (code, line, column, key.to_string())));
}

#[test]
fn a_misspelt_key_or_value_gets_the_nearest_known_one() {
    let nearest_of = |name: &str, text: &str| faults(name, text)[0].arg("nearest").unwrap().to_string();
    assert_eq!(nearest_of("n1", "[drivers]\nwindow_dais = 90\n"), "window_days");
    assert_eq!(nearest_of("n2", "[driver]\n"), "drivers");
    assert_eq!(nearest_of("n3", "[comparison]\ndesign = \"randomized\"\n"), "randomised");
    assert_eq!(nearest_of("n4", "[drivers]\ntopics = [\"carreer\"]\n"), "career");
    assert_eq!(nearest_of("n5", "[drivers]\ncrowd = 3\n"), "privacy.crowd");
    assert_eq!(nearest_of("n6", "[drivers]\nqqqqqqqq = 3\n"), "");
    assert_eq!(nearest("treatmnet", ["control", "treatment"]), Some("treatment"));
}

#[test]
fn two_wrong_items_of_one_list_are_two_faults() {
    let found = faults("items", "[drivers]\ntopics = [\"carreer\", \"skills\", \"overall\"]\n");
    let found: Vec<_> = found.iter().map(|f| (f.code, f.line, f.column)).collect();
    assert_eq!(found, [("unknown_value", 2, 11), ("overall_is_no_topic", 2, 32)]);
}

#[test]
fn syntax_faults_name_their_line() {
    let found = faults("syntax", "[study]\ntitle = \"x\nseed = 1\n");
    assert!(found.iter().all(|f| f.code == "toml_syntax"));
    assert_eq!(found[0].line, 2);
    assert!(found[0].arg("message").is_some_and(|m| !m.is_empty()));
    assert_eq!(faults("twice", "[study]\nseed = 1\nseed = 2\n")[0].line, 3);
}

#[test]
fn columns_of_places_count_characters_not_bytes() {
    let found = faults("wide", "[study]\n\"表題\" = 1\n[survey.waves]\n\"第一回\" = \"2024-13-01\"\n");
    assert_eq!((found[0].code, found[0].line, found[0].column), ("unknown_key", 2, 1));
    assert_eq!((found[1].code, found[1].line, found[1].column), ("bad_date", 4, 9));
}

#[test]
fn dates_may_be_texts_or_toml_dates() {
    let study = study("dates", "[comparison]\nstart = 2024-01-01\nend = \"2024-12-31\"\n[survey.waves]\n1 = 2024-03-31\n\"2\" = \"2024-06-30\"\n").unwrap();
    let comparison = study.comparison.unwrap();
    assert_eq!(comparison.start, Day::from_ymd(2024, 1, 1));
    assert_eq!(comparison.end, Day::from_ymd(2024, 12, 31));
    assert_eq!(study.waves["1"], Day::from_ymd(2024, 3, 31).unwrap());
    assert_eq!(study.waves["2"], Day::from_ymd(2024, 6, 30).unwrap());
    assert_eq!(study.options["comparison.start"], "2024-01-01");
    assert_eq!(only("nodate", "[comparison]\nstart = \"2024-02-30\"\n").0, "bad_date");
    assert_eq!(only("time", "[comparison]\nstart = 2024-01-01T10:00:00\n").0, "bad_date");
}

#[test]
fn faults_between_keys_are_told_where_the_second_stands() {
    assert_eq!(
        only("ends", "[comparison]\nstart = \"2024-05-01\"\nend = \"2024-04-30\"\n"),
        ("end_before_start", 3, 7, "comparison.end".into())
    );
    assert_eq!(only("arms", "[comparison]\ntreatment = \"B\"\n").0, "same_arms");
    assert_eq!(only("share", "[comparison]\nshare = 1\n").0, "share_outside");
    assert_eq!(only("cr", "[drivers]\nvcov = \"CR1\"\ncluster = \"\"\n").0, "vcov_needs_cluster");
    assert_eq!(only("scale", "[scales]\nsatisfaction = [5, 1]\n").0, "bad_scale");
}

#[test]
fn what_this_version_does_not_do_is_refused_by_name() {
    assert_eq!(only("xlsx", "[report]\nformats = [\"xlsx\"]\n").0, "not_in_this_version");
    assert_eq!(study("none", "[report]\nformats = []\n").unwrap().formats, Vec::<String>::new());
}

#[test]
fn topics_are_renamed_added_and_dropped() {
    let text = "[[topics]]\ncode = \"career\"\nja = \"将来\"\n[[topics]]\ncode = \"private_life\"\ndrop = true\n\
                [[topics]]\ncode = \"remote_work\"\nen = \"working from home\"\n";
    let study = study("topics", text).unwrap();
    let codes: Vec<_> = study.topics.iter().map(|t| t.code.as_str()).collect();
    assert_eq!(
        codes,
        ["work_progress", "relationships", "wellbeing", "career", "skills", "company_policy", "remote_work"]
    );
    assert_eq!(study.topics[3].ja.as_deref(), Some("将来"));
    assert_eq!(study.topics[6].en.as_deref(), Some("working from home"));
    assert_eq!(study.drivers.topics, codes);
    assert_eq!(only("wide", "[data.columns.sessions]\nremote = \"x\"\n").0, "unknown_key");
    let wide = "[[topics]]\ncode = \"remote\"\n[data.columns.sessions]\nremote = \"x\"\noverall = \"y\"\n";
    assert_eq!(self::study("wide2", wide).unwrap().columns["sessions"].len(), 2);
    assert_eq!(only("over", "[[topics]]\ncode = \"overall\"\n").0, "overall_is_no_topic");
    assert_eq!(only("code", "[[topics]]\nja = \"x\"\n").0, "missing_field");
    assert_eq!(only("field", "[[topics]]\ncode = \"x\"\njp = \"x\"\n").3, "topics.jp");
    assert_eq!(only("shape", "topics = [\"career\"]\n").0, "wrong_type");
    assert_eq!(only("space", "[[topics]]\ncode = \"a b\"\n").0, "bad_code");
}

#[test]
fn a_ladder_of_ones_own_replaces_the_ladder_of_the_domain() {
    let level = |stage: &str| format!("[[ladder.levels]]\nstage = \"{stage}\"\nja = \"文\"\n");
    let text =
        [level("low"), level("low"), level("high")].concat() + "[[ladder.stages]]\ncode = \"high\"\nen = \"up\"\n";
    let study = study("ladder", &text).unwrap();
    assert_eq!(study.ladder.levels(), 3);
    assert_eq!(study.ladder.stages(), ["low", "high"]);
    assert_eq!(study.ladder_words.levels[2].ja.as_deref(), Some("文"));
    assert_eq!(study.ladder_words.stages[1].en.as_deref(), Some("up"));
    assert_eq!(only("split", &[level("a"), level("b"), level("a")].concat()).0, "stage_split");
    assert_eq!(only("stage", "[[ladder.stages]]\ncode = \"warry\"\n").0, "unknown_value");
    assert_eq!(only("single", &level("a")).0, "bad_ladder");
}

#[test]
fn files_are_one_a_list_a_pattern_or_a_list_with_waves() {
    let folder = Folder::with("globs", &["log-2.csv", "log-1.csv", "log-10.txt", ".log-3.csv", "q1.csv", "q2.csv"]);
    let text = "[data]\nsessions = \"log-?.csv\"\nsurvey = [{ file = \"q1.csv\", wave = 2024-03-31 }, { file = \"q2.csv\" }]\nsales = [\"log-10.txt\", \"l*2.csv\"]\n";
    let data = check(text, &folder.0).unwrap().data;
    let names = |files: &[oneonone::study::DataFile]| {
        files.iter().map(|f| f.path.file_name().unwrap().to_string_lossy().into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&data.sessions), ["log-1.csv", "log-2.csv"]);
    assert_eq!(names(&data.sales), ["log-10.txt", "log-2.csv"]);
    assert_eq!(names(&data.survey), ["q1.csv", "q2.csv"]);
    assert_eq!(data.survey[0].wave.as_deref(), Some("2024-03-31"));
    assert_eq!(data.survey[1].wave, None);
    assert!(data.sessions[0].path.starts_with(&folder.0));
}

#[test]
fn patterns_fit_as_in_a_shell() {
    assert!(files::matches("*.csv", "a.csv"));
    assert!(files::matches("2024-*-s?s.csv", "2024-04-x-sés.csv"));
    assert!(files::matches("a*b*c", "aXbXbXc"));
    assert!(!files::matches("*.csv", "a.csv.gz"));
    assert!(!files::matches("*.csv", ".hidden.csv"));
    assert!(!files::matches("a?", "a"));
}

#[test]
fn every_data_file_that_is_not_there_is_told_at_once() {
    let text = "[data]\nsessions = \"nowhere.csv\"\nsurvey = \"q*.csv\"\npeople = \"people.csv\"\nsales = [\"people.csv\", \"people.csv\"]\nattrition = \".\"\n";
    let found: Vec<_> = faults("absent", text).into_iter().map(|f| (f.code, f.line, f.column)).collect();
    assert_eq!(
        found,
        [("data_file_missing", 2, 12), ("pattern_empty", 3, 10), ("file_twice", 5, 24), ("data_file_is_folder", 6, 13)]
    );
    assert_eq!(only("nothing", "[data]\n").0, "no_data");
}

#[test]
fn a_study_that_is_missing_or_no_text_is_an_error_that_could_not_run() {
    let Err(LoadError::Error(error)) = load(Path::new("no-such-folder/study.toml")) else {
        panic!("a missing study loads")
    };
    assert_eq!((error.code(), error.exit_status()), ("study_missing", 2));
    let folder = Folder::with("bytes", &["people.csv"]);
    let path = folder.0.join("study.toml");
    std::fs::write(&path, [0x83, 0x65, 0x81]).unwrap();
    let Err(LoadError::Error(error)) = load(&path) else { panic!("bytes load") };
    assert_eq!((error.code(), error.exit_status()), ("study_unreadable", 2));
    std::fs::write(&path, "\u{feff}[data]\npeople = \"people.csv\"\n").unwrap();
    assert_eq!(load(&path).unwrap().data.people.len(), 1);
}

#[test]
fn a_grouping_of_ones_own_has_every_level_once() {
    let stage = |code: &str, first: usize, last: usize| {
        format!("[[ladder.stages]]\ncode = \"{code}\"\nja = \"段\"\nlevels = [{first}, {last}]\n")
    };
    let grouped = study("grouped", &[stage("low", 0, 5), stage("mid", 6, 11), stage("high", 12, 16)].concat()).unwrap();
    assert_eq!((grouped.ladder.levels(), grouped.ladder.stages()), (17, &["low", "mid", "high"].map(String::from)[..]));
    assert_eq!(grouped.ladder.stage_code(12), "high");
    assert_eq!(grouped.ladder_words.stages[2].ja.as_deref(), Some("段"));
    assert_eq!(only("gap", &[stage("low", 0, 5), stage("high", 8, 16)].concat()).0, "stages_gap");
    assert_eq!(only("overlap", &[stage("low", 0, 6), stage("high", 6, 16)].concat()).0, "stages_overlap");
    assert_eq!(only("far", &[stage("low", 0, 6), stage("high", 7, 17)].concat()).0, "out_of_range");
    assert_eq!(only("back", &[stage("low", 6, 0), stage("high", 7, 16)].concat()).0, "bad_range");
    let split = [stage("low", 0, 5), stage("mid", 6, 11), stage("low", 12, 16)].concat();
    assert_eq!(only("again", &split).0, "stage_split");
    let level = "[[ladder.levels]]\nstage = \"a\"\n";
    assert_eq!(only("twice", &[level, &stage("a", 0, 0)].concat()).0, "grouped_twice");
}

#[test]
fn items_of_the_ladder_are_checked_before_any_answer_is_read() {
    let levels = |items: [&str; 3]| -> String {
        let one = |item: &str| if item.is_empty() { String::new() } else { format!("item = \"{item}\"\n") };
        items.map(|item| format!("[[ladder.levels]]\nstage = \"s\"\n{}", one(item))).concat()
    };
    let asked =
        study("items", &("[ladder]\nscale = [1, 5]\nagree = 4\n".to_string() + &levels(["", "a", "b"]))).unwrap();
    let items = asked.items.unwrap();
    assert_eq!((items.items.len(), items.agree, items.scale), (2, 4.0, (1.0, 5.0)));
    assert!(study("none", "[ladder]\nagree = 1\n").unwrap().items.is_none());
    let list = |items: &str, more: &str| format!("[ladder]\nitems = [{items}]\n{more}") + &levels(["", "", ""]);
    assert_eq!(study("list", &list("\"a\", \"b\"", "")).unwrap().items.unwrap().items[1].column, "b");
    for (name, text, code) in [
        ("count", list("\"a\"", ""), "items_count"),
        ("same", list("\"a\", \"a\"", ""), "listed_twice"),
        ("scale", list("\"a\", \"b\"", "scale = [1, 5]\n"), "agree_needed"),
        ("agree", list("\"a\", \"b\"", "agree = 2\n"), "agree_outside"),
        ("whole", list("\"a\", \"b\"", "scale = [0.5, 1]\nagree = 1\n"), "bad_scale"),
        ("rule", list("\"a\", \"b\"", "rule = \"most\"\n"), "unknown_value"),
        ("gap", levels(["", "", "b"]), "level_without_item"),
        ("lowest", levels(["z", "a", "b"]), "item_of_lowest"),
        ("both", "[ladder]\nitems = [\"a\", \"b\"]\n".to_string() + &levels(["", "a", "b"]), "items_given_twice"),
    ] {
        assert_eq!(only(name, &text).0, code, "{name}");
    }
}
