//! Cox with strata, delayed entry and units, its tests and its concordance; restricted means, curves and log-rank tests by
//! unit. The 42 children of `staying` with made-up covariates, entries and units; expected values are R's (survival 3.5.3)
//! unless said otherwise, so that a bare clone proves them.

use ndarray::{Array1, Array2};
use oneonone::stats::concordance::concordance;
use oneonone::stats::cox::{Clock, CoxFault, Sample, Ties, cluster_jackknife, cox, fit, proportionality};
use oneonone::stats::curve_by_unit::std_errors;
use oneonone::stats::permute::{Arm, Plan, key};
use oneonone::stats::pseudo::{self, PseudoFault};
use oneonone::stats::survival::{Life, kaplan_meier, log_rank};
use oneonone::stats::unit_contrast::{ContrastFault, Outcome, unit_contrast};
use oneonone::stats::unit_log_rank::{ScoredUnit, scores, unit_log_rank};

use super::agree::near;
use super::staying::arms;

/// `z = (7 i mod 11) / 3`, strata `3 i mod 2`, units of three, entries `5 i mod 4` but not beyond half of the time.
struct Made {
    lives: Vec<Life>,
    entered: Vec<Life>,
    x: Array2<f64>,
    strata: Vec<u32>,
    units: Vec<u32>,
    treated: Vec<bool>,
}

fn made() -> Made {
    let (treated, control) = arms();
    let lives: Vec<Life> = treated.into_iter().chain(control).collect();
    let entered = lives.iter().zip(0_u32..).map(|(life, i)| life.from(f64::from(5 * i % 4).min(0.5 * life.exit)));
    Made {
        entered: entered.collect(),
        x: Array2::from_shape_fn((42, 2), |(i, j)| match j {
            0 => f64::from(u8::from(i < 21)),
            _ => (7 * i % 11) as f64 / 3.0,
        }),
        strata: (0..42).map(|i| 3 * i % 2).collect(),
        units: (0..42).map(|i| i / 3).collect(),
        treated: (0..42).map(|i| i < 21).collect(),
        lives,
    }
}

#[test]
fn strata_delayed_entry_and_units_go_together_in_cox() {
    let made = made();
    let sample = Sample::new(&made.entered, &made.x).within(&made.strata);
    for (ties, coefficients, errors, robust, logliks) in [
        (
            Ties::Efron,
            [-1.51737904844669713, 0.02859528497777571],
            [0.4279672263191630, 0.1794994625547688],
            [0.6411622627700141, 0.1029223392754677],
            [-67.76257843838127, -60.61187254021596, 14.84147530781057],
        ),
        (
            Ties::Breslow,
            [-1.50941906916355228, 0.03375522669953102],
            [0.4282847189462111, 0.1790867247991575],
            [0.6343507718028188, 0.1006752743707218],
            [-67.97223863935820, -60.90923723403935, 14.62583428187498],
        ),
    ] {
        let fitted = fit(&sample, ties).unwrap();
        let by_unit = fitted.robust(&made.units).unwrap();
        for j in 0..2 {
            near("coefficient", fitted.coefficients[j], coefficients[j], 1e-7);
            near("error", fitted.std_errors()[j], errors[j], 1e-8);
            near("by unit", by_unit[[j, j]].sqrt(), robust[j], 1e-7);
        }
        near("null", fitted.loglik_null, logliks[0], 1e-12);
        near("loglik", fitted.loglik, logliks[1], 1e-12);
        near("score test", fitted.score_test, logliks[2], 1e-10);
    }
    // R: summary(coxph): likelihood ratio and Wald tests of the first fit, by their definitions.
    let fitted = fit(&sample, Ties::Efron).unwrap();
    near("likelihood ratio", fitted.likelihood_ratio(), 2.0 * (67.76257843838127 - 60.61187254021596), 1e-10);
    let only = cox(&made.lives, &made.x.select(ndarray::Axis(1), &[0]), Ties::Efron).unwrap();
    let wald = only.wald(&only.covariance).unwrap();
    near("Wald", wald, (only.coefficients[0] / only.std_errors()[0]).powi(2), 1e-12);
    near("its tail", only.p_value(wald), only.inference(0, &only.covariance, f64::INFINITY, 0.95).p_value, 1e-12);
}

