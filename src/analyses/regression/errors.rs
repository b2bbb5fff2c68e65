//! The errors of a fitted model: which covariance, on which form of the rows, and what must be said of it.

use super::model::{Model, absorb_decline, codes};
use super::{Asked, Options};
use crate::analyses::gate;
use crate::findings::{Caution, Decline};
use crate::stats::absorb;
use crate::stats::covariance::{Covariance, CovarianceFault, Kind, covariance, two_way, weighted_cr2};
use crate::stats::inference::{Inference, Wald, coefficient, wald};
use crate::stats::matrix::Matrix;
use crate::stats::ols::Fit;
use std::borrow::Cow;

/// The name of two-way CR1 in results.
pub const TWO_WAY: &str = "two-way";

/// Satterthwaite degrees of freedom under which a caution is due.
const LOW_DF: f64 = 8.0;

/// Treated clusters under which a caution is due.
const FEW_TREATED: usize = 5;

/// The fit that a covariance is taken of: that of the model, or the same slopes with absorbed levels shown as columns,
/// because the kinds that adjust by leverage must see them.
pub struct Base<'m> {
    /// Its first columns are those of the model.
    pub fit: Cow<'m, Fit>,
    /// The rows it was fitted to.
    pub rows: Cow<'m, Matrix>,
}

/// A covariance and the fit it belongs to.
pub struct Errors<'m> {
    /// The fit.
    pub base: Base<'m>,
    /// The covariance.
    pub covariance: Covariance,
    /// Its name in results.
    pub name: String,
    /// What must be said of it.
    pub cautions: Vec<Caution>,
}

impl Errors<'_> {
    /// Inference on each coefficient of the model.
    pub fn inferences(&self, k: usize) -> Vec<Inference> {
        (0..k).map(|j| coefficient(&self.base.fit, &self.covariance, j)).collect()
    }

    /// The joint test of these coefficients.
    pub fn wald(&self, columns: &[usize]) -> Option<Wald> {
        wald(&self.base.fit, &self.covariance, columns)
    }
}

/// The kind in force: the one asked for, CR1 by two clusterings, else CR2 with a cluster and HC2 without. The wild
/// bootstrap is studentised with CR1.
pub fn kind_of(model: &Model<'_>, options: &Options) -> Kind {
    let crossed = model.design.crossing.is_some();
    match options.vcov {
        Some(Asked::Kind(kind)) => kind,
        Some(Asked::Wild) => Kind::Cr1,
        None if crossed => Kind::Cr1,
        None if model.design.matrix.clusters.is_some() => Kind::Cr2,
        None => Kind::Hc2,
    }
}

/// The covariance of this kind.
///
/// # Errors
/// A decline: no clusters, one cluster, two clusterings and a kind other than CR1, leverages that cannot be had.
pub fn errors<'m>(model: &'m Model<'_>, kind: Kind, analysis: &str) -> Result<Errors<'m>, Decline> {
    let clusters = model.rows().clusters.as_ref().map(|_| model.rows().cluster_count());
    if kind.is_clustered() && clusters.is_none() {
        return Err(Decline::new(analysis, "no_clusters").with("vcov", kind.name()));
    }
    if kind.is_clustered() && clusters == Some(1) {
        return Err(Decline::new(analysis, "one_cluster"));
    }
    if let (true, Some(second)) = (kind.is_clustered(), &model.design.crossing) {
        if kind != Kind::Cr1 {
            return Err(Decline::new(analysis, "two_way_kind").with("vcov", kind.name()));
        }
        return two_ways(model, &second.codes, analysis);
    }
    let (base, kind, mut cautions) = base(model, kind, analysis)?;
    let weights = model.design.weights.as_ref().and_then(|w| w.as_slice());
    let covariance = match weights.filter(|_| kind == Kind::Cr2 && model.absorbed.is_none()) {
        // Weights say how much a row counts, not how exact it is: the working covariance stays the identity.
        Some(weights) => weighted_cr2(&base.fit, &base.rows, weights),
        None => covariance(kind, &base.fit, &base.rows),
    };
    let covariance = covariance.map_err(|fault| decline(analysis, &fault, kind))?;
    if covariance.full_leverage > 0 {
        cautions.push(Caution::new("full_leverage").with("count", covariance.full_leverage));
    }
    Ok(Errors { base, covariance, name: kind.name().to_string(), cautions })
}

fn decline(analysis: &str, fault: &CovarianceFault, kind: Kind) -> Decline {
    match fault {
        CovarianceFault::OneCluster => Decline::new(analysis, "one_cluster"),
        CovarianceFault::AbsorbedLeverage => Decline::new(analysis, "hc_with_absorbed").with("vcov", kind.name()),
        CovarianceFault::NoClusters | CovarianceFault::Misfit => {
            Decline::new(analysis, "no_clusters").with("vcov", kind.name())
        }
    }
}

