//! Answers to the items of a ladder as rows: from the columns of a plain table or from a study's survey. Whether they make
//! a ladder is for others to say.

use crate::domain::agreement::agrees;
use crate::findings::{Decline, Flow};
use crate::panel::survey::Asked;
use crate::panel::{NOBODY, Panel};
use crate::stats::scalability::{Answers, MISSING};
use crate::study::{LadderItems, Study, Wave};
use crate::tables::Plain;

use super::drivers::clusters;

/// The rows of the ladder question.
#[derive(Debug, Clone, Default)]
pub struct Items {
    /// The items, in the order declared.
    pub names: Vec<String>,
    /// The level each stands for; empty on a plain table.
    pub levels: Vec<u32>,
    /// Rows with every item answered.
    pub complete: Sample,
    /// Rows with two answers or more, holes and all; as many as `complete` when nothing is missing.
    pub available: Sample,
    /// The cluster column.
    pub cluster: Option<String>,
    /// The outcome's name.
    pub outcome: Option<String>,
    /// How the level is made from the answers; `None` when they are more than yes or no.
    pub rule: Option<Rule>,
    /// Whether the order of `names` is a claim.
    pub declared: bool,
    /// `last` or a label, in a study.
    pub wave: Option<String>,
    /// Complete answers of each wave, in time, when there are several.
    pub waves: Vec<(String, Sample)>,
    /// From all rows to the complete ones.
    pub flow: Flow,
}

pub use crate::domain::ladder::Rule;

/// Answers, and whom they sit with.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// n x k answers, from 0.
    pub answers: Answers,
    /// Cluster code per row; `None` without a cluster column.
    pub clusters: Option<Vec<u32>>,
    /// The outcome per row, NaN where it is missing; empty without one.
    pub outcome: Vec<f64>,
}

impl Sample {
    /// An empty sample.
    pub fn new(items: usize, clustered: Clustered) -> Self {
        let clusters = matches!(clustered, Clustered::Yes).then(Vec::new);
        Self { answers: Answers::new(items), clusters, outcome: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, answers: &[u8], cluster: u32, outcome: Option<f64>) {
        self.answers.push(answers.iter().copied());
        self.clusters.iter_mut().for_each(|codes| codes.push(cluster));
        self.outcome.extend(outcome);
    }
}

/// Whether rows have clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clustered {
    /// They have.
    Yes,
    /// They have none.
    No,
}

const DECLINED: &str = "ladder";

/// The answers of a study's people: each person's last answer, or those of the chosen wave, and wave by wave.
///
/// # Errors
/// A decline when the study names no items, or nobody can be told from the survey.
pub fn study(panel: &Panel, study: &Study) -> Result<Items, Decline> {
    let asked = study.items.as_ref().ok_or_else(|| Decline::new(DECLINED, "no_ladder_items"))?;
    if panel.survey.by_unit {
        return Err(Decline::new(DECLINED, "survey_by_unit"));
    }
    // Teams that nobody knows are no reason not to look at the answers.
    let (codes, cluster) = clusters(panel, &study.drivers).unwrap_or_default();
    let wave = match &study.drivers.wave {
        Wave::All => Wave::Last,
        other => other.clone(),
    };
    let chosen = panel.survey.chosen(panel.people.len(), &wave, Asked::Items);
    let rows = Rows { asked, panel, codes: &codes, clustered: cluster.is_some() };
    let mut items = Items {
        names: asked.items.iter().map(|item| item.column.clone()).collect(),
        levels: (1..=asked.items.len() as u32).collect(),
        cluster: cluster.clone(),
        outcome: Some("engagement".to_string()),
        rule: Some(asked.rule),
        declared: true,
        wave: Some(match &wave {
            Wave::Label(label) => label.clone(),
            Wave::Last | Wave::All => "last".to_string(),
        }),
        ..Items::default()
    };
    let mut flow = Flow::of("people", panel.people.len() as u64);
    let answered: Vec<usize> = panel.people.ids.sorted().into_iter().filter_map(|p| *chosen.get(p as usize)?).collect();
    flow.lose("no_items", None, flow.start - answered.len() as u64);
    let (complete, available, alone) = rows.samples(&answered);
    if let Some(name) = &cluster {
        flow.lose("no_cluster", Some(name), alone);
    }
    flow.lose("item_unanswered", None, flow.used - complete.answers.people() as u64);
    (items.complete, items.available, items.flow) = (complete, available, flow);
    if items.complete.outcome.iter().all(|value| value.is_nan()) {
        items.outcome = None;
    }
    items.waves = rows.by_wave();
    Ok(items)
}

