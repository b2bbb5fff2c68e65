//! Remission of 42 children with leukaemia, 6-MP against placebo (Freireich et al. 1963; Gehan 1965): typed in, so that a
//! bare clone proves the survival methods too. Published: log-rank 16.79, medians 23 and 8, Cox -1.572 (0.412) Efron.

use ndarray::Array2;
use oneonone::stats::cox::{CoxFault, Ties, cox};
use oneonone::stats::survival::{Life, at_risk, kaplan_meier, log_rank, restricted_mean_difference};

use super::agree::near;

const LEFT: [f64; 9] = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
const STAYED: [f64; 12] = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0];
const PLACEBO: [f64; 21] =
    [1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0, 8.0, 8.0, 8.0, 8.0, 11.0, 11.0, 12.0, 12.0, 15.0, 17.0, 22.0, 23.0];

pub(super) fn arms() -> (Vec<Life>, Vec<Life>) {
    let treated = LEFT.into_iter().map(Life::left).chain(STAYED.into_iter().map(Life::stayed)).collect();
    (treated, PLACEBO.into_iter().map(Life::left).collect())
}

fn together() -> (Vec<Life>, Array2<f64>) {
    let (treated, control) = arms();
    let x = Array2::from_shape_fn((42, 1), |(i, _)| if i < 21 { 1.0 } else { 0.0 });
    (treated.into_iter().chain(control).collect(), x)
}

#[test]
fn the_curve_has_its_published_steps_and_medians() {
    let (treated, control) = arms();
    let curve = kaplan_meier(&treated);
    let published =
        [(6.0, 21, 0.857), (7.0, 17, 0.807), (10.0, 15, 0.753), (13.0, 12, 0.690), (16.0, 11, 0.627), (22.0, 7, 0.538)];
    for ((time, at_risk, survival), step) in published.into_iter().zip(&curve.steps) {
        assert_eq!((step.time, step.at_risk), (time, at_risk));
        assert!((step.survival - survival).abs() < 5e-4);
    }
    near("Greenwood at 6", curve.at(6.5).std_error, (18.0 / 21.0) * (3.0_f64 / (21.0 * 18.0)).sqrt(), 1e-12);
    assert_eq!(curve.median(), Some(23.0));
    assert_eq!(kaplan_meier(&control).median(), Some(8.0));
    assert_eq!(at_risk(&treated, 10.0), 15);
    assert_eq!(curve.at(5.9).survival, 1.0);
}

#[test]
fn limits_on_both_scales_hold_the_curve_and_stay_in_range() {
    let (treated, _) = arms();
    for step in kaplan_meier(&treated).steps {
        for limits in [step.log_limits(0.95), step.log_log_limits(0.95)] {
            assert!(
                limits.low > 0.0 && limits.low < step.survival && step.survival < limits.high && limits.high <= 1.0
            );
        }
    }
    // R: survfit(conf.type = "log-log") at 6 weeks: 0.620 to 0.952; "log": 0.720 to 1.
    let first = kaplan_meier(&treated).steps[0];
    assert!((first.log_log_limits(0.95).low - 0.620).abs() < 5e-4);
    assert!((first.log_log_limits(0.95).high - 0.952).abs() < 5e-4);
    assert!((first.log_limits(0.95).low - 0.720).abs() < 5e-4 && first.log_limits(0.95).high == 1.0);
}

#[test]
fn the_log_rank_statistic_is_the_published_one_and_strata_add_up() {
    let (treated, control) = arms();
    let test = log_rank(&[(&treated, &control)]).unwrap();
    near("chi-square", test.statistic, 16.7929, 1e-5);
    near("observed", test.observed[0], 9.0, 1e-12);
    near("expected", test.expected[0], 19.25, 1e-3);
    let twice = log_rank(&[(&treated, &control), (&treated, &control)]).unwrap();
    near("two equal strata", twice.statistic, 2.0 * test.statistic, 1e-12);
    assert!(log_rank(&[(&[Life::stayed(3.0)], &[Life::stayed(2.0)])]).is_none());
}

#[test]
fn the_restricted_mean_is_the_area_with_greenwoods_error() {
    // Independent computation (numpy) of the area to 21 weeks and its error as survRM2 defines it.
    let (treated, control) = arms();
    let (a, b) = (kaplan_meier(&treated).restricted_mean(21.0), kaplan_meier(&control).restricted_mean(21.0));
    near("treated", a.mean, 16.743977591036415, 1e-12);
    near("error", a.std_error, 1.354966040448244, 1e-12);
    near("control", b.mean, 8.523809523809526, 1e-12);
    near("error", b.std_error, 1.3103790239777735, 1e-12);
    let difference = restricted_mean_difference(&a, &b, 0.95);
    near("difference", difference.estimate, 16.743977591036415 - 8.523809523809526, 1e-12);
    near("error", difference.std_error, 1.354966040448244_f64.hypot(1.3103790239777735), 1e-12);
}

