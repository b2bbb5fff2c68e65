//! Tails and quantiles against 50-digit arithmetic (mpmath 1.3) and R's conventions.

use oneonone::stats::tail;

use super::agree::near;

/// (p, df, quantile)
const T_QUANTILES: [(f64, f64, f64); 21] = [
    (0.975, 0.5, 164.5576734804882408),
    (0.975, 1.0, 12.706204736174693314),
    (0.975, 1.5, 6.0166631044279282546),
    (0.975, 2.0, 4.3026527297494617894),
    (0.975, 3.7, 2.8675207071911884734),
    (0.975, 10.0, 2.2281388519862742245),
    (0.995, 8.25, 3.3260508358272838046),
    (0.9, 4.6, 1.4953865167403117893),
    (0.6, 12.5, 0.25880287736925083328),
    (0.51, 7.3, 0.025940173895885106071),
    (0.975, 30.0, 2.0422724563012378878),
    (0.975, 308.75638131895, 1.9676769898279136036),
    (0.975, 999.5, 1.9623402703838454412),
    (0.975, 9999.0, 1.9602012636213573003),
    (0.975, 10000.0, 1.9602012398906258778),
    (0.975, 60000.0, 1.960003523177931391),
    (0.975, 1500000.0, 1.9599655660554618326),
    (0.975, 10000000.0, 1.9599642217672051104),
    (0.9995, 2.5, 18.277893528131457681),
    (0.999999, 5.5, 20.665413899707359497),
    (0.975, 0.1, 1682362288745.0105415),
];

/// (t, df, two-sided p)
const T_TWO_SIDED: [(f64, f64, f64); 13] = [
    (2.0, 10.0, 0.073388034770740365618),
    (2.0, 1000.0, 0.045770346493251640049),
    (2.0, 10000.0, 0.045527260661435442738),
    (2.0, 60000.0, 0.04550476317918473393),
    (2.0, 1500000.0, 0.045500443866303782021),
    (2.0, 10000000.0, 0.04550029089184295328),
    (0.001, 3.3, 0.9992595467289789022),
    (40.0, 4.5, 6.4495652129209981571e-7),
    (5.0, 100000.0, 5.7427016786416728533e-7),
    (0.5, 1000000.0, 0.61707518747237138777),
    (12.0, 300.0, 2.3191247536161330382e-27),
    (1e-09, 5.0, 0.99999999924078662036),
    (36.2041430299448, 4998.0, 4.2521630209898495861e-255),
];

/// (z, upper tail)
const NORMAL_UPPER: [(f64, f64); 6] = [
    (-3.0, 0.99865010196836990547),
    (0.1, 0.46017216272297101633),
    (1.96, 0.024997895148220436213),
    (5.0, 2.8665157187919391167e-7),
    (10.0, 7.619853024160526066e-24),
    (30.0, 4.9067139271481870595e-198),
];

/// (p, quantile)
const NORMAL_QUANTILES: [(f64, f64); 7] = [
    (0.975, 1.9599639845400538556),
    (0.5, 0.0),
    (0.001, -3.0902323061678135354),
    (1e-10, -6.3613409024040561991),
    (0.75, 0.6744897501960817432),
    (0.9999999, 5.1993375822906610937),
    (1e-300, -37.047096299361199237),
];

/// (x, df, upper tail)
const CHI_SQUARE: [(f64, f64, f64); 7] = [
    (3.84, 1.0, 0.050043521248705103189),
    (10.0, 3.0, 0.018566135463043233303),
    (200.0, 5.0, 2.8406228986415316834e-41),
    (55.0, 100.0, 0.99992639184493370863),
    (0.001, 2.0, 0.99950012497916927056),
    (33.2659458015687, 7.0, 0.000023620450537006199991),
    (1000.0, 1000.0, 0.49405285382923964195),
];

/// (x, df1, df2, upper tail)
const F_UPPER: [(f64, f64, f64, f64); 7] = [
    (10.5023506518208, 6.0, 23.0, 0.000012404120557785115432),
    (3.0, 3.0, 10.0, 0.081746951809824722795),
    (3.0, 3.0, 10000.0, 0.029338759864278582672),
    (3.0, 3.0, 1500000.0, 0.029291205628390483373),
    (1310.7399725327, 1.0, 4998.0, 4.2521630209912344518e-255),
    (0.2, 2.0, 8.7, 0.82239165028128984936),
    (2.5, 100000.0, 40.0, 0.0002532893006053940981),
];