/// What rows are made from.
struct Rows<'a> {
    asked: &'a LadderItems,
    panel: &'a Panel,
    codes: &'a [u32],
    clustered: bool,
}

impl Rows<'_> {
    /// Complete and available rows of these answers, and how many have no cluster.
    fn samples(&self, answers: &[usize]) -> (Sample, Sample, u64) {
        let clustered = if self.clustered { Clustered::Yes } else { Clustered::No };
        let new = || Sample::new(self.asked.items.len(), clustered);
        let (mut complete, mut available, mut alone) = (new(), new(), 0);
        for answer in answers.iter().filter_map(|at| self.panel.survey.answers.get(*at)) {
            let cluster = self.codes.get(answer.person as usize).copied().unwrap_or(NOBODY);
            if self.clustered && super::missing(cluster) {
                alone += 1;
                continue;
            }
            let of = |at: usize| answer.item(at).map_or(MISSING, u8::from);
            let row: Vec<u8> = (0..self.asked.items.len()).map(of).collect();
            let given = row.iter().filter(|answer| **answer != MISSING).count();
            if given > 1 {
                available.push(&row, cluster, Some(answer.engagement));
            }
            if given == row.len() {
                complete.push(&row, cluster, Some(answer.engagement));
            }
        }
        (complete, available, alone)
    }

    /// Complete rows of each wave, in time; nothing when there is one wave only.
    fn by_wave(&self) -> Vec<(String, Sample)> {
        let survey = &self.panel.survey;
        if survey.waves.len() < 2 {
            return Vec::new();
        }
        let mut waves: Vec<u32> = (0..survey.waves.len() as u32).collect();
        waves.sort_by_key(|wave| survey.rank(*wave));
        let of = |wave: u32| {
            // In the order of people, so that the order of rows changes no bit.
            let mut answers: Vec<usize> = survey
                .answers
                .iter()
                .enumerate()
                .filter(|(_, a)| a.wave == wave && a.given > 0)
                .map(|(at, _)| at)
                .collect();
            let id = |at: &usize| survey.answers.get(*at).map(|a| self.panel.people.ids.name(a.person));
            answers.sort_by(|a, b| id(a).cmp(&id(b)));
            (survey.waves.name(wave).to_string(), self.samples(&answers).0)
        };
        waves.into_iter().map(of).filter(|(_, sample)| sample.answers.people() > 0).collect()
    }
}

/// Steps above the lowest answer beyond which a column is no item.
const MOST_STEPS: f64 = 100.0;

/// What a ladder question on a plain table names.
#[derive(Debug, Clone, PartialEq)]
pub struct PlainItems {
    /// The item columns, lowest level first.
    pub items: Vec<String>,
    /// Cluster column.
    pub cluster: Option<String>,
    /// Outcome column.
    pub outcome: Option<String>,
    /// Answers from here on agree; `None` = answers as they are.
    pub agree: Option<f64>,
    /// Whether the order of the items is a claim.
    pub declared: bool,
}

