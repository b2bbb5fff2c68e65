//! NIST Statistical Reference Datasets, linear regression: data and certified values typed in from
//! https://www.itl.nist.gov/div898/strd/lls/lls.shtml (public domain). Filip is not typed in: a degree-10 polynomial as
//! hard as it, with its own reference values, stands in its place.

use ndarray::{Array1, Array2};
use oneonone::stats::covariance::{Kind, covariance};
use oneonone::stats::matrix::Matrix;
use oneonone::stats::ols::{DEFAULT_TOLERANCE, Fit, fit};

use super::agree::{digits, near, polynomial, with_constant};

struct Certified<'a> {
    coefficients: &'a [f64],
    std_errors: &'a [f64],
    sigma: f64,
    r_squared: f64,
}

#[track_caller]
fn check(m: &Matrix, intercept: Option<usize>, certified: &Certified<'_>, places: i32) -> Fit {
    let fitted = fit(m, intercept, DEFAULT_TOLERANCE).unwrap();
    let errors = covariance(Kind::Iid, &fitted, m).unwrap().matrix.diag().mapv(f64::sqrt);
    for (j, &expected) in certified.coefficients.iter().enumerate() {
        digits(&format!("coefficient {j}"), fitted.coefficients[j], expected, places);
    }
    for (j, &expected) in certified.std_errors.iter().enumerate() {
        digits(&format!("standard error {j}"), errors[j], expected, places);
    }
    digits("sigma", fitted.sigma, certified.sigma, places);
    digits("R squared", fitted.r_squared, certified.r_squared, places);
    fitted
}

/// (y, x)
const NORRIS: [(f64, f64); 36] = [
    (0.1, 0.2),
    (338.8, 337.4),
    (118.1, 118.2),
    (888.0, 884.6),
    (9.2, 10.1),
    (228.1, 226.5),
    (668.5, 666.3),
    (998.5, 996.3),
    (449.1, 448.6),
    (778.9, 777.0),
    (559.2, 558.2),
    (0.3, 0.4),
    (0.1, 0.6),
    (778.1, 775.5),
    (668.8, 666.9),
    (339.3, 338.0),
    (448.9, 447.5),
    (10.8, 11.6),
    (557.7, 556.0),
    (228.3, 228.1),
    (998.0, 995.8),
    (888.8, 887.6),
    (119.6, 120.2),
    (0.3, 0.3),
    (0.6, 0.3),
    (557.6, 556.8),
    (339.3, 339.1),
    (888.0, 887.2),
    (998.5, 999.0),
    (778.9, 779.0),
    (10.2, 11.1),
    (117.6, 118.3),
    (228.9, 229.2),
    (668.4, 669.1),
    (449.2, 448.9),
    (0.2, 0.5),
];

#[test]
fn norris_is_fitted_to_nine_digits() {
    let (y, x): (Vec<f64>, Vec<f64>) = NORRIS.iter().copied().unzip();
    let certified = Certified {
        coefficients: &[-0.262323073774029, 1.00211681802045],
        std_errors: &[0.232818234301152, 0.429796848199937e-03],
        sigma: 0.884796396144373,
        r_squared: 0.999993745883712,
    };
    check(&polynomial(&x, 1, &y), Some(0), &certified, 10);
}

/// (y, x)
const PONTIUS: [(f64, f64); 40] = [
    (0.11019, 150000.0),
    (0.21956, 300000.0),
    (0.32949, 450000.0),
    (0.43899, 600000.0),
    (0.54803, 750000.0),
    (0.65694, 900000.0),
    (0.76562, 1050000.0),
    (0.87487, 1200000.0),
    (0.98292, 1350000.0),
    (1.09146, 1500000.0),
    (1.20001, 1650000.0),
    (1.30822, 1800000.0),
    (1.41599, 1950000.0),
    (1.52399, 2100000.0),
    (1.63194, 2250000.0),
    (1.73947, 2400000.0),
    (1.84646, 2550000.0),
    (1.95392, 2700000.0),
    (2.06128, 2850000.0),
    (2.16844, 3000000.0),
    (0.11052, 150000.0),
    (0.22018, 300000.0),
    (0.32939, 450000.0),
    (0.43886, 600000.0),
    (0.54798, 750000.0),
    (0.65739, 900000.0),
    (0.76596, 1050000.0),
    (0.87474, 1200000.0),
    (0.983, 1350000.0),
    (1.0915, 1500000.0),
    (1.20004, 1650000.0),
    (1.30818, 1800000.0),
    (1.41613, 1950000.0),
    (1.52408, 2100000.0),
    (1.63159, 2250000.0),
    (1.73965, 2400000.0),
    (1.84696, 2550000.0),
    (1.95445, 2700000.0),
    (2.06177, 2850000.0),
    (2.16829, 3000000.0),
];

