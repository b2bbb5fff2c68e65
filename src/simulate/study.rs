//! The text of a study file ready to run on a simulated case, commented in the language of the files. It deliberately spells
//! out every key a first study needs, defaults included, so that it can be read as an example.

use super::calendar;
use super::{Dialect, Export, Options};
use crate::domain::TOPICS;

/// One line of the file: what stands there, and its comment in English and Japanese.
struct Line(String, &'static str, &'static str);

/// The text of `study.toml`.
pub(super) fn text(options: &Options) -> String {
    let mut text = String::new();
    for Line(entry, english, japanese) in lines(options) {
        let comment = if options.dialect == Dialect::English { english } else { japanese };
        match (entry.is_empty(), comment.is_empty()) {
            (true, _) => text.push_str(&format!("# {comment}\n")),
            (false, true) => text.push_str(&format!("{entry}\n")),
            (false, false) => text.push_str(&format!("{entry}  # {comment}\n")),
        }
    }
    text
}

fn lines(options: &Options) -> Vec<Line> {
    let (title, language) = match options.dialect {
        Dialect::English => ("1on1s and engagement (simulated)", "en"),
        Dialect::Japanese => ("1on1とエンゲージメント(模擬データ)", "ja"),
    };
    let by = match options.export {
        Export::Identified => r#"["group", "department", "wave", "tenure"]"#,
        Export::Anonymised => r#"["group", "wave"]"#,
    };
    let topics: Vec<String> = TOPICS.iter().map(|t| format!("\"{t}\"")).collect();
    let plain = |entry: &str| Line(entry.to_owned(), "", "");
    let told = |entry: String, english: &'static str, japanese: &'static str| Line(entry, english, japanese);
    vec![
        told(
            String::new(),
            "Simulated data: all people are synthetic. What is true is in truth.json.",
            "模擬データです。実在の人物は含まれません。正解は truth.json にあります。",
        ),
        plain("[study]"),
        plain(&format!("title = \"{title}\"")),
        told(format!("language = \"{language}\""), "ja | en | both", "ja | en | both"),
        plain("\n[data]"),
        told("sessions = \"sessions.csv\"".into(), "a row per topic of a 1on1", "1on1の話題ごとに1行"),
        told("survey = \"survey.csv\"".into(), "a row per person and wave", "人と調査回ごとに1行"),
        told("people = \"people.csv\"".into(), "a row per person", "人ごとに1行"),
        told("sales = \"sales.csv\"".into(), "a row per person and month", "人と月ごとに1行"),
        told(
            String::new(),
            "[data.columns.sessions] names headers the alias list does not know: held_on = \"day we met\"",
            "別名表にない見出しは [data.columns.sessions] で指定します: held_on = \"面談した日\"",
        ),
        plain("\n[scales]"),
        plain("satisfaction = [1, 5]"),
        plain("engagement = [0, 100]"),
        plain("\n[drivers]"),
        plain("outcome = \"engagement\""),
        plain(&format!("topics = [{}]", topics.join(", "))),
        told(
            format!("window_days = {}", calendar::WINDOW_DAYS),
            "the days before a wave whose ratings count, or \"all\"",
            "調査日の前の何日間の満足度を使うか。\"all\" で全期間",
        ),
        told("wave = \"last\"".into(), "each person's latest answer", "各人の最後の回答"),
        told("cluster = \"manager_id\"".into(), "errors by team", "誤差はチーム単位"),
        plain("vcov = \"CR2\""),
        plain("missing = \"complete\""),
        plain("\n[comparison]"),
        told("design = \"randomised\"".into(), "teams were drawn by lot", "チームを無作為に割り付けた"),
        told("unit = \"manager_id\"".into(), "what was assigned", "割り付けの単位"),
        plain("treatment = \"A\""),
        plain("control = \"B\""),
        plain("outcome = \"sales\""),
        plain(&format!("start = \"{}\"", calendar::start())),
        plain(&format!("end = \"{}\"", calendar::last_day())),
        plain("\n[attrition]"),
        told("clock = \"since_start\"".into(), "since_start | tenure", "since_start | tenure"),
        plain("\n[stages]"),
        plain(&format!("by = {by}")),
        plain("\n[privacy]"),
        told("crowd = 5".into(), "no figure about fewer people", "これより少ない人数の値は出さない"),
        plain("\n[report]"),
        plain("formats = [\"html\"]"),
    ]
}
