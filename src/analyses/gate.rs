//! Preconditions of the analyses and the alarms that make an answer one to be read with care.

use crate::design::Design;
use crate::findings::{Caution, Decline};
use crate::stats::ols::OlsFault;

/// Clusters under which inference by cluster carries a caution.
const FEW_CLUSTERS: usize = 20;

/// Share of the rows in one cluster that is told.
const DOMINANT: f64 = 0.20;

/// Why a fit was impossible, in the words of the reader's columns.
pub fn ols_decline(analysis: &str, fault: &OlsFault, design: &Design) -> Decline {
    let name = |column: usize| design.terms.get(column).cloned().unwrap_or_default();
    match fault {
        OlsFault::TooFewRows { n, k } => Decline::new(analysis, "too_few_rows").with("n", *n).with("terms", *k),
        OlsFault::ConstantOutcome => {
            Decline::new(analysis, "constant_outcome").with("outcome", design.outcome.as_str())
        }
        OlsFault::NotFinite { column } => {
            let column = column.map_or(design.outcome.clone(), name);
            Decline::new(analysis, "not_finite").with("column", column)
        }
        OlsFault::Collinear(relations) => {
            let told: Vec<String> =
                relations.iter().map(|r| relation(&name(r.column), &r.combination, &name)).collect();
            Decline::new(analysis, "collinear").with("relations", told.join("; "))
        }
    }
}

/// `overall = 0.5 a + 0.5 b`, in plain arithmetic.
fn relation(column: &str, combination: &[(usize, f64)], name: &dyn Fn(usize) -> String) -> String {
    if combination.is_empty() {
        return format!("{column} = 0");
    }
    let mut told = format!("{column} =");
    for (at, (other, factor)) in combination.iter().enumerate() {
        let sign = if *factor < 0.0 { " -" } else { " +" };
        if at > 0 || *factor < 0.0 {
            told.push_str(sign);
        }
        let other = name(*other);
        let size = (factor.abs() * 1e6).round() / 1e6;
        let constant = other == crate::design::INTERCEPT;
        match (size == 1.0, constant) {
            (_, true) => told.push_str(&format!(" {size}")),
            (true, false) => told.push_str(&format!(" {other}")),
            (false, false) => told.push_str(&format!(" {size} {other}")),
        }
    }
    told
}

/// A category carried by fewer people than the crowd gives their outcome back as its coefficient.
pub fn carriers(design: &Design, crowd: u64) -> Result<(), Decline> {
    for (column, name) in design.matrix.x.columns().into_iter().zip(&design.terms) {
        let indicator = column.iter().all(|v| *v == 0.0 || *v == 1.0) && name != crate::design::INTERCEPT;
        if !indicator {
            continue;
        }
        let ones = column.iter().filter(|v| **v == 1.0).count() as u64;
        let rest = column.len() as u64 - ones;
        if ones < crowd || rest < crowd {
            let column = name.split('[').next().unwrap_or_default();
            return Err(Decline::new("regression", "level_too_small").with("column", column).with("crowd", crowd));
        }
    }
    Ok(())
}

/// Cautions about the clusters of a regression.
pub fn cluster_cautions(codes: &[u32], count: usize) -> Vec<Caution> {
    let mut cautions = Vec::new();
    if count < FEW_CLUSTERS {
        cautions.push(Caution::new("few_clusters").with("clusters", count));
    }
    let mut sizes = vec![0usize; count];
    for &code in codes {
        if let Some(size) = sizes.get_mut(code as usize) {
            *size += 1;
        }
    }
    let largest = sizes.iter().copied().max().unwrap_or(0) as f64 / codes.len().max(1) as f64;
    if largest > DOMINANT && count > 1 {
        cautions.push(Caution::new("dominant_cluster").with("share", largest));
    }
    cautions
}