#[test]
fn pontius_is_fitted_to_nine_digits() {
    let (y, x): (Vec<f64>, Vec<f64>) = PONTIUS.iter().copied().unzip();
    let certified = Certified {
        coefficients: &[0.673565789473684e-03, 0.732059160401003e-06, -0.316081871345029e-14],
        std_errors: &[0.107938612033077e-03, 0.157817399981659e-09, 0.486652849992036e-16],
        sigma: 0.205177424076185e-03,
        r_squared: 0.999999900178537,
    };
    check(&polynomial(&x, 2, &y), Some(0), &certified, 9);
}

#[test]
fn noint1_is_fitted_without_a_constant() {
    let x: Vec<f64> = (60..=70).map(f64::from).collect();
    let y: Vec<f64> = (130..=140).map(f64::from).collect();
    let m = Matrix::new(Array2::from_shape_fn((11, 1), |(i, _)| x[i]), Array1::from(y));
    let certified = Certified {
        coefficients: &[2.07438016528926],
        std_errors: &[0.165289256198347e-01],
        sigma: 3.56753034006338,
        r_squared: 0.999365492298663,
    };
    check(&m, None, &certified, 10);
}

/// y, then the six regressors
const LONGLEY: [[f64; 7]; 16] = [
    [60323.0, 83.0, 234289.0, 2356.0, 1590.0, 107608.0, 1947.0],
    [61122.0, 88.5, 259426.0, 2325.0, 1456.0, 108632.0, 1948.0],
    [60171.0, 88.2, 258054.0, 3682.0, 1616.0, 109773.0, 1949.0],
    [61187.0, 89.5, 284599.0, 3351.0, 1650.0, 110929.0, 1950.0],
    [63221.0, 96.2, 328975.0, 2099.0, 3099.0, 112075.0, 1951.0],
    [63639.0, 98.1, 346999.0, 1932.0, 3594.0, 113270.0, 1952.0],
    [64989.0, 99.0, 365385.0, 1870.0, 3547.0, 115094.0, 1953.0],
    [63761.0, 100.0, 363112.0, 3578.0, 3350.0, 116219.0, 1954.0],
    [66019.0, 101.2, 397469.0, 2904.0, 3048.0, 117388.0, 1955.0],
    [67857.0, 104.6, 419180.0, 2822.0, 2857.0, 118734.0, 1956.0],
    [68169.0, 108.4, 442769.0, 2936.0, 2798.0, 120445.0, 1957.0],
    [66513.0, 110.8, 444546.0, 4681.0, 2637.0, 121950.0, 1958.0],
    [68655.0, 112.6, 482704.0, 3813.0, 2552.0, 123366.0, 1959.0],
    [69564.0, 114.2, 502601.0, 3931.0, 2514.0, 125368.0, 1960.0],
    [69331.0, 115.7, 518173.0, 4806.0, 2572.0, 127852.0, 1961.0],
    [70551.0, 116.9, 554894.0, 4007.0, 2827.0, 130081.0, 1962.0],
];

#[test]
fn longley_is_fitted_to_ten_digits() {
    let rows: Vec<Vec<f64>> = LONGLEY.iter().map(|row| row[1..].to_vec()).collect();
    let y: Vec<f64> = LONGLEY.iter().map(|row| row[0]).collect();
    let certified = Certified {
        coefficients: &[
            -3482258.63459582,
            15.0618722713733,
            -0.358191792925910e-01,
            -2.02022980381683,
            -1.03322686717359,
            -0.511041056535807e-01,
            1829.15146461355,
        ],
        std_errors: &[
            890420.383607373,
            84.9149257747669,
            0.334910077722432e-01,
            0.488399681651699,
            0.214274163161675,
            0.226073200069370,
            455.478499142212,
        ],
        sigma: 304.854073561965,
        r_squared: 0.995479004577296,
    };
    check(&with_constant(&rows, &y), Some(0), &certified, 10);
}

/// x of the five Wampler sets.
fn twenty_one() -> Vec<f64> {
    (0..=20).map(f64::from).collect()
}

#[test]
fn wampler1_is_exact_and_has_no_error() {
    let x = twenty_one();
    let y: Vec<f64> = x.iter().map(|&x| (0..=5).map(|power| x.powi(power)).sum()).collect();
    let m = polynomial(&x, 5, &y);
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    for &value in &fitted.coefficients {
        digits("coefficient", value, 1.0, 9);
    }
    assert!(fitted.perfect);
    assert_eq!((fitted.rss, fitted.sigma, fitted.r_squared), (0.0, 0.0, 1.0));
    assert!(covariance(Kind::Hc3, &fitted, &m).unwrap().matrix.iter().all(|&value| value == 0.0));
}

