//! Question: is the ladder a ladder? Population: people who answered every item (pairwise beside it where answers are
//! missing). Method: Loevinger's H, H_i, H_ij with delta-method errors, by cluster where there are some; Guttman errors
//! and reproducibility; manifest monotonicity; the declared order against the one found; neighbouring levels on an
//! outcome. Assumes: items are worded the same way round. Declines when: fewer than two items vary, or fewer than ten
//! people answered all. Cautions: items that do not fit, reproducibility that misleads, few clusters, missing answers.
//! References: `stats::scalability`.

mod made;
mod order;

use super::{Answer, finite, gate};
use crate::design::items::{self as design, Items, PlainItems, Sample};
use crate::findings::ladder::{
    ErrorCount, GuttmanCounts, Item, LadderScale, Monotonicity, PairScale, Pairwise, Strength, WaveScale,
};
use crate::findings::{Caution, Decline, Finding, Why};
use crate::screen::Screened;
use crate::stats::inference::LEVEL;
use crate::stats::proportion::wilson;
use crate::stats::scalability::{
    Answers, Clusters, Coefficient, Guttman, MISSING, Scalability, guttman, monotonicity, scalability,
};
use crate::stats::tail;
use crate::study::Study;

const NAME: &str = "ladder";

/// Complete rows below which nothing is said.
const FEWEST: usize = 10;

/// Inversions from which on people are counted together.
const MOST_ERRORS: usize = 10;

/// Cornell reproducibility from which on it looks good (Guttman's own border is 0.90; 0.85 is often taken).
const LOOKS_GOOD: f64 = 0.85;

/// Share of incomplete rows from which on it is said.
const MANY_INCOMPLETE: f64 = 0.05;

/// Answers the ladder question of a study.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn study(screened: &Screened, study: &Study) -> Result<Answer, Decline> {
    let panel = screened.panel().ok_or_else(|| Decline::new(NAME, "no_study_tables"))?;
    if panel.survey.answers.is_empty() && panel.survey.unit_answers.is_empty() {
        return Err(Decline::new(NAME, "no_survey"));
    }
    Ok(ladder(&design::study(panel, study)?, study.ladder.levels())?.into())
}

/// Answers the ladder question on a plain table.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn plain(screened: &Screened, asked: &PlainItems) -> Result<Finding, Decline> {
    let table = screened.plain().ok_or_else(|| Decline::new(NAME, "no_plain_table"))?;
    items(&design::plain(table, asked)?)
}

/// A sample with its clusters ready for sums.
pub(super) struct Ready<'s> {
    pub(super) answers: &'s Answers,
    pub(super) clusters: Clusters,
    pub(super) outcome: &'s [f64],
}

impl<'s> Ready<'s> {
    fn new(sample: &'s Sample) -> Self {
        let clusters = match &sample.clusters {
            Some(codes) => Clusters::new(codes),
            None => Clusters::none(sample.answers.people()),
        };
        Self { answers: &sample.answers, clusters, outcome: &sample.outcome }
    }

    /// The quantile of an interval on so many clusters.
    pub(super) fn quantile(&self, clusters: usize) -> f64 {
        if !self.clusters.is_clustered() {
            return tail::normal_quantile(0.5 + 0.5 * LEVEL);
        }
        if clusters > 1 { tail::t_quantile(0.5 + 0.5 * LEVEL, clusters as f64 - 1.0) } else { f64::NAN }
    }
}

/// What the items say of a ladder with one level more than items.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn items(rows: &Items) -> Result<Finding, Decline> {
    ladder(rows, 0)
}

