//! The proportional-odds logit against R's `polr` (thresholds, coefficients, errors, deviance), its errors by cluster,
//! effects and Brant's test against the formulas written out in numpy, and what it declines.

use ndarray::{Array1, Array2, array};
use oneonone::stats::covariance::CovarianceFault;
use oneonone::stats::logit::LogitFault;
use oneonone::stats::matrix::Matrix;
use oneonone::stats::ols::DEFAULT_TOLERANCE;
use oneonone::stats::ordinal::{BrantFault, OrdinalFault, OrdinalFit, brant, fit};
use serde_json::Value;

use super::agree::near;
use super::shared::{Table, keys, number, reference, shared};
use super::wine::wine;

fn five() -> (Matrix, OrdinalFit) {
    let m = wine(false, |rating| f64::from(rating) - 1.0);
    let fitted = fit(&m, 5, DEFAULT_TOLERANCE).unwrap();
    (m, fitted)
}

#[test]
fn the_published_model_of_wine_is_reproduced() {
    let (_, fitted) = five();
    // R: ordinal's clm(rating ~ temp + contact, wine), at the maximum; polr stops 1e-5 short of it.
    let expected =
        [(2.5031, 0.5287), (1.5278, 0.4766), (-1.3444, 0.5171), (1.2508, 0.4379), (3.4669, 0.5978), (5.0064, 0.7309)];
    let errors = fitted.model_based();
    for (j, (estimate, error)) in expected.into_iter().enumerate() {
        let inference = fitted.parameter(&errors, j, 0.95);
        assert!((inference.estimate - estimate).abs() <= 5.1e-5 && (inference.std_error - error).abs() <= 5.1e-5);
    }
    near("deviance", fitted.deviance, 172.983846737677, 1e-10);
    near("null", fitted.loglik_null, wine_null(), 1e-12);
}

fn wine_null() -> f64 {
    [5.0, 22.0, 26.0, 12.0, 7.0].iter().map(|count: &f64| count * (count / 72.0).ln()).sum()
}

#[test]
fn errors_by_judge_are_the_sandwich_of_their_scores() {
    let (m, fitted) = five();
    let clustered = fitted.clustered(m.clusters.as_deref()).unwrap();
    // numpy, by differences of the log-likelihood.
    let expected =
        [0.36705769574105, 0.45054554853053, 0.71396997000081, 0.57095137853343, 0.65320109022382, 0.77726452701217];
    for (j, error) in expected.into_iter().enumerate() {
        let inference = fitted.parameter(&clustered, j, 0.95);
        near("error", inference.std_error, error, 2e-5);
        near("df", inference.df, 8.0, 0.0);
    }
    assert_eq!(fitted.clustered(None).unwrap_err(), CovarianceFault::NoClusters);
    assert_eq!(fitted.clustered(Some(&[0; 72])).unwrap_err(), CovarianceFault::OneCluster);
    assert_eq!(fitted.clustered(Some(&[0, 1])).unwrap_err(), CovarianceFault::Misfit);
    let alone: Vec<u32> = (0..72).collect();
    assert!(fitted.clustered(Some(&alone)).unwrap().matrix.iter().all(|value| value.is_finite()));
}

#[test]
fn probabilities_and_effects_have_the_errors_of_the_delta_method() {
    let (m, fitted) = five();
    let errors = fitted.model_based();
    let probabilities = fitted.probabilities(&array![1.0, 0.0], &errors, 0.95);
    let expected =
        [0.020887709345204414, 0.2014157163977148, 0.5015755427979447, 0.2004940236754249, 0.07562700778371112];
    let expected_errors =
        [0.013191382056672366, 0.07233174775763755, 0.0749834323138554, 0.06761004532628319, 0.037778185441635206];
    for (j, probability) in probabilities.iter().enumerate() {
        near("probability", probability.estimate, expected[j], 1e-6);
        near("its error", probability.std_error, expected_errors[j], 2e-5);
        assert!(0.0 < probability.conf_low && probability.conf_low < probability.estimate);
        assert!(probability.estimate < probability.conf_high && probability.conf_high < 1.0);
    }
    near("sum", probabilities.iter().map(|probability| probability.estimate).sum(), 1.0, 1e-12);
    let effects = fitted.marginal_effects(&m, &errors, 0, 0.95);
    let expected =
        [-0.1174200798863335, -0.34653942228939516, 0.08521732078840205, 0.22232509016640886, 0.15641709122091843];
    let expected_errors =
        [0.04867997526231844, 0.07943277079926166, 0.062166349160761816, 0.06342325589488233, 0.05353866110594287];
    for (j, effect) in effects.iter().enumerate() {
        near("effect", effect.estimate, expected[j], 1e-5);
        near("its error", effect.std_error, expected_errors[j], 2e-5);
    }
    near("effects sum to nothing", effects.iter().map(|effect| effect.estimate).sum(), 0.0, 1e-12);
}