#[test]
fn cox_has_the_maximum_of_both_partial_likelihoods() {
    let (lives, x) = together();
    for (ties, beta, error, null) in [
        (Ties::Efron, -1.5721251488290668, 0.41239671770938524, -93.18426999684776),
        (Ties::Breslow, -1.5091914125858785, 0.40956440636776476, -93.98505047824516),
    ] {
        let fitted = cox(&lives, &x, ties).unwrap();
        near("coefficient", fitted.coefficients[0], beta, 1e-10);
        near("error", fitted.std_errors()[0], error, 1e-8);
        near("null", fitted.loglik_null, null, 1e-12);
        assert_eq!((fitted.n, fitted.events), (42, 30));
    }
}

#[test]
fn robust_cox_errors_are_the_infinitesimal_jackknife() {
    // Derivatives of the estimate in the weight of each row, by finite differences (scipy), squared and summed.
    let (lives, x) = together();
    for (ties, alone, paired) in [
        (Ties::Efron, 0.37736559521574176, 0.2466713987131746),
        (Ties::Breslow, 0.36702402931941663, 0.233680042774973),
    ] {
        let fitted = cox(&lives, &x, ties).unwrap();
        let rows: Vec<u32> = (0..42).collect();
        let pairs: Vec<u32> = (0..42).map(|i| i % 21).collect();
        near("by row", fitted.robust(&rows).unwrap()[[0, 0]].sqrt(), alone, 1e-6);
        near("by pair", fitted.robust(&pairs).unwrap()[[0, 0]].sqrt(), paired, 1e-6);
        assert!(fitted.score_residuals.sum().abs() < 1e-9);
        assert!(fitted.robust(&[0, 1]).is_none());
    }
}

#[test]
fn delayed_entry_leaves_out_those_not_yet_seen() {
    // By hand: at 2 only the first is at risk of leaving with one more; at 5 two have entered.
    let lives = [Life::left(2.0), Life::stayed(4.0), Life::left(5.0).from(3.0), Life::stayed(6.0).from(2.0)];
    let curve = kaplan_meier(&lives);
    let steps: Vec<(f64, usize)> = curve.steps.iter().map(|step| (step.time, step.at_risk)).collect();
    assert_eq!(steps, vec![(2.0, 2), (5.0, 2)]);
    near("survival", curve.at(9.0).survival, 0.25, 1e-14);
    // A life cut in two at any time says the same to the likelihood.
    let (whole, x) = together();
    let mut cut = Vec::new();
    let mut rows = Vec::new();
    for (i, life) in whole.iter().enumerate() {
        rows.push(x[[i, 0]]);
        if life.exit > 7.5 {
            cut.extend([Life::stayed(7.5), life.from(7.5)]);
            rows.push(x[[i, 0]]);
        } else {
            cut.push(*life);
        }
    }
    let split = Array2::from_shape_vec((rows.len(), 1), rows).unwrap();
    let (a, b) = (cox(&whole, &x, Ties::Efron).unwrap(), cox(&cut, &split, Ties::Efron).unwrap());
    near("coefficient", b.coefficients[0], a.coefficients[0], 1e-10);
    near("error", b.std_errors()[0], a.std_errors()[0], 1e-10);
}

#[test]
fn cox_declines_what_has_no_estimate() {
    let stayed = [Life::stayed(1.0), Life::stayed(2.0)];
    let x = Array2::from_shape_fn((2, 1), |(i, _)| i as f64);
    assert_eq!(cox(&stayed, &x, Ties::Efron).unwrap_err(), CoxFault::NoEvents);
    let (lives, x) = together();
    let constant = Array2::ones((42, 1));
    assert_eq!(cox(&lives, &constant, Ties::Efron).unwrap_err(), CoxFault::Singular);
    assert_eq!(cox(&lives[..5], &x, Ties::Efron).unwrap_err(), CoxFault::Misfit);
    let separated: Vec<Life> =
        (0..10).map(|i| if i < 5 { Life::left(f64::from(i) + 1.0) } else { Life::stayed(20.0) }).collect();
    let x = Array2::from_shape_fn((10, 1), |(i, _)| if i < 5 { 1.0 } else { 0.0 });
    assert_eq!(cox(&separated, &x, Ties::Efron).unwrap_err(), CoxFault::Monotone { column: 0 });
}