#[test]
fn a_stratum_alone_is_the_model_on_it() {
    let made = made();
    let half: Vec<usize> = (0..42).filter(|i| made.strata[*i] == 1).collect();
    let lives: Vec<Life> = half.iter().map(|&i| made.entered[i]).collect();
    let x = made.x.select(ndarray::Axis(0), &half);
    let alone = cox(&lives, &x, Ties::Efron).unwrap();
    // Those of the other stratum, all lost at once, add nothing.
    let mut lost = made.entered.clone();
    (0..42).filter(|i| made.strata[*i] == 0).for_each(|i| lost[i].event = false);
    let both = fit(&Sample::new(&lost, &made.x).within(&made.strata), Ties::Efron).unwrap();
    for j in 0..2 {
        near("coefficient", both.coefficients[j], alone.coefficients[j], 1e-9);
        near("error", both.std_errors()[j], alone.std_errors()[j], 1e-9);
    }
}

#[test]
fn proportional_hazards_are_tested_as_cox_zph_does() {
    let made = made();
    let columns = [vec![0], vec![1]];
    let expect = |sample: &Sample<'_>, ties: Ties, clock: Clock, expected: [f64; 3]| {
        let fitted = fit(sample, ties).unwrap();
        let tests = proportionality(sample, &fitted, &columns, clock, None).unwrap();
        for (test, expected) in tests.terms.iter().chain([&tests.global]).zip(expected) {
            // The statistic is a quotient of small differences; R's estimate stops a little short.
            let error = (test.unwrap().statistic - expected).abs();
            assert!(error <= 1e-6 * expected.max(1e-3), "{} is not {expected}", test.unwrap().statistic);
        }
        assert_eq!(tests.global.unwrap().df, 2.0);
        tests
    };
    let plain = Sample::new(&made.lives, &made.x);
    let tests = expect(
        &plain,
        Ties::Efron,
        Clock::KaplanMeier,
        [0.01972119071367903, 0.32916249856850083, 0.33113016605084478],
    );
    near("p", tests.global.unwrap().p_value, 0.8474147090970886, 1e-6);
    expect(&plain, Ties::Efron, Clock::Identity, [1.521985808637921e-07, 2.068425445912050e-01, 2.193871959287344e-01]);
    expect(&plain, Ties::Efron, Clock::Rank, [0.004910522210574594, 0.254266193589760214, 0.254529723157574939]);
    expect(&plain, Ties::Breslow, Clock::KaplanMeier, [0.05779805542488123, 0.34038689587839760, 0.36160321423346053]);
    expect(&plain, Ties::Breslow, Clock::Rank, [0.03065521366429382, 0.26136269268594348, 0.26970230315563748]);
    let stratified = Sample::new(&made.entered, &made.x).within(&made.strata);
    expect(
        &stratified,
        Ties::Efron,
        Clock::KaplanMeier,
        [0.001447204727041051, 0.432520804296649464, 0.432991867067651970],
    );
    expect(&stratified, Ties::Efron, Clock::Rank, [0.01687448501497787, 0.14268366837678501, 0.17404537888471966]);
}