/// (p, a, b, quantile)
const BETA_QUANTILES: [(f64, f64, f64, f64); 6] = [
    (0.025, 1.0, 10.0, 0.0025285785444617846442),
    (0.975, 3.0, 8.0, 0.55609546230764148305),
    (0.025, 45.0, 200.0, 0.13781780082748582786),
    (0.975, 2.5, 100000.0, 0.000064159970419966357303),
    (0.025, 56.0, 412.0, 0.091866122063811242225),
    (0.5, 0.5, 0.5, 0.5),
];

/// (p, shape, quantile)
const GAMMA_QUANTILES: [(f64, f64, f64); 7] = [
    (0.025, 1.0, 0.025317807984289876827),
    (0.975, 1.0, 3.6888794541139354147),
    (0.025, 5.0, 1.6234863901184205624),
    (0.975, 6.0, 11.668332079322668192),
    (0.025, 120.0, 99.491925625938699472),
    (0.975, 121.0, 143.49058536935225886),
    (0.975, 5000.0, 5139.5350899437950633),
];

#[test]
fn t_quantiles_are_right_at_any_degrees_of_freedom() {
    for (p, df, expected) in T_QUANTILES {
        // A float of p near 1 fixes its tail to 1e-16 / (1 - p) only through p itself, which the reference shares.
        near(&format!("t({p}, {df})"), tail::t_quantile(p, df), expected, 1e-13);
        near(&format!("t({}, {df})", 1.0 - p), tail::t_quantile(1.0 - p, df), -expected, 1e-13);
    }
}

#[test]
fn the_cornish_fisher_quantile_agrees_with_the_tail_it_inverts() {
    for df in [1e4, 1.5e4, 1e5, 1e6] {
        for p in [0.6, 0.9, 0.975, 0.9995] {
            let back = tail::t_two_sided(tail::t_quantile(p, df), df);
            near(&format!("p {p}, df {df}"), back, 2.0 * (1.0 - p), 1e-11);
        }
    }
}

#[test]
fn two_sided_t_probabilities_keep_their_digits_in_the_far_tail() {
    for (t, df, expected) in T_TWO_SIDED {
        let allowed = if expected < 1e-100 { 1e-11 } else { 2e-12 };
        near(&format!("P(|T| > {t}), df {df}"), tail::t_two_sided(t, df), expected, allowed);
    }
    assert_eq!(tail::t_two_sided(f64::INFINITY, 3.0), 0.0);
    assert!(tail::t_two_sided(1.0, 0.0).is_nan());
}

#[test]
fn the_normal_tail_and_quantile_are_exact_to_a_float() {
    for (z, expected) in NORMAL_UPPER {
        // Rounding z / sqrt(2) alone moves the tail by z^2 parts in 1e16.
        near(&format!("P(Z > {z})"), tail::normal_upper(z), expected, 1e-15 + 2e-16 * z * z);
    }
    for (p, expected) in NORMAL_QUANTILES {
        near(&format!("z({p})"), tail::normal_quantile(p), expected, 1e-15);
    }
    near("two-sided", tail::normal_two_sided(-1.96), 2.0 * 0.024997895148220436213, 1e-14);
}

#[test]
fn chi_square_and_f_tails_are_right() {
    for (x, df, expected) in CHI_SQUARE {
        near(&format!("chi-square {x}, {df}"), tail::chi2_upper(x, df), expected, 1e-12);
    }
    for (x, df1, df2, expected) in F_UPPER {
        near(&format!("F {x}, {df1}, {df2}"), tail::f_upper(x, df1, df2), expected, 1e-11);
    }
}

#[test]
fn beta_and_gamma_quantiles_are_right() {
    for (p, a, b, expected) in BETA_QUANTILES {
        near(&format!("beta({p}, {a}, {b})"), tail::beta_quantile(p, a, b), expected, 1e-12);
    }
    for (p, shape, expected) in GAMMA_QUANTILES {
        near(&format!("gamma({p}, {shape})"), tail::gamma_quantile(p, shape), expected, 1e-12);
    }
}

#[test]
fn the_exact_binomial_test_counts_all_outcomes_no_more_likely() {
    let cases = [
        (270, 500, 0.5, 0.081032349609213283296),
        (290, 500, 0.5, 0.00040041553683977376436),
        (3, 20, 0.3, 0.22041826738070940402),
        (0, 12, 0.1, 0.62342728469200000465),
        (700, 1200, 0.6, 0.23873580618268398823),
    ];
    for (k, n, p, expected) in cases {
        near(&format!("{k} of {n}"), tail::binomial_two_sided_exact(k, n, p), expected, 1e-11);
    }
}
