//! The binary logit against statsmodels and R, its robust errors and effects against the formulas written out with whole
//! matrices (numpy), and what it declines.

use ndarray::{Array1, Array2, array};
use oneonone::stats::covariance::Kind;
use oneonone::stats::inference::contrast;
use oneonone::stats::logit::{LogitFault, LogitFit, Profile, fit};
use oneonone::stats::matrix::Matrix;
use oneonone::stats::ols::DEFAULT_TOLERANCE;
use oneonone::stats::permute::{key, stream};
use rand::Rng;

use super::agree::near;
use super::shared::{Table, keys, number, reference, shared};
use super::wine::wine;

/// Whether wine is rated 3 or higher.
fn bitter() -> (Matrix, LogitFit) {
    let m = wine(true, |rating| f64::from(u8::from(rating >= 3)));
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    (m, fitted)
}

fn fault(m: &Matrix) -> LogitFault {
    fit(m, Some(0), DEFAULT_TOLERANCE).unwrap_err()
}

#[test]
fn coefficients_and_likelihood_are_those_of_statsmodels() {
    let (_, fitted) = bitter();
    for (j, expected) in [-1.0730516603990631, 2.1461033207981273, 1.3897120856133933].into_iter().enumerate() {
        near("coefficient", fitted.coefficients[j], expected, 1e-12);
    }
    near("loglik", fitted.loglik, -37.6385070170043, 1e-13);
    near("null", fitted.loglik_null, 45.0 * (45.0_f64 / 72.0).ln() + 27.0 * (27.0_f64 / 72.0).ln(), 1e-14);
    near("McFadden", fitted.mcfadden, 0.2098154617199971, 1e-9);
    near("deviance", fitted.deviance, 75.2770140340086, 1e-13);
    assert_eq!((fitted.n, fitted.k, fitted.ones), (72, 3, 45));
}

#[test]
fn every_covariance_is_the_formula_with_whole_matrices() {
    let (_, fitted) = bitter();
    for (kind, expected, df) in [
        (Kind::Iid, [0.4882876466933615, 0.6070914747609364, 0.5908443780458376], f64::INFINITY),
        (Kind::Hc0, [0.49357572478650286, 0.5955198269649608, 0.581410977657198], f64::INFINITY),
        (Kind::Cr0, [0.3928756972205806, 0.34942947836893773, 0.3695072708044462], 8.0),
        (Kind::Cr1, [0.42270370551276365, 0.3759589518183224, 0.39756109550154584], 8.0),
        (Kind::Cr2, [0.4167076045020978, 0.3706259305517309, 0.39192164532533685], 8.0),
    ] {
        let covariance = fitted.covariance(kind).unwrap();
        for (j, expected) in expected.into_iter().enumerate() {
            let mut unit = Array1::zeros(3);
            unit[j] = 1.0;
            let inference = contrast(&fitted.working, &covariance, &unit, 0.95);
            near(kind.name(), inference.std_error, expected, 1e-10);
            near(kind.name(), inference.estimate, fitted.coefficients[j], 0.0);
            assert!(inference.df == df || (inference.df - df).abs() < 1e-9, "{} df {}", kind.name(), inference.df);
            assert!(inference.p_value.is_finite() && inference.conf_low.is_finite());
        }
    }
}

#[test]
fn effects_and_probabilities_have_the_errors_of_the_delta_method() {
    let (m, fitted) = bitter();
    let errors = fitted.covariance(Kind::Iid).unwrap();
    for (j, effect, error) in [(1, 0.4166666666666671, 0.0983163203988436), (2, 0.25, 0.0983163203988436)] {
        let inference = fitted.marginal_effect(&m, &errors, j, 0.95);
        near("effect", inference.estimate, effect, 1e-12);
        near("error", inference.std_error, error, 1e-10);
    }
    let profile = fitted.profile(&m, &errors, 1, &Profile { values: &[0.0, 1.0], level: 0.95 });
    let linear = |warm: f64| fitted.coefficients[0] + warm * fitted.coefficients[1] + 0.5 * fitted.coefficients[2];
    for (warm, probability) in [0.0, 1.0].into_iter().zip(profile) {
        near("probability", probability.estimate, 1.0 / (1.0 + (-linear(warm)).exp()), 1e-12);
        let width = (probability.conf_high / (1.0 - probability.conf_high)).ln()
            - (probability.conf_low / (1.0 - probability.conf_low)).ln();
        let error = errors.variance(&array![1.0, warm, 0.5]).sqrt();
        near("width on the logit scale", width, 2.0 * 1.959963984540054 * error, 1e-10);
    }
}

#[test]
fn the_effect_of_a_number_is_the_mean_derivative() {
    let mut generator = stream(key(1, "test", "logit"), 0);
    let x = Array2::from_shape_fn((400, 2), |(_, j)| if j == 0 { 1.0 } else { generator.random_range(-2.0..2.0) });
    let y = Array1::from_shape_fn(400, |i| {
        let p = 1.0 / (1.0 + f64::exp(-0.3 - 0.8 * x[[i, 1]]));
        f64::from(u8::from(generator.random::<f64>() < p))
    });
    let m = Matrix::new(x, y);
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    let errors = fitted.covariance(Kind::Hc1).unwrap();
    let effect = fitted.marginal_effect(&m, &errors, 1, 0.95);
    let mean = |b: &Array1<f64>| {
        let slope = |p: f64| p * (1.0 - p) * b[1];
        m.x.dot(b).mapv(|eta| slope(1.0 / (1.0 + (-eta).exp()))).mean().unwrap()
    };
    near("effect", effect.estimate, mean(&fitted.coefficients), 1e-12);
    let gradient = Array1::from_shape_fn(2, |j| {
        let at = |h: f64| {
            let mut b = fitted.coefficients.clone();
            b[j] += h;
            mean(&b)
        };
        (at(1e-5) - at(-1e-5)) / 2e-5
    });
    near("error", effect.std_error, errors.variance(&gradient).sqrt(), 1e-8);
}