#[test]
fn the_score_test_by_unit_is_the_same_whichever_way_rows_are_cut() {
    // With a covariate of its own for `x g(t)` the added column's score residuals are those of that column: cut every life
    // at every event time, so that `x g` is a plain covariate, and take Lin and Wei's sums.
    let made = made();
    let sample = Sample::new(&made.lives, &made.x);
    let fitted = fit(&sample, Ties::Efron).unwrap();
    let tests = proportionality(&sample, &fitted, &[vec![0]], Clock::Identity, Some(&made.units)).unwrap();
    let times: Vec<f64> = kaplan_meier(&made.lives).steps.iter().map(|step| step.time).collect();
    let (mut cut, mut rows, mut units) = (Vec::new(), Vec::new(), Vec::new());
    for (i, life) in made.lives.iter().enumerate() {
        let mut from = f64::NEG_INFINITY;
        for &time in times.iter().filter(|time| **time < life.exit).chain([&life.exit]) {
            let event = life.event && time == life.exit;
            cut.push(Life { entry: from, exit: time, event });
            rows.extend([made.x[[i, 0]], made.x[[i, 1]], made.x[[i, 0]] * time]);
            units.push(made.units[i]);
            from = time;
        }
    }
    // The score of the third column with its coefficient held at 0: its derivative by finite differences would do, but
    // the definition is short.
    let x = Array2::from_shape_vec((cut.len(), 3), rows).unwrap();
    let beta = [fitted.coefficients[0], fitted.coefficients[1], 0.0];
    let (score, information, residuals) = by_definition(&cut, &x, &beta);
    let i11 = [[information[[0, 0]], information[[0, 1]]], [information[[1, 0]], information[[1, 1]]]];
    let det = i11[0][0] * i11[1][1] - i11[0][1] * i11[1][0];
    let i21 = [information[[2, 0]], information[[2, 1]]];
    let owed = [(i21[0] * i11[1][1] - i21[1] * i11[1][0]) / det, (i21[1] * i11[0][0] - i21[0] * i11[0][1]) / det];
    let mut sums = [0.0; 14];
    for (row, unit) in residuals.rows().into_iter().zip(&units) {
        sums[*unit as usize] += row[2] - owed[0] * row[0] - owed[1] * row[1];
    }
    let variance: f64 = sums.iter().map(|sum| sum * sum).sum();
    let error = (tests.terms[0].unwrap().statistic - score[2] * score[2] / variance).abs();
    assert!(error < 1e-9, "{error}");
}

/// Efron's score, information and score residuals, as their formulas stand: every sum over every row.
fn by_definition(lives: &[Life], x: &Array2<f64>, beta: &[f64]) -> (Array1<f64>, Array2<f64>, Array2<f64>) {
    let (n, p) = x.dim();
    let risk: Vec<f64> = (0..n).map(|i| (0..p).map(|j| x[[i, j]] * beta[j]).sum::<f64>().exp()).collect();
    let mut times: Vec<f64> = lives.iter().filter(|life| life.event).map(|life| life.exit).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let (mut score, mut information) = (Array1::zeros(p), Array2::zeros((p, p)));
    let mut residuals = Array2::zeros((n, p));
    for time in times {
        let at_risk: Vec<usize> = (0..n).filter(|&i| lives[i].entry < time && lives[i].exit >= time).collect();
        let leaves = |i: usize| lives[i].event && lives[i].exit == time;
        let d = at_risk.iter().filter(|&&i| leaves(i)).count() as f64;
        for tie in 0..d as usize {
            let weight = |i: usize| risk[i] * if leaves(i) { 1.0 - tie as f64 / d } else { 1.0 };
            let zero: f64 = at_risk.iter().map(|&i| weight(i)).sum();
            let mean = Array1::from_shape_fn(p, |j| at_risk.iter().map(|&i| weight(i) * x[[i, j]]).sum::<f64>() / zero);
            for &i in &at_risk {
                let own = if leaves(i) { 1.0 / d } else { 0.0 };
                for j in 0..p {
                    let part = (x[[i, j]] - mean[j]) * (own - weight(i) / zero);
                    residuals[[i, j]] += part;
                    score[j] += part;
                    for k in 0..p {
                        information[[j, k]] += weight(i) / zero * (x[[i, j]] - mean[j]) * (x[[i, k]] - mean[k]);
                    }
                }
            }
        }
    }
    (score, information, residuals)
}

