//! Whether an effect differs between declared groups of people: the effect in each, Holm's p-values over them, and one
//! test that they are all the same. It deliberately finds no groups: they are declared before.

use ndarray::Array1;

use super::inference::{Inference, LEVEL, Wald, contrast};
use super::joint::hotelling;
use super::multiplicity::holm;
use super::trial::{Trial, TrialFault, dense};

/// The effect in one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupEffect {
    /// Code of the group.
    pub group: u32,
    /// Its treated people.
    pub treated: usize,
    /// Its control people.
    pub control: usize,
    /// Difference of means within the group.
    pub difference: Inference,
    /// Holm's p-value over the groups.
    pub p_adjusted: f64,
    /// The effect in the group, less the effect in the largest group; nothing for that one.
    pub against_largest: Option<Inference>,
}

/// Effects by group.
#[derive(Debug, Clone, PartialEq)]
pub struct Subgroups {
    /// By rising code.
    pub groups: Vec<GroupEffect>,
    /// The joint test that the effects are equal; nothing where there are too few units for it.
    pub interaction: Option<Wald>,
    /// Codes of groups without people in both arms: left out of everything above.
    pub one_armed: Vec<u32>,
}

/// `outcome ~ treated * group` with the largest group as the reference; errors as the trial has them.
///
/// # Errors
/// Lists of different lengths, fewer than two groups with both arms, or no fit.
pub fn subgroups(trial: &Trial<'_>, groups: &[u32]) -> Result<Subgroups, TrialFault> {
    trial.check()?;
    if groups.len() != trial.people() {
        return Err(TrialFault::Misfit);
    }
    let (counts, one_armed) = counts(trial, groups);
    if counts.len() < 2 {
        return Err(TrialFault::NothingVaries);
    }
    let largest = (0..counts.len()).max_by_key(|&at| (counts[at].1 + counts[at].2, usize::MAX - at)).unwrap_or(0);
    let kept: Vec<usize> = (0..groups.len()).filter(|&row| !one_armed.contains(&groups[row])).collect();
    let pick = |codes: &[u32]| kept.iter().map(|&row| codes[row]).collect::<Vec<u32>>();
    let (outcome, treated): (Vec<f64>, Vec<bool>) =
        kept.iter().map(|&row| (trial.outcome[row], trial.treated[row])).unzip();
    let units = trial.units.map(|codes| dense(&pick(codes)).1.into_iter().map(|code| code as u32).collect::<Vec<_>>());
    let inside = Trial { outcome: &outcome, treated: &treated, units: units.as_deref(), strata: None };
    let others: Vec<u32> = (0..counts.len()).filter(|&at| at != largest).map(|at| counts[at].0).collect();
    let fitted = inside.regress(&columns(&inside, &pick(groups), &others), &outcome)?;
    let of = |weights: &[(usize, f64)]| {
        let mut c = Array1::zeros(fitted.fit.k);
        weights.iter().for_each(|&(at, weight)| c[at] = weight);
        contrast(&fitted.fit, &fitted.covariance, &c, LEVEL)
    };
    let products: Vec<usize> = (0..others.len()).map(|at| 3 + 2 * at).collect();
    let effect = |group: u32| match others.iter().position(|&other| other == group) {
        Some(at) => (of(&[(1, 1.0), (products[at], 1.0)]), Some(of(&[(products[at], 1.0)]))),
        None => (of(&[(1, 1.0)]), None),
    };
    let effects: Vec<_> = counts.iter().map(|&(group, ..)| effect(group)).collect();
    let adjusted = holm(&effects.iter().map(|(difference, _)| difference.p_value).collect::<Vec<f64>>());
    let groups = (counts.into_iter().zip(effects).zip(adjusted))
        .map(|(((group, treated, control), (difference, against_largest)), p_adjusted)| GroupEffect {
            group,
            treated,
            control,
            difference,
            p_adjusted,
            against_largest,
        })
        .collect();
    Ok(Subgroups { groups, interaction: hotelling(&fitted.fit, &fitted.covariance, &products), one_armed })
}

/// Code, treated and control people of the groups with both, and the codes of the others.
fn counts(trial: &Trial<'_>, groups: &[u32]) -> (Vec<(u32, usize, usize)>, Vec<u32>) {
    let mut counts = std::collections::BTreeMap::<u32, (usize, usize)>::new();
    for (group, treated) in groups.iter().zip(trial.treated) {
        let count = counts.entry(*group).or_default();
        if *treated { count.0 += 1 } else { count.1 += 1 }
    }
    let one_armed = |count: &(usize, usize)| count.0 == 0 || count.1 == 0;
    let left_out = counts.iter().filter(|(_, count)| one_armed(count)).map(|(group, _)| *group).collect();
    let kept = counts.into_iter().filter(|(_, count)| !one_armed(count));
    (kept.map(|(group, (treated, control))| (group, treated, control)).collect(), left_out)
}

/// Constant, treatment, and for each other group its membership and the product of the two.
fn columns(trial: &Trial<'_>, groups: &[u32], others: &[u32]) -> Vec<Vec<f64>> {
    let n = trial.people();
    let mut columns = vec![vec![1.0; n], (0..n).map(|row| trial.arm(row)).collect::<Vec<f64>>()];
    for other in others {
        let member = |row: usize| f64::from(u8::from(groups[row] == *other));
        columns.push((0..n).map(member).collect());
        columns.push((0..n).map(|row| member(row) * trial.arm(row)).collect());
    }
    columns
}
