//! Columns split into what differs between clusters and what differs within them, to be fitted together: the effect of a
//! person's standing in the team apart from that of the team's. It deliberately fits nothing.

use ndarray::Array2;

use super::matrix::Matrix;
use super::moments::Moments;

/// Below this share of the sum of squares of a column, what a part differs by is rounding.
const STILL: f64 = 1e-20;

/// Why there is no split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitFault {
    /// The rows have no clusters.
    NoClusters,
    /// Codes and rows differ in number, or a column is not there.
    Misfit,
    /// All rows are in one cluster.
    OneCluster,
    /// A number is infinite or not a number, in this column.
    NotFinite {
        /// Column of `x`.
        column: usize,
    },
}

/// The two parts of q columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// n x q: the mean of the row's cluster.
    pub between: Array2<f64>,
    /// n x q: the row's distance from it.
    pub within: Array2<f64>,
    /// Which columns differ between clusters; the others' means belong in no model with a constant.
    pub varies_between: Vec<bool>,
    /// Which columns differ within clusters; the others' distances are exactly 0.
    pub varies_within: Vec<bool>,
}

/// Splits these columns of `m.x` into cluster means and distances from them (Mundlak 1978; Neuhaus & Kalbfleisch 1998).
/// In a fit on both sets the slopes of the distances are those with a dummy for every cluster, and their difference from
/// the slopes of the means is the contextual effect (Mundlak's test, with any covariance by cluster).
///
/// # Errors
/// See [`SplitFault`].
pub fn split(m: &Matrix, columns: &[usize]) -> Result<Split, SplitFault> {
    let codes = m.clusters.as_deref().ok_or(SplitFault::NoClusters)?;
    if codes.len() != m.rows() || columns.iter().any(|&column| column >= m.columns()) {
        return Err(SplitFault::Misfit);
    }
    if m.cluster_count() < 2 {
        return Err(SplitFault::OneCluster);
    }
    let (n, q) = (m.rows(), columns.len());
    let mut out = Split {
        between: Array2::zeros((n, q)),
        within: Array2::zeros((n, q)),
        varies_between: Vec::with_capacity(q),
        varies_within: Vec::with_capacity(q),
    };
    for (place, &column) in columns.iter().enumerate() {
        let values = m.x.column(column).to_vec();
        if values.iter().any(|value| !value.is_finite()) {
            return Err(SplitFault::NotFinite { column });
        }
        out.place(place, &values, codes);
    }
    Ok(out)
}

impl Split {
    fn place(&mut self, place: usize, values: &[f64], codes: &[u32]) {
        let clusters = codes.iter().copied().max().map_or(0, |code| code as usize + 1);
        let mut inside: Vec<Vec<f64>> = vec![Vec::new(); clusters];
        codes.iter().zip(values).for_each(|(&code, &value)| inside[code as usize].push(value));
        let means: Vec<f64> = inside.iter().map(|values| Moments::of(values).mean).collect();
        let between: Vec<f64> = codes.iter().map(|&code| means[code as usize]).collect();
        let mut within: Vec<f64> = values.iter().zip(&between).map(|(value, mean)| value - mean).collect();
        // Rounding is measured against the size of the numbers: a column far from 0 leaves more of it.
        let size: f64 = values.iter().map(|value| value * value).sum();
        let varies = |squares: f64| squares > STILL * size;
        let varies_within = varies(within.iter().map(|value| value * value).sum());
        if !varies_within {
            within.fill(0.0);
        }
        self.varies_between.push(varies(Moments::of(&between).m2));
        self.varies_within.push(varies_within);
        self.between.column_mut(place).assign(&ndarray::ArrayView1::from(&between));
        self.within.column_mut(place).assign(&ndarray::ArrayView1::from(&within));
    }
}