#[test]
fn leaving_out_units_is_what_it_says() {
    let made = made();
    let sample = Sample::new(&made.entered, &made.x).within(&made.strata);
    let fitted = fit(&sample, Ties::Efron).unwrap();
    let jackknife = cluster_jackknife(&sample, &fitted, &made.units).unwrap();
    let mut sum = 0.0;
    for unit in 0..14 {
        let rows: Vec<usize> = (0..42).filter(|&i| made.units[i] != unit).collect();
        let lives: Vec<Life> = rows.iter().map(|&i| made.entered[i]).collect();
        let strata: Vec<u32> = rows.iter().map(|&i| made.strata[i]).collect();
        let x = made.x.select(ndarray::Axis(0), &rows);
        let other = fit(&Sample::new(&lives, &x).within(&strata), Ties::Efron).unwrap();
        sum += (other.coefficients[0] - fitted.coefficients[0]).powi(2);
    }
    near("variance", jackknife[[0, 0]], sum * 13.0 / 14.0, 1e-8);
    assert!(cluster_jackknife(&sample, &fitted, &[0; 42]).is_none());
}

#[test]
fn a_likelihood_that_rises_for_ever_is_named_with_its_column() {
    // Nobody of the second group leaves; the first column is harmless.
    let lives: Vec<Life> =
        (0..40).map(|i| if i < 20 && i % 3 > 0 { Life::left(f64::from(i + 1)) } else { Life::stayed(50.0) }).collect();
    let x = Array2::from_shape_fn(
        (40, 2),
        |(i, j)| if j == 0 { ((i * 7) % 5) as f64 } else { f64::from(u8::from(i >= 20)) },
    );
    assert_eq!(cox(&lives, &x, Ties::Efron).unwrap_err(), CoxFault::Monotone { column: 1 });
    assert_eq!(cox(&lives, &x, Ties::Breslow).unwrap_err(), CoxFault::Monotone { column: 1 });
    // A rare group, whose scaled values lie far out.
    let rare = Array2::from_shape_fn((40, 1), |(i, _)| f64::from(u8::from(i == 30)));
    assert_eq!(cox(&lives, &rare, Ties::Efron).unwrap_err(), CoxFault::Monotone { column: 0 });
    // Two columns that are harmless alone: a leaver always has the larger sum.
    let sums = Array2::from_shape_fn((40, 2), |(i, j)| {
        let whole = if lives[i].event { 40.0 - i as f64 } else { -1.0 };
        let noise = ((i * 13) % 7) as f64;
        if j == 0 { noise } else { whole - noise }
    });
    assert!(matches!(cox(&lives, &sums, Ties::Efron).unwrap_err(), CoxFault::Monotone { .. }));
    // A large effect is not one without bound.
    let strong: Vec<Life> =
        (0..40).map(|i| Life::left(f64::from(if i == 0 { 39 } else { i }) + 0.5 * f64::from(i % 2))).collect();
    let steep = Array2::from_shape_fn((40, 1), |(i, _)| -(i as f64));
    assert!(cox(&strong, &steep, Ties::Efron).is_ok());
    // Delayed entry: the one with the higher value was never at risk with the leavers before them.
    let late = [Life::left(1.0), Life::stayed(3.0), Life::left(5.0).from(2.0), Life::stayed(6.0).from(2.0)];
    let x = Array2::from_shape_vec((4, 1), vec![1.0, 0.0, 3.0, 2.0]).unwrap();
    assert_eq!(cox(&late, &x, Ties::Efron).unwrap_err(), CoxFault::Monotone { column: 0 });
    let nan = Array2::from_elem((4, 1), f64::NAN);
    assert_eq!(cox(&late, &nan, Ties::Efron).unwrap_err(), CoxFault::NotFinite);
}