/// What the items say. `levels` is the number of levels of a study's ladder; 0 = one more than items.
fn ladder(rows: &Items, levels: usize) -> Result<Finding, Decline> {
    let n = rows.complete.answers.people();
    if n < FEWEST {
        return Err(Decline::new(NAME, "too_few_complete").with("n", n).with("needed", FEWEST));
    }
    let ready = Ready::new(&rows.complete);
    let found = scalability(ready.answers, &ready.clusters);
    if found.h.value.is_nan() {
        return Err(Decline::new(NAME, "items_constant").with("items", constant(rows).len()));
    }
    let counted = guttman(ready.answers);
    let half = |c: &Coefficient| ready.quantile(ready.clusters.count()) * c.std_error;
    let (low, high) = (found.h.value - half(&found.h), (found.h.value + half(&found.h)).min(1.0));
    let order = order::order(rows, &ready);
    let pairwise = pairwise(rows);
    let mut scale = LadderScale {
        n: n as u64,
        n_clusters: rows.cluster.as_ref().map(|_| ready.clusters.count() as u64),
        cluster: rows.cluster.clone(),
        wave: rows.wave.clone(),
        h: finite(found.h.value),
        h_std_error: finite(found.h.std_error),
        conf_low: finite(low),
        conf_high: finite(high),
        why: None,
        verdict: Strength::of(found.h.value),
        verdict_low: finite(low).map(Strength::of),
        verdict_high: finite(high).map(Strength::of),
        bands: Strength::BANDS.to_vec(),
        items: each_item(rows, &ready, &found),
        pairs: pairs(rows, &found),
        guttman_errors: counted.errors,
        reproducibility: finite(counted.reproducibility),
        guttman: counts(&counted, &found),
        order,
        made: made::made(rows, &ready, levels),
        pairwise,
        waves: rows.waves.iter().map(|(wave, sample)| of_wave(rows, wave, sample)).collect(),
        flow: rows.flow.clone(),
        cautions: Vec::new(),
    };
    scale.cautions = cautions(rows, &scale);
    Ok(Finding::Ladder(Box::new(scale)))
}

/// Items that everybody answers alike.
fn constant(rows: &Items) -> Vec<String> {
    let answers = &rows.complete.answers;
    let alike = |item: usize| {
        let mut column = answers.rows().filter_map(|row| row.get(item));
        let first = column.next();
        column.all(|answer| Some(answer) == first)
    };
    rows.names.iter().enumerate().filter(|(item, _)| alike(*item)).map(|(_, name)| name.clone()).collect()
}

fn each_item(rows: &Items, ready: &Ready<'_>, found: &Scalability) -> Vec<Item> {
    let (means, highest) = (ready.answers.means(), ready.answers.highest());
    let popular = ready.answers.by_popularity();
    let rising = monotonicity(ready.answers, &ready.clusters);
    let n = ready.answers.people();
    let binary = highest.iter().all(|top| *top <= 1);
    let one = |(item, name): (usize, &String)| {
        let h = found.items[item];
        let half = ready.quantile(ready.clusters.count()) * h.std_error;
        let agreed = ready.answers.rows().filter(|row| row[item] > 0).count() as u64;
        let (mean_low, mean_high) = if binary && !ready.clusters.is_clustered() {
            let limits = wilson(agreed, n as u64, LEVEL);
            (limits.low, limits.high)
        } else {
            let pull = |person: usize| (person, (f64::from(ready.answers.row(person)[item]) - means[item]) / n as f64);
            let spread = ready.clusters.variance((0..n).map(pull));
            let half = ready.quantile(spread.clusters) * spread.variance.sqrt();
            let top = f64::from(highest[item].max(1));
            ((means[item] - half).max(0.0), (means[item] + half).min(top))
        };
        let rising = &rising[item];
        Item {
            item: name.clone(),
            level: rows.levels.get(item).copied(),
            h: finite(h.value),
            h_std_error: finite(h.std_error),
            conf_low: finite(h.value - half),
            conf_high: finite((h.value + half).min(1.0)),
            why: h.value.is_nan().then_some(Why::Undefined),
            steps: u64::from(highest[item]),
            mean: finite(means[item]),
            mean_low: finite(mean_low),
            mean_high: finite(mean_high),
            rank: popular.iter().position(|other| *other == item).unwrap_or(0) as u64 + 1,
            monotonicity: Monotonicity {
                groups: rising.groups as u64,
                comparisons: rising.comparisons,
                violations: rising.violations,
                largest: rising.largest,
                p_value: rising.p_value,
            },
            hidden: false,
            agreed: binary.then_some(agreed),
        }
    };
    rows.names.iter().enumerate().map(one).collect()
}

fn pairs(rows: &Items, found: &Scalability) -> Vec<PairScale> {
    let one = |pair: &crate::stats::scalability::Pair| PairScale {
        first: rows.names[pair.first].clone(),
        second: rows.names[pair.second].clone(),
        h: finite(pair.h.value),
        h_std_error: finite(pair.h.std_error),
        why: pair.h.value.is_nan().then_some(Why::Undefined),
        expected_errors: pair.expected_errors,
    };
    found.pairs.iter().map(one).collect()
}