/// The answers of a plain table.
///
/// # Errors
/// A decline when a column is missing or no item, or when fewer than two items are named.
pub fn plain(table: &Plain, asked: &PlainItems) -> Result<Items, Decline> {
    let decline = |code: &str, column: &str| Decline::new(DECLINED, code).with("column", column);
    if asked.items.len() < 2 {
        return Err(Decline::new(DECLINED, "too_few_items").with("items", asked.items.len()));
    }
    let again = asked.items.iter().enumerate().find(|(at, item)| asked.items.iter().take(*at).any(|i| i == *item));
    if let Some((_, item)) = again {
        return Err(decline("item_twice", item));
    }
    let columns = asked.items.iter().map(|item| numbers(table, item)).collect::<Result<Vec<_>, _>>()?;
    let columns = steps(table, asked, columns)?;
    let clusters = match &asked.cluster {
        Some(name) => Some(table.codes(name).ok_or_else(|| decline("column_unknown", name))?),
        None => None,
    };
    let outcome = match &asked.outcome {
        Some(name) => {
            table.texts(name).ok_or_else(|| decline("column_unknown", name))?;
            let cells = table.numbers(name).ok_or_else(|| super::not_numbers(table, DECLINED, "not_numeric", name))?;
            Some(cells)
        }
        None => None,
    };
    let clustered = if clusters.is_some() { Clustered::Yes } else { Clustered::No };
    let mut items = Items {
        names: asked.items.clone(),
        cluster: asked.cluster.clone(),
        outcome: asked.outcome.clone(),
        declared: asked.declared,
        complete: Sample::new(asked.items.len(), clustered),
        available: Sample::new(asked.items.len(), clustered),
        flow: Flow::of("rows", table.rows() as u64),
        ..Items::default()
    };
    let (mut alone, mut holes) = (0, 0);
    for row in 0..table.rows() {
        let answers: Vec<u8> = columns.iter().map(|column| column.get(row).copied().unwrap_or(MISSING)).collect();
        let cluster = match &clusters {
            Some(codes) => match codes.get(row).copied().flatten() {
                Some(code) => code,
                None => {
                    alone += 1;
                    continue;
                }
            },
            None => 0,
        };
        let value = outcome.as_ref().map(|cells| cells.get(row).copied().flatten().unwrap_or(f64::NAN));
        let given = answers.iter().filter(|answer| **answer != MISSING).count();
        if given > 1 {
            items.available.push(&answers, cluster, value);
        }
        if given == answers.len() { items.complete.push(&answers, cluster, value) } else { holes += 1 }
    }
    if let Some(name) = &asked.cluster {
        items.flow.lose("no_cluster", Some(name), alone);
    }
    items.flow.lose("item_unanswered", None, holes);
    let binary = items.complete.answers.highest().iter().all(|top| *top <= 1);
    items.rule = (binary && asked.declared).then_some(Rule::Unbroken);
    Ok(items)
}

/// A column's answers as numbers: as they are, or 1 and 0 for words of agreement.
fn numbers(table: &Plain, item: &str) -> Result<Vec<Option<f64>>, Decline> {
    let decline = |code: &str| Decline::new(DECLINED, code).with("column", item);
    if let Some(numbers) = table.numbers(item) {
        return Ok(numbers);
    }
    let texts = table.texts(item).ok_or_else(|| decline("column_unknown"))?;
    let line = |row: usize| table.lines.get(row).copied().unwrap_or(0);
    let read = |(row, cell): (usize, &Option<String>)| match cell {
        None => Ok(None),
        Some(word) => match agrees(word) {
            Some(yes) => Ok(Some(f64::from(u8::from(yes)))),
            None => Err(decline("no_answer_to_item").with("line", line(row))),
        },
    };
    texts.iter().enumerate().map(read).collect()
}

/// Answers from 0 on, over the scale that all items share, or 1 from `agree` on.
fn steps(table: &Plain, asked: &PlainItems, columns: Vec<Vec<Option<f64>>>) -> Result<Vec<Vec<u8>>, Decline> {
    let all = || columns.iter().flatten().flatten().copied();
    let (low, high) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    for (item, column) in asked.items.iter().zip(&columns) {
        let decline = |code: &str| Decline::new(DECLINED, code).with("column", item.as_str());
        let odd = column.iter().position(|cell| cell.is_some_and(|v| v.fract() != 0.0));
        if let (Some(row), None) = (odd, asked.agree) {
            return Err(decline("answer_not_whole").with("line", table.lines.get(row).copied().unwrap_or(0)));
        }
        if asked.agree.is_none() && column.iter().flatten().any(|v| v - low > MOST_STEPS) {
            return Err(decline("too_many_answers").with("answers", high - low + 1.0));
        }
    }
    let step = |cell: Option<f64>| match (cell, asked.agree) {
        (None, _) => MISSING,
        (Some(value), Some(agree)) => u8::from(value >= agree),
        (Some(value), None) => (value - low) as u8,
    };
    Ok(columns.into_iter().map(|column| column.into_iter().map(step).collect()).collect())
}
