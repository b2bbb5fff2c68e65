//! What is asked: the study file as written (draft), checked (all faults at once) into a `Study`. Reads no data files.

pub mod check;
pub mod draft;
pub mod fault;
pub mod files;
mod items;
pub mod nearest;
mod practice;
mod reader;
pub mod span;
mod words;

pub use check::check;
pub use fault::{Fault, LoadError};

use crate::domain::ladder::Rule;
use crate::domain::{Day, Ladder, Month};
use crate::error::Error;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Every key with its default and a comment: the source of all defaults, and what `init` prints.
pub fn default_text() -> &'static str {
    include_str!("default.toml")
}

/// Reads and checks a study file. Data files are looked for, not opened.
///
/// Errors: `study_missing` and `study_unreadable` (exit 2), or every fault of what is written.
pub fn load(path: &Path) -> Result<Study, LoadError> {
    let text = text_of(path)?;
    Ok(check(&text, path.parent().unwrap_or(Path::new("")))?)
}

/// Checks the text of a study whose files are read elsewhere: `[data]` is not looked at.
///
/// Errors: every fault of what is written.
pub fn without_data(text: &str) -> Result<Study, LoadError> {
    Ok(check::questions_of(text)?)
}

/// The text of a study file.
///
/// Errors: `study_missing` and `study_unreadable`.
pub fn text_of(path: &Path) -> crate::Result<String> {
    let shown = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = std::fs::read(path).map_err(|error| {
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        let code = if missing { "study_missing" } else { "study_unreadable" };
        Error::run(code).with("file", &shown).because(error)
    })?;
    let text = String::from_utf8(bytes).map_err(|e| Error::run("study_unreadable").with("file", &shown).because(e))?;
    // Editors on Windows begin a file with a byte order mark, which TOML does not know.
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_string())
}

impl Study {
    /// Whether another study asks the same of the same words; its files and their headers may be others.
    pub fn asks_the_same(&self, other: &Study) -> bool {
        let asked = |study: &Study| Study { data: Data::default(), columns: BTreeMap::new(), ..study.clone() };
        asked(self) == asked(other)
    }

    /// The study of a folder of exports or of a plain table: these files, every default, no comparison.
    pub fn with_data(data: Data) -> crate::Result<Self> {
        let study = check::defaults().map_err(|_| Error::bug("study_defaults"))?;
        Ok(Self { data, ..study })
    }
}

/// A study, checked: every path absolute or relative to the working directory, every name known, every default filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// Title of the report.
    pub title: String,
    /// Languages of the report.
    pub languages: Languages,
    /// Seed of every random draw.
    pub seed: u64,
    /// The files of each table.
    pub data: Data,
    /// Per table name: canonical column -> header in the files, for headers the alias list does not know.
    pub columns: BTreeMap<String, BTreeMap<String, String>>,
    /// Wave label -> day.
    pub waves: BTreeMap<String, Day>,
    /// Allowed range of a satisfaction answer.
    pub satisfaction: (f64, f64),
    /// Allowed range of engagement; `None` = inferred from the bulk and said.
    pub engagement: Option<(f64, f64)>,
    /// The topics, in order.
    pub topics: Vec<Topic>,
    /// The ladder.
    pub ladder: Ladder,
    /// The words of the study's own ladder; empty = those of `text`.
    pub ladder_words: LadderWords,
    /// The items whose answers make the level; `None` when the survey asks the level itself.
    pub items: Option<LadderItems>,
    /// Which topics drive the outcome.
    pub drivers: Drivers,
    /// A against B; `None` when the study has no `[comparison]` table.
    pub comparison: Option<Comparison>,
    /// Survival clock.
    pub clock: Clock,
    /// What else is asked about leaving.
    pub leaving: Leaving,
    /// Columns to group the ladder by.
    pub stages_by: Vec<String>,
    /// How the 1on1s are held, and what counts as a proper one.
    pub practice: Practice,
    /// Quasi-identifiers of people for the gate; empty: the usual ones and every undeclared column.
    pub quasi: Vec<String>,
    /// Sensitive columns for the gate, besides the usual ones.
    pub sensitive: Vec<String>,
    /// People behind any number shown.
    pub crowd: u64,
    /// Pages asked for: `html`, `md`.
    pub formats: Vec<String>,
    /// The options in force as `section.key` -> value, defaults included: for provenance. No paths.
    pub options: BTreeMap<String, serde_json::Value>,
}

