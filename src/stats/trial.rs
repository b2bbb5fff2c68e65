//! The people of a trial as rows of a regression: outcome, arm, assigned unit, stratum; and the fit that every effect on
//! a mean is read from (CR2 by unit, HC2 where people were assigned). It deliberately does not say what was randomised.

use ndarray::{Array1, Array2};

use super::covariance::{Covariance, CovarianceFault, Kind, covariance};
use super::matrix::Matrix;
use super::ols::{DEFAULT_TOLERANCE, Fit, OlsFault, fit};

/// People with a known outcome: four lists of one length.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// n outcomes.
    pub outcome: &'a [f64],
    /// Whether each is in the treated arm.
    pub treated: &'a [bool],
    /// Dense codes of the units that were assigned; nothing where people were.
    pub units: Option<&'a [u32]>,
    /// Codes of the strata (or blocks, or pairs) within which units were assigned.
    pub strata: Option<&'a [u32]>,
}

/// Why there is no effect.
#[derive(Debug, Clone, PartialEq)]
pub enum TrialFault {
    /// Lists of different lengths.
    Misfit,
    /// Nobody in one of the arms.
    OneArm,
    /// Nothing varies that had to: the take-up with the assignment, the declared groups.
    NothingVaries,
    /// No least-squares fit.
    Fit(OlsFault),
    /// No standard errors.
    Covariance(CovarianceFault),
}

impl From<OlsFault> for TrialFault {
    fn from(fault: OlsFault) -> Self {
        Self::Fit(fault)
    }
}

impl From<CovarianceFault> for TrialFault {
    fn from(fault: CovarianceFault) -> Self {
        Self::Covariance(fault)
    }
}

impl Trial<'_> {
    /// Number of people.
    pub fn people(&self) -> usize {
        self.outcome.len()
    }

    /// # Errors
    /// Lists of different lengths, or an arm without people.
    pub fn check(&self) -> Result<(), TrialFault> {
        let n = self.people();
        let fits = |codes: Option<&[u32]>| codes.is_none_or(|codes| codes.len() == n);
        if self.treated.len() != n || !fits(self.units) || !fits(self.strata) {
            return Err(TrialFault::Misfit);
        }
        let treated = self.treated.iter().filter(|treated| **treated).count();
        if treated == 0 || treated == n { Err(TrialFault::OneArm) } else { Ok(()) }
    }

    /// 1 for the treated, 0 for the control.
    pub(super) fn arm(&self, row: usize) -> f64 {
        f64::from(u8::from(self.treated[row]))
    }

    /// Least squares of `y` on these columns, the first of them the constant.
    pub(super) fn regress(&self, columns: &[Vec<f64>], y: &[f64]) -> Result<Regression, TrialFault> {
        let x = Array2::from_shape_fn((self.people(), columns.len()), |(row, column)| columns[column][row]);
        let mut matrix = Matrix::new(x, Array1::from(y.to_vec()));
        if let Some(codes) = self.units {
            matrix = matrix.with_clusters(codes.to_vec());
        }
        let fitted = fit(&matrix, Some(0), DEFAULT_TOLERANCE)?;
        let kind = if self.units.is_some() { Kind::Cr2 } else { Kind::Hc2 };
        let covariance = covariance(kind, &fitted, &matrix)?;
        Ok(Regression { fit: fitted, covariance })
    }
}

/// A fit with its covariance.
#[derive(Debug, Clone)]
pub struct Regression {
    /// Fit.
    pub fit: Fit,
    /// HC2, or CR2 by unit.
    pub covariance: Covariance,
}

/// The number of distinct values of a list of codes, and for each row the place of its code among them.
pub(super) fn dense(codes: &[u32]) -> (usize, Vec<usize>) {
    let mut levels = codes.to_vec();
    levels.sort_unstable();
    levels.dedup();
    (levels.len(), codes.iter().map(|code| levels.partition_point(|level| level < code)).collect())
}