#[test]
fn concordance_counts_the_pairs_that_r_counts() {
    let made = made();
    let score = |lives: &[Life]| -> Vec<f64> {
        let fitted = cox(lives, &made.x, Ties::Efron).unwrap();
        made.x.rows().into_iter().map(|row| row.dot(&fitted.coefficients)).collect()
    };
    let all = concordance(&made.lives, &score(&made.lives), None, None).unwrap();
    assert_eq!((all.concordant, all.discordant, all.tied), (478.0, 216.0, 19.0));
    near("C", all.c, 6.837307152875175e-01, 1e-12);
    near("variance", all.std_error.powi(2), 2.467206622895595e-03, 1e-10);
    let scores = score(&made.entered);
    let entered = concordance(&made.entered, &scores, None, None).unwrap();
    assert_eq!((entered.concordant, entered.discordant, entered.tied), (406.0, 189.0, 16.0));
    near("variance", entered.std_error.powi(2), 2.940034950631218e-03, 1e-10);
    let by_unit = concordance(&made.entered, &scores, None, Some(&made.units)).unwrap();
    near("by unit", by_unit.std_error.powi(2), 0.006821672160674273, 1e-10);
    let arm: Vec<f64> = made.treated.iter().map(|treated| f64::from(u8::from(*treated))).collect();
    let higher = concordance(&made.lives, &arm, None, None).unwrap();
    assert_eq!((higher.concordant, higher.discordant, higher.tied), (64.0, 335.0, 314.0));
    near("variance", higher.std_error.powi(2), 1.692120223893297e-03, 1e-10);
    let sample = Sample::new(&made.entered, &made.x).within(&made.strata);
    let fitted = fit(&sample, Ties::Efron).unwrap();
    let scores: Vec<f64> = made.x.rows().into_iter().map(|row| row.dot(&fitted.coefficients)).collect();
    let stratified = concordance(&made.entered, &scores, Some(&made.strata), Some(&made.units)).unwrap();
    near("C", stratified.c, 0.655518394648829439, 1e-12);
    near("variance", stratified.std_error.powi(2), 0.007006802893843093, 1e-10);
}

#[test]
fn the_log_rank_test_is_stratified_and_truncated_as_in_r() {
    let made = made();
    let part = |lives: &[Life], treated: bool, stratum: u32| -> Vec<Life> {
        (0..42).filter(|&i| made.treated[i] == treated && made.strata[i] == stratum).map(|i| lives[i]).collect()
    };
    let strata: Vec<(Vec<Life>, Vec<Life>)> =
        (0..2).map(|s| (part(&made.lives, true, s), part(&made.lives, false, s))).collect();
    let pairs: Vec<(&[Life], &[Life])> = strata.iter().map(|(a, b)| (a.as_slice(), b.as_slice())).collect();
    let test = log_rank(&pairs).unwrap();
    near("chi-square", test.statistic, 16.17608491967203, 1e-12);
    near("expected", test.expected[0], 10.134825477240339 + 9.067267811308058, 1e-12);
    near("variance", test.variance, 6.434357138028338, 1e-12);
    // Observed less expected is the sum of the treated's scores, with delayed entry too.
    for lives in [&made.lives, &made.entered] {
        let strata: Vec<(Vec<Life>, Vec<Life>)> =
            (0..2).map(|s| (part(lives, true, s), part(lives, false, s))).collect();
        let pairs: Vec<(&[Life], &[Life])> = strata.iter().map(|(a, b)| (a.as_slice(), b.as_slice())).collect();
        let test = log_rank(&pairs).unwrap();
        let scored = scores(lives, Some(&made.strata)).unwrap();
        let treated: f64 = scored.iter().zip(&made.treated).filter(|(_, t)| **t).map(|(score, _)| score).sum();
        near("observed less expected", treated, test.observed[0] - test.expected[0], 1e-12);
        assert!(scored.iter().sum::<f64>().abs() < 1e-12);
    }
}

