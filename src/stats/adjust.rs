//! The difference of two means with covariates and blocks taken into account (Lin, Annals of Applied Statistics 2013).
//! It deliberately never replaces the raw difference, and does not choose the covariates: they must be from before.

use ndarray::{Array1, Array2};

use super::inference::{Inference, LEVEL, contrast};
use super::ratio::{Lift, Means, delta, fieller, log_delta};
use super::trial::{Trial, TrialFault, dense};

/// Where the covariates are centred, which is where the effect is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Centre {
    /// At the mean of the people: the effect on the mean of all people, as the raw difference has it.
    #[default]
    People,
    /// At the mean of the means of the units: the effect where the covariates are those of the average unit.
    Units,
}

/// How strata enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blocks {
    /// An effect of their own each, and the treatment effects averaged by their people: right also where the share of
    /// treated differs between strata (Lin 2013; Miratrix, Sekhon & Yu 2013).
    #[default]
    Interacted,
    /// A level of their own each, one treatment effect: fewer parameters, strata weighed by `n p (1 - p)`. The choice for
    /// pairs.
    Additive,
}

/// What is taken into account.
#[derive(Debug, Clone, Copy, Default)]
pub struct Adjustment<'a> {
    /// n x p covariates from before the start, no constant among them; nothing for the raw difference.
    pub covariates: Option<&'a Array2<f64>>,
    /// Where they are centred; within strata at the mean of each stratum.
    pub centre: Centre,
    /// How strata enter, where the trial has them.
    pub blocks: Blocks,
}

/// An adjusted effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjusted {
    /// Treated minus control, CR2 by unit with Satterthwaite degrees of freedom, HC2 on `n - k` without units.
    pub difference: Inference,
    /// Both means at the centre with their joint covariance.
    pub means: Means,
    /// Difference over the control mean, Fieller's interval on the degrees of freedom of the difference.
    pub lift: Lift,
    /// The same by the delta method.
    pub lift_delta: Lift,
    /// The same on the logarithm.
    pub lift_log: Lift,
    /// People.
    pub n: usize,
    /// Parameters.
    pub k: usize,
    /// Units.
    pub clusters: Option<usize>,
    /// R² of the regression.
    pub r_squared: f64,
    /// Unit directions that the model fits whatever their outcome: above 0 deserves a caution.
    pub full_leverage: usize,
}

/// Least squares of the outcome on treatment, covariates centred, and their products (Lin 2013): the
/// coefficient of treatment is the average effect, whether or not the model is right.
///
/// # Errors
/// Lists of different lengths, one arm, collinear columns (a covariate constant in an arm or within all strata), too few
/// rows, fewer than two units.
pub fn adjusted(trial: &Trial<'_>, with: &Adjustment<'_>) -> Result<Adjusted, TrialFault> {
    let columns = columns(trial, with)?;
    let fitted = trial.regress(&columns, trial.outcome)?;
    let (fit, covariance) = (&fitted.fit, &fitted.covariance);
    let mut treatment = Array1::zeros(fit.k);
    treatment[TREATMENT] = 1.0;
    let difference = contrast(fit, covariance, &treatment, LEVEL);
    let v = &covariance.matrix;
    let means = Means {
        treated: fit.coefficients[0] + fit.coefficients[TREATMENT],
        control: fit.coefficients[0],
        variance_treated: v[[0, 0]] + 2.0 * v[[0, TREATMENT]] + v[[TREATMENT, TREATMENT]],
        variance_control: v[[0, 0]],
        covariance: v[[0, 0]] + v[[0, TREATMENT]],
        df: difference.df,
    };
    Ok(Adjusted {
        difference,
        means,
        lift: fieller(&means, LEVEL),
        lift_delta: delta(&means, LEVEL),
        lift_log: log_delta(&means, LEVEL),
        n: fit.n,
        k: fit.k,
        clusters: covariance.clusters,
        r_squared: fit.r_squared,
        full_leverage: covariance.full_leverage,
    })
}

/// Position of the treatment among the [`columns`].
pub(super) const TREATMENT: usize = 1;

/// Constant, treatment, centred covariates, strata about their shares, and the products of treatment with them.
pub(super) fn columns(trial: &Trial<'_>, with: &Adjustment<'_>) -> Result<Vec<Vec<f64>>, TrialFault> {
    trial.check()?;
    let n = trial.people();
    let strata = trial.strata.map(dense);
    let mut columns = vec![vec![1.0; n], (0..n).map(|row| trial.arm(row)).collect()];
    if let Some(covariates) = with.covariates {
        if covariates.nrows() != n {
            return Err(TrialFault::Misfit);
        }
        let places = strata.as_ref().map_or_else(|| vec![0; n], |(_, places)| places.clone());
        let weights = weights(trial, with.centre, &places);
        for column in covariates.columns() {
            let centred = centred(&column.to_vec(), &weights, &places);
            columns.push(times(&columns[TREATMENT], &centred));
            columns.push(centred);
        }
    }
    if let Some((levels, places)) = strata {
        for level in 1..levels {
            let share = places.iter().filter(|&&place| place == level).count() as f64 / n as f64;
            let centred: Vec<f64> = places.iter().map(|&place| f64::from(u8::from(place == level)) - share).collect();
            if with.blocks == Blocks::Interacted {
                columns.push(times(&columns[TREATMENT], &centred));
            }
            columns.push(centred);
        }
    }
    Ok(columns)
}

/// What each person counts in the mean at which covariates are centred.
fn weights(trial: &Trial<'_>, centre: Centre, places: &[usize]) -> Vec<f64> {
    let (Centre::Units, Some(codes)) = (centre, trial.units) else { return vec![1.0; places.len()] };
    let (units, of) = dense(codes);
    let mut sizes = vec![0.0; units];
    of.iter().for_each(|&unit| sizes[unit] += 1.0);
    of.iter().map(|&unit| 1.0 / sizes[unit]).collect()
}

/// Values about the weighted mean of their stratum.
fn centred(values: &[f64], weights: &[f64], places: &[usize]) -> Vec<f64> {
    let levels = places.iter().max().map_or(0, |last| last + 1);
    let mut means = vec![0.0; levels];
    // Twice, the second time on what the first has left: a large offset then costs no digits.
    for _ in 0..2 {
        let (mut sums, mut totals) = (vec![0.0; levels], vec![0.0; levels]);
        for ((value, weight), &place) in values.iter().zip(weights).zip(places) {
            sums[place] += weight * (value - means[place]);
            totals[place] += weight;
        }
        means.iter_mut().zip(sums.iter().zip(&totals)).for_each(|(mean, (sum, total))| *mean += sum / total);
    }
    values.iter().zip(places).map(|(value, &place)| value - means[place]).collect()
}

fn times(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}