#[test]
fn the_derivative_is_taken_where_a_column_is_a_number() {
    // Column 0 in halves: it is no longer of 0 and 1, the effect per unit is twice the derivative.
    let (mut m, _) = five();
    m.x.column_mut(0).mapv_inplace(|value| value / 2.0);
    let fitted = fit(&m, 5, DEFAULT_TOLERANCE).unwrap();
    let effects = fitted.marginal_effects(&m, &fitted.model_based(), 0, 0.95);
    let expected =
        [-0.15002670968756976, -0.25433384475374327, 0.047485038533642686, 0.16640706555945886, 0.19046845034821155];
    let expected_errors =
        [0.06035938297570422, 0.05143217778943176, 0.03434516777854156, 0.04704318671745572, 0.06270712691122049];
    for (j, effect) in effects.iter().enumerate() {
        near("effect", effect.estimate, 2.0 * expected[j], 1e-5);
        near("its error", effect.std_error, 2.0 * expected_errors[j], 2e-5);
    }
}

#[test]
fn two_categories_are_the_binary_logit() {
    let high = |rating: u8| f64::from(u8::from(rating >= 3));
    let ordered = fit(&wine(false, high), 2, DEFAULT_TOLERANCE).unwrap();
    let binary = oneonone::stats::logit::fit(&wine(true, high), Some(0), DEFAULT_TOLERANCE).unwrap();
    near("temp", ordered.coefficients[0], binary.coefficients[1], 1e-9);
    near("contact", ordered.coefficients[1], binary.coefficients[2], 1e-9);
    near("threshold", ordered.thresholds[0], -binary.coefficients[0], 1e-9);
    near("likelihood", ordered.loglik, binary.loglik, 1e-12);
    near("null", ordered.loglik_null, binary.loglik_null, 1e-12);
}

#[test]
fn parallel_lines_are_tested_as_brant_did() {
    let m = wine(false, |rating| f64::from(rating.clamp(2, 4)) - 2.0);
    let test = brant(&m, 3).unwrap();
    near("overall", test.overall.statistic, 1.0023725535359782, 1e-9);
    near("p", test.overall.p_value, 0.605811573084152, 1e-9);
    assert_eq!((test.overall.df, test.columns[0].df), (2.0, 1.0));
    near("temp", test.columns[0].statistic, 0.9339663418182497, 1e-9);
    near("contact", test.columns[1].statistic, 0.29110497598796814, 1e-9);
    near("contact", test.columns[1].p_value, 0.5895133043440226, 1e-9);
}

#[test]
fn parallel_lines_of_a_line_that_has_no_maximum_are_declined() {
    // No cold wine was rated 5, and none that was warm was rated 1: the separate logits do not exist.
    let (m, _) = five();
    let fault = brant(&m, 5).unwrap_err();
    assert!(matches!(fault, BrantFault::Logit { threshold: 0 | 3, fault: LogitFault::Separated { .. } }), "{fault:?}");
    assert_eq!(brant(&m, 2).unwrap_err(), BrantFault::TwoCategories);
}

#[test]
fn what_cannot_be_ordered_is_said() {
    let (m, _) = five();
    let of = |m: &Matrix, categories| fit(m, categories, DEFAULT_TOLERANCE).unwrap_err();
    assert_eq!(of(&m, 6), OrdinalFault::EmptyCategory { category: 5 });
    assert_eq!(of(&m, 1), OrdinalFault::OneCategory);
    assert!(matches!(of(&m, 4), OrdinalFault::NotACategory { row: 6 }));
    let same = Matrix::new(m.x.clone(), Array1::from_elem(72, 2.0));
    assert_eq!(of(&same, 5), OrdinalFault::OneCategory);
    let none = Matrix::new(Array2::zeros((0, 1)), Array1::zeros(0));
    assert_eq!(of(&none, 3), OrdinalFault::TooFewRows { n: 0, k: 3 });
    let mut constant = m.clone();
    constant.x.column_mut(1).fill(7.0);
    assert!(matches!(of(&constant, 5), OrdinalFault::Collinear(_)));
    let mut infinite = m.clone();
    infinite.x[[3, 1]] = f64::NAN;
    assert_eq!(of(&infinite, 5), OrdinalFault::NotFinite { column: 1 });
    // The first column is the rating; the second is not to blame.
    let mut told = m.clone();
    told.x.column_mut(0).assign(&m.y);
    assert_eq!(of(&told, 5), OrdinalFault::Separated { columns: vec![0] });
    // Whoever has the mark is in the highest category: quasi-complete.
    let mut marked = m.clone();
    marked.x.column_mut(1).assign(&m.y.mapv(|y| f64::from(u8::from(y == 4.0))));
    let rows: Vec<usize> = (0..72).filter(|&i| m.y[i] < 4.0 || i % 2 == 0).collect();
    assert!(!rows.is_empty());
    assert_eq!(of(&marked, 5), OrdinalFault::Separated { columns: vec![1] });
}