#[test]
fn units_are_reassigned_as_by_hand() {
    // Eight units of three in two strata of four: 36 assignments, each tried by making the log-rank numerator anew.
    let made = made();
    let rows: Vec<usize> = (0..12).chain(21..33).collect();
    let lives: Vec<Life> = rows.iter().map(|&i| made.entered[i]).collect();
    let unit = |row: usize| row / 3;
    let strata: Vec<u32> = (0..24).map(|row| (unit(row) % 2) as u32).collect();
    let numerator = |treated: &dyn Fn(usize) -> bool| -> f64 {
        let part = |side: bool, stratum: u32| -> Vec<Life> {
            (0..24).filter(|&row| treated(unit(row)) == side && strata[row] == stratum).map(|row| lives[row]).collect()
        };
        let halves: Vec<_> = (0..2).map(|s| (part(true, s), part(false, s))).collect();
        let pairs: Vec<(&[Life], &[Life])> = halves.iter().map(|(a, b)| (a.as_slice(), b.as_slice())).collect();
        let test = log_rank(&pairs).unwrap();
        test.observed[0] - test.expected[0]
    };
    let observed = numerator(&|unit| unit < 4);
    let (mut far, mut all) = (0, 0);
    for mask in 0_u32..256 {
        let evens = mask & 0b0101_0101;
        let odds = mask & 0b1010_1010;
        if evens.count_ones() != 2 || odds.count_ones() != 2 {
            continue;
        }
        all += 1;
        far += u32::from(numerator(&|unit| mask >> unit & 1 == 1).abs() >= observed.abs() - 1e-9);
    }
    assert_eq!(all, 36);
    let scored = scores(&lives, Some(&strata)).unwrap();
    let units: Vec<ScoredUnit> = (0..8)
        .map(|unit| ScoredUnit {
            score: scored[3 * unit..3 * unit + 3].iter().sum(),
            arm: if unit < 4 { Arm::Treated } else { Arm::Control },
            stratum: (unit % 2) as u32,
        })
        .collect();
    let plan = Plan::new(key(1, "attrition", "log_rank"));
    let test = unit_log_rank(&units, &plan).unwrap();
    assert!(test.exact);
    assert_eq!(test.draws, 36);
    near("observed", test.observed, observed, 1e-12);
    near("p", test.p_value, f64::from(far) / 36.0, 1e-12);
    let drawn = unit_log_rank(&units, &Plan { exact: 0, draws: 20_000, ..plan }).unwrap();
    assert!(!drawn.exact && (drawn.p_value - test.p_value).abs() < 0.015);
}

#[test]
fn pseudo_observations_have_the_mean_and_the_error_of_the_curve() {
    let made = made();
    let (treated, control) = arms();
    for (lives, tau) in [(&treated, 21.0), (&control, 10.0), (&made.entered[..21].to_vec(), 21.0)] {
        let mean = kaplan_meier(lives).restricted_mean(tau);
        let values = pseudo::restricted_mean(lives, tau).unwrap();
        let n = values.len() as f64;
        near("mean", values.iter().sum::<f64>() / n, mean.mean, 1e-12);
        let spread: f64 = values.iter().map(|value| ((value - mean.mean) / n).powi(2)).sum();
        near("Greenwood", spread.sqrt(), mean.std_error, 1e-12);
        let at = kaplan_meier(lives).at(tau);
        let shares = pseudo::survival(lives, tau).unwrap();
        let spread: f64 = shares.iter().map(|value| ((value - at.survival) / n).powi(2)).sum();
        near("Greenwood of the curve", spread.sqrt(), at.std_error, 1e-12);
    }
    // R: survival::pseudo(type = "rmst").
    let ten = pseudo::restricted_mean(&treated, 10.0).unwrap();
    near("left at 7", ten[3], 6.833910034602075, 1e-12);
    near("left at 10", ten[4], 10.010380622837369, 1e-12);
    let entered = pseudo::restricted_mean(&made.entered[21..], 21.0).unwrap();
    near("entered", entered[0], -9.873144712430426, 1e-12);
    let shares = pseudo::survival(&made.entered[21..], 10.0).unwrap();
    near("entered", shares[0], -5.426716141001854e-01, 1e-12);
    assert_eq!(pseudo::restricted_mean(&treated, 36.0), Err(PseudoFault::BeyondFollowUp));
    assert!(pseudo::restricted_mean(&control, 36.0).is_ok());
}

