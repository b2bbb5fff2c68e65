//! What an export lost against the study it was made from: people and rows, columns, and every analysis before and after.
//! Both sides have passed the crowd rule; nothing here is about one person.

use super::stages::StageShare;
use super::{Attrition, Comparison, Finding, Findings, Interval, Regression, Stages};
use serde::{Deserialize, Serialize};

/// The version of the shape of `Loss`.
pub const FORMAT_VERSION: u32 = 1;

/// The loss report of `anonymise`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// Version of this shape.
    pub format_version: u32,
    /// `internal`, `partner`, `public` or `pseudonymised`.
    pub profile: String,
    /// People of the study.
    pub people_before: u64,
    /// People of the export.
    pub people_after: u64,
    /// Rows, table by table.
    pub tables: Vec<TableLoss>,
    /// What was done to columns.
    pub columns: Vec<ColumnChange>,
    /// Combinations of steps for the quasi-identifiers that there are.
    pub combinations: u64,
    /// Those of them that had to be weighed to find the least loss.
    pub weighed: u64,
    /// The least loss, in the weights of the search; `None` where nothing was searched.
    pub search_loss: Option<f64>,
    /// Each question before and after.
    pub analyses: Vec<AnalysisLoss>,
}

impl Default for Loss {
    fn default() -> Self {
        Self {
            format_version: FORMAT_VERSION,
            profile: String::new(),
            people_before: 0,
            people_after: 0,
            tables: Vec::new(),
            columns: Vec::new(),
            combinations: 0,
            weighed: 0,
            search_loss: None,
            analyses: Vec::new(),
        }
    }
}

/// Rows of a table before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableLoss {
    /// The table.
    pub table: String,
    /// Rows of the study.
    pub rows_before: u64,
    /// Rows of the export.
    pub rows_after: u64,
    /// Rows left out, by reason.
    pub lost: Vec<RowsLost>,
}

/// Rows left out for one reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowsLost {
    /// Code known to `text` under `loss.reason_<code>`.
    pub reason: String,
    /// How many.
    pub rows: u64,
}

/// One thing that was done to a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnChange {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Code known to `text` under `loss.change_<code>`.
    pub change: String,
    /// The number or month of the sentence: a least number of people, a base, a first month.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// Share of the column's information lost (conditional entropy), where the search weighed it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub share_lost: Option<f64>,
}

impl ColumnChange {
    /// A change without detail.
    pub fn new(table: &str, column: &str, change: &str) -> Self {
        let [table, column, change] = [table, column, change].map(String::from);
        Self { table, column, change, detail: None, share_lost: None }
    }

    /// Adds the number of the sentence.
    #[must_use]
    pub fn detail(mut self, detail: impl ToString) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// Adds the share lost.
    #[must_use]
    pub fn share(mut self, share: f64) -> Self {
        self.share_lost = Some(share);
        self
    }
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Answered before and after.
    Answered,
    /// Answered before, declined after.
    Lost,
    /// Declined before and after.
    NeverAnswered,
    /// Declined before, answered after.
    Gained,
}

/// One question before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalysisLoss {
    /// Its name.
    pub analysis: String,
    /// What became of its answer.
    pub fate: Fate,
    /// Code of the decline, where there is one after.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decline: Option<String>,
    /// People or rows behind the answer before.
    pub n_before: Option<u64>,
    /// And after.
    pub n_after: Option<u64>,
    /// Its numbers.
    pub figures: Vec<Figure>,
}

/// How a number changed, as a reader would say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The same conclusion and inside the interval of before.
    Same,
    /// The same conclusion, outside the interval of before.
    Moved,
    /// A mark, or an interval without 0, before; none after.
    Vanished,
    /// None before; a mark, or an interval without 0, after.
    Appeared,
    /// Another mark of the same sign.
    Remarked,
    /// The other sign, both beyond doubt.
    Turned,
    /// Not told before.
    OnlyAfter,
    /// Not told after.
    OnlyBefore,
}