fn counts(counted: &Guttman, found: &Scalability) -> GuttmanCounts {
    let by_errors = &counted.people_by_errors;
    let beyond: u64 = by_errors.iter().skip(MOST_ERRORS).sum();
    let mut people: Vec<u64> = by_errors.iter().take(MOST_ERRORS).copied().collect();
    if by_errors.len() > MOST_ERRORS {
        people.push(beyond);
    }
    let row = |(errors, count): (usize, u64)| ErrorCount {
        errors: errors as u64,
        count: Some(count),
        share: finite(count as f64 / counted.n as f64),
        ..ErrorCount::default()
    };
    GuttmanCounts {
        steps: counted.steps,
        pair_errors: counted.pair_errors,
        pair_errors_expected: found.expected_errors,
        reproducibility_cornell: finite(counted.reproducibility_cornell),
        minimal_marginal_reproducibility: finite(counted.minimal_marginal),
        scalability: finite(counted.scalability),
        scalability_cornell: finite(counted.scalability_cornell),
        people: people.into_iter().enumerate().map(row).collect(),
    }
}

/// H of every available answer, where some are missing.
fn pairwise(rows: &Items) -> Option<Pairwise> {
    let ready = Ready::new(&rows.available);
    if !ready.answers.rows().any(|row| row.contains(&MISSING)) {
        return None;
    }
    let h = scalability(ready.answers, &ready.clusters).h;
    Some(Pairwise { n: ready.answers.people() as u64, h: finite(h.value), h_std_error: finite(h.std_error) })
}

fn of_wave(rows: &Items, wave: &str, sample: &Sample) -> WaveScale {
    let ready = Ready::new(sample);
    let n = ready.answers.people();
    let told = WaveScale { wave: wave.to_string(), n: Some(n as u64), ..WaveScale::default() };
    if n < FEWEST {
        return WaveScale { why: Some(Why::TooFew), ..told };
    }
    let h = scalability(ready.answers, &ready.clusters).h;
    if h.value.is_nan() {
        return WaveScale { why: Some(Why::Undefined), ..told };
    }
    let half = ready.quantile(ready.clusters.count()) * h.std_error;
    WaveScale {
        h: finite(h.value),
        h_std_error: finite(h.std_error),
        conf_low: finite(h.value - half),
        conf_high: finite((h.value + half).min(1.0)),
        verdict: Some(Strength::of(h.value)),
        swapped: order::order(rows, &ready).swapped.len() as u64,
        ..told
    }
}

fn cautions(rows: &Items, scale: &LadderScale) -> Vec<Caution> {
    let mut cautions = Vec::new();
    let mut say = |code: &str, name: &str, items: Vec<String>| {
        if !items.is_empty() {
            cautions.push(Caution::new(code).with(name, items));
        }
    };
    say("items_alike", "items", constant(rows));
    let named = |of: &dyn Fn(&Item) -> bool| -> Vec<String> {
        scale.items.iter().filter(|item| of(item)).map(|item| item.item.clone()).collect()
    };
    if scale.verdict != Strength::None {
        say("items_do_not_fit", "items", named(&|item| item.h.is_some_and(|h| h < Strength::BANDS[0])));
    }
    say("items_fall", "items", named(&|item| item.monotonicity.p_value < 0.05));
    if order::mixed(rows) {
        cautions.push(Caution::new("answer_scales_differ"));
    }
    let cornell = scale.guttman.reproducibility_cornell.unwrap_or(0.0);
    if scale.verdict == Strength::None && cornell >= LOOKS_GOOD {
        let caution = Caution::new("reproducibility_misleads").with("share_reproduced", cornell);
        let margins = scale.guttman.minimal_marginal_reproducibility.unwrap_or(0.0);
        cautions.push(caution.with("share_margins", margins));
    }
    let holes = scale.flow.steps.iter().filter(|step| step.reason == "item_unanswered");
    let lost = holes.map(|step| step.count).sum::<u64>() as f64;
    if lost > MANY_INCOMPLETE * scale.flow.start as f64 {
        cautions.push(Caution::new("items_unanswered").with("share", lost / scale.flow.start as f64));
    }
    if let Some(codes) = &rows.complete.clusters {
        let clusters = Clusters::new(codes);
        let dense: Vec<u32> = (0..codes.len()).map(|person| clusters.of(person) as u32).collect();
        cautions.extend(gate::cluster_cautions(&dense, clusters.count()));
    }
    cautions
}
