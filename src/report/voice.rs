//! The reader's language together with the names a study gives its own topics and ladder. Speaks; decides nothing.

use crate::findings::{Caution, Decline, Estimate, Findings, Interval, Issue, Level, Term, Why};
use crate::report::brief::faults;
use crate::report::brief::shared::{caution_words, decline_words};
use crate::text::{Language, names, number, say};
use serde_json::Value;

/// A language, and the options in force.
#[derive(Debug, Clone, Copy)]
pub struct Voice<'a> {
    /// The language of the page.
    pub language: Language,
    findings: &'a Findings,
}

impl<'a> Voice<'a> {
    /// A voice for these findings.
    pub fn new(findings: &'a Findings, language: Language) -> Self {
        Self { language, findings }
    }

    /// Speaks a sentence.
    pub fn say(&self, key: &str, args: &[(&str, String)]) -> String {
        say(self.language, key, args)
    }

    /// A word or sentence without values.
    pub fn word(&self, key: &str) -> String {
        say(self.language, key, &[])
    }

    /// Joins words.
    pub fn list(&self, items: &[String]) -> String {
        crate::text::list(self.language, items)
    }

    fn option(&self, key: &str) -> Option<&Value> {
        self.findings.provenance().options.get(key)
    }

    /// People behind any number shown.
    pub fn crowd(&self) -> u64 {
        self.findings.crowd()
    }

    /// The one wording for every hidden cell.
    pub fn hidden_rule(&self) -> String {
        self.say("page.hidden_rule", &[("crowd", number::count(self.crowd()))])
    }

    /// A term by name: the study's own name for a topic, else the name in `text`.
    pub fn term(&self, code: &str) -> String {
        if let Some((own, key)) = names::split(code).and_then(|(stem, key)| Some((self.own_name("topics", stem)?, key)))
        {
            return self.say(key, &[("term", own)]);
        }
        self.own_name("topics", code).unwrap_or_else(|| names::term(self.language, code))
    }

    /// The study's options hold renamed topics as `topics = [{code, ja, en}]`.
    fn own_name(&self, list: &str, code: &str) -> Option<String> {
        let items = self.option(list)?.as_array()?;
        let item = items.iter().find(|item| item.get("code").and_then(Value::as_str) == Some(code))?;
        item.get(self.language.code()).and_then(Value::as_str).map(names::clean)
    }

    /// The statement of a level: the study's own (`ladder.levels = [{stage, ja, en}]`), else the default ladder's.
    pub fn statement(&self, level: u32) -> String {
        let own = self.own_level(level as usize).and_then(|item| item.get(self.language.code()));
        own.and_then(Value::as_str).map_or_else(|| names::statement(self.language, level), names::clean)
    }

    fn own_level(&self, level: usize) -> Option<&Value> {
        self.option("ladder.levels")?.as_array()?.get(level)
    }

    /// A stage by name.
    pub fn stage(&self, code: &str) -> String {
        self.own_name("ladder.stages", code).unwrap_or_else(|| names::stage(self.language, code))
    }

    /// A group by name.
    pub fn group(&self, raw: &str) -> String {
        names::group(self.language, raw)
    }

    /// A value of a grouping column: "group A" for the arms, the bare value for a department.
    pub fn member(&self, by: &str, raw: &str) -> String {
        names::member(self.language, by, raw)
    }

    /// An outcome as a quantity.
    pub fn outcome(&self, code: &str) -> String {
        names::outcome(self.language, code)
    }

    /// A caution in words.
    pub fn caution(&self, caution: &Caution) -> String {
        caution_words(self.language, caution)
    }

