//! Two arms compared on any value of their people, with the error by assigned unit: difference and ratio of means, of
//! shares (risk ratio), of rates, or of pseudo-observations. It deliberately has no person-level test for assigned units.

use ndarray::{Array1, Array2};

use super::covariance::{Covariance, CovarianceFault, Kind, covariance, weighted_cr2};
use super::inference::{Inference, contrast};
use super::matrix::Matrix;
use super::ols::{DEFAULT_TOLERANCE, Fit, fit, weighted};
use super::proportion::{Bracketed, Limits};

/// People of two arms.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'v> {
    /// n values: 0 or 1 for shares, events over exposure for rates, pseudo-observations for survival.
    pub values: &'v [f64],
    /// n exposures above 0 (person-months), for rates.
    pub exposure: Option<&'v [f64]>,
    /// n, whether treated.
    pub treated: &'v [bool],
    /// n dense codes of the assigned units; people were assigned alone when absent.
    pub units: Option<&'v [u32]>,
}

/// Why there is no comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContrastFault {
    /// Values, exposures, arms and units differ in number.
    Misfit,
    /// An arm without people.
    EmptyArm,
    /// A value that is not a number, or an exposure that is not above 0.
    NotFinite,
    /// Fewer than two units.
    OneUnit,
}

/// Two arms compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitContrast {
    /// Mean of the treated.
    pub treated: f64,
    /// Mean of the control.
    pub control: f64,
    /// Treated minus control; CR2 by unit on Satterthwaite degrees of freedom, HC2 on n - 2 without units.
    pub difference: Inference,
    /// Logarithm of treated over control, by the delta method with the same covariance and its own degrees of freedom;
    /// nothing unless both means are above 0.
    pub log_ratio: Option<Inference>,
    /// Units (people when there are none).
    pub units: usize,
}

impl UnitContrast {
    /// Treated over control with its limits, which an empty `log_ratio` does not have.
    pub fn ratio(&self) -> Option<Bracketed> {
        let log = self.log_ratio?;
        let limits = Limits { low: log.conf_low.exp(), high: log.conf_high.exp() };
        Some(Bracketed { estimate: log.estimate.exp(), limits })
    }
}

/// Compares two arms: least squares on the two indicators of the arms (weighted by exposure), so that the means are those
/// of the arms, with Bell & McCaffrey's covariance (2002) by unit. Of a share this is the risk ratio of the modified
/// Poisson regression (Zou 2004) without covariates, of events over exposure the rate ratio, both with CR2 in place of
/// the sandwich that is too small with few teams.
///
/// # Errors
/// See [`ContrastFault`].
pub fn unit_contrast(outcome: &Outcome<'_>, level: f64) -> Result<UnitContrast, ContrastFault> {
    outcome.check()?;
    let (fitted, known) = outcome.fitted()?;
    let means = &fitted.coefficients;
    let difference = contrast(&fitted, &known, &Array1::from(vec![1.0, -1.0]), level);
    let log_ratio = (means[0] > 0.0 && means[1] > 0.0).then(|| {
        // The derivative of ln a - ln b; its variance and its degrees of freedom are those of this contrast.
        let slope = Array1::from(vec![1.0 / means[0], -1.0 / means[1]]);
        let error = known.variance(&slope).sqrt();
        Inference::new((means[0] / means[1]).ln(), error, known.df(&slope), level)
    });
    let units = known.clusters.unwrap_or(fitted.n);
    Ok(UnitContrast { treated: means[0], control: means[1], difference, log_ratio, units })
}

impl Outcome<'_> {
    fn check(&self) -> Result<(), ContrastFault> {
        let n = self.values.len();
        let others = [self.exposure.map(<[f64]>::len), self.units.map(<[u32]>::len), Some(self.treated.len())];
        if others.into_iter().flatten().any(|len| len != n) {
            return Err(ContrastFault::Misfit);
        }
        if !self.treated.contains(&true) || !self.treated.contains(&false) {
            return Err(ContrastFault::EmptyArm);
        }
        let exposed = self.exposure.is_none_or(|all| all.iter().all(|one| one.is_finite() && *one > 0.0));
        let finite = self.values.iter().all(|value| value.is_finite());
        if finite && exposed { Ok(()) } else { Err(ContrastFault::NotFinite) }
    }

    /// The two means and their covariance.
    fn fitted(&self) -> Result<(Fit, Covariance), ContrastFault> {
        let arm = |row: usize, column: usize| f64::from(u8::from(self.treated[row] == (column == 0)));
        let x = Array2::from_shape_fn((self.values.len(), 2), |(row, column)| arm(row, column));
        let mut matrix = Matrix::new(x, Array1::from(self.values.to_vec()));
        if let Some(units) = self.units {
            matrix = matrix.with_clusters(units.to_vec());
        }
        if let Some(exposure) = self.exposure {
            matrix = weighted(matrix, exposure).map_err(|_| ContrastFault::NotFinite)?;
        }
        let fitted = fit(&matrix, None, DEFAULT_TOLERANCE).map_err(|_| ContrastFault::EmptyArm)?;
        let known = match (self.units, self.exposure) {
            (Some(_), Some(exposure)) => weighted_cr2(&fitted, &matrix, exposure),
            (Some(_), None) => covariance(Kind::Cr2, &fitted, &matrix),
            (None, _) => covariance(Kind::Hc2, &fitted, &matrix),
        };
        let known = known.map_err(|fault| match fault {
            CovarianceFault::OneCluster => ContrastFault::OneUnit,
            _ => ContrastFault::Misfit,
        })?;
        Ok((fitted, known))
    }
}
