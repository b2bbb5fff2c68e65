//! A design made ready and fitted: terms that follow from others dropped where that was asked for, effects absorbed,
//! weights applied. Chooses no errors.

use super::Options;
use crate::analyses::gate;
use crate::design::Design;
use crate::findings::Decline;
use crate::findings::regression::Dropped;
use crate::findings::regression::checks::Absorbed;
use crate::stats::absorb::{self, AbsorbFault};
use crate::stats::matrix::Matrix;
use crate::stats::ols::{self, Fit, OlsFault};
use std::borrow::Cow;

/// A fitted model and what it was fitted to.
pub struct Model<'d> {
    /// The rows used and the terms kept, as they are in the data.
    pub design: Cow<'d, Design>,
    /// Least squares on `rows()`.
    pub fit: Fit,
    /// Terms left out.
    pub dropped: Vec<Dropped>,
    /// What was absorbed.
    pub absorbed: Option<absorb::Absorbed>,
    /// Of the rank check.
    pub tolerance: f64,
    /// The rows times the roots of their weights.
    weighted: Option<Matrix>,
}

impl<'d> Model<'d> {
    /// Fits a design.
    ///
    /// # Errors
    /// A decline when there is no fit.
    pub fn new(design: &'d Design, options: &Options) -> Result<Self, Decline> {
        let mut design = Cow::Borrowed(design);
        let mut dropped = Vec::new();
        loop {
            let fault = match Self::fitted(&design, options)? {
                Ok(parts) => {
                    let (fit, absorbed, weighted) = parts;
                    let design = without_singletons(design, absorbed.as_ref());
                    return Ok(Self { design, fit, dropped, absorbed, tolerance: options.tolerance, weighted });
                }
                Err(fault) => fault,
            };
            let relations = gate::relations(&fault, &design);
            if !options.drop_collinear || relations.is_empty() {
                return Err(gate::ols_decline(options.analysis, &fault, &design));
            }
            let columns: Vec<usize> = relations.iter().map(|(column, _)| *column).collect();
            let told = relations.into_iter().map(|(column, relation)| Dropped {
                term: design.terms.get(column).cloned().unwrap_or_default(),
                relation,
            });
            dropped.extend(told);
            design = Cow::Owned(design.without(&columns));
        }
    }

    #[allow(clippy::type_complexity, reason = "taken apart at once")]
    fn fitted(
        design: &Design,
        options: &Options,
    ) -> Result<Result<(Fit, Option<absorb::Absorbed>, Option<Matrix>), OlsFault>, Decline> {
        let weights = design.weights.as_ref().and_then(|w| w.as_slice());
        if !design.absorbed.is_empty() {
            let absorbed = absorb::absorb(&design.matrix, &codes(design), weights, &absorb::Options::default())
                .map_err(|fault| absorb_decline(options.analysis, &fault, design))?;
            let clusterings = clusterings(design, &absorbed);
            let sets: Vec<&[u32]> = clusterings.iter().map(Vec::as_slice).collect();
            return Ok(absorbed.fit_clustered(options.tolerance, &sets).map(|fit| (fit, Some(absorbed), None)));
        }
        let weighted = weights.map(|w| ols::weighted(design.matrix.clone(), w)).transpose();
        let weighted = weighted.map_err(|_| Decline::new(options.analysis, "not_finite").with("column", "weights"))?;
        let rows = weighted.as_ref().unwrap_or(&design.matrix);
        Ok(ols::fit(rows, design.intercept, options.tolerance).map(|fit| (fit, None, weighted)))
    }

    /// The rows that were fitted.
    pub fn rows(&self) -> &Matrix {
        match (&self.absorbed, &self.weighted) {
            (Some(absorbed), _) => &absorbed.matrix,
            (None, Some(weighted)) => weighted,
            (None, None) => &self.design.matrix,
        }
    }

    /// Columns of the slopes.
    pub fn slopes(&self) -> Vec<usize> {
        (0..self.fit.k).filter(|j| Some(*j) != self.design.intercept).collect()
    }

    /// The books on absorbed effects.
    pub fn books(&self) -> Vec<Absorbed> {
        let Some(absorbed) = &self.absorbed else { return Vec::new() };
        let line = |(factor, made): (&crate::design::Factor, &absorb::Factor)| Absorbed {
            name: factor.name.clone(),
            levels: made.levels as u64,
            counted: if made.nested { 0 } else { (made.levels - made.redundant) as u64 },
            nested: made.nested,
        };
        self.design.absorbed.iter().zip(&absorbed.factors).map(line).collect()
    }

    /// R² of everything, with its adjusted form; and within the effects absorbed.
    pub fn r_squared(&self) -> (f64, f64, Option<f64>) {
        let Some(absorbed) = &self.absorbed else { return (self.fit.r_squared, self.fit.adj_r_squared, None) };
        let all = absorbed.r_squared(&self.fit);
        let adjusted = 1.0 - (1.0 - all) * (self.fit.n as f64 - 1.0) / self.fit.df_residual;
        (all, adjusted, Some(self.fit.r_squared))
    }
}

/// The codes of the absorbed factors.
pub fn codes(design: &Design) -> Vec<Vec<u32>> {
    design.absorbed.iter().map(|factor| factor.codes.clone()).collect()
}

/// The clusterings of the rows kept.
fn clusterings(design: &Design, absorbed: &absorb::Absorbed) -> Vec<Vec<u32>> {
    let first = absorbed.matrix.clusters.clone();
    let second = design.crossing.as_ref().map(|c| pick(&c.codes, &absorbed.kept));
    first.into_iter().chain(second).collect()
}

fn pick(codes: &[u32], rows: &[usize]) -> Vec<u32> {
    rows.iter().map(|&row| codes.get(row).copied().unwrap_or_default()).collect()
}

/// The design without the rows that a level fits alone.
fn without_singletons<'d>(design: Cow<'d, Design>, absorbed: Option<&absorb::Absorbed>) -> Cow<'d, Design> {
    match absorbed {
        Some(absorbed) => {
            let names: Vec<&str> = design.absorbed.iter().map(|f| f.name.as_str()).collect();
            let names = names.join(", ");
            let mut used = if absorbed.singletons == 0 { design } else { Cow::Owned(design.of_rows(&absorbed.kept)) };
            if absorbed.singletons > 0 {
                used.to_mut().flow.lose("singleton", Some(&names), absorbed.singletons as u64);
            }
            used
        }
        None => design,
    }
}

/// Why effects could not be absorbed.
pub fn absorb_decline(analysis: &str, fault: &AbsorbFault, design: &Design) -> Decline {
    let name = |column: &Option<usize>| {
        column.and_then(|c| design.terms.get(c)).cloned().unwrap_or_else(|| design.outcome.clone())
    };
    match fault {
        AbsorbFault::NotSettled { column, iterations } => {
            Decline::new(analysis, "absorb_no_convergence").with("column", name(column)).with("iterations", *iterations)
        }
        AbsorbFault::NotFinite { column } => Decline::new(analysis, "not_finite").with("column", name(column)),
        AbsorbFault::NoFactor | AbsorbFault::Misfit | AbsorbFault::Weights(_) | AbsorbFault::NoRows { .. } => {
            Decline::new(analysis, "absorbed_everything")
        }
    }
}