/// Languages of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Languages {
    /// Japanese.
    Ja,
    /// English.
    En,
    /// A page in each.
    Both,
}

/// One file of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Where it is.
    pub path: PathBuf,
    /// The wave of all its rows, when the file has no wave column.
    pub wave: Option<String>,
    /// Its number in a state, when `path` is one that holds it.
    pub stored: Option<usize>,
}

/// Files by table; an empty list means the table was not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// The 1on1s.
    pub sessions: Vec<DataFile>,
    /// The survey.
    pub survey: Vec<DataFile>,
    /// The people.
    pub people: Vec<DataFile>,
    /// The sales.
    pub sales: Vec<DataFile>,
    /// Attrition totals.
    pub attrition: Vec<DataFile>,
}

/// A topic of the study. Names are `None` when `text` has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Code: column in the output and in the wide layout.
    pub code: String,
    /// Japanese name, if the study gives one.
    pub ja: Option<String>,
    /// English name, if the study gives one.
    pub en: Option<String>,
}

/// A name in both languages; `None` = as in `text`, or the code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Japanese.
    pub ja: Option<String>,
    /// English.
    pub en: Option<String>,
}

/// Words of the study's own ladder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LadderWords {
    /// The statement of each level, lowest first; empty when the study keeps the ladder of the domain.
    pub levels: Vec<Names>,
    /// The name of each stage, lowest first.
    pub stages: Vec<Names>,
}

/// Items from whose answers a person's level is made.
#[derive(Debug, Clone, PartialEq)]
pub struct LadderItems {
    /// The items, lowest level first: the levels from 1 on without a gap.
    pub items: Vec<LadderItem>,
    /// Lowest and highest answer; yes and no stand for the two.
    pub scale: (f64, f64),
    /// The lowest answer that agrees.
    pub agree: f64,
    /// How the answers make the level.
    pub rule: Rule,
}

/// The item of one level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LadderItem {
    /// Its column in the survey.
    pub column: String,
    /// Whether denying it is what counts.
    pub wording: Wording,
}

/// Which way round an item is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wording {
    /// Who agrees stands at the level.
    #[default]
    Straight,
    /// Who denies stands at the level.
    Reversed,
}

impl LadderItems {
    /// Whether an answer to an item agrees with the level; `None` when it is missing.
    pub fn agrees(&self, item: &LadderItem, answer: f64) -> Option<bool> {
        let turned = match item.wording {
            Wording::Straight => answer,
            Wording::Reversed => self.scale.0 + self.scale.1 - answer,
        };
        (!answer.is_nan()).then_some(turned >= self.agree)
    }
}

/// Which sessions count before a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The N days ending the day before the wave.
    Days(u32),
    /// Every session in the log.
    All,
}

/// Which answers count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wave {
    /// Each person's latest.
    Last,
    /// Every person-wave.
    All,
    /// One wave, by label or ISO date.
    Label(String),
}

/// Correction for several tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjust {
    /// Holm's step-down.
    Holm,
    /// Benjamini-Hochberg.
    Bh,
    /// None.
    None,
}

/// The drivers question.
#[derive(Debug, Clone, PartialEq)]
pub struct Drivers {
    /// Outcome column of the survey.
    pub outcome: String,
    /// Topic codes in the model.
    pub topics: Vec<String>,
    /// Sessions that count.
    pub window: Window,
    /// Answers that count.
    pub wave: Wave,
    /// Cluster column, if any.
    pub cluster: Option<String>,
    /// Covariance by name; `None` = CR2 with clusters, HC2 without.
    pub vcov: Option<String>,
    /// Correction within the topic family.
    pub adjust: Adjust,
    /// Lower limits of the strength bands of |beta|.
    pub bands: [f64; 5],
    /// What is done about people without a rating of every topic, beside the complete ones.
    pub missing: Missing,
    /// Resample, and look at influence: intervals of shares, rank stability, wild bootstrap, leaving teams out.
    pub resample: bool,
}

/// What is done about missing terms; complete rows always stand beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Missing {
    /// Nothing.
    #[default]
    Complete,
    /// Multiple imputation.
    Imputed,
    /// Response weighting.
    Weighted,
}

impl Adjust {
    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holm => "holm",
            Self::Bh => "bh",
            Self::None => "none",
        }
    }
}