/// A number before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is: `beta`, `lift`, `difference`, `risk_ratio`, `risk_difference`, `share_left`, `stage_share`, `superiority`.
    pub what: String,
    /// Of which term, group or level.
    pub of: String,
    /// Before.
    pub before: Option<f64>,
    /// After.
    pub after: Option<f64>,
    /// The mark before, where there are marks.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mark_before: Option<String>,
    /// The mark after.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mark_after: Option<String>,
    /// How it changed.
    pub change: Change,
}

/// A number with its interval and mark.
#[derive(Debug, Clone, Default)]
struct Told {
    what: &'static str,
    of: String,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    mark: Option<String>,
    /// The value that says "no difference"; `None` for shares.
    nothing: Option<f64>,
}

/// Every question of `names`, before and after.
pub fn compare(before: &Findings, after: &Findings, names: &[&str]) -> Vec<AnalysisLoss> {
    names.iter().map(|name| one(before, after, name)).collect()
}

fn one(before: &Findings, after: &Findings, name: &str) -> AnalysisLoss {
    let of = |findings: &Findings| findings.findings().iter().find(|f| f.name() == name).map(told);
    let (was, is) = (of(before), of(after));
    let fate = match (&was, &is) {
        (Some(_), Some(_)) => Fate::Answered,
        (Some(_), None) => Fate::Lost,
        (None, None) => Fate::NeverAnswered,
        (None, Some(_)) => Fate::Gained,
    };
    let decline = after.declines().iter().find(|d| d.analysis == name && is.is_none()).map(|d| d.code.clone());
    let (n_before, n_after) = (was.as_ref().and_then(|(n, _)| *n), is.as_ref().and_then(|(n, _)| *n));
    let (was, is) = (was.map_or_else(Vec::new, |(_, t)| t), is.map_or_else(Vec::new, |(_, t)| t));
    let mut figures: Vec<Figure> = Vec::new();
    for told in &was {
        figures.push(figure(Some(told), is.iter().find(|t| (t.what, &t.of) == (told.what, &told.of))));
    }
    let new = is.iter().filter(|t| !was.iter().any(|w| (w.what, &w.of) == (t.what, &t.of)));
    figures.extend(new.map(|told| figure(None, Some(told))));
    // What is told on neither side says nothing.
    figures.retain(|f| f.before.is_some() || f.after.is_some());
    AnalysisLoss { analysis: name.to_string(), fate, decline, n_before, n_after, figures }
}

fn figure(before: Option<&Told>, after: Option<&Told>) -> Figure {
    let told = before.or(after);
    let value = |side: Option<&Told>| side.and_then(|t| t.value);
    let mark = |side: Option<&Told>| side.and_then(|t| t.mark.clone());
    Figure {
        what: told.map_or_else(String::new, |t| t.what.to_string()),
        of: told.map_or_else(String::new, |t| t.of.clone()),
        before: value(before),
        after: value(after),
        mark_before: mark(before),
        mark_after: mark(after),
        change: change(before, after),
    }
}

fn change(before: Option<&Told>, after: Option<&Told>) -> Change {
    let side = |told: Option<&Told>| told.filter(|t| t.value.is_some()).cloned();
    let (Some(before), Some(after)) = (side(before), side(after)) else {
        return if before.is_some_and(|t| t.value.is_some()) { Change::OnlyBefore } else { Change::OnlyAfter };
    };
    match (before.sign(), after.sign()) {
        (0, 0) => {}
        (0, _) => return Change::Appeared,
        (_, 0) => return Change::Vanished,
        (was, is) if was != is => return Change::Turned,
        _ if before.mark != after.mark => return Change::Remarked,
        _ => {}
    }
    let inside = match (before.low, before.high, after.value) {
        (Some(low), Some(high), Some(value)) => (low..=high).contains(&value),
        _ => before.value == after.value,
    };
    if inside { Change::Same } else { Change::Moved }
}