#[test]
fn leaving_one_out_is_what_it_says() {
    let (treated, control) = arms();
    let both: Vec<Life> = treated.iter().chain(&control).copied().collect();
    for lives in [&treated, &control, &both] {
        for tau in [5.5, 6.0, 10.0, 21.0, 23.0, 35.0] {
            let whole = kaplan_meier(lives).restricted_mean(tau).mean;
            let n = lives.len() as f64;
            let values = pseudo::leave_one_out(lives, tau).unwrap();
            for (i, value) in values.iter().enumerate() {
                let mut rest = lives.clone();
                rest.remove(i);
                let without = kaplan_meier(&rest).restricted_mean(tau).mean;
                near("value", *value, n * whole - (n - 1.0) * without, 1e-11);
            }
        }
    }
    assert_eq!(pseudo::leave_one_out(&made().entered, 10.0), Err(PseudoFault::DelayedEntry));
}

#[test]
fn restricted_means_are_compared_by_unit() {
    let made = made();
    let (treated, control) = arms();
    let (a, b) = (kaplan_meier(&treated).restricted_mean(21.0), kaplan_meier(&control).restricted_mean(21.0));
    let values: Vec<f64> =
        [&treated, &control].into_iter().flat_map(|lives| pseudo::restricted_mean(lives, 21.0).unwrap()).collect();
    let outcome = Outcome { values: &values, exposure: None, treated: &made.treated, units: Some(&made.units) };
    let result = unit_contrast(&outcome, 0.95).unwrap();
    near("difference", result.difference.estimate, a.mean - b.mean, 1e-12);
    assert_eq!(result.units, 14);
    // Seven units of three in each arm: CR2 is the variance of the unit means over their number, on 12 df.
    let spread = |from: usize, mean: f64| -> f64 {
        let unit = |g: usize| values[from + 3 * g..from + 3 * g + 3].iter().sum::<f64>() / 3.0 - mean;
        (0..7).map(|g| unit(g).powi(2)).sum::<f64>() / 42.0
    };
    let error = (spread(0, a.mean) + spread(21, b.mean)).sqrt();
    near("CR2", result.difference.std_error, error, 1e-12);
    near("df", result.difference.df, 12.0, 1e-10);
    let log = (spread(0, a.mean) / a.mean.powi(2) + spread(21, b.mean) / b.mean.powi(2)).sqrt();
    near("ratio", result.log_ratio.unwrap().std_error, log, 1e-12);
    near("ratio", result.ratio().unwrap().estimate, a.mean / b.mean, 1e-12);
    assert_eq!(unit_contrast(&Outcome { treated: &[true; 42], ..outcome }, 0.95).unwrap_err(), ContrastFault::EmptyArm);
    assert_eq!(unit_contrast(&Outcome { units: Some(&[0; 42]), ..outcome }, 0.95).unwrap_err(), ContrastFault::OneUnit);
}

#[test]
fn curves_have_rs_errors_between_units() {
    let made = made();
    let (treated, _) = arms();
    let curve = kaplan_meier(&treated);
    let errors = std_errors(&treated, &made.units[..21], &curve).unwrap();
    let expected = [
        0.13226001425322162,
        0.13255659809533868,
        0.14940463939801285,
        0.18418327508717602,
        0.17528730122895464,
        0.18892228602466785,
        0.228205918758157,
    ];
    for (error, expected) in errors.iter().zip(expected) {
        near("error", *error, expected, 1e-12);
    }
    let alone: Vec<u32> = (0..21).collect();
    for (error, step) in std_errors(&treated, &alone, &curve).unwrap().iter().zip(&curve.steps) {
        near("Greenwood", *error, step.std_error, 1e-12);
    }
    let entered = &made.entered[..21];
    let curve = kaplan_meier(entered);
    let errors = std_errors(entered, &made.units[..21], &curve).unwrap();
    let place = |time: f64| curve.steps.iter().position(|step| step.time == time).unwrap();
    for (time, expected) in [(7.0, 0.1325565980953387), (16.0, 0.1752873012289547), (23.0, 0.2282059187581569)] {
        near("entered", errors[place(time)], expected, 1e-12);
    }
}