#[test]
fn a_category_seen_once_is_fitted() {
    let (mut m, _) = five();
    m.y.mapv_inplace(|y| y.min(3.0));
    m.y[0] = 4.0;
    let fitted = fit(&m, 5, DEFAULT_TOLERANCE).unwrap();
    assert_eq!(fitted.counts[4], 1);
    assert!(fitted.information_inverse.iter().all(|value| value.is_finite()));
    assert!(fitted.thresholds.windows(2).into_iter().all(|pair| pair[0] < pair[1]));
}

/// Checks a model of `polr` in a reference file.
fn check(m: &Matrix, categories: usize, model: &Value) {
    let fitted = fit(m, categories, DEFAULT_TOLERANCE).unwrap();
    let errors = fitted.model_based();
    let names = keys(&model["coef"]).into_iter().chain(keys(&model["zeta"]));
    for (j, name) in names.enumerate() {
        let expected = model["coef"].get(&name).or_else(|| model["zeta"].get(&name)).unwrap().as_f64().unwrap();
        let inference = fitted.parameter(&errors, j, 0.95);
        // polr stops at a relative change of 1e-8 in the deviance, which leaves it a little below the maximum: as far as
        // that goes, in standard errors.
        let error = model["se"][&name].as_f64().unwrap();
        assert!(
            (inference.estimate - expected).abs() <= 5e-4 * error,
            "{name}: {} is not {expected}",
            inference.estimate
        );
        near(&name, inference.std_error, error, 5e-5);
    }
    near("deviance", fitted.deviance, number(model, "/deviance"), 1e-9);
    assert!(fitted.deviance <= number(model, "/deviance") * (1.0 + 1e-12), "ours is the higher likelihood");
}

fn columns(table: &Table, names: &[String]) -> Array2<f64> {
    let terms: Vec<Vec<f64>> = names.iter().map(|name| table.term(name)).collect();
    Array2::from_shape_fn((terms[0].len(), names.len()), |(i, j)| terms[j][i])
}

fn codes(texts: &[String], levels: &[&str]) -> Array1<f64> {
    texts.iter().map(|text| levels.iter().position(|level| level == text).unwrap() as f64).collect()
}

#[test]
fn every_polr_of_the_reference_files_is_reproduced() {
    let Some(data) = shared() else { return };
    let ordinal = reference(&data.join("ordinal"));
    let model = &ordinal["soccer_polr"]["logistic"];
    let table = Table::read(&data.join("ordinal/soccer.csv"));
    let x = columns(&table, &keys(&model["coef"]));
    check(&Matrix::new(x, codes(&table.texts("discipline"), &["None", "Yellow", "Red"])), 3, model);
    let model = &ordinal["wine_polr"]["logistic"];
    let table = Table::read(&data.join("ordinal/wine.csv"));
    let x = columns(&table, &keys(&model["coef"]));
    check(&Matrix::new(x, codes(&table.texts("rating"), &["1", "2", "3", "4", "5"])), 5, model);
    let drivers = reference(&data.join("drivers"));
    let model = &drivers["employee_survey_polr"]["logistic"];
    let table = Table::read(&data.join("drivers/employee_survey.csv"));
    let x = columns(&table, &keys(&model["coef"]));
    let y = table.numbers("Happiness");
    let complete: Vec<usize> =
        (0..y.len()).filter(|&i| y[i].is_finite() && x.row(i).iter().all(|value| value.is_finite())).collect();
    let m = Matrix::new(x.select(ndarray::Axis(0), &complete), complete.iter().map(|&i| y[i] - 1.0).collect());
    assert_eq!(m.rows() as u64, model["n"].as_u64().unwrap());
    check(&m, 4, model);
}

#[test]
fn counts_of_the_housing_survey_are_as_many_rows() {
    let Some(data) = shared() else { return };
    let ordinal = reference(&data.join("ordinal"));
    let model = &ordinal["housing_polr_weighted"];
    let table = Table::read(&data.join("ordinal/housing_satisfaction.csv"));
    let x = columns(&table, &keys(&model["coef"]));
    let y = codes(&table.texts("Sat"), &["Low", "Medium", "High"]);
    let rows: Vec<usize> =
        table.numbers("Freq").iter().enumerate().flat_map(|(i, &count)| vec![i; count as usize]).collect();
    let m = Matrix::new(x.select(ndarray::Axis(0), &rows), rows.iter().map(|&i| y[i]).collect());
    check(&m, 3, model);
}
