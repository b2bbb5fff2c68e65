//! What stands beside the raw difference and never in its place: within strata, with what was known before held fixed,
//! by declared groups, against a declared margin, and by what people did.

use super::randomised::is_treated;
use super::{MOST_ADJUSTED, estimate, finite, lift};
use crate::design::arms::{Arms, Grouping};
use crate::design::dense;
use crate::findings::comparison::{Adjusted, Compliance, Equivalence, Strata, Subgroup, Subgroups, Superiority};
use crate::findings::{Interval, Why};
use crate::stats::adjust::{self, Adjustment, Blocks, Centre};
use crate::stats::compliance::{AndersonRubin, compliance};
use crate::stats::inference::{Inference, LEVEL};
use crate::stats::ratio::Means;
use crate::stats::subgroups::subgroups;
use crate::stats::trial::Trial;
use crate::stats::{arms as by_person, equivalence};
use crate::study::Margin;
use ndarray::Array2;

/// Share of the people of whom the covariates must be known.
const NEARLY_ALL: f64 = 0.9;

/// Level of the tests of equivalence.
const ALPHA: f64 = 0.05;

/// A part of the rows as a trial of its own.
struct Part {
    rows: Vec<usize>,
    outcome: Vec<f64>,
    treated: Vec<bool>,
    units: Option<Vec<u32>>,
    strata: Option<Vec<u32>>,
}

impl Part {
    fn of(arms: &Arms, keep: impl Fn(usize) -> bool) -> Self {
        let rows: Vec<usize> = (0..arms.values.len()).filter(|&row| keep(row)).collect();
        let treated = is_treated(arms);
        Self {
            outcome: rows.iter().map(|&row| arms.values[row]).collect(),
            treated: rows.iter().map(|&row| treated[row]).collect(),
            units: arms.unit.as_ref().map(|(_, codes)| dense(rows.iter().map(|&row| codes[row]))),
            strata: arms.strata.as_ref().map(|strata| dense(rows.iter().map(|&row| strata.codes[row]))),
            rows,
        }
    }

    fn trial(&self) -> Trial<'_> {
        Trial {
            outcome: &self.outcome,
            treated: &self.treated,
            units: self.units.as_deref(),
            strata: self.strata.as_deref(),
        }
    }
}

/// How strata enter: pairs with one effect, others with an effect each where they have both arms.
fn fitted(trial: &Trial<'_>, covariates: Option<&Array2<f64>>, strata: Option<&Strata>) -> Option<adjust::Adjusted> {
    let with = |blocks: Blocks| Adjustment { covariates, centre: Centre::People, blocks };
    if strata.is_some_and(|strata| strata.pairs) {
        return adjust::adjusted(trial, &with(Blocks::Additive)).ok();
    }
    let interacted = adjust::adjusted(trial, &with(Blocks::Interacted));
    interacted.or_else(|_| adjust::adjusted(trial, &with(Blocks::Additive))).ok()
}

fn told(made: &adjust::Adjusted, covariates: Vec<String>) -> Adjusted {
    Adjusted {
        covariates,
        n: made.n as u64,
        difference: estimate(&made.difference),
        lift: lift(&made.means, "fieller", made.lift),
    }
}

/// The difference within strata.
pub(super) fn stratified(arms: &Arms, strata: Option<&Strata>) -> Option<Adjusted> {
    let strata = strata?;
    let part = Part::of(arms, |_| true);
    if part.rows.len() > MOST_ADJUSTED {
        return None;
    }
    fitted(&part.trial(), None, Some(strata)).map(|made| told(&made, vec![strata.column.clone()]))
}

/// What was known before the start held fixed (and strata, where there are any): of the people of whom it is known, when
/// those are nearly all.
pub(super) fn adjusted(arms: &Arms, strata: Option<&Strata>) -> Option<Adjusted> {
    let columns: Vec<&Vec<f64>> =
        arms.before.iter().filter(|(name, _)| arms.adjust.contains(name)).map(|(_, values)| values).collect();
    if columns.is_empty() {
        return None;
    }
    let part = Part::of(arms, |row| columns.iter().all(|values| values[row].is_finite()));
    if part.rows.len() > MOST_ADJUSTED || (part.rows.len() as f64) < NEARLY_ALL * arms.values.len() as f64 {
        return None;
    }
    let covariates =
        Array2::from_shape_fn((part.rows.len(), columns.len()), |(row, column)| columns[column][part.rows[row]]);
    let names = arms.before.iter().map(|(name, _)| name).filter(|name| arms.adjust.contains(name)).cloned().collect();
    fitted(&part.trial(), Some(&covariates), strata).map(|made| told(&made, names))
}

/// The difference by each declared grouping.
pub(super) fn by_groups(arms: &Arms) -> Vec<Subgroups> {
    arms.groups.iter().filter_map(|grouping| by(arms, grouping)).collect()
}

