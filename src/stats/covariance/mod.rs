//! The covariance of the coefficients, one file per kind, all from one fit and one more fold over the rows.
//! It deliberately does not choose the kind: that is the study's default or the reader's flag.

mod cr0;
mod cr1;
mod cr2;
mod cr3;
mod hc0;
mod hc1;
mod hc2;
mod hc3;
mod iid;
mod moments;
mod rows;
mod strip;
mod twoway;
mod weighted;

use ndarray::{Array1, Array2};

pub(super) use cr1::factor as cr1_factor;
pub use cr3::cluster_jackknife;
pub use moments::{ClusterMoments, ClusterScores, Moment};
pub(super) use moments::{all_counted, of as cluster_moments};
pub use rows::RowScores;
pub use twoway::two_way;
pub use weighted::weighted_cr2;

use super::matrix::Matrix;
use super::ols::Fit;
use super::triangle;
use cr2::Satterthwaite;

/// Kinds of covariance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Equal variances, independent rows.
    Iid,
    /// White (1980).
    Hc0,
    /// HC0 x n / (n - k).
    Hc1,
    /// Horn, Horn & Duncan (1975): squared residuals over `1 - h`.
    Hc2,
    /// MacKinnon & White (1985): squared residuals over `(1 - h)^2`.
    Hc3,
    /// By cluster, no correction (Liang & Zeger 1986).
    Cr0,
    /// CR0 x G/(G-1) x (n-1)/(n-k).
    Cr1,
    /// Bias-reduced (Bell & McCaffrey 2002), with Satterthwaite degrees of freedom.
    Cr2,
    /// The jackknife over clusters without its factor (G-1)/G: scores adjusted by `(I - H)^-1`.
    Cr3,
}

/// All kinds, in the order in which they are shown side by side.
pub const KINDS: [Kind; 9] =
    [Kind::Iid, Kind::Hc0, Kind::Hc1, Kind::Hc2, Kind::Hc3, Kind::Cr0, Kind::Cr1, Kind::Cr2, Kind::Cr3];

impl Kind {
    /// The kind of this name, whatever its case.
    pub fn parse(name: &str) -> Option<Self> {
        KINDS.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name.trim()))
    }

    /// The name in results and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iid => "iid",
            Self::Hc0 => "HC0",
            Self::Hc1 => "HC1",
            Self::Hc2 => "HC2",
            Self::Hc3 => "HC3",
            Self::Cr0 => "CR0",
            Self::Cr1 => "CR1",
            Self::Cr2 => "CR2",
            Self::Cr3 => "CR3",
        }
    }

    /// Whether the kind needs clusters.
    pub fn is_clustered(self) -> bool {
        matches!(self, Self::Cr0 | Self::Cr1 | Self::Cr2 | Self::Cr3)
    }
}

/// Why there is no covariance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CovarianceFault {
    /// The kind is by cluster and the rows have no clusters.
    NoClusters,
    /// All rows are in one cluster.
    OneCluster,
    /// The clusters are not those of the rows: another number of codes than rows.
    Misfit,
    /// The kind weighs by leverage and that of the absorbed effects is not known: HC2 and HC3 with several absorbed
    /// factors, CR2 and CR3 with absorbed effects that the clusters do not contain.
    AbsorbedLeverage,
}

/// What statistics are referred to.
#[derive(Debug, Clone)]
pub enum Reference {
    /// t on `n - k`.
    Residual(f64),
    /// t on `G - 1`.
    Clusters(f64),
    /// t on degrees of freedom of each contrast (Pustejovsky & Tipton 2018).
    Satterthwaite(Satterthwaite),
}

/// Covariance of the k coefficients.
#[derive(Debug, Clone)]
pub struct Covariance {
    /// Which.
    pub kind: Kind,
    /// k x k, symmetric.
    pub matrix: Array2<f64>,
    /// What statistics are referred to.
    pub reference: Reference,
    /// Clusters, for the kinds by cluster.
    pub clusters: Option<usize>,
    /// Rows (HC2, HC3) or cluster directions (CR2, CR3) that the model fits whatever their outcome: leverage 1. They
    /// are left out of the meat (pseudo-inverse), so a count above 0 deserves a caution.
    pub full_leverage: usize,
    /// Whether the sum was not positive semidefinite and its negative eigenvalues were set to 0 (two clusters only).
    pub floored: bool,
}

impl Covariance {
    /// Degrees of freedom of the contrast `c'b` (k weights).
    pub fn df(&self, contrast: &Array1<f64>) -> f64 {
        match &self.reference {
            Reference::Residual(df) | Reference::Clusters(df) => *df,
            Reference::Satterthwaite(clusters) => clusters.df(contrast),
        }
    }

    /// Variance of the contrast `c'b`.
    pub fn variance(&self, contrast: &Array1<f64>) -> f64 {
        contrast.dot(&self.matrix.dot(contrast)).max(0.0)
    }
}

/// The covariance of this kind for a fit on these rows.
///
/// # Errors
/// For the kinds by cluster: no clusters, or fewer than two. For the kinds by leverage: see
/// [`CovarianceFault::AbsorbedLeverage`].
pub fn covariance(kind: Kind, fit: &Fit, m: &Matrix) -> Result<Covariance, CovarianceFault> {
    match kind {
        Kind::Iid => Ok(iid::covariance(fit)),
        Kind::Hc0 => Ok(hc0::covariance(fit, m)),
        Kind::Hc1 => Ok(hc1::covariance(fit, m)),
        Kind::Hc2 => hc2::covariance(fit, m),
        Kind::Hc3 => hc3::covariance(fit, m),
        Kind::Cr0 => cr0::covariance(fit, m),
        Kind::Cr1 => cr1::covariance(fit, m),
        Kind::Cr2 => cr2::covariance(fit, m),
        Kind::Cr3 => cr3::covariance(fit, m),
    }
}

/// `R^-1 S R^-T`: from the meat in the basis of Q (rows `q = R^-T x`) to the coefficients.
fn sandwich(r: &Array2<f64>, meat: &Array2<f64>) -> Array2<f64> {
    let inverse = triangle::inverse(r);
    let full = inverse.dot(meat).dot(&inverse.t());
    // The product is symmetric but for rounding; say so.
    (&full + &full.t()) / 2.0
}