    /// All cautions in words, each once.
    pub fn cautions<'c>(&self, cautions: impl IntoIterator<Item = &'c Caution>) -> Vec<String> {
        let mut said: Vec<String> = Vec::new();
        for caution in cautions {
            let sentence = self.caution(caution);
            if !said.contains(&sentence) {
                said.push(sentence);
            }
        }
        said
    }

    /// A decline in words.
    pub fn decline(&self, decline: &Decline) -> String {
        decline_words(self.language, decline)
    }

    /// What is wrong, in words, and the remedy.
    pub fn issue(&self, issue: &Issue) -> (String, String) {
        let what = faults::sentence(issue, self.language);
        let remedy = Some(faults::remedy(issue, self.language)).filter(|remedy| !remedy.is_empty());
        let remedy = remedy.unwrap_or_else(|| self.word("word.dash"));
        (what, remedy)
    }

    /// How grave, in words.
    pub fn level(&self, level: Level) -> String {
        self.word(match level {
            Level::Error => "data.level_error",
            Level::Warning => "data.level_warning",
            Level::Note => "data.level_note",
        })
    }

    /// An estimate with its interval.
    pub fn estimate(&self, e: &Estimate, show: impl Fn(f64) -> String) -> String {
        number::with_interval(self.language, e.estimate, e.conf_low, e.conf_high, why(e.why), show)
    }

    /// An interval estimate.
    pub fn interval(&self, i: &Interval, show: impl Fn(f64) -> String) -> String {
        number::with_interval(self.language, i.estimate, i.conf_low, i.conf_high, why(i.why), show)
    }

    /// A range in brackets.
    pub fn range(&self, low: Option<f64>, high: Option<f64>, show: impl Fn(f64) -> String) -> String {
        number::interval(self.language, low, high, show)
    }

    /// A number or the reason for its absence.
    pub fn or_why(&self, value: Option<f64>, reason: Option<Why>, show: impl Fn(f64) -> String) -> String {
        number::or_reason(self.language, value, why(reason), show)
    }

    /// A count or "hidden".
    pub fn count(&self, value: Option<u64>) -> String {
        value.map_or_else(|| self.word("word.hidden"), number::count)
    }

    /// A p-value in a sentence.
    pub fn p(&self, p: Option<f64>, reason: Option<Why>) -> String {
        self.or_why(p, reason, number::p_phrase)
    }

    /// An odds ratio with its interval.
    pub fn odds(&self, t: &Term) -> String {
        let why = why(t.coefficient.why);
        let two = |x: f64| number::decimal(x, 2);
        number::with_interval(self.language, t.odds_ratio, t.odds_low, t.odds_high, why, two)
    }

    /// A mark with its range: `++++ (++ to +++++)`; "none" and "withheld" in words.
    pub fn mark(&self, term: &Term) -> String {
        let Some(mark) = &term.mark else { return self.word("word.dash") };
        let mark = self.mark_word(mark);
        match (&term.mark_low, &term.mark_high) {
            (Some(low), Some(high)) => self.say(
                "word.mark_range",
                &[("mark", mark), ("low", self.mark_word(low)), ("high", self.mark_word(high))],
            ),
            _ => mark,
        }
    }

    /// A single mark in words where it is not a sign.
    pub fn mark_word(&self, mark: &str) -> String {
        match mark {
            "" => self.word("word.none"),
            "withheld" => self.word("word.withheld"),
            sign => sign.to_string(),
        }
    }

    /// A month or a day, or both ends of a period.
    pub fn period(&self, start: Option<&str>, end: Option<&str>) -> Option<String> {
        let (start, end) = (start?, end?);
        let day = |iso| number::day(self.language, iso);
        Some(self.say("word.period", &[("start", day(start)), ("end", day(end))]))
    }
}

/// The code under `[why]` of a reason.
pub fn why(reason: Option<Why>) -> &'static str {
    match reason {
        Some(Why::Infinite) => "infinite",
        Some(Why::Unbounded) => "unbounded",
        Some(Why::Hidden) => "hidden",
        Some(Why::TooFew) => "too_few",
        Some(Why::Undefined) | None => "undefined",
    }
}

/// First letter upper case, for the start of an English sentence; Japanese stays as it is.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
