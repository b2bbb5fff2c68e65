//! How sure the shares of R² are: drawn again over whole clusters.

use super::Options;
use super::model::Model;
use crate::analyses::finite;
use crate::findings::Term;
use crate::findings::regression::checks::Stability;
use crate::stats::matrix::Matrix;
use crate::stats::permute::key;
use crate::stats::resample::{Blocks, Drawn, Plan, ResampleFault, Resampled, resample};
use ndarray::Axis;

/// Resamples, puts the intervals into the terms, and says how stable their order is. Nothing without a constant or when
/// the rows cannot be drawn from; then the caller names it as not run.
pub fn shares(model: &Model<'_>, terms: &mut [Term], draws: u64, options: &Options) -> Option<Stability> {
    let slopes = model.slopes();
    // Rows scaled by their weights have no constant to be centred on.
    if model.design.weights.is_some() {
        return None;
    }
    if (model.design.intercept.is_none() && model.absorbed.is_none()) || slopes.is_empty() || model.fit.perfect {
        return None;
    }
    let drawn = draw(model, &slopes, draws, options).ok()?;
    let mut of_slopes: Vec<&mut Term> = terms.iter_mut().filter(|t| t.beta.is_some()).collect();
    for (at, term) in of_slopes.iter_mut().enumerate() {
        if let Some(share) = drawn.lmg.as_ref().and_then(|d| d.shares.get(at)) {
            (term.share_lmg_low, term.share_lmg_high) = (finite(share.conf_low), finite(share.conf_high));
        }
        if let Some(share) = drawn.johnson.shares.get(at) {
            (term.share_johnson_low, term.share_johnson_high) = (finite(share.conf_low), finite(share.conf_high));
        }
    }
    let names: Vec<String> = of_slopes.iter().map(|t| t.term.clone()).collect();
    let leading = drawn.lmg.as_ref().unwrap_or(&drawn.johnson);
    let clustered = model.rows().clusters.is_some();
    Some(Stability {
        draws: drawn.draws,
        unit: if clustered { "clusters" } else { "rows" }.to_string(),
        method: "bootstrap_jackknife".to_string(),
        ..ordered(leading, &names)
    })
}

fn draw(model: &Model<'_>, slopes: &[usize], draws: u64, options: &Options) -> Result<Resampled, ResampleFault> {
    let rows = model.rows();
    let mut matrix = Matrix::new(rows.x.select(Axis(1), slopes), rows.y.clone());
    matrix.clusters.clone_from(&rows.clusters);
    let of = |purpose: &str| key(options.seed, options.analysis, purpose);
    let blocks = Blocks::of(&matrix, of("importance_blocks"))?;
    let terms: Vec<Vec<usize>> = (0..slopes.len()).map(|column| vec![column]).collect();
    resample(&blocks, &terms, &Plan { key: of("importance"), draws, level: crate::stats::inference::LEVEL })
}

/// Terms by falling share, and how often each outranks the others.
fn ordered(drawn: &Drawn, names: &[String]) -> Stability {
    let mut order: Vec<usize> = (0..names.len()).collect();
    let share = |at: usize| drawn.shares.get(at).map_or(0.0, |s| s.estimate);
    order.sort_by(|&a, &b| share(b).total_cmp(&share(a)));
    let row = |&a: &usize| order.iter().map(|&b| drawn.outranks.get([a, b]).copied().unwrap_or(0.5)).collect();
    Stability {
        draws: 0,
        unit: String::new(),
        method: String::new(),
        outranks: order.iter().map(row).collect(),
        order: order.iter().filter_map(|&at| names.get(at).cloned()).collect(),
    }
}