fn by(arms: &Arms, grouping: &Grouping) -> Option<Subgroups> {
    let part = Part::of(arms, |row| (grouping.codes[row] as usize) < grouping.levels.len());
    if part.rows.len() > MOST_ADJUSTED {
        return None;
    }
    let codes: Vec<u32> = part.rows.iter().map(|&row| grouping.codes[row]).collect();
    let trial = Trial { strata: None, ..part.trial() };
    let found = subgroups(&trial, &codes).ok()?;
    let mut shown = [0u64; 2];
    let groups = found.groups.iter().map(|one| {
        shown = [shown[0] + one.treated as u64, shown[1] + one.control as u64];
        Subgroup {
            group: grouping.levels.get(one.group as usize).cloned().unwrap_or_default(),
            n_treatment: Some(one.treated as u64),
            n_control: Some(one.control as u64),
            difference: estimate(&one.difference),
            p_adjusted: finite(one.p_adjusted),
            hidden: false,
        }
    });
    let groups = groups.collect();
    let all = is_treated(arms);
    let treated = all.iter().filter(|treated| **treated).count() as u64;
    let test = found.interaction.as_ref();
    Some(Subgroups {
        by: grouping.name.clone(),
        groups,
        statistic: test.and_then(|test| finite(test.statistic)),
        df1: test.map(|test| test.df1),
        df2: test.and_then(|test| finite(test.df2)),
        p_value: test.and_then(|test| finite(test.p_value)),
        one_armed: found.one_armed.len() as u64,
        rest: [treated - shown[0], all.len() as u64 - treated - shown[1]],
    })
}

/// Both one-sided tests against the declared margin.
pub(super) fn against_margin(margin: Option<Margin>, difference: &Inference, means: &Means) -> Option<Equivalence> {
    let (found, margin, scale) = match margin? {
        Margin::Lift(margin) => (equivalence::lift(means, (-margin, margin), ALPHA)?, margin, "lift"),
        Margin::Difference(margin) => {
            (equivalence::difference(difference, (-margin, margin), ALPHA)?, margin, "difference")
        }
    };
    Some(Equivalence {
        margin,
        scale: scale.to_string(),
        p_value: finite(found.p_value),
        conf_low: found.conf_low.and_then(finite),
        conf_high: found.conf_high.and_then(finite),
        equivalent: found.equivalent,
    })
}

/// Mann and Whitney's comparison of people.
pub(super) fn superiority(treated: &[f64], control: &[f64]) -> Option<Superiority> {
    let found = by_person::superiority(treated, control, LEVEL)?;
    Some(Superiority {
        by: "person".to_string(),
        estimate: finite(found.probability),
        conf_low: finite(found.conf_low),
        conf_high: finite(found.conf_high),
        p_value: finite(found.p_value),
    })
}

/// What was assigned against what was done.
pub(super) fn by_dose(arms: &Arms) -> Option<Compliance> {
    let (name, dose) = arms.dose.as_ref()?;
    let part = Part::of(arms, |row| dose[row].is_finite());
    if part.rows.len() > MOST_ADJUSTED {
        return None;
    }
    let done: Vec<f64> = part.rows.iter().map(|&row| dose[row]).collect();
    let with = Adjustment { blocks: Blocks::Additive, ..Adjustment::default() };
    let found = compliance(&part.trial(), &done, &with).ok()?;
    let count = |treated: bool, did: bool| {
        part.treated.iter().zip(&done).filter(|(t, dose)| **t == treated && (**dose > 0.0) == did).count() as u64
    };
    let f = finite(found.first_stage_f);
    Some(Compliance {
        dose: name.clone(),
        n: part.rows.len() as u64,
        itt: estimate(&found.itt),
        per_protocol: found.per_protocol.as_ref().map(estimate),
        as_treated: found.as_treated.as_ref().map(estimate),
        cace: estimate(&found.cace),
        anderson_rubin: not_rejected(found.anderson_rubin, found.cace.estimate),
        first_stage: estimate(&found.first_stage),
        first_stage_f: f,
        why: f.is_none().then_some(Why::Infinite),
        weak: found.is_weak(),
        dose_treatment: finite(found.practice_assigned),
        dose_control: finite(found.practice_others),
        people: [count(true, true), count(true, false), count(false, true), count(false, false)],
    })
}

fn not_rejected(found: AndersonRubin, estimate: f64) -> Interval {
    let (method, low, high, why) = match found {
        AndersonRubin::Between(low, high) => ("anderson_rubin", finite(low), finite(high), None),
        AndersonRubin::Outside(low, high) => ("outside", finite(low), finite(high), None),
        AndersonRubin::Unbounded => ("anderson_rubin", None, None, Some(Why::Unbounded)),
    };
    Interval { estimate: finite(estimate), conf_low: low, conf_high: high, method: method.to_string(), why }
}