#[test]
fn separation_is_named_and_never_an_estimate() {
    // No cold wine is rated 5: the outcome is told apart among the cold, but not among the warm.
    let m = wine(true, |rating| f64::from(u8::from(rating == 5)));
    assert_eq!(fault(&m), LogitFault::Separated { columns: vec![1], complete: false });
    let mut told = m.clone();
    told.x.column_mut(2).assign(&m.y.mapv(|y| 1e6 * y + 3.0));
    assert_eq!(fault(&told), LogitFault::Separated { columns: vec![2], complete: true });
    // Two columns that tell apart together and neither alone.
    let x = Array2::from_shape_fn((40, 3), |(i, j)| match j {
        0 => 1.0,
        1 => f64::from((i as u32 * 7) % 11),
        _ => 2.0 * f64::from(i as u32 % 2) - 1.0 - f64::from((i as u32 * 7) % 11),
    });
    let y = Array1::from_shape_fn(40, |i| f64::from(u8::from(i % 2 == 1)));
    assert_eq!(fault(&Matrix::new(x, y)), LogitFault::Separated { columns: vec![1, 2], complete: true });
    // A mark that one row alone has.
    let mut alone = wine(true, |rating| f64::from(u8::from(rating >= 3)));
    alone.x.column_mut(1).fill(0.0);
    alone.x[[5, 1]] = 1.0;
    assert_eq!(fault(&alone), LogitFault::Separated { columns: vec![1], complete: false });
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let (m, _) = bitter();
    assert_eq!(fault(&Matrix::new(m.x.clone(), Array1::zeros(72))), LogitFault::ConstantOutcome);
    assert_eq!(fault(&Matrix::new(m.x.clone(), Array1::ones(72))), LogitFault::ConstantOutcome);
    assert_eq!(fault(&Matrix::new(Array2::zeros((0, 2)), Array1::zeros(0))), LogitFault::TooFewRows { n: 0, k: 2 });
    assert_eq!(fault(&Matrix::new(Array2::ones((2, 2)), array![0.0, 1.0])), LogitFault::TooFewRows { n: 2, k: 2 });
    let mut other = m.clone();
    other.y[4] = 0.5;
    assert_eq!(fault(&other), LogitFault::NotBinary { row: 4 });
    other.x[[3, 1]] = f64::INFINITY;
    assert_eq!(fault(&other), LogitFault::NotFinite { column: 1 });
    let mut constant = m.clone();
    constant.x.column_mut(1).fill(2.0);
    assert!(matches!(fault(&constant), LogitFault::Collinear(relations) if relations[0].column == 1));
}

#[test]
fn a_strong_effect_without_separation_is_fitted() {
    // 1 of 500 stands on the other side at each value: log odds ratio 2 ln 499.
    let x = Array2::from_shape_fn((1_000, 2), |(i, j)| if j == 0 || i >= 500 { 1.0 } else { 0.0 });
    let y = Array1::from_shape_fn(1_000, |i| f64::from(u8::from((i >= 500) != (i % 500 == 0))));
    let fitted = fit(&Matrix::new(x, y), Some(0), DEFAULT_TOLERANCE).unwrap();
    near("log odds ratio", fitted.coefficients[1], 2.0 * 499.0_f64.ln(), 1e-10);
    near("constant", fitted.coefficients[0], -(499.0_f64.ln()), 1e-10);
}

#[test]
fn the_promotion_of_salespeople_is_reproduced() {
    let Some(data) = shared() else { return };
    let ordinal = reference(&data.join("ordinal"));
    let model = &ordinal["salespeople_logit"];
    let table = Table::read(&data.join("ordinal/salespeople.csv"));
    let names = keys(&model["coef"]);
    let terms: Vec<Vec<f64>> = names.iter().map(|name| table.term(name)).collect();
    let y = table.numbers("promoted");
    let complete: Vec<usize> =
        (0..y.len()).filter(|&i| y[i].is_finite() && terms.iter().all(|term| term[i].is_finite())).collect();
    let x = Array2::from_shape_fn((complete.len(), names.len()), |(i, j)| terms[j][complete[i]]);
    let m = Matrix::new(x, complete.iter().map(|&i| y[i]).collect());
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    let errors = fitted.covariance(Kind::Iid).unwrap();
    for (j, name) in names.iter().enumerate() {
        near(name, fitted.coefficients[j], model["coef"][name].as_f64().unwrap(), 1e-8);
        // R's errors are those of its last step but one.
        near(name, errors.matrix[[j, j]].sqrt(), model["se"][name].as_f64().unwrap(), 1e-4);
    }
    near("deviance", fitted.deviance, number(model, "/deviance"), 1e-10);
    near("null deviance", fitted.null_deviance, number(model, "/null_deviance"), 1e-10);
}