/// Was the treatment assigned by chance?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignment {
    /// By chance.
    Randomised,
    /// Not by chance, or not known.
    Observational,
}

impl Assignment {
    /// `randomised` or `observational`.
    pub fn name(self) -> &'static str {
        match self {
            Assignment::Randomised => "randomised",
            Assignment::Observational => "observational",
        }
    }
}

/// The comparison question.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// By chance or not.
    pub design: Assignment,
    /// The assigned unit's column of people; `None` = the person.
    pub unit: Option<String>,
    /// The treatment group's name.
    pub treatment: String,
    /// The control group's name.
    pub control: String,
    /// The outcome: `sales`.
    pub outcome: String,
    /// First day of the treatment.
    pub start: Option<Day>,
    /// Last day of follow-up; `None` = derived, see `statistics.md`.
    pub end: Option<Day>,
    /// Planned share of units in the treatment arm.
    pub share: f64,
    /// Column of people within whose values units were assigned.
    pub strata: Option<String>,
    /// Columns of people whose values are declared groups.
    pub groups: Vec<String>,
    /// What is held fixed in the adjusted difference; empty = the outcome before the start.
    pub adjust: Vec<String>,
    /// The largest difference that would not matter, if one was declared.
    pub margin: Option<Margin>,
    /// Month that is 100; `None` = the same month a year earlier.
    pub index_base: Option<Month>,
}

impl Comparison {
    /// The column of the assigned unit; `None` where persons were assigned.
    pub fn unit_column(&self) -> Option<&str> {
        self.unit.as_deref().filter(|unit| *unit != "person" && *unit != "employee_id")
    }
}

/// The largest difference that would not matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Margin {
    /// Share of the control mean.
    Lift(f64),
    /// In the unit of the outcome.
    Difference(f64),
}

impl Margin {
    /// Reads `5%` or a number, above 0.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (digits, share) = match text.strip_suffix(['%', '％']) {
            Some(digits) => (digits, true),
            None => (text, false),
        };
        let value: f64 = digits.trim().replace(',', "").parse().ok()?;
        let sound = value.is_finite() && value > 0.0 && (!share || value < 100.0);
        sound.then_some(if share { Self::Lift(value / 100.0) } else { Self::Difference(value) })
    }
}

/// What counts as proper practice: of a pair, in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proper {
    /// Least and most 1on1s a month.
    pub per_month: (u32, u32),
    /// Shortest and longest, in minutes.
    pub minutes: (u32, u32),
    /// Most days since the 1on1 before; `None` = not asked.
    pub longest_gap: Option<u32>,
    /// The topic that alone is not enough; `None` = not asked.
    pub more_than: Option<String>,
    /// The report's satisfaction is recorded.
    pub rated: bool,
}

/// The practice question.
#[derive(Debug, Clone, PartialEq)]
pub struct Practice {
    /// What counts.
    pub proper: Proper,
    /// First day of the months looked at; `None` = as the log begins.
    pub from: Option<Day>,
    /// Last day; `None` = as the log ends.
    pub to: Option<Day>,
    /// Columns of people to tell it by; `tenure` = years since hiring.
    pub by: Vec<String>,
    /// Shares of proper months at which a band of the dose ends and the next begins.
    pub bands: Vec<f64>,
}

/// The rule for people who leave at the same time in a hazard model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TieRule {
    /// Efron's.
    #[default]
    Efron,
    /// Breslow's.
    Breslow,
}

impl TieRule {
    /// Its name in study files and findings.
    pub fn name(self) -> &'static str {
        match self {
            TieRule::Efron => "efron",
            TieRule::Breslow => "breslow",
        }
    }
}

/// The fall in leaving that should be found where nobody says another: 20 % less.
pub const EFFECT: f64 = 0.2;

/// What `[attrition]` asks besides the clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaving {
    /// Column of people that says why they left; `None`: `reason`, if there is one.
    pub reason: Option<String>,
    /// Columns of people held fixed in the hazard model.
    pub covariates: Vec<String>,
    /// Ties of the hazard model.
    pub ties: TieRule,
    /// Relative fall in leaving that should be found: 0.2 for 20 % less.
    pub effect: f64,
}

/// Clock of the survival analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Days since the start of follow-up.
    SinceStart,
    /// Days since hiring, entering at the start.
    Tenure,
}