impl Told {
    /// Which side of "no difference" it lies on beyond doubt: by its mark where marks are given, else by its interval.
    fn sign(&self) -> i8 {
        if let Some(mark) = &self.mark {
            return if mark.starts_with('+') { 1 } else { -i8::from(mark.starts_with('-')) };
        }
        match (self.nothing, self.low, self.high) {
            (Some(nothing), Some(low), _) if low > nothing => 1,
            (Some(nothing), _, Some(high)) if high < nothing => -1,
            _ => 0,
        }
    }
}

/// People behind an answer and its main numbers. Questions without a number of this kind are compared by being answered.
fn told(finding: &Finding) -> (Option<u64>, Vec<Told>) {
    if let Finding::Regression(found) | Finding::Drivers(found) = finding {
        regression(found)
    } else if let Finding::Comparison(found) = finding {
        comparison(found)
    } else if let Finding::Attrition(found) = finding {
        attrition(found)
    } else if let Finding::Stages(found) = finding {
        stages(found)
    } else {
        (None, Vec::new())
    }
}

fn regression(found: &Regression) -> (Option<u64>, Vec<Told>) {
    let terms = found.terms.iter().filter(|term| term.beta.is_some());
    let told = terms.map(|term| Told {
        what: "beta",
        of: term.term.clone(),
        value: term.beta,
        low: term.beta_low,
        high: term.beta_high,
        mark: term.mark.clone(),
        nothing: Some(0.0),
    });
    (Some(found.n), told.collect())
}

fn comparison(found: &Comparison) -> (Option<u64>, Vec<Told>) {
    let shown = found.arms.iter().all(|arm| !arm.hidden);
    let n = shown.then(|| found.arms.iter().map(|arm| arm.n).sum());
    let difference = Told {
        what: "difference",
        value: found.difference.estimate,
        low: found.difference.conf_low,
        high: found.difference.conf_high,
        nothing: Some(0.0),
        ..Told::default()
    };
    (n, vec![of_interval("lift", &found.lift, 0.0), difference])
}

fn attrition(found: &Attrition) -> (Option<u64>, Vec<Told>) {
    let shown = found.follow_up.iter().all(|arm| !arm.hidden);
    let n = shown.then(|| found.follow_up.iter().map(|arm| arm.n).sum());
    let mut told = Vec::new();
    told.extend(found.risk_ratio.as_ref().map(|ratio| of_interval("risk_ratio", ratio, 1.0)));
    told.extend(found.risk_difference.as_ref().map(|difference| of_interval("risk_difference", difference, 0.0)));
    told.extend(found.follow_up.iter().map(|arm| Told {
        what: "share_left",
        of: arm.group.clone(),
        value: arm.leavers.filter(|_| !arm.hidden && arm.n > 0).map(|leavers| leavers as f64 / arm.n as f64),
        ..Told::default()
    }));
    (n, told)
}

fn stages(found: &Stages) -> (Option<u64>, Vec<Told>) {
    let share = |stage: &StageShare| Told {
        what: "stage_share",
        of: stage.stage.clone(),
        value: stage.share.filter(|_| !stage.hidden),
        low: stage.conf_low,
        high: stage.conf_high,
        ..Told::default()
    };
    let mut told: Vec<Told> = found.stages.iter().map(share).collect();
    told.extend(found.superiority.iter().filter(|pair| pair.by == "group").map(|pair| Told {
        what: "superiority",
        of: format!("{} / {}", pair.first, pair.second),
        value: pair.estimate,
        low: pair.conf_low,
        high: pair.conf_high,
        mark: None,
        nothing: Some(0.5),
    }));
    (Some(found.n), told)
}

fn of_interval(what: &'static str, interval: &Interval, nothing: f64) -> Told {
    Told {
        what,
        value: interval.estimate,
        low: interval.conf_low,
        high: interval.conf_high,
        nothing: Some(nothing),
        ..Told::default()
    }
}
