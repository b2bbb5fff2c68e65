//! Where each topic stands: how satisfied people are with it against how much it goes with the outcome. Counts a topic as
//! one that matters by its mark, leaves it open where that is withheld or negative, and as low or high where the interval of its mean excludes the mean of all topics.

use crate::analyses::{estimate, finite};
use crate::design::{Design, INTERCEPT};
use crate::findings::Regression;
use crate::findings::regression::checks::Quadrant;
use crate::stats::covariance::{Kind, covariance};
use crate::stats::inference::{Inference, coefficient};
use crate::stats::matrix::Matrix;
use crate::stats::ols::{DEFAULT_TOLERANCE, fit};
use ndarray::{Array1, Array2};

/// One row per topic, and the mean of all topics, which is the border between low and high.
pub fn quadrant(design: &Design, model: &Regression) -> (Vec<Quadrant>, Option<f64>) {
    let means: Vec<(usize, Inference)> = (0..design.matrix.columns())
        .filter(|&j| design.terms.get(j).is_some_and(|t| t != INTERCEPT))
        .filter_map(|j| Some((j, mean(design, j)?)))
        .collect();
    let centre = means.iter().map(|(_, mean)| mean.estimate).sum::<f64>() / means.len().max(1) as f64;
    let row = |(j, mean): &(usize, Inference)| {
        let name = design.terms.get(*j)?;
        let term = model.terms.iter().find(|t| &t.term == name)?;
        let (low, high) = (mean.conf_high < centre, mean.conf_low > centre);
        let place = match (low, high, term.mark.as_deref().unwrap_or("withheld")) {
            (true, _, mark) if mark.starts_with('+') => "strengthen",
            (_, true, mark) if mark.starts_with('+') => "keep",
            (true, _, "") => "watch",
            (_, true, "") => "fine",
            _ => "open",
        };
        Some(Quadrant {
            term: name.clone(),
            mean: estimate(mean),
            beta: term.beta,
            beta_low: term.beta_low,
            beta_high: term.beta_high,
            place: place.to_string(),
        })
    };
    (means.iter().filter_map(row).collect(), finite(centre).filter(|_| !means.is_empty()))
}

/// The mean of a column with its interval, by team where there are teams; none of a column that does not vary.
fn mean(design: &Design, j: usize) -> Option<Inference> {
    let y: Array1<f64> = design.matrix.x.column(j).to_owned();
    let mut rows = Matrix::new(Array2::ones((y.len(), 1)), y);
    rows.clusters.clone_from(&design.matrix.clusters);
    let fitted = fit(&rows, Some(0), DEFAULT_TOLERANCE).ok()?;
    let kind = if rows.cluster_count() > 1 { Kind::Cr2 } else { Kind::Hc2 };
    let errors = covariance(kind, &fitted, &rows).ok()?;
    Some(coefficient(&fitted, &errors, 0))
}