const WAMPLER2: [f64; 21] = [
    1.0, 1.11111, 1.24992, 1.42753, 1.65984, 1.96875, 2.38336, 2.94117, 3.68928, 4.68559, 6.0, 7.71561, 9.92992,
    12.75603, 16.32384, 20.78125, 26.29536, 33.05367, 41.26528, 51.16209, 63.0,
];

#[test]
fn wampler2_is_exact_to_the_rounding_of_its_outcome() {
    let m = polynomial(&twenty_one(), 5, &WAMPLER2);
    let fitted = fit(&m, Some(0), DEFAULT_TOLERANCE).unwrap();
    for (j, &value) in fitted.coefficients.iter().enumerate() {
        digits("coefficient", value, 10.0_f64.powi(-(j as i32)), 9);
    }
    assert!(fitted.perfect);
    assert_eq!(fitted.sigma, 0.0);
}

/// What Wampler3 adds to the polynomial; Wampler4 and 5 add a hundred and ten thousand times as much.
const WAMPLER_DELTA: [f64; 21] = [
    759.0, -2048.0, 2048.0, -2048.0, 2523.0, -2048.0, 2048.0, -2048.0, 1838.0, -2048.0, 2048.0, -2048.0, 1838.0,
    -2048.0, 2048.0, -2048.0, 2523.0, -2048.0, 2048.0, -2048.0, 759.0,
];

/// Certified standard errors and residual standard deviation of Wampler3; those of 4 and 5 are in proportion.
const WAMPLER3_ERRORS: [f64; 6] =
    [2152.32624678170, 2363.55173469681, 779.343524331583, 101.475507550350, 5.64566512170752, 0.112324854679312];

#[track_caller]
fn wampler(scale: f64, r_squared: f64, places: i32) {
    let x = twenty_one();
    let y: Vec<f64> = x
        .iter()
        .zip(WAMPLER_DELTA)
        .map(|(&x, delta)| (0..=5).map(|power| x.powi(power)).sum::<f64>() + scale * delta)
        .collect();
    let errors = WAMPLER3_ERRORS.map(|error| error * scale);
    let certified =
        Certified { coefficients: &[1.0; 6], std_errors: &errors, sigma: 2360.14502379268 * scale, r_squared };
    check(&polynomial(&x, 5, &y), Some(0), &certified, places);
}

#[test]
fn wampler3_is_fitted_to_nine_digits() {
    wampler(1.0, 0.999995559025820, 9);
}

#[test]
fn wampler4_is_fitted_to_eight_digits() {
    wampler(100.0, 0.957478440825662, 8);
}

#[test]
fn wampler5_is_fitted_to_seven_digits() {
    wampler(10_000.0, 0.224668921574940e-02, 7);
}

/// As hard as Filip: 82 points of degree 10 on [-8.7, -3], smallest scaled pivot 1.6e-9. x and y are exact binary
/// fractions; the reference is the least-squares solution for these very floats in 90-digit arithmetic (mpmath).
#[test]
fn a_polynomial_of_degree_ten_is_fitted_to_seven_digits_at_the_default_tolerance() {
    let x: Vec<f64> = (0..82).map(|i| -3.0 - f64::from(i * 37 % 82) * 0.0703125).collect();
    let y: Vec<f64> = (0..82_i32)
        .map(|i| {
            let j = i * 37 % 82;
            f64::from(15_000 - (j - 30) * (j - 30) / 2 + ((i * i * 29 + i * 13) % 61 - 30)) / 16_384.0
        })
        .collect();
    let certified = Certified {
        coefficients: &[
            -19.202253938260638,
            -38.684334255709826,
            -33.29444555061858,
            -16.819283599449226,
            -5.5141682019649819,
            -1.225161712785169,
            -0.18675860701876052,
            -0.019280643218258435,
            -0.0012899059706190939,
            -5.0493834573421991e-5,
            -8.7826581527958988e-7,
        ],
        std_errors: &[
            70.313106456607053,
            136.05900803014288,
            116.71771216725421,
            58.462787488642711,
            18.939604445428722,
            4.1477665485457603,
            0.62209445588582808,
            0.063120891771419245,
            0.0041483450977372421,
            0.00015952985584470679,
            2.7272809391260053e-6,
        ],
        sigma: 0.0011505298403048149,
        r_squared: 0.99749538544100131,
    };
    check(&polynomial(&x, 10, &y), Some(0), &certified, 7);
}

#[test]
fn the_total_sum_of_squares_of_norris_is_the_certified_one() {
    let (y, x): (Vec<f64>, Vec<f64>) = NORRIS.iter().copied().unzip();
    let fitted = fit(&polynomial(&x, 1, &y), Some(0), DEFAULT_TOLERANCE).unwrap();
    near("rss", fitted.rss, 26.6173985294224, 1e-10);
    near("tss", fitted.tss, 4255954.13232369 + 26.6173985294224, 1e-12);
}
