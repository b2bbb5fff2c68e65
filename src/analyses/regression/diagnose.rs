//! What a careful reader asks about a fit: leverage, influence, unequal spread, and what leaving a cluster out changes.
//! Names no row and no cluster.

use super::model::Model;
use crate::analyses::finite;
use crate::design::INTERCEPT;
use crate::findings::regression::checks::{Diagnostics, Influence, LeaveOneOut, LeftOut, Test};
use crate::stats::eigen;
use crate::stats::hetero::breusch_pagan;
use crate::stats::influence::{Without, influence, without_each_cluster};

/// All of it; a part that these rows do not allow is left out.
pub fn diagnose(model: &Model<'_>) -> Diagnostics {
    let (fit, rows) = (&model.fit, model.rows());
    let heteroscedasticity = breusch_pagan(fit, rows).map(|test| Test {
        statistic: finite(test.statistic),
        df: test.df,
        p_value: finite(test.p_value),
    });
    let mut told = Diagnostics {
        condition_number: finite(condition(model)),
        heteroscedasticity,
        leave_one_out: leave_one_out(model),
        ..Diagnostics::default()
    };
    if let Ok(seen) = influence(fit, rows) {
        told.max_leverage = finite(seen.leverage);
        told.rows_above_2k_n = Some(seen.above_twice as u64);
        told.rows_above_3k_n = Some(seen.above_thrice as u64);
        told.max_cooks_distance = finite(seen.cook);
        let row = |(term, moved): (&String, &crate::stats::influence::Dfbetas)| Influence {
            term: term.clone(),
            max_dfbetas: finite(moved.largest),
            rows_above: moved.above as u64,
        };
        told.influence = model.design.terms.iter().zip(&seen.dfbetas).map(row).collect();
    }
    told
}

/// The parts that were asked for and these rows do not allow.
pub fn not_told(told: &Diagnostics, model: &Model<'_>) -> Vec<String> {
    let clustered = model.rows().clusters.is_some();
    let parts = [
        (told.heteroscedasticity.is_none(), "heteroscedasticity"),
        (told.max_leverage.is_none(), "leverage"),
        (clustered && told.leave_one_out.is_none(), "leave_one_out"),
    ];
    parts.into_iter().filter(|(absent, _)| *absent).map(|(_, name)| name.to_string()).collect()
}

/// Condition number of the columns scaled to length 1 (Belsley, Kuh & Welsch 1980, section 3.2), the constant among them.
pub fn condition(model: &Model<'_>) -> f64 {
    let r = &model.fit.r;
    let lengths: Vec<f64> = r.columns().into_iter().map(|column| column.dot(&column).sqrt()).collect();
    let gram = r.t().dot(r);
    let scaled = ndarray::Array2::from_shape_fn(gram.dim(), |(i, j)| gram[[i, j]] / (lengths[i] * lengths[j]));
    let values = eigen::symmetric(&scaled).values;
    let largest = values.iter().copied().fold(0.0, f64::max);
    let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
    (largest / smallest.max(0.0)).sqrt()
}

fn leave_one_out(model: &Model<'_>) -> Option<LeaveOneOut> {
    let rows = model.rows();
    // A factor inside the second clustering need not be inside the first, whose clusters are left out.
    if rows.clusters.is_none() || (model.design.crossing.is_some() && model.absorbed.is_some()) {
        return None;
    }
    let without = without_each_cluster(&model.fit, rows).ok()?;
    let terms = (0..model.fit.k).filter(|&j| model.design.terms.get(j).is_some_and(|t| t != INTERCEPT));
    Some(LeaveOneOut {
        cluster: model.design.cluster.clone().unwrap_or_default(),
        clusters: without.len() as u64,
        hidden: 0,
        terms: terms.map(|j| left_out(model, j, &without)).collect(),
    })
}

/// A term without each cluster, from low to high; clusters without which it cannot be estimated are passed over.
fn left_out(model: &Model<'_>, j: usize, without: &[Without]) -> LeftOut {
    let estimate = model.fit.coefficients[j];
    let mut found: Vec<(f64, u64)> = without
        .iter()
        .filter_map(|one| Some((finite(*one.coefficients.as_ref()?.get(j)?)?, one.rows as u64)))
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    LeftOut {
        term: model.design.terms.get(j).cloned().unwrap_or_default(),
        estimate: finite(estimate),
        low: found.first().map(|(b, _)| *b),
        high: found.last().map(|(b, _)| *b),
        sign_changes: found.iter().filter(|(b, _)| b * estimate < 0.0).count() as u64,
        estimates: found.iter().map(|(b, _)| *b).collect(),
        rows: found.iter().map(|(_, rows)| *rows).collect(),
    }
}