fn two_ways<'m>(model: &'m Model<'_>, second: &[u32], analysis: &str) -> Result<Errors<'m>, Decline> {
    let rows = model.rows();
    let first = rows.clusters.as_deref().unwrap_or_default();
    let covariance = two_way(&model.fit, rows, first, second).map_err(|fault| decline(analysis, &fault, Kind::Cr1))?;
    let mut cautions = Vec::new();
    if covariance.floored {
        cautions.push(Caution::new("two_way_repaired"));
    }
    let base = Base { fit: Cow::Borrowed(&model.fit), rows: Cow::Borrowed(rows) };
    Ok(Errors { base, covariance, name: TWO_WAY.to_string(), cautions })
}

fn adjusts(kind: Kind) -> bool {
    matches!(kind, Kind::Hc2 | Kind::Hc3 | Kind::Cr2 | Kind::Cr3)
}

/// The fit for a kind, and the kind where another must stand in for it.
pub fn base<'m>(model: &'m Model<'_>, kind: Kind, analysis: &str) -> Result<(Base<'m>, Kind, Vec<Caution>), Decline> {
    let plain = || Base { fit: Cow::Borrowed(&model.fit), rows: Cow::Borrowed(model.rows()) };
    let Some(absorbed) = model.absorbed.as_ref().filter(|_| adjusts(kind)) else {
        return Ok((plain(), kind, Vec::new()));
    };
    if model.design.weights.is_some() && kind.is_clustered() {
        // The form for weights that are no inverse variances is not known to survive the absorption.
        let caution = Caution::new("weights_absorbed").with("vcov", kind.name()).with("other", Kind::Cr1.name());
        return Ok((plain(), Kind::Cr1, vec![caution]));
    }
    let factors = codes(&model.design);
    let shown = match (&model.design.matrix.clusters, kind.is_clustered()) {
        (Some(clusters), true) => absorb::levels_to_show(&factors, clusters),
        _ => absorbed.factors.iter().map(|f| f.levels).sum::<usize>() - most_levels(absorbed),
    };
    if shown > absorb::EXPLICIT {
        let other = if kind.is_clustered() { Kind::Cr1 } else { Kind::Hc1 };
        let caution = Caution::new("levels_not_shown")
            .with("vcov", kind.name())
            .with("other", other.name())
            .with("levels", shown)
            .with("limit", absorb::EXPLICIT);
        return Ok((plain(), other, vec![caution]));
    }
    if shown == 0 {
        return Ok((plain(), kind, Vec::new()));
    }
    let weights = model.design.weights.as_ref().and_then(|w| w.as_slice());
    let mut rows = model.design.matrix.clone();
    if !kind.is_clustered() {
        rows.clusters = None;
    }
    let shown = absorb::for_adjustment(&rows, &factors, weights, &absorb::Options::default())
        .map_err(|fault| absorb_decline(analysis, &fault, &model.design))?;
    let fit =
        shown.fit(model.tolerance).map_err(|_| Decline::new(analysis, "hc_with_absorbed").with("vcov", kind.name()))?;
    Ok((Base { fit: Cow::Owned(fit), rows: Cow::Owned(shown.matrix) }, kind, Vec::new()))
}

fn most_levels(absorbed: &absorb::Absorbed) -> usize {
    absorbed.factors.iter().map(|f| f.levels).max().unwrap_or(0)
}

/// What must be said of errors by cluster, and whether the wild bootstrap should stand beside them.
pub fn alarms(model: &Model<'_>, kind: Kind, lowest_df: f64) -> Vec<Caution> {
    alarms_of(&model.design, model.rows(), kind, lowest_df)
}

/// The same of any model on these rows.
pub fn alarms_of(design: &crate::design::Design, rows: &Matrix, kind: Kind, lowest_df: f64) -> Vec<Caution> {
    let mut cautions = Vec::new();
    let Some(codes) = rows.clusters.as_ref().filter(|_| kind.is_clustered()) else { return cautions };
    let count = rows.cluster_count();
    cautions.extend(gate::cluster_cautions(codes, count));
    let fewest = gate::fewest_treated(design);
    if let Some((term, clusters)) = fewest.filter(|(_, clusters)| *clusters < FEW_TREATED) {
        cautions.push(Caution::new("few_treated_clusters").with("term", term).with("clusters", clusters));
    }
    if kind == Kind::Cr2 && lowest_df < LOW_DF {
        cautions.push(Caution::new("low_df").with("df", lowest_df));
    }
    cautions
}
