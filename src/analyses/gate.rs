//! Preconditions of the analyses and the alarms that make an answer one to be read with care.

use super::regression::Options;
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
        OlsFault::Collinear(_) => {
            let told: Vec<String> = relations(fault, design).into_iter().map(|(_, relation)| relation).collect();
            Decline::new(analysis, "collinear").with("relations", told.join("; "))
        }
    }
}

/// The columns that follow exactly from others, each with its relation in plain arithmetic.
pub fn relations(fault: &OlsFault, design: &Design) -> Vec<(usize, String)> {
    let OlsFault::Collinear(relations) = fault else { return Vec::new() };
    let name = |column: usize| design.terms.get(column).cloned().unwrap_or_default();
    let told = |column: usize, combination: &[(usize, f64)]| {
        if combination.is_empty() && !design.absorbed.is_empty() {
            let effects: Vec<&str> = design.absorbed.iter().map(|factor| factor.name.as_str()).collect();
            return format!("{} = f({})", name(column), effects.join(", "));
        }
        relation(&name(column), combination, &name)
    };
    relations.iter().map(|r| (r.column, told(r.column, &r.combination))).collect()
}

/// `overall = 0.5 a + 0.5 b`, in plain arithmetic.
fn relation(column: &str, combination: &[(usize, f64)], name: &dyn Fn(usize) -> String) -> String {
    if combination.is_empty() {
        return format!("{column} = 0");
    }
    // The value that a column has throughout may be somebody's.
    if let [(only, _)] = combination
        && name(*only) == crate::design::INTERCEPT
    {
        return format!("{column} = const");
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

/// Degrees of freedom that a model of people must leave under a crowd rule.
const FEWEST_DF: usize = 10;

/// Under a crowd rule, rows enough that no coefficient is one person's answer.
///
/// # Errors
/// A decline that says how many are needed.
pub fn enough_left(rows: usize, columns: usize, options: &Options) -> Result<(), Decline> {
    let crowd = options.crowd;
    if (rows as u64) < crowd {
        return Err(Decline::new(options.analysis, "crowd_too_small").with("crowd", crowd));
    }
    if crowd > 1 && rows < columns + FEWEST_DF {
        let decline = Decline::new(options.analysis, "crowd_leaves_little").with("n", rows);
        return Err(decline.with("needed", columns + FEWEST_DF));
    }
    Ok(())
}

/// A value that all but a few rows share gives the outcome of the few away as a coefficient: a category carried by fewer
/// than the crowd, a number that fewer than the crowd have another of.
///
/// # Errors
/// A decline that names the column.
pub fn carriers(design: &Design, options: &Options) -> Result<(), Decline> {
    let crowd = options.crowd;
    if crowd <= 1 {
        return Ok(());
    }
    for (column, name) in design.matrix.x.columns().into_iter().zip(&design.terms) {
        let others = column.len() as u64 - shared(column);
        if name != crate::design::INTERCEPT && others > 0 && others < crowd {
            let column = name.split('[').next().unwrap_or_default();
            return Err(Decline::new(options.analysis, "level_too_small").with("column", column).with("crowd", crowd));
        }
    }
    Ok(())
}

/// How many rows have the value that most have, where one has the majority (Boyer & Moore 1991).
fn shared(column: ndarray::ArrayView1<'_, f64>) -> u64 {
    let (mut candidate, mut lead) = (f64::NAN, 0u64);
    for &value in column {
        match (lead, value == candidate) {
            (0, _) => (candidate, lead) = (value, 1),
            (_, true) => lead += 1,
            (_, false) => lead -= 1,
        }
    }
    column.iter().filter(|value| **value == candidate).count() as u64
}

/// The indicator of whole clusters that the fewest clusters have (or lack), and how many: a treatment by team that few
/// teams got.
pub fn fewest_treated(design: &Design) -> Option<(String, usize)> {
    let codes = design.matrix.clusters.as_ref()?;
    let count = codes.iter().copied().max().map_or(0, |code| code as usize + 1);
    let columns = design.matrix.x.columns().into_iter().zip(&design.terms);
    let by_cluster = |(column, name): (ndarray::ArrayView1<'_, f64>, &String)| {
        let mut of: Vec<Option<bool>> = vec![None; count];
        for (value, &code) in column.iter().zip(codes) {
            let slot = of.get_mut(code as usize)?;
            let one = *value == 1.0;
            if (*value != 0.0 && !one) || slot.is_some_and(|known| known != one) {
                return None;
            }
            *slot = Some(one);
        }
        let with = of.iter().filter(|one| **one == Some(true)).count();
        let without = of.iter().filter(|one| **one == Some(false)).count();
        let fewest = with.min(without);
        (fewest > 0).then(|| (name.clone(), fewest))
    };
    // The constant sets nobody apart.
    let slopes = columns.enumerate().filter(|(at, _)| design.intercept != Some(*at)).map(|(_, column)| column);
    slopes.filter_map(by_cluster).min_by_key(|(_, fewest)| *fewest)
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
